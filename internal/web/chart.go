package web

import (
	"math"
	"strconv"
	"time"
)

// Chart is a line of figures over time beside the line of the plan.
type Chart struct {
	ID      string  // of the element
	Title   string  // a sentence that says what the chart shows: "R&D reached 3.5% of GDP, above plan"
	Unit    string  // of the figures: "%", "公里"
	Points  []Point // in order of time
	Sources bool    // the table has a column for where each figure comes from
}

// Point is one moment of a chart. A Value or Plan that is not known is NaN.
type Point struct {
	When   time.Time
	Label  string // the moment, in words: "9月", "Q3"
	Value  float64
	Plan   float64
	Text   string // the value as it is written in the table; empty: as it is
	Source string
	Href   string // opens the record behind the value
}

// Unknown is a figure that there is none of.
func Unknown() float64 { return math.NaN() }

// The plot: x runs in percent of the width, y in px, so that text keeps its size on every screen.
const (
	plotTop    = 22.0
	plotBottom = 206.0
)

// drawing is a chart laid out.
type drawing struct {
	ticks  []tick
	values []dot
	plans  []dot
	labels []label
}

type tick struct {
	y    string
	text string
}

type dot struct {
	x, y      string
	left, top float64 // the same as numbers
	p         Point
}

type label struct{ x, anchor, text string }

func (c Chart) known() bool {
	for _, p := range c.Points {
		if !math.IsNaN(p.Value) {
			return true
		}
	}
	return false
}

func (c Chart) hasPlan() bool {
	for _, p := range c.Points {
		if !math.IsNaN(p.Plan) {
			return true
		}
	}
	return false
}

// draw lays the chart out. It needs one point with a value.
func (c Chart) draw() (d drawing) {
	low, high := math.Inf(1), math.Inf(-1)
	for _, p := range c.Points {
		for _, v := range []float64{p.Value, p.Plan} {
			if !math.IsNaN(v) {
				low, high = min(low, v), max(high, v)
			}
		}
	}
	ticks := axis(low, high)
	low, high = ticks[0], ticks[len(ticks)-1]
	y := func(v float64) float64 { return plotBottom - (v-low)/(high-low)*(plotBottom-plotTop) }
	for _, t := range ticks {
		d.ticks = append(d.ticks, tick{px(y(t)), Group(strconv.FormatFloat(t, 'f', -1, 64))})
	}
	for i, p := range c.Points {
		left := 100 * c.at(i)
		at := func(v float64) dot { return dot{pct(left), px(y(v)), left, y(v), p} }
		if !math.IsNaN(p.Value) {
			d.values = append(d.values, at(p.Value))
		}
		if !math.IsNaN(p.Plan) {
			d.plans = append(d.plans, at(p.Plan))
		}
	}
	d.plans = straight(d.plans)
	d.labels = c.labels()
	return d
}

func px(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }

// straight leaves out the dots that lie on the line between those that stay, to half a pixel: the plan is dashed, and the dashes begin
// anew at each dot.
func straight(dots []dot) []dot {
	var out []dot
	last := 0 // of those that stay
	for i, b := range dots {
		if i > 0 && i < len(dots)-1 && onLine(dots[last:i+2]) {
			continue
		}
		out, last = append(out, b), i
	}
	return out
}

// onLine reports whether all dots lie between the first and the last on the line from one to the other.
func onLine(dots []dot) bool {
	a, c := dots[0], dots[len(dots)-1]
	for _, b := range dots[1 : len(dots)-1] {
		on := a.top + (c.top-a.top)*(b.left-a.left)/(c.left-a.left)
		if !(math.Abs(b.top-on) <= 0.5) { // nor when two stand on one moment, and the slope is none
			return false
		}
	}
	return true
}

// at is where the i-th point stands between the first and the last, from 0 to 1.
func (c Chart) at(i int) float64 {
	first, last := c.Points[0].When, c.Points[len(c.Points)-1].When
	if span := last.Sub(first); span > 0 {
		return float64(c.Points[i].When.Sub(first)) / float64(span)
	}
	return 0.5
}

// labels are the first moment, the last, and of those between as many as have room on a phone: a fifth of the width between two middles,
// and more beside the first and the last, which stand wholly on one side of their moment.
func (c Chart) labels() (out []label) {
	last := len(c.Points) - 1
	taken := math.Inf(-1)
	for i, p := range c.Points {
		at := c.at(i)
		switch {
		case i == 0 && last > 0:
			out = append(out, label{"0%", "start", p.Label})
			at += 0.1
		case i == last && last > 0:
			out = append(out, label{"100%", "end", p.Label})
		case at-taken < 0.2 || at > 0.7 && last > 0:
			continue
		default:
			out = append(out, label{pct(100 * at), "middle", p.Label})
		}
		taken = at
	}
	return out
}

// axis returns 3 to 6 round numbers that hold low and high. It begins at zero unless the figures lie far from it.
func axis(low, high float64) []float64 {
	if low > 0 && low < 0.7*high {
		low = 0
	}
	if high < 0 && high > 0.7*low {
		high = 0
	}
	if high == low {
		low, high = low-1, high+1
	}
	step := math.Pow(10, math.Floor(math.Log10((high-low)/3)))
	for _, m := range []float64{1, 2, 2.5, 5, 10} {
		if (high-low)/(step*m) <= 4 {
			step *= m
			break
		}
	}
	var out []float64
	first := math.Floor(low/step + 1e-9)
	for i := first; ; i++ {
		v := i * step
		out = append(out, math.Round(v*1e9)/1e9)
		if v >= high-step*1e-9 {
			return out
		}
	}
}

func (p Point) text() string {
	switch {
	case p.Text != "":
		return p.Text
	case math.IsNaN(p.Value):
		return ""
	}
	return Group(strconv.FormatFloat(p.Value, 'f', -1, 64))
}

func (p Point) plan() string {
	if math.IsNaN(p.Plan) {
		return ""
	}
	return Group(strconv.FormatFloat(math.Round(p.Plan*100)/100, 'f', -1, 64))
}
