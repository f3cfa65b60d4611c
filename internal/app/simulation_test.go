package app

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/store"
	"huying/internal/store/storetest"
	"huying/internal/verify"
)

// staged is a district with the accounts of the demonstration, in which a simulation was played.
func staged(t *testing.T, url string, s Simulation) *App {
	t.Helper()
	cfg := configIn(t.TempDir(), url)
	cfg.Demo = false
	a := openWith(t, cfg)
	if err := a.db.Write(ctx, func(tx *store.Tx) error { return a.demoAccounts(ctx, tx) }); err != nil {
		t.Fatal(err)
	}
	if err := a.playCases(ctx, s); err != nil {
		t.Fatal(err)
	}
	for _, f := range []func(context.Context) error{a.queue.Drain, a.sequence, a.fill} {
		if err := f(ctx); err != nil {
			t.Fatal(err)
		}
	}
	return a
}

// what a simulation leaves, of each table: chance and the machine's clock are left out.
var left = []string{
	`SELECT id, number, procedure, seq, state, outcome, title, category, place, lead_unit, urgent, simulated, level, openness, repeats,
		opened_at, closed_at, moved_at, due_at, timer_at FROM casework_case ORDER BY id`,
	"SELECT case_id, doc FROM casework_doc ORDER BY case_id",
	"SELECT case_id, seq, at, signed, events FROM casework_record ORDER BY case_id, seq",
	`SELECT case_id, visit, name, n, owner, holder, party, state, start_at, due_at, provisional, status, at, done_at, outstanding, claimed
		FROM casework_duty ORDER BY case_id, visit, name, n, owner`,
	"SELECT approver, case_id FROM casework_approver ORDER BY approver, case_id",
	"SELECT member, case_id FROM casework_part ORDER BY member, case_id",
	"SELECT name, next FROM casework_next ORDER BY name",
	"SELECT ref, idx IS NULL, LENGTH(salt), LENGTH(hash) FROM ledger_leaf ORDER BY ref",
	"SELECT kind, key, payload, tries, done_at IS NULL, dead FROM jobs ORDER BY kind, key",
	"SELECT s.name, s.made_at, i.purpose, i.at, LENGTH(i.sealed) FROM vault_item i JOIN vault_subject s ON s.id = i.subject ORDER BY 1, 3, 4, 5",
	"SELECT COUNT(*) FROM search_pending",
	"SELECT name, value FROM app_step WHERE name LIKE 'simulation%'",
	"SELECT hash, size, type FROM files_file ORDER BY hash",
	"SELECT COUNT(*) FROM notice_item",
}

var byChance = regexp.MustCompile(`vault:[A-Z2-7]{26}|"key":"[0-9a-f]{64}"`)

// rowsOf are the rows of a query, a line each.
func rowsOf(t *testing.T, db *store.DB, query string) (lines []string) {
	t.Helper()
	err := db.Read(ctx, func(tx *store.Tx) error {
		return tx.Each(ctx, query, nil, func(rows store.Row) error {
			columns, err := rows.Columns()
			if err != nil {
				return err
			}
			values, to := make([]sql.NullString, len(columns)), make([]any, len(columns))
			for i := range values {
				to[i] = &values[i]
			}
			if err := rows.Scan(to...); err != nil {
				return err
			}
			lines = append(lines, byChance.ReplaceAllString(fmt.Sprint(values), "?"))
			return nil
		})
	})
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return lines
}

// indexed is what the text index knows.
func indexed(t *testing.T, a *App) []string {
	q := "SELECT key, sum FROM search_doc ORDER BY key"
	if a.db.Engine == store.Postgres {
		q = "SELECT key, CAST(terms AS TEXT) FROM search_doc ORDER BY key"
	}
	return rowsOf(t, a.db, q)
}

func same(t *testing.T, what string, one, many []string) {
	t.Helper()
	if len(one) != len(many) {
		t.Errorf("%s: %d rows one by one, %d in bulk", what, len(one), len(many))
	}
	for i := range min(len(one), len(many)) {
		if one[i] != many[i] {
			t.Errorf("%s:\none by one %s\nin bulk    %s", what, one[i], many[i])
			return
		}
	}
}

// TestABulkLeavesWhatTheCommandsWouldHaveLeft plays one seed by a transaction for each command and in bulk, and compares every row.
func TestABulkLeavesWhatTheCommandsWouldHaveLeft(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			url := func() string { return sqliteIn(t.TempDir()) }
			if engine == "postgres" {
				url = func() string { return storetest.PostgresURL(t) }
			}
			s := Simulation{Seed: 5, Scale: 0.025}
			one := staged(t, url(), s)
			s.Bulk = true
			many := staged(t, url(), s)
			for _, q := range left {
				same(t, q, rowsOf(t, one.db, q), rowsOf(t, many.db, q))
			}
			same(t, "index", indexed(t, one), indexed(t, many))
			for _, a := range []*App{one, many} {
				sound(t, a)
			}
			before := rowsOf(t, many.db, left[0])
			if err := many.playCases(ctx, s); err != nil { // it was played to its end: nothing is left to do
				t.Fatal(err)
			}
			same(t, "played again", before, rowsOf(t, many.db, left[0]))
			if n := countOf(t, many.db, "SELECT COUNT(*) FROM casework_case WHERE NOT simulated"); n > 0 {
				t.Errorf("%d cases do not say that they are played", n)
			}
		})
	}
}

