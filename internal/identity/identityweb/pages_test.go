package identityweb_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"huying/internal/i18n"
	"huying/internal/identity"
	"huying/internal/identity/identityweb"
	"huying/internal/places"
	"huying/internal/store"
	"huying/internal/store/storetest"
	"huying/internal/web"
)

// Every route refuses everybody but those it is for.
func TestWhoMayComeToWhichPage(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		browsers := map[string]*browser{"nobody": s.browser()}
		for _, r := range identity.Roles {
			s.add(string(r), "测试", r)
			browsers[string(r)] = s.signedIn(string(r))
		}
		s.add("without", "无授权")
		browsers["without"] = s.signedIn("without")
		ps, err := places.Open(ctx, s.db, zhuhai)
		if err != nil {
			t.Fatal(err)
		}
		routes := identityweb.Routes(s.ids, ps)
		if len(routes) < 20 {
			t.Fatalf("%d routes", len(routes))
		}
		for _, rt := range routes {
			method, path, _ := strings.Cut(rt.Pattern, " ")
			if strings.HasPrefix(path, "/sign-") || path == "/account/password" && method == http.MethodPost {
				continue // would sign the person out, or in
			}
			path = strings.ReplaceAll(path, "{id}", "4711")
			want := ""
			switch top, _, _ := strings.Cut(path[1:], "/"); top {
			case "accounts":
				want = "sysadmin"
			case "grants":
				want = "secadmin"
			case "audit":
				want = "auditadmin"
			case "account":
				want = "signed in"
			default:
				t.Errorf("nobody has said who may come to %s", rt.Pattern)
			}
			for name, b := range browsers {
				got := b.do(method, path, url.Values{})
				switch let := want == name || want == "signed in" && name != "nobody"; {
				case let && (got.status == http.StatusForbidden || got.status == http.StatusUnauthorized || got.status >= 500):
					t.Errorf("%s: %s is refused: %d", rt.Pattern, name, got.status)
				case !let && name == "nobody" && method == http.MethodGet:
					got.leadsTo("/sign-in?next=" + url.QueryEscape(path))
				case !let && name == "nobody":
					got.is(http.StatusUnauthorized)
				case !let:
					got.is(http.StatusForbidden)
				}
			}
		}
	})
}

func TestSigningInAndOut(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.add("wang.li", "𠮷田 <script>", identity.SysAdmin)
		b := s.browser()
		b.get("/account").leadsTo("/sign-in?next=%2Faccount")
		b.get("/sign-in?next=%2Faccount").is(200).has(`name="next" value="/account"`, `autocomplete="current-password"`)
		b.post("/sign-in", "login", "", "password", "").is(422).has("用户名：请填写这一项。", "密码：请填写这一项。")
		b.post("/sign-in", "login", "wang.li", "password", "a secret guess").is(422).has("用户名或密码不对。", `value="wang.li"`).lacks("a secret guess")
		b.post("/sign-in", "login", "nobody", "password", "x").is(422).has("用户名或密码不对。")
		b.post("/sign-in", "login", " ＷＡＮＧ.li", "password", password, "next", "/account").leadsTo("/account")
		b.get("/account").is(200).has("𠮷田 &lt;script&gt;", "系统管理员 · 全区", "本次登录", "Firefox &lt;b&gt;").lacks("<script>alert", "Firefox <b>")
		b.get("/sign-in?next=/accounts").leadsTo("/accounts")
		cookies := b.http.Jar.Cookies(mustURL(t, s.url))
		b.post("/sign-out").leadsTo("/")
		b.http.Jar.SetCookies(mustURL(t, s.url), cookies) // a copy of the cookie
		b.get("/account").leadsTo("/sign-in?next=%2Faccount")
		b.post("/sign-out").leadsTo("/")
	})
}

