package caseapi

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"huying/internal/casework"
	"huying/internal/errs"
	"huying/internal/store"
	"huying/internal/web"
)

const (
	lookEvery  = 500 * time.Millisecond
	pingEvery  = 20 * time.Second // also how soon a stream notices what its watcher may no longer see
	streamTime = 35 * time.Minute // longer than an unattended session lasts: coming back does not keep one alive
	mostStream = 500              // streams of one server at a time
	perPerson  = 8                // of one account
	backlog    = 256              // cases that a slow watcher may be behind
	settled    = 5 * time.Second  // by then a transaction of PostgreSQL that began earlier has committed
)

// Events tells those who watch to which cases something happened, on whatever server it did. It looks at the newest records a few times a
// second while anybody watches.
type Events struct {
	db      *store.DB
	cases   *casework.Service
	log     *slog.Logger
	mu      sync.Mutex
	streams map[*stream]bool
	ended   bool
	from    time.Time             // what happened before has been told
	told    map[int64]mentionedAt // cases of the last while, with their last record; the look's own
}

// mentionedAt is a record that was told, and when it was found.
type mentionedAt struct {
	seq int
	at  time.Time
}

// stream is one who watches.
type stream struct {
	person int64
	mine   bool // only cases in which they have a part
	viewer atomic.Pointer[casework.Viewer]
	news   chan happened
	end    chan struct{} // closed when there is no more, or they are too slow
	once   sync.Once
}

func (s *stream) stop() { s.once.Do(func() { close(s.end) }) }

// happened is what a watcher is told.
type happened struct {
	Number string `json:"number"`
	Seq    int    `json:"seq"`
}

// NewEvents returns the events of cases. Nothing is told until Run runs.
func NewEvents(db *store.DB, cases *casework.Service, log *slog.Logger) *Events {
	return &Events{db: db, cases: cases, log: log, streams: map[*stream]bool{}, told: map[int64]mentionedAt{}}
}

// Run looks and tells until ctx ends. Then every stream ends, and none begins any more.
func (e *Events) Run(ctx context.Context) {
	defer e.close()
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := e.look(ctx); err != nil && ctx.Err() == nil {
			e.log.ErrorContext(ctx, "events of cases", "err", err) // the next look finds what this one did not
		}
	}
}

func (e *Events) close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ended = true
	for s := range e.streams {
		s.stop()
	}
}

// watch lets somebody watch.
func (e *Events) watch(person int64, v casework.Viewer, mine bool) (*stream, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	theirs := 0
	for s := range e.streams {
		if s.person == person {
			theirs++
		}
	}
	if e.ended {
		return nil, errs.New(errs.Unavailable, "caseapi.ending")
	}
	if len(e.streams) >= mostStream || theirs >= perPerson {
		return nil, errs.New(errs.TooMany, "caseapi.too_many_streams")
	}
	if len(e.streams) == 0 { // nobody looked meanwhile
		e.from = e.db.Now()
	}
	s := &stream{person: person, mine: mine, news: make(chan happened, backlog), end: make(chan struct{})}
	s.viewer.Store(&v)
	e.streams[s] = true
	return s, nil
}

func (e *Events) leave(s *stream) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.streams, s)
}

// look finds what happened since the last look and tells it.
func (e *Events) look(ctx context.Context) error {
	e.mu.Lock()
	from, watched := e.from, len(e.streams) > 0
	e.mu.Unlock()
	if !watched {
		return nil
	}
	var now time.Time
	var changed []casework.Changed
	var fresh []casework.Moment
	err := e.db.Read(ctx, func(tx *store.Tx) error {
		if now = tx.Now(); now.Before(from) { // the clock of a demonstration begins its day anew
			from = now
		}
		moments, err := e.cases.Moments(ctx, tx, from.Add(-settled), now)
		if err != nil {
			return err
		}
		fresh = e.fresh(moments)
		ids := make([]int64, len(fresh))
		for i, m := range fresh {
			ids[i] = m.Case
		}
		changed, err = e.cases.Changed(ctx, tx, ids)
		return err
	})
	if err != nil {
		return err
	}
	e.note(fresh, now)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.from = now
	for i := range changed {
		e.tell(&changed[i])
	}
	return nil
}

// fresh are the moments that were not told yet.
func (e *Events) fresh(moments []casework.Moment) (out []casework.Moment) {
	for _, m := range moments {
		if e.told[m.Case].seq < m.Seq {
			out = append(out, m)
		}
	}
	return out
}

// note keeps what is told now, and forgets what no look will find again.
func (e *Events) note(fresh []casework.Moment, now time.Time) {
	for id, m := range e.told {
		if now.Sub(m.at).Abs() > 2*settled {
			delete(e.told, id)
		}
	}
	for _, m := range fresh {
		e.told[m.Case] = mentionedAt{m.Seq, now}
	}
}

// tell tells a change to each who may know of the case. Who is too slow to hear it is sent away, and comes back to look for themself.
func (e *Events) tell(ch *casework.Changed) {
	for s := range e.streams {
		v := s.viewer.Load()
		if s.mine && !ch.HasPart(v) || !ch.SeenBy(v) {
			continue
		}
		select {
		case s.news <- happened{ch.Number, ch.Seq}:
		default:
			s.stop()
		}
	}
}

// events answers with a stream of what happens to cases that who asks sees, until they leave, the time is up or the server stops.
func (a *front) events(r *web.Request) error {
	q := queryOf(r)
	mine := q.choice("scope", "mine", "all") == "mine"
	if err := q.err(); err != nil {
		return err
	}
	v, err := a.viewer(r)
	if err != nil {
		return err
	}
	s, err := a.Events.watch(r.Actor.ID, v, mine)
	if err != nil {
		return err
	}
	defer a.Events.leave(s)
	h := r.Writer().Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // a proxy in between keeps nothing back
	out := &sender{w: r.Writer()}
	out.send("ping", struct{}{})
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	for out.err == nil {
		select {
		case n := <-s.news:
			out.send("case", n)
		case <-ping.C:
			if err := r.Again(r.Context()); err != nil {
				return nil // they may no longer be here; half an answer is all that there is
			}
			fresh := a.Cases.ViewerOf(r.Actor, "")
			s.viewer.Store(&fresh)
			out.send("ping", struct{}{})
		case <-s.end:
			return nil
		case <-r.Context().Done():
			return nil
		}
	}
	return nil // they left
}

// sender writes events of a stream, each at once.
type sender struct {
	w   http.ResponseWriter
	err error
}

func (s *sender) send(event string, data any) {
	text, err := json.Marshal(data)
	if err == nil {
		_, err = fmt.Fprintf(s.w, "event: %s\ndata: %s\n\n", event, text)
	}
	if err == nil {
		err = http.NewResponseController(s.w).Flush()
	}
	s.err = err
}
