package casework

import (
	"context"
	"fmt"
	"time"

	"huying/internal/store"
)

// NearDue is when a clock that runs from start to due turns yellow: its last quarter begins.
func NearDue(start, due time.Time) time.Time { return due.Add(-due.Sub(start) / 4) }

// warnAt is when the owner of a duty is to be reminded of it; zero: never.
func (c *Case) warnAt(o *Owing) time.Time {
	if c.Simulated || o.Status != Due || o.Due.IsZero() || !o.Due.After(o.Start) {
		return time.Time{}
	}
	return NearDue(o.Start, o.Due)
}

// Soon is a duty that is near its end.
type Soon struct {
	Case int64 `json:"case"`
	DutyKey
	Due int64 `json:"due"` // microseconds: another term is another reminder
}

// Kind implements jobs.Event.
func (Soon) Kind() string { return "casework.soon" }

// Remind writes a job for each duty that has come near its end, up to limit of them, and returns how many there were. Several servers may do
// so at a time: each duty is found once for each term that it has.
func (s *Service) Remind(ctx context.Context, limit int) (n int, err error) {
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		near, err := store.All(ctx, tx, func(e *Soon) []any { return []any{&e.Case, &e.Visit, &e.Name, &e.N, &e.Owner, &e.Due} },
			`UPDATE casework_duty SET warn_at = NULL WHERE (case_id, visit, name, n, owner) IN (SELECT case_id, visit, name, n, owner FROM casework_duty
			WHERE warn_at <= $1 ORDER BY warn_at LIMIT $2`+tx.SkipLocked()+`) RETURNING case_id, visit, name, n, owner, due_at`, micros(tx.Now()), limit)
		for _, e := range near {
			if err == nil {
				err = s.Queue.Enqueue(ctx, tx, e, fmt.Sprintf("%d/%d/%s/%d/%s/%d", e.Case, e.Visit, e.Name, e.N, e.Owner, e.Due))
			}
		}
		n = len(near)
		return err
	})
	return n, err
}

// SoonNews is what is told of a duty that is near its end: to whoever took it on, else to its owner. ok is false when it was done meanwhile, or
// is due at another time.
func SoonNews(p *Procedure, c *Case, e Soon) (news News, ok bool) {
	o := c.duty(e.DutyKey)
	if o == nil || o.Status != Due || micros(o.Due) != e.Due {
		return News{}, false
	}
	n := &teller{p: p, c: c}
	to := p.actors(c, o.Party, o.Owner)
	if o.Claimed != 0 {
		to = []string{string(PersonMember(o.Claimed))}
	}
	return News{Topic: NewsSoon, To: to, Title: n.duty(o.State, o.Name), Due: o.Due, Urgent: c.Urgent}, true
}
