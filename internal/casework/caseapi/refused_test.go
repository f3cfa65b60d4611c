package caseapi_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"huying/internal/casework/caseapi"
	"huying/internal/identity"
	"huying/internal/store"
)

// bodies are what each route that takes one may be sent.
func (s *site) bodies() map[string]any {
	return map[string]any{
		"/cases": whistle(), "/cases/{number}/do/{action}": object{"input": object{"note": "到"}}, "/cases/{number}/return": object{"reason": "再想想"},
		"/cases/{number}/note": object{"text": "记一笔"}, "/cases/{number}/link": object{"number": "WS-000001", "how": "related"},
		"/cases/{number}/claim": object{"visit": 1, "name": "report-in", "owner": "unit:construction", "person": nil},
		"/notices/read":         object{"all": true},
	}
}

// pathOf puts a case into the pattern of a route.
func pathOf(pattern, number string) (method, path string) {
	method, path, _ = strings.Cut(pattern, " ")
	path = strings.TrimPrefix(path, caseapi.Base)
	return method, strings.NewReplacer("{number}", number, "{action}", "report-in", "{name}", "whistle").Replace(path)
}

// Whoever may not come is turned away from every route before anything else is looked at.
func TestWhoMayNotComeIsTurnedAwayEverywhere(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		number := s.blow(s.as("officer"))
		tokens := map[identity.Scope]*client{}
		for _, scope := range identity.Scopes {
			tokens[scope] = s.as("builder", scope)
		}
		admin, wrong := s.as("admin"), s.nobody().with("Authorization", "Bearer hy_AAAAAAAAAAAAAAAAAAAAAAAAAA")
		tried := 0
		for _, rt := range s.routes {
			method, at := pathOf(rt.Pattern, number)
			_, pattern, _ := strings.Cut(rt.Pattern, " ")
			send := func(c *client) *answer {
				tried++
				if at == "/files" {
					return c.do(method, at, "text/plain", []byte("x"))
				}
				if method == http.MethodPost {
					return c.post(at, s.bodies()[strings.TrimPrefix(pattern, caseapi.Base)])
				}
				return c.get(at)
			}
			send(wrong).is(401, "identity.token_unknown")
			if !rt.Need.Public() {
				send(s.nobody()).is(401, "web.sign_in_first")
			}
			if p := rt.Need.Permission(); p != "" {
				if p != identity.CaseWork { // which a clerk has
					send(tokens[rt.Scope]).is(403, "web.may_not")
				}
				send(admin).is(403, "web.may_not")
			}
			for scope, c := range tokens {
				if rt.Scope != "" && scope != rt.Scope {
					send(c).is(403, "web.token_scope")
				}
			}
		}
		if tried < 100 {
			t.Errorf("only %d were tried", tried)
		}
	})
}

// A case that one may not know of is told as if there were none, whatever is asked of it; of one that is only seen, nothing may be done.
func TestAnothersCaseIsNotThere(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		form := object{"title": "楼上漏水", "category": "neighbours", "place": "jinfeng", "description": "楼上漏水半年", "other": "楼上住户"}
		hidden := s.as("mediator").post("/cases", object{"procedure": "mediation", "form": form, "said": object{"name": "甲"}, "on_behalf": object{"name": "甲"}}).is(201).text("number")
		seen := s.blow(s.as("officer"))
		for name, who := range map[string]*client{"nobody": s.nobody(), "a clerk of another unit": s.as("ecologist"), "an administrator": s.as("admin"),
			"the supervisor": s.as("overseer"), "a receipt of nothing": s.nobody().with("X-Receipt", "AAAAAAAAAAAAAAAAAAAAAAAAAA")} {
			for _, rt := range s.routes {
				if !strings.Contains(rt.Pattern, "{number}") || name == "nobody" && !rt.Need.Public() || strings.HasPrefix(name, "a receipt") && !rt.Need.Public() {
					continue
				}
				method, at := pathOf(rt.Pattern, hidden)
				_, pattern, _ := strings.Cut(rt.Pattern, " ")
				body := s.bodies()[strings.TrimPrefix(pattern, caseapi.Base)]
				if strings.HasSuffix(pattern, "/link") {
					body = object{"number": seen, "how": "related"}
				}
				ask := func() *answer {
					if method == http.MethodPost {
						return who.post(at, body)
					}
					return who.get(at)
				}
				if got := ask(); got.status != 404 || got.body["code"] != "casework.no_case" {
					t.Errorf("%s: %s %s: %d %s", name, method, at, got.status, got.raw)
				}
				if name == "the supervisor" || method == http.MethodGet && !strings.HasSuffix(at, "/receipt") {
					continue
				}
				if method, at = pathOf(rt.Pattern, seen); strings.HasSuffix(pattern, "/link") {
					body = object{"number": s.blow(s.as("officer")), "how": "related"}
				}
				if got := ask(); got.status != 403 && got.status != 401 && got.status != 409 && !(got.status == 404 && strings.HasSuffix(at, "/claim")) {
					t.Errorf("%s of a case that is only seen: %s %s: %d %s", name, method, at, got.status, got.raw)
				}
			}
		}
	})
}

func TestATokenLosesWhatItsOwnerLoses(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		number := s.blow(s.as("officer"))
		builder := s.as("builder")
		builder.get(path(number)).is(200)
		var grant int64
		s.must(s.db.Read(ctx, func(tx *store.Tx) error {
			return tx.Scan(ctx, "SELECT id FROM identity_grant WHERE person = $1", []any{s.people["builder"]}, &grant)
		}))
		s.must(s.ids.Revoke(ctx, identity.Console(), grant, "调离"))
		if got := builder.get(path(number)).is(200); got.text("sight") != "outline" {
			t.Errorf("%s", got.raw)
		}
		builder.post(path(number, "/do/report-in"), object{"input": object{"note": "到"}}).is(403)
		s.must(s.ids.DisableAccount(ctx, identity.Console(), s.people["builder"]))
		builder.get(path(number)).is(401)
		officer := s.as("officer")
		if _, err := s.ids.ResetPassword(ctx, identity.Console(), s.people["officer"]); err != nil {
			t.Fatal(err)
		}
		officer.get("/me").is(401, "identity.token_ended")
	})
}

// A browser's session may do what a token may, but not from another site; and one whose password somebody else set does nothing.
func TestABrowserAsksWithItsSession(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		officer := s.nobody()
		in, err := officer.http.Post(s.url+"/test/sign-in/"+itoa(s.people["officer"]), "application/x-www-form-urlencoded", strings.NewReader(url.Values{}.Encode()))
		s.must(err)
		s.must(in.Body.Close())
		officer.get("/me").is(200)
		number := officer.with("Sec-Fetch-Site", "same-origin").post("/cases", whistle()).is(201).text("number")
		officer.with("Sec-Fetch-Site", "cross-site").post("/cases", whistle()).is(403, "web.wrong_origin")
		officer.do("POST", "/cases", "text/plain", []byte(`{"procedure":"whistle"}`)).is(415, "caseapi.not_json_type")
		if _, err := s.ids.ResetPassword(ctx, identity.Console(), s.people["officer"]); err != nil {
			t.Fatal(err)
		}
		officer.get("/me").is(401) // the session ended with it
		in, err = officer.http.Post(s.url+"/test/sign-in/"+itoa(s.people["officer"]), "application/x-www-form-urlencoded", strings.NewReader(""))
		s.must(err)
		s.must(in.Body.Close())
		officer.get(path(number)).is(403, "caseapi.must_change")
		officer.post("/cases", whistle()).is(403, "caseapi.must_change")
	})
}
