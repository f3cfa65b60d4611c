package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/outbox"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

var ctx = context.Background()

// schema is a table as those of notices and orders are.
var schema = store.Schema{Name: "parcel", FS: fstest.MapFS{"migrations/0001_parcel.sql": {Data: []byte(`-- +goose Up
CREATE TABLE parcel (id IDENTITY, lane TEXT NOT NULL, text TEXT NOT NULL, state TEXT NOT NULL, due_at BIGINT NOT NULL, tries BIGINT NOT NULL DEFAULT 0,
  why TEXT NOT NULL DEFAULT '', detail TEXT NOT NULL DEFAULT '', done_at BIGINT);
`)}}}

// world is an outbox, and what the other side does.
type world struct {
	t    *testing.T
	db   *store.DB
	hand *clock.Hand
	box  *outbox.Box
	open bool

	mu    sync.Mutex
	sent  []string
	noted []string
	say   func(text string) (*outbox.Failure, error)
}

func each(t *testing.T, f func(t *testing.T, w *world)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := &world{t: t, db: db, hand: clock.NewHand(storetest.Now), open: true, say: func(string) (*outbox.Failure, error) { return nil, nil }}
		w.box = w.server()
		f(t, w)
	}, schema)
}

func (w *world) server() *outbox.Box {
	table := outbox.Table{Name: "parcel", Key: "id", Due: "FROM parcel WHERE state = 'waiting' AND lane = $1 AND due_at <= $2", Failed: "why <> '' AND state <> 'sent'",
		Refused: "refused", Dead: "dead"}
	return outbox.New(outbox.Options{Name: "parcels", DB: w.db, Clock: w.hand.Security(), Log: slog.New(slog.DiscardHandler), Table: table, Claim: w.claim,
		Waits: []time.Duration{time.Minute, time.Hour}, Open: func(string) bool { return w.open }}, "north", "south")
}

func (w *world) claim(ctx context.Context, tx *store.Tx, lane string, now time.Time) (*outbox.Parcel, bool, error) {
	var id int64
	var tries int
	var text string
	err := tx.Scan(ctx, "SELECT id, tries, text FROM parcel WHERE state = 'waiting' AND lane = $1 AND due_at <= $2 ORDER BY id LIMIT 1"+tx.SkipLocked(),
		[]any{lane, now.UnixMicro()}, &id, &tries, &text)
	if errs.Is(err, errs.NotFound) {
		return nil, false, nil
	} else if err != nil {
		return nil, false, err
	}
	tries++
	if _, err := tx.Exec(ctx, "UPDATE parcel SET tries = $1, due_at = $2 WHERE id = $3", tries, now.Add(outbox.Lease).UnixMicro(), id); err != nil {
		return nil, false, err
	}
	return &outbox.Parcel{Key: id, Tries: tries,
		Send: func(context.Context) (*outbox.Failure, error) {
			w.mu.Lock()
			w.sent = append(w.sent, text)
			say := w.say
			w.mu.Unlock()
			return say(text)
		},
		Noted: func(_ context.Context, _ *store.Tx, _ *outbox.Failure, state string) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.noted = append(w.noted, text+" "+state)
			return nil
		}}, true, nil
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// put lets texts wait for lanes, in their order.
func (w *world) put(lane string, texts ...string) {
	w.t.Helper()
	w.must(w.db.Write(ctx, func(tx *store.Tx) error {
		for _, text := range texts {
			if _, err := tx.Exec(ctx, "INSERT INTO parcel (lane, text, state, due_at) VALUES ($1, $2, 'waiting', $3)", lane, text, w.hand.Security().Now().UnixMicro()); err != nil {
				return err
			}
		}
		tx.AfterCommit(func() { w.box.Nudge(lane) })
		return nil
	}))
}

// stands is how each parcel stands: text, state, tries, why, and in how long it is due.
func (w *world) stands() (all []string) {
	w.t.Helper()
	w.must(w.db.Read(ctx, func(tx *store.Tx) (err error) {
		type row struct {
			text, state, why string
			tries            int
			due, done        time.Time
		}
		rows, err := store.All(ctx, tx, func(r *row) []any {
			return []any{&r.text, &r.state, &r.tries, &r.why, store.At(&r.due), store.At(&r.done)}
		}, "SELECT text, state, tries, why, due_at, done_at FROM parcel ORDER BY id")
		for _, r := range rows {
			s := fmt.Sprintf("%s %s %d %s", r.text, r.state, r.tries, r.why)
			if r.done.IsZero() {
				s += " " + r.due.Sub(w.hand.Security().Now()).String()
			}
			all = append(all, s)
		}
		return err
	}))
	return all
}

func (w *world) is(when string, want ...string) {
	w.t.Helper()
	if got := w.stands(); !slices.Equal(got, want) {
		w.t.Errorf("%s: %q, want %q", when, got, want)
	}
}

func failing(f outbox.Failure) func(string) (*outbox.Failure, error) {
	return func(string) (*outbox.Failure, error) { return &f, nil }
}

