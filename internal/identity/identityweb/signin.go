package identityweb

import (
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/web"
)

func (h *pages) signInForm(r *web.Request) error {
	if r.Actor != nil {
		return r.Redirect(r.Next())
	}
	return r.Render(http.StatusOK, web.Page{Title: r.T("identityweb.sign_in")}, signInPage(web.NewForm(), r.Next()))
}

func (h *pages) signIn(r *web.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	login, password := f.Line("login", 200), f.Password("password")
	if login == "" {
		f.Wrong("login", "web.required")
	}
	if password == "" {
		f.Wrong("password", "web.required")
	}
	status := http.StatusUnprocessableEntity
	if f.OK() {
		person, err := h.ids.SignIn(r.Context(), login, password, r.By().Address)
		if err == nil {
			if err := r.SignIn(person); err != nil {
				return err
			}
			return r.Redirect(r.Next())
		}
		var ok bool
		if status, ok = show(f, err); !ok {
			return err
		}
	}
	return r.Render(status, web.Page{Title: r.T("identityweb.sign_in")}, signInPage(f, r.Next()))
}

func (h *pages) signOut(r *web.Request) error {
	if r.Actor != nil {
		if err := h.ids.SignedOut(r.Context(), r.By()); err != nil {
			return err
		}
		if err := r.SignOut(); err != nil {
			return err
		}
	}
	return r.Redirect("/")
}

func (h *pages) own(r *web.Request) error {
	sessions, err := h.ids.OwnSessions(r.Context(), r.By())
	if err != nil {
		return err
	}
	v := ownView{Actor: r.Actor, Unit: h.unitName(r.Lang, r.Actor.Unit), Sessions: web.Table[identity.Session]{ID: "sessions-list",
		Caption: r.T("identityweb.sessions"), Columns: sessionColumns(r), Rows: sessions, Bare: true}}
	for _, g := range r.Actor.Grants {
		v.Grants = append(v.Grants, h.grantText(r, g))
	}
	return r.Render(http.StatusOK, web.Page{Title: r.T("identityweb.own")}, ownPage(v))
}

func sessionColumns(r *web.Request) []web.Column[identity.Session] {
	text := func(title string, say func(identity.Session) string) web.Column[identity.Session] {
		return web.Column[identity.Session]{Title: r.T(title), Cell: func(s identity.Session) templ.Component { return web.Text(say(s)) }}
	}
	begun := text("identityweb.begun", func(s identity.Session) string { return r.Moment(s.CreatedAt) })
	begun.Head = true
	return []web.Column[identity.Session]{
		begun,
		text("identityweb.used", func(s identity.Session) string { return r.Moment(s.SeenAt) }),
		text("identityweb.address", func(s identity.Session) string { return s.Address }),
		text("identityweb.browser", func(s identity.Session) string { return browserName(s.Agent) }),
		{Title: r.T("identityweb.action"), Narrow: true, Cell: func(s identity.Session) templ.Component {
			if s.ID == r.SessionID() {
				return web.Text(r.T("identityweb.this_one"))
			}
			return endSession(s.ID)
		}},
	}
}

// browsers and systems as a browser names them in its User-Agent, the more telling first: most call themselves Safari too.
var (
	browsers = [][2]string{{"MicroMessenger", "微信"}, {"DingTalk", "钉钉"}, {"Edg", "Edge"}, {"Firefox", "Firefox"}, {"Chrome", "Chrome"}, {"Safari", "Safari"}}
	systems  = [][2]string{{"HarmonyOS", "HarmonyOS"}, {"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"Mac OS", "macOS"}, {"Linux", "Linux"}}
)

// browserName shortens a User-Agent to what a person knows their device by. One that it does not know stays as it is.
func browserName(agent string) string {
	find := func(names [][2]string) string {
		for _, n := range names {
			if strings.Contains(agent, n[0]) {
				return n[1]
			}
		}
		return ""
	}
	browser, system := find(browsers), find(systems)
	if browser == "" || system == "" {
		return agent
	}
	return browser + " · " + system
}

func (h *pages) passwordForm(r *web.Request) error {
	return h.drawPassword(r, http.StatusOK, web.NewForm())
}

func (h *pages) drawPassword(r *web.Request, status int, f *web.Form) error {
	page := web.Page{Title: r.T("identityweb.change_password")}
	if !r.Actor.MustChange {
		page.Crumbs = []web.Crumb{{Text: r.T("identityweb.own"), Href: "/account"}}
	}
	return r.Render(status, page, passwordPage(f, r.Actor))
}

// changePassword ends every session of the person, and begins a new one for the browser that asked.
func (h *pages) changePassword(r *web.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	old, password, again := f.Password("old"), f.Password("password"), f.Password("again")
	if old == "" {
		f.Wrong("old", "web.required")
	}
	if password != again {
		f.Wrong("again", "identityweb.passwords_differ")
	}
	status := http.StatusUnprocessableEntity
	if f.OK() {
		err := h.ids.ChangePassword(r.Context(), r.By(), old, password)
		if err == nil {
			if err := r.SignIn(r.Actor.ID); err != nil {
				return err
			}
			r.Flash("identityweb.password_changed")
			return r.Redirect("/account")
		}
		var ok bool
		if status, ok = show(f, err); !ok {
			return err
		}
	}
	return h.drawPassword(r, status, f)
}

func (h *pages) endSession(r *web.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	err = h.ids.EndOwnSession(r.Context(), r.By(), f.Value("session"))
	if err != nil && !errs.Is(err, errs.NotFound) { // ended meanwhile: that is what was wanted
		return err
	}
	r.Flash("identityweb.session_ended")
	return r.Redirect("/account")
}
