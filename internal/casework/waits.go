package casework

import (
	"encoding/json"
	"slices"
	"strings"
)

// Pending is an action that waits for approval.
type Pending struct {
	Asked
	Step int    `json:"step"` // approvals given
	By   Signed `json:"by"`
}

// Waits are the actions that wait for approval, in the order in which they were asked for: of one action at most one for each member.
type Waits []Pending

// UnmarshalJSON reads a list, and the single one that cases kept when no more than one could wait.
func (w *Waits) UnmarshalJSON(b []byte) error {
	var all []Pending
	if len(b) > 0 && b[0] == '{' {
		all = make([]Pending, 1)
		if err := json.Unmarshal(b, &all[0]); err != nil {
			return err
		}
	} else if err := json.Unmarshal(b, &all); err != nil {
		return err
	}
	*w = all
	return nil
}

// has reports whether an action waits that was asked for a member.
func (w Waits) has(action string, m Member) bool {
	return slices.ContainsFunc(w, func(p Pending) bool { return p.Action == action && p.For == m })
}

// which returns the place of what an event names, or -1. Events of older programs name no member, and some no action: then one waited at
// most.
func (w Waits) which(action string, m Member) int {
	i := slices.IndexFunc(w, func(p Pending) bool { return p.Action == action && p.For == m })
	if i < 0 && m == "" {
		i = slices.IndexFunc(w, func(p Pending) bool { return action == "" || p.Action == action })
	}
	return i
}

// Of returns what waits under the name of an event, or nil.
func (w Waits) Of(action string, m Member) *Pending {
	if i := w.which(action, m); i >= 0 {
		return &w[i]
	}
	return nil
}

// without is what waits when one has ended; another list, so that the case before keeps its own.
func (w Waits) without(action string, m Member) Waits {
	switch i := w.which(action, m); {
	case i < 0:
		return w
	case len(w) == 1:
		return nil
	default:
		return slices.Delete(slices.Clone(w), i, i+1)
	}
}

// approved is what waits when one step of it was approved.
func (w Waits) approved(a *Approved) Waits {
	i := w.which(a.Action, a.For)
	if i < 0 {
		return w
	}
	w = slices.Clone(w)
	w[i].Step = a.Step
	return w
}

// Approvers are whose approval something waits for next, any of them: ROLE@unit:KEY, ROLE@ for a role of the whole, unit:KEY, person:ID; none
// when it is offered no more. What a member of the party that approves has asked for is its own people's.
func (p *Procedure) Approvers(c *Case, q *Pending) []string {
	f := (&decider{p: p, c: c}).asked(q)
	if f == nil || q.Step >= len(f.def.Approve) {
		return nil
	}
	term := f.def.Approve[q.Step]
	party, role, _ := strings.Cut(term, ".")
	if !p.isParty(party) {
		return []string{term + approverAtAll}
	}
	members := c.Parties[party]
	if slices.Contains(members, q.For) {
		members = []Member{q.For}
	}
	var out []string
	for _, m := range members {
		if role == "" {
			out = append(out, p.actors(c, party, m)...)
		} else {
			out = append(out, role+approverAtAll+string(m))
		}
	}
	return out
}

// approvers are those of everything that waits, sorted.
func (p *Procedure) approvers(c *Case) []string {
	var out []string
	for i := range c.Pending {
		out = append(out, p.Approvers(c, &c.Pending[i])...)
	}
	slices.Sort(out)
	return slices.DeleteFunc(slices.Compact(out), func(s string) bool { return s == "" })
}
