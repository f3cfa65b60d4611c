package drill

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Messages are the types of messages that another system may send in a play, as docs/orders.md has them.
var Messages = []string{msgOrder, "deadline", "urge", "withdraw", "rating", "refuse", msgStatus, "again"}

const (
	msgOrder  = "order"
	msgStatus = "status"
)

// post hands in a message of another system, and then the same once more: that has no effect and gets the same answer.
func (p *player) post(ctx context.Context, d *deed) error {
	m, number, err := d.message(ctx)
	if err != nil {
		return err
	}
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	p.posted++
	id := "drill-" + itoa(p.posted)
	a, err := p.hand(ctx, d.who, id, body)
	if err != nil {
		return err
	}
	if d.Refused != "" {
		return d.mustRefuse(a, d.at+".refused", d.say(d.who), d.Refused, d.AtField)
	}
	if !a.ok() {
		return p.differs(d.at, d.say(d.who), "done", a.say())
	}
	again, err := p.hand(ctx, d.who, id, body)
	if err != nil {
		return err
	}
	if again.status != a.status || !bytes.Equal(again.body, a.body) {
		return p.differs(d.at, d.say(d.who)+" once more", string(a.body), string(again.body))
	}
	if d.Holds != nil {
		if err := d.holds(a); err != nil {
			return err
		}
	}
	if err := d.posted(a, number); err != nil {
		return err
	}
	return p.sys.Settle(ctx)
}

// hand hands in a message and reads the answer.
func (p *player) hand(ctx context.Context, who, id string, body []byte) (*answer, error) {
	resp, err := p.sys.Post(ctx, p.peer(who), id, body)
	if err != nil {
		return nil, err
	}
	return answerOf(resp, http.MethodPost+" "+p.peer(who)+" "+id)
}

// peer is the key by which the pack knows another system of the play.
func (p *player) peer(who string) string {
	x, _ := p.d.People.Get(who)
	return x.Peer
}

// posted takes up what came of a message: an order has become a case, and is the one that is spoken of.
func (d *deed) posted(a *answer, number string) error {
	p := d.p
	p.spoken[d.who] = number
	if d.Posts != msgOrder {
		if k := p.ordered[d.who+"/"+number]; k != nil {
			p.current = k
		}
		return nil
	}
	var r struct {
		Handled string `json:"handled"`
	}
	if err := a.into(&r); err != nil {
		return err
	}
	kind := ""
	if len(p.d.Procedures) > 0 {
		kind = p.d.Procedures[0]
	}
	p.current = &known{name: d.As, number: r.Handled, kind: kind, opener: d.who, last: d.who, secrets: map[string]string{}}
	p.cases = append(p.cases, p.current)
	p.ordered[d.who+"/"+number] = p.current
	return nil
}

// message is what another system says, and the number of the order that it speaks of.
func (d *deed) message(ctx context.Context) (m map[string]any, number string, err error) {
	if number, err = d.orderNumber(); err != nil {
		return nil, "", err
	}
	with, err := d.filled(ctx)
	if err != nil {
		return nil, "", err
	}
	for name, v := range with {
		if s, ok := v.(string); ok {
			if at, ok := parseMoment(s); ok {
				with[name] = at.in(d.p.now, d.p.zone).Format(time.RFC3339)
			}
		}
	}
	m = map[string]any{"type": d.Posts, "from": d.p.peer(d.who), "to": d.p.sys.District(), "number": number}
	switch d.Posts {
	case msgOrder:
		if d.For != "" {
			with["caller"] = d.p.contact(d.For)
		}
		m[msgOrder] = with
	case msgStatus:
		if text, ok := with["text"]; ok {
			m["text"] = text
			delete(with, "text")
		}
		d.p.seq++
		m[msgStatus] = with
		for name, v := range map[string]any{"seq": d.p.seq, "at": d.p.now.In(d.p.zone).Format(time.RFC3339)} {
			if with[name] == nil {
				with[name] = v
			}
		}
	default:
		maps.Copy(m, with)
	}
	if len(d.Files) > 0 {
		files := make([]any, len(d.Files))
		for i, name := range d.Files {
			data, typ := sample(name)
			files[i] = map[string]any{"name": name, "type": typ, "content": base64.StdEncoding.EncodeToString(data)}
		}
		m["files"] = files
	}
	return m, number, nil
}

// orderNumber is the number of the order that a message is about: as the step says it; that of the last order that was sent to them, of a
// status; or that of which they spoke last.
func (d *deed) orderNumber() (string, error) {
	if d.Number != "" || d.Posts != msgStatus {
		return cmp.Or(d.Number, d.p.spoken[d.who], wordNone), nil
	}
	heard := d.p.sys.Heard(d.p.peer(d.who))
	for _, body := range slices.Backward(heard) {
		m, err := messageIn(body)
		if err != nil {
			return "", err
		}
		if m.Type == msgOrder {
			return m.Number, nil
		}
	}
	return wordNone, nil
}

// heardMessage is a message of the district, as far as drills look at it.
type heardMessage struct {
	Type   string `json:"type"`
	Number string `json:"number"`
	Status struct {
		Is      string `json:"is"`
		Outcome string `json:"outcome"`
	} `json:"status"`
}

func messageIn(body []byte) (m heardMessage, err error) { return m, json.Unmarshal(body, &m) }

// word is a message in a word: a status by what it says, anything else by its type.
func (m heardMessage) word() string {
	if m.Type != msgStatus {
		return m.Type
	}
	return strings.TrimSpace(m.Status.Is + " " + m.Status.Outcome)
}

// heard holds what another system was sent since it was last asked, in its order.
func (l *look) heard() error {
	for _, want := range l.e.Heard {
		all := l.p.sys.Heard(l.p.peer(want.Key))
		var words []string
		for _, body := range all[l.p.listened[want.Key]:] {
			m, err := messageIn(body)
			if err != nil {
				return fmt.Errorf("a message to %s: %w", want.Key, err)
			}
			words = append(words, m.word())
		}
		l.p.listened[want.Key] = len(all)
		expected := want.Value
		if len(expected) == 1 && expected[0] == wordNone {
			expected = nil
		}
		l.is("heard."+want.Key, orNone(strings.Join(expected, ", ")), orNone(strings.Join(words, ", ")))
	}
	return nil
}
