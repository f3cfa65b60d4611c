package placesweb

import (
	"cmp"
	"iter"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"huying/internal/clock"
	"huying/internal/i18n"
	"huying/internal/places"
	"huying/internal/web"
)

// placeRow is a place in its tree.
type placeRow struct {
	places.Place
	Depth int
}

func (h *pages) all(r *web.Request) error {
	l, f := r.List("tree", "tree", "name", "code"), r.QueryForm()
	day := h.day(r, f)
	say := h.names(r, day)
	var kinds []string
	options := []web.Option{{Text: r.T("placesweb.any")}}
	for _, k := range places.Kinds {
		kinds = append(kinds, string(k))
		options = append(options, web.Option{Value: string(k), Text: r.T("places.kind." + string(k))})
	}
	rows := placeRows(say, f.Line("q", 60), places.Kind(f.Choice("kind", kinds...)))
	if r.Wants() != "" {
		return web.Export(r, r.T("placesweb.places"), placeHeader(r), placeValues(r, say, rows))
	}
	table := web.Table[placeRow]{ID: "places", Caption: r.T("placesweb.places"), Columns: placeColumns(r, say, day, l.Sort == "tree"), Total: len(rows), List: l, Export: true,
		Rows: web.Slice(l, rows, map[string]func(a, b placeRow) int{
			"name": func(a, b placeRow) int { return cmp.Compare(a.Name.In(r.Lang), b.Name.In(r.Lang)) },
			"code": func(a, b placeRow) int { return cmp.Compare(a.Code, b.Code) },
		})}
	v := placesView{List: l, Form: f, Table: table, Kinds: options, Map: tiles(r, say.trees.Places.All(), day, "")}
	return r.Render(statusOf(f), web.Page{Title: r.T("placesweb.places"), Nav: "places"}, placesPage(v))
}

func placeRows(say names, words string, kind places.Kind) []placeRow {
	var rows []placeRow
	for _, p := range say.trees.Places.All() {
		if (kind == "" || p.Kind == kind) && matches(words, p.Name.ZH, p.Name.EN, p.Full.ZH, p.Code) {
			rows = append(rows, placeRow{p, len(say.trees.Places.Path(p.Key))})
		}
	}
	return rows
}

func placeColumns(r *web.Request, say names, day clock.Date, indented bool) []web.Column[placeRow] {
	return []web.Column[placeRow]{
		{Key: "name", Title: r.T("placesweb.place"), Head: true, Cell: func(p placeRow) templ.Component {
			depth := 1
			if indented {
				depth = p.Depth
			}
			return nameCell(depth, onDay("/places/"+p.Key, r, day), p.Name.In(r.Lang), p.Illustrative)
		}},
		{Title: r.T("placesweb.kind"), Cell: func(p placeRow) templ.Component { return web.Text(r.T("places.kind." + string(p.Kind))) }},
		{Key: "code", Title: r.T("placesweb.code"), Cell: func(p placeRow) templ.Component { return codeCell(p.Code) }},
		{Title: r.T("placesweb.parent"), Cell: func(p placeRow) templ.Component { return web.Text(say.place(p.Parent)) }},
	}
}

// codeCell is nothing at all for a place without a code: on a phone an empty cell is left out with its name.
func codeCell(s string) templ.Component {
	if s == "" {
		return web.Text("")
	}
	return code(s)
}

func placeHeader(r *web.Request) []string {
	var h []string
	for _, key := range []string{"key", "place", "full", "kind", "code", "parent", "from", "until", "illustrative"} {
		h = append(h, r.T("placesweb."+key))
	}
	return h
}

func placeValues(r *web.Request, say names, rows []placeRow) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for _, p := range rows {
			row := []any{p.Key, p.Name.In(r.Lang), p.Full.In(r.Lang), r.T("places.kind." + string(p.Kind)), p.Code, say.place(p.Parent), p.From, p.Until, p.Illustrative}
			if !yield(row, nil) {
				return
			}
		}
	}
}

