package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"huying/internal/clock"
	"huying/internal/web"
	"huying/internal/web/webtest"
)

// show draws a component within a page, to the visitor that prepare returns.
func show(t *testing.T, body templ.Component, query string) *webtest.Page {
	t.Helper()
	site := webtest.New(t, web.Options{}, web.Route{Pattern: "GET /x", Need: web.Everyone, Handle: func(r *web.Request) error {
		return r.Render(200, web.Page{}, body)
	}})
	v := site.As(t, nil)
	if query != "" {
		v.Get("/x?" + query)
	}
	return v.Get("/x")
}

func TestALightIsColourShapeAndWord(t *testing.T) {
	shapes := map[string]bool{}
	for kind, word := range map[string]string{"grey": "待启动", "green": "按计划", "yellow": "需留意", "red": "已滞后", "done": "已完成待核", "closed": "已销号"} {
		p := show(t, web.Light(kind), "")
		light := p.One("span", "class", "light is-"+kind)
		if got := webtest.Text(light); got != word {
			t.Errorf("%s says %q, want %q", kind, got, word)
		}
		svg := webtest.All(light, "svg", "aria-hidden", "true")
		if len(svg) != 1 {
			t.Fatalf("%s has no shape", kind)
		}
		shape := webtest.All(svg[0], "")[0]
		shapes[fmt.Sprint(shape.Data, shape.Attr)] = true
	}
	if len(shapes) != len(web.Lights) {
		t.Errorf("%d shapes for %d lights", len(shapes), len(web.Lights))
	}
}

func TestCellsAreLinksWithNames(t *testing.T) {
	cells := web.Cells("全部承诺", []web.Cell{
		{Light: "red", Href: "/promises/1", Name: `1 新建“管网” · 已滞后`},
		{Light: "done", Href: "/promises/2", Name: "2", Adjusted: true},
	})
	nav := show(t, cells, "").One("nav", "class", "cells", "aria-label", "全部承诺")
	if len(webtest.All(nav, "a", "class", "is-red", "href", "/promises/1", "aria-label", `1 新建“管网” · 已滞后`)) != 1 ||
		len(webtest.All(nav, "a", "class", "is-done was-adjusted")) != 1 {
		t.Error("a cell lacks its light, name or address")
	}
	if n := len(show(t, cells, "elder=20").All("nav", "class", "cells")); n != 0 {
		t.Error("elder mode shows cells that are too small to tap")
	}
}

func TestBarsStayWithinTheirTrack(t *testing.T) {
	for _, c := range []struct {
		percent, plan  float64
		width, mark    string
		hasBar, marked bool
	}{
		{71.2, 88, "71.20%", "88.00%", true, true}, {0, 50, "", "50.00%", false, true}, {140, 120, "100.00%", "100.00%", true, true},
		{-5, -1, "", "", false, false}, {30, -1, "30.00%", "", true, false},
	} {
		p := show(t, web.Bar(c.percent, c.plan, "完成 71%，计划 88%"), "")
		p.One("svg", "role", "img", "aria-label", "完成 71%，计划 88%")
		done, mark := p.All("rect", "class", "done"), p.All("rect", "class", "plan")
		if (len(done) == 1) != c.hasBar || (len(mark) == 1) != c.marked {
			t.Fatalf("%v: %d bars, %d marks", c, len(done), len(mark))
		}
		if c.hasBar {
			if got, _ := webtest.Attr(done[0], "width"); got != c.width {
				t.Errorf("%v: width %s", c, got)
			}
		}
		if c.marked {
			if got, _ := webtest.Attr(mark[0], "x"); got != c.mark {
				t.Errorf("%v: mark at %s", c, got)
			}
		}
	}
}

func TestSharesFillTheBar(t *testing.T) {
	p := show(t, web.Shares([]web.Count{{Light: "closed", N: 1}, {Light: "red", N: 0}, {Light: "green", N: 3}}, "1 已销号，3 按计划"), "")
	rects := webtest.All(p.One("svg", "class", "shares"), "rect")
	if len(rects) != 2 {
		t.Fatalf("%d pieces", len(rects))
	}
	x, _ := webtest.Attr(rects[1], "x")
	w, _ := webtest.Attr(rects[1], "width")
	if x != "25.00%" || w != "75.00%" {
		t.Errorf("the second piece is at %s, %s wide", x, w)
	}
	show(t, web.Shares(nil, "没有承诺"), "").One("svg", "aria-label", "没有承诺")
}

