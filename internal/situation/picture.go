// Package situation reads everyone's figures and shows them together. It knows none of the parts it reads: each declares its figures through
// the small types here, and app fills them in.
package situation

import (
	"fmt"
	"html"
	"io"
	"math"
	"strings"
)

// Picture is what one page says of a year (一图读懂): headline numbers, themes, livelihood matters. Every number has a place to open.
type Picture struct {
	Year      int
	Years     []int // that have a picture, the latest first; empty: this one only
	Title     string
	Subtitle  string
	Footer    string // as of when, from what, and whether simulated
	Simulated bool   // some of it was made by the simulator
	Totals    []Total
	Heads     []Headline
	Themes    []Theme
	Matters   []Matter
	Words     Words // what is left empty, the page fills in
}

// Words are the picture's own few words, in the reader's language.
type Words struct {
	Heads, Themes, Matters, Now, Done string
	Plan, Demo                        string            // what the mark on a bar means; that figures were simulated
	Lights                            map[string]string // the word of each light
}

// Total is one count of the whole register.
type Total struct {
	Label, Light, Href string // without a light it counts them all; an empty label is the light's own word
	N                  int
}

// Headline is one figure of the year's targets.
type Headline struct {
	Label string // the indicator
	Goal  string // as promised: ≥8%
	Now   string // the latest figure, or nothing
	Light string
	Href  string
}

// Theme is one chapter of the plan.
type Theme struct {
	No     int
	Title  string
	Href   string
	Total  int
	Done   int
	Lights []Share // in the order they are drawn
	Lines  []Line  // a few of its promises
}

// Share is how many of a theme's promises show a light.
type Share struct {
	Light string
	N     int
	Href  string // lists them; may be empty
}

// Line is one promise, in few words.
type Line struct {
	Text, Light, Href string
	Adjusted          bool
}

// Matter is one livelihood matter.
type Matter struct {
	No    int
	Title string
	Href  string
	Items []Item
}

// Item is one sub-task of a matter.
type Item struct {
	Text, Light, Href, Figure string
	Progress                  float64 // percent; negative: nothing to show
	Plan                      float64
}

// The sheet is A3, landscape, four units to the millimetre.
const (
	sheetW = 1680
	sheetH = 1188
	margin = 48
)

var ink = map[string]string{"grey": "#737c79", "green": "#1b7a4b", "yellow": "#9a6700", "red": "#b3261e", "done": "#2a5d9c", "closed": "#1d6652"}

// WriteSVG draws the picture as one A3 sheet. It has no style sheet and no script: presentation attributes only, so that it may stand in a
// page under a strict policy, in a file of its own, and on paper. Links are given under base ("" in the page, the site's address in a file).
func (p Picture) WriteSVG(w io.Writer, base string) error {
	s := &svg{base: base}
	s.open(p)
	y := s.top(p)
	y = s.heads(p, y)
	s.themes(p, y)
	s.matters(p, y)
	s.text(margin, sheetH-22, 15, "#6d7774", "400", p.Footer)
	s.b.WriteString("</svg>")
	_, err := io.WriteString(w, s.b.String())
	return err
}

type svg struct {
	b    strings.Builder
	base string
}

const sans = "PingFang SC, Hiragino Sans GB, Microsoft YaHei, Noto Sans CJK SC, Noto Sans SC, sans-serif"
const serif = "Songti SC, Noto Serif CJK SC, Noto Serif SC, SimSun, serif"

func (s *svg) f(format string, a ...any) { fmt.Fprintf(&s.b, format, a...) }

