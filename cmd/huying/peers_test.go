package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"huying/internal/app"
)

const peerSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

func TestASecretComesFromAFileOrTheEnvironment(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(peerSecret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HUYING_PEER_SECRET_CITY_HALL", peerSecret)
	flags := peerFlags{Peer: []string{"hotline=https://a.example/x?y=z", " city-hall = https://b.example"}, PeerSecretFile: []string{"hotline=" + file}}
	var cfg app.Config
	if err := flags.fill(&cfg); err != nil {
		t.Fatal(err)
	}
	want := map[string]app.PeerLink{"hotline": {URL: "https://a.example/x?y=z", Secret: peerSecret}, "city-hall": {URL: "https://b.example", Secret: peerSecret}}
	for key, w := range want {
		if cfg.Peers[key] != w {
			t.Errorf("%s: %+v", key, cfg.Peers[key])
		}
	}
}

// TestPeersThatDoNotHoldTogether are refused before anything is stored, with the remedy.
func TestPeersThatDoNotHoldTogether(t *testing.T) {
	t.Setenv("HUYING_PEER_SECRET_CITY", peerSecret)
	for _, c := range []struct {
		name, says string
		args       []string
	}{
		{"a peer without a secret", "secret of the peer “hotline”", []string{"--peer=hotline=https://a.example.gov.cn"}},
		{"a peer in the clear", "address of the peer “city”", []string{"--peer=city=http://a.example.gov.cn"}},
		{"a secret of no peer", "--peer hotline=URL", []string{"--peer-secret-file=hotline=x"}},
		{"a file that is gone", "gone: ", []string{"--peer=hotline=https://a.example.gov.cn", "--peer-secret-file=hotline=gone"}},
	} {
		database := filepath.Join(t.TempDir(), "huying.db")
		var out, errOut bytes.Buffer
		status := run(append([]string{"--lang=en", "serve", "--listen=127.0.0.1:0", "--pack=../../packs/zhuhai-gaoxin", "--database=sqlite:" + database}, c.args...), nil, &out, &errOut)
		if _, err := os.Stat(database); status != exitInput || !strings.Contains(errOut.String(), c.says) || err == nil {
			t.Errorf("%s: status %d, database %v\n%s", c.name, status, err, errOut.String())
		}
	}
}
