package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"huying/internal/errs"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

// atOnce runs f in n goroutines and waits for all.
func atOnce(n int, f func()) {
	var wg sync.WaitGroup
	for range n {
		wg.Go(f)
	}
	wg.Wait()
}

func add(ctx context.Context, tx *store.Tx, name string) error {
	_, err := tx.Exec(ctx, "INSERT INTO thing (name) VALUES ($1)", name)
	return err
}

func adding(name string) func(*store.Tx) error {
	return func(tx *store.Tx) error { return add(ctx, tx, name) }
}

// names are the things that are committed, in their order.
func names(t *testing.T, db *store.DB) (all []string) {
	t.Helper()
	err := db.Read(ctx, func(tx *store.Tx) (err error) {
		all, err = store.All(ctx, tx, func(s *string) []any { return []any{s} }, "SELECT name FROM thing ORDER BY id")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// together has the functions wait behind one that holds the writer, in their order, so that they share the next commit. It returns
// their errors.
func together(t *testing.T, db *store.DB, fs ...func(*store.Tx) error) []error {
	t.Helper()
	errors := make([]error, len(fs))
	var wg sync.WaitGroup
	hold(t, db, func() {
		for i, f := range fs {
			wg.Go(func() { errors[i] = db.Write(ctx, f) })
			waitFor(t, func() bool { return db.Waiting() == i+1 })
		}
	})
	wg.Wait()
	return errors
}

// hold runs meanwhile while a transaction holds SQLite's writer. It fails in the end, so that nobody shares its commit.
func hold(t *testing.T, db *store.DB, meanwhile func()) {
	t.Helper()
	over := errors.New("over")
	if err := db.Write(ctx, func(*store.Tx) error { meanwhile(); return over }); !errors.Is(err, over) {
		t.Error(err)
	}
}

func waitFor(t *testing.T, so func() bool) {
	t.Helper()
	for range 5000 {
		if so() {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatal("five seconds did not bring it about")
}

func same(t *testing.T, got []string, want ...string) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("stored %v, want %v", got, want)
	}
}

func TestThoseWhoWaitShareACommit(t *testing.T) {
	db := storetest.SQLite(t, things)
	var seen, committed []string
	together(t, db, adding("a"), adding("b"), func(tx *store.Tx) (err error) {
		seen, err = store.All(ctx, tx, func(s *string) []any { return []any{s} }, "SELECT name FROM thing ORDER BY id")
		committed = names(t, db)
		return err
	})
	same(t, seen, "a", "b")
	same(t, committed)
	same(t, names(t, db), "a", "b")
}

func TestAGroupHasItsBounds(t *testing.T) {
	db := storetest.SQLite(t, things)
	const callers = 3 * store.MaxGroup
	most := 0
	fs := make([]func(*store.Tx) error, callers)
	for i := range fs {
		fs[i] = func(tx *store.Tx) error {
			if err := add(ctx, tx, fmt.Sprint("thing ", i)); err != nil {
				return err
			}
			all := 0
			err := tx.Scan(ctx, "SELECT COUNT(*) FROM thing", nil, &all)
			most = max(most, all-count(t, db))
			return err
		}
	}
	if err := errors.Join(together(t, db, fs...)...); err != nil {
		t.Fatal(err)
	}
	if most < 2 || most > store.MaxGroup {
		t.Errorf("a group of %d", most)
	}
	if n := count(t, db); n != callers {
		t.Errorf("%d of %d", n, callers)
	}
}

func TestALongFunctionIsNotJoined(t *testing.T) {
	db := storetest.SQLite(t, things)
	before := -1
	together(t, db, func(tx *store.Tx) error { time.Sleep(50 * time.Millisecond); return add(ctx, tx, "slow") },
		func(*store.Tx) error { before = count(t, db); return nil })
	if before != 1 {
		t.Errorf("the next began with %d committed", before)
	}
}

// ways are how a function may end. Each returns whether its work must be there.
var ways = []struct {
	name  string
	stays bool
	end   func(cancel func()) error
}{
	{"it succeeds", true, func(func()) error { return nil }},
	{"it fails", false, func(func()) error { return errors.New("refused") }},
	{"it panics", false, func(func()) error { panic("out of order") }},
	{"its caller leaves", false, func(cancel func()) error { cancel(); return nil }},
	{"its goroutine ends", false, func(func()) error { runtime.Goexit(); return nil }},
	{"it succeeds too", true, func(func()) error { return nil }},
}

func TestUnderCompanyEachFailsForItself(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var mu sync.Mutex
		acknowledged, hooks := map[string]bool{}, map[string]bool{}
		write := func(name string, way int) {
			defer func() {
				if p := recover(); p != nil && p != "out of order" {
					t.Error("a strange panic:", p)
				}
			}()
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			err := db.Write(ctx, func(tx *store.Tx) error {
				tx.AfterCommit(func() { mu.Lock(); hooks[name] = true; mu.Unlock() })
				if err := add(ctx, tx, name); err != nil {
					return err
				}
				return ways[way].end(cancel)
			})
			if stays := ways[way].stays; stays != (err == nil) {
				t.Errorf("%s: %v", ways[way].name, err)
			}
			if err == nil {
				mu.Lock()
				acknowledged[name] = true
				mu.Unlock()
			}
		}
		var wg sync.WaitGroup
		for i := range 32 {
			wg.Go(func() {
				for j := range 6 {
					done := make(chan struct{})
					go func() { defer close(done); write(fmt.Sprint(i, "/", j), (i+j)%len(ways)) }() // one may end its goroutine
					<-done
				}
			})
		}
		wg.Wait()
		stored := names(t, db)
		for _, name := range stored {
			if !acknowledged[name] || !hooks[name] {
				t.Errorf("%s is stored: acknowledged %v, hook %v", name, acknowledged[name], hooks[name])
			}
		}
		if len(stored) != 32*6/3 || len(acknowledged) != len(stored) || len(hooks) != len(stored) {
			t.Errorf("%d stored, %d acknowledged, %d hooks", len(stored), len(acknowledged), len(hooks))
		}
	}, things)
}

func TestHooksRunInOrderAndSeeWhatWasCommitted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var mu sync.Mutex
		heard := map[int]string{}
		var wg sync.WaitGroup
		for i := range 16 {
			wg.Go(func() {
				name := fmt.Sprint("thing ", i)
				err := db.Write(ctx, func(tx *store.Tx) error {
					tx.AfterCommit(func() {
						err := db.Read(ctx, func(tx *store.Tx) error {
							return tx.Scan(ctx, "SELECT id FROM thing WHERE name = $1", []any{name}, new(int64))
						})
						if err != nil {
							t.Errorf("a hook does not see %s: %v", name, err)
						}
						mu.Lock()
						heard[i] += "a"
						mu.Unlock()
					})
					tx.AfterCommit(func() { mu.Lock(); heard[i] += "b"; mu.Unlock() })
					return add(ctx, tx, name)
				})
				mu.Lock()
				defer mu.Unlock()
				if err != nil || heard[i] != "ab" {
					t.Errorf("hooks had run in the order %q when Write returned %v", heard[i], err)
				}
			})
		}
		wg.Wait()
	}, things)
}

func TestWhoHasLeftWritesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		gone, cancel := context.WithCancel(ctx)
		cancel()
		err := db.Write(gone, func(*store.Tx) error { t.Error("it ran"); return nil })
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if err := db.Read(gone, func(*store.Tx) error { t.Error("it ran"); return nil }); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		insert(t, db, thing{Name: "the next"})
		same(t, names(t, db), "the next")
	}, things)
}

func TestWhoWaitsMayLeave(t *testing.T) {
	db := storetest.SQLite(t, things)
	var wg sync.WaitGroup
	hold(t, db, func() {
		leaving, cancel := context.WithCancel(ctx)
		left := make(chan error)
		go func() { left <- db.Write(leaving, func(*store.Tx) error { t.Error("it ran"); return nil }) }()
		waitFor(t, func() bool { return db.Waiting() == 1 })
		wg.Go(func() {
			if err := db.Write(ctx, adding("stays")); err != nil {
				t.Error(err)
			}
		})
		waitFor(t, func() bool { return db.Waiting() == 2 })
		cancel()
		if err := <-left; !errors.Is(err, context.Canceled) { // while the writer is still held
			t.Error(err)
		}
	})
	wg.Wait()
	same(t, names(t, db), "stays")
}

func TestWhatEndsATransactionOfSQLiteHarmsNobodyElse(t *testing.T) {
	for _, c := range []struct {
		name    string
		culprit func(tx *store.Tx) error
		known   func(error) bool
	}{
		{"and is returned", func(tx *store.Tx) error {
			_, err := tx.Exec(ctx, "INSERT OR ROLLBACK INTO thing (name) VALUES ('taken')")
			return err
		}, store.IsUnique},
		{"and is passed over", func(tx *store.Tx) error {
			_, _ = tx.Exec(ctx, "INSERT OR ROLLBACK INTO thing (name) VALUES ('taken')")
			_ = add(ctx, tx, "would be committed by itself")
			return nil
		}, func(err error) bool { return errors.Is(err, store.ErrRolledBack) }},
		{"and is found at the commit", func(tx *store.Tx) error {
			_, err := tx.Exec(ctx, "INSERT INTO late_part (thing) VALUES (77)")
			return err
		}, store.IsForeignKey},
	} {
		t.Run(c.name, func(t *testing.T) {
			db := storetest.SQLite(t, things, late)
			insert(t, db, thing{Name: "taken"})
			ran := 0
			got := together(t, db, func(tx *store.Tx) error { ran++; return add(ctx, tx, "before") }, c.culprit, adding("after"))
			if got[0] != nil || got[2] != nil || !c.known(got[1]) {
				t.Errorf("%v", got)
			}
			if ran != 2 {
				t.Errorf("the one before ran %d times", ran)
			}
			if stored := names(t, db); len(stored) != 3 {
				t.Errorf("stored %v", stored)
			}
		})
	}
}

