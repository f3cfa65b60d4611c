package promise

import (
	"context"

	"github.com/cockroachdb/apd/v3"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/store"
)

// Rollover opens a year: each promise of the year before that is neither done nor rolled over already goes on as a promise of the new year
// that names the old one, so that its history goes with it. It returns how many. Done twice, it does nothing the second time.
func (r *Register) Rollover(ctx context.Context, tx *store.Tx, from int, by Author) (int, error) {
	today := clock.DateOf(tx.Now(), r.zone)
	if from > today.Year || from == today.Year && today.Before(clock.Date{Year: from, Month: 12, Day: 1}) {
		return 0, errs.New(errs.Conflict, "promise.too_early", "year", from)
	}
	rows, err := r.rolling(ctx, tx, from, today)
	if err != nil {
		return 0, err
	}
	next, err := nextNumber(ctx, tx, from+1)
	if err != nil {
		return 0, err
	}
	for i, st := range rows {
		if _, err := insertPromise(ctx, tx, nextYear(st, numberOf(from+1, next+i), by)); err != nil {
			return 0, err
		}
	}
	return len(rows), nil
}

// Rolling returns what Rollover would carry on from a year if it were done today, in the order of the numbers.
func (r *Register) Rolling(ctx context.Context, from int) (rows []*Standing, err error) {
	err = r.db.Read(ctx, func(tx *store.Tx) error {
		rows, err = r.rolling(ctx, tx, from, clock.DateOf(tx.Now(), r.zone))
		return err
	})
	return rows, err
}

func (r *Register) rolling(ctx context.Context, tx *store.Tx, from int, today clock.Date) ([]*Standing, error) {
	board, err := r.draw(ctx, tx, from, today)
	if err != nil {
		return nil, err
	}
	carried, err := store.All(ctx, tx, func(id *int64) []any { return []any{id} },
		"SELECT carried_from FROM promise_promise WHERE year = $1 AND carried_from IS NOT NULL", from+1)
	if err != nil {
		return nil, err
	}
	var rows []*Standing
	for _, st := range board.Rows {
		if st.rollsOver() && !known(carried, st.ID) {
			rows = append(rows, st)
		}
	}
	return rows, nil
}

// rollsOver reports whether a promise goes on into the next year: unfinished work does, and the aims of several years; a year's target does
// not, for the next year's report sets its own.
func (st *Standing) rollsOver() bool {
	return (st.Kind != Target || st.Due.Year > st.Year) && st.Light != Blue && st.Light != Closed
}

func nextYear(st *Standing, number string, by Author) Promise {
	p := st.Promise
	p.ID, p.Record, p.Version = 0, 0, 0
	p.Number, p.Year, p.CarriedFrom = number, st.Year+1, st.ID
	if p.Start = (clock.Date{Year: p.Year, Month: 1, Day: 1}); p.Due.Year < p.Year {
		p.Due = clock.Date{Year: p.Year, Month: 12, Day: 31}
	}
	p.Nodes, p.Invest = nil, ""
	if st.Adjusted != nil && st.Adjusted.Title != "" {
		p.Title = st.Adjusted.Title
	}
	if st.Target != "" {
		p.Claim.Value = st.Target
	}
	if p.Course == Flow && st.Value != "" { // what was delivered counts: the rest is what is owed
		p.Course, p.Baseline, p.BaselineYear = Stock, st.Value, st.Year
	}
	p.By, p.Simulated = by.Name, by.Simulated
	return p
}

// Line returns a promise and those it goes on from, newest first, each as it stood.
func (r *Register) Line(ctx context.Context, st *Standing) ([]*Standing, error) {
	line := []*Standing{st}
	for st.CarriedFrom != 0 && len(line) < 20 {
		var number string
		var year int
		err := r.db.Read(ctx, func(tx *store.Tx) error {
			return tx.Scan(ctx, "SELECT number, year FROM promise_promise WHERE id = $1", []any{st.CarriedFrom}, &number, &year)
		})
		if err != nil {
			return nil, err
		}
		b, err := r.Board(ctx, year)
		if err != nil {
			return nil, err
		}
		if st, err = b.Find(number); err != nil {
			return nil, err
		}
		line = append(line, st)
	}
	return line, nil
}

// Projects returns a year's promises that stand in the rolling list of key projects, in the order of their numbers.
func (r *Register) Projects(ctx context.Context, tx *store.Tx, year int) ([]Promise, error) {
	return store.All(ctx, tx, (*Promise).fields, "SELECT "+promiseColumns+" FROM promise_promise WHERE year = $1 AND project ORDER BY id", year)
}

// Investment sums what was planned and what was spent this year, in 万元.
func Investment(rows []*Standing) (planned, spent string) {
	p, s := new(apd.Decimal), new(apd.Decimal)
	for _, st := range rows {
		if d, ok := number(st.Invest); ok {
			p = plus(p, d)
		}
		if d, ok := number(st.Spent); ok {
			s = plus(s, d)
		}
	}
	return text(p), text(s)
}
