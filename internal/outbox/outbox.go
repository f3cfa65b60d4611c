// Package outbox sends what waits in a table to somebody outside, and notes how it went (adr 21).
//
// It is not done by a job: a job runs in a transaction, and a mail server that takes ten seconds to answer would keep SQLite's only writer
// waiting for ten seconds. A worker claims what is due in a short transaction, sends it with none open, and notes in another how it went. Who
// claims moves the time at which it is due a lease ahead: if the server dies, the next worker takes over when the lease ends. What is sent
// therefore arrives at least once, and has to carry an id by which the other side knows it again. What fails is tried again after pauses that
// grow, and is given up in the end, never silently.
package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"huying/internal/clock"
	"huying/internal/store"
)

const (
	Lease = 2 * time.Minute // longer than it takes to send and to note

	workers   = 2 // for each lane: a slow one holds up no other
	patience  = time.Minute
	noting    = 40 * time.Second
	lookEvery = time.Second
)

// The states that every outbox has. What it calls what was refused or given up it says itself.
const (
	Waiting = "waiting"
	Sent    = "sent"
)

// Failure is why something did not arrive.
type Failure struct {
	Why    string        // message key
	Detail string        // what the other side said
	Final  bool          // trying again would change nothing
	After  time.Duration // the other side asked not to be tried earlier
}

// Error implements error.
func (f *Failure) Error() string { return f.Why + ": " + f.Detail }

// Table is where things wait. It has the columns state, due_at, tries, why, detail and done_at; times are the machine's, in microseconds.
type Table struct {
	Name    string
	Key     string // the column that tells what is sent together: id, or one that is empty until it is claimed
	Due     string // what may go by a lane now, as FROM and WHERE: $1 is the lane, $2 the time
	Failed  string // the condition of what failed, whether it is tried again or not
	Refused string // the state of what failed for good
	Dead    string // the state of what was tried too often
}

// Parcel is something that was claimed.
type Parcel struct {
	Key   any // in the table's column Key
	Tries int // this one counted

	// Send sends it, with no transaction open. nil means that the other side has it. An error is ours: nothing is noted, and it is tried again
	// when the lease ends; but with ErrWithdrawn that is as it should be.
	Send func(ctx context.Context) (*Failure, error)
	// Noted, if there is one, follows when it is known how it went, in the transaction that notes it, unless another worker has taken over.
	Noted func(ctx context.Context, tx *store.Tx, f *Failure, state string) error
}

// ErrWithdrawn says that what was claimed is not to be sent any more, and that this is noted already.
var ErrWithdrawn = errors.New("withdrawn")

// Options are what an outbox is made of.
type Options struct {
	Name  string // in the log
	DB    *store.DB
	Clock clock.Security
	Log   *slog.Logger
	Table Table
	Waits []time.Duration // before the second try, the third, and so on; after as many it is given up

	// Claim takes what goes next by a lane: it writes the try and Lease after now as the time at which it is due. Without a parcel, did says
	// whether there was something that needed no sending after all.
	Claim func(ctx context.Context, tx *store.Tx, lane string, now time.Time) (p *Parcel, did bool, err error)
	// Open reports whether a lane is open; nil: each is, always. What is due by one that is not goes on waiting.
	Open func(lane string) bool
}

// Box is an outbox. It is safe for use by several goroutines, and several servers may work on one database.
type Box struct {
	o     Options
	lanes []string
	wake  map[string]chan struct{}
}

// New returns an outbox with lanes, each of which leads to somebody else.
func New(o Options, lanes ...string) *Box {
	b := &Box{o: o, lanes: lanes, wake: map[string]chan struct{}{}}
	for _, lane := range lanes {
		b.wake[lane] = make(chan struct{}, workers)
	}
	return b
}

// Run sends what is due until ctx ends; then it lets arrive what is on its way.
func (b *Box) Run(ctx context.Context) {
	var wg sync.WaitGroup
	for _, lane := range b.lanes {
		for range workers {
			wg.Go(func() { b.work(ctx, lane) })
		}
	}
	wg.Wait()
}

// Nudge lets workers of lanes look at once. Without any it is all lanes.
func (b *Box) Nudge(lanes ...string) {
	if len(lanes) == 0 {
		lanes = b.lanes
	}
	for _, lane := range lanes {
		select {
		case b.wake[lane] <- struct{}{}:
		default:
		}
	}
}

func (b *Box) work(ctx context.Context, lane string) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for ctx.Err() == nil {
		did, err := b.guarded(ctx, lane)
		if err != nil && ctx.Err() == nil {
			b.o.Log.ErrorContext(ctx, "sending "+b.o.Name, "to", lane, "err", err)
		}
		if did && err == nil {
			b.Nudge(lane) // there may be more: another worker looks too
			continue
		}
		select {
		case <-ctx.Done():
		case <-b.wake[lane]:
		case <-tick.C:
		}
	}
}

