package web

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"huying/internal/errs"
	"huying/internal/identity"
)

// Tokens says who holds a token, with what they hold today, and what the token is for. It returns errs.Unauthenticated for a token that is
// worth nothing.
type Tokens interface {
	Actor(ctx context.Context, token string) (*identity.Actor, []identity.Scope, error)
}

// bearer returns the token that a program shows instead of a session.
func bearer(r *http.Request) (token string, ok bool) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.TrimSpace(token), strings.EqualFold(scheme, "Bearer")
}

// findHolder reads who holds a token. One that is worth nothing is refused, also where nobody need say who they are: whoever shows it means
// to be somebody.
func (r *Request) findHolder(token string) error {
	if r.s.opts.Tokens == nil {
		return errs.New(errs.Unauthenticated, "web.no_tokens")
	}
	actor, scopes, err := r.s.opts.Tokens.Actor(r.Context(), token)
	if err != nil {
		return err
	}
	r.Actor, r.token, r.scopes = actor, token, scopes
	note(r.Context()).person = actor.ID
	return nil
}

// ByToken reports whether a token was shown, and not a session.
func (r *Request) ByToken() bool { return r.token != "" }

// For reports whether who asks may use a scope: a session is bound to none.
func (r *Request) For(s identity.Scope) bool { return r.token == "" || slices.Contains(r.scopes, s) }

// within holds a token to its scopes. Where everyone may come and no scope is named, whoever shows a token is anybody.
func (r *Request) within(rt Route) error {
	switch {
	case rt.Scope != "" && r.For(rt.Scope), r.token == "":
		return nil
	case rt.Scope == "" && rt.Need.Public():
		r.Actor = nil
		return nil
	case rt.Scope == "":
		return errs.New(errs.Forbidden, "web.no_token_here")
	}
	return errs.New(errs.Forbidden, "web.token_scope", "scope", string(rt.Scope))
}

// challenge tells a program how it may say who it is (RFC 6750).
func (r *Request) challenge() string {
	if _, shown := bearer(r.Request); shown {
		return `Bearer realm="huying", error="invalid_token"`
	}
	return `Bearer realm="huying"`
}

// aliveSessions is what tells whether a session has ended without counting as its use.
type aliveSessions interface {
	AliveCtx(ctx context.Context, token string) (bool, error)
}

// Again asks anew who asks, for an answer that takes long: what they hold may have changed, and the session or the token may have ended. Then
// it is errs.Unauthenticated.
func (r *Request) Again(ctx context.Context) error {
	if r.token != "" {
		return r.findHolder(r.token)
	}
	if r.Actor == nil {
		return nil
	}
	if s, ok := r.s.opts.Sessions.(aliveSessions); ok {
		alive, err := s.AliveCtx(ctx, r.s.sessions.Token(r.Context()))
		if err != nil {
			return err
		}
		if !alive {
			return errs.New(errs.Unauthenticated, "web.sign_in_first")
		}
	}
	actor, err := r.s.opts.Actors.Actor(ctx, r.Actor.ID)
	if errs.Is(err, errs.NotFound) {
		return errs.New(errs.Unauthenticated, "web.sign_in_first")
	}
	if err == nil {
		r.Actor = actor
	}
	return err
}
