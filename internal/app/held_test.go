package app

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"huying/internal/calendar"
	"huying/internal/casework"
	"huying/internal/clock"
	"huying/internal/edge/orders"
	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/store"
	"huying/internal/store/storetest"
	"huying/internal/web/webtest"
	"huying/internal/webhook"
)

const peerSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// metro is another system that may send orders.
const metro = `
  - key: metro
    name: {zh: 地铁公司, en: Metro}
    sends:
      - procedure: hotline
        categories: {"1": road}
        form: {title: title, text: description, category: category, place: place, files: files}
        tells: {replied: answered}

  - key: city
`

// server starts a server of the real pack that is connected to the hotline and to a peer that the pack does not have yet.
func server(t *testing.T, url, dir string, folder fstest.MapFS) *App {
	t.Helper()
	link := orders.Link{URL: "https://other.example.cn/", Secret: peerSecret}
	return openWith(t, Config{Database: url, Files: filepath.Join(dir, "files"), Pack: folder, PackName: "pack", Log: slog.New(slog.DiscardHandler),
		Assets: webtest.Assets(), Peers: map[string]PeerLink{"hotline": link, "metro": link}})
}

// ordered sends a server an order of a peer, signed, and returns the case that it became.
func ordered(a *App, peer, number, category string) (c *casework.Case, err error) {
	body := fmt.Sprintf(`{"type":"order","from":%q,"to":"zhuhai-gaoxin","number":%q,"order":{"title":"路面塌陷","text":"一平方米","category":%q,"place":"tangjiawan"}}`,
		peer, number, category)
	answer, err := fromPeer(a, peer, peer+number, body)
	if err != nil {
		return nil, err
	}
	var r orders.Receipt
	if err := json.Unmarshal(answer, &r); err != nil {
		return nil, err
	}
	err = a.db.Read(ctx, func(tx *store.Tx) error { c, err = a.cases.ByNumber(ctx, tx, r.Handled); return err })
	return c, err
}

// fromPeer sends a server a message of a peer, signed.
func fromPeer(a *App, peer, id, body string) (answer json.RawMessage, err error) {
	key, err := webhook.ParseKey(peerSecret)
	if err != nil {
		return nil, err
	}
	h := http.Header{}
	if err := key.Sign(h, id, clock.Security{}.Now(), []byte(body)); err != nil {
		return nil, err
	}
	return a.orders.Receive(ctx, peer, h, []byte(body))
}

// says is what of a pack a server goes by.
func says(a *App) string {
	h := a.held.Load()
	start := "none"
	if s := a.scoring(); s != nil {
		start = s.Start.String()
	}
	var peers []string
	for _, p := range a.orders.Known() {
		peers = append(peers, fmt.Sprint(p.Key, a.orders.Connected(p.Key)))
	}
	return fmt.Sprint(a.districtName("zh"), " ", a.hotline(), " ", start, " ", h.Rules.BehindYellow, a.register.Rules().BehindYellow, " ", peers, " ", a.calendar.Calendar().Config().Hours)
}

