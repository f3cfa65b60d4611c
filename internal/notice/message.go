package notice

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"huying/internal/clock"
	"huying/internal/i18n"
	"huying/internal/store"
)

// Message is what some people are told. It is stored as a key with its arguments and said in the reader's language when it is read.
//
// A letter leaves the program and may be read by others on its way: Args hold no personal data beyond the title of a case.
type Message struct {
	To     []int64        // accounts; one that stands twice is told once
	Topic  string         // "duty.begun", "case.answered", "escalated": see Groups
	Key    string         // message key of the sender's package
	Args   map[string]any // text, numbers, bool, time.Time, clock.Date, Key, Text
	Link   string         // a path of ours: the case
	Urgent bool           // passes quiet hours, and is not kept for the daily letter
	Dedup  string         // the same twice is told each person once; empty: always told
}

// Key is an argument that is a message itself: the name of a procedure.
type Key string

// Text is an argument that comes in both languages.
type Text map[i18n.Lang]string

const (
	maxCopies = 500 // rows of one INSERT
	maxRouted = 100 // notices that one job routes
)

// Send tells people some messages, in the caller's transaction: they stand in the program when that commits, and not otherwise. Other channels
// follow by jobs, and cost the caller one question when nobody among To has any. A message that is not well formed is a defect of the
// caller and an error.
func (s *Service) Send(ctx context.Context, tx *store.Tx, messages ...Message) error {
	var all []copied
	for _, m := range messages {
		if err := m.check(); err != nil {
			return err
		}
		args, err := encodeArgs(m.Args)
		if err != nil {
			return err
		}
		to := slices.Clone(m.To)
		slices.Sort(to)
		for _, person := range slices.Compact(to) {
			all = append(all, copied{&m, args, person})
		}
	}
	// two who tell the same people the same do not wait for one another crosswise; what was said later stands above what was said before
	slices.SortStableFunc(all, func(a, b copied) int { return cmp.Compare(a.person, b.person) })
	for some := range slices.Chunk(all, maxCopies) {
		if err := s.tell(ctx, tx, some); err != nil {
			return err
		}
	}
	return nil
}

// copied is a message as one person gets it.
type copied struct {
	m      *Message
	args   string
	person int64
}

// tell writes copies. Where there is no other channel nothing follows, and nobody has to wait for who was told.
func (s *Service) tell(ctx context.Context, tx *store.Tx, all []copied) error {
	if len(s.carriers) == 0 {
		query, values := s.insertion(tx, all)
		return tx.LaterTold(ctx, func(n int64, err error) error {
			if n > 0 {
				tx.AfterCommit(s.watch.nudge)
			}
			return err
		}, query, values...)
	}
	reached, err := s.insert(ctx, tx, all)
	if err != nil {
		return err
	}
	if len(reached) > 0 {
		tx.AfterCommit(s.watch.nudge)
	}
	return s.follow(ctx, tx, reached)
}

func (m Message) check() error {
	u, err := url.Parse(m.Link)
	switch {
	case m.Topic == "" || m.Key == "":
		return errors.New("notice: a message has a topic and a key")
	case err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(m.Link, "/") || strings.HasPrefix(m.Link, "//") || strings.ContainsAny(m.Link, "\\\r\n\t"):
		return fmt.Errorf("notice: %q is no path of ours", m.Link)
	}
	return nil
}

// told is one person's copy of a message.
type told struct{ item, person int64 }

func (t *told) fields() []any { return []any{&t.item, &t.person} }

// insert writes the copies of those who have not been told yet, and returns them.
func (s *Service) insert(ctx context.Context, tx *store.Tx, all []copied) ([]told, error) {
	query, values := s.insertion(tx, all)
	return store.All(ctx, tx, (*told).fields, query+" RETURNING id, person", values...)
}

