package promiseweb_test

import (
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"huying/internal/clock"
	"huying/internal/identity"
	"huying/internal/promise"
	"huying/internal/store"
	"huying/internal/store/storetest"
	"huying/internal/web/webtest"
)

// tasks are the numbers that a desk lists.
func tasks(p *webtest.Page) (out []string) {
	for _, th := range p.All("th", "scope", "row") {
		out = append(out, webtest.Text(webtest.All(th, "span")[0]))
	}
	return out
}

func TestADeskShowsWhatItsUnitAnswersFor(t *testing.T) {
	s := sqliteSite(t)
	storied(s)
	joint := s.titled("地区生产总值")
	s.write(func(tx *store.Tx) error {
		terms := joint.Terms()
		terms.Lead, terms.Joint = "office", []string{"science"}
		return s.register.SetTerms(public, tx, joint.ID, joint.Version, terms, "", supervisor)
	})
	count := func(unit string) (n int) {
		for _, st := range s.board().Rows {
			if unit == "" || st.Lead == unit || strings.Contains(strings.Join(st.Joint, " "), unit) {
				n++
			}
		}
		return n
	}
	for _, tt := range []struct {
		name  string
		who   *identity.Actor
		query string
		want  int
	}{
		{"a clerk", worker, "", count("works")},
		{"a clerk of another unit", seer, "", count("science")},
		{"what it leads", seer, "?role=lead", 1},
		{"what it joins in", seer, "?role=joint", 1},
		{"the office", chief, "", count("")},
		{"a leader", leader, "", count("")},
		{"one unit of all", chief, "?unit=science", count("science")},
		{"one unit, joining in", chief, "?unit=science&role=joint", 1},
		{"by light", worker, "?light=closed", 1},
		{"by words", worker, "?q=停车", 1},
	} {
		p := s.As(t, tt.who).Get("/desk" + tt.query)
		if got := len(tasks(p)); p.Status != 200 || got != tt.want {
			t.Errorf("%s: status %d, %d tasks, want %d", tt.name, p.Status, got, tt.want)
		}
	}
	for _, query := range []string{"?state=x", "?role=x", "?light=pink", "?unit=science", "?q=" + strings.Repeat("x", 61)} {
		if p := s.As(t, worker).Get("/desk" + query); p.Status != 422 || len(tasks(p)) != 0 {
			t.Errorf("%s: status %d, %d tasks", query, p.Status, len(tasks(p)))
		}
	}
}

func TestWhatIsLateAndWhatIsOwed(t *testing.T) {
	s := sqliteSite(t)
	storied(s)
	v := s.As(t, worker)
	today := s.register.Today()
	want := map[string]int{}
	for _, st := range s.board().Rows {
		if st.Lead != "works" {
			continue
		}
		ended := st.Light == promise.Blue || st.Light == promise.Closed
		if st.Light == promise.Red {
			want["late"]++
		}
		if !ended && (st.Missed > 0 || !st.NextReport.IsZero() && !st.NextReport.After(today.AddDays(7))) {
			want["owed"]++
		}
	}
	if want["late"] == 0 || want["owed"] == 0 {
		t.Fatalf("the year of the test has nothing to show: %v", want)
	}
	for state, n := range want {
		p := v.Get("/desk?state=" + state)
		if got := len(tasks(p)); got != n {
			t.Errorf("%s: %d tasks, want %d", state, got, n)
		}
		tab := p.One("a", "aria-current", "page", "href", "/desk?state="+state)
		if got := webtest.Text(webtest.All(tab, "span")[0]); got != strconv.Itoa(n) {
			t.Errorf("%s: the tab counts %s, the list %d", state, got, n)
		}
	}
	p := v.Get("/desk")
	first := s.find(tasks(p)[0])
	if first.Light != promise.Red {
		t.Errorf("the first task is %s", first.Light)
	}
	if len(p.All("a", "href", "/promises/"+first.Number+"/report?back=desk")) != 1 {
		t.Error("no tap to report")
	}
	if p := s.As(t, leader).Get("/desk"); strings.Contains(p.Body, "/report?back=desk") {
		t.Error("a leader is asked to report")
	}
}

