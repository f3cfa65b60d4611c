package drill

import (
	"fmt"
	"slices"

	"huying/internal/strictyaml"
)

// Kind is what sort of line a mutant weakens.
type Kind string

const (
	OfDuty       Kind = "duty"
	OfClock      Kind = "clock"
	OfMissed     Kind = "missed"
	OfRole       Kind = "role"
	OfEvidence   Kind = "evidence"
	OfGuard      Kind = "guard"
	OfMove       Kind = "move"
	OfNext       Kind = "next"
	OfEffect     Kind = "effect"
	OfParty      Kind = "party"
	OfRoute      Kind = "route"
	OfVisibility Kind = "visibility"
	OfForm       Kind = "form"
	OfFigure     Kind = "figure"
)

// Mutant is a procedure with one line of it removed or weakened.
type Mutant struct {
	Kind Kind
	File string // of the pack: the procedure's, or that of its form
	Line int
	What string // the key, what stands there, and what stands there instead

	data []byte
}

// Changed are the files of the pack that the mutant changes.
func (m Mutant) Changed() map[string][]byte { return map[string][]byte{m.File: m.data} }

// Others are what of the district can stand in the place of something.
type Others struct{ Roles, Units []string }

// Mutants returns every mutant of a procedure: file is its path in the pack, files are the pack's. It fails when the file, or that of its
// form, cannot be read.
func Mutants(file string, files map[string][]byte, others Others) ([]Mutant, error) {
	m := &mutator{files: files, others: others}
	if err := m.open(file); err != nil {
		return nil, err
	}
	m.learn()
	m.procedure()
	err := m.forms()
	return m.out, err
}

// mutator goes through a procedure and weakens each line of it.
type mutator struct {
	files  map[string][]byte
	others Others

	path string // of the file under way
	file *strictyaml.File
	root Values

	parties []string // caller, and those of the procedure
	duties  []string
	states  []string
	ends    []string

	out []Mutant
}

func (m *mutator) open(file string) (err error) {
	m.path, m.root = file, nil
	m.file, err = strictyaml.Decode(file, m.files[file], &m.root)
	return err
}

// names are the keys of the map at a spot.
func (m *mutator) names(s spot) []string {
	v, _ := at(m.root, s).(Values)
	return keys(v)
}

// learn notes what there is in the procedure.
func (m *mutator) learn() {
	m.parties = append([]string{wordCaller}, m.names(spot{"parties"})...)
	m.states = m.names(spot{"states"})
	m.duties = m.names(spot{"duties"})
	for _, s := range m.states {
		m.duties = append(m.duties, m.names(spot{"states", s, "duties"})...)
		if at(m.root, spot{"states", s, "ends"}) != nil {
			m.ends = append(m.ends, s)
		}
	}
}

// change adds the mutant that has another value at a spot. A list or map that is left empty goes too.
func (m *mutator) change(kind Kind, s spot, v any) {
	made := Mutant{Kind: kind, File: m.path, Line: m.file.Line(s.path()), What: describe(s.key(), at(m.root, s), v)}
	if _, away := v.(gone); away {
		for len(s) > 1 && size(at(m.root, s[:len(s)-1])) == 1 && !(len(s) == 3 && s[0] == "states") {
			s = s[:len(s)-1]
		}
	}
	made.data = encode(put(m.root, s, v))
	m.out = append(m.out, made)
}

func size(v any) int {
	switch v := v.(type) {
	case Values:
		return len(v)
	case []any:
		return len(v)
	}
	return 0
}

const shownWidth = 60

func describe(key string, old, v any) string {
	now := "✗"
	if _, away := v.(gone); !away {
		now = cut(text(v), shownWidth)
	}
	before := "–"
	if old != nil {
		before = cut(text(old), shownWidth)
	}
	return fmt.Sprintf("%s: %s → %s", key, before, now)
}

// remove adds the mutant that lacks what stands at a spot, if anything does.
func (m *mutator) remove(kind Kind, s spot) {
	if at(m.root, s) != nil {
		m.change(kind, s, gone{})
	}
}

// each removes every member of a list, or the one text.
func (m *mutator) each(kind Kind, s spot) {
	all := texts(at(m.root, s))
	for i := range all {
		m.change(kind, s, list(slices.Delete(slices.Clone(all), i, i+1)))
	}
}

