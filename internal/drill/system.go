package drill

import (
	"context"
	"net/http"
	"time"
)

// Stage makes systems to play on. It is safe for use by several goroutines.
type Stage interface {
	// Open makes a fresh district for a drill: its people have their accounts, and it is the moment at which the play begins. changed are
	// files of the pack that are other than they stand there, by their paths.
	Open(ctx context.Context, d *Drill, changed map[string][]byte) (System, error)

	// Check is what the check of the pack says of it with some files changed: an errs.List, or nil.
	Check(changed map[string][]byte) error
}

// System is a district in which one drill is played.
type System interface {
	// RoundTrip answers a request as the district's server does. Its URL has a path only.
	http.RoundTripper

	// Token is what a person of the drill shows to be known (as a bearer); it is empty for one without an account.
	Token(person string) string

	// Account is the account of a person; 0: they have none.
	Account(person string) int64

	// Zone is the district's time zone.
	Zone() *time.Location

	// At moves the clock. What happens by then happens in its order, each at its time, as if the server had run.
	At(ctx context.Context, t time.Time) error

	// Settle lets everything that follows from what was done be done: jobs, notices, the ledger, the search.
	Settle(ctx context.Context) error

	// Verify holds a receipt, as the interface gave it, against the district's key and log.
	Verify(ctx context.Context, receipt []byte) error

	// District is the name by which other systems know the district.
	District() string

	// Post hands in a message of another system, signed as it signs (docs/orders.md), and returns the answer. peer is its key in the pack.
	Post(ctx context.Context, peer, id string, body []byte) (*http.Response, error)

	// Heard are the messages that were sent to another system since the play began, in their order. It takes every one.
	Heard(peer string) [][]byte

	Close() error
}
