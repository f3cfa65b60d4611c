package caseweb_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"huying/internal/calendar"
	"huying/internal/casework"
	"huying/internal/casework/caseweb"
	"huying/internal/clock"
	"huying/internal/files"
	"huying/internal/identity"
	"huying/internal/jobs"
	"huying/internal/ledger"
	"huying/internal/notice"
	"huying/internal/places"
	"huying/internal/store"
	"huying/internal/store/storetest"
	"huying/internal/vault"
	"huying/internal/web"
	"huying/internal/web/webtest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

var (
	ctx     = context.Background()
	zhuhai  = time.FixedZone("CST", 8*3600)
	today   = clock.Date{Year: 2021, Month: 11, Day: 19}
	schemas = []store.Schema{jobs.Schema, places.Schema, identity.Schema, files.Schema, ledger.Schema, vault.Schema, notice.Schema, casework.Schema}
)

// trees are a small district: a committee with its bureaus, a town that takes what nobody takes, two communities.
func trees() (ps []places.Place, us []places.Unit) {
	from := clock.Date{Year: 2016, Month: 1, Day: 1}
	for _, p := range [][4]string{{"zone", "", "district", "高新区"}, {"town", "zone", "town", "唐家湾镇"}, {"jinfeng", "town", "community", "金峰社区"}, {"xiazha", "town", "community", "下栅社区"}} {
		ps = append(ps, places.Place{Key: p[0], Parent: p[1], Kind: places.Kind(p[2]), Name: places.Text{ZH: p[3]}, From: from})
	}
	for _, u := range [][4]string{
		{"committee", "", "zone", "管委会"}, {"construction", "committee", "zone", "建设局"}, {"governance", "committee", "zone", "政法办"},
		{"ecology", "committee", "zone", "生态局"}, {"planning", "committee", "zone", "规划局"}, {"emergency", "committee", "zone", "应急局"},
		{"tangjiawan", "committee", "town", "唐家湾镇政府"},
	} {
		us = append(us, places.Unit{Key: u[0], Parent: u[1], Place: u[2], Name: places.Text{ZH: u[3]}, From: from, Fallback: u[0] == "tangjiawan"})
	}
	return ps, us
}

// words stands for the text index.
type words struct{}

func (words) Put(context.Context, *store.Tx, string, int64, string) error { return nil }
func (words) Match(_, text string) (string, []any, bool) {
	return "c.title LIKE ?", []any{"%" + text + "%"}, text != "…"
}

// sealer is the vault as cases ask for it.
type sealer struct{ *vault.Vault }

func (s sealer) Seal(ctx context.Context, tx *store.Tx, subject int64, purpose string, value []byte) (string, error) {
	ref, err := s.Vault.Seal(ctx, tx, subject, purpose, value)
	return string(ref), err
}

// people of the tests: login, unit, place, role.
var people = [][4]string{
	{"officer", "tangjiawan", "jinfeng", "community.officer"}, {"neighbour", "tangjiawan", "xiazha", "community.officer"},
	{"builder", "construction", "", "clerk"}, {"mate", "construction", "", "clerk"}, {"head", "construction", "", "head"},
	{"ecologist", "ecology", "", "clerk"}, {"petitions", "governance", "", "clerk"}, {"overseer", "", "", "supervisor"},
	{"mediator", "tangjiawan", "", "mediator"}, {"desk", "tangjiawan", "", "mediation.desk"}, {"admin", "", "", "sysadmin"},
}

// site is a server with the pages of cases over everything that they stand on.
type site struct {
	*webtest.Site
	t      *testing.T
	db     *store.DB
	hand   *clock.Hand
	ids    *identity.Service
	cases  *casework.Service
	vault  *vault.Vault
	log    *ledger.Log
	shelf  *files.Store
	places *places.Store
	routes []web.Route
	actors map[string]*identity.Actor
}

func each(t *testing.T, f func(t *testing.T, s *site)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) { f(t, newSite(t, db)) }, schemas...)
}

