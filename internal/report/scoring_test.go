package report

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestScoring writes what the reader makes of a folder of texts, one JSONL file each, for a scorer outside the repository.
// It runs when HUYING_READ names the texts (a colon between folders) and HUYING_PREDICT the folder to write to.
func TestScoring(t *testing.T) {
	in, out := os.Getenv("HUYING_READ"), os.Getenv("HUYING_PREDICT")
	if in == "" || out == "" {
		return
	}
	for _, dir := range strings.Split(in, ":") {
		files, err := filepath.Glob(filepath.Join(dir, "*.txt"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			src, err := Decode(filepath.Base(name), b)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			rd, err := Read(src)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			f, err := os.Create(filepath.Join(out, strings.TrimSuffix(filepath.Base(name), ".txt")+".jsonl"))
			if err != nil {
				t.Fatal(err)
			}
			if err := WriteJSONL(f, rd); err != nil {
				t.Fatal(err)
			}
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
			n := map[string]int{}
			for _, r := range rd.Records {
				k := string(r.Kind)
				if r.Value == "" {
					k += "-"
				}
				n[k]++
			}
			fmt.Printf("%-28s year %d target %d/%d task %d/%d livelihood %d/%d result %d unparsed %d\n", filepath.Base(name), rd.Year, n["target"], n["target-"], n["task"], n["task-"], n["livelihood"], n["livelihood-"], n["result"], len(rd.Unparsed))
		}
	}
}
