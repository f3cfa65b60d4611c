package app

import (
	"context"
	"time"

	"huying/internal/jobs"
	"huying/internal/places"
	"huying/internal/promise"
	"huying/internal/store"
)

// program signs what nobody did by hand.
var program = promise.Author{Name: "呼应 Huying"}

// answer says who answers whose call. This page is the whole of it.
func (a *App) answer() {
	// A unit that is merged into another leaves it its promises.
	jobs.On(a.queue, func(ctx context.Context, tx *store.Tx, e places.UnitMerged) error {
		_, err := a.register.Inherit(ctx, tx, e.Key, e.Into, e.From, program)
		return err
	})
}

// How often a server looks at what another may have changed, and at what is left over.
const (
	lookEvery = 2 * time.Second
	tidyEvery = time.Hour
)

// workers is how many jobs run at once.
const workers = 2

// run starts what goes on beside the pages, until ctx ends; the function that it returns waits for it.
func (a *App) run(ctx context.Context) (wait func()) {
	done := make(chan struct{}, 3)
	background := func(f func()) { go func() { f(); done <- struct{}{} }() }
	background(func() { a.queue.Run(ctx, workers) })
	background(func() { a.every(ctx, lookEvery, a.look) })
	background(func() { a.every(ctx, tidyEvery, a.tidy) })
	return func() { <-done; <-done; <-done }
}

// every calls f at once and then again and again, until ctx ends. What fails is logged and tried again.
func (a *App) every(ctx context.Context, pause time.Duration, f func(context.Context) error) {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		if err := f(ctx); err != nil && ctx.Err() == nil {
			a.cfg.Log.ErrorContext(ctx, "beside the pages", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// look takes over what another server changed: units, places, the calendar.
func (a *App) look(ctx context.Context) error {
	if err := a.places.Refresh(ctx); err != nil {
		return err
	}
	before := a.calendar.Calendar()
	err := a.calendar.Refresh(ctx)
	if a.calendar.Calendar() != before { // lights count working days
		a.register.Forget()
	}
	return err
}

// tidy removes what nothing will ask for again.
func (a *App) tidy(ctx context.Context) error {
	if err := a.ids.Tidy(ctx); err != nil {
		return err
	}
	if err := a.queue.Tidy(ctx); err != nil {
		return err
	}
	_, err := a.files.Sweep(ctx, a.db)
	return err
}
