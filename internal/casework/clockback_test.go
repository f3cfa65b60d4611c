package casework

import (
	"testing"
	"time"

	"huying/internal/store"
	"huying/internal/store/storetest"
)

// TestAClockThatIsSetBackTurnsNoHistoryRound: what follows is never earlier than what it follows from, no clock runs longer for it, and
// nothing is missed twice.
func TestAClockThatIsSetBackTurnsNoHistoryRound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		c := o.open(neighbour)
		o.hand.Advance(26 * 24 * time.Hour) // the term to report in has passed
		if n, err := o.Sweep(o.ctx, 10); n != 1 || err != nil {
			t.Fatalf("%d, %v", n, err)
		}
		o.hand.Advance(-3 * time.Hour)
		o.do(builder, c.Number, Do{Action: "report-in", Input: Data{"note": "到"}})
		o.hand.Advance(-20 * 24 * time.Hour)
		c = o.do(builder, c.Number, Do{Action: "resolve", Input: Data{"note": "已修复", "evidence": proof}})
		o.hand.Advance(40 * 24 * time.Hour)
		for range 3 {
			if _, err := o.Sweep(o.ctx, 10); err != nil {
				t.Fatal(err)
			}
		}
		o.read(func(tx *store.Tx) error {
			history, err := o.Records(o.ctx, tx, c.ID)
			if err != nil {
				return err
			}
			missed := map[DutyKey]int{}
			for i, r := range history {
				if i > 0 && r.At.Before(history[i-1].At) {
					t.Errorf("record %d is of %v, the one before it of %v", r.Seq, r.At, history[i-1].At)
				}
				for _, e := range r.Events {
					if e.Missed != nil {
						missed[*e.Missed]++
					}
				}
			}
			for k, n := range missed {
				if n != 1 {
					t.Errorf("%v was missed %d times", k, n)
				}
			}
			return nil
		})
	}, schemas...)
}
