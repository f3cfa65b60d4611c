package app

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"huying/internal/casework"
	"huying/internal/clock"
)

// TestWhoStandsInForWhom: the head arranges it for a clerk; the deputy then does what only the other could, signs for both, and no more once
// the days are over. Another unit arranges and ends nothing.
func TestWhoStandsInForWhom(t *testing.T) {
	districts(t, nil, func(t *testing.T, s *small) {
		today := clock.DateOf(s.business.Now(), s.pack.Location)
		c := s.lamp("路灯不亮")
		arrange := func(by, person, deputy string, until clock.Date) int {
			status, _ := s.as(by).do("POST", "/deputies", url.Values{"person": {fmt.Sprint(s.ids[person])}, "deputy": {fmt.Sprint(s.ids[deputy])},
				"from": {today.String()}, "until": {until.String()}})
			return status
		}
		for _, tt := range []struct {
			name, by, person, deputy string
			want                     int
		}{
			{"a clerk for another", "bruno", "anna", "bruno", http.StatusForbidden},
			{"a clerk of another unit", "clara", "anna", "bruno", http.StatusForbidden},
			{"somebody of another unit stands in", "chief", "anna", "clara", http.StatusUnprocessableEntity},
			{"nobody stands in", "chief", "anna", "nobody", http.StatusUnprocessableEntity},
			{"the head for a clerk", "chief", "anna", "bruno", http.StatusSeeOther},
			{"the head for themself", "chief", "chief", "anna", http.StatusSeeOther},
		} {
			if got := arrange(tt.by, tt.person, tt.deputy, today.AddDays(1)); got != tt.want {
				t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
			}
		}
		if _, page := s.as("chief").get("/deputies"); strings.Count(page, "/end\"") != 2 || !strings.Contains(page, "bruno 代 anna") {
			t.Error("the head does not see both arrangements, or may not end them")
		}
		if _, page := s.as("bruno").get("/deputies"); !strings.Contains(page, "bruno 代 anna") || strings.Contains(page, "/end\"") {
			t.Error("the deputy does not see the arrangement, or may end it")
		}
		if _, page := s.as("clara").get("/deputies"); strings.Contains(page, "anna") {
			t.Error("another unit sees the arrangement")
		}

		// Anna has taken the duty on; Bruno does it for her.
		if _, err := s.cases.Do(ctx, casework.Asker{Actor: s.actor("anna")}, c.Number, casework.Claim{Duty: c.Duties[0].DutyKey, To: to(s.actor("anna"))}); err != nil {
			t.Fatal(s.texts.Error("en", err))
		}
		if absent, err := s.cases.Absent(ctx, s.ids["bruno"]); err != nil || len(absent) != 1 || absent[0].ID != s.ids["anna"] {
			t.Errorf("bruno stands in for %v: %v", absent, err)
		}
		later := clock.NewHand(today.AddDays(2).In(s.pack.Location))
		if absent, err := s.cases.On(s.db.WithClock(later.Business())).Absent(ctx, s.ids["bruno"]); err != nil || len(absent) != 0 {
			t.Errorf("two days later bruno still stands in for %v: %v", absent, err)
		}
		id := countOf(t, s.db, fmt.Sprintf("SELECT id FROM casework_deputy WHERE person = %d", s.ids["anna"]))
		end := fmt.Sprintf("/deputies/%d/end", id)
		for _, by := range []string{"clara", "bruno"} {
			if status, _ := s.as(by).do("POST", end, nil); status != http.StatusNotFound {
				t.Errorf("%s ended it: %d", by, status)
			}
		}
		if status, _ := s.as("anna").do("POST", end, nil); status != http.StatusSeeOther {
			t.Errorf("anna could not end it: %d", status)
		}
		if absent, err := s.cases.Absent(ctx, s.ids["bruno"]); err != nil || len(absent) != 0 {
			t.Errorf("ended, bruno stands in for %v: %v", absent, err)
		}
	})
}
