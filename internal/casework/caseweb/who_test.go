package caseweb_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"huying/internal/web/webtest"
)

// claimQuery names the report-in duty of the builders in the first visit.
var claimQuery = "?" + url.Values{"visit": {"1"}, "duty": {"report-in"}, "n": {"0"}, "owner": {"unit:construction"}}.Encode()

// TestWhoMayComeWhere visits every route as everybody, on a case of which the public sees a summary (ws) and one of a closed circle (xf). The
// wrong person is sent to the door (303, or 401 for what is sent), told that it is not for them (403), or told that there is nothing (404).
func TestWhoMayComeWhere(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ws := s.blow(t, nil)
		xf, _ := s.petition(t, s.by(""), nil)
		who := []string{"", "officer", "builder", "ecologist", "petitions", "overseer", "admin"}
		visited := map[string]bool{}
		for _, tt := range []struct {
			method, path string
			want         [7]int
		}{
			{"GET", "/tasks", [7]int{303, 200, 200, 200, 200, 200, 403}},
			{"GET", "/tasks/batch?case=" + strings.TrimPrefix(ws, "/cases/"), [7]int{303, 422, 200, 422, 422, 422, 403}},
			{"GET", "/tasks/batch?case=" + strings.TrimPrefix(xf, "/cases/"), [7]int{303, 404, 404, 404, 422, 404, 403}},
			{"POST", "/tasks/batch", [7]int{401, 400, 400, 400, 400, 400, 403}},
			{"GET", "/cases", [7]int{200, 200, 200, 200, 200, 200, 200}},
			{"GET", "/open", [7]int{200, 200, 200, 200, 200, 200, 200}},
			{"GET", "/open/whistle", [7]int{303, 200, 403, 403, 403, 403, 403}},
			{"POST", "/open/whistle", [7]int{401, 422, 403, 403, 403, 403, 403}},
			{"GET", "/open/petitions", [7]int{200, 200, 200, 200, 200, 200, 200}},
			{"GET", "/open/nothing", [7]int{404, 404, 404, 404, 404, 404, 404}},
			{"GET", "/find", [7]int{200, 200, 200, 200, 200, 200, 200}},
			{"POST", "/find", [7]int{422, 422, 422, 422, 422, 422, 422}},
			{"GET", ws, [7]int{200, 200, 200, 200, 200, 200, 200}},
			{"GET", xf, [7]int{404, 404, 404, 404, 200, 404, 404}},
			{"GET", ws + "/receipt", [7]int{200, 200, 200, 200, 200, 200, 200}},
			{"GET", xf + "/receipt", [7]int{404, 404, 404, 404, 200, 404, 404}},
			{"GET", ws + "/files/" + strings.Repeat("a", 64), [7]int{404, 404, 404, 404, 404, 404, 404}},
			{"GET", ws + "/do/report-in", [7]int{409, 409, 200, 409, 409, 409, 409}},
			{"POST", ws + "/do/report-in", [7]int{409, 409, 422, 409, 409, 409, 409}},
			{"GET", ws + "/do/take-back", [7]int{409, 200, 409, 409, 409, 409, 409}},
			{"GET", ws + "/do/nothing", [7]int{409, 409, 409, 409, 409, 409, 409}},
			{"GET", xf + "/do/forward", [7]int{404, 404, 404, 404, 200, 404, 404}},
			{"POST", xf + "/do/forward", [7]int{404, 404, 404, 404, 422, 404, 404}},
			{"GET", ws + "/note", [7]int{403, 200, 200, 403, 403, 200, 403}},
			{"POST", ws + "/note", [7]int{403, 422, 422, 403, 403, 422, 403}},
			{"GET", xf + "/note", [7]int{404, 404, 404, 404, 200, 404, 404}},
			{"POST", xf + "/note", [7]int{404, 404, 404, 404, 422, 404, 404}},
			{"POST", ws + "/approve", [7]int{401, 409, 409, 409, 409, 409, 409}},
			{"POST", xf + "/approve", [7]int{401, 404, 404, 404, 409, 404, 404}},
			{"GET", ws + "/return", [7]int{303, 409, 409, 409, 409, 409, 409}},
			{"POST", ws + "/return", [7]int{401, 422, 422, 422, 422, 422, 422}},
			{"GET", xf + "/return", [7]int{303, 404, 404, 404, 409, 404, 404}},
			{"GET", ws + "/claim" + claimQuery, [7]int{303, 404, 200, 404, 404, 404, 403}},
			{"POST", ws + "/claim", [7]int{401, 404, 404, 404, 404, 404, 403}},
			{"GET", xf + "/claim", [7]int{303, 404, 404, 404, 404, 404, 403}},
			{"POST", ws + "/reveal", [7]int{403, 200, 200, 403, 403, 200, 403}},
			{"POST", xf + "/reveal", [7]int{404, 404, 404, 404, 200, 404, 404}},
			{"GET", "/procedures", [7]int{200, 200, 200, 200, 200, 200, 200}},
			{"GET", "/procedures/whistle", [7]int{200, 200, 200, 200, 200, 200, 200}},
			{"GET", "/procedures/nothing", [7]int{404, 404, 404, 404, 404, 404, 404}},
			{"GET", "/board", [7]int{303, 403, 403, 403, 403, 200, 403}},
			{"GET", "/board/duties?unit=construction&what=owed", [7]int{303, 403, 403, 403, 403, 200, 403}},
		} {
			visited[tt.method+" "+pattern(tt.path, ws, xf)] = true
			for i, login := range who {
				p := s.by(login).Do(tt.method, tt.path, "application/x-www-form-urlencoded", strings.NewReader(""))
				if p.Status != tt.want[i] {
					t.Errorf("%s %s by %q: %d, want %d", tt.method, tt.path, login, p.Status, tt.want[i])
				}
			}
		}
		for _, r := range s.routes {
			_, path, _ := strings.Cut(r.Pattern, " /")
			if first, _, _ := strings.Cut(path, "/"); !slices.Contains([]string{"tasks", "cases", "open", "find", "procedures", "board"}, first) {
				continue // the tests of those pages visit them
			}
			if !visited[r.Pattern] {
				t.Errorf("nobody visits %s", r.Pattern)
			}
		}
	})
}

