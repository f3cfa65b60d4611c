package search

import (
	"context"
	"fmt"

	"huying/internal/store"
)

// Text is a document with its text.
type Text struct {
	ID   int64
	Text string
}

// PutAll takes many documents of a kind into the index in the caller's transaction, without letting them wait: what Put and Fill would make of
// them. It holds the filler's row until the transaction ends. Merge is called after it.
func (ix *Index) PutAll(ctx context.Context, tx *store.Tx, kind string, texts []Text) error {
	number, ok := ix.kinds[kind]
	if !ok {
		return fmt.Errorf("search: no document of kind %q can be", kind)
	}
	if len(texts) == 0 {
		return nil
	}
	if err := hold(ctx, tx); err != nil {
		return err
	}
	docs := make([]document, len(texts))
	for i, t := range texts {
		text := clean(t.Text)
		docs[i] = document{kind: number, id: t.ID, text: &text}
	}
	if tx.Engine() == store.SQLite {
		return putSQLite(ctx, tx, docs, nil)
	}
	return putPostgres(ctx, tx, docs, nil)
}

// Merge joins what PutAll left in small parts, where the engine has such.
func (ix *Index) Merge(ctx context.Context) error {
	if ix.db.Engine != store.SQLite {
		return nil
	}
	return ix.merge(ctx)
}
