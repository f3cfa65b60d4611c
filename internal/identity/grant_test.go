package identity_test

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/i18n"
	"huying/internal/identity"
	"huying/internal/places"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

// One person, one post: of every two roles, an administrator's stands with no other, and the others stand with one another.
func TestEveryPairOfRoles(t *testing.T) {
	admins := []identity.Role{identity.SysAdmin, identity.SecAdmin, identity.AuditAdmin}
	each(t, func(t *testing.T, w *world) {
		for i, a := range identity.Roles {
			for j, b := range identity.Roles {
				id := w.add("p" + string(rune('a'+i)) + string(rune('a'+j)))
				first, second := role(a), role(b)
				first.Person, second.Person = id, id
				if _, err := w.Grant(ctx, identity.Console(), first); err != nil {
					t.Fatal(err)
				}
				key := ""
				switch {
				case a == b:
					key = "identity.role_held"
				case slices.Contains(admins, a) || slices.Contains(admins, b):
					key = "identity.role_excluded"
				}
				_, err := w.Grant(ctx, identity.Console(), second)
				want(t, string(a)+" and "+string(b), err, key)
			}
		}
	})
}

func TestGrantsInTime(t *testing.T) {
	day := func(n int) clock.Date { return today.AddDays(n) }
	each(t, func(t *testing.T, w *world) {
		for i, c := range []struct {
			name          string
			first, second [2]clock.Date // from, until
			want          string
		}{
			{"one after the other", [2]clock.Date{day(0), day(9)}, [2]clock.Date{day(10), {}}, ""},
			{"one before the other", [2]clock.Date{day(10), {}}, [2]clock.Date{day(0), day(9)}, ""},
			{"a day in common", [2]clock.Date{day(0), day(9)}, [2]clock.Date{day(9), {}}, "identity.role_excluded"},
			{"one within the other", [2]clock.Date{day(0), {}}, [2]clock.Date{day(5), day(6)}, "identity.role_excluded"},
			{"one around the other", [2]clock.Date{day(5), day(6)}, [2]clock.Date{day(0), {}}, "identity.role_excluded"},
			{"both in the past", [2]clock.Date{day(-9), day(-5)}, [2]clock.Date{day(-6), day(-2)}, "identity.role_excluded"},
			{"both without an end", [2]clock.Date{day(3), {}}, [2]clock.Date{day(90), {}}, "identity.role_excluded"},
			{"without a first day, from today", [2]clock.Date{day(0), day(0)}, [2]clock.Date{{}, day(0)}, "identity.role_excluded"},
			{"an end before the beginning", [2]clock.Date{day(0), day(9)}, [2]clock.Date{day(20), day(19)}, "identity.until_before_from"},
		} {
			id := w.add("p" + string(rune('a'+i)))
			if _, err := w.Grant(ctx, identity.Console(), identity.Grant{Person: id, Role: identity.SecAdmin, From: c.first[0], Until: c.first[1]}); err != nil {
				t.Fatal(err)
			}
			_, err := w.Grant(ctx, identity.Console(), identity.Grant{Person: id, Role: identity.Clerk, Unit: "economy", From: c.second[0], Until: c.second[1]})
			want(t, c.name, err, c.want)
		}
	})
}

func TestAGrantHoldsFromItsFirstDayToTheEndOfItsLast(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		hand := clock.NewHand(storetest.Now)
		w := newWorld(t, db.WithClock(hand.Business()))
		id := w.add("wang.li", identity.Grant{Role: identity.Leader, From: today.AddDays(1), Until: today.AddDays(2)})
		for n, holds := range []bool{false, true, true, false} {
			day := today.AddDays(n)
			for at, moment := range map[string]time.Time{"midnight": day.In(zhuhai), "its end": day.AddDays(1).In(zhuhai).Add(-1)} {
				hand.Set(moment)
				if got := w.by(id).Actor.May(identity.PromiseOverview); got != holds {
					t.Errorf("day %d at %s: %v", n, at, got)
				}
				held, _, err := w.Grants(ctx, identity.Console(), identity.GrantFilter{State: "held"})
				if err != nil || (len(held) == 1) != holds {
					t.Errorf("day %d at %s: the list says %d grants hold, %v", n, at, len(held), err)
				}
			}
		}
	}, identity.Schema)
}

