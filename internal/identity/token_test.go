package identity_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/store"
)

// make makes a token of a person's own.
func (w *world) makeToken(person int64, scopes ...identity.Scope) (identity.Token, string) {
	w.t.Helper()
	t, text, err := w.CreateToken(ctx, w.by(person), identity.TokenSpec{Person: person, Name: "12345 平台", Scopes: scopes, Days: 90})
	if err != nil {
		w.t.Fatal(err)
	}
	return t, text
}

func TestATokenIsItsOwnerWithinItsScopes(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.add("wang.li", role(identity.Clerk))
		_, text := w.makeToken(id, identity.CasesWrite, identity.CasesRead, identity.CasesRead)
		a, scopes, err := w.Tokens().Actor(ctx, text)
		if err != nil || a.ID != id || !slices.Equal(scopes, []identity.Scope{identity.CasesRead, identity.CasesWrite}) {
			t.Fatalf("%+v %v %v", a, scopes, err)
		}
		if !a.Can(identity.CaseWork, "economy", "") || a.Can(identity.CaseWork, "education", "") {
			t.Error("a token has what its owner has, and no more")
		}
		guard := w.add("guard", role(identity.SecAdmin))
		grants, _, err := w.Grants(ctx, w.by(guard), identity.GrantFilter{Person: id})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Revoke(ctx, w.by(guard), grants[0].ID, "调离"); err != nil {
			t.Fatal(err)
		}
		if a, _, err = w.Tokens().Actor(ctx, text); err != nil || a.May(identity.CaseWork) {
			t.Errorf("what its owner lost, it lost: %v", err)
		}
	})
}

func TestATokenThatIsWorthNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		root := w.add("root", role(identity.SysAdmin))
		type maker func(id int64, tok identity.Token, text string) string
		for _, c := range []struct {
			name string
			use  maker
			key  string
		}{
			{"as it was made", func(_ int64, _ identity.Token, text string) string { return text }, ""},
			{"of another length", func(_ int64, _ identity.Token, text string) string { return text + "A" }, "identity.token_unknown"},
			{"nothing", func(int64, identity.Token, string) string { return "" }, "identity.token_unknown"},
			{"one that nobody made", func(int64, identity.Token, string) string { return "hy_ABCDEFGHIJKLMNOPQRSTUVWXYZ" }, "identity.token_unknown"},
			{"in small letters", func(_ int64, _ identity.Token, text string) string { return strings.ToLower(text) }, "identity.token_unknown"},
			{"revoked", func(id int64, tok identity.Token, text string) string {
				want(t, "revoke", w.RevokeToken(ctx, w.by(id), tok.ID), "")
				want(t, "revoke again", w.RevokeToken(ctx, w.by(id), tok.ID), "identity.no_token")
				return text
			}, "identity.token_ended"},
			{"of a disabled account", func(id int64, _ identity.Token, text string) string {
				want(t, "disable", w.DisableAccount(ctx, w.by(root), id), "")
				return text
			}, "identity.no_account"},
			{"of an owner whose password was reset", func(id int64, _ identity.Token, text string) string {
				_, err := w.ResetPassword(ctx, w.by(root), id)
				want(t, "reset", err, "")
				return text
			}, "identity.token_ended"},
			{"at its end", func(_ int64, _ identity.Token, text string) string {
				w.hand.Advance(90 * 24 * time.Hour)
				return text
			}, "identity.token_ended"},
		} {
			id := w.add("p" + strings.ReplaceAll(c.name, " ", "."))
			tok, text := w.makeToken(id, identity.CasesRead)
			_, _, err := w.Tokens().Actor(ctx, c.use(id, tok, text))
			want(t, c.name, err, c.key)
			if c.key != "" && !errs.Is(err, errs.Unauthenticated) {
				t.Errorf("%s: %v", c.name, errs.KindOf(err))
			}
		}
	})
}