// pattern is the route of a path.
func pattern(path string, cases ...string) string {
	path, _, _ = strings.Cut(path, "?")
	for _, c := range cases {
		path = strings.Replace(path, c, "/cases/{number}", 1)
	}
	for _, x := range [][2]string{{"/open/", "{procedure}"}, {"/procedures/", "{name}"}, {"/do/", "{action}"}, {"/files/", "{hash}"}} {
		if i := strings.Index(path, x[0]); i >= 0 {
			path = path[:i+len(x[0])] + x[1]
		}
	}
	return path
}

func TestAStrangerSeesTheOutlineOnly(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		path := s.blow(t, form{"in-photo": photo(t), "in-danger": "1"})
		secrets := []string{"路面塌陷", "金峰路路口塌陷", "某officer", "某builder", "/files/", "建设局"}
		for _, who := range []string{"", "ecologist", "admin"} {
			page := s.by(who).Get(path)
			says(t, page, "这里只显示摘要", "已吹哨", "金峰社区")
			hides(t, page, secrets...)
			for _, list := range []string{"/cases", "/cases?format=csv", "/cases?q=路面", path + "?print=1", path + "/receipt", path + "/receipt?format=json"} {
				hides(t, s.by(who).Get(list), secrets[:5]...)
			}
		}
		xf, _ := s.petition(t, s.by(""), nil)
		number := strings.TrimPrefix(xf, "/cases/")
		for _, who := range []string{"", "builder", "overseer", "officer", "admin"} {
			for _, list := range []string{"/cases?size=200", "/cases?procedure=petitions", "/cases?q=拆迁", "/cases?format=csv"} {
				hides(t, s.by(who).Get(list), number, "拆迁补偿")
			}
		}
		says(t, s.by("").Get("/procedures"), "数量少，不公布") // of a closed circle, one is not told
	})
}

