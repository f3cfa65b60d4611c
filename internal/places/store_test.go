package places

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

var clockZone = time.FixedZone("CST", 8*3600)

func spans(of []Unit) (s string) {
	for _, u := range of {
		s += fmt.Sprintf("%s %s–%s %s; ", u.Name.ZH, u.From, u.Until, u.Successor)
	}
	return s
}

func TestAVersionComesBackAsItWent(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := fresh(t, db)
		u := Unit{Key: "all", Parent: "zone", Name: Text{"𠮷 <b>局</b>", "Bureau ' \" &"}, Short: Text{"简", "S"}, Head: "张三", Responsibilities: []string{"学校", "𠮷"},
			Place: "town", Successor: "science", Order: 6, External: true, Illustrative: true, From: first, Until: date("2021-12-31")}
		p := Place{Key: "all", Kind: Cell, Parent: "xiazha", Name: Text{"一", "One"}, Full: Text{"全", "Full"}, Code: "440402100001", Tile: Tile{2, 3}, Order: 5,
			Illustrative: true, From: first, Until: date("2021-12-31")}
		apply(t, s, append(somePlaces(), p), append(someUnits(), u), today)
		again, err := Open(ctx, db, clockZone)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := again.Now().Units.ByKey("all"); !reflect.DeepEqual(got, u) {
			t.Errorf("unit %+v", got)
		}
		if got, _ := again.Now().Places.ByKey("all"); got != p {
			t.Errorf("place %+v", got)
		}
	}, Schema)
}

func TestApply(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := fresh(t, db)
		n := s.History().Version
		if got := apply(t, s, somePlaces(), someUnits(), today); got.Added+got.Changed+len(got.Kept) > 0 || s.History().Version != n {
			t.Errorf("the same pack again: %+v", got)
		}
		units := someUnits()
		units[1].Name.ZH = "科技创新局"
		got := apply(t, s, somePlaces(), units, date("2021-06-01"))
		want := "science局 2021-01-01–2021-05-31 ; 科技创新局 2021-06-01– ; "
		if v := spans(s.History().UnitVersions("science")); got.Changed != 1 || v != want {
			t.Errorf("a changed name: %+v, %s", got, v)
		}
		units[1].Name.ZH = "科创局"
		apply(t, s, somePlaces(), units, date("2021-06-01"))
		want = "science局 2021-01-01–2021-05-31 ; 科创局 2021-06-01– ; "
		if v := spans(s.History().UnitVersions("science")); v != want {
			t.Errorf("a name changed twice on a day: %s", v)
		}
		places := somePlaces()
		places[2].Tile = Tile{4, 4}
		apply(t, s, places, units, today)
		if of := s.History().PlaceVersions("xiazha"); len(of) != 1 || of[0].Tile != places[2].Tile {
			t.Errorf("a tile that moved is no history: %+v", of)
		}
		if got := apply(t, s, places, units[:3], today); !slices.Equal(got.Kept, []string{"unit/road", "unit/park"}) || len(s.Now().Units.All()) != 5 {
			t.Errorf("what the pack no longer states: %+v", got)
		}
		units[4].Until, units[4].Successor = date("2021-09-30"), "road"
		apply(t, s, places, units, today)
		if v := spans(s.History().UnitVersions("park")); v != "park局 2021-01-01–2021-11-18 road; " || s.Now().Units.Heir("park") != "road" {
			t.Errorf("a unit that the pack ends in the past ends the day before: %s", v)
		}
	}, Schema)
}

func TestAPackOfSeveralVersionsOverThem(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := fresh(t, db)
		units := append(someUnits(), unit("a", "zone", named("甲"), until("2021-06-30")), unit("a", "zone", named("乙"), from("2021-07-01")))
		apply(t, s, somePlaces(), units, today)
		units[6] = unit("a", "zone", named("乙"), from("2021-07-01"), until("2022-02-28"))
		units = append(units, unit("a", "zone", named("丙"), from("2022-03-01")))
		apply(t, s, somePlaces(), units, today)
		if v := spans(s.History().UnitVersions("a")); v != "甲 2021-01-01–2021-06-30 ; 乙 2021-07-01–2022-02-28 ; 丙 2022-03-01– ; " {
			t.Error(v)
		}
		units[6].Name.ZH = "丁"
		apply(t, s, somePlaces(), units, date("2021-12-01"))
		if v := spans(s.History().UnitVersions("a")); v != "甲 2021-01-01–2021-06-30 ; 乙 2021-07-01–2021-11-30 ; 丁 2021-12-01–2022-02-28 ; 丙 2022-03-01– ; " {
			t.Error(v)
		}
	}, Schema)
}

func TestABadPackLeavesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := fresh(t, db)
		err := db.Write(ctx, func(tx *store.Tx) error {
			_, err := s.Apply(ctx, tx, somePlaces(), append(someUnits(), unit("x", "zone"), unit("y", "nowhere")), today)
			return err
		})
		if all := errs.All(err); len(all) != 1 || all[0].Key != "places.missing_parent" {
			t.Errorf("err %v", err)
		}
		again, err := Open(ctx, db, clockZone)
		if err != nil || len(again.Now().Units.All()) != 5 || len(s.Now().Units.All()) != 5 {
			t.Errorf("%d units, err %v", len(again.Now().Units.All()), err)
		}
	}, Schema)
}

func revise(s *Store, r Revision) error {
	return s.db.Write(ctx, func(tx *store.Tx) error { return s.Revise(ctx, tx, r) })
}

func mergeUnits(s *Store, key, into, from string) error {
	return s.db.Write(ctx, func(tx *store.Tx) error { return s.Merge(ctx, tx, key, into, date(from), s.History().Version) })
}

func TestAUnitIsRenamedFromADay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := fresh(t, db)
		other, err := Open(ctx, db, clockZone)
		if err != nil {
			t.Fatal(err)
		}
		r := Revision{Key: "science", Parent: "zone", Name: Text{ZH: "科技创新局"}, Responsibilities: []string{"研发"}, From: date("2021-12-01"), Seen: s.History().Version}
		if err := revise(s, r); err != nil {
			t.Fatal(err)
		}
		if v := spans(s.History().UnitVersions("science")); v != "science局 2021-01-01–2021-11-30 ; 科技创新局 2021-12-01– ; " {
			t.Error(v)
		}
		if u, _ := s.Now().Units.ByKey("science"); u.Name.ZH != "science局" {
			t.Errorf("today it is called %s", u.Name.ZH)
		}
		if u, _ := s.On(date("2021-12-01")).Units.ByKey("science"); u.Name.ZH != "科技创新局" {
			t.Errorf("in December it is called %s", u.Name.ZH)
		}
		if err := other.Refresh(ctx); err != nil || other.History().Version != s.History().Version {
			t.Errorf("another server has not seen it: %v", err)
		}
		if got := apply(t, s, somePlaces(), someUnits(), date("2021-12-05")); got.Changed > 0 || len(s.History().UnitVersions("science")) != 2 {
			t.Errorf("the pack took back what was changed by hand: %+v", got)
		}
		for _, tt := range []struct {
			name   string
			change func(*Revision)
			key    string
			kind   errs.Kind
		}{
			{"a form that is out of date", func(r *Revision) { r.Seen-- }, "places.changed_meanwhile", errs.Conflict},
			{"a day before the last version", func(r *Revision) { r.From = date("2021-11-30") }, "places.has_later", errs.Conflict},
			{"no day", func(r *Revision) { r.From = clock.Date{} }, "places.no_date", errs.Invalid},
			{"no name", func(r *Revision) { r.Name = Text{EN: "Only"} }, "places.no_name", errs.Invalid},
			{"no such unit", func(r *Revision) { r.Key = "mars" }, "places.no_unit", errs.NotFound},
			{"a parent that is not there", func(r *Revision) { r.Parent = "mars" }, "places.missing_parent", errs.Invalid},
			{"a parent below it", func(r *Revision) { r.Key, r.Parent = "town", "road" }, "places.cycle", errs.Invalid},
		} {
			bad := r
			bad.Seen, bad.Name.ZH = s.History().Version, "别的"
			tt.change(&bad)
			if all := errs.All(revise(s, bad)); len(all) == 0 || all[0].Key != tt.key || all[0].Kind != tt.kind {
				t.Errorf("%s: %v", tt.name, all)
			}
		}
		r.Seen = s.History().Version
		if err := revise(s, r); err != nil || len(s.History().UnitVersions("science")) != 2 || s.History().Version == r.Seen {
			t.Errorf("the same again: %v", err)
		}
	}, Schema)
}

