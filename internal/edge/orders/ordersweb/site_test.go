package ordersweb_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"crypto/ed25519"

	"huying/internal/calendar"
	"huying/internal/casework"
	"huying/internal/clock"
	"huying/internal/edge/orders"
	"huying/internal/edge/orders/ordersweb"
	"huying/internal/errs"
	"huying/internal/files"
	"huying/internal/i18n"
	"huying/internal/identity"
	"huying/internal/jobs"
	"huying/internal/ledger"
	"huying/internal/places"
	"huying/internal/store"
	"huying/internal/store/storetest"
	"huying/internal/strictjson"
	"huying/internal/vault"
	"huying/internal/web"
	"huying/internal/web/webtest"
	"huying/internal/webhook"
)

func TestMain(m *testing.M) { storetest.Main(m) }

var (
	ctx     = context.Background()
	zhuhai  = time.FixedZone("CST", 8*3600)
	schemas = []store.Schema{jobs.Schema, identity.Schema, files.Schema, ledger.Schema, vault.Schema, casework.Schema, orders.Schema}
)

const (
	us     = "zhuhai-gaoxin"
	secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
)

type object = map[string]any

// program builds the other side, once for all tests.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "ordertest")
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, "ordertest")
	out, err := exec.Command("go", "build", "-o", file, "huying/internal/edge/orders/ordertest").CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%w: %s", err, out)
	}
	return file, err
})

// peer is the other side: a process of its own.
type peer struct {
	t    *testing.T
	name string
	url  string
}

// startPeer starts the other side, which sends to target.
func startPeer(t *testing.T, name, target string) *peer {
	t.Helper()
	file, err := program()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(file, "-name", name, "-to", us, "-target", target)
	cmd.Env = append(os.Environ(), "ORDERTEST_SECRET="+secret)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe() // when it is closed, the program ends
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close(); _ = cmd.Wait() })
	url, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return &peer{t, name, strings.TrimSpace(url)}
}

// control tells the other side something and returns what it says.
func (p *peer) control(method, path string, in, out any) {
	p.t.Helper()
	data, err := json.Marshal(in)
	if err != nil {
		p.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(ctx, method, p.url+"/control/"+path, bytes.NewReader(data))
	if err != nil {
		p.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }() // read to its end
	data, err = io.ReadAll(resp.Body)
	if err == nil && out != nil {
		err = json.Unmarshal(data, out)
	}
	if err != nil || resp.StatusCode >= 300 {
		p.t.Fatalf("%s %s: %d %s %v", method, path, resp.StatusCode, data, err)
	}
}

func (p *peer) misbehave(mode string, n int) {
	p.t.Helper()
	p.control("POST", "misbehave", object{"mode": mode, "n": n}, nil)
}

// answer is what a message of the other side was answered with.
type answer struct {
	t      *testing.T
	Status int             `json:"status"`
	Body   json.RawMessage `json:"body"`
	Error  string          `json:"error"`
}

// is holds the status and, of a refusal, the code and the field.
func (a answer) is(status int, want ...string) object {
	a.t.Helper()
	var body object
	_ = json.Unmarshal(a.Body, &body)
	code, field := body["code"], ""
	if list, _ := body["errors"].([]any); len(list) > 0 {
		field, _ = list[0].(object)["field"].(string)
	}
	if a.Status != status || len(want) > 0 && code != want[0] || len(want) > 1 && field != want[1] {
		a.t.Fatalf("%d %s %s, want %d %v", a.Status, a.Body, a.Error, status, want)
	}
	return body
}

// says sends a message, signed.
func (p *peer) says(kind, number string, more object) answer {
	p.t.Helper()
	return p.sends(object{"message": p.message(kind, number, more)})[0]
}

func (p *peer) message(kind, number string, more object) object {
	m := object{"type": kind, "from": p.name, "to": us}
	if number != "" {
		m["number"] = number
	}
	for k, v := range more {
		m[k] = v
	}
	return m
}

func (p *peer) sends(in object) []answer {
	p.t.Helper()
	var out []answer
	p.control("POST", "send", in, &out)
	for i := range out {
		out[i].t = p.t
	}
	return out
}

// known is an order as the other side knows it.
type known struct {
	Handled, Status, Outcome string
	Seq, Files               int
	Statuses, Texts, Heard   []string
	Order                    object
}

func (p *peer) order(owner, number string) known {
	p.t.Helper()
	var s struct{ Orders map[string]known }
	p.control("GET", "state", nil, &s)
	return s.Orders[owner+"/"+number]
}

// counts are how many messages it took, and how many it had seen before.
func (p *peer) counts() (received, again, bad int) {
	p.t.Helper()
	var s struct{ Received, Again, Bad int }
	p.control("GET", "state", nil, &s)
	return s.Received, s.Again, s.Bad
}

// site is a running server with orders over everything that they stand on, and the two peers of the pack.
type site struct {
	t             *testing.T
	url           string
	db            *store.DB
	hand, machine *clock.Hand
	ids           *identity.Service
	cases         *casework.Service
	queue         *jobs.Queue
	orders        *orders.Service
	parts         orders.Parts
	files         *files.Store
	vault         *vault.Vault
	hotline, city *peer
	people        map[string]*identity.Actor
	routes        []web.Route
}

func each(t *testing.T, f func(t *testing.T, s *site)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) { f(t, newSite(t, db)) }, schemas...)
}

