package faults

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"huying/internal/store/storetest"
)

// bin is the program under test, packDir the small district that it serves.
var bin, packDir string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	storetest.OnDisk()
	dir, err := os.MkdirTemp("", "huying-faults-")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	bin, packDir = filepath.Join(dir, "huying"), filepath.Join(dir, "district")
	for _, cmd := range []*exec.Cmd{
		exec.Command("go", "build", "-o", bin, "huying/cmd/huying"), exec.Command(bin, "pack", "init", packDir),
	} {
		if out, err := cmd.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n%s", cmd, err, out)
			return 1
		}
	}
	return mainWithPostgres(m)
}

// district is a database with what belongs to it, and the servers that run on it.
type district struct {
	t        *testing.T
	database string
	dir      string // files and keys
	pack     string
	token    string // of the community's officer
	builder  string // of the bureau's clerk
}

func newDistrict(t *testing.T, database, dir string) *district {
	d := &district{t: t, database: database, dir: dir, pack: packDir}
	s := d.serve()
	d.token, d.builder = d.tokenOf("shequ"), d.tokenOf("jianshe")
	s.stop()
	return d
}

func (d *district) huying(args ...string) string {
	d.t.Helper()
	cmd := exec.Command(bin, append([]string{"--lang", "en"}, args...)...)
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	if err := cmd.Run(); err != nil {
		d.t.Fatalf("huying %s: %v\n%s%s", strings.Join(args, " "), err, out.String(), complaints.String())
	}
	return strings.TrimSpace(out.String())
}

func (d *district) tokenOf(login string) string {
	return d.huying("token", "create", login, "--database", d.database, "--name", "fault", "--scope", "cases:read,cases:write,files:write")
}

// verify has the whole database held against itself.
func (d *district) verify() {
	d.t.Helper()
	d.huying("verify", "all", "--database", d.database, "--pack", d.pack)
}

// server is a running program.
type server struct {
	t    *testing.T
	cmd  *exec.Cmd
	base string
	log  *bytes.Buffer
}

func (d *district) serve(around ...string) *server {
	d.t.Helper()
	address := freeAddress(d.t)
	args := append(around, bin, "serve", "--pack", d.pack, "--demo", "--database", d.database, "--files", filepath.Join(d.dir, "files"),
		"--keys", filepath.Join(d.dir, "keys"), "--listen", address, "--log", "text", "--log-level", "error")
	s := &server{t: d.t, cmd: exec.Command(args[0], args[1:]...), base: "http://" + address, log: &bytes.Buffer{}}
	s.cmd.Stdout, s.cmd.Stderr = io.Discard, s.log
	if err := s.cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(s.kill)
	for range 600 {
		if r, err := http.Get(s.base + "/healthz"); err == nil {
			_ = r.Body.Close()
			return s
		}
		time.Sleep(100 * time.Millisecond)
	}
	d.t.Fatalf("the server did not come up within a minute\n%s", s.log)
	return nil
}

// kill ends the program as a power cut does.
func (s *server) kill() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

// stop ends it as an operator does.
func (s *server) stop() {
	_ = s.cmd.Process.Signal(os.Interrupt)
	_ = s.cmd.Wait()
}

func freeAddress(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// answer is what came back; status 0: nothing did.
type answer struct {
	status int
	Number string `json:"number"`
	State  string `json:"state"`
	Code   string `json:"code"`
}

var client = &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}

func call(ctx context.Context, method, url, token, key string, body any) (answer, []byte) {
	data, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	req, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(data))
	if err != nil {
		panic(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	r, err := client.Do(req)
	if err != nil {
		return answer{}, nil
	}
	defer func() { _ = r.Body.Close() }()
	out, err := io.ReadAll(r.Body)
	if err != nil {
		return answer{}, nil
	}
	a := answer{status: r.StatusCode}
	var wrapped struct {
		Case *answer `json:"case"`
	}
	_ = json.Unmarshal(out, &a)
	if json.Unmarshal(out, &wrapped) == nil && wrapped.Case != nil {
		a.Number, a.State = wrapped.Case.Number, wrapped.Case.State
	}
	return a, out
}

// encodeDot writes a photograph of one dot.
func encodeDot(w io.Writer) {
	if err := png.Encode(w, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		panic(err)
	}
}
