package calendar

import (
	"testing"
	"time"

	"huying/internal/errs"
)

func TestDue(t *testing.T) {
	for _, v := range []struct{ why, start, span, pause, due string }{
		{"a leap day is a day of the term", "2024-02-26T09:00", "3 days", "", "2024-02-29T17:30"},
		{"a year from a leap day ends on the last of February", "2024-02-29T09:00", "1 year", "", "2025-02-28T17:30"},
		{"four years from a leap day end on the next one, a Tuesday", "2020-02-29T09:00", "4 years", "", "2024-02-29T17:30"},
		{"a month from 31 March ends on 30 April", "2021-03-31T09:00", "1 month", "", "2021-04-30T17:30"},
		{"a month from 31 January ends on the last of February, a Sunday, and moves on", "2021-01-31T09:00", "1 month", "", "2021-03-01T17:30"},
		{"a month from 28 February ends on the 28th, a Sunday, and moves on", "2021-02-28T09:00", "1 month", "", "2021-03-29T17:30"},
		{"a month from December ends in the next year", "2020-12-15T09:00", "1 month", "", "2021-01-15T17:30"},
		{"eleven months from November over the year's end", "2020-11-10T09:00", "11 months", "", "2021-10-11T17:30"},
		{"a last day on a Saturday moves to Monday", "2021-11-12T09:00", "8 days", "", "2021-11-22T17:30"},
		{"a last day on a Saturday worked in lieu stays", "2021-10-08T09:00", "1 day", "", "2021-10-09T17:30"},
		{"a last day on a Wednesday that is a holiday moves past the holiday", "2021-10-05T09:00", "1 day", "", "2021-10-08T17:30"},
		{"the day after is a term of one day", "2021-11-17T23:59", "1 day", "", "2021-11-18T17:30"},
		{"a working day from the evening of the year's last", "2021-12-31T23:59", "1 working day", "", "2022-01-04T17:30"},
		{"a Saturday worked in lieu counts for working hours", "2021-10-08T17:00", "1 working hour", "", "2021-10-09T09:00"},
		{"working hours begin with the next business minute: before the office opens", "2021-11-19T07:00", "1 working hour", "", "2021-11-19T09:30"},
		{"and at its opening", "2021-11-19T08:30", "1 working hour", "", "2021-11-19T09:30"},
		{"in the lunch break", "2021-11-19T12:00", "1 working hour", "", "2021-11-19T15:30"},
		{"up to the lunch break", "2021-11-19T11:00", "1 working hour", "", "2021-11-19T12:00"},
		{"at the close of business on a Friday", "2021-11-19T17:30", "1 working minute", "", "2021-11-22T08:31"},
		{"at midnight", "2021-11-20T00:00", "1 working minute", "", "2021-11-22T08:31"},
		{"over the new year", "2020-12-31T17:00", "1 working hour", "", "2021-01-04T09:00"},
		{"seconds are kept", "2021-11-19T10:00:30", "1 working hour", "", "2021-11-19T11:00:30"},
		{"a microsecond before the close", "2021-11-19T17:29:59.999999", "1 working minute", "", "2021-11-22T08:30:59.999999"},

		{"a pause of an evening costs nothing", "2021-11-01T09:00", "5 working days", "2021-11-03T17:30/2021-11-04T08:30", "2021-11-08T17:30"},
		{"a pause of a lunch break costs nothing", "2021-11-01T09:00", "5 working days", "2021-11-03T12:00/2021-11-03T14:30", "2021-11-08T17:30"},
		{"a pause of a second in business costs the day", "2021-11-01T09:00", "5 working days", "2021-11-03T11:59:59/2021-11-03T14:30", "2021-11-09T17:30"},
		{"a pause of no length costs nothing", "2021-11-01T09:00", "5 working days", "2021-11-03T10:00/2021-11-03T10:00", "2021-11-08T17:30"},
		{"a pause on the first day costs nothing, since that day is not counted", "2021-11-01T09:00", "5 working days", "2021-11-01T10:00/2021-11-01T11:00", "2021-11-08T17:30"},
		{"a pause on the last day moves it on", "2021-11-01T09:00", "5 working days", "2021-11-08T10:00/2021-11-08T11:00", "2021-11-09T17:30"},
		{"a pause that ended before the start", "2021-11-01T09:00", "5 working days", "2021-10-01T10:00/2021-10-31T11:00", "2021-11-08T17:30"},
		{"a pause that begins when the term is over", "2021-11-01T09:00", "5 working days", "2021-11-08T17:30/", "2021-11-08T17:30"},
		{"a pause over a weekend costs a term in days two days", "2021-11-01T09:00", "8 days", "2021-11-06T00:00/2021-11-08T00:00", "2021-11-11T17:30"},
		{"and one in months is as many days longer", "2021-11-01T09:00", "1 month", "2021-11-06T00:00/2021-11-08T00:00", "2021-12-03T17:30"},
		{"a pause on the rest day on which a term ends", "2021-11-12T09:00", "8 days", "2021-11-20T00:00/2021-11-21T00:00", "2021-11-22T17:30"},
		{"a pause on the day to which a term moves", "2021-11-12T09:00", "8 days", "2021-11-22T09:00/2021-11-22T10:00", "2021-11-23T17:30"},
		{"a pause of a minute costs working hours a minute", "2021-11-19T10:00", "1 working hour", "2021-11-19T10:10/2021-11-19T10:11", "2021-11-19T11:01"},
		{"a pause from before the start", "2021-11-19T10:00", "1 working hour", "2021-11-18T10:00/2021-11-19T10:30", "2021-11-19T11:30"},
		{"minutes of the clock run at night", "2021-11-19T22:50", "30 minutes", "", "2021-11-19T23:20"},
		{"and over a holiday", "2021-10-01T23:30", "24 hours", "", "2021-10-02T23:30"},
		{"and to the microsecond", "2021-11-20T12:00:00.000001", "1 hour", "", "2021-11-20T13:00:00.000001"},
		{"a pause of the clock costs what it lasts", "2021-11-20T12:00", "1 hour", "2021-11-20T12:10/2021-11-20T14:10", "2021-11-20T15:00"},
		{"a pause that begins as the term ends", "2021-11-19T10:00", "1 working hour", "2021-11-19T11:00/", "2021-11-19T11:00"},
	} {
		t.Run(v.why, func(t *testing.T) {
			got, err := Default().Due(moment(t, v.start), span(t, v.span), pausesOf(t, v.pause))
			if err != nil || !got.At.Equal(moment(t, v.due)) || got.Provisional || got.Stopped {
				t.Errorf("%s from %s, paused %q: %+v, %v; want %s", v.span, v.start, v.pause, got, err, v.due)
			}
		})
	}
}

