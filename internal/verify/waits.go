package verify

import (
	"encoding/json"
	"slices"
	"strings"
)

// asked names what waits for approval, as the history writes it.
type asked struct {
	State  string `json:"state"`
	Action string `json:"action"`
	For    string `json:"for"`
	Step   int    `json:"step"` // approvals given
}

// is reports whether an event that names an action and a member means this one. Of those that name no member, or nothing, one waited at most.
func (a asked) is(action, member string) bool {
	return (action == "" || a.Action == action) && (member == "" || a.For == member)
}

// waits are those of a case.
type waits []asked

// UnmarshalJSON takes the single one of older cases too.
func (w *waits) UnmarshalJSON(b []byte) error {
	if strings.HasPrefix(string(b), "{") {
		b = slices.Concat([]byte("["), b, []byte("]"))
	}
	return json.Unmarshal(b, (*[]asked)(w))
}

// takeAsked takes up what was asked for, approved, returned or done.
func (s *story) takeAsked(e event) {
	ended := func(action, member string) {
		if i := slices.IndexFunc(s.waits, func(a asked) bool { return a.is(action, member) }); i >= 0 {
			s.waits = slices.Delete(s.waits, i, i+1)
		}
	}
	switch {
	case e.Asked != nil:
		if a := *e.Asked; slices.ContainsFunc(s.waits, func(b asked) bool { return b.Action == a.Action && b.For == a.For }) {
			s.fail("asked_twice", "action", a.Action, "member", a.For)
		}
		s.waits = append(s.waits, *e.Asked)
	case e.Approved != nil:
		i := slices.IndexFunc(s.waits, func(a asked) bool { return a.is(e.Approved.Action, e.Approved.For) })
		if i < 0 {
			s.fail("not_asked", "action", e.Approved.Action, "member", e.Approved.For)
			return
		}
		s.waits[i].Step = e.Approved.Step
	case e.Returned != nil:
		ended(e.Returned.Action, e.Returned.For)
	case e.Did != nil:
		ended(e.Did.Action, e.Did.For)
	}
}

// approvers are whose approval a case waits for: of each action that waits and is still offered those of its next step, sorted.
func (r *run) approvers(s *story) []string {
	var out []string
	p := r.procedures[s.hash]
	for _, a := range s.waits {
		do, ok := p.action(s, a)
		if !ok || a.Step >= len(do.Approve) {
			continue
		}
		party, role, _ := strings.Cut(do.Approve[a.Step], ".")
		def, named := p.Parties[party]
		members := s.parties[party]
		switch {
		case !named && party != "fallback" && party != "caller":
			out = append(out, do.Approve[a.Step]+"@")
			continue
		case slices.Contains(members, a.For):
			members = []string{a.For}
		}
		for _, m := range members {
			if role != "" {
				out = append(out, role+"@"+m)
				continue
			}
			out = append(out, s.holder(m))
			for _, acts := range def.Acts {
				if strings.HasPrefix(m, "unit:") {
					out = append(out, acts+"@"+m)
				}
			}
		}
	}
	slices.Sort(out)
	return slices.DeleteFunc(slices.Compact(out), func(a string) bool { return a == "" })
}

// action returns what a procedure says of an action that waits; ok is false where it is offered no more: another state has been entered, and
// nothing of the one before is owed that it would meet.
func (p *procedure) action(s *story, a asked) (do action, ok bool) {
	if p == nil {
		return do, false
	}
	if do, ok = p.States[a.State].Do[a.Action]; !ok {
		do, ok = p.Do[a.Action]
		return do, ok
	}
	if a.State == s.state {
		return do, true
	}
	return do, slices.ContainsFunc(s.duties, func(d *duty) bool { return d.open() && d.state == a.State && slices.Contains(do.Meets, d.Name) })
}

// texts is a text or a list of them.
type texts []string

// UnmarshalYAML reads either.
func (t *texts) UnmarshalYAML(unmarshal func(any) error) error {
	var one string
	if unmarshal(&one) == nil {
		*t = texts{one}
		return nil
	}
	return unmarshal((*[]string)(t))
}
