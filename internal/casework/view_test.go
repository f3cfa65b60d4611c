package casework

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

// namesOf calls everybody by their number.
type namesOf struct{}

func (namesOf) Names(_ context.Context, _ *store.Tx, persons []int64) (map[int64]string, error) {
	out := map[int64]string{}
	for _, id := range persons {
		out[id] = fmt.Sprintf("人员%d", id)
	}
	return out, nil
}

// openTo makes the whistle as visible as v says, for the cases that are opened from now on.
func (o *office) openTo(v Visible) {
	o.read(func(tx *store.Tx) error {
		all, err := o.Procedures(o.ctx, tx)
		if err != nil {
			return err
		}
		p := *all["whistle"]
		p.Visible, p.Hash = v, fmt.Sprintf("%064d", len(o.library.byHash))
		o.library.byHash[p.Hash] = &p
		o.library.current = map[string]*Procedure{"whistle": &p}
		return nil
	})
}

func (o *office) view(who Asker, number string) *View {
	o.t.Helper()
	v, err := o.View(o.ctx, who, number)
	if err != nil {
		o.t.Fatal(err)
	}
	return v
}

// all is everything that a view tells, as text.
func (o *office) all(v *View) string {
	o.t.Helper()
	told := *v
	told.Version = nil
	data, err := json.Marshal(told)
	if err != nil {
		o.t.Fatal(err)
	}
	return string(data)
}

var theMediator = holder(30, "mediator", "tangjiawan", "")

func TestAViewShowsWhatOneSees(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		o.Names = namesOf{}
		history := func(public Openness) string {
			o.openTo(Visible{Public: public})
			c := o.open(neighbour, "title", "井盖丢失了")
			o.do(builder, c.Number, Do{Action: "report-in", Input: Data{"note": "马上到场"}})
			o.do(builder, c.Number, Note{Text: "备忘一条"})
			o.do(builder, c.Number, Claim{Duty: DutyKey{Visit: 2, Name: "resolve", Owner: "unit:construction"}, To: &Actor{Person: 2, Posts: postsOf(builder)}})
			return c.Number
		}
		for _, tt := range []struct {
			name   string
			public Openness
			who    *identity.Actor
			sight  Sight
			shows  []string
			hides  []string
		}{
			{"the public, of a summary", Summary, nil, Outline, []string{"handling", "road", "jinfeng"}, []string{"井盖", "construction", "马上到场", "人员", "备忘"}},
			{"another bureau, of a summary", Summary, ecologist, Outline, []string{"handling"}, []string{"井盖", "马上到场", "人员"}},
			{"an administrator, of a summary", Summary, holder(50, identity.SysAdmin, "", ""), Outline, nil, []string{"井盖", "马上到场"}},
			{"the public, of an open case", Full, nil, InFull, []string{"井盖", "unit:construction", "马上到场"}, []string{"人员", "备忘", "claimed", `"person":2`, "person:2"}},
			{"who works on it", Summary, builder, Whole, []string{"井盖", "马上到场", "备忘", "人员2", "人员7", "jinfeng-office"}, nil},
			{"who called", Summary, neighbour, Whole, []string{"井盖", "马上到场", "人员7"}, nil},
			{"who oversees", Summary, overseer, Whole, []string{"井盖", "马上到场", "备忘", "人员2"}, []string{"人员7", `"Person":7`, `"person":7`}},
		} {
			number := history(tt.public)
			v := o.view(Asker{Actor: tt.who}, number)
			told := o.all(v)
			if v.Sight != tt.sight {
				t.Errorf("%s: sight %d", tt.name, v.Sight)
			}
			for _, s := range tt.shows {
				if !strings.Contains(told, s) {
					t.Errorf("%s: %s is not told\n%s", tt.name, s, told)
				}
			}
			for _, s := range tt.hides {
				if strings.Contains(told, s) {
					t.Errorf("%s: %s is told\n%s", tt.name, s, told)
				}
			}
		}
		o.openTo(Visible{Public: Hidden})
		for name, who := range map[string]*identity.Actor{"the public": nil, "another bureau": ecologist, "an administrator": holder(50, identity.SysAdmin, "", "")} {
			if _, err := o.View(o.ctx, Asker{Actor: who}, o.open(neighbour).Number); !errs.Is(err, errs.NotFound) {
				t.Errorf("%s, of a hidden case: %v", name, err)
			}
		}
	}, schemas...)
}

