package caseapi_test

import (
	"slices"

	"huying/internal/store"
	"huying/internal/vault"
)

// readings holds which purposes and roles are on record for the first caller of a case, each at least once.
func (s *site) readings(number string, want ...string) {
	s.t.Helper()
	s.must(s.db.Write(ctx, func(tx *store.Tx) error {
		c, err := s.cases.ByNumber(ctx, tx, number)
		if err != nil {
			return err
		}
		subject, err := s.vault.Subject(ctx, tx, c.Subject(1))
		if err != nil {
			return err
		}
		all, err := s.vault.Readings(ctx, tx, subject, 20, 0)
		for _, w := range want {
			if !slices.ContainsFunc(all, func(r vault.Read) bool { return r.Purpose+" "+r.Role == w && r.Object == "case:"+number }) {
				s.t.Errorf("%q is not on record: %+v", w, all)
			}
		}
		return err
	}))
}
