package app

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"huying/internal/casework"
	"huying/internal/edge/orders"
	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

// what scenes leave, of each table: chance, the machine's clock, and what numbers a play that broke off skipped are left out. The simulator
// makes people late by the numbers of their accounts, so cases in which people owe something are left out too.
var sceneRows = []string{
	`SELECT o.peer, o.way, o.status, o.outcome, o.seq, o.due_at, o.difference, CASE WHEN o.simulated THEN 1 ELSE 0 END, c.title, c.state, c.level FROM orders_order o
		LEFT JOIN casework_case c ON c.id = o.case_id`,
	"SELECT peer, type, COUNT(*) FROM orders_message GROUP BY peer, type", // one that was on its way at a kill goes later
	`SELECT c.procedure, c.state, c.title, c.opened_at, c.due_at, COUNT(*) FROM casework_case c JOIN casework_record r ON r.case_id = c.id
		WHERE c.procedure NOT IN ('mediation', 'counselling') GROUP BY c.id`,
	"SELECT peer, listed, differences FROM orders_check",
	"SELECT COUNT(*) FROM notice_item",
	"SELECT COUNT(*) FROM jobs WHERE done_at IS NULL",
}

func scenesOf(t *testing.T, a *App) (lines []string) {
	t.Helper()
	for _, q := range sceneRows {
		rows := rowsOf(t, a.db, q)
		slices.Sort(rows) // each engine has an order of its own
		lines = append(lines, rows...)
	}
	return lines
}

// staged is an order of the hotline in the demonstration.
func (a *App) staged(t *testing.T, number string) orders.Row {
	t.Helper()
	var rows []orders.Row
	err := a.db.Read(ctx, func(tx *store.Tx) (err error) { rows, _, err = a.orders.Orders(ctx, tx, orders.Filter{}); return err })
	i := slices.IndexFunc(rows, func(r orders.Row) bool { return r.Number == number })
	if err != nil || i < 0 {
		t.Fatalf("%s: %v %v", number, rows, err)
	}
	return rows[i]
}

// accept lets the unit accept a staged order.
func (a *App) accept(t *testing.T, number string) {
	t.Helper()
	builder := &identity.Actor{Grants: []identity.Grant{{Role: identity.Clerk, Unit: "construction"}}}
	o := a.staged(t, number)
	if _, err := a.cases.Do(ctx, casework.Asker{Actor: builder}, o.CaseNumber(), casework.Do{Action: "accept"}); err != nil {
		t.Fatal(err)
	}
}

func TestTheDemonstrationStagesOrdersWithAllTheirEnds(t *testing.T) {
	a := demonstration(t)
	base := serve(t, a)
	office := visit(t, base, "ducha")
	_, page := office.get("/orders")
	for _, want := range []string{"演示-0101", "已办结：已解决", "已退单", "已派单", "已受理", "已答复", "对方清单中有，本系统没有", "差异 1 件", "对方由本程序扮演", "演示数据"} {
		if !strings.Contains(page, want) {
			t.Errorf("/orders does not show %s", want)
		}
	}
	rows, marks := strings.Count(page, "<tr")-1, strings.Count(page, `class="sim"`)
	if marks < rows+2 {
		t.Errorf("%d rows and two peers, and %d marks of a demonstration", rows, marks)
	}
	number := regexp.MustCompile(`/cases/(RX-\d+)`).FindStringSubmatch(page)
	if number == nil {
		t.Fatal("no order leads to its case")
	}
	if _, one := office.get("/cases/" + number[1]); !strings.Contains(one, "演示-0106") || !strings.Contains(one, "2021年11月23日（周二）") || !strings.Contains(one, "演示数据") {
		t.Error("the case does not show the number, the deadline and that it is a demonstration's")
	}
	if n := countOf(t, a.db, "SELECT COUNT(*) FROM orders_order WHERE NOT simulated") + countOf(t, a.db, "SELECT COUNT(*) FROM orders_message WHERE state <> 'sent' OR peer NOT LIKE 'demo:%'") +
		countOf(t, a.db, "SELECT COUNT(*) FROM casework_case WHERE NOT simulated") + countOf(t, a.db, "SELECT COUNT(*) FROM notice_item WHERE link LIKE '/cases/%'"); n != 0 {
		t.Errorf("%d orders, messages, cases and notices go beyond the demonstration", n)
	}
}

