package casework

import (
	"slices"
	"strings"

	"huying/internal/errs"
)

// chosen returns what a command means among what waits for approval. may says why the actor may not give the command; where it leaves
// several, they have to say which.
func (d *decider) chosen(w Which, may func(*Pending) error) (*Pending, error) {
	var all []*Pending
	for i := range d.c.Pending {
		if p := d.c.Pending[i]; (w.Action == "" || p.Action == w.Action) && (w.For == "" || p.For == w.For) {
			all = append(all, &p)
		}
	}
	if len(all) == 0 {
		return nil, errs.New(errs.Conflict, "casework.nothing_asked")
	}
	if mine := slices.DeleteFunc(slices.Clone(all), func(p *Pending) bool { return may(p) != nil }); len(mine) > 0 {
		all = mine
	} else {
		return nil, may(all[0])
	}
	if len(all) > 1 {
		return nil, errs.New(errs.Invalid, "casework.which_asked").On("action")
	}
	return all[0], nil
}

// approve gives the next approval. With the last one the action is done, for whoever asked.
func (d *decider) approve(a Approve) error {
	p, err := d.chosen(a.Which, d.mayApprove)
	if err != nil {
		return err
	}
	f := d.asked(p)
	step := p.Step + 1
	d.emit(Event{Approved: &Approved{Step: step, Action: p.Action, For: p.For}})
	if step < len(f.def.Approve) {
		return nil
	}
	cmd := Do{Action: p.Action, Input: p.Input, N: p.N}
	if err := d.fits(f, cmd); err != nil { // what was filled in was checked when it was asked for; what is personal in it is sealed by now
		return err
	}
	f.as = p.For
	f.duties = d.meetable(f, p.N)
	return d.perform(f, cmd)
}

// mayApprove holds that the next step is the actor's, and that four eyes see it.
func (d *decider) mayApprove(p *Pending) error {
	f := d.asked(p)
	switch {
	case f == nil || p.Step >= len(f.def.Approve):
		return errs.New(errs.Conflict, "casework.not_now", "action", p.Action)
	case d.by.Person != 0 && d.by.Person == p.By.Person:
		return errs.New(errs.Forbidden, "casework.four_eyes")
	case !d.approves(f, p):
		return errs.New(errs.Forbidden, "casework.not_yours")
	}
	return nil
}

// approves reports whether the next step is the actor's. Where whoever asked is of the party that approves, that is its own people's to do:
// no unit signs what another has drafted.
func (d *decider) approves(f *found, p *Pending) bool {
	term := f.def.Approve[p.Step]
	party, role, _ := strings.Cut(term, ".")
	switch {
	case !d.p.isParty(party) || !slices.Contains(d.members(party), p.For):
		_, ok := d.permitted(term, f, 0)
		return ok
	case role == "":
		return d.isOf(party, p.For)
	}
	return d.holdsFor(p.For, role)
}

// asked returns the action that waits for approval, or nil when it is offered no more.
func (d *decider) asked(p *Pending) *found {
	for _, f := range d.offered() {
		if f.name == p.Action && (f.state == p.State || f.def.spread) {
			return f
		}
	}
	return nil
}

// mayReturn holds that the actor would approve it, or asked for it, and takes it back. What can be done no more whoever acts for the member
// that asked may end.
func (d *decider) mayReturn(p *Pending) error {
	if d.by.Person != 0 && d.by.Person == p.By.Person || d.asked(p) == nil && d.is(p.For) {
		return nil
	}
	return d.mayApprove(p)
}

// giveBack ends what waits for approval without doing it.
func (d *decider) giveBack(r Return) error {
	p, err := d.chosen(r.Which, d.mayReturn)
	if err != nil {
		return err
	}
	if r.Reason == "" {
		return errs.New(errs.Invalid, "casework.form.required").On("reason")
	}
	d.emit(Event{Returned: &Returned{Reason: r.Reason, Action: p.Action, For: p.For}})
	return nil
}

// lapse gives back what waits for approval when the case moved on to where it is offered no more, and what was asked for one of several who
// has no part any more: nobody is left to sign it.
func (d *decider) lapse() {
	for _, p := range slices.Clone(d.c.Pending) {
		if f := d.asked(&p); f == nil || d.hasLeft(f, p.For) {
			d.emit(Event{Returned: &Returned{Action: p.Action, For: p.For}})
		}
	}
}

// lapseDone gives back what a member asked for to meet a duty that was met otherwise: approved, it would meet those of the others.
func (d *decider) lapseDone(o *Owing) {
	for _, p := range slices.Clone(d.c.Pending) {
		if f := d.asked(&p); f != nil && p.For == o.Owner && slices.Contains(f.def.Meets, o.Name) && !d.owes(p.For, f) {
			d.emit(Event{Returned: &Returned{Action: p.Action, For: p.For}})
		}
	}
}

// hasLeft reports whether a member is of none of the parties of many any more that may do an action.
func (d *decider) hasLeft(f *found, m Member) bool {
	return m != "" && !slices.ContainsFunc(f.def.By, func(term string) bool {
		if term == byOwed {
			return slices.ContainsFunc(d.c.Duties, func(o Owing) bool { return o.outstanding() && o.Owner == m })
		}
		party, _, _ := strings.Cut(term, ".")
		def, _ := d.p.Parties.Get(party)
		return def == nil || def.Many == "" || slices.Contains(d.members(party), m)
	})
}