func TestWhoCalledIsToldToFew(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db, "mediation")
		o.Names = namesOf{}
		desk := holder(31, "mediation.desk", "tangjiawan", "")
		o.people[30] = theMediator
		form := Data{"title": "漏水", "category": "neighbours", "place": "jinfeng", "description": "楼上漏水半年", "other": "楼上住户 13900000000"}
		one := OpenCase{Form: form, Channel: "window", OnBehalf: true, Caller: CallerOf{Contact: Contact{Phone: "13800000001"}.String(), Said: Data{"name": "甲", "view": "要求赔偿"}}}
		done, err := o.Open(o.ctx, Asker{Actor: theMediator}, "mediation", one)
		if err != nil {
			t.Fatal(err)
		}
		number, first := done.Case.Number, Asker{Secret: done.Secret}
		o.do(desk, number, Do{Action: "accept", Input: Data{"person": int64(30)}})
		second := holder(60, "none", "", "")
		o.do(desk, number, Do{Action: "join", Joins: &CallerOf{Person: 60, Contact: Contact{Phone: "13800000002"}.String(), Said: Data{"name": "乙", "view": "与我无关"}}})

		callers := func(who Asker) string {
			v := o.view(who, number)
			told := o.all(v)
			for _, secret := range []string{"1380000000", "13900000000", "vault:", keyOf(done.Secret), `"甲"`, `"乙"`} {
				if strings.Contains(told, secret) {
					t.Errorf("a view tells %s\n%s", secret, told)
				}
			}
			var out []string
			for _, c := range v.Callers {
				out = append(out, fmt.Sprintf("%d %v", c.N, c.Said["view"]))
			}
			return strings.Join(out, ", ")
		}
		for _, tt := range []struct {
			name string
			who  Asker
			want string
		}{
			{"the mediator", Asker{Actor: theMediator}, "1 要求赔偿, 2 与我无关"},
			{"the desk", Asker{Actor: desk}, "1 要求赔偿, 2 与我无关"},
			{"the first caller, by the receipt", first, "1 要求赔偿"},
			{"the second caller, by account", Asker{Actor: second}, "2 与我无关"},
		} {
			if got := callers(tt.who); got != tt.want {
				t.Errorf("%s knows %q, want %q", tt.name, got, tt.want)
			}
		}
		fields := func(who Asker) string {
			all, err := o.Sealed(o.ctx, who, number)
			if err != nil {
				t.Fatal(err)
			}
			var out []string
			for _, f := range all {
				out = append(out, f.Name)
			}
			return strings.Join(out, " ")
		}
		if got := fields(Asker{Actor: theMediator}); got != "other caller:1.contact caller:1.name caller:2.contact caller:2.name" {
			t.Errorf("the mediator may have revealed %q", got)
		}
		if got := fields(Asker{Actor: second}); got != "caller:2.contact caller:2.name" {
			t.Errorf("the second caller may have revealed %q", got)
		}
		if _, err := o.Sealed(o.ctx, Asker{Actor: overseer}, number); !errs.Is(err, errs.NotFound) {
			t.Errorf("the supervisor: %v", err)
		}
	}, schemas...)
}

func TestAProcedureSaysWhoLearnsWhoCalled(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		head := holder(4, identity.Head, "construction", "")
		for _, tt := range []struct {
			name  string
			terms []string
			knows []*identity.Actor
		}{
			{"nobody is named: who has a part", nil, []*identity.Actor{builder, head}},
			{"a party", []string{"lead"}, []*identity.Actor{builder, head}},
			{"a role of a party", []string{"lead.head"}, []*identity.Actor{head}},
			{"a role", []string{"supervisor"}, []*identity.Actor{overseer}},
			{"a party that has nobody", []string{"joint"}, nil},
		} {
			o.openTo(Visible{Public: Full, Callers: tt.terms})
			c := o.open(neighbour)
			for _, a := range []*identity.Actor{builder, head, overseer, ecologist, nil} {
				v := o.view(Asker{Actor: a}, c.Number)
				if got, want := len(v.Callers) == 1, a != nil && slices.Contains(tt.knows, a); got != want {
					t.Errorf("%s: %+v learns it: %v, want %v", tt.name, a, got, want)
				}
				if by := v.History[0].By; (by.Unit != "") != (len(v.Callers) == 1) {
					t.Errorf("%s: the history tells %+v", tt.name, by)
				}
			}
			if v := o.view(Asker{Actor: neighbour}, c.Number); len(v.Callers) != 1 || !v.Callers[0].Self {
				t.Errorf("%s: the caller does not see themself", tt.name)
			}
		}
	}, schemas...)
}

