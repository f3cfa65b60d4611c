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

// Viewer is somebody who looks at cases: what they hold today, spread out over the trees.
type Viewer struct {
	Person   int64
	Caller   string          // SHA-256 of the secret on a receipt; empty: none was shown
	own      []string        // person:ID, and unit:KEY of the units for which they act
	units    []string        // unit:KEY of the units in which they hold a post, whether it acts for the unit or not
	seats    []string        // unit:KEY of the units at which they hold a post of the whole district
	members  []string        // as whom they read: own, the units below those, and ROLE@unit:KEY of every post
	roles    []placed        // the roles they hold, and where
	overview []identity.Area // where they oversee
	posts    []Post          // that are bound to a unit
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
	v.own = []string{string(PersonMember(a.ID))}
	v.members = slices.Clone(v.own)
	for _, post := range postsOf(a) {
		v.roles = append(v.roles, placed{post.Role, post.Place})
		switch {
		case post.Unit != "":
			v.atUnit(post)
		case a.Unit != "": // a post of the whole district is held somewhere: there lies its work
			v.units, v.seats = addOnce(v.units, string(UnitMember(a.Unit))), addOnce(v.seats, string(UnitMember(a.Unit)))
		}
	}
	v.overview = a.Scope(identity.CaseOverview)
	return v
}

// atUnit takes up a post that is bound to a unit. Reading goes down the tree, acting does not.
func (v *Viewer) atUnit(post Post) {
	unit := string(UnitMember(post.Unit))
	v.posts = append(v.posts, post)
	v.units = addOnce(v.units, unit)
	v.members = addOnce(v.members, post.Role+approverAtAll+unit)
	if !post.Acts {
		return
	}
	v.own = addOnce(v.own, unit)
	for _, key := range v.unitsUnder(post.Unit) {
		v.members = addOnce(v.members, string(UnitMember(key)))
	}
}

func addOnce(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// postsOf are what an actor holds in cases.
func postsOf(a *identity.Actor) []Post {
	var out []Post
	for _, g := range a.Grants {
		if g.Role.May(identity.CaseWork) {
			out = append(out, Post{Role: string(g.Role), Unit: g.Unit, Place: g.Place, Acts: g.Unit != "" && g.Role.May(identity.CaseAct)})
		}
	}
	return out
}

// Sees reports how much a viewer sees of a case. where compiles the same rule for lists; a test holds the two against each other.
func (v *Viewer) Sees(p *Procedure, c *Case) Sight { return v.sees(p, c, p.readers(c, v.trees)) }

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
	case open == summarised, v.hears(readers, c.Place):
		return Outline
	}
	return Nothing
}

// hears reports whether a viewer is one of those who see only the outline.
func (v *Viewer) hears(readers []string, place string) bool {
	var outlined []string
	for _, m := range readers {
		if m, ok := strings.CutPrefix(m, outlineMark); ok {
			outlined = append(outlined, m)
		}
	}
	return v.hasPart(outlined, place)
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
			return r.role == role && v.reaches(r.place, place)
		})
	})
}

// reaches reports whether a post in a place reaches to another; one that is bound to none reaches everywhere, and what lies nowhere is
// anyone's.
func (v *Viewer) reaches(post, place string) bool {
	return post == "" || place == "" || v.trees.Places.Covers(post, place)
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
	marked := []string{""}
	if least <= Outline {
		marked = append(marked, outlineMark)
	}
	if cond, more := v.hasPartIn(marked...); cond != "" {
		any, args = append(any, cond), append(args, more...)
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

// hasPartIn is the condition that a viewer has a part in the row c, each with one of some marks before it.
func (v *Viewer) hasPartIn(marked ...string) (cond string, args []any) {
	var any []string
	for _, mark := range marked {
		cond, more := v.parts(mark)
		any, args = append(any, cond...), append(args, more...)
	}
	if len(any) == 0 {
		return "", nil
	}
	// OFFSET 0 changes nothing but PostgreSQL's plan: it looks at the parts of a few cases, instead of collecting all cases in which the viewer has one
	return "EXISTS (SELECT 1 FROM casework_part p WHERE p.case_id = c.id AND (" + strings.Join(any, " OR ") + ") LIMIT 1 OFFSET 0)", args
}

// parts are the conditions, of which one holds, that a row of casework_part names the viewer with a mark before it.
func (v *Viewer) parts(mark string) (any []string, args []any) {
	var plain []string
	for _, m := range v.members {
		plain = append(plain, mark+m)
	}
	var bounded []placed
	for _, r := range v.roles {
		if r.place == "" {
			plain = addOnce(plain, mark+roleMark+r.role)
		} else {
			bounded = append(bounded, r)
		}
	}
	if len(plain) > 0 {
		any, args = append(any, "p.member IN "+marks(len(plain))), append(args, asAny(plain)...)
	}
	for _, r := range bounded {
		keys := append(v.placesUnder(r.place), "")
		any = append(any, "p.member = ? AND c.place IN "+marks(len(keys)))
		args = append(append(args, mark+roleMark+r.role), asAny(keys)...)
	}
	return any, args
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
