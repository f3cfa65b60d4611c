package casework

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/jobs"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

// drafts is a procedure in which units answer each for themselves, each by a draft that its head and then a leader sign.
const drafts = `
form: {required: [units], properties: {units: {title: 单位, type: array, format: units}}}
parties:
  lead:  {title: {zh: 牵头}, one: unit, is: office}
  joint: {title: {zh: 配合}, many: unit, from: form.units}
visible: {public: none}
states:
  a:
    title: {zh: 办理中}
    duties: {answer: {owed-by: joint, within: 3 working days, missed: nothing}}
    do:
      answer:  {title: {zh: 答复}, by: joint, with: [answer], approve: [joint.head, leader], meets: answer}
      own:     {by: owed, with: [answer], approve: [joint.head], meets: answer}
      more:    {by: joint, with: [reason], approve: [leader], extend: {duty: answer, by: 3 days}}
      decline: {by: joint, with: [reason, unit?], reroute: once}
      close:   {by: lead, with: [reason], drops: answer, to: y}
    next: {z: {when: met answer}}
  z: {title: {zh: 已答复}, ends: solved}
  y: {title: {zh: 已了结}, ends: closed-unsolved}
escalate: [supervisor]
`

func draftOf(action string) Do { return Do{Action: action, Input: Data{"answer": "已办理"}} }

// units of the district with a clerk and a head each.
var (
	planningClerk, planningHead = clerk(2, "planning"), head(3, "planning")
	ecologyClerk, ecologyHead   = clerk(4, "ecology"), head(5, "ecology")
	bothClerk                   = Actor{Person: 6, Posts: append(slices.Clone(planningClerk.Posts), ecologyClerk.Posts...)}
)

func twoDrafts(t *testing.T) *play {
	t.Helper()
	pl := newPlay(t, mustSmall(t, drafts), "2021-11-19 09:00")
	pl.do(clerk(1, "office"), OpenCase{Number: "PP-000001", Form: Data{"units": []any{"planning", "ecology"}}})
	pl.do(planningClerk, draftOf("answer"))
	pl.do(ecologyClerk, draftOf("answer"))
	pl.waits("answer unit:planning 0, answer unit:ecology 0")
	return pl
}

// waits holds what waits for approval: action, member and approvals given.
func (pl *play) waits(want string) {
	pl.t.Helper()
	var out []string
	for _, q := range pl.c.Pending {
		out = append(out, fmt.Sprintf("%s %s %d", q.Action, q.For, q.Step))
	}
	if got := strings.Join(out, ", "); got != want {
		pl.t.Fatalf("%q waits, want %q", got, want)
	}
}

// told is to whom the last record's news of a topic went.
func (pl *play) told(topic string) string {
	var out []string
	for _, n := range NewsOf(pl.p, pl.c, pl.history[len(pl.history)-1]) {
		if n.Topic == topic {
			out = append(out, n.To...)
		}
	}
	return strings.Join(out, " ")
}

