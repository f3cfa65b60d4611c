package casework

import (
	"reflect"
	"strings"
	"testing"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/places"
)

// works is a small procedure of works with stages: what is late is made good within two days, else another case is opened.
const works = `
parties: {lead: {one: unit, from: form.unit}, verifier: {one: unit, is: ecology, not: lead}, helper: {many: unit, optional: true, not: [lead, verifier]}}
visible: {public: none}
scale: 3
form:
  required: [unit, stages]
  properties:
    unit: {title: 单位, type: string, format: unit}
    until: {title: 期限, type: string, format: date}
    stages:
      title: 节点
      type: array
      items: {type: object, required: [date], properties: {name: {title: 名称, type: string}, date: {title: 日期, type: string, format: date}}}
fields: {helpers: {title: 协办, type: array, format: units}}
values:
  behind: late.stage + late["make-good"]
  light: "values.behind > 1 ? 'red' : values.behind == 1 ? 'yellow' : 'green'"
duties:
  stage: {title: {zh: 节点}, owed-by: lead, each: form.stages, missed: [escalate, owe make-good]}
  make-good:
    title: {zh: 补齐}
    owed-by: lead
    within: 2 working days
    missed: escalate
    opens: {procedure: reminder, form: {unit: duty.unit, what: "duty.title + '：' + duty.row + '，' + duty.due + '，' + case.number", gone: form.until}}
do:
  stage: {by: lead, with: [evidence], meets: [stage, make-good]}
  later: {by: lead, with: [reason, date], approve: [leader], extend: {duty: stage, to: date}}
  with:  {by: lead, with: [helpers], assign: {helper: helpers}}
states:
  a:
    title: {zh: 甲}
    duties: {start: {owed-by: lead, by: form.until, within: 3 working days, missed: nothing}}
    do: {start: {by: lead, with: [date], set: {end: input.date}, meets: start, to: b}}
  b:
    title: {zh: 乙}
    duties: {finish: {owed-by: lead, by: values.end, within: 1 month, missed: nothing}}
    do:
      finish: {by: lead, if: due.stage == 0 && late.stage == 0, with: [evidence], meets: finish, to: c}
      more:   {by: lead, with: [reason], approve: [leader], extend: {duty: finish, by: 10 days}}
  c:
    title: {zh: 丙}
    duties: {verify: {owed-by: verifier, within: 3 working days, missed: nothing}}
    do:
      good: {by: verifier, with: [evidence], rate: lead, mark: 3, meets: verify, to: z}
      poor: {by: verifier, with: [reason], rate: lead, mark: 1, meets: verify, to: b}
  z: {title: {zh: 终}, ends: solved}
escalate: [leader]
`

var boss = Actor{Person: 99, Posts: []Post{{Role: "leader"}}}

func worksOf(unit string, more ...any) OpenCase {
	form := Data{"unit": unit, "stages": []any{
		map[string]any{"name": "基础", "date": "2021-11-22"}, map[string]any{"name": "封顶", "date": "2021-12-20"}}}
	for i := 0; i+1 < len(more); i += 2 {
		form[more[i].(string)] = more[i+1]
	}
	return OpenCase{Number: "PP-000001", Form: form}
}

