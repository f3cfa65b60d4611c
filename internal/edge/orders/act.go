package orders

import (
	"context"
	"slices"
	"strings"

	"huying/internal/casework"
	"huying/internal/errs"
	"huying/internal/store"
)

// channel is what a case says of how it came.
const channel = "exchange"

// open makes a case of an order. One that is known already is answered with the case that it has.
func (s *Service) open(ctx context.Context, tx *store.Tx, a *arrived) (Receipt, error) {
	o, err := s.begin(ctx, tx, a.exchanged(In), a.Number)
	if err != nil {
		return Receipt{}, err
	}
	if o.Case != 0 {
		r := o.receipt()
		r.Known = true
		return r, nil
	}
	k := a.kindOf(a.Order.Category)
	if k == nil {
		return Receipt{}, unfit("no_category", "order.category", "category", a.Order.Category)
	}
	form, err := s.form(a, k)
	if err != nil {
		return Receipt{}, err
	}
	done, err := s.Cases.OpenIn(ctx, tx, forTheCaller, k.Procedure, casework.OpenCase{
		Form: form, Channel: channel, Caller: casework.CallerOf{Contact: a.Order.contact()},
		Foreign: &casework.Foreign{System: a.Name.ZH, Number: a.Number, Due: a.Order.Due}, Simulated: a.played,
	})
	if err != nil {
		return Receipt{}, theirs(k, err)
	}
	o.Case, o.Handled, o.Due, o.Status, o.Difference, o.Listed = done.Case.ID, done.Case.Number, a.Order.Due, Accepted, "", ""
	return o.receipt(), s.save(ctx, tx, o)
}

// form is what the procedure asks for, filled in from an order.
func (s *Service) form(a *arrived, k *Sends) (casework.Data, error) {
	form := casework.Data{}
	set := func(field, value string) {
		if field != "" && value != "" {
			form[field] = value
		}
	}
	set(k.Form.Title, a.Order.Title)
	set(k.Form.Text, a.Order.Text)
	set(k.Form.Category, k.Categories[a.Order.Category])
	if a.Order.Place != "" && k.Form.Place != "" {
		place := k.place(s.Trees(), a.Order.Place)
		if place == "" {
			return nil, unfit("no_place", "order.place", "place", a.Order.Place)
		}
		form[k.Form.Place] = place
	}
	if len(a.files) > 0 {
		if k.Form.Files == "" {
			return nil, unfit("no_files", "files")
		}
		form[k.Form.Files] = a.hashes()
	}
	return form, nil
}

func (a *arrived) hashes() []any {
	out := make([]any, len(a.files))
	for i, f := range a.files {
		out[i] = f.Hash
	}
	return out
}

// theirs says what is wrong with a form at the members of the order that fill it. What a peer cannot mend stays ours.
func theirs(k *Sends, err error) error {
	if !errs.Is(err, errs.Invalid) {
		return err
	}
	names := map[string]string{}
	for name, field := range k.Form.theirs() {
		names[field] = "order." + name
		if name == "files" {
			names[field] = name
		}
	}
	var out errs.List
	for _, e := range errs.All(err) {
		if name := names[e.Field]; name != "" {
			e = e.On(name)
		}
		out = append(out, e)
	}
	return &Unfit{out}
}

// asSaid says what an action asks for at the members of the message that fill it.
func asSaid(err error) error {
	if !errs.Is(err, errs.Invalid) {
		return err
	}
	var out errs.List
	for _, e := range errs.All(err) {
		switch {
		case slices.Contains(textFields, e.Field):
			e = e.On("text")
		case slices.Contains(fileFields, e.Field):
			e = e.On("files")
		}
		out = append(out, e)
	}
	return &Unfit{out}
}

// The fields of an action that take what was said, and the files with it: the first that it asks for.
var (
	textFields = []string{"answer", "reason", "note"}
	fileFields = []string{"evidence", "document", "photo"}
)

// change is what the peer says of an order that it sent.
func (s *Service) change(ctx context.Context, tx *store.Tx, a *arrived) (Receipt, error) {
	o, err := s.find(ctx, tx, a.exchanged(In), a.Number)
	if err != nil {
		return Receipt{}, err
	}
	c, err := s.Cases.Case(ctx, tx, o.Case)
	if err != nil {
		return Receipt{}, err
	}
	who, cmd, err := s.command(ctx, tx, a, c)
	if err != nil {
		return Receipt{}, err
	}
	if _, err = s.Cases.DoIn(ctx, tx, who, c.Number, cmd); err != nil {
		return Receipt{}, asSaid(err)
	}
	if a.Type == Urge {
		if err := s.Queue.Enqueue(ctx, tx, Urged{ID: a.Key + "/" + a.id, Case: c.ID, Text: a.Text}, a.Key+"/"+a.id); err != nil {
			return Receipt{}, err
		}
	}
	if a.Type == Deadline {
		o.Due = a.Due
	}
	return o.receipt(), s.save(ctx, tx, o)
}

// Urged is that a peer urged a case on: those who owe something in it are to be told.
type Urged struct {
	ID   string `json:"id"` // of the message, with its peer
	Case int64  `json:"case"`
	Text string `json:"text"`
}

// Kind implements jobs.Event.
func (Urged) Kind() string { return "orders.urged" }

