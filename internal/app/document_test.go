package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"huying/api"
	"huying/internal/casework/caseapi"
	"huying/internal/identity"
	"huying/internal/promise/promiseapi"
	"huying/internal/store"
)

// The document names every route with who may come, and nothing else.
func TestTheDocumentIsTheRouteTable(t *testing.T) {
	doc, err := openapi3.NewLoader().LoadFromData(api.Document)
	if err == nil {
		err = doc.Validate(ctx)
	}
	if err != nil {
		t.Fatal(err)
	}
	described := map[string]*openapi3.Operation{}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			described[method+" "+caseapi.Base+path] = op
		}
	}
	for _, rt := range slices.Concat(caseapi.Routes(caseapi.Parts{}), promiseapi.Routes(promiseapi.Parts{})) {
		op := described[rt.Pattern]
		if op == nil {
			t.Errorf("%s is not in the document", rt.Pattern)
			continue
		}
		delete(described, rt.Pattern)
		public, scopes := false, []string(nil)
		if op.Security == nil {
			t.Errorf("%s does not say who may come", rt.Pattern)
			continue
		}
		for _, way := range *op.Security {
			public = public || len(way) == 0
			scopes = append(scopes, way["token"]...)
		}
		public = public || len(*op.Security) == 0
		if public != rt.Need.Public() {
			t.Errorf("%s needs %v, the document says %v", rt.Pattern, rt.Need, op.Security)
		}
		want := []string{string(rt.Scope)}
		if rt.Scope == "" {
			want = nil
		}
		if !slices.Equal(scopes, want) {
			t.Errorf("%s takes tokens for %q, the document says %v", rt.Pattern, rt.Scope, scopes)
		}
		if op.OperationID == "" || op.Summary == "" || op.Responses.Default() == nil {
			t.Errorf("%s is not described", rt.Pattern)
		}
	}
	for pattern := range described {
		t.Errorf("the document has %s, which is no route", pattern)
	}
}

// caller is a program that speaks to the interface, with a token or without. What it is answered is held against the document.
type caller struct {
	*district
	token string
}

func (d *district) nobody() caller { return caller{d, ""} }

// as is a program with all scopes of an account that has a role.
func (d *district) as(login string, role identity.Role, unit string) caller {
	d.t.Helper()
	spec := identity.Spec{Login: login, Name: login, Unit: unit, Password: drillPassword, Grants: []identity.Grant{{Role: role, Unit: unit, From: everSince}}}
	var id int64
	d.write(func(tx *store.Tx) (err error) { id, _, err = d.app.ids.EnsureAccount(ctx, tx, spec); return err })
	_, token, err := d.app.ids.CreateToken(ctx, identity.Console(), identity.TokenSpec{Person: id, Name: "test", Scopes: identity.Scopes, Days: 9})
	if err != nil {
		d.t.Fatal(err)
	}
	return caller{d, token}
}

func (p caller) send(method, path string, body any, want int) (got map[string]any) {
	p.t.Helper()
	var data []byte
	if body != nil {
		data, _ = json.Marshal(body)
	}
	ask := func() *http.Request {
		req, err := http.NewRequestWithContext(ctx, method, "http://district"+caseapi.Base+path, bytes.NewReader(data))
		if err != nil {
			p.t.Fatal(err)
		}
		if body != nil {
			req.Header.Set("Content-Type", "application/json")
		}
		if p.token != "" {
			req.Header.Set("Authorization", "Bearer "+p.token)
		}
		return req
	}
	res, err := p.RoundTrip(ask())
	if err != nil {
		p.t.Fatal(err)
	}
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	if res.StatusCode != want {
		p.t.Fatalf("%s %s: %d %s, want %d", method, path, res.StatusCode, raw, want)
	}
	p.check(ask(), res, raw)
	if err := json.Unmarshal(raw, &got); err != nil {
		p.t.Fatal(err)
	}
	p.settle()
	return got
}

// check holds an answer, and what was asked when it was granted, to the document.
func (p caller) check(req *http.Request, res *http.Response, raw []byte) {
	p.t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(api.Document)
	if err != nil {
		p.t.Fatal(err)
	}
	doc.Servers = openapi3.Servers{{URL: "http://district" + caseapi.Base}}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		p.t.Fatal(err)
	}
	route, params, err := router.FindRoute(req)
	if err != nil {
		p.t.Fatal(err)
	}
	in := &openapi3filter.RequestValidationInput{Request: req, PathParams: params, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true}}
	if res.StatusCode < 300 {
		if err := openapi3filter.ValidateRequest(ctx, in); err != nil {
			p.t.Errorf("%s was granted, and the document refuses it: %v", req.URL, err)
		}
	}
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: res.StatusCode, Header: res.Header, Options: in.Options}
	out.SetBodyBytes(raw)
	if err := openapi3filter.ValidateResponse(ctx, out); err != nil {
		p.t.Errorf("%s %s: not as the document says: %v", req.Method, req.URL, err)
	}
}

