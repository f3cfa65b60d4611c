package store_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

var ctx = context.Background()

var things = store.Schema{Name: "thing", FS: fstest.MapFS{"migrations/0001_thing.sql": {Data: []byte(`
-- +goose Up
CREATE TABLE thing (
  id    IDENTITY,
  name  TEXT NOT NULL UNIQUE,
  price BIGINT,
  at    BIGINT,
  more  TEXT,
  raw   BYTES,
  share DOUBLE,
  good  BOOL NOT NULL DEFAULT FALSE
);
CREATE TABLE thing_part (
  thing BIGINT NOT NULL REFERENCES thing(id),
  name  TEXT NOT NULL
);
`)}}}

type thing struct {
	ID    int64
	Name  string
	Price int64
	At    time.Time
	More  store.JSON[[]string]
	Raw   []byte
	Share float64
	Good  bool
}

func (t *thing) fields() []any {
	return []any{&t.ID, &t.Name, store.Opt(&t.Price), store.At(&t.At), &t.More, &t.Raw, store.Opt(&t.Share), &t.Good}
}

const columns = "id, name, price, at, more, raw, share, good"

func insert(t *testing.T, db *store.DB, v thing) int64 {
	t.Helper()
	var id int64
	err := db.Write(ctx, func(tx *store.Tx) (err error) {
		id, err = tx.Insert(ctx, "INSERT INTO thing (name, price, at, more, raw, share, good) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
			v.Name, store.Null(v.Price), store.Micros(v.At), v.More, v.Raw, store.Null(v.Share), v.Good)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestARowComesBackAsItWent(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for _, v := range []thing{
			{Name: "𠮷 <script>alert(1)</script> =1+1 ' \" \\", Price: 1234, At: storetest.Now, More: store.JSON[[]string]{V: []string{"一", "𠮷"}}, Raw: []byte{0, 255}, Share: 0.1, Good: true},
			{Name: "zero values"},
		} {
			id := insert(t, db, v)
			err := db.Read(ctx, func(tx *store.Tx) error {
				got, err := store.One(ctx, tx, (*thing).fields, "SELECT "+columns+" FROM thing WHERE id = $1", id)
				if err != nil {
					return err
				}
				if got.Name != v.Name || got.Price != v.Price || !got.At.Equal(v.At) || len(got.More.V) != len(v.More.V) || string(got.Raw) != string(v.Raw) || got.Share != v.Share || got.Good != v.Good {
					t.Errorf("went in as %+v, came out as %+v", v, got)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}, things)
}

func TestNothingStaysOfATransactionThatFails(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		boom, called := errors.New("boom"), false
		err := db.Write(ctx, func(tx *store.Tx) error {
			tx.AfterCommit(func() { called = true })
			if _, err := tx.Exec(ctx, "INSERT INTO thing (name) VALUES ($1)", "half"); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) || called {
			t.Errorf("err %v, after commit called %v", err, called)
		}
		if n := count(t, db); n != 0 {
			t.Errorf("%d rows stayed", n)
		}
	}, things)
}

func count(t *testing.T, db *store.DB) (n int) {
	t.Helper()
	err := db.Read(ctx, func(tx *store.Tx) error { return tx.Scan(ctx, "SELECT COUNT(*) FROM thing", nil, &n) })
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestErrorsAreKnownByWhatTheyMean(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		insert(t, db, thing{Name: "one"})
		exec := func(q string) error {
			return db.Write(ctx, func(tx *store.Tx) error { _, err := tx.Exec(ctx, q); return err })
		}
		if err := exec("INSERT INTO thing (name) VALUES ('one')"); !store.IsUnique(err) {
			t.Errorf("a taken name: %v", err)
		}
		if err := exec("INSERT INTO thing_part (thing, name) VALUES (77, 'x')"); !store.IsForeignKey(err) {
			t.Errorf("a part of nothing: %v", err)
		}
		err := db.Read(ctx, func(tx *store.Tx) error {
			return tx.Scan(ctx, "SELECT id FROM thing WHERE name = $1", []any{"none"}, new(int64))
		})
		if !errs.Is(err, errs.NotFound) {
			t.Errorf("no such row: %v", err)
		}
		err = db.Read(ctx, func(tx *store.Tx) error { _, err := tx.Exec(ctx, "INSERT INTO thing (name) VALUES ('r')"); return err })
		if err == nil {
			t.Error("a reading transaction wrote")
		}
	}, things)
}

func TestWritersThatReadFirstLoseNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		id := insert(t, db, thing{Name: "counter"})
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 10 {
					err := db.Write(ctx, func(tx *store.Tx) error {
						_, err := tx.Exec(ctx, "UPDATE thing SET price = COALESCE(price, 0) + 1 WHERE id = $1", id)
						return err
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		err := db.Read(ctx, func(tx *store.Tx) error {
			var n int64
			err := tx.Scan(ctx, "SELECT price FROM thing WHERE id = $1", []any{id}, &n)
			if n != 80 {
				t.Errorf("counted to %d of 80", n)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}, things)
}

func TestMigratingAgainChangesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		insert(t, db, thing{Name: "kept"})
		if err := db.Migrate(ctx, things); err != nil {
			t.Fatal(err)
		}
		if count(t, db) != 1 {
			t.Error("the row is gone")
		}
		broken := store.Schema{Name: "broken", FS: fstest.MapFS{"migrations/0001_a.sql": {Data: []byte("-- +goose Up\nCREATE TABLE broken_a (id BIGINT);\nCREATE TABEL b;\n")}}}
		if err := db.Migrate(ctx, broken); err == nil {
			t.Error("a broken migration passed")
		}
		err := db.Read(ctx, func(tx *store.Tx) error { return tx.Scan(ctx, "SELECT COUNT(*) FROM broken_a", nil, new(int)) })
		if err == nil {
			t.Error("half of a migration stayed")
		}
	}, things)
}

func TestWhere(t *testing.T) {
	var w store.Where
	if w.SQL() != "" {
		t.Errorf("no condition gives %q", w.SQL())
	}
	w.And("a = ?", 1)
	w.And("b BETWEEN ? AND ? OR c IS NULL", 2, 3)
	limit := w.Limit(20, 40)
	if got, want := w.SQL()+limit, " WHERE (a = $1) AND (b BETWEEN $2 AND $3 OR c IS NULL) LIMIT $4 OFFSET $5"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if len(w.Args()) != 5 {
		t.Errorf("%v", w.Args())
	}
}

func TestABadAddressTellsNoSecret(t *testing.T) {
	for _, dsn := range []string{"mysql://x", "postgres://u:hunter2@127.0.0.1:1/x?connect_timeout=1"} {
		_, err := store.Open(ctx, dsn, clock.Business{})
		if err == nil || strings.Contains(errs.All(err)[0].Error(), "hunter2") {
			t.Errorf("%s: %v", dsn, err)
		}
	}
}
