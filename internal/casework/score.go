package casework

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"huying/internal/errs"
	"huying/internal/strictyaml"
)

// Scoring is the table by which a district scores the year of its units: points to begin with, and what is taken off.
type Scoring struct {
	Start      Points           `yaml:"start"`
	Floor      Points           `yaml:"floor"`
	Appeals    string           `yaml:"appeals"` // procedure/state: cases that ended so lift a deduction; their form has year, line, and may have times
	Deductions Named[Deduction] `yaml:"deductions"`

	file *strictyaml.File
}

// Deduction takes points off for each of something that is on record.
type Deduction struct {
	Title  Text     `yaml:"title"`
	Missed []string `yaml:"missed"` // procedure/duty: duties of the unit that were missed, whether done later or not
	Ended  []string `yaml:"ended"`  // procedure/state: cases that ended so
	Party  string   `yaml:"party"`  // with ended: in which the unit was this party; lead unless said
	Except string   `yaml:"except"` // with ended: a value of the case; the units that it names are not counted
	Each   Points   `yaml:"each"`
	Most   Points   `yaml:"most"` // of all together; none: without a bound
}

// Points are hundredths of a point, so that sums are exact.
type Points int64

// point is one whole point.
const point Points = 100

var pointsText = regexp.MustCompile(`^[0-9]{1,6}(\.[0-9]{1,2})?$`)

// UnmarshalYAML implements yaml.InterfaceUnmarshaler: 5, 0.5 or 0.25.
func (p *Points) UnmarshalYAML(read func(any) error) error {
	var text string
	if err := read(&text); err != nil {
		return err
	}
	if !pointsText.MatchString(text) {
		return fmt.Errorf("%q is no number of points: write for example 5, 0.5 or 0.25", text)
	}
	whole, part, _ := strings.Cut(text, ".")
	n, err := strconv.ParseInt(whole+(part + "00")[:2], 10, 64)
	*p = Points(n)
	return err
}

// String is the points as they are written: 97.5.
func (p Points) String() string {
	sign := ""
	if p < 0 {
		sign, p = "-", -p
	}
	whole, part := strconv.FormatInt(int64(p/point), 10), fmt.Sprintf("%02d", p%point)
	return strings.TrimSuffix(sign+whole+"."+strings.TrimRight(part, "0"), ".")
}

// ReadScoring reads the table in the file called name, and checks it by itself. The error is an errs.List, each with file and line.
func ReadScoring(name string, data []byte) (*Scoring, error) {
	s := &Scoring{}
	file, err := strictyaml.Decode(name, data, s)
	if err != nil {
		return nil, err
	}
	s.file = file
	var found errs.List
	wrong := func(at, key string, kv ...any) {
		found = append(found, file.Wrong(at, "casework.score."+key, kv...))
	}
	if s.Start <= s.Floor {
		wrong("$.floor", "floor", "start", s.Start.String())
	}
	if len(s.Deductions) == 0 {
		wrong("$", "nothing")
	}
	for i := range s.Deductions {
		s.Deductions[i].Value.check("$.deductions."+s.Deductions[i].Key, s.Deductions[i].Key, wrong)
	}
	return s, found.Err()
}

func (d *Deduction) check(at, key string, wrong func(at, key string, kv ...any)) {
	if !nameText.MatchString(key) {
		wrong(at, "name", "name", key)
	}
	if d.Title.ZH == "" {
		wrong(at, "title")
	}
	if (len(d.Missed) == 0) == (len(d.Ended) == 0) {
		wrong(at, "counts")
	}
	if (d.Party != "" || d.Except != "") && len(d.Ended) == 0 {
		wrong(at+".party", "party")
	}
	if d.Each <= 0 || d.Most != 0 && d.Most < d.Each {
		wrong(at+".each", "each")
	}
}

// CheckIn holds the table to procedures: it counts nothing that cannot happen. The error is an errs.List.
func (s *Scoring) CheckIn(procedures map[string]*Procedure) error {
	var found errs.List
	wrong := func(at, key string, kv ...any) {
		found = append(found, s.file.Wrong(at, "casework.score."+key, kv...))
	}
	for i := range s.Deductions {
		d, at := &s.Deductions[i].Value, "$.deductions."+s.Deductions[i].Key
		for _, ref := range d.Missed {
			name, duty, _ := strings.Cut(ref, "/")
			if p := procedures[name]; p == nil || !slices.Contains(p.dutyNames(), duty) {
				wrong(at+".missed", "no_duty", "name", ref)
			}
		}
		for _, ref := range d.Ended {
			name, state, _ := strings.Cut(ref, "/")
			p := procedures[name]
			if p == nil {
				wrong(at+".ended", "no_end", "name", ref)
				continue
			}
			if st, ok := p.state(state); !ok || st.Ends == Open {
				wrong(at+".ended", "no_end", "name", ref)
			}
			if party, ok := p.Parties.Get(d.party()); !ok || party.kind() != Units {
				wrong(at+".party", "no_party", "name", d.party(), "procedure", name)
			}
		}
	}
	if name, state, _ := strings.Cut(s.Appeals, "/"); s.Appeals != "" && !lifts(procedures[name], state) {
		wrong("$.appeals", "no_appeal", "name", s.Appeals)
	}
	return found.Err()
}

// lifts reports whether cases of a procedure that end in a state can lift deductions.
func lifts(p *Procedure, state string) bool {
	if p == nil {
		return false
	}
	st, ok := p.state(state)
	_, year := p.form.Field("year")
	_, line := p.form.Field("line")
	return ok && st.Ends != Open && year && line
}

// party is the one that a unit was in the cases that count.
func (d *Deduction) party() string {
	if d.Party == "" {
		return "lead"
	}
	return d.Party
}

// ScoreCount is how often something happened to a unit, and how many of those an appeal lifted.
type ScoreCount struct{ N, Lifted int }

// ScoreLine is one deduction of a unit's score, with its reason.
type ScoreLine struct {
	Key   string
	Title Text
	ScoreCount
	Each   Points
	Off    Points // what is taken off
	Capped bool   // it would be more, but for the deduction's most
}

// Score returns what a unit has left of its points, and what was taken off for what: a line for each deduction that counted something, the
// lifted too, in the order of the table. counts are by the keys of the deductions. It is never below the floor, whatever the lines add up
// to.
func (s *Scoring) Score(counts map[string]ScoreCount) (Points, []ScoreLine) {
	left := s.Start
	var lines []ScoreLine
	for i := range s.Deductions {
		key, d := s.Deductions[i].Key, &s.Deductions[i].Value
		n := counts[key]
		if n.N == 0 {
			continue
		}
		l := ScoreLine{Key: key, Title: d.Title, ScoreCount: n, Each: d.Each, Off: d.Each * Points(max(0, n.N-n.Lifted))}
		if d.Most > 0 && l.Off > d.Most {
			l.Off, l.Capped = d.Most, true
		}
		left -= l.Off
		lines = append(lines, l)
	}
	return max(left, s.Floor), lines
}
