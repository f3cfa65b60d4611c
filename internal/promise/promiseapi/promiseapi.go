// Package promiseapi is the JSON interface of the register of promises, version 1: what its pages do, for programs. The document that
// describes it is api/openapi.yaml; a test holds the two against each other.
package promiseapi

import (
	"embed"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"

	"huying/internal/errs"
	"huying/internal/files"
	"huying/internal/identity"
	"huying/internal/promise"
	"huying/internal/store"
	"huying/internal/strictjson"
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
	DB       *store.DB
	Register *promise.Register
	Files    *files.Store
}

type front struct{ Parts }

// Routes are the routes over the parts.
func Routes(p Parts) []web.Route {
	a := &front{p}
	read, write := identity.PromisesRead, identity.PromisesWrite
	at := func(method, path string) string { return method + " " + Base + path }
	return []web.Route{
		{Pattern: at("GET", "/documents"), Need: web.MayEverywhere(identity.PromiseReview), Scope: read, Handle: a.documents},
		{Pattern: at("POST", "/documents/{id}/enter"), Need: web.MayEverywhere(identity.PromiseEnter), Scope: write, Handle: a.enter},
		{Pattern: at("GET", "/register"), Need: web.Everyone, Scope: read, Handle: a.register},
		{Pattern: at("POST", "/register/rollover"), Need: web.MayEverywhere(identity.PromiseRollover), Scope: write, Handle: a.rollover},
		{Pattern: at("GET", "/promises"), Need: web.Everyone, Scope: read, Handle: a.list},
		{Pattern: at("GET", "/promises/{number}"), Need: web.Everyone, Scope: read, Handle: a.show},
		{Pattern: at("POST", "/promises/{number}/entries"), Need: web.SignedIn, Scope: write, Handle: a.say},
		{Pattern: at("POST", "/promises/{number}/terms"), Need: web.May(identity.PromiseAssign), Scope: write, Handle: a.terms},
	}
}

// author is how an entry of whoever asks is signed. One whose password was given by somebody else changes it first.
func author(r *web.Request) (promise.Author, error) {
	if r.Actor.MustChange {
		return promise.Author{}, errs.New(errs.Forbidden, "promiseapi.must_change")
	}
	return promise.Author{ID: r.Actor.ID, Name: r.Actor.Name, Unit: r.Actor.Unit}, nil
}

// body reads a request's JSON into v, strictly.
func body(r *web.Request, v any) error {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); r.ContentLength != 0 && (err != nil || kind != "application/json") {
		return web.WithStatus(http.StatusUnsupportedMediaType, errs.New(errs.Invalid, "promiseapi.not_json_type"))
	}
	data, err := io.ReadAll(r.Body) // the route bounds it
	if err != nil {
		return err
	}
	return strictjson.Decode(data, v)
}

// query holds an address to the parameters that are known: a filter that is misspelt would choose everything.
func query(r *web.Request, known ...string) error {
	var wrong errs.List
	for name, values := range r.URL.Query() {
		if !slices.Contains(known, name) || len(values) > 1 {
			wrong = append(wrong, errs.New(errs.Invalid, "promiseapi.unknown_parameter", "name", name).On(name))
		}
	}
	return wrong.Err()
}

// number reads a whole number of the address.
func number(r *web.Request, name string, otherwise, least, most int) (int, error) {
	s := r.URL.Query().Get(name)
	if s == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < least || n > most {
		return otherwise, errs.New(errs.Invalid, "promiseapi.out_of_range", "least", least, "most", most).On(name)
	}
	return n, nil
}

// year is the year that is asked for, or the one that runs.
func (a *front) year(r *web.Request) (int, error) {
	return number(r, "year", a.Register.Today().Year, 1990, 2199)
}

// standing finds the promise of the address.
func (a *front) standing(r *web.Request) (st *promise.Standing, err error) {
	err = a.DB.Read(r.Context(), func(tx *store.Tx) error {
		st, err = a.Register.Standing(r.Context(), tx, r.PathValue("number"))
		return err
	})
	return st, err
}
