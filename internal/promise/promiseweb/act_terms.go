package promiseweb

import (
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/promise"
	"huying/internal/store"
	"huying/internal/web"
)

// Rows of the form for milestones: as many as are usual, or as the promise has; those beyond the few that are filled are folded.
const (
	usualRows = 12
	openRows  = 2 // empty ones that are shown
)

// maxFormula is how many characters a formula may have.
const maxFormula = 2000

func (h *pages) termsRoutes() []web.Route {
	assign := web.May(identity.PromiseAssign)
	return []web.Route{
		{Pattern: "GET /promises/{number}/terms", Need: assign, Handle: h.askTerms},
		{Pattern: "POST /promises/{number}/terms", Need: assign, Handle: h.setTerms},
	}
}

// termsForm is the form in which units, dates, measure and milestones are set.
type termsForm struct {
	act
	Version                                        string
	Units, Joint, Places, Cycle, Direction, Course []web.Option
	Rows                                           []nodeRow
	Folded                                         []nodeRow
	Unfold                                         bool     // something is typed in a folded row
	JointOpen                                      bool     // a unit joins in, or something is wrong with them
	Meanwhile                                      []string // what somebody else set, where it differs from what is typed
	Conflict                                       bool
}

// nodeRow is one line of the form for milestones.
type nodeRow struct{ Prefix, No, Label string }

func (h *pages) askTerms(r *web.Request) error {
	st, d, err := h.ruled(r, identity.PromiseAssign)
	if err != nil {
		return err
	}
	values := []string{"version", strconv.Itoa(st.Version), "lead", st.Lead, "place", st.Place, "start", st.Start.String(), "due", st.Due.String(), "cycle", string(st.Cycle),
		"direction", string(st.Direction), "course", string(st.Course), "formula", st.Formula, "invest", st.Invest}
	for _, key := range st.Joint {
		values = append(values, "joint", key)
	}
	f := web.NewForm(values...)
	if st.Project {
		f.Set("project", "1")
	}
	for i, n := range st.Nodes {
		prefix := nodePrefix(i)
		f.Set(prefix+"no", strconv.Itoa(n.No))
		f.Set(prefix+"title", n.Title)
		f.Set(prefix+"due", n.Due.String())
		if n.Share > 0 {
			f.Set(prefix+"share", strconv.FormatFloat(n.Share, 'f', -1, 64))
		}
	}
	return d.drawTerms(http.StatusOK, st, f, nil)
}

func nodePrefix(i int) string { return "node" + strconv.Itoa(i+1) + "." }

func (h *pages) setTerms(r *web.Request) error {
	st, d, err := h.ruled(r, identity.PromiseAssign)
	if err != nil {
		return err
	}
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	t, why, version := d.readTerms(f, st), f.Required("why", maxWords), int(f.Int("version", 0, 1<<31))
	if f.OK() && sameTerms(t, st.Terms()) {
		f.Wrong("", "promiseweb.act_terms_nothing")
	}
	if !f.OK() {
		return d.drawTerms(statusWrong, st, f, nil)
	}
	err = h.DB.Write(r.Context(), func(tx *store.Tx) error {
		return h.Register.SetTerms(r.Context(), tx, st.ID, version, t, why, author(r.Actor))
	})
	switch {
	case err == nil:
		return h.done(r, f, st, "promiseweb.act_terms_set")
	case errs.Is(err, errs.Conflict):
		if st, d, err = h.ruled(r, identity.PromiseAssign); err != nil { // as it is now
			return err
		}
		f.Set("version", strconv.Itoa(st.Version))
		return d.drawTerms(http.StatusConflict, st, f, &t)
	case f.Takes(err):
		return d.drawTerms(statusWrong, st, f, nil)
	}
	return err
}

// sameTerms reports whether nothing differs.
func sameTerms(a, b promise.Terms) bool {
	same := slices.Equal(a.Joint, b.Joint) && slices.Equal(a.Nodes, b.Nodes)
	a.Joint, a.Nodes, b.Joint, b.Nodes = nil, nil, nil, nil
	return same && reflect.DeepEqual(a, b)
}

// readTerms reads the form. What depends on the whole of it the register checks.
func (d *desk) readTerms(f *web.Form, st *promise.Standing) promise.Terms {
	t := promise.Terms{Lead: f.Choice("lead", values(d.unitOptions(st))...), Place: f.Choice("place", values(d.placeOptions(st))...), Start: f.Date("start"), Due: f.Date("due"),
		Cycle: promise.Cycle(f.Value("cycle")), Direction: promise.Direction(f.Value("direction")), Course: promise.Course(f.Value("course")),
		Formula: f.Line("formula", maxFormula), Project: f.Ticked("project"), Invest: f.Decimal("invest")}
	for _, key := range append(slices.Clone(st.Joint), values(d.unitOptions(st))...) { // those that are joint already keep their order
		if f.Has("joint", key) && !slices.Contains(t.Joint, key) {
			t.Joint = append(t.Joint, key)
		}
	}
	t.Nodes = readNodes(f, st)
	return t
}

