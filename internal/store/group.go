package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"huying/internal/clock"
	"huying/internal/errs"
)

// writer gives those who write to SQLite their turns on its one writing connection. Those who wait when a turn ends join its
// transaction and share its commit, which costs more than their statements. Nobody waits for company: who finds nobody waiting
// commits at once.
//
// A function runs in the goroutine of its caller, which hands the turn on to the next caller's; so a panic is its caller's own. The
// first function of a group needs no savepoint: when it fails, the transaction holds nothing else.
type writer struct {
	session *session // belongs to who has the turn

	mu     sync.Mutex
	queue  []*waiter
	busy   bool // somebody has the turn
	closed bool
	idle   chan struct{} // closed when the writer is closed and nobody has the turn
}

type waiter struct {
	turn  chan *group // the group to join, or nil when the writer was closed
	alone bool
}

// group is what shares a commit. Its fields belong to who has the turn; the others read err after done.
type group struct {
	alone bool
	began time.Time
	ran   int // functions that ran
	kept  int // functions whose work waits for the commit

	broken  bool // the transaction is lost
	breaker *Tx  // and this one knows why
	err     error
	done    chan struct{}
}

// A group takes no more functions once it has maxGroup, or is older than joinFor.
const (
	maxGroup = 64
	joinFor  = 20 * time.Millisecond
)

// lostError is the end of a transaction through no fault of the function that hears it. It is run again, alone.
type lostError struct{ cause error }

func (e *lostError) Error() string { return "shared transaction lost: " + e.cause.Error() }
func (e *lostError) Unwrap() error { return e.cause }

// errUnfinished stands for the error of a function that panicked or ended its goroutine.
var errUnfinished = errors.New("store: the function did not return")

func errClosed() error { return errs.New(errs.Unavailable, "store.closed") }

func newWriter(pool *sql.DB) *writer {
	return &writer{session: &session{pool: pool, whole: true}, idle: make(chan struct{})}
}

// write runs f as part of a transaction and returns once that is durable, or nothing of f stays. alone keeps others out of it.
//
// Who failed waits for the commit too: its error may rest on what it saw of the others' work.
func (w *writer) write(ctx context.Context, now clock.Business, alone bool, tx *Tx, f func(*Tx) error) error {
	g, err := w.take(ctx, alone)
	if err != nil {
		return err
	}
	err = w.run(ctx, g, now, tx, f)
	<-g.done
	if g.err != nil && g.breaker != tx {
		return g.err
	}
	return err
}

// run runs f and hands the turn on, however f ends.
func (w *writer) run(ctx context.Context, g *group, now clock.Business, tx *Tx, f func(*Tx) error) (err error) {
	begun := false
	err = errUnfinished
	defer func() {
		tx.over = true
		err = w.settle(g, tx, begun, err)
		w.pass(g)
	}()
	if err = ctx.Err(); err != nil {
		return err
	}
	if err = w.begin(ctx, g); err != nil {
		return err
	}
	begun = true
	tx.lite, tx.ctx, tx.now = w.session, ctx, now.Now()
	err = errUnfinished
	if err = f(tx); err != nil {
		return err
	}
	return ctx.Err()
}

