package ledger

import (
	"testing"

	"huying/internal/errs"
	"huying/internal/store"
)

// addAll appends n entries at once.
func addAll(l *Log, first, n int) error {
	leaves := make([]Leaf, n)
	for i := range leaves {
		leaves[i] = Leaf{ref(first + i), data(first + i)}
	}
	return l.db.Write(ctx, func(tx *store.Tx) error { return l.AppendAll(ctx, tx, leaves) })
}

// TestManyAtOnceAreLoggedAsOthersAre mixes entries that wait, and are sequenced, with many that are taken in at once.
func TestManyAtOnceAreLoggedAsOthersAre(t *testing.T) {
	each(t, func(t *testing.T, l *Log) {
		add(t, l, 0, 3) // they wait, and come after those that do not
		if err := addAll(l, 3, 700); err != nil {
			t.Fatal(err)
		}
		sequence(t, l)
		add(t, l, 703, 300)
		sequence(t, l)
		if err := addAll(l, 1003, 1); err != nil {
			t.Fatal(err)
		}
		if err := addAll(l, 1004, 0); err != nil {
			t.Fatal(err)
		}
		sequence(t, l)
		for _, i := range []int{0, 2, 3, 255, 256, 702, 703, 1002, 1003} {
			r := receipt(t, l, ref(i))
			if r.Inclusion == nil {
				t.Fatalf("entry %d has no proof", i)
			}
			if err := r.Verify(l.key.vkey); err != nil {
				t.Errorf("entry %d: %v", i, err)
			}
		}
	})
}

func TestManyAtOnceAreAllOrNone(t *testing.T) {
	each(t, func(t *testing.T, l *Log) {
		add(t, l, 5, 1)
		sequence(t, l)
		if err := addAll(l, 0, 6); !store.IsUnique(err) {
			t.Errorf("a reference that is taken: %v", err)
		}
		err := l.db.Write(ctx, func(tx *store.Tx) error { return l.AppendAll(ctx, tx, []Leaf{{ref(1), nil}, {"two\nlines", nil}}) })
		if !errs.Is(err, errs.Invalid) {
			t.Errorf("a reference of two lines: %v", err)
		}
		if _, err := tryReceipt(l, ref(1)); !errs.Is(err, errs.NotFound) {
			t.Errorf("something of it stayed: %v", err)
		}
		if err := addAll(l, 0, 5); err != nil { // and the log goes on
			t.Fatal(err)
		}
		if r := receipt(t, l, ref(4)); r.Inclusion == nil || r.Verify(l.key.vkey) != nil {
			t.Error(r)
		}
	})
}
