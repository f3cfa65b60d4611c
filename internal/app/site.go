package app

import (
	"slices"

	"github.com/prometheus/client_golang/prometheus"

	"huying/internal/casework/caseapi"
	"huying/internal/casework/caseweb"
	"huying/internal/edge/orders/ordersweb"
	"huying/internal/i18n"
	"huying/internal/identity"
	"huying/internal/identity/identityweb"
	"huying/internal/jobs/jobsweb"
	"huying/internal/ledger/ledgerweb"
	"huying/internal/notice/noticeweb"
	"huying/internal/places/placesweb"
	"huying/internal/promise/promiseapi"
	"huying/internal/promise/promiseweb"
	"huying/internal/situation/situationweb"
	"huying/internal/web"
)

// openSite hands the pages of every part to the shell.
func (a *App) openSite() (err error) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(newGauges(a))
	a.site, err = web.New(web.Options{
		Texts: a.texts, Sessions: a.ids.Sessions(), Actors: a.ids, Tokens: a.ids.Tokens(), District: a.districtName, Business: a.business, Zone: a.pack.Location,
		DemoData: a.demo, Nav: navigation(), Paths: paths(), Unread: a.notices.Unread, PublicURL: a.cfg.PublicURL, Proxies: a.cfg.Proxies,
		MetricsToken: a.cfg.MetricsToken, Ready: a.db.Ping, Registry: registry, Log: a.cfg.Log, Assets: a.cfg.Assets,
	})
	if err != nil {
		return err
	}
	a.site.Add(situationweb.Routes(&source{a})...)
	a.site.Add(promiseweb.Routes(promiseweb.Parts{DB: a.db, Register: a.register, IDs: a.ids, Places: a.places, Files: a.files, Read: Read, Cases: a.casesAbout})...)
	a.site.Add(placesweb.Routes(a.db, a.places, a.ids)...)
	a.site.Add(caseweb.Routes(caseweb.Parts{DB: a.db, Cases: a.cases, IDs: a.ids, Places: a.places, Files: a.files, Ledger: a.ledger, Vault: a.vault, Search: finder{a.search},
		Scoring: a.scoring, About: aboutHref, Folder: a.folder, Persons: persons{a}})...)
	a.site.Add(caseapi.Routes(caseapi.Parts{DB: a.db, Cases: a.cases, Files: a.files, Ledger: a.ledger, Vault: a.vault, Search: finder{a.search},
		Notices: a.notices, Events: a.events, Scoring: a.scoring})...)
	a.site.Add(promiseapi.Routes(promiseapi.Parts{DB: a.db, Register: a.register, Files: a.files})...)
	a.site.Add(ordersweb.Routes(ordersweb.Parts{DB: a.db, Orders: a.orders, IDs: a.ids})...)
	a.site.Add(ledgerweb.Routes(a.ledger)...)
	a.site.Add(noticeweb.Routes(noticeweb.Parts{DB: a.db, Notices: a.notices, IDs: a.ids})...)
	a.site.Add(jobsweb.Routes(jobsweb.Parts{DB: a.db, Queue: a.queue, IDs: a.ids})...)
	a.site.Add(identityweb.Routes(a.ids, a.places, slices.Concat(placesweb.Whats, promiseweb.Whats, noticeweb.Whats, jobsweb.Whats, ordersweb.Whats, caseweb.Whats, []identity.What{ProjectionRebuilt, KeyRotated})...)...)
	return nil
}

// paths are what the head of every page links to.
func paths() web.Paths {
	p := identityweb.Paths
	p.Notices = noticeweb.Path
	return p
}

// navigation is what the staff need most, then what stands in the menus, in the order in which it stands there.
func navigation() []web.NavItem {
	var all []web.NavItem
	for _, part := range [][]web.NavItem{situationweb.Nav, promiseweb.Nav, caseweb.Nav, caseweb.StaffNav, promiseweb.StaffNav,
		ordersweb.Nav, ledgerweb.Nav, placesweb.Nav, identityweb.Nav, noticeweb.Nav, jobsweb.Nav, caseweb.AdminNav} {
		all = append(all, part...)
	}
	return all
}

// Routes is the whole route table.
func (a *App) Routes() []web.Route { return a.site.Routes() }

func (a *App) districtName(lang i18n.Lang) string { return textIn(a.held.Load().Name, lang) }
