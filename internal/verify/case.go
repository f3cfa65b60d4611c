package verify

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// member names who owes, calls or takes part; key names a duty of a case. They are as the history writes them.
type key struct {
	Visit int    `json:"v"`
	Name  string `json:"duty"`
	N     int    `json:"n"`
	Owner string `json:"owner"`
}

// event is what of an event this check goes by.
type event struct {
	Opened *struct {
		Procedure string              `json:"procedure"`
		Hash      string              `json:"hash"`
		Number    string              `json:"number"`
		Title     string              `json:"title"`
		Category  string              `json:"category"`
		Place     string              `json:"place"`
		Caller    caller              `json:"caller"`
		Parties   map[string][]string `json:"parties"`
		Urgent    bool                `json:"urgent"`
		Foreign   *foreign            `json:"foreign"`
		Simulated bool                `json:"simulated"`
	} `json:"opened"`
	Entered *struct {
		State string `json:"state"`
		Visit int    `json:"v"`
	} `json:"entered"`
	Owed *struct {
		key
		Party string    `json:"party"`
		State string    `json:"state"`
		Start time.Time `json:"start"`
		Terms []string  `json:"terms"`
		On    string    `json:"on"`
		Due   time.Time `json:"due"`
	} `json:"owed"`
	Met *struct {
		key
		Late bool `json:"late"`
	} `json:"met"`
	Missed  *key `json:"missed"`
	Dropped *key `json:"dropped"`
	Due     *struct {
		key
		Due time.Time `json:"due"`
		Why string    `json:"why"`
	} `json:"due"`
	Assigned *struct {
		Party   string   `json:"party"`
		Members []string `json:"members"`
	} `json:"assigned"`
	Paused *struct {
		Reason string `json:"reason"`
	} `json:"paused"`
	Resumed  *struct{} `json:"resumed"`
	Extended *struct {
		key
		By string `json:"by"`
		On string `json:"on"`
	} `json:"extended"`
	Escalated *struct {
		Level int `json:"level"`
	} `json:"escalated"`
	Urged *struct {
		Urgent bool `json:"urgent"`
	} `json:"urged"`
	Valued  map[string]any `json:"valued"`
	Joined  *caller        `json:"joined"`
	Claimed *struct {
		key
		Person int64 `json:"person"`
	} `json:"claimed"`
	Asked    *asked   `json:"asked"`
	Approved *asked   `json:"approved"`
	Returned *asked   `json:"returned"`
	Did      *asked   `json:"did"`
	Foreign  *foreign `json:"foreign"`
	Moved    *struct {
		Hash string `json:"hash"`
	} `json:"moved"`
}

type caller struct {
	N      int    `json:"n"`
	Person int64  `json:"person"`
	Unit   string `json:"unit"`
}

type foreign struct {
	Due time.Time `json:"due"`
}

// duty is one duty as its history tells it.
type duty struct {
	key
	party, state string
	start        time.Time
	terms        []string
	on           string
	due          time.Time
	dueAt        time.Time // when the due time was worked out last
	status       string
	at, done     time.Time
	gone         bool
	claimed      int64
}

// open reports whether somebody must still do it.
func (d *duty) open() bool {
	return d.status == "due" || d.status == "missed" && d.done.IsZero() && !d.gone
}

// story is a case as its history tells it.
type story struct {
	number, procedure, hash, title, category, place string
	state, outcome                                  string
	visit, level, reopened, records                 int
	urgent, simulated                               bool
	openedAt, closedAt                              time.Time
	parties                                         map[string][]string
	callers                                         []caller
	values                                          map[string]any
	duties                                          []*duty
	waits                                           waits
	pauses                                          []stop
	foreign                                         *foreign
	wrong                                           []fault
}

// stop is a pause with its reason.
type stop struct {
	pause
	reason string
}

// fault is something in a history that no history may hold.
type fault struct {
	why  string
	args []any
}

func (s *story) fail(why string, args ...any) { s.wrong = append(s.wrong, fault{why, args}) }

// tell takes up the events of one record.
func (s *story) tell(raw string, at time.Time, ends func(hash, state string) string) {
	var events []event
	if err := json.Unmarshal([]byte(raw), &events); err != nil {
		s.fail("unreadable", "error", err.Error())
		return
	}
	for _, e := range events {
		s.take(e, at, ends)
	}
}

