package ledger

import (
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"huying/internal/errs"
	"huying/internal/store"
)

// Checkpoint returns the last signed checkpoint: a note of origin, size and root. There is one from the first start on, of no entries.
func (l *Log) Checkpoint(ctx context.Context) (string, error) {
	st, _, err := l.last(ctx)
	return st.Checkpoint, err
}

// Size returns how many entries the last checkpoint holds, and when it was signed.
func (l *Log) Size(ctx context.Context) (n int64, signed time.Time, err error) {
	st, tree, err := l.last(ctx)
	return tree.N, st.At, err
}

func (l *Log) last(ctx context.Context) (st state, tree tlog.Tree, err error) {
	err = l.db.Read(ctx, func(tx *store.Tx) error { st, tree, err = l.lastIn(ctx, tx); return err })
	return st, tree, err
}

func (l *Log) lastIn(ctx context.Context, tx *store.Tx) (state, tlog.Tree, error) {
	st, err := readState(ctx, tx, "")
	if err != nil {
		return st, tlog.Tree{}, err
	}
	tree, err := l.tree(st)
	return st, tree, err
}

// Waiting returns how many entries wait for their place, and since when the oldest does: the zero time when none waits. More than Deadline is a
// promise broken.
func (l *Log) Waiting(ctx context.Context) (n int, oldest time.Time, err error) {
	err = l.db.Read(ctx, func(tx *store.Tx) error {
		return tx.Scan(ctx, "SELECT COUNT(*), MIN(at) FROM ledger_leaf WHERE idx IS NULL", nil, &n, store.At(&oldest))
	})
	return n, oldest, err
}

// Entry is an entry of the log, as anybody may see it.
type Entry struct {
	Index int64
	Hash  Hash // SHA-256 of salt and data
	At    time.Time
}

func (e *Entry) fields() []any { return []any{(*raw)(&e.Hash), store.At(&e.At)} }

// raw scans a hash.
type raw Hash

// Scan implements sql.Scanner.
func (r *raw) Scan(src any) error {
	if b, ok := src.([]byte); ok && len(b) == len(r) {
		copy(r[:], b)
		return nil
	}
	return errors.New("ledger: not 32 bytes")
}

// Entry returns the entry at an index, proved against the last checkpoint, or errs.NotFound.
func (l *Log) Entry(ctx context.Context, index int64) (e Entry, err error) {
	err = l.db.Read(ctx, func(tx *store.Tx) error {
		_, tree, err := l.lastIn(ctx, tx)
		if err != nil {
			return err
		}
		if index < 0 || index >= tree.N {
			return errs.New(errs.NotFound, "ledger.no_entry", "index", index, "size", tree.N)
		}
		e, err = store.One(ctx, tx, (*Entry).fields, "SELECT hash, at FROM ledger_leaf WHERE idx = $1", index)
		if err != nil {
			return tampered("leaf", err)
		}
		e.Index = index
		_, err = prove(newTiles(ctx, tx), tree, index, e.Hash)
		return err
	})
	return e, err
}

// prove returns the proof that the tree holds entry at index, once it has checked it.
func prove(ts *tiles, tree tlog.Tree, index int64, entry Hash) ([]Hash, error) {
	proof, err := tlog.ProveRecord(tree.N, index, ts.hashes(tree))
	if err != nil {
		return nil, tampered("tree", err)
	}
	if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry[:])); err != nil {
		return nil, tampered("leaf", err)
	}
	return proof, nil
}

// Consistency returns the proof (RFC 6962, 2.1.2) that the log of size newer goes on from the log of size older. It returns errs.Invalid unless
// 1 ≤ older ≤ newer ≤ the log's size.
func (l *Log) Consistency(ctx context.Context, older, newer int64) (proof []Hash, err error) {
	err = l.db.Read(ctx, func(tx *store.Tx) error {
		_, tree, err := l.lastIn(ctx, tx)
		if err != nil {
			return err
		}
		if older < 1 || older > newer || newer > tree.N {
			return errs.New(errs.Invalid, "ledger.no_such_sizes", "older", older, "newer", newer, "size", tree.N)
		}
		proof, err = tlog.ProveTree(newer, older, newTiles(ctx, tx).hashes(tree))
		if err != nil {
			return tampered("tree", err)
		}
		return nil
	})
	return proof, err
}

