package situation

import "strconv"

// matterPlan says how the livelihood matters stand in two columns: the first so many on the left.
type matterPlan struct {
	left  int
	lines int // of the longer column
	rows  int // matters in it
}

const (
	between  = 9.0   // above a matter
	matterUp = 30.0  // the heading
	barW     = 124.0 // of a bar
)

// matterPlan cuts the matters, in their order, where the longer column is the shortest.
func (p Picture) matterPlan() matterPlan {
	lines := func(ms []Matter) int {
		n := 0
		for _, m := range ms {
			n += 1 + len(m.Items)
		}
		return n
	}
	best := matterPlan{left: len(p.Matters), lines: lines(p.Matters), rows: len(p.Matters)}
	for i := range p.Matters {
		l, r := lines(p.Matters[:i]), lines(p.Matters[i:])
		if max(l, r) < best.lines {
			best = matterPlan{left: i, lines: max(l, r), rows: max(i, len(p.Matters)-i)}
		}
	}
	return best
}

// height is what the matters take with lines of a step.
func (m matterPlan) height(step float64) float64 {
	return matterUp + float64(m.lines)*step + float64(m.rows)*between
}

const (
	stepHigh  = 22.0  // of a line of the matters, when there is room
	stepLow   = 17.0  // and when there is none: text of 8 points
	themesLow = 256.0 // what a row of themes takes before the matters' lines are set closer,
	themesMin = 184.0 // and after
)

// leaves is how much of a height is left for so many rows of themes.
func (m matterPlan) leaves(height, rows float64) float64 {
	if m.lines == 0 {
		return height
	}
	return max(rows*themesMin, min(rows*themesLow, height-gutter-m.height(stepLow)), height-gutter-m.height(stepHigh))
}

// step is the height of a line with which the matters fill a height, bounded to what reads well.
func (m matterPlan) step(height float64) float64 {
	return min(stepHigh+3, (height-matterUp-float64(m.rows)*between)/float64(max(1, m.lines)))
}

func (s *svg) matters(p Picture, plan matterPlan, y float64) {
	if len(p.Matters) == 0 {
		return
	}
	const gap = 44.0
	width, step := (inner-gap)/2, plan.step(floor-y)
	s.heading(margin, y, inner, p.Words.Matters, "")
	s.key(p, margin+ems(p.Words.Matters)*21+14, y)
	at := y + matterUp
	for i, m := range p.Matters {
		x := margin
		if i >= plan.left {
			x += width + gap
		}
		if i == plan.left {
			at = y + matterUp
		}
		at = s.matter(p, m, x, at, width, step)
	}
}

// key shows what a bar and its mark mean.
func (s *svg) key(p Picture, x, y float64) {
	if p.Words.Plan == "" {
		return
	}
	s.bar(x, y+6, 60, 8, 60, 75)
	s.text(x+70, y+15, face{size: 14, fill: black3}, one(p.Words.Plan, (right-x-70)/14))
}

func (s *svg) bar(x, y, width, height, percent, plan float64) {
	s.rect(x, y, width, height, height/2, "#e6e1d4", "")
	if w := width * bound(percent) / 100; w > 0 {
		s.rect(x, y, w, height, min(height, w)/2, pine, "")
	}
	s.rect(x+(width-2)*bound(plan)/100, y-height*0.35, 2, height*1.7, 0, black, "")
}

func (s *svg) matter(p Picture, m Matter, x, y, width, step float64) float64 {
	size := min(15.5, step*0.7)
	s.f(`<path d="M%s %sh%s" stroke="%s"/>`, num(x), num(y), num(width), hairline)
	y += between * 0.6
	base := y + step*0.72
	count := strconv.Itoa(m.Done()) + " / " + strconv.Itoa(len(m.Items))
	s.link(m.Href, "", func() {
		s.text(x+22, base, face{size: size + 2, fill: callDeep, bold: true, anchor: "end"}, strconv.Itoa(m.No))
		s.text(x+34, base, face{size: size + 1, fill: black, bold: true, serif: true}, one(m.Title, (width-34-150)/(size+1.4)))
		s.text(x+width, base, face{size: size, fill: pine, bold: true, anchor: "end"}, count)
		s.text(x+width-ems(count)*size-8, base, face{size: min(13, size), fill: black3, anchor: "end"}, p.Words.Done)
	})
	y += step
	for _, it := range m.Items {
		s.item(p, it, x+34, y, width-34, step, size)
		y += step
	}
	return y + between*0.4
}

// item is one line: light, words, figure, and the bar; without a progress, the light's word stands in the bar's place.
func (s *svg) item(p Picture, it Item, x, y, width, step, size float64) {
	base := y + step*0.7
	s.link(it.Href, "", func() {
		s.light(x+6, base-size*0.35, size*0.36, it.Light, p.Words.Lights[it.Light])
		figure := one(it.Figure, 14)
		room := width - barW - 22 - 16
		if figure != "" {
			room -= ems(figure)*(size-1) + 12
		}
		small, text := fitted(it.Text, size, size*0.86, room) // rather a little smaller than cut
		s.text(x+20, base, face{size: small, fill: black, serif: true}, text)
		if figure != "" {
			s.text(x+width-barW-14, base, face{size: size - 1, fill: black2, anchor: "end"}, figure)
		}
		if it.Progress >= 0 {
			s.bar(x+width-barW, base-size*0.6, barW, min(8, size*0.52), it.Progress, it.Plan)
		} else {
			s.text(x+width-barW, base, face{size: size - 1.5, fill: ink[it.Light], bold: true}, p.Words.Lights[it.Light])
		}
	})
}
