package app

import (
	"io/fs"
	"log/slog"
	"net/netip"
	"path/filepath"

	"huying/internal/clock"
	"huying/internal/edge/orders"
	"huying/internal/notice"
)

// PeerLink is how an installation reaches a peer of its pack.
type PeerLink = orders.Link

// Config is what an installation decides. cmd/huying fills it from the command line and HUYING_*.
type Config struct {
	Database string // "sqlite:PATH" or "postgres://…"
	Files    string // folder of files: evidence and documents
	Keys     string // folder of the keys of the ledger and the vault; empty: keys, beside Files
	Pack     fs.FS  // the district pack
	PackName string // its folder, as the user gave it

	Demo     bool       // prepare and show the pack's demonstration
	DemoDate clock.Date // another day than the pack's to show it on

	Simulation *Simulation // the cases that are played; nil: the few of every demonstration

	PublicURL    string
	Proxies      []netip.Prefix
	MetricsToken string
	Mail         *notice.Mail        // nil: no e-mail
	Hooks        []notice.Hook       // channels of the operator's choice
	Peers        map[string]PeerLink // how the pack's peers are reached, by key

	Log      *slog.Logger
	Security clock.Security
	Assets   fs.FS // nil: the built front end

	// Progress is told what is being done while the parts come up: a message key, its arguments, and how much of it is done, from 0 to 1.
	Progress func(step string, share float64)
}

func (c *Config) fill() {
	if c.Keys == "" {
		c.Keys = filepath.Join(filepath.Dir(c.Files), "keys")
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Progress == nil {
		c.Progress = func(string, float64) {}
	}
}

// SendMail lets notices leave by the mail server at an address (notice.MailAt). It returns errs.Invalid.
func (c *Config) SendMail(server, password, from string) (err error) {
	c.Mail, err = notice.MailAt(server, password, from)
	return err
}

// SendBy lets notices leave by another channel, NAME=URL, signed under its secret (notice.ParseHook). It returns errs.Invalid.
func (c *Config) SendBy(line, secret string) error {
	hook, err := notice.ParseHook(line, secret)
	c.Hooks = append(c.Hooks, hook)
	return err
}
