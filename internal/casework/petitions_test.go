package casework

import (
	"slices"
	"testing"

	"huying/internal/errs"
)

var (
	petitioner  = Actor{Caller: 1} // known by their receipt
	petitionDay = Actor{Person: 50, Posts: []Post{{Role: "petition.clerk", Unit: "governance", Acts: true}}}
)

func petition(more ...any) OpenCase {
	form := Data{"title": "征地补偿款未足额发放", "category": "land", "purpose": "appeal", "request": "补发补偿款差额", "facts": "2020年征地，附着物少计一项"}
	return OpenCase{Number: "XF-000001", Form: with(form, more), Channel: "web", Caller: CallerOf{Said: Data{"name": "甲"}}}
}

func to(unit string) Do { return Do{Action: "forward", Input: Data{"unit": unit}} }

var (
	take    = Do{Action: "take"}
	answers = Do{Action: "answer", Input: Data{"answer": "经核查，附着物清点无误，不予补发"}}
	why     = Data{"reason": "清点时本人不在场"}
	opinion = Data{"opinion": "原答复事实清楚，予以维持"}
	paper   = Data{"answer": "市信访事项复核意见：维持", "document": proof}
)

// atAnswer is a petition whose answer was given on 12 July 2021, after 60 days.
func atAnswer(t *testing.T) *play {
	pl := newPlay(t, procedureOf(t, "petitions"), "2021-05-10 09:00")
	pl.do(Actor{}, petition())
	pl.do(petitionDay, to("planning"))
	pl.at("2021-05-13 09:00")
	pl.do(clerk(2, "planning"), take)
	pl.is("handling", "answer unit:planning 07-12 17:30")
	pl.at("2021-07-12 17:00")
	pl.signed(clerk(2, "planning"), head(4, "planning"), answers)
	pl.is("answered", "respond caller:1 08-11 17:30")
	return pl
}

func TestAPetitionIsAcceptedOrRedirectedWithinFifteenDays(t *testing.T) {
	open := func() *play {
		pl := newPlay(t, procedureOf(t, "petitions"), "2021-05-10 09:00")
		pl.refused(errs.Invalid, Actor{}, OpenCase{Number: "XF-000001", Form: petition().Form}) // from nobody
		pl.do(Actor{}, petition())
		pl.is("received", "accept unit:governance 05-25 17:30")
		return pl
	}
	pl := open()
	pl.refused(errs.Forbidden, clerk(2, "planning"), Do{Action: "redirect", Input: Data{"body": "法院", "reason": "诉讼"}})
	pl.refused(errs.Invalid, petitionDay, Do{Action: "redirect", Input: Data{"reason": "不属本区职权"}})
	pl.do(petitionDay, Do{Action: "redirect", Input: Data{"body": "香洲区人民法院", "reason": "已进入诉讼程序，应由法院处理"}})
	if pl.c.Outcome != Redirected {
		t.Errorf("%s %s", pl.c.State, pl.c.Outcome)
	}

	pl = open()
	refuse := Do{Action: "not-accept", Input: Data{"reason": "已经复核终结，同一事实和理由不再受理"}}
	pl.refused(errs.Invalid, petitionDay, Do{Action: "not-accept"})
	pl.do(petitionDay, refuse)
	pl.refused(errs.Forbidden, petitionDay, Approve{})
	pl.do(head(51, "governance"), Approve{})
	if pl.c.Outcome != Refused {
		t.Errorf("%s %s", pl.c.State, pl.c.Outcome)
	}

	// A unit gives it back once; the second keeps it; the fifteen days run on and are the petitions office's.
	pl = open()
	pl.do(petitionDay, to("planning"))
	pl.is("offered", "accept unit:governance 05-25 17:30, take unit:planning 05-17 17:30")
	back := Do{Action: "give-back", Input: Data{"reason": "属建设部门职权"}}
	pl.at("2021-05-14 09:00")
	pl.do(clerk(2, "planning"), back)
	pl.is("received", "accept unit:governance 05-25 17:30")
	pl.do(petitionDay, to("construction"))
	pl.refused(errs.Conflict, clerk(3, "construction"), back)
	pl.at("2021-05-25 17:31")
	pl.tick()
	pl.is("offered", "!accept unit:governance 05-25 17:30, !take unit:construction 05-21 17:30")
	if pl.c.Level != 1 {
		t.Errorf("level %d", pl.c.Level)
	}
	pl.do(clerk(3, "construction"), take)
	pl.is("handling", "answer unit:construction 07-26 17:30") // sixty days end on a Saturday
}

