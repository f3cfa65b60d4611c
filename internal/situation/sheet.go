package situation

import (
	"io"
	"math"
	"strconv"
)

// The sheet is A3, landscape, four units to the millimetre: text of 12 units is set in 8½ points.
const (
	sheetW = 1680.0
	sheetH = 1188.0
	margin = 48.0
	right  = sheetW - margin
	inner  = sheetW - 2*margin
	floor  = sheetH - 54.0 // where the drawing ends, above the footer
)

// WriteSVG draws the picture as one A3 sheet. It has no style sheet and no script: presentation attributes only, so that it may stand in a
// page under a strict policy, in a file of its own, and on paper. Links are given under base: "" in a page, the site's address in a file,
// which also gets a title (in a page, it would pop up under every pointer).
func (p Picture) WriteSVG(w io.Writer, base string) error {
	s := &svg{base: base}
	s.f(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" role="group" aria-label="%s" font-family="%s">`, num(sheetW), num(sheetH), safe(p.Title), sans)
	if base != "" {
		s.f(`<title>%s</title>`, safe(p.Title))
	}
	s.f(`<rect class="paper" width="%s" height="%s" fill="%s"/>`, num(sheetW), num(sheetH), paper)
	s.head(p)
	y := s.targets(p, 142)
	plan := p.matterPlan()
	if len(p.Themes) > 0 {
		themes := plan.leaves(floor-y, float64(themeRows(len(p.Themes))))
		s.themes(p, y, themes)
		y += themes + gutter
	}
	s.matters(p, plan, y)
	s.text(margin, sheetH-24, face{size: 13.5, fill: black3}, one(p.Footer, inner/13.5))
	s.f("</svg>")
	_, err := io.WriteString(w, s.b.String())
	return err
}

const gutter = 20.0 // between the parts

// head is the title, and the totals by light, which are the legend too.
func (s *svg) head(p Picture) {
	s.rect(0, 0, sheetW/2, 8, 0, call, "")
	s.rect(sheetW/2, 0, sheetW/2, 8, 0, pine, "")
	left := s.totals(p)
	room := left - margin - 32
	if size := fit(p.Title, 42, room*0.96); size >= 30 {
		s.text(margin, 76, face{size: size, fill: black, bold: true}, p.Title)
	} else {
		s.lines(margin, 48, 33, face{size: 27, fill: black, bold: true}, wrap(p.Title, room*0.96/27, 2))
	}
	x := margin
	if p.Simulated && p.Words.Demo != "" {
		w := ems(p.Words.Demo)*14 + 20
		s.rect(x, 92, w, 24, 4, "#fbf0d4", "")
		s.text(x+10, 109, face{size: 14, fill: "#5c4200", bold: true}, p.Words.Demo)
		x += w + 12
	}
	s.text(x, 110, face{size: 17, fill: black2}, one(p.Subtitle, (left-32-x)/17))
}

// totals are set from the right edge; it returns where they begin.
func (s *svg) totals(p Picture) float64 {
	x := right
	for i := len(p.Totals) - 1; i >= 0; i-- {
		t := p.Totals[i]
		label, mark := t.Label, 0.0
		if t.Light != "" {
			mark = 22
		}
		if label == "" {
			label = p.Words.Lights[t.Light]
		}
		n := strconv.Itoa(t.N)
		width := max(ems(label)*16+mark, ems(n)*36)
		x -= width
		s.link(t.Href, "", func() {
			fill := black
			if t.Light == "" {
				fill = call
			}
			s.text(x, 76, face{size: 36, fill: fill, bold: true}, n)
			if t.Light == "" {
				s.text(x, 109, face{size: 16, fill: black2, bold: true}, label)
				return
			}
			s.light(x+8, 103, 8, t.Light, "")
			s.text(x+mark, 109, face{size: 16, fill: ink[t.Light], bold: true}, label)
		})
		x -= 26
	}
	return x + 26
}

// heading is the name of a part with what its drawing means beside it, over a line.
func (s *svg) heading(x, y, width float64, title, means string) {
	s.text(x, y+16, face{size: 20, fill: black, bold: true}, title)
	at := x + ems(title)*21 + 14
	s.text(at, y+15, face{size: 14, fill: black3}, one(means, (x+width-at)/14))
}

const perRow = 9 // headline figures in a row, at most; two rows hold what one sheet can

// targets are the headline figures, in one row or two.
func (s *svg) targets(p Picture, y float64) float64 {
	heads := p.Heads[:min(len(p.Heads), 2*perRow)]
	if len(heads) == 0 {
		return y
	}
	rows := (len(heads) + perRow - 1) / perRow
	cols := (len(heads) + rows - 1) / rows
	height, gap := 118.0, 12.0
	if rows > 1 {
		height, gap = 97, 10
	}
	width := (inner - gap*float64(cols-1)) / float64(cols)
	for i, h := range heads {
		s.target(p, h, margin+float64(i%cols)*(width+gap), y+float64(i/cols)*(height+gap), width, height)
	}
	return y + float64(rows)*(height+gap) - gap + gutter
}

func (s *svg) target(p Picture, h Headline, x, y, width, height float64) {
	s.link(h.Href, "", func() {
		s.rect(x, y, width, height, 8, surface, hairline)
		room, size := width-24, 15.0
		if small := fit(h.Label, size, room); small >= 12.5 {
			size = small
		}
		label := wrap(h.Label, room/size+0.01, 2)
		s.lines(x+12, y+height*0.2, 17.5, face{size: size, fill: black2, serif: true}, label)
		down := y + height
		size, goal := fitted(h.Goal, min(30, height-78+17*float64(2-len(label))), 14, room*0.96)
		s.text(x+12, down-34, face{size: size, fill: call, bold: true}, goal)
		now := p.Words.Lights[h.Light]
		if h.Now != "" {
			now = p.Words.Now + " " + h.Now
		}
		s.light(x+18, down-16, 6, h.Light, p.Words.Lights[h.Light])
		size, now = fitted(now, 14, 11, room-18)
		s.text(x+30, down-11, face{size: size, fill: ink[h.Light], bold: true}, now)
	})
}

// themeRows is in how many rows so many themes stand: a column narrower than an eighth of the sheet cannot hold a title.
func themeRows(n int) int { return (n + 7) / 8 }

// themes are columns side by side, in more rows than one when there are many.
func (s *svg) themes(p Picture, y, height float64) {
	s.heading(margin, y, inner, p.Words.Themes, p.Words.Cells)
	const gap = 14.0
	rows := themeRows(len(p.Themes))
	cols := (len(p.Themes) + rows - 1) / rows
	y, height = y+30, (height-30-gap*float64(rows-1))/float64(rows)
	width := (inner - gap*float64(cols-1)) / float64(cols)
	cells := cellsFor(p.Themes, width-2*pad, height)
	for i, t := range p.Themes {
		s.theme(p, t, cells, margin+float64(i%cols)*(width+gap), y+float64(i/cols)*(height+gap), width, height)
	}
}

const (
	pad      = 14.0 // within a theme
	titleTop = 60.0 // the first line of its title
	titleRow = 22.0
)

// cellsFor is the one grid in which the cells of all themes stand, so that a cell is as large in one as in another: the largest that
// leaves room for words under the cells of each.
func cellsFor(themes []Theme, width, height float64) grid {
	room := (height - titleTop - float64(titleLines(height))*titleRow) * 0.6
	g := grid{pitch: 18}
	for fits := false; !fits && g.pitch > 3; {
		g.pitch--
		g.cols, fits = int((width+3)/g.pitch), true
		for _, t := range themes {
			fits = fits && g.height(t.cells()) <= room
		}
	}
	g.size = math.Floor(g.pitch * 0.82)
	g.step = (width - g.size) / float64(max(1, g.cols-1))
	return g
}

// titleLines is on how many lines a theme's title may stand in a card of a height.
func titleLines(height float64) int {
	if height < 230 {
		return 2
	}
	return 3
}

func (t Theme) cells() int {
	n := 0
	for _, sh := range t.Lights {
		n += sh.N
	}
	return n
}

func (s *svg) theme(p Picture, t Theme, g grid, x, y, width, height float64) {
	s.rect(x, y, width, height, 8, surface, hairline)
	at, room := y+titleTop, width-2*pad
	s.link(t.Href, "", func() {
		s.text(x+pad, y+36, face{size: 30, fill: faint, bold: true}, strconv.Itoa(t.No))
		count := strconv.Itoa(t.Done) + " / " + strconv.Itoa(t.Total)
		s.text(x+width-pad, y+34, face{size: 20, fill: pine, bold: true, anchor: "end"}, count)
		s.text(x+width-pad-ems(count)*20-8, y+34, face{size: 13, fill: black3, anchor: "end"}, p.Words.Done)
		at = s.lines(x+pad, at, titleRow, face{size: 17, fill: black, bold: true, serif: true}, wrap(t.Title, room/17.2, titleLines(height)))
	})
	g.x, g.y = x+pad, at-8
	s.themeCells(p, t, g)
	s.themeLines(p, t, x+pad, g.y+g.height(t.cells())+10, room, y+height-10)
}

// themeCells draws a theme's promises, one cell each, light by light.
func (s *svg) themeCells(p Picture, t Theme, g grid) {
	i := 0
	for _, sh := range t.Lights {
		if sh.N > 0 {
			name := p.Words.Lights[sh.Light] + " " + strconv.Itoa(sh.N)
			s.link(sh.Href, name, func() {
				s.f("<g><title>%s</title>", safe(name))
				s.cells(g, sh.Light, i, sh.N)
				s.f("</g>")
			})
		}
		i += sh.N
	}
}

// themeLines sets as many of a theme's promises as there is room for, each on two lines at most.
func (s *svg) themeLines(p Picture, t Theme, x, y, width, end float64) {
	const size, leading = 13.5, 17.5
	for _, l := range t.Lines {
		room := min(2, int((end-y)/leading))
		if room < 1 {
			return
		}
		text := wrap(l.Text, (width-18)/size, room)
		s.link(l.Href, "", func() {
			s.light(x+6, y+8, 5, l.Light, p.Words.Lights[l.Light])
			y = s.lines(x+18, y+13, leading, face{size: size, fill: black, serif: true}, text) - 13
		})
		y += 5
	}
}