func TestWhatIsMissedIsMadeGoodOrAnotherCaseIsOpened(t *testing.T) {
	pl := newPlay(t, mustSmall(t, works), "2021-11-19 09:00")
	pl.do(clerk(1, "office"), worksOf("construction"))
	pl.is("a", "stage unit:construction 11-22 17:30, stage unit:construction 12-20 17:30, start unit:construction 11-24 17:30")
	pl.at("2021-11-22 18:00")
	pl.tick()
	if !strings.Contains(pl.owes(), "!stage unit:construction 11-22 17:30, stage unit:construction 12-20 17:30, start unit:construction 11-24 17:30, make-good unit:construction 11-24 17:30") {
		t.Error(pl.owes())
	}
	if got := pl.c.Values; !reflect.DeepEqual(got, Data{"behind": int64(1), "light": "yellow"}) {
		t.Errorf("the values are %v", got)
	}
	pl.at("2021-11-24 18:00")
	pl.tick()
	want := []ChildOf{{Procedure: "reminder", N: 1, Form: Data{"unit": "construction", "what": "补齐：基础，2021-11-24，PP-000001"}}}
	if !reflect.DeepEqual(pl.c.Children, want) || pl.c.Values["light"] != "red" || pl.c.Level != 1 {
		t.Errorf("%+v, light %v, level %d", pl.c.Children, pl.c.Values["light"], pl.c.Level)
	}
	pl.do(clerk(2, "construction"), Do{Action: "stage", Input: Data{"evidence": proof}})
	if pl.c.Values["light"] != "green" || pl.c.duty(DutyKey{Visit: 1, Name: "make-good", N: 1, Owner: "unit:construction"}).Done.IsZero() {
		t.Errorf("made good, the light is %v, and owed %s", pl.c.Values["light"], pl.owes())
	}
	// The second stage has its own turn of both.
	pl.at("2021-12-20 18:00")
	pl.tick()
	if !strings.Contains(pl.owes(), "!stage unit:construction 12-20 17:30, ") || !strings.Contains(pl.owes(), "make-good unit:construction 12-22 17:30") {
		t.Error(pl.owes())
	}
}

func TestTheDayOfATerm(t *testing.T) {
	pl := newPlay(t, mustSmall(t, works), "2021-11-19 09:00")
	pl.do(clerk(1, "office"), worksOf("construction", "until", "2021-11-26"))
	pl.is("a", "stage unit:construction 11-22 17:30, stage unit:construction 12-20 17:30, start unit:construction 11-26 17:30")
	c := clerk(2, "construction")
	pl.do(c, Do{Action: "start", Input: Data{"date": "2021-12-31"}})
	pl.is("b", "stage unit:construction 11-22 17:30, stage unit:construction 12-20 17:30, finish unit:construction 12-31 17:30")

	// One stage is put off, to a day; the other stays.
	later := Do{Action: "later", N: 2, Input: Data{"reason": "雨季", "date": "2022-01-21"}}
	pl.do(c, later)
	pl.do(boss, Approve{})
	pl.is("b", "stage unit:construction 11-22 17:30, stage unit:construction 01-21 17:30, finish unit:construction 12-31 17:30")
	pl.refused(errs.Conflict, c, later)
	pl.refused(errs.Conflict, c, Do{Action: "later", N: 3, Input: later.Input})
	pl.do(c, Do{Action: "more", Input: Data{"reason": "雨季"}})
	pl.do(boss, Approve{})
	pl.is("b", "stage unit:construction 11-22 17:30, stage unit:construction 01-21 17:30, finish unit:construction 01-10 17:30")
	pl.refused(errs.Conflict, c, Do{Action: "more", Input: Data{"reason": "雨季"}})

	pl.refused(errs.Conflict, c, Do{Action: "finish", Input: Data{"evidence": proof}})
	for range 2 {
		pl.do(c, Do{Action: "stage", Input: Data{"evidence": proof}})
	}
	pl.do(c, Do{Action: "finish", Input: Data{"evidence": proof}})
	pl.refused(errs.Invalid, clerk(3, "ecology"), Do{Action: "good", Input: Data{"evidence": proof}, Ratings: map[string]int{"lead": 1}})
	pl.do(clerk(3, "ecology"), Do{Action: "good", Input: Data{"evidence": proof}})
	if len(pl.c.Ratings) != 1 || pl.c.Ratings[0].Score != 3 || pl.c.Outcome != Solved {
		t.Errorf("%+v %s", pl.c.Ratings, pl.c.Outcome)
	}
}

