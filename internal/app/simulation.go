package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path"

	"huying/internal/casework"
	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/files"
	"huying/internal/pack"
	"huying/internal/simulate"
	"huying/internal/store"
)

// Simulation is what is played of cases in a demonstration.
type Simulation struct {
	Seed     uint64     // 0: the pack's
	From, To clock.Date // zero: from the day of the report to the day before the demonstration's
	Scale    float64    // of the cases that the pack's script has in a year
	Bulk     bool       // cases are written many at a time, and not by a transaction for each command; large simulations always are
}

// alwaysBulk is from how many cases on a simulation is written in bulk.
const alwaysBulk = 5000

// What is played: the marks that it was, and how much of it when nothing else is asked for.
const (
	stepCases    = "demonstration cases"
	stepPictures = "demonstration pictures"
	demoScale    = 0.1
	pictures     = 12
)

// Simulate prepares a demonstration with the simulation that cfg asks for, and returns how many cases and records there are then. It refuses
// a database with real data.
func Simulate(ctx context.Context, cfg Config) (cases, records int64, err error) {
	cfg.Demo = true
	a, err := Open(ctx, cfg)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	if err := a.settle(ctx); err != nil {
		return 0, 0, err
	}
	err = a.db.Read(ctx, func(tx *store.Tx) error {
		if err := tx.Scan(ctx, "SELECT COUNT(*) FROM casework_case", nil, &cases); err != nil {
			return err
		}
		return tx.Scan(ctx, "SELECT COUNT(*) FROM casework_record", nil, &records)
	})
	return cases, records, err
}

// settle does what a server would do beside the pages, until nothing is left to do.
func (a *App) settle(ctx context.Context) error {
	for _, f := range []func(context.Context) error{a.sweep, a.queue.Drain, a.sequence, a.fill} {
		if err := f(ctx); err != nil {
			return err
		}
	}
	return nil
}

// playDemoCases plays the demonstration's cases, once.
func (a *App) playDemoCases(ctx context.Context) error {
	if s := a.cfg.Simulation; s != nil {
		if err := a.playCases(ctx, *s); err != nil {
			return err
		}
		return step(ctx, a.db, stepCases, a.pack.Key, func(*store.Tx) error { return nil })
	}
	return stepOf(ctx, a.db, stepCases, a.pack.Key, func() error { return a.playCases(ctx, Simulation{Scale: demoScale, Bulk: true}) })
}

// playCases plays a simulation, or goes on with it.
func (a *App) playCases(ctx context.Context, s Simulation) error {
	d := a.pack.Demonstration
	if s.Seed == 0 {
		s.Seed = d.Seed
	}
	if s.From.IsZero() {
		s.From = a.pack.Report.Date.Date
	}
	if s.To.IsZero() {
		s.To = d.Date.AddDays(-1)
	}
	if s.To.Before(s.From) || !s.To.Before(d.Date.Date) || s.Scale <= 0 {
		return errs.New(errs.Invalid, "app.simulation_span", "until", d.Date.AddDays(-1))
	}
	stage, err := a.newCaseStage(ctx)
	if err != nil {
		return err
	}
	season := simulate.Season{From: s.From, Until: s.To, Works: a.calendar.Calendar().IsWorkday, Seed: s.Seed}
	year := simulate.Plan(season, a.pack.Location, stage.aYear(), s.Scale)
	p := &playing{app: a, stage: stage, year: year, name: fmt.Sprintf("simulation %d %s %s %g", s.Seed, s.From, s.To, s.Scale)}
	if err := p.begin(ctx); err != nil {
		return err
	}
	if s.Bulk || len(year.Openings) >= alwaysBulk {
		return p.bulk(ctx)
	}
	return p.oneByOne(ctx)
}

// ReadScript reads what a pack says of the cases that are played, and holds it to the pack's procedures. A pack without it has every
// procedure that somebody may open played now and then.
func ReadScript(p *pack.Pack, dir string, procedures map[string]*casework.Procedure) (*simulate.Script, error) {
	data, err := p.Open(pack.SimulationFile)
	if err != nil {
		s := &simulate.Script{Procedures: map[string]simulate.Part{}}
		for name := range procedures {
			s.Procedures[name] = simulate.Part{AYear: 100}
		}
		return s, nil
	}
	s, err := simulate.Read(path.Join(dir, pack.SimulationFile), data)
	if err != nil {
		return nil, err
	}
	var wrong errs.List
	for name, part := range s.Procedures {
		proc := procedures[name]
		if proc == nil {
			wrong = append(wrong, s.Wrong(name, "app.script_procedure", "name", name))
			continue
		}
		for i, form := range part.Forms {
			for field := range form {
				if _, ok := proc.Form().Field(field); !ok {
					wrong = append(wrong, s.Wrong(fmt.Sprintf("%s.forms[%d]", name, i), "app.script_field", "field", field, "name", name))
				}
			}
		}
	}
	wrong = append(wrong, checkScenes(p, s, procedures)...)
	return s, wrong.Err()
}

// keepPictures keeps the pictures that stand where evidence would, once, and returns their names.
func (a *App) keepPictures(ctx context.Context) (hashes []string, err error) {
	var all []files.File
	for i := range pictures {
		f, err := a.files.Receive(bytes.NewReader(simulate.Picture(uint64(i))), 1<<20, files.PNG)
		if err != nil {
			return nil, err
		}
		all, hashes = append(all, f), append(hashes, f.Hash)
	}
	return hashes, step(ctx, a.db, stepPictures, fmt.Sprint(pictures), func(tx *store.Tx) error {
		for _, f := range all {
			if _, err := a.files.Record(ctx, tx, f); err != nil {
				return err
			}
		}
		return nil
	})
}
