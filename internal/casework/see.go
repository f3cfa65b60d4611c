package casework

import (
	"context"
	"slices"
	"strings"

	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/places"
	"huying/internal/store"
)

// Sight is how much of a case somebody sees.
type Sight int

const (
	Nothing Sight = iota
	Outline       // what the public is told in a summary: number, kind, place, state and clocks
	InFull        // and what was said and shown, personal data excepted
	Whole         // as those who have a part in it
)

// The openness of a case, as its row keeps it.
const (
	closedCircle  = 0 // those who have a part in it
	forTheOffice  = 1 // and who oversees
	summarised    = 2 // and everybody, in a summary
	openToAll     = 3
	roleMark      = "role:"
	approverAtAll = "@"
)

func (p *Procedure) openness() int {
	switch {
	case len(p.Visible.Circle) > 0:
		return closedCircle
	case p.Visible.Public == Summary:
		return summarised
	case p.Visible.Public == Full:
		return openToAll
	}
	return forTheOffice
}

// readers are those who see the whole of a case, sorted: unit:KEY, person:ID, and role:ROLE for who holds the role where the case is. The
// callers always do; in a closed circle beside them only those it names.
func (p *Procedure) readers(c *Case) []string {
	set := map[string]bool{}
	for i := range c.Callers {
		if h := c.holder(CallerMember(c.Callers[i].N)); h != "" {
			set[h] = true
		}
	}
	if len(p.Visible.Circle) > 0 {
		for _, term := range p.circle(c) {
			p.admit(set, c, term)
		}
	} else {
		for party := range c.Parties {
			p.admit(set, c, party)
		}
		for i := range c.Duties {
			if o := &c.Duties[i]; o.Status != Dropped && !o.Gone {
				set[c.holder(o.Owner)] = true
			}
		}
		for _, role := range p.acting {
			set[roleMark+role] = true
		}
		for _, term := range p.Escalate[:min(c.Level, len(p.Escalate))] {
			p.admit(set, c, term)
		}
	}
	delete(set, "")
	var out []string
	for m := range set {
		out = append(out, m)
	}
	slices.Sort(out)
	return out
}

// admit lets in a party, a role of a party's units, or a role.
func (p *Procedure) admit(set map[string]bool, c *Case, term string) {
	party, _, _ := strings.Cut(term, ".")
	members, known := c.Parties[party]
	if !known && party != Caller && party != Fallback && !p.Parties.Has(party) {
		set[roleMark+term] = true
		return
	}
	for _, m := range members {
		set[c.holder(m)] = true
	}
}

// actingRoles are the roles, other than those of parties, that may act somewhere in the procedure.
func (p *Procedure) actingRoles() []string {
	var out []string
	add := func(actions Named[Action]) {
		for _, a := range actions {
			for _, term := range slices.Concat(a.Value.By, a.Value.Approve) {
				if party, _, _ := strings.Cut(term, "."); !slices.Contains(reserved, term) && party != Caller && party != Fallback && !p.Parties.Has(party) && !slices.Contains(out, term) {
					out = append(out, term)
				}
			}
		}
	}
	add(p.Do)
	for _, s := range p.States {
		add(s.Value.Do)
	}
	slices.Sort(out)
	return out
}

// Approver is whose approval a pending action waits for: ROLE@unit:KEY, ROLE@ for a role of the whole, or unit:KEY; empty when none does.
func (p *Procedure) Approver(c *Case) string {
	if c.Pending == nil {
		return ""
	}
	f := (&decider{p: p, c: c}).asked(c.Pending)
	if f == nil || c.Pending.Step >= len(f.def.Approve) {
		return ""
	}
	term := f.def.Approve[c.Pending.Step]
	party, role, _ := strings.Cut(term, ".")
	if party != Caller && party != Fallback && !p.Parties.Has(party) {
		return term + approverAtAll
	}
	for _, m := range c.Parties[party] {
		if role == "" {
			return c.holder(m)
		}
		return role + approverAtAll + string(m)
	}
	return ""
}

// Viewer is somebody who looks at cases: what they hold today, spread out over the trees.
type Viewer struct {
	Person   int64
	Caller   string          // SHA-256 of the secret on a receipt; empty: none was shown
	members  []string        // person:ID, and unit:KEY of every unit for which they act
	roles    []placed        // the roles they hold, and where
	overview []identity.Area // where they oversee
	heads    []Post          // the posts that are bound to a unit
	trees    *places.Trees
}

type placed struct{ role, place string }

// ViewerOf returns how an actor looks at cases; nil is the public.
func (s *Service) ViewerOf(a *identity.Actor, secret string) Viewer {
	v := Viewer{trees: s.Trees(), Caller: keyOf(secret)}
	if a == nil || a.MustChange {
		return v
	}
	v.Person = a.ID
	v.members = append(v.members, string(PersonMember(a.ID)))
	for _, post := range postsOf(a) {
		v.roles = append(v.roles, placed{post.Role, post.Place})
		if !post.Acts {
			continue
		}
		v.heads = append(v.heads, post)
		for _, u := range v.trees.Units.Under(post.Unit) {
			if m := string(UnitMember(u.Key)); !slices.Contains(v.members, m) {
				v.members = append(v.members, m)
			}
		}
	}
	v.overview = a.Scope(identity.CaseOverview)
	return v
}

// postsOf are what an actor holds in cases.
func postsOf(a *identity.Actor) []Post {
	var out []Post
	for _, g := range a.Grants {
		if g.Role.May(identity.CaseWork) {
			out = append(out, Post{Role: string(g.Role), Unit: g.Unit, Place: g.Place, Acts: g.Unit != ""})
		}
	}
	return out
}

