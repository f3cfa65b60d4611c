package identity_test

import (
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"

	"huying/internal/clock"
	"huying/internal/identity"
	"huying/internal/store"
)

// open begins a session of a person, as the shell's session manager would.
func (w *world) open(token string, person int64) {
	w.t.Helper()
	w.commit(token, map[string]any{identity.SessionPerson: person, identity.SessionAddress: "10.0.0.1", identity.SessionAgent: "Firefox"})
}

func (w *world) commit(token string, values map[string]any) {
	w.t.Helper()
	deadline := w.hand.Security().Now().Add(12 * time.Hour)
	data, err := scs.GobCodec{}.Encode(deadline, values)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.Sessions().CommitCtx(ctx, token, data, deadline); err != nil {
		w.t.Fatal(err)
	}
}

// alive reports whether a token still finds its session.
func (w *world) alive(token string) bool {
	w.t.Helper()
	data, found, err := w.Sessions().FindCtx(ctx, token)
	if err != nil || found != (len(data) > 0) {
		w.t.Fatal(found, err)
	}
	return found
}

func TestASessionGoesThroughTheSessionManager(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.add("wang.li")
		w.hand.Set(clock.Security{}.Now()) // the manager goes by the machine's clock
		m := scs.New()
		m.Store = w.Sessions()
		begin, err := m.Load(ctx, "")
		if err != nil {
			t.Fatal(err)
		}
		m.Put(begin, identity.SessionPerson, id)
		m.Put(begin, "𠮷", "value")
		token, _, err := m.Commit(begin)
		if err != nil {
			t.Fatal(err)
		}
		next, err := m.Load(ctx, token)
		if err != nil || m.GetInt64(next, identity.SessionPerson) != id || m.GetString(next, "𠮷") != "value" {
			t.Fatal("the session was not found again", err)
		}
		if err := m.RenewToken(next); err != nil {
			t.Fatal(err)
		}
		fresh, _, err := m.Commit(next)
		if err != nil || fresh == token || w.alive(token) || !w.alive(fresh) {
			t.Errorf("after signing in, the old token must be worth nothing: %v", err)
		}
		if err := m.Destroy(next); err != nil || w.alive(fresh) {
			t.Errorf("after signing out, neither: %v", err)
		}
	})
}

func TestTheDatabaseHoldsNoToken(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.open("a-token-of-the-cookie", w.add("wang.li"))
		var stored string
		err := w.db.Read(ctx, func(tx *store.Tx) error { return tx.Scan(ctx, "SELECT token FROM identity_session", nil, &stored) })
		if err != nil || stored != identity.SessionID("a-token-of-the-cookie") || len(stored) != 64 {
			t.Errorf("%q, %v", stored, err)
		}
		if w.alive(stored) {
			t.Error("what stands in the database opens a session")
		}
	})
}

func TestHowLongASessionLasts(t *testing.T) {
	for _, c := range []struct {
		name  string
		steps []time.Duration // between requests
		alive bool
	}{
		{"half an hour less a second", []time.Duration{30*time.Minute - time.Second}, true},
		{"half an hour of nothing", []time.Duration{30 * time.Minute}, false},
		{"a request each quarter", []time.Duration{15 * time.Minute, 15 * time.Minute, 15 * time.Minute, 15 * time.Minute}, true},
		{"a busy day, up to twelve hours", repeat(20*time.Minute, 35), true},
		{"and not beyond", repeat(20*time.Minute, 36), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			each(t, func(t *testing.T, w *world) {
				w.open("token", w.add("wang.li"))
				var alive bool
				for _, d := range c.steps {
					w.hand.Advance(d)
					alive = w.alive("token")
				}
				if alive != c.alive {
					t.Errorf("alive %v", alive)
				}
			})
		})
	}
}

func repeat(d time.Duration, n int) []time.Duration {
	all := make([]time.Duration, n)
	for i := range all {
		all[i] = d
	}
	return all
}

func TestABusyDayDoesNotLastForEverBySaving(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.add("wang.li")
		for range 40 { // each request saves something, with a deadline that the manager would move on
			w.open("token", id)
			w.hand.Advance(20 * time.Minute)
		}
		if w.alive("token") {
			t.Error("a session of thirteen hours")
		}
	})
}

func TestAVisitorWithoutAnAccountMayBeSlow(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.commit("visitor", map[string]any{"note": "kept"})
		w.hand.Advance(11 * time.Hour)
		if !w.alive("visitor") {
			t.Error("half an hour is for people who are signed in")
		}
		w.hand.Advance(time.Hour)
		if w.alive("visitor") {
			t.Error("twelve hours are for everybody")
		}
	})
}

