package placesweb

import (
	"cmp"
	"iter"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/places"
	"huying/internal/store"
	"huying/internal/web"
)

// unitRow is a unit in its tree.
type unitRow struct {
	places.Unit
	Depth int
}

func (h *pages) units(r *web.Request) error {
	l, f := r.List("tree", "tree", "name", "since"), r.QueryForm()
	day := h.day(r, f)
	say := h.names(r, day)
	rows := unitRows(say, f.Line("q", 60))
	if r.Wants() != "" {
		return web.Export(r, r.T("placesweb.units"), unitHeader(r), unitValues(say, rows))
	}
	table := web.Table[unitRow]{ID: "units", Caption: r.T("placesweb.units"), Columns: unitColumns(r, say, day, l.Sort == "tree"), Total: len(rows), List: l, Export: true,
		Rows: web.Slice(l, rows, map[string]func(a, b unitRow) int{
			"name":  func(a, b unitRow) int { return cmp.Compare(a.Name.In(r.Lang), b.Name.In(r.Lang)) },
			"since": func(a, b unitRow) int { return a.From.Compare(b.From) },
		})}
	return r.Render(statusOf(f), web.Page{Title: r.T("placesweb.units"), Nav: "units"}, unitsPage(unitsView{l, f, table, day}))
}

func unitRows(say names, words string) []unitRow {
	var rows []unitRow
	for _, u := range say.trees.Units.All() {
		if matches(words, append(u.Responsibilities, u.Name.ZH, u.Name.EN, u.Short.ZH, u.Short.EN, u.Head)...) {
			rows = append(rows, unitRow{u, len(say.trees.Units.Path(u.Key))})
		}
	}
	return rows
}

func unitColumns(r *web.Request, say names, day clock.Date, indented bool) []web.Column[unitRow] {
	return []web.Column[unitRow]{
		{Key: "name", Title: r.T("placesweb.unit"), Head: true, Cell: func(u unitRow) templ.Component {
			depth := 1
			if indented {
				depth = u.Depth
			}
			return nameCell(depth, onDay("/units/"+u.Key, r, day), u.Name.In(r.Lang), u.Illustrative)
		}},
		{Title: r.T("placesweb.short"), Cell: func(u unitRow) templ.Component { return web.Text(u.Short.In(r.Lang)) }},
		{Title: r.T("placesweb.responsibilities"), Cell: func(u unitRow) templ.Component { return phrases(firstOf(u.Responsibilities, 6)) }},
		{Title: r.T("placesweb.jurisdiction"), Cell: func(u unitRow) templ.Component { return web.Text(say.place(u.Place)) }},
		{Key: "since", Title: r.T("placesweb.holds"), Narrow: true, Cell: func(u unitRow) templ.Component { return web.Text(span(r, u.From, u.Until)) }},
	}
}

// firstOf are the first n phrases, and how many more there are.
func firstOf(all []string, n int) (shown []string, more int) {
	if len(all) <= n {
		return all, 0
	}
	return all[:n], len(all) - n
}

func unitHeader(r *web.Request) []string {
	var h []string
	for _, key := range []string{"key", "unit", "short", "parent", "head", "responsibilities", "jurisdiction", "from", "until", "illustrative"} {
		h = append(h, r.T("placesweb."+key))
	}
	return h
}

func unitValues(say names, rows []unitRow) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for _, u := range rows {
			row := []any{u.Key, u.Name.In(say.lang), u.Short.In(say.lang), say.unit(u.Parent), u.Head, strings.Join(u.Responsibilities, "、"), say.place(u.Place),
				u.From, u.Until, u.Illustrative}
			if !yield(row, nil) {
				return
			}
		}
	}
}

func (h *pages) unit(r *web.Request) error {
	key, f := r.PathValue("key"), r.QueryForm()
	all := h.places.History().UnitVersions(key)
	if len(all) == 0 {
		return noUnit()
	}
	day := h.day(r, f)
	say := h.names(r, day)
	u, now := say.trees.Units.ByKey(key)
	if !now { // it has ended, or has not begun: the version nearest to the day
		u = all[0]
		if all[len(all)-1].From.Before(day) {
			u = all[len(all)-1]
		}
	}
	v := unitView{Unit: u, Title: u.Name.In(r.Lang), Day: day, Exists: now, Form: f, Facts: unitFacts(r, say, u), Versions: versions(r, say, all)}
	for _, c := range say.trees.Units.Children(key) {
		v.Children = append(v.Children, web.Crumb{Text: c.Name.In(r.Lang), Href: onDay("/units/"+c.Key, r, day)})
	}
	if last := all[len(all)-1]; last.Until.IsZero() && mayChange(r, key) {
		v.Merge = h.mergeForm(r, last)
	}
	crumbs := trail(say.trees.Units.Path(key), func(u places.Unit) web.Crumb {
		return web.Crumb{Text: u.Name.In(r.Lang), Href: onDay("/units/"+u.Key, r, day)}
	}, web.Crumb{Text: r.T("placesweb.units"), Href: onDay("/units", r, day)})
	return r.Render(statusOf(f), web.Page{Title: v.Title, Nav: "units", Crumbs: crumbs}, unitPage(v))
}

