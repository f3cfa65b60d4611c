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
