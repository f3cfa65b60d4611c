package ordersweb_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"huying/api"
	"huying/internal/edge/orders"
	"huying/internal/edge/orders/ordersweb"
	"huying/internal/identity"
	"huying/internal/store"
	"huying/internal/web"
	"huying/internal/web/webtest"
)

// as is a program with a token of somebody; empty: with none.
func (s *site) as(login string, scopes ...identity.Scope) func(method, path string) (*http.Response, []byte) {
	s.t.Helper()
	token := ""
	if login != "" {
		var err error
		_, token, err = s.ids.CreateToken(ctx, identity.Console(), identity.TokenSpec{Person: s.people[login].ID, Name: "测试", Scopes: scopes, Days: 1})
		s.must(err)
	}
	return func(method, path string) (*http.Response, []byte) {
		s.t.Helper()
		req, err := http.NewRequestWithContext(ctx, method, s.url+path, nil)
		s.must(err)
		if token != "" {
			req.Header.Set("Authorization", "Bearer "+token)
		}
		resp, err := http.DefaultClient.Do(req)
		s.must(err)
		defer func() { _ = resp.Body.Close() }() // read to its end
		data, err := io.ReadAll(resp.Body)
		s.must(err)
		return resp, data
	}
}

func TestTheListIsGivenToWhoOversees(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.hotline.misbehave("503", 1)
		s.orderIn("GD-1")
		s.orderIn("GD-2")
		s.settle()
		doc := describedBy(t, s.url)
		overseer := s.as("overseer", identity.Exchange)
		list := func(query string) (items []object, total int) {
			resp, data := overseer("GET", ordersweb.Base+"/orders"+query)
			doc(resp, data)
			var page struct {
				Items []object
				Total int
			}
			if resp.StatusCode != 200 || json.Unmarshal(data, &page) != nil {
				t.Fatalf("%s: %d %s", query, resp.StatusCode, data)
			}
			return page.Items, page.Total
		}
		if items, total := list("?size=1&page=2"); len(items) != 1 || total != 2 {
			t.Errorf("%v of %d", items, total)
		}
		items, total := list("?show=undelivered&peer=hotline&way=in")
		if total != 1 || items[0]["undelivered"].(object)["state"] != "waiting" {
			t.Fatalf("%v", items)
		}
		if items, _ := list("?way=out"); len(items) != 0 {
			t.Errorf("%v", items)
		}
		for _, query := range []string{"?peer=nobody", "?way=up", "?show=all", "?size=0", "?size=201", "?page=x", "?colour=red", "?way=in&way=out"} {
			if resp, data := overseer("GET", ordersweb.Base+"/orders"+query); resp.StatusCode != 400 || !strings.Contains(string(data), "ordersweb.bad_query") {
				t.Errorf("%s: %d %s", query, resp.StatusCode, data)
			}
		}
		again := fmt.Sprintf("%s/orders/%v/again", ordersweb.Base, items[0]["id"])
		for login, want := range map[string]int{"": 401, "builder": 403, "admin": 403} {
			for _, call := range [][2]string{{"GET", ordersweb.Base + "/orders"}, {"POST", again}, {"GET", "/orders"}} {
				resp, _ := s.as(login, identity.Exchange)(call[0], call[1])
				got := resp.StatusCode
				if call[1] == "/orders" && login == "" { // a browser is led to the door
					got = 401
				}
				if got != want {
					t.Errorf("%s %s by %q: %d", call[0], call[1], login, got)
				}
			}
		}
		if resp, _ := s.as("overseer", identity.CasesRead)("GET", ordersweb.Base+"/orders"); resp.StatusCode != 403 {
			t.Errorf("a token for something else: %d", resp.StatusCode)
		}
		resp, data := overseer("POST", again)
		if doc(resp, data); resp.StatusCode != 202 {
			t.Fatalf("%d %s", resp.StatusCode, data)
		}
		s.settle()
		if _, total := list("?show=undelivered"); total != 0 {
			t.Error("it is not delivered")
		}
		if resp, data := overseer("POST", again); resp.StatusCode != 409 {
			t.Errorf("%d %s", resp.StatusCode, data)
		}
		if n := s.count("SELECT COUNT(*) FROM identity_audit WHERE what = 'order.resent'"); n != 1 {
			t.Errorf("%d lines on record", n)
		}
	})
}

