package clock

import (
	"testing"
	"time"
)

func TestTheDemonstrationStaysOnItsDateWhileTheHourRuns(t *testing.T) {
	zone := time.FixedZone("CST", 8*3600)
	b := OnDate(2021, 11, 19, zone)
	first := b.Now()
	if y, m, d := first.In(zone).Date(); y != 2021 || m != 11 || d != 19 {
		t.Fatalf("the clock says %v", first)
	}
	if !b.Shifted() || (Business{}).Shifted() {
		t.Error("only the demonstration's clock is shifted")
	}
	time.Sleep(2 * time.Millisecond)
	if second := b.Now(); !second.After(first) && second.In(zone).Hour() != 0 {
		t.Errorf("the time of day stands still: %v, %v", first, second)
	}
}

func TestAHandIsFollowedByBothClocks(t *testing.T) {
	start := time.Date(2021, 11, 19, 7, 20, 0, 1234, time.UTC)
	h := NewHand(start)
	h.Advance(time.Hour)
	want := start.Add(time.Hour).Truncate(time.Microsecond)
	if got := h.Business().Now(); !got.Equal(want) {
		t.Errorf("business %v, want %v", got, want)
	}
	if got := h.Security().Now(); !got.Equal(want) {
		t.Errorf("security %v, want %v", got, want)
	}
	h.Set(start.Add(-time.Hour))
	if got := h.Business().Now(); !got.Before(want) {
		t.Error("a hand can be put back")
	}
}
