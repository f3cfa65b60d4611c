package placesweb_test

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/i18n"
	"huying/internal/identity"
	"huying/internal/places"
	"huying/internal/places/placesweb"
	"huying/internal/store"
	"huying/internal/store/storetest"
	"huying/internal/web"
	"huying/internal/web/webtest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

var (
	ctx    = context.Background()
	zhuhai = time.FixedZone("CST", 8*3600)
	first  = clock.Date{Year: 2021, Month: 1, Day: 1}
	today  = clock.Date{Year: 2021, Month: 11, Day: 19}
)

func district() ([]places.Place, []places.Unit) {
	place := func(key string, kind places.Kind, parent, zh string, tile places.Tile) places.Place {
		return places.Place{Key: key, Kind: kind, Parent: parent, Name: places.Text{ZH: zh}, Tile: tile, From: first}
	}
	unit := func(key, parent, zh string, duties ...string) places.Unit {
		return places.Unit{Key: key, Parent: parent, Name: places.Text{ZH: zh}, Responsibilities: duties, Place: "zone", From: first}
	}
	ps := []places.Place{place("zone", places.District, "", "高新区", places.Tile{}), place("town", places.Town, "zone", "唐家湾镇", places.Tile{}),
		place("xiazha", places.Community, "town", "下栅社区", places.Tile{Col: 2, Row: 1}), place("jinfeng", places.Community, "town", "金峰社区", places.Tile{Col: 3, Row: 3}),
		place("cell", places.Cell, "xiazha", "一格", places.Tile{})}
	ps[2].Code, ps[2].Full.ZH, ps[2].Name.EN, ps[4].Illustrative = "440402100001", "下栅社区居民委员会", "Xiazha", true
	us := []places.Unit{unit("zone", "", "管委会"), unit("science", "zone", "科技局", "研发", "𠮷<b>"), unit("roads", "zone", "建设局", "停车位"), unit("parks", "roads", "公园所"),
		unit("town", "zone", "唐家湾镇")}
	us[4].Fallback, us[4].Place, us[1].Illustrative = true, "town", true
	return ps, us
}

type site struct {
	*webtest.Site
	places *places.Store
	ids    *identity.Service
}

func newSite(t *testing.T, db *store.DB) *site {
	t.Helper()
	ps, err := places.Open(ctx, db, zhuhai)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Write(ctx, func(tx *store.Tx) error {
		places, units := district()
		_, err := ps.Apply(ctx, tx, places, units, today)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	ids := identity.New(db, zhuhai, clock.Security{}, identity.TreesOf(ps), identity.WithParams(identity.Params{Memory: 64, Passes: 1, Threads: 1}))
	texts := webtest.Texts(t, places.Locales, placesweb.Locales, identity.Locales, store.Locales)
	return &site{webtest.New(t, web.Options{Texts: texts, Zone: zhuhai, Nav: placesweb.Nav}, placesweb.Routes(db, ps, ids)...), ps, ids}
}

func each(t *testing.T, f func(t *testing.T, s *site)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) { f(t, newSite(t, db)) }, places.Schema, identity.Schema)
}

var (
	admin = webtest.Person(1, identity.SysAdmin, "")
	clerk = webtest.Person(2, identity.Clerk, "science")
)

func rows(p *webtest.Page) (names []string) {
	for _, th := range p.All("th", "scope", "row") {
		names = append(names, webtest.Text(th))
	}
	return names
}

