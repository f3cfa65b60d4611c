package app

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"huying/internal/casework"
	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/files"
	"huying/internal/i18n"
	"huying/internal/jobs"
	"huying/internal/promise"
	"huying/internal/store"
)

// settled is a case that ended, with the promise that it is about.
type settled struct {
	*App
	tx      *store.Tx
	c       *casework.Case
	st      *promise.Standing
	records []casework.Record
}

// settles says what the end of a case means for its promise, by procedure and final state.
var settles = map[string]func(*settled, context.Context) error{
	reporting + "/accepted": (*settled).reported,
	closing + "/struck":     (*settled).struck,
	adjusting + "/adjusted": (*settled).adjusted,
}

// ended tells the case's parent, and enters into the register what the end means.
func (a *App) ended(ctx context.Context, tx *store.Tx, e casework.Ended) error {
	if err := a.cases.ChildEnded(ctx, tx, e); err != nil {
		return err
	}
	s, err := a.settled(ctx, tx, e.Case)
	if err != nil || s == nil || !s.c.Closed() {
		return err
	}
	return a.about(settles[s.c.Procedure+"/"+s.c.State](s, ctx), s.st.Number, e.Procedure+" "+e.Number)
}

// idle reports whether nothing follows from what happened in a case, as ended and reopened would find out.
func idle(e jobs.Event) bool {
	switch e := e.(type) {
	case casework.Ended:
		return e.Parent == 0 && !slices.ContainsFunc(slices.Collect(maps.Keys(settles)), func(k string) bool { return strings.HasPrefix(k, e.Procedure+"/") })
	case casework.Reopened:
		return e.Parent == 0 && e.Procedure != closing
	}
	return false
}

// settled loads a case whose present state means something for a promise; nil when it means nothing.
func (a *App) settled(ctx context.Context, tx *store.Tx, id int64) (*settled, error) {
	c, err := a.cases.Case(ctx, tx, id)
	if err != nil || settles[c.Procedure+"/"+c.State] == nil {
		return nil, err
	}
	s := &settled{App: a, tx: tx, c: c}
	number := s.text("promise")
	if s.st, err = a.register.Standing(ctx, tx, number); err != nil {
		return nil, a.about(err, number, c.Procedure+" "+c.Number)
	}
	if lead := c.Lead(); lead != s.st.Lead && c.Procedure != reporting { // any clerk may write the number of any promise
		return nil, a.about(errs.New(errs.Conflict, "app.not_its_unit", "unit", lead, "lead", s.st.Lead), number, c.Procedure+" "+c.Number)
	}
	tx.NotBefore(c.ClosedAt) // whoever plays a year may be killed and begin the day again
	s.records, err = a.cases.Records(ctx, tx, c.ID)
	return s, err
}

// reopened tells the case's parent, and takes back in the register what the end of a case had entered.
func (a *App) reopened(ctx context.Context, tx *store.Tx, e casework.Reopened) error {
	if err := a.cases.ChildReopened(ctx, tx, e); err != nil || e.Procedure != closing {
		return err
	}
	c, err := a.cases.Case(ctx, tx, e.Case)
	if err != nil || c.Closed() {
		return err
	}
	s := &settled{App: a, tx: tx, c: c}
	number := s.text("promise")
	if s.st, err = a.register.Standing(ctx, tx, number); err == nil {
		s.records, err = a.cases.Records(ctx, tx, c.ID)
	}
	if err != nil {
		return a.about(err, number, e.Procedure+" "+e.Number)
	}
	if !s.st.Over() && s.st.Status != promise.IsContinued {
		return nil
	}
	signed, input := s.did("reopen")
	reason, _ := input["reason"].(string)
	return a.about(s.say(ctx, promise.Entry{Type: promise.Reopened, Note: s.noted(reason)}, signed), number, e.Procedure+" "+e.Number)
}

// reported enters a report that was accepted: it is its unit that speaks, and the one who drafted it.
func (s *settled) reported(ctx context.Context) error {
	v := s.c.Values
	note, _ := v["progress"].(string)
	source, _ := v["source"].(string)
	asOf, err := dayIn(v["asof"])
	if err != nil {
		return err
	}
	proof, err := s.files(ctx, v["evidence"])
	if err != nil {
		return err
	}
	var all []promise.Entry
	if value, _ := v["value"].(string); value != "" {
		all = append(all, promise.Entry{Type: promise.Figure, Value: value})
	}
	if p, ok := numberIn(v["percent"]); ok && p >= 0 {
		all = append(all, promise.Entry{Type: promise.Progress, Percent: p})
	}
	if n, ok := numberIn(v["node"]); ok && n > 0 {
		all = append(all, promise.Entry{Type: promise.NodeDone, Node: int(n)})
	}
	if len(all) == 0 {
		all = append(all, promise.Entry{Type: promise.Evidence})
	}
	signed := s.asked("draft")
	signed.Unit = s.c.Lead()
	for i, e := range all {
		e.AsOf, e.Note, e.Source = asOf, note, source
		if i == 0 {
			e.Files = proof
		}
		if err := s.say(ctx, e, signed); err != nil {
			return err
		}
	}
	return nil
}

