package vault

import (
	"context"

	"huying/internal/errs"
	"huying/internal/store"
)

// rewrapBatch is how many keys one transaction wraps anew: SQLite has one writer, and it must not wait long.
const rewrapBatch = 200

// Rewrap replaces the master key: every person's key that is wrapped under old is wrapped under new. What is sealed stays as it is.
// Servers may run meanwhile if they know both keys (New(new, old)). It can be stopped and started again. When it returns without an
// error, nothing is wrapped under old, and once the old key's file is destroyed, older copies of the database open nothing.
func Rewrap(ctx context.Context, db *store.DB, old, new Key) (n int, err error) {
	if old.id == new.id {
		return 0, nil
	}
	err = db.Write(ctx, func(tx *store.Tx) error { return note(ctx, tx, new) })
	for last := int64(0); err == nil; {
		var done int
		done, last, err = rewrapSome(ctx, db, old, new, last)
		if n += done; done == 0 {
			break
		}
	}
	if err != nil {
		return n, err
	}
	return n, db.Write(ctx, func(tx *store.Tx) error { return retire(ctx, tx, old) })
}

// rewrapSome wraps the next few keys after the person last, and returns how many, and up to whom.
func rewrapSome(ctx context.Context, db *store.DB, old, new Key, last int64) (n int, upTo int64, err error) {
	v := New(old)
	err = db.Write(ctx, func(tx *store.Tx) error {
		n, upTo = 0, last
		all, err := store.All(ctx, tx, (*subject).fields, "SELECT "+subjectColumns+` FROM vault_subject
			WHERE id > $1 AND master = $2 AND key IS NOT NULL ORDER BY id LIMIT $3`, last, old.id, rewrapBatch)
		if err != nil {
			return err
		}
		for _, s := range all {
			secret, err := v.unwrap(s)
			if err != nil {
				return err
			}
			wrapped, err := seal(new.secret(), secret, boundKey(s.name))
			if err != nil {
				return err
			}
			// one who is erased meanwhile stays erased
			_, err = tx.Exec(ctx, "UPDATE vault_subject SET key = $1, master = $2 WHERE id = $3 AND master = $4 AND key IS NOT NULL",
				wrapped, new.id, s.id, old.id)
			if err != nil {
				return err
			}
			n, upTo = n+1, s.id
		}
		return nil
	})
	return n, upTo, err
}

// retire notes that nothing is wrapped under a key. It returns errs.Conflict if something is: a server still runs with the old key
// alone.
func retire(ctx context.Context, tx *store.Tx, k Key) error {
	var left int
	if err := tx.Scan(ctx, "SELECT COUNT(*) FROM vault_subject WHERE master = $1 AND key IS NOT NULL", []any{k.id}, &left); err != nil {
		return err
	}
	if left > 0 {
		return errs.New(errs.Conflict, "vault.key_in_use", "n", left)
	}
	_, err := tx.Exec(ctx, "UPDATE vault_master SET retired_at = $1 WHERE id = $2", tx.Now().UnixMicro(), k.id)
	return err
}
