package promise

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

var ctx = context.Background()

type twoUnits struct{}

func (twoUnits) Duties(clock.Date) ([]UnitDuty, string) {
	return []UnitDuty{
		{Key: "works", Names: []string{"建设局", "城市建设局"}, Responsibilities: []string{"停车位", "道路"}},
		{Key: "schools", Names: []string{"教育局"}, Responsibilities: []string{"学校", "小学", "幼儿园"}},
		{Key: "town", Names: []string{"唐家湾镇"}, Responsibilities: nil},
	}, "town"
}

func (twoUnits) Locate(clock.Date, string) string { return "" }

func (twoUnits) HasPlace(_ clock.Date, key string) bool { return key == "zone" }

var office = Author{ID: 7, Name: "督查室 𠮷", Unit: "office"}

const annex = "新增停车位798个。建成3所小学。加强文化建设。全年新增车位798个。"

func claim(kind Kind, quote string, start int, set func(*Claim)) Claim {
	c := Claim{Kind: kind, Quote: quote, Span: Span{start, start + len([]rune(quote))}, Sentence: Span{start, start + len([]rune(quote))}, Year: "2021", Measurability: Vague, Vague: "attitude"}
	if set != nil {
		set(&c)
	}
	return c
}

func counted(value, unit string) func(*Claim) {
	return func(c *Claim) {
		c.Measurability, c.Vague, c.Op, c.Value, c.Unit, c.Metric = Numeric, "", "=", value, unit, "count"
	}
}

func annexRead(file string) Read {
	return Read{Document: Document{Kind: Report, Title: "报告", Year: 2021, File: file, FileName: "报告.txt", Format: "text", Encoding: "utf-8", Text: annex},
		Claims: []ReadClaim{
			{Ref: "r1", Claim: claim(Livelihood, "新增停车位798个", 0, counted("798", "个"))},
			{Ref: "r2", Claim: claim(Task, "建成3所小学", 10, counted("3", "所"))},
			{Ref: "r3", Doubtful: true, Claim: claim(Task, "加强文化建设", 17, nil)},
			{Ref: "r4", Claim: claim(Task, "全年新增车位798个", 24, func(c *Claim) { counted("798", "个")(c); c.DuplicateOf = "r1" })},
			{Ref: "r5", Claim: claim(Result, "建成3所小学", 10, counted("3", "所"))},
		}}
}

// open returns a register that stands on the day of the test's database, and its clock.
func open(db *store.DB) (*Register, *clock.Hand) {
	hand := clock.NewHand(storetest.Now)
	return New(db.WithClock(hand.Business()), time.UTC, weekdays{}, Default, twoUnits{}), hand
}

func write(t *testing.T, r *Register, f func(tx *store.Tx) error) {
	t.Helper()
	if err := r.db.Write(ctx, f); err != nil {
		t.Fatal(err)
	}
}

// enterAnnex keeps the annex, accepts what is sure and enters it.
func enterAnnex(t *testing.T, r *Register) (document int64, board *Board) {
	t.Helper()
	write(t, r, func(tx *store.Tx) (err error) {
		if document, err = r.Keep(ctx, tx, annexRead("f1"), office); err != nil {
			return err
		}
		if _, err = r.AcceptSure(ctx, tx, document, office); err != nil {
			return err
		}
		_, err = r.Enter(ctx, tx, document, office)
		return err
	})
	board, err := r.Board(ctx, 2021)
	if err != nil {
		t.Fatal(err)
	}
	return document, board
}

func TestEnteringARead(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r, _ := open(db)
		doc, board := enterAnnex(t, r)
		if len(board.Rows) != 2 {
			t.Fatalf("%d promises, want 2: the doubtful waits, the repeated is not counted twice, the result is none", len(board.Rows))
		}
		p := board.Rows[0]
		if p.Number != "2021-001" || p.Title != "新增停车位798个" || p.Lead != "works" || !slices.Equal(p.LeadReason, []string{"停车位"}) || p.Course != Flow || p.Due.String() != "2021-12-31" {
			t.Errorf("%+v", p.Promise)
		}
		if lead := board.Rows[1].Lead; lead != "schools" {
			t.Errorf("the school is led by %q", lead)
		}
		left, total, err := r.Records(ctx, RecordFilter{Document: doc, State: Proposed}, 10, 0)
		if err != nil || total != 1 || left[0].Ref != "r3" {
			t.Errorf("left to look at: %v %d %v", left, total, err)
		}
		var again error
		err = r.db.Write(ctx, func(tx *store.Tx) error { _, again = r.Keep(ctx, tx, annexRead("f1"), office); return again })
		if !errs.Is(err, errs.Conflict) {
			t.Errorf("the same file again: %v", err)
		}
		docs, n, err := r.Documents(ctx, 10, 0)
		if err != nil || n != 1 || docs[0].Entered != 3 || docs[0].Proposed != 1 || docs[0].Doubtful != 1 || docs[0].Total != 4 {
			t.Errorf("%+v %d %v", docs, n, err)
		}
	}, Schema)
}