func TestEachUnitsDraftWaitsForItsOwnHead(t *testing.T) {
	pl := twoDrafts(t)
	if got := pl.told(NewsApproval); got != "head@unit:ecology" {
		t.Errorf("that ecology's draft waits is told to %q", got)
	}
	pl.refused(errs.Conflict, planningClerk, draftOf("answer"))         // asked already
	pl.refused(errs.Conflict, clerk(20, "planning"), draftOf("answer")) // also by a colleague
	pl.refused(errs.Forbidden, planningHead, Approve{Which{For: "unit:ecology"}})
	pl.refused(errs.Forbidden, planningHead, Return{Which{For: "unit:ecology"}, "不对"})
	pl.refused(errs.Forbidden, planningClerk, Return{Which{For: "unit:ecology"}, "不对"})
	pl.refused(errs.Forbidden, head(9, "construction"), Approve{})
	pl.refused(errs.Forbidden, boss, Approve{}) // it is not the leader's turn yet
	pl.refused(errs.Conflict, planningHead, Approve{Which{Action: "more"}})

	pl.do(ecologyHead, Return{Reason: "写明日期"}) // the one that is theirs
	pl.waits("answer unit:planning 0")
	if got := pl.told(NewsReturned); got != "unit:ecology" {
		t.Errorf("that ecology's draft came back is told to %q", got)
	}
	pl.do(planningHead, Approve{})
	pl.waits("answer unit:planning 1")
	if got := pl.told(NewsApproval); got != "role:leader" {
		t.Errorf("that planning's draft waits further is told to %q", got)
	}
	pl.do(ecologyClerk, draftOf("answer"))
	pl.do(ecologyHead, Approve{})
	pl.refused(errs.Invalid, boss, Approve{}) // of two, they must say which
	pl.refused(errs.Invalid, boss, Return{Reason: "哪一份"})
	pl.do(boss, Approve{Which{For: "unit:ecology"}})
	pl.waits("answer unit:planning 1")
	pl.is("a", "answer unit:planning 11-24 17:30")
	pl.do(boss, Approve{Which{Action: "answer"}})
	pl.is("z", "")
	pl.waits("")
}

func TestWhoAskedTakesBackTheirOwn(t *testing.T) {
	pl := twoDrafts(t)
	pl.refused(errs.Invalid, planningClerk, Return{}) // a reason is needed
	pl.refused(errs.Forbidden, clerk(20, "planning"), Return{Reason: "不是我提交的"})
	pl.do(planningClerk, Return{Reason: "数字有误"})
	pl.waits("answer unit:ecology 0")
	pl.do(planningClerk, draftOf("answer"))
	pl.waits("answer unit:ecology 0, answer unit:planning 0")
}

func TestAUnitAsksForSeveralThingsAtOnce(t *testing.T) {
	pl := twoDrafts(t)
	more := Do{Action: "more", Input: Data{"reason": "数据未到"}}
	pl.do(planningClerk, more)
	pl.refused(errs.Conflict, planningClerk, more)
	pl.do(boss, Approve{}) // the only one that is the leader's to approve
	pl.waits("answer unit:planning 0, answer unit:ecology 0")
	var offered []string
	for _, o := range Offers(pl.p, pl.c, planningClerk, pl.w) {
		offered = append(offered, o.Action)
	}
	if want := []string{"own", "decline"}; !slices.Equal(offered, want) { // what waits is offered no more; the term was extended once
		t.Errorf("offered %v, want %v", offered, want)
	}
}

func TestWhoActsForTwoUnitsAsksForEach(t *testing.T) {
	for _, action := range []string{"answer", "own"} {
		pl := newPlay(t, mustSmall(t, drafts), "2021-11-19 09:00")
		pl.do(clerk(1, "office"), OpenCase{Number: "PP-000001", Form: Data{"units": []any{"planning", "ecology"}}})
		pl.do(bothClerk, draftOf(action))
		pl.do(bothClerk, draftOf(action))
		pl.waits(fmt.Sprintf("%[1]s unit:planning 0, %[1]s unit:ecology 0", action))
		pl.refused(errs.Conflict, bothClerk, draftOf(action))
	}
}

func TestWhatWaitsEndsWithTheStateAndWithThePart(t *testing.T) {
	pl := twoDrafts(t)
	pl.do(clerk(1, "office"), Do{Action: "close", Input: Data{"reason": "不再需要"}})
	pl.waits("")
	pl.refused(errs.Conflict, planningHead, Approve{})

	// Who declines takes their drafts along: nobody would sign them. Those of the others stay.
	pl = twoDrafts(t)
	pl.do(ecologyClerk, draftOf("own"))
	pl.do(ecologyClerk, Do{Action: "decline", Input: Data{"reason": "不属我单位", "unit": "health"}})
	pl.waits("answer unit:planning 0")
	pl.refused(errs.Forbidden, ecologyHead, Approve{})
	pl.refused(errs.Forbidden, head(9, "health"), Approve{})
}

