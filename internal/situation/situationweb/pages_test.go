package situationweb_test

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"golang.org/x/net/html"

	"huying/internal/errs"
	"huying/internal/i18n"
	"huying/internal/identity"
	"huying/internal/situation"
	"huying/internal/situation/situationweb"
	"huying/internal/web"
	"huying/internal/web/webtest"
)

// source gives what a test puts into it, for the one year 2021.
type source struct {
	front   situation.Front
	picture situation.Picture
}

func (s *source) Front(context.Context, i18n.Lang) (situation.Front, error) { return s.front, nil }

func (s *source) Picture(_ context.Context, _ i18n.Lang, year int) (situation.Picture, error) {
	if s.picture.Year == 0 || year != 0 && year != s.picture.Year {
		return situation.Picture{}, errs.New(errs.NotFound, "web.no_page")
	}
	return s.picture, nil
}

const nasty = `𠮷<script>alert(1)</script> & "x" '=1+1'`

// year is a register of n promises, every text of it hostile: light by light in turn.
func year(n int) *source {
	s := &source{}
	f, p := &s.front, &s.picture
	p.Year, p.Years, p.Title, p.Subtitle, p.Footer, p.Simulated = 2021, []int{2021, 2020}, nasty, nasty, nasty, true
	*f = situation.Front{Year: 2021, Report: nasty, Total: n, At: webtest.Noon, Simulated: true,
		Doors: situation.Doors{All: "/promises", Kept: "/promises?status=done", Report: "/report", Counts: "/counting", SignIn: "/sign-in"}}
	by := map[string]int{}
	theme := situation.Theme{No: 1, Title: nasty, Href: "/promises?theme=1", Total: n}
	for i, light := range web.Lights {
		for j := i; j < n; j += len(web.Lights) {
			by[light]++
			f.Cells = append(f.Cells, situation.Line{Text: strconv.Itoa(j) + nasty, Light: light, Href: "/promises/2021-" + strconv.Itoa(j)})
		}
		href := "/promises?light=" + light
		f.Totals = append(f.Totals, situation.Total{Light: light, N: by[light], Href: href})
		theme.Lights = append(theme.Lights, situation.Share{Light: light, N: by[light], Href: href})
	}
	f.Kept = by["closed"] + by["done"]
	theme.Done, theme.Lines = f.Kept, []situation.Line{{Text: nasty, Light: "red", Href: "/promises/2021-1"}}
	p.Totals = append([]situation.Total{{N: n, Href: "/promises"}}, f.Totals...)
	p.Heads = []situation.Headline{{Label: nasty, Goal: nasty, Now: nasty, Light: "green", Href: "/promises/2021-2"}, {Label: "研发投入", Goal: "20亿元", Light: "grey", Href: "/promises/2021-3"}}
	p.Themes = []situation.Theme{theme}
	p.Matters = []situation.Matter{{No: 1, Title: nasty, Href: "/promises?matter=1", Items: []situation.Item{
		{Text: nasty, Light: "yellow", Href: "/promises/2021-4", Figure: nasty, Progress: 40, Plan: 80}, {Text: "启用区博物馆", Light: "closed", Href: "/promises/2021-5", Progress: -1, Plan: 80}}},
		{No: 2, Title: "完善消防设施", Items: []situation.Item{{Text: "加装100套", Light: "grey", Progress: -1, Plan: 80}}}}
	f.Matters = p.Matters
	f.News = []situation.News{{Promise: nasty, Href: "/promises/2021-6", Light: "green", Day: webtest.Noon, Who: nasty, Said: nasty, Simulated: true}}
	return s
}

func visit(t *testing.T, s *source, lang string, actor *identity.Actor) *webtest.Visitor {
	t.Helper()
	site := webtest.New(t, web.Options{Texts: webtest.Texts(t, situationweb.Locales), Nav: situationweb.Nav}, situationweb.Routes(s)...)
	v := site.As(t, actor)
	v.Header.Set("Accept-Language", lang)
	return v
}

// hrefs are the addresses that the links within n lead to.
func hrefs(n *html.Node) map[string]string {
	out := map[string]string{}
	for _, a := range webtest.All(n, "a") {
		if href, ok := webtest.Attr(a, "href"); ok {
			out[href] = webtest.Text(a)
		}
	}
	return out
}

