package store_test

import (
	"testing"
	"testing/fstest"

	"huying/internal/store"
	"huying/internal/store/storetest"
)

func TestAMigrationMayBeForOneEngine(t *testing.T) {
	file := func(sql string) *fstest.MapFile { return &fstest.MapFile{Data: []byte("-- +goose Up\n" + sql)} }
	schema := store.Schema{Name: "odd", FS: fstest.MapFS{
		"migrations/0001_odd.sql":          file("CREATE TABLE odd (n BIGINT);"),
		"migrations/0002_odd.sqlite.sql":   file("CREATE TABLE odd_own (n INTEGER PRIMARY KEY) WITHOUT ROWID, STRICT;"),
		"migrations/0003_odd.sqlite.sql":   file("DROP TABLE odd_own;"),
		"migrations/0002_odd.postgres.sql": file("ALTER TABLE odd ADD COLUMN list INTEGER[];"),
		"migrations/0004_odd.sql":          file("CREATE TABLE odd_both (n BIGINT);"),
	}}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		if err := db.Migrate(ctx, schema); err != nil {
			t.Fatal(err)
		}
		err := db.Read(ctx, func(tx *store.Tx) error {
			return tx.Scan(ctx, "SELECT COUNT(*) FROM odd, odd_both", nil, new(int))
		})
		if err != nil {
			t.Error(err)
		}
	}, schema)
}
