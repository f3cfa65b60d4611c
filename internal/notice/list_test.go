package notice

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"huying/internal/errs"
	"huying/internal/store"
)

func TestAListBeginsWithWhatHasNotBeenRead(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		w.tell(duty("一", 1))
		w.tell(progress("二", 1))
		w.tell(Message{To: []int64{1}, Topic: "escalated", Key: "tests.count", Args: map[string]any{"n": 3}, Link: "/"})
		w.tell(progress("四", 1))
		titles := func(f Filter) string {
			items, total := w.list(1, f)
			var out []string
			for _, it := range items {
				if title, ok := it.Args["title"].(string); ok {
					out = append(out, title)
				} else {
					out = append(out, fmt.Sprint(it.Args["n"]))
				}
			}
			return fmt.Sprint(total, " ", strings.Join(out, " "))
		}
		items, _ := w.list(1, Filter{})
		w.write(func(tx *store.Tx) error {
			n, err := w.Read(ctx, tx, 1, items[0].ID, items[0].ID, items[2].ID)
			if n != 2 {
				t.Errorf("%d read", n)
			}
			return err
		})
		for _, tt := range []struct {
			f    Filter
			want string
		}{
			{Filter{}, "4 3 一 四 二"},
			{Filter{State: "unread"}, "2 3 一"},
			{Filter{State: "read"}, "2 四 二"},
			{Filter{Group: "case"}, "2 四 二"},
			{Filter{Group: "escalated", State: "read"}, "0 "},
			{Filter{State: "failed"}, "0 "},
			{Filter{Limit: 2, Offset: 1}, "4 一 四"},
		} {
			if got := titles(tt.f); got != tt.want {
				t.Errorf("%+v: %q, want %q", tt.f, got, tt.want)
			}
		}
		if it, _ := w.list(1, Filter{State: "read", Limit: 1}); !it[0].Read() || !it[0].At.Equal(time.Date(2021, 11, 19, 7, 20, 0, 0, time.UTC)) || it[0].Link != "/cases/8" || it[0].Topic != "case.answered" {
			t.Errorf("%+v", it)
		}
		w.write(func(tx *store.Tx) error {
			newest, err := w.Newest(ctx, tx, 1)
			if err != nil {
				return err
			}
			if err := w.Send(ctx, tx, duty("五", 1)); err != nil { // came while the page was open
				return err
			}
			n, err := w.ReadAll(ctx, tx, 1, newest)
			if n != 2 {
				t.Errorf("%d read", n)
			}
			return err
		})
		if n, err := w.Unread(ctx, 1); n != 1 || err != nil {
			t.Errorf("%d unread, %v", n, err)
		}
	})
}

func TestNobodyReadsAnothersNotices(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		w.tell(duty("一", 1))
		items, _ := w.list(1, Filter{})
		id := items[0].ID
		err := db.Read(ctx, func(tx *store.Tx) error { _, err := w.One(ctx, tx, 2, id); return err })
		if !errs.Is(err, errs.NotFound) {
			t.Errorf("another's notice: %v", err)
		}
		w.write(func(tx *store.Tx) error {
			n, err := w.Read(ctx, tx, 2, id)
			if n != 0 {
				t.Error("another's notice was marked as read")
			}
			if err != nil {
				return err
			}
			n, err = w.ReadAll(ctx, tx, 2, id)
			if n != 0 {
				t.Error("another's notices were marked as read")
			}
			return err
		})
		w.must(db.Read(ctx, func(tx *store.Tx) error {
			it, err := w.One(ctx, tx, 1, id)
			if it.Read() {
				t.Error("it is read")
			}
			return err
		}))
		if err := db.Read(ctx, func(tx *store.Tx) error { _, err := w.One(ctx, tx, 1, 999); return err }); !errs.Is(err, errs.NotFound) {
			t.Errorf("one that is not: %v", err)
		}
	})
}

func TestCountingStopsAtAHundred(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		w.write(func(tx *store.Tx) error {
			for range 130 {
				if err := w.Send(ctx, tx, duty("一", 1)); err != nil {
					return err
				}
			}
			return nil
		})
		if n, err := w.Unread(ctx, 1); n != UnreadMost || err != nil {
			t.Errorf("%d %v", n, err)
		}
	})
}

func TestAPersonIsForgotten(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		box := newHookServer(t)
		w := newWorld(t, db, box.channel("wecom"))
		for p := range int64(2) {
			w.lives(p+1, "wecom", "someone")
			w.choose(p+1, func(s *Settings) { s.DailyAt = 600 })
			w.write(func(tx *store.Tx) error { _, err := w.NewCalendar(ctx, tx, p+1); return err })
		}
		w.tell(duty("一", 1, 2))
		w.write(func(tx *store.Tx) error { return w.Forget(ctx, tx, 1) })
		for _, table := range []string{"notice_item", "notice_delivery", "notice_person", "notice_choice", "notice_address", "notice_calendar"} {
			var gone, kept int
			w.must(db.Read(ctx, func(tx *store.Tx) error {
				return tx.Scan(ctx, "SELECT COALESCE(SUM(CASE WHEN person = 1 THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN person = 2 THEN 1 ELSE 0 END), 0) FROM "+table, nil, &gone, &kept)
			}))
			if gone != 0 || kept == 0 {
				t.Errorf("%s: %d of the one, %d of the other", table, gone, kept)
			}
		}
	})
}

func TestAnOpenPageHearsOfWhatChanges(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		w, other := newWorld(t, db), newWorld(t, db) // two servers
		run, stop := contextWithStop(t, w)
		defer stop()
		_ = run
		changes, cancel := w.Watch(1)
		hears := func(what string, want bool) {
			t.Helper()
			wait := 4 * time.Second
			if !want {
				wait = 1300 * time.Millisecond
			}
			select {
			case <-changes:
				if !want {
					t.Errorf("%s: was told", what)
				}
			case <-time.After(wait):
				if want {
					t.Errorf("%s: was not told", what)
				}
			}
		}
		hears("the beginning", true)
		w.tell(duty("一", 1))
		hears("a notice from here", true)
		other.tell(duty("二", 1))
		hears("a notice from another server", true)
		other.write(func(tx *store.Tx) error { _, err := other.ReadAll(ctx, tx, 1, 1<<40); return err })
		hears("read elsewhere", true)
		other.tell(duty("三", 2))
		hears("another person's", false)
		cancel()
		cancel()
		w.tell(duty("四", 1))
		hears("nobody watches any more", false)
	})
}
