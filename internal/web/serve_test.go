package web_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/andybalholm/brotli"

	"huying/internal/errs"
	"huying/internal/i18n"
	"huying/internal/identity"
	"huying/internal/web"
	"huying/internal/web/webtest"
)

func TestCompression(t *testing.T) {
	text := strings.Repeat("新建污水管网50公里。", 400)
	site := webtest.New(t, web.Options{}, web.Route{Pattern: "GET /long", Need: web.Everyone, Handle: page(text)},
		web.Route{Pattern: "GET /file", Need: web.Everyone, Handle: func(r *web.Request) error {
			return r.Send("image/png", "", strings.NewReader(text))
		}})
	for _, c := range []struct {
		name, path, accept, encoding string
		read                         func(io.Reader) (io.Reader, error)
	}{
		{"a browser of today", "/long", "gzip, deflate, br, zstd", "br", func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil }},
		{"an old one", "/long", "gzip", "gzip", func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }},
		{"brotli refused", "/long", "br;q=0, gzip", "gzip", func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }},
		{"nothing accepted", "/long", "identity", "", func(r io.Reader) (io.Reader, error) { return r, nil }},
		{"a picture is compressed already", "/file", "br", "", func(r io.Reader) (io.Reader, error) { return r, nil }},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := site.As(t, nil)
			v.Header.Set("Accept-Encoding", c.accept)
			p := v.Get(c.path)
			if got := p.Header.Get("Content-Encoding"); got != c.encoding {
				t.Fatalf("encoding %q, want %q", got, c.encoding)
			}
			r, err := c.read(strings.NewReader(p.Body))
			if err != nil {
				t.Fatal(err)
			}
			data, err := io.ReadAll(r)
			if err != nil || !strings.Contains(string(data), text) {
				t.Errorf("%v: %d bytes", err, len(data))
			}
			if c.encoding != "" && !strings.Contains(p.Header.Get("Vary"), "Accept-Encoding") {
				t.Errorf("Vary: %s", p.Header.Get("Vary"))
			}
		})
	}
}

func TestMetricsHealthAndReadiness(t *testing.T) {
	var away error
	o := web.Options{Ready: func(context.Context) error { return away }}
	site := webtest.New(t, o, web.Route{Pattern: "GET /p/{id}", Need: web.Everyone, Handle: page("p")})
	v := site.As(t, nil)
	v.Get("/p/1")
	v.Get("/p/2")
	v.Get("/no/such/place")
	p := v.Get("/metrics")
	for _, want := range []string{`huying_http_requests_total{route="GET /p/{id}",status="200"} 2`, `huying_http_requests_total{route="none",status="404"} 1`,
		"huying_http_in_flight 1", "go_goroutines", `huying_http_request_seconds_count{route="GET /p/{id}"} 2`} {
		if !strings.Contains(p.Body, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
	if p := v.Get("/healthz"); p.Status != 200 {
		t.Error("not alive")
	}
	if p := v.Get("/readyz"); p.Status != 200 {
		t.Error("not ready")
	}
	away = errors.New("no database")
	if p := v.Get("/readyz"); p.Status != 503 || strings.Contains(p.Body, "database") {
		t.Errorf("ready without a database: %d %s", p.Status, p.Body)
	}
}

func TestWhoMayReadTheMetrics(t *testing.T) {
	for _, c := range []struct {
		name, token, from, header, value string
		status                           int
	}{
		{"this machine", "", "127.0.0.1:5000", "", "", 200},
		{"this machine, version 6", "", "[::1]:5000", "", "", 200},
		{"another machine", "", "203.0.113.9:5000", "", "", 403},
		{"through a proxy on this machine", "", "127.0.0.1:5000", "X-Forwarded-For", "203.0.113.9", 403},
		{"with the token", "s3cret", "203.0.113.9:5000", "Authorization", "Bearer s3cret", 200},
		{"with a wrong token", "s3cret", "127.0.0.1:5000", "Authorization", "Bearer guess", 403},
		{"without the token that is set", "s3cret", "127.0.0.1:5000", "", "", 403},
	} {
		site := webtest.New(t, web.Options{MetricsToken: c.token})
		r := httptest.NewRequest("GET", "/metrics", nil)
		r.RemoteAddr = c.from
		if c.header != "" {
			r.Header.Set(c.header, c.value)
		}
		w := httptest.NewRecorder()
		site.Handler.ServeHTTP(w, r)
		if w.Code != c.status {
			t.Errorf("%s: %d, want %d", c.name, w.Code, c.status)
		}
	}
}

func TestTheLogKnowsTheRequestAndNotTheQuery(t *testing.T) {
	var log bytes.Buffer
	site := webtest.New(t, web.Options{Log: slog.New(slog.NewTextHandler(&log, nil))}, web.Route{Pattern: "GET /x", Need: web.Everyone, Handle: page("x")})
	site.As(t, nil).Get("/x?q=Zhang-San-13800138000")
	for _, want := range []string{"path=/x", `route="GET /x"`, "status=200", "ms=", "bytes="} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %s: %s", want, log.String())
		}
	}
	if strings.Contains(log.String(), "13800138000") {
		t.Error("the log holds what was searched for")
	}
}

