// Package search finds documents by words of theirs, newest first. Who changes a document puts its text into a table, in the same
// transaction; a filler that runs beside takes it into the index within a second, so that a commit never waits for the index.
//
// SQLite keeps the index in an FTS5 table, PostgreSQL in an array with a GIN index. Both hold which document has which term, and no
// text. terms.go says what a term is; what a query finds is the same on both.
package search

import (
	"context"
	"embed"
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"

	"huying/internal/store"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Schema is the texts that wait and the index.
var Schema = store.Schema{Name: "search", FS: migrations}

// Most is how many documents a condition of Match finds: the newest. A list that is narrowed further, by a state or a year, narrows
// these; what every list is narrowed by belongs into the tags of the document.
const Most = 2000

// PostgreSQL asks its index for a whole kind at once if the two newest ranges, of up to 16,384 ids, hold less than few documents, and
// gives that up at more than many: some 20 ms.
const (
	few  = 160
	many = 20_000
)

// An id has idBits bits, and the number of its kind stands above them in the key of a document.
const (
	idBits   = 42
	idMask   = 1<<idBits - 1
	kindBits = 20
)

// Index is the index of a database. It is safe for use by several goroutines.
type Index struct {
	db    *store.DB
	kinds map[string]int64
}

// New returns the index of db for documents of these kinds: "case", "promise". A kind is named for good. Two that cannot be told
// apart are a defect and panic at start-up.
func New(db *store.DB, kinds ...string) *Index {
	ix := &Index{db: db, kinds: map[string]int64{}}
	taken := map[int64]string{}
	for _, k := range kinds {
		n := int64(hash(k) & (1<<kindBits - 1))
		if taken[n] != "" {
			panic("search: give one of the kinds " + taken[n] + " and " + k + " another name")
		}
		ix.kinds[k], taken[n] = n, k
	}
	return ix
}

// Put gives a document its text and its tags in the caller's transaction, instead of those that it had. A tag is a word of the caller's
// that is never found by a query, only by Match with the same tag: "unit:housing", "public". Whoever changes a document holds its row
// meanwhile, so that the last change is also the last to be put.
//
// A text counts up to 256 kB.
func (ix *Index) Put(ctx context.Context, tx *store.Tx, kind string, id int64, text string, tags ...string) error {
	return ix.wait(ctx, tx, kind, id, clean(text), tags)
}

// clean is a text as the databases take it.
func clean(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(cutBytes(text, maxText), "\uFFFD"), "\x00", "\uFFFD")
}

// Remove takes a document out of the index, in the caller's transaction.
func (ix *Index) Remove(ctx context.Context, tx *store.Tx, kind string, id int64) error {
	return ix.wait(ctx, tx, kind, id, nil, nil)
}

func (ix *Index) wait(ctx context.Context, tx *store.Tx, kind string, id int64, text any, tags []string) error {
	number, ok := ix.kinds[kind]
	if !ok || id < 0 || id > idMask {
		return fmt.Errorf("search: no document %d of kind %q can be", id, kind)
	}
	return tx.Later(ctx, "INSERT INTO search_pending (kind, id, text, tags) VALUES ($1, $2, $3, $4)",
		number, id, text, strings.Join(tagTerms(tags), " "))
}

// Waiting returns how many texts the index does not know yet.
func (ix *Index) Waiting(ctx context.Context) (n int, err error) {
	err = ix.db.ReadOnce(ctx, func(tx *store.Tx) error { return tx.Scan(ctx, "SELECT COUNT(*) FROM search_pending", nil, &n) })
	return n, err
}

// Match returns a condition for store.Where.And: that the document whose id stands in column is one of the newest Most of its kind that
// have every term of the query and, if tags are given, at least one of them. column is a name of the caller's program, never of its
// user. ok is false when there is nothing to look for in the query: no letter, no digit, no character. A kind that New does not know
// is a defect and panics.
//
// A query of several words asks for all of them. A run of Chinese characters asks for each two that follow one another: 停车位 finds
// what holds 停车 and 车位, which nearly always stand together there, and now and then do not. A single character finds what holds it.
// Words and numbers are found whole, in any case or width; WS-000123 also as ws000123 or WS-123. Any text is a query: there is no
// syntax. What stands after the first 32 terms of a query is not asked for.
func (ix *Index) Match(column, kind, query string, tags ...string) (cond string, args []any, ok bool) {
	number, known := ix.kinds[kind]
	if !known {
		panic("search: no kind " + kind)
	}
	terms := queryTerms(query)
	if len(terms) == 0 {
		return "", nil, false
	}
	lo, hi := number<<idBits, number<<idBits|idMask
	if ix.db.Engine == store.SQLite {
		return column + ` IN (SELECT rowid & ` + strconv.Itoa(idMask) + ` FROM search_fts WHERE search_fts MATCH ? AND rowid BETWEEN ? AND ?
			ORDER BY rowid DESC LIMIT ?)`, []any{ftsQuery(terms, tags), lo, hi, Most}, true
	}
	// an array is found once, before anything else: a join would let the planner read the caller's whole table in search of a few rows
	return column + ` = ANY (ARRAY(SELECT k & ` + strconv.Itoa(idMask) + ` FROM
			search_newest(CAST(? AS INTEGER[]), CAST(? AS INTEGER[]), ?, ?, ?, ?, ?) AS k))`,
		[]any{arrayText(hashes(terms)), arrayText(hashes(tagTerms(tags))), lo, hi, Most, few, many}, true
}

// ftsQuery asks for all terms and one of the tags. Each is a string of FTS5's language, in which nothing has a meaning but a quote.
func ftsQuery(terms, tags []string) string {
	quoted := func(all []string, between string) string {
		out := make([]string, len(all))
		for i, t := range all {
			out[i] = `"` + strings.ReplaceAll(t, `"`, `""`) + `"`
		}
		return strings.Join(out, between)
	}
	q := quoted(terms, " AND ")
	if len(tags) > 0 {
		q += " AND (" + quoted(tagTerms(tags), " OR ") + ")"
	}
	return q
}

// tagTerms are the terms of tags. They begin with a mark that no term of a text has.
func tagTerms(tags []string) []string {
	out := make([]string, len(tags))
	for i, t := range tags {
		out[i] = "¦" + strconv.FormatUint(hash(t), 36)
	}
	return out
}

// hash is FNV-1a, the same in every version of the program: the index holds it.
func hash(s string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(s)) // never fails
	return h.Sum64()
}

// hashes are terms as the array holds them: not below zero, where the ranges are.
func hashes(terms []string) []int32 {
	out := make([]int32, len(terms))
	for i, t := range terms {
		h := hash(t)
		out[i] = int32((h ^ h>>32) & 0x7fffffff)
	}
	return out
}

// arrayText writes a list as PostgreSQL reads it.
func arrayText[T int32 | int64](list []T) string {
	b := make([]byte, 0, 2+11*len(list))
	b = append(b, '{')
	for i, n := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, int64(n), 10)
	}
	return string(append(b, '}'))
}