// What happens to a staged order later is told to the stand-in, and what was lost comes when it is asked for.
func TestTheStandInHearsAndSendsAgain(t *testing.T) {
	a := demonstration(t)
	base := serve(t, a)
	office := visit(t, base, "ducha")
	settle := func() {
		t.Helper()
		for range 2 {
			if err := a.queue.Drain(ctx); err != nil {
				t.Fatal(err)
			}
			if err := a.orders.Flush(ctx); err != nil {
				t.Fatal(err)
			}
		}
	}
	a.accept(t, "演示-0106")
	settle()
	if got := a.staged(t, "演示-0106"); got.Status != orders.Assigned || got.Seq != 2 {
		t.Errorf("%+v", got)
	}
	lost := a.staged(t, "演示-0107")
	if lost.Case != 0 || lost.Difference != orders.Unknown {
		t.Fatalf("%+v", lost)
	}
	if status, _ := office.do("POST", fmt.Sprint("/orders/", lost.ID, "/again"), url.Values{}); status != 303 {
		t.Fatalf("%d", status)
	}
	settle()
	if got := a.staged(t, "演示-0107"); got.Case == 0 || got.Status != orders.Accepted || !got.Simulated {
		t.Errorf("after it was sent again: %+v", got)
	}
	c, err := a.orders.Compare(ctx, "hotline")
	if err != nil || c.Differences != 0 || c.Listed != 7 {
		t.Errorf("%+v %v", c, err)
	}
	if n := countOf(t, a.db, "SELECT COUNT(*) FROM orders_message WHERE state <> 'sent'") + countOf(t, a.db, "SELECT COUNT(*) FROM notice_item WHERE link LIKE '/cases/RX-%'"); n != 0 {
		t.Errorf("%d messages wait, or people were told", n)
	}
}

// An installation that connects a peer exchanges no staged order with it.
func TestAConnectedPeerNeverHearsOfWhatIsStaged(t *testing.T) {
	cfg := demonstration(t).cfg
	cfg.Peers = map[string]PeerLink{"hotline": {URL: "https://12345.example.cn/", Secret: peerSecret}}
	cfg.Log = slog.New(slog.DiscardHandler)
	a := openWith(t, cfg)
	if a.orders.Played("hotline") || !a.orders.Played("city") || !a.orders.Connected("hotline") {
		t.Error("the hotline is played, or the city is not")
	}
	answer, err := fromPeer(a, "hotline", "l-1", `{"type":"list","from":"hotline","to":"zhuhai-gaoxin","since":"2000-01-01T00:00:00Z"}`)
	if err != nil || string(answer) != `{"items":[]}` {
		t.Errorf("the hotline is listed %s %v", answer, err)
	}
	_, err = fromPeer(a, "hotline", "u-1", `{"type":"urge","from":"hotline","to":"zhuhai-gaoxin","number":"演示-0106","text":"快"}`)
	if !errs.Is(err, errs.NotFound) {
		t.Errorf("it speaks of a staged order: %v", err)
	}
	a.accept(t, "演示-0106")
	if err := a.queue.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	if n := countOf(t, a.db, "SELECT COUNT(*) FROM orders_message WHERE peer = 'hotline'"); n != 0 {
		t.Errorf("%d messages wait for it", n)
	}
}

// TestScenesGoOnWhereTheyBrokeOff breaks the play of scenes off, again and again, and lets another start go on; on both engines the same is
// there in the end, once.
func TestScenesGoOnWhereTheyBrokeOff(t *testing.T) {
	want := scenesOf(t, demonstration(t))
	for name, database := range map[string]func(dir string) string{"sqlite": sqliteIn, "postgres": func(string) string { return storetest.PostgresURL(t) }} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			cfg := configIn(dir, database(dir))
			for last := 0; ; last = 2*last + 1 {
				on, stop := context.WithCancel(ctx)
				steps := 0
				cfg.Progress = func(step string, _ float64) {
					if step == "app.step_scenes" {
						if steps++; steps > last {
							stop()
						}
					}
				}
				a, err := Open(on, cfg)
				stop()
				if err == nil {
					same(t, name, want, scenesOf(t, a))
					if err := a.Close(); err != nil || last < 20 {
						t.Errorf("closed with %v, broken off before step %d", err, last)
					}
					return
				}
				if steps <= last {
					t.Fatalf("it was not broken off, and stopped: %v", err)
				}
			}
		})
	}
}

