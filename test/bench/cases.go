package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"

	"huying/internal/clock"
	"huying/internal/simulate"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

// packDir is the district that is measured, and demoPassword that of its accounts.
const (
	packDir      = "packs/zhuhai-gaoxin"
	demoPassword = "huying-demo-2021"
)

// during is how long a load lasts.
const during = 15 * time.Second

// place is a district whose cases are measured: a database with its files.
type place struct {
	engine string
	url    string
	dir    string
	size   int  // cases that were simulated
	filled bool // and that they were before
}

func (p *place) files() string { return filepath.Join(p.dir, "files") }

func (p *place) named(what string) string {
	return fmt.Sprintf("%s, %s, %s cases", what, p.engine, grouped(p.size))
}

// grouped is a number with its thousands apart.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// casesMeasured measures cases on each engine, empty and with so many cases.
func casesMeasured(ctx context.Context, engines []string, sizes []int) (rows []row, err error) {
	if p := given(sizes[0]); p != nil {
		rows, _, err = p.measure(ctx)
		return rows, err
	}
	var server *storetest.Server
	for _, engine := range engines {
		empty := 0.0
		for _, size := range sizes {
			dir, err := os.MkdirTemp("", "huying-bench-")
			if err != nil {
				return nil, err
			}
			p := &place{engine: engine, dir: dir, size: size, url: "sqlite:" + filepath.Join(dir, "huying.db")}
			if engine == "postgres" {
				if server, err = storetest.StartServer(); err != nil {
					return nil, err
				}
				p.url = server.URL
			}
			more, rate, err := p.measure(ctx)
			if server != nil {
				if serr := server.Stop(); err == nil {
					err = serr
				}
				server = nil
			}
			_ = os.RemoveAll(dir) // a folder of the system's own
			if err != nil {
				return rows, fmt.Errorf("%s, %d cases: %w", engine, size, err)
			}
			rows = append(rows, more...)
			if size == 0 {
				empty = rate
			} else if empty > 0 {
				rows = append(rows, row{work: p.named("whole cycles against the empty store"), measured: rate / empty, budget: 0.8, unit: "×", atLeast: true})
			}
			if err := show(rows); err != nil {
				return rows, err
			}
		}
	}
	return rows, nil
}

// given is a district whose cases somebody has simulated before: at DATABASE, with its files in FILES; nil when there is none.
func given(size int) *place {
	url := os.Getenv("DATABASE")
	if url == "" {
		return nil
	}
	engine, _, _ := strings.Cut(url, ":")
	return &place{engine: strings.TrimSuffix(engine, "ql"), url: url, dir: filepath.Dir(os.Getenv("FILES")), size: size, filled: true}
}

// measure simulates the cases, serves them, and measures the work on them.
func (p *place) measure(ctx context.Context) (rows []row, cycles float64, err error) {
	if err := p.fill(ctx, &rows); err != nil {
		return nil, 0, err
	}
	s, err := p.serve(ctx)
	if err != nil {
		return nil, 0, err
	}
	if err := s.stop(); err != nil { // the first start plays what the demonstration needs; a later one is measured
		return nil, 0, err
	}
	begun := time.Now()
	if s, err = p.serve(ctx); err != nil {
		return nil, 0, err
	}
	defer func() {
		if serr := s.stop(); err == nil {
			err = serr
		}
	}()
	if _, err := s.get("/"); err != nil {
		return nil, 0, err
	}
	rows = append(rows, row{work: p.named("start to first page"), measured: time.Since(begun).Seconds(), budget: map[bool]float64{true: 1, false: 2}[p.size == 0], unit: "s"})
	time.Sleep(5 * time.Second)
	mb, err := rss(s.cmd.Process.Pid)
	if err != nil {
		return nil, 0, err
	}
	rows = append(rows, row{work: p.named("idle memory"), measured: mb, budget: 120, unit: "MB"})
	if err := p.lists(s, &rows); err != nil {
		return nil, 0, err
	}
	if cycles, err = p.work(ctx, s, &rows); err != nil {
		return rows, cycles, err
	}
	return rows, cycles, p.verify(ctx, &rows)
}

// fill plays the cases in bulk.
func (p *place) fill(ctx context.Context, rows *[]row) error {
	if p.size == 0 || p.filled {
		return nil
	}
	scale, err := scaleFor(p.size)
	if err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, p.named("simulating"), "…")
	begun := time.Now()
	if _, err := command(ctx, "simulate", packDir, "--bulk", "--scale", strconv.FormatFloat(scale, 'g', -1, 64), "--database", p.url, "--files", p.files()); err != nil {
		return err
	}
	*rows = append(*rows, row{work: p.named("simulated and written in bulk"), measured: time.Since(begun).Seconds(), unit: "s"})
	return nil
}

