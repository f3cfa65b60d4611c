package store_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"huying/internal/store"
	"huying/internal/store/storetest"
)

func TestStatementsThatAreMadeUpDoNotPileUp(t *testing.T) {
	db := storetest.SQLite(t, things)
	id := insert(t, db, thing{Name: "one"})
	for _, use := range []func(func(*store.Tx) error) error{
		func(f func(*store.Tx) error) error { return db.Write(ctx, f) },
		func(f func(*store.Tx) error) error { return db.Read(ctx, f) },
	} {
		err := use(func(tx *store.Tx) error {
			for n := range 2 * store.MaxPrepared {
				var got int64
				in := strings.Repeat("0, ", n) + fmt.Sprint(id)
				if err := tx.Scan(ctx, "SELECT id FROM thing WHERE id IN ("+in+")", nil, &got); err != nil || got != id {
					return fmt.Errorf("%d in the list: %d, %w", n, got, err)
				}
			}
			if n := tx.Prepared(); n > store.MaxPrepared || n < store.MaxPrepared/2 {
				t.Errorf("%d statements are kept", n)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// PostgreSQL could not do this; a mistake must not become a wrong answer.
func TestAQueryWithinAQueryDisturbsNoRows(t *testing.T) {
	db := storetest.SQLite(t, things)
	for i := range 5 {
		insert(t, db, thing{Name: fmt.Sprint(i)})
	}
	const query = "SELECT name FROM thing ORDER BY id"
	var seen string
	err := db.Write(ctx, func(tx *store.Tx) error {
		return tx.Each(ctx, query, nil, func(rows store.Row) error {
			var name, first string
			if err := tx.Scan(ctx, query, nil, &first); err != nil {
				return err
			}
			err := rows.Scan(&name)
			seen += first + name + " "
			return err
		})
	})
	if err != nil || seen != "00 01 02 03 04 " {
		t.Errorf("%q, %v", seen, err)
	}
}

func TestStatementsOutliveAMigration(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		insert(t, db, thing{Name: "before"})
		names(t, db)
		more := store.Schema{Name: "more", FS: fstest.MapFS{"migrations/0001_more.sql": {Data: []byte(
			"-- +goose Up\nALTER TABLE thing ADD COLUMN added BIGINT;\nCREATE INDEX thing_added ON thing (added);\n")}}}
		if err := db.Migrate(ctx, more); err != nil {
			t.Fatal(err)
		}
		insert(t, db, thing{Name: "after"})
		same(t, names(t, db), "before", "after")
	}, things)
}

func TestWhatDiffersIsAsked(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		insert(t, db, thing{Name: "held"})
		err := db.Write(ctx, func(tx *store.Tx) error {
			if tx.Engine() != db.Engine {
				t.Errorf("engine %s in a transaction of %s", tx.Engine(), db.Engine)
			}
			var id int64
			if err := tx.Scan(ctx, "SELECT id FROM thing WHERE name = 'held'"+tx.ForUpdate(), nil, &id); err != nil {
				return err
			}
			return tx.Scan(ctx, "SELECT id FROM thing WHERE name = 'held'"+tx.SkipLocked(), nil, &id)
		})
		if err != nil {
			t.Error(err)
		}
	}, things)
}
