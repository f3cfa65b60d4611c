package identity_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

func TestLoginsHaveOneSpelling(t *testing.T) {
	for in, want := range map[string]string{
		"wang.li": "wang.li", " WANG.Li\t": "wang.li", "ｗａｎｇ．ＬＩ": "wang.li", "王丽": "王丽", "𠮷田": "𠮷田", "ﬁnance": "finance",
	} {
		if got := identity.NormalLogin(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		once := identity.NormalLogin(rapid.String().Draw(t, "login"))
		if twice := identity.NormalLogin(once); twice != once {
			t.Fatalf("%q becomes %q", once, twice)
		}
	})
}

func TestPasswordRules(t *testing.T) {
	for _, c := range []struct{ name, login, password, want string }{
		{"a sentence", "wang", "湾区的风 又起 2021", ""},
		{"ten characters of Chinese", "wang", "春眠不觉晓处处闻啼鸟", ""},
		{"nine characters", "wang", "abcdefghx", "identity.password_short"},
		{"ten characters of four bytes", "wang", "𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷", "identity.password_common"},
		{"the same sign again and again", "wang", "aaaabbbbccccdddd", "identity.password_common"},
		{"one that everybody tries", "wang", "PassWord123", "identity.password_common"},
		{"the same in full width", "wang", "ｐａｓｓｗｏｒｄ１２３", "identity.password_common"},
		{"the login in it", "wang.li", "my-Wang.Li-2021", "identity.password_has_login"},
		{"a login of two letters may be in it", "li", "quiet-lines-9", ""},
		{"longer than a sentence", "wang", strings.Repeat("abcdefg ", 17), "identity.password_long"},
		{"what is no text", "wang", "abcdefghijk\xff", "identity.password_not_text"},
	} {
		t.Run(c.name, func(t *testing.T) { want(t, c.password, identity.CheckPassword(c.login, c.password), c.want) })
	}
}

func TestWhoSignsIn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		wang := w.add("wang.li")
		gone := w.add("gone.chen")
		if err := w.DisableAccount(ctx, identity.Console(), gone); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			name, login, password, want string
			person                      int64
		}{
			{"the right password", "wang.li", password, "", wang},
			{"the login in capitals and full width", " ＷＡＮＧ.LI ", password, "", wang},
			{"the password typed in full width", "wang.li", strings.NewReplacer("h", "ｈ", " ", "　").Replace(password), "", wang},
			{"a wrong password", "wang.li", "wrong", "identity.wrong_password", 0},
			{"an unknown login", "nobody", password, "identity.wrong_password", 0},
			{"no login at all", "", "", "identity.wrong_password", 0},
			{"a login as long as a book", strings.Repeat("王", 100000), password, "identity.wrong_password", 0},
			{"a disabled account", "gone.chen", password, "identity.disabled", 0},
			{"a disabled account with a wrong password", "gone.chen", "wrong", "identity.wrong_password", 0},
		} {
			before := w.Hashes()
			id, err := w.SignIn(ctx, c.login, c.password, "10.0.0.1")
			want(t, c.name, err, c.want)
			if id != c.person {
				t.Errorf("%s: person %d, want %d", c.name, id, c.person)
			}
			if n := w.Hashes() - before; n != 1 {
				t.Errorf("%s: cost %d hashes, which tells it from the others", c.name, n)
			}
		}
	})
}

