package promise

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"huying/internal/clock"
	"huying/internal/jobs"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

// heard are the jobs that the register wrote, as kind and key.
func heard(t *testing.T, db *store.DB) (all []string) {
	t.Helper()
	err := db.Read(ctx, func(tx *store.Tx) (err error) {
		all, err = store.All(ctx, tx, func(s *string) []any { return []any{s} }, "SELECT kind || ' ' || key FROM jobs ORDER BY id")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// watching is a register that tells, with the annex entered on the first day of February.
func watching(t *testing.T, db *store.DB) (*Register, *clock.Hand) {
	r, hand := open(db)
	r.Tell(jobs.New(db, clock.Security{}))
	hand.Set(day("2021-02-01").In(time.UTC).Add(9 * time.Hour))
	enterAnnex(t, r)
	return r, hand
}

func on(hand *clock.Hand, on string) { hand.Set(day(on).In(time.UTC).Add(9 * time.Hour)) }

func watch(t *testing.T, r *Register) {
	t.Helper()
	if _, err := r.Watch(ctx); err != nil {
		t.Fatal(err)
	}
}

func TestEachCycleIsAskedForOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r, hand := watching(t, db)
		is := func(when string, want ...string) {
			t.Helper()
			got := slices.DeleteFunc(heard(t, db), func(s string) bool { return strings.HasPrefix(s, "promise.turned ") })
			if !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", when, got, want)
			}
		}
		report := func(n, cycle string) string { return "promise.report_due 2021-00" + n + "/" + cycle }
		watch(t, r)
		first := []string{report("1", "2021-02/0"), report("2", "2021-02/0")}
		is("what fell due before it was entered is not asked for", first...)
		watch(t, r)
		is("nothing changed", first...)
		other, _ := open(db)
		other = other.On(hand.Business())
		other.Tell(r.queue)
		watch(t, other)
		is("another server, or this one started again", first...)
		on(hand, "2021-02-28")
		watch(t, r)
		is("the next month has not begun", first...)

		on(hand, "2021-06-10") // the program did not run for three months
		var all sync.WaitGroup
		for _, server := range []*Register{r, other} {
			all.Go(func() {
				if _, err := server.Watch(ctx); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		late := append(first, report("1", "2021-05/1"), report("1", "2021-06/1"), report("2", "2021-05/1"), report("2", "2021-06/1"))
		is("long past cycles are let go", late...)
	}, jobs.Schema, Schema)
}

func TestALateReportHasATermOfItsOwn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r, hand := watching(t, db)
		on(hand, "2021-06-10") // a Thursday
		board, err := r.Board(ctx, 2021)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, d := range r.reportsDue(board.Rows[0], board.Today) {
			got = append(got, d.Cycle+" "+d.Due.String())
		}
		if want := []string{"2021-05 2021-06-14", "2021-06 2021-06-25"}; !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
	}, jobs.Schema, Schema)
}

func TestALightThatTurnsIsToldOnceEachTime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r, hand := watching(t, db)
		say := func(e Entry) {
			t.Helper()
			e.Promise, e.Source, e.Note = 1, "台账", "说明"
			write(t, r, func(tx *store.Tx) error { _, err := r.Say(ctx, tx, e, office); return err })
			watch(t, r)
		}
		is := func(when string, want int) {
			t.Helper()
			n := 0
			for _, s := range heard(t, db) {
				if strings.HasPrefix(s, "promise.turned 2021-001/") {
					n++
				}
			}
			if n != want {
				t.Errorf("%s: told %d times, want %d", when, n, want)
			}
		}
		watch(t, r)
		is("it begins", 0)
		say(Entry{Type: Figure, Value: "80"})
		is("a figure on plan", 0)
		on(hand, "2021-07-01")
		watch(t, r)
		watch(t, r)
		is("far behind", 1)
		say(Entry{Type: Figure, Value: "420"})
		is("on plan again", 2)
		say(Entry{Type: Figure, Value: "798"})
		say(Entry{Type: Done})
		is("done", 3)
		say(Entry{Type: Reopened})
		is("taken back", 4)
		over := func() (n int) {
			for _, s := range heard(t, db) {
				if s == "promise.year_over 2021" {
					n++
				}
			}
			return n
		}
		on(hand, "2022-01-01")
		watch(t, r)
		on(hand, "2022-01-02")
		watch(t, r)
		if n := over(); n != 1 {
			t.Errorf("the year's end was told %d times", n)
		}
		is("after the year's end", 4)
	}, jobs.Schema, Schema)
}

func TestACycleIsAskedForAgainWhenAPromiseIsReopened(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r, _ := watching(t, db)
		for _, e := range []Entry{{Type: Figure, Value: "798"}, {Type: Done}, {Type: Reopened}} {
			e.Promise, e.Source, e.Note = 1, "台账", "说明"
			write(t, r, func(tx *store.Tx) error { _, err := r.Say(ctx, tx, e, office); return err })
			watch(t, r)
		}
		want := []string{"promise.report_due 2021-001/2021-02/0", "promise.report_due 2021-001/2021-02/2"}
		got := slices.DeleteFunc(heard(t, db), func(s string) bool { return !slices.Contains(want, s) })
		if !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
	}, jobs.Schema, Schema)
}

// Another server may know older rules for a moment: it learns those that hold before it judges, or it would tell of lights that turn back.
func TestOtherRulesTurnALightOnceHoweverManyServersLook(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r, hand := watching(t, db)
		other := r.On(hand.Business())
		is := func(when string, want int) {
			t.Helper()
			got := 0
			for _, s := range heard(t, db) {
				if strings.HasPrefix(s, "promise.turned 2021-001/") {
					got++
				}
			}
			if got != want {
				t.Errorf("%s: told %d times, want %d", when, got, want)
			}
		}
		watch(t, r)
		on(hand, "2021-07-01")
		watch(t, r)
		watch(t, other)
		is("far behind", 1)
		lenient := Rules{ReportDay: 25, NodeSoon: 1, BehindYellow: 98, BehindRed: 99, MissedYellow: 98, MissedRed: 99}
		r.SetRules(lenient)
		watch(t, r)
		is("by rules that forgive it", 2)
		asked := 0
		other.Learn(func(context.Context, *store.Tx) error { asked++; other.SetRules(lenient); return nil })
		other.Forget()
		watch(t, other)
		is("another server looks", 2)
		if asked != 1 {
			t.Errorf("it asked %d times for the rules", asked)
		}
		other.Learn(nil)
		other.SetRules(Default)
		watch(t, other)
		is("by the rules as they were", 3)
	}, jobs.Schema, Schema)
}

// TestWhoPlaysAYearDrawsItForTheOther: what follows from a light is worked out by the register of today, in the transactions of the day that is
// played. It finds the picture that was drawn there, but not one that was drawn by other rules.
func TestWhoPlaysAYearDrawsItForTheOther(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r, _ := watching(t, db)
		june := clock.NewHand(day("2021-06-10").In(time.UTC).Add(9 * time.Hour)).Business()
		played := r.On(june)
		found := func() bool {
			t.Helper()
			board, err := played.Board(ctx, 2021)
			if err != nil {
				t.Fatal(err)
			}
			var st *Standing
			err = db.WithClock(june).Read(ctx, func(tx *store.Tx) (err error) {
				st, err = r.Standing(ctx, tx, board.Rows[0].Number)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return st == board.Rows[0]
		}
		if !found() {
			t.Error("it was drawn again")
		}
		rules := r.Rules()
		rules.ReportDay++
		r.SetRules(rules)
		if found() {
			t.Error("it was drawn by other rules")
		}
	}, jobs.Schema, Schema)
}
