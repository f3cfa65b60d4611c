package app

import (
	"bytes"
	"context"
	"math/rand/v2"
	"strconv"

	"huying/internal/clock"
	"huying/internal/files"
	"huying/internal/identity"
	"huying/internal/promise"
	"huying/internal/simulate"
	"huying/internal/store"
)

const (
	stepDemonstration = "demonstration"
	stepReport        = "report " // and the document's content address
	stepDay           = "demonstration day "
	stepPlayed        = "demonstration played"
)

// simulator signs what the demonstration enters.
var simulator = promise.Author{Name: "演示模拟器", Simulated: true}

// demonstrate prepares the pack's demonstration, or goes on preparing it: accounts, the register accepted and entered, a year of reports.
// Each step is one transaction with its mark, so that a start that was killed leaves whole batches and the next one goes on.
func (a *App) demonstrate(ctx context.Context) error {
	d, played := a.pack.Demonstration, false
	err := a.db.Read(ctx, func(tx *store.Tx) (err error) { played, err = isDone(ctx, tx, stepPlayed); return err })
	if err != nil {
		return err
	}
	if played {
		return a.playDemoLife(ctx)
	}
	a.cfg.Progress("app.step_accounts", 0)
	if err := step(ctx, a.db, stepDemonstration, a.pack.Key, func(tx *store.Tx) error { return a.demoAccounts(ctx, tx) }); err != nil {
		return err
	}
	a.cfg.Progress("app.step_report", 0)
	day := a.pack.Report.Date.Date
	if err := a.keepReportOn(ctx, day, simulator, a.enterAll(ctx, day)); err != nil {
		return err
	}
	r := &stage{app: a}
	season := simulate.Season{Year: a.pack.Report.Year, From: day, Until: d.Date.Date, Works: a.calendar.Calendar().IsWorkday, Seed: d.Seed}
	n, err := simulate.Play(ctx, r, season, func(done, all int) {
		a.cfg.Progress("app.step_year", float64(done)/float64(all))
	})
	if err != nil {
		return err
	}
	if err := step(ctx, a.db, stepPlayed, strconv.Itoa(n), func(*store.Tx) error { return nil }); err != nil {
		return err
	}
	return a.playDemoLife(ctx)
}

// playDemoLife plays what happens in cases.
func (a *App) playDemoLife(ctx context.Context) error {
	for _, play := range []func(context.Context) error{a.playDemoCases, a.playSupervised, a.playScenes} {
		if err := play(ctx); err != nil {
			return err
		}
	}
	return nil
}

// demoAccounts makes the accounts of the demonstration. Their grants begin with the year, so that they hold on whatever day it is shown.
func (a *App) demoAccounts(ctx context.Context, tx *store.Tx) error {
	for _, x := range a.pack.Demonstration.Accounts {
		role := identity.Role(x.Role)
		g := identity.Grant{Role: role, From: clock.Date{Year: a.pack.Report.Year, Month: 1, Day: 1}}
		if role.Bound() {
			g.Unit, g.Place = x.Unit, x.Place
		}
		spec := identity.Spec{Login: x.Login, Name: x.Name.ZH, Unit: x.Unit, Password: a.pack.Demonstration.Password, Grants: []identity.Grant{g}}
		if _, _, err := a.ids.EnsureAccount(ctx, tx, spec); err != nil {
			return err
		}
	}
	return nil
}

// enterAll accepts every record, sure or doubtful, and enters them: what a supervision office would take a day for.
func (a *App) enterAll(ctx context.Context, day clock.Date) func(*store.Tx, int64) error {
	return func(tx *store.Tx, document int64) error {
		register := a.on(day)
		if _, err := register.AcceptSure(ctx, tx, document, simulator); err != nil {
			return err
		}
		doubtful, err := register.Left(ctx, tx, document)
		if err != nil {
			return err
		}
		for _, rec := range doubtful {
			v := promise.Verdict{Record: rec.ID, Version: rec.Version, Action: "accept"}
			if err := register.Judge(ctx, tx, v, simulator); err != nil {
				return err
			}
		}
		if _, err := register.Enter(ctx, tx, document, simulator); err != nil {
			return err
		}
		return a.planInvestment(ctx, tx, register)
	}
}

// planInvestment makes up what each key project will cost this year, which no report says one by one.
func (a *App) planInvestment(ctx context.Context, tx *store.Tx, register *promise.Register) error {
	projects, err := register.Projects(ctx, tx, a.pack.Report.Year)
	if err != nil {
		return err
	}
	rng := rand.New(rand.NewPCG(a.pack.Demonstration.Seed, uint64(a.pack.Report.Year)))
	for _, p := range projects {
		t := p.Terms()
		t.Invest = strconv.Itoa(100 * (100 + rng.IntN(900))) // 1 to 10 亿元
		if err := register.SetTerms(ctx, tx, p.ID, p.Version, t, "年度投资计划（演示数据）", simulator); err != nil {
			return err
		}
	}
	return nil
}

// on is the register in the evening of a day that is played.
func (a *App) on(day clock.Date) *promise.Register { return a.register.On(a.handOn(day).Business()) }

func (a *App) handOn(day clock.Date) *clock.Hand {
	return clock.NewHand(evening(day, a.pack.Location))
}

// andNothing follows a report that is kept for its review.
func andNothing(*store.Tx, int64) error { return nil }

// keepReport keeps the pack's report, once, and lets then go on in the same transaction.
func (a *App) keepReport(ctx context.Context, by promise.Author, then func(*store.Tx, int64) error) error {
	return a.keep(ctx, a.db, by, then)
}

// keepReportOn is keepReport in the evening of a day.
func (a *App) keepReportOn(ctx context.Context, day clock.Date, by promise.Author, then func(*store.Tx, int64) error) error {
	return a.keep(ctx, a.db.WithClock(a.handOn(day).Business()), by, then)
}

func (a *App) keep(ctx context.Context, db *store.DB, by promise.Author, then func(*store.Tx, int64) error) error {
	f, err := a.receive(a.pack.ReportText)
	if err != nil {
		return err
	}
	return db.Write(ctx, func(tx *store.Tx) error { return a.keepIn(ctx, tx, f, a.report, by, then) })
}

// receive stores a report's file. It is for before a transaction.
func (a *App) receive(report []byte) (files.File, error) {
	return a.files.Receive(bytes.NewReader(report), int64(len(report)), files.Documents...)
}

// keepIn is keepReport in the caller's transaction, of a report whose file was received.
func (a *App) keepIn(ctx context.Context, tx *store.Tx, f files.File, in promise.Read, by promise.Author, then func(*store.Tx, int64) error) error {
	in.Document.File = f.Hash
	return stepIn(ctx, tx, stepReport+f.Hash, in.Document.Title, func(tx *store.Tx) error {
		if _, err := a.files.Record(ctx, tx, f); err != nil {
			return err
		}
		id, err := a.register.Keep(ctx, tx, in, by)
		if err != nil {
			return err
		}
		return then(tx, id)
	})
}
