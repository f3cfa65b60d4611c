package app

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"huying/internal/calendar"
	"huying/internal/casework"
	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/places"
	"huying/internal/simulate"
	"huying/internal/store"
)

// demoCaller is somebody who called in a demonstration.
var demoCaller = casework.Contact{Name: "演示群众", Phone: "000-00000000"}.String()

// caseStage is casework as the simulator plays on it.
type caseStage struct {
	runner     runner
	procedures map[string]*casework.Procedure
	script     *simulate.Script
	trees      *places.Trees
	calendar   *calendar.Calendar
	zone       *time.Location
	pictures   []string
	posts      map[string][]identity.Post // who has an account, by role
	accounts   map[int64]*identity.Actor
	places     []string // communities
	units      []string // that may be handed something
}

// newCaseStage looks who and what there is.
func (a *App) newCaseStage(ctx context.Context) (*caseStage, error) {
	s := &caseStage{procedures: a.procedures, trees: a.places.Now(), calendar: a.calendar.Calendar(), zone: a.pack.Location,
		posts: map[string][]identity.Post{}, accounts: map[int64]*identity.Actor{}}
	var err error
	if s.script, err = ReadScript(a.pack, a.cfg.PackName, a.procedures); err != nil {
		return nil, err
	}
	if s.pictures, err = a.keepPictures(ctx); err != nil {
		return nil, err
	}
	for _, p := range s.trees.Places.All() {
		if p.Kind == places.Community {
			s.places = append(s.places, p.Key)
		}
	}
	for _, u := range s.trees.Units.All() {
		if !u.Fallback && !u.External && u.Parent != "" {
			s.units = append(s.units, u.Key)
		}
	}
	return s, a.cast(ctx, s)
}

