package casework

import (
	"testing"

	"huying/internal/errs"
)

func chore(more ...any) OpenCase {
	form := Data{"title": "开具亲属关系证明", "kind": "certificate", "place": "jinfeng", "description": "为办理业务的居民开具证明", "due": "2021-12-10", "hours": int64(6)}
	for i := 0; i+1 < len(more); i += 2 {
		form[more[i].(string)] = more[i+1]
	}
	return OpenCase{Number: "JF-000001", Form: form, Channel: "web"}
}

func TestACommunityRefusesAChoreWithTheListCited(t *testing.T) {
	asks := clerk(2, "construction")
	pl := newPlay(t, procedureOf(t, "burden-relief"), "2021-11-19 10:00")
	pl.refused(errs.Forbidden, officer, chore())
	pl.refused(errs.Invalid, asks, chore("place", "atlantis"))
	pl.do(asks, chore())
	pl.is("handed", "answer unit:jinfeng-office 11-24 17:30")
	if pl.c.Place != "jinfeng" || pl.p.openness() != summarised {
		t.Errorf("the chore is not counted for its community and shown: %s, %d", pl.c.Place, pl.p.openness())
	}

	no := Do{Action: "refuse", Input: Data{"entry": "kinship", "reason": "属于不应由社区出具的证明"}}
	pl.refused(errs.Forbidden, asks, no)
	pl.refused(errs.Forbidden, clerk(3, "jinfeng-office"), no) // of the unit, and not of the community
	elsewhere := Actor{Person: 17, Posts: []Post{{Role: "community.officer", Unit: "xiazha-office", Place: "xiazha", Acts: true}}}
	pl.refused(errs.Forbidden, elsewhere, no)
	pl.refused(errs.Invalid, officer, Do{Action: "refuse", Input: Data{"reason": "太忙"}})
	pl.refused(errs.Invalid, officer, Do{Action: "refuse", Input: Data{"reason": "太忙", "entry": "too-busy"}})
	pl.only(officer, no)
	pl.is("refused", "judge unit:office 11-26 17:30")

	pl.refused(errs.Forbidden, asks, Do{Action: "overrule", Input: Data{"reason": "必须办"}})
	pl.refused(errs.Invalid, theOffice, Do{Action: "uphold"})
	pl.only(theOffice, Do{Action: "uphold", Input: Data{"reason": "清单第 1 项"}})
	if pl.is("upheld", ""); pl.c.Outcome != Refused || pl.c.Values["entry"] != "kinship" {
		t.Errorf("%s, values %v", pl.c.Outcome, pl.c.Values)
	}
}

func TestAChoreIsDoneWhenItMustBe(t *testing.T) {
	asks := clerk(2, "construction")
	pl := newPlay(t, procedureOf(t, "burden-relief"), "2021-11-19 10:00")
	pl.do(asks, chore("title", "台风前低洼地带入户提醒", "kind", "survey"))
	pl.only(officer, Do{Action: "refuse", Input: Data{"entry": "not-listed", "reason": "清单没有"}})
	pl.at("2021-11-26 17:31")
	pl.tick()
	if pl.is("refused", "!judge unit:office 11-26 17:30"); pl.c.Level != 1 {
		t.Error("the office was silent and nobody heard of it")
	}
	pl.only(theOffice, Do{Action: "overrule", Input: Data{"reason": "应急事项，依法应当协助"}})
	pl.is("accepted", "finish unit:jinfeng-office 12-10 17:30") // on the day that was asked for
	pl.values(Data{"entry": "not-listed", "overruled": true})
	pl.refused(errs.Invalid, officer, Do{Action: "finish"})
	pl.only(officer, Do{Action: "finish", Input: Data{"evidence": proof}})
	if pl.is("done", ""); pl.c.Outcome != Solved {
		t.Errorf("outcome %s", pl.c.Outcome)
	}
	pl.at("2021-12-01 10:00")
	pl.only(asks, Do{Action: "return", Input: Data{"reason": "还差两栋"}})
	pl.is("amending", "finish unit:jinfeng-office 12-06 17:30")
	pl.only(officer, Do{Action: "finish", Input: Data{"evidence": proof}})
	pl.refused(errs.Conflict, asks, Do{Action: "return", Input: Data{"reason": "再补"}}) // it comes back once
}

func TestADepartmentTakesAChoreBack(t *testing.T) {
	asks := clerk(2, "construction")
	back := Do{Action: "recall", Input: Data{"reason": "改由系统取数"}}
	for _, until := range []string{"handed", "refused", "accepted"} {
		pl := newPlay(t, procedureOf(t, "burden-relief"), "2021-11-19 10:00")
		pl.do(asks, chore())
		switch until {
		case "refused":
			pl.only(officer, Do{Action: "refuse", Input: Data{"entry": "kinship", "reason": "清单"}})
		case "accepted":
			pl.only(officer, Do{Action: "accept"})
		}
		pl.refused(errs.Forbidden, officer, back)
		if pl.only(asks, back); pl.c.Outcome != Withdrawn || pl.owes() != "" {
			t.Errorf("from %s: %s, owes %q", until, pl.c.Outcome, pl.owes())
		}
	}
}

func TestAChoreOnWhichACommunityIsSilentIsNeitherTakenNorRefused(t *testing.T) {
	pl := newPlay(t, procedureOf(t, "burden-relief"), "2021-11-19 10:00")
	pl.do(clerk(2, "construction"), chore())
	pl.at("2021-11-24 17:31")
	pl.tick()
	if pl.is("handed", "!answer unit:jinfeng-office 11-24 17:30"); pl.c.Level != 1 || pl.c.Closed() {
		t.Error("the machine decided")
	}
}

func TestADoneChoreComesBackInFiveWorkingDays(t *testing.T) {
	for at, late := range map[string]bool{"2021-11-26 17:30": false, "2021-11-26 17:31": true} {
		pl := newPlay(t, procedureOf(t, "burden-relief"), "2021-11-19 10:00")
		asks := clerk(2, "construction")
		pl.do(asks, chore())
		pl.do(officer, Do{Action: "accept"})
		pl.do(officer, Do{Action: "finish", Input: Data{"evidence": proof}})
		pl.at(at)
		if err := pl.try(asks, Do{Action: "return", Input: Data{"reason": "还差两栋"}}); errs.Is(err, errs.Conflict) != late {
			t.Errorf("at %s: %v", at, err)
		}
	}
}
