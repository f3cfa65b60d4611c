package caseapi

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"huying/internal/casework"
	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/ledger"
	"huying/internal/store"
	"huying/internal/web"
)

// list returns the cases that the filter chooses among those that who asks sees.
func (a *front) list(r *web.Request) error {
	q := queryOf(r)
	pg := q.page()
	f := casework.Filter{Mine: q.choice("scope", "mine", "all") == "mine", Procedure: q.text("procedure", 80), State: q.text("state", 80),
		Outcome: casework.Outcome(q.choice("outcome", outcomes...)), Progress: q.choice("progress", "open", "ended", "late"), Category: q.text("category", 80),
		Place: q.text("place", 80), Lead: q.text("unit", 80), Tone: q.text("tone", 40), Repeats: q.text("about", 80), From: q.day("from"), Until: q.day("until"), Sort: q.choice("sort", "newest", "oldest", "due"),
		Limit: pg.Size, Offset: pg.offset()}
	f.Found = a.found(q.text("q", 100))
	if err := q.err(); err != nil {
		return err
	}
	v, err := a.viewer(r)
	if err != nil {
		return err
	}
	s, items := a.shaper(r), []row{}
	var total int
	var now time.Time
	err = a.DB.ReadApart(r.Context(), func(tx *store.Tx) error {
		now = tx.Now()
		var rows []casework.Row
		if rows, total, err = a.Cases.List(r.Context(), tx, v, f); err != nil {
			return err
		}
		items, err = a.rows(r.Context(), tx, s, rows)
		return err
	})
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, listed(items, total, casework.MostCounted, pg, now, s))
}

var outcomes = func() []string {
	out := make([]string, len(casework.Outcomes))
	for i, o := range casework.Outcomes {
		out[i] = string(o)
	}
	return out
}()

// found is the condition for words; nil when none are looked for.
func (a *front) found(text string) *casework.Found {
	if text == "" {
		return nil
	}
	if a.Search != nil {
		if cond, args, ok := a.Search.Match(casework.SearchKind, text); ok {
			return &casework.Found{Cond: cond, Args: args}
		}
	}
	return &casework.Found{Cond: "1 = 0"} // nothing holds no words
}

// listed is an answer with a list. more says that there are more than were counted.
func listed(items any, total, most int, pg page, now time.Time, s shaper) map[string]any {
	return map[string]any{"items": items, "total": min(total, most), "more": total > most, "page": pg.Page, "size": pg.Size,
		"computed_at": moment(now, s.zone)}
}

// rows are cases of a list with their states' titles.
func (a *front) rows(ctx context.Context, tx *store.Tx, s shaper, rows []casework.Row) ([]row, error) {
	items := make([]row, 0, len(rows))
	for _, c := range rows {
		p, err := a.Cases.Version(ctx, tx, c.Hash)
		if err != nil {
			return nil, err
		}
		items = append(items, s.row(c, p.StateTitle(c.State), tx.Now()))
	}
	return items, nil
}

// show returns one case.
func (a *front) show(r *web.Request) error {
	if err := queryOf(r).err(); err != nil {
		return err
	}
	who, err := asker(r)
	if err != nil {
		return err
	}
	v, err := a.Cases.View(r.Context(), who, r.PathValue("number"))
	if err != nil {
		return err
	}
	return a.answer(r, v, http.StatusOK, nil)
}

// answer sends a case as who asks sees it. more, if given, adds what is of this answer only.
func (a *front) answer(r *web.Request, v *casework.View, status int, more func(*oneCase)) error {
	c := a.shaper(r).one(v)
	if more != nil {
		more(&c)
	}
	r.Writer().Header().Set("ETag", `"`+strconv.Itoa(v.Seq)+`"`)
	return r.JSON(status, c)
}

// opening is what a case is opened with.
type opening struct {
	Procedure string        `json:"procedure"`
	Form      casework.Data `json:"form"`
	Said      casework.Data `json:"said"` // what the caller says of themselves, where the procedure asks
	Channel   string        `json:"channel"`
	OnBehalf  *contact      `json:"on_behalf"`
	Parent    string        `json:"parent"`
	Foreign   *order        `json:"foreign"`
}

