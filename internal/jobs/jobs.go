// Package jobs runs what follows from a change, after the transaction that caused it. A job is a row written in that transaction, so
// it exists if and only if the change does. It runs in one transaction with the mark that it is done, those of a fleeting kind several
// together: what it writes to the database happens exactly once; what it does outside happens at least once.
package jobs

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"strconv"
	"sync"
	"time"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/store"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Schema is the table of jobs.
var Schema = store.Schema{Name: "jobs", FS: migrations}

// A job that fails waits 1 s, 4 s, 9 s … and is given up after maxTries, to be seen by the administrator. What was done is kept
// for keep, so that the same key does not run twice.
const (
	maxTries = 12
	keep     = 30 * 24 * time.Hour
	poll     = time.Second
)

// Event is the payload of a job. Kind names it for good ("promise.document_read"): jobs of an older program are still read.
type Event interface{ Kind() string }

// Fleeting is an Event whose key can never come again. Its row is removed when it is done, instead of being kept to be known again, and what
// waits of it is answered together.
type Fleeting interface {
	Event
	Fleeting()
}

// Queue holds who answers which event. Answers are registered before Run; Enqueue may be called at any time.
type Queue struct {
	db      *store.DB
	clock   clock.Security
	answers map[string]answer
	wake    chan struct{}
}

type answer struct {
	run      func(ctx context.Context, tx *store.Tx, payloads []string) error // one, or of fleeting ones up to together
	fleeting bool
}

// New returns a queue over db. Waiting times are of the machine's clock: a demonstration on another date works through its jobs too.
func New(db *store.DB, now clock.Security) *Queue {
	return &Queue{db: db, clock: now, answers: map[string]answer{}, wake: make(chan struct{}, 1)}
}

// On registers the one answer to events of type E, one by one. A second is a defect and panics at start-up, as for a fleeting one.
func On[E Event](q *Queue, f func(ctx context.Context, tx *store.Tx, e E) error) {
	var zero E
	if _, fleeting := any(zero).(Fleeting); fleeting {
		panic("jobs: " + zero.Kind() + " is fleeting: it is answered together")
	}
	q.register(zero.Kind(), answer{run: func(ctx context.Context, tx *store.Tx, payloads []string) error {
		all, err := decode[E](payloads)
		if err != nil {
			return err
		}
		return f(ctx, tx, all[0])
	}})
}

// OnAll is On for fleeting events: f answers several at once, in one transaction. When it fails, each is answered by itself, and the error is of
// the one that fails then.
func OnAll[E Fleeting](q *Queue, f func(ctx context.Context, tx *store.Tx, all []E) error) {
	var zero E
	q.register(zero.Kind(), answer{fleeting: true, run: func(ctx context.Context, tx *store.Tx, payloads []string) error {
		all, err := decode[E](payloads)
		if err != nil {
			return err
		}
		return f(ctx, tx, all)
	}})
}

func (q *Queue) register(kind string, a answer) {
	if _, taken := q.answers[kind]; taken {
		panic("jobs: two answers to " + kind)
	}
	q.answers[kind] = a
}

