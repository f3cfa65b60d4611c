// Package identityweb shows identity: signing in and out, one's own account, and what the three administrators work with: accounts, grants
// and the record.
package identityweb

import (
	"embed"
	"iter"
	"net/http"
	"slices"
	"time"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/i18n"
	"huying/internal/identity"
	"huying/internal/places"
	"huying/internal/web"
)

// Locales are this package's texts.
//
//go:embed locales/*.json
var Locales embed.FS

// Paths are where the shell finds these pages.
var Paths = web.Paths{SignIn: "/sign-in", SignOut: "/sign-out", Account: "/account", Renew: "/account/password"}

// Nav is the part of the navigation that leads here.
var Nav = []web.NavItem{
	{Key: "accounts", Href: "/accounts", Text: "identityweb.accounts", Need: web.May(identity.AccountManage)},
	{Key: "grants", Href: "/grants", Text: "identityweb.grants", Need: web.May(identity.GrantManage)},
	{Key: "audit", Href: "/audit", Text: "identityweb.audit", Need: web.May(identity.AuditRead)},
}

type pages struct {
	ids    *identity.Service
	places *places.Store
	whats  []identity.What // that one may look for in the record
}

// Routes are the pages over the service s and the district's units and places. more are the deeds that other parts put on record.
func Routes(s *identity.Service, ps *places.Store, more ...identity.What) []web.Route {
	h := &pages{s, ps, slices.Concat(identity.Whats, more)}
	accounts, grants, audit := web.May(identity.AccountManage), web.May(identity.GrantManage), web.May(identity.AuditRead)
	return []web.Route{
		{Pattern: "GET /sign-in", Need: web.Everyone, Handle: h.signInForm},
		{Pattern: "POST /sign-in", Need: web.Everyone, Handle: h.signIn, MaxBody: 16 << 10},
		{Pattern: "POST /sign-out", Need: web.Everyone, Handle: h.signOut, MaxBody: 16 << 10},
		{Pattern: "GET /account", Need: web.SignedIn, Handle: h.own},
		{Pattern: "GET /account/password", Need: web.SignedIn, Handle: h.passwordForm},
		{Pattern: "POST /account/password", Need: web.SignedIn, Handle: h.changePassword, MaxBody: 16 << 10},
		{Pattern: "POST /account/sessions/end", Need: web.SignedIn, Handle: h.endSession, MaxBody: 16 << 10},
		{Pattern: "GET /account/tokens", Need: web.SignedIn, Handle: h.tokens},
		{Pattern: "POST /account/tokens", Need: web.SignedIn, Handle: h.createToken, MaxBody: 16 << 10},
		{Pattern: "POST /account/tokens/{id}/revoke", Need: web.SignedIn, Handle: h.revokeToken, MaxBody: 16 << 10},

		{Pattern: "GET /accounts", Need: accounts, Handle: h.accounts},
		{Pattern: "GET /accounts/new", Need: accounts, Handle: h.newAccount},
		{Pattern: "POST /accounts", Need: accounts, Handle: h.createAccount},
		{Pattern: "GET /accounts/{id}", Need: accounts, Handle: h.account},
		{Pattern: "POST /accounts/{id}", Need: accounts, Handle: h.changeAccount},
		{Pattern: "GET /accounts/{id}/disable", Need: accounts, Handle: h.askDisable},
		{Pattern: "POST /accounts/{id}/disable", Need: accounts, Handle: h.disable},
		{Pattern: "POST /accounts/{id}/enable", Need: accounts, Handle: h.enable},
		{Pattern: "GET /accounts/{id}/reset", Need: accounts, Handle: h.askReset},
		{Pattern: "POST /accounts/{id}/reset", Need: accounts, Handle: h.reset},

		{Pattern: "GET /grants", Need: grants, Handle: h.grants},
		{Pattern: "GET /grants/new", Need: grants, Handle: h.newGrant},
		{Pattern: "POST /grants", Need: grants, Handle: h.grant},
		{Pattern: "GET /grants/{id}/revoke", Need: grants, Handle: h.askRevoke},
		{Pattern: "POST /grants/{id}/revoke", Need: grants, Handle: h.revoke},

		{Pattern: "GET /audit", Need: audit, Handle: h.audit},
		{Pattern: "POST /audit/verify", Need: audit, Handle: h.verify, Limit: time.Minute},
	}
}

