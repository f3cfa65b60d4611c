package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"sync"
	"sync/atomic"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"huying/internal/clock"
)

// session is one connection to SQLite with the statements that were prepared on it: preparing one costs more than running it. It
// serves one transaction at a time, and connects when it is first used.
type session struct {
	pool  *sql.DB
	whole bool // a statement that has begun is not interrupted

	conn  *sql.Conn // nil before the first use and after a failure
	stmts map[string]*prepared
	uses  uint64
	open  int         // queries whose rows are being read
	lost  atomic.Bool // SQLite has rolled the transaction back by itself
}

type prepared struct {
	stmt *sql.Stmt
	used uint64
}

// A session keeps maxPrepared statements and lets go of the one that has not been used for longest; a text over maxPreparedText,
// which somebody generated, is not kept at all.
const (
	maxPrepared     = 256
	maxPreparedText = 4096
)

// errRolledBack is what a transaction hears that goes on after SQLite has rolled it back, as it does when the disk is full.
var errRolledBack = errors.New("store: SQLite rolled the transaction back")

// connect makes sure of the connection. SQLite tells through a hook when it rolls a whole transaction back by itself; without it,
// what follows in the same function would be committed statement by statement.
func (s *session) connect(ctx context.Context) error {
	if s.conn != nil {
		return nil
	}
	conn, err := s.pool.Conn(ctx)
	if err != nil {
		return err
	}
	err = conn.Raw(func(c any) error {
		hooks, ok := c.(sqlite.HookRegisterer)
		if !ok {
			return errors.New("store: the SQLite driver has no hooks")
		}
		hooks.RegisterRollbackHook(func() { s.lost.Store(true) })
		return nil
	})
	if err != nil {
		return errors.Join(err, conn.Close())
	}
	s.conn, s.stmts = conn, map[string]*prepared{}
	return nil
}

// begin starts a transaction with the statement given. Its wait for another process ends with ctx.
func (s *session) begin(ctx context.Context, how string) error {
	if err := s.connect(ctx); err != nil {
		return err
	}
	s.lost.Store(false)
	p, err := s.prepare(ctx, how)
	if err == nil {
		_, err = p.ExecContext(ctx)
	}
	if err != nil {
		s.rollback() // a context that ends at that moment hides that the statement took effect
	}
	return err
}

// command runs a statement that steers the transaction.
func (s *session) command(query string) error {
	p, err := s.prepare(context.Background(), query)
	if err == nil {
		_, err = p.ExecContext(context.Background())
	}
	return err
}

// rollback ends the transaction, if there is one. A connection that cannot even do that is closed, which does.
func (s *session) rollback() {
	if s.conn == nil {
		return
	}
	err := s.command("ROLLBACK")
	var lite *sqlite.Error
	none := errors.As(err, &lite) && lite.Code() == sqlite3.SQLITE_ERROR // "no transaction is active"
	if err != nil && !none {
		s.drop()
	}
}

// drop closes a connection that is no longer trusted.
func (s *session) drop() {
	_ = s.giveBack(func(any) error { return driver.ErrBadConn })
}

// release lets go of the statements and gives the connection back to its pool.
func (s *session) release() error {
	return s.giveBack(func(any) error { return nil })
}

func (s *session) giveBack(check func(any) error) (err error) {
	if s.conn == nil {
		return nil
	}
	for _, p := range s.stmts {
		err = errors.Join(err, p.stmt.Close())
	}
	if raw := s.conn.Raw(check); raw == nil { // else Raw has closed it
		err = errors.Join(err, s.conn.Close())
	}
	s.conn, s.stmts = nil, nil
	return err
}

func (s *session) exec(ctx context.Context, query string, args []any) (sql.Result, error) {
	ctx = s.bounds(ctx)
	if s.open > 0 || len(query) > maxPreparedText {
		return s.conn.ExecContext(ctx, query, args...)
	}
	p, err := s.prepare(ctx, query)
	if err != nil {
		return nil, err
	}
	return p.ExecContext(ctx, args...)
}

// query is followed by reading, during which open counts up: a statement whose rows are open is neither run a second time nor let
// go of.
func (s *session) query(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	ctx = s.bounds(ctx)
	if s.open > 0 || len(query) > maxPreparedText {
		return s.conn.QueryContext(ctx, query, args...)
	}
	p, err := s.prepare(ctx, query)
	if err != nil {
		return nil, err
	}
	return p.QueryContext(ctx, args...)
}

// bounds is the context that a statement runs under. To interrupt one that writes would roll the whole transaction back, with what
// others wrote in it.
func (s *session) bounds(ctx context.Context) context.Context {
	if s.whole {
		return context.WithoutCancel(ctx)
	}
	return ctx
}

func (s *session) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	s.uses++
	if p, ok := s.stmts[query]; ok {
		p.used = s.uses
		return p.stmt, nil
	}
	stmt, err := s.conn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	if len(s.stmts) >= maxPrepared {
		if err := s.forgetOldest(); err != nil {
			return nil, errors.Join(err, stmt.Close())
		}
	}
	s.stmts[query] = &prepared{stmt, s.uses}
	return stmt, nil
}

func (s *session) forgetOldest() error {
	var oldest string
	last := s.uses
	for query, p := range s.stmts {
		if p.used < last {
			oldest, last = query, p.used
		}
	}
	err := s.stmts[oldest].stmt.Close()
	delete(s.stmts, oldest)
	return err
}

// sessions are the connections that read. The one used last is used first, so that its statements are at hand.
type sessions struct {
	pool  *sql.DB
	slots chan struct{}

	mu     sync.Mutex
	idle   []*session
	closed bool
}

func newSessions(pool *sql.DB, n int) *sessions {
	return &sessions{pool: pool, slots: make(chan struct{}, n)}
}

// take waits for a session that nobody uses.
func (r *sessions) take(ctx context.Context) (*session, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case r.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		<-r.slots
		return nil, errClosed()
	}
	if n := len(r.idle); n > 0 {
		s := r.idle[n-1]
		r.idle = r.idle[:n-1]
		return s, nil
	}
	return &session{pool: r.pool}, nil
}

func (r *sessions) give(s *session) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		_ = s.release() // its pool is closed, and closes the connection now
	} else {
		r.idle = append(r.idle, s)
	}
	<-r.slots
}

// close lets go of the sessions that nobody uses; the others follow when they are given back.
func (r *sessions) close() (err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	for _, s := range r.idle {
		err = errors.Join(err, s.release())
	}
	r.idle = nil
	return err
}

// read runs f on one snapshot.
func (r *sessions) read(ctx context.Context, now clock.Business, tx *Tx, f func(*Tx) error) error {
	s, err := r.take(ctx)
	if err != nil {
		return err
	}
	defer func() {
		tx.over = true
		s.rollback()
		r.give(s)
	}()
	if err := s.begin(context.WithoutCancel(ctx), "BEGIN"); err != nil { // it waits for nobody
		return err
	}
	tx.lite, tx.now = s, now.Now()
	if err := f(tx); err != nil {
		return err
	}
	return ctx.Err()
}