// insertion is the statement of insert.
func (s *Service) insertion(tx *store.Tx, all []copied) (query string, values []any) {
	rows := make([]string, len(all))
	values = []any{tx.Now().UnixMicro(), s.now().UnixMicro()}
	for i, c := range all {
		rows[i] = "(" + store.Marks(len(values)+1, 8) + ", $1, $2)"
		values = append(values, c.person, c.m.Topic, GroupOf(c.m.Topic), c.m.Key, c.args, c.m.Link, c.m.Urgent, store.Null(c.m.Dedup))
	}
	return `INSERT INTO notice_item (person, topic, grp, key, args, link, urgent, dedup, at, made_at)
		VALUES ` + strings.Join(rows, ", ") + ` ON CONFLICT (person, dedup) DO NOTHING`, values
}

// routed is the job that finds the other channels of some notices.
type routed struct {
	Items []int64 `json:"items"`
}

// Kind implements jobs.Event.
func (routed) Kind() string { return "notices.routed" }

// follow enqueues what remains to be done for those who have an address elsewhere.
func (s *Service) follow(ctx context.Context, tx *store.Tx, all []told) error {
	if len(all) == 0 || len(s.carriers) == 0 {
		return nil
	}
	var people []any
	for _, t := range all {
		people = append(people, t.person)
	}
	reachable := map[int64]bool{}
	err := tx.Each(ctx, "SELECT DISTINCT person FROM notice_address WHERE address IS NOT NULL AND person IN ("+store.Marks(1, len(people))+")", people, func(rows store.Row) error {
		var p int64
		if err := rows.Scan(&p); err != nil {
			return err
		}
		reachable[p] = true
		return nil
	})
	if err != nil {
		return err
	}
	var items []int64
	for _, t := range all {
		if reachable[t.person] {
			items = append(items, t.item)
		}
	}
	for some := range slices.Chunk(items, maxRouted) {
		if err := s.o.Queue.Enqueue(ctx, tx, routed{some}, strconv.FormatInt(some[0], 10)); err != nil {
			return err
		}
	}
	return nil
}

// tagged is how an argument is stored that is more than JSON can say.
type tagged struct {
	Time *int64               `json:"$time,omitempty"` // microseconds
	Date *clock.Date          `json:"$date,omitempty"`
	Key  *Key                 `json:"$key,omitempty"`
	Text map[i18n.Lang]string `json:"$text,omitempty"`
}

func encodeArgs(args map[string]any) (string, error) {
	out := make(map[string]any, len(args))
	for name, v := range args {
		switch v := v.(type) {
		case time.Time:
			at := v.UnixMicro()
			out[name] = tagged{Time: &at}
		case clock.Date:
			out[name] = tagged{Date: &v}
		case Key:
			out[name] = tagged{Key: &v}
		case Text:
			out[name] = tagged{Text: v}
		case string, bool, int, int64, float64:
			out[name] = v
		default:
			return "", fmt.Errorf("notice: the argument %s is a %T", name, v)
		}
	}
	data, err := json.Marshal(out)
	return string(data), err
}

// decodeArgs reads what encodeArgs wrote. Whole numbers are int64.
func decodeArgs(data string) (map[string]any, error) {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal([]byte(data), &raw); err != nil {
		return nil, fmt.Errorf("notice: arguments: %w", err)
	}
	out := make(map[string]any, len(raw))
	for name := range maps.Keys(raw) {
		v, err := decodeArg(raw[name])
		if err != nil {
			return nil, fmt.Errorf("notice: argument %s: %w", name, err)
		}
		out[name] = v
	}
	return out, nil
}

func decodeArg(raw json.RawMessage) (any, error) {
	var t tagged
	if len(raw) > 0 && raw[0] == '{' {
		if err := json.Unmarshal(raw, &t); err != nil {
			return nil, err
		}
		switch {
		case t.Time != nil:
			return time.UnixMicro(*t.Time).UTC(), nil
		case t.Date != nil:
			return *t.Date, nil
		case t.Key != nil:
			return *t.Key, nil
		}
		return Text(t.Text), nil
	}
	if n, err := strconv.ParseInt(string(raw), 10, 64); err == nil {
		return n, nil
	}
	var v any
	err := json.Unmarshal(raw, &v)
	return v, err
}
