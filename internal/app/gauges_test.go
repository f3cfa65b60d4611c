package app

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"huying/internal/clock"
	"huying/internal/i18n"
	"huying/internal/identity"
	"huying/internal/places"
	"huying/internal/store"
)

// scraped are the gauges of a server.
func scraped(t *testing.T, v *visitor) map[string]float64 {
	t.Helper()
	status, page := v.get("/metrics")
	if status != 200 {
		t.Fatal(status)
	}
	out := map[string]float64{}
	for line := range strings.Lines(page) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), " ")
		if n, err := strconv.ParseFloat(value, 64); ok && err == nil && strings.HasPrefix(name, "huying_") {
			out[strings.TrimPrefix(name, "huying_")] = n
		}
	}
	return out
}

// TestEveryKindOfJobHasAName: the page of the jobs that were given up says in both languages what each of them does.
func TestEveryKindOfJobHasAName(t *testing.T) {
	kinds := demonstration(t).queue.Kinds()
	if len(kinds) < 10 {
		t.Errorf("only %q are answered", kinds)
	}
	texts := catalogue(t)
	for _, kind := range kinds {
		for _, lang := range []i18n.Lang{i18n.ZH, i18n.EN} {
			if key := "jobsweb.kind." + kind; texts.T(lang, key) == key {
				t.Errorf("%s has no name in %s", kind, lang)
			}
		}
	}
}

// TestTheOperatorSeesWhatWaits: each gauge follows what it is called by.
func TestTheOperatorSeesWhatWaits(t *testing.T) {
	a := demonstration(t)
	hand := clock.NewHand(time.Now())
	a.cfg.Security = hand.Security()
	v := visit(t, serve(t, a), "")
	before := scraped(t, v)
	if _, swept := before["sweep_age_seconds"]; swept {
		t.Error("a server that has not swept says when it did")
	}
	if n := countOf(t, a.db, "SELECT COUNT(*) FROM casework_duty WHERE outstanding"); before["duties_open"] != float64(n) {
		t.Errorf("%v duties are open, want %d", before["duties_open"], n)
	}
	if n := countOf(t, a.db, "SELECT COUNT(*) FROM casework_duty WHERE outstanding AND status = 'missed'"); before["duties_missed"] != float64(n) {
		t.Errorf("%v duties are missed, want %d", before["duties_missed"], n)
	}
	c := blow(t, a)
	after := scraped(t, v)
	if owed := len(c.Duties); after["duties_open"] != before["duties_open"]+float64(owed) || after["jobs_waiting"] <= before["jobs_waiting"] ||
		after["ledger_waiting"] != before["ledger_waiting"]+1 {
		t.Errorf("after a call: %v, before it: %v", after, before)
	}
	if err := a.db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO orders_order (id, peer, way, number, difference, made_at, changed_at) VALUES (1001, 'a', 'in', '1', 'missing', 0, 0), (1002, 'a', 'in', '2', '', 0, 0)`)
		if err == nil {
			_, err = tx.Exec(ctx, `INSERT INTO orders_message (order_id, peer, msg_id, type, body, files, state, due_at, made_at)
				VALUES (1002, 'a', 'x', 'status', '{}', '[]', 'dead', 0, 0), (1002, 'a', 'y', 'status', '{}', '[]', 'waiting', 0, 0)`)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if m := scraped(t, v); m["orders_different"] != before["orders_different"]+1 || m["orders_undelivered"] != before["orders_undelivered"]+1 {
		t.Errorf("orders: %v, before: %v", m, before)
	}
	if err := a.sweep(ctx); err != nil {
		t.Fatal(err)
	}
	hand.Advance(90 * time.Second)
	later := scraped(t, v)                                                       // what the sweep found missed may have opened duties
	if later["sweep_age_seconds"] < 90 || later["ledger_waiting_seconds"] < 60 { // the ledger has a clock of its own
		t.Errorf("90 seconds later: %v", later)
	}
	// A database that does not answer leaves the figures out, and the page is still there.
	if err := a.db.Write(ctx, func(tx *store.Tx) error { _, err := tx.Exec(ctx, "ALTER TABLE jobs RENAME TO gone"); return err }); err != nil {
		t.Fatal(err)
	}
	m := scraped(t, v)
	if _, there := m["jobs_waiting"]; there || m["duties_open"] != later["duties_open"] {
		t.Errorf("without the table of jobs: %v", m)
	}
}

// officer is the post of a community's officer.
func officer(trees *places.Trees, place string) *identity.Actor {
	return &identity.Actor{Grants: []identity.Grant{{Role: "community.officer", Unit: trees.Fallback(), Place: place}}}
}