func TestTheAddressBehindAProxy(t *testing.T) {
	for _, c := range []struct{ name, from, forwarded, want string }{
		{"no proxy", "203.0.113.9:1", "", "203.0.113.9"},
		{"a stranger's word is not believed", "203.0.113.9:1", "198.51.100.1", "203.0.113.9"},
		{"our proxy's is", "10.0.0.2:1", "198.51.100.1", "198.51.100.1"},
		{"what came before our proxies is not", "10.0.0.2:1", "1.1.1.1, 198.51.100.1, 10.0.0.3", "198.51.100.1"},
		{"nonsense ends the way back", "10.0.0.2:1", "nonsense", "10.0.0.2"},
	} {
		var got string
		site := webtest.New(t, web.Options{Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}},
			web.Route{Pattern: "GET /ip", Need: web.Everyone, Handle: func(r *web.Request) error { got = r.RemoteIP().String(); return page("x")(r) }})
		r := httptest.NewRequest("GET", "/ip", nil)
		r.RemoteAddr = c.from
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		site.Handler.ServeHTTP(httptest.NewRecorder(), r)
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestWithoutTheFrontEndTheServerSaysWhatToDo(t *testing.T) {
	texts := webtest.Texts(t)
	for name, fsys := range map[string]fstest.MapFS{
		"nothing was built":   {},
		"the list is broken":  {"manifest.json": {Data: []byte("{")}},
		"a file is not there": {"manifest.json": {Data: []byte(`{"app.css":"app-1.css"}`)}},
	} {
		_, err := web.New(web.Options{Texts: texts, Sessions: &webtest.Sessions{}, Actors: nobody{}, Assets: fsys})
		if !errs.Is(err, errs.Unavailable) || !strings.Contains(texts.Error(i18n.EN, err), "Run make") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type nobody struct{}

func (nobody) Actor(context.Context, int64) (*identity.Actor, error) { return nil, nil }

func TestServingStopsWhenTheWorkIsDone(t *testing.T) {
	began, finish := make(chan bool), make(chan bool)
	site := webtest.New(t, web.Options{}, web.Route{Pattern: "GET /work", Need: web.Everyone, Handle: func(r *web.Request) error {
		began <- true
		<-finish
		return page("done")(r)
	}})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- site.Serve(ctx, ln) }()
	got := make(chan int, 1)
	go func() {
		resp, err := http.Get("http://" + ln.Addr().String() + "/work")
		if err != nil {
			got <- 0
			return
		}
		defer resp.Body.Close()
		got <- resp.StatusCode
	}()
	<-began
	stop()
	for site.As(t, nil).Get("/readyz").Status != 503 { // the listener of the test's own site still answers
		time.Sleep(time.Millisecond)
	}
	close(finish)
	if status := <-got; status != 200 {
		t.Errorf("the request in flight ended with %d", status)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
}