func TestAColleaguesViewIsTheAbsentOnes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		o.openTo(Visible{Public: Hidden})
		head, deputy := holder(4, identity.Head, "construction", ""), &identity.Actor{ID: 8, Unit: "construction"}
		o.people[4], o.people[8] = head, deputy
		c := o.open(neighbour)
		if _, err := o.View(o.ctx, Asker{Actor: deputy}, c.Number); !errs.Is(err, errs.NotFound) {
			t.Errorf("before: %v", err)
		}
		day := clock.Date{Year: 2021, Month: 11, Day: 19}
		head.Unit = "construction"
		if _, err := o.Deputise(o.ctx, head, Deputy{Person: 4, Deputy: 8, From: day, Until: day}); err != nil {
			t.Fatal(err)
		}
		v := o.view(Asker{Actor: deputy}, c.Number)
		if v.Sight != Whole || len(v.Offers) != 2 || v.Offers[0].Action != "report-in" || v.Offers[0].For != 4 || !v.Duties[0].MayClaim {
			t.Errorf("sight %d, %+v", v.Sight, v.Offers)
		}
	}, schemas...)
}

func TestAnotherCaseIsNamedToWhoMayKnowOfIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		o.openTo(Visible{Public: Hidden})
		secret := o.open(neighbour, "category", "noise")
		child := func() *Case {
			done, err := o.Open(o.ctx, Asker{Actor: neighbour}, "whistle", func() OpenCase { w := whistle(); w.Parent = secret.ID; return w }())
			if err != nil {
				t.Fatal(err)
			}
			o.do(neighbour, done.Case.Number, Link{Linked{Case: secret.ID, How: "related"}})
			return done.Case
		}
		c := child()
		mine := o.view(Asker{Actor: neighbour}, c.Number)
		if mine.Parent == nil || mine.Parent.Number != secret.Number || len(mine.Links) != 1 || mine.Links[0].How != "related" {
			t.Errorf("%+v %+v", mine.Parent, mine.Links)
		}
		theirs := o.view(Asker{Actor: builder}, c.Number)
		if theirs.Parent != nil || len(theirs.Links) != 0 || len(theirs.History) != 1 || theirs.History[0].Events[0].Opened.Parent != 0 {
			t.Errorf("%+v %+v %+v", theirs.Parent, theirs.Links, theirs.History)
		}
	}, schemas...)
}

func TestAListLeaksNothingOfAnOutline(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		c := o.open(neighbour, "title", "某某的投诉")
		for _, tt := range []struct {
			name string
			who  *identity.Actor
			f    Filter
			n    int
		}{
			{"the public, all", nil, Filter{}, 1},
			{"the public, by words", nil, Filter{Found: &Found{Cond: "c.title LIKE ?", Args: []any{"%投诉%"}}}, 0},
			{"the public, by who leads", nil, Filter{Lead: "construction"}, 0},
			{"who leads, by words", builder, Filter{Found: &Found{Cond: "c.title LIKE ?", Args: []any{"%投诉%"}}}, 1},
			{"who leads, by who leads", builder, Filter{Lead: "construction"}, 1},
		} {
			o.read(func(tx *store.Tx) error {
				rows, total, err := o.List(o.ctx, tx, o.ViewerOf(tt.who, ""), tt.f)
				if len(rows) != tt.n || total != tt.n {
					t.Errorf("%s: %d rows, total %d", tt.name, len(rows), total)
				}
				for _, r := range rows {
					if open := r.Title != "" || r.Lead != ""; open != (tt.who != nil) {
						t.Errorf("%s: %+v", tt.name, r)
					}
				}
				return err
			})
		}
		_ = c
	}, schemas...)
}

func TestTheSameKeyForSomethingElseIsAMistake(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		who := Asker{Actor: neighbour, Key: "k", Print: "one"}
		first, err := o.Open(o.ctx, who, "whistle", whistle())
		if err != nil {
			t.Fatal(err)
		}
		again, err := o.Open(o.ctx, who, "whistle", whistle())
		if err != nil || !again.Again || again.Case.Number != first.Case.Number {
			t.Errorf("%+v %v", again, err)
		}
		who.Print = "two"
		if _, err := o.Open(o.ctx, who, "whistle", whistle()); !errs.Is(err, errs.Invalid) {
			t.Errorf("%v", err)
		}
		for _, tt := range []struct{ a, b Asker }{ // two who are not known may choose one key
			{Asker{Key: "k", Print: "one"}, Asker{Key: "k", Print: "two"}},
			{Asker{Key: "k", Print: "one"}, Asker{Actor: neighbour, Key: "k", Print: "one"}},
			{Asker{Key: "k", Print: "one"}, Asker{Secret: "S", Key: "k", Print: "one"}},
		} {
			if tt.a.key() == tt.b.key() {
				t.Errorf("%+v and %+v share a key", tt.a, tt.b)
			}
		}
	}, schemas...)
}

