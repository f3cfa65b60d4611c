package webhook

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func TestAMessageIsPostedSignedAndItsAnswerRead(t *testing.T) {
	k, err := ParseKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Unix(1614265330, 0)
	for name, c := range map[string]struct {
		answer func(w http.ResponseWriter)
		want   Answer
		ok     bool
	}{
		"taken":                   {func(w http.ResponseWriter) { _, _ = io.WriteString(w, "fine") }, Answer{Status: 200, Line: "200 OK", Body: []byte("fine")}, true},
		"not now":                 {func(w http.ResponseWriter) { w.Header().Set("Retry-After", "90"); w.WriteHeader(503) }, Answer{Status: 503, Line: "503 Service Unavailable", After: 90 * time.Second}, false},
		"not for a very long":     {func(w http.ResponseWriter) { w.Header().Set("Retry-After", "99999"); w.WriteHeader(429) }, Answer{Status: 429, Line: "429 Too Many Requests", After: MostWait}, false},
		"elsewhere":               {func(w http.ResponseWriter) { w.Header().Set("Location", "/other"); w.WriteHeader(302) }, Answer{Status: 302, Line: "302 Found"}, false},
		"more than anybody reads": {func(w http.ResponseWriter) { _, _ = io.WriteString(w, "0123456789") }, Answer{Status: 200, Line: "200 OK", Body: []byte("01234567")}, true},
	} {
		t.Run(name, func(t *testing.T) {
			var heard string
			var bad error
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				id, err := k.Verify(r.Header, body, at)
				heard, bad = id+" "+string(body)+" "+r.Header.Get("Content-Type"), err
				c.answer(w)
			}))
			defer s.Close()
			got, err := k.Post(context.Background(), Client(nil, time.Minute), s.URL, Message{ID: "m1", At: at, Body: []byte(`{"a":1}`)}, 8)
			if err != nil || bad != nil || heard != `m1 {"a":1} application/json` {
				t.Fatalf("%v %v: it heard %s", err, bad, heard)
			}
			if got.Status != c.want.Status || got.Line != c.want.Line || string(got.Body) != string(c.want.Body) || got.After != c.want.After || got.OK() != c.ok {
				t.Errorf("%+v, want %+v", got, c.want)
			}
		})
	}
	if a, err := k.Post(context.Background(), Client(nil, time.Second), "http://127.0.0.1:1/", Message{ID: "m1", At: at}, 8); a != nil || err == nil {
		t.Errorf("nobody is there: %+v", a)
	}
}

func FuzzAfter(f *testing.F) {
	f.Add("120")
	f.Add("Wed, 21 Oct 2015 07:28:00 GMT")
	f.Add("99999999999999999999")
	f.Fuzz(func(t *testing.T, retry string) {
		if d := after(retry); d < 0 || d > MostWait {
			t.Errorf("%q is %v", retry, d)
		}
	})
}