func TestAPauseWithoutAnEndStopsTheClock(t *testing.T) {
	for _, v := range []string{"5 working days", "10 days", "1 month", "40 working hours", "72 hours"} {
		got, err := Default().Due(moment(t, "2021-11-01T09:00"), span(t, v), pausesOf(t, "2021-11-03T10:00/"))
		if err != nil || got != (Due{Stopped: true}) {
			t.Errorf("%s: %+v, %v", v, got, err)
		}
	}
}

// TestBeyondTheKnownYears: it never fails, it says that it is provisional, and the notice settles it.
func TestBeyondTheKnownYears(t *testing.T) {
	next, err := Default().With(fictitious2027)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []struct {
		why, start, span, before string
		provisional              bool
		after                    string
	}{
		{"the last known day", "2026-12-30T09:00", "1 working day", "2026-12-31T17:30", false, "2026-12-31T17:30"},
		{"over the end of the known years", "2026-12-31T09:00", "1 working day", "2027-01-01T17:30", true, "2027-01-04T17:30"},
		{"working days within the first unknown year", "2027-02-01T09:00", "5 working days", "2027-02-08T17:30", true, "2027-02-14T17:30"},
		{"a term in days that only passes through it is settled by its last day", "2026-11-30T09:00", "31 days", "2026-12-31T17:30", false, "2026-12-31T17:30"},
		{"and one that ends in it", "2026-12-02T09:00", "30 days", "2027-01-01T17:30", true, "2027-01-04T17:30"},
		{"working hours", "2026-12-31T17:00", "1 working hour", "2027-01-01T09:00", true, "2027-01-04T09:00"},
	} {
		for _, at := range []struct {
			c           *Calendar
			due         string
			provisional bool
		}{{Default(), v.before, v.provisional}, {next, v.after, false}} {
			got, err := at.c.Due(moment(t, v.start), span(t, v.span), nil)
			if err != nil || !got.At.Equal(moment(t, at.due)) || got.Provisional != at.provisional {
				t.Errorf("%s, knowing %d years: %+v, %v; want %s", v.why, len(at.c.Years()), got, err, at.due)
			}
		}
	}
	for _, start := range []string{"1900-01-01T09:00", "2003-12-30T09:00", "2300-06-01T09:00"} {
		if got, err := Default().Due(moment(t, start), Span{3, WorkingDays}, nil); err != nil || !got.Provisional || got.At.IsZero() {
			t.Errorf("three working days from %s: %+v, %v", start, got, err)
		}
	}
}

func TestADueTimeIsInTheDistrictsZone(t *testing.T) {
	start := time.Date(2021, 11, 18, 16, 30, 0, 0, time.UTC) // 00:30 on the 19th in the district
	got, err := Default().Due(start, Span{1, WorkingDays}, nil)
	if err != nil || got.At.String() != "2021-11-22 17:30:00 +0800 CST" {
		t.Errorf("%v, %v", got.At, err)
	}
}

