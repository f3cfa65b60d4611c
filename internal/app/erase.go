package app

import (
	"context"
	"fmt"
	"regexp"
	"strconv"

	"huying/internal/casework"
	"huying/internal/casework/caseweb"
	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/jobs"
	"huying/internal/notice"
	"huying/internal/store"
	"huying/internal/vault"
)

// persons finds and erases people, for the page and the command.
type persons struct{ *App }

// callerText names a caller of a case: WS-000012 is its first, WS-000012/2 its second.
var callerText = regexp.MustCompile(`^([A-Z]{1,6}-[0-9-]+)(?:/([0-9]{1,3}))?$`)

// Find implements caseweb.Persons: who is an account's user name, or the number of a case with, for a further caller, a stroke and which.
func (p persons) Find(ctx context.Context, tx *store.Tx, by identity.By, who string) (f caseweb.PersonFound, err error) {
	if m := callerText.FindStringSubmatch(who); m != nil {
		f, err = p.caller(ctx, tx, m[1], max(1, which(m[2])))
	} else {
		f, err = p.account(ctx, tx, by, who)
	}
	if err != nil {
		return f, err
	}
	f.Who = who
	subject, err := p.vault.Known(ctx, tx, f.Name)
	if errs.Is(err, errs.NotFound) {
		return f, nil
	}
	if err != nil {
		return f, err
	}
	if f.Holdings, err = p.vault.Holdings(ctx, tx, subject); err != nil {
		return f, err
	}
	f.Erased, err = p.vault.Erased(ctx, tx, subject)
	return f, err
}

func (p persons) caller(ctx context.Context, tx *store.Tx, number string, n int) (f caseweb.PersonFound, err error) {
	c, err := p.cases.ByNumber(ctx, tx, number)
	if err != nil {
		return f, nobodyCalled(err)
	}
	for _, x := range c.Callers {
		if x.N == n {
			f.Name, f.Account, f.Open = c.Subject(n), x.Person, !c.Closed()
			return f, nil
		}
	}
	return f, nobodyCalled(errs.New(errs.NotFound, "casework.no_case"))
}

func (p persons) account(ctx context.Context, tx *store.Tx, by identity.By, login string) (f caseweb.PersonFound, err error) {
	a, err := p.ids.ByLogin(ctx, tx, by, login)
	f.Name, f.Account, f.Active = string(casework.PersonMember(a.ID)), a.ID, !a.Disabled()
	return f, nobodyCalled(err)
}

// nobodyCalled says on the field that nobody goes by what was typed.
func nobodyCalled(err error) error {
	if errs.Is(err, errs.NotFound) {
		return errs.New(errs.Invalid, "app.nobody_called").On("who")
	}
	return err
}

// which is the number of a caller; 0 when none was given.
func which(digits string) int {
	n, _ := strconv.Atoi(digits) // digits, or nothing
	return n
}

// Erase implements caseweb.Persons. What was sealed for the person can never be read again; of an account the name, the notices and the
// addresses go too.
func (p persons) Erase(ctx context.Context, tx *store.Tx, by identity.By, who, reason string) error {
	f, err := p.Find(ctx, tx, by, who)
	if err != nil {
		return err
	}
	if f.Account != 0 {
		if err := p.ids.EraseAccount(ctx, tx, by, f.Account); err != nil {
			return err
		}
		if err := p.notices.Forget(ctx, tx, f.Account); err != nil {
			return err
		}
	}
	subject, err := p.vault.Subject(ctx, tx, f.Name) // also of whom nothing is kept: nothing will be
	if err != nil {
		return err
	}
	var eraser int64
	if by.Actor != nil {
		eraser = by.Actor.ID
	}
	if err := p.vault.Erase(ctx, tx, subject, eraser, reason); err != nil {
		return err
	}
	return p.ids.Record(ctx, tx, by, identity.PersonErased, f.Name, identity.Detail{"reason": reason})
}

// Erasures implements caseweb.Persons.
func (p persons) Erasures(ctx context.Context, tx *store.Tx, limit int) ([]vault.Erasure, error) {
	return p.vault.Erasures(ctx, tx, limit)
}

// Eraser erases people at the server itself.
type Eraser struct {
	app *App
	p   persons
}

// OpenEraser opens a database to erase people in. It is closed with Close.
func OpenEraser(ctx context.Context, cfg Config) (*Eraser, error) {
	cfg.fill()
	a := &App{cfg: cfg}
	e := &Eraser{a, persons{a}}
	err := a.openBeside(ctx)
	if err != nil {
		return e, err
	}
	a.vault = vault.New(vault.NewKey()) // nothing is sealed with it that anybody could read again: erasing needs no key
	a.notices, err = notice.New(a.db, notice.Options{Queue: jobs.New(a.db, cfg.Security), Texts: a.texts, Zone: a.pack.Location})
	return e, err
}

// Close closes the database.
func (e *Eraser) Close() error { return e.app.Close() }

// Find returns who is called so, and what is kept of them.
func (e *Eraser) Find(ctx context.Context, who string) (f caseweb.PersonFound, err error) {
	err = e.app.db.Read(ctx, func(tx *store.Tx) error { f, err = e.p.Find(ctx, tx, identity.Console(), who); return err })
	return f, err
}

// Erase erases a person for good.
func (e *Eraser) Erase(ctx context.Context, who, reason string) error {
	return e.app.db.Write(ctx, func(tx *store.Tx) error { return e.p.Erase(ctx, tx, identity.Console(), who, reason) })
}

// List returns a line for each person who was erased, the last first: when, who, why.
func (e *Eraser) List(ctx context.Context) (lines []string, err error) {
	err = e.app.db.Read(ctx, func(tx *store.Tx) error {
		all, err := e.p.Erasures(ctx, tx, 100_000)
		for _, x := range all {
			lines = append(lines, fmt.Sprintf("%s  %s  %s", x.At.In(e.app.pack.Location).Format("2006-01-02 15:04"), x.Name, x.Reason))
		}
		return err
	})
	return lines, err
}
