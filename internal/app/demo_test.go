package app

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"huying/internal/calendar"
	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/promise"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

// picture is a year's register in one line, to compare two.
func picture(t testing.TB, a *App) string {
	t.Helper()
	b, err := a.register.Board(ctx, a.pack.Report.Year)
	if err != nil {
		t.Fatal(err)
	}
	var s strings.Builder
	for _, st := range b.Rows {
		fmt.Fprintln(&s, st.Number, st.Kind, st.Title, st.Lead, st.Light, st.Status, st.Value, len(st.Entries), st.Proofs)
	}
	return s.String()
}

func TestTheDemonstrationStartsAgainAsItWas(t *testing.T) {
	a := demonstration(t)
	before := picture(t, a)
	again := openWith(t, a.cfg)
	if after := picture(t, again); after != before {
		t.Error("a second start changed the register")
	}
	if n := countOf(t, a.db, "SELECT COUNT(*) FROM promise_promise WHERE NOT simulated"); n != 0 {
		t.Errorf("%d promises do not say that the simulator entered them", n)
	}
	if n := countOf(t, a.db, "SELECT COUNT(*) FROM promise_entry WHERE NOT simulated"); n != 0 {
		t.Errorf("%d entries do not say that the simulator made them", n)
	}
	plain := a.cfg
	plain.Demo = false
	if kept := openWith(t, plain); !kept.demo || !kept.business.Shifted() {
		t.Error("a demonstration was served as if its figures were real")
	}
}

func TestARealDatabaseDoesNotBecomeADemonstration(t *testing.T) {
	dir := t.TempDir()
	cfg := configIn(dir, sqliteIn(dir))
	cfg.Demo = false
	a := openWith(t, cfg)
	if n := countOf(t, a.db, "SELECT COUNT(*) FROM promise_record WHERE state = 'proposed'"); n == 0 {
		t.Error("the pack's report was not kept for its review")
	}
	if n := countOf(t, a.db, "SELECT COUNT(*) FROM promise_promise"); n != 0 {
		t.Errorf("%d promises were entered though nobody reviewed them", n)
	}
	if n := countOf(t, a.db, "SELECT COUNT(*) FROM identity_account"); n != 0 {
		t.Error("a demonstration's accounts, whose password everybody knows, are in a real database")
	}
	cfg.Demo = true
	if _, err := Open(ctx, cfg); !errs.Is(err, errs.Conflict) {
		t.Errorf("%v, want a refusal", err)
	}
}

