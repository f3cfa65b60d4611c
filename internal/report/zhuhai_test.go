package report

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// gold is one claim as people read it.
type gold struct {
	Kind      string   `json:"kind"`
	Start     int      `json:"start"`
	End       int      `json:"end"`
	NumStart  *int     `json:"num_start"`
	NumEnd    *int     `json:"num_end"`
	Indicator string   `json:"indicator"`
	Object    string   `json:"object"`
	Op        string   `json:"op"`
	Value     *float64 `json:"value"`
	Quantity  *float64 `json:"quantity"`
	Unit      string   `json:"unit"`
	Year      any      `json:"year"`
}

func (g *gold) value() *float64 {
	if g.Kind == "target" || g.Kind == "result" {
		return g.Value
	}
	return g.Quantity
}

func (g *gold) name() string {
	if g.Kind == "target" || g.Kind == "result" {
		return g.Indicator
	}
	return g.Object
}

func plainName(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("“”、,，（）() 的", r) {
			return -1
		}
		return r
	}, s)
}

func overlap(a, b, c, d int) int { return max(0, min(b, d)-max(a, c)) }

// TestZhuhai reads the real report of 2021 and holds what comes out against what people read in it: found, false alarms,
// value, unit, comparator, year and name.
func TestZhuhai(t *testing.T) {
	text, err := os.ReadFile("../../packs/zhuhai-gaoxin/report.txt")
	if err != nil {
		t.Fatal(err)
	}
	rd, err := Read(FromText(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	check(t, string(text), rd)
	var want []gold
	b, err := os.ReadFile("testdata/zhuhai-gaoxin-2021.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		var g gold
		if err := json.Unmarshal([]byte(line), &g); err != nil {
			t.Fatal(err)
		}
		want = append(want, g)
	}
	used := map[int]bool{}
	type tally struct{ gold, found, pred, value, op, year, name, valued int }
	sum := map[string]*tally{"all": {}}
	at := func(k string) *tally {
		if sum[k] == nil {
			sum[k] = &tally{}
		}
		return sum[k]
	}
	for gi := range want {
		g := &want[gi]
		best, score := -1, 0
		for i := range rd.Records {
			x := &rd.Records[i]
			if used[i] || string(x.Kind) != g.Kind {
				continue
			}
			s := overlap(g.Start, g.End, x.Start, x.End)
			if g.NumStart != nil && x.NumEnd > 0 {
				if overlap(*g.NumStart, *g.NumEnd, x.NumStart, x.NumEnd) == 0 {
					continue
				}
				s += 1000
			}
			if s > 0 && sameObject(plainName(g.name()), plainName(nameOf(x))) {
				s += 500
			}
			if s > score {
				best, score = i, s
			}
		}
		for _, k := range []string{"all", g.Kind} {
			at(k).gold++
		}
		if best < 0 {
			t.Logf("missed %s %q", g.Kind, string([]rune(string(text))[g.Start:g.End]))
			continue
		}
		used[best] = true
		x := &rd.Records[best]
		for _, k := range []string{"all", g.Kind} {
			y := at(k)
			y.found++
			if v := g.value(); v != nil {
				y.valued++
				if x.Number == *v || g.Unit == "fraction" && x.Unit == "fraction" {
					y.value++
				}
				if x.Op == g.Op {
					y.op++
				}
			}
			year := ""
			switch v := g.Year.(type) {
			case float64:
				year = itoa(int(v))
			case string:
				year = v
			}
			if x.Year == year {
				y.year++
			}
			if sameObject(plainName(g.name()), plainName(nameOf(x))) {
				y.name++
			}
		}
	}
	for i := range rd.Records {
		x := &rd.Records[i]
		if !used[i] && (x.Kind == Target || x.Kind == Matter || x.Value != "") {
			t.Logf("false alarm %s %q", x.Kind, x.Quote)
			at("all").pred++
			at(string(x.Kind)).pred++
		}
	}
	floor := func(what string, n, of int, least float64) {
		t.Helper()
		if of == 0 || float64(n)/float64(of) < least {
			t.Errorf("%s: %d of %d, want at least %.2f", what, n, of, least)
		}
	}
	a := at("all")
	floor("recall", a.found, a.gold, 0.97)
	floor("precision", a.found, a.found+a.pred, 0.97)
	floor("value", a.value, a.valued, 0.97)
	floor("comparator", a.op, a.valued, 0.97)
	floor("year", a.year, a.found, 0.99)
	floor("indicator of targets", at("target").name, at("target").found, 0.95)
	floor("indicator of results", at("result").name, at("result").found, 0.85)
	floor("livelihood matters found", at("livelihood").found, at("livelihood").gold, 0.95)
}

func nameOf(x *Record) string {
	if x.Kind == Task || x.Kind == Matter {
		return x.Object
	}
	return x.Indicator
}

// BenchmarkRead reads the real report, 40 kB.
func BenchmarkRead(b *testing.B) {
	text, err := os.ReadFile("../../packs/zhuhai-gaoxin/report.txt")
	if err != nil {
		b.Fatal(err)
	}
	src := FromText(string(text))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := Read(src); err != nil {
			b.Fatal(err)
		}
	}
}
