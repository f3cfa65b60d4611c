package casework

import (
	"strings"
	"testing"
	"time"

	"huying/internal/store"
	"huying/internal/store/storetest"
)

// failing is a procedure whose value and whose second state cannot be worked out: both divide by what is none.
const failing = `
parties: {team: {one: unit, is: construction}}
visible: {public: summary}
values: {share: 10 / missed.later, ready: "1"}
states:
  a:
    title: {zh: 甲}
    duties: {ask: {title: {zh: 答}, owed-by: team, within: 1 day, missed: to b}}
    do: {ask: {title: {zh: 答}, by: team, with: [answer], meets: ask, to: z}}
  b:
    title: {zh: 乙}
    duties: {later: {title: {zh: 再答}, owed-by: team, within: 1 day, if: 10 / late.later > 0, missed: nothing}}
    do: {later: {title: {zh: 再答}, by: team, with: [answer], meets: later, to: z}}
  z: {title: {zh: 终}, ends: solved}
`

// TestACaseThatCannotBeWorkedOutHoldsUpNoOther: its figures stay as they were, and the sweep names it and goes on.
func TestACaseThatCannotBeWorkedOutHoldsUpNoOther(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		p := mustSmall(t, failing)
		o.write(func(tx *store.Tx) error {
			_, err := o.Load(o.ctx, tx, map[string]*Procedure{"p": p, "whistle": procedureOf(t, "whistle")}, "test")
			return err
		})
		done, err := o.Open(o.ctx, Asker{Actor: builder}, "p", OpenCase{})
		if err != nil {
			t.Fatal(err)
		}
		if v := done.Case.Values; v["ready"] != int64(1) || v["share"] != nil {
			t.Errorf("values %v", v)
		}
		sound := o.open(neighbour)
		o.hand.Advance(10 * 24 * time.Hour)
		n, err := o.Sweep(o.ctx, 10)
		if n != 1 || err == nil || !strings.Contains(err.Error(), done.Case.Number) {
			t.Errorf("%d, %v", n, err)
		}
		o.read(func(tx *store.Tx) error {
			c, err := o.Case(o.ctx, tx, sound.ID)
			if err == nil && (len(c.Duties) == 0 || c.Duties[0].Status != Breach) {
				t.Errorf("the other case: %+v", c.Duties)
			}
			return err
		})
	}, schemas...)
}
