package promiseweb

import (
	"cmp"
	"iter"
	"net/http"

	"github.com/a-h/templ"

	"huying/internal/promise"
	"huying/internal/web"
)

// project is a promise of the rolling list: what it costs, how far its nodes are, since when it runs.
type project struct {
	*promise.Standing
	Line []*promise.Standing // itself and what it goes on from, newest first
}

// projectsView is the rolling list of a year.
type projectsView struct {
	Planned, Spent string
	All            figure
	Lights         []web.Count
	Table          web.Table[project]
}

func (h *pages) projects(r *web.Request) error {
	d, err := h.desk(r)
	if err != nil {
		return err
	}
	l := r.List("number", "number", "light", "lead", "invest", "spent", "progress", "years")
	c := choice{Filter: promise.Filter{Projects: true}}
	chosen := d.choose(c)
	rows := make([]project, len(chosen))
	for i, st := range chosen {
		rows[i] = project{Standing: st, Line: []*promise.Standing{st}}
		if st.CarriedFrom != 0 {
			if rows[i].Line, err = h.Register.Line(r.Context(), st); err != nil {
				return err
			}
		}
	}
	if r.Wants() != "" {
		l.Page, l.Size = 1, len(rows)
		return web.Export(r, r.T("promiseweb.projects_file", "year", d.year()), d.projectHeader(), d.projectValues(web.Slice(l, rows, d.projectOrders())))
	}
	v := projectsView{All: d.count(c), Lights: d.lights(c)}
	v.Planned, v.Spent = promise.Investment(chosen)
	v.Table = web.Table[project]{ID: "projects", Caption: r.T("promiseweb.projects_of", "year", d.year()), Columns: d.projectColumns(), List: l, Export: true,
		Rows: web.Slice(l, rows, d.projectOrders()), Total: len(rows)}
	page := d.page("promises", r.T("promiseweb.projects"), r.T("promiseweb.projects_about", "year", d.year(), "n", len(rows)))
	page.Wide = true
	page.Crumbs = []web.Crumb{{Text: r.T("promiseweb.list"), Href: "/promises?year=" + d.year()}, {Text: r.T("promiseweb.projects")}}
	return r.Render(http.StatusOK, page, projectsPage(d, v))
}

func (d *desk) projectOrders() map[string]func(a, b project) int {
	money := func(s string) float64 {
		if v := value(s); v == v {
			return v
		}
		return -1
	}
	out := map[string]func(a, b project) int{
		"invest": func(a, b project) int { return cmp.Compare(money(a.Invest), money(b.Invest)) },
		"spent":  func(a, b project) int { return cmp.Compare(money(a.Spent), money(b.Spent)) },
		"years":  func(a, b project) int { return cmp.Compare(len(a.Line), len(b.Line)) },
	}
	for name, by := range d.orders() {
		out[name] = func(a, b project) int { return by(a.Standing, b.Standing) }
	}
	return out
}

func (d *desk) projectColumns() []web.Column[project] {
	say := d.r.T
	return []web.Column[project]{
		{Key: "number", Title: say("promiseweb.project"), Head: true, Cell: func(p project) templ.Component { return titleCell(d, p.Standing) }},
		{Key: "light", Title: say("promiseweb.light"), Narrow: true, Cell: func(p project) templ.Component { return lightCell(p.Standing) }},
		{Key: "lead", Title: say("promiseweb.lead"), Cell: func(p project) templ.Component { return web.Text(d.unit(p.Lead)) }},
		{Key: "invest", Title: say("promiseweb.invest_planned"), Numeric: true, Cell: func(p project) templ.Component { return moneyCell(p.Invest, false) }},
		{Key: "spent", Title: say("promiseweb.invest_spent"), Numeric: true, Cell: func(p project) templ.Component { return moneyCell(p.Spent, p.IsSimulated()) }},
		{Title: say("promiseweb.nodes"), Cell: func(p project) templ.Component { return nodesCell(d.nodes(p.Standing)) }},
		{Key: "progress", Title: say("promiseweb.progress"), Cell: func(p project) templ.Component { return progressCell(d.r, p.Standing) }},
		{Key: "years", Title: say("promiseweb.since"), Cell: func(p project) templ.Component { return yearsCell(p) }},
	}
}

func (d *desk) projectHeader() []string {
	var out []string
	for _, key := range []string{"column.number", "project", "lead", "joint", "invest_planned", "invest_spent", "nodes_done", "nodes_all", "column.progress", "column.plan", "light", "status",
		"due", "since", "column.simulated"} {
		out = append(out, d.r.T("promiseweb."+key))
	}
	return out
}

func (d *desk) projectValues(rows []project) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for _, p := range rows {
			progress := any(nil)
			if p.Progress != nil {
				progress = rounded(*p.Progress)
			}
			if !yield([]any{p.Number, p.Title, d.unit(p.Lead), d.units(p.Joint), decimal(p.Invest), decimal(p.Spent), len(p.NodesDone), len(p.Nodes), progress, rounded(p.Plan),
				d.r.T("web.light." + string(p.Light)), d.r.T("promise.status." + string(p.Status)), due(p.Standing), p.Line[len(p.Line)-1].Year, p.IsSimulated()}, nil) {
				return
			}
		}
	}
}
