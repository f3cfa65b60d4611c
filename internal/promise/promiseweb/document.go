package promiseweb

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"huying/internal/errs"
	"huying/internal/files"
	"huying/internal/identity"
	"huying/internal/promise"
	"huying/internal/store"
	"huying/internal/web"
)

// What the record calls what is done with whole documents.
const (
	DocumentUploaded identity.What = "document.uploaded"
	DocumentEntered  identity.What = "document.entered"
)

// maxUpload is the largest document, in bytes: as much as the reader takes. maxForm is that with the rest of the form.
const (
	maxUpload = 32 << 20
	maxForm   = maxUpload + 1<<20
)

// documentRoutes are the pages of the documents that promises come from.
func (h *pages) documentRoutes() []web.Route {
	see, upload, enter := web.MayEverywhere(identity.PromiseReview), web.MayEverywhere(identity.DocumentUpload), web.MayEverywhere(identity.PromiseEnter)
	return []web.Route{
		{Pattern: "GET /documents", Need: see, Handle: h.documents},
		{Pattern: "GET /documents/new", Need: upload, Handle: h.uploadForm},
		{Pattern: "POST /documents/new", Need: upload, Handle: h.upload, MaxBody: maxForm, Limit: 2 * time.Minute},
		{Pattern: "GET /documents/{id}", Need: see, Handle: h.document},
		{Pattern: "GET /documents/{id}/enter", Need: enter, Handle: h.askEnter, Limit: time.Minute},
		{Pattern: "POST /documents/{id}/enter", Need: enter, Handle: h.enter, Limit: time.Minute},
	}
}

type documentsView struct {
	Table     web.Table[promise.DocumentCount]
	MayUpload bool
}

func (h *pages) documents(r *web.Request) error {
	l := r.List("-at")
	docs, total, err := h.Register.Documents(r.Context(), l.Size, l.Offset())
	if err != nil {
		return err
	}
	count := func(key string, n func(promise.DocumentCount) int) web.Column[promise.DocumentCount] {
		return web.Column[promise.DocumentCount]{Title: r.T("promiseweb." + key), Numeric: true, Cell: func(d promise.DocumentCount) templ.Component { return web.Text(web.Int(n(d))) }}
	}
	table := web.Table[promise.DocumentCount]{ID: "documents", Caption: r.T("promiseweb.documents"), Rows: docs, Total: total, List: l, Columns: []web.Column[promise.DocumentCount]{
		{Title: r.T("promiseweb.document"), Head: true, Cell: documentCell},
		count("documents_total", func(d promise.DocumentCount) int { return d.Total }),
		count("documents_waiting", func(d promise.DocumentCount) int { return d.Proposed }),
		count("documents_doubtful", func(d promise.DocumentCount) int { return d.Doubtful }),
		count("documents_accepted", func(d promise.DocumentCount) int { return d.Accepted }),
		count("documents_rejected", func(d promise.DocumentCount) int { return d.Rejected }),
		count("documents_entered", func(d promise.DocumentCount) int { return d.Entered }),
		{Title: r.T("promiseweb.documents_at"), Cell: func(d promise.DocumentCount) templ.Component { return web.Text(r.Moment(d.At)) }},
	}}
	return r.Render(http.StatusOK, web.Page{Title: r.T("promiseweb.documents"), Nav: "documents"},
		documentsPage(documentsView{table, r.May(identity.DocumentUpload)}))
}

// documentView is one document: what was found, and what is to be done.
type documentView struct {
	Doc                               promise.Document
	Lead, Public                      string
	Warnings                          []string
	Sure, Doubtful, Accepted, Entered int
	MayReview, MayEnter, Written      bool // Written: promises are written into it, and not read
	Promises                          int
	List                              string // of the promises that it gave
	Table                             web.Table[kindRow]
	Unparsed                          []unparsedView
}

// kindRow counts the records of one kind.
type kindRow struct {
	Kind                                                  promise.Kind
	Total, Doubtful, Waiting, Accepted, Rejected, Entered int
}

// unparsedView is a number that the reader could not place, in its words.
type unparsedView struct{ Before, Quote, After, Why string }

