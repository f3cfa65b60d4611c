package calendar

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"huying/internal/clock"
)

// The slow calculation knows the rule and nothing of the code: it walks day by day, or minute by minute, over a plain set of days.

// slowNotices says for each date whether a notice frees it.
func slowNotices(notices []Notice) map[string]bool {
	free := map[string]bool{}
	for _, n := range notices {
		for _, d := range n.Days {
			free[d.Date.String()] = d.Off
		}
	}
	return free
}

type slow struct {
	free  map[string]bool
	years map[int]bool
	zone  *time.Location
	hours [][2]int // minutes after midnight
}

func (s slow) works(d time.Time) bool {
	if free, said := s.free[d.Format(time.DateOnly)]; said {
		return !free
	}
	return d.Weekday() != time.Saturday && d.Weekday() != time.Sunday
}

// minutes are the business minutes of a day, if it were worked.
func (s slow) minutes(d time.Time) (all []time.Time) {
	y, m, day := d.Date()
	for minute := range 24 * 60 {
		for _, h := range s.hours {
			if minute >= h[0] && minute < h[1] {
				all = append(all, time.Date(y, m, day, 0, minute, 0, 0, s.zone))
			}
		}
	}
	return all
}

// paused reports whether a pause takes some of the minute that begins at m.
func paused(m time.Time, pauses []Pause) bool {
	for _, p := range pauses {
		if p.From.Before(m.Add(time.Minute)) && (p.To.IsZero() || m.Before(p.To)) && !p.From.Equal(p.To) {
			return true
		}
	}
	return false
}

func (s slow) pausedDay(d time.Time, pauses []Pause) bool {
	for _, m := range s.minutes(d) {
		if paused(m, pauses) {
			return true
		}
	}
	return false
}

const slowEnd = 1200 // days after which a walk gives up: a pause without an end

// due walks. ok is false when it does not arrive.
func (s slow) due(start time.Time, span Span, pauses []Pause) (at time.Time, provisional, ok bool) {
	y, m, d := start.In(s.zone).Date()
	day := time.Date(y, m, d, 0, 0, 0, 0, s.zone)
	unknown := func(d time.Time) bool { return !s.years[d.Year()] }
	if span.Unit == WorkingMinutes {
		left := span.N
		for range slowEnd {
			provisional = provisional || unknown(day)
			if s.works(day) {
				for _, m := range s.minutes(day) {
					if m.Before(start) || paused(m, pauses) {
						continue
					}
					if left--; left == 0 {
						return m.Add(time.Minute), provisional, true
					}
				}
			}
			day = day.AddDate(0, 0, 1)
		}
		return at, false, false
	}
	if span.Unit == Minutes {
		left := span.N
		for m := start; m.Before(start.AddDate(0, 0, slowEnd)); m = m.Add(time.Minute) {
			if paused(m, pauses) {
				continue
			}
			if left--; left == 0 {
				return m.Add(time.Minute), false, true
			}
		}
		return at, false, false
	}
	counts := func(d time.Time) bool { return span.Unit != WorkingDays || s.works(d) }
	left := span.N
	if span.Unit == Months || span.Unit == Years {
		left = slowMonths(day, span)
	}
	for range slowEnd {
		day = day.AddDate(0, 0, 1)
		if span.Unit == WorkingDays {
			provisional = provisional || unknown(day)
		}
		if left > 0 && counts(day) && !s.pausedDay(day, pauses) {
			left--
		}
		if left > 0 {
			continue
		}
		provisional = provisional || unknown(day)
		if s.works(day) && !s.pausedDay(day, pauses) {
			all := s.minutes(day)
			return all[len(all)-1].Add(time.Minute), provisional, true
		}
	}
	return at, false, false
}

// slowMonths counts the days to the same day of a later month, or to that month's last.
func slowMonths(start time.Time, span Span) int {
	months := span.N
	if span.Unit == Years {
		months *= 12
	}
	end, days := start, 0
	for range months { // from the first of a month to the first of the next
		end = end.AddDate(0, 0, 1-end.Day()).AddDate(0, 1, 0)
	}
	for month := end.Month(); end.Day() < start.Day() && end.AddDate(0, 0, 1).Month() == month; {
		end = end.AddDate(0, 0, 1)
	}
	for d := start; d.Before(end); d = d.AddDate(0, 0, 1) {
		days++
	}
	return days
}

var drawnHours = []Hours{
	DefaultHours(),
	{{0, 30}, {30, 31}, {60, 180}},
	{{9 * 60, 17 * 60}},
	{{0, 24*60 - 1}},
}

func newSlow(c *Calendar) slow {
	s := slow{free: slowNotices(c.Notices()), years: map[int]bool{}, zone: c.Zone()}
	for _, y := range c.Years() {
		s.years[y] = true
	}
	for _, p := range c.Config().Hours {
		s.hours = append(s.hours, [2]int{int(p.From), int(p.To)})
	}
	return s
}

