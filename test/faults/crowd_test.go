package faults

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const (
	clients = 32
	mine    = "第三盏路灯"
)

// crowd are clients that open cases and withdraw every second one. What was acknowledged is kept, to be asked for in the end.
type crowd struct {
	t     *testing.T
	token string
	bases func(client int) string // where a client sends to now

	mu    sync.Mutex
	state map[string]string // by title: as it was acknowledged last
	acked atomic.Int64
	wg    sync.WaitGroup
	over  atomic.Bool // they begin nothing more
}

func newCrowd(t *testing.T, token string, bases func(client int) string) *crowd {
	c := &crowd{t: t, token: token, bases: bases, state: map[string]string{}}
	for i := range clients {
		c.wg.Go(func() { c.work(i) })
	}
	return c
}

func (c *crowd) work(client int) {
	for n := 0; !c.over.Load(); n++ {
		title := fmt.Sprintf("%s %d-%d", mine, client, n)
		number, ok := c.insist(client, title, "/cases", map[string]any{"procedure": "street-light", "form": map[string]any{
			"title": title, "place": "east", "description": "门口的路灯不亮"}}, http.StatusCreated)
		if !ok {
			return
		}
		c.note(number, "repairing")
		if n%2 == 0 {
			continue
		}
		if _, ok := c.insist(client, title+" withdraw", "/cases/"+number+"/do/withdraw", map[string]any{"input": map[string]any{"reason": "自己亮了"}}, http.StatusOK); !ok {
			return
		}
		c.note(number, "withdrawn")
	}
}

func (c *crowd) note(number, state string) {
	c.acked.Add(1)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state[number] = state
}

// insist sends a command until it is answered: a refusal for want of time or of a server is no answer.
func (c *crowd) insist(client int, key, path string, body any, want int) (number string, ok bool) {
	ctx, stop := context.WithTimeout(context.Background(), 90*time.Second)
	defer stop()
	for ctx.Err() == nil {
		a, out := call(ctx, "POST", c.bases(client)+"/api/v1"+path, c.token, key, body)
		switch {
		case a.status == want:
			return a.Number, true
		case a.status == 0 || a.status == http.StatusServiceUnavailable || a.status == http.StatusTooManyRequests || a.status == http.StatusInsufficientStorage:
			time.Sleep(50 * time.Millisecond)
		default:
			c.t.Errorf("%s: status %d: %s", path, a.status, out)
			return "", false
		}
	}
	c.t.Errorf("%s was not answered", path)
	return "", false
}

// until waits until so many more commands were acknowledged.
func (c *crowd) until(more int64) {
	c.t.Helper()
	from := c.acked.Load()
	for range 600 {
		if c.acked.Load() >= from+more {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	c.t.Fatalf("only %d commands were acknowledged within a minute", c.acked.Load()-from)
}

// goHome lets everybody finish what they have begun.
func (c *crowd) goHome() {
	c.over.Store(true)
	c.wg.Wait()
}

// find holds that what was acknowledged is there, as it was acknowledged, and that nothing is there twice or beside it.
func (c *crowd) find(base string) {
	c.t.Helper()
	titles, found := map[string]int{}, map[string]string{}
	for page := 1; ; page++ {
		_, out := call(context.Background(), "GET", fmt.Sprintf("%s/api/v1/cases?procedure=street-light&size=100&page=%d", base, page), c.token, "", nil)
		var list struct {
			Items []struct{ Number, Title, State string }
		}
		if err := json.Unmarshal(out, &list); err != nil {
			c.t.Fatalf("%v: %s", err, out)
		}
		for _, i := range list.Items {
			if strings.HasPrefix(i.Title, mine) { // the demonstration has cases of its own
				titles[i.Title]++
				found[i.Number] = i.State
			}
		}
		if len(list.Items) < 100 {
			break
		}
	}
	for title, n := range titles {
		if n != 1 {
			c.t.Errorf("%q is there %d times", title, n)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for number, state := range c.state {
		if found[number] != state {
			c.t.Errorf("%s was acknowledged as %s, and is %q", number, state, found[number])
		}
	}
	if len(found) != len(c.state) {
		c.t.Errorf("%d cases are there, %d were acknowledged", len(found), len(c.state))
	}
	c.t.Logf("%d commands acknowledged, %d cases", c.acked.Load(), len(found))
}
