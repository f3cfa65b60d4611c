package promiseweb_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"huying/internal/clock"
	"huying/internal/promise"
	"huying/internal/store"
	"huying/internal/web/webtest"
)

// storied tells the story of a year: figures, a correction, evidence, an adjustment, an override, something done, something withdrawn.
func storied(s *site) {
	s.t.Helper()
	pipes, parking, park := s.titled("新建污水管网").Number, s.titled("新增停车位").Number, s.titled("推进科技园").Number
	wrong := s.say(pipes, promise.Entry{Type: promise.Figure, Value: "21", Source: "台账", AsOf: clock.Date{Year: 2021, Month: 10, Day: 31}}, machine)
	s.say(pipes, promise.Entry{Type: promise.Figure, Value: "12", Source: "台账复核", Corrects: wrong, AsOf: clock.Date{Year: 2021, Month: 10, Day: 31}}, clerk)
	s.say(pipes, promise.Entry{Type: promise.Adjusted, Change: promise.Change{Approver: "专题会议", Reason: "管线改道", Value: "40"}}, supervisor)
	s.say(parking, promise.Entry{Type: promise.Figure, Value: "798", Source: "验收单"}, clerk)
	s.say(parking, promise.Entry{Type: promise.Done, Note: "全部启用", Files: []promise.File{s.photograph("<b>停车场𠮷.png", 1)}}, clerk)
	s.say(parking, promise.Entry{Type: promise.Verified}, supervisor)
	s.say(park, promise.Entry{Type: promise.Progress, Percent: 30, Note: "<img src=x onerror=alert(1)>"}, clerk)
	s.say(park, promise.Entry{Type: promise.NodeDone, Node: 1, Note: "已开工"}, clerk)
	s.say(park, promise.Entry{Type: promise.Spent, Value: "1200", Source: "财务"}, clerk)
	s.say(park, promise.Entry{Type: promise.Override, Change: promise.Change{Light: promise.Green, Reason: "等上级批复", Until: clock.Date{Year: 2021, Month: 12, Day: 10}}}, supervisor)
	evidence := s.say(park, promise.Entry{Type: promise.Evidence, Files: []promise.File{s.photograph("误传.png", 2)}}, clerk)
	s.say(park, promise.Entry{Type: promise.Withdrawn, Corrects: evidence, Note: "照片有误"}, clerk)
}

func TestAPromiseWithItsStory(t *testing.T) {
	s := sqliteSite(t)
	storied(s)
	st := s.titled("新建污水管网")
	p := s.get("/promises/" + st.Number)
	text := p.Text()
	for _, want := range []string{"新增停车位798个， 新建污水管网50公里", "建设局", "由它牵头", "污水管网", "这项承诺作了调整", "管线改道", "专题会议", "报告原定 50公里", "40 公里",
		"来源：台账复核", "演示数据", "从零累计，按工作日和节点", "这一条已被更正", "更正了先前的一条", "截至 2021年10月31日（周日）"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not on the page", want)
		}
	}
	if got := webtest.Text(p.One("mark")); got != "新建污水管网50公里" {
		t.Errorf("marked is %q", got)
	}
	if got := webtest.Text(p.One("del")); got != "21公里" {
		t.Errorf("struck is %q", got)
	}
	for _, name := range []string{clerk.Name, supervisor.Name} {
		if strings.Contains(p.Body, name) {
			t.Errorf("%s is named in public", name)
		}
	}
	if n := len(p.All("svg", "class", "plot")); n != 1 {
		t.Errorf("%d charts", n)
	}
	report := fmt.Sprintf("/reports/%d", s.document)
	link := p.One("a", "href", report+"#p-"+st.Number)
	if len(s.get(report).All("a", "id", "p-"+st.Number)) != 1 {
		t.Errorf("%v leads nowhere", link.Attr)
	}
}

