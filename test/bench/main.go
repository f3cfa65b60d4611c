// Command bench measures what the design sets budgets for and prints one table: the work, what was measured, the budget, and whether it
// holds. It is run by make bench, after the build, on a demonstration of its own; nothing of it is a test.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// row is one line of the table. A budget of 0 is none: the figure is shown for comparison only.
type row struct {
	work     string
	measured float64
	budget   float64
	unit     string
	atLeast  bool // the figure must not fall below its budget, instead of not above
}

func (r row) verdict() string {
	switch {
	case r.budget == 0:
		return ""
	case r.atLeast && r.measured >= r.budget, !r.atLeast && r.measured <= r.budget:
		return "ok"
	}
	return "OVER"
}

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// The parts of the bench, and how many cases there are unless SIZE says it.
var parts = []string{"code", "pages", "sweep", "cases"}

const usualSize = "0,20000"

func run(ctx context.Context) error {
	var sizes []int
	for text := range strings.SplitSeq(cmp.Or(os.Getenv("SIZE"), usualSize), ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return fmt.Errorf("SIZE is how many cases there are, one number or several with commas, not %q", os.Getenv("SIZE"))
		}
		sizes = append(sizes, n)
	}
	engines := strings.Split(cmp.Or(os.Getenv("ENGINES"), "sqlite,postgres"), ",")
	chosen := parts
	if only := os.Getenv("PARTS"); only != "" {
		chosen = strings.Split(only, ",")
	}
	var rows []row
	for _, part := range chosen {
		more, err := measured(ctx, part, engines, sizes)
		rows = append(rows, more...)
		if err != nil {
			return errors.Join(err, show(rows))
		}
	}
	return show(rows)
}

// measured measures one part.
func measured(ctx context.Context, part string, engines []string, sizes []int) ([]row, error) {
	switch part {
	case "code":
		return benchmarks(ctx)
	case "pages":
		dir, err := os.MkdirTemp("", "huying-bench-")
		if err != nil {
			return nil, err
		}
		defer func() { _ = os.RemoveAll(dir) }() // a folder of the system's own
		return serving(ctx, dir)
	case "sweep":
		return sweepMeasured(ctx)
	case "cases":
		return casesMeasured(ctx, engines, sizes)
	}
	return nil, fmt.Errorf("PARTS are %s, not %q", strings.Join(parts, ", "), part)
}

// show prints the table. A budget that does not hold is said in it, and is no error of the program's.
func show(rows []row) error {
	fmt.Printf("%s, %s, %s\n", time.Now().Format(time.DateOnly), runtime.Version(), hardware())
	fmt.Printf("eGov's complaint system publishes 37 cycles/s at 100,000 cases and 6.3 at 1,000,000, on 16 vCPU\n\n")
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "work\tmeasured\tbudget\t")
	for _, r := range rows {
		budget := ""
		if r.budget != 0 {
			sign := "≤"
			if r.atLeast {
				sign = "≥"
			}
			budget = fmt.Sprintf("%s %s %s", sign, figure(r.budget), r.unit)
		}
		fmt.Fprintf(w, "%s\t%s %s\t%s\t%s\n", r.work, figure(r.measured), r.unit, budget, r.verdict())
	}
	return w.Flush()
}

func figure(v float64) string {
	if v >= 100 {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}

// measures are the Go benchmarks of the table: which package and benchmark, what it is called, how many nanoseconds make its unit.
var measures = []struct {
	pkg, name, work, unit string
	scale, budget         float64
}{
	{"./internal/report", "Read$", "read the 40 kB report", "ms", 1e6, 20},
	{"./internal/calendar", "Due/working-days$", "a term in working days falls due", "µs", 1e3, 0},
	{"./internal/app", "Board$", "where a year of 300 promises stands, drawn anew", "ms", 1e6, 0},
	{"./internal/app", "Say/sqlite$", "a figure reported, durable, SQLite", "ms", 1e6, 0},
	{"./internal/app", "Say/postgres$", "a figure reported, durable, PostgreSQL", "ms", 1e6, 0},
}

var result = regexp.MustCompile(`(?m)^Benchmark\S+\s+\d+\s+([0-9.]+) ns/op`)

func benchmarks(ctx context.Context) (rows []row, err error) {
	for _, m := range measures {
		fmt.Fprintln(os.Stderr, m.work, "…")
		out, err := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", "^Benchmark"+m.name, "-benchtime", "2s", m.pkg).CombinedOutput()
		found := result.FindSubmatch(out)
		if err != nil || found == nil {
			return nil, fmt.Errorf("go test -bench %s %s: %w\n%s", m.name, m.pkg, err, out)
		}
		ns, err := strconv.ParseFloat(string(found[1]), 64)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row{work: m.work, measured: ns / m.scale, budget: m.budget, unit: m.unit})
	}
	return rows, nil
}

// rss is the memory that a process holds, in MB.
func rss(pid int) (float64, error) {
	data, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(data)) {
		if kb, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			n, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(kb), "kB")), 64)
			return n / 1024, err
		}
	}
	return 0, fmt.Errorf("no VmRSS of process %d", pid)
}
