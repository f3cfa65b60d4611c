package drill

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// recorded is a stage that gives the same answers each time: by person, method and path, the path with {n} for the number of the case.
type recorded struct {
	answers map[string]string
	status  int // of every answer; 0: 200, and 404 where there is none
	sent    []string
	d       *Drill
}

func (r *recorded) Check(map[string][]byte) error { return nil }

func (r *recorded) Open(_ context.Context, d *Drill, _ map[string][]byte) (System, error) {
	r.d = d
	return r, nil
}

func (r *recorded) Token(p string) string {
	if x, _ := r.d.People.Get(p); x.Account {
		return p
	}
	return ""
}

func (r *recorded) Account(p string) int64 { return map[string]int64{"clerk": 7, "planner": 8}[p] }

func (r *recorded) District() string                    { return "toy" }
func (r *recorded) Heard(string) [][]byte               { return nil }
func (r *recorded) Zone() *time.Location                { return zone }
func (r *recorded) Close() error                        { return nil }
func (r *recorded) At(context.Context, time.Time) error { return nil }
func (r *recorded) Settle(context.Context) error        { return nil }
func (r *recorded) Verify(_ context.Context, receipt []byte) error {
	if !bytes.Contains(receipt, []byte("proof")) {
		return errors.New("it lacks its proof")
	}
	return nil
}

func (r *recorded) Post(context.Context, string, string, []byte) (*http.Response, error) {
	return nil, errors.New("no other system was there when it was recorded")
}

func (r *recorded) RoundTrip(req *http.Request) (*http.Response, error) {
	who, ok := strings.CutPrefix(req.Header.Get("Authorization"), "Bearer ")
	if !ok {
		who = "nobody"
	}
	if s := req.Header.Get("X-Receipt"); s != "" {
		who += "+" + s
	}
	key := who + " " + req.Method + " " + strings.TrimPrefix(req.URL.Path, api)
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	r.sent = append(r.sent, key+" "+string(body))
	status, out := r.status, r.answers[key]
	if status == 0 {
		if status = 200; out == "" {
			status = 404
		}
	}
	return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(out))}, nil
}

const whole = `{"number":"PP-1","procedure":"p","state":"b","outcome":"","urgent":true,"late":true,"level":2,"reopened":1,"sight":"whole","parent":"PP-0",
"form":{"title":"题","amount":1200.50,"phone":{"sealed":true},"about":"PP-1","who":8},"values":{"sum":123,"half":0.5,"name":"x"},
"callers":[{"n":1,"person":7,"said":{"name":{"sealed":true},"view":"漏水"}},{"n":2,"said":{"view":"没有"}}],"parties":{"lead":[{"member":"unit:office"}],"helper":[{"member":"person:8"}],"joint":[]},
"duties":[
 {"visit":1,"name":"take","owner":"unit:office","status":"met","outstanding":false,"due":"2021-11-19T13:00:00+08:00"},
 {"visit":1,"name":"look","owner":"unit:office","status":"missed","outstanding":false,"due":"2021-11-19T13:00:00+08:00"},
 {"visit":2,"name":"help","owner":"person:8","status":"missed","outstanding":true,"due":"2021-11-22T17:30:00+08:00","claimed":7},
 {"visit":2,"name":"visit","n":2,"owner":"unit:office","status":"due","outstanding":true,"due":"2022-01-04T17:30:00+08:00","provisional":true},
 {"visit":2,"name":"repay","owner":"caller:2","status":"due","outstanding":true}],
"pauses":[{"from":"2021-11-19T10:00:00+08:00","to":"2021-11-20T10:00:00+08:00","reason":"test"},{"from":"2021-11-21T10:00:00+08:00","reason":"inquiry"}],
"ratings":[{"party":"lead","member":"unit:office","score":2},{"party":"lead","member":"unit:office","score":5}],
"children":[{"procedure":"q","number":"QQ-1","outcome":"solved"},{"procedure":"q","number":"QQ-2"}],
"waiting":[{"action":"extend","as":"unit:office"}],"may_approve":true,"actions":[{"action":"back"}],
"history":[{"seq":1,"events":[{"opened":{}},{"entered":{}}]},{"seq":2,"events":[{"did":{"action":"x","input":{"note":"到","record":{"sealed":true}}}}]},{"seq":3,"events":[{"missed":{}},{"escalated":{}},{"entered":{}}]}]}`