func TestWordsThatPromiseTwice(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r, _ := open(db)
		part := func(object string) func(*Claim) { return func(c *Claim) { c.Measurability, c.Object = Binary, object } }
		in := Read{Document: annexRead("twice").Document, Claims: []ReadClaim{
			{Ref: "t1", Claim: claim(Task, "建成3所小学", 10, func(c *Claim) { c.DuplicateOf = "l1" })},
			{Ref: "l1", Claim: claim(Livelihood, "建成3所小学", 10, func(c *Claim) { c.DuplicateOf = "t1" })},
			{Ref: "l2", Claim: claim(Livelihood, "新增停车位798个", 0, part("停车位"))},
			{Ref: "l3", Claim: claim(Livelihood, "新增停车位798个", 0, part("车位"))},
		}}
		write(t, r, func(tx *store.Tx) error {
			id, err := r.Keep(ctx, tx, in, office)
			if err != nil {
				return err
			}
			if _, err := r.AcceptSure(ctx, tx, id, office); err != nil {
				return err
			}
			_, err = r.Enter(ctx, tx, id, office)
			return err
		})
		board, err := r.Board(ctx, 2021)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, st := range board.Rows {
			got = append(got, string(st.Kind)+" "+st.Title)
		}
		if want := []string{"livelihood 建成3所小学", "livelihood 新增停车位798个（停车位）", "livelihood 新增停车位798个（车位）"}; !slices.Equal(got, want) {
			t.Errorf("entered %q, want %q: each names the other, and the annex keeps it; one sentence, two things", got, want)
		}
	}, Schema)
}

func TestASuccessorInherits(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r, _ := open(db)
		_, board := enterAnnex(t, r)
		cars, school := board.Rows[0], board.Rows[1]
		terms := school.terms0()
		terms.Joint = []string{"works", "town"}
		day := clock.Date{Year: 2021, Month: 11, Day: 1}
		write(t, r, func(tx *store.Tx) error { return r.SetTerms(ctx, tx, school.ID, school.Version, terms, "", office) })
		for _, want := range []int{2, 0} { // the second time nothing is left to hand over
			write(t, r, func(tx *store.Tx) error {
				n, err := r.Inherit(ctx, tx, "works", "town", day, office)
				if err == nil && n != want {
					t.Errorf("%d changed hands, want %d", n, want)
				}
				return err
			})
		}
		board, err := r.Board(ctx, 2021)
		if err != nil {
			t.Fatal(err)
		}
		now := board.Rows[0]
		if now.Lead != "town" || now.Due != cars.Due || board.Rows[1].Lead != "schools" || !slices.Equal(board.Rows[1].Joint, []string{"town"}) {
			t.Errorf("lead %q until %s; the school's joint units %q", now.Lead, now.Due, board.Rows[1].Joint)
		}
		if e := now.Entries[len(now.Entries)-1]; e.Type != Changed || e.AsOf != day || e.Change.Before.Lead != "works" || e.Change.After.Lead != "town" {
			t.Errorf("the history says %+v", e)
		}
	}, Schema)
}

func TestABatchThatFailsLeavesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r, _ := open(db)
		boom := errors.New("power cut")
		err := r.db.Write(ctx, func(tx *store.Tx) error {
			doc, err := r.Keep(ctx, tx, annexRead("f1"), office)
			if err != nil {
				return err
			}
			if _, err := r.AcceptSure(ctx, tx, doc, office); err != nil {
				return err
			}
			if _, err := r.Enter(ctx, tx, doc, office); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Fatal(err)
		}
		if _, n, err := r.Documents(ctx, 10, 0); n != 0 || err != nil {
			t.Errorf("%d documents %v", n, err)
		}
	}, Schema)
}

