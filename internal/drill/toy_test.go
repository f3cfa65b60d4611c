package drill

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
)

// toy is a stage of a test: a very small engine of procedures that speaks the interface. It knows who opens, required fields, duties with
// terms in hours, who does what with which fields, and where that leads.
type toy struct {
	files  map[string][]byte
	opened atomic.Int32
}

const toyFile = "procedures/p.yaml"

const toyProcedure = `
procedure: p
opened-by: [clerk]
form: {required: [title], properties: {title: {type: string}, more: {type: string}}}
visible: {public: none}
states:
  a:
    duties: {take: {owed-by: lead, within: 4 hours, missed: to late}}
    do:
      take: {by: lead, with: [note, photo?], meets: take, to: done}
  late: {ends: unconfirmed}
  done: {ends: solved}
`

var zone = time.FixedZone("CST", 8*3600)

func (y *toy) tree(changed map[string][]byte) Values {
	data := y.files[toyFile]
	if c, ok := changed[toyFile]; ok {
		data = c
	}
	var v Values
	if err := yaml.UnmarshalWithOptions(data, &v, yaml.UseOrderedMap()); err != nil {
		panic(err)
	}
	return v
}

// Check holds that actions lead to states and meet duties.
func (y *toy) Check(changed map[string][]byte) error {
	root := y.tree(changed)
	states := at(root, spot{"states"}).(Values)
	for _, s := range states {
		do, _ := at(s.Value, spot{"do"}).(Values)
		for _, a := range do {
			if to, ok := at(a.Value, spot{"to"}).(string); ok && under(states, to) == nil {
				return errors.New("no state " + to)
			}
			for _, d := range texts(at(a.Value, spot{"meets"})) {
				if at(s.Value, spot{"duties", d}) == nil {
					return errors.New("no duty " + d)
				}
			}
		}
	}
	return nil
}

func (y *toy) Open(_ context.Context, d *Drill, changed map[string][]byte) (System, error) {
	y.opened.Add(1)
	return &toySystem{root: y.tree(changed), d: d, now: d.At.in(time.Time{}, zone), files: map[string]bool{}}, nil
}

type toySystem struct {
	root    Values
	d       *Drill
	now     time.Time
	files   map[string]bool
	cases   []*kase
	settled int
	closed  bool
	sent    [][]byte // to another system
}

func (y *toySystem) Token(p string) string {
	if x, _ := y.d.People.Get(p); x.Account {
		return p
	}
	return ""
}

func (y *toySystem) Account(p string) int64 {
	for i, x := range y.d.People {
		if x.Key == p && x.Value.Account {
			return int64(i + 1)
		}
	}
	return 0
}

func (y *toySystem) District() string { return "toy" }

// Post opens a case for an order, and answers as its fields say.
func (y *toySystem) Post(_ context.Context, peer, id string, body []byte) (*http.Response, error) {
	var m struct {
		Type, From, To, Number string
		Order                  struct{ Title string }
	}
	if err := json.Unmarshal(body, &m); err != nil {
		return nil, err
	}
	status, v := http.StatusOK, any(object{"number": m.Number, "handled": "P-1"})
	switch {
	case m.From != peer || m.To != "toy":
		status, v = http.StatusBadRequest, refuse("not_for_us", "to")
	case m.Type == msgOrder && m.Order.Title == "":
		status, v = http.StatusUnprocessableEntity, refuse("required", "order.title")
	case m.Type == msgOrder && m.Order.Title == "forgetful":
		v = object{"number": m.Number, "handled": fmt.Sprint("P-", len(y.sent))}
	}
	y.sent = append(y.sent, []byte(`{"type":"status","number":"`+m.Number+`","status":{"is":"accepted"}}`))
	data, err := json.Marshal(v)
	return &http.Response{StatusCode: status, Body: io.NopCloser(bytes.NewReader(data)), Header: http.Header{}}, err
}

func (y *toySystem) Heard(string) [][]byte { return y.sent }

func (y *toySystem) Zone() *time.Location { return zone }
func (y *toySystem) Close() error         { y.closed = true; return nil }

