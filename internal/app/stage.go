package app

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"huying/internal/clock"
	"huying/internal/files"
	"huying/internal/identity"
	"huying/internal/pack"
	"huying/internal/promise"
	"huying/internal/simulate"
	"huying/internal/store"
)

// stage is the register as the simulator plays on it.
type stage struct{ app *App }

// Promises implements simulate.Register.
func (s *stage) Promises(ctx context.Context, year int) ([]simulate.Promise, error) {
	board, err := s.app.register.Board(ctx, year)
	if err != nil {
		return nil, err
	}
	var out []simulate.Promise
	for _, st := range board.Rows {
		if st.Formula == "" { // what is computed, nobody reports
			out = append(out, role(&st.Promise))
		}
	}
	return out, nil
}

// role is what the simulator needs to know of a promise, as it was entered.
func role(p *promise.Promise) simulate.Promise {
	c := p.Claim
	out := simulate.Promise{ID: p.ID, Title: p.Title, Lead: p.Lead, Start: p.Start, Due: p.Due, Lower: p.Direction == promise.Lower,
		Beyond: c.Beyond(), Rate: p.Course == promise.Rate, Project: p.Project, Strong: c.Strength == "deliver" || c.Strength == "ensure", Photo: p.Kind == promise.Livelihood}
	out.Target, out.Decimals = number(c.Value)
	out.Invest, _ = number(p.Invest)
	if out.Rate {
		out.Decimals = max(1, out.Decimals)
	}
	out.Whole = out.Decimals == 0 && p.Course == promise.Flow
	if p.Course == promise.Stock {
		out.Base, _ = number(p.Baseline)
	}
	for _, n := range p.Nodes {
		out.Nodes = append(out.Nodes, simulate.Node{No: n.No, Due: n.Due})
	}
	return out
}

// number is a decimal as the simulator counts with it, and how many decimals it has. What is none is zero: nothing to count.
func number(s string) (v float64, decimals int) {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0, 0
	}
	_, frac, _ := strings.Cut(s, ".")
	return v, len(frac)
}

// Do implements simulate.Register: one day is one transaction, done once.
func (s *stage) Do(ctx context.Context, day clock.Date, acts []simulate.Act) error {
	a := s.app
	db := a.db.WithClock(a.handOn(day).Business())
	done := false
	err := db.Read(ctx, func(tx *store.Tx) (err error) { done, err = isDone(ctx, tx, stepDay+day.String()); return err })
	if err != nil || done {
		return err
	}
	photos := make([]files.File, len(acts))
	for i, act := range acts {
		if act.Photo == nil {
			continue
		}
		if photos[i], err = a.files.Receive(bytes.NewReader(act.Photo), 1<<20, files.PNG); err != nil {
			return err
		}
	}
	register := a.on(day)
	return step(ctx, db, stepDay+day.String(), strconv.Itoa(len(acts)), func(tx *store.Tx) error {
		for i, act := range acts {
			if err := s.say(ctx, tx, register, act, photos[i]); err != nil {
				return fmt.Errorf("%s %s: %w", act.Promise.Title, act.Type, err)
			}
		}
		return nil
	})
}

func (s *stage) say(ctx context.Context, tx *store.Tx, register *promise.Register, act simulate.Act, photo files.File) error {
	e := promise.Entry{Promise: act.Promise.ID, Type: promise.EntryType(act.Type), Value: act.Value, Percent: act.Percent, Node: act.Node,
		Note: act.Note, Source: act.Source}
	by := simulator
	by.Unit = act.Promise.Lead
	switch e.Type {
	case promise.Verified, promise.Adjusted:
		by.Unit = s.app.supervision()
	}
	if e.Type == promise.Adjusted {
		e.Change = promise.Change{Approver: "演示：专题会议", Reason: act.Note, Value: act.Target}
	}
	if photo.Hash != "" {
		f, err := s.app.files.Record(ctx, tx, photo)
		if err != nil {
			return err
		}
		e.Files = []promise.File{{Hash: f.Hash, Name: files.FileName("演示", f.Type), Type: string(f.Type), Size: f.Size}}
	}
	_, err := register.Say(ctx, tx, e, by)
	return err
}

// supervision is the unit that supervises in the demonstration: the supervisor's.
func (a *App) supervision() string {
	accounts := a.pack.Demonstration.Accounts
	i := slices.IndexFunc(accounts, func(x pack.Account) bool { return identity.Role(x.Role) == identity.Supervisor })
	if i < 0 {
		return a.places.Now().Fallback()
	}
	return accounts[i].Unit
}