func TestReviewing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r, _ := open(db)
		var doc int64
		write(t, r, func(tx *store.Tx) (err error) { doc, err = r.Keep(ctx, tx, annexRead("f1"), office); return err })
		recs, _, err := r.Records(ctx, RecordFilter{Document: doc, Doubtful: true}, 10, 0)
		if err != nil || len(recs) != 1 {
			t.Fatal(recs, err)
		}
		rec := recs[0]
		judge := func(v Verdict) error {
			v.Record = rec.ID
			return r.db.Write(ctx, func(tx *store.Tx) error { return r.Judge(ctx, tx, v, office) })
		}
		edited := rec.Claim
		edited.Measurability, edited.Vague, edited.Object, edited.Verb = Binary, "", "<script>alert(1)</script>", "建成"
		if err := judge(Verdict{Action: "edit", Version: 1, Claim: edited}); err != nil {
			t.Fatal(err)
		}
		if err := judge(Verdict{Action: "reject", Version: 1, Note: "重复"}); !errs.Is(err, errs.Conflict) {
			t.Errorf("a second reviewer with the old version: %v", err)
		}
		if err := judge(Verdict{Action: "reject", Version: 2}); !errs.Is(err, errs.Invalid) {
			t.Errorf("a rejection without a reason: %v", err)
		}
		bad := edited
		bad.Measurability, bad.Value = Numeric, "many"
		if err := judge(Verdict{Action: "edit", Version: 2, Claim: bad}); len(errs.All(err)) == 0 || errs.All(err)[0].Field != "value" {
			t.Errorf("a value that is no number: %v", err)
		}
		now, history, err := r.Record(ctx, rec.ID)
		if err != nil {
			t.Fatal(err)
		}
		if now.Original.Object != "" || now.Claim.Object != edited.Object || now.State != Accepted || now.Version != 2 || len(history) != 1 || history[0].By != office.Name || history[0].Claim.Object != edited.Object {
			t.Errorf("%+v %+v", now, history)
		}
		write(t, r, func(tx *store.Tx) error { _, err := r.Enter(ctx, tx, doc, office); return err })
		if err := judge(Verdict{Action: "reopen", Version: 3}); !errs.Is(err, errs.Conflict) {
			t.Errorf("a record that is in the register: %v", err)
		}
	}, Schema)
}

