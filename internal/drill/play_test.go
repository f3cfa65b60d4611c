package drill

import (
	"strings"
	"testing"
)

func TestADrillIsPlayed(t *testing.T) {
	if r := mustPass(t, mustRead(t, careful)); r.Played != 13 {
		t.Errorf("%d steps were played", r.Played)
	}
}

func TestAStepThatFailsSaysWhatWasSeen(t *testing.T) {
	for _, tt := range []struct{ name, from, to, want string }{
		{"another state", "{state: a}", "{state: done}", "d.yaml:20: state: expected done, seen a"},
		{"a duty that is due at another time", "take office 11-19 13:00", "take office 11-19 12:59", "d.yaml:14: owed: expected take office 11-19 12:59, seen take office 2021-11-19 13:00"},
		{"a duty of another", "[take office 11-19 13:00]", "[take planning]", "owed: expected take planning, seen take office"},
		{"a duty too many", "[take office 11-19 13:00]", "[take office, take office]", "owed: expected take office, take office, seen take office"},
		{"nothing owed", "[take office 11-19 13:00]", "[]", "owed: expected none, seen take office 2021-11-19 13:00"},
		{"an action that is not offered", "planner: []", "planner: [take]", "offers planner: expected take, seen none"},
		{"somebody sees nothing", "planner: whole", "planner: nothing", "sees planner: expected nothing, seen whole"},
		{"somebody is let", "planner, resident, public], as", "clerk], as", "clerk opens p: expected refused: forbidden, seen 201"},
		{"a field that is not needed", "needs: [title]", "needs: [more]", "clerk opens p without more: expected refused: invalid more, seen 201"},
		{"a refusal of another kind", "refused: forbidden", "refused: conflict", "planner does take: expected refused: conflict, seen 403 not_yours"},
		{"a refusal for another field", "field: file", "field: note", "clerk does take: expected refused: invalid note, seen 422 invalid file required"},
		{"no refusal", "with: {note: 到}, needs", "with: {note: 到}, refused: forbidden} #", "clerk does take: expected refused: forbidden, seen 200"},
		{"a deed that is refused", "with: {title: 题}, needs", "with: {more: 题}, as: one} #", "clerk opens p: expected done, seen 422 invalid title required"},
		{"an outcome", "outcome: unconfirmed", "outcome: none", "outcome: expected none, seen unconfirmed"},
	} {
		source := strings.Replace(careful, tt.from, tt.to, 1)
		if source == careful {
			t.Fatalf("%s: there is no %q", tt.name, tt.from)
		}
		r := Play(t.Context(), newToy(), mustRead(t, source), nil)
		if !r.Failed() || !strings.Contains(say(t, r.Err), tt.want) {
			t.Errorf("%s: want %q, found\n%s", tt.name, tt.want, say(t, r.Err))
		}
	}
}

func TestAllThatDiffersIsShownAndTheStep(t *testing.T) {
	source := strings.Replace(careful, "{state: done, outcome: solved,", "{state: a, outcome: none,", 1)
	r := Play(t.Context(), newToy(), mustRead(t, source), nil)
	said := say(t, r.Err)
	for _, want := range []string{"state: expected a, seen done", "outcome: expected none, seen solved", ">  21 |   - {who: clerk, does: take"} {
		if !strings.Contains(said, want) {
			t.Errorf("nothing says %q:\n%s", want, said)
		}
	}
}

func TestAFailureOfTheMachineIsNoFailedDrill(t *testing.T) {
	d := mustRead(t, careful)
	for status, failed := range map[int]bool{500: false, 404: true} {
		r := Play(t.Context(), &recorded{answers: map[string]string{"clerk POST /cases": "{}"}, status: status}, d, nil)
		if r.Err == nil || r.Failed() != failed {
			t.Errorf("%d: %v", status, r.Err)
		}
	}
}

func TestTheClockDoesNotGoBack(t *testing.T) {
	r := Play(t.Context(), newToy(), mustRead(t, toyPeople+"steps:\n  - {at: 11-20 09:00}\n  - {at: 2021-11-19 09:00}\n"), nil)
	if r.Played != 2 || !strings.Contains(say(t, r.Err), "d.yaml:12: The clock does not go back: it is 2021-11-20 09:00 already") {
		t.Errorf("%d %s", r.Played, say(t, r.Err))
	}
}
