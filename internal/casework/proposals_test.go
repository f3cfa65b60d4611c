package casework

import (
	"testing"

	"huying/internal/errs"
)

var deputy = Actor{Person: 70, Posts: []Post{{Role: "deputy"}}}

func proposal() OpenCase {
	return OpenCase{Number: "JY-000001", Channel: "web", Form: Data{
		"title": "关于优化唐家湾公交线路的建议", "category": "suggestion", "number": "2021-083", "proposer": "某代表",
		"problem": "高新区至主城区公交班次少", "asks": "增开快线，加密班次"}}
}

func handOver(more ...any) Do {
	return Do{Action: "hand-over", Input: with(Data{"unit": "construction"}, more)}
}

func answerOf(class string, more ...any) Do {
	return Do{Action: "answer", Input: with(Data{"class": class, "answer": "已研究办理"}, more)}
}

// answered is a proposal answered by construction alone, in one of the three classes.
func answered(t *testing.T, cmd Do) *play {
	pl := newPlay(t, procedureOf(t, "proposals"), "2021-03-01 09:00")
	pl.do(deputy, proposal())
	pl.do(inspector, handOver())
	pl.is("handling", "answer unit:construction 06-01 17:30")
	pl.at("2021-04-01 09:00")
	pl.signed(clerk(2, "construction"), head(4, "construction"), cmd)
	pl.is("answered", "rate caller:1 05-06 17:30") // 1 May, and the days off after it
	return pl
}

func TestLeadAndCoHandlersAnswerWithinTheTerm(t *testing.T) {
	pl := newPlay(t, procedureOf(t, "proposals"), "2021-03-01 09:00")
	pl.refused(errs.Forbidden, clerk(2, "construction"), proposal())
	pl.do(deputy, proposal())
	pl.is("filed", "hand-over unit:office 03-08 17:30")
	pl.refused(errs.Forbidden, clerk(2, "construction"), handOver())
	pl.refused(errs.Invalid, inspector, handOver("joint", []any{"construction"})) // the lead gives itself no opinion
	pl.do(inspector, handOver("parts", []any{"planning"}, "joint", []any{"ecology", "emergency"}))
	pl.is("handling", "opinion unit:ecology 04-01 17:30, opinion unit:emergency 04-01 17:30, answer unit:construction 06-01 17:30, answer unit:planning 06-01 17:30")

	lead := clerk(2, "construction")
	pl.do(lead, Do{Action: "talk", Input: Data{"date": "2021-03-10", "note": "已当面听取意见"}})
	pl.refused(errs.Conflict, lead, answerOf("A")) // the opinions are not there
	pl.refused(errs.Forbidden, lead, Do{Action: "opinion", Input: Data{"opinion": "同意"}})
	pl.do(clerk(3, "ecology"), Do{Action: "opinion", Input: Data{"opinion": "同意"}})
	pl.refused(errs.Conflict, lead, answerOf("A"))
	// One that does not come in its month is missed, and holds the lead up no longer.
	pl.at("2021-04-02 09:00")
	pl.tick()
	pl.is("handling", "!opinion unit:emergency 04-01 17:30, answer unit:construction 06-01 17:30, answer unit:planning 06-01 17:30")
	pl.refused(errs.Conflict, lead, answerOf("B")) // a plan without a day
	pl.refused(errs.Invalid, lead, answerOf("D"))
	pl.do(lead, answerOf("A"))
	pl.refused(errs.Forbidden, head(9, "planning"), Approve{})
	pl.do(head(4, "construction"), Approve{})
	pl.is("handling", "!opinion unit:emergency 04-01 17:30, answer unit:planning 06-01 17:30")

	// The other unit answers for its own part; its head signs it.
	pl.refused(errs.Forbidden, clerk(3, "ecology"), Do{Action: "answer-part", Input: Data{"answer": "已调整"}})
	pl.do(clerk(5, "planning"), Do{Action: "answer-part", Input: Data{"answer": "已调整"}})
	pl.refused(errs.Forbidden, head(4, "construction"), Approve{})
	pl.do(head(9, "planning"), Approve{})
	pl.is("answered", "!opinion unit:emergency 04-01 17:30, rate caller:1 05-06 17:30")
	pl.do(deputy, Do{Action: "satisfied"})
	if pl.c.Outcome != Solved || len(pl.c.Ratings) != 2 || pl.c.Ratings[0].Score != 3 {
		t.Errorf("%s %s %+v", pl.c.State, pl.c.Outcome, pl.c.Ratings)
	}
}

func TestATermIsExtendedToSixMonthsByTheOffice(t *testing.T) {
	pl := newPlay(t, procedureOf(t, "proposals"), "2021-03-01 09:00")
	pl.do(deputy, proposal())
	pl.do(inspector, handOver())
	more := Do{Action: "more-time", Input: Data{"reason": "涉及省道改线，难度大"}}
	pl.do(clerk(2, "construction"), more)
	pl.refused(errs.Forbidden, head(4, "construction"), Approve{})
	pl.do(inspector, Approve{})
	pl.is("handling", "answer unit:construction 09-01 17:30")
	pl.refused(errs.Conflict, clerk(2, "construction"), more)
}

