package app

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
)

// released lists the migrations that some installation may have run, each with its content address. RELEASE=1 go test adds the new ones.
const released = "testdata/released.txt"

// TestReleasedMigrationsNeverChange holds every migration that was released to its content: an installation has run it, and will not run it
// again. A change is a new file.
func TestReleasedMigrationsNeverChange(t *testing.T) {
	now := map[string]string{}
	var names []string
	for _, s := range Schemas {
		files, err := fs.Glob(s.FS, "migrations/*.sql")
		if err != nil || len(files) == 0 {
			t.Fatalf("%s has no migrations: %v", s.Name, err)
		}
		for _, f := range files {
			data, err := fs.ReadFile(s.FS, f)
			if err != nil {
				t.Fatal(err)
			}
			sum := sha256.Sum256(data)
			name := s.Name + "/" + path.Base(f)
			now[name], names = hex.EncodeToString(sum[:]), append(names, name)
		}
	}
	data, err := os.ReadFile(released)
	if err != nil {
		t.Fatal(err)
	}
	var known []string
	for line := range strings.Lines(string(data)) {
		name, sum, _ := strings.Cut(strings.TrimSpace(line), " ")
		known = append(known, name)
		switch now[name] {
		case sum:
		case "":
			t.Errorf("%s was released and is gone", name)
		default:
			t.Errorf("%s was released and has changed: make a new file", name)
		}
	}
	if os.Getenv("RELEASE") == "" {
		return
	}
	var b strings.Builder
	for _, name := range names {
		if !slices.Contains(known, name) {
			b.WriteString(name + " " + now[name] + "\n")
		}
	}
	if err := os.WriteFile(released, append(data, b.String()...), 0o644); err != nil {
		t.Fatal(err)
	}
}
