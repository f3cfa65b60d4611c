// Package web is the shell that every page stands in: the route table, the session, forms and tables, errors turned into pages, the
// layout and its components, the built assets. It knows who asks (identity) and no capability; pages live beside what they show, in
// packages such as promise/promiseweb, and are handed to a Server as Routes.
//
// A page package writes:
//
//	func Routes(h *Pages) []web.Route {
//		return []web.Route{
//			{Pattern: "GET /promises/{id}", Need: web.Everyone, Handle: h.show},
//			{Pattern: "POST /promises/{id}/figures", Need: web.May("promise.report"), Handle: h.report},
//		}
//	}
//
//	func (h *Pages) report(r *web.Request) error {
//		id, err := r.ID("id")
//		if err != nil {
//			return err
//		}
//		f, err := r.ReadForm()
//		if err != nil {
//			return err
//		}
//		value, source := f.Decimal("value"), f.Required("source", 200)
//		if f.OK() {
//			err := h.register.Report(r.Context(), r.Actor, id, value, source)
//			if err == nil {
//				r.Flash("promiseweb.reported")
//				return r.Redirect("/promises/" + r.PathValue("id"))
//			}
//			if !f.Takes(err) {
//				return err
//			}
//		}
//		return r.Render(http.StatusUnprocessableEntity, web.Page{Title: r.T("promiseweb.report")}, reportForm(f))
//	}
//
// Need says who may come to a route at all. What one may do with the object behind it (a unit's promise, a place's case) is for the
// handler to ask: r.Actor.Can(permission, unit, place).
package web

import "embed"

// Locales are the shell's own texts.
//
//go:embed locales/*.json
var Locales embed.FS
