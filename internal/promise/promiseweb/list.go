package promiseweb

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"huying/internal/promise"
	"huying/internal/web"
)

// listView is the list of promises with its filter.
type listView struct {
	List   web.List
	Form   *web.Form
	Choice choice
	Offers map[string][]web.Option
	More   bool // the seldom used questions are in use, and shown
	Tabs   []web.Tab
	Lights []web.Count // of what is chosen, whatever its light
	All    figure
	Chips  []chip
	Table  web.Table[*promise.Standing]
	JSON   string // the list as JSON
	Empty  bool   // nothing was promised at all
}

// seldom are the questions that stand behind "more".
var seldom = []string{"kind", "matter", "status", "clear", "measurability", "vague", "proof", "lead", "document", "simulated", "late", "missed", "projects"}

// chip is one condition that the list is chosen by, and the address without it.
type chip struct{ Text, Without string }

func (h *pages) promises(r *web.Request) error {
	d, err := h.desk(r)
	if err != nil {
		return err
	}
	l, f := r.List("number", "number", "light", "lead", "progress", "due"), r.QueryForm()
	c := d.choice(f)
	rows := d.choose(c)
	switch {
	case f.OK() && r.Wants() != "":
		return web.Export(r, d.fileName(), d.header(), d.values(d.sorted(l, rows)))
	case f.OK() && r.Query("format") == "json":
		return d.writeJSON(d.sorted(l, rows))
	}
	v := listView{List: l, Form: f, Choice: c, Offers: d.options(), Tabs: d.yearTabs("/promises"), Lights: d.lights(c), Chips: d.chips(c),
		JSON: l.With("format", "json"), Empty: len(d.board.Rows) == 0}
	v.More = slices.ContainsFunc(seldom, func(name string) bool { return f.Value(name) != "" })
	all := c
	all.Light = ""
	v.All = d.count(all)
	v.Table = web.Table[*promise.Standing]{ID: "promises", Caption: r.T("promiseweb.list_of", "year", d.year()), Columns: d.columns(), List: l, Export: true,
		Rows: web.Slice(l, rows, d.orders()), Total: len(rows)}
	return r.Render(statusOf(f), d.page("promises", r.T("promiseweb.list"), r.T("promiseweb.list_about", "year", d.year(), "n", len(d.board.Rows))), listPage(d, v))
}

// statusOf is that of a page with a filter: a value that was not offered is the reader's to mend.
func statusOf(f *web.Form) int {
	if f.OK() {
		return http.StatusOK
	}
	return http.StatusUnprocessableEntity
}

// orders are the ways in which promises are sorted.
func (d *desk) orders() map[string]func(a, b *promise.Standing) int {
	return map[string]func(a, b *promise.Standing) int{
		"number": func(a, b *promise.Standing) int {
			return cmp.Or(cmp.Compare(len(a.Number), len(b.Number)), cmp.Compare(a.Number, b.Number))
		},
		"light":    d.byLight,
		"lead":     func(a, b *promise.Standing) int { return cmp.Compare(d.unit(a.Lead), d.unit(b.Lead)) },
		"progress": func(a, b *promise.Standing) int { return cmp.Compare(known(a), known(b)) },
		"due":      func(a, b *promise.Standing) int { return due(a).Compare(due(b)) },
	}
}

// known is the progress of a promise for sorting: what nobody knows comes before nothing.
func known(st *promise.Standing) float64 {
	if st.Progress == nil {
		return -1
	}
	return *st.Progress
}

// sorted are all rows in the order of a list.
func (d *desk) sorted(l web.List, rows []*promise.Standing) []*promise.Standing {
	l.Page, l.Size = 1, len(rows)
	return web.Slice(l, rows, d.orders())
}

// lights counts by light what c chooses, whatever light it asks for itself.
func (d *desk) lights(c choice) []web.Count {
	out := make([]web.Count, 0, len(promise.Lights))
	for _, light := range promise.Lights {
		c.Light = light
		n := d.count(c)
		out = append(out, web.Count{Light: string(light), N: n.N, Href: n.Href})
	}
	return out
}

