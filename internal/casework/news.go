package casework

import (
	"slices"
	"strings"
	"time"
)

// News is something in a record that somebody should hear of: what it is about, and whom it concerns.
type News struct {
	Topic  string   // one of the topics below
	To     []string // unit:KEY, person:ID, role:ROLE (of the whole district), ROLE@unit:KEY
	Title  Text     // of the duty, the state or the action that it is about
	Due    time.Time
	Urgent bool
}

// The topics of news.
const (
	NewsOwed      = "duty.begun"
	NewsSoon      = "duty.soon"
	NewsMissed    = "duty.missed"
	NewsEscalated = "escalated"
	NewsApproval  = "approval"
	NewsReturned  = "returned"
	NewsMoved     = "case.moved"
	NewsReopened  = "case.reopened"
	NewsEnded     = "case.ended"
)

// Topics are all of them, in the order in which they are offered.
var Topics = []string{NewsOwed, NewsSoon, NewsMissed, NewsEscalated, NewsApproval, NewsReturned, NewsMoved, NewsReopened, NewsEnded}

// NewsOf returns what of a record others should hear of: c is the case after it. Nobody is told what they did themselves: the teller
// leaves out who signed.
func NewsOf(p *Procedure, c *Case, r Record) []News {
	n := &teller{p: p, c: c, reopened: slices.ContainsFunc(r.Events, func(e Event) bool { return e.Entered != nil && e.Entered.Visit == c.Begun && e.Entered.Visit > 1 })}
	for _, e := range r.Events {
		n.take(e)
	}
	return n.news
}

type teller struct {
	p        *Procedure
	c        *Case
	reopened bool // by the record
	news     []News
}

func (n *teller) take(e Event) {
	switch {
	case e.Owed != nil:
		if d := n.c.duty(e.Owed.DutyKey); d != nil && d.outstanding() { // what began and ended in one record concerns nobody
			n.add(News{Topic: NewsOwed, To: n.to(e.Owed.Owner), Title: n.duty(e.Owed.State, e.Owed.Name), Due: d.Due})
		}
	case e.Missed != nil:
		if d := n.c.duty(*e.Missed); d != nil {
			n.add(News{Topic: NewsMissed, To: n.to(d.Owner), Title: n.duty(d.State, d.Name), Due: d.Due})
		}
	case e.Escalated != nil:
		n.add(News{Topic: NewsEscalated, To: n.p.addresses(n.c, e.Escalated.To), Title: n.state()})
	case e.Asked != nil:
		n.waits(e.Asked.Action, e.Asked.For)
	case e.Approved != nil:
		n.waits(e.Approved.Action, e.Approved.For)
	case e.Returned != nil:
		n.add(News{Topic: NewsReturned, To: n.askers(e.Returned.For), Title: n.state()})
	case e.Entered != nil && e.Entered.Visit == n.c.Visit && n.c.Seq > 0:
		switch {
		case n.c.Closed():
			n.add(News{Topic: NewsEnded, To: n.callers(), Title: n.state()})
		case n.reopened:
			n.add(News{Topic: NewsReopened, To: n.everybody(), Title: n.state()})
		default:
			n.add(News{Topic: NewsMoved, To: n.callers(), Title: n.state()})
		}
	}
}

// waits tells those who must agree next to what was asked for, when it is their turn.
func (n *teller) waits(action string, m Member) {
	q := n.c.Pending.Of(action, m)
	if q == nil {
		return
	}
	var to []string
	for _, a := range n.p.Approvers(n.c, q) {
		to = append(to, approverRole(a))
	}
	n.add(News{Topic: NewsApproval, To: to, Title: n.action(q.State, q.Action)})
}

// askers are for whom something was asked that waited for approval; of histories that do not say it, the lead.
func (n *teller) askers(m Member) []string {
	if m == "" {
		return n.lead()
	}
	return n.to(m)
}

func (n *teller) add(news News) {
	news.To = slices.DeleteFunc(news.To, func(m string) bool { return m == "" })
	if len(news.To) > 0 {
		news.Urgent = n.c.Urgent || news.Topic == NewsEscalated
		n.news = append(n.news, news)
	}
}

func (n *teller) to(m Member) []string { return []string{n.c.holder(m)} }

func (n *teller) callers() []string {
	var out []string
	for _, x := range n.c.Callers {
		out = append(out, n.c.holder(CallerMember(x.N)))
	}
	return out
}

func (n *teller) lead() []string {
	var out []string
	for _, m := range n.c.Parties["lead"] {
		out = append(out, n.c.holder(m))
	}
	return out
}

// everybody are who calls and who has a part.
func (n *teller) everybody() []string {
	out := n.callers()
	for _, party := range n.p.Parties {
		out = append(out, n.p.addresses(n.c, party.Key)...)
	}
	return out
}

// addresses are to whom is told what is told to a rung of the ladder: a party, a role of a party's units, a role, or a unit (of the last
// resort).
func (p *Procedure) addresses(c *Case, rung string) []string {
	if _, unit := Member(rung).Unit(); unit {
		return []string{rung}
	}
	party, role, _ := strings.Cut(rung, ".")
	if !p.isParty(party) {
		return []string{roleMark + rung}
	}
	var out []string
	for _, m := range c.Parties[party] {
		if _, unit := m.Unit(); role != "" && unit {
			out = append(out, role+approverAtAll+string(m))
		} else {
			out = append(out, p.actors(c, party, m)...)
		}
	}
	return out
}

// actors are those who act for a member of a party.
func (p *Procedure) actors(c *Case, party string, m Member) []string {
	out := []string{c.holder(m)}
	def, _ := p.Parties.Get(party)
	if _, unit := m.Unit(); unit && def != nil {
		for _, role := range def.Acts {
			out = append(out, role+approverAtAll+string(m))
		}
	}
	return out
}

// approverRole turns an approver into whom to tell.
func approverRole(approver string) string {
	if role, ok := strings.CutSuffix(approver, approverAtAll); ok {
		return roleMark + role
	}
	return approver
}

func (n *teller) duty(state, name string) Text {
	if t := n.p.DutyTitle(state, name); t.ZH != "" {
		return t
	}
	return n.state()
}

func (n *teller) action(state, name string) Text {
	if s, ok := n.p.state(state); ok {
		if a, ok := s.Do.Get(name); ok && a.Title.ZH != "" {
			return a.Title
		}
	}
	if a, ok := n.p.Do.Get(name); ok {
		return a.Title
	}
	return n.state()
}

func (n *teller) state() Text {
	s, _ := n.p.state(n.c.State)
	if s == nil {
		return Text{}
	}
	return s.Title
}
