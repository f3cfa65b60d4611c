package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"huying/internal/clock"
	"huying/internal/store"
)

// Deducted is one thing for which a unit lost points: a duty that was missed, or a case that ended so.
type Deducted struct {
	Line   string // the key of the deduction
	Unit   string
	Number string // of the case
	Title  string
	Duty   string // empty: it is for how the case ended
	At     int64  // microseconds
	Hash   string
	State  string // of the duty; where it was owed through the whole case, empty
}

// Lifted is a deduction that an appeal lifted.
type Lifted struct {
	Line, Unit, Number string
	Times              int
}

// UnitScore is what a unit has left of its points in a year, with the reasons.
type UnitScore struct {
	Unit   string
	Left   Points
	Lines  []ScoreLine
	What   []Deducted
	Lifted []Lifted
}

// Scores returns how the units stand in a year by a table, those that lost something, by key. It counts what is on record, whoever asks; a
// case of a closed circle counts nowhere.
func (s *Service) Scores(ctx context.Context, tx *store.Tx, table *Scoring, year int) (map[string]*UnitScore, error) {
	zone := s.Calendar().Zone()
	from, until := micros(clock.Date{Year: year, Month: 1, Day: 1}.In(zone)), micros(clock.Date{Year: year + 1, Month: 1, Day: 1}.In(zone))
	units := map[string]*UnitScore{}
	of := func(unit string) *UnitScore {
		if units[unit] == nil {
			units[unit] = &UnitScore{Unit: unit}
		}
		return units[unit]
	}
	for i := range table.Deductions {
		key, d := table.Deductions[i].Key, &table.Deductions[i].Value
		what, err := s.deducted(ctx, tx, key, d, from, until)
		if err != nil {
			return nil, err
		}
		for _, x := range what {
			u := of(x.Unit)
			u.What = append(u.What, x)
		}
	}
	lifted, err := appealed(ctx, tx, table.Appeals, year)
	if err != nil {
		return nil, err
	}
	for _, l := range lifted {
		u := of(l.Unit)
		u.Lifted = append(u.Lifted, l)
	}
	for _, u := range units {
		u.Left, u.Lines = table.Score(u.counts())
	}
	return units, nil
}

func (u *UnitScore) counts() map[string]ScoreCount {
	counts := map[string]ScoreCount{}
	for _, x := range u.What {
		c := counts[x.Line]
		c.N++
		counts[x.Line] = c
	}
	for _, l := range u.Lifted {
		if c, ok := counts[l.Line]; ok {
			c.Lifted = min(c.N, c.Lifted+l.Times)
			counts[l.Line] = c
		}
	}
	return counts
}

// deducted is all that a deduction counts in a stretch of time.
func (s *Service) deducted(ctx context.Context, tx *store.Tx, key string, d *Deduction, from, until int64) (all []Deducted, err error) {
	for _, ref := range d.Missed {
		procedure, duty, _ := strings.Cut(ref, "/")
		rows, err := store.All(ctx, tx, func(x *Deducted) []any { return []any{&x.Unit, &x.Number, &x.Title, &x.Duty, &x.State, &x.At, &x.Hash} },
			`SELECT d.holder, c.number, c.title, d.name, d.state, d.at, c.hash FROM casework_duty d JOIN casework_case c ON c.id = d.case_id
				WHERE c.procedure = $1 AND d.name = $2 AND d.status = 'missed' AND d.at >= $3 AND d.at < $4 AND d.holder LIKE 'unit:%' AND c.openness >= 1
				ORDER BY d.at, c.id`, procedure, duty, from, until)
		if err != nil {
			return nil, err
		}
		for _, x := range rows {
			x.Line, x.Unit = key, UnitOf(x.Unit)
			all = append(all, x)
		}
	}
	for _, ref := range d.Ended {
		procedure, state, _ := strings.Cut(ref, "/")
		cases, err := many(ctx, tx, docOf+` WHERE c.procedure = $1 AND c.state = $2 AND c.closed_at >= $3 AND c.closed_at < $4 AND c.openness >= 1 ORDER BY c.closed_at, c.id`,
			procedure, state, from, until)
		if err != nil {
			return nil, err
		}
		for i := range cases {
			all = append(all, d.parted(key, &cases[i])...)
		}
	}
	return all, nil
}

// parted is what a case that ended takes off, from each unit that was the party.
func (d *Deduction) parted(key string, c *Case) (all []Deducted) {
	except := texts(c.Values[d.Except])
	for _, m := range c.Parties[d.party()] {
		if unit, ok := m.Unit(); ok && !slices.Contains(except, unit) {
			all = append(all, Deducted{Line: key, Unit: unit, Number: c.Number, Title: c.Title, State: c.State, At: micros(c.ClosedAt), Hash: c.Hash})
		}
	}
	return all
}

// appealed are the deductions of a year that appeals lifted.
func appealed(ctx context.Context, tx *store.Tx, appeals string, year int) ([]Lifted, error) {
	procedure, state, ok := strings.Cut(appeals, "/")
	if !ok {
		return nil, nil
	}
	cases, err := many(ctx, tx, docOf+" WHERE c.procedure = $1 AND c.state = $2 ORDER BY c.id", procedure, state)
	if err != nil {
		return nil, err
	}
	var all []Lifted
	for i := range cases {
		c := &cases[i]
		if fmt.Sprint(c.Form["year"]) != fmt.Sprint(year) {
			continue
		}
		l := Lifted{Unit: c.Lead(), Number: c.Number, Times: 1}
		l.Line, _ = c.Form["line"].(string)
		if n, ok := c.Form["times"].(int64); ok {
			l.Times = int(n)
		}
		all = append(all, l)
	}
	return all, nil
}
