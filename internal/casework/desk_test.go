package casework

import (
	"testing"

	"huying/internal/identity"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

// TestTheWorkOfAnOfficeLiesOnTheDesksOfItsPosts: also of one that is not bound to it, as a supervisor's, when it may do something there.
func TestTheWorkOfAnOfficeLiesOnTheDesksOfItsPosts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db, "letter")
		office := holder(20, identity.Supervisor, "", "")
		office.Unit = "office"
		elsewhere := holder(21, identity.Supervisor, "", "")
		elsewhere.Unit = "ecology"
		done, err := o.Open(o.ctx, Asker{Actor: office}, "letter", OpenCase{Form: Data{"title": "关于路灯", "unit": "construction", "basis": "meeting", "body": "请书面说明原因、措施和完成日期。"}})
		if err != nil {
			t.Fatal(err)
		}
		number := done.Case.Number
		o.do(builder, number, Do{Action: "reply", Input: Data{"answer": "已修好"}})
		o.do(holder(22, identity.Head, "construction", ""), number, Approve{})
		for who, want := range map[*identity.Actor]int{office: 1, elsewhere: 0, builder: 0} {
			o.read(func(tx *store.Tx) error {
				tasks, _, err := o.Desk(o.ctx, tx, o.ViewerOf(who, ""), DeskFilter{})
				if err != nil || len(tasks) != want {
					t.Errorf("%d: %d on the desk, want %d, %v", who.ID, len(tasks), want, err)
				}
				return nil
			})
		}
	}, schemas...)
}

// TestOfItsUnitsWorkAPostThatDoesNotActForItHasWhatItMayDo: a community's officer has what the community must confirm, where they are posted,
// and not what their unit owes as a unit.
func TestOfItsUnitsWorkAPostThatDoesNotActForItHasWhatItMayDo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		desk := func(a *identity.Actor) (out []string) {
			o.read(func(tx *store.Tx) error {
				tasks, total, err := o.Desk(o.ctx, tx, o.ViewerOf(a, ""), DeskFilter{})
				if total != len(tasks) {
					t.Errorf("%d of %d", len(tasks), total)
				}
				for _, x := range tasks {
					out = append(out, x.Number+" "+x.Duty)
				}
				return err
			})
			return out
		}
		number := o.open(neighbour).Number
		posted := holder(31, "community.officer", "construction", "jinfeng")
		if got := desk(posted); len(got) != 0 {
			t.Errorf("an officer who is posted at the lead unit may do none of its work, and finds %q", got)
		}
		if got := desk(builder); len(got) != 1 {
			t.Errorf("the lead unit's clerk finds %q", got)
		}
		o.do(builder, number, Do{Action: "report-in", Input: Data{"note": "到了"}})
		o.do(builder, number, Do{Action: "resolve", Input: Data{"note": "已补好", "evidence": proof}})
		mate := holder(32, "community.officer", neighbour.Unit, "jinfeng")
		elsewhere := holder(33, "community.officer", neighbour.Unit, "xiazha")
		for who, want := range map[*identity.Actor]int{neighbour: 1, mate: 1, elsewhere: 0, posted: 0} {
			if got := desk(who); len(got) != want {
				t.Errorf("to be confirmed by the community of %d: %q, want %d", who.ID, got, want)
			}
		}
	}, schemas...)
}
