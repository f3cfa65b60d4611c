package casework

import (
	"sync"

	"huying/internal/rule"
)

// language is what the expressions of a procedure may speak of:
//
//	form     what the caller filled in, without what is personal
//	input    what was filled in for the action (in conditions and settings of an action), without what is personal
//	case     number, state, category, place, urgent, level, reopened, declined, callers, children, today
//	values   the numbers and texts kept on the case
//	ratings  the lowest rating of each party
//	callers  what each caller said of themselves, without what is personal
//	due, late, missed, met   how many duties of a name are so (see tallies)
//	duty     of the duty that was missed, in the form of the case that this opens: name, title, row, unit, due
var language = sync.OnceValue(func() *rule.Language {
	l, err := rule.NewLanguage([]string{"form", "input", "case", "values", "ratings", "due", "late", "missed", "met", "duty"}, []string{"callers"})
	if err != nil {
		panic(err) // the names are constants
	}
	return l
})

// The names of case and duty, and the value that a procedure with repeat keeps.
var (
	ofCase   = []string{"number", "state", "category", "place", "urgent", "level", "reopened", "declined", "callers", "children", "today"}
	ofMissed = []string{"name", "title", "row", "due", "unit"}
)

const earlier = "earlier"

// Guard is an expression of a file. Its zero value is none: a condition that always holds.
type Guard struct {
	Source string
	expr   *rule.Expression
}

// UnmarshalYAML implements yaml.InterfaceUnmarshaler. The expression is compiled by the check, which knows its line.
func (g *Guard) UnmarshalYAML(read func(any) error) error { return read(&g.Source) }

// IsZero reports whether there is none.
func (g Guard) IsZero() bool { return g.Source == "" }

func (g *Guard) compile(want rule.Result) error {
	if g.IsZero() {
		return nil
	}
	e, err := language().Compile(g.Source, want)
	g.expr = e
	return err
}

// asks reports whether the condition speaks of one of the names.
func (g Guard) asks(name string) bool { return !g.IsZero() && len(g.expr.Asks(name)) > 0 }
