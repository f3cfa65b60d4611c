package app

import (
	"fmt"
	"slices"
	"testing"

	"huying/internal/clock"
	"huying/internal/store"
	"huying/internal/store/storetest"
	"huying/internal/verify"
)

// changes are what somebody might do to a database behind the program's back, each to a case of its own, and what the check says.
var changes = []struct{ sql, what, why string }{
	{`UPDATE casework_record SET events = REPLACE(events, '"opened"', '"opened" ') WHERE case_id = 1 AND seq = 1`, "case 1", "verify.other_leaf"},
	{"DELETE FROM ledger_leaf WHERE ref = 'case/' || (SELECT number FROM casework_case WHERE id = 2) || '/1'", "case 2", "verify.no_leaf"},
	{"UPDATE casework_case SET state = 'elsewhere' WHERE id = 3", "case 3", "verify.differs"},
	{"UPDATE casework_duty SET holder = 'unit:nobody' WHERE case_id = 4", "case 4", "verify.differs"},
	{"DELETE FROM casework_duty WHERE case_id = 5", "case 5", "verify.lost_duty"},
	{"UPDATE casework_duty SET name = 'other' WHERE case_id = 6", "case 6", "verify.stray_duty"},
	{"DELETE FROM casework_record WHERE case_id = 7 AND seq = 1", "case 7", "verify.record_gap"},
	{"UPDATE casework_doc SET doc = REPLACE(doc, '\"visit\":', '\"visit\":1') WHERE case_id = 8", "case 8", "verify.differs"},
	{"INSERT INTO casework_approver (approver, case_id) VALUES ('leader@', 9)", "case 9", "verify.differs"},
	{`UPDATE casework_doc SET doc = REPLACE(doc, '"opened_at":', '"pending":[{"state":"a","action":"x","step":1}],"opened_at":') WHERE case_id = 10`, "case 10", "verify.differs"},
	{"UPDATE casework_duty SET openness = openness + 1 WHERE case_id = 11", "case 11", "verify.differs"},
	{"UPDATE casework_case SET openness = openness + 1 WHERE id = 12", "case 12", "verify.differs"},
	{"UPDATE casework_case SET due_at = 1 WHERE id = (SELECT MAX(id) FROM casework_case)", "the last case", "verify.differs"},
}

func TestWhatSomebodyChangedIsFound(t *testing.T) {
	for engine, url := range map[string]func(t *testing.T) string{
		"sqlite":   func(t *testing.T) string { return sqliteIn(t.TempDir()) },
		"postgres": func(t *testing.T) string { return storetest.PostgresURL(t) },
	} {
		t.Run(engine, func(t *testing.T) {
			a := staged(t, url(t), Simulation{Seed: 9, Scale: 0.2, Bulk: true}) // of more than one page
			if n := countOf(t, a.db, "SELECT COUNT(*) FROM casework_case"); n < 600 {
				t.Fatal(n)
			}
			numbers := rowsOf(t, a.db, "SELECT number FROM casework_case ORDER BY id")
			for _, c := range changes {
				err := a.db.Write(ctx, func(tx *store.Tx) error {
					n, err := tx.Exec(ctx, c.sql)
					if err == nil && n == 0 {
						err = fmt.Errorf("nothing was changed")
					}
					return err
				})
				if err != nil {
					t.Fatalf("%s: %v", c.sql, err)
				}
			}
			hand := clock.NewHand(a.pack.Demonstration.Date.In(a.pack.Location))
			r, err := verify.Run(ctx, a.db.WithClock(hand.Business()), verify.Options{Calendar: plainCalendar(a.calendar.Calendar())})
			if err != nil {
				t.Fatal(err)
			}
			for i, c := range changes {
				at := i
				if c.what == "the last case" {
					at = len(numbers) - 1
				}
				what := "case " + numbers[at][2:len(numbers[at])-7] // {NUMBER true}, in brackets
				if !slices.ContainsFunc(r.Findings, func(f verify.Finding) bool { return f.What == what && f.Why == c.why }) {
					t.Errorf("%s: %s is not found: %v", c.sql, what, r.Findings)
				}
			}
			if !slices.ContainsFunc(r.Findings, func(f verify.Finding) bool { return f.What == "ledger" }) {
				t.Error("an entry that is gone is not missed in the log")
			}
			for _, f := range r.Findings {
				if f.What != "ledger" && !slices.ContainsFunc(append(numbers[:len(changes)-1:len(changes)-1], numbers[len(numbers)-1]), func(s string) bool { return "case "+s[2:len(s)-7] == f.What }) {
					t.Errorf("a case that nobody changed: %v", f)
				}
			}
		})
	}
}