func unitFacts(r *web.Request, say names, u places.Unit) []web.Pair {
	var facts []web.Pair
	add := func(key, text string) {
		if text != "" {
			facts = append(facts, web.Pair{Name: r.T("placesweb." + key), Value: web.Text(text)})
		}
	}
	add("short", u.Short.In(r.Lang))
	add("holds", span(r, u.From, u.Until))
	add("head", u.Head)
	add("jurisdiction", say.place(u.Place))
	if u.Fallback {
		add("fallback", r.T("placesweb.fallback_means"))
	}
	if u.External {
		add("external", r.T("placesweb.external_means"))
	}
	if u.Successor != "" {
		facts = append(facts, web.Pair{Name: r.T("placesweb.successor"), Value: web.Link("/units/"+u.Successor, say.unit(u.Successor))})
	}
	return facts
}

// versions is the table of what a unit was, the latest first.
func versions(r *web.Request, say names, all []places.Unit) web.Table[places.Unit] {
	rows := make([]places.Unit, len(all))
	for i, u := range all {
		rows[len(all)-1-i] = u
	}
	return web.Table[places.Unit]{ID: "versions", Caption: r.T("placesweb.versions"), Rows: rows, Bare: true, Columns: []web.Column[places.Unit]{
		{Title: r.T("placesweb.holds"), Head: true, Cell: func(u places.Unit) templ.Component { return web.Text(span(r, u.From, u.Until)) }},
		{Title: r.T("placesweb.name"), Cell: func(u places.Unit) templ.Component { return web.Text(u.Name.In(r.Lang)) }},
		{Title: r.T("placesweb.parent"), Cell: func(u places.Unit) templ.Component { return web.Text(say.unit(u.Parent)) }},
		{Title: r.T("placesweb.successor"), Cell: func(u places.Unit) templ.Component { return web.Text(say.unit(u.Successor)) }},
	}}
}

// last returns the last version of the unit that the path names, if who asks may change it.
func (h *pages) last(r *web.Request) (places.Unit, error) {
	key := r.PathValue("key")
	all := h.places.History().UnitVersions(key)
	switch {
	case !mayChange(r, key):
		return places.Unit{}, errs.New(errs.Forbidden, "web.may_not")
	case len(all) == 0:
		return places.Unit{}, noUnit()
	}
	return all[len(all)-1], nil
}

func (h *pages) seen() string { return strconv.FormatInt(h.places.History().Version, 10) }

func (h *pages) reviseForm(r *web.Request) error {
	u, err := h.last(r)
	if err != nil {
		return err
	}
	return h.drawRevise(r, http.StatusOK, u, web.NewForm("zh", u.Name.ZH, "en", u.Name.EN, "short_zh", u.Short.ZH, "short_en", u.Short.EN, "head", u.Head,
		"parent", u.Parent, "responsibilities", strings.Join(u.Responsibilities, "\n"), "seen", h.seen()))
}

func (h *pages) drawRevise(r *web.Request, status int, u places.Unit, f *web.Form) error {
	crumbs := []web.Crumb{{Text: r.T("placesweb.units"), Href: "/units"}, {Text: u.Name.In(r.Lang), Href: "/units/" + u.Key}}
	v := reviseView{Unit: u, Form: f, Parents: h.unitOptions(r, u.Key, r.T("placesweb.no_parent"))}
	return r.Render(status, web.Page{Title: r.T("placesweb.revise_of", "name", u.Name.In(r.Lang)), Nav: "units", Crumbs: crumbs}, revisePage(v))
}

// unitOptions are the units of today, but for one.
func (h *pages) unitOptions(r *web.Request, but, none string) []web.Option {
	options := []web.Option{{Text: none}}
	tree := h.places.Now().Units
	for _, u := range tree.All() {
		if u.Key != but {
			options = append(options, web.Option{Value: u.Key, Text: strings.Repeat("　", len(tree.Path(u.Key))-1) + u.Name.In(r.Lang)})
		}
	}
	return options
}

const (
	maxName    = 60
	maxPhrases = 200
)

