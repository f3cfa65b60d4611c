package main

import (
	"fmt"
	"path/filepath"

	"huying/internal/pack"
)

// packInitCmd writes a small pack to begin with.
type packInitCmd struct {
	Dir string `arg:"" help:"${help_pack_init_dir}"`
}

// Run writes the files and says what to do next.
func (c *packInitCmd) Run(e *env) error {
	files, err := pack.Init(c.Dir)
	if err != nil {
		return err
	}
	for _, f := range files {
		fmt.Fprintln(e.out, filepath.ToSlash(filepath.Join(c.Dir, f)))
	}
	fmt.Fprintln(e.err, e.say("huying.pack_begun", "dir", c.Dir))
	return nil
}
