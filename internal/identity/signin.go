package identity

import (
	"context"

	"huying/internal/errs"
	"huying/internal/store"
)

// SignIn returns the id of the person who has this login and password. It returns errs.Unauthenticated when they do not fit (an unknown
// login takes as long as a wrong password and reads the same), errs.TooMany with the time to try again after several wrong ones,
// errs.Forbidden for a disabled account whose password was right, and errs.Unavailable when too many people are signing in at once.
// address is the network address the request comes from. Every attempt that was let through is on record.
func (s *Service) SignIn(ctx context.Context, login, password, address string) (person int64, err error) {
	login = NormalLogin(login[:min(len(login), 4*maxLogin)])
	var acc Account
	var try attempt
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		if acc, err = byLogin(ctx, tx, login); err != nil {
			return err
		}
		known, err := s.isKnown(ctx, tx, acc.ID, Network(address))
		if err != nil {
			return err
		}
		try = newAttempt(login, Network(address), known)
		return s.reserve(ctx, tx, try)
	})
	if err != nil {
		return 0, err
	}
	right, err := s.hasher.verify(ctx, acc.password, password)
	if err != nil {
		return 0, s.giveBack(ctx, try, err)
	}
	if !right || acc.Disabled() {
		return 0, s.failed(ctx, acc, address, right)
	}
	fresh := ""
	if s.hasher.outdated(acc.password) {
		if fresh, err = s.hasher.hash(ctx, password); err != nil && !errs.Is(err, errs.Unavailable) {
			return 0, s.giveBack(ctx, try, err)
		}
	}
	return acc.ID, s.succeeded(ctx, acc, try, address, fresh)
}

// byLogin returns the account of a login, or the zero Account.
func byLogin(ctx context.Context, tx *store.Tx, login string) (Account, error) {
	acc, err := store.One(ctx, tx, (*Account).fields, "SELECT "+accountColumns+" FROM identity_account WHERE login = $1", login)
	if errs.Is(err, errs.NotFound) {
		return Account{}, nil
	}
	return acc, err
}

// giveBack undoes the count of an attempt that could not be judged. A client who has gone is not waited for.
func (s *Service) giveBack(ctx context.Context, try attempt, cause error) error {
	err := s.db.Write(context.WithoutCancel(ctx), func(tx *store.Tx) error { return s.refund(ctx, tx, try, false) })
	if err != nil {
		return err
	}
	return cause
}

// failed puts an attempt on record. What was typed as a login that nobody has is not kept: it may be a password.
func (s *Service) failed(ctx context.Context, acc Account, address string, right bool) error {
	l := Line{Person: acc.ID, Login: acc.Login, What: SignInFailed, Address: address}
	reason, answer := "unknown_login", errs.New(errs.Unauthenticated, "identity.wrong_password")
	switch {
	case right:
		reason, answer = "disabled", errs.New(errs.Forbidden, "identity.disabled")
	case acc.ID != 0:
		reason = "wrong_password"
	}
	if acc.ID != 0 {
		l.Object = object(acc.ID)
	}
	if err := s.db.Write(ctx, func(tx *store.Tx) error { return s.append(ctx, tx, l, Detail{"reason": reason}) }); err != nil {
		return err
	}
	return answer
}

func (s *Service) succeeded(ctx context.Context, acc Account, try attempt, address, fresh string) error {
	return s.db.Write(ctx, func(tx *store.Tx) error {
		if err := s.refund(ctx, tx, try, true); err != nil {
			return err
		}
		if err := s.remember(ctx, tx, acc.ID, Network(address)); err != nil {
			return err
		}
		if fresh != "" { // unless the password was changed since it was read
			if _, err := tx.Exec(ctx, "UPDATE identity_account SET password = $1 WHERE id = $2 AND password = $3", fresh, acc.ID, acc.password); err != nil {
				return err
			}
		}
		n, err := tx.Exec(ctx, "UPDATE identity_account SET signed_in_at = $1 WHERE id = $2 AND disabled_at IS NULL AND password_at = $3",
			s.now.Now().UnixMicro(), acc.ID, acc.passwordAt.UnixMicro())
		if err != nil {
			return err
		}
		if n == 0 { // disabled, or the password changed, while it was being checked
			return errs.New(errs.Unauthenticated, "identity.wrong_password")
		}
		return s.append(ctx, tx, Line{Person: acc.ID, Login: acc.Login, What: SignedIn, Object: object(acc.ID), Address: address}, nil)
	})
}

