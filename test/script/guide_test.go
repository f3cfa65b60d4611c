package script

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var block = regexp.MustCompile("(?s)```[a-z]*\n(.*?)```")

// TestTheGuideLeadsToAMechanism does what docs/mechanism.md says, block by block, in an empty folder, and sees what it shows.
func TestTheGuideLeadsToAMechanism(t *testing.T) {
	text, err := os.ReadFile("../../docs/mechanism.md")
	if err != nil {
		t.Fatal(err)
	}
	g := &guide{t: t, dir: t.TempDir()}
	for _, m := range block.FindAllStringSubmatch(string(text), -1) {
		g.blocks = append(g.blocks, m[1])
	}

	g.says(0, g.run(0, "pack", "init", "my-district"))
	g.run(0, "pack", "check", "my-district")
	g.write(t, "schema/noise.json", g.blocks[1])
	procedure := g.blocks[2]
	g.write(t, "procedures/noise.yaml", procedure)
	g.says(3, g.run(3, "pack", "check", "my-district"))

	procedure = g.change(procedure, "missed: to solved", "missed: to unconfirmed")
	solved := "  solved: {title: {zh: 已解决, en: Solved}, ends: solved}\n"
	procedure = g.change(procedure, solved, solved+g.blocks[4])
	g.write(t, "procedures/noise.yaml", procedure)
	g.run(0, "pack", "check", "my-district")

	drill := g.blocks[5]
	g.write(t, "drills/noise.yaml", drill)
	g.run(0, "drill", "my-district", "--only", "noise")
	g.says(7, g.run(1, "drill", "my-district", "--only", "noise", "--mutate"))

	drill = g.change(drill, lineWith(t, drill, "does: decline"), g.blocks[8])
	town := lineWith(t, drill, "  town:")
	drill = g.change(drill, town, town+g.blocks[9]) + "\n" + g.blocks[10]
	g.write(t, "drills/noise.yaml", drill)
	g.run(0, "drill", "my-district", "--only", "noise", "--mutate")
	g.write(t, "procedures/noise.yaml", procedure+g.blocks[11])
	g.run(0, "drill", "my-district")
}

type guide struct {
	t      *testing.T
	dir    string
	blocks []string
}

// run runs huying, which must end with a status, and returns what it said.
func (g *guide) run(status int, args ...string) string {
	g.t.Helper()
	cmd := exec.Command(filepath.Join(bin, "huying"), append([]string{"--lang", "en"}, args...)...)
	cmd.Dir = g.dir
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != status {
		g.t.Fatalf("huying %s: %v, want status %d\n%s", strings.Join(args, " "), err, status, out)
	}
	return string(out)
}

// counts stand for any numbers: a further check, or a further way to weaken a line, changes how many mutants there are.
var counts = regexp.MustCompile(`\d+(\.\d+)?|  +`)

// says holds that a command said each line that a block of the guide shows of it, whatever its counts.
func (g *guide) says(at int, out string) {
	g.t.Helper()
	commands, out := 0, counts.ReplaceAllString(out, "0")
	for line := range strings.Lines(g.blocks[at]) {
		line = strings.TrimRight(line, "\n")
		if strings.HasPrefix(line, "$ ") {
			commands++
		} else if commands == 1 && line != "…" && !strings.Contains(out, counts.ReplaceAllString(line, "0")) {
			g.t.Errorf("the guide shows\n%s\nand the command says\n%s", line, out)
		}
	}
}

func (g *guide) write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(g.dir, "my-district", name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (g *guide) change(text, from, to string) string {
	g.t.Helper()
	if strings.Count(text, from) != 1 {
		g.t.Fatalf("%q stands there %d times", from, strings.Count(text, from))
	}
	return strings.Replace(text, from, to, 1)
}

func lineWith(t *testing.T, text, part string) string {
	t.Helper()
	for line := range strings.Lines(text) {
		if strings.Contains(line, part) {
			return line
		}
	}
	t.Fatalf("no line has %q", part)
	return ""
}
