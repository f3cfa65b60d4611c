package promiseweb

import (
	"cmp"
	"net/http"
	"strconv"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/promise"
	"huying/internal/web"
)

// oneView is the page of one promise.
type oneView struct {
	St       *promise.Standing
	Detail   string // what tells it from others with the same words
	Reasons  []string
	Sentence sentence
	Gauges   []gauge
	Facts    []web.Pair
	Baseline *baseline
	Chart    *web.Chart
	Nodes    []node
	Files    []promise.File
	Log      []sitting
	Line     []*promise.Standing // of the years before, the newest first
	Next     *promise.Standing   // the promise of a later year that goes on from this one
	Repeats  []repeat
	Actions  []action // of whoever asks
	Cases    Cases
	Mend     map[int64][]action // by entry
}

// sentence is the sentence of a promise in its document.
type sentence struct {
	Before, Quote, After string
	Document             string // the document's title
	Kind                 promise.DocumentKind
	Href                 string // its place in the document; empty when the document is not shown
}

// baseline is last year's figure as the document tells it.
type baseline struct {
	Amount amount
	Year   string
	Quote  string
	Href   string
}

// repeat is another place where the document says the same.
type repeat struct{ Quote, Href string }

// standing finds the promise of the address, and opens the desk of its year.
func (h *pages) standing(r *web.Request) (*promise.Standing, *desk, error) {
	number := r.PathValue("number")
	years, err := h.Register.Years(r.Context())
	if err != nil {
		return nil, nil, err
	}
	for _, year := range years {
		board, err := h.Register.Board(r.Context(), year)
		if err != nil {
			return nil, nil, err
		}
		if st, err := board.Find(number); err == nil {
			d, err := h.deskOf(r, years, year)
			return st, d, err
		}
	}
	return nil, nil, errs.New(errs.NotFound, "promise.no_such_number", "number", number)
}

func (h *pages) promise(r *web.Request) error {
	st, d, err := h.standing(r)
	if err != nil {
		return err
	}
	v := oneView{St: st, Detail: named(d, st), Gauges: d.gauges(st), Facts: d.facts(st), Chart: d.chart(st), Nodes: d.nodes(st), Files: evidenceOf(st), Log: d.sittings(st), Actions: h.actions(r, st), Mend: mendable(r, st)}
	for _, w := range st.Why {
		v.Reasons = append(v.Reasons, reason(r, w))
	}
	if v.Line, err = h.Register.Line(r.Context(), st); err != nil {
		return err
	}
	if v.Next, err = h.next(d, st); err != nil {
		return err
	}
	if err := h.words(r, st, &v); err != nil {
		return err
	}
	if h.Parts.Cases != nil {
		if v.Cases, err = h.Parts.Cases(r, st); err != nil {
			return err
		}
	}
	p := d.page("promises", st.Number+" "+st.Title, r.T("promiseweb.one_about", "title", st.Title, "light", r.T("web.light."+string(st.Light))))
	p.Crumbs = []web.Crumb{{Text: r.T("promiseweb.list"), Href: "/promises?year=" + d.year()}}
	if n := cmp.Or(st.Claim.Matter.No, st.Claim.Theme.No); n > 0 {
		c := choice{Filter: promise.Filter{Theme: n}}
		if st.Claim.Matter.No > 0 {
			c = choice{Filter: promise.Filter{Matter: n}}
		}
		p.Crumbs = append(p.Crumbs, web.Crumb{Text: headingOf(st), Href: d.href(c)})
	}
	p.Crumbs = append(p.Crumbs, web.Crumb{Text: st.Number})
	return r.Render(http.StatusOK, p, onePage(d, v))
}

// next returns the promise of a later year that goes on from st, or nil.
func (h *pages) next(d *desk, st *promise.Standing) (*promise.Standing, error) {
	for _, year := range d.years {
		if year <= st.Year {
			continue
		}
		board, err := h.Register.Board(d.r.Context(), year)
		if err != nil {
			return nil, err
		}
		for _, later := range board.Rows {
			if later.CarriedFrom == st.ID {
				return later, nil
			}
		}
	}
	return nil, nil
}

