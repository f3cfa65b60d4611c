package identityweb

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/a-h/templ"

	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/web"
)

func grantsCrumb(r *web.Request) []web.Crumb {
	return []web.Crumb{{Text: r.T("identityweb.grants"), Href: "/grants"}}
}

var grantStates = []string{"held", "future", "past", "revoked"}

func (h *pages) grants(r *web.Request) error {
	l, f := r.List("login", "login", "role", "unit", "from", "until"), r.QueryForm()
	filter := identity.GrantFilter{Text: f.Line("q", 60), Role: identity.Role(f.Line("role", 60)), State: f.Line("state", 20),
		Sort: l.Sort, Desc: l.Desc, Limit: l.Size, Offset: l.Offset()}
	if r.Wants() != "" {
		return h.exportGrants(r, filter)
	}
	all, total, err := h.ids.Grants(r.Context(), r.By(), filter)
	if err != nil {
		return err
	}
	states := []web.Option{{Text: r.T("identityweb.any")}}
	for _, s := range grantStates {
		states = append(states, web.Option{Value: s, Text: r.T("identityweb.grant." + s)})
	}
	table := web.Table[identity.Held]{ID: "grants", Caption: r.T("identityweb.grants"), Columns: h.grantColumns(r), Rows: all, Total: total, List: l, Export: true}
	roles, err := h.roleOptions(r, "identityweb.any")
	if err != nil {
		return err
	}
	v := grantsView{List: l, Form: f, Table: table, Roles: roles, States: states}
	return r.Render(http.StatusOK, web.Page{Title: r.T("identityweb.grants"), Nav: "grants"}, grantsPage(v))
}

func (h *pages) grantColumns(r *web.Request) []web.Column[identity.Held] {
	text := func(key, title string, head bool, say func(identity.Held) string) web.Column[identity.Held] {
		return web.Column[identity.Held]{Key: key, Title: r.T(title), Head: head, Cell: func(g identity.Held) templ.Component { return web.Text(say(g)) }}
	}
	return []web.Column[identity.Held]{
		text("login", "identityweb.person", true, func(g identity.Held) string { return personText(r, g) }),
		text("role", "identityweb.role", false, func(g identity.Held) string { return roleName(r, g.Role) }),
		text("unit", "identityweb.scope", false, func(g identity.Held) string { return h.scopeText(r, g.Grant) }),
		text("from", "identityweb.period", false, func(g identity.Held) string { return span(r, g.From, g.Until) }),
		text("", "identityweb.state", false, func(g identity.Held) string { return h.grantState(r, g.Grant) }),
		{Title: r.T("identityweb.action"), Narrow: true, Cell: func(g identity.Held) templ.Component {
			if !g.RevokedAt.IsZero() || g.Person == r.Actor.ID || !g.Until.IsZero() && g.Until.Before(h.ids.Today()) {
				return web.Text("—")
			}
			return web.Link("/grants/"+strconv.FormatInt(g.ID, 10)+"/revoke", r.T("identityweb.revoke"))
		}},
	}
}

func personText(r *web.Request, g identity.Held) string {
	return r.T("identityweb.person_login", "name", g.Name, "login", g.Login)
}

// scopeText says for which unit and place a grant holds.
func (h *pages) scopeText(r *web.Request, g identity.Grant) string {
	unit, place := r.T("identityweb.whole"), ""
	if g.Unit != "" {
		unit = h.unitName(r.Lang, g.Unit)
	}
	if g.Place != "" {
		place = r.T("identityweb.comma") + h.placeName(r.Lang, g.Place)
	}
	return unit + place
}

func (h *pages) grantState(r *web.Request, g identity.Grant) string {
	today := h.ids.Today()
	switch {
	case !g.RevokedAt.IsZero():
		return r.T("identityweb.revoked_by", "by", who(r, g.RevokedBy), "at", r.Moment(g.RevokedAt))
	case g.From.After(today):
		return r.T("identityweb.grant.future")
	case !g.Holds(today):
		return r.T("identityweb.grant.past")
	}
	return r.T("identityweb.grant.held")
}

// grantText is a whole grant in one line.
func (h *pages) grantText(r *web.Request, g identity.Grant) string {
	return r.T("identityweb.grant_line", "role", roleName(r, g.Role), "scope", h.scopeText(r, g), "period", span(r, g.From, g.Until))
}

