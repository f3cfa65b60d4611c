package promiseapi

import (
	"math"
	"time"

	"huying/internal/clock"
	"huying/internal/promise"
	"huying/internal/web"
)

// row is a promise as it stands in a list.
type row struct {
	Number    string      `json:"number"`
	Year      int         `json:"year"`
	Kind      string      `json:"kind"`
	Title     string      `json:"title"`
	Quote     string      `json:"quote"`
	Theme     int         `json:"theme"`
	Matter    int         `json:"matter"`
	Lead      string      `json:"lead"`
	Joint     []string    `json:"joint"`
	Place     string      `json:"place,omitempty"`
	Due       *clock.Date `json:"due,omitempty"`
	Cycle     string      `json:"cycle"`
	Status    string      `json:"status"`
	Light     string      `json:"light"`
	Adjusted  bool        `json:"adjusted"`
	Indicator string      `json:"indicator,omitempty"`
	Target    string      `json:"target,omitempty"`
	Unit      string      `json:"unit,omitempty"`
	Value     string      `json:"value,omitempty"`
	AsOf      *clock.Date `json:"as_of,omitempty"`
	Progress  *float64    `json:"progress,omitempty"`
	Plan      float64     `json:"plan"`
	Proofs    int         `json:"proofs"`
	Project   bool        `json:"project"`
	Invest    string      `json:"invest,omitempty"`
	Spent     string      `json:"spent,omitempty"`
	Simulated bool        `json:"simulated"`
}

// The parts of a promise.
type (
	file struct {
		Hash string `json:"hash"`
		Name string `json:"name"`
		Type string `json:"type"`
		Size int64  `json:"size"`
	}
	change struct {
		Approver string      `json:"approver,omitempty"`
		Reason   string      `json:"reason,omitempty"`
		Title    string      `json:"title,omitempty"`
		Value    string      `json:"value,omitempty"`
		Due      *clock.Date `json:"due,omitempty"`
		Light    string      `json:"light,omitempty"`
		Until    *clock.Date `json:"until,omitempty"`
	}
	entry struct {
		ID        int64       `json:"id"`
		Type      string      `json:"type"`
		AsOf      *clock.Date `json:"as_of,omitempty"`
		Value     string      `json:"value,omitempty"`
		Percent   *float64    `json:"percent,omitempty"`
		Node      int         `json:"node,omitempty"`
		Note      string      `json:"note,omitempty"`
		Source    string      `json:"source,omitempty"`
		Files     []file      `json:"files"`
		Change    *change     `json:"change,omitempty"`
		Corrects  int64       `json:"corrects,omitempty"`
		Unit      string      `json:"unit,omitempty"`
		At        time.Time   `json:"at"`
		Simulated bool        `json:"simulated"`
	}
	node struct {
		No    int         `json:"no"`
		Title string      `json:"title"`
		Due   *clock.Date `json:"due,omitempty"`
		Share float64     `json:"share"`
		Done  bool        `json:"done"`
	}
	baseline struct {
		Value string `json:"value"`
		Year  int    `json:"year"`
	}
)

// one is a promise with its history.
type one struct {
	row
	Document    int64     `json:"document,omitempty"`
	Span        [2]int    `json:"span"`
	Start       any       `json:"start"`
	Version     int       `json:"version"`
	Why         []string  `json:"why"`
	Planned     string    `json:"planned,omitempty"`
	Gap         string    `json:"gap,omitempty"`
	Forecast    string    `json:"forecast,omitempty"`
	Baseline    *baseline `json:"baseline,omitempty"`
	Missed      int       `json:"missed"`
	NextReport  any       `json:"next_report,omitempty"`
	CarriedFrom string    `json:"carried_from,omitempty"`
	Nodes       []node    `json:"nodes"`
	Entries     []entry   `json:"entries"`
}

func day(d clock.Date) *clock.Date {
	if d.IsZero() {
		return nil
	}
	return &d
}

// tenth rounds a percentage to one decimal.
func tenth(v float64) float64 { return math.Round(v*10) / 10 }

func rowOf(st *promise.Standing) row {
	c := st.Claim
	out := row{Number: st.Number, Year: st.Year, Kind: string(st.Kind), Title: st.Title, Quote: c.Quote, Theme: c.Theme.No, Matter: c.Matter.No, Lead: st.Lead,
		Joint: append([]string{}, st.Joint...), Place: st.Place, Due: day(st.Deadline()), Cycle: string(st.Cycle), Status: string(st.Status), Light: string(st.Light),
		Adjusted: st.Adjusted != nil, Indicator: c.Indicator, Target: st.Target, Unit: c.Unit, Value: st.Value, AsOf: day(st.AsOf), Plan: tenth(st.Plan),
		Proofs: st.Proofs, Project: st.Project, Invest: st.Invest, Spent: st.Spent, Simulated: st.IsSimulated()}
	if st.Progress != nil {
		p := tenth(*st.Progress)
		out.Progress = &p
	}
	return out
}

func (a *front) oneOf(r *web.Request, st *promise.Standing) (one, error) {
	out := one{row: rowOf(st), Document: st.Document, Span: [2]int{st.Claim.Span.Start, st.Claim.Span.End}, Start: day(st.Start), Version: st.Version, Why: []string{},
		Planned: st.Planned, Gap: st.Gap, Forecast: st.Forecast, Missed: st.Missed, Nodes: []node{}, Entries: []entry{}}
	if d := day(st.NextReport); d != nil {
		out.NextReport = d
	}
	for _, w := range st.Why {
		out.Why = append(out.Why, r.T("promise.why."+w.Key, w.Args...))
	}
	if st.Baseline != "" {
		out.Baseline = &baseline{st.Baseline, st.BaselineYear}
	}
	for _, n := range st.Nodes {
		_, done := st.NodesDone[n.No]
		out.Nodes = append(out.Nodes, node{n.No, n.Title, day(n.Due), n.Share, done})
	}
	for _, e := range st.Entries {
		out.Entries = append(out.Entries, entryOf(r, e))
	}
	line, err := a.Register.Line(r.Context(), st)
	if err == nil && len(line) > 1 {
		out.CarriedFrom = line[1].Number
	}
	return out, err
}

// entryOf is an entry as everybody may read it: its unit, and not the person, stands for it.
func entryOf(r *web.Request, e promise.Entry) entry {
	out := entry{ID: e.ID, Type: string(e.Type), AsOf: day(e.AsOf), Value: e.Value, Node: e.Node, Note: e.Note, Source: e.Source, Files: []file{}, Corrects: e.Corrects,
		Unit: e.Unit, At: e.At.In(r.Zone()), Simulated: e.Simulated}
	if e.Type == promise.Progress {
		out.Percent = &e.Percent
	}
	for _, f := range e.Files {
		out.Files = append(out.Files, file(f))
	}
	if c := e.Change; c.Reason != "" {
		out.Change = &change{c.Approver, c.Reason, c.Title, c.Value, day(c.Due), string(c.Light), day(c.Until)}
	}
	return out
}