func (h *pages) document(r *web.Request) error {
	doc, records, err := h.documentOf(r)
	if err != nil {
		return err
	}
	v := documentView{Doc: doc, MayReview: r.May(identity.PromiseReview), MayEnter: r.May(identity.PromiseEnter)}
	v.Lead = r.T("promiseweb.documents_about", "kind", r.T("promise.document."+string(doc.Kind)), "year", strconv.Itoa(doc.Year), "file", doc.FileName, "by", doc.By, "at", r.Moment(doc.At))
	_, v.Written = kindFrom(doc.Kind)
	d, err := h.deskOf(r, nil, doc.Year)
	if err != nil {
		return err
	}
	given := d.from(doc.ID)
	v.Promises, v.List = given.N, given.Href
	if readable(doc) && given.N > 0 {
		v.Public = "/reports/" + strconv.FormatInt(doc.ID, 10)
	}
	for _, w := range doc.Warnings {
		v.Warnings = append(v.Warnings, r.T(w.Key, pairsOf(w.Args)...))
	}
	rows := byKind(records)
	for _, row := range rows {
		if row.Kind != promise.Result {
			v.Accepted, v.Entered = v.Accepted+row.Accepted, v.Entered+row.Entered
		}
	}
	for _, rec := range records {
		if rec.Claim.Kind != promise.Result && rec.State == promise.Proposed {
			if rec.Doubtful {
				v.Doubtful++
			} else {
				v.Sure++
			}
		}
	}
	v.Table = h.kindTable(r, doc, rows)
	p := newPaper(doc)
	for _, u := range doc.Unparsed {
		around := p.sentenceAt(u.Span)
		v.Unparsed = append(v.Unparsed, unparsedView{p.clip(promise.Span{Start: around.Start, End: u.Span.Start}), p.clip(u.Span),
			p.clip(promise.Span{Start: u.Span.End, End: around.End}), r.T("report.why." + u.Why)})
	}
	return r.Render(http.StatusOK, web.Page{Title: doc.Title, Nav: "documents", Crumbs: []web.Crumb{{Text: r.T("promiseweb.documents"), Href: "/documents"}}}, documentPage(v))
}

// sentenceAt is the sentence that a place stands in: up to the stops before and behind it, within its paragraph.
func (p paper) sentenceAt(s promise.Span) promise.Span {
	out := p.bounded(s)
	for _, para := range p.body {
		if h := p.bounded(hull(para)); h.Start <= out.Start && out.Start < h.End {
			from, to := out.Start, out.End
			for from > h.Start && !strings.ContainsRune(stops, p.text[from-1]) {
				from--
			}
			for to < h.End && !strings.ContainsRune(stops, p.text[to]) {
				to++
			}
			return promise.Span{Start: from, End: min(to+1, h.End)}
		}
	}
	return out
}

// stops end a sentence.
const stops = "。；！？!?;"

// documentOf is the document of the address with all of its records.
func (h *pages) documentOf(r *web.Request) (doc promise.Document, records []promise.Record, err error) {
	id, err := r.ID("id")
	if err != nil {
		return doc, nil, err
	}
	if doc, err = h.Register.Document(r.Context(), id); err != nil {
		return doc, nil, err
	}
	records, _, err = h.Register.Records(r.Context(), promise.RecordFilter{Document: id, Results: true}, 20_000, 0)
	return doc, records, err
}

func byKind(records []promise.Record) []kindRow {
	var rows []kindRow
	for _, kind := range append(append([]promise.Kind(nil), promise.Kinds...), promise.Result) {
		row := kindRow{Kind: kind}
		for _, rec := range records {
			if rec.Claim.Kind == kind {
				row.count(rec)
			}
		}
		if row.Total > 0 {
			rows = append(rows, row)
		}
	}
	return rows
}

func (k *kindRow) count(rec promise.Record) {
	k.Total++
	if rec.Doubtful {
		k.Doubtful++
	}
	switch rec.State {
	case promise.Proposed:
		k.Waiting++
	case promise.Accepted:
		k.Accepted++
	case promise.Rejected:
		k.Rejected++
	case promise.Entered:
		k.Entered++
	}
}

