package ledger

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"huying/internal/clock"
	"huying/internal/errs"
)

func TestAKeyIsMadeOnceAndReadLater(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "ledger.key")
	var wg sync.WaitGroup
	var keys [8]Key
	for i := range keys {
		wg.Go(func() {
			k, err := LoadKey(path)
			if err != nil {
				t.Error(err)
			}
			keys[i] = k
		})
	}
	wg.Wait()
	for _, k := range keys {
		if !k.private.Equal(keys[0].private) {
			t.Fatal("two servers that start at once have two keys")
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(path), ".*")); len(left) > 0 || err != nil {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestAKeyFileThatIsNotFitIsRefused(t *testing.T) {
	dir := t.TempDir()
	good := filepath.Join(dir, "good")
	if _, err := LoadKey(good); err != nil {
		t.Fatal(err)
	}
	pem, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, content string
		mode          os.FileMode
		key           string
	}{
		{"others may read it", string(pem), 0o644, "ledger.key_open_to_others"},
		{"its group may read it", string(pem), 0o640, "ledger.key_open_to_others"},
		{"empty", "", 0o600, "ledger.no_key"},
		{"cut off", string(pem[:60]), 0o600, "ledger.no_key"},
		{"something after it", string(pem) + "more", 0o600, "ledger.no_key"},
		{"a public key", strings.ReplaceAll(string(pem), "PRIVATE", "PUBLIC"), 0o600, "ledger.no_key"},
		{"no Ed25519 key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", 0o600, "ledger.no_key"},
	} {
		path := filepath.Join(dir, tt.name)
		if err := os.WriteFile(path, []byte(tt.content), tt.mode); err != nil {
			t.Fatal(err)
		}
		_, err := LoadKey(path)
		if all := errs.All(err); len(all) != 1 || all[0].Key != tt.key || all[0].Kind != errs.Invalid {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	if _, err := LoadKey(filepath.Join(good, "below a file")); !errs.Is(err, errs.Unavailable) {
		t.Errorf("no folder: %v", err)
	}
}

func TestAKeyIsNeverPrinted(t *testing.T) {
	k := keyFrom("one")
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d"} {
		if s := fmt.Sprintf(format, k) + fmt.Sprintf(format, struct{ K Key }{k}); strings.Contains(s, fmt.Sprintf("%x", k.private[:4])) || len(s) > 60 {
			t.Errorf("%s prints %s", format, s)
		}
	}
}

func TestALogKeepsItsNameAndItsKey(t *testing.T) {
	each(t, func(t *testing.T, l *Log) {
		now := clock.NewHand(noon).Security()
		for _, tt := range []struct {
			name   string
			key    Key
			origin string
			want   errs.Kind
		}{
			{"another key", keyFrom("two"), origin, errs.Conflict},
			{"another name", keyFrom("one"), "huying/other", errs.Conflict},
			{"a name with a space", keyFrom("one"), "huying test", errs.Invalid},
			{"a name with a plus", keyFrom("one"), "huying+test", errs.Invalid},
			{"a name with a line", keyFrom("one"), "huying\ntest", errs.Invalid},
			{"no name", keyFrom("one"), "", errs.Invalid},
			{"no key", Key{}, origin, errs.Internal},
		} {
			if _, err := Open(ctx, l.db, tt.key, tt.origin, now); !errs.Is(err, tt.want) {
				t.Errorf("%s: %v", tt.name, err)
			}
		}
	})
}

func TestAKeyIsFollowedByAnother(t *testing.T) {
	each(t, func(t *testing.T, l *Log) {
		hand := clock.NewHand(noon.AddDate(1, 0, 0))
		add(t, l, 0, 5)
		sequence(t, l)
		add(t, l, 5, 1)
		old := []Receipt{receipt(t, l, ref(0)), receipt(t, l, ref(5))}
		kept, err := l.Checkpoint(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if err := Rotate(ctx, l.db, keyFrom("thief"), keyFrom("two"), origin, hand.Security()); !errs.Is(err, errs.Conflict) {
			t.Errorf("by one that is not the key: %v", err)
		}
		if err := Rotate(ctx, l.db, keyFrom("one"), keyFrom("two"), "huying/other", hand.Security()); !errs.Is(err, errs.Conflict) {
			t.Errorf("of another log: %v", err)
		}
		if err := Rotate(ctx, l.db, keyFrom("one"), keyFrom("two"), origin, hand.Security()); err != nil {
			t.Fatal(err)
		}
		if _, err := l.Sequence(ctx); !errs.Is(err, errs.Internal) {
			t.Errorf("the old key signs on: %v", err)
		}
		two, err := Open(ctx, l.db, keyFrom("two"), origin, hand.Security())
		if err != nil {
			t.Fatal(err)
		}
		sequence(t, two)
		whole(t, two)
		keys, err := two.Keys(ctx)
		if err != nil || len(keys) != 2 || keys[0].VKey != two.key.vkey || keys[1].VKey != l.key.vkey {
			t.Fatalf("%+v, %v", keys, err)
		}
		vouched, err := note.Open([]byte(keys[0].Vouch), note.VerifierList(l.key.verifier))
		if err != nil || !strings.Contains(vouched.Text, keys[0].VKey) || keys[1].Vouch != "" {
			t.Errorf("the old key does not vouch for the new one: %v", err)
		}
		for _, r := range append(old, receipt(t, two, ref(0)), receipt(t, two, ref(5))) {
			if err := r.Verify(keys[0].VKey, keys[1].VKey); err != nil {
				t.Errorf("%+v: %v", r, err)
			}
		}
		if _, _, err := two.Extends(ctx, kept); err != nil {
			t.Errorf("what the old key signed: %v", err)
		}
		if err := Rotate(ctx, l.db, keyFrom("two"), keyFrom("one"), origin, hand.Security()); !errs.Is(err, errs.Conflict) {
			t.Errorf("back to a key that was left: %v", err)
		}
		if err := Rotate(ctx, l.db, Key{}, keyFrom("three"), origin, hand.Security()); err != nil {
			t.Errorf("the key was lost: %v", err)
		}
		three, err := Open(ctx, l.db, keyFrom("three"), origin, hand.Security())
		if err != nil {
			t.Fatal(err)
		}
		add(t, three, 6, 1)
		sequence(t, three)
		whole(t, three)
	})
}
