package promiseweb_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"strings"
	"testing"
	"time"

	"huying/internal/clock"
	"huying/internal/files"
	"huying/internal/identity"
	"huying/internal/places"
	"huying/internal/promise"
	"huying/internal/promise/promiseweb"
	"huying/internal/store"
	"huying/internal/store/storetest"
	"huying/internal/web"
	"huying/internal/web/webtest"
)

// The report of the tests: a result, two paragraphs of work, an annex that says one thing again, two promises with the same words, and words
// that a careless page would run.
const (
	reportTitle = "某区工作报告"
	hostile     = `加强<script>alert(1)</script>建设`
	formula     = `=HYPERLINK("http://x")改造𠮷祥街`
	reportText  = reportTitle + "\n(2021年2月5日)\n一、去年工作回顾\n新增停车位433个。\n二、今年工作安排\n(一)建设宜居城市\n地区生产总值增长8%。新增停车位798个，新建污水管网50公里。" +
		hostile + "。推进科技园项目建设。" + formula + "。\n三、民生实事\n一、再建一批停车设施\n今年新增停车位798个。建成3所小学和3所幼儿园。"
)

var (
	public     = context.Background()
	zone       = time.FixedZone("CST", 8*3600)
	clerk      = promise.Author{ID: 7, Name: "张三丰", Unit: "works"}
	supervisor = promise.Author{ID: 8, Name: "李四光", Unit: "office"}
	machine    = promise.Author{Name: "模拟器", Unit: "works", Simulated: true}
)

// weekdays is a calendar without holidays.
type weekdays struct{}

func worked(d clock.Date) bool {
	w := d.In(time.UTC).Weekday()
	return w != time.Saturday && w != time.Sunday
}

func (weekdays) Between(a, b clock.Date) (n int) {
	for d := a.AddDays(1); !d.After(b); d = d.AddDays(1) {
		if worked(d) {
			n++
		}
	}
	return n
}

func (weekdays) OnOrAfter(d clock.Date) clock.Date {
	for !worked(d) {
		d = d.AddDays(1)
	}
	return d
}

func (weekdays) OnOrBefore(d clock.Date) clock.Date {
	for !worked(d) {
		d = d.AddDays(-1)
	}
	return d
}

// duties are the units as the register asks for them.
type duties struct{}

func (duties) Duties(clock.Date) ([]promise.UnitDuty, string) {
	return []promise.UnitDuty{{Key: "works", Responsibilities: []string{"停车位", "污水管网", "改造"}}, {Key: "schools", Responsibilities: []string{"小学", "幼儿园"}},
		{Key: "science", Responsibilities: []string{"科技园"}}, {Key: "office"}, {Key: "town"}}, "town"
}

func (duties) Locate(clock.Date, string) string { return "" }

func (duties) HasPlace(_ clock.Date, key string) bool { return key == "zone" }

func someUnits() []places.Unit {
	first := clock.Date{Year: 2021, Month: 1, Day: 1}
	unit := func(key, parent, zh, en string) places.Unit {
		return places.Unit{Key: key, Parent: parent, Name: places.Text{ZH: zh, EN: en}, Place: "zone", From: first}
	}
	all := []places.Unit{unit("zone", "", "管委会", "Committee"), unit("works", "zone", "建设局", "Works"), unit("schools", "works", "教育局", "Schools"),
		unit("science", "zone", "科技局", "Science"), unit("office", "zone", "督查室", "Office"), unit("town", "zone", "唐家湾镇", "Town")}
	all[5].Fallback = true
	return all
}

// site is the public pages over a register of the test's own.
type site struct {
	*webtest.Site
	t        testing.TB
	db       *store.DB
	hand     *clock.Hand
	register *promise.Register
	files    *files.Store
	document int64
}

var schemas = []store.Schema{places.Schema, identity.Schema, files.Schema, promise.Schema}

