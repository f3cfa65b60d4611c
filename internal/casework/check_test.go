package casework

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"huying/internal/errs"
)

func TestFaultsAreFoundAtTheirLine(t *testing.T) {
	const path = "procedures/whistle.yaml"
	data, err := fromPack(path)
	if err != nil {
		t.Fatal(err)
	}
	source := string(data)
	for _, tt := range []struct{ from, to, key, near string }{
		{"when: lead met report-in", "when: lead has reported", "bad_condition", "lead has reported"},
		{"when: lead met report-in", "when: chief met report-in", "no_party", "chief met"},
		{"when: lead met report-in", "when: fallback met report-in", "party_owes_not", "fallback met"},
		{"{handling: {when: lead met report-in}}", "{handlin: {when: lead met report-in}}", "no_state", "handlin:"},
		{"by: owed, with: [note, photo?], meets: report-in", "by: owed, with: [note, photo?]", "owed_what", "report-in: {title"},
		{"by: owed, with: [note, photo?], meets", "by: lead, with: [note, photo?], meets", "not_dischargeable", "title: {zh: 报到"},
		{"with: [note, evidence], meets: resolve", "with: [note, evidence]", "leaves_duty", "resolve: {title: {zh: 处置完毕, en: Resolved}"},
		{"with: [note, evidence]", "with: [note, evidense]", "schema", "evidense"},
		{"reroute: once", "reroute: always", "reroute_once", "always"},
		{"missed: to unconfirmed", "missed: to solved", "silence_is_no_yes", "to solved"},
		{"missed: to unconfirmed", "missed: shrug", "missed_what", "shrug"},
		{"within: 3 working days, missed: escalate", "within: 3 working days", "no_missed", "resolve: {title"},
		{"owed-by: lead, within: 3 working days", "owed-by: lead", "one_term", "resolve: {title"},
		{"owed-by: lead, within", "owed-by: leed, within", "no_party", "leed"},
		{"urgent: form.danger", "urgent: form.dangre", "no_field", "dangre"},
		{"urgent: form.danger", "urgent: 1 + 1", "rule.not_a_condition", "1 + 1"},
		{"visible: {public: summary}", "visible: {public: some}", "bad_public", "some"},
		{"visible: {public: summary}", "visible: {public: full, circle: [lead]}", "circle_public", "circle"},
		{"form: schema/whistle.json", "form: schema/none.json", "no_file", "none.json"},
		{"from: route", "from: thin air", "party_from", "thin air"},
		{"from: form.joint", "from: form.title", "party_field", "form.title"},
		{"category: [road]", "category: [rod]", "no_category", "[rod]"},
		{"  solved:\n", "  solvd:\n", "no_state", "to: solved"},
		{"ends: closed-unsolved", "ends: whatever", "no_outcome", "whatever"},
		{"escalate: [lead.head, leader, supervisor]\n", "", "no_ladder", "missed: escalate"},
		{"mark: WS", "mark: whistle", "bad_mark", "whistle"},
		{"opened-by: [community.officer, grid.worker]", "opened-by: []", "nobody_opens", "opened-by"},
		{"by: caller, rate: [lead, joint], meets: confirm, to: solved", "by: lead, rate: [lead, joint], drops: confirm, to: solved", "solved_by_proof", "accept: {"},
		{"by: lead, approve: [lead.head], with: [reason]", "by: lead, approve: [lead.head]", "ended_with_reason", "cannot:"},
	} {
		if !strings.Contains(source, tt.from) {
			t.Fatalf("whistle.yaml has no %q", tt.from)
		}
		_, err := Read(path, []byte(strings.Replace(source, tt.from, tt.to, 1)), fromPack)
		found := false
		for _, e := range errs.All(err) {
			key := strings.TrimPrefix(e.Key, "casework.check.")
			excerpt, _ := e.Args["excerpt"].(string)
			marked := ""
			for line := range strings.SplitSeq(excerpt, "\n") {
				if strings.HasPrefix(line, ">") {
					marked = line
				}
			}
			found = found || key == tt.key && strings.Contains(marked, tt.near)
		}
		if !found {
			t.Errorf("%q for %q: want %s at %q, found\n%s", tt.to, tt.from, tt.key, tt.near, say(t, err))
		}
	}
}

func TestWholesOfAProcedure(t *testing.T) {
	const head = `
procedure: p
title: {zh: 流程}
mark: PP
opened-by: [clerk]
parties: {lead: {one: unit, is: office}}
visible: {public: none}
form: {required: [title], properties: {title: {title: 题, type: string}}}
`
	for name, tt := range map[string]struct{ states, key string }{
		"a state that nothing leads to": {`
states:
  a: {title: {zh: 甲}, duties: {x: {owed-by: lead, within: 1 day, missed: nothing}}, do: {x: {by: lead, with: [note, answer], meets: x, to: b}}}
  b: {title: {zh: 乙}, ends: solved}
  c: {title: {zh: 丙}, ends: refused}`, "unreachable"},
		"a round without an end": {`
states:
  a: {title: {zh: 甲}, duties: {x: {owed-by: lead, within: 1 day, missed: nothing}}, do: {x: {by: lead, with: [note], meets: x, to: b}}}
  b: {title: {zh: 乙}, duties: {y: {owed-by: lead, within: 1 day, missed: nothing}}, do: {y: {by: lead, with: [note], meets: y, to: a}}}`, "never_ends"},
		"a state in which nobody owes anything": {`
states:
  a: {title: {zh: 甲}, do: {x: {by: lead, with: [answer], to: b}}}
  b: {title: {zh: 乙}, ends: solved}`, "nobody_owes_here"},
		"a refusal by the machine": {`
states:
  a: {title: {zh: 甲}, duties: {x: {owed-by: lead, within: 1 day, missed: to b}}, do: {x: {by: lead, with: [reason], meets: x, to: b}}}
  b: {title: {zh: 乙}, ends: refused}`, "machine_refuses"},
		"an extension by whoever owes": {`
states:
  a: {title: {zh: 甲}, duties: {x: {owed-by: lead, within: 1 day, missed: nothing}},
    do: {x: {by: lead, with: [answer], meets: x, to: b}, more: {by: lead, with: [reason], extend: {duty: x, by: 1 day}}}}
  b: {title: {zh: 乙}, ends: solved}`, "extend_approve"},
	} {
		_, err := Read("p.yaml", []byte(head+tt.states), os.ReadFile)
		all := errs.All(err)
		if len(all) == 0 || slices.ContainsFunc(all, func(e *errs.Error) bool { return e.Key != "casework.check."+tt.key }) {
			t.Errorf("%s: want %s, found\n%s", name, tt.key, say(t, err))
		}
	}
}

