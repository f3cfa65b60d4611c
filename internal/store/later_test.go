package store_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"huying/internal/store"
	"huying/internal/store/storetest"
)

const addThing = "INSERT INTO thing (name) VALUES ($1)"

func TestWhatIsDoneLaterIsSeenByWhatFollows(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		told := int64(-1)
		err := db.Write(ctx, func(tx *store.Tx) error {
			if err := tx.Later(ctx, addThing, "one"); err != nil {
				return err
			}
			if err := tx.LaterTold(ctx, func(n int64, err error) error { told = n; return err }, addThing+", ($2)", "two", "three"); err != nil {
				return err
			}
			var n int
			if err := tx.Scan(ctx, "SELECT COUNT(*) FROM thing", nil, &n); err != nil || n != 3 {
				t.Errorf("%d things are seen, want 3; %v", n, err)
			}
			if err := tx.Later(ctx, addThing, "four"); err != nil {
				return err
			}
			if touched, err := tx.Exec(ctx, "UPDATE thing SET price = 1 WHERE name <> 'one'"); err != nil || touched != 3 {
				t.Errorf("%d were touched, want 3; %v", touched, err)
			}
			return tx.Later(ctx, addThing, "five") // and goes with the commit
		})
		if err != nil || told != 2 {
			t.Errorf("told of %d rows, want 2; %v", told, err)
		}
		if n := count(t, db); n != 5 {
			t.Errorf("%d things stayed, want 5", n)
		}
	}, things)
}

func TestWhatFailsLaterFailsTheTransaction(t *testing.T) {
	better := errors.New("a better word")
	for name, f := range map[string]func(tx *store.Tx) error{
		"at the commit": func(tx *store.Tx) error { return tx.Later(ctx, addThing, "taken") },
		"at a query": func(tx *store.Tx) error {
			return errors.Join(tx.Later(ctx, addThing, "taken"), tx.Scan(ctx, "SELECT 1", nil, new(int)))
		},
		"at a statement": func(tx *store.Tx) error {
			err := tx.Later(ctx, addThing, "taken")
			_, next := tx.Exec(ctx, addThing, "new")
			return errors.Join(err, next)
		},
		"when it is asked for": func(tx *store.Tx) error {
			err := tx.Later(ctx, addThing, "taken")
			return errors.Join(err, tx.Flush(ctx))
		},
		"at a copy": func(tx *store.Tx) error {
			rows := store.Rows{Table: "thing", Columns: []string{"name"}}
			rows.Add("new")
			return errors.Join(tx.Later(ctx, addThing, "taken"), rows.Insert(ctx, tx))
		},
		"and is said better": func(tx *store.Tx) error {
			return tx.LaterTold(ctx, func(_ int64, err error) error {
				if !store.IsUnique(err) {
					t.Errorf("told of %v", err)
				}
				return better
			}, addThing, "taken")
		},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				insert(t, db, thing{Name: "taken"})
				err := db.Write(ctx, func(tx *store.Tx) error {
					if err := tx.Later(ctx, addThing, "before"); err != nil {
						return err
					}
					return f(tx)
				})
				if !store.IsUnique(err) && !errors.Is(err, better) {
					t.Errorf("it ended with %v", err)
				}
				if n := count(t, db); n != 1 {
					t.Errorf("%d things stayed, want 1", n)
				}
			}, things)
		})
	}
}

func TestATransactionWhoseErrorWasDroppedDoesNotCommit(t *testing.T) {
	db := storetest.Postgres(t, things)
	insert(t, db, thing{Name: "taken"})
	err := db.Write(ctx, func(tx *store.Tx) error {
		_, _ = tx.Exec(ctx, addThing, "taken")
		return nil
	})
	if err == nil {
		t.Error("it was called committed")
	}
}

