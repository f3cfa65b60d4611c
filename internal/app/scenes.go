package app

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"strings"
	"time"

	"huying/internal/casework"
	"huying/internal/clock"
	"huying/internal/edge/orders"
	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/jobs"
	"huying/internal/simulate"
	"huying/internal/store"
)

// stepScenes marks that the demonstration's scenes were played.
const stepScenes = "demonstration scenes"

// scenery is when and where scenes play.
type scenery struct {
	day   clock.Date // of the demonstration
	works func(clock.Date) bool
	zone  *time.Location
	us    string // by which name other systems know the district
}

func everyDay(clock.Date) bool { return true }

func (a *App) scenery() scenery {
	return scenery{a.pack.Demonstration.Date.Date, a.calendar.Calendar().IsWorkday, a.pack.Location, a.pack.Key}
}

func (s scenery) at(m simulate.Moment) time.Time { return m.On(s.day, s.works, s.zone) }

// message is what another system says in a step, the n-th of its scene. It is the same whenever it is said.
func (s scenery) message(step *simulate.Step, n int, number string) ([]byte, error) {
	m := map[string]any{"type": step.Posts, "from": step.Who, "to": s.us, "number": number}
	with := map[string]any{}
	for name, v := range step.With {
		with[name] = plain(v)
	}
	if text, ok := with["due"].(string); ok {
		due, err := simulate.ParseMoment(text)
		if err != nil {
			return nil, err
		}
		with["due"] = s.at(due)
	}
	switch orders.Type(step.Posts) {
	case orders.NewOrder:
		m["order"] = with
	case orders.Feedback:
		if text, ok := with["text"]; ok {
			m["text"] = text
			delete(with, "text")
		}
		with["seq"], with["at"] = n, s.at(step.At)
		m["status"] = with
	default:
		maps.Copy(m, with)
	}
	return json.Marshal(m)
}

// sceneStage plays scenes: staff give commands, other systems send signed messages, as they would to a server.
//
// A play that broke off begins again. Each command has a key and each message an id, so that what was done is not done again.
type sceneStage struct {
	scenery
	app      *App
	hand     *clock.Hand
	db       *store.DB
	cases    *casework.Service
	queue    *jobs.Queue
	exchange *orders.Service
	cast     *caseStage // who and what may be named
	people   map[string]*identity.Actor
	share    float64 // that was played
}

// playScenes plays the pack's scenes, once.
func (a *App) playScenes(ctx context.Context) error {
	script, err := ReadScript(a.pack, a.cfg.PackName, a.procedures)
	if err != nil || len(script.Scenes) == 0 {
		return err
	}
	return stepOf(ctx, a.db, stepScenes, a.pack.Key, func() error {
		s, err := a.newSceneStage(ctx)
		if err != nil {
			return err
		}
		for i := range script.Scenes {
			s.share = float64(i) / float64(len(script.Scenes))
			if err := s.play(ctx, &script.Scenes[i]); err != nil {
				return fmt.Errorf("scene %s: %w", script.Scenes[i].Name, err)
			}
		}
		return s.compare(ctx)
	})
}

func (a *App) newSceneStage(ctx context.Context) (s *sceneStage, err error) {
	s = &sceneStage{scenery: a.scenery(), app: a, people: map[string]*identity.Actor{}}
	s.hand = clock.NewHand(s.day.In(s.zone))
	s.db = a.db.WithClock(s.hand.Business())
	s.cases, s.queue = a.cases.On(s.db), jobs.New(s.db, a.cfg.Security)
	a.answerOn(s.queue)
	parts := a.orders.Parts
	parts.DB, parts.Cases, parts.Queue = s.db, s.cases, s.queue
	parts.Links, parts.Peers = nil, a.held.Load().peers // stand-ins only, whoever is connected
	if s.exchange, err = orders.New(parts); err != nil {
		return nil, err
	}
	if s.cast, err = a.newCaseStage(ctx); err != nil {
		return nil, err
	}
	return s, a.db.Read(ctx, func(tx *store.Tx) error {
		for _, x := range a.pack.Demonstration.Accounts {
			acc, err := a.ids.ByLogin(ctx, tx, identity.Console(), x.Login)
			if err != nil {
				return err
			}
			people, err := a.ids.Actors(ctx, tx, []int64{acc.ID})
			if err != nil {
				return err
			}
			s.people[x.Login] = people[acc.ID]
		}
		return nil
	})
}

// playedScene is a scene under way.
type playedScene struct {
	*sceneStage
	scene *simulate.Scene
	c     int64 // its case
}

func (s *sceneStage) play(ctx context.Context, scene *simulate.Scene) error {
	p := &playedScene{sceneStage: s, scene: scene}
	for n := range scene.Steps {
		step := &scene.Steps[n]
		s.app.cfg.Progress("app.step_scenes", s.share)
		s.hand.Set(s.at(step.At))
		if step.Lost {
			return nil // demoPeers knows it
		}
		err := p.take(ctx, n, step)
		if err == nil {
			err = s.settle(ctx)
		}
		if err != nil {
			return fmt.Errorf("step %d: %w", n+1, err)
		}
	}
	return nil
}