func FuzzRead(f *testing.F) {
	files, err := filepath.Glob(filepath.Join(packDir, "procedures", "*.yaml"))
	if err != nil || len(files) == 0 {
		f.Fatalf("%d procedures: %v", len(files), err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if p, err := Read("p.yaml", data, fromPack); err == nil && p.Hash == "" {
			t.Error("a procedure without a hash")
		}
	})
}

func TestNonsenseIsFound(t *testing.T) {
	const source = `
parties: {lead: {one: unit, is: office}, helper: {one: unit, from: form.unit}}
visible: {public: none}
form: {required: [title, unit], properties: {title: {title: 题, type: string}, unit: {title: 单位, type: string, format: unit}}}
pauses: {hearing: {title: {zh: 听证}, law: 某条}}
states:
  a:
    title: {zh: 甲}
    duties: {x: {owed-by: lead, within: 1 day, missed: nothing}}
    do:
      x: {by: lead, with: [note, answer], meets: x}
      stop: {by: lead, with: [note], pause: hearing}
      go-on: {by: lead, with: [note], resume: true}
      more: {by: lead, with: [reason], approve: [lead.head], extend: {duty: x, by: 1 day}}
    next: {b: {when: met x}}
  b:
    title: {zh: 乙}
    duties: {y: {owed-by: lead, within: 1 day, missed: nothing}}
    do: {y: {by: lead, with: [answer], meets: y, to: z}}
  z: {title: {zh: 终}, ends: solved}
shares: {done: {title: {zh: 率}, of: [z], among: [z]}}
`
	p := mustSmall(t, source)
	if got := p.ActionTitle("a", "go-on").ZH; got != "go-on" {
		t.Errorf("an action without a title is called %q", got)
	}
	for name, tt := range map[string]struct{ from, to, key string }{
		"a party that nothing fills":          {"{one: unit, from: form.unit}", "{one: unit}", "never_filled"},
		"clocks that stop for good":           {"resume: true", "if: case.urgent", "never_resumed"},
		"a state that follows itself":         {"next: {b: {when: met x}}", "next: {b: {when: met x}, a: {when: met x}}", "next_self"},
		"two of one":                          {"when: met x", "when: 2 lead met x", "party_of_one"},
		"a longer term of another state":      {"duty: x, by", "duty: y, by", "no_duty"},
		"a field that is asked for twice":     {"[note, answer]", "[note, answer, note?]", "with_twice"},
		"a share of what is not counted":      {"among: [z]", "among: []", "share_among"},
		"a role that acts for a person":       {"helper: {one: unit, from: form.unit}", "helper: {one: person, role: clerk, acts: clerk}", "acts_for_units"},
		"a person by the route or the caller": {"helper: {one: unit, from: form.unit}", "helper: {one: person, role: clerk, from: caller}", "party_from"},
	} {
		_, err := small(t, replaced(t, source, tt.from, tt.to))
		if !slices.ContainsFunc(errs.All(err), func(e *errs.Error) bool { return e.Key == "casework.check."+tt.key }) {
			t.Errorf("%s: want %s, found\n%s", name, tt.key, say(t, err))
		}
	}
}

func TestAChildIsNotGivenWhatItsFormRefuses(t *testing.T) {
	const path = "procedures/supervision.yaml"
	data, err := fromPack(path)
	if err != nil {
		t.Fatal(err)
	}
	d := District{Roles: []string{"supervisor", "leader", "head"}, Trees: district(), Procedures: map[string]*Procedure{"letter": procedureOf(t, "letter")}}
	for _, tt := range []struct{ from, to, field string }{
		{"", "", ""},
		{`basis: '"light"'`, `basis: '"lights"'`, "basis"},
		{`urgency: '"urgent"'`, `urgency: '"ur" + "gent"'`, ""}, // what it says is worked out
		{`urgency: '"urgent"'`, `urgency: '"very"'`, "urgency"},
		{`urgency: '"urgent"'`, `urgency: '1'`, "urgency"},
		{`title: form.title`, `title: '"x"'`, "title"}, // too short
		{`title: form.title`, `title: '"红灯"'`, ""},
		{`body: input.note`, `body: '""'`, "body"},
	} {
		p, err := Read(path, []byte(strings.Replace(string(data), tt.from, tt.to, 1)), fromPack)
		if err != nil {
			t.Fatal(tt.to, err)
		}
		field := ""
		for _, e := range errs.All(p.CheckIn(d)) {
			if e.Key == "casework.check.child_refuses" {
				field, _ = e.Args["field"].(string)
			}
		}
		if field != tt.field {
			t.Errorf("%s: it refuses %q, want %q", tt.to, field, tt.field)
		}
	}
}
