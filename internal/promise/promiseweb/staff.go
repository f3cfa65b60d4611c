package promiseweb

import "huying/internal/web"

// staff are the pages of those who report (desk*.go, act*.go) and of the supervision office (office*.go).
func (h *pages) staff() []web.Route { return append(h.deskRoutes(), h.officeRoutes()...) }
