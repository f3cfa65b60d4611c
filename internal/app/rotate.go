package app

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/ledger"
	"huying/internal/store"
)

// KeyRotated is what the record has of a new key of the ledger.
const KeyRotated identity.What = "key.rotated"

// Rotation is what became of the keys of a ledger.
type Rotation struct {
	Old, New string // ids, as receipts name them
	OldFile  string // where the old key lies now; empty when it was lost
}

// RotateLedger replaces the key that signs for the ledger, in the folder of keys and in the database; no server may run. The old key vouches
// for the new one, and stays in a file of its own; lost says that there is none any more. Stopped at any moment it is run again: the new
// key lies in its file before the database knows it, and takes its name last.
func RotateLedger(ctx context.Context, cfg Config, lost bool) (r Rotation, err error) {
	cfg.fill()
	db, err := store.Open(ctx, cfg.Database, clock.Business{})
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := db.Migrate(ctx, Schemas...); err != nil {
		return r, err
	}
	origin, held, err := ledger.InUse(ctx, db)
	if err != nil {
		return r, err
	}
	file := filepath.Join(cfg.Keys, "ledger.key")
	waiting := file + ".new"
	next, err := ledger.LoadKey(waiting) // made, or left by a run that was stopped
	if err != nil {
		return r, err
	}
	if r.New, err = next.ID(origin); err != nil {
		return r, err
	}
	if held != r.New {
		if r.Old, err = succeed(ctx, db, cfg.Security, origin, file, next, lost); err != nil {
			return r, err
		}
	}
	if r.OldFile, err = setAside(file, r.Old); err != nil {
		return r, err
	}
	return r, os.Rename(waiting, file)
}

// succeed lets the key in a file vouch for the next one, which signs from then on.
func succeed(ctx context.Context, db *store.DB, now clock.Security, origin, file string, next ledger.Key, lost bool) (id string, err error) {
	var old ledger.Key
	if !lost {
		if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
			return "", errs.New(errs.Invalid, "app.no_old_key", "path", file)
		}
		if old, err = ledger.LoadKey(file); err != nil {
			return "", err
		}
		if id, err = old.ID(origin); err != nil {
			return "", err
		}
	}
	if err := ledger.Rotate(ctx, db, old, next, origin, now); err != nil {
		return id, err
	}
	fresh, err := next.ID(origin)
	if err != nil {
		return id, err
	}
	ids := identity.New(db, time.UTC, now, func() (identity.Tree, identity.Tree) { return nil, nil })
	return id, ids.RecordNow(ctx, identity.Console(), KeyRotated, "ledger", identity.Detail{"old": id, "new": fresh, "lost": lost})
}

// setAside gives the old key's file a name of its own, and returns it; empty when there is no file.
func setAside(file, id string) (string, error) {
	aside := file + ".old"
	if id != "" {
		aside = file + "." + id
	}
	err := os.Rename(file, aside)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return aside, err
}
