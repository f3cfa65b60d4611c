package promiseweb

import (
	"iter"
	"net/url"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"huying/internal/identity"
	"huying/internal/promise"
	"huying/internal/web"
)

// overviewRow is how the promises stand that a unit leads, with those of the units under it; the last row is all of them.
type overviewRow struct {
	Key    string // of the unit; empty for all
	Name   string
	Choice choice
	Next   *promise.Standing // the unfinished one that is due next, today or later
}

// overviewView is the year by unit.
type overviewView struct {
	Form   *web.Form
	List   web.List
	Kinds  []web.Option
	Table  web.Table[overviewRow]
	Missed web.Table[*promise.Standing]
	Sheet  string // the table as a workbook
	CSV    string
	Empty  bool
}

// overview shows the year by unit, to who may see it of all units or of some.
func (h *pages) overview(r *web.Request) error {
	d, err := h.desk(r)
	if err != nil {
		return err
	}
	f := r.QueryForm()
	c := choice{Filter: promise.Filter{Kind: promise.Kind(f.Choice("kind", texts(promise.Kinds)...))}}
	rows := d.overviewRows(c)
	if f.OK() && r.Wants() != "" {
		return web.Export(r, r.T("promiseweb.office_overview_file", "year", d.year()), d.overviewHeader(), d.overviewValues(rows))
	}
	v := overviewView{Form: f, List: r.List(""), Table: d.overviewTable(rows), Missed: d.missedTable(c), Empty: len(d.board.Rows) == 0,
		Kinds: append([]web.Option{{Text: r.T("promiseweb.any")}}, options(r, "promise.kind.", promise.Kinds)...),
		Sheet: d.overviewHref(c, "xlsx"), CSV: d.overviewHref(c, "csv")}
	return r.Render(statusOf(f), d.page("overview", r.T("promiseweb.office_overview"), ""), overviewPage(d, v))
}

func (d *desk) overviewHref(c choice, format string) string {
	q := url.Values{"year": {d.year()}, "format": {format}}
	if c.Kind != "" {
		q.Set("kind", string(c.Kind))
	}
	return "/overview?" + q.Encode()
}

// overviewRows are the units that lead something of what is chosen, as far as who asks may see them, and all of it.
func (d *desk) overviewRows(c choice) []overviewRow {
	var out []overviewRow
	row := func(key, name string) {
		x := overviewRow{Key: key, Name: name, Choice: c}
		x.Choice.Lead = key
		for _, st := range d.choose(x.Choice) {
			if unfinished(st) && !due(st).Before(d.board.Today) && (x.Next == nil || due(st).Before(due(x.Next))) {
				x.Next = st
			}
		}
		out = append(out, x)
	}
	for _, g := range d.leads() {
		if d.r.Actor.Can(identity.PromiseOverview, g.Choice.Lead, "") && slices.ContainsFunc(d.choose(c), func(st *promise.Standing) bool { return st.Lead == g.Choice.Lead }) {
			row(g.Choice.Lead, g.Name)
		}
	}
	if d.r.Actor.Can(identity.PromiseOverview, "", "") && len(out) > 0 {
		row("", d.r.T("promiseweb.office_sum"))
	}
	return out
}

// unfinished reports whether something is still owed.
func unfinished(st *promise.Standing) bool {
	return st.Status != promise.IsDone && st.Light != promise.Blue && st.Light != promise.Closed
}

// missed reports whether a report of an unfinished promise did not come.
func missed(st *promise.Standing) bool { return st.Missed > 0 && unfinished(st) }

// missing narrows a choice to the promises of which a report did not come.
func missing(c choice) choice { c.Missed = true; return c }

