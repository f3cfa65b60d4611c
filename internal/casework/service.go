package casework

import (
	"context"
	"embed"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"huying/internal/calendar"
	"huying/internal/identity"
	"huying/internal/jobs"
	"huying/internal/places"
	"huying/internal/store"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Schema is the tables of cases.
var Schema = store.Schema{Name: "casework", FS: migrations}

// Parts are what cases stand on.
type Parts struct {
	DB       *store.DB
	Queue    *jobs.Queue
	Calendar func() *calendar.Calendar
	Trees    func() *places.Trees // of the business day
	Ledger   Ledger
	Vault    Vault
	Search   Search
	Accounts Accounts
	Promises Register      // nil: there is no register of promises
	Hotline  func() string // the telephone number that a resident may call instead; empty, or nil: there is none
	Names    Names         // nil: people are not called by their names
	Files    FileStore     // nil: it is not looked whether a file that is named is there
}

// Register knows the promises of the district. It returns errs.NotFound for a number that it does not know.
type Register interface {
	LeadOf(ctx context.Context, tx *store.Tx, number string) (unit string, err error)
}

// Names says what people are called, of those who have an account.
type Names interface {
	Names(ctx context.Context, tx *store.Tx, persons []int64) (map[int64]string, error)
}

// Accounts says who a person is and what they hold today.
type Accounts interface {
	// Actor returns errs.NotFound for one who has no account any more.
	Actor(ctx context.Context, person int64) (*identity.Actor, error)
	// Actors returns those of some people who have an account still, within a transaction.
	Actors(ctx context.Context, tx *store.Tx, persons []int64) (map[int64]*identity.Actor, error)
	// Posts returns whom each of some addresses of news means: of unit:KEY all who hold a post in the unit, of ROLE@unit:KEY those with the
	// role, of role:ROLE all who hold it, of person:ID that one, without a post.
	Posts(ctx context.Context, tx *store.Tx, addresses []string) ([][]identity.Post, error)
}

// Ledger takes down what must not be changed afterwards.
type Ledger interface {
	Append(ctx context.Context, tx *store.Tx, ref string, data []byte) error
}

// Vault keeps personal data apart. Seal returns the reference that stands for a value in events.
type Vault interface {
	Subject(ctx context.Context, tx *store.Tx, name string) (int64, error)
	Seal(ctx context.Context, tx *store.Tx, subject int64, purpose string, value []byte) (ref string, err error)
}

// Search takes up the text by which a case is found.
type Search interface {
	Put(ctx context.Context, tx *store.Tx, kind string, id int64, text string) error
}

// Service runs cases over a database. It is safe for use by several goroutines, and several servers may share its database.
type Service struct {
	Parts
	library  library
	numbers  numbers
	boards   memo[*Board]
	counts   memo[[]casesIn]
	counting singleflight.Group // of boards
}

// New returns the service over its parts. It reads the versions of procedures when they are first asked for.
func New(p Parts) *Service {
	return &Service{Parts: p, library: library{byHash: map[string]*Procedure{}}}
}

// world is what is so in a transaction, but for people.
func (s *Service) world(tx *store.Tx) World {
	return World{Now: tx.Now(), Calendar: s.Calendar(), Trees: s.Trees()}
}

// decide is Decide in a transaction, with the people of the district as they are.
func (s *Service) decide(ctx context.Context, tx *store.Tx, p *Procedure, c *Case, by Actor, cmd Command) ([]Event, Signed, error) {
	w, look := s.world(tx), &lookup{ctx: ctx, tx: tx, s: s}
	w.People = look
	if s.Promises != nil {
		w.Promises = look
	}
	events, signed, err := Decide(p, c, by, cmd, w)
	if look.err != nil {
		return nil, Signed{}, look.err
	}
	return events, signed, err
}

// numbers hands out the numbers of cases. Each server takes a block of them, so that two that open cases at once do not wait for one
// another; a server that stops leaves a gap.
type numbers struct {
	filling    sync.Mutex // held while a block is taken
	mu         sync.Mutex
	next, last int64
}

const block = 64

// take returns the next number of the block, if one is left.
func (n *numbers) take() (int64, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.next >= n.last {
		return 0, false
	}
	n.next++
	return n.next, true
}

// nextID returns the number of a case that is to be opened.
func (s *Service) nextID(ctx context.Context) (int64, error) {
	for {
		if id, ok := s.numbers.take(); ok {
			return id, nil
		}
		s.numbers.filling.Lock()
		err := s.refill(ctx)
		s.numbers.filling.Unlock()
		if err != nil {
			return 0, err
		}
	}
}

// refill takes another block, unless somebody else has just done so.
func (s *Service) refill(ctx context.Context) error {
	n := &s.numbers
	n.mu.Lock()
	left := n.next < n.last
	n.mu.Unlock()
	if left {
		return nil
	}
	var end int64
	err := s.DB.Write(ctx, func(tx *store.Tx) (err error) { end, err = advance(ctx, tx, block); return err })
	if err != nil {
		return err
	}
	n.mu.Lock()
	n.next, n.last = end-block, end
	n.mu.Unlock()
	return nil
}

// idIn is nextID within a transaction, in which another one must not be begun.
func (s *Service) idIn(ctx context.Context, tx *store.Tx) (int64, error) {
	if id, ok := s.numbers.take(); ok {
		return id, nil
	}
	return advance(ctx, tx, 1)
}

// advance takes n numbers and returns the last of them.
func advance(ctx context.Context, tx *store.Tx, n int64) (last int64, err error) {
	err = tx.Scan(ctx, `INSERT INTO casework_next (name, next) VALUES ('case', $1)
		ON CONFLICT (name) DO UPDATE SET next = casework_next.next + $1 RETURNING next`, []any{n}, &last)
	return last, err
}

// micros is a time to the microsecond, as the database keeps it.
func micros(t time.Time) int64 { return t.UnixMicro() }