type object = map[string]any

func TestTheRegisterIsKeptThroughItsInterface(t *testing.T) {
	eachDistrict(t, "2021-11-10 09:00", func(d *district) {
		lead := d.promise("2021-001").Lead
		office, clerk, other, public := d.as("ducha", identity.Supervisor, ""), d.as("jingban", identity.Clerk, lead), d.as("bieren", identity.Clerk, "finance"), d.nobody()

		docs := office.send("GET", "/documents", nil, 200)
		clerk.send("GET", "/documents", nil, 403)
		public.send("GET", "/documents", nil, 401)
		first := docs["items"].([]any)[0].(object)
		clerk.send("POST", "/documents/"+fmt.Sprint(first["id"])+"/enter", object{}, 403)
		if got := office.send("POST", "/documents/"+fmt.Sprint(first["id"])+"/enter", object{"doubtful": true}, 200); fmt.Sprint(got["entered"]) != "0" {
			t.Errorf("entered twice: %v", got)
		}
		list := public.send("GET", "/promises?year=2021&light=red&size=1", nil, 200)
		if fmt.Sprint(list["total"]) != "2" || len(list["items"].([]any)) != 1 {
			t.Errorf("%v", list)
		}
		public.send("GET", "/promises?lihgt=red", nil, 400)
		public.send("GET", "/promises/2021-999", nil, 404)

		figure := object{"type": "figure", "value": "700", "source": "台账", "as_of": "2021-11-09"}
		public.send("POST", "/promises/2021-001/entries", figure, 401)
		other.send("POST", "/promises/2021-001/entries", figure, 403)
		clerk.send("POST", "/promises/2021-001/entries", object{"type": "figure", "value": "many", "source": "台账"}, 400)
		got := clerk.send("POST", "/promises/2021-001/entries", figure, 201)
		if got["value"] != "700" || got["light"] == "red" || len(got["entries"].([]any)) != 1 {
			t.Errorf("%v", got)
		}
		clerk.send("POST", "/promises/2021-001/entries", object{"type": "adjusted", "value": "600", "reason": "地块另用", "approver": "区领导"}, 403)
		office.send("POST", "/promises/2021-001/entries", object{"type": "adjusted", "value": "600", "reason": "地块另用", "approver": "区领导", "due": "2021-12-20"}, 201)
		other.send("POST", "/promises/2021-001/entries", object{"type": "done", "note": "完成"}, 403)
		clerk.send("POST", "/promises/2021-001/entries", object{"type": "done", "note": "完成"}, 201)
		clerk.send("POST", "/promises/2021-001/entries", object{"type": "verified"}, 403)
		if got := office.send("POST", "/promises/2021-001/entries", object{"type": "verified"}, 201); got["light"] != "closed" || got["status"] != "adjusted" {
			t.Errorf("%v", got)
		}
		clerk.send("POST", "/promises/2021-002/terms", object{"cycle": "quarterly"}, 403)
		terms := object{"cycle": "quarterly", "project": true, "invest": "1200", "why": "列入滚动计划", "nodes": []object{{"title": "封顶", "due": "2021-12-01", "share": 60}}}
		if got := office.send("POST", "/promises/2021-002/terms", terms, 200); got["cycle"] != "quarterly" || got["invest"] != "1200" || len(got["nodes"].([]any)) != 1 {
			t.Errorf("%v", got)
		}
		office.send("POST", "/promises/2021-002/terms", object{"version": 1, "cycle": "monthly"}, 409)
		reg := public.send("GET", "/register?year=2021", nil, 200)
		if fmt.Sprint(reg["total"]) != "2" || reg["investment"].(object)["planned"] != "1200" || fmt.Sprint(reg["lights"].(object)["closed"]) != "1" {
			t.Errorf("%v", reg)
		}
		office.send("POST", "/register/rollover", object{"from": 2021}, 409)
		d.at("2021-12-20 09:00")
		clerk.send("POST", "/register/rollover", object{"from": 2021}, 403)
		if got := office.send("POST", "/register/rollover", object{"from": 2021}, 200); fmt.Sprint(got["carried"]) != "1" {
			t.Errorf("%v", got)
		}
		if got := public.send("GET", "/promises/2022-001", nil, 200); got["carried_from"] != "2021-002" {
			t.Errorf("%v", got)
		}
		scores := office.send("GET", "/scores?year=2021", nil, 200)
		if len(scores["items"].([]any)) == 0 {
			t.Error("nobody lost anything in silence")
		}
		public.send("GET", "/scores", nil, 401)
		if mine := other.send("GET", "/scores?year=2021", nil, 200); len(mine["items"].([]any)) != 0 {
			t.Errorf("another unit reads %v", mine)
		}
	})
}
