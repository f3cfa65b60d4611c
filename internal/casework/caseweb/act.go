package caseweb

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"huying/internal/casework"
	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/store"
	"huying/internal/vault"
	"huying/internal/web"
)

// actView is the page of an action: what it asks for.
type actView struct {
	*caseView
	o   casework.Offering
	ask *asked
	own *asked // of a further caller, when the action takes one up
}

// act shows the form of an action, and does the action.
func (h *pages) act(r *web.Request) error {
	cv, err := h.seen(r)
	if err != nil {
		return err
	}
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	o, ok := cv.offer(r.PathValue("action"))
	if !ok && r.Method == http.MethodPost {
		return h.tooLate(cv, f)
	}
	if !ok {
		return errs.New(errs.Conflict, "caseweb.not_offered")
	}
	av := &actView{caseView: cv, o: o}
	in, kept, err := h.readFields(r, f, fieldsOf(o.Form))
	if err != nil {
		return err
	}
	av.ask = cv.d.asked(f, fieldsOf(o.Form), kept)
	if av.ask.people, err = h.candidates(r, cv.Version, cv.actionOf(o.Action), av.ask.Fields); err != nil {
		return err
	}
	cmd := casework.Do{Action: o.Action, Input: in, N: int(f.Int("turn", 0, 100_000)), Ratings: readRatings(f, o)}
	if o.Joins {
		if cmd.Joins, err = h.readCaller(r, f, av); err != nil {
			return err
		}
	}
	if r.Method == http.MethodPost && f.Value("more") == "" && f.OK() {
		done, err := h.Cases.Do(r.Context(), h.askerAt(r, f), cv.Number, cmd)
		if err == nil && done.Secret != "" { // of who joined: it is shown this once
			return r.Render(http.StatusOK, web.Page{Title: r.T("caseweb.receipt"), Nav: "cases"}, openedPage(h.on(r), done))
		}
		if err == nil {
			r.Flash("caseweb.did", "what", cv.d.text(o.Title), "number", done.Case.Number)
			return h.goOn(r, cv, done)
		}
		if !f.Takes(prefixed(err)) {
			return err
		}
		if err := av.caughtUp(h, f); err != nil {
			return err
		}
		if _, ok := av.offer(o.Action); !ok {
			return h.tooLate(av.caseView, f)
		}
	}
	return r.Render(statusOf(r, f), web.Page{Title: cv.d.text(o.Title), Nav: "cases", Crumbs: cv.crumbs()}, actPage(av))
}

// askerAt is who asks, with the record after which they think the case stands.
func (h *pages) askerAt(r *web.Request, f *web.Form) casework.Asker {
	who := h.asker(r)
	who.Seq = int(f.Int("seq", 0, 1<<40))
	return who
}

// caughtUp looks at the case again when it has moved on since the page was opened, and notes what happened in between.
func (cv *caseView) caughtUp(h *pages, f *web.Form) error {
	seq := int(f.Int("seq", 0, 1<<40))
	fresh, err := h.seen(cv.d.r)
	if err != nil {
		return err
	}
	if seq > 0 && seq < fresh.Seq {
		*cv = *fresh
		for _, s := range cv.steps {
			if s.Seq > seq {
				cv.since = append(cv.since, s)
			}
		}
	}
	return nil
}

// lateView is the page for what came too late: what happened meanwhile, and what was typed, which can still be said as a note.
type lateView struct {
	*caseView
	Typed []said
	Note  *web.Form
}

// tooLate answers an action that is offered no more.
func (h *pages) tooLate(cv *caseView, f *web.Form) error {
	if err := cv.caughtUp(h, f); err != nil {
		return err
	}
	v := lateView{caseView: cv, Note: web.NewForm()}
	form := cv.formOf(cv.d.r.PathValue("action"))
	data, _, err := h.readFields(cv.d.r, f, fieldsOf(form))
	if err != nil {
		return err
	}
	v.Typed, _ = cv.answers(form, data)
	var lines []string
	for _, field := range fieldsOf(form) { // what is personal goes into no note
		if x, given := data[field.Name]; given && (field.Kind == casework.LongText || field.Kind == casework.TextField) && field.Personal == "" {
			lines = append(lines, fmt.Sprint(x))
		}
	}
	v.Note.Set("text", strings.Join(lines, "\n\n"))
	return cv.d.r.Render(http.StatusConflict, web.Page{Title: cv.heading(), Nav: "cases", Crumbs: cv.crumbs()}, latePage(v))
}