func TestWhoMayComeWhere(t *testing.T) {
	db := storetest.SQLite(t, places.Schema, identity.Schema)
	s := newSite(t, db)
	for _, tt := range []struct {
		method, path         string
		nobody, clerk, ofAll int
	}{
		{"GET", "/units", 303, 200, 200}, {"GET", "/units/science", 303, 200, 200}, {"GET", "/places", 303, 200, 200}, {"GET", "/places/xiazha", 303, 200, 200},
		{"GET", "/units/mars", 303, 404, 404}, {"GET", "/places/mars", 303, 404, 404},
		{"GET", "/units/science/revise", 303, 403, 200}, {"GET", "/units/mars/revise", 303, 403, 404},
		{"POST", "/units/science/revise", 401, 403, 422}, {"GET", "/units/science/merge", 303, 403, 422}, {"POST", "/units/science/merge", 401, 403, 422},
	} {
		for i, who := range []*identity.Actor{nil, clerk, admin} {
			want := []int{tt.nobody, tt.clerk, tt.ofAll}[i]
			v := s.As(t, who)
			if p := v.Do(tt.method, tt.path, "application/x-www-form-urlencoded", strings.NewReader("")); p.Status != want {
				t.Errorf("%s %s by %d: status %d, want %d", tt.method, tt.path, i, p.Status, want)
			}
		}
	}
	for _, link := range s.As(t, clerk).Get("/units/science").All("a") {
		if href, _ := webtest.Attr(link, "href"); strings.HasSuffix(href, "/revise") {
			t.Error("a clerk is offered to change the unit")
		}
	}
}

// A grant below the top does not reach its neighbours.
func TestAnAdministratorOfOneUnit(t *testing.T) {
	s := newSite(t, storetest.SQLite(t, places.Schema, identity.Schema))
	v := s.As(t, webtest.Person(3, identity.SysAdmin, "roads"))
	if a, b := v.Get("/units/roads/revise").Status, v.Get("/units/science/revise").Status; a != 200 || b != 403 {
		t.Errorf("one's own unit: %d, another: %d", a, b)
	}
}

func TestTheListOfUnits(t *testing.T) {
	s := newSite(t, storetest.SQLite(t, places.Schema, identity.Schema))
	v := s.As(t, clerk)
	for _, tt := range []struct {
		query string
		want  []string
	}{
		{"", []string{"管委会", "科技局 示意", "建设局", "公园所", "唐家湾镇"}},
		{"?q=停车", []string{"建设局"}},
		{"?q=局+研发", []string{"科技局 示意"}},
		{"?sort=-name", []string{"管委会", "科技局 示意", "建设局", "唐家湾镇", "公园所"}},
		{"?on=2020-12-31", nil},
	} {
		if got := rows(v.Get("/units" + tt.query)); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.query, got, tt.want)
		}
	}
	if p := v.Get("/units?on=yesterday"); p.Status != http.StatusUnprocessableEntity || len(p.All("input", "name", "on", "aria-invalid", "true")) != 1 {
		t.Errorf("a day that is none: status %d", p.Status)
	}
	csv := v.Get("/units?format=csv").Body
	if !strings.Contains(csv, "science,科技局,,管委会,,研发、𠮷<b>,高新区,2021-01-01,,true") {
		t.Errorf("the export:\n%s", csv)
	}
}

func TestAUnitShowsWhatItIs(t *testing.T) {
	s := newSite(t, storetest.SQLite(t, places.Schema, identity.Schema))
	p := s.As(t, clerk).Get("/units/science")
	if text := p.Text(); !strings.Contains(text, "𠮷<b>") || !strings.Contains(text, "示意") || !strings.Contains(text, "高新区") {
		t.Error(text)
	}
	crumbs := webtest.Text(p.One("nav", "class", "crumbs"))
	if crumbs != "机构 管委会" {
		t.Errorf("the way to it: %q", crumbs)
	}
	if text := s.As(t, clerk).Get("/units/town").Text(); !strings.Contains(text, "兜底") {
		t.Error(text)
	}
}

// field is what a form of the page holds under a name.
func field(t *testing.T, p *webtest.Page, name string) string {
	t.Helper()
	v, _ := webtest.Attr(p.One("input", "name", name), "value")
	return v
}

