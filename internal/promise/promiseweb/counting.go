package promiseweb

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"huying/internal/promise"
	"huying/internal/web"
)

// countingView counts the year honestly: what can be told, what cannot, and what became of it.
type countingView struct {
	Empty  bool
	All    figure
	Clear  figure
	Kept   figure
	Counts []tally
	Vague  []tally
	Groups []web.Table[group]
	Heads  []string // of the tables
}

// tally is one figure with how it was counted.
type tally struct {
	figure
	Label    string
	How      string
	Share    string
	Light    string
	Examples []*promise.Standing
}

// group is a line of a table: the promises of a kind, a theme, a unit.
type group struct {
	Name   string
	Quote  bool // the name is the report's
	Choice choice
}

// examplesShown is how many promises are named beside a reason for which they are vague.
const examplesShown = 3

func (h *pages) counting(r *web.Request) error {
	d, err := h.desk(r)
	if err != nil {
		return err
	}
	v := countingView{Empty: len(d.board.Rows) == 0, All: d.count(choice{}), Clear: d.count(choice{Clear: yes}),
		Kept: d.count(choice{Filter: promise.Filter{Status: promise.IsDone}})}
	v.Counts, v.Vague = d.tallies(), d.vague()
	v.Heads = []string{r.T("promiseweb.by_kind"), r.T("promiseweb.by_theme"), r.T("promiseweb.by_lead")}
	for i, rows := range [][]group{d.kinds(), d.themes(), d.leads()} {
		v.Groups = append(v.Groups, d.groupTable("by-"+strconv.Itoa(i+1), v.Heads[i], rows))
	}
	return r.Render(http.StatusOK, d.page("counting", r.T("promiseweb.counting"), r.T("promiseweb.counting_about", "year", d.year())), countingPage(d, v))
}

// tally counts c; key names it and says how.
func (d *desk) tally(key, light string, c choice) tally {
	f := d.count(c)
	return tally{figure: f, Label: d.r.T("promiseweb.count." + key), How: d.r.T("promiseweb.how." + key), Light: light, Share: ratio(f.N, len(d.board.Rows))}
}

func (d *desk) tallies() []tally {
	status := func(s promise.Status) choice { return choice{Filter: promise.Filter{Status: s}} }
	return []tally{
		d.tally("promised", "", choice{}),
		d.tally("clear", "", choice{Clear: yes}),
		d.tally("unclear", "", choice{Clear: no}),
		d.tally("done", "", status(promise.IsDone)),
		d.tally("verified", "closed", choice{Filter: promise.Filter{Light: promise.Closed}}),
		d.tally("in_progress", "", status(promise.InProgress)),
		d.tally("continuing", "", status(promise.IsContinued)),
		d.tally("adjusted", "", status(promise.IsAdjusted)),
		d.tally("not_started", "", status(promise.NotStarted)),
		d.tally("late", "red", choice{Filter: promise.Filter{Late: true}}),
		d.tally("proof", "", choice{Proof: yes}),
		d.tally("simulated", "", choice{Simulated: true}),
	}
}

// vague counts what nobody can measure, by the reason, the commonest first, each with examples; last, the projects whose end is not told.
func (d *desk) vague() []tally {
	var out []tally
	add := func(label string, c choice) {
		rows := d.choose(c)
		if len(rows) == 0 {
			return
		}
		out = append(out, tally{figure: figure{len(rows), d.href(c)}, Label: label, Share: ratio(len(rows), len(d.board.Rows)), Examples: rows[:min(examplesShown, len(rows))]})
	}
	for _, why := range d.offers().vague {
		add(vagueText(d.r, why), choice{Filter: promise.Filter{Measurability: promise.Vague, Vague: why}})
	}
	slices.SortStableFunc(out, func(a, b tally) int { return b.N - a.N })
	add(d.r.T("promiseweb.project_vague"), choice{Filter: promise.Filter{Measurability: promise.Project}})
	return out
}

func (d *desk) kinds() (out []group) {
	for _, k := range promise.Kinds {
		out = append(out, group{Name: d.r.T("promise.kind." + string(k)), Choice: choice{Filter: promise.Filter{Kind: k}}})
	}
	return d.filled(out)
}

func (d *desk) themes() (out []group) {
	for _, h := range d.offers().heads {
		out = append(out, group{Name: h.Title, Quote: true, Choice: choice{Filter: promise.Filter{Theme: h.No}}})
	}
	return d.filled(append(out, group{Name: d.r.T("promiseweb.no_theme"), Choice: choice{Filter: promise.Filter{Theme: -1}}}))
}

// leads are the units that lead something, each with the units under it.
func (d *desk) leads() (out []group) {
	for _, key := range d.offers().units {
		if slices.ContainsFunc(d.board.Rows, func(st *promise.Standing) bool { return st.Lead == key }) {
			out = append(out, group{Name: d.unit(key), Choice: choice{Filter: promise.Filter{Lead: key}}})
		}
	}
	return out
}

// filled leaves out the groups without a promise.
func (d *desk) filled(groups []group) []group {
	return slices.DeleteFunc(groups, func(g group) bool { return d.count(g.Choice).N == 0 })
}

// groupTable sets groups beside one another: each figure is counted by the choice that its link carries.
func (d *desk) groupTable(id, caption string, rows []group) web.Table[group] {
	column := func(key string, narrow func(choice) choice) web.Column[group] {
		return web.Column[group]{Title: d.r.T("promiseweb.count." + key), Numeric: true, Cell: func(g group) templ.Component { return counted(d.count(narrow(g.Choice))) }}
	}
	return web.Table[group]{ID: id, Caption: d.r.T("promiseweb.counts_of", "what", caption), Bare: true, Rows: rows, Columns: []web.Column[group]{
		{Title: caption, Head: true, Cell: func(g group) templ.Component { return groupName(d, g) }},
		column("promised", func(c choice) choice { return c }),
		column("clear", func(c choice) choice { c.Clear = yes; return c }),
		column("done", func(c choice) choice { c.Status = promise.IsDone; return c }),
		column("late", func(c choice) choice { c.Late = true; return c }),
		column("adjusted", func(c choice) choice { c.Status = promise.IsAdjusted; return c }),
		column("proof", func(c choice) choice { c.Proof = yes; return c }),
	}}
}

// sharesText says a bar of lights in words.
func (d *desk) sharesText(counts []web.Count) string {
	text := ""
	for _, c := range counts {
		if c.N > 0 {
			if text != "" {
				text += d.r.T("promiseweb.and")
			}
			text += d.r.T("web.light."+c.Light) + " " + web.Int(c.N)
		}
	}
	return text
}
