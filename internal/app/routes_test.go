package app

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"huying/internal/identity"
	"huying/internal/pack"
	"huying/internal/web"
)

var wildcard = regexp.MustCompile(`\{[^}]*\}`)

// TestTheWrongPersonIsRefusedOnEveryRoute asks for every route of the table as nobody and as each account of the demonstration. Whoever
// lacks what the route needs must be turned away before it is looked whether the thing behind it exists.
func TestTheWrongPersonIsRefusedOnEveryRoute(t *testing.T) {
	a := demonstration(t)
	base := serve(t, a)
	people := map[string]*visitor{"": visit(t, base, "")}
	roles := map[string]identity.Role{}
	for _, x := range a.pack.Demonstration.Accounts {
		people[x.Login], roles[x.Login] = visit(t, base, x.Login), identity.Role(x.Role)
	}
	refused := 0
	for _, route := range a.Routes() {
		method, pattern, _ := strings.Cut(route.Pattern, " ")
		path := strings.TrimSuffix(wildcard.ReplaceAllString(pattern, "1"), "1")
		if !strings.HasSuffix(pattern, "{$}") {
			path = wildcard.ReplaceAllString(pattern, "1")
		}
		for login, v := range people {
			if allowed(route.Need, roles[login]) {
				continue
			}
			refused++
			status, page := v.do(method, path, nil)
			switch {
			case login == "" && method == http.MethodGet && !strings.HasPrefix(pattern, "/api/"): // programs are not led to a door
				if status != http.StatusSeeOther || !strings.HasPrefix(page, "/sign-in?") {
					t.Errorf("%s by nobody: %d %.80q, want the way to the door", route.Pattern, status, page)
				}
			case login == "" && status != http.StatusUnauthorized, login != "" && status != http.StatusForbidden:
				t.Errorf("%s by %q: %d", route.Pattern, login, status)
			}
		}
	}
	if refused < 200 {
		t.Errorf("only %d refusals were tried: is the route table whole?", refused)
	}
	t.Logf("%d routes, %d refusals", len(a.Routes()), refused)
}

// allowed is what a need means, said again without the code that enforces it.
func allowed(n web.Need, role identity.Role) bool {
	switch {
	case n.Public():
		return true
	case role == "":
		return false
	case n.Permission() == "":
		return n != web.Need{}
	}
	return role.May(n.Permission())
}

// writtenByAll are the routes by which somebody without an account writes: whoever calls, and whoever holds the receipt of a call. Each asks
// for the object, and refuses who may not; the tests of their packages hold them to it.
var writtenByAll = []string{
	"POST /sign-in", "POST /sign-out",
	"POST /open/{procedure}", "POST /find", "POST /cases/{number}/do/{action}", "POST /cases/{number}/note", "POST /cases/{number}/reveal",
	"POST /api/v1/cases", "POST /api/v1/cases/{number}/do/{action}", "POST /api/v1/cases/{number}/note", "POST /api/v1/cases/{number}/reveal",
	"POST /api/orders/v1/{peer}", // signed by the peer
	"POST /api/v1/files",         // at most so many an hour from one address
}

func TestNoRouteIsLeftWithoutANeed(t *testing.T) {
	for _, route := range demonstration(t).Routes() {
		if (route.Need == web.Need{}) {
			t.Errorf("%s lets nobody in", route.Pattern)
		}
		if method, _, _ := strings.Cut(route.Pattern, " "); method == "POST" && route.Need.Public() && !slices.Contains(writtenByAll, route.Pattern) {
			t.Errorf("%s lets everyone write", route.Pattern)
		}
	}
}

func TestThePackKnowsTheRoles(t *testing.T) {
	var want []string
	for _, r := range identity.Roles {
		want = append(want, string(r))
	}
	if got := strings.Join(pack.Roles, " "); got != strings.Join(want, " ") {
		t.Errorf("a pack may name the roles %s, identity knows %s", got, want)
	}
}
