package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/i18n"
	"huying/internal/identity"
	"huying/internal/web"
	"huying/internal/web/webtest"
)

func page(text string) web.Handler {
	return func(r *web.Request) error { return r.Render(http.StatusOK, web.Page{Title: text}, web.Text(text)) }
}

func failing(err error) web.Handler { return func(*web.Request) error { return err } }

var clerk = webtest.Person(7, identity.Clerk, "unit/jiaoyu")

func TestAnErrorBecomesAPageInOnePlace(t *testing.T) {
	var log bytes.Buffer
	for _, c := range []struct {
		name   string
		err    error
		status int
		says   string // on the page
		hides  string // the log has it, the page does not
	}{
		{"an input that is wrong", errs.New(errs.Invalid, "web.not_date"), 400, "请填日期", ""},
		{"a thing that is not there", errs.New(errs.NotFound, "web.no_page"), 404, "这里没有这个页面", ""},
		{"a person who may not", errs.New(errs.Forbidden, "web.may_not"), 403, "没有做这件事的权限", ""},
		{"somebody was first", errs.New(errs.Conflict, "web.no_page"), 409, "看看别人改了什么", ""},
		{"over a limit", errs.New(errs.TooLarge, "web.too_large", "limit", "1 MB"), 413, "1 MB", ""},
		{"too often", errs.New(errs.TooMany, "web.no_page"), 429, "请等半分钟再试", ""},
		{"a defect", errors.New("secret table missing"), 500, "系统出错了", "secret table missing"},
		{"a defect with a key", errs.Wrap(errors.New("disk gone"), errs.Internal, "errs.internal"), 500, "系统出错了", "disk gone"},
		{"a part that is away", errs.New(errs.Unavailable, "web.no_session"), 503, "暂时", ""},
		{"time that ran out", context.DeadlineExceeded, 503, "处理时间过长", ""},
		{"a wrapped error", errors.Join(errors.New("outer"), errs.New(errs.NotFound, "web.no_page")), 404, "这里没有这个页面", "outer"},
	} {
		t.Run(c.name, func(t *testing.T) {
			log.Reset()
			site := webtest.New(t, web.Options{Log: slog.New(slog.NewTextHandler(&log, nil))},
				web.Route{Pattern: "GET /x", Need: web.Everyone, Handle: failing(c.err)})
			v := site.As(t, nil)
			p := v.Get("/x")
			if p.Status != c.status || !strings.Contains(p.Text(), c.says) {
				t.Errorf("status %d, page %q; want %d and %q", p.Status, p.Text(), c.status, c.says)
			}
			if c.hides != "" && strings.Contains(p.Body, c.hides) {
				t.Errorf("the page shows %q", c.hides)
			}
			id := p.Header.Get("X-Request-Id")
			if id == "" || !strings.Contains(p.Body, id) {
				t.Errorf("the page does not show its request id %q", id)
			}
			if c.status >= 500 && (!strings.Contains(log.String(), id) || !strings.Contains(log.String(), c.hides)) {
				t.Errorf("the log does not have the request's id and cause: %s", log.String())
			}
			v.Header.Set("Accept", "application/json")
			p = v.Get("/x")
			var problem web.Problem
			if err := json.Unmarshal([]byte(p.Body), &problem); err != nil || p.Header.Get("Content-Type") != "application/problem+json" {
				t.Fatalf("no problem+json: %v: %s", err, p.Body)
			}
			if problem.Status != c.status || problem.Detail == "" || problem.ID == "" {
				t.Errorf("problem %+v", problem)
			}
			if c.hides != "" && strings.Contains(p.Body, c.hides) {
				t.Errorf("the problem shows %q", c.hides)
			}
		})
	}
}

