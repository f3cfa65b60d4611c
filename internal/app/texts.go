package app

import (
	"embed"
	"io/fs"

	"huying/internal/calendar"
	"huying/internal/casework"
	"huying/internal/casework/caseapi"
	"huying/internal/casework/caseweb"
	"huying/internal/drill"
	"huying/internal/edge/orders"
	"huying/internal/edge/orders/ordersweb"
	"huying/internal/errs"
	"huying/internal/files"
	"huying/internal/identity"
	"huying/internal/identity/identityweb"
	"huying/internal/jobs/jobsweb"
	"huying/internal/ledger"
	"huying/internal/ledger/ledgerweb"
	"huying/internal/notice"
	"huying/internal/notice/noticeweb"
	"huying/internal/pack"
	"huying/internal/places"
	"huying/internal/places/placesweb"
	"huying/internal/promise"
	"huying/internal/promise/promiseapi"
	"huying/internal/promise/promiseweb"
	"huying/internal/report"
	"huying/internal/rule"
	"huying/internal/simulate"
	"huying/internal/situation/situationweb"
	"huying/internal/store"
	"huying/internal/strictjson"
	"huying/internal/strictyaml"
	"huying/internal/vault"
	"huying/internal/verify"
	"huying/internal/web"
	"huying/internal/webhook"
)

//go:embed locales/*.json
var locales embed.FS

// Messages are the texts of every part, in both languages.
func Messages() []fs.FS {
	return []fs.FS{
		errs.Locales, strictyaml.Locales, strictjson.Locales, store.Locales, rule.Locales, report.Locales, pack.Locales,
		calendar.Locales, places.Locales, identity.Locales, files.Locales, promise.Locales, casework.Locales,
		ledger.Locales, vault.Locales, webhook.Locales, notice.Locales, orders.Locales, verify.Locales, drill.Locales, simulate.Locales,
		web.Locales, identityweb.Locales, placesweb.Locales, promiseweb.Locales, situationweb.Locales, caseweb.Locales, caseapi.Locales, promiseapi.Locales, ledgerweb.Locales, noticeweb.Locales, jobsweb.Locales, ordersweb.Locales, locales,
	}
}
