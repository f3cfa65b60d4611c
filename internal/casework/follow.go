package casework

import (
	"context"
	"fmt"

	"huying/internal/places"
	"huying/internal/store"
)

// byItself is the asker of what the program does by itself.
var byItself = Asker{Program: true}

// OpenChild opens a child that a case asked for, and tells the case its number.
func (s *Service) OpenChild(ctx context.Context, tx *store.Tx, e ChildAsked) error {
	parent, err := load(ctx, tx, e.Parent)
	if err != nil {
		return err
	}
	var child ChildOf
	for _, ch := range parent.Children {
		if ch.N == e.N {
			child = ch
		}
	}
	if child.N == 0 || child.Case != 0 {
		return nil // it is there
	}
	cmd := OpenCase{Form: child.Form, Channel: "program", Parent: parent.ID, Simulated: parent.Simulated, Caller: CallerOf{Unit: parent.Lead()}}
	done, err := s.OpenIn(ctx, tx, byItself, child.Procedure, cmd)
	if err != nil {
		return err
	}
	child.Case = done.Case.ID
	_, err = s.DoIn(ctx, tx, byItself, parent.Number, ChildIs{child})
	return err
}

// ChildEnded tells a case how its child ended.
func (s *Service) ChildEnded(ctx context.Context, tx *store.Tx, e Ended) error {
	return s.childIs(ctx, tx, e.Parent, e.Case, e.Outcome)
}

// ChildReopened tells a case that its child goes on.
func (s *Service) ChildReopened(ctx context.Context, tx *store.Tx, e Reopened) error {
	return s.childIs(ctx, tx, e.Parent, e.Case, Open)
}

func (s *Service) childIs(ctx context.Context, tx *store.Tx, parent, child int64, outcome Outcome) error {
	if parent == 0 {
		return nil
	}
	c, err := s.Case(ctx, tx, parent)
	if err != nil {
		return err
	}
	for _, ch := range c.Children {
		if ch.Case == child {
			ch.Outcome = string(outcome)
			_, err := s.DoIn(ctx, tx, byItself, c.Number, ChildIs{ch})
			return err
		}
	}
	return fmt.Errorf("casework: case %d is no child of %s", child, c.Number)
}

// batch is how many cases one transaction moves of those that follow one change.
const batch = 200

// Succession is the passing on of what a unit has part in, some cases at a time.
type Succession struct {
	places.UnitMerged
	After int64 `json:"after"` // cases up to this one are done
}

// Kind implements jobs.Event.
func (Succession) Kind() string { return "casework.succession" }

// Succeed passes what a unit has part in to its successor, in up to a batch of cases, and lets the rest follow.
func (s *Service) Succeed(ctx context.Context, tx *store.Tx, e Succession) error {
	of := string(UnitMember(e.Key))
	cases, err := store.All(ctx, tx, func(r *Row) []any { return []any{&r.ID, &r.Number} }, `SELECT id, number FROM casework_case WHERE id IN (
		SELECT case_id FROM (SELECT case_id FROM casework_part WHERE member = $1 AND case_id > $3 ORDER BY case_id LIMIT $4) AS reads UNION
		SELECT case_id FROM (SELECT case_id FROM casework_part WHERE member = $2 AND case_id > $3 ORDER BY case_id LIMIT $4) AS unread UNION
		SELECT case_id FROM (SELECT DISTINCT case_id FROM casework_duty WHERE holder = $1 AND outstanding AND case_id > $3 ORDER BY case_id LIMIT $4) AS owes)
		ORDER BY id LIMIT $4`, of, unreadMark+of, e.After, batch)
	if err != nil {
		return err
	}
	for _, r := range cases {
		if _, err := s.DoIn(ctx, tx, byItself, r.Number, Succeed{From: e.Key, Into: e.Into}); err != nil {
			return fmt.Errorf("%s: %w", r.Number, err)
		}
		e.After = r.ID
	}
	if len(cases) < batch {
		return nil
	}
	return s.Queue.Enqueue(ctx, tx, e, fmt.Sprintf("%s/%s/%d", e.Key, e.From, e.After))
}

// Recount works out the due times again of up to a batch of open cases after the one with the id given, under the calendar that holds now.
// It returns the last id that it looked at; 0 when there is none left.
func (s *Service) Recount(ctx context.Context, tx *store.Tx, after int64) (last int64, err error) {
	numbers, err := store.All(ctx, tx, func(r *Row) []any { return []any{&r.ID, &r.Number} },
		"SELECT id, number FROM casework_case WHERE id > $1 AND timer_at IS NOT NULL ORDER BY id LIMIT $2", after, batch)
	if err != nil {
		return 0, err
	}
	for _, r := range numbers {
		if _, err := s.DoIn(ctx, tx, byItself, r.Number, Recount{}); err != nil {
			return 0, err
		}
		last = r.ID
	}
	return last, nil
}

// On returns a service over the same parts on another clock: that of db. A simulator plays a year with it.
func (s *Service) On(db *store.DB) *Service {
	p := s.Parts
	p.DB = db
	return New(p)
}

// Outstanding reports whether somebody must still do it, in time or late.
func (o *Owing) Outstanding() bool { return o.outstanding() }
