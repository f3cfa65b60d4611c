package casework

import "strings"

// Way is how a case comes from one state to another: what leads there is named in Why, several when there are several ways of a kind.
type Way struct {
	From, To string
	Kind     WayKind
	Why      []Text
}

// WayKind is who moves the case along a way.
type WayKind string

const (
	ByAction  WayKind = "do"     // somebody acts
	ByItself  WayKind = "next"   // conditions hold
	BySilence WayKind = "missed" // a duty was missed
)

// Ways returns the ways of a procedure, in the order of its states.
func Ways(p *Procedure) []Way {
	w := &wayfinder{p: p}
	for i := range p.States {
		w.from(p.States[i].Key, &p.States[i].Value)
	}
	return w.ways
}

type wayfinder struct {
	p    *Procedure
	ways []Way
}

func (w *wayfinder) from(state string, s *State) {
	actions := s.Do
	duties := s.Duties
	if s.Ends == Open {
		for _, a := range w.p.Do {
			if !s.Do.Has(a.Key) {
				actions = append(actions[:len(actions):len(actions)], a)
			}
		}
		duties = append(duties[:len(duties):len(duties)], w.p.Duties...)
	}
	for _, a := range actions {
		if a.Value.To != "" {
			w.add(state, a.Value.To, ByAction, a.Value.Title)
		}
	}
	for _, n := range s.Next {
		w.add(state, n.Key, ByItself, w.titleOf(n.Key))
	}
	for _, d := range duties {
		for _, m := range d.Value.Missed {
			if to, ok := strings.CutPrefix(m, "to "); ok {
				w.add(state, to, BySilence, d.Value.Title)
			}
		}
	}
}

func (w *wayfinder) titleOf(state string) Text {
	if s, ok := w.p.state(state); ok {
		return s.Title
	}
	return Text{}
}

func (w *wayfinder) add(from, to string, kind WayKind, why Text) {
	for i := range w.ways {
		if v := &w.ways[i]; v.From == from && v.To == to && v.Kind == kind {
			v.Why = append(v.Why, why)
			return
		}
	}
	w.ways = append(w.ways, Way{From: from, To: to, Kind: kind, Why: []Text{why}})
}

// Ends is how a state ends a case; Open for one that does not.
func (p *Procedure) Ends(state string) Outcome {
	if s, ok := p.state(state); ok {
		return s.Ends
	}
	return Open
}

// PartyTitle is what a party is called; the parties that are always there have no title in the file.
func (p *Procedure) PartyTitle(party string) Text {
	if d, ok := p.Parties.Get(party); ok {
		return d.Title
	}
	return Text{}
}