func TestEveryFigureOfTheFrontPageFollowsTheSourceAndOpens(t *testing.T) {
	for _, n := range []int{7, 264, 1305} {
		t.Run(strconv.Itoa(n), func(t *testing.T) {
			s := year(n)
			p := visit(t, s, "zh", nil).Get("/")
			kept := strconv.Itoa(s.front.Kept)
			if h1 := webtest.Text(p.One("h1")); h1 != "今年报告里的 "+web.Int(n)+" 项承诺， "+kept+" 项已经兑现。" {
				t.Errorf("the headline says %q", h1)
			}
			links := hrefs(p.One("h1"))
			if links["/promises"] != web.Int(n) || links["/promises?status=done"] != kept {
				t.Errorf("the headline's figures lead to %v", links)
			}
			tally := hrefs(p.One("ul", "class", "tally"))
			for _, total := range s.front.Totals {
				if want := strconv.Itoa(total.N) + " "; !strings.HasPrefix(tally[total.Href], want) {
					t.Errorf("%s leads to %q, want it to begin with %q", total.Href, tally[total.Href], want)
				}
			}
			if cells := webtest.All(p.One("nav", "class", "cells"), "a", "href", "*", "aria-label", "*"); len(cells) != n {
				t.Errorf("%d promises have a cell, of %d", len(cells), n)
			}
		})
	}
}

func TestTheFrontPageSaysWhatItShould(t *testing.T) {
	earlier := year(7)
	earlier.front.Year = 2020
	one := year(1)
	one.front.Kept = 1
	for _, tt := range []struct {
		name, lang string
		source     *source
		want       []string
	}{
		{"the matters against where they ought to be", "zh", year(7), []string{"2 项民生实事", "已兑现 1 / 2 项", "刚刚的呼与应", "2021年11月19日（周五）", "演示数据"}},
		{"in English", "en", year(7), []string{"7 promises this year,", "of them kept.", "2 livelihood matters", "1 of 2 kept", "0 of 1 kept", "Fri 19 Nov 2021", "Demonstration data"}},
		{"another year by its number", "zh", earlier, []string{"2020 年报告里的 7 项承诺，"}},
		{"another year in English", "en", earlier, []string{"7 promises in 2020,"}},
		{"one promise", "en", one, []string{"1 promise this year,"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := visit(t, tt.source, tt.lang, nil).Get("/").Text()
			for _, want := range tt.want {
				if !strings.Contains(text, want) {
					t.Errorf("%q is not on the page: %s", want, text)
				}
			}
			if strings.Contains(text, "situationweb.") || strings.Contains(text, "<no value>") {
				t.Errorf("a message is missing: %s", text)
			}
		})
	}
}

func TestABarSaysInWordsWhatItShows(t *testing.T) {
	p := visit(t, year(7), "zh", nil).Get("/")
	var says []string
	for _, bar := range p.All("svg", "class", "bar") {
		label, _ := webtest.Attr(bar, "aria-label")
		says = append(says, label)
	}
	if got := strings.Join(says, "|"); got != "办到 70%，今天应到 80%|还没有报进度，今天应到 80%" {
		t.Errorf("the bars say %s: the mean of 40 and done, and silence", got)
	}
}

func TestTheDoorsOfTheFrontPage(t *testing.T) {
	few := year(7)
	few.front.Doors = situation.Doors{All: "/promises", Report: "//elsewhere.test/", Counts: "javascript:alert(1)"}
	for _, tt := range []struct {
		name   string
		source *source
		actor  *identity.Actor
		want   string
	}{
		{"everyone finds all of them", year(7), nil, "/report /picture /promises /counting /sign-in"},
		{"who is signed in need not", year(7), webtest.Person(1, identity.Clerk, ""), "/report /picture /promises /counting"},
		{"what leads nowhere, or elsewhere, is not shown", few, nil, "/picture /promises"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, a := range webtest.All(visit(t, tt.source, "zh", tt.actor).Get("/").One("nav", "class", "front-doors card"), "a") {
				href, _ := webtest.Attr(a, "href")
				got = append(got, href)
			}
			if s := strings.Join(got, " "); s != tt.want {
				t.Errorf("the doors lead to %s, want %s", s, tt.want)
			}
		})
	}
}

