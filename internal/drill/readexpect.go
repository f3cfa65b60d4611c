package drill

import (
	"regexp"
	"slices"
)

// What may be expected of how much somebody sees.
var sights = []string{"nothing", "outline", "full", "whole"}

var (
	outOf     = regexp.MustCompile(`^(\d+ of \d+|\d+ %)$`)
	standings = []string{"owed", "late", "met", "missed"}
)

func (c *checker) expect(at string, e *Expect) {
	if c.knowsCase(at+".case", e.Case); e.Parent != wordNone {
		c.knowsCase(at+".parent", e.Parent)
	}
	if e.By != "" {
		c.person(at+".by", e.By)
	}
	if e.ofCase() && len(c.cases) == 0 {
		c.wrong(at, "no_case_yet", "deed", "expect")
	}
	var owed []DutyText
	if e.Owed != nil {
		owed = *e.Owed
	}
	for key, list := range map[string][]DutyText{"owed": owed, "duties": e.Duties} {
		for i, d := range list {
			if d.wrong {
				c.wrong(at+"."+key+"["+itoa(i)+"]", "bad_duty", "text", d.written)
			}
		}
	}
	people(c, at+".sees", e.Sees)
	people(c, at+".knows", e.Knows)
	people(c, at+".offers", e.Offers)
	people(c, at+".desks", e.Desks)
	people(c, at+".told", e.Told)
	people(c, at+".heard", e.Heard)
	for _, h := range e.Heard {
		if x, ok := c.d.People.Get(h.Key); ok && x.Peer == "" {
			c.wrong(at+".heard."+h.Key, "no_peer_hears", "name", h.Key)
		}
	}
	for _, s := range e.Sees {
		if !slices.Contains(sights, s.Value) {
			c.wrong(at+".sees."+s.Key, "bad_sight", "text", s.Value)
		}
	}
	if e.Figures != nil {
		c.figures(at+".figures", e.Figures)
	}
	if e.Board != nil {
		c.board(at+".board", e.Board)
	}
}

// people checks that the keys of a map are people of the play.
func people[T any](c *checker, at string, m Named[T]) {
	for _, e := range m {
		c.person(at+"."+e.Key, e.Key)
	}
}

func (c *checker) figures(at string, f *Figures) {
	if f.By != "" {
		c.person(at+".by", f.By)
	}
	if f.Of == "" && len(c.cases) == 0 {
		c.wrong(at, "figures_of")
	}
	for _, s := range f.Shares {
		if s.Value != wordNone && !outOf.MatchString(s.Value) {
			c.wrong(at+".shares."+s.Key, "bad_share", "text", s.Value)
		}
	}
}

func (c *checker) board(at string, b *Board) {
	if b.By == "" {
		c.wrong(at, "board_by")
	} else {
		c.person(at+".by", b.By)
	}
	for _, u := range b.Units {
		for _, n := range u.Value {
			if !slices.Contains(standings, n.Key) {
				c.wrong(at+".units."+u.Key, "bad_standing", "text", n.Key)
			}
		}
	}
}

// ofCase reports whether something is expected of a case.
func (e *Expect) ofCase() bool {
	return e.State != "" || e.Outcome != "" || e.Urgent != nil || e.Late != nil || e.Level != nil || e.Reopened != nil || e.Callers != nil ||
		e.Paused != "" || e.Pending != nil || e.Parent != "" || e.Owed != nil || e.Duties != nil || e.Parties != nil || e.Values != nil ||
		e.Fields != nil || e.Input != nil || e.Said != nil || e.Ratings != nil || e.Children != nil || e.Events != nil || e.Sees != nil || e.Knows != nil || e.Offers != nil ||
		e.Desks != nil || e.Told != nil || e.Receipt
}