func (h *pages) kindTable(r *web.Request, doc promise.Document, rows []kindRow) web.Table[kindRow] {
	href := func(k kindRow, rest string) string {
		if k.Kind == promise.Result {
			return ""
		}
		return documentPath(doc.ID) + "/review?kind=" + string(k.Kind) + rest
	}
	count := func(key, rest string, n func(kindRow) int) web.Column[kindRow] {
		return web.Column[kindRow]{Title: r.T("promiseweb." + key), Numeric: true, Cell: func(k kindRow) templ.Component {
			if rest == "" || n(k) == 0 || k.Kind == promise.Result {
				return web.Text(web.Int(n(k)))
			}
			return web.Link(href(k, rest), web.Int(n(k)))
		}}
	}
	return web.Table[kindRow]{ID: "kinds", Caption: r.T("promiseweb.documents_found"), Rows: rows, Total: len(rows), List: r.List("kind"), Columns: []web.Column[kindRow]{
		{Title: r.T("promiseweb.review_kind"), Head: true, Cell: func(k kindRow) templ.Component { return web.Text(r.T("promise.kind." + string(k.Kind))) }},
		count("documents_total", "&state=all", func(k kindRow) int { return k.Total }),
		count("documents_doubtful", "&state=all&doubtful=1", func(k kindRow) int { return k.Doubtful }),
		count("documents_waiting", "&state=", func(k kindRow) int { return k.waiting() }),
		count("documents_accepted", "&state=accepted", func(k kindRow) int { return k.Accepted }),
		count("documents_rejected", "&state=rejected", func(k kindRow) int { return k.Rejected }),
		count("documents_entered", "&state=entered", func(k kindRow) int { return k.Entered }),
	}}
}

// waiting is how many must still be judged; what the report says was done never is.
func (k kindRow) waiting() int {
	if k.Kind == promise.Result {
		return 0
	}
	return k.Waiting
}

// pairsOf are a message's arguments as T takes them. Numbers that were stored as JSON are whole again.
func pairsOf(args map[string]any) []any {
	var kv []any
	for k, v := range args {
		if f, ok := v.(float64); ok && f == float64(int(f)) {
			v = int(f)
		}
		kv = append(kv, k, v)
	}
	return kv
}

func (h *pages) uploadForm(r *web.Request) error {
	return h.drawUpload(r, http.StatusOK, web.NewForm(), 0)
}

// drawUpload shows the form; known is the document that the sent file is already, if it is one.
func (h *pages) drawUpload(r *web.Request, status int, f *web.Form, known int64) error {
	page := web.Page{Title: r.T("promiseweb.documents_new"), Nav: "documents", Crumbs: []web.Crumb{{Text: r.T("promiseweb.documents"), Href: "/documents"}}}
	return r.Render(status, page, uploadPage(f, ".docx,.pdf,.txt,.htm,.html,"+files.Accept(files.Documents), known))
}

// upload keeps a work report with what was read from it. The file is stored and read before the transaction begins.
func (h *pages) upload(r *web.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	id, hash, err := h.takeIn(r, f)
	if err == nil && f.OK() {
		r.Flash("promiseweb.upload_done")
		return r.Redirect(documentPath(id))
	}
	var known int64
	if errs.Is(err, errs.Conflict) {
		if known, err = h.known(r.Context(), promise.Report, hash, err); err == nil {
			f.Wrong("file", "promiseweb.office_known")
		}
	}
	if err != nil && !onFile(f, err) {
		return err
	}
	return h.drawUpload(r, http.StatusUnprocessableEntity, f, known)
}

// onFile puts what is wrong with a file beside its field. It is false for what is no mistake of the sender's.
func onFile(f *web.Form, err error) bool {
	switch errs.KindOf(err) {
	case errs.Invalid, errs.TooLarge, errs.Conflict:
	default:
		return false
	}
	for _, e := range errs.All(err) {
		field := e.Field
		if field != "year" && field != "title" {
			field = "file"
		}
		f.Wrong(field, e.Key, pairsOf(e.Args)...)
	}
	return !f.OK()
}

