package casework

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"huying/internal/errs"
)

// found is an action that somebody asks for, where it is offered, and for whom they would do it.
type found struct {
	name   string
	state  string // in which it is defined
	def    *Action
	here   bool    // that state is the present one: the action may move the case
	duties []Owing // that it would meet
	as     Member  // for whom
}

// act does an action, or, when it needs approval, asks for it.
func (d *decider) act(cmd Do) error {
	f, err := d.find(cmd)
	if err != nil {
		return err
	}
	if err := d.ready(f, cmd); err != nil {
		return err
	}
	if len(f.def.Approve) > 0 {
		if d.c.Pending.has(f.name, f.as) {
			return errs.New(errs.Conflict, "casework.already_asked")
		}
		d.emit(Event{Asked: &Asked{State: f.state, Action: f.name, Input: cmd.Input, For: f.as, N: cmd.N}})
		return nil
	}
	return d.perform(f, cmd)
}

// find looks for the action where it is offered: in the present state, or in an earlier one of which a duty is still to be done.
func (d *decider) find(cmd Do) (*found, error) {
	known := false
	for _, f := range d.offered() {
		if f.name != cmd.Action {
			continue
		}
		known = true
		if d.permits(f, cmd.N) {
			return f, nil
		}
	}
	if known {
		return nil, errs.New(errs.Forbidden, "casework.not_yours")
	}
	return nil, errs.New(errs.Conflict, "casework.not_now", "action", cmd.Action)
}

// offered returns the actions that anybody might do now, those of the present state first.
func (d *decider) offered() []*found {
	var out []*found
	if s, ok := d.p.state(d.c.State); ok {
		for i := range s.Do {
			out = append(out, &found{name: s.Do[i].Key, state: d.c.State, def: &s.Do[i].Value, here: true})
		}
	}
	if d.c.Closed() {
		return out
	}
	var seen []string
	for _, o := range d.c.Duties {
		s, ok := d.p.state(o.State)
		if !ok || o.State == d.c.State || !o.outstanding() || slices.Contains(seen, o.State) {
			continue
		}
		seen = append(seen, o.State)
		for i := range s.Do {
			if a := &s.Do[i].Value; slices.Contains(a.Meets, o.Name) {
				out = append(out, &found{name: s.Do[i].Key, state: o.State, def: a})
			}
		}
	}
	return out
}

// permits reports whether the actor may do an action, and notes for whom they act and which duties that meets.
func (d *decider) permits(f *found, n int) bool {
	for _, term := range f.def.By {
		if as, ok := d.permitted(term, f, n); ok {
			f.as = as
			f.duties = d.meetable(f, n)
			return true
		}
	}
	return false
}

func (d *decider) permitted(term string, f *found, n int) (Member, bool) {
	switch term {
	case ByAnyone:
		return d.self(), true
	case ByProgram:
		return "", d.by.Program
	case byOwed:
		return d.owing(f, n)
	}
	party, role, _ := strings.Cut(term, ".")
	if !d.p.isParty(party) {
		return d.byRole(term)
	}
	if n > 0 && role == "" { // they name the turn: it is theirs or it is not
		if as, ok := d.owing(f, n); ok {
			return as, true
		}
	}
	return d.forMember(f, party, role)
}

// forMember returns the member of a party for whom the actor does an action, those who still owe what it meets first, and of them those who
// have not asked for it yet. Who has done their part does not do that of the others.
func (d *decider) forMember(f *found, party, role string) (as Member, ok bool) {
	members, most := d.members(party), 0
	for _, m := range members {
		if role == "" && !d.isOf(party, m) || role != "" && !d.holdsFor(m, role) {
			continue
		}
		need := 1
		if d.owes(m, f) {
			need += 2
		}
		if !d.c.Pending.has(f.name, m) {
			need++
		}
		if need > most {
			as, ok, most = m, true, need
		}
	}
	if ok && !d.owes(as, f) && slices.ContainsFunc(members, func(m Member) bool { return d.owes(m, f) }) {
		return "", false
	}
	return as, ok
}

// owes reports whether a member still owes what an action meets.
func (d *decider) owes(m Member, f *found) bool {
	return slices.ContainsFunc(d.c.Duties, func(o Owing) bool {
		return o.outstanding() && o.Owner == m && slices.Contains(f.def.Meets, o.Name) && (o.State == f.state || o.State == "")
	})
}

