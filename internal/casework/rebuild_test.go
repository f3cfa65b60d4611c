package casework

import (
	"fmt"
	"reflect"
	"testing"

	"huying/internal/store"
	"huying/internal/store/storetest"
)

// kept is everything that is kept of a case beside its history, as text.
func (o *office) kept(id int64) (all []string) {
	o.t.Helper()
	o.read(func(tx *store.Tx) error {
		for _, table := range []struct{ name, where, order string }{{"casework_case", "id", "id"}, {"casework_doc", "case_id", "case_id"}, {"casework_duty", "case_id", "visit, name, n, owner"}, {"casework_approver", "case_id", "approver"}, {"casework_part", "case_id", "member"}} {
			err := tx.Each(o.ctx, fmt.Sprintf("SELECT * FROM %s WHERE %s = $1 ORDER BY %s", table.name, table.where, table.order), []any{id}, func(rows store.Row) error {
				columns, err := rows.Columns()
				if err != nil {
					return err
				}
				values, dest := make([]any, len(columns)), make([]any, len(columns))
				for i := range values {
					dest[i] = &values[i]
				}
				if err := rows.Scan(dest...); err != nil {
					return err
				}
				all = append(all, fmt.Sprintf("%s %s", table.name, values))
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return all
}

// TestWhatIsKeptOfACaseFollowsFromItsHistory: whatever is done to its row, its duties and its parts, rebuilding brings all of it back, also when
// the case was moved to another version.
func TestWhatIsKeptOfACaseFollowsFromItsHistory(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		c, other := o.open(neighbour), o.open(neighbour)
		o.do(builder, c.Number, Do{Action: "report-in", Input: Data{"note": "到"}})
		o.load(changed(t, "3 working days", "5 working days"))
		o.move("whistle")
		o.do(builder, c.Number, Note{Text: "材料已到"})
		before, untouched := o.kept(c.ID), o.kept(other.ID)
		for _, damage := range []string{
			"DELETE FROM casework_doc WHERE case_id = $1",
			"UPDATE casework_doc SET doc = '{}' WHERE case_id = $1",
			"UPDATE casework_case SET state = 'lost', seq = 1, title = 'x', closed_at = 1, timer_at = NULL WHERE id = $1",
			"DELETE FROM casework_duty WHERE case_id = $1",
			"UPDATE casework_duty SET status = 'met', outstanding = FALSE, due_at = 5 WHERE case_id = $1",
			"DELETE FROM casework_part WHERE case_id = $1",
			"INSERT INTO casework_part (member, case_id) VALUES ('unit:stranger', $1)",
			"UPDATE casework_case SET seq = seq WHERE id = $1",
		} {
			o.write(func(tx *store.Tx) error {
				if _, err := tx.Exec(o.ctx, damage, c.ID); err != nil {
					return err
				}
				return o.Rebuild(o.ctx, tx, c.ID)
			})
			if after := o.kept(c.ID); !reflect.DeepEqual(before, after) {
				t.Errorf("after %s:\n%s\nwant\n%s", damage, after, before)
			}
		}
		if !reflect.DeepEqual(untouched, o.kept(other.ID)) {
			t.Error("another case was changed")
		}
	}, schemas...)
}
