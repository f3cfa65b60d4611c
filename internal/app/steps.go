package app

import (
	"context"

	"huying/internal/store"
)

// isDone reports whether a step of setting up was done.
func isDone(ctx context.Context, tx *store.Tx, name string) (done bool, err error) {
	err = tx.Scan(ctx, "SELECT EXISTS (SELECT 1 FROM app_step WHERE name = $1)", []any{name}, &done)
	return done, err
}

// step does something once in the life of a database: what f does and the mark that it was done are one transaction. Of two servers that
// start at once the second waits, and finds it done.
func step(ctx context.Context, db *store.DB, name, value string, f func(tx *store.Tx) error) error {
	return db.Write(ctx, func(tx *store.Tx) error { return stepIn(ctx, tx, name, value, f) })
}

// stepIn is step in the caller's transaction.
func stepIn(ctx context.Context, tx *store.Tx, name, value string, f func(tx *store.Tx) error) error {
	n, err := tx.Exec(ctx, "INSERT INTO app_step (name, value, done_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING",
		name, value, tx.Now().UnixMicro())
	if err != nil || n == 0 {
		return err
	}
	return f(tx)
}

// stepOf does something that takes more than one transaction, and marks it when it is done. What was broken off begins again, so f must go on
// where it was.
func stepOf(ctx context.Context, db *store.DB, name, value string, f func() error) error {
	done := false
	err := db.Read(ctx, func(tx *store.Tx) (err error) { done, err = isDone(ctx, tx, name); return err })
	if err != nil || done {
		return err
	}
	if err := f(); err != nil {
		return err
	}
	return step(ctx, db, name, value, func(*store.Tx) error { return nil })
}