// owing returns the member for whom the actor owes what the action meets, one that has not asked for it yet rather than one that has.
func (d *decider) owing(f *found, n int) (as Member, ok bool) {
	for i := range d.c.Duties {
		o := &d.c.Duties[i]
		if !o.outstanding() || n > 0 && o.N != n || !d.isOf(o.Party, o.Owner) {
			continue
		}
		meets := slices.Contains(f.def.Meets, o.Name)
		declines := len(f.def.Meets) == 0 && f.def.Reroute != ""
		if !meets && !declines || o.State != f.state && o.State != "" {
			continue
		}
		if !d.c.Pending.has(f.name, o.Owner) {
			return o.Owner, true
		}
		if !ok {
			as, ok = o.Owner, true
		}
	}
	return as, ok
}

// meetable are the duties that an action done for somebody meets: of each name the first turn that is still to be done, or the turn named.
// An action by whoever acts for a role, or anybody, meets the duty for all who owe it.
func (d *decider) meetable(f *found, n int) []Owing {
	var out []Owing
	for i := range d.c.Duties {
		o := d.c.Duties[i]
		if !o.outstanding() || !slices.Contains(f.def.Meets, o.Name) || n > 0 && o.N != n || o.State != f.state && o.State != "" {
			continue
		}
		if o.Owner != f.as && d.anyOwes(f, o.Name) {
			continue
		}
		if slices.ContainsFunc(out, func(x Owing) bool { return x.Name == o.Name && x.Owner == o.Owner }) {
			continue
		}
		out = append(out, o)
	}
	return out
}

// anyOwes reports whether the member for whom the actor acts owes a duty of the name.
func (d *decider) anyOwes(f *found, name string) bool {
	return slices.ContainsFunc(d.c.Duties, func(o Owing) bool { return o.outstanding() && o.Name == name && o.Owner == f.as })
}

// isOf reports whether the actor may act for a member of a party.
func (d *decider) isOf(party string, m Member) bool {
	if d.is(m) {
		return true
	}
	unit, ok := m.Unit()
	def, _ := d.p.Parties.Get(party)
	return ok && def != nil && slices.ContainsFunc(d.by.Posts, func(p Post) bool { return p.Unit == unit && slices.Contains(def.Acts, p.Role) })
}

// is reports whether the actor may act for a member, whatever the party.
func (d *decider) is(m Member) bool {
	if n, ok := m.Caller(); ok {
		return d.isCaller(n)
	}
	if id, ok := m.Person(); ok {
		return id != 0 && (id == d.by.Person || id == d.by.For)
	}
	unit, ok := m.Unit()
	return ok && slices.ContainsFunc(d.by.Posts, func(p Post) bool { return p.Acts && p.Unit == unit })
}

// isCaller reports whether the actor is one of the callers: by account, by the secret of their receipt, or as one of the calling unit, for
// which they act or might have opened the case.
func (d *decider) isCaller(n int) bool {
	for _, c := range d.c.Callers {
		if c.N != n {
			continue
		}
		return d.by.Caller == n || c.Person != 0 && c.Person == d.by.Person || c.Unit != "" && (d.is(UnitMember(c.Unit)) || d.opensFor(c.Unit))
	}
	return false
}

// opensFor reports whether the actor holds a role in a unit by which cases of the procedure are opened.
func (d *decider) opensFor(unit string) bool {
	return slices.ContainsFunc(d.by.Posts, func(p Post) bool {
		return p.Unit == unit && slices.Contains(d.p.OpenedBy, p.Role) && d.placed(p, d.c.Place)
	})
}

// holdsFor reports whether the actor holds a role for a member that is a unit: in it, or in one above it.
func (d *decider) holdsFor(m Member, role string) bool {
	unit, ok := m.Unit()
	return ok && slices.ContainsFunc(d.by.Posts, func(p Post) bool {
		return p.Role == role && p.Unit != "" && d.w.Trees.Units.Covers(p.Unit, unit)
	})
}

// byRole is the actor as a member by a role that they hold where the case is: its unit, or themself.
func (d *decider) byRole(role string) (as Member, ok bool) {
	for _, p := range d.by.Posts {
		if p.Role != role || !d.placed(p, d.c.Place) {
			continue
		}
		if p.Unit != "" {
			return UnitMember(p.Unit), true
		}
		return d.self(), true
	}
	return "", false
}