func TestWhoMayComeToARoute(t *testing.T) {
	site := webtest.New(t, web.Options{},
		web.Route{Pattern: "GET /open", Need: web.Everyone, Handle: page("open")},
		web.Route{Pattern: "GET /own", Need: web.SignedIn, Handle: page("own")},
		web.Route{Pattern: "GET /desk", Need: web.May(identity.PromiseReport), Handle: page("desk")},
		web.Route{Pattern: "POST /desk", Need: web.May(identity.PromiseReport), Handle: page("posted")},
		web.Route{Pattern: "GET /accounts", Need: web.May(identity.AccountManage), Handle: page("accounts")},
		web.Route{Pattern: "GET /all", Need: web.MayEverywhere(identity.PromiseReport), Handle: page("all")},
		web.Route{Pattern: "GET /forgotten", Handle: page("forgotten")},
	)
	novice := webtest.Person(8, identity.Clerk, "unit/jiaoyu")
	novice.MustChange = true
	for _, c := range []struct {
		name   string
		actor  *identity.Actor
		method string
		path   string
		status int
		to     string
	}{
		{"nobody reads a public page", nil, "GET", "/open", 200, ""},
		{"nobody is led to sign in and back", nil, "GET", "/desk?a=1", 303, "/sign-in?next=%2Fdesk%3Fa%3D1"},
		{"what nobody sends is not lost in a redirect", nil, "POST", "/desk", 401, ""},
		{"a clerk comes to the desk", clerk, "GET", "/desk", 200, ""},
		{"a clerk may send", clerk, "POST", "/desk", 200, ""},
		{"a clerk has an account", clerk, "GET", "/own", 200, ""},
		{"a clerk does not manage accounts", clerk, "GET", "/accounts", 403, ""},
		{"nobody is led to sign in for the whole too", nil, "GET", "/all", 303, "/sign-in?next=%2Fall"},
		{"who may for a unit may not for the whole", clerk, "GET", "/all", 403, ""},
		{"who may for the whole may", webtest.Person(9, identity.Clerk, ""), "GET", "/all", 200, ""},
		{"a route without a need lets nobody in", nil, "GET", "/forgotten", 303, "/sign-in?next=%2Fforgotten"},
		{"nor anybody", clerk, "GET", "/forgotten", 403, ""},
		{"a password given by another opens nothing", novice, "GET", "/desk", 403, ""},
		{"but the own account", novice, "GET", "/own", 200, ""},
		{"an address that is not there", nil, "GET", "/nowhere", 404, ""},
		{"a method that is not there", nil, "POST", "/open", 405, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := site.As(t, c.actor).Do(c.method, c.path, "", nil)
			if p.Status != c.status || p.Header.Get("Location") != c.to {
				t.Errorf("status %d to %q, want %d to %q", p.Status, p.Header.Get("Location"), c.status, c.to)
			}
			if c.status == 405 && p.Header.Get("Allow") != "GET, HEAD" {
				t.Errorf("Allow: %q", p.Header.Get("Allow"))
			}
		})
	}
	if n := len(site.Routes()); n != 9 { // these, the accessibility statement, and webtest's own
		t.Errorf("the table has %d routes", n)
	}
}

func TestAPersonWithoutAnAccountIsSignedOut(t *testing.T) {
	site := webtest.New(t, web.Options{}, web.Route{Pattern: "GET /own", Need: web.SignedIn, Handle: page("own")})
	v := site.As(t, clerk)
	if p := v.Get("/own"); p.Status != 200 {
		t.Fatal(p.Status)
	}
	site.Forget(clerk.ID)
	if p := v.Get("/own"); p.Status != 303 {
		t.Errorf("status %d, want to be led to sign in", p.Status)
	}
}

