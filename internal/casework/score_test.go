package casework

import (
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"huying/internal/errs"
)

const table = `
start: 100
floor: 60
deductions:
  late-report: {title: {zh: 未按时报送}, missed: [whistle/report-in], each: 2, most: 5}
  whistle: {title: {zh: 吹哨}, missed: [whistle/resolve], each: 0.25}
  unsolved: {title: {zh: 未解决}, ended: [whistle/unsolved], each: 10}
`

func TestScore(t *testing.T) {
	s, err := ReadScoring("scoring.yaml", []byte(table))
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		counts map[string]ScoreCount
		left   string
		off    []string
	}{
		"nothing happened":                        {nil, "100", nil},
		"each is taken off":                       {map[string]ScoreCount{"late-report": {N: 2}}, "96", []string{"late-report 4"}},
		"quarters add up":                         {map[string]ScoreCount{"whistle": {N: 3}}, "99.25", []string{"whistle 0.75"}},
		"no more than the most":                   {map[string]ScoreCount{"late-report": {N: 9}}, "95", []string{"late-report 5 capped"}},
		"what an appeal lifted does not count":    {map[string]ScoreCount{"late-report": {N: 3, Lifted: 2}}, "98", []string{"late-report 2"}},
		"it is still told":                        {map[string]ScoreCount{"late-report": {N: 1, Lifted: 1}}, "100", []string{"late-report 0"}},
		"more lifted than there were adds none":   {map[string]ScoreCount{"late-report": {N: 1, Lifted: 5}}, "100", []string{"late-report 0"}},
		"never below the floor":                   {map[string]ScoreCount{"unsolved": {N: 7}}, "60", []string{"unsolved 70"}},
		"the lines stand in the table's order":    {map[string]ScoreCount{"unsolved": {N: 1}, "late-report": {N: 1}}, "88", []string{"late-report 2", "unsolved 10"}},
		"what the table does not know is no loss": {map[string]ScoreCount{"gossip": {N: 9}}, "100", nil},
	} {
		left, lines := s.Score(tt.counts)
		var off []string
		for _, l := range lines {
			text := l.Key + " " + l.Off.String()
			if l.Capped {
				text += " capped"
			}
			if off = append(off, text); l.Title.ZH == "" || l.ScoreCount != tt.counts[l.Key] {
				t.Errorf("%s: a line without its reason: %+v", name, l)
			}
		}
		if left.String() != tt.left || !reflect.DeepEqual(off, tt.off) {
			t.Errorf("%s: %s %v, want %s %v", name, left, off, tt.left, tt.off)
		}
	}
}

func TestTheTableOfThePackCountsWhatCanHappen(t *testing.T) {
	s, procedures := tableOfThePack(t)
	if err := s.CheckIn(procedures); err != nil {
		t.Errorf("%v\n%s", err, say(t, err))
	}
	if s.Start != 100*point || s.Floor != 0 {
		t.Errorf("from %s to %s", s.Start, s.Floor)
	}
	p := procedures["score-appeal"]
	line, _ := p.Form().Field("line")
	for _, d := range s.Deductions { // whoever appeals names the line by its key
		if err := p.Form().Check(Data{"title": "事由", "year": int64(2021), "line": d.Key, "why": "理由理由理由"}); err != nil {
			t.Errorf("%s is no %s: %v", d.Key, line.Name, err)
		}
	}
}

func tableOfThePack(t *testing.T) (*Scoring, map[string]*Procedure) {
	t.Helper()
	data, err := fromPack("scoring.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s, err := ReadScoring("scoring.yaml", data)
	if err != nil {
		t.Fatalf("%v\n%s", err, say(t, err))
	}
	files, err := filepath.Glob(filepath.Join(packDir, "procedures", "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	procedures := map[string]*Procedure{}
	for _, f := range files {
		p := procedureOf(t, strings.TrimSuffix(filepath.Base(f), ".yaml"))
		procedures[p.Name] = p
	}
	return s, procedures
}

func TestFaultsOfATable(t *testing.T) {
	whistle := map[string]*Procedure{"whistle": procedureOf(t, "whistle")}
	for _, tt := range []struct{ from, to, key string }{
		{"start: 100", "start: 50", "floor"},
		{"each: 10", "each: 0", "each"},
		{"most: 5", "most: 1", "each"},
		{"title: {zh: 吹哨}, ", "", "title"},
		{"whistle: {title", "Whistle: {title", "name"},
		{"missed: [whistle/resolve], ", "", "counts"},
		{"missed: [whistle/resolve]", "missed: [whistle/resolve], ended: [whistle/unsolved]", "counts"},
		{"missed: [whistle/resolve]", "missed: [whistle/resolve], party: joint", "party"},
		{"whistle/resolve", "whistle/dissolve", "no_duty"},
		{"whistle/resolve", "whispers/resolve", "no_duty"},
		{"whistle/unsolved", "whistle/handling", "no_end"},
		{"whistle/unsolved", "whispers/unsolved", "no_end"},
		{"ended: [whistle/unsolved]", "ended: [whistle/unsolved], party: chief", "no_party"},
	} {
		s, err := ReadScoring("scoring.yaml", []byte(replaced(t, table, tt.from, tt.to)))
		if err == nil {
			err = s.CheckIn(whistle)
		}
		if !slices.ContainsFunc(errs.All(err), func(e *errs.Error) bool { return e.Key == "casework.score."+tt.key }) {
			t.Errorf("%q for %q: want %s, found\n%s", tt.to, tt.from, tt.key, say(t, err))
		}
	}
	for _, bad := range []string{"", "start: 100\nbonus: 3\n", strings.Replace(table, "each: 2", "each: two", 1), strings.Replace(table, "each: 2", "each: -2", 1),
		strings.Replace(table, "each: 2", "each: 0.125", 1), "start: 100\n"} {
		if _, err := ReadScoring("scoring.yaml", []byte(bad)); err == nil {
			t.Errorf("%q is taken for a table", bad)
		}
	}
}

func FuzzReadScoring(f *testing.F) {
	f.Add([]byte(table))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := ReadScoring("scoring.yaml", data)
		if err != nil {
			return
		}
		counts := map[string]ScoreCount{}
		for _, d := range s.Deductions {
			counts[d.Key] = ScoreCount{N: 1000}
		}
		if left, _ := s.Score(counts); left < s.Floor || left > s.Start {
			t.Errorf("%s is left of %s, and the floor is %s", left, s.Start, s.Floor)
		}
	})
}