func mustURL(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestSigningInLeadsNowhereElse(t *testing.T) {
	s := newSite(t, storetest.SQLite(t, places.Schema, identity.Schema))
	s.add("wang.li", "王丽")
	for _, next := range []string{"https://evil.example/", "//evil.example", `/\evil.example`, "javascript:alert(1)", "", "/\tevil"} {
		s.browser().post("/sign-in", "login", "wang.li", "password", password, "next", next).leadsTo("/")
	}
}

func TestAPlantedSessionIsWorthNothing(t *testing.T) {
	s := newSite(t, storetest.SQLite(t, places.Schema, identity.Schema))
	s.add("wang.li", "王丽")
	attacker, victim := s.signedIn("wang.li"), s.browser()
	planted := attacker.http.Jar.Cookies(mustURL(t, s.url))
	victim.http.Jar.SetCookies(mustURL(t, s.url), planted)
	attacker.post("/sign-out")
	victim.post("/sign-in", "login", "wang.li", "password", password).leadsTo("/")
	if mine := victim.http.Jar.Cookies(mustURL(t, s.url)); len(mine) != 1 || mine[0].Value == planted[0].Value {
		t.Errorf("the token is still the planted one")
	}
	attacker.http.Jar.SetCookies(mustURL(t, s.url), planted)
	attacker.get("/account").leadsTo("/sign-in?next=%2Faccount")
}

func TestGuessingShowsWhenToTryAgain(t *testing.T) {
	s := newSite(t, storetest.SQLite(t, places.Schema, identity.Schema))
	s.add("wang.li", "王丽")
	b := s.browser()
	for range 4 {
		b.post("/sign-in", "login", "wang.li", "password", "wrong").is(422)
	}
	b.post("/sign-in", "login", "wang.li", "password", password).is(http.StatusTooManyRequests).has("密码错误次数过多", "秒）")
	s.hand.Advance(3 * time.Second)
	b.post("/sign-in", "login", "wang.li", "password", password).leadsTo("/")
	gone := s.add("gone", "离职")
	if err := s.ids.DisableAccount(ctx, identity.Console(), gone); err != nil {
		t.Fatal(err)
	}
	b.post("/sign-in", "login", "gone", "password", password).is(http.StatusForbidden).has("这个账号已停用")
}

var secret = regexp.MustCompile(`<code class="secret">([a-z2-9-]{19})</code>`)

func oneTime(t *testing.T, a answer) string {
	t.Helper()
	m := secret.FindStringSubmatch(a.is(200).body)
	if m == nil {
		t.Fatalf("no one-time password on the page\n%s", text(a.body))
	}
	if a.header.Get("Cache-Control") != "private, no-store" {
		t.Error("the page with the password may be kept")
	}
	return m[1]
}

func TestAnAccountFromTheFirstDayToTheLast(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.add("sys", "系统", identity.SysAdmin)
		s.add("sec", "安全", identity.SecAdmin)
		sys, sec := s.signedIn("sys"), s.signedIn("sec")
		sys.post("/accounts", "login", "a b", "name", "").is(422).has("用户名：用户名里不能有“ ”。", "姓名：请填写姓名。", `value="a b"`)
		first := oneTime(t, sys.post("/accounts", "login", "Chen.Jie", "name", "陈洁"))
		sys.post("/accounts", "login", "ＣＨＥＮ.jie", "name", "另一人").is(422).has("用户名“chen.jie”已有人使用")
		sec.post("/grants", "login", "chen.jie", "role", "supervisor", "from", "2021年1月1日").leadsTo("/grants?q=chen.jie")

		chen, phone := s.browser(), s.browser()
		chen.post("/sign-in", "login", "chen.jie", "password", first, "next", "/account").leadsTo("/account")
		chen.get("/accounts").leadsTo("/account/password")
		chen.get("/account/password").is(200).has("一次性密码")
		chen.post("/account/password", "old", first, "password", "short", "again", "short").is(422).has("密码至少要有 10 个字符")
		chen.post("/account/password", "old", first, "password", password, "again", "something else").is(422).has("两次输入的新密码不一样")
		chen.post("/account/password", "old", "wrong", "password", password, "again", password).is(422).has("原密码不对")
		chen.post("/account/password", "old", first, "password", password, "again", password).leadsTo("/account")
		chen.get("/account").is(200).has("密码已修改", "督查 · 全区")

		phone.post("/sign-in", "login", "chen.jie", "password", password).leadsTo("/")
		page := chen.get("/account").has("结束").body
		other := regexp.MustCompile(`name="session" value="([0-9a-f]{64})"`).FindStringSubmatch(page)
		if other == nil {
			t.Fatal("the telephone's session is not listed")
		}
		chen.post("/account/sessions/end", "session", other[1]).leadsTo("/account")
		phone.get("/account").leadsTo("/sign-in?next=%2Faccount")

		again := oneTime(t, sys.post("/accounts/3/reset"))
		chen.get("/account").leadsTo("/sign-in?next=%2Faccount")
		phone.post("/sign-in", "login", "chen.jie", "password", again).leadsTo("/")
		sys.get("/accounts/3/disable").is(200).has("停用 陈洁（chen.jie）？")
		sys.post("/accounts/3/disable").leadsTo("/accounts/3")
		phone.get("/account").leadsTo("/sign-in?next=%2Faccount")
		sys.get("/accounts/3").is(200).has("账号已停用。", "启用")
		sys.post("/accounts/3/enable").leadsTo("/accounts/3")
		phone.post("/sign-in", "login", "chen.jie", "password", again).leadsTo("/")
	})
}

