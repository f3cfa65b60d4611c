package app

import (
	"path"

	"huying/internal/edge/orders"
	"huying/internal/pack"
)

// ReadPeers reads with which other systems a pack exchanges orders, and checks that by itself; a pack that exchanges none has nil. Its errors name
// file and line.
func ReadPeers(p *pack.Pack, dir string) (*orders.Peers, error) {
	data, err := p.Open(pack.PeersFile)
	if err != nil {
		return nil, nil // it has none
	}
	return orders.Read(path.Join(dir, pack.PeersFile), data)
}
