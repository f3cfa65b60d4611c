package ledger

import (
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"huying/internal/clock"
	"huying/internal/errs"
)

// Whoever can write into the database, and does not have the key, is found out by the program itself.
func TestWhatWasChangedByHandIsNoticed(t *testing.T) {
	const all = "receipts sequence entry bundle tile reopen"
	const (
		leaf = "UPDATE ledger_leaf SET hash = (SELECT o.hash FROM ledger_leaf o WHERE o.idx = 3) WHERE idx = 2"
		tile = "UPDATE ledger_tile SET data = (SELECT o.data FROM ledger_tile o WHERE o.level = 0 AND o.n = 1) WHERE level = 0 AND n = 0"
		edge = "UPDATE ledger_tile SET data = (SELECT SUBSTR(o.data, 33, 44 * 32) FROM ledger_tile o WHERE o.level = 0 AND o.n = 0) WHERE level = 0 AND n = 1"
	)
	for _, tt := range []struct {
		name    string
		do      func(t *testing.T, l *Log)
		noticed string
	}{
		{"nothing", func(t *testing.T, l *Log) {}, ""},
		{"an entry is another", func(t *testing.T, l *Log) { exec(t, l, leaf) }, "receipts entry"},
		{"two entries change places", func(t *testing.T, l *Log) {
			exec(t, l, "UPDATE ledger_leaf SET idx = 999 WHERE idx = 2")
			exec(t, l, "UPDATE ledger_leaf SET idx = 2 WHERE idx = 4")
			exec(t, l, "UPDATE ledger_leaf SET idx = 4 WHERE idx = 999")
		}, "receipts entry"},
		{"an entry is gone", func(t *testing.T, l *Log) { exec(t, l, "DELETE FROM ledger_leaf WHERE idx = 2") }, "receipts entry bundle"},
		{"a tile is another", func(t *testing.T, l *Log) { exec(t, l, tile) }, "receipts entry tile"},
		{"the last tile is another", func(t *testing.T, l *Log) { exec(t, l, edge) }, "receipts sequence entry"},
		{"a tile is gone", func(t *testing.T, l *Log) { exec(t, l, "DELETE FROM ledger_tile WHERE level = 0 AND n = 0") }, "receipts entry tile"},
		{"an entry is slipped in at the end", func(t *testing.T, l *Log) {
			exec(t, l, "UPDATE ledger_leaf SET idx = 300 WHERE ref = 'case/0300'")
			if _, err := tryReceipt(l, ref(300)); !errs.Is(err, errs.Internal) {
				t.Errorf("its receipt: %v", err)
			}
			add(t, l, 301, 1)
		}, "sequence"},
		{"the checkpoint is written anew", func(t *testing.T, l *Log) {
			exec(t, l, "UPDATE ledger_state SET checkpoint = REPLACE(checkpoint, '300', '299')")
		}, all},
		{"the checkpoint is signed by somebody else", func(t *testing.T, l *Log) {
			thief, err := keyFrom("thief").signer(origin)
			if err != nil {
				t.Fatal(err)
			}
			forged, err := signCheckpoint(origin, tlog.Tree{N: 300}, thief)
			if err != nil {
				t.Fatal(err)
			}
			exec(t, l, "INSERT INTO ledger_key (id, vkey, since, vouch) VALUES ($1, $2, 0, '')", thief.id(), thief.vkey)
			exec(t, l, "UPDATE ledger_state SET key = $1, checkpoint = $2", thief.id(), forged)
		}, all},
		{"the log is set back to an earlier checkpoint", func(t *testing.T, l *Log) {
			empty, err := tlog.TreeHash(0, nil)
			if err != nil {
				t.Fatal(err)
			}
			old, err := signCheckpoint(origin, tlog.Tree{Hash: empty}, l.key) // as it was once signed
			if err != nil {
				t.Fatal(err)
			}
			exec(t, l, "UPDATE ledger_state SET checkpoint = $1", old)
		}, "receipts sequence entry bundle tile"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			each(t, func(t *testing.T, l *Log) {
				add(t, l, 0, 300)
				sequence(t, l)
				add(t, l, 300, 1)
				signed, err := l.Checkpoint(ctx)
				if err != nil {
					t.Fatal(err)
				}
				tt.do(t, l)
				noticed := notices(l)
				for _, what := range []string{"receipts", "sequence", "entry", "bundle", "tile", "reopen"} {
					if want := strings.Contains(tt.noticed, what); noticed[what] != want {
						t.Errorf("%s: noticed %v, want %v", what, noticed[what], want)
					}
				}
				if tt.noticed == "" {
					if _, _, err := l.Extends(ctx, signed); err != nil {
						t.Error(err)
					}
				}
			})
		})
	}
}