// emptySite has units, and nothing promised.
func emptySite(t testing.TB, db *store.DB) *site {
	t.Helper()
	hand := clock.NewHand(storetest.Now)
	db = db.WithClock(hand.Business())
	trees, err := places.Open(public, db, zone)
	must(t, err)
	s := &site{t: t, db: db, hand: hand}
	s.write(func(tx *store.Tx) error {
		where := []places.Place{{Key: "zone", Kind: places.District, Name: places.Text{ZH: "高新区"}, From: clock.Date{Year: 2021, Month: 1, Day: 1}}}
		_, err := trees.Apply(public, tx, where, someUnits(), trees.Today())
		return err
	})
	s.files, err = files.Open(t.TempDir(), clock.Security{})
	must(t, err)
	ids := identity.New(db, zone, clock.Security{}, identity.TreesOf(trees), identity.WithParams(identity.Params{Memory: 64, Passes: 1, Threads: 1}))
	s.register = promise.New(db, zone, weekdays{}, promise.Default, duties{})
	parts := promiseweb.Parts{DB: db, Register: s.register, IDs: ids, Places: trees, Files: s.files,
		Read: func(string, []byte) (promise.Read, error) { return promise.Read{}, nil }}
	s.Site = webtest.New(t, web.Options{Texts: webtest.Texts(t, places.Locales, identity.Locales, files.Locales, promise.Locales, promiseweb.Locales, store.Locales),
		Zone: zone, Nav: promiseweb.Nav, Business: hand.Business()}, promiseweb.Routes(parts)...)
	return s
}

// fullSite has the report of the tests kept, judged and entered.
func fullSite(t testing.TB, db *store.DB) *site {
	t.Helper()
	s := emptySite(t, db)
	s.write(func(tx *store.Tx) (err error) {
		if s.document, err = s.register.Keep(public, tx, readReport(), supervisor); err != nil {
			return err
		}
		if _, err = s.register.AcceptSure(public, tx, s.document, supervisor); err != nil {
			return err
		}
		_, err = s.register.Enter(public, tx, s.document, supervisor)
		return err
	})
	return s
}

