package caseweb

import (
	"context"
	"net/http"
	"strings"

	"huying/internal/casework"
	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/store"
	"huying/internal/vault"
	"huying/internal/web"
)

// Persons finds people and erases them.
type Persons interface {
	// Find returns who goes by what was typed, a user name or a caller of a case (WS-000012/2). It returns errs.Invalid for nobody.
	Find(ctx context.Context, tx *store.Tx, by identity.By, who string) (PersonFound, error)
	// Erase destroys what is kept of them, for good.
	Erase(ctx context.Context, tx *store.Tx, by identity.By, who, reason string) error
	Erasures(ctx context.Context, tx *store.Tx, limit int) ([]vault.Erasure, error)
}

// PersonFound is a person who may be erased, and what is kept of them, without the values.
type PersonFound struct {
	Who      string // as it was typed
	Name     string // as the vault knows them
	Account  int64  // 0: they have none
	Active   bool   // the account is not disabled: it is not erased
	Open     bool   // the case in which they called is still open
	Erased   bool
	Holdings []vault.Holding
}

type eraseView struct {
	d     *desk
	Form  *web.Form
	Found *PersonFound // who is to be erased, once more than a name was typed
	past  []vault.Erasure
}

func (h *pages) eraseForm(r *web.Request) error {
	return h.drawErase(r, http.StatusOK, web.NewForm(), nil)
}

func (h *pages) drawErase(r *web.Request, status int, f *web.Form, found *PersonFound) error {
	v := &eraseView{d: h.on(r), Form: f, Found: found}
	err := h.DB.Read(r.Context(), func(tx *store.Tx) (err error) { v.past, err = h.Persons.Erasures(r.Context(), tx, 200); return err })
	if err != nil {
		return err
	}
	return r.Render(status, web.Page{Title: r.T("caseweb.erase"), Nav: "erase"}, erasePage(v))
}

// erase asks twice: first it shows what is kept of whom, then, when the same was typed once more, it erases them.
func (h *pages) erase(r *web.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	who, reason := strings.TrimSpace(f.Required("who", 100)), f.Required("reason", 200)
	if !f.OK() {
		return h.drawErase(r, http.StatusUnprocessableEntity, f, nil)
	}
	var found PersonFound
	err = h.DB.Read(r.Context(), func(tx *store.Tx) error { found, err = h.Persons.Find(r.Context(), tx, r.By(), who); return err })
	if err != nil {
		if f.Takes(err) {
			return h.drawErase(r, http.StatusUnprocessableEntity, f, nil)
		}
		return err
	}
	if f.Value("sure") == "" {
		return h.drawErase(r, http.StatusOK, f, &found)
	}
	if f.Line("again", 100) != who {
		f.Wrong("again", "caseweb.erase_again_wrong")
		return h.drawErase(r, http.StatusUnprocessableEntity, f, &found)
	}
	err = h.DB.Write(r.Context(), func(tx *store.Tx) error { return h.Persons.Erase(r.Context(), tx, r.By(), who, reason) })
	if err != nil {
		if f.Takes(err) {
			return h.drawErase(r, http.StatusUnprocessableEntity, f, &found)
		}
		return err
	}
	r.Flash("caseweb.erased_flash")
	return r.Redirect("/erase")
}

// readingRow is one reading of a person's data, in words.
type readingRow struct {
	At, Who, Why, What string
}

// ownReadings shows who has read what is kept of whoever is signed in.
func (h *pages) ownReadings(r *web.Request) error {
	rows, err := h.readings(r, string(casework.PersonMember(r.Actor.ID)))
	if err != nil {
		return err
	}
	page := web.Page{Title: r.T("caseweb.readings"), Crumbs: []web.Crumb{{Text: r.Actor.Name, Href: "/account"}}}
	return r.Render(http.StatusOK, page, readingsPage(rows))
}

// mostReadings bounds how many are shown, the newest first.
const mostReadings = 200

// readings are those of the person of a name. A reader of the office is named by their unit, which answers for them.
func (h *pages) readings(r *web.Request, name string) (rows []readingRow, err error) {
	var all []vault.Read
	err = h.DB.Read(r.Context(), func(tx *store.Tx) error {
		subject, err := h.Vault.Known(r.Context(), tx, name)
		if errs.Is(err, errs.NotFound) {
			return nil // nothing was ever kept
		}
		if err == nil {
			all, err = h.Vault.Readings(r.Context(), tx, subject, mostReadings, 0)
		}
		return err
	})
	d := h.on(r)
	for _, x := range all {
		row := readingRow{At: r.Moment(x.At), Why: strings.TrimPrefix(x.Object, "case:"), What: strings.Join(x.Items, r.T("caseweb.and"))}
		switch {
		case x.Purpose == vault.OwnData:
			row.Who = r.T("caseweb.reading_self")
		case x.Person == 0:
			row.Who = r.T("caseweb.program")
		default:
			if row.Who, err = h.readerUnit(r, d, x.Person); err != nil {
				return nil, err
			}
		}
		rows = append(rows, row)
	}
	return rows, err
}

func (h *pages) readerUnit(r *web.Request, d *desk, person int64) (string, error) {
	a, err := h.IDs.Actor(r.Context(), person)
	if errs.Is(err, errs.NotFound) || err == nil && a.Unit == "" {
		return r.T("caseweb.reading_office"), nil
	}
	if err != nil {
		return "", err
	}
	return d.unit(a.Unit), nil
}
