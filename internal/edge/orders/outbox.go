package orders

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"huying/internal/errs"
	"huying/internal/outbox"
	"huying/internal/store"
	"huying/internal/webhook"
)

// Of one order the first message that is not sent goes first; one that was given up holds back those after it, so that nothing is told out of
// its order.
const (
	patience = 40 * time.Second
	mostSaid = 64 << 10 // bytes of an answer, but for a list
)

// waits are how long a message that failed waits before it is tried again: thirteen tries within four days, then it is given up.
var waits = []time.Duration{10 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour, 8 * time.Hour,
	24 * time.Hour, 24 * time.Hour, 24 * time.Hour}

// State is how a message stands.
type State string

// The states of messages.
const (
	Waiting State = "waiting"
	Sent    State = "sent"
	Refused State = "refused" // by the other side, for good; those after it go on
	Dead    State = "dead"    // given up; those after it wait
)

// messages is the outbox's table. Of each order the first may go that is neither sent nor refused, when its time has come.
var messages = outbox.Table{Name: "orders_message", Key: "id", Failed: "(state IN ('refused', 'dead') OR (state = 'waiting' AND why <> ''))",
	Refused: string(Refused), Dead: string(Dead),
	Due: `FROM orders_message m WHERE m.peer = $1 AND m.state = 'waiting' AND m.due_at <= $2 AND NOT EXISTS (SELECT 1 FROM orders_message e
		WHERE e.order_id = m.order_id AND e.id < m.id AND e.state IN ('waiting', 'dead'))`}

func (s *Service) openBox() {
	s.box = outbox.New(outbox.Options{Name: "orders", DB: s.DB, Clock: s.Clock, Log: s.Log, Table: messages, Waits: waits, Claim: s.claim,
		Open: func(lane string) bool { return s.linkBy(lane) != nil }}, s.lanes()...)
}

// standIn begins the lanes that lead to stand-ins.
const standIn = "demo:"

// lane is where messages to a peer wait, or to its stand-in.
func lane(peer string, played bool) string {
	if played {
		return standIn + peer
	}
	return peer
}

// reached are the keys of those to whom something may go, themselves or their stand-ins.
func (s *Service) reached() []string {
	all := maps.Clone(s.wires)
	maps.Copy(all, s.plays)
	return slices.Sorted(maps.Keys(all))
}

func (s *Service) lanes() (all []string) {
	for key := range s.wires {
		all = append(all, lane(key, false))
	}
	for key := range s.plays {
		all = append(all, lane(key, true))
	}
	slices.Sort(all)
	return all
}

// linkBy is who is at the end of a lane; nil: nobody now.
func (s *Service) linkBy(lane string) *link {
	key, played := strings.CutPrefix(lane, standIn)
	return s.linkOf(key, played)
}

// Run sends what is due and compares lists, until ctx ends; then it lets arrive what is on its way.
func (s *Service) Run(ctx context.Context) {
	var wg sync.WaitGroup
	wg.Go(func() { s.box.Run(ctx) })
	for _, peer := range s.reached() {
		wg.Go(func() { s.daily(ctx, peer) })
	}
	wg.Wait()
}

// Flush sends everything that is due now. It is for commands and tests.
func (s *Service) Flush(ctx context.Context) error { return s.box.Flush(ctx) }

// outgoing is a message that is due.
type outgoing struct {
	id, order   int64
	msgID, body string
	kind        Type
	files       []string
	tries       int
}

func (m *outgoing) fields() []any {
	return []any{&m.id, &m.order, &m.msgID, &m.kind, &m.body, store.AsJSON(&m.files), &m.tries}
}

// claim takes the message that goes next by a lane.
func (s *Service) claim(ctx context.Context, tx *store.Tx, lane string, now time.Time) (p *outbox.Parcel, did bool, err error) {
	l := s.linkBy(lane)
	if l == nil {
		return nil, false, nil
	}
	m, err := store.One(ctx, tx, (*outgoing).fields, "SELECT m.id, m.order_id, m.msg_id, m.type, m.body, m.files, m.tries "+messages.Due+
		" ORDER BY m.due_at, m.id LIMIT 1"+tx.SkipLocked(), lane, now.UnixMicro())
	if errs.Is(err, errs.NotFound) {
		return nil, false, nil
	} else if err != nil {
		return nil, false, err
	}
	m.tries++
	_, err = tx.Exec(ctx, "UPDATE orders_message SET due_at = $1, tries = $2 WHERE id = $3", now.Add(outbox.Lease).UnixMicro(), m.tries, m.id)
	if err != nil {
		return nil, false, err
	}
	p = &outbox.Parcel{Key: m.id, Tries: m.tries}
	var answer []byte
	p.Send = func(ctx context.Context) (f *outbox.Failure, err error) {
		answer, f = s.send(ctx, l, &m)
		return f, nil
	}
	if m.kind == NewOrder {
		p.Noted = func(ctx context.Context, tx *store.Tx, f *outbox.Failure, state string) error {
			if state == outbox.Waiting {
				return nil
			}
			return s.answered(ctx, tx, l, &m, answer, f)
		}
	}
	return p, true, nil
}

