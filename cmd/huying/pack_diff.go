package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"huying/internal/app"
)

// packDiffCmd says what loading a folder into a running district would change, and what that would mean for its open cases.
type packDiffCmd struct {
	databaseFlag
	Dir string `arg:"" help:"${help_pack_dir}"`
}

// Run prints what would change. It ends with exitDiffers when something would.
func (c *packDiffCmd) Run(e *env) error {
	url, err := c.url()
	if err != nil {
		return err
	}
	all, err := app.Diff(context.Background(), packAt(url, c.Dir))
	if err != nil {
		return err
	}
	same := len(all.Changed)+len(all.Restart) == 0
	for i := range all.Procedures {
		if d := &all.Procedures[i]; !d.Same() || d.Older() > 0 {
			same = false
			e.difference(d)
		}
	}
	if same {
		_, err := fmt.Fprintln(e.out, e.say("huying.diff_same", "n", len(all.Procedures)))
		return err
	}
	if len(all.Changed) > 0 {
		names := make([]string, len(all.Changed))
		for i, key := range all.Changed {
			names[i] = e.say(key)
		}
		fmt.Fprintln(e.out, e.say("huying.diff_also", "what", strings.Join(names, ", ")))
	}
	e.restarts(e.out, all)
	return errDiffers
}

// packAt is a pack's folder and the database that it is compared with, or loaded into.
func packAt(url, dir string) app.Config {
	return app.Config{Database: url, Pack: os.DirFS(dir), PackName: filepath.ToSlash(filepath.Clean(dir))}
}

// restarts prints what of a pack takes a restart of the servers.
func (e *env) restarts(out io.Writer, c app.Comparison) {
	for _, part := range c.Restart {
		fmt.Fprintln(out, e.say(part.Key, part.Args...))
	}
}

// difference prints one procedure: how it differs, and a line for each state in which cases are open.
func (e *env) difference(d *app.Difference) {
	key := "huying.diff_changed"
	switch {
	case d.Running == nil:
		key = "huying.diff_new"
	case d.Folder == nil:
		key = "huying.diff_retired"
	case d.Same():
		key = "huying.diff_older"
	}
	fmt.Fprintf(e.out, "%s  %s\n", d.Name, e.say(key, "open", d.Open, "older", d.Older()))
	for i := range d.Changes {
		ch := &d.Changes[i]
		key := "huying.diff_moves"
		if ch.Gone() {
			key = "huying.diff_gone"
		}
		fmt.Fprintf(e.out, "  %s  %s\n", ch.State, e.say(key, "open", ch.Open))
		if len(ch.Ends) > 0 {
			fmt.Fprintf(e.out, "    %s\n", e.say("huying.diff_ends", "what", strings.Join(ch.Ends, ", ")))
		}
		if len(ch.Owes) > 0 {
			fmt.Fprintf(e.out, "    %s\n", e.say("huying.diff_owes", "what", strings.Join(ch.Owes, ", ")))
		}
		if ch.Tried < ch.Open {
			fmt.Fprintf(e.out, "    %s\n", e.say("huying.diff_tried", "n", ch.Tried))
		}
		for _, s := range ch.Stuck {
			fmt.Fprintf(e.out, "    %s: %s\n", s.Number, e.cat.Error(e.lang, s.Why))
		}
	}
}
