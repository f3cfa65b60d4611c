package casework

import (
	"fmt"
	"testing"
	"time"

	"huying/internal/clock"
	"huying/internal/identity"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

// TestABoardOfMuchIsShownAgain: one of little is counted at each look; one of much is shown again for a while, then once more while it is
// counted beside; and what is little again is kept no longer.
func TestABoardOfMuchIsShownAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		v := o.ViewerOf(holder(9, identity.Supervisor, "", ""), "")
		day := clock.DateOf(db.Now(), o.Calendar().Zone())
		look := func() *Board {
			t.Helper()
			b, err := o.Board(o.ctx, v, day.AddDays(-30), day.AddDays(30))
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
		if n := len(look().Units); n != 0 {
			t.Fatalf("%d units owe something in an empty office", n)
		}
		o.open(neighbour)
		fresh := look()
		if len(fresh.Units) == 0 {
			t.Fatal("what was opened is not counted at the next look")
		}

		key, now := fmt.Sprint(o.boardQuery(&v, day.AddDays(-30), day.AddDays(30))), clock.Security{}.Now()
		slow := &Board{Units: map[string]*Standing{}}
		o.boards.keep(key, slow, now.Add(time.Hour))
		if look() != slow {
			t.Error("a board of much was counted again at once")
		}
		o.boards.keep(key, slow, now.Add(-time.Second))
		if look() != slow {
			t.Error("whoever looks waits for the count, although there is one to be shown")
		}
		for tries := 0; has(&o.boards, key); tries++ {
			if tries == 500 {
				t.Fatal("it was not counted beside the page")
			}
			time.Sleep(10 * time.Millisecond)
		}
		if b := look(); len(b.Units) != len(fresh.Units) {
			t.Errorf("then %d units are shown, want %d", len(b.Units), len(fresh.Units))
		}

		was := manyCounted
		t.Cleanup(func() { manyCounted = was })
		manyCounted = 1
		much := look()
		if again := look(); again != much {
			t.Error("a board of as much as is shown again was counted anew at once")
		}

		for i := range mostKept + 50 {
			o.boards.keep(string(rune('a'+i)), &Board{}, now)
		}
		if n := len(o.boards.all); n > mostKept {
			t.Errorf("%d boards are kept, at most %d", n, mostKept)
		}
	}, schemas...)
}

func has[T any](k *memo[T], key string) bool {
	_, until := k.find(key)
	return !until.IsZero()
}
