package promiseweb

import (
	"cmp"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"huying/internal/clock"
	"huying/internal/identity"
	"huying/internal/promise"
	"huying/internal/web"
)

// What a desk is looked at for.
const (
	stateAll  = "all"
	stateLate = "late" // red
	stateOwed = "owed" // a report did not come, or is due within owedDays
	stateSoon = "soon" // a milestone or the deadline falls within soonDays
	stateDone = "done" // reported as done, and waiting for the office to verify
)

var states = []string{stateAll, stateLate, stateOwed, stateSoon, stateDone}

// The days for which a desk looks ahead: to the next report, and to the next milestone.
const (
	owedDays = 7
	soonDays = 30
)

// The parts that a unit has in a promise.
const (
	roleLead  = "lead"
	roleJoint = "joint"
)

// task is a promise as it lies on somebody's desk.
type task struct {
	*promise.Standing
	Leads  bool // for a unit that whoever asks works for
	Report bool // whoever asks may report on it
	Judge  bool // whoever asks may verify it
	Next   clock.Date
	What   string // the milestone that falls due on Next; empty is the deadline
}

// tasksView is the desk.
type tasksView struct {
	List    web.List
	Form    *web.Form
	Lead    string
	Tabs    []web.Tab
	Lights  []web.Count
	Roles   []web.Option
	Units   []web.Option // empty when there is one unit only
	LightOf []web.Option
	Table   web.Table[task]
	State   string
	None    bool // nothing lies here at all
}

// tasks is the desk of whoever asks: the promises of the units that they answer for.
func (h *pages) tasks(r *web.Request) error {
	d, err := h.desk(r)
	if err != nil {
		return err
	}
	mine := d.mine()
	l, f := r.List("urgent", "urgent", "number", "light", "due", "report", "progress"), r.QueryForm()
	unitOptions, units := d.deskUnits(mine)
	q := deskQuery{state: f.Choice("state", states...), role: f.Choice("role", roleLead, roleJoint), light: promise.Light(f.Choice("light", texts(promise.Lights)...)),
		unit: f.Choice("unit", units...), text: f.Line("q", maxText)}
	q.wrong = !f.OK()
	rows := d.chosen(mine, q)
	if f.OK() && r.Wants() != "" {
		l.Page, l.Size = 1, len(rows)
		return web.Export(r, r.T("promiseweb.desk_file", "year", d.year()), d.taskHeader(), d.taskRows(web.Slice(l, rows, d.taskOrders())))
	}
	v := tasksView{List: l, Form: f, Lead: d.deskLead(mine), Units: unitOptions, State: q.state, None: len(mine) == 0}
	v.Tabs, v.Lights, v.Roles, v.LightOf = d.stateTabs(l, mine, q), d.lightLinks(l, mine, q), d.roleOptions(), d.options()["light"]
	v.Table = web.Table[task]{ID: "tasks", Caption: r.T("promiseweb.desk_of", "year", d.year()), Columns: d.taskColumns(), List: l, Export: true,
		Rows: web.Slice(l, rows, d.taskOrders()), Total: len(rows)}
	return r.Render(statusOf(f), web.Page{Title: r.T("promiseweb.desk"), Nav: "desk"}, tasksPage(d, v))
}

// mine are the year's promises of the units that whoever asks answers for, all of them for who sees the whole district.
func (d *desk) mine() []task {
	var out []task
	for _, st := range d.board.Rows {
		if holds(d.r, identity.PromiseUnit, st) {
			out = append(out, d.task(st))
		}
	}
	return out
}

func (d *desk) task(st *promise.Standing) task {
	t := task{Standing: st, Leads: rules(d.r, identity.PromiseUnit, st), Report: owes(d.r, st), Judge: rules(d.r, identity.PromiseVerify, st), Next: due(st)}
	for _, n := range st.Nodes {
		if _, done := st.NodesDone[n.No]; !done && n.Due.Before(t.Next) {
			t.Next, t.What = n.Due, n.Title
		}
	}
	return t
}

// ended reports whether nothing more is asked of a promise.
func (t task) ended() bool {
	end := outcome(t.Standing)
	return end == promise.Done || end == promise.Verified
}

