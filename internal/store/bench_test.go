package store_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"huying/internal/store"
	"huying/internal/store/storetest"
)

var events = store.Schema{Name: "bench", FS: fstest.MapFS{"migrations/0001_bench.sql": {Data: []byte(`
-- +goose Up
CREATE TABLE bench_case (
  id      BIGINT PRIMARY KEY,
  state   TEXT NOT NULL,
  version BIGINT NOT NULL,
  at      BIGINT NOT NULL
);
CREATE INDEX bench_case_state ON bench_case (state, at);
CREATE TABLE bench_event (
  case_id BIGINT NOT NULL REFERENCES bench_case(id),
  seq     BIGINT NOT NULL,
  kind    TEXT NOT NULL,
  data    TEXT NOT NULL,
  PRIMARY KEY (case_id, seq)
);
CREATE TABLE bench_leaf (
  id   IDENTITY,
  hash BYTES NOT NULL
);
`)}}}

// openCase does what opening a case asks of the database: five statements of one transaction.
func openCase(ctx context.Context, db *store.DB, id int64) error {
	return db.Write(ctx, func(tx *store.Tx) error {
		at := tx.Now().UnixMicro()
		if _, err := tx.Exec(ctx, "INSERT INTO bench_case (id, state, version, at) VALUES ($1, $2, 0, $3)", id, "called", at); err != nil {
			return err
		}
		for seq := range 2 {
			if _, err := tx.Exec(ctx, "INSERT INTO bench_event (case_id, seq, kind, data) VALUES ($1, $2, $3, $4)",
				id, seq, "opened", `{"title":"路灯不亮","place":"唐家湾镇"}`); err != nil {
				return err
			}
		}
		if _, err := tx.Insert(ctx, "INSERT INTO bench_leaf (hash) VALUES ($1) RETURNING id", make([]byte, 32)); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "UPDATE bench_case SET version = version + 1 WHERE id = $1 AND version = 0", id)
		return err
	})
}

// BenchmarkWrite measures durable transactions of five statements, by one caller and by thirty-two at once.
func BenchmarkWrite(b *testing.B) {
	for _, engine := range []struct {
		name string
		open func(testing.TB, ...store.Schema) *store.DB
	}{{"sqlite", storetest.SQLite}, {"postgres", storetest.Postgres}} {
		for _, callers := range []int{1, 32} {
			b.Run(fmt.Sprintf("%s/%dcallers", engine.name, callers), func(b *testing.B) {
				db := engine.open(b, events)
				var left, last atomic.Int64
				left.Store(int64(b.N))
				b.ResetTimer()
				atOnce(callers, func() {
					for left.Add(-1) >= 0 {
						if err := openCase(b.Context(), db, last.Add(1)); err != nil {
							b.Error(err)
							return
						}
					}
				})
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "writes/s")
			})
		}
	}
}

// BenchmarkRead measures a snapshot with two small queries, as a page asks them.
func BenchmarkRead(b *testing.B) {
	ctx, db := b.Context(), storetest.SQLite(b, events) // a context that may end, as a request's does
	for id := range int64(1000) {
		if err := openCase(ctx, db, id); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		err := db.Read(ctx, func(tx *store.Tx) error {
			var n int64
			if err := tx.Scan(ctx, "SELECT version FROM bench_case WHERE id = $1", []any{7}, &n); err != nil {
				return err
			}
			return tx.Scan(ctx, "SELECT COUNT(*) FROM bench_event WHERE case_id = $1", []any{7}, &n)
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
