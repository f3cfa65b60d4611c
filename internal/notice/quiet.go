package notice

import (
	"time"

	"huying/internal/errs"
)

// Choice is how a person wants to hear of a group of topics by a channel.
type Choice string

const (
	Off   Choice = "off"
	Now   Choice = "now"
	Daily Choice = "daily" // one letter a day
)

// Choices are all of them, in the order in which they are offered.
var Choices = []Choice{Now, Daily, Off}

// usual is what holds for a person who chose nothing: what falls due or is asked of them reaches them at once, the rest once a day, and
// then by e-mail only.
func usual(channel, group string) Choice {
	switch group {
	case "duty", "escalated", "approval":
		return Now
	}
	if channel == Email {
		return Daily
	}
	return Off
}

const minutesOfDay = 24 * 60

// Quiet are the hours of a day in which nobody wants to be disturbed, in minutes from midnight: 22:00 to 07:00 is {1320, 420}. The same
// twice is never.
type Quiet struct{ From, Until int }

// covers reports whether a minute of the day is quiet.
func (q Quiet) covers(minute int) bool {
	if q.From <= q.Until {
		return q.From <= minute && minute < q.Until
	}
	return minute >= q.From || minute < q.Until
}

// After returns t, or when the quiet hours end in which it falls. t is in the district's zone.
func (q Quiet) After(t time.Time) time.Time {
	minute := t.Hour()*60 + t.Minute()
	if !q.covers(minute) {
		return t
	}
	end := at(t, 0, q.Until)
	if !end.After(t) {
		end = at(t, 1, q.Until)
	}
	return end
}

// at is a minute of the day that is some days after that of t.
func at(t time.Time, days, minute int) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day()+days, minute/60, minute%60, 0, 0, t.Location())
}

// nextDaily is the first time after t that it is minute of the day.
func nextDaily(t time.Time, minute int) time.Time {
	next := at(t, 0, minute)
	if !next.After(t) {
		next = at(t, 1, minute)
	}
	return next
}

// when says when a notice that comes at t goes out, and whether it does at all. What is urgent passes quiet hours and the daily letter, but
// not what a person switched off.
func (c Choice) when(t time.Time, urgent bool, q Quiet, dailyAt int) (time.Time, bool) {
	switch {
	case c == Off:
		return time.Time{}, false
	case urgent:
		return t, true
	case c == Daily:
		return q.After(nextDaily(t, dailyAt)), true
	}
	return q.After(t), true
}

// Clock writes a minute of the day: 07:00.
func Clock(minute int) string {
	return time.Date(2000, 1, 1, 0, minute, 0, 0, time.UTC).Format("15:04")
}

// ParseClock reads a time of day, "07:00" or "7:00", as a minute of the day.
func ParseClock(s string) (int, error) {
	t, err := time.Parse("15:04", s)
	if err != nil {
		return 0, errs.New(errs.Invalid, "notice.no_time")
	}
	return t.Hour()*60 + t.Minute(), nil
}
