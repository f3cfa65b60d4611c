package calendar

import (
	"fmt"
	"regexp"
	"strconv"

	"huying/internal/errs"
)

const (
	microsPerMinute = int64(60_000_000)
	microsPerDay    = secondsPerDay * int64(1_000_000)
)

// TimeOfDay is minutes after midnight; its text is "08:30".
type TimeOfDay int

func (t TimeOfDay) String() string { return fmt.Sprintf("%02d:%02d", int(t)/60, int(t)%60) }

// Period is one stretch of business hours, From included and To not. Its text is "08:30-12:00".
type Period struct{ From, To TimeOfDay }

// Hours are the business hours of a working day, in order.
type Hours []Period

// DefaultHours are 08:30–12:00 and 14:30–17:30, the office hours of Zhuhai.
func DefaultHours() Hours {
	return Hours{{From: 8*60 + 30, To: 12 * 60}, {From: 14*60 + 30, To: 17*60 + 30}}
}

var periodText = regexp.MustCompile(`^([01][0-9]|2[0-3]):([0-5][0-9])[-–]([01][0-9]|2[0-3]):([0-5][0-9])$`)

// ParsePeriod reads "08:30-12:00"; the dash may be an en dash. The end must come after the beginning.
func ParsePeriod(s string) (Period, error) {
	m := periodText.FindStringSubmatch(s)
	if m == nil {
		return Period{}, errs.New(errs.Invalid, "calendar.bad_period", "text", s)
	}
	var n [4]int
	for i := range n {
		n[i], _ = strconv.Atoi(m[i+1]) // two digits each: the pattern saw to it
	}
	p := Period{TimeOfDay(60*n[0] + n[1]), TimeOfDay(60*n[2] + n[3])}
	return p, p.check()
}

func (p Period) check() error {
	if p.From < 0 || p.From >= p.To || p.To >= 24*60 {
		return errs.New(errs.Invalid, "calendar.period_ends_first", "period", p.String())
	}
	return nil
}

func (p Period) String() string { return p.From.String() + "-" + p.To.String() }

// MarshalText implements encoding.TextMarshaler.
func (p Period) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *Period) UnmarshalText(text []byte) (err error) {
	*p, err = ParsePeriod(string(text))
	return err
}

// Check reports hours that are empty, out of order or overlapping. Two periods may touch.
func (h Hours) Check() error {
	if len(h) == 0 {
		return errs.New(errs.Invalid, "calendar.no_hours")
	}
	for i, p := range h {
		if err := p.check(); err != nil {
			return err
		}
		if i > 0 && p.From < h[i-1].To {
			return errs.New(errs.Invalid, "calendar.hours_overlap", "first", h[i-1].String(), "second", p.String())
		}
	}
	return nil
}

// segment is a period in microseconds after midnight.
type segment struct{ from, to int64 }

func (p Period) segment() segment {
	return segment{int64(p.From) * microsPerMinute, int64(p.To) * microsPerMinute}
}
