package casework

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"huying/internal/errs"
	"huying/internal/jobs"
	"huying/internal/store"
)

// What others may have to follow. Each is written as a job in the transaction that caused it.
type (
	// Happened is a record of which people or other systems may have to be told.
	Happened struct {
		Case int64 `json:"case"`
		Seq  int   `json:"seq"`
	}
	// Ended is a case that came to an end.
	Ended struct {
		Case      int64   `json:"case"`
		Number    string  `json:"number"`
		Procedure string  `json:"procedure"`
		Outcome   Outcome `json:"outcome"`
		Parent    int64   `json:"parent,omitempty"`
	}
	// Reopened is a case that had ended and goes on.
	Reopened struct {
		Case      int64  `json:"case"`
		Number    string `json:"number"`
		Procedure string `json:"procedure"`
		Parent    int64  `json:"parent,omitempty"`
	}
	// ChildAsked is a child that a case wants to be opened.
	ChildAsked struct {
		Parent int64 `json:"parent"`
		N      int   `json:"n"`
	}
)

func (Happened) Kind() string   { return "casework.happened" }
func (Happened) Fleeting()      {} // a record is made once
func (Ended) Kind() string      { return "casework.ended" }
func (Reopened) Kind() string   { return "casework.reopened" }
func (ChildAsked) Kind() string { return "casework.child_asked" }

// SearchKind is under which the search knows cases.
const SearchKind = "case"

// tell writes what follows from a record.
func (s *Service) tell(ctx context.Context, tx *store.Tx, p *Procedure, old, c *Case, r Record) error {
	if old == nil {
		if err := s.Search.Put(ctx, tx, SearchKind, c.ID, searchText(p, c)); err != nil {
			return err
		}
	}
	for _, f := range following(p, old, c, r) {
		if err := s.Queue.Enqueue(ctx, tx, f.Event, f.Key); err != nil {
			return err
		}
	}
	return nil
}

// following are the jobs that follow from a record: that people and other systems are told, orders to these, children that are to be opened, the
// end, and that it was none. Of what is simulated only the stand-in of another system hears that sent it as an order.
func following(p *Procedure, old, c *Case, r Record) (all []jobs.Job) {
	heard := !c.Simulated || c.Foreign != nil
	if heard {
		all = append(all, jobs.Job{Event: Happened{Case: c.ID, Seq: r.Seq}, Key: fmt.Sprintf("%d/%d", c.ID, r.Seq)})
	}
	for _, e := range r.Events {
		if e.Ordered != nil && heard {
			all = append(all, jobs.Job{Event: OrderAsked{Case: c.ID, Seq: r.Seq}, Key: fmt.Sprintf("%d/%d", c.ID, r.Seq)})
		}
		if e.Child != nil && e.Child.Case == 0 {
			ask := ChildAsked{Parent: c.ID, N: e.Child.N}
			all = append(all, jobs.Job{Event: ask, Key: fmt.Sprintf("%d/%d", ask.Parent, ask.N)})
		}
	}
	key := fmt.Sprintf("%d/%d", c.ID, c.Seq)
	switch ended := old != nil && old.Closed(); {
	case c.Closed() && !ended && (c.Parent != 0 || p.System != ""):
		e := Ended{Case: c.ID, Number: c.Number, Procedure: c.Procedure, Outcome: c.Outcome, Parent: c.Parent}
		all = append(all, jobs.Job{Event: e, Key: key})
	case !c.Closed() && ended:
		all = append(all, jobs.Job{Event: Reopened{Case: c.ID, Number: c.Number, Procedure: c.Procedure, Parent: c.Parent}, Key: key})
	}
	return all
}

// searchText is by what a case is found: its number, title and what was said when it was opened, without what is personal.
func searchText(p *Procedure, c *Case) string {
	parts := []string{c.Number, c.Title}
	if p.form != nil && p.openness() > closedCircle {
		for _, f := range p.form.Fields {
			if v, ok := c.Form[f.Name].(string); ok && f.Personal == "" && (f.Kind == TextField || f.Kind == LongText) {
				parts = append(parts, v)
			}
		}
	}
	return strings.Join(parts, "\n")
}

// Sweep lets the clock find what was missed by now, in up to limit cases, and returns how many it went on with. Several servers may sweep at
// a time: a case is held by one, and what one has found is found no more. A case whose procedure cannot be worked out is left as it is and
// holds up no other; the error names it, and what was found in the others is kept.
func (s *Service) Sweep(ctx context.Context, limit int) (n int, err error) {
	var stuck error
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		n, stuck = 0, nil
		cases, err := many(ctx, tx, docOf+" WHERE c.timer_at < $1 ORDER BY c.timer_at LIMIT $2"+tx.SkipLocked(), micros(tx.Now()), limit)
		if err != nil {
			return err
		}
		for i := range cases {
			var u *undecided
			switch _, err := s.tick(ctx, tx, &cases[i]); {
			case errors.As(err, &u):
				stuck = errors.Join(stuck, u)
			case err != nil:
				return err
			default:
				n++
			}
		}
		return nil
	})
	if err == nil {
		err = stuck
	}
	return n, err
}

// undecided says that an expression of a procedure failed: nothing was decided, and nothing written.
type undecided struct{ error }

func (u *undecided) Unwrap() error { return u.error }

// Tick lets the clock find what was missed by now in one case, and returns it.
func (s *Service) Tick(ctx context.Context, id int64) (c *Case, err error) {
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		if c, err = load(ctx, tx, id); err != nil {
			return err
		}
		c, err = s.tick(ctx, tx, c)
		return err
	})
	return c, err
}

func (s *Service) tick(ctx context.Context, tx *store.Tx, c *Case) (*Case, error) {
	p, err := s.version(ctx, tx, c.Hash)
	if err != nil {
		return nil, err
	}
	events, signed, err := s.decide(ctx, tx, p, c, Actor{Program: true}, Tick{})
	switch {
	case errs.Is(err, errs.Invalid):
		return nil, &undecided{fmt.Errorf("case %s: %w", c.Number, err)}
	case err != nil:
		return nil, fmt.Errorf("case %s: %w", c.Number, err)
	case len(events) == 0:
		return c, nil
	}
	return s.commit(ctx, tx, p, c, c.ID, events, signed)
}
