package drill

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// rich says everything that the language of procedures can say.
const rich = `procedure: rich
opened-by: [clerk, head]
on-behalf: [window]
parties:
  lead:  {one: unit, from: route, not: [joint]}
  joint: {many: unit, from: form.joint, optional: true}
  judge: {one: person, role: mediator}
  town:  {one: unit, is: tangjiawan}
routes:
  - {category: [road], to: [construction, governance]}
  - {under: tangjiawan, place: [jinfeng]}
form:
  required: [title]
  properties:
    title: {type: string}
    phone: {type: string, x-personal: 联系}
    rows: {type: array, items: {type: object, required: [date], properties: {date: {type: string}, name: {type: string}}}}
callers: schema/callers.json
fields: {secret: {type: string, x-personal: 保密}}
visible: {public: none, circle: [lead, judge], callers: [judge]}
urgent: form.danger
repeat: form.phone
scale: 3
pauses: {inquiry: {stops: [answer, look]}}
values: {sum: "form.a + 1", name: "'x'", same: input.x, titled: {title: {zh: 题}, is: form.a * 2}, set: {title: {zh: 记}}}
shares: {done: {of: [z], among: [z, y]}}
escalate: [lead.head, leader]
escalate-again: 2 working days
duties:
  look: {owed-by: town, every: 1 month, day: 28, missed: [escalate, to y], until: [z]}
do:
  stop: {by: lead, pause: inquiry}
  go:   {by: program, resume: true}
states:
  a:
    seen-by: [mediator]
    duties:
      answer: {owed-by: [lead, joint], within: [{if: case.urgent, span: 1 working hour}, {span: 4 working hours}], missed: nothing, if: form.x > 2}
      visit:  {owed-by: judge, at: [3 days, 10 days], missed: to y, opens: {procedure: q, form: {n: "1"}}}
      plan:   {owed-by: lead, by: form.date, within: 3 days, missed: reroute}
    do:
      answer: {by: owed, with: [note, photo?], if: input.x == 1, within: 10 days, meets: [answer, plan], drops: visit, rate: [lead, joint], mark: 2}
      more:   {by: lead, approve: [lead.head, leader], extend: {duty: answer, by: 30 days}, set: {n: "2"}, assign: {judge: person}, takes: judge, reroute: once, joins: true, to: y}
    next:
      b: {when: [all joint met answer, lead met answer], if: values.sum > 3}
      y: {when: any met answer}
  b:
    do: {x: {by: [lead, anyone], to: z, opens: {procedure: q}}}
  y: {ends: unconfirmed, unseen-by: [judge, joint]}
  z: {ends: solved}
`

const callers = `{"required": ["amount"], "properties": {"amount": {"type": "integer"}, "id": {"type": "string", "x-personal": "核实"}}}`

func mutantsOf(t *testing.T, source string) []Mutant {
	t.Helper()
	files := map[string][]byte{"procedures/rich.yaml": []byte(source), "schema/callers.json": []byte(callers)}
	all, err := Mutants("procedures/rich.yaml", files, Others{Roles: []string{"clerk", "window", "leader", "mediator"}, Units: []string{"construction", "tangjiawan", "office"}})
	if err != nil {
		t.Fatal(say(t, err))
	}
	return all
}

