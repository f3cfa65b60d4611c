package notice

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"huying/internal/errs"
	"huying/internal/store"
)

// Letters are sent outside of any transaction, and not by a job: a job runs in a transaction, and a mail server that takes ten seconds
// would keep SQLite's only writer waiting for ten seconds. A worker claims what is due for one person in a short transaction, sends it, and
// notes in another how it went. Who claims, moves the time at which it is due a lease ahead: if the server dies, the next one takes over
// when the lease ends. A letter therefore arrives at least once; its id stays the same, by which the other side knows it again.
const (
	workers   = 2                // for each channel: a slow one holds up no other
	lease     = 2 * time.Minute  // longer than patience
	patience  = 40 * time.Second // for one letter
	mostLines = 50               // of one letter
	lookEvery = time.Second
)

// waits are how long a letter that failed waits before it is tried again: ten tries within a day, then it is given up. A notice that comes
// later than that is of no use.
var waits = []time.Duration{10 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour, 8 * time.Hour}

// Run sends what is due and tells those who watch, until ctx ends; then it lets the letters arrive that are on their way.
func (s *Service) Run(ctx context.Context) {
	var wg sync.WaitGroup
	for _, c := range s.carriers {
		for range workers {
			wg.Go(func() { s.work(ctx, c) })
		}
	}
	wg.Go(func() { s.watch.run(ctx, s) })
	wg.Wait()
}

func (s *Service) nudge(channel string) {
	select {
	case s.wake[channel] <- struct{}{}:
	default:
	}
}

func (s *Service) work(ctx context.Context, c carrier) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for ctx.Err() == nil {
		did, err := s.guarded(ctx, c)
		if err != nil && ctx.Err() == nil {
			s.o.Log.ErrorContext(ctx, "sending notices", "channel", c.name(), "err", err)
		}
		if did && err == nil {
			s.nudge(c.name()) // there may be more: another worker looks too
			continue
		}
		select {
		case <-ctx.Done():
		case <-s.wake[c.name()]:
		case <-tick.C:
		}
	}
}

// guarded is step, and turns a panic into an error: a letter that brings a library down does not take the server with it.
func (s *Service) guarded(ctx context.Context, c carrier) (did bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return s.step(ctx, c)
}

// Flush sends everything that is due now. It is for commands and tests.
func (s *Service) Flush(ctx context.Context) error {
	for _, c := range s.carriers {
		for did := true; did; {
			var err error
			if did, err = s.step(ctx, c); err != nil {
				return err
			}
		}
	}
	return nil
}

// step sends one letter of a channel, and reports whether there was anything to do.
func (s *Service) step(ctx context.Context, c carrier) (did bool, err error) {
	var due bool // asked first without writing: most of the time there is none
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		return tx.Scan(ctx, "SELECT EXISTS (SELECT 1 FROM notice_delivery WHERE state = 'waiting' AND channel = $1 AND due_at <= $2)",
			[]any{c.name(), s.now().UnixMicro()}, &due)
	})
	if err != nil || !due {
		return false, err
	}
	var b *batch
	err = s.db.Write(ctx, func(tx *store.Tx) (err error) {
		b, did, err = s.claim(ctx, tx, c.name())
		return err
	})
	if err != nil || b == nil {
		return did, err
	}
	return true, s.post(ctx, c, b)
}

// batch is a letter with the deliveries that it settles.
type batch struct {
	person int64
	tries  int
	letter letter
}

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

