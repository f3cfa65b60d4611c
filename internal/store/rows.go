package store

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Rows are rows that are to be inserted into one table, many at a time: what a few rows do by a statement of their own, these do in about a
// tenth of the time.
type Rows struct {
	Table   string
	Columns []string
	rows    [][]any
}

// Add adds a row, its values in the order of the columns: int64, int, bool, string, []byte or nil.
func (r *Rows) Add(values ...any) { r.rows = append(r.rows, values) }

// Insert writes the rows in the transaction: by COPY on PostgreSQL, by INSERTs of several rows on SQLite. A key that is taken fails.
func (r *Rows) Insert(ctx context.Context, tx *Tx) error {
	switch {
	case len(r.rows) == 0:
		return nil
	case tx.lite != nil:
		return r.insertLite(ctx, tx)
	}
	if err := tx.check(ctx); err != nil {
		return err
	}
	if err := tx.pg.flush(ctx); err != nil {
		return err
	}
	_, err := tx.pg.conn.CopyFrom(ctx, pgx.Identifier{r.Table}, r.Columns, pgx.CopyFromRows(r.rows))
	return err
}

// insertLite writes as many rows with a statement as its text may have that is kept prepared.
func (r *Rows) insertLite(ctx context.Context, tx *Tx) error {
	head := "INSERT INTO " + r.Table + " (" + strings.Join(r.Columns, ", ") + ") VALUES "
	most := max(1, (maxPreparedText-len(head))/(len(r.Columns)*2+3))
	full := head + Tuples(most, len(r.Columns))
	args := make([]any, 0, most*len(r.Columns))
	for rest := r.rows; len(rest) > 0; {
		n, text := most, full
		if n > len(rest) {
			n = len(rest)
			text = head + Tuples(n, len(r.Columns))
		}
		args = args[:0]
		for _, row := range rest[:n] {
			args = append(args, row...)
		}
		if _, err := tx.Exec(ctx, text, args...); err != nil {
			return err
		}
		rest = rest[n:]
	}
	return nil
}

// Tuples are rows of placeholders. SQLite looks the name of each numbered one up; these have none.
func Tuples(rows, columns int) string {
	row := "(" + strings.TrimSuffix(strings.Repeat("?,", columns), ",") + ")"
	return strings.TrimSuffix(strings.Repeat(row+",", rows), ",")
}
