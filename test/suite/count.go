package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// event is one line of `go test -json`.
type event struct {
	Action     string
	Package    string
	ImportPath string // of build-output
	Test       string
	Elapsed    float64
	Output     string
}

// counts are tests with their subtests, and packages that did not build or broke down outside a test.
type counts struct{ passed, failed, skipped, broken int }

func (c counts) ok() bool { return c.failed+c.skipped+c.broken == 0 && c.passed > 0 }

func (c counts) String() string {
	s := fmt.Sprintf("%d passed, %d failed, %d skipped", c.passed, c.failed, c.skipped)
	switch {
	case c.broken > 0:
		return fmt.Sprintf("%d packages did not build or broke down\n%s", c.broken, s)
	case c.skipped > 0:
		return "a test that is skipped proves nothing: make it run, or take it out\n" + s
	case c.passed == 0:
		return "no test ran\n" + s
	}
	return s
}

// ledger follows a run.
type ledger struct {
	counts
	to     io.Writer
	output map[string]*strings.Builder // of what still runs, by package and test
	inside map[string]counts           // of each package that still runs
}

// count reads a run's events to their end, and writes to w a line for each package and what the failed and the skipped had to say.
func count(events io.Reader, w io.Writer) (counts, error) {
	l := &ledger{to: w, output: map[string]*strings.Builder{}, inside: map[string]counts{}}
	dec := json.NewDecoder(events)
	for {
		var e event
		if err := dec.Decode(&e); errors.Is(err, io.EOF) {
			return l.counts, nil
		} else if err != nil {
			return l.counts, err
		}
		l.take(e)
	}
}

func (l *ledger) take(e event) {
	switch e.Action {
	case "build-output":
		fmt.Fprint(l.to, e.Output)
	case "output":
		l.keep(e)
	case "pass", "fail", "skip":
		if e.Test == "" {
			l.endPackage(e)
		} else {
			l.endTest(e)
		}
	}
}

func (l *ledger) keep(e event) {
	key := e.Package + " " + e.Test
	if l.output[key] == nil {
		l.output[key] = &strings.Builder{}
	}
	l.output[key].WriteString(e.Output)
}

// said returns what a test wrote, once.
func (l *ledger) said(e event) string {
	key := e.Package + " " + e.Test
	defer delete(l.output, key)
	if b := l.output[key]; b != nil {
		return b.String()
	}
	return ""
}

func (l *ledger) endTest(e event) {
	said, in := l.said(e), l.inside[e.Package]
	switch e.Action {
	case "pass":
		l.passed++
		in.passed++
	case "fail":
		l.failed++
		in.failed++
		fmt.Fprint(l.to, said)
	case "skip":
		l.skipped++
		in.skipped++
		fmt.Fprint(l.to, said)
	}
	l.inside[e.Package] = in
}

func (l *ledger) endPackage(e event) {
	in, said := l.inside[e.Package], l.said(e)
	switch {
	case e.Action == "skip": // it has no tests
	case e.Action == "fail" && in.failed == 0:
		l.broken++
		fmt.Fprintf(l.to, "%sFAILED %s\n", said, e.Package)
	case e.Action == "fail":
		fmt.Fprintf(l.to, "FAILED %-46s %4d of %d tests\n", e.Package, in.failed, in.passed+in.failed+in.skipped)
	default:
		fmt.Fprintf(l.to, "ok     %-46s %4d tests %7.1f s\n", e.Package, in.passed, e.Elapsed)
	}
}
