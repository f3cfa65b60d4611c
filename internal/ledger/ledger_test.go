package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

// entries reads the log as it stands in the rows, and makes sure that every place is taken once.
func entries(t testing.TB, l *Log) (all [][]byte) {
	t.Helper()
	err := l.db.Read(ctx, func(tx *store.Tx) error {
		return tx.Each(ctx, "SELECT idx, hash FROM ledger_leaf WHERE idx IS NOT NULL ORDER BY idx", nil, func(rows store.Row) error {
			var idx int
			var hash []byte
			err := rows.Scan(&idx, &hash)
			if idx != len(all) {
				t.Errorf("entry %d stands at %d", len(all), idx)
			}
			all = append(all, hash)
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// whole holds the log against the tree that its rows make, computed anew, and returns its entries.
func whole(t testing.TB, l *Log) [][]byte {
	t.Helper()
	all := entries(t, l)
	signed, err := l.Checkpoint(ctx)
	if err != nil {
		t.Fatal(err)
	}
	n, err := note.Open([]byte(signed), note.VerifierList(l.key.verifier))
	if err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("%s\n%d\n%s\n", origin, len(all), Hash(mth(all))); n.Text != want {
		t.Errorf("the checkpoint says\n%swant\n%s", n.Text, want)
	}
	return all
}

func TestAReceiptIsAPromiseFirstAndThenAProof(t *testing.T) {
	each(t, func(t *testing.T, l *Log) {
		var within Receipt
		err := l.db.Write(ctx, func(tx *store.Tx) (err error) {
			if err := l.Append(ctx, tx, ref(0), data(0)); err != nil {
				return err
			}
			within, err = l.Receipt(ctx, tx, ref(0))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		promised := receipt(t, l, ref(0))
		if promised.Inclusion != nil || !bytes.Equal(promised.Signature, within.Signature) || !promised.At.Equal(noon) || promised.Origin != origin {
			t.Errorf("%+v, and within the transaction %+v", promised, within)
		}
		add(t, l, 1, 20)
		if n := sequence(t, l); n != 21 {
			t.Errorf("%d entries were taken", n)
		}
		proved := receipt(t, l, ref(0))
		for _, r := range []Receipt{promised, proved} {
			if r, err = r.With(data(0)); err != nil {
				t.Fatal(err)
			}
			if err := r.Verify(l.key.vkey); err != nil {
				t.Error(err)
			}
		}
		root := rootOf(proved.Inclusion.Index, 21, leafHash(proved.Hash[:]), proved.Inclusion.Proof)
		if all := whole(t, l); !bytes.Equal(root, mth(all)) {
			t.Error("the proof does not lead to the root")
		}
		if _, err := proved.With([]byte("something else")); !errs.Is(err, errs.Internal) {
			t.Errorf("other data: %v", err)
		}
		if _, err := tryReceipt(l, "case/none"); !errs.Is(err, errs.NotFound) {
			t.Errorf("no such entry: %v", err)
		}
	})
}

func TestAppendKeepsARefOnce(t *testing.T) {
	each(t, func(t *testing.T, l *Log) {
		add(t, l, 1, 1)
		err := l.db.Write(ctx, func(tx *store.Tx) error { return l.Append(ctx, tx, ref(1), data(7)) })
		if !errs.Is(err, errs.Conflict) {
			t.Errorf("a taken ref: %v", err)
		}
		add(t, l, 2, 1)
		for _, bad := range []string{"", "a\nb", "a\x00", "a\u0085b", "\xff", strings.Repeat("a", maxRef+1)} {
			err := l.db.Write(ctx, func(tx *store.Tx) error { return l.Append(ctx, tx, bad, nil) })
			if !errs.Is(err, errs.Invalid) {
				t.Errorf("%q: %v", bad, err)
			}
		}
		n, oldest, err := l.Waiting(ctx)
		if err != nil || n != 2 || !oldest.Equal(noon) {
			t.Errorf("%d wait since %v, %v", n, oldest, err)
		}
		sequence(t, l)
		if n, oldest, err := l.Waiting(ctx); err != nil || n != 0 || !oldest.IsZero() {
			t.Errorf("%d wait since %v, %v", n, oldest, err)
		}
		if n := sequence(t, l); n != 0 {
			t.Errorf("%d entries were taken again", n)
		}
	})
}

func TestProofsOfEveryEntryAndOfAnyTwoSizes(t *testing.T) {
	each(t, func(t *testing.T, l *Log) {
		total := 0
		for _, n := range []int{1, 1, 2, 3, 249, 1, 1, 254, 90} { // up to a tile, to its end, over it
			l.batch = 1 + total%100
			add(t, l, total, n)
			total += n
			sequence(t, l)
			if all := whole(t, l); len(all) != total {
				t.Fatalf("%d entries, want %d", len(all), total)
			}
		}
		all := whole(t, l)
		roots := make([][]byte, total+1)
		for n := range roots {
			roots[n] = mth(all[:n])
		}
		for i := range total {
			r := receipt(t, l, ref(i))
			if got := rootOf(r.Inclusion.Index, int64(total), leafHash(r.Hash[:]), r.Inclusion.Proof); !bytes.Equal(got, roots[total]) {
				t.Errorf("the proof of %s does not hold", r.Ref)
			}
		}
		pairs := rand.New(rand.NewPCG(1, 2))
		check := func(older, newer int) {
			proof, err := l.Consistency(ctx, int64(older), int64(newer))
			if err != nil || !consistent(int64(older), int64(newer), roots[older], roots[newer], proof) {
				t.Errorf("from %d to %d: %v", older, newer, err)
			}
		}
		for older := 1; older <= 20; older++ {
			for newer := older; newer <= 20; newer++ {
				check(older, newer)
			}
		}
		for range 300 {
			newer := 1 + pairs.IntN(total)
			check(1+pairs.IntN(newer), newer)
		}
		for _, bad := range [][2]int64{{0, 1}, {2, 1}, {1, int64(total) + 1}, {-1, -1}} {
			if _, err := l.Consistency(ctx, bad[0], bad[1]); !errs.Is(err, errs.Invalid) {
				t.Errorf("from %d to %d: %v", bad[0], bad[1], err)
			}
		}
	})
}

// A tree of 140,000 entries has tiles on three levels, full ones on two. It is grown without a database.
func TestATreeOfThreeLevels(t *testing.T) {
	ts := &tiles{have: map[coord][]byte{}}
	tree, all := tlog.Tree{}, [][]byte{}
	sizes := rand.New(rand.NewPCG(3, 4))
	for tree.N < 140_000 {
		var batch []Hash
		for range 1 + sizes.IntN(9_000) {
			h := salted(nil, data(len(all)))
			batch, all = append(batch, h), append(all, h[:])
		}
		next, grown, err := grow(ts, tree, batch)
		if err != nil {
			t.Fatal(err)
		}
		for at, d := range grown {
			if !bytes.HasPrefix(d, ts.have[at]) {
				t.Fatalf("tile %v was rewritten", at)
			}
			ts.have[at] = d
		}
		tree = next
	}
	if root := mth(all); Hash(root) != tree.Hash {
		t.Fatal("another root")
	}
	for level, span := 0, 1; level < 3; level, span = level+1, span*width {
		for i := range len(all) / span {
			have := ts.have[coord{level, int64(i / width)}]
			if want := mth(all[i*span : (i+1)*span]); !bytes.Equal(have[i%width*32:i%width*32+32], want) {
				t.Fatalf("hash %d of level %d is wrong", i, level)
			}
		}
	}
	for _, i := range []int64{0, 255, 256, 65_535, 65_536, 131_071, tree.N - 1} {
		proof, err := prove(ts, tree, i, Hash(all[i]))
		if err != nil || !bytes.Equal(rootOf(i, tree.N, leafHash(all[i]), proof), tree.Hash[:]) {
			t.Errorf("entry %d: %v", i, err)
		}
	}
}

// twoServers opens one database of each engine twice.
func twoServers(t *testing.T, f func(t *testing.T, a, b *store.DB)) {
	t.Helper()
	for name, url := range map[string]func() string{
		"sqlite":   func() string { return "sqlite:" + filepath.Join(t.TempDir(), "two.db") },
		"postgres": func() string { return storetest.PostgresURL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			dsn := url()
			var dbs [2]*store.DB
			for i := range dbs {
				db, err := store.Open(ctx, dsn, clock.Business{})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() {
					if err := db.Close(); err != nil {
						t.Error(err)
					}
				})
				if err := db.Migrate(ctx, Schema); err != nil {
					t.Fatal(err)
				}
				dbs[i] = db
			}
			f(t, dbs[0], dbs[1])
		})
	}
}

func TestServersThatAppendAndSequenceAtOnce(t *testing.T) {
	twoServers(t, func(t *testing.T, a, b *store.DB) {
		logs := []*Log{open(t, a), open(t, b)}
		var kept sync.Map
		var writers, sequencers sync.WaitGroup
		done := make(chan struct{})
		for w := range 6 {
			writers.Go(func() {
				l := logs[w%2]
				for i := range 40 {
					name := fmt.Sprintf("w%d/%d", w, i)
					boom := errors.New("boom")
					err := l.db.Write(ctx, func(tx *store.Tx) error {
						for part := range 3 {
							if err := l.Append(ctx, tx, fmt.Sprintf("%s/%d", name, part), data(i)); err != nil {
								return err
							}
						}
						if i%5 == 4 {
							return boom
						}
						return nil
					})
					switch {
					case err == nil:
						for part := range 3 {
							kept.Store(fmt.Sprintf("%s/%d", name, part), true)
						}
					case !errors.Is(err, boom):
						t.Error(err)
					}
				}
			})
		}
		var mu sync.Mutex
		seen := map[string]bool{}
		for s := range 4 {
			l := *logs[s%2]
			l.batch = 5 + s
			sequencers.Go(func() {
				for {
					last := false
					select {
					case <-done:
						last = true
					default:
					}
					if _, err := l.Sequence(ctx); err != nil {
						t.Error(err)
					}
					signed, err := l.Checkpoint(ctx)
					if err != nil {
						t.Error(err)
					}
					mu.Lock()
					seen[signed] = true
					mu.Unlock()
					if last {
						return
					}
				}
			})
		}
		writers.Wait()
		close(done)
		sequencers.Wait()
		sequence(t, logs[0])
		n := 0
		kept.Range(func(k, _ any) bool {
			n++
			if r := receipt(t, logs[1], k.(string)); r.Inclusion == nil {
				t.Errorf("%s is not in the log", r.Ref)
			} else if err := r.Verify(logs[0].key.vkey); err != nil {
				t.Errorf("%s: %v", r.Ref, err)
			}
			return true
		})
		if all := whole(t, logs[0]); len(all) != n || n != 6*32*3 {
			t.Errorf("%d entries in the log, %d were kept", len(all), n)
		}
		for signed := range seen {
			if _, _, err := logs[0].Extends(ctx, signed); err != nil {
				t.Errorf("the log does not go on from\n%s%v", signed, err)
			}
		}
	})
}

func TestAnEntryThatCommitsLateIsNotLost(t *testing.T) {
	twoServers(t, func(t *testing.T, a, b *store.DB) {
		hand := clock.NewHand(noon)
		early, err := Open(ctx, a, keyFrom("one"), origin, hand.Security())
		if err != nil {
			t.Fatal(err)
		}
		late := open(t, b)
		hand.Advance(-time.Hour)
		add(t, late, 5, 3)
		sequence(t, late)
		if a.Engine == store.SQLite { // has one writer: the entry can only be older, not under way
			add(t, early, 1, 1)
		} else {
			err := a.Write(ctx, func(tx *store.Tx) error {
				if err := early.Append(ctx, tx, ref(1), data(1)); err != nil {
					return err
				}
				add(t, late, 8, 3)
				if n := sequence(t, late); n != 3 {
					t.Errorf("%d entries were taken while another is under way", n)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if n := sequence(t, late); n != 1 {
			t.Errorf("%d entries were taken", n)
		}
		if r := receipt(t, late, ref(1)); r.Inclusion == nil {
			t.Error("lost")
		}
		whole(t, late)
	})
}

func TestASequencerThatEndsAnywhereLeavesAWholeTree(t *testing.T) {
	each(t, func(t *testing.T, l *Log) {
		dice := rand.New(rand.NewPCG(5, 6))
		l.batch = 40
		total, ended := 0, 0
		for i := range 60 {
			n := 1 + dice.IntN(60)
			add(t, l, total, n)
			total += n
			short, cancel := context.WithTimeout(ctx, time.Microsecond<<dice.IntN(16))
			if _, err := l.Sequence(short); err != nil {
				ended++
			}
			cancel()
			if i%10 == 9 {
				whole(t, l)
			}
		}
		if ended == 0 {
			t.Error("no sequencer was ended")
		}
		for range 500 { // PostgreSQL may not have heard yet that a sequencer is gone, and keeps its place for a moment
			sequence(t, l)
			if n, _, err := l.Waiting(ctx); err != nil || n == 0 {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		if all := whole(t, l); len(all) != total {
			t.Errorf("%d entries, want %d", len(all), total)
		}
	})
}

func TestNothingStaysOfABatchThatFails(t *testing.T) {
	each(t, func(t *testing.T, l *Log) {
		add(t, l, 0, 300)
		sequence(t, l)
		add(t, l, 300, 300)
		before, err := l.Checkpoint(ctx)
		if err != nil {
			t.Fatal(err)
		}
		boom := errors.New("boom")
		for stop := range 3 { // after the places, after the tiles, after the checkpoint
			err := l.db.Write(ctx, func(tx *store.Tx) error {
				entries, err := place(ctx, tx, 300, 300)
				if err != nil || stop == 0 {
					return errors.Join(err, boom)
				}
				_, tree, err := l.lastIn(ctx, tx)
				if err != nil {
					return err
				}
				next, grown, err := grow(newTiles(ctx, tx), tree, entries)
				if err != nil {
					return err
				}
				if err := saveTiles(ctx, tx, grown); err != nil || stop == 1 {
					return errors.Join(err, boom)
				}
				return errors.Join(l.publish(ctx, tx, next), boom)
			})
			if !errors.Is(err, boom) {
				t.Fatal(err)
			}
			if after, err := l.Checkpoint(ctx); err != nil || after != before || len(whole(t, l)) != 300 {
				t.Errorf("stopped at %d: %v\n%s", stop, err, after)
			}
		}
		if n := sequence(t, l); n != 300 {
			t.Errorf("%d entries were taken", n)
		}
		whole(t, l)
	})
}
