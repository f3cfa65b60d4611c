package promiseweb

import (
	"net/http"

	"huying/internal/promise"
	"huying/internal/web"
)

// matter is one of the year's livelihood matters with its sub-tasks.
type matter struct {
	promise.Heading
	All, Done figure
	Items     []*promise.Standing
}

// photosShown is how many photographs stand beside a sub-task; its page has all of them.
const photosShown = 3

func (h *pages) matters(r *web.Request) error {
	d, err := h.desk(r)
	if err != nil {
		return err
	}
	var all []matter
	for _, heading := range d.offers().annex {
		c := choice{Filter: promise.Filter{Matter: heading.No}}
		m := matter{Heading: heading, All: d.count(c), Items: d.choose(c)}
		c.Status = promise.IsDone
		m.Done = d.count(c)
		all = append(all, m)
	}
	return r.Render(http.StatusOK, d.page("matters", r.T("promiseweb.matters"), r.T("promiseweb.matters_about", "year", d.year(), "n", len(all))), mattersPage(d, all))
}

// where is the place of a sub-task: as the register has it, or as its sentence says.
func (d *desk) where(st *promise.Standing) string {
	if st.Place != "" {
		return d.place(st.Place)
	}
	return st.Claim.Scope
}

// photos are the first photographs of a promise, the newest first.
func photos(st *promise.Standing) []promise.File {
	var out []promise.File
	for _, f := range evidenceOf(st) {
		if isPicture(f) && len(out) < photosShown {
			out = append(out, f)
		}
	}
	return out
}
