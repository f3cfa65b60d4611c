package promiseweb

import (
	"slices"

	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/promise"
	"huying/internal/web"
)

// deskRoutes are the pages of those who report on their unit's promises, and of the office where it acts on one promise.
func (h *pages) deskRoutes() []web.Route {
	return slices.Concat([]web.Route{{Pattern: "GET /desk", Need: web.May(identity.PromiseUnit), Handle: h.tasks}}, h.reportRoutes(), h.ruleRoutes(), h.termsRoutes())
}

// action is one thing that whoever asks may do with a promise.
type action struct {
	Label   string
	Href    string
	Primary bool // what is most likely wanted now; at most one
}

// actions are what whoever asks may do with a promise as it stands, the likeliest first; nothing for the public.
func (h *pages) actions(r *web.Request, st *promise.Standing) []action {
	var out []action
	add := func(key, page string, primary bool) {
		out = append(out, action{r.T("promiseweb.act_" + key), path(st) + "/" + page, primary})
	}
	end := outcome(st)
	judges := rules(r, identity.PromiseVerify, st)
	if judges && end == promise.Done {
		add("verify", "verify", true)
	}
	switch finished := end == promise.Done || end == promise.Verified; {
	case owes(r, st) && finished:
		add("report_more", "report", false)
	case owes(r, st):
		add("report", "report", !judges)
	}
	if judges && end != "" {
		add("reopen", "reopen", false)
	}
	for _, a := range []struct {
		need identity.Permission
		key  string
	}{{identity.PromiseAdjust, "adjust"}, {identity.PromiseOverride, "override"}, {identity.PromiseAssign, "terms"}} {
		if rules(r, a.need, st) {
			add(a.key, a.key, false)
		}
	}
	return out
}

// unitsOf are the units that answer for a promise, the one that leads first.
func unitsOf(st *promise.Standing) []string { return append([]string{st.Lead}, st.Joint...) }

// holds reports whether whoever asks has permission p for one of the units that answer for a promise.
func holds(r *web.Request, p identity.Permission, st *promise.Standing) bool {
	return r.Actor != nil && slices.ContainsFunc(unitsOf(st), func(unit string) bool { return r.Actor.Can(p, unit, st.Place) })
}

// owes reports whether whoever asks may report on a promise: for the unit that leads it, or for a joint one.
func owes(r *web.Request, st *promise.Standing) bool { return holds(r, identity.PromiseReport, st) }

// rules reports whether whoever asks has permission p over a promise: over the unit that leads it.
func rules(r *web.Request, p identity.Permission, st *promise.Standing) bool {
	return r.Actor != nil && r.Actor.Can(p, st.Lead, st.Place)
}

// mayNot is what one hears who may do such things, but not with this promise.
func mayNot() error { return errs.New(errs.Forbidden, "web.may_not") }

// outcome is the last word on how a promise ends: done, verified, continuing, or nothing. A light set by hand and an adjustment do not hide it.
func outcome(st *promise.Standing) promise.EntryType {
	var end promise.EntryType
	gone := dropped(st)
	for _, e := range st.Entries {
		if _, is := gone[e.ID]; is {
			continue
		}
		switch e.Type {
		case promise.Done, promise.Continuing:
			end = e.Type
		case promise.Verified:
			if end == promise.Done {
				end = promise.Verified
			}
		case promise.Reopened:
			end = ""
		}
	}
	return end
}
