package main

import (
	"context"
	"fmt"
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
	all, err := app.Diff(context.Background(), app.Config{Database: url, Pack: os.DirFS(c.Dir), PackName: filepath.ToSlash(filepath.Clean(c.Dir))})
	if err != nil {
		return err
	}
	same := true
	for i := range all {
		if d := &all[i]; !d.Same() || d.Older() > 0 {
			same = false
			e.difference(d)
		}
	}
	if same {
		_, err := fmt.Fprintln(e.out, e.say("huying.diff_same", "n", len(all)))
		return err
	}
	return errDiffers
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
