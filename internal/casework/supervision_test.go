package casework

import (
	"strings"
	"testing"

	"huying/internal/errs"
)

func redLight(earlier int) OpenCase {
	return OpenCase{Number: "DC-000001", Channel: "program", Earlier: earlier, Form: Data{"promise": "2021-017", "title": "新增停车位798个", "unit": "construction",
		"joint": []any{"planning"}, "reasons": "落后计划 24 个百分点"}}
}

// opened is the form of the last child that the case opens.
func (pl *play) opened(procedure string, n int) Data {
	pl.t.Helper()
	if len(pl.c.Children) != n || pl.c.Children[n-1].Procedure != procedure {
		pl.t.Fatalf("children %+v, want %d, the last a %s", pl.c.Children, n, procedure)
	}
	letter := procedureOf(pl.t, procedure)
	if err := letter.Form().Check(pl.c.Children[n-1].Form); err != nil {
		pl.t.Fatalf("the form of %s: %v", procedure, err)
	}
	return pl.c.Children[n-1].Form
}

var plan = Do{Action: "plan", Input: Data{"measures": "增派两支施工队，十二月十日前完成", "date": "2021-12-10"}}

func TestARedLightIsPlannedRemediedAndLifted(t *testing.T) {
	unit, chief := clerk(2, "construction"), head(3, "construction")
	pl := newPlay(t, procedureOf(t, "supervision"), "2021-11-19 09:00")
	pl.refused(errs.Forbidden, unit, redLight(0))
	pl.do(theProgram, redLight(0))
	pl.is("raised", "plan unit:construction 11-26 17:30")
	pl.refused(errs.Forbidden, clerk(5, "planning"), plan) // a joint unit reads it and does not answer for it
	pl.refused(errs.Conflict, unit, Do{Action: "plan", Input: Data{"measures": "已经安排了", "date": "2021-11-19"}})
	pl.asks(unit, plan)
	pl.refused(errs.Forbidden, unit, Approve{})
	pl.do(chief, Approve{})
	pl.is("remedying", "remedy unit:construction 12-10 17:30") // on the day of their own plan

	longer := Do{Action: "more-time", Input: Data{"reason": "连日降雨", "date": "2021-12-17"}}
	pl.refused(errs.Conflict, unit, Do{Action: "more-time", Input: Data{"reason": "早一点", "date": "2021-12-09"}})
	pl.asks(unit, longer)
	pl.do(chief, Approve{})
	pl.is("remedying", "remedy unit:construction 12-10 17:30") // the office must agree too
	pl.do(theOffice, Approve{})
	pl.is("remedying", "remedy unit:construction 12-17 17:30")

	pl.refused(errs.Invalid, unit, Do{Action: "remedy", Input: Data{"note": "完成了"}})
	pl.only(unit, Do{Action: "remedy", Input: Data{"note": "完成了", "evidence": proof}})
	pl.is("watching", "watch unit:office 12-03 17:30")
	pl.only(theOffice, Do{Action: "still", Input: Data{"reason": "仍落后 21 个百分点"}})
	pl.is("raised", "plan unit:construction 11-26 17:30")
	pl.values(Data{"rounds": int64(1)})
	pl.only(theProgram, Do{Action: "lift", Input: Data{"answer": "落后 9 个百分点，转黄灯"}})
	if pl.is("lifted", ""); pl.c.Outcome != Solved {
		t.Errorf("outcome %s", pl.c.Outcome)
	}
	pl.at("2022-01-10 09:00")
	pl.only(theProgram, Do{Action: "again", Input: Data{"reason": "又落后 22 个百分点"}})
	if pl.is("raised", "plan unit:construction 01-17 17:30"); pl.c.Reopened != 1 {
		t.Errorf("reopened %d", pl.c.Reopened)
	}
}

func TestSilenceOnARedLightSendsALetter(t *testing.T) {
	pl := newPlay(t, procedureOf(t, "supervision"), "2021-11-19 09:00")
	pl.do(theProgram, redLight(1))
	pl.is("raised", "plan unit:construction 11-24 17:30") // the second time this promise is red
	pl.at("2021-11-24 17:31")
	pl.tick()
	if pl.is("raised", "!plan unit:construction 11-24 17:30"); pl.c.Level != 1 {
		t.Error("nobody heard of it")
	}
	if form := pl.opened("letter", 1); form["unit"] != "construction" || form["about"] != "2021-017" || form["basis"] != "light" {
		t.Errorf("the letter says %v", form)
	}
	pl.tick()
	pl.asks(clerk(2, "construction"), plan)
	pl.do(head(3, "construction"), Approve{})
	pl.at("2021-12-10 17:31")
	pl.tick()
	pl.is("remedying", "!remedy unit:construction 12-10 17:30")
	if form := pl.opened("letter", 2); form["urgency"] != "urgent" {
		t.Errorf("the letter says %v", form)
	}
}