// guarded is step, and turns a panic into an error: what brings a library down does not take the server with it.
func (b *Box) guarded(ctx context.Context, lane string) (did bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return b.step(ctx, lane)
}

// Flush sends everything that is due now, and returns the first error. It is for commands and tests.
func (b *Box) Flush(ctx context.Context) error {
	for _, lane := range b.lanes {
		for did := true; did; {
			var err error
			if did, err = b.guarded(ctx, lane); err != nil {
				return err
			}
		}
	}
	return nil
}

// step sends what goes next by a lane, and reports whether there was anything to do.
func (b *Box) step(ctx context.Context, lane string) (did bool, err error) {
	if b.o.Open != nil && !b.o.Open(lane) {
		return false, nil
	}
	var due bool // asked first without writing: most of the time there is none
	err = b.o.DB.ReadOnce(ctx, func(tx *store.Tx) error {
		return tx.Scan(ctx, "SELECT EXISTS (SELECT 1 "+b.o.Table.Due+")", []any{lane, b.now().UnixMicro()}, &due)
	})
	if err != nil || !due {
		return false, err
	}
	var p *Parcel
	err = b.o.DB.Write(ctx, func(tx *store.Tx) (err error) {
		p, did, err = b.o.Claim(ctx, tx, lane, b.now())
		return err
	})
	if err != nil || p == nil {
		return did, err
	}
	return true, b.deliver(ctx, lane, p)
}

// deliver sends a parcel and notes how it went, also when ctx ends meanwhile.
func (b *Box) deliver(ctx context.Context, lane string, p *Parcel) error {
	ctx = context.WithoutCancel(ctx)
	sending, sent := context.WithTimeout(ctx, patience)
	defer sent()
	f, err := p.Send(sending)
	if errors.Is(err, ErrWithdrawn) {
		return nil
	} else if err != nil {
		return err
	}
	ctx, noted := context.WithTimeout(ctx, noting)
	defer noted()
	return b.o.DB.Write(ctx, func(tx *store.Tx) error { return b.note(ctx, tx, lane, p, f) })
}

// note notes what came of a parcel. If the lease ended meanwhile and another worker took it over, that one notes it.
func (b *Box) note(ctx context.Context, tx *store.Tx, lane string, p *Parcel, f *Failure) error {
	now := b.now()
	state, due := b.state(p, f), now
	var done any = now.UnixMicro()
	if state == Waiting {
		due, done = now.Add(max(b.o.Waits[p.Tries-1], f.After)), nil
	}
	var why Failure
	if f != nil {
		why = *f
		b.o.Log.WarnContext(ctx, b.o.Name+" not delivered", "to", lane, "key", p.Key, "try", p.Tries, "why", f.Why, "state", state)
	}
	n, err := tx.Exec(ctx, "UPDATE "+b.o.Table.Name+" SET state = $1, why = $2, detail = $3, due_at = $4, done_at = $5 WHERE state = 'waiting' AND "+
		b.o.Table.Key+" = $6 AND tries = $7", state, why.Why, why.Detail, due.UnixMicro(), done, p.Key, p.Tries)
	if err != nil || n == 0 || p.Noted == nil {
		return err
	}
	return p.Noted(ctx, tx, f, state)
}

// state is what becomes of a parcel.
func (b *Box) state(p *Parcel, f *Failure) string {
	switch {
	case f == nil:
		return Sent
	case f.Final:
		return b.o.Table.Refused
	case p.Tries > len(b.o.Waits):
		return b.o.Table.Dead
	}
	return Waiting
}

// Again lets what failed go out at once, as for the first time, and returns how many rows do: those that meet cond, whose arguments begin with
// $2. What is on its way at this moment, or did not fail, is left alone.
func (b *Box) Again(ctx context.Context, tx *store.Tx, cond string, args ...any) (int64, error) {
	t, apart := b.o.Table, ""
	if t.Key != "id" {
		apart = ", " + t.Key + " = NULL"
	}
	tx.AfterCommit(func() { b.Nudge() })
	return tx.Exec(ctx, "UPDATE "+t.Name+" SET state = 'waiting', tries = 0, why = '', detail = '', done_at = NULL, due_at = $1"+apart+
		" WHERE "+t.Failed+" AND "+cond, slices.Insert(args, 0, any(b.now().UnixMicro()))...)
}

func (b *Box) now() time.Time { return b.o.Clock.Now() }
