package calendar

import (
	"context"
	"embed"
	"encoding/json"
	"slices"
	"sync/atomic"
	"time"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/store"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Schema is this package's part of the database.
var Schema = store.Schema{Name: "calendar", FS: migrations}

// Store keeps the imported notices and the business hours in the database, and the calendar that they make with the built-in years in
// memory. It is safe for use by several goroutines.
type Store struct {
	db      *store.DB
	config  Config
	current atomic.Pointer[version]
}

// version is the calendar after the n-th change: an import, or other hours.
type version struct {
	n        int64
	calendar *Calendar
}

// Open reads the notices and the hours of db; the hours of config hold as long as it states none. It fails as New does.
func Open(ctx context.Context, db *store.DB, config Config) (*Store, error) {
	builtIn, err := New(config, embedded()...)
	if err != nil {
		return nil, err
	}
	s := &Store{db: db, config: config}
	s.current.Store(&version{-1, builtIn}) // whatever the database has is later
	return s, s.Refresh(ctx)
}

// Calendar returns the calendar as of the last change that this server knows of. It never changes itself: ask again for a later one.
func (s *Store) Calendar() *Calendar { return s.current.Load().calendar }

// Version is how many changes, notices and other hours, the calendar has seen that this server knows.
func (s *Store) Version() int64 { return s.current.Load().n }

// Between is Calendar.Between of the current calendar. With OnOrAfter and OnOrBefore it lets those who count working days follow an
// import without asking for the calendar anew.
func (s *Store) Between(a, b clock.Date) int { return s.Calendar().Between(a, b) }

// OnOrAfter is Calendar.OnOrAfter of the current calendar.
func (s *Store) OnOrAfter(d clock.Date) clock.Date { return s.Calendar().OnOrAfter(d) }

// OnOrBefore is Calendar.OnOrBefore of the current calendar.
func (s *Store) OnOrBefore(d clock.Date) clock.Date { return s.Calendar().OnOrBefore(d) }

// Refresh reads notices and hours again if another server has changed them.
func (s *Store) Refresh(ctx context.Context) error {
	return s.db.Read(ctx, func(tx *store.Tx) error {
		var n int64
		err := tx.Scan(ctx, "SELECT n FROM calendar_change WHERE one = 1", nil, &n)
		if err != nil || n == s.current.Load().n {
			return err
		}
		c, err := s.load(ctx, tx)
		if err == nil {
			s.offer(&version{n, c})
		}
		return err
	})
}

// offer makes v current unless a later one is.
func (s *Store) offer(v *version) {
	for {
		old := s.current.Load()
		if old.n >= v.n || s.current.CompareAndSwap(old, v) {
			return
		}
	}
}

// row is a notice as it is stored.
type row struct {
	version    int64
	notice     Notice
	source     string
	importedAt time.Time
}

const rowColumns = "version, year, days, source, imported_at"

func (r *row) fields() []any {
	return []any{&r.version, &r.notice.Year, store.AsJSON(&r.notice.Days), &r.source, store.At(&r.importedAt)}
}

func (s *Store) load(ctx context.Context, tx *store.Tx) (*Calendar, error) {
	rows, err := store.All(ctx, tx, (*row).fields, "SELECT "+rowColumns+" FROM calendar_notice ORDER BY version")
	if err != nil {
		return nil, err
	}
	notices := Embedded()
	for _, r := range rows {
		notices = append(notices, r.notice)
	}
	config := s.config
	if hours, err := heldHours(ctx, tx); err != nil {
		return nil, err
	} else if len(hours) > 0 {
		config.Hours = hours
	}
	return New(config, notices...)
}

// heldHours are the hours that hold; none when nobody has stated any.
func heldHours(ctx context.Context, tx *store.Tx) (hours Hours, err error) {
	var text string
	if err := tx.Scan(ctx, "SELECT hours FROM calendar_change WHERE one = 1", nil, &text); err != nil || text == "" {
		return nil, err
	}
	return hours, json.Unmarshal([]byte(text), &hours)
}

// SetHours lets business hours hold for every server, in the caller's transaction, and reports whether they are others than before: this
// server follows when it commits, the others at their next Refresh. What falls due in business hours is then to be worked out again. The
// first hours that are stated change nothing. It returns errs.Invalid as Hours.Check does.
func (s *Store) SetHours(ctx context.Context, tx *store.Tx, hours Hours) (changed bool, err error) {
	if err := hours.Check(); err != nil {
		return false, err
	}
	var n int64 // held, so that an import that comes at the same time waits
	if err := tx.Scan(ctx, "UPDATE calendar_change SET n = n WHERE one = 1 RETURNING n", nil, &n); err != nil {
		return false, err
	}
	held, err := heldHours(ctx, tx)
	if err != nil || slices.Equal(held, hours) {
		return false, err
	}
	if len(held) == 0 {
		_, err = tx.Exec(ctx, "UPDATE calendar_change SET hours = $1 WHERE one = 1", store.JSON[Hours]{V: hours})
		return false, err
	}
	n++
	if _, err = tx.Exec(ctx, "UPDATE calendar_change SET n = $1, hours = $2, hours_at = $3 WHERE one = 1", n, store.JSON[Hours]{V: hours}, store.Micros(tx.Now())); err != nil {
		return false, err
	}
	after, err := s.load(ctx, tx)
	if err != nil {
		return false, err
	}
	tx.AfterCommit(func() { s.offer(&version{n, after}) })
	return true, nil
}

// ChangedAt is when the calendar was changed last, by the business clock: a notice came, or other hours. It is zero when it never was.
func ChangedAt(ctx context.Context, tx *store.Tx) (at time.Time, err error) {
	err = tx.Scan(ctx, "SELECT MAX(at) FROM (SELECT MAX(imported_at) AS at FROM calendar_notice UNION ALL SELECT hours_at FROM calendar_change) x", nil, store.At(&at))
	return at, err
}

// Imported is what Import did.
type Imported struct {
	Known   bool     // the calendar knew the year before; what fell due in it was not provisional
	Changes []Change // the days that are worked and were not, or the other way round; all against plain weekends when the year was not known
}

// Nothing reports whether the notice said only what the calendar already knew, and nothing was stored.
func (i Imported) Nothing() bool { return i.Known && len(i.Changes) == 0 }

// Import adds a notice to the calendar of every server, in the caller's transaction: this one follows when it commits, the others at
// their next Refresh. source says where the notice comes from. A notice that changes no day of a year already known is not stored, so
// that importing twice does nothing. One that contradicts a known year is errs.Conflict unless replace is set; what it replaces stays
// on record. A notice that cannot be is errs.Invalid. What fell due in the days of the Changes, and all that was provisional in the
// year, is then to be worked out again.
func (s *Store) Import(ctx context.Context, tx *store.Tx, n Notice, source string, replace bool) (Imported, error) {
	var changes int64 // the update makes a second import wait until this one has ended
	if err := tx.Scan(ctx, "UPDATE calendar_change SET n = n WHERE one = 1 RETURNING n", nil, &changes); err != nil {
		return Imported{}, err
	}
	before, err := s.load(ctx, tx)
	if err != nil {
		return Imported{}, err
	}
	after, err := before.With(n)
	if err != nil {
		return Imported{}, err
	}
	done := Imported{Known: before.Knows(n.Year), Changes: before.Changes(after, n.Year)}
	switch {
	case done.Nothing():
		return done, nil
	case done.Known && !replace:
		return done, errs.New(errs.Conflict, "calendar.year_differs", "year", n.Year, "n", len(done.Changes))
	}
	changes++
	_, err = tx.Exec(ctx, "INSERT INTO calendar_notice ("+rowColumns+") VALUES ($1, $2, $3, $4, $5)",
		changes, n.Year, store.JSON[[]Day]{V: n.Days}, source, store.Micros(tx.Now()))
	if err != nil {
		return done, err
	}
	if _, err = tx.Exec(ctx, "UPDATE calendar_change SET n = $1 WHERE one = 1", changes); err != nil {
		return done, err
	}
	tx.AfterCommit(func() { s.offer(&version{changes, after}) })
	return done, nil
}