func TestEachLineIsWeakened(t *testing.T) {
	all := mutantsOf(t, rich)
	lines := map[string][]string{}
	for _, m := range all {
		at := filepath.Base(m.File) + ":" + itoa(m.Line)
		lines[at] = append(lines[at], string(m.Kind)+" "+m.What)
	}
	for at, want := range map[string][]string{
		"rich.yaml:2":    {"role opened-by: [clerk, head] → [anyone, head]", "role opened-by: [clerk, head] → [window, head]", "role opened-by: [clerk, head] → [head]", "role opened-by: [clerk, head] → [clerk, anyone]"},
		"rich.yaml:3":    {"role on-behalf: [window] → [anyone]", "role on-behalf: [window] → [clerk]"},
		"rich.yaml:5":    {"party not: [joint] → ✗", "party from: route → ✗"},
		"rich.yaml:6":    {"party optional: true → ✗", "party from: form.joint → ✗"},
		"rich.yaml:7":    {"role role: mediator → clerk"},
		"rich.yaml:8":    {"party is: tangjiawan → construction"},
		"rich.yaml:10":   {"route routes: {category: [road], to: [construction, governance]} → ✗", "route to: [construction, governance] → [tangjiawan, governance]", "route to: [construction, governance] → [construction]"},
		"rich.yaml:11":   {"route under: tangjiawan → construction", "route place: [jinfeng] → ✗"},
		"rich.yaml:13":   {"form required: [title] → ✗"},
		"rich.yaml:16":   {"form required: [title] → [title, phone]", "visibility x-personal: 联系 → ✗"},
		"rich.yaml:17":   {"form required: [title] → [title, rows]", "form required: [date] → ✗", "form required: [date] → [date, name]"},
		"callers.json:1": {"form required: [amount] → ✗", "form required: [amount] → [amount, id]", "visibility x-personal: 核实 → ✗"},
		"rich.yaml:19":   {"visibility x-personal: 保密 → ✗"},
		"rich.yaml:20":   {"visibility public: none → summary", "visibility public: none → full", "visibility circle: [lead, judge] → [judge]", "visibility circle: [lead, judge] → [lead]", "visibility circle: [lead, judge] → ✗", "visibility callers: [judge] → ✗"},
		"rich.yaml:21":   {"guard urgent: form.danger → ✗", "guard urgent: form.danger → !(form.danger)"},
		"rich.yaml:22":   {"figure repeat: form.phone → ✗"},
		"rich.yaml:23":   {"figure scale: 3 → ✗"},
		"rich.yaml:24":   {"clock stops: [answer, look] → [look]", "clock stops: [answer, look] → [answer]"},
		"rich.yaml:25":   {"effect sum: form.a + 1 → ✗", "effect sum: form.a + 1 → form.a - 1", "effect name: 'x' → 'xx'", "effect same: input.x → ✗", "effect titled: {title: {zh: 题}, is: form.a * 2} → ✗", "effect is: form.a * 2 → form.a + 2"},
		"rich.yaml:26":   {"figure of: [z] → ✗", "figure among: [z, y] → [z]"},
		"rich.yaml:27":   {"role escalate: [lead.head, leader] → [leader]", "role escalate: [lead.head, leader] → [lead.head]"},
		"rich.yaml:28":   {"clock escalate-again: 2 working days → 4 working days", "clock escalate-again: 2 working days → 1 working day", "clock escalate-again: 2 working days → ✗"},
		"rich.yaml:30":   {"role owed-by: town → [caller]", "clock every: 1 month → 2 months", "clock day: 28 → 1", "missed missed: [escalate, to y] → [to y]", "missed missed: [escalate, to y] → [escalate]", "missed missed: [escalate, to y] → [escalate, to a]", "duty until: [z] → ✗"},
		"rich.yaml:32":   {"role by: lead → [anyone]", "role by: lead → [caller]", "effect pause: inquiry → ✗"},
		"rich.yaml:33":   {"effect resume: true → ✗", "role by: program → [anyone]"},
		"rich.yaml:36":   {"visibility seen-by: [mediator] → ✗"},
		"rich.yaml:38":   {"role owed-by: [lead, joint] → [caller, joint]", "role owed-by: [lead, joint] → [joint]", "clock span: 1 working hour → 2 working hours", "guard if: case.urgent → !(case.urgent)", "clock within: {if: case.urgent, span: 1 working hour} → ✗", "clock span: 4 working hours → 8 working hours", "clock span: 4 working hours → 3 working hours", "missed missed: nothing → [escalate]", "guard if: form.x > 2 → ✗", "guard if: form.x > 2 → !(form.x > 2)"},
		"rich.yaml:39":   {"clock at: 3 days → 6 days", "clock at: 10 days → 9 days", "clock at: 10 days → ✗", "missed missed: to y → nothing", "missed missed: to y → [to a]", "effect opens: {procedure: q, form: {n: 1}} → ✗", "effect n: 1 → 2"},
		"rich.yaml:40":   {"clock by: form.date → ✗", "clock within: 3 days → 2 days", "missed missed: reroute → nothing"},
		"rich.yaml:42":   {"role by: owed → [anyone]", "role by: owed → [caller]", "evidence with: [note, photo?] → [note?, photo?]", "evidence with: [note, photo?] → [photo?]", "evidence with: [note, photo?] → [note, photo]", "guard if: input.x == 1 → ✗", "clock within: 10 days → 9 days", "clock within: 10 days → ✗", "duty meets: [answer, plan] → [plan]", "duty drops: visit → ✗", "effect rate: [lead, joint] → [lead]", "effect mark: 2 → ✗"},
		"rich.yaml:43":   {"role approve: [lead.head, leader] → [anyone, leader]", "role approve: [lead.head, leader] → [lead, leader]", "role approve: [lead.head, leader] → [leader]", "clock by: 30 days → 60 days", "clock by: 30 days → 29 days", "clock times: – → 2", "clock extend: {duty: answer, by: 30 days} → ✗", "effect n: 2 → 3", "effect judge: person → ✗", "effect takes: judge → ✗", "effect reroute: once → ✗", "effect joins: true → ✗", "move to: y → ✗", "move to: y → z"},
		"rich.yaml:45":   {"next b: {when: [all joint met answer, lead met answer], if: values.… → ✗", "next when: [all joint met answer, lead met answer] → [lead met answer]", "next when: [all joint met answer, lead met answer] → [any joint met answer, lead met answer]", "next when: [all joint met answer, lead met answer] → [all joint met answer, joint met answer]", "guard if: values.sum > 3 → ✗"},
		"rich.yaml:46":   {"next when: any met answer → [all met answer]", "next when: any met answer → [any missed answer]"},
		"rich.yaml:48":   {"role by: [lead, anyone] → [anyone]", "role by: [lead, anyone] → [lead]", "move to: z → ✗", "move to: z → y", "effect opens: {procedure: q} → ✗"},
		"rich.yaml:49":   {"move ends: unconfirmed → solved", "visibility unseen-by: [judge, joint] → [joint]"},
		"rich.yaml:50":   {"move ends: solved → unconfirmed"},
	} {
		for _, w := range want {
			if !slices.Contains(lines[at], w) {
				t.Errorf("%s: no mutant %q; there are\n  %s", at, w, strings.Join(lines[at], "\n  "))
			}
		}
	}
	if slices.ContainsFunc(lines["rich.yaml:25"], func(l string) bool {
		return strings.Contains(l, "effect set") || strings.Contains(l, "zh: 题") && !strings.Contains(l, "→ ✗")
	}) {
		t.Errorf("a title is weakened: %v", lines["rich.yaml:25"])
	}
	for _, d := range []string{"look", "answer", "visit", "plan"} {
		if !slices.ContainsFunc(all, func(m Mutant) bool {
			return m.Kind == OfDuty && strings.HasPrefix(m.What, d+": {") && strings.HasSuffix(m.What, "✗")
		}) {
			t.Errorf("the duty %s is never removed", d)
		}
	}
}