func TestAUnitIsRenamed(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		v := s.As(t, admin)
		form := v.Get("/units/science/revise")
		seen := field(t, form, "seen")
		fields := []string{"from", "2021-12-01", "zh", "科技创新局", "en", "Science", "parent", "zone", "responsibilities", "研发\n 𠮷<b> \n\n研发、高企", "seen", seen}
		p := v.Post("/units/science/revise", fields...)
		if p.Status != http.StatusSeeOther || p.Header.Get("Location") != "/units/science" {
			t.Fatalf("status %d: %s", p.Status, p.Text())
		}
		page := v.Get("/units/science")
		if got := rows(page); len(got) != 2 || !strings.Contains(got[0], "12月1日") || !strings.Contains(webtest.Text(page.One("h1")), "科技局") {
			t.Errorf("history %q, title %q", got, webtest.Text(page.One("h1")))
		}
		if text := v.Get("/units/science?on=2021-12-01").Text(); !strings.Contains(text, "科技创新局") || !strings.Contains(text, "高企") {
			t.Errorf("in December: %s", text)
		}
		u, _ := s.places.On(clock.Date{Year: 2021, Month: 12, Day: 1}).Units.ByKey("science")
		if !slices.Equal(u.Responsibilities, []string{"研发", "𠮷<b>", "高企"}) {
			t.Errorf("responsibilities %q", u.Responsibilities)
		}
		if got := s.recorded(t); !slices.Equal(got, []string{"unit.revised unit/science"}) {
			t.Errorf("on record: %q", got)
		}

		// the same form again is out of date: somebody (we ourselves) changed the trees since
		again := v.Post("/units/science/revise", append(fields[:10:10], "seen", seen)...)
		if again.Status != http.StatusUnprocessableEntity || !strings.Contains(again.Text(), "已被他人修改") {
			t.Errorf("an old form: %d %s", again.Status, again.Text())
		}
		if field(t, again, "zh") != "科技创新局" || field(t, again, "seen") == seen {
			t.Error("what was typed is lost, or the form stays out of date")
		}
	})
}

func (s *site) recorded(t *testing.T) (list []string) {
	t.Helper()
	lines, _, err := s.ids.Audit(ctx, identity.Console(), identity.AuditFilter{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lines {
		list = append(list, string(l.What)+" "+l.Object)
	}
	return list
}

func TestAWrongRevisionSaysWhatIsWrong(t *testing.T) {
	s := newSite(t, storetest.SQLite(t, places.Schema, identity.Schema))
	v := s.As(t, admin)
	seen := strconv.FormatInt(s.places.History().Version, 10)
	for _, tt := range []struct {
		name, says string
		fields     []string
	}{
		{"no day", "请填写生效日期", []string{"zh", "甲"}},
		{"no name", "请填写名称", []string{"from", "2021-12-01"}},
		{"a day before it began", "已有自 2021-01-01 起的版本", []string{"zh", "甲", "from", "2020-12-01"}},
		{"a parent below it", "又回到自己", []string{"zh", "甲", "from", "2021-12-01", "parent", "parks"}},
		{"a name that is too long", "60", []string{"zh", strings.Repeat("长", 61), "from", "2021-12-01"}},
	} {
		p := v.Post("/units/roads/revise", append(tt.fields, "seen", seen)...)
		text := p.Text()
		if p.Status != http.StatusUnprocessableEntity || len(p.All("div", "class", "summary")) != 1 {
			t.Errorf("%s: status %d", tt.name, p.Status)
		}
		if !strings.Contains(text, tt.says) {
			t.Errorf("%s: %s", tt.name, text)
		}
	}
	if n := len(s.places.History().UnitVersions("roads")); n != 1 || len(s.recorded(t)) > 0 {
		t.Errorf("%d versions, on record %q", n, s.recorded(t))
	}
}

func TestAUnitIsMerged(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		v := s.As(t, admin)
		ask := v.Get("/units/roads/merge?into=science&from=2021-12-01")
		if !strings.Contains(ask.Text(), "2021年11月30日") || len(s.places.History().UnitVersions("roads")) != 1 {
			t.Errorf("before it is done it is asked: %s", ask.Text())
		}
		p := v.Post("/units/roads/merge", "into", field(t, ask, "into"), "from", field(t, ask, "from"), "seen", field(t, ask, "seen"))
		if p.Status != http.StatusSeeOther {
			t.Fatalf("status %d: %s", p.Status, p.Text())
		}
		after := v.Get("/units?on=2021-12-01")
		if got := rows(after); !slices.Equal(got, []string{"管委会", "科技局 示意", "公园所", "唐家湾镇"}) {
			t.Errorf("after it: %q", got)
		}
		gone := v.Get("/units/roads?on=2021-12-05")
		if len(gone.All("a", "href", "/units/science")) == 0 || !strings.Contains(gone.Text(), "已撤销") {
			t.Errorf("the unit that is no more: %s", gone.Text())
		}
		if got := s.recorded(t); !slices.Equal(got, []string{"unit.merged unit/roads"}) {
			t.Errorf("on record: %q", got)
		}
		for _, query := range []string{"", "?into=science", "?from=2021-12-05", "?into=science&from=soon"} {
			if p := v.Get("/units/parks/merge" + query); p.Status != http.StatusUnprocessableEntity {
				t.Errorf("%q: status %d", query, p.Status)
			}
		}
		if p := v.Post("/units/parks/merge", "into", "roads", "from", "2021-12-05", "seen", field(t, ask, "seen")); !strings.Contains(p.Text(), "已被他人修改") {
			t.Errorf("an old question: %s", p.Text())
		}
	})
}