// describedBy returns a check of answers against the document.
func describedBy(t *testing.T, url string) func(*http.Response, []byte) {
	doc, err := openapi3.NewLoader().LoadFromData(api.Orders)
	if err != nil {
		t.Fatal(err)
	}
	doc.Servers = openapi3.Servers{{URL: url + ordersweb.Base}}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	return func(resp *http.Response, data []byte) {
		t.Helper()
		route, params, err := router.FindRoute(resp.Request)
		if err != nil {
			t.Errorf("%s: %v", resp.Request.URL, err)
			return
		}
		in := &openapi3filter.RequestValidationInput{Request: resp.Request, PathParams: params, Route: route,
			Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true}}
		out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: resp.StatusCode, Header: resp.Header, Options: in.Options}
		out.SetBodyBytes(data)
		if err := openapi3filter.ValidateResponse(ctx, out); err != nil {
			t.Errorf("%s: %v\n%s", resp.Request.URL, err, data)
		}
	}
}

func TestTheDocumentIsTheRouteTable(t *testing.T) {
	doc, err := openapi3.NewLoader().LoadFromData(api.Orders)
	if err == nil {
		err = doc.Validate(ctx)
	}
	if err != nil {
		t.Fatal(err)
	}
	described := map[string]bool{}
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			described[method+" "+ordersweb.Base+path] = true
		}
	}
	for _, rt := range ordersweb.Routes(ordersweb.Parts{}) {
		if strings.Contains(rt.Pattern, ordersweb.Base) && !described[rt.Pattern] {
			t.Errorf("%s is not in the document", rt.Pattern)
		}
		delete(described, rt.Pattern)
	}
	for pattern := range described {
		t.Errorf("the document has %s, which is no route", pattern)
	}
}

// Messages of both sides, and their answers, are as the document says.
func TestMessagesAreAsTheDocumentSays(t *testing.T) {
	doc, err := openapi3.NewLoader().LoadFromData(api.Orders)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2021, 11, 19, 16, 0, 0, 0, zhuhai)
	for name, c := range map[string]struct {
		schema string
		value  any
	}{
		"an order": {"Message", orders.Message{Type: orders.NewOrder, From: "a", To: "b", Number: "1", Order: &orders.OrderPart{Title: "t", Text: "t", Category: "c", Place: "p",
			Caller: &orders.Person{Name: "n", Phone: "1", Email: "e"}, Due: at}, Files: []orders.Attachment{{Name: "a", Type: "image/png", Content: []byte("x")}}, Omitted: 1}},
		"a status": {"Message", orders.Message{Type: orders.Feedback, From: "a", To: "b", Number: "1", Text: "t", Status: &orders.FeedbackPart{Seq: 1, Is: orders.Ended,
			Outcome: "solved", Handled: "h", Due: at, At: at}}},
		"a rating":   {"Message", orders.Message{Type: orders.Rate, From: "a", To: "b", Number: "1", Score: 5, Text: "t"}},
		"a deadline": {"Message", orders.Message{Type: orders.Deadline, From: "a", To: "b", Number: "1", Due: at}},
		"again":      {"Message", orders.Message{Type: orders.Again, From: "a", To: "b", Number: "1", Owner: "a"}},
		"a question": {"Message", orders.Message{Type: orders.Listing, From: "a", To: "b", Since: at, After: 7}},
		"a receipt":  {"Receipt", orders.Receipt{Number: "1", Handled: "h", Status: orders.Ended, Outcome: "solved", Seq: 2, Known: true}},
		"a list":     {"List", orders.List{Items: []orders.Item{{Owner: "a", Number: "1", Handled: "h", Status: orders.Ended, Outcome: "solved", Seq: 3}}, Next: 7}},
	} {
		data, err := json.Marshal(c.value)
		if err != nil {
			t.Fatal(err)
		}
		var v any
		dec := json.NewDecoder(bytes.NewReader(data))
		if err := dec.Decode(&v); err != nil {
			t.Fatal(err)
		}
		if err := doc.Components.Schemas[c.schema].Value.VisitJSON(v); err != nil {
			t.Errorf("%s: %v\n%s", name, err, data)
		}
	}
}

