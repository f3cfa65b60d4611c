package caseapi_test

import (
	"io"
	"net/http"
	"testing"

	"huying/internal/casework/caseapi"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

// BenchmarkInterface asks over HTTP for a case that has been handled, for a page of a list, for a desk, and for who asks, which is what every
// request costs.
func BenchmarkInterface(b *testing.B) {
	for name, open := range map[string]func(testing.TB, ...store.Schema) *store.DB{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			s := newSite(b, open(b, schemas...))
			officer, builder := s.as("officer"), s.as("builder")
			number := ""
			for range 200 {
				number = s.blow(officer)
			}
			builder.post(path(number, "/do/report-in"), object{"input": object{"note": "到"}}).is(200)
			builder.post(path(number, "/note"), object{"text": "记一笔"}).is(200)
			for what, at := range map[string]string{"case": path(number), "list": "/cases?size=20", "desk": "/desk?size=20", "me": "/me"} {
				b.Run(what, func(b *testing.B) {
					for b.Loop() {
						builder.ask(b, at)
					}
				})
			}
		})
	}
}

// ask asks without holding the answer against the document.
func (c *client) ask(b *testing.B, at string) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.url+caseapi.Base+at, nil)
	c.must(err)
	req.Header = c.header
	resp, err := c.http.Do(req)
	c.must(err)
	_, err = io.Copy(io.Discard, resp.Body)
	c.must(err)
	c.must(resp.Body.Close())
	if resp.StatusCode != http.StatusOK {
		b.Fatal(resp.Status)
	}
}