// self is the actor as a member: the unit of their first post by which they act for one, or the person.
func (d *decider) self() Member {
	for _, p := range d.by.Posts {
		if p.Acts && p.Unit != "" {
			return UnitMember(p.Unit)
		}
	}
	if d.by.Caller > 0 {
		return CallerMember(d.by.Caller)
	}
	return PersonMember(d.by.Person)
}

// ready checks what is needed before an action: what was filled in, and what fits.
func (d *decider) ready(f *found, cmd Do) error {
	if err := d.p.ActionForm(f.state, f.name).Check(cmd.Input); err != nil {
		return err
	}
	return d.fits(f, cmd)
}

// fits checks an action against where the case stands: its time, whom it names, its condition.
func (d *decider) fits(f *found, cmd Do) error {
	if !f.def.Within.IsZero() {
		until, err := d.w.Calendar.Due(d.c.Entered, f.def.Within, nil)
		if err != nil {
			return err
		}
		if d.w.Now.After(until.At) {
			return errs.New(errs.Conflict, "casework.too_late", "until", until.At.In(d.w.Calendar.Zone()).Format(time.DateTime))
		}
	}
	form := d.p.ActionForm(f.state, f.name)
	if err := d.known(form, cmd.Input); err != nil {
		return err
	}
	if err := d.rateable(f.def, cmd.Ratings); err != nil {
		return err
	}
	if err := d.assignable(f.def, cmd.Input); err != nil {
		return err
	}
	ok, err := d.satisfies(f.def.If, form.public(cmd.Input))
	if err != nil {
		return err
	}
	if !ok {
		return f.def.hindered()
	}
	return d.possible(f, cmd)
}

// hindered says why an action whose condition does not hold cannot be done.
func (a *Action) hindered() error {
	if a.Why.ZH == "" {
		return errs.New(errs.Conflict, "casework.condition", "condition", a.If.Source)
	}
	return errs.New(errs.Conflict, "casework.hindered", "zh", a.Why.ZH, "en", cmp.Or(a.Why.EN, a.Why.ZH))
}

// possible checks what an action does against where the case stands.
func (d *decider) possible(f *found, cmd Do) error {
	switch a := f.def; {
	case a.Pause != "" && d.c.Paused != "":
		return errs.New(errs.Conflict, "casework.paused")
	case a.Resume && d.c.Paused == "":
		return errs.New(errs.Conflict, "casework.not_paused")
	case a.Joins && cmd.Joins == nil:
		return errs.New(errs.Invalid, "casework.who_joins")
	case a.Joins:
		return d.p.caller.Check(cmd.Joins.Said)
	case a.Reroute != "" && slices.Contains(d.fallback(), f.as):
		return errs.New(errs.Conflict, "casework.fallback_declines")
	case a.Extend.Duty != "":
		return d.extendableTurn(a.Extend, cmd.N)
	}
	return nil
}

// perform makes an action so, with all that it does.
func (d *decider) perform(f *found, cmd Do) error {
	d.signFor(f.as)
	did := &Did{State: f.state, Action: f.name, Input: cmd.Input}
	if slices.ContainsFunc(d.c.Pending, func(p Pending) bool { return p.Action == f.name }) {
		did.For = f.as
	}
	d.emit(Event{Did: did})
	a := f.def
	for _, step := range []func(*found, Do) error{d.discharge, d.take, d.assign, d.set, d.rate, d.pause, d.extend, d.join, d.opens, d.orders, d.reroute} {
		if err := step(f, cmd); err != nil {
			return err
		}
	}
	if a.To != "" && f.here {
		return d.enter(a.To)
	}
	return nil
}

// signFor notes for which unit, or as which caller, the actor acts.
func (d *decider) signFor(m Member) {
	if unit, ok := m.Unit(); ok {
		d.signed.Unit = unit
	}
	if n, ok := m.Caller(); ok {
		d.signed.Caller = n
		for _, c := range d.c.Callers {
			if c.N == n {
				d.signed.Unit = c.Unit
			}
		}
	}
}

// discharge meets the duties that the action meets and withdraws those that it drops.
func (d *decider) discharge(f *found, _ Do) error {
	for _, o := range f.duties {
		if err := d.meet(o); err != nil {
			return err
		}
	}
	for i := range d.c.Duties {
		if o := &d.c.Duties[i]; o.outstanding() && slices.Contains(f.def.Drops, o.Name) {
			key := o.DutyKey
			d.emit(Event{Dropped: &key})
		}
	}
	return nil
}
