// Package arch holds the arrows of the house: which package may import which. A test reads them against the code, so that a new package
// or a new arrow is a line here, with a reason, before it is a fact.
package arch

// Sets of packages that stand for a row of the design's table.
var (
	leaves     = []string{"errs", "clock", "i18n", "strictyaml", "strictjson"}
	foundation = join([]string{"store", "jobs", "calendar", "places", "identity", "files", "ledger", "vault", "notice", "search", "webhook", "outbox"}, leaves)
	capability = join([]string{"rule"}, foundation)
)

// Arrows are what each package of internal/ may import of the others. A package that is not here fails the test.
var Arrows = map[string][]string{
	"errs":       nil,
	"clock":      nil,
	"i18n":       {"errs"},
	"strictyaml": {"errs"},
	"strictjson": {"errs"},

	"report": leaves,
	"rule":   leaves,

	"store":           leaves,
	"store/storetest": {"store", "clock"},
	"jobs":            join([]string{"store"}, leaves),
	"calendar":        join([]string{"store", "jobs"}, leaves),
	"places":          join([]string{"store", "jobs"}, leaves),
	"identity":        join([]string{"store", "jobs", "places"}, leaves),
	"files":           join([]string{"store", "jobs"}, leaves),
	"ledger":          join([]string{"store", "jobs"}, leaves),
	"vault":           join([]string{"store", "jobs"}, leaves),
	"webhook":         leaves,
	"outbox":          join([]string{"store"}, leaves), // sends what waits in a table of another package
	"notice":          join([]string{"store", "jobs", "webhook", "outbox"}, leaves),
	"search":          join([]string{"store", "jobs"}, leaves),

	// It checks what the others made, and so shares no code with them.
	"verify": join([]string{"store"}, leaves),

	"promise":  capability,
	"casework": capability,

	"web":                  join([]string{"identity"}, leaves),
	"web/webtest":          join([]string{"web", "identity"}, leaves), // visits pages in the tests of every page package
	"identity/identityweb": join([]string{"identity", "web"}, foundation),
	"places/placesweb":     join([]string{"places", "web"}, foundation),
	"ledger/ledgerweb":     join([]string{"ledger", "web"}, foundation),
	"jobs/jobsweb":         join([]string{"jobs", "identity", "web"}, foundation),
	"notice/noticeweb":     join([]string{"notice", "web"}, foundation),
	"casework/caseweb":     join([]string{"casework", "web"}, foundation),
	"casework/caseapi":     join([]string{"casework", "web"}, foundation),
	"promise/promiseweb":   join([]string{"promise", "web"}, foundation),
	"promise/promiseapi":   join([]string{"promise", "web"}, foundation),

	// The border: other systems. The peer of the tests is built from the document alone: it shares no code with what it tests.
	"edge/orders":           join([]string{"casework"}, foundation),
	"edge/orders/ordersweb": join([]string{"edge/orders", "web"}, foundation),
	"edge/orders/ordertest": {"clock"},

	// These declare what they need as small interfaces; app supplies it.
	"situation":              leaves,
	"situation/situationweb": join([]string{"situation", "web"}, foundation),
	"pack":                   leaves,
	"simulate":               leaves,
	"drill":                  leaves,

	"arch": nil,
	"app":  {"*"},
}

func join(lists ...[]string) []string {
	var out []string
	for _, l := range lists {
		out = append(out, l...)
	}
	return out
}
