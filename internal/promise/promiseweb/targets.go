package promiseweb

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"

	"huying/internal/promise"
	"huying/internal/web"
)

// target is one expected figure of the year.
type target struct {
	St       *promise.Standing
	Name     string // the indicator, or the words where there is none
	Why      string // why it is yellow or red
	Gauges   []gauge
	Baseline *baseline
	Chart    *web.Chart
	Spark    spark
}

func (h *pages) targets(r *web.Request) error {
	d, err := h.desk(r)
	if err != nil {
		return err
	}
	c := choice{Filter: promise.Filter{Kind: promise.Target}}
	var all []target
	for _, st := range d.choose(c) {
		t := target{St: st, Name: st.Claim.Indicator, Gauges: d.gauges(st), Chart: d.chart(st)}
		if t.Name == "" {
			t.Name = st.Title
		}
		if (st.Light == promise.Yellow || st.Light == promise.Red) && len(st.Why) > 0 {
			t.Why = reason(r, st.Why[0])
		}
		if st.Baseline != "" {
			t.Baseline = &baseline{Amount: of(st, st.Baseline), Year: itoa(st.BaselineYear)}
			if st.BaselineQuote.End > 0 {
				t.Baseline.Href = fmt.Sprintf("/reports/%d#%s", st.Document, anchorAt(st.BaselineQuote.Start))
			}
		}
		if t.Chart != nil {
			t.Spark = draw(t.Chart.Points)
		}
		all = append(all, t)
	}
	page := d.page("targets", r.T("promiseweb.targets"), r.T("promiseweb.targets_about", "year", d.year(), "n", len(all)))
	return r.Render(http.StatusOK, page, targetsPage(d, d.lights(c), d.href(c), all))
}

// spark is a chart without axes: the figures as a line, the plan as another.
type spark struct {
	Value, Plan  string // the points of a polyline
	LastX, LastY string // the latest figure
}

// The field of a spark.
const (
	sparkWidth  = 200.0
	sparkHeight = 56.0
	sparkEdge   = 6.0
)

func draw(points []web.Point) (s spark) {
	low, high := math.Inf(1), math.Inf(-1)
	for _, p := range points {
		for _, v := range []float64{p.Value, p.Plan} {
			if !math.IsNaN(v) {
				low, high = math.Min(low, v), math.Max(high, v)
			}
		}
	}
	first, last := points[0].When, points[len(points)-1].When
	x := func(p web.Point) float64 {
		if span := last.Sub(first); span > 0 {
			return sparkEdge + (sparkWidth-2*sparkEdge)*float64(p.When.Sub(first))/float64(span)
		}
		return sparkWidth / 2
	}
	y := func(v float64) float64 {
		if high == low {
			return sparkHeight / 2
		}
		return sparkHeight - sparkEdge - (sparkHeight-2*sparkEdge)*(v-low)/(high-low)
	}
	var values, plans []string
	for _, p := range points {
		if !math.IsNaN(p.Value) {
			s.LastX, s.LastY = fmt.Sprintf("%.1f", x(p)), fmt.Sprintf("%.1f", y(p.Value))
			values = append(values, s.LastX+","+s.LastY)
		}
		if !math.IsNaN(p.Plan) {
			plans = append(plans, fmt.Sprintf("%.1f,%.1f", x(p), y(p.Plan)))
		}
	}
	s.Value, s.Plan = strings.Join(values, " "), strings.Join(plans, " ")
	return s
}

// written is a figure of a chart as its table has it.
func written(v float64) string {
	if math.IsNaN(v) {
		return ""
	}
	return web.Group(strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64))
}
