package promise

import (
	"sort"
	"time"

	"github.com/cockroachdb/apd/v3"

	"huying/internal/clock"
)

// Standing is where a promise stands on one day: folded from its entries, explained, and stored nowhere.
type Standing struct {
	Promise
	Entries  []Entry // in the order they were made
	Status   Status
	Light    Light
	Why      []Reason // why the light is what it is, the weightiest first
	Adjusted *Change  // the adjustment that holds; the promise keeps its own words beside it
	Override *Change  // the light set by hand that holds

	Series   []Point // figures that hold, by day
	Value    string  // the latest figure
	AsOf     clock.Date
	Target   string   // what it is measured against, after an adjustment
	Plan     float64  // planned progress today, in percent
	Progress *float64 // in percent; nil when nothing tells
	Planned  string   // the figure that was planned for AsOf
	Gap      string   // Value − Planned
	Forecast string   // the figure expected when due, by Method
	Method   string   // message key's last part: run_rate, from_baseline, holds
	Spent    string   // investment since 1 January, in 万元

	Reported   clock.Date // day of the last report
	Missed     int        // reports in a row that did not come
	NextReport clock.Date
	NodesDone  map[int]Entry
	Proofs     int // entries that hold and carry a file
}

// Reason is one reason for a light: a message key's last part under "promise.why.", with its numbers.
type Reason struct {
	Key  string
	Args []any
}

// Point is a figure on a day.
type Point struct {
	Day   clock.Date
	Value string
	Entry int64
}

// sight is what a standing is judged with.
type sight struct {
	today clock.Date
	zone  *time.Location
	wd    Workdays
	rules Rules
}

// stand folds the entries of p. formula is the figure that p's formula gave, when it has one.
func (s sight) stand(p Promise, entries []Entry, formula *Point) *Standing {
	st := &Standing{Promise: p, Entries: entries, NodesDone: map[int]Entry{}}
	st.fold(s, formula)
	st.measure(s)
	st.count()
	st.judge(s)
	return st
}

// holding returns the entries that nothing corrects or withdraws.
func holding(entries []Entry) []Entry {
	gone := map[int64]bool{}
	for _, e := range entries {
		if e.Corrects != 0 {
			gone[e.Corrects] = true
		}
	}
	out := make([]Entry, 0, len(entries))
	for _, e := range entries {
		if !gone[e.ID] && e.Type != Withdrawn {
			out = append(out, e)
		}
	}
	return out
}

// marks are the last word on each yes-or-no of a promise.
type marks struct{ started, done, verified, continuing bool }

// reports are the entries by which an owner tells how things stand.
var reports = map[EntryType]bool{Figure: true, Progress: true, Spent: true, Started: true, NodeDone: true, Done: true, Continuing: true, Evidence: true}

func (st *Standing) fold(s sight, formula *Point) {
	percent := map[clock.Date]float64{}
	var lastPercent clock.Date
	for _, e := range holding(st.Entries) {
		if len(e.Files) > 0 {
			st.Proofs++
		}
		if day := clock.DateOf(e.At, s.zone); reports[e.Type] && day.After(st.Reported) {
			st.Reported = day
		}
		switch e.Type {
		case Figure:
			st.Series = append(st.Series, Point{e.AsOf, e.Value, e.ID})
		case Progress:
			percent[e.AsOf] = e.Percent
			if !e.AsOf.Before(lastPercent) {
				lastPercent = e.AsOf
			}
		case NodeDone:
			st.NodesDone[e.Node] = e
		case Adjusted:
			st.Adjusted = &e.Change
		case Override:
			if !s.today.After(e.Change.Until) {
				st.Override = &e.Change
			} else {
				st.Override = nil
			}
		}
	}
	st.Spent = spent(st.Entries)
	sort.SliceStable(st.Series, func(i, j int) bool { return st.Series[i].Day.Before(st.Series[j].Day) })
	if st.Formula != "" {
		st.Series = nil
		if formula != nil {
			st.Series = []Point{*formula}
		}
	}
	if n := len(st.Series); n > 0 {
		st.Value, st.AsOf = st.Series[n-1].Value, st.Series[n-1].Day
	}
	if !lastPercent.IsZero() {
		v := percent[lastPercent]
		st.Progress = &v
	}
	st.NextReport = clock.Date{}
	p := st.Promise
	_, p.Due = st.terms() // reports are owed as long as the promise runs
	days := s.rules.reportDays(&p, s.wd)
	past, next := splitAt(days, s.today)
	if st.Formula == "" { // what is computed owes no report
		st.Missed, st.NextReport = missed(past, st.Reported), next
	}
}

// spent is the investment that holds: of the latest day told, and not the last that was entered, which may correct an earlier day.
func spent(entries []Entry) (value string) {
	var day clock.Date
	for _, e := range holding(entries) {
		if e.Type == Spent && !e.AsOf.Before(day) {
			value, day = e.Value, e.AsOf
		}
	}
	return value
}

