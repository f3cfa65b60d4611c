package promiseweb

import (
	"math"
	"slices"
	"strconv"
	"time"

	"huying/internal/clock"
	"huying/internal/i18n"
	"huying/internal/promise"
	"huying/internal/web"
)

// chart draws the figures of a promise over the year beside its plan, or its progress in percent when there is nothing to count. It is nil
// when nothing was reported.
func (d *desk) chart(st *promise.Standing) *web.Chart {
	points, unit, title := d.figures(st), st.Claim.Unit, d.figureTitle(st)
	if points == nil {
		points, unit, title = d.percents(st), "%", d.percentTitle(st)
	}
	if points == nil {
		return nil
	}
	return &web.Chart{ID: "figures", Title: title, Unit: unit, Points: points, Sources: true}
}

// figureTitle is the sentence over a chart of figures: the latest one, and how it lies to the plan.
func (d *desk) figureTitle(st *promise.Standing) string {
	key := "promiseweb.chart_even"
	g, size := of(st, st.Gap), ""
	switch v, err := strconv.ParseFloat(st.Gap, 64); {
	case err != nil:
		key = "promiseweb.chart_plain"
	case v > 0:
		key, size = "promiseweb.chart_above", gapSize(d.r, g)
	case v < 0:
		g.Value = g.Value[1:]
		key, size = "promiseweb.chart_below", gapSize(d.r, g)
	}
	return d.r.T(key, "day", shortDay(d.r, st.AsOf), "value", of(st, st.Value).String(), "gap", size)
}

func gapSize(r *web.Request, g amount) string {
	if g.Unit == "%" {
		g.Unit = r.T("promiseweb.points")
	}
	return g.String()
}

func (d *desk) percentTitle(st *promise.Standing) string {
	key := "promiseweb.chart_ahead"
	if progressOf(st) < st.Plan {
		key = "promiseweb.chart_behind"
	}
	return d.r.T(key, "progress", percent(progressOf(st)))
}

// figures are the points of a counted promise. The plan is drawn where the register knows it: at the start, on the day of the latest
// figure, and when due.
func (d *desk) figures(st *promise.Standing) []web.Point {
	if len(st.Series) == 0 {
		return nil
	}
	sources := map[int64]string{}
	for _, e := range st.Entries {
		sources[e.ID] = e.Source
	}
	t := track{r: d.r}
	first := "0"
	switch {
	case st.Course == promise.Rate:
		first = st.Target
	case st.Course == promise.Stock && st.Baseline != "":
		first = st.Baseline
	}
	if st.Target != "" {
		t.plan(st.Start, value(first))
		t.plan(st.AsOf, value(st.Planned))
		t.plan(due(st), value(st.Target))
	}
	for _, p := range st.Series {
		t.value(p.Day, value(p.Value), web.Group(p.Value), sources[p.Entry], p.Entry)
	}
	return t.points
}

// percents are the points of a promise whose progress is told in percent.
func (d *desk) percents(st *promise.Standing) []web.Point {
	gone := dropped(st)
	t := track{r: d.r}
	for _, e := range st.Entries {
		if _, is := gone[e.ID]; !is && e.Type == promise.Progress {
			t.value(e.AsOf, e.Percent, strconv.FormatFloat(e.Percent, 'f', -1, 64), e.Source, e.ID)
		}
	}
	if len(t.points) == 0 {
		return nil
	}
	t.plan(st.Start, 0)
	for _, n := range st.Nodes {
		if n.Share > 0 {
			t.plan(n.Due, n.Share)
		}
	}
	t.plan(d.board.Today, math.Round(st.Plan))
	t.plan(due(st), 100)
	return t.points
}

// track gathers the points of a chart by day.
type track struct {
	r      *web.Request
	points []web.Point
}

// at returns the point of a day, made if need be in its place.
func (t *track) at(day clock.Date) *web.Point {
	when := day.In(time.UTC)
	i, found := slices.BinarySearchFunc(t.points, when, func(p web.Point, w time.Time) int { return p.When.Compare(w) })
	if !found {
		t.points = slices.Insert(t.points, i, web.Point{When: when, Label: shortDay(t.r, day), Value: web.Unknown(), Plan: web.Unknown()})
	}
	return &t.points[i]
}

func (t *track) plan(day clock.Date, v float64) {
	if !day.IsZero() && !math.IsNaN(v) {
		t.at(day).Plan = v
	}
}

func (t *track) value(day clock.Date, v float64, text, source string, entry int64) {
	p := t.at(day)
	p.Value, p.Text, p.Source = v, text, source
	if entry != 0 {
		p.Href = "#" + entryAnchor(entry)
	}
}

// value is a stored decimal as a chart draws it.
func value(s string) float64 {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return web.Unknown()
	}
	return v
}

// shortDay is a day without its year: 11月19日, 19 Nov.
func shortDay(r *web.Request, day clock.Date) string {
	if day.IsZero() {
		return ""
	}
	if r.Lang == i18n.EN {
		return day.In(time.UTC).Format("2 Jan")
	}
	return day.In(time.UTC).Format("1月2日")
}
