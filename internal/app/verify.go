package app

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"huying/internal/calendar"
	"huying/internal/clock"
	"huying/internal/store"
	"huying/internal/verify"
)

// Verify checks a database against the pack's business hours, by code that did not write it. The server may go on meanwhile.
func Verify(ctx context.Context, cfg Config, progress func(cases int64)) (report *verify.Report, err error) {
	a := &App{cfg: cfg}
	defer func() { err = errors.Join(err, a.Close()) }()
	if err := a.readPack(); err != nil {
		return nil, err
	}
	if err := a.openDatabase(ctx); err != nil {
		return nil, err
	}
	hours, err := hoursOf(a.pack)
	if err != nil {
		return nil, err
	}
	notices, err := calendar.Open(ctx, a.db, hours)
	if err != nil {
		return nil, err
	}
	days := plainCalendar(notices.Calendar())
	if days.Since, err = lastNotice(ctx, a.db); err != nil {
		return nil, err
	}
	return verify.Run(ctx, a.db, verify.Options{Calendar: days, Clock: clock.Security{}, Progress: progress})
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

// lastNotice is when a notice was imported last; the zero time when none was.
func lastNotice(ctx context.Context, db *store.DB) (at time.Time, err error) {
	err = db.Read(ctx, func(tx *store.Tx) error {
		var last sql.NullInt64
		if err := tx.Scan(ctx, "SELECT MAX(imported_at) FROM calendar_notice", nil, &last); err != nil || !last.Valid {
			return err
		}
		at = time.UnixMicro(last.Int64)
		return nil
	})
	return at, err
}
