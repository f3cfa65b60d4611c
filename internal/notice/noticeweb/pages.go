// Package noticeweb shows notices: each person's own, how they want to be told, their calendar's address, and, for the administrator, what
// could not be delivered.
package noticeweb

import (
	"embed"
	"net/http"
	"strconv"

	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/notice"
	"huying/internal/store"
	"huying/internal/web"
)

// Locales are this package's texts.
//
//go:embed locales/*.json
var Locales embed.FS

// Path is where a person's notices are: the head of every page links there.
const Path = "/notices"

// Nav is the part of the navigation that leads to what could not be delivered. A person's own notices stand in the head of the page.
var Nav = []web.NavItem{{Key: "failures", Href: "/notices/failures", Text: "noticeweb.failures", Need: web.May(identity.JobView)}}

// DeliveryResent is what the record has of an administrator who sends again.
const DeliveryResent identity.What = "delivery.resent"

// Whats are all that the record of this package names.
var Whats = []identity.What{DeliveryResent}

// Parts are what the pages are made of.
type Parts struct {
	DB      *store.DB
	Notices *notice.Service
	IDs     *identity.Service
}

type pages struct{ Parts }

// Routes are the pages. A person sees and changes only what is their own: no address names anybody else.
func Routes(p Parts) []web.Route {
	h := &pages{p}
	admin := web.May(identity.JobView)
	const small = 16 << 10
	return []web.Route{
		{Pattern: "GET /notices", Need: web.SignedIn, Handle: h.list},
		{Pattern: "GET /notices/{id}", Need: web.SignedIn, Handle: h.open},
		{Pattern: "POST /notices/read", Need: web.SignedIn, Handle: h.read, MaxBody: small},

		{Pattern: "GET /notices/settings", Need: web.SignedIn, Handle: h.settings},
		{Pattern: "POST /notices/settings", Need: web.SignedIn, Handle: h.saveSettings, MaxBody: small},
		{Pattern: "POST /notices/addresses", Need: web.SignedIn, Handle: h.askAddress, MaxBody: small},
		{Pattern: "POST /notices/addresses/confirm", Need: web.SignedIn, Handle: h.confirmAddress, MaxBody: small},
		{Pattern: "POST /notices/addresses/remove", Need: web.SignedIn, Handle: h.removeAddress, MaxBody: small},
		{Pattern: "POST /notices/test", Need: web.SignedIn, Handle: h.test, MaxBody: small},

		{Pattern: "POST /notices/calendar", Need: web.SignedIn, Handle: h.newCalendar, MaxBody: small},
		{Pattern: "POST /notices/calendar/revoke", Need: web.SignedIn, Handle: h.revokeCalendar, MaxBody: small},
		{Pattern: "GET /calendar/{token}", Need: web.Everyone, Handle: h.feed}, // whoever has the address; the shell keeps a {token} out of its log

		{Pattern: "GET /notices/failures", Need: admin, Handle: h.failures},
		{Pattern: "POST /notices/failures/again", Need: admin, Handle: h.again, MaxBody: small},
	}
}

// refusals are how a page answers an error that it shows in its form.
var refusals = map[errs.Kind]int{errs.TooMany: http.StatusTooManyRequests, errs.Unavailable: http.StatusServiceUnavailable}

// show puts an error into a form, beside field whatever field it names, and returns the status of the page that shows it. What has no
// message is not for a form: ok is false.
func show(f *web.Form, field string, err error) (status int, ok bool) {
	if errs.Is(err, errs.Internal) || len(errs.All(err)) == 0 {
		return 0, false
	}
	for _, e := range errs.All(err) {
		var kv []any
		for k, v := range e.Args {
			kv = append(kv, k, v)
		}
		f.Wrong(field, e.Key, kv...)
	}
	if status, ok = refusals[errs.KindOf(err)]; !ok {
		status = http.StatusUnprocessableEntity
	}
	return status, true
}

func number(id int64) string { return strconv.FormatInt(id, 10) }

// wayText says how a delivery stands.
func (h *pages) wayText(r *web.Request, d notice.Delivery) string {
	kv := []any{"channel", h.Notices.ChannelName(r.Lang, d.Channel), "why", "", "at", r.Moment(d.Done)}
	if d.Why != "" {
		kv[3] = r.T(d.Why)
	}
	if d.State == notice.Waiting {
		kv[5] = r.Moment(d.Due)
		if d.Why != "" {
			return r.T("noticeweb.way.trying", kv...)
		}
	}
	return r.T("noticeweb.way."+string(d.State), kv...)
}
