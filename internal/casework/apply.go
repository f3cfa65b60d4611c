package casework

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"huying/internal/calendar"
)

// Fold returns the case that a history tells. The history begins with its opening.
func Fold(p func(hash string) *Procedure, id int64, history []Record) (*Case, error) {
	c := &Case{ID: id}
	for _, r := range history {
		if r.Seq != c.Seq+1 {
			return nil, fmt.Errorf("casework: case %d: record %d follows record %d", id, r.Seq, c.Seq)
		}
		for _, e := range r.Events {
			c.apply(p, r.At, r.By, e)
		}
		c.Seq = r.Seq
	}
	return c, nil
}

// apply makes one event part of the case. It holds no rule: what the event says is so.
func (c *Case) apply(p func(hash string) *Procedure, at time.Time, by Signed, e Event) {
	switch {
	case e.Opened != nil:
		c.opened(at, e.Opened)
	case e.Entered != nil:
		c.entered(p(c.Hash), at, e.Entered)
	case e.Owed != nil:
		c.Duties = append(c.Duties, Owing{Owed: *e.Owed, Status: Due})
	case e.Met != nil:
		c.met(at, e.Met)
	case e.Missed != nil:
		c.decide(*e.Missed, Breach, at)
	case e.Dropped != nil:
		c.decide(*e.Dropped, Dropped, at)
	case e.Due != nil:
		if d := c.duty(e.Due.DutyKey); d != nil {
			d.Due, d.Provisional = e.Due.Due, e.Due.Provisional
		}
	case e.Assigned != nil:
		c.Parties = maps.Clone(c.Parties)
		if c.Parties == nil {
			c.Parties = map[string][]Member{}
		}
		c.Parties[e.Assigned.Party] = e.Assigned.Members
	case e.Declined != nil:
		c.Declines = maps.Clone(c.Declines)
		if c.Declines == nil {
			c.Declines = map[string]int{}
		}
		c.Declines[e.Declined.Party]++
	default:
		c.applyRest(at, by, e)
	}
}

func (c *Case) applyRest(at time.Time, by Signed, e Event) {
	switch {
	case e.Did != nil:
		c.Pending = c.Pending.without(e.Did.Action, e.Did.For) // others go on beside what waits for approval
	case e.Paused != nil:
		c.Paused = e.Paused.Reason
		c.Pauses = append(c.Pauses, calendar.Pause{From: at})
		c.Reasons = append(c.Reasons, e.Paused.Reason)
	case e.Resumed != nil:
		c.Paused = ""
		c.Pauses[len(c.Pauses)-1].To = at
	case e.Extended != nil:
		if d := c.duty(e.Extended.DutyKey); d != nil {
			d.Longer++
			if e.Extended.On != "" {
				d.On, d.Terms = e.Extended.On, nil
			} else {
				d.Terms = append(slices.Clone(d.Terms), e.Extended.By)
			}
		}
	case e.Escalated != nil:
		c.escalated(e.Escalated)
	case e.Rated != nil:
		c.Ratings = append(c.Ratings, *e.Rated)
	case e.Urged != nil:
		c.Urgent = e.Urged.Urgent
	case e.Valued != nil:
		c.Values = maps.Clone(c.Values)
		if c.Values == nil {
			c.Values = Data{}
		}
		maps.Copy(c.Values, e.Valued)
	case e.Joined != nil:
		c.Callers = append(c.Callers, *e.Joined)
	case e.Asked != nil:
		c.Pending = append(slices.Clone(c.Pending), Pending{Asked: *e.Asked, By: by})
	case e.Approved != nil:
		c.Pending = c.Pending.approved(e.Approved)
	case e.Returned != nil:
		c.Pending = c.Pending.without(e.Returned.Action, e.Returned.For)
	case e.Claimed != nil:
		if d := c.duty(e.Claimed.DutyKey); d != nil {
			d.Claimed = e.Claimed.Person
		}
	case e.Child != nil:
		c.child(*e.Child)
	case e.Linked != nil:
		c.Links = append(c.Links, *e.Linked)
	case e.Foreign != nil:
		c.Foreign = e.Foreign
	case e.Moved != nil:
		c.Hash = e.Moved.Hash
	}
}

func (c *Case) opened(at time.Time, o *Opened) {
	c.Number, c.Procedure, c.Hash = o.Number, o.Procedure, o.Hash
	c.Title, c.Category, c.Place, c.Channel = o.Title, o.Category, o.Place, o.Channel
	c.Form, c.Parties, c.Urgent = o.Form, o.Parties, o.Urgent
	c.Callers = []CallerOf{o.Caller}
	c.Parent, c.Foreign, c.Simulated = o.Parent, o.Foreign, o.Simulated
	c.OpenedAt = at
}

func (c *Case) entered(p *Procedure, at time.Time, e *Entered) {
	if c.Closed() {
		c.Reopened++
		c.Begun = e.Visit
	} else if c.State == "" {
		c.Begun = e.Visit
	}
	c.State, c.Visit, c.Entered = e.State, e.Visit, at
	c.Outcome, c.ClosedAt = Open, time.Time{}
	if s, ok := p.state(e.State); ok && s.Ends != Open {
		c.Outcome, c.ClosedAt = s.Ends, at
		c.Again = time.Time{}
	}
}

func (c *Case) met(at time.Time, m *Met) {
	if m.Late {
		if d := c.duty(m.DutyKey); d != nil {
			d.Done = at
		}
		return
	}
	c.decide(m.DutyKey, DutyMet, at)
}

func (c *Case) decide(k DutyKey, s Status, at time.Time) {
	d := c.duty(k)
	switch {
	case d == nil:
	case d.Status == Due:
		d.Status, d.At = s, at
	case s == Dropped:
		d.Gone = true
	}
}

func (c *Case) escalated(e *Escalated) {
	c.Level, c.Again = e.Level, e.Again
	if e.Instead && !slices.Contains(c.Heard, e.To) {
		c.Heard = append(slices.Clone(c.Heard), e.To)
	}
}

// child keeps a child case: first that it is to be opened, then its number, then how it ended.
func (c *Case) child(ch ChildOf) {
	for i := range c.Children {
		if c.Children[i].N == ch.N {
			c.Children[i].Case, c.Children[i].Outcome = ch.Case, ch.Outcome
			return
		}
	}
	c.Children = append(c.Children, ch)
}
