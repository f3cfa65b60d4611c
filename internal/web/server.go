package web

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/prometheus/client_golang/prometheus"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/i18n"
	"huying/internal/identity"
)

// Actors says who a signed-in person is and what they may do. It returns errs.NotFound for a person who has no account any more.
type Actors interface {
	Actor(ctx context.Context, personID int64) (*identity.Actor, error)
}

// Options are what a Server is made of. Texts, Sessions and Actors are needed; the rest has a sensible zero value.
type Options struct {
	Texts    *i18n.Catalogue
	Sessions scs.CtxStore
	Actors   Actors
	Tokens   Tokens // nil: no program may show a token

	District func(i18n.Lang) string // the district's name, beside the brand
	Business clock.Business         // what pages call today
	Zone     *time.Location         // the district's; nil is Asia/Shanghai
	DemoData bool                   // figures were made by the simulator: every page says so

	Nav    []NavItem
	Footer []NavItem
	Unread func(ctx context.Context, person int64) (int, error) // how many notices somebody has not read; nil: none are counted
	Paths  Paths

	PublicURL    string         // "https://…": cookies become Secure, HSTS is sent, and this origin may post
	Proxies      []netip.Prefix // whose X-Forwarded-For is believed
	MetricsToken string         // for /metrics from elsewhere than this machine
	Ready        func(context.Context) error
	Registry     *prometheus.Registry // nil makes one
	Log          *slog.Logger         // nil is slog.Default
	Assets       fs.FS                // the built front end; nil is the embedded one
}

// Paths are the places that the shell itself links to.
type Paths struct {
	SignIn  string // "/sign-in"; gets ?next=
	SignOut string // "/sign-out"; is posted to
	Account string // of the person signed in; empty links nowhere
	Notices string // of the person signed in; empty links nowhere
	Renew   string // where a person goes who must first change their password; empty: nowhere
}

// Server is the shell with its pages.
type Server struct {
	opts     Options
	secure   bool
	mux      *http.ServeMux
	routes   []Route
	assets   *assets
	sessions *scs.SessionManager
	metrics  *metrics
	origins  *http.CrossOriginProtection
	stopping atomic.Bool
}

// New returns a server without pages of its own but the accessibility statement. It fails with errs.Unavailable when the front end
// has not been built, and says how to build it.
func New(o Options) (*Server, error) {
	if o.Texts == nil || o.Sessions == nil || o.Actors == nil {
		return nil, errors.New("web: Texts, Sessions and Actors are needed")
	}
	o.fill()
	files, err := loadAssets(o.Assets)
	if err != nil {
		return nil, err
	}
	s := &Server{opts: o, mux: http.NewServeMux(), assets: files, secure: strings.HasPrefix(o.PublicURL, "https://"),
		metrics: newMetrics(o.Registry), origins: http.NewCrossOriginProtection()}
	s.sessions = s.newSessions()
	if o.PublicURL != "" {
		if err := s.origins.AddTrustedOrigin(strings.TrimSuffix(o.PublicURL, "/")); err != nil {
			return nil, fmt.Errorf("the public address %q: %w", o.PublicURL, err)
		}
	}
	s.Add(Route{Pattern: "GET /accessibility", Need: Everyone, Handle: accessibility})
	return s, nil
}

