package notice

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"crypto/hmac"
	"crypto/sha256"

	"huying/internal/i18n"
	"huying/internal/store"
)

const hookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" // the one of the standard's own example

// hookServer is a district's adapter.
type hookServer struct {
	*httptest.Server
	mu      sync.Mutex
	calls   []call
	answers []func(http.ResponseWriter) // of the first calls, one each; 204 after them
}

type call struct {
	Header http.Header
	Body   []byte
	Data   hookBody
}

func newHookServer(t testing.TB, answers ...func(http.ResponseWriter)) *hookServer {
	t.Helper()
	h := &hookServer{answers: answers}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		c := call{Header: r.Header, Body: body}
		if err := json.Unmarshal(body, &c.Data); err != nil {
			t.Error(err)
		}
		h.mu.Lock()
		h.calls = append(h.calls, c)
		var answer func(http.ResponseWriter)
		if len(h.answers) > 0 {
			answer, h.answers = h.answers[0], h.answers[1:]
		}
		h.mu.Unlock()
		if answer != nil {
			answer(w)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(h.Close)
	return h
}

func (h *hookServer) channel(name string) func(*Options) {
	return func(o *Options) {
		o.Hooks = append(o.Hooks, Hook{Name: name, URL: h.URL + "/in", Secret: hookSecret})
	}
}

func (h *hookServer) got() []call {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]call(nil), h.calls...)
}

func status(code int, header ...string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(code)
	}
}

// verify holds a call to the rules of Standard Webhooks, once by its library and once by hand.
func verify(t *testing.T, c call) {
	t.Helper()
	lib, err := standardwebhooks.NewWebhook(hookSecret)
	if err != nil {
		t.Fatal(err)
	}
	if err := lib.Verify(c.Body, c.Header); err != nil {
		t.Error(err)
	}
	secret, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(hookSecret, "whsec_"))
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(c.Header.Get("webhook-id") + "." + c.Header.Get("webhook-timestamp") + "." + string(c.Body)))
	if want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)); c.Header.Get("webhook-signature") != want {
		t.Errorf("signature %s, want %s", c.Header.Get("webhook-signature"), want)
	}
}

func TestAWebhookFailsTwiceAndThenArrives(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		box := newHookServer(t, status(503), status(500))
		w := newWorld(t, db, box.channel("wecom"))
		w.hand.Set(time.Now()) // the library holds the time of a call against the machine's
		w.choose(1, func(p *Settings) { p.Quiet = Quiet{} })
		w.lives(1, "wecom", "zhang.san")
		w.tell(duty("路灯不亮", 1))
		w.pass(9 * time.Second)
		if n := len(box.got()); n != 1 {
			t.Fatalf("%d calls before the first wait is over", n)
		}
		if c := w.counts(); c != (Counts{Waiting: 1, Trying: 1}) {
			t.Errorf("%+v", c)
		}
		w.pass(2 * time.Second)
		w.pass(time.Minute)
		w.pass(time.Hour)
		calls := box.got()
		if len(calls) != 3 {
			t.Fatalf("%d calls, want three", len(calls))
		}
		for _, c := range calls {
			verify(t, c)
			if c.Header.Get("webhook-id") != calls[0].Header.Get("webhook-id") {
				t.Error("the id changed from try to try: a receiver would take it for another letter")
			}
		}
		if calls[0].Header.Get("webhook-timestamp") == calls[2].Header.Get("webhook-timestamp") {
			t.Error("the time is that of the try")
		}
		d := calls[2].Data
		if d.Type != "notice" || d.Data.Channel != "wecom" || d.Data.To != "zhang.san" || d.Data.Lang != "zh" || len(d.Data.Notices) != 1 ||
			d.Data.Notices[0].Link != "https://huying.example.gov.cn/cases/7" || d.Data.Notices[0].Topic != "duty.begun" ||
			!strings.HasPrefix(d.Data.Text, "《路灯不亮》请在") || !strings.HasSuffix(d.Data.Text, "/cases/7") {
			t.Errorf("%+v", d)
		}
		ways := w.ways(1)
		if len(ways) != 1 || ways[0].State != Sent || ways[0].Tries != 3 || ways[0].Why != "" || ways[0].Done.IsZero() {
			t.Errorf("%+v", ways)
		}
	})
}

func (w *world) counts() Counts {
	w.t.Helper()
	c, err := w.Count(ctx)
	w.must(err)
	return c
}

