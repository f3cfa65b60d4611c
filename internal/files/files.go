// Package files keeps files by what they hold: one that was given twice is stored once, and none is ever changed. What a file is called
// belongs to whoever uses it. A file is on disk before the row that names it is committed, so a row never names a file that is not there; a
// file that no row came to name is swept away a day later.
//
// Photographs lose what they say beside the picture (where, when, with which camera), without being compressed again.
package files

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/store"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Schema is the table of files.
var Schema = store.Schema{Name: "files", FS: migrations}

// Locales are this package's messages.
//
//go:embed locales/*.json
var Locales embed.FS

// grace is how long a file may be on disk without a row: longer than any transaction takes.
const grace = 24 * time.Hour

// File is a file that is kept.
type File struct {
	Hash    string // SHA-256 of what is on disk, in hex
	Size    int64
	Type    Type
	FirstAt time.Time // when it was first recorded
}

// Store keeps files under a folder. Several servers may share one.
type Store struct {
	dir string
	now clock.Security
}

// Open returns the store in dir, which is made when it is missing.
func Open(dir string, now clock.Security) (*Store, error) {
	if err := os.MkdirAll(filepath.Join(dir, "tmp"), 0o750); err != nil {
		return nil, errs.Wrap(err, errs.Unavailable, "files.cannot_store")
	}
	return &Store{dir: dir, now: now}, nil
}

// Put takes in r and records it in the caller's transaction. What is large, or comes from far, is better taken in by Receive before the
// transaction begins: SQLite has one writer, and it would wait.
func (s *Store) Put(ctx context.Context, tx *store.Tx, r io.Reader, limit int64, allowed ...Type) (File, error) {
	f, err := s.Receive(r, limit, allowed...)
	if err != nil {
		return File{}, err
	}
	return s.Record(ctx, tx, f)
}

// Receive reads r to its end and stores it, durably but without a row: it is swept away a day later unless Record names it. It returns
// errs.TooLarge over limit bytes, and errs.Invalid when its content is of no type that is allowed, is empty, or is a broken picture; then
// nothing stays on disk. An error of r comes back as it is.
func (s *Store) Receive(r io.Reader, limit int64, allowed ...Type) (File, error) {
	raw, err := s.spool(func(w io.Writer) error { return copyUpTo(w, r, limit) })
	if err != nil {
		return File{}, err
	}
	defer raw.drop()
	kind, err := judge(raw.File, raw.size, allowed)
	if err != nil {
		return File{}, err
	}
	clean := raw
	if strip := strippers[kind]; strip != nil {
		if _, err := raw.Seek(0, io.SeekStart); err != nil {
			return File{}, err
		}
		clean, err = s.spool(func(w io.Writer) error { return strip(w, raw) })
		if err != nil {
			return File{}, err
		}
		defer clean.drop()
	}
	f := File{Hash: clean.hash, Size: clean.size, Type: kind}
	return f, s.settle(clean, f)
}

// Record names a received file in the caller's transaction, from which on it stays. It returns the file as it was first recorded.
func (s *Store) Record(ctx context.Context, tx *store.Tx, f File) (File, error) {
	_, err := tx.Exec(ctx, "INSERT INTO files_file (hash, size, type, first_at) VALUES ($1, $2, $3, $4) ON CONFLICT (hash) DO NOTHING",
		f.Hash, f.Size, f.Type, tx.Now().UnixMicro())
	if err != nil {
		return File{}, err
	}
	return s.Stat(ctx, tx, f.Hash)
}

// Stat returns a file that was recorded, or errs.NotFound.
func (s *Store) Stat(ctx context.Context, tx *store.Tx, hash string) (File, error) {
	f, err := store.One(ctx, tx, (*File).fields, "SELECT hash, size, type, first_at FROM files_file WHERE hash = $1", hash)
	if errs.Is(err, errs.NotFound) {
		err = errs.New(errs.NotFound, "files.no_file")
	}
	return f, err
}

// HashOf is by what Receive names a file of this content.
func HashOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

func (f *File) fields() []any { return []any{&f.Hash, &f.Size, &f.Type, store.At(&f.FirstAt)} }

// Open opens the content of a hash for reading, to be closed by the caller. It returns errs.NotFound when it is not on disk, and for
// anything that is no hash.
func (s *Store) Open(hash string) (*os.File, error) {
	if !hashText.MatchString(hash) {
		return nil, errs.New(errs.NotFound, "files.no_file")
	}
	f, err := os.Open(s.path(hash))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errs.Wrap(err, errs.NotFound, "files.no_file")
	}
	return f, err
}

var hashText = regexp.MustCompile(`^[0-9a-f]{64}$`)

// path is where a hash lies: two folders deep, so that none grows large.
func (s *Store) path(hash string) string { return filepath.Join(s.dir, hash[:2], hash[2:4], hash) }

// spooled is a file on its way in.
type spooled struct {
	*os.File
	hash string
	size int64
}

// drop closes and removes it, if it is still there.
func (t *spooled) drop() {
	_ = t.Close()           // it was synced, or is not wanted
	_ = os.Remove(t.Name()) // gone already when it was settled; otherwise Sweep finds it
}

// spool writes a new file by fill, syncs it, and says what it holds.
func (s *Store) spool(fill func(io.Writer) error) (*spooled, error) {
	f, err := os.CreateTemp(filepath.Join(s.dir, "tmp"), "in-*")
	if err != nil {
		return nil, errs.Wrap(err, errs.Unavailable, "files.cannot_store")
	}
	t := &spooled{File: f}
	sum := sha256.New()
	disk := &failing{w: f}
	err = fill(io.MultiWriter(disk, sum))
	if disk.err != nil { // the disk's failure, and not the sender's
		err = full(disk.err)
	}
	if err == nil {
		err = full(f.Sync())
	}
	if err == nil {
		t.size, err = f.Seek(0, io.SeekCurrent)
	}
	if err != nil {
		t.drop()
		return nil, err
	}
	t.hash = hex.EncodeToString(sum.Sum(nil))
	return t, nil
}

// full is what somebody hears when the disk fails.
func full(err error) error {
	if err == nil {
		return nil
	}
	return errs.Wrap(err, errs.Unavailable, "files.cannot_store")
}

// copyUpTo copies r to w, or fails when there is more than limit.
func copyUpTo(w io.Writer, r io.Reader, limit int64) error {
	n, err := io.Copy(w, io.LimitReader(r, limit+1))
	switch {
	case err != nil:
		return err
	case n > limit:
		return errs.New(errs.TooLarge, "files.too_large", "limit", megabytes(limit))
	case n == 0:
		return errs.New(errs.Invalid, "files.empty")
	}
	return nil
}

// settle gives a file its place, durably. While it does, no sweep looks: one that had found an older copy without a row would take it away
// just now.
func (s *Store) settle(t *spooled, f File) error {
	path := s.path(f.Hash)
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return full(err)
	}
	unlock, err := s.lock(shared)
	if err != nil {
		return full(err)
	}
	defer unlock()
	now := s.now.Now()
	if err := os.Chtimes(t.Name(), now, now); err != nil {
		return full(err)
	}
	if err := os.Rename(t.Name(), path); err != nil { // over the same content, if it is there: its day begins anew
		return full(err)
	}
	for _, d := range []string{dir, filepath.Dir(dir), s.dir} {
		if err := syncFolder(d); err != nil {
			return full(err)
		}
	}
	return nil
}

func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