func TestSigningInChangesTheSession(t *testing.T) {
	site := webtest.New(t, web.Options{PublicURL: "https://huying.example"},
		web.Route{Pattern: "POST /in", Need: web.Everyone, Handle: func(r *web.Request) error {
			before := r.SessionID()
			if err := r.SignIn(clerk.ID); err != nil {
				return err
			}
			if before == r.SessionID() || r.SessionID() == "" {
				t.Error("the session kept its name")
			}
			return r.Redirect("/")
		}})
	p := site.As(t, nil).Do("POST", "/in", "", nil)
	cookie := p.Header.Get("Set-Cookie")
	for _, want := range []string{"__Host-huying=", "HttpOnly", "Secure", "SameSite=Lax", "Path=/"} {
		if !strings.Contains(cookie, want) {
			t.Errorf("the cookie %q lacks %s", cookie, want)
		}
	}
	if p.Header.Get("Strict-Transport-Security") == "" {
		t.Error("no HSTS behind https")
	}
}

func TestLocalPath(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"/", "/"}, {"/promises?light=red&page=2#x", "/promises?light=red&page=2#x"}, {"/承诺", "/承诺"},
		{"", "/"}, {"promises", "/"}, {"//evil.example", "/"}, {"/\\evil.example", "/"}, {"/a\\b", "/"}, {"https://evil.example", "/"},
		{"javascript:alert(1)", "/"}, {"/\t/evil.example", "/"}, {"/\n/evil.example", "/"}, {" /x", "/"}, {"///evil", "/"}, {"/%zz", "/"},
	} {
		if got := web.LocalPath(c.in); got != c.want {
			t.Errorf("LocalPath(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func FuzzLocalPath(f *testing.F) {
	for _, s := range []string{"/x", "//x", "/\\x", "http://x", "/\x00", "/a?b=//c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := web.LocalPath(s)
		r := httptest.NewRequest("GET", "https://huying.example/here", nil)
		to, err := r.URL.Parse(got)
		if err != nil || to.Host != "huying.example" || to.Scheme != "https" {
			t.Errorf("LocalPath(%q) = %q leads to %v, %v", s, got, to, err)
		}
	})
}

func TestLanguageAndElderModeAreKept(t *testing.T) {
	site := webtest.New(t, web.Options{}, web.Route{Pattern: "GET /x", Need: web.Everyone, Handle: page("x")})
	v := site.As(t, nil)
	lang := func(p *webtest.Page) string { s, _ := webtest.Attr(p.One("html"), "lang"); return s }
	class := func(p *webtest.Page) string { s, _ := webtest.Attr(p.One("html"), "class"); return s }

	if got := lang(v.Get("/x")); got != "zh-CN" {
		t.Errorf("a browser that says nothing reads %s", got)
	}
	v.Header.Set("Accept-Language", "en-GB,en;q=0.9")
	if got := lang(v.Get("/x")); got != "en" {
		t.Errorf("an English browser reads %s", got)
	}
	if p := v.Get("/x?lang=zh&q=1"); p.Status != 303 || p.Header.Get("Location") != "/x?q=1" {
		t.Errorf("switching: %d to %q", p.Status, p.Header.Get("Location"))
	}
	if got := lang(v.Get("/x")); got != "zh-CN" {
		t.Errorf("after the switch it reads %s", got)
	}
	if p := v.Get("/x?elder=24"); p.Status != 303 || p.Header.Get("Location") != "/x" {
		t.Errorf("elder mode: %d to %q", p.Status, p.Header.Get("Location"))
	}
	if got := class(v.Get("/x")); got != "elder elder-24" {
		t.Errorf("class %q in elder mode", got)
	}
	v.Get("/x?elder=9000")
	if got := class(v.Get("/x")); got != "" {
		t.Errorf("class %q for a size that is not offered", got)
	}
	v.Get("/x?lang=fr")
	if got := lang(v.Get("/x")); got != "zh-CN" {
		t.Errorf("a language that is not offered: %s", got)
	}
}

func TestTheLinksThatSwitchComeBack(t *testing.T) {
	site := webtest.New(t, web.Options{}, web.Route{Pattern: "GET /x", Need: web.Everyone, Handle: page("x")})
	p := site.As(t, nil).Get("/x?light=red&q=%26%3Cscript%3E")
	for _, href := range []string{"/x?lang=en&light=red&q=%26%3Cscript%3E", "/x?elder=20&light=red&q=%26%3Cscript%3E"} {
		if len(p.All("a", "href", href)) == 0 {
			t.Errorf("no link to %s", href)
		}
	}
}

func TestHeadersOfEveryAnswer(t *testing.T) {
	site := webtest.New(t, web.Options{}, web.Route{Pattern: "GET /x", Need: web.Everyone, Handle: page("x")})
	v := site.As(t, nil)
	for _, path := range []string{"/x", "/nowhere", "/assets/app-0.css", "/healthz"} {
		h := v.Get(path).Header
		csp := h.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} {
			if !strings.Contains(csp, want) {
				t.Errorf("%s: the policy lacks %s", path, want)
			}
		}
		if strings.Contains(csp, "unsafe") || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") == "" {
			t.Errorf("%s: %v", path, h)
		}
	}
	p := v.Get("/x")
	if len(p.All("", "style", "*"))+len(p.All("style"))+len(p.All("", "onclick", "*")) > 0 {
		t.Error("the layout has inline style or script, which the policy refuses")
	}
	if got := p.Header.Get("Cache-Control"); got != "private, no-store" {
		t.Errorf("a page is kept: %q", got)
	}
	if got := v.Get("/assets/app-0.css").Header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
		t.Errorf("an asset is not kept: %q", got)
	}
}

