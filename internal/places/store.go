package places

import (
	"context"
	"sync/atomic"
	"time"

	"huying/internal/clock"
	"huying/internal/jobs"
	"huying/internal/store"
)

// Store keeps the trees in the database and the current ones in memory. It is safe for use by several goroutines.
type Store struct {
	db      *store.DB
	zone    *time.Location
	history atomic.Pointer[History]
	today   atomic.Pointer[memo]
	queue   *jobs.Queue // nil: nobody is told
}

// memo is the trees of a day, and the history they were made from.
type memo struct {
	of    *History
	trees *Trees
}

// Open reads the trees of db. zone is the district's, in which days begin.
func Open(ctx context.Context, db *store.DB, zone *time.Location) (*Store, error) {
	s := &Store{db: db, zone: zone}
	s.history.Store(&History{})
	return s, s.Refresh(ctx)
}

// Tell makes the store write a job for what others have to follow. It is called once, before the store is used.
func (s *Store) Tell(q *jobs.Queue) { s.queue = q }

// Today is the business day.
func (s *Store) Today() clock.Date { return clock.DateOf(s.db.Now(), s.zone) }

// History returns every version as of the last change this server knows of.
func (s *Store) History() *History { return s.history.Load() }

// On returns the trees of a day.
func (s *Store) On(day clock.Date) *Trees { return s.History().On(day) }

// Now returns the trees of the business day. It costs nothing while neither the day nor the trees change.
func (s *Store) Now() *Trees {
	h, day := s.History(), s.Today()
	if m := s.today.Load(); m != nil && m.of == h && m.trees.Day == day {
		return m.trees
	}
	m := &memo{h, h.On(day)}
	s.today.Store(m)
	return m.trees
}

// Refresh reads the trees again if another server has changed them.
func (s *Store) Refresh(ctx context.Context) error {
	return s.db.Read(ctx, func(tx *store.Tx) error {
		n, err := change(ctx, tx)
		if err != nil || n == s.History().Version {
			return err
		}
		h, err := load(ctx, tx)
		if err == nil {
			s.offer(h)
		}
		return err
	})
}

// offer makes h the current history unless a later one is.
func (s *Store) offer(h *History) {
	for {
		old := s.history.Load()
		if old.Version >= h.Version || s.history.CompareAndSwap(old, h) {
			return
		}
	}
}

func change(ctx context.Context, tx *store.Tx) (n int64, err error) {
	err = tx.Scan(ctx, "SELECT n FROM places_change WHERE one = 1", nil, &n)
	return n, err
}

// lock counts a change, and makes the next one wait until this transaction ends.
func lock(ctx context.Context, tx *store.Tx) error {
	_, err := tx.Exec(ctx, "UPDATE places_change SET n = n + 1 WHERE one = 1")
	return err
}

func load(ctx context.Context, tx *store.Tx) (*History, error) {
	h := &History{}
	var err error
	if h.Version, err = change(ctx, tx); err != nil {
		return nil, err
	}
	if h.Places, err = store.All(ctx, tx, (*Place).fields, "SELECT "+placeColumns+" FROM places_place ORDER BY ordinal, key, from_day"); err != nil {
		return nil, err
	}
	h.Units, err = store.All(ctx, tx, (*Unit).fields, "SELECT "+unitColumns+" FROM places_unit ORDER BY ordinal, key, from_day")
	return h, err
}

const (
	placeColumns = "key, from_day, until_day, kind, parent, zh, en, full_zh, full_en, code, tile_col, tile_row, ordinal, illustrative"
	unitColumns  = "key, from_day, until_day, parent, zh, en, short_zh, short_en, head, responsibilities, place, successor, ordinal, fallback, external, illustrative"
)

func (p *Place) fields() []any {
	return []any{&p.Key, &p.From, &p.Until, &p.Kind, &p.Parent, &p.Name.ZH, &p.Name.EN, &p.Full.ZH, &p.Full.EN, &p.Code,
		&p.Tile.Col, &p.Tile.Row, &p.Order, &p.Illustrative}
}

func (u *Unit) fields() []any {
	return []any{&u.Key, &u.From, &u.Until, &u.Parent, &u.Name.ZH, &u.Name.EN, &u.Short.ZH, &u.Short.EN, &u.Head,
		store.AsJSON(&u.Responsibilities), &u.Place, &u.Successor, &u.Order, &u.Fallback, &u.External, &u.Illustrative}
}

// save writes one version, or writes over it when it is there.
func (p Place) save(ctx context.Context, tx *store.Tx) error {
	_, err := tx.Exec(ctx, `INSERT INTO places_place (`+placeColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
		ON CONFLICT (key, from_day) DO UPDATE SET until_day = excluded.until_day, kind = excluded.kind, parent = excluded.parent,
		zh = excluded.zh, en = excluded.en, full_zh = excluded.full_zh, full_en = excluded.full_en, code = excluded.code,
		tile_col = excluded.tile_col, tile_row = excluded.tile_row, ordinal = excluded.ordinal, illustrative = excluded.illustrative`,
		p.Key, p.From, p.Until, p.Kind, p.Parent, p.Name.ZH, p.Name.EN, p.Full.ZH, p.Full.EN, p.Code, p.Tile.Col, p.Tile.Row, p.Order, p.Illustrative)
	return err
}

// save writes one version, or writes over it when it is there.
func (u Unit) save(ctx context.Context, tx *store.Tx) error {
	_, err := tx.Exec(ctx, `INSERT INTO places_unit (`+unitColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
		ON CONFLICT (key, from_day) DO UPDATE SET until_day = excluded.until_day, parent = excluded.parent, zh = excluded.zh,
		en = excluded.en, short_zh = excluded.short_zh, short_en = excluded.short_en, head = excluded.head,
		responsibilities = excluded.responsibilities, place = excluded.place, successor = excluded.successor,
		ordinal = excluded.ordinal, fallback = excluded.fallback, external = excluded.external, illustrative = excluded.illustrative`,
		u.Key, u.From, u.Until, u.Parent, u.Name.ZH, u.Name.EN, u.Short.ZH, u.Short.EN, u.Head, store.JSON[[]string]{V: u.Responsibilities},
		u.Place, u.Successor, u.Order, u.Fallback, u.External, u.Illustrative)
	return err
}

// applied returns what the pack last said of a key: its hash, or nothing.
func applied(ctx context.Context, tx *store.Tx) (map[string]string, error) {
	said := map[string]string{}
	err := tx.Each(ctx, "SELECT tree, key, hash FROM places_applied", nil, func(rows store.Row) error {
		var tree, key, hash string
		if err := rows.Scan(&tree, &key, &hash); err != nil {
			return err
		}
		said[tree+"/"+key] = hash
		return nil
	})
	return said, err
}