func TestWhatElseAPromiseShows(t *testing.T) {
	s := sqliteSite(t)
	storied(s)
	report := s.get(fmt.Sprintf("/reports/%d", s.document))
	for _, tt := range []struct {
		title string
		want  []string
	}{
		{"新增停车位", []string{"已销号", "已核实", "2020 年是 433 个", "新增停车位433个", "报告里还有 1 处说的是同一件事", "督查室", "核实销号"}},
		{"推进科技园", []string{"手工设为“按计划”", "等上级批复", "2021年12月10日", "一季度节点", "已过期", "完成投资", "1,200 万元", "这一条已撤回", "照片有误", "项目推进"}},
		{"加强", []string{"<script>alert(1)</script>", "难以衡量", "表明态度", "没有单位的职责写到它", "还没有任何记录"}},
		{"地区生产总值", []string{"≥8 %", "有数字", "每月"}},
		{formula, []string{formula, "有成果物"}},
	} {
		st := s.titled(tt.title)
		p := s.get("/promises/" + st.Number)
		for _, want := range tt.want {
			if !strings.Contains(p.Text(), want) {
				t.Errorf("%s: %q is not on the page", tt.title, want)
			}
		}
		for _, a := range p.All("a", "href", "*") {
			href, _ := webtest.Attr(a, "href")
			if _, id, ok := strings.Cut(href, "/reports/"); ok {
				if _, id, _ = strings.Cut(id, "#"); len(report.All("", "id", id)) != 1 {
					t.Errorf("%s: %s is not in the report", tt.title, href)
				}
			}
		}
	}
}

func TestEvidence(t *testing.T) {
	s := sqliteSite(t)
	storied(s)
	parking, park := s.titled("新增停车位"), s.titled("推进科技园")
	mine := parking.Entries[1].Files[0]
	withdrawn := park.Entries[4].Files[0]
	base := "/promises/" + parking.Number + "/files/"
	if n := len(s.get("/promises/"+parking.Number).All("img", "src", base+mine.Hash)); n != 2 {
		t.Errorf("the picture stands %d times, want among the evidence and in the history", n)
	}
	p := s.get(base + mine.Hash)
	if h := p.Header; p.Status != 200 || h.Get("Content-Type") != "image/png" || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("ETag") != `"`+mine.Hash+`"` ||
		!strings.Contains(h.Get("Content-Security-Policy"), "sandbox") || strings.Contains(h.Get("Content-Disposition"), "<b>") || !strings.HasPrefix(p.Body, "\x89PNG") || len(p.Body) != int(mine.Size) {
		t.Errorf("%d %v", p.Status, h)
	}
	again := s.As(t, nil)
	again.Header.Set("If-None-Match", `"`+mine.Hash+`"`)
	if p := again.Get(base + mine.Hash); p.Status != 304 {
		t.Errorf("asked again: %d", p.Status)
	}
	for what, path := range map[string]string{
		"another promise's file": "/promises/" + park.Number + "/files/" + mine.Hash, "a withdrawn file": "/promises/" + park.Number + "/files/" + withdrawn.Hash,
		"a hash of nothing": base + strings.Repeat("0", 64), "no hash": base + "..%2f..%2fetc%2fpasswd", "no promise": "/promises/2021-999/files/" + mine.Hash,
	} {
		if p := s.get(path); p.Status != 404 {
			t.Errorf("%s: %d", what, p.Status)
		}
	}
}

