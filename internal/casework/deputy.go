package casework

import (
	"context"
	"slices"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/store"
)

// Deputy stands in for a colleague who is away (AB角): what the one may do in cases the other may too, and signs for both.
type Deputy struct {
	ID     int64
	Person int64
	Deputy int64
	From   clock.Date
	Until  clock.Date
}

func (d *Deputy) fields() []any { return []any{&d.ID, &d.Person, &d.Deputy, &d.From, &d.Until} }

const deputyColumns = "SELECT id, person, deputy, from_day, until_day FROM casework_deputy"

// maxDeputies bounds how many may be arranged ahead for one person.
const maxDeputies = 50

// Deputise lets deputy stand in for person from one day to another, both included. by is one of the two's unit who may arrange it: the
// person themself, or the head of a unit above.
func (s *Service) Deputise(ctx context.Context, by *identity.Actor, d Deputy) (id int64, err error) {
	person, deputy, err := s.both(ctx, d)
	if err != nil {
		return 0, err
	}
	switch {
	case by == nil || by.ID != d.Person && !s.heads(by, person.Unit):
		return 0, errs.New(errs.Forbidden, "casework.forbidden")
	case d.Person == d.Deputy:
		return 0, errs.New(errs.Invalid, "casework.deputy_self").On("deputy")
	case deputy.Unit != person.Unit || person.Unit == "":
		return 0, errs.New(errs.Invalid, "casework.deputy_unit").On("deputy")
	case d.From.IsZero() || d.Until.IsZero() || d.Until.Before(d.From):
		return 0, errs.New(errs.Invalid, "casework.deputy_days").On("until")
	}
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		var n int
		if err := tx.Scan(ctx, "SELECT COUNT(*) FROM casework_deputy WHERE person = $1 AND ended_at IS NULL AND until_day >= $2", []any{d.Person, s.today(tx)}, &n); err != nil {
			return err
		}
		if n >= maxDeputies {
			return errs.New(errs.TooMany, "casework.deputy_many", "limit", maxDeputies)
		}
		id, err = tx.Insert(ctx, `INSERT INTO casework_deputy (person, deputy, from_day, until_day, by_person, at) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
			d.Person, d.Deputy, d.From, d.Until, by.ID, micros(tx.Now()))
		return err
	})
	return id, err
}

// both returns the two accounts, or errs.Invalid.
func (s *Service) both(ctx context.Context, d Deputy) (person, deputy *identity.Actor, err error) {
	if person, err = s.Accounts.Actor(ctx, d.Person); errs.Is(err, errs.NotFound) {
		return nil, nil, errs.New(errs.Invalid, "casework.deputy_unknown").On("person")
	} else if err != nil {
		return nil, nil, err
	}
	if deputy, err = s.Accounts.Actor(ctx, d.Deputy); errs.Is(err, errs.NotFound) {
		return nil, nil, errs.New(errs.Invalid, "casework.deputy_unknown").On("deputy")
	}
	return person, deputy, err
}

// heads reports whether an actor is the head of a unit, or of one above it.
func (s *Service) heads(a *identity.Actor, unit string) bool {
	for _, g := range a.Grants {
		if g.Role == identity.Head && s.Trees().Units.Covers(g.Unit, unit) {
			return true
		}
	}
	return false
}

// EndDeputy ends an arrangement now. It is for whom Deputise is.
func (s *Service) EndDeputy(ctx context.Context, by *identity.Actor, id int64) error {
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		d, err := store.One(ctx, tx, (*Deputy).fields, deputyColumns+" WHERE id = $1 AND ended_at IS NULL", id)
		if err != nil {
			return err
		}
		person, err := s.Accounts.Actor(ctx, d.Person)
		if err != nil {
			return err
		}
		if by == nil || by.ID != d.Person && !s.heads(by, person.Unit) {
			return errs.New(errs.NotFound, "store.not_found")
		}
		_, err = tx.Exec(ctx, "UPDATE casework_deputy SET ended_at = $1 WHERE id = $2", micros(tx.Now()), id)
		return err
	})
}

// Deputies returns the arrangements of a person that hold today or later, theirs and those in which they stand in.
func (s *Service) Deputies(ctx context.Context, tx *store.Tx, person int64) ([]Deputy, error) {
	return store.All(ctx, tx, (*Deputy).fields, deputyColumns+` WHERE (person = $1 OR deputy = $1) AND ended_at IS NULL AND until_day >= $2
		ORDER BY from_day, id LIMIT 100`, person, s.today(tx))
}

// DeputiesOf is Deputies for several people, each arrangement once.
func (s *Service) DeputiesOf(ctx context.Context, tx *store.Tx, persons []int64) (all []Deputy, err error) {
	for some := range slices.Chunk(persons, mostRows) {
		people := asAny(some)
		q := query{deputyColumns + " WHERE (person IN " + marks(len(some)) + " OR deputy IN " + marks(len(some)) + `) AND ended_at IS NULL AND until_day >= ?
			ORDER BY from_day, id LIMIT 500`, append(append(people[:len(people):len(people)], people...), s.today(tx))}
		more, err := store.All(ctx, tx, (*Deputy).fields, q.numbered(), q.args...)
		if err != nil {
			return nil, err
		}
		for _, d := range more {
			if !slices.Contains(all, d) {
				all = append(all, d)
			}
		}
	}
	return all, nil
}

// Absent returns the colleagues for whom a person stands in today.
func (s *Service) Absent(ctx context.Context, deputy int64) (out []*identity.Actor, err error) {
	err = s.DB.Read(ctx, func(tx *store.Tx) error { out, err = s.absent(ctx, tx, deputy); return err })
	return out, err
}

// absent returns those for whom somebody stands in today.
func (s *Service) absent(ctx context.Context, tx *store.Tx, deputy int64) ([]*identity.Actor, error) {
	var all []Deputy
	if err := s.standsIn(ctx, tx, deputy, &all); err != nil {
		return nil, err
	}
	if err := tx.Flush(ctx); err != nil {
		return nil, err
	}
	return s.persons(ctx, tx, all)
}

// standsIn asks where somebody stands in today; all has the answer when EachLater says.
func (s *Service) standsIn(ctx context.Context, tx *store.Tx, deputy int64, all *[]Deputy) error {
	return store.AllLater(ctx, tx, all, (*Deputy).fields, deputyColumns+` WHERE deputy = $1 AND ended_at IS NULL AND from_day <= $2 AND until_day >= $2
		ORDER BY id LIMIT 20`, deputy, s.today(tx))
}

// persons are those for whom some deputies stand in, but who has left.
func (s *Service) persons(ctx context.Context, tx *store.Tx, all []Deputy) (out []*identity.Actor, err error) {
	if len(all) == 0 {
		return nil, nil
	}
	var persons []int64
	for _, d := range all {
		persons = append(persons, d.Person)
	}
	slices.Sort(persons)
	actors, err := s.Accounts.Actors(ctx, tx, slices.Compact(persons))
	for _, d := range all {
		if a := actors[d.Person]; a != nil {
			out = append(out, a)
		}
	}
	return out, err
}

func (s *Service) today(tx *store.Tx) clock.Date { return clock.DateOf(tx.Now(), s.Calendar().Zone()) }
