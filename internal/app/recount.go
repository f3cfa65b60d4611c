package app

import (
	"context"
	"fmt"

	"huying/internal/store"
)

// Recounting is the working out anew of what falls due under another calendar, some cases at a time.
type Recounting struct {
	Calendar int64 `json:"calendar"` // how many notices had been imported
	After    int64 `json:"after"`    // cases up to this one are done
}

// Kind implements jobs.Event.
func (Recounting) Kind() string { return "app.recounting" }

const stepCalendar = "calendar "

// recountOnce lets what falls due be worked out anew for each notice that was imported, also while no server ran.
func (a *App) recountOnce(ctx context.Context) error {
	n := a.calendar.Version()
	if n == 0 || n == a.recounted.Load() {
		return nil
	}
	err := step(ctx, a.db, fmt.Sprint(stepCalendar, n), "", func(tx *store.Tx) error {
		return a.queue.Enqueue(ctx, tx, Recounting{Calendar: n}, fmt.Sprintf("%d/0", n))
	})
	if err == nil {
		a.recounted.Store(n)
	}
	return err
}

// recount works out some cases, and lets the rest follow. A server that does not know the calendar yet asks for it first.
func (a *App) recount(ctx context.Context, tx *store.Tx, e Recounting) error {
	if a.calendar.Version() < e.Calendar {
		if err := a.calendar.Refresh(ctx); err != nil {
			return err
		}
	}
	last, err := a.cases.Recount(ctx, tx, e.After)
	if err != nil || last == 0 {
		return err
	}
	e.After = last
	return a.queue.Enqueue(ctx, tx, e, fmt.Sprintf("%d/%d", e.Calendar, last))
}
