package casework

import (
	"slices"
	"testing"
	"time"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

var (
	studio   = Actor{Person: 80, Posts: []Post{{Role: "mediation.desk", Unit: "tangjiawan", Acts: true}}}
	mediator = Actor{Person: 81, Posts: []Post{{Role: "mediator", Unit: "jinfeng-office"}}}
	first    = Actor{Person: 7}
	second   = Actor{Caller: 2}
)

func dispute() OpenCase {
	return OpenCase{Number: "TJ-000001", Channel: "window", Caller: CallerOf{Said: Data{"name": "甲", "view": "漏水是楼上造成的"}}, Form: Data{
		"title": "楼上漏水赔偿", "category": "neighbours", "place": "jinfeng", "description": "天花板渗水半年，协商不成", "other": "楼上住户，电话略", "amount": int64(800_000)}}
}

var joins = Do{Action: "join", Joins: &CallerOf{Said: Data{"name": "乙"}}}

// mediated is a dispute before its mediator, with both parties there.
func mediated(t *testing.T) *play {
	pl := newPlay(t, procedureOf(t, "mediation"), "2021-05-10 09:00")
	pl.do(first, dispute())
	pl.is("filed", "accept unit:tangjiawan 05-13 17:30")
	pl.do(studio, Do{Action: "accept", Input: Data{"person": int64(81)}})
	pl.is("inviting", "invite person:81 05-17 17:30")
	pl.do(mediator, joins)
	pl.is("mediating", "settle person:81 06-10 17:30")
	return pl
}

var (
	session = Do{Action: "session", Input: Data{"date": "2021-05-12", "note": "现场查看渗水点，双方各述"}}
	agree   = Do{Action: "agree", Input: Data{"terms": "楼上修复并赔偿八千元", "perform_by": "2021-06-30"}}
)

func TestAnAgreementThatBothSignIsASuccess(t *testing.T) {
	pl := mediated(t)
	pl.refused(errs.Forbidden, studio, session)
	pl.refused(errs.Forbidden, Actor{Person: 82, Posts: mediator.Posts}, session) // another mediator
	pl.refused(errs.Conflict, mediator, agree)                                    // nobody has met
	pl.do(mediator, session)
	pl.do(mediator, session)
	pl.refused(errs.Invalid, mediator, Do{Action: "agree", Input: Data{"terms": "略"}})
	pl.do(mediator, agree)
	if pl.c.Values["sessions"] != int64(2) {
		t.Errorf("%v", pl.c.Values)
	}
	pl.is("signing", "sign caller:1 05-17 17:30, sign caller:2 05-17 17:30")
	pl.do(first, Do{Action: "sign"})
	pl.is("signing", "sign caller:2 05-17 17:30")
	pl.do(second, Do{Action: "sign"})
	pl.is("performing", "visit person:81 06-30 17:30")

	pl.at("2021-06-30 10:00")
	pl.refused(errs.Invalid, mediator, Do{Action: "performed", Input: Data{"note": "已履行"}})
	pl.do(mediator, Do{Action: "performed", Input: Data{"note": "已修复并付款", "evidence": proof}})
	pl.do(first, Do{Action: "confirm", Ratings: map[string]int{"mediator": 5}})
	pl.is("confirming", "confirm caller:2 07-07 17:30")
	silent := *pl
	pl.do(second, Do{Action: "confirm", Ratings: map[string]int{"mediator": 4}})
	if pl.c.State != "kept" || pl.c.Outcome != Solved || len(pl.c.Ratings) != 2 {
		t.Errorf("%s %s %v", pl.c.State, pl.c.Outcome, pl.c.Ratings)
	}
	silent.at("2021-07-07 17:31")
	silent.tick()
	if silent.c.Outcome != Unconfirmed {
		t.Errorf("%s %s", silent.c.State, silent.c.Outcome)
	}
}

func TestAnAgreementIsSignedOnPaperOrNotAtAll(t *testing.T) {
	at := func() *play {
		pl := mediated(t)
		pl.do(mediator, session)
		pl.do(mediator, agree)
		return pl
	}
	pl := at()
	pl.refused(errs.Invalid, mediator, Do{Action: "sign-paper"})
	pl.do(mediator, Do{Action: "sign-paper", Input: Data{"document": proof}})
	pl.is("performing", "visit person:81 06-30 17:30")
	pl.do(second, Do{Action: "breach", Input: Data{"reason": "没有付款", "onward": "court"}})
	if pl.c.State != "broken" || pl.c.Outcome != ClosedUnsolved {
		t.Errorf("%s %s", pl.c.State, pl.c.Outcome)
	}

	pl = at()
	pl.do(first, Do{Action: "sign"})
	pl.do(second, Do{Action: "decline", Input: Data{"reason": "金额太高"}})
	pl.is("mediating", "settle person:81 05-25 17:30") // fifteen days, not another month

	pl = at()
	pl.at("2021-05-17 17:31")
	pl.tick()
	if pl.c.State != "lapsed" || pl.c.Outcome != ClosedUnsolved {
		t.Errorf("%s %s", pl.c.State, pl.c.Outcome)
	}
}

func TestWithoutAgreementTheCaseGoesOn(t *testing.T) {
	pl := mediated(t)
	pl.do(mediator, session)
	pl.refused(errs.Invalid, mediator, Do{Action: "fail", Input: Data{"reason": "分歧大"}})
	pl.refused(errs.Invalid, mediator, Do{Action: "fail", Input: Data{"reason": "分歧大", "onward": "duel"}})
	pl.signed(mediator, studio, Do{Action: "longer", Input: Data{"note": "双方同意继续"}})
	pl.is("mediating", "settle person:81 07-12 17:30")
	pl.do(mediator, Do{Action: "fail", Input: Data{"reason": "赔偿数额分歧大", "onward": "court"}})
	if pl.c.State != "onward" || pl.c.Outcome != Redirected {
		t.Errorf("%s %s", pl.c.State, pl.c.Outcome)
	}
}

func TestNobodyIsMediatedAgainstTheirWill(t *testing.T) {
	pl := newPlay(t, procedureOf(t, "mediation"), "2021-05-10 09:00")
	pl.do(first, dispute())
	pl.refused(errs.Forbidden, first, Do{Action: "accept", Input: Data{"person": int64(81)}})
	pl.refused(errs.Forbidden, clerk(83, "tangjiawan"), Do{Action: "accept", Input: Data{"person": int64(81)}})
	pl.refused(errs.Invalid, studio, Do{Action: "accept", Input: Data{"person": int64(7)}}) // nobody mediates their own dispute
	pl.do(studio, Do{Action: "accept", Input: Data{"person": int64(81)}})
	pl.refused(errs.Invalid, mediator, Do{Action: "join"})
	pl.do(mediator, Do{Action: "refuse", Input: Data{"reason": "对方不同意调解", "onward": "court"}})
	if pl.c.State != "elsewhere" || pl.c.Outcome != Redirected {
		t.Errorf("%s %s", pl.c.State, pl.c.Outcome)
	}
}

func TestAMediatorIsReplacedAndTheStudioIsReminded(t *testing.T) {
	pl := mediated(t)
	if readers := pl.p.readers(pl.c, pl.w.Trees); !slices.Equal(readers, []string{"person:7", "person:81", "role:mediation.desk"}) {
		t.Errorf("it is read by %v", readers)
	}
	pl.do(studio, Do{Action: "recuse", Input: Data{"person": int64(82), "reason": "与当事人有亲属关系"}})
	pl.is("mediating", "settle person:82 06-10 17:30")
	pl.refused(errs.Forbidden, mediator, session)
	pl.at("2021-06-10 17:31")
	pl.tick()
	if pl.c.Level != 1 {
		t.Errorf("level %d", pl.c.Level)
	}
	pl.do(second, Do{Action: "withdraw", Input: Data{"reason": "已自行和解"}})
	if pl.c.Outcome != Withdrawn {
		t.Errorf("%s %s", pl.c.State, pl.c.Outcome)
	}
}

// Eleven disputes end: six with an agreement that both signed, of which one was broken, and five without. One more was never mediated.
func TestTheSuccessRateIsComputed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db, "mediation")
		o.hand.Set(time.Date(2021, 5, 10, 9, 0, 0, 0, o.Calendar().Zone()))
		desk, by := holder(80, "mediation.desk", "tangjiawan", ""), holder(81, "mediator", "jinfeng-office", "")
		o.people[81] = by
		party := holder(7, "community.officer", "jinfeng-office", "jinfeng")
		ended := func(steps ...Do) {
			done, err := o.Open(o.ctx, Asker{Actor: party}, "mediation", dispute())
			if err != nil {
				t.Fatal(err)
			}
			o.do(desk, done.Case.Number, Do{Action: "accept", Input: Data{"person": int64(81)}})
			for _, step := range steps {
				o.do(by, done.Case.Number, step)
			}
		}
		signed := []Do{joins, session, agree, {Action: "sign-paper", Input: Data{"document": proof}}}
		reason := Data{"reason": "分歧大", "onward": "court"}
		for range 5 {
			ended(append(signed, Do{Action: "performed", Input: Data{"note": "已履行", "evidence": proof}})...)
			ended(joins, session, Do{Action: "fail", Input: reason})
		}
		ended(append(signed, Do{Action: "breach", Input: reason})...)
		ended(Do{Action: "refuse", Input: reason})
		o.hand.Advance(30 * 24 * time.Hour) // the parties are silent about what was performed
		if _, err := o.Sweep(o.ctx, 100); err != nil {
			t.Fatal(err)
		}
		o.read(func(tx *store.Tx) error {
			p := procedureOf(t, "mediation")
			tally, err := o.Count(o.ctx, tx, o.ViewerOf(desk, ""), p, clock.Date{}, clock.Date{})
			if got := tally.Shares["success"]; got != (Part{Of: 6, Among: 11}) {
				t.Errorf("the success rate is %+v of %+v", got, tally)
			}
			if kept, ok := tally.Shares["kept"].Percent(); !ok || kept != 0 || tally.Shares["kept"].Of+tally.Shares["kept"].Among != 0 {
				t.Errorf("of six agreements were kept %+v", tally.Shares["kept"])
			}
			for _, who := range []*identity.Actor{nil, holder(2, identity.Clerk, "construction", "")} { // what is not public
				if told, err := o.Count(o.ctx, tx, o.ViewerOf(who, ""), p, clock.Date{}, clock.Date{}); err != nil || !told.Withheld || len(told.States)+len(told.Outcomes)+len(told.Shares) != 0 {
					t.Errorf("others are told %+v: %v", told, err)
				}
			}
			return err
		})
	}, schemas...)
}
