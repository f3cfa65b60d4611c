package promiseweb_test

import (
	"strings"
	"testing"

	"golang.org/x/net/html"

	"huying/internal/clock"
	"huying/internal/promise"
	"huying/internal/web/webtest"
)

// typed are the fields of a page's form as a browser would send them back, with changes: name, value, name, value.
func typed(t *testing.T, p *webtest.Page, changes ...string) []string {
	t.Helper()
	var out []string
	add := func(name, value string) {
		for i := 0; i+1 < len(changes); i += 2 {
			if changes[i] == name {
				return
			}
		}
		out = append(out, name, value)
	}
	for _, n := range webtest.All(p.One("form", "class", "form terms"), "", "name", "*") {
		name, _ := webtest.Attr(n, "name")
		value, _ := webtest.Attr(n, "value")
		kind, _ := webtest.Attr(n, "type")
		_, checked := webtest.Attr(n, "checked")
		switch {
		case kind == "checkbox" && !checked:
		case n.Data == "textarea":
			add(name, webtest.Text(n))
		case n.Data == "select":
			add(name, selected(n))
		default:
			add(name, value)
		}
	}
	return append(out, changes...)
}

func selected(n *html.Node) string {
	for _, o := range webtest.All(n, "option", "selected", "*") {
		v, _ := webtest.Attr(o, "value")
		return v
	}
	return ""
}

func TestSettingTerms(t *testing.T) {
	s := sqliteSite(t)
	st := s.titled("新建污水管网")
	at, v := "/promises/"+st.Number, s.As(t, chief)
	open := v.Get(at + "/terms")
	if p := v.Post(at+"/terms", typed(t, open, "why", "照原样")...); p.Status != 422 || !strings.Contains(problems(p), "没有任何改动") {
		t.Errorf("what was opened is not what was there: status %d %s", p.Status, problems(p))
	}

	accepted(t, v.Post(at+"/terms", typed(t, v.Get(at+"/terms"), "lead", "science", "joint", "office", "joint", "works", "due", "2021-11-30", "cycle", "quarterly", "direction", "lower",
		"course", "stock", "project", "1", "invest", "3,000", "place", "zone", "formula", `latest["2021-001"] * 2.0`, "why", "改派𠮷",
		"node1.title", "竣工", "node1.due", "2021-10-31", "node1.share", "90", "node2.title", "开工", "node2.due", "2021-03-31", "node2.share", "10")...), at)
	now := s.find(st.Number)
	got := now.Terms()
	if got.Lead != "science" || len(got.Joint) != 2 || got.Due.String() != "2021-11-30" || got.Cycle != promise.Quarterly || got.Direction != promise.Lower || got.Course != promise.Stock ||
		!got.Project || got.Invest != "3000" || got.Place != "zone" || got.Formula != `latest["2021-001"] * 2.0` {
		t.Errorf("set to %+v", got)
	}
	if len(got.Nodes) != 2 || got.Nodes[0].Title != "开工" || got.Nodes[1].Share != 90 {
		t.Errorf("nodes %+v", got.Nodes)
	}
	if p := s.get(at); !strings.Contains(p.Text(), "改派𠮷") || !strings.Contains(p.Text(), "地点：未填 → 高新区") ||
		!strings.Contains(p.Text(), "开工（2021年3月31日（周三），应达 10%）；竣工") {
		t.Errorf("the history does not tell: %s", p.Text())
	}
}

func TestAMilestoneKeepsItsNumber(t *testing.T) {
	s := sqliteSite(t)
	st := s.titled("推进科技园")
	at, v := "/promises/"+st.Number, s.As(t, chief)
	set := func(changes ...string) {
		t.Helper()
		accepted(t, v.Post(at+"/terms", typed(t, v.Get(at+"/terms"), append(changes, "why", "x")...)...), at)
	}
	clear := []string{"node1.title", "", "node1.due", "", "node1.share", "", "node2.title", "", "node2.due", "", "node2.share", "", "node3.title", "", "node3.due", "", "node3.share", "",
		"node4.title", "", "node4.due", "", "node4.share", ""}
	if len(s.find(st.Number).Nodes) > 0 {
		set(clear...)
	}
	set("node1.title", "甲", "node1.due", "2021-03-01", "node2.title", "乙", "node2.due", "2021-06-01")
	first := s.find(st.Number).Nodes
	s.say(st.Number, promise.Entry{Type: promise.NodeDone, Node: first[1].No, Note: "到了"}, clerk)
	set("node3.title", "新", "node3.due", "2021-04-01") // between the two
	now := s.find(st.Number)
	if len(now.Nodes) != 3 || now.Nodes[1].Title != "新" || now.NodesDone[now.Nodes[2].No].Note != "到了" || now.Nodes[2].Title != "乙" {
		t.Errorf("nodes %+v, reached %+v", now.Nodes, now.NodesDone)
	}
	set("node3.title", "", "node3.due", "") // 乙 goes, and a new one must not be taken for reached
	set("node3.title", "丙", "node3.due", "2021-07-01")
	now = s.find(st.Number)
	if _, reached := now.NodesDone[now.Nodes[2].No]; reached || now.Nodes[2].Title != "丙" {
		t.Errorf("a new milestone has the number of one that was reached: %+v", now.Nodes)
	}
}

