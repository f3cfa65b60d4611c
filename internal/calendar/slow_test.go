package calendar

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"huying/internal/clock"
)

// slow is the law counted one minute and one day at a time, with nothing of the code under test but the words of the notices.
type slow struct {
	zone *time.Location
	off  map[string]bool // what the notices say of a day: true is free
}

func newSlow() slow {
	s := slow{zone: time.FixedZone("CST", 8*3600), off: map[string]bool{}}
	for _, n := range Embedded() {
		for _, d := range n.Days {
			s.off[d.Date.String()] = d.Off
		}
	}
	return s
}

func (s slow) works(d time.Time) bool {
	if off, said := s.off[d.Format("2006-01-02")]; said {
		return !off
	}
	return d.Weekday() != time.Saturday && d.Weekday() != time.Sunday
}

// open reports whether the minute that begins at t is a business minute of a day that is worked.
func (s slow) open(t time.Time) bool {
	m := t.Hour()*60 + t.Minute()
	return 8*60+30 <= m && m < 12*60 || 14*60+30 <= m && m < 17*60+30
}

func (s slow) midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, s.zone)
}

// paused reports whether a pause takes a business minute of a day, be it worked or not.
func (s slow) paused(d time.Time, pauses []Pause) bool {
	for m := s.midnight(d); m.Before(s.midnight(d).AddDate(0, 0, 1)); m = m.Add(time.Minute) {
		if s.open(m) && s.stopped(m, pauses) {
			return true
		}
	}
	return false
}

func (s slow) stopped(m time.Time, pauses []Pause) bool {
	for _, p := range pauses {
		if !m.Before(p.From) && m.Before(p.To) {
			return true
		}
	}
	return false
}

// due walks.
func (s slow) due(start time.Time, span Span, pauses []Pause) time.Time {
	start = start.In(s.zone)
	if span.Unit == WorkingMinutes {
		left := span.N
		for m := start; ; m = m.Add(time.Minute) {
			if s.works(m) && s.open(m) && !s.stopped(m, pauses) {
				if left--; left == 0 {
					return m.Add(time.Minute)
				}
			}
		}
	}
	left := span.N
	if span.Unit == Months || span.Unit == Years {
		left = s.daysOf(start, span)
	}
	d := s.midnight(start)
	for left > 0 {
		d = d.AddDate(0, 0, 1)
		if (span.Unit != WorkingDays || s.works(d)) && !s.paused(d, pauses) {
			left--
		}
	}
	for !s.works(d) || s.paused(d, pauses) {
		d = d.AddDate(0, 0, 1)
	}
	return d.Add(17*time.Hour + 30*time.Minute)
}

// daysOf is how many days a span of months or years has: to the same day of the later month, or to that month's last.
func (s slow) daysOf(start time.Time, span Span) int {
	months := span.N
	if span.Unit == Years {
		months *= 12
	}
	d := s.midnight(start)
	want := d.Day()
	for range months { // month by month, from first to first
		d = time.Date(d.Year(), d.Month(), 1, 0, 0, 0, 0, s.zone).AddDate(0, 1, 0)
	}
	for d.Day() < want && d.AddDate(0, 0, 1).Month() == d.Month() {
		d = d.AddDate(0, 0, 1)
	}
	return int(d.Sub(s.midnight(start)).Hours() / 24)
}

// aMinute is any minute of the years whose notices are built in, with a year to spare at the end.
func aMinute(zone *time.Location) *rapid.Generator[time.Time] {
	from := time.Date(2004, 2, 1, 0, 0, 0, 0, zone)
	return rapid.Custom(func(t *rapid.T) time.Time {
		return from.Add(time.Duration(rapid.IntRange(0, 21*365*24*60).Draw(t, "minute")) * time.Minute)
	})
}

func aSpan() *rapid.Generator[Span] {
	return rapid.Custom(func(t *rapid.T) Span {
		u := rapid.SampledFrom([]Unit{WorkingMinutes, WorkingDays, Days, Months, Years}).Draw(t, "unit")
		most := map[Unit]int{WorkingMinutes: 4000, WorkingDays: 60, Days: 120, Months: 14, Years: 2}[u]
		return Span{rapid.IntRange(1, most).Draw(t, "n"), u}
	})
}

