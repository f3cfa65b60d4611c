package web

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/a-h/templ"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/i18n"
	"huying/internal/identity"
)

// Request is a request with what every page asks of it: who asks, in which language, and when.
type Request struct {
	*http.Request
	Lang     i18n.Lang
	Actor    *identity.Actor // nil when nobody is signed in
	Elder    bool            // large text, large targets, nothing that moves
	TextSize int             // in elder mode: 20, 24 or 30 px

	w           http.ResponseWriter
	s           *Server
	id          string
	token       string // that was shown instead of a session
	scopes      []identity.Scope
	sessionless bool // the session could not be read: nothing of it may be asked
	flashes     []string
	unread      int // notices that the person has not read; asked for once, when a page is drawn
}

type requestKey struct{}

// From returns the request that a component is drawn for, or nil outside of one.
func From(ctx context.Context) *Request {
	r, _ := ctx.Value(requestKey{}).(*Request)
	return r
}

// T says a message in the language of the request that a component is drawn for.
func T(ctx context.Context, key string, kv ...any) string {
	if r := From(ctx); r != nil {
		return r.T(key, kv...)
	}
	return key
}

// T says a message: r.T("web.rows", "n", 12).
func (r *Request) T(key string, kv ...any) string { return r.s.opts.Texts.T(r.Lang, key, kv...) }

// Says says what a user should read of err, in the request's language.
func (r *Request) Says(err error) string { return r.s.opts.Texts.Error(r.Lang, err) }

// Now is the business time, in the district's zone.
func (r *Request) Now() time.Time { return r.s.opts.Business.Now().In(r.s.opts.Zone) }

// Shifted reports whether Now stands on another date than the machine's clock, from which proofs and sessions take theirs.
func (r *Request) Shifted() bool { return r.s.opts.Business.Shifted() }

// Today is the business date in the district.
func (r *Request) Today() clock.Date { return clock.DateOf(r.Now(), r.Zone()) }

// Zone is the district's time zone.
func (r *Request) Zone() *time.Location { return r.s.opts.Zone }

// RequestID is the name under which the log knows this request. An error page shows it.
func (r *Request) RequestID() string { return r.id }

// Secure reports whether the site is reached by https: a page's own cookie is Secure then.
func (r *Request) Secure() bool { return r.s.secure }

// Writer is where a handler writes that sends something else than a page.
func (r *Request) Writer() http.ResponseWriter { return r.w }

// May reports whether the person who asks holds permission p somewhere.
func (r *Request) May(p identity.Permission) bool { return r.Actor != nil && r.Actor.May(p) }

// RemoteIP is the address that the request comes from. X-Forwarded-For is believed of the configured proxies only.
func (r *Request) RemoteIP() netip.Addr { return r.s.remoteIP(r.Request) }

// ID returns the number of the path's {name}. What is not a positive number names nothing: errs.NotFound.
func (r *Request) ID(name string) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue(name), 10, 64)
	if err != nil || id <= 0 {
		return 0, errs.New(errs.NotFound, "web.no_page")
	}
	return id, nil
}

// Query returns a trimmed value of the query, cut to 200 characters, without control characters.
func (r *Request) Query(name string) string { return clean(r.URL.Query().Get(name), 200) }

// Page is what the layout needs to know of a page.
type Page struct {
	Title       string          // without the program's name
	Nav         string          // NavItem.Key of the part that it belongs to
	Crumbs      []Crumb         // the way to it, the page itself left out
	Description string          // one sentence, for search engines and link previews of public pages
	Wide        bool            // takes the whole width: a table with many columns, the picture
	Head        templ.Component // more for <head>
}

// Crumb is one step of the way to a page.
type Crumb struct{ Text, Href string }

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Render draws body within the layout and sends it. Nothing is sent before the whole is drawn: an error on the way becomes an error page.
func (r *Request) Render(status int, p Page, body templ.Component) error {
	r.flashes, r.unread = r.takeFlashes(), r.countUnread()
	return r.send(status, layout(r, p, status, body))
}

// countUnread asks how many notices wait. A page is shown without the number rather than not at all.
func (r *Request) countUnread() int {
	if r.Actor == nil || r.s.opts.Unread == nil {
		return 0
	}
	n, err := r.s.opts.Unread(r.Context(), r.Actor.ID)
	if err != nil {
		r.s.opts.Log.WarnContext(r.Context(), "unread notices were not counted", "id", r.id, "err", err)
	}
	return n
}

// mostUnread is where the number in the head ends.
const mostUnread = 99

func unreadText(n int) string {
	if n > mostUnread {
		return strconv.Itoa(mostUnread) + "+"
	}
	return strconv.Itoa(n)
}

// Fragment sends a component without the layout, for a script that asked for a part of a page.
func (r *Request) Fragment(status int, body templ.Component) error {
	return r.send(status, body)
}

func (r *Request) send(status int, body templ.Component) error {
	buf := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buf)
	buf.Reset()
	if err := body.Render(context.WithValue(r.Context(), requestKey{}, r), buf); err != nil {
		return err
	}
	if r.Lang != i18n.ZH {
		marked := buffers.Get().(*bytes.Buffer)
		defer buffers.Put(marked)
		marked.Reset()
		markChinese(marked, buf.Bytes())
		buf = marked
	}
	h := r.w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", string(r.Lang))
	h.Set("Vary", "Cookie, Accept-Language")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "private, no-store")
	}
	r.w.WriteHeader(status)
	_, _ = r.w.Write(buf.Bytes()) // whoever has gone need not be told
	return nil
}

// Redirect sends the browser to a path of ours, to be fetched with GET. Anything but a local path leads home.
func (r *Request) Redirect(path string) error {
	http.Redirect(r.w, r.Request, LocalPath(path), http.StatusSeeOther)
	return nil
}

// Send writes a file of ours: a picture, a stored document. A browser is told never to run it. name, when not empty, is what it is saved as.
func (r *Request) Send(contentType, name string, body io.Reader) error {
	h := r.w.Header()
	h.Set("Content-Type", contentType)
	if name != "" {
		h.Set("Content-Disposition", attachment(name))
	}
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "private, no-store")
	}
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	_, err := io.Copy(r.w, body)
	return err
}

// attachment is a Content-Disposition that every browser reads, Chinese names too.
func attachment(name string) string {
	ascii := strings.Map(func(c rune) rune {
		if c < 0x20 || c > 0x7e || strings.ContainsRune(`"\/;%`, c) {
			return '_'
		}
		return c
	}, name)
	return `attachment; filename="` + ascii + `"; filename*=UTF-8''` + strings.ReplaceAll(url.QueryEscape(name), "+", "%20")
}

// LocalPath returns s when it is a path of ours, and "/" otherwise: "//elsewhere", "/\elsewhere" and "javascript:" are not.
func LocalPath(s string) string {
	if !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//") || strings.ContainsAny(s, "\\") || hasControl(s) {
		return "/"
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil {
		return "/"
	}
	return s
}

func hasControl(s string) bool {
	return strings.ContainsFunc(s, func(c rune) bool { return c < 0x20 || c == 0x7f })
}

// Address is where the public finds this server, without a slash at its end: what a file that leaves the site puts before its links.
func (r *Request) Address() string {
	if a := r.s.opts.PublicURL; a != "" {
		return strings.TrimSuffix(a, "/")
	}
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}
