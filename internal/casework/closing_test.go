package casework

import (
	"testing"

	"huying/internal/errs"
)

func struckOff(more ...any) OpenCase {
	form := Data{"promise": "2021-017", "title": "新增停车位798个", "claim": "done", "summary": "全年新增停车位 812 个", "evidence": proof, "joint": []any{"planning"}}
	for i := 0; i+1 < len(more); i += 2 {
		if form[more[i].(string)] = more[i+1]; more[i+1] == nil {
			delete(form, more[i].(string))
		}
	}
	return OpenCase{Number: "XH-000001", Form: form, Channel: "web"}
}

func TestAPromiseIsStruckOffWhenASecondUnitHasSeenIt(t *testing.T) {
	lead := clerk(2, "construction")
	pl := newPlay(t, procedureOf(t, "closing"), "2021-11-19 09:00")
	pl.refused(errs.Invalid, lead, struckOff("evidence", nil))
	pl.refused(errs.Invalid, lead, struckOff("claim", "adjusted"))
	pl.refused(errs.Forbidden, officer, struckOff())
	pl.do(lead, struckOff())
	pl.is("asked", "name unit:office 11-23 17:30")
	name := func(unit string) Do { return Do{Action: "name", Input: Data{"unit": unit}} }
	pl.refused(errs.Forbidden, lead, name("emergency"))
	pl.refused(errs.Invalid, theOffice, name("construction")) // who did it does not verify it
	pl.refused(errs.Invalid, theOffice, name("planning"))
	pl.only(theOffice, name("emergency"))
	pl.is("verifying", "verify unit:emergency 11-26 17:30")
	seen := Do{Action: "confirm", Input: Data{"note": "现场清点 812 个", "evidence": proof}}
	pl.refused(errs.Forbidden, lead, seen)
	pl.refused(errs.Invalid, clerk(5, "emergency"), Do{Action: "confirm", Input: Data{"note": "看过"}})
	pl.only(clerk(5, "emergency"), seen)
	pl.is("deciding", "decide unit:office 11-24 17:30")
	pl.refused(errs.Forbidden, clerk(5, "emergency"), Do{Action: "strike", Input: Data{"answer": "同意"}})
	pl.only(theOffice, Do{Action: "strike", Input: Data{"answer": "同意销号"}})
	if pl.is("struck", ""); pl.c.Outcome != Solved {
		t.Errorf("outcome %s", pl.c.Outcome)
	}

	pl.at("2022-03-01 09:00")
	pl.refused(errs.Forbidden, lead, Do{Action: "reopen", Input: Data{"reason": "x"}})
	pl.only(theOffice, Do{Action: "reopen", Input: Data{"reason": "三十个车位被占作他用"}})
	if pl.is("returned", "supplement unit:construction 03-15 17:30"); pl.c.Reopened != 1 {
		t.Errorf("reopened %d", pl.c.Reopened)
	}
	pl.only(lead, Do{Action: "again", Input: Data{"note": "已清退", "evidence": proof}})
	pl.is("asked", "name unit:office 03-03 17:30")
}

func TestWhatIsNotSoIsReturnedWithReasons(t *testing.T) {
	lead := clerk(2, "construction")
	pl := newPlay(t, procedureOf(t, "closing"), "2021-11-19 09:00")
	pl.do(lead, struckOff())
	pl.only(theOffice, Do{Action: "name", Input: Data{"unit": "ecology"}})
	pl.only(clerk(6, "ecology"), Do{Action: "decline", Input: Data{"reason": "我局也在用这些车位"}})
	pl.is("asked", "name unit:office 11-23 17:30")
	pl.only(theOffice, Do{Action: "name", Input: Data{"unit": "emergency"}})
	pl.only(clerk(5, "emergency"), Do{Action: "object", Input: Data{"reason": "清点只有 760 个"}})
	pl.refused(errs.Conflict, theOffice, Do{Action: "strike", Input: Data{"answer": "同意"}})
	pl.refused(errs.Invalid, theOffice, Do{Action: "return"})
	pl.only(theOffice, Do{Action: "return", Input: Data{"reason": "清点只有 760 个"}})
	pl.is("returned", "supplement unit:construction 12-03 17:30")
	pl.at("2021-12-03 17:31")
	pl.tick()
	if pl.is("taken-back", ""); pl.c.Outcome != Withdrawn {
		t.Errorf("outcome %s", pl.c.Outcome)
	}
}

func TestAnotherUnitVerifiesAnew(t *testing.T) {
	pl := newPlay(t, procedureOf(t, "closing"), "2021-11-19 09:00")
	pl.do(clerk(2, "construction"), struckOff("claim", "continuing"))
	pl.only(theOffice, Do{Action: "name", Input: Data{"unit": "ecology"}})
	pl.only(clerk(6, "ecology"), Do{Action: "object", Input: Data{"reason": "没有找到台账"}})
	pl.only(theOffice, Do{Action: "anew", Input: Data{"unit": "emergency", "reason": "请应急局复核"}})
	pl.is("verifying", "verify unit:emergency 11-26 17:30")
	pl.refused(errs.Forbidden, clerk(6, "ecology"), Do{Action: "object", Input: Data{"reason": "再说一次"}})
	pl.only(clerk(5, "emergency"), Do{Action: "confirm", Input: Data{"note": "台账齐全", "evidence": proof}})
	pl.only(theOffice, Do{Action: "strike", Input: Data{"answer": "同意列为持续推进"}})
	if pl.c.Outcome != Solved {
		t.Errorf("outcome %s", pl.c.Outcome)
	}
}

func TestWhatWasConfirmedAndThenObjectedToIsNotStruckOff(t *testing.T) {
	lead := clerk(2, "construction")
	pl := newPlay(t, procedureOf(t, "closing"), "2021-11-19 09:00")
	pl.do(lead, struckOff())
	pl.only(theOffice, Do{Action: "return", Input: Data{"reason": "佐证看不清"}})
	pl.only(lead, Do{Action: "again", Input: Data{"note": "已重拍", "evidence": proof}})
	pl.do(theOffice, Do{Action: "name", Input: Data{"unit": "ecology"}})
	pl.do(clerk(6, "ecology"), Do{Action: "confirm", Input: Data{"note": "属实", "evidence": proof}})
	pl.do(theOffice, Do{Action: "anew", Input: Data{"unit": "emergency", "reason": "抽查"}})
	pl.do(clerk(5, "emergency"), Do{Action: "object", Input: Data{"reason": "只有 760 个"}})
	pl.refused(errs.Conflict, theOffice, Do{Action: "strike", Input: Data{"answer": "同意"}})
	pl.only(lead, Do{Action: "take-back", Input: Data{"reason": "补建后再报"}})
	if pl.c.Outcome != Withdrawn {
		t.Errorf("outcome %s", pl.c.Outcome)
	}
}