// settle does what a server would do beside the pages: what follows, and what is sent to stand-ins.
func (s *sceneStage) settle(ctx context.Context) error {
	if err := s.queue.Drain(ctx); err != nil {
		return err
	}
	return s.exchange.Flush(ctx)
}

func (p *playedScene) take(ctx context.Context, n int, step *simulate.Step) error {
	switch {
	case step.Posts != "":
		return p.post(ctx, n, step)
	case step.Opens != "":
		return p.open(ctx, n, step)
	}
	var c *casework.Case
	var proc *casework.Procedure
	err := p.db.Read(ctx, func(tx *store.Tx) (err error) {
		if c, err = p.cases.Case(ctx, tx, p.c); err == nil {
			proc, err = p.cases.Version(ctx, tx, c.Hash)
		}
		return err
	})
	if err != nil {
		return err
	}
	var cmd casework.Command = casework.Approve{}
	if step.Does != "" {
		f := p.filling(n, proc)
		f.c, f.place, f.action = c, c.Place, actionIn(proc, c.State, step.Does)
		cmd = casework.Do{Action: step.Does, Input: f.fill(proc.ActionForm(c.State, step.Does), p.given(step)), Ratings: step.Rates}
	}
	_, err = p.cases.Do(ctx, p.asker(n, step, c.Place), c.Number, cmd)
	return err
}

// filling makes up what a step leaves out and is asked for.
func (p *playedScene) filling(n int, proc *casework.Procedure) *filling {
	h := fnv.New64a()
	fmt.Fprint(h, p.scene.Name, n)
	rng := rand.New(rand.NewPCG(p.app.pack.Demonstration.Seed, h.Sum64()))
	return &filling{stage: p.cast, p: proc, at: p.hand.Business().Now(), rng: rng, needed: true}
}

// given is what a step says. Where it says picture for a file, one of the demonstration's is meant.
func (p *playedScene) given(step *simulate.Step) casework.Data {
	d := casework.Data{}
	for name, v := range step.With {
		if d[name] = plain(v); v == "picture" {
			d[name] = []any{p.cast.pictures[len(name)%len(p.cast.pictures)]}
		}
	}
	return d
}

// asker is who takes a step, with its key.
func (p *playedScene) asker(n int, step *simulate.Step, place string) casework.Asker {
	who := casework.Asker{Actor: p.people[step.Who], Key: fmt.Sprint("scene/", p.scene.Name, "/", n)}
	if role, unit, ok := strings.Cut(step.Who, "@"); ok {
		who.Actor = p.cast.holder(role, unit, place)
	}
	return who
}

func (p *playedScene) open(ctx context.Context, n int, step *simulate.Step) error {
	proc := p.app.procedures[step.Opens]
	f := p.filling(n, proc)
	cmd := casework.OpenCase{Form: f.fill(proc.Form(), p.given(step)), Channel: "web", OnBehalf: step.Behalf, Simulated: true}
	if step.Behalf {
		cmd.Channel, cmd.Caller.Contact = "window", demoCaller
	}
	if proc.CallerForm() != nil {
		cmd.Caller.Said = f.fill(proc.CallerForm(), nil)
	}
	place, _ := cmd.Form["place"].(string)
	done, err := p.cases.Open(ctx, p.asker(n, step, place), step.Opens, cmd)
	if err == nil {
		p.c = done.Case.ID
	}
	return err
}

// post lets another system say something of the scene's order: its own, or the one that was sent to it.
func (p *playedScene) post(ctx context.Context, n int, step *simulate.Step) error {
	number := p.scene.Steps[0].Number
	if step.Posts == string(orders.Feedback) {
		var err error
		if number, err = p.sentTo(ctx, step.Who); err != nil {
			return err
		}
	}
	body, err := p.message(step, n, number)
	if err != nil {
		return err
	}
	answer, err := p.app.peers.say(ctx, p.exchange, step.Who, messageID(p.scene, n), body)
	if err != nil || n > 0 {
		return err
	}
	var r orders.Receipt
	if err := json.Unmarshal(answer, &r); err != nil {
		return err
	}
	return p.db.Read(ctx, func(tx *store.Tx) (err error) {
		c, err := p.cases.ByNumber(ctx, tx, r.Handled)
		if err == nil {
			p.c = c.ID
		}
		return err
	})
}

// messageID is the id of what is said in a step.
func messageID(s *simulate.Scene, n int) string { return fmt.Sprint("scene-", s.Name, "-", n) }

// sentTo is the number of the order that the case sent to a peer.
func (p *playedScene) sentTo(ctx context.Context, peer string) (number string, err error) {
	err = p.db.Read(ctx, func(tx *store.Tx) error {
		all, err := p.exchange.OfCase(ctx, tx, p.c)
		for i := range all {
			if all[i].Peer == peer && all[i].Way == orders.Out {
				number = all[i].Number
			}
		}
		return err
	})
	if err == nil && number == "" {
		err = errs.New(errs.NotFound, "orders.no_order", "number", "")
	}
	return number, err
}

// compare compares lists with every stand-in, as is done each day.
func (s *sceneStage) compare(ctx context.Context) error {
	for _, peer := range s.exchange.Known() {
		if _, err := s.exchange.Compare(ctx, peer.Key); err != nil {
			return err
		}
	}
	return nil
}