// chips are the conditions that hold, each with the way to do without it.
func (d *desk) chips(c choice) []chip {
	var out []chip
	say := d.r.T
	add := func(text string, without func(*choice)) {
		rest := c
		without(&rest)
		out = append(out, chip{text, d.href(rest)})
	}
	for _, x := range []struct {
		on      bool
		text    func() string
		without func(*choice)
	}{
		{c.Text != "", func() string { return "“" + c.Text + "”" }, func(x *choice) { x.Text = "" }},
		{c.Kind != "", func() string { return say("promise.kind." + string(c.Kind)) }, func(x *choice) { x.Kind = "" }},
		{c.Theme != 0, func() string { return d.headingText(c.Theme, "theme") }, func(x *choice) { x.Theme = 0 }},
		{c.Matter != 0, func() string { return d.headingText(c.Matter, "matter") }, func(x *choice) { x.Matter = 0 }},
		{c.Unit != "", func() string { return d.unit(c.Unit) }, func(x *choice) { x.Unit = "" }},
		{c.Lead != "", func() string { return say("promiseweb.led_by", "unit", d.unit(c.Lead)) }, func(x *choice) { x.Lead = "" }},
		{c.Light != "", func() string { return say("web.light." + string(c.Light)) }, func(x *choice) { x.Light = "" }},
		{c.Status != "", func() string { return say("promise.status." + string(c.Status)) }, func(x *choice) { x.Status = "" }},
		{c.Measurability != "", func() string { return say("promise.measurability." + string(c.Measurability)) }, func(x *choice) { x.Measurability = "" }},
		{c.Vague != "", func() string { return vagueText(d.r, c.Vague) }, func(x *choice) { x.Vague = "" }},
		{c.Clear != "", func() string { return say("promiseweb.clear_" + c.Clear) }, func(x *choice) { x.Clear = "" }},
		{c.Proof != "", func() string { return say("promiseweb.proof_" + c.Proof) }, func(x *choice) { x.Proof = "" }},
		{c.Late, func() string { return say("promiseweb.late") }, func(x *choice) { x.Late = false }},
		{c.Missed, func() string { return say("promiseweb.only_missed") }, func(x *choice) { x.Missed = false }},
		{c.Projects, func() string { return say("promiseweb.only_projects") }, func(x *choice) { x.Projects = false }},
		{c.Document != 0, func() string { return say("promiseweb.of_document") }, func(x *choice) { x.Document = 0 }},
		{c.Simulated, func() string { return say("promiseweb.only_simulated") }, func(x *choice) { x.Simulated = false }},
	} {
		if x.on {
			add(x.text(), x.without)
		}
	}
	return out
}

// headingText is what stands under a number of the year's themes or matters.
func (d *desk) headingText(no int, kind string) string {
	o := d.offers()
	list := o.heads
	if kind == "matter" {
		list = o.annex
	}
	for _, h := range list {
		if h.No == no {
			return d.r.T("promiseweb."+kind+"_no", "no", no) + " " + h.Title
		}
	}
	return d.r.T("promiseweb.no_theme")
}

// options are what the filter offers.
func (d *desk) options() map[string][]web.Option {
	o, say := d.offers(), d.r.T
	any := web.Option{Text: say("promiseweb.any")}
	fixed := func(prefix string, values []string) []web.Option {
		out := []web.Option{any}
		for _, v := range values {
			out = append(out, web.Option{Value: v, Text: say(prefix + v)})
		}
		return out
	}
	headings := func(list []promise.Heading) []web.Option {
		out := []web.Option{any}
		for _, h := range list {
			out = append(out, web.Option{Value: strconv.Itoa(h.No), Text: strconv.Itoa(h.No) + " " + h.Title})
		}
		return out
	}
	units := []web.Option{any}
	for _, key := range o.units {
		depth := max(0, len(d.trees.Units.Path(key))-1)
		units = append(units, web.Option{Value: key, Text: strings.Repeat("\u3000", depth) + d.unit(key)})
	}
	vague := []web.Option{any}
	for _, v := range o.vague {
		vague = append(vague, web.Option{Value: v, Text: vagueText(d.r, v)})
	}
	return map[string][]web.Option{
		"kind": fixed("promise.kind.", texts(promise.Kinds)), "light": fixed("web.light.", texts(promise.Lights)),
		"status": fixed("promise.status.", texts(promise.Statuses)), "measurability": fixed("promise.measurability.", texts(promise.Measurabilities)),
		"clear": fixed("promiseweb.clear_", []string{yes, no}), "proof": fixed("promiseweb.proof_", []string{yes, no}),
		"theme": append(headings(o.heads), web.Option{Value: none, Text: say("promiseweb.no_theme")}), "matter": headings(o.annex), "unit": units, "lead": units, "vague": vague,
	}
}

func (d *desk) columns() []web.Column[*promise.Standing] {
	say := d.r.T
	return []web.Column[*promise.Standing]{
		{Key: "number", Title: say("promiseweb.promise"), Head: true, Cell: func(st *promise.Standing) templ.Component { return titleCell(d, st) }},
		{Key: "light", Title: say("promiseweb.light"), Narrow: true, Cell: func(st *promise.Standing) templ.Component { return lightCell(st) }},
		{Key: "lead", Title: say("promiseweb.lead"), Cell: func(st *promise.Standing) templ.Component { return web.Text(d.unit(st.Lead)) }},
		{Key: "progress", Title: say("promiseweb.progress"), Cell: func(st *promise.Standing) templ.Component { return progressCell(d.r, st) }},
		{Key: "due", Title: say("promiseweb.due"), Narrow: true, Cell: func(st *promise.Standing) templ.Component { return dayCell(due(st)) }},
	}
}

// dropped reports whether an entry of a promise does not hold: one that corrects it, or withdraws it, came after.
func dropped(st *promise.Standing) map[int64]promise.Entry {
	gone := map[int64]promise.Entry{}
	for _, e := range st.Entries {
		if e.Corrects != 0 {
			gone[e.Corrects] = e
		}
	}
	return gone
}

// evidenceOf are the files of the entries that hold, the newest first, each once.
func evidenceOf(st *promise.Standing) []promise.File {
	gone := dropped(st)
	var out []promise.File
	for _, e := range slices.Backward(st.Entries) {
		if _, is := gone[e.ID]; is {
			continue
		}
		for _, f := range e.Files {
			if !slices.ContainsFunc(out, func(x promise.File) bool { return x.Hash == f.Hash }) {
				out = append(out, f)
			}
		}
	}
	return out
}
