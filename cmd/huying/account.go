package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/store"
)

// accountCmd makes the first accounts of an installation, and helps an administrator who cannot sign in any more. Whoever may run it has
// the database in hand, so it asks for no password of its own; what it does is on record as done at the console.
type accountCmd struct {
	Create accountCreateCmd `cmd:"" help:"${help_account_create}"`
	Reset  accountResetCmd  `cmd:"" help:"${help_account_reset}"`
}

// databaseFlag says which database a command works on.
type databaseFlag struct {
	Database     string `default:"sqlite:./data/huying.db" env:"HUYING_DATABASE" placeholder:"URL" help:"${help_database}"`
	DatabaseFile string `env:"HUYING_DATABASE_FILE" placeholder:"FILE" help:"${help_database_file}"`
}

// url is the database's address, which may hold a password and then is better given in a file.
func (f databaseFlag) url() (string, error) { return secret(f.Database, f.DatabaseFile) }

// accountZone is where the first day of a grant begins: China has one time, without daylight saving.
var accountZone = time.FixedZone("Asia/Shanghai", 8*3600)

type accountCreateCmd struct {
	databaseFlag
	Login         string `arg:"" help:"${help_account_login}"`
	Name          string `required:"" help:"${help_account_name}"`
	Unit          string `help:"${help_account_unit}"`
	Role          string `help:"${help_account_role}" placeholder:"ROLE"`
	From          string `placeholder:"2021-11-19" help:"${help_account_from}"`
	PasswordStdin bool   `help:"${help_account_password_stdin}"`
}

// Run makes the account with its grant. The password it made up is all that goes to the standard output.
func (c *accountCreateCmd) Run(e *env) error {
	spec := identity.Spec{Login: c.Login, Name: c.Name, Unit: c.Unit}
	if c.Role != "" {
		from, err := clock.ParseDate(c.From)
		if err != nil {
			return errs.Wrap(err, errs.Invalid, "huying.bad_date", "date", c.From)
		}
		role := identity.Role(c.Role)
		g := identity.Grant{Role: role, From: from}
		if role.Bound() {
			g.Unit = c.Unit
		}
		spec.Grants = []identity.Grant{g}
	}
	if c.PasswordStdin {
		var err error
		if spec.Password, err = readPassword(e.in); err != nil {
			return err
		}
	}
	return c.open(func(ctx context.Context, s *identity.Service) error {
		_, password, err := s.CreateAccount(ctx, identity.Console(), spec)
		if err != nil {
			return err
		}
		fmt.Fprintln(e.err, e.say("huying.account_created", "login", identity.NormalLogin(c.Login)))
		return e.tellPassword(password)
	})
}

// readPassword reads the first line. A file that was written with an editor ends with a line feed, which is not the password's.
func readPassword(in io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(in, 4096)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", errs.Wrap(err, errs.Invalid, "huying.no_password")
	}
	if line = strings.TrimRight(line, "\r\n"); line == "" {
		return "", errs.New(errs.Invalid, "huying.no_password")
	}
	return line, nil
}

// tellPassword writes a one-time password, if there is one, to the standard output and what it is to the other.
func (e *env) tellPassword(password string) error {
	if password == "" {
		return nil
	}
	fmt.Fprintln(e.err, e.say("huying.account_one_time"))
	_, err := fmt.Fprintln(e.out, password)
	return err
}

type accountResetCmd struct {
	databaseFlag
	Login string `arg:"" help:"${help_account_login}"`
}

// Run gives the account a one-time password and ends its sessions.
func (c *accountResetCmd) Run(e *env) error {
	return c.open(func(ctx context.Context, s *identity.Service) error {
		found, _, err := s.Accounts(ctx, identity.Console(), identity.AccountFilter{Login: c.Login, Limit: 1})
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return errs.New(errs.NotFound, "huying.account_none", "login", c.Login)
		}
		password, err := s.ResetPassword(ctx, identity.Console(), found[0].ID)
		if err != nil {
			return err
		}
		fmt.Fprintln(e.err, e.say("huying.account_reset", "login", found[0].Login))
		return e.tellPassword(password)
	})
}

// open runs do with the accounts of the database.
func (f databaseFlag) open(do func(context.Context, *identity.Service) error) (err error) {
	url, err := f.url()
	if err != nil {
		return err
	}
	ctx := context.Background()
	db, err := store.Open(ctx, url, clock.Business{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	s, err := identity.OpenConsole(ctx, db, accountZone)
	if err != nil {
		return err
	}
	return do(ctx, s)
}
