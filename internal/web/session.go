package web

import (
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"huying/internal/errs"
	"huying/internal/identity"
)

const (
	lifetime = 12 * time.Hour // a working day; the store ends an idle session sooner
	flashKey = "flash"
)

func (s *Server) newSessions() *scs.SessionManager {
	m := scs.New()
	m.Store = s.opts.Sessions
	m.Lifetime = lifetime
	m.Cookie = scs.SessionCookie{Name: "huying", Path: "/", HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode, Persist: false}
	if s.secure {
		m.Cookie.Name = "__Host-huying"
	}
	m.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) {
		s.opts.Log.ErrorContext(r.Context(), "session", "id", note(r.Context()).id, "err", err)
		req := &Request{Request: r, w: w, s: s, id: note(r.Context()).id, sessionless: true}
		req.readPreferences()
		req.errorPage(http.StatusServiceUnavailable, errs.Wrap(err, errs.Unavailable, "web.no_session"))
	}
	return m
}

// findActor reads who is signed in, or holds the token that was shown. A session whose person has no account any more is ended.
func (r *Request) findActor() error {
	if token, ok := bearer(r.Request); ok {
		return r.findHolder(token)
	}
	ctx, m := r.Context(), r.s.sessions
	person := m.GetInt64(ctx, identity.SessionPerson)
	if person == 0 {
		return nil
	}
	actor, err := r.s.opts.Actors.Actor(ctx, person)
	switch {
	case errs.Is(err, errs.NotFound):
		return m.Destroy(ctx)
	case err != nil:
		return err
	}
	r.Actor = actor
	note(ctx).person = person
	return nil
}

// SignIn makes this browser's session that of a person. The session's token changes, so that one planted before is worth nothing.
func (r *Request) SignIn(personID int64) error {
	ctx, m := r.Context(), r.s.sessions
	if err := m.RenewToken(ctx); err != nil {
		return err
	}
	m.Put(ctx, identity.SessionPerson, personID)
	m.Put(ctx, identity.SessionAddress, r.RemoteIP().String())
	m.Put(ctx, identity.SessionAgent, clean(r.UserAgent(), 200))
	return nil
}

// SignOut ends this browser's session.
func (r *Request) SignOut() error {
	r.Actor = nil
	return r.s.sessions.Destroy(r.Context())
}

// SessionID names this browser's session among those of its person; it is empty when there is none.
func (r *Request) SessionID() string {
	if token := r.s.sessions.Token(r.Context()); token != "" {
		return identity.SessionID(token)
	}
	return ""
}

// By is who asks, for the services that keep a record of it.
func (r *Request) By() identity.By {
	return identity.By{Actor: r.Actor, Address: r.RemoteIP().String()}
}

// Next is where ?next= (or the form's field next) wants to go after signing in: a path of ours, or home.
func (r *Request) Next() string { return LocalPath(r.FormValue("next")) }

// Flash leaves a line that the next page shows once: that something was done.
func (r *Request) Flash(key string, kv ...any) {
	ctx := r.Context()
	lines, _ := r.s.sessions.Get(ctx, flashKey).([]string)
	r.s.sessions.Put(ctx, flashKey, append(lines, r.T(key, kv...)))
}

func (r *Request) takeFlashes() []string {
	if r.sessionless {
		return nil
	}
	lines, _ := r.s.sessions.Pop(r.Context(), flashKey).([]string)
	return lines
}
