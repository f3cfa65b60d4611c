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

// tokenDays are how long a token may live, as it is offered.
var tokenDays = []string{"30", "90", "180", "366"}

func (h *pages) tokens(r *web.Request) error {
	return h.drawTokens(r, http.StatusOK, web.NewForm("days", "90"))
}

func (h *pages) drawTokens(r *web.Request, status int, f *web.Form) error {
	all, err := h.ids.TokensOf(r.Context(), r.By(), r.Actor.ID)
	if err != nil {
		return err
	}
	v := tokensView{Form: f, Table: web.Table[identity.Token]{ID: "tokens", Caption: r.T("identityweb.tokens"), Columns: tokenColumns(r), Rows: all, Bare: true,
		Empty: web.Empty(r.T("identityweb.no_tokens"))}}
	for _, s := range identity.Scopes {
		v.Scopes = append(v.Scopes, web.Option{Value: string(s), Text: r.T(scopeTexts[s]), Hint: string(s)})
	}
	for _, d := range tokenDays {
		n, err := strconv.Atoi(d)
		if err != nil {
			return err
		}
		v.Days = append(v.Days, web.Option{Value: d, Text: r.T("identityweb.days", "n", n)})
	}
	page := web.Page{Title: r.T("identityweb.tokens"), Crumbs: []web.Crumb{{Text: r.T("identityweb.own"), Href: "/account"}}}
	return r.Render(status, page, tokensPage(v))
}

var scopeTexts = map[identity.Scope]string{
	identity.CasesRead: "identityweb.scope.cases_read", identity.CasesWrite: "identityweb.scope.cases_write",
	identity.PromisesRead: "identityweb.scope.promises_read", identity.PromisesWrite: "identityweb.scope.promises_write",
	identity.NoticesRead: "identityweb.scope.notices_read", identity.FilesWrite: "identityweb.scope.files_write",
	identity.Exchange: "identityweb.scope.exchange",
}

func tokenColumns(r *web.Request) []web.Column[identity.Token] {
	text := func(title string, say func(identity.Token) string) web.Column[identity.Token] {
		return web.Column[identity.Token]{Title: r.T(title), Cell: func(t identity.Token) templ.Component { return web.Text(say(t)) }}
	}
	name := text("identityweb.token_name", func(t identity.Token) string { return t.Name })
	name.Head = true
	return []web.Column[identity.Token]{
		name,
		text("identityweb.token_hint", func(t identity.Token) string { return "hy_…" + t.Hint }),
		text("identityweb.token_for", func(t identity.Token) string {
			var names []string
			for _, s := range t.Scopes {
				names = append(names, string(s))
			}
			return strings.Join(names, ", ")
		}),
		text("identityweb.token_until", func(t identity.Token) string { return r.Moment(t.Until) }),
		text("identityweb.used", func(t identity.Token) string { return orDash(r.Moment(t.Used)) }),
		{Title: r.T("identityweb.action"), Narrow: true, Cell: func(t identity.Token) templ.Component { return revokeToken(t.ID) }},
	}
}

// createToken makes a token and shows it, this once.
func (h *pages) createToken(r *web.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	spec := identity.TokenSpec{Person: r.Actor.ID, Name: f.Line("name", 60)}
	for _, s := range identity.Scopes {
		if f.Has("scope", string(s)) {
			spec.Scopes = append(spec.Scopes, s)
		}
	}
	spec.Days, _ = strconv.Atoi(f.Choice("days", tokenDays...)) // nothing is 0 days, which the service refuses
	status := http.StatusUnprocessableEntity
	if f.OK() {
		t, text, err := h.ids.CreateToken(r.Context(), r.By(), spec)
		if err == nil {
			return r.Render(http.StatusOK, web.Page{Title: r.T("identityweb.token_made")}, tokenPage(t, text))
		}
		var ok bool
		if status, ok = show(f, err); !ok {
			return err
		}
	}
	return h.drawTokens(r, status, f)
}

func (h *pages) revokeToken(r *web.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	err = h.ids.RevokeToken(r.Context(), r.By(), id)
	if err != nil && !errs.Is(err, errs.NotFound) { // ended meanwhile: that is what was wanted
		return err
	}
	r.Flash("identityweb.token_revoked")
	return r.Redirect("/account/tokens")
}
