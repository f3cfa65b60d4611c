package orders

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"time"

	"huying/internal/casework"
	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/files"
	"huying/internal/store"
)

// Difference is in what the lists of both sides differ about an order.
type Difference string

// The differences.
const (
	Same      Difference = ""
	Missing   Difference = "missing"   // we know it, their list has it not
	Unknown   Difference = "unknown"   // their list has it, we know it not
	Different Difference = "different" // both have it, in different states
)

// Differences are those that there are.
var Differences = []Difference{Missing, Unknown, Different}

const (
	back       = 30 * 24 * time.Hour // how long after its last change an order that has ended stands in lists
	quiet      = 15 * time.Minute    // what changed later may be on its way
	checkAt    = 2                   // o'clock
	checkEvery = 10 * time.Minute
	mostListed = 4 << 20 // bytes of a page of a list
	mostPages  = 1000
)

// listed is the condition for an order to stand in the list of a peer, or of its stand-in.
const listed = "o.peer = $1 AND o.simulated = $2 AND o.case_id IS NOT NULL AND (o.changed_at >= $3 OR o.status <> 'ended')"

// list is our list for a peer: what changed since a time, and everything that has not ended.
func (s *Service) list(ctx context.Context, tx *store.Tx, l *link, since time.Time, after int64) (List, error) {
	all, err := store.All(ctx, tx, (*Order).fields, orderColumns+" WHERE "+listed+" AND o.id > $4 ORDER BY o.id LIMIT $5", l.Key, l.played, since.UnixMicro(), after, pageSize)
	out := List{Items: []Item{}}
	for i := range all {
		out.Items = append(out.Items, s.item(&all[i]))
	}
	if len(all) == pageSize {
		out.Next = all[len(all)-1].ID
	}
	return out, err
}

func (s *Service) item(o *Order) Item {
	owner := o.Peer
	if o.Way == Out {
		owner = s.Us
	}
	return Item{Owner: owner, Number: o.Number, Handled: o.Handled, Status: o.Status, Outcome: o.Outcome, Seq: o.Seq}
}

