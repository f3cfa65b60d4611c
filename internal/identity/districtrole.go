package identity

import (
	"context"

	"huying/internal/errs"
	"huying/internal/store"
)

// DistrictRole is a role that the district's pack adds to those of the program.
type DistrictRole struct {
	Key Role
	ZH  string
	EN  string
}

func (d *DistrictRole) fields() []any { return []any{&d.Key, &d.ZH, &d.EN} }

// SetDistrictRoles makes roles the district's own. One that is left out is offered no more; grants of it stay in the history.
func (s *Service) SetDistrictRoles(ctx context.Context, tx *store.Tx, roles []DistrictRole) error {
	if _, err := tx.Exec(ctx, "DELETE FROM identity_role"); err != nil {
		return err
	}
	for i, r := range roles {
		if r.Key.Builtin() {
			return errs.New(errs.Conflict, "identity.role_builtin", "role", string(r.Key))
		}
		_, err := tx.Exec(ctx, "INSERT INTO identity_role (key, zh, en, rank) VALUES ($1, $2, $3, $4)", string(r.Key), r.ZH, r.EN, i)
		if err != nil {
			return err
		}
	}
	return nil
}

// DistrictRoles returns the district's own roles, in the order of its pack.
func (s *Service) DistrictRoles(ctx context.Context) (roles []DistrictRole, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		roles, err = store.All(ctx, tx, (*DistrictRole).fields, "SELECT key, zh, en FROM identity_role ORDER BY rank LIMIT 1000")
		return err
	})
	return roles, err
}

// knownRole holds that a role is the program's or the district's.
func (s *Service) knownRole(ctx context.Context, tx *store.Tx, r Role) error {
	if r.Builtin() {
		return nil
	}
	var known bool
	if err := tx.Scan(ctx, "SELECT EXISTS (SELECT 1 FROM identity_role WHERE key = $1)", []any{string(r)}, &known); err != nil {
		return err
	}
	if !known {
		return errs.New(errs.Invalid, "identity.no_role", "role", string(r)).On("role")
	}
	return nil
}