func TestTwoAdministratorsEditOneAccount(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.add("sys", "系统", identity.SysAdmin)
		id := s.add("wang.li", "王丽")
		sys := s.signedIn("sys")
		sys.get("/accounts/2").is(200).has(`name="version" value="1"`)
		sys.post("/accounts/2", "name", "王莉", "unit", "", "version", "1").leadsTo("/accounts/2")
		sys.post("/accounts/2", "name", "汪丽", "unit", "", "version", "1").is(422).has("别人已经改过", `value="汪丽"`, "<h1>王莉</h1>", `name="version" value="2"`)
		sys.post("/accounts/2", "name", "汪丽", "unit", "", "version", "2").leadsTo("/accounts/2")
		if a, err := s.ids.Account(ctx, identity.Console(), id); err != nil || a.Name != "汪丽" {
			t.Errorf("%+v, %v", a, err)
		}
		sys.post("/accounts/2", "name", "", "version", "x").is(422).has("请填整数")
		sys.get("/accounts/1").is(200).has("这是您自己的账号").lacks("/accounts/1/disable")
		sys.post("/accounts/1/disable").is(http.StatusConflict).has("不能对自己的账号做这件事")
	})
}

func TestPowersAreKeptApart(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.add("sys", "系统", identity.SysAdmin)
		s.add("sec", "安全", identity.SecAdmin)
		s.add("clerk", "经办", identity.Clerk)
		sys, sec := s.signedIn("sys"), s.signedIn("sec")
		sys.get("/accounts/2").is(200).has("huying account reset").lacks("/accounts/2/reset")
		sys.post("/accounts/2/reset").is(http.StatusForbidden).has("只能在服务器上重置")
		sec.get("/grants/new?login=clerk").is(200).has(`value="clerk"`, "一人一职", `<option value="sys">`)
		sec.post("/grants", "login", "clerk", "role", "auditadmin", "from", "2021-11-19").is(422).has("此人自 2021-11-19 起任经办，同一时期不能再任审计管理员")
		sec.post("/grants", "login", "sys", "role", "clerk", "unit", "economy").is(422).has("一人一职")
		sec.post("/grants", "login", "nobody", "role", "clerk", "unit", "economy").is(422).has("没有用户名“nobody”")
		sec.post("/grants", "login", "clerk", "role", "clerk", "from", "31.2.2021").is(422).has("请填日期")
		sec.post("/grants", "login", "clerk", "role", "head").is(422).has("这个角色须限定在一个单位")
		sec.post("/grants", "login", "sec", "role", "secadmin", "from", "2031-01-01").is(http.StatusForbidden).has("不能对自己的账号")
		sec.get("/grants?role=clerk").is(200).has("经办（clerk）", "/grants/3/revoke")
		sec.get("/grants/3/revoke").is(200).has("收回经办（clerk）的授权？")
		sec.post("/grants/3/revoke", "reason", "调岗").leadsTo("/grants")
		sec.get("/grants?state=revoked").is(200).has("sec 于").lacks("/grants/3/revoke")
		sec.post("/grants/3/revoke").is(http.StatusConflict)
		sec.get("/grants/4711/revoke").is(http.StatusNotFound)
		sec.get("/grants?format=csv").is(200).has("clerk,经办,经办,economy")
	})
}

