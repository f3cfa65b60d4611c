package drill

import (
	"context"
	"strings"
	"testing"
)

func tried(t *testing.T, stage Stage, sources ...string) Score {
	t.Helper()
	trial := Trial{Procedure: "p", File: toyFile}
	for _, s := range sources {
		trial.Drills = append(trial.Drills, mustRead(t, s))
	}
	var err error
	trial.Mutants, err = Mutants(toyFile, newToy().files, Others{Roles: []string{"clerk", "planner"}, Units: []string{"office", "planning"}})
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	s, err := trial.Run(t.Context(), stage, 3, func(n int) {
		if told++; n != told {
			t.Errorf("told of %d after %d", n, told)
		}
	})
	if err != nil {
		t.Fatal(say(t, err))
	}
	if told != len(trial.Mutants) || s.ByCheck+s.ByDrill+len(s.Unnoticed) != s.Mutants {
		t.Errorf("%d mutants, %d tried: %d %d %d", len(trial.Mutants), told, s.ByCheck, s.ByDrill, len(s.Unnoticed))
	}
	return s
}

func unnoticed(s Score) string {
	var lines []string
	for _, m := range s.Unnoticed {
		lines = append(lines, itoa(m.Line)+" "+m.What)
	}
	return strings.Join(lines, "\n")
}

func TestACarefulDrillNoticesEveryMutant(t *testing.T) {
	s := tried(t, newToy(), careful)
	if s.ByDrill == 0 || s.ByCheck == 0 || s.Noticed() < Enough {
		t.Errorf("%d mutants, %d by the check, %d by the drill:\n%s", s.Mutants, s.ByCheck, s.ByDrill, unnoticed(s))
	}
}

func TestADrillThatAssertsNothingNoticesNothing(t *testing.T) {
	d := toyPeople + "steps:\n  - {wait: 1 day}\n"
	s := tried(t, newToy(), d)
	if s.ByDrill != 0 || s.Noticed() > 0.5 {
		t.Errorf("%d were noticed by a drill that looks at nothing", s.ByDrill)
	}
	if through := tried(t, newToy(), careless); through.ByDrill >= tried(t, newToy(), careful).ByDrill/2 {
		t.Errorf("%d were noticed by a drill that only opens a case", through.ByDrill)
	}
}

func TestAMutantIsPlayedUntilItIsNoticed(t *testing.T) {
	stage := newToy()
	alone := tried(t, stage, careful)
	n := stage.opened.Load()
	if want := int32(1 + alone.Mutants - alone.ByCheck); n != want {
		t.Errorf("%d systems were opened, want %d", n, want)
	}
	stage = newToy()
	both := tried(t, stage, careful, strings.Replace(careless, "drill: p", "drill: q", 1))
	if both.ByDrill != alone.ByDrill {
		t.Errorf("%d by two drills, %d by the one", both.ByDrill, alone.ByDrill)
	}
	if n, want := stage.opened.Load(), int32(2+both.Mutants-both.ByCheck+len(both.Unnoticed)); n != want {
		t.Errorf("%d systems were opened, want %d", n, want)
	}
}

func TestADrillThatFailsIsNotTriedOnMutants(t *testing.T) {
	trial := Trial{Procedure: "p", File: toyFile, Drills: []*Drill{mustRead(t, strings.Replace(careful, "{state: a}", "{state: done}", 1))}}
	if _, err := trial.Run(t.Context(), newToy(), 1, func(int) {}); !strings.Contains(say(t, err), "state: expected done, seen a") {
		t.Errorf("%v", err)
	}
}

func TestTheTrialEndsWithItsContext(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	trial := Trial{Procedure: "p", File: toyFile, Drills: []*Drill{mustRead(t, careless)}}
	trial.Mutants, _ = Mutants(toyFile, newToy().files, Others{})
	_, err := trial.Run(ctx, newToy(), 1, func(n int) { stop() })
	if err == nil {
		t.Error("it went on")
	}
}