func TestAMutantDiffersFromItsProcedureInOnePlace(t *testing.T) {
	var root Values
	if err := yaml.UnmarshalWithOptions([]byte(rich), &root, yaml.UseOrderedMap()); err != nil {
		t.Fatal(err)
	}
	for _, m := range mutantsOf(t, rich) {
		var v Values
		if err := yaml.UnmarshalWithOptions(m.data, &v, yaml.UseOrderedMap()); err != nil {
			t.Fatalf("%s: %v\n%s", m.What, err, m.data)
		}
		if m.File == "procedures/rich.yaml" && text(v) == text(root) {
			t.Errorf("%s changes nothing", m.What)
		}
	}
	if again := encode(root); text(readAgain(t, again)) != text(root) {
		t.Errorf("what is written is not what was read:\n%s", again)
	}
}

func readAgain(t *testing.T, data []byte) Values {
	t.Helper()
	var v Values
	if err := yaml.UnmarshalWithOptions(data, &v, yaml.UseOrderedMap()); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestTextsStayTexts(t *testing.T) {
	v := readAgain(t, encode(readAgain(t, []byte("a: \"true\"\nb: '1'\nc: yes\nd: 2021-11-19\ne: \"x: y # z\\n\\t\\\"\"\nf: 1\ng: 1.5\nh: true\ni: null\nj: '<>&'\n"))))
	if got := text(v); got != "{a: true, b: 1, c: yes, d: 2021-11-19, e: x: y # z\n\t\", f: 1, g: 1.5, h: true, i: none, j: <>&}" {
		t.Errorf("%s", got)
	}
	for key, want := range map[string]any{"a": "true", "b": "1", "f": uint64(1), "h": true} {
		if got := under(v, key); got != want {
			t.Errorf("%s is %#v", key, got)
		}
	}
}

func TestAnExpressionIsTwisted(t *testing.T) {
	for source, want := range map[string]string{
		"a + b": "a - b", "a >= 3": "a > 3", "x == 'a + b'": "x != 'a + b'", "has(a) && b": "has(a) || b", "input.x": "input.x", "4": "5", "'x'": "'xx'",
		"true": "false", "size(x) * 2": "size(x) + 2", "double(n) / 2.0": "double(n) * 2.0", `"a"`: `"ax"`, "a < b + 1": "a <= b + 1",
	} {
		if got := twist(source); got != want {
			t.Errorf("%s is twisted to %s, want %s", source, got, want)
		}
	}
}

func TestTheProcedureOfThePackHasMutantsOfEveryKindItCanHave(t *testing.T) {
	const pack = "../../packs/zhuhai-gaoxin/"
	files := map[string][]byte{}
	for _, f := range []string{"procedures/whistle.yaml", "schema/whistle.json"} {
		data, err := os.ReadFile(pack + f)
		if err != nil {
			t.Fatal(err)
		}
		files[f] = data
	}
	all, err := Mutants("procedures/whistle.yaml", files, Others{Roles: []string{"clerk"}, Units: []string{"office"}})
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[Kind]int{}
	for _, m := range all {
		kinds[m.Kind]++
		if m.Line == 1 && m.File != "schema/whistle.json" {
			t.Errorf("%s is on no line", m.What)
		}
	}
	for _, k := range []Kind{OfDuty, OfClock, OfMissed, OfRole, OfEvidence, OfGuard, OfMove, OfNext, OfEffect, OfParty, OfRoute, OfVisibility, OfForm} {
		if kinds[k] == 0 {
			t.Errorf("none of kind %s", k)
		}
	}
	t.Logf("%d mutants: %v", len(all), kinds)
}

func FuzzMutants(f *testing.F) {
	f.Add([]byte(rich))
	f.Add([]byte("states: {a: {do: {x: 1}, next: {b: 2}}}\nvisible: x\nform: [1]\nroutes: {a: b}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		all, err := Mutants("p", map[string][]byte{"p": data}, Others{Roles: []string{"a"}, Units: []string{"b"}})
		if err == nil {
			for _, m := range all {
				readAgain(t, m.data)
			}
		}
	})
}
