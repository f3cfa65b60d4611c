package places

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"huying/internal/clock"
	"huying/internal/store"
)

// Applied is what Apply did.
type Applied struct {
	Added   int      // keys that were not known
	Changed int      // keys of which the pack says something else than the last time
	Kept    []string // "unit/KEY" that are in force though the pack no longer states them: nothing is ended by silence
}

// Apply brings the trees to what a pack states, in the caller's transaction, as from the day on. What it has not seen is entered with the
// dates that the pack gives. Where the pack's statement differs from its last one, the version in force ends the day before on and the new
// one begins; only order, tile and the mark of an illustration are set in place, for they are no history. A key of which the pack says
// what it said before is left alone, so that a change made by hand outlives the next start. Applying the same pack twice does nothing.
// It returns the findings of Check, and then the caller's transaction must fail.
func (s *Store) Apply(ctx context.Context, tx *store.Tx, places []Place, units []Unit, on clock.Date) (Applied, error) {
	var done Applied
	said, err := applied(ctx, tx)
	if err != nil {
		return done, err
	}
	places, units = ordered(places, units)
	newPlaces, hashP := unsaid("place/", places, said)
	newUnits, hashU := unsaid("unit/", units, said)
	if len(newPlaces)+len(newUnits) > 0 {
		if err := lock(ctx, tx); err != nil {
			return done, err
		}
	}
	h, err := load(ctx, tx)
	if err != nil {
		return done, err
	}
	done.Kept = slices.Concat(unstated("place/", h.Places, places, on), unstated("unit/", h.Units, units, on))
	if len(newPlaces)+len(newUnits) == 0 {
		return done, nil
	}
	if err := put(ctx, tx, "place", h.Places, newPlaces, hashP, on, &done); err != nil {
		return done, err
	}
	if err := put(ctx, tx, "unit", h.Units, newUnits, hashU, on, &done); err != nil {
		return done, err
	}
	return done, s.settle(ctx, tx)
}

// Unapplied returns how many places and units Apply would enter or change.
func Unapplied(ctx context.Context, tx *store.Tx, places []Place, units []Unit) (ofPlaces, ofUnits int, err error) {
	said, err := applied(ctx, tx)
	if err != nil {
		return 0, 0, err
	}
	places, units = ordered(places, units)
	newPlaces, _ := unsaid("place/", places, said)
	newUnits, _ := unsaid("unit/", units, said)
	return len(newPlaces), len(newUnits), nil
}

// ordered are copies of places and units, those of a key numbered in their order.
func ordered(places []Place, units []Unit) ([]Place, []Unit) {
	places, units = slices.Clone(places), slices.Clone(units)
	inOrder(places, func(p *Place, i int) { p.Order = i })
	inOrder(units, func(u *Unit, i int) { u.Order = i })
	return places, units
}

// settle checks what the transaction has made of the trees, makes it the current history once it is committed, and writes a job for each
// unit that leaves what it owes to a successor: whoever answers may have done it before.
func (s *Store) settle(ctx context.Context, tx *store.Tx) error {
	h, err := load(ctx, tx)
	if err != nil {
		return err
	}
	if err := h.Check().Err(); err != nil {
		return err
	}
	tx.AfterCommit(func() { s.offer(h) })
	if s.queue == nil {
		return nil
	}
	for _, u := range h.Units {
		if u.Successor == "" || u.Until.IsZero() {
			continue
		}
		e := UnitMerged{u.Key, u.Successor, u.Until.AddDays(1)}
		if err := s.queue.EnqueueAt(ctx, tx, e, e.Key+"@"+e.From.String(), e.From.In(s.zone)); err != nil {
			return err
		}
	}
	return nil
}

// UnitMerged happens at the beginning of the day From: unit Key is no more, and Into takes what it leaves open.
type UnitMerged struct {
	Key  string     `json:"key"`
	Into string     `json:"into"`
	From clock.Date `json:"from"`
}

// Kind implements jobs.Event.
func (UnitMerged) Kind() string { return "places.unit_merged" }

func inOrder[N node](all []N, set func(*N, int)) {
	at := map[string]int{}
	for i := range all {
		key := all[i].id()
		if at[key] == 0 {
			at[key] = len(at) + 1
		}
		set(&all[i], at[key])
	}
}