// TestADraftEndsWithTheDutyThatItWasToMeet: signed all the same, it would answer for the units that have not.
func TestADraftEndsWithTheDutyThatItWasToMeet(t *testing.T) {
	pl := twoDrafts(t)
	pl.do(planningClerk, draftOf("own"))
	pl.do(planningHead, Approve{Which{Action: "own"}})
	pl.waits("answer unit:ecology 0")
	if got := pl.told(NewsReturned); got != "unit:planning" {
		t.Errorf("that it ended is told to %q", got)
	}
	pl.refused(errs.Forbidden, planningHead, Approve{})
	pl.is("a", "answer unit:ecology 11-24 17:30")
	pl.do(ecologyHead, Approve{})
	pl.do(boss, Approve{})
	pl.is("z", "")
}

// TestHistoriesOfOlderProgramsFoldAsTheyDid: their approvals and returns name nothing, and what was done does not say for whom.
func TestHistoriesOfOlderProgramsFoldAsTheyDid(t *testing.T) {
	asked := Event{Asked: &Asked{State: "a", Action: "answer", Input: Data{"answer": "旧"}, For: "unit:planning"}}
	did := Event{Did: &Did{State: "a", Action: "answer", Input: Data{"answer": "旧"}}}
	step := Event{Approved: &Approved{Step: 1}}
	for _, tt := range []struct {
		name   string
		events []Event
		want   string
	}{
		{"asked", []Event{asked}, "answer unit:planning 0"},
		{"one step", []Event{asked, step}, "answer unit:planning 1"},
		{"done", []Event{asked, step, {Approved: &Approved{Step: 2}}, did}, ""},
		{"returned", []Event{asked, {Returned: &Returned{Reason: "不对"}}}, ""},
		{"lapsed", []Event{asked, step, {Returned: &Returned{}}}, ""},
		{"another action beside", []Event{asked, {Did: &Did{State: "a", Action: "talk"}}}, "answer unit:planning 0"},
		{"asked again", []Event{asked, {Returned: &Returned{}}, asked, step}, "answer unit:planning 1"},
	} {
		pl := newPlay(t, mustSmall(t, drafts), "2021-11-19 09:00")
		pl.do(clerk(1, "office"), OpenCase{Number: "PP-000001", Form: Data{"units": []any{"planning", "ecology"}}})
		pl.history = append(pl.history, Record{Seq: 2, At: pl.w.Now, By: Signed{Person: 2, Unit: "planning"}, Events: tt.events})
		c, err := Fold(func(string) *Procedure { return pl.p }, 1, pl.history)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(tt.name, func(t *testing.T) {
			pl := *pl
			pl.t, pl.c = t, c
			pl.waits(tt.want)
		})
	}
}

// before7 is the schema as it was when one thing could wait in a case.
func before7(t *testing.T) store.Schema {
	t.Helper()
	old := fstest.MapFS{}
	files, err := fs.Glob(Schema.FS, "migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if name >= "migrations/0007" {
			continue
		}
		data, err := fs.ReadFile(Schema.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		old[name] = &fstest.MapFile{Data: data}
	}
	return store.Schema{Name: Schema.Name, FS: old}
}

