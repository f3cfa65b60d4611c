package rule

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"huying/internal/errs"
)

var tables = map[string]map[string]float64{"latest": {"2021-001": 30, "2021-002": 40, "zero": 0}}

func TestFormulas(t *testing.T) {
	for _, tt := range []struct {
		source string
		want   float64
	}{
		{`latest["2021-001"] + latest["2021-002"]`, 70},
		{`latest["2021-001"] / latest["2021-002"] * 100.0`, 75},
		{`latest["2021-001"] > 20 ? 1.0 : 0.0`, 1},
		{`latest.exists(k, latest[k] > 35.0) ? 2 : 3`, 2},
	} {
		f, err := Compile(tt.source, "latest")
		if err != nil {
			t.Errorf("%s: %v", tt.source, err)
			continue
		}
		if got, err := f.Eval(tables); err != nil || math.Abs(got-tt.want) > 1e-9 {
			t.Errorf("%s is %v %v, want %v", tt.source, got, err, tt.want)
		}
	}
}

func TestFormulasThatAreWrong(t *testing.T) {
	for name, source := range map[string]string{
		"a name that is not there": "figures + 1.0",
		"a text":                   `"hello"`,
		"a broken formula":         `latest["a"] +`,
		"too long":                 strings.Repeat("1 + ", 1000) + "1",
		"a list":                   `[1.0]`,
	} {
		if _, err := Compile(source, "latest"); !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFormulasThatFailWhenAsked(t *testing.T) {
	eval := func(source string) error {
		f, err := Compile(source, "latest")
		if err != nil {
			t.Fatal(err)
		}
		_, err = f.Eval(tables)
		return err
	}
	if err := eval(`latest["none"]`); !errors.Is(err, ErrMissing) {
		t.Errorf("no figure yet: %v", err)
	}
	if err := eval(`latest["2021-001"] / latest["zero"]`); !errs.Is(err, errs.Invalid) {
		t.Errorf("division by zero: %v", err)
	}
	deep := `[1,2,3,4,5,6,7,8,9,10]`
	hostile := deep + `.map(a, ` + deep + `.map(b, ` + deep + `.map(c, ` + deep + `.map(d, ` + deep + `.map(e, a*b*c*d*e))))).size()`
	if err := eval(hostile); err == nil {
		t.Error("a formula of 100,000 steps ran to its end")
	}
}

func TestAFormulaNamesWhatItDependsOn(t *testing.T) {
	f, err := Compile(`latest["2021-002"] + latest["2021-001"] + latest["2021-002"]`, "latest")
	if err != nil {
		t.Fatal(err)
	}
	if got := f.Keys(); !slices.Equal(got, []string{"2021-001", "2021-002"}) {
		t.Errorf("%v", got)
	}
}

func FuzzCompile(f *testing.F) {
	f.Add(`latest["2021-001"] / 2.0`)
	f.Fuzz(func(t *testing.T, source string) {
		if p, err := Compile(source, "latest"); err == nil {
			if n, err := p.Eval(tables); err == nil && (math.IsNaN(n) || math.IsInf(n, 0)) {
				t.Errorf("%q yields %v", source, n)
			}
			p.Keys()
		}
	})
}
