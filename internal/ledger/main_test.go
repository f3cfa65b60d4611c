package ledger

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"huying/internal/clock"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

var ctx = context.Background()

const origin = "huying/test"

// keyFrom is a key that is the same in every run.
func keyFrom(name string) Key {
	seed := sha256.Sum256([]byte(name))
	return KeyOf(ed25519.NewKeyFromSeed(seed[:]))
}

var noon = time.Date(2021, 11, 19, 4, 0, 0, 123456000, time.UTC)

func open(t testing.TB, db *store.DB) *Log {
	t.Helper()
	l, err := Open(ctx, db, keyFrom("one"), origin, clock.NewHand(noon).Security())
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func each(t *testing.T, f func(t *testing.T, l *Log)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) { f(t, open(t, db)) }, Schema)
}

func ref(i int) string { return fmt.Sprintf("case/%04d", i) }

func data(i int) []byte { return fmt.Appendf(nil, "what was said of case %d", i) }

// add appends n entries, from the one called first on, in one transaction.
func add(t testing.TB, l *Log, first, n int) {
	t.Helper()
	err := l.db.Write(ctx, func(tx *store.Tx) error {
		for i := range n {
			if err := l.Append(ctx, tx, ref(first+i), data(first+i)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func sequence(t testing.TB, l *Log) int {
	t.Helper()
	n, err := l.Sequence(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func receipt(t testing.TB, l *Log, ref string) Receipt {
	t.Helper()
	r, err := tryReceipt(l, ref)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func tryReceipt(l *Log, ref string) (r Receipt, err error) {
	err = l.db.Read(ctx, func(tx *store.Tx) error { r, err = l.Receipt(ctx, tx, ref); return err })
	return r, err
}

func exec(t testing.TB, l *Log, query string, args ...any) {
	t.Helper()
	err := l.db.Write(ctx, func(tx *store.Tx) error { _, err := tx.Exec(ctx, query, args...); return err })
	if err != nil {
		t.Fatal(err)
	}
}

// What follows is RFC 6962 and RFC 9162 as they are written, over a plain list of entries, and shares nothing with the package.

func leafHash(entry []byte) []byte {
	h := sha256.Sum256(append([]byte{0}, entry...))
	return h[:]
}

func nodeHash(left, right []byte) []byte {
	h := sha256.Sum256(bytes.Join([][]byte{{1}, left, right}, nil))
	return h[:]
}

// mth is the Merkle tree hash of RFC 6962, 2.1.
func mth(entries [][]byte) []byte {
	switch n := len(entries); n {
	case 0:
		h := sha256.Sum256(nil)
		return h[:]
	case 1:
		return leafHash(entries[0])
	default:
		k := split(n)
		return nodeHash(mth(entries[:k]), mth(entries[k:]))
	}
}

// split is the largest power of two below n.
func split(n int) int {
	k := 1
	for 2*k < n {
		k *= 2
	}
	return k
}

// rootOf follows an inclusion proof as RFC 9162, 2.1.3.2 does; nil when it does not hold.
func rootOf(index, size int64, hash []byte, proof []Hash) []byte {
	if index >= size {
		return nil
	}
	fn, sn, r := index, size-1, hash
	for _, p := range proof {
		if sn == 0 {
			return nil
		}
		if fn&1 == 1 || fn == sn {
			r = nodeHash(p[:], r)
			for fn&1 == 0 && fn != 0 {
				fn, sn = fn>>1, sn>>1
			}
		} else {
			r = nodeHash(r, p[:])
		}
		fn, sn = fn>>1, sn>>1
	}
	if sn != 0 {
		return nil
	}
	return r
}

// consistent follows a consistency proof as RFC 9162, 2.1.4.2 does.
func consistent(first, second int64, firstHash, secondHash []byte, proof []Hash) bool {
	if first == second {
		return len(proof) == 0 && bytes.Equal(firstHash, secondHash)
	}
	if len(proof) == 0 {
		return false
	}
	var path [][]byte
	if first&(first-1) == 0 {
		path = append(path, firstHash)
	}
	for _, p := range proof {
		path = append(path, p[:])
	}
	fn, sn := first-1, second-1
	for fn&1 == 1 {
		fn, sn = fn>>1, sn>>1
	}
	fr, sr := path[0], path[0]
	for _, c := range path[1:] {
		if sn == 0 {
			return false
		}
		if fn&1 == 1 || fn == sn {
			fr, sr = nodeHash(c, fr), nodeHash(c, sr)
			for fn&1 == 0 && fn != 0 {
				fn, sn = fn>>1, sn>>1
			}
		} else {
			sr = nodeHash(sr, c)
		}
		fn, sn = fn>>1, sn>>1
	}
	return bytes.Equal(fr, firstHash) && bytes.Equal(sr, secondHash) && sn == 0
}
