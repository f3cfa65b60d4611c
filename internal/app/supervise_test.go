package app

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"huying/internal/casework"
	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/promise"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

// district is the pack's district without anybody, on a clock that the test turns, with two promises: 2021-001 counts parking places, 2021-002
// builds schools.
type district struct {
	*drillSystem
	t *testing.T
}

func eachDistrict(t *testing.T, at string, f func(d *district)) {
	for engine, database := range map[string]string{"sqlite": "", "postgres": storetest.PostgresURL(t)} {
		t.Run(engine, func(t *testing.T) {
			s := drillsOf(t, database)
			dsn, err := s.scratch.fresh(ctx)
			if err != nil {
				t.Fatal(err)
			}
			y, err := s.system(ctx, dsn, wall(t, at), peersOf(nil, s.cfg.Security))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := y.Close(); err != nil {
					t.Error(err)
				}
			})
			y.prepared = &prepared{dsn: dsn}
			d := &district{y, t}
			if err := y.apply(ctx); err != nil {
				t.Fatal(err)
			}
			if err := y.begin(ctx); err != nil {
				t.Fatal(err)
			}
			d.enter()
			d.settle()
			f(d)
		})
	}
}

func wall(t *testing.T, at string) time.Time {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	when, err := time.ParseInLocation("2006-01-02 15:04", at, zone)
	if err != nil {
		t.Fatal(err)
	}
	return when
}

var deskOffice = promise.Author{ID: 0, Name: "督查室", Unit: "office"}

func (d *district) write(f func(tx *store.Tx) error) {
	d.t.Helper()
	if err := d.app.db.Write(ctx, f); err != nil {
		d.t.Fatal(err)
	}
}

func (d *district) enter() {
	claim := func(quote, value, unit string, start int) promise.Claim {
		span := promise.Span{Start: start, End: start + len([]rune(quote))}
		return promise.Claim{Kind: promise.Task, Quote: quote, Span: span, Sentence: span, Year: "2021", Measurability: promise.Numeric, Op: "=", Value: value, Unit: unit, Metric: "count"}
	}
	in := promise.Read{Document: promise.Document{Kind: promise.Report, Title: "报告", Year: 2021, File: "f1", FileName: "报告.txt", Format: "text", Encoding: "utf-8", Text: "新增停车位798个。建成3所小学。"},
		Claims: []promise.ReadClaim{{Ref: "r1", Claim: claim("新增停车位798个", "798", "个", 0)}, {Ref: "r2", Claim: claim("建成3所小学", "3", "所", 10)}}}
	d.write(func(tx *store.Tx) error {
		id, err := d.app.register.Keep(ctx, tx, in, deskOffice)
		if err != nil {
			return err
		}
		if _, err = d.app.register.AcceptSure(ctx, tx, id, deskOffice); err != nil {
			return err
		}
		_, err = d.app.register.Enter(ctx, tx, id, deskOffice)
		return err
	})
}

func (d *district) settle() {
	d.t.Helper()
	if err := d.Settle(ctx); err != nil {
		d.t.Fatal(err)
	}
}

func (d *district) at(when string) {
	d.t.Helper()
	if err := d.At(ctx, wall(d.t, when)); err != nil {
		d.t.Fatal(err)
	}
}

// say enters something of the first promise.
func (d *district) say(e promise.Entry) {
	d.t.Helper()
	e.Promise, e.Source, e.Note = 1, "台账", "说明"
	d.write(func(tx *store.Tx) error { _, err := d.app.register.Say(ctx, tx, e, deskOffice); return err })
	d.settle()
}

func (d *district) promise(number string) *promise.Standing {
	d.t.Helper()
	board, err := d.app.register.Board(ctx, 2021)
	if err != nil {
		d.t.Fatal(err)
	}
	st, err := board.Find(number)
	if err != nil {
		d.t.Fatal(err)
	}
	return st
}

// entries are what was said of a promise.
func (d *district) entries(number string) (all []string) {
	for _, e := range d.promise(number).Entries {
		all = append(all, strings.TrimSpace(fmt.Sprint(e.Type, " ", e.Value, " ", e.Unit)))
	}
	return all
}

