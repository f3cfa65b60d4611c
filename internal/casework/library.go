package casework

import (
	"context"
	"encoding/json"
	"io/fs"
	"maps"
	"slices"
	"sync"

	"huying/internal/errs"
	"huying/internal/store"
)

// library keeps procedures in memory: those that hold now by name, and every version that was asked for by hash. A version never changes.
type library struct {
	mu      sync.RWMutex
	byHash  map[string]*Procedure
	current map[string]*Procedure
	seen    int64 // the last line of casework_load that current knows of
}

// Loaded is what a loading changed.
type Loaded struct {
	New, Changed, Retired []string // names of procedures
}

// Load makes procedures the ones that hold, in the caller's transaction: every case that is opened from then on follows them, those that
// are open keep theirs. A procedure that is left out is retired: nobody opens it any more. Loading the same ones again does nothing. by is
// who loads them, for the history. Of two loadings at once one waits for the other, so that all procedures that hold are of one of them.
func (s *Service) Load(ctx context.Context, tx *store.Tx, procedures map[string]*Procedure, by string) (Loaded, error) {
	var l Loaded
	if _, err := s.HoldLoad(ctx, tx); err != nil {
		return l, err
	}
	held, err := heldNow(ctx, tx)
	if err != nil {
		return l, err
	}
	for _, name := range slices.Sorted(maps.Keys(procedures)) {
		p := procedures[name]
		old, known := held[name]
		if old == p.Hash {
			continue
		}
		if err := keepVersion(ctx, tx, p); err != nil {
			return l, err
		}
		if err := note(ctx, tx, name, p.Hash, by); err != nil {
			return l, err
		}
		if known && old != "" {
			l.Changed = append(l.Changed, name)
		} else {
			l.New = append(l.New, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(held)) {
		if procedures[name] == nil && held[name] != "" {
			if err := note(ctx, tx, name, "", by); err != nil {
				return l, err
			}
			l.Retired = append(l.Retired, name)
		}
	}
	tx.AfterCommit(func() { s.library.keep(procedures) })
	return l, nil
}

// HoldLoad waits for whoever loads just now, keeps others from loading until the transaction ends, and returns the number of the last line of
// the history of versions: while it is the same, the same procedures hold.
func (s *Service) HoldLoad(ctx context.Context, tx *store.Tx) (last int64, err error) {
	if _, err := tx.Exec(ctx, `INSERT INTO casework_next (name, next) VALUES ('load', 1)
		ON CONFLICT (name) DO UPDATE SET next = casework_next.next + 1`); err != nil {
		return 0, err
	}
	return lastLoad(ctx, tx)
}

func lastLoad(ctx context.Context, tx *store.Tx) (last int64, err error) {
	err = tx.Scan(ctx, "SELECT COALESCE(MAX(id), 0) FROM casework_load", nil, &last)
	return last, err
}

// LastLoad returns the number of the last line of the history of versions.
func (s *Service) LastLoad(ctx context.Context, tx *store.Tx) (int64, error) {
	return lastLoad(ctx, tx)
}

// heldNow returns the hash that holds of each procedure; empty for one that was retired.
func heldNow(ctx context.Context, tx *store.Tx) (map[string]string, error) {
	held := map[string]string{}
	all, err := store.All(ctx, tx, (*Loading).fields, loadingColumns+" ORDER BY id")
	for _, l := range all {
		held[l.Procedure] = l.Hash
	}
	return held, err
}

// Loading is one line of the history of versions.
type Loading struct {
	ID        int64
	Procedure string
	Hash      string // empty: it was retired
	By        string
	At        int64 // microseconds
}

func (l *Loading) fields() []any { return []any{&l.ID, &l.Procedure, &l.Hash, &l.By, &l.At} }

const loadingColumns = "SELECT id, procedure, hash, by_name, at FROM casework_load"

// History returns the versions of a procedure, the newest first.
func (s *Service) History(ctx context.Context, procedure string) (all []Loading, err error) {
	err = s.DB.Read(ctx, func(tx *store.Tx) error {
		all, err = store.All(ctx, tx, (*Loading).fields, loadingColumns+" WHERE procedure = $1 ORDER BY id DESC LIMIT 200", procedure)
		return err
	})
	return all, err
}

// Latest returns the last line of the history of each procedure, by name.
func (s *Service) Latest(ctx context.Context, tx *store.Tx) (map[string]Loading, error) {
	all, err := store.All(ctx, tx, (*Loading).fields, loadingColumns+" WHERE id IN (SELECT MAX(id) FROM casework_load GROUP BY procedure)")
	latest := map[string]Loading{}
	for _, l := range all {
		latest[l.Procedure] = l
	}
	return latest, err
}

func note(ctx context.Context, tx *store.Tx, procedure, hash, by string) error {
	_, err := tx.Exec(ctx, "INSERT INTO casework_load (procedure, hash, by_name, at) VALUES ($1, $2, $3, $4)", procedure, hash, by, micros(tx.Now()))
	return err
}

// keepVersion stores a version with the files that it was read from.
func keepVersion(ctx context.Context, tx *store.Tx, p *Procedure) error {
	files, err := json.Marshal(p.sources)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO casework_procedure (hash, procedure, file, files, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (hash) DO NOTHING`,
		p.Hash, p.Name, p.file.Name, string(files), micros(tx.Now()))
	return err
}

// Procedures returns those that hold now, by name. The map is not to be changed.
func (s *Service) Procedures(ctx context.Context, tx *store.Tx) (map[string]*Procedure, error) {
	last, err := lastLoad(ctx, tx)
	if err != nil {
		return nil, err
	}
	l := &s.library
	l.mu.RLock()
	current, seen := l.current, l.seen
	l.mu.RUnlock()
	if current != nil && seen == last {
		return current, nil
	}
	held, err := heldNow(ctx, tx)
	if err != nil {
		return nil, err
	}
	current = map[string]*Procedure{}
	for name, hash := range held {
		if hash == "" {
			continue
		}
		if current[name], err = s.version(ctx, tx, hash); err != nil {
			return nil, err
		}
	}
	l.mu.Lock()
	l.current, l.seen = current, last
	l.mu.Unlock()
	return current, nil
}

// keep takes up versions that were read from files, which need not be read again from the database, and lets it be looked anew which hold.
func (l *library) keep(procedures map[string]*Procedure) {
	l.mu.Lock()
	for _, p := range procedures {
		l.byHash[p.Hash] = p
	}
	l.current = nil
	l.mu.Unlock()
}

// Procedure returns the procedure of a name that holds now, or errs.NotFound.
func (s *Service) Procedure(ctx context.Context, tx *store.Tx, name string) (*Procedure, error) {
	all, err := s.Procedures(ctx, tx)
	if err != nil {
		return nil, err
	}
	if p := all[name]; p != nil {
		return p, nil
	}
	return nil, errs.New(errs.NotFound, "casework.no_procedure", "name", name)
}

// Version returns a version of a procedure by its hash.
func (s *Service) Version(ctx context.Context, tx *store.Tx, hash string) (*Procedure, error) {
	return s.version(ctx, tx, hash)
}

func (s *Service) version(ctx context.Context, tx *store.Tx, hash string) (*Procedure, error) {
	l := &s.library
	l.mu.RLock()
	p := l.byHash[hash]
	l.mu.RUnlock()
	if p != nil {
		return p, nil
	}
	var file string
	var files map[string]string
	if err := tx.Scan(ctx, "SELECT file, files FROM casework_procedure WHERE hash = $1", []any{hash}, &file, store.AsJSON(&files)); err != nil {
		return nil, err
	}
	p, _, err := compile(file, []byte(files[file]), func(path string) ([]byte, error) {
		if data, ok := files[path]; ok {
			return []byte(data), nil
		}
		return nil, fs.ErrNotExist
	})
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "casework.version_unreadable", "hash", hash)
	}
	l.mu.Lock()
	l.byHash[hash] = p
	l.mu.Unlock()
	return p, nil
}