func TestAPetitionIsNotGivenToTheUnitOfWhichItSpeaks(t *testing.T) {
	pl := newPlay(t, procedureOf(t, "petitions"), "2021-05-10 09:00")
	pl.do(Actor{}, petition("against", "planning", "category", "discipline"))
	pl.refused(errs.Invalid, petitionDay, to("planning"))
	pl.refused(errs.Invalid, petitionDay, to("committee")) // who reviews it
	pl.do(petitionDay, to("construction"))
	readers := pl.p.readers(pl.c, pl.w.Trees)
	if want := []string{"petition.clerk@unit:governance", "role:leader", "unit:committee", "unit:construction", "unit:governance"}; !slices.Equal(readers, want) {
		t.Errorf("it is read by %v, want %v", readers, want)
	}
	if pl.c.Title != "" {
		t.Errorf("lists show %q", pl.c.Title)
	}
	for _, f := range pl.p.caller.Fields {
		if f.Personal == "" {
			t.Errorf("%s of the petitioner is kept in the open", f.Name)
		}
	}
}

func TestAnAnswerIsExtendedOnceByThirtyDays(t *testing.T) {
	pl := newPlay(t, procedureOf(t, "petitions"), "2021-05-10 09:00")
	pl.do(Actor{}, petition())
	pl.do(petitionDay, to("planning"))
	pl.do(clerk(2, "planning"), take)
	pl.is("handling", "answer unit:planning 07-09 17:30")
	more := Do{Action: "more-time", Input: Data{"reason": "需重新测绘"}}
	pl.refused(errs.Invalid, clerk(2, "planning"), Do{Action: "more-time"})
	pl.do(clerk(2, "planning"), more)
	pl.is("handling", "answer unit:planning 07-09 17:30")
	pl.do(head(4, "planning"), Approve{})
	pl.is("handling", "answer unit:planning 08-09 17:30") // ninety days in all end on Sunday, 8 August
	pl.refused(errs.Conflict, clerk(2, "planning"), more)
	pl.at("2021-08-09 17:31")
	pl.tick()
	pl.is("handling", "!answer unit:planning 08-09 17:30")
}

func TestAPetitionerAcceptsTheAnswerOrIsSilent(t *testing.T) {
	pl := atAnswer(t)
	pl.refused(errs.Forbidden, clerk(2, "planning"), Do{Action: "accept", Ratings: map[string]int{"lead": 5}})
	pl.do(petitioner, Do{Action: "accept", Ratings: map[string]int{"lead": 4}})
	if pl.c.Outcome != Solved {
		t.Errorf("%s %s", pl.c.State, pl.c.Outcome)
	}
	pl = atAnswer(t)
	pl.at("2021-08-11 17:31")
	pl.tick()
	if pl.c.Outcome != Unconfirmed {
		t.Errorf("%s %s", pl.c.State, pl.c.Outcome)
	}
	pl.refused(errs.Conflict, petitioner, Do{Action: "review", Input: why}) // the thirty days are over
}

