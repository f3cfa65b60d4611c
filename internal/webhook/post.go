package webhook

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"
	"time"
)

// Message is what is sent to another program.
type Message struct {
	ID   string // the same however often it is sent
	At   time.Time
	Body []byte // JSON
}

// Answer is what the other program said to a message.
type Answer struct {
	Status int
	Line   string // 503 Service Unavailable
	Body   []byte
	After  time.Duration // it asked not to be tried earlier; at most MostWait
}

// MostWait is how long another program may ask to wait.
const MostWait = time.Hour

// OK reports whether it took the message.
func (a *Answer) OK() bool { return a.Status >= 200 && a.Status < 300 }

// Post signs a message and posts it to an address. Of the answer's body it reads at most so many bytes; when they could not be read there is an
// answer and an error.
func (k Key) Post(ctx context.Context, client *http.Client, address string, m Message, most int64) (*Answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(m.Body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Huying")
	if err := k.Sign(req.Header, m.ID, m.At, m.Body); err != nil {
		return nil, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }() // what was said is read
	a := &Answer{Status: resp.StatusCode, Line: resp.Status, After: after(resp.Header.Get("Retry-After"))}
	a.Body, err = io.ReadAll(io.LimitReader(resp.Body, most))
	return a, err
}

// after reads how many seconds another program asks to wait. A date, which nobody of ours would send, is none.
func after(retry string) time.Duration {
	n, err := strconv.ParseInt(retry, 10, 32)
	if err != nil || n <= 0 {
		return 0
	}
	return min(time.Duration(n)*time.Second, MostWait)
}