func (y *toySystem) At(_ context.Context, t time.Time) error {
	y.now = t
	for i, c := range y.cases {
		for j := range c.Duties {
			o := &c.Duties[j]
			if !o.Outstanding || !o.Due.Before(t) {
				continue
			}
			o.Status, o.Outstanding = statusMissed, false
			if to, ok := strings.CutPrefix(fmt.Sprint(at(y.root, spot{"states", c.State, "duties", o.Name, "missed"})), "to "); ok {
				y.enter(i, to)
			}
		}
	}
	return nil
}

func (y *toySystem) Settle(context.Context) error { y.settled++; return nil }

func (y *toySystem) Verify(_ context.Context, receipt []byte) error {
	if !bytes.Contains(receipt, []byte("proof")) {
		return errors.New("no proof")
	}
	return nil
}

func (y *toySystem) enter(i int, state string) {
	c := y.cases[i]
	c.State = state
	c.Outcome, _ = at(y.root, spot{"states", state, "ends"}).(string)
	duties, _ := at(y.root, spot{"states", state, "duties"}).(Values)
	for _, d := range duties {
		var hours int
		_, _ = fmt.Sscanf(fmt.Sprint(under(d.Value.(Values), "within")), "%d hour", &hours)
		c.Duties = append(c.Duties, duty{Name: fmt.Sprint(d.Key), Owner: "unit:office", Status: statusDue, Outstanding: true, Due: y.now.Add(time.Duration(hours) * time.Hour)})
	}
}

// may reports whether a person is one of those named: anyone, a role, the lead unit, which is office.
func (y *toySystem) may(who string, terms []string) bool {
	x, _ := y.d.People.Get(who)
	return slices.Contains(terms, wordAnyone) || slices.ContainsFunc(x.Posts, func(p Post) bool {
		return slices.Contains(terms, p.Role) || p.Unit == "office" && slices.Contains(terms, "lead")
	})
}

func (y *toySystem) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	who, _ := strings.CutPrefix(req.Header.Get("Authorization"), "Bearer ")
	status, v := y.answer(who, req.Method, strings.TrimPrefix(req.URL.Path, api), req.URL.Query().Get("procedure"), body)
	data, err := json.Marshal(v)
	return &http.Response{StatusCode: status, Body: io.NopCloser(bytes.NewReader(data)), Header: http.Header{}}, err
}

type object = map[string]any

func refuse(code string, fields ...string) object {
	p := object{"code": code}
	var list []any
	for _, f := range fields {
		list = append(list, object{"field": f, "code": "required"})
	}
	p["errors"] = list
	return p
}

func (y *toySystem) answer(who, method, path, procedure string, body []byte) (int, any) {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	switch {
	case path == "/files":
		return 201, object{"hash": fmt.Sprintf("%064x", len(body))}
	case path == "/cases" && method == "POST":
		return y.open(who, body)
	case path == "/cases":
		rows := []object{}
		for _, c := range y.cases {
			if c.Procedure == procedure && y.sees(who) {
				rows = append(rows, object{"number": c.Number, "sight": "whole"})
			}
		}
		return 200, object{"items": rows}
	case len(parts) > 1 && !y.sees(who):
		return 404, refuse("no_case")
	case len(parts) == 2:
		return 200, y.show(who, parts[1])
	case len(parts) == 4 && parts[2] == "do":
		return y.do(who, parts[1], parts[3], body)
	}
	return 404, refuse("no_page")
}

// sees: those with a post see everything, the others nothing.
func (y *toySystem) sees(who string) bool {
	x, _ := y.d.People.Get(who)
	return len(x.Posts) > 0 || at(y.root, spot{"visible", "public"}) != wordNone
}

func (y *toySystem) find(number string) int {
	return slices.IndexFunc(y.cases, func(c *kase) bool { return c.Number == number })
}

func (y *toySystem) show(who, number string) *kase {
	c := *y.cases[y.find(number)]
	c.Sight, c.Actions = "whole", nil
	do, _ := at(y.root, spot{"states", c.State, "do"}).(Values)
	for _, a := range do {
		if y.may(who, texts(under(a.Value.(Values), "by"))) {
			c.Actions = append(c.Actions, offer{fmt.Sprint(a.Key)})
		}
	}
	return &c
}

