package calendar

import (
	"testing"
	"time"

	"huying/internal/clock"
	"huying/internal/errs"
)

func due(t testing.TB, c *Calendar, start, span string, pauses ...Pause) Due {
	t.Helper()
	s, err := ParseSpan(span)
	if err != nil {
		t.Fatal(err)
	}
	d, err := c.Due(moment(t, start), s, pauses)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestNamedTerms(t *testing.T) {
	for name, x := range map[string]struct{ start, span, want string }{
		"a month from the 31st ends on the last of a shorter one": {"2023-01-31T10:00", "1 month", "2023-02-28T17:30"},
		"a month into a leap February":                            {"2024-01-31T10:00", "1 month", "2024-02-29T17:30"},
		"a year from a leap day ends on 28 February":              {"2024-02-29T09:00", "1 year", "2025-02-28T17:30"},
		"four years from a leap day, moved on from a rest day":    {"2016-02-29T09:00", "4 years", "2020-03-02T17:30"},
		"a last day that is a rest day moves on":                  {"2021-11-16T09:00", "4 days", "2021-11-22T17:30"},
		"a last day that is a Saturday worked in lieu stays":      {"2021-09-16T09:00", "2 days", "2021-09-18T17:30"},
		"over the New Year":                                       {"2021-12-30T16:00", "2 working days", "2022-01-04T17:30"},
		"an hour in the lunch break begins after it":              {"2021-11-19T12:30", "1 working hour", "2021-11-19T15:30"},
		"an hour over the lunch break":                            {"2021-11-19T11:30", "1 working hour", "2021-11-19T15:00"},
		"four hours on a Friday afternoon go on on Monday":        {"2021-11-19T16:30", "4 working hours", "2021-11-22T11:30"},
		"minutes at night begin in the morning":                   {"2021-11-18T23:59", "30 working minutes", "2021-11-19T09:00"},
		"an hour that fills the day ends at its close":            {"2021-11-19T16:30", "1 working hour", "2021-11-19T17:30"},
		"fifteen working days as a law has it":                    {"2021-11-19T09:00", "15 working days", "2021-12-10T17:30"},
	} {
		if got := due(t, Default(), x.start, x.span); !got.At.Equal(moment(t, x.want)) || got.Provisional || got.Stopped {
			t.Errorf("%s: %s %+v, want %s", name, got.At.Format("2006-01-02T15:04"), got, x.want)
		}
	}
}

func TestATermBeyondTheKnownYearsIsProvisional(t *testing.T) {
	got := due(t, Default(), "2026-12-28T09:00", "10 working days")
	if !got.Provisional || !got.At.Equal(moment(t, "2027-01-11T17:30")) {
		t.Errorf("%+v", got)
	}
	next, err := Default().With(Notice{Year: 2027, Days: []Day{
		{day(t, "2027-01-01"), true, Name{"元旦", "New Year's Day"}}, {day(t, "2027-05-01"), true, Name{"劳动节", "Labour Day"}},
		{day(t, "2027-10-01"), true, Name{"国庆节", "National Day"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if got := due(t, next, "2026-12-28T09:00", "10 working days"); got.Provisional || !got.At.Equal(moment(t, "2027-01-12T17:30")) {
		t.Errorf("with the notice: %+v", got)
	}
	if got := due(t, Default(), "2026-12-01T09:00", "3 working days"); got.Provisional {
		t.Errorf("what ends within the known years is not provisional: %+v", got)
	}
	if changes := Default().Changes(next, 2027); len(changes) != 2 || changes[0].Worked || changes[0].Date != day(t, "2027-01-01") {
		t.Errorf("the notice changes a Friday in January and one in October, the first of May is a Saturday: %+v", changes)
	}
}

func TestAPauseWithoutAnEnd(t *testing.T) {
	pause := Pause{From: moment(t, "2021-11-22T09:00")}
	if got := due(t, Default(), "2021-11-19T09:00", "5 working days", pause); !got.Stopped || !got.At.IsZero() {
		t.Errorf("%+v", got)
	}
	if got := due(t, Default(), "2021-11-17T09:00", "2 working days", pause); got.Stopped {
		t.Errorf("a term that is over before the pause is not stopped by it: %+v", got)
	}
}

func TestWhatIsNoTermIsRefused(t *testing.T) {
	c := Default()
	start := moment(t, "2021-11-19T09:00")
	for name, f := range map[string]func() error{
		"no start":  func() error { _, err := c.Due(time.Time{}, Span{1, Days}, nil); return err },
		"no span":   func() error { _, err := c.Due(start, Span{}, nil); return err },
		"a century": func() error { _, err := c.Due(start, Span{100_000, Days}, nil); return err },
		"a pause back": func() error {
			_, err := c.Due(start, Span{1, Days}, []Pause{{start, start.Add(-time.Hour)}})
			return err
		},
		"text":         func() error { _, err := ParseSpan("three days"); return err },
		"plural":       func() error { _, err := ParseSpan("3 day"); return err },
		"leading zero": func() error { _, err := ParseSpan("03 days"); return err },
		"hours":        func() error { _, err := New(Config{Hours: Hours{{9 * 60, 12 * 60}, {11 * 60, 17 * 60}}}); return err },
		"zone":         func() error { _, err := New(Config{Zone: "Mars/Base"}); return err },
		"period":       func() error { _, err := ParsePeriod("12:00-08:30"); return err },
	} {
		if err := f(); !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRemaining(t *testing.T) {
	c := Default()
	now, at := moment(t, "2021-11-19T16:30"), moment(t, "2021-11-23T17:30")
	if got := c.Remaining(now, at); got != (Left{false, 2, 60 + 2*390}) {
		t.Errorf("%+v", got)
	}
	if got := c.Remaining(at, at); got.Late {
		t.Errorf("at the due moment nothing is late: %+v", got)
	}
	if got := c.Remaining(at.Add(16*time.Hour), at); !got.Late || got.Workdays != 1 || got.Minutes != 60 {
		t.Errorf("%+v", got)
	}
}

func TestSpansReadBackAsTheyAreWritten(t *testing.T) {
	for _, s := range []Span{{1, WorkingMinutes}, {90, WorkingMinutes}, {60, WorkingMinutes}, {240, WorkingMinutes}, {1, WorkingDays}, {15, Days}, {3, Months}, {1, Years}} {
		got, err := ParseSpan(s.String())
		if err != nil || got != s {
			t.Errorf("%s: %v %v", s, got, err)
		}
		if key, args := s.Message(); key == "" || len(args) != 2 {
			t.Errorf("%s has no message", s)
		}
	}
}

func FuzzParseSpan(f *testing.F) {
	for _, s := range []string{"3 working days", "1 year", "4 working hours", "0 days", "9999999 months", "３ days", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		span, err := ParseSpan(s)
		if err != nil {
			return
		}
		again, err := ParseSpan(span.String())
		if err != nil || again != span {
			t.Errorf("%q is %v and then %v, %v", s, span, again, err)
		}
	})
}

func BenchmarkDue(b *testing.B) {
	c, start := Default(), time.Date(2021, 9, 30, 2, 0, 0, 0, time.UTC)
	pause := []Pause{{start.AddDate(0, 0, 3), start.AddDate(0, 0, 9)}}
	for _, x := range []struct {
		name string
		span Span
	}{{"days", Span{15, WorkingDays}}, {"minutes", Span{240, WorkingMinutes}}} {
		b.Run(x.name, func(b *testing.B) {
			for b.Loop() {
				if _, err := c.Due(start, x.span, pause); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkBetween(b *testing.B) {
	c, from, to := Default(), clock.Date{Year: 2021, Month: 1, Day: 1}, clock.Date{Year: 2021, Month: 12, Day: 31}
	for b.Loop() {
		if c.Between(from, to) == 0 {
			b.Fatal("none")
		}
	}
}
