package caseapi_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"huying/api"
	"huying/internal/calendar"
	"huying/internal/casework"
	"huying/internal/casework/caseapi"
	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/files"
	"huying/internal/i18n"
	"huying/internal/identity"
	"huying/internal/jobs"
	"huying/internal/ledger"
	"huying/internal/notice"
	"huying/internal/places"
	"huying/internal/store"
	"huying/internal/store/storetest"
	"huying/internal/strictjson"
	"huying/internal/vault"
	"huying/internal/web"
	"huying/internal/web/webtest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

var (
	ctx     = context.Background()
	zhuhai  = time.FixedZone("CST", 8*3600)
	schemas = []store.Schema{jobs.Schema, identity.Schema, files.Schema, ledger.Schema, vault.Schema, notice.Schema, casework.Schema}
)

const password = "正确的 horse battery"

// district is a small one: a committee with bureaus, a town that takes what nobody takes, two communities with their offices.
func district() *places.Trees {
	from := clock.Date{Year: 2016, Month: 1, Day: 1}
	h := &places.History{}
	for _, p := range [][3]string{{"zone", "", "district"}, {"town", "zone", "town"}, {"jinfeng", "town", "community"}, {"xiazha", "town", "community"}} {
		h.Places = append(h.Places, places.Place{Key: p[0], Parent: p[1], Kind: places.Kind(p[2]), From: from})
	}
	for _, u := range [][4]string{
		{"committee", "", "", "管委会"}, {"construction", "committee", "", "建设局"}, {"governance", "committee", "", "综治局"},
		{"ecology", "committee", "", "生态局"}, {"tangjiawan", "", "town", "唐家湾镇"}, {"jinfeng-office", "tangjiawan", "jinfeng", "金凤社区居委会"},
	} {
		h.Units = append(h.Units, places.Unit{Key: u[0], Parent: u[1], Place: u[2], Name: places.Text{ZH: u[3]}, From: from, Fallback: u[0] == "tangjiawan"})
	}
	return h.On(clock.Date{Year: 2021, Month: 11, Day: 19})
}

// words stands for the text index.
type words struct{}

func (words) Put(context.Context, *store.Tx, string, int64, string) error { return nil }
func (words) Match(_, text string) (string, []any, bool) {
	return "c.title LIKE ?", []any{"%" + text + "%"}, text != "…"
}

// sealer is the vault as cases ask for it.
type sealer struct{ *vault.Vault }

func (s sealer) Seal(ctx context.Context, tx *store.Tx, subject int64, purpose string, value []byte) (string, error) {
	ref, err := s.Vault.Seal(ctx, tx, subject, purpose, value)
	return string(ref), err
}

// site is a running server with the interface over everything that it stands on.
type site struct {
	t       testing.TB
	url     string
	db      *store.DB
	hand    *clock.Hand
	ids     *identity.Service
	cases   *casework.Service
	notices *notice.Service
	vault   *vault.Vault
	log     *ledger.Log
	events  *caseapi.Events
	routes  []web.Route
	router  routers.Router
	people  map[string]int64
	stop    context.CancelFunc
}

func each(t *testing.T, f func(t *testing.T, s *site)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) { f(t, newSite(t, db)) }, schemas...)
}