func TestDueRefuses(t *testing.T) {
	start := moment(t, "2021-11-01T09:00")
	for _, v := range []struct {
		why   string
		start time.Time
		span  Span
		pause string
		key   string
	}{
		{"no start", time.Time{}, Span{1, Days}, "", "calendar.no_start"},
		{"no term", start, Span{}, "", "calendar.no_span"},
		{"a term of nothing", start, Span{0, Days}, "", "calendar.no_span"},
		{"a term of less than nothing", start, Span{-1, WorkingMinutes}, "", "calendar.no_span"},
		{"a unit that is none", start, Span{1, Minutes + 1}, "", "calendar.no_span"},
		{"over a century", start, Span{101, Years}, "", "calendar.span_too_long"},
		{"a pause that ends before it begins", start, Span{1, Days}, "2021-11-02T10:00/2021-11-02T09:59", "calendar.bad_pause"},
		{"a pause without a beginning", start, Span{1, Days}, "/2021-11-02T09:59", "calendar.bad_pause"},
	} {
		_, err := Default().Due(v.start, v.span, pausesOf(t, v.pause))
		if all := errs.All(err); len(all) != 1 || all[0].Key != v.key || all[0].Kind != errs.Invalid {
			t.Errorf("%s: %v, want %s", v.why, err, v.key)
		}
	}
}

func TestRemaining(t *testing.T) {
	due := moment(t, "2021-11-24T17:30")
	for _, v := range []struct {
		why, now string
		want     Left
	}{
		{"three days before", "2021-11-19T17:00", Left{Workdays: 3, Minutes: 30 + 3*390}},
		{"on the weekend between", "2021-11-21T12:00", Left{Workdays: 3, Minutes: 3 * 390}},
		{"on its day", "2021-11-24T16:30", Left{Workdays: 0, Minutes: 60}},
		{"at the moment nothing is late", "2021-11-24T17:30", Left{}},
		{"a second after it is", "2021-11-24T17:30:01", Left{Late: true}},
		{"on the next morning", "2021-11-25T08:31", Left{Late: true, Workdays: 1, Minutes: 1}},
	} {
		if got := Default().Remaining(moment(t, v.now), due); got != v.want {
			t.Errorf("%s: %+v, want %+v", v.why, got, v.want)
		}
	}
}

// fictitious2027 is no notice of anybody: the tests' own, in the form of one.
var fictitious2027 = func() Notice {
	n := Notice{Year: 2027}
	for _, v := range []struct {
		from, to string
		off      bool
		name     Name
	}{
		{"2027-01-01", "2027-01-03", true, holidayNames[0].name},
		{"2027-02-05", "2027-02-11", true, holidayNames[1].name},
		{"2027-02-14", "2027-02-14", false, holidayNames[1].name},
		{"2027-04-03", "2027-04-05", true, holidayNames[2].name},
		{"2027-05-01", "2027-05-05", true, holidayNames[3].name},
		{"2027-05-08", "2027-05-08", false, holidayNames[3].name},
		{"2027-06-09", "2027-06-09", true, holidayNames[4].name},
		{"2027-09-15", "2027-09-15", true, holidayNames[5].name},
		{"2027-10-01", "2027-10-07", true, holidayNames[6].name},
	} {
		for d := date(v.from); !d.After(date(v.to)); d = d.AddDays(1) {
			n.Days = append(n.Days, Day{d, v.off, v.name})
		}
	}
	return n
}()

func span(t testing.TB, s string) Span {
	t.Helper()
	span, err := ParseSpan(s)
	if err != nil {
		t.Fatal(err)
	}
	return span
}

// pausesOf reads "FROM/TO", or nothing.
func pausesOf(t testing.TB, s string) []Pause {
	t.Helper()
	if s == "" {
		return nil
	}
	for i := range s {
		if s[i] == '/' {
			return []Pause{{moment(t, s[:i]), moment(t, s[i+1:])}}
		}
	}
	t.Fatalf("%q is no pause", s)
	return nil
}

// BenchmarkDue is what casework pays for a due date: three working days with a pause, over National Day.
func BenchmarkDue(b *testing.B) {
	start := moment(b, "2021-09-30T10:00")
	pauses := pausesOf(b, "2021-10-09T09:00/2021-10-11T10:00")
	for _, v := range []struct {
		name   string
		span   Span
		pauses []Pause
	}{
		{"days", Span{15, Days}, nil},
		{"working-days", Span{3, WorkingDays}, nil},
		{"working-days-paused", Span{3, WorkingDays}, pauses},
		{"working-hours", Span{240, WorkingMinutes}, nil},
		{"working-hours-paused", Span{240, WorkingMinutes}, pauses},
	} {
		b.Run(v.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Default().Due(start, v.span, v.pauses); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
