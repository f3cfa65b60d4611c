package rule

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"huying/internal/errs"
)

func language(t *testing.T) *Language {
	t.Helper()
	l, err := NewLanguage([]string{"form", "case"}, []string{"callers"})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

var world = map[string]any{
	"form": map[string]any{"amount": int64(600), "kind": "pothole", "share": 0.25, "photos": []any{"a", "b"}},
	"case": map[string]any{},
	"callers": []any{
		map[string]any{"claimed": int64(1250001)}, map[string]any{"claimed": int64(99)}, map[string]any{"claimed": 0.5}},
}

func TestExpressions(t *testing.T) {
	l := language(t)
	for _, tt := range []struct {
		source string
		want   Result
		value  any
	}{
		{`form.amount > 500 && form.kind == "pothole"`, Bool, true},
		{`form.amount > 500.5`, Bool, true},
		{`size(form.photos) >= 2`, Bool, true},
		{`has(form.nothing)`, Bool, false},
		{`sum(callers.filter(c, c.claimed != 0.5).map(c, c.claimed))`, Number, int64(1250100)},
		{`sum(callers.map(c, c.claimed))`, Number, 1250100.5},
		{`form.kind + "s"`, Value, "potholes"},
		{`{"a": [1, 2.5], "b": null}`, Value, map[string]any{"a": []any{int64(1), 2.5}, "b": nil}},
	} {
		e, err := l.Compile(tt.source, tt.want)
		if err != nil {
			t.Errorf("%s: %v", tt.source, err)
			continue
		}
		if got, err := e.Eval(world); err != nil || !reflect.DeepEqual(got, tt.value) {
			t.Errorf("%s: %#v, %v; want %#v", tt.source, got, err, tt.value)
		}
	}
}

func TestAnExpressionOfTheWrongKindIsRefused(t *testing.T) {
	l := language(t)
	for source, want := range map[string]Result{"1 + 1": Bool, "true": Number, `"x"`: Number, "unknown > 1": Bool, "form.": Bool, "": Bool} {
		if _, err := l.Compile(source, want); !errs.Is(err, errs.Invalid) {
			t.Errorf("%q: %v", source, err)
		}
	}
	if _, err := l.Compile(strings.Repeat(" ", maxSource)+"true", Bool); !errs.Is(err, errs.Invalid) {
		t.Error("an endless expression is taken")
	}
	e, err := l.Compile("form.kind", Bool) // its type is known only when it runs
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Eval(world); !errs.Is(err, errs.Invalid) {
		t.Errorf("a text is a condition: %v", err)
	}
}

func TestWhatIsNotFilledInDoesNotHold(t *testing.T) {
	e, err := language(t).Compile("form.missing > 3", Bool)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Eval(world); !errors.Is(err, ErrMissing) {
		t.Errorf("eval: %v", err)
	}
	if ok, err := e.Holds(world); ok || err != nil {
		t.Errorf("holds: %v, %v", ok, err)
	}
}

func TestAHostileExpressionStops(t *testing.T) {
	l := language(t)
	list := make([]any, 1000)
	for i := range list {
		list[i] = int64(i)
	}
	vars := map[string]any{"form": map[string]any{"l": list}, "case": map[string]any{}, "callers": []any{}}
	for _, source := range []string{
		`form.l.all(a, form.l.all(b, form.l.all(c, a + b + c >= 0)))`,
		`sum([9223372036854775807, 1]) > 0`,
		`1 / 0 > 1`,
	} {
		e, err := l.Compile(source, Bool)
		if err != nil {
			t.Fatal(err)
		}
		if ok, err := e.Holds(vars); ok || !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %v, %v", source, ok, err)
		}
	}
}

func TestAsks(t *testing.T) {
	e, err := language(t).Compile(`form.b > 1 && form["a"] == case.c && has(form.d) && form.b < 9`, Bool)
	if err != nil {
		t.Fatal(err)
	}
	if got := e.Asks("form"); !reflect.DeepEqual(got, []string{"a", "b", "d"}) {
		t.Errorf("asks %v", got)
	}
}

func FuzzExpression(f *testing.F) {
	f.Add(`form.amount > 500 && sum(callers.map(c, c.claimed)) < 9`)
	f.Add(`{"a": [1]}`)
	l, err := NewLanguage([]string{"form", "case"}, []string{"callers"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, source string) {
		if e, err := l.Compile(source, Value); err == nil {
			_, _ = e.Eval(world)
			e.Asks("form")
		}
	})
}

func TestAnExpressionSaysWhatItReads(t *testing.T) {
	for source, want := range map[string]struct {
		needs, rows []string
		copies      bool
	}{
		`form.a`:                                 {needs: []string{"a"}, copies: true},
		`has(form.a)`:                            {},
		`has(form.a) ? form.a : form["b"]`:       {needs: []string{"b"}},
		`form.a + 1`:                             {needs: []string{"a"}},
		`sum(callers.map(c, c.paid)) + form.a.b`: {needs: []string{"a"}, rows: []string{"paid"}},
	} {
		e, err := language(t).Compile(source, Value)
		if err != nil {
			t.Fatal(source, err)
		}
		if !slices.Equal(e.Needs("form"), want.needs) || !slices.Equal(e.Rows(), want.rows) || e.Copies("form") != want.copies {
			t.Errorf("%s: needs %v, rows %v, copies %v", source, e.Needs("form"), e.Rows(), e.Copies("form"))
		}
	}
}

func TestAnExpressionThatAlwaysYieldsTheSame(t *testing.T) {
	for source, want := range map[string]any{
		`"node"`: "node", `1 + 2`: int64(3), `"a" + "b"`: "ab", `[]`: []any(nil),
		`form.a`: nil, `has(form.a) ? "x" : "y"`: nil, `size(callers)`: nil, `1 / 0`: nil,
	} {
		e, err := language(t).Compile(source, Value)
		if err != nil {
			t.Fatal(source, err)
		}
		if v, ok := e.Constant(); ok != (want != nil) || ok && !reflect.DeepEqual(v, want) {
			t.Errorf("%s: %#v, %v", source, v, ok)
		}
	}
}
