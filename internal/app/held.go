package app

import (
	"context"
	"encoding/json"

	"huying/internal/casework"
	"huying/internal/edge/orders"
	"huying/internal/errs"
	"huying/internal/pack"
	"huying/internal/promise"
	"huying/internal/store"
)

// held is what of a pack holds beside its places, roles, procedures and hours, which their packages keep: as it stands in the database, so that
// every server comes to hold what one has loaded.
type held struct {
	Key     string        `json:"key"`
	Name    pack.Text     `json:"name"`
	Zone    string        `json:"zone"` // of the server that was started last, as is the day: they are taken up by no other
	Day     string        `json:"day"`  // on which a demonstration of the pack stands; empty: it has none
	Hotline string        `json:"hotline"`
	Rules   promise.Rules `json:"rules"`   // of the lights
	Scoring string        `json:"scoring"` // the file; empty: there is none
	Peers   string        `json:"peers"`   // the file; empty: there is none
}

// inForce is what holds, read.
type inForce struct {
	held
	id      int64 // of the line in the database; 0: as the pack has it
	scoring *casework.Scoring
	peers   *orders.Peers
}

// heldIn is what a pack lets hold.
func heldIn(p *pack.Pack) held {
	h := held{Key: p.Key, Name: p.Name, Zone: p.Location.String(), Hotline: p.Hotline, Rules: rulesOf(p),
		Scoring: string(p.Files[pack.ScoringFile]), Peers: string(p.Files[pack.PeersFile])}
	if p.Demonstration != nil {
		h.Day = p.Demonstration.Date.String()
	}
	return h
}

// read reads the files of what holds.
func (h held) read(id int64) (f *inForce, err error) {
	f = &inForce{held: h, id: id}
	if h.Scoring != "" {
		if f.scoring, err = casework.ReadScoring(pack.ScoringFile, []byte(h.Scoring)); err != nil {
			return nil, err
		}
	}
	if h.Peers != "" {
		f.peers, err = orders.Read(pack.PeersFile, []byte(h.Peers))
	}
	return f, err
}

// startWith lets hold what the pack says, until the database says something else.
func (a *App) startWith(p *pack.Pack) error {
	f, err := heldIn(p).read(0)
	if err == nil {
		a.held.Store(f)
	}
	return err
}

// hold lets what is held hold for every server, in the caller's transaction: this one follows when it commits, the others when they look.
func (a *App) hold(ctx context.Context, tx *store.Tx, h held, by string) error {
	id, old, err := lastHeld(ctx, tx)
	if err != nil {
		return err
	}
	if id == 0 || old != h {
		err = tx.Scan(ctx, "INSERT INTO app_pack (content, loaded_by, loaded_at) VALUES ($1, $2, $3) RETURNING id",
			[]any{store.JSON[held]{V: h}, by, store.Micros(tx.Now())}, &id)
		if err != nil {
			return err
		}
	}
	f, err := h.read(id)
	if err == nil {
		tx.AfterCommit(func() { a.takeUp(f) })
	}
	return err
}

// lastHeld is what holds by the database, and the number of its line; 0 when nothing was loaded yet.
func lastHeld(ctx context.Context, tx *store.Tx) (id int64, h held, err error) {
	var content string
	err = tx.Scan(ctx, "SELECT id, content FROM app_pack ORDER BY id DESC LIMIT 1", nil, &id, &content)
	if errs.Is(err, errs.NotFound) {
		return 0, held{}, nil
	} else if err != nil {
		return 0, held{}, err
	}
	return id, h, json.Unmarshal([]byte(content), &h)
}

// follow takes up what another server, or a command, let hold.
func (a *App) follow(ctx context.Context) error {
	return a.db.Read(ctx, func(tx *store.Tx) error { return a.followIn(ctx, tx) })
}

func (a *App) followIn(ctx context.Context, tx *store.Tx) error {
	var last int64
	err := tx.Scan(ctx, "SELECT COALESCE(MAX(id), 0) FROM app_pack", nil, &last)
	if err != nil || last == a.held.Load().id {
		return err
	}
	id, h, err := lastHeld(ctx, tx)
	if err != nil {
		return err
	}
	f, err := h.read(id)
	if err == nil {
		a.takeUp(f)
	}
	return err
}

// takeUp lets this server go by f, unless it goes by something later.
func (a *App) takeUp(f *inForce) {
	a.taking.Lock()
	defer a.taking.Unlock()
	old := a.held.Load()
	if f.id < old.id {
		return
	}
	a.held.Store(f)
	if a.register != nil && f.Rules != old.Rules {
		a.register.SetRules(f.Rules)
	}
	if a.orders != nil && f.Peers != old.Peers {
		a.orders.SetPeers(f.peers)
	}
}

// hotline is the telephone number for residents; empty: there is none.
func (a *App) hotline() string { return a.held.Load().Hotline }

// scoring is the table by which units are scored; nil: nobody is.
func (a *App) scoring() *casework.Scoring { return a.held.Load().scoring }