func TestOfTwoGrantsAtOnceOneWins(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for i := range 10 {
			id := w.add("p" + string(rune('a'+i)))
			var wg sync.WaitGroup
			results := make([]error, 4)
			for j, r := range []identity.Role{identity.SecAdmin, identity.AuditAdmin, identity.SysAdmin, identity.Supervisor} {
				wg.Go(func() {
					_, results[j] = w.Grant(ctx, identity.Console(), identity.Grant{Person: id, Role: r})
				})
			}
			wg.Wait()
			won := 0
			for _, err := range results {
				if err == nil {
					won++
				} else if !errs.Is(err, errs.Conflict) {
					t.Error(err)
				}
			}
			if held := w.by(id).Actor.Grants; won != 1 || len(held) != 1 {
				t.Fatalf("%d of four grants were given, %d are held", won, len(held))
			}
		}
	})
}

func TestBadGrantsAreRefused(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		wang, gone := w.add("wang.li"), w.add("gone.chen")
		if err := w.DisableAccount(ctx, identity.Console(), gone); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			name  string
			grant identity.Grant
			want  string
		}{
			{"a role that is not there", identity.Grant{Person: wang, Role: "emperor"}, "identity.no_role"},
			{"no role", identity.Grant{Person: wang}, "identity.no_role"},
			{"a clerk of no unit", identity.Grant{Person: wang, Role: identity.Clerk}, "identity.role_needs_unit"},
			{"a clerk of a unit that is not there", identity.Grant{Person: wang, Role: identity.Clerk, Unit: "nowhere"}, "identity.no_unit"},
			{"a clerk in a place that is not there", identity.Grant{Person: wang, Role: identity.Clerk, Unit: "economy", Place: "nowhere"}, "identity.no_place"},
			{"an administrator of one unit", identity.Grant{Person: wang, Role: identity.SysAdmin, Unit: "economy"}, "identity.admin_whole"},
			{"an administrator of one place", identity.Grant{Person: wang, Role: identity.AuditAdmin, Place: "qi-ao"}, "identity.admin_whole"},
			{"nobody", identity.Grant{Person: 4711, Role: identity.Leader}, "identity.no_account"},
			{"a disabled account", identity.Grant{Person: gone, Role: identity.Leader}, "identity.grant_disabled"},
		} {
			_, err := w.Grant(ctx, identity.Console(), c.grant)
			want(t, c.name, err, c.want)
		}
		if n := len(w.by(wang).Actor.Grants); n != 0 {
			t.Errorf("%d of them stayed", n)
		}
	})
}