// verify lets the cases be verified while they are served: somebody must find what is missed meanwhile.
func (p *place) verify(ctx context.Context, rows *[]row) error {
	fmt.Fprintln(os.Stderr, p.named("verifying"), "…")
	begun := time.Now()
	if _, err := command(ctx, "verify", "--pack", packDir, "--database", p.url); err != nil {
		return err
	}
	*rows = append(*rows, row{work: p.named("huying verify, beside the server"), measured: time.Since(begun).Seconds(), unit: "s"})
	return nil
}

// scaleFor is the scale at which a simulation of the whole season has so many cases.
func scaleFor(size int) (float64, error) {
	data, err := os.ReadFile(filepath.Join(packDir, "simulation.yaml"))
	if err != nil {
		return 0, err
	}
	script, err := simulate.Read(packDir+"/simulation.yaml", data)
	if err != nil {
		return 0, err
	}
	aYear := 0.0
	for _, part := range script.Procedures {
		aYear += part.AYear
	}
	const season = 287 // days, from the day of the report to the one before the demonstration's
	return float64(size) / (aYear * season / 365), nil
}

// command runs bin/huying and returns what it prints.
func command(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "bin/huying", args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("huying %s: %w\n%s%s", args[0], err, out.String(), errs.String())
	}
	return out.String(), nil
}

func (p *place) serve(ctx context.Context) (*server, error) { return start(ctx, p.url, p.files()) }

// staff are the pages of those who are signed in, with the searches of a clerk.
var staff = []struct{ login, path, name string }{
	{"ducha", "/cases", "the list of all cases"},
	{"ducha", "/cases?q=" + url.QueryEscape("路灯"), "a search, common word"},
	{"ducha", "/cases?q=WS-000123", "a search, a number"},
	{"xinfang", "/cases?procedure=petitions&progress=open&sort=due", "the open petitions by their clocks"},
	{"ducha", "/cases?procedure=petitions&progress=open&sort=due", "the same for whom they are closed"},
	{"ducha", "/cases?procedure=whistle&progress=late&sort=due", "the whistles that are late"},
	{"ducha", "/cases?place=jinfeng", "the cases of a place"},
	{"ducha", "/cases?unit=ecology&progress=open&sort=due", "the open cases of a unit by their clocks"},
	{"ducha", "/board", "the board"},
	{"ducha", "/board/duties?unit=tangjiawan&what=met&from=2021-01-01&until=2021-11-19", "what a figure of the board was counted from"},
	{"jianshe", "/cases?scope=mine", "a unit's list"},
	{"jianshe", "/tasks", "a unit's desk"},
}

// lists measures list and search pages.
func (p *place) lists(s *server, rows *[]row) error {
	for _, page := range staff {
		fmt.Fprintln(os.Stderr, p.named(page.name), "…")
		a := newAsker(s.url, "")
		if err := a.signIn(page.login, demoPassword); err != nil {
			return err
		}
		took := make([]time.Duration, 0, 200)
		for range cap(took) {
			begun := time.Now()
			if _, err := a.send(http.MethodGet, page.path, http.StatusOK, nil, ""); err != nil {
				return err
			}
			took = append(took, time.Since(begun))
		}
		*rows = append(*rows, row{work: p.named(page.name + ", p99"), measured: p99(took), budget: 50, unit: "ms"})
	}
	return nil
}

