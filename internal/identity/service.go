package identity

import (
	"context"
	"runtime"
	"slices"
	"time"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/places"
	"huying/internal/store"
)

// Service keeps accounts, grants, sessions and the record. It is safe for use by several goroutines, and several servers may share its
// database.
type Service struct {
	db     *store.DB
	now    clock.Security // of sessions, waiting times and the record; grants go by the database's business clock
	zone   *time.Location
	trees  Trees
	hasher *hasher
}

// Option changes how a Service works.
type Option func(*Service)

// WithParams sets what a password hash costs. Stored hashes that cost less are made anew when their owner signs in.
func WithParams(p Params) Option { return func(s *Service) { s.hasher.params = p } }

// WithHashers lets n hashes be computed at once; who has to wait longer than patience is told to come again.
func WithHashers(n int, patience time.Duration) Option {
	return func(s *Service) { s.hasher.slots, s.hasher.patience = make(chan struct{}, n), patience }
}

// Trees gives the units and the places of today, which grants reach down. It is asked again for each person who is read.
type Trees func() (units, places Tree)

// TreesOf are the trees that package places keeps.
func TreesOf(s *places.Store) Trees {
	return func() (units, places Tree) {
		now := s.Now()
		return now.Units, now.Places
	}
}

// New returns the service over db. zone is the district's, in which days begin and end. Grants go by the business clock of db; sessions,
// waiting times and the record by now.
func New(db *store.DB, zone *time.Location, now clock.Security, trees Trees, opts ...Option) *Service {
	s := &Service{db: db, now: now, zone: zone, trees: trees, hasher: &hasher{
		params: DefaultParams, slots: make(chan struct{}, max(1, runtime.GOMAXPROCS(0))), patience: 3 * time.Second,
	}}
	for _, o := range opts {
		o(s)
	}
	return s
}

// Today is the day by which grants hold.
func (s *Service) Today() clock.Date { return clock.DateOf(s.db.Now(), s.zone) }

// By is who asks for something, and from which network address.
type By struct {
	Actor   *Actor
	Address string
	console bool
}

// Console is whoever works at the server itself, with huying account or huying pack: that person has the database in hand anyway.
func Console() By { return By{console: true} }

// ConsoleLogin stands in the record for the console; no account can have it.
const ConsoleLogin = "(console)"

// login is how the record names who asked.
func (b By) login() string {
	switch {
	case b.console:
		return ConsoleLogin
	case b.Actor != nil:
		return b.Actor.Login
	}
	return ""
}

func (b By) person() int64 {
	if b.Actor == nil {
		return 0
	}
	return b.Actor.ID
}

// need returns an error unless who asks holds permission p.
func (b By) need(p Permission) error {
	switch {
	case b.console || b.Actor.May(p):
		return nil
	case b.Actor == nil:
		return errs.New(errs.Unauthenticated, "identity.sign_in_first")
	}
	return errs.New(errs.Forbidden, "identity.may_not")
}

// Actor returns a person with the grants that hold today. It returns errs.NotFound when there is no such account or it is disabled:
// its sessions are worth nothing.
func (s *Service) Actor(ctx context.Context, person int64) (a *Actor, err error) {
	err = s.db.ReadOnce(ctx, func(tx *store.Tx) error {
		all, err := s.Actors(ctx, tx, []int64{person})
		a = all[person]
		return err
	})
	if err == nil && a == nil {
		err = errs.New(errs.NotFound, "identity.no_account")
	}
	return a, err
}

// Actors returns those of some people who have an account that is not disabled, with the grants that hold today.
func (s *Service) Actors(ctx context.Context, tx *store.Tx, persons []int64) (map[int64]*Actor, error) {
	all := map[int64]*Actor{}
	for some := range slices.Chunk(persons, mostPersons) {
		found, err := store.All(ctx, tx, (*holding).fields, "SELECT "+holdingColumns+" FROM identity_account a"+withGrants+" WHERE a.id IN ("+
			store.Marks(1, len(some))+") ORDER BY g.id", store.Args(some)...)
		if err != nil {
			return nil, err
		}
		s.gather(all, found, s.today(tx))
	}
	return all, nil
}

// holding is an account with one of its grants, or with none.
type holding struct {
	acc   Account
	grant Grant
}

const (
	holdingColumns = `a.id, a.login, a.name, a.unit, a.must_change, a.disabled_at,
		g.id, g.person, g.role, g.unit, g.place, g.from_day, g.until_day, g.note, g.granted_by, g.granted_at`
	withGrants = " LEFT JOIN identity_grant g ON g.person = a.id AND g.revoked_at IS NULL"
)

func (h *holding) fields() []any {
	a, g := &h.acc, &h.grant
	return []any{&a.ID, &a.Login, &a.Name, &a.Unit, &a.MustChange, store.At(&a.DisabledAt),
		store.Opt(&g.ID), store.Opt(&g.Person), store.Opt(&g.Role), store.Opt(&g.Unit), store.Opt(&g.Place), &g.From, &g.Until, store.Opt(&g.Note), store.Opt(&g.GrantedBy), store.At(&g.GrantedAt)}
}

// gather makes people of rows that are in the order of grants.
func (s *Service) gather(all map[int64]*Actor, found []holding, on clock.Date) {
	units, places := s.trees()
	for _, h := range found {
		if h.acc.Disabled() {
			continue
		}
		a := all[h.acc.ID]
		if a == nil {
			a = &Actor{ID: h.acc.ID, Login: h.acc.Login, Name: h.acc.Name, Unit: h.acc.Unit, MustChange: h.acc.MustChange, Units: units, Places: places}
			all[a.ID] = a
		}
		if h.grant.ID != 0 && h.grant.Holds(on) {
			a.Grants = append(a.Grants, h.grant)
		}
	}
}

// Tidy removes sessions, waiting times and known addresses that nothing will ask for again. The record is never tidied.
func (s *Service) Tidy(ctx context.Context) error {
	now := s.now.Now()
	return s.db.Write(ctx, func(tx *store.Tx) error {
		for _, d := range []struct {
			query  string
			before time.Time
		}{
			{"DELETE FROM identity_session WHERE expires_at < $1", now},
			{"DELETE FROM identity_throttle WHERE last_at < $1", now.Add(-forgetLongest)},
			{"DELETE FROM identity_known WHERE last_at < $1", now.Add(-keepKnown)},
		} {
			if _, err := tx.Exec(ctx, d.query, d.before.UnixMicro()); err != nil {
				return err
			}
		}
		return nil
	})
}

// OpenConsole brings the tables of identity and places up to date and returns the service over db, for a command that works at the server
// itself, also before the server has run for the first time.
func OpenConsole(ctx context.Context, db *store.DB, zone *time.Location, opts ...Option) (*Service, error) {
	if err := db.Migrate(ctx, places.Schema, Schema); err != nil {
		return nil, err
	}
	ps, err := places.Open(ctx, db, zone)
	if err != nil {
		return nil, err
	}
	return New(db, zone, clock.Security{}, TreesOf(ps), opts...), nil
}
