// Package webtest lets a test visit pages as a browser without scripts does: through the whole shell, with cookies, as nobody or as a
// person with given grants.
package webtest

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/alexedwards/scs/v2/memstore"
	"golang.org/x/net/html"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/i18n"
	"huying/internal/identity"
	"huying/internal/web"
)

// Assets stand in for the built front end.
func Assets() fs.FS {
	return fstest.MapFS{
		"manifest.json": {Data: []byte(`{"app.css":"app-0.css","app.js":"app-0.js","icon.svg":"icon-0.svg"}`)},
		"app-0.css":     {Data: []byte("body{}")},
		"app-0.js":      {Data: []byte("0")},
		"icon-0.svg":    {Data: []byte("<svg/>")},
	}
}

// Texts returns the messages of the shell and of sources.
func Texts(t testing.TB, sources ...fs.FS) *i18n.Catalogue {
	t.Helper()
	texts, err := i18n.New(append([]fs.FS{web.Locales, errs.Locales}, sources...)...)
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

// Site is a server with its pages, and the people who may sign in.
type Site struct {
	*web.Server
	Handler http.Handler
	URL     string

	people *people
}

// Noon of 19 November 2021 is when a Site's pages are visited, unless the options say otherwise.
var Noon = time.Date(2021, 11, 19, 4, 0, 0, 0, time.UTC)

// New serves routes. What the options leave out is filled with what a test needs; Texts should hold the messages of the pages.
func New(t testing.TB, o web.Options, routes ...web.Route) *Site {
	t.Helper()
	s := &Site{people: &people{known: map[int64]*identity.Actor{}}}
	if o.Texts == nil {
		o.Texts = Texts(t)
	}
	if o.Sessions == nil {
		o.Sessions = &Sessions{memstore.NewWithCleanupInterval(0)}
	}
	if o.Assets == nil {
		o.Assets = Assets()
	}
	if !o.Business.Shifted() {
		o.Business = clock.NewHand(Noon).Business()
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Actors = s.people
	server, err := web.New(o)
	if err != nil {
		t.Fatal(err)
	}
	server.Add(routes...)
	server.Add(web.Route{Pattern: "POST /webtest/sign-in/{id}", Need: web.Everyone, Handle: signIn})
	s.Server, s.Handler = server, server.Handler()
	listening := httptest.NewServer(s.Handler)
	t.Cleanup(listening.Close)
	s.URL = listening.URL
	return s
}

func signIn(r *web.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	if err := r.SignIn(id); err != nil {
		return err
	}
	return r.Redirect("/accessibility")
}

// Person returns an actor with a role over a unit (and what is below it); an empty unit is the whole district.
func Person(id int64, role identity.Role, unit string) *identity.Actor {
	return &identity.Actor{ID: id, Login: fmt.Sprintf("person%d", id), Name: fmt.Sprintf("Person %d", id), Unit: unit,
		Grants: []identity.Grant{{Person: id, Role: role, Unit: unit}}}
}

// Forget makes a person have no account any more.
func (s *Site) Forget(id int64) { s.people.set(id, nil) }

// As returns a visitor who has signed in as actor, or who has not when it is nil.
func (s *Site) As(t testing.TB, actor *identity.Actor) *Visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	v := &Visitor{t: t, site: s, Header: http.Header{}, client: &http.Client{Jar: jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	if actor != nil {
		s.people.set(actor.ID, actor)
		if p := v.Post(fmt.Sprintf("/webtest/sign-in/%d", actor.ID)); p.Status != http.StatusSeeOther {
			t.Fatalf("signing in as %s: status %d", actor.Login, p.Status)
		}
	}
	return v
}

// Visitor is a browser without scripts. It follows no redirect by itself.
type Visitor struct {
	Header http.Header // sent with every request

	t      testing.TB
	site   *Site
	client *http.Client
}

// Get opens a page.
func (v *Visitor) Get(path string) *Page { v.t.Helper(); return v.Do("GET", path, "", nil) }

// Post sends a form: name, value, name, value.
func (v *Visitor) Post(path string, fields ...string) *Page {
	v.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	return v.Do("POST", path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

// Do sends any request.
func (v *Visitor) Do(method, path, contentType string, body io.Reader) *Page {
	v.t.Helper()
	req, err := http.NewRequest(method, v.site.URL+path, body)
	if err != nil {
		v.t.Fatal(err)
	}
	for name, values := range v.Header {
		req.Header[name] = values
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	resp, err := v.client.Do(req)
	if err != nil {
		v.t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		v.t.Fatalf("%s %s: %v", method, path, err)
	}
	return &Page{t: v.t, Status: resp.StatusCode, Header: resp.Header, Body: string(data)}
}

// Page is an answer.
type Page struct {
	Status int
	Header http.Header
	Body   string

	t    testing.TB
	root *html.Node
}

// Doc is the answer as a document.
func (p *Page) Doc() *html.Node {
	p.t.Helper()
	if p.root == nil {
		root, err := html.Parse(strings.NewReader(p.Body))
		if err != nil {
			p.t.Fatal(err)
		}
		p.root = root
	}
	return p.root
}

// All returns the elements called tag that have the attributes: name, value, name, value. A value "*" is any; an empty tag, any element.
func (p *Page) All(tag string, attrs ...string) []*html.Node {
	p.t.Helper()
	return All(p.Doc(), tag, attrs...)
}

// One returns the only such element, and fails the test when there is none or more.
func (p *Page) One(tag string, attrs ...string) *html.Node {
	p.t.Helper()
	all := p.All(tag, attrs...)
	if len(all) != 1 {
		p.t.Fatalf("%d elements <%s %v>, want one; status %d", len(all), tag, attrs, p.Status)
	}
	return all[0]
}

// Text is the text of the page's main part.
func (p *Page) Text() string { p.t.Helper(); return Text(p.One("main")) }

// All returns the elements within n, as Page.All does.
func All(n *html.Node, tag string, attrs ...string) (out []*html.Node) {
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && (tag == "" || d.Data == tag) && has(d, attrs) {
			out = append(out, d)
		}
	}
	return out
}

func has(n *html.Node, attrs []string) bool {
	for i := 0; i+1 < len(attrs); i += 2 {
		v, ok := Attr(n, attrs[i])
		if !ok || attrs[i+1] != "*" && v != attrs[i+1] {
			return false
		}
	}
	return true
}

// Attr returns an attribute of an element, and whether it is there.
func Attr(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// Text is the text within n, spaces run together.
func Text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// Sessions keeps sessions in memory.
type Sessions struct{ *memstore.MemStore }

// FindCtx implements scs.CtxStore.
func (s *Sessions) FindCtx(_ context.Context, token string) ([]byte, bool, error) {
	return s.Find(token)
}

// CommitCtx implements scs.CtxStore.
func (s *Sessions) CommitCtx(_ context.Context, token string, data []byte, expiry time.Time) error {
	return s.Commit(token, data, expiry)
}

// DeleteCtx implements scs.CtxStore.
func (s *Sessions) DeleteCtx(_ context.Context, token string) error { return s.Delete(token) }

type people struct {
	mu    sync.Mutex
	known map[int64]*identity.Actor
}

func (p *people) set(id int64, a *identity.Actor) { p.mu.Lock(); p.known[id] = a; p.mu.Unlock() }

// Actor implements web.Actors.
func (p *people) Actor(_ context.Context, id int64) (*identity.Actor, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if a := p.known[id]; a != nil {
		return a, nil
	}
	return nil, errs.New(errs.NotFound, "web.no_page")
}
