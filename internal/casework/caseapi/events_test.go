package caseapi_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"huying/internal/casework"
	"huying/internal/casework/caseapi"
	"huying/internal/identity"
)

// stream is somebody who watches.
type stream struct {
	*client
	lines  chan [2]string // event and data
	status int
	stop   context.CancelFunc
}

func (c *client) watch(query string) *stream {
	c.t.Helper()
	until, stop := context.WithCancel(ctx)
	req, err := http.NewRequestWithContext(until, "GET", c.url+caseapi.Base+"/events"+query, nil)
	c.must(err)
	req.Header = c.header.Clone()
	resp, err := c.http.Do(req)
	c.must(err)
	s := &stream{c, make(chan [2]string, 1000), resp.StatusCode, stop}
	c.t.Cleanup(stop)
	go func() {
		defer close(s.lines)
		defer resp.Body.Close()
		event := ""
		for in := bufio.NewScanner(resp.Body); in.Scan(); {
			if name, ok := strings.CutPrefix(in.Text(), "event: "); ok {
				event = name
			} else if data, ok := strings.CutPrefix(in.Text(), "data: "); ok {
				s.lines <- [2]string{event, data}
			}
		}
	}()
	return s
}

// next returns the next event of a case: its number and record; "" when there is none for a while, or the stream has ended.
func (s *stream) next(wait time.Duration) (number string, seq int) {
	s.t.Helper()
	late := time.After(wait)
	for {
		select {
		case l, open := <-s.lines:
			if !open {
				return "", 0
			}
			if l[0] != "case" {
				continue
			}
			var n struct {
				Number string
				Seq    int
			}
			if err := json.Unmarshal([]byte(l[1]), &n); err != nil {
				s.t.Error(err)
			}
			return n.Number, n.Seq
		case <-late:
			return "", 0
		}
	}
}

func (s *stream) ended(wait time.Duration) bool {
	late := time.After(wait)
	for {
		select {
		case _, open := <-s.lines:
			if !open {
				return true
			}
		case <-late:
			return false
		}
	}
}

const patience = 5 * time.Second

func TestWhoWatchesIsToldWhatTheySee(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		officer, builder := s.as("officer"), s.as("builder")
		all, mine, other, overseer := builder.watch(""), builder.watch("?scope=mine"), s.as("ecologist").watch("?scope=mine"), s.as("overseer").watch("")
		s.hand.Advance(time.Minute)
		number := s.blow(officer)
		for name, w := range map[string]*stream{"all": all, "mine": mine, "the overseer": overseer} {
			if n, seq := w.next(patience); n != number || seq != 1 {
				t.Errorf("%s: %q %d", name, n, seq)
			}
		}
		// A case of a closed circle is told to the circle alone.
		form := object{"title": "漏水", "category": "neighbours", "place": "jinfeng", "description": "楼上漏水半年", "other": "楼上"}
		desk := s.as("desk").watch("")
		hidden := s.nobody().post("/cases", object{"procedure": "mediation", "form": form, "said": object{"name": "甲"}}).is(201).text("number")
		for range 3 { // the whistle of a moment ago may be told too
			if n, _ := desk.next(patience); n == hidden {
				break
			} else if n != number {
				t.Errorf("the desk: %q", n)
			}
		}
		builder.post(path(number, "/note"), object{"text": "一"}).is(200)
		for name, w := range map[string]*stream{"all": all, "mine": mine, "the overseer": overseer} {
			if n, seq := w.next(patience); n != number || seq != 2 {
				t.Errorf("%s: %q %d", name, n, seq)
			}
		}
		if n, _ := other.next(100 * time.Millisecond); n != "" {
			t.Errorf("another unit heard of %s", n)
		}
		s.stop() // the server ends
		for _, w := range []*stream{all, mine, other, overseer, desk} {
			if !w.ended(patience) {
				t.Error("a stream goes on")
			}
		}
		builder.get("/events").is(503, "caseapi.ending")
	})
}

// Several servers on one database hear of one another.
func TestAnotherServersDoingIsHeard(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		w := s.as("overseer").watch("")
		s.hand.Advance(time.Minute)
		second := casework.New(s.cases.Parts) // another server's
		officer, err := s.ids.Actor(ctx, s.people["officer"])
		s.must(err)
		done, err := second.Open(ctx, casework.Asker{Actor: officer}, "whistle", casework.OpenCase{Form: casework.Data(whistle()["form"].(object))})
		s.must(err)
		if n, _ := w.next(patience); n != done.Case.Number {
			t.Errorf("%q", n)
		}
		s.hand.Advance(-6 * time.Hour) // the day of a demonstration begins anew
		time.Sleep(time.Second)
		s.hand.Advance(time.Minute)
		later := s.blow(s.as("officer"))
		for {
			n, _ := w.next(patience)
			if n == later {
				break
			}
			if n == "" {
				t.Fatal("nothing was heard after the clock went back")
			}
		}
	})
}

func TestOnlySoManyWatch(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		builder := s.as("builder")
		for range 8 {
			if w := builder.watch(""); w.status != 200 {
				t.Fatal(w.status)
			}
		}
		builder.get("/events").is(429, "caseapi.too_many_streams")
		w := s.as("officer").watch("")
		if w.status != 200 {
			t.Error(w.status)
		}
		builder.get("/events?scope=ours").is(400)
		s.as("builder", identity.CasesWrite).get("/events").is(403)
	})
}
