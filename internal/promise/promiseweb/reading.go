package promiseweb

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"

	"huying/internal/errs"
	"huying/internal/promise"
	"huying/internal/web"
)

// reportView is a report with its promises in place.
type reportView struct {
	Doc      promise.Document
	Title    string
	Opening  []string // date and author, as they stand under the title
	Parts    []part
	Contents []heading
	Total    figure
	Lights   []web.Count
}

// part is one paragraph or heading of the report.
type part struct {
	Level  int
	ID     string // of a heading
	Pieces []piece
}

// heading is a line of the contents.
type heading struct {
	Level int
	Text  string
	ID    string
	N     int // promises under it
}

// reportOfYear shows the report of the year that runs, or of ?year=.
func (h *pages) reportOfYear(r *web.Request) error {
	d, err := h.desk(r)
	if err != nil {
		return err
	}
	doc, err := h.Register.ReportOf(r.Context(), d.board.Year)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return err
	}
	return h.show(d, doc)
}

// report shows one report. What is no work report, or was not entered, is not published here: errs.NotFound.
func (h *pages) report(r *web.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	doc, err := h.Register.Document(r.Context(), id)
	if err != nil {
		return errs.Wrap(err, errs.NotFound, "promiseweb.no_report")
	}
	years, err := h.Register.Years(r.Context())
	if err != nil {
		return err
	}
	d, err := h.deskOf(r, years, doc.Year)
	if err != nil {
		return err
	}
	if !readable(doc) || d.from(doc.ID).N == 0 {
		return errs.New(errs.NotFound, "promiseweb.no_report")
	}
	return h.show(d, doc)
}

// from counts the promises of a document.
func (d *desk) from(document int64) figure { return d.count(choice{Document: document}) }

func (h *pages) show(d *desk, doc promise.Document) error {
	title := d.r.T("promiseweb.report")
	if !readable(doc) || d.from(doc.ID).N == 0 {
		return d.r.Render(http.StatusOK, d.page("report", title, ""), noReport(d, title))
	}
	records, _, err := h.Register.Records(d.r.Context(), promise.RecordFilter{Document: doc.ID, Results: true}, maxRecords, 0)
	if err != nil {
		return err
	}
	p := newPaper(doc)
	v := reportView{Doc: doc, Title: doc.Title, Total: d.from(doc.ID)}
	for _, light := range promise.Lights {
		n := d.count(choice{Filter: promise.Filter{Light: light}, Document: doc.ID})
		v.Lights = append(v.Lights, web.Count{Light: string(light), N: n.N, Href: n.Href})
	}
	places := d.places(doc, records)
	v.lay(p, places)
	return d.r.Render(http.StatusOK, d.page("report", v.Title, d.r.T("promiseweb.report_about", "title", v.Title, "n", v.Total.N)), reportPage(d, v))
}

// What is no promise is marked lightly.
const (
	resultClass   = "result"
	baselineClass = "result baseline"
)

// places are the promises of a document where they stand, what it says again, and what it says was done.
func (d *desk) places(doc promise.Document, records []promise.Record) []*place {
	var out []*place
	byRecord, byBaseline, byRef := map[int64]*promise.Standing{}, map[promise.Span]*promise.Standing{}, map[string]*promise.Standing{}
	for i, st := range d.choose(choice{Document: doc.ID}) {
		if st.Record != 0 {
			byRecord[st.Record] = st
		}
		if st.BaselineQuote.End > 0 {
			byBaseline[st.BaselineQuote] = st
		}
		out = append(out, d.placeFor(st, st.Claim.Span, anchor(st.Number), i))
	}
	for _, rec := range records {
		if st := byRecord[rec.ID]; st != nil {
			byRef[rec.Ref] = st
		}
	}
	for _, rec := range records {
		id, span := anchorAt(rec.Claim.Span.Start), rec.Claim.Span
		switch again := byRef[rec.Claim.DuplicateOf]; {
		case rec.Claim.Kind == promise.Result:
			x := &place{Span: span, Class: resultClass, ID: id}
			if st := byBaseline[span]; st != nil {
				x.Class, x.Href, x.Title = baselineClass, path(st), d.r.T("promiseweb.baseline_of", "title", st.Title)
			}
			out = append(out, x)
		case rec.State == promise.Entered && byRecord[rec.ID] == nil && again != nil:
			out = append(out, d.placeFor(again, span, id, len(out)))
		}
	}
	slices.SortStableFunc(out, func(a, b *place) int { return cmp.Compare(a.Start, b.Start) })
	return unique(out)
}

// unique drops the second of two places with the same id: an id names one thing.
func unique(places []*place) []*place {
	seen := map[string]bool{}
	return slices.DeleteFunc(places, func(x *place) bool {
		was := seen[x.ID]
		seen[x.ID] = true
		return was || x.Start >= x.End
	})
}

func (d *desk) placeFor(st *promise.Standing, span promise.Span, id string, order int) *place {
	title := st.Number + " " + d.r.T("web.light."+string(st.Light))
	if st.Adjusted != nil {
		title += " " + d.r.T("web.adjusted")
	}
	if n := named(d, st); n != "" {
		title = n + " " + title
	}
	class := "promise is-" + string(st.Light)
	if st.Adjusted != nil {
		class += " was-adjusted"
	}
	return &place{Span: span, Class: class, ID: id, Href: path(st), Light: st.Light, Title: title, order: order}
}

// openingLine is how many characters a line of the head of a report has at most: its date, its author.
const openingLine = 40

// lay sets the paragraphs, and gathers the contents from the headings.
func (v *reportView) lay(p paper, places []*place) {
	for i, para := range p.body {
		span := hull(para)
		text := p.clip(span)
		switch {
		case para.Level == 1:
			v.Title = text
			continue
		case para.Level == 0 && len(v.Parts) == 0 && para.State == "opening" && len([]rune(text)) <= openingLine:
			v.Opening = append(v.Opening, text)
			continue
		}
		x := part{Level: para.Level, Pieces: p.cut(para, places)}
		if x.Level == 2 || x.Level == 3 {
			x.ID = "h-" + strconv.Itoa(i)
			v.Contents = append(v.Contents, heading{Level: x.Level, Text: text, ID: x.ID})
		}
		v.Parts = append(v.Parts, x)
		v.tell(places, span)
	}
}

// tell counts the promises of a paragraph to the headings that it stands under.
func (v *reportView) tell(places []*place, span promise.Span) {
	n := 0
	for _, x := range places {
		if x.Light != "" && span.Start <= x.Start && x.Start < span.End {
			n++
		}
	}
	level := 4
	for i := len(v.Contents) - 1; i >= 0 && level > 2; i-- {
		if v.Contents[i].Level < level {
			v.Contents[i].N += n
			level = v.Contents[i].Level
		}
	}
}
