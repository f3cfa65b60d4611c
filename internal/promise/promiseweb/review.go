package promiseweb

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/promise"
	"huying/internal/store"
	"huying/internal/web"
)

// reviewRoutes are the pages on which what was read from a document is judged, record by record.
func (h *pages) reviewRoutes() []web.Route {
	review := web.MayEverywhere(identity.PromiseReview)
	return []web.Route{
		{Pattern: "GET /documents/{id}/review", Need: review, Handle: h.nextRecord},
		{Pattern: "POST /documents/{id}/accept-sure", Need: review, Handle: h.acceptSure},
		{Pattern: "GET /records/{id}", Need: review, Handle: h.record},
		{Pattern: "POST /records/{id}", Need: review, Handle: h.judge},
	}
}

// choiceOf are the records that a reviewer goes through: by default those that nobody has judged.
func choiceOf(f *web.Form, document int64) promise.RecordFilter {
	c := promise.RecordFilter{Document: document, State: promise.Proposed, Doubtful: f.Ticked("doubtful")}
	switch state := f.Choice("state", "all", string(promise.Proposed), string(promise.Accepted), string(promise.Rejected), string(promise.Entered)); state {
	case "":
	case "all":
		c.State = ""
	default:
		c.State = promise.RecordState(state)
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
	Progress string // how many of the choice are left
	Prev     string
	Next     string
	Reasons  []web.Option
	Conflict *conflictView
	Doubts   []string
}

// conflictView is what another reviewer did meanwhile, and where it differs from what one typed.
type conflictView struct {
	Last  promise.Review
	Sides web.Table[side]
}

// side is one field as another reviewer left it, and as one typed it.
type side struct{ Name, Theirs, Yours string }

func (h *pages) record(r *web.Request) error {
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
	progress, err := h.progress(r, choice)
	if err != nil {
		return err
	}
	v := recordView{Record: rec, Document: doc, Pieces: around(newPaper(doc), rec.Claim), Original: rec.Original, History: history, Form: f,
		Action: recordPath(rec.ID, trail(q)), Progress: progress, Reasons: reasonOptions(r), Conflict: conflict}
	if c := rec.Claim.Vague; c != "" && !slices.Contains(vagueReasons, c) {
		v.Reasons = append(v.Reasons, web.Option{Value: c, Text: c})
	}
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
	return r.Render(status, web.Page{Title: r.T("promiseweb.review_record", "ref", rec.Ref), Nav: "documents", Crumbs: crumbs}, recordPage(v))
}

// progress says how many of what the reviewer goes through nobody has judged.
func (h *pages) progress(r *web.Request, c promise.RecordFilter) (string, error) {
	c.State = ""
	_, all, err := h.Register.Records(r.Context(), c, 1, 0)
	if err != nil {
		return "", err
	}
	c.State = promise.Proposed
	_, left, err := h.Register.Records(r.Context(), c, 1, 0)
	if c.Doubtful {
		return r.T("promiseweb.review_left_doubtful", "n", left, "all", all), err
	}
	return r.T("promiseweb.review_left", "n", left, "all", all), err
}

// flagText says a doubt of the reader; one that has no words is shown as it is called.
func (h *pages) flagText(r *web.Request, flag string) string {
	key := "report.flag." + flag
	if s := r.T(key); s != key {
		return s
	}
	return flag
}

// claimNames are the fields of a claim that a reviewer may set.
var claimNames = []string{"kind", "measurability", "vague", "indicator", "op", "value", "value_max", "unit", "verb", "object", "scope", "deadline"}

// differing are the fields of a form that say something else than a claim does.
func differing(f *web.Form, c promise.Claim) (names []string) {
	is := claimForm(promise.Record{Claim: c})
	for _, name := range claimNames {
		if strings.TrimSpace(f.Value(name)) != is.Value(name) {
			names = append(names, name)
		}
	}
	return names
}

// complete fills what a form did not send with what the record says: the form of a rejection carries its reason alone.
func complete(f *web.Form, rec promise.Record) {
	if f.Value("kind") == "" {
		is := claimForm(rec)
		for _, name := range claimNames {
			f.Set(name, is.Value(name))
		}
	}
}

// wordOf is what a field of a claim says, in words.
func wordOf(r *web.Request, f *web.Form, name string) string {
	s := f.Value(name)
	switch {
	case s == "":
		return ""
	case name == "kind":
		return r.T("promise.kind." + s)
	case name == "measurability":
		return r.T("promise.measurability." + s)
	case name == "vague":
		return vagueText(r, s)
	case name == "op":
		for _, o := range opOptions(r) {
			if o.Value == s {
				return o.Text
			}
		}
	}
	return s
}

// readAs says beside a field what the reader read, where it says something else now.
func (v recordView) readAs(r *web.Request, name string) string {
	was := claimForm(promise.Record{Claim: v.Original})
	if was.Value(name) == v.Form.Value(name) {
		return ""
	}
	if s := wordOf(r, was, name); s != "" {
		return r.T("promiseweb.review_read_as", "value", s)
	}
	return r.T("promiseweb.review_read_nothing")
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

// around are the pieces of what a claim stands in: its sentence with a margin on both sides, and an ellipsis where a paragraph was cut. The
// claim is the one place in them.
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
		if len(part.Runs) == 0 {
			continue
		}
		pieces := p.cut(part, []*place{mark})
		if para.Runs[0].Start < part.Runs[0].Start {
			pieces = append([]piece{{Text: "…"}}, pieces...)
		}
		if last := len(para.Runs) - 1; para.Runs[last].End > part.Runs[len(part.Runs)-1].End {
			pieces = append(pieces, piece{Text: "…"})
		}
		out = append(out, pieces)
	}
	if len(out) == 0 {
		return [][]piece{{{Text: c.Quote, Place: mark, First: true, Last: true}}}
	}
	return out
}

