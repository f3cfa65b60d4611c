package casework

import (
	"slices"

	"huying/internal/errs"
	"huying/internal/rule"
)

// place is where an expression stands, which decides of what it may speak.
type place struct {
	at     string
	input  *Form // what the action asks for; nil: there is no action
	missed bool  // a duty was missed
}

// guards compiles every expression at its line.
func (c *checker) guards() {
	p := c.p
	c.guard(place{at: "$.urgent"}, &p.Urgent, rule.Bool)
	for i := range p.Again {
		c.guard(place{at: "$.escalate-again"}, &p.Again[i].If, rule.Bool)
	}
	for i := range p.Values {
		c.guard(place{at: "$.values." + p.Values[i].Key + ".is"}, &p.Values[i].Value.Is, rule.Value)
	}
	c.dutyGuards("$.duties", p.Duties)
	for i := range p.States {
		s := &p.States[i].Value
		at := "$.states." + p.States[i].Key
		c.dutyGuards(at+".duties", s.Duties)
		for j := range s.Do {
			c.actionGuards(p.States[i].Key, s.Do[j].Key, &s.Do[j].Value)
		}
		for j := range s.Next {
			c.guard(place{at: at + ".next." + s.Next[j].Key + ".if"}, &s.Next[j].Value.If, rule.Bool)
		}
	}
	c.begins()
}

func (c *checker) dutyGuards(at string, duties Named[Duty]) {
	for i := range duties {
		d := &duties[i].Value
		at := at + "." + duties[i].Key
		c.guard(place{at: at + ".if"}, &d.If, rule.Bool)
		c.childGuards(place{at: at, missed: true}, &d.Opens)
		for j := range d.Within {
			c.guard(place{at: at + ".within"}, &d.Within[j].If, rule.Bool)
		}
	}
}

func (c *checker) actionGuards(state, name string, a *Action) {
	at := "$.states." + state + ".do." + name
	input := c.p.actions[state+"/"+name]
	c.guard(place{at: at + ".if", input: input}, &a.If, rule.Bool)
	c.needs(at+".if", &a.If, input, false)
	for i := range a.Set {
		at := at + ".set." + a.Set[i].Key
		c.guard(place{at: at, input: input}, &a.Set[i].Value, rule.Value)
		c.needs(at, &a.Set[i].Value, input, true)
	}
	c.childGuards(place{at: at, input: input}, &a.Opens)
	for i := range a.Orders.Form {
		at := at + ".orders.form." + a.Orders.Form[i].Key
		c.guard(place{at: at, input: input}, &a.Orders.Form[i].Value, rule.Value)
		c.needs(at, &a.Orders.Form[i].Value, input, true)
	}
}

func (c *checker) childGuards(at place, child *Child) {
	for i := range child.Form {
		here := at
		here.at += ".opens.form." + child.Form[i].Key
		c.guard(here, &child.Form[i].Value, rule.Value)
		c.needs(here.at, &child.Form[i].Value, at.input, true)
	}
}

// guard compiles an expression and holds it to what there is.
func (c *checker) guard(at place, g *Guard, want rule.Result) {
	if g.IsZero() {
		return
	}
	if err := g.compile(want); err != nil {
		e := errs.All(err)[0]
		c.found = c.p.finding(c.found, at.at, e.Key, pairsOf(e)...)
		return
	}
	for _, t := range tallies {
		for _, name := range g.expr.Asks(t.name) {
			if !c.knowsDuty(name) {
				c.wrong(at.at, "no_duty", "name", name)
			}
		}
	}
	c.speaksOf(at.at, g, "form", c.p.form)
	c.speaksOf(at.at, g, "input", at.input)
	c.speaksOfRows(at.at, g)
	var duty []string
	if at.missed {
		duty = ofMissed
	}
	for _, named := range []struct {
		of    string
		known []string
	}{{"case", ofCase}, {"duty", duty}, {"values", c.kept()}, {"ratings", c.rated()}} {
		for _, name := range g.expr.Asks(named.of) {
			if !slices.Contains(named.known, name) {
				c.wrong(at.at, "no_field", "field", named.of+"."+name)
			}
		}
	}
}

