package app

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// gauges tell the operator what waits. A scrape asks each part once; what a part could not say is left out of the answer, so that an alarm on
// absence sounds.
type gauges struct {
	app   *App
	descs map[string]*prometheus.Desc
}

// gaugeTexts are what the operator reads of each.
var gaugeTexts = map[string]string{
	"jobs_waiting":           "Jobs that are not done yet.",
	"jobs_dead":              "Jobs that were given up: somebody must look at them.",
	"notices_waiting":        "Notices that wait to leave by e-mail or a channel.",
	"notices_trying":         "Notices among them that failed before and are tried again.",
	"notices_failed":         "Notices that could not be delivered.",
	"orders_undelivered":     "Orders of other systems of which a message was refused or given up.",
	"orders_different":       "Orders about which the lists of both sides differ.",
	"ledger_waiting":         "Entries that are not in the tree of the ledger yet.",
	"ledger_waiting_seconds": "How long the oldest of them has waited; more than 60 is a promise broken.",
	"duties_open":            "Duties that somebody must still do.",
	"duties_missed":          "Duties that were missed and must still be done.",
	"sweep_age_seconds":      "How long ago this server last found everything that was missed; it does so every second.",
}

func newGauges(a *App) gauges {
	g := gauges{a, map[string]*prometheus.Desc{}}
	for name, text := range gaugeTexts {
		g.descs[name] = prometheus.NewDesc("huying_"+name, text, nil, nil)
	}
	return g
}

// Describe implements prometheus.Collector.
func (g gauges) Describe(out chan<- *prometheus.Desc) {
	for _, d := range g.descs {
		out <- d
	}
}

// mostAsked is how long the database may take to answer a scrape.
const mostAsked = 5 * time.Second

// Collect implements prometheus.Collector.
func (g gauges) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), mostAsked)
	defer cancel()
	tell := func(name string, v float64) {
		out <- prometheus.MustNewConstMetric(g.descs[name], prometheus.GaugeValue, v)
	}
	for _, ask := range []func(context.Context, func(string, float64)) error{g.jobs, g.notices, g.orders, g.ledger, g.duties, g.sweep} {
		if err := ask(ctx, tell); err != nil {
			g.app.cfg.Log.WarnContext(ctx, "a figure for /metrics is missing", "err", err)
		}
	}
}

func (g gauges) jobs(ctx context.Context, tell func(string, float64)) error {
	c, err := g.app.queue.Count(ctx)
	if err != nil {
		return err
	}
	tell("jobs_waiting", float64(c.Waiting))
	tell("jobs_dead", float64(c.Dead))
	return nil
}

func (g gauges) orders(ctx context.Context, tell func(string, float64)) error {
	c, err := g.app.orders.Count(ctx)
	if err != nil {
		return err
	}
	tell("orders_undelivered", float64(c.Undelivered))
	tell("orders_different", float64(c.Different))
	return nil
}

func (g gauges) notices(ctx context.Context, tell func(string, float64)) error {
	c, err := g.app.notices.Count(ctx)
	if err != nil {
		return err
	}
	tell("notices_waiting", float64(c.Waiting))
	tell("notices_trying", float64(c.Trying))
	tell("notices_failed", float64(c.Failed))
	return nil
}

func (g gauges) ledger(ctx context.Context, tell func(string, float64)) error {
	n, oldest, err := g.app.ledger.Waiting(ctx)
	if err != nil {
		return err
	}
	age := 0.0
	if !oldest.IsZero() {
		age = g.app.cfg.Security.Now().Sub(oldest).Seconds()
	}
	tell("ledger_waiting", float64(n))
	tell("ledger_waiting_seconds", age)
	return nil
}

func (g gauges) duties(ctx context.Context, tell func(string, float64)) error {
	open, missed, err := g.app.cases.Owed(ctx)
	if err != nil {
		return err
	}
	tell("duties_open", float64(open))
	tell("duties_missed", float64(missed))
	return nil
}

func (g gauges) sweep(_ context.Context, tell func(string, float64)) error {
	if at := g.app.sweptAt.Load(); at != nil {
		tell("sweep_age_seconds", g.app.cfg.Security.Now().Sub(*at).Seconds())
	}
	return nil
}
