package calendar

import (
	_ "embed"
	"slices"
	"sync"

	"huying/internal/clock"
	"huying/internal/errs"
)

// Notice is what the State Council's notice for one year lays down: its rest days and its weekend days worked in lieu, in order. It
// may speak of the last days of the December before.
type Notice struct {
	Year int
	Days []Day
}

// Day is a day of which a notice speaks: a rest day of a holiday, or a weekend day worked in lieu of one.
type Day struct {
	Date clock.Date `json:"date"`
	Off  bool       `json:"off"`
	Name Name       `json:"name"`
}

// Name is a holiday's name.
type Name struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

//go:embed data/cn-calendar-2004-2026.csv
var builtIn string

var embedded = sync.OnceValue(func() []Notice {
	rows, err := readCSV("cn-calendar-2004-2026.csv", builtIn)
	if err != nil {
		panic(err) // a defect of the program file itself, seen by the first test
	}
	var out []Notice
	for _, r := range rows {
		year := r.Date.Year
		if r.Date.Month == 12 { // the only holiday of December is the New Year that follows it, and that year's notice frees it
			year++
		}
		if len(out) == 0 || out[len(out)-1].Year != year {
			out = append(out, Notice{Year: year})
		}
		n := &out[len(out)-1]
		n.Days = append(n.Days, r.Day)
	}
	return out
})

// Embedded returns the notices that are built in: 2004 to 2026.
func Embedded() []Notice { return slices.Clone(embedded()) }

var standard = sync.OnceValue(func() *Calendar {
	c, err := New(Config{}, embedded()...)
	if err != nil {
		panic(err) // as above
	}
	return c
})

// Default returns the calendar of the built-in years with the usual hours.
func Default() *Calendar { return standard() }

// check reports a notice that cannot be: a day of it that cannot be or comes twice, or a day missing that every year's notice frees.
// The last finds a notice of which only a part was saved.
func (n Notice) check() error {
	seen := make(map[clock.Date]Day, len(n.Days))
	for _, d := range n.Days {
		if err := n.checkDay(d); err != nil {
			return err
		}
		if _, twice := seen[d.Date]; twice {
			return errs.New(errs.Invalid, "calendar.day_twice", "date", d.Date.String())
		}
		seen[d.Date] = d
	}
	for _, must := range fixedHolidays {
		date := clock.Date{Year: n.Year, Month: must.Month, Day: must.Day}
		if !seen[date].Off {
			return errs.New(errs.Invalid, "calendar.holiday_missing", "date", date.String(), "year", n.Year)
		}
	}
	return nil
}

// checkDay reports a day outside the notice's time, and one that is said to be worked in lieu though it is a weekday.
func (n Notice) checkDay(d Day) *errs.Error {
	switch {
	case d.Date.Year != n.Year && (d.Date.Year != n.Year-1 || d.Date.Month != 12):
		return errs.New(errs.Invalid, "calendar.day_of_other_year", "date", d.Date.String(), "year", n.Year, "before", n.Year-1)
	case !d.Off && !isWeekend(dayNumber(d.Date)):
		return errs.New(errs.Invalid, "calendar.worked_weekday", "date", d.Date.String())
	}
	return nil
}

// fixedHolidays are days that the law frees every year: New Year, Labour Day and National Day.
var fixedHolidays = []clock.Date{{Month: 1, Day: 1}, {Month: 5, Day: 1}, {Month: 10, Day: 1}}

// Change is a day on which two calendars differ.
type Change struct {
	Date   clock.Date
	Worked bool // now; before it was the other
	Name   Name // of the holiday it belongs to, now or before; empty for an ordinary day of both
}

// Changes returns the days on which next differs from c in year and in the December before, in order.
func (c *Calendar) Changes(next *Calendar, year int) []Change {
	var out []Change
	for day := yearRange(year).first - 31; day <= yearRange(year).last; day++ {
		worked := next.works(day)
		if worked == c.works(day) {
			continue
		}
		d, ok := next.days[day]
		if !ok {
			d = c.days[day]
		}
		out = append(out, Change{dateOf(day), worked, d.Name})
	}
	return out
}