var answers = map[string]string{
	"clerk POST /cases":                `{"number":"PP-1"}`,
	"clerk GET /cases/PP-1":            whole,
	"planner GET /cases/PP-1":          `{"number":"PP-1","sight":"outline","state":"b","actions":[]}`,
	"clerk GET /cases":                 `{"items":[{"number":"PP-2","sight":"whole"},{"number":"PP-1","sight":"whole"}]}`,
	"planner GET /cases":               `{"items":[{"number":"PP-1","sight":"whole"}]}`,
	"clerk GET /desk":                  `{"items":[{"number":"PP-1","duty":"help"},{"number":"PP-2","duty":"take"}],"approvals":[{"number":"PP-1"}]}`,
	"clerk GET /notices":               `{"items":[{"topic":"late","case":"PP-1"},{"topic":"owed","case":"PP-1"},{"topic":"owed","case":"PP-2"}]}`,
	"clerk GET /cases/PP-1/receipt":    `{"proof":[]}`,
	"nobody GET /procedures/p/figures": `{"states":{"b":2},"outcomes":{"solved":3},"shares":{"done":{"of":3,"among":4,"percent":75}},"withheld":false}`,
	"clerk GET /board":                 `{"items":[{"unit":"office","owed":1,"late":2,"met":3,"missed":4}]}`,
}

// seen lets a clerk open a case and expects something of it.
func seen(t *testing.T, expect string) error {
	t.Helper()
	d := mustRead(t, toyPeople+"steps:\n  - {who: clerk, opens: p, as: it}\n  - expect: {"+expect+"}\n")
	return Play(t.Context(), &recorded{answers: answers}, d, nil).Err
}

func TestWhatHoldsOfARecordedCase(t *testing.T) {
	for _, holds := range []string{
		"said: {name: sealed, view: 漏水, other: none}",
		"state: b, outcome: none, urgent: true, late: true, level: 2, reopened: 1, callers: 2, paused: inquiry, pending: extend",
		"pending: extend office",
		"owed: [help planner 11-22 17:30 late claimed clerk, visit#2 office 2022-01-04 17:30 provisional, repay caller#2 stopped]",
		"owed: [repay caller#2, visit office, help planner late]",
		"duties: [take office met, look office missed, help planner missed]",
		"duties: []",
		"parties: {lead: office, helper: [planner], joint: none, other: []}",
		"values: {sum: 123, half: 0.5, name: x, other: none}",
		"form: {title: 题, amount: 1200.5, phone: sealed}",
		"form: {about: case/it, who: person/planner}",
		"input: {note: 到, record: sealed, other: none}",
		"ratings: {office: 5}",
		"children: [q, q solved]",
		"events: {entered: 2, escalated: 1, declined: 0}",
		"sees: {clerk: whole, resident: nothing, public: nothing}",
		"knows: {clerk: true, planner: false, public: false}",
		"offers: {clerk: [approve, back], planner: [], public: []}",
		"desks: {clerk: [approve, help], planner: []}",
		"told: {clerk: [owed, late], planner: []}",
		"receipt: true",
		"figures: {by: public, states: {b: 2, a: 0}, outcomes: {solved: 3}, shares: {done: 3 of 4, other: none}, withheld: false}",
		"board: {by: clerk, units: {office: {owed: 1, late: 2, met: 3, missed: 4}, planning: {owed: 0}}}",
	} {
		if err := seen(t, holds); err != nil {
			t.Errorf("%s\n%s", holds, say(t, err))
		}
	}
}

