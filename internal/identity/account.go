package identity

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"huying/internal/errs"
	"huying/internal/store"
)

// Account is a person who may sign in.
type Account struct {
	ID         int64
	Login      string
	Name       string
	Unit       string // key of the unit; empty is none
	MustChange bool   // the password was given by somebody else
	Version    int64  // of name and unit; whoever holds an older one is told of the conflict
	CreatedAt  time.Time
	SignedInAt time.Time // zero: never
	DisabledAt time.Time // zero: may sign in
	Roles      []Role    // held today; filled by Accounts and Account

	password   string
	passwordAt time.Time
}

const accountColumns = "id, login, name, unit, must_change, version, created_at, signed_in_at, disabled_at, password, password_at"

func (a *Account) fields() []any {
	return []any{&a.ID, &a.Login, &a.Name, &a.Unit, &a.MustChange, &a.Version, store.At(&a.CreatedAt), store.At(&a.SignedInAt), store.At(&a.DisabledAt),
		&a.password, store.At(&a.passwordAt)}
}

// Disabled reports whether the person may not sign in.
func (a Account) Disabled() bool { return !a.DisabledAt.IsZero() }

func object(account int64) string { return "account/" + strconv.FormatInt(account, 10) }

func account(ctx context.Context, tx *store.Tx, id int64) (Account, error) {
	a, err := store.One(ctx, tx, (*Account).fields, "SELECT "+accountColumns+" FROM identity_account WHERE id = $1", id)
	if errs.Is(err, errs.NotFound) {
		err = errs.New(errs.NotFound, "identity.no_account")
	}
	return a, err
}

// lock holds an account's row until the transaction ends, so that what is decided from its grants is still so when it is written.
func lock(ctx context.Context, tx *store.Tx, id int64) error {
	n, err := tx.Exec(ctx, "UPDATE identity_account SET name = name WHERE id = $1", id)
	if err == nil && n == 0 {
		err = errs.New(errs.NotFound, "identity.no_account")
	}
	return err
}

// Spec is an account to be made.
type Spec struct {
	Login    string
	Name     string
	Unit     string
	Password string  // empty: one is made, must be changed at the first sign-in, and is returned once
	Grants   []Grant // only for EnsureAccount and the console: role, unit, place, from, until, note
}

// checked returns the spec with its login normalised, and all that is wrong with it.
func (sp Spec) checked() (Spec, error) {
	var wrong errs.List
	sp.Login, sp.Name, sp.Unit = NormalLogin(sp.Login), strings.TrimSpace(sp.Name), strings.TrimSpace(sp.Unit)
	if e := checkLogin(sp.Login); e != nil {
		wrong = append(wrong, e)
	}
	if e := checkName(sp.Name); e != nil {
		wrong = append(wrong, e)
	}
	if sp.Password != "" {
		wrong = append(wrong, errs.All(CheckPassword(sp.Login, sp.Password))...)
	}
	return sp, wrong.Err()
}

// CreateAccount makes an account. It returns its id and, when the spec has no password, the one-time password, which is nowhere else. It
// needs account.manage; grants are not its business, and only the console may give them with the account.
func (s *Service) CreateAccount(ctx context.Context, by By, spec Spec) (id int64, password string, err error) {
	if err := by.need(AccountManage); err != nil {
		return 0, "", err
	}
	if len(spec.Grants) > 0 && !by.console {
		return 0, "", errs.New(errs.Forbidden, "identity.may_not")
	}
	spec, err = spec.checked()
	if err != nil {
		return 0, "", err
	}
	if err := s.knownUnit(spec.Unit); err != nil {
		return 0, "", err
	}
	if spec.Password == "" {
		password = oneTime()
	}
	hash, err := s.hasher.hash(ctx, spec.Password+password)
	if err != nil {
		return 0, "", err
	}
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		id, err = s.insertAccount(ctx, tx, by, spec, hash, password != "")
		return err
	})
	if store.IsUnique(err) {
		err = errs.New(errs.Conflict, "identity.login_taken", "login", spec.Login).On("login")
	}
	if err != nil {
		return 0, "", err
	}
	return id, password, nil
}

// EnsureAccount makes an account in the caller's transaction if nobody has its login, with its grants, for a pack that is loaded. An
// account that is there is left as it is, whatever the spec says. A spec without a password is refused: nobody would see it.
func (s *Service) EnsureAccount(ctx context.Context, tx *store.Tx, spec Spec) (id int64, created bool, err error) {
	if spec, err = spec.checked(); err != nil {
		return 0, false, err
	}
	err = tx.Scan(ctx, "SELECT id FROM identity_account WHERE login = $1", []any{spec.Login}, &id)
	if !errs.Is(err, errs.NotFound) {
		return id, false, err
	}
	if spec.Password == "" {
		return 0, false, errs.New(errs.Invalid, "identity.password_missing", "login", spec.Login).On("password")
	}
	hash, err := s.hasher.hash(ctx, spec.Password)
	if err != nil {
		return 0, false, err
	}
	id, err = s.insertAccount(ctx, tx, Console(), spec, hash, false)
	return id, err == nil, err
}

func (s *Service) insertAccount(ctx context.Context, tx *store.Tx, by By, spec Spec, hash string, mustChange bool) (int64, error) {
	now := s.now.Now().UnixMicro()
	id, err := tx.Insert(ctx, `INSERT INTO identity_account (login, name, unit, password, must_change, created_at, password_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`, spec.Login, spec.Name, spec.Unit, hash, mustChange, now, now)
	if err != nil {
		return 0, err
	}
	if err := s.Record(ctx, tx, by, AccountCreated, object(id), Detail{"login": spec.Login, "unit": spec.Unit}); err != nil {
		return 0, err
	}
	for _, g := range spec.Grants {
		g.Person = id
		if _, err := s.grant(ctx, tx, by, g); err != nil {
			return 0, err
		}
	}
	return id, nil
}

