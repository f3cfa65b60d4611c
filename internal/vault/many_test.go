package vault

import (
	"testing"

	"huying/internal/errs"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

func TestManyValuesComeBackAsTheyWent(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := New(NewKey())
		known, before := give(t, db, v, "person:1", "早先")
		at := storetest.Now.AddDate(0, -1, 0)
		given := []Given{
			{NewRef(), "case:7/caller:1", "contact", []byte("一"), at},
			{NewRef(), "person:1", "phone", []byte("二"), at},
			{NewRef(), "case:7/caller:1", "phone", []byte("三"), at},
		}
		write(t, db, func(tx *store.Tx) error { return v.GiveAll(ctx, tx, given) })
		got, err := tell(db, v, before, given[0].Ref, given[1].Ref, given[2].Ref)
		if err != nil || string(got[before]) != "早先" || string(got[given[0].Ref]) != "一" || string(got[given[1].Ref]) != "二" || string(got[given[2].Ref]) != "三" {
			t.Fatalf("%q %v", got, err)
		}
		if id, err := subjectOf(db, v, "person:1"); err != nil || id != known {
			t.Errorf("somebody known became another: %d, %d, %v", known, id, err)
		}
		write(t, db, func(tx *store.Tx) error { return v.Erase(ctx, tx, known, 1, "所请求") })
		err = db.Write(ctx, func(tx *store.Tx) error {
			return v.GiveAll(ctx, tx, []Given{{NewRef(), "person:1", "phone", []byte("四"), at}})
		})
		if !errs.Is(err, errs.Conflict) {
			t.Errorf("something was sealed for somebody who was erased: %v", err)
		}
	}, Schema)
}
