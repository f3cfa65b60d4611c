package situation

import (
	"encoding/xml"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// The colours of the look, as a file of its own needs them.
const (
	paper    = "#faf8f3"
	surface  = "#ffffff"
	hairline = "#e4e0d5"
	faint    = "#cbc5b5"
	black    = "#1d2422"
	black2   = "#45504d"
	black3   = "#5a6561"
	call     = "#b23a20"
	callDeep = "#8e2b16"
	pine     = "#1d6652"
)

var ink = map[string]string{"grey": "#5f6865", "green": "#1a7548", "yellow": "#855800", "red": "#b3261e", "done": "#2a5d9c", "closed": pine}

const (
	sans  = "PingFang SC, Hiragino Sans GB, Microsoft YaHei, Noto Sans CJK SC, Noto Sans SC, sans-serif"
	serif = "Songti SC, Noto Serif CJK SC, Noto Serif SC, SimSun, serif"
)

// svg is a drawing in the making.
type svg struct {
	b    strings.Builder
	base string
}

func (s *svg) f(format string, a ...any) { fmt.Fprintf(&s.b, format, a...) }

// num writes a length, to a tenth.
func num(v float64) string { return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64) }

// safe is a text as XML takes it: what must be escaped is, and what XML cannot hold is replaced.
func safe(t string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(t)) // a Builder takes everything
	return b.String()
}

// face is how a text is set.
type face struct {
	size   float64
	fill   string
	bold   bool
	serif  bool // words of the report: in the serif, and in Chinese whatever the page speaks
	anchor string
}

func (s *svg) text(x, y float64, f face, t string) {
	s.f(`<text x="%s" y="%s" font-size="%s" fill="%s"`, num(x), num(y), num(f.size), f.fill)
	if f.bold {
		s.f(` font-weight="700"`)
	}
	if f.serif {
		s.f(` font-family="%s" lang="zh-CN"`, serif)
	}
	if f.anchor != "" {
		s.f(` text-anchor="%s"`, f.anchor)
	}
	s.f(`>%s</text>`, safe(t))
}

// lines sets lines under one another and returns where the next would stand.
func (s *svg) lines(x, y, leading float64, f face, lines []string) float64 {
	for _, l := range lines {
		s.text(x, y, f, l)
		y += leading
	}
	return y
}

// link makes a link of what f draws. An address that is none of ours leads nowhere.
func (s *svg) link(href, label string, f func()) {
	if !strings.HasPrefix(href, "/") || strings.HasPrefix(href, "//") {
		f()
		return
	}
	s.f(`<a href="%s"`, safe(s.base+href))
	if label != "" {
		s.f(` aria-label="%s"`, safe(label))
	}
	s.f(`>`)
	f()
	s.f("</a>")
}

func (s *svg) rect(x, y, w, h, r float64, fill, stroke string) {
	s.f(`<rect x="%s" y="%s" width="%s" height="%s"`, num(x), num(y), num(w), num(h))
	if r > 0 {
		s.f(` rx="%s"`, num(r))
	}
	s.f(` fill="%s"`, fill)
	if stroke != "" {
		s.f(` stroke="%s"`, stroke)
	}
	s.f("/>")
}

// light draws a light: its shape and its colour. The word stands beside it or in its title.
func (s *svg) light(x, y, r float64, kind, word string) {
	c := ink[kind]
	if word != "" {
		s.f(`<g><title>%s</title>`, safe(word))
		defer s.f("</g>")
	}
	switch kind {
	case "yellow":
		s.f(`<path d="M%s %sL%s %sH%sz" fill="%s"/>`, num(x), num(y-r), num(x+r), num(y+r*0.8), num(x-r), c)
	case "red":
		s.rect(x-r*0.85, y-r*0.85, 1.7*r, 1.7*r, 0, c, "")
	case "done":
		s.f(`<path d="M%s %sL%s %sL%s %s" fill="none" stroke="%s" stroke-width="%s"/>`, num(x-r), num(y), num(x-r*0.3), num(y+r*0.7), num(x+r), num(y-r*0.8), c, num(r*0.42))
	case "closed":
		s.f(`<path d="M%s %sl%s %sl%s %sM%s %sl%s %s" fill="none" stroke="%s" stroke-width="%s"/>`, num(x-r*1.1), num(y), num(r*0.55), num(r*0.65), num(r*0.9), num(-r*1.35),
			num(x-r*0.15), num(y+r*0.75), num(r*1.2), num(-r*1.5), c, num(r*0.38))
	case "grey":
		s.f(`<circle cx="%s" cy="%s" r="%s" fill="none" stroke="%s" stroke-width="%s"/>`, num(x), num(y), num(r*0.8), c, num(r*0.4))
	case "green":
		s.f(`<circle cx="%s" cy="%s" r="%s" fill="%s"/>`, num(x), num(y), num(r*0.9), c)
	}
}

// cellInk is a light as an area: on-plan green is the lighter of the two greens, and what has not begun is an empty frame. A shape stands in
// a square of 12.
var cellInk = map[string]struct{ fill, edge, shape, mark string }{
	"closed": {fill: pine},
	"done":   {fill: "#2a5d9c", shape: "M2.4 6.4l2.6 2.8 4.6-6", mark: `fill="none" stroke="#fff" stroke-width="1.9"`},
	"green":  {fill: "#86c49d", edge: "#5b9974"},
	"yellow": {fill: "#d99a16", shape: "M6 2.4l4 7h-8z", mark: `fill="#3d2900"`},
	"red":    {fill: "#b3261e", shape: "M3.6 3.6h4.8v4.8h-4.8z", mark: `fill="#fff"`},
	"grey":   {fill: surface, edge: "#8a8471"},
}

// grid lays cells of a size out in rows of cols, step apart in a row, and rows pitch apart.
type grid struct {
	x, y, size, step, pitch float64
	cols                    int
}

// height is what n cells take.
func (g grid) height(n int) float64 {
	return math.Ceil(float64(n)/float64(max(1, g.cols))) * g.pitch
}

// cells draws n cells of a light, from the i-th on: all of them in one path, and their shapes in another.
func (s *svg) cells(g grid, kind string, i, n int) {
	c, edge, side, in := cellInk[kind], "", g.size, 0.0
	if c.edge != "" {
		edge, side, in = ` stroke="`+c.edge+`"`, g.size-1, 0.5
	}
	scale := strconv.FormatFloat(g.size/12, 'f', 3, 64)
	var squares, shapes strings.Builder
	for ; n > 0; i, n = i+1, n-1 {
		x, y := g.x+float64(i%g.cols)*g.step, g.y+float64(i/g.cols)*g.pitch
		fmt.Fprintf(&squares, "M%s %sh%sv%sh%sz", num(x+in), num(y+in), num(side), num(side), num(-side))
		if c.shape != "" {
			fmt.Fprintf(&shapes, `<path transform="translate(%s %s) scale(%s)" d="%s"/>`, num(x), num(y), scale, c.shape)
		}
	}
	s.f(`<path d="%s" fill="%s"%s/>`, squares.String(), c.fill, edge)
	if shapes.Len() > 0 {
		s.f(`<g %s>%s</g>`, c.mark, shapes.String())
	}
}
