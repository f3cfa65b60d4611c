package jobsweb

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"huying/internal/clock"
	"huying/internal/identity"
	"huying/internal/jobs"
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

type ended struct{ Caller string }

func (ended) Kind() string { return "casework.ended" }

type unheard struct{}

func (unheard) Kind() string { return "test.unheard" }

// site is a server with the page, a queue in which everything fails while broken, and Wang, who administers the system.
type site struct {
	*webtest.Site
	t      *testing.T
	db     *store.DB
	queue  *jobs.Queue
	hand   *clock.Hand
	wang   *identity.Actor
	broken bool
	ran    int
}

func newSite(t *testing.T, db *store.DB) *site {
	t.Helper()
	s := &site{t: t, db: db, hand: clock.NewHand(storetest.Now), broken: true}
	s.queue = jobs.New(db, s.hand.Security())
	jobs.On(s.queue, func(_ context.Context, _ *store.Tx, e ended) error {
		if s.broken {
			return errors.New(`casework.no_caller map[name:` + e.Caller + `]: mail to "Zhang San" at zhang@example.org, 138 0000 0000, 王五: connection refused` + "\nat line 7")
		}
		s.ran++
		return nil
	})
	ps, err := places.Open(ctx, db, zhuhai)
	s.must(err)
	ids := identity.New(db, zhuhai, s.hand.Security(), identity.TreesOf(ps), identity.WithParams(identity.Params{Memory: 64, Passes: 1, Threads: 1}))
	id, _, err := ids.CreateAccount(ctx, identity.Console(), identity.Spec{Login: "wang", Name: "王", Password: "正确的 horse battery", Grants: []identity.Grant{{Role: identity.SysAdmin}}})
	s.must(err)
	s.wang, err = ids.Actor(ctx, id)
	s.must(err)
	s.Site = webtest.New(t, web.Options{Texts: webtest.Texts(t, Locales, identity.Locales, store.Locales), Zone: zhuhai, Nav: Nav, Business: s.hand.Business()},
		Routes(Parts{DB: db, Queue: s.queue, IDs: ids})...)
	return s
}

func each(t *testing.T, f func(t *testing.T, s *site)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) { f(t, newSite(t, db)) }, places.Schema, identity.Schema, jobs.Schema)
}

func (s *site) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// giveUp enqueues jobs and lets them fail until they are given up.
func (s *site) giveUp(all map[string]jobs.Event) {
	s.t.Helper()
	s.must(s.db.Write(ctx, func(tx *store.Tx) error {
		for key, e := range all {
			if err := s.queue.Enqueue(ctx, tx, e, key); err != nil {
				return err
			}
		}
		return nil
	}))
	for range 12 {
		s.must(s.queue.Drain(ctx))
		s.hand.Advance(3 * time.Minute)
	}
}

func (s *site) recorded() (lines []string) {
	s.t.Helper()
	s.must(s.db.Read(ctx, func(tx *store.Tx) (err error) {
		lines, err = store.All(ctx, tx, func(l *string) []any { return []any{l} }, "SELECT login || ' ' || what || ' ' || detail FROM identity_audit WHERE what = 'job.retried' ORDER BY seq")
		return err
	}))
	return lines
}

func has(t *testing.T, p *webtest.Page, texts ...string) {
	t.Helper()
	for _, x := range texts {
		if !strings.Contains(p.Text(), x) {
			t.Errorf("%d without %q: %s", p.Status, x, p.Text())
		}
	}
}

func TestNothingWasGivenUp(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		p := s.As(t, s.wang).Get("/jobs")
		has(t, p, "没有放弃的后台任务", "huying_jobs_dead 是 0")
		if len(p.All("form", "action", "/jobs/again")) > 0 {
			t.Error("there is nothing to run again")
		}
	})
}

