// Package placesweb shows the units and the places of the district, as they are on any day, and lets who may change a unit: from a day on,
// never backwards.
package placesweb

import (
	"embed"
	"net/http"
	"strings"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/i18n"
	"huying/internal/identity"
	"huying/internal/places"
	"huying/internal/store"
	"huying/internal/web"
)

// Locales are this package's texts.
//
//go:embed locales/*.json
var Locales embed.FS

// Nav is the part of the navigation that leads here.
var Nav = []web.NavItem{
	{Key: "units", Href: "/units", Text: "placesweb.units", Need: web.SignedIn, Group: web.NavDistrict},
	{Key: "places", Href: "/places", Text: "placesweb.places", Need: web.SignedIn, Group: web.NavDistrict},
}

// What the record calls a change of a unit.
const (
	UnitRevised identity.What = "unit.revised"
	UnitMerged  identity.What = "unit.merged"
)

// Whats are all that the record of this package names.
var Whats = []identity.What{UnitRevised, UnitMerged}

type pages struct {
	db     *store.DB
	places *places.Store
	ids    *identity.Service
}

// Routes are the pages over the trees ps in db. What is changed is put on the record of ids in the same transaction.
func Routes(db *store.DB, ps *places.Store, ids *identity.Service) []web.Route {
	h := &pages{db, ps, ids}
	manage := web.May(identity.UnitManage)
	return []web.Route{
		{Pattern: "GET /units", Need: web.SignedIn, Handle: h.units},
		{Pattern: "GET /units/{key}", Need: web.SignedIn, Handle: h.unit},
		{Pattern: "GET /units/{key}/revise", Need: manage, Handle: h.reviseForm},
		{Pattern: "POST /units/{key}/revise", Need: manage, Handle: h.revise},
		{Pattern: "GET /units/{key}/merge", Need: manage, Handle: h.askMerge},
		{Pattern: "POST /units/{key}/merge", Need: manage, Handle: h.merge},
		{Pattern: "GET /places", Need: web.SignedIn, Handle: h.all},
		{Pattern: "GET /places/{key}", Need: web.SignedIn, Handle: h.place},
	}
}

// day is the day that a page is asked for (?on=), or today. A day that is none stays in the form, with what is wrong with it.
func (h *pages) day(r *web.Request, f *web.Form) clock.Date {
	if d := f.Date("on"); !d.IsZero() {
		return d
	}
	return r.Today()
}

// mayChange reports whether who asks may change the unit.
func mayChange(r *web.Request, key string) bool {
	return r.Actor.Can(identity.UnitManage, key, "")
}

// trail is the way to something in a tree: the names above it, as links.
func trail[N any](path []N, say func(N) web.Crumb, first web.Crumb) []web.Crumb {
	crumbs := []web.Crumb{first}
	for _, n := range path[:max(0, len(path)-1)] {
		crumbs = append(crumbs, say(n))
	}
	return crumbs
}

// names says which key is called what on a day, or was called last.
type names struct {
	lang    i18n.Lang
	trees   *places.Trees
	history *places.History
}

func (h *pages) names(r *web.Request, day clock.Date) names {
	return names{r.Lang, h.places.On(day), h.places.History()}
}

func (n names) unit(key string) string {
	if u, ok := n.trees.Units.ByKey(key); ok {
		return u.Name.In(n.lang)
	}
	if all := n.history.UnitVersions(key); len(all) > 0 {
		return all[len(all)-1].Name.In(n.lang)
	}
	return key
}

func (n names) place(key string) string {
	if p, ok := n.trees.Places.ByKey(key); ok {
		return p.Name.In(n.lang)
	}
	if all := n.history.PlaceVersions(key); len(all) > 0 {
		return all[len(all)-1].Name.In(n.lang)
	}
	return key
}

// span says from when until when a version holds.
func span(r *web.Request, from, until clock.Date) string {
	if until.IsZero() {
		return r.T("placesweb.since", "from", r.Day(from))
	}
	return r.T("placesweb.from_until", "from", r.Day(from), "until", r.Day(until))
}

// onDay is a path that keeps the day one looks at.
func onDay(path string, r *web.Request, day clock.Date) string {
	if day == r.Today() {
		return path
	}
	return path + "?on=" + day.String()
}

// matches reports whether each word of a search is found in one of the texts.
func matches(words string, texts ...string) bool {
	all := strings.ToLower(strings.Join(texts, "\n"))
	for _, w := range strings.Fields(strings.ToLower(words)) {
		if !strings.Contains(all, w) {
			return false
		}
	}
	return true
}

func statusOf(f *web.Form) int {
	if f.OK() {
		return http.StatusOK
	}
	return http.StatusUnprocessableEntity
}

func noUnit() error  { return errs.New(errs.NotFound, "places.no_unit") }
func noPlace() error { return errs.New(errs.NotFound, "placesweb.no_place") }