func TestAHashOfTheReferenceIsReadAndMadeAnewWhenItIsTooCheap(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		id := w.add("wang.li")
		set := func(hash string) {
			err := db.Write(ctx, func(tx *store.Tx) error {
				_, err := tx.Exec(ctx, "UPDATE identity_account SET password = $1", hash)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		stored := func() (hash string) {
			err := db.Read(ctx, func(tx *store.Tx) error {
				return tx.Scan(ctx, "SELECT password FROM identity_account WHERE id = $1", []any{id}, &hash)
			})
			if err != nil {
				t.Fatal(err)
			}
			return hash
		}
		signIn := func(w *world, pw, key string) {
			t.Helper()
			_, err := w.SignIn(ctx, "wang.li", pw, "")
			want(t, "signing in", err, key)
		}
		set(reference)
		signIn(w, "password", "")
		if stored() != reference {
			t.Error("a hash that costs more than today's was made anew")
		}
		set("tampered with")
		if _, err := w.SignIn(ctx, "wang.li", "password", ""); !errs.Is(err, errs.Internal) {
			t.Errorf("a broken hash: %v", err)
		}
		set(reference)
		dearer := newWorld(t, db, identity.WithParams(identity.Params{Memory: 70000, Passes: 3, Threads: 1}))
		signIn(dearer, "passwort", "identity.wrong_password")
		if stored() != reference {
			t.Error("a wrong password changed the hash")
		}
		signIn(dearer, "password", "")
		if !strings.HasPrefix(stored(), "$argon2id$v=19$m=70000,t=3,p=1$") {
			t.Errorf("the hash is still %s", stored())
		}
		signIn(dearer, "password", "")
	}, identity.Schema)
}

func TestAFullServerSaysSoAndCountsNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, identity.WithHashers(1, 5*time.Millisecond))
		w.add("wang.li")
		release := w.HoldHashers()
		for range 8 {
			_, err := w.SignIn(ctx, "wang.li", "wrong", "10.0.0.1")
			want(t, "no slot", err, "identity.busy")
			if !errs.Is(err, errs.Unavailable) {
				t.Errorf("kind %v", errs.KindOf(err))
			}
		}
		release()
		_, err := w.SignIn(ctx, "wang.li", password, "10.0.0.1")
		want(t, "afterwards", err, "")
	}, identity.Schema)
}

// guess tries wrong passwords until one has to wait, and returns how many were let through.
func (w *world) guess(login, address string, most int) int {
	w.t.Helper()
	for n := range most {
		_, err := w.SignIn(ctx, login, "wrong", address)
		if errs.Is(err, errs.TooMany) {
			return n
		}
		want(w.t, "a guess", err, "identity.wrong_password")
	}
	return most
}

func TestGuessingIsSlowedByLogin(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.add("wang.li")
		// From many addresses, so that only the login counts.
		if n := w.guess("wang.li", "", 100); n != 4 {
			t.Errorf("%d guesses were let through at once", n)
		}
		_, err := w.SignIn(ctx, "WANG.LI", password, "")
		want(t, "the right password has to wait too", err, "identity.wait_seconds")
		if args := errs.All(err)[0].Args; args["n"] != 2 || args["at"] != "09:00:02" {
			t.Errorf("told to wait until %v", args)
		}
		guesses, day := 0, 24*time.Hour
		for passed := time.Duration(0); passed < day; passed += time.Minute {
			w.hand.Advance(time.Minute)
			guesses += w.guess("wang.li", "", 100)
		}
		if guesses < 80 || guesses > 110 {
			t.Errorf("%d guesses in a day", guesses)
		}
		_, err = w.SignIn(ctx, "wang.li", password, "")
		want(t, "while it waits", err, "identity.wait_minutes")
		w.hand.Advance(15 * time.Minute)
		_, err = w.SignIn(ctx, "wang.li", password, "")
		want(t, "a quarter of an hour later", err, "")
		if n := w.guess("wang.li", "", 100); n != 4 {
			t.Errorf("%d guesses after a success", n)
		}
		w.hand.Advance(25 * time.Hour)
		if n := w.guess("wang.li", "", 100); n != 4 {
			t.Errorf("%d guesses after a quiet day", n)
		}
	})
}

func TestAnUnknownLoginIsSlowedLikeAKnownOne(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		if n := w.guess("nobody", "", 100); n != 4 {
			t.Errorf("%d guesses", n)
		}
	})
}