// TestWhatWaitedBeforeWaitsOn: a case that an older program kept, with one thing that waits and its approver in its row.
func TestWhatWaitedBeforeWaitsOn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		if err := db.Migrate(ctx, jobs.Schema, before7(t)); err != nil {
			t.Fatal(err)
		}
		sql := func(query string, args ...any) {
			t.Helper()
			if err := db.Write(ctx, func(tx *store.Tx) error { _, err := tx.Exec(ctx, query, args...); return err }); err != nil {
				t.Fatal(err)
			}
		}
		p := procedureOf(t, "whistle")
		pl := newPlay(t, p, "2021-11-19 15:00")
		pl.do(officer, whistle())
		pl.do(clerk(2, "construction"), Do{Action: "report-in", Input: Data{"note": "到"}})
		pl.do(clerk(2, "construction"), Do{Action: "cannot", Input: Data{"reason": "列入明年"}})
		pl.c.ID = 1
		var doc map[string]any
		if err := json.Unmarshal([]byte(jsonText(t, pl.c)), &doc); err != nil {
			t.Fatal(err)
		}
		doc["pending"] = doc["pending"].([]any)[0] // as it was kept
		sql(`INSERT INTO casework_case (id, number, procedure, hash, seq, state, outcome, title, category, place, lead_unit, approver, urgent, simulated, level,
			openness, repeats, opened_at, moved_at, tone) VALUES (1, 'WS-000001', 'whistle', $1, 3, 'handling', '', 'x', 'road', 'jinfeng', 'construction',
			'head@unit:construction', FALSE, FALSE, 0, 2, '', 1, 1, '')`, p.Hash)
		sql("INSERT INTO casework_doc (case_id, doc) VALUES (1, $1)", jsonText(t, doc))
		for _, r := range pl.history {
			signed, events, err := r.texts()
			if err != nil {
				t.Fatal(err)
			}
			sql("INSERT INTO casework_record ("+recordColumns+") VALUES (1, $1, $2, $3, $4)", r.Seq, micros(r.At), signed, events)
		}
		if err := db.Migrate(ctx, Schema); err != nil {
			t.Fatal(err)
		}

		o := newOffice(t, db)
		chief := holder(4, identity.Head, "construction", "")
		if got := o.approvals(chief); got != "WS-000001 cannot unit:construction" {
			t.Errorf("on the desk of the head lies %q", got)
		}
		if c := o.do(chief, "WS-000001", Approve{}); c.State != "unsolved" || len(c.Pending) != 0 {
			t.Errorf("%s, %+v waits", c.State, c.Pending)
		}
		if got := o.approvals(chief); got != "" {
			t.Errorf("%q lies there still", got)
		}
	})
}

// approvals is what waits for somebody's approval: case, action and for whom it was asked.
func (o *office) approvals(a *identity.Actor) string {
	o.t.Helper()
	var out []string
	o.read(func(tx *store.Tx) error {
		all, err := o.Approvals(o.ctx, tx, o.ViewerOf(a, ""), 10)
		for _, x := range all {
			out = append(out, fmt.Sprintf("%s %s %s", x.Number, x.Action, x.For))
		}
		return err
	})
	return strings.Join(out, ", ")
}

