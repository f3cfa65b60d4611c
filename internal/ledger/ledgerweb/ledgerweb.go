// Package ledgerweb shows the log to anybody: how large it is, what was signed last, whether it still agrees with what somebody kept. It
// serves what monitors follow (C2SP tlog-tiles), and the page on which a receipt is checked without us.
package ledgerweb

import (
	"embed"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strings"

	"huying/internal/errs"
	"huying/internal/ledger"
	"huying/internal/web"
)

// Locales are this package's texts.
//
//go:embed locales/*.json
var Locales embed.FS

// Nav is the part of the navigation that leads here, for the foot of the page.
var Nav = []web.NavItem{{Key: "ledger", Href: "/ledger", Text: "ledgerweb.title", Need: web.Everyone, Group: web.NavCases}}

type pages struct{ log *ledger.Log }

// Routes are the pages over a log. Nothing of them is personal, and all are everybody's.
func Routes(log *ledger.Log) []web.Route {
	h := &pages{log}
	return []web.Route{
		{Pattern: "GET /ledger", Need: web.Everyone, Handle: h.show},
		{Pattern: "GET /ledger/verify.html", Need: web.Everyone, Handle: h.verify},
		{Pattern: "GET /ledger/checkpoint", Need: web.Everyone, Handle: h.checkpoint},
		{Pattern: "GET /ledger/key", Need: web.Everyone, Handle: h.key},
		{Pattern: "GET /ledger/tile/{level}/{rest...}", Need: web.Everyone, Handle: h.tile},
	}
}

// show is the page of the log. ?entry= looks an entry up by its number, ?checkpoint= holds the log against an earlier checkpoint.
func (h *pages) show(r *web.Request) (err error) {
	v := view{ByNumber: r.QueryForm(), ByCheckpoint: r.QueryForm(), Origin: h.log.Origin()}
	if v.Size, v.Signed, err = h.log.Size(r.Context()); err != nil {
		return err
	}
	if v.Waiting, _, err = h.log.Waiting(r.Context()); err != nil {
		return err
	}
	if v.Checkpoint, err = h.log.Checkpoint(r.Context()); err != nil {
		return err
	}
	if v.Keys, err = h.log.Keys(r.Context()); err != nil {
		return err
	}
	if err := h.lookUp(r, &v); err != nil {
		return err
	}
	if err := h.compare(r, &v); err != nil {
		return err
	}
	status := http.StatusOK
	if !v.ByNumber.OK() || !v.ByCheckpoint.OK() {
		status = http.StatusUnprocessableEntity
	}
	return r.Render(status, web.Page{Title: r.T("ledgerweb.title"), Nav: "ledger", Description: r.T("ledgerweb.lead")}, page(v))
}

func (h *pages) lookUp(r *web.Request, v *view) error {
	f := v.ByNumber
	if f.Value("entry") == "" || v.Size == 0 {
		return nil
	}
	index := f.Int("entry", 0, v.Size-1)
	if !f.OK() {
		return nil
	}
	e, err := h.log.Entry(r.Context(), index)
	if err != nil {
		return err
	}
	v.Entry = &entryView{Index: e.Index, At: e.At, Base64: base64.StdEncoding.EncodeToString(e.Hash[:]), Hex: hex.EncodeToString(e.Hash[:])}
	return nil
}

func (h *pages) compare(r *web.Request, v *view) error {
	kept := v.ByCheckpoint.Value("checkpoint")
	if strings.TrimSpace(kept) == "" {
		return nil
	}
	older, newer, err := h.log.Extends(r.Context(), kept)
	switch {
	case err == nil:
		v.Agrees = &agreeView{older, newer}
	case errs.Is(err, errs.Conflict):
		v.Rewritten = r.Says(err)
	case errs.Is(err, errs.Invalid):
		v.ByCheckpoint.Wrong("checkpoint", "ledger.not_our_checkpoint")
	default:
		return err
	}
	return nil
}

// checkpoint is the last signed checkpoint, as a monitor fetches it.
func (h *pages) checkpoint(r *web.Request) error {
	signed, err := h.log.Checkpoint(r.Context())
	if err != nil {
		return err
	}
	return text(r, signed)
}

// key is the public key in use on the first line, and those before it on the next.
func (h *pages) key(r *web.Request) error {
	keys, err := h.vkeys(r)
	if err != nil {
		return err
	}
	return text(r, strings.Join(keys, "\n")+"\n")
}

func (h *pages) vkeys(r *web.Request) (lines []string, err error) {
	keys, err := h.log.Keys(r.Context())
	for _, k := range keys {
		lines = append(lines, k.VKey)
	}
	return lines, err
}

func text(r *web.Request, s string) error {
	r.Writer().Header().Set("Cache-Control", "no-cache")
	return r.Send("text/plain; charset=utf-8", "", strings.NewReader(s))
}