func drawCalendar(t *rapid.T) *Calendar {
	hours := rapid.SampledFrom(drawnHours).Draw(t, "hours")
	from := rapid.IntRange(0, len(Embedded())).Draw(t, "the first notices that are missing")
	c, err := New(Config{Hours: hours}, Embedded()[from:]...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// drawMoment favours holidays, the edges of business hours and of the known years. Slow minutes are whole, so it is too.
func drawMoment(t *rapid.T, c *Calendar, name string) time.Time {
	year := rapid.OneOf(rapid.IntRange(2003, 2028), rapid.SampledFrom([]int{2003, 2004, 2021, 2026, 2027})).Draw(t, name+" year")
	day := rapid.OneOf(rapid.IntRange(0, 365), rapid.SampledFrom([]int{0, 30, 58, 59, 120, 272, 280, 360, 364})).Draw(t, name+" day")
	minute := rapid.OneOf(rapid.IntRange(0, 24*60-1), rapid.SampledFrom([]int{0, 1, 509, 510, 511, 719, 720, 721, 870, 1049, 1050, 1051})).Draw(t, name+" minute")
	return time.Date(year, 1, 1+day, 0, minute, 0, 0, c.Zone())
}

func drawPauses(t *rapid.T, start time.Time) (pauses []Pause) {
	for range rapid.SampledFrom([]int{0, 0, 1, 1, 2, 4}).Draw(t, "pauses") {
		from := start.Add(time.Duration(rapid.IntRange(-5*1440, 40*1440).Draw(t, "pause from")) * time.Minute)
		length := rapid.OneOf(rapid.IntRange(0, 300), rapid.IntRange(0, 10*1440)).Draw(t, "pause minutes")
		p := Pause{From: from, To: from.Add(time.Duration(length) * time.Minute)}
		if rapid.IntRange(0, 19).Draw(t, "open") == 0 {
			p.To = time.Time{}
		}
		pauses = append(pauses, p)
	}
	return pauses
}

func drawSpan(t *rapid.T) Span {
	unit := rapid.SampledFrom([]Unit{WorkingMinutes, WorkingDays, Days, Months, Years, Minutes}).Draw(t, "unit")
	most := map[Unit]int{WorkingMinutes: 3000, WorkingDays: 60, Days: 90, Months: 13, Years: 2, Minutes: 3000}[unit]
	return Span{rapid.IntRange(1, most).Draw(t, "number"), unit}
}

func TestDueIsWhatTheSlowWalkFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCalendar(t)
		s := newSlow(c)
		start := drawMoment(t, c, "start")
		span, pauses := drawSpan(t), drawPauses(t, start)
		got, err := c.Due(start, span, pauses)
		if err != nil {
			t.Fatal(err)
		}
		at, provisional, ok := s.due(start, span, pauses)
		want := Due{At: at, Provisional: provisional, Stopped: !ok}
		if !got.At.Equal(want.At) || got.Provisional != want.Provisional || got.Stopped != want.Stopped {
			t.Fatalf("%s from %s with %v: %+v, the slow walk finds %+v", span, start, pauses, got, want)
		}
	})
}

func TestCountsOfDaysAreWhatTheSlowWalkFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCalendar(t)
		s := newSlow(c)
		a := drawMoment(t, c, "a")
		b := a.AddDate(0, 0, rapid.IntRange(-30, 400).Draw(t, "later"))
		step := func(d time.Time, by int) time.Time {
			for !s.works(d) {
				d = d.AddDate(0, 0, by)
			}
			return d
		}
		var between []time.Time
		for d := a.AddDate(0, 0, 1); !d.After(b); d = d.AddDate(0, 0, 1) {
			if s.works(d) {
				between = append(between, d)
			}
		}
		first, last := dateIn(c, a), dateIn(c, b)
		n := c.Between(first, last)
		if n != len(between) {
			t.Errorf("%d working days after %s up to %s, want %d", n, first, last, len(between))
		}
		if n > 0 && c.AddWorkdays(first, n) != dateIn(c, between[n-1]) {
			t.Errorf("working day %d after %s is %s", n, first, c.AddWorkdays(first, n))
		}
		if n > 0 && c.AddWorkdays(last.AddDays(1), -n) != dateIn(c, between[0]) {
			t.Errorf("working day %d before %s is %s", n, last.AddDays(1), c.AddWorkdays(last.AddDays(1), -n))
		}
		if c.IsWorkday(first) != s.works(a) || c.OnOrAfter(first) != dateIn(c, step(a, 1)) || c.OnOrBefore(first) != dateIn(c, step(a, -1)) {
			t.Errorf("%s: worked %v, on or after %s, on or before %s", first, c.IsWorkday(first), c.OnOrAfter(first), c.OnOrBefore(first))
		}
	})
}

func TestBusinessMinutesAreWhatTheSlowWalkFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCalendar(t)
		s := newSlow(c)
		a := drawMoment(t, c, "a")
		b := a.Add(time.Duration(rapid.IntRange(-1440, 20*1440).Draw(t, "minutes")) * time.Minute)
		want := 0
		for day := a; !day.After(b.AddDate(0, 0, 1)); day = day.AddDate(0, 0, 1) {
			if !s.works(day) {
				continue
			}
			for _, m := range s.minutes(day) {
				if !m.Before(a) && m.Before(b) {
					want++
				}
			}
		}
		if got := c.BusinessMinutesBetween(a, b); got != want {
			t.Errorf("%d business minutes from %s to %s, want %d", got, a, b, want)
		}
	})
}

func dateIn(c *Calendar, t time.Time) clock.Date { return clock.DateOf(t, c.Zone()) }
