package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"huying/internal/errs"
)

// Exec runs a statement and returns how many rows it touched.
func (tx *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	if err := tx.check(ctx); err != nil {
		return 0, err
	}
	if tx.apart {
		return 0, errWrites
	}
	if tx.lite == nil {
		return tx.pg.exec(ctx, query, args)
	}
	res, err := tx.lite.exec(ctx, query, args)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// Later is Exec for a statement that nobody waits for: its error may come with a later statement, or with the end of the transaction, which it
// fails in any case. PostgreSQL gets it together with the next statement whose answer is needed.
func (tx *Tx) Later(ctx context.Context, query string, args ...any) error {
	return tx.LaterTold(ctx, nil, query, args...)
}

// LaterTold is Later with told, which hears how many rows the statement touched, or its error, once that is known: what it returns is the
// statement's error.
func (tx *Tx) LaterTold(ctx context.Context, told func(n int64, err error) error, query string, args ...any) error {
	if tx.lite == nil {
		if err := tx.check(ctx); err != nil {
			return err
		}
		if tx.apart {
			return errWrites
		}
		tx.pg.waiting = append(tx.pg.waiting, later{query: query, args: args, told: told})
		return nil
	}
	n, err := tx.Exec(ctx, query, args...)
	if told != nil {
		err = told(n, err)
	}
	return err
}

// Flush sends what Later left to be sent, for who has to know whose error it is.
func (tx *Tx) Flush(ctx context.Context) error {
	if tx.lite != nil {
		return nil
	}
	return tx.pg.flush(ctx)
}

// Row is a row of a query.
type Row interface {
	Scan(dest ...any) error
	Columns() ([]string, error)
}

// rows are the rows of a query, of either engine.
type rows interface {
	Row
	Next() bool
	Err() error
}

// Insert runs an INSERT … RETURNING id and returns the id.
func (tx *Tx) Insert(ctx context.Context, query string, args ...any) (id int64, err error) {
	if tx.apart {
		return 0, errWrites
	}
	err = tx.first(ctx, query, args, &id)
	return id, err
}

// Each calls f for each row of a query. f scans the row and must not run another query on tx: PostgreSQL's connection is busy.
func (tx *Tx) Each(ctx context.Context, query string, args []any, f func(Row) error) error {
	return tx.query(ctx, query, args, each(ctx, f))
}

// each calls f for each of some rows.
func each(ctx context.Context, f func(Row) error) func(rows) error {
	return func(rows rows) error {
		for rows.Next() {
			if err := f(rows); err != nil {
				return err
			}
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		return nil
	}
}

// AllLater is All for rows that nobody needs yet: they are in all when EachLater's would have been heard.
func AllLater[T any](ctx context.Context, tx *Tx, all *[]T, fields func(*T) []any, query string, args ...any) error {
	return tx.EachLater(ctx, query, args, into(all, fields))
}

// EachLater is Each for rows that nobody needs yet: f hears them, or their error comes, with the next statement whose answer is needed, with Flush,
// or with the end of the transaction.
func (tx *Tx) EachLater(ctx context.Context, query string, args []any, f func(Row) error) error {
	if tx.lite != nil {
		return tx.Each(ctx, query, args, f)
	}
	if err := tx.check(ctx); err != nil {
		return err
	}
	tx.pg.waiting = append(tx.pg.waiting, later{query: query, args: args, read: each(ctx, f)})
	return nil
}

// All returns every row of a query as a T. fields names where its columns go, in the order of the query; the caller bounds the rows
// with LIMIT.
func All[T any](ctx context.Context, tx *Tx, fields func(*T) []any, query string, args ...any) ([]T, error) {
	var all []T
	err := tx.Each(ctx, query, args, into(&all, fields))
	return all, err
}

// into adds rows to a list.
func into[T any](all *[]T, fields func(*T) []any) func(Row) error {
	return func(row Row) error {
		var v T
		if err := row.Scan(fields(&v)...); err != nil {
			return err
		}
		*all = append(*all, v)
		return nil
	}
}

// One returns the first row of a query as a T, or errs.NotFound.
func One[T any](ctx context.Context, tx *Tx, fields func(*T) []any, query string, args ...any) (T, error) {
	var v T
	err := tx.Scan(ctx, query, args, fields(&v)...)
	return v, err
}

// Scan puts the first row of a query into dest. It returns errs.NotFound when there is none.
func (tx *Tx) Scan(ctx context.Context, query string, args []any, dest ...any) error {
	err := tx.first(ctx, query, args, dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return errs.New(errs.NotFound, "store.not_found")
	}
	return err
}

// first puts the first row of a query into dest, or returns sql.ErrNoRows.
func (tx *Tx) first(ctx context.Context, query string, args []any, dest ...any) error {
	found := false
	err := tx.query(ctx, query, args, func(rows rows) error {
		if found = rows.Next(); !found {
			return nil
		}
		return rows.Scan(dest...)
	})
	if err == nil && !found {
		return sql.ErrNoRows
	}
	return err
}

// query lets read go through the rows of a query, as far as it likes.
func (tx *Tx) query(ctx context.Context, query string, args []any, read func(rows) error) (err error) {
	if err := tx.check(ctx); err != nil {
		return err
	}
	if tx.lite == nil {
		return tx.pg.query(ctx, query, args, read)
	}
	found, err := tx.lite.query(ctx, query, args)
	if err != nil {
		return err
	}
	tx.lite.open++
	defer func() {
		tx.lite.open--
		err = errors.Join(err, found.Close())
	}()
	if err := read(found); err != nil {
		return err
	}
	return found.Err()
}

// Marks is a list of n placeholders from the one of a number on: "$2, $3, $4" for 2 and 3.
func Marks(from, n int) string {
	out := make([]string, n)
	for i := range out {
		out[i] = "$" + strconv.Itoa(from+i)
	}
	return strings.Join(out, ", ")
}

// Args are the arguments of Marks.
func Args[T any](list []T) []any {
	out := make([]any, len(list))
	for i, v := range list {
		out[i] = v
	}
	return out
}

// Where builds a WHERE clause. Its zero value has no condition.
type Where struct {
	conds []string
	args  []any
}

// And adds a condition in which each ? stands for the next of args.
func (w *Where) And(cond string, args ...any) {
	var b strings.Builder
	for _, part := range strings.SplitAfter(cond, "?") {
		if strings.HasSuffix(part, "?") {
			w.args = append(w.args, args[0])
			args = args[1:]
			part = strings.TrimSuffix(part, "?") + "$" + strconv.Itoa(len(w.args))
		}
		b.WriteString(part)
	}
	if len(args) > 0 {
		panic("store: more arguments than ? in " + cond)
	}
	w.conds = append(w.conds, b.String())
}

// SQL returns " WHERE a AND b", or nothing.
func (w *Where) SQL() string {
	if len(w.conds) == 0 {
		return ""
	}
	return " WHERE (" + strings.Join(w.conds, ") AND (") + ")"
}

// Args returns the arguments of SQL.
func (w *Where) Args() []any { return w.args }

// Limit returns " LIMIT n OFFSET m" with its arguments added to w's.
func (w *Where) Limit(n, offset int) string {
	w.args = append(w.args, n, offset)
	return fmt.Sprintf(" LIMIT $%d OFFSET $%d", len(w.args)-1, len(w.args))
}

// Micros is how a time is stored: microseconds since 1970, UTC, and NULL for the zero time.
func Micros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

// At scans microseconds into t; NULL becomes the zero time.
func At(t *time.Time) sql.Scanner { return (*micros)(t) }

type micros time.Time

func (m *micros) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*m = micros{}
	case int64:
		*m = micros(time.UnixMicro(v).UTC())
	default:
		return fmt.Errorf("store: a time is a BIGINT, not %T", src)
	}
	return nil
}