func TestWhoMayDoWhatToAccounts(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		people := map[identity.Role]int64{}
		for _, r := range identity.Roles {
			people[r] = w.add(string(r), role(r))
		}
		target, held := w.add("target"), w.add("held", role(identity.Clerk))
		grants, _, err := w.Grants(ctx, identity.Console(), identity.GrantFilter{Person: held})
		if err != nil || len(grants) != 1 {
			t.Fatal(grants, err)
		}
		nobody := identity.By{}
		for _, c := range []struct {
			name string
			may  []identity.Role
			do   func(by identity.By) error
		}{
			{"make an account", []identity.Role{identity.SysAdmin}, func(by identity.By) error {
				_, _, err := w.CreateAccount(ctx, by, identity.Spec{Login: "made-by-" + by.Actor.Login, Name: "新"})
				return err
			}},
			{"change an account", []identity.Role{identity.SysAdmin}, func(by identity.By) error { return w.ChangeAccount(ctx, by, target, 1, "改名", "economy") }},
			{"disable an account", []identity.Role{identity.SysAdmin}, func(by identity.By) error { return w.DisableAccount(ctx, by, target) }},
			{"enable an account", []identity.Role{identity.SysAdmin}, func(by identity.By) error { return w.EnableAccount(ctx, by, target) }},
			{"reset a password", []identity.Role{identity.SysAdmin}, func(by identity.By) error { _, err := w.ResetPassword(ctx, by, target); return err }},
			{"list accounts", []identity.Role{identity.SysAdmin, identity.SecAdmin}, func(by identity.By) error {
				_, _, err := w.Accounts(ctx, by, identity.AccountFilter{})
				return err
			}},
			{"see an account", []identity.Role{identity.SysAdmin, identity.SecAdmin}, func(by identity.By) error { _, err := w.Account(ctx, by, target); return err }},
			{"list grants", []identity.Role{identity.SecAdmin}, func(by identity.By) error {
				_, _, err := w.Grants(ctx, by, identity.GrantFilter{})
				return err
			}},
			{"grant", []identity.Role{identity.SecAdmin}, func(by identity.By) error {
				_, err := w.Grant(ctx, by, identity.Grant{Person: target, Role: identity.Leader})
				return err
			}},
			{"revoke", []identity.Role{identity.SecAdmin}, func(by identity.By) error { return w.Revoke(ctx, by, grants[0].ID, "调岗") }},
			{"read the record", []identity.Role{identity.AuditAdmin}, func(by identity.By) error {
				_, _, err := w.Audit(ctx, by, identity.AuditFilter{})
				return err
			}},
			{"check the record", []identity.Role{identity.AuditAdmin}, func(by identity.By) error { _, err := w.VerifyAudit(ctx, by); return err }},
		} {
			for _, r := range identity.Roles {
				key := "identity.may_not"
				if slices.Contains(c.may, r) {
					key = ""
				}
				want(t, string(r)+": "+c.name, c.do(w.by(people[r])), key)
			}
			if c.name != "make an account" {
				want(t, "nobody: "+c.name, c.do(nobody), "identity.sign_in_first")
			}
		}
		_, err = w.Account(ctx, w.by(people[identity.Clerk]), people[identity.Clerk])
		want(t, "a clerk sees the own account", err, "")
		_, _, err = w.Grants(ctx, w.by(people[identity.Clerk]), identity.GrantFilter{Person: people[identity.Clerk]})
		want(t, "and the own grants", err, "")
	})
}

func TestAdministratorsKeepOffThemselvesAndOneAnother(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		sys, sec, audit := w.add("sys", role(identity.SysAdmin)), w.add("sec", role(identity.SecAdmin)), w.add("audit", role(identity.AuditAdmin))
		future := w.add("future", identity.Grant{Role: identity.SecAdmin, From: today.AddDays(30)})
		clerk := w.add("clerk", role(identity.Clerk))
		want(t, "disabling oneself", w.DisableAccount(ctx, w.by(sys), sys), "identity.not_oneself")
		_, err := w.Grant(ctx, w.by(sec), identity.Grant{Person: sec, Role: identity.SecAdmin, From: today.AddDays(400)})
		want(t, "granting to oneself", err, "identity.not_oneself")
		own, _, err := w.Grants(ctx, w.by(sec), identity.GrantFilter{Person: sec})
		if err != nil {
			t.Fatal(err)
		}
		want(t, "revoking one's own", w.Revoke(ctx, w.by(sec), own[0].ID, ""), "identity.not_oneself")
		asks := w.by(sys)
		for id, key := range map[int64]string{
			sys: "identity.not_oneself", sec: "identity.reset_at_server", audit: "identity.reset_at_server", future: "identity.reset_at_server", clerk: "",
		} {
			_, err := w.ResetPassword(ctx, asks, id)
			want(t, "resetting", err, key)
			if _, err := w.ResetPassword(ctx, identity.Console(), id); err != nil {
				t.Error(err)
			}
		}
		spec := identity.Spec{Login: "puppet", Name: "傀儡", Grants: []identity.Grant{role(identity.SecAdmin)}}
		_, _, err = w.CreateAccount(ctx, w.by(w.add("sys2", role(identity.SysAdmin))), spec)
		want(t, "an account that comes with powers", err, "identity.may_not")
	})
}

