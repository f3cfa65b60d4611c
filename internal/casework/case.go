package casework

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"huying/internal/calendar"
)

// Case is what a case is now: the fold of its history. It is made by Apply and by nothing else.
type Case struct {
	ID        int64               `json:"id"`
	Seq       int                 `json:"seq"` // records in its history
	Number    string              `json:"number"`
	Procedure string              `json:"procedure"`
	Hash      string              `json:"hash"` // of the procedure's version
	Title     string              `json:"title,omitempty"`
	Category  string              `json:"category,omitempty"`
	Place     string              `json:"place,omitempty"`
	Channel   string              `json:"channel,omitempty"`
	Form      Data                `json:"form,omitempty"`
	Callers   []CallerOf          `json:"callers"`
	Parties   map[string][]Member `json:"parties,omitempty"`
	Urgent    bool                `json:"urgent,omitempty"`
	State     string              `json:"state"`
	Visit     int                 `json:"visit"` // of the state it is in, counted over the case
	Begun     int                 `json:"begun"` // the visit with which it was opened, or reopened last
	Entered   time.Time           `json:"entered"`
	OpenedAt  time.Time           `json:"opened_at"`
	ClosedAt  time.Time           `json:"closed_at,omitzero"`
	Outcome   Outcome             `json:"outcome,omitempty"`
	Reopened  int                 `json:"reopened,omitempty"`
	Duties    []Owing             `json:"duties,omitempty"`
	Pauses    []calendar.Pause    `json:"pauses,omitempty"`
	Paused    string              `json:"paused,omitempty"` // the reason, while it is
	Reasons   []string            `json:"reasons,omitempty"`
	Declines  map[string]int      `json:"declines,omitempty"` // of each party
	Level     int                 `json:"level,omitempty"`
	Heard     []string            `json:"heard,omitempty"` // who heard instead of an empty ladder
	Again     time.Time           `json:"again,omitzero"`
	Ratings   []Rated             `json:"ratings,omitempty"`
	Values    Data                `json:"values,omitempty"`
	Pending   Waits               `json:"pending,omitempty"`
	Children  []ChildOf           `json:"children,omitempty"`
	Links     []Linked            `json:"links,omitempty"`
	Parent    int64               `json:"parent,omitempty"`
	Foreign   *Foreign            `json:"foreign,omitempty"`
	Simulated bool                `json:"simulated,omitempty"`
}

// Owing is a duty of a case with what became of it.
type Owing struct {
	Owed
	Status  Status    `json:"status"`
	At      time.Time `json:"at,omitzero"`    // when it was met, missed or withdrawn
	Done    time.Time `json:"done,omitzero"`  // when a missed one was done after all
	Gone    bool      `json:"gone,omitempty"` // missed, and then no longer asked of this owner
	Claimed int64     `json:"claimed,omitempty"`
	Longer  int       `json:"longer,omitempty"` // how often its term was extended
}

// Status is what became of a duty. It is decided exactly once.
type Status string

const (
	Due     Status = "due"
	DutyMet Status = "met"
	Breach  Status = "missed"
	Dropped Status = "withdrawn"
)

// outstanding reports whether somebody must still do it, in time or late.
func (o *Owing) outstanding() bool {
	return o.Status == Due || o.Status == Breach && o.Done.IsZero() && !o.Gone
}

// done reports whether it was done, in time or late.
func (o *Owing) done() bool { return o.Status == DutyMet || !o.Done.IsZero() }

// clone returns a copy that Apply may change.
func (c *Case) clone() *Case {
	d := *c
	d.Callers = slices.Clone(c.Callers)
	d.Parties = maps.Clone(c.Parties)
	d.Duties = slices.Clone(c.Duties)
	d.Pauses = slices.Clone(c.Pauses)
	d.Reasons = slices.Clone(c.Reasons)
	d.Declines = maps.Clone(c.Declines)
	d.Ratings = slices.Clone(c.Ratings)
	d.Values = maps.Clone(c.Values)
	d.Pending = slices.Clone(c.Pending)
	d.Children = slices.Clone(c.Children)
	d.Links = slices.Clone(c.Links)
	return &d
}

// latest is the last moment of which the case tells: nothing that follows is earlier.
func (c *Case) latest() time.Time {
	at := c.Entered
	later := func(t time.Time) {
		if t.After(at) {
			at = t
		}
	}
	later(c.ClosedAt)
	for i := range c.Duties {
		o := &c.Duties[i]
		later(o.At) // not Start: the next turn of a duty that recurs begins later
		later(o.Done)
	}
	for _, p := range c.Pauses {
		later(p.From)
		later(p.To)
	}
	return at
}

// duty returns the duty of a key, or nil.
func (c *Case) duty(k DutyKey) *Owing {
	for i := range c.Duties {
		if c.Duties[i].DutyKey == k {
			return &c.Duties[i]
		}
	}
	return nil
}

// Closed reports whether the case has ended.
func (c *Case) Closed() bool { return c.Outcome != Open }

// Lead is the key of the unit that answers for the case, or empty.
func (c *Case) Lead() string {
	for _, m := range c.Parties["lead"] {
		if u, ok := m.Unit(); ok {
			return u
		}
	}
	for _, m := range c.Parties[Fallback] {
		if u, ok := m.Unit(); ok {
			return u
		}
	}
	return ""
}

// NextTimer is the earliest moment at which the clock alone changes the case; zero: never.
func (c *Case) NextTimer() time.Time {
	var next time.Time
	if c.overdue() {
		next = c.Again
	}
	for i := range c.Duties {
		if d := &c.Duties[i]; d.Status == Due && !d.Due.IsZero() && (next.IsZero() || d.Due.Before(next)) {
			next = d.Due
		}
	}
	return next
}

// current reports whether a duty is of the present visit, or of the whole procedure since the case was last opened.
func (c *Case) current(o *Owing) bool {
	return o.Visit == c.Visit || o.State == "" && o.Visit == c.Begun
}

// overdue reports whether something that was missed is still to be done.
func (c *Case) overdue() bool {
	return slices.ContainsFunc(c.Duties, func(o Owing) bool { return o.Status == Breach && o.outstanding() })
}

// UnitMember, PersonMember and CallerMember name members of parties.
func UnitMember(key string) Member    { return Member("unit:" + key) }
func PersonMember(id int64) Member    { return Member("person:" + strconv.FormatInt(id, 10)) }
func CallerMember(n int) Member       { return Member("caller:" + strconv.Itoa(n)) }
func (m Member) Unit() (string, bool) { return strings.CutPrefix(string(m), "unit:") }

// Person returns the account of a member that is a person.
func (m Member) Person() (int64, bool) { return m.number("person:") }

// Caller returns which caller the member is.
func (m Member) Caller() (int, bool) { n, ok := m.number("caller:"); return int(n), ok }

func (m Member) number(prefix string) (int64, bool) {
	s, ok := strings.CutPrefix(string(m), prefix)
	n, err := strconv.ParseInt(s, 10, 64)
	return n, ok && err == nil
}

func itoa(n int) string { return strconv.Itoa(n) }