// Extends reports whether the log goes on from an earlier checkpoint of it, which somebody kept: whether everything that it held then it still
// holds, at the same place. It returns the sizes of both. The error is errs.Invalid when the text is no checkpoint that a key of this log
// signed, and errs.Conflict, ledger.rewritten, when the log has been changed since.
func (l *Log) Extends(ctx context.Context, checkpoint string) (older, newer int64, err error) {
	err = l.db.Read(ctx, func(tx *store.Tx) error {
		keys, err := verifiersOf(ctx, tx)
		if err != nil {
			return err
		}
		before, err := openCheckpoint(mendNote(checkpoint), l.origin, keys)
		if err != nil {
			return errs.Wrap(err, errs.Invalid, "ledger.not_our_checkpoint")
		}
		_, tree, err := l.lastIn(ctx, tx)
		if err != nil {
			return err
		}
		older, newer = before.N, tree.N
		return goesOn(newTiles(ctx, tx), before, tree)
	})
	return older, newer, err
}

func goesOn(ts *tiles, before, tree tlog.Tree) error {
	if before.N == 0 {
		return nil
	}
	if before.N > tree.N {
		return errs.New(errs.Conflict, "ledger.rewritten")
	}
	proof, err := tlog.ProveTree(tree.N, before.N, ts.hashes(tree))
	if err != nil {
		return tampered("tree", err)
	}
	if err := tlog.CheckTree(proof, tree.N, tree.Hash, before.N, before.Hash); err != nil {
		return errs.Wrap(err, errs.Conflict, "ledger.rewritten")
	}
	return nil
}

// mendNote undoes what copying a note into a form does to it: ends of lines, spaces around it.
func mendNote(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) + "\n"
}

// Tile returns hashes of one level of the tree: w of them, 1 to 256, from n × 256 on (C2SP tlog-tiles). It returns errs.NotFound for what the
// last checkpoint does not hold.
func (l *Log) Tile(ctx context.Context, level int, n int64, w int) (data []byte, err error) {
	err = l.db.Read(ctx, func(tx *store.Tx) error {
		if err := l.holds(ctx, tx, level, n, w); err != nil {
			return err
		}
		read, err := newTiles(ctx, tx).ReadTiles([]tlog.Tile{{H: height, L: level, N: n, W: w}})
		if err != nil {
			return tampered("tree", err)
		}
		data = read[0]
		return nil
	})
	return data, err
}

// Entries returns the bundle of the entries that the tile of level 0 has the hashes of: each with its length, always 32, before it in two
// bytes.
func (l *Log) Entries(ctx context.Context, n int64, w int) (data []byte, err error) {
	err = l.db.Read(ctx, func(tx *store.Tx) error {
		if err := l.holds(ctx, tx, 0, n, w); err != nil {
			return err
		}
		all, err := store.All(ctx, tx, (*Entry).fields, "SELECT hash, at FROM ledger_leaf WHERE idx >= $1 AND idx < $2 ORDER BY idx",
			n*width, n*width+int64(w))
		if err != nil {
			return err
		}
		if len(all) != w {
			return tampered("leaf", errors.New("entries are missing"))
		}
		data = slices.Grow(data[:0], w*(2+tlog.HashSize))
		for _, e := range all {
			data = binary.BigEndian.AppendUint16(data, tlog.HashSize)
			data = append(data, e.Hash[:]...)
		}
		return nil
	})
	return data, err
}

// holds returns nil when the last checkpoint holds w hashes of a tile.
func (l *Log) holds(ctx context.Context, tx *store.Tx, level int, n int64, w int) error {
	_, tree, err := l.lastIn(ctx, tx)
	if err != nil {
		return err
	}
	if level < 0 || level > 63/height || n < 0 || w < 1 || w > width || n > tree.N>>(height*level)>>height || n<<height+int64(w) > tree.N>>(height*level) {
		return errs.New(errs.NotFound, "ledger.no_tile")
	}
	return nil
}
