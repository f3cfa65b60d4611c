package noticeweb

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"huying/internal/clock"
	"huying/internal/i18n"
	"huying/internal/identity"
	"huying/internal/identity/identityweb"
	"huying/internal/jobs"
	"huying/internal/notice"
	"huying/internal/places"
	"huying/internal/store"
	"huying/internal/store/storetest"
	"huying/internal/web"
	"huying/internal/web/webtest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

var (
	ctx    = context.Background()
	zhuhai = time.FixedZone("CST", 8*3600)
)

var messages = fstest.MapFS{
	"locales/zh.json": {Data: []byte(`{"tests.begun":"《{{.title}}》请在 {{.due}} 前到场","tests.moved":"《{{.title}}》有新进展"}`)},
	"locales/en.json": {Data: []byte(`{"tests.begun":"{{.title}}: please report in by {{.due}}","tests.moved":"{{.title}} has moved on"}`)},
}

// adapter takes what is sent by webhook, unless it is told to refuse.
type adapter struct {
	*httptest.Server
	mu     sync.Mutex
	bodies []string
	status int
}

func newAdapter(t testing.TB) *adapter {
	a := &adapter{status: http.StatusNoContent}
	a.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		a.mu.Lock()
		defer a.mu.Unlock()
		a.bodies = append(a.bodies, string(body))
		w.WriteHeader(a.status)
		_, _ = io.WriteString(w, "mailbox <b>unknown</b>")
	}))
	t.Cleanup(a.Close)
	return a
}

func (a *adapter) answer(status int) { a.mu.Lock(); a.status = status; a.mu.Unlock() }

func (a *adapter) last() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.bodies) == 0 {
		return ""
	}
	return a.bodies[len(a.bodies)-1]
}

// site is a server with the pages and its people: ids of accounts by login.
type site struct {
	*webtest.Site
	t       *testing.T
	db      *store.DB
	hand    *clock.Hand
	queue   *jobs.Queue
	notices *notice.Service
	box     *adapter
	people  map[string]*identity.Actor
	log     *lockedWriter
}

type agenda struct{}

func (agenda) Agenda(context.Context, int64) ([]notice.Entry, error) {
	due := time.Date(2021, 11, 22, 18, 0, 0, 0, zhuhai)
	return []notice.Entry{{ID: "case-7", Key: "tests.moved", Args: map[string]any{"title": "路灯不亮"}, Link: "/cases/7", Due: due, Changed: due.Add(-time.Hour)}}, nil
}

// newSite has Zhang, a clerk; Li, another; and Wang, who administers the system. channels are webhooks to the adapter.
func newSite(t *testing.T, db *store.DB, channels ...string) *site {
	t.Helper()
	s := &site{t: t, db: db, hand: clock.NewHand(storetest.Now), box: newAdapter(t), people: map[string]*identity.Actor{}, log: &lockedWriter{}}
	s.queue = jobs.New(db, s.hand.Security())
	texts := webtest.Texts(t, notice.Locales, Locales, messages, identity.Locales, identityweb.Locales, store.Locales)
	o := notice.Options{Queue: s.queue, Texts: texts, Zone: zhuhai, Clock: s.hand.Security(), PublicURL: "https://huying.example.gov.cn", Agenda: agenda{},
		Log: slog.New(slog.DiscardHandler)}
	for _, c := range channels {
		o.Hooks = append(o.Hooks, notice.Hook{Name: c, URL: s.box.URL, Secret: "whsec_" + base64.StdEncoding.EncodeToString(make([]byte, 32))})
	}
	var err error
	if s.notices, err = notice.New(db, o); err != nil {
		t.Fatal(err)
	}
	ps, err := places.Open(ctx, db, zhuhai)
	if err != nil {
		t.Fatal(err)
	}
	ids := identity.New(db, zhuhai, s.hand.Security(), identity.TreesOf(ps), identity.WithParams(identity.Params{Memory: 64, Passes: 1, Threads: 1}))
	for login, role := range map[string]identity.Role{"zhang": identity.Leader, "li": identity.Leader, "wang": identity.SysAdmin} {
		id, _, err := ids.CreateAccount(ctx, identity.Console(), identity.Spec{Login: login, Name: "Name of " + login, Password: "正确的 horse battery", Grants: []identity.Grant{{Role: role}}})
		if err != nil {
			t.Fatal(err)
		}
		if s.people[login], err = ids.Actor(ctx, id); err != nil {
			t.Fatal(err)
		}
	}
	s.Site = webtest.New(t, web.Options{Texts: texts, Zone: zhuhai, PublicURL: "", Nav: Nav, Business: s.hand.Business(), Log: slog.New(slog.NewTextHandler(s.log, nil))},
		Routes(Parts{DB: db, Notices: s.notices, IDs: ids})...)
	return s
}