// readNodes reads the milestones in the order of their days. One keeps its number for good, since reports name it; a new one gets a number
// that no milestone of the promise ever had.
func readNodes(f *web.Form, st *promise.Standing) []promise.Node {
	last, own := 0, map[int]bool{}
	for _, n := range st.Nodes {
		last, own[n.No] = max(last, n.No), true
	}
	for _, e := range st.Entries {
		last = max(last, e.Node)
		if c := e.Change.Before; c != nil {
			for _, n := range c.Nodes {
				last = max(last, n.No)
			}
		}
	}
	var out []promise.Node
	for i := range rowCount(f, st) {
		prefix := nodePrefix(i)
		n := promise.Node{Title: f.Line(prefix+"title", maxTitle), Due: f.Date(prefix + "due")}
		if share := f.Decimal(prefix + "share"); share != "" {
			n.Share = percentOf(share)
		}
		if n.Title == "" && n.Due.IsZero() && n.Share == 0 {
			continue
		}
		n.No = int(f.Int(prefix+"no", 0, 1<<20))
		if !own[n.No] {
			last++
			n.No = last
		}
		delete(own, n.No)
		out = append(out, n)
	}
	slices.SortStableFunc(out, func(a, b promise.Node) int { return a.Due.Compare(b.Due) })
	return out
}

// rowCount is how many rows the form has for milestones.
func rowCount(f *web.Form, st *promise.Standing) int {
	n := max(usualRows, len(st.Nodes)+openRows)
	for f.Value(nodePrefix(n)+"title") != "" && n < maxRows { // a form that was opened when there were more
		n++
	}
	return n
}

// maxRows is more than the register takes; it says so itself.
const maxRows = 30

func (d *desk) drawTerms(status int, st *promise.Standing, f *web.Form, typed *promise.Terms) error {
	say := d.r.T
	v := termsForm{act: d.act(st, f, "terms"), Version: f.Value("version"), Units: d.unitOptions(st), Places: d.placeOptions(st),
		Cycle:     worded(d.r, "promise.cycle.", promise.Monthly, promise.Quarterly, promise.AtEnd),
		Direction: worded(d.r, "promise.direction.", promise.Higher, promise.Lower),
		Course:    worded(d.r, "promise.course.", promise.Flow, promise.Stock, promise.Rate)}
	for _, o := range v.Units {
		v.Joint = append(v.Joint, web.Option{Value: o.Value, Text: strings.TrimLeft(o.Text, indent)})
	}
	if typed != nil {
		v.Conflict, v.Meanwhile = true, d.changes(*typed, st.Terms())
	}
	v.JointOpen = f.Value("joint") != "" || slices.ContainsFunc(f.Errors(), func(e *errs.Error) bool { return e.Field == "joint" })
	filled := 0
	for i := range rowCount(f, st) {
		row := nodeRow{Prefix: nodePrefix(i), No: f.Value(nodePrefix(i) + "no"), Label: say("promiseweb.act_node_no", "no", i+1)}
		typed := f.Value(row.Prefix+"title")+f.Value(row.Prefix+"due")+f.Value(row.Prefix+"share") != ""
		switch {
		case i < filled+openRows && len(v.Folded) == 0:
			v.Rows = append(v.Rows, row)
		default:
			v.Folded, v.Unfold = append(v.Folded, row), v.Unfold || typed
		}
		if typed {
			filled = i + 1
		}
	}
	return d.r.Render(status, d.frame(v.act), termsPage(d, v))
}

// indent stands before a unit or a place that is part of another.
const indent = "\u3000"

// worded are the values of a choice with their words.
func worded[T ~string](r *web.Request, prefix string, all ...T) []web.Option {
	out := make([]web.Option, len(all))
	for i, v := range all {
		out[i] = web.Option{Value: string(v), Text: r.T(prefix + string(v))}
	}
	return out
}

// values are what options send.
func values(list []web.Option) []string {
	out := make([]string, len(list))
	for i, o := range list {
		out[i] = o.Value
	}
	return out
}

// unitOptions are the units of today, and those that the promise names already.
func (d *desk) unitOptions(st *promise.Standing) []web.Option {
	var out []web.Option
	on := map[string]bool{}
	for _, u := range d.trees.Units.All() {
		on[u.Key] = true
		depth := max(0, len(d.trees.Units.Path(u.Key))-1)
		out = append(out, web.Option{Value: u.Key, Text: strings.Repeat(indent, depth) + d.unit(u.Key)})
	}
	for _, key := range unitsOf(st) {
		if !on[key] {
			on[key] = true
			out = append(out, web.Option{Value: key, Text: d.unit(key)})
		}
	}
	return out
}

// placeOptions are the places of today, the one that the promise names already, and none.
func (d *desk) placeOptions(st *promise.Standing) []web.Option {
	out := []web.Option{{Text: d.r.T("promiseweb.act_no_place")}}
	on := map[string]bool{"": true}
	for _, p := range d.trees.Places.All() {
		on[p.Key] = true
		depth := max(0, len(d.trees.Places.Path(p.Key))-1)
		out = append(out, web.Option{Value: p.Key, Text: strings.Repeat(indent, depth) + d.place(p.Key)})
	}
	if !on[st.Place] {
		out = append(out, web.Option{Value: st.Place, Text: d.place(st.Place)})
	}
	return out
}

// formulaHelp are the things that a formula may ask for, each with its words under promiseweb.act_formula.
var formulaHelp = []struct{ key, code string }{
	{"latest", `latest["2021-031"]`}, {"target", `target["2021-031"]`}, {"progress", `progress["2021-031"]`}, {"spent", `spent["2021-031"]`},
	{"projects", `projects["planned"], projects["spent"]`}, {"example", `100.0 * projects["spent"] / projects["planned"]`},
}

// placeName is what a place is called; no place has no name.
func (d *desk) placeName(key string) string {
	if key == "" {
		return ""
	}
	return d.place(key)
}

func yesNo(b bool) string {
	if b {
		return yes
	}
	return no
}
