package casework

import (
	"slices"
	"strings"

	"huying/internal/places"
)

// readers are those who have a part in a case, sorted: unit:KEY for who acts for a unit, person:ID, role:ROLE for who holds the role where the
// case is, ROLE@unit:KEY for who holds it in the unit. They see the whole; those with outlineMark before them only the outline.
//
// The callers always read, and the persons who owe something: who owes a duty sees what they need. In a closed circle beside them only those
// whom it names; who must hear that something is late hears of which number.
func (p *Procedure) readers(c *Case, trees *places.Trees) []string {
	r := reading{p: p, c: c, set: map[string]bool{}}
	for i := range c.Callers {
		r.add(c.holder(CallerMember(c.Callers[i].N)))
		if unit := c.Callers[i].Unit; unit != "" {
			for _, role := range p.OpenedBy {
				r.add(role + approverAtAll + string(UnitMember(unit)))
			}
		}
	}
	if len(p.Visible.Circle) > 0 {
		r.closed()
	} else {
		r.open(trees)
	}
	var out []string
	for m := range r.set {
		if whole, outlined := strings.CutPrefix(m, outlineMark); !outlined || !r.set[whole] {
			out = append(out, m)
		}
	}
	slices.Sort(out)
	return out
}

// outlineMark stands before who sees only the outline of a case.
const outlineMark = "~"

// parts are the readers of a case and, with unreadMark before them, the units of its parties that do not read it, as the database keeps them.
func (p *Procedure) parts(c *Case, trees *places.Trees) []string {
	out := p.readers(c, trees)
	for _, members := range c.Parties {
		for _, m := range members {
			if _, unit := m.Unit(); unit && !slices.Contains(out, string(m)) {
				out = addOnce(out, unreadMark+string(m))
			}
		}
	}
	return out
}

// unreadMark stands before a unit that does not read a case. Who takes over from it finds the case by that.
const unreadMark = "-"

type reading struct {
	p   *Procedure
	c   *Case
	set map[string]bool
}

func (r *reading) add(members ...string) {
	for _, m := range members {
		if m != "" {
			r.set[m] = true
		}
	}
}

// closed lets in the circle, the persons who owe something, and, for the outline, the rungs of the ladder that were climbed.
func (r *reading) closed() {
	for _, term := range r.p.circle(r.c) {
		r.add(r.p.addresses(r.c, term)...)
	}
	for i := range r.c.Duties {
		if _, person := r.c.Duties[i].Owner.Person(); person && r.c.Duties[i].outstanding() {
			r.add(string(r.c.Duties[i].Owner))
		}
	}
	for _, m := range r.heard() {
		r.add(outlineMark + m)
	}
}

// open lets in everybody who has something to do in the case.
func (r *reading) open(trees *places.Trees) {
	unseen := func(string) bool { return false }
	if s, ok := r.p.state(r.c.State); ok {
		unseen = func(party string) bool { return slices.Contains(s.UnseenBy, party) }
	}
	for party, members := range r.c.Parties {
		if !unseen(party) {
			r.addAll(party, members)
		}
	}
	for i := range r.c.Duties {
		if o := &r.c.Duties[i]; o.Status != Dropped && !o.Gone && (o.outstanding() || !unseen(o.Party)) {
			r.add(r.p.actors(r.c, o.Party, o.Owner)...)
		}
	}
	d := &decider{p: r.p, c: r.c, w: World{Trees: trees}}
	for i := range r.p.Parties {
		if party := r.p.Parties[i].Key; r.p.actsIn(r.c.State, party) { // also who stands in for it
			r.addAll(party, d.members(party))
		}
	}
	for _, role := range r.p.acting {
		r.add(roleMark + role)
	}
	r.add(r.heard()...)
}

func (r *reading) addAll(party string, members []Member) {
	for _, m := range members {
		r.add(r.p.actors(r.c, party, m)...)
	}
}

// heard are those who heard of the case by the ladder.
func (r *reading) heard() []string {
	var out []string
	for _, rung := range slices.Concat(r.p.Escalate[:min(r.c.Level, len(r.p.Escalate))], r.c.Heard) {
		out = append(out, r.p.addresses(r.c, rung)...)
	}
	return out
}

// actsIn reports whether a party may do something in a state, or approve it.
func (p *Procedure) actsIn(state, party string) bool {
	s, ok := p.state(state)
	return ok && slices.ContainsFunc(s.Do, func(a Entry[Action]) bool {
		return slices.ContainsFunc(slices.Concat(a.Value.By, a.Value.Approve), func(term string) bool {
			head, _, _ := strings.Cut(term, ".")
			return head == party
		})
	})
}

// actingRoles are the roles, other than those of parties, that may act somewhere in the procedure.
func (p *Procedure) actingRoles() []string {
	var out []string
	add := func(actions Named[Action]) {
		for _, a := range actions {
			for _, term := range slices.Concat(a.Value.By, a.Value.Approve) {
				if party, _, _ := strings.Cut(term, "."); !slices.Contains(reserved, term) && !p.isParty(party) && !slices.Contains(out, term) {
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
