package app

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"slices"

	"huying/internal/edge/orders"
	"huying/internal/simulate"
)

// demoPeers are the other systems of a demonstration. They know of every order what they were told; of one that a scene lost on its way they
// know, and the district does not, until it asks them to send it again.
type demoPeers struct {
	*standIns
	app *App
}

// playDemoPeers lets stand-ins play the pack's peers in a demonstration.
func (a *App) playDemoPeers() *orders.StandIns {
	if !a.demo {
		return nil
	}
	a.peers = &demoPeers{playPeers(a.held.Load().peers.Keys(), a.cfg.Security), a}
	a.peers.hear = a.peers.answer
	return &orders.StandIns{Links: a.peers.links(), HTTP: &http.Client{Transport: a.peers}}
}

func (p *demoPeers) answer(ctx context.Context, peer string, m *orders.Message, _ []byte) (any, error) {
	switch m.Type {
	case orders.Listing:
		return p.list(ctx, peer, m)
	case orders.Again:
		if err := p.again(ctx, peer, m.Number); err != nil {
			return nil, err
		}
	}
	return receipt(peer, m), nil
}

// say lets a peer send a message to an exchange, and returns the answer.
func (p *demoPeers) say(ctx context.Context, to *orders.Service, peer, id string, body []byte) (json.RawMessage, error) {
	h, err := p.signed(peer, id, body)
	if err != nil {
		return nil, err
	}
	return to.Receive(ctx, peer, h, body)
}

// list is what a peer lists: what the district lists for it, and what was lost.
func (p *demoPeers) list(ctx context.Context, peer string, m *orders.Message) (l orders.List, err error) {
	ask, err := json.Marshal(orders.Message{Type: orders.Listing, From: peer, To: p.app.pack.Key, Since: m.Since, After: m.After})
	if err != nil {
		return l, err
	}
	answer, err := p.say(ctx, p.app.orders, peer, "list_"+rand.Text(), ask)
	if err == nil {
		err = json.Unmarshal(answer, &l)
	}
	if err != nil || l.Next != 0 {
		return l, err
	}
	lost, err := p.lost()
	for _, step := range lost {
		known := slices.ContainsFunc(l.Items, func(i orders.Item) bool { return i.Owner == peer && i.Number == step.Number })
		if step.Who == peer && !known {
			l.Items = append(l.Items, orders.Item{Owner: peer, Number: step.Number})
		}
	}
	return l, err
}

// again sends what was lost.
func (p *demoPeers) again(ctx context.Context, peer, number string) error {
	lost, err := p.lost()
	if err != nil {
		return err
	}
	for _, step := range lost {
		if step.Who != peer || step.Number != number {
			continue
		}
		body, err := p.app.scenery().message(step, 0, number)
		if err == nil {
			_, err = p.say(ctx, p.app.orders, peer, "again_"+rand.Text(), body)
		}
		return err
	}
	return nil
}

// lost are the orders that did not arrive.
func (p *demoPeers) lost() (steps []*simulate.Step, err error) {
	script, err := ReadScript(p.app.pack, p.app.cfg.PackName, p.app.procedures)
	if err != nil {
		return nil, err
	}
	for i := range script.Scenes {
		if step := &script.Scenes[i].Steps[0]; step.Lost {
			steps = append(steps, step)
		}
	}
	return steps, nil
}
