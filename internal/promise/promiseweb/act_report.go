package promiseweb

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"huying/internal/files"
	"huying/internal/identity"
	"huying/internal/promise"
	"huying/internal/web"
)

// reportRoutes are the pages on which a unit says how a promise of its own stands, and mends what it said.
func (h *pages) reportRoutes() []web.Route {
	report := web.May(identity.PromiseReport)
	return []web.Route{
		{Pattern: "GET /promises/{number}/report", Need: report, Handle: h.askReport},
		{Pattern: "POST /promises/{number}/report", Need: report, Handle: h.sayReport, MaxBody: maxSaying, Limit: 2 * time.Minute},
		{Pattern: "GET /promises/{number}/entries/{id}/correct", Need: report, Handle: h.askCorrect},
		{Pattern: "POST /promises/{number}/entries/{id}/correct", Need: report, Handle: h.sayCorrect, MaxBody: maxSaying, Limit: 2 * time.Minute},
		{Pattern: "GET /promises/{number}/entries/{id}/withdraw", Need: report, Handle: h.askWithdraw},
		{Pattern: "POST /promises/{number}/entries/{id}/withdraw", Need: report, Handle: h.sayWithdraw},
	}
}

// reportForm is the form by which a unit reports.
type reportForm struct {
	act
	Back    string
	Offered []web.Option
	Nodes   []web.Option // those not reached
	Hint    string       // what cannot be said, and why: there is a formula, or the figure is not reached yet
	Accept  string
}

func (h *pages) askReport(r *web.Request) error {
	st, d, err := h.owed(r)
	if err != nil {
		return err
	}
	f := web.NewForm("as_of", r.Today().String(), "back", r.Query("back"))
	if list := offered(r, st); len(list) > 0 {
		f.Set("what", string(list[0]))
	}
	return d.drawReport(http.StatusOK, st, f)
}

func (h *pages) sayReport(r *web.Request) error {
	st, d, err := h.owed(r)
	if err != nil {
		return err
	}
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	e := promise.Entry{Promise: st.ID, Type: promise.EntryType(f.Choice("what", texts(offered(r, st))...))}
	if e.Type == "" && f.OK() {
		f.Wrong("what", "web.required")
	}
	readEntry(f, st, &e)
	if ok, err := h.say(r, f, e); err != nil {
		return err
	} else if ok {
		return h.done(r, f, st, h.thanks(r, e), "what", r.T("promise.entry."+string(e.Type)))
	}
	return d.drawReport(statusWrong, st, f)
}

// thanks is what a unit hears that has reported: when its figure keeps the promise, that it may now be called done.
func (h *pages) thanks(r *web.Request, e promise.Entry) string {
	if now, _, err := h.standing(r); err == nil && e.Type == promise.Figure && countable(now) && now.Met() && outcome(now) == "" {
		return "promiseweb.act_reported_met"
	}
	return "promiseweb.act_reported"
}

func (d *desk) drawReport(status int, st *promise.Standing, f *web.Form) error {
	v := reportForm{act: d.act(st, f, "report"), Back: f.Value("back"), Nodes: openNodes(d.r, st), Accept: files.Accept(files.Evidence)}
	for _, t := range offered(d.r, st) {
		v.Offered = append(v.Offered, web.Option{Value: string(t), Text: d.r.T("promise.entry." + string(t)), Hint: d.r.T("promiseweb.act_what." + string(t))})
	}
	switch {
	case st.Formula != "":
		v.Hint = d.r.T("promiseweb.act_by_formula")
	case countable(st) && !st.Met() && outcome(st) == "":
		v.Hint = d.r.T("promiseweb.act_to_go", "goal", goal(st).String())
	}
	if f.Value("node") == "" && len(v.Nodes) > 0 {
		f.Set("node", v.Nodes[0].Value)
	}
	return d.r.Render(status, d.frame(v.act), sayPage(d, v))
}

// countable reports whether a promise is kept when a figure says so.
func countable(st *promise.Standing) bool {
	return st.Claim.Measurability == promise.Numeric && st.Target != ""
}

