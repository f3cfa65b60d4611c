package casework

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
)

// Secret stands in a view for a value that the vault keeps. It is shown as something that is there and not told; Reveal tells it.
type Secret struct{ ref string }

// MarshalJSON implements json.Marshaler.
func (Secret) MarshalJSON() ([]byte, error) { return []byte(`{"sealed":true}`), nil }

var _ json.Marshaler = Secret{}

// hide puts a Secret in the place of each reference to the vault.
func hide(d Data) Data {
	if d == nil {
		return nil
	}
	out := Data(maps.Clone(d))
	for k, v := range out {
		if isSealed(v) {
			out[k] = Secret{v.(string)}
		}
	}
	return out
}

// filled is what was filled in for a form, as the asker may see it: in public an account that was named is not told.
func (b *viewing) filled(f *Form, d Data) Data {
	out := hide(d)
	if f == nil || b.sight == Whole {
		return out
	}
	for _, field := range f.Fields {
		if field.Kind == PersonField {
			delete(out, field.Name)
		}
	}
	return out
}

// isThat reports whether a viewer is one of the callers: by the secret of the receipt, by account, or as one of the calling unit who acts for
// it or might have opened the case.
func (v *Viewer) isThat(p *Procedure, c *Case, x *CallerOf) bool {
	if v.Caller != "" && v.Caller == x.Key {
		return true
	}
	holder := c.holder(CallerMember(x.N))
	return holder != "" && (slices.Contains(v.own, holder) || slices.ContainsFunc(v.posts, func(post Post) bool {
		return string(UnitMember(post.Unit)) == holder && slices.Contains(p.OpenedBy, post.Role) && v.reaches(post.Place, c.Place)
	}))
}

// knowsCallers reports whether a viewer learns who called: the parties and roles that the procedure names; when it names none, all who have
// a part in the case otherwise than by calling.
func (v *Viewer) knowsCallers(p *Procedure, c *Case) bool {
	if terms := p.Visible.Callers; len(terms) > 0 {
		return slices.ContainsFunc(terms, func(term string) bool { return v.isOf(p, c, term) })
	}
	others := *c
	others.Callers = nil
	return v.hasPart(p.readers(&others, v.trees), c.Place)
}

// isOf reports whether a viewer is a member of a party, holds a role for one of its units, or holds a role where the case is.
func (v *Viewer) isOf(p *Procedure, c *Case, term string) bool {
	if term == Caller {
		return slices.ContainsFunc(c.Callers, func(x CallerOf) bool { return v.isThat(p, c, &x) })
	}
	return v.hasPart(p.addresses(c, term), c.Place)
}

// entries fills in the history. It is told as it is stored, but for what the asker may not know.
func (b *viewing) entries(v *View) error {
	for _, r := range b.history {
		e := RecordView{Seq: r.Seq, At: r.At, By: b.by(r.By)}
		for _, ev := range r.Events {
			shown, ok, err := b.event(ev)
			if err != nil {
				return err
			}
			if ok {
				e.Events = append(e.Events, shown)
			}
		}
		if len(e.Events) > 0 {
			v.History = append(v.History, e)
		}
	}
	return nil
}

// by is who signed, as far as the asker may know: in public no person is named, and a caller only to those who learn who called.
func (b *viewing) by(s Signed) By {
	by := By{Caller: s.Caller, Program: s == Signed{}}
	if s.Caller != 0 && !b.callers[s.Caller] {
		return by
	}
	if by.Unit = s.Unit; s.Unit != "" {
		by.Title = b.unitName(s.Unit)
	}
	if b.sight == Whole {
		by.Person, by.Name = s.Person, b.names[s.Person]
		by.For, by.ForName = s.For, b.names[s.For]
	}
	return by
}

// event is an event as the asker may see it; ok is false for one that is not for them. What is for those who work on the case only (notes,
// drafts that wait for approval, who took what on, how high it was heard, numbers) is not told in public.
func (b *viewing) event(e Event) (shown Event, ok bool, err error) {
	switch {
	case e.Opened != nil:
		o := *e.Opened
		o.Form, o.Caller = b.filled(b.p.form, o.Form), b.caller(o.Caller)
		o.Parties = b.members(o.Parties)
		if o.Parent, err = b.knownCase(o.Parent); b.sight < Whole {
			o.Channel, o.Foreign = "", nil
		}
		e.Opened = &o
	case e.Joined != nil:
		j := b.caller(*e.Joined)
		e.Joined = &j
	case e.Did != nil:
		d := *e.Did
		d.Input, d.For = b.filled(b.p.ActionForm(d.State, d.Action), d.Input), b.public(d.For)
		e.Did = &d
	case e.Child != nil:
		ch := *e.Child
		ch.Form = hide(ch.Form)
		ch.Case, err = b.knownCase(ch.Case)
		e.Child = &ch
	case e.Linked != nil:
		l := *e.Linked
		if l.Case, err = b.knownCase(l.Case); l.Case == 0 {
			return e, false, err
		}
		e.Linked = &l
	case e.Ordered != nil:
		o := *e.Ordered
		o.Form = hide(o.Form)
		e.Ordered = &o
	case e.Asked != nil:
		a := *e.Asked
		a.Input = hide(a.Input)
		e.Asked = &a
	case e.Valued != nil:
		e.Valued = hide(e.Valued)
	}
	if b.sight == Whole {
		return e, true, err
	}
	e, ok = b.inPublic(e)
	return e, ok, err
}