func TestEveryDemonstrationAccountFindsSomething(t *testing.T) {
	a := demonstration(t)
	base := serve(t, a)
	for _, x := range a.pack.Demonstration.Accounts {
		v := visit(t, base, x.Login)
		status, page := v.get("/tasks")
		switch {
		case x.Role == "sysadmin" || x.Role == "secadmin" || x.Role == "auditadmin":
			if status != 403 {
				t.Errorf("%s has a desk: %d", x.Login, status)
			}
		case x.Login == "hezhang": // no river chief owes anything
			if !strings.Contains(page, `href="/open/four-chaos"`) || strings.Contains(page, "共 ") {
				t.Errorf("%s: the empty desk does not say what to begin", x.Login)
			}
		case status != 200 || !strings.Contains(page, `class="btn answer"`):
			t.Errorf("%s has nothing to do (%d)", x.Login, status)
		}
	}
	_, page := visit(t, base, "jinfeng").get("/tasks")
	for _, want := range []string{"确认并评价", "接受或拒绝", "办结"} {
		if !strings.Contains(page, want) {
			t.Errorf("the community officer does not owe %s", want)
		}
	}
	if _, page := visit(t, base, "jinfeng").get("/tasks?show=late"); strings.Contains(page, `class="btn answer"`) || !strings.Contains(page, `href="/tasks"`) {
		t.Error("what is empty only because of the choice does not lead back")
	}
}

func TestWhatASceneNamesAndThePackHasNotIsFound(t *testing.T) {
	for name, c := range map[string]struct{ from, to, want string }{
		"a login":        {"-1 15:20, who: jianshe", "-1 15:20, who: nobody", "app.scene_who"},
		"a unit":         {"clerk@ecology", "clerk@moon", "app.scene_who"},
		"a peer":         {"who: city, posts: status, with: {is: assigned, handled: 演示-CG-21", "who: town, posts: status, with: {is: assigned, handled: 演示-CG-21", "app.scene_who"},
		"an action":      {"does: hand-back", "does: hand-over", "app.scene_action"},
		"a field":        {"{entry: app, reason:", "{entry: app, because:", "app.scene_field"},
		"a procedure":    {"opens: four-chaos", "opens: five-chaos", "app.scene_procedure"},
		"a category":     {`category: "0301"`, `category: "9301"`, "app.scene_procedure"},
		"a mark":         {"score: 5", "score: 6", "app.scene_message"},
		"a member":       {"with: {score: 4}", "with: {stars: 4}", "app.scene_message"},
		"a wrong moment": {"due: +3 17:30}}\n\n", "due: soon}}\n\n", "app.scene_message"},
	} {
		folder := folderAt(t, packDir)
		change(t, folder, "simulation.yaml", c.from, c.to)
		cfg := configIn(t.TempDir(), "")
		cfg.Pack = folder
		a := &App{cfg: cfg}
		err := a.readPack()
		if err == nil {
			_, err = ReadProcedures(a.pack, "pack", a.pack.Report.Date.Date)
		}
		if all := errs.All(err); len(all) != 1 || all[0].Key != c.want || !strings.HasPrefix(all[0].Place, "pack/simulation.yaml:") {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

// A value of a case stands on its page under its title, as the field that it was asked as; what serves the rules only stands there not.
func TestACasePageCallsValuesByTheirTitles(t *testing.T) {
	a := demonstration(t)
	office := visit(t, serve(t, a), "ducha")
	page := func(query string) string {
		t.Helper()
		_, body := office.get("/cases/" + strings.Trim(rowsOf(t, a.db, query)[0], "[{} true]"))
		return body
	}
	refused := page("SELECT number FROM casework_case WHERE title = '组织居民下载应用并打卡' AND procedure = 'burden-relief' AND state = 'refused'")
	if !strings.Contains(refused, "拒绝依据") || strings.Count(refused, "禁入 5：强制下载应用、打卡转发") != 2 { // in the answer, and among the facts
		t.Error("why the community refused is not among the facts")
	}
	letter := page("SELECT number FROM casework_case WHERE procedure = 'letter' ORDER BY id DESC LIMIT 1")
	if !strings.Contains(letter, "颜色") || strings.Contains(letter, "step") {
		t.Error("the letter has no colour, or a rule of its procedure is shown")
	}
	wages := page("SELECT number FROM casework_case WHERE procedure = 'wage-arrears' ORDER BY id DESC LIMIT 1")
	if !regexp.MustCompile(`反映拖欠金额</dt>\s*<dd>[\d,.]+ ?元`).MatchString(wages) || !strings.Contains(wages, "该单位再次欠薪") || strings.Contains(wages, "flagged") {
		t.Error("what is claimed is not shown as a sum of money")
	}
}

// Who is owed wages is paid in the demonstration what is owed, and not some other sum.
func TestTheSimulatorPaysWhatIsOwed(t *testing.T) {
	a := demonstration(t)
	paid := 0
	for _, row := range rowsOf(t, a.db, "SELECT d.doc FROM casework_doc d JOIN casework_case c ON c.id = d.case_id WHERE c.procedure = 'wage-arrears' AND c.simulated") {
		if strings.Contains(row, `"outstanding":-`) {
			t.Error("more was paid than was owed:", row)
		}
		if strings.Contains(row, `"outstanding":0`) {
			paid++
		}
	}
	if paid == 0 {
		t.Error("nobody was paid")
	}
}
