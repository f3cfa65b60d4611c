package vault

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"huying/internal/errs"
)

func TestAKeyFileIsMadeOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys", "vault.key")
	var mu sync.Mutex
	keys := map[string]int{}
	var wg sync.WaitGroup
	for range 8 { // servers that start together
		wg.Go(func() {
			k, err := LoadKey(path)
			mu.Lock()
			defer mu.Unlock()
			keys[k.ID()]++
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if len(keys) != 1 {
		t.Errorf("%d keys", len(keys))
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if rest, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".vault-key-*")); len(rest) > 0 {
		t.Errorf("left behind: %v", rest)
	}
}

func TestAKeyFileThatIsNotFitIsRefused(t *testing.T) {
	good := keyMark + strings.Repeat("ab", keySize) + "\n"
	for _, tt := range []struct {
		name, text string
		mode       os.FileMode
		key        string
	}{
		{"a good one", good, 0o600, ""},
		{"one without its line end, read-only", strings.TrimSpace(good), 0o400, ""},
		{"one that the group may read", good, 0o640, "vault.key_exposed"},
		{"one that all may read", good, 0o604, "vault.key_exposed"},
		{"one that is empty", "", 0o600, "vault.key_malformed"},
		{"one that is cut off", good[:len(good)-5], 0o600, "vault.key_malformed"},
		{"one with something after it", good + "\n", 0o600, "vault.key_malformed"},
		{"another file", "-----BEGIN PRIVATE KEY-----\n", 0o600, "vault.key_malformed"},
		{"one with other letters", keyMark + strings.Repeat("xy", keySize), 0o600, "vault.key_malformed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "vault.key")
			if err := os.WriteFile(path, []byte(tt.text), tt.mode); err != nil {
				t.Fatal(err)
			}
			k, err := LoadKey(path)
			if tt.key == "" {
				if err != nil || k.ID() == "" {
					t.Errorf("%v, %v", k, err)
				}
				return
			}
			if all := errs.All(err); len(all) != 1 || all[0].Key != tt.key || all[0].Args["path"] != path {
				t.Errorf("%v, want %s", err, tt.key)
			}
			if text, err := os.ReadFile(path); err != nil || string(text) != tt.text {
				t.Errorf("the file is now %q, %v", text, err)
			}
		})
	}
	if _, err := LoadKey(t.TempDir()); err == nil {
		t.Error("a folder is taken for a key file")
	}
	if _, err := LoadKey("/dev/null/vault.key"); !errs.Is(err, errs.Unavailable) {
		t.Errorf("a place that cannot be: %v", err)
	}
}

func TestAKeyDoesNotPrintItself(t *testing.T) {
	k, ok := parseKey(keyMark + strings.Repeat("ab", keySize))
	if !ok {
		t.Fatal("no key")
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d", "%q"} {
		for _, v := range []any{k, &k, New(k), New(k).keys, struct{ K Key }{k}, struct{ k Key }{k}} {
			if s := fmt.Sprintf(verb, v); strings.Contains(strings.ToLower(s), "abab") || strings.Contains(s, "171") {
				t.Errorf("%s writes %s", verb, s)
			}
		}
	}
}

func FuzzKeyFile(f *testing.F) {
	f.Add(keyMark + strings.Repeat("ab", keySize) + "\n")
	f.Add(keyMark)
	f.Fuzz(func(t *testing.T, s string) {
		if k, ok := parseKey(s); ok && (k.id == "" || !strings.HasPrefix(s, keyMark)) {
			t.Errorf("%q is taken for a key", s)
		}
	})
}

func FuzzRef(f *testing.F) {
	f.Add("vault:ABCDEFGHIJKLMNOPQRSTUVWXYZ")
	f.Add("vault:\n")
	f.Fuzz(func(t *testing.T, s string) {
		if r, ok := AsRef(s); ok && (len(r) != len(refMark)+26 || !strings.HasPrefix(s, refMark)) {
			t.Errorf("%q is taken for a ref", s)
		}
	})
}