// district is a small one, with the city's urban management as an external unit.
func district() *places.Trees { return merged("", "") }

// merged is the district on a day after one unit of it went into another.
func merged(from, into string) *places.Trees {
	day := clock.Date{Year: 2021, Month: 11, Day: 19}
	begun := clock.Date{Year: 2016, Month: 1, Day: 1}
	h := &places.History{Places: []places.Place{{Key: "zone", Kind: "district", From: begun}, {Key: "tangjiawan", Parent: "zone", Kind: "town", Code: "440402100", From: begun}}}
	for _, key := range []string{"construction", "governance", "planning", "ecology", "tangjiawan", "city-management"} {
		u := places.Unit{Key: key, Name: places.Text{ZH: key}, From: begun, Fallback: key == "tangjiawan", External: key == "city-management"}
		if key == from {
			u.Successor, u.Until = into, day.AddDays(-1)
		}
		h.Units = append(h.Units, u)
	}
	return h.On(day)
}

type words struct{}

func (words) Put(context.Context, *store.Tx, string, int64, string) error { return nil }

type sealer struct{ *vault.Vault }

func (s sealer) Seal(ctx context.Context, tx *store.Tx, subject int64, purpose string, value []byte) (string, error) {
	ref, err := s.Vault.Seal(ctx, tx, subject, purpose, value)
	return string(ref), err
}

