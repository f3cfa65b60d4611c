package promiseweb

import "huying/internal/web"

// public are the pages that need no account.
func (h *pages) public() []web.Route { return nil }
