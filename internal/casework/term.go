package casework

import (
	"regexp"
	"strconv"

	"huying/internal/calendar"
)

// Terms are the terms of a duty: the first whose condition holds is the one. In a file it is one term (3 working days), or a list of
// {if, span} of which the last has no condition.
type Terms []Term

// Term is one of them.
type Term struct {
	If   Guard         `yaml:"if"`
	Span calendar.Span `yaml:"span"`
}

// UnmarshalYAML implements yaml.InterfaceUnmarshaler.
func (t *Terms) UnmarshalYAML(read func(any) error) error {
	var text string
	if read(&text) == nil {
		span, err := calendar.ParseSpan(text)
		*t = Terms{{Span: span}}
		return err
	}
	var many []Term
	if err := read(&many); err != nil {
		return err
	}
	*t = many
	return nil
}

// condition is a parsed phrase of next: "lead met report-in", "any joint met report-in", "2 joint met report-in", "met report-in" (all who
// owe it), "lead missed report-in", "children closed".
type condition struct {
	need     int // how many; 0 is all
	party    string
	missed   bool
	duty     string
	children bool
}

var phrase = regexp.MustCompile(`^(?:(all|any|[1-9][0-9]?) )?(?:([a-z][a-z0-9-]*) )?(met|missed) ([a-z][a-z0-9-]*)$`)

const childrenClosed = "children closed"

// parseCondition reads a phrase; ok is false when it is none.
func parseCondition(text string) (c condition, ok bool) {
	if text == childrenClosed {
		return condition{children: true}, true
	}
	m := phrase.FindStringSubmatch(text)
	if m == nil {
		return c, false
	}
	switch m[1] {
	case "", "all":
	case "any":
		c.need = 1
	default:
		c.need, _ = strconv.Atoi(m[1]) // one or two digits: the pattern saw to it
	}
	c.party, c.missed, c.duty = m[2], m[3] == "missed", m[4]
	if c.party == "all" || c.party == "any" { // "all met x": the quantifier is not a party
		c.need, c.party = map[string]int{"all": 0, "any": 1}[c.party], ""
	}
	return c, true
}
