package app

import (
	"testing"

	"huying/internal/store"
)

// TestAProjectionIsRebuiltAndAHistoryIsNot: what follows from a sound history is written anew; a case whose history was changed is left alone.
func TestAProjectionIsRebuiltAndAHistoryIsNot(t *testing.T) {
	a := demonstration(t)
	if err := a.sequence(ctx); err != nil {
		t.Fatal(err)
	}
	c, forged := blow(t, a), blow(t, a)
	sql := func(query string, args ...any) {
		t.Helper()
		if err := a.db.Write(ctx, func(tx *store.Tx) error { _, err := tx.Exec(ctx, query, args...); return err }); err != nil {
			t.Fatal(err)
		}
	}
	sql("UPDATE casework_case SET state = 'solved' WHERE id = $1", c.ID)
	sql("DELETE FROM casework_duty WHERE case_id = $1", c.ID)
	sql("UPDATE casework_record SET events = REPLACE(events, '路灯不亮', '路灯很亮') WHERE case_id = $1", forged.ID)
	r, err := Verify(ctx, a.cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Stale) != 1 || r.Stale[0] != c.ID || len(r.Lost) != 1 || r.Lost[0] != forged.ID {
		t.Fatalf("stale %v, lost %v, want %d and %d: %+v", r.Stale, r.Lost, c.ID, forged.ID, r.Findings)
	}
	if err := Rebuild(ctx, a.cfg, r); err != nil {
		t.Fatal(err)
	}
	if n := countOf(t, a.db, "SELECT COUNT(*) FROM identity_audit WHERE what = 'mechanism.rebuilt'"); n != 1 {
		t.Errorf("%d lines on record", n)
	}
	if r, err = Verify(ctx, a.cfg, nil); err != nil || len(r.Stale) != 0 || len(r.Lost) != 1 {
		t.Errorf("rebuilt: %v, %+v", err, r)
	}
	if now := lookUp(t, a, c.Number); now.State != c.State || len(now.Duties) != len(c.Duties) {
		t.Errorf("the case stands in %s and owes %+v", now.State, now.Duties)
	}
}