func (h *pages) exportGrants(r *web.Request, filter identity.GrantFilter) error {
	detail := identity.Detail{"format": r.Wants(), "filter": r.URL.RawQuery}
	if err := h.ids.RecordNow(r.Context(), r.By(), identity.AccountsRead, "grants", detail); err != nil {
		return err
	}
	header := []string{r.T("identityweb.login"), r.T("identityweb.name"), r.T("identityweb.role"), r.T("identityweb.unit"), r.T("identityweb.place"),
		r.T("identityweb.from"), r.T("identityweb.until"), r.T("identityweb.state"), r.T("identityweb.granted_by"), r.T("identityweb.granted_at"), r.T("identityweb.note")}
	read := func(limit, offset int) ([]identity.Held, error) {
		filter.Limit, filter.Offset = limit, offset
		all, _, err := h.ids.Grants(r.Context(), r.By(), filter)
		return all, err
	}
	return web.Export(r, r.T("identityweb.grants"), header, inPages(read, func(g identity.Held) []any {
		return []any{g.Login, g.Name, roleName(r, g.Role), h.unitName(r.Lang, g.Unit), h.placeName(r.Lang, g.Place), g.From, g.Until,
			h.grantState(r, g.Grant), who(r, g.GrantedBy), g.GrantedAt, g.Note}
	}))
}

// offeredLogins is how many people the form suggests; others are typed.
const offeredLogins = 500

func (h *pages) newGrant(r *web.Request) error {
	return h.drawGrant(r, http.StatusOK, web.NewForm("login", r.Query("login"), "from", r.Today().String()))
}

func (h *pages) drawGrant(r *web.Request, status int, f *web.Form) error {
	people, _, err := h.ids.Accounts(r.Context(), r.By(), identity.AccountFilter{State: "active", Limit: offeredLogins})
	if err != nil {
		return err
	}
	roles, err := h.roleOptions(r, "identityweb.choose")
	if err != nil {
		return err
	}
	v := newGrantView{Form: f, People: people, Roles: roles,
		Units: h.unitOptions(r, "identityweb.whole"), Places: h.placeOptions(r, "identityweb.whole")}
	return r.Render(status, web.Page{Title: r.T("identityweb.new_grant"), Nav: "grants", Crumbs: grantsCrumb(r)}, newGrantPage(v))
}

func (h *pages) grant(r *web.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	g := identity.Grant{Role: identity.Role(f.Required("role", 60)), Unit: f.Line("unit", 60), Place: f.Line("place", 60),
		From: f.Date("from"), Until: f.Date("until"), Note: f.Line("note", 200)}
	login := f.Required("login", 200)
	if f.OK() {
		if g.Person, err = h.personOf(r, login); err == nil {
			_, err = h.ids.Grant(r.Context(), r.By(), g)
		}
		if err == nil {
			r.Flash("identityweb.granted")
			return r.Redirect("/grants?" + url.Values{"q": {login}}.Encode())
		}
		if status, ok := show(f, err); ok {
			return h.drawGrant(r, status, f)
		}
		return err
	}
	return h.drawGrant(r, http.StatusUnprocessableEntity, f)
}

func (h *pages) personOf(r *web.Request, login string) (int64, error) {
	found, _, err := h.ids.Accounts(r.Context(), r.By(), identity.AccountFilter{Login: login, Limit: 1})
	if err != nil {
		return 0, err
	}
	if len(found) == 0 {
		return 0, errs.New(errs.Invalid, "identityweb.no_login", "login", login).On("login")
	}
	return found[0].ID, nil
}

func (h *pages) askRevoke(r *web.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	all, _, err := h.ids.Grants(r.Context(), r.By(), identity.GrantFilter{ID: id})
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return errs.New(errs.NotFound, "identity.no_grant", "id", strconv.FormatInt(id, 10))
	}
	title := r.T("identityweb.revoke_of", "person", personText(r, all[0]))
	page := web.Page{Title: title, Nav: "grants", Crumbs: grantsCrumb(r)}
	return r.Render(http.StatusOK, page, revokePage(title, h.grantText(r, all[0].Grant), id))
}

func (h *pages) revoke(r *web.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	reason := f.Line("reason", 200)
	if err := f.Err(); err != nil {
		return err
	}
	if err := h.ids.Revoke(r.Context(), r.By(), id, reason); err != nil {
		return err
	}
	r.Flash("identityweb.revoked_now")
	return r.Redirect("/grants")
}
