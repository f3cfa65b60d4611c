package web

import (
	"time"

	"huying/internal/identity"
)

// Handler answers one request. An error that it returns becomes a page (or problem+json) in one place; it must not have written
// anything before.
type Handler func(*Request) error

// Route is one row of the route table.
type Route struct {
	Pattern string         // as of http.ServeMux, with its method: "GET /promises/{id}"
	Need    Need           // who may come; the zero Need lets nobody in
	Scope   identity.Scope // what a token must be for; none: no token opens it
	Handle  Handler        //
	MaxBody int64          // bytes of a request's body; 0 is 1 MiB
	Limit   time.Duration  // how long reading the request and answering may take; 0 is 10 s. A route that takes large files needs more
}

// Need says who may come to a route. Its zero value lets nobody in.
type Need struct {
	level      level
	permission identity.Permission
}

type level uint8

const (
	nobody level = iota
	everyone
	signedIn
	visitors
	permitted
	permittedEverywhere
)

var (
	Everyone = Need{level: everyone} // also who has not signed in
	SignedIn = Need{level: signedIn} // any account
	Visitors = Need{level: visitors} // who has not signed in: for what is shown, not for what is let in
)

// May lets in an account that holds permission p for some unit or place. For which, the handler asks.
func May(p identity.Permission) Need { return Need{level: permitted, permission: p} }

// MayEverywhere lets in an account that holds permission p for the whole district: its documents, its register. The handler need not ask.
func MayEverywhere(p identity.Permission) Need {
	return Need{level: permittedEverywhere, permission: p}
}

// Public reports whether the need is met by nobody in particular.
func (n Need) Public() bool { return n.level == everyone }

// Permission returns the permission that the need asks for, or nothing.
func (n Need) Permission() identity.Permission { return n.permission }

// Met reports whether actor, who is nil when nobody is signed in, meets the need.
func (n Need) Met(actor *identity.Actor) bool {
	switch n.level {
	case everyone:
		return true
	case signedIn:
		return actor != nil
	case visitors:
		return actor == nil
	case permitted:
		return actor != nil && actor.May(n.permission)
	case permittedEverywhere:
		return actor != nil && actor.Can(n.permission, "", "")
	}
	return false
}

func (n Need) String() string {
	switch n.level {
	case everyone:
		return "everyone"
	case signedIn:
		return "signed in"
	case visitors:
		return "not signed in"
	case permitted:
		return "may " + string(n.permission)
	case permittedEverywhere:
		return "may everywhere " + string(n.permission)
	}
	return "nobody"
}
