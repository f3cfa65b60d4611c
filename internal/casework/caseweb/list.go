package caseweb

import (
	"cmp"
	"iter"
	"net/http"
	"net/url"
	"slices"

	"github.com/a-h/templ"

	"huying/internal/casework"
	"huying/internal/store"
	"huying/internal/web"
)

// listView is a list of cases.
type listView struct {
	d      *desk
	List   web.List
	Form   *web.Form
	Tabs   []web.Tab
	Kinds  []web.Option
	Places []web.Option
	States []web.Option
	Table  web.Table[casework.Row]
	Capped bool // there are more than were counted
}

// list shows the cases that whoever asks sees.
func (h *pages) list(r *web.Request) error {
	d := h.on(r)
	l, f := r.List("-newest", "newest", "oldest", "due"), r.QueryForm()
	var v *listView
	var rows []casework.Row
	total := 0
	err := h.DB.ReadApart(r.Context(), func(tx *store.Tx) (err error) {
		all, err := h.Cases.Procedures(r.Context(), tx)
		if err != nil {
			return err
		}
		v = d.listView(l, f, all)
		filter := d.filter(l, f)
		if r.Wants() != "" {
			filter.Limit, filter.Offset = mostExported, 0
		}
		rows, total, err = h.Cases.List(r.Context(), tx, d.v, filter)
		if err != nil {
			return err
		}
		v.Table.Rows, v.Table.Total, v.Capped = rows, min(total, casework.MostCounted), total > casework.MostCounted
		v.Table.Columns = d.columns(all, slices.ContainsFunc(rows, func(x casework.Row) bool { return x.Lead != "" }))
		return nil
	})
	if err != nil {
		return err
	}
	if r.Wants() != "" {
		return web.Export(r, r.T("caseweb.cases"), d.header(), d.exported(rows))
	}
	return r.Render(http.StatusOK, web.Page{Title: r.T("caseweb.cases"), Nav: "cases"}, listPage(v))
}

// mostExported bounds a file of a list.
const mostExported = 10_000

// filter reads what is looked for from the address.
func (d *desk) filter(l web.List, f *web.Form) casework.Filter {
	filter := casework.Filter{Mine: f.Choice("scope", "mine", "all") != "all" && d.r.Actor != nil && f.Value("scope") == "mine", Procedure: f.Line("procedure", 60),
		State: f.Line("state", 60), Outcome: casework.Outcome(f.Line("outcome", 40)), Progress: f.Choice("progress", "open", "ended", "late"), Category: f.Line("category", 60),
		Place: f.Line("place", 60), Lead: f.Line("unit", 60), From: f.Date("from"), Until: f.Date("until"), Sort: l.Sort, Limit: l.Size, Offset: l.Offset()}
	if text := f.Line("q", 100); text != "" {
		cond, args, ok := d.Search.Match(casework.SearchKind, text)
		if !ok {
			cond, args = "1 = 0", nil
		}
		filter.Found = &casework.Found{Cond: cond, Args: args}
	}
	return filter
}

func (d *desk) listView(l web.List, f *web.Form, all map[string]*casework.Procedure) *listView {
	v := &listView{d: d, List: l, Form: f}
	if d.r.Actor != nil {
		scope := f.Value("scope")
		v.Tabs = []web.Tab{{Text: d.r.T("caseweb.scope_all"), Href: l.With("scope", ""), Current: scope != "mine"},
			{Text: d.r.T("caseweb.scope_mine"), Href: l.With("scope", "mine"), Current: scope == "mine"}}
	}
	v.Kinds = append(v.Kinds, web.Option{Text: d.r.T("caseweb.any")})
	for _, name := range sortedKeys(all) {
		v.Kinds = append(v.Kinds, web.Option{Value: name, Text: d.text(all[name].Title)})
	}
	v.Places = append(v.Places, web.Option{Text: d.r.T("caseweb.any")})
	for _, p := range d.trees.Places.All() {
		if p.Kind == "community" || p.Kind == "town" {
			v.Places = append(v.Places, web.Option{Value: p.Key, Text: p.Name.In(d.r.Lang)})
		}
	}
	for _, s := range []string{"", "open", "late", "ended"} {
		v.States = append(v.States, web.Option{Value: s, Text: d.r.T("caseweb.progress." + cmp.Or(s, "any"))})
	}
	v.Table = web.Table[casework.Row]{ID: "cases", Caption: d.r.T("caseweb.cases"), List: l, Export: true}
	return v
}

func sortedKeys[V any](m map[string]V) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// columns of a list of cases; that of units only when one may be told.
func (d *desk) columns(all map[string]*casework.Procedure, units bool) []web.Column[casework.Row] {
	t := d.r.T
	out := []web.Column[casework.Row]{
		{Key: "newest", Title: t("caseweb.case"), Head: true, Cell: func(x casework.Row) templ.Component { return caseCell(d, x, all[x.Procedure]) }},
		{Title: t("caseweb.state"), Cell: func(x casework.Row) templ.Component { return stateCell(d, x, all[x.Procedure]) }},
		{Title: t("caseweb.unit"), Cell: cell(func(x casework.Row) string { return d.unit(x.Lead) })},
		{Title: t("caseweb.place"), Cell: cell(func(x casework.Row) string { return d.place(x.Place) })},
		{Key: "due", Title: t("caseweb.due"), Narrow: true, Cell: cell(func(x casework.Row) string {
			if x.DueAt.IsZero() {
				return ""
			}
			return x.DueAt.In(d.r.Zone()).Format("2006-01-02 15:04")
		})},
	}
	if !units {
		out = slices.Delete(out, 2, 3)
	}
	return out
}

func (d *desk) header() []string {
	t := d.r.T
	return []string{t("caseweb.number"), t("caseweb.kind"), t("caseweb.title"), t("caseweb.state"), t("caseweb.outcome"), t("caseweb.unit"), t("caseweb.place"),
		t("caseweb.opened_at"), t("caseweb.due"), t("caseweb.closed_at")}
}

func (d *desk) exported(rows []casework.Row) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for _, x := range rows {
			line := []any{x.Number, x.Procedure, x.Title, x.State, string(x.Outcome), d.unit(x.Lead), d.place(x.Place), x.OpenedAt, x.DueAt, x.ClosedAt}
			for i := 7; i < len(line); i++ {
				if at, ok := line[i].(interface{ IsZero() bool }); ok && at.IsZero() {
					line[i] = nil
				}
			}
			if !yield(line, nil) {
				return
			}
		}
	}
}

// caseHref is the address of a list of cases.
func caseHref(kv ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(kv); i += 2 {
		if kv[i+1] != "" {
			q.Set(kv[i], kv[i+1])
		}
	}
	return "/cases?" + q.Encode()
}
