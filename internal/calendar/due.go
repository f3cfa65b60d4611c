package calendar

import (
	"time"

	"huying/internal/clock"
	"huying/internal/errs"
)

// Due is when a term ends.
type Due struct {
	At          time.Time // the last moment in time, in the calendar's zone; zero when Stopped
	Provisional bool      // a day that decides it lies in a year whose notice is not known: to be worked out again when it is
	Stopped     bool      // a pause without an end stops the clock before the term is over: there is no due date until it ends
}

// Due returns when a term of length span, begun at start, ends, while pauses stop its clock.
//
// The rule is the Civil Code's, articles 200 to 204. A term in days, months or years does not count the day on which it begins and
// ends at the close of business of its last day; a last day that is a rest day moves on to the next working day; a month that lacks
// the day ends the term on its own last. A term in working minutes begins at once, or with the next business minute, and counts
// business minutes only. A term in minutes of the clock begins at once and runs by day and night, so that no calendar decides it.
//
// A pause stops the clock. A day with any paused business minute is not counted, neither as one of the term nor as the one on which
// it ends. In a term of calendar days, months or years a rest day has the same hours as any other: a pause over a weekend costs two
// days. A term in months or years that was paused is as many days longer as were paused. Pauses may come in any order, overlap, lie
// outside the term, and have no end yet.
//
// A year without a notice does not fail: its weekends are taken as the only rest days and the result is Provisional. Errors are
// errs.Invalid: a start that is no time, a span that is none or over a century, a pause that ends before it begins.
func (c *Calendar) Due(start time.Time, span Span, pauses []Pause) (Due, error) {
	if start.IsZero() {
		return Due{}, errs.New(errs.Invalid, "calendar.no_start")
	}
	if err := span.check(); err != nil {
		return Due{}, err
	}
	stops, err := c.stops(pauses)
	if err != nil {
		return Due{}, err
	}
	from := c.local(start)
	if span.Unit == Minutes {
		return c.dueClock(from, int64(span.N)*microsPerMinute, stops), nil
	}
	if span.Unit == WorkingMinutes {
		return c.dueMinutes(from, int64(span.N)*microsPerMinute, stops), nil
	}
	return c.dueDays(dayOf(from), span, c.pausedDays(stops)), nil
}

// dueDays is the rule of terms in days, months and years.
func (c *Calendar) dueDays(start int, span Span, paused []dayRange) Due {
	var last, decides int // the days from decides to the due day are those on which the calendar has a say
	var ok bool
	if span.Unit == WorkingDays {
		last, ok = advance(c, start, span.N, paused)
		decides = start + 1
	} else {
		last, ok = advance(everyDay{}, start, nominalDays(start, span), paused)
		decides = last
	}
	if ok {
		last, ok = advance(c, last-1, 1, paused) // a rest day moves on
	}
	if !ok {
		return Due{Stopped: true}
	}
	return Due{At: c.instant(last, c.hours[len(c.hours)-1].to), Provisional: !c.covered(decides, last)}
}

// advance returns the n-th day after from that ax counts and no pause takes out. ok is false when a pause without an end comes
// first. paused is in order and disjoint.
func advance(ax axis, from, n int, paused []dayRange) (day int, ok bool) {
	for _, p := range paused {
		if p.last <= from {
			continue
		}
		free := ax.countBefore(max(p.first, from+1)) - ax.countBefore(from+1)
		if free >= n {
			break
		}
		if p.last == forever {
			return 0, false
		}
		n -= free
		from = p.last
	}
	return ax.nthDay(ax.countBefore(from+1) + n - 1), true
}

