package casework

import (
	"errors"
	"maps"
	"slices"

	"huying/internal/errs"
	"huying/internal/rule"
)

// assignable holds that whoever is named may be of the party.
func (d *decider) assignable(a *Action, in Data) error {
	parties := map[string][]Member{} // as they will be
	maps.Copy(parties, d.c.Parties)
	for _, as := range a.Assign {
		def, _ := d.p.Parties.Get(as.Key)
		m := membersOf(def.kind(), in[as.Value])
		if own := d.apart(def, m, parties); len(own) < len(m) {
			return d.p.notBoth(errs.Invalid, as.Key).On(as.Value)
		}
		if err := d.qualified(as.Key, m); err != nil {
			return err.On(as.Value)
		}
		if len(m) > 0 {
			parties[as.Key] = m
		}
	}
	return nil
}

// qualified holds that persons hold the role that a party asks for, where the case is.
func (d *decider) qualified(party string, members []Member) *errs.Error {
	def, _ := d.p.Parties.Get(party)
	for _, m := range members {
		if id, ok := m.Person(); ok && (d.w.People == nil || !d.w.People.Holds(id, def.Role, d.c.Place)) {
			zh, en := d.p.called(party)
			return errs.New(errs.Invalid, "casework.not_qualified", "party_zh", zh, "party_en", en)
		}
	}
	return nil
}

// assign fills parties from what was filled in.
func (d *decider) assign(f *found, cmd Do) error {
	for _, as := range f.def.Assign {
		if v, given := cmd.Input[as.Value]; given {
			def, _ := d.p.Parties.Get(as.Key)
			d.emit(Event{Assigned: &Assigned{Party: as.Key, Members: membersOf(def.kind(), v)}})
		}
	}
	if len(f.def.Assign) > 0 && (f.def.To == "" || !f.here) {
		return d.reconcile()
	}
	return nil
}

// take makes the actor the member of a party.
func (d *decider) take(f *found, _ Do) error {
	party := f.def.Takes
	if party == "" {
		return nil
	}
	def, _ := d.p.Parties.Get(party)
	who := PersonMember(d.by.Person)
	if d.by.For != 0 {
		who = PersonMember(d.by.For)
	}
	if len(d.apart(def, []Member{who}, d.c.Parties)) == 0 {
		return d.p.notBoth(errs.Conflict, party)
	}
	d.emit(Event{Assigned: &Assigned{Party: party, Members: []Member{who}}})
	if f.def.To == "" || !f.here {
		return d.reconcile()
	}
	return nil
}

// set keeps values on the case. One that speaks of what was not filled in stays as it was.
func (d *decider) set(f *found, cmd Do) error {
	if len(f.def.Set) == 0 {
		return nil
	}
	values, err := workOut(f.def.Set, d.varsFor(f, cmd.Input))
	if err != nil {
		return err
	}
	if len(values) > 0 {
		d.emit(Event{Valued: values})
	}
	return nil
}

// workOut is what expressions yield, by their names. One that speaks of what was not filled in is left out; so is one that fails, and the
// error is the first of those.
func workOut(all Named[Guard], vars map[string]any) (out Data, first error) {
	out = Data{}
	for _, x := range all {
		v, err := x.Value.expr.Eval(vars)
		switch {
		case err == nil:
			out[x.Key] = asRead(v)
		case first == nil && !errors.Is(err, rule.ErrMissing):
			first = err
		}
	}
	return out, first
}

// rateable holds that every member of the parties to be rated has a mark, and nobody else.
func (d *decider) rateable(a *Action, marks map[string]int) error {
	var wrong errs.List
	used := map[string]bool{}
	for _, party := range a.asksToRate() {
		for _, m := range d.members(party) {
			key := string(m)
			if _, own := marks[key]; !own {
				key = party
			}
			used[key] = true
			if score, ok := marks[key]; !ok || score < 1 || score > d.p.scale() {
				wrong = append(wrong, errs.New(errs.Invalid, "casework.rate", "best", d.p.scale()).On("rate-"+string(m)))
			}
		}
	}
	for key := range marks {
		if !used[key] && !slices.Contains(a.asksToRate(), key) {
			wrong = append(wrong, errs.New(errs.Invalid, "casework.rate_whom", "who", key).On("ratings"))
		}
	}
	return wrong.Err()
}

// asksToRate are the parties for which whoever acts is asked for a mark.
func (a *Action) asksToRate() []string {
	if a.Mark > 0 {
		return nil
	}
	return a.Rate
}

