package app

import (
	"context"
	"net/url"
	"regexp"

	"huying/internal/casework"
	"huying/internal/identity"
	"huying/internal/promise"
	"huying/internal/promise/promiseweb"
	"huying/internal/store"
	"huying/internal/web"
)

// mostAbout bounds how many cases the page of a promise shows, the newest first.
const mostAbout = 30

// casesAbout are the cases about a promise that whoever asks sees, and those that they may begin.
func (a *App) casesAbout(r *web.Request, st *promise.Standing) (out promiseweb.Cases, err error) {
	err = a.db.Read(r.Context(), func(tx *store.Tx) error {
		v := a.cases.ViewerOf(r.Actor, "")
		rows, _, err := a.cases.List(r.Context(), tx, v, casework.Filter{Repeats: st.Number, Limit: mostAbout})
		if err != nil {
			return err
		}
		all, err := a.cases.Procedures(r.Context(), tx)
		if err != nil {
			return err
		}
		for _, c := range rows {
			p, err := a.cases.Version(r.Context(), tx, c.Hash)
			if err != nil {
				return err
			}
			out.List = append(out.List, promiseweb.Case{Number: c.Number, Href: "/cases/" + c.Number, Kind: p.Title.In(r.Lang), State: p.StateTitle(c.State).In(r.Lang),
				Light: c.Light(tx.Now()), Opened: c.OpenedAt.In(a.pack.Location), Simulated: c.Simulated})
		}
		if out.Marks, out.Mean, err = a.marks(r.Context(), tx, st.Number); err != nil {
			return err
		}
		out.Offers = a.offersAbout(r, tx, st, rows, all)
		return nil
	})
	return out, err
}

// marks are how many residents rated a promise, and the mean of their marks; what the office set aside does not count.
func (a *App) marks(ctx context.Context, tx *store.Tx, number string) (n int, mean float64, err error) {
	all, err := a.cases.Repeats(ctx, tx, rating, number)
	sum := int64(0)
	for i := range all {
		if score, ok := all[i].Form["score"].(int64); ok && all[i].Outcome != casework.Refused {
			n, sum = n+1, sum+score
		}
	}
	return n, float64(sum) / float64(max(1, n)), err
}

// offersAbout are what whoever asks may begin about a promise. What its unit asks for, only its own people may.
func (a *App) offersAbout(r *web.Request, tx *store.Tx, st *promise.Standing, rows []casework.Row, all map[string]*casework.Procedure) (out []promiseweb.Offer) {
	own := r.Actor != nil && r.Actor.Can(identity.PromiseReport, st.Lead, st.Place)
	may := func(procedure string) bool {
		p := all[procedure]
		return p != nil && casework.CanOpen(p, casework.ActorOf(casework.Asker{Actor: r.Actor}), a.cases.World(tx), false) == nil
	}
	add := func(key, href string) { out = append(out, promiseweb.Offer{Key: key, Href: href}) }
	form := func(procedure string, more ...string) string {
		q := url.Values{"in-promise": {st.Number}, "in-title": {casework.Clip(st.Title, 200)}}
		for i := 0; i+1 < len(more); i += 2 {
			q.Set(more[i], more[i+1])
		}
		return "/open/" + procedure + "?" + q.Encode()
	}
	for _, c := range rows {
		if own && c.Procedure == reporting && c.Outcome == casework.Open && (c.State == "drafting" || c.State == "returned") {
			add("report", "/cases/"+c.Number)
			break
		}
	}
	if st.Kind == promise.Livelihood && may(rating) {
		add(rating, "/open/"+rating+"?"+url.Values{"in-promise": {st.Number}}.Encode())
	}
	joint := url.Values{"in-joint": st.Joint}.Encode()
	if own && may(closing) && !st.Over() {
		add(closing, form(closing)+"&"+joint)
	}
	if own && may(adjusting) && !st.Over() {
		add(adjusting, form(adjusting))
	}
	if may(lettering) {
		about := url.Values{"in-title": {casework.Clip(st.Title, 200)}, "in-unit": {st.Lead}, "in-about": {st.Number}, "in-basis": {"light"}, "in-body": {a.reasons(st)}}
		add(lettering, "/open/"+lettering+"?"+about.Encode())
	}
	return out
}

// aboutHref is the page of what a case is about, by its number: a promise, or another case.
func aboutHref(number string) string {
	switch {
	case promiseNumber.MatchString(number):
		return "/promises/" + number
	case caseNumber.MatchString(number):
		return "/cases/" + number
	}
	return ""
}

var promiseNumber, caseNumber = regexp.MustCompile(`^[0-9]{4}-[0-9]{3,5}$`), regexp.MustCompile(`^[A-Z]{2,4}-[0-9]{6,}$`)
