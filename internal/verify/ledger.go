package verify

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"huying/internal/store"
)

// ledger computes the tree of the log anew from its entries, and holds the signed checkpoint to it.
func (r *run) ledger(ctx context.Context, db *store.DB) error {
	return db.Read(ctx, func(tx *store.Tx) error {
		t := &tree{}
		next := int64(0)
		err := tx.Each(ctx, "SELECT idx, hash FROM ledger_leaf WHERE idx IS NOT NULL ORDER BY idx", nil, func(rows store.Row) error {
			var idx int64
			var hash []byte
			if err := rows.Scan(&idx, &hash); err != nil {
				return err
			}
			if idx != next {
				r.found("ledger", "gap", "index", next)
				next = idx
			}
			next++
			t.add(hash)
			return nil
		})
		if err != nil {
			return err
		}
		r.report.Leaves = t.size
		if err := r.checkpoint(ctx, tx, t); err != nil {
			return err
		}
		return r.waiting(ctx, tx)
	})
}

// waiting finds leaves that should have been taken into the tree.
func (r *run) waiting(ctx context.Context, tx *store.Tx) error {
	var n int64
	late := r.o.Clock.Now().Add(-mayWait).UnixMicro()
	if err := tx.Scan(ctx, "SELECT COUNT(*) FROM ledger_leaf WHERE idx IS NULL AND at < $1", []any{late}, &n); err != nil {
		return err
	}
	if n > 0 {
		r.found("ledger", "waits", "n", n)
	}
	return nil
}

func (r *run) checkpoint(ctx context.Context, tx *store.Tx, t *tree) error {
	var signed string
	if err := tx.Scan(ctx, "SELECT checkpoint FROM ledger_state", nil, &signed); err != nil {
		return err
	}
	keys := map[string]ed25519.PublicKey{}
	err := tx.Each(ctx, "SELECT id, vkey FROM ledger_key", nil, func(rows store.Row) error {
		var id, vkey string
		if err := rows.Scan(&id, &vkey); err != nil {
			return err
		}
		key, ok := publicKey(vkey)
		if !ok {
			r.found("ledger", "bad_key", "key", id)
			return nil
		}
		keys[id] = key
		return nil
	})
	if err != nil {
		return err
	}
	size, root, ok := openNote(signed, keys)
	switch {
	case !ok:
		r.found("ledger", "bad_checkpoint")
	case size != t.size:
		r.found("ledger", "other_size", "signed", size, "leaves", t.size)
	case !bytes.Equal(root, t.root()):
		r.found("ledger", "other_root")
	}
	return nil
}

// publicKey reads "name+hash+base64 of 1 and the Ed25519 key".
func publicKey(vkey string) (ed25519.PublicKey, bool) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, false
	}
	raw, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(raw) != 1+ed25519.PublicKeySize || raw[0] != 1 {
		return nil, false
	}
	return raw[1:], true
}

// openNote checks a signed note and returns the size and the root that it states.
func openNote(signed string, keys map[string]ed25519.PublicKey) (size int64, root []byte, ok bool) {
	i := strings.LastIndex(signed, "\n\n")
	if i < 0 {
		return 0, nil, false
	}
	text, good := signed[:i+1], false
	for line := range strings.SplitSeq(strings.TrimSuffix(signed[i+2:], "\n"), "\n") {
		fields := strings.Fields(line)
		if len(fields) != 3 || fields[0] != "—" {
			return 0, nil, false
		}
		raw, err := base64.StdEncoding.DecodeString(fields[2])
		if err != nil || len(raw) != 4+ed25519.SignatureSize {
			return 0, nil, false
		}
		if key := keys[fmt.Sprintf("%08x", binary.BigEndian.Uint32(raw))]; key != nil {
			if !ed25519.Verify(key, []byte(text), raw[4:]) {
				return 0, nil, false
			}
			good = true
		}
	}
	lines := strings.Split(text, "\n")
	if !good || len(lines) < 4 {
		return 0, nil, false
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return 0, nil, false
	}
	root, err = base64.StdEncoding.DecodeString(lines[2])
	return size, root, err == nil
}

// tree is a Merkle tree of RFC 6962 that grows by a leaf at a time: it keeps the roots of its full subtrees only, the largest first.
type tree struct {
	size  int64
	roots [][]byte
	sizes []int64
}

func (t *tree) add(entry []byte) {
	leaf := sha256.Sum256(append([]byte{0}, entry...))
	t.size++
	hash, size := leaf[:], int64(1)
	for n := len(t.sizes); n > 0 && t.sizes[n-1] == size; n = len(t.sizes) {
		hash, size = node(t.roots[n-1], hash), 2*size
		t.roots, t.sizes = t.roots[:n-1], t.sizes[:n-1]
	}
	t.roots, t.sizes = append(t.roots, hash), append(t.sizes, size)
}

func (t *tree) root() []byte {
	if t.size == 0 {
		empty := sha256.Sum256(nil)
		return empty[:]
	}
	hash := t.roots[len(t.roots)-1]
	for i := len(t.roots) - 2; i >= 0; i-- {
		hash = node(t.roots[i], hash)
	}
	return hash
}

func node(left, right []byte) []byte {
	sum := sha256.Sum256(append(append([]byte{1}, left...), right...))
	return sum[:]
}
