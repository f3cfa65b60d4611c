package notice

import (
	"context"
	"time"

	"huying/internal/errs"
	"huying/internal/store"
)

// Item is a notice as one person has it.
type Item struct {
	ID         int64
	Topic      string
	Key        string // said by Service.Say
	Args       map[string]any
	Link       string
	Urgent     bool
	At         time.Time // by the business clock
	ReadAt     time.Time // by the machine's; zero: not read
	Deliveries []Delivery
}

// Read reports whether the person has read it.
func (it Item) Read() bool { return !it.ReadAt.IsZero() }

// State is how far a delivery has come.
type State string

const (
	Waiting   State = "waiting"   // for its time, or to be tried again
	Sent      State = "sent"      // the other side took it
	Failed    State = "failed"    // given up
	Withdrawn State = "withdrawn" // not needed any more: read meanwhile, switched off, no address
)

// Delivery is a notice's way to a person by one channel. Times are the machine's.
type Delivery struct {
	Item    int64
	Channel string
	State   State
	Tries   int
	Why     string    // message key; empty: nothing went wrong
	Due     time.Time // when it is sent, or tried again
	Done    time.Time // when it was sent, given up or withdrawn
}

func (d *Delivery) fields() []any {
	return []any{&d.Item, &d.Channel, &d.State, &d.Tries, &d.Why, store.At(&d.Due), store.At(&d.Done)}
}

type itemRow struct {
	Item
	args string
}

func (r *itemRow) fields() []any {
	return []any{&r.ID, &r.Topic, &r.Key, &r.args, &r.Link, &r.Urgent, store.At(&r.At), store.At(&r.ReadAt)}
}

const itemColumns = "id, topic, key, args, link, urgent, at, read_at"

// Filter chooses among a person's notices. Its zero value is the first fifty of all.
type Filter struct {
	State  string // "unread", "read", "failed" (by some channel); empty: all
	Group  string // one of Groups; empty: all
	Limit  int    // 0 is 50
	Offset int
}

func (f Filter) where(person int64) (w store.Where) {
	w.And("person = ?", person)
	switch f.State {
	case "unread":
		w.And("read_at IS NULL")
	case "read":
		w.And("read_at IS NOT NULL")
	case "failed":
		w.And("EXISTS (SELECT 1 FROM notice_delivery d WHERE d.item = notice_item.id AND d.state = 'failed')")
	}
	if f.Group != "" {
		w.And("grp = ?", f.Group)
	}
	return w
}

// List returns a person's notices, those not read first, then the newest, and how many there are in all.
func (s *Service) List(ctx context.Context, tx *store.Tx, person int64, f Filter) (items []Item, total int, err error) {
	if f.Limit <= 0 {
		f.Limit = 50
	}
	w := f.where(person)
	if err := tx.Scan(ctx, "SELECT COUNT(*) FROM notice_item"+w.SQL(), w.Args(), &total); err != nil {
		return nil, 0, err
	}
	query := "SELECT " + itemColumns + " FROM notice_item" + w.SQL() +
		" ORDER BY CASE WHEN read_at IS NULL THEN 0 ELSE 1 END, id DESC" + w.Limit(f.Limit, f.Offset)
	items, err = itemsOf(ctx, tx, query, w.Args()...)
	return items, total, err
}

// One returns a person's notice, or errs.NotFound: also when it is another's.
func (s *Service) One(ctx context.Context, tx *store.Tx, person, id int64) (Item, error) {
	items, err := itemsOf(ctx, tx, "SELECT "+itemColumns+" FROM notice_item WHERE id = $1 AND person = $2", id, person)
	if err != nil {
		return Item{}, err
	}
	if len(items) == 0 {
		return Item{}, errs.New(errs.NotFound, "notice.no_notice")
	}
	return items[0], nil
}

