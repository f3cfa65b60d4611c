package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"huying/internal/app"
	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/i18n"
	"huying/internal/pack"
)

// serveCmd serves a district until it is told to stop.
type serveCmd struct {
	databaseFlag
	Pack   string `default:"packs/zhuhai-gaoxin" env:"HUYING_PACK" placeholder:"DIR" help:"${help_serve_pack}"`
	Files  string `default:"./data/files" env:"HUYING_FILES" placeholder:"DIR" help:"${help_serve_files}"`
	Keys   string `env:"HUYING_KEYS" placeholder:"DIR" help:"${help_serve_keys}"`
	Listen string `default:"127.0.0.1:8080" env:"HUYING_LISTEN" placeholder:"ADDRESS" help:"${help_serve_listen}"`
	channelFlags
	peerFlags
	PublicURL        string   `name:"public-url" env:"HUYING_PUBLIC_URL" placeholder:"URL" help:"${help_serve_public_url}"`
	Proxies          []string `env:"HUYING_PROXIES" placeholder:"NETWORK" help:"${help_serve_proxies}"`
	MetricsToken     string   `env:"HUYING_METRICS_TOKEN" placeholder:"TOKEN" help:"${help_serve_metrics_token}"`
	MetricsTokenFile string   `env:"HUYING_METRICS_TOKEN_FILE" placeholder:"FILE" help:"${help_serve_metrics_token_file}"`
	Demo             bool     `env:"HUYING_DEMO" help:"${help_serve_demo}"`
	DemoDate         string   `env:"HUYING_DEMO_DATE" placeholder:"2021-11-19" help:"${help_serve_demo_date}"`
	Log              string   `enum:"json,text" default:"json" env:"HUYING_LOG" placeholder:"json|text" help:"${help_serve_log}"`
	LogLevel         string   `enum:"debug,info,warn,error" default:"info" env:"HUYING_LOG_LEVEL" placeholder:"LEVEL" help:"${help_serve_log_level}"`
}

// Run serves until SIGINT or SIGTERM, then lets the requests in flight finish. The address is taken before the database is touched, so
// that a second server on it fails at once.
func (c *serveCmd) Run(e *env) (err error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	cfg, err := c.config(e)
	if err != nil {
		return err
	}
	slog.SetDefault(cfg.Log)
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return errs.Wrap(err, errs.Unavailable, "huying.cannot_listen", "address", c.Listen, "why", err.Error())
	}
	defer func() { _ = ln.Close() }() // closed already when it served
	a, err := app.Open(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	e.welcome(a, ln.Addr().String())
	return a.Serve(ctx, ln)
}

func (c *serveCmd) config(e *env) (cfg app.Config, err error) {
	cfg = app.Config{Files: c.Files, Keys: c.Keys, Pack: os.DirFS(c.Pack), PackName: filepath.ToSlash(filepath.Clean(c.Pack)), Demo: c.Demo,
		PublicURL: c.PublicURL, Log: c.logger(e), Progress: e.progress()}
	if cfg.Database, err = c.url(); err != nil {
		return cfg, err
	}
	if cfg.MetricsToken, err = secret(c.MetricsToken, c.MetricsTokenFile); err != nil {
		return cfg, err
	}
	if err := c.channelFlags.fill(&cfg); err != nil {
		return cfg, err
	}
	if err := c.peerFlags.fill(&cfg); err != nil {
		return cfg, err
	}
	if cfg.DemoDate, err = clock.ParseDate(c.DemoDate); err != nil {
		return cfg, errs.Wrap(err, errs.Invalid, "huying.bad_date", "date", c.DemoDate)
	}
	for _, p := range c.Proxies {
		network, err := netip.ParsePrefix(p)
		if err != nil {
			return cfg, errs.Wrap(err, errs.Invalid, "huying.bad_network", "network", p)
		}
		cfg.Proxies = append(cfg.Proxies, network)
	}
	return cfg, nil
}

func (c *serveCmd) logger(e *env) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		level = slog.LevelInfo // the parser lets no other through
	}
	o := &slog.HandlerOptions{Level: level}
	if c.Log == "text" {
		return slog.New(slog.NewTextHandler(e.err, o))
	}
	return slog.New(slog.NewJSONHandler(e.err, o))
}

// secret is a value that is given outright or, better, in a file.
func secret(value, file string) (string, error) {
	if file == "" {
		return value, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return "", errs.Wrap(err, errs.Invalid, "huying.unreadable_file", "why", err.Error()).At(file)
	}
	return strings.TrimSpace(string(data)), nil
}

// progress tells each step once, and of a long one every tenth.
func (e *env) progress() func(step string, share float64) {
	var last string
	var tenth int
	return func(step string, share float64) {
		if step != last {
			last, tenth = step, 0
			fmt.Fprintln(e.err, e.say(step)+" …")
		}
		for ; tenth < int(share*10); tenth++ {
			fmt.Fprintf(e.err, "  %d%%\n", 10*(tenth+1))
		}
	}
}

// welcome says where the pages are and, of a demonstration, who may sign in.
func (e *env) welcome(a *app.App, address string) {
	fmt.Fprintln(e.out, e.say("huying.serving", "url", "http://"+address))
	d := a.Demonstration()
	if d == nil {
		return
	}
	fmt.Fprintln(e.out, e.say("huying.serving_demo", "password", d.Password))
	for _, x := range d.Accounts {
		fmt.Fprintf(e.out, "  %-10s %s\n", x.Login, e.inLang(x.Name))
	}
}

// inLang is a text of the pack in the user's language.
func (e *env) inLang(t pack.Text) string {
	if e.lang == i18n.EN && t.EN != "" {
		return t.EN
	}
	return t.ZH
}
