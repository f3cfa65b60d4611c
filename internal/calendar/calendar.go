// Package calendar knows the working time of a district: the State Council's calendar with its days worked in lieu (调休), the
// district's business hours, and when a lawful term falls due. The years 2004 to 2026 are built in; the notice of a later year is
// imported. In a year that it does not know it takes weekends as the only rest days and calls every result provisional.
package calendar

import (
	"embed"
	"slices"
	"time"
	_ "time/tzdata" // a bare machine may have no zone files, and every term is counted in the district's zone

	"huying/internal/clock"
	"huying/internal/errs"
)

// Locales are this package's messages.
//
//go:embed locales/*.json
var Locales embed.FS

// DefaultZone is the one legal time of the whole country.
const DefaultZone = "Asia/Shanghai"

// Config is the part of a calendar that a district sets. Its zero value is the usual: DefaultZone and DefaultHours.
type Config struct {
	Zone  string `yaml:"zone" json:"zone"`   // an IANA name
	Hours Hours  `yaml:"hours" json:"hours"` // of a working day, in order
}

// Calendar answers which days are worked and when a term falls due. It never changes after New and is safe for use by several
// goroutines.
type Calendar struct {
	config  Config
	zone    *time.Location
	hours   []segment
	perDay  int64 // business microseconds of a working day
	notices map[int]Notice
	days    map[int]Day // what the notices say, by day number

	// The days from lo to hi, hi excluded, hold every day of which a notice speaks. Outside them only weekends are rest days, which
	// is arithmetic and needs no table.
	lo, hi int
	before []int32    // before[i] is how many working days lie in [lo, lo+i)
	nth    []int32    // the working days in [lo, hi), in order
	known  []dayRange // the days of the years whose notice is known
}

// New returns a calendar of the notices given. Of two notices of one year the later in the list holds. It fails on hours that are
// out of order or overlap, on a zone that is not known, and on a notice that contradicts itself (errs.Invalid).
func New(config Config, notices ...Notice) (*Calendar, error) {
	if config.Zone == "" {
		config.Zone = DefaultZone
	}
	if len(config.Hours) == 0 {
		config.Hours = DefaultHours()
	}
	zone, err := time.LoadLocation(config.Zone)
	if err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "calendar.unknown_zone", "zone", config.Zone)
	}
	if err := config.Hours.Check(); err != nil {
		return nil, err
	}
	c := &Calendar{config: config, zone: zone, notices: map[int]Notice{}, days: map[int]Day{}}
	for _, p := range config.Hours {
		s := p.segment()
		c.hours = append(c.hours, s)
		c.perDay += s.to - s.from
	}
	for _, n := range notices {
		if err := n.check(); err != nil {
			return nil, err
		}
		c.notices[n.Year] = n
	}
	c.layOut()
	return c, nil
}

// layOut fills the tables from the notices. A later year's notice speaks over an earlier one's: it alone decides on the last days of
// December, which the earlier could not foresee.
func (c *Calendar) layOut() {
	years := c.Years()
	if len(years) == 0 {
		return
	}
	for _, y := range years {
		c.known = mergeDays(append(c.known, yearRange(y)))
		for _, d := range c.notices[y].Days {
			c.days[dayNumber(d.Date)] = d
		}
	}
	first, last := yearRange(years[0]), yearRange(years[len(years)-1])
	c.lo, c.hi = first.first-31, last.last+1 // the first notice may speak of the December before its year
	c.before = make([]int32, 1, c.hi-c.lo+1)
	for day := c.lo; day < c.hi; day++ {
		if c.isWorked(day) {
			c.nth = append(c.nth, int32(day))
		}
		c.before = append(c.before, int32(len(c.nth)))
	}
}

// isWorked looks a day up without the tables.
func (c *Calendar) isWorked(day int) bool {
	if d, ok := c.days[day]; ok {
		return !d.Off
	}
	return !isWeekend(day)
}

// With returns the calendar with n in place of what it knew of n's year.
func (c *Calendar) With(n Notice) (*Calendar, error) {
	return New(c.config, append(c.Notices(), n)...)
}

// Notices returns what the calendar was made of, by year.
func (c *Calendar) Notices() []Notice {
	out := make([]Notice, 0, len(c.notices)+1)
	for _, y := range c.Years() {
		out = append(out, c.notices[y])
	}
	return out
}

// Years returns the years whose notice the calendar knows, in order.
func (c *Calendar) Years() []int {
	years := make([]int, 0, len(c.notices))
	for y := range c.notices {
		years = append(years, y)
	}
	slices.Sort(years)
	return years
}

// Knows reports whether the notice of a year is known. A due date in a year that is not known is provisional.
func (c *Calendar) Knows(year int) bool { _, ok := c.notices[year]; return ok }

// Zone returns the zone in which days begin and end.
func (c *Calendar) Zone() *time.Location { return c.zone }

// Config returns what the district set, with the defaults filled in.
func (c *Calendar) Config() Config {
	return Config{Zone: c.config.Zone, Hours: slices.Clone(c.config.Hours)}
}

// Day returns what a notice says of d: the rest day or the day worked in lieu, and the holiday it belongs to. ok is false for an
// ordinary weekday or weekend.
func (c *Calendar) Day(d clock.Date) (day Day, ok bool) {
	day, ok = c.days[dayNumber(d)]
	return day, ok
}