// nominalDays is the length in calendar days of a span that begins on a day.
func nominalDays(start int, span Span) int {
	months := span.N
	switch span.Unit {
	case Days:
		return span.N
	case Years:
		months *= 12
	}
	d := dateOf(start)
	first := time.Date(d.Year, d.Month+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	lastOfMonth := time.Date(first.Year(), first.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
	end := clock.Date{Year: first.Year(), Month: first.Month(), Day: min(d.Day, lastOfMonth)}
	return dayNumber(end) - start
}

// dueMinutes is the rule of terms in working minutes. need is in microseconds.
func (c *Calendar) dueMinutes(from, need int64, stops []stop) Due {
	at := from
	for _, s := range stops {
		if s.to <= at {
			continue
		}
		free := c.businessBefore(max(s.from, at)) - c.businessBefore(at)
		if free >= need {
			break
		}
		if s.to == never {
			return Due{Stopped: true}
		}
		need -= free
		at = s.to
	}
	day, clockTime := c.businessAt(c.businessBefore(at) + need)
	return Due{At: c.instant(day, clockTime), Provisional: !c.covered(dayOf(from), day)}
}

// dueClock is the rule of terms in minutes of the clock. need is in microseconds.
func (c *Calendar) dueClock(from, need int64, stops []stop) Due {
	at := from
	for _, s := range stops {
		if s.to <= at {
			continue
		}
		free := max(0, s.from-at)
		if free >= need {
			break
		}
		if s.to == never {
			return Due{Stopped: true}
		}
		need -= free
		at = s.to
	}
	day := dayOf(at + need)
	return Due{At: c.instant(day, at+need-int64(day)*microsPerDay)}
}

// businessBefore is how much business time, in microseconds, lies before a local time; only differences of it mean anything.
func (c *Calendar) businessBefore(local int64) int64 {
	day := dayOf(local)
	sum := int64(c.countBefore(day)) * c.perDay
	if !c.works(day) {
		return sum
	}
	now := local - int64(day)*microsPerDay
	for _, h := range c.hours {
		sum += max(0, min(now, h.to)-h.from)
	}
	return sum
}

// businessAt is the inverse of businessBefore: the earliest moment before which so much lies. What fills a day ends at its close of
// business, not at the next day's opening.
func (c *Calendar) businessAt(sum int64) (day int, timeOfDay int64) {
	full := floorDiv(sum-1, c.perDay)
	rest := sum - full*c.perDay
	for _, h := range c.hours {
		if length := h.to - h.from; rest > length {
			rest -= length
		} else {
			return c.nthDay(int(full)), h.from + rest
		}
	}
	panic("calendar: a day's business time is longer than its hours") // rest is at most perDay, the sum of all lengths
}

// BusinessMinutesBetween returns how many whole business minutes lie between a and b; 0 when b is not after a.
func (c *Calendar) BusinessMinutesBetween(a, b time.Time) int {
	return int(max(0, c.businessBefore(c.local(b))-c.businessBefore(c.local(a))) / microsPerMinute)
}

// Left is how far now is from a due time.
type Left struct {
	Late     bool // the due time has passed; the counts are then of what has run since
	Workdays int  // working days after today's up to the day it is due; 0 on that day
	Minutes  int  // business minutes
}

// Remaining returns what is left until due, or by how much it is late. At the due moment itself nothing is late.
func (c *Calendar) Remaining(now, due time.Time) Left {
	left := Left{Late: now.After(due)}
	if left.Late {
		now, due = due, now
	}
	left.Workdays = c.Between(clock.DateOf(now, c.zone), clock.DateOf(due, c.zone))
	left.Minutes = c.BusinessMinutesBetween(now, due)
	return left
}

// local is the reading of a wall clock in the calendar's zone, in microseconds since 1970. Terms are counted on the wall clock, so
// that hours mean the same on every day.
func (c *Calendar) local(t time.Time) int64 {
	_, offset := t.In(c.zone).Zone()
	return t.UnixMicro() + int64(offset)*1_000_000
}

// instant is the moment at which a wall clock of the zone shows a time of day, in microseconds after midnight.
func (c *Calendar) instant(day int, timeOfDay int64) time.Time {
	d := dateOf(day)
	return time.Date(d.Year, d.Month, d.Day, 0, 0, int(timeOfDay/1_000_000), int(timeOfDay%1_000_000)*1000, c.zone)
}

func dayOf(local int64) int { return int(floorDiv(local, microsPerDay)) }