func (s *story) take(e event, at time.Time, ends func(hash, state string) string) {
	switch {
	case e.Opened != nil:
		o := e.Opened
		if s.number != "" {
			s.fail("opened_twice")
		}
		s.number, s.procedure, s.hash, s.title, s.category, s.place = o.Number, o.Procedure, o.Hash, o.Title, o.Category, o.Place
		s.parties, s.callers, s.urgent, s.simulated, s.foreign, s.openedAt = o.Parties, []caller{o.Caller}, o.Urgent, o.Simulated, o.Foreign, at
	case e.Entered != nil:
		if s.outcome != "" {
			s.reopened++
		}
		if e.Entered.Visit != s.visit+1 {
			s.fail("visit", "visit", e.Entered.Visit)
		}
		s.state, s.visit, s.closedAt = e.Entered.State, e.Entered.Visit, time.Time{}
		if s.outcome = ends(s.hash, s.state); s.outcome != "" {
			s.closedAt = at
		}
	case e.Assigned != nil:
		if s.parties == nil {
			s.parties = map[string][]string{}
		}
		s.parties[e.Assigned.Party] = e.Assigned.Members
	case e.Paused != nil:
		s.pauses = append(s.pauses, stop{pause{from: at}, e.Paused.Reason})
	case e.Resumed != nil:
		s.pauses[len(s.pauses)-1].to = at
	case e.Escalated != nil:
		s.level = e.Escalated.Level
	case e.Urged != nil:
		s.urgent = e.Urged.Urgent
	case e.Joined != nil:
		s.callers = append(s.callers, *e.Joined)
	case e.Foreign != nil:
		s.foreign = e.Foreign
	case e.Moved != nil:
		s.hash = e.Moved.Hash
	case e.Valued != nil:
		if s.values == nil {
			s.values = map[string]any{}
		}
		for k, v := range e.Valued {
			s.values[k] = v
		}
	case e.Asked != nil, e.Approved != nil, e.Returned != nil, e.Did != nil:
		s.takeAsked(e)
	default:
		s.takeDuty(e, at)
	}
}

func (s *story) takeDuty(e event, at time.Time) {
	switch {
	case e.Owed != nil:
		o := e.Owed
		if s.duty(o.key) != nil {
			s.fail("owed_twice", "duty", o.Name, "owner", o.Owner)
			return
		}
		s.duties = append(s.duties, &duty{key: o.key, party: o.Party, state: o.State, start: o.Start, terms: o.Terms, on: o.On, due: o.Due, dueAt: at, status: "due"})
	case e.Met != nil:
		s.with(e.Met.key, func(d *duty) {
			if e.Met.Late {
				d.done = at
				return
			}
			s.decide(d, "met", at)
		})
	case e.Missed != nil:
		s.with(*e.Missed, func(d *duty) {
			if d.status == "due" && !d.due.Before(at) {
				s.fail("missed_early", "duty", d.Name, "owner", d.Owner)
			}
			s.decide(d, "missed", at)
		})
	case e.Dropped != nil:
		s.with(*e.Dropped, func(d *duty) {
			if d.status != "due" {
				d.gone = true
				return
			}
			s.decide(d, "withdrawn", at)
		})
	case e.Due != nil:
		s.with(e.Due.key, func(d *duty) { d.due, d.dueAt = e.Due.Due, at })
	case e.Extended != nil:
		s.with(e.Extended.key, func(d *duty) {
			if e.Extended.On != "" {
				d.on, d.terms = e.Extended.On, nil
			} else {
				d.terms = append(slices.Clone(d.terms), e.Extended.By)
			}
		})
	case e.Claimed != nil:
		s.with(e.Claimed.key, func(d *duty) { d.claimed = e.Claimed.Person })
	}
}

// decide settles what became of a duty, once.
func (s *story) decide(d *duty, status string, at time.Time) {
	if d.status != "due" {
		s.fail("decided_twice", "duty", d.Name, "owner", d.Owner)
		return
	}
	d.status, d.at = status, at
}

func (s *story) duty(k key) *duty {
	for _, d := range s.duties {
		if d.key == k {
			return d
		}
	}
	return nil
}

func (s *story) with(k key, f func(*duty)) {
	if d := s.duty(k); d != nil {
		f(d)
		return
	}
	s.fail("no_such_duty", "duty", k.Name, "owner", k.Owner)
}

// holder is who must do what an owner owes: of a caller their unit or account.
func (s *story) holder(owner string) string {
	n, ok := strings.CutPrefix(owner, "caller:")
	if !ok {
		return owner
	}
	for _, c := range s.callers {
		switch {
		case itoa(int64(c.N)) != n:
		case c.Unit != "":
			return "unit:" + c.Unit
		case c.Person != 0:
			return "person:" + itoa(c.Person)
		}
	}
	return ""
}

// lead is the unit that answers for the case.
func (s *story) lead() string {
	for _, party := range []string{"lead", "fallback"} {
		for _, m := range s.parties[party] {
			if u, ok := strings.CutPrefix(m, "unit:"); ok {
				return u
			}
		}
	}
	return ""
}
