package casework

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/store"
)

// lookup answers what Decide asks of people, out of the accounts, and of promises, out of the register. It keeps the first error; what was
// decided upon it is not to be used.
type lookup struct {
	ctx context.Context
	tx  *store.Tx
	s   *Service
	err error
}

// Holds implements People.
func (l *lookup) Holds(person int64, role, place string) bool {
	a, err := l.s.Accounts.ActorIn(l.ctx, l.tx, person)
	if err != nil {
		l.fail(err)
		return false
	}
	v := l.s.ViewerOf(a, "")
	return slices.ContainsFunc(v.roles, func(r placed) bool { return r.role == role && v.reaches(r.place, place) })
}

// Behind implements People. Of a role those are meant who hold it where the case is.
func (l *lookup) Behind(address, place string) bool {
	posts, err := l.s.Accounts.Posts(l.ctx, l.tx, address)
	l.fail(err)
	_, role := strings.CutPrefix(address, roleMark)
	trees := l.s.Trees()
	return slices.ContainsFunc(posts, func(p identity.Post) bool {
		return !role || p.Place == "" || place == "" || trees.Places.Covers(p.Place, place)
	})
}

// LeadOf implements Promises.
func (l *lookup) LeadOf(number string) (string, bool) {
	unit, err := l.s.Promises.LeadOf(l.ctx, l.tx, number)
	l.fail(err)
	return unit, err == nil
}

func (l *lookup) fail(err error) {
	if l.err == nil && !errs.Is(err, errs.NotFound) {
		l.err = err
	}
}

// recall is lookup for many commands, outside of a transaction: what was answered once is so for all of them.
type recall struct {
	ctx   context.Context
	s     *Service
	known map[string]bool
	err   error
}

// Holds implements People.
func (r *recall) Holds(person int64, role, place string) bool {
	return r.ask(fmt.Sprint(person, "/", role, "/", place), func(p People) bool { return p.Holds(person, role, place) })
}

// Behind implements People.
func (r *recall) Behind(address, place string) bool {
	return r.ask(address+"/"+place, func(p People) bool { return p.Behind(address, place) })
}

func (r *recall) ask(key string, of func(People) bool) bool {
	so, known := r.known[key]
	if known {
		return so
	}
	err := r.s.DB.Read(r.ctx, func(tx *store.Tx) error {
		l := &lookup{ctx: r.ctx, tx: tx, s: r.s}
		so = of(l)
		return l.err
	})
	if r.err = cmp.Or(r.err, err); err == nil {
		r.known[key] = so
	}
	return so
}

// Audience returns the accounts that addresses of news mean, each once, of those who may know of the case; but is left out. A unit's news
// is for those who act for it and for those who have a part in the case: not for everybody who holds some post there.
func (s *Service) Audience(ctx context.Context, tx *store.Tx, p *Procedure, c *Case, addresses []string, but int64) ([]int64, error) {
	readers := p.readers(c, s.Trees())
	var to []int64
	for _, address := range addresses {
		posts, err := s.Accounts.Posts(ctx, tx, address)
		if err != nil {
			return nil, err
		}
		for _, post := range posts {
			if post.Person == but || slices.Contains(to, post.Person) {
				continue
			}
			ok, err := s.mayHear(ctx, tx, p, c, readers, post)
			if err != nil {
				return nil, err
			}
			if ok {
				to = append(to, post.Person)
			}
		}
	}
	return to, nil
}

// mayHear reports whether the holder of a post may be told of a case.
func (s *Service) mayHear(ctx context.Context, tx *store.Tx, p *Procedure, c *Case, readers []string, post identity.Post) (bool, error) {
	a, err := s.Accounts.ActorIn(ctx, tx, post.Person)
	if errs.Is(err, errs.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	v := s.ViewerOf(a, "")
	if post.Role == "" || v.isCaller(c) { // the person themself
		return v.sees(p, c, readers) > Nothing, nil
	}
	return v.hasPart(readers, c.Place) || v.hears(readers, c.Place), nil
}
