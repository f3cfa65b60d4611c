package drill

import (
	"slices"
	"strings"
	"testing"

	"huying/internal/errs"
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

const byMessage = `
drill: m
procedure: p
at: 2021-11-19 09:00
people:
  clerk: {role: clerk, unit: office}
  other: {peer: hotline}
  aunt:  {name: 王阿姨, phone: "13800000000"}
steps:
  - {who: other, posts: order, number: GD-1, for: aunt, with: {title: 题, due: 11-19 15:00}, files: [a.png], as: one, holds: {handled: P-1}, expect: {heard: {other: [accepted, accepted]}}}
  - {who: other, posts: urge, with: {text: 请尽快}}
  - {who: other, posts: order, number: GD-2, refused: invalid, field: order.title}
  - {expect: {heard: {other: [accepted, accepted, accepted]}}}
`

func TestAnotherSystemPlays(t *testing.T) {
	mustPass(t, mustRead(t, byMessage))
	for _, tt := range []struct{ name, from, to, want string }{
		{"a message that is refused", "with: {title: 题, due", "with: {titel: 题, due", "other posts order: expected done, seen 422 required order.title"},
		{"a message that is taken", "refused: invalid, field: order.title", "with: {title: 题}, refused: invalid", "other posts order: expected refused: invalid, seen 200"},
		{"one whose second coming is answered otherwise", "title: 题, due", "title: forgetful, due", "other posts order once more: expected"},
		{"another answer", "handled: P-1", "handled: P-2", "handled: expected P-2, seen P-1"},
		{"what it heard", "other: [accepted, accepted]", "other: [assigned]", "heard other: expected assigned, seen accepted, accepted"},
		{"what it heard since", "{other: [accepted, accepted, accepted]}", "{other: none}", "heard other: expected none, seen accepted, accepted, accepted"},
	} {
		source := strings.Replace(byMessage, tt.from, tt.to, 1)
		if source == byMessage {
			t.Fatalf("%s: there is no %q", tt.name, tt.from)
		}
		r := Play(t.Context(), newToy(), mustRead(t, source), nil)
		if !r.Failed() || !strings.Contains(say(t, r.Err), tt.want) {
			t.Errorf("%s: want %q, found\n%s", tt.name, tt.want, say(t, r.Err))
		}
	}
	for _, tt := range []struct{ from, to, key string }{
		{"who: other, posts: urge", "who: clerk, posts: urge", "peer_posts"},
		{"who: other, posts: urge, with: {text: 请尽快}", "who: other, notes: 请尽快", "peer_posts"},
		{"posts: urge", "posts: urgent", "no_message"},
		{"posts: order, number: GD-2", "posts: order", "no_number"},
		{"heard: {other: [accepted, accepted]}", "heard: {clerk: [accepted]}", "no_peer_hears"},
		{"with: {text: 请尽快}}", "with: {text: 请尽快}, as: two}", "bad_name"},
		{"with: {text: 请尽快}}", "with: {text: 请尽快}, rates: {lead: 5}}", "key_of_other"},
	} {
		_, err := Read("d.yaml", []byte(strings.Replace(byMessage, tt.from, tt.to, 1)))
		if !slices.ContainsFunc(errs.All(err), func(e *errs.Error) bool { return e.Key == "drill.check."+tt.key }) {
			t.Errorf("%s: want %s, found\n%s", tt.to, tt.key, say(t, err))
		}
	}
	d := mustRead(t, byMessage)
	known := Known{Procedures: []string{"p"}, Roles: []string{"clerk"}, Units: []string{"office"}}
	if err := d.CheckIn(known); err == nil || !strings.Contains(say(t, err), "There is no “hotline” in the pack's peers.yaml") {
		t.Errorf("a peer that the pack does not have: %v", err)
	}
	if known.Peers = []string{"hotline"}; d.CheckIn(known) != nil {
		t.Error(say(t, d.CheckIn(known)))
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
