package calendar

import (
	"slices"
	"sort"
	"time"

	"huying/internal/clock"
)

// A day number counts days from 1 January 1970, a Thursday.
const (
	secondsPerDay = 24 * 60 * 60
	mondayOffset  = 3 // day number 0 is three days after a Monday
)

func dayNumber(d clock.Date) int {
	return int(floorDiv(time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Unix(), secondsPerDay))
}

func dateOf(day int) clock.Date {
	return clock.DateOf(time.Unix(int64(day)*secondsPerDay, 0), time.UTC)
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func isWeekend(day int) bool { return weekday(day) >= 5 }

// weekday is 0 for Monday and 6 for Sunday.
func weekday(day int) int {
	return day + mondayOffset - 7*int(floorDiv(int64(day+mondayOffset), 7))
}

// dayRange is the days from first to last, both included.
type dayRange struct{ first, last int }

func yearRange(year int) dayRange {
	return dayRange{dayNumber(clock.Date{Year: year, Month: 1, Day: 1}), dayNumber(clock.Date{Year: year, Month: 12, Day: 31})}
}

// mergeDays sorts ranges and joins those that overlap or touch. It may reuse r.
func mergeDays(r []dayRange) []dayRange {
	slices.SortFunc(r, func(a, b dayRange) int { return a.first - b.first })
	out := r[:0]
	for _, next := range r {
		if n := len(out); n > 0 && next.first <= out[n-1].last+1 {
			out[n-1].last = max(out[n-1].last, next.last)
			continue
		}
		out = append(out, next)
	}
	return out
}

// weekdaysBefore is how many weekdays lie before a day, counted from a Monday long fixed; only differences of it mean anything.
func weekdaysBefore(day int) int {
	return 5*int(floorDiv(int64(day+mondayOffset), 7)) + min(weekday(day), 5)
}

// nthWeekday is the weekday before which k lie: the inverse of weekdaysBefore.
func nthWeekday(k int) int {
	week := int(floorDiv(int64(k), 5))
	return 7*week + k - 5*week - mondayOffset
}

// axis numbers the days that a term counts: before(nth(k)) is k.
type axis interface {
	countBefore(day int) int // how many counted days lie before day
	nthDay(k int) int
}

// everyDay is the axis of a term in calendar days.
type everyDay struct{}

func (everyDay) countBefore(day int) int { return day }
func (everyDay) nthDay(k int) int        { return k }

// countBefore makes a Calendar the axis of a term in working days.
func (c *Calendar) countBefore(day int) int {
	switch {
	case day <= c.lo:
		return weekdaysBefore(day)
	case day >= c.hi:
		return weekdaysBefore(c.lo) + len(c.nth) + weekdaysBefore(day) - weekdaysBefore(c.hi)
	}
	return weekdaysBefore(c.lo) + int(c.before[day-c.lo])
}

func (c *Calendar) nthDay(k int) int {
	i := k - weekdaysBefore(c.lo)
	switch {
	case i < 0:
		return nthWeekday(k)
	case i >= len(c.nth):
		return nthWeekday(i - len(c.nth) + weekdaysBefore(c.hi))
	}
	return int(c.nth[i])
}

// covered reports whether the notices of all days from a to b are known.
func (c *Calendar) covered(a, b int) bool {
	i := sort.Search(len(c.known), func(i int) bool { return c.known[i].last >= a })
	return i < len(c.known) && c.known[i].first <= a && b <= c.known[i].last
}

// IsWorkday reports whether d is worked: a weekday that no notice frees, or a weekend day worked in lieu.
func (c *Calendar) IsWorkday(d clock.Date) bool { return c.works(dayNumber(d)) }

func (c *Calendar) works(day int) bool { return c.countBefore(day+1) > c.countBefore(day) }

// OnOrAfter returns d when it is a working day, and the next one when it is not.
func (c *Calendar) OnOrAfter(d clock.Date) clock.Date {
	return dateOf(c.nthDay(c.countBefore(dayNumber(d))))
}

// OnOrBefore returns d when it is a working day, and the last one before when it is not.
func (c *Calendar) OnOrBefore(d clock.Date) clock.Date {
	return dateOf(c.nthDay(c.countBefore(dayNumber(d)+1) - 1))
}

// AddWorkdays returns the n-th working day after d, d itself not counted; with n below zero the n-th before it; with 0 it is d.
func (c *Calendar) AddWorkdays(d clock.Date, n int) clock.Date {
	day := dayNumber(d)
	switch {
	case n > 0:
		return dateOf(c.nthDay(c.countBefore(day+1) + n - 1))
	case n < 0:
		return dateOf(c.nthDay(c.countBefore(day) + n))
	}
	return d
}

// Between returns how many working days lie after a and up to b, b included; 0 when b is not after a.
func (c *Calendar) Between(a, b clock.Date) int {
	return max(0, c.countBefore(dayNumber(b)+1)-c.countBefore(dayNumber(a)+1))
}

// Workdays returns how many days of a year are worked.
func (c *Calendar) Workdays(year int) int {
	r := yearRange(year)
	return c.countBefore(r.last+1) - c.countBefore(r.first)
}