func newSite(t testing.TB, db *store.DB) *site {
	t.Helper()
	s := &site{t: t, hand: clock.NewHand(storetest.Now), people: map[string]int64{}}
	s.db = db.WithClock(s.hand.Business())
	trees := district()
	queue := jobs.New(s.db, s.hand.Security())
	texts, err := i18n.New(errs.Locales, web.Locales, store.Locales, calendar.Locales, identity.Locales, files.Locales, vault.Locales, ledger.Locales,
		notice.Locales, casework.Locales, caseapi.Locales, strictjson.Locales)
	s.must(err)
	s.ids = identity.New(s.db, zhuhai, s.hand.Security(), func() (identity.Tree, identity.Tree) { return trees.Units, trees.Places },
		identity.WithParams(identity.Params{Memory: 64, Passes: 1, Threads: 1}))
	s.vault = vault.New(vault.NewKey())
	s.log, err = ledger.Open(ctx, s.db, ledger.KeyOf(ed25519.NewKeyFromSeed(make([]byte, 32))), "huying/test", s.hand.Security())
	s.must(err)
	s.notices, err = notice.New(s.db, notice.Options{Queue: queue, Texts: texts, Zone: zhuhai, Clock: s.hand.Security()})
	s.must(err)
	shelf, err := files.Open(filepath.Join(t.TempDir(), "files"), s.hand.Security())
	s.must(err)
	s.cases = casework.New(casework.Parts{DB: s.db, Queue: queue, Calendar: calendar.Default, Trees: func() *places.Trees { return trees }, Ledger: s.log,
		Vault: sealer{s.vault}, Search: words{}, Accounts: s.ids, Names: s.ids, Files: shelf})
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	s.events = caseapi.NewEvents(s.db, s.cases, log)
	s.routes = caseapi.Routes(caseapi.Parts{DB: s.db, Cases: s.cases, Files: shelf, Ledger: s.log, Vault: s.vault, Search: words{}, Notices: s.notices, Events: s.events})
	server, err := web.New(web.Options{Texts: texts, Sessions: s.ids.Sessions(), Actors: s.ids, Tokens: s.ids.Tokens(), Zone: zhuhai,
		Business: s.hand.Business(), Assets: webtest.Assets(), Log: log})
	s.must(err)
	server.Add(s.routes...)
	server.Add(web.Route{Pattern: "POST /test/sign-in/{id}", Need: web.Everyone, Handle: func(r *web.Request) error {
		id, err := r.ID("id")
		if err == nil {
			err = r.SignIn(id)
		}
		return err
	}})
	running := httptest.NewServer(server.Handler())
	t.Cleanup(running.Close)
	s.url = running.URL
	background, stop := context.WithCancel(ctx)
	s.stop = stop
	t.Cleanup(stop) // before the server closes: streams end
	go s.events.Run(background)
	s.openDocument()
	s.load()
	return s
}

func (s *site) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// openDocument reads the description that every answer is held against.
func (s *site) openDocument() {
	doc, err := openapi3.NewLoader().LoadFromData(api.Document)
	s.must(err)
	doc.Servers = openapi3.Servers{{URL: s.url + caseapi.Base}}
	s.router, err = gorillamux.NewRouter(doc)
	s.must(err)
}

// load makes procedures of the pack hold, and the district's people.
func (s *site) load() {
	pack := os.DirFS("../../../packs/zhuhai-gaoxin")
	open := func(path string) ([]byte, error) {
		f, err := pack.Open(path)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return io.ReadAll(f)
	}
	all := map[string]*casework.Procedure{}
	for _, name := range []string{"whistle", "mediation"} {
		data, err := open("procedures/" + name + ".yaml")
		s.must(err)
		all[name], err = casework.Read("procedures/"+name+".yaml", data, open)
		s.must(err)
	}
	s.must(s.db.Write(ctx, func(tx *store.Tx) error {
		roles := []identity.DistrictRole{}
		for _, key := range []identity.Role{"community.officer", "mediator", "mediation.desk"} {
			roles = append(roles, identity.DistrictRole{Key: key, ZH: string(key), EN: string(key)})
		}
		if err := s.ids.SetDistrictRoles(ctx, tx, roles); err != nil {
			return err
		}
		_, err := s.cases.Load(ctx, tx, all, "测试")
		return err
	}))
	for _, p := range []struct {
		login, unit, place string
		role               identity.Role
	}{
		{"officer", "jinfeng-office", "jinfeng", "community.officer"}, {"builder", "construction", "", identity.Clerk},
		{"head", "construction", "", identity.Head}, {"ecologist", "ecology", "", identity.Clerk}, {"overseer", "", "", identity.Supervisor},
		{"mediator", "tangjiawan", "", "mediator"}, {"desk", "tangjiawan", "", "mediation.desk"}, {"admin", "", "", identity.SysAdmin},
	} {
		id, _, err := s.ids.CreateAccount(ctx, identity.Console(), identity.Spec{Login: p.login, Name: "某" + p.login, Unit: p.unit, Password: password,
			Grants: []identity.Grant{{Role: p.role, Unit: p.unit, Place: p.place}}})
		s.must(err)
		s.people[p.login] = id
	}
}

// client is somebody who asks.
type client struct {
	*site
	http   *http.Client
	header http.Header
}

// nobody is somebody without account or secret.
func (s *site) nobody() *client {
	jar, err := cookiejar.New(nil)
	s.must(err)
	return &client{s, &http.Client{Jar: jar, Timeout: 30 * time.Second}, http.Header{}}
}

// as is a program with a token of a person; with no scopes, it has all.
func (s *site) as(login string, scopes ...identity.Scope) *client {
	s.t.Helper()
	if len(scopes) == 0 {
		scopes = identity.Scopes
	}
	_, token, err := s.ids.CreateToken(ctx, identity.Console(), identity.TokenSpec{Person: s.people[login], Name: "测试", Scopes: scopes, Days: 1})
	s.must(err)
	return s.nobody().with("Authorization", "Bearer "+token)
}