func TestAnEmptyRegister(t *testing.T) {
	s := &source{front: situation.Front{Doors: situation.Doors{SignIn: "/sign-in"}}}
	for lang, want := range map[string][2]string{"zh": {"今年的承诺还没有登记。", "登记承诺之后"}, "en": {"have not been entered yet", "Once promises are entered"}} {
		v := visit(t, s, lang, nil)
		home := v.Get("/")
		if home.Status != http.StatusOK || !strings.Contains(home.Text(), want[0]) {
			t.Errorf("%s: status %d, %s", lang, home.Status, home.Text())
		}
		if steps := webtest.All(home.One("ol", "class", "front-steps"), "li"); len(steps) != 4 {
			t.Errorf("%s: %d steps say what comes next", lang, len(steps))
		}
		if _, ok := hrefs(home.One("main"))["/sign-in"]; !ok {
			t.Errorf("%s: the staff find no way in", lang)
		}
		if p := v.Get("/picture"); p.Status != http.StatusOK || !strings.Contains(p.Text(), want[1]) {
			t.Errorf("%s: the picture has status %d, %s", lang, p.Status, p.Text())
		}
		if p := v.Get("/picture.svg"); p.Status != http.StatusNotFound {
			t.Errorf("%s: the file has status %d", lang, p.Status)
		}
	}
}

func TestOnlyAYearWithPromisesHasAPicture(t *testing.T) {
	v := visit(t, year(7), "zh", nil)
	for path, want := range map[string]int{
		"/picture": 200, "/picture?year=2021": 200, "/picture.svg?year=2021": 200, "/picture?year=": 200,
		"/picture?year=1999": 404, "/picture?year=0": 404, "/picture?year=-1": 404, "/picture?year=二〇二一": 404, "/picture?year=99999999999999999999": 404,
		"/picture.svg?year=1999": 404,
	} {
		if p := v.Get(path); p.Status != want {
			t.Errorf("%s has status %d, want %d", path, p.Status, want)
		}
	}
	if text := v.Get("/picture?year=1999").Text(); !strings.Contains(text, "没有“1999”年的承诺") {
		t.Errorf("the page does not say which year: %s", text)
	}
	p := v.Get("/picture?year=2021")
	tabs := p.One("nav", "class", "tabs")
	if current := webtest.All(tabs, "a", "aria-current", "page", "href", "/picture?year=2021"); len(current) != 1 || hrefs(tabs)["/picture?year=2020"] != "2020" {
		t.Errorf("the years lead to %v", hrefs(tabs))
	}
}

// The sheet, the leaf for a phone and the tables say the same and lead to the same places.
func TestEveryFigureOfThePictureOpens(t *testing.T) {
	for _, lang := range []string{"zh", "en"} {
		p := visit(t, year(60), lang, nil).Get("/picture")
		sheet, leaf, tables := hrefs(p.One("figure", "class", "sheet picture-sheet")), hrefs(p.One("div", "class", "leaf")), hrefs(p.One("details", "class", "figures picture-figures"))
		for _, href := range []string{"/promises", "/promises?light=red", "/promises/2021-2", "/promises?theme=1", "/promises?matter=1", "/promises/2021-4"} {
			if _, ok := sheet[href]; !ok {
				t.Errorf("%s: nothing on the sheet leads to %s", lang, href)
			}
			if _, ok := leaf[href]; !ok {
				t.Errorf("%s: nothing on the leaf leads to %s", lang, href)
			}
		}
		for _, href := range []string{"/promises/2021-2", "/promises?theme=1", "/promises/2021-4"} {
			if _, ok := tables[href]; !ok {
				t.Errorf("%s: nothing in the tables leads to %s", lang, href)
			}
		}
		if text := p.Text(); strings.Contains(text, "situationweb.") || strings.Contains(text, "<no value>") {
			t.Errorf("%s: a message is missing: %s", lang, text)
		}
		if text := sheet["/promises"]; !strings.HasPrefix(text, "60 ") {
			t.Errorf("%s: the sheet's total reads %q", lang, text)
		}
	}
}

