package casework

import (
	"sync"
	"time"
)

// memo keeps figures for which much was counted, each by the query that counts it, so that they can be told again for a while.
type memo[T any] struct {
	mu  sync.Mutex
	all map[string]noted[T]
}

type noted[T any] struct {
	what  T
	until time.Time // by the machine's clock: how long it may be told
}

const (
	keptAfter = 10 * time.Minute // when that is over: for whoever looks next, whom a new one follows
	mostKept  = 100
)

// find returns what is kept, and until when it may be told; the zero time when there is none.
func (k *memo[T]) find(key string) (what T, until time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	one := k.all[key]
	return one.what, one.until
}

// keep keeps a figure, and forgets those whose time is long over, or that are too many.
func (k *memo[T]) keep(key string, what T, until time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for old, x := range k.all {
		if len(k.all) >= mostKept || x.until.Add(keptAfter).Before(until) {
			delete(k.all, old)
		}
	}
	if k.all == nil {
		k.all = map[string]noted[T]{}
	}
	k.all[key] = noted[T]{what, until}
}

func (k *memo[T]) forget(key string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.all, key)
}