func TestWhoMayMakeWhichToken(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id, other := w.add("wang.li"), w.add("li.na")
		good := identity.TokenSpec{Person: id, Name: "平台", Scopes: []identity.Scope{identity.CasesRead}, Days: 30}
		novice := w.by(id)
		novice.Actor.MustChange = true
		for _, c := range []struct {
			name string
			by   identity.By
			spec func(identity.TokenSpec) identity.TokenSpec
			key  string
		}{
			{"somebody else", w.by(other), nil, "identity.may_not"},
			{"nobody", identity.By{}, nil, "identity.sign_in_first"},
			{"one who must change the password", novice, nil, "identity.may_not"},
			{"without a name", w.by(id), func(s identity.TokenSpec) identity.TokenSpec { s.Name = " "; return s }, "identity.token_nameless"},
			{"for nothing", w.by(id), func(s identity.TokenSpec) identity.TokenSpec { s.Scopes = nil; return s }, "identity.token_for_nothing"},
			{"for what there is not", w.by(id), func(s identity.TokenSpec) identity.TokenSpec { s.Scopes = []identity.Scope{"all"}; return s }, "identity.token_no_scope"},
			{"for ever", w.by(id), func(s identity.TokenSpec) identity.TokenSpec { s.Days = 367; return s }, "identity.token_days"},
			{"for no time", w.by(id), func(s identity.TokenSpec) identity.TokenSpec { s.Days = 0; return s }, "identity.token_days"},
			{"of nobody", identity.Console(), func(s identity.TokenSpec) identity.TokenSpec { s.Person = 999; return s }, "identity.no_account"},
			{"the console", identity.Console(), nil, ""},
			{"oneself", w.by(id), nil, ""},
		} {
			spec := good
			if c.spec != nil {
				spec = c.spec(spec)
			}
			_, _, err := w.CreateToken(ctx, c.by, spec)
			want(t, c.name, err, c.key)
		}
		for range 18 {
			w.makeToken(id, identity.Exchange)
		}
		_, _, err := w.CreateToken(ctx, w.by(id), good)
		want(t, "one too many", err, "identity.token_many")
		all, err := w.TokensOf(ctx, w.by(id), id)
		if err != nil || len(all) != 20 || all[0].Name != "12345 平台" || len(all[0].Scopes) != 1 {
			t.Errorf("%d tokens, %v", len(all), err)
		}
		_, err = w.TokensOf(ctx, w.by(other), id)
		want(t, "somebody else's", err, "identity.may_not")
		want(t, "somebody else revokes", w.RevokeToken(ctx, w.by(other), all[0].ID), "identity.no_token")
		want(t, "the console revokes", w.RevokeToken(ctx, identity.Console(), all[0].ID), "")
	})
}

func TestOfATokenOnlyAHashIsKept(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.add("wang.li")
		tok, text := w.makeToken(id, identity.CasesRead)
		if !strings.HasPrefix(text, "hy_") || len(text) != 29 || !strings.HasSuffix(text, tok.Hint) {
			t.Errorf("%q, hint %q", text, tok.Hint)
		}
		err := w.db.Read(ctx, func(tx *store.Tx) error {
			var n int
			err := tx.Scan(ctx, "SELECT COUNT(*) FROM identity_token WHERE hash = $1 OR name = $1 OR hint = $1", []any{text}, &n)
			if n != 0 {
				t.Error("the token itself is in the database")
			}
			if err == nil {
				err = tx.Scan(ctx, "SELECT COUNT(*) FROM identity_audit WHERE what = $1 AND detail LIKE $2", []any{string(identity.TokenCreated), "%" + text + "%"}, &n)
			}
			if n != 0 {
				t.Error("the token itself is on record")
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestUseIsNotedByTheMinute(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.add("wang.li")
		_, text := w.makeToken(id, identity.CasesRead)
		used := func() time.Time {
			if _, _, err := w.Tokens().Actor(ctx, text); err != nil {
				t.Fatal(err)
			}
			all, err := w.TokensOf(ctx, w.by(id), id)
			if err != nil || len(all) != 1 {
				t.Fatal(all, err)
			}
			return all[0].Used
		}
		first := used()
		w.hand.Advance(30 * time.Second)
		if again := used(); !first.Equal(machine) || !again.Equal(first) {
			t.Errorf("used %v, then %v", first, again)
		}
		w.hand.Advance(time.Minute)
		if again := used(); !again.Equal(machine.Add(90 * time.Second)) {
			t.Errorf("used %v", again)
		}
	})
}

func TestALongAnswerKeepsNoSessionAlive(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.add("wang.li")
		w.open("a-session", id)
		still := func() bool {
			alive, err := w.Sessions().AliveCtx(ctx, "a-session")
			if err != nil {
				t.Fatal(err)
			}
			return alive
		}
		for range 29 {
			if w.hand.Advance(time.Minute); !still() {
				t.Fatal("it ended too early")
			}
		}
		if w.hand.Advance(time.Minute); still() || w.alive("a-session") {
			t.Error("asking kept it alive")
		}
	})
}
