package casework

import (
	"hash"
	"regexp"
	"slices"
	"strings"

	"huying/internal/errs"
	"huying/internal/strictyaml"
)

// checker collects what is wrong with a procedure by itself. What it names of the district (roles, units, places, other procedures) is
// checked by CheckIn.
type checker struct {
	p     *Procedure
	file  *strictyaml.File
	open  func(string) ([]byte, error)
	sum   hash.Hash
	found errs.List
}

const maxFindings = 100

// wrong keeps a finding at the value of a path.
func (c *checker) wrong(at, key string, kv ...any) {
	c.found = c.p.finding(c.found, at, "casework.check."+key, kv...)
}

var nameText = regexp.MustCompile(`^[a-z][a-z0-9-]{0,40}$`)

// reserved are the words of the language that no party and no duty may be called.
var reserved = []string{"all", "any", "owed", "anyone", "children", "met", "missed", ByProgram, attend}

func (c *checker) check() {
	p := c.p
	if len(p.States) == 0 {
		c.wrong("$", "no_states")
		return
	}
	p.entitle()
	p.spread()
	c.forms()
	c.names()
	c.guards()
	c.values()
	c.parties()
	c.routes()
	for i := range p.Duties {
		c.duty("$.duties."+p.Duties[i].Key, p.Duties[i].Key, "", &p.Duties[i].Value)
	}
	for i := range p.States {
		c.stateAlone(p.States[i].Key, &p.States[i].Value)
	}
	c.visible()
	c.pauses()
	c.ladder()
	c.shares()
	if len(c.found) == 0 { // the walk takes references for granted
		c.walk()
	}
}

func (c *checker) names() {
	p := c.p
	if !nameText.MatchString(p.Name) {
		c.wrong("$.procedure", "bad_name", "name", p.Name)
	}
	if p.Title.ZH == "" {
		c.wrong("$.title", "no_title")
	}
	if !regexp.MustCompile(`^[A-Z]{2,4}$`).MatchString(p.Mark) {
		c.wrong("$.mark", "bad_mark", "mark", p.Mark)
	}
	if len(p.OpenedBy) == 0 {
		c.wrong("$.opened-by", "nobody_opens")
	}
	if f, ok := p.formField(p.Repeat); p.Repeat != "" && !ok {
		c.wrong("$.repeat", "no_field", "field", p.Repeat)
	} else {
		c.told("$.repeat", p.Repeat, f)
	}
	if p.Tone != "" && !p.Values.Has(p.Tone) {
		c.wrong("$.tone", "no_value", "name", p.Tone)
	}
	for _, s := range []string{p.Numbered.ZH, p.Numbered.EN} {
		if s != "" && (!strings.Contains(s, "{year}") || !strings.Contains(s, "{n}")) {
			c.wrong("$.numbered", "bad_numbered", "text", s)
		}
	}
	if p.Scale < 0 || p.Scale == 1 || p.Scale > 10 {
		c.wrong("$.scale", "bad_scale", "scale", p.Scale)
	}
	each(c, "$.parties", p.Parties)
	each(c, "$.states", p.States)
	each(c, "$.duties", p.Duties)
	each(c, "$.do", p.Do)
	for _, s := range p.States {
		each(c, "$.states."+s.Key+".duties", s.Value.Duties)
		each(c, "$.states."+s.Key+".do", s.Value.Do)
	}
	for _, party := range p.Parties {
		if slices.Contains(reserved, party.Key) {
			c.wrong("$.parties."+party.Key, "reserved", "name", party.Key)
		}
	}
}

// each holds the keys of a map to what a name may be.
func each[T any](c *checker, at string, m Named[T]) {
	for _, e := range m {
		if !nameText.MatchString(e.Key) {
			c.wrong(at, "bad_name", "name", e.Key)
		}
	}
}

func (c *checker) isParty(name string) bool { return c.p.isParty(name) }

func (c *checker) parties() {
	for i := range c.p.Parties {
		name, party := c.p.Parties[i].Key, &c.p.Parties[i].Value
		at := "$.parties." + name
		k := party.kind()
		if (party.One == "") == (party.Many == "") || k != Units && k != Persons {
			c.wrong(at, "one_or_many", "name", name)
			continue
		}
		if party.Is != "" && (party.From != "" || k != Units) {
			c.wrong(at+".is", "is_alone")
		}
		if k == Persons && len(party.Acts) > 0 {
			c.wrong(at+".acts", "acts_for_units", "name", name)
		}
		if k == Persons && (party.From == "route" || party.From == Caller) {
			c.wrong(at+".from", "party_from", "from", party.From)
		}
		if k == Persons && party.Role == "" {
			c.wrong(at, "person_needs_role", "name", name)
		}
		c.partyFrom(at, name, party)
		if party.From == "" && party.Is == "" && !c.fills(name) {
			c.wrong(at, "never_filled", "name", name)
		}
		for _, other := range party.NotAlso {
			if !c.isParty(other) {
				c.wrong(at+".not", "no_party", "name", other)
			}
		}
	}
}

