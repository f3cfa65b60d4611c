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

	"huying/internal/clock"
	"huying/internal/edge/orders"
	"huying/internal/errs"
	"huying/internal/webhook"
)

// standIns play other systems within the program: they sign what they say, and answer what they are sent, as docs/orders.md says.
type standIns struct {
	secrets map[string]string // by key of the peer
	clock   clock.Security
	// hear answers a message to a peer, which it signed rightly.
	hear func(ctx context.Context, peer string, m *orders.Message, body []byte) (any, error)
}

// playPeers makes stand-ins of peers. What they hear answers it.
func playPeers(keys []string, now clock.Security) *standIns {
	p := &standIns{secrets: map[string]string{}, clock: now}
	for _, key := range keys {
		secret := make([]byte, 32)
		rand.Read(secret)
		p.secrets[key] = "whsec_" + base64.StdEncoding.EncodeToString(secret)
	}
	return p
}

// links are how the district reaches them. There is no network: RoundTrip answers.
func (p *standIns) links() map[string]PeerLink {
	links := map[string]PeerLink{}
	for key, secret := range p.secrets {
		links[key] = PeerLink{URL: "http://localhost/" + key, Secret: secret}
	}
	return links
}

// RoundTrip implements http.RoundTripper: a message of the district arrives at the peer that its address names.
func (p *standIns) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	status, answer := p.take(req.Context(), path.Base(req.URL.Path), req.Header, body)
	return &http.Response{StatusCode: status, Status: http.StatusText(status), Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(answer)), Request: req}, nil
}

// take hears a message that was signed, and answers it.
func (p *standIns) take(ctx context.Context, peer string, h http.Header, body []byte) (status int, answer []byte) {
	key, err := webhook.ParseKey(p.secrets[peer])
	if err == nil {
		_, err = key.Verify(h, body, p.clock.Now())
	}
	if err != nil {
		return http.StatusUnauthorized, nil
	}
	m, err := orders.Parse(body)
	if err != nil {
		return http.StatusBadRequest, nil
	}
	said, err := p.hear(ctx, peer, m, body)
	if errs.Is(err, errs.NotFound) {
		return http.StatusNotFound, nil
	}
	if err == nil {
		answer, err = json.Marshal(said)
	}
	if err != nil {
		return http.StatusInternalServerError, nil
	}
	return http.StatusOK, answer
}

// receipt is how a peer answers what it takes.
func receipt(peer string, m *orders.Message) orders.Receipt {
	return orders.Receipt{Number: m.Number, Handled: peer + "-" + m.Number, Status: orders.Accepted}
}

// signed are the headers of a message of a peer.
func (p *standIns) signed(peer, id string, body []byte) (http.Header, error) {
	key, err := webhook.ParseKey(p.secrets[peer])
	if err != nil {
		return nil, err
	}
	h := http.Header{}
	return h, key.Sign(h, id, p.clock.Now(), body)
}