func TestSayingThings(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r, _ := open(db)
		_, board := enterAnnex(t, r)
		parking := board.Rows[0]
		say := func(e Entry) (id int64, err error) {
			e.Promise = parking.ID
			err = r.db.Write(ctx, func(tx *store.Tx) error { id, err = r.Say(ctx, tx, e, office); return err })
			return id, err
		}
		first, err := say(Entry{Type: Figure, Value: "7,51", Source: "台账", Note: "=HYPERLINK(1)"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := say(Entry{Type: Done, Note: "完工"}); len(errs.All(err)) == 0 || errs.All(err)[0].Key != "promise.not_met" {
			t.Errorf("done at 751 of 798: %v", err)
		}
		if _, err := say(Entry{Type: Figure, Value: "798", Source: "台账", Corrects: first}); err != nil {
			t.Fatal(err)
		}
		if _, err := say(Entry{Type: Figure, Value: "799", Source: "台账", Corrects: first}); !errs.Is(err, errs.Conflict) {
			t.Errorf("corrected twice: %v", err)
		}
		if _, err := say(Entry{Type: Done, Note: "完工", Files: []File{{Hash: "h", Name: "𠮷.jpg", Type: "image/jpeg", Size: 9}}}); err != nil {
			t.Fatal(err)
		}
		for name, e := range map[string]Entry{
			"tomorrow's figure":       {Type: Figure, Value: "1", Source: "s", AsOf: r.Today().AddDays(1)},
			"a figure from nowhere":   {Type: Figure, Value: "1"},
			"a thousand percent":      {Type: Progress, Percent: 1000, Note: "x"},
			"a node that is not":      {Type: NodeDone, Node: 9, Note: "x"},
			"an unknown entry":        {Type: "dance"},
			"an endless override":     {Type: Override, Change: Change{Light: Green, Reason: "x", Until: r.Today().AddDays(1000)}},
			"an unexplained override": {Type: Override, Change: Change{Light: Green, Until: r.Today()}},
			"a lone adjustment":       {Type: Adjusted, Change: Change{Value: "1"}},
			"a correction of naught":  {Type: Figure, Value: "1", Source: "s", Corrects: 9999},
			"a silent reopening":      {Type: Reopened},
		} {
			if _, err := say(e); !errs.Is(err, errs.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		b, err := r.Board(ctx, 2021)
		if err != nil {
			t.Fatal(err)
		}
		st := b.Rows[0]
		if st.Value != "798" || st.Status != IsDone || st.Light != Blue || len(st.Entries) != 3 || st.Proofs != 1 || st.Entries[0].Note != "=HYPERLINK(1)" || st.Entries[2].Files[0].Name != "𠮷.jpg" {
			t.Errorf("%s %s %s %+v", st.Value, st.Status, st.Light, st.Entries)
		}
	}, Schema)
}

func TestTwoCorrectionsAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r, _ := open(db)
		_, board := enterAnnex(t, r)
		var first int64
		write(t, r, func(tx *store.Tx) (err error) {
			first, err = r.Say(ctx, tx, Entry{Promise: board.Rows[0].ID, Type: Figure, Value: "1", Source: "s"}, office)
			return err
		})
		var wg sync.WaitGroup
		results := make([]error, 6)
		for i := range results {
			wg.Go(func() {
				results[i] = r.db.Write(ctx, func(tx *store.Tx) error {
					_, err := r.Say(ctx, tx, Entry{Promise: board.Rows[0].ID, Type: Figure, Value: "2", Source: "s", Corrects: first}, office)
					return err
				})
			})
		}
		wg.Wait()
		won := 0
		for _, err := range results {
			if err == nil {
				won++
			} else if !errs.Is(err, errs.Conflict) {
				t.Errorf("a loser hears %v", err)
			}
		}
		if won != 1 {
			t.Errorf("%d won", won)
		}
	}, Schema)
}

func TestTermsAndFormulas(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r, _ := open(db)
		_, board := enterAnnex(t, r)
		parking, school := board.Rows[0], board.Rows[1]
		set := func(st *Standing, version int, change func(*Terms)) error {
			terms := st.terms0()
			change(&terms)
			return r.db.Write(ctx, func(tx *store.Tx) error { return r.SetTerms(ctx, tx, st.ID, version, terms, "会议明确", office) })
		}
		if err := set(school, 1, func(t *Terms) { t.Formula = `latest["2021-001"] / 266.0` }); err != nil {
			t.Fatal(err)
		}
		if err := set(school, 1, func(t *Terms) { t.Lead = "works" }); !errs.Is(err, errs.Conflict) {
			t.Errorf("the old version: %v", err)
		}
		for name, change := range map[string]func(*Terms){
			"a unit that is not there":  func(t *Terms) { t.Lead = "moon" },
			"the lead as its own joint": func(t *Terms) { t.Joint = []string{t.Lead} },
			"due before it starts":      func(t *Terms) { t.Due = t.Start.AddDays(-1) },
			"a formula that is broken":  func(t *Terms) { t.Formula = "latest[" },
			"nodes out of order": func(t *Terms) {
				t.Nodes = []Node{{No: 1, Title: "b", Due: day("2021-06-01")}, {No: 2, Title: "a", Due: day("2021-05-01")}}
			},
		} {
			if err := set(parking, 1, change); !errs.Is(err, errs.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		write(t, r, func(tx *store.Tx) error {
			_, err := r.Say(ctx, tx, Entry{Promise: parking.ID, Type: Figure, Value: "532", Source: "台账"}, office)
			return err
		})
		b, err := r.Board(ctx, 2021)
		if err != nil {
			t.Fatal(err)
		}
		if got := b.Rows[1]; got.Value != "2" || got.Entries[0].Change.After.Formula == "" || got.Entries[0].Type != Changed {
			t.Errorf("the formula gives %q, history %+v", got.Value, got.Entries)
		}
		if err := set(parking, 1, func(t *Terms) { t.Formula = `latest["2021-002"]` }); err != nil {
			t.Fatal(err)
		}
		if b, err = r.Board(ctx, 2021); err != nil || b.Rows[0].Value != "" {
			t.Errorf("two formulas that ask each other give %q %v", b.Rows[0].Value, err)
		}
	}, Schema)
}