func TestAUnitIsMergedFromADay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := fresh(t, db)
		if err := mergeUnits(s, "town", "science", "2021-12-01"); err != nil {
			t.Fatal(err)
		}
		after := s.On(date("2021-12-01")).Units
		if got := keys(after.All()); got != "zone science road park" || keys(after.Children("science")) != "road park" {
			t.Errorf("after it there are %s", got)
		}
		if !after.Covers("science", "town") || keys(s.Now().Units.Children("town")) != "road park" {
			t.Error("the successor does not inherit, or inherits too early")
		}
		for _, tt := range []struct{ name, key, into, from, want string }{
			{"it has ended", "town", "zone", "2022-01-01", "places.has_ended"},
			{"into itself", "road", "road", "2022-01-01", "places.self_successor"},
			{"into nothing", "road", "", "2022-01-01", "places.self_successor"},
			{"into what does not exist", "road", "mars", "2022-01-01", "places.unknown_successor"},
			{"on the day its version begins", "road", "park", "2021-12-01", "places.has_later"},
		} {
			if all := errs.All(mergeUnits(s, tt.key, tt.into, tt.from)); len(all) == 0 || all[0].Key != tt.want {
				t.Errorf("%s: %v", tt.name, all)
			}
		}
		if err := mergeUnits(s, "zone", "science", "2022-01-01"); err != nil {
			t.Fatal(err)
		}
		next := s.On(date("2022-01-01"))
		if got := keys(next.Units.All()); got != "science road park" || next.Fallback() != "science" {
			t.Errorf("a part that takes the place of the whole: %s, fallback %q", got, next.Fallback())
		}
	}, Schema)
}

// The past stays: whatever is done from a day on, the trees of the days before it are what they were.
func TestChangesNeverRewriteThePast(t *testing.T) {
	db := storetest.SQLite(t, Schema)
	s := fresh(t, db)
	undo := errors.New("each drawn sequence begins anew")
	rapid.Check(t, func(t *rapid.T) {
		err := db.Write(ctx, func(tx *store.Tx) error {
			for range rapid.IntRange(1, 6).Draw(t, "changes") {
				step(t, s, tx)
			}
			return undo
		})
		if !errors.Is(err, undo) {
			t.Fatal(err)
		}
	})
}

func step(t *rapid.T, s *Store, tx *store.Tx) {
	before, err := load(ctx, tx)
	if err != nil {
		t.Fatal(err)
	}
	some := rapid.SampledFrom([]string{"zone", "science", "town", "road", "park"})
	key, other := some.Draw(t, "key"), some.Draw(t, "other")
	day := first.AddDays(rapid.IntRange(0, 40).Draw(t, "day"))
	if _, err := tx.Exec(ctx, "SAVEPOINT step"); err != nil {
		t.Fatal(err)
	}
	switch rapid.IntRange(0, 2).Draw(t, "what") {
	case 0:
		err = s.Revise(ctx, tx, Revision{Key: key, Parent: other, Name: Text{ZH: other}, From: day, Seen: before.Version})
	case 1:
		err = s.Merge(ctx, tx, key, other, day, before.Version)
	default:
		units := someUnits()
		units[2].Name.ZH, units[4].Parent = other, rapid.SampledFrom([]string{"town", "zone"}).Draw(t, "parent")
		_, err = s.Apply(ctx, tx, somePlaces(), units, day)
	}
	if err != nil {
		if errs.All(err) == nil {
			t.Fatal(err)
		}
		if _, err := tx.Exec(ctx, "ROLLBACK TO step"); err != nil {
			t.Fatal(err)
		}
		return
	}
	after, err := load(ctx, tx)
	if err != nil {
		t.Fatal(err)
	}
	if list := after.Check(); len(list) > 0 {
		t.Fatalf("left unsound: %v", list)
	}
	for d := first; d.Before(day); d = d.AddDays(1) {
		if was, is := before.On(d).Units.All(), after.On(d).Units.All(); !sameButDates(was, is) {
			t.Fatalf("a change from %s on changed %s:\n%+v\n%+v", day, d, was, is)
		}
	}
}

// sameButDates compares what units were, not when they end: a version that a change ends had no end before.
func sameButDates(a, b []Unit) bool {
	return slices.EqualFunc(a, b, func(u, v Unit) bool { return u.Key == v.Key && u.same(v) })
}