// Null is what an optional text or number is stored as: NULL when it is its zero value.
func Null[T comparable](v T) any {
	var zero T
	if v == zero {
		return nil
	}
	return v
}

// Opt scans an optional column into v; NULL becomes the zero value.
func Opt[T any](v *T) sql.Scanner { return &opt[T]{v} }

type opt[T any] struct{ v *T }

func (o *opt[T]) Scan(src any) error {
	var n sql.Null[T]
	if err := n.Scan(src); err != nil {
		return err
	}
	*o.v = n.V
	return nil
}

// JSON stores V as a JSON text. In a field list it is &row.JSONField.
type JSON[T any] struct{ V T }

// Value implements driver.Valuer.
func (j JSON[T]) Value() (driver.Value, error) {
	b, err := json.Marshal(j.V)
	return string(b), err
}

// Scan implements sql.Scanner.
func (j *JSON[T]) Scan(src any) error {
	var zero T
	j.V = zero
	switch v := src.(type) {
	case nil:
		return nil
	case string:
		return json.Unmarshal([]byte(v), &j.V)
	case []byte:
		return json.Unmarshal(v, &j.V)
	}
	return fmt.Errorf("store: a JSON column is text, not %T", src)
}

// AsJSON scans a JSON text into v.
func AsJSON[T any](v *T) sql.Scanner { return &asJSON[T]{v} }

type asJSON[T any] struct{ v *T }

func (a *asJSON[T]) Scan(src any) error {
	var j JSON[T]
	if err := j.Scan(src); err != nil {
		return err
	}
	*a.v = j.V
	return nil
}