func TestGuessingIsSlowedByAddress(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.add("wang.li")
		try := func(i int, address string) error {
			_, err := w.SignIn(ctx, "person"+string(rune('a'+i)), "wrong", address)
			return err
		}
		for i := range 21 {
			want(t, "many people behind one address", try(i, "2001:db8:0:1::"+string(rune('a'+i%6))), "identity.wrong_password")
		}
		want(t, "the next", try(22, "2001:db8:0:1:ffff::1"), "identity.wait_seconds")
		want(t, "the next from elsewhere", try(22, "2001:db8:0:2::1"), "identity.wrong_password")
		_, err := w.SignIn(ctx, "wang.li", password, "2001:db8:0:1::1")
		want(t, "the right password from there", err, "identity.wait_seconds")
		w.hand.Advance(2 * time.Second)
		_, err = w.SignIn(ctx, "wang.li", password, "2001:db8:0:1::1")
		want(t, "after the wait", err, "")
		want(t, "a right password does not buy the others", try(23, "2001:db8:0:1::1"), "identity.wrong_password")
		want(t, "more than one guess", try(24, "2001:db8:0:1::1"), "identity.wait_seconds")
	})
}

func TestWhoGuessesAtTheNextDeskDoesNotKeepTheOfficeOut(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.add("wang.li")
		w.add("chen")
		_, err := w.SignIn(ctx, "wang.li", password, "10.0.0.1")
		want(t, "in the morning", err, "")
		for i := range 22 {
			w.guess("somebody"+string(rune('a'+i)), "10.0.0.1", 1)
		}
		_, err = w.SignIn(ctx, "chen", password, "10.0.0.1")
		want(t, "who was never here before has to wait", err, "identity.wait_seconds")
		_, err = w.SignIn(ctx, "wang.li", password, "10.0.0.1")
		want(t, "who was has not", err, "")
	})
}

func TestWhoGuessesElsewhereDoesNotKeepTheOwnerOut(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.add("wang.li")
		_, err := w.SignIn(ctx, "wang.li", password, "10.0.0.1")
		want(t, "at the desk", err, "")
		for range 30 {
			w.hand.Advance(time.Minute)
			w.guess("wang.li", "203.0.113.7", 10)
		}
		_, err = w.SignIn(ctx, "wang.li", password, "10.0.0.1")
		want(t, "at the desk, while somebody guesses elsewhere", err, "")
		if n := w.guess("wang.li", "10.0.0.1", 100); n != 4 {
			t.Errorf("%d guesses at the desk", n)
		}
	})
}

func TestOfManyGuessesAtOnceNoneGetsByUncounted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, identity.WithHashers(8, time.Minute))
		w.add("wang.li")
		before := w.Hashes()
		var wg sync.WaitGroup
		for range 40 {
			wg.Go(func() {
				if _, err := w.SignIn(ctx, "wang.li", "wrong", ""); !errs.Is(err, errs.TooMany) && !errs.Is(err, errs.Unauthenticated) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := w.Hashes() - before; n != 4 {
			t.Errorf("%d of 40 guesses were let through", n)
		}
	}, identity.Schema)
}

func TestChangingOnesPassword(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id, first, err := w.CreateAccount(ctx, identity.Console(), identity.Spec{Login: "wang.li", Name: "王丽", Grants: []identity.Grant{role(identity.Clerk)}})
		if err != nil || identity.CheckPassword("wang.li", first) != nil {
			t.Fatalf("%q, %v", first, err)
		}
		if _, err := w.SignIn(ctx, "wang.li", first, ""); err != nil {
			t.Fatal(err)
		}
		by := w.by(id)
		if !by.Actor.MustChange || by.Actor.May(identity.PromiseReport) {
			t.Errorf("with a one-time password one may work: %+v", by.Actor)
		}
		const next = "新的密码 2021 年"
		for _, c := range []struct{ name, old, password, want string }{
			{"a wrong old password", "wrong", next, "identity.old_password_wrong"},
			{"a short one", first, "short", "identity.password_short"},
			{"the same again", first, first, "identity.password_same"},
			{"a good one", first, next, ""},
		} {
			want(t, c.name, w.ChangePassword(ctx, by, c.old, c.password), c.want)
		}
		_, err = w.SignIn(ctx, "wang.li", first, "")
		want(t, "the old one", err, "identity.wrong_password")
		_, err = w.SignIn(ctx, "wang.li", next, "")
		want(t, "the new one", err, "")
		if by = w.by(id); by.Actor.MustChange || !by.Actor.May(identity.PromiseReport) {
			t.Errorf("after the change: %+v", by.Actor)
		}
		var last error
		for range 6 {
			last = w.ChangePassword(ctx, by, "guess", "yet another one 7")
		}
		want(t, "guessing the old password at an open desk", last, "identity.wait_seconds")
	})
}

