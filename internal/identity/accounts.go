package identity

import (
	"context"
	"slices"

	"huying/internal/clock"
	"huying/internal/store"
)

// AccountFilter chooses accounts. Zero fields choose everything.
type AccountFilter struct {
	Login  string // the whole login, in any spelling
	Text   string // part of the login or the name
	Unit   string
	Role   Role   // held today
	State  string // "active" or "disabled"
	Sort   string // "login", "name", "unit", "created", "signed_in"
	Desc   bool
	Limit  int // 0 is 50
	Offset int
}

var accountOrders = map[string]string{
	"login": "login", "name": "name", "unit": "unit", "created": "created_at", "signed_in": "COALESCE(signed_in_at, 0)",
}

// Accounts returns the accounts that f chooses, with the roles they hold today, and how many there are in all. It needs account.manage or
// grant.manage.
func (s *Service) Accounts(ctx context.Context, by By, f AccountFilter) (all []Account, total int, err error) {
	if by.need(AccountManage) != nil {
		if err := by.need(GrantManage); err != nil {
			return nil, 0, err
		}
	}
	order, ok := accountOrders[f.Sort]
	if !ok {
		order = "login"
	}
	if f.Desc {
		order += " DESC"
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		w := f.where(clock.DateOf(tx.Now(), s.zone))
		if err := tx.Scan(ctx, "SELECT COUNT(*) FROM identity_account"+w.SQL(), w.Args(), &total); err != nil {
			return err
		}
		where := w.SQL()
		limit := w.Limit(limitOr(f.Limit, 50), f.Offset)
		all, err = store.All(ctx, tx, (*Account).fields, "SELECT "+accountColumns+" FROM identity_account"+where+" ORDER BY "+order+", id"+limit, w.Args()...)
		if err != nil {
			return err
		}
		return s.fillRoles(ctx, tx, all)
	})
	return all, total, err
}

func (f AccountFilter) where(today clock.Date) *store.Where {
	var w store.Where
	if f.Login != "" {
		w.And("login = ?", NormalLogin(f.Login))
	}
	if f.Text != "" {
		w.And(`login LIKE ? ESCAPE '\' OR name LIKE ? ESCAPE '\'`, "%"+escapeLike(NormalLogin(f.Text))+"%", "%"+escapeLike(f.Text)+"%")
	}
	if f.Unit != "" {
		w.And("unit = ?", f.Unit)
	}
	switch f.State {
	case "active":
		w.And("disabled_at IS NULL")
	case "disabled":
		w.And("disabled_at IS NOT NULL")
	}
	if f.Role != "" {
		w.And("id IN (SELECT person FROM identity_grant WHERE role = ? AND "+holdsSQL+")", string(f.Role), today, today)
	}
	return &w
}

// holdsSQL is Grant.Holds for a query; it takes the day twice.
const holdsSQL = "revoked_at IS NULL AND from_day <= ? AND (until_day IS NULL OR until_day >= ?)"

// fillRoles sets the roles that each account holds today, in the order of Roles.
func (s *Service) fillRoles(ctx context.Context, tx *store.Tx, all []Account) error {
	if len(all) == 0 {
		return nil
	}
	at := map[int64]*Account{}
	low, high := all[0].ID, all[0].ID
	for i := range all {
		at[all[i].ID] = &all[i]
		low, high = min(low, all[i].ID), max(high, all[i].ID)
	}
	today := clock.DateOf(tx.Now(), s.zone)
	var w store.Where
	w.And("person BETWEEN ? AND ?", low, high)
	w.And(holdsSQL, today, today)
	err := tx.Each(ctx, "SELECT DISTINCT person, role FROM identity_grant"+w.SQL(), w.Args(), func(rows store.Row) error {
		var person int64
		var role Role
		if err := rows.Scan(&person, &role); err != nil {
			return err
		}
		if a := at[person]; a != nil {
			a.Roles = append(a.Roles, role)
		}
		return nil
	})
	for i := range all {
		slices.SortFunc(all[i].Roles, func(a, b Role) int { return slices.Index(Roles, a) - slices.Index(Roles, b) })
	}
	return err
}
