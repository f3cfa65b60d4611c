package identity_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/i18n"
	"huying/internal/identity"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

var (
	ctx      = context.Background()
	zhuhai   = time.FixedZone("CST", 8*3600)
	light    = identity.Params{Memory: 64, Passes: 1, Threads: 1}
	today    = clock.DateOf(storetest.Now, zhuhai)
	password = "正确的 horse battery"
)

// world is a service over a database, with its clock in hand.
type world struct {
	*identity.Service
	db   *store.DB
	hand *clock.Hand
	t    *testing.T
}

// machine is the time of the machine in tests: some years after the business time, so that one is never passed for the other.
var machine = time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)

func newWorld(t *testing.T, db *store.DB, opts ...identity.Option) *world {
	t.Helper()
	hand := clock.NewHand(machine)
	opts = append([]identity.Option{identity.WithParams(light)}, opts...)
	return &world{identity.New(db, zhuhai, hand.Security(), func() (identity.Tree, identity.Tree) { return units, areas }, opts...), db, hand, t}
}

// each runs f over a fresh world on each engine.
func each(t *testing.T, f func(t *testing.T, w *world)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) { f(t, newWorld(t, db)) }, identity.Schema)
}

// parents is a tree by each key's parent.
type parents map[string]string

func (p parents) Covers(top, key string) bool {
	for {
		parent, known := p[key]
		if !known {
			return false
		}
		if key == top {
			return true
		}
		key = parent
	}
}

var (
	units = parents{"gov": "", "economy": "gov", "industry-office": "economy", "education": "gov"}
	areas = parents{"gaoxin": "", "tangjiawan": "gaoxin", "qi-ao": "tangjiawan"}
)

// add makes an account with a password of its own and grants.
func (w *world) add(login string, grants ...identity.Grant) int64 {
	w.t.Helper()
	id, _, err := w.CreateAccount(ctx, identity.Console(), identity.Spec{Login: login, Name: "测试 " + login, Password: password, Grants: grants})
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func role(r identity.Role) identity.Grant {
	g := identity.Grant{Role: r}
	if r.Bound() {
		g.Unit = "economy"
	}
	return g
}

// by is a signed-in person as of now.
func (w *world) by(person int64) identity.By {
	w.t.Helper()
	a, err := w.Actor(ctx, person)
	if err != nil {
		w.t.Fatal(err)
	}
	return identity.By{Actor: a, Address: "10.0.0.9"}
}

// want checks an error's key; "" is no error.
func want(t *testing.T, what string, err error, key string) {
	t.Helper()
	got := ""
	if err != nil {
		got = err.Error()
		if all := errs.All(err); len(all) > 0 {
			got = all[0].Key
		}
	}
	if got != key {
		t.Errorf("%s: %q, want %q", what, got, key)
	}
}

func TestNobodyMayNothing(t *testing.T) {
	var nobody *identity.Actor
	for _, r := range identity.Roles {
		for _, p := range r.Permissions() {
			if nobody.May(p) || nobody.Can(p, "", "") || nobody.Can(p, "economy", "") {
				t.Errorf("nobody may %s", p)
			}
		}
	}
}

func TestWhoCanDoWhatWhere(t *testing.T) {
	clerk := identity.Grant{Role: identity.Clerk, Unit: "economy"}
	grid := identity.Grant{Role: identity.Head, Unit: "gov", Place: "tangjiawan"}
	for _, c := range []struct {
		name        string
		grants      []identity.Grant
		mustChange  bool
		do          identity.Permission
		unit, place string
		may, can    bool
	}{
		{"a clerk reports for the own unit", []identity.Grant{clerk}, false, identity.PromiseReport, "economy", "", true, true},
		{"and for an office below it", []identity.Grant{clerk}, false, identity.PromiseReport, "industry-office", "qi-ao", true, true},
		{"but not for another unit", []identity.Grant{clerk}, false, identity.PromiseReport, "education", "", true, false},
		{"nor for the unit above", []identity.Grant{clerk}, false, identity.PromiseReport, "gov", "", true, false},
		{"nor for the whole district", []identity.Grant{clerk}, false, identity.PromiseReport, "", "", true, false},
		{"nor for a unit that is not in the tree", []identity.Grant{clerk}, false, identity.PromiseReport, "nowhere", "", true, false},
		{"a clerk does not review", []identity.Grant{clerk}, false, identity.PromiseReview, "economy", "", false, false},
		{"a grant for a place reaches the places in it", []identity.Grant{grid}, false, identity.PromiseReport, "education", "qi-ao", true, true},
		{"and no further", []identity.Grant{grid}, false, identity.PromiseReport, "education", "gaoxin", true, false},
		{"the supervisor reviews for every unit", []identity.Grant{{Role: identity.Supervisor}}, false, identity.PromiseReview, "education", "qi-ao", true, true},
		{"a leader sees everything", []identity.Grant{{Role: identity.Leader}}, false, identity.PromiseOverview, "", "", true, true},
		{"and changes nothing", []identity.Grant{{Role: identity.Leader}}, false, identity.PromiseReport, "economy", "", false, false},
		{"an administrator does no business", []identity.Grant{{Role: identity.SysAdmin}}, false, identity.PromiseReport, "economy", "", false, false},
		{"two grants do not mix", []identity.Grant{{Role: identity.Clerk, Unit: "economy", Place: "qi-ao"}, {Role: identity.Clerk, Unit: "education", Place: "gaoxin"}}, false, identity.PromiseReport, "economy", "gaoxin", true, false},
		{"a one-time password is changed before anything else", []identity.Grant{{Role: identity.Supervisor}}, true, identity.PromiseReview, "", "", false, false},
		{"without grants there is nothing", nil, false, identity.PromiseUnit, "economy", "", false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := &identity.Actor{Grants: c.grants, MustChange: c.mustChange, Units: units, Places: areas}
			if a.May(c.do) != c.may || a.Can(c.do, c.unit, c.place) != c.can {
				t.Errorf("may %v, can %v", a.May(c.do), a.Can(c.do, c.unit, c.place))
			}
		})
	}
}