func TestTheAdministratorRunsAgainWhatWasGivenUp(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.giveUp(map[string]jobs.Event{"1": ended{"李四"}, "2": ended{"李四"}, "3": ended{"李四"}, "4": unheard{}})
		admin := s.As(t, s.wang)
		has(t, admin.Get("/jobs"), "事项结束后的后续：3 件", "test.unheard：1 件", "共 4 项", "nobody answers …")
		p := admin.Get("/jobs?kind=casework.ended")
		has(t, p, "共 3 项", "casework.no_caller …", "connection refused", "12")
		id, _ := webtest.Attr(p.All("input", "name", "id")[0], "value")

		s.broken = false
		if p := admin.Post("/jobs/again", "id", id, "next", "/jobs?kind=casework.ended"); p.Status != http.StatusSeeOther || p.Header.Get("Location") != "/jobs?kind=casework.ended" {
			t.Fatalf("%d to %s", p.Status, p.Header.Get("Location"))
		}
		s.must(s.queue.Drain(ctx))
		has(t, admin.Get("/jobs?kind=casework.ended"), "共 2 项", "已让 1 件任务重做")
		admin.Post("/jobs/again", "id", id)
		has(t, admin.Get("/jobs"), "已经不在这里")
		admin.Post("/jobs/again", "kind", "casework.ended")
		s.must(s.queue.Drain(ctx))
		has(t, admin.Get("/jobs"), "共 1 项", "已让 2 件任务重做")
		if s.ran != 3 {
			t.Errorf("%d ran", s.ran)
		}
		if got := s.recorded(); len(got) != 2 || got[0] != `wang job.retried {"count":1,"job":"casework.ended"}` || got[1] != `wang job.retried {"count":2,"job":"casework.ended"}` {
			t.Errorf("on record: %q", got)
		}
		if p := admin.Post("/jobs/again"); p.Status != http.StatusBadRequest && p.Status != http.StatusUnprocessableEntity {
			t.Errorf("nothing asked for: %d", p.Status)
		}
	})
}

func TestNothingPersonalShows(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.giveUp(map[string]jobs.Event{"赵六 110101199003074514": ended{"李四"}})
		body := s.As(t, s.wang).Get("/jobs").Body
		for _, x := range []string{"李四", "Zhang", "zhang@", "138", "王五", "赵六", "110101", "line 7"} {
			if strings.Contains(body, x) {
				t.Errorf("the page tells %q", x)
			}
		}
	})
}

func TestTheWrongPersonIsRefused(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.giveUp(map[string]jobs.Event{"1": ended{"李四"}})
		for _, role := range []identity.Role{identity.Supervisor, identity.Leader, identity.Clerk, identity.SecAdmin, identity.AuditAdmin} {
			v := s.As(t, webtest.Person(7, role, "office"))
			if p := v.Get("/jobs"); p.Status != http.StatusForbidden {
				t.Errorf("%s sees the jobs: %d", role, p.Status)
			}
			if p := v.Post("/jobs/again", "kind", "casework.ended"); p.Status != http.StatusForbidden {
				t.Errorf("%s runs jobs again: %d", role, p.Status)
			}
		}
		if p := s.As(t, nil).Post("/jobs/again", "kind", "casework.ended"); p.Status != http.StatusUnauthorized {
			t.Errorf("nobody runs jobs again: %d", p.Status)
		}
		if len(s.recorded()) != 0 {
			t.Error("what was refused is on record as done")
		}
	})
}

func TestAnErrorIsShownWithoutWhatIsPersonal(t *testing.T) {
	for _, x := range []struct{ text, want string }{
		{"nobody answers \"test.x\"", "nobody answers …"},
		{"dial tcp 10.0.0.7:25: connect: connection refused", "dial tcp 10.0.0.7:25: connect: connection refused"},
		{"casework.no_caller map[name:Zhang San]: no rows", "casework.no_caller …: no rows"},
		{"ERROR: value too long (SQLSTATE 22001)", "ERROR: value too long (SQLSTATE 22001)"},
		{"to zhang.san@example.org: 550", "to … 550"},
		{"telephone 13800000000 and 0756-3629000 and 11010119900307451X", "telephone … and … and …"},
		{"panic: no\ngoroutine 7", "panic: no …"},
		{`unclosed "Zhang San`, "unclosed …"},
		{strings.Repeat("x", 300), strings.Repeat("x", 200) + " …"},
	} {
		if got := impersonal(x.text); got != x.want {
			t.Errorf("%q: %q, want %q", x.text, got, x.want)
		}
	}
}
