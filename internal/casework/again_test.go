package casework

import (
	"strings"
	"testing"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/places"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

func TestADutyThatIsAskedAfreshIsOwedOnce(t *testing.T) {
	pl := newPlay(t, mustSmall(t, `
parties: {lead: {one: unit, is: office}}
visible: {public: none}
form: {required: [title], properties: {title: {title: 题, type: string}}}
states:
  a:
    title: {zh: 甲}
    duties: {answer: {owed-by: lead, within: 2 days, missed: nothing}}
    do: {answer: {by: lead, with: [answer], meets: answer, to: b}}
  b:
    title: {zh: 乙}
    duties: {rate: {owed-by: caller, within: 2 days, missed: nothing}}
    do:
      good: {by: caller, meets: rate, to: z}
      anew: {by: lead, with: [reason], to: a}
  z: {title: {zh: 终}, ends: solved}
`), "2021-11-22 09:00")
	answer := Do{Action: "answer", Input: Data{"answer": "答"}}
	pl.do(clerk(2, "planning"), OpenCase{Number: "PP-000001", Form: Data{"title": "题"}})
	pl.do(clerk(3, "office"), answer)
	pl.at("2021-11-25 09:00")
	pl.tick()
	pl.is("b", "!rate caller:1 11-24 17:30")
	pl.do(clerk(3, "office"), Do{Action: "anew", Input: Data{"reason": "补充"}})
	pl.do(clerk(3, "office"), answer)
	pl.is("b", "rate caller:1 11-29 17:30")
	if first := pl.c.Duties[1]; first.Status != Breach || !first.Gone {
		t.Errorf("that it was missed is forgotten: %+v", first)
	}
}

func TestNothingIsAskedForADayThatIsOver(t *testing.T) {
	pl := newPlay(t, procedureOf(t, "letter"), "2021-11-22 17:31")
	for _, day := range []string{"2021-11-19", "2021-11-22"} { // today too, once its business is over
		err := pl.try(inspector, letter("reply_by", day))
		if all := errs.All(err); !errs.Is(err, errs.Invalid) || len(all) != 1 || all[0].Field != "reply_by" {
			t.Errorf("due on %s: %v", day, err)
		}
	}
	pl.do(inspector, letter("reply_by", "2021-11-23"))
}

func TestAReopenedCaseIsToldToAllWhoHaveAPart(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		c := o.open(neighbour)
		o.do(builder, c.Number, Do{Action: "report-in", Input: Data{"note": "到"}})
		o.do(builder, c.Number, Do{Action: "resolve", Input: Data{"note": "好", "evidence": proof}})
		o.do(neighbour, c.Number, Do{Action: "accept", Ratings: map[string]int{"lead": 5}})
		c = o.do(neighbour, c.Number, Do{Action: "again", Input: Data{"reason": "又塌了"}})
		o.read(func(tx *store.Tx) error {
			p, r, err := o.Record(o.ctx, tx, c, c.Seq)
			told := ""
			for _, n := range NewsOf(p, c, r) {
				if n.Topic == NewsReopened {
					told = strings.Join(n.To, " ")
				}
			}
			if !strings.Contains(told, "unit:construction") || !strings.Contains(told, "unit:jinfeng-office") {
				t.Errorf("that it goes on is told to %q", told)
			}
			return err
		})
	}, schemas...)
}

func TestACaseHearsThatItsChildGoesOn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		parent, child := o.open(neighbour), (*Case)(nil)
		tell := func(ch ChildOf) *Case {
			done, err := o.Do(o.ctx, byItself, parent.Number, ChildIs{ch})
			if err != nil {
				t.Fatal(err)
			}
			return done.Case
		}
		done, err := o.Open(o.ctx, byItself, "whistle", func() OpenCase { w := whistle(); w.Parent = parent.ID; return w }())
		if err != nil {
			t.Fatal(err)
		}
		child = done.Case
		tell(ChildOf{Procedure: "whistle", N: 1, Case: child.ID, Outcome: string(Solved)})
		o.write(func(tx *store.Tx) error {
			return o.ChildReopened(o.ctx, tx, Reopened{Case: child.ID, Number: child.Number, Parent: parent.ID})
		})
		o.read(func(tx *store.Tx) (err error) { parent, err = o.Case(o.ctx, tx, parent.ID); return err })
		if parent.Children[0].Outcome != "" {
			t.Errorf("the child is still %q", parent.Children[0].Outcome)
		}
	}, schemas...)
}

func TestAUnitThatIsNoMoreIsCalledByItsName(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		c := o.open(neighbour)
		day := func(d int) clock.Date { return clock.Date{Year: 2021, Month: 11, Day: d} }
		h := &places.History{Places: []places.Place{{Key: "zone", Kind: places.District, From: day(1)}}, Units: []places.Unit{
			{Key: "construction", Name: Text{ZH: "老建设局"}, From: day(1), Until: day(10)},
			{Key: "construction", Name: Text{ZH: "建设局"}, From: day(11), Until: day(18), Successor: "building"},
			{Key: "building", Name: Text{ZH: "住建局"}, From: day(19), Fallback: true}}}
		o.Parts.Trees = func() *places.Trees { return h.On(day(19)) }
		v, err := o.View(o.ctx, Asker{Actor: &identity.Actor{ID: 9, Grants: overseer.Grants}}, c.Number)
		if err != nil {
			t.Fatal(err)
		}
		if got := v.Parties[0].Members[0].Name.ZH; got != "建设局" {
			t.Errorf("it is called %q", got)
		}
	}, schemas...)
}
