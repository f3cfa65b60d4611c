package casework

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

func TestAPersonIsGivenAPartOnlyWithItsRole(t *testing.T) {
	pl := newPlay(t, procedureOf(t, "mediation"), "2021-05-10 09:00")
	pl.w.People = &crowd{without: []int64{81}}
	pl.do(Actor{Person: 7}, dispute())
	desk := Actor{Person: 80, Posts: []Post{{Role: "mediation.desk", Unit: "tangjiawan"}}}
	err := pl.try(desk, Do{Action: "accept", Input: Data{"person": int64(81)}})
	if e := errs.All(err); !errs.Is(err, errs.Invalid) || e[0].Field != "person" || !strings.Contains(say(t, err), "调解员") {
		t.Errorf("a mediator who is none: %v", err)
	}
	pl.do(desk, Do{Action: "accept", Input: Data{"person": int64(82)}})
	pl.w.People = nil // of whom nothing is known, they hold nothing
	pl.refused(errs.Invalid, desk, Do{Action: "recuse", Input: Data{"person": int64(83), "reason": "回避"}})
}

func TestAnEmptyRungIsPassedBy(t *testing.T) {
	for _, tt := range []struct {
		empty []string
		level int
		to    string
		heard []string
	}{
		{nil, 1, "lead.head", nil},
		{[]string{"head@unit:construction"}, 2, "leader", nil},
		{[]string{"head@unit:construction", "role:leader"}, 3, "supervisor", nil},
		{[]string{"head@unit:construction", "role:leader", "role:supervisor"}, 3, "unit:tangjiawan", []string{"unit:tangjiawan"}},
		{[]string{"head@unit:construction", "role:leader", "role:supervisor", "unit:tangjiawan"}, 3, "supervisor", []string{"supervisor"}},
	} {
		pl := newPlay(t, procedureOf(t, "whistle"), "2021-11-19 09:00")
		pl.w.People = &crowd{empty: tt.empty}
		pl.do(officer, whistle())
		pl.at("2021-11-22 17:00")
		pl.tick()
		var to string
		for _, e := range pl.history[len(pl.history)-1].Events {
			if e.Escalated != nil {
				to = e.Escalated.To
			}
		}
		if pl.c.Level != tt.level || to != tt.to || !slices.Equal(pl.c.Heard, tt.heard) {
			t.Errorf("without %v level %d, %s hears, instead %v", tt.empty, pl.c.Level, to, pl.c.Heard)
		}
		if readers := pl.p.readers(pl.c, pl.w.Trees); tt.heard != nil && !slices.Contains(readers, pl.p.addresses(pl.c, tt.heard[0])[0]) {
			t.Errorf("%v hears, and %v read", tt.heard, readers)
		}
	}
}

func TestARefusalBuysNoTime(t *testing.T) {
	for _, tt := range []struct{ reroute, due string }{{"once", "11-23 17:30"}, {`"once, anew"`, "11-24 17:30"}} {
		p := mustSmall(t, `
parties: {lead: {one: unit, is: planning}}
visible: {public: none}
form: {required: [title], properties: {title: {title: 题, type: string}}}
states:
  a:
    title: {zh: 甲}
    duties: {x: {owed-by: lead, within: 2 working days, missed: nothing}}
    do:
      x: {by: lead, with: [answer], meets: x, to: z}
      no: {by: lead, with: [reason, unit?], reroute: `+tt.reroute+`}
  z: {title: {zh: 终}, ends: solved}
`)
		pl := newPlay(t, p, "2021-11-19 09:00")
		pl.do(clerk(2, "office"), OpenCase{Number: "PP-000001", Form: Data{"title": "题"}})
		pl.at("2021-11-22 10:00")
		pl.do(clerk(3, "planning"), Do{Action: "no", Input: Data{"reason": "不属", "unit": "ecology"}})
		pl.is("a", "x unit:ecology "+tt.due)

		pl = newPlay(t, p, "2021-11-19 09:00") // what is late already stays with who missed it
		pl.do(clerk(2, "office"), OpenCase{Number: "PP-000001", Form: Data{"title": "题"}})
		pl.at("2021-11-24 10:00")
		pl.tick()
		pl.do(clerk(3, "planning"), Do{Action: "no", Input: Data{"reason": "不属", "unit": "ecology"}})
		pl.is("a", "x unit:ecology 11-26 17:30")
	}
}