func TestAnswersOfAnAdapter(t *testing.T) {
	long := func(rw http.ResponseWriter) {
		rw.WriteHeader(http.StatusInternalServerError)
		for range 1000 {
			if _, err := rw.Write([]byte(strings.Repeat("很长\r\n", 1000))); err != nil {
				return // it is not read to its end
			}
		}
	}
	for _, tt := range []struct {
		name   string
		answer func(http.ResponseWriter)
		state  State
		why    string
		due    time.Duration
	}{
		{"taken", status(202), Sent, "", 0},
		{"the address is gone", status(410), Failed, "notice.fail.refused", 0},
		{"an address that cannot be delivered to", status(422), Failed, "notice.fail.refused", 0},
		{"the adapter is being changed", status(404), Waiting, "notice.fail.server", 10 * time.Second},
		{"the signature is not accepted", status(401), Waiting, "notice.fail.sign_in", 10 * time.Second},
		{"a redirect is not followed", status(307, "Location", "/elsewhere"), Waiting, "notice.fail.redirect", 10 * time.Second},
		{"it asks to be left alone", status(429, "Retry-After", "90"), Waiting, "notice.fail.server", 90 * time.Second},
		{"it asks to be left alone for a year", status(503, "Retry-After", "31536000"), Waiting, "notice.fail.server", time.Hour},
		{"a very long answer", long, Waiting, "notice.fail.server", 10 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			each(t, func(t *testing.T, db *store.DB) {
				box := newHookServer(t, tt.answer)
				w := newWorld(t, db, box.channel("sms"))
				w.lives(1, "sms", "13800000000")
				w.tell(duty("路灯不亮", 1))
				d := w.ways(1)[0]
				if len(box.got()) != 1 || d.State != tt.state || d.Why != tt.why {
					t.Errorf("%d calls, %+v", len(box.got()), d)
				}
				if wait := d.Due.Sub(w.hand.Security().Now()); tt.state == Waiting && wait != tt.due {
					t.Errorf("tried again in %v, want %v", wait, tt.due)
				}
				for _, tr := range w.troubles(TroubleFilter{}) {
					if len([]rune(tr.Detail)) > 300 || strings.ContainsAny(tr.Detail, "\r\n") {
						t.Errorf("what the other side said is bounded: %q", tr.Detail)
					}
				}
			})
		})
	}
}

func TestAnAdapterThatNeverAnswersIsGivenUpWithinADayAndShown(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		box := newHookServer(t)
		box.Close()
		w := newWorld(t, db, box.channel("wecom"))
		w.choose(1, func(p *Settings) { p.Quiet = Quiet{} })
		w.lives(1, "wecom", "zhang")
		w.tell(duty("路灯不亮", 1))
		for range 40 * 60 {
			w.hand.Advance(time.Minute)
			w.must(w.Flush(ctx))
		}
		all := w.troubles(TroubleFilter{State: Failed})
		if len(all) != 1 || all[0].Tries != 10 || all[0].Why != "notice.fail.unreachable" || all[0].Person != 1 || all[0].Group != "duty" ||
			all[0].Done.Sub(all[0].Made) > 26*time.Hour || strings.Contains(all[0].Detail, "/in") {
			t.Errorf("%+v", all)
		}
		if c := w.counts(); c != (Counts{Failed: 1}) {
			t.Errorf("%+v", c)
		}
	})
}

func TestChannelsOfTheAdministratorAreChecked(t *testing.T) {
	good := Hook{Name: "wecom", URL: "https://adapter.example.gov.cn/in?k=1", Secret: hookSecret}
	for name, change := range map[string]func(*Hook){
		"well":                      func(*Hook) {},
		"well, on this machine":     func(h *Hook) { h.URL = "http://127.0.0.1:9000/" },
		"no name":                   func(h *Hook) { h.Name = "" },
		"the name of mail":          func(h *Hook) { h.Name = "email" },
		"a name in capitals":        func(h *Hook) { h.Name = "WeCom" },
		"in the clear":              func(h *Hook) { h.URL = "http://adapter.example.gov.cn/" },
		"no host":                   func(h *Hook) { h.URL = "https:///in" },
		"a user":                    func(h *Hook) { h.URL = "https://me@adapter.example.gov.cn/" },
		"a file":                    func(h *Hook) { h.URL = "file:///etc/passwd" },
		"a short secret":            func(h *Hook) { h.Secret = "whsec_c2hvcnQ=" },
		"a secret without its mark": func(h *Hook) { h.Secret = strings.TrimPrefix(hookSecret, "whsec_") },
		"no secret":                 func(h *Hook) { h.Secret = "" },
	} {
		h := good
		change(&h)
		if err := h.check(); (err == nil) != strings.HasPrefix(name, "well") {
			t.Errorf("%s: %v", name, err)
		}
	}
	h, err := ParseHook(" sms = https://adapter.example.gov.cn/sms ", hookSecret+"\n")
	if err != nil || h.Name != "sms" || h.URL != "https://adapter.example.gov.cn/sms" {
		t.Errorf("%+v %v", h, err)
	}
	h = good
	for typed, want := range map[string]string{" zhang.san ": "zhang.san", "+8613800000000": "+8613800000000", "张三": "张三", "": "", "a b": "", "a\nb": "", "<x>": "", strings.Repeat("a", 101): ""} {
		got, err := h.address(typed)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q is %q, %v", typed, got, err)
		}
	}
}

func TestChannelsHaveNames(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		box := newHookServer(t)
		w := newWorld(t, db, box.channel("wecom"), box.channel("pager"), func(o *Options) {
			o.Hooks = append(o.Hooks, Hook{Name: "radio", Title: map[i18n.Lang]string{i18n.ZH: "应急广播"}, URL: box.URL, Secret: hookSecret})
		})
		var names []string
		for _, c := range w.Channels() {
			names = append(names, w.ChannelName(i18n.ZH, c))
		}
		if got := strings.Join(names, " "); got != "企业微信 pager 应急广播" {
			t.Error(got)
		}
		if got := w.ChannelName(i18n.EN, "radio"); got != "radio" {
			t.Error(got)
		}
	})
}

func FuzzParseHook(f *testing.F) {
	f.Add("wecom=https://adapter.example.gov.cn/in", hookSecret)
	f.Add("=", "")
	f.Fuzz(func(t *testing.T, s, secret string) {
		h, err := ParseHook(s, secret)
		if err == nil && !strings.HasPrefix(strings.ToLower(h.URL), "http") {
			t.Errorf("%q passed", s)
		}
	})
}
