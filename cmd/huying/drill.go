package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"

	"huying/internal/app"
	"huying/internal/drill"
	"huying/internal/errs"
)

// drillCmd plays the drills of a pack, each on a fresh district with a clock of its own.
type drillCmd struct {
	Pack    string   `arg:"" help:"${help_pack_dir}"`
	Only    []string `placeholder:"DRILL,…" help:"${help_drill_only}"`
	DB      string   `name:"db" placeholder:"URL" help:"${help_drill_db}"`
	List    bool     `xor:"what" help:"${help_drill_list}"`
	Mutate  bool     `xor:"what" help:"${help_drill_mutate}"`
	Workers int      `placeholder:"N" help:"${help_drill_workers}"`
}

// Run plays the drills, or lists them, or tries them on weakened procedures.
func (c *drillCmd) Run(e *env) (err error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	log := slog.New(slog.NewTextHandler(e.err, &slog.HandlerOptions{Level: slog.LevelError}))
	if c.Mutate {
		log = slog.New(slog.DiscardHandler) // a weakened procedure may break anything
	}
	slog.SetDefault(log)
	if c.DB != "" && !strings.HasPrefix(c.DB, "postgres://") && !strings.HasPrefix(c.DB, "postgresql://") {
		return usageError{errs.New(errs.Invalid, "huying.drill_db")}
	}
	stage, err := app.OpenDrills(app.DrillConfig{Pack: os.DirFS(c.Pack), PackName: filepath.ToSlash(filepath.Clean(c.Pack)), Database: c.DB, Log: log})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stage.Close()) }()
	drills, err := c.chosen(stage.Drills())
	if err != nil {
		return err
	}
	switch {
	case c.List:
		return e.listDrills(drills)
	case c.Mutate:
		return c.mutate(ctx, e, stage, drills)
	}
	return c.play(ctx, e, stage, drills)
}

// chosen are the drills that were asked for, or all.
func (c *drillCmd) chosen(all []*drill.Drill) ([]*drill.Drill, error) {
	for _, name := range c.Only {
		if !slices.ContainsFunc(all, func(d *drill.Drill) bool { return d.Name == name }) {
			return nil, usageError{errs.New(errs.NotFound, "huying.drill_none", "name", name)}
		}
	}
	if len(c.Only) == 0 {
		return all, nil
	}
	return slices.DeleteFunc(slices.Clone(all), func(d *drill.Drill) bool { return !slices.Contains(c.Only, d.Name) }), nil
}

func (c *drillCmd) workers() int {
	if c.Workers > 0 {
		return c.Workers
	}
	return runtime.GOMAXPROCS(0)
}

// listDrills prints a line for each drill: its name, its steps, the procedures that it drills, what it is called.
func (e *env) listDrills(drills []*drill.Drill) error {
	w := tabwriter.NewWriter(e.out, 0, 0, 2, ' ', 0)
	for _, d := range drills {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", d.Name, e.say("huying.drill_steps", "n", len(d.Steps)), strings.Join(d.Procedures, ", "), d.Title.In(e.lang))
	}
	return w.Flush()
}

// play prints a line for each drill, and under one that failed what was expected and what was seen.
func (c *drillCmd) play(ctx context.Context, e *env, stage *app.DrillStage, drills []*drill.Drill) error {
	width, failed := 0, 0
	for _, d := range drills {
		width = max(width, len(d.Name))
	}
	drill.PlayAll(ctx, stage, drills, c.workers(), func(r drill.Result) {
		took := fmt.Sprintf("%.1fs", r.Took.Seconds())
		if r.Err == nil {
			fmt.Fprintf(e.out, "ok    %-*s  %s  %s\n", width, r.Drill.Name, e.say("huying.drill_steps", "n", r.Played), took)
			return
		}
		failed++
		fmt.Fprintf(e.out, "FAIL  %-*s  %s  %s\n", width, r.Drill.Name, e.say("huying.drill_step", "step", r.Played, "of", len(r.Drill.Steps)), took)
		for line := range strings.SplitSeq(e.why(r.Err), "\n") {
			fmt.Fprintln(e.out, "      "+line)
		}
	})
	fmt.Fprintln(e.out, e.say("huying.drill_sum", "passed", len(drills)-failed, "failed", failed))
	if failed > 0 {
		return errs.New(errs.Internal, "huying.drill_failed", "n", failed)
	}
	return ctx.Err()
}

// why is an error in the user's language; of the machine, what the log would say too.
func (e *env) why(err error) string {
	said := e.cat.Error(e.lang, err)
	if !errs.Is(err, errs.Invalid) {
		said += "\n" + err.Error()
	}
	return said
}

// mutate tries the drills on weakened procedures, and prints how many were noticed and which were not.
func (c *drillCmd) mutate(ctx context.Context, e *env, stage *app.DrillStage, drills []*drill.Drill) error {
	trials, err := stage.Trials()
	if err != nil {
		return err
	}
	var scores []drill.Score
	for _, t := range trials {
		t.Drills = slices.DeleteFunc(t.Drills, func(d *drill.Drill) bool { return !slices.Contains(drills, d) })
		if len(t.Drills) == 0 {
			continue
		}
		tell := e.trying(t.Procedure, len(t.Mutants))
		score, err := t.Run(ctx, stage, c.workers(), tell)
		if err != nil {
			return err
		}
		scores = append(scores, score)
	}
	return e.scored(scores, c.undrilled(stage))
}

// undrilled are the procedures without a drill, when all were asked for.
func (c *drillCmd) undrilled(stage *app.DrillStage) []string {
	if len(c.Only) > 0 {
		return nil
	}
	return stage.Undrilled()
}

// trying tells how far it is with a procedure: every tenth.
func (e *env) trying(procedure string, all int) func(int) {
	tenth := 0
	return func(n int) {
		if now := 10 * n / all; now > tenth {
			tenth = now
			fmt.Fprintln(e.err, e.say("huying.drill_trying", "procedure", procedure, "done", n, "all", all))
		}
	}
}

func (e *env) scored(scores []drill.Score, undrilled []string) error {
	short := len(undrilled)
	w := tabwriter.NewWriter(e.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, e.say("huying.drill_columns"))
	for _, s := range scores {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%.1f %%\n", s.Procedure, s.Mutants, s.ByCheck, s.ByDrill, len(s.Unnoticed), 100*s.Noticed())
		if s.Noticed() < drill.Enough {
			short++
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, s := range scores {
		e.unnoticed(s)
	}
	if len(undrilled) > 0 {
		fmt.Fprintln(e.out, "\n"+e.say("huying.drill_undrilled", "names", strings.Join(undrilled, ", ")))
	}
	if short > 0 {
		return errs.New(errs.Internal, "huying.drill_short", "n", short, "percent", int(100*drill.Enough))
	}
	return nil
}

// unnoticed prints the mutants of a procedure that no drill noticed, and those on which the machine failed.
func (e *env) unnoticed(s drill.Score) {
	if len(s.Unnoticed) > 0 {
		fmt.Fprintln(e.out, "\n"+e.say("huying.drill_unnoticed", "procedure", s.Procedure, "drills", strings.Join(s.Drills, ", ")))
	}
	for _, m := range s.Unnoticed {
		fmt.Fprintf(e.out, "%s:%d  %s  %s\n", m.File, m.Line, m.Kind, m.What)
	}
	for _, b := range s.Broken {
		fmt.Fprintln(e.out, e.say("huying.drill_broken", "file", b.File, "line", b.Line, "what", b.What, "why", b.Err.Error()))
	}
}
