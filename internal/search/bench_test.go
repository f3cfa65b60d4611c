package search

import (
	"context"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"huying/internal/clock"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

// docs is how many documents the benchmark has. What the adr says was measured with 1,000,000: go test -run xxx -bench . -timeout 2h
// ./internal/search -args -docs 1000000.
var docs = flag.Int("docs", 20_000, "documents of the benchmark")

// corpus makes texts of about a hundred characters from a vocabulary of 30,000 words, of which few are common and most are rare.
type corpus struct {
	words []string
	sums  []float64 // of the weights up to each word
}

func newCorpus() *corpus {
	r := rand.New(rand.NewPCG(1, 2))
	c, sum := &corpus{}, 0.0
	for i := range 30_000 {
		n := [...]int{1, 2, 2, 2, 2, 2, 2, 2, 3, 3, 4}[r.IntN(11)]
		word := make([]rune, n)
		for j := range word {
			word[j] = rune(0x4e00 + 5*int(3500*math.Pow(r.Float64(), 2.2)))
		}
		c.words = append(c.words, string(word))
		sum += 1 / float64(i+8)
		c.sums = append(c.sums, sum)
	}
	return c
}

// text is the text of a document: every fifth tells of 停车位, every fifth other of 垃圾桶, each 997th of 无障碍坡道.
func (c *corpus) text(id int) string {
	r := rand.New(rand.NewPCG(uint64(id), 7))
	var b strings.Builder
	fmt.Fprintf(&b, "WS-%07d ", id)
	for i := range 38 {
		at, _ := slices.BinarySearch(c.sums, r.Float64()*c.sums[len(c.sums)-1])
		b.WriteString(c.words[min(at, len(c.words)-1)])
		if i%6 == 5 {
			b.WriteString("，")
		}
	}
	fmt.Fprintf(&b, "%d栋", r.IntN(200))
	switch {
	case id%5 == 0:
		b.WriteString("，停车位")
	case id%5 == 1:
		b.WriteString("，垃圾桶")
	}
	if id%997 == 0 {
		b.WriteString("，无障碍坡道")
	}
	return b.String()
}

func tagOf(id int) string { return fmt.Sprint("unit:", id%50) }

// BenchmarkSearch fills an index, then asks it for the first page of a search with its total, as a list does, and for the last page.
func BenchmarkSearch(b *testing.B) {
	for _, engine := range []struct {
		name string
		open func(testing.TB, ...store.Schema) *store.DB
	}{{"sqlite", storetest.SQLite}, {"postgres", storetest.Postgres}} {
		b.Run(engine.name, func(b *testing.B) {
			db := engine.open(b, rows, Schema)
			ix := New(db, "case")
			c := newCorpus()
			load(b, db, ix, c)
			for _, q := range []struct {
				name, query string
				tags        []string
			}{
				{"a number", fmt.Sprintf("WS-%07d", *docs/3), nil},
				{"nothing", "不存在的词", nil},
				{"a rare word", "无障碍坡道", nil},
				{"a common word", "停车位", nil},
				{"a common word of one unit", "停车位", []string{"unit:5"}},
				{"a common word of three units", "停车位", []string{"unit:5", "unit:7", "unit:10"}},
				{"a common character", "停", nil},
				{"a common and a rare word", "停车位 坡道", nil},
				{"two common words that never meet", "停车位 垃圾桶", nil},
			} {
				b.Run(strings.ReplaceAll(q.name, " ", "-"), func(b *testing.B) { ask(b, db, ix, q.query, q.tags) })
			}
			b.Run("filling", func(b *testing.B) { filling(b, db, ix, c) })
		})
	}
}

// ask measures single searches, one after the other.
func ask(b *testing.B, db *store.DB, ix *Index, query string, tags []string) {
	var took []time.Duration
	total := 0
	page := func(from string, offset int) {
		start := clock.Security{}.Now()
		err := db.Read(ctx, func(tx *store.Tx) error {
			var w store.Where
			w.And("c.unit <> ?", "closed")
			cond, args, _ := ix.Match("c.id", "case", query, tags...)
			w.And(cond, args...)
			if err := tx.Scan(ctx, "SELECT COUNT(*) FROM "+from+w.SQL(), w.Args(), &total); err != nil {
				return err
			}
			_, err := store.All(ctx, tx, func(id *int64) []any { return []any{id} },
				"SELECT c.id FROM "+from+w.SQL()+" ORDER BY c.id DESC"+w.Limit(20, offset), w.Args()...)
			return err
		})
		took = append(took, clock.Since(start))
		if err != nil {
			b.Fatal(err)
		}
	}
	for i := 0; b.Loop(); i++ {
		page("row_case c", i%2*max(0, total-20))
	}
	slices.Sort(took)
	b.ReportMetric(float64(total), "found")
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}

// load makes rows for all documents and takes them into the index: on PostgreSQL the index is made once they are there, which is faster.
func load(b *testing.B, db *store.DB, ix *Index, c *corpus) {
	do := func(f func(tx *store.Tx) error) {
		if err := db.Write(ctx, f); err != nil {
			b.Fatal(err)
		}
	}
	exec := func(sql string, args ...any) {
		do(func(tx *store.Tx) error { _, err := tx.Exec(ctx, sql, args...); return err })
	}
	exec(`WITH RECURSIVE s (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM s WHERE i < CAST($1 AS BIGINT) - 1)
		INSERT INTO row_case (id, unit) SELECT i, 'unit:' || (i % 50) FROM s`, *docs)
	put, size := putSQLite, 200
	if db.Engine == store.Postgres {
		exec("DROP INDEX search_doc_terms")
		put, size = func(ctx context.Context, tx *store.Tx, in []document, _ []int64) error {
			return insertPostgres(ctx, tx, in)
		}, 2000
	}
	for from := 0; from < *docs; from += size {
		in := make([]document, 0, size)
		for id := from; id < min(from+size, *docs); id++ {
			text := c.text(id)
			in = append(in, document{kind: ix.kinds["case"], id: int64(id), text: &text, tags: tagTerms([]string{tagOf(id)})[0]})
		}
		do(func(tx *store.Tx) error { return put(ctx, tx, in, nil) })
		if db.Engine == store.SQLite {
			if err := ix.merge(ctx); err != nil {
				b.Fatal(err)
			}
		}
	}
	if db.Engine == store.Postgres {
		exec("CREATE INDEX search_doc_terms ON search_doc USING gin (terms) WITH (fastupdate = on)")
		exec("ANALYZE")
	}
}

// filling fills the index with further documents, while somebody else commits all the time, and says at which rate, and how long the
// other had to wait.
func filling(b *testing.B, db *store.DB, ix *Index, c *corpus) {
	const part = 1000
	next, filled := *docs, 0
	var took time.Duration
	var waits []time.Duration
	for b.Loop() {
		err := db.Write(ctx, func(tx *store.Tx) error {
			for id := next; id < next+part; id++ {
				if err := ix.Put(ctx, tx, "case", int64(id), c.text(id), tagOf(id)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		next, filled = next+part, filled+part
		start := clock.Security{}.Now()
		waits = append(waits, drain(b, db, ix)...)
		took += clock.Since(start)
	}
	slices.Sort(waits)
	b.ReportMetric(float64(filled)/took.Seconds(), "docs/s")
	b.ReportMetric(float64(waits[len(waits)/2].Microseconds())/1000, "beside-p50-ms")
	b.ReportMetric(float64(waits[len(waits)*99/100].Microseconds())/1000, "beside-p99-ms")
}

// drain fills the index, and returns how long each of the commits took that somebody did beside it, a hundred a second.
func drain(b *testing.B, db *store.DB, ix *Index) (waits []time.Duration) {
	done := make(chan struct{})
	var other sync.WaitGroup
	other.Go(func() {
		for {
			start := clock.Security{}.Now()
			err := db.Write(ctx, func(tx *store.Tx) error {
				_, err := tx.Exec(ctx, "UPDATE row_case SET unit = unit WHERE id = 1")
				return err
			})
			if err != nil {
				b.Error(err)
				return
			}
			waits = append(waits, clock.Since(start))
			select {
			case <-done:
				return
			case <-time.After(10 * time.Millisecond):
			}
		}
	})
	fill(b, ix)
	close(done)
	other.Wait()
	return waits
}
