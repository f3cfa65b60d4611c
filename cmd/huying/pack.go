package main

import (
	"fmt"
	"os"
	"path/filepath"

	"huying/internal/app"
)

// packCmd works on district packs.
type packCmd struct {
	Check packCheckCmd `cmd:"" help:"${help_pack_check}"`
	Diff  packDiffCmd  `cmd:"" help:"${help_pack_diff}"`
	Load  packLoadCmd  `cmd:"" help:"${help_pack_load}"`
	Init  packInitCmd  `cmd:"" help:"${help_pack_init}"`
}

// packCheckCmd checks a pack as the server does before it uses one, its report included. It needs no server and no database.
type packCheckCmd struct {
	Dir string `arg:"" help:"${help_pack_dir}"`
}

// Run prints what the pack holds, or every finding with its file, its line and the lines around it.
func (c *packCheckCmd) Run(e *env) error {
	dir := filepath.ToSlash(filepath.Clean(c.Dir))
	p, err := app.CheckPack(os.DirFS(c.Dir), dir)
	if err != nil {
		return err
	}
	kinds := map[string]int{}
	for _, pl := range p.Places {
		kinds[pl.Kind]++
	}
	accounts := 0
	if p.Demonstration != nil {
		accounts = len(p.Demonstration.Accounts)
	}
	_, err = fmt.Fprintln(e.out, e.say("huying.pack_sound", "key", p.Key, "name", e.inLang(p.Name), "towns", kinds["town"], "communities", kinds["community"],
		"cells", kinds["cell"], "units", len(p.Units), "accounts", accounts, "year", p.Report.Year, "records", p.Records, "procedures", len(p.Procedures),
		"drills", p.Drills))
	return err
}
