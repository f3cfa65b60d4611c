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

// figures are the points of a counted promise. Beside each figure stands what was planned for its day.
func (d *desk) figures(st *promise.Standing) []web.Point {
	if len(st.Series) == 0 {
		return nil
	}
	sources := map[int64]string{}
	for _, e := range st.Entries {
		sources[e.ID] = e.Source
	}
	t := track{r: d.r, year: d.board.Year}
	for _, p := range st.Series {
		t.value(p.Day, value(p.Value), web.Group(p.Value), sources[p.Entry], p.Entry)
	}
	t.planned(st, func(day clock.Date) float64 { return value(d.board.PlannedOn(st, day)) })
	return t.points
}

// percents are the points of a promise whose progress is told in percent.
func (d *desk) percents(st *promise.Standing) []web.Point {
	gone := dropped(st)
	t := track{r: d.r, year: d.board.Year}
	for _, e := range st.Entries {
		if _, is := gone[e.ID]; !is && e.Type == promise.Progress {
			t.value(e.AsOf, e.Percent, strconv.FormatFloat(e.Percent, 'f', -1, 64), e.Source, e.ID)
		}
	}
	if len(t.points) == 0 {
		return nil
	}
	plan := func(day clock.Date) float64 { return math.Round(d.board.PlanOn(st, day)) }
	t.planned(st, plan)
	t.plan(d.board.Today, plan(d.board.Today))
	return t.points
}

// track gathers the points of a chart by day.
type track struct {
	r      *web.Request
	year   int // the days of which need no year beside them
	points []web.Point
	days   []clock.Date // of which a value was told
}

// at returns the point of a day, made if need be in its place.
func (t *track) at(day clock.Date) *web.Point {
	when := day.In(time.UTC)
	i, found := slices.BinarySearchFunc(t.points, when, func(p web.Point, w time.Time) int { return p.When.Compare(w) })
	if !found {
		t.points = slices.Insert(t.points, i, web.Point{When: when, Label: t.label(day), Value: web.Unknown(), Plan: web.Unknown()})
	}
	return &t.points[i]
}

// label is a day as the chart names it. A promise may run for years, and its last day must not look like the end of this one.
func (t *track) label(day clock.Date) string {
	switch {
	case day.Year == t.year:
		return shortDay(t.r, day)
	case t.r.Lang == i18n.EN:
		return day.In(time.UTC).Format("2 Jan 2006")
	}
	return day.In(time.UTC).Format("2006年1月2日")
}

func (t *track) plan(day clock.Date, v float64) {
	if !day.IsZero() && !math.IsNaN(v) {
		t.at(day).Plan = v
	}
}

// planned draws the plan where it bends, which is at the start, at the milestones that have a share, and when due; and on each day that
// something was reported of.
func (t *track) planned(st *promise.Standing, on func(clock.Date) float64) {
	for _, day := range t.days {
		t.plan(day, on(day))
	}
	for _, n := range st.Nodes {
		if n.Share > 0 {
			t.plan(n.Due, on(n.Due))
		}
	}
	t.plan(st.Start, on(st.Start))
	t.plan(due(st), on(due(st)))
}

func (t *track) value(day clock.Date, v float64, text, source string, entry int64) {
	t.days = append(t.days, day)
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
