package promiseweb

import "huying/internal/web"

// deskRoutes are the pages of those who report on their unit's promises, and of the office where it acts on one promise.
func (h *pages) deskRoutes() []web.Route { return nil }
