package app

import (
	"context"
	"errors"
	"sync"
	"time"

	"huying/internal/casework"
	"huying/internal/jobs"
	"huying/internal/places"
	"huying/internal/promise"
	"huying/internal/store"
)

// program signs what nobody did by hand.
var program = promise.Author{Name: "呼应 Huying"}

// answer says who answers whose call.
func (a *App) answer() { a.answerOn(a.queue) }

// answerOn says it to a queue. This page is the whole of it.
func (a *App) answerOn(q *jobs.Queue) {
	// A unit that is merged into another leaves it its promises, and its part in cases.
	jobs.On(q, func(ctx context.Context, tx *store.Tx, e places.UnitMerged) error {
		if _, err := a.register.Inherit(ctx, tx, e.Key, e.Into, e.From, program); err != nil {
			return err
		}
		return a.cases.Succeed(ctx, tx, casework.Succession{UnitMerged: e})
	})
	jobs.On(q, a.cases.Succeed)

	// Open cases move to another version of their procedure when somebody decides so.
	jobs.On(q, a.cases.Move)

	// What happens in a case is told to those whom it concerns, people and other systems.
	jobs.OnAll(q, func(ctx context.Context, tx *store.Tx, all []casework.Happened) error {
		if err := a.orders.Heard(ctx, tx, all); err != nil {
			return err
		}
		return a.hear(ctx, tx, all)
	})
	jobs.On(q, a.remind)
	jobs.On(q, a.orders.SendOrder)
	jobs.On(q, a.hearUrge)

	// A case opens another, and hears how it ended. What it ended with is entered for the promise that it is about, and taken back when it
	// goes on.
	jobs.On(q, a.cases.OpenChild)
	jobs.On(q, a.ended)
	jobs.On(q, a.reopened)

	// A promise that turns red is supervised until it is red no more, or its year is over; for each cycle its unit reports.
	jobs.On(q, a.turned)
	jobs.On(q, a.askReport)
	jobs.On(q, a.yearOver)

	// Another calendar moves what falls due.
	jobs.On(q, a.recount)
}

// How often a server looks at what another may have changed, and at what is left over.
const (
	lookEvery = 2 * time.Second
	tidyEvery = time.Hour

	sweepEvery    = time.Second
	sequenceEvery = 200 * time.Millisecond
	fillEvery     = 300 * time.Millisecond
)

// swept is how many cases one transaction of the sweep looks at.
const swept = 100

// workers is how many jobs run at once.
const workers = 2

// run starts what goes on beside the pages, until ctx ends; the function that it returns waits for it.
func (a *App) run(ctx context.Context) (wait func()) {
	var all sync.WaitGroup
	all.Go(func() { a.queue.Run(ctx, workers) })
	all.Go(func() { a.every(ctx, lookEvery, a.look) })
	all.Go(func() { a.every(ctx, lookEvery, a.watch) })
	all.Go(func() { a.every(ctx, tidyEvery, a.tidy) })
	all.Go(func() { a.every(ctx, sweepEvery, a.sweep) })
	all.Go(func() { a.every(ctx, sequenceEvery, a.sequence) })
	all.Go(func() { a.every(ctx, fillEvery, a.fill) })
	all.Go(func() { a.every(ctx, time.Second, newCollector().look) })
	all.Go(func() { a.notices.Run(ctx) })
	all.Go(func() { a.orders.Run(ctx) })
	all.Go(func() { a.events.Run(ctx) })
	return all.Wait
}

// sweep finds what was missed and what is near its end, until nothing is left that is.
func (a *App) sweep(ctx context.Context) error {
	for {
		n, err := a.cases.Sweep(ctx, swept)
		near, notTold := a.cases.Remind(ctx, swept)
		if n == swept || near == swept {
			continue
		}
		if err = errors.Join(err, notTold); err == nil {
			now := a.cfg.Security.Now()
			a.sweptAt.Store(&now)
		}
		return err
	}
}

// watch looks at the lights.
func (a *App) watch(ctx context.Context) error {
	_, err := a.register.Watch(ctx)
	return err
}

// sequence takes what waits into the ledger.
func (a *App) sequence(ctx context.Context) error {
	_, err := a.ledger.Sequence(ctx)
	return err
}

// fill takes what is new into the text index.
func (a *App) fill(ctx context.Context) error {
	_, err := a.search.Fill(ctx)
	return err
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

// look takes over what another server changed: units, places, what roles are called, what of the pack holds, the calendar. Which procedures
// hold is asked in each transaction.
func (a *App) look(ctx context.Context) error {
	if err := a.places.Refresh(ctx); err != nil {
		return err
	}
	if err := a.nameRoles(ctx); err != nil {
		return err
	}
	if err := a.follow(ctx); err != nil {
		return err
	}
	before := a.calendar.Calendar()
	err := a.calendar.Refresh(ctx)
	if a.calendar.Calendar() != before { // lights count working days
		a.register.Forget()
	}
	if err != nil {
		return err
	}
	return a.recountOnce(ctx)
}

// tidy removes what nothing will ask for again.
func (a *App) tidy(ctx context.Context) error {
	if err := a.ids.Tidy(ctx); err != nil {
		return err
	}
	if err := a.queue.Tidy(ctx); err != nil {
		return err
	}
	if err := a.notices.Tidy(ctx); err != nil {
		return err
	}
	if err := a.cases.Tidy(ctx); err != nil {
		return err
	}
	if err := a.orders.Tidy(ctx); err != nil {
		return err
	}
	_, err := a.files.Sweep(ctx, a.db)
	return err
}
