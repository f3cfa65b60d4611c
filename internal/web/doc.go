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
// What the style sheet offers a page beside the components: .hero (.two) for a front page, .cols (.even) for two columns, .cards and .card,
// .ten for numbered promises (.n .q .v .b), .stat for one figure, .meta for a line of facts, .prose for running text, .form for a form of one
// column, .fields for short fields side by side, .actions for buttons (.btn .call .answer), .report and a.promise.is-red for the report with its
// promises in place, .source with <mark> for one sentence of it, .review for sentence and form side by side, .sheet for what is printed on
// A3, .tag, .small, .muted, .num, .quote, .phrase, .nowrap, .vh (read out, not seen). No style attributes: the policy refuses them.
// In scripts' place: data-key="a" on a button, data-print, data-autosubmit and data-target on a filter, data-part on a link.
//
// Need says who may come to a route at all. What one may do with the object behind it (a unit's promise, a place's case) is for the
// handler to ask: r.Actor.Can(permission, unit, place).
package web

import "embed"

// Locales are the shell's own texts.
//
//go:embed locales/*.json
var Locales embed.FS
