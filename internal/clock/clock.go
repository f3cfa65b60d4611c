// Package clock is the only place that asks the machine for the time. Two clocks run: the business clock, by which duties fall due
// and lights change, may stand on another date (a demonstration, a drill); the security clock, by which sessions and tokens
// expire, never does. They are two types, so that one is never passed for the other.
package clock

import (
	"sync"
	"time"
)

// Business tells the time the district lives by. Its zero value is the machine's time.
type Business struct {
	now  func() time.Time
	demo bool
}

// Security tells the machine's own time, for sessions, tokens and certificates. Only a test can set it.
type Security struct{ now func() time.Time }

// Now returns the business time, cut to the microsecond that the database keeps.
func (b Business) Now() time.Time { return cut(b.now) }

// Shifted reports whether the clock stands on another date than the machine's, which every page must then say.
func (b Business) Shifted() bool { return b.demo }

// Now returns the machine's time, cut to the microsecond.
func (s Security) Now() time.Time { return cut(s.now) }

func cut(now func() time.Time) time.Time {
	if now == nil {
		now = time.Now
	}
	return now().UTC().Truncate(time.Microsecond)
}

// OnDate returns a business clock that stays on one date of zone while the time of day runs on: the demonstration's clock.
// The day comes round again at midnight, so a demonstration that is left running stays on its stated date.
func OnDate(year int, month time.Month, day int, zone *time.Location) Business {
	return Business{demo: true, now: func() time.Time {
		n := time.Now().In(zone)
		return time.Date(year, month, day, n.Hour(), n.Minute(), n.Second(), n.Nanosecond(), zone)
	}}
}

// Hand is a clock that a test or a simulation sets. It is safe for use by several goroutines.
type Hand struct {
	mu sync.Mutex
	t  time.Time
}

// NewHand returns a clock that stands at t.
func NewHand(t time.Time) *Hand { return &Hand{t: t} }

// Set puts the clock to t, backwards too.
func (h *Hand) Set(t time.Time) { h.mu.Lock(); h.t = t; h.mu.Unlock() }

// Advance moves the clock on by d.
func (h *Hand) Advance(d time.Duration) { h.mu.Lock(); h.t = h.t.Add(d); h.mu.Unlock() }

func (h *Hand) read() time.Time { h.mu.Lock(); defer h.mu.Unlock(); return h.t }

// Business returns a business clock that follows the hand.
func (h *Hand) Business() Business { return Business{now: h.read, demo: true} }

// Security returns a security clock that follows the hand.
func (h *Hand) Security() Security { return Security{now: h.read} }

// Since is the time that has run since t, for measuring how long work took.
func Since(t time.Time) time.Duration { return time.Since(t) }
