package promiseweb

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/files"
	"huying/internal/identity"
	"huying/internal/promise"
	"huying/internal/store"
	"huying/internal/web"
)

// sources are the documents whose promises are written and not read, with the kind of promise that comes from each.
var sources = []struct {
	Document promise.DocumentKind
	Kind     promise.Kind
}{{promise.Meeting, promise.Decision}, {promise.InstructionPaper, promise.Instruction}, {promise.AssignmentPaper, promise.Assignment}}

func kindFrom(d promise.DocumentKind) (promise.Kind, bool) {
	for _, s := range sources {
		if s.Document == d {
			return s.Kind, true
		}
	}
	return "", false
}

// decideRoutes are the pages on which one promise is written into the register.
func (h *pages) decideRoutes() []web.Route {
	enter := web.MayEverywhere(identity.PromiseEnter)
	return []web.Route{
		{Pattern: "GET /register/new", Need: enter, Handle: h.askDecide},
		{Pattern: "POST /register/new", Need: enter, Handle: h.decide, MaxBody: maxForm, Limit: 2 * time.Minute},
	}
}

// decideView is the form for one promise.
type decideView struct {
	Form            *web.Form
	Document        *promise.Document // that it is added to; nil: a new one
	Known           int64             // the document that the sent file is already
	Sources         []web.Option
	Units, Leads    []web.Option
	Cycles, Compare []web.Option
	Accept          string
}

func (h *pages) askDecide(r *web.Request) error {
	f := web.NewForm("source", string(promise.Meeting))
	v := decideView{Form: f}
	if asked := documentNo(r.Query("document")); asked != 0 {
		doc, err := h.writable(r, asked)
		if err != nil {
			return err
		}
		v.Document = &doc
		f.Set("document", strconv.FormatInt(doc.ID, 10))
	}
	return h.drawDecide(r, http.StatusOK, v)
}

// writable finds a document to which a promise may be added by hand: a report's are read.
func (h *pages) writable(r *web.Request, id int64) (promise.Document, error) {
	doc, err := h.Register.Document(r.Context(), id)
	if err != nil {
		return doc, err
	}
	if _, ok := kindFrom(doc.Kind); !ok {
		return doc, errs.New(errs.NotFound, "promiseweb.office_no_document")
	}
	return doc, nil
}

func (h *pages) drawDecide(r *web.Request, status int, v decideView) error {
	for _, s := range sources {
		v.Sources = append(v.Sources, web.Option{Value: string(s.Document), Text: r.T("promise.kind." + string(s.Kind)), Hint: r.T("promise.document." + string(s.Document))})
	}
	d, err := h.deskOf(r, nil, r.Today().Year)
	if err != nil {
		return err
	}
	for _, u := range d.trees.Units.All() {
		v.Units = append(v.Units, web.Option{Value: u.Key, Text: d.unit(u.Key)})
	}
	v.Leads = append([]web.Option{{Text: r.T("promiseweb.office_propose_lead")}}, v.Units...)
	v.Cycles = append([]web.Option{{Text: r.T("promiseweb.office_propose")}}, options(r, "promise.cycle.", []promise.Cycle{promise.Monthly, promise.Quarterly, promise.AtEnd})...)
	v.Compare = opOptions(r)
	v.Accept = files.Accept(files.Evidence)
	p := web.Page{Title: r.T("promiseweb.office_decide"), Nav: "register", Crumbs: bulkCrumbs(r)}
	return r.Render(status, p, decidePage(v))
}

// decision is what was typed.
type decision struct {
	draft promise.Draft
	doc   promise.Document
	file  files.File
	date  clock.Date
	sent  bool // a file came with it
}

// decide enters one promise with its document, both or neither.
func (h *pages) decide(r *web.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	v := decideView{Form: f}
	if id := documentNo(f.Value("document")); id != 0 {
		doc, err := h.writable(r, id)
		if err != nil {
			return err
		}
		v.Document = &doc
	}
	x, err := h.readDecision(r, f, v.Document)
	if err != nil {
		return err
	}
	number := ""
	if f.OK() {
		if number, err = h.putDecision(r, &x); err == nil {
			return h.decided(r, f, x, number)
		}
		if v.Document == nil && errs.Is(err, errs.Conflict) {
			if v.Known, err = h.known(r.Context(), x.doc.Kind, x.doc.File, err); err != nil {
				return err
			}
			f.Wrong("file", "promiseweb.office_known")
		} else if !f.Takes(decisionErrors(err)) {
			return err
		}
	}
	if x.sent && v.Known == 0 {
		f.Wrong("file", "promiseweb.office_file_again")
	}
	return h.drawDecide(r, http.StatusUnprocessableEntity, v)
}

// decisionErrors puts the register's complaints beside the fields of this form.
func decisionErrors(err error) error {
	var out errs.List
	for _, e := range errs.All(err) {
		switch e.Field {
		case "title":
			e = e.On("words")
		case "start":
			e = e.On("date")
		case "year", "place", "nodes", "direction", "course", "formula", "invest", "kind", "measurability", "value_max":
			e = e.On("")
		}
		out = append(out, e)
	}
	if len(out) == 0 {
		return err
	}
	return out
}

