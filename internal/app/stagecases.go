package app

import (
	"bytes"
	"context"
	"time"

	"huying/internal/casework"
	"huying/internal/clock"
	"huying/internal/files"
	"huying/internal/identity"
	"huying/internal/places"
	"huying/internal/simulate"
	"huying/internal/store"
)

// stepCases marks that the demonstration's whistles were blown.
const stepCases = "demonstration cases"

// The whistles of the demonstration: of what procedure, and how many in the year.
const (
	whistles       = "whistle"
	whistlesPlayed = 90
)

// caseStage is casework as the simulator plays on it. What it does is done as the program does it, for the posts that it names, and is
// marked as simulated with the case.
type caseStage struct {
	app   *App
	hand  *clock.Hand
	cases *casework.Service
	db    *store.DB
}

// playCases lets the communities of the demonstration blow their whistles, once. A pack without the procedure has none.
func (a *App) playCases(ctx context.Context) error {
	if a.procedures[whistles] == nil {
		return nil
	}
	done := false
	err := a.db.Read(ctx, func(tx *store.Tx) (err error) { done, err = isDone(ctx, tx, stepCases); return err })
	if err != nil || done {
		return err
	}
	d := a.pack.Demonstration
	hand := clock.NewHand(d.Date.In(a.pack.Location))
	s := &caseStage{app: a, hand: hand, db: a.db.WithClock(hand.Business())}
	s.cases = a.cases.On(s.db)
	season := simulate.CaseSeason{Zone: a.pack.Location, Number: whistlesPlayed,
		Season: simulate.Season{From: a.pack.Report.Date.Date, Until: d.Date.AddDays(-1), Works: a.calendar.Calendar().IsWorkday, Seed: d.Seed}}
	for _, p := range a.places.Now().Places.All() {
		if p.Kind == places.Community {
			season.Places = append(season.Places, p.Key)
		}
	}
	for _, u := range a.places.Now().Units.All() {
		if u.Place != "" && !u.Fallback && !u.External && u.Parent != "" {
			season.Joint = append(season.Joint, u.Key)
		}
	}
	if _, err := simulate.PlayCases(ctx, s, season, func(done, all int) { a.cfg.Progress("app.step_cases", float64(done)/float64(all)) }); err != nil {
		return err
	}
	return step(ctx, a.db, stepCases, a.pack.Key, func(*store.Tx) error { return nil })
}

// officer is the post of a community's officer; clerk that of somebody in a unit.
func officer(trees *places.Trees, place string) *identity.Actor {
	return &identity.Actor{Grants: []identity.Grant{{Role: "community.officer", Unit: trees.Fallback(), Place: place}}}
}

func clerkOf(unit string) *identity.Actor {
	return &identity.Actor{Grants: []identity.Grant{{Role: identity.Clerk, Unit: unit}}}
}

// Open implements simulate.Cases.
func (s *caseStage) Open(ctx context.Context, at time.Time, key string, c simulate.Call) (string, error) {
	s.hand.Set(at)
	form := casework.Data{"title": c.Title, "category": c.Category, "place": c.Place, "description": c.Text}
	if c.Danger {
		form["danger"] = true
	}
	for _, u := range c.Joint {
		form["joint"] = []any{u}
	}
	who := casework.Asker{Actor: officer(s.app.places.Now(), c.Place), Key: key}
	done, err := s.cases.Open(ctx, who, whistles, casework.OpenCase{Form: form, Channel: "web", Simulated: true})
	if err != nil {
		return "", err
	}
	return done.Case.Number, nil
}

// Do implements simulate.Cases.
func (s *caseStage) Do(ctx context.Context, at time.Time, key, number string, d simulate.Deed) error {
	s.hand.Set(at)
	c, err := s.look(ctx, number)
	if err != nil {
		return err
	}
	cmd := casework.Do{Action: d.Action, Input: casework.Data{}}
	switch d.Action {
	case "reject", "decline":
		cmd.Input["reason"] = d.Text
	case "report-in", "resolve":
		cmd.Input["note"] = d.Text
	}
	if d.Photo != nil {
		hash, err := s.photo(ctx, d.Photo)
		if err != nil {
			return err
		}
		cmd.Input["evidence"] = []any{hash}
	}
	if d.Marks {
		cmd.Ratings = map[string]int{}
		for _, party := range []string{"lead", "joint"} {
			for _, m := range c.Parties[party] {
				cmd.Ratings[string(m)] = d.Mark
			}
		}
	}
	who := casework.Asker{Actor: officer(s.app.places.Now(), c.Place), Key: key}
	if d.Unit != "" {
		who.Actor = clerkOf(d.Unit)
	}
	_, err = s.cases.Do(ctx, who, number, cmd)
	return err
}

func (s *caseStage) photo(ctx context.Context, picture []byte) (string, error) {
	f, err := s.app.files.Receive(bytes.NewReader(picture), 1<<20, files.PNG)
	if err != nil {
		return "", err
	}
	err = s.db.Write(ctx, func(tx *store.Tx) error { _, err := s.app.files.Record(ctx, tx, f); return err })
	return f.Hash, err
}

func (s *caseStage) look(ctx context.Context, number string) (c *casework.Case, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error { c, err = s.cases.ByNumber(ctx, tx, number); return err })
	return c, err
}

// Look implements simulate.Cases.
func (s *caseStage) Look(ctx context.Context, number string) (simulate.Standing, error) {
	c, err := s.look(ctx, number)
	if err != nil {
		return simulate.Standing{}, err
	}
	st := simulate.Standing{State: c.State, Lead: c.Lead(), Ended: c.Closed()}
	for i := range c.Duties {
		if u, ok := c.Duties[i].Owner.Unit(); ok && c.Duties[i].Name == "report-in" && c.Duties[i].Outstanding() {
			st.Owing = append(st.Owing, u)
		}
	}
	return st, nil
}

// Sweep implements simulate.Cases.
func (s *caseStage) Sweep(ctx context.Context, at time.Time) error {
	s.hand.Set(at)
	for {
		if n, err := s.cases.Sweep(ctx, swept); err != nil || n < swept {
			return err
		}
	}
}
