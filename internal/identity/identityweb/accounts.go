package identityweb

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/web"
)

func accountsCrumb(r *web.Request) []web.Crumb {
	return []web.Crumb{{Text: r.T("identityweb.accounts"), Href: "/accounts"}}
}

func (h *pages) accounts(r *web.Request) error {
	l, f := r.List("login", "login", "name", "unit", "created", "signed_in"), r.QueryForm()
	filter := identity.AccountFilter{Text: f.Line("q", 60), Unit: f.Line("unit", 60), Role: identity.Role(f.Line("role", 60)),
		State: f.Line("state", 20), Sort: l.Sort, Desc: l.Desc, Limit: l.Size, Offset: l.Offset()}
	if r.Wants() != "" {
		return h.exportAccounts(r, filter)
	}
	all, total, err := h.ids.Accounts(r.Context(), r.By(), filter)
	if err != nil {
		return err
	}
	table := web.Table[identity.Account]{ID: "accounts", Caption: r.T("identityweb.accounts"), Columns: h.accountColumns(r), Rows: all, Total: total, List: l, Export: true}
	roles, err := h.roleOptions(r, "identityweb.any")
	if err != nil {
		return err
	}
	v := accountsView{List: l, Form: f, Table: table, Units: h.unitOptions(r, "identityweb.any"), Roles: roles}
	return r.Render(http.StatusOK, web.Page{Title: r.T("identityweb.accounts"), Nav: "accounts"}, accountsPage(v))
}

func (h *pages) accountColumns(r *web.Request) []web.Column[identity.Account] {
	text := func(key, title string, say func(identity.Account) string) web.Column[identity.Account] {
		return web.Column[identity.Account]{Key: key, Title: r.T(title), Cell: func(a identity.Account) templ.Component { return web.Text(say(a)) }}
	}
	return []web.Column[identity.Account]{
		{Key: "login", Title: r.T("identityweb.login"), Head: true, Cell: func(a identity.Account) templ.Component {
			return web.Link("/accounts/"+strconv.FormatInt(a.ID, 10), a.Login)
		}},
		text("name", "identityweb.name", func(a identity.Account) string { return a.Name }),
		text("unit", "identityweb.unit", func(a identity.Account) string { return h.unitName(r.Lang, a.Unit) }),
		text("", "identityweb.roles", func(a identity.Account) string { return rolesText(r, a) }),
		text("signed_in", "identityweb.signed_in", func(a identity.Account) string { return momentOr(r, a) }),
		text("", "identityweb.state", func(a identity.Account) string { return stateText(r, a) }),
	}
}

func rolesText(r *web.Request, a identity.Account) string {
	var names []string
	for _, role := range a.Roles {
		names = append(names, roleName(r, role))
	}
	return strings.Join(names, r.T("identityweb.comma"))
}

func stateText(r *web.Request, a identity.Account) string {
	switch {
	case a.Disabled():
		return r.T("identityweb.disabled")
	case a.MustChange:
		return r.T("identityweb.must_change")
	}
	return r.T("identityweb.active")
}

// momentOr is when a person last signed in.
func momentOr(r *web.Request, a identity.Account) string {
	if a.SignedInAt.IsZero() {
		return r.T("identityweb.never")
	}
	return r.Moment(a.SignedInAt)
}

// exportAccounts sends the list as a file. Names leave the program with it, which is put on record first.
func (h *pages) exportAccounts(r *web.Request, filter identity.AccountFilter) error {
	detail := identity.Detail{"format": r.Wants(), "filter": r.URL.RawQuery}
	if err := h.ids.RecordNow(r.Context(), r.By(), identity.AccountsRead, "accounts", detail); err != nil {
		return err
	}
	header := []string{r.T("identityweb.login"), r.T("identityweb.name"), r.T("identityweb.unit"), r.T("identityweb.roles"), r.T("identityweb.state"),
		r.T("identityweb.created"), r.T("identityweb.signed_in")}
	read := func(limit, offset int) ([]identity.Account, error) {
		filter.Limit, filter.Offset = limit, offset
		all, _, err := h.ids.Accounts(r.Context(), r.By(), filter)
		return all, err
	}
	return web.Export(r, r.T("identityweb.accounts"), header, inPages(read, func(a identity.Account) []any {
		return []any{a.Login, a.Name, h.unitName(r.Lang, a.Unit), rolesText(r, a), stateText(r, a), a.CreatedAt, a.SignedInAt}
	}))
}

func (h *pages) newAccount(r *web.Request) error { return h.drawNew(r, http.StatusOK, web.NewForm()) }

func (h *pages) drawNew(r *web.Request, status int, f *web.Form) error {
	return r.Render(status, web.Page{Title: r.T("identityweb.new_account"), Nav: "accounts", Crumbs: accountsCrumb(r)},
		newAccountPage(f, h.unitOptions(r, "identityweb.no_unit")))
}

