package casework

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"huying/internal/store"
)

// Change is what another version of a procedure means for the cases that are open in a state.
type Change struct {
	State string
	Open  int      // cases in it that follow another version
	Stays bool     // the new version has no such state: these cases cannot be moved
	Ends  []string // duties that would be withdrawn, and that would begin, in those that were looked at
	Owes  []string
	Tried int // how many were looked at
}

// mostTried bounds how many cases of a state a preview plays through.
const mostTried = 100

// Preview returns what moving the open cases of a procedure to p would do, by the states of the versions that they follow. Nothing is
// changed: cases keep the version with which they began unless they are moved.
func (s *Service) Preview(ctx context.Context, tx *store.Tx, p *Procedure) ([]Change, error) {
	all, err := store.All(ctx, tx, func(c *Change) []any { return []any{&c.State, &c.Open} }, `SELECT state, COUNT(*) FROM casework_case
		WHERE procedure = $1 AND closed_at IS NULL AND hash <> $2 GROUP BY state ORDER BY state`, p.Name, p.Hash)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if err := s.try(ctx, tx, p, &all[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// try plays some cases of a state through.
func (s *Service) try(ctx context.Context, tx *store.Tx, p *Procedure, ch *Change) error {
	if ch.Stays = !p.States.Has(ch.State); ch.Stays {
		return nil
	}
	cases, err := store.All(ctx, tx, func(c *Case) []any { return []any{store.AsJSON(c)} }, `SELECT doc FROM casework_case
		WHERE procedure = $1 AND closed_at IS NULL AND hash <> $2 AND state = $3 ORDER BY id LIMIT $4`, p.Name, p.Hash, ch.State, mostTried)
	if err != nil {
		return err
	}
	ends, owes := map[string]bool{}, map[string]bool{}
	for i := range cases {
		old, err := s.version(ctx, tx, cases[i].Hash)
		if err != nil {
			return err
		}
		events, _, err := Decide(old, &cases[i], Actor{Program: true}, Migrate{To: p}, s.world(tx))
		if err != nil {
			ch.Stays = true
			return nil
		}
		for _, e := range events {
			if e.Dropped != nil {
				ends[e.Dropped.Name] = true
			}
			if e.Owed != nil {
				owes[e.Owed.Name] = true
			}
		}
		ch.Tried++
	}
	ch.Ends, ch.Owes = slices.Sorted(maps.Keys(ends)), slices.Sorted(maps.Keys(owes))
	return nil
}

// Migration is the moving of open cases to the version of their procedure that holds, some at a time.
type Migration struct {
	Procedure string `json:"procedure"`
	Hash      string `json:"hash"`
	Reason    string `json:"reason"`
	After     int64  `json:"after"` // cases up to this one are done
}

// Kind implements jobs.Event.
func (Migration) Kind() string { return "casework.migration" }

// MoveOpen lets the open cases of a procedure follow the version that holds now. reason says why, and who decided it, in the history of
// each.
func (s *Service) MoveOpen(ctx context.Context, tx *store.Tx, procedure, reason string) error {
	p, err := s.Procedure(ctx, tx, procedure)
	if err != nil {
		return err
	}
	m := Migration{Procedure: procedure, Hash: p.Hash, Reason: reason}
	return s.Queue.Enqueue(ctx, tx, m, fmt.Sprintf("%s/%s/%d", m.Hash, reason, tx.Now().UnixMicro()))
}

// Move moves up to a batch of cases and lets the rest follow. One whose state is not in the new version stays with its own.
func (s *Service) Move(ctx context.Context, tx *store.Tx, m Migration) error {
	p, err := s.version(ctx, tx, m.Hash)
	if err != nil {
		return err
	}
	rows, err := store.All(ctx, tx, func(r *Row) []any { return []any{&r.ID, &r.Number, &r.State} }, `SELECT id, number, state FROM casework_case
		WHERE procedure = $1 AND closed_at IS NULL AND hash <> $2 AND id > $3 ORDER BY id LIMIT $4`, m.Procedure, m.Hash, m.After, batch)
	if err != nil {
		return err
	}
	for _, r := range rows {
		m.After = r.ID
		if !p.States.Has(r.State) {
			continue
		}
		if _, err := s.DoIn(ctx, tx, byItself, r.Number, Migrate{To: p, Reason: m.Reason}); err != nil {
			return fmt.Errorf("%s: %w", r.Number, err)
		}
	}
	if len(rows) < batch {
		return nil
	}
	return s.Queue.Enqueue(ctx, tx, m, fmt.Sprintf("%s/%s/%d", m.Hash, m.Reason, m.After))
}
