package casework

import (
	"context"
	"slices"

	"huying/internal/errs"
	"huying/internal/places"
	"huying/internal/store"
)

// viewing is the making of one View.
type viewing struct {
	ctx   context.Context
	tx    *store.Tx
	s     *Service
	p     *Procedure
	c     *Case
	all   []eye
	sight Sight
	w     World
	units *places.Tree[places.Unit]

	callers map[int]bool     // of whom the asker may learn
	self    map[int]bool     // who the asker is among them
	names   map[int64]string // of persons
	asked   []int64          // whose names were asked for
	history []Record
}

func (b *viewing) build() (*View, error) {
	c := b.c
	b.learnCallers()
	v := &View{Row: rowOf(c, b.sight), Now: b.tx.Now(), Version: b.p, StateTitle: b.p.StateTitle(c.State), Seq: c.Seq, Reopened: c.Reopened, Paused: c.Paused}
	if b.sight >= InFull {
		v.Tone = b.p.toneOf(c)
	}
	if err := b.nameAll(); err != nil {
		return nil, err
	}
	b.offers(v)
	if b.sight < InFull {
		return v, nil
	}
	b.full(v)
	if err := b.others(v); err != nil {
		return nil, err
	}
	if err := b.entries(v); err != nil {
		return nil, err
	}
	if b.sight == Whole {
		b.whole(v)
	}
	return v, nil
}

// learnCallers finds out of which callers the asker may learn who they are.
func (b *viewing) learnCallers() {
	b.callers, b.self = map[int]bool{}, map[int]bool{}
	for i := range b.c.Callers {
		n := b.c.Callers[i].N
		for j := range b.all {
			v := &b.all[j].viewer
			if v.isThat(b.p, b.c, &b.c.Callers[i]) {
				b.self[n], b.callers[n] = true, true
			}
			if b.sight == Whole && v.knowsCallers(b.p, b.c) {
				b.callers[n] = true
			}
		}
	}
}

// nameAll looks up the names of everybody in the view that are not known yet.
func (b *viewing) nameAll() error {
	if b.sight < Whole { // in public nobody is named
		b.names = nil
		return nil
	}
	b.askCase()
	for i := range b.history {
		b.ask(b.history[i].By.Person, b.history[i].By.For)
	}
	return b.learnNames()
}

// askCase asks for the names of all who stand in the case as it is.
func (b *viewing) askCase() {
	c := b.c
	for _, members := range c.Parties {
		b.askMembers(members...)
	}
	for i := range c.Duties {
		b.askMembers(c.Duties[i].Owner)
		b.ask(c.Duties[i].Claimed)
	}
	for i := range c.Callers {
		b.ask(c.Callers[i].Person)
	}
}

// learnNames looks up those asked for of whom it was not done. What waits in the transaction is there then too.
func (b *viewing) learnNames() error {
	slices.Sort(b.asked)
	asked := slices.DeleteFunc(slices.Compact(b.asked), func(id int64) bool { _, known := b.names[id]; return known })
	b.asked = nil
	if b.s.Names == nil || len(asked) == 0 {
		return b.tx.Flush(b.ctx)
	}
	names, err := b.s.Names.Names(b.ctx, b.tx, asked)
	if err != nil {
		return err
	}
	if b.names == nil {
		b.names = map[int64]string{}
	}
	for _, id := range asked {
		b.names[id] = names[id] // empty: there is no account
	}
	return nil
}

func (b *viewing) ask(persons ...int64) {
	for _, id := range persons {
		if id != 0 {
			b.asked = append(b.asked, id)
		}
	}
}

func (b *viewing) askMembers(members ...Member) {
	for _, m := range members {
		if id, ok := m.Person(); ok {
			b.ask(id)
		}
	}
}

func (b *viewing) unitName(key string) Text {
	if u, ok := b.units.Known(key); ok {
		return u.Name
	}
	return Text{ZH: key}
}

// nameOf is what a member is called. A caller has the name by which the asker may know them, or none.
func (b *viewing) nameOf(m Member) Text {
	if key, ok := m.Unit(); ok {
		return b.unitName(key)
	}
	if id, ok := m.Person(); ok {
		return Text{ZH: b.names[id]}
	}
	if n, ok := m.Caller(); ok && b.callers[n] {
		for _, x := range b.c.Callers {
			switch {
			case x.N != n:
			case x.Unit != "":
				return b.unitName(x.Unit)
			default:
				return Text{ZH: b.names[x.Person]}
			}
		}
	}
	return Text{}
}

func (b *viewing) named(members []Member) []Called {
	out := make([]Called, len(members))
	for i, m := range members {
		out[i] = Called{b.public(m), b.nameOf(m)}
	}
	return out
}

// public is a member as it may be shown: to who does not see the whole, a person is somebody.
func (b *viewing) public(m Member) Member {
	if _, person := m.Person(); person && b.sight < Whole {
		return PersonMember(0)
	}
	return m
}

// offers are what the asker may do, themself or for a colleague who is away.
func (b *viewing) offers(v *View) {
	v.MayNote = b.sight == Whole && (b.all[0].who.Actor != nil || len(b.self) > 0)
	for i := range b.all {
		e := &b.all[i]
		by := e.who.actor(b.c.callerOf(e.who))
		for _, o := range Offers(b.p, b.c, by, b.w) {
			if slices.ContainsFunc(v.Offers, func(x Offering) bool { return x.Action == o.Action }) {
				continue
			}
			offering := Offering{Offer: o, AsName: b.nameOf(o.As), For: by.For}
			for _, m := range o.Rate {
				offering.Rates = append(offering.Rates, Called{m, b.nameOf(m)})
			}
			v.Offers = append(v.Offers, offering)
		}
		v.MayApprove = v.MayApprove || slices.ContainsFunc(b.c.Pending, func(q Pending) bool { return MayApprove(b.p, b.c, by, b.w, &q) })
	}
}

