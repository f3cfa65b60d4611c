package app

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"huying/internal/casework"
	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/simulate"
	"huying/internal/store"
)

// playing is a simulation under way. How far it is stands in the database, so that one which was ended goes on.
type playing struct {
	app   *App
	stage *caseStage
	year  simulate.Year
	name  string
	first int64 // number of the first case
	done  int   // cases that were played
}

// begin takes numbers for all cases, or finds out how far the simulation is.
func (p *playing) begin(ctx context.Context) error {
	return p.app.db.Write(ctx, func(tx *store.Tx) error {
		var value string
		err := tx.Scan(ctx, "SELECT value FROM app_step WHERE name = $1", []any{p.name}, &value)
		if err == nil {
			_, err = fmt.Sscan(value, &p.first, &p.done)
			return err
		}
		if !errs.Is(err, errs.NotFound) {
			return err
		}
		if p.first, err = p.app.cases.Numbers(ctx, tx, len(p.year.Openings)); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "INSERT INTO app_step (name, value, done_at) VALUES ($1, $2, $3)", p.name, p.value(0), tx.Now().UnixMicro())
		return err
	})
}

func (p *playing) value(done int) string { return fmt.Sprint(p.first, done) }

// note notes how far the simulation is, in the transaction that brings it there.
func (p *playing) note(ctx context.Context, tx *store.Tx, done int) error {
	_, err := tx.Exec(ctx, "UPDATE app_step SET value = $2 WHERE name = $1", p.name, p.value(done))
	return err
}

func (p *playing) progress() {
	p.app.cfg.Progress("app.step_cases", float64(p.done)/float64(max(1, len(p.year.Openings))))
}

// oneByOne plays the cases by a transaction for each command. A case that was being played when the simulation ended stays as it was then.
func (p *playing) oneByOne(ctx context.Context) error {
	hand := clock.NewHand(time.Time{})
	db := p.app.db.WithClock(hand.Business())
	p.stage.runner = &singly{hand: hand, cases: p.app.cases.On(db), stage: p.stage, first: p.first}
	for p.done < len(p.year.Openings) {
		o := p.year.Openings[p.done]
		if err := p.app.db.Write(ctx, func(tx *store.Tx) error { return p.note(ctx, tx, p.done+1) }); err != nil {
			return err
		}
		if err := p.year.Play(ctx, p.stage, o); err != nil {
			return fmt.Errorf("case %d, %s: %w", o.N, o.Procedure, err)
		}
		p.done++
		p.progress()
	}
	return nil
}

// bulkSize is how many cases one transaction of a bulk writes: enough to be fast, few enough to be held in memory.
const bulkSize = 2000

// bulkGarbage lets more garbage lie while cases are played in bulk, in percent of what is used: it is little, and collecting it often took a
// quarter of the time.
const bulkGarbage = 400

// written is a bulk that waits to be written, with how far it brings the simulation.
type written struct {
	bulk *casework.Bulk
	done int
	err  error
}

// bulk plays the cases in memory and writes them many at a time: while some are written, the next are played. Each transaction leaves all
// of its cases or none.
func (p *playing) bulk(ctx context.Context) error {
	defer debug.SetGCPercent(debug.SetGCPercent(bulkGarbage))
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	first, err := p.app.cases.NewBulk(ctx, p.stage.pictures)
	if err != nil {
		return err
	}
	made := make(chan written)
	go func() { p.make(ctx, first, made); close(made) }()
	to := casework.BulkParts{Ledger: p.app.ledger, Vault: p.app.vault, Search: p.app.search, Idle: idle}
	for w := range made {
		if w.err != nil {
			return w.err
		}
		err := p.app.db.Write(ctx, func(tx *store.Tx) error {
			if err := p.note(ctx, tx, w.done); err != nil {
				return err
			}
			return w.bulk.Write(ctx, tx, to)
		})
		if err == nil {
			err = p.app.search.Merge(ctx)
		}
		if err != nil {
			return err
		}
		p.done = w.done
		p.progress()
	}
	return ctx.Err()
}

// make plays the cases that are left.
func (p *playing) make(ctx context.Context, b *casework.Bulk, made chan<- written) {
	r := &together{first: p.first}
	p.stage.runner = r
	for done := p.done; done < len(p.year.Openings); b = b.Next() {
		r.bulk = b
		w := written{bulk: b}
		for _, o := range p.year.Openings[done:min(done+bulkSize, len(p.year.Openings))] {
			if w.err = p.year.Play(ctx, p.stage, o); w.err != nil {
				w.err = fmt.Errorf("case %d, %s: %w", o.N, o.Procedure, w.err)
				break
			}
			done++
		}
		w.done = done
		select {
		case made <- w:
		case <-ctx.Done():
			return
		}
	}
}

// runner gives the commands of a play.
type runner interface {
	open(ctx context.Context, o simulate.Opening, who casework.Asker, cmd casework.OpenCase) (handled, error)
	do(ctx context.Context, at time.Time, x *handled, who casework.Asker, cmd casework.Command) (secret string, err error)
	tick(ctx context.Context, at time.Time, x *handled) error
}

// handled is a case as a runner keeps it.
type handled struct {
	c      *casework.Case
	p      *casework.Procedure
	secret string
	bulk   *casework.BulkCase
}

// singly gives each command as the program does, in a transaction of its own at its time.
type singly struct {
	hand  *clock.Hand
	cases *casework.Service
	stage *caseStage
	first int64
}

func (s *singly) open(ctx context.Context, o simulate.Opening, who casework.Asker, cmd casework.OpenCase) (handled, error) {
	s.hand.Set(o.At)
	done, err := s.cases.OpenNumbered(ctx, s.first+int64(o.N), who, o.Procedure, cmd)
	return handled{c: done.Case, p: done.Procedure, secret: done.Secret}, err
}

func (s *singly) do(ctx context.Context, at time.Time, x *handled, who casework.Asker, cmd casework.Command) (string, error) {
	s.hand.Set(at)
	done, err := s.cases.Do(ctx, who, x.c.Number, cmd)
	if err != nil {
		return "", err
	}
	x.c = done.Case
	return done.Secret, nil
}

func (s *singly) tick(ctx context.Context, at time.Time, x *handled) error {
	s.hand.Set(at)
	c, err := s.cases.Tick(ctx, x.c.ID)
	if err == nil {
		x.c = c
	}
	return err
}

// together gives the commands to a bulk.
type together struct {
	bulk  *casework.Bulk
	first int64
}

func (t *together) open(_ context.Context, o simulate.Opening, who casework.Asker, cmd casework.OpenCase) (handled, error) {
	x, err := t.bulk.Open(o.At, t.first+int64(o.N), who, o.Procedure, cmd)
	if err != nil {
		return handled{}, err
	}
	return handled{c: x.Case, p: x.Procedure, secret: x.Secret, bulk: x}, nil
}

func (t *together) do(_ context.Context, at time.Time, x *handled, who casework.Asker, cmd casework.Command) (string, error) {
	secret, err := t.bulk.Do(at, x.bulk, who, cmd)
	x.c = x.bulk.Case
	return secret, err
}

func (t *together) tick(_ context.Context, at time.Time, x *handled) error {
	err := t.bulk.Tick(at, x.bulk)
	x.c = x.bulk.Case
	return err
}