// order is the order of another system that a case answers.
type order struct {
	System string    `json:"system"`
	Number string    `json:"number"`
	Due    time.Time `json:"due"`
}

// channels are the ways by which a case may have come that a program may name.
var channels = []string{"api", "exchange", "phone", "web", "window"}

// open begins a case.
func (a *front) open(r *web.Request) error {
	var in opening
	who, err := a.read(r, &in)
	if err != nil {
		return err
	}
	cmd, err := a.opens(r, who, in)
	if err != nil {
		return err
	}
	if err := a.adopt(r.Context(), in.Form, in.Said); err != nil {
		return err
	}
	done, err := a.Cases.Open(r.Context(), who, in.Procedure, cmd)
	if err != nil {
		return refused(who, err)
	}
	number := done.Case.Number
	if done.Secret != "" { // who opened it without an account sees it as the caller they are
		who.Secret = done.Secret
	}
	r.Writer().Header().Set("Location", Base+"/cases/"+url.PathEscape(number))
	more := func(c *oneCase) {
		c.Secret = done.Secret
		if receipt, err := a.promised(r.Context(), number); err == nil { // else it is there to be asked for: the secret is not
			c.Receipt = receipt
		}
	}
	v, err := a.Cases.Left(r.Context(), who, done)
	if errs.Is(err, errs.NotFound) { // opened for somebody else, in a closed circle
		return a.done(r, done, http.StatusCreated, more)
	}
	if err != nil {
		return err
	}
	return a.answer(r, v, http.StatusCreated, more)
}

// done answers who does not see the case with no more than that it was done, and where the case then stands.
func (a *front) done(r *web.Request, done casework.Done, status int, more func(*oneCase)) error {
	c, s := done.Case, a.shaper(r)
	out := oneCase{row: s.row(casework.Row{Number: c.Number, Procedure: c.Procedure, State: c.State, Outcome: c.Outcome, OpenedAt: c.OpenedAt,
		ClosedAt: c.ClosedAt, Sight: casework.Outline}, done.Procedure.StateTitle(c.State), c.OpenedAt), Seq: c.Seq, Actions: []action{}}
	more(&out)
	return r.JSON(status, out)
}

// opens is the command that an opening asks for.
func (a *front) opens(r *web.Request, who casework.Asker, in opening) (casework.OpenCase, error) {
	cmd := casework.OpenCase{Form: in.Form, Channel: in.Channel, Caller: casework.CallerOf{Said: in.Said}}
	var wrong errs.List
	fail := func(field, key string, kv ...any) {
		wrong = append(wrong, errs.New(errs.Invalid, key, kv...).On(field))
	}
	if in.Procedure == "" {
		fail("procedure", "caseapi.required")
	}
	if cmd.Channel == "" {
		cmd.Channel = "api"
	} else if !slices.Contains(channels, cmd.Channel) {
		fail("channel", "caseapi.no_choice", "choices", strings.Join(channels, ", "))
	}
	if in.OnBehalf != nil {
		text, bad := in.OnBehalf.checked("on_behalf")
		cmd.OnBehalf, cmd.Caller.Contact = true, text
		wrong = append(wrong, bad...)
	}
	if f := in.Foreign; f != nil {
		if r.Actor == nil || !r.For(identity.Exchange) { // it may shorten the clock
			return cmd, errs.New(errs.Forbidden, "caseapi.not_exchange").On("foreign")
		}
		if strings.TrimSpace(f.System) == "" || strings.TrimSpace(f.Number) == "" {
			fail("foreign", "caseapi.required")
		}
		for name, value := range map[string]string{"foreign.system": f.System, "foreign.number": f.Number} {
			if e := line(value, 100, false); e != nil {
				wrong = append(wrong, e.On(name))
			}
		}
		cmd.Foreign = &casework.Foreign{System: f.System, Number: f.Number, Due: f.Due}
	}
	if in.Parent != "" {
		v, err := a.Cases.View(r.Context(), who, in.Parent)
		switch {
		case errs.Is(err, errs.NotFound) || err == nil && v.Sight < casework.Whole:
			fail("parent", "casework.no_case")
		case err != nil:
			return cmd, err
		default:
			cmd.Parent = v.ID
		}
	}
	return cmd, wrong.Err()
}

