package promiseweb

import "huying/internal/web"

// staff are the pages of those who report, review and supervise.
func (h *pages) staff() []web.Route { return nil }
