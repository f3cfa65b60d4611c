package app

import (
	"context"
	"errors"
	"fmt"

	"huying/internal/calendar"
	"huying/internal/casework"
	"huying/internal/clock"
	"huying/internal/identity"
	"huying/internal/places"
	"huying/internal/store"
	"huying/internal/verify"
)

// Verify checks a database against the pack's business hours, by code that did not write it. The server may go on meanwhile.
func Verify(ctx context.Context, cfg Config, progress func(cases int64)) (report *verify.Report, err error) {
	a := &App{cfg: cfg}
	defer func() { err = errors.Join(err, a.Close()) }()
	if err := a.openBeside(ctx); err != nil {
		return nil, err
	}
	days := plainCalendar(a.calendar.Calendar())
	if err = a.db.Read(ctx, func(tx *store.Tx) error { days.Since, err = calendar.ChangedAt(ctx, tx); return err }); err != nil {
		return nil, err
	}
	return verify.Run(ctx, a.db, verify.Options{Calendar: days, Clock: clock.Security{}, Progress: progress})
}

// ProjectionRebuilt is what the record has of a case whose row and duties were written anew.
const ProjectionRebuilt identity.What = "mechanism.rebuilt"

// Rebuild writes anew, from their histories, the rows and duties of the cases that a check found stale, each in a transaction of its own and
// with a line on record. The server may go on meanwhile.
func Rebuild(ctx context.Context, cfg Config, r *verify.Report) (err error) {
	a := &App{cfg: cfg}
	defer func() { err = errors.Join(err, a.Close()) }()
	if err := a.openBeside(ctx); err != nil {
		return err
	}
	for _, id := range r.Stale {
		err := a.db.Write(ctx, func(tx *store.Tx) error {
			if err := a.cases.Rebuild(ctx, tx, id); err != nil {
				return err
			}
			return a.ids.Record(ctx, tx, identity.Console(), ProjectionRebuilt, fmt.Sprintf("case:%d", id), nil)
		})
		if err != nil {
			return fmt.Errorf("case %d: %w", id, err)
		}
	}
	return nil
}

// openBeside opens what a command needs to work on cases beside a server that may run.
func (a *App) openBeside(ctx context.Context) (err error) {
	if err := a.readPack(); err != nil {
		return err
	}
	if err := a.startWith(a.pack); err != nil {
		return err
	}
	if err := a.openDatabase(ctx); err != nil {
		return err
	}
	if a.places, err = places.Open(ctx, a.db, a.pack.Location); err != nil {
		return err
	}
	hours, err := hoursOf(a.pack)
	if err != nil {
		return err
	}
	if a.calendar, err = calendar.Open(ctx, a.db, hours); err != nil {
		return err
	}
	a.ids = identity.New(a.db, a.pack.Location, a.cfg.Security, identity.TreesOf(a.places))
	a.cases = casework.New(casework.Parts{DB: a.db, Calendar: a.calendar.Calendar, Trees: a.places.Now, Accounts: a.ids, Names: a.ids})
	return nil
}

// plainCalendar is a calendar as the check takes it: days and hours, and no code.
func plainCalendar(c *calendar.Calendar) verify.Calendar {
	out := verify.Calendar{Zone: c.Zone(), Off: map[string]bool{}}
	for _, h := range c.Config().Hours {
		out.Hours = append(out.Hours, [2]int{int(h.From), int(h.To)})
	}
	for _, n := range c.Notices() {
		for _, d := range n.Days {
			out.Off[d.Date.String()] = d.Off
		}
	}
	return out
}
