package casework

import (
	"slices"
	"strings"
)

// The parties that are always there.
const (
	Caller   = "caller"
	Fallback = "fallback"
)

// Who may act, beside parties and roles.
const (
	byOwed    = "owed"    // whoever owes the duty that the action meets
	ByAnyone  = "anyone"  // also people without an account
	ByProgram = "program" // the program itself, by a job
)

// What follows a missed duty, beside "to STATE".
const (
	missedEscalate = "escalate"
	missedReroute  = "reroute"
	missedNothing  = "nothing"
	missedOwe      = "owe " // and the duty that is owed from then on
)

// How a part is given to another unit.
const (
	rerouteOnce = "once"       // its clock runs on
	rerouteAnew = "once, anew" // its clock begins again
)

func (c *checker) action(at, state string, a *Action) {
	if len(a.By) == 0 {
		c.wrong(at, "nobody_acts")
	}
	if slices.Contains(a.By, byOwed) && len(a.Meets) == 0 && a.Reroute == "" {
		c.wrong(at+".by", "owed_what")
	}
	for _, d := range slices.Concat(a.Meets, a.Drops) {
		if c.dutyIn(state, d) == nil && !slices.Contains(a.Drops, d) || !c.knowsDuty(d) {
			c.wrong(at, "no_duty", "name", d)
		}
	}
	for i, field := range a.With {
		name, _ := cutOptional(field)
		if slices.ContainsFunc(a.With[:i], func(other string) bool { n, _ := cutOptional(other); return n == name }) {
			c.wrong(at+".with", "with_twice", "name", name)
		}
	}
	if a.If.IsZero() && a.Why.ZH != "" || a.Why.ZH == "" && a.Why.EN != "" {
		c.wrong(at+".why", "why_if")
	}
	if a.Reroute != "" && a.Reroute != rerouteOnce && a.Reroute != rerouteAnew {
		c.wrong(at+".reroute", "reroute_once")
	}
	if a.To != "" {
		c.moves(at, state, a)
	}
	c.effects(at, state, a)
}

// effects checks what an action does beside moving the case.
func (c *checker) effects(at, state string, a *Action) {
	form := c.p.ActionForm(state, at[strings.LastIndex(at, ".")+1:])
	for _, as := range a.Assign {
		party, ok := c.p.Parties.Get(as.Key)
		if !ok {
			c.wrong(at+".assign", "no_party", "name", as.Key)
			continue
		}
		f, ok := form.Field(as.Value)
		if want := map[Who][]Kind{Units: {UnitField, UnitsField}, Persons: {PersonField}}[party.kind()]; !ok || !slices.Contains(want, f.Kind) {
			c.wrong(at+".assign", "party_field", "field", as.Value, "name", as.Key)
		}
		c.told(at+".assign", as.Value, f)
	}
	if a.Takes != "" {
		c.takes(at+".takes", a)
	}
	for _, party := range a.Rate {
		if !c.isParty(party) {
			c.wrong(at+".rate", "no_party", "name", party)
		}
	}
	if a.Mark < 0 || a.Mark > c.p.scale() || a.Mark > 0 && len(a.Rate) == 0 {
		c.wrong(at+".mark", "fixed_mark", "best", c.p.scale())
	}
	if len(a.Approve) > 0 && (len(a.asksToRate()) > 0 || a.Joins) {
		c.wrong(at+".approve", "approve_alone")
	}
	if a.Pause != "" && !c.p.Pauses.Has(a.Pause) {
		c.wrong(at+".pause", "no_pause", "name", a.Pause)
	}
	if a.Pause != "" && !c.someAction(func(a *Action) bool { return a.Resume }) {
		c.wrong(at+".pause", "never_resumed", "name", a.Pause)
	}
	if a.Pause != "" && a.Resume {
		c.wrong(at+".pause", "pause_or_resume")
	}
	if a.Joins && c.p.caller == nil {
		c.wrong(at+".joins", "no_callers")
	}
	c.order(at+".orders", &a.Orders)
	if a.Extend != (Extend{}) {
		c.extend(at, state, a, form)
	}
}

// takes holds that only who has the role that a party asks for makes themselves that party.
func (c *checker) takes(at string, a *Action) {
	party, ok := c.p.Parties.Get(a.Takes)
	switch {
	case !ok:
		c.wrong(at, "no_party", "name", a.Takes)
	case party.One != Persons || slices.ContainsFunc(a.By, func(t string) bool { return t != party.Role }) || len(a.Approve) > 0:
		c.wrong(at, "takes_role", "name", a.Takes, "role", party.Role)
	}
}

// extend holds that nobody grants themselves more time.
func (c *checker) extend(at, state string, a *Action, form *Form) {
	day, ok := form.Field(a.Extend.To)
	switch {
	case c.dutyIn(state, a.Extend.Duty) == nil:
		c.wrong(at+".extend", "no_duty", "name", a.Extend.Duty)
	case a.Extend.By.IsZero() == (a.Extend.To == ""), a.Extend.To != "" && (!ok || day.Kind != DateField || !day.Required):
		c.wrong(at+".extend", "extend_by")
	case len(a.Approve) == 0:
		c.wrong(at+".extend", "extend_approve", "name", a.Extend.Duty)
	}
	c.told(at+".extend", a.Extend.To, day)
}

// moves checks an action that leaves its state.
func (c *checker) moves(at, state string, a *Action) {
	to, ok := c.p.state(a.To)
	if !ok {
		c.wrong(at+".to", "no_state", "name", a.To)
		return
	}
	ownerActs := slices.Contains(a.By, Caller)
	switch {
	case to.Ends == Refused && slices.Contains(a.By, ByProgram):
		c.wrong(at, "machine_refuses")
	case to.Ends == Solved && !ownerActs && !asks(a, "evidence", "photo", "document", "answer"):
		c.wrong(at, "solved_by_proof")
	case (to.Ends == Refused || to.Ends == ClosedUnsolved || to.Ends == Redirected) && !ownerActs && !asks(a, "reason", "answer"):
		c.wrong(at, "ended_with_reason", "ends", string(to.Ends))
	}
	if to.Ends == Open {
		c.left(at, state, a)
	}
}

// left finds duties that whoever acts would leave behind open, to be missed later without need.
func (c *checker) left(at, state string, a *Action) {
	s, _ := c.p.state(state)
	for _, d := range s.Duties {
		if slices.Contains(a.Meets, d.Key) || slices.Contains(a.Drops, d.Key) || slices.Contains(d.Value.UntilAny, a.To) {
			continue
		}
		for _, owner := range d.Value.OwedBy {
			if actsFor(a.By, owner) {
				c.wrong(at, "leaves_duty", "name", d.Key, "party", owner)
				break
			}
		}
	}
}

// actsFor reports whether one of the terms lets the party act.
func actsFor(by Strings, party string) bool {
	return slices.ContainsFunc(by, func(t string) bool { return t == byOwed || t == party || strings.HasPrefix(t, party+".") })
}

// asks reports whether the action cannot be done without one of the fields.
func asks(a *Action, fields ...string) bool {
	return slices.ContainsFunc(fields, func(f string) bool { return slices.Contains(a.With, f) })
}
