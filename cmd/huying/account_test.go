package main

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/store"
)

// account runs huying account on a database and returns what it wrote.
func account(t *testing.T, dsn, in string, args ...string) (status int, out, errOut string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	args = append([]string{"--lang", "en", "account"}, args...)
	status = run(append(args, "--database", dsn), strings.NewReader(in), &stdout, &stderr)
	return status, stdout.String(), stderr.String()
}

func TestAccountsAtTheConsole(t *testing.T) {
	dsn := "sqlite:" + filepath.Join(t.TempDir(), "data", "huying.db")
	const secret = "a long and quiet word"
	passwords := map[string]string{} // login → the one-time password that was printed
	for _, c := range []struct {
		name, in string
		args     []string
		status   int
		says     string
	}{
		{"the first administrator of an empty installation", "", []string{"create", "Root", "--name", "𠮷田", "--role", "sysadmin"}, exitOK, "The account root is made."},
		{"one with a password of their own", secret + "\r\n", []string{"create", "guard", "--name", "安全", "--role", "secadmin", "--password-stdin"}, exitOK, "guard"},
		{"a clerk from a day on", "", []string{"create", "late", "--name", "晚", "--role", "leader", "--from", "2099-01-01"}, exitOK, "late"},
		{"the same login again", "", []string{"create", "ROOT", "--name", "other", "--role", "sysadmin"}, exitFailure, "is taken"},
		{"an empty standard input", "\n", []string{"create", "abc", "--name", "x", "--password-stdin"}, exitInput, "holds no password"},
		{"a short password", "short\n", []string{"create", "abc", "--name", "x", "--password-stdin"}, exitInput, "at least 10"},
		{"a role that is not there", "", []string{"create", "abc", "--name", "x", "--role", "emperor"}, exitInput, "emperor"},
		{"a clerk of a unit that is not there", "", []string{"create", "abc", "--name", "x", "--role", "clerk", "--unit", "nowhere"}, exitInput, "nowhere"},
		{"a day that is none", "", []string{"create", "abc", "--name", "x", "--role", "leader", "--from", "tomorrow"}, exitInput, "is not a date"},
		{"no name", "", []string{"create", "abc"}, exitUsage, "--name"},
		{"a reset", "", []string{"reset", "guard"}, exitOK, "guard is reset"},
		{"a reset of nobody", "", []string{"reset", "nobody"}, exitInput, "nobody"},
	} {
		status, out, errOut := account(t, dsn, c.in, c.args...)
		if status != c.status || !strings.Contains(errOut, c.says) {
			t.Errorf("%s: status %d, says %q", c.name, status, errOut)
		}
		if strings.Contains(out+errOut, secret) {
			t.Errorf("%s: shows the password that was given", c.name)
		}
		if password := strings.TrimSpace(out); password != "" {
			passwords[strings.ToLower(c.args[1])] = password
		}
	}
	checkConsoleAccounts(t, dsn, secret, passwords)
}

// checkConsoleAccounts signs in with what the commands printed.
func checkConsoleAccounts(t *testing.T, dsn, secret string, passwords map[string]string) {
	t.Helper()
	ctx := context.Background()
	db, err := store.Open(ctx, dsn, clock.Business{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	s, err := identity.OpenConsole(ctx, db, accountZone)
	if err != nil {
		t.Fatal(err)
	}
	for login, want := range map[string]struct {
		mustChange bool
		grants     int
	}{"root": {true, 1}, "guard": {true, 1}, "late": {true, 0}} {
		id, err := s.SignIn(ctx, login, passwords[login], "")
		if err != nil {
			t.Errorf("%s cannot sign in: %v", login, err)
			continue
		}
		a, err := s.Actor(ctx, id)
		if err != nil || a.MustChange != want.mustChange || len(a.Grants) != want.grants {
			t.Errorf("%s: %+v, %v", login, a, err)
		}
	}
	if _, err := s.SignIn(ctx, "guard", secret, ""); !errs.Is(err, errs.Unauthenticated) {
		t.Errorf("the password from before the reset: %v", err)
	}
	if _, n, err := s.Accounts(ctx, identity.Console(), identity.AccountFilter{}); n != 3 || err != nil {
		t.Errorf("%d accounts, %v: a refused command left something", n, err)
	}
}