func (d *decider) rate(f *found, cmd Do) error {
	for _, party := range f.def.Rate {
		for _, m := range d.members(party) {
			score, ok := cmd.Ratings[string(m)]
			if !ok {
				score = cmd.Ratings[party]
			}
			if f.def.Mark > 0 {
				score = f.def.Mark
			}
			d.emit(Event{Rated: &Rated{Party: party, Member: m, Score: score, By: d.signed.Caller}})
		}
	}
	return nil
}

// pause stops the clocks that the reason stops, or lets them run on.
func (d *decider) pause(f *found, _ Do) error {
	switch {
	case f.def.Pause != "":
		d.emit(Event{Paused: &Paused{Reason: f.def.Pause}})
		return d.recount("pause")
	case f.def.Resume:
		d.emit(Event{Resumed: &Resumed{}})
		return d.recount("resume")
	}
	return nil
}

// extendable holds that a duty is still due and was not extended as often as it may be.
func (d *decider) extendable(e Extend) error { return d.extendableTurn(e, 0) }

// extendableTurn is extendable for one turn of a duty that recurs or is owed for each row of a table; 0: for all that are due.
func (d *decider) extendableTurn(e Extend, n int) error {
	due := d.extends(e, n)
	if len(due) == 0 {
		return errs.New(errs.Conflict, "casework.nothing_to_extend")
	}
	for _, o := range due {
		if o.Longer >= max(e.Times, 1) {
			return errs.New(errs.Conflict, "casework.extended_already", "times", max(e.Times, 1))
		}
	}
	return nil
}

// extends are the duties whose term an action makes longer.
func (d *decider) extends(e Extend, n int) []Owing {
	var out []Owing
	for i := range d.c.Duties {
		if o := &d.c.Duties[i]; o.Name == e.Duty && o.Status == Due && d.c.current(o) && (n == 0 || o.N == n) {
			out = append(out, *o)
		}
	}
	return out
}

func (d *decider) extend(f *found, cmd Do) error {
	e := f.def.Extend
	if e.Duty == "" {
		return nil
	}
	on, _ := cmd.Input[e.To].(string)
	for _, o := range d.extends(e, cmd.N) {
		d.emit(Event{Extended: &Extended{DutyKey: o.DutyKey, By: e.By, On: on}})
	}
	return d.recount("extension")
}

// join takes up a further caller.
func (d *decider) join(f *found, cmd Do) error {
	if !f.def.Joins {
		return nil
	}
	caller := *cmd.Joins
	for _, c := range d.c.Callers {
		if caller.Person != 0 && caller.Person == c.Person {
			return errs.New(errs.Conflict, "casework.joined_already")
		}
	}
	caller.N = len(d.c.Callers) + 1
	d.emit(Event{Joined: &caller})
	return d.reconcile()
}

// opens says that the action's child is to be opened.
func (d *decider) opens(f *found, cmd Do) error {
	if f.def.Opens.Procedure == "" {
		return nil
	}
	return d.openChild(f.def.Opens, d.varsFor(f, cmd.Input))
}

// openChild says that a child is to be opened; a job does it. The error is that of a field that could not be worked out; the child is to be
// opened all the same, and the job says what it lacks.
func (d *decider) openChild(def Child, vars map[string]any) error {
	form, err := workOut(def.Form, vars)
	d.emit(Event{Child: &ChildOf{Procedure: def.Procedure, N: len(d.c.Children) + 1, Form: form}})
	return err
}

// reroute gives the part of a unit that declined to another: once to the next that may, then to the fallback. No ball is kicked twice.
func (d *decider) reroute(f *found, cmd Do) error {
	if f.def.Reroute == "" {
		return nil
	}
	party := d.partyOf(f.as)
	to := d.standIn(party)
	if d.c.Declines[party] == 0 {
		if m := d.another(f.as, cmd.Input); m != "" && d.mayBe(party, m) {
			to = []Member{m}
		}
	}
	declined := &Declined{Party: party, By: f.as}
	if len(to) > 0 {
		declined.To = to[0]
	}
	d.emit(Event{Declined: declined})
	d.replace(party, f.as, to)
	if f.def.Reroute == rerouteOnce {
		for _, m := range to {
			d.bequeath(f.as, m, party)
		}
	}
	return d.reconcile()
}