func TestWhatDoesNotHoldOfARecordedCase(t *testing.T) {
	for _, tt := range []struct{ expect, want string }{
		{"urgent: false", "urgent: expected false, seen true"},
		{"level: 0", "level: expected 0, seen 2"},
		{"paused: none", "paused: expected none, seen inquiry"},
		{"pending: none", "pending: expected none, seen extend office"},
		{"pending: extend planner", "pending: expected extend planner, seen extend office"},
		{"pending: [extend, extend]", "pending: expected extend, extend, seen extend"},
		{"parent: none", "parent: expected none, seen PP-0"},
		{"owed: [help planner, visit office, repay caller#2]", "seen help planner 2021-11-22 17:30 late claimed clerk, visit#2 office 2022-01-04 17:30 provisional, repay caller#2 stopped"},
		{"owed: [help planner late claimed planner, visit office, repay caller#2]", "owed: expected help planner late claimed planner, "},
		{"owed: [help planner late, visit#1 office, repay caller#2]", "owed: expected"},
		{"duties: [take office missed]", "duties: expected take office missed, seen take office 2021-11-19 13:00 met,"},
		{"duties: [look office late]", "duties: expected"},
		{"duties: [visit office stopped]", "duties: expected"},
		{"parties: {lead: [office, planning]}", "parties lead: expected office, planning, seen office"},
		{"values: {sum: 124}", "values sum: expected 124, seen 123"},
		{"values: {sum: none}", "values sum: expected none, seen 123"},
		{"values: {name: '123'}", "values name: expected 123, seen x"},
		{"form: {title: case/it}", "form title: expected case/it, seen 题"},
		{"form: {who: person/clerk}", "form who: expected person/clerk, seen 8"},
		{"said: {name: 甲}", "said name: expected 甲, seen sealed"},
		{"said: {view: sealed}", "said view: expected sealed, seen 漏水"},
		{"form: {title: sealed}", "form title: expected sealed, seen 题"},
		{"form: {phone: '138'}", "form phone: expected 138, seen sealed"},
		{"input: {note: sealed}", "input note: expected sealed, seen 到"},
		{"ratings: {office: 2}", "ratings office: expected 2, seen 5"},
		{"children: [q]", "children: expected q, seen q, q solved"},
		{"events: {escalated: 2}", "events escalated: expected 2, seen 1"},
		{"sees: {planner: outline}", "planner finds in the list: expected outline, seen whole"},
		{"sees: {planner: nothing}", "sees planner: expected nothing, seen outline"},
		{"by: public, state: b", "public sees PP-1: expected whole, seen nothing"},
		{"knows: {clerk: false}", "knows clerk: expected false, seen true"},
		{"offers: {clerk: [back]}", "offers clerk: expected back, seen approve, back"},
		{"desks: {clerk: [help]}", "desks clerk: expected help, seen approve, help"},
		{"told: {clerk: [owed]}", "told clerk: expected owed, seen late, owed"},
		{"by: planner, receipt: true", "receipt: expected true, seen 404"},
		{"figures: {by: public, shares: {done: none}}", "figures shares done: expected none, seen 3 of 4"},
		{"figures: {by: clerk, states: {b: 2}}", "figures: expected p, seen 404"},
		{"figures: {by: public, withheld: true}", "figures withheld: expected true, seen false"},
		{"board: {by: clerk, units: {office: {late: 0}}}", "board units office late: expected 0, seen 2"},
	} {
		err := seen(t, tt.expect)
		if said := say(t, err); !strings.Contains(said, tt.want) || !strings.Contains(said, "d.yaml:12") {
			t.Errorf("%s: want %q, found\n%s", tt.expect, tt.want, said)
		}
	}
}

func TestNoticesAreLookedAtOnce(t *testing.T) {
	d := mustRead(t, toyPeople+"steps:\n  - {who: clerk, opens: p}\n  - expect: {told: {clerk: [owed, late]}}\n  - expect: {told: {clerk: []}}\n")
	if r := Play(t.Context(), &recorded{answers: answers}, d, nil); r.Err != nil {
		t.Error(say(t, r.Err))
	}
}

