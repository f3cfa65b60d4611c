package jobs_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/jobs"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

type told struct{ Name string }

func (told) Kind() string { return "test.told" }

// dead are the jobs of a kind that were given up.
func dead(t *testing.T, db *store.DB, q *jobs.Queue, kind string) (all []jobs.Dead) {
	t.Helper()
	if err := db.Read(ctx, func(tx *store.Tx) (err error) {
		var total int
		if all, total, err = q.Dead(ctx, tx, kind, 10, 0); err == nil && total != len(all) {
			t.Errorf("%d of %q, and %d are listed", total, kind, len(all))
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

// tire drains the queue until everything that fails was given up.
func tire(t *testing.T, q *jobs.Queue, hand *clock.Hand) {
	t.Helper()
	for range 12 {
		if err := q.Drain(ctx); err != nil {
			t.Fatal(err)
		}
		hand.Advance(3 * time.Minute)
	}
}

func TestWhatWasGivenUpIsListedAndRunAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		hand := clock.NewHand(storetest.Now)
		q := jobs.New(db, hand.Security())
		broken, ran := true, 0
		answer := func(name string) error {
			if broken {
				return errors.New("no " + name)
			}
			ran++
			return nil
		}
		jobs.On(q, func(_ context.Context, _ *store.Tx, e called) error { return answer(e.Name) })
		jobs.On(q, func(_ context.Context, _ *store.Tx, e told) error { return answer(e.Name) })
		enqueue(t, db, q, called{"a"}, "1")
		enqueue(t, db, q, told{"b"}, "1")
		enqueue(t, db, q, told{"c"}, "2")
		if got := dead(t, db, q, ""); len(got) != 0 {
			t.Fatalf("nothing failed yet: %+v", got)
		}
		began := hand.Security().Now()
		tire(t, q, hand)

		all := dead(t, db, q, "")
		if len(all) != 3 {
			t.Fatalf("%+v", all)
		}
		for _, d := range all {
			if last := began.Add(11 * 3 * time.Minute); d.Tries != 12 || !d.Made.Equal(began) || !d.Tried.Equal(last) {
				t.Errorf("%+v, want 12 tries, made at %v and last tried at %v", d, began, last)
			}
		}
		one := dead(t, db, q, "test.called")
		if len(one) != 1 || one[0].Kind != "test.called" || one[0].Error != "no a" {
			t.Fatalf("%+v", one)
		}

		broken = false
		retry := func() (kind string, err error) {
			err = db.Write(ctx, func(tx *store.Tx) (err error) { kind, err = q.Retry(ctx, tx, one[0].ID); return err })
			return kind, err
		}
		if kind, err := retry(); err != nil || kind != "test.called" {
			t.Fatal(kind, err)
		}
		if _, err := retry(); !errs.Is(err, errs.NotFound) {
			t.Errorf("the second to ask is told %v", err)
		}
		if err := q.Drain(ctx); err != nil || ran != 1 {
			t.Fatalf("%d ran: %v", ran, err)
		}

		var n int64
		var kinds []jobs.KindCount
		if err := db.Write(ctx, func(tx *store.Tx) (err error) {
			if kinds, err = q.DeadKinds(ctx, tx); err == nil {
				n, err = q.RetryKind(ctx, tx, "test.told")
			}
			return err
		}); err != nil || n != 2 || !slices.Equal(kinds, []jobs.KindCount{{Kind: "test.told", N: 2}}) {
			t.Fatalf("%d of %+v: %v", n, kinds, err)
		}
		if err := q.Drain(ctx); err != nil || ran != 3 || len(dead(t, db, q, "")) != 0 {
			t.Errorf("%d ran, %+v is left: %v", ran, dead(t, db, q, ""), err)
		}
	}, jobs.Schema)
}

func TestWhatRunsAgainHasAllItsTries(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		hand := clock.NewHand(storetest.Now)
		q := jobs.New(db, hand.Security())
		tries := 0
		jobs.On(q, func(context.Context, *store.Tx, called) error { tries++; return errors.New("no") })
		enqueue(t, db, q, called{}, "1")
		tire(t, q, hand)
		if err := db.Write(ctx, func(tx *store.Tx) error { _, err := q.RetryKind(ctx, tx, "test.called"); return err }); err != nil {
			t.Fatal(err)
		}
		tire(t, q, hand)
		if got := dead(t, db, q, ""); tries != 24 || len(got) != 1 || got[0].Tries != 12 {
			t.Errorf("%d tries, %+v", tries, got)
		}
	}, jobs.Schema)
}
