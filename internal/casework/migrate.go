package casework

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"huying/internal/errs"
	"huying/internal/store"
)

// Change is what another version of a procedure means for the cases that are open in a state.
type Change struct {
	State string
	Open  int      // cases in it that follow another version
	Ends  []string // duties that would be withdrawn, and that would begin, in those that were looked at
	Owes  []string
	Tried int     // how many were looked at
	Stuck []Stuck // those of them that cannot be moved
	gone  bool
}

// Stuck is a case that cannot be moved to another version, with why.
type Stuck struct {
	Number string
	Why    error
}

// Gone reports whether the new version does not have the state at all: none of these cases can be moved.
func (ch *Change) Gone() bool { return ch.gone }

// mostTried bounds how many cases of a state a preview plays through.
const mostTried = 500

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
	ch.gone = !p.States.Has(ch.State)
	cases, err := many(ctx, tx, docOf+`
		WHERE c.procedure = $1 AND c.closed_at IS NULL AND c.hash <> $2 AND c.state = $3 ORDER BY c.id LIMIT $4`, p.Name, p.Hash, ch.State, mostTried)
	if err != nil {
		return err
	}
	ends, owes := map[string]bool{}, map[string]bool{}
	for i := range cases {
		ch.Tried++
		old, err := s.version(ctx, tx, cases[i].Hash)
		if err != nil {
			return err
		}
		events, _, err := Decide(old, &cases[i], Actor{Program: true}, Migrate{To: p}, s.world(tx))
		if err != nil {
			ch.Stuck = append(ch.Stuck, Stuck{cases[i].Number, err})
			continue
		}
		for _, e := range events {
			if e.Dropped != nil {
				ends[e.Dropped.Name] = true
			}
			if e.Owed != nil {
				owes[e.Owed.Name] = true
			}
		}
	}
	ch.Ends, ch.Owes = slices.Sorted(maps.Keys(ends)), slices.Sorted(maps.Keys(owes))
	return nil
}

// Difference is one procedure as it holds and as a folder has it.
type Difference struct {
	Name    string
	Running *Procedure // nil: none holds
	Folder  *Procedure // nil: the folder has none, and loading it retires the procedure
	Open    int        // its open cases, whichever version they follow
	Changes []Change   // what moving them to the folder's version would do; none: all follow it already
}

// Same reports whether loading the folder changes nothing for those who open a case.
func (d *Difference) Same() bool {
	return d.Running != nil && d.Folder != nil && d.Running.Hash == d.Folder.Hash
}

// Either is the procedure, as it would be rather than as it is.
func (d *Difference) Either() *Procedure {
	if d.Folder != nil {
		return d.Folder
	}
	return d.Running
}

// Confidential reports whether small counts of the procedure's cases are not told.
func (d *Difference) Confidential() bool { return len(d.Either().Visible.Circle) > 0 }

// Older is how many open cases follow another version than the folder's.
func (d *Difference) Older() (n int) {
	for i := range d.Changes {
		n += d.Changes[i].Open
	}
	return n
}

// Compare returns what loading procedures would change, and what moving the open cases to them would do, by the procedures' names.
func (s *Service) Compare(ctx context.Context, tx *store.Tx, procedures map[string]*Procedure) (all []Difference, err error) {
	running, err := s.Procedures(ctx, tx)
	if err != nil {
		return nil, err
	}
	names := maps.Clone(running)
	maps.Copy(names, procedures)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		d := Difference{Name: name, Running: running[name], Folder: procedures[name]}
		if err := tx.Scan(ctx, "SELECT COUNT(*) FROM casework_case WHERE procedure = $1 AND closed_at IS NULL", []any{name}, &d.Open); err != nil {
			return nil, err
		}
		if d.Folder != nil {
			if d.Changes, err = s.Preview(ctx, tx, d.Folder); err != nil {
				return nil, err
			}
		}
		all = append(all, d)
	}
	return all, nil
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

// Move moves up to a batch of cases and lets the rest follow. A case that cannot be moved stays with its own version. When another version
// has come to hold meanwhile, the rest stays too: it was decided for this one.
func (s *Service) Move(ctx context.Context, tx *store.Tx, m Migration) error {
	p, err := s.Procedure(ctx, tx, m.Procedure)
	if errs.Is(err, errs.NotFound) || err == nil && p.Hash != m.Hash {
		return nil
	}
	if err != nil {
		return err
	}
	rows, err := store.All(ctx, tx, func(r *Row) []any { return []any{&r.ID, &r.Number} }, `SELECT id, number FROM casework_case
		WHERE procedure = $1 AND closed_at IS NULL AND hash <> $2 AND id > $3 ORDER BY id LIMIT $4`, m.Procedure, m.Hash, m.After, batch)
	if err != nil {
		return err
	}
	for _, r := range rows {
		m.After = r.ID
		_, err := s.DoIn(ctx, tx, byItself, r.Number, Migrate{To: p, Reason: m.Reason})
		if err != nil && !errs.Is(err, errs.Conflict) && !errs.Is(err, errs.Invalid) { // those are the rules' words: nothing was written
			return fmt.Errorf("%s: %w", r.Number, err)
		}
	}
	if len(rows) < batch {
		return nil
	}
	return s.Queue.Enqueue(ctx, tx, m, fmt.Sprintf("%s/%s/%d", m.Hash, m.Reason, m.After))
}
