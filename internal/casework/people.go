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
	all, err := l.s.Accounts.Actors(l.ctx, l.tx, []int64{person})
	l.fail(err)
	if all[person] == nil {
		return false
	}
	v := l.s.ViewerOf(all[person], "")
	return slices.ContainsFunc(v.roles, func(r placed) bool { return r.role == role && v.reaches(r.place, place) })
}

// Behind implements People. Of a role those are meant who hold it where the case is.
func (l *lookup) Behind(address, place string) bool {
	all, err := l.s.Accounts.Posts(l.ctx, l.tx, []string{address})
	if err != nil {
		l.fail(err)
		return false
	}
	_, role := strings.CutPrefix(address, roleMark)
	trees := l.s.Trees()
	return slices.ContainsFunc(all[0], func(p identity.Post) bool {
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

// Telling is what is told of one case: to whom, piece by piece.
type Telling struct {
	Procedure *Procedure
	Case      *Case
	News      [][]string // the addresses of each piece
	But       int64      // a person who is left out
}

// Audiences returns, for each piece of what is told, the accounts that its addresses mean, each once, of those who may know of the case. A
// unit's news is for those who act for it and for those who have a part in the case: not for everybody who holds some post there.
func (s *Service) Audiences(ctx context.Context, tx *store.Tx, all []Telling) ([][][]int64, error) {
	var addresses []string
	for i := range all {
		addresses = append(addresses, slices.Concat(all[i].News...)...)
	}
	slices.Sort(addresses)
	addresses = slices.Compact(addresses)
	posts, err := s.Accounts.Posts(ctx, tx, addresses)
	if err != nil {
		return nil, err
	}
	behind, persons := make(map[string][]identity.Post, len(addresses)), []int64(nil)
	for i, address := range addresses {
		behind[address] = posts[i]
		for _, post := range posts[i] {
			persons = append(persons, post.Person)
		}
	}
	slices.Sort(persons)
	actors, err := s.Accounts.Actors(ctx, tx, slices.Compact(persons))
	if err != nil {
		return nil, err
	}
	out := make([][][]int64, len(all))
	for i := range all {
		out[i] = s.audience(&all[i], behind, actors)
	}
	return out, nil
}

// audience is Audiences for one case, with the posts behind each address and the people who hold them.
func (s *Service) audience(t *Telling, behind map[string][]identity.Post, actors map[int64]*identity.Actor) [][]int64 {
	readers := t.Procedure.readers(t.Case, s.Trees())
	out := make([][]int64, len(t.News))
	for i, to := range t.News {
		for _, address := range to {
			for _, post := range behind[address] {
				a := actors[post.Person] // none of who has left
				if a != nil && a.ID != t.But && !slices.Contains(out[i], a.ID) && s.mayHear(a, t.Procedure, t.Case, readers, post) {
					out[i] = append(out[i], a.ID)
				}
			}
		}
	}
	return out
}

// mayHear reports whether the holder of a post may be told of a case.
func (s *Service) mayHear(a *identity.Actor, p *Procedure, c *Case, readers []string, post identity.Post) bool {
	v := s.ViewerOf(a, "")
	if post.Role == "" || v.isCaller(c) { // the person themself
		return v.sees(p, c, readers) > Nothing
	}
	return v.hasPart(readers, c.Place) || v.hears(readers, c.Place)
}
