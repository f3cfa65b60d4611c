package orders

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"huying/internal/casework"
	"huying/internal/errs"
	"huying/internal/store"
)

// Heard tells the peers what some records of cases mean for their orders, and for those that we sent them. The records of a case are looked at
// in their order, whichever job comes first.
func (s *Service) Heard(ctx context.Context, tx *store.Tx, jobs []casework.Happened) error {
	var ids []int64
	for _, e := range jobs {
		ids = append(ids, e.Case)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	all, err := store.All(ctx, tx, (*Order).fields, orderColumns+" WHERE o.case_id IN ("+store.Marks(1, len(ids))+") ORDER BY o.id"+tx.ForUpdate(), store.Args(ids)...)
	if err != nil {
		return err
	}
	of := map[int64][]Order{} // held in the order in which a comparison holds them
	for _, o := range all {
		of[o.Case] = append(of[o.Case], o)
	}
	for _, id := range slices.Sorted(maps.Keys(of)) {
		if err := s.heardOf(ctx, tx, id, of[id]); err != nil {
			return err
		}
	}
	return nil
}

// heardOf tells the peers of all orders of a case what has happened in it that they have not heard of.
func (s *Service) heardOf(ctx context.Context, tx *store.Tx, id int64, all []Order) error {
	c, err := s.Cases.Case(ctx, tx, id)
	if err != nil {
		return err
	}
	p, err := s.Cases.Version(ctx, tx, c.Hash)
	if err != nil {
		return err
	}
	history, err := s.Cases.Records(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	for i := range all {
		o := &all[i]
		if peer := s.peer(o.Peer); peer == nil || o.Told >= c.Seq {
			continue
		}
		tell := s.tellOwner
		if o.Way == Out {
			tell = s.tellHandler
		}
		t := &telling{p: p, c: c, history: history, records: slices.DeleteFunc(slices.Clone(history), func(r casework.Record) bool { return r.Seq <= o.Told })}
		if err := tell(ctx, tx, o, t); err != nil {
			return err
		}
		o.Told = c.Seq
		if err := s.save(ctx, tx, o); err != nil {
			return err
		}
	}
	return nil
}

// OfCase returns the orders of a case in the order in which they came to be.
func (s *Service) OfCase(ctx context.Context, tx *store.Tx, id int64) ([]Order, error) {
	return store.All(ctx, tx, (*Order).fields, orderColumns+" WHERE o.case_id = $1 ORDER BY o.id", id)
}

// telling is what is told of: records that the peer has not heard of.
type telling struct {
	p       *casework.Procedure
	c       *casework.Case
	history []casework.Record
	records []casework.Record
}

// tellOwner tells who sent an order each public step of its case.
func (s *Service) tellOwner(ctx context.Context, tx *store.Tx, o *Order, t *telling) error {
	k := s.peer(o.Peer).kindFor(t.c.Procedure)
	if k == nil {
		return nil
	}
	for _, r := range t.records {
		for _, e := range r.Events {
			if e.Entered == nil {
				continue
			}
			is, outcome := k.told(t.p, e.Entered.State)
			if is == "" {
				continue
			}
			o.Seq++
			o.Status, o.Outcome = is, outcome
			text, files := said(t.p, r)
			m := Message{Type: Feedback, Text: text, Status: &FeedbackPart{Seq: o.Seq, Is: is, Outcome: outcome, Handled: o.Handled, Due: dueOf(t.c, anyone), At: r.At.In(s.Zone)}}
			if err := s.post(ctx, tx, o, m, files); err != nil {
				return err
			}
		}
	}
	return nil
}

// told is what the peer is told when a case enters a state.
func (k *Sends) told(p *casework.Procedure, state string) (Status, casework.Outcome) {
	is := k.Tells[state]
	if ends := p.Ends(state); ends != casework.Open && is != Returned {
		return Ended, ends
	}
	return is, ""
}

// said is what was said in a record, and the files with it. What is personal stays in the vault.
func said(p *casework.Procedure, r casework.Record) (text string, files []string) {
	for _, e := range r.Events {
		if e.Did == nil {
			continue
		}
		form := p.ActionForm(e.Did.State, e.Did.Action)
		files = append(files, form.FilesIn(e.Did.Input)...)
		for _, name := range textFields {
			f, ok := form.Field(name)
			if s, is := e.Did.Input[name].(string); ok && is && f.Personal == "" && text == "" {
				text = s
			}
		}
	}
	return text, files
}

// dueOf is when the first of what is still due falls due that some units owe.
func dueOf(c *casework.Case, whose func(casework.Member) bool) (due time.Time) {
	for _, d := range c.Duties {
		_, unit := d.Owner.Unit()
		if unit && d.Status == casework.Due && whose(d.Owner) && !d.Due.IsZero() && (due.IsZero() || d.Due.Before(due)) {
			due = d.Due
		}
	}
	return due
}

func anyone(casework.Member) bool { return true }

// unitOf reports whether a member is the unit of a peer, or the one that took over from it.
func (s *Service) unitOf(takes *Takes) func(casework.Member) bool {
	heir := s.Trees().Units.Heir(takes.Unit)
	return func(m casework.Member) bool {
		key, ok := m.Unit()
		return ok && (key == takes.Unit || key == heir)
	}
}

// tellHandler tells a peer that handles an order of ours what it must know: another deadline, that it is late, that it is needed no more.
func (s *Service) tellHandler(ctx context.Context, tx *store.Tx, o *Order, t *telling) error {
	takes := s.peer(o.Peer).Takes
	if takes == nil || o.Status.final() { // it has done its part
		return nil
	}
	if s.needless(o, t.c, t.history) {
		return s.withdraw(ctx, tx, o, t.p, t.c)
	}
	whose := s.unitOf(takes)
	if due := dueOf(t.c, whose); !due.IsZero() && !due.Equal(o.Due) {
		o.Due = due
		if err := s.post(ctx, tx, o, Message{Type: Deadline, Due: due.In(s.Zone)}, nil); err != nil {
			return err
		}
	}
	late := func(e casework.Event) bool { return e.Missed != nil && whose(e.Missed.Owner) }
	for _, r := range t.records {
		if slices.ContainsFunc(r.Events, late) {
			if err := s.post(ctx, tx, o, Message{Type: Urge, Text: "已超过办理时限，请尽快办理并反馈。"}, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// needless reports whether a case needs nothing any more of what an order of ours asked for: it has ended, or what the peer's unit owed by the
// order was done by hand or taken back. One by which the unit owed nothing is needed as long as the case is open.
func (s *Service) needless(o *Order, c *casework.Case, history []casework.Record) bool {
	if c.Closed() {
		return true
	}
	whose := s.unitOf(s.peer(o.Peer).Takes)
	owed := owedBy(history, o.asked(), whose)
	return len(owed) > 0 && !slices.ContainsFunc(c.Duties, func(d casework.Owing) bool {
		return d.Outstanding() && whose(d.Owner) && slices.ContainsFunc(owed, func(k casework.DutyKey) bool {
			return k.Visit == d.Visit && k.Name == d.Name && (k.N == d.N || k.Owner != d.Owner) // of who took over it may have another number
		})
	})
}

// owedBy are the duties of some owners that were still to be done after a record.
func owedBy(history []casework.Record, seq int, whose func(casework.Member) bool) (owed []casework.DutyKey) {
	for _, r := range history {
		if r.Seq > seq {
			break
		}
		for _, e := range r.Events {
			ended := e.Dropped
			if e.Met != nil {
				ended = &e.Met.DutyKey
			}
			switch {
			case e.Owed != nil && whose(e.Owed.Owner):
				owed = append(owed, e.Owed.DutyKey)
			case ended != nil:
				owed = slices.DeleteFunc(owed, func(k casework.DutyKey) bool { return k == *ended })
			}
		}
	}
	return owed
}

// withdraw tells the peer that an order of ours is needed no more, and how the case stands. For us it has ended.
func (s *Service) withdraw(ctx context.Context, tx *store.Tx, o *Order, p *casework.Procedure, c *casework.Case) error {
	o.Status, o.Outcome = Ended, casework.Withdrawn
	text := p.StateTitle(c.State).ZH
	if !c.Closed() {
		text = "不再需要办理。事项现在的状态：" + text
	}
	return s.post(ctx, tx, o, Message{Type: Withdraw, Text: text}, nil)
}

// SendOrder sends the order that a record of a case asks for. Its number is that of the case and the record.
func (s *Service) SendOrder(ctx context.Context, tx *store.Tx, e casework.OrderAsked) error {
	c, err := s.Cases.Case(ctx, tx, e.Case)
	if err != nil {
		return err
	}
	_, r, err := s.Cases.Record(ctx, tx, c, e.Seq)
	if err != nil {
		return err
	}
	for _, ev := range r.Events {
		if ev.Ordered == nil {
			continue
		}
		peer := s.peer(ev.Ordered.To)
		if peer == nil || peer.Takes == nil {
			return fmt.Errorf("orders: %s sends an order to %q, which peers.yaml does not have", c.Number, ev.Ordered.To)
		}
		at := exchanged{peer.Key, Out, c.Simulated || s.played(peer.Key)}
		o, err := s.begin(ctx, tx, at, fmt.Sprintf("%s-%d", c.Number, e.Seq))
		if err != nil || o.Case != 0 {
			return err
		}
		o.Case, o.Due, o.Told = c.ID, dueOf(c, s.unitOf(peer.Takes)), e.Seq
		if err := s.post(ctx, tx, o, Message{Type: NewOrder, Order: orderOf(ev.Ordered, o.Due, s.Zone)}, ev.Ordered.Files); err != nil {
			return err
		}
		if err := s.save(ctx, tx, o); err != nil {
			return err
		}
		return s.heardOf(ctx, tx, c.ID, []Order{*o}) // what happened before it was sent
	}
	return nil
}

func orderOf(a *casework.Ordered, due time.Time, zone *time.Location) *OrderPart {
	text := func(name string) string {
		if v := a.Form[name]; v != nil {
			return fmt.Sprint(v)
		}
		return ""
	}
	o := &OrderPart{Title: text("title"), Text: text("text"), Category: text("category"), Place: text("place")}
	if !due.IsZero() {
		o.Due = due.In(zone)
	}
	return o
}

// tellAgain tells once more how an order stands: an order of ours as it was, or that it was withdrawn; the status of one of theirs under a new
// number of its row.
func (s *Service) tellAgain(ctx context.Context, tx *store.Tx, o *Order) error {
	if o.Withdrawn() {
		return s.withdrawAgain(ctx, tx, o)
	}
	want := Feedback
	if o.Way == Out {
		want = NewOrder
	}
	var body, files string
	err := tx.Scan(ctx, "SELECT body, files FROM orders_message WHERE order_id = $1 AND type = $2 ORDER BY id DESC LIMIT 1", []any{o.ID, string(want)}, &body, &files)
	if o.Way == Out {
		if err != nil {
			return err
		}
		return s.enqueue(ctx, tx, o, want, body, files)
	}
	m := Message{Type: Feedback, Status: &FeedbackPart{Handled: o.Handled, At: tx.Now().In(s.Zone)}}
	var hashes []string
	switch {
	case err == nil:
		err = errors.Join(json.Unmarshal([]byte(body), &m), json.Unmarshal([]byte(files), &hashes))
	case errs.Is(err, errs.NotFound): // nothing was told yet
		err = nil
	}
	if err != nil {
		return err
	}
	o.Seq++
	m.Status.Seq, m.Status.Is, m.Status.Outcome = o.Seq, o.Status, o.Outcome
	if err := s.post(ctx, tx, o, m, hashes); err != nil {
		return err
	}
	return s.save(ctx, tx, o)
}

// withdrawAgain tells once more that an order of ours is needed no more.
func (s *Service) withdrawAgain(ctx context.Context, tx *store.Tx, o *Order) error {
	c, err := s.Cases.Case(ctx, tx, o.Case)
	if err != nil {
		return err
	}
	p, err := s.Cases.Version(ctx, tx, c.Hash)
	if err != nil {
		return err
	}
	if err := s.withdraw(ctx, tx, o, p, c); err != nil {
		return err
	}
	return s.save(ctx, tx, o)
}

// post writes a message to the peer of an order, with the files of the hashes.
func (s *Service) post(ctx context.Context, tx *store.Tx, o *Order, m Message, files []string) error {
	m.From, m.To, m.Number = s.Us, o.Peer, o.Number
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	names, err := json.Marshal(files[:min(len(files), maxFiles)])
	if err != nil {
		return err
	}
	return s.enqueue(ctx, tx, o, m.Type, string(body), string(names))
}

func (s *Service) enqueue(ctx context.Context, tx *store.Tx, o *Order, kind Type, body, files string) error {
	now, to := s.now().UnixMicro(), lane(o.Peer, o.Simulated)
	_, err := tx.Exec(ctx, `INSERT INTO orders_message (order_id, peer, msg_id, type, body, files, state, due_at, made_at)
		VALUES ($1, $2, $3, $4, $5, $6, 'waiting', $7, $7)`, o.ID, to, "msg_"+rand.Text(), string(kind), body, files, now)
	tx.AfterCommit(func() { s.box.Nudge(to) })
	return err
}