func TestATallyOpensWhatItCounted(t *testing.T) {
	p := show(t, web.Tally([]web.Count{{Light: "red", N: 1204, Href: "/promises?light=red"}, {Light: "grey", Word: "还没开始", N: 4}}), "")
	if got := webtest.Text(p.One("a", "href", "/promises?light=red")); got != "1,204 已滞后" {
		t.Errorf("%q", got)
	}
	if !strings.Contains(p.Text(), "4 还没开始") {
		t.Errorf("%q", p.Text())
	}
}

func TestAChartHasASentenceAPictureAndATable(t *testing.T) {
	c := web.Chart{ID: "c", Title: "管网比计划少 8 公里", Unit: "公里", Sources: true}
	for i, v := range []float64{0, 5.5, 1200, web.Unknown()} {
		c.Points = append(c.Points, web.Point{When: time.Date(2021, time.Month(i+1), 1, 0, 0, 0, 0, time.UTC), Label: fmt.Sprintf("%d月", i+1),
			Value: v, Plan: float64(i * 500), Source: "月报", Href: "/figures/1"})
	}
	p := show(t, web.LineChart(c), "")
	if got := webtest.Text(p.One("figcaption")); got != c.Title {
		t.Errorf("title %q", got)
	}
	plot := p.One("svg", "class", "plot", "aria-label", c.Title)
	if n := len(webtest.All(plot, "circle")); n != 3 {
		t.Errorf("%d points, want those that are known", n)
	}
	if n := len(webtest.All(plot, "line", "class", "value")); n != 2 {
		t.Errorf("%d pieces of the line", n)
	}
	if n := len(webtest.All(plot, "line", "class", "plan")); n != 3 {
		t.Errorf("%d pieces of the plan", n)
	}
	rows := p.All("th", "scope", "row")
	if len(rows) != 4 || len(p.All("a", "href", "/figures/1")) != 3 || !strings.Contains(p.Text(), "1,200") {
		t.Errorf("%d rows in the table: %s", len(rows), p.Text())
	}
	if p := show(t, web.LineChart(web.Chart{Title: "x"}), ""); !strings.Contains(p.Text(), "还没有可画的数") || len(p.All("svg", "class", "plot")) != 0 {
		t.Error("an empty chart draws something")
	}
	one := web.Chart{Title: "x", Points: []web.Point{{Label: "1月", Value: 7, Plan: web.Unknown()}}}
	if n := len(show(t, web.LineChart(one), "").All("circle")); n != 1 {
		t.Error("a single figure is not drawn")
	}
}

// A dashed line begins its dashes anew with each piece: there are as few pieces as the plan has bends.
func TestAPlanIsDrawnInAsFewPiecesAsItBends(t *testing.T) {
	for _, tt := range []struct {
		name        string
		plan        func(day float64) float64
		least, most int
	}{
		{"a level plan is one piece", func(float64) float64 { return 60 }, 1, 1},
		{"so is one that climbs evenly", func(day float64) float64 { return 2 * day }, 1, 1},
		{"a bend makes two", func(day float64) float64 { return max(0, day-30) }, 2, 2},
		{"a curve is not cut short, however little it bends from day to day", func(day float64) float64 { return day * day }, 5, 30},
	} {
		var points []web.Point
		for day := range 61 {
			points = append(points, web.Point{When: time.Date(2021, 1, 1+day, 0, 0, 0, 0, time.UTC), Value: 1, Plan: tt.plan(float64(day))})
		}
		p := show(t, web.LineChart(web.Chart{Title: "x", Points: points}), "")
		if n := len(p.All("line", "class", "plan")); n < tt.least || n > tt.most {
			t.Errorf("%s: %d pieces", tt.name, n)
		}
		if n := len(p.All("th", "scope", "row")); n != 61 {
			t.Errorf("%s: the table has %d days", tt.name, n)
		}
	}
}

