package casework

import (
	"cmp"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"

	"huying/internal/errs"
	"huying/internal/places"
	"huying/internal/rule"
)

// open begins a case: who may, what was filled in, who takes part, and the first state with its duties.
func (d *decider) open(cmd OpenCase) error {
	form := cmd.Form
	place, _ := form["place"].(string)
	if !d.mayOpen(place, cmd.OnBehalf) {
		return errs.New(errs.Forbidden, "casework.may_not_open", "procedure", d.p.Title.ZH)
	}
	if err := d.p.form.Check(form); err != nil {
		return err
	}
	if err := d.known(d.p.form, form); err != nil {
		return err
	}
	if err := d.notPast(form); err != nil {
		return err
	}
	category, _ := form["category"].(string)
	caller := cmd.Caller
	caller.N = 1
	if err := d.p.caller.Check(caller.Said); err != nil {
		return err
	}
	if !cmd.OnBehalf && !d.by.Program {
		caller.Person, caller.Unit = d.by.Person, d.openerUnit(place)
		d.signed.Unit, d.signed.Caller = caller.Unit, 1
	}
	o := &Opened{
		Procedure: d.p.Name, Hash: d.p.Hash, Number: cmd.Number, Form: form, Title: d.p.titleOf(form), Category: category, Place: place,
		Channel: cmd.Channel, Caller: caller, Parent: cmd.Parent, Foreign: cmd.Foreign, Simulated: cmd.Simulated,
	}
	d.c.Form, d.c.Category, d.c.Place = form, category, place // of what urgent may speak
	urgent, err := d.urgent()
	if err != nil {
		return err
	}
	o.Urgent = urgent
	d.c.Callers = []CallerOf{caller}
	if o.Parties, err = d.parties(o); err != nil {
		return err
	}
	if err := d.promised(o); err != nil {
		return err
	}
	d.emit(Event{Opened: o})
	if d.p.Repeat != "" {
		d.emit(Event{Valued: Data{earlier: int64(cmd.Earlier)}})
	}
	if s := cmd.Serial; s.N > 0 {
		d.emit(Event{Valued: Data{serialYear: int64(s.Year), serialN: int64(s.N)}})
	}
	if err := d.enter(d.p.first()); err != nil {
		return err
	}
	return d.settle()
}

// notPast holds that nothing is to be due on a day that is over. The program may be late itself.
func (d *decider) notPast(form Data) error {
	var wrong errs.List
	check := func(duties Named[Duty]) error {
		for i := range duties {
			field, ok := d.p.formField(duties[i].Value.By)
			day, given := form[field.Name].(string)
			if !ok || !given {
				continue
			}
			due, err := d.due(&Owed{On: day})
			if err != nil {
				return err
			}
			if due.At.Before(d.w.Now) {
				wrong = append(wrong, errs.New(errs.Invalid, "casework.form.past").On(field.Name))
			}
		}
		return nil
	}
	if d.by.Program {
		return nil
	}
	err := check(d.p.Duties)
	for i := range d.p.States {
		if err == nil {
			err = check(d.p.States[i].Value.Duties)
		}
	}
	return cmp.Or(err, wrong.Err())
}

// weigh works out anew what the case is worth: its values, and whether it is urgent.
func (d *decider) weigh() error {
	if err := d.values(); err != nil {
		return err
	}
	urgent, err := d.urgent()
	if err == nil && urgent != d.c.Urgent {
		d.emit(Event{Urged: &Urged{Urgent: urgent}})
	}
	return err
}

func (d *decider) mayOpen(place string, onBehalf bool) bool {
	if d.by.Program {
		return true
	}
	roles := d.p.OpenedBy
	if onBehalf {
		roles = d.p.OnBehalf
	}
	return slices.ContainsFunc(roles, func(r string) bool { return r == ByAnyone || d.holds(r, place) })
}

// holds reports whether the actor has a role for a place.
func (d *decider) holds(role, place string) bool {
	return slices.ContainsFunc(d.by.Posts, func(p Post) bool { return p.Role == role && d.placed(p, place) })
}

// placed reports whether a post reaches to a place; one that is bound to no place reaches everywhere, and what lies nowhere is anyone's.
func (d *decider) placed(p Post, place string) bool {
	return p.Place == "" || place == "" || d.w.Trees.Places.Covers(p.Place, place)
}

