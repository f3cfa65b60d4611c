package casework

import (
	"slices"
	"strings"
)

// walk holds the procedure to what must be true of it as a whole: every state is reached, every path can end, every duty can be met by
// those who owe it.
func (c *checker) walk() {
	p := c.p
	reached := map[string]bool{}
	c.reach(p.first(), reached)
	for _, s := range p.States {
		at := "$.states." + s.Key
		if !reached[s.Key] {
			c.wrong(at, "unreachable", "name", s.Key)
			continue
		}
		seen := map[string]bool{}
		c.reach(s.Key, seen)
		if !slices.ContainsFunc(p.States, func(f Entry[State]) bool { return seen[f.Key] && f.Value.Ends != Open }) {
			c.wrong(at, "never_ends", "name", s.Key)
		}
		for i := range s.Value.Duties {
			c.dischargeable(at+".duties."+s.Value.Duties[i].Key, s.Value.Duties[i].Key, &s.Value, &s.Value.Duties[i].Value)
		}
	}
}

// reach marks the states that a case in from may come to, from itself among them.
func (c *checker) reach(from string, seen map[string]bool) {
	if seen[from] {
		return
	}
	seen[from] = true
	for _, to := range c.p.exits(from) {
		c.reach(to, seen)
	}
}

// exits returns the states that may follow one.
func (p *Procedure) exits(name string) []string {
	s, ok := p.state(name)
	if !ok {
		return nil
	}
	w := &wayfinder{p: p}
	w.from(name, s)
	var to []string
	for _, way := range w.ways {
		to = append(to, way.To)
	}
	return to
}

func (c *checker) dischargeable(at, name string, s *State, d *Duty) {
	if len(d.UntilAny) > 0 {
		return
	}
	for _, owner := range d.OwedBy {
		ok := slices.ContainsFunc(s.Do, func(a Entry[Action]) bool {
			return slices.Contains(a.Value.Meets, name) && (actsFor(a.Value.By, owner) || slices.ContainsFunc(a.Value.By, c.isRole))
		})
		if !ok {
			c.wrong(at, "not_dischargeable", "name", name, "party", owner)
		}
	}
}

// isRole reports whether a term of who may act names a role, whose holders the procedure does not know.
func (c *checker) isRole(term string) bool {
	head, _, _ := strings.Cut(term, ".")
	return term != byOwed && term != ByProgram && !c.isParty(head)
}