// createAccount shows the one-time password in its answer, and nowhere else: it is not in a session, nor in an address.
func (h *pages) createAccount(r *web.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	spec := identity.Spec{Login: f.Line("login", 200), Name: f.Line("name", 200), Unit: f.Line("unit", 60)}
	if !f.OK() {
		return h.drawNew(r, http.StatusUnprocessableEntity, f)
	}
	id, password, err := h.ids.CreateAccount(r.Context(), r.By(), spec)
	if err != nil {
		if f.Takes(err) {
			return h.drawNew(r, http.StatusUnprocessableEntity, f)
		}
		return err
	}
	return h.drawOneTime(r, id, password)
}

func (h *pages) drawOneTime(r *web.Request, id int64, password string) error {
	acc, err := h.ids.Account(r.Context(), r.By(), id)
	if err != nil {
		return err
	}
	return r.Render(http.StatusOK, web.Page{Title: r.T("identityweb.one_time"), Nav: "accounts", Crumbs: accountsCrumb(r)}, oneTimePage(acc, password))
}

func (h *pages) oneAccount(r *web.Request) (identity.Account, error) {
	id, err := r.ID("id")
	if err != nil {
		return identity.Account{}, err
	}
	return h.ids.Account(r.Context(), r.By(), id)
}

func (h *pages) account(r *web.Request) error {
	acc, err := h.oneAccount(r)
	if err != nil {
		return err
	}
	f := web.NewForm("name", acc.Name, "unit", acc.Unit, "version", strconv.FormatInt(acc.Version, 10))
	return h.drawAccount(r, http.StatusOK, acc, f)
}

func (h *pages) drawAccount(r *web.Request, status int, acc identity.Account, f *web.Form) error {
	v := accountView{Account: acc, Form: f, Own: acc.ID == r.Actor.ID, Units: h.unitOptions(r, "identityweb.no_unit"),
		Facts: []web.Pair{
			{Name: r.T("identityweb.login"), Value: web.Text(acc.Login)},
			{Name: r.T("identityweb.state"), Value: web.Text(stateText(r, acc))},
			{Name: r.T("identityweb.roles"), Value: web.Text(rolesText(r, acc))},
			{Name: r.T("identityweb.created"), Value: web.Text(r.Moment(acc.CreatedAt))},
			{Name: r.T("identityweb.signed_in"), Value: web.Text(momentOr(r, acc))},
		}}
	if _, ok := h.places.Now().Units.ByKey(acc.Unit); !ok && acc.Unit != "" { // a unit that is no more stays until another is chosen
		v.Units = append(v.Units, web.Option{Value: acc.Unit, Text: h.unitName(r.Lang, acc.Unit)})
	}
	return r.Render(status, web.Page{Title: acc.Name, Nav: "accounts", Crumbs: accountsCrumb(r)}, accountPage(v))
}

func (h *pages) changeAccount(r *web.Request) error {
	acc, err := h.oneAccount(r)
	if err != nil {
		return err
	}
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	name, unit, version := f.Line("name", 200), f.Line("unit", 60), f.Int("version", 1, 1<<62)
	if f.OK() {
		err := h.ids.ChangeAccount(r.Context(), r.By(), acc.ID, version, name, unit)
		if err == nil {
			r.Flash("identityweb.saved")
			return r.Redirect(accountPath(acc.ID))
		}
		if !f.Takes(err) {
			return err
		}
		if errs.Is(err, errs.Conflict) { // what was typed stays; to send it again is a choice made in view of the new state
			f.Set("version", strconv.FormatInt(acc.Version, 10))
		}
	}
	return h.drawAccount(r, http.StatusUnprocessableEntity, acc, f)
}

func accountPath(id int64) string { return "/accounts/" + strconv.FormatInt(id, 10) }

func (h *pages) askDisable(r *web.Request) error { return h.ask(r, "disable") }
func (h *pages) askReset(r *web.Request) error   { return h.ask(r, "reset") }

// ask is the page between a button and what cannot be undone.
func (h *pages) ask(r *web.Request, what string) error {
	acc, err := h.oneAccount(r)
	if err != nil {
		return err
	}
	title := r.T("identityweb."+what+"_of", "name", acc.Name, "login", acc.Login)
	page := web.Page{Title: title, Nav: "accounts", Crumbs: accountsCrumb(r)}
	return r.Render(http.StatusOK, page, web.Confirm(title, r.T("identityweb."+what+"_means"), accountPath(acc.ID)+"/"+what, r.T("identityweb."+what), accountPath(acc.ID)))
}

func (h *pages) disable(r *web.Request) error {
	return h.change(r, "identityweb.disabled_now", func(id int64) error { return h.ids.DisableAccount(r.Context(), r.By(), id) })
}

func (h *pages) enable(r *web.Request) error {
	return h.change(r, "identityweb.enabled_now", func(id int64) error { return h.ids.EnableAccount(r.Context(), r.By(), id) })
}

func (h *pages) change(r *web.Request, done string, do func(id int64) error) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	if err := do(id); err != nil {
		return err
	}
	r.Flash(done)
	return r.Redirect(accountPath(id))
}

func (h *pages) reset(r *web.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	password, err := h.ids.ResetPassword(r.Context(), r.By(), id)
	if err != nil {
		return err
	}
	return h.drawOneTime(r, id, password)
}
