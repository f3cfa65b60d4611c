package web

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"huying/internal/clock"
)

// notes are what the outermost layer learns of a request from the inner ones.
type notes struct {
	id     string
	route  string // the pattern, or nothing
	person int64
	w      *counter
}

func (n *notes) wrote() bool { return n.w != nil && n.w.status != 0 }

type notesKey struct{}

// note returns the notes of a request; outside of one, some that nobody reads.
func note(ctx context.Context) *notes {
	if n, ok := ctx.Value(notesKey{}).(*notes); ok {
		return n
	}
	return &notes{}
}

// counter counts what goes out.
type counter struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (c *counter) WriteHeader(status int) {
	if c.status == 0 && status >= 200 {
		c.status = status
	}
	c.ResponseWriter.WriteHeader(status)
}

func (c *counter) Write(b []byte) (int, error) {
	if c.status == 0 {
		c.status = http.StatusOK
	}
	n, err := c.ResponseWriter.Write(b)
	c.bytes += int64(n)
	return n, err
}

func (c *counter) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// observe names a request, times it, counts it and logs it. The log has the path and never the query, in which people search for people,
// nor a {token} of the route, which is a secret.
func (s *Server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := clock.Security{}.Now()
		n := &notes{id: newID(), w: &counter{ResponseWriter: w}}
		w.Header().Set("X-Request-Id", n.id)
		s.metrics.inFlight.Inc()
		defer func() {
			v := recover()
			if v != nil && v != http.ErrAbortHandler {
				s.opts.Log.ErrorContext(r.Context(), "panic", "id", n.id, "value", v, "stack", string(debug.Stack()))
				if !n.wrote() {
					plain(n.w, http.StatusInternalServerError, "500 · "+n.id)
				}
			}
			s.metrics.inFlight.Dec()
			s.done(r, n, clock.Since(start))
			if v != nil && n.wrote() {
				panic(http.ErrAbortHandler)
			}
		}()
		next.ServeHTTP(n.w, r.WithContext(context.WithValue(r.Context(), notesKey{}, n)))
	})
}

func (s *Server) done(r *http.Request, n *notes, took time.Duration) {
	route := n.route
	if route == "" {
		route = fixedRoute(r.URL.Path)
	}
	status := n.w.status
	s.metrics.requests.WithLabelValues(route, strconv.Itoa(status)).Inc()
	s.metrics.seconds.WithLabelValues(route).Observe(took.Seconds())
	path, level := r.URL.Path, slog.LevelInfo
	if strings.Contains(route, "{token}") { // whoever reads the log must not come by it
		path = route
	}
	if route == "/healthz" || route == "/readyz" || route == "/metrics" {
		level = slog.LevelDebug
	}
	s.opts.Log.LogAttrs(r.Context(), level, "request", slog.String("id", n.id), slog.String("method", r.Method), slog.String("path", path),
		slog.String("route", route), slog.Int("status", status), slog.Float64("ms", float64(took.Microseconds())/1000),
		slog.Int64("bytes", n.w.bytes), slog.Int64("person", n.person))
}

// fixedRoute keeps the label's values few: an address that nobody serves has none of its own.
func fixedRoute(path string) string {
	switch {
	case path == "/healthz" || path == "/readyz" || path == "/metrics":
		return path
	case strings.HasPrefix(path, "/assets/"):
		return "/assets/"
	}
	return "none"
}

func newID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// remoteIP is the last address that a proxy we do not know of vouches for.
func (s *Server) remoteIP(r *http.Request) netip.Addr {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	addr := from.Addr().Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && s.isProxy(addr); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		addr = hop.Unmap()
	}
	return addr
}

func (s *Server) isProxy(addr netip.Addr) bool {
	for _, p := range s.opts.Proxies {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	inFlight prometheus.Gauge
}

func newMetrics(reg *prometheus.Registry) *metrics {
	m := &metrics{
		registry: reg,
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "huying_http_requests_total", Help: "Requests answered, by route and status."}, []string{"route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "huying_http_request_seconds", Help: "Time to answer a request, by route.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}}, []string{"route"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{Name: "huying_http_in_flight", Help: "Requests being answered now."}),
	}
	reg.MustRegister(m.requests, m.seconds, m.inFlight, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{DisableCompression: true}) // ours compresses
}
