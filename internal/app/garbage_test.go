package app

import (
	"slices"
	"testing"
)

// TestGarbageWaitsWhileThereIsMuchToDo: from the first busy second until ten calm ones in a row.
func TestGarbageWaitsWhileThereIsMuchToDo(t *testing.T) {
	calm := make([]uint64, gcCalmFor-1)
	seconds := slices.Concat([]uint64{0, 3, 3}, []uint64{4, 9, 1}, calm, []uint64{1}, calm, []uint64{0, 0, 0, 5})
	want := map[int]int{3: gcWhileBusy, 3 + 3 + len(calm) + 1 + len(calm): gcOtherwise, len(seconds) - 1: gcWhileBusy}
	c := &collector{}
	for i, ran := range seconds {
		if got := c.second(ran); got != want[i] {
			t.Errorf("second %d: %d, want %d", i, got, want[i])
		}
	}
}

func TestWhoSaysHowOftenIsObeyed(t *testing.T) {
	t.Setenv("GOGC", "50")
	c := newCollector()
	if c != nil {
		t.Error("the administrator's setting is overruled")
	}
	if err := c.look(ctx); err != nil {
		t.Error(err)
	}
}