func TestTwoAccountsCannotShareALogin(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.add("wang.li")
		var wg sync.WaitGroup
		var mu sync.Mutex
		made := 0
		for _, login := range []string{"Wang.Li", "ｗａｎｇ.li", "chen", "CHEN", "ｃｈｅｎ"} {
			wg.Go(func() {
				_, _, err := w.CreateAccount(ctx, identity.Console(), identity.Spec{Login: login, Name: "另一人"})
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					made++
				} else if all := errs.All(err); len(all) != 1 || all[0].Key != "identity.login_taken" || all[0].Field != "login" {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if made != 1 {
			t.Errorf("%d accounts were made, want the one of chen", made)
		}
	})
}

func TestBadAccountsAreRefusedFieldByField(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, c := range []struct {
			name string
			spec identity.Spec
			want map[string]string // field → key
		}{
			{"a letter alone", identity.Spec{Login: "w", Name: "王"}, map[string]string{"login": "identity.login_length"}},
			{"a space in the login", identity.Spec{Login: "wang li", Name: "王"}, map[string]string{"login": "identity.login_sign"}},
			{"a tag as login", identity.Spec{Login: "<b>wang", Name: "王"}, map[string]string{"login": "identity.login_sign"}},
			{"no name", identity.Spec{Login: "wang", Name: "  "}, map[string]string{"name": "identity.name_missing"}},
			{"a name that turns the line round", identity.Spec{Login: "wang", Name: "王\u202egnaw"}, map[string]string{"name": "identity.name_sign"}},
			{"a name of two lines", identity.Spec{Login: "wang", Name: "王\n丽"}, map[string]string{"name": "identity.name_sign"}},
			{"a name as long as a report", identity.Spec{Login: "wang", Name: strings.Repeat("丽", 61)}, map[string]string{"name": "identity.name_long"}},
			{"a unit that is not there", identity.Spec{Login: "wang", Name: "王", Unit: "nowhere"}, map[string]string{"unit": "identity.no_unit"}},
			{"everything at once", identity.Spec{Login: "", Name: "", Password: "x"}, map[string]string{"login": "identity.login_length", "name": "identity.name_missing", "password": "identity.password_short"}},
		} {
			_, _, err := w.CreateAccount(ctx, identity.Console(), c.spec)
			got := map[string]string{}
			for _, e := range errs.All(err) {
				got[e.Field] = e.Key
			}
			for field, key := range c.want {
				if got[field] != key {
					t.Errorf("%s: %s is %q, want %q", c.name, field, got[field], key)
				}
			}
			if len(got) != len(c.want) {
				t.Errorf("%s: %v", c.name, err)
			}
		}
		for i, name := range []string{"𠮷田 勇", "<script>alert(1)</script>", "=1+1", "'; DROP TABLE identity_account; --", "阿依古丽·买买提"} {
			id, _, err := w.CreateAccount(ctx, identity.Console(), identity.Spec{Login: "name" + string(rune('a'+i)), Name: name, Unit: "economy"})
			if err != nil {
				t.Fatal(err)
			}
			if a := w.by(id).Actor; a.Name != name || a.Unit != "economy" {
				t.Errorf("%q came out as %q", name, a.Name)
			}
		}
	})
}