// speaksOf holds that an expression reads fields of a form that are there, and none that is personal: rules leave traces in the record.
func (c *checker) speaksOf(at string, g *Guard, name string, form *Form) {
	for _, field := range g.expr.Asks(name) {
		switch f, ok := form.Field(field); {
		case !ok:
			c.wrong(at, "no_field", "field", name+"."+field)
		case f.Personal != "":
			c.wrong(at, "personal_in_rule", "field", name+"."+field)
		}
	}
}

// speaksOfRows is speaksOf for what an expression takes from lists: the callers, the rows of a table.
func (c *checker) speaksOfRows(at string, g *Guard) {
	for _, name := range g.expr.Rows() {
		f, ok := c.p.caller.Field(name)
		switch {
		case ok && f.Personal != "":
			c.wrong(at, "personal_in_rule", "field", "callers."+name)
		case !ok && !c.isColumn(name):
			c.wrong(at, "no_field", "field", name)
		}
	}
}

// isColumn reports whether some table that is asked for has a column of the name.
func (c *checker) isColumn(name string) bool {
	has := func(f Field) bool {
		return slices.ContainsFunc(f.Rows, func(r Field) bool { return r.Name == name })
	}
	for _, f := range c.p.fields {
		if has(f) {
			return true
		}
	}
	for _, form := range []*Form{c.p.form, c.p.caller} {
		if form != nil && slices.ContainsFunc(form.Fields, has) {
			return true
		}
	}
	return false
}

// needs holds that an expression of an action asks whether an optional field is there before it reckons with it. One that only keeps it,
// input.date, need not: what is not filled in is not kept.
func (c *checker) needs(at string, g *Guard, input *Form, keeps bool) {
	if g.expr == nil || keeps && g.expr.Copies("input") {
		return
	}
	for _, name := range g.expr.Needs("input") {
		if f, ok := input.Field(name); ok && !f.Required {
			c.wrong(at, "optional_read", "field", "input."+name)
		}
	}
}

// kept are the names of what is kept on a case.
func (c *checker) kept() []string {
	var names []string
	for _, v := range c.p.Values {
		names = append(names, v.Key)
	}
	if c.p.Repeat != "" {
		names = append(names, earlier)
	}
	c.eachSet(func(_, name string, _ *Guard) { names = append(names, name) })
	return names
}

// eachSet calls f for what each action keeps on the case.
func (c *checker) eachSet(f func(at, name string, g *Guard)) {
	for _, s := range c.p.States {
		for _, a := range s.Value.Do {
			for i := range a.Value.Set {
				f("$.states."+s.Key+".do."+a.Key+".set."+a.Value.Set[i].Key, a.Value.Set[i].Key, &a.Value.Set[i].Value)
			}
		}
	}
}

// rated are the parties that somebody rates.
func (c *checker) rated() []string {
	var parties []string
	for _, s := range c.p.States {
		for _, a := range s.Value.Do {
			parties = append(parties, a.Value.Rate...)
		}
	}
	return parties
}

// begins finds what is only ever made of itself (n: values.n + 1), and so never begins.
func (c *checker) begins() {
	begun := map[string]bool{earlier: true}
	for _, v := range c.p.Values {
		begun[v.Key] = !v.Value.Is.IsZero()
	}
	c.eachSet(func(_, name string, g *Guard) {
		if g.expr != nil && !slices.Contains(g.expr.Needs("values"), name) {
			begun[name] = true
		}
	})
	c.eachSet(func(at, name string, g *Guard) {
		if g.expr != nil && !begun[name] {
			c.wrong(at, "never_begins", "name", name)
		}
	})
}

func pairsOf(e *errs.Error) []any {
	var kv []any
	for k, v := range e.Args {
		kv = append(kv, k, v)
	}
	return kv
}
