package calendar

import (
	"regexp"
	"strconv"

	"huying/internal/errs"
)

// Unit is what a term is counted in.
type Unit uint8

const (
	noUnit         Unit = iota
	WorkingMinutes      // business minutes of working days
	WorkingDays
	Days   // every day counts; the last moves on when it is a rest day
	Months // to the same day of a later month, or to that month's last
	Years
	Minutes // of the clock, by day and night: for danger, which keeps no office hours
)

// Span is the length of a term: 3 working days. Its text, in packs and in the database, is English and has one spelling:
// "30 working minutes", "4 working hours", "3 working days", "15 days", "3 months", "1 year", "30 minutes", "24 hours". The zero Span is
// no term; its text is empty.
type Span struct {
	N    int
	Unit Unit
}

// longest bounds the number of each unit: about a century, beyond any term that a law sets.
var longest = map[Unit]int{WorkingMinutes: 10_000_000, WorkingDays: 25_000, Days: 36_500, Months: 1200, Years: 100, Minutes: 10_000_000}

var unitNames = map[Unit]string{WorkingMinutes: "working minute", WorkingDays: "working day", Days: "day", Months: "month", Years: "year", Minutes: "minute"}

var unitsByName = map[string]struct {
	unit  Unit
	times int
}{
	"working minute": {WorkingMinutes, 1},
	"working hour":   {WorkingMinutes, 60},
	"working day":    {WorkingDays, 1},
	"day":            {Days, 1},
	"month":          {Months, 1},
	"year":           {Years, 1},
	"minute":         {Minutes, 1},
	"hour":           {Minutes, 60},
}

var spanText = regexp.MustCompile(`^([1-9][0-9]{0,7}) (working minute|working hour|working day|day|month|year|minute|hour)(s?)$`)

// ParseSpan reads the text of a span. It refuses anything but the one spelling: no leading zero, one blank, and an s exactly when
// the number is not 1. A number beyond about a century is refused too.
func ParseSpan(s string) (Span, error) {
	m := spanText.FindStringSubmatch(s)
	if m == nil {
		return Span{}, errs.New(errs.Invalid, "calendar.bad_span", "text", s)
	}
	if (m[1] == "1") != (m[3] == "") {
		right := m[1] + " " + m[2]
		if m[1] != "1" {
			right += "s"
		}
		return Span{}, errs.New(errs.Invalid, "calendar.span_plural", "text", s, "right", right)
	}
	n, _ := strconv.Atoi(m[1]) // at most eight digits: the pattern saw to it
	u := unitsByName[m[2]]
	span := Span{n * u.times, u.unit}
	return span, span.check()
}

func (s Span) check() error {
	limit, ok := longest[s.Unit]
	switch {
	case !ok || s.N < 1:
		return errs.New(errs.Invalid, "calendar.no_span")
	case s.N > limit:
		return errs.New(errs.Invalid, "calendar.span_too_long", "text", s.String(), "limit", Span{limit, s.Unit}.String())
	}
	return nil
}

// IsZero reports whether s is no term.
func (s Span) IsZero() bool { return s == Span{} }

func (s Span) String() string {
	if s.IsZero() {
		return ""
	}
	n, name := s.spoken()
	if n != 1 {
		name += "s"
	}
	return strconv.Itoa(n) + " " + name
}

// spoken returns number and unit as they are said: whole hours are said in hours.
func (s Span) spoken() (n int, unit string) {
	if hour := map[Unit]string{WorkingMinutes: "working hour", Minutes: "hour"}[s.Unit]; hour != "" && s.N%60 == 0 && s.N != 0 {
		return s.N / 60, hour
	}
	return s.N, unitNames[s.Unit]
}

var messageKeys = map[string]string{
	"working minute": "calendar.span.working_minutes",
	"working hour":   "calendar.span.working_hours",
	"working day":    "calendar.span.working_days",
	"day":            "calendar.span.days",
	"month":          "calendar.span.months",
	"year":           "calendar.span.years",
	"minute":         "calendar.span.minutes",
	"hour":           "calendar.span.hours",
}

// Message returns the message that says the span to a user, and its argument: T(lang, key, args...).
func (s Span) Message() (key string, args []any) {
	n, unit := s.spoken()
	if key = messageKeys[unit]; key == "" {
		key = "calendar.span.none"
	}
	return key, []any{"n", n}
}

// MarshalText implements encoding.TextMarshaler.
func (s Span) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler. The empty text is the zero Span.
func (s *Span) UnmarshalText(text []byte) (err error) {
	if len(text) == 0 {
		*s = Span{}
		return nil
	}
	*s, err = ParseSpan(string(text))
	return err
}