func TestAnotherSiteCannotPost(t *testing.T) {
	did := 0
	site := webtest.New(t, web.Options{PublicURL: "https://huying.example"},
		web.Route{Pattern: "POST /x", Need: web.Everyone, Handle: func(r *web.Request) error { did++; return r.Redirect("/") }})
	for _, c := range []struct {
		name, header, value string
		status              int
	}{
		{"a form of ours", "Sec-Fetch-Site", "same-origin", 303},
		{"a program", "X-Nothing", "", 303},
		{"our public address", "Origin", "https://huying.example", 303},
		{"another site, new browser", "Sec-Fetch-Site", "cross-site", 403},
		{"another site, old browser", "Origin", "https://evil.example", 403},
	} {
		v := site.As(t, nil)
		v.Header.Set(c.header, c.value)
		did = 0
		p := v.Post("/x", "a", "b")
		if p.Status != c.status || (did == 1) != (c.status == 303) {
			t.Errorf("%s: status %d, done %d times", c.name, p.Status, did)
		}
		if c.status == 403 && !strings.Contains(p.Text(), "来自别的网站") {
			t.Errorf("%s: %q", c.name, p.Text())
		}
	}
}

func TestABodyOverTheLimitIsRefusedInWords(t *testing.T) {
	site := webtest.New(t, web.Options{},
		web.Route{Pattern: "POST /small", Need: web.Everyone, MaxBody: 2 << 10, Handle: readForm},
		web.Route{Pattern: "POST /usual", Need: web.Everyone, Handle: readForm})
	v := site.As(t, nil)
	if p := v.Post("/small", "a", "b"); p.Status != 200 {
		t.Errorf("within the limit: %d", p.Status)
	}
	if p := v.Post("/small", "a", strings.Repeat("x", 3<<10)); p.Status != 413 || !strings.Contains(p.Text(), "2 kB") {
		t.Errorf("over the limit: %d %q", p.Status, p.Text())
	}
	unknownLength := io.MultiReader(strings.NewReader("a="), strings.NewReader(strings.Repeat("x", 2<<20)))
	if p := v.Do("POST", "/usual", "application/x-www-form-urlencoded", unknownLength); p.Status != 413 || !strings.Contains(p.Text(), "1 MB") {
		t.Errorf("over the usual limit, in chunks: %d", p.Status)
	}
	if p := v.Do("POST", "/usual", "application/x-www-form-urlencoded", io.LimitReader(zeros{}, 200<<20)); p.Status != 413 {
		t.Errorf("200 MB: %d", p.Status)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func readForm(r *web.Request) error {
	if _, err := r.ReadForm(); err != nil {
		return err
	}
	return r.Render(200, web.Page{}, web.Text("ok"))
}

func TestARequestThatTakesTooLongIsStopped(t *testing.T) {
	site := webtest.New(t, web.Options{}, web.Route{Pattern: "GET /slow", Need: web.Everyone, Limit: 20 * time.Millisecond, Handle: func(r *web.Request) error {
		<-r.Context().Done()
		return r.Context().Err()
	}})
	p := site.As(t, nil).Get("/slow")
	if p.Status != 503 || !strings.Contains(p.Text(), "处理时间过长") || p.Header.Get("Retry-After") == "" {
		t.Errorf("%d %q", p.Status, p.Text())
	}
}

func TestAPanicBecomesAPage(t *testing.T) {
	var log bytes.Buffer
	site := webtest.New(t, web.Options{Log: slog.New(slog.NewTextHandler(&log, nil))},
		web.Route{Pattern: "GET /boom", Need: web.Everyone, Handle: func(*web.Request) error { panic("out of paper") }},
		web.Route{Pattern: "GET /draw", Need: web.Everyone, Handle: func(r *web.Request) error {
			return r.Render(200, web.Page{}, templ.ComponentFunc(func(context.Context, io.Writer) error { return errors.New("half drawn") }))
		}})
	v := site.As(t, nil)
	for path, cause := range map[string]string{"/boom": "out of paper", "/draw": "half drawn"} {
		log.Reset()
		p := v.Get(path)
		id := p.Header.Get("X-Request-Id")
		if p.Status != 500 || !strings.Contains(p.Text(), id) || strings.Contains(p.Body, cause) {
			t.Errorf("%s: %d %q", path, p.Status, p.Text())
		}
		if !strings.Contains(log.String(), cause) || !strings.Contains(log.String(), id) {
			t.Errorf("%s: the log lacks cause or id: %s", path, log.String())
		}
	}
}

func TestNavigationShowsWhatOneMayOpen(t *testing.T) {
	o := web.Options{DemoData: true, Nav: []web.NavItem{
		{Key: "home", Href: "/", Text: "web.to_home", Need: web.Everyone},
		{Key: "desk", Href: "/desk", Text: "web.print", Need: web.May(identity.PromiseReport)},
		{Key: "all", Href: "/all", Text: "web.filter", Need: web.MayEverywhere(identity.PromiseReport)},
		{Key: "audit", Href: "/audit", Text: "web.export", Need: web.May(identity.AuditRead)},
		{Key: "near", Href: "/near", Text: "web.back", Need: web.Everyone, Group: web.NavCases, Front: web.Visitors},
		{Key: "far", Href: "/far", Text: "web.menu", Need: web.Everyone, Group: web.NavCases},
		{Key: "own", Href: "/own", Text: "web.skip", Need: web.SignedIn, Group: web.NavPromises},
		{Key: "secret", Href: "/secret", Text: "web.sign_in", Need: web.May(identity.AuditRead), Group: web.NavDistrict},
	}}
	site := webtest.New(t, o, web.Route{Pattern: "GET /desk", Need: web.Everyone, Handle: func(r *web.Request) error {
		return r.Render(200, web.Page{Nav: "desk", Title: "<b>&"}, web.Text("x"))
	}}, web.Route{Pattern: "GET /far", Need: web.Everyone, Handle: func(r *web.Request) error {
		return r.Render(200, web.Page{Nav: "far"}, web.Text("x"))
	}})
	open := func(a *identity.Actor) string {
		return webtest.Text(site.As(t, a).Get("/desk").One("nav", "class", "main"))
	}
	if got := open(nil); got != "回首页 返回 办事 菜单" {
		t.Errorf("nobody sees %q", got)
	}
	if got := open(clerk); got != "回首页 打印 承诺 跳到正文 办事 返回 菜单" {
		t.Errorf("a clerk sees %q", got)
	}
	p := site.As(t, clerk).Get("/desk")
	if n := len(p.All("summary", "class", "here")); n != 0 {
		t.Errorf("%d menus are marked, and the page stands in none", n)
	}
	if got := webtest.Text(site.As(t, clerk).Get("/far").One("summary", "class", "here")); got != "办事" {
		t.Errorf("the marked menu is %q", got)
	}
	if got := webtest.Text(p.All("a", "aria-current", "page")[0]); got != "打印" {
		t.Errorf("the current entry is %q", got)
	}
	if !strings.Contains(p.Body, "<title>&lt;b&gt;&amp; · 呼应</title>") {
		t.Error("the title is not escaped")
	}
	if got := webtest.Text(p.One("p", "class", "banner")); got != "演示数据 演示时钟 2021年11月19日（周五）12:00" {
		t.Errorf("banner %q", got)
	}
	if len(p.All("form", "action", "/sign-out")) == 0 || len(p.All("a", "class", "skip")) != 1 {
		t.Error("no way to sign out, or no way past the navigation")
	}
}

func TestAFlashIsShownOnce(t *testing.T) {
	site := webtest.New(t, web.Options{},
		web.Route{Pattern: "POST /do", Need: web.SignedIn, Handle: func(r *web.Request) error { r.Flash("web.rows", "n", 3); return r.Redirect("/x") }},
		web.Route{Pattern: "GET /x", Need: web.Everyone, Handle: page("x")})
	v := site.As(t, clerk)
	v.Post("/do")
	if got := webtest.Text(v.Get("/x").One("p", "class", "flash")); got != "共 3 项" {
		t.Errorf("flash %q", got)
	}
	if n := len(v.Get("/x").All("p", "class", "flash")); n != 0 {
		t.Error("it is shown again")
	}
}

func TestEveryTextIsThereInBothLanguages(t *testing.T) {
	texts := webtest.Texts(t)
	zh, en := texts.Keys(i18n.ZH), texts.Keys(i18n.EN)
	if strings.Join(zh, "\n") != strings.Join(en, "\n") {
		t.Errorf("the keys differ: %d and %d", len(zh), len(en))
	}
}

func TestDatesAndNumbersAreSaidInTheReadersLanguage(t *testing.T) {
	at := time.Date(2021, 11, 19, 7, 20, 0, 0, time.UTC)
	said := map[string][]string{}
	site := webtest.New(t, web.Options{}, web.Route{Pattern: "GET /x", Need: web.Everyone, Handle: func(r *web.Request) error {
		said[string(r.Lang)] = []string{r.Day(clock.DateOf(at, r.Zone())), r.Moment(at), r.Day(clock.Date{}), r.Moment(time.Time{}), r.Today().String()}
		return page("x")(r)
	}})
	v := site.As(t, nil)
	v.Get("/x")
	v.Header.Set("Accept-Language", "en")
	v.Get("/x")
	if got := strings.Join(said["zh"], "|"); got != "2021年11月19日（周五）|2021年11月19日（周五）15:20|||2021-11-19" {
		t.Error(got)
	}
	if got := strings.Join(said["en"], "|"); got != "Fri 19 Nov 2021|Fri 19 Nov 2021, 15:20|||2021-11-19" {
		t.Error(got)
	}
	for in, want := range map[string]string{"1204": "1,204", "-1234567.50": "-1,234,567.50", "12": "12", "": "", "+100": "+100", "999999": "999,999"} {
		if got := web.Group(in); got != want {
			t.Errorf("Group(%q) = %q, want %q", in, got, want)
		}
	}
}
