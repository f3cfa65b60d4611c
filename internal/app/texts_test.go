package app

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"huying/internal/casework"
	"huying/internal/edge/orders"
	"huying/internal/i18n"
	"huying/internal/identity"
	"huying/internal/jobs"
	"huying/internal/places"
	"huying/internal/promise"
)

// sources are the Go files of the program, tests left out.
func sources(t *testing.T) []string {
	t.Helper()
	var files []string
	for _, root := range []string{"../../internal", "../../cmd"} {
		err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
			if strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
				files = append(files, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func catalogue(t *testing.T) *i18n.Catalogue {
	t.Helper()
	cat, err := i18n.New(append(Messages(), os.DirFS("../../cmd/huying"))...)
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

func TestBothLanguagesSayTheSame(t *testing.T) {
	cat := catalogue(t)
	zh, en := cat.Keys(i18n.ZH), cat.Keys(i18n.EN)
	for _, k := range zh {
		if !slices.Contains(en, k) {
			t.Errorf("%s has no English", k)
		}
	}
	for _, k := range en {
		if !slices.Contains(zh, k) {
			t.Errorf("%s has no Chinese", k)
		}
	}
}

// A half-width mark beside a character of Chinese, as a keyboard left in English types it. What a template puts in counts as Chinese.
var halfWidth = regexp.MustCompile(`[\p{Han}”》][,:;()?!]|[,:;()?!][\p{Han}“《]`)

var action = regexp.MustCompile(`\{\{.*?\}\}`)

// TestChineseIsPunctuatedAsChinese reads every Chinese message as it is written (GB/T 15834-2011: a Chinese text has full-width marks).
func TestChineseIsPunctuatedAsChinese(t *testing.T) {
	read := 0
	for _, fsys := range append(Messages(), os.DirFS("../../cmd/huying")) {
		data, err := fs.ReadFile(fsys, "locales/zh.json")
		if err != nil {
			t.Fatal(err)
		}
		var messages map[string]any
		if err := json.Unmarshal(data, &messages); err != nil {
			t.Fatal(err)
		}
		for key, m := range messages {
			read++
			if at := halfWidth.FindString(action.ReplaceAllString(fmt.Sprint(m), "文")); at != "" {
				t.Errorf("%s: %q in %q", key, at, m)
			}
		}
	}
	if read < 1000 {
		t.Errorf("only %d messages were read", read)
	}
}

// A literal that may be a message key, or the beginning of one.
var keyLike = regexp.MustCompile(`^[a-z][a-z0-9]*(\.[a-z0-9_]+)*\.?[a-z0-9_]*$`)

var fileName = regexp.MustCompile(`\.(yaml|css|js|json|svg|html|ics)$`)

// TestEveryMessageIsThereAndUsed reads the program's texts: what looks like a key of a part that has messages must be one, or the beginning
// of one; and every message must be asked for somewhere.
func TestEveryMessageIsThereAndUsed(t *testing.T) {
	cat := catalogue(t)
	keys := cat.Keys(i18n.ZH)
	parts := map[string]bool{}
	for _, k := range keys {
		part, _, _ := strings.Cut(k, ".")
		parts[part] = true
	}
	used, begun := map[string]bool{}, map[string]bool{}
	for lit, where := range literals(t) {
		part, rest, ok := strings.Cut(lit, ".")
		if !ok || !parts[part] || !keyLike.MatchString(lit) || notMessages[lit] || fileName.MatchString(lit) {
			continue
		}
		switch {
		case slices.Contains(keys, lit):
			used[lit] = true
		case rest == "" || slices.ContainsFunc(keys, func(k string) bool { return strings.HasPrefix(k, lit) }):
			begun[lit] = true
		default:
			t.Errorf("%s: no message has the key %s", where, lit)
		}
	}
	for _, k := range keys {
		if !used[k] && !begunBy(k, begun) {
			t.Errorf("nobody asks for %s", k)
		}
	}
}

func begunBy(key string, begun map[string]bool) bool {
	for b := range begun {
		if strings.HasPrefix(key, b) {
			return true
		}
	}
	return false
}

// notMessages look like keys and are none: what one may do, what the record names, the kinds of jobs.
var notMessages = func() map[string]bool {
	out := map[string]bool{"casework.show": true} // the purpose of a reading
	for _, e := range []jobs.Event{places.UnitMerged{}, casework.Happened{}, casework.Ended{}, casework.ChildAsked{}, casework.Soon{}, casework.OrderAsked{}, orders.Urged{}, casework.Succession{}, casework.Migration{}, casework.Reopened{},
		promise.Turned{}, promise.ReportDue{}, promise.YearOver{}, Recounting{}} {
		out[e.Kind()] = true
	}
	for _, r := range identity.Roles {
		for _, p := range r.Permissions() {
			out[string(p)] = true
		}
	}
	return out
}()

// literals are the strings of the program, each with a place where it stands.
func literals(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	set := token.NewFileSet()
	for _, file := range sources(t) {
		f, err := parser.ParseFile(set, file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if s, err := strconv.Unquote(lit.Value); err == nil {
					out[s] = set.Position(lit.Pos()).String()
				}
			}
			return true
		})
	}
	return out
}
