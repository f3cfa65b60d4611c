package faults

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"huying/internal/store/storetest"
)

// TestTheDiskFillsUp: what no longer fits is refused and says so, what was acknowledged stays, reading goes on, and when there is room
// again, so does the work.
func TestTheDiskFillsUp(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		dir := smallDisk(t, "64m")
		fillUp(t, newDistrict(t, "sqlite:"+filepath.Join(dir, "huying.db"), dir), dir, "store.full", func() {})
	})
	// PostgreSQL gives up when its own log has no room, and is started again by whoever made some.
	t.Run("postgres", func(t *testing.T) {
		dir := smallDisk(t, "256m")
		t.Setenv("TMPDIR", dir)
		pg, err := storetest.StartServer()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := pg.Stop(); err != nil {
				t.Error(err)
			}
		})
		fillUp(t, newDistrict(t, pg.URL, t.TempDir()), dir, "", func() {
			if err := pg.Restart(); err != nil {
				t.Fatal(err)
			}
		})
	})
}

// fillUp fills the disk at dir under load; code is how what no longer fits is refused, if that is known, and again brings back a database
// that did not survive it.
func fillUp(t *testing.T, d *district, dir, code string, again func()) {
	s := d.serve()
	c := newCrowd(t, d.token, func(int) string { return s.base })
	c.until(100)
	filler := filepath.Join(dir, "filler")
	fill(t, filler)
	waitForRefusal(t, d, s, code)
	if a, _ := call(context.Background(), "GET", s.base+"/api/v1/procedures", d.token, "", nil); code != "" && a.status != http.StatusOK {
		t.Errorf("reading: status %d", a.status)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	again()
	c.until(100)
	c.goHome()
	c.find(s.base)
	s.stop()
	d.verify()
}

// smallDisk is a file system of some size, in memory. It takes root, or sudo that asks nothing.
func smallDisk(t *testing.T, size string) string {
	dir, err := os.MkdirTemp("", "huying-disk-") // not the test's own folder, into which PostgreSQL's user may not look
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Remove(dir) })
	root := func(args ...string) ([]byte, error) {
		if os.Geteuid() != 0 {
			args = append([]string{"sudo", "-n"}, args...)
		}
		return exec.Command(args[0], args[1:]...).CombinedOutput()
	}
	if out, err := root("mount", "-t", "tmpfs", "-o", "mode=1777,size="+size, "tmpfs", dir); err != nil {
		t.Fatalf("%v: %s\nA small file system cannot be mounted here. Run the tests as root, or in a container that may mount.", err, out)
	}
	t.Cleanup(func() {
		if out, err := root("umount", "-l", dir); err != nil {
			t.Errorf("%v: %s", err, out)
		}
	})
	return dir
}

// fill writes until nothing more fits.
func fill(t *testing.T, path string) {
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	block := make([]byte, 64<<10)
	for {
		if _, err := f.Write(block); err != nil {
			return
		}
	}
}

// waitForRefusal waits until an opening is refused for want of room: as long as the pages of the database have some, a few still fit.
func waitForRefusal(t *testing.T, d *district, s *server, code string) {
	for range 200 {
		a, out := call(context.Background(), "POST", s.base+"/api/v1/cases", d.token, "", map[string]any{"procedure": "street-light",
			"form": map[string]any{"title": "磁盘满了", "place": "east", "description": "磁盘快满的时候"}})
		switch a.status {
		case http.StatusCreated, 0:
		case http.StatusServiceUnavailable:
			if code != "" && a.Code != code {
				t.Errorf("refused as %s: %s", a.Code, out)
			}
			return
		default:
			t.Fatalf("status %d: %s", a.status, out)
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("two hundred openings still fitted on a full disk")
}
