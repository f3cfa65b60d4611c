package main

import (
	"strings"

	"huying/internal/app"
	"huying/internal/errs"
)

// peerFlags are the other systems with which orders are exchanged: the address and the secret of each peer of the pack.
type peerFlags struct {
	Peer           []string `env:"HUYING_PEERS" placeholder:"KEY=URL" help:"${help_serve_peer}"`
	PeerSecretFile []string `env:"HUYING_PEER_SECRET_FILES" placeholder:"KEY=FILE" help:"${help_serve_peer_secret_file}"`
}

// peerSecretVariable begins the name of the secret of a peer in the environment: of one called city-hall, HUYING_PEER_SECRET_CITY_HALL.
const peerSecretVariable = "HUYING_PEER_SECRET_"

// fill sets the peers of cfg. It returns errs.Invalid for a secret of nobody; the rest is held to the pack when that is read.
func (c *peerFlags) fill(cfg *app.Config) error {
	secrets := filesNamed(c.PeerSecretFile)
	cfg.Peers = map[string]app.PeerLink{}
	for _, line := range c.Peer {
		key, address, _ := strings.Cut(line, "=")
		key = strings.TrimSpace(key)
		value, err := secretNamed(peerSecretVariable, key, secrets[key])
		if err != nil {
			return err
		}
		cfg.Peers[key] = app.PeerLink{URL: strings.TrimSpace(address), Secret: value}
		delete(secrets, key)
	}
	for key := range secrets {
		return errs.New(errs.Invalid, "huying.peer_unknown", "peer", key)
	}
	return nil
}
