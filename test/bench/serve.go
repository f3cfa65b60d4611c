package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"syscall"
	"time"
)

// server is bin/huying on a demonstration.
type server struct {
	cmd *exec.Cmd
	url string
}

var address = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

// start starts the server and returns when it says that it is ready.
func start(ctx context.Context, database, files string) (*server, error) {
	cmd := exec.CommandContext(ctx, "bin/huying", "serve", "--demo", "--database", database, "--files", files, "--listen", "127.0.0.1:0", "--log-level", "error")
	cmd.Stderr = io.Discard
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if url := address.FindString(lines.Text()); url != "" {
			go func() { _, _ = io.Copy(io.Discard, out) }() // what else it has to say
			return &server{cmd, url}, nil
		}
	}
	return nil, fmt.Errorf("the server ended before it was ready: %w", cmd.Wait())
}

func (s *server) stop() error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return s.cmd.Wait()
}

// get fetches a page as a browser does, compressed, and returns it with how many bytes went over the wire.
func (s *server) get(path string) (body []byte, err error) {
	req, err := http.NewRequest(http.MethodGet, s.url+path, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "text/html")
	req.Header.Set("Accept-Encoding", "br")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }() // read to its end
	if body, err = io.ReadAll(res.Body); err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", path, res.Status)
	}
	return body, err
}

// pages are what a resident opens.
var pages = []struct{ path, name string }{
	{"/", "the front page"}, {"/promises", "the list"}, {"/promises/2021-001", "a promise"}, {"/report", "the report"},
	{"/matters", "the livelihood matters"}, {"/counting", "the counts"}, {"/picture", "the picture"},
}

// serving measures a server: the first start, a later one, memory, weight and speed of pages.
func serving(ctx context.Context, dir string) ([]row, error) {
	begun := time.Now()
	s, err := start(ctx, "sqlite:"+filepath.Join(dir, "huying.db"), filepath.Join(dir, "files"))
	if err != nil {
		return nil, err
	}
	rows := []row{{work: "prepare the demonstration: report read, entered, a year played", measured: time.Since(begun).Seconds(), unit: "s"}}
	if err := s.stop(); err != nil {
		return nil, err
	}
	begun = time.Now()
	if s, err = start(ctx, "sqlite:"+filepath.Join(dir, "huying.db"), filepath.Join(dir, "files")); err != nil {
		return nil, err
	}
	if _, err := s.get("/"); err != nil {
		return nil, err
	}
	rows = append(rows, row{work: "start to first page", measured: time.Since(begun).Seconds(), budget: 1, unit: "s"})
	fmt.Fprintln(os.Stderr, "idle memory …")
	time.Sleep(10 * time.Second)
	mb, err := rss(s.cmd.Process.Pid)
	if err != nil {
		return nil, err
	}
	rows = append(rows, row{work: "idle memory with the demonstration", measured: mb, budget: 120, unit: "MB"})
	drawn, err := s.pages()
	if err != nil {
		return nil, err
	}
	return append(rows, drawn...), s.stop()
}

var asset = regexp.MustCompile(`/assets/[a-z]+-[0-9a-f]+\.(?:css|js|svg)`)

// pages measures each page: its weight on a first visit, with style sheet, script and icon, and how long the server takes.
func (s *server) pages() (rows []row, err error) {
	plain, err := s.plain("/")
	if err != nil {
		return nil, err
	}
	shared := 0
	names := asset.FindAllString(plain, -1)
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		body, err := s.get(name)
		if err != nil {
			return nil, err
		}
		shared += len(body)
	}
	for _, p := range pages {
		fmt.Fprintln(os.Stderr, p.path, "…")
		var body []byte
		times := make([]float64, 300)
		for i := range times {
			begun := time.Now()
			if body, err = s.get(p.path); err != nil {
				return nil, err
			}
			times[i] = float64(time.Since(begun).Microseconds()) / 1000
		}
		slices.Sort(times)
		rows = append(rows, row{work: p.name + ", first visit over the wire", measured: float64(len(body)+shared) / 1000, budget: 60, unit: "kB"},
			row{work: p.name + ", p99 of " + fmt.Sprint(len(times)), measured: times[len(times)*99/100], budget: 50, unit: "ms"})
	}
	return rows, nil
}

// plain fetches a page as text.
func (s *server) plain(path string) (string, error) {
	res, err := http.Get(s.url + path)
	if err != nil {
		return "", err
	}
	defer func() { _ = res.Body.Close() }() // read to its end
	var b bytes.Buffer
	_, err = b.ReadFrom(res.Body)
	return b.String(), err
}
