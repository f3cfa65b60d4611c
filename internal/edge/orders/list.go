package orders

import (
	"context"
	"strings"
	"time"

	"huying/internal/store"
)

// Show is which orders a list chooses.
type Show string

// The choices.
const (
	ShowAll         Show = ""
	ShowDifferent   Show = "different"   // in which the lists of both sides differ
	ShowUndelivered Show = "undelivered" // of which a message was not taken
)

// Filter chooses orders. Its zero value is the first fifty of all, those that changed last first.
type Filter struct {
	Peer   string
	Way    Way
	Show   Show
	Limit  int // 0 is 50
	Offset int
}

// Row is an order in a list.
type Row struct {
	Order
	Trouble *Trouble // the first message that was not taken; nil: none
	Waiting int      // messages that are still to be sent
}

// CaseNumber is the number of our case; empty for an order that we do not know.
func (o *Order) CaseNumber() string {
	switch {
	case o.Case == 0:
		return ""
	case o.Way == In:
		return o.Handled
	}
	return o.Number[:strings.LastIndexByte(o.Number, '-')]
}

// Again reports whether there is something to send again.
func (r *Row) Again() bool {
	return r.Trouble != nil || r.Difference != Same && (r.Difference != Unknown || r.Way == In)
}

// Trouble is a message that was not taken: refused, given up, or to be tried again.
type Trouble struct {
	Type   Type
	State  State
	Tries  int
	Why    string // message key
	Detail string // what the other side said
	Due    time.Time
}

// inTrouble is the condition of the index that finds them.
const inTrouble = "(m.state IN ('refused', 'dead') OR m.state = 'waiting' AND m.why <> '')"

// Orders returns the orders of a filter, and how many there are in all.
func (s *Service) Orders(ctx context.Context, tx *store.Tx, f Filter) (rows []Row, total int, err error) {
	if f.Limit <= 0 {
		f.Limit = 50
	}
	var w store.Where
	if f.Peer != "" {
		w.And("o.peer = ?", f.Peer)
	}
	if f.Way != "" {
		w.And("o.way = ?", string(f.Way))
	}
	switch f.Show {
	case ShowDifferent:
		w.And("o.difference <> ''")
	case ShowUndelivered:
		w.And("EXISTS (SELECT 1 FROM orders_message m WHERE m.order_id = o.id AND " + inTrouble + ")")
	}
	if err := tx.Scan(ctx, "SELECT COUNT(*) FROM orders_order o"+w.SQL(), w.Args(), &total); err != nil {
		return nil, 0, err
	}
	all, err := store.All(ctx, tx, (*Order).fields, orderColumns+w.SQL()+" ORDER BY o.changed_at DESC, o.id DESC"+w.Limit(f.Limit, f.Offset), w.Args()...)
	for _, o := range all {
		rows = append(rows, Row{Order: o})
	}
	if err != nil {
		return nil, 0, err
	}
	for i := range rows {
		if err := rows[i].messages(ctx, tx); err != nil {
			return nil, 0, err
		}
	}
	return rows, total, nil
}

// messages fills in how those of an order stand that were not taken.
func (r *Row) messages(ctx context.Context, tx *store.Tx) error {
	all, err := store.All(ctx, tx, func(m *Trouble) []any {
		return []any{&m.Type, &m.State, &m.Tries, &m.Why, &m.Detail, store.At(&m.Due)}
	}, "SELECT m.type, m.state, m.tries, m.why, m.detail, m.due_at FROM orders_message m WHERE m.order_id = $1 AND m.state <> 'sent' ORDER BY m.id LIMIT 200", r.ID)
	for i := range all {
		m := &all[i]
		if m.State == Waiting {
			r.Waiting++
		}
		if r.Trouble == nil && (m.State != Waiting || m.Why != "") {
			r.Trouble = m
		}
	}
	return err
}

// Counts are how many orders need somebody: in which lists differ, and of which messages were given up or refused.
type Counts struct{ Different, Undelivered int }

// Count returns the counts, for the operator's metrics.
func (s *Service) Count(ctx context.Context) (c Counts, err error) {
	err = s.DB.Read(ctx, func(tx *store.Tx) error {
		return tx.Scan(ctx, `SELECT (SELECT COUNT(*) FROM orders_order WHERE difference <> ''),
			(SELECT COUNT(DISTINCT order_id) FROM orders_message WHERE state IN ('refused', 'dead'))`, nil, &c.Different, &c.Undelivered)
	})
	return c, err
}

// Checks returns the last comparison with each peer.
func (s *Service) Checks(ctx context.Context, tx *store.Tx) (map[string]Check, error) {
	all, err := store.All(ctx, tx, func(c *Check) []any { return []any{&c.Peer, store.At(&c.At), &c.Listed, &c.Differences} },
		"SELECT peer, at, listed, differences FROM orders_check ORDER BY day DESC LIMIT 1000")
	last := map[string]Check{}
	for _, c := range all {
		if _, newer := last[c.Peer]; !newer {
			last[c.Peer] = c
		}
	}
	return last, err
}