func TestASchemaKeepsTheOrderOfItsFile(t *testing.T) {
	p := procedureOf(t, "whistle")
	text := string(p.Form().Schema())
	last := 0
	for _, name := range []string{`{"type":"object"`, `"required"`, `"title":{"title"`, `"category":`, `"place":`, `"address":`, `"photo":`, `"danger":`, `"additionalProperties":false}`} {
		at := strings.Index(text, name)
		if at < last {
			t.Errorf("%s stands at %d in %s", name, at, text)
		}
		last = at
	}
	if !json.Valid([]byte(text)) || !json.Valid(p.ActionForm("called", "decline").Schema()) {
		t.Error("no JSON")
	}
	if got := string((*Form)(nil).Schema()); got != `{"type":"object","additionalProperties":false}` {
		t.Error(got)
	}
}

func TestWhatHappenedLately(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		a, b := o.open(neighbour), o.open(neighbour, "category", "noise")
		o.do(builder, a.Number, Note{Text: "一"})
		o.read(func(tx *store.Tx) error {
			moments, err := o.Moments(o.ctx, tx, tx.Now(), tx.Now())
			if err != nil || len(moments) != 2 || moments[0] != (Moment{a.ID, 2}) || moments[1] != (Moment{b.ID, 1}) {
				t.Errorf("%v %v", moments, err)
			}
			if later, err := o.Moments(o.ctx, tx, tx.Now().Add(1000), tx.Now().Add(2000)); err != nil || len(later) != 0 {
				t.Errorf("%v %v", later, err)
			}
			changed, err := o.Changed(o.ctx, tx, []int64{a.ID, b.ID, 999})
			if err != nil || len(changed) != 2 {
				t.Fatal(changed, err)
			}
			for i := range changed {
				v := o.ViewerOf(builder, "")
				public := o.ViewerOf(nil, "")
				if led := changed[i].Number == a.Number; changed[i].HasPart(&v) != led || !changed[i].SeenBy(&v) || !changed[i].SeenBy(&public) || changed[i].HasPart(&public) {
					t.Errorf("%s: %v", changed[i].Number, led)
				}
			}
			return nil
		})
	}, schemas...)
}

func TestAContactIsReadAsItWasWritten(t *testing.T) {
	for _, c := range []Contact{{}, {Name: "王丽"}, {Name: "𠮷", Phone: "138", Email: "a@b"}} {
		if got := ParseContact(c.String()); c.String() != "" && got != c {
			t.Errorf("%+v", got)
		}
	}
	if got := ParseContact("13800000000"); got.Phone != "" && got.Name != "13800000000" {
		t.Errorf("%+v", got)
	}
}

func TestInPublicNoAccountIsTold(t *testing.T) {
	p := procedureOf(t, "mediation")
	named := Data{"person": int64(30), "reason": "回避"}
	for sight, want := range map[Sight]int{InFull: 1, Whole: 2} {
		b := &viewing{p: p, sight: sight}
		if got := b.filled(p.ActionForm("mediating", "recuse"), named); len(got) != want || len(named) != 2 {
			t.Errorf("of sight %d: %v", sight, got)
		}
	}
}

// TestWhatACommandLeftIsShownAsItDid: not what others have done since, and to nobody more than they see.
func TestWhatACommandLeftIsShownAsItDid(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		builder := holder(3, identity.Clerk, "construction", "")
		c := o.open(neighbour)
		done, err := o.Do(o.ctx, Asker{Actor: builder}, c.Number, Do{Action: "report-in", Input: Data{"note": "到"}})
		if err != nil {
			t.Fatal(err)
		}
		o.do(builder, c.Number, Note{Text: "后来说的"})
		left := func(a *identity.Actor) *View {
			t.Helper()
			v, err := o.Left(o.ctx, Asker{Actor: a}, done)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		if v := left(builder); v.Sight != Whole || v.Seq != 2 || len(v.History) != 2 || v.History[1].Seq != 2 {
			t.Errorf("who did it is shown record %d, %d in the history: %s", v.Seq, len(v.History), o.all(v))
		}
		if v := left(nil); v.Sight != Outline || v.Form != nil || v.History != nil || v.Parties != nil || len(v.Offers) != 0 {
			t.Errorf("the public is shown %s", o.all(v))
		}
	}, schemas...)
}
