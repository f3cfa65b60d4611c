// Package store keeps rows on SQLite or PostgreSQL through one SQL text. Both take $1, RETURNING and ON CONFLICT; what differs is
// here and nowhere else: opening, locking, type names in migrations, and which error means what.
//
// Writing goes through DB.Write, which commits durably before it returns, and reading through DB.Read, which sees one snapshot.
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"huying/internal/clock"
	"huying/internal/errs"
)

// Locales are this package's messages.
//
//go:embed locales/*.json
var Locales embed.FS

// Engine is a database engine.
type Engine string

const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// DB is an open database. It is safe for use by several goroutines.
type DB struct {
	Engine Engine
	w, r   *sql.DB       // of SQLite one writing connection and a pool that reads; of PostgreSQL both the pool, for migrations
	lite   *lite         // how SQLite's connections are used; nil with PostgreSQL
	pool   *pgxpool.Pool // of PostgreSQL
	clock  clock.Business
}

type lite struct {
	writer  *writer
	readers *sessions
}

// Open opens the database at url: "sqlite:PATH" (made when missing) or "postgres://…". now is the clock of its transactions.
func Open(ctx context.Context, dsn string, now clock.Business) (*DB, error) {
	db := &DB{clock: now}
	var err error
	switch {
	case strings.HasPrefix(dsn, "sqlite:"):
		err = db.openSQLite(strings.TrimPrefix(dsn, "sqlite:"), "FULL")
	case strings.HasPrefix(dsn, "postgres://"), strings.HasPrefix(dsn, "postgresql://"):
		err = db.openPostgres(ctx, dsn)
	default:
		return nil, errs.New(errs.Invalid, "store.bad_url")
	}
	return db.opened(ctx, dsn, err)
}

// OpenScratch opens an SQLite file that is thrown away, such as a drill's: nothing in it waits for the disk, and a power cut may take it.
func OpenScratch(ctx context.Context, path string, now clock.Business) (*DB, error) {
	db := &DB{clock: now}
	return db.opened(ctx, path, db.openSQLite(path, "OFF"))
}

// opened is the database when it could be opened and answers.
func (db *DB) opened(ctx context.Context, dsn string, err error) (*DB, error) {
	if err == nil {
		err = errors.Join(db.w.PingContext(ctx), db.r.PingContext(ctx))
	}
	if err != nil {
		return nil, errs.Wrap(err, errs.Unavailable, "store.cannot_open", "why", hideSecrets(dsn, err))
	}
	return db, nil
}

// readers is how many transactions read SQLite at once.
const readers = 4

// openSQLite opens one connection that writes and a few that read. busy_timeout comes first, so that the pragmas after it wait
// too. _txlock is for migrations: without BEGIN IMMEDIATE two transactions that read and then write would lose one another's work.
func (db *DB) openSQLite(path, synchronous string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return err
	}
	q := url.Values{"_txlock": {"immediate"}, "_dqs": {"0"}, "_pragma": {
		"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(" + synchronous + ")", "foreign_keys(1)", "cache_size(-16000)", "temp_store(MEMORY)"}}
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() + "?"
	var err error
	if db.w, err = sql.Open("sqlite", dsn+q.Encode()); err != nil {
		return err
	}
	db.w.SetMaxOpenConns(1)
	q.Set("_txlock", "deferred")
	q.Add("_pragma", "query_only(1)")
	if db.r, err = sql.Open("sqlite", dsn+q.Encode()); err != nil {
		return err
	}
	db.r.SetMaxOpenConns(readers)
	db.r.SetMaxIdleConns(readers)
	db.Engine, db.lite = SQLite, &lite{newWriter(db.w), newSessions(db.r, readers)}
	return nil
}

// hideSecrets keeps the password of a database URL out of messages.
func hideSecrets(dsn string, err error) string {
	s := err.Error()
	if u, perr := url.Parse(dsn); perr == nil && u.User != nil {
		if pw, ok := u.User.Password(); ok && pw != "" {
			s = strings.ReplaceAll(s, pw, "***")
		}
	}
	return s
}

// Close closes the database. On SQLite it waits for the transactions that write and refuses those that wait for their turn.
func (db *DB) Close() error {
	if db.lite == nil {
		err := db.w.Close()
		db.pool.Close()
		return err
	}
	return errors.Join(db.lite.readers.close(), db.lite.writer.close(), db.r.Close(), db.w.Close())
}

// Ping reports whether the database answers.
func (db *DB) Ping(ctx context.Context) error {
	return db.ReadOnce(ctx, func(tx *Tx) error { return tx.Scan(ctx, "SELECT 1", nil, new(int)) })
}

// WithClock returns the same database on another clock, for a simulator that plays a year.
func (db *DB) WithClock(now clock.Business) *DB { c := *db; c.clock = now; return &c }

// Now is the business time.
func (db *DB) Now() time.Time { return db.clock.Now() }

