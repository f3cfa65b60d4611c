package promiseweb

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/promise"
	"huying/internal/store"
	"huying/internal/web"
)

// reviewRoutes are the pages on which what was read from a document is judged, record by record.
func (h *pages) reviewRoutes() []web.Route {
	review := web.May(identity.PromiseReview)
	return []web.Route{
		{Pattern: "GET /documents/{id}/review", Need: review, Handle: h.nextRecord},
		{Pattern: "POST /documents/{id}/accept-sure", Need: review, Handle: h.acceptSure},
		{Pattern: "GET /records/{id}", Need: review, Handle: h.record},
		{Pattern: "POST /records/{id}", Need: review, Handle: h.judge},
	}
}

// district refuses who holds a permission for a part of the district only: a document is the whole district's.
func district(r *web.Request, p identity.Permission) error {
	if r.Actor == nil || !r.Actor.Can(p, "", "") {
		return errs.New(errs.Forbidden, "web.may_not")
	}
	return nil
}

// choiceOf are the records that a reviewer goes through: by default those that nobody has judged.
func choiceOf(f *web.Form, document int64) promise.RecordFilter {
	c := promise.RecordFilter{Document: document, State: promise.Proposed, Doubtful: f.Ticked("doubtful")}
	if f.Value("state") == "all" {
		c.State = ""
	}
	c.Kind = promise.Kind(f.Choice("kind", kindValues()...))
	return c
}

// trail keeps the choice in addresses.
func trail(f *web.Form) url.Values {
	q := url.Values{}
	for _, name := range []string{"state", "kind", "doubtful"} {
		if v := f.Value(name); v != "" {
			q.Set(name, v)
		}
	}
	return q
}

func kindValues() []string {
	out := make([]string, len(promise.Kinds))
	for i, k := range promise.Kinds {
		out[i] = string(k)
	}
	return out
}

func recordPath(id int64, q url.Values) string {
	path := "/records/" + strconv.FormatInt(id, 10)
	if len(q) > 0 {
		path += "?" + q.Encode()
	}
	return path
}

func documentPath(id int64) string { return "/documents/" + strconv.FormatInt(id, 10) }

// nextRecord leads to the first record of the choice, or behind ?after=, or back to the document when none is left.
func (h *pages) nextRecord(r *web.Request) error {
	if err := district(r, identity.PromiseReview); err != nil {
		return err
	}
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	if _, err := h.Register.Document(r.Context(), id); err != nil {
		return err
	}
	f := r.QueryForm()
	return h.goOn(r, f, choiceOf(f, id), 0)
}

// goOn leads to the next record behind a place; at the end it begins anew, and when nothing is left it leads to the document.
func (h *pages) goOn(r *web.Request, f *web.Form, choice promise.RecordFilter, at int) error {
	next, err := h.Register.Beside(r.Context(), choice, at, false)
	if err == nil && next == 0 && at > 0 {
		next, err = h.Register.Beside(r.Context(), choice, 0, false)
	}
	if err != nil {
		return err
	}
	if next == 0 {
		r.Flash("promiseweb.review_none_left")
		return r.Redirect(documentPath(choice.Document))
	}
	return r.Redirect(recordPath(next, trail(f)))
}

// recordView is a record beside its sentence.
type recordView struct {
	Record   promise.Record
	Document promise.Document
	Pieces   [][]piece // the paragraph that it stands in, with those around it
	Original promise.Claim
	History  []promise.Review
	Form     *web.Form
	Action   string // where the form goes
	Left     int    // of the choice
	Prev     string
	Next     string
	Reasons  []web.Option
	Conflict *conflictView
	Doubts   []string
}

// conflictView is what another reviewer did meanwhile.
type conflictView struct{ Last promise.Review }

func (h *pages) record(r *web.Request) error {
	if err := district(r, identity.PromiseReview); err != nil {
		return err
	}
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	rec, history, err := h.Register.Record(r.Context(), id)
	if err != nil {
		return err
	}
	return h.drawRecord(r, http.StatusOK, rec, history, claimForm(rec), nil)
}

// drawRecord shows a record with a form; q is the choice that the reviewer goes through.
func (h *pages) drawRecord(r *web.Request, status int, rec promise.Record, history []promise.Review, f *web.Form, conflict *conflictView) error {
	doc, err := h.Register.Document(r.Context(), rec.Document)
	if err != nil {
		return err
	}
	q := r.QueryForm()
	choice := choiceOf(q, rec.Document)
	_, left, err := h.Register.Records(r.Context(), choice, 1, 0)
	if err != nil {
		return err
	}
	v := recordView{Record: rec, Document: doc, Pieces: around(newPaper(doc), rec.Claim), Original: rec.Original, History: history, Form: f,
		Action: recordPath(rec.ID, trail(q)), Left: left, Reasons: reasonOptions(r), Conflict: conflict}
	for _, flag := range rec.Claim.Flags {
		v.Doubts = append(v.Doubts, h.flagText(r, flag))
	}
	for _, way := range []struct {
		to   *string
		back bool
	}{{&v.Prev, true}, {&v.Next, false}} {
		id, err := h.Register.Beside(r.Context(), choice, rec.Ordinal, way.back)
		if err != nil {
			return err
		}
		if id != 0 {
			*way.to = recordPath(id, trail(q))
		}
	}
	crumbs := []web.Crumb{{Text: r.T("promiseweb.documents"), Href: "/documents"}, {Text: doc.Title, Href: documentPath(doc.ID)}}
	return r.Render(status, web.Page{Title: r.T("promiseweb.review_record", "ref", rec.Ref), Nav: "documents", Crumbs: crumbs, Wide: true}, recordPage(v))
}