// itemsOf runs a query over itemColumns and adds how the notices are being delivered.
func itemsOf(ctx context.Context, tx *store.Tx, query string, args ...any) ([]Item, error) {
	rows, err := store.All(ctx, tx, (*itemRow).fields, query, args...)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	items, ids, place := make([]Item, len(rows)), make([]int64, len(rows)), make(map[int64]int, len(rows))
	for i, r := range rows {
		items[i], ids[i], place[r.ID] = r.Item, r.ID, i
		if items[i].Args, err = decodeArgs(r.args); err != nil {
			return nil, err
		}
	}
	ways, err := store.All(ctx, tx, (*Delivery).fields, `SELECT item, channel, state, tries, why, due_at, done_at FROM notice_delivery
		WHERE item IN (`+store.Marks(1, len(ids))+`) ORDER BY id`, store.Args(ids)...)
	for _, d := range ways {
		it := &items[place[d.Item]]
		it.Deliveries = append(it.Deliveries, d)
	}
	return items, err
}

// UnreadMost is where Unread stops counting.
const UnreadMost = 100

// Unread is how many notices a person has not read, at most UnreadMost. It is cheap enough for the head of every page.
func (s *Service) Unread(ctx context.Context, person int64) (n int, err error) {
	err = s.db.ReadOnce(ctx, func(tx *store.Tx) error {
		return tx.Scan(ctx, "SELECT COUNT(*) FROM (SELECT 1 FROM notice_item WHERE person = $1 AND read_at IS NULL LIMIT $2) AS unread",
			[]any{person, UnreadMost}, &n)
	})
	return n, err
}

// Read marks notices of a person as read and returns how many were not. Those of others are left alone, without a word.
func (s *Service) Read(ctx context.Context, tx *store.Tx, person int64, ids ...int64) (int64, error) {
	if len(ids) == 0 {
		return 0, nil
	}
	tx.AfterCommit(s.watch.nudge)
	return tx.Exec(ctx, "UPDATE notice_item SET read_at = $1 WHERE person = $2 AND read_at IS NULL AND id IN ("+store.Marks(3, len(ids))+")",
		append([]any{s.now().UnixMicro(), person}, store.Args(ids)...)...)
}

// ReadAll marks every notice of a person as read, up to the newest that was shown: one that came meanwhile is not read yet.
func (s *Service) ReadAll(ctx context.Context, tx *store.Tx, person, upTo int64) (int64, error) {
	tx.AfterCommit(s.watch.nudge)
	return tx.Exec(ctx, "UPDATE notice_item SET read_at = $1 WHERE person = $2 AND read_at IS NULL AND id <= $3", s.now().UnixMicro(), person, upTo)
}

// Newest is the id of a person's newest notice, or 0.
func (s *Service) Newest(ctx context.Context, tx *store.Tx, person int64) (id int64, err error) {
	err = tx.Scan(ctx, "SELECT COALESCE(MAX(id), 0) FROM notice_item WHERE person = $1", []any{person}, &id)
	return id, err
}

// How long notices are kept: what was read, and what never was.
const (
	keepRead = 400 * 24 * time.Hour
	keepAny  = 800 * 24 * time.Hour
)

// aDay is how long what waits for a channel may wait for the channel itself: while servers are being changed, one of them may not know it.
const aDay = 24 * time.Hour

// Tidy removes notices that nobody will ask for again, with the log of their deliveries, and ends what waits for a channel that is no more.
func (s *Service) Tidy(ctx context.Context) error {
	now := s.now()
	return s.db.Write(ctx, func(tx *store.Tx) error {
		args := []any{now.Add(-aDay).UnixMicro()}
		cond := "due_at < $3"
		if names := s.Channels(); len(names) > 0 {
			for _, n := range names {
				args = append(args, n)
			}
			cond += " AND channel NOT IN (" + store.Marks(4, len(names)) + ")"
		}
		if err := s.withdraw(ctx, tx, "notice.withdrawn.no_channel", cond, args...); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "DELETE FROM notice_item WHERE made_at < $1 AND (read_at < $1 OR made_at < $2)",
			now.Add(-keepRead).UnixMicro(), now.Add(-keepAny).UnixMicro())
		return err
	})
}

// Forget removes everything that is kept of a person: notices, choices, addresses, the calendar's address.
func (s *Service) Forget(ctx context.Context, tx *store.Tx, person int64) error {
	for _, table := range []string{"notice_item", "notice_person", "notice_choice", "notice_address", "notice_calendar"} {
		if _, err := tx.Exec(ctx, "DELETE FROM "+table+" WHERE person = $1", person); err != nil {
			return err
		}
	}
	return nil
}
