package app

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
)

// How often the garbage collector runs. With little in memory, as there is here, it would run many times a second under load, and take a tenth
// of the processor; then it may let garbage grow to three times what is in use, as long as there is so much to do.
const (
	gcOften     = 4   // collections in a second: there is much to do
	gcWhileBusy = 300 // percent; see debug.SetGCPercent
	gcOtherwise = 100
	gcCalmFor   = 10 // seconds without a collection
)

// collector sets how often garbage is collected, second by second.
type collector struct {
	seen  uint64 // collections
	busy  bool
	quiet int // seconds
}

// newCollector returns a collector, after what the start left behind is given back to the machine; nil when who runs the program has said with
// GOGC how often it is to be.
func newCollector() *collector {
	if os.Getenv("GOGC") != "" {
		return nil
	}
	debug.FreeOSMemory()
	return &collector{seen: collections()}
}

// look is called each second.
func (c *collector) look(context.Context) error {
	if c == nil {
		return nil
	}
	now := collections()
	percent := c.second(now - c.seen)
	c.seen = now
	if percent == 0 {
		return nil
	}
	debug.SetGCPercent(percent)
	if percent == gcOtherwise {
		debug.FreeOSMemory()
		c.seen = collections()
	}
	return nil
}

// second takes down how many collections there were in a second, and returns the percent that is to hold from now on; 0: as before.
func (c *collector) second(ran uint64) int {
	c.quiet++
	if ran > 0 {
		c.quiet = 0
	}
	switch {
	case !c.busy && ran >= gcOften:
		c.busy = true
		return gcWhileBusy
	case c.busy && c.quiet >= gcCalmFor:
		c.busy = false
		return gcOtherwise
	}
	return 0
}

// collections is how many there have been.
func collections() uint64 {
	sample := []metrics.Sample{{Name: "/gc/cycles/total:gc-cycles"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
