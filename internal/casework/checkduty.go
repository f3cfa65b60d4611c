package casework

import (
	"slices"
	"strings"

	"huying/internal/calendar"
)

// duty checks one duty. state is empty for a duty of the whole procedure.
func (c *checker) duty(at, name, state string, d *Duty) {
	if slices.Contains(reserved, name) {
		c.wrong(at, "reserved", "name", name)
	}
	if state != "" && c.p.Duties.Has(name) {
		c.wrong(at, "duty_twice", "name", name)
	}
	if len(d.OwedBy) == 0 {
		c.wrong(at, "nobody_owes", "name", name)
	}
	for _, party := range d.OwedBy {
		if !c.isParty(party) {
			c.wrong(at+".owed-by", "no_party", "name", party)
		}
	}
	c.dutyTerm(at, name, d)
	for _, m := range d.Missed {
		to, moves := strings.CutPrefix(m, "to ")
		next, owes := strings.CutPrefix(m, missedOwe)
		switch {
		case owes:
			c.follower(at, name, state, next)
		case m == missedEscalate:
			if len(c.p.Escalate) == 0 {
				c.wrong(at+".missed", "no_ladder")
			}
		case m == missedReroute, m == missedNothing:
		case moves && c.p.States.Has(to):
			if s, _ := c.p.state(to); s.Ends == Refused {
				c.wrong(at+".missed", "machine_refuses")
			} else if s.Ends == Solved && slices.Contains(d.OwedBy, Caller) {
				c.wrong(at+".missed", "silence_is_no_yes")
			}
		case moves:
			c.wrong(at+".missed", "no_state", "name", to)
		default:
			c.wrong(at+".missed", "missed_what", "text", m)
		}
	}
	if len(d.Missed) == 0 {
		c.wrong(at, "no_missed", "name", name)
	}
	for _, s := range d.UntilAny {
		if !c.p.States.Has(s) {
			c.wrong(at+".until", "no_state", "name", s)
		}
	}
	if state == "" && len(d.UntilAny) == 0 && !c.anyMeets(name) {
		c.wrong(at, "never_met", "name", name)
	}
}

// follower holds that what is owed after a miss stands further down beside it: so nothing follows itself. From then on the duty begins only
// so.
func (c *checker) follower(at, name, state, next string) {
	duties := c.p.Duties
	if s, ok := c.p.state(state); ok {
		duties = s.Duties
	}
	index := func(key string) int {
		return slices.IndexFunc(duties, func(e Entry[Duty]) bool { return e.Key == key })
	}
	d, ok := duties.Get(next)
	if !ok || index(next) <= index(name) || len(d.Within) == 0 {
		c.wrong(at+".missed", "no_follower", "name", next)
		return
	}
	d.follows = true
}

// dutyTerm holds that a duty says in exactly one way when it is due.
func (c *checker) dutyTerm(at, name string, d *Duty) {
	ways := 0
	for _, given := range []bool{len(d.Within) > 0 && d.By == "", d.By != "", d.Each != "", !d.Every.IsZero(), len(d.At) > 0} {
		if given {
			ways++
		}
	}
	if ways != 1 {
		c.wrong(at, "one_term", "name", name)
	}
	c.terms(at+".within", d.Within)
	if d.Day != 0 && (d.Every != calendar.Span{N: 1, Unit: calendar.Months} || d.Day < 1 || d.Day > 31) {
		c.wrong(at+".day", "day_of_month")
	}
	c.dutyDay(at, d)
	if d.Each != "" {
		f, ok := c.p.formField(d.Each)
		if !ok || f.Kind != Table || !slices.ContainsFunc(f.Rows, func(r Field) bool { return r.Name == "date" && r.Kind == DateField && r.Required }) {
			c.wrong(at+".each", "each_field", "field", d.Each)
		}
		c.told(at+".each", d.Each, f)
	}
}

// terms holds that one of several terms always holds, the last.
func (c *checker) terms(at string, terms Terms) {
	for i, t := range terms {
		if last := i == len(terms)-1; t.Span.IsZero() || last != t.If.IsZero() {
			c.wrong(at, "last_term_always")
		}
	}
}

// dutyDay holds that the day on which a duty is due is one that somebody fills in, and that a term stands beside it where they may not.
func (c *checker) dutyDay(at string, d *Duty) {
	if d.By == "" {
		return
	}
	if name, ok := strings.CutPrefix(d.By, valuesDot); ok {
		if !c.keepsDay(name) || len(d.Within) == 0 {
			c.wrong(at+".by", "by_value", "name", name)
		}
		return
	}
	f, ok := c.p.formField(d.By)
	if !ok || f.Kind != DateField || f.Required == (len(d.Within) > 0) {
		c.wrong(at+".by", "by_field", "field", d.By)
	}
	c.told(at+".by", d.By, f)
}

// told holds that a field of which the record tells is not personal.
func (c *checker) told(at, ref string, f Field) {
	if f.Personal != "" {
		c.wrong(at, "personal_in_rule", "field", ref)
	}
}

// keepsDay reports whether actions keep under a name what was filled in as a date, and nothing else.
func (c *checker) keepsDay(value string) bool {
	days := 0
	for _, s := range c.p.States {
		for _, a := range s.Value.Do {
			g, ok := a.Value.Set.Get(value)
			if !ok || g.expr == nil {
				continue
			}
			for _, name := range g.expr.Asks("input") {
				if f, _ := c.p.ActionForm(s.Key, a.Key).Field(name); f.Kind != DateField {
					return false
				}
				days++
			}
		}
	}
	return days > 0
}
