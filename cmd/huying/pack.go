package main

import (
	"fmt"
	"os"
	"path/filepath"

	"huying/internal/errs"
	"huying/internal/pack"
	"huying/internal/report"
)

// packCmd works on district packs.
type packCmd struct {
	Check packCheckCmd `cmd:"" help:"${help_pack_check}"`
}

// packCheckCmd checks a pack as the server does before it uses one, its report included. It needs no server and no database.
type packCheckCmd struct {
	Dir string `arg:"" help:"${help_pack_dir}"`
}

// Run prints what the pack holds, or every finding with its file, its line and the lines around it.
func (c *packCheckCmd) Run(e *env) error {
	p, err := pack.Load(os.DirFS(c.Dir), filepath.ToSlash(filepath.Clean(c.Dir)))
	if err != nil {
		return err
	}
	file := filepath.Join(c.Dir, p.Report.File)
	src, err := report.Decode(p.Report.File, p.ReportText)
	if err != nil {
		return at(file, err)
	}
	rd, err := report.Read(src)
	if err != nil {
		return at(file, err)
	}
	if rd.Year != p.Report.Year {
		return errs.New(errs.Invalid, "huying.pack_other_year", "said", p.Report.Year, "found", rd.Year).At(file)
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
		"cells", kinds["cell"], "units", len(p.Units), "accounts", accounts, "year", rd.Year, "records", len(rd.Records)))
	return err
}