// is reports whether a task is in a state on a day.
func (t task) is(state string, today clock.Date) bool {
	switch state {
	case stateLate:
		return t.Late()
	case stateOwed:
		return !t.ended() && (t.Missed > 0 || !t.NextReport.IsZero() && !t.NextReport.After(today.AddDays(owedDays)))
	case stateSoon:
		return !t.ended() && outcome(t.Standing) != promise.Continuing && !t.Next.Before(today) && !t.Next.After(today.AddDays(soonDays))
	case stateDone:
		return outcome(t.Standing) == promise.Done
	}
	return true
}

// deskQuery is what a desk is asked for.
type deskQuery struct {
	state, role, unit, text string
	light                   promise.Light
	wrong                   bool // a value was not offered: nothing is chosen
}

func (d *desk) chosen(all []task, q deskQuery) []task {
	var out []task
	f := promise.Filter{Light: q.light, Text: q.text}
	for _, t := range all {
		if !q.wrong && t.is(q.state, d.board.Today) && f.Has(t.Standing, nil) && d.plays(t, q) {
			out = append(out, t)
		}
	}
	return out
}

// plays reports whether the unit that is asked for, or else any of those whoever asks answers for, has the part that is asked for.
func (d *desk) plays(t task, q deskQuery) bool {
	leads, joins := t.Leads, !t.Leads
	switch {
	case q.unit != "":
		covers := func(key string) bool { return d.trees.Units.Covers(q.unit, key) }
		leads, joins = covers(t.Lead), slices.ContainsFunc(t.Joint, covers)
	case d.r.Actor.Can(identity.PromiseUnit, "", ""):
		joins = len(t.Joint) > 0
	}
	switch q.role {
	case roleLead:
		return leads
	case roleJoint:
		return joins
	}
	return leads || joins
}

// deskUnits are the units that answer for the tasks of a desk, in the order of the tree; there is nothing to choose between when it is one.
func (d *desk) deskUnits(mine []task) (options []web.Option, keys []string) {
	on := map[string]bool{}
	for _, t := range mine {
		for _, u := range unitsOf(t.Standing) {
			on[u] = true
		}
	}
	options = []web.Option{{Text: d.r.T("promiseweb.any")}}
	for _, key := range d.offers().units {
		if on[key] && d.r.Actor.Can(identity.PromiseUnit, key, "") {
			options, keys = append(options, web.Option{Value: key, Text: d.unit(key)}), append(keys, key)
		}
	}
	if len(keys) < 2 {
		return nil, keys
	}
	return options, keys
}

func (d *desk) roleOptions() []web.Option {
	return []web.Option{{Text: d.r.T("promiseweb.any")}, {Value: roleLead, Text: d.r.T("promiseweb.desk_role.lead")}, {Value: roleJoint, Text: d.r.T("promiseweb.desk_role.joint")}}
}

// stateTabs are the ways to look at a desk, each with how many tasks it shows; the other conditions stay.
func (d *desk) stateTabs(l web.List, mine []task, q deskQuery) []web.Tab {
	out := make([]web.Tab, len(states))
	for i, s := range states {
		x := q
		x.state = s
		out[i] = web.Tab{Text: d.r.T("promiseweb.desk_state." + s), Href: l.With("state", s), Count: strconv.Itoa(len(d.chosen(mine, x))),
			Current: s == cmp.Or(q.state, stateAll)}
	}
	return out
}

// lightLinks count the tasks by light, whatever light is asked for itself.
func (d *desk) lightLinks(l web.List, mine []task, q deskQuery) []web.Count {
	out := make([]web.Count, len(promise.Lights))
	for i, light := range promise.Lights {
		q.light = light
		out[i] = web.Count{Light: string(light), N: len(d.chosen(mine, q)), Href: l.With("light", string(light))}
	}
	return out
}

