package jobs

import (
	"context"
	"slices"
	"time"

	"huying/internal/store"
)

// Dead is a job that was given up. What it is about, its key and its payload, is not among it: that may be personal.
type Dead struct {
	ID    int64
	Kind  string
	Made  time.Time
	Tried time.Time // for the last time
	Tries int
	Error string // what the last try failed with, as the log has it; may name what the job was about
}

const deadColumns = "id, kind, made_at, run_at, tries, COALESCE(last_error, '')"

func (d *Dead) fields() []any {
	return []any{&d.ID, &d.Kind, store.At(&d.Made), store.At(&d.Tried), &d.Tries, &d.Error}
}

// Dead returns jobs that were given up, of a kind or of all when it is empty, the last first, and how many there are.
func (q *Queue) Dead(ctx context.Context, tx *store.Tx, kind string, limit, offset int) (all []Dead, total int, err error) {
	const of = " FROM jobs WHERE dead AND ($1 = '' OR kind = $1)"
	if err := tx.Scan(ctx, "SELECT COUNT(*)"+of, []any{kind}, &total); err != nil {
		return nil, 0, err
	}
	all, err = store.All(ctx, tx, (*Dead).fields, "SELECT "+deadColumns+of+" ORDER BY run_at DESC, id DESC LIMIT $2 OFFSET $3", kind, limit, offset)
	for i := range all {
		all[i].Tried = all[i].Tried.Add(-pause(all[i].Tries)) // the row says when it would have been tried next
	}
	return all, total, err
}

// KindCount is how many jobs of a kind were given up.
type KindCount struct {
	Kind string
	N    int
}

// DeadKinds returns of which kinds jobs were given up, by name.
func (q *Queue) DeadKinds(ctx context.Context, tx *store.Tx) ([]KindCount, error) {
	return store.All(ctx, tx, func(c *KindCount) []any { return []any{&c.Kind, &c.N} }, "SELECT kind, COUNT(*) FROM jobs WHERE dead GROUP BY kind ORDER BY kind")
}

// Retry has a job that was given up run again, with all its tries before it. It returns its kind, and errs.NotFound when no such job was
// given up: somebody else may have been first.
func (q *Queue) Retry(ctx context.Context, tx *store.Tx, id int64) (kind string, err error) {
	kind, err = store.One(ctx, tx, func(k *string) []any { return []any{k} }, "SELECT kind FROM jobs WHERE id = $1 AND dead", id)
	if err != nil {
		return "", err
	}
	_, err = q.revive(ctx, tx, "id = $2", id)
	return kind, err
}

// RetryKind has all jobs of a kind that were given up run again, and returns how many these are.
func (q *Queue) RetryKind(ctx context.Context, tx *store.Tx, kind string) (int64, error) {
	return q.revive(ctx, tx, "kind = $2", kind)
}

func (q *Queue) revive(ctx context.Context, tx *store.Tx, which string, arg any) (int64, error) {
	tx.AfterCommit(q.nudge)
	return tx.Exec(ctx, "UPDATE jobs SET dead = FALSE, tries = 0, run_at = $1 WHERE dead AND "+which, q.clock.Now().UnixMicro(), arg)
}

// Kinds are the kinds that somebody answers, in order.
func (q *Queue) Kinds() []string {
	kinds := make([]string, 0, len(q.answers))
	for kind := range q.answers {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	return kinds
}