func newSite(t *testing.T, db *store.DB) *site {
	t.Helper()
	s := &site{t: t, hand: clock.NewHand(storetest.Now), machine: clock.NewHand(clock.Security{}.Now()), people: map[string]*identity.Actor{}}
	s.db = db.WithClock(s.hand.Business())
	trees := district()
	s.queue = jobs.New(s.db, s.machine.Security())
	texts, err := i18n.New(errs.Locales, web.Locales, store.Locales, calendar.Locales, identity.Locales, files.Locales, vault.Locales, ledger.Locales, casework.Locales,
		strictjson.Locales, webhook.Locales, orders.Locales, ordersweb.Locales)
	s.must(err)
	s.ids = identity.New(s.db, zhuhai, s.machine.Security(), func() (identity.Tree, identity.Tree) { return trees.Units, trees.Places },
		identity.WithParams(identity.Params{Memory: 64, Passes: 1, Threads: 1}))
	s.vault = vault.New(vault.NewKey())
	log, err := ledger.Open(ctx, s.db, ledger.KeyOf(ed25519.NewKeyFromSeed(make([]byte, 32))), "huying/test", s.machine.Security())
	s.must(err)
	s.files, err = files.Open(filepath.Join(t.TempDir(), "files"), s.machine.Security())
	s.must(err)
	s.cases = casework.New(casework.Parts{DB: s.db, Queue: s.queue, Calendar: calendar.Default, Trees: func() *places.Trees { return trees }, Ledger: log,
		Vault: sealer{s.vault}, Search: words{}, Accounts: s.ids, Names: s.ids, Files: s.files})
	front := &lateHandler{}
	running := httptest.NewServer(front)
	t.Cleanup(running.Close)
	s.url = running.URL
	s.hotline, s.city = startPeer(t, "hotline", s.url+"/api/orders/v1/hotline"), startPeer(t, "city", s.url+"/api/orders/v1/city")
	procedure, peers := fromPack(t)
	quiet := slog.New(slog.DiscardHandler)
	s.parts = orders.Parts{DB: s.db, Queue: s.queue, Cases: s.cases, Files: s.files, Trees: func() *places.Trees { return trees }, Zone: zhuhai, Clock: s.machine.Security(),
		Us: us, Peers: peers, Log: quiet, Links: map[string]orders.Link{"hotline": {URL: s.hotline.url + "/messages", Secret: secret}, "city": {URL: s.city.url + "/messages", Secret: secret}}}
	s.orders, err = orders.New(s.parts)
	s.must(err)
	jobs.OnAll(s.queue, s.orders.Heard)
	jobs.On(s.queue, func(ctx context.Context, tx *store.Tx, e casework.OrderAsked) error {
		return s.orders.SendOrder(ctx, tx, e)
	})
	jobs.On(s.queue, func(context.Context, *store.Tx, orders.Urged) error { return nil })
	s.must(s.db.Write(ctx, func(tx *store.Tx) error {
		_, err := s.cases.Load(ctx, tx, map[string]*casework.Procedure{"hotline": procedure}, "测试")
		return err
	}))
	server, err := web.New(web.Options{Texts: texts, Sessions: s.ids.Sessions(), Actors: s.ids, Tokens: s.ids.Tokens(), Zone: zhuhai, Business: s.hand.Business(),
		Assets: webtest.Assets(), Log: quiet})
	s.must(err)
	s.routes = ordersweb.Routes(ordersweb.Parts{DB: s.db, Orders: s.orders, IDs: s.ids})
	server.Add(s.routes...)
	front.Handler = server.Handler()
	for login, grant := range map[string]identity.Grant{"builder": {Role: identity.Clerk, Unit: "construction"}, "head": {Role: identity.Head, Unit: "construction"}, "overseer": {Role: identity.Supervisor},
		"city":  {Role: identity.Clerk, Unit: "city-management"},
		"admin": {Role: identity.SysAdmin}} {
		id, _, err := s.ids.CreateAccount(ctx, identity.Console(), identity.Spec{Login: login, Name: "某" + login, Unit: grant.Unit, Password: "正确的 horse battery", Grants: []identity.Grant{grant}})
		s.must(err)
		s.people[login], err = s.ids.Actor(ctx, id)
		s.must(err)
	}
	return s
}

// lateHandler is the server's front, which is made after its address is known.
type lateHandler struct{ http.Handler }

// fromPack are the procedure and the peers of the real pack, checked.
func fromPack(t *testing.T) (*casework.Procedure, *orders.Peers) {
	t.Helper()
	pack := os.DirFS("../../../../packs/zhuhai-gaoxin")
	open := func(path string) ([]byte, error) {
		f, err := pack.Open(path)
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }() // read only
		return io.ReadAll(f)
	}
	data, err := open("procedures/hotline.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p, err := casework.Read("procedures/hotline.yaml", data, open)
	if err != nil {
		t.Fatal(err)
	}
	if data, err = open("peers.yaml"); err != nil {
		t.Fatal(err)
	}
	peers, err := orders.Read("peers.yaml", data)
	if err == nil {
		err = peers.CheckIn(orders.District{Procedures: map[string]*casework.Procedure{"hotline": p}, Trees: district()})
	}
	if err != nil {
		t.Fatal(err)
	}
	return p, peers
}

