package places

import (
	"context"
	"slices"
	"strings"
	"testing"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/i18n"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

var ctx = context.Background()

func date(s string) clock.Date {
	d, err := clock.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

var (
	first = date("2021-01-01")
	today = date("2021-11-19") // of storetest.Now
)

func unit(key, parent string, change ...func(*Unit)) Unit {
	u := Unit{Key: key, Parent: parent, Name: Text{ZH: key + "局"}, From: first}
	for _, f := range change {
		f(&u)
	}
	return u
}

func until(day string) func(*Unit)      { return func(u *Unit) { u.Until = date(day) } }
func from(day string) func(*Unit)       { return func(u *Unit) { u.From = date(day) } }
func successor(key string) func(*Unit)  { return func(u *Unit) { u.Successor = key } }
func fallback(u *Unit)                  { u.Fallback = true }
func in(place string) func(*Unit)       { return func(u *Unit) { u.Place = place } }
func named(zh string) func(*Unit)       { return func(u *Unit) { u.Name.ZH = zh } }
func duties(list ...string) func(*Unit) { return func(u *Unit) { u.Responsibilities = list } }

func place(key string, kind Kind, parent string) Place {
	return Place{Key: key, Kind: kind, Parent: parent, Name: Text{ZH: key}, From: first}
}

func someUnits() []Unit {
	return []Unit{unit("zone", "", fallback), unit("science", "zone", duties("研发", "高新技术企业")), unit("town", "zone", in("town")), unit("road", "town"), unit("park", "town")}
}

func somePlaces() []Place {
	return []Place{place("zone", District, ""), place("town", Town, "zone"), place("xiazha", Community, "town"), place("cell1", Cell, "xiazha")}
}

func keys[N node](all []N) string {
	list := make([]string, len(all))
	for i, n := range all {
		list[i] = n.id()
	}
	return strings.Join(list, " ")
}

func TestATreeAnswersForItsDay(t *testing.T) {
	h := &History{Units: append(someUnits(),
		unit("old", "zone", until("2021-06-30"), successor("older")),
		unit("older", "zone", until("2021-09-30"), successor("science")),
		unit("gone", "zone", until("2021-03-31")),
		unit("new", "science", from("2022-01-01")))}
	tree := h.On(today).Units
	if got := keys(tree.All()); got != "zone science town park road" {
		t.Errorf("the tree of today is %q", got)
	}
	if got := keys(h.On(first).Units.Children("zone")); got != "gone old older science town" {
		t.Errorf("on the first day stood under the zone %q", got)
	}
	for _, tt := range []struct {
		ancestor, key string
		want          bool
	}{
		{"zone", "park", true}, {"town", "park", true}, {"park", "park", true}, {"town", "science", false}, {"park", "town", false},
		{"science", "old", true}, {"zone", "old", true}, {"old", "old", true}, {"old", "science", false}, {"town", "old", false},
		{"zone", "gone", false}, {"zone", "new", false}, {"new", "new", false}, {"zone", "never", false}, {"never", "never", false}, {"", "zone", false},
	} {
		if got := tree.Covers(tt.ancestor, tt.key); got != tt.want {
			t.Errorf("%q covers %q: %v", tt.ancestor, tt.key, got)
		}
	}
	if got := keys(tree.Path("park")); got != "zone town park" {
		t.Errorf("the path to the park is %q", got)
	}
	if got := keys(tree.Under("town")); got != "town park road" {
		t.Errorf("under the town stands %q", got)
	}
	if got := tree.Successors("old"); !slices.Equal(got, []string{"older", "science"}) || tree.Heir("old") != "science" || tree.Heir("gone") != "" {
		t.Errorf("successors %v, heir %q", got, tree.Heir("old"))
	}
	if _, ok := tree.ByKey("gone"); ok || len(tree.Path("gone"))+len(tree.Under("gone")) > 0 {
		t.Error("what is gone is still there")
	}
	if got := h.On(today).Fallback(); got != "zone" {
		t.Errorf("the fallback is %q", got)
	}
}

func TestANameFallsBackOnChinese(t *testing.T) {
	if got := (Text{ZH: "香洲"}).In(i18n.EN) + (Text{ZH: "香洲", EN: "Xiangzhou"}).In(i18n.EN) + (Text{ZH: "香洲", EN: "Xiangzhou"}).In(i18n.ZH); got != "香洲Xiangzhou香洲" {
		t.Error(got)
	}
}

func TestCheck(t *testing.T) {
	for _, tt := range []struct {
		name   string
		places []Place
		units  []Unit
		want   string
	}{
		{"a sound history", somePlaces(), someUnits(), ""},
		{"a unit that moved before its old parent ended", nil, []Unit{unit("zone", "", fallback), unit("a", "zone", until("2021-05-31")),
			unit("b", "a", until("2021-05-31")), unit("b", "zone", from("2021-06-01"))}, ""},
		{"units that begin before the places do", nil, nil, ""},
		{"two versions that begin on one day", nil, []Unit{unit("zone", "", fallback), unit("zone", "", fallback)}, "places.duplicate"},
		{"a version without an end before another", nil, []Unit{unit("zone", "", fallback), unit("zone", "", fallback, from("2021-05-01"))}, "places.overlap"},
		{"a last day that the next version begins on", nil, []Unit{unit("zone", "", fallback, until("2021-05-01")), unit("zone", "", fallback, from("2021-05-01"))}, "places.overlap"},
		{"a last day before the first", nil, []Unit{unit("zone", "", fallback, until("2020-05-01"))}, "places.bad_dates"},
		{"a parent that never was", nil, []Unit{unit("zone", "", fallback), unit("a", "b")}, "places.missing_parent"},
		{"a parent that ends before", nil, []Unit{unit("zone", "", fallback), unit("a", "zone", until("2021-05-31")), unit("b", "a")}, "places.missing_parent"},
		{"a cycle", nil, []Unit{unit("zone", "", fallback), unit("a", "b"), unit("b", "a")}, "places.cycle places.cycle"},
		{"a cycle that begins later", nil, []Unit{unit("zone", "", fallback), unit("a", "b"), unit("b", "zone", until("2021-05-31")),
			unit("b", "a", from("2021-06-01"))}, "places.cycle places.cycle"},
		{"a unit that is its own parent", nil, []Unit{unit("zone", "", fallback), unit("a", "a")}, "places.cycle"},
		{"a place under its own kind", []Place{place("a", Town, ""), place("b", Town, "a")}, nil, "places.kind_order"},
		{"a cycle of places", []Place{place("a", Town, "b"), place("b", Town, "a")}, nil, "places.cycle places.cycle places.kind_order places.kind_order"},
		{"a jurisdiction that is no place", somePlaces(), []Unit{unit("zone", "", fallback, in("mars"))}, "places.unknown_place"},
		{"a successor that never was", nil, []Unit{unit("zone", "", fallback), unit("a", "zone", until("2021-05-31"), successor("x"))}, "places.unknown_successor"},
		{"a successor that ended first and left nobody", nil, []Unit{unit("zone", "", fallback), unit("a", "zone", until("2021-05-31"), successor("b")),
			unit("b", "zone", until("2021-03-31"))}, "places.unknown_successor"},
		{"nobody who takes what no other does", nil, []Unit{unit("zone", "")}, "places.fallbacks"},
		{"two who do, from some day on", nil, []Unit{unit("zone", "", fallback), unit("a", "zone", fallback, from("2021-06-01"))}, "places.fallbacks"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, e := range (&History{Places: tt.places, Units: tt.units}).Check() {
				got = append(got, e.Key)
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("found %q, want %q", got, tt.want)
			}
		})
	}
}

func TestEveryFindingHasItsWords(t *testing.T) {
	c, err := i18n.New(errs.Locales, Locales)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(c.Keys(i18n.ZH), c.Keys(i18n.EN)) {
		t.Error("the languages have different keys")
	}
	h := &History{Units: []Unit{unit("a", "b", named("甲局"))}}
	for _, lang := range i18n.Langs {
		for _, e := range h.Check() {
			if s := c.One(lang, e); !strings.Contains(s, "甲局") && !strings.Contains(s, "2021-01-01") || strings.Contains(s, "<no value>") {
				t.Errorf("%s: %s", lang, s)
			}
		}
	}
}

// fresh opens a store whose trees are those of someUnits and somePlaces.
func fresh(t *testing.T, db *store.DB) *Store {
	t.Helper()
	s, err := Open(ctx, db, clockZone)
	if err != nil {
		t.Fatal(err)
	}
	if got := apply(t, s, somePlaces(), someUnits(), today); got.Added != 9 || got.Changed != 0 {
		t.Fatalf("first applied: %+v", got)
	}
	return s
}

func apply(t *testing.T, s *Store, places []Place, units []Unit, on clock.Date) (got Applied) {
	t.Helper()
	err := s.db.Write(ctx, func(tx *store.Tx) (err error) {
		got, err = s.Apply(ctx, tx, places, units, on)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}