// SignedOut records that a person signed out. The session is ended by whoever holds its token.
func (s *Service) SignedOut(ctx context.Context, by By) error {
	return s.RecordNow(ctx, by, SignedOut, object(by.person()), nil)
}

// ChangePassword gives the person who asks a new password, and ends all of their sessions: the page that calls it signs the person in
// again. The old one is asked for, and wrong guesses are slowed down as at the door.
func (s *Service) ChangePassword(ctx context.Context, by By, old, password string) error {
	if by.Actor == nil {
		return errs.New(errs.Unauthenticated, "identity.sign_in_first")
	}
	if err := CheckPassword(by.Actor.Login, password); err != nil {
		return err
	}
	if normalPassword(old) == normalPassword(password) {
		return errs.New(errs.Invalid, "identity.password_same").On("password")
	}
	var acc Account
	try := newAttempt(by.Actor.Login, Network(by.Address), true)
	err := s.db.Write(ctx, func(tx *store.Tx) (err error) {
		if acc, err = account(ctx, tx, by.person()); err != nil {
			return err
		}
		return s.reserve(ctx, tx, try)
	})
	if err != nil {
		return err
	}
	right, err := s.hasher.verify(ctx, acc.password, old)
	if err != nil {
		return s.giveBack(ctx, try, err)
	}
	if !right {
		if err := s.RecordNow(ctx, by, SignInFailed, object(acc.ID), Detail{"reason": "old_password"}); err != nil {
			return err
		}
		return errs.New(errs.Invalid, "identity.old_password_wrong").On("old")
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return s.giveBack(ctx, try, err)
	}
	return s.db.Write(ctx, func(tx *store.Tx) error {
		if err := s.refund(ctx, tx, try, true); err != nil {
			return err
		}
		return s.setPassword(ctx, tx, by, acc.ID, hash, false, PasswordChanged)
	})
}

// ResetPassword gives a person a one-time password, which is returned once and must be changed at the next sign-in, and ends their
// sessions. It needs account.manage. The passwords of the security and the audit administrators are reset at the server only (huying
// account reset): who gives accounts must not be able to become the one who gives powers, or the one who watches.
func (s *Service) ResetPassword(ctx context.Context, by By, id int64) (password string, err error) {
	if err := by.need(AccountManage); err != nil {
		return "", err
	}
	if by.person() == id {
		return "", errs.New(errs.Conflict, "identity.not_oneself")
	}
	password = oneTime()
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return "", err
	}
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		if err := lock(ctx, tx, id); err != nil {
			return err
		}
		held, err := grantsOf(ctx, tx, id)
		if err != nil {
			return err
		}
		if !by.console && watches(held) {
			return errs.New(errs.Forbidden, "identity.reset_at_server")
		}
		if err := s.revokeTokens(ctx, tx, id); err != nil { // whoever had the password may have made some
			return err
		}
		return s.setPassword(ctx, tx, by, id, hash, true, PasswordReset)
	})
	if err != nil {
		return "", err
	}
	return password, nil
}

// watches reports whether one of the grants, today or later, makes its person an administrator over the others.
func watches(held []Grant) bool {
	for _, g := range held {
		if g.RevokedAt.IsZero() && (g.Role == SecAdmin || g.Role == AuditAdmin) {
			return true
		}
	}
	return false
}

func (s *Service) setPassword(ctx context.Context, tx *store.Tx, by By, id int64, hash string, mustChange bool, what What) error {
	_, err := tx.Exec(ctx, "UPDATE identity_account SET password = $1, must_change = $2, password_at = $3 WHERE id = $4", hash, mustChange, s.now.Now().UnixMicro(), id)
	if err != nil {
		return err
	}
	if err := s.endSessions(ctx, tx, id); err != nil {
		return err
	}
	return s.Record(ctx, tx, by, what, object(id), nil)
}
