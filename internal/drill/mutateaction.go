package drill

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

func (m *mutator) action(s spot) {
	m.remove(OfMove, s)
	m.roles(s.with("by"))
	m.roles(s.with("approve"))
	m.with(s.with("with"))
	m.guard(s.with("if"))
	m.span(s.with("within"))
	m.remove(OfClock, s.with("within"))
	m.each(OfDuty, s.with("meets"))
	if to, _ := at(m.root, s.with("to")).(string); !slices.Contains(m.ends, to) { // an end withdraws everything by itself
		m.each(OfDuty, s.with("drops"))
	}
	m.to(s)
	for _, key := range []string{"reroute", "takes", "pause", "resume", "joins", "mark"} {
		m.remove(OfEffect, s.with(key))
	}
	for _, party := range m.names(s.with("assign")) {
		m.remove(OfEffect, s.with("assign", party))
	}
	for _, v := range m.names(s.with("set")) {
		m.value(s.with("set", v))
	}
	m.each(OfEffect, s.with("rate"))
	m.extend(s.with("extend"))
	m.child(s.with("opens"))
	m.child(s.with("orders"))
}

// roles are those who may: anybody instead of each, another party instead of each, and each of several dropped.
func (m *mutator) roles(s spot) {
	all := texts(at(m.root, s))
	for i, term := range all {
		if !slices.Contains(all, wordAnyone) {
			changed := slices.Clone(all)
			changed[i] = wordAnyone
			m.change(OfRole, s, list(changed))
		}
		if other := m.otherTerm(s, term, all); other != "" {
			changed := slices.Clone(all)
			changed[i] = other
			m.change(OfRole, s, list(changed))
		}
		if len(all) > 1 || s.key() == "approve" {
			m.change(OfRole, s, list(slices.Delete(slices.Clone(all), i, i+1)))
		}
	}
}

// otherTerm is who may instead: all of a party instead of a post in it, another party, another role for who opens.
func (m *mutator) otherTerm(s spot, term string, named []string) string {
	if len(s) == 1 { // who opens is of no party yet
		for _, r := range m.others.Roles {
			if !slices.Contains(named, r) {
				return r
			}
		}
		return ""
	}
	if party, _, post := strings.Cut(term, "."); post && !slices.Contains(named, party) {
		return party
	}
	return m.otherParty(term, named)
}

// with makes what must be given optional and what may be given needed, and no longer asks for what must be given.
func (m *mutator) with(s spot) {
	all := texts(at(m.root, s))
	for i, field := range all {
		changed := slices.Clone(all)
		name, optional := strings.CutSuffix(field, "?")
		if changed[i] = name; !optional {
			changed[i] = name + "?"
		}
		if m.change(OfEvidence, s, list(changed)); !optional {
			m.change(OfEvidence, s, list(slices.Delete(slices.Clone(all), i, i+1)))
		}
	}
}

// to leads nowhere, and elsewhere.
func (m *mutator) to(s spot) {
	to, ok := at(m.root, s.with("to")).(string)
	if !ok {
		return
	}
	m.remove(OfMove, s.with("to"))
	own := ""
	if s[0] == "states" {
		own, _ = s[1].(string)
	}
	for _, other := range slices.Concat(m.ends, m.states) {
		if other != to && other != own {
			m.change(OfMove, s.with("to"), other)
			return
		}
	}
}

func (m *mutator) extend(s spot) {
	if at(m.root, s) == nil {
		return
	}
	m.remove(OfClock, s)
	m.span(s.with("by"))
	times := uint64(1)
	if n, ok := at(m.root, s.with("times")).(uint64); ok {
		times = n
	}
	m.change(OfClock, s.with("times"), times+1)
}

// guard always holds, and holds when it should not.
func (m *mutator) guard(s spot) {
	m.remove(OfGuard, s)
	m.negate(s)
}

func (m *mutator) negate(s spot) {
	if source, ok := at(m.root, s).(string); ok {
		m.change(OfGuard, s, "!("+source+")")
	}
}

// value is not kept, and is another.
func (m *mutator) value(s spot) {
	expression := s
	if _, alone := at(m.root, s).(string); !alone {
		expression = s.with("is")
	}
	source, ok := at(m.root, expression).(string)
	if !ok { // it has a title only, and no rule
		return
	}
	m.remove(OfEffect, s)
	if other := twist(source); other != source {
		m.change(OfEffect, expression, other)
	}
}

// Parts of an expression: texts in quotes are left alone when it is twisted, unless there is nothing else.
var (
	quoted  = regexp.MustCompile(`'[^']*'|"[^"]*"`)
	numeral = regexp.MustCompile(`\b\d+(\.\d+)?\b`)
	twists  = [][2]string{{" + ", " - "}, {" - ", " + "}, {" * ", " + "}, {" / ", " * "}, {" >= ", " > "}, {" <= ", " < "}, {" > ", " >= "}, {" < ", " <= "},
		{" == ", " != "}, {" != ", " == "}, {" && ", " || "}, {" || ", " && "}, {"true", "false"}, {"false", "true"}}
)

// twist makes an expression say something else; one in which there is nothing to twist comes back as it is.
func twist(source string) string {
	bare := quoted.ReplaceAllStringFunc(source, func(q string) string { return strings.Repeat("\x00", len(q)) })
	first, with := -1, [2]string{}
	for _, t := range twists {
		if i := strings.Index(bare, t[0]); i >= 0 && (first < 0 || i < first) {
			first, with = i, t
		}
	}
	if first >= 0 {
		return source[:first] + with[1] + source[first+len(with[0]):]
	}
	if at := numeral.FindStringIndex(bare); at != nil {
		if n, err := strconv.Atoi(source[at[0]:at[1]]); err == nil {
			return source[:at[0]] + strconv.Itoa(n+1) + source[at[1]:]
		}
	}
	if at := quoted.FindStringIndex(source); at != nil {
		return source[:at[1]-1] + "x" + source[at[1]-1:]
	}
	return source
}
