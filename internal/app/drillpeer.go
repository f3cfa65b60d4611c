package app

import (
	"bytes"
	"context"
	"net/http"
	"sync"

	"huying/internal/clock"
	"huying/internal/drill"
	"huying/internal/edge/orders"
	"huying/internal/edge/orders/ordersweb"
)

// drillPeers are the other systems of a drill: they take everything, and tell what they were sent.
type drillPeers struct {
	*standIns

	mu    sync.Mutex
	heard map[string][][]byte
}

// peersOf are the other systems that play in a drill; nobody plays in none.
func peersOf(d *drill.Drill, now clock.Security) *drillPeers {
	var keys []string
	if d != nil {
		for _, x := range d.People {
			if x.Value.Peer != "" {
				keys = append(keys, x.Value.Peer)
			}
		}
	}
	p := &drillPeers{standIns: playPeers(keys, now), heard: map[string][][]byte{}}
	p.hear = p.note
	return p
}

func (p *drillPeers) note(_ context.Context, peer string, m *orders.Message, body []byte) (any, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.heard[peer] = append(p.heard[peer], body)
	return receipt(peer, m), nil
}

// count is how many messages they were sent.
func (p *drillPeers) count() (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, all := range p.heard {
		n += len(all)
	}
	return n
}

// District implements drill.System.
func (y *drillSystem) District() string { return y.app.pack.Key }

// Heard implements drill.System.
func (y *drillSystem) Heard(peer string) [][]byte {
	y.peers.mu.Lock()
	defer y.peers.mu.Unlock()
	return y.peers.heard[peer]
}

// Post implements drill.System.
func (y *drillSystem) Post(ctx context.Context, peer, id string, body []byte) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://drill"+ordersweb.Base+"/"+peer, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if req.Header, err = y.peers.signed(peer, id, body); err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	return y.RoundTrip(req)
}