// overviewCounts are the columns of figures, each with what it chooses.
func (d *desk) overviewCounts() (out []overviewCount) {
	out = append(out, overviewCount{Title: d.r.T("promiseweb.count.promised"), Narrow: func(c choice) choice { return c }})
	out = append(out, overviewCount{Title: d.r.T("promise.status.done"), Narrow: func(c choice) choice { c.Status = promise.IsDone; return c }})
	for _, light := range promise.Lights {
		out = append(out, overviewCount{Title: d.r.T("web.light." + string(light)), Light: light, Narrow: func(c choice) choice { c.Light = light; return c }})
	}
	return append(out, overviewCount{Title: d.r.T("promiseweb.office_missed"), Narrow: missing})
}

// overviewCount is a column of figures.
type overviewCount struct {
	Title  string
	Light  promise.Light
	Narrow func(choice) choice
}

func (d *desk) overviewTable(rows []overviewRow) web.Table[overviewRow] {
	t := web.Table[overviewRow]{ID: "overview", Caption: d.r.T("promiseweb.office_overview"), Bare: true, Rows: rows}
	t.Columns = append(t.Columns, web.Column[overviewRow]{Title: d.r.T("promiseweb.lead"), Head: true, Cell: func(x overviewRow) templ.Component { return overviewName(x) }})
	for _, n := range d.overviewCounts() {
		t.Columns = append(t.Columns, web.Column[overviewRow]{Title: n.Title, Numeric: true,
			Cell: func(x overviewRow) templ.Component { return overviewCell(d.count(n.Narrow(x.Choice)), n.Light) }})
	}
	t.Columns = append(t.Columns,
		web.Column[overviewRow]{Title: d.r.T("promiseweb.office_next_due"), Narrow: true, Cell: func(x overviewRow) templ.Component { return soonest(x.Next) }})
	return t
}

func (d *desk) overviewHeader() []string {
	out := []string{d.r.T("promiseweb.lead")}
	for _, n := range d.overviewCounts() {
		out = append(out, n.Title)
	}
	return append(out, d.r.T("promiseweb.office_next_due"), d.r.T("promiseweb.promise"))
}

func (d *desk) overviewValues(rows []overviewRow) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for _, x := range rows {
			line := []any{x.Name}
			for _, n := range d.overviewCounts() {
				line = append(line, d.count(n.Narrow(x.Choice)).N)
			}
			if x.Next != nil {
				line = append(line, due(x.Next), x.Next.Number)
			} else {
				line = append(line, nil, nil)
			}
			if !yield(line, nil) {
				return
			}
		}
	}
}

// missedTable lists the promises of which a report is missing, the longest first.
func (d *desk) missedTable(c choice) web.Table[*promise.Standing] {
	rows := slices.DeleteFunc(d.choose(missing(c)), func(st *promise.Standing) bool { return !d.r.Actor.Can(identity.PromiseOverview, st.Lead, "") })
	slices.SortStableFunc(rows, func(a, b *promise.Standing) int { return b.Missed - a.Missed })
	say := d.r.T
	return web.Table[*promise.Standing]{ID: "missed-list", Caption: say("promiseweb.office_missed_title"), Bare: true, Rows: rows, Columns: []web.Column[*promise.Standing]{
		{Title: say("promiseweb.promise"), Head: true, Cell: func(st *promise.Standing) templ.Component { return titleCell(d, st) }},
		{Title: say("promiseweb.lead"), Cell: func(st *promise.Standing) templ.Component { return web.Text(d.unit(st.Lead)) }},
		{Title: say("promiseweb.office_times"), Numeric: true, Cell: func(st *promise.Standing) templ.Component { return web.Text(strconv.Itoa(st.Missed)) }},
		{Title: say("promiseweb.office_last"), Narrow: true, Cell: func(st *promise.Standing) templ.Component { return lastReport(st) }},
	}}
}

// lastReport is when a promise was reported on; nothing when it never was.
func lastReport(st *promise.Standing) templ.Component {
	if st.Reported.IsZero() {
		return never()
	}
	return dayCell(st.Reported)
}

// overviewRoutes is the year by unit.
func (h *pages) overviewRoutes() []web.Route {
	return []web.Route{{Pattern: "GET /overview", Need: web.May(identity.PromiseOverview), Handle: h.overview}}
}