// formOf is what an action asks for, in whichever state it stands; nil for an action that is in none.
func (cv *caseView) formOf(action string) *casework.Form {
	for _, s := range cv.Version.States {
		if s.Value.Do.Has(action) || cv.Version.Do.Has(action) {
			return cv.Version.ActionForm(s.Key, action)
		}
	}
	return nil
}

// seen is the case of the request as whoever asks sees it.
func (h *pages) seen(r *web.Request) (*caseView, error) {
	v, err := h.Cases.View(r.Context(), h.asker(r), r.PathValue("number"))
	if err != nil {
		return nil, err
	}
	cv := &caseView{View: v, d: h.on(r)}
	cv.tell()
	return cv, nil
}

// due says by when the action is owed; empty when it is not.
func (av *actView) due() string {
	for _, l := range av.lines {
		if slices.ContainsFunc(av.o.Turns, func(t casework.Owing) bool { return t.DutyKey == l.DutyKey }) {
			return av.d.r.T("caseweb.turn_due", "due", av.d.dueText(l.Due, l.Provisional), "left", l.Left)
		}
	}
	return ""
}

func (cv *caseView) offer(action string) (casework.Offering, bool) {
	for _, o := range cv.Offers {
		if o.Action == action {
			return o, true
		}
	}
	return casework.Offering{}, false
}

func fieldsOf(f *casework.Form) []casework.Field {
	if f == nil {
		return nil
	}
	return f.Fields
}

// asked is a form over what was sent.
func (d *desk) asked(f *web.Form, fields []casework.Field, kept map[string][]string) *asked {
	return &asked{Form: f, Fields: fields, Lang: d.r.Lang, say: d.r.T, trees: d.trees, Kept: kept}
}