func newSite(t *testing.T, db *store.DB) *site {
	t.Helper()
	s := &site{t: t, hand: clock.NewHand(storetest.Now), actors: map[string]*identity.Actor{}, vault: vault.New(vault.NewKey())}
	s.db = db.WithClock(s.hand.Business())
	var err error
	s.places, err = places.Open(ctx, s.db, zhuhai)
	s.must(err)
	s.must(s.db.Write(ctx, func(tx *store.Tx) error {
		ps, us := trees()
		_, err := s.places.Apply(ctx, tx, ps, us, today)
		return err
	}))
	s.ids = identity.New(s.db, zhuhai, s.hand.Security(), identity.TreesOf(s.places), identity.WithParams(identity.Params{Memory: 64, Passes: 1, Threads: 1}))
	s.log, err = ledger.Open(ctx, s.db, ledger.KeyOf(ed25519.NewKeyFromSeed(make([]byte, 32))), "huying/test", s.hand.Security())
	s.must(err)
	s.shelf, err = files.Open(filepath.Join(t.TempDir(), "files"), s.hand.Security())
	s.must(err)
	s.cases = casework.New(casework.Parts{DB: s.db, Queue: jobs.New(s.db, s.hand.Security()), Calendar: calendar.Default, Trees: s.places.Now, Ledger: s.log,
		Vault: sealer{s.vault}, Search: words{}, Accounts: s.ids, Names: s.ids, Files: s.shelf})
	s.routes = caseweb.Routes(caseweb.Parts{DB: s.db, Cases: s.cases, IDs: s.ids, Places: s.places, Files: s.shelf, Ledger: s.log, Vault: s.vault, Search: words{}})
	texts := webtest.Texts(t, places.Locales, identity.Locales, store.Locales, files.Locales, vault.Locales, ledger.Locales, calendar.Locales, casework.Locales, caseweb.Locales)
	s.Site = webtest.New(t, web.Options{Texts: texts, Zone: zhuhai, Business: s.hand.Business(), Nav: slices.Concat(caseweb.Nav, caseweb.StaffNav)}, s.routes...)
	s.load("whistle", "petitions", "mediation")
	return s
}

func (s *site) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// load makes procedures of the pack hold, and the district's people.
func (s *site) load(names ...string) {
	pack := os.DirFS("../../../packs/zhuhai-gaoxin")
	open := func(path string) ([]byte, error) {
		f, err := pack.Open(path)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return io.ReadAll(f)
	}
	all := map[string]*casework.Procedure{}
	for _, name := range names {
		data, err := open("procedures/" + name + ".yaml")
		s.must(err)
		all[name], err = casework.Read("procedures/"+name+".yaml", data, open)
		s.must(err)
	}
	s.must(s.db.Write(ctx, func(tx *store.Tx) error {
		var roles []identity.DistrictRole
		for _, key := range []identity.Role{"community.officer", "mediator", "mediation.desk", "petition.clerk"} {
			roles = append(roles, identity.DistrictRole{Key: key, ZH: string(key), EN: string(key)})
		}
		if err := s.ids.SetDistrictRoles(ctx, tx, roles); err != nil {
			return err
		}
		_, err := s.cases.Load(ctx, tx, all, "测试")
		return err
	}))
	for _, p := range people {
		id, _, err := s.ids.CreateAccount(ctx, identity.Console(), identity.Spec{Login: p[0], Name: "某" + p[0], Unit: p[1], Password: "正确的 horse battery",
			Grants: []identity.Grant{{Role: identity.Role(p[3]), Unit: p[1], Place: p[2]}}})
		s.must(err)
		s.actors[p[0]], err = s.ids.Actor(ctx, id)
		s.must(err)
	}
}

// by is the browser of somebody; "" is somebody without an account.
func (s *site) by(login string) *webtest.Visitor {
	s.t.Helper()
	return s.As(s.t, s.actors[login])
}

// upload is a file in a field of a form.
type upload struct{ name, data string }

// form is what a browser without scripts would send of the page's form whose button the test presses: everything that stands in it, with
// some values typed anew. A value is a string, a []string or an upload; nil takes the field away.
type form map[string]any

// send sends the one posted form of a page; from is the page's address.
func send(t *testing.T, v *webtest.Visitor, from string, p *webtest.Page, typed form) *webtest.Page {
	t.Helper()
	f := p.One("form", "method", "post", "class", "*")
	for _, one := range webtest.All(p.One("main"), "form", "method", "post") {
		if class, _ := webtest.Attr(one, "class"); strings.Contains(class, "form") {
			f = one
		}
	}
	fields := standing(f)
	for name := range typed {
		if _, there := fields[name]; !there && name != "more" && len(webtest.All(f, "", "name", name)) == 0 {
			t.Fatalf("%s: the form has no field %q", from, name)
		}
	}
	maps.Copy(fields, typed)
	to, ok := webtest.Attr(f, "action")
	if !ok {
		to = from
	}
	body, kind := encode(t, fields)
	return v.Do("POST", to, kind, body)
}