// terms returns the target and the deadline that hold after an adjustment.
func (st *Standing) terms() (target string, due clock.Date) {
	target, due = st.Claim.Value, st.Due
	if st.Adjusted != nil {
		if st.Adjusted.Value != "" {
			target = st.Adjusted.Value
		}
		if !st.Adjusted.Due.IsZero() {
			due = st.Adjusted.Due
		}
	}
	return target, due
}

// Deadline is the day that holds, after an adjustment.
func (st *Standing) Deadline() clock.Date { _, due := st.terms(); return due }

// measure works out plan, progress, gap and forecast.
func (st *Standing) measure(s sight) {
	p := st.Promise
	st.Target, p.Due = st.terms()
	st.Plan = s.plan(st, s.today)
	target, ok := number(st.Target)
	value, have := number(st.Value)
	if !ok || !have {
		if st.Progress == nil && len(sharedNodes(p.Nodes)) > 0 {
			reached := 0.0
			for _, n := range p.Nodes {
				if _, done := st.NodesDone[n.No]; done {
					reached = max(reached, n.Share)
				}
			}
			if len(st.NodesDone) > 0 {
				st.Progress = &reached
			}
		}
		return
	}
	st.Planned = s.planned(st, st.AsOf)
	base, ran := st.base(), elapsed(&p, st.AsOf, s.wd)
	switch p.Course {
	case Rate:
		st.Plan, st.Forecast, st.Method = 100, st.Value, "holds"
	case Stock:
		st.Method = "from_baseline"
	default:
		st.Method = "run_rate"
	}
	if p.Course != Rate && ran > 0 {
		st.Forecast = text(plus(base, times(minus(value, base), 1/ran, placesOf(target))))
	}
	if d, ok := number(st.Planned); ok {
		st.Gap = text(minus(value, d))
	}
	v := attained(p.Course, p.Direction, value, target, base)
	st.Progress = &v
}

// plan is the progress in percent that was planned for the end of day, by the deadline that holds.
func (s sight) plan(st *Standing, day clock.Date) float64 {
	p := st.Promise
	_, p.Due = st.terms()
	return plan(&p, day, s.wd)
}

// planned is the figure that was planned for the end of day: of a rate the target, which holds all year. It is empty without a target.
func (s sight) planned(st *Standing, day clock.Date) string {
	target, ok := number(st.Target)
	if !ok {
		return ""
	}
	if st.Course == Rate {
		return text(target)
	}
	base := st.base()
	return text(plus(base, times(minus(target, base), s.plan(st, day)/100, placesOf(target))))
}

// base is what the figure begins at: of a stock its baseline, and otherwise nothing.
func (st *Standing) base() *apd.Decimal {
	if b, ok := number(st.Baseline); ok && st.Course == Stock {
		return b
	}
	return new(apd.Decimal)
}

// attained returns how much of the way is gone, in percent: of a flow and a stock the share of the way from the baseline to the target,
// of a rate the figure against the target, and 100 when it holds.
func attained(c Course, dir Direction, value, target, base *apd.Decimal) float64 {
	if c == Rate {
		if dir == Lower && value.Cmp(target) <= 0 || dir != Lower && value.Cmp(target) >= 0 {
			return 100
		}
		a, b := value, target
		if dir == Lower {
			a, b = target, value
		}
		f, ok := ratio(a, b)
		if !ok {
			return 0
		}
		return max(0, f*100)
	}
	f, ok := ratio(minus(value, base), minus(target, base))
	if !ok {
		if value.Cmp(target) >= 0 {
			return 100
		}
		return 0
	}
	return max(0, f*100)
}

// Met reports whether the latest figure keeps the promise: what is to be more than 20 is not kept by 20. Without a target or a figure it is
// false.
func (st *Standing) Met() bool {
	target, ok := number(st.Target)
	value, have := number(st.Value)
	if !ok || !have {
		return false
	}
	beyond := value.Cmp(target)
	if st.Direction == Lower {
		beyond = -beyond
	}
	return beyond > 0 || beyond == 0 && !st.Claim.Beyond()
}

func (st *Standing) marks() marks {
	var m marks
	for _, e := range holding(st.Entries) {
		switch e.Type {
		case Figure, Progress, Spent, Started, NodeDone, Evidence:
			m.started = true
		case Done:
			m.started, m.done, m.verified, m.continuing = true, true, false, false
		case Verified:
			m.verified = m.done
		case Continuing:
			m = marks{started: true, continuing: true}
		case Reopened:
			m = marks{started: true}
		}
	}
	if st.Formula != "" && st.Value != "" {
		m.started = true
	}
	return m
}

// count sets the status by which the report itself counts. An adjustment outweighs the rest, as 35 = 29 + 5 + 1 has it.
func (st *Standing) count() {
	m := st.marks()
	switch {
	case st.Adjusted != nil:
		st.Status = IsAdjusted
	case m.done:
		st.Status = IsDone
	case m.continuing:
		st.Status = IsContinued
	case m.started:
		st.Status = InProgress
	default:
		st.Status = NotStarted
	}
	if m.done {
		full := 100.0
		st.Progress = &full
	}
}