func TestReviewAndReReviewEndThePetition(t *testing.T) {
	pl := atAnswer(t)
	pl.refused(errs.Forbidden, Actor{Caller: 2}, Do{Action: "review", Input: why})
	pl.refused(errs.Invalid, petitioner, Do{Action: "review"})
	pl.refused(errs.Conflict, petitioner, Do{Action: "re-review", Input: why}) // not before the review
	pl.at("2021-08-11 09:00")
	pl.do(petitioner, Do{Action: "review", Input: why})
	pl.is("review", "review unit:committee 09-10 17:30")
	pl.refused(errs.Forbidden, clerk(2, "planning"), Do{Action: "uphold", Input: opinion})
	pl.do(clerk(60, "committee"), Do{Action: "uphold", Input: opinion})
	pl.do(boss, Approve{})
	pl.is("reviewed", "respond caller:1 09-10 17:30")
	pl.do(petitioner, Do{Action: "re-review", Input: why})
	pl.is("re-review", "re-review unit:governance 09-10 17:30")

	// A hearing of five days is not counted.
	pl.at("2021-08-16 09:00")
	pl.do(petitionDay, Do{Action: "hearing", Input: Data{"date": "2021-08-18"}})
	pl.is("re-review", "re-review unit:governance stopped")
	pl.refused(errs.Conflict, petitionDay, Do{Action: "hearing", Input: Data{"date": "2021-08-18"}})
	pl.at("2021-08-20 17:30")
	pl.do(petitionDay, Do{Action: "hearing-over", Input: Data{"note": "听证笔录附后"}})
	pl.is("re-review", "re-review unit:governance 09-15 17:30")

	pl.refused(errs.Invalid, petitionDay, Do{Action: "upheld", Input: Data{"answer": "维持"}})
	pl.do(petitionDay, Do{Action: "upheld", Input: paper})
	if pl.c.State != "ended" || pl.c.Outcome != ClosedUnsolved {
		t.Errorf("%s %s", pl.c.State, pl.c.Outcome)
	}
	for _, a := range []string{"review", "re-review", "accept", "withdraw"} {
		pl.refused(errs.Conflict, petitioner, Do{Action: a, Input: why})
	}
}

func TestAReviewSendsThePetitionBack(t *testing.T) {
	pl := atAnswer(t)
	pl.do(petitioner, Do{Action: "review", Input: why})
	pl.do(clerk(60, "committee"), Do{Action: "send-back", Input: opinion})
	pl.do(boss, Approve{})
	pl.is("handling", "answer unit:planning 08-11 17:30") // thirty days, not sixty
	pl.signed(clerk(2, "planning"), head(4, "planning"), answers)
	pl.refused(errs.Conflict, petitioner, Do{Action: "review", Input: why}) // one review
	pl.do(petitioner, Do{Action: "re-review", Input: why})
	pl.do(petitionDay, Do{Action: "sent-back", Input: paper})
	pl.signed(clerk(2, "planning"), head(4, "planning"), answers)
	pl.refused(errs.Conflict, petitioner, Do{Action: "re-review", Input: why}) // and one re-review
	pl.do(petitioner, Do{Action: "accept", Ratings: map[string]int{"lead": 3}})
	if pl.c.Outcome != Solved {
		t.Errorf("%s %s", pl.c.State, pl.c.Outcome)
	}
}

func TestFiveRepresentativesAtMost(t *testing.T) {
	pl := newPlay(t, procedureOf(t, "petitions"), "2021-05-10 09:00")
	pl.do(Actor{}, petition())
	another := Do{Action: "join", Joins: &CallerOf{Said: Data{"name": "乙"}}}
	pl.refused(errs.Forbidden, clerk(2, "planning"), another)
	for range 4 {
		pl.do(petitionDay, another)
	}
	pl.refused(errs.Conflict, petitionDay, another)
	pl.do(petitionDay, to("planning"))
	pl.do(clerk(2, "planning"), take)
	pl.signed(clerk(2, "planning"), head(4, "planning"), answers)
	pl.do(petitioner, Do{Action: "accept", Ratings: map[string]int{"lead": 5}})
	if pl.c.State != "answered" {
		t.Error("one of five is content, and the others are not asked")
	}
	pl.do(Actor{Caller: 3}, Do{Action: "review", Input: why})
	pl.is("review", "review unit:committee 06-09 17:30")
	pl.do(petitioner, Do{Action: "withdraw", Input: Data{"reason": "已和解"}})
	if pl.c.Outcome != Withdrawn {
		t.Errorf("%s %s", pl.c.State, pl.c.Outcome)
	}
}