// offered is what whoever asks may sensibly say of a promise, the likeliest first. What is computed by a formula takes no figure, what is
// counted takes no estimate, and only the unit that leads ends a promise.
func offered(r *web.Request, st *promise.Standing) []promise.EntryType {
	var out []promise.EntryType
	add := func(t promise.EntryType, when bool) {
		if when {
			out = append(out, t)
		}
	}
	end := outcome(st)
	counted := st.Target != "" || st.Claim.Measurability == promise.Numeric || st.Claim.Measurability == promise.Delegated
	finished := end == promise.Done || end == promise.Verified
	leads := rules(r, identity.PromiseReport, st)
	add(promise.Figure, counted && st.Formula == "")
	add(promise.Progress, !counted && !finished)
	add(promise.Spent, st.Project)
	add(promise.NodeDone, len(openNodes(r, st)) > 0)
	add(promise.Started, !begun(st))
	add(promise.Done, leads && !finished && (!countable(st) || st.Met()))
	add(promise.Continuing, leads && !finished && end != promise.Continuing && !counted)
	add(promise.Evidence, true)
	if finished { // nothing presses any more
		slices.SortStableFunc(out, func(a, b promise.EntryType) int {
			switch {
			case a == promise.Evidence:
				return -1
			case b == promise.Evidence:
				return 1
			}
			return 0
		})
	}
	return out
}

// begun reports whether anything that holds says that work on the promise has begun.
func begun(st *promise.Standing) bool {
	gone := dropped(st)
	return slices.ContainsFunc(st.Entries, func(e promise.Entry) bool {
		_, is := gone[e.ID]
		return !is && (reported[e.Type] || e.Type == promise.Reopened)
	})
}

// reported are the entries by which a unit tells how things stand.
var reported = map[promise.EntryType]bool{promise.Figure: true, promise.Progress: true, promise.Spent: true, promise.Started: true, promise.NodeDone: true,
	promise.Done: true, promise.Continuing: true, promise.Evidence: true}

// openNodes are the milestones that were not reached.
func openNodes(r *web.Request, st *promise.Standing) []web.Option {
	var out []web.Option
	for _, n := range st.Nodes {
		if _, done := st.NodesDone[n.No]; !done {
			out = append(out, web.Option{Value: strconv.Itoa(n.No), Text: n.Title, Hint: r.T("promiseweb.due_on", "day", r.Day(n.Due))})
		}
	}
	return out
}

// readEntry reads what an entry of e's type says. Fields of other types are not looked at: without a script they may be on the page.
func readEntry(f *web.Form, st *promise.Standing, e *promise.Entry) {
	e.AsOf, e.Note = f.Date("as_of"), f.Text("note", maxWords)
	number := func(name string) string {
		v := f.Decimal(name)
		if v == "" && len(f.Value(name)) == 0 {
			f.Wrong(name, "web.required")
		}
		return v
	}
	switch e.Type {
	case promise.Figure:
		e.Value = number("value")
	case promise.Spent:
		e.Value = number("spent")
	case promise.Progress:
		if v := number("percent"); v != "" {
			e.Percent = percentOf(v)
		}
	case promise.NodeDone:
		var all []string
		for _, n := range st.Nodes {
			all = append(all, strconv.Itoa(n.No))
		}
		n, err := strconv.Atoi(f.Choice("node", all...))
		if err != nil && f.OK() {
			f.Wrong("node", "web.required")
		}
		e.Node = n
	}
	if sourced[e.Type] {
		e.Source = f.Line("source", maxSource)
		if e.Source == "" && e.Type != promise.Progress {
			f.Wrong("source", "promise.source_missing")
		}
	}
}

// maxSource is how many characters the source of a figure may have.
const maxSource = 200

// sourced are the entries that name where their figure comes from.
var sourced = map[promise.EntryType]bool{promise.Figure: true, promise.Spent: true, promise.Progress: true}

// percentOf is a typed share. One that is no number is out of every range, and the register says so.
func percentOf(s string) float64 {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return -1
	}
	return v
}

func offeredTypes(list []web.Option) map[string]bool {
	out := map[string]bool{}
	for _, o := range list {
		out[o.Value] = true
	}
	return out
}

// withUnit is a label with the report's own unit behind it.
func withUnit(ctx context.Context, key, unit string) string {
	if unit == "" {
		return web.T(ctx, key)
	}
	return web.T(ctx, "promiseweb.act_with_unit", "label", web.T(ctx, key), "unit", unit)
}
