package ledger

import (
	"context"
	"fmt"
	"math/bits"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"huying/internal/store"
)

// height of a tile: it holds 2^8 = 256 hashes of one level of the tree.
const height = 8

const width = 1 << height

// coord is where a tile lies.
type coord struct {
	level int
	n     int64
}

func coordOf(t tlog.Tile) coord { return coord{t.L, t.N} }

// tiles reads the tiles of the database within a transaction, each once. It implements tlog.TileReader.
type tiles struct {
	ctx  context.Context
	tx   *store.Tx
	have map[coord][]byte
}

func newTiles(ctx context.Context, tx *store.Tx) *tiles { return &tiles{ctx, tx, map[coord][]byte{}} }

// hashes reads hashes of a tree and makes sure that each belongs to it.
func (ts *tiles) hashes(tree tlog.Tree) tlog.HashReader {
	if tree.N == 0 {
		return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) { return make([]tlog.Hash, len(indexes)), nil })
	}
	return tlog.TileHashReader(tree, ts)
}

// Height implements tlog.TileReader.
func (*tiles) Height() int { return height }

// SaveTiles implements tlog.TileReader.
func (*tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// ReadTiles implements tlog.TileReader. A tile that has grown since begins with what it was.
func (ts *tiles) ReadTiles(list []tlog.Tile) ([][]byte, error) {
	if err := ts.fetch(list); err != nil {
		return nil, err
	}
	out := make([][]byte, len(list))
	for i, t := range list {
		data := ts.have[coordOf(t)]
		if len(data) < t.W*tlog.HashSize {
			return nil, fmt.Errorf("tile %s has only %d bytes", t.Path(), len(data))
		}
		out[i] = data[:t.W*tlog.HashSize]
	}
	return out, nil
}

func (ts *tiles) fetch(list []tlog.Tile) error {
	var either []string
	var args []any
	for _, t := range list {
		at := coordOf(t)
		if _, ok := ts.have[at]; ok {
			continue
		}
		ts.have[at] = nil
		n := len(args)
		either = append(either, "level = $"+strconv.Itoa(n+1)+" AND n = $"+strconv.Itoa(n+2))
		args = append(args, at.level, at.n)
	}
	if len(either) == 0 {
		return nil
	}
	return ts.tx.Each(ts.ctx, "SELECT level, n, data FROM ledger_tile WHERE "+strings.Join(either, " OR "), args, func(rows store.Row) error {
		var at coord
		var data []byte
		if err := rows.Scan(&at.level, &at.n, &data); err != nil {
			return err
		}
		ts.have[at] = data
		return nil
	})
}

// known are hashes by where tlog stores them.
type known map[int64]tlog.Hash

// ReadHashes implements tlog.HashReader.
func (k known) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		h, ok := k[x]
		if !ok {
			return nil, fmt.Errorf("the hash %d is not at hand", x)
		}
		out[i] = h
	}
	return out, nil
}

// edge are the places of the hashes at the right edge of a tree of n entries: those of its whole subtrees, the largest first. Nothing else of
// a tree is needed to go on with it.
func edge(n int64) (indexes []int64) {
	for level := bits.Len64(uint64(n)) - 1; level >= 0; level-- {
		if n>>level&1 == 1 {
			indexes = append(indexes, tlog.StoredHashIndex(level, n>>level-1))
		}
	}
	return indexes
}

// grow adds entries to a tree. It returns the new tree and the tiles that are new or have grown. What it reads of the old tree is checked
// against its root first.
func grow(ts *tiles, tree tlog.Tree, entries []Hash) (tlog.Tree, map[coord][]byte, error) {
	at := edge(tree.N)
	read, err := ts.hashes(tree).ReadHashes(at)
	if err != nil {
		return tlog.Tree{}, nil, err
	}
	k := make(known, 2*len(entries)+len(at))
	for i, x := range at {
		k[x] = read[i]
	}
	next := tlog.Tree{N: tree.N}
	for _, e := range entries {
		made, err := tlog.StoredHashes(next.N, e[:], k)
		if err != nil {
			return tlog.Tree{}, nil, err
		}
		first := tlog.StoredHashIndex(0, next.N)
		for i, h := range made {
			k[first+int64(i)] = h
		}
		next.N++
	}
	if next.Hash, err = tlog.TreeHash(next.N, k); err != nil {
		return tlog.Tree{}, nil, err
	}
	grown := map[coord][]byte{}
	for _, t := range tlog.NewTiles(height, tree.N, next.N) {
		if grown[coordOf(t)], err = ts.extend(t, tree.N, k); err != nil {
			return tlog.Tree{}, nil, err
		}
	}
	return next, grown, nil
}

// extend returns a tile: what it held when the log had old entries, and from there on what k knows. The part that it held was read, and
// checked, for the edge of the old tree.
func (ts *tiles) extend(t tlog.Tile, old int64, k known) ([]byte, error) {
	before := int(max(0, min(old>>(height*t.L)-t.N<<height, width)))
	data := make([]byte, 0, t.W*tlog.HashSize)
	if before > 0 {
		have := ts.have[coordOf(t)]
		if len(have) < before*tlog.HashSize {
			return nil, fmt.Errorf("tile %s has only %d bytes", t.Path(), len(have))
		}
		data = append(data, have[:before*tlog.HashSize]...)
	}
	for i := before; i < t.W; i++ {
		h, ok := k[tlog.StoredHashIndex(height*t.L, t.N<<height+int64(i))]
		if !ok {
			return nil, fmt.Errorf("hash %d of tile %s is not at hand", i, t.Path())
		}
		data = append(data, h[:]...)
	}
	return data, nil
}
