package caseapi

import (
	"encoding/json"
	"time"

	"huying/internal/casework"
	"huying/internal/i18n"
	"huying/internal/web"
)

// text is a name in both languages.
type text struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// textOf is a name as it is sent; what has no English is the same in both.
func textOf(t casework.Text) text { return text{t.In(i18n.ZH), t.In(i18n.EN)} }

// moment is an instant in the district's zone; nil when there is none.
func moment(t time.Time, zone *time.Location) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.In(zone)
	return &t
}

// row is a case as it stands in a list. What an outline leaves out is absent.
type row struct {
	Number     string     `json:"number"`
	Procedure  string     `json:"procedure"`
	Title      string     `json:"title,omitempty"`
	Category   string     `json:"category,omitempty"`
	Place      string     `json:"place,omitempty"`
	Unit       string     `json:"unit,omitempty"`
	State      string     `json:"state"`
	StateTitle text       `json:"state_title"`
	Outcome    string     `json:"outcome,omitempty"`
	Urgent     bool       `json:"urgent"`
	Simulated  bool       `json:"simulated"`
	Level      int        `json:"level"`
	OpenedAt   *time.Time `json:"opened_at"`
	ClosedAt   *time.Time `json:"closed_at,omitempty"`
	DueAt      *time.Time `json:"due_at,omitempty"`
	Late       bool       `json:"late"`
	Tone       string     `json:"tone,omitempty"`
	Sight      string     `json:"sight"`
}

var sights = map[casework.Sight]string{casework.Nothing: "none", casework.Outline: "outline", casework.InFull: "full", casework.Whole: "whole"}

// shaper puts what is shown into the shape in which it is sent, for one request.
type shaper struct {
	lang i18n.Lang
	zone *time.Location
}

func (a *front) shaper(r *web.Request) shaper {
	return shaper{lang: r.Lang, zone: a.Cases.Calendar().Zone()}
}

func (s shaper) row(r casework.Row, state casework.Text, now time.Time) row {
	return row{Number: r.Number, Procedure: r.Procedure, Title: r.Title, Category: r.Category, Place: r.Place, Unit: r.Lead, State: r.State,
		StateTitle: textOf(state), Outcome: string(r.Outcome), Urgent: r.Urgent, Simulated: r.Simulated, Level: r.Level, OpenedAt: moment(r.OpenedAt, s.zone),
		ClosedAt: moment(r.ClosedAt, s.zone), DueAt: moment(r.DueAt, s.zone), Late: r.Late(now), Tone: r.Tone, Sight: sights[r.Sight]}
}

