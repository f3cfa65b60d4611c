package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"huying/internal/calendar"
	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/store"
)

// calendarCmd shows the working time that every term is counted in, and takes in the yearly notice.
type calendarCmd struct {
	Show   calendarShowCmd   `cmd:"" help:"${help_calendar_show}"`
	Due    calendarDueCmd    `cmd:"" help:"${help_calendar_due}"`
	Import calendarImportCmd `cmd:"" help:"${help_calendar_import}"`
}

type calendarShowCmd struct {
	databaseFlag
	Year int `arg:"" help:"${help_calendar_year}"`
}

// Run prints how many days of a year are worked, and each day of which its notice speaks.
func (c *calendarShowCmd) Run(e *env) error {
	if c.Year < 1 || c.Year > 9999 {
		return usageError{errs.New(errs.Invalid, "huying.calendar_bad_year", "year", c.Year)}
	}
	cal, err := c.calendar(calendar.Config{})
	if err != nil {
		return err
	}
	key := "huying.calendar_year"
	if !cal.Knows(c.Year) {
		key = "huying.calendar_year_provisional"
	}
	var b strings.Builder
	fmt.Fprintln(&b, e.say(key, "year", strconv.Itoa(c.Year), "workdays", cal.Workdays(c.Year)))
	for d := (clock.Date{Year: c.Year, Month: 1, Day: 1}); d.Year == c.Year; d = d.AddDays(1) {
		if day, ok := cal.Day(d); ok {
			fmt.Fprintln(&b, e.dayLine(d, !day.Off, day.Name))
		}
	}
	_, err = e.out.Write([]byte(b.String()))
	return err
}

// dayLine says of a day whether it is worked, and for which holiday.
func (e *env) dayLine(d clock.Date, worked bool, name calendar.Name) string {
	key, holiday := "huying.calendar_rest", name.ZH
	if worked {
		key = "huying.calendar_worked"
	}
	if e.lang == "en" {
		holiday = name.EN
	}
	return strings.TrimRight(d.String()+"  "+e.weekday(d)+"  "+e.say(key)+"  "+holiday, " ")
}

func (e *env) weekday(d clock.Date) string {
	return e.say("calendar.weekday." + strconv.Itoa((int(d.In(time.UTC).Weekday())+6)%7)) // 0 is Monday
}

type calendarDueCmd struct {
	databaseFlag
	Start string            `arg:"" help:"${help_calendar_start}"`
	Term  []string          `arg:"" help:"${help_calendar_term}"`
	Pause []string          `placeholder:"FROM/TO" sep:"none" help:"${help_calendar_pause}"`
	Hours []calendar.Period `placeholder:"08:30-12:00,…" help:"${help_calendar_hours}"`
}

// Run prints when a term ends. What makes the answer less than final is told on the standard error.
func (c *calendarDueCmd) Run(e *env) error {
	cal, err := c.calendar(calendar.Config{Hours: c.Hours})
	if err != nil {
		return err
	}
	due, err := c.due(cal)
	if err != nil {
		return usageError{err}
	}
	if due.Stopped {
		fmt.Fprintln(e.err, e.say("huying.calendar_stopped"))
		return nil
	}
	if due.Provisional {
		fmt.Fprintln(e.err, e.say("huying.calendar_provisional"))
	}
	layout := "2006-01-02T15:04"
	if due.At.Second() != 0 {
		layout = momentLayouts[1]
	}
	_, err = fmt.Fprintf(e.out, "%s  %s\n", due.At.Format(layout), e.weekday(clock.DateOf(due.At, cal.Zone())))
	return err
}

func (c *calendarDueCmd) due(cal *calendar.Calendar) (due calendar.Due, err error) {
	start, err := readMoment(c.Start, cal.Zone())
	if err != nil {
		return due, err
	}
	span, err := calendar.ParseSpan(strings.Join(c.Term, " "))
	if err != nil {
		return due, err
	}
	var pauses []calendar.Pause
	for _, text := range c.Pause {
		from, to, both := strings.Cut(text, "/")
		var p calendar.Pause
		p.From, err = readMoment(from, cal.Zone())
		if err == nil && to != "" {
			p.To, err = readMoment(to, cal.Zone())
		}
		if err != nil || !both {
			return due, errs.New(errs.Invalid, "huying.calendar_bad_pause", "text", text)
		}
		pauses = append(pauses, p)
	}
	return cal.Due(start, span, pauses)
}

