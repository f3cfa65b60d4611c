package promiseweb

import (
	"slices"
	"strconv"
	"strings"

	"huying/internal/clock"
	"huying/internal/promise"
	"huying/internal/web"
)

// said is one entry of a promise's history as the public reads it. Who typed it is not told, only for which unit.
type said struct {
	promise.Entry
	What  string   // the figure, the share, the node, the light
	More  []string // what was set anew, line by line
	Unit  string
	Files []promise.File // what may be opened: nothing of an entry that does not hold
	By    string         // the entry that took its place, or withdrew it
	Drop  bool           // withdrawn, and not replaced
	Of    string         // the entry that this one corrects
	Day   string         // the day that it speaks of, when it is another than that on which it was said
	Quiet bool           // of the office, and not of the unit that owes the promise
}

// sitting is what one unit said at one time.
type sitting struct {
	When      string
	Unit      string
	Simulated bool
	Said      []said
}

// sittings are the history of a promise by unit and time, the newest first.
func (d *desk) sittings(st *promise.Standing) []sitting {
	var out []sitting
	for _, s := range d.log(st) {
		when := d.r.Moment(s.At)
		if n := len(out); n == 0 || out[n-1].When != when || out[n-1].Unit != s.Unit || out[n-1].Simulated != s.Simulated {
			out = append(out, sitting{When: when, Unit: s.Unit, Simulated: s.Simulated})
		}
		last := &out[len(out)-1]
		last.Said = append(last.Said, s)
	}
	return out
}

// log is the history of a promise, the newest first.
func (d *desk) log(st *promise.Standing) []said {
	gone := dropped(st)
	out := make([]said, 0, len(st.Entries))
	for _, e := range slices.Backward(st.Entries) {
		s := said{Entry: e, What: d.what(st, e), More: d.more(e), Unit: d.who(e), Files: e.Files, Quiet: office[e.Type]}
		if by, is := gone[e.ID]; is {
			s.By, s.Files, s.Drop = entryAnchor(by.ID), nil, by.Type == promise.Withdrawn
		}
		if e.Corrects != 0 {
			s.Of = entryAnchor(e.Corrects)
		}
		if e.AsOf != clock.DateOf(e.At, d.r.Zone()) {
			s.Day = d.r.Day(e.AsOf)
		}
		out = append(out, s)
	}
	return out
}

// office are the entries by which the supervision office speaks.
var office = map[promise.EntryType]bool{promise.Verified: true, promise.Reopened: true, promise.Adjusted: true, promise.Changed: true, promise.Override: true}

// who is the unit for which an entry was made.
func (d *desk) who(e promise.Entry) string {
	if e.Unit == "" {
		return d.r.T("promiseweb.by_district")
	}
	return d.unit(e.Unit)
}

// what is the kernel of an entry.
func (d *desk) what(st *promise.Standing, e promise.Entry) string {
	switch e.Type {
	case promise.Figure:
		return of(st, e.Value).String()
	case promise.Progress:
		return strconv.FormatFloat(e.Percent, 'f', -1, 64) + "%"
	case promise.Spent:
		return d.tenThousands(e.Value)
	case promise.NodeDone:
		for _, n := range st.Nodes {
			if n.No == e.Node {
				return n.Title
			}
		}
		return strconv.Itoa(e.Node)
	case promise.Override:
		return d.r.T("web.light." + string(e.Change.Light))
	}
	return ""
}

// more is what an entry set, line by line.
func (d *desk) more(e promise.Entry) []string {
	say, c := d.r.T, e.Change
	var out []string
	add := func(key, v string) {
		if v != "" {
			out = append(out, say("promiseweb.line", "name", say(key), "value", v))
		}
	}
	switch e.Type {
	case promise.Adjusted:
		add("promiseweb.new_title", c.Title)
		add("promiseweb.new_value", c.Value)
		add("promiseweb.new_due", d.r.Day(c.Due))
		add("promiseweb.approver", c.Approver)
		add("promiseweb.reason", c.Reason)
	case promise.Override:
		add("promiseweb.reason", c.Reason)
		add("promiseweb.until", d.r.Day(c.Until))
	case promise.Changed:
		if c.Before != nil && c.After != nil {
			return d.changes(*c.Before, *c.After)
		}
	}
	return out
}

// changes are the terms that differ, each as it was and as it is.
func (d *desk) changes(a, b promise.Terms) []string {
	say := d.r.T
	var out []string
	for _, x := range []struct{ key, was, is string }{
		{"promiseweb.lead", d.unit(a.Lead), d.unit(b.Lead)}, {"promiseweb.joint", d.units(a.Joint), d.units(b.Joint)},
		{"promiseweb.start", d.r.Day(a.Start), d.r.Day(b.Start)}, {"promiseweb.due", d.r.Day(a.Due), d.r.Day(b.Due)},
		{"promiseweb.cycle", say("promise.cycle." + string(a.Cycle)), say("promise.cycle." + string(b.Cycle))},
		{"promiseweb.direction", say("promise.direction." + string(a.Direction)), say("promise.direction." + string(b.Direction))},
		{"promiseweb.course", say("promise.course." + string(a.Course)), say("promise.course." + string(b.Course))},
		{"promiseweb.formula", a.Formula, b.Formula}, {"promiseweb.invest_planned", web.Group(a.Invest), web.Group(b.Invest)},
		{"promiseweb.nodes", d.nodesInLine(a.Nodes), d.nodesInLine(b.Nodes)}, {"promiseweb.place", d.placeName(a.Place), d.placeName(b.Place)},
		{"promiseweb.act_project", say("promiseweb.act_project_" + yesNo(a.Project)), say("promiseweb.act_project_" + yesNo(b.Project))},
	} {
		if x.was != x.is {
			out = append(out, say("promiseweb.changed", "name", say(x.key), "was", orNone(d.r, x.was), "is", orNone(d.r, x.is)))
		}
	}
	return out
}

func orNone(r *web.Request, s string) string {
	if s == "" {
		return r.T("promiseweb.not_given")
	}
	return s
}

// nodesInLine are milestones in one line: what, until when, and how much is to be done by then.
func (d *desk) nodesInLine(nodes []promise.Node) string {
	all := make([]string, len(nodes))
	for i, n := range nodes {
		all[i] = d.r.T("promiseweb.node_in_line", "title", n.Title, "due", d.r.Day(n.Due), "share", percent(n.Share))
	}
	return strings.Join(all, d.r.T("promiseweb.node_between"))
}
