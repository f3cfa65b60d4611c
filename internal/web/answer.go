package web

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"huying/internal/clock"
	"huying/internal/errs"
)

const (
	defaultBody  = 1 << 20
	defaultLimit = 10 * time.Second
	grace        = 5 * time.Second // after the limit, for writing the answer that says so
)

// answer runs a route and turns whatever comes of it into an answer. It is the one place where errors become pages.
func (s *Server) answer(w http.ResponseWriter, hr *http.Request, rt Route) {
	limit, body := rt.Limit, rt.MaxBody
	if limit == 0 {
		limit = defaultLimit
	}
	if body == 0 {
		body = defaultBody
	}
	ctx, cancel := context.WithTimeout(hr.Context(), limit)
	defer cancel()
	extend(w, limit+grace)
	hr = hr.WithContext(ctx)
	whole := hr.Body
	hr.Body = http.MaxBytesReader(w, hr.Body, body)

	r, err := s.newRequest(w, hr)
	defer r.removeUploads()
	if err == nil {
		if place, changed := r.changePreferences(); changed && !r.program() {
			err = r.Redirect(place)
		} else {
			err = r.run(rt, body)
		}
	}
	if err == nil {
		return
	}
	if errs.Is(err, errs.TooLarge) || isTooLarge(err) {
		drain(hr, whole)
	}
	r.fail(err)
}

// extend moves the connection's deadlines for a route that may take longer than the server's own. A connection without deadlines
// (a test's recorder) needs none.
func extend(w http.ResponseWriter, d time.Duration) {
	until := clock.Security{}.Now().Add(d)
	rc := http.NewResponseController(w)
	_ = rc.SetReadDeadline(until)
	_ = rc.SetWriteDeadline(until)
}

// newRequest finds out who asks. Its request is never nil: an error page needs one too.
func (s *Server) newRequest(w http.ResponseWriter, hr *http.Request) (*Request, error) {
	r := &Request{Request: hr, w: w, s: s, id: note(hr.Context()).id}
	r.Request = hr.WithContext(context.WithValue(hr.Context(), requestKey{}, r))
	r.readPreferences()
	return r, r.findActor()
}

func (r *Request) run(rt Route, body int64) (err error) {
	defer func() {
		if v := recover(); v != nil {
			if v == http.ErrAbortHandler {
				panic(v)
			}
			r.s.opts.Log.ErrorContext(r.Context(), "panic", "id", r.id, "value", v, "stack", string(debug.Stack()))
			err = errs.New(errs.Internal, "errs.internal")
		}
	}()
	if err := r.within(rt); err != nil {
		return err
	}
	if !rt.Need.Met(r.Actor) {
		return r.turnAway()
	}
	if r.ContentLength > body {
		return &http.MaxBytesError{Limit: body}
	}
	return rt.Handle(r)
}

// turnAway is the answer to who may not come here. A person whose password was given by somebody else changes it first.
func (r *Request) turnAway() error {
	switch place := r.s.opts.Paths.Renew; {
	case r.Actor == nil:
		return errs.New(errs.Unauthenticated, "web.sign_in_first")
	case r.Actor.MustChange && place != "" && r.Method == http.MethodGet && !r.program():
		return r.Redirect(place)
	}
	return errs.New(errs.Forbidden, "web.may_not")
}

func isTooLarge(err error) bool {
	var tooLarge *http.MaxBytesError
	return errors.As(err, &tooLarge)
}

// drain reads what a browser is still sending, so that it comes to read why it was refused: a browser whose upload is cut off shows
// a connection error of its own. One that asks first (Expect: 100-continue) is told at once.
func drain(r *http.Request, body io.Reader) {
	const patience = 256 << 20
	if r.Header.Get("Expect") == "" && r.ContentLength <= patience {
		_, _ = io.CopyN(io.Discard, body, patience)
	}
}

// explain gives every error a kind and a message: those of ours have them, the library's few get them here.
func explain(err error) (int, error) {
	var given *answered
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &given):
		return given.status, given.error
	case errors.As(err, &tooLarge):
		err = errs.Wrap(err, errs.TooLarge, "web.too_large", "limit", bytesText(tooLarge.Limit))
	case errors.Is(err, context.DeadlineExceeded):
		err = errs.Wrap(err, errs.Unavailable, "web.too_slow")
	}
	return status(errs.KindOf(err)), err
}

var statuses = map[errs.Kind]int{
	errs.Invalid:         http.StatusBadRequest,
	errs.NotFound:        http.StatusNotFound,
	errs.Unauthenticated: http.StatusUnauthorized,
	errs.Forbidden:       http.StatusForbidden,
	errs.Conflict:        http.StatusConflict,
	errs.TooLarge:        http.StatusRequestEntityTooLarge,
	errs.TooMany:         http.StatusTooManyRequests,
	errs.Unavailable:     http.StatusServiceUnavailable,
}

func status(k errs.Kind) int {
	if s, ok := statuses[k]; ok {
		return s
	}
	return http.StatusInternalServerError
}

