package casework

import (
	"reflect"
	"strings"
	"testing"

	"huying/internal/errs"
)

var sponsor = Actor{Person: 30, Posts: []Post{{Role: "leader"}}}

func project(more ...any) OpenCase {
	form := Data{
		"title": "金凤路北延线", "category": "infrastructure", "place": "jinfeng", "lead": "construction", "verifier": "office", "sponsor": int64(30),
		"investment": int64(12_000_000_000), "year_plan": int64(4_000_000_000),
		"milestones": []any{
			map[string]any{"name": "桩基完成", "date": "2021-03-31"}, map[string]any{"name": "主线贯通", "date": "2021-12-31"}},
	}
	return OpenCase{Number: "XM-000001", Form: with(form, more)}
}

func month(invested, progress int64) Do {
	return Do{Action: "report", Input: Data{"invested": invested, "progress": progress}}
}

var reached = Do{Action: "milestone", Input: Data{"evidence": proof}}

// light holds the light of the war map.
func (pl *play) light(want string) {
	pl.t.Helper()
	if pl.c.Values["light"] != want {
		pl.t.Errorf("at %s the light is %v, want %s; owed: %s", pl.w.Now.Format("01-02"), pl.c.Values["light"], want, pl.owes())
	}
}

func TestAProjectThatMissesAMilestoneTurnsYellowThenRedAndGetsALetter(t *testing.T) {
	pl := newPlay(t, procedureOf(t, "key-projects"), "2021-02-26 09:00")
	lead := clerk(2, "construction")
	pl.do(inspector, project())
	pl.is("building", "milestone unit:construction 03-31 17:30, milestone unit:construction 12-31 17:30, report unit:construction 03-25 17:30")
	pl.light("green")

	pl.at("2021-03-24 10:00")
	pl.refused(errs.Invalid, lead, Do{Action: "report", Input: Data{"invested": int64(1)}})
	pl.refused(errs.Forbidden, clerk(3, "planning"), month(1, 1))
	pl.do(lead, month(300_000_000, 8))
	pl.at("2021-03-31 17:31")
	pl.tick()
	pl.light("yellow")
	if pl.c.Level != 1 || len(pl.c.Children) != 0 {
		t.Errorf("level %d, %d letters", pl.c.Level, len(pl.c.Children))
	}

	// 1 to 14 April 2021 hold ten working days, with the holiday of the 3rd to the 5th.
	pl.at("2021-04-15 17:30")
	pl.tick()
	pl.light("yellow")
	pl.at("2021-04-15 17:31")
	pl.tick()
	pl.light("red")
	want := Data{
		"title": "金凤路北延线：节点“桩基完成”逾期未补齐", "unit": "construction", "basis": "node", "about": "XM-000001",
		"body": "请书面说明逾期原因、补救措施和完成日期。应补齐日期：2021-04-15",
	}
	if len(pl.c.Children) != 1 || pl.c.Children[0].Procedure != "letter" || !reflect.DeepEqual(pl.c.Children[0].Form, want) {
		t.Fatalf("%+v", pl.c.Children)
	}
	pl.tick()
	if len(pl.c.Children) != 1 {
		t.Error("one miss, two letters")
	}

	// The letter lives its own life: unanswered it climbs; its end is told to the project.
	letter := newPlay(t, procedureOf(t, "letter"), "2021-04-15 17:31")
	letter.do(theProgram, OpenCase{Number: "DB-000002", Form: pl.c.Children[0].Form, Parent: 1, Channel: "program"})
	letter.is("issued", "reply unit:construction 04-22 17:30")
	letter.at("2021-04-22 17:31")
	letter.tick()
	letter.colour("orange")
	letter.at("2021-04-26 09:00")
	letter.signed(lead, head(4, "construction"), reply)
	letter.do(inspector, Do{Action: "accept", Input: Data{"evidence": proof}})
	pl.do(theProgram, ChildIs{ChildOf{Procedure: "letter", N: 1, Case: 2, Outcome: string(letter.c.Outcome)}})
	if pl.c.Children[0].Outcome != "solved" {
		t.Errorf("%+v", pl.c.Children)
	}

	pl.do(lead, reached)
	pl.light("green")
	pl.at("2021-04-26 10:00")
	pl.tick()
	pl.light("yellow") // the report of April is missing
	pl.do(lead, month(100_000_000, 10))
	pl.light("green")
	if pl.c.Values["invested"] != int64(400_000_000) || pl.c.Values["share"] != int64(10) || pl.c.Values["progress"] != int64(10) {
		t.Errorf("%v", pl.c.Values)
	}
}

func TestTwoReportsMissedInARowAreRed(t *testing.T) {
	pl := newPlay(t, procedureOf(t, "key-projects"), "2021-06-01 09:00")
	pl.do(inspector, project("milestones", []any{map[string]any{"name": "主线贯通", "date": "2021-12-31"}}))
	pl.at("2021-06-28 09:00")
	pl.tick()
	pl.light("yellow")
	pl.at("2021-07-27 09:00")
	pl.tick()
	pl.light("red")
	pl.do(clerk(2, "construction"), month(1, 1))
	pl.light("yellow")
	pl.do(clerk(2, "construction"), month(2, 2))
	pl.light("green")
	pl.is("building", "milestone unit:construction 12-31 17:30, report unit:construction 08-25 17:30")
}