// TestWhatAPackSaysHoldsWithoutARestart loads a changed folder by the page of one server: it goes by it at once, another server when it looks; what
// takes a restart is named, and only that. A peer is added, then taken away by the command.
func TestWhatAPackSaysHoldsWithoutARestart(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			dir, folder := t.TempDir(), folderOf(t)
			url := sqliteIn(dir)
			if engine == "postgres" {
				url = storetest.PostgresURL(t)
			}
			here := server(t, url, dir, folder)
			there := here
			if engine == "postgres" { // SQLite is for one server
				there = server(t, url, dir, folder)
			}
			const before = "珠海高新区 12345 100 10 10 [hotlinetrue cityfalse] [08:30-12:00 14:30-17:30]"
			const after = "珠海新区 12349 120 12 12 [hotlinetrue metrotrue cityfalse] [10:00-12:00 14:30-16:00]"
			holds := func(when string, a *App, want string) {
				t.Helper()
				if got := says(a); got != want {
					t.Errorf("%s: %s, want %s", when, got, want)
				}
			}
			holds("here, to begin with", here, before)
			holds("there, to begin with", there, before)
			if _, err := ordered(there, "metro", "1", "1"); !errs.Is(err, errs.Unauthenticated) {
				t.Errorf("a peer that the pack does not have sent an order: %v", err)
			}
			old, err := ordered(there, "hotline", "GD-1", "0101")
			if err != nil {
				t.Fatal(there.texts.Error("en", err))
			}

			admin := administrator(t, here)
			if _, page := admin.get("/pack"); !strings.Contains(page, "文件夹与运行的版本相同") || strings.Contains(page, "重启服务") || strings.Contains(page, "办事机制以外的改动") {
				t.Error("the folder that runs differs")
			}
			change(t, folder, "pack.yaml", "zh: 珠海高新区", "zh: 珠海新区")
			change(t, folder, "pack.yaml", `hotline: "12345"`, `hotline: "12349"`)
			change(t, folder, "pack.yaml", `"08:30-12:00", "14:30-17:30"`, `"10:00-12:00", "14:30-16:00"`)
			change(t, folder, "pack.yaml", "behind-yellow: 10", "behind-yellow: 12")
			change(t, folder, "pack.yaml", "zone: Asia/Shanghai", "zone: Asia/Hong_Kong")
			change(t, folder, "scoring.yaml", "start: 100", "start: 120")
			change(t, folder, "peers.yaml", "\n  - key: city\n", metro)
			change(t, folder, "report.txt", "一图读懂", "两图读懂")
			_, page := admin.get("/pack")
			if !strings.Contains(page, "办事机制以外的改动，一起载入：名称、办公时间、热线电话、亮灯规则、计分规则、对接系统、工作报告（载入后待审）。") {
				t.Errorf("the page does not name what changed:\n%s", page)
			}
			if !strings.Contains(page, "时区改成了 Asia/Hong_Kong") || strings.Count(page, "重启") != 2 { // the other says that loading takes none
				t.Errorf("%d times a restart:\n%s", strings.Count(page, "重启"), page)
			}
			if c, err := Diff(ctx, here.cfg); err != nil || len(c.Changed) != 7 || len(c.Restart) != 2 { // the zone; a command does not know who is connected
				t.Errorf("%+v %v", c, err)
			}
			if status, to := admin.do("POST", "/pack/load", loadForm(page)); status != http.StatusSeeOther {
				t.Fatalf("%d %s", status, to)
			}
			holds("here, at once", here, after)
			if there != here {
				holds("there, before it looks", there, before)
			}
			if err := there.look(ctx); err != nil {
				t.Fatal(err)
			}
			holds("there, when it has looked", there, after)
			if n := countOf(t, here.db, "SELECT COUNT(*) FROM promise_document"); n != 2 {
				t.Errorf("%d reports are kept", n)
			}
			if _, page := admin.get("/pack"); !strings.Contains(page, "文件夹与运行的版本相同") || !strings.Contains(page, "时区改成了 Asia/Hong_Kong") {
				t.Error("what was loaded differs still, or what was not is not named any more")
			}

			if err := there.queue.Drain(ctx); err != nil {
				t.Fatal(err)
			}
			moved := lookUp(t, here, old.Number)
			if was, is := accept(t, here, old), accept(t, here, moved); was || !is || !moved.Duties[0].Due.After(old.Duties[0].Due) { // four hours are more than a day of these
				t.Errorf("what was due falls due by the new hours: %v before, %v now: %+v", was, is, moved.Duties)
			}
			fresh, err := ordered(there, "metro", "1", "1")
			if err != nil || !accept(t, there, fresh) || fresh.Form["category"] != "road" {
				t.Fatalf("%+v %v", fresh, err)
			}

			removed := fstest.MapFS{}
			for name, f := range folder {
				removed[name] = f
			}
			change(t, removed, "peers.yaml", metro, "\n  - key: bus\n    name: {zh: 公交}\n    takes: {unit: city-management}\n\n  - key: city\n")
			cfg := here.cfg
			cfg.Pack = removed
			c, l, err := LoadPack(ctx, cfg)
			if err != nil || fmt.Sprint(c.Changed) != "[app.part_peers]" || len(l.Changed)+len(l.New)+len(l.Retired) != 0 || len(c.Restart) != 2 {
				t.Fatalf("%+v %+v %v", c, l, err)
			}
			if there != here {
				holds("there, before it looks again", there, after)
			}
			for _, a := range []*App{here, there} {
				if err := a.look(ctx); err != nil {
					t.Fatal(err)
				}
				holds("after the command", a, strings.Replace(after, "metrotrue", "busfalse", 1))
				if _, err := ordered(a, "metro", "2", "1"); !errs.Is(err, errs.Unauthenticated) {
					t.Errorf("a peer that was taken away sent an order: %v", err)
				}
			}
			if n := countOf(t, here.db, "SELECT COUNT(*) FROM identity_audit WHERE what = 'mechanism.loaded' AND detail LIKE '%peers%'"); n != 2 {
				t.Errorf("%d lines on record", n)
			}

			cfg.Pack = folder
			if r, err := Verify(ctx, cfg, nil); err != nil || len(r.Findings) > 0 || r.Duties == 0 {
				t.Errorf("what falls due is not as the calendar says: %+v %v", r, err)
			}

			change(t, folder, "peers.yaml", "key: metro", "key: tram") // no address and secret for it here
			if _, page = admin.get("/pack"); !strings.Contains(page, "新增对接系统“tram”") || strings.Contains(page, "新增对接系统“metro”") {
				t.Error("the page does not say which peer lacks its address and secret")
			}
			if status, to := admin.do("POST", "/pack/load", loadForm(page)); status != http.StatusSeeOther {
				t.Fatalf("%d %s", status, to)
			}
			if _, page = admin.get("/pack"); !strings.Contains(page, "新增对接系统“tram”") || !strings.Contains(page, "已载入：对接系统。") {
				t.Error("when it is loaded, the page does not say any more what the peer lacks")
			}
			change(t, folder, "peers.yaml", "key: tram", "key: metro")
			again := server(t, url, dir, folder)
			holds("after a restart", again, after)
			if parts := again.restart(checked(t, folder)); len(parts) != 0 {
				t.Errorf("after a restart it takes one still: %+v", parts)
			}
			if c, err := Diff(ctx, again.cfg); err != nil || len(c.Changed)+len(c.Restart) != 0 {
				t.Errorf("after a restart the folder differs: %+v %v", c, err)
			}
		})
	}
}