// lockedWriter is a log that is read while it is written.
type lockedWriter struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedWriter) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func each(t *testing.T, f func(t *testing.T, db *store.DB)) {
	t.Helper()
	storetest.Each(t, f, jobs.Schema, places.Schema, identity.Schema, notice.Schema)
}

func (s *site) as(login string) *webtest.Visitor {
	s.t.Helper()
	v := s.As(s.t, s.people[login])
	v.Header.Set("Accept-Language", "zh-CN")
	return v
}

func (s *site) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) run() {
	s.t.Helper()
	s.must(s.queue.Drain(ctx))
	s.must(s.notices.Flush(ctx))
}

func (s *site) tell(login, title string) {
	s.t.Helper()
	m := notice.Message{To: []int64{s.people[login].ID}, Topic: "duty.begun", Key: "tests.begun", Link: "/cases/7",
		Args: map[string]any{"title": title, "due": time.Date(2021, 11, 22, 18, 0, 0, 0, zhuhai)}}
	s.must(s.db.Write(ctx, func(tx *store.Tx) error { return s.notices.Send(ctx, tx, m) }))
	s.run()
}

func (s *site) lives(login, channel, address string) {
	s.t.Helper()
	s.must(s.db.Write(ctx, func(tx *store.Tx) error { return s.notices.SetAddress(ctx, tx, s.people[login].ID, channel, address) }))
}

// firstID is the id of a person's newest notice.
func (s *site) firstID(login string) string {
	s.t.Helper()
	var id int64
	s.must(s.db.Read(ctx, func(tx *store.Tx) (err error) { id, err = s.notices.Newest(ctx, tx, s.people[login].ID); return err }))
	return number(id)
}

func has(t *testing.T, p *webtest.Page, parts ...string) {
	t.Helper()
	text := p.Text()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is not on the page: %s", part, text)
		}
	}
}

func leadsTo(t *testing.T, p *webtest.Page, path string) {
	t.Helper()
	if p.Status != http.StatusSeeOther || p.Header.Get("Location") != path {
		t.Errorf("status %d to %q, want to %q", p.Status, p.Header.Get("Location"), path)
	}
}

func TestAPersonReadsTheirNotices(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db)
		v := s.as("zhang")
		has(t, v.Get("/notices"), "还没有通知")
		s.tell("zhang", "路灯 <b>不亮")
		s.tell("zhang", "井盖破损")
		s.tell("li", "别人的事")
		page := v.Get("/notices")
		has(t, page, "共 2 项", "路灯 <b>不亮", "2021年11月22日（周一）18:00", "未读", "我的责任", "全部标为已读")
		if strings.Contains(page.Body, "别人的事") {
			t.Error("another's notice is on the page")
		}
		first := s.firstID("zhang")
		leadsTo(t, v.Get("/notices/"+first), "/cases/7")
		page = v.Get("/notices?state=unread")
		has(t, page, "共 1 项", "路灯")
		leadsTo(t, v.Post("/notices/read", "up_to", first, "next", "/notices?state=unread"), "/notices?state=unread")
		page = v.Get("/notices")
		has(t, page, "1 条标为已读", "已读")
		if strings.Contains(page.Text(), "全部标为已读") {
			t.Error("there is nothing left to read")
		}
		v.Header.Set("Accept-Language", "en")
		has(t, v.Get("/notices"), "please report in by Mon 22 Nov 2021, 18:00", "My duties")
		if p := v.Post("/notices/read", "next", "//elsewhere.example.org"); p.Status != http.StatusBadRequest {
			t.Errorf("nothing to read: %d", p.Status)
		}
	})
}