func TestWithoutATreeAKeyCoversItself(t *testing.T) {
	a := &identity.Actor{Grants: []identity.Grant{{Role: identity.Clerk, Unit: "economy"}}}
	if !a.Can(identity.PromiseReport, "economy", "") || a.Can(identity.PromiseReport, "industry-office", "") {
		t.Error("want the unit itself, and only it")
	}
}

// The permissions of an actor against a slow reading of the same words: for each grant, each day, each step up the tree.
func TestCanAgreesWithASlowReading(t *testing.T) {
	var perms []identity.Permission
	for _, r := range identity.Roles {
		perms = append(perms, r.Permissions()...)
	}
	keys := []string{"", "a", "b", "c", "d", "e", "f", "stray"}
	rapid.Check(t, func(t *rapid.T) {
		ut, pt := drawTree(t, "units"), drawTree(t, "places")
		day := rapid.Custom(func(t *rapid.T) clock.Date { return today.AddDays(rapid.IntRange(-3, 3).Draw(t, "day")) })
		grants := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) identity.Grant {
			g := identity.Grant{Role: rapid.SampledFrom(identity.Roles).Draw(t, "role"), Unit: rapid.SampledFrom(keys[:7]).Draw(t, "unit"),
				Place: rapid.SampledFrom(keys[:7]).Draw(t, "place"), From: day.Draw(t, "from")}
			if rapid.Bool().Draw(t, "ends") {
				g.Until = day.Draw(t, "until")
			}
			if rapid.IntRange(0, 4).Draw(t, "revoked") == 0 {
				g.RevokedAt = machine
			}
			return g
		}), 0, 5).Draw(t, "grants")
		p := rapid.SampledFrom(perms).Draw(t, "permission")
		unit, place := rapid.SampledFrom(keys).Draw(t, "of unit"), rapid.SampledFrom(keys).Draw(t, "of place")

		wantMay, wantCan := false, false
		for _, g := range grants {
			days := 0
			for d := g.From; (g.Until.IsZero() || d.Compare(g.Until) <= 0) && d.Compare(today) <= 0; d = d.AddDays(1) {
				if d == today {
					days++
				}
			}
			if days == 1 && g.RevokedAt.IsZero() && slices.Contains(g.Role.Permissions(), p) {
				wantMay = true
				wantCan = wantCan || slices.Contains(upwards(ut, unit), g.Unit) && slices.Contains(upwards(pt, place), g.Place)
			}
		}
		a := identity.ActorOf(identity.Account{}, grants, today, ut, pt)
		if a.May(p) != wantMay || a.Can(p, unit, place) != wantCan {
			t.Fatalf("may %v, can %v; want %v, %v", a.May(p), a.Can(p, unit, place), wantMay, wantCan)
		}
	})
}

// drawTree gives each of a … f a parent that comes before it.
func drawTree(t *rapid.T, name string) parents {
	p := parents{"a": ""}
	for i, key := range []string{"b", "c", "d", "e", "f"} {
		p[key] = string(rune('a' + rapid.IntRange(0, i).Draw(t, name+" parent of "+key)))
	}
	return p
}

// upwards is a key, all that is above it, and the whole district ("").
func upwards(p parents, key string) []string {
	up := []string{""}
	for _, known := p[key]; known; _, known = p[key] {
		up = append(up, key)
		key = p[key]
	}
	return up
}

func TestEveryRoleAndDeedHasAName(t *testing.T) {
	texts, err := i18n.New(identity.Locales)
	if err != nil {
		t.Fatal(err)
	}
	if zh, en := texts.Keys(i18n.ZH), texts.Keys(i18n.EN); !slices.Equal(zh, en) {
		t.Errorf("the languages have different keys: %d and %d", len(zh), len(en))
	}
	for _, r := range identity.Roles {
		if !r.Builtin() || !texts.Has(i18n.ZH, "identity.role."+string(r)) {
			t.Errorf("role %s has no name", r)
		}
	}
	for _, what := range identity.Whats {
		if !texts.Has(i18n.ZH, "identity.what."+string(what)) {
			t.Errorf("%s has no name", what)
		}
	}
}
