package casework

import (
	"slices"
	"testing"

	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/places"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

// TestASuccessorInheritsWhatItsUnitDidNotRead: a party that reads a case only later, and a unit that owes something in a closed circle, of which the
// list of no unit tells.
func TestASuccessorInheritsWhatItsUnitDidNotRead(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		succeed := func(from, into string) {
			t.Helper()
			o.write(func(tx *store.Tx) error {
				return o.Succeed(o.ctx, tx, Succession{UnitMerged: places.UnitMerged{Key: from, Into: into}})
			})
		}
		opened := func(by, source string, form Data) string {
			t.Helper()
			o.load(mustSmall(t, source))
			done, err := o.Open(o.ctx, Asker{Actor: holder(1, identity.Clerk, by, "")}, "p", OpenCase{Form: form})
			if err != nil {
				t.Fatal(err)
			}
			return done.Case.Number
		}
		unread := func(number string) { // they read no more of it than their unit's predecessor
			t.Helper()
			if _, err := o.View(o.ctx, Asker{Actor: holder(5, identity.Clerk, "ecology", "")}, number); !errs.Is(err, errs.NotFound) {
				t.Errorf("%s is read, %v", number, err)
			}
		}
		draft := opened("office", later, Data{"units": []any{"planning", "construction"}})
		succeed("planning", "ecology")
		if got := o.now(draft).Parties["named"]; !slices.Equal(got, []Member{"unit:construction", "unit:ecology"}) {
			t.Errorf("named are %v", got)
		}
		unread(draft)
		closed := opened("construction", closedCase, Data{"title": "不便公开的事"})
		succeed("office", "ecology")
		c := o.now(closed)
		if owed := c.Duties[len(c.Duties)-1]; !owed.outstanding() || owed.Owner != "unit:ecology" {
			t.Errorf("of the closed one is owed %+v", owed)
		}
		unread(closed)
	}, schemas...)
}
