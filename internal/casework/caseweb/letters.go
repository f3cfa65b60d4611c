package caseweb

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"huying/internal/casework"
	"huying/internal/store"
	"huying/internal/web"
)

// lettersView is the list of numbered papers of a kind: the letters of supervision.
type lettersView struct {
	d      *desk
	Form   *web.Form
	List   web.List
	Kind   *casework.Procedure
	States []web.Option
	Units  []web.Option
	Tones  []web.Option
	Dues   []web.Option
	Opens  bool // whoever asks may write one
	Table  web.Table[casework.Row]
}

// tones are the colours that a letter may have, as it goes on, and the lights of what else has one.
var tones = []string{"blue", "orange", "red"}

// letters lists the papers that are numbered, by unit, state, colour and deadline.
func (h *pages) letters(r *web.Request) error {
	d := h.on(r)
	v := &lettersView{d: d, List: r.List("-newest", "newest", "oldest", "due"), Form: r.QueryForm()}
	var rows []casework.Row
	total := 0
	err := h.DB.Read(r.Context(), func(tx *store.Tx) error {
		all, err := h.Cases.Procedures(r.Context(), tx)
		if err != nil {
			return err
		}
		if v.Kind = numbered(all); v.Kind == nil {
			return nil
		}
		filter := d.filter(v.List, v.Form)
		filter.Procedure, filter.Tone = v.Kind.Name, v.Form.Choice("colour", tones...)
		if r.Wants() != "" {
			filter.Limit, filter.Offset = mostExported, 0
		}
		v.Opens = casework.CanOpen(v.Kind, casework.ActorOf(casework.Asker{Actor: r.Actor}), h.Cases.World(tx), false) == nil
		rows, total, err = h.Cases.List(r.Context(), tx, d.v, filter)
		return err
	})
	if err != nil {
		return err
	}
	if r.Wants() != "" {
		return web.Export(r, r.T("caseweb.letters"), d.header(), d.exported(rows))
	}
	v.options()
	v.Table = web.Table[casework.Row]{ID: "letters", Caption: r.T("caseweb.letters"), List: v.List, Export: true, Rows: rows, Total: min(total, casework.MostCounted), Columns: v.columns()}
	return r.Render(http.StatusOK, web.Page{Title: r.T("caseweb.letters"), Nav: "letters"}, lettersPage(v))
}

// numbered is the procedure whose papers are numbered, the first by name.
func numbered(all map[string]*casework.Procedure) *casework.Procedure {
	for _, name := range sortedKeys(all) {
		if all[name].Numbered.ZH != "" {
			return all[name]
		}
	}
	return nil
}

func (v *lettersView) options() {
	t := v.d.r.T
	any := web.Option{Text: t("caseweb.any")}
	v.States, v.Units, v.Tones = []web.Option{any}, []web.Option{any}, []web.Option{any}
	if v.Kind != nil {
		for _, s := range v.Kind.States {
			v.States = append(v.States, web.Option{Value: s.Key, Text: v.d.text(s.Value.Title)})
		}
	}
	for _, u := range v.d.trees.Units.All() {
		v.Units = append(v.Units, web.Option{Value: u.Key, Text: v.d.unit(u.Key)})
	}
	for _, tone := range tones {
		v.Tones = append(v.Tones, web.Option{Value: tone, Text: t("caseweb.tone." + tone)})
	}
	for _, s := range []string{"", "open", "late", "ended"} {
		v.Dues = append(v.Dues, web.Option{Value: s, Text: t("caseweb.progress." + cmp.Or(s, "any"))})
	}
}

func (v *lettersView) columns() []web.Column[casework.Row] {
	t := v.d.r.T
	all := v.d.columns(map[string]*casework.Procedure{v.kind(): v.Kind}, true)
	all = slices.DeleteFunc(all, func(c web.Column[casework.Row]) bool { return c.Title == t("caseweb.place") })
	all[0].Cell = func(x casework.Row) templ.Component { return letterCell(v, x) }
	return slices.Insert(all, 1, web.Column[casework.Row]{Title: v.d.toneTitle(v.Kind), Narrow: true, Cell: func(x casework.Row) templ.Component { return toneCell(v.d, x.Tone, v.Kind) }})
}

func (v *lettersView) kind() string {
	if v.Kind == nil {
		return ""
	}
	return v.Kind.Name
}

// paperNo is the number of a paper within its year; of what is not numbered so, the number of the case.
func (v *lettersView) paperNo(x casework.Row) string {
	return cmp.Or(v.d.text(v.Kind.SerialOf(x.Values)), x.Number)
}

// toneTitle is what the value is called by which lists of a procedure show and choose.
func (d *desk) toneTitle(p *casework.Procedure) string {
	title := ""
	if p != nil {
		title = d.text(p.ValueTitle(p.Tone))
	}
	return cmp.Or(title, d.r.T("caseweb.colour"))
}

// toneLight is the light that a colour is drawn as: never the colour alone.
func toneLight(tone string) string {
	if tone == "orange" {
		return "yellow"
	}
	return tone
}