// edited is the pack with one file changed.
func edited(t testing.TB, file string, change func(string) string) fs.FS {
	t.Helper()
	out := fstest.MapFS{}
	root := os.DirFS(packDir)
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		if name == file {
			was := string(data)
			if data = []byte(change(was)); string(data) == was {
				t.Fatalf("%s was not changed", file)
			}
		}
		out[name] = &fstest.MapFile{Data: data}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestThePagesFollowTheReport changes the report and nothing else: no count may be typed in.
func TestThePagesFollowTheReport(t *testing.T) {
	whole := demonstration(t)
	dir := t.TempDir()
	cfg := configIn(dir, sqliteIn(dir))
	cfg.Pack = edited(t, "report.txt", func(s string) string {
		s = strings.Replace(s, "新增停车位798个", "新增停车位801个", 1)
		return strings.Replace(s, "新增碧道14公里。", "", 1)
	})
	less := openWith(t, cfg)
	n := func(a *App) int { return countOf(t, a.db, "SELECT COUNT(*) FROM promise_promise") }
	all, fewer := n(whole), n(less)
	if fewer >= all {
		t.Fatalf("%d promises, and %d without one of them", all, fewer)
	}
	for _, path := range []string{"/", "/picture", "/promises", "/counting"} {
		_, before := visit(t, serve(t, whole), "").get(path)
		_, after := visit(t, serve(t, less), "").get(path)
		if !strings.Contains(before, fmt.Sprint(all)) || !strings.Contains(after, fmt.Sprint(fewer)) || strings.Contains(after, fmt.Sprint(all)) {
			t.Errorf("%s does not go from %d to %d", path, all, fewer)
		}
	}
	status, page := visit(t, serve(t, less), "").get("/matters")
	if status != 200 || !strings.Contains(page, "新增停车位801个") || strings.Contains(page, "停车位798个") || strings.Contains(page, "新增碧道14公里") {
		t.Errorf("/matters (%d) shows the old report", status)
	}
}

func TestAMergedUnitLeavesItsPromises(t *testing.T) {
	a := demonstration(t)
	before := countOf(t, a.db, "SELECT COUNT(*) FROM promise_promise WHERE lead_unit = 'planning'")
	closed := 0
	b, err := a.register.Board(ctx, 2021)
	if err != nil {
		t.Fatal(err)
	}
	for _, st := range b.Choose(promise.Filter{Lead: "planning"}, nil) {
		if st.Light == promise.Closed {
			closed++
		}
	}
	err = a.db.Write(ctx, func(tx *store.Tx) error {
		return a.places.Merge(ctx, tx, "planning", "construction", clock.Date{Year: 2021, Month: 11, Day: 19}, a.places.History().Version)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.queue.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	if before == closed {
		t.Fatal("the unit had nothing open")
	}
	if left := countOf(t, a.db, "SELECT COUNT(*) FROM promise_promise WHERE lead_unit = 'planning'"); left != closed {
		t.Errorf("%d of %d promises stayed, of which %d are struck off", left, before, closed)
	}
	if c, err := a.queue.Count(ctx); err != nil || c != (struct{ Waiting, Dead int }{}) {
		t.Errorf("jobs left: %+v %v", c, err)
	}
}

// playIn makes the test's program play the demonstration in a folder, to be killed on the way.
const playIn = "HUYING_TEST_PLAY"

func playUntilKilled(dir string) int {
	a, err := Open(ctx, configIn(dir, os.Getenv(playIn+"_DATABASE")))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if err := a.Close(); err != nil {
		return 1
	}
	return 0
}

// TestKilledWhileEntering kills a program that reads, enters and plays, again and again at a moment of chance, and lets it go on. In the end
// everything is there once.
func TestKilledWhileEntering(t *testing.T) {
	whole := demonstration(t)
	want, scenes := picture(t, whole), scenesOf(t, whole)
	for name, database := range map[string]func(dir string) string{
		"sqlite": sqliteIn, "postgres": func(string) string { return storetest.PostgresURL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			url := database(dir)
			kills := killed(t, dir, url)
			a := openWith(t, configIn(dir, url))
			if got := picture(t, a); got != want {
				t.Errorf("after %d kills the register is not the one that was never disturbed", kills)
			}
			same(t, "scenes", scenes, scenesOf(t, a))
			if n := countOf(t, a.db, "SELECT COUNT(*) FROM promise_document"); n != 1 {
				t.Errorf("%d reports", n)
			}
		})
	}
}

// killed starts the program until it gets through, and returns how often it was killed.
func killed(t *testing.T, dir, url string) int {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	patience := 100 * time.Millisecond
	for kills := 0; ; kills++ {
		cmd := exec.CommandContext(ctx, self)
		cmd.Env = append(os.Environ(), playIn+"="+dir, playIn+"_DATABASE="+url)
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		kill := time.AfterFunc(patience+rand.N(patience), func() { _ = cmd.Process.Kill() }) // too late when it is done
		err := cmd.Wait()
		if !kill.Stop() && err != nil {
			patience += patience / 2
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if kills == 0 {
			t.Error("it was never killed")
		}
		return kills
	}
}

// TestAnImportedNoticeReachesTheLights imports a notice as another process does, and looks at a light that counts working days.
func TestAnImportedNoticeReachesTheLights(t *testing.T) {
	a := demonstration(t)
	before, err := a.register.Board(ctx, 2021)
	if err != nil {
		t.Fatal(err)
	}
	other, err := calendar.Open(ctx, a.db, calendar.Config{})
	if err != nil {
		t.Fatal(err)
	}
	err = a.db.Write(ctx, func(tx *store.Tx) error {
		n := calendar.Notice{Year: 2021}
		for month := time.January; month <= time.October; month++ { // ten months in which nobody works
			for d := (clock.Date{Year: 2021, Month: month, Day: 1}); d.Month == month; d = d.AddDays(1) {
				n.Days = append(n.Days, calendar.Day{Date: d, Off: true, Name: calendar.Name{ZH: "休", EN: "Rest"}})
			}
		}
		_, err := other.Import(ctx, tx, n, "test", true)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.look(ctx); err != nil {
		t.Fatal(err)
	}
	after, err := a.register.Board(ctx, 2021)
	if err != nil {
		t.Fatal(err)
	}
	if before.Rows[5].Plan == after.Rows[5].Plan && before.Rows[50].Plan == after.Rows[50].Plan {
		t.Error("the plan does not follow the calendar")
	}
}