// commander is who gives a command, with its key and what they think of the case.
func (a *front) commander(r *web.Request, data []byte) (casework.Asker, error) {
	who, err := asker(r)
	if err != nil {
		return who, err
	}
	if who.Key = r.Header.Get("Idempotency-Key"); who.Key != "" {
		if e := line(who.Key, 100, false); e != nil {
			return who, e.On("Idempotency-Key")
		}
		sum := sha256.New()
		sum.Write([]byte(r.Method + " " + r.URL.Path + "\n")) // a hash never fails
		sum.Write(data)
		who.Print = hex.EncodeToString(sum.Sum(nil)[:16])
	}
	who.Seq, err = sequence(r.Header.Get("If-Match"))
	return who, err
}

// sequence reads If-Match: the number of the record after which somebody thinks that a case stands; 0 is any.
func sequence(header string) (int, error) {
	header = strings.TrimSpace(header)
	if header == "" || header == "*" {
		return 0, nil
	}
	text := strings.TrimPrefix(header, "W/") // as a proxy that compresses makes it
	if n, err := strconv.Atoi(strings.Trim(text, `"`)); err == nil && n > 0 && text == `"`+strconv.Itoa(n)+`"` {
		return n, nil
	}
	return 0, errs.New(errs.Invalid, "caseapi.bad_match").On("If-Match")
}

// refused gives an error of a command the status that HTTP has for it.
func refused(who casework.Asker, err error) error {
	all := errs.All(err)
	if len(all) == 0 {
		return err
	}
	switch {
	case all[0].Key == "casework.moved_on" && who.Seq != 0:
		return web.WithStatus(http.StatusPreconditionFailed, err)
	case all[0].Key == "casework.key_other":
		return web.WithStatus(http.StatusUnprocessableEntity, all[0].On("Idempotency-Key"))
	case all[0].Kind == errs.Forbidden && who.Actor == nil && who.Secret == "":
		return errs.New(errs.Unauthenticated, "web.sign_in_first") // somebody who is known might
	}
	return err
}

// receipt returns the receipt for a record of a case, the opening unless told.
func (a *front) receipt(r *web.Request) error {
	q := queryOf(r)
	seq := q.number("seq", 1, 1, 1<<30)
	if err := q.err(); err != nil {
		return err
	}
	who, err := asker(r)
	if err != nil {
		return err
	}
	v, err := a.Cases.View(r.Context(), who, r.PathValue("number"))
	if err != nil {
		return err
	}
	if v.Sight < casework.Whole {
		return refused(who, errs.New(errs.Forbidden, "casework.forbidden"))
	}
	mine := slices.ContainsFunc(v.Callers, func(c casework.CallerView) bool { return c.Self && c.N == 1 })
	receipt, err := a.receiptOf(r.Context(), v.Number, seq, mine && seq == 1)
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, receipt)
}

// promised is the receipt of the opening of a case that was opened just now.
func (a *front) promised(ctx context.Context, number string) (receipt ledger.Receipt, err error) {
	err = a.DB.ReadOnce(ctx, func(tx *store.Tx) error {
		receipt, err = a.Ledger.Promise(ctx, tx, casework.Ref(number, 1))
		return err
	})
	return receipt, err
}

// receiptOf is the receipt for a record; whole, with what was logged, which is for the caller alone.
func (a *front) receiptOf(ctx context.Context, number string, seq int, whole bool) (out json.Marshaler, err error) {
	err = a.DB.Read(ctx, func(tx *store.Tx) error {
		var receipt ledger.Receipt
		if receipt, err = a.Ledger.Receipt(ctx, tx, casework.Ref(number, seq)); err != nil {
			return err
		}
		if out = receipt; !whole {
			return nil
		}
		data, err := a.Cases.LedgerDataOf(ctx, tx, number, seq)
		if err != nil {
			return err
		}
		out, err = receipt.With(data)
		return err
	})
	return out, err
}