// daily compares lists with a peer once a day.
func (s *Service) daily(ctx context.Context, peer string) {
	tick := time.NewTicker(checkEvery)
	defer tick.Stop()
	for ctx.Err() == nil {
		if now, l := s.now().In(s.Zone), s.link(peer); l != nil && now.Hour() >= checkAt {
			if err := s.checkOnce(ctx, l, clock.DateOf(now, s.Zone)); err != nil && ctx.Err() == nil {
				s.Log.WarnContext(ctx, "comparing lists of orders", "peer", peer, "err", err)
			}
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
}

// checkOnce compares lists if no server did so on that day. One that fails is done again at the next look.
func (s *Service) checkOnce(ctx context.Context, l *link, day clock.Date) error {
	var mine int64
	err := s.DB.Write(ctx, func(tx *store.Tx) (err error) {
		mine, err = tx.Exec(ctx, "INSERT INTO orders_check (peer, day, at) VALUES ($1, $2, $3) ON CONFLICT (peer, day) DO NOTHING", l.Key, day.String(), s.now().UnixMicro())
		return err
	})
	if err != nil || mine == 0 {
		return err
	}
	if _, err = s.compare(ctx, l); err == nil {
		return nil
	}
	return errors.Join(err, s.DB.Write(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM orders_check WHERE peer = $1 AND day = $2", l.Key, day.String())
		return err
	}))
}

// Check is what a comparison of lists came to.
type Check struct {
	Peer        string
	At          time.Time
	Listed      int // orders in their list
	Differences int
}

// Compare asks a peer for its list now, and notes in what it differs from ours. It returns errs.Unavailable when the peer gives none.
func (s *Service) Compare(ctx context.Context, peer string) (Check, error) {
	l := s.link(peer)
	if l == nil {
		return Check{}, errs.New(errs.NotFound, "orders.no_such_peer", "peer", peer)
	}
	return s.compare(ctx, l)
}

func (s *Service) compare(ctx context.Context, l *link) (Check, error) {
	began := s.now()
	since := began.Add(-back)
	theirs, err := s.ask(ctx, l, since)
	if err != nil {
		return Check{}, err
	}
	c := Check{Peer: l.Key, At: began, Listed: len(theirs)}
	err = s.DB.Write(ctx, func(tx *store.Tx) (err error) {
		if c.Differences, err = s.weigh(ctx, tx, l, theirs, began); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO orders_check (peer, day, at, listed, differences) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (peer, day) DO UPDATE SET at = excluded.at, listed = excluded.listed, differences = excluded.differences`,
			l.Key, clock.DateOf(began, s.Zone).String(), began.UnixMicro(), c.Listed, c.Differences)
		return err
	})
	return c, err
}

// ask is the whole list of a peer.
func (s *Service) ask(ctx context.Context, l *link, since time.Time) (map[Item]Item, error) {
	all := map[Item]Item{}
	after := int64(0)
	for range mostPages {
		body, err := json.Marshal(Message{Type: Listing, From: s.Us, To: l.Key, Since: since.In(s.Zone), After: after})
		if err != nil {
			return nil, err
		}
		answer, f := s.exchange(ctx, l, "msg_"+rand.Text(), body, mostListed)
		if f != nil {
			return nil, errs.Wrap(errors.New(f.Detail), errs.Unavailable, "orders.no_list", "peer", l.Key, "detail", f.Detail)
		}
		var page List
		if err := json.Unmarshal(answer, &page); err != nil {
			return nil, errs.Wrap(err, errs.Unavailable, "orders.no_list", "peer", l.Key, "detail", err.Error())
		}
		for _, i := range page.Items {
			if (i.Owner == s.Us || i.Owner == l.Key) && i.Number != "" && len(i.Number) <= 64 && !unprintable(i.Number) {
				all[Item{Owner: i.Owner, Number: i.Number}] = i
			}
		}
		if page.Next <= after {
			return all, nil
		}
		after = page.Next
	}
	return nil, errs.New(errs.Unavailable, "orders.no_list", "peer", l.Key, "detail", "endless")
}

// weigh notes in what their list differs from ours, and returns in how many orders.
func (s *Service) weigh(ctx context.Context, tx *store.Tx, l *link, theirs map[Item]Item, at time.Time) (differences int, err error) {
	theirs = maps.Clone(theirs) // a transaction may have to begin anew
	w := &weighing{s: s, at: at}
	if w.busy, err = s.underway(ctx, tx, l); err != nil {
		return 0, err
	}
	ours, err := store.All(ctx, tx, (*Order).fields, orderColumns+` WHERE o.peer = $1 AND o.simulated = $2
		AND (o.changed_at >= $3 OR o.status <> 'ended' OR o.difference <> '') ORDER BY o.id`+tx.ForUpdate(), l.Key, l.played, at.Add(-back).UnixMicro())
	for i := range ours {
		o := &ours[i]
		key := Item{Owner: s.item(o).Owner, Number: o.Number}
		item, has := theirs[key]
		delete(theirs, key)
		if err == nil {
			err = w.forgotten(ctx, tx, l, o)
		}
		if err == nil {
			err = w.judge(ctx, tx, o, item, has)
		}
	}
	for key, item := range theirs { // what stands in no list of ours
		if err == nil {
			err = w.stranger(ctx, tx, l, key, item)
		}
	}
	return w.differences, err
}

type weighing struct {
	s           *Service
	at          time.Time
	busy        map[int64]bool
	differences int
}

// forgotten tells the peer of an order of ours what no job told it, for it happened just while the order was being sent, and withdraws one that
// its case needs no more and of which the peer was never told so.
func (w *weighing) forgotten(ctx context.Context, tx *store.Tx, l *link, o *Order) error {
	if o.Way != Out || o.Case == 0 || l.Takes == nil || o.Status.final() || w.busy[o.ID] {
		return nil
	}
	c, err := w.s.Cases.Case(ctx, tx, o.Case)
	if err != nil {
		return err
	}
	if o.Told < c.Seq {
		w.busy[o.ID] = true
		return w.s.heardOf(ctx, tx, c.ID, []Order{*o})
	}
	history, err := w.s.Cases.Records(ctx, tx, c.ID)
	if err != nil || !w.s.needless(o, c, history) {
		return err
	}
	w.busy[o.ID] = true
	return w.s.withdrawAgain(ctx, tx, o)
}

// judge notes in what an order of ours differs from an item of theirs.
func (w *weighing) judge(ctx context.Context, tx *store.Tx, o *Order, item Item, has bool) error {
	d, what := w.s.differs(o, item, has, w.at), ""
	if w.busy[o.ID] {
		d = Same
	}
	if d != Same {
		w.differences++
		what = quote(item.state())
	}
	if d == o.Difference && what == o.Listed {
		return nil
	}
	_, err := tx.Exec(ctx, "UPDATE orders_order SET difference = $1, listed = $2 WHERE id = $3", string(d), what, o.ID)
	return err
}

// stranger judges an item that stands in no list of ours: one that ended long ago, or one that we do not know.
func (w *weighing) stranger(ctx context.Context, tx *store.Tx, l *link, key, item Item) error {
	way := In
	if key.Owner == w.s.Us {
		way = Out
	}
	o, err := w.s.find(ctx, tx, l.exchanged(way), key.Number)
	if errs.Is(err, errs.NotFound) {
		o, err = w.s.begin(ctx, tx, l.exchanged(way), key.Number)
	}
	if err != nil {
		return err
	}
	return w.judge(ctx, tx, o, item, true)
}

// underway are the orders of a peer of which something is still to be sent: it cannot know yet.
func (s *Service) underway(ctx context.Context, tx *store.Tx, l *link) (map[int64]bool, error) {
	ids, err := store.All(ctx, tx, func(id *int64) []any { return []any{id} },
		"SELECT DISTINCT order_id FROM orders_message WHERE peer = $1 AND state = 'waiting'", lane(l.Key, l.played))
	busy := map[int64]bool{}
	for _, id := range ids {
		busy[id] = true
	}
	return busy, err
}

// differs is in what an order of ours differs from an item of theirs.
func (s *Service) differs(o *Order, item Item, has bool, at time.Time) Difference {
	switch {
	case o.Case == 0 && has:
		return Unknown
	case o.Case == 0: // they do not name it any more
		return Same
	case !has && o.Withdrawn(): // nobody needs it
		return Same
	case o.Changed.After(at.Add(-quiet)):
		return Same
	case has && item.state() != s.item(o).state():
		return Different
	case has, o.Status == Ended && o.Changed.Before(at.Add(-back+24*time.Hour)):
		return Same
	}
	return Missing
}

// state is the status and outcome of an item.
func (i Item) state() string {
	if i.Outcome == casework.Open {
		return string(i.Status)
	}
	return string(i.Status) + " " + string(i.Outcome)
}

// SendAgain sends again what of an order did not arrive, or, where lists differ, tells once more how it stands, or that it was withdrawn; of an
// order that we do not know the peer is asked to send it. It returns errs.NotFound, and errs.Conflict when there is nothing to send.
func (s *Service) SendAgain(ctx context.Context, tx *store.Tx, id int64) error {
	o, err := store.One(ctx, tx, (*Order).fields, orderColumns+" WHERE o.id = $1"+tx.ForUpdate(), id)
	if errs.Is(err, errs.NotFound) {
		return errs.New(errs.NotFound, "orders.no_order", "number", fmt.Sprint(id))
	}
	if err != nil {
		return err
	}
	if n, err := s.box.Again(ctx, tx, "order_id = $2", o.ID); err != nil || n > 0 {
		return err
	}
	switch {
	case o.Difference == Same, o.Difference == Unknown && o.Way == Out:
		return errs.New(errs.Conflict, "orders.nothing_to_send", "number", o.Number)
	case o.Difference == Unknown, o.Difference == Different && o.Way == Out && !o.Withdrawn():
		owner := o.Peer
		if o.Way == Out {
			owner = s.Us
		}
		return s.post(ctx, tx, &o, Message{Type: Again, Owner: owner}, nil)
	}
	return s.tellAgain(ctx, tx, &o)
}

// note says something in the case of an order.
func (s *Service) note(ctx context.Context, tx *store.Tx, o *Order, text string) error {
	c, err := s.Cases.Case(ctx, tx, o.Case)
	if err != nil {
		return err
	}
	_, err = s.Cases.DoIn(ctx, tx, byItself, c.Number, casework.Note{Text: text})
	return err
}

// fileName is what a file is called on its way.
func fileName(f files.File) string { return files.FileName(f.Hash[:8], f.Type) }
