package casework

import (
	"testing"
	"time"

	"huying/internal/clock"
	"huying/internal/identity"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

// TestWhatManyWereCountedFromIsToldAgain: the count of few is always that of the moment; that of many is told again for a while, and no longer.
func TestWhatManyWereCountedFromIsToldAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		v := o.ViewerOf(holder(9, identity.Supervisor, "", ""), "")
		counted := func() (n int) {
			o.read(func(tx *store.Tx) error {
				tally, err := o.Count(o.ctx, tx, v, procedureOf(t, "whistle"), clock.Date{}, clock.Date{})
				for _, of := range tally.States {
					n += of
				}
				return err
			})
			return n
		}
		o.open(neighbour)
		o.open(neighbour)
		if n := counted(); n != 2 {
			t.Fatalf("%d of 2 cases", n)
		}
		o.open(neighbour)
		if n := counted(); n != 3 || len(o.counts.all) != 0 {
			t.Errorf("%d of 3 cases, %d counts kept", n, len(o.counts.all))
		}
		now := clock.Security{}.Now()
		key := "{SELECT state, outcome, COUNT(*) FROM casework_case WHERE procedure = ? [whistle]}"
		o.counts.keep(key, []casesIn{{"called", Open, manyCounted}}, now.Add(time.Hour))
		if n := counted(); n != manyCounted {
			t.Errorf("%d, not what was counted before", n)
		}
		o.counts.keep(key, []casesIn{{"called", Open, manyCounted}}, now)
		if n := counted(); n != 3 {
			t.Errorf("%d of 3 cases, when the time is over", n)
		}
		was := manyCounted
		t.Cleanup(func() { manyCounted = was })
		manyCounted = 3
		counted()
		if k := o.counts.all[key]; len(k.what) == 0 || !k.until.After(now) {
			t.Errorf("of as many as are told again is kept %+v", k)
		}
	}, schemas...)
}
