package identityweb

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"huying/internal/identity"
	"huying/internal/web"
)

func (h *pages) audit(r *web.Request) error { return h.drawAudit(r, nil) }

// verify reads the whole record and says on its page whether the chain holds.
func (h *pages) verify(r *web.Request) error {
	check, err := h.ids.VerifyAudit(r.Context(), r.By())
	if err != nil {
		return err
	}
	return h.drawAudit(r, &check)
}

func (h *pages) drawAudit(r *web.Request, check *identity.AuditCheck) error {
	l, f := r.List("-at", "at"), r.QueryForm()
	filter := identity.AuditFilter{Login: f.Line("q", 60), What: identity.What(f.Line("what", 60)), Object: f.Line("object", 100),
		Address: f.Line("address", 60), From: f.Date("from"), Until: f.Date("until"), Oldest: l.Sort == "at" && !l.Desc,
		Limit: l.Size, Offset: l.Offset()}
	if r.Wants() != "" {
		return h.exportAudit(r, filter)
	}
	lines, total, err := h.ids.Audit(r.Context(), r.By(), filter)
	if err != nil {
		return err
	}
	whats := []web.Option{{Text: r.T("identityweb.any")}}
	for _, w := range h.whats {
		whats = append(whats, web.Option{Value: string(w), Text: whatText(r, w)})
	}
	table := web.Table[identity.Line]{ID: "audit", Caption: r.T("identityweb.audit"), Columns: h.auditColumns(r), Rows: lines, Total: total, List: l, Export: true}
	v := auditView{List: l, Form: f, Table: table, Whats: whats, Check: check}
	return r.Render(http.StatusOK, web.Page{Title: r.T("identityweb.audit"), Nav: "audit", Wide: true}, auditPage(v))
}

// whatText names a deed. A part of the program that records deeds of its own brings their texts under the same keys.
func whatText(r *web.Request, w identity.What) string { return named(r, "identity.what.", string(w)) }

// named is the text of a word of the record, and the word itself where it has none.
func named(r *web.Request, prefix, word string) string {
	if text := r.T(prefix + word); text != prefix+word {
		return text
	}
	return word
}

func (h *pages) auditColumns(r *web.Request) []web.Column[identity.Line] {
	text := func(key, title string, say func(identity.Line) string) web.Column[identity.Line] {
		return web.Column[identity.Line]{Key: key, Title: r.T(title), Cell: func(l identity.Line) templ.Component { return web.Text(say(l)) }}
	}
	at := text("at", "identityweb.at", func(l identity.Line) string { return r.Moment(l.At) })
	at.Head, at.Narrow = true, true
	by, what := text("", "identityweb.who", func(l identity.Line) string { return who(r, l.Login) }), text("", "identityweb.what", func(l identity.Line) string { return whatText(r, l.What) })
	by.Narrow, what.Narrow = true, true
	return []web.Column[identity.Line]{
		at, by, what,
		text("", "identityweb.object", objectText),
		text("", "identityweb.detail", func(l identity.Line) string { return h.detailText(r, l.Detail) }),
		text("", "identityweb.address", func(l identity.Line) string { return l.Address }),
		{Title: r.T("identityweb.seq"), Numeric: true, Narrow: true, Cell: func(l identity.Line) templ.Component { return web.Text(web.Int(l.Seq)) }},
	}
}

// objectText names what a line is about: an account by its login.
func objectText(l identity.Line) string {
	if l.Subject != "" {
		return l.Subject
	}
	return l.Object
}

// detailText writes a line's detail for a person: its names and values, in order, those without a value left out. What is not a JSON object
// is shown as it is. A part of the program that records values of its own brings their names under the same keys.
func (h *pages) detailText(r *web.Request, detail string) string {
	var values map[string]any
	if err := json.Unmarshal([]byte(detail), &values); err != nil {
		return detail
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if v := values[name]; v != "" && v != nil && v != false {
			parts = append(parts, named(r, "identity.detail.", name)+" "+h.valueText(r, name, v))
		}
	}
	return strings.Join(parts, " · ")
}

// valueText says a value by what it stands for: a unit, a place and a role have names.
func (h *pages) valueText(r *web.Request, name string, value any) string {
	text := fmt.Sprint(value)
	switch {
	case value == true:
		return r.T("identityweb.yes")
	case name == "role":
		return roleName(r, identity.Role(text))
	case name == "place":
		return h.placeName(r.Lang, text)
	case slices.Contains([]string{"unit", "unit_before", "parent", "into"}, name):
		return h.unitName(r.Lang, text)
	case name == "reason":
		return named(r, "identity.reason.", text)
	}
	return text
}

func (h *pages) exportAudit(r *web.Request, filter identity.AuditFilter) error {
	if err := h.ids.RecordNow(r.Context(), r.By(), identity.AuditExported, "audit", identity.Detail{"format": r.Wants(), "filter": r.URL.RawQuery}); err != nil {
		return err
	}
	header := []string{r.T("identityweb.seq"), r.T("identityweb.at"), r.T("identityweb.who"), r.T("identityweb.what"), r.T("identityweb.code"),
		r.T("identityweb.object"), r.T("identityweb.detail"), r.T("identityweb.address"), r.T("identityweb.hash")}
	read := func(limit, offset int) ([]identity.Line, error) {
		filter.Oldest, filter.Limit, filter.Offset = true, limit, offset // what is appended meanwhile moves no row to another page
		lines, _, err := h.ids.Audit(r.Context(), r.By(), filter)
		return lines, err
	}
	return web.Export(r, r.T("identityweb.audit"), header, inPages(read, func(l identity.Line) []any {
		return []any{l.Seq, l.At, who(r, l.Login), whatText(r, l.What), string(l.What), l.Object, l.Detail, l.Address, l.Hash}
	}))
}