func TestAProblemGoesToTheLeaderAndEverythingRunsOn(t *testing.T) {
	pl := newPlay(t, procedureOf(t, "key-projects"), "2021-02-26 09:00")
	lead := clerk(2, "construction")
	pl.do(inspector, project())
	pl.refused(errs.Invalid, lead, Do{Action: "raise"})
	pl.do(lead, Do{Action: "raise", Input: Data{"note": "红线内高压线未迁改，请协调供电部门"}})
	pl.is("stuck", "milestone unit:construction 03-31 17:30, milestone unit:construction 12-31 17:30, report unit:construction 03-25 17:30, decide person:30 03-05 17:30")
	pl.light("yellow")
	pl.do(lead, month(1_000, 2)) // reports and milestones go on
	pl.do(lead, reached)
	pl.refused(errs.Forbidden, lead, Do{Action: "decide", Input: Data{"note": "已协调"}})
	pl.do(sponsor, Do{Action: "decide", Input: Data{"note": "供电部门3月10日前完成迁改"}})
	pl.light("green")
	if pl.c.State != "building" {
		t.Error(pl.c.State)
	}
}

func TestAMilestoneIsPutOffByTheLeaderAndBeforeItsDay(t *testing.T) {
	pl := newPlay(t, procedureOf(t, "key-projects"), "2021-02-26 09:00")
	lead := clerk(2, "construction")
	pl.do(inspector, project())
	off := func(day string) Do {
		return Do{Action: "put-off", N: 1, Input: Data{"reason": "雨季", "date": day}}
	}
	pl.do(lead, off("2021-04-30"))
	pl.refused(errs.Forbidden, head(4, "construction"), Approve{})
	pl.do(sponsor, Approve{})
	pl.is("building", "milestone unit:construction 04-30 17:30, milestone unit:construction 12-31 17:30, report unit:construction 03-25 17:30")
	pl.signed(lead, sponsor, off("2021-05-31"))
	pl.refused(errs.Conflict, lead, off("2021-06-30"))
	pl.at("2021-06-01 09:00")
	pl.tick()
	pl.refused(errs.Conflict, lead, off("2021-06-30"))
}

func TestAFinishedProjectIsVerifiedByAnotherUnit(t *testing.T) {
	pl := newPlay(t, procedureOf(t, "key-projects"), "2021-02-26 09:00")
	pl.refused(errs.Invalid, inspector, project("verifier", "construction"))
	pl.refused(errs.Forbidden, clerk(2, "construction"), project())
	pl.refused(errs.Invalid, inspector, project("milestones", []any{map[string]any{"name": "无日期"}}))
	pl.do(inspector, project())
	lead := clerk(2, "construction")
	complete := Do{Action: "complete", Input: Data{"note": "已竣工", "evidence": proof}}
	pl.refused(errs.Conflict, lead, complete) // two milestones are open
	pl.do(lead, Do{Action: "milestone", N: 2, Input: reached.Input})
	if !strings.HasPrefix(pl.owes(), "milestone unit:construction 03-31 17:30, report") {
		t.Error(pl.owes()) // the row that was named is met, and no other
	}
	pl.do(lead, reached)
	pl.signed(lead, head(4, "construction"), complete)
	pl.is("verifying", "report unit:construction 03-25 17:30, verify unit:office 03-12 17:30")
	pl.light("done")
	pl.refused(errs.Forbidden, lead, Do{Action: "pass", Input: Data{"note": "好", "evidence": proof}})
	pl.refused(errs.Invalid, clerk(90, "office"), Do{Action: "pass", Input: Data{"note": "好"}})
	pl.do(clerk(90, "office"), Do{Action: "fail", Input: Data{"reason": "附属工程未完"}})
	pl.signed(lead, head(4, "construction"), complete)
	pl.do(clerk(90, "office"), Do{Action: "pass", Input: Data{"note": "现场核验属实", "evidence": proof}})
	pl.light("closed")
	if pl.c.Outcome != Solved {
		t.Errorf("%s %s", pl.c.State, pl.c.Outcome)
	}
}

func TestAProjectIsGivenUpByTheLeader(t *testing.T) {
	pl := newPlay(t, procedureOf(t, "key-projects"), "2021-02-26 09:00")
	pl.do(inspector, project())
	pl.do(inspector, Do{Action: "give-up", Input: Data{"reason": "规划调整", "document": proof}})
	pl.refused(errs.Forbidden, Actor{Person: 31, Posts: []Post{{Role: "head", Unit: "construction", Acts: true}}}, Approve{})
	pl.do(sponsor, Approve{})
	if pl.c.Outcome != ClosedUnsolved {
		t.Errorf("%s %s", pl.c.State, pl.c.Outcome)
	}
}
