package casework

import (
	"testing"

	"huying/internal/errs"
)

var (
	inspector  = Actor{Person: 20, Posts: []Post{{Role: "supervisor"}}} // of the whole district, bound to no unit
	theProgram = Actor{Program: true}
)

func letter(more ...any) OpenCase {
	form := Data{"title": "金凤路北延线桩基节点逾期", "unit": "construction", "basis": "node", "body": "请说明原因和补救措施"}
	return OpenCase{Number: "DB-000001", Form: with(form, more)}
}

// with adds fields to a form.
func with(form Data, more []any) Data {
	for i := 0; i+1 < len(more); i += 2 {
		form[more[i].(string)] = more[i+1]
	}
	return form
}

// colour holds what a letter looks like.
func (pl *play) colour(want string) {
	pl.t.Helper()
	if pl.c.Values["colour"] != want {
		pl.t.Errorf("the letter is %v, want %s", pl.c.Values["colour"], want)
	}
}

// signed does an action and has it approved.
func (pl *play) signed(by, approver Actor, cmd Do) {
	pl.t.Helper()
	pl.do(by, cmd)
	pl.do(approver, Approve{})
}

var reply = Do{Action: "reply", Input: Data{"answer": "征地已完成，本周恢复施工", "evidence": proof}}

func TestALetterIsSignedByTheHeadAndCheckedByTheOffice(t *testing.T) {
	pl := newPlay(t, procedureOf(t, "letter"), "2021-11-19 09:00")
	pl.refused(errs.Forbidden, clerk(2, "construction"), letter())
	pl.refused(errs.Invalid, inspector, letter("basis", "mood"))
	pl.do(inspector, letter())
	pl.is("issued", "reply unit:construction 11-26 17:30")
	pl.colour("blue")

	pl.refused(errs.Forbidden, clerk(3, "planning"), reply)
	pl.refused(errs.Invalid, clerk(2, "construction"), Do{Action: "reply"})
	pl.do(clerk(2, "construction"), reply)
	pl.is("issued", "reply unit:construction 11-26 17:30") // what the head has not signed is no reply
	pl.refused(errs.Forbidden, head(2, "construction"), Approve{})
	pl.do(head(4, "construction"), Approve{})
	pl.is("replied", "check unit:office 11-24 17:30")

	pl.refused(errs.Forbidden, clerk(2, "construction"), Do{Action: "accept", Input: Data{"evidence": proof}})
	pl.refused(errs.Invalid, inspector, Do{Action: "return"})
	pl.do(inspector, Do{Action: "return", Input: Data{"reason": "没有补救措施"}})
	pl.is("returned", "again unit:construction 11-23 17:30")
	pl.signed(clerk(2, "construction"), head(4, "construction"), reply)
	pl.refused(errs.Invalid, inspector, Do{Action: "accept"})
	pl.do(inspector, Do{Action: "accept", Input: Data{"evidence": proof}})
	if pl.c.Outcome != Solved {
		t.Errorf("%s %s", pl.c.State, pl.c.Outcome)
	}
	pl.colour("blue")
}

func TestAnOverdueLetterTurnsOrangeThenRed(t *testing.T) {
	pl := newPlay(t, procedureOf(t, "letter"), "2021-11-19 09:00")
	pl.do(theProgram, letter("reply_by", "2021-11-23")) // the day that was set, not the five days
	pl.is("issued", "reply unit:construction 11-23 17:30")
	pl.refused(errs.Conflict, inspector, Do{Action: "unanswered", Input: Data{"reason": "催而不报"}})
	pl.at("2021-11-23 17:31")
	pl.tick()
	pl.is("issued", "!reply unit:construction 11-23 17:30, chase unit:construction 11-26 17:30")
	pl.colour("orange")
	pl.at("2021-11-26 17:31")
	pl.tick()
	pl.colour("red")
	if pl.c.Level != 2 {
		t.Errorf("the ladder stands at %d", pl.c.Level)
	}

	// One that is answered late is settled, and stays as red as it was.
	late := *pl
	late.signed(clerk(2, "construction"), head(4, "construction"), reply)
	late.is("replied", "check unit:office 12-01 17:30")
	late.do(inspector, Do{Action: "accept", Input: Data{"evidence": proof}})
	late.colour("red")

	// One that nobody answers is closed as unanswered, and only with the leader.
	pl.do(inspector, Do{Action: "unanswered", Input: Data{"reason": "催而不报"}})
	pl.refused(errs.Forbidden, head(4, "construction"), Approve{})
	pl.do(boss, Approve{})
	if pl.c.Outcome != ClosedUnsolved {
		t.Errorf("%s %s", pl.c.State, pl.c.Outcome)
	}
}

func TestTermsOfALetter(t *testing.T) {
	pl := newPlay(t, procedureOf(t, "letter"), "2021-11-19 09:00")
	pl.do(inspector, letter("urgency", "extra"))
	pl.is("issued", "reply unit:construction 11-22 17:30")
	pl.colour("orange")
	more := Do{Action: "more-time", Input: Data{"reason": "须现场核查", "date": "2021-11-24"}}
	pl.do(clerk(2, "construction"), more)
	pl.refused(errs.Forbidden, head(4, "construction"), Approve{}) // nobody extends their own term
	pl.do(inspector, Approve{})
	pl.is("issued", "reply unit:construction 11-24 17:30")
	pl.refused(errs.Conflict, clerk(2, "construction"), more)

	pl.do(inspector, Do{Action: "readdress", Input: Data{"reason": "属规划部门职责", "unit": "planning"}})
	pl.is("issued", "reply unit:planning 11-22 17:30")
	pl.refused(errs.Forbidden, clerk(2, "construction"), reply)
	pl.do(inspector, Do{Action: "revoke", Input: Data{"reason": "误发"}})
	if pl.c.Outcome != Withdrawn {
		t.Errorf("%s %s", pl.c.State, pl.c.Outcome)
	}
}