// verdictOf reads what the reviewer said. Who accepts what he changed has edited it: nothing that was typed is lost.
func verdictOf(f *web.Form, rec promise.Record) promise.Verdict {
	v := promise.Verdict{Record: rec.ID, Version: int(f.Int("version", 0, 1<<31)), Action: f.Choice("verdict", "accept", "edit", "reject", "reopen"), Note: f.Line("note", 500)}
	if v.Action == "accept" && f.Value("kind") != "" && len(differing(f, rec.Claim)) > 0 {
		v.Action = "edit"
	}
	if v.Action == "accept" && rec.Claim.Kind == promise.Result {
		f.Wrong("kind", "promiseweb.review_result")
	}
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
			if v.Action == "reopen" {
				return r.Redirect(recordPath(rec.ID, trail(q)))
			}
			return h.goOn(r, q, choiceOf(q, rec.Document), rec.Ordinal)
		case errs.Is(err, errs.Conflict):
			return h.drawConflict(r, id, f)
		case !f.Takes(err):
			return err
		}
	}
	complete(f, rec)
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
	complete(f, rec)
	c := &conflictView{}
	if len(history) > 0 {
		c.Last = history[len(history)-1]
	}
	is := claimForm(rec)
	var sides []side
	for _, name := range differing(f, rec.Claim) {
		sides = append(sides, side{r.T("promiseweb.review_" + name), wordOf(r, is, name), wordOf(r, f, name)})
	}
	c.Sides = web.Table[side]{ID: "sides", Caption: r.T("promiseweb.review_sides"), Bare: true, Rows: sides, Columns: []web.Column[side]{
		{Title: r.T("promiseweb.review_field"), Head: true, Cell: func(x side) templ.Component { return web.Text(x.Name) }},
		{Title: r.T("promiseweb.review_theirs"), Cell: func(x side) templ.Component { return web.Text(x.Theirs) }},
		{Title: r.T("promiseweb.review_yours"), Cell: func(x side) templ.Component { return web.Text(x.Yours) }},
	}}
	return h.drawRecord(r, http.StatusConflict, rec, history, f, c)
}

func (h *pages) acceptSure(r *web.Request) error {
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

// field describes a field of the claim: its label, and what was read where it says something else.
func (v recordView) field(ctx context.Context, name string, d web.Field) web.Field {
	d.Name, d.Label, d.Hint = name, web.T(ctx, "promiseweb.review_"+name), v.readAs(web.From(ctx), name)
	return d
}

// kinds are the kinds that a record may be given; what the report says was done is none of them, and is shown as it is.
func (v recordView) kinds(r *web.Request) []web.Option {
	out := kindOptions(r)
	if v.Record.Claim.Kind == promise.Result {
		out = append([]web.Option{{Value: string(promise.Result), Text: r.T("promise.kind.result")}}, out...)
	}
	return out
}