func (st *Standing) terms0() Terms { return st.Promise.Terms() }

func TestTheBoardFollowsTheDayAndEveryChange(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r, hand := open(db)
		other := New(r.db, time.UTC, weekdays{}, Default, twoUnits{}) // a second server
		_, a := enterAnnex(t, r)
		if again, err := r.Board(ctx, 2021); err != nil || again != a {
			t.Error("nothing changed, and the picture was drawn anew", err)
		}
		if _, err := other.Board(ctx, 2021); err != nil {
			t.Fatal(err)
		}
		write(t, r, func(tx *store.Tx) error {
			_, err := r.Say(ctx, tx, Entry{Promise: a.Rows[0].ID, Type: Figure, Value: "720", Source: "台账"}, office)
			return err
		})
		b, err := other.Board(ctx, 2021)
		if err != nil || b.Rows[0].Value != "720" {
			t.Errorf("the second server shows %q %v", b.Rows[0].Value, err)
		}
		light := b.Rows[0].Light
		hand.Set(time.Date(2022, 1, 5, 1, 0, 0, 0, time.UTC))
		if b, err = other.Board(ctx, 2021); err != nil || light != Green || b.Rows[0].Light != Red {
			t.Errorf("green %s became %s after the year's end, %v", light, b.Rows[0].Light, err)
		}
		if b, err = r.Board(ctx, 1999); err != nil || len(b.Rows) != 0 {
			t.Errorf("a year without promises: %v", err)
		}
	}, Schema)
}

func TestANewYear(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r, hand := open(db)
		_, board := enterAnnex(t, r)
		roll := func() (n int, err error) {
			err = r.db.Write(ctx, func(tx *store.Tx) error { n, err = r.Rollover(ctx, tx, 2021, office); return err })
			return n, err
		}
		if _, err := roll(); !errs.Is(err, errs.Conflict) {
			t.Errorf("in November: %v", err)
		}
		write(t, r, func(tx *store.Tx) error {
			if _, err := r.Say(ctx, tx, Entry{Promise: board.Rows[0].ID, Type: Figure, Value: "700", Source: "台账"}, office); err != nil {
				return err
			}
			for _, typ := range []EntryType{Figure, Done} {
				if _, err := r.Say(ctx, tx, Entry{Promise: board.Rows[1].ID, Type: typ, Value: "3", Source: "台账", Note: "竣工验收"}, office); err != nil {
					return err
				}
			}
			return nil
		})
		hand.Set(time.Date(2021, 12, 30, 1, 0, 0, 0, time.UTC))
		if n, err := roll(); n != 1 || err != nil {
			t.Fatalf("%d rolled over, %v", n, err)
		}
		if n, err := roll(); n != 0 || err != nil {
			t.Errorf("a second time: %d, %v", n, err)
		}
		b, err := r.Board(ctx, 2022)
		if err != nil || len(b.Rows) != 1 {
			t.Fatal(b, err)
		}
		p := b.Rows[0]
		if p.Number != "2022-001" || p.Title != "新增停车位798个" || p.Baseline != "700" || p.Course != Stock {
			t.Errorf("%+v", p.Promise)
		}
		line, err := r.Line(ctx, p)
		if err != nil || len(line) != 2 || line[1].Value != "700" {
			t.Errorf("%v %v", line, err)
		}
	}, Schema)
}

func TestEveryCountIsTheLengthOfItsList(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r, _ := open(db)
		_, board := enterAnnex(t, r)
		tally := Count(board.Rows)
		for l, n := range tally.Lights {
			if got := len(board.Choose(Filter{Light: l}, nil)); got != n {
				t.Errorf("light %s: %d in the list, %d counted", l, got, n)
			}
		}
		for s, n := range tally.Statuses {
			if got := len(board.Choose(Filter{Status: s}, nil)); got != n {
				t.Errorf("status %s: %d in the list, %d counted", s, got, n)
			}
		}
		if got := len(board.Choose(Filter{Text: "停车"}, nil)); got != 1 {
			t.Errorf("%d found by text", got)
		}
	}, Schema)
}
