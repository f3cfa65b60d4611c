// Package caseapi is the JSON interface of cases, version 1: what the pages do, for programs. Both send the same commands and show the same
// views. The document that describes it is api/openapi.yaml; a test holds the two against each other.
package caseapi

import (
	"context"
	"embed"
	"time"

	"huying/internal/casework"
	"huying/internal/errs"
	"huying/internal/files"
	"huying/internal/i18n"
	"huying/internal/identity"
	"huying/internal/ledger"
	"huying/internal/notice"
	"huying/internal/store"
	"huying/internal/vault"
	"huying/internal/web"
)

// Locales are this package's texts.
//
//go:embed locales/*.json
var Locales embed.FS

// Base is where the interface begins.
const Base = "/api/v1"

// Parts are what the interface stands on.
type Parts struct {
	DB      *store.DB
	Cases   *casework.Service
	Files   *files.Store
	Ledger  Receipts
	Vault   Vault
	Search  Search // nil: nothing is looked for by words
	Notices Notices
	Events  *Events
	Scoring func() *casework.Scoring // the table that holds now; nil: the district scores nobody
}

// Receipts gives the receipt for what the ledger took down under a name.
type Receipts interface {
	Receipt(ctx context.Context, tx *store.Tx, ref string) (ledger.Receipt, error)
	Promise(ctx context.Context, tx *store.Tx, ref string) (ledger.Receipt, error)
}

// Vault tells what it keeps, and puts each reading on record.
type Vault interface {
	Open(ctx context.Context, tx *store.Tx, by vault.Reading, refs ...vault.Ref) (map[vault.Ref][]byte, error)
}

// Search finds cases by their words.
type Search interface {
	// Match returns the condition on the row c under which a case holds the words of a text, with ? for each of its arguments. ok is false
	// when there is nothing in the text that could be looked for.
	Match(kind, text string) (cond string, args []any, ok bool)
}

// Notices are what people were told.
type Notices interface {
	List(ctx context.Context, tx *store.Tx, person int64, f notice.Filter) ([]notice.Item, int, error)
	Say(lang i18n.Lang, it notice.Item) string
	Read(ctx context.Context, tx *store.Tx, person int64, ids ...int64) (int64, error)
	ReadAll(ctx context.Context, tx *store.Tx, person, upTo int64) (int64, error)
	Newest(ctx context.Context, tx *store.Tx, person int64) (int64, error)
}

type front struct {
	Parts
	uploads *limiter
}

const (
	mostUpload = 20 << 20 // bytes of a file
	uploadTime = 2 * time.Minute
)

// Routes are the routes over the parts.
func Routes(p Parts) []web.Route {
	a := &front{Parts: p, uploads: newLimiter(anonymousUploads, time.Hour)}
	read, write := identity.CasesRead, identity.CasesWrite
	at := func(method, path string) string { return method + " " + Base + path }
	return []web.Route{
		{Pattern: at("GET", "/procedures"), Need: web.Everyone, Scope: read, Handle: a.procedures},
		{Pattern: at("GET", "/procedures/{name}"), Need: web.Everyone, Scope: read, Handle: a.procedure},
		{Pattern: at("GET", "/procedures/{name}/figures"), Need: web.Everyone, Scope: read, Handle: a.figures},

		{Pattern: at("GET", "/cases"), Need: web.Everyone, Scope: read, Handle: a.list},
		{Pattern: at("POST", "/cases"), Need: web.Everyone, Scope: write, Handle: a.open},
		{Pattern: at("GET", "/cases/{number}"), Need: web.Everyone, Scope: read, Handle: a.show},
		{Pattern: at("GET", "/cases/{number}/receipt"), Need: web.Everyone, Scope: read, Handle: a.receipt},
		{Pattern: at("POST", "/cases/{number}/do/{action}"), Need: web.Everyone, Scope: write, Handle: a.do},
		{Pattern: at("POST", "/cases/{number}/note"), Need: web.Everyone, Scope: write, Handle: a.note},
		{Pattern: at("POST", "/cases/{number}/reveal"), Need: web.Everyone, Scope: read, Handle: a.reveal},
		{Pattern: at("POST", "/cases/{number}/approve"), Need: web.SignedIn, Scope: write, Handle: a.approve},
		{Pattern: at("POST", "/cases/{number}/return"), Need: web.SignedIn, Scope: write, Handle: a.giveBack},
		{Pattern: at("POST", "/cases/{number}/claim"), Need: web.SignedIn, Scope: write, Handle: a.claim},
		{Pattern: at("POST", "/cases/{number}/link"), Need: web.SignedIn, Scope: write, Handle: a.link},
		{Pattern: at("POST", "/files"), Need: web.Everyone, Scope: identity.FilesWrite, Handle: a.upload, MaxBody: mostUpload + 1<<16, Limit: uploadTime},

		{Pattern: at("GET", "/desk"), Need: web.SignedIn, Scope: read, Handle: a.desk},
		{Pattern: at("GET", "/agenda"), Need: web.SignedIn, Scope: read, Handle: a.agenda},
		{Pattern: at("GET", "/board"), Need: web.May(identity.CaseOverview), Scope: read, Handle: a.board},
		{Pattern: at("GET", "/scores"), Need: web.May(identity.CaseWork), Scope: read, Handle: a.scores},
		{Pattern: at("GET", "/notices"), Need: web.SignedIn, Scope: identity.NoticesRead, Handle: a.notices},
		{Pattern: at("POST", "/notices/read"), Need: web.SignedIn, Scope: identity.NoticesRead, Handle: a.readNotices},
		{Pattern: at("GET", "/events"), Need: web.SignedIn, Scope: read, Handle: a.events, Limit: streamTime},
		{Pattern: at("GET", "/me"), Need: web.SignedIn, Scope: read, Handle: a.me},

		{Pattern: at("GET", "/openapi.yaml"), Need: web.Everyone, Handle: documentYAML},
		{Pattern: at("GET", "/openapi.json"), Need: web.Everyone, Handle: documentJSON},
	}
}

// receiptHeader carries the secret of a receipt: it proves a caller without an account.
const receiptHeader = "X-Receipt"

// asker is who asks. One whose password was given by somebody else changes it first.
func asker(r *web.Request) (casework.Asker, error) {
	if r.Actor != nil && r.Actor.MustChange {
		return casework.Asker{}, errs.New(errs.Forbidden, "caseapi.must_change")
	}
	return casework.Asker{Actor: r.Actor, From: r.RemoteIP().String(), Secret: r.Header.Get(receiptHeader)}, nil
}

// viewer is how who asks looks at cases.
func (a *front) viewer(r *web.Request) (casework.Viewer, error) {
	who, err := asker(r)
	return a.Cases.ViewerOf(who.Actor, who.Secret), err
}
