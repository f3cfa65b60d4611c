package search

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"huying/internal/store"
	"huying/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

var ctx = context.Background()

// rows stands for a capability's own table.
var rows = store.Schema{Name: "row", FS: fstest.MapFS{"migrations/0001_row.sql": {Data: []byte(`
-- +goose Up
CREATE TABLE row_case (
  id   BIGINT NOT NULL PRIMARY KEY,
  unit TEXT   NOT NULL
);
CREATE INDEX row_case_unit ON row_case (unit, id);
`)}}}

func each(t *testing.T, f func(t *testing.T, db *store.DB, ix *Index)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) { f(t, db, New(db, "case", "promise")) }, rows, Schema)
}

// put writes a row and its text, as a capability does.
func put(t testing.TB, db *store.DB, ix *Index, id int64, text string, tags ...string) {
	t.Helper()
	err := db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO row_case (id, unit) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET unit = row_case.unit", id, fmt.Sprint("u", id%3))
		return errors.Join(err, ix.Put(ctx, tx, "case", id, text, tags...))
	})
	if err != nil {
		t.Fatal(err)
	}
}

func fill(t testing.TB, ix *Index) {
	t.Helper()
	for {
		n, err := ix.Fill(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// find lists the rows that match, newest first.
func find(t testing.TB, db *store.DB, ix *Index, query string, tags ...string) (ids []int64) {
	t.Helper()
	var w store.Where
	cond, args, ok := ix.Match("c.id", "case", query, tags...)
	if !ok {
		return nil
	}
	w.And("c.unit <> ?", "closed")
	w.And(cond, args...)
	err := db.Read(ctx, func(tx *store.Tx) (err error) {
		ids, err = store.All(ctx, tx, func(id *int64) []any { return []any{id} },
			"SELECT c.id FROM row_case c"+w.SQL()+" ORDER BY c.id DESC"+w.Limit(10_000, 0), w.Args()...)
		return err
	})
	if err != nil {
		t.Fatalf("%q: %v", query, err)
	}
	return ids
}

func TestWhatAQueryFinds(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, ix *Index) {
		texts := []string{1: "WS-000123 唐家湾镇港湾大道路灯不亮", 2: "ws-000124 停车位不足，𠮷田先生反映", 3: "第 3 号楼 无障碍坡道",
			4: "停车 位置 Tangjia Street", 5: "ＷＳ－０００１２５　车位停车", 6: "气温 3.5 度", 7: "35 度", 8: "車位", 9: "粤C12345 停在12栋"}
		for id := 1; id < len(texts); id++ {
			put(t, db, ix, int64(id), texts[id])
		}
		if got := find(t, db, ix, "路灯"); len(got) != 0 {
			t.Errorf("before it was filled: %v", got)
		}
		fill(t, ix)
		for _, tt := range []struct {
			name, query string
			want        []int64
		}{
			{"two characters", "路灯", []int64{1}},
			{"three characters", "停车位", []int64{5, 2}}, // 5 holds 停车 and 车位, in another order: what pairs give up
			{"a single character", "停", []int64{9, 5, 4, 2}},
			{"a single character inside", "灯", []int64{1}},
			{"a single character before a mark", "足", []int64{2}},
			{"a single character outside the basic plane", "𠮷", []int64{2}},
			{"a name outside the basic plane", "𠮷田", []int64{2}},
			{"two words in any order", "先生 停车", []int64{2}},
			{"two words of which one is not there", "先生 路灯", nil},
			{"a number of a case", "WS-000123", []int64{1}},
			{"a number of a case in small letters", "ws-000124", []int64{2}},
			{"a number of a case in full width", "ＷＳ－０００１２３", []int64{1}},
			{"a number of a case that was written in full width", "WS-000125", []int64{5}},
			{"a number of a case without the hyphen", "WS000123", []int64{1}},
			{"a number of a case with a blank", "ws 000123", []int64{1}},
			{"a number of a case without its zeros", "WS-123", []int64{1}},
			{"the number alone", "000124", []int64{2}},
			{"the letters alone", "ws", []int64{5, 2, 1}},
			{"the beginning of a number is not the number", "WS-00012", nil},
			{"a word in any case", "TANGJIA", []int64{4}},
			{"the beginning of a word is not the word", "Tang", nil},
			{"a number in a text, set with blanks", "3号楼", []int64{3}},
			{"another number", "13号楼", nil},
			{"a decimal number", "3.5", []int64{6}},
			{"its digits", "35", []int64{7}},
			{"simplified does not find traditional", "车位", []int64{5, 2}},
			{"a number plate", "粤C12345", []int64{9}},
			{"a house", "12栋", []int64{9}},
			{"nothing to look for", " ，* ", nil},
			{"words of the language of FTS5", `停车 AND NOT (NEAR "路灯" OR *:^`, nil},
		} {
			t.Run(tt.name, func(t *testing.T) {
				if got := find(t, db, ix, tt.query); !slices.Equal(got, tt.want) {
					t.Errorf("%q finds %v, want %v", tt.query, got, tt.want)
				}
			})
		}
	})
}

func TestTheNewestTextCounts(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, ix *Index) {
		put(t, db, ix, 1, "路灯")
		put(t, db, ix, 1, "井盖")
		put(t, db, ix, 2, "路灯")
		fill(t, ix)
		check := func(query string, want ...int64) {
			t.Helper()
			if got := find(t, db, ix, query); !slices.Equal(got, want) {
				t.Errorf("%q finds %v, want %v", query, got, want)
			}
		}
		check("路灯", 2)
		check("井盖", 1)
		put(t, db, ix, 1, "路灯 树")
		put(t, db, ix, 2, "路灯") // as it was
		fill(t, ix)
		check("路灯", 2, 1)
		check("井盖")
		remove := func(id int64) {
			t.Helper()
			if err := db.Write(ctx, func(tx *store.Tx) error { return ix.Remove(ctx, tx, "case", id) }); err != nil {
				t.Fatal(err)
			}
		}
		remove(1)
		remove(77)
		put(t, db, ix, 3, "路灯")
		remove(3)
		fill(t, ix)
		check("路灯", 2)
		put(t, db, ix, 1, "路灯")
		remove(2)
		put(t, db, ix, 2, "路灯")
		fill(t, ix)
		check("路灯", 2, 1)
		put(t, db, ix, 2, "")
		fill(t, ix)
		check("路灯", 1)
		if n, err := ix.Waiting(ctx); n != 0 || err != nil {
			t.Errorf("%d wait, %v", n, err)
		}
	})
}