func TestTheWrongPersonComesToNothing(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db, "sms")
		s.tell("zhang", "路灯不亮")
		id := s.firstID("zhang")
		other, nobody := s.as("li"), s.As(t, nil)
		if p := other.Get("/notices/" + id); p.Status != http.StatusNotFound {
			t.Errorf("another's notice: %d", p.Status)
		}
		leadsTo(t, other.Post("/notices/read", "id", id), "/notices")
		leadsTo(t, other.Post("/notices/read", "up_to", id), "/notices")
		if n, err := s.notices.Unread(ctx, s.people["zhang"].ID); n != 1 || err != nil {
			t.Errorf("another's notice was marked as read: %d %v", n, err)
		}
		if p := other.Get("/notices/failures"); p.Status != http.StatusForbidden {
			t.Errorf("the administrator's page: %d", p.Status)
		}
		if p := other.Post("/notices/failures/again", "id", "1"); p.Status != http.StatusForbidden {
			t.Errorf("sending again: %d", p.Status)
		}
		for _, r := range s.Routes() {
			method, path, _ := strings.Cut(r.Pattern, " ")
			if r.Need.Public() || !strings.HasPrefix(path, "/notices") {
				continue
			}
			p := nobody.Do(method, strings.ReplaceAll(path, "{id}", id), "", nil)
			if want := map[string]int{"GET": http.StatusSeeOther, "POST": http.StatusUnauthorized}[method]; p.Status != want {
				t.Errorf("%s by nobody: %d", r.Pattern, p.Status)
			}
		}
	})
}

var sixDigits = regexp.MustCompile(`\d{6}`)

