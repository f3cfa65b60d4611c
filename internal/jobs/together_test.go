package jobs_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"huying/internal/clock"
	"huying/internal/jobs"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

// heard is a small job that writes its name.
type heard struct{ Name string }

func (heard) Kind() string { return "test.heard" }
func (heard) Fleeting()    {}

var names = store.Schema{Name: "heard", FS: fstest.MapFS{"migrations/0001_heard.sql": {Data: []byte(`-- +goose Up
CREATE TABLE heard_name (name TEXT NOT NULL PRIMARY KEY);
`)}}}

// TestOfJobsThatShareATransactionOneFails: whether the answer says so or a statement that it left to be sent, the fault is that job's, which waits
// and is given up in the end; the others are done, each once.
func TestOfJobsThatShareATransactionOneFails(t *testing.T) {
	for what, fail := range map[string]func(tx *store.Tx) error{
		"it says so":                   func(*store.Tx) error { return errors.New("no") },
		"a statement fails afterwards": func(tx *store.Tx) error { return tx.Later(ctx, "INSERT INTO heard_name (name) VALUES ('taken')") },
	} {
		t.Run(what, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				hand := clock.NewHand(storetest.Now)
				q, most := jobs.New(db, hand.Security()), 0
				jobs.OnAll(q, func(_ context.Context, tx *store.Tx, all []heard) error {
					most = max(most, len(all))
					for _, e := range all {
						if e.Name == "bad" {
							if err := fail(tx); err != nil {
								return err
							}
						} else if err := tx.Later(ctx, "INSERT INTO heard_name (name) VALUES ($1)", e.Name); err != nil {
							return err
						}
					}
					return nil
				})
				enqueue(t, db, q, heard{"taken"}, "0")
				if err := q.Drain(ctx); err != nil {
					t.Fatal(err)
				}
				want := []string{"taken"}
				for i := range 40 { // more than share one
					name := string(rune('a'+i%26)) + string(rune('a'+i/26))
					if i == 5 {
						name = "bad"
					} else {
						want = append(want, name)
					}
					enqueue(t, db, q, heard{name}, name)
				}
				for range 40 {
					if err := q.Drain(ctx); err != nil {
						t.Fatal(err)
					}
					hand.Advance(time.Minute)
				}
				slices.Sort(want)
				if got := stored(t, db); !slices.Equal(got, want) {
					t.Errorf("done are %q,\nwant %q", got, want)
				}
				if c, err := q.Count(ctx); err != nil || c != (jobs.Counts{Dead: 1}) {
					t.Errorf("%+v, %v", c, err)
				}
				if most < 10 {
					t.Errorf("at most %d were answered together", most)
				}
			}, jobs.Schema, names)
		})
	}
}

// TestWhoRunsOneJobHoldsNoOther: jobs that are not fleeting are left to other workers while one runs.
func TestWhoRunsOneJobHoldsNoOther(t *testing.T) {
	db := storetest.Postgres(t, jobs.Schema)
	q := jobs.New(db, clock.NewHand(storetest.Now).Security())
	free := 0
	jobs.On(q, func(_ context.Context, _ *store.Tx, _ called) error {
		if free == 0 {
			return db.Write(ctx, func(other *store.Tx) error {
				all, err := store.All(ctx, other, func(id *int64) []any { return []any{id} }, "SELECT id FROM jobs WHERE done_at IS NULL"+other.SkipLocked())
				free = len(all)
				return err
			})
		}
		return nil
	})
	for i := range 5 {
		enqueue(t, db, q, called{}, time.Duration(i).String())
	}
	if err := q.Drain(ctx); err != nil || free != 4 {
		t.Errorf("%d of 4 others were free; %v", free, err)
	}
}

func stored(t *testing.T, db *store.DB) (all []string) {
	t.Helper()
	err := db.ReadOnce(ctx, func(tx *store.Tx) (err error) {
		all, err = store.All(ctx, tx, func(s *string) []any { return []any{s} }, "SELECT name FROM heard_name ORDER BY name")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return all
}
