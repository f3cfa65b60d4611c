package app

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"huying/internal/calendar"
	"huying/internal/casework"
	"huying/internal/clock"
	"huying/internal/identity"
	"huying/internal/store"
	"huying/internal/store/storetest"
	"huying/internal/verify"
)

// A sweeper is this test's own program in a process of its own, with the same database; these name what it is told. HUYING_SWEEP_DUTIES is how
// many duties the test opens, of which one in ten is missed.
const (
	sweeperEnv = "HUYING_TEST_SWEEPER"
	duties     = "HUYING_SWEEP_DUTIES"
	fewDuties  = 4000
)

// sweptAt is when the sweepers look.
var sweptAt = time.Date(2021, 11, 17, 16, 0, 0, 0, time.FixedZone("", 8*3600))

// sweeperMain is the process of a sweeper.
func sweeperMain() int {
	if err := sweepUntilTold(); err != nil {
		fmt.Fprintln(os.Stderr, "sweeper:", err)
		return 1
	}
	return 0
}

// sweepUntilTold sweeps from the moment that it reads a line until its input ends, and prints how many cases each batch looked at.
func sweepUntilTold() error {
	words := strings.Split(os.Getenv(sweeperEnv), " ")
	size, err := strconv.Atoi(words[2])
	if err != nil {
		return err
	}
	cfg := configIn(words[1], words[0])
	cfg.Demo = false
	a, err := Open(ctx, cfg)
	if err != nil {
		return err
	}
	parts, asked := a.cases.Parts, 0
	parts.DB = a.db.WithClock(clock.NewHand(sweptAt).Business())
	parts.Calendar = func() *calendar.Calendar { // each case that is looked at asks for it, within the transaction of its batch
		if asked++; words[3] == "victim" && asked == size+size/2 {
			fmt.Println("in the midst")
			select {}
		}
		return a.calendar.Calendar()
	}
	cases := casework.New(parts)
	in := bufio.NewReader(os.Stdin)
	fmt.Println("ready")
	if _, err := in.ReadString('\n'); err != nil {
		return err
	}
	ended, stop := context.WithCancel(ctx)
	go func() { _, _ = io.Copy(io.Discard, in); stop() }()
	for ended.Err() == nil {
		n, err := cases.Sweep(ctx, size)
		if err != nil {
			return err
		}
		if n > 0 {
			fmt.Println(n)
		} else {
			time.Sleep(20 * time.Millisecond) // another may hold what is left, and be killed
		}
	}
	return a.Close()
}

// sweeper is one that runs.
type sweeper struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
}

// startSweeper starts a sweeper. A victim stops in the midst of its second batch and waits to be killed.
func startSweeper(t *testing.T, a *App, size int, kind string) *sweeper {
	t.Helper()
	s := &sweeper{cmd: exec.Command(os.Args[0])}
	dir := strings.TrimSuffix(a.cfg.Files, "/files")
	s.cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s %s %d %s", sweeperEnv, a.cfg.Database, dir, size, kind))
	s.cmd.Stderr = os.Stderr
	var err error
	if s.in, err = s.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.cmd.Process.Kill() }) // ended long since, as a rule
	s.out = bufio.NewScanner(out)
	s.awaits(t, "ready")
	return s
}

func (s *sweeper) begin(t *testing.T) {
	t.Helper()
	if _, err := io.WriteString(s.in, "go\n"); err != nil {
		t.Fatal(err)
	}
}

// awaits reads what the sweeper prints up to a line.
func (s *sweeper) awaits(t *testing.T, line string) {
	t.Helper()
	for s.out.Scan() {
		if s.out.Text() == line {
			return
		}
	}
	t.Fatalf("a sweeper ended before %q", line)
}

// kill kills the sweeper with signal 9.
func (s *sweeper) kill(t *testing.T) {
	t.Helper()
	if err := s.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
		t.Fatalf("the sweeper was not killed: %v", err)
	}
}

func (s *sweeper) end(t *testing.T) {
	t.Helper()
	if err := s.in.Close(); err != nil {
		t.Error(err)
	}
	for s.out.Scan() { // what it found
	}
	if err := s.cmd.Wait(); err != nil {
		t.Error(err)
	}
}