func TestAnAssetIsServedAsItWasBuilt(t *testing.T) {
	site := webtest.New(t, web.Options{})
	v := site.As(t, nil)
	if p := v.Get("/assets/app-0.css"); p.Status != 200 || p.Body != "body{}" || !strings.HasPrefix(p.Header.Get("Content-Type"), "text/css") {
		t.Errorf("%d %q %v", p.Status, p.Body, p.Header)
	}
	for _, path := range []string{"/assets/manifest.json", "/assets/..%2fweb.go", "/assets/", "/assets/app-1.css"} {
		if p := v.Get(path); p.Status != http.StatusNotFound {
			t.Errorf("%s: %d", path, p.Status)
		}
	}
	if p := v.Do("POST", "/assets/app-0.css", "", nil); p.Status != http.StatusMethodNotAllowed {
		t.Errorf("posting to an asset: %d", p.Status)
	}
}

// TestAResidentPageIsLight draws a page as heavy as the front page of a year, with the real front end, and counts what goes over the wire
// on a first visit.
func TestAResidentPageIsLight(t *testing.T) {
	const budget = 60_000
	var cells []web.Cell
	for i := range 300 {
		cells = append(cells, web.Cell{Light: web.Lights[i*i%6], Href: fmt.Sprintf("/promises/%d", 1000+i),
			Name: fmt.Sprintf("第 %d 项 %s · 按计划", i+1, varied(i))})
	}
	var rows []promised
	for i := range 60 {
		rows = append(rows, promised{i, varied(i * 7)})
	}
	var site *webtest.Site
	body := func(r *web.Request) templ.Component {
		list := web.DataTable(web.Table[promised]{ID: "t", Caption: "承诺", List: r.List("no"), Rows: rows, Columns: []web.Column[promised]{
			{Title: "承诺", Head: true, Cell: func(p promised) templ.Component { return web.Quote(p.text) }},
			{Title: "亮灯", Cell: func(p promised) templ.Component { return web.Light(web.Lights[p.no%6]) }},
			{Title: "进度", Cell: func(p promised) templ.Component {
				return web.Bar(float64(p.no*13%100), 88, fmt.Sprintf("完成 %d%%", p.no*13%100))
			}},
		}})
		return templ.Join(web.Cells("全部承诺", cells), list)
	}
	site = webtest.New(t, web.Options{Assets: web.Built(), DemoData: true, Business: clock.NewHand(webtest.Noon).Business()},
		web.Route{Pattern: "GET /{$}", Need: web.Everyone, Handle: func(r *web.Request) error {
			return r.Render(200, web.Page{Title: "首页", Description: "x"}, body(r))
		}})
	v := site.As(t, nil)
	plain := v.Get("/")
	v.Header.Set("Accept-Encoding", "gzip, deflate, br")
	sizes := map[string]int{"page": len(v.Get("/").Body)}
	for _, name := range []string{"stylesheet", "icon"} {
		href, _ := webtest.Attr(plain.One("link", "rel", name), "href")
		sizes[name] = len(v.Get(href).Body)
	}
	src, _ := webtest.Attr(plain.One("script"), "src")
	sizes["script"] = len(v.Get(src).Body)
	total := 0
	for _, n := range sizes {
		total += n
	}
	t.Logf("%v: %d bytes", sizes, total)
	if total > budget {
		t.Errorf("%d bytes over the wire, the budget is %d: %v", total, budget, sizes)
	}
}

// varied are sentences unlike one another, so that they do not compress better than those of a report.
func varied(i int) string {
	const from = "加快推进重大项目建设新增停车位个公里管网改造老旧小区提升公共服务水平实现全覆盖学校幼儿园医院社区长者饭堂碧道污水处理创新平台企业培育高质量发展改革开放营商环境"
	letters := []rune(from)
	var b strings.Builder
	for k := range 18 {
		b.WriteRune(letters[(i*31+k*k*7+k*i)%len(letters)])
	}
	return b.String()
}
