package situation

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"
)

func sample() Picture {
	p := Picture{Title: "一图读懂 <script>alert(\"𠮷\")</script> & \x00\x1b\xff", Words: Words{Themes: "六个主题", Matters: "十项民生实事", Now: "现在", Done: "已兑现"},
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

// many is a picture of so much that it does not fit, in long words.
func many(heads, themes, matters, items int, long string) Picture {
	p := Picture{Title: long, Subtitle: long, Footer: long, Simulated: true, Words: Words{Heads: "目标", Themes: "主题", Matters: "实事", Now: "现在", Done: "已兑现",
		Cells: long, Plan: long, Demo: "演示数据", Lights: map[string]string{"grey": "待启动", "yellow": "Needs attention", "closed": "已销号"}}}
	for _, light := range []string{"", "closed", "yellow", "grey"} {
		p.Totals = append(p.Totals, Total{Label: "已完成待核", Light: light, N: 12345, Href: "/p"})
	}
	for range heads {
		p.Heads = append(p.Heads, Headline{Label: long, Goal: long, Now: long, Light: "yellow", Href: "/p"})
	}
	for i := range themes {
		p.Themes = append(p.Themes, Theme{No: i + 1, Title: long, Total: 60, Done: 20, Lights: []Share{{Light: "closed", N: 20}, {Light: "yellow", N: 30}, {Light: "grey", N: 10}},
			Lines: []Line{{Text: long, Light: "closed"}, {Text: long, Light: "grey"}, {Text: long, Light: "yellow"}, {Text: long, Light: "yellow"}}})
	}
	for i := range matters {
		m := Matter{No: i + 1, Title: long}
		for range items {
			m.Items = append(m.Items, Item{Text: long, Figure: long, Light: "yellow", Progress: 40, Plan: 80}, Item{Text: long, Light: "yellow", Progress: -1})
		}
		p.Matters = append(p.Matters, m)
	}
	return p
}

func TestNothingLeavesTheSheet(t *testing.T) {
	for _, long := range []string{strings.Repeat("再建一批道路、", 20), strings.Repeat("WIDE words and 12,345.6 ", 20), "短"} {
		for _, n := range [][4]int{{0, 0, 0, 0}, {1, 1, 1, 0}, {8, 6, 10, 2}, {18, 6, 10, 3}, {40, 6, 10, 1}, {8, 9, 10, 1}, {9, 16, 20, 1}, {0, 6, 0, 0}, {0, 0, 10, 2}} {
			p := many(n[0], n[1], n[2], n[3], long)
			t.Run(fmt.Sprint(n, []rune(long)[:1]), func(t *testing.T) {
				for _, el := range drawn(t, p) {
					x, y := el.f("x"), el.f("y")
					switch el.name {
					case "text":
						width := ems(el.text) * el.f("font-size")
						if el.attr["text-anchor"] == "end" {
							x -= width
						}
						if x < margin-1 || x+width > right+1 || y > sheetH-20 {
							t.Errorf("%.20q stands from %.0f to %.0f at %.0f", el.text, x, x+width, y)
						}
						if el.f("font-size") < 6 {
							t.Errorf("%.20q is set in %s", el.text, el.attr["font-size"])
						}
					case "rect":
						if w, h := el.f("width"), el.f("height"); w <= 0 || h <= 0 || x < 0 || x+w > sheetW || y < 0 || y+h > sheetH {
							t.Errorf("a box of %.0f×%.0f at %.0f, %.0f", w, h, x, y)
						}
					}
				}
			})
		}
	}
}

// drawing is one element of a drawing.
type drawing struct {
	name, text string
	attr       map[string]string
}

func (d *drawing) f(name string) float64 {
	v, _ := strconv.ParseFloat(d.attr[name], 64)
	return v
}

func drawn(t *testing.T, p Picture) (out []*drawing) {
	t.Helper()
	var b bytes.Buffer
	if err := p.WriteSVG(&b, ""); err != nil {
		t.Fatal(err)
	}
	dec := xml.NewDecoder(&b)
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		switch el := tok.(type) {
		case xml.StartElement:
			d := &drawing{name: el.Name.Local, attr: map[string]string{}}
			for _, a := range el.Attr {
				d.attr[a.Name.Local] = a.Value
			}
			out = append(out, d)
		case xml.CharData:
			if len(out) > 0 {
				out[len(out)-1].text += string(el)
			}
		}
	}
}

func TestAMatterThatIsSilentHasNotComeFar(t *testing.T) {
	done, half, silent := Item{Light: "closed", Progress: -1, Plan: 80}, Item{Light: "red", Progress: 50, Plan: 120}, Item{Light: "grey", Progress: -1, Plan: 80}
	for _, tt := range []struct {
		name    string
		items   []Item
		percent float64
		plan    float64
		known   bool
		done    int
	}{
		{"no items", nil, 0, 0, false, 0},
		{"nobody reported", []Item{silent, silent}, 0, 80, false, 0},
		{"what is done is whole", []Item{done}, 100, 80, true, 1},
		{"silence counts as nothing", []Item{half, silent}, 25, 90, true, 0},
		{"the mean of all", []Item{done, half, done, half}, 75, 90, true, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := Matter{Items: tt.items}
			percent, plan, known := m.Progress()
			if percent != tt.percent || plan != tt.plan || known != tt.known || m.Done() != tt.done {
				t.Errorf("%v of %v, known %v, %d done; want %v of %v, %v, %d", percent, plan, known, m.Done(), tt.percent, tt.plan, tt.known, tt.done)
			}
		})
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