func TestAPersonSaysWhereAndWhenToBeTold(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db, "wecom", "sms")
		v := s.as("zhang")
		page := v.Get("/notices/settings")
		has(t, page, "企业微信", "短信", "还没有地址")
		if webtest.Text(page.One("select", "name", "wecom-duty")) == "" || len(page.All("input", "name", "address-sms")) != 1 {
			t.Error("a field is missing")
		}
		if p := v.Post("/notices/addresses", "channel", "sms", "address-sms", "not <one>"); p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Text(), "不像是该渠道的账号") || len(p.All("input", "aria-invalid", "true")) != 1 {
			t.Errorf("%d %s", p.Status, p.Text())
		}
		leadsTo(t, v.Post("/notices/addresses", "channel", "sms", "address-sms", "13800000000"), "/notices/settings#sms")
		has(t, v.Get("/notices/settings"), "验证码已发到 13800000000")
		if p := v.Post("/notices/addresses", "channel", "sms", "address-sms", "13900000000"); p.Status != http.StatusTooManyRequests {
			t.Errorf("twice at once: %d", p.Status)
		}
		if p := v.Post("/notices/addresses/confirm", "channel", "sms", "code-sms", "1"); p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Text(), "验证码不对") {
			t.Errorf("%d", p.Status)
		}
		code := sixDigits.FindString(s.box.last()[strings.Index(s.box.last(), "验证码"):])
		if p := s.as("li").Post("/notices/addresses/confirm", "channel", "sms", "code-sms", code); p.Status != http.StatusUnprocessableEntity {
			t.Errorf("another's code: %d", p.Status)
		}
		leadsTo(t, v.Post("/notices/addresses/confirm", "channel", "sms", "code-sms", code), "/notices/settings#sms")
		has(t, v.Get("/notices/settings"), "地址已确认", "13800000000")
		if p := v.Post("/notices/addresses", "channel", "fax", "address-fax", "1"); p.Status != http.StatusBadRequest {
			t.Errorf("a channel that is not: %d", p.Status)
		}

		fields := []string{"lang", "en", "quiet_from", "23:00", "quiet_until", "06:30", "daily_at", "17:00"}
		for _, c := range []string{"wecom", "sms"} {
			for _, g := range notice.Groups {
				fields = append(fields, c+"-"+g, "daily")
			}
		}
		leadsTo(t, v.Post("/notices/settings", fields...), "/notices/settings")
		page = v.Get("/notices/settings")
		if value, _ := webtest.Attr(page.One("input", "name", "quiet_from"), "value"); value != "23:00" {
			t.Errorf("quiet from %q", value)
		}
		if len(webtest.All(page.One("select", "name", "sms-case"), "option", "value", "daily", "selected", "*")) != 1 {
			t.Error("the choice is not kept")
		}
		page = s.as("li").Get("/notices/settings")
		if value, _ := webtest.Attr(page.One("input", "name", "quiet_from"), "value"); value != "22:00" || strings.Contains(page.Body, "13800000000") {
			t.Error("another's settings changed, or are shown")
		}
		fields[3] = "25:00"
		if p := v.Post("/notices/settings", fields...); p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Text(), "请填一天中的时刻") {
			t.Errorf("%d", p.Status)
		}
		fields[3], fields[9] = "23:00", "hourly"
		if p := v.Post("/notices/settings", fields...); p.Status != http.StatusUnprocessableEntity {
			t.Errorf("%d", p.Status)
		}

		leadsTo(t, v.Post("/notices/test"), "/notices")
		s.run()
		has(t, v.Get("/notices"), "测试通知已交给 1 个渠道", "短信：已发出")
		if p := v.Post("/notices/test"); p.Status != http.StatusTooManyRequests {
			t.Errorf("a second test: %d", p.Status)
		}
		leadsTo(t, v.Post("/notices/addresses/remove", "channel", "sms"), "/notices/settings#sms")
		if p := v.Get("/notices/settings"); strings.Contains(p.Body, "13800000000") {
			t.Error("the address is still there")
		}
	})
}

func TestWithoutChannelsOneChoosesTheLanguageOnly(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db)
		v := s.as("zhang")
		has(t, v.Get("/notices/settings"), "通知只在本系统内显示")
		leadsTo(t, v.Post("/notices/settings", "lang", "en", "quiet_from", "22:00", "quiet_until", "07:00", "daily_at", "08:30"), "/notices/settings")
	})
}