// Tx is a transaction: one time, one snapshot. It belongs to the function that it is given to, and to that function's goroutine.
type Tx struct {
	pg     *pipe           // of PostgreSQL
	lite   *session        // of SQLite
	ctx    context.Context // of a transaction that writes to SQLite: nothing begins once it has ended
	engine Engine
	now    time.Time
	after  []func()
	apart  bool // its queries are each by itself: nothing is written
	once   bool // there is one
	asked  bool // and that was asked
	over   bool
}

// check refuses a statement of a transaction that is over, and a second one where there may be one.
func (tx *Tx) check(ctx context.Context) error {
	switch {
	case tx.over:
		return sql.ErrTxDone
	case tx.once && tx.asked:
		return errSecond
	}
	tx.asked = true
	switch {
	case tx.lite == nil:
		return nil
	case tx.lite.lost.Load():
		return errRolledBack
	case tx.ctx != nil && tx.ctx.Err() != nil:
		return tx.ctx.Err()
	}
	return ctx.Err()
}

// Now is the time of the transaction: the same at its first row and its last.
func (tx *Tx) Now() time.Time { return tx.now }

// NotBefore moves the time of the transaction on to t when its clock stands before it: what has happened was earlier than what follows from
// it, also when the machine's clock was set back.
func (tx *Tx) NotBefore(t time.Time) {
	if tx.now.Before(t) {
		tx.now = t
	}
}

// AfterCommit runs f once the transaction is durable, and never if it fails: in the order of the calls, before Write returns. f must
// not fail and must not block.
func (tx *Tx) AfterCommit(f func()) { tx.after = append(tx.after, f) }

// maxTries bounds how often a transaction that lost a race is run again.
const maxTries = 8

// Write runs f in a transaction and commits it durably, or leaves nothing of it. A transaction that is ended for a deadlock, a
// serialisation failure, or another function's failure, is run again, so f must have no effect outside the transaction but through
// AfterCommit.
//
// On SQLite the functions that wait when another one ends may share its commit. Each still sees the work of those before it only,
// fails by itself, and is answered after the commit. When ctx ends, a statement under way runs to its end, and nothing stays of f;
// once f has returned, Write waits for the commit and tells the truth.
func (db *DB) Write(ctx context.Context, f func(*Tx) error) error {
	for try := 1; ; try++ {
		tx := &Tx{engine: db.Engine}
		var err error
		if db.lite != nil {
			err = db.lite.writer.write(ctx, db.clock, try > 1, tx, f)
		} else {
			err = db.once(ctx, toWrite, tx, f)
		}
		if err == nil {
			tx.finished()
			return nil
		}
		if try == maxTries || !lostRace(err) {
			return named(err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Duration(try*try) * time.Millisecond):
		}
	}
}

func (tx *Tx) finished() {
	for _, f := range tx.after {
		f()
	}
}

// Read runs f on one snapshot, in which nothing can be written.
func (db *DB) Read(ctx context.Context, f func(*Tx) error) error {
	return db.read(ctx, toRead, &Tx{engine: db.Engine}, f)
}

// ReadOnce is Read for an f that runs one query: that sees one snapshot by itself, and on PostgreSQL costs a third. A second query fails.
func (db *DB) ReadOnce(ctx context.Context, f func(*Tx) error) error {
	return db.read(ctx, atOnce, &Tx{engine: db.Engine, apart: true, once: true}, f)
}

// ReadApart is Read for an f whose queries may each see a snapshot of their own: PostgreSQL is spared the beginning and the end around them.
func (db *DB) ReadApart(ctx context.Context, f func(*Tx) error) error {
	return db.read(ctx, atOnce, &Tx{engine: db.Engine, apart: true}, f)
}

// Defects in the code that calls ReadOnce or ReadApart.
var (
	errSecond = errors.New("store: a second query where one was announced")
	errWrites = errors.New("store: what only reads was to write")
)

func (db *DB) read(ctx context.Context, how string, tx *Tx, f func(*Tx) error) (err error) {
	if db.lite != nil {
		err = db.lite.readers.read(ctx, db.clock, tx, f)
	} else {
		err = db.once(ctx, how, tx, f)
	}
	if err == nil {
		tx.finished()
	}
	return named(err)
}

func lostRace(err error) bool {
	var lost *lostError
	if errors.As(err, &lost) {
		return true
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "40001" || pg.Code == "40P01"
	}
	var lite *sqlite.Error
	return errors.As(err, &lite) && lite.Code()&0xff == sqlite3.SQLITE_BUSY
}

// IsUnique reports whether err says that a unique key is taken.
func IsUnique(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "23505"
	}
	var lite *sqlite.Error
	return errors.As(err, &lite) && (lite.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || lite.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
}

// IsForeignKey reports whether err says that a row refers to one that is not there.
func IsForeignKey(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "23503"
	}
	var lite *sqlite.Error
	return errors.As(err, &lite) && lite.Code() == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY
}
