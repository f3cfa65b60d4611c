package promiseweb

import (
	"slices"

	"huying/internal/web"
)

// officeRoutes are the pages of the supervision office: documents and their review, the overview, what comes in and goes out as files.
func (h *pages) officeRoutes() []web.Route {
	return slices.Concat(h.documentRoutes(), h.reviewRoutes(), h.overviewRoutes(), h.bulkRoutes(), h.decideRoutes())
}
