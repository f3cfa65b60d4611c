package app

import (
	"context"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"huying/internal/identity"
	"huying/internal/store"
	"huying/internal/store/storetest"
	"huying/internal/web/webtest"
)

func TestMain(m *testing.M) {
	passwordCost = identity.Params{Memory: 64, Passes: 1, Threads: 1}
	debug.SetGCPercent(400) // each test leaves its districts behind
	if dir := os.Getenv(playIn); dir != "" {
		os.Exit(playUntilKilled(dir))
	}
	if os.Getenv(sweeperEnv) != "" {
		os.Exit(sweeperMain())
	}
	storetest.Main(m)
}

var ctx = context.Background()

const (
	packDir  = "../../packs/zhuhai-gaoxin"
	password = "huying-demo-2021"
)

// configIn is a demonstration of the real pack in a folder.
func configIn(dir, database string) Config {
	return Config{Database: database, Files: filepath.Join(dir, "files"), Pack: os.DirFS(packDir), PackName: packDir, Demo: true,
		Log: slog.New(slog.DiscardHandler), Assets: webtest.Assets()}
}

func sqliteIn(dir string) string { return "sqlite:" + filepath.Join(dir, "huying.db") }

func openWith(t testing.TB, cfg Config) *App {
	t.Helper()
	a, err := Open(ctx, cfg)
	if err != nil {
		t.Fatal(a.Texts().Error("en", err), err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

// played is the folder of one demonstration, kept in memory, so that each test has a copy to do with what it likes.
var played = sync.OnceValues(func() (fstest.MapFS, error) {
	dir, err := os.MkdirTemp("", "huying-app")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }() // in the system's own folder of what may be lost
	a, err := Open(ctx, configIn(dir, sqliteIn(dir)))
	if err != nil {
		return nil, err
	}
	if err := a.Close(); err != nil {
		return nil, err
	}
	all := fstest.MapFS{}
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		data, err := os.ReadFile(path)
		all[filepath.ToSlash(name)] = &fstest.MapFile{Data: data, Mode: 0o640}
		return err
	})
	return all, err
})

// demonstration opens a copy of the played demonstration.
func demonstration(t testing.TB) *App {
	t.Helper()
	all, err := played()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, all); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"ledger.key", "vault.key"} { // a copy may be read by others, and such a key is not used
		if err := os.Chmod(filepath.Join(dir, "keys", key), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return openWith(t, configIn(dir, sqliteIn(dir)))
}

// visitor is somebody with a browser without scripts.
type visitor struct {
	t    testing.TB
	base string
	http *http.Client
}

// serve serves an app for visitors.
func serve(t testing.TB, a *App) string {
	t.Helper()
	s := httptest.NewServer(a.site.Handler())
	t.Cleanup(s.Close)
	return s.URL
}

// visit is somebody who signs in as login, or does not when it is empty.
func visit(t testing.TB, base, login string) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	v := &visitor{t, base, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	if login != "" {
		status, _ := v.do("POST", "/sign-in", url.Values{"login": {login}, "password": {password}})
		if status != http.StatusSeeOther {
			t.Fatalf("%s could not sign in: %d", login, status)
		}
	}
	return v
}

// do returns the status and the page; of a redirect, where it leads.
func (v *visitor) do(method, path string, form url.Values) (int, string) {
	v.t.Helper()
	req, err := http.NewRequestWithContext(ctx, method, v.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	req.Header.Set("Accept", "text/html")
	if method == "POST" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	res, err := v.http.Do(req)
	if err != nil {
		v.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }() // read to its end
	body, err := io.ReadAll(res.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	if to := res.Header.Get("Location"); to != "" {
		return res.StatusCode, to
	}
	return res.StatusCode, string(body)
}

func (v *visitor) get(path string) (int, string) { return v.do("GET", path, nil) }

// countOf counts rows.
func countOf(t testing.TB, db *store.DB, query string) (n int) {
	t.Helper()
	if err := db.Read(ctx, func(tx *store.Tx) error { return tx.Scan(ctx, query, nil, &n) }); err != nil {
		t.Fatal(err)
	}
	return n
}