func TestKindsAndTagsAreKeptApart(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, ix *Index) {
		put(t, db, ix, 1, "路灯 unit", "unit:a", "public")
		put(t, db, ix, 2, "路灯", "unit:b")
		put(t, db, ix, 3, "路灯")
		put(t, db, ix, 4, "路灯 井盖", "unit:b", "unit:a", "unit:a")
		err := db.Write(ctx, func(tx *store.Tx) error { return ix.Put(ctx, tx, "promise", 3, "井盖") })
		if err != nil {
			t.Fatal(err)
		}
		fill(t, ix)
		for _, tt := range []struct {
			query string
			tags  []string
			want  []int64
		}{
			{"路灯", nil, []int64{4, 3, 2, 1}},
			{"路灯", []string{"unit:a"}, []int64{4, 1}},
			{"路灯", []string{"unit:b", "public"}, []int64{4, 2, 1}},
			{"路灯", []string{"unit:c"}, nil},
			{"路灯 井盖", []string{"unit:a"}, []int64{4}},
			{"井盖", nil, []int64{4}},
			{"unit:a", nil, nil},
			{"public", nil, nil},
		} {
			if got := find(t, db, ix, tt.query, tt.tags...); !slices.Equal(got, tt.want) {
				t.Errorf("%q with %q finds %v, want %v", tt.query, tt.tags, got, tt.want)
			}
		}
		put(t, db, ix, 1, "路灯 unit", "unit:b")
		fill(t, ix)
		if got := find(t, db, ix, "路灯", "unit:b"); !slices.Equal(got, []int64{4, 2, 1}) {
			t.Errorf("after its tags changed: %v", got)
		}
		many := make([]string, 300)
		for i := range many {
			many[i] = fmt.Sprint("unit:", i)
		}
		if got := find(t, db, ix, "路灯", append(many, "unit:a")...); !slices.Equal(got, []int64{4}) {
			t.Errorf("with one of many tags: %v", got)
		}
		for _, bad := range []struct {
			kind string
			id   int64
		}{{"nothing", 1}, {"case", -1}, {"case", idMask + 1}} {
			if err := db.Write(ctx, func(tx *store.Tx) error { return ix.Put(ctx, tx, bad.kind, bad.id, "x") }); err == nil {
				t.Errorf("%+v was taken", bad)
			}
		}
	})
}

func TestAKindThatIsNotThereIsADefect(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("it is searched")
		}
	}()
	New(&store.DB{}, "case").Match("c.id", "nothing", "路灯")
}

