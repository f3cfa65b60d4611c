package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"huying/internal/app"
	"huying/internal/clock"
	"huying/internal/errs"
)

// simulateCmd plays a district's year in a demonstration.
type simulateCmd struct {
	databaseFlag
	Pack  string  `arg:"" help:"${help_pack_dir}"`
	Files string  `default:"./data/files" env:"HUYING_FILES" placeholder:"DIR" help:"${help_serve_files}"`
	Keys  string  `env:"HUYING_KEYS" placeholder:"DIR" help:"${help_serve_keys}"`
	Seed  uint64  `placeholder:"N" help:"${help_simulate_seed}"`
	From  string  `placeholder:"DATE" help:"${help_simulate_from}"`
	To    string  `placeholder:"DATE" help:"${help_simulate_to}"`
	Scale float64 `default:"1" placeholder:"X" help:"${help_simulate_scale}"`
	Bulk  bool    `help:"${help_simulate_bulk}"`
}

// Run plays the year, or goes on with one that was ended.
func (c *simulateCmd) Run(e *env) (err error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	slog.SetDefault(slog.New(slog.NewTextHandler(e.err, &slog.HandlerOptions{Level: slog.LevelWarn})))
	s := &app.Simulation{Seed: c.Seed, Scale: c.Scale, Bulk: c.Bulk}
	for _, day := range []struct {
		text string
		to   *clock.Date
	}{{c.From, &s.From}, {c.To, &s.To}} {
		if *day.to, err = clock.ParseDate(day.text); err != nil {
			return errs.Wrap(err, errs.Invalid, "huying.bad_date", "date", day.text)
		}
	}
	cfg := app.Config{Files: c.Files, Keys: c.Keys, Pack: os.DirFS(c.Pack), PackName: filepath.ToSlash(filepath.Clean(c.Pack)), Log: slog.Default(),
		Progress: e.progress(), Simulation: s}
	if cfg.Database, err = c.url(); err != nil {
		return err
	}
	cases, records, err := app.Simulate(ctx, cfg)
	if err != nil {
		return err
	}
	fmt.Fprintln(e.out, e.say("huying.simulated", "cases", cases, "records", records))
	return nil
}