// accept reports whether the case is to be accepted within four hours of those that hold.
func accept(t *testing.T, a *App, c *casework.Case) bool {
	t.Helper()
	want, err := a.calendar.Calendar().Due(c.Duties[0].Start, calendar.Span{N: 4 * 60, Unit: calendar.WorkingMinutes}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c.Duties[0].Name == "accept" && c.Duties[0].Due.Equal(want.At)
}

func checked(t *testing.T, folder fstest.MapFS) *CheckedPack {
	t.Helper()
	p, err := CheckPack(folder, "pack")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// administrator is a browser of somebody who administers the program.
func administrator(t *testing.T, a *App) *visitor {
	t.Helper()
	err := a.db.Write(ctx, func(tx *store.Tx) error {
		_, _, err := a.ids.EnsureAccount(ctx, tx, identity.Spec{Login: "root", Name: "root", Unit: "office", Password: password,
			Grants: []identity.Grant{{Role: identity.SysAdmin, From: clock.Date{Year: 2021, Month: 1, Day: 1}}}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return visit(t, serve(t, a), "root")
}

// TestThePackOfAnotherDistrictIsNotLoaded: neither by the page nor by the command.
func TestThePackOfAnotherDistrictIsNotLoaded(t *testing.T) {
	dir, folder := t.TempDir(), folderOf(t)
	a := server(t, sqliteIn(dir), dir, folder)
	change(t, folder, "pack.yaml", "pack: zhuhai-gaoxin", "pack: another")
	if _, _, err := LoadPack(ctx, a.cfg); !errs.Is(err, errs.Invalid) || !strings.Contains(a.texts.Error("en", err), "another") {
		t.Errorf("by the command: %v", err)
	}
	if f, err := a.folder(ctx); err != nil || len(f.Found) != 1 {
		t.Errorf("by the page: %+v %v", f, err)
	}
}
