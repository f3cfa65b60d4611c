package calendar

import (
	"testing"
	"time"

	"huying/internal/clock"
	"huying/internal/errs"
)

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

func BenchmarkBetween(b *testing.B) {
	c, from, to := Default(), clock.Date{Year: 2021, Month: 1, Day: 1}, clock.Date{Year: 2021, Month: 12, Day: 31}
	for b.Loop() {
		if c.Between(from, to) == 0 {
			b.Fatal("none")
		}
	}
}
