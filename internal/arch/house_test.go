package arch

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const root = "../.."

// grep returns the lines of tracked files, and of new ones that are not ignored, that match an extended regular expression.
func grep(t *testing.T, pattern string, paths ...string) string {
	t.Helper()
	out, err := exec.Command("git", append([]string{"-C", root, "grep", "-nIE", "--untracked", pattern, "--"}, paths...)...).Output()
	var exit *exec.ExitError
	if err != nil && !(errors.As(err, &exit) && exit.ExitCode() == 1) { // 1: nothing matches
		t.Fatal(err)
	}
	return string(out)
}

func TestNothingIsLeftForLater(t *testing.T) {
	if found := grep(t, `\b(TO`+`DO|FIX`+`ME)\b`, ".", ":!*.md"); found != "" {
		t.Errorf("left for later:\n%s", found)
	}
}

func TestNoTestIsSkipped(t *testing.T) {
	if found := grep(t, `\b[tb]\.(Skip|SkipNow|Skipf)\(|\btest\.(skip|fixme|only)\(|testing\.Short\(`, "*.go", "*.mjs"); found != "" {
		t.Errorf("a skipped test proves nothing:\n%s", found)
	}
}

// Texts speak of the project, and its scripts find their own place: no file knows where somebody's checkout lies.
func TestNoTextKnowsAMachine(t *testing.T) {
	if found := grep(t, `(^|[^A-Za-z0-9_./-])/(wo`+`rk|tm`+`p|ro`+`ot|ho`+`me)/`, ".", ":!packs", ":!*.sum", ":!**/testdata"); found != "" {
		t.Errorf("paths of a machine:\n%s", found)
	}
}

// maxLines is how long a function may be. Most are under ten lines, nine in ten under fifty; a test may be longer, for its table.
const maxLines = 60

func TestFunctionsAreShort(t *testing.T) {
	out, err := exec.Command("git", "-C", root, "ls-files", "--cached", "--others", "--exclude-standard", "*.go").Output()
	if err != nil {
		t.Fatal(err)
	}
	files := slices.DeleteFunc(strings.Fields(string(out)), func(name string) bool {
		return strings.HasSuffix(name, "_templ.go") || strings.HasSuffix(name, "_test.go")
	})
	if len(files) < 100 {
		t.Fatalf("only %d files were found", len(files))
	}
	for _, name := range files {
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, filepath.Join(root, name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			from, to := set.Position(f.Pos()).Line, set.Position(f.End()).Line
			if n := to - from + 1; n > maxLines {
				t.Errorf("%s:%d: %s has %d lines, more than %d", name, from, f.Name.Name, n, maxLines)
			}
		}
	}
}
