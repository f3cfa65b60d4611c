package ledgerweb_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"huying/internal/clock"
	"huying/internal/i18n"
	"huying/internal/ledger"
	"huying/internal/ledger/ledgerweb"
	"huying/internal/store"
	"huying/internal/store/storetest"
	"huying/internal/web"
	"huying/internal/web/webtest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

var ctx = context.Background()

const origin = "huying/test"

type site struct {
	*webtest.Visitor
	log *ledger.Log
	db  *store.DB
}

// newSite serves a log of n entries.
func newSite(t *testing.T, db *store.DB, n int) *site {
	t.Helper()
	seed := sha256.Sum256([]byte("one"))
	log, err := ledger.Open(ctx, db, ledger.KeyOf(ed25519.NewKeyFromSeed(seed[:])), origin, clock.NewHand(webtest.Noon).Security())
	if err != nil {
		t.Fatal(err)
	}
	s := &site{log: log, db: db}
	s.add(t, 0, n)
	texts := webtest.Texts(t, ledger.Locales, ledgerweb.Locales, store.Locales)
	s.Visitor = webtest.New(t, web.Options{Texts: texts, Footer: ledgerweb.Nav}, ledgerweb.Routes(log)...).As(t, nil)
	return s
}

func (s *site) add(t *testing.T, from, n int) {
	t.Helper()
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		for i := range n {
			if err := s.log.Append(ctx, tx, fmt.Sprintf("case/%04d", from+i), fmt.Appendf(nil, "%d", i)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.log.Sequence(ctx); err != nil {
		t.Fatal(err)
	}
}

func (s *site) vkey(t *testing.T) string {
	t.Helper()
	p := s.Get("/ledger/key")
	if p.Status != 200 || !strings.HasPrefix(p.Header.Get("Content-Type"), "text/plain") {
		t.Fatalf("the key: %d %s", p.Status, p.Header)
	}
	first, _, _ := strings.Cut(p.Body, "\n")
	return first
}

// remote reads tiles as a monitor does: over HTTP, by their names.
type remote struct {
	t *testing.T
	s *site
}

func (remote) Height() int                     { return 8 }
func (remote) SaveTiles([]tlog.Tile, [][]byte) {}

func (r remote) ReadTiles(tiles []tlog.Tile) (data [][]byte, err error) {
	for _, tile := range tiles {
		p := r.s.Get("/ledger/" + strings.Replace(tile.Path(), "tile/8/", "tile/", 1))
		if p.Status != 200 || p.Header.Get("Content-Type") != "application/octet-stream" {
			return nil, fmt.Errorf("%s: status %d", tile.Path(), p.Status)
		}
		if kept := p.Header.Get("Cache-Control"); strings.Contains(kept, "immutable") != (tile.W == 256) || !strings.HasPrefix(kept, "public") {
			r.t.Errorf("%s is kept as %q", tile.Path(), kept)
		}
		data = append(data, []byte(p.Body))
	}
	return data, nil
}

func TestAMonitorFollowsTheLog(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db, 600)
		v, err := note.NewVerifier(s.vkey(t))
		if err != nil {
			t.Fatal(err)
		}
		p := s.Get("/ledger/checkpoint")
		n, err := note.Open([]byte(p.Body), note.VerifierList(v))
		if err != nil || p.Header.Get("Content-Type") != "text/plain; charset=utf-8" || p.Header.Get("Cache-Control") != "no-cache" {
			t.Fatalf("%v, %v", err, p.Header)
		}
		var name, root string
		var tree tlog.Tree
		if _, err := fmt.Sscanf(n.Text, "%s\n%d\n%s\n", &name, &tree.N, &root); err != nil || name != origin || tree.N != 600 {
			t.Fatalf("%v in %s", err, n.Text)
		}
		if tree.Hash, err = tlog.ParseHash(root); err != nil {
			t.Fatal(err)
		}
		reader := tlog.TileHashReader(tree, remote{t, s})
		for i, e := range bundles(t, s, 600) {
			h, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, int64(i))})
			if err != nil || h[0] != tlog.RecordHash(e) {
				t.Fatalf("entry %d: %v", i, err)
			}
		}
	}, ledger.Schema)
}

