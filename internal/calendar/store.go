package calendar

import (
	"context"
	"embed"
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

// Store keeps the imported notices in the database and the calendar that they make with the built-in years in memory. It is safe for
// use by several goroutines.
type Store struct {
	db      *store.DB
	config  Config
	current atomic.Pointer[version]
}

// version is the calendar after the n-th import.
type version struct {
	n        int64
	calendar *Calendar
}

// Open reads the notices of db. It fails as New does.
func Open(ctx context.Context, db *store.DB, config Config) (*Store, error) {
	builtIn, err := New(config, embedded()...)
	if err != nil {
		return nil, err
	}
	s := &Store{db: db, config: config}
	s.current.Store(&version{0, builtIn})
	return s, s.Refresh(ctx)
}

// Calendar returns the calendar as of the last import that this server knows of. It never changes: ask again for a later one.
func (s *Store) Calendar() *Calendar { return s.current.Load().calendar }

// Version is how many notices had been imported when the calendar was made that this server knows.
func (s *Store) Version() int64 { return s.current.Load().n }

// Between is Calendar.Between of the current calendar. With OnOrAfter and OnOrBefore it lets those who count working days follow an
// import without asking for the calendar anew.
func (s *Store) Between(a, b clock.Date) int { return s.Calendar().Between(a, b) }

// OnOrAfter is Calendar.OnOrAfter of the current calendar.
func (s *Store) OnOrAfter(d clock.Date) clock.Date { return s.Calendar().OnOrAfter(d) }

// OnOrBefore is Calendar.OnOrBefore of the current calendar.
func (s *Store) OnOrBefore(d clock.Date) clock.Date { return s.Calendar().OnOrBefore(d) }

// Refresh reads the notices again if another server has imported one.
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
	return New(s.config, notices...)
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
	var imports int64 // the update makes a second import wait until this one has ended
	if err := tx.Scan(ctx, "UPDATE calendar_change SET n = n WHERE one = 1 RETURNING n", nil, &imports); err != nil {
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
	imports++
	_, err = tx.Exec(ctx, "INSERT INTO calendar_notice ("+rowColumns+") VALUES ($1, $2, $3, $4, $5)",
		imports, n.Year, store.JSON[[]Day]{V: n.Days}, source, store.Micros(tx.Now()))
	if err != nil {
		return done, err
	}
	if _, err = tx.Exec(ctx, "UPDATE calendar_change SET n = $1 WHERE one = 1", imports); err != nil {
		return done, err
	}
	tx.AfterCommit(func() { s.offer(&version{imports, after}) })
	return done, nil
}