func TestPlaces(t *testing.T) {
	s := newSite(t, storetest.SQLite(t, places.Schema, identity.Schema))
	v := s.As(t, clerk)
	p := v.Get("/places")
	if got := rows(p); !slices.Equal(got, []string{"高新区", "唐家湾镇", "下栅社区", "一格 示意", "金峰社区"}) {
		t.Errorf("the tree: %q", got)
	}
	if got := rows(v.Get("/places?kind=community&q=4404")); !slices.Equal(got, []string{"下栅社区"}) {
		t.Errorf("communities with a code: %q", got)
	}
	svg := webtest.All(p.One("figure", "class", "tiles"), "svg")[0]
	if box, _ := webtest.Attr(svg, "viewBox"); box != "0 0 300 300" {
		t.Errorf("the map is %q", box)
	}
	tile := webtest.All(svg, "a", "href", "/places/xiazha", "aria-label", "下栅社区")
	if len(tile) != 1 || webtest.Text(tile[0]) != "下栅" {
		t.Errorf("%d tiles", len(tile))
	}
	one := v.Get("/places/xiazha")
	if text := one.Text(); !strings.Contains(text, "440402100001") || !strings.Contains(text, "下栅社区居民委员会") {
		t.Error(text)
	}
	if len(one.All("a", "aria-current", "location")) != 1 {
		t.Error("the map does not show where one is")
	}
	if text := v.Get("/places/zone").Text(); !strings.Contains(text, "没有自己的代码") || !strings.Contains(text, "科技局") {
		t.Error(text)
	}
	v.Get("/places?lang=en")
	if text := webtest.Text(v.Get("/places").One("figure", "class", "tiles")); !strings.HasPrefix(text, "Xiazha 金峰") {
		t.Errorf("in English: %s", text)
	}
	v.Get("/places?elder=20")
	if n := len(v.Get("/places").All("figure", "class", "tiles")); n != 0 {
		t.Error("elder mode shows letters that do not grow")
	}
}

func TestBothLanguagesSayEverything(t *testing.T) {
	c, err := i18n.New(errs.Locales, places.Locales, placesweb.Locales)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(c.Keys(i18n.ZH), c.Keys(i18n.EN)) {
		t.Error("the languages have different keys")
	}
}