func bundles(t *testing.T, s *site, size int) (entries [][]byte) {
	t.Helper()
	for n := 0; n*256 < size; n++ {
		path := fmt.Sprintf("/ledger/tile/entries/%03d", n)
		if w := size - n*256; w < 256 {
			path += fmt.Sprintf(".p/%d", w)
		}
		body := []byte(s.Get(path).Body)
		for len(body) > 2 {
			l := int(binary.BigEndian.Uint16(body))
			entries = append(entries, body[2:2+l])
			body = body[2+l:]
		}
	}
	if len(entries) != size {
		t.Fatalf("%d entries in the bundles", len(entries))
	}
	return entries
}

func TestWhichTilesThereAre(t *testing.T) {
	s := newSite(t, storetest.SQLite(t, ledger.Schema), 600)
	for path, want := range map[string]int{
		"0/000": 8192, "0/001": 8192, "0/002.p/88": 88 * 32, "0/002.p/1": 32, "0/001.p/9": 9 * 32, "1/000.p/2": 64, "entries/000": 256 * 34, "entries/002.p/88": 88 * 34,
		"0/002": 0, "0/002.p/89": 0, "0/002.p/0": 0, "0/002.p/256": 0, "0/003.p/1": 0, "1/000": 0, "1/000.p/3": 0, "2/000.p/1": 0, "63/000.p/1": 0, "64/000": 0, "-1/000": 0,
		"0/0": 0, "0/x000/000": 0, "00/000": 0, "data/000": 0, "0/000.p/08": 0, "0/../1": 0, "0/x999/x999/x999/x999/x999/x999/x999/999": 0, "entries/003": 0, "x/000": 0, "0/": 0,
	} {
		p := s.Do("GET", "/ledger/tile/"+path, "", nil)
		if want == 0 && (p.Status == 200 || p.Status >= 500) || want > 0 && (p.Status != 200 || len(p.Body) != want) {
			t.Errorf("%s: status %d, %d bytes", path, p.Status, len(p.Body))
		}
	}
}

func TestThePageOfTheLog(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db, 0)
		empty := s.Get("/ledger")
		if empty.Status != 200 || !strings.Contains(empty.Text(), "0 条") || len(empty.All("input", "name", "entry")) != 0 {
			t.Errorf("an empty log: %d %s", empty.Status, empty.Text())
		}
		kept, err := s.log.Checkpoint(ctx)
		if err != nil {
			t.Fatal(err)
		}
		s.add(t, 0, 40)
		kept40, err := s.log.Checkpoint(ctx)
		if err != nil {
			t.Fatal(err)
		}
		s.add(t, 40, 1960)
		s.Get("/?lang=en")
		p := s.Get("/ledger")
		for _, want := range []string{"2,000 entries", origin, "Fri 19 Nov 2021, 12:00", s.vkey(t)} {
			if !strings.Contains(p.Text(), want) {
				t.Errorf("the page does not say %q: %s", want, p.Text())
			}
		}
		for _, tt := range []struct {
			name, field, value string
			status             int
			says               string
		}{
			{"an entry", "entry", "1,234", 200, "Entry 1,234"},
			{"the first", "entry", "0", 200, "Entry 0"},
			{"the last", "entry", "1999", 200, "Entry 1,999"},
			{"one behind the end", "entry", "2000", 422, "a number from 0 to 1999"},
			{"no number", "entry", "first", 422, "whole number"},
			{"a kept checkpoint", "checkpoint", kept40, 200, "The 40 entries of then"},
			{"one from a form", "checkpoint", strings.ReplaceAll(kept40, "\n", "\r\n"), 200, "It has grown to 2,000"},
			{"the first checkpoint", "checkpoint", kept, 200, "The 0 entries of then"},
			{"a checkpoint that was changed", "checkpoint", strings.Replace(kept40, "\n40\n", "\n41\n", 1), 422, "not a checkpoint that this log signed"},
			{"no checkpoint", "checkpoint", "hello", 422, "not a checkpoint that this log signed"},
			{"nothing", "checkpoint", " ", 200, "The public log"},
		} {
			p := s.Get("/ledger?" + url.Values{tt.field: {tt.value}}.Encode())
			if p.Status != tt.status || !strings.Contains(p.Text(), tt.says) {
				t.Errorf("%s: status %d: %s", tt.name, p.Status, p.Text())
			}
		}
	}, ledger.Schema)
}