func TestSeveralFillersAtOnce(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, ix *Index) {
		const docs, writers = 40, 4
		last := make([]string, docs)
		var writing, filling sync.WaitGroup
		done := make(chan struct{})
		for range 3 {
			filling.Go(func() {
				server := New(db, "case")
				for {
					n, err := server.Fill(ctx)
					if err != nil {
						t.Error(err)
						return
					}
					select {
					case <-done:
						if n == 0 {
							return
						}
					default:
					}
				}
			})
		}
		for w := range writers {
			writing.Go(func() {
				r := rand.New(rand.NewPCG(uint64(w), 1))
				for range 60 {
					id := w + writers*r.IntN(docs/writers) // each document has one writer at a time
					last[id] = fmt.Sprint("word", r.IntN(5))
					put(t, db, ix, int64(id), last[id])
				}
			})
		}
		writing.Wait()
		close(done)
		filling.Wait()
		for i := range 5 {
			word := fmt.Sprint("word", i)
			var want []int64
			for id := docs - 1; id >= 0; id-- {
				if last[id] == word {
					want = append(want, int64(id))
				}
			}
			if got := find(t, db, ix, word); !slices.Equal(got, want) {
				t.Errorf("%q finds %v, want %v", word, got, want)
			}
		}
	})
}

func TestATextThatIsCommittedLateIsNotLost(t *testing.T) {
	db := storetest.Postgres(t, rows, Schema) // SQLite commits one after the other
	ix := New(db, "case")
	written, commit := make(chan struct{}), make(chan struct{})
	var late sync.WaitGroup
	late.Go(func() {
		err := db.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(ctx, "INSERT INTO row_case (id, unit) VALUES (1, 'u')")
			err = errors.Join(err, ix.Put(ctx, tx, "case", 1, "路灯"))
			close(written)
			<-commit
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-written
	put(t, db, ix, 2, "路灯")
	fill(t, ix)
	if got := find(t, db, ix, "路灯"); !slices.Equal(got, []int64{2}) {
		t.Errorf("before the commit: %v", got)
	}
	close(commit)
	late.Wait()
	fill(t, ix)
	if got := find(t, db, ix, "路灯"); !slices.Equal(got, []int64{2, 1}) {
		t.Errorf("after the commit: %v", got)
	}
}

func TestAFillerThatDiesLosesNothing(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, ix *Index) {
		put(t, db, ix, 1, "路灯")
		fill(t, ix)
		put(t, db, ix, 1, "井盖")
		put(t, db, ix, 2, "井盖")
		died := errors.New("died")
		err := db.Write(ctx, func(tx *store.Tx) error {
			n, err := ix.fill(ctx, tx)
			if n != 2 {
				t.Errorf("%d were taken", n)
			}
			return errors.Join(err, died)
		})
		if !errors.Is(err, died) {
			t.Fatal(err)
		}
		if got := find(t, db, ix, "路灯"); !slices.Equal(got, []int64{1}) {
			t.Errorf("as before: %v", got)
		}
		if n, err := ix.Waiting(ctx); n != 2 || err != nil {
			t.Errorf("%d wait, %v", n, err)
		}
		fill(t, ix)
		if got := find(t, db, ix, "井盖"); !slices.Equal(got, []int64{2, 1}) {
			t.Errorf("after it was filled again: %v", got)
		}
	})
}

