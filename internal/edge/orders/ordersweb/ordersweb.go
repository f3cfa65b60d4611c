// Package ordersweb is where messages of other systems come in, and shows the orders that are exchanged with them: in what lists differ, what
// was not delivered, and a button that sends it again. api/orders.yaml describes its JSON.
package ordersweb

import (
	"context"
	"embed"
	"encoding/json"
	"net/http"
	"time"

	"huying/internal/edge/orders"
	"huying/internal/identity"
	"huying/internal/store"
	"huying/internal/web"
)

// Locales are this package's texts.
//
//go:embed locales/*.json
var Locales embed.FS

// Base is where the JSON of orders begins.
const Base = "/api/orders/v1"

// Nav is the part of the navigation that leads to orders.
var Nav = []web.NavItem{{Key: "orders", Href: "/orders", Text: "ordersweb.orders", Need: overview, Group: web.NavCases}}

// overview is who sees orders: those who see every unit's cases.
var overview = web.MayEverywhere(identity.CaseOverview)

// What the record of this package names.
const (
	OrderResent   identity.What = "order.resent"
	ListsCompared identity.What = "order.compared"
)

// Whats are all of them.
var Whats = []identity.What{OrderResent, ListsCompared}

// Recorder puts on record what somebody did.
type Recorder interface {
	Record(ctx context.Context, tx *store.Tx, by identity.By, what identity.What, object string, detail identity.Detail) error
}

// Parts are what the pages stand on.
type Parts struct {
	DB     *store.DB
	Orders *orders.Service
	IDs    Recorder
}

type front struct{ Parts }

// Routes are the routes over the parts. A message of another system is let in by its signature, and by nothing else.
func Routes(p Parts) []web.Route {
	h := &front{p}
	const small = 16 << 10
	return []web.Route{
		{Pattern: "POST " + Base + "/{peer}", Need: web.Everyone, Handle: h.receive, MaxBody: orders.MaxBody, Limit: time.Minute},
		{Pattern: "GET " + Base + "/orders", Need: overview, Scope: identity.Exchange, Handle: h.listJSON},
		{Pattern: "POST " + Base + "/orders/{id}/again", Need: overview, Scope: identity.Exchange, Handle: h.againJSON, MaxBody: small},
		{Pattern: "GET " + Base + "/openapi.yaml", Need: web.Everyone, Handle: document},

		{Pattern: "GET /orders", Need: overview, Handle: h.page},
		{Pattern: "POST /orders/{id}/again", Need: overview, Handle: h.again, MaxBody: small},
		{Pattern: "POST /orders/compare", Need: overview, Handle: h.compare, MaxBody: small, Limit: 2 * time.Minute},
	}
}

// answer sends what was answered to a message.
func answer(r *web.Request, a json.RawMessage) error { return r.JSON(http.StatusOK, a) }
