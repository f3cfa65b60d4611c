package promise

import (
	"context"
	"embed"
	"sync/atomic"
	"time"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/jobs"
	"huying/internal/store"
)

// Locales are this package's messages.
//
//go:embed locales/*.json
var Locales embed.FS

//go:embed migrations/*.sql
var migrations embed.FS

// Schema is the register's part of the database.
var Schema = store.Schema{Name: "promise", FS: migrations}

// Register is the desk of the supervision office: it keeps documents, records, promises and what is said of them.
type Register struct {
	db    *store.DB
	zone  *time.Location
	wd    Workdays
	rules atomic.Pointer[Rules]
	learn func(context.Context, *store.Tx) error // nil: others change no rules
	units Units
	board *cache
	seen  atomic.Pointer[Board] // what Watch looked at last
	queue *jobs.Queue           // nil: nobody is told
}

// Units tells the register which units there are and what they answer for, and which places. app adapts the two trees to it.
type Units interface {
	// Duties returns the units that exist on day, in the pack's order, and the key of the one that takes what no other does.
	Duties(day clock.Date) (units []UnitDuty, fallback string)
	// Locate returns the place that exists on day and that a text names, the narrowest; nothing when it names none, or several.
	Locate(day clock.Date, text string) (place string)
	// HasPlace reports whether a place exists on day.
	HasPlace(day clock.Date, key string) bool
}

// UnitDuty is a unit with what it answers for.
type UnitDuty struct {
	Key              string
	Names            []string // full and short, by which a text may name it
	Responsibilities []string // phrases: 停车位, 污水管网, 高新技术企业
}

// New returns the register of db. zone is the district's, in which days begin and end.
func New(db *store.DB, zone *time.Location, wd Workdays, rules Rules, units Units) *Register {
	r := &Register{db: db, zone: zone, wd: wd, units: units, board: &cache{}}
	r.rules.Store(&rules)
	return r
}

// On returns the same register on another clock, for a simulator that plays the year. The two keep their pictures together: what follows
// from the year that is played is worked out by the register that is not.
func (r *Register) On(now clock.Business) *Register {
	other := New(r.db.WithClock(now), r.zone, r.wd, r.Rules(), r.units)
	other.queue, other.board = r.queue, r.board
	return other
}

// Today is the business day.
func (r *Register) Today() clock.Date { return clock.DateOf(r.db.Now(), r.zone) }

// DayOf is the business day of a transaction.
func (r *Register) DayOf(tx *store.Tx) clock.Date { return clock.DateOf(tx.Now(), r.zone) }

// Rules are the numbers of the light rule that hold here.
func (r *Register) Rules() Rules { return *r.rules.Load() }

// SetRules lets other numbers hold from now on: pictures are drawn anew, and Watch looks again.
func (r *Register) SetRules(rules Rules) {
	r.rules.Store(&rules)
	r.Forget()
}

// Learn names who is asked, once the year is held and before lights are judged in it, whether another server has let other rules hold; it calls
// SetRules if so. Two servers that know different rules would tell of lights that turn and turn back. It is called once, before Watch.
func (r *Register) Learn(learn func(context.Context, *store.Tx) error) { r.learn = learn }

// Author is who does something to the register.
type Author struct {
	ID        int64  // the account; 0 is the simulator
	Name      string // as it is written into the history
	Unit      string
	Simulated bool
}

// touch counts a change to a year's promises, so that every server draws its picture anew.
func touch(ctx context.Context, tx *store.Tx, year int) error {
	_, err := tx.Exec(ctx, `INSERT INTO promise_year (year, version) VALUES ($1, 1)
		ON CONFLICT (year) DO UPDATE SET version = promise_year.version + 1`, year)
	return err
}

// conflict is what somebody hears whose view of a thing was older than the thing.
func conflict() error { return errs.New(errs.Conflict, "promise.changed_meanwhile") }