func TestThePageSaysThatThePastWasRewritten(t *testing.T) {
	s := newSite(t, storetest.SQLite(t, ledger.Schema), 0)
	first, err := s.log.Checkpoint(ctx)
	if err != nil {
		t.Fatal(err)
	}
	s.add(t, 0, 5)
	kept, err := s.log.Checkpoint(ctx)
	if err != nil {
		t.Fatal(err)
	}
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		for _, q := range []string{"DELETE FROM ledger_leaf", "DELETE FROM ledger_tile", "UPDATE ledger_state SET checkpoint = '" + first + "'"} {
			if _, err := tx.Exec(ctx, q); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s.add(t, 0, 7)
	p := s.Get("/ledger?" + url.Values{"checkpoint": {kept}}.Encode())
	if alert := webtest.Text(p.One("div", "role", "alert")); p.Status != 200 || !strings.Contains(alert, "日志被改动过") {
		t.Errorf("%d %s", p.Status, alert)
	}
}

var (
	oneScript = regexp.MustCompile(`(?s)<script>(.*?)</script>`)
	oneStyle  = regexp.MustCompile(`(?s)<style>(.*?)</style>`)
)

func TestThePageThatChecksStandsAlone(t *testing.T) {
	s := newSite(t, storetest.SQLite(t, ledger.Schema), 1)
	p := s.Get("/ledger/verify.html")
	if p.Status != 200 || p.Header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Fatalf("%d %v", p.Status, p.Header)
	}
	sent := p.Header.Get("Content-Security-Policy")
	meta, _ := webtest.Attr(p.One("meta", "http-equiv", "Content-Security-Policy"), "content")
	for _, re := range []*regexp.Regexp{oneScript, oneStyle} {
		found := re.FindAllStringSubmatch(p.Body, -1)
		if len(found) != 1 {
			t.Fatalf("%d of %s", len(found), re)
		}
		sum := sha256.Sum256([]byte(found[0][1]))
		if hash := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(sent, hash) || !strings.Contains(meta, hash) {
			t.Errorf("the policy does not let the page's own %s be: %s", re, hash)
		}
	}
	if sent != meta+"; frame-ancestors 'none'" || !strings.HasPrefix(sent, "default-src 'none';") || strings.Contains(sent, "unsafe") {
		t.Errorf("policy %q", sent)
	}
	for _, attr := range []string{"src", "href", "style", "onclick", "action"} {
		if n := len(p.All("", attr, "*")); n > 0 {
			t.Errorf("%d attributes %s", n, attr)
		}
	}
	var log struct {
		Keys []string
		Lang string
	}
	if err := json.Unmarshal([]byte(webtest.Text(p.One("script", "id", "log"))), &log); err != nil || len(log.Keys) != 1 || log.Keys[0] != s.vkey(t) || log.Lang != string(i18n.ZH) {
		t.Errorf("%+v, %v", log, err)
	}
	if saved := s.Get("/ledger/verify.html?save=1"); !strings.HasPrefix(saved.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("%v", saved.Header)
	}
}

// The page is built by node and stands in the repository. It names a hash of its sources, as web/verify.mjs computes it.
func TestThePageThatChecksIsBuiltFromItsSources(t *testing.T) {
	const root = "../../../web/"
	files, err := filepath.Glob(root + "src/verify/*")
	if err != nil || len(files) != 5 {
		t.Fatalf("%v, %v", files, err)
	}
	var all bytes.Buffer
	for _, f := range files { // in the order of their names
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&all, "%s\n%s", filepath.Base(f), data)
	}
	var pkg struct{ Dependencies map[string]string }
	data, err := os.ReadFile(root + "package.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &pkg); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"@noble/ed25519", "@noble/hashes"} {
		fmt.Fprintf(&all, "%s %s\n", name, pkg.Dependencies[name])
	}
	page, err := os.ReadFile("verify.html")
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(all.Bytes())
	if !strings.Contains(string(page), `<meta name="sources" content="`+hex.EncodeToString(sum[:])+`">`) {
		t.Error("verify.html was not built from its sources: run make build, and commit it")
	}
}

func TestEverybodyMayCome(t *testing.T) {
	for _, rt := range ledgerweb.Routes(nil) {
		if !rt.Need.Public() {
			t.Errorf("%s is not public", rt.Pattern)
		}
	}
	if d := ledger.Deadline; d != time.Minute {
		t.Errorf("the page promises %v", d)
	}
}
