package search

import (
	"errors"
	"slices"
	"testing"

	"huying/internal/store"
)

func TestManyAtOnceAreFoundWithoutWaiting(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, ix *Index) {
		put(t, db, ix, 1, "路灯不亮")
		fill(t, ix)
		var texts []Text
		for id := int64(2); id < 700; id++ {
			texts = append(texts, Text{id, "井盖松动"})
		}
		texts = append(texts, Text{700, "路灯又不亮 WS-000700"}, Text{1, "路灯亮了"})
		all := store.Rows{Table: "row_case", Columns: []string{"id", "unit"}}
		for id := int64(2); id <= 700; id++ {
			all.Add(id, "u")
		}
		err := db.Write(t.Context(), func(tx *store.Tx) error {
			return errors.Join(all.Insert(t.Context(), tx), ix.PutAll(t.Context(), tx, "case", texts))
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := ix.Merge(t.Context()); err != nil {
			t.Fatal(err)
		}
		for query, want := range map[string][]int64{"路灯": {700, 1}, "不亮": {700}, "ws700": {700}} {
			if got := find(t, db, ix, query); !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", query, got, want)
			}
		}
		if got := find(t, db, ix, "井盖"); len(got) == 0 || got[0] != 699 {
			t.Errorf("井盖: %d of them", len(got))
		}
		if err := db.Write(t.Context(), func(tx *store.Tx) error { return ix.PutAll(t.Context(), tx, "nothing", texts) }); err == nil {
			t.Error("a kind that is not there took texts")
		}
	})
}