func TestWhatEndsAPersonsSessions(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(w *world, id int64) error
		ends bool
	}{
		{"the password is changed", func(w *world, id int64) error { return w.ChangePassword(ctx, w.by(id), password, "another password 9") }, true},
		{"the password is reset", func(w *world, id int64) error {
			_, err := w.ResetPassword(ctx, identity.Console(), id)
			return err
		}, true},
		{"the account is disabled", func(w *world, id int64) error { return w.DisableAccount(ctx, identity.Console(), id) }, true},
		{"a grant is taken back", func(w *world, id int64) error {
			return w.Revoke(ctx, identity.Console(), w.by(id).Actor.Grants[0].ID, "")
		}, true},
		{"a grant is given", func(w *world, id int64) error {
			_, err := w.Grant(ctx, identity.Console(), identity.Grant{Person: id, Role: identity.Leader})
			return err
		}, false},
		{"the name is changed", func(w *world, id int64) error { return w.ChangeAccount(ctx, identity.Console(), id, 1, "王", "") }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			each(t, func(t *testing.T, w *world) {
				id, other := w.add("wang.li", role(identity.Clerk)), w.add("chen")
				w.open("desk", id)
				w.open("phone", id)
				w.open("somebody else", other)
				if err := c.do(w, id); err != nil {
					t.Fatal(err)
				}
				for _, token := range []string{"desk", "phone"} {
					if w.alive(token) == c.ends {
						t.Errorf("the session at the %s: ended %v", token, !c.ends)
					}
				}
				if !w.alive("somebody else") {
					t.Error("somebody else's session ended")
				}
			})
		})
	}
}

func TestARequestUnderWayDoesNotBringASessionBack(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.add("wang.li")
		w.open("token", id)
		if err := w.Sessions().DeleteCtx(ctx, "token"); err != nil {
			t.Fatal(err)
		}
		w.open("token", id) // a slow request saves what it changed
		if w.alive("token") {
			t.Error("it came back")
		}
		w.hand.Advance(time.Hour)
		if err := w.Tidy(ctx); err != nil {
			t.Fatal(err)
		}
		w.open("token", id)
		if w.alive("token") {
			t.Error("it came back after tidying")
		}
	})
}

func TestOnesOwnSessions(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id, other := w.add("wang.li"), w.add("chen")
		w.open("old", id)
		w.hand.Advance(31 * time.Minute)
		w.open("desk", id)
		w.hand.Advance(time.Minute)
		w.open("phone", id)
		w.open("somebody else", other)
		by := w.by(id)
		all, err := w.OwnSessions(ctx, by)
		if err != nil || len(all) != 2 || all[0].ID != identity.SessionID("phone") || all[1].ID != identity.SessionID("desk") {
			t.Fatalf("%+v, %v", all, err)
		}
		if s := all[0]; s.Address != "10.0.0.1" || s.Agent != "Firefox" || !s.CreatedAt.Equal(s.SeenAt) {
			t.Errorf("%+v", s)
		}
		want(t, "ending the desk's", w.EndOwnSession(ctx, by, identity.SessionID("desk")), "")
		want(t, "ending it again", w.EndOwnSession(ctx, by, identity.SessionID("desk")), "identity.no_session")
		want(t, "ending somebody else's", w.EndOwnSession(ctx, by, identity.SessionID("somebody else")), "identity.no_session")
		want(t, "nobody ends one", w.EndOwnSession(ctx, identity.By{}, identity.SessionID("phone")), "identity.no_session")
		if w.alive("desk") || !w.alive("phone") || !w.alive("somebody else") {
			t.Error("the wrong one ended")
		}
	})
}

func TestTidyingLeavesWhatIsInUse(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.add("wang.li")
		w.open("yesterday", id)
		w.guess("wang.li", "10.0.0.1", 2)
		if _, err := w.SignIn(ctx, "wang.li", password, "10.0.0.1"); err != nil {
			t.Fatal(err)
		}
		w.hand.Advance(25 * time.Hour)
		w.open("today", id)
		w.guess("chen", "10.0.0.2", 2)
		if err := w.Tidy(ctx); err != nil {
			t.Fatal(err)
		}
		for table, rows := range map[string]int{"identity_session": 1, "identity_throttle": 2, "identity_known": 1} {
			var n int
			err := w.db.Read(ctx, func(tx *store.Tx) error { return tx.Scan(ctx, "SELECT COUNT(*) FROM "+table, nil, &n) })
			if err != nil || n != rows {
				t.Errorf("%s has %d rows, want %d, %v", table, n, rows, err)
			}
		}
		if !w.alive("today") {
			t.Error("today's session is gone")
		}
	})
}

func TestADisabledPersonIsNobody(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.add("wang.li", role(identity.Supervisor))
		if err := w.DisableAccount(ctx, identity.Console(), id); err != nil {
			t.Fatal(err)
		}
		_, err := w.Actor(ctx, id)
		want(t, "disabled", err, "identity.no_account")
		_, err = w.Actor(ctx, 4711)
		want(t, "never there", err, "identity.no_account")
		if err := w.EnableAccount(ctx, identity.Console(), id); err != nil {
			t.Fatal(err)
		}
		if !w.by(id).Actor.May(identity.PromiseReview) {
			t.Error("enabled again, the person has the grants from before")
		}
	})
}
