package orders

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"huying/internal/errs"
	"huying/internal/files"
	"huying/internal/store"
)

// Unfit is a message that can be read and not be done: a category that means nothing here, a case in which the action is not possible.
type Unfit struct{ error }

// Unwrap returns what is wrong.
func (u *Unfit) Unwrap() error { return u.error }

func unfit(key, field string, kv ...any) error {
	return &Unfit{errs.New(errs.Invalid, "orders."+key, kv...).On(field)}
}

// arrived is a message on its way in.
type arrived struct {
	*link
	*Message
	id    string
	files []files.File // of Message.Files, in order
}

// Receive takes a message that came for a peer's address, and returns the answer as JSON. Errors are errs.Unauthenticated for one that the
// peer did not sign just now, errs.Invalid for one that cannot be read, an Unfit for one that cannot be done, errs.NotFound for an order that
// is not known, and errs.Conflict where the case does not allow it or the id was used for another message.
func (s *Service) Receive(ctx context.Context, peer string, h http.Header, body []byte) (answer json.RawMessage, err error) {
	l, id, err := s.signer(peer, h, body)
	if err != nil {
		return nil, err
	}
	m, err := Parse(body)
	if err != nil {
		return nil, err
	}
	if m.From != l.Key || m.To != s.Us {
		return nil, errs.New(errs.Invalid, "orders.not_for_us", "from", l.Key, "to", s.Us).On("to")
	}
	a := &arrived{link: l, Message: m, id: id}
	if a.files, err = s.takeIn(m); err != nil {
		return nil, err
	}
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		answer, err = s.once(ctx, tx, a, body)
		return err
	})
	return answer, err
}

// signer is who signed a message that came for a peer's address: the peer, or its stand-in.
func (s *Service) signer(peer string, h http.Header, body []byte) (l *link, id string, err error) {
	err = errs.New(errs.Unauthenticated, "orders.unknown_peer")
	for _, played := range []bool{false, true} {
		of := s.linkOf(peer, played)
		if of == nil {
			continue
		}
		id, wrong := of.key.Verify(h, body, s.now())
		if wrong == nil {
			return of, id, nil
		}
		if l == nil { // of two the peer's own refusal is told
			l, err = of, wrong
		}
	}
	return nil, "", err
}

// takeIn stores the files of a message, before any transaction begins.
func (s *Service) takeIn(m *Message) (out []files.File, err error) {
	for i, f := range m.Files {
		taken, err := s.Files.Receive(bytes.NewReader(f.Content), MaxBody, files.Evidence...)
		if err != nil {
			if all := errs.All(err); len(all) > 0 && errs.Is(err, errs.Invalid) {
				return nil, &Unfit{all[0].On(fmt.Sprintf("files.%d", i))}
			}
			return nil, err
		}
		out = append(out, taken)
	}
	return out, nil
}

// once does what a message says, the first time that it comes; later it gives the same answer. A list is given out once.
func (s *Service) once(ctx context.Context, tx *store.Tx, a *arrived, body []byte) (json.RawMessage, error) {
	sum := sha256.Sum256(body)
	digest := hex.EncodeToString(sum[:])
	n, err := tx.Exec(ctx, "INSERT INTO orders_received (peer, msg_id, digest, answer, at) VALUES ($1, $2, $3, '', $4) ON CONFLICT (peer, msg_id) DO NOTHING",
		a.Key, a.id, digest, s.now().UnixMicro())
	if err != nil {
		return nil, err
	}
	if n == 0 {
		var had, answer string
		if err := tx.Scan(ctx, "SELECT digest, answer FROM orders_received WHERE peer = $1 AND msg_id = $2", []any{a.Key, a.id}, &had, &answer); err != nil {
			return nil, err
		}
		if had != digest || answer == "" {
			return nil, errs.New(errs.Conflict, "orders.id_used", "id", a.id)
		}
		return json.RawMessage(answer), nil
	}
	for _, f := range a.files {
		if _, err := s.Files.Record(ctx, tx, f); err != nil {
			return nil, err
		}
	}
	result, err := s.take(ctx, tx, a)
	if err != nil {
		return nil, err
	}
	answer, err := json.Marshal(result)
	if err == nil && a.Type != Listing {
		_, err = tx.Exec(ctx, "UPDATE orders_received SET answer = $3 WHERE peer = $1 AND msg_id = $2", a.Key, a.id, string(answer))
	}
	return answer, err
}

// take does what a message says.
func (s *Service) take(ctx context.Context, tx *store.Tx, a *arrived) (any, error) {
	switch a.Type {
	case NewOrder:
		return s.open(ctx, tx, a)
	case Feedback:
		return s.follow(ctx, tx, a)
	case Again:
		return s.repeat(ctx, tx, a)
	case Listing:
		return s.list(ctx, tx, a.link, a.Since, a.After)
	}
	return s.change(ctx, tx, a)
}

// remembered is how long ids of messages are known: longer than anybody tries.
const remembered = 90 * 24 * time.Hour

// Tidy forgets ids and comparisons that nobody will ask for again.
func (s *Service) Tidy(ctx context.Context) error {
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		before := s.now().Add(-remembered).UnixMicro()
		if _, err := tx.Exec(ctx, "DELETE FROM orders_received WHERE at < $1", before); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "DELETE FROM orders_check WHERE at < $1", before)
		return err
	})
}