// The parts of a case.
type (
	member struct {
		Member casework.Member `json:"member"`
		Name   string          `json:"name"`
	}
	dutyKey struct {
		Visit int             `json:"visit"`
		Name  string          `json:"name"`
		N     int             `json:"n"`
		Owner casework.Member `json:"owner"`
	}
	duty struct {
		dutyKey
		Title       text       `json:"title"`
		OwnerName   string     `json:"owner_name"`
		Party       string     `json:"party"`
		State       string     `json:"state"`
		Row         string     `json:"row,omitempty"`
		Start       *time.Time `json:"start"`
		Due         *time.Time `json:"due,omitempty"`
		Provisional bool       `json:"provisional"`
		Status      string     `json:"status"`
		At          *time.Time `json:"at,omitempty"`
		DoneAt      *time.Time `json:"done_at,omitempty"`
		Outstanding bool       `json:"outstanding"`
		Claimed     int64      `json:"claimed,omitempty"`
	}
	pause struct {
		From   *time.Time `json:"from"`
		To     *time.Time `json:"to,omitempty"`
		Reason string     `json:"reason"`
		Title  text       `json:"title"`
	}
	rating struct {
		Party  string          `json:"party"`
		Member casework.Member `json:"member"`
		Score  int             `json:"score"`
		By     int             `json:"by,omitempty"`
	}
	other struct {
		Number    string `json:"number,omitempty"`
		Procedure string `json:"procedure"`
		How       string `json:"how,omitempty"`
		N         int    `json:"n,omitempty"`
		Outcome   string `json:"outcome,omitempty"`
	}
	caller struct {
		N       int           `json:"n"`
		Unit    string        `json:"unit,omitempty"`
		Person  int64         `json:"person,omitempty"`
		Name    string        `json:"name,omitempty"`
		Said    casework.Data `json:"said,omitempty"`
		Contact *sealed       `json:"contact,omitempty"`
		Self    bool          `json:"self"`
	}
	sealed struct {
		Sealed bool `json:"sealed"`
	}
	foreign struct {
		System string     `json:"system"`
		Number string     `json:"number"`
		Due    *time.Time `json:"due,omitempty"`
	}
	by struct {
		Person  int64  `json:"person,omitempty"`
		Name    string `json:"name,omitempty"`
		Unit    string `json:"unit,omitempty"`
		Caller  int    `json:"caller,omitempty"`
		For     int64  `json:"for,omitempty"`
		Program bool   `json:"program,omitempty"`
	}
	pending struct {
		Action     string          `json:"action"`
		Title      text            `json:"title"`
		As         casework.Member `json:"as,omitempty"`
		Input      casework.Data   `json:"input,omitempty"`
		By         by              `json:"by"`
		Step       int             `json:"step"`
		Approve    []string        `json:"approve"`
		MayApprove bool            `json:"may_approve"`
		MayReturn  bool            `json:"may_return"`
	}
	turn struct {
		N   int        `json:"n"`
		Row string     `json:"row,omitempty"`
		Due *time.Time `json:"due,omitempty"`
	}
	action struct {
		Action  string          `json:"action"`
		Title   text            `json:"title"`
		Form    json.RawMessage `json:"form"`
		As      casework.Member `json:"as,omitempty"`
		For     int64           `json:"for,omitempty"`
		Turns   []turn          `json:"turns"`
		Rate    []member        `json:"rate"`
		Best    int             `json:"best"`
		Approve []string        `json:"approve"`
		To      string          `json:"to,omitempty"`
		Joins   bool            `json:"joins"`
	}
	entry struct {
		Seq    int              `json:"seq"`
		At     *time.Time       `json:"at"`
		By     by               `json:"by"`
		Events []casework.Event `json:"events"`
	}
)

// oneCase is a case. What the asker's sight does not cover is absent.
type oneCase struct {
	row
	Seq        int                 `json:"seq"`
	Reopened   int                 `json:"reopened"`
	Channel    string              `json:"channel,omitempty"`
	Form       casework.Data       `json:"form,omitempty"`
	Callers    []caller            `json:"callers,omitempty"`
	Parties    map[string][]member `json:"parties,omitempty"`
	Duties     []duty              `json:"duties,omitempty"`
	Pauses     []pause             `json:"pauses,omitempty"`
	Values     casework.Data       `json:"values,omitempty"`
	Ratings    []rating            `json:"ratings,omitempty"`
	Parent     string              `json:"parent,omitempty"`
	Children   []other             `json:"children,omitempty"`
	Links      []other             `json:"links,omitempty"`
	Foreign    *foreign            `json:"foreign,omitempty"`
	Pending    *pending            `json:"pending,omitempty"` // of waiting: what the asker may approve, or the first
	Waiting    []pending           `json:"waiting,omitempty"`
	Actions    []action            `json:"actions"`
	MayApprove bool                `json:"may_approve"`
	MayNote    bool                `json:"may_note"`
	MayReveal  bool                `json:"may_reveal"`
	MayClaim   []dutyKey           `json:"may_claim,omitempty"`
	History    []entry             `json:"history,omitempty"`

	// Of an opening.
	Secret  string `json:"secret,omitempty"`
	Receipt any    `json:"receipt,omitempty"`
}

