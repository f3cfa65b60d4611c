package files

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"huying/internal/errs"
	"huying/internal/store"
)

// Sweep removes what has lain on disk for a day without a row: files whose transaction failed, and uploads that broke off. It returns how
// many it removed.
func (s *Store) Sweep(ctx context.Context, db *store.DB) (removed int, err error) {
	err = filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		upload := filepath.Dir(path) == filepath.Join(s.dir, "tmp")
		if !upload && !hashText.MatchString(d.Name()) || !s.old(path) {
			return nil
		}
		if !upload {
			if named, err := s.named(ctx, db, d.Name()); named || err != nil {
				return err
			}
		}
		gone, err := s.removeIfOld(path)
		if gone {
			removed++
		}
		return err
	})
	return removed, err
}

func (s *Store) named(ctx context.Context, db *store.DB, hash string) (bool, error) {
	err := db.Read(ctx, func(tx *store.Tx) error { _, err := s.Stat(ctx, tx, hash); return err })
	if errs.Is(err, errs.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// old reports whether nobody has given the file for a day.
func (s *Store) old(path string) bool {
	info, err := os.Stat(path)
	return err == nil && s.now.Now().Sub(info.ModTime()) > grace
}

// removeIfOld looks once more while nothing is being settled: a file that was given again meanwhile stays.
func (s *Store) removeIfOld(path string) (bool, error) {
	unlock, err := s.lock(exclusive)
	if err != nil {
		return false, err
	}
	defer unlock()
	if !s.old(path) {
		return false, nil
	}
	return true, os.Remove(path)
}

const (
	shared    = syscall.LOCK_SH // of those who settle files
	exclusive = syscall.LOCK_EX // of who removes one
)

// lock holds the store's lock file, which also keeps other servers with the same folder away, until unlock.
func (s *Store) lock(how int) (unlock func(), err error) {
	f, err := os.OpenFile(filepath.Join(s.dir, ".lock"), os.O_CREATE|os.O_RDWR, 0o640)
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(f.Fd()), how)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() { _ = f.Close() }, nil // closing gives the lock back
}