// sound holds a database to the check, at the end of the season that was played.
func sound(t *testing.T, a *App) {
	t.Helper()
	hand := clock.NewHand(a.pack.Demonstration.Date.In(a.pack.Location))
	r, err := verify.Run(ctx, a.db.WithClock(hand.Business()), verify.Options{Calendar: plainCalendar(a.calendar.Calendar())})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Findings {
		t.Errorf("%s: %s %v", f.What, f.Why, f.Args)
	}
	if r.Cases == 0 || r.Records < 3*r.Cases {
		t.Errorf("%+v", r)
	}
}

func TestOneSeedGivesOneYearOfCases(t *testing.T) {
	play := func(seed uint64) []string {
		a := staged(t, sqliteIn(t.TempDir()), Simulation{Seed: seed, Scale: 0.05, Bulk: true})
		return rowsOf(t, a.db, left[1])
	}
	a, b, c := play(1), play(1), play(2)
	if !slices.Equal(a, b) {
		t.Error("two years from one seed differ")
	}
	if slices.Equal(a, c) {
		t.Error("two seeds give one year")
	}
}

func TestAYearHasItsLife(t *testing.T) {
	a := staged(t, sqliteIn(t.TempDir()), Simulation{Seed: 1, Scale: 0.4, Bulk: true})
	for what, q := range map[string]string{
		"procedures":      "SELECT COUNT(DISTINCT procedure) - 8 FROM casework_case",
		"missed":          "SELECT COUNT(*) FROM casework_duty WHERE status = 'missed'",
		"late":            "SELECT COUNT(*) FROM casework_duty WHERE done_at IS NOT NULL",
		"met":             "SELECT COUNT(*) FROM casework_duty WHERE status = 'met'",
		"declined":        `SELECT COUNT(*) FROM casework_record WHERE events LIKE '%"declined":%'`,
		"dissatisfied":    `SELECT COUNT(*) FROM casework_record WHERE events LIKE '%"action":"reject"%'`,
		"reopened":        `SELECT COUNT(*) FROM casework_doc WHERE doc LIKE '%"reopened":%'`,
		"silent":          "SELECT COUNT(*) FROM casework_case WHERE outcome = 'unconfirmed'",
		"unsolved":        "SELECT COUNT(*) FROM casework_case WHERE outcome = 'closed-unsolved'",
		"open":            "SELECT COUNT(*) FROM casework_case WHERE closed_at IS NULL",
		"escalated":       "SELECT COUNT(*) FROM casework_case WHERE level > 1",
		"extended":        `SELECT COUNT(*) FROM casework_record WHERE events LIKE '%"extended":%'`,
		"several callers": `SELECT COUNT(*) FROM casework_record WHERE events LIKE '%"joined":%'`,
		"personal":        "SELECT COUNT(*) FROM vault_item",
		"on a holiday":    "SELECT COUNT(*) FROM casework_case WHERE opened_at BETWEEN 1613059200000000 AND 1613404800000000", // 12 to 15 February: Spring Festival
	} {
		if countOf(t, a.db, q) <= 0 {
			t.Errorf("%s: none", what)
		}
	}
	holiday := countOf(t, a.db, "SELECT COUNT(*) FROM casework_case WHERE opened_at BETWEEN 1613059200000000 AND 1613404800000000")
	week := countOf(t, a.db, "SELECT COUNT(*) FROM casework_case WHERE opened_at BETWEEN 1615737600000000 AND 1616083200000000") // 15 to 18 March
	if holiday*2 > week {
		t.Errorf("%d cases in four days of Spring Festival, %d in four days of March", holiday, week)
	}
	if lines := rowsOf(t, a.db, "SELECT title, doc FROM casework_case JOIN casework_doc ON case_id = id"); slices.ContainsFunc(lines, func(s string) bool { return !strings.Contains(s, "演示") && !strings.Contains(s, "simulated") }) {
		t.Error("a case does not say that it is a demonstration's")
	}
	sound(t, a)
}

func TestASimulationLiesBeforeTheDemonstrationsDay(t *testing.T) {
	a := staged(t, sqliteIn(t.TempDir()), Simulation{Seed: 1, Scale: 0.002})
	day := a.pack.Demonstration.Date.Date
	for name, s := range map[string]Simulation{
		"on the day":       {Scale: 1, To: day},
		"ends before":      {Scale: 1, From: day.AddDays(-1), To: day.AddDays(-2)},
		"no scale":         {},
		"scale below zero": {Scale: -1},
	} {
		if err := a.playCases(ctx, s); !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
