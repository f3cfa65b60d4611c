package identity

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
var ActorOf = actorOf

// ReadPHC reads a stored password and writes it again.
func ReadPHC(s string) (Params, string, error) {
	h, err := parsePHC(s)
	return h.Params, h.String(), err
}
