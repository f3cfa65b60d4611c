package main

import (
	"context"
	"fmt"

	"huying/internal/app"
	"huying/internal/errs"
)

// ledgerCmd keeps the keys of the ledger.
type ledgerCmd struct {
	Rotate ledgerRotateCmd `cmd:"" help:"${help_ledger_rotate}"`
}

// ledgerRotateCmd replaces the key that signs.
type ledgerRotateCmd struct {
	databaseFlag
	Files string `default:"./data/files" env:"HUYING_FILES" placeholder:"DIR" help:"${help_serve_files}"`
	Keys  string `env:"HUYING_KEYS" placeholder:"DIR" help:"${help_serve_keys}"`
	Lost  bool   `help:"${help_ledger_lost}"`
	Yes   bool   `help:"${help_verify_yes}"`
}

// Run asks whether every server is stopped, and replaces the key. The new key's id goes to the standard output.
func (c *ledgerRotateCmd) Run(e *env) error {
	url, err := c.url()
	if err != nil {
		return err
	}
	if !c.Yes && !e.confirmed(e.say("huying.rotate_ask")) {
		return errs.New(errs.Conflict, "huying.rotate_not")
	}
	r, err := app.RotateLedger(context.Background(), app.Config{Database: url, Files: c.Files, Keys: c.Keys}, c.Lost)
	if err != nil {
		return err
	}
	if r.OldFile != "" {
		fmt.Fprintln(e.err, e.say("huying.rotate_old", "file", r.OldFile))
	}
	fmt.Fprintln(e.err, e.say("huying.rotated", "old", r.Old, "new", r.New))
	_, err = fmt.Fprintln(e.out, r.New)
	return err
}