func TestListsAreSafeAndTakenAwayOnRecord(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.add("sys", "系统", identity.SysAdmin)
		s.add("audit", "审计", identity.AuditAdmin)
		s.add("evil", `<script>alert(1)</script>`)
		s.add("formula", `=HYPERLINK("x")`)
		sys, audit := s.signedIn("sys"), s.signedIn("audit")
		sys.get("/accounts?q=evil").is(200).has("&lt;script&gt;alert(1)", "共 1 项").lacks("<script>alert")
		sys.get("/accounts?q=%3Cscript%3E&sort=%27%3B--&page=-1&size=7&unit=%22%3E&state=x").is(200).has(`value="&lt;script&gt;"`).lacks("<script>")
		sys.get("/accounts?sort=-name&role=sysadmin").is(200).has("系统管理员")
		csv := sys.get("/accounts?format=csv").is(200).has(`'=HYPERLINK`, "用户名,姓名")
		if !strings.HasPrefix(csv.header.Get("Content-Disposition"), "attachment") {
			t.Error("the export is shown instead of saved")
		}
		sys.get("/accounts?format=xlsx").is(200)
		audit.get("/audit?what=account.exported").is(200).has("共 2 项", "导出账号名单", "条件 format=csv · 格式 csv")
		audit.get("/audit?format=csv").is(200).has("account.exported").lacks("<main")
		audit.get("/audit?what=audit.exported").is(200).has("共 1 项")
	})
}

func TestTheRecordShowsItsState(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.add("audit", "审计", identity.AuditAdmin)
		audit := s.signedIn("audit")
		audit.get("/audit").is(200).has("服务器控制台", "授权", "登录")
		audit.get("/audit?q=audit&what=sign_in.ok&from=2020-01-01&sort=at").is(200).has("共 1 项")
		audit.get("/audit?from=never").is(200).has("请填日期")
		audit.post("/audit/verify").is(200).has("3 行记录全部对得上")
		err := s.db.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE identity_audit SET address = '10.0.0.1' WHERE seq = 3")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		audit.post("/audit/verify").is(200).has("审计记录从第 3 行起对不上")
	})
}

func TestTheDeviceIsNamedAsItsOwnerKnowsIt(t *testing.T) {
	s := newSite(t, storetest.SQLite(t, places.Schema, identity.Schema))
	s.add("wang.li", "王丽")
	for agent, name := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0":                                                        "Firefox · Windows",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36 Edg/126.0":                   "Edge · Windows",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1": "Safari · iPhone",
		"Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0 Mobile Safari/537.36 MicroMessenger/8.0": "微信 · Android",
		"curl/8 <i>": "curl/8 &lt;i&gt;",
	} {
		b := s.browser()
		b.agent = agent
		b.post("/sign-in", "login", "wang.li", "password", password).leadsTo("/")
		b.get("/account").is(200).has(name)
	}
}

// Every text that the sources name is there, in both languages.
func TestEveryTextIsThere(t *testing.T) {
	texts, err := i18n.New(identityweb.Locales, identity.Locales, web.Locales)
	if err != nil {
		t.Fatal(err)
	}
	only, err := i18n.New(identityweb.Locales)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(only.Keys(i18n.ZH), only.Keys(i18n.EN)) {
		t.Error("the languages have different keys")
	}
	key := regexp.MustCompile(`"((?:identityweb|identity|web)\.[a-z_]+(?:\.[a-z_]+)*)"`)
	files, err := filepath.Glob("*")
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]bool{}
	for _, name := range files {
		if strings.HasSuffix(name, "_templ.go") || strings.HasSuffix(name, "_test.go") || filepath.Ext(name) != ".go" && filepath.Ext(name) != ".templ" {
			continue
		}
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range key.FindAllStringSubmatch(string(src), -1) {
			said[m[1]] = true
			if !texts.Has(i18n.ZH, m[1]) || !texts.Has(i18n.EN, m[1]) {
				t.Errorf("%s: no text for %s", name, m[1])
			}
		}
	}
	for _, made := range []string{"grant.held", "grant.future", "grant.past", "grant.revoked", "disable_of", "disable_means", "disable", "reset_of", "reset_means", "reset"} {
		said["identityweb."+made] = true
	}
	for _, k := range only.Keys(i18n.ZH) {
		if !said[k] {
			t.Errorf("nobody says %s", k)
		}
	}
}