func lacks(in object, required []string) []string {
	return slices.DeleteFunc(slices.Clone(required), func(f string) bool { _, ok := in[f]; return ok })
}

func (y *toySystem) open(who string, body []byte) (int, any) {
	var in struct {
		Procedure string `json:"procedure"`
		Form      object `json:"form"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return 400, refuse("bad_json")
	}
	if !y.may(who, texts(at(y.root, spot{"opened-by"}))) {
		return 403, refuse("may_not_open")
	}
	if bad := lacks(in.Form, texts(at(y.root, spot{"form", "required"}))); len(bad) > 0 {
		return 422, refuse("invalid", bad...)
	}
	c := &kase{row: row{Number: fmt.Sprintf("PP-%d", len(y.cases)+1), Procedure: in.Procedure}, Form: in.Form}
	y.cases = append(y.cases, c)
	y.enter(len(y.cases)-1, keys(at(y.root, spot{"states"}).(Values))[0])
	return 201, c
}

func (y *toySystem) do(who, number, action string, body []byte) (int, any) {
	i := y.find(number)
	c := y.cases[i]
	a, ok := at(y.root, spot{"states", c.State, "do", action}).(Values)
	if !ok {
		return 409, refuse("not_now")
	}
	if !y.may(who, texts(under(a, "by"))) {
		return 403, refuse("not_yours")
	}
	var in struct {
		Input object `json:"input"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return 400, refuse("bad_json")
	}
	var needed, known []string
	for _, f := range texts(under(a, "with")) {
		name, optional := strings.CutSuffix(f, "?")
		if known = append(known, name); !optional {
			needed = append(needed, name)
		}
	}
	for f := range in.Input {
		if !slices.Contains(known, f) {
			return 422, refuse("invalid", f)
		}
	}
	if bad := lacks(in.Input, needed); len(bad) > 0 {
		return 422, refuse("invalid", bad...)
	}
	for j := range c.Duties {
		if o := &c.Duties[j]; slices.Contains(texts(under(a, "meets")), o.Name) && o.Outstanding {
			o.Status, o.Outstanding = statusMet, false
		}
	}
	if to, ok := under(a, "to").(string); ok {
		y.enter(i, to)
	}
	return 200, y.show(who, number)
}

const toyPeople = `
drill: p
procedure: p
at: 2021-11-19 09:00
people:
  clerk:    {role: clerk, unit: office}
  planner:  {role: planner, unit: planning}
  resident: account
  public:   nobody
`

// careful is a drill that looks at everything, careless one that only goes through.
const careful = toyPeople + `
steps:
  - {who: clerk, opens: p, with: {title: 题}, needs: [title], not: [planner, resident, public], as: one}
  - expect:
      owed: [take office 11-19 13:00]
      offers: {clerk: [take], planner: []}
      sees: {clerk: whole, planner: whole, resident: nothing, public: nothing}
  - {who: resident, does: take, refused: not-found}
  - {who: planner, does: take, with: {note: 到}, refused: forbidden}
  - {who: clerk, does: take, with: {note: 到, file: x}, refused: invalid, field: file}
  - {at: 11-19 13:00, expect: {state: a}}
  - {who: clerk, does: take, with: {note: 到}, needs: [note], not: [planner, public], expect: {state: done, outcome: solved, owed: [], duties: [take office met]}}
  - {who: clerk, does: take, with: {note: 再来}, refused: conflict}
  - {who: clerk, opens: p, with: {title: 题, more: 多}, as: two}
  - {wait: 241 minutes, expect: {state: late, outcome: unconfirmed, duties: [take office missed]}}
  - {expect: {case: one, state: done}}
  - {who: clerk, opens: p, with: {title: 三}}
  - {who: clerk, does: take, with: {note: 到, photo: [a.png]}}
`

const careless = toyPeople + `
steps:
  - {who: clerk, opens: p, with: {title: 题}}
`

func newToy() *toy { return &toy{files: map[string][]byte{toyFile: []byte(toyProcedure)}} }

func mustPass(t *testing.T, d *Drill) Result {
	t.Helper()
	r := Play(t.Context(), newToy(), d, nil)
	if r.Err != nil {
		t.Fatalf("step %d: %s", r.Played, say(t, r.Err))
	}
	return r
}
