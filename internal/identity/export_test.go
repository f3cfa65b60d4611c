package identity

import (
	"cmp"
	"huying/internal/clock"
)

// Hashes is how many password hashes the service has computed.
func (s *Service) Hashes() int64 { return s.hasher.computed.Load() }

// HoldHashers takes every slot until release is called.
func (s *Service) HoldHashers() (release func()) {
	for range cap(s.hasher.slots) {
		s.hasher.slots <- struct{}{}
	}
	return func() {
		for range cap(s.hasher.slots) {
			<-s.hasher.slots
		}
	}
}

// ActorOf is the person with the grants that hold on a day.
func ActorOf(acc Account, grants []Grant, on clock.Date, units, places Tree) *Actor {
	s := &Service{trees: func() (Tree, Tree) { return units, places }}
	found := []holding{{acc: acc}}
	for i, g := range grants {
		g.ID = cmp.Or(g.ID, int64(i+1))
		found = append(found, holding{acc, g})
	}
	all := map[int64]*Actor{}
	s.gather(all, found, on)
	return all[acc.ID]
}

// ReadPHC reads a stored password and writes it again.
func ReadPHC(s string) (Params, string, error) {
	h, err := parsePHC(s)
	return h.Params, h.String(), err
}
