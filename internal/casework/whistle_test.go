package casework

import (
	"testing"

	"huying/internal/errs"
)

func TestAWhistleIsAnsweredConfirmedAndRated(t *testing.T) {
	pl := newPlay(t, procedureOf(t, "whistle"), "2021-11-19 15:06")
	pl.do(officer, whistle("joint", []any{"ecology", "emergency"}))
	pl.is("called", "report-in unit:construction 11-22 10:06, report-in unit:ecology 11-22 10:06, report-in unit:emergency 11-22 10:06")
	if c := pl.c.Callers[0]; c.Unit != "jinfeng-office" || c.Person != 7 {
		t.Errorf("the caller is %+v", c)
	}

	pl.at("2021-11-19 16:00")
	pl.refused(errs.Forbidden, clerk(3, "planning"), Do{Action: "report-in", Input: Data{"note": "到"}})
	pl.refused(errs.Invalid, clerk(2, "construction"), Do{Action: "report-in"})
	pl.do(clerk(2, "construction"), Do{Action: "report-in", Input: Data{"note": "半小时内到场"}})
	pl.is("handling", "report-in unit:ecology 11-22 10:06, report-in unit:emergency 11-22 10:06, resolve unit:construction 11-24 17:30")

	// A joint unit reports in late, while the lead is at work: it was missed once, and is done now.
	pl.do(clerk(5, "emergency"), Do{Action: "report-in", Input: Data{"note": "已到"}})
	pl.at("2021-11-22 10:07")
	pl.tick()
	pl.is("handling", "!report-in unit:ecology 11-22 10:06, resolve unit:construction 11-24 17:30")
	if pl.c.Level != 1 {
		t.Errorf("level %d", pl.c.Level)
	}
	pl.tick()
	if n := len(pl.history); n != 4 {
		t.Errorf("a second look found something again: %d records", n)
	}
	pl.do(clerk(6, "ecology"), Do{Action: "report-in", Input: Data{"note": "迟到"}})
	pl.is("handling", "resolve unit:construction 11-24 17:30")

	pl.refused(errs.Invalid, clerk(2, "construction"), Do{Action: "resolve", Input: Data{"note": "修好了"}})
	pl.do(clerk(2, "construction"), Do{Action: "resolve", Input: Data{"note": "修好了", "evidence": proof}})
	pl.is("confirming", "confirm caller:1 11-24 17:30")
	pl.refused(errs.Forbidden, clerk(2, "construction"), Do{Action: "accept"})
	pl.refused(errs.Invalid, officer, Do{Action: "accept", Ratings: map[string]int{"lead": 5}})
	pl.refused(errs.Invalid, officer, Do{Action: "accept", Ratings: map[string]int{"lead": 6, "joint": 1}})
	pl.do(officer, Do{Action: "accept", Ratings: map[string]int{"lead": 5, "unit:ecology": 2, "joint": 4}})
	pl.is("solved", "")
	if len(pl.c.Ratings) != 3 || pl.c.Ratings[1].Score != 2 || pl.c.Outcome != Solved {
		t.Errorf("%+v %s", pl.c.Ratings, pl.c.Outcome)
	}

	// It comes back within ten working days, and is not taken after them.
	pl.at("2021-12-06 17:00")
	pl.do(officer, Do{Action: "again", Input: Data{"reason": "又塌了"}})
	pl.is("handling", "resolve unit:construction 12-09 17:30")
	if pl.c.Reopened != 1 || pl.c.Closed() {
		t.Errorf("reopened %d, %s", pl.c.Reopened, pl.c.Outcome)
	}
}

func TestNoBallIsKickedTwice(t *testing.T) {
	pl := newPlay(t, procedureOf(t, "whistle"), "2021-11-19 09:00")
	pl.do(officer, whistle())
	no := Do{Action: "decline", Input: Data{"reason": "不属我局职责"}}
	pl.refused(errs.Invalid, clerk(2, "construction"), Do{Action: "decline"})
	pl.do(clerk(2, "construction"), no)
	pl.is("called", "report-in unit:governance 11-19 15:30") // the next of the route
	pl.refused(errs.Forbidden, clerk(2, "construction"), no)
	pl.do(clerk(3, "governance"), no)
	pl.is("called", "report-in unit:tangjiawan 11-19 15:30") // and then the fallback
	pl.refused(errs.Conflict, clerk(4, "tangjiawan"), no)
}

