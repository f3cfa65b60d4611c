package drill

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"huying/internal/errs"
)

// api is where the interface begins.
const api = "/api/v1"

// answer is what the interface said.
type answer struct {
	status  int
	body    []byte
	problem problem
}

// problem is application/problem+json.
type problem struct {
	Code   string `json:"code"`
	Detail string `json:"detail"`
	Errors []struct {
		Field string `json:"field"`
		Code  string `json:"code"`
	} `json:"errors"`
}

// ok reports whether it was done.
func (a *answer) ok() bool { return a.status < 300 }

// say is the answer in a few words: the status, and what a refusal says.
func (a *answer) say() string {
	if a.ok() {
		return fmt.Sprintf("%d", a.status)
	}
	words := []string{fmt.Sprintf("%d", a.status), a.problem.Code}
	for _, e := range a.problem.Errors {
		words = append(words, strings.TrimSpace(e.Field+" "+e.Code))
	}
	if len(a.problem.Errors) == 0 {
		words = append(words, a.problem.Detail)
	}
	return strings.Join(words, " ")
}

// speaksOf reports whether a refusal names a field; one of a table is named with its row.
func (a *answer) speaksOf(field string) bool {
	for _, e := range a.problem.Errors {
		if e.Field == field || strings.HasPrefix(e.Field, field+".") || strings.HasPrefix(e.Field, field+"[") || field == keyRates && strings.HasPrefix(e.Field, "rate") {
			return true
		}
	}
	return false
}

// keyRates stands for the marks where a field could be named.
const keyRates = "rates"

// request is what is sent.
type request struct {
	who    string // a person of the drill
	method string
	path   string
	body   any    // as JSON; nil: none
	raw    []byte // instead: a file
	typ    string // and its type
	secret string // of a receipt
	accept string // none: JSON
}

// longest is how much of an answer is read.
const longest = 16 << 20

// ask sends a request. The error is one of the machine; a refusal is an answer.
func ask(ctx context.Context, sys System, r request) (*answer, error) {
	data, typ := r.raw, r.typ
	if r.body != nil {
		var err error
		if data, err = json.Marshal(r.body); err != nil {
			return nil, err
		}
		typ = "application/json"
	}
	req, err := http.NewRequestWithContext(ctx, r.method, "http://drill"+r.path, bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	if typ != "" {
		req.Header.Set("Content-Type", typ)
	}
	req.Header.Set("Accept", cmp.Or(r.accept, "application/json"))
	if token := sys.Token(r.who); token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if r.secret != "" {
		req.Header.Set("X-Receipt", r.secret)
	}
	resp, err := sys.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	return answerOf(resp, r.method+" "+r.path)
}

// answerOf reads the answer to a request. A server that failed is an error.
func answerOf(resp *http.Response, request string) (*answer, error) {
	body, err := io.ReadAll(io.LimitReader(resp.Body, longest))
	if cerr := resp.Body.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return nil, err
	}
	a := &answer{status: resp.StatusCode, body: body}
	if !a.ok() {
		_ = json.Unmarshal(body, &a.problem) // what is no problem document has no code, which say shows
	}
	if a.status >= 500 {
		return nil, errs.New(errs.Internal, "drill.server_failed", "request", request, "answer", a.say())
	}
	return a, nil
}

// into reads an answer.
func (a *answer) into(v any) error {
	dec := json.NewDecoder(bytes.NewReader(a.body))
	dec.UseNumber()
	if err := dec.Decode(v); err != nil {
		return errs.Wrap(err, errs.Internal, "drill.unreadable", "why", err.Error())
	}
	return nil
}

// kase is a case as the interface shows it, as far as drills look at it. What a drill does not look at may change.
type kase struct {
	row
	Secret   string              `json:"secret"`
	Form     map[string]any      `json:"form"`
	Callers  []caller            `json:"callers"`
	Parties  map[string][]member `json:"parties"`
	Duties   []duty              `json:"duties"`
	Pauses   []pause             `json:"pauses"`
	Values   map[string]any      `json:"values"`
	Ratings  []rating            `json:"ratings"`
	Children []child             `json:"children"`
	Parent   string              `json:"parent"`
	Waiting  []pending           `json:"waiting"`
	Reopened int                 `json:"reopened"`
	Seq      int                 `json:"seq"`
	Actions  []offer             `json:"actions"`
	Approve  bool                `json:"may_approve"`
	History  []record            `json:"history"`
}

// row is a case in a list.
type row struct {
	Number    string `json:"number"`
	Procedure string `json:"procedure"`
	State     string `json:"state"`
	Outcome   string `json:"outcome"`
	Unit      string `json:"unit"`
	Urgent    bool   `json:"urgent"`
	Late      bool   `json:"late"`
	Level     int    `json:"level"`
	Sight     string `json:"sight"`
}

type (
	caller struct {
		N      int            `json:"n"`
		Unit   string         `json:"unit"`
		Person int64          `json:"person"`
		Name   string         `json:"name"`
		Said   map[string]any `json:"said"`
	}
	member struct {
		Member string `json:"member"`
	}
	duty struct {
		Visit       int       `json:"visit"`
		Name        string    `json:"name"`
		N           int       `json:"n"`
		Owner       string    `json:"owner"`
		Status      string    `json:"status"`
		Due         time.Time `json:"due"`
		Provisional bool      `json:"provisional"`
		Outstanding bool      `json:"outstanding"`
		Claimed     int64     `json:"claimed"`
	}
	pause struct {
		To     time.Time `json:"to"`
		Reason string    `json:"reason"`
	}
	rating struct {
		Party  string `json:"party"`
		Member string `json:"member"`
		Score  int    `json:"score"`
	}
	child struct {
		Procedure string `json:"procedure"`
		Number    string `json:"number"`
		Outcome   string `json:"outcome"`
	}
	pending struct {
		Action string `json:"action"`
		As     string `json:"as"`
	}
	offer struct {
		Action string `json:"action"`
	}
	record struct {
		Events []map[string]any `json:"events"`
	}
)
