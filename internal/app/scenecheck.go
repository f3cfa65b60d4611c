package app

import (
	"maps"
	"slices"
	"strings"

	"huying/internal/casework"
	"huying/internal/edge/orders"
	"huying/internal/errs"
	"huying/internal/pack"
	"huying/internal/simulate"
)

// sceneChecker holds the scenes of a script to the pack.
type sceneChecker struct {
	pack       *pack.Pack
	script     *simulate.Script
	procedures map[string]*casework.Procedure
	peers      *orders.Peers
	wrong      errs.List
}

// checkScenes returns what scenes name that the pack has not.
func checkScenes(p *pack.Pack, s *simulate.Script, procedures map[string]*casework.Procedure) errs.List {
	peers, err := ReadPeers(p, "")
	if err != nil {
		peers = nil // it is said where it is read
	}
	c := &sceneChecker{pack: p, script: s, procedures: procedures, peers: peers}
	for i := range s.Scenes {
		c.scene(i)
	}
	return c.wrong
}

func (c *sceneChecker) say(scene, step int, field, key string, kv ...any) {
	c.wrong = append(c.wrong, c.script.WrongScene(scene, step, field, key, kv...))
}

func (c *sceneChecker) scene(i int) {
	first := &c.script.Scenes[i].Steps[0]
	name := first.Opens
	if first.Posts != "" {
		category, _ := first.With["category"].(string)
		name = c.peers.Becomes(first.Who, category)
	}
	p := c.procedures[name]
	if p == nil {
		c.say(i, 0, "", "app.scene_procedure", "name", name)
		return
	}
	for n := range c.script.Scenes[i].Steps {
		step := &c.script.Scenes[i].Steps[n]
		c.who(i, n, step)
		switch {
		case step.Posts != "":
			c.posts(i, n, step)
		case step.Does != "":
			forms := actionsOf(p, step.Does)
			if len(forms) == 0 {
				c.say(i, n, "does", "app.scene_action", "action", step.Does, "name", p.Name)
				continue
			}
			c.with(i, n, step, forms...)
		default:
			c.with(i, n, step, p.Form())
		}
	}
}

// actionsOf are the forms of the actions of a name, wherever a case may be.
func actionsOf(p *casework.Procedure, name string) (forms []*casework.Form) {
	for _, state := range p.States {
		if f := p.ActionForm(state.Key, name); f != nil {
			forms = append(forms, f)
		}
	}
	return forms
}

// with holds that what is filled in is a field of one of the forms.
func (c *sceneChecker) with(i, n int, step *simulate.Step, forms ...*casework.Form) {
	for _, name := range slices.Sorted(maps.Keys(step.With)) {
		if !slices.ContainsFunc(forms, func(f *casework.Form) bool { _, ok := f.Field(name); return ok }) {
			c.say(i, n, "with."+name, "app.scene_field", "field", name)
		}
	}
}

// who holds that somebody is there: an account, a post of a unit, or another system.
func (c *sceneChecker) who(i, n int, step *simulate.Step) {
	role, unit, post := strings.Cut(step.Who, "@")
	known := false
	switch {
	case step.Posts != "":
		known = slices.Contains(c.peers.Keys(), step.Who)
	case post:
		known = slices.Contains(rolesIn(c.pack), role) && slices.ContainsFunc(c.pack.Units, func(u pack.Unit) bool { return u.Key == unit })
	case c.pack.Demonstration != nil:
		known = slices.ContainsFunc(c.pack.Demonstration.Accounts, func(a pack.Account) bool { return a.Login == step.Who })
	}
	if !known {
		c.say(i, n, "who", "app.scene_who", "who", step.Who)
	}
}

// posts holds that a message is one that may be sent.
func (c *sceneChecker) posts(i, n int, step *simulate.Step) {
	s := scenery{works: everyDay, zone: c.pack.Location, us: c.pack.Key}
	if c.pack.Demonstration != nil {
		s.day = c.pack.Demonstration.Date.Date
	}
	body, err := s.message(step, n, "1")
	if err == nil {
		_, err = orders.Parse(body)
	}
	if err != nil {
		for _, e := range errs.All(err) {
			c.say(i, n, "with", "app.scene_message", "field", e.Field, "why", e)
		}
	}
}
