package caseweb_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"huying/internal/clock"
	"huying/internal/store"
	"huying/internal/web/webtest"
)

func (s *site) merge(t *testing.T, key, into string) {
	t.Helper()
	s.must(s.db.Write(ctx, func(tx *store.Tx) error {
		return s.places.Merge(ctx, tx, key, into, clock.Date{Year: 2021, Month: 11, Day: 20}, s.places.History().Version)
	}))
}

// forward moves the clock and lets it find what was missed.
func (s *site) forward(t *testing.T, d time.Duration) {
	t.Helper()
	s.hand.Set(s.hand.Business().Now().Add(d))
	if _, err := s.cases.Sweep(ctx, 1000); err != nil {
		t.Fatal(err)
	}
}

var total = regexp.MustCompile(`共 (\d+) 项`)

// Each figure of the board opens the list that it was counted from, and the list is as long as the figure.
func TestEveryFigureOfTheBoardOpens(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		builder, ecologist, overseer := s.by("builder"), s.by("ecologist"), s.by("overseer")
		done := s.blow(t, form{"in-joint": []string{"ecology"}})
		goes(t, opens(t, builder, done+"/do/report-in", form{"in-note": "到"}), done)
		late := s.blow(t, form{"in-joint": []string{"ecology"}})
		s.blow(t, nil)
		s.forward(t, 5*24*time.Hour)
		goes(t, opens(t, ecologist, late+"/do/report-in", form{"in-note": "迟到了"}), late)
		s.blow(t, form{"in-category": "rubbish"})

		board := overseer.Get("/board")
		figures := 0
		for _, a := range board.All("a") {
			href, _ := webtest.Attr(a, "href")
			if !strings.HasPrefix(href, "/board/duties") {
				continue
			}
			figures++
			list := overseer.Get(href)
			m := total.FindStringSubmatch(list.Text())
			if m == nil || m[1] != webtest.Text(a) || len(list.All("th", "scope", "row")) != atoi(t, m[1]) {
				t.Errorf("%s shows %s, and opens %q with %d rows", href, webtest.Text(a), m, len(list.All("th", "scope", "row")))
			}
		}
		if figures < 5 {
			t.Fatalf("only %d figures:\n%s", figures, board.Text())
		}
		q := "&from=2021-10-20&until=2021-11-30"
		says(t, overseer.Get("/board/duties?unit=construction&what=met"+q), "按时办结", "报到")
		says(t, overseer.Get("/board/duties?unit=construction&what=late"+q), "超时 2 个工作日")
		says(t, overseer.Get("/board/duties?unit=ecology&what=missed"+q), "超时后于 2021-11-24", "办结")
		says(t, overseer.Get("/board/duties?unit=planning&what=late"+q), "现在没有这样的责任")
		csv := overseer.Get("/board?format=csv").Body
		if !strings.Contains(csv, "生态局,0,1,0,2") {
			t.Errorf("the export:\n%s", csv)
		}
	})
}

func atoi(t *testing.T, s string) int {
	t.Helper()
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// What a state of a chart counts is the list that it opens.
func TestEveryFigureOfAChartOpens(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.blow(t, nil)
		path := s.blow(t, nil)
		goes(t, opens(t, s.by("officer"), path+"/do/take-back", form{"in-reason": "看错了"}), path)
		for _, from := range []string{"/procedures", "/procedures/whistle"} {
			p, opened := s.by("").Get(from), 0
			for _, a := range p.All("a") {
				href, _ := webtest.Attr(a, "href")
				n := regexp.MustCompile(`\d+`).FindString(webtest.Text(a))
				if !strings.HasPrefix(href, "/cases?procedure=whistle&") || n == "" || n == "0" {
					continue
				}
				opened++
				if m := total.FindStringSubmatch(s.by("").Get(href).Text()); m == nil || m[1] != n {
					t.Errorf("%s shows %s, and opens %q", href, n, m)
				}
			}
			if opened == 0 {
				t.Errorf("%s: no figure opens", from)
			}
		}
	})
}
