package store_test

import (
	"bytes"
	"database/sql"
	"testing"
	"testing/fstest"

	"huying/internal/store"
	"huying/internal/store/storetest"
)

var many = store.Schema{Name: "many", FS: fstest.MapFS{"migrations/0001_many.sql": {Data: []byte(`
-- +goose Up
CREATE TABLE many_row (id BIGINT PRIMARY KEY, name TEXT NOT NULL, yes BOOL NOT NULL, at BIGINT, data BYTES);
`)}}}

func TestManyRowsAreInsertedAsOneWouldBe(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		const n = 5003 // no multiple of what one statement takes
		write := func(from int) error {
			return db.Write(t.Context(), func(tx *store.Tx) error {
				rows := store.Rows{Table: "many_row", Columns: []string{"id", "name", "yes", "at", "data"}}
				for i := from; i < from+n; i++ {
					var at any
					if i%2 == 1 {
						at = int64(i)
					}
					rows.Add(i, "行", i%3 == 0, at, []byte{byte(i), 0})
				}
				return rows.Insert(t.Context(), tx)
			})
		}
		if err := write(0); err != nil {
			t.Fatal(err)
		}
		if err := write(n - 1); !store.IsUnique(err) { // its first row is there: nothing of it stays
			t.Fatalf("a key that is taken: %v", err)
		}
		next := int64(0)
		err := db.Read(t.Context(), func(tx *store.Tx) error {
			return tx.Each(t.Context(), "SELECT id, name, yes, at, data FROM many_row ORDER BY id", nil, func(rows store.Row) error {
				var id int64
				var name string
				var yes bool
				var at sql.NullInt64
				var data []byte
				if err := rows.Scan(&id, &name, &yes, &at, &data); err != nil {
					return err
				}
				if id != next || name != "行" || yes != (id%3 == 0) || at.Valid != (id%2 == 1) || at.Valid && at.Int64 != id || !bytes.Equal(data, []byte{byte(id), 0}) {
					t.Errorf("row %d: %d %q %v %v %v", next, id, name, yes, at, data)
				}
				next++
				return nil
			})
		})
		if err != nil || next != n {
			t.Error(next, err)
		}
	}, many)
}