func decode[E Event](payloads []string) ([]E, error) {
	all := make([]E, len(payloads))
	for i, p := range payloads {
		if err := json.Unmarshal([]byte(p), &all[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Enqueue writes a job in the caller's transaction. key makes it idempotent: the same kind and key is written once.
func (q *Queue) Enqueue(ctx context.Context, tx *store.Tx, e Event, key string) error {
	return q.EnqueueAt(ctx, tx, e, key, q.clock.Now())
}

// EnqueueAt writes a job that waits until a moment: for what was decided today and happens later.
func (q *Queue) EnqueueAt(ctx context.Context, tx *store.Tx, e Event, key string, at time.Time) error {
	payload, err := json.Marshal(e)
	if err != nil {
		return err
	}
	tx.AfterCommit(q.nudge)
	return tx.Later(ctx, `INSERT INTO jobs (kind, key, payload, run_at, made_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (kind, key) DO NOTHING`, e.Kind(), key, string(payload), at.UnixMicro(), q.clock.Now().UnixMicro())
}

// Job is an event with the key under which it is known.
type Job struct {
	Event Event
	Key   string
}

// EnqueueAll writes many jobs in the caller's transaction, and of some that they were done: what is left of a job after it ran, without its
// running. The caller knows that there is nothing to do. A key that is taken fails.
func (q *Queue) EnqueueAll(ctx context.Context, tx *store.Tx, waiting, done []Job) error {
	rows := store.Rows{Table: "jobs", Columns: []string{"kind", "key", "payload", "run_at", "tries", "made_at", "done_at", "dead"}}
	at := q.clock.Now().UnixMicro()
	for i, j := range slices.Concat(waiting, done) {
		payload, err := json.Marshal(j.Event)
		if err != nil {
			return err
		}
		var ended any
		if i >= len(waiting) {
			ended = at
		}
		rows.Add(j.Event.Kind(), j.Key, string(payload), at, 0, at, ended, false)
	}
	tx.AfterCommit(q.nudge)
	return rows.Insert(ctx, tx)
}

func (q *Queue) nudge() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// Run works through jobs with n workers until ctx ends, then lets the running ones finish.
func (q *Queue) Run(ctx context.Context, n int) {
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() { q.work(ctx) })
	}
	wg.Wait()
}

func (q *Queue) work(ctx context.Context) {
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for ctx.Err() == nil {
		ran, err := q.next(ctx)
		if err != nil && ctx.Err() == nil {
			slog.Error("taking a job", "err", err)
		}
		if ran {
			continue
		}
		select {
		case <-ctx.Done():
		case <-q.wake:
		case <-tick.C:
		}
	}
}

// Drain runs every job that is due, and those that they cause, and returns the first error. It is for commands and tests.
func (q *Queue) Drain(ctx context.Context) error {
	for {
		ran, err := q.next(ctx)
		if err != nil || !ran {
			return err
		}
	}
}

type row struct {
	id      int64
	kind    string
	payload string
	tries   int
}

func (r *row) fields() []any { return []any{&r.id, &r.kind, &r.payload, &r.tries} }

// together is how many fleeting jobs of one kind are answered at once: each is small, and what surrounds it costs as much.
const together = 16

// next takes a due job that no other worker holds and answers it, and with a fleeting one those of its kind that follow.
func (q *Queue) next(ctx context.Context) (ran bool, err error) {
	var taken []row
	err = q.db.Write(ctx, func(tx *store.Tx) (err error) {
		if taken, err = q.take(ctx, tx); err != nil || len(taken) == 0 {
			return err
		}
		return q.run(ctx, tx, taken)
	})
	var f *failure
	switch {
	case !errors.As(err, &f):
		return err == nil && len(taken) > 0, err
	case len(taken) == 1:
		return true, q.note(ctx, taken[0], f.err)
	}
	for _, job := range taken {
		if err := q.alone(ctx, job); err != nil {
			return true, err
		}
	}
	return true, nil
}

// alone answers one of several jobs that failed together, unless another worker has it by now.
func (q *Queue) alone(ctx context.Context, job row) error {
	err := q.db.Write(ctx, func(tx *store.Tx) error {
		err := tx.Scan(ctx, "SELECT tries FROM jobs WHERE id = $1 AND done_at IS NULL AND NOT dead AND run_at <= $2"+tx.SkipLocked(),
			[]any{job.id, q.clock.Now().UnixMicro()}, &job.tries)
		if errs.Is(err, errs.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return q.run(ctx, tx, []row{job})
	})
	var f *failure
	if errors.As(err, &f) {
		return q.note(ctx, job, f.err)
	}
	return err
}

// take holds the jobs that are to be answered together, and no others: they are for other workers.
func (q *Queue) take(ctx context.Context, tx *store.Tx) ([]row, error) {
	due := func(cond string, most int, args ...any) ([]row, error) {
		return store.All(ctx, tx, (*row).fields, "SELECT id, kind, payload, tries FROM jobs WHERE done_at IS NULL AND NOT dead AND run_at <= $1"+cond+
			" ORDER BY run_at, id LIMIT "+strconv.Itoa(most)+tx.SkipLocked(), append([]any{q.clock.Now().UnixMicro()}, args...)...)
	}
	all, err := due("", 1)
	if err != nil || len(all) == 0 || !q.answers[all[0].kind].fleeting {
		return all, err
	}
	more, err := due(" AND kind = $2 AND id <> $3", together-1, all[0].kind, all[0].id)
	if len(more) == together-1 {
		tx.AfterCommit(q.nudge) // there may be more: another worker looks too
	}
	return append(all, more...), err
}

// run answers jobs and marks that they are done. What the answer left to be sent is sent, so that an error of it is the answer's own.
func (q *Queue) run(ctx context.Context, tx *store.Tx, all []row) error {
	err := q.answer(ctx, tx, all)
	if err == nil {
		err = tx.Flush(ctx)
	}
	if err != nil {
		return &failure{err}
	}
	if !q.answers[all[0].kind].fleeting {
		return tx.Later(ctx, "UPDATE jobs SET done_at = $1 WHERE id = $2", q.clock.Now().UnixMicro(), all[0].id)
	}
	ids := make([]any, len(all))
	for i := range all {
		ids[i] = all[i].id
	}
	return tx.Later(ctx, "DELETE FROM jobs WHERE id IN ("+store.Marks(1, len(ids))+")", ids...)
}

// failure carries the error of an answer out of its transaction, which it rolls back.
type failure struct{ err error }

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

func (q *Queue) answer(ctx context.Context, tx *store.Tx, all []row) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	a, ok := q.answers[all[0].kind]
	if !ok {
		return fmt.Errorf("nobody answers %q", all[0].kind)
	}
	payloads := make([]string, len(all))
	for i := range all {
		payloads[i] = all[i].payload
	}
	return a.run(ctx, tx, payloads)
}

func (q *Queue) note(ctx context.Context, job row, cause error) error {
	tries := job.tries + 1
	slog.Error("job failed", "kind", job.kind, "id", job.id, "try", tries, "err", cause)
	return q.db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE jobs SET tries = $1, last_error = $2, run_at = $3, dead = $4 WHERE id = $5",
			tries, cause.Error(), q.clock.Now().Add(pause(tries)).UnixMicro(), tries >= maxTries, job.id)
		return err
	})
}

// pause is how long a job waits after so many tries.
func pause(tries int) time.Duration { return time.Duration(tries*tries) * time.Second }

// Tidy removes jobs that were done long ago.
func (q *Queue) Tidy(ctx context.Context) error {
	return q.db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM jobs WHERE done_at < $1", q.clock.Now().Add(-keep).UnixMicro())
		return err
	})
}

// Counts are how many jobs wait, and how many were given up.
type Counts struct{ Waiting, Dead int }

// Count returns the queue's counts.
func (q *Queue) Count(ctx context.Context) (c Counts, err error) {
	err = q.db.ReadOnce(ctx, func(tx *store.Tx) error {
		return tx.Scan(ctx, `SELECT COALESCE(SUM(CASE WHEN dead THEN 0 ELSE 1 END), 0), COALESCE(SUM(CASE WHEN dead THEN 1 ELSE 0 END), 0)
			FROM jobs WHERE done_at IS NULL`, nil, &c.Waiting, &c.Dead)
	})
	return c, err
}