// statusOf is the status of a page with a form: one that was sent and has a fault says so.
func statusOf(r *web.Request, f *web.Form) int {
	if r.Method == http.MethodPost && !f.OK() {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

// prefixed puts the engine's errors beside the fields of the page.
func prefixed(err error) error {
	all := errs.All(err)
	if len(all) == 0 {
		return err
	}
	out := make(errs.List, len(all))
	for i, e := range all {
		if out[i] = e; e.Field != "" && !strings.HasPrefix(e.Field, "rate-") {
			out[i] = e.On(prefix + e.Field)
		}
	}
	return out
}

// readRatings reads the marks of those whom the action asks to be rated.
func readRatings(f *web.Form, o casework.Offering) map[string]int {
	marks := map[string]int{}
	for _, m := range o.Rate {
		if n := f.Int("rate-"+string(m), 0, int64(o.Best)); n > 0 {
			marks[string(m)] = int(n)
		}
	}
	return marks
}

// readCaller reads who joins: whoever asks, with what they say of themselves.
func (h *pages) readCaller(r *web.Request, f *web.Form, av *actView) (*casework.CallerOf, error) {
	fields := fieldsOf(av.Version.CallerForm())
	said, kept, err := h.readFields(r, f, fields)
	av.own = av.d.asked(f, fields, kept)
	c := &casework.CallerOf{Said: said, Contact: contactOf(f)}
	if r.Actor != nil && c.Contact == "" {
		c.Person = r.Actor.ID
	}
	return c, err
}

// contactOf reads how a caller without an account is reached.
func contactOf(f *web.Form) string {
	return casework.Contact{Name: f.Line("contact-name", 60), Phone: f.Line("contact-phone", 40), Email: f.Line("contact-email", 200)}.String()
}

// goOn leads on from what was done: to the case, or, for who by it gave away their part in a case that they may not see now, to their desk.
func (h *pages) goOn(r *web.Request, cv *caseView, done casework.Done) error {
	if cv.d.v.Sees(done.Procedure, done.Case) == casework.Nothing { // with their own eyes; a deputy may see it still
		if _, err := h.Cases.Left(r.Context(), h.asker(r), done); errs.Is(err, errs.NotFound) {
			return r.Redirect("/tasks")
		} else if err != nil {
			return err
		}
	}
	return r.Redirect(cv.path())
}

// claimView is the page on which a duty is taken on or handed over.
type claimView struct {
	*caseView
	f       *web.Form
	o       casework.DutyView
	Options []web.Option
}

// claim takes a duty of one's unit on oneself, gives it back, or hands it to a colleague.
func (h *pages) claim(r *web.Request) error {
	cv, err := h.seen(r)
	if err != nil {
		return err
	}
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	q := f
	if r.Method == http.MethodGet {
		q = r.QueryForm()
	}
	key := casework.DutyKey{Visit: int(q.Int("visit", 0, 1<<30)), Name: q.Line("duty", 60), N: int(q.Int("n", 0, 1<<30)), Owner: casework.Member(q.Line("owner", 100))}
	o := cv.dutyOf(key)
	if !o.MayClaim {
		return errs.New(errs.NotFound, "casework.no_duty")
	}
	people, err := h.colleagues(r, o)
	if err != nil {
		return err
	}
	if r.Method == http.MethodPost {
		cmd := casework.Claim{Duty: key}
		if id := f.Int("person", 0, 1<<50); id != 0 {
			a, err := h.IDs.Actor(r.Context(), id)
			if err != nil {
				return err
			}
			to := casework.ActorOf(casework.Asker{Actor: a})
			cmd.To = &to
		}
		_, err := h.Cases.Do(r.Context(), h.askerAt(r, f), cv.Number, cmd)
		if err == nil {
			return r.Redirect(cv.path())
		}
		if !f.Takes(err) {
			return err
		}
		if err := cv.caughtUp(h, f); err != nil {
			return err
		}
	} else if o.Claimed != 0 {
		f.Set("person", strconv.FormatInt(o.Claimed, 10))
	} else {
		f.Set("person", strconv.FormatInt(r.Actor.ID, 10))
	}
	v := claimView{caseView: cv, f: f, o: o, Options: people}
	return r.Render(statusOf(r, f), web.Page{Title: r.T("caseweb.hand"), Nav: "cases", Crumbs: cv.crumbs()}, claimPage(v))
}

// colleagues are the people of the unit that owes a duty.
func (h *pages) colleagues(r *web.Request, o casework.DutyView) (out []web.Option, err error) {
	unit, _ := o.Owner.Unit()
	out = append(out, web.Option{Text: r.T("caseweb.nobody")})
	err = h.DB.Read(r.Context(), func(tx *store.Tx) error {
		posts, err := h.IDs.PostsIn(r.Context(), tx, unit)
		if err != nil {
			return err
		}
		people, err := h.named(r, tx, slices.DeleteFunc(posts, func(p identity.Post) bool { return !p.Role.May(identity.CaseWork) }))
		out = append(out, people...)
		return err
	})
	return out, err
}

// reveal shows what is personal in a case, and puts it on record that it was read.
func (h *pages) reveal(r *web.Request) error {
	cv, err := h.seen(r)
	if err != nil {
		return err
	}
	fields, err := h.Cases.Sealed(r.Context(), h.asker(r), cv.Number)
	if err != nil {
		return err
	}
	by := vault.Reading{Purpose: "casework.show", Object: "case:" + cv.Number}
	if r.Actor != nil {
		by.Person = r.Actor.ID
	} else {
		by.Purpose = vault.OwnData
	}
	refs := make([]vault.Ref, len(fields))
	for i, f := range fields {
		refs[i] = vault.Ref(f.Ref)
	}
	var pairs []web.Pair
	err = h.DB.Write(r.Context(), func(tx *store.Tx) error {
		values, err := h.Vault.Open(r.Context(), tx, by, refs...)
		pairs = cv.revealed(fields, values)
		return err
	})
	if err != nil {
		return err
	}
	return r.Render(http.StatusOK, web.Page{Title: r.T("caseweb.revealed"), Nav: "cases", Crumbs: cv.crumbs()}, revealPage(cv, pairs))
}

// revealed are the values with what they were asked as. One that is gone was erased with its person.
func (cv *caseView) revealed(fields []casework.SealedField, values map[vault.Ref][]byte) (out []web.Pair) {
	for _, f := range fields {
		text := cv.d.r.T("caseweb.erased")
		if raw, ok := values[vault.Ref(f.Ref)]; ok {
			text = plainText(f.Name, raw)
		}
		out = append(out, web.Pair{Name: cv.sealedName(f.Name), Value: web.Text(text)})
	}
	return out
}

// plainText is a value of the vault in words.
func plainText(name string, raw []byte) string {
	if strings.HasSuffix(name, "contact") {
		c := casework.ParseContact(string(raw))
		return strings.Join(strings.Fields(strings.Join([]string{c.Name, c.Phone, c.Email}, " ")), " · ")
	}
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return string(raw)
	}
	return fmt.Sprint(v)
}

func (cv *caseView) sealedName(name string) string {
	if f, ok := cv.Version.Form().Field(name); ok {
		return f.Title.In(cv.d.r.Lang)
	}
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		short := name[i+1:]
		if f, ok := cv.Version.CallerForm().Field(short); ok {
			return f.Title.In(cv.d.r.Lang)
		}
		if short == "contact" {
			return cv.d.r.T("caseweb.contact")
		}
	}
	return name
}