// claim takes what is due for one person. Without a batch, did says whether there was something that needed no letter after all.
func (s *Service) claim(ctx context.Context, tx *store.Tx, channel string) (b *batch, did bool, err error) {
	now := s.now()
	var person int64
	err = tx.Scan(ctx, `SELECT person FROM notice_delivery WHERE state = 'waiting' AND channel = $1 AND due_at <= $2
		ORDER BY due_at, id LIMIT 1`, []any{channel, now.UnixMicro()}, &person)
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
	p, err := s.Settings(ctx, tx, person)
	if err != nil {
		return nil, false, err
	}
	if rows, err = s.weed(ctx, tx, channel, rows, p, now); err != nil || len(rows) == 0 {
		return nil, true, err
	}
	b, err = s.write(ctx, tx, person, id, to, rows, p, now)
	return b, true, err
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
	rows, err = store.All(ctx, tx, (*claimed).fields, `SELECT d.id, d.item, d.tries, d.forced, i.grp, i.urgent, CASE WHEN i.read_at IS NULL THEN 0 ELSE 1 END
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
		_, err = tx.Exec(ctx, "UPDATE notice_delivery SET due_at = $1, batch = NULL WHERE id IN ("+marks(2, len(quiet))+")",
			append([]any{end.UnixMicro()}, anys(quiet)...)...)
	}
	return keep, err
}

// write writes the letter and notes that it is on its way.
func (s *Service) write(ctx context.Context, tx *store.Tx, person int64, id, to string, rows []claimed, p Settings, now time.Time) (*batch, error) {
	var ids, items []int64
	tries := 0
	for _, r := range rows {
		ids, items, tries = append(ids, r.id), append(items, r.item), max(tries, r.tries)
	}
	b := &batch{person: person, tries: tries + 1}
	_, err := tx.Exec(ctx, "UPDATE notice_delivery SET batch = $1, tries = $2, due_at = $3 WHERE id IN ("+marks(4, len(ids))+")",
		append([]any{id, b.tries, now.Add(lease).UnixMicro()}, anys(ids)...)...)
	if err != nil {
		return nil, err
	}
	all, err := itemsOf(ctx, tx, "SELECT "+itemColumns+" FROM notice_item WHERE id IN ("+marks(1, len(items))+") ORDER BY id", anys(items)...)
	if err != nil {
		return nil, err
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
	b.letter = s.letterOf(p.Lang, id, to, all)
	return b, nil
}

// post sends a letter and notes how it went.
func (s *Service) post(ctx context.Context, c carrier, b *batch) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	if s.o.Active != nil {
		active, err := s.o.Active(ctx, b.person)
		if err != nil {
			return err // when the lease ends it is tried again
		}
		if !active {
			return s.db.Write(ctx, func(tx *store.Tx) error {
				return s.withdraw(ctx, tx, "notice.withdrawn.no_account", "batch = $3 AND tries = $4", b.letter.id, b.tries)
			})
		}
	}
	f := c.carry(ctx, b.letter)
	ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	return s.db.Write(ctx, func(tx *store.Tx) error { return s.settle(ctx, tx, c.name(), b, f) })
}

// settle notes what came of a letter. If the lease ended meanwhile and another worker took it over, that one notes it.
func (s *Service) settle(ctx context.Context, tx *store.Tx, channel string, b *batch, f *failure) error {
	now := s.now()
	state, why, detail, due := Waiting, "", "", now
	switch {
	case f == nil:
		state = Sent
	case f.final || b.tries > len(waits):
		state, why, detail = Failed, f.why, f.detail
	default:
		why, detail, due = f.why, f.detail, now.Add(max(waits[b.tries-1], f.after))
	}
	if f != nil {
		s.o.Log.WarnContext(ctx, "notices not delivered", "channel", channel, "letter", b.letter.id, "try", b.tries, "why", f.why, "given_up", state == Failed)
	}
	var done any
	if state != Waiting {
		done = now.UnixMicro()
	}
	_, err := tx.Exec(ctx, `UPDATE notice_delivery SET state = $1, why = $2, detail = $3, due_at = $4, done_at = $5
		WHERE state = 'waiting' AND batch = $6 AND tries = $7`, string(state), why, detail, due.UnixMicro(), done, b.letter.id, b.tries)
	return err
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
	return s.withdraw(ctx, tx, why, "id IN ("+marks(3, len(ids))+")", anys(ids)...)
}

// Counts are how many deliveries wait, how many of them failed before and are tried again, and how many were given up.
type Counts struct{ Waiting, Trying, Failed int }

// Count returns the counts, for the operator's metrics.
func (s *Service) Count(ctx context.Context) (c Counts, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		return tx.Each(ctx, `SELECT state, CASE WHEN why <> '' THEN 1 ELSE 0 END, COUNT(*) FROM notice_delivery
			WHERE state = 'waiting' OR (state IN ('failed', 'waiting') AND why <> '') GROUP BY 1, 2`, nil, func(rows *sql.Rows) error {
			var state State
			var failed, n int
			if err := rows.Scan(&state, &failed, &n); err != nil {
				return err
			}
			switch {
			case state == Failed:
				c.Failed = n
			case failed == 1:
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
