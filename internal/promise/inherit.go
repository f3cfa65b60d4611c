package promise

import (
	"context"
	"slices"

	"huying/internal/clock"
	"huying/internal/store"
)

// Inherit hands what a unit leaves open to the one that takes its place, from a day on, and returns how many promises changed hands. Their
// terms run on: a successor inherits duties without a new clock. What is struck off stays under the name of who kept it. Done twice, it
// does nothing the second time.
func (r *Register) Inherit(ctx context.Context, tx *store.Tx, from, into string, day clock.Date, by Author) (int, error) {
	years, err := store.All(ctx, tx, func(y *int) []any { return []any{y} }, "SELECT DISTINCT year FROM promise_promise ORDER BY year")
	if err != nil {
		return 0, err
	}
	n := 0
	for _, year := range years {
		board, err := r.draw(ctx, tx, year, clock.DateOf(tx.Now(), r.zone))
		if err != nil {
			return n, err
		}
		changed := 0
		for _, st := range board.Rows {
			if st.Light == Closed || st.Lead != from && !slices.Contains(st.Joint, from) {
				continue
			}
			if err := inherit(ctx, tx, st.Promise, from, into, day, by); err != nil {
				return n, err
			}
			changed++
		}
		if changed > 0 {
			if err := touch(ctx, tx, year); err != nil {
				return n, err
			}
		}
		n += changed
	}
	return n, nil
}

func inherit(ctx context.Context, tx *store.Tx, p Promise, from, into string, day clock.Date, by Author) error {
	before := p.Terms()
	if p.Lead == from {
		p.Lead = into
	}
	var joint []string
	for _, j := range p.Joint {
		if j == from {
			j = into
		}
		if j != p.Lead && !slices.Contains(joint, j) {
			joint = append(joint, j)
		}
	}
	p.Joint = joint
	_, err := tx.Exec(ctx, "UPDATE promise_promise SET lead_unit = $1, joint_units = $2, version = version + 1 WHERE id = $3",
		p.Lead, store.JSON[[]string]{V: p.Joint}, p.ID)
	if err != nil {
		return err
	}
	after := p.Terms()
	_, err = insertEntry(ctx, tx, Entry{Promise: p.ID, Type: Changed, AsOf: day, Change: Change{Before: &before, After: &after},
		By: by.Name, ByID: by.ID, Unit: by.Unit, Simulated: by.Simulated})
	return err
}
