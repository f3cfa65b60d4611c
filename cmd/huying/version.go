package main

import (
	"fmt"
	"runtime/debug"
)

// versionCmd prints what was built, from what.
type versionCmd struct{}

// Run prints one line: the version, the commit if it is known, and Go's version.
func (versionCmd) Run(e *env) error {
	version, commit, golang := "(devel)", "", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		golang = info.GoVersion
		if v := info.Main.Version; v != "" {
			version = v
		}
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				commit = " " + s.Value[:12]
			}
		}
	}
	_, err := fmt.Fprintf(e.out, "huying %s%s %s\n", version, commit, golang)
	return err
}
