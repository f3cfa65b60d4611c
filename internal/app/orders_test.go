package app

import (
	"net/http"
	"testing"

	"huying/internal/clock"
	"huying/internal/edge/orders"
	"huying/internal/webhook"
)

// An order of the hotline comes to the desk of the unit that answers for it, and what the hotline urges on is told to it at once.
func TestAnOrderAndItsUrgeReachTheUnit(t *testing.T) {
	a := demonstration(t)
	const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	parts := a.orders.Parts
	parts.Links = map[string]orders.Link{"hotline": {URL: "https://12345.example.cn/", Secret: secret}}
	exchange, err := orders.New(parts)
	if err != nil {
		t.Fatal(err)
	}
	key, err := webhook.ParseKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	says := func(id, body string) {
		t.Helper()
		now := clock.Security{}.Now()
		h := http.Header{}
		if err := key.Sign(h, id, now, []byte(body)); err != nil {
			t.Fatal(err)
		}
		if answer, err := exchange.Receive(ctx, "hotline", h, []byte(body)); err != nil {
			t.Fatalf("%s: %v", answer, err)
		}
		if err := a.queue.Drain(ctx); err != nil {
			t.Fatal(err)
		}
	}
	const head = `"from":"hotline","to":"zhuhai-gaoxin","number":"GD-1"`
	says("m1", `{"type":"order",`+head+`,"order":{"title":"路面塌陷","text":"一平方米","category":"0101","place":"440402-TJW"}}`)
	heard := func(topic string) int {
		return countOf(t, a.db, `SELECT COUNT(*) FROM notice_item n JOIN identity_account p ON p.id = n.person
			WHERE n.topic = '`+topic+`' AND p.unit = 'construction' AND n.link LIKE '/cases/RX-%'`)
	}
	if heard("duty.begun") == 0 || heard("case.urged") != 0 {
		t.Errorf("%d heard of the duty, %d of an urge", heard("duty.begun"), heard("case.urged"))
	}
	says("m2", `{"type":"urge",`+head+`,"text":"请尽快"}`)
	says("m2", `{"type":"urge",`+head+`,"text":"请尽快"}`)
	if n := heard("case.urged"); n == 0 || n != heard("duty.begun") {
		t.Errorf("%d heard of the urge, %d owe", n, heard("duty.begun"))
	}
	if n := countOf(t, a.db, "SELECT COUNT(*) FROM orders_message WHERE state = 'waiting' AND type = 'status'"); n != 1 {
		t.Errorf("%d statuses wait to be sent", n)
	}
}
