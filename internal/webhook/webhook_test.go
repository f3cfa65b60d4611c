package webhook

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"huying/internal/errs"
)

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// The example of the standard itself.
func TestTheSignatureIsThatOfStandardWebhooks(t *testing.T) {
	k, err := ParseKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	h := http.Header{}
	if err := k.Sign(h, "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`)); err != nil {
		t.Fatal(err)
	}
	if got := h.Get("webhook-signature"); got != "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" {
		t.Error(got)
	}
}

func TestWhatWasNotSignedLikeThisIsRefused(t *testing.T) {
	k, _ := ParseKey(secret)
	at := time.Unix(1614265330, 0)
	body := []byte(`{"a":1}`)
	signed := func(change func(http.Header)) http.Header {
		h := http.Header{}
		if err := k.Sign(h, "m1", at, body); err != nil {
			t.Fatal(err)
		}
		change(h)
		return h
	}
	same := func(http.Header) {}
	for _, c := range []struct {
		name   string
		change func(http.Header)
		body   string
		now    time.Time
		want   string // key of the refusal
	}{
		{"as it was signed", same, `{"a":1}`, at, ""},
		{"five minutes late", same, `{"a":1}`, at.Add(5 * time.Minute), ""},
		{"five minutes early", same, `{"a":1}`, at.Add(-5 * time.Minute), ""},
		{"later than that", same, `{"a":1}`, at.Add(5*time.Minute + time.Second), "webhook.stale"},
		{"earlier than that", same, `{"a":1}`, at.Add(-5*time.Minute - time.Second), "webhook.stale"},
		{"another body", same, `{"a":2}`, at, "webhook.bad_signature"},
		{"another id", func(h http.Header) { h.Set("webhook-id", "m2") }, `{"a":1}`, at, "webhook.bad_signature"},
		{"another time", func(h http.Header) { h.Set("webhook-timestamp", "1614265331") }, `{"a":1}`, at, "webhook.bad_signature"},
		{"no signature", func(h http.Header) { h.Del("webhook-signature") }, `{"a":1}`, at, "webhook.bad_signature"},
		{"no id", func(h http.Header) { h.Del("webhook-id") }, `{"a":1}`, at, "webhook.unsigned"},
		{"no time", func(h http.Header) { h.Del("webhook-timestamp") }, `{"a":1}`, at, "webhook.unsigned"},
		{"an id that runs into the time", func(h http.Header) { h.Set("webhook-id", "m1.16") }, `{"a":1}`, at, "webhook.unsigned"},
		{"a second signature that is right", func(h http.Header) { h.Set("webhook-signature", "v1,AAAA "+h.Get("webhook-signature")) }, `{"a":1}`, at, ""},
	} {
		id, err := k.Verify(signed(c.change), []byte(c.body), c.now)
		switch {
		case c.want == "" && (err != nil || id != "m1"):
			t.Errorf("%s: %q %v", c.name, id, err)
		case c.want != "" && (!errs.Is(err, errs.Unauthenticated) || errs.All(err)[0].Key != c.want):
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
}

func TestAKeyIsLongEnoughAndPrintsItselfNowhere(t *testing.T) {
	for _, bad := range []string{"", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_c2hvcnQ=", "whsec_" + strings.Repeat("A", 128), "whsec_%%%"} {
		if _, err := ParseKey(bad); !errs.Is(err, errs.Invalid) {
			t.Errorf("%q was taken", bad)
		}
	}
	k, err := ParseKey(" " + secret + "\n")
	if err != nil {
		t.Fatal(err)
	}
	if s := fmt.Sprintf("%v %+v %#v %s", k, k, k, struct{ K Key }{k}); strings.Contains(s, "MfKQ") || !strings.Contains(s, "[secret]") {
		t.Error(s)
	}
}

func TestOnlyThisMachineIsSpokenToWithoutTLS(t *testing.T) {
	for address, want := range map[string]bool{
		"https://12345.example.cn/orders": true, "http://127.0.0.1:9000/x": true, "http://[::1]/": true, "http://localhost": true,
		"http://12345.example.cn": false, "ftp://a": false, "": false, "https://u:p@a": false, "https://a#b": false, "http://127.0.0.1.evil.example": false,
	} {
		if GoodURL(address) != want {
			t.Errorf("%q: %v", address, !want)
		}
	}
}
