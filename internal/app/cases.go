package app

import (
	"context"
	"fmt"
	"path/filepath"

	"huying/internal/casework"
	"huying/internal/casework/caseapi"
	"huying/internal/edge/orders"
	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/ledger"
	"huying/internal/notice"
	"huying/internal/search"
	"huying/internal/store"
	"huying/internal/vault"
)

// openCases brings up what cases stand on: the ledger and the vault with their keys, the text index, notices; and cases themselves.
func (a *App) openCases(ctx context.Context) (err error) {
	sign, err := ledger.LoadKey(filepath.Join(a.cfg.Keys, "ledger.key"))
	if err != nil {
		return err
	}
	if a.ledger, err = ledger.Open(ctx, a.db, sign, "huying/"+a.pack.Key, a.cfg.Security); err != nil {
		return err
	}
	lock, err := vault.LoadKey(filepath.Join(a.cfg.Keys, "vault.key"))
	if err != nil {
		return err
	}
	a.vault = vault.New(lock)
	if err := a.vault.Ready(ctx, a.db); err != nil {
		return err
	}
	a.search = search.New(a.db, casework.SearchKind)
	if a.notices, err = notice.New(a.db, notice.Options{
		Queue: a.queue, Texts: a.texts, Zone: a.pack.Location, Clock: a.cfg.Security, District: a.districtName, PublicURL: a.cfg.PublicURL,
		Mail: a.cfg.Mail, Hooks: a.cfg.Hooks, Active: a.hasAccount, Agenda: agenda{a}, Log: a.cfg.Log,
	}); err != nil {
		return err
	}
	a.cases = casework.New(casework.Parts{DB: a.db, Queue: a.queue, Calendar: a.calendar.Calendar, Trees: a.places.Now,
		Ledger: a.ledger, Vault: sealer{a.vault}, Search: finder{a.search}, Accounts: a.ids, Promises: promises{a}, Hotline: a.hotline, Names: a.ids, Files: a.files})
	a.events = caseapi.NewEvents(a.db, a.cases, a.cfg.Log)
	a.orders, err = orders.New(orders.Parts{DB: a.db, Queue: a.queue, Cases: a.cases, Files: a.files, Trees: a.places.Now, Zone: a.pack.Location,
		Clock: a.cfg.Security, Us: a.pack.Key, Peers: a.held.Load().peers, Links: a.cfg.Peers, Plays: a.playDemoPeers(), HTTP: a.toPeers, Log: a.cfg.Log})
	return err
}

// sealer is the vault as cases ask for it.
type sealer struct{ *vault.Vault }

// Seal implements casework.Vault.
func (s sealer) Seal(ctx context.Context, tx *store.Tx, subject int64, purpose string, value []byte) (string, error) {
	ref, err := s.Vault.Seal(ctx, tx, subject, purpose, value)
	return string(ref), err
}

// promises is the register as cases ask for it.
type promises struct{ app *App }

// LeadOf implements casework.Register.
func (p promises) LeadOf(ctx context.Context, tx *store.Tx, number string) (string, error) {
	st, err := p.app.register.Standing(ctx, tx, number)
	if err != nil {
		return "", err
	}
	return st.Lead, nil
}

// finder is the text index as cases and their pages ask for it.
type finder struct{ *search.Index }

// Put implements casework.Search.
func (f finder) Put(ctx context.Context, tx *store.Tx, kind string, id int64, text string) error {
	return f.Index.Put(ctx, tx, kind, id, text)
}

// Match implements caseweb.Search: of the row c.
func (f finder) Match(kind, query string) (cond string, args []any, ok bool) {
	return f.Index.Match("c.id", kind, query)
}

// loadProcedures makes the pack's procedures the ones that hold.
func (a *App) loadProcedures(ctx context.Context, tx *store.Tx, by string) (casework.Loaded, error) {
	return a.cases.Load(ctx, tx, a.procedures, by)
}

func (a *App) hasAccount(ctx context.Context, person int64) (bool, error) {
	_, err := a.ids.Actor(ctx, person)
	if errs.Is(err, errs.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// agenda is what a person must do by when, for their calendar.
type agenda struct{ app *App }

// mostDue bounds a calendar.
const mostDue = 500

// Agenda implements notice.Agenda.
func (g agenda) Agenda(ctx context.Context, person int64) (out []notice.Entry, err error) {
	actor, err := g.app.ids.Actor(ctx, person)
	if err != nil {
		return nil, err
	}
	err = g.app.db.Read(ctx, func(tx *store.Tx) error {
		out, err = g.app.due(ctx, tx, actor)
		return err
	})
	return out, err
}

func (a *App) due(ctx context.Context, tx *store.Tx, actor *identity.Actor) (out []notice.Entry, err error) {
	tasks, _, err := a.cases.Desk(ctx, tx, a.cases.ViewerOf(actor, ""), casework.DeskFilter{Limit: mostDue})
	for _, t := range tasks {
		if t.Due.IsZero() {
			continue
		}
		p, err := a.cases.Version(ctx, tx, t.Hash)
		if err != nil {
			return nil, err
		}
		out = append(out, notice.Entry{ID: fmt.Sprintf("case-%d-%d-%s-%d-%s", t.ID, t.Visit, t.Duty, t.Turn, t.Owner), Key: "app.agenda",
			Args: map[string]any{"number": t.Number, "what": bilingual(p.DutyTitle(t.DutyIn, t.Duty)), "procedure": bilingual(p.Title)},
			Link: "/cases/" + t.Number, Due: t.Due, Provisional: t.Loose, Changed: t.MovedAt})
	}
	return out, err
}