// unsaid returns the versions of the keys of which the pack says something new, and the hash of what it says.
func unsaid[N node](tree string, all []N, said map[string]string) (fresh map[string][]N, hashes map[string]string) {
	fresh, hashes = map[string][]N{}, map[string]string{}
	for _, n := range all {
		fresh[n.id()] = append(fresh[n.id()], n)
	}
	for key, versions := range fresh {
		text, err := json.Marshal(versions)
		if err != nil {
			panic(err) // plain structs of texts and numbers
		}
		sum := sha256.Sum256(text)
		hashes[key] = hex.EncodeToString(sum[:])
		if said[tree+key] == hashes[key] {
			delete(fresh, key)
		}
	}
	return fresh, hashes
}

// unstated returns the keys that hold on day and that the pack does not name.
func unstated[N node](tree string, have, want []N, day clock.Date) []string {
	var kept []string
	for _, n := range have {
		if n.Holds(day) && !slices.ContainsFunc(want, func(w N) bool { return w.id() == n.id() }) {
			kept = append(kept, tree+n.id())
		}
	}
	return kept
}

func put[N version[N]](ctx context.Context, tx *store.Tx, tree string, have []N, fresh map[string][]N, hashes map[string]string, on clock.Date, done *Applied) error {
	for key, want := range fresh {
		old := versions(have, key)
		if len(old) == 0 {
			done.Added++
		} else {
			done.Changed++
		}
		for _, n := range merge(old, want, on) {
			if err := n.save(ctx, tx); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `INSERT INTO places_applied (tree, key, hash) VALUES ($1, $2, $3)
			ON CONFLICT (tree, key) DO UPDATE SET hash = excluded.hash`, tree, key, hashes[key])
		if err != nil {
			return err
		}
	}
	return nil
}

// version is a node that can be brought from one state to the next.
type version[N node] interface {
	node
	save(context.Context, *store.Tx) error
	same(N) bool                                     // in all that is history
	dated(from, until clock.Date, heir string) N     // the same on other days
	settled(like N, until clock.Date, heir string) N // the same with what is no history taken from like
}

// merge returns the versions to write so that old becomes what want says from the day on.
func merge[N version[N]](old, want []N, on clock.Date) (write []N) {
	if len(old) == 0 {
		return want
	}
	now, isNow := holding(old, on)
	next, isNext := holding(want, on)
	switch {
	case isNow && isNext && now.same(next):
		write = append(write, now.settled(next, lastDay(next, old, on), next.heir()))
	case isNext:
		if from, _ := now.span(); isNow && from.Before(on) {
			write = append(write, now.dated(from, on.AddDays(-1), ""))
		}
		write = append(write, next.dated(on, lastDay(next, old, on), next.heir()))
	case isNow:
		from, _ := now.span()
		end := on.AddDays(-1)
		if end.Before(from) {
			end = from
		}
		write = append(write, now.dated(from, end, want[len(want)-1].heir()))
	}
	for _, w := range want {
		if from, _ := w.span(); from.After(on) {
			write = append(write, w)
		}
	}
	return write
}

// lastDay is the last day of next among the versions that are there: the day before the one that begins after on, or its own.
func lastDay[N node](next N, old []N, on clock.Date) clock.Date {
	_, until := next.span()
	for _, o := range old {
		if from, _ := o.span(); from.After(on) && (until.IsZero() || !from.After(until)) {
			until = from.AddDays(-1)
		}
	}
	return until
}

func holding[N node](all []N, day clock.Date) (n N, ok bool) {
	for _, n := range all {
		if n.Holds(day) {
			return n, true
		}
	}
	return n, false
}

func (p Place) same(q Place) bool {
	return p.Kind == q.Kind && p.Parent == q.Parent && p.Name == q.Name && p.Full == q.Full && p.Code == q.Code
}

func (p Place) dated(from, until clock.Date, _ string) Place {
	p.From, p.Until = from, until
	return p
}

func (p Place) settled(like Place, until clock.Date, _ string) Place {
	p.Until, p.Order, p.Tile, p.Illustrative = until, like.Order, like.Tile, like.Illustrative
	return p
}

func (u Unit) same(v Unit) bool {
	return u.Parent == v.Parent && u.Name == v.Name && u.Short == v.Short && u.Head == v.Head && u.Place == v.Place &&
		u.Fallback == v.Fallback && u.External == v.External && slices.Equal(u.Responsibilities, v.Responsibilities)
}

func (u Unit) dated(from, until clock.Date, heir string) Unit {
	u.From, u.Until, u.Successor = from, until, heir
	return u
}

func (u Unit) settled(like Unit, until clock.Date, heir string) Unit {
	u.Until, u.Successor, u.Order, u.Illustrative = until, heir, like.Order, like.Illustrative
	return u
}
