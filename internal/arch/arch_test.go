package arch

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

type pkg struct {
	ImportPath string
	Doc        string
	Imports    []string
}

const inner = "huying/internal/"

func packages(t *testing.T) []pkg {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Doc,Imports", "huying/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []pkg
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func TestArrows(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range packages(t) {
		name, ok := strings.CutPrefix(p.ImportPath, inner)
		if !ok {
			if p.ImportPath == "huying/cmd/huying" {
				checkCommand(t, p)
			}
			continue
		}
		seen[name] = true
		may, listed := Arrows[name]
		if !listed {
			t.Errorf("package %s has no row in Arrows: add one, with a reason", name)
			continue
		}
		for _, imp := range p.Imports {
			to, ours := strings.CutPrefix(imp, inner)
			if ours && !slices.Contains(may, to) && !slices.Contains(may, "*") {
				t.Errorf("%s imports %s, which its row in Arrows does not allow", name, to)
			}
		}
	}
	for name := range Arrows {
		if !seen[name] {
			t.Errorf("Arrows has a row for %s, which is not there", name)
		}
	}
}

// checkCommand holds the program's entry to app and to the tools that work without a server.
func checkCommand(t *testing.T, p pkg) {
	alone := []string{"app", "report", "pack", "calendar", "errs", "i18n", "clock", "strictyaml", "store", "identity", "drill", "verify"}
	for _, imp := range p.Imports {
		if to, ours := strings.CutPrefix(imp, inner); ours && !slices.Contains(alone, to) {
			t.Errorf("cmd/huying imports %s: it goes through app", to)
		}
	}
}

func TestCapabilitiesDoNotKnowOneAnother(t *testing.T) {
	capabilities := []string{"promise", "casework", "participation", "sensing", "service", "licence", "evaluation", "report"}
	for from, to := range Arrows {
		base, _, _ := strings.Cut(from, "/")
		for _, other := range capabilities {
			if slices.Contains(capabilities, base) && other != base && slices.Contains(to, other) {
				t.Errorf("%s may import %s", from, other)
			}
		}
	}
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	for _, p := range packages(t) {
		if p.Doc == "" && strings.HasPrefix(p.ImportPath, "huying/") {
			t.Errorf("%s has no package comment", p.ImportPath)
		}
	}
}

func TestOnlyTheClockAsksForTheTime(t *testing.T) {
	out, err := exec.Command("git", "-C", "../..", "grep", "-nE", `time\.(Now|Since|Until)\(`, "--", "*.go", ":!*_test.go", ":!internal/clock", ":!internal/store/storetest", ":!test").Output()
	var exit *exec.ExitError
	if err != nil && !(errors.As(err, &exit) && exit.ExitCode() == 1) {
		t.Fatal(err)
	}
	if len(out) > 0 {
		t.Errorf("time is asked outside package clock:\n%s", out)
	}
}
