package promiseweb

import (
	"cmp"
	"slices"
	"strconv"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/places"
	"huying/internal/promise"
	"huying/internal/web"
)

// public are the pages that need no account.
func (h *pages) public() []web.Route {
	return []web.Route{
		{Pattern: "GET /promises", Need: web.Everyone, Handle: h.promises},
		{Pattern: "GET /promises/{number}", Need: web.Everyone, Handle: h.promise},
		{Pattern: "GET /promises/{number}/files/{hash}", Need: web.Everyone, Handle: h.evidence},
		{Pattern: "GET /report", Need: web.Everyone, Handle: h.reportOfYear},
		{Pattern: "GET /reports/{id}", Need: web.Everyone, Handle: h.report},
		{Pattern: "GET /counting", Need: web.Everyone, Handle: h.counting},
		{Pattern: "GET /matters", Need: web.Everyone, Handle: h.matters},
		{Pattern: "GET /targets", Need: web.Everyone, Handle: h.targets},
		{Pattern: "GET /projects", Need: web.Everyone, Handle: h.projects},
		{Pattern: "GET /register.json", Need: web.Everyone, Handle: h.openJSON},
		{Pattern: "GET /register.xlsx", Need: web.Everyone, Handle: h.openSheet},
	}
}

// desk is what a public page of one year is made from: the year's board, and the trees by which units are named.
type desk struct {
	r       *web.Request
	board   *promise.Board
	years   []int // that have promises, the latest first
	trees   *places.Trees
	history *places.History
}

// desk opens the year that a page is asked for (?year=), or the one that runs. A year without promises is errs.NotFound, unless there is none
// at all: then the desk is empty.
func (h *pages) desk(r *web.Request) (*desk, error) {
	years, err := h.Register.Years(r.Context())
	if err != nil {
		return nil, err
	}
	year := running(years, r.Today())
	if asked := r.Query("year"); asked != "" {
		n, err := strconv.Atoi(asked)
		if err != nil || len(years) > 0 && !slices.Contains(years, n) {
			return nil, errs.New(errs.NotFound, "promiseweb.no_year", "year", asked)
		}
		year = n
	}
	return h.deskOf(r, years, year)
}

func (h *pages) deskOf(r *web.Request, years []int, year int) (*desk, error) {
	board, err := h.Register.Board(r.Context(), year)
	if err != nil {
		return nil, err
	}
	return &desk{r: r, board: board, years: years, trees: h.Places.Now(), history: h.Places.History()}, nil
}

// running is the latest of years that has begun, or the first that will; without any, this year.
func running(years []int, today clock.Date) int {
	for _, y := range years {
		if y <= today.Year {
			return y
		}
	}
	if len(years) > 0 {
		return years[len(years)-1]
	}
	return today.Year
}

// unit is what a unit is called today, or was called last.
func (d *desk) unit(key string) string {
	if u, ok := d.trees.Units.ByKey(key); ok {
		return u.Name.In(d.r.Lang)
	}
	if all := d.history.UnitVersions(key); len(all) > 0 {
		return all[len(all)-1].Name.In(d.r.Lang)
	}
	return key
}

// place is what a place is called.
func (d *desk) place(key string) string {
	if p, ok := d.trees.Places.ByKey(key); ok {
		return p.Name.In(d.r.Lang)
	}
	if all := d.history.PlaceVersions(key); len(all) > 0 {
		return all[len(all)-1].Name.In(d.r.Lang)
	}
	return key
}

// yearTabs are links to the same page of other years; none when there is one year only.
func (d *desk) yearTabs(path string) []web.Tab {
	if len(d.years) < 2 {
		return nil
	}
	tabs := make([]web.Tab, len(d.years))
	for i, y := range d.years {
		year := strconv.Itoa(y)
		tabs[i] = web.Tab{Text: d.r.T("promiseweb.year", "year", year), Href: path + "?year=" + year, Current: y == d.board.Year}
	}
	return tabs
}

// year is the board's year as a message takes it: without a separator of thousands, and not as a count.
func (d *desk) year() string { return strconv.Itoa(d.board.Year) }

// page is the frame of a public page.
func (d *desk) page(nav, title, description string) web.Page {
	return web.Page{Title: title, Nav: nav, Description: description}
}

// due is the deadline that holds, after an adjustment.
func due(st *promise.Standing) clock.Date {
	if st.Adjusted != nil && !st.Adjusted.Due.IsZero() {
		return st.Adjusted.Due
	}
	return st.Due
}

// path is where a promise stands on the site.
func path(st *promise.Standing) string { return pathOf(st.Number) }

func (d *desk) byLight(a, b *promise.Standing) int {
	return cmp.Compare(slices.Index(promise.Lights, a.Light), slices.Index(promise.Lights, b.Light))
}