func (h *pages) place(r *web.Request) error {
	key, f := r.PathValue("key"), r.QueryForm()
	all := h.places.History().PlaceVersions(key)
	if len(all) == 0 {
		return noPlace()
	}
	day := h.day(r, f)
	say := h.names(r, day)
	p, now := say.trees.Places.ByKey(key)
	if !now {
		p = all[0]
		if all[len(all)-1].From.Before(day) {
			p = all[len(all)-1]
		}
	}
	v := placeView{Place: p, Title: p.Name.In(r.Lang), Day: day, Exists: now, Facts: placeFacts(r, p), Map: tiles(r, say.trees.Places.All(), day, key)}
	for _, old := range all {
		v.Versions = append(v.Versions, r.T("placesweb.named", "name", old.Name.In(r.Lang), "holds", span(r, old.From, old.Until)))
	}
	for _, c := range say.trees.Places.Children(key) {
		v.Children = append(v.Children, web.Crumb{Text: c.Name.In(r.Lang), Href: onDay("/places/"+c.Key, r, day)})
	}
	for _, u := range say.trees.Units.All() {
		if u.Place == key {
			v.Units = append(v.Units, web.Crumb{Text: u.Name.In(r.Lang), Href: onDay("/units/"+u.Key, r, day)})
		}
	}
	crumbs := trail(say.trees.Places.Path(key), func(p places.Place) web.Crumb {
		return web.Crumb{Text: p.Name.In(r.Lang), Href: onDay("/places/"+p.Key, r, day)}
	}, web.Crumb{Text: r.T("placesweb.places"), Href: onDay("/places", r, day)})
	return r.Render(http.StatusOK, web.Page{Title: v.Title, Nav: "places", Crumbs: crumbs}, placePage(v))
}

func placeFacts(r *web.Request, p places.Place) []web.Pair {
	facts := []web.Pair{{Name: r.T("placesweb.kind"), Value: web.Text(r.T("places.kind." + string(p.Kind)))}}
	if p.Full.ZH != "" {
		facts = append(facts, web.Pair{Name: r.T("placesweb.full"), Value: web.Quote(p.Full.ZH)})
	}
	if p.Code != "" {
		facts = append(facts, web.Pair{Name: r.T("placesweb.code"), Value: code(p.Code)})
	} else {
		facts = append(facts, web.Pair{Name: r.T("placesweb.code"), Value: web.Text(r.T("placesweb.no_code"))})
	}
	return append(facts, web.Pair{Name: r.T("placesweb.holds"), Value: web.Text(span(r, p.From, p.Until))})
}

// tileMap is the map of squares.
type tileMap struct {
	Cols, Rows int
	Tiles      []tile
}

type tile struct {
	X, Y    int // of its corner, in a hundredth of a square
	Name    string
	Short   string
	Href    string
	Current bool
}

// tiles draws the map of the places that have a square. It is nil when none has.
func tiles(r *web.Request, all []places.Place, day clock.Date, current string) *tileMap {
	m := &tileMap{}
	for _, p := range all {
		if p.Tile == (places.Tile{}) {
			continue
		}
		m.Cols, m.Rows = max(m.Cols, p.Tile.Col), max(m.Rows, p.Tile.Row)
		m.Tiles = append(m.Tiles, tile{X: 100 * (p.Tile.Col - 1), Y: 100 * (p.Tile.Row - 1), Name: p.Name.In(r.Lang), Short: shortName(r.Lang, p.Name),
			Href: onDay("/places/"+p.Key, r, day), Current: p.Key == current})
	}
	if len(m.Tiles) == 0 {
		return nil
	}
	return m
}

// shortName is a name without the word for what it names: a square has room for little else.
func shortName(lang i18n.Lang, name places.Text) string {
	if lang == i18n.EN && name.EN != "" {
		return name.EN
	}
	for _, kind := range []string{"社区", "街道", "镇", "村"} {
		if s := strings.TrimSuffix(name.ZH, kind); s != name.ZH && s != "" {
			return s
		}
	}
	return name.ZH
}