// TestTheNewestAreFound puts documents into ranges of every length and compares with going through them all.
func TestTheNewestAreFound(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, ix *Index) {
		r := rand.New(rand.NewPCG(4, 2))
		ids := []int64{0, 1, 1<<13 - 1, 1 << 13, 1<<16 - 1, 1 << 16, 1<<19 - 1, 1 << 19, 1 << 22, 1<<22 + 7, 1 << 25, 1<<25 + 1<<16}
		for range 300 {
			ids = append(ids, r.Int64N(1<<uint(r.IntN(26)+1)))
		}
		slices.Sort(ids)
		ids = slices.Compact(ids)
		for part := range slices.Chunk(ids, 50) {
			err := db.Write(ctx, func(tx *store.Tx) error {
				for _, id := range part {
					_, err := tx.Exec(ctx, "INSERT INTO row_case (id, unit) VALUES ($1, 'u')", id)
					if err = errors.Join(err, ix.Put(ctx, tx, "case", id, "路灯")); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		fill(t, ix)
		slices.Reverse(ids)
		if got := find(t, db, ix, "路灯"); !slices.Equal(got, ids) {
			t.Errorf("found %d of %d: %v", len(got), len(ids), got)
		}
		for _, most := range []int{1, 2, 5, 50, 200, 1000} {
			for _, way := range []struct{ few, many int }{{few, many}, {0, many}, {1000, 10}} { // ways to go about it on PostgreSQL
				cond, args, _ := ix.Match("id", "case", "路灯")
				if db.Engine == store.Postgres {
					args[5], args[6] = way.few, way.many
				}
				args[slices.Index(args, any(Most))] = most
				var w store.Where
				w.And(cond, args...)
				err := db.Read(ctx, func(tx *store.Tx) error {
					got, err := store.All(ctx, tx, func(id *int64) []any { return []any{id} },
						"SELECT id FROM row_case"+w.SQL()+" ORDER BY id DESC", w.Args()...)
					if want := ids[:min(most, len(ids))]; !slices.Equal(got, want) {
						t.Errorf("%+v: of the newest %d are found %d: %v, want %v", way, most, len(got), got, want)
					}
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}

// model says what a query finds by going through all texts.
func model(texts map[int64]string, query string) (ids []int64) {
	wanted := queryTerms(query)
	for id, text := range texts {
		terms := documentTerms(text)
		missing := func(q string) bool { _, found := slices.BinarySearch(terms, q); return !found }
		if len(wanted) > 0 && !slices.ContainsFunc(wanted, missing) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	slices.Reverse(ids)
	return ids
}

func TestBothEnginesFindWhatGoingThroughAllTextsFinds(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, ix *Index) {
		r := rand.New(rand.NewPCG(7, 7))
		alphabet := []rune("停车位路灯井盖𠮷3 5aB-，\"*\x00\u200bÉ")
		random := func(n int) string {
			out := make([]rune, n)
			for i := range out {
				out[i] = alphabet[r.IntN(len(alphabet))]
			}
			return string(out)
		}
		texts := map[int64]string{}
		for range 400 {
			id := r.Int64N(200)
			texts[id] = random(r.IntN(25))
			put(t, db, ix, id, texts[id])
			if r.IntN(60) == 0 {
				fill(t, ix)
			}
		}
		fill(t, ix)
		found := 0
		for range 500 {
			q := random(1 + r.IntN(4))
			want, got := model(texts, q), find(t, db, ix, q)
			if found += len(got); !slices.Equal(got, want) {
				t.Fatalf("%q finds %v, want %v", q, got, want)
			}
		}
		if found < 1000 {
			t.Errorf("only %d were found in all", found)
		}
	})
}

// FuzzQuery holds that no query is an error on either engine, and that both find the same.
func FuzzQuery(f *testing.F) {
	for _, q := range []string{"停车位", `"`, `a" OR "b`, "NEAR(a b)", "*", "a*", "a:b", "terms:停车", "^a", "-a", "NOT", "a AND", "(", "\x00", "a\x00b", "{1,2}", `\`, "'; DROP TABLE search_doc; --",
		"\xff\xfe", strings.Repeat("长", 10_000), strings.Repeat("a ", 5_000), strings.Repeat(`"`, 10_000), "¦", "·", "?", "$1", "%s", "𠮷*"} {
		f.Add(q)
	}
	var dbs []*store.DB
	var indexes []*Index
	for _, db := range []*store.DB{storetest.SQLite(f, rows, Schema), storetest.Postgres(f, rows, Schema)} {
		ix := New(db, "case")
		for id, text := range []string{"停车位 WS-000123", `a" OR "b NEAR terms`, "𠮷田 长长 a b not and or drop table", "1 2 3.5 {1,2}"} {
			put(f, db, ix, int64(id), text)
		}
		fill(f, ix)
		dbs, indexes = append(dbs, db), append(indexes, ix)
	}
	f.Fuzz(func(t *testing.T, q string) {
		lite, postgres := find(t, dbs[0], indexes[0], q, "x", q), find(t, dbs[1], indexes[1], q, "x", q)
		if len(lite)+len(postgres) > 0 {
			t.Errorf("%q with a tag that no document has finds %v and %v", q, lite, postgres)
		}
		lite, postgres = find(t, dbs[0], indexes[0], q), find(t, dbs[1], indexes[1], q)
		if !slices.Equal(lite, postgres) {
			t.Errorf("%q finds %v on SQLite and %v on PostgreSQL", q, lite, postgres)
		}
		put(t, dbs[0], indexes[0], 9, q, q)
		put(t, dbs[1], indexes[1], 9, q, q)
		fill(t, indexes[0])
		fill(t, indexes[1])
		if len(queryTerms(q)) > 0 && len(q) < maxQuery {
			lite, postgres = find(t, dbs[0], indexes[0], q, q), find(t, dbs[1], indexes[1], q, q)
			if !slices.Equal(lite, []int64{9}) || !slices.Equal(postgres, []int64{9}) {
				t.Errorf("a document that says %q finds itself as %v and %v", q, lite, postgres)
			}
		}
		put(t, dbs[0], indexes[0], 9, "")
		put(t, dbs[1], indexes[1], 9, "")
		fill(t, indexes[0])
		fill(t, indexes[1])
	})
}