// fills reports whether an action names the members of a party.
func (c *checker) fills(party string) bool {
	return c.someAction(func(a *Action) bool { return a.Takes == party || a.Assign.Has(party) })
}

// someAction reports whether some action of some state is so.
func (c *checker) someAction(is func(*Action) bool) bool {
	return slices.ContainsFunc(c.p.States, func(s Entry[State]) bool {
		return slices.ContainsFunc(s.Value.Do, func(a Entry[Action]) bool { return is(&a.Value) })
	})
}

func (c *checker) partyFrom(at, name string, party *Party) {
	field, ofForm := strings.CutPrefix(party.From, formDot)
	switch {
	case party.From == "" || party.From == "caller":
	case party.From == "route":
		if len(c.p.Routes) == 0 {
			c.wrong(at+".from", "no_routes")
		}
	case ofForm:
		want := map[Who][]Kind{Units: {UnitField, UnitsField}, Persons: {PersonField}}[party.kind()]
		f, ok := c.p.form.Field(field)
		if !ok || !slices.Contains(want, f.Kind) {
			c.wrong(at+".from", "party_field", "field", party.From, "name", name)
		}
		c.told(at+".from", party.From, f)
	default:
		c.wrong(at+".from", "party_from", "from", party.From)
	}
}

func (c *checker) routes() {
	if len(c.p.Routes) == 0 {
		return
	}
	f, _ := c.p.form.Field("category")
	var known []string
	for _, ch := range f.Choices {
		known = append(known, ch.Value)
	}
	for i, r := range c.p.Routes {
		at := "$.routes[" + itoa(i) + "]"
		if (len(r.To) == 0) == (r.Under == "") {
			c.wrong(at, "route_to")
		}
		for _, cat := range r.Category {
			if !slices.Contains(known, cat) {
				c.wrong(at+".category", "no_category", "name", cat)
			}
		}
	}
}

func (c *checker) stateAlone(name string, s *State) {
	at := "$.states." + name
	if s.Title.ZH == "" {
		c.wrong(at, "no_title")
	}
	for i := range s.Duties {
		c.duty(at+".duties."+s.Duties[i].Key, s.Duties[i].Key, name, &s.Duties[i].Value)
	}
	for i := range s.Do {
		c.action(at+".do."+s.Do[i].Key, name, &s.Do[i].Value)
	}
	for i := range s.Next {
		c.next(at+".next."+s.Next[i].Key, name, s.Next[i].Key, &s.Next[i].Value)
	}
	switch {
	case s.Ends != Open && !slices.Contains(Outcomes, s.Ends):
		c.wrong(at+".ends", "no_outcome", "name", string(s.Ends))
	case s.Ends != Open && (len(s.Duties) > 0 || len(s.Next) > 0):
		c.wrong(at, "final_owes", "name", name)
	case s.Ends == Open && len(s.Duties) == 0 && len(c.p.Duties) == 0 && !waits(s):
		c.wrong(at, "nobody_owes_here", "name", name)
	}
}

// waits reports whether a state without duties waits for other cases.
func waits(s *State) bool {
	for _, n := range s.Next {
		if slices.Contains(n.Value.When, childrenClosed) {
			return true
		}
	}
	return false
}

func (c *checker) next(at, state, to string, n *Next) {
	s, ok := c.p.state(to)
	if !ok {
		c.wrong(at, "no_state", "name", to)
		return
	}
	if s.Ends == Refused {
		c.wrong(at, "machine_refuses")
	}
	if to == state {
		c.wrong(at, "next_self", "name", to)
	}
	if len(n.When) == 0 && n.If.IsZero() {
		c.wrong(at, "next_when")
	}
	for _, text := range n.When {
		cond, ok := parseCondition(text)
		if !ok {
			c.wrong(at, "bad_condition", "text", text)
			continue
		}
		n.conditions = append(n.conditions, cond)
		if cond.party != "" && !c.isParty(cond.party) {
			c.wrong(at, "no_party", "name", cond.party)
		}
		if d := c.dutyIn(state, cond.duty); !cond.children && d == nil {
			c.wrong(at, "no_duty", "name", cond.duty)
		} else if cond.party != "" && d != nil && !slices.Contains(d.OwedBy, cond.party) {
			c.wrong(at, "party_owes_not", "party", cond.party, "name", cond.duty)
		}
		if party, ok := c.p.Parties.Get(cond.party); ok && party.One != "" && cond.need > 1 {
			c.wrong(at, "party_of_one", "party", cond.party, "n", cond.need)
		}
	}
}

