package search

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"huying/internal/errs"
	"huying/internal/store"
)

// How much one transaction takes into the index. SQLite has one writer: whoever wants to commit waits for the filler, and the filler
// must be short. PostgreSQL is only the faster for more at once.
const (
	batchSQLite   = 50
	batchPostgres = 500
	mergePages    = 64 // of 4 kB, that one transaction merges on SQLite
	mergeSteps    = 3  // such transactions after a batch, if there is so much to do
)

// document is a text that waits.
type document struct {
	seq  int64
	kind int64
	id   int64
	text *string // nil: it is taken out
	tags string  // their terms
}

func (d *document) fields() []any {
	return []any{&d.seq, &d.kind, &d.id, &d.text, &d.tags}
}

func (d *document) key() int64 { return d.kind<<idBits | d.id }

// terms are all terms of a document, each once.
func (d *document) terms() []string {
	tags := slices.Compact(slices.Sorted(slices.Values(strings.Fields(d.tags))))
	return append(documentTerms(*d.text), tags...)
}

// Fill takes the texts that wait into the index, the longest waiting first, and returns how many: it ends with a batch that is not full. A text
// is taken out of the waiting ones by the transaction that takes it into the index, so that neither a crash nor another filler loses one or takes
// it twice; several servers take turns. Call it a few times a second.
func (ix *Index) Fill(ctx context.Context) (n int, err error) {
	err = ix.db.ReadOnce(ctx, func(tx *store.Tx) error { return tx.Scan(ctx, "SELECT 1 FROM search_pending LIMIT 1", nil, new(int)) })
	if errs.Is(err, errs.NotFound) {
		return 0, nil
	}
	for took := ix.batch(); took == ix.batch() && err == nil; n += took {
		took, err = ix.fillOnce(ctx)
	}
	return n, err
}

// batch is how much one transaction takes in.
func (ix *Index) batch() int {
	if ix.db.Engine == store.SQLite {
		return batchSQLite
	}
	return batchPostgres
}

// fillOnce takes one batch in a transaction of its own.
func (ix *Index) fillOnce(ctx context.Context) (n int, err error) {
	err = ix.db.Write(ctx, func(tx *store.Tx) (err error) {
		n, err = ix.fill(ctx, tx)
		return err
	})
	if err != nil || ix.db.Engine != store.SQLite {
		return n, err
	}
	return n, ix.merge(ctx)
}

// fill takes one batch. It holds the filler's row from the beginning: of two fillers, the later would otherwise lay an older text over
// a newer one.
func (ix *Index) fill(ctx context.Context, tx *store.Tx) (n int, err error) {
	if err := hold(ctx, tx); err != nil {
		return 0, err
	}
	put := putPostgres
	if tx.Engine() == store.SQLite {
		put = putSQLite
	}
	taken, err := store.All(ctx, tx, (*document).fields, `DELETE FROM search_pending
		WHERE seq IN (SELECT seq FROM search_pending ORDER BY seq LIMIT $1) RETURNING seq, kind, id, text, tags`, ix.batch())
	if err != nil || len(taken) == 0 {
		return 0, err
	}
	slices.SortFunc(taken, func(a, b document) int { return cmp.Compare(a.seq, b.seq) })
	newest := map[int64]document{}
	for _, d := range taken {
		newest[d.key()] = d
	}
	var in []document
	var out []int64
	for _, key := range slices.Sorted(maps.Keys(newest)) {
		if d := newest[key]; d.text != nil {
			in = append(in, d)
		} else {
			out = append(out, key)
		}
	}
	return len(taken), put(ctx, tx, in, out)
}

// hold makes the transaction the only one that fills the index.
func hold(ctx context.Context, tx *store.Tx) error {
	_, err := tx.Exec(ctx, "UPDATE search_filler SET at = $1 WHERE one = 1", tx.Now().UnixMicro())
	return err
}

