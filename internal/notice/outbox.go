package notice

import (
	"cmp"
	"context"
	"crypto/rand"
	"slices"
	"sync"
	"time"

	"huying/internal/errs"
	"huying/internal/outbox"
	"huying/internal/store"
)

const mostLines = 50 // of one letter

// waits are how long a letter that failed waits before it is tried again: ten tries within a day, then it is given up. A notice that comes
// later than that is of no use.
var waits = []time.Duration{10 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour, 8 * time.Hour}

// deliveries is the outbox's table: those of one letter have its id as their batch, which stays the same however often it is tried.
var deliveries = outbox.Table{Name: "notice_delivery", Key: "batch", Failed: "state IN ('failed', 'waiting') AND why <> ''", Refused: string(Failed), Dead: string(Failed),
	Due: "FROM notice_delivery WHERE state = 'waiting' AND channel = $1 AND due_at <= $2"}

func (s *Service) openBox() {
	s.box = outbox.New(outbox.Options{Name: "notices", DB: s.db, Clock: s.o.Clock, Log: s.o.Log, Table: deliveries, Waits: waits, Claim: s.claim}, s.Channels()...)
}

// Run sends what is due and tells those who watch, until ctx ends; then it lets the letters arrive that are on their way.
func (s *Service) Run(ctx context.Context) {
	var wg sync.WaitGroup
	wg.Go(func() { s.box.Run(ctx) })
	wg.Go(func() { s.watch.run(ctx, s) })
	wg.Wait()
}

// Flush sends everything that is due now. It is for commands and tests.
func (s *Service) Flush(ctx context.Context) error { return s.box.Flush(ctx) }

// claimed is a delivery that is due.
type claimed struct {
	id, item             int64
	tries                int
	group                string
	urgent, forced, read bool
}

func (c *claimed) fields() []any {
	return []any{&c.id, &c.item, &c.tries, &c.forced, &c.group, &c.urgent, &c.read}
}

// claim takes what is due for one person into a letter.
func (s *Service) claim(ctx context.Context, tx *store.Tx, channel string, now time.Time) (p *outbox.Parcel, did bool, err error) {
	var person int64
	err = tx.Scan(ctx, "SELECT person "+deliveries.Due+" ORDER BY due_at, id LIMIT 1", []any{channel, now.UnixMicro()}, &person)
	if errs.Is(err, errs.NotFound) {
		return nil, false, nil
	} else if err != nil {
		return nil, false, err
	}
	var to string // its row is locked by writing it: what one worker claims for a person, another does not cut in two
	err = tx.Scan(ctx, "UPDATE notice_address SET channel = channel WHERE person = $1 AND channel = $2 AND address IS NOT NULL RETURNING address",
		[]any{person, channel}, &to)
	if errs.Is(err, errs.NotFound) {
		return nil, true, s.withdraw(ctx, tx, "notice.withdrawn.no_address", "person = $3 AND channel = $4", person, channel)
	} else if err != nil {
		return nil, false, err
	}
	id, rows, err := s.due(ctx, tx, person, channel, now)
	if err != nil || len(rows) == 0 {
		return nil, true, err
	}
	chosen, err := s.Settings(ctx, tx, person)
	if err != nil {
		return nil, false, err
	}
	if rows, err = s.weed(ctx, tx, channel, rows, chosen, now); err != nil || len(rows) == 0 {
		return nil, true, err
	}
	l, tries, err := s.write(ctx, tx, id, to, rows, chosen, now)
	if err != nil {
		return nil, false, err
	}
	return &outbox.Parcel{Key: id, Tries: tries, Send: func(ctx context.Context) (*outbox.Failure, error) {
		return s.post(ctx, s.carrier(channel), person, l, tries)
	}}, true, nil
}

// due returns what is to go into one letter: what failed together before, or everything that has not been tried.
func (s *Service) due(ctx context.Context, tx *store.Tx, person int64, channel string, now time.Time) (id string, rows []claimed, err error) {
	args := []any{person, channel, now.UnixMicro()}
	err = tx.Scan(ctx, `SELECT COALESCE(batch, '') FROM notice_delivery WHERE state = 'waiting' AND person = $1 AND channel = $2 AND due_at <= $3
		ORDER BY due_at, id LIMIT 1`, args, &id)
	if errs.Is(err, errs.NotFound) { // another worker was faster
		return "", nil, nil
	} else if err != nil {
		return "", nil, err
	}
	rows, err = store.All(ctx, tx, (*claimed).fields, `SELECT d.id, d.item, d.tries, d.forced, i.grp, i.urgent, i.read_at IS NOT NULL
		FROM notice_delivery d JOIN notice_item i ON i.id = d.item
		WHERE d.state = 'waiting' AND d.person = $1 AND d.channel = $2 AND d.due_at <= $3 AND COALESCE(d.batch, '') = $4
		ORDER BY d.id LIMIT $5`, append(args, id, mostLines)...)
	if id == "" {
		id = newID()
	}
	return id, rows, err
}

