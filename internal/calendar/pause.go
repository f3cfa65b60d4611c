package calendar

import (
	"cmp"
	"math"
	"slices"
	"time"

	"huying/internal/errs"
)

// Pause is a time during which a clock is lawfully stopped, From included and To not. A zero To means that it has not ended.
type Pause struct{ From, To time.Time }

const (
	never   = int64(math.MaxInt64) // the end of a pause that has none
	forever = math.MaxInt - 1      // and its last day, which has a day after it so that ranges can be compared
)

// stop is a pause on the wall clock, in microseconds.
type stop struct{ from, to int64 }

// stops returns pauses in order, joined where they overlap. Those of no length are left out.
func (c *Calendar) stops(pauses []Pause) ([]stop, error) {
	if len(pauses) == 0 {
		return nil, nil
	}
	all := make([]stop, 0, len(pauses))
	for _, p := range pauses {
		s := stop{c.local(p.From), never}
		if !p.To.IsZero() {
			s.to = c.local(p.To)
		}
		if p.From.IsZero() || s.to < s.from {
			return nil, errs.New(errs.Invalid, "calendar.bad_pause", "from", c.show(p.From), "to", c.show(p.To))
		}
		if s.from < s.to {
			all = append(all, s)
		}
	}
	slices.SortFunc(all, func(a, b stop) int { return cmp.Compare(a.from, b.from) })
	out := all[:0]
	for _, s := range all {
		if n := len(out); n > 0 && s.from <= out[n-1].to {
			out[n-1].to = max(out[n-1].to, s.to)
			continue
		}
		out = append(out, s)
	}
	return out, nil
}

func (c *Calendar) show(t time.Time) string {
	if t.IsZero() {
		return "?"
	}
	return t.In(c.zone).Format("2006-01-02 15:04")
}

// pausedDays returns the days of which a stop takes a business minute, in order and joined.
func (c *Calendar) pausedDays(stops []stop) []dayRange {
	if len(stops) == 0 {
		return nil
	}
	days := make([]dayRange, 0, len(stops))
	for _, s := range stops {
		d := dayRange{dayOf(s.from), forever}
		if s.to != never {
			d.last = dayOf(s.to)
			if d.last > d.first && !c.takes(stop{0, timeOfDay(s.to)}) {
				d.last--
			}
		}
		until := microsPerDay
		if d.last == d.first {
			until = s.to - int64(d.first)*microsPerDay
		}
		if !c.takes(stop{timeOfDay(s.from), until}) {
			d.first++
		}
		if d.first <= d.last {
			days = append(days, d)
		}
	}
	return mergeDays(days)
}

// takes reports whether a stop within one day, in microseconds after midnight, takes a business minute of it.
func (c *Calendar) takes(s stop) bool {
	for _, h := range c.hours {
		if max(s.from, h.from) < min(s.to, h.to) {
			return true
		}
	}
	return false
}

func timeOfDay(local int64) int64 { return local - int64(dayOf(local))*microsPerDay }