// send sends a message with its files.
func (s *Service) send(ctx context.Context, l *link, m *outgoing) ([]byte, *outbox.Failure) {
	body, err := s.whole(ctx, m)
	if err != nil {
		return nil, &outbox.Failure{Why: "orders.fail.ours", Detail: err.Error()}
	}
	return s.exchange(ctx, l, m.msgID, body, mostSaid)
}

// whole is a message with the content of its files, as many as it may carry: the same from try to try.
func (s *Service) whole(ctx context.Context, m *outgoing) ([]byte, error) {
	if len(m.files) == 0 {
		return []byte(m.body), nil
	}
	var msg Message
	if err := json.Unmarshal([]byte(m.body), &msg); err != nil {
		return nil, err
	}
	left := int64(sentFiles)
	for _, hash := range m.files {
		a, err := s.attachment(ctx, hash, left)
		if err != nil {
			return nil, err
		}
		if a == nil {
			msg.Omitted++
			continue
		}
		left -= int64(len(a.Content))
		msg.Files = append(msg.Files, *a)
	}
	return json.Marshal(msg)
}

// attachment is a file to be sent; nil for one that is larger than what is left.
func (s *Service) attachment(ctx context.Context, hash string, left int64) (a *Attachment, err error) {
	err = s.DB.Read(ctx, func(tx *store.Tx) error {
		f, err := s.Files.Stat(ctx, tx, hash)
		if err != nil || f.Size > left {
			return err
		}
		a = &Attachment{Name: fileName(f), Type: string(f.Type)}
		return nil
	})
	if err != nil || a == nil {
		return nil, err
	}
	r, err := s.Files.Open(hash)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }() // it was read only
	a.Content, err = io.ReadAll(r)
	return a, err
}

// exchange posts a signed message and returns what was answered.
func (s *Service) exchange(ctx context.Context, l *link, id string, body []byte, most int64) ([]byte, *outbox.Failure) {
	a, err := l.key.Post(ctx, l.http, l.url, webhook.Message{ID: id, At: s.now(), Body: body}, most)
	switch {
	case a != nil && !a.OK():
		return nil, refusal(a)
	case err != nil:
		return nil, &outbox.Failure{Why: "orders.fail.unreachable", Detail: err.Error()}
	}
	return a.Body, nil
}

// finals are the answers after which nothing more is tried: the message itself is at fault. Everything else may be mended on either side.
var finals = []int{http.StatusBadRequest, http.StatusNotFound, http.StatusConflict, http.StatusGone, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity}

// mostQuote is how many characters of what the other side said are kept.
const mostQuote = 500

func refusal(a *webhook.Answer) *outbox.Failure {
	f := &outbox.Failure{Why: "orders.fail.answer", Detail: quote(a.Line + ": " + string(a.Body)), After: a.After}
	switch {
	case slices.Contains(finals, a.Status):
		f.Why, f.Final = "orders.fail.refused", true
	case a.Status == http.StatusUnauthorized || a.Status == http.StatusForbidden:
		f.Why = "orders.fail.signature"
	}
	return f
}

// quote is what somebody else said, as it may be kept and shown.
func quote(text string) string {
	out := slices.DeleteFunc([]rune(text), func(r rune) bool { return unprintable(string(r)) })
	return string(out[:min(len(out), mostQuote)])
}

// answered notes in its case what became of an order that we sent.
func (s *Service) answered(ctx context.Context, tx *store.Tx, l *link, m *outgoing, answer []byte, f *outbox.Failure) error {
	o, err := store.One(ctx, tx, (*Order).fields, orderColumns+" WHERE o.id = $1"+tx.ForUpdate(), m.order)
	if err != nil {
		return err
	}
	if f == nil {
		var r Receipt
		if json.Unmarshal(answer, &r) == nil && len(r.Handled) <= 64 && !unprintable(r.Handled) && o.Handled == "" {
			o.Handled = r.Handled
		}
		if o.Status == "" {
			o.Status = Accepted
		}
		return s.save(ctx, tx, &o)
	}
	return s.note(ctx, tx, &o, l.Name.ZH+"：工单未能送达\n"+f.Detail)
}
