// Package promiseweb shows the register of promises. The public sees every promise with its sentence, its history and its evidence, the
// report with its promises in place, and what was counted of them; the staff see their own unit's promises, report figures and evidence,
// judge what was read from a document, and keep the register.
package promiseweb

import (
	"embed"
	"time"

	"huying/internal/files"
	"huying/internal/identity"
	"huying/internal/places"
	"huying/internal/promise"
	"huying/internal/store"
	"huying/internal/web"
)

// Locales are this package's texts.
//
//go:embed locales/*.json
var Locales embed.FS

// Parts are what the pages show and work with.
type Parts struct {
	DB       *store.DB
	Register *promise.Register
	IDs      *identity.Service
	Places   *places.Store
	Files    *files.Store

	// Read reads an uploaded report: what comes back is ready for Register.Keep, but for its file. It is slow (a second for a large PDF)
	// and touches no database.
	Read func(name string, data []byte) (promise.Read, error)

	// Cases are the cases about a promise that whoever asks sees, and those that they may begin; nil: there are none.
	Cases func(r *web.Request, st *promise.Standing) (Cases, error)
}

// Cases are what is under way about a promise.
type Cases struct {
	List   []Case
	Offers []Offer
	Marks  int     // how many residents rated the promise
	Mean   float64 // of their marks, from 1 to 5
}

// Case is a case about a promise: a report, a supervision, a letter, a closing.
type Case struct {
	Number, Href, Kind, State, Light string
	Opened                           time.Time
	Simulated                        bool
}

// Offer is what whoever asks may begin. Its title is promiseweb.case_<key>.
type Offer struct{ Key, Href string }

type pages struct{ Parts }

// Routes are the pages over the parts.
func Routes(p Parts) []web.Route {
	h := &pages{p}
	return append(h.public(), h.staff()...)
}

// Nav is what the public finds in the navigation.
var Nav = []web.NavItem{
	{Key: "promises", Href: "/promises", Text: "promiseweb.list", Need: web.Everyone, Group: web.NavPromises},
	{Key: "targets", Href: "/targets", Text: "promiseweb.targets", Need: web.Everyone, Group: web.NavPromises},
	{Key: "matters", Href: "/matters", Text: "promiseweb.matters", Need: web.Everyone, Group: web.NavPromises},
	{Key: "report", Href: "/report", Text: "promiseweb.report", Need: web.Everyone, Group: web.NavPromises},
	{Key: "counting", Href: "/counting", Text: "promiseweb.counting", Need: web.Everyone, Group: web.NavPromises},
}

// StaffNav is what the staff find in it beside.
var StaffNav = []web.NavItem{
	{Key: "desk", Href: "/desk", Text: "promiseweb.desk", Need: web.May(identity.PromiseUnit)},
	{Key: "overview", Href: "/overview", Text: "promiseweb.office_overview", Need: web.May(identity.PromiseOverview)},
	{Key: "documents", Href: "/documents", Text: "promiseweb.documents", Need: web.MayEverywhere(identity.PromiseReview), Group: web.NavPromises},
	{Key: "register", Href: "/register", Text: "promiseweb.bulk", Need: web.MayEverywhere(identity.PromiseImport), Group: web.NavPromises},
}

// Whats are all that the record of this package names.
var Whats = []identity.What{DocumentUploaded, DocumentEntered, RegisterExported, RegisterImported, RegisterRolledOver}

// author is how an entry of whoever asks is signed.
func author(a *identity.Actor) promise.Author {
	return promise.Author{ID: a.ID, Name: a.Name, Unit: a.Unit}
}