func TestAnEditThatSomebodyElseOvertookIsAConflict(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.add("wang.li")
		want(t, "the first", w.ChangeAccount(ctx, identity.Console(), id, 1, "𠮷田", "economy"), "")
		want(t, "the second", w.ChangeAccount(ctx, identity.Console(), id, 1, "王丽", ""), "identity.changed_meanwhile")
		want(t, "no name", w.ChangeAccount(ctx, identity.Console(), id, 2, " ", ""), "identity.name_missing")
		want(t, "no such unit", w.ChangeAccount(ctx, identity.Console(), id, 2, "王丽", "nowhere"), "identity.no_unit")
		want(t, "no such account", w.ChangeAccount(ctx, identity.Console(), 4711, 1, "王丽", ""), "identity.no_account")
		if a, err := w.Account(ctx, identity.Console(), id); err != nil || a.Name != "𠮷田" || a.Unit != "economy" || a.Version != 2 {
			t.Errorf("%+v, %v", a, err)
		}
	})
}

func TestAPackNeverChangesAnAccountThatIsThere(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		spec := identity.Spec{Login: "Zhang.Wei", Name: "张伟", Unit: "economy", Password: password, Grants: []identity.Grant{role(identity.Clerk)}}
		ensure := func(s identity.Spec) (id int64, created bool, err error) {
			err = w.db.Write(ctx, func(tx *store.Tx) error { id, created, err = w.EnsureAccount(ctx, tx, s); return err })
			return id, created, err
		}
		id, created, err := ensure(spec)
		if err != nil || !created {
			t.Fatal(created, err)
		}
		other := identity.Spec{Login: "zhang.wei", Name: "别人", Unit: "education", Password: "another password 9", Grants: []identity.Grant{role(identity.SecAdmin)}}
		again, created, err := ensure(other)
		if err != nil || created || again != id {
			t.Errorf("%d, %v, %v", again, created, err)
		}
		a := w.by(id).Actor
		if a.Name != "张伟" || a.Unit != "economy" || len(a.Grants) != 1 || a.MustChange {
			t.Errorf("%+v", a)
		}
		_, err = w.SignIn(ctx, "zhang.wei", password, "")
		want(t, "with the first password", err, "")
		_, _, err = ensure(identity.Spec{Login: "nopassword", Name: "无"})
		want(t, "without a password", err, "identity.password_missing")
		boom := errors.New("the pack is broken further down")
		err = w.db.Write(ctx, func(tx *store.Tx) error {
			_, _, err := w.EnsureAccount(ctx, tx, identity.Spec{Login: "lost", Name: "无", Password: password})
			return errors.Join(err, boom)
		})
		if !errors.Is(err, boom) {
			t.Fatal(err)
		}
		if _, n, err := w.Accounts(ctx, identity.Console(), identity.AccountFilter{Text: "lost"}); n != 0 || err != nil {
			t.Errorf("%d accounts stayed of a pack that failed, %v", n, err)
		}
	})
}

