package app

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"path"
	"sync"

	"huying/internal/clock"
	"huying/internal/drill"
	"huying/internal/edge/orders"
	"huying/internal/edge/orders/ordersweb"
	"huying/internal/webhook"
)

// drillPeers are the other systems of a drill: they sign what the play posts, and take everything that they are sent, as docs/orders.md says.
type drillPeers struct {
	secrets map[string]string // by key
	clock   clock.Security

	mu    sync.Mutex
	heard map[string][][]byte
}

// peersOf are the other systems that play in a drill.
func peersOf(d *drill.Drill, now clock.Security) *drillPeers {
	p := &drillPeers{secrets: map[string]string{}, clock: now, heard: map[string][][]byte{}}
	for _, x := range d.People {
		if x.Value.Peer != "" {
			secret := make([]byte, 32)
			rand.Read(secret)
			p.secrets[x.Value.Peer] = "whsec_" + base64.StdEncoding.EncodeToString(secret)
		}
	}
	return p
}

// links are how the district reaches them. There is no network: RoundTrip answers.
func (p *drillPeers) links() map[string]PeerLink {
	links := map[string]PeerLink{}
	for key, secret := range p.secrets {
		links[key] = PeerLink{URL: "http://localhost/" + key, Secret: secret}
	}
	return links
}

// RoundTrip implements http.RoundTripper: a message of the district arrives at the peer that its address names.
func (p *drillPeers) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	status, answer := p.take(path.Base(req.URL.Path), req.Header, body)
	return &http.Response{StatusCode: status, Status: http.StatusText(status), Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(answer)), Request: req}, nil
}

func (p *drillPeers) take(peer string, h http.Header, body []byte) (int, []byte) {
	key, err := webhook.ParseKey(p.secrets[peer])
	if err == nil {
		_, err = key.Verify(h, body, p.clock.Now())
	}
	var m orders.Message
	if err == nil {
		err = json.Unmarshal(body, &m)
	}
	if err != nil {
		return http.StatusUnauthorized, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.heard[peer] = append(p.heard[peer], body)
	answer, err := json.Marshal(orders.Receipt{Number: m.Number, Handled: peer + "-" + m.Number, Status: orders.Accepted})
	if err != nil {
		return http.StatusInternalServerError, nil
	}
	return http.StatusOK, answer
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
	key, err := webhook.ParseKey(y.peers.secrets[peer])
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://drill"+ordersweb.Base+"/"+peer, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	if err := key.Sign(req.Header, id, y.peers.clock.Now(), body); err != nil {
		return nil, err
	}
	return y.RoundTrip(req)
}