// fail turns an error into an answer: a way to sign in, a page, or problem+json for a program.
func (r *Request) fail(err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		r.s.opts.Log.InfoContext(r.Context(), "client gone", "id", r.id)
		return
	}
	code, why := explain(err)
	if code >= 500 {
		r.s.opts.Log.ErrorContext(r.Context(), "failed", "id", r.id, "route", note(r.Context()).route, "err", err)
	}
	if note(r.Context()).wrote() {
		panic(http.ErrAbortHandler) // half an answer went out: cut it off, so that nobody takes it for a whole one
	}
	if r.Context().Err() != nil { // the error page must still be drawn when the time was up
		r.Request = r.Request.WithContext(context.WithoutCancel(r.Context()))
	}
	h := r.w.Header()
	h.Del("Content-Disposition")
	h.Set("Cache-Control", "private, no-store")
	if code == http.StatusTooManyRequests || code == http.StatusServiceUnavailable {
		h.Set("Retry-After", "30")
	}
	switch {
	case r.program():
		r.problem(code, why)
	case code == http.StatusUnauthorized && (r.Method == http.MethodGet || r.Method == http.MethodHead):
		next := url.Values{"next": {LocalPath(r.URL.RequestURI())}}
		http.Redirect(r.w, r.Request, r.s.opts.Paths.SignIn+"?"+next.Encode(), http.StatusSeeOther)
	default:
		r.errorPage(code, why)
	}
}

// errorPage says what happened and what to do next. When even that cannot be drawn, a plain line says it.
func (r *Request) errorPage(code int, why error) {
	body := failure(failureView{Code: code, Title: r.T(failureKey(code)), Why: r.Says(why), ID: r.id,
		SignIn: r.s.opts.Paths.SignIn, Defect: code >= 500})
	if err := r.Render(code, Page{Title: r.T(failureKey(code))}, body); err != nil {
		r.s.opts.Log.ErrorContext(r.Context(), "error page", "id", r.id, "err", err)
		plain(r.w, code, r.T(failureKey(code))+" · "+r.id)
	}
}

var failureKeys = map[int]string{
	http.StatusBadRequest: "web.fail.invalid", http.StatusUnauthorized: "web.fail.unauthenticated", http.StatusForbidden: "web.fail.forbidden",
	http.StatusNotFound: "web.fail.not_found", http.StatusMethodNotAllowed: "web.fail.wrong_method", http.StatusConflict: "web.fail.conflict",
	http.StatusRequestEntityTooLarge: "web.fail.too_large", http.StatusTooManyRequests: "web.fail.too_many", http.StatusServiceUnavailable: "web.fail.unavailable",
}

func failureKey(code int) string {
	if key, ok := failureKeys[code]; ok {
		return key
	}
	return "web.fail.internal"
}

// Problem is an error as RFC 9457 has it.
type Problem struct {
	Type   string         `json:"type"`
	Title  string         `json:"title"`
	Status int            `json:"status"`
	Detail string         `json:"detail"`
	Code   string         `json:"code"` // the key of the first error: the same in every language
	ID     string         `json:"request_id"`
	Errors []ProblemField `json:"errors,omitempty"`
}

// ProblemField is what is wrong with one field.
type ProblemField struct {
	Field  string `json:"field,omitempty"`
	Code   string `json:"code"`
	Place  string `json:"place,omitempty"`
	Detail string `json:"detail"`
}

func (r *Request) problem(code int, why error) {
	p := Problem{Type: "about:blank", Title: http.StatusText(code), Status: code, Detail: r.Says(why), Code: "errs.internal", ID: r.id}
	for i, e := range errs.All(why) {
		if i == 0 {
			p.Code = e.Key
		}
		if code < 500 {
			p.Errors = append(p.Errors, ProblemField{Field: e.Field, Code: e.Key, Place: e.Place, Detail: r.s.opts.Texts.One(r.Lang, e)})
		}
	}
	h := r.w.Header()
	if code == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", r.challenge())
	}
	h.Set("Content-Type", "application/problem+json")
	h.Set("Content-Language", string(r.Lang))
	r.w.WriteHeader(code)
	_ = json.NewEncoder(r.w).Encode(p) // whoever has gone need not be told
}

// JSON sends v as JSON.
func (r *Request) JSON(status int, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	r.w.Header().Set("Content-Type", "application/json")
	if r.w.Header().Get("Cache-Control") == "" {
		r.w.Header().Set("Cache-Control", "private, no-store")
	}
	r.w.WriteHeader(status)
	_, _ = r.w.Write(append(data, '\n')) // whoever has gone need not be told
	return nil
}

// apiPrefix is under which programs ask: every error there is problem+json, and nothing there sends a browser elsewhere.
const apiPrefix = "/api/"

// program reports whether a program asks, and not a person's browser.
func (r *Request) program() bool {
	_, shown := bearer(r.Request)
	return shown || strings.HasPrefix(r.URL.Path, apiPrefix) || wantsJSON(r.Request)
}

// wantsJSON reports whether a program asks, and not a person's browser: JSON is accepted, and pages are not, or less.
func wantsJSON(r *http.Request) bool {
	json, html := 0.0, 0.0
	for part := range strings.SplitSeq(r.Header.Get("Accept"), ",") {
		kind, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		q := quality(params)
		switch {
		case kind == "application/json" || kind == "application/problem+json":
			json = max(json, q)
		case slices.Contains([]string{"text/html", "application/xhtml+xml"}, kind):
			html = max(html, q)
		}
	}
	return json > html
}

// quality reads the weight of an accepted kind: "q=0.8". None is 1.
func quality(params string) float64 {
	for p := range strings.SplitSeq(params, ";") {
		if v, ok := strings.CutPrefix(strings.TrimSpace(p), "q="); ok {
			q, err := strconv.ParseFloat(v, 64)
			if err != nil {
				return 0
			}
			return q
		}
	}
	return 1
}

func bytesText(n int64) string {
	if n >= 1<<20 {
		return strconv.FormatInt(n>>20, 10) + " MB"
	}
	return strconv.FormatInt(max(1, n>>10), 10) + " kB"
}