func TestWhatDidNotArriveIsShownToThePersonAndToTheAdministrator(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db, "wecom", "sms")
		s.lives("zhang", "sms", "13800000000")
		s.lives("li", "wecom", "li")
		s.box.answer(http.StatusGone)
		s.tell("zhang", "路灯不亮")
		s.box.answer(http.StatusBadGateway)
		s.tell("li", "井盖破损")
		v, admin := s.as("zhang"), s.as("wang")
		has(t, v.Get("/notices"), "有通知没能送到您那里", "短信：1 条未送达", "对方拒收")
		has(t, v.Get("/notices?state=failed"), "共 1 项")
		page := admin.Get("/notices/failures")
		has(t, page, "共 2 项", "Name of zhang（zhang）", "Name of li（li）", "对方拒收", "410 Gone: mailbox <b>unknown</b>", "已放弃", "再试", "重发短信的全部 1 条")
		if strings.Contains(page.Body, "路灯不亮") {
			t.Error("the administrator of the system reads what a notice is about")
		}
		has(t, admin.Get("/notices/failures?channel=sms&state=failed"), "共 1 项")
		s.box.answer(http.StatusNoContent)
		leadsTo(t, admin.Post("/notices/failures/again", "channel", "sms"), "/notices/failures")
		s.run()
		has(t, admin.Get("/notices/failures"), "共 1 项")
		var id int64
		s.must(db.Read(ctx, func(tx *store.Tx) error {
			all, _, err := s.notices.Troubles(ctx, tx, notice.TroubleFilter{})
			id = all[0].ID
			return err
		}))
		leadsTo(t, admin.Post("/notices/failures/again", "id", number(id), "next", "/notices/failures?channel=wecom"), "/notices/failures?channel=wecom")
		s.run()
		has(t, admin.Get("/notices/failures"), "没有未送达的通知")
		has(t, v.Get("/notices"), "短信：已发出")
		var lines int
		s.must(db.Read(ctx, func(tx *store.Tx) error {
			return tx.Scan(ctx, "SELECT COUNT(*) FROM identity_audit WHERE what = 'delivery.resent' AND login = 'wang'", nil, &lines)
		}))
		if lines != 2 {
			t.Errorf("%d lines on record", lines)
		}
	})
}

func TestACalendarProgramReadsWhatIsDue(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db)
		v, program := s.as("zhang"), s.As(t, nil)
		page := v.Post("/notices/calendar")
		address := webtest.Text(page.One("code"))
		if !strings.HasPrefix(address, s.URL+"/calendar/") || page.Header.Get("Cache-Control") != "private, no-store" {
			t.Fatal(address)
		}
		path := strings.TrimPrefix(address, s.URL)
		feed := program.Get(path)
		if feed.Status != http.StatusOK || feed.Header.Get("Content-Type") != "text/calendar; charset=utf-8" || !strings.Contains(feed.Body, "路灯不亮") || !strings.Contains(feed.Body, s.URL+"/cases/7") {
			t.Errorf("%d %v\n%s", feed.Status, feed.Header, feed.Body)
		}
		program.Header.Set("If-None-Match", feed.Header.Get("Etag"))
		if again := program.Get(path); again.Status != http.StatusNotModified || again.Body != "" {
			t.Errorf("%d %q", again.Status, again.Body)
		}
		program.Header.Del("If-None-Match")
		for _, wrong := range []string{strings.TrimSuffix(path, ".ics"), "/calendar/x.ics", "/calendar/.ics", path + "x"} {
			if p := program.Get(wrong); p.Status != http.StatusNotFound {
				t.Errorf("%s: %d", wrong, p.Status)
			}
		}
		has(t, v.Get("/notices/settings"), "日历地址生成于", "最近一次来取")
		if strings.Contains(v.Get("/notices/settings").Body, path) {
			t.Error("the address is shown again")
		}
		leadsTo(t, s.as("li").Post("/notices/calendar/revoke"), "/notices/settings#calendar")
		if p := program.Get(path); p.Status != http.StatusOK {
			t.Error("another person ended it")
		}
		leadsTo(t, v.Post("/notices/calendar/revoke"), "/notices/settings#calendar")
		if p := program.Get(path); p.Status != http.StatusNotFound {
			t.Errorf("it still opens: %d", p.Status)
		}
		secret := strings.TrimSuffix(strings.TrimPrefix(path, "/calendar/"), ".ics")
		if strings.Contains(s.log.String(), secret) || !strings.Contains(s.log.String(), "/calendar/{token}") {
			t.Error("the log has the secret, or nothing of the request")
		}
	})
}

func TestTextsAreThereInBothLanguages(t *testing.T) {
	texts := webtest.Texts(t, notice.Locales, Locales)
	zh, en := texts.Keys(i18n.ZH), texts.Keys(i18n.EN)
	if strings.Join(zh, " ") != strings.Join(en, " ") {
		t.Errorf("the languages have different keys:\n%v\n%v", zh, en)
	}
}
