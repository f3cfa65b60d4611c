package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"huying/internal/errs"
)

// named gives a kind to the errors that are nobody's fault and pass: the database is away, or its disk is full. Whether a transaction
// whose commit was not answered is there, is not known then: who asks again under the same idempotency key gets to know.
func named(err error) error {
	switch {
	case err == nil || errs.KindOf(err) != errs.Internal:
		return err
	case full(err):
		return errs.Wrap(err, errs.Unavailable, "store.full")
	case away(err):
		return errs.Wrap(err, errs.Unavailable, "store.away")
	}
	return err
}

// full reports whether there is no room to write. PostgreSQL's 53100 is disk_full.
func full(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "53100"
	}
	var lite *sqlite.Error
	return errors.As(err, &lite) && lite.Code()&0xff == sqlite3.SQLITE_FULL || errors.Is(err, syscall.ENOSPC)
}

// away reports whether the connection to the database could not be had, or was lost: class 08 of PostgreSQL, its shutdowns (57P01 to
// 57P03), no free connection (53300), and what the network says.
func away(err error) bool {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return strings.HasPrefix(pg.Code, "08") || strings.HasPrefix(pg.Code, "57P0") || pg.Code == "53300"
	}
	var network net.Error
	return errors.As(err, &network) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, net.ErrClosed) || errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.ECONNRESET) || pgconn.SafeToRetry(err)
}