func TestTheOfficeSendsALetterItself(t *testing.T) {
	pl := newPlay(t, procedureOf(t, "supervision"), "2021-11-19 09:00")
	pl.do(theProgram, redLight(0))
	pl.refused(errs.Forbidden, clerk(2, "construction"), Do{Action: "letter", Input: Data{"note": "请抓紧"}})
	pl.refused(errs.Conflict, theOffice, Do{Action: "letter", Input: Data{"note": "请抓紧", "date": "2021-11-19"}})
	pl.only(theOffice, Do{Action: "letter", Input: Data{"note": "请抓紧"}})
	pl.opened("letter", 1)
	pl.only(theOffice, Do{Action: "letter", Input: Data{"note": "请立即整改", "date": "2021-11-22", "urgency": "extra"}}, "date", "urgency")
	if form := pl.opened("letter", 2); form["reply_by"] != "2021-11-22" {
		t.Errorf("the letter says %v", form)
	}
	pl.refused(errs.Forbidden, clerk(2, "construction"), Do{Action: "lift", Input: Data{"answer": "好了"}})
	pl.refused(errs.Forbidden, clerk(2, "construction"), Do{Action: "end", Input: Data{"reason": "好了"}})
	pl.only(theOffice, Do{Action: "end", Input: Data{"reason": "任务已批准调整"}})
	if pl.c.Outcome != Withdrawn {
		t.Errorf("outcome %s", pl.c.Outcome)
	}
}

func TestALightThatTurnsRedAgainIsTheSameCaseForAQuarter(t *testing.T) {
	for at, late := range map[string]bool{"2022-02-17 17:30": false, "2022-02-17 17:31": true} {
		pl := newPlay(t, procedureOf(t, "supervision"), "2021-11-19 09:00")
		pl.do(theProgram, redLight(0))
		pl.do(theProgram, Do{Action: "lift", Input: Data{"answer": "转绿"}})
		pl.at(at)
		if err := pl.try(theProgram, Do{Action: "again", Input: Data{"reason": "又亮红灯"}}); errs.Is(err, errs.Conflict) != late {
			t.Errorf("at %s: %v", at, err)
		}
	}
}

func TestEachWhoMustAgreeIsToldWhenItIsTheirTurn(t *testing.T) {
	unit, chief := clerk(2, "construction"), head(3, "construction")
	pl := newPlay(t, procedureOf(t, "supervision"), "2021-11-19 09:00")
	pl.do(theProgram, redLight(0))
	pl.asks(unit, plan)
	pl.do(chief, Approve{})
	for _, step := range []struct {
		by   Actor
		cmd  Command
		told string
	}{
		{unit, Do{Action: "more-time", Input: Data{"reason": "连日降雨", "date": "2021-12-17"}}, "head@unit:construction"},
		{chief, Approve{}, "role:supervisor"},
		{theOffice, Approve{}, ""},
	} {
		pl.do(step.by, step.cmd)
		told := ""
		for _, n := range NewsOf(pl.p, pl.c, pl.history[len(pl.history)-1]) {
			if n.Topic == NewsApproval && n.Title.ZH == "申请延期" {
				told += strings.Join(n.To, " ")
			}
		}
		if told != step.told {
			t.Errorf("after %#v, that it waits for them is told to %q, want %q", step.cmd, told, step.told)
		}
	}
}

func TestALeadIsNotItsOwnJointUnit(t *testing.T) {
	for name, open := range map[string]OpenCase{"supervision": redLight(0), "closing": struckOff()} {
		open.Form["joint"] = []any{"construction", "planning"}
		by := clerk(2, "construction")
		if name == "supervision" {
			by = theProgram
		}
		pl := newPlay(t, procedureOf(t, name), "2021-11-19 09:00")
		pl.do(by, open)
		if joint := pl.c.Parties["joint"]; len(joint) != 1 || joint[0] != UnitMember("planning") {
			t.Errorf("%s: joint %v", name, joint)
		}
	}
}