// words fills in what comes from the document: the sentence, the baseline's quotation, the places that say the same.
func (h *pages) words(r *web.Request, st *promise.Standing, v *oneView) error {
	v.Sentence = sentence{Quote: st.Claim.Quote}
	var doc promise.Document
	if st.Document != 0 {
		var err error
		if doc, err = h.Register.Document(r.Context(), st.Document); err != nil {
			return err
		}
	}
	page, first := newPaper(doc), v.Line[len(v.Line)-1]
	v.Sentence = page.sentence(st.Claim)
	v.Sentence.Document, v.Sentence.Kind = doc.Title, doc.Kind
	if readable(doc) {
		v.Sentence.Href = inReport(doc.ID, first.Number)
	}
	if st.Baseline != "" {
		v.Baseline = &baseline{Amount: of(st, st.Baseline), Year: strconv.Itoa(st.BaselineYear), Quote: page.clip(st.BaselineQuote)}
		if v.Baseline.Quote != "" && readable(doc) {
			v.Baseline.Href = "/reports/" + strconv.FormatInt(doc.ID, 10) + "#" + anchorAt(st.BaselineQuote.Start)
		}
	}
	return h.repeats(r, st, page, v)
}

// repeats finds the records of the document that say again what the promise says; they were not entered twice.
func (h *pages) repeats(r *web.Request, st *promise.Standing, page paper, v *oneView) error {
	if st.Record == 0 {
		return nil
	}
	own, _, err := h.Register.Record(r.Context(), st.Record)
	if err != nil {
		return err
	}
	all, _, err := h.Register.Records(r.Context(), promise.RecordFilter{Document: st.Document, State: promise.Entered, Repeats: own.Ref}, maxRecords, 0)
	if err != nil {
		return err
	}
	for _, rec := range all {
		if rec.ID != own.ID {
			x := repeat{Quote: rec.Claim.Quote}
			if readable(page.doc) {
				x.Href = "/reports/" + strconv.FormatInt(st.Document, 10) + "#" + anchorAt(rec.Claim.Span.Start)
			}
			v.Repeats = append(v.Repeats, x)
		}
	}
	return nil
}

// maxRecords is more than a document may hold.
const maxRecords = 100_000

// node is a milestone as it stands.
type node struct {
	promise.Node
	Done  bool
	On    clock.Date // when it was reached
	Entry string     // the entry that says so
	Late  bool
	Last  bool // the deadline itself
}

func (d *desk) nodes(st *promise.Standing) []node {
	var out []node
	for _, n := range st.Nodes {
		x := node{Node: n, Late: d.board.Today.After(n.Due)}
		if e, done := st.NodesDone[n.No]; done {
			x.Done, x.On, x.Entry, x.Late = true, e.AsOf, entryAnchor(e.ID), false
		}
		out = append(out, x)
	}
	if len(out) == 0 {
		return nil
	}
	end := node{Node: promise.Node{Title: d.r.T("promiseweb.deadline"), Due: due(st)}, Last: true}
	end.Done = st.Status == promise.IsDone || st.Light == promise.Blue || st.Light == promise.Closed
	end.Late = !end.Done && d.board.Today.After(end.Due)
	return append(out, end)
}

func entryAnchor(id int64) string { return "e-" + strconv.FormatInt(id, 10) }

// nodeCount is how many milestones were reached of how many, and the next one; the deadline is not counted among them.
func nodeCount(nodes []node) (done, all int, next *node) {
	for i := range nodes {
		switch n := &nodes[i]; {
		case n.Last:
		case n.Done:
			done++
			all++
		default:
			all++
			if next == nil {
				next = n
			}
		}
	}
	return done, all, next
}