func sqliteSite(t testing.TB) *site { t.Helper(); return fullSite(t, storetest.SQLite(t, schemas...)) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (s *site) write(f func(tx *store.Tx) error) { s.t.Helper(); must(s.t, s.db.Write(public, f)) }

// say enters something about a promise and returns its id.
func (s *site) say(number string, e promise.Entry, by promise.Author) (id int64) {
	s.t.Helper()
	e.Promise = s.find(number).ID
	s.write(func(tx *store.Tx) (err error) { id, err = s.register.Say(public, tx, e, by); return err })
	return id
}

func (s *site) board() *promise.Board {
	s.t.Helper()
	b, err := s.register.Board(public, 2021)
	must(s.t, err)
	return b
}

func (s *site) find(number string) *promise.Standing {
	s.t.Helper()
	st, err := s.board().Find(number)
	must(s.t, err)
	return st
}

// titled is the promise whose words begin so.
func (s *site) titled(words string) *promise.Standing {
	s.t.Helper()
	for _, st := range s.board().Rows {
		if strings.HasPrefix(st.Title, words) {
			return st
		}
	}
	s.t.Fatalf("nothing promises %q", words)
	return nil
}

// photograph stores a small picture and returns it as evidence.
func (s *site) photograph(name string, shade uint8) promise.File {
	s.t.Helper()
	img := image.NewGray(image.Rect(0, 0, 4, 3))
	img.Pix[0] = shade
	var b bytes.Buffer
	must(s.t, png.Encode(&b, img))
	var f files.File
	s.write(func(tx *store.Tx) (err error) { f, err = s.files.Put(public, tx, &b, 1<<20, files.PNG); return err })
	return promise.File{Hash: f.Hash, Name: name, Type: string(f.Type), Size: f.Size}
}

func (s *site) get(path string) *webtest.Page { s.t.Helper(); return s.As(s.t, nil).Get(path) }

// span is where words stand in the report of the tests, the n-th time from 0.
func span(words string, n int) promise.Span {
	from, rest := 0, reportText
	for ; ; n-- {
		i := strings.Index(rest, words)
		from += len([]rune(rest[:i]))
		if n == 0 {
			return promise.Span{Start: from, End: from + len([]rune(words))}
		}
		from += len([]rune(words))
		rest = rest[i+len(words):]
	}
}

func readReport() promise.Read {
	theme, matter := promise.Heading{No: 1, Title: "建设宜居城市"}, promise.Heading{No: 1, Title: "再建一批停车设施"}
	claim := func(ref string, kind promise.Kind, words string, nth int, set func(*promise.Claim)) promise.ReadClaim {
		c := promise.Claim{Kind: kind, Quote: words, Span: span(words, nth), Sentence: span(words, nth), Year: "2021", State: "plan", Strength: "deliver", Measurability: promise.Binary}
		if kind == promise.Task {
			c.Theme = theme
		}
		if kind == promise.Livelihood {
			c.Matter = matter
		}
		set(&c)
		return promise.ReadClaim{Ref: ref, Claim: c}
	}
	counted := func(indicator, value, unit string) func(*promise.Claim) {
		return func(c *promise.Claim) {
			c.Measurability, c.Indicator, c.Op, c.Value, c.Unit, c.Metric = promise.Numeric, indicator, "=", value, unit, "count"
		}
	}
	schools, parking := "建成3所小学和3所幼儿园", "新增停车位798个"
	return promise.Read{
		Document: promise.Document{Kind: promise.Report, Title: reportTitle, Year: 2021, File: "f1", FileName: "报告.txt", Format: "text", Encoding: "utf-8", Text: reportText, Body: body()},
		Claims: []promise.ReadClaim{
			claim("r1", promise.Result, "新增停车位433个", 0, func(c *promise.Claim) { counted("停车位", "433", "个")(c); c.Year = "2020" }),
			claim("g1", promise.Target, "地区生产总值增长8%", 0, func(c *promise.Claim) { counted("地区生产总值", "8", "%")(c); c.Op, c.Metric = ">=", "growth" }),
			claim("t1", promise.Task, parking, 0, func(c *promise.Claim) { counted("停车位", "798", "个")(c); c.DuplicateOf = "l1" }),
			claim("t2", promise.Task, "新建污水管网50公里", 0, func(c *promise.Claim) {
				counted("污水管网", "50", "公里")(c)
				c.Sentence = promise.Span{Start: span(parking, 0).Start, End: c.Span.End + 1}
			}),
			claim("t3", promise.Task, hostile, 0, func(c *promise.Claim) { c.Measurability, c.Vague, c.Strength = promise.Vague, "attitude", "progress" }),
			claim("t4", promise.Task, "推进科技园项目建设", 0, func(c *promise.Claim) { c.Measurability, c.Strength, c.Verb = promise.Project, "start", "建设" }),
			claim("t5", promise.Task, formula, 0, func(*promise.Claim) {}),
			claim("l1", promise.Livelihood, parking, 1, func(c *promise.Claim) { counted("停车位", "798", "个")(c); c.Baseline = "r1" }),
			claim("l2", promise.Livelihood, schools, 0, func(c *promise.Claim) { counted("小学", "3", "所")(c); c.Object = "小学" }),
			claim("l3", promise.Livelihood, schools, 0, func(c *promise.Claim) { counted("幼儿园", "3", "所")(c); c.Object = "幼儿园" }),
		},
	}
}

// body are the lines of the report; the blank before the work of the year stands between two runs, as a tag does.
func body() []promise.Paragraph {
	levels := []int{1, 0, 2, 0, 2, 3, 0, 2, 0, 0}
	var out []promise.Paragraph
	at := 0
	for i, line := range strings.Split(reportText, "\n") {
		n := len([]rune(line))
		p := promise.Paragraph{Level: levels[i], State: "plan", Runs: []promise.Span{{Start: at, End: at + n}}}
		if i < 2 {
			p.State = "opening"
		}
		if i == 6 {
			p.Runs = []promise.Span{{Start: at, End: at + 12}, {Start: at + 12, End: at + n}}
		}
		out = append(out, p)
		at += n + 1
	}
	return out
}