func newID() string { return "msg_" + rand.Text() }

// weed takes out what the person has read meanwhile or does not want any more, and puts off what may not disturb them now.
func (s *Service) weed(ctx context.Context, tx *store.Tx, channel string, rows []claimed, p Settings, now time.Time) (keep []claimed, err error) {
	var read, off, quiet []int64
	end := p.Quiet.After(now.In(s.o.Zone))
	for _, r := range rows {
		switch {
		case r.forced:
			keep = append(keep, r)
		case r.read:
			read = append(read, r.id)
		case p.Choice(channel, r.group) == Off:
			off = append(off, r.id)
		case !r.urgent && end.After(now):
			quiet = append(quiet, r.id)
		default:
			keep = append(keep, r)
		}
	}
	if err := s.withdrawIDs(ctx, tx, "notice.withdrawn.read", read); err != nil {
		return nil, err
	}
	if err := s.withdrawIDs(ctx, tx, "notice.withdrawn.off", off); err != nil {
		return nil, err
	}
	if len(quiet) > 0 { // out of its batch: the rest of it goes now, and what comes later is another letter
		_, err = tx.Exec(ctx, "UPDATE notice_delivery SET due_at = $1, batch = NULL WHERE id IN ("+store.Marks(2, len(quiet))+")",
			append([]any{end.UnixMicro()}, store.Args(quiet)...)...)
	}
	return keep, err
}

// write writes the letter and notes that it is on its way, for the how-manieth time.
func (s *Service) write(ctx context.Context, tx *store.Tx, id, to string, rows []claimed, p Settings, now time.Time) (l letter, tries int, err error) {
	var ids, items []int64
	for _, r := range rows {
		ids, items, tries = append(ids, r.id), append(items, r.item), max(tries, r.tries)
	}
	tries++
	_, err = tx.Exec(ctx, "UPDATE notice_delivery SET batch = $1, tries = $2, due_at = $3 WHERE id IN ("+store.Marks(4, len(ids))+")",
		append([]any{id, tries, now.Add(outbox.Lease).UnixMicro()}, store.Args(ids)...)...)
	if err != nil {
		return l, tries, err
	}
	all, err := itemsOf(ctx, tx, "SELECT "+itemColumns+" FROM notice_item WHERE id IN ("+store.Marks(1, len(items))+") ORDER BY id", store.Args(items)...)
	if err != nil {
		return l, tries, err
	}
	slices.SortStableFunc(all, func(x, y Item) int { // what is urgent comes first
		switch {
		case x.Urgent == y.Urgent:
			return 0
		case x.Urgent:
			return -1
		}
		return 1
	})
	return s.letterOf(p.Lang, id, to, all), tries, nil
}

// post sends a letter, unless its reader has no account any more.
func (s *Service) post(ctx context.Context, c carrier, person int64, l letter, tries int) (*outbox.Failure, error) {
	if s.o.Active != nil {
		active, err := s.o.Active(ctx, person)
		if err != nil {
			return nil, err
		}
		if !active {
			err := s.db.Write(ctx, func(tx *store.Tx) error {
				return s.withdraw(ctx, tx, "notice.withdrawn.no_account", "batch = $3 AND tries = $4", l.id, tries)
			})
			return nil, cmp.Or(err, outbox.ErrWithdrawn)
		}
	}
	return c.carry(ctx, l), nil
}

// withdraw ends what waits and meets cond, whose arguments begin with $3.
func (s *Service) withdraw(ctx context.Context, tx *store.Tx, why, cond string, args ...any) error {
	_, err := tx.Exec(ctx, "UPDATE notice_delivery SET state = 'withdrawn', why = $1, detail = '', done_at = $2 WHERE state = 'waiting' AND "+cond,
		append([]any{why, s.now().UnixMicro()}, args...)...)
	return err
}

func (s *Service) withdrawIDs(ctx context.Context, tx *store.Tx, why string, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	return s.withdraw(ctx, tx, why, "id IN ("+store.Marks(3, len(ids))+")", store.Args(ids)...)
}

// Counts are how many deliveries wait, how many of them failed before and are tried again, and how many were given up.
type Counts struct{ Waiting, Trying, Failed int }

// Count returns the counts, for the operator's metrics.
func (s *Service) Count(ctx context.Context) (c Counts, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		return tx.Each(ctx, `SELECT state, why <> '', COUNT(*) FROM notice_delivery
			WHERE state = 'waiting' OR (state IN ('failed', 'waiting') AND why <> '') GROUP BY 1, 2`, nil, func(rows store.Row) error {
			var state State
			var failed bool
			var n int
			if err := rows.Scan(&state, &failed, &n); err != nil {
				return err
			}
			switch {
			case state == Failed:
				c.Failed = n
			case failed:
				c.Trying = n
			}
			if state == Waiting {
				c.Waiting += n
			}
			return nil
		})
	})
	return c, err
}
