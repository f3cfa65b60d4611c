package drill

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Words of the language of procedures.
const (
	wordCaller   = "caller"
	wordAnyone   = "anyone"
	wordOwed     = "owed"
	wordNothing  = "nothing"
	wordEscalate = "escalate"
)

func (m *mutator) duty(s spot) {
	m.remove(OfDuty, s)
	m.owners(s.with("owed-by"))
	m.terms(s.with("within"))
	m.span(s.with("every"))
	schedule, _ := at(m.root, s.with("at")).([]any)
	for i := range schedule {
		m.span(s.with("at", i))
	}
	if len(schedule) > 1 {
		m.remove(OfClock, s.with("at", len(schedule)-1))
	}
	if day, ok := at(m.root, s.with("day")).(uint64); ok {
		m.change(OfClock, s.with("day"), day%28+1)
	}
	if at(m.root, s.with("within")) != nil {
		m.remove(OfClock, s.with("by"))
	}
	m.missed(s.with("missed"))
	m.guard(s.with("if"))
	m.each(OfDuty, s.with("until"))
	m.child(s.with("opens"))
}

// owners are those who owe: another party instead, and each of several dropped.
func (m *mutator) owners(s spot) {
	all := texts(at(m.root, s))
	for i, party := range all {
		if other := m.otherParty(party, all); other != "" {
			changed := slices.Clone(all)
			changed[i] = other
			m.change(OfRole, s, list(changed))
		}
		if len(all) > 1 {
			m.change(OfRole, s, list(slices.Delete(slices.Clone(all), i, i+1)))
		}
	}
}

// otherParty is a party that is not named yet.
func (m *mutator) otherParty(party string, named []string) string {
	for _, p := range m.parties {
		if p != party && !slices.Contains(named, p) {
			return p
		}
	}
	return ""
}

// terms lengthens and shortens a term, or each of several with its condition.
func (m *mutator) terms(s spot) {
	several, ok := at(m.root, s).([]any)
	if !ok {
		m.span(s)
		return
	}
	for i := range several {
		m.span(s.with(i, "span"))
		if m.negate(s.with(i, "if")); i < len(several)-1 {
			m.remove(OfClock, s.with(i))
		}
	}
}

var spanText = regexp.MustCompile(`^([1-9]\d*) ([a-z ]+?)s?$`)

// span makes a term twice as long, and one unit shorter where it has more than one.
func (m *mutator) span(s spot) {
	written, _ := at(m.root, s).(string)
	found := spanText.FindStringSubmatch(written)
	if found == nil {
		return
	}
	n, err := strconv.Atoi(found[1])
	if err != nil {
		return
	}
	m.change(OfClock, s, spell(2*n, found[2]))
	if n > 1 {
		m.change(OfClock, s, spell(n-1, found[2]))
	}
}

func spell(n int, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}

// missed lets nothing follow from a miss, and something else.
func (m *mutator) missed(s spot) {
	all := texts(at(m.root, s))
	for i, what := range all {
		if len(all) > 1 {
			m.change(OfMissed, s, list(slices.Delete(slices.Clone(all), i, i+1)))
		} else if what != wordNothing {
			m.change(OfMissed, s, wordNothing)
		}
		changed := slices.Clone(all)
		switch to, moves := strings.CutPrefix(what, "to "); {
		case moves:
			changed[i] = "to " + otherThan(to, m.states...)
		case what == wordNothing && at(m.root, spot{"escalate"}) != nil:
			changed[i] = wordEscalate
		default:
			continue
		}
		m.change(OfMissed, s, list(changed))
	}
}

// child is a case that is opened.
func (m *mutator) child(s spot) {
	m.remove(OfEffect, s)
	for _, f := range m.names(s.with("form")) {
		m.value(s.with("form", f))
	}
}

// next weakens what moves the case on by itself.
func (m *mutator) next(state spot, to string) {
	s := state.with("next", to)
	m.remove(OfNext, s)
	when := texts(at(m.root, s.with("when")))
	for i, phrase := range when {
		if len(when) > 1 || at(m.root, s.with("if")) != nil {
			m.change(OfNext, s.with("when"), list(slices.Delete(slices.Clone(when), i, i+1)))
		}
		for _, other := range m.otherPhrases(state, phrase) {
			changed := slices.Clone(when)
			changed[i] = other
			m.change(OfNext, s.with("when"), list(changed))
		}
	}
	m.guard(s.with("if"))
	if other := otherThan(to, m.states...); other != to && other != state[1] {
		m.rename(state.with("next"), to, other)
	}
}

// rename leads a next to another state.
func (m *mutator) rename(s spot, key, to string) {
	body, _ := at(m.root, s).(Values)
	if slices.Contains(keys(body), to) {
		return
	}
	changed := slices.Clone(body)
	for i := range changed {
		if fmt.Sprint(changed[i].Key) == key {
			changed[i].Key = to
		}
	}
	m.out = append(m.out, Mutant{Kind: OfNext, File: m.path, Line: m.file.Line(s.with(key).path()), What: fmt.Sprintf("next: %s → %s", key, to),
		data: encode(put(m.root, s, changed))})
}

var phrase = regexp.MustCompile(`^(?:(all|any|\d+) )?(?:([a-z][a-z0-9-]*) )?(met|missed) ([a-z][a-z0-9-]*)$`)

// otherPhrases are a condition said otherwise: any for all, all for any, and of another party that owes the duty.
func (m *mutator) otherPhrases(state spot, text string) []string {
	found := phrase.FindStringSubmatch(text)
	if found == nil {
		return nil
	}
	many, party, how, duty := found[1], found[2], found[3], found[4]
	say := func(words ...string) string {
		return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " ")
	}
	var out []string
	owners := texts(at(m.root, state.with("duties", duty, "owed-by")))
	switch {
	case many == "any":
		out = append(out, say("all", party, how, duty))
	case many == "" && party != "" && at(m.root, spot{"parties", party, "many"}) == nil: // of one member any is all
	case many == "" && party == "" && len(owners) < 2 && !m.several(owners):
	default:
		out = append(out, say("any", party, how, duty))
	}
	for _, other := range owners {
		if party != "" && other != party {
			out = append(out, say(many, other, how, duty))
			break
		}
	}
	return append(out, say(many, party, otherThan(how, "met", "missed"), duty))
}

// several reports whether one of some parties may have more than one member.
func (m *mutator) several(parties []string) bool {
	return slices.ContainsFunc(parties, func(p string) bool { return at(m.root, spot{"parties", p, "many"}) != nil })
}