// TestTwoUnitsDraftsWaitInTheDatabase: the desks of both heads show their own, and rebuilding brings back what somebody changed.
func TestTwoUnitsDraftsWaitInTheDatabase(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		p := mustSmall(t, drafts)
		o.write(func(tx *store.Tx) error {
			_, err := o.Load(o.ctx, tx, map[string]*Procedure{"p": p, "whistle": procedureOf(t, "whistle")}, "test")
			return err
		})
		planner, surveyor := holder(2, identity.Clerk, "planning", ""), holder(3, identity.Head, "planning", "")
		green, chief := holder(4, identity.Clerk, "ecology", ""), holder(5, identity.Head, "ecology", "")
		lead := holder(8, identity.Leader, "", "")
		open := func() string {
			done, err := o.Open(o.ctx, Asker{Actor: holder(1, identity.Clerk, "office", "")}, "p", OpenCase{Form: Data{"units": []any{"planning", "ecology"}}})
			if err != nil {
				t.Fatal(err)
			}
			o.do(planner, done.Case.Number, draftOf("answer"))
			o.do(green, done.Case.Number, draftOf("answer"))
			return done.Case.Number
		}
		first, second := open(), open()
		desks := func(want map[*identity.Actor]string) {
			t.Helper()
			for _, a := range slices.SortedFunc(maps.Keys(want), func(a, b *identity.Actor) int { return int(a.ID - b.ID) }) {
				if got := o.approvals(a); got != want[a] {
					t.Errorf("on the desk of %d lies %q, want %q", a.ID, got, want[a])
				}
			}
		}
		of := func(unit string, numbers ...string) string {
			var out []string
			for _, n := range numbers {
				out = append(out, n+" answer unit:"+unit)
			}
			return strings.Join(out, ", ")
		}
		desks(map[*identity.Actor]string{surveyor: of("planning", first, second), chief: of("ecology", first, second), lead: "", planner: "", green: ""})
		o.refused(errs.Forbidden, Asker{Actor: chief}, first, Approve{Which{For: "unit:planning"}})
		o.do(chief, first, Return{Reason: "写明日期"})
		o.do(surveyor, first, Approve{})
		desks(map[*identity.Actor]string{surveyor: of("planning", second), chief: of("ecology", second), lead: of("planning", first)})

		// Who sees the whole sees both drafts, each with what they may do about it.
		view := func(a *identity.Actor) string {
			v, err := o.View(o.ctx, Asker{Actor: a}, second)
			if err != nil {
				t.Fatal(err)
			}
			var out []string
			for _, q := range v.Pending {
				out = append(out, fmt.Sprintf("%s %v %v", q.As, q.MayApprove, q.MayReturn))
			}
			return strings.Join(out, ", ")
		}
		for a, want := range map[*identity.Actor]string{
			surveyor: "unit:planning true true, unit:ecology false false", chief: "unit:planning false false, unit:ecology true true",
			green: "unit:planning false false, unit:ecology false true", lead: "unit:planning false false, unit:ecology false false",
		} {
			if got := view(a); got != want {
				t.Errorf("%d sees %s, want %s", a.ID, got, want)
			}
		}

		var c *Case
		o.read(func(tx *store.Tx) (err error) { c, err = o.ByNumber(o.ctx, tx, second); return err })
		before := o.kept(c.ID)
		for _, damage := range []string{"DELETE FROM casework_approver WHERE case_id = $1", "INSERT INTO casework_approver (approver, case_id) VALUES ('leader@', $1)"} {
			o.write(func(tx *store.Tx) error {
				if _, err := tx.Exec(o.ctx, damage, c.ID); err != nil {
					return err
				}
				return o.Rebuild(o.ctx, tx, c.ID)
			})
			if after := o.kept(c.ID); !reflect.DeepEqual(before, after) {
				t.Errorf("after %s:\n%s\nwant\n%s", damage, after, before)
			}
		}
		o.do(lead, first, Approve{})
		desks(map[*identity.Actor]string{surveyor: of("planning", second), chief: of("ecology", second), lead: ""})
	}, schemas...)
}

// TestNoDeskShowsWhatIsForSomebodyElsesPlace: who holds the role that approves elsewhere is shown nothing of the case.
func TestNoDeskShowsWhatIsForSomebodyElsesPlace(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		o.load(mustSmall(t, `
form: {required: [place], properties: {place: {title: 地点, type: string, format: place}}}
parties: {lead: {one: unit, is: planning}}
visible: {public: none}
states:
  a:
    title: {zh: 甲}
    duties: {x: {owed-by: lead, within: 1 day, missed: nothing}}
    do: {x: {by: lead, with: [answer], approve: [leader], meets: x, to: z}}
  z: {title: {zh: 终}, ends: solved}
`))
		done, err := o.Open(o.ctx, Asker{Actor: holder(1, identity.Clerk, "office", "")}, "p", OpenCase{Form: Data{"place": "jinfeng"}})
		if err != nil {
			t.Fatal(err)
		}
		o.do(holder(2, identity.Clerk, "planning", ""), done.Case.Number, draftOf("x"))
		for place, want := range map[string]string{"": "PP-000001 x unit:planning", "jinfeng": "PP-000001 x unit:planning", "xiazha": ""} {
			if got := o.approvals(holder(3, identity.Leader, "", place)); got != want {
				t.Errorf("on the desk of the leader of %q lies %q, want %q", place, got, want)
			}
		}
	}, schemas...)
}