// bequeath passes on what a member owes, of one party or of all. Terms go on from where they began: who comes instead gets no more time.
// What was missed already stays with who missed it.
func (d *decider) bequeath(from, into Member, party string) {
	before := slices.Clone(d.c.Duties)
	has := func(o *Owing) bool { // a duty of its own of the name
		return slices.ContainsFunc(before, func(x Owing) bool {
			return x.Owner == into && x.Visit == o.Visit && x.Name == o.Name && x.Status != Dropped && !x.Gone
		})
	}
	for i := range before {
		o := &before[i]
		if !o.outstanding() || o.Owner != from || party != "" && o.Party != party {
			continue
		}
		d.emit(Event{Dropped: &o.DutyKey})
		if o.Status == Due && !has(o) {
			heir := o.Owed
			for heir.Owner = into; d.c.duty(heir.DutyKey) != nil; {
				heir.N++
			}
			d.emit(Event{Owed: &heir})
		}
	}
}

// partyOf is the party for which a member owes something now, or the first of which they are one.
func (d *decider) partyOf(m Member) string {
	for i := range d.c.Duties {
		if o := &d.c.Duties[i]; o.outstanding() && o.Owner == m {
			return o.Party
		}
	}
	for _, p := range d.p.Parties {
		if slices.Contains(d.c.Parties[p.Key], m) {
			return p.Key
		}
	}
	return ""
}

// another is the unit that takes over after a first refusal: the one that was named with it, or the next of the route.
func (d *decider) another(m Member, in Data) Member {
	if unit, ok := in["unit"].(string); ok && UnitMember(unit) != m {
		return UnitMember(unit)
	}
	for _, key := range d.candidates(d.c.Category, d.c.Place) {
		if next := UnitMember(key); next != m && !d.hasPart(next) {
			return next
		}
	}
	return ""
}

func (d *decider) hasPart(m Member) bool {
	for _, members := range d.c.Parties {
		if slices.Contains(members, m) {
			return true
		}
	}
	return false
}

// replace puts others in the place of a member of a party.
func (d *decider) replace(party string, m Member, to []Member) {
	members := slices.DeleteFunc(slices.Clone(d.c.Parties[party]), func(x Member) bool { return x == m })
	for _, n := range to {
		if !slices.Contains(members, n) {
			members = append(members, n)
		}
	}
	d.emit(Event{Assigned: &Assigned{Party: party, Members: members}})
}

// claim gives a duty of a unit to one of its people.
func (d *decider) claim(cmd Claim) error {
	o := d.c.duty(cmd.Duty)
	switch {
	case o == nil || !o.outstanding():
		return errs.New(errs.Conflict, "casework.no_duty")
	case !d.isOf(o.Party, o.Owner):
		return errs.New(errs.Forbidden, "casework.not_yours")
	}
	c := &Claimed{DutyKey: cmd.Duty}
	if cmd.To != nil {
		to := *d
		to.by = *cmd.To
		if !to.isOf(o.Party, o.Owner) {
			return errs.New(errs.Invalid, "casework.not_of_the_unit").On("person")
		}
		c.Person = cmd.To.Person
	}
	d.signFor(o.Owner)
	d.emit(Event{Claimed: c})
	return nil
}

// succeed passes what a unit owes to its successor. Terms go on from where they began: a reorganisation gives nobody more time.
func (d *decider) succeed(cmd Succeed) error {
	from, into := UnitMember(cmd.From), UnitMember(cmd.Into)
	for _, p := range d.p.Parties {
		if slices.Contains(d.c.Parties[p.Key], from) {
			d.replace(p.Key, from, []Member{into})
		}
	}
	if slices.Contains(d.c.Parties[Fallback], from) {
		d.replace(Fallback, from, []Member{into})
	}
	d.bequeath(from, into, "")
	return d.reconcile()
}

// migrate moves the case to another version. A state that is not there any more would leave it nowhere.
func (d *decider) migrate(cmd Migrate) error {
	if _, ok := cmd.To.state(d.c.State); !ok {
		return errs.New(errs.Conflict, "casework.no_state", "state", d.c.State)
	}
	d.p = cmd.To
	d.emit(Event{Moved: &Moved{Hash: cmd.To.Hash, Reason: cmd.Reason}})
	if d.c.Closed() {
		return nil
	}
	return d.reconcile()
}

// restrain takes up the deadline of another system.
func (d *decider) restrain(cmd Restrain) error {
	if d.c.Foreign == nil {
		return errs.New(errs.Conflict, "casework.not_foreign")
	}
	f := *d.c.Foreign
	f.Due = cmd.Due
	d.emit(Event{Foreign: &f})
	return d.recount("foreign")
}
