package notice

import (
	"context"
	"time"

	"huying/internal/store"
)

// Trouble is a delivery that failed: given up, or to be tried again. It tells the administrator whom it did not reach and why, and not what
// it was about.
type Trouble struct {
	ID      int64
	Person  int64
	Channel string
	Group   string
	State   State // Failed, or Waiting for the next try
	Tries   int
	Why     string // message key
	Detail  string // what the other side said
	Made    time.Time
	Due     time.Time // of the next try
	Done    time.Time // when it was given up
}

func (t *Trouble) fields() []any {
	return []any{&t.ID, &t.Person, &t.Channel, &t.Group, &t.State, &t.Tries, &t.Why, &t.Detail, store.At(&t.Made), store.At(&t.Due), store.At(&t.Done)}
}

// inTrouble is the condition of the index that finds them, as deliveries.Failed has it.
const inTrouble = "d.state IN ('failed', 'waiting') AND d.why <> ''"

// TroubleFilter chooses among deliveries that failed. Its zero value is the first fifty of all.
type TroubleFilter struct {
	Channel string
	State   State // Failed, Waiting; empty: both
	Person  int64
	Limit   int // 0 is 50
	Offset  int
}

// Troubles returns the deliveries that failed, the newest first, and how many there are in all.
func (s *Service) Troubles(ctx context.Context, tx *store.Tx, f TroubleFilter) (all []Trouble, total int, err error) {
	if f.Limit <= 0 {
		f.Limit = 50
	}
	var w store.Where
	w.And(inTrouble)
	if f.Channel != "" {
		w.And("d.channel = ?", f.Channel)
	}
	if f.State != "" {
		w.And("d.state = ?", string(f.State))
	}
	if f.Person != 0 {
		w.And("d.person = ?", f.Person)
	}
	if err := tx.Scan(ctx, "SELECT COUNT(*) FROM notice_delivery d"+w.SQL(), w.Args(), &total); err != nil {
		return nil, 0, err
	}
	query := `SELECT d.id, d.person, d.channel, i.grp, d.state, d.tries, d.why, d.detail, d.made_at, d.due_at, d.done_at
		FROM notice_delivery d JOIN notice_item i ON i.id = d.item` + w.SQL() + " ORDER BY d.id DESC" + w.Limit(f.Limit, f.Offset)
	all, err = store.All(ctx, tx, (*Trouble).fields, query, w.Args()...)
	return all, total, err
}

// Missed is what a person was not told of by a channel: notices that they have not read and that were given up there.
type Missed struct {
	Channel string
	N       int
	Why     string // message key, of one of them
}

func (m *Missed) fields() []any { return []any{&m.Channel, &m.N, &m.Why} }

// Missed returns what a person was not told of, by channel. A failed delivery is no trouble of theirs once they have read the notice.
func (s *Service) Missed(ctx context.Context, tx *store.Tx, person int64) ([]Missed, error) {
	return store.All(ctx, tx, (*Missed).fields, `SELECT d.channel, COUNT(*), MAX(d.why) FROM notice_item i JOIN notice_delivery d ON d.item = i.id
		WHERE i.person = $1 AND i.read_at IS NULL AND d.state = 'failed' GROUP BY d.channel ORDER BY d.channel`, person)
}

// Again sends again what failed, at once, and returns how many. What is on its way at this moment, or did not fail, is left alone.
func (s *Service) Again(ctx context.Context, tx *store.Tx, ids ...int64) (int64, error) {
	if len(ids) == 0 {
		return 0, nil
	}
	return s.box.Again(ctx, tx, "id IN ("+store.Marks(2, len(ids))+")", store.Args(ids)...)
}

// AgainAll sends again everything of a channel that was given up or waits for another try: its server has been mended.
func (s *Service) AgainAll(ctx context.Context, tx *store.Tx, channel string) (int64, error) {
	return s.box.Again(ctx, tx, "channel = $2", channel)
}
