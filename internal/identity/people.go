package identity

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"huying/internal/clock"
	"huying/internal/store"
)

// Post is a role that somebody holds today, and where.
type Post struct {
	Person int64
	Role   Role
	Unit   string // empty is the whole district
	Place  string // empty is the whole district
}

func (p *Post) fields() []any { return []any{&p.Person, &p.Role, &p.Unit, &p.Place} }

const postsToday = `SELECT g.person, g.role, g.unit, g.place FROM identity_grant g JOIN identity_account a ON a.id = g.person
	WHERE g.revoked_at IS NULL AND a.disabled_at IS NULL AND g.from_day <= $1 AND (g.until_day IS NULL OR g.until_day >= $1)`

// mostPosts bounds how many people one call tells.
const mostPosts = 1000

// PostsIn returns who holds a role in a unit itself today: whom to tell what it has to do.
func (s *Service) PostsIn(ctx context.Context, tx *store.Tx, unit string) ([]Post, error) {
	return store.All(ctx, tx, (*Post).fields, postsToday+" AND g.unit = $2 ORDER BY g.person LIMIT $3", s.today(tx), unit, mostPosts)
}

// PostsOf returns who holds a role today, wherever.
func (s *Service) PostsOf(ctx context.Context, tx *store.Tx, role Role) ([]Post, error) {
	return store.All(ctx, tx, (*Post).fields, postsToday+" AND g.role = $2 ORDER BY g.person LIMIT $3", s.today(tx), string(role), mostPosts)
}

// Posts returns whom an address of news means today: of unit:KEY all who work on cases in the unit, of ROLE@unit:KEY those with the role, of
// role:ROLE all who hold it, of person:ID that one, without a post.
func (s *Service) Posts(ctx context.Context, tx *store.Tx, address string) ([]Post, error) {
	kind, rest, _ := strings.Cut(address, ":")
	switch kind {
	case "person":
		id, err := strconv.ParseInt(rest, 10, 64)
		return []Post{{Person: id}}, err
	case "role":
		return s.PostsOf(ctx, tx, Role(rest))
	}
	posts, err := s.PostsIn(ctx, tx, rest)
	role, of := strings.CutSuffix(kind, "@unit")
	return slices.DeleteFunc(posts, func(p Post) bool { return of && string(p.Role) != role || !p.Role.May(CaseWork) }), err
}

func (s *Service) today(tx *store.Tx) clock.Date { return clock.DateOf(tx.Now(), s.zone) }

// Names returns what people are called, of those who have an account.
func (s *Service) Names(ctx context.Context, tx *store.Tx, persons []int64) (map[int64]string, error) {
	names := map[int64]string{}
	for _, id := range persons {
		if _, known := names[id]; known || id == 0 {
			continue
		}
		acc, err := account(ctx, tx, id)
		if err != nil {
			continue // an account that is gone has no name
		}
		names[id] = acc.Name
	}
	return names, nil
}