// flagText says a doubt of the reader; one that has no words is shown as it is called.
func (h *pages) flagText(r *web.Request, flag string) string {
	key := "report.flag." + flag
	if s := r.T(key); s != key {
		return s
	}
	return flag
}

// claimForm is a claim as a form shows it.
func claimForm(rec promise.Record) *web.Form {
	c := rec.Claim
	return web.NewForm("kind", string(c.Kind), "measurability", string(c.Measurability), "vague", c.Vague, "indicator", c.Indicator, "scope", c.Scope,
		"op", c.Op, "value", c.Value, "value_max", c.ValueMax, "unit", c.Unit, "verb", c.Verb, "object", c.Object, "deadline", c.Deadline.String(),
		"version", strconv.Itoa(rec.Version))
}

// margin is how much of the text is shown before and behind the sentence of a claim, in characters.
const margin = 160

// around are the pieces of what a claim stands in: its sentence with a margin on both sides. The claim is the one place in them.
func around(p paper, c promise.Claim) [][]piece {
	mark := &place{Span: c.Span, Class: "mark", ID: "claim"}
	window := promise.Span{Start: min(c.Sentence.Start, c.Span.Start) - margin, End: max(c.Sentence.End, c.Span.End) + margin}
	var out [][]piece
	for _, para := range p.body {
		var part promise.Paragraph
		for _, run := range para.Runs {
			if run.Start, run.End = max(run.Start, window.Start), min(run.End, window.End); run.Start < run.End {
				part.Runs = append(part.Runs, run)
			}
		}
		if len(part.Runs) > 0 {
			out = append(out, p.cut(part, []*place{mark}))
		}
	}
	if len(out) == 0 {
		return [][]piece{{{Text: c.Quote, Place: mark, First: true, Last: true}}}
	}
	return out
}

// verdictOf reads what the reviewer said.
func verdictOf(f *web.Form, rec promise.Record) promise.Verdict {
	v := promise.Verdict{Record: rec.ID, Version: int(f.Int("version", 0, 1<<31)), Action: f.Choice("verdict", "accept", "edit", "reject", "reopen"), Note: f.Line("note", 500)}
	if v.Action != "edit" {
		return v
	}
	c := rec.Claim
	c.Kind, c.Measurability = promise.Kind(f.Value("kind")), promise.Measurability(f.Value("measurability"))
	c.Vague, c.Indicator, c.Scope, c.Op = f.Line("vague", 60), f.Line("indicator", 200), f.Line("scope", 100), f.Value("op")
	c.Value, c.ValueMax, c.Unit = strings.TrimSpace(f.Value("value")), strings.TrimSpace(f.Value("value_max")), f.Line("unit", 40)
	c.Verb, c.Object, c.Deadline = f.Line("verb", 60), f.Line("object", 300), f.Date("deadline")
	v.Claim = c
	return v
}

func (h *pages) judge(r *web.Request) error {
	if err := district(r, identity.PromiseReview); err != nil {
		return err
	}
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	rec, history, err := h.Register.Record(r.Context(), id)
	if err != nil {
		return err
	}
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	v := verdictOf(f, rec)
	if f.OK() {
		err := h.DB.Write(r.Context(), func(tx *store.Tx) error { return h.Register.Judge(r.Context(), tx, v, author(r.Actor)) })
		switch {
		case err == nil:
			q := r.QueryForm()
			return h.goOn(r, q, choiceOf(q, rec.Document), rec.Ordinal)
		case errs.Is(err, errs.Conflict):
			return h.drawConflict(r, id, f)
		case !f.Takes(err):
			return err
		}
	}
	return h.drawRecord(r, http.StatusUnprocessableEntity, rec, history, f, nil)
}

// drawConflict shows what somebody else did meanwhile beside what the reviewer typed, which stays in the form; sending it again goes on from
// the new state.
func (h *pages) drawConflict(r *web.Request, id int64, f *web.Form) error {
	rec, history, err := h.Register.Record(r.Context(), id)
	if err != nil {
		return err
	}
	f.Set("version", strconv.Itoa(rec.Version))
	c := &conflictView{}
	if len(history) > 0 {
		c.Last = history[len(history)-1]
	}
	return h.drawRecord(r, http.StatusConflict, rec, history, f, c)
}

func (h *pages) acceptSure(r *web.Request) error {
	if err := district(r, identity.PromiseReview); err != nil {
		return err
	}
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	if _, err := h.Register.Document(r.Context(), id); err != nil {
		return err
	}
	n := 0
	err = h.DB.Write(r.Context(), func(tx *store.Tx) error {
		n, err = h.Register.AcceptSure(r.Context(), tx, id, author(r.Actor))
		return err
	})
	if err != nil {
		return err
	}
	r.Flash("promiseweb.review_accepted", "n", n)
	return r.Redirect(documentPath(id))
}
