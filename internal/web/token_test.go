package web_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/web"
	"huying/internal/web/webtest"
)

// keyring knows two tokens: one that reads cases, one that is for exchange only.
type keyring map[string]identity.Scope

func (k keyring) Actor(_ context.Context, token string) (*identity.Actor, []identity.Scope, error) {
	if s, ok := k[token]; ok {
		return webtest.Person(7, identity.Clerk, "unit/jiaoyu"), []identity.Scope{s}, nil
	}
	return nil, nil, errs.New(errs.Unauthenticated, "web.sign_in_first")
}

// tokenSite is a site with a few routes that say who came.
func tokenSite(t *testing.T) *webtest.Site {
	t.Helper()
	who := func(r *web.Request) error {
		name := "nobody"
		if r.Actor != nil {
			name = r.Actor.Login
		}
		return r.JSON(http.StatusOK, name)
	}
	return webtest.New(t, web.Options{Tokens: keyring{"hy_READ": identity.CasesRead, "hy_SWAP": identity.Exchange}},
		web.Route{Pattern: "GET /api/v1/cases", Need: web.Everyone, Scope: identity.CasesRead, Handle: who},
		web.Route{Pattern: "GET /api/v1/desk", Need: web.SignedIn, Scope: identity.CasesRead, Handle: who},
		web.Route{Pattern: "POST /api/v1/desk", Need: web.SignedIn, Scope: identity.CasesRead, Handle: who},
		web.Route{Pattern: "GET /api/v1/board", Need: web.May(identity.AccountManage), Scope: identity.CasesRead, Handle: who},
		web.Route{Pattern: "GET /api/v1/openapi.json", Need: web.Everyone, Handle: who},
		web.Route{Pattern: "GET /account", Need: web.SignedIn, Handle: who},
		web.Route{Pattern: "GET /api/v1/moved", Need: web.Everyone, Handle: func(*web.Request) error {
			return web.WithStatus(http.StatusPreconditionFailed, errs.New(errs.Conflict, "web.may_not").On("seq"))
		}},
	)
}

func TestATokenOpensWhatItIsFor(t *testing.T) {
	site := tokenSite(t)
	for _, c := range []struct {
		name, auth, method, path string
		status                   int
		says                     string // the body, or the code of the problem
	}{
		{"nobody at a public list", "", "GET", "/api/v1/cases", 200, `"nobody"`},
		{"a token of that scope", "Bearer hy_READ", "GET", "/api/v1/cases", 200, `"person7"`},
		{"in another spelling", "bearer  hy_READ ", "GET", "/api/v1/desk", 200, `"person7"`},
		{"a token without the scope", "Bearer hy_SWAP", "GET", "/api/v1/cases", 403, "web.token_scope"},
		{"a token that is not known", "Bearer hy_NONE", "GET", "/api/v1/cases", 401, "web.sign_in_first"},
		{"an empty token", "Bearer", "GET", "/api/v1/openapi.json", 401, "web.sign_in_first"},
		{"another way to say who one is", "Basic aGVsbG8=", "GET", "/api/v1/desk", 401, "web.sign_in_first"},
		{"a public route without a scope: anybody", "Bearer hy_READ", "GET", "/api/v1/openapi.json", 200, `"nobody"`},
		{"a page", "Bearer hy_READ", "GET", "/account", 403, "web.no_token_here"},
		{"no more than its owner may", "Bearer hy_READ", "GET", "/api/v1/board", 403, "web.may_not"},
		{"nobody where one must be somebody", "", "GET", "/api/v1/desk", 401, "web.sign_in_first"},
		{"a path that is not there", "", "GET", "/api/v1/nothing", 404, "web.no_page"},
		{"a wrong method", "", "DELETE", "/api/v1/desk", 405, "web.wrong_method"},
		{"a status of its own", "", "GET", "/api/v1/moved", 412, "web.may_not"},
		{"a language in the query changes nothing", "", "GET", "/api/v1/cases?lang=en", 200, `"nobody"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := site.As(t, nil)
			if c.auth != "" {
				v.Header.Set("Authorization", c.auth)
			}
			v.Header.Set("Accept", "text/html") // the path decides
			p := v.Do(c.method, c.path, "", nil)
			if p.Status != c.status {
				t.Fatalf("status %d: %s", p.Status, p.Body)
			}
			if c.status == 200 {
				if strings.TrimSpace(p.Body) != c.says {
					t.Errorf("%s", p.Body)
				}
				return
			}
			var problem web.Problem
			if err := json.Unmarshal([]byte(p.Body), &problem); err != nil || p.Header.Get("Content-Type") != "application/problem+json" {
				t.Fatalf("%v: %s", err, p.Body)
			}
			if problem.Code != c.says || problem.Status != c.status || problem.Detail == "" {
				t.Errorf("%+v", problem)
			}
			if asks := strings.HasPrefix(p.Header.Get("WWW-Authenticate"), "Bearer"); asks != (c.status == 401) {
				t.Errorf("WWW-Authenticate: %q", p.Header.Get("WWW-Authenticate"))
			}
		})
	}
}

func TestATokenIsNoConcernOfForgedRequests(t *testing.T) {
	site := tokenSite(t)
	v := site.As(t, webtest.Person(9, identity.Clerk, "unit/jiaoyu"))
	v.Header.Set("Sec-Fetch-Site", "cross-site")
	if p := v.Do("POST", "/api/v1/desk", "application/json", nil); p.Status != http.StatusForbidden || !strings.Contains(p.Body, "web.wrong_origin") {
		t.Errorf("a session from elsewhere: %d %s", p.Status, p.Body)
	}
	v.Header.Set("Authorization", "Bearer hy_READ")
	if p := v.Do("POST", "/api/v1/desk", "application/json", nil); p.Status != http.StatusOK || !strings.Contains(p.Body, "person7") {
		t.Errorf("a token from elsewhere: %d %s", p.Status, p.Body)
	}
	v.Header.Set("Authorization", "Bearer hy_NONE")
	if p := v.Do("POST", "/api/v1/desk", "application/json", nil); p.Status != http.StatusUnauthorized {
		t.Errorf("a wrong token beside a session: %d %s", p.Status, p.Body)
	}
}

func TestALongAnswerAsksAgain(t *testing.T) {
	ring := keyring{"hy_READ": identity.CasesRead}
	gone := func(*web.Request) {}
	site := webtest.New(t, web.Options{Tokens: ring}, web.Route{Pattern: "GET /api/long", Need: web.SignedIn, Scope: identity.CasesRead, Handle: func(r *web.Request) error {
		if err := r.Again(r.Context()); err != nil {
			return err
		}
		gone(r)
		return r.Again(r.Context())
	}})
	v := site.As(t, webtest.Person(9, identity.Clerk, "unit/jiaoyu"))
	gone = func(*web.Request) { site.Forget(9) }
	if p := v.Get("/api/long"); p.Status != http.StatusUnauthorized {
		t.Errorf("an account that is gone: %d %s", p.Status, p.Body)
	}
	v = site.As(t, nil)
	v.Header.Set("Authorization", "Bearer hy_READ")
	gone = func(*web.Request) { delete(ring, "hy_READ") }
	if p := v.Get("/api/long"); p.Status != http.StatusUnauthorized {
		t.Errorf("a token that ended: %d %s", p.Status, p.Body)
	}
}