// procedure weakens what stands in the procedure's own file.
func (m *mutator) procedure() {
	m.roles(spot{"opened-by"})
	m.roles(spot{"on-behalf"})
	m.guard(spot{"urgent"})
	m.remove(OfFigure, spot{"repeat"})
	m.remove(OfFigure, spot{"scale"})
	m.visible()
	m.ladder()
	for _, p := range m.names(spot{"parties"}) {
		m.party(spot{"parties", p})
	}
	routes, _ := at(m.root, spot{"routes"}).([]any)
	for i := range routes {
		m.route(spot{"routes", i})
	}
	for _, p := range m.names(spot{"pauses"}) {
		m.each(OfClock, spot{"pauses", p, "stops"})
	}
	for _, v := range m.names(spot{"values"}) {
		m.value(spot{"values", v})
	}
	for _, s := range m.names(spot{"shares"}) {
		m.each(OfFigure, spot{"shares", s, "of"})
		m.each(OfFigure, spot{"shares", s, "among"})
	}
	m.dutiesAt(spot{"duties"})
	m.actionsAt(spot{"do"})
	for _, s := range m.states {
		m.state(spot{"states", s})
	}
}

func (m *mutator) dutiesAt(s spot) {
	for _, d := range m.names(s) {
		m.duty(s.with(d))
	}
}

func (m *mutator) actionsAt(s spot) {
	for _, a := range m.names(s) {
		m.action(s.with(a))
	}
}

func (m *mutator) state(s spot) {
	m.each(OfVisibility, s.with("seen-by"))
	m.each(OfVisibility, s.with("unseen-by"))
	m.dutiesAt(s.with("duties"))
	m.actionsAt(s.with("do"))
	for _, to := range m.names(s.with("next")) {
		m.next(s, to)
	}
	if ends, ok := at(m.root, s.with("ends")).(string); ok {
		m.change(OfMove, s.with("ends"), otherThan(ends, "unconfirmed", "solved"))
	}
}

// otherThan is the first of some words that is not the one that stands there.
func otherThan(word string, others ...string) string {
	for _, o := range others {
		if o != word {
			return o
		}
	}
	return word
}

func (m *mutator) visible() {
	open, _ := at(m.root, spot{"visible", "public"}).(string)
	for _, other := range []string{wordNone, "summary", "full"} {
		if other != open {
			m.change(OfVisibility, spot{"visible", "public"}, other)
		}
	}
	for _, key := range []string{"circle", "callers"} {
		s := spot{"visible", key}
		if m.each(OfVisibility, s); len(texts(at(m.root, s))) > 1 {
			m.remove(OfVisibility, s)
		}
	}
}

func (m *mutator) ladder() {
	m.each(OfRole, spot{"escalate"})
	m.terms(spot{"escalate-again"})
	m.remove(OfClock, spot{"escalate-again"})
}

func (m *mutator) party(s spot) {
	m.each(OfParty, s.with("not"))
	from, _ := at(m.root, s.with("from")).(string)
	switch {
	case at(m.root, s.with("optional")) == true:
		m.remove(OfParty, s.with("optional"))
	case from != "route" && at(m.root, s.with("is")) == nil: // those are never empty
		m.change(OfParty, s.with("optional"), true)
	}
	if from != "" {
		m.remove(OfParty, s.with("from"))
	}
	if is, ok := at(m.root, s.with("is")).(string); ok {
		m.change(OfParty, s.with("is"), otherThan(is, m.others.Units...))
	}
	if role, ok := at(m.root, s.with("role")).(string); ok {
		m.change(OfRole, s.with("role"), otherThan(role, m.others.Roles...))
	}
}

func (m *mutator) route(s spot) {
	m.remove(OfRoute, s)
	to := texts(at(m.root, s.with("to")))
	for i, unit := range to {
		if i == 0 {
			other := slices.Clone(to)
			other[0] = otherThan(unit, m.others.Units...)
			m.change(OfRoute, s.with("to"), list(other))
			continue
		}
		m.change(OfRoute, s.with("to"), list(slices.Delete(slices.Clone(to), i, i+1)))
	}
	if top, ok := at(m.root, s.with("under")).(string); ok {
		m.change(OfRoute, s.with("under"), otherThan(top, m.others.Units...))
	}
	m.remove(OfRoute, s.with("place"))
}
