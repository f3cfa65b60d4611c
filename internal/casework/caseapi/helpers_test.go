package caseapi_test

import (
	"encoding/json"
	"errors"
	"reflect"
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

// left holds that a command answered with the case as it is when it is asked for.
func (c *client) left(a *answer) *answer {
	c.t.Helper()
	now := c.get(path(a.text("number"))).is(200)
	var told, asked map[string]any
	if err := errors.Join(json.Unmarshal(a.raw, &told), json.Unmarshal(now.raw, &asked)); err != nil {
		c.t.Fatal(err)
	}
	for _, own := range []string{"receipt", "secret"} { // of the command's answer only
		delete(told, own)
	}
	if !reflect.DeepEqual(told, asked) {
		c.t.Errorf("answered with\n%s\nbut is\n%s", a.raw, now.raw)
	}
	return a
}