// putPostgres takes documents in and out. GIN collects what is new in a list that every search would have to read through, so the list
// is worked into the index at once: for a whole batch, which costs a third of what it costs one by one.
func putPostgres(ctx context.Context, tx *store.Tx, in []document, out []int64) error {
	if err := insertPostgres(ctx, tx, in); err != nil {
		return err
	}
	if len(out) > 0 {
		if _, err := tx.Exec(ctx, "DELETE FROM search_doc WHERE key = ANY (CAST($1 AS BIGINT[]))", arrayText(out)); err != nil {
			return err
		}
	}
	return tx.Scan(ctx, "SELECT gin_clean_pending_list('search_doc_terms')", nil, new(int64))
}

// insertPostgres writes documents. What has not changed is left alone: most events of a case do not touch its text.
func insertPostgres(ctx context.Context, tx *store.Tx, in []document) error {
	keys := make([]int64, len(in))
	lists := []byte{'{'}
	for i, d := range in {
		if keys[i] = d.key(); i > 0 {
			lists = append(lists, ',')
		}
		terms := append(hashes(d.terms()), ranges(d.key())...)
		slices.Sort(terms)
		lists = append(lists, '"')
		lists = append(lists, arrayText(slices.Compact(terms))...)
		lists = append(lists, '"')
	}
	_, err := tx.Exec(ctx, `INSERT INTO search_doc (key, terms)
		SELECT k, CAST(t AS INTEGER[]) FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS TEXT[])) AS new (k, t)
		ON CONFLICT (key) DO UPDATE SET terms = excluded.terms WHERE search_doc.terms <> excluded.terms`,
		arrayText(keys), string(append(lists, '}')))
	return err
}

// rangeShifts are the lengths of the ranges, as powers of two, that search_range knows.
var rangeShifts = [...]int{13, 16, 19, 22, idBits}

// ranges are the terms of the ranges in which a key lies: below zero, three bits of length and 28 of place. A range far away may have the
// same; search_range looks at the key.
func ranges(key int64) []int32 {
	out := make([]int32, len(rangeShifts))
	for level, s := range rangeShifts {
		out[level] = int32(-1 - int64(level)<<28 - (key>>s)&(1<<28-1))
	}
	return out
}

// putSQLite takes documents in and out, and leaves alone what has not changed.
func putSQLite(ctx context.Context, tx *store.Tx, in []document, out []int64) error {
	for _, d := range in {
		terms := strings.Join(d.terms(), " ")
		n, err := tx.Exec(ctx, `INSERT INTO search_doc (key, sum) VALUES ($1, $2)
			ON CONFLICT (key) DO UPDATE SET sum = excluded.sum WHERE search_doc.sum <> excluded.sum`, d.key(), int64(hash(terms)))
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		if _, err := tx.Exec(ctx, "INSERT OR REPLACE INTO search_fts (rowid, terms) VALUES ($1, $2)", d.key(), terms); err != nil {
			return err
		}
	}
	for _, key := range out {
		for _, table := range []string{"search_doc WHERE key", "search_fts WHERE rowid"} {
			if _, err := tx.Exec(ctx, "DELETE FROM "+table+" = $1", key); err != nil {
				return err
			}
		}
	}
	return nil
}

// merge joins the small parts that batches leave into larger ones, in short transactions. FTS5 says that there was nothing to do by
// changing at most one row.
func (ix *Index) merge(ctx context.Context) error {
	for range mergeSteps {
		var changed int64
		err := ix.db.Write(ctx, func(tx *store.Tx) error {
			var before, after int64
			if err := tx.Scan(ctx, "SELECT total_changes()", nil, &before); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, "INSERT INTO search_fts (search_fts, rank) VALUES ('merge', $1)", mergePages); err != nil {
				return err
			}
			err := tx.Scan(ctx, "SELECT total_changes()", nil, &after)
			changed = after - before
			return err
		})
		if err != nil || changed < 2 {
			return err
		}
	}
	return nil
}
