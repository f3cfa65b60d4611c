package casework

import (
	"context"
	"sync"
	"testing"
	"time"

	"huying/internal/jobs"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

func TestWhoOwesADutyIsRemindedOnceHoweverManyLook(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		var mu sync.Mutex
		heard := map[string]int{}
		jobs.On(o.Queue, func(_ context.Context, tx *store.Tx, e Soon) error {
			c, err := o.Case(o.ctx, tx, e.Case)
			if err != nil {
				return err
			}
			if n, ok := SoonNews(procedureOf(t, "whistle"), c, e); ok {
				tx.AfterCommit(func() { mu.Lock(); defer mu.Unlock(); heard[n.To[0]+" "+n.Title.ZH]++ })
			}
			return nil
		})
		jobs.OnAll(o.Queue, func(context.Context, *store.Tx, []Happened) error { return nil })
		look := func() {
			var all sync.WaitGroup
			for range 4 {
				all.Go(func() {
					if _, err := o.Remind(o.ctx, 10); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
			if err := o.Queue.Drain(o.ctx); err != nil {
				t.Fatal(err)
			}
		}
		c := o.open(neighbour)
		due := c.Duties[0]
		o.hand.Set(NearDue(due.Start, due.Due).Add(-time.Microsecond))
		if look(); len(heard) != 0 {
			t.Errorf("too early %v heard", heard)
		}
		o.hand.Advance(time.Microsecond)
		for range 3 {
			look()
		}
		if len(heard) != 1 || heard["unit:construction 报到"] != 1 {
			t.Errorf("heard %v", heard)
		}
		o.do(builder, c.Number, Do{Action: "report-in", Input: Data{"note": "到"}})
		c = o.do(builder, c.Number, Claim{Duty: DutyKey{Visit: 2, Name: "resolve", Owner: "unit:construction"}, To: &Actor{Person: 2, Posts: postsOf(builder)}})
		o.hand.Set(c.Duties[1].Due.Add(-time.Minute))
		look()
		if heard["person:2 处置完毕"] != 1 || len(heard) != 2 {
			t.Errorf("who took it on heard %v", heard)
		}
		o.hand.Advance(time.Hour) // what is missed is not near its end
		if _, err := o.Sweep(o.ctx, 10); err != nil {
			t.Fatal(err)
		}
		if look(); len(heard) != 2 {
			t.Errorf("heard %v", heard)
		}
	}, schemas...)
}
