package main

import (
	"context"
	"fmt"
	"slices"

	"huying/internal/app"
)

// packLoadCmd makes a folder hold on a database whose servers go on.
type packLoadCmd struct {
	databaseFlag
	Dir string `arg:"" help:"${help_pack_dir}"`
}

// Run says what was loaded and, on the standard error, what was not.
func (c *packLoadCmd) Run(e *env) error {
	url, err := c.url()
	if err != nil {
		return err
	}
	before, l, err := app.LoadPack(context.Background(), packAt(url, c.Dir))
	if err != nil {
		return err
	}
	fmt.Fprintln(e.out, e.say("huying.pack_loaded", "new", len(l.New), "changed", len(l.Changed), "retired", len(l.Retired)))
	e.restarts(e.err, before)
	if slices.Contains(before.Changed, app.ReportPart) {
		fmt.Fprintln(e.err, e.say("huying.pack_keep_report"))
	}
	_, err = fmt.Fprintln(e.err, e.say("huying.pack_folder"))
	return err
}
