package calendar

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"huying/internal/errs"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

var ctx = context.Background()

func opened(t *testing.T, db *store.DB) *Store {
	t.Helper()
	s, err := Open(ctx, db, Config{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func imported(s *Store, n Notice, replace bool) (done Imported, err error) {
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		done, err = s.Import(ctx, tx, n, "𠮷 notice.txt", replace)
		return err
	})
	return done, err
}

func kept(t *testing.T, db *store.DB) (rows int) {
	t.Helper()
	err := db.Read(ctx, func(tx *store.Tx) error { return tx.Scan(ctx, "SELECT COUNT(*) FROM calendar_notice", nil, &rows) })
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestANoticeIsImportedForEveryServer(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		here, there := opened(t, db), opened(t, db)
		before := here.Calendar()
		done, err := imported(here, fictitious2027, false)
		if err != nil || done.Known || done.Nothing() {
			t.Fatalf("%+v, %v", done, err)
		}
		if first := done.Changes[0]; first != (Change{date("2027-01-01"), false, holidayNames[0].name}) {
			t.Errorf("the first day that changes: %+v", first)
		}
		if before.Knows(2027) || !here.Calendar().Knows(2027) {
			t.Error("the old calendar stays as it was, and the new one knows the year")
		}
		if there.Calendar().Knows(2027) {
			t.Error("another server cannot know before it looks")
		}
		if err := there.Refresh(ctx); err != nil {
			t.Fatal(err)
		}
		for name, s := range map[string]*Store{"here": here, "there": there, "after a restart": opened(t, db)} {
			c := s.Calendar()
			if got := c.Notices()[23]; !slices.Equal(got.Days, fictitious2027.Days) {
				t.Errorf("%s: %+v", name, got)
			}
			got, err := c.Due(moment(t, "2026-12-31T09:00"), Span{1, WorkingDays}, nil)
			if err != nil || got.Provisional || !got.At.Equal(moment(t, "2027-01-04T17:30")) {
				t.Errorf("%s: %+v, %v", name, got, err)
			}
			eve, monday := date("2026-12-31"), date("2027-01-04")
			if s.Between(eve, monday) != 1 || s.OnOrAfter(eve.AddDays(1)) != monday || s.OnOrBefore(monday.AddDays(-1)) != eve {
				t.Errorf("%s: the store counts days with another calendar", name)
			}
		}
	}, Schema)
}

func TestImportingAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := opened(t, db)
		if done, err := imported(s, Embedded()[22], false); err != nil || !done.Nothing() || kept(t, db) != 0 {
			t.Errorf("a year that is built in: %+v, %v", done, err)
		}
		for i := range 2 {
			if done, err := imported(s, fictitious2027, false); err != nil || done.Nothing() != (i == 1) || kept(t, db) != 1 {
				t.Errorf("import %d: %+v, %v", i+1, done, err)
			}
		}
		other := Notice{Year: 2027, Days: slices.Clone(fictitious2027.Days)}
		other.Days = slices.DeleteFunc(other.Days, func(d Day) bool { return d.Date == date("2027-05-08") })
		_, err := imported(s, other, false)
		if all := errs.All(err); len(all) != 1 || all[0].Key != "calendar.year_differs" || all[0].Kind != errs.Conflict || all[0].Args["n"] != 1 {
			t.Errorf("a notice that differs: %v", err)
		}
		if !s.Calendar().IsWorkday(date("2027-05-08")) || kept(t, db) != 1 {
			t.Error("what was refused left something")
		}
		done, err := imported(s, other, true)
		want := Change{date("2027-05-08"), false, holidayNames[3].name}
		if err != nil || len(done.Changes) != 1 || done.Changes[0] != want || s.Calendar().IsWorkday(want.Date) {
			t.Errorf("replaced: %+v, %v", done, err)
		}
		if n := kept(t, db); n != 2 {
			t.Errorf("%d notices on record: what is replaced stays", n)
		}
		if opened(t, db).Calendar().IsWorkday(want.Date) {
			t.Error("after a restart the first notice holds again")
		}
	}, Schema)
}

func TestAnImportThatFailsLeavesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := opened(t, db)
		half := Notice{Year: 2027, Days: fictitious2027.Days[:3]}
		if _, err := imported(s, half, false); !errs.Is(err, errs.Invalid) {
			t.Errorf("half a notice: %v", err)
		}
		err := db.Write(ctx, func(tx *store.Tx) error {
			if _, err := s.Import(ctx, tx, fictitious2027, "", false); err != nil {
				return err
			}
			return errs.New(errs.Internal, "calendar.no_start")
		})
		if err == nil || s.Calendar().Knows(2027) || kept(t, db) != 0 {
			t.Errorf("a transaction that failed: %v", err)
		}
		if err := s.Refresh(ctx); err != nil || s.Calendar().Knows(2027) {
			t.Errorf("after it: %v", err)
		}
	}, Schema)
}

// TestManyImportAtOnce: one of them imports, the others find that there is nothing left to do.
func TestManyImportAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var wg sync.WaitGroup
		var mu sync.Mutex
		did := map[bool]int{}
		for range 8 {
			s := opened(t, db)
			wg.Go(func() {
				done, err := imported(s, fictitious2027, false)
				mu.Lock()
				defer mu.Unlock()
				if did[done.Nothing()]++; err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := kept(t, db); n != 1 || did[false] != 1 || did[true] != 7 {
			t.Errorf("%d on record, %v", n, did)
		}
	}, Schema)
}

func TestHoursHoldForEveryServer(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		config := func(p ...Period) Config { return Config{Hours: p} }
		morning, noon := Period{9 * 60, 12 * 60}, Period{13 * 60, 14 * 60}
		open := func(c Config) *Store {
			t.Helper()
			s, err := Open(ctx, db, c)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		set := func(s *Store, hours Hours, want bool) {
			t.Helper()
			var changed bool
			err := db.Write(ctx, func(tx *store.Tx) (err error) { changed, err = s.SetHours(ctx, tx, hours); return err })
			if err != nil || changed != want {
				t.Errorf("%v: changed %v, want %v: %v", hours, changed, want, err)
			}
		}
		is := func(who string, s *Store, n int64, want ...Period) {
			t.Helper()
			got, err := s.Calendar().Due(moment(t, "2021-11-18T08:00"), Span{60, WorkingMinutes}, nil)
			if first := want[0].From; err != nil || !got.At.Equal(moment(t, "2021-11-18T00:00").Add(time.Duration(first+60)*time.Minute)) {
				t.Errorf("%s: an hour ends at %v, %v", who, got.At, err)
			}
			if h := s.Calendar().Config().Hours; s.Version() != n || !slices.Equal(h, want) {
				t.Errorf("%s: %d %v, want %d %v", who, s.Version(), h, n, want)
			}
		}
		changed := func() (at time.Time) {
			t.Helper()
			if err := db.Read(ctx, func(tx *store.Tx) (err error) { at, err = ChangedAt(ctx, tx); return err }); err != nil {
				t.Fatal(err)
			}
			return at
		}
		here, there := open(config(morning)), open(config(morning))
		set(here, Hours{morning}, false) // stated for the first time: nothing falls due at another time
		is("here, to begin with", here, 0, morning)
		if at := changed(); !at.IsZero() {
			t.Errorf("nothing was changed, and it was at %v", at)
		}
		set(here, Hours{morning}, false)
		set(here, Hours{noon}, true)
		is("here, at once", here, 1, noon)
		is("there, before it looks", there, 0, morning)
		if err := there.Refresh(ctx); err != nil {
			t.Fatal(err)
		}
		is("there, when it has looked", there, 1, noon)
		is("who begins with others", open(config(morning)), 1, noon)
		if at := changed(); !at.Equal(db.Now()) {
			t.Errorf("changed at %v", at)
		}
		if _, err := imported(there, fictitious2027, false); err != nil {
			t.Fatal(err)
		}
		is("after a notice", there, 2, noon)
		if err := here.Refresh(ctx); err != nil || !here.Calendar().Knows(2027) {
			t.Errorf("the notice is not known: %v", err)
		}
		is("here, after a notice", here, 2, noon)
		if err := db.Write(ctx, func(tx *store.Tx) error { _, err := here.SetHours(ctx, tx, Hours{noon, morning}); return err }); !errs.Is(err, errs.Invalid) {
			t.Errorf("hours out of order: %v", err)
		}
	}, Schema)
}
