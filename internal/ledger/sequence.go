package ledger

import (
	"context"
	"fmt"
	"slices"

	"huying/internal/errs"
	"huying/internal/store"
)

// Sequence takes what waits into the tree, in batches, and signs a checkpoint for each in its transaction. It returns how many entries it took.
// Any number of servers may call it: one at a time does the work, and for the others there is nothing to do. It may end at any point, and
// whoever calls it next goes on.
//
// It returns errs.Internal when what it finds in the database does not fit the last checkpoint that was signed: then it signs no further one,
// so that a log that was changed by hand cannot be made to look right again.
func (l *Log) Sequence(ctx context.Context) (n int, err error) {
	for {
		waits, err := l.waits(ctx)
		if err != nil || !waits {
			return n, err
		}
		took, err := l.takeBatch(ctx)
		n += took
		if err != nil || took < l.batch {
			return n, err
		}
	}
}

// waits looks without holding anything: most of the time nothing waits, and then no transaction that writes is begun.
func (l *Log) waits(ctx context.Context) (waits bool, err error) {
	err = l.db.ReadOnce(ctx, func(tx *store.Tx) error {
		return tx.Scan(ctx, "SELECT EXISTS (SELECT 1 FROM ledger_leaf WHERE idx IS NULL)", nil, &waits)
	})
	return waits, err
}

// takeBatch is one transaction. Holding the state makes it the sequencer; when another server does, there is nothing to do.
func (l *Log) takeBatch(ctx context.Context) (took int, err error) {
	err = l.db.Write(ctx, func(tx *store.Tx) error {
		took = 0
		st, err := readState(ctx, tx, tx.SkipLocked())
		if errs.Is(err, errs.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		tree, err := l.tree(st)
		if err != nil {
			return err
		}
		entries, err := place(ctx, tx, tree.N, l.batch)
		if err != nil || len(entries) == 0 {
			return err
		}
		next, grown, err := grow(newTiles(ctx, tx), tree, entries)
		if err != nil {
			return tampered("tree", err)
		}
		if err := saveTiles(ctx, tx, grown); err != nil {
			return err
		}
		took = len(entries)
		return l.publish(ctx, tx, next)
	})
	if err != nil {
		took = 0
	}
	return took, err
}

// place gives waiting entries the places from size on, the oldest first, and returns them in order. It takes what has no place yet, and not
// what is newer than what it took before: an entry whose transaction ended late, with an earlier time, is taken as well.
func place(ctx context.Context, tx *store.Tx, size int64, limit int) ([]Hash, error) {
	type placed struct {
		idx  int64
		hash []byte
	}
	var all []placed
	err := tx.Each(ctx, `UPDATE ledger_leaf SET idx = next.idx
		FROM (SELECT ref, CAST($1 AS BIGINT) + ROW_NUMBER() OVER (ORDER BY at, ref) - 1 AS idx
			FROM (SELECT at, ref FROM ledger_leaf WHERE idx IS NULL ORDER BY at, ref LIMIT $2) AS waiting) AS next
		WHERE ledger_leaf.ref = next.ref RETURNING ledger_leaf.idx, ledger_leaf.hash`, []any{size, limit}, func(rows store.Row) error {
		var p placed
		if err := rows.Scan(&p.idx, &p.hash); err != nil {
			return err
		}
		all = append(all, p)
		return nil
	})
	if store.IsUnique(err) {
		return nil, tampered("leaf", err) // a row stands already where the log ends
	}
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b placed) int { return int(a.idx - b.idx) })
	entries := make([]Hash, len(all))
	for i, p := range all {
		if p.idx != size+int64(i) || len(p.hash) != len(Hash{}) {
			return nil, tampered("leaf", fmt.Errorf("entry %d stands at %d with %d bytes", size+int64(i), p.idx, len(p.hash)))
		}
		entries[i] = Hash(p.hash)
	}
	return entries, nil
}

func saveTiles(ctx context.Context, tx *store.Tx, grown map[coord][]byte) error {
	for at, data := range grown {
		_, err := tx.Exec(ctx, `INSERT INTO ledger_tile (level, n, data) VALUES ($1, $2, $3)
			ON CONFLICT (level, n) DO UPDATE SET data = excluded.data`, at.level, at.n, data)
		if err != nil {
			return err
		}
	}
	return nil
}
