package app

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"huying/internal/notice"
	"huying/internal/store"
)

var countOfHead = regexp.MustCompile(`<span class="count num" aria-hidden="true">([^<]*)</span>`)

// TestTheHeadCountsWhatIsNotRead, for each their own; what was read is not counted, and who has not signed in sees no such thing.
func TestTheHeadCountsWhatIsNotRead(t *testing.T) {
	districts(t, nil, func(t *testing.T, s *small) {
		send := func(n int) {
			t.Helper()
			for range n {
				err := s.db.Write(ctx, func(tx *store.Tx) error {
					return s.notices.Send(ctx, tx, notice.Message{To: []int64{s.ids["anna"]}, Topic: "case.moved", Key: "notice.program", Link: "/"})
				})
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		count := func(login string) string {
			t.Helper()
			_, page := s.as(login).get("/accessibility")
			if login == "" && strings.Contains(page, `href="/notices"`) {
				t.Error("nobody's head leads to notices")
			}
			m := countOfHead.FindStringSubmatch(page)
			if m == nil {
				return ""
			}
			return m[1]
		}
		send(3)
		for login, want := range map[string]string{"anna": "3", "bruno": "", "": ""} {
			if got := count(login); got != want {
				t.Errorf("%q sees %q, want %q", login, got, want)
			}
		}
		newest := countOf(t, s.db, fmt.Sprintf("SELECT MAX(id) FROM notice_item WHERE person = %d", s.ids["anna"]))
		if status, _ := s.as("anna").do("POST", "/notices/read", url.Values{"up_to": {fmt.Sprint(newest)}}); status != http.StatusSeeOther {
			t.Fatalf("not read: %d", status)
		}
		if got := count("anna"); got != "" {
			t.Errorf("after reading them anna sees %q", got)
		}
		send(101)
		if got := count("anna"); got != "99+" {
			t.Errorf("of 101 anna sees %q", got)
		}
	})
}
