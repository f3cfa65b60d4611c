package faults

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestThePackChangesUnderOpenCases: a case goes on with the procedure with which it began, a new one begins with the new, and a pack that is
// wrong changes nothing.
func TestThePackChangesUnderOpenCases(t *testing.T) {
	each(t, func(t *testing.T, d *district) {
		d.pack = filepath.Join(t.TempDir(), "district")
		if err := os.CopyFS(d.pack, os.DirFS(packDir)); err != nil {
			t.Fatal(err)
		}
		s := d.serve()
		before := d.open(s)
		s.kill()

		d.edit("within: 3 working days", "within: 5 working days")
		d.edit("by: lead, with: [note, photo], meets: repair", "by: lead, with: [note, photo, document], meets: repair")
		s = d.serve()
		after := d.open(s)
		if was, is := d.due(s, before), d.due(s, after); was >= is {
			t.Errorf("the case from before is due %s, the new one %s", was, is)
		}
		photo := d.photo(s)
		work := map[string]any{"input": map[string]any{"note": "已更换灯泡", "photo": []string{photo}}}
		if a, out := call(context.Background(), "POST", s.base+"/api/v1/cases/"+before+"/do/repaired", d.builder, "", work); a.State != "confirming" {
			t.Errorf("the case from before: %s", out)
		}
		if a, out := call(context.Background(), "POST", s.base+"/api/v1/cases/"+after+"/do/repaired", d.builder, "", work); a.status != http.StatusBadRequest {
			t.Errorf("the new case was repaired without a document: %s", out)
		}
		s.stop()

		d.edit("owed-by: lead", "owed-by: leed")
		out, err := exec.Command(bin, "serve", "--lang", "en", "--pack", d.pack, "--demo", "--database", d.database, "--files", filepath.Join(d.dir, "files"),
			"--keys", filepath.Join(d.dir, "keys"), "--listen", freeAddress(t)).CombinedOutput()
		if err == nil || !strings.Contains(string(out), "There is no party “leed”") {
			t.Errorf("%v: %s", err, out)
		}
		d.edit("owed-by: leed", "owed-by: lead")
		s = d.serve()
		if d.due(s, after) == "" {
			t.Error("the new case is gone")
		}
		s.stop()
		d.verify()
	})
}

// edit changes the procedure in one place.
func (d *district) edit(from, to string) {
	d.t.Helper()
	path := filepath.Join(d.pack, "procedures", "street-light.yaml")
	text, err := os.ReadFile(path)
	if err != nil {
		d.t.Fatal(err)
	}
	if strings.Count(string(text), from) != 1 {
		d.t.Fatalf("%q is there %d times", from, strings.Count(string(text), from))
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(text), from, to, 1)), 0o600); err != nil {
		d.t.Fatal(err)
	}
}

func (d *district) open(s *server) string {
	d.t.Helper()
	a, out := call(context.Background(), "POST", s.base+"/api/v1/cases", d.token, "", map[string]any{"procedure": "street-light",
		"form": map[string]any{"title": mine, "place": "east", "description": "门口的路灯不亮"}})
	if a.status != http.StatusCreated {
		d.t.Fatalf("status %d: %s", a.status, out)
	}
	return a.Number
}

// due is when the repair of a case is due, in text that sorts.
func (d *district) due(s *server, number string) string {
	d.t.Helper()
	_, out := call(context.Background(), "GET", s.base+"/api/v1/cases/"+number, d.token, "", nil)
	var c struct {
		Duties []struct{ Name, Due string }
	}
	if err := json.Unmarshal(out, &c); err != nil {
		d.t.Fatalf("%v: %s", err, out)
	}
	for _, x := range c.Duties {
		if x.Name == "repair" {
			return x.Due
		}
	}
	return ""
}

// photo sends a photograph and returns its name.
func (d *district) photo(s *server) string {
	d.t.Helper()
	var dot strings.Builder
	encodeDot(&dot)
	req, err := http.NewRequest("POST", s.base+"/api/v1/files", strings.NewReader(dot.String()))
	if err != nil {
		d.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+d.builder)
	req.Header.Set("Content-Type", "image/png")
	r, err := client.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	var f struct{ Hash string }
	if err := json.NewDecoder(r.Body).Decode(&f); err != nil || f.Hash == "" {
		d.t.Fatalf("status %d, %v", r.StatusCode, err)
	}
	return f.Hash
}