// inPublic leaves out what is for those who work on the case, and hides the persons in the rest.
func (b *viewing) inPublic(e Event) (Event, bool) {
	switch {
	case e.Noted != nil, e.Asked != nil, e.Approved != nil, e.Returned != nil, e.Claimed != nil, e.Escalated != nil, e.Valued != nil, e.Urged != nil,
		e.Linked != nil, e.Foreign != nil, e.Moved != nil, e.Ordered != nil:
		return e, false
	case e.Owed != nil:
		o := *e.Owed
		o.Owner = b.public(o.Owner)
		e.Owed = &o
	case e.Met != nil:
		m := *e.Met
		m.Owner = b.public(m.Owner)
		e.Met = &m
	case e.Missed != nil:
		e.Missed = b.key(*e.Missed)
	case e.Dropped != nil:
		e.Dropped = b.key(*e.Dropped)
	case e.Due != nil:
		d := *e.Due
		d.Owner = b.public(d.Owner)
		e.Due = &d
	case e.Extended != nil:
		x := *e.Extended
		x.Owner = b.public(x.Owner)
		e.Extended = &x
	case e.Assigned != nil:
		a := *e.Assigned
		a.Members = b.publics(a.Members)
		e.Assigned = &a
	case e.Declined != nil:
		d := *e.Declined
		d.By, d.To = b.public(d.By), b.public(d.To)
		e.Declined = &d
	case e.Rated != nil:
		r := *e.Rated
		r.Member = b.public(r.Member)
		e.Rated = &r
	}
	return e, true
}

func (b *viewing) key(k DutyKey) *DutyKey { k.Owner = b.public(k.Owner); return &k }

func (b *viewing) publics(members []Member) []Member {
	out := make([]Member, len(members))
	for i, m := range members {
		out[i] = b.public(m)
	}
	return out
}

func (b *viewing) members(parties map[string][]Member) map[string][]Member {
	out := make(map[string][]Member, len(parties))
	for name, members := range parties {
		out[name] = b.publics(members)
	}
	return out
}

// caller is a caller as an event tells of them: with who they are only to those who learn it, and never with what proves it or reaches them.
func (b *viewing) caller(c CallerOf) CallerOf {
	if !b.callers[c.N] || b.sight < Whole {
		return CallerOf{N: c.N}
	}
	c.Key, c.Contact, c.Said = "", "", hide(c.Said)
	return c
}

// knownCase is the id of another case, or 0 when the asker may not know of it.
func (b *viewing) knownCase(id int64) (int64, error) {
	if id == 0 {
		return 0, nil
	}
	o, err := b.other(id)
	if o.Number == "" {
		return 0, err
	}
	return id, err
}

// SealedField is a value of a case that the vault keeps.
type SealedField struct {
	Name   string // of the form: its field; of a caller: caller:1.contact; of what was filled in later: 3.note, with the record's number
	Ref    string
	Caller int // whose it is
}

// sealed are the values of the case that the asker may have revealed: all, if they learn who called; else their own.
func (b *viewing) sealed() []SealedField {
	if b.sight < Whole {
		return nil
	}
	var out []SealedField
	add := func(n int, prefix string, d Data) {
		for _, k := range slices.Sorted(maps.Keys(d)) {
			if isSealed(d[k]) && b.callers[n] {
				out = append(out, SealedField{prefix + k, d[k].(string), n})
			}
		}
	}
	add(1, "", b.c.Form)
	for i := range b.c.Callers {
		x := &b.c.Callers[i]
		prefix := string(CallerMember(x.N)) + "."
		if isSealed(x.Contact) && b.callers[x.N] {
			out = append(out, SealedField{prefix + contactPurpose, x.Contact, x.N})
		}
		add(x.N, prefix, x.Said)
	}
	for _, r := range b.history {
		for _, e := range r.Events {
			if e.Did != nil {
				add(1, strconv.Itoa(r.Seq)+".", e.Did.Input)
			}
		}
	}
	return out
}
