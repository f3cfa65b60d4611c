package places

import (
	"context"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/store"
)

// Revision is what a unit is from a day on: all of a Unit but its key, its place among its siblings and its dates.
type Revision struct {
	Key              string
	Parent           string
	Name, Short      Text
	Head             string
	Responsibilities []string
	From             clock.Date // the first day that it holds
	Seen             int64      // History.Version that the editor looked at
}

// Revise opens a new version of a unit from a day on; the one before ends the day before. A revision from the very day on which the last
// version begins replaces it. It returns errs.Conflict when somebody has changed the trees since Seen, or when a version from a later day
// stands in the way, and errs.Invalid when a name or the day is missing or the tree would not hold.
func (s *Store) Revise(ctx context.Context, tx *store.Tx, r Revision) error {
	if r.Name.ZH == "" {
		return errs.New(errs.Invalid, "places.no_name").On("name")
	}
	last, err := s.lastVersion(ctx, tx, r.Key, r.From, r.Seen)
	if err != nil {
		return err
	}
	next := last
	next.Parent, next.Name, next.Short, next.Head, next.Responsibilities = r.Parent, r.Name, r.Short, r.Head, r.Responsibilities
	if !next.same(last) {
		if err := s.replace(ctx, tx, last, next, r.From); err != nil {
			return err
		}
	}
	return s.settle(ctx, tx)
}

// Merge ends a unit the day before from; into inherits what it leaves open, the units under it and, if it was the fallback, that post.
// Errors are those of Revise.
func (s *Store) Merge(ctx context.Context, tx *store.Tx, key, into string, from clock.Date, seen int64) error {
	if key == into || into == "" {
		return errs.New(errs.Invalid, "places.self_successor").On("into")
	}
	last, err := s.lastVersion(ctx, tx, key, from, seen)
	if err != nil {
		return err
	}
	if last.From == from { // it must have lasted a day to have a last one
		return errs.New(errs.Conflict, "places.has_later", "name", last.Name.ZH, "from", from.AddDays(1)).On("from")
	}
	if err := last.dated(last.From, from.AddDays(-1), into).save(ctx, tx); err != nil {
		return err
	}
	h, err := load(ctx, tx)
	if err != nil {
		return err
	}
	for _, u := range h.Units {
		next := inherit(u, last, into)
		if next.same(u) || u.Key == key || !u.Until.IsZero() && u.Until.Before(from) {
			continue
		}
		if err := s.replace(ctx, tx, u, next, later(u.From, from)); err != nil {
			return err
		}
	}
	return s.settle(ctx, tx)
}

// inherit is what becomes of u when gone is merged into another.
func inherit(u, gone Unit, into string) Unit {
	if u.Parent == gone.Key {
		u.Parent = into
		if u.Key == into { // a part that takes the place of the whole
			u.Parent = gone.Parent
		}
	}
	if u.Key == into && gone.Fallback {
		u.Fallback = true
	}
	return u
}

// replace ends a version the day before from and opens next, which lasts as long as it would have.
func (s *Store) replace(ctx context.Context, tx *store.Tx, last, next Unit, from clock.Date) error {
	if last.From.Before(from) {
		if err := last.dated(last.From, from.AddDays(-1), "").save(ctx, tx); err != nil {
			return err
		}
	}
	return next.dated(from, last.Until, last.Successor).save(ctx, tx)
}

// lastVersion takes the lock of the trees and returns the last version of a unit, if from may follow it.
func (s *Store) lastVersion(ctx context.Context, tx *store.Tx, key string, from clock.Date, seen int64) (Unit, error) {
	if from.IsZero() {
		return Unit{}, errs.New(errs.Invalid, "places.no_date").On("from")
	}
	if err := lock(ctx, tx); err != nil {
		return Unit{}, err
	}
	h, err := load(ctx, tx)
	if err != nil {
		return Unit{}, err
	}
	if h.Version != seen+1 { // lock has counted this change
		return Unit{}, errs.New(errs.Conflict, "places.changed_meanwhile")
	}
	of := h.UnitVersions(key)
	if len(of) == 0 {
		return Unit{}, errs.New(errs.NotFound, "places.no_unit")
	}
	last := of[len(of)-1]
	if !last.Until.IsZero() {
		return last, errs.New(errs.Conflict, "places.has_ended", "name", last.Name.ZH, "until", last.Until)
	}
	if from.Before(last.From) {
		return last, errs.New(errs.Conflict, "places.has_later", "name", last.Name.ZH, "from", last.From).On("from")
	}
	return last, nil
}

func later(a, b clock.Date) clock.Date {
	if a.After(b) {
		return a
	}
	return b
}