func TestTheOfficeVerifiesFromItsDesk(t *testing.T) {
	s := sqliteSite(t)
	parking := s.titled("新增停车位").Number
	s.say(parking, promise.Entry{Type: promise.Figure, Value: "798", Source: "验收单"}, clerk)
	s.say(parking, promise.Entry{Type: promise.Done, Note: "全部启用"}, clerk)
	office := s.As(t, chief)
	p := office.Get("/desk?state=done")
	verify := "/promises/" + parking + "/verify"
	if got := tasks(p); len(got) != 1 || got[0] != parking || len(p.All("a", "href", verify+"?back=desk")) != 1 {
		t.Fatalf("to verify: %v", got)
	}
	if p := s.As(t, worker).Get("/desk?state=done"); strings.Contains(p.Body, "/verify") {
		t.Error("a clerk is asked to verify")
	}
	back := shown(t, office.Get(verify+"?back=desk"), "back")
	accepted(t, office.Post(verify, "note", "", "back", back), "/desk")
	if got := tasks(office.Get("/desk?state=done")); len(got) != 0 {
		t.Errorf("still to verify: %v", got)
	}
}

func TestADeskOfAPlace(t *testing.T) {
	s := sqliteSite(t)
	st := s.titled("推进科技园")
	s.write(func(tx *store.Tx) error {
		terms := st.Terms()
		terms.Place = "zone"
		return s.register.SetTerms(public, tx, st.ID, st.Version, terms, "", supervisor)
	})
	local := &identity.Actor{ID: 30, Name: "local", Grants: []identity.Grant{{Person: 30, Role: identity.Leader, Place: "zone"}}}
	p := s.As(t, local).Get("/desk")
	if got := tasks(p); len(got) != 1 || got[0] != st.Number || !strings.Contains(p.Text(), "高新区：牵头 1 项") {
		t.Errorf("%v: %s", got, p.Text())
	}
}

func TestWhatFallsDueSoon(t *testing.T) {
	s := sqliteSite(t)
	s.hand.Set(clock.Date{Year: 2021, Month: 12, Day: 10}.In(zone))
	p := s.As(t, worker).Get("/desk?state=soon")
	if got := len(tasks(p)); got == 0 || !strings.Contains(p.Text(), "还有 21 天") {
		t.Errorf("%d tasks, %s", got, p.Text())
	}
}

func TestADeskAsAFile(t *testing.T) {
	s := sqliteSite(t)
	storied(s)
	p := s.As(t, worker).Get("/desk?format=csv&role=lead")
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(p.Body, "\ufeff"))).ReadAll()
	must(t, err)
	if len(rows)-1 != len(tasks(s.As(t, worker).Get("/desk?role=lead"))) {
		t.Errorf("%d rows", len(rows)-1)
	}
	head := strings.Join(rows[0], ",")
	if !strings.Contains(head, "下次报送") || len(rows[0]) != len(rows[1]) {
		t.Errorf("head %s", head)
	}
	if p := s.As(t, worker).Get("/desk?format=csv&role=x"); p.Status != 422 {
		t.Errorf("a file of nothing that was offered: %d", p.Status)
	}
}

func TestADeskWithNothingOnIt(t *testing.T) {
	s := emptySite(t, storetest.SQLite(t, schemas...))
	if p := s.As(t, worker).Get("/desk"); p.Status != 200 || !strings.Contains(p.Text(), "没有任务") {
		t.Errorf("status %d %s", p.Status, p.Text())
	}
	if p := sqliteSite(t).As(t, chief).Get("/desk?year=1999"); p.Status != 404 {
		t.Errorf("a year that is not: %d", p.Status)
	}
}

func TestEveryDeskPageInBothLanguages(t *testing.T) {
	s := sqliteSite(t)
	storied(s)
	paths := []string{"/desk", "/desk?state=owed"}
	for _, st := range s.board().Rows {
		for _, page := range []string{"", "/report", "/verify", "/reopen", "/adjust", "/override", "/terms"} {
			paths = append(paths, "/promises/"+st.Number+page)
		}
		gone := map[int64]bool{}
		for _, e := range st.Entries {
			gone[e.Corrects] = true
		}
		for _, e := range st.Entries {
			if !gone[e.ID] && e.Type == promise.Figure {
				paths = append(paths, fmt.Sprintf("/promises/%s/entries/%d/correct", st.Number, e.ID), fmt.Sprintf("/promises/%s/entries/%d/withdraw", st.Number, e.ID))
			}
		}
	}
	for _, lang := range []string{"zh", "en"} {
		v := s.As(t, chief)
		v.Header.Set("Accept-Language", lang)
		for _, path := range paths {
			p := v.Get(path)
			if p.Status != 200 || len(p.All("h1")) != 1 {
				t.Errorf("%s %s: status %d, %d h1", lang, path, p.Status, len(p.All("h1")))
			}
			for _, bad := range []string{"promiseweb.", "promise.why", "promise.light", "promise.entry", "<no value>", "%!", "<script>alert", "style="} {
				if strings.Contains(p.Body, bad) {
					t.Errorf("%s %s holds %q", lang, path, bad)
				}
			}
			sameIDs(t, lang+" "+path, p)
		}
	}
}
