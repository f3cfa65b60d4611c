package casework

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"huying/internal/errs"
)

// strangers are people of every kind who have no part in the cases of these tests.
var strangers = []Actor{
	{}, {Person: 90}, clerk(91, "governance"), head(92, "governance"), theOffice, theLeader, theProgram,
	{Person: 93, Posts: []Post{{Role: "community.officer", Unit: "xiazha-office", Place: "xiazha", Acts: true}}},
	{Person: 94, Posts: []Post{{Role: "grid.worker", Unit: "xiazha-office", Place: "xiazha", Acts: true}}},
}

// only lets somebody do what no stranger may, and what cannot be done without any of the fields that are given, the optional ones excepted.
func (pl *play) only(by Actor, cmd Do, optional ...string) {
	pl.t.Helper()
	s, _ := pl.p.state(pl.c.State)
	def, here := s.Do.Get(cmd.Action)
	for _, other := range strangers {
		if here && pl.named(other, def) || pl.above(other) {
			continue
		}
		if err := pl.try(other, cmd); !errs.Is(err, errs.Forbidden) {
			pl.t.Fatalf("%+v did %s: %v", other, cmd.Action, err)
		}
	}
	if here {
		for _, f := range pl.p.ActionForm(pl.c.State, cmd.Action).Fields {
			if !f.Required {
				continue
			}
			less := cmd
			less.Input = maps.Clone(cmd.Input)
			delete(less.Input, f.Name)
			if err := pl.try(by, less); !errs.Is(err, errs.Invalid) {
				pl.t.Fatalf("%s was done without %s: %v", cmd.Action, f.Name, err)
			}
		}
		for name := range cmd.Input {
			if !asks(def, name) && !slices.Contains(optional, name) {
				pl.t.Fatalf("%s can be done without %s", cmd.Action, name)
			}
		}
	}
	pl.do(by, cmd)
}

// named reports whether an action names the role of somebody, or the program, for which it need not be theirs otherwise.
func (pl *play) named(other Actor, def *Action) bool {
	if other.Program {
		return slices.Contains(def.By, ByProgram)
	}
	holds := func(role string) bool {
		return slices.ContainsFunc(other.Posts, func(p Post) bool { return p.Role == role && (p.Place == "" || p.Place == pl.c.Place) })
	}
	return slices.ContainsFunc(def.By, func(term string) bool { return !pl.p.Parties.Has(term) && holds(term) })
}

// above reports whether somebody acts for a unit above one that may act, and so for it.
func (pl *play) above(other Actor) bool {
	if len(other.Posts) == 0 {
		return false
	}
	for _, members := range pl.c.Parties {
		for _, m := range members {
			if unit, ok := m.Unit(); ok && pl.w.Trees.Units.Covers(other.Posts[0].Unit, unit) && other.Posts[0].Unit != unit {
				return true
			}
		}
	}
	return false
}

// asks lets somebody ask for what another must approve.
func (pl *play) asks(by Actor, cmd Do, optional ...string) {
	pl.t.Helper()
	state := pl.c.State
	if pl.only(by, cmd, optional...); pl.c.Pending == nil || pl.c.State != state {
		pl.t.Fatalf("%s was done without anybody's approval", cmd.Action)
	}
	for _, other := range append([]Actor{by}, strangers[:4]...) {
		pl.refused(errs.Forbidden, other, Approve{})
	}
}

// TestSilenceNeverEndsInSilence holds every procedure of the pack to it: what is missed is heard of higher up, or moves the case on.
func TestSilenceNeverEndsInSilence(t *testing.T) {
	_, procedures := tableOfThePack(t)
	heard := func(at string, duties Named[Duty]) {
		for _, d := range duties {
			if !slices.Equal(d.Value.OwedBy, Strings{Caller}) && !slices.ContainsFunc(d.Value.Missed, func(m string) bool { return m == missedEscalate || strings.HasPrefix(m, "to ") || m == missedReroute }) {
				t.Errorf("nobody hears when %s.%s is missed: %v", at, d.Key, d.Value.Missed)
			}
		}
	}
	for name, p := range procedures {
		heard(name, p.Duties)
		for _, s := range p.States {
			heard(name+"."+s.Key, s.Value.Duties)
		}
	}
}
