package casework

import (
	"testing"

	"huying/internal/errs"
)

var riverChief = Actor{Person: 40, Posts: []Post{{Role: "river.chief", Place: "town"}}}

func site(more ...any) OpenCase {
	form := Data{"title": "鸡山涌桥下堆土", "category": "dumping", "place": "jinfeng", "river": "鸡山涌", "site": "GX-021", "description": "河岸堆放渣土约200立方米", "photo": proof}
	return OpenCase{Number: "SL-000001", Form: with(form, more)}
}

var (
	cleared = Do{Action: "clear", Input: Data{"note": "已清运", "after": proof}}
	strike  = Do{Action: "strike-off", Input: Data{"note": "现场已清理", "photo": proof}}
)

func TestASiteIsClearedVerifiedByAnotherUnitAndStruckOff(t *testing.T) {
	pl := newPlay(t, procedureOf(t, "four-chaos"), "2021-05-10 09:00")
	pl.refused(errs.Forbidden, clerk(2, "construction"), site())
	pl.refused(errs.Invalid, riverChief, site("photo", []any{})) // no photograph before, no entry
	pl.do(riverChief, site())
	pl.is("listed", "clear unit:tangjiawan 06-09 17:30")

	town := clerk(2, "tangjiawan")
	pl.refused(errs.Invalid, town, Do{Action: "clear", Input: Data{"note": "已清运"}}) // nor without one after
	pl.refused(errs.Forbidden, clerk(3, "ecology"), cleared)
	pl.signed(town, head(4, "tangjiawan"), cleared)
	pl.is("verifying", "verify unit:ecology 05-17 17:30")
	pl.refused(errs.Forbidden, town, strike)
	pl.refused(errs.Invalid, clerk(3, "ecology"), Do{Action: "strike-off", Input: Data{"note": "好"}})
	pl.do(clerk(3, "ecology"), Do{Action: "not-clear", Input: Data{"reason": "岸坡未复绿", "photo": proof}})
	pl.is("listed", "clear unit:tangjiawan 05-20 17:30") // ten days, not thirty again
	pl.signed(town, head(4, "tangjiawan"), cleared)
	pl.do(clerk(3, "ecology"), strike)
	if pl.c.Outcome != Solved {
		t.Errorf("%s %s", pl.c.State, pl.c.Outcome)
	}
}

func TestWhatEcologyClearsTheTownVerifies(t *testing.T) {
	pl := newPlay(t, procedureOf(t, "four-chaos"), "2021-05-10 09:00")
	pl.do(riverChief, site("category", "digging", "flood", true))
	pl.is("listed", "clear unit:ecology 05-13 17:30") // it hinders floods
	pl.signed(clerk(3, "ecology"), head(4, "ecology"), cleared)
	pl.is("verifying", "verify unit:tangjiawan 05-17 17:30")
	pl.refused(errs.Forbidden, clerk(5, "ecology"), strike)
	pl.do(clerk(2, "tangjiawan"), strike)
}

func TestNoUnitComesToVerifyItselfByDeclining(t *testing.T) {
	pl := newPlay(t, procedureOf(t, "four-chaos"), "2021-05-10 09:00")
	pl.do(riverChief, site("category", "building"))
	pl.is("listed", "clear unit:planning 07-09 17:30")
	no := Do{Action: "decline", Input: Data{"reason": "属城管职责", "unit": "ecology"}}
	pl.do(clerk(2, "planning"), no)
	pl.is("listed", "clear unit:ecology 07-09 17:30")
	pl.signed(clerk(3, "ecology"), head(4, "ecology"), cleared)
	pl.is("verifying", "verify unit:tangjiawan 05-17 17:30")
}

func TestARelapseReopensTheSiteAndIsCounted(t *testing.T) {
	pl := newPlay(t, procedureOf(t, "four-chaos"), "2021-05-10 09:00")
	town := clerk(2, "tangjiawan")
	pl.do(riverChief, site())
	pl.signed(town, head(4, "tangjiawan"), cleared)
	pl.do(clerk(3, "ecology"), strike)
	again := Do{Action: "relapse", Input: Data{"reason": "又堆土", "photo": proof}}
	pl.refused(errs.Forbidden, town, again)
	pl.refused(errs.Invalid, riverChief, Do{Action: "relapse", Input: Data{"reason": "又堆土"}})
	pl.at("2021-09-01 09:00")
	pl.do(riverChief, again)
	pl.is("listed", "clear unit:tangjiawan 09-16 17:30") // fifteen days, not thirty
	if pl.c.Values["relapses"] != int64(1) || pl.c.Outcome != Open {
		t.Errorf("%v %s", pl.c.Values, pl.c.Outcome)
	}
	pl.signed(town, head(4, "tangjiawan"), cleared)
	pl.do(clerk(3, "ecology"), strike)
	pl.at("2022-09-02 09:00")
	pl.refused(errs.Conflict, riverChief, again)

	// After the year it is a new entry, which knows of the earlier ones by the number of the site.
	pl = newPlay(t, procedureOf(t, "four-chaos"), "2022-09-02 09:00")
	cmd := site()
	cmd.Earlier = 1
	pl.do(riverChief, cmd)
	pl.is("listed", "clear unit:tangjiawan 09-19 17:30")
	if pl.c.Values["known"] != int64(1) {
		t.Errorf("%v", pl.c.Values)
	}
}

func TestWhatIsNotClearedInTimeEscalates(t *testing.T) {
	pl := newPlay(t, procedureOf(t, "four-chaos"), "2021-05-10 09:00")
	pl.do(riverChief, site())
	pl.signed(clerk(2, "tangjiawan"), boss, Do{Action: "more-time", Input: Data{"reason": "汛期不宜动土"}})
	pl.is("listed", "clear unit:tangjiawan 07-09 17:30")
	pl.refused(errs.Conflict, clerk(2, "tangjiawan"), Do{Action: "more-time", Input: Data{"reason": "再延"}})
	pl.at("2021-07-09 17:31")
	pl.tick()
	pl.at("2021-07-14 17:31")
	pl.tick()
	if pl.c.Level != 2 {
		t.Errorf("level %d", pl.c.Level)
	}
	pl.do(clerk(3, "ecology"), Do{Action: "unfounded", Input: Data{"reason": "为防汛备料点，手续齐全", "photo": proof}})
	pl.do(boss, Approve{})
	if pl.c.Outcome != Refused {
		t.Errorf("%s %s", pl.c.State, pl.c.Outcome)
	}
}