// standing is what stands in a form.
func standing(f *html.Node) form {
	fields := form{}
	for _, in := range webtest.All(f, "input", "name", "*") {
		name, _ := webtest.Attr(in, "name")
		kind, _ := webtest.Attr(in, "type")
		value, _ := webtest.Attr(in, "value")
		_, checked := webtest.Attr(in, "checked")
		if kind == "file" || (kind == "checkbox" || kind == "radio") && !checked {
			continue
		}
		old, _ := fields[name].([]string)
		fields[name] = append(old, value)
	}
	for _, area := range webtest.All(f, "textarea") {
		name, _ := webtest.Attr(area, "name")
		fields[name] = strings.TrimPrefix(raw(area), "\n")
	}
	for _, sel := range webtest.All(f, "select") {
		name, _ := webtest.Attr(sel, "name")
		for _, o := range webtest.All(sel, "option") {
			if _, on := webtest.Attr(o, "selected"); on {
				fields[name], _ = webtest.Attr(o, "value")
			}
		}
	}
	return fields
}

// raw is the text within a node, as it stands there.
func raw(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

func encode(t *testing.T, fields form) (io.Reader, string) {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		switch v := fields[name].(type) {
		case string:
			_ = w.WriteField(name, v) // a buffer takes everything
		case []string:
			for _, one := range v {
				_ = w.WriteField(name, one)
			}
		case upload:
			part, err := w.CreateFormFile(name, v.name)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = io.WriteString(part, v.data)
		}
	}
	_ = w.Close()
	return &body, w.FormDataContentType()
}

// opens opens the page at path, fills in its form and sends it.
func opens(t *testing.T, v *webtest.Visitor, path string, typed form) *webtest.Page {
	t.Helper()
	p := v.Get(path)
	if p.Status != http.StatusOK {
		t.Fatalf("GET %s: status %d\n%s", path, p.Status, p.Body)
	}
	return send(t, v, path, p, typed)
}

// goes holds that a form was taken, and that it leads somewhere.
func goes(t *testing.T, p *webtest.Page, to string) {
	t.Helper()
	if p.Status != http.StatusSeeOther || p.Header.Get("Location") != to {
		t.Fatalf("status %d, to %q; want 303 to %s\n%s", p.Status, p.Header.Get("Location"), to, p.Text())
	}
}

// says holds that a page says each of the texts.
func says(t *testing.T, p *webtest.Page, texts ...string) {
	t.Helper()
	have := p.Text()
	for _, text := range texts {
		if !strings.Contains(have, text) {
			t.Errorf("the page does not say %q:\n%s", text, have)
		}
	}
}

// hides holds that a page says none of the texts anywhere.
func hides(t *testing.T, p *webtest.Page, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(p.Body, text) {
			t.Errorf("the page says %q:\n%s", text, p.Text())
		}
	}
}

// whistle is a whistle as it is typed.
func whistle(more form) form {
	f := form{"in-title": "路面塌陷", "in-category": "road", "in-place": "jinfeng", "in-description": "金峰路路口塌陷一平方米"}
	maps.Copy(f, more)
	return f
}

// blow opens a whistle through the pages and returns the address of the case.
func (s *site) blow(t *testing.T, more form) string {
	t.Helper()
	p := opens(t, s.by("officer"), "/open/whistle", whistle(more))
	to := p.Header.Get("Location")
	if p.Status != http.StatusSeeOther || !strings.HasPrefix(to, "/cases/WS-") {
		t.Fatalf("status %d to %q\n%s", p.Status, to, p.Text())
	}
	return to
}

var slip = regexp.MustCompile(`(XF|TJ)-\d+ .*?([A-Z2-7]{26})`)

// petition files one without an account; it returns the address of the case and the secret of the receipt.
func (s *site) petition(t *testing.T, v *webtest.Visitor, more form) (path, secret string) {
	t.Helper()
	f := form{"in-name": "某老张", "in-phone": "000-12345678", "in-title": "拆迁补偿没有到账", "in-category": "land", "in-purpose": "appeal", "in-request": "请按协议发放",
		"in-facts": "协议三月已签，至今没有到账。"}
	maps.Copy(f, more)
	p := opens(t, v, "/open/petitions", f)
	m := slip.FindStringSubmatch(p.Text())
	if p.Status != http.StatusCreated || m == nil {
		t.Fatalf("status %d\n%s", p.Status, p.Text())
	}
	return "/cases/" + strings.Fields(m[0])[0], m[2]
}