// somePauses lie around a start; some overlap, some take no business minute.
func somePauses(start time.Time) *rapid.Generator[[]Pause] {
	return rapid.Custom(func(t *rapid.T) []Pause {
		var out []Pause
		for range rapid.IntRange(0, 4).Draw(t, "pauses") {
			from := start.Add(time.Duration(rapid.IntRange(-5*24*60, 60*24*60).Draw(t, "from")) * time.Minute)
			length := rapid.SampledFrom([]int{1, 30, 150, 600, 24 * 60, 3 * 24 * 60, 12 * 24 * 60}).Draw(t, "length")
			out = append(out, Pause{from, from.Add(time.Duration(rapid.IntRange(0, length).Draw(t, "minutes")) * time.Minute)})
		}
		return out
	})
}

func TestDueAgainstCountingOneByOne(t *testing.T) {
	s, c := newSlow(), Default()
	rapid.Check(t, func(t *rapid.T) {
		start := aMinute(s.zone).Draw(t, "start")
		span := aSpan().Draw(t, "span")
		pauses := somePauses(start).Draw(t, "pauses")
		got, err := c.Due(start, span, pauses)
		if err != nil || got.Stopped {
			t.Fatal(got, err)
		}
		if want := s.due(start, span, pauses); !got.At.Equal(want) {
			t.Fatalf("%s from %s with %v: %s, want %s", span, start, pauses, got.At, want)
		}
	})
}

func TestDaysAgainstCountingOneByOne(t *testing.T) {
	s, c := newSlow(), Default()
	rapid.Check(t, func(t *rapid.T) {
		from := s.midnight(aMinute(s.zone).Draw(t, "day"))
		n := rapid.IntRange(0, 400).Draw(t, "days")
		to, worked := from, 0
		for range n {
			to = to.AddDate(0, 0, 1)
			if s.works(to) {
				worked++
			}
		}
		a, b := clock.DateOf(from, s.zone), clock.DateOf(to, s.zone)
		if got := c.Between(a, b); got != worked {
			t.Fatalf("%d working days after %s up to %s, want %d", got, a, b, worked)
		}
		if got := c.IsWorkday(b); got != s.works(to) {
			t.Fatalf("%s worked: %v", b, got)
		}
		after, before := to, to
		for !s.works(after) {
			after = after.AddDate(0, 0, 1)
		}
		for !s.works(before) {
			before = before.AddDate(0, 0, -1)
		}
		if c.OnOrAfter(b) != clock.DateOf(after, s.zone) || c.OnOrBefore(b) != clock.DateOf(before, s.zone) {
			t.Fatalf("around %s: %s and %s", b, c.OnOrBefore(b), c.OnOrAfter(b))
		}
		if k := c.Between(a, b); k > 0 && c.AddWorkdays(a, k) != c.OnOrBefore(b) {
			t.Fatalf("%d working days after %s is %s", k, a, c.AddWorkdays(a, k))
		}
		if c.AddWorkdays(c.AddWorkdays(b, 7), -7) != c.OnOrBefore(b) && c.IsWorkday(b) {
			t.Fatalf("seven working days there and back from %s", b)
		}
	})
}

func TestBusinessMinutesAgainstCountingOneByOne(t *testing.T) {
	s, c := newSlow(), Default()
	rapid.Check(t, func(t *rapid.T) {
		a := aMinute(s.zone).Draw(t, "from")
		n, want := rapid.IntRange(0, 20*24*60).Draw(t, "minutes"), 0
		b := a
		for range n {
			if s.works(b) && s.open(b) {
				want++
			}
			b = b.Add(time.Minute)
		}
		if got := c.BusinessMinutesBetween(a, b); got != want {
			t.Fatalf("%d business minutes from %s to %s, want %d", got, a, b, want)
		}
	})
}