// cases of a procedure about a promise: their states, the newest first.
func (d *district) cases(procedure, number string) (all []casework.Case) {
	d.t.Helper()
	err := d.app.db.Read(ctx, func(tx *store.Tx) (err error) {
		all, err = d.app.cases.Repeats(ctx, tx, procedure, number)
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return all
}

func (d *district) are(when, procedure, number string, want ...string) {
	d.t.Helper()
	var got []string
	for _, c := range d.cases(procedure, number) {
		got = append(got, c.State)
	}
	if !slices.Equal(got, want) {
		d.t.Errorf("%s: %s of %s: %v, want %v", when, procedure, number, got, want)
	}
}

func post(role identity.Role, unit string) *identity.Actor {
	return &identity.Actor{Grants: []identity.Grant{{Role: role, Unit: unit}}}
}

var theSupervisor, theLeader = post(identity.Supervisor, ""), post(identity.Leader, "")

func (d *district) do(who *identity.Actor, number, action string, input casework.Data) {
	d.t.Helper()
	if _, err := d.app.cases.Do(ctx, casework.Asker{Actor: who}, number, casework.Do{Action: action, Input: input}); err != nil {
		d.t.Fatal(action, inChinese(d.t, err))
	}
	d.settle()
}

func (d *district) approve(who *identity.Actor, number string) {
	d.t.Helper()
	if _, err := d.app.cases.Do(ctx, casework.Asker{Actor: who}, number, casework.Approve{}); err != nil {
		d.t.Fatal(inChinese(d.t, err))
	}
	d.settle()
}

func (d *district) open(who *identity.Actor, procedure string, form casework.Data) string {
	d.t.Helper()
	done, err := d.app.cases.Open(ctx, casework.Asker{Actor: who}, procedure, casework.OpenCase{Form: form, Channel: "web"})
	if err != nil {
		d.t.Fatal(inChinese(d.t, err))
	}
	d.settle()
	return done.Case.Number
}

func TestAReportIsAskedForDraftedSignedAndEntered(t *testing.T) {
	eachDistrict(t, "2021-10-20 09:00", func(d *district) {
		lead := d.promise("2021-001").Lead
		unit, head := post(identity.Clerk, lead), post(identity.Head, lead)
		d.are("in the month of its day", reporting, "2021-001", "drafting")
		d.at("2021-11-02 09:00")
		d.are("in the next month", reporting, "2021-001", "drafting", "drafting")
		c := d.cases(reporting, "2021-001")[0]
		if c.Form["cycle"] != "2021-11" || c.Form["due"] != "2021-11-25" || c.Form["target"] != "798" || c.Form["measure"] != "个" || c.Lead() != lead {
			t.Errorf("%v", c.Form)
		}
		d.do(unit, c.Number, "draft", casework.Data{"progress": "新增六百个", "value": "700", "source": "停车场台账", "asof": "2021-11-01"})
		d.approve(head, c.Number)
		if all := d.entries("2021-001"); len(all) != 0 {
			t.Errorf("the register says %v before the report is accepted", all)
		}
		before := d.promise("2021-001").Light
		d.do(theSupervisor, c.Number, "accept", casework.Data{})
		if got, want := d.entries("2021-001"), []string{"figure 700 " + lead}; !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
		if st := d.promise("2021-001"); st.AsOf != (clock.Date{Year: 2021, Month: 11, Day: 1}) || before != promise.Red || st.Light == promise.Red {
			t.Errorf("as of %s; the light was %s and is %s", st.AsOf, before, st.Light)
		}
		d.settle()
		if got := d.entries("2021-001"); len(got) != 1 {
			t.Errorf("entered again: %v", got)
		}
	})
}

func TestTwoServersAskForAReportOnce(t *testing.T) {
	eachDistrict(t, "2021-10-20 09:00", func(d *district) {
		d.hand.Set(wall(t, "2021-11-02 09:00"))
		other := d.app.register.On(d.hand.Business())
		var all sync.WaitGroup
		for _, r := range []*promise.Register{d.app.register, other} {
			all.Go(func() {
				if _, err := r.Watch(ctx); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		d.write(func(tx *store.Tx) error { // the queue has forgotten what it did
			_, err := tx.Exec(ctx, "UPDATE promise_watch SET asked = NULL")
			if err == nil {
				_, err = tx.Exec(ctx, "DELETE FROM jobs WHERE done_at IS NOT NULL")
			}
			return err
		})
		d.settle()
		again := d.app.register.On(d.hand.Business())
		if _, err := again.Watch(ctx); err != nil {
			t.Fatal(err)
		}
		d.settle()
		d.are("after all that", reporting, "2021-001", "drafting", "drafting")
	})
}

func TestARedLightIsSupervisedUntilItIsRedNoMore(t *testing.T) {
	eachDistrict(t, "2021-06-01 09:00", func(d *district) {
		d.are("nothing was ever reported", supervising, "2021-001", "raised")
		c := d.cases(supervising, "2021-001")[0]
		if reasons, _ := c.Form["reasons"].(string); !strings.Contains(reasons, "连续 5 次未报送") || c.Form["title"] != "新增停车位798个" {
			t.Errorf("%v", c.Form)
		}
		d.say(promise.Entry{Type: promise.Figure, Value: "400"})
		d.are("on plan", supervising, "2021-001", "lifted")
		d.at("2021-08-27 09:00")
		d.are("silent again", supervising, "2021-001", "raised")
		d.at("2021-10-08 09:00")
		d.are("still behind", supervising, "2021-001", "raised")
		d.say(promise.Entry{Type: promise.Figure, Value: "620"})
		d.are("on plan again", supervising, "2021-001", "lifted")
		d.at("2021-12-29 09:00")
		d.are("red again within the term", supervising, "2021-001", "raised")
		if again := d.cases(supervising, "2021-001")[0]; again.Number != c.Number || again.Reopened != 2 {
			t.Errorf("%s, reopened %d times", again.Number, again.Reopened)
		}
		d.at("2022-01-02 09:00")
		d.are("the year is over", supervising, "2021-001", "ended")
		d.are("and the other one", supervising, "2021-002", "ended")
	})
}

func TestWhatOfficesEndIsNotRaisedAgainByItself(t *testing.T) {
	eachDistrict(t, "2021-09-15 09:00", func(d *district) {
		d.say(promise.Entry{Type: promise.Figure, Value: "100"})
		d.do(theSupervisor, d.cases(supervising, "2021-001")[0].Number, "end", casework.Data{"reason": "上级另行督办"})
		d.at("2021-09-20 09:00")
		d.are("days later", supervising, "2021-001", "ended")
		d.say(promise.Entry{Type: promise.Figure, Value: "700"})
		d.say(promise.Entry{Type: promise.Figure, Value: "100"})
		d.are("red once more", supervising, "2021-001", "raised", "ended")
	})
}

func TestClosingIsVerifiedByASecondUnitAndTakenBack(t *testing.T) {
	eachDistrict(t, "2021-11-10 09:00", func(d *district) {
		lead := d.promise("2021-001").Lead
		unit := post(identity.Clerk, lead)
		d.say(promise.Entry{Type: promise.Figure, Value: "800"})
		d.are("a report is owed", reporting, "2021-001", "drafting")
		photo := d.photo()
		number := d.open(unit, closing, casework.Data{"promise": "2021-001", "title": "新增停车位798个", "claim": "done", "on": "2021-11-08", "summary": "全部投入使用", "evidence": []any{photo}})
		d.do(theSupervisor, number, "name", casework.Data{"unit": "finance"})
		d.do(post(identity.Clerk, "finance"), number, "confirm", casework.Data{"note": "实地清点八百个", "evidence": []any{photo}})
		if st := d.promise("2021-001"); st.Over() {
			t.Error("it is done before the office decides")
		}
		d.do(theSupervisor, number, "strike", casework.Data{"answer": "同意"})
		st := d.promise("2021-001")
		if got, want := d.entries("2021-001")[1:], []string{"done  " + lead, "verified  finance"}; !slices.Equal(got, want) || st.Light != promise.Closed {
			t.Errorf("%q, want %q; light %s", got, want, st.Light)
		}
		if e := st.Entries[1]; e.AsOf.String() != "2021-11-08" || len(e.Files) != 1 || e.Note != "全部投入使用" {
			t.Errorf("%+v", e)
		}
		d.are("nothing is owed of what is done", reporting, "2021-001", "cancelled")

		d.do(theSupervisor, number, "reopen", casework.Data{"reason": "有二十个没有划线"})
		if st := d.promise("2021-001"); st.Over() || st.Entries[len(st.Entries)-1].Note != "有二十个没有划线" {
			t.Errorf("%v", d.entries("2021-001"))
		}
		d.are("its report is owed again", reporting, "2021-001", "drafting", "cancelled")
	})
}

func TestWhatTheRegisterDoesNotTakeIsNotStruckOff(t *testing.T) {
	eachDistrict(t, "2021-11-10 09:00", func(d *district) {
		lead := d.promise("2021-001").Lead
		d.say(promise.Entry{Type: promise.Figure, Value: "520"})
		photo := d.photo()
		number := d.open(post(identity.Clerk, lead), closing, casework.Data{"promise": "2021-001", "title": "新增停车位798个", "claim": "done", "summary": "全部投入使用", "evidence": []any{photo}})
		d.do(theSupervisor, number, "name", casework.Data{"unit": "finance"})
		d.do(post(identity.Clerk, "finance"), number, "confirm", casework.Data{"note": "看过", "evidence": []any{photo}})
		d.do(theSupervisor, number, "strike", casework.Data{"answer": "同意"})
		c := d.cases(closing, "2021-001")[0]
		if c.State != "returned" || c.Reopened != 1 || d.promise("2021-001").Over() || len(d.entries("2021-001")) != 1 {
			t.Errorf("the case is %s, reopened %d times; the register says %q", c.State, c.Reopened, d.entries("2021-001"))
		}
		d.write(func(tx *store.Tx) error {
			records, err := d.app.cases.Records(ctx, tx, c.ID)
			last := records[len(records)-1]
			if why, _ := last.Events[0].Did.Input["reason"].(string); last.By.Person != 0 || !strings.Contains(why, "目标是 798个，最新数值是 520") {
				t.Errorf("%+v says %q", last.By, why)
			}
			return err
		})
		d.say(promise.Entry{Type: promise.Figure, Value: "798"})
		d.do(post(identity.Clerk, lead), number, "again", casework.Data{"note": "已补齐", "evidence": []any{photo}})
		d.do(theSupervisor, number, "name", casework.Data{"unit": "finance"})
		d.do(post(identity.Clerk, "finance"), number, "confirm", casework.Data{"note": "看过", "evidence": []any{photo}})
		d.do(theSupervisor, number, "strike", casework.Data{"answer": "同意"})
		if st := d.promise("2021-001"); st.Light != promise.Closed {
			t.Errorf("light %s", st.Light)
		}
	})
}

func TestAnAdjustmentNamesWhoApprovedIt(t *testing.T) {
	eachDistrict(t, "2021-11-10 09:00", func(d *district) {
		lead := d.promise("2021-001").Lead
		number := d.open(post(identity.Clerk, lead), adjusting, casework.Data{"promise": "2021-001", "title": "新增停车位798个", "new_value": "600", "new_due": "2022-03-31",
			"why": "一处地块另作他用，经研究调减。", "done": "已建成五百个"})
		d.do(post(identity.Head, lead), number, "sign", casework.Data{})
		d.do(theSupervisor, number, "advise", casework.Data{"opinion": "support", "answer": "同意"})
		id := d.account("lingdao", identity.Leader)
		d.do(&identity.Actor{ID: id, Grants: theLeader.Grants}, number, "approve", casework.Data{"answer": "同意"})
		st := d.promise("2021-001")
		if c := st.Adjusted; c == nil || c.Approver != "区领导甲" || c.Value != "600" || c.Due.String() != "2022-03-31" || c.Reason == "" || st.Status != promise.IsAdjusted {
			t.Errorf("%+v", st.Adjusted)
		}
	})
}

func TestWhatCannotBeEnteredIsToldAndLeavesNothing(t *testing.T) {
	eachDistrict(t, "2021-11-10 09:00", func(d *district) {
		lead := d.promise("2021-001").Lead
		c := d.cases(reporting, "2021-001")[0]
		d.do(post(identity.Clerk, lead), c.Number, "draft", casework.Data{"progress": "有进展", "value": "700", "source": "台账", "node": int64(7)})
		d.approve(post(identity.Head, lead), c.Number)
		if _, err := d.app.cases.Do(ctx, casework.Asker{Actor: theSupervisor}, c.Number, casework.Do{Action: "accept", Input: casework.Data{}}); err != nil {
			t.Fatal(err)
		}
		err := d.Settle(ctx)
		if err == nil || !strings.Contains(err.Error(), c.Number) || !strings.Contains(err.Error(), "2021-001") || !strings.Contains(err.Error(), "节点") {
			t.Errorf("%v", err)
		}
		if got := d.entries("2021-001"); len(got) != 0 {
			t.Errorf("half of it was entered: %v", got)
		}
	})
}

func TestNoUnitSpeaksForAPromiseThatAnotherLeads(t *testing.T) {
	eachDistrict(t, "2021-11-10 09:00", func(d *district) {
		form := casework.Data{"promise": "2021-001", "title": "新增停车位798个", "new_value": "1", "why": "别人的任务也想调整。", "done": "没有"}
		_, err := d.app.cases.Open(ctx, casework.Asker{Actor: post(identity.Clerk, "finance")}, adjusting, casework.OpenCase{Form: form, Channel: "web"})
		if !errs.Is(err, errs.Invalid) || !strings.Contains(err.Error(), "not_your_promise") {
			t.Errorf("%v", err)
		}
		if lead := d.promise("2021-001").Lead; d.open(post(identity.Clerk, lead), adjusting, form) == "" {
			t.Error("nor its own unit")
		}
	})
}

// photo is a picture that was sent.
func (d *district) photo() string {
	d.t.Helper()
	hashes, err := d.app.keepPictures(ctx)
	if err != nil {
		d.t.Fatal(err)
	}
	return hashes[0]
}

// account makes an account with a role of the whole district.
func (d *district) account(login string, role identity.Role) (id int64) {
	d.t.Helper()
	spec := identity.Spec{Login: login, Name: "区领导甲", Unit: "committee", Password: drillPassword, Grants: []identity.Grant{{Role: role, From: everSince}}}
	d.write(func(tx *store.Tx) (err error) { id, _, err = d.app.ids.EnsureAccount(ctx, tx, spec); return err })
	return id
}
