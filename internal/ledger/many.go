package ledger

import (
	"context"
	"crypto/rand"

	"huying/internal/errs"
	"huying/internal/store"
)

// Leaf is something to be logged with others.
type Leaf struct {
	Ref  string
	Data []byte
}

// AppendAll logs many entries in the caller's transaction and takes them into the tree at once, in their order: what Append and Sequence would
// make of them, in one step. It holds the log until the transaction ends, so it belongs at its end. It returns what those do; a ref that
// is taken fails.
func (l *Log) AppendAll(ctx context.Context, tx *store.Tx, entries []Leaf) error {
	if len(entries) == 0 {
		return nil
	}
	st, err := holdState(ctx, tx)
	if err != nil {
		return err
	}
	tree, err := l.tree(st)
	if err != nil {
		return err
	}
	hashes := make([]Hash, len(entries))
	salts := make([]byte, saltSize*len(entries))
	rand.Read(salts)
	rows := store.Rows{Table: "ledger_leaf", Columns: []string{"ref", "at", "salt", "hash", "idx"}}
	at := l.now.Now().UnixMicro()
	for i, e := range entries {
		if !goodRef(e.Ref) {
			return errs.New(errs.Invalid, "ledger.bad_ref", "ref", e.Ref, "limit", maxRef)
		}
		salt := salts[i*saltSize : (i+1)*saltSize]
		hashes[i] = salted(salt, e.Data)
		rows.Add(e.Ref, at, salt, hashes[i][:], tree.N+int64(i))
	}
	next, grown, err := grow(newTiles(ctx, tx), tree, hashes)
	if err != nil {
		return tampered("tree", err)
	}
	if err := rows.Insert(ctx, tx); err != nil {
		return err
	}
	if err := saveTiles(ctx, tx, grown); err != nil {
		return err
	}
	return l.publish(ctx, tx, next)
}
