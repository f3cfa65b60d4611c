package verify

import (
	"regexp"
	"strconv"
	"time"
)

// pause is a time in which a clock stands; without an end while it does.
type pause struct{ from, to time.Time }

// takes reports whether a pause takes some of the minute that begins at m.
func takes(pauses []pause, m time.Time) bool {
	for _, p := range pauses {
		if p.from.Before(m.Add(time.Minute)) && (p.to.IsZero() || m.Before(p.to)) && !p.from.Equal(p.to) {
			return true
		}
	}
	return false
}

// works reports whether a day is worked: what a notice says, and otherwise Monday to Friday.
func (c *Calendar) works(d time.Time) bool {
	if off, said := c.Off[d.Format(time.DateOnly)]; said {
		return !off
	}
	return d.Weekday() != time.Saturday && d.Weekday() != time.Sunday
}

// begins are the business minutes of a day, by their beginnings.
func (c *Calendar) begins(d time.Time, f func(m time.Time) bool) {
	y, m, day := d.Date()
	for _, h := range c.Hours {
		for minute := h[0]; minute < h[1]; minute++ {
			if !f(time.Date(y, m, day, 0, minute, 0, 0, c.Zone)) {
				return
			}
		}
	}
}

// broken reports whether a pause takes some business minute of a day.
func (c *Calendar) broken(d time.Time, pauses []pause) bool {
	hit := false
	if len(pauses) > 0 {
		c.begins(d, func(m time.Time) bool { hit = takes(pauses, m); return !hit })
	}
	return hit
}

// close is the end of business of a day.
func (c *Calendar) close(d time.Time) time.Time {
	y, m, day := d.Date()
	return time.Date(y, m, day, 0, c.Hours[len(c.Hours)-1][1], 0, 0, c.Zone)
}

var termText = regexp.MustCompile(`^(\d+) (working minute|working hour|working day|day|month|year|minute|hour)s?$`)

// furthest is how many days a walk goes before it takes a clock to stand.
const furthest = 40_000

// walk returns the end of a term that begins at start, by going through days and minutes one by one. ok is false for a clock that stands.
func (c *Calendar) walk(start time.Time, term string, pauses []pause) (end time.Time, ok bool) {
	m := termText.FindStringSubmatch(term)
	if m == nil {
		return end, false
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		return end, false
	}
	switch m[2] {
	case "minute":
		return onTheClock(start, n, pauses)
	case "hour":
		return onTheClock(start, 60*n, pauses)
	case "working minute":
		return c.inBusiness(start, n, pauses)
	case "working hour":
		return c.inBusiness(start, 60*n, pauses)
	}
	return c.inDays(start.In(c.Zone), n, m[2], pauses)
}

// onTheClock counts minutes by day and night.
func onTheClock(start time.Time, n int, pauses []pause) (time.Time, bool) {
	return spend(time.Duration(n)*time.Minute, without(span{start, start.AddDate(0, 0, furthest)}, pauses))
}

// spend returns when so much time is used up of some spans.
func spend(need time.Duration, free []span) (end time.Time, ok bool) {
	for _, s := range free {
		length := s.to.Sub(s.from)
		if length >= need {
			return s.from.Add(need), true
		}
		need -= length
	}
	return end, false
}

// inBusiness counts minutes of business, the first from the moment itself when that lies in them.
func (c *Calendar) inBusiness(start time.Time, n int, pauses []pause) (end time.Time, ok bool) {
	need := time.Duration(n) * time.Minute
	day := midnight(start.In(c.Zone))
	for range furthest {
		if c.works(day) {
			for _, h := range c.Hours {
				y, m, d := day.Date()
				from, to := time.Date(y, m, d, 0, h[0], 0, 0, c.Zone), time.Date(y, m, d, 0, h[1], 0, 0, c.Zone)
				for _, free := range without(span{from, to}.after(start), pauses) {
					if length := free.to.Sub(free.from); length < need {
						need -= length
						continue
					}
					return free.from.Add(need), true
				}
			}
		}
		day = day.AddDate(0, 0, 1)
	}
	return end, false
}

type span struct{ from, to time.Time }

// after is what of a span lies after a moment.
func (s span) after(t time.Time) span {
	if s.from.Before(t) {
		s.from = t
	}
	return s
}

// without are the parts of a span in which no pause lies, in order.
func without(s span, pauses []pause) []span {
	parts := []span{s}
	for _, p := range pauses {
		var left []span
		for _, x := range parts {
			to := p.to
			if to.IsZero() || to.After(x.to) {
				to = x.to
			}
			if !p.from.Before(x.to) || !to.After(x.from) {
				left = append(left, x)
				continue
			}
			left = append(left, span{x.from, p.from}, span{to, x.to})
		}
		parts = left
	}
	var out []span
	for _, x := range parts {
		if x.from.Before(x.to) {
			out = append(out, x)
		}
	}
	return out
}

// inDays counts days from the one after that on which the term begins, and ends at the close of the last, or of the next day that is
// worked.
func (c *Calendar) inDays(start time.Time, n int, unit string, pauses []pause) (end time.Time, ok bool) {
	day := midnight(start)
	switch unit {
	case "month":
		n = daysTo(day, n)
	case "year":
		n = daysTo(day, 12*n)
	}
	for range furthest {
		day = day.AddDate(0, 0, 1)
		if n > 0 && (unit != "working day" || c.works(day)) && !c.broken(day, pauses) {
			n--
		}
		if n == 0 && c.works(day) && !c.broken(day, pauses) {
			return c.close(day), true
		}
	}
	return end, false
}

// daysTo counts the days to the same day some months later, or to that month's last.
func daysTo(start time.Time, months int) int {
	first := time.Date(start.Year(), start.Month(), 1, 0, 0, 0, 0, time.UTC).AddDate(0, months, 0)
	last := first.AddDate(0, 1, -1).Day()
	end := first.AddDate(0, 0, min(start.Day(), last)-1)
	return int(end.Sub(time.Date(start.Year(), start.Month(), start.Day(), 0, 0, 0, 0, time.UTC)).Hours() / 24)
}

func midnight(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, t.Location())
}
