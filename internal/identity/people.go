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

// mostPersons bounds how many people one query asks for.
const mostPersons = 500

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

// Posts returns whom each of some addresses of news means today: of unit:KEY all who work on cases in the unit, of ROLE@unit:KEY those with
// the role, of role:ROLE all who hold it, of person:ID that one, without a post.
func (s *Service) Posts(ctx context.Context, tx *store.Tx, addresses []string) ([][]Post, error) {
	var units, roles []any
	for _, address := range addresses {
		switch kind, rest, _ := strings.Cut(address, ":"); kind {
		case "person":
		case "role":
			roles = append(roles, rest)
		default:
			units = append(units, rest)
		}
	}
	var held []Post
	if len(units)+len(roles) > 0 {
		var err error
		in := func(column string, from, n int) string {
			if n == 0 {
				return "1 = 0"
			}
			return column + " IN (" + store.Marks(from, n) + ")"
		}
		query := postsToday + " AND (" + in("g.unit", 2, len(units)) + " OR " + in("g.role", 2+len(units), len(roles)) + ") ORDER BY g.person, g.id LIMIT " +
			strconv.Itoa(mostPosts*len(addresses))
		if held, err = store.All(ctx, tx, (*Post).fields, query, append(append([]any{s.today(tx)}, units...), roles...)...); err != nil {
			return nil, err
		}
	}
	out := make([][]Post, len(addresses))
	for i, address := range addresses {
		kind, rest, _ := strings.Cut(address, ":")
		if kind == "person" {
			id, err := strconv.ParseInt(rest, 10, 64)
			if err != nil {
				return nil, err
			}
			out[i] = []Post{{Person: id}}
			continue
		}
		for _, p := range held {
			if p.isAt(kind, rest) && len(out[i]) < mostPosts {
				out[i] = append(out[i], p)
			}
		}
	}
	return out, nil
}

// isAt reports whether an address of a kind means the post.
func (p Post) isAt(kind, rest string) bool {
	if kind == "role" {
		return string(p.Role) == rest
	}
	role, of := strings.CutSuffix(kind, "@unit")
	return p.Unit == rest && p.Role.May(CaseWork) && (!of || string(p.Role) == role)
}

func (s *Service) today(tx *store.Tx) clock.Date { return clock.DateOf(tx.Now(), s.zone) }

// Names returns what people are called, of those who have an account.
func (s *Service) Names(ctx context.Context, tx *store.Tx, persons []int64) (map[int64]string, error) {
	names := map[int64]string{}
	for some := range slices.Chunk(persons, mostPersons) {
		err := tx.Each(ctx, "SELECT id, name FROM identity_account WHERE id IN ("+store.Marks(1, len(some))+")", store.Args(some), func(row store.Row) error {
			var id int64
			var name string
			err := row.Scan(&id, &name)
			names[id] = name
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return names, nil
}
