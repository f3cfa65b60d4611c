package casework

import (
	"reflect"
	"testing"

	"huying/internal/errs"
)

func circular(kind string, units ...any) OpenCase {
	return OpenCase{Number: "TB-000001", Channel: "web", Form: Data{"title": "关于第三季度任务进展的通报", "year": int64(2021), "kind": kind, "units": units,
		"text": "第三季度以下单位的任务进展滞后，现予通报。"}}
}

func issued(t *testing.T, kind string) *play {
	t.Helper()
	pl := newPlay(t, procedureOf(t, "circular"), "2021-11-19 09:00")
	pl.refused(errs.Forbidden, clerk(2, "construction"), circular(kind, "planning"))
	pl.refused(errs.Invalid, theOffice, circular(kind))
	pl.refused(errs.Invalid, theOffice, circular(kind, "atlantis"))
	pl.do(theOffice, circular(kind, "construction", "planning", "ecology"))
	pl.is("drafted", "issue unit:committee 11-24 17:30")
	pl.refused(errs.Forbidden, theOffice, Do{Action: "issue"}) // who drafts does not issue
	pl.only(theLeader, Do{Action: "return", Input: Data{"reason": "语气再斟酌"}})
	pl.is("revising", "revise unit:office 11-24 17:30")
	pl.only(theOffice, Do{Action: "revise", Input: Data{"draft": "第三季度以下单位的任务进展落后于计划。"}})
	pl.only(theLeader, Do{Action: "issue"})
	pl.is("issued", "respond unit:construction 11-26 17:30, respond unit:planning 11-26 17:30, respond unit:ecology 11-26 17:30")
	return pl
}

func TestAUnitThatIsNamedAppeals(t *testing.T) {
	pl := issued(t, "criticism")
	pl.refused(errs.Forbidden, clerk(5, "emergency"), Do{Action: "appeal", Input: Data{"reason": "x"}})
	pl.refused(errs.Invalid, clerk(2, "construction"), Do{Action: "appeal"})
	pl.only(clerk(2, "construction"), Do{Action: "appeal", Input: Data{"reason": "九月底已完成"}})
	pl.refused(errs.Forbidden, clerk(2, "construction"), Do{Action: "appeal", Input: Data{"reason": "再申诉"}})
	pl.only(clerk(3, "planning"), Do{Action: "accept"})
	pl.is("issued", "respond unit:ecology 11-26 17:30")
	pl.at("2021-11-26 17:31")
	pl.tick()
	pl.is("judging", "judge unit:office 12-10 17:30") // ecology was silent, and did not appeal
	pl.refused(errs.Conflict, clerk(6, "ecology"), Do{Action: "appeal", Input: Data{"reason": "迟了"}})
	pl.refused(errs.Invalid, theOffice, Do{Action: "amend", Input: Data{"answer": "属实"}})
	pl.only(theOffice, Do{Action: "amend", Input: Data{"answer": "申诉属实", "units": []any{"construction"}}})
	if pl.is("criticised", ""); pl.c.Outcome != Solved || !reflect.DeepEqual(pl.c.Values["cleared"], []any{"construction"}) {
		t.Errorf("%s %v", pl.c.Outcome, pl.c.Values)
	}
}

func TestACircularStandsWhenNobodyAppeals(t *testing.T) {
	for kind, state := range map[string]string{"criticism": "criticised", "praise": "noted", "progress": "noted"} {
		pl := issued(t, kind)
		pl.only(clerk(2, "construction"), Do{Action: "accept"})
		pl.only(clerk(3, "planning"), Do{Action: "accept"})
		pl.only(clerk(6, "ecology"), Do{Action: "accept"})
		pl.is(state, "")

		pl = issued(t, kind)
		pl.at("2021-11-26 17:31")
		pl.tick()
		pl.is(state, "")
	}
}

func TestAllWhoAreSilentMissedIt(t *testing.T) {
	pl := issued(t, "criticism")
	pl.only(clerk(3, "planning"), Do{Action: "accept"})
	pl.at("2021-11-26 17:31")
	pl.tick()
	pl.is("criticised", "")
	for _, o := range pl.c.Duties {
		if want := o.Owner != UnitMember("planning"); o.Name == "respond" && (o.Status == Breach) != want {
			t.Errorf("%s missed it: %v, want %v", o.Owner, !want, want) // the first miss led the case on, and the third unit answered no more than the first
		}
	}
}

func TestACircularIsRevokedOrNotIssued(t *testing.T) {
	pl := issued(t, "criticism")
	for person, unit := range map[int64]string{2: "construction", 3: "planning", 6: "ecology"} {
		pl.only(clerk(person, unit), Do{Action: "appeal", Input: Data{"reason": "与事实不符"}})
	}
	pl.values(Data{"appeals": int64(3)})
	pl.only(theOffice, Do{Action: "revoke", Input: Data{"answer": "统计口径有误"}})
	if pl.is("revoked", ""); pl.c.Outcome != Withdrawn {
		t.Errorf("outcome %s", pl.c.Outcome)
	}

	pl = newPlay(t, procedureOf(t, "circular"), "2021-11-19 09:00")
	pl.do(theOffice, circular("praise", "planning"))
	pl.only(theOffice, Do{Action: "drop", Input: Data{"reason": "并入年度通报"}})
	if pl.is("dropped", ""); pl.c.Outcome != Withdrawn {
		t.Errorf("outcome %s", pl.c.Outcome)
	}
}

func TestAnAppealIsDismissed(t *testing.T) {
	pl := issued(t, "criticism")
	pl.values(Data{"draft": "第三季度以下单位的任务进展落后于计划。"})
	pl.do(clerk(2, "construction"), Do{Action: "appeal", Input: Data{"reason": "九月底已完成"}})
	pl.do(clerk(3, "planning"), Do{Action: "accept"})
	pl.do(clerk(6, "ecology"), Do{Action: "accept"})
	pl.only(theOffice, Do{Action: "uphold", Input: Data{"answer": "完成时间为十月十二日"}})
	pl.is("criticised", "")

	pl = newPlay(t, procedureOf(t, "circular"), "2021-11-19 09:00")
	pl.do(theOffice, circular("praise", "planning"))
	pl.do(theLeader, Do{Action: "return", Input: Data{"reason": "暂缓"}})
	pl.only(theOffice, Do{Action: "drop", Input: Data{"reason": "暂缓"}})
	pl.is("dropped", "")
}
