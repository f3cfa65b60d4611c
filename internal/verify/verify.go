// Package verify checks what the program wrote by code that did not write it: the log and its signatures, the history of each case against
// the log, what cases and duties are now against their history, every due time against the calendar, and that nothing that was missed was
// overlooked. It shares no code with the packages that it checks; a test over the arrows says so. What it knows of the rules it knows from
// their documents: RFC 6962 for the log, the Civil Code, articles 200 to 204, for terms.
package verify

import (
	"context"
	"embed"
	"fmt"
	"time"

	"huying/internal/clock"
	"huying/internal/store"
)

// Locales are this package's messages.
//
//go:embed locales/*.json
var Locales embed.FS

// Calendar is the working time of the district as plain data.
type Calendar struct {
	Zone  *time.Location
	Hours [][2]int        // business hours, in minutes after midnight
	Off   map[string]bool // what notices say of a day, 2021-10-01: true is a rest day, false is worked
	Since time.Time       // it was changed last, by a notice or other hours; due times that were decided before are not checked against it
}

// Finding is one thing that is not as it must be.
type Finding struct {
	What string // case WS-000012, ledger
	Why  string // a message key, said with Args
	Args []any
}

// Report is what a check came to.
type Report struct {
	Leaves   int64 // of the log
	Cases    int64
	Records  int64
	Duties   int64
	Findings []Finding // at most MostFindings
	More     int64     // findings beyond them

	// Stale are the cases (by id) whose row or duties are not what their history says, while the history itself is sound: they can be rebuilt.
	Stale []int64
	// Lost are those of which neither can be believed.
	Lost []int64
}

// MostFindings bounds a report.
const MostFindings = 200

// Options say what to check against.
type Options struct {
	Calendar Calendar
	Clock    clock.Security // for how long leaves wait
	Progress func(cases int64)
}

// The bounds of what may still be under way when the check looks.
const (
	mayWait  = 60 * time.Second // a leaf before it is in the tree
	mayDally = 60 * time.Second // a breach before it is found
)

// Run checks the whole of a database. An error means that it could not be read; what is wrong in it is in the report.
func Run(ctx context.Context, db *store.DB, o Options) (*Report, error) {
	r := &run{o: o, report: &Report{}, procedures: map[string]*procedure{}}
	for _, step := range []func(context.Context, *store.DB) error{r.ledger, r.cases} {
		if err := step(ctx, db); err != nil {
			return nil, err
		}
	}
	return r.report, nil
}

type run struct {
	o          Options
	report     *Report
	procedures map[string]*procedure

	stale, broken int // findings of the case at hand: in what follows from its history, and in the history
}

// judged notes of a case what its findings mean for it.
func (r *run) judged(id int64) {
	switch {
	case r.broken > 0 && r.stale > 0:
		r.report.Lost = append(r.report.Lost, id)
	case r.stale > 0:
		r.report.Stale = append(r.report.Stale, id)
	}
	r.stale, r.broken = 0, 0
}

func (r *run) found(what, why string, args ...any) {
	r.report.add(Finding{What: what, Why: "verify." + why, Args: args})
}

func (r *Report) add(f Finding) {
	if len(r.Findings) == MostFindings {
		r.More++
		return
	}
	r.Findings = append(r.Findings, f)
}

// differs notes a finding when what stands in the database is not what follows from the history.
func (r *run) differs(what, field string, stored, expected any) {
	if s, e := fmt.Sprint(stored), fmt.Sprint(expected); s != e {
		r.found(what, "differs", "field", field, "stored", s, "expected", e)
	}
}
