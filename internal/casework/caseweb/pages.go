// Package caseweb shows cases: the desk of what one must do, a case as a conversation, the forms that open it and move it on, the board of
// the units, and the procedures as charts.
package caseweb

import (
	"context"
	"embed"
	"time"

	"huying/internal/casework"
	"huying/internal/files"
	"huying/internal/identity"
	"huying/internal/ledger"
	"huying/internal/places"
	"huying/internal/store"
	"huying/internal/vault"
	"huying/internal/web"
)

// Locales are this package's texts.
//
//go:embed locales/*.json
var Locales embed.FS

// Parts are what the pages show and work with.
type Parts struct {
	DB     *store.DB
	Cases  *casework.Service
	IDs    *identity.Service
	Places *places.Store
	Files  *files.Store
	Ledger *ledger.Log
	Vault  *vault.Vault
	Search Search

	Scoring func() *casework.Scoring               // the table that holds now; nil: the district scores nobody
	About   func(number string) string             // the page of what a case is about, such as a promise, by its number; empty: it has none
	Folder  func(context.Context) (*Folder, error) // the pack's folder as it is now
	Persons Persons
}

// Search finds cases by their text. ok is false when nothing can be looked for in what was typed.
type Search interface {
	Match(kind, query string) (cond string, args []any, ok bool)
}

type pages struct{ Parts }

// Routes are the pages over the parts.
func Routes(p Parts) []web.Route {
	h := &pages{p}
	work := web.May(identity.CaseWork)
	return []web.Route{
		{Pattern: "GET /tasks", Need: work, Handle: h.tasks},
		{Pattern: "GET /tasks/batch", Need: work, Handle: h.batch},
		{Pattern: "POST /tasks/batch", Need: work, Handle: h.batch, Limit: time.Minute},
		{Pattern: "GET /deputies", Need: work, Handle: h.deputies},
		{Pattern: "POST /deputies", Need: work, Handle: h.deputise, MaxBody: 16 << 10},
		{Pattern: "POST /deputies/{id}/end", Need: work, Handle: h.endDeputy, MaxBody: 16 << 10},
		{Pattern: "GET /cases", Need: web.Everyone, Handle: h.list},
		{Pattern: "GET /open", Need: web.Everyone, Handle: h.choose},
		{Pattern: "GET /open/{procedure}", Need: web.Everyone, Handle: h.open},
		{Pattern: "POST /open/{procedure}", Need: web.Everyone, Handle: h.open, MaxBody: maxBody, Limit: uploadTime},
		{Pattern: "GET /find", Need: web.Everyone, Handle: h.find},
		{Pattern: "POST /find", Need: web.Everyone, Handle: h.find},
		{Pattern: "GET /cases/{number}", Need: web.Everyone, Handle: h.one},
		{Pattern: "GET /cases/{number}/receipt", Need: web.Everyone, Handle: h.receipt},
		{Pattern: "GET /cases/{number}/files/{hash}", Need: web.Everyone, Handle: h.file},
		{Pattern: "GET /cases/{number}/do/{action}", Need: web.Everyone, Handle: h.act},
		{Pattern: "POST /cases/{number}/do/{action}", Need: web.Everyone, Handle: h.act, MaxBody: maxBody, Limit: uploadTime},
		{Pattern: "POST /cases/{number}/approve", Need: web.SignedIn, Handle: h.approve},
		{Pattern: "GET /cases/{number}/return", Need: web.SignedIn, Handle: h.giveBack},
		{Pattern: "POST /cases/{number}/return", Need: web.SignedIn, Handle: h.giveBack},
		{Pattern: "GET /cases/{number}/note", Need: web.Everyone, Handle: h.note},
		{Pattern: "POST /cases/{number}/note", Need: web.Everyone, Handle: h.note},
		{Pattern: "GET /cases/{number}/claim", Need: work, Handle: h.claim},
		{Pattern: "POST /cases/{number}/claim", Need: work, Handle: h.claim},
		{Pattern: "POST /cases/{number}/reveal", Need: web.Everyone, Handle: h.reveal},
		{Pattern: "GET /procedures", Need: web.Everyone, Handle: h.procedures},
		{Pattern: "GET /procedures/{name}", Need: web.Everyone, Handle: h.procedure},
		{Pattern: "GET /erase", Need: web.May(identity.PersonErase), Handle: h.eraseForm},
		{Pattern: "POST /erase", Need: web.May(identity.PersonErase), Handle: h.erase, MaxBody: 16 << 10},
		{Pattern: "GET /account/readings", Need: web.SignedIn, Handle: h.ownReadings},
		{Pattern: "GET /pack", Need: web.May(identity.PackLoad), Handle: h.pack},
		{Pattern: "POST /pack/load", Need: web.May(identity.PackLoad), Handle: h.loadPack, MaxBody: 16 << 10, Limit: time.Minute},
		{Pattern: "POST /pack/move", Need: web.May(identity.PackLoad), Handle: h.moveOpen, MaxBody: 16 << 10},
		{Pattern: "GET /board", Need: web.May(identity.CaseOverview), Handle: h.board},
		{Pattern: "GET /board/duties", Need: web.May(identity.CaseOverview), Handle: h.boardDuties},
		{Pattern: "GET /scores", Need: work, Handle: h.scores},
		{Pattern: "GET /scores/{unit}", Need: work, Handle: h.unitScore},
		{Pattern: "GET /letters", Need: work, Handle: h.letters},
	}
}

// uploadTime is how long a form with photographs may take on a slow line.
const uploadTime = 2 * time.Minute

// Nav is what the public finds in the navigation.
var Nav = []web.NavItem{
	{Key: "open", Href: "/open", Text: "caseweb.open", Need: web.Everyone, Group: web.NavCases},
	{Key: "cases", Href: "/cases", Text: "caseweb.cases", Need: web.Everyone, Group: web.NavCases, Front: web.May(identity.CaseWork)},
	{Key: "find", Href: "/find", Text: "caseweb.find", Need: web.Everyone, Group: web.NavCases},
	{Key: "procedures", Href: "/procedures", Text: "caseweb.procedures", Need: web.Everyone, Group: web.NavCases},
}

// StaffNav is what the staff find in it beside.
var StaffNav = []web.NavItem{
	{Key: "tasks", Href: "/tasks", Text: "caseweb.tasks", Need: web.May(identity.CaseWork)},
	{Key: "board", Href: "/board", Text: "caseweb.board", Need: web.May(identity.CaseOverview)},
	{Key: "letters", Href: "/letters", Text: "caseweb.letters", Need: web.May(identity.CaseWork), Group: web.NavCases},
	{Key: "scores", Href: "/scores", Text: "caseweb.scores", Need: web.May(identity.CaseWork), Group: web.NavCases},
	{Key: "deputies", Href: "/deputies", Text: "caseweb.deputies", Need: web.May(identity.CaseWork), Group: web.NavCases},
}

// AdminNav is what those who administer the program find in it.
var AdminNav = []web.NavItem{
	{Key: "pack", Href: "/pack", Text: "caseweb.pack", Need: web.May(identity.PackLoad)},
	{Key: "erase", Href: "/erase", Text: "caseweb.erase", Need: web.May(identity.PersonErase)},
}

// What the record has of those who administer.
const (
	PackLoaded identity.What = "mechanism.loaded"
	CasesMoved identity.What = "mechanism.moved"
)

// Whats are all that the record of this package names.
var Whats = []identity.What{PackLoaded, CasesMoved}