var momentLayouts = []string{"2006-01-02T15:04", "2006-01-02T15:04:05", time.DateOnly}

// readMoment reads a time on the district's clock, or the first moment of a day.
func readMoment(s string, zone *time.Location) (time.Time, error) {
	for _, layout := range momentLayouts {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return t, nil
		}
	}
	return time.Time{}, errs.New(errs.Invalid, "huying.calendar_bad_moment", "text", s)
}

type calendarImportCmd struct {
	databaseFlag
	File    string `arg:"" help:"${help_calendar_file}"`
	Year    int    `placeholder:"2027" help:"${help_calendar_import_year}"`
	Replace bool   `help:"${help_calendar_replace}"`
	DryRun  bool   `help:"${help_calendar_dry_run}"`
}

// Run adds the notice to the database, and prints each day that is worked and was not, or the other way round. A running server follows
// by itself.
func (c *calendarImportCmd) Run(e *env) error {
	notice, err := c.read(e)
	if err != nil {
		return err
	}
	return c.openCalendar(calendar.Config{}, func(ctx context.Context, db *store.DB, s *calendar.Store) error {
		var done calendar.Imported
		err := db.Write(ctx, func(tx *store.Tx) (err error) {
			done, err = s.Import(ctx, tx, notice, filepath.Base(c.File), c.Replace)
			if err == nil && c.DryRun {
				err = errDryRun
			}
			return err
		})
		for _, change := range done.Changes {
			fmt.Fprintln(e.out, e.dayLine(change.Date, change.Worked, change.Name))
		}
		dry := errors.Is(err, errDryRun)
		switch year := strconv.Itoa(notice.Year); {
		case err != nil && !dry:
			return err
		case done.Nothing():
			fmt.Fprintln(e.err, e.say("huying.calendar_same", "year", year))
		case dry:
			fmt.Fprintln(e.err, e.say("huying.calendar_would_import", "year", year, "days", len(done.Changes)))
		default:
			fmt.Fprintln(e.err, e.say("huying.calendar_imported", "year", year, "days", len(done.Changes), "workdays", s.Calendar().Workdays(notice.Year)))
		}
		return nil
	})
}

// errDryRun undoes the transaction of an import that was only to be tried.
var errDryRun = errors.New("nothing is to be stored")

func (c *calendarImportCmd) read(e *env) (calendar.Notice, error) {
	if c.File == "-" {
		return calendar.ParseNotice(c.File, e.in, c.Year)
	}
	f, err := os.Open(c.File)
	if err != nil {
		return calendar.Notice{}, unreadable(c.File, err)
	}
	defer f.Close()
	if st, err := f.Stat(); err == nil && st.IsDir() {
		return calendar.Notice{}, errs.New(errs.Invalid, "huying.is_folder").At(c.File)
	}
	return calendar.ParseNotice(c.File, f, c.Year)
}

// calendar is the calendar of the database, or of the built-in years when there is no database yet: to look makes none. Hours that are asked
// for stand before those of the district.
func (f databaseFlag) calendar(config calendar.Config) (cal *calendar.Calendar, err error) {
	url, err := f.url()
	if err != nil {
		return nil, err
	}
	if file, ok := strings.CutPrefix(url, "sqlite:"); ok {
		if _, err := os.Stat(file); errors.Is(err, os.ErrNotExist) {
			return calendar.New(config, calendar.Embedded()...)
		}
	}
	err = f.openCalendar(config, func(_ context.Context, _ *store.DB, s *calendar.Store) error {
		if cal = s.Calendar(); len(config.Hours) > 0 {
			cal, err = calendar.New(config, cal.Notices()...)
		}
		return err
	})
	return cal, err
}

// openCalendar runs do with the calendar of the database.
func (f databaseFlag) openCalendar(config calendar.Config, do func(context.Context, *store.DB, *calendar.Store) error) (err error) {
	url, err := f.url()
	if err != nil {
		return err
	}
	ctx := context.Background()
	db, err := store.Open(ctx, url, clock.Business{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := db.Migrate(ctx, calendar.Schema); err != nil {
		return err
	}
	s, err := calendar.Open(ctx, db, config)
	if err != nil {
		return err
	}
	return do(ctx, db, s)
}
