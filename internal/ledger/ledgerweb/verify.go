package ledgerweb

import (
	_ "embed"
	"encoding/json"
	"io"
	"regexp"
	"strings"

	"huying/internal/web"
)

// verifyPage is the page that checks receipts. It is made of web/src/verify by web/verify.mjs (make build) and stands here as it is sent, but
// for the public keys.
//
//go:embed verify.html
var verifyPage string

// noKeys is where the keys go: data for the page's script, which a browser never runs.
const noKeys = `{"keys":[],"lang":""}`

// policyOf finds the policy that the page states for itself: it runs its one script and loads nothing at all.
var policyOf = regexp.MustCompile(`<meta http-equiv="Content-Security-Policy" content="([^"]*)">`)

var verifyPolicy = policyOf.FindStringSubmatch(verifyPage)[1] + "; frame-ancestors 'none'"

// verify sends the page with the keys of the log. ?save=1 saves it instead of opening it.
func (h *pages) verify(r *web.Request) error {
	keys, err := h.vkeys(r)
	if err != nil {
		return err
	}
	data, err := json.Marshal(struct {
		Keys []string `json:"keys"`
		Lang string   `json:"lang"`
	}{keys, string(r.Lang)})
	if err != nil {
		return err
	}
	header := r.Writer().Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", verifyPolicy)
	header.Set("Cache-Control", "no-cache")
	header.Set("Vary", "Cookie, Accept-Language")
	if r.Query("save") != "" {
		header.Set("Content-Disposition", `attachment; filename="huying-verify.html"`)
	}
	_, _ = io.WriteString(r.Writer(), strings.Replace(verifyPage, noKeys, string(data), 1)) // whoever has gone need not be told
	return nil
}