func TestWhatWaitsForApprovalGoesWithTheCaseOrLapses(t *testing.T) {
	pl := newPlay(t, mustSmall(t, works), "2021-11-19 09:00")
	pl.do(clerk(1, "office"), worksOf("construction"))
	c := clerk(2, "construction")
	start := Do{Action: "start", Input: Data{"date": "2021-12-31"}}
	// What every state has is approved in another than that in which it was asked for.
	pl.do(c, Do{Action: "later", N: 2, Input: Data{"reason": "雨季", "date": "2022-01-21"}})
	pl.do(c, start)
	pl.do(boss, Approve{})
	pl.is("b", "stage unit:construction 11-22 17:30, stage unit:construction 01-21 17:30, finish unit:construction 12-31 17:30")
	// What only the state had that the case has left, nobody can approve any more.
	for range 2 {
		pl.do(c, Do{Action: "stage", Input: Data{"evidence": proof}})
	}
	pl.do(c, Do{Action: "more", Input: Data{"reason": "雨季"}})
	pl.do(c, Do{Action: "finish", Input: Data{"evidence": proof}})
	if pl.c.Pending != nil {
		t.Errorf("%+v waits for approval in %s", pl.c.Pending, pl.c.State)
	}
	pl.refused(errs.Conflict, boss, Approve{})
}

func TestAnOfferNamesTheTurnsThatItPutsOff(t *testing.T) {
	pl := newPlay(t, mustSmall(t, works), "2021-11-19 09:00")
	pl.do(clerk(1, "office"), worksOf("construction"))
	pl.at("2021-11-22 18:00")
	pl.tick()
	turns := map[string]int{}
	for _, o := range Offers(pl.p, pl.c, clerk(2, "construction"), pl.w) {
		turns[o.Action] = len(o.Turns)
	}
	if want := map[string]int{"start": 1, "stage": 3, "later": 1, "with": 0}; !reflect.DeepEqual(turns, want) {
		t.Errorf("turns %v, want %v", turns, want) // of stage: the late one, the next, and what makes the late one good
	}
}

func TestNobodyVerifiesTheirOwnWork(t *testing.T) {
	done := func(unit string) *play {
		pl := newPlay(t, mustSmall(t, works), "2021-11-19 09:00")
		pl.do(clerk(1, "office"), worksOf(unit))
		pl.refused(errs.Invalid, clerk(2, unit), Do{Action: "with", Input: Data{"helpers": []any{unit}}})
		for range 2 {
			pl.do(clerk(2, unit), Do{Action: "stage", Input: Data{"evidence": proof}})
		}
		pl.do(clerk(2, unit), Do{Action: "start", Input: Data{"date": "2021-12-31"}})
		pl.do(clerk(2, unit), Do{Action: "finish", Input: Data{"evidence": proof}})
		return pl
	}
	done("construction").is("c", "verify unit:ecology 11-24 17:30")
	pl := done("ecology") // the fallback verifies in its place
	pl.is("c", "verify unit:tangjiawan 11-24 17:30")
	pl.refused(errs.Forbidden, clerk(3, "ecology"), Do{Action: "good", Input: Data{"evidence": proof}})

	// What the fallback itself has done is verified by the unit above it.
	pl = newPlay(t, mustSmall(t, strings.Replace(works, "is: ecology", "is: town", 1)), "2021-11-19 09:00")
	h := &places.History{Units: []places.Unit{{Key: "committee"}, {Key: "office", Parent: "committee"}, {Key: "town", Parent: "committee", Fallback: true}}}
	for i := range h.Units {
		h.Units[i].From = clock.Date{Year: 2016, Month: 1, Day: 1}
	}
	pl.w.Trees = h.On(clock.Date{Year: 2021, Month: 11, Day: 19})
	pl.do(clerk(1, "office"), OpenCase{Number: "PP-000001", Form: Data{"unit": "town", "stages": []any{}}})
	pl.do(clerk(2, "town"), Do{Action: "start", Input: Data{"date": "2021-12-31"}})
	pl.do(clerk(2, "town"), Do{Action: "finish", Input: Data{"evidence": proof}})
	pl.is("c", "verify unit:committee 11-24 17:30")
}