func (h *pages) revise(r *web.Request) error {
	u, err := h.last(r)
	if err != nil {
		return err
	}
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	rev := places.Revision{Key: u.Key, Name: places.Text{ZH: f.Line("zh", maxName), EN: f.Line("en", 2*maxName)},
		Short: places.Text{ZH: f.Line("short_zh", maxName), EN: f.Line("short_en", 2*maxName)}, Head: f.Line("head", maxName),
		Parent: f.Line("parent", maxName), Responsibilities: lines(f.Text("responsibilities", 20_000)), From: f.Date("from"), Seen: f.Int("seen", 0, 1<<62)}
	if len(rev.Responsibilities) > maxPhrases {
		f.Wrong("responsibilities", "web.too_many", "limit", maxPhrases)
	}
	if f.OK() {
		err := h.change(r, UnitRevised, u.Key, identity.Detail{"from": rev.From.String(), "name": rev.Name.ZH, "parent": rev.Parent}, func(tx *store.Tx) error {
			return h.places.Revise(r.Context(), tx, rev)
		})
		if err == nil {
			r.Flash("placesweb.revised", "from", r.Day(rev.From))
			return r.Redirect("/units/" + u.Key)
		}
		if !f.Takes(err) {
			return err
		}
		if errs.Is(err, errs.Conflict) { // what was typed stays; to send it again is a choice made in view of the new state
			f.Set("seen", h.seen())
		}
	}
	return h.drawRevise(r, http.StatusUnprocessableEntity, u, f)
}

// change does something to the trees and puts it on record, both or neither.
func (h *pages) change(r *web.Request, what identity.What, key string, detail identity.Detail, do func(*store.Tx) error) error {
	return h.db.Write(r.Context(), func(tx *store.Tx) error {
		if err := do(tx); err != nil {
			return err
		}
		return h.ids.Record(r.Context(), tx, r.By(), what, "unit/"+key, detail)
	})
}

// lines are the lines of a text, trimmed, each once, without the empty ones. A comma of a list that was pasted ends a line too.
func lines(text string) []string {
	var out []string
	seen := map[string]bool{}
	for _, s := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("\n,，、;；", r) }) {
		if s = strings.TrimSpace(s); s != "" && !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

// mergeForm is the form that asks into which unit, from when.
func (h *pages) mergeForm(r *web.Request, u places.Unit) *mergeView {
	return &mergeView{Key: u.Key, Form: web.NewForm(), Units: h.unitOptions(r, u.Key, r.T("placesweb.choose"))}
}

// askMerge is the page between the form and what cannot be undone.
func (h *pages) askMerge(r *web.Request) error {
	u, err := h.last(r)
	if err != nil {
		return err
	}
	f := r.QueryForm()
	into, from := f.Line("into", maxName), f.Date("from")
	if into == "" {
		f.Wrong("into", "web.required")
	}
	if from.IsZero() && f.OK() {
		f.Wrong("from", "places.no_date")
	}
	if !f.OK() {
		return h.drawMerge(r, u, f)
	}
	say := h.names(r, r.Today())
	title := r.T("placesweb.merge_of", "name", u.Name.In(r.Lang), "into", say.unit(into))
	crumbs := []web.Crumb{{Text: r.T("placesweb.units"), Href: "/units"}, {Text: u.Name.In(r.Lang), Href: "/units/" + u.Key}}
	return r.Render(http.StatusOK, web.Page{Title: title, Nav: "units", Crumbs: crumbs},
		confirmMerge(title, r.T("placesweb.merge_means", "last", r.Day(from.AddDays(-1)), "from", r.Day(from)), u.Key, into, from.String(), h.seen()))
}

func (h *pages) drawMerge(r *web.Request, u places.Unit, f *web.Form) error {
	v := h.mergeForm(r, u)
	v.Form = f
	crumbs := []web.Crumb{{Text: r.T("placesweb.units"), Href: "/units"}, {Text: u.Name.In(r.Lang), Href: "/units/" + u.Key}}
	return r.Render(http.StatusUnprocessableEntity, web.Page{Title: r.T("placesweb.merge"), Nav: "units", Crumbs: crumbs}, mergePage(v, r.T("placesweb.merge")))
}

func (h *pages) merge(r *web.Request) error {
	u, err := h.last(r)
	if err != nil {
		return err
	}
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	into, from, seen := f.Line("into", maxName), f.Date("from"), f.Int("seen", 0, 1<<62)
	if f.OK() {
		err := h.change(r, UnitMerged, u.Key, identity.Detail{"from": from.String(), "into": into}, func(tx *store.Tx) error {
			return h.places.Merge(r.Context(), tx, u.Key, into, from, seen)
		})
		if err == nil {
			r.Flash("placesweb.merged", "from", r.Day(from))
			return r.Redirect("/units/" + u.Key)
		}
		if !f.Takes(err) {
			return err
		}
	}
	return h.drawMerge(r, u, f)
}
