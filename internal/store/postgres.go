package store

import (
	"cmp"
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
)

// openPostgres opens a pool. Migrations go through database/sql over the same connections.
func (db *DB) openPostgres(ctx context.Context, dsn string) error {
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return err
	}
	cfg.MaxConns, cfg.MaxConnLifetime = 16, 30*time.Minute
	cfg.ConnConfig.RuntimeParams["jit"] = "off" // a page reads a few rows: compiling its query takes longer than running it
	if db.pool, err = pgxpool.NewWithConfig(ctx, cfg); err != nil {
		return err
	}
	db.w = stdlib.OpenDBFromPool(db.pool)
	db.Engine, db.r = Postgres, db.w
	return nil
}

// How a transaction of PostgreSQL begins.
const (
	toWrite = "BEGIN"
	toRead  = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
	atOnce  = "" // each statement is a transaction by itself
)

// pipe is one transaction of PostgreSQL. What nobody waits for the answer of — its beginning, what is done by Later, its end — travels with the
// next statement whose answer is needed: a round trip costs more than most statements.
type pipe struct {
	conn    *pgxpool.Conn
	begun   bool // a statement was sent
	waiting []later
}

// later is a statement that has not been sent yet.
type later struct {
	query string
	args  []any
	told  func(n int64, err error) error // hears how many rows it touched, or why it failed, and may say it better; nil: nobody asks
	read  func(rows) error               // of a query: goes through its rows
}

// once runs f in a transaction of PostgreSQL that begins in a way.
func (db *DB) once(ctx context.Context, how string, tx *Tx, f func(*Tx) error) (err error) {
	conn, err := db.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release() // destroys one that is in a transaction still
	tx.pg, tx.now = &pipe{conn: conn}, db.Now()
	if how != atOnce {
		tx.pg.waiting = []later{{query: how}}
	}
	done := false
	defer func() {
		tx.over = true
		if !done { // f failed or panicked
			tx.pg.rollback(ctx)
		}
	}()
	if err = f(tx); err != nil {
		return err
	}
	done = true
	if how == atOnce {
		return tx.pg.flush(ctx)
	}
	return tx.pg.commit(ctx)
}

// queue is a batch of what waits.
func (p *pipe) queue() (*pgx.Batch, []later) {
	b, all := &pgx.Batch{}, p.waiting
	for _, l := range all {
		b.Queue(l.query, l.args...)
	}
	p.waiting, p.begun = nil, true
	return b, all
}

// answers reads what became of statements that waited.
func answers(res pgx.BatchResults, all []later) error {
	for _, l := range all {
		if l.read != nil {
			found, err := res.Query()
			if err == nil {
				err = readAll(found, l.read)
			}
			if err != nil {
				return err
			}
			continue
		}
		tag, err := res.Exec()
		if l.told != nil {
			err = l.told(tag.RowsAffected(), err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// flush sends what waits.
func (p *pipe) flush(ctx context.Context) error {
	if len(p.waiting) == 0 {
		return nil
	}
	b, all := p.queue()
	res := p.conn.SendBatch(ctx, b)
	err := answers(res, all)
	return cmp.Or(err, res.Close())
}

func (p *pipe) exec(ctx context.Context, query string, args []any) (n int64, err error) {
	p.waiting = append(p.waiting, later{query: query, args: args, told: func(touched int64, err error) error { n = touched; return err }})
	return n, p.flush(ctx)
}

// query lets read go through the rows of a query.
func (p *pipe) query(ctx context.Context, query string, args []any, read func(rows) error) error {
	if len(p.waiting) == 0 {
		p.begun = true
		found, err := p.conn.Query(ctx, query, args...)
		if err != nil {
			return err
		}
		return readAll(found, read)
	}
	p.waiting = append(p.waiting, later{query: query, args: args, read: read})
	return p.flush(ctx)
}

// readAll closes rows whatever read does. What the database says of them goes before what read made of their absence.
func readAll(found pgx.Rows, read func(rows) error) error {
	err := read(pgRows{found})
	found.Close()
	return cmp.Or(found.Err(), err)
}

// pgRows are rows of PostgreSQL as both engines have them.
type pgRows struct{ pgx.Rows }

// Columns are the names of the columns.
func (r pgRows) Columns() ([]string, error) {
	var names []string
	for _, f := range r.FieldDescriptions() {
		names = append(names, f.Name)
	}
	return names, nil
}

// commit ends the transaction. PostgreSQL would end one in which a statement failed too, by taking all of it back, and call it no error.
func (p *pipe) commit(ctx context.Context) error {
	if !p.begun && len(p.waiting) == 1 {
		return nil // nothing happened in it
	}
	if p.conn.Conn().PgConn().TxStatus() == failed {
		p.rollback(ctx)
		return pgx.ErrTxCommitRollback
	}
	p.waiting = append(p.waiting, later{query: "COMMIT"})
	err := p.flush(ctx)
	if err != nil {
		p.rollback(ctx)
	}
	return err
}

// How a connection stands, by the protocol of PostgreSQL.
const (
	idle   = 'I' // in no transaction
	failed = 'E' // in one in which a statement failed
)

// rollback ends a transaction that failed. A connection on which that cannot be done is closed when it is given back, which does it.
func (p *pipe) rollback(ctx context.Context) {
	p.waiting = nil
	if !p.begun || p.conn.Conn().PgConn().TxStatus() == idle {
		return
	}
	_, _ = p.conn.Exec(context.WithoutCancel(ctx), "ROLLBACK")
}