func TestSilenceClimbsTheLadder(t *testing.T) {
	pl := newPlay(t, procedureOf(t, "whistle"), "2021-11-19 09:00")
	pl.do(officer, whistle("danger", true))
	pl.is("called", "report-in unit:construction 11-19 10:00")
	for i, at := range []string{"2021-11-19 10:01", "2021-11-22 17:31", "2021-11-23 17:31", "2021-11-24 17:31"} {
		pl.at(at)
		pl.tick()
		if want := min(i+1, 3); pl.c.Level != want {
			t.Errorf("at %s the level is %d, want %d", at, pl.c.Level, want)
		}
	}
	if n := len(pl.history); n != 4 {
		t.Errorf("%d records", n)
	}
}

func TestACallersSilenceIsNoYes(t *testing.T) {
	pl := newPlay(t, procedureOf(t, "whistle"), "2021-11-19 09:00")
	pl.do(officer, whistle())
	pl.do(clerk(2, "construction"), Do{Action: "report-in", Input: Data{"note": "到"}})
	pl.do(clerk(2, "construction"), Do{Action: "resolve", Input: Data{"note": "好了", "evidence": proof}})
	pl.at("2021-11-23 17:30")
	pl.tick()
	pl.is("confirming", "confirm caller:1 11-23 17:30") // at the moment itself nothing is late
	pl.at("2021-11-23 17:31")
	pl.tick()
	if pl.c.Outcome != Unconfirmed || pl.c.State != "unconfirmed" {
		t.Errorf("%s %s", pl.c.State, pl.c.Outcome)
	}
}

func TestWhatCannotBeSolvedIsSaidByTheHead(t *testing.T) {
	pl := newPlay(t, procedureOf(t, "whistle"), "2021-11-19 09:00")
	pl.do(officer, whistle())
	pl.do(clerk(2, "construction"), Do{Action: "report-in", Input: Data{"note": "到"}})
	pl.do(clerk(2, "construction"), Do{Action: "cannot", Input: Data{"reason": "需列入明年改造计划"}})
	pl.is("handling", "resolve unit:construction 11-24 17:30")
	pl.refused(errs.Conflict, clerk(2, "construction"), Do{Action: "cannot", Input: Data{"reason": "再来"}})
	pl.refused(errs.Forbidden, clerk(3, "construction"), Approve{})
	pl.refused(errs.Forbidden, head(4, "planning"), Approve{})
	pl.refused(errs.Forbidden, head(2, "construction"), Approve{}) // who drafted it
	pl.refused(errs.Invalid, head(4, "construction"), Return{})
	pl.do(head(4, "construction"), Return{Reason: "先设临时围挡"})
	pl.refused(errs.Conflict, head(4, "construction"), Approve{})
	pl.do(clerk(2, "construction"), Do{Action: "cannot", Input: Data{"reason": "已围挡，需列入明年改造计划"}})
	pl.do(head(4, "construction"), Approve{})
	if pl.c.Outcome != ClosedUnsolved {
		t.Errorf("%s", pl.c.Outcome)
	}
}

func TestWhoMayOpen(t *testing.T) {
	pl := newPlay(t, procedureOf(t, "whistle"), "2021-11-19 09:00")
	pl.refused(errs.Forbidden, clerk(2, "construction"), whistle())
	pl.refused(errs.Forbidden, Actor{}, whistle())
	pl.refused(errs.Forbidden, officer, whistle("place", "xiazha"))
	pl.refused(errs.Forbidden, officer, whistle("place", "atlantis"))
	pl.refused(errs.Invalid, officer, whistle("category", "ufo"))
	pl.refused(errs.Invalid, officer, whistle("title", "a\x00b"))
	pl.refused(errs.Invalid, officer, whistle("more", "x"))
	pl.do(officer, whistle("title", "𠮷屋前路灯不亮"))
	if pl.c.Title != "𠮷屋前路灯不亮" {
		t.Errorf("%q", pl.c.Title)
	}
}