func TestOneQueryNeedsNoTransaction(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		insert(t, db, thing{Name: "one"})
		var n int
		if err := db.ReadOnce(ctx, func(tx *store.Tx) error { return tx.Scan(ctx, "SELECT COUNT(*) FROM thing", nil, &n) }); err != nil || n != 1 {
			t.Errorf("%d, %v", n, err)
		}
		for name, f := range map[string]func(tx *store.Tx) error{
			"a second query": func(tx *store.Tx) error {
				if err := tx.Scan(ctx, "SELECT 1", nil, &n); err != nil {
					t.Error(err)
				}
				return tx.Scan(ctx, "SELECT 1", nil, &n)
			},
			"a statement":                func(tx *store.Tx) error { _, err := tx.Exec(ctx, addThing, "two"); return err },
			"a statement to be run once": func(tx *store.Tx) error { return tx.Later(ctx, addThing, "two") },
			"an insert":                  func(tx *store.Tx) error { _, err := tx.Insert(ctx, addThing+" RETURNING id", "two"); return err },
		} {
			if err := db.ReadOnce(ctx, f); err == nil {
				t.Errorf("%s passed", name)
			}
		}
		err := db.ReadApart(ctx, func(tx *store.Tx) error {
			return errors.Join(tx.Scan(ctx, "SELECT COUNT(*) FROM thing", nil, &n), tx.Scan(ctx, "SELECT COUNT(*) FROM thing", nil, &n))
		})
		if err != nil || n != 1 {
			t.Errorf("%d, %v", n, err)
		}
		for name, f := range map[string]func(tx *store.Tx) error{
			"a statement":                func(tx *store.Tx) error { _, err := tx.Exec(ctx, addThing, "two"); return err },
			"a statement to be run once": func(tx *store.Tx) error { return tx.Later(ctx, addThing, "two") },
			"an insert":                  func(tx *store.Tx) error { _, err := tx.Insert(ctx, addThing+" RETURNING id", "two"); return err },
		} {
			if err := db.ReadApart(ctx, f); err == nil {
				t.Errorf("%s passed where queries are apart", name)
			}
		}
		if n := count(t, db); n != 1 {
			t.Errorf("%d things", n)
		}
		ended, cancel := context.WithCancel(ctx)
		cancel()
		if err := db.ReadOnce(ended, func(*store.Tx) error { return nil }); err == nil {
			t.Error("it ran although its time was over")
		}
	}, things)
}

func TestWhatIsAskedLaterIsHeardInTime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		insert(t, db, thing{Name: "one"})
		var before, after []string
		name := func(s *string) []any { return []any{s} }
		ask := func(tx *store.Tx, all *[]string) error {
			return store.AllLater(ctx, tx, all, name, "SELECT name FROM thing ORDER BY name")
		}
		err := db.Write(ctx, func(tx *store.Tx) error {
			if err := errors.Join(ask(tx, &before), tx.Later(ctx, addThing, "two"), ask(tx, &after)); err != nil {
				return err
			}
			n := 0
			err := tx.Scan(ctx, "SELECT COUNT(*) FROM thing", nil, &n)
			if n != 2 || !slices.Equal(before, []string{"one"}) || !slices.Equal(after, []string{"one", "two"}) {
				t.Errorf("%d things; asked before the second %q, and after it %q", n, before, after)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for how, read := range map[string]func(context.Context, func(*store.Tx) error) error{"a snapshot": db.Read, "queries apart": db.ReadApart} {
			var all []string
			if err := read(ctx, func(tx *store.Tx) error { return ask(tx, &all) }); err != nil || len(all) != 2 {
				t.Errorf("%s, at its end: %q, %v", how, all, err)
			}
			err := read(ctx, func(tx *store.Tx) error {
				return tx.EachLater(ctx, "SELECT nothing FROM thing", nil, func(store.Row) error { return nil })
			})
			if err == nil {
				t.Errorf("%s: a wrong query passed", how)
			}
			err = read(ctx, func(tx *store.Tx) error {
				return errors.Join(tx.EachLater(ctx, "SELECT name FROM thing", nil, func(store.Row) error { return errors.ErrUnsupported }), tx.Flush(ctx))
			})
			if !errors.Is(err, errors.ErrUnsupported) {
				t.Errorf("%s: who heard refused, and %v came of it", how, err)
			}
		}
	}, things)
}

func TestPlaceholdersAreNumberedOn(t *testing.T) {
	if got := store.Marks(2, 3); got != "$2, $3, $4" || store.Marks(1, 0) != "" {
		t.Errorf("%q", got)
	}
}