func (s *site) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// settle lets follow what follows, and sends what is due, until nothing is left to do now.
func (s *site) settle() {
	s.t.Helper()
	for range 5 {
		s.must(s.queue.Drain(ctx))
		s.must(s.orders.Flush(ctx))
	}
}

// later moves the machine's clock on, here and on the other side.
func (s *site) later(d time.Duration) {
	s.t.Helper()
	s.machine.Advance(d)
	for _, p := range []*peer{s.hotline, s.city} {
		p.control("POST", "clock", object{"now": s.machine.Security().Now().Unix()}, nil)
	}
}

func (s *site) does(login, number, action string, input casework.Data) {
	s.t.Helper()
	_, err := s.cases.Do(ctx, casework.Asker{Actor: s.people[login]}, number, casework.Do{Action: action, Input: input})
	s.must(err)
}

func (s *site) approves(login, number string) {
	s.t.Helper()
	_, err := s.cases.Do(ctx, casework.Asker{Actor: s.people[login]}, number, casework.Approve{})
	s.must(err)
}

func (s *site) caseOf(number string) (c *casework.Case) {
	s.t.Helper()
	s.must(s.db.Read(ctx, func(tx *store.Tx) (err error) { c, err = s.cases.ByNumber(ctx, tx, number); return err }))
	return c
}

// inState holds that a case is in a state.
func (s *site) inState(number, state string) *casework.Case {
	s.t.Helper()
	c := s.caseOf(number)
	if c.State != state {
		s.t.Fatalf("%s is %s, want %s", number, c.State, state)
	}
	return c
}

// duty is the duty of a name that is due in a case.
func (s *site) duty(number, name string) casework.Owing {
	s.t.Helper()
	for _, d := range s.caseOf(number).Duties {
		if d.Name == name && d.Status == casework.Due {
			return d
		}
	}
	s.t.Fatalf("%s owes no %s", number, name)
	return casework.Owing{}
}

func (s *site) rows(f orders.Filter) (rows []orders.Row) {
	s.t.Helper()
	s.must(s.db.Read(ctx, func(tx *store.Tx) (err error) { rows, _, err = s.orders.Orders(ctx, tx, f); return err }))
	return rows
}

// count counts rows.
func (s *site) count(query string) (n int) {
	s.t.Helper()
	s.must(s.db.Read(ctx, func(tx *store.Tx) error { return tx.Scan(ctx, query, nil, &n) }))
	return n
}

// road is an order about a road.
func road(more ...any) object {
	o := object{"title": "金峰路塌陷", "text": "金峰路路口塌陷一平方米，有车辆受损。", "category": "0101", "place": "440402-TJW",
		"caller": object{"name": "张三", "phone": "13800000000"}}
	for i := 0; i+1 < len(more); i += 2 {
		o[more[i].(string)] = more[i+1]
	}
	return object{"order": o}
}

// orderIn lets the hotline send an order, and returns the number of its case.
func (s *site) orderIn(number string, more ...any) string {
	s.t.Helper()
	return s.hotline.says("order", number, road(more...)).is(200)["handled"].(string)
}

// signedBy is which caller signed the opening of a case.
func (s *site) signedBy(c *casework.Case) (caller int) {
	s.t.Helper()
	s.must(s.db.Read(ctx, func(tx *store.Tx) error {
		records, err := s.cases.Records(ctx, tx, c.ID)
		if err == nil {
			caller = records[0].By.Caller
		}
		return err
	}))
	return caller
}