func (s *svg) open(p Picture) {
	s.f(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="group" aria-label="%s" font-family="%s">`, sheetW, sheetH, html.EscapeString(p.Title), sans)
	s.f(`<title>%s</title><rect width="%d" height="%d" fill="#faf8f3"/>`, html.EscapeString(p.Title), sheetW, sheetH)
}

func (s *svg) text(x, y, size float64, fill, weight, t string) {
	s.f(`<text x="%g" y="%g" font-size="%g" fill="%s" font-weight="%s">%s</text>`, x, y, size, fill, weight, html.EscapeString(t))
}

// quote sets words of the report: in the serif, and in Chinese whatever the page speaks.
func (s *svg) quote(x, y, size float64, fill, t string) {
	s.f(`<text x="%g" y="%g" font-size="%g" fill="%s" font-family="%s" lang="zh">%s</text>`, x, y, size, fill, serif, html.EscapeString(t))
}

func (s *svg) link(href string, f func()) {
	s.f(`<a href="%s%s">`, html.EscapeString(s.base), html.EscapeString(href))
	f()
	s.b.WriteString("</a>")
}

// light draws a light: its shape and its colour. The word stands beside it or in its title.
func (s *svg) light(x, y, r float64, kind, word string) {
	c := ink[kind]
	s.f(`<g><title>%s</title>`, html.EscapeString(word))
	switch kind {
	case "yellow":
		s.f(`<path d="M%g %gL%g %gH%gz" fill="%s"/>`, x, y-r, x+r, y+r*0.8, x-r, c)
	case "red":
		s.f(`<rect x="%g" y="%g" width="%g" height="%g" fill="%s"/>`, x-r*0.85, y-r*0.85, 1.7*r, 1.7*r, c)
	case "done", "closed":
		s.f(`<path d="M%g %gL%g %gL%g %g" fill="none" stroke="%s" stroke-width="%g"/>`, x-r, y, x-r*0.3, y+r*0.7, x+r, y-r*0.8, c, r*0.42)
		if kind == "closed" {
			s.f(`<path d="M%g %gL%g %g" fill="none" stroke="%s" stroke-width="%g"/>`, x+r*0.1, y+r*0.7, x+r*1.4, y-r*0.8, c, r*0.42)
		}
	case "grey":
		s.f(`<circle cx="%g" cy="%g" r="%g" fill="none" stroke="%s" stroke-width="%g"/>`, x, y, r*0.8, c, r*0.4)
	default:
		s.f(`<circle cx="%g" cy="%g" r="%g" fill="%s"/>`, x, y, r*0.9, c)
	}
	s.b.WriteString("</g>")
}

func (s *svg) top(p Picture) float64 {
	s.f(`<rect x="0" y="0" width="%d" height="8" fill="#b23a20"/><rect x="%d" y="0" width="%d" height="8" fill="#1d6652"/>`, sheetW/2, sheetW/2, sheetW/2)
	s.text(margin, 74, 40, "#1d2422", "700", p.Title)
	s.text(margin, 106, 18, "#4b5653", "400", p.Subtitle)
	x := float64(sheetW - margin)
	for i := len(p.Totals) - 1; i >= 0; i-- {
		t := p.Totals[i]
		width := math.Max(92, 34+emWidth(t.Label)*17)
		x -= width
		s.link(t.Href, func() {
			s.text(x, 74, 34, "#1d2422", "700", fmt.Sprint(t.N))
			if t.Light != "" {
				s.light(x+8, 98, 8, t.Light, t.Label)
				s.text(x+24, 104, 17, ink[t.Light], "600", t.Label)
			} else {
				s.text(x, 104, 17, "#4b5653", "600", t.Label)
			}
		})
	}
	return 132
}

func (s *svg) heads(p Picture, y float64) float64 {
	const height = 128
	n := len(p.Heads)
	if n == 0 {
		return y
	}
	gap, all := 14.0, float64(sheetW-2*margin)
	width := (all - gap*float64(n-1)) / float64(n)
	for i, h := range p.Heads {
		x := margin + float64(i)*(width+gap)
		s.link(h.Href, func() {
			s.f(`<rect x="%g" y="%g" width="%g" height="%d" rx="8" fill="#fff" stroke="#e4e0d5"/>`, x, y, width, height)
			for j, line := range wrap(h.Label, (width-24)/17, 2) {
				s.quote(x+12, y+28+float64(j)*21, 17, "#4b5653", line)
			}
			size := math.Min(32, (width-24)/math.Max(1, emWidth(h.Goal)))
			s.text(x+12, y+86, size, "#b23a20", "700", h.Goal)
			if h.Now != "" {
				s.light(x+19, y+109, 7, h.Light, "")
				s.text(x+32, y+115, 16, ink[h.Light], "600", p.Words.Now+" "+h.Now)
			}
		})
	}
	return y + height + 22
}

func (s *svg) themes(p Picture, top float64) {
	s.heading(margin, top, p.Words.Themes)
	const cols, gap = 2, 18.0
	width := (float64(sheetW)*0.54 - margin - gap) / cols
	rows := math.Ceil(float64(len(p.Themes)) / cols)
	if rows == 0 {
		return
	}
	height := (sheetH - 52 - (top + 18) - gap*(rows-1)) / rows
	for i, t := range p.Themes {
		x := margin + float64(i%cols)*(width+gap)
		y := top + 18 + float64(i/cols)*(height+gap)
		s.theme(p, t, x, y, width, height)
	}
}

func (s *svg) theme(p Picture, t Theme, x, y, width, height float64) {
	s.f(`<rect x="%g" y="%g" width="%g" height="%g" rx="10" fill="#fff" stroke="#e4e0d5"/>`, x, y, width, height)
	s.link(t.Href, func() {
		s.text(x+16, y+44, 36, "#cbc5b5", "700", fmt.Sprint(t.No))
		for j, line := range wrap(t.Title, (width-150)/18, 2) {
			s.quote(x+48, y+30+float64(j)*23, 18, "#1d2422", line)
		}
		s.f(`<text x="%g" y="%g" font-size="26" font-weight="700" fill="#1d6652" text-anchor="end">%d<tspan font-size="16" fill="#6d7774">/%d</tspan></text>`, x+width-16, y+34, t.Done, t.Total)
		s.f(`<text x="%g" y="%g" font-size="13" fill="#6d7774" text-anchor="end">%s</text>`, x+width-16, y+54, html.EscapeString(p.Words.Done))
	})
	bar, at := width-32, x+16
	for _, sh := range t.Lights {
		if t.Total > 0 && sh.N > 0 {
			w := bar * float64(sh.N) / float64(t.Total)
			s.f(`<rect x="%g" y="%g" width="%g" height="10" fill="%s"><title>%s %d</title></rect>`, at, y+70, math.Max(0, w-1.5), barInk(sh.Light), sh.Light, sh.N)
			at += w
		}
	}
	room := int((height - 98) / 26)
	for j, l := range t.Lines[:min(len(t.Lines), max(0, room))] {
		ly := y + 108 + float64(j)*26
		s.link(l.Href, func() {
			s.light(x+24, ly-5, 6, l.Light, "")
			s.quote(x+40, ly, 16, "#1d2422", first(wrap(l.Text, (width-56)/16, 1)))
		})
	}
}

// barInk is the light's colour in a bar, where on-plan green is the lighter of the two greens.
func barInk(light string) string {
	if light == "green" {
		return "#86c49d"
	}
	if light == "grey" {
		return "#c9cdc9"
	}
	return ink[light]
}

func (s *svg) heading(x, y float64, t string) {
	s.text(x, y+2, 20, "#1d2422", "700", t)
}

func (s *svg) matters(p Picture, top float64) {
	x := float64(sheetW) * 0.56
	width := sheetW - margin - x
	s.heading(x, top, p.Words.Matters)
	if len(p.Matters) == 0 {
		return
	}
	lines := 0
	for _, m := range p.Matters {
		lines += 1 + len(m.Items)
	}
	room := float64(sheetH - 52 - 18)
	step := math.Min(27, (room-top-8*float64(len(p.Matters)))/float64(lines))
	size := math.Min(17, step*0.68)
	y := top + 18
	for _, m := range p.Matters {
		s.f(`<line x1="%g" y1="%g" x2="%g" y2="%g" stroke="#e4e0d5"/>`, x, y, x+width, y)
		s.link(m.Href, func() {
			s.text(x, y+step*0.78, size+1, "#8e2b16", "700", fmt.Sprint(m.No))
			s.quote(x+34, y+step*0.78, size, "#1d2422", first(wrap(m.Title, (width-40)/size, 1)))
		})
		y += step
		for _, it := range m.Items {
			s.item(it, x+34, y, width-34, step, size)
			y += step
		}
		y += 8
	}
}

func (s *svg) item(it Item, x, y, width, step, size float64) {
	const barW = 120.0
	base := y + step*0.7
	s.link(it.Href, func() {
		s.light(x+6, base-size*0.33, size*0.36, it.Light, "")
		figure := emWidth(it.Figure) * (size - 2)
		s.quote(x+22, base, size-1, "#1d2422", first(wrap(it.Text, (width-barW-40-figure)/(size-1), 1)))
		if it.Figure != "" {
			s.f(`<text x="%g" y="%g" font-size="%g" fill="#4b5653" text-anchor="end">%s</text>`, x+width-barW-10, base, size-2, html.EscapeString(it.Figure))
		}
		if it.Progress >= 0 {
			bx := x + width - barW
			s.f(`<rect x="%g" y="%g" width="%g" height="7" rx="3.5" fill="#e9e4d8"/>`, bx, base-9, barW)
			s.f(`<rect x="%g" y="%g" width="%g" height="7" rx="3.5" fill="#1d6652"/>`, bx, base-9, barW*math.Min(100, it.Progress)/100)
			s.f(`<rect x="%g" y="%g" width="2" height="13" fill="#1d2422"/>`, bx+barW*math.Min(100, it.Plan)/100-1, base-12)
		}
	})
}

// emWidth is how wide a text is, in ems: a Chinese character one, a Latin one a little over half.
func emWidth(s string) float64 {
	w := 0.0
	for _, r := range s {
		if r < 0x2E80 {
			w += 0.56
		} else {
			w++
		}
	}
	return w
}

// wrap cuts a text into at most n lines of so many ems; what does not fit ends in an ellipsis.
func wrap(s string, ems float64, n int) []string {
	var lines []string
	line, w := "", 0.0
	for _, r := range s {
		rw := emWidth(string(r))
		if w+rw > ems {
			if len(lines) == n-1 {
				return append(lines, strings.TrimRight(string([]rune(line)[:max(0, len([]rune(line))-1)]), ",、 ")+"…")
			}
			lines = append(lines, line)
			line, w = "", 0
		}
		line += string(r)
		w += rw
	}
	return append(lines, line)
}

func first(lines []string) string { return lines[0] }