// command is what a message asks of the case.
func (s *Service) command(ctx context.Context, tx *store.Tx, a *arrived, c *casework.Case) (casework.Asker, casework.Command, error) {
	k := a.kindFor(c.Procedure)
	if k == nil {
		k = &Sends{}
	}
	switch a.Type {
	case Deadline:
		return byItself, casework.Restrain{Due: a.Due}, nil
	case Urge:
		return forTheCaller, casework.Note{Text: "催办：" + a.Text}, nil
	case Refuse:
		cmd, err := s.action(ctx, tx, a, c, k.Refuse)
		return byItself, cmd, err
	case Rate:
		for _, r := range k.Ratings {
			if a.Score >= r.From {
				cmd, err := s.action(ctx, tx, a, c, r.Do)
				return forTheCaller, cmd, err
			}
		}
		return forTheCaller, nil, errs.New(errs.Conflict, "orders.not_possible", "type", string(a.Type))
	}
	cmd, err := s.action(ctx, tx, a, c, k.Withdraw)
	return forTheCaller, cmd, err
}

// action is an action of the present state, with what was said in the field that it asks for, and the mark for all that it rates.
func (s *Service) action(ctx context.Context, tx *store.Tx, a *arrived, c *casework.Case, name string) (casework.Command, error) {
	if name == "" {
		return nil, errs.New(errs.Conflict, "orders.not_possible", "type", string(a.Type))
	}
	p, err := s.Cases.Version(ctx, tx, c.Hash)
	if err != nil {
		return nil, err
	}
	do := casework.Do{Action: name, Input: saying(p.ActionForm(c.State, name), a)}
	if state, ok := p.States.Get(c.State); ok && a.Score > 0 {
		if def, ok := state.Do.Get(name); ok && def.Mark == 0 {
			do.Ratings = map[string]int{}
			for _, party := range def.Rate {
				do.Ratings[party] = mark(a.Score, p.Scale)
			}
		}
	}
	return do, nil
}

// mark is a mark of five as one of scale, 0 of which is five: the best stays the best, and the worst the worst.
func mark(score, scale int) int {
	if scale == 0 {
		return score
	}
	return 1 + ((score-1)*(scale-1)+(best-1)/2)/(best-1)
}

// saying puts what was said, and the files with it, where a form asks for it.
func saying(f *casework.Form, a *arrived) casework.Data {
	in := casework.Data{}
	for _, name := range textFields {
		if _, ok := f.Field(name); ok && strings.TrimSpace(a.Text) != "" {
			in[name] = a.Text
			break
		}
	}
	for _, name := range fileFields {
		if _, ok := f.Field(name); ok && len(a.files) > 0 {
			in[name] = a.hashes()
			break
		}
	}
	return in
}

// follow is what the peer says of an order that we sent it. A status that comes late is superseded already. What its procedure has no action
// for, or the case no room, is noted in the case; so is what is said of an order that we withdrew, which ends for us by whatever ends it for them.
func (s *Service) follow(ctx context.Context, tx *store.Tx, a *arrived) (Receipt, error) {
	o, err := s.find(ctx, tx, a.exchanged(Out), a.Number)
	if err != nil {
		return Receipt{}, err
	}
	f := a.Message.Status
	if f.Seq <= o.Seq {
		return o.receipt(), nil
	}
	c, err := s.Cases.Case(ctx, tx, o.Case)
	if err != nil {
		return Receipt{}, err
	}
	done, withdrawn := false, o.Withdrawn()
	if name := a.Takes.on(f.Is); name != "" && !c.Closed() && !withdrawn {
		cmd, err := s.action(ctx, tx, a, c, name)
		if err != nil {
			return Receipt{}, err
		}
		_, err = s.Cases.DoIn(ctx, tx, byItself, c.Number, cmd)
		switch done = err == nil; {
		case errs.Is(err, errs.Invalid):
			return Receipt{}, asSaid(err)
		case err != nil && !errs.Is(err, errs.Conflict) && !errs.Is(err, errs.Forbidden):
			return Receipt{}, err
		}
	}
	if !done {
		hashes := make([]string, len(a.files))
		for i, x := range a.files {
			hashes[i] = x.Hash
		}
		note := casework.Note{Text: a.noted(f), Files: hashes}
		if _, err := s.Cases.DoIn(ctx, tx, byItself, c.Number, note); err != nil {
			return Receipt{}, err
		}
	}
	o.Seq, o.Difference, o.Listed = f.Seq, "", ""
	if !withdrawn || f.Is.final() {
		o.Status, o.Outcome = f.Is, f.Outcome
	}
	if f.Handled != "" {
		o.Handled = f.Handled
	}
	return o.receipt(), s.save(ctx, tx, o)
}

// on is the action that a status brings about.
func (t *Takes) on(s Status) string {
	if t == nil {
		return ""
	}
	return t.On[s]
}

// inWords are the statuses as the history of a case has them; what is said in a case is Chinese.
var inWords = map[Status]string{Accepted: "已受理", Assigned: "已派单", Answered: "已答复", Returned: "退单", Ended: "已办结"}

func (a *arrived) noted(f *FeedbackPart) string {
	text := a.Name.ZH + "：" + inWords[f.Is]
	if f.Handled != "" {
		text += "（" + f.Handled + "）"
	}
	if a.Text != "" {
		text += "\n" + a.Text
	}
	return text
}

// repeat tells once more: the status of an order that we handle, or an order of ours.
func (s *Service) repeat(ctx context.Context, tx *store.Tx, a *arrived) (Receipt, error) {
	way := In
	if a.Owner == s.Us {
		way = Out
	}
	o, err := s.find(ctx, tx, a.exchanged(way), a.Number)
	if err != nil {
		return Receipt{}, err
	}
	if o.Case == 0 {
		return Receipt{}, errs.New(errs.NotFound, "orders.no_order", "number", a.Number)
	}
	return o.receipt(), s.tellAgain(ctx, tx, o)
}
