package notice

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"huying/internal/store"
)

// mark is what of a person's notices a page that is open would show: another mark, and it is out of date.
type mark struct {
	newest int64
	unread int
}

// hub tells open pages that there is something new. It asks the database for those who watch, each second and after each change made
// here, so that what another server wrote is seen too.
type hub struct {
	mu      sync.Mutex
	people  map[int64]*watched
	changed chan struct{}
}

type watched struct {
	last  *mark // nil: not asked yet
	chans map[chan struct{}]bool
}

func newHub() *hub { return &hub{people: map[int64]*watched{}, changed: make(chan struct{}, 1)} }

// Watch returns a channel that receives when a person's notices change, also when they are read elsewhere, and what ends it. Changes that
// come faster than they are taken are one. Who begins to watch a person may hear once for nothing. It works while Run does.
func (s *Service) Watch(person int64) (changes <-chan struct{}, cancel func()) {
	h, ch := s.watch, make(chan struct{}, 1)
	h.mu.Lock()
	defer h.mu.Unlock()
	w := h.people[person]
	if w == nil {
		w = &watched{chans: map[chan struct{}]bool{}}
		h.people[person] = w
	}
	w.chans[ch] = true
	h.nudge()
	return ch, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if delete(w.chans, ch); len(w.chans) == 0 && h.people[person] == w {
			delete(h.people, person)
		}
	}
}

func (h *hub) nudge() {
	select {
	case h.changed <- struct{}{}:
	default:
	}
}

// lookEvery is how often it is looked whether another server told somebody something.
const lookEvery = time.Second

func (h *hub) run(ctx context.Context, s *Service) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for ctx.Err() == nil {
		if err := h.look(ctx, s); err != nil && ctx.Err() == nil {
			s.o.Log.ErrorContext(ctx, "watching notices", "err", err)
		}
		select {
		case <-ctx.Done():
		case <-h.changed:
		case <-tick.C:
		}
	}
}

// maxAsked is how many people one question is about.
const maxAsked = 500

func (h *hub) look(ctx context.Context, s *Service) error {
	h.mu.Lock()
	people := slices.Sorted(maps.Keys(h.people))
	h.mu.Unlock()
	for some := range slices.Chunk(people, maxAsked) {
		now, err := s.seen(ctx, some)
		if err != nil {
			return err
		}
		h.tell(some, now)
	}
	return nil
}

// seen asks for what people would see.
func (s *Service) seen(ctx context.Context, people []int64) (map[int64]mark, error) {
	out := map[int64]mark{}
	err := s.db.ReadOnce(ctx, func(tx *store.Tx) error {
		return tx.Each(ctx, `SELECT person, MAX(id), SUM(CASE WHEN read_at IS NULL THEN 1 ELSE 0 END) FROM notice_item
			WHERE person IN (`+store.Marks(1, len(people))+") GROUP BY person", store.Args(people), func(rows store.Row) error {
			var person int64
			var m mark
			if err := rows.Scan(&person, &m.newest, &m.unread); err != nil {
				return err
			}
			out[person] = m
			return nil
		})
	})
	return out, err
}

func (h *hub) tell(people []int64, now map[int64]mark) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, p := range people {
		w, m := h.people[p], now[p]
		if w == nil {
			continue
		}
		if w.last == nil || *w.last != m { // at first too: nobody knows what changed between the drawing of the page and now
			for ch := range w.chans {
				select {
				case ch <- struct{}{}:
				default:
				}
			}
		}
		w.last = &m
	}
}
