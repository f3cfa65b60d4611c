package casework

import (
	"os"
	"slices"
	"strings"
	"testing"

	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

// small is a procedure of a test: its states with what stands above them.
func small(t *testing.T, more string) (*Procedure, error) {
	t.Helper()
	return Read("p.yaml", []byte(`
procedure: p
title: {zh: 流程}
mark: PP
opened-by: [clerk]
`+more), os.ReadFile)
}

func mustSmall(t *testing.T, more string) *Procedure {
	t.Helper()
	p, err := small(t, more)
	if err != nil {
		t.Fatalf("%v\n%s", err, say(t, err))
	}
	return p
}

const closedCase = `
parties: {team: {one: unit, is: office}, helper: {one: person, role: counsellor}}
visible: {public: none, circle: [helper]}
urgent: has(form.danger) && form.danger || has(values.danger) && values.danger
form: {required: [title], properties: {title: {title: 题, type: string}, danger: {title: 危险, type: boolean}}}
states:
  a:
    title: {zh: 甲}
    seen-by: [counsellor]
    duties: {take: {owed-by: team, within: [{if: case.urgent, span: 30 minutes}, {span: 1 working day}], missed: nothing}}
    do: {take: {by: counsellor, takes: helper, meets: take, to: b}}
  b:
    title: {zh: 乙}
    duties: {help: {owed-by: helper, within: 3 days, missed: nothing}}
    do:
      alarm: {by: helper, set: {danger: "true"}}
      calm:  {by: helper, set: {danger: "false"}}
      back:  {by: helper, with: [reason], drops: help, to: a}
      done:  {by: helper, with: [answer], meets: help, to: z}
  z: {title: {zh: 终}, ends: solved}
`

func counsellor(person int64) Actor {
	return Actor{Person: person, Posts: []Post{{Role: "counsellor", Unit: "ecology", Acts: true}}}
}

func TestOneOfARoleTakesACaseOnThemselves(t *testing.T) {
	pl := newPlay(t, mustSmall(t, closedCase), "2021-11-20 22:00")
	pl.do(clerk(2, "planning"), OpenCase{Number: "PP-000001", Form: Data{"title": "不便公开的事"}})
	pl.is("a", "take unit:office 11-22 17:30")
	if pl.c.Title != "" {
		t.Errorf("the title %q stands on desks of people who may not read the case", pl.c.Title)
	}
	if got := pl.p.circle(pl.c); !slices.Equal(got, []string{"helper", "counsellor"}) {
		t.Errorf("before anybody took it, %v read it", got)
	}
	pl.refused(errs.Forbidden, clerk(3, "office"), Do{Action: "take"})
	pl.do(counsellor(9), Do{Action: "take"})
	pl.is("b", "help person:9 11-23 17:30")
	if got := pl.p.circle(pl.c); !slices.Equal(got, []string{"helper"}) {
		t.Errorf("after person 9 took it, %v read it", got)
	}
	pl.refused(errs.Forbidden, counsellor(10), Do{Action: "done", Input: Data{"answer": "好"}})
	pl.do(counsellor(9), Do{Action: "back", Input: Data{"reason": "休假"}})
	deputy := counsellor(11)
	deputy.For = 10
	pl.do(deputy, Do{Action: "take"})
	pl.is("b", "help person:10 11-23 17:30")
}

func TestACaseBecomesUrgentAndIsSoNoMore(t *testing.T) {
	pl := newPlay(t, mustSmall(t, closedCase), "2021-11-20 22:00")
	pl.do(clerk(2, "planning"), OpenCase{Number: "PP-000001", Form: Data{"title": "题", "danger": true}})
	pl.is("a", "take unit:office 11-20 22:30") // by night, on a Saturday
	pl.do(counsellor(9), Do{Action: "take"})
	if !pl.c.Urgent {
		t.Error("it is not urgent")
	}

	pl = newPlay(t, mustSmall(t, closedCase), "2021-11-20 22:00")
	pl.do(clerk(2, "planning"), OpenCase{Number: "PP-000001", Form: Data{"title": "题"}})
	pl.do(counsellor(9), Do{Action: "take"})
	for _, tt := range []struct {
		action string
		urgent bool
	}{{"alarm", true}, {"alarm", true}, {"calm", false}} {
		if pl.do(counsellor(9), Do{Action: tt.action}); pl.c.Urgent != tt.urgent {
			t.Errorf("after %s urgent is %v", tt.action, pl.c.Urgent)
		}
	}
}

const planned = `
parties: {lead: {one: unit, from: form.unit}}
visible: {public: none}
values: {half: "has(values.count) ? double(values.count) / 2.0 : 0.5"}
form: {required: [unit], properties: {unit: {title: 单位, type: string, format: unit}}}
states:
  a:
    title: {zh: 甲}
    duties: {plan: {owed-by: lead, within: 2 working days, missed: nothing}}
    do:
      plan: {by: lead, with: [date], if: input.date >= case.today, why: {zh: 日期已过}, set: {until: input.date, count: "4"}, meets: plan, to: b}
  b:
    title: {zh: 乙}
    duties: {keep: {owed-by: lead, within: 10 days, missed: nothing}}
    do:
      keep: {by: lead, with: [answer], meets: keep, to: z}
      lift: {by: program, with: [answer], to: z}
  z: {title: {zh: 终}, ends: solved}
`

func TestWhatIsKeptIsAsItIsRead(t *testing.T) {
	pl := newPlay(t, mustSmall(t, planned), "2021-11-19 09:00")
	pl.do(clerk(2, "office"), OpenCase{Number: "PP-000001", Form: Data{"unit": "planning"}})
	over := pl.try(clerk(3, "planning"), Do{Action: "plan", Input: Data{"date": "2021-11-18"}})
	if !errs.Is(over, errs.Conflict) || !strings.Contains(say(t, over), "日期已过") {
		t.Errorf("a day that is over: %v", over)
	}
	pl.do(clerk(3, "planning"), Do{Action: "plan", Input: Data{"date": "2021-11-19"}})
	if pl.c.Values["half"] != int64(2) || pl.c.Values["until"] != "2021-11-19" {
		t.Errorf("values %v", pl.c.Values)
	}
	records := len(pl.history)
	if pl.tick(); len(pl.history) != records {
		t.Error("a value that did not change was said again")
	}
}

func TestTheProgramActsWhereItIsNamed(t *testing.T) {
	pl := newPlay(t, mustSmall(t, planned), "2021-11-19 09:00")
	pl.do(clerk(2, "office"), OpenCase{Number: "PP-000001", Form: Data{"unit": "planning"}})
	program := Actor{Program: true}
	pl.refused(errs.Forbidden, program, Do{Action: "plan", Input: Data{"date": "2021-12-04"}})
	pl.do(clerk(3, "planning"), Do{Action: "plan", Input: Data{"date": "2021-12-04"}})
	pl.refused(errs.Forbidden, clerk(3, "planning"), Do{Action: "lift", Input: Data{"answer": "转绿"}})
	pl.do(program, Do{Action: "lift", Input: Data{"answer": "转绿"}})
	pl.is("z", "")
}

func TestEveryCallerSpeaksForThemselvesTheFirstToo(t *testing.T) {
	pl := newPlay(t, mustSmall(t, `
parties: {lead: {one: unit, is: office}}
visible: {public: none}
form: {required: [title], properties: {title: {title: 题, type: string}}}
callers: {required: [amount], properties: {amount: {title: 数额, type: integer, format: money}}}
values: {sum: "sum(callers.map(c, c.amount))"}
states:
  a:
    title: {zh: 甲}
    duties: {x: {owed-by: lead, within: 1 day, missed: nothing}}
    do:
      join: {by: caller, joins: true}
      x: {by: lead, with: [answer], meets: x, to: z}
  z: {title: {zh: 终}, ends: solved}
`), "2021-11-19 09:00")
	open := OpenCase{Number: "PP-000001", Form: Data{"title": "题"}}
	pl.refused(errs.Invalid, clerk(2, "planning"), open)
	open.Caller.Said = Data{"amount": int64(100)}
	pl.do(clerk(2, "planning"), open)
	pl.do(clerk(2, "planning"), Do{Action: "join", Joins: &CallerOf{Said: Data{"amount": int64(23)}}})
	if pl.c.Values["sum"] != int64(123) {
		t.Errorf("values %v", pl.c.Values)
	}
}

func replaced(t *testing.T, source, from, to string) string {
	t.Helper()
	if !strings.Contains(source, from) {
		t.Fatalf("there is no %q", from)
	}
	return strings.Replace(source, from, to, 1)
}

// later is a case that the units that it names read once it is issued.
const later = `
parties: {lead: {one: unit, is: office}, named: {many: unit, from: form.units}}
visible: {public: none}
form: {required: [units], properties: {units: {title: 单位, type: array, format: units}}}
states:
  a:
    title: {zh: 拟稿}
    unseen-by: [named]
    duties: {issue: {owed-by: lead, within: 1 day, missed: escalate}}
    do:
      issue: {by: lead, meets: issue, to: b}
      back:  {by: lead, meets: issue, with: [reason], to: y}
  b:
    title: {zh: 已印发}
    duties: {reply: {owed-by: named, within: 1 day, missed: nothing}}
    do: {reply: {by: owed, with: [answer], meets: reply}, again: {by: lead, with: [reason], drops: reply, to: a}}
    next: {z: {when: met reply}}
  y: {title: {zh: 未印发}, ends: withdrawn, unseen-by: [named]}
  z: {title: {zh: 终}, ends: solved}
escalate: [leader]
`

func TestAPartyReadsACaseOnlyLater(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		o.load(mustSmall(t, strings.Replace(later, "    unseen-by: [named]\n", "", 1)))
		open := func(more ...any) string {
			done, err := o.Open(o.ctx, Asker{Actor: holder(1, identity.Clerk, "office", "")}, "p", OpenCase{Form: Data{"units": append(more, "planning")}})
			if err != nil {
				t.Fatal(err)
			}
			return done.Case.Number
		}
		planner := holder(2, identity.Clerk, "planning", "")
		sees := func(number string, want bool) {
			t.Helper()
			_, err := o.View(o.ctx, Asker{Actor: planner}, number)
			if seen := !errs.Is(err, errs.NotFound); seen != want {
				t.Errorf("%s in %s is seen: %v, want %v", number, o.now(number).State, seen, want)
			}
			o.read(func(tx *store.Tx) error {
				rows, _, err := o.List(o.ctx, tx, o.ViewerOf(planner, ""), Filter{})
				if listed := slices.ContainsFunc(rows, func(r Row) bool { return r.Number == number }); listed != want {
					t.Errorf("%s in %s is listed: %v, want %v", number, o.now(number).State, listed, want)
				}
				return err
			})
		}
		// Of the version that let them read from the beginning they read on; moved to that which does not, no more.
		moved := open()
		sees(moved, true)
		o.load(mustSmall(t, later))
		sees(moved, true)
		o.move("p")
		sees(moved, false)

		issued, dropped := open(), open()
		sees(issued, false)
		o.refused(errs.NotFound, Asker{Actor: planner}, issued, Note{Text: "x"})
		lead := holder(1, identity.Clerk, "office", "")
		o.do(lead, issued, Do{Action: "issue"})
		o.do(lead, dropped, Do{Action: "back", Input: Data{"reason": "不再通报"}})
		sees(issued, true)
		sees(dropped, false)
		o.do(planner, issued, Do{Action: "reply", Input: Data{"answer": "收到"}})
		sees(issued, true)
		again := open("ecology")
		o.do(lead, again, Do{Action: "issue"})
		o.do(planner, again, Do{Action: "reply", Input: Data{"answer": "收到"}})
		sees(again, true)
		o.do(lead, again, Do{Action: "again", Input: Data{"reason": "有误，重拟"}})
		sees(again, false) // whether they had answered or not
	}, schemas...)
}

