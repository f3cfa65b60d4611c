package app

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"

	"huying/internal/clock"
	"huying/internal/store"
)

// scratch makes databases that are thrown away.
type scratch interface {
	// fresh makes an empty database, and returns by what the others know it.
	fresh(ctx context.Context) (name string, err error)
	open(ctx context.Context, name string, now clock.Business) (*store.DB, error)
	drop(ctx context.Context, name string) error
}

// liteScratch are SQLite files in a folder.
type liteScratch struct {
	dir string
	n   atomic.Int64
}

func (l *liteScratch) path() string {
	return filepath.Join(l.dir, fmt.Sprintf("%d.db", l.n.Add(1)))
}

func (l *liteScratch) fresh(context.Context) (string, error) { return l.path(), nil }

func (l *liteScratch) open(ctx context.Context, file string, now clock.Business) (*store.DB, error) {
	return store.OpenScratch(ctx, file, now)
}

// copied makes a file that holds what another does, to which nobody is connected.
func (l *liteScratch) copied(file string) (string, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	to := l.path()
	return to, os.WriteFile(to, data, 0o600)
}

func (l *liteScratch) drop(_ context.Context, file string) error {
	return errors.Join(os.Remove(file), gone(os.Remove(file+"-wal")), gone(os.Remove(file+"-shm")))
}

// gone drops the error of removing what is not there.
func gone(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// pgScratch are schemas of a PostgreSQL database. It copies databases and no schemas, so that each play fills its own.
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

func (p *pgScratch) open(ctx context.Context, dsn string, now clock.Business) (*store.DB, error) {
	return store.Open(ctx, dsn, now)
}

func (p *pgScratch) drop(ctx context.Context, dsn string) error {
	u, err := url.Parse(dsn)
	if err != nil {
		return err
	}
	return p.exec(ctx, `DROP SCHEMA "`+u.Query().Get("search_path")+`" CASCADE`)
}