// dutyIn returns the duty of a name that an action or condition of a state speaks of: its own, or the procedure's.
func (c *checker) dutyIn(state, name string) *Duty { return c.p.duty(state, name) }

func (p *Procedure) duty(state, name string) *Duty {
	if s, ok := p.state(state); ok {
		if d, ok := s.Duties.Get(name); ok {
			return d
		}
	}
	d, _ := p.Duties.Get(name)
	return d
}

// formDot begins the name of a field of the form, valuesDot that of a value of the case.
const (
	formDot   = "form."
	valuesDot = "values."
)

// formField returns the field that "form.NAME" names.
func (p *Procedure) formField(ref string) (Field, bool) {
	name, ok := strings.CutPrefix(ref, formDot)
	if !ok {
		return Field{}, false
	}
	return p.form.Field(name)
}

func (c *checker) anyMeets(duty string) bool {
	return c.someAction(func(a *Action) bool { return slices.Contains(a.Meets, duty) })
}

func (c *checker) visible() {
	v := c.p.Visible
	if !slices.Contains([]Openness{Hidden, Summary, Full}, v.Public) {
		c.wrong("$.visible", "bad_public", "value", string(v.Public))
	}
	if len(v.Circle) > 0 && v.Public != Hidden {
		c.wrong("$.visible", "circle_public")
	}
	for i := range c.p.States {
		s := &c.p.States[i]
		if len(s.Value.SeenBy) > 0 && len(v.Circle) == 0 {
			c.wrong("$.states."+s.Key+".seen-by", "seen_by_circle")
		}
		if len(s.Value.UnseenBy) > 0 && (len(v.Circle) > 0 || v.Public == Full) {
			c.wrong("$.states."+s.Key+".unseen-by", "unseen_by_some")
		}
		for _, party := range s.Value.UnseenBy {
			if !c.hasNoPart(party, s.Key, &s.Value) {
				c.wrong("$.states."+s.Key+".unseen-by", "unseen_by_party", "name", party)
			}
		}
	}
}

// hasNoPart reports whether a party of the file has nothing to do with a case in a state: it does not call, owes nothing, does nothing and
// hears of nothing there. It can be kept from reading the case.
func (c *checker) hasNoPart(name, state string, s *State) bool {
	party, ok := c.p.Parties.Get(name)
	owes := func(d Entry[Duty]) bool { return slices.Contains(d.Value.OwedBy, name) }
	rung := func(t string) bool { head, _, _ := strings.Cut(t, "."); return head == name }
	return ok && party.From != Caller && !slices.ContainsFunc(s.Duties, owes) && !slices.ContainsFunc(c.p.Duties, owes) &&
		!slices.ContainsFunc(c.p.Escalate, rung) && !c.p.actsIn(state, name)
}

func (c *checker) pauses() {
	for _, r := range c.p.Pauses {
		at := "$.pauses." + r.Key
		if r.Value.Title.ZH == "" {
			c.wrong(at, "no_title")
		}
		if r.Value.Law == "" {
			c.wrong(at, "pause_law", "name", r.Key)
		}
		for _, d := range r.Value.Stops {
			if !c.knowsDuty(d) {
				c.wrong(at+".stops", "no_duty", "name", d)
			}
		}
	}
}

func (c *checker) knowsDuty(name string) bool {
	return c.p.Duties.Has(name) || slices.ContainsFunc(c.p.States, func(s Entry[State]) bool { return s.Value.Duties.Has(name) })
}

func (c *checker) ladder() {
	if len(c.p.Again) > 0 && len(c.p.Escalate) == 0 {
		c.wrong("$.escalate-again", "no_ladder")
	}
	c.terms("$.escalate-again", c.p.Again)
}

func (c *checker) shares() {
	for _, s := range c.p.Shares {
		at := "$.shares." + s.Key
		if s.Value.Title.ZH == "" {
			c.wrong(at, "no_title")
		}
		for _, name := range slices.Concat(s.Value.Of, s.Value.Among) {
			if st, ok := c.p.state(name); !ok || st.Ends == Open {
				c.wrong(at, "no_final", "name", name)
			}
		}
		for _, name := range s.Value.Of {
			if !slices.Contains(s.Value.Among, name) {
				c.wrong(at, "share_among", "name", name)
			}
		}
	}
}
