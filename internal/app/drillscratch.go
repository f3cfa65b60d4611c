package app

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"huying/internal/clock"
	"huying/internal/store"
)

// scratch makes databases that are thrown away.
type scratch interface {
	// fresh makes an empty database.
	fresh(ctx context.Context) (dsn string, err error)
	// copied makes one that holds what another does, to which nobody is connected; ok is false where that cannot be done.
	copied(dsn string) (copy string, ok bool, err error)
	drop(ctx context.Context, dsn string) error
}

const sqliteScheme = "sqlite:"

// liteScratch are SQLite files in a folder.
type liteScratch struct {
	dir string
	n   atomic.Int64
}

func (l *liteScratch) path() string {
	return filepath.Join(l.dir, fmt.Sprintf("%d.db", l.n.Add(1)))
}

func (l *liteScratch) fresh(context.Context) (string, error) { return sqliteScheme + l.path(), nil }

func (l *liteScratch) copied(dsn string) (string, bool, error) {
	data, err := os.ReadFile(strings.TrimPrefix(dsn, sqliteScheme))
	if err != nil {
		return "", true, err
	}
	to := l.path()
	return sqliteScheme + to, true, os.WriteFile(to, data, 0o600)
}

func (l *liteScratch) drop(_ context.Context, dsn string) error {
	file := strings.TrimPrefix(dsn, sqliteScheme)
	return errors.Join(os.Remove(file), gone(os.Remove(file+"-wal")), gone(os.Remove(file+"-shm")))
}

// gone drops the error of removing what is not there.
func gone(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// pgScratch are schemas of a PostgreSQL database.
type pgScratch struct {
	url string
	n   atomic.Int64
}

func (p *pgScratch) name() string { return fmt.Sprintf("drill_%d_%d", os.Getpid(), p.n.Add(1)) }

func (p *pgScratch) exec(ctx context.Context, sql ...string) (err error) {
	db, err := store.Open(ctx, p.url, clock.Business{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return db.Write(ctx, func(tx *store.Tx) error {
		for _, s := range sql {
			if _, err := tx.Exec(ctx, s); err != nil {
				return err
			}
		}
		return nil
	})
}

func (p *pgScratch) fresh(ctx context.Context) (string, error) {
	name := p.name()
	if err := p.exec(ctx, `CREATE SCHEMA "`+name+`"`); err != nil {
		return "", err
	}
	u, err := url.Parse(p.url)
	if err != nil {
		return "", err
	}
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// copied is not for PostgreSQL: it copies databases and no schemas.
func (p *pgScratch) copied(string) (string, bool, error) { return "", false, nil }

func (p *pgScratch) drop(ctx context.Context, dsn string) error {
	u, err := url.Parse(dsn)
	if err != nil {
		return err
	}
	return p.exec(ctx, `DROP SCHEMA "`+u.Query().Get("search_path")+`" CASCADE`)
}
