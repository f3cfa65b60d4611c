package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"huying/internal/app"
	"huying/internal/errs"
)

// eraseCmd erases a person at the server itself, and tells whom to erase again after an older backup was restored.
type eraseCmd struct {
	databaseFlag
	Pack   string `default:"packs/zhuhai-gaoxin" env:"HUYING_PACK" placeholder:"DIR" help:"${help_serve_pack}"`
	Who    string `arg:"" optional:"" help:"${help_erase_who}"`
	Reason string `placeholder:"TEXT" help:"${help_erase_reason}"`
	Yes    bool   `help:"${help_verify_yes}"`
	List   bool   `help:"${help_erase_list}"`
}

// Run says what is kept of the person, asks, and erases them.
func (c *eraseCmd) Run(e *env) (err error) {
	if c.List == (c.Who != "") || c.Who != "" && c.Reason == "" {
		return usageError{errs.New(errs.Invalid, "huying.erase_usage")}
	}
	url, err := c.url()
	if err != nil {
		return err
	}
	ctx := context.Background()
	p, err := app.OpenEraser(ctx, app.Config{Database: url, Pack: os.DirFS(c.Pack), PackName: filepath.ToSlash(filepath.Clean(c.Pack))})
	if p != nil {
		defer func() { err = errors.Join(err, p.Close()) }()
	}
	if err != nil {
		return err
	}
	if c.List {
		lines, err := p.List(ctx)
		for _, line := range lines {
			fmt.Fprintln(e.out, line)
		}
		return err
	}
	return c.erase(ctx, e, p)
}

func (c *eraseCmd) erase(ctx context.Context, e *env, p *app.Eraser) error {
	found, err := p.Find(ctx, c.Who)
	if err != nil {
		return err
	}
	for _, x := range found.Holdings {
		fmt.Fprintln(e.err, e.say("huying.erase_kept", "purpose", x.Purpose, "n", x.N))
	}
	if found.Erased {
		fmt.Fprintln(e.err, e.say("huying.erase_already", "who", c.Who))
	}
	if !c.Yes && !e.confirmed(e.say("huying.erase_ask", "who", c.Who)) {
		return errs.New(errs.Conflict, "huying.erase_not")
	}
	if err := p.Erase(ctx, c.Who, c.Reason); err != nil {
		return err
	}
	fmt.Fprintln(e.err, e.say("huying.erase_done", "who", c.Who))
	return nil
}