func TestTheReport(t *testing.T) {
	s := sqliteSite(t)
	storied(s)
	p := s.get("/report")
	article := p.One("article")
	for _, st := range s.board().Rows {
		if n := len(webtest.All(article, "a", "id", "p-"+st.Number, "href", "/promises/"+st.Number)); n != 1 {
			t.Errorf("%s stands %d times in the report", st.Number, n)
		}
	}
	for _, hidden := range append(webtest.All(article, "span", "class", "vh"), webtest.All(article, "span", "class", "join")...) {
		hidden.Parent.RemoveChild(hidden)
	}
	text := strings.ReplaceAll(webtest.Text(article), " ", "")
	want := strings.ReplaceAll(reportText[strings.Index(reportText, "一、"):], "\n", "")
	if text != want {
		t.Errorf("the report reads\n%s\nwant\n%s", text, want)
	}
	parking, pipes := s.titled("新增停车位"), s.titled("新建污水管网")
	for _, tt := range []struct{ class, id, words string }{
		{"promise is-closed", "p-" + parking.Number, "新增停车位798个"}, {"promise is-closed", fmt.Sprintf("at-%d", span("新增停车位798个", 0).Start), "新"},
		{"promise is-red was-adjusted", "p-" + pipes.Number, "新建污水管网50公里"}, {"result baseline", fmt.Sprintf("at-%d", span("新增停车位433个", 0).Start), "新增停车位433个"},
	} {
		list := webtest.All(article, "a", "class", tt.class, "id", tt.id)
		if len(list) != 1 || strings.ReplaceAll(webtest.Text(list[0]), " ", "") != tt.words {
			t.Errorf("%s is not %s under %s", tt.words, tt.class, tt.id)
		}
	}
	if n := len(webtest.All(article, "a", "href", "/promises/"+parking.Number)); n != 4 {
		t.Errorf("the parking is linked %d times, want in the annex, in the body on both sides of a tag, and at last year's figure", n)
	}
	contents := webtest.Text(p.One("nav", "aria-labelledby", "contents"))
	if !strings.Contains(contents, "二、今年工作安排 6") || !strings.Contains(contents, "(一)建设宜居城市 6") || !strings.Contains(contents, "三、民生实事 3") {
		t.Errorf("contents: %s", contents)
	}
}

func TestMattersTargetsAndProjects(t *testing.T) {
	s := sqliteSite(t)
	storied(s)
	s.say(s.titled("地区生产总值").Number, promise.Entry{Type: promise.Figure, Value: "8.0", Source: "统计月报"}, machine)
	for path, want := range map[string][]string{
		"/matters":  {"再建一批停车设施", "已完成 1 / 3", "承诺 798 个 已交付 798 个", "报告未写明", "小学", "幼儿园"},
		"/targets":  {"地区生产总值", "≥8 %", "8.0 %", "与计划持平", "0 个百分点", "假定保持最新一期的水平", "计划数和预计数是怎么算的"},
		"/projects": {"推进科技园项目建设", "1,200", "1 / 3", "上半年节点 2021-06-30", "2021"},
	} {
		p := s.get(path)
		for _, w := range want {
			if !strings.Contains(p.Text(), w) {
				t.Errorf("%s: %q is not in %s", path, w, p.Text())
			}
		}
	}
	if len(s.get("/matters").All("img")) != 1 {
		t.Error("the photograph is not beside its matter")
	}
}

// What came from a meeting is shown by its words; its minutes are not published.
func TestAMeetingsMinutesStayInside(t *testing.T) {
	s := sqliteSite(t)
	var number string
	doc := readReport()
	doc.Document.Kind, doc.Document.File, doc.Document.Title, doc.Claims = promise.Meeting, "f2", "会议纪要", nil
	var id int64
	s.write(func(tx *store.Tx) (err error) {
		if id, err = s.register.Keep(public, tx, doc, supervisor); err != nil {
			return err
		}
		number, err = s.register.Add(public, tx, promise.Draft{Document: id, Number: "督办〔2021〕5号/甲", Kind: promise.Decision, Title: "整治内涝点"}, supervisor)
		return err
	})
	if p := s.get(fmt.Sprintf("/reports/%d", id)); p.Status != 404 {
		t.Errorf("the minutes: %d", p.Status)
	}
	p := s.get("/promises/" + url.PathEscape(number))
	if len(s.get("/promises?kind=decision").All("a", "href", "/promises/"+url.PathEscape(number))) != 1 {
		t.Error("the list does not lead to a number of the office's own")
	}
	if p.Status != 200 || !strings.Contains(p.Text(), "会议纪要") || strings.Contains(p.Body, "/reports/") {
		t.Errorf("%d %s", p.Status, p.Text())
	}
}