func (w *writer) begin(ctx context.Context, g *group) error {
	if g.kept > 0 {
		return w.session.command("SAVEPOINT member")
	}
	if err := w.session.begin(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	g.began = clock.Security{}.Now()
	return nil
}

// settle keeps what a function wrote, or takes it back from the group's transaction. It returns the function's error.
func (w *writer) settle(g *group, tx *Tx, begun bool, err error) error {
	g.ran++
	var trouble error
	switch s := w.session; {
	case s.lost.Load() && (begun || g.kept > 0):
		trouble = errRolledBack
	case !begun:
	case err == nil && g.kept > 0:
		trouble = s.command("RELEASE member")
	case err == nil:
	case g.kept > 0:
		trouble = errors.Join(s.command("ROLLBACK TO member"), s.command("RELEASE member"))
	default:
		s.rollback()
	}
	switch {
	case trouble != nil:
		if err == nil {
			err = trouble
		}
		g.broken, g.breaker, g.err = true, tx, &lostError{err}
	case err == nil:
		g.kept++
	}
	return err
}

// pass gives the turn to the next who waits, in the same group while it takes more.
func (w *writer) pass(g *group) {
	w.mu.Lock()
	open := g.kept > 0 && !g.broken && !g.alone && g.ran < maxGroup
	if open && len(w.queue) > 0 && !w.queue[0].alone && clock.Since(g.began) < joinFor {
		w.pop().turn <- g
		w.mu.Unlock()
		return
	}
	w.mu.Unlock()
	w.finish(g)
}

// finish commits what the group kept, lets the next group begin, and answers everybody.
func (w *writer) finish(g *group) {
	switch {
	case g.broken:
		w.session.rollback()
	case g.kept > 0:
		g.err = w.commit(g)
	}
	w.handOver()
	close(g.done)
}

// commit makes the group's work durable, or leaves nothing of it. A constraint that is checked at the commit does not tell whose
// work breaks it; each of several runs again alone.
func (w *writer) commit(g *group) error {
	err := w.session.command("COMMIT")
	if err == nil {
		return nil
	}
	w.session.rollback()
	err = fmt.Errorf("commit: %w", err)
	var lite *sqlite.Error
	if g.kept > 1 && errors.As(err, &lite) && lite.Code()&0xff == sqlite3.SQLITE_CONSTRAINT {
		return &lostError{err}
	}
	return err
}

// take waits for the turn. Who gets it must pass it on.
func (w *writer) take(ctx context.Context, alone bool) (*group, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return nil, errClosed()
	}
	if !w.busy {
		w.busy = true
		w.mu.Unlock()
		return newGroup(alone), nil
	}
	me := &waiter{turn: make(chan *group, 1), alone: alone}
	w.queue = append(w.queue, me)
	w.mu.Unlock()

	var g *group
	select {
	case g = <-me.turn:
	case <-ctx.Done():
		if w.leave(me) {
			return nil, ctx.Err()
		}
		g = <-me.turn // it came at that moment, and is passed on by run
	}
	if g == nil {
		return nil, errClosed()
	}
	return g, nil
}

func newGroup(alone bool) *group { return &group{alone: alone, done: make(chan struct{})} }

// leave takes a waiter out of the queue, and reports whether it was still there.
func (w *writer) leave(me *waiter) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := slices.Index(w.queue, me)
	if i < 0 {
		return false
	}
	w.queue = slices.Delete(w.queue, i, i+1)
	return true
}

// pop takes the first waiter out of the queue. The caller holds w.mu.
func (w *writer) pop() *waiter {
	first := w.queue[0]
	w.queue[0] = nil
	w.queue = w.queue[1:]
	return first
}

// handOver lets the first who waits begin a group.
func (w *writer) handOver() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.queue) > 0 {
		next := w.pop()
		next.turn <- newGroup(next.alone)
		return
	}
	w.busy = false
	if w.closed {
		close(w.idle)
	}
}

// exclusive runs f while nobody writes and the connection is free in its pool.
func (w *writer) exclusive(ctx context.Context, f func() error) error {
	g, err := w.take(ctx, true)
	if err != nil {
		return err
	}
	defer w.finish(g)
	if err := w.session.release(); err != nil {
		return err
	}
	return f()
}

// close refuses those who wait, lets the group under way end, and gives the connection back.
func (w *writer) close() error {
	w.mu.Lock()
	if !w.closed {
		w.closed = true
		for _, waiting := range w.queue {
			waiting.turn <- nil
		}
		w.queue = nil
		if !w.busy {
			close(w.idle)
		}
	}
	w.mu.Unlock()
	<-w.idle
	return w.session.release()
}