func TestTwoTermsOfAKindAreOne(t *testing.T) {
	// Three months from 19 September 2020 end on Saturday, 19 December, and so on Monday; six end on Friday, 19 March.
	p := mustSmall(t, strings.NewReplacer("by: values.end, within: 1 month", "within: 3 months", "by: 10 days", "by: 3 months").Replace(works))
	pl := newPlay(t, p, "2020-09-19 09:00")
	pl.do(clerk(1, "office"), OpenCase{Number: "PP-000001", Form: Data{"unit": "construction", "stages": []any{}}})
	pl.do(clerk(2, "construction"), Do{Action: "start", Input: Data{"date": "2021-12-31"}})
	pl.is("b", "finish unit:construction 12-21 17:30")
	pl.do(clerk(2, "construction"), Do{Action: "more", Input: Data{"reason": "复杂"}})
	pl.do(boss, Approve{})
	pl.is("b", "finish unit:construction 03-19 17:30")
}

func TestFaultsOfTermsAndFollowers(t *testing.T) {
	for _, tt := range []struct{ from, to, key, near string }{
		{"late.stage + late", "late.stages + late", "no_duty", "late.stages"},
		{"owe make-good", "owe make-better", "no_follower", "owe make-better"},
		{"owe make-good", "owe stage", "no_follower", "owe stage"},
		{"by: form.until, within: 3 working days", "by: form.until", "by_field", "form.until"},
		{"by: form.until, within", "by: form.unit, within", "by_field", "form.unit"},
		{"by: values.end, within: 1 month", "by: values.end", "by_value", "values.end"},
		{"set: {end: input.date}", "set: {end: input.date + 'x', odd: input.date}, drops: start", "", ""},
		{"with: [date], set: {end: input.date}", "with: [date, note], set: {end: input.note}", "by_value", "values.end"},
		{"extend: {duty: stage, to: date}", "extend: {duty: stage, to: reason}", "extend_by", "to: reason"},
		{"extend: {duty: stage, to: date}", "extend: {duty: stage, to: date, by: 1 day}", "extend_by", "by: 1 day"},
		{"rate: lead, mark: 3", "rate: lead, mark: 4", "fixed_mark", "mark: 4"},
		{"rate: lead, mark: 3", "mark: 3", "fixed_mark", "mark: 3"},
		{"with: [evidence], rate: lead, mark: 3", "approve: [leader], with: [evidence], rate: lead", "approve_alone", "good:"},
		{"helper: {many: unit, optional: true, not: [lead, verifier]}", "helper: {many: unit, optional: true, not: [lead, verifyer]}", "no_party", "verifyer"},
		{"meets: [stage, make-good]}", "meets: [stage, make-good, make-better]}", "no_duty", "make-better"},
		{"gone: form.until", "gone: form.untill", "no_field", "untill"},
	} {
		_, err := small(t, strings.Replace(works, tt.from, tt.to, 1))
		found := tt.key == ""
		for _, e := range errs.All(err) {
			excerpt, _ := e.Args["excerpt"].(string)
			for line := range strings.SplitSeq(excerpt, "\n") {
				found = found || strings.HasPrefix(line, ">") && strings.Contains(line, tt.near) && e.Key == "casework.check."+tt.key
			}
		}
		if !found || !strings.Contains(works, tt.from) {
			t.Errorf("%q for %q: want %s at %q, found\n%s", tt.to, tt.from, tt.key, tt.near, say(t, err))
		}
		if n := len(errs.All(err)); n > 1 {
			t.Errorf("%q is found %d times:\n%s", tt.to, n, say(t, err))
		}
	}
}