func TestFaultsOfTheLanguage(t *testing.T) {
	for name, tt := range map[string]struct{ source, from, to, key string }{
		"whoever takes a case has the role":        {closedCase, "by: counsellor, takes", "by: team, takes", "takes_role"},
		"a party is taken, not a unit's":           {closedCase, "takes: helper", "takes: team", "takes_role"},
		"a party that is there":                    {closedCase, "takes: helper", "takes: nobody", "no_party"},
		"a ladder that says not when it goes on":   {closedCase, "states:", "escalate: [leader]\nescalate-again: [{if: case.urgent, span: 1 hour}]\nstates:", "last_term_always"},
		"seen-by without a circle":                 {closedCase, ", circle: [helper]", "", "seen_by_circle"},
		"unseen-by in a closed circle":             {closedCase, "  z: {title: {zh: 终}, ends", "  z: {title: {zh: 终}, unseen-by: [team], ends", "unseen_by_some"},
		"unseen-by of what everybody reads":        {later, "public: none", "public: full", "unseen_by_some"},
		"unseen-by of no party":                    {later, "unseen-by: [named]", "unseen-by: [leader]", "unseen_by_party"},
		"unseen-by of who calls":                   {later, "from: form.units", "from: caller", "unseen_by_party"},
		"unseen-by of who owes":                    {later, "owed-by: lead", "owed-by: [lead, named]", "unseen_by_party"},
		"unseen-by of who acts":                    {later, "by: lead, meets: issue", "by: [lead, named.head], meets: issue", "unseen_by_party"},
		"unseen-by of who approves":                {later, "by: lead, meets: issue", "by: lead, approve: [named.head], meets: issue", "unseen_by_party"},
		"unseen-by of a rung of the ladder":        {later, "escalate: [leader]", "escalate: [named.head]", "unseen_by_party"},
		"a refusal by the program":                 {planned, "ends: solved", "ends: refused", "machine_refuses"},
		"a duty that only the program can do":      {planned, "keep: {by: lead, with", "keep: {by: program, with", "not_dischargeable"},
		"a party that is called as the program is": {planned, "lead: {one: unit", "program: {one: unit", "reserved"},
	} {
		mustSmall(t, tt.source)
		_, err := small(t, replaced(t, tt.source, tt.from, tt.to))
		if !slices.ContainsFunc(errs.All(err), func(e *errs.Error) bool { return e.Key == "casework.check."+tt.key }) {
			t.Errorf("%s: want %s, found\n%s", name, tt.key, say(t, err))
		}
	}
}
