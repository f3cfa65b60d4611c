package casework

import (
	"testing"

	"huying/internal/identity"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

const sealing = `
parties: {team: {one: unit, is: construction}}
visible: {public: none}
form: {required: [phone], properties: {phone: {title: 电话, type: string, maxLength: 40, x-personal: contact}}}
fields: {ill: {title: 患病, type: boolean, x-personal: care}}
states:
  a:
    title: {zh: 甲}
    duties: {ask: {title: {zh: 答}, owed-by: team, within: 1 day, missed: nothing}}
    do: {ask: {title: {zh: 答}, by: team, with: [answer, ill], approve: [team.head], meets: ask, to: z}}
  z: {title: {zh: 终}, ends: solved}
`

// TestATextThatLooksLikeAReferenceIsAText: who writes the reference of another's telephone number is not shown the number. What was sealed
// when an action was asked for is done with its approval, whatever its type.
func TestATextThatLooksLikeAReferenceIsAText(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		o.write(func(tx *store.Tx) error {
			_, err := o.Load(o.ctx, tx, map[string]*Procedure{"p": mustSmall(t, sealing)}, "test")
			return err
		})
		first, err := o.Open(o.ctx, Asker{Actor: builder}, "p", OpenCase{Form: Data{"phone": "13800000000"}})
		if err != nil {
			t.Fatal(err)
		}
		foreign := first.Case.Form["phone"].(string)
		second, err := o.Open(o.ctx, Asker{Actor: builder}, "p", OpenCase{Form: Data{"phone": foreign}})
		if err != nil {
			t.Fatal(err)
		}
		own := second.Case.Form["phone"].(string)
		if own == foreign || o.sealed[own] != `contact="`+foreign+`"` {
			t.Errorf("%q stands for %q", own, o.sealed[own])
		}
		number := first.Case.Number
		o.do(builder, number, Do{Action: "ask", Input: Data{"answer": "已答复", "ill": true}})
		sealed := len(o.sealed)
		c := o.do(holder(31, identity.Head, "construction", ""), number, Approve{})
		if c.Outcome != Solved || len(o.sealed) != sealed {
			t.Errorf("%s, sealed anew %d", c.State, len(o.sealed)-sealed)
		}
	}, schemas...)
}