func TestWhatFailsIsTriedAgainAfterLongerPausesAndGivenUp(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.say = failing(outbox.Failure{Why: "away"})
		w.put("north", "a")
		w.must(w.box.Flush(ctx))
		w.is("the first try", "a waiting 1 away 1m0s")
		w.must(w.box.Flush(ctx))
		w.is("before its time", "a waiting 1 away 1m0s")
		w.hand.Advance(time.Minute)
		w.must(w.box.Flush(ctx))
		w.is("the second", "a waiting 2 away 1h0m0s")
		w.hand.Advance(time.Hour)
		w.must(w.box.Flush(ctx))
		w.is("the third and last", "a dead 3 away")
		w.hand.Advance(100 * time.Hour)
		w.must(w.box.Flush(ctx))
		if want := []string{"a waiting", "a waiting", "a dead"}; len(w.sent) != 3 || !slices.Equal(w.noted, want) {
			t.Errorf("sent %v, noted %v", w.sent, w.noted)
		}
		w.say = failing(outbox.Failure{Why: "away", After: 3 * time.Minute})
		w.put("north", "b")
		w.must(w.box.Flush(ctx))
		w.is("the other side asks for more time", "a dead 3 away", "b waiting 1 away 3m0s")
		w.say = failing(outbox.Failure{Why: "nobody", Final: true})
		w.hand.Advance(3 * time.Minute)
		w.must(w.box.Flush(ctx))
		w.is("refused for good", "a dead 3 away", "b refused 2 nobody")
		w.say = func(string) (*outbox.Failure, error) { return nil, nil }
		w.must(w.db.Write(ctx, func(tx *store.Tx) error {
			n, err := w.box.Again(ctx, tx, "text = $2", "a")
			if n != 1 {
				t.Errorf("%d are sent again", n)
			}
			return err
		}))
		w.is("to be sent again", "a waiting 0  0s", "b refused 2 nobody")
		w.must(w.box.Flush(ctx))
		w.is("sent again", "a sent 1 ", "b refused 2 nobody")
	})
}

func TestAServerThatDiesLeavesItToTheNext(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.say = func(string) (*outbox.Failure, error) { panic("the machine lost its power") }
		w.put("north", "a")
		if err := w.box.Flush(ctx); err == nil {
			t.Fatal("it did not die")
		}
		w.is("on its way", "a waiting 1  2m0s")
		w.say = func(string) (*outbox.Failure, error) { return nil, errors.New("the database is away") }
		w.hand.Advance(outbox.Lease)
		if err := w.server().Flush(ctx); err == nil {
			t.Fatal("an error of ours was not told")
		}
		w.is("nothing is noted of what we could not send", "a waiting 2  2m0s")
		w.hand.Advance(outbox.Lease)
		other := w.server()
		w.say = func(string) (*outbox.Failure, error) { // it takes so long that another takes over
			w.mu.Lock()
			w.say = func(string) (*outbox.Failure, error) { return nil, nil }
			w.mu.Unlock()
			w.hand.Advance(outbox.Lease)
			w.must(other.Flush(ctx))
			return &outbox.Failure{Why: "late", Final: true}, nil
		}
		w.must(w.box.Flush(ctx))
		w.is("what the other noted stays", "a sent 4 ")
		if !slices.Equal(w.noted, []string{"a sent"}) {
			t.Errorf("noted %v", w.noted)
		}
	})
}

func TestWhatIsWithdrawnOrWaitsForAClosedLaneIsNotSent(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.open = false
		w.put("north", "a")
		w.must(w.box.Flush(ctx))
		w.is("the lane is closed", "a waiting 0  0s")
		w.open = true
		w.say = func(string) (*outbox.Failure, error) {
			w.must(w.db.Write(ctx, func(tx *store.Tx) error {
				_, err := tx.Exec(ctx, "UPDATE parcel SET state = 'withdrawn', done_at = 1")
				return err
			}))
			return nil, outbox.ErrWithdrawn
		}
		w.must(w.box.Flush(ctx))
		w.is("withdrawn while it was to be sent", "a withdrawn 1 ")
		if len(w.noted) != 0 {
			t.Errorf("noted %v", w.noted)
		}
	})
}

func TestServersShareTheLanes(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		run, stop := context.WithCancel(ctx)
		var all sync.WaitGroup
		for range 3 {
			b := w.server()
			all.Go(func() { b.Run(run) })
		}
		all.Go(func() { w.box.Run(run) })
		const n = 30
		for i := range n {
			w.put([]string{"north", "south"}[i%2], fmt.Sprint(i))
		}
		for range 400 {
			w.mu.Lock()
			done := len(w.noted)
			w.mu.Unlock()
			if done == n {
				break
			}
			time.Sleep(50 * time.Millisecond)
		}
		stop()
		all.Wait()
		slices.Sort(w.sent)
		if len(w.sent) != n || len(slices.Compact(w.sent)) != n {
			t.Errorf("%d of %d were sent: %v", len(w.sent), n, w.sent)
		}
	})
}