// late has a reference that is checked at the commit.
var late = store.Schema{Name: "late", FS: fstest.MapFS{"migrations/0001_late.sql": {Data: []byte(`
-- +goose Up
CREATE TABLE late_part (thing BIGINT NOT NULL REFERENCES thing(id) DEFERRABLE INITIALLY DEFERRED);
`)}}}

func TestAFullDatabaseAcknowledgesNothingThatItLost(t *testing.T) {
	db := storetest.SQLite(t, things)
	err := db.Write(ctx, func(tx *store.Tx) error { return tx.Scan(ctx, "PRAGMA max_page_count = 200", nil, new(int)) })
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	kept, refused := map[string]bool{}, 0
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			for j := range 20 {
				name := fmt.Sprint(i, "/", j)
				err := db.Write(ctx, func(tx *store.Tx) error {
					_, err := tx.Exec(ctx, "INSERT INTO thing (name, raw) VALUES ($1, $2)", name, make([]byte, 500*(1+i)))
					return err
				})
				mu.Lock()
				if err == nil {
					kept[name] = true
				} else {
					refused++
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	stored := names(t, db)
	for _, name := range stored {
		delete(kept, name)
	}
	if len(kept) > 0 || len(stored)+refused != 16*20 || refused == 0 || len(stored) == 0 {
		t.Errorf("%d stored, %d refused, lost after the acknowledgement: %v", len(stored), refused, kept)
	}
}

func TestClosingLetsTheRunningEndAndRefusesTheWaiting(t *testing.T) {
	db := storetest.SQLite(t, things)
	var wg sync.WaitGroup
	closed := make(chan error, 1)
	hold(t, db, func() {
		for range 10 {
			wg.Go(func() {
				if err := db.Write(ctx, adding("late")); !errs.Is(err, errs.Unavailable) {
					t.Error(err)
				}
			})
		}
		waitFor(t, func() bool { return db.Waiting() == 10 })
		go func() { closed <- db.Close() }()
		wg.Wait() // they hear it while the writer is still held
		select {
		case <-closed:
			t.Error("closed under a running function")
		default:
		}
	})
	if err := <-closed; err != nil {
		t.Error(err)
	}
	for name, use := range map[string]func(context.Context, func(*store.Tx) error) error{"write": db.Write, "read": db.Read} {
		if err := use(ctx, func(*store.Tx) error { t.Error("it ran"); return nil }); !errs.Is(err, errs.Unavailable) {
			t.Errorf("%s after closing: %v", name, err)
		}
	}
}

func TestATransactionIsOverWhenItsFunctionReturns(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var kept *store.Tx
		for name, use := range map[string]func(context.Context, func(*store.Tx) error) error{"write": db.Write, "read": db.Read} {
			if err := use(ctx, func(tx *store.Tx) error { kept = tx; return nil }); err != nil {
				t.Fatal(err)
			}
			if err := kept.Scan(ctx, "SELECT 1", nil, new(int)); !errors.Is(err, sql.ErrTxDone) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