// notices says which of the things that the log does fail.
func notices(l *Log) map[string]bool {
	out := map[string]bool{}
	for i := range 6 {
		r, err := tryReceipt(l, ref(i))
		out["receipts"] = out["receipts"] || err != nil || r.Inclusion == nil || r.Verify(l.key.vkey) != nil
		_, err = l.Entry(ctx, int64(i))
		out["entry"] = out["entry"] || err != nil
	}
	_, err := l.Entries(ctx, 0, 256)
	out["bundle"] = err != nil
	_, err = l.Tile(ctx, 0, 0, 256)
	out["tile"] = err != nil
	_, err = Open(ctx, l.db, keyFrom("one"), origin, clock.NewHand(noon).Security())
	out["reopen"] = err != nil
	_, err = l.Sequence(ctx)
	out["sequence"] = err != nil
	return out
}

// Whoever has the key too can write another past. Then a checkpoint that somebody kept shows it.
func TestAKeptCheckpointShowsAPastThatWasRewritten(t *testing.T) {
	each(t, func(t *testing.T, l *Log) {
		checkpoint := func() string {
			signed, err := l.Checkpoint(ctx)
			if err != nil {
				t.Fatal(err)
			}
			return signed
		}
		first := checkpoint()
		add(t, l, 0, 5)
		sequence(t, l)
		kept := checkpoint()
		add(t, l, 5, 5)
		sequence(t, l)
		longer := checkpoint()
		for _, good := range []string{first, kept, longer, "\r\n" + kept + "\r\n\r\n"} {
			if _, newer, err := l.Extends(ctx, good); err != nil || newer != 10 {
				t.Errorf("%v from\n%s", err, good)
			}
		}
		for _, table := range []string{"ledger_leaf", "ledger_tile"} {
			exec(t, l, "DELETE FROM "+table)
		}
		exec(t, l, "UPDATE ledger_state SET checkpoint = $1", first)
		add(t, l, 20, 7) // other things were said
		sequence(t, l)
		whole(t, l)
		for name, signed := range map[string]string{"shorter than the log": kept, "longer than the log": longer} {
			if _, _, err := l.Extends(ctx, signed); !errs.Is(err, errs.Conflict) {
				t.Errorf("%s: %v", name, err)
			}
		}
		for name, bad := range map[string]string{"nothing": "", "no note": "hello", "another size": resized(kept), "half": kept[:len(kept)/2]} {
			if _, _, err := l.Extends(ctx, bad); !errs.Is(err, errs.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func resized(s string) string { return origin + "\n299" + s[len(origin)+2:] }

func TestACheckpointIsThreeLines(t *testing.T) {
	hash := salted(nil, nil).String()
	good := "huying/test\n12\n" + hash + "\n"
	if o, tree, err := parseCheckpoint(good); err != nil || o != origin || tree.N != 12 || tree.Hash.String() != hash {
		t.Errorf("%s %v %v", o, tree, err)
	}
	for _, bad := range []string{"", good + "more\n", good[:len(good)-1], "huying/test\n012\n" + hash + "\n", "huying/test\n-1\n" + hash + "\n",
		"huying/test\n+1\n" + hash + "\n", "huying/test\n1\n" + hash[:40] + "\n", "huying/test\n1\n\n", "huying/test\n9223372036854775808\n" + hash + "\n"} {
		if _, _, err := parseCheckpoint(bad); err == nil {
			t.Errorf("%q passed", bad)
		}
	}
}

func FuzzCheckpoint(f *testing.F) {
	s, err := keyFrom("one").signer(origin)
	if err != nil {
		f.Fatal(err)
	}
	signed, err := signCheckpoint(origin, tlog.Tree{N: 7}, s)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(signed)
	f.Add(origin + "\n7\n" + Hash{}.String() + "\n")
	f.Add("")
	f.Fuzz(func(t *testing.T, in string) {
		if of, tree, err := parseCheckpoint(in); err == nil && checkpointText(of, tree) != in {
			t.Errorf("%q reads as %q", in, checkpointText(of, tree))
		}
		if tree, err := openCheckpoint(in, origin, note.VerifierList(s.verifier)); err == nil && tree.N != 7 {
			t.Errorf("a checkpoint nobody signed: %q", in)
		}
	})
}
