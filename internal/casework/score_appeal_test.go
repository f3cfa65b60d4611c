package casework

import (
	"testing"

	"huying/internal/errs"
)

func deducted() OpenCase {
	return OpenCase{Number: "SS-000001", Channel: "web", Form: Data{"title": "十一月报送扣分", "year": int64(2021), "line": "late-report", "about": "JZ-000001", "why": "当日系统停机维护"}}
}

func TestADeductionIsKeptAndThenLiftedOnReview(t *testing.T) {
	lead := clerk(2, "construction")
	pl := newPlay(t, procedureOf(t, "score-appeal"), "2021-12-20 09:00")
	pl.refused(errs.Forbidden, officer, deducted())
	pl.do(lead, deducted())
	pl.is("filed", "judge unit:office 01-04 17:30")
	pl.refused(errs.Forbidden, lead, Do{Action: "lift", Input: Data{"answer": "成立"}})
	pl.refused(errs.Invalid, theOffice, Do{Action: "keep"})
	pl.only(theOffice, Do{Action: "keep", Input: Data{"reason": "停机在下班以后"}})
	if pl.c.Outcome != Refused {
		t.Errorf("outcome %s", pl.c.Outcome)
	}
	pl.only(lead, Do{Action: "review", Input: Data{"reason": "附停机公告", "evidence": proof}}, "evidence")
	pl.is("reviewing", "review unit:committee 01-04 17:30")
	pl.refused(errs.Forbidden, theOffice, Do{Action: "lift", Input: Data{"answer": "成立"}}) // not by those who kept it
	pl.only(theLeader, Do{Action: "lift", Input: Data{"answer": "停机确在报送时段"}})
	if pl.is("lifted", ""); pl.c.Outcome != Solved {
		t.Errorf("outcome %s", pl.c.Outcome)
	}
}

func TestADeductionIsReviewedOnceAndInTime(t *testing.T) {
	lead := clerk(2, "construction")
	again := Do{Action: "review", Input: Data{"reason": "不服"}}
	pl := newPlay(t, procedureOf(t, "score-appeal"), "2021-12-20 09:00")
	pl.do(lead, deducted())
	pl.only(theOffice, Do{Action: "keep", Input: Data{"reason": "无误"}})
	pl.at("2021-12-28 09:00")
	pl.refused(errs.Conflict, lead, again)
	pl.at("2021-12-27 09:00")
	pl.only(lead, again)
	pl.only(theLeader, Do{Action: "keep", Input: Data{"reason": "维持"}})
	if pl.is("final", ""); pl.c.Outcome != Refused {
		t.Errorf("outcome %s", pl.c.Outcome)
	}
	pl.refused(errs.Conflict, lead, again)
}

func TestAnAppealAgainstADeductionIsTakenBack(t *testing.T) {
	pl := newPlay(t, procedureOf(t, "score-appeal"), "2021-12-20 09:00")
	pl.do(clerk(2, "construction"), deducted())
	pl.only(clerk(2, "construction"), Do{Action: "take-back", Input: Data{"reason": "已核实"}})
	if pl.c.Outcome != Withdrawn {
		t.Errorf("outcome %s", pl.c.Outcome)
	}
}