func TestWhatASuccessorInheritsIsEveryRow(t *testing.T) {
	pl := newPlay(t, procedureOf(t, "key-projects"), "2021-01-04 09:00")
	pl.do(inspector, project("milestones", []any{
		map[string]any{"name": "一", "date": "2021-06-30"}, map[string]any{"name": "二", "date": "2021-12-31"}}))
	pl.do(Actor{Program: true}, Succeed{From: "construction", Into: "planning"})
	if owes := pl.owes(); strings.Contains(owes, "construction") || strings.Count(owes, "milestone unit:planning") != 2 {
		t.Errorf("it owes %s", owes)
	}
}

func TestAPostActsForItsOwnUnitOnly(t *testing.T) {
	pl := newPlay(t, procedureOf(t, "whistle"), "2021-11-19 09:00")
	pl.do(officer, whistle())
	report := Do{Action: "report-in", Input: Data{"note": "到"}}
	pl.refused(errs.Forbidden, clerk(90, "committee"), report)
	pl.refused(errs.Forbidden, Actor{Person: 91, Posts: []Post{{Role: "leader", Unit: "committee", Acts: true}}}, report)
	pl.refused(errs.Forbidden, Actor{Person: 92, Posts: []Post{{Role: "grid.worker", Unit: "construction"}}}, report) // no role that acts for a unit
	claim := Claim{Duty: pl.c.Duties[0].DutyKey, To: &Actor{Person: 92, Posts: []Post{{Role: "grid.worker", Unit: "construction"}}}}
	pl.refused(errs.Invalid, clerk(3, "construction"), claim)
	pl.do(clerk(3, "construction"), report)
	pl.do(clerk(3, "construction"), Do{Action: "cannot", Input: Data{"reason": "列入计划"}})
	pl.do(head(93, "committee"), Approve{}) // the procedure names the role: of the unit, or of one above it
	pl.is("unsolved", "")
}

func TestAPartySaysWhichRolesActForIt(t *testing.T) {
	p := procedureOf(t, "petitions")
	pl := newPlay(t, p, "2021-05-10 09:00")
	pl.do(Actor{}, petition())
	pl.refused(errs.Forbidden, Actor{Person: 40, Posts: []Post{{Role: "mediator", Unit: "governance"}}}, to("planning"))
	pl.do(Actor{Person: 41, Posts: []Post{{Role: "petition.clerk", Unit: "governance"}}}, to("planning"))
	if by := pl.history[len(pl.history)-1].By; by.Unit != "governance" {
		t.Errorf("signed by %+v", by)
	}
}

func TestWhoStandsInReadsWhatTheyMayDo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db, "four-chaos")
		river := holder(5, "river.chief", "office", "town")
		form := Data{"title": "采砂", "category": "digging", "place": "jinfeng", "river": "鸡山涌", "description": "河滩有采挖痕迹", "photo": proof}
		done, err := o.Open(o.ctx, Asker{Actor: river}, "four-chaos", OpenCase{Form: form})
		if err != nil {
			t.Fatal(err)
		}
		for a, want := range map[*identity.Actor]Sight{holder(6, identity.Clerk, "tangjiawan", ""): Whole, holder(7, identity.Clerk, "planning", ""): Outline} {
			v := o.ViewerOf(a, "")
			if got := v.Sees(done.Procedure, done.Case); got != want {
				t.Errorf("%d sees %v, want %v", a.ID, got, want)
			}
			o.read(func(tx *store.Tx) error {
				_, total, err := o.List(o.ctx, tx, v, Filter{Mine: true, Limit: 10})
				if (total == 1) != (want == Whole) {
					t.Errorf("%d has a part in %d", a.ID, total)
				}
				return err
			})
		}
	}, schemas...)
}

