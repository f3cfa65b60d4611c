package casework

import (
	"slices"
	"testing"

	"huying/internal/identity"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

// TestAClosedProcedureListsWhatOneHasAPartIn: whether it is found by the few parts that somebody has or in the order of all, the list of a closed
// procedure is that of all cases, narrowed; and a version that opens it lets in who oversees.
func TestAClosedProcedureListsWhatOneHasAPartIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db, "mediation", "whistle")
		for i := range 12 {
			if _, err := o.Open(o.ctx, Asker{Actor: holder(int64(70+i%3), "none", "", "")}, "mediation", dispute()); err != nil {
				t.Fatal(err)
			}
		}
		o.open(neighbour)
		viewers := map[string]Viewer{"a caller": o.ViewerOf(holder(70, "none", "", ""), ""), "the desk": o.ViewerOf(holder(80, "mediation.desk", "tangjiawan", ""), ""),
			"the desk elsewhere": o.ViewerOf(holder(83, "mediation.desk", "planning", "xiazha"), ""), "a supervisor": o.ViewerOf(holder(9, identity.Supervisor, "", ""), "")}
		want := map[string]int{"a caller": 4, "the desk": 12, "the desk elsewhere": 0, "a supervisor": 0}
		listed := func(v Viewer, f Filter) (numbers []string, total int) {
			o.read(func(tx *store.Tx) error {
				rows, n, err := o.List(o.ctx, tx, v, f)
				for _, r := range rows {
					if r.Procedure == "mediation" {
						numbers = append(numbers, r.Number)
					}
				}
				total = n
				return err
			})
			return numbers, total
		}
		was := fewParts
		t.Cleanup(func() { fewParts = was })
		for _, fewParts = range []int{was, 5, 0} {
			for who, v := range viewers {
				all, _ := listed(v, Filter{Limit: 100})
				only, total := listed(v, Filter{Procedure: "mediation", Limit: 100})
				first, counted := listed(v, Filter{Procedure: "mediation", Limit: 3})
				found := &Found{Cond: "c.procedure = ?", Args: []any{"mediation"}}
				_, by := listed(v, Filter{Found: found, Limit: 3})
				_, beyond := listed(v, Filter{Found: found, Limit: 3, Offset: 30})
				if by != want[who] || beyond != want[who] {
					t.Errorf("%s finds %d by words, and %d behind the last page, want %d", who, by, beyond, want[who])
				}
				if len(all) != want[who] || !slices.Equal(all, only) || total != want[who] || counted != want[who] || !slices.Equal(first, only[:min(3, len(only))]) {
					t.Errorf("up to %d parts: %s sees %v, of the procedure %v (%d), first %v (%d)", fewParts, who, all, only, total, first, counted)
				}
			}
		}
	}, schemas...)
}
