package identityweb_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/i18n"
	"huying/internal/identity"
	"huying/internal/identity/identityweb"
	"huying/internal/places"
	"huying/internal/store"
	"huying/internal/store/storetest"
	"huying/internal/web"
)

func TestMain(m *testing.M) { storetest.Main(m) }

var (
	ctx    = context.Background()
	zhuhai = time.FixedZone("CST", 8*3600)
)

const password = "正确的 horse battery"

// frontEnd stands for the built one, which these tests do not need.
var frontEnd = fstest.MapFS{
	"manifest.json": {Data: []byte(`{"app.css":"app.css","app.js":"app.js","icon.svg":"icon.svg"}`)},
	"app.css":       {Data: []byte("a{}")}, "app.js": {Data: []byte(";")}, "icon.svg": {Data: []byte("<svg/>")},
}

// site is a running server with the pages.
type site struct {
	t    *testing.T
	url  string
	ids  *identity.Service
	db   *store.DB
	hand *clock.Hand
}

func newSite(t *testing.T, db *store.DB) *site {
	t.Helper()
	hand := clock.NewHand(clock.Security{}.Now())
	ps, err := places.Open(ctx, db, zhuhai)
	if err != nil {
		t.Fatal(err)
	}
	ids := identity.New(db, zhuhai, hand.Security(), func() (identity.Tree, identity.Tree) { return nil, nil },
		identity.WithParams(identity.Params{Memory: 64, Passes: 1, Threads: 1}))
	texts, err := i18n.New(identity.Locales, identityweb.Locales, web.Locales, store.Locales, errs.Locales)
	if err != nil {
		t.Fatal(err)
	}
	server, err := web.New(web.Options{Texts: texts, Sessions: ids.Sessions(), Actors: ids, Zone: zhuhai, Paths: identityweb.Paths,
		Nav: identityweb.Nav, Assets: frontEnd, Log: slog.New(slog.DiscardHandler), Business: clock.NewHand(storetest.Now).Business()})
	if err != nil {
		t.Fatal(err)
	}
	server.Add(web.Route{Pattern: "GET /{$}", Need: web.Everyone, Handle: func(r *web.Request) error {
		return r.Render(http.StatusOK, web.Page{}, web.Text("home"))
	}})
	server.Add(identityweb.Routes(ids, ps)...)
	running := httptest.NewServer(server.Handler())
	t.Cleanup(running.Close)
	return &site{t, running.URL, ids, db, hand}
}

func each(t *testing.T, f func(t *testing.T, s *site)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) { f(t, newSite(t, db)) }, places.Schema, identity.Schema)
}

func (s *site) add(login, name string, roles ...identity.Role) int64 {
	s.t.Helper()
	spec := identity.Spec{Login: login, Name: name, Password: password}
	for _, r := range roles {
		g := identity.Grant{Role: r}
		if r.Bound() {
			g.Unit = "economy"
		}
		spec.Grants = append(spec.Grants, g)
	}
	id, _, err := s.ids.CreateAccount(ctx, identity.Console(), spec)
	if err != nil {
		s.t.Fatal(err)
	}
	return id
}

// browser is somebody at a browser of their own.
type browser struct {
	*site
	http  *http.Client
	agent string
}

func (s *site) browser() *browser {
	s.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return &browser{s, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, "Firefox <b>"}
}

func (s *site) signedIn(login string) *browser {
	s.t.Helper()
	b := s.browser()
	b.post("/sign-in", "login", login, "password", password).is(http.StatusSeeOther)
	return b
}

// answer is what came back.
type answer struct {
	t      *testing.T
	what   string
	status int
	header http.Header
	body   string
}

func (b *browser) get(path string) answer {
	b.t.Helper()
	return b.do(http.MethodGet, path, nil)
}

func (b *browser) post(path string, fields ...string) answer {
	b.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	return b.do(http.MethodPost, path, form)
}

func (b *browser) do(method, path string, form url.Values) answer {
	b.t.Helper()
	req, err := http.NewRequestWithContext(ctx, method, b.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Accept", "text/html")
	req.Header.Set("Accept-Language", "zh-CN")
	req.Header.Set("User-Agent", b.agent)
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := b.http.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil {
		b.t.Fatal(err)
	}
	return answer{b.t, method + " " + path, res.StatusCode, res.Header, string(body)}
}

func (a answer) is(status int) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Errorf("%s: status %d, want %d\n%s", a.what, a.status, status, text(a.body))
	}
	return a
}

func (a answer) leadsTo(path string) answer {
	a.t.Helper()
	if a.is(http.StatusSeeOther).header.Get("Location") != path {
		a.t.Errorf("%s: leads to %q, want %q", a.what, a.header.Get("Location"), path)
	}
	return a
}

func (a answer) has(parts ...string) answer {
	a.t.Helper()
	for _, p := range parts {
		if !strings.Contains(a.body, p) {
			a.t.Errorf("%s: %q is not on the page\n%s", a.what, p, text(a.body))
		}
	}
	return a
}

func (a answer) lacks(parts ...string) answer {
	a.t.Helper()
	for _, p := range parts {
		if strings.Contains(a.body, p) {
			a.t.Errorf("%s: %q is on the page", a.what, p)
		}
	}
	return a
}

var tags = regexp.MustCompile(`(?s)<[^>]*>\s*`)

// text is a page as one reads it, for messages of tests.
func text(page string) string {
	if _, main, ok := strings.Cut(page, "<main"); ok {
		page = main
	}
	return tags.ReplaceAllString(page, " ")
}