// openerUnit is the unit for which the actor calls: that of the post by which they may.
func (d *decider) openerUnit(place string) string {
	for _, p := range d.by.Posts {
		if slices.Contains(d.p.OpenedBy, p.Role) && p.Unit != "" && d.placed(p, place) {
			return p.Unit
		}
	}
	return ""
}

// known holds the units, places and days that were filled in to those that there are.
func (d *decider) known(f *Form, in Data) error {
	if f == nil {
		return nil
	}
	var wrong errs.List
	for _, field := range f.Fields {
		v, given := in[field.Name]
		if !given {
			continue
		}
		for _, key := range texts(v) {
			ok := true
			switch field.Kind {
			case PlaceField:
				_, ok = d.w.Trees.Places.ByKey(key)
			case UnitField, UnitsField:
				_, ok = d.w.Trees.Units.ByKey(key)
			}
			if !ok {
				wrong = append(wrong, errs.New(errs.Invalid, "casework.form.not_known", "key", key).On(field.Name))
			}
		}
	}
	return wrong.Err()
}

// texts returns a text, or the texts of a list.
func texts(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var out []string
		for _, x := range v {
			if s, ok := x.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}

// promised holds that a promise of which the form speaks is there, and that nobody speaks for one that another unit leads: where the unit that
// calls is the lead, it must lead the promise. The program knows of which it speaks.
func (d *decider) promised(o *Opened) error {
	if d.p.form == nil || d.w.Promises == nil || d.by.Program {
		return nil
	}
	own, _ := d.p.Parties.Get("lead")
	for _, f := range d.p.form.Fields {
		number, given := o.Form[f.Name].(string)
		if !f.Promise || !given {
			continue
		}
		unit, ok := d.w.Promises.LeadOf(number)
		switch {
		case !ok:
			return errs.New(errs.Invalid, "casework.form.no_promise", "number", number).On(f.Name)
		case own != nil && own.From == Caller && unit != o.Caller.Unit:
			return errs.New(errs.Invalid, "casework.form.not_your_promise", "number", number).On(f.Name)
		}
	}
	return nil
}

// parties finds the members of every party that is known from the beginning.
func (d *decider) parties(o *Opened) (map[string][]Member, error) {
	out := map[string][]Member{}
	for i := range d.p.Parties {
		name, def := d.p.Parties[i].Key, &d.p.Parties[i].Value
		var m []Member
		switch field, ok := d.p.formField(def.From); {
		case def.Is != "":
			m = []Member{UnitMember(def.Is)}
		case def.From == Caller && o.Caller.Unit != "":
			m = []Member{UnitMember(o.Caller.Unit)}
		case def.From == "route":
			if c := d.candidates(o.Category, o.Place); len(c) > 0 {
				m = []Member{UnitMember(c[0])}
			}
		case ok:
			m = membersOf(def.kind(), o.Form[field.Name])
		}
		if err := d.qualified(name, m); err != nil {
			return nil, err.On(strings.TrimPrefix(def.From, formDot))
		}
		named := len(m) > 0
		switch m = d.apart(def, m, out); {
		case len(m) > 0:
			out[name] = m
		case named && def.One != "" && strings.HasPrefix(def.From, formDot):
			return nil, d.p.notBoth(errs.Invalid, name).On(strings.TrimPrefix(def.From, formDot))
		case name == "lead" && def.From != "": // one that is assigned later leads nothing yet
			out[name] = d.fallback()
		}
	}
	return out, nil
}

// apart leaves out members that a party may not have, because they are in another of parties, or call.
func (d *decider) apart(def *Party, m []Member, parties map[string][]Member) []Member {
	if def == nil || len(def.NotAlso) == 0 {
		return m
	}
	return slices.DeleteFunc(slices.Clone(m), func(x Member) bool {
		return slices.ContainsFunc(def.NotAlso, func(other string) bool {
			return slices.Contains(parties[other], x) || other == Caller && slices.ContainsFunc(d.c.Callers, func(c CallerOf) bool { return d.c.holder(CallerMember(c.N)) == string(x) })
		})
	})
}

// notBoth says that one cannot be in a party and in one of those that it must not share.
func (p *Procedure) notBoth(kind errs.Kind, party string) *errs.Error {
	def, _ := p.Parties.Get(party)
	var zh, en []string
	for _, other := range def.NotAlso {
		z, e := p.called(other)
		zh, en = append(zh, z), append(en, e)
	}
	z, e := p.called(party)
	return errs.New(kind, "casework.not_both", "party_zh", z, "party_en", e, "other_zh", strings.Join(zh, "、"), "other_en", strings.Join(en, ", "))
}

// called is what a party is called, in both languages.
func (p *Procedure) called(party string) (zh, en string) {
	t := p.PartyTitle(party)
	if t.ZH == "" {
		return party, party
	}
	return t.ZH, cmp.Or(t.EN, t.ZH)
}

// mayBe reports whether somebody may be a member of a party.
func (d *decider) mayBe(party string, m Member) bool {
	def, _ := d.p.Parties.Get(party)
	return len(d.apart(def, []Member{m}, d.c.Parties)) > 0
}

// standIn is who takes the part of a party that has no member: the fallback, or, where it may not, the unit above it. What a unit has
// done itself it does not verify.
func (d *decider) standIn(party string) []Member {
	def, _ := d.p.Parties.Get(party)
	for m := d.fallback(); len(m) > 0; m = d.above(m) {
		if own := d.apart(def, m, d.c.Parties); len(own) > 0 {
			return own
		}
	}
	return nil
}

// above is the unit above the first of some members; of a top one nothing.
func (d *decider) above(m []Member) []Member {
	key, _ := m[0].Unit()
	if path := d.w.Trees.Units.Path(key); len(path) > 1 {
		return []Member{UnitMember(path[len(path)-2].Key)}
	}
	return nil
}

func membersOf(kind Who, v any) []Member {
	var out []Member
	if n, ok := v.(int64); ok && kind == Persons {
		return []Member{PersonMember(n)}
	}
	for _, key := range texts(v) {
		if m := UnitMember(key); !slices.Contains(out, m) {
			out = append(out, m)
		}
	}
	return out
}

// candidates returns the units that may lead a case, the first first.
func (d *decider) candidates(category, place string) []string {
	return route(d.p.Routes, d.w.Trees, category, place)
}

func route(routes []Route, trees *places.Trees, category, place string) []string {
	for _, r := range routes {
		if len(r.Category) > 0 && !slices.Contains(r.Category, category) {
			continue
		}
		if len(r.Place) > 0 && !slices.ContainsFunc(r.Place, func(top string) bool { return place != "" && trees.Places.Covers(top, place) }) {
			continue
		}
		if r.Under != "" {
			if u := narrowest(trees, r.Under, place); u != "" {
				return []string{u}
			}
			continue
		}
		var out []string
		for _, key := range r.To {
			if u, ok := trees.Units.ByKey(key); ok && inJurisdiction(trees, u, place) {
				out = append(out, key)
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return nil
}

func inJurisdiction(trees *places.Trees, u places.Unit, place string) bool {
	return u.Place == "" || place == "" || trees.Places.Covers(u.Place, place)
}

// narrowest returns the unit below top whose jurisdiction holds a place and lies in that of every other such unit.
func narrowest(trees *places.Trees, top, place string) string {
	best := ""
	var area string
	for _, u := range trees.Units.All() {
		if u.Key == top || !trees.Units.Covers(top, u.Key) || u.Place == "" || place == "" || !trees.Places.Covers(u.Place, place) {
			continue
		}
		if best == "" || area != u.Place && trees.Places.Covers(area, u.Place) {
			best, area = u.Key, u.Place
		}
	}
	return best
}

// values works out what the procedure keeps on the case, and says what changes. One that speaks of what was not filled in,
// or that cannot be worked out (a division by what is none yet), stays as it was: a figure never holds up the case.
func (d *decider) values() error {
	if len(d.p.Values) == 0 {
		return nil
	}
	changed, vars := Data{}, d.vars(nil)
	known := maps.Clone(orEmpty(d.c.Values)) // one may build on those before it
	vars["values"] = known
	for i := range d.p.Values {
		name, g := d.p.Values[i].Key, d.p.Values[i].Value.Is
		if g.IsZero() {
			continue
		}
		v, err := g.expr.Eval(vars)
		if errors.Is(err, rule.ErrMissing) || errs.Is(err, errs.Invalid) {
			continue
		}
		if err != nil {
			return err
		}
		v = asRead(v)
		if old, ok := known[name]; !ok || !reflect.DeepEqual(old, v) {
			changed[name], known[name] = v, v
		}
	}
	if len(changed) > 0 {
		d.emit(Event{Valued: changed})
	}
	return nil
}