// known finds the document that a file is already; err comes back when it is none.
func (h *pages) known(ctx context.Context, kind promise.DocumentKind, hash string, err error) (int64, error) {
	const page = 200
	for from := 0; ; from += page {
		docs, total, bad := h.Register.Documents(ctx, page, from)
		if bad != nil {
			return 0, bad
		}
		for _, d := range docs {
			if d.Kind == kind && d.File == hash {
				return d.ID, nil
			}
		}
		if from+page >= total {
			return 0, err
		}
	}
}

// readDecision reads the form. A document without a file is kept as the text that was typed, so that there is always something to look at.
func (h *pages) readDecision(r *web.Request, f *web.Form, doc *promise.Document) (x decision, err error) {
	var units []string
	for _, u := range h.Places.Now().Units.All() {
		units = append(units, u.Key)
	}
	x.draft = promise.Draft{Title: f.Line("words", 500), Indicator: f.Line("indicator", 200), Op: f.Value("op"), Value: f.Decimal("value"), Unit: f.Line("unit", 40),
		Terms: promise.Terms{Lead: f.Choice("lead", units...), Due: f.Date("due"), Cycle: promise.Cycle(f.Value("cycle"))}}
	for _, key := range units {
		if f.Has("joint", key) && key != x.draft.Terms.Lead {
			x.draft.Terms.Joint = append(x.draft.Terms.Joint, key)
		}
	}
	if x.draft.Title == "" {
		f.Wrong("words", "web.required")
	}
	if x.draft.Value != "" && x.draft.Op == "" {
		x.draft.Op = "="
	}
	if doc != nil {
		x.doc = *doc
		x.draft.Kind, _ = kindFrom(doc.Kind)
		x.draft.Document, x.draft.Span = doc.ID, spanIn(doc.Text, x.draft.Title)
		return x, nil
	}
	return x, h.readSource(f, &x)
}

// readSource reads what the promise comes from, and receives its file.
func (h *pages) readSource(f *web.Form, x *decision) error {
	var kinds []promise.DocumentKind
	for _, s := range sources {
		kinds = append(kinds, s.Document)
	}
	x.doc.Kind = promise.DocumentKind(f.Choice("source", texts(kinds)...))
	if x.doc.Kind == "" {
		f.Wrong("source", "web.required")
	}
	x.draft.Kind, _ = kindFrom(x.doc.Kind)
	if x.doc.Title = f.Line("title", 200); x.doc.Title == "" {
		f.Wrong("title", "web.required")
	}
	if x.date = f.Date("date"); x.date.IsZero() && f.Value("date") == "" {
		f.Wrong("date", "web.required")
	}
	if !f.OK() {
		return nil
	}
	x.doc.Year, x.draft.Terms.Start = x.date.Year, x.date
	head := x.doc.Title + "\n" + x.date.String() + "\n"
	x.doc.Text, x.doc.Format, x.doc.Encoding = head+x.draft.Title, "text", "utf-8"
	x.doc.Body = lines([]rune(x.doc.Text))
	x.doc.Body[0].Level = 1
	x.draft.Span = spanIn(x.doc.Text[len(head):], x.draft.Title)
	offset := utf8.RuneCountInString(head)
	x.draft.Span.Start, x.draft.Span.End = x.draft.Span.Start+offset, x.draft.Span.End+offset
	up, err := f.File("file")
	if err != nil {
		return err
	}
	if up == nil {
		x.file, err = h.Files.Receive(strings.NewReader(x.doc.Text), maxUpload, files.Text)
		x.doc.FileName = x.doc.Title + ".txt"
	} else {
		defer func() { _ = up.Close() }() // it was read
		x.file, err = h.Files.Receive(up, maxUpload, files.Evidence...)
		x.doc.FileName, x.sent = up.Name, true
	}
	x.doc.File = x.file.Hash
	if err != nil && !onFile(f, err) {
		return err
	}
	return nil
}

// spanIn is where words stand in a text, in code points; nothing when they do not.
func spanIn(text, words string) promise.Span {
	i := strings.Index(text, words)
	if i < 0 || words == "" {
		return promise.Span{}
	}
	from := utf8.RuneCountInString(text[:i])
	return promise.Span{Start: from, End: from + utf8.RuneCountInString(words)}
}

func (h *pages) putDecision(r *web.Request, x *decision) (number string, err error) {
	ctx := r.Context()
	err = h.DB.Write(ctx, func(tx *store.Tx) error {
		draft := x.draft
		if draft.Document == 0 {
			if _, err := h.Files.Record(ctx, tx, x.file); err != nil {
				return err
			}
			if draft.Document, err = h.Register.Keep(ctx, tx, promise.Read{Document: x.doc}, author(r.Actor)); err != nil {
				return err
			}
		}
		if number, err = h.Register.Add(ctx, tx, draft, author(r.Actor)); err != nil {
			return err
		}
		x.doc.ID = draft.Document
		object := "document/" + strconv.FormatInt(draft.Document, 10)
		return h.IDs.Record(ctx, tx, r.By(), DocumentEntered, object, identity.Detail{"promises": 1, "number": number, "file": x.doc.FileName, "sha256": x.doc.File})
	})
	return number, err
}

// decided says the number, and goes to the promise or on to the next of the same document.
func (h *pages) decided(r *web.Request, f *web.Form, x decision, number string) error {
	r.Flash("promiseweb.office_decided", "number", number)
	if f.Value("then") == "more" {
		return r.Redirect("/register/new?document=" + strconv.FormatInt(x.doc.ID, 10))
	}
	return r.Redirect(pathOf(number))
}