func TestListsFilterSortAndPage(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for i, c := range []struct {
			login, name, unit string
			role              identity.Role
		}{{"a.wang", "王一", "economy", identity.Clerk}, {"b.li", "李_二", "education", identity.Head}, {"c.zhao", "赵%三", "economy", identity.SecAdmin}, {"d.qian", "钱四", "", ""}} {
			spec := identity.Spec{Login: c.login, Name: c.name, Unit: c.unit}
			if c.role != "" {
				spec.Grants = []identity.Grant{role(c.role)}
			}
			if _, _, err := w.CreateAccount(ctx, identity.Console(), spec); err != nil {
				t.Fatal(i, err)
			}
		}
		if err := w.DisableAccount(ctx, identity.Console(), 4); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			name   string
			filter identity.AccountFilter
			want   string
			total  int
		}{
			{"all", identity.AccountFilter{}, "abcd", 4},
			{"part of a login, in capitals", identity.AccountFilter{Text: "LI"}, "b", 1},
			{"a whole login, in full width", identity.AccountFilter{Login: "Ｂ.li"}, "b", 1},
			{"half of one", identity.AccountFilter{Login: "b.l"}, "", 0},
			{"part of a name", identity.AccountFilter{Text: "王"}, "a", 1},
			{"a sign that means anything to the database", identity.AccountFilter{Text: "%"}, "c", 1},
			{"the other such sign", identity.AccountFilter{Text: "_"}, "b", 1},
			{"a unit", identity.AccountFilter{Unit: "economy"}, "ac", 2},
			{"a role", identity.AccountFilter{Role: identity.SecAdmin}, "c", 1},
			{"active", identity.AccountFilter{State: "active"}, "abc", 3},
			{"disabled", identity.AccountFilter{State: "disabled"}, "d", 1},
			{"the last first", identity.AccountFilter{Sort: "login", Desc: true}, "dcba", 4},
			{"an order that is not offered", identity.AccountFilter{Sort: "password; DROP TABLE x"}, "abcd", 4},
			{"the second page", identity.AccountFilter{Limit: 3, Offset: 3}, "d", 4},
			{"nothing", identity.AccountFilter{Text: "zzz"}, "", 0},
		} {
			all, total, err := w.Accounts(ctx, identity.Console(), c.filter)
			got := ""
			for _, a := range all {
				got += a.Login[:1]
			}
			if err != nil || got != c.want || total != c.total {
				t.Errorf("%s: %q of %d, %v; want %q of %d", c.name, got, total, err, c.want, c.total)
			}
		}
		for _, c := range []struct {
			name   string
			filter identity.GrantFilter
			want   string
		}{
			{"all", identity.GrantFilter{}, "abc"},
			{"a person", identity.GrantFilter{Person: 2}, "b"},
			{"a role", identity.GrantFilter{Role: identity.Clerk}, "a"},
			{"a name", identity.GrantFilter{Text: "赵"}, "c"},
			{"by the last day, the last first", identity.GrantFilter{Sort: "until", Desc: true, Limit: 1}, "a"},
			{"held", identity.GrantFilter{State: "held"}, "abc"},
			{"future", identity.GrantFilter{State: "future"}, ""},
			{"past", identity.GrantFilter{State: "past"}, ""},
			{"revoked", identity.GrantFilter{State: "revoked"}, ""},
		} {
			all, _, err := w.Grants(ctx, identity.Console(), c.filter)
			got := ""
			for _, g := range all {
				got += g.Login[:1]
			}
			if err != nil || got != c.want {
				t.Errorf("grants, %s: %q, %v; want %q", c.name, got, err, c.want)
			}
		}
	})
}

func TestTheTreesOfTheDistrictAreReached(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ps, err := places.Open(ctx, db, zhuhai)
		if err != nil {
			t.Fatal(err)
		}
		s := identity.New(db, zhuhai, clock.NewHand(machine).Security(), identity.TreesOf(ps), identity.WithParams(light))
		_, _, err = s.CreateAccount(ctx, identity.Console(), identity.Spec{Login: "wang", Name: "王", Unit: "economy"})
		want(t, "a unit of no district", err, "identity.no_unit")
	}, places.Schema, identity.Schema)
}

func TestAConflictOfRolesNamesBothInTheReadersLanguage(t *testing.T) {
	texts, err := i18n.New(identity.Locales, errs.Locales)
	if err != nil {
		t.Fatal(err)
	}
	db := storetest.SQLite(t, identity.Schema)
	w := newWorld(t, db)
	id := w.add("wang.li", role(identity.SecAdmin))
	_, err = w.Grant(ctx, identity.Console(), identity.Grant{Person: id, Role: identity.AuditAdmin})
	if got, want := texts.Error(i18n.ZH, err), "一人一职：此人自 2021-11-19 起任安全管理员，同一时期不能再任审计管理员。请先收回原授权，或另选日期、另选人员。"; got != want {
		t.Errorf("%s", got)
	}
}