// owe opens whistles, each with one duty; of every ten the first falls due before sweptAt, and the others after it.
func owe(t *testing.T, a *App, n int) {
	t.Helper()
	first := int64(0)
	if err := a.db.Write(ctx, func(tx *store.Tx) (err error) { first, err = a.cases.Numbers(ctx, tx, n); return err }); err != nil {
		t.Fatal(err)
	}
	b, err := a.cases.NewBulk(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	who := casework.Asker{Actor: &identity.Actor{Grants: []identity.Grant{{Role: "community.officer", Unit: a.places.Now().Fallback(), Place: "jinfeng"}}}}
	to := casework.BulkParts{Ledger: a.ledger, Vault: a.vault, Search: a.search, Idle: idle}
	for i := range n {
		at := sweptAt.Add(-90 * time.Minute)
		if i%10 == 0 {
			at = sweptAt.Add(-30 * time.Hour)
		}
		form := casework.Data{"title": "路灯不亮", "category": "road", "place": "jinfeng", "description": "路口的灯不亮。"}
		if _, err := b.Open(at, first+int64(i), who, "whistle", casework.OpenCase{Form: form, Channel: "web"}); err != nil {
			t.Fatal(err)
		}
		if (i+1)%2000 == 0 || i == n-1 {
			if err := a.db.Write(ctx, func(tx *store.Tx) error { return b.Write(ctx, tx, to) }); err != nil {
				t.Fatal(err)
			}
			b = b.Next()
		}
	}
}

// TestEveryBreachIsFoundOnceHoweverManySweep lets four processes sweep one PostgreSQL, and one process SQLite, and kills one in the midst.
func TestEveryBreachIsFoundOnceHoweverManySweep(t *testing.T) {
	n, size := fewDuties, 20
	if many := os.Getenv(duties); many != "" {
		var err error
		if n, err = strconv.Atoi(many); err != nil {
			t.Fatal(err)
		}
		size = swept
	}
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			url, together := sqliteIn(t.TempDir()), 1
			if engine == "postgres" {
				url, together = storetest.PostgresURL(t), 4
			}
			cfg := configIn(t.TempDir(), url)
			cfg.Demo = false
			a := openWith(t, cfg)
			owe(t, a, n)
			victim := startSweeper(t, a, size, "victim")
			var others []*sweeper
			for range max(1, together-1) {
				others = append(others, startSweeper(t, a, size, "survivor"))
			}
			victim.begin(t)
			victim.awaits(t, "in the midst")
			begun := time.Now()
			for _, s := range others {
				s.begin(t)
			}
			time.Sleep(50 * time.Millisecond) // the others work while it holds what it found
			victim.kill(t)
			for left := -1; left != 0; time.Sleep(10 * time.Millisecond) {
				left = countOf(t, a.db, fmt.Sprintf("SELECT COUNT(*) FROM casework_case WHERE timer_at < %d", sweptAt.UnixMicro()))
				if time.Since(begun) > 5*time.Minute {
					t.Fatalf("%d cases are left", left)
				}
			}
			t.Logf("%s: %d duties, %d missed, %d processes at a time, one killed in the midst: %.2f s", engine, n, n/10, together, time.Since(begun).Seconds())
			for _, s := range others {
				s.end(t)
			}
			foundOnce(t, a, n)
		})
	}
}

// foundOnce holds that every missed duty is in its history once, and no other.
func foundOnce(t *testing.T, a *App, n int) {
	t.Helper()
	for what, q := range map[string]string{
		"duties missed":             "SELECT COUNT(*) FROM casework_duty WHERE status = 'missed'",
		"records of a breach":       `SELECT COUNT(*) FROM casework_record WHERE events LIKE '%"missed":%'`,
		"cases with one":            `SELECT COUNT(DISTINCT case_id) FROM casework_record WHERE events LIKE '%"missed":%'`,
		"second records":            "SELECT COUNT(*) FROM casework_record WHERE seq = 2",
		"cases that were escalated": "SELECT COUNT(*) FROM casework_case WHERE level > 0",
	} {
		if got := countOf(t, a.db, q); got != n/10 {
			t.Errorf("%s: %d, want %d", what, got, n/10)
		}
	}
	if got := countOf(t, a.db, "SELECT COUNT(*) FROM casework_record WHERE seq > 2 OR events LIKE '%\"missed\":%\"missed\":%'"); got != 0 {
		t.Errorf("%d records say more than one breach of a case", got)
	}
	if got := countOf(t, a.db, "SELECT COUNT(*) FROM casework_duty WHERE status = 'due'"); got != n-n/10 {
		t.Errorf("%d duties are due, want %d", got, n-n/10)
	}
	if err := a.sequence(ctx); err != nil {
		t.Fatal(err)
	}
	r, err := verify.Run(ctx, a.db.WithClock(clock.NewHand(sweptAt).Business()), verify.Options{Calendar: plainCalendar(a.calendar.Calendar())})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Findings {
		t.Errorf("%s: %s %v", f.What, f.Why, f.Args)
	}
}