// Sees reports how much a viewer sees of a case. where compiles the same rule for lists; a test holds the two against each other.
func (v *Viewer) Sees(p *Procedure, c *Case) Sight { return v.sees(p, c, p.readers(c)) }

// sees is Sees with the case's readers worked out.
func (v *Viewer) sees(p *Procedure, c *Case, readers []string) Sight {
	if v.isCaller(c) || v.hasPart(readers, c.Place) {
		return Whole
	}
	open := p.openness()
	switch {
	case open >= forTheOffice && slices.ContainsFunc(v.overview, func(a identity.Area) bool { return v.inArea(a, c) }):
		return Whole
	case open == openToAll:
		return InFull
	case open == summarised:
		return Outline
	}
	return Nothing
}

func (v *Viewer) isCaller(c *Case) bool {
	return v.Caller != "" && slices.ContainsFunc(c.Callers, func(x CallerOf) bool { return x.Key == v.Caller })
}

func (v *Viewer) hasPart(readers []string, place string) bool {
	return slices.ContainsFunc(readers, func(m string) bool {
		role, isRole := strings.CutPrefix(m, roleMark)
		if !isRole {
			return slices.Contains(v.members, m)
		}
		return slices.ContainsFunc(v.roles, func(r placed) bool {
			return r.role == role && (r.place == "" || place == "" || v.trees.Places.Covers(r.place, place))
		})
	})
}

func (v *Viewer) inArea(a identity.Area, c *Case) bool {
	return (a.Unit == "" || slices.Contains(v.unitsUnder(a.Unit), c.Lead())) && (a.Place == "" || slices.Contains(v.placesUnder(a.Place), c.Place))
}

// where is the condition under which a viewer sees the row c of casework_case with at least some sight.
func (v *Viewer) where(least Sight) (cond string, args []any) {
	var any []string
	switch {
	case least <= Outline:
		any = append(any, "c.openness >= 2")
	case least <= InFull:
		any = append(any, "c.openness >= 3")
	}
	for _, a := range v.overview {
		cond, more := v.area(a)
		any, args = append(any, "c.openness >= 1"+cond), append(args, more...)
	}
	if cond, more := v.parts("p.member"); cond != "" {
		any = append(any, "EXISTS (SELECT 1 FROM casework_part p WHERE p.case_id = c.id AND ("+cond+"))")
		args = append(args, more...)
	}
	if len(any) == 0 {
		any = []string{"1 = 0"}
	}
	return strings.Join(any, " OR "), args
}

func (v *Viewer) area(a identity.Area) (cond string, args []any) {
	if a.Unit != "" {
		keys := v.unitsUnder(a.Unit)
		cond, args = cond+" AND c.lead_unit IN "+marks(len(keys)), append(args, asAny(keys)...)
	}
	if a.Place != "" {
		keys := v.placesUnder(a.Place)
		cond, args = cond+" AND c.place IN "+marks(len(keys)), append(args, asAny(keys)...)
	}
	return cond, args
}

// parts is the condition that a member column names the viewer.
func (v *Viewer) parts(column string) (cond string, args []any) {
	plain := slices.Clone(v.members)
	var bounded []placed
	for _, r := range v.roles {
		if m := roleMark + r.role; r.place == "" && !slices.Contains(plain, m) {
			plain = append(plain, m)
		} else if r.place != "" {
			bounded = append(bounded, r)
		}
	}
	var any []string
	if len(plain) > 0 {
		any, args = append(any, column+" IN "+marks(len(plain))), append(args, asAny(plain)...)
	}
	for _, r := range bounded {
		keys := append(v.placesUnder(r.place), "")
		any = append(any, column+" = ? AND c.place IN "+marks(len(keys)))
		args = append(append(args, roleMark+r.role), asAny(keys)...)
	}
	return strings.Join(any, " OR "), args
}

func (v *Viewer) unitsUnder(top string) []string {
	var keys []string
	for _, u := range v.trees.Units.Under(top) {
		keys = append(keys, u.Key)
	}
	return keys
}

func (v *Viewer) placesUnder(top string) []string {
	var keys []string
	for _, p := range v.trees.Places.Under(top) {
		keys = append(keys, p.Key)
	}
	return keys
}

// marks is a list of n placeholders.
func marks(n int) string {
	return "(" + strings.TrimSuffix(strings.Repeat("?, ", max(n, 1)), ", ") + ")"
}

func asAny[T any](s []T) []any {
	if len(s) == 0 {
		return []any{""} // nothing equals it: an empty list is no SQL
	}
	out := make([]any, len(s))
	for i := range s {
		out[i] = s[i]
	}
	return out
}

// See returns a case with how much of it a viewer sees, its procedure too. It is errs.NotFound when they see nothing: who may not know of
// a case is told the same as if there were none.
func (s *Service) See(ctx context.Context, tx *store.Tx, v Viewer, number string) (c *Case, p *Procedure, sight Sight, err error) {
	if c, err = s.ByNumber(ctx, tx, number); err != nil {
		return nil, nil, Nothing, err
	}
	if p, err = s.version(ctx, tx, c.Hash); err != nil {
		return nil, nil, Nothing, err
	}
	if sight = v.Sees(p, c); sight == Nothing {
		return nil, nil, Nothing, errs.New(errs.NotFound, "casework.no_case")
	}
	return c, p, sight, nil
}