// struck enters that a promise is done, by its unit, and verified, by the second one; or that it goes on by its nature.
func (s *settled) struck(ctx context.Context) error {
	on, err := dayIn(s.c.Form["on"])
	if err != nil {
		return err
	}
	proof, err := s.files(ctx, s.c.Form["evidence"])
	if err != nil {
		return err
	}
	said := promise.Entry{Type: promise.Done, AsOf: on, Note: s.text("summary"), Files: proof}
	if s.text("claim") == "continuing" {
		said.Type = promise.Continuing
	}
	lead := casework.Signed{Unit: s.c.Lead()}
	if len(s.c.Callers) > 0 {
		lead.Person = s.c.Callers[0].Person
	}
	if !s.st.Over() {
		switch err := s.say(ctx, said, lead); {
		case errs.Is(err, errs.Invalid):
			return s.giveBack(ctx, err)
		case err != nil:
			return err
		}
	}
	if said.Type == promise.Continuing {
		return nil
	}
	verifier, input := s.did("confirm")
	note, _ := input["note"].(string)
	proof, err = s.files(ctx, input["evidence"])
	if err != nil {
		return err
	}
	return s.say(ctx, promise.Entry{Type: promise.Verified, Note: s.noted(note), Files: proof}, verifier)
}

// giveBack opens a case again when the register does not take what it says, with the register's reason: its figure is not reached, say. Where
// the procedure does not let the program do that, the error is what the register said.
func (s *settled) giveBack(ctx context.Context, refused error) error {
	reason := s.texts.T(i18n.ZH, "app.not_entered", "why", s.texts.Error(i18n.ZH, refused))
	err := s.act(ctx, s.tx, s.c, "reopen", casework.Data{"reason": reason})
	if errs.Is(err, errs.Forbidden) || errs.Is(err, errs.Conflict) {
		return refused
	}
	return err
}

// adjusted enters the change that a leader approved.
func (s *settled) adjusted(ctx context.Context) error {
	due, err := dayIn(s.c.Form["new_due"])
	if err != nil {
		return err
	}
	proof, err := s.files(ctx, s.c.Form["evidence"])
	if err != nil {
		return err
	}
	leader, _ := s.did("approve")
	who, err := s.author(ctx, leader)
	if err != nil {
		return err
	}
	return s.say(ctx, promise.Entry{Type: promise.Adjusted, Note: s.c.Number, Files: proof, Change: promise.Change{Approver: who.Name, Reason: s.text("why"),
		Title: s.text("new_title"), Value: s.text("new_value"), Due: due}}, leader)
}

// say appends an entry to the promise, signed as the case is.
func (s *settled) say(ctx context.Context, e promise.Entry, signed casework.Signed) error {
	who, err := s.author(ctx, signed)
	if err != nil {
		return err
	}
	e.Promise = s.st.ID
	_, err = s.register.Say(ctx, s.tx, e, who)
	return err
}

// author is who signed a record of the case, as the register names people.
func (s *settled) author(ctx context.Context, signed casework.Signed) (promise.Author, error) {
	who := promise.Author{ID: signed.Person, Name: program.Name, Unit: signed.Unit, Simulated: s.c.Simulated}
	names, err := s.ids.Names(ctx, s.tx, []int64{signed.Person})
	if name := names[signed.Person]; name != "" {
		who.Name = name
	} else if s.c.Simulated {
		who.Name = simulator.Name
	}
	return who, err
}

// did is who did an action last, and what they filled in.
func (s *settled) did(action string) (casework.Signed, casework.Data) {
	for i := len(s.records) - 1; i >= 0; i-- {
		for _, e := range s.records[i].Events {
			if e.Did != nil && e.Did.Action == action {
				return s.records[i].By, e.Did.Input
			}
		}
	}
	return casework.Signed{}, nil
}

// asked is who asked for an action that others approve, the last time; who did it, if nobody had to.
func (s *settled) asked(action string) casework.Signed {
	for i := len(s.records) - 1; i >= 0; i-- {
		for _, e := range s.records[i].Events {
			if e.Asked != nil && e.Asked.Action == action {
				return s.records[i].By
			}
		}
	}
	signed, _ := s.did(action)
	return signed
}

// noted is what somebody said, or, where they said nothing, the number of the case.
func (s *settled) noted(text string) string {
	if text == "" {
		return s.c.Number
	}
	return text
}

func (s *settled) text(field string) string {
	v, _ := s.c.Form[field].(string)
	return v
}

// files are the pieces of evidence that a case names, as the register keeps them.
func (s *settled) files(ctx context.Context, v any) ([]promise.File, error) {
	list, _ := v.([]any)
	var out []promise.File
	for i, x := range list {
		hash, _ := x.(string)
		f, err := s.App.files.Stat(ctx, s.tx, hash)
		if err != nil {
			return nil, err
		}
		out = append(out, promise.File{Hash: f.Hash, Name: files.FileName(fmt.Sprintf("%s-%d", s.c.Number, i+1), f.Type), Type: string(f.Type), Size: f.Size})
	}
	return out, nil
}

// dayIn is a day as a form holds it; none is zero.
func dayIn(v any) (clock.Date, error) {
	text, _ := v.(string)
	if text == "" {
		return clock.Date{}, nil
	}
	d, err := clock.ParseDate(text)
	if err != nil {
		return d, errs.Wrap(err, errs.Invalid, "casework.form.bad_format.date")
	}
	return d, nil
}

// numberIn is a number as a form or a value holds it.
func numberIn(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	case string:
		f, err := strconv.ParseFloat(v, 64)
		return f, err == nil
	}
	return 0, false
}
