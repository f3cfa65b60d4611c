package promiseweb_test

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"huying/internal/identity"
	"huying/internal/promise"
	"huying/internal/store/storetest"
	"huying/internal/web/webtest"
)

func TestTheOverviewCountsWhatItOpens(t *testing.T) {
	o := officeSite(t, storetest.SQLite(t, schemas...))
	document := o.uploaded()
	o.boss.Post(document + "/accept-sure")
	o.boss.Post(document + "/enter")
	o.hand.Set(time.Date(2021, 12, 28, 4, 0, 0, 0, time.UTC))
	seen := 0
	for _, path := range []string{"/overview", "/overview?kind=livelihood"} {
		p := o.boss.Get(path)
		for _, a := range p.All("a", "href", "*") {
			href, _ := webtest.Attr(a, "href")
			if n, counts := number(a); counts && strings.HasPrefix(href, "/promises?") {
				seen++
				if got := listed(t, o.boss.Get(href)); got != n {
					t.Errorf("%s: %s says %d and opens %d", path, href, n, got)
				}
			}
		}
	}
	if seen < 12 {
		t.Errorf("only %d counts were followed", seen)
	}
	if p := o.boss.Get("/overview?kind=dream"); p.Status != 422 {
		t.Errorf("a kind that is none: %d", p.Status)
	}
	if p := o.boss.Get("/overview?format=csv"); !strings.Contains(p.Header.Get("Content-Type"), "csv") || !strings.Contains(p.Body, "合计") {
		t.Errorf("%s %s", p.Header.Get("Content-Type"), p.Body)
	}
	works := o.As(t, webtest.Person(30, identity.Supervisor, "schools")).Get("/overview")
	if works.Status != 200 || len(works.All("th", "scope", "row")) != 3 || !strings.Contains(works.Text(), "教育局") || strings.Contains(works.Text(), "建设局") {
		t.Errorf("of one unit: %d %s", works.Status, works.Text())
	}
}

// Whose reports did not come is counted by unit, and each count opens those promises and no others: not what was reported on, nor what is
// done and owes no report any more.
func TestTheMissedReportsOpen(t *testing.T) {
	o := officeSite(t, storetest.SQLite(t, schemas...))
	document := o.uploaded()
	o.boss.Post(document + "/accept-sure")
	o.boss.Post(document + "/enter")
	o.hand.Set(time.Date(2021, 3, 10, 4, 0, 0, 0, time.UTC))
	done := o.titled("新增停车位").Number
	o.say(done, promise.Entry{Type: promise.Figure, Value: "798", Source: "台账"}, clerk)
	o.say(done, promise.Entry{Type: promise.Done, Note: "竣工"}, clerk)
	o.hand.Set(time.Date(2021, 12, 28, 4, 0, 0, 0, time.UTC))
	reported := o.titled("新建污水管网").Number
	if o.find(reported).Missed == 0 || o.find(done).Missed == 0 {
		t.Fatalf("before anybody reports: %d and %d missed", o.find(reported).Missed, o.find(done).Missed)
	}
	o.say(reported, promise.Entry{Type: promise.Figure, Value: "12", Source: "台账"}, clerk)

	want := map[string][]string{} // by lead, of which the schools stand under the works; "" has all
	for _, st := range o.board().Rows {
		for _, lead := range map[string][]string{"schools": {"", "schools", "works"}, "works": {"", "works"}, "town": {"", "town"}}[st.Lead] {
			if st.Number != reported && st.Number != done {
				want[lead] = append(want[lead], "/promises/"+st.Number)
			}
		}
	}
	got := map[string][]string{}
	for _, a := range o.boss.Get("/overview").All("a", "href", "*") {
		href, _ := webtest.Attr(a, "href")
		to, err := url.Parse(href)
		if must(t, err); to.Query().Get("missed") == "" {
			continue
		}
		list := o.boss.Get(href)
		n, _ := number(a)
		lead := to.Query().Get("lead")
		for _, cell := range list.All("th", "scope", "row") {
			link, _ := webtest.Attr(webtest.All(cell, "a", "href", "*")[0], "href")
			got[lead] = append(got[lead], link)
		}
		if n != len(got[lead]) || n != listed(t, list) || !strings.Contains(list.Text(), "只看漏报的") {
			t.Errorf("%s says %d and opens %d: %v", href, n, listed(t, list), got[lead])
		}
	}
	for _, all := range []map[string][]string{want, got} {
		for lead := range all {
			slices.Sort(all[lead])
		}
	}
	if !maps.EqualFunc(got, want, slices.Equal) {
		t.Errorf("the counts open %v, want %v", got, want)
	}
}