// refusals are how a page answers an error that it shows in its form.
var refusals = map[errs.Kind]int{
	errs.Forbidden: http.StatusForbidden, errs.TooMany: http.StatusTooManyRequests, errs.Unavailable: http.StatusServiceUnavailable,
}

// show puts an error into the form, whatever its kind, and returns the status of the page that shows it. An error without a message is not
// for the form: ok is false.
func show(f *web.Form, err error) (status int, ok bool) {
	if errs.Is(err, errs.Internal) || len(errs.All(err)) == 0 {
		return 0, false
	}
	for _, e := range errs.All(err) {
		var kv []any
		for k, v := range e.Args {
			kv = append(kv, k, v)
		}
		f.Wrong(e.Field, e.Key, kv...)
	}
	if status, ok = refusals[errs.KindOf(err)]; !ok {
		status = http.StatusUnprocessableEntity
	}
	return status, true
}

// unitName is what a unit is called today, or was called last.
func (h *pages) unitName(lang i18n.Lang, key string) string {
	if u, ok := h.places.Now().Units.ByKey(key); ok {
		return u.Name.In(lang)
	}
	if all := h.places.History().UnitVersions(key); len(all) > 0 {
		return all[len(all)-1].Name.In(lang)
	}
	return key
}

// placeName is what a place is called today, or was called last.
func (h *pages) placeName(lang i18n.Lang, key string) string {
	if p, ok := h.places.Now().Places.ByKey(key); ok {
		return p.Name.In(lang)
	}
	if all := h.places.History().PlaceVersions(key); len(all) > 0 {
		return all[len(all)-1].Name.In(lang)
	}
	return key
}

// unitOptions are the units that have people here, under what an empty choice means.
func (h *pages) unitOptions(r *web.Request, none string) []web.Option {
	options := []web.Option{{Text: r.T(none)}}
	tree := h.places.Now().Units
	for _, u := range tree.All() {
		if !u.External {
			options = append(options, web.Option{Value: u.Key, Text: indent(len(tree.Path(u.Key))) + u.Name.In(r.Lang)})
		}
	}
	return options
}

func (h *pages) placeOptions(r *web.Request, none string) []web.Option {
	options := []web.Option{{Text: r.T(none)}}
	tree := h.places.Now().Places
	for _, p := range tree.All() {
		if p.Kind != places.Cell { // a grid cell is nobody's area of office
			options = append(options, web.Option{Value: p.Key, Text: indent(len(tree.Path(p.Key))) + p.Name.In(r.Lang)})
		}
	}
	return options
}

// indent shows how deep a choice stands in its tree: a list of choices has no other way.
func indent(depth int) string {
	s := ""
	for range depth - 1 {
		s += "　"
	}
	return s
}

func roleName(r *web.Request, role identity.Role) string { return r.T("identity.role." + string(role)) }

// roleOptions offers the roles of the program and, after them, the district's own.
func (h *pages) roleOptions(r *web.Request, none string) ([]web.Option, error) {
	options := []web.Option{{Text: r.T(none)}}
	for _, role := range identity.Roles {
		options = append(options, web.Option{Value: string(role), Text: roleName(r, role)})
	}
	own, err := h.ids.DistrictRoles(r.Context())
	for _, d := range own {
		options = append(options, web.Option{Value: string(d.Key), Text: roleName(r, d.Key)})
	}
	return options, err
}

// who is how the record's login is shown.
func who(r *web.Request, login string) string {
	switch login {
	case "":
		return r.T("identityweb.nobody")
	case identity.ConsoleLogin:
		return r.T("identity.console")
	}
	return login
}

// span says from when until when a grant holds.
func span(r *web.Request, from, until clock.Date) string {
	if until.IsZero() {
		return r.T("identityweb.since", "from", r.Day(from))
	}
	return r.T("identityweb.from_until", "from", r.Day(from), "until", r.Day(until))
}

// exportPage is how many rows of an export are read at once.
const exportPage = 500

// inPages turns a list that is read page by page into the rows of an export.
func inPages[T any](read func(limit, offset int) ([]T, error), row func(T) []any) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for offset := 0; ; offset += exportPage {
			all, err := read(exportPage, offset)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, v := range all {
				if !yield(row(v), nil) {
					return
				}
			}
			if len(all) < exportPage {
				return
			}
		}
	}
}