// with is the same client with a header more.
func (c *client) with(name, value string) *client {
	d := *c
	d.header = c.header.Clone()
	d.header.Set(name, value)
	return &d
}

// answer is what came back, held against the document.
type answer struct {
	t      testing.TB
	what   string
	status int
	header http.Header
	raw    []byte
	body   map[string]any
}

func (c *client) get(path string) *answer { c.t.Helper(); return c.do("GET", path, "", nil) }

// post sends a value as JSON; nil sends nothing.
func (c *client) post(path string, v any) *answer {
	c.t.Helper()
	if v == nil {
		return c.do("POST", path, "", nil)
	}
	data, err := json.Marshal(v)
	c.must(err)
	return c.do("POST", path, "application/json", data)
}

func (c *client) do(method, path, kind string, data []byte) *answer {
	c.t.Helper()
	req, err := http.NewRequestWithContext(ctx, method, c.url+caseapi.Base+path, bytes.NewReader(data))
	c.must(err)
	req.Header = c.header.Clone()
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	resp, err := c.http.Do(req)
	c.must(err)
	a := &answer{t: c.t, what: method + " " + path, status: resp.StatusCode, header: resp.Header}
	a.raw, err = io.ReadAll(resp.Body)
	c.must(err)
	c.must(resp.Body.Close())
	c.conforms(req, a, data)
	if json.Valid(a.raw) {
		dec := json.NewDecoder(bytes.NewReader(a.raw))
		dec.UseNumber()
		_ = dec.Decode(&a.body) // lists and texts have none
	}
	return a
}

// conforms holds an answer, and the request that was granted, against the document.
func (c *client) conforms(req *http.Request, a *answer, data []byte) {
	c.t.Helper()
	route, params, err := c.router.FindRoute(req)
	if err != nil { // a path that is not there
		if a.status < 400 {
			c.t.Errorf("%s is not in the document: %v", a.what, err)
		}
		return
	}
	in := &openapi3filter.RequestValidationInput{Request: req, PathParams: params, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true}}
	if a.status < 300 && !strings.HasPrefix(req.Header.Get("Content-Type"), "multipart/") && !strings.HasSuffix(req.URL.Path, "/files") {
		req.Body = io.NopCloser(bytes.NewReader(data))
		if err := openapi3filter.ValidateRequest(ctx, in); err != nil {
			c.t.Errorf("%s was granted, and the document refuses it: %v", a.what, err)
		}
	}
	if strings.HasPrefix(a.header.Get("Content-Type"), "application/yaml") {
		return
	}
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: a.status, Header: a.header, Options: in.Options}
	out.SetBodyBytes(a.raw)
	if err := openapi3filter.ValidateResponse(ctx, out); err != nil {
		c.t.Errorf("%s: %d is not as the document says: %v\n%.2000s", a.what, a.status, err, a.raw)
	}
}

// is holds the status, and of a refusal the code.
func (a *answer) is(status int, code ...string) *answer {
	a.t.Helper()
	if a.status != status || len(code) > 0 && a.body["code"] != code[0] {
		a.t.Fatalf("%s: %d %s, want %d %v", a.what, a.status, a.raw, status, code)
	}
	return a
}

// at returns the value at a path: "duties.0.owner".
func (a *answer) at(path string) any {
	a.t.Helper()
	var v any = a.body
	for step := range strings.SplitSeq(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[step]
		case []any:
			var i int
			if err := json.Unmarshal([]byte(step), &i); err != nil || i >= len(x) {
				return nil
			}
			v = x[i]
		default:
			return nil
		}
	}
	return v
}

func (a *answer) text(path string) string {
	a.t.Helper()
	switch v := a.at(path).(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}

// len is how many items stand at a path.
func (a *answer) len(path string) int {
	a.t.Helper()
	items, _ := a.at(path).([]any)
	return len(items)
}

type object = map[string]any

// whistle is a form with some fields changed.
func whistle(more ...any) object {
	form := object{"title": "路面塌陷", "category": "road", "place": "jinfeng", "description": "金峰路路口塌陷一平方米"}
	for i := 0; i+1 < len(more); i += 2 {
		form[more[i].(string)] = more[i+1]
	}
	return object{"procedure": "whistle", "form": form}
}

// blow opens a whistle and returns its number.
func (s *site) blow(c *client, more ...any) string {
	s.t.Helper()
	return c.post("/cases", whistle(more...)).is(201).text("number")
}

func path(number string, more ...string) string {
	return "/cases/" + url.PathEscape(number) + strings.Join(more, "")
}
