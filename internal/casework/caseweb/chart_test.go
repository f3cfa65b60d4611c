package caseweb

import (
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"

	"huying/internal/casework"
)

// TestArrowsPassBehindNoBox lays out every procedure of the pack: no two boxes overlap, and an arrow in a lane runs between the layers.
func TestArrowsPassBehindNoBox(t *testing.T) {
	pack := os.DirFS("../../../packs/zhuhai-gaoxin")
	open := func(path string) ([]byte, error) { return fs.ReadFile(pack, path) }
	names, err := fs.Glob(pack, "procedures/*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		data, err := open(name)
		if err != nil {
			t.Fatal(err)
		}
		p, err := casework.Read(name, data, open)
		if err != nil {
			t.Fatal(err)
		}
		checkChart(t, name, layout(p))
	}
}

func checkChart(t *testing.T, name string, c chart) {
	t.Helper()
	for i, a := range c.Boxes {
		if a.X < 0 || a.Y < 0 || a.X+a.W > c.Width || a.Y+a.H > c.Height {
			t.Errorf("%s: %s is outside the drawing", name, a.State)
		}
		for _, b := range c.Boxes[i+1:] {
			if a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H {
				t.Errorf("%s: %s lies on %s", name, a.State, b.State)
			}
		}
	}
	for _, a := range c.Arrows {
		var x1, top, out, lane, in, x2, end int
		if !a.Back {
			continue
		}
		if _, err := fmt.Sscanf(strings.NewReplacer("M", "", "V", " ", "H", " ").Replace(a.Path), "%d %d %d %d %d %d %d", &x1, &top, &out, &lane, &in, &x2, &end); err != nil {
			t.Fatalf("%s: %q: %v", name, a.Path, err)
		}
		for _, b := range c.Boxes {
			for _, y := range []int{out, in} {
				if y > b.Y && y < b.Y+b.H {
					t.Errorf("%s: the arrow from %s to %s passes behind %s", name, a.From, a.To, b.State)
				}
			}
		}
	}
}
