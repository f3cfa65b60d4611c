package casework

import (
	"fmt"
	"slices"
	"strings"

	"huying/internal/errs"
	"huying/internal/places"
)

// District is what a procedure may name beside itself.
type District struct {
	Roles      []string
	Trees      *places.Trees
	Procedures map[string]*Procedure
	Peers      []string // other systems to which orders may be sent
}

// CheckIn returns what of the district the procedure names that is not there, and whom it does not reach, as an errs.List.
func (p *Procedure) CheckIn(d District) error {
	c := &districtChecker{p: p, d: d}
	c.roles()
	c.units()
	c.reaches()
	c.children()
	c.orders()
	return c.found.Err()
}

type districtChecker struct {
	p     *Procedure
	d     District
	found errs.List
}

func (c *districtChecker) wrong(at, key string, kv ...any) {
	c.found = c.p.finding(c.found, at, "casework.check."+key, kv...)
}

func (c *districtChecker) role(at, role string) {
	if !slices.Contains(c.d.Roles, role) {
		c.wrong(at, "no_role", "name", role)
	}
}

// term checks one of those who may act, hear or see: a party, party.role, or a role.
func (c *districtChecker) term(at, term string) {
	if term == byOwed || term == ByAnyone || term == ByProgram {
		return
	}
	party, role, both := strings.Cut(term, ".")
	switch isParty := party == Caller || party == Fallback || c.p.Parties.Has(party); {
	case isParty && both:
		c.role(at, role)
	case !isParty:
		c.role(at, term)
	}
}

func (c *districtChecker) roles() {
	p := c.p
	for _, list := range []struct {
		at    string
		terms []string
	}{
		{"$.opened-by", p.OpenedBy}, {"$.on-behalf", p.OnBehalf}, {"$.escalate", p.Escalate}, {"$.visible.circle", p.Visible.Circle},
		{"$.visible.callers", p.Visible.Callers},
	} {
		for _, t := range list.terms {
			c.term(list.at, t)
		}
	}
	for _, party := range p.Parties {
		if party.Value.Role != "" {
			c.role("$.parties."+party.Key+".role", party.Value.Role)
		}
		for _, role := range party.Value.Acts {
			c.role("$.parties."+party.Key+".acts", role)
		}
	}
	for _, s := range p.States {
		for _, t := range s.Value.SeenBy {
			c.term("$.states."+s.Key+".seen-by", t)
		}
		for _, a := range s.Value.Do {
			at := "$.states." + s.Key + ".do." + a.Key
			for _, t := range a.Value.By {
				c.term(at+".by", t)
			}
			for _, t := range a.Value.Approve {
				c.term(at+".approve", t)
			}
		}
	}
}

func (c *districtChecker) unit(at, key string) {
	if _, ok := c.d.Trees.Units.ByKey(key); !ok {
		c.wrong(at, "no_unit", "name", key)
	}
}

func (c *districtChecker) units() {
	for _, party := range c.p.Parties {
		if party.Value.Is != "" {
			c.unit("$.parties."+party.Key+".is", party.Value.Is)
		}
	}
	for i, r := range c.p.Routes {
		at := "$.routes[" + itoa(i) + "]"
		for _, key := range r.To {
			c.unit(at+".to", key)
		}
		if r.Under != "" {
			c.unit(at+".under", r.Under)
		}
		for _, key := range r.Place {
			if _, ok := c.d.Trees.Places.ByKey(key); !ok {
				c.wrong(at+".place", "no_place", "name", key)
			}
		}
	}
}

// reaches holds that every category in every place comes to somebody. With a fallback it always does; the finding then names what only the
// fallback takes although the routes mean to cover it.
func (c *districtChecker) reaches() {
	if c.d.Trees.Fallback() != "" || c.p.Parties.Has(Fallback) {
		return
	}
	category, _ := c.p.form.Field("category")
	names := []string{""}
	for _, ch := range category.Choices {
		names = append(names, ch.Value)
	}
	if len(names) > 1 && category.Required {
		names = names[1:]
	}
	for _, name := range names {
		for _, place := range c.d.Trees.Places.All() {
			if len(route(c.p.Routes, c.d.Trees, name, place.Key)) == 0 {
				c.wrong("$.routes", "reaches_no_one", "category", name, "place", place.Name.ZH)
				return
			}
		}
	}
}

// children holds that what is opened, by an action or after a miss, exists and is given what it asks for.
func (c *districtChecker) children() {
	missed := func(at string, duties Named[Duty]) {
		for _, d := range duties {
			c.child(at+".duties."+d.Key+".opens", &d.Value.Opens, nil)
		}
	}
	missed("$", c.p.Duties)
	for _, s := range c.p.States {
		missed("$.states."+s.Key, s.Value.Duties)
		for _, a := range s.Value.Do {
			c.child("$.states."+s.Key+".do."+a.Key+".opens", &a.Value.Opens, c.p.ActionForm(s.Key, a.Key))
		}
	}
}

// child checks a case that is opened. input is what the action asks for that opens it.
func (c *districtChecker) child(at string, def *Child, input *Form) {
	if def.Procedure == "" {
		return
	}
	child, ok := c.d.Procedures[def.Procedure]
	if !ok {
		c.wrong(at, "no_procedure", "name", def.Procedure)
		return
	}
	for _, f := range def.Form {
		if _, ok := child.form.Field(f.Key); !ok {
			c.wrong(at+".form."+f.Key, "no_field", "field", def.Procedure+"."+f.Key)
			continue
		}
		if v, ok := f.Value.expr.Constant(); ok && !child.form.takes(f.Key, v) {
			c.wrong(at+".form."+f.Key, "child_refuses", "field", f.Key, "name", def.Procedure, "value", fmt.Sprint(v))
		}
	}
	if child.form == nil {
		return
	}
	for _, f := range child.form.Fields {
		if !f.Required {
			continue
		}
		g, given := def.Form.Get(f.Name)
		if !given {
			c.wrong(at, "child_needs", "field", f.Name, "name", def.Procedure)
			continue
		}
		for _, from := range []struct {
			name string
			form *Form
		}{{"form", c.p.form}, {"input", input}} {
			for _, name := range g.expr.Needs(from.name) {
				if own, _ := from.form.Field(name); !own.Required {
					c.wrong(at+".form."+f.Name, "child_may_lack", "field", f.Name, "name", def.Procedure, "own", from.name+"."+name)
				}
			}
		}
	}
}
