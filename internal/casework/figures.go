package casework

import (
	"context"
	"fmt"
	"math"
	"slices"

	"huying/internal/clock"
	"huying/internal/store"
)

// Tally is how the cases of a procedure stand.
type Tally struct {
	States   map[string]int  // of those that are open
	Outcomes map[Outcome]int // of those that ended
	Shares   map[string]Part // the procedure's own, by name
	Withheld bool            // something is not told: a count below LeastCounted of confidential cases, or all of it to who may not know
}

// Part is a number out of another. Of nothing there is no share.
type Part struct {
	Of, Among int
	Rough     *int // whole percents, in the place of Of and Among where those are small counts of confidential cases
}

// Percent is the share in percent, to a tenth or to a whole; ok is false of nothing.
func (p Part) Percent() (percent float64, ok bool) {
	if p.Rough != nil {
		return float64(*p.Rough), true
	}
	if p.Among == 0 {
		return 0, false
	}
	return math.Round(1000*float64(p.Of)/float64(p.Among)) / 10, true
}

// LeastCounted is the smallest count that is told of confidential cases: below it, who is meant could be guessed.
const LeastCounted = 5

// Count returns how the cases of a procedure that were opened in a period stand. It counts all of them, for it tells of none. Figures of what
// is not for the public are for who oversees cases, or has a post that the procedure names: to others all is withheld. Of a closed circle,
// counts below LeastCounted are withheld from everybody.
func (s *Service) Count(ctx context.Context, tx *store.Tx, v Viewer, p *Procedure, from, until clock.Date) (Tally, error) {
	t := Tally{States: map[string]int{}, Outcomes: map[Outcome]int{}, Shares: map[string]Part{}}
	if !v.mayCount(p) {
		t.Withheld = true
		return t, nil
	}
	counted, err := s.countedCases(ctx, tx, p.Name, from, until)
	if err != nil {
		return t, err
	}
	final := map[string]int{}
	for _, c := range counted {
		if c.outcome == Open {
			t.States[c.state] += c.n
		} else {
			t.Outcomes[c.outcome] += c.n
			final[c.state] += c.n
		}
	}
	for _, sh := range p.Shares {
		var part Part
		for _, name := range sh.Value.Of {
			part.Of += final[name]
		}
		for _, name := range sh.Value.Among {
			part.Among += final[name]
		}
		t.Shares[sh.Key] = part
	}
	if len(p.Visible.Circle) > 0 {
		t.withhold()
	}
	return t, nil
}

// casesIn is how many cases of a procedure stand in a state with an outcome.
type casesIn struct {
	state   string
	outcome Outcome
	n       int
}

// countedCases counts the cases of a procedure that were opened in a period. What many were counted from is told again for a while: the page is
// anybody's.
func (s *Service) countedCases(ctx context.Context, tx *store.Tx, procedure string, from, until clock.Date) ([]casesIn, error) {
	q := query{"SELECT state, outcome, COUNT(*) FROM casework_case WHERE procedure = ?", []any{procedure}}
	if zone := s.Calendar().Zone(); !from.IsZero() {
		q.text += " AND opened_at >= ? AND opened_at < ?"
		q.args = append(q.args, micros(from.In(zone)), micros(until.AddDays(1).In(zone)))
	}
	key, begun := fmt.Sprint(q), clock.Security{}.Now()
	if all, until := s.counts.find(key); begun.Before(until) {
		return all, nil
	}
	all, err := store.All(ctx, tx, func(c *casesIn) []any { return []any{&c.state, &c.outcome, &c.n} }, q.numbered()+" GROUP BY state, outcome", q.args...)
	n := 0
	for _, c := range all {
		n += c.n
	}
	if err == nil && n >= manyCounted {
		s.counts.keep(key, all, begun.Add(clock.Since(begun)*(1+showFor)))
	}
	return all, err
}

// mayCount reports whether the figures of a procedure are for a viewer.
func (v *Viewer) mayCount(p *Procedure) bool {
	if p.Visible.Public != Hidden || len(v.overview) > 0 {
		return true
	}
	return slices.ContainsFunc(v.roles, func(r placed) bool {
		named := slices.ContainsFunc(p.Parties, func(e Entry[Party]) bool { return e.Value.Role == r.role || slices.Contains(e.Value.Acts, r.role) })
		return named || slices.Contains(p.acting, r.role) || slices.Contains(p.OpenedBy, r.role)
	})
}

// withhold takes away every count that is small, and what it could be worked out from. A share of many stays, by its percents alone.
func (t *Tally) withhold() {
	for k, n := range t.States {
		if n < LeastCounted {
			delete(t.States, k)
			t.Withheld = true
		}
	}
	for k, n := range t.Outcomes {
		if n < LeastCounted {
			delete(t.Outcomes, k)
			t.Withheld = true
		}
	}
	for k, part := range t.Shares {
		switch rest := part.Among - part.Of; {
		case part.Among == 0: // of nothing nothing is told
		case part.Among < LeastCounted:
			delete(t.Shares, k)
			t.Withheld = true
		case part.Of < LeastCounted || rest < LeastCounted && rest > 0:
			percent := (200*part.Of + part.Among) / (2 * part.Among)
			t.Shares[k] = Part{Rough: &percent}
			t.Withheld = true
		}
	}
}

// Counted chooses the duties that a figure of the board was counted from.
type Counted struct {
	Unit        string
	What        string // one of CountedWhats
	From, Until clock.Date
	Limit       int
	Offset      int
}

// CountedWhats are the figures of the board.
var CountedWhats = []string{"owed", "late", "met", "missed"}

// CountedDuties returns the duties that a figure of Board was counted from, and how many they are, at most MostCounted + 1: what is still to be
// done in the order in which it falls due, what is decided the latest begun first.
func (s *Service) CountedDuties(ctx context.Context, tx *store.Tx, v Viewer, c Counted) (tasks []Task, total int, err error) {
	zone := s.Calendar().Zone()
	see, args := v.where(Whole)
	cond, order := "d.status = 'due'", dueLast("d.due_at")+", d.case_id"
	switch c.What {
	case "late":
		cond = "d.status = 'missed' AND d.outstanding"
	case "met", "missed":
		cond, order = "d.status = '"+c.What+"'", "d.start_at DESC, d.case_id DESC"
	}
	from := " FROM casework_duty d JOIN casework_case c ON c.id = d.case_id" + where([]string{"d.start_at >= ?", "d.start_at < ?", "d.openness >= 1", "d.holder = ?", cond, see})
	all := append([]any{micros(c.From.In(zone)), micros(c.Until.AddDays(1).In(zone)), string(UnitMember(c.Unit))}, args...)
	q := query{"SELECT " + taskColumns + from + " ORDER BY " + order + atMost(c.Limit, c.Offset), all}
	if tasks, err = store.All(ctx, tx, (*Task).fields, q.numbered(), q.args...); err != nil {
		return nil, 0, err
	}
	count := query{"SELECT COUNT(*) FROM (SELECT 1 AS one" + from + atMost(MostCounted+1, 0) + ") AS n", all}
	return tasks, total, tx.Scan(ctx, count.numbered(), count.args, &total)
}

// Owed returns how many duties somebody must still do, and how many of them were missed.
func (s *Service) Owed(ctx context.Context) (open, missed int, err error) {
	err = s.DB.ReadOnce(ctx, func(tx *store.Tx) error {
		return tx.Scan(ctx, "SELECT COUNT(*), COALESCE(SUM(CASE WHEN status = 'missed' THEN 1 ELSE 0 END), 0) FROM casework_duty WHERE outstanding", nil, &open, &missed)
	})
	return open, missed, err
}