// full fills in what was said and shown.
func (b *viewing) full(v *View) {
	c := b.c
	v.Form = b.filled(b.p.form, c.Form)
	for i := range b.p.Parties {
		name := b.p.Parties[i].Key
		if members := c.Parties[name]; len(members) > 0 {
			v.Parties = append(v.Parties, PartyView{name, b.p.Parties[i].Value.Title, b.named(members)})
		}
	}
	if members := c.Parties[Fallback]; len(members) > 0 && !b.p.Parties.Has(Fallback) {
		v.Parties = append(v.Parties, PartyView{Party: Fallback, Members: b.named(members)})
	}
	for i := range c.Duties {
		v.Duties = append(v.Duties, b.duty(&c.Duties[i]))
	}
	for i, p := range c.Pauses {
		pv := PauseView{Pause: p}
		if i < len(c.Reasons) {
			pv.Reason = c.Reasons[i]
			if r, ok := b.p.Pauses.Get(pv.Reason); ok {
				pv.Title = r.Title
			}
		}
		v.Pauses = append(v.Pauses, pv)
	}
	for _, r := range c.Ratings {
		r.Member = b.public(r.Member)
		v.Ratings = append(v.Ratings, r)
	}
}

func (b *viewing) duty(o *Owing) DutyView {
	d := DutyView{Owing: *o, Title: b.p.DutyTitle(o.State, o.Name), OwnerName: b.nameOf(o.Owner), Outstanding: o.outstanding(), ClaimedBy: b.names[o.Claimed]}
	d.Owner = b.public(o.Owner)
	if b.sight < Whole {
		d.Claimed = 0
	}
	for i := range b.all {
		d.MayClaim = d.MayClaim || MayClaim(b.p, b.c, b.all[i].who.actor(0), b.w, o)
	}
	return d
}

// whole fills in what is for those who have a part in the case.
func (b *viewing) whole(v *View) {
	c := b.c
	v.Channel, v.Values, v.Foreign = c.Channel, hide(c.Values), c.Foreign
	for i := range c.Pending {
		v.Pending = append(v.Pending, b.pending(&c.Pending[i]))
	}
	for i := range c.Callers {
		x := &c.Callers[i]
		if !b.callers[x.N] {
			continue
		}
		cv := CallerView{N: x.N, Unit: x.Unit, Person: x.Person, Name: b.names[x.Person], Said: hide(x.Said), Reachable: x.Contact != "", Self: b.self[x.N]}
		if x.Unit != "" {
			cv.UnitName = b.unitName(x.Unit)
		}
		v.Callers = append(v.Callers, cv)
	}
	v.MayReveal = len(b.sealed()) > 0
}

// pending is something that waits for approval, with what the asker may do about it.
func (b *viewing) pending(q *Pending) PendingView {
	v := PendingView{Action: q.Action, Title: b.p.ActionTitle(q.State, q.Action), Form: b.p.ActionForm(q.State, q.Action), Input: hide(q.Input), Step: q.Step,
		As: q.For, AsName: b.nameOf(q.For), By: b.by(q.By)}
	if s, ok := b.p.state(q.State); ok {
		if a, ok := s.Do.Get(q.Action); ok {
			v.Approve = a.Approve
		}
	}
	for i := range b.all {
		by := b.all[i].who.actor(b.c.callerOf(b.all[i].who))
		v.MayApprove = v.MayApprove || MayApprove(b.p, b.c, by, b.w, q)
		v.MayReturn = v.MayReturn || MayReturn(b.p, b.c, by, b.w, q)
	}
	return v
}

// others fills in the cases that this one has to do with, as far as the asker may know of them.
func (b *viewing) others(v *View) error {
	c := b.c
	if c.Parent != 0 {
		o, err := b.other(c.Parent)
		if err != nil {
			return err
		}
		if o.Number != "" {
			v.Parent = &o
		}
	}
	for _, ch := range c.Children {
		o := Other{}
		if ch.Case != 0 {
			var err error
			if o, err = b.other(ch.Case); err != nil {
				return err
			}
		}
		o.Procedure, o.N, o.Outcome = ch.Procedure, ch.N, ch.Outcome
		v.Children = append(v.Children, o)
	}
	if b.sight < Whole {
		return nil
	}
	for _, l := range c.Links {
		o, err := b.other(l.Case)
		if err != nil {
			return err
		}
		if o.How = l.How; o.Number != "" {
			v.Links = append(v.Links, o)
		}
	}
	return nil
}

// other returns another case, without its number when the asker may not know of it.
func (b *viewing) other(id int64) (Other, error) {
	c, err := b.s.Case(b.ctx, b.tx, id)
	if errs.Is(err, errs.NotFound) {
		return Other{}, nil
	}
	if err != nil {
		return Other{}, err
	}
	p, err := b.s.version(b.ctx, b.tx, c.Hash)
	if err != nil {
		return Other{}, err
	}
	o := Other{Procedure: c.Procedure, Title: p.Title}
	if best(b.all, p, c) > Nothing {
		o.Number = c.Number
	}
	return o, nil
}