// work measures opening and whole cycles through the JSON interface, with 32 clients.
func (p *place) work(ctx context.Context, s *server, rows *[]row) (cycles float64, err error) {
	c, err := p.hire(ctx, s)
	if err != nil {
		return 0, err
	}
	fmt.Fprintln(os.Stderr, p.named("opening"), "…")
	number, err := c.open(0)
	if err != nil {
		return 0, err
	}
	opened, took, err := load(during, func(n int64) ([]time.Duration, error) {
		begun := time.Now()
		_, err := c.open(n)
		return []time.Duration{time.Since(begun)}, err
	})
	if err != nil {
		return 0, err
	}
	events, err := p.eventsOf(ctx, number)
	if err != nil {
		return 0, err
	}
	budget := map[string]float64{"sqlite": 1500, "postgres": 2500}[p.engine]
	*rows = append(*rows, row{work: p.named("open a case over HTTP, 32 clients"), measured: opened, unit: "cases/s"},
		row{work: p.named("the same"), measured: opened * float64(events), budget: budget, unit: "events/s", atLeast: true},
		row{work: p.named("the same, p99"), measured: p99(took), unit: "ms"})
	fmt.Fprintln(os.Stderr, p.named("create → assign → resolve → search"), "…")
	cycles, took, err = load(during, func(n int64) ([]time.Duration, error) {
		t, err := c.cycle(n)
		return t[:], err
	})
	if err != nil {
		return 0, err
	}
	*rows = append(*rows, row{work: p.named("create → assign → resolve → search, 32 clients"), measured: cycles, budget: 400, unit: "cycles/s", atLeast: true},
		row{work: p.named("the same, p99 of each request"), measured: p99(took), budget: 100, unit: "ms"})
	return cycles, nil
}

// hire gives those who act their tokens, and sends the proof.
func (p *place) hire(ctx context.Context, s *server) (*crew, error) {
	var all [2]*asker
	for i, login := range []string{"jinfeng", "jianshe"} {
		token, err := command(ctx, "token", "create", login, "--name", "bench", "--scope", "cases:read,cases:write,files:write", "--database", p.url)
		if err != nil {
			return nil, err
		}
		all[i] = newAsker(s.url, strings.TrimSpace(token))
	}
	c := &crew{officer: all[0], builder: all[1]}
	data, err := c.builder.send(http.MethodPost, "/api/v1/files", http.StatusCreated, simulate.Picture(1), "image/png")
	if err != nil {
		return nil, err
	}
	hash := regexp.MustCompile(`"hash": ?"([0-9a-f]{64})"`).FindSubmatch(data)
	if hash == nil {
		return nil, fmt.Errorf("no hash in %s", data)
	}
	c.photo = string(hash[1])
	return c, nil
}

// eventsOf is how many events the opening of a case has.
func (p *place) eventsOf(ctx context.Context, number string) (n int, err error) {
	db, err := store.Open(ctx, p.url, clock.Business{})
	if err != nil {
		return 0, err
	}
	defer func() {
		if cerr := db.Close(); err == nil {
			err = cerr
		}
	}()
	var events []any
	err = db.Read(ctx, func(tx *store.Tx) error {
		return tx.Scan(ctx, "SELECT r.events FROM casework_record r JOIN casework_case c ON c.id = r.case_id WHERE c.number = $1 AND r.seq = 1", []any{number},
			store.AsJSON(&events))
	})
	return len(events), err
}

// sweeping is how the test says what it measured.
var sweeping = regexp.MustCompile(`(sqlite|postgres): (\d+) duties, .*: ([0-9.]+) s`)

// sweepMeasured lets the test of the sweep run at its full size.
func sweepMeasured(ctx context.Context) (rows []row, err error) {
	const duties = 100_000
	fmt.Fprintln(os.Stderr, "sweeping", grouped(duties), "duties …")
	cmd := exec.CommandContext(ctx, "go", "test", "-count=1", "-v", "-timeout", "30m", "-run", "EveryBreachIsFoundOnce", "./internal/app")
	cmd.Env = append(os.Environ(), fmt.Sprintf("HUYING_SWEEP_DUTIES=%d", duties))
	out, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%w\n%s", err, out)
	}
	for _, m := range sweeping.FindAllStringSubmatch(string(out), -1) {
		seconds, err := strconv.ParseFloat(m[3], 64)
		if err != nil {
			return nil, err
		}
		who := map[string]string{"sqlite": "one sweeper", "postgres": "4 sweepers"}[m[1]]
		rows = append(rows, row{work: fmt.Sprintf("sweep %s duties, 1 in 10 missed, %s, one killed, %s", grouped(duties), who, m[1]), measured: seconds, budget: 5, unit: "s"})
	}
	return rows, nil
}

// hardware says on what was measured.
func hardware() string {
	model := "unknown processor"
	if data, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		if m := regexp.MustCompile(`(?m)^model name\s*: (.*)$`).FindSubmatch(data); m != nil {
			model = string(m[1])
		}
	}
	load := ""
	if data, err := os.ReadFile("/proc/loadavg"); err == nil {
		load = ", load " + strings.Join(strings.Fields(string(data))[:3], " ")
	}
	return fmt.Sprintf("%d × %s, %s%s", runtime.NumCPU(), model, runtime.GOARCH, load)
}