func TestTheFile(t *testing.T) {
	v := visit(t, year(60), "zh", nil)
	p := v.Get("/picture.svg")
	if got := p.Header.Get("Content-Type"); got != "image/svg+xml" {
		t.Errorf("it is sent as %s", got)
	}
	if got := p.Header.Get("Content-Disposition"); !strings.HasPrefix(got, "attachment;") || !strings.Contains(got, "filename*=UTF-8''%E4%B8%80%E5%9B%BE%E8%AF%BB%E6%87%82%202021.svg") {
		t.Errorf("it is saved as %s", got)
	}
	links := 0
	for dec := xml.NewDecoder(strings.NewReader(p.Body)); ; {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("the file is not XML: %v", err)
		}
		el, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		if el.Name.Local == "script" {
			t.Error("a script came into the file")
		}
		for _, a := range el.Attr {
			if a.Name.Local == "href" {
				links++
				if !strings.HasPrefix(a.Value, "http://127.0.0.1:") {
					t.Errorf("a link leads to %s, which is nowhere for a file", a.Value)
				}
			}
		}
	}
	if links < 20 {
		t.Errorf("only %d figures of the file open", links)
	}
	down := visit(t, year(60), "zh", nil).Get("/picture").One("a", "href", "/picture.svg?year=2021")
	if webtest.Text(down) == "" {
		t.Error("the way to the file has no words")
	}
}

func TestWhateverIsWrittenComesOutAsItWentInAndHarmless(t *testing.T) {
	v := visit(t, year(7), "zh", nil)
	for _, path := range []string{"/", "/picture"} {
		p := v.Get(path)
		for _, s := range webtest.All(p.One("body"), "script") {
			t.Errorf("%s: a script came in: %s", path, webtest.Text(s))
		}
		if text := p.Text(); !strings.Contains(text, nasty) {
			t.Errorf("%s: the words did not come out whole: %s", path, text)
		}
	}
}

func TestElderModeLeavesTheCellsOut(t *testing.T) {
	v := visit(t, year(7), "zh", nil)
	v.Header.Set("Cookie", "huying-elder=20")
	p := v.Get("/")
	if len(p.All("nav", "class", "cells")) != 0 || strings.Contains(p.Text(), "每格一项") {
		t.Error("the cells are too small for elder mode")
	}
}

// budget is what a resident's page may weigh over the wire, with its style sheet and script.
const budget = 60_000

func TestThePagesAreLight(t *testing.T) {
	s := year(280)
	for i := range s.front.Cells {
		s.front.Cells[i].Text = strings.Repeat(string(rune('一'+37*i)), 6) + "加快清华科技园二期和中科院创新科技园建设" + string(rune('一'+91*i))
	}
	site := webtest.New(t, web.Options{Texts: webtest.Texts(t, situationweb.Locales), Nav: situationweb.Nav, Assets: web.Built()}, situationweb.Routes(s)...)
	v := site.As(t, nil)
	v.Header.Set("Accept-Encoding", "br")
	for _, path := range []string{"/", "/picture"} {
		p := v.Get(path)
		weight := map[string]int{path: len(p.Body)}
		root, err := html.Parse(brotli.NewReader(strings.NewReader(p.Body)))
		if err != nil {
			t.Fatal(err)
		}
		for _, el := range webtest.All(root, "link", "rel", "stylesheet") {
			href, _ := webtest.Attr(el, "href")
			weight[href] = len(v.Get(href).Body)
		}
		for _, el := range webtest.All(root, "script", "src", "*") {
			href, _ := webtest.Attr(el, "src")
			weight[href] = len(v.Get(href).Body)
		}
		total := 0
		for _, n := range weight {
			total += n
		}
		t.Logf("%s: %d bytes, of them %v", path, total, weight)
		if len(weight) != 3 || total > budget {
			t.Errorf("%s weighs %d bytes over the wire, more than %d: %v", path, total, budget, weight)
		}
	}
}

func TestWhatTheSourceFailsWithIsShown(t *testing.T) {
	site := webtest.New(t, web.Options{Texts: webtest.Texts(t, situationweb.Locales)}, situationweb.Routes(broken{})...)
	for _, path := range []string{"/", "/picture", "/picture.svg"} {
		if p := site.As(t, nil).Get(path); p.Status != http.StatusServiceUnavailable {
			t.Errorf("%s has status %d", path, p.Status)
		}
	}
}

type broken struct{}

func (broken) Front(context.Context, i18n.Lang) (situation.Front, error) {
	return situation.Front{}, errs.New(errs.Unavailable, "web.too_slow")
}

func (broken) Picture(context.Context, i18n.Lang, int) (situation.Picture, error) {
	return situation.Picture{}, errs.New(errs.Unavailable, "web.too_slow")
}