func (s *Service) knownUnit(key string) error {
	if units, _ := s.trees(); key != "" && !covers(units, key, key) {
		return errs.New(errs.Invalid, "identity.no_unit", "unit", key).On("unit")
	}
	return nil
}

// Account returns an account with the roles it holds today. It needs account.manage or grant.manage, or to be one's own.
func (s *Service) Account(ctx context.Context, by By, id int64) (a Account, err error) {
	if by.need(AccountManage) != nil && by.person() != id {
		if err := by.need(GrantManage); err != nil {
			return a, err
		}
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		if a, err = account(ctx, tx, id); err != nil {
			return err
		}
		one := []Account{a}
		err = s.fillRoles(ctx, tx, one)
		a = one[0]
		return err
	})
	return a, err
}

// ChangeAccount sets a person's name and unit. version is the one that was shown: if somebody has changed the account since, nothing is
// changed and errs.Conflict comes back. It needs account.manage.
func (s *Service) ChangeAccount(ctx context.Context, by By, id, version int64, name, unit string) error {
	if err := by.need(AccountManage); err != nil {
		return err
	}
	name = strings.TrimSpace(name)
	if e := checkName(name); e != nil {
		return e
	}
	return s.db.Write(ctx, func(tx *store.Tx) error {
		old, err := account(ctx, tx, id)
		if err != nil {
			return err
		}
		if unit != old.Unit { // the unit of old may have been dissolved since
			if err := s.knownUnit(unit); err != nil {
				return err
			}
		}
		n, err := tx.Exec(ctx, "UPDATE identity_account SET name = $1, unit = $2, version = version + 1 WHERE id = $3 AND version = $4", name, unit, id, version)
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.New(errs.Conflict, "identity.changed_meanwhile")
		}
		return s.Record(ctx, tx, by, AccountChanged, object(id), Detail{"renamed": name != old.Name, "unit": unit, "unit_before": old.Unit})
	})
}

// DisableAccount keeps a person from signing in and ends their sessions. Grants stay, for the record. Nobody disables their own account. It
// needs account.manage.
func (s *Service) DisableAccount(ctx context.Context, by By, id int64) error {
	if err := by.need(AccountManage); err != nil {
		return err
	}
	if by.person() == id {
		return errs.New(errs.Conflict, "identity.not_oneself")
	}
	return s.setDisabled(ctx, by, id, true)
}

// EnableAccount lets a person sign in again. It needs account.manage.
func (s *Service) EnableAccount(ctx context.Context, by By, id int64) error {
	if err := by.need(AccountManage); err != nil {
		return err
	}
	return s.setDisabled(ctx, by, id, false)
}

func (s *Service) setDisabled(ctx context.Context, by By, id int64, off bool) error {
	return s.db.Write(ctx, func(tx *store.Tx) error {
		if err := lock(ctx, tx, id); err != nil {
			return err
		}
		old, err := account(ctx, tx, id)
		if err != nil || old.Disabled() == off {
			return err
		}
		if old.Erased() {
			return errs.New(errs.Conflict, "identity.account_erased")
		}
		var at time.Time
		what := AccountEnabled
		if off {
			at, what = s.now.Now(), AccountDisabled
		}
		if _, err := tx.Exec(ctx, "UPDATE identity_account SET disabled_at = $1, version = version + 1 WHERE id = $2", store.Micros(at), id); err != nil {
			return err
		}
		if off {
			if err := s.endSessions(ctx, tx, id); err != nil {
				return err
			}
		}
		return s.Record(ctx, tx, by, what, object(id), nil)
	})
}

// Erased reports whether the person behind the account was erased: what they did stays under its number.
func (a *Account) Erased() bool { return a.Name == "" }

// ByLogin returns the account of a user name, or errs.NotFound. It needs person.erase.
func (s *Service) ByLogin(ctx context.Context, tx *store.Tx, by By, login string) (Account, error) {
	if err := by.need(PersonErase); err != nil {
		return Account{}, err
	}
	a, err := store.One(ctx, tx, (*Account).fields, "SELECT "+accountColumns+" FROM identity_account WHERE login = $1", NormalLogin(login))
	if errs.Is(err, errs.NotFound) {
		err = errs.New(errs.NotFound, "identity.no_account")
	}
	return a, err
}

// EraseAccount takes the name, the user name and the password off an account for good, in the caller's transaction. Its number stays, with all
// that was done under it, and so do the lines of the record. It needs person.erase, and returns errs.Conflict for an account that is not
// disabled: whoever still acts for a unit is not erased. A second time changes nothing.
func (s *Service) EraseAccount(ctx context.Context, tx *store.Tx, by By, id int64) error {
	if err := by.need(PersonErase); err != nil {
		return err
	}
	if err := lock(ctx, tx, id); err != nil {
		return err
	}
	a, err := account(ctx, tx, id)
	if err != nil || a.Erased() {
		return err
	}
	if !a.Disabled() {
		return errs.New(errs.Conflict, "identity.still_active", "login", a.Login).On("who")
	}
	_, err = tx.Exec(ctx, "UPDATE identity_account SET login = $1, name = '', password = '', version = version + 1 WHERE id = $2", fmt.Sprintf("erased-%d", id), id)
	return err
}