// one is a case as it is sent.
func (s shaper) one(v *casework.View) oneCase {
	c := oneCase{row: s.row(v.Row, v.StateTitle, v.Now), Seq: v.Seq, Reopened: v.Reopened, Channel: v.Channel, Form: v.Form, Values: v.Values,
		MayApprove: v.MayApprove, MayNote: v.MayNote, MayReveal: v.MayReveal}
	for _, x := range v.Callers {
		c.Callers = append(c.Callers, s.caller(x))
	}
	for _, p := range v.Parties {
		if c.Parties == nil {
			c.Parties = map[string][]member{}
		}
		c.Parties[p.Party] = s.members(p.Members)
	}
	for i := range v.Duties {
		d := s.duty(&v.Duties[i])
		if c.Duties = append(c.Duties, d); v.Duties[i].MayClaim {
			c.MayClaim = append(c.MayClaim, d.dutyKey)
		}
	}
	for _, p := range v.Pauses {
		c.Pauses = append(c.Pauses, pause{moment(p.From, s.zone), moment(p.To, s.zone), p.Reason, textOf(p.Title)})
	}
	for _, r := range v.Ratings {
		c.Ratings = append(c.Ratings, rating{r.Party, r.Member, r.Score, r.By})
	}
	s.others(&c, v)
	s.work(&c, v)
	return c
}

func (s shaper) others(c *oneCase, v *casework.View) {
	if v.Parent != nil {
		c.Parent = v.Parent.Number
	}
	for _, o := range v.Children {
		c.Children = append(c.Children, other{o.Number, o.Procedure, o.How, o.N, o.Outcome})
	}
	for _, o := range v.Links {
		c.Links = append(c.Links, other{o.Number, o.Procedure, o.How, o.N, o.Outcome})
	}
	if f := v.Foreign; f != nil {
		c.Foreign = &foreign{f.System, f.Number, moment(f.Due, s.zone)}
	}
}

// work is what may be done, what waits, and what was done.
func (s shaper) work(c *oneCase, v *casework.View) {
	for i := range v.Pending {
		q := &v.Pending[i]
		c.Waiting = append(c.Waiting, pending{q.Action, textOf(q.Title), q.As, q.Input, s.by(q.By), q.Step, orNone(q.Approve), q.MayApprove, q.MayReturn})
	}
	for i := range c.Waiting {
		if c.Pending == nil || c.Waiting[i].MayApprove && !c.Pending.MayApprove {
			c.Pending = &c.Waiting[i]
		}
	}
	c.Actions = []action{}
	for _, o := range v.Offers {
		x := action{Action: o.Action, Title: textOf(o.Title), Form: o.Form.Schema(), As: o.As, For: o.For, Turns: []turn{}, Rate: s.members(o.Rates),
			Best: o.Best, Approve: orNone(o.Approve), To: o.To, Joins: o.Joins}
		for _, t := range o.Turns {
			x.Turns = append(x.Turns, turn{t.N, t.Row, moment(t.Due, s.zone)})
		}
		c.Actions = append(c.Actions, x)
	}
	for _, h := range v.History {
		c.History = append(c.History, entry{h.Seq, moment(h.At, s.zone), s.by(h.By), h.Events})
	}
}

func (s shaper) caller(x casework.CallerView) caller {
	c := caller{N: x.N, Unit: x.Unit, Person: x.Person, Name: x.Name, Said: x.Said, Self: x.Self}
	if c.Name == "" {
		c.Name = x.UnitName.In(s.lang)
	}
	if x.Reachable {
		c.Contact = &sealed{true}
	}
	return c
}

func (s shaper) members(all []casework.Called) []member {
	out := make([]member, len(all))
	for i, m := range all {
		out[i] = member{m.Member, m.Name.In(s.lang)}
	}
	return out
}

func keyOf(k casework.DutyKey) dutyKey { return dutyKey{k.Visit, k.Name, k.N, k.Owner} }

func (s shaper) duty(d *casework.DutyView) duty {
	return duty{dutyKey: keyOf(d.DutyKey), Title: textOf(d.Title), OwnerName: d.OwnerName.In(s.lang), Party: d.Party, State: d.State, Row: d.Row,
		Start: moment(d.Start, s.zone), Due: moment(d.Due, s.zone), Provisional: d.Provisional, Status: string(d.Status), At: moment(d.At, s.zone),
		DoneAt: moment(d.Done, s.zone), Outstanding: d.Outstanding, Claimed: d.Claimed}
}

func (s shaper) by(b casework.By) by {
	return by{Person: b.Person, Name: b.Name, Unit: b.Unit, Caller: b.Caller, For: b.For, Program: b.Program}
}

// orNone is a list that is written as one even when nothing is in it.
func orNone[T any](all []T) []T {
	if all == nil {
		return []T{}
	}
	return all
}
