package orders

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"
	"sync"
	"time"

	"huying/internal/errs"
	"huying/internal/store"
)

// Messages are sent outside of any transaction, as notices are (adr 21). Who claims one moves the time at which it is due a lease ahead: if the
// server dies, another takes over when the lease ends. A message therefore arrives at least once, with the same id. Of one order the first that
// is not sent goes first; one that was given up holds back those after it, so that nothing is told out of its order.
const (
	senders   = 2 // for each peer
	patience  = 40 * time.Second
	lease     = 2 * time.Minute
	lookEvery = time.Second
	mostSaid  = 64 << 10 // bytes of an answer, but for a list
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

// Run sends what is due and compares lists, until ctx ends; then it lets arrive what is on its way.
func (s *Service) Run(ctx context.Context) {
	var wg sync.WaitGroup
	for peer, w := range s.wires {
		for range senders {
			wg.Go(func() { s.work(ctx, peer, w.wake) })
		}
		wg.Go(func() { s.daily(ctx, peer) })
	}
	wg.Wait()
}

func (s *Service) work(ctx context.Context, peer string, wake <-chan struct{}) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for ctx.Err() == nil {
		did, err := s.guarded(ctx, peer)
		if err != nil && ctx.Err() == nil {
			s.Log.ErrorContext(ctx, "sending orders", "peer", peer, "err", err)
		}
		if did && err == nil {
			s.nudge(peer) // there may be more: another worker looks too
			continue
		}
		select {
		case <-ctx.Done():
		case <-wake:
		case <-tick.C:
		}
	}
}

func (s *Service) guarded(ctx context.Context, peer string) (did bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return s.step(ctx, peer)
}

// Flush sends everything that is due now. It is for commands and tests.
func (s *Service) Flush(ctx context.Context) error {
	for peer := range s.wires {
		for did := true; did; {
			var err error
			if did, err = s.step(ctx, peer); err != nil {
				return err
			}
		}
	}
	return nil
}

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

// due is what may be sent now: of each order the first that is neither sent nor refused, when its time has come.
const due = ` FROM orders_message m WHERE m.peer = $1 AND m.state = 'waiting' AND m.due_at <= $2 AND NOT EXISTS (SELECT 1 FROM orders_message e
	WHERE e.order_id = m.order_id AND e.id < m.id AND e.state IN ('waiting', 'dead'))`

// step sends one message to a peer, and reports whether there was one.
func (s *Service) step(ctx context.Context, peer string) (did bool, err error) {
	l := s.link(peer)
	if l == nil {
		return false, nil
	}
	var waiting bool // asked first without writing: most of the time there is none
	err = s.DB.Read(ctx, func(tx *store.Tx) error {
		return tx.Scan(ctx, "SELECT EXISTS (SELECT 1"+due+")", []any{l.Key, s.now().UnixMicro()}, &waiting)
	})
	if err != nil || !waiting {
		return false, err
	}
	var m outgoing
	err = s.DB.Write(ctx, func(tx *store.Tx) (err error) {
		did = false
		m, err = store.One(ctx, tx, (*outgoing).fields, "SELECT m.id, m.order_id, m.msg_id, m.type, m.body, m.files, m.tries"+due+" ORDER BY m.due_at, m.id LIMIT 1"+tx.SkipLocked(),
			l.Key, s.now().UnixMicro())
		if errs.Is(err, errs.NotFound) {
			return nil
		} else if err != nil {
			return err
		}
		did = true
		m.tries++
		_, err = tx.Exec(ctx, "UPDATE orders_message SET due_at = $1, tries = $2 WHERE id = $3", s.now().Add(lease).UnixMicro(), m.tries, m.id)
		return err
	})
	if err != nil || !did {
		return false, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lease/2)
	defer cancel()
	answer, f := s.send(ctx, l, &m)
	ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	return true, s.DB.Write(ctx, func(tx *store.Tx) error { return s.settle(ctx, tx, l, &m, answer, f) })
}

// failure is why a message did not arrive.
type failure struct {
	why    string // message key
	detail string
	final  bool // trying again would change nothing
	after  time.Duration
}