func TestWhatHappenedInSeveralCasesIsToldEachToItsOwn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		for _, a := range []*identity.Actor{holder(21, identity.Clerk, "construction", ""), holder(22, identity.Clerk, "governance", ""), holder(23, identity.Clerk, "construction", "")} {
			o.people[a.ID] = a
		}
		road, rubbish := o.open(neighbour), o.open(neighbour, "category", "rubbish")
		o.read(func(tx *store.Tx) error {
			all, err := o.Happenings(o.ctx, tx, []Happened{{rubbish.ID, 1}, {road.ID, 1}})
			if err != nil || len(all) != 2 || all[0].Case.ID != rubbish.ID || all[1].Case.ID != road.ID || all[1].Record.Seq != 1 || all[1].Procedure.Name != "whistle" {
				t.Errorf("%+v, %v", all, err)
			}
			if _, err := o.Happenings(o.ctx, tx, []Happened{{road.ID, 1}, {road.ID, 99}}); !errs.Is(err, errs.NotFound) {
				t.Errorf("of a record that is not there: %v", err)
			}
			both := [][]string{{"unit:construction"}, {"unit:governance"}}
			to, err := o.Audiences(o.ctx, tx, []Telling{{all[1].Procedure, road, both, 21}, {all[0].Procedure, rubbish, both, 0}})
			if want := [][][]int64{{{23}, nil}, {nil, {22}}}; err != nil || !reflect.DeepEqual(to, want) {
				t.Errorf("told are %v, want %v; %v", to, want, err)
			}
			return nil
		})
	}, schemas...)
}

func TestNobodyIsToldOfACaseTheyMayNotSee(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db, "mediation")
		for _, a := range []*identity.Actor{holder(80, "mediation.desk", "tangjiawan", ""), holder(81, identity.Clerk, "tangjiawan", ""),
			holder(82, identity.Head, "tangjiawan", ""), holder(83, "mediation.desk", "planning", "")} {
			o.people[a.ID] = a
		}
		done, err := o.Open(o.ctx, Asker{Actor: holder(7, "none", "", "")}, "mediation", dispute())
		if err != nil {
			t.Fatal(err)
		}
		told := func(c *Case) map[string][]int64 {
			all := map[string][]int64{}
			o.read(func(tx *store.Tx) error {
				_, r, err := o.Record(o.ctx, tx, c, c.Seq)
				for _, n := range NewsOf(done.Procedure, c, r) {
					to, err := o.Audiences(o.ctx, tx, []Telling{{done.Procedure, c, [][]string{n.To}, r.By.Person}})
					if err != nil {
						return err
					}
					all[n.Topic] = to[0][0]
				}
				return err
			})
			return all
		}
		if got := told(done.Case)[NewsOwed]; !slices.Equal(got, []int64{80}) {
			t.Errorf("of what is owed %v are told", got)
		}
		for a, want := range map[int64]int{80: 1, 81: 0, 82: 0, 83: 0} {
			v := o.ViewerOf(o.people[a], "")
			o.read(func(tx *store.Tx) error {
				if tasks, total, err := o.Desk(o.ctx, tx, v, DeskFilter{}); err != nil || len(tasks) != want || total != want {
					t.Errorf("on the desk of %d lie %d of %d: %v", a, len(tasks), total, err)
				}
				return nil
			})
		}
		o.hand.Advance(14 * 24 * 3600e9) // who hears that it is late may look at it, and no further
		if _, err := o.Sweep(o.ctx, 10); err != nil {
			t.Fatal(err)
		}
		var c *Case
		o.read(func(tx *store.Tx) (err error) { c, err = o.Case(o.ctx, tx, done.Case.ID); return err })
		if got := told(c)[NewsEscalated]; !slices.Equal(got, []int64{82}) {
			t.Errorf("that it is late %v hear", got)
		}
		for a, want := range map[int64]Sight{80: Whole, 81: Nothing, 82: Outline} {
			v := o.ViewerOf(o.people[a], "")
			if got := v.Sees(done.Procedure, c); got != want {
				t.Errorf("%d sees %v, want %v", a, got, want)
			}
		}
	}, schemas...)
}