// hostile are texts that break pages: markup, what turns the reading direction, letters beyond the first plane, and what SQL would take amiss.
var hostile = `<script>alert(1)</script>"><img src=x onerror=alert(2)> '; DROP TABLE casework_case;-- ` + "\u202e\u2066倒\u2069 𠮷𩸽 👩‍👩‍👧 {{.who}} %d"

func TestHostileTextComesOutHarmlessAndWhole(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		long := hostile + strings.Repeat("𠮷", 10_000-len([]rune(hostile)))
		title := string([]rune(hostile)[:60])
		v := s.by("")
		path, _ := s.petition(t, v, form{"in-name": title, "in-address": hostile, "in-phone": string([]rune(hostile)[:40]), "in-title": title,
			"in-request": hostile, "in-facts": long})
		clerk := s.by("petitions")
		goes(t, opens(t, clerk, path+"/note", form{"text": hostile}), path)
		goes(t, opens(t, clerk, path+"/do/forward", form{"in-unit": "construction", "in-note": hostile}), path)
		for _, p := range []*webtest.Page{v.Get(path), clerk.Get(path), clerk.Get(path + "?print=1"), clerk.Get("/cases?q=" + url.QueryEscape(hostile)), clerk.Get(path + "/receipt"),
			clerk.Get("/tasks"), clerk.Post(path + "/reveal"), s.by("builder").Get(path), s.by("builder").Get(path + "/do/take")} {
			harmless(t, p)
		}
		page := clerk.Get(path)
		if !strings.Contains(raw(page.One("main")), long) || strings.Count(raw(page.One("main")), hostile) < 4 {
			t.Error("what was said is not all there")
		}
		ws := s.blow(t, form{"in-title": title, "in-description": hostile})
		if h1 := raw(s.by("builder").Get(ws).One("h1")); h1 != title {
			t.Errorf("the title is %q", h1)
		}
		harmless(t, s.by("builder").Get("/tasks"))
		for _, bdi := range page.All("bdi") { // what turns the reading direction turns nothing beside it
			if strings.Contains(raw(bdi), hostile) {
				return
			}
		}
		t.Error("no text stands by itself")
	})
}

func harmless(t *testing.T, p *webtest.Page) {
	t.Helper()
	if p.Status != http.StatusOK {
		t.Errorf("status %d", p.Status)
	}
	for _, script := range p.All("script") {
		if _, ours := webtest.Attr(script, "src"); !ours {
			t.Errorf("a script of somebody else: %s", raw(script))
		}
	}
	if n := len(p.All("", "onerror", "*")); n > 0 || len(p.All("img", "src", "x")) > 0 {
		t.Error("markup that somebody typed became markup")
	}
}

func TestHostileTextThatIsRefusedStaysInItsField(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		v, long := s.by("officer"), strings.Repeat(hostile, 100)
		fields := []string{"in-title", "in-address", "in-description"}
		typed := form{"in-category": hostile, "in-place": hostile}
		for _, name := range fields {
			typed[name] = long
		}
		p := opens(t, v, "/open/whistle", typed)
		if p.Status != http.StatusUnprocessableEntity {
			t.Fatalf("status %d", p.Status)
		}
		stands := standing(p.One("form", "method", "post", "class", "form case-form"))
		for _, name := range fields {
			got, _ := stands[name].(string)
			if list, ok := stands[name].([]string); ok {
				got = list[0]
			}
			if got != long {
				t.Errorf("%s: %d characters of %d are left", name, len([]rune(got)), len([]rune(long)))
			}
		}
		if slices.ContainsFunc(p.All("script"), func(n *html.Node) bool { _, ours := webtest.Attr(n, "src"); return !ours }) {
			t.Error("a script of somebody else")
		}
		find := opens(t, s.by(""), "/find", form{"number": hostile, "secret": hostile})
		if find.Status != http.StatusUnprocessableEntity {
			t.Errorf("/find: status %d", find.Status)
		}
	})
}