// takeIn receives the file of the form, reads it, and keeps what was read. It returns the document's id and the file's hash.
func (h *pages) takeIn(r *web.Request, f *web.Form) (id int64, hash string, err error) {
	title, year := f.Line("title", 200), int(f.Int("year", 1949, 2100))
	up, err := f.File("file")
	if err != nil {
		return 0, "", err
	}
	if up == nil {
		f.Wrong("file", "promiseweb.upload_no_file")
		return 0, "", nil
	}
	defer func() { _ = up.Close() }() // it was read
	data, err := up.ReadAll()
	if err != nil {
		return 0, "", err
	}
	file, err := h.Files.Receive(bytes.NewReader(data), maxUpload, files.Documents...)
	if err != nil {
		return 0, "", err
	}
	in, err := h.Read(up.Name, data)
	if err != nil {
		return 0, "", err
	}
	if title != "" {
		in.Document.Title = title
	}
	if year != 0 {
		in.Document.Year = year
	}
	if in.Document.Year == 0 {
		f.Wrong("year", "promiseweb.office_no_year")
	}
	if !f.OK() {
		return 0, "", nil
	}
	in.Document.Kind, in.Document.File, in.Document.FileName = promise.Report, file.Hash, up.Name
	err = h.DB.Write(r.Context(), func(tx *store.Tx) error {
		if _, err := h.Files.Record(r.Context(), tx, file); err != nil {
			return err
		}
		if id, err = h.Register.Keep(r.Context(), tx, in, author(r.Actor)); err != nil {
			return err
		}
		return h.IDs.Record(r.Context(), tx, r.By(), DocumentUploaded, "document/"+strconv.FormatInt(id, 10), identity.Detail{"file": up.Name, "sha256": file.Hash})
	})
	return id, file.Hash, err
}

// enterView is what entering would do.
type enterView struct {
	Doc               promise.Document
	Accepted, Waiting int
	Doubtful          int // of those that wait
	Promises          int // that would be numbered
	Repeats           int // of the accepted that say again what another says
}

func (h *pages) askEnter(r *web.Request) error {
	doc, records, err := h.documentOf(r)
	if err != nil {
		return err
	}
	v := enterView{Doc: doc}
	for _, rec := range records {
		if rec.Claim.Kind != promise.Result && rec.State == promise.Proposed && rec.Doubtful {
			v.Doubtful++
		}
	}
	for _, row := range byKind(records) {
		if row.Kind != promise.Result {
			v.Accepted, v.Waiting = v.Accepted+row.Accepted, v.Waiting+row.Waiting
		}
	}
	err = h.rehearse(r.Context(), func(tx *store.Tx) error {
		v.Promises, err = h.Register.Enter(r.Context(), tx, doc.ID, author(r.Actor))
		return err
	})
	if err != nil {
		return err
	}
	v.Repeats = v.Accepted - v.Promises
	crumbs := []web.Crumb{{Text: r.T("promiseweb.documents"), Href: "/documents"}, {Text: doc.Title, Href: documentPath(doc.ID)}}
	return r.Render(http.StatusOK, web.Page{Title: r.T("promiseweb.enter"), Nav: "documents", Crumbs: crumbs}, enterPage(v))
}

func (h *pages) enter(r *web.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	doc, err := h.Register.Document(r.Context(), id)
	if err != nil {
		return err
	}
	n := 0
	err = h.DB.Write(r.Context(), func(tx *store.Tx) error {
		if n, err = h.Register.Enter(r.Context(), tx, id, author(r.Actor)); err != nil {
			return err
		}
		return h.IDs.Record(r.Context(), tx, r.By(), DocumentEntered, "document/"+strconv.FormatInt(id, 10), identity.Detail{"promises": n})
	})
	if err != nil {
		return err
	}
	r.Flash("promiseweb.enter_done", "n", n)
	return r.Redirect("/promises?year=" + strconv.Itoa(doc.Year) + "&document=" + strconv.FormatInt(id, 10))
}

// options turns values into the options of a field, with the message of each.
func options[T ~string](r *web.Request, prefix string, values []T) []web.Option {
	out := make([]web.Option, len(values))
	for i, v := range values {
		out[i] = web.Option{Value: string(v), Text: r.T(prefix + string(v))}
	}
	return out
}

func kindOptions(r *web.Request) []web.Option { return options(r, "promise.kind.", promise.Kinds) }
func measureOptions(r *web.Request) []web.Option {
	return options(r, "promise.measurability.", promise.Measurabilities)
}

// opOptions are the comparators; the empty one stands for no figure.
func opOptions(r *web.Request) []web.Option {
	out := []web.Option{{Text: r.T("promiseweb.op_none")}}
	for _, op := range []struct{ value, key string }{{"=", "equal"}, {">=", "at_least"}, {">", "over"}, {"<=", "at_most"}, {"<", "under"}, {"~", "about"}, {"range", "range"}} {
		out = append(out, web.Option{Value: op.value, Text: r.T("promiseweb.op_" + op.key)})
	}
	return out
}

// reasonOptions are the reasons for which a promise is vague.
func reasonOptions(r *web.Request) []web.Option {
	return append([]web.Option{{Text: r.T("promiseweb.review_not_vague")}}, options(r, "promiseweb.vague.", vagueReasons)...)
}