func TestThePageShowsWhatIsToBeDoneAndDoesIt(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.hotline.misbehave("422", 1)
		number := s.orderIn("GD-1", "due", "2021-11-22T17:00:00+08:00")
		for i := range 24 {
			s.orderIn(fmt.Sprintf("GD-%d", 100+i))
		}
		s.settle()
		pages := webtest.New(t, web.Options{Texts: webtest.Texts(t, orders.Locales, ordersweb.Locales, identity.Locales, store.Locales), Zone: zhuhai, Nav: ordersweb.Nav}, s.routes...)
		overseer := pages.As(t, webtest.Person(s.people["overseer"].ID, identity.Supervisor, ""))
		page := overseer.Get("/orders")
		if page.Status != 200 || len(page.All("tr")) != 21 || !strings.Contains(page.Text(), "25") {
			t.Errorf("%d rows: %.300s", len(page.All("tr")), page.Text())
		}
		if page = overseer.Get("/orders?size=50&way=in&peer=hotline"); len(page.All("tr")) != 26 {
			t.Errorf("%d rows", len(page.All("tr")))
		}
		page = overseer.Get("/orders?show=undelivered")
		for _, want := range []string{"GD-1", number, "对方系统拒收", "out of order on purpose", "11月22日", "市12345热线"} {
			if !strings.Contains(page.Text(), want) {
				t.Errorf("no %q in %s", want, page.Text())
			}
		}
		if len(page.All("tr")) != 2 || page.One("a", "href", "/cases/"+number) == nil {
			t.Errorf("%d rows", len(page.All("tr")))
		}
		action := fmt.Sprintf("/orders/%d/again", s.rows(orders.Filter{Show: orders.ShowUndelivered})[0].ID)
		page.One("form", "action", action)
		if p := overseer.Post(action, "next", "/orders?show=undelivered"); p.Status != 303 {
			t.Fatalf("%d %s", p.Status, p.Body)
		}
		s.settle()
		if page = overseer.Get("/orders?show=undelivered"); strings.Contains(page.Text(), "GD-1") {
			t.Error("it is still undelivered")
		}
		s.later(time.Hour)
		s.hotline.control("POST", "change", object{"forget": "hotline/GD-100"}, nil)
		if p := overseer.Post("/orders/compare", "peer", "hotline"); p.Status != 303 {
			t.Fatalf("%d %s", p.Status, p.Body)
		}
		page = overseer.Get("/orders?show=different")
		if !strings.Contains(page.Text(), "GD-100") || !strings.Contains(page.Text(), "对方清单中没有") || !strings.Contains(page.Text(), "24") {
			t.Errorf("%s", page.Text())
		}
		if page = overseer.Get("/orders?show=different&lang=en"); page.Status == 303 {
			page = overseer.Get("/orders?show=different")
		}
		if !strings.Contains(page.Text(), "Not in their list") {
			t.Errorf("%s", page.Text())
		}
		s.hotline.misbehave("500", 1)
		if p := overseer.Post("/orders/compare", "peer", "hotline"); p.Status != 303 {
			t.Errorf("a list that does not come: %d", p.Status)
		}
		clerk := pages.As(t, webtest.Person(s.people["builder"].ID, identity.Clerk, "construction"))
		for _, p := range []*webtest.Page{clerk.Get("/orders"), clerk.Post(action), clerk.Post("/orders/compare", "peer", "hotline")} {
			if p.Status != 403 {
				t.Errorf("a clerk: %d", p.Status)
			}
		}
	})
}