func TestTermsThatAreWrong(t *testing.T) {
	s := sqliteSite(t)
	st := s.titled("新建污水管网")
	at, v := "/promises/"+st.Number, s.As(t, chief)
	for name, tt := range map[string]struct {
		changes []string
		wrong   string
	}{
		"no reason":                 {[]string{"why", ""}, "why"},
		"a unit that is not":        {[]string{"lead", "mars"}, "lead"},
		"a joint unit that leads":   {[]string{"joint", "works"}, "joint"},
		"due before it starts":      {[]string{"due", "2020-12-31"}, "due"},
		"no day":                    {[]string{"start", "morgen"}, "start"},
		"a cycle that is not":       {[]string{"cycle", "daily"}, "cycle"},
		"a formula that is none":    {[]string{"formula", "latest["}, "formula"},
		"a formula of words":        {[]string{"formula", `"x"`}, "formula"},
		"words for money":           {[]string{"invest", "很多"}, "invest"},
		"a milestone without a day": {[]string{"node1.title", "开工", "node1.due", ""}, "nodes"},
		"a milestone out of time":   {[]string{"node1.title", "开工", "node1.due", "2023-01-01"}, "nodes"},
		"a milestone without words": {[]string{"node1.title", "", "node1.due", "2021-05-01"}, "nodes"},
		"more than the whole":       {[]string{"node1.title", "开工", "node1.due", "2021-05-01", "node1.share", "120"}, "nodes"},
		"words for a share":         {[]string{"node1.title", "开工", "node1.due", "2021-05-01", "node1.share", "半"}, "node1.share"},
	} {
		if tt.wrong != "why" {
			tt.changes = append(tt.changes, "why", "x")
		}
		p := v.Post(at+"/terms", typed(t, v.Get(at+"/terms"), tt.changes...)...)
		if p.Status != 422 || len(p.All("", "id", "f-"+tt.wrong+"-error")) != 1 {
			t.Errorf("%s: status %d, %s", name, p.Status, problems(p))
		}
	}
	if n := len(s.find(st.Number).Entries); n != 0 {
		t.Errorf("%d entries", n)
	}
}

func TestTwoSetTermsAtOnce(t *testing.T) {
	s := sqliteSite(t)
	st := s.titled("新建污水管网")
	at := "/promises/" + st.Number
	one, two := s.As(t, chief), s.As(t, webtest.Person(20, "supervisor", ""))
	mine := typed(t, one.Get(at+"/terms"), "due", "2021-12-20", "why", "我的理由", "node1.title", "我的节点", "node1.due", "2021-10-01")
	accepted(t, two.Post(at+"/terms", typed(t, two.Get(at+"/terms"), "lead", "office", "why", "先到")...), at)

	p := one.Post(at+"/terms", mine...)
	if p.Status != 409 || !strings.Contains(p.Text(), "别人已经改过") || !strings.Contains(p.Text(), "牵头单位：建设局 → 督查室") {
		t.Fatalf("status %d %s", p.Status, p.Text())
	}
	for name, want := range map[string]string{"due": "2021-12-20", "why": "我的理由", "node1.title": "我的节点"} {
		if got := shown(t, p, name); got != want {
			t.Errorf("%s is now %q", name, got)
		}
	}
	if now := s.find(st.Number); now.Lead != "office" || now.Due == (clock.Date{Year: 2021, Month: 12, Day: 20}) {
		t.Errorf("something of the second was saved: %+v", now.Terms())
	}
	accepted(t, one.Post(at+"/terms", typed(t, p)...), at) // knowing what the other did
	if now := s.find(st.Number); now.Lead != "works" || now.Due.String() != "2021-12-20" || len(now.Nodes) != 1+len(st.Nodes) {
		t.Errorf("saved %+v", now.Terms())
	}
}