// send sends a message with its files.
func (s *Service) send(ctx context.Context, l *link, m *outgoing) ([]byte, *failure) {
	body, err := s.whole(ctx, m)
	if err != nil {
		return nil, &failure{why: "orders.fail.ours", detail: err.Error()}
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
func (s *Service) exchange(ctx context.Context, l *link, id string, body []byte, most int64) ([]byte, *failure) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, l.url, bytes.NewReader(body))
	if err != nil {
		return nil, &failure{why: "orders.fail.ours", detail: err.Error()}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Huying")
	if err := l.key.Sign(req.Header, id, s.now(), body); err != nil {
		return nil, &failure{why: "orders.fail.ours", detail: err.Error()}
	}
	resp, err := s.http.Do(req)
	if err != nil {
		return nil, &failure{why: "orders.fail.unreachable", detail: err.Error()}
	}
	defer func() { _ = resp.Body.Close() }() // what was said is read
	answer, err := io.ReadAll(io.LimitReader(resp.Body, most))
	switch {
	case resp.StatusCode < 200 || resp.StatusCode >= 300:
		return nil, refusal(resp, answer)
	case err != nil:
		return nil, &failure{why: "orders.fail.unreachable", detail: err.Error()}
	}
	return answer, nil
}

// finals are the answers after which nothing more is tried: the message itself is at fault. Everything else may be mended on either side.
var finals = []int{http.StatusBadRequest, http.StatusNotFound, http.StatusConflict, http.StatusGone, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity}

const (
	mostWait  = time.Hour // that the other side may ask for
	mostQuote = 500       // characters of what it said
)

func refusal(resp *http.Response, answer []byte) *failure {
	f := &failure{why: "orders.fail.answer", detail: quote(resp.Status + ": " + string(answer))}
	switch {
	case slices.Contains(finals, resp.StatusCode):
		f.why, f.final = "orders.fail.refused", true
	case resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden:
		f.why = "orders.fail.signature"
	}
	if n, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && n > 0 {
		f.after = min(time.Duration(n)*time.Second, mostWait)
	}
	return f
}

// quote is what somebody else said, as it may be kept and shown.
func quote(text string) string {
	out := slices.DeleteFunc([]rune(text), func(r rune) bool { return unprintable(string(r)) })
	return string(out[:min(len(out), mostQuote)])
}

// settle notes what came of a message, and of an order of ours by which number it is handled. If another worker took it over, that one notes it.
func (s *Service) settle(ctx context.Context, tx *store.Tx, l *link, m *outgoing, answer []byte, f *failure) error {
	now := s.now()
	state, why, detail, due := Sent, "", "", now
	switch {
	case f == nil:
	case f.final:
		state, why, detail = Refused, f.why, f.detail
	case m.tries > len(waits):
		state, why, detail = Dead, f.why, f.detail
	default:
		state, why, detail, due = Waiting, f.why, f.detail, now.Add(max(waits[m.tries-1], f.after))
	}
	if f != nil {
		s.Log.WarnContext(ctx, "message not delivered", "peer", l.Key, "id", m.msgID, "try", m.tries, "why", why, "state", string(state))
	}
	var done any
	if state != Waiting {
		done = now.UnixMicro()
	}
	n, err := tx.Exec(ctx, "UPDATE orders_message SET state = $1, why = $2, detail = $3, due_at = $4, done_at = $5 WHERE id = $6 AND state = 'waiting' AND tries = $7",
		string(state), why, detail, due.UnixMicro(), done, m.id, m.tries)
	if err != nil || n == 0 || m.kind != NewOrder || state == Waiting {
		return err
	}
	return s.answered(ctx, tx, l, m, answer, f)
}

// answered notes in its case what became of an order that we sent.
func (s *Service) answered(ctx context.Context, tx *store.Tx, l *link, m *outgoing, answer []byte, f *failure) error {
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
	return s.note(ctx, tx, &o, l.Name.ZH+"：工单未能送达\n"+f.detail)
}
