package strictyaml

import (
	"strings"
	"testing"

	"huying/internal/errs"
)

type unit struct {
	Key    string `yaml:"key"`
	Parent string `yaml:"parent"`
}
type units struct {
	Units []unit `yaml:"units"`
}

const good = "units:\n  - key: a\n    parent: b\n  - key: c\n    parent: d\n"

func TestStrictness(t *testing.T) {
	for _, tt := range []struct{ name, in, place, key string }{
		{"an unknown key", "units:\n  - key: a\n    colour: red\n", "u.yaml:3", "strictyaml.invalid"},
		{"a key twice", "units: []\nunits: []\n", "u.yaml:2", "strictyaml.invalid"},
		{"a wrong type", "units:\n  - key: [1]\n", "u.yaml:2", "strictyaml.invalid"},
		{"a broken line", "units:\n  - key: a\n bad\n", "u.yaml:", "strictyaml.invalid"},
		{"a second document", "units: []\n---\nunits: []\n", "u.yaml", "strictyaml.second_document"},
		{"nothing", "", "u.yaml", "strictyaml.empty"},
		{"too much", "units: []\n" + strings.Repeat("#", MaxSize), "u.yaml", "strictyaml.too_large"},
	} {
		var v units
		_, err := Decode("u.yaml", []byte(tt.in), &v)
		all := errs.All(err)
		if len(all) != 1 {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if e := all[0]; e.Key != tt.key || !strings.HasPrefix(e.Place, tt.place) {
			t.Errorf("%s: %s at %q, want %s at %q", tt.name, e.Key, e.Place, tt.key, tt.place)
		}
	}
}

func TestAFindingShowsItsLine(t *testing.T) {
	var v units
	f, err := Decode("u.yaml", []byte(good), &v)
	if err != nil {
		t.Fatal(err)
	}
	for path, line := range map[string]int{"$.units[1].parent": 5, "$.units[1]": 4, "$.units[1].none": 4, "$": 1} {
		if got := f.Line(path); got != line {
			t.Errorf("%s is on line %d, want %d", path, got, line)
		}
	}
	e := f.Wrong("$.units[1].parent", "x.y")
	if e.Place != "u.yaml:5" || !strings.Contains(e.Args["excerpt"].(string), ">   5 |     parent: d") {
		t.Errorf("%q %q", e.Place, e.Args["excerpt"])
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte("a: &x [*x]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var v units
		if file, err := Decode("u.yaml", data, &v); err == nil {
			file.Line("$.units[0].key")
		}
	})
}