// cast finds those who have an account for a post in cases.
func (a *App) cast(ctx context.Context, s *caseStage) error {
	roles := []identity.Role{identity.Supervisor, identity.Leader, identity.Head, identity.Clerk}
	for _, r := range a.pack.Roles {
		roles = append(roles, identity.Role(r.Key))
	}
	err := a.db.Read(ctx, func(tx *store.Tx) error {
		for _, r := range roles {
			posts, err := a.ids.PostsOf(ctx, tx, r)
			if err != nil {
				return err
			}
			s.posts[string(r)] = posts
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, posts := range s.posts {
		for _, p := range posts {
			if s.accounts[p.Person], err = a.ids.Actor(ctx, p.Person); err != nil {
				return err
			}
		}
	}
	return nil
}

// aYear is how many cases of each procedure there are in a year: of those that the script names and somebody may open.
func (s *caseStage) aYear() map[string]float64 {
	out := map[string]float64{}
	for name, part := range s.script.Procedures {
		if p := s.procedures[name]; p != nil && len(p.OpenedBy)+len(p.OnBehalf) > 0 && part.AYear > 0 {
			out[name] = part.AYear
		}
	}
	return out
}

// Open implements simulate.Cases.
func (s *caseStage) Open(ctx context.Context, o simulate.Opening, rng *rand.Rand) (simulate.Case, error) {
	p := s.procedures[o.Procedure]
	f := &filling{stage: s, p: p, at: o.At, rng: rng}
	cmd := casework.OpenCase{Form: f.opening(s.script.Procedures[o.Procedure].Forms), Channel: "web", Simulated: true}
	f.place, _ = cmd.Form["place"].(string)
	who, onBehalf := s.opener(p, f.place, rng)
	if cmd.OnBehalf = onBehalf; onBehalf {
		cmd.Channel = []string{"phone", "window"}[rng.IntN(2)]
		cmd.Caller.Contact = demoCaller
	}
	if p.CallerForm() != nil {
		cmd.Caller.Said = f.fill(p.CallerForm(), nil)
	}
	x, err := s.runner.open(ctx, o, who, cmd)
	if err != nil {
		return nil, fmt.Errorf("opening with %v: %w", cmd.Form, err)
	}
	c := &stagedCase{stage: s, x: x, opener: who, secrets: map[int]string{}}
	if x.secret != "" {
		c.secrets[1] = x.secret
	}
	return c, nil
}

// opener is who opens a case, and whether for somebody else: anyone from time to time through an office, and what only those may open who
// have an account, by one of them.
func (s *caseStage) opener(p *casework.Procedure, place string, rng *rand.Rand) (who casework.Asker, onBehalf bool) {
	byAnyone := slices.Contains(p.OpenedBy, casework.ByAnyone)
	if byAnyone && (len(p.OnBehalf) == 0 || rng.IntN(3) > 0) {
		return casework.Asker{}, false
	}
	roles := p.OpenedBy
	if byAnyone || len(p.OpenedBy) == 0 {
		roles, onBehalf = p.OnBehalf, true
	} else if len(p.OnBehalf) > 0 && len(s.posts[p.OpenedBy[0]]) == 0 && !slices.ContainsFunc(p.OpenedBy, s.local) {
		roles, onBehalf = p.OnBehalf, true
	}
	role := roles[rng.IntN(len(roles))]
	unit, _ := oneOf(rng, s.units).(string)
	return casework.Asker{Actor: s.holder(role, unit, place)}, onBehalf
}

// local reports whether a role is one that communities have.
func (s *caseStage) local(role string) bool {
	return role == "community.officer" || role == "grid.worker"
}

// holder is somebody with a role: for a clerk or a head of a unit, for the others of the place, with their account if they have one.
func (s *caseStage) holder(role, unit, place string) *identity.Actor {
	r := identity.Role(role)
	for _, p := range s.posts[role] {
		if (p.Unit == "" || unit == "" || p.Unit == unit || !r.Builtin()) && (p.Place == "" || place == "" || s.trees.Places.Covers(p.Place, place)) {
			return s.accounts[p.Person]
		}
	}
	g := identity.Grant{Role: r, Unit: unit}
	switch {
	case r.Builtin() && !r.Bound():
		g.Unit = ""
	case !r.Builtin() && s.local(role):
		g.Unit, g.Place = s.trees.Fallback(), place
	case !r.Builtin() && unit == "":
		g.Unit = s.trees.Fallback()
	}
	return &identity.Actor{Grants: []identity.Grant{g}}
}

// stagedCase is one case on the stage.
type stagedCase struct {
	stage   *caseStage
	x       handled
	opener  casework.Asker
	secrets map[int]string // of callers
	offers  []offered      // what Choices returned last
}

// offered is an action with who would do it.
type offered struct {
	casework.Offer
	who casework.Asker
}

// Standing implements simulate.Case.
func (c *stagedCase) Standing() simulate.Standing {
	x := c.x.c
	st := simulate.Standing{Ended: x.Closed(), Timer: x.NextTimer()}
	_, st.Waits = c.waits()
	for i := range x.Callers {
		st.Callers = append(st.Callers, string(casework.CallerMember(x.Callers[i].N)))
	}
	for i := range x.Duties {
		if o := &x.Duties[i]; o.Outstanding() {
			st.Owed = append(st.Owed, simulate.Owed{Key: fmt.Sprint(o.DutyKey), Who: string(o.Owner), Start: o.Start, Due: o.Due})
		}
	}
	for i := range c.x.p.Parties {
		for _, m := range x.Parties[c.x.p.Parties[i].Key] {
			st.Others = append(st.Others, string(m))
		}
	}
	st.Others = append(st.Others, st.Callers...)
	return st
}

// waits is the first of what waits for approval, and for whose.
func (c *stagedCase) waits() (which casework.Which, approver string) {
	for i := range c.x.c.Pending {
		q := &c.x.c.Pending[i]
		if all := c.x.p.Approvers(c.x.c, q); len(all) > 0 {
			return casework.Which{Action: q.Action, For: q.For}, all[0]
		}
	}
	return casework.Which{}, ""
}

// Choices implements simulate.Case.
func (c *stagedCase) Choices(at time.Time, who string) []simulate.Choice {
	w := casework.World{Now: at.UTC(), Calendar: c.stage.calendar, Trees: c.stage.trees}
	c.offers = nil
	var out []simulate.Choice
	for _, asker := range c.askers(who) {
		for _, o := range casework.OffersTo(c.x.p, c.x.c, asker, w) {
			def := c.action(o.State, o.Action)
			if def == nil || slices.ContainsFunc(c.offers, func(x offered) bool { return x.Action == o.Action && x.State == o.State }) {
				continue
			}
			reason, excuse := o.Form.Field("reason")
			choice := simulate.Choice{N: len(c.offers), Excuse: excuse && reason.Required || def.Extend.Duty != "",
				Meets: len(o.Turns) > 0 && def.Extend.Duty == "" || def.Resume, Ends: string(c.x.p.Ends(o.To))}
			c.offers = append(c.offers, offered{o, asker})
			out = append(out, choice)
		}
	}
	return out
}

func (c *stagedCase) action(state, name string) *casework.Action { return actionIn(c.x.p, state, name) }

// actionIn is an action of a state, or of the whole procedure; nil when there is none.
func actionIn(p *casework.Procedure, state, name string) *casework.Action {
	if s, ok := p.States.Get(state); ok {
		if a, ok := s.Do.Get(name); ok {
			return a
		}
	}
	a, _ := p.Do.Get(name)
	return a
}

// askers are those who may act for a member of the case: a caller, a person, or somebody of a unit with one of the posts that the state asks
// for.
func (c *stagedCase) askers(who string) []casework.Asker {
	m := casework.Member(who)
	if n, ok := m.Caller(); ok {
		return c.caller(n)
	}
	if id, ok := m.Person(); ok {
		return c.person(id)
	}
	unit, ok := m.Unit()
	if !ok {
		return nil
	}
	var all []casework.Asker
	for _, role := range append([]string{string(identity.Clerk), string(identity.Head)}, c.roles()...) {
		all = append(all, casework.Asker{Actor: c.stage.holder(role, unit, c.x.c.Place)})
	}
	return all
}

// roles are the posts by themselves that may act where the case is.
func (c *stagedCase) roles() (out []string) {
	s, ok := c.x.p.States.Get(c.x.c.State)
	if !ok {
		return nil
	}
	for _, a := range s.Do {
		for _, term := range a.Value.By {
			if _, known := c.stage.posts[term]; known && !slices.Contains(out, term) {
				out = append(out, term)
			}
		}
	}
	return out
}

func (c *stagedCase) caller(n int) []casework.Asker {
	if secret := c.secrets[n]; secret != "" {
		return []casework.Asker{{Secret: secret}}
	}
	if n == 1 && c.opener.Actor != nil {
		return []casework.Asker{c.opener}
	}
	return nil
}

func (c *stagedCase) person(id int64) []casework.Asker {
	if a := c.stage.accounts[id]; a != nil {
		return []casework.Asker{{Actor: a}}
	}
	return nil
}

// Do implements simulate.Case.
func (c *stagedCase) Do(ctx context.Context, at time.Time, choice simulate.Choice, rng *rand.Rand) (bool, error) {
	o := c.offers[choice.N]
	f := &filling{stage: c.stage, p: c.x.p, at: at, rng: rng, place: c.x.c.Place, c: c.x.c, action: c.action(o.State, o.Action)}
	cmd := casework.Do{Action: o.Action, Input: f.fill(o.Form, nil)}
	if f.cannot || f.action.Takes != "" && (o.who.Actor == nil || o.who.Actor.ID == 0) {
		return false, nil
	}
	if len(o.Rate) > 0 {
		cmd.Ratings = map[string]int{}
		for _, m := range o.Rate {
			cmd.Ratings[string(m)] = max(1, o.Best-rng.IntN(3))
		}
	}
	if o.Joins {
		cmd.Joins = &casework.CallerOf{Contact: casework.Contact{Name: "演示群众"}.String(), Said: f.fill(c.x.p.CallerForm(), nil)}
	}
	callers := len(c.x.c.Callers)
	secret, err := c.stage.runner.do(ctx, at, &c.x, o.who, cmd)
	if refused(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("%s with %v: %w", o.Action, cmd.Input, err)
	}
	if secret != "" && len(c.x.c.Callers) > callers {
		c.secrets[len(c.x.c.Callers)] = secret
	}
	return true, nil
}

// refused reports whether the rules do not allow something: a person would have read why, and have done something else.
func refused(err error) bool {
	return errs.Is(err, errs.Conflict) || errs.Is(err, errs.Invalid) || errs.Is(err, errs.Forbidden) || errs.Is(err, errs.NotFound)
}

// Approve implements simulate.Case.
func (c *stagedCase) Approve(ctx context.Context, at time.Time, yes bool, rng *rand.Rand) error {
	which, approver := c.waits()
	role, unit, ok := strings.Cut(approver, "@")
	if !ok {
		role, unit = string(identity.Clerk), role
	}
	var cmd casework.Command = casework.Approve{Which: which}
	if !yes {
		f := &filling{stage: c.stage, rng: rng}
		cmd = casework.Return{Which: which, Reason: f.says("return")}
	}
	who := casework.Asker{Actor: c.stage.holder(role, strings.TrimPrefix(unit, "unit:"), c.x.c.Place)}
	if _, err := c.stage.runner.do(ctx, at, &c.x, who, cmd); err == nil || !refused(err) {
		return err
	}
	// what was asked can no longer be done as it was: it is given back
	f := &filling{stage: c.stage, rng: rng}
	_, err := c.stage.runner.do(ctx, at, &c.x, who, casework.Return{Which: which, Reason: f.says("return")})
	if refused(err) {
		return nil
	}
	return err
}

// Tick implements simulate.Case.
func (c *stagedCase) Tick(ctx context.Context, at time.Time) error {
	return c.stage.runner.tick(ctx, at, &c.x)
}
