package jobs_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"huying/internal/clock"
	"huying/internal/jobs"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

var ctx = context.Background()

type called struct{ Name string }

func (called) Kind() string { return "test.called" }

func enqueue(t *testing.T, db *store.DB, q *jobs.Queue, e jobs.Event, key string) {
	t.Helper()
	if err := db.Write(ctx, func(tx *store.Tx) error { return q.Enqueue(ctx, tx, e, key) }); err != nil {
		t.Fatal(err)
	}
}

func TestAJobExistsIfAndOnlyIfItsCauseDoes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		q := jobs.New(db, clock.NewHand(storetest.Now).Security())
		var got []string
		jobs.On(q, func(_ context.Context, _ *store.Tx, e called) error { got = append(got, e.Name); return nil })
		boom := errors.New("boom")
		err := db.Write(ctx, func(tx *store.Tx) error { return errors.Join(q.Enqueue(ctx, tx, called{"lost"}, "1"), boom) })
		if !errors.Is(err, boom) {
			t.Fatal(err)
		}
		enqueue(t, db, q, called{"𠮷"}, "2")
		enqueue(t, db, q, called{"again"}, "2")
		if err := q.Drain(ctx); err != nil {
			t.Fatal(err)
		}
		enqueue(t, db, q, called{"after it was done"}, "2")
		if err := q.Drain(ctx); err != nil {
			t.Fatal(err)
		}
		if len(got) != 1 || got[0] != "𠮷" {
			t.Errorf("answered %q", got)
		}
	}, jobs.Schema)
}

func TestAJobThatFailsIsTriedAgainAndThenGivenUp(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		hand := clock.NewHand(storetest.Now)
		q := jobs.New(db, hand.Security())
		tries := 0
		jobs.On(q, func(_ context.Context, _ *store.Tx, _ called) error {
			if tries++; tries == 2 {
				panic("worse")
			}
			return errors.New("no")
		})
		enqueue(t, db, q, called{}, "1")
		for range 40 {
			if err := q.Drain(ctx); err != nil {
				t.Fatal(err)
			}
			hand.Advance(time.Minute)
		}
		c, err := q.Count(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if tries != 12 || c != (jobs.Counts{Dead: 1}) {
			t.Errorf("%d tries, %+v", tries, c)
		}
	}, jobs.Schema)
}

func TestManyWorkersRunEachJobOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		const n = 60
		var ran atomic.Int64
		done := make(chan struct{})
		var queues []*jobs.Queue
		for range 3 { // three servers
			q := jobs.New(db, clock.Security{})
			jobs.On(q, func(context.Context, *store.Tx, called) error {
				if ran.Add(1) == n {
					close(done)
				}
				return nil
			})
			queues = append(queues, q)
		}
		for i := range n {
			enqueue(t, db, queues[0], called{}, time.Duration(i).String())
		}
		run, stop := context.WithCancel(ctx)
		var wg sync.WaitGroup
		for _, q := range queues {
			wg.Go(func() { q.Run(run, 2) })
		}
		select {
		case <-done:
		case <-time.After(20 * time.Second):
			t.Errorf("only %d of %d ran", ran.Load(), n)
		}
		stop()
		wg.Wait()
		if ran.Load() != n {
			t.Errorf("%d runs of %d jobs", ran.Load(), n)
		}
	}, jobs.Schema)
}

type passing struct{}

func (passing) Kind() string { return "test.passing" }
func (passing) Fleeting()    {}

func TestWhatIsFleetingLeavesNoRow(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		q := jobs.New(db, clock.NewHand(storetest.Now).Security())
		n := 0
		jobs.OnAll(q, func(_ context.Context, _ *store.Tx, all []passing) error { n += len(all); return nil })
		jobs.On(q, func(context.Context, *store.Tx, called) error { return nil })
		enqueue(t, db, q, passing{}, "1")
		enqueue(t, db, q, called{}, "1")
		if err := q.Drain(ctx); err != nil {
			t.Fatal(err)
		}
		rows := 0
		err := db.Read(ctx, func(tx *store.Tx) error { return tx.Scan(ctx, "SELECT COUNT(*) FROM jobs", nil, &rows) })
		if err != nil || n != 1 || rows != 1 {
			t.Errorf("ran %d, %d rows, %v", n, rows, err)
		}
	}, jobs.Schema)
}
