package casework

import (
	"slices"

	"huying/internal/errs"
)

// Offer is an action that somebody may do now.
type Offer struct {
	Action  string
	State   string // in which it is defined
	Title   Text
	Form    *Form    // what it asks for; it may be empty
	As      Member   // for whom they would act
	Turns   []Owing  // the duties of theirs that it may meet, or whose term it makes longer; more than one when a duty recurs or is owed for each row of a table
	Rate    []Member // whom it asks to be rated
	Best    int      // the best mark
	Approve []string // who must approve, one after the other
	To      string   // the state that it leads to, if it moves the case
	Extends bool     // it asks for more time
	Reroute bool     // it gives the part to somebody else
	Joins   bool     // it makes the actor, or one they name, a further caller
}

// Offers returns what an actor may do with a case now, in the order of the file. What needs an input to be judged is offered.
func Offers(p *Procedure, c *Case, by Actor, w World) []Offer {
	d := &decider{p: p, c: c, w: w, by: by}
	var out []Offer
	for _, f := range d.offered() {
		if !d.permits(f, 0) || len(f.def.Approve) > 0 && c.Pending.has(f.name, f.as) || slices.ContainsFunc(out, func(o Offer) bool { return o.Action == f.name }) {
			continue
		}
		if !d.timely(f) || !d.unhindered(f) {
			continue
		}
		o := Offer{Action: f.name, State: f.state, Title: f.def.Title, Form: p.ActionForm(f.state, f.name), As: f.as, Best: p.scale(), Approve: f.def.Approve,
			Extends: f.def.Extend.Duty != "", Reroute: f.def.Reroute != "", Joins: f.def.Joins}
		if f.here {
			o.To = f.def.To
		}
		for _, party := range f.def.asksToRate() {
			o.Rate = append(o.Rate, d.members(party)...)
		}
		for _, duty := range c.Duties {
			may := slices.Contains(f.def.Meets, duty.Name) || f.def.Extend.Duty == duty.Name && duty.Status == Due
			if may && duty.outstanding() && duty.Owner == f.as && (duty.State == f.state || duty.State == "") {
				o.Turns = append(o.Turns, duty)
			}
		}
		out = append(out, o)
	}
	return out
}

// OffersTo is Offers to whoever asks, who may be one of the callers.
func OffersTo(p *Procedure, c *Case, who Asker, w World) []Offer {
	return Offers(p, c, who.actor(c.callerOf(who)), w)
}

// timely reports whether an action that may be done only for a while may still be.
func (d *decider) timely(f *found) bool {
	if f.def.Within.IsZero() {
		return true
	}
	until, err := d.w.Calendar.Due(d.c.Entered, f.def.Within, nil)
	return err == nil && !d.w.Now.After(until.At)
}

// unhindered reports whether nothing that stands already is in the way of an action.
func (d *decider) unhindered(f *found) bool {
	a := f.def
	switch {
	case a.Pause != "" && d.c.Paused != "", a.Resume && d.c.Paused == "":
		return false
	case a.Reroute != "" && slices.Contains(d.fallback(), f.as):
		return false
	case a.Extend.Duty != "" && d.extendable(a.Extend) != nil:
		return false
	case a.If.asks("input"):
		return true
	}
	ok, err := d.satisfies(a.If, nil)
	return ok && err == nil
}

// MayApprove reports whether the next approval of what waits is the actor's to give.
func MayApprove(p *Procedure, c *Case, by Actor, w World, q *Pending) bool {
	return (&decider{p: p, c: c, w: w, by: by}).mayApprove(q) == nil
}

// MayReturn reports whether the actor may give back what waits: who would approve it, and who asked for it, who takes it back.
func MayReturn(p *Procedure, c *Case, by Actor, w World, q *Pending) bool {
	return (&decider{p: p, c: c, w: w, by: by}).mayReturn(q) == nil
}

// MayClaim reports whether a duty is one of the actor's units', to be taken on or handed over.
func MayClaim(p *Procedure, c *Case, by Actor, w World, o *Owing) bool {
	d := &decider{p: p, c: c, w: w, by: by}
	_, unit := o.Owner.Unit()
	return unit && o.outstanding() && d.isOf(o.Party, o.Owner)
}

// CanOpen returns nil when an actor may open cases of a procedure, in some place at least, and else errs.Forbidden.
func CanOpen(p *Procedure, by Actor, w World, onBehalf bool) error {
	d := &decider{p: p, c: &Case{}, w: w, by: by}
	if !d.mayOpen("", onBehalf) {
		return errs.New(errs.Forbidden, "casework.may_not_open", "procedure", p.Title.ZH)
	}
	return nil
}
