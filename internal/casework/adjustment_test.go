package casework

import (
	"testing"

	"huying/internal/errs"
)

func change(more ...any) OpenCase {
	form := Data{"promise": "2021-017", "title": "新增停车位798个", "new_value": "700", "new_due": "2022-03-31", "why": "一处地块因管线迁改不能按期交付", "done": "已完成 640 个"}
	for i := 0; i+1 < len(more); i += 2 {
		if form[more[i].(string)] = more[i+1]; more[i+1] == nil {
			delete(form, more[i].(string))
		}
	}
	return OpenCase{Number: "TZ-000001", Form: form, Channel: "web"}
}

func TestAPromiseIsChangedWithAReasonAndAnApprover(t *testing.T) {
	lead, chief := clerk(2, "construction"), head(3, "construction")
	pl := newPlay(t, procedureOf(t, "adjustment"), "2021-11-19 09:00")
	pl.refused(errs.Invalid, lead, change("why", "来不及"))
	pl.refused(errs.Invalid, lead, change("new_value", nil, "new_due", nil)) // it changes nothing
	pl.refused(errs.Invalid, lead, change("new_value", "七百"))
	pl.do(lead, change())
	pl.is("asked", "sign unit:construction 11-23 17:30")
	pl.refused(errs.Forbidden, lead, Do{Action: "sign"})
	pl.only(chief, Do{Action: "sign"})
	pl.is("advising", "advise unit:office 11-24 17:30")
	pl.refused(errs.Forbidden, theLeader, Do{Action: "advise", Input: Data{"opinion": "support", "answer": "同意"}})
	pl.only(theOffice, Do{Action: "return", Input: Data{"reason": "请附管线单位的函"}})
	pl.is("returned", "supplement unit:construction 11-26 17:30")
	pl.only(lead, Do{Action: "again", Input: Data{"reason": "函已附", "evidence": proof}}, "evidence")
	pl.only(chief, Do{Action: "sign"})
	pl.refused(errs.Invalid, theOffice, Do{Action: "advise", Input: Data{"opinion": "support"}})
	pl.only(theOffice, Do{Action: "advise", Input: Data{"opinion": "partly", "answer": "时限可延，数量不宜减"}})
	pl.is("deciding", "decide unit:committee 11-26 17:30")
	pl.values(Data{"opinion": "partly"})
	for _, nobody := range []Actor{lead, chief, theOffice} {
		pl.refused(errs.Forbidden, nobody, Do{Action: "approve", Input: Data{"answer": "同意"}})
	}
	pl.only(theLeader, Do{Action: "approve", Input: Data{"answer": "同意调整，务必三月底前完成"}})
	if pl.is("adjusted", ""); pl.c.Outcome != Solved {
		t.Errorf("outcome %s", pl.c.Outcome)
	}
	last := pl.history[len(pl.history)-1]
	if last.By.Person != theLeader.Person || last.Events[0].Did == nil || last.Events[0].Did.Action != "approve" {
		t.Errorf("who approved it is not told by the last record: %+v", last)
	}
}

func TestAChangeIsRefusedWithReasons(t *testing.T) {
	pl := newPlay(t, procedureOf(t, "adjustment"), "2021-11-19 09:00")
	pl.do(clerk(2, "construction"), change())
	pl.only(head(3, "construction"), Do{Action: "sign"})
	pl.only(theOffice, Do{Action: "advise", Input: Data{"opinion": "against", "answer": "仍可完成"}})
	pl.refused(errs.Invalid, theLeader, Do{Action: "refuse"})
	pl.at("2021-11-26 17:31")
	pl.tick()
	pl.is("deciding", "!decide unit:committee 11-26 17:30") // the clock neither approves nor refuses
	pl.only(theLeader, Do{Action: "refuse", Input: Data{"reason": "年初承诺，不予调整"}})
	if pl.c.Outcome != Refused {
		t.Errorf("outcome %s", pl.c.Outcome)
	}
}

func TestWhoDoesNotSayMoreHasTakenItBack(t *testing.T) {
	pl := newPlay(t, procedureOf(t, "adjustment"), "2021-11-19 09:00")
	pl.do(clerk(2, "construction"), change())
	pl.only(head(3, "construction"), Do{Action: "sign"})
	pl.only(theOffice, Do{Action: "return", Input: Data{"reason": "理由不充分"}})
	pl.at("2021-11-26 17:31")
	pl.tick()
	if pl.c.Outcome != Withdrawn {
		t.Errorf("outcome %s", pl.c.Outcome)
	}
}

func TestALeadTakesItsAskingBack(t *testing.T) {
	pl := newPlay(t, procedureOf(t, "adjustment"), "2021-11-19 09:00")
	pl.do(clerk(2, "construction"), change())
	pl.only(clerk(2, "construction"), Do{Action: "take-back", Input: Data{"reason": "可以按期完成"}})
	if pl.c.Outcome != Withdrawn {
		t.Errorf("outcome %s", pl.c.Outcome)
	}
}
