package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"huying/internal/errs"
	"huying/internal/identity"
)

// tokenCmd makes, lists and revokes the tokens by which programs act for a person, at the server: for the account of another system, which
// nobody signs in with.
type tokenCmd struct {
	Create tokenCreateCmd `cmd:"" help:"${help_token_create}"`
	List   tokenListCmd   `cmd:"" help:"${help_token_list}"`
	Revoke tokenRevokeCmd `cmd:"" help:"${help_token_revoke}"`
}

type tokenCreateCmd struct {
	databaseFlag
	Login string   `arg:"" help:"${help_account_login}"`
	Name  string   `required:"" help:"${help_token_name}"`
	Scope []string `required:"" placeholder:"SCOPE,…" help:"${help_token_scope}"`
	Days  int      `default:"90" placeholder:"N" help:"${help_token_days}"`
}

// Run makes the token. Its text is all that goes to the standard output.
func (c *tokenCreateCmd) Run(e *env) error {
	spec := identity.TokenSpec{Name: c.Name, Days: c.Days}
	for _, s := range c.Scope {
		spec.Scopes = append(spec.Scopes, identity.Scope(strings.TrimSpace(s)))
	}
	return c.open(func(ctx context.Context, s *identity.Service) (err error) {
		if spec.Person, err = personOf(ctx, s, c.Login); err != nil {
			return err
		}
		t, text, err := s.CreateToken(ctx, identity.Console(), spec)
		if err != nil {
			return err
		}
		fmt.Fprintln(e.err, e.say("huying.token_created", "id", strconv.FormatInt(t.ID, 10), "login", identity.NormalLogin(c.Login), "until", tokenDay(t.Until)))
		_, err = fmt.Fprintln(e.out, text)
		return err
	})
}

type tokenListCmd struct {
	databaseFlag
	Login string `arg:"" help:"${help_account_login}"`
}

// Run lists the tokens of a person that have not ended, one a line.
func (c *tokenListCmd) Run(e *env) error {
	return c.open(func(ctx context.Context, s *identity.Service) error {
		person, err := personOf(ctx, s, c.Login)
		if err != nil {
			return err
		}
		all, err := s.TokensOf(ctx, identity.Console(), person)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(e.out, 0, 0, 2, ' ', 0)
		for _, t := range all {
			used := "-"
			if !t.Used.IsZero() {
				used = tokenDay(t.Used)
			}
			scopes := make([]string, len(t.Scopes))
			for i, s := range t.Scopes {
				scopes[i] = string(s)
			}
			fmt.Fprintf(w, "%d\t…%s\t%s\t%s\t%s\t%s\n", t.ID, t.Hint, tokenDay(t.Until), used, strings.Join(scopes, ","), t.Name)
		}
		return w.Flush()
	})
}

// tokenDay is the day of an instant in the district.
func tokenDay(t time.Time) string { return t.In(accountZone).Format(time.DateOnly) }

type tokenRevokeCmd struct {
	databaseFlag
	ID int64 `arg:"" help:"${help_token_id}"`
}

// Run ends a token at once.
func (c *tokenRevokeCmd) Run(e *env) error {
	return c.open(func(ctx context.Context, s *identity.Service) error {
		if err := s.RevokeToken(ctx, identity.Console(), c.ID); err != nil {
			return err
		}
		fmt.Fprintln(e.err, e.say("huying.token_revoked", "id", strconv.FormatInt(c.ID, 10)))
		return nil
	})
}

// personOf returns the account of a user name.
func personOf(ctx context.Context, s *identity.Service, login string) (int64, error) {
	found, _, err := s.Accounts(ctx, identity.Console(), identity.AccountFilter{Login: login, Limit: 1})
	if err != nil {
		return 0, err
	}
	if len(found) == 0 {
		return 0, errs.New(errs.NotFound, "huying.account_none", "login", login)
	}
	return found[0].ID, nil
}