func TestADissatisfiedDeputyGetsASecondAnswer(t *testing.T) {
	pl := answered(t, answerOf("A"))
	pl.refused(errs.Forbidden, clerk(2, "construction"), Do{Action: "satisfied"})
	pl.refused(errs.Invalid, deputy, Do{Action: "dissatisfied"})
	pl.refused(errs.Conflict, deputy, Do{Action: "still-dissatisfied", Input: Data{"reason": "不具体"}})
	pl.do(deputy, Do{Action: "dissatisfied", Input: Data{"reason": "没有说明班次"}})
	pl.is("handling", "answer unit:construction 05-06 17:30") // one month, and no opinions again
	pl.signed(clerk(2, "construction"), head(4, "construction"), answerOf("A"))
	content := *pl
	content.do(deputy, Do{Action: "mostly"})
	if content.c.Outcome != Solved || content.c.Ratings[1].Score != 2 {
		t.Errorf("%s %+v", content.c.Outcome, content.c.Ratings)
	}
	pl.refused(errs.Conflict, deputy, Do{Action: "dissatisfied", Input: Data{"reason": "再来"}})
	pl.do(deputy, Do{Action: "still-dissatisfied", Input: Data{"reason": "仍未解决"}})
	if pl.c.State != "unsatisfied" || pl.c.Outcome != ClosedUnsolved {
		t.Errorf("%s %s", pl.c.State, pl.c.Outcome)
	}
}

func TestWhatIsPlannedIsFollowedUntilItIsDone(t *testing.T) {
	pl := answered(t, answerOf("B", "promised", "2021-10-15"))
	pl.do(deputy, Do{Action: "satisfied"})
	pl.is("tracking", "fulfil unit:construction 10-15 17:30")
	pl.at("2021-10-15 17:31")
	pl.tick()
	pl.is("tracking", "!fulfil unit:construction 10-15 17:30")
	pl.refused(errs.Invalid, clerk(2, "construction"), Do{Action: "fulfil", Input: Data{"answer": "已开通快线"}})
	pl.signed(clerk(2, "construction"), head(4, "construction"), Do{Action: "fulfil", Input: Data{"answer": "已开通快线", "evidence": proof}})
	pl.do(deputy, Do{Action: "satisfied"})
	if pl.c.Outcome != Solved {
		t.Errorf("%s %s", pl.c.State, pl.c.Outcome)
	}

	// What cannot be done after all becomes a C, with both signatures.
	pl = answered(t, answerOf("B", "promised", "2021-10-15"))
	pl.do(deputy, Do{Action: "mostly"})
	pl.do(clerk(2, "construction"), Do{Action: "cannot", Input: Data{"answer": "线路与轨道冲突"}})
	pl.do(head(4, "construction"), Approve{})
	if pl.c.State != "tracking" {
		t.Error("one signature is enough")
	}
	pl.do(inspector, Approve{})
	pl.do(deputy, Do{Action: "mostly"})
	if pl.c.State != "shelved" || pl.c.Outcome != ClosedUnsolved {
		t.Errorf("%s %s", pl.c.State, pl.c.Outcome)
	}
}

func TestASilentDeputyIsNotASatisfiedOne(t *testing.T) {
	for class, want := range map[string]Outcome{"A": Unconfirmed, "B": Open, "C": ClosedUnsolved} {
		pl := answered(t, answerOf(class, "promised", "2021-10-15"))
		pl.at("2021-05-06 17:31")
		pl.tick()
		if pl.c.Outcome != want || len(pl.c.Ratings) != 0 {
			t.Errorf("class %s: %s %q %v", class, pl.c.State, pl.c.Outcome, pl.c.Ratings)
		}
		if class == "A" { // who comes late is heard
			pl.do(deputy, Do{Action: "dissatisfied", Input: Data{"reason": "没有说明班次"}})
			pl.is("handling", "answer unit:construction 06-07 17:30")
		}
	}
}

func TestWhatIsSolvedLaterIsNotCountedAsSolvedNow(t *testing.T) {
	pl := answered(t, answerOf("C"))
	pl.do(deputy, Do{Action: "satisfied"}) // content with the reasons; the matter is not solved
	if pl.c.State != "shelved" || pl.c.Outcome != ClosedUnsolved {
		t.Errorf("%s %s", pl.c.State, pl.c.Outcome)
	}
}

func TestAProposalIsKickedOnce(t *testing.T) {
	pl := newPlay(t, procedureOf(t, "proposals"), "2021-03-01 09:00")
	pl.do(deputy, proposal())
	pl.do(inspector, handOver())
	no := Do{Action: "decline", Input: Data{"reason": "属规划部门职责", "unit": "planning"}}
	pl.do(clerk(2, "construction"), no)
	pl.is("handling", "answer unit:planning 06-01 17:30")
	pl.do(clerk(3, "planning"), Do{Action: "decline", Input: Data{"reason": "不属我单位"}})
	pl.is("handling", "answer unit:tangjiawan 06-01 17:30")
	pl.at("2021-03-16 09:00")
	pl.refused(errs.Conflict, clerk(5, "tangjiawan"), no) // ten working days are over, and it is the fallback

	pl = newPlay(t, procedureOf(t, "proposals"), "2021-03-01 09:00")
	pl.do(deputy, proposal())
	pl.do(inspector, Do{Action: "not-filed", Input: Data{"reason": "不属本级职权"}})
	pl.do(boss, Approve{})
	if pl.c.Outcome != Refused {
		t.Errorf("%s %s", pl.c.State, pl.c.Outcome)
	}
}