// deskLead says whose desk it is.
func (d *desk) deskLead(mine []task) string {
	if d.r.Actor.Can(identity.PromiseUnit, "", "") {
		return d.r.T("promiseweb.desk_all", "n", len(mine), "year", d.year())
	}
	var units []string
	for _, a := range d.r.Actor.Scope(identity.PromiseUnit) {
		name := d.unit(a.Unit)
		if a.Unit == "" {
			name = d.place(a.Place)
		}
		if !slices.Contains(units, name) {
			units = append(units, name)
		}
	}
	leads := 0
	for _, t := range mine {
		if t.Leads {
			leads++
		}
	}
	return d.r.T("promiseweb.desk_lead", "units", strings.Join(units, d.r.T("promiseweb.and")), "leads", leads, "joins", len(mine)-leads)
}

// taskOrders are the ways in which tasks are sorted. The urgent come first: the late, those that missed reports, those due next.
func (d *desk) taskOrders() map[string]func(a, b task) int {
	of := d.orders()
	plain := func(key string) func(a, b task) int {
		return func(a, b task) int { return of[key](a.Standing, b.Standing) }
	}
	report := func(a, b task) int {
		return cmp.Or(cmp.Compare(b.Missed, a.Missed), clock.Date.Compare(orLast(a.NextReport), orLast(b.NextReport)))
	}
	return map[string]func(a, b task) int{"number": plain("number"), "light": plain("light"), "progress": plain("progress"),
		"due": func(a, b task) int { return a.Next.Compare(b.Next) }, "report": report,
		"urgent": func(a, b task) int {
			return cmp.Or(cmp.Compare(urgency[a.Light], urgency[b.Light]), report(a, b), a.Next.Compare(b.Next))
		}}
}

// urgency orders lights by how much they ask for something to be done.
var urgency = map[promise.Light]int{promise.Red: 0, promise.Yellow: 1, promise.Grey: 2, promise.Green: 3, promise.Blue: 4, promise.Closed: 5}

// orLast puts what has no day behind all that has one.
func orLast(day clock.Date) clock.Date {
	if day.IsZero() {
		return clock.Date{Year: 9999, Month: 12, Day: 31}
	}
	return day
}

func (d *desk) taskColumns() []web.Column[task] {
	say := d.r.T
	return []web.Column[task]{
		{Key: "number", Title: say("promiseweb.promise"), Head: true, Cell: func(t task) templ.Component { return taskCell(d, t) }},
		{Key: "light", Title: say("promiseweb.light"), Cell: func(t task) templ.Component { return whyCell(d, t) }},
		{Key: "due", Title: say("promiseweb.desk_next"), Cell: func(t task) templ.Component { return nextCell(d, t) }},
		{Key: "report", Title: say("promiseweb.next_report"), Cell: func(t task) templ.Component { return owedCell(d, t) }},
		{Key: "progress", Title: say("promiseweb.progress"), Cell: func(t task) templ.Component { return progressCell(d.r, t.Standing) }},
		{Title: say("promiseweb.desk_do"), Narrow: true, Cell: func(t task) templ.Component { return doCell(d, t) }},
	}
}

func (d *desk) taskHeader() []string {
	say := d.r.T
	return append(d.header(), say("promiseweb.desk_role"), say("promiseweb.desk_missed"), say("promiseweb.next_report"), say("promiseweb.desk_next"), say("promiseweb.desk_next_what"))
}

func (d *desk) taskRows(rows []task) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for _, t := range rows {
			if !yield(append(d.row(t.Standing), d.roleText(t), t.Missed, t.NextReport, t.Next, t.What), nil) {
				return
			}
		}
	}
}

// roleText is the part that the units of whoever asks have in a task.
func (d *desk) roleText(t task) string {
	if t.Leads {
		return d.r.T("promiseweb.desk_role.lead")
	}
	return d.r.T("promiseweb.desk_role.joint")
}

// daysTo says how far a day lies ahead, or behind, in calendar days.
func (d *desk) daysTo(day clock.Date) string {
	n := int(day.In(d.r.Zone()).Sub(d.board.Today.In(d.r.Zone())).Hours()) / 24
	switch {
	case n == 0:
		return d.r.T("promiseweb.desk_today")
	case n < 0:
		return d.r.T("promiseweb.desk_ago", "n", -n)
	}
	return d.r.T("promiseweb.desk_in", "n", n)
}
