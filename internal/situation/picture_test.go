package situation

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

func sample() Picture {
	p := Picture{Title: `一图读懂 <script>alert("𠮷")</script>`, Words: Words{Themes: "六个主题", Matters: "十项民生实事", Now: "现在", Done: "已兑现"},
		Totals: []Total{{Label: "承诺", N: 264, Href: "/promises"}, {Label: "已销号", Light: "closed", N: 148, Href: "/promises?light=closed"}}}
	for range 8 {
		p.Heads = append(p.Heads, Headline{Label: "“一区多园”营业总收入", Goal: "3700亿元", Now: "3390亿元", Light: "green", Href: "/promises/2021-001"})
	}
	for i := range 6 {
		p.Themes = append(p.Themes, Theme{No: i + 1, Title: strings.Repeat("长", 60), Href: "/promises?theme=1", Total: 40, Done: 20,
			Lights: []Share{{Light: "closed", N: 20}, {Light: "green", N: 15}, {Light: "red", N: 5}},
			Lines:  []Line{{Text: strings.Repeat("话", 90), Light: "yellow", Href: "/p"}, {Text: "短", Light: "grey", Href: "/p"}}})
	}
	for i := range 10 {
		p.Matters = append(p.Matters, Matter{No: i + 1, Title: "完善消防设施", Href: "/matters", Items: []Item{{Text: "新增停车位798个", Figure: "751 / 798 个", Light: "red", Href: "/p", Progress: 94, Plan: 88}, {Text: "启用区博物馆", Progress: -1, Light: "done"}}})
	}
	return p
}

func TestThePictureIsWellFormedAndHarmless(t *testing.T) {
	for name, p := range map[string]Picture{"full": sample(), "empty": {}} {
		var b bytes.Buffer
		if err := p.WriteSVG(&b, "https://example.test"); err != nil {
			t.Fatal(err)
		}
		links := 0
		dec := xml.NewDecoder(bytes.NewReader(b.Bytes()))
		for {
			tok, err := dec.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			el, ok := tok.(xml.StartElement)
			if !ok {
				continue
			}
			if el.Name.Local == "script" || el.Name.Local == "style" {
				t.Errorf("%s: there is a <%s>", name, el.Name.Local)
			}
			for _, a := range el.Attr {
				if a.Name.Local == "style" || strings.HasPrefix(a.Name.Local, "on") {
					t.Errorf("%s: there is a %s=", name, a.Name.Local)
				}
				if a.Name.Local == "href" {
					links++
				}
			}
		}
		if want := map[string]int{"full": 2 + 8 + 6 + 12 + 10 + 10, "empty": 0}[name]; links != want {
			t.Errorf("%s: %d numbers open, want %d: all but those without an address", name, links, want)
		}
	}
}

func TestWrapping(t *testing.T) {
	for _, tt := range []struct {
		name string
		in   string
		ems  float64
		n    int
		want string
	}{
		{"a short text stays", "短", 10, 2, "短"},
		{"two full lines", "一二三四五六", 3, 2, "一二三|四五六"},
		{"what does not fit ends in an ellipsis", "一二三四五六七", 3, 2, "一二三|四五…"},
		{"nothing is one empty line", "", 3, 1, ""},
		{"a mark does not begin a line", "一二三,四五", 3, 3, "一二|三,四|五"},
		{"an opening mark does not end one", "一二“三四”", 3, 3, "一二|“三|四”"},
		{"a number is not cut", "新增停车位798个", 6, 2, "新增停车位|798个"},
		{"nor a word", "cover the whole zone", 6, 3, "cover the|whole zone"},
		{"but one that is wider than the line is", "aaaaaaaaaaaaaaaa", 3, 9, "aaaaa|aaaaa|aaaaa|a"},
		{"spaces and line breaks run together", "一\n 二", 9, 1, "一 二"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := strings.Join(wrap(tt.in, tt.ems, tt.n), "|"); got != tt.want {
				t.Errorf("%q in %v is %q, want %q", tt.in, tt.ems, got, tt.want)
			}
		})
	}
}
