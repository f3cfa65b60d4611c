package notice

import (
	"context"
	"time"

	"huying/internal/errs"
	"huying/internal/store"
)

// routing is what decides where a notice goes.
type routing struct {
	item, person int64
	group        string
	urgent, read bool
}

func (r *routing) fields() []any {
	return []any{&r.item, &r.person, &r.group, &r.urgent, &r.read}
}

// route answers routed: it writes down by which channels each notice goes to its person, and when.
func (s *Service) route(ctx context.Context, tx *store.Tx, e routed) error {
	all, err := store.All(ctx, tx, (*routing).fields, `SELECT id, person, grp, urgent, read_at IS NOT NULL FROM notice_item
		WHERE id IN (`+store.Marks(1, len(e.Items))+") ORDER BY id", store.Args(e.Items)...)
	if err != nil {
		return err
	}
	known := map[int64]Settings{}
	for _, r := range all {
		if r.read { // whoever looks at the page needs no letter
			continue
		}
		p, ok := known[r.person]
		if !ok {
			if p, err = s.Settings(ctx, tx, r.person); err != nil {
				return err
			}
			known[r.person] = p
		}
		if err := s.routeOne(ctx, tx, r, p); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) routeOne(ctx context.Context, tx *store.Tx, r routing, p Settings) error {
	channels, err := s.reachable(ctx, tx, r.person)
	if err != nil {
		return err
	}
	now := s.now().In(s.o.Zone)
	for _, channel := range channels {
		if due, ok := p.Choice(channel, r.group).when(now, r.urgent, p.Quiet, p.DailyAt); ok {
			if err := s.deliver(ctx, tx, r.item, r.person, channel, due, false); err != nil {
				return err
			}
		}
	}
	return nil
}

// reachable are the channels by which a person may be reached.
func (s *Service) reachable(ctx context.Context, tx *store.Tx, person int64) (channels []string, err error) {
	err = tx.Each(ctx, "SELECT channel FROM notice_address WHERE person = $1 AND address IS NOT NULL ORDER BY channel", []any{person}, func(rows store.Row) error {
		var channel string
		if err := rows.Scan(&channel); err != nil {
			return err
		}
		if s.carrier(channel) != nil {
			channels = append(channels, channel)
		}
		return nil
	})
	return channels, err
}

// deliver writes a delivery. The same notice goes by a channel once.
func (s *Service) deliver(ctx context.Context, tx *store.Tx, item, person int64, channel string, due time.Time, forced bool) error {
	_, err := tx.Exec(ctx, `INSERT INTO notice_delivery (item, person, channel, state, forced, due_at, made_at) VALUES ($1, $2, $3, 'waiting', $4, $5, $6)
		ON CONFLICT (item, channel) DO NOTHING`, item, person, channel, forced, due.UnixMicro(), s.now().UnixMicro())
	tx.AfterCommit(func() { s.box.Nudge(channel) })
	return err
}

// testEvery is how often a person may ask for a test.
const testEvery = time.Minute

// Test sends a person a notice by every channel on which they have an address, whatever they chose, and returns the channels. Without any
// it is errs.Invalid; twice within a minute, errs.TooMany.
func (s *Service) Test(ctx context.Context, tx *store.Tx, person int64) ([]string, error) {
	channels, err := s.reachable(ctx, tx, person)
	if err != nil {
		return nil, err
	}
	if len(channels) == 0 {
		return nil, errs.New(errs.Invalid, "notice.no_address_yet")
	}
	minute := s.now().Truncate(testEvery)
	ids, err := s.insertTest(ctx, tx, person, minute)
	if err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		return nil, errs.New(errs.TooMany, "notice.tested_just_now")
	}
	for _, channel := range channels {
		if err := s.deliver(ctx, tx, ids[0], person, channel, s.now(), true); err != nil {
			return nil, err
		}
	}
	return channels, nil
}

func (s *Service) insertTest(ctx context.Context, tx *store.Tx, person int64, minute time.Time) ([]int64, error) {
	m := Message{To: []int64{person}, Topic: "test", Key: "notice.test", Args: map[string]any{"at": s.now()}, Link: "/notices/settings",
		Urgent: true, Dedup: "test/" + minute.Format(time.RFC3339)}
	args, err := encodeArgs(m.Args)
	if err != nil {
		return nil, err
	}
	all, err := s.insert(ctx, tx, []copied{{&m, args, person}})
	var ids []int64
	for _, t := range all {
		ids = append(ids, t.item)
	}
	tx.AfterCommit(s.watch.nudge)
	return ids, err
}