func TestWhatIsSent(t *testing.T) {
	const steps = `
forms: {f: {title: 题, more: 多, photo: [a.png]}}
steps:
  - {who: clerk, opens: p, form: f, with: {who: person/planner, rows: [{name: 甲}], photo: [b.png, b.png]}, without: [more], channel: phone, for: aunt, said: {amount: 5},
     foreign: {system: hotline, number: X1, due: 11-22 12:00}, as: one}
  - {who: aunt, does: act, with: {other: case/one}, rates: {lead: 5, planner: 4, unit/office: 3}, turn: 2}
  - {who: planner, does: join, for: public, said: {amount: 7}}
  - {who: clerk, claims: help}
  - {who: clerk, claims: visit, owner: office, turn: 2, for: planner}
  - {who: clerk, gives-back: help}
  - {who: clerk, returns: extend, with: {reason: 不同意}}
  - {who: clerk, approves: extend}
  - {who: clerk, approves: extend, owner: office}
  - {who: clerk, returns: extend, owner: planner, with: {reason: 不同意}}
  - {who: clerk, approves: extend, owner: "caller#2"}
  - {who: clerk, notes: 看过, files: [c.pdf]}
  - {who: clerk, links: one, how: related}
  - {who: clerk, reveals: {phone: "138", caller.name: 甲, caller#2.name: 乙}}
  - {who: clerk, finds: p, as: two}
  - {who: public, asks: GET /api/v1/procedures/p/figures, holds: {states.b: 2, outcomes.#: none, withheld: false}}
  - {who: clerk, asks: "POST /api/v1/things", sends: {a: [case/two]}, answers: 202}
`
	answers := map[string]string{
		"clerk POST /cases": `{"number":"PP-1","secret":"S"}`, "clerk POST /files": `{"hash":"h"}`, "nobody+S POST /cases/PP-1/do/act": `{}`,
		"planner POST /cases/PP-1/do/join": `{"secret":"T"}`, "nobody+S GET /cases/PP-1": whole, "clerk POST /cases/PP-1/claim": `{}`,
		"clerk POST /cases/PP-1/return": `{}`, "clerk POST /cases/PP-1/approve": `{}`, "clerk POST /cases/PP-1/note": `{}`, "clerk POST /cases/PP-1/link": `{}`,
		"clerk POST /cases/PP-1/reveal": `{"values":{"phone":"138","caller:1.name":"甲","caller:2.name":"乙"}}`, "clerk GET /cases": `{"items":[{"number":"PP-1"},{"number":"PP-2"}]}`,
		"nobody GET /procedures/p/figures": answers["nobody GET /procedures/p/figures"],
	}
	r := &recorded{answers: answers}
	d := mustRead(t, strings.Replace(toyPeople, "public:   nobody", "public:   nobody\n  aunt: {name: 王阿姨, phone: '138'}", 1)+steps)
	res := Play(t.Context(), r, d, nil)
	if !strings.Contains(say(t, res.Err), "clerk asks POST /api/v1/things: expected 202, seen 404") {
		t.Fatal(say(t, res.Err))
	}
	sent := strings.Join(r.sent, "\n")
	for _, want := range []string{
		`"form":{"photo":["h","h"],"rows":[{"name":"甲"}],"title":"题","who":8}`, `"on_behalf":{"name":"王阿姨","phone":"138"}`, `"said":{"amount":5}`,
		`"foreign":{"due":"2021-11-22T12:00:00+08:00","number":"X1","system":"hotline"}`, `"channel":"phone"`,
		`nobody+S POST /cases/PP-1/do/act {"input":{"other":"PP-1"},"n":2,"ratings":{"lead":5,"person:8":4,"unit:office":3}}`,
		`planner POST /cases/PP-1/do/join {"input":{},"joins":{"name":"public","said":{"amount":7}}}`,
		`clerk POST /cases/PP-1/claim {"n":0,"name":"help","owner":"person:8","person":7,"visit":2}`,
		`clerk POST /cases/PP-1/claim {"n":2,"name":"visit","owner":"unit:office","person":8,"visit":2}`,
		`clerk POST /cases/PP-1/claim {"n":0,"name":"help","owner":"person:8","person":null,"visit":2}`,
		`clerk POST /cases/PP-1/return {"action":"extend","reason":"不同意"}`, `clerk POST /cases/PP-1/approve {"action":"extend"}`,
		`clerk POST /cases/PP-1/approve {"action":"extend","as":"unit:office"}`, `clerk POST /cases/PP-1/return {"action":"extend","as":"person:8","reason":"不同意"}`,
		`clerk POST /cases/PP-1/approve {"action":"extend","as":"caller:2"}`, `clerk POST /cases/PP-1/note {"files":["h"],"text":"看过"}`,
		`clerk POST /cases/PP-1/link {"how":"related","number":"PP-1"}`, `clerk POST /cases/PP-1/reveal {"fields":["phone","caller:1.name","caller:2.name"]}`,
		`clerk POST /things {"a":["PP-2"]}`,
	} {
		if !strings.Contains(sent, want) {
			t.Errorf("nobody sent %s:\n%s", want, sent)
		}
	}
	if n := strings.Count(sent, "POST /files"); n != 3 {
		t.Errorf("%d files were uploaded for three names", n)
	}
}