func (o *Options) fill() {
	if o.Zone == nil {
		o.Zone = time.FixedZone("CST", 8*3600)
	}
	if o.District == nil {
		o.District = func(i18n.Lang) string { return "" }
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Registry == nil {
		o.Registry = prometheus.NewRegistry()
	}
	if o.Paths.SignIn == "" {
		o.Paths.SignIn = "/sign-in"
	}
	if o.Paths.SignOut == "" {
		o.Paths.SignOut = "/sign-out"
	}
}

// Add puts routes into the table. Like http.ServeMux it panics on a pattern that is wrong or taken, and on one without a method:
// a route table is written by us, and a wrong one must not start.
func (s *Server) Add(routes ...Route) {
	for _, rt := range routes {
		if method, _, ok := strings.Cut(rt.Pattern, " "); !ok || strings.ToUpper(method) != method {
			panic(fmt.Sprintf("web: route %q has no method", rt.Pattern))
		}
		if rt.Handle == nil {
			panic(fmt.Sprintf("web: route %q has no handler", rt.Pattern))
		}
		s.routes = append(s.routes, rt)
		s.mux.HandleFunc(rt.Pattern, func(w http.ResponseWriter, r *http.Request) { s.answer(w, r, rt) })
	}
}

// Routes returns the route table, in the order in which it was made. /assets/, /healthz, /readyz and /metrics are not in it: they are
// no pages, and their own rules are in Handler.
func (s *Server) Routes() []Route { return append([]Route(nil), s.routes...) }

// Handler returns the whole of it: every request passes here.
func (s *Server) Handler() http.Handler {
	pages := s.sessions.LoadAndSave(http.HandlerFunc(s.dispatch))
	guarded := s.origins.Handler(pages)
	s.origins.SetDenyHandler(s.sessions.LoadAndSave(http.HandlerFunc(s.refuseOrigin)))
	scrape := s.metrics.handler()

	mux := http.NewServeMux()
	mux.Handle("/assets/", s.assets)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "ok") })
	mux.HandleFunc("GET /readyz", s.readyz)
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, r *http.Request) {
		if !s.mayScrape(r) {
			plain(w, http.StatusForbidden, "metrics are read from this machine, or with HUYING_METRICS_TOKEN as a bearer token")
			return
		}
		scrape.ServeHTTP(w, r)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if _, ok := bearer(r); ok { // no browser sends one by itself, and beside it no session counts
			pages.ServeHTTP(w, r)
			return
		}
		guarded.ServeHTTP(w, r)
	})
	return s.observe(s.harden(compress(mux)))
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text + "\n")) // the client may have gone, which is its own affair
}

// readyz tells a load balancer whether to send requests here: not when the database is away, nor while we shut down.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	if s.stopping.Load() {
		plain(w, http.StatusServiceUnavailable, "stopping")
		return
	}
	if s.opts.Ready != nil {
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		if err := s.opts.Ready(ctx); err != nil {
			s.opts.Log.ErrorContext(ctx, "not ready", "err", err)
			plain(w, http.StatusServiceUnavailable, "not ready")
			return
		}
	}
	plain(w, http.StatusOK, "ready")
}

// mayScrape lets in who holds the token or, when none is set, who asks from this machine and not through a proxy on it.
func (s *Server) mayScrape(r *http.Request) bool {
	if s.opts.MetricsToken != "" {
		given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		return ok && subtle.ConstantTimeCompare([]byte(given), []byte(s.opts.MetricsToken)) == 1
	}
	if r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != "" {
		return false
	}
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && from.Addr().Unmap().IsLoopback()
}

// dispatch finds the route. What has none gets a page in our own words, as does a wrong method.
func (s *Server) dispatch(w http.ResponseWriter, r *http.Request) {
	h, pattern := s.mux.Handler(r)
	if pattern != "" {
		note(r.Context()).route = pattern
		s.mux.ServeHTTP(w, r)
		return
	}
	probe := &prober{header: http.Header{}}
	h.ServeHTTP(probe, r) // the mux knows whether another method would have been right
	err := errs.New(errs.NotFound, "web.no_page")
	if probe.status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", probe.header.Get("Allow"))
		err = errs.New(errs.Invalid, "web.wrong_method")
	}
	s.answer(w, r, Route{Need: Everyone, Handle: func(*Request) error { return &answered{err, probe.status} }})
}

func (s *Server) refuseOrigin(w http.ResponseWriter, r *http.Request) {
	s.answer(w, r, Route{Need: Everyone, Handle: func(*Request) error { return errs.New(errs.Forbidden, "web.wrong_origin") }})
}

// prober takes an answer for its status and header only.
type prober struct {
	header http.Header
	status int
}

func (p *prober) Header() http.Header         { return p.header }
func (p *prober) WriteHeader(status int)      { p.status = status }
func (p *prober) Write(b []byte) (int, error) { return len(b), nil }

// WithStatus is err, to be answered with a status that is not its kind's: 412 for a conflict with If-Match.
func WithStatus(status int, err error) error { return &answered{err, status} }

// answered is an error whose status is not its kind's.
type answered struct {
	error
	status int
}

func (a *answered) Unwrap() error { return a.error }
