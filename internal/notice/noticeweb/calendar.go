package noticeweb

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"

	"huying/internal/errs"
	"huying/internal/store"
	"huying/internal/web"
)

// newCalendar shows the address in its answer, and nowhere else: it is not in a session, nor in a log.
func (h *pages) newCalendar(r *web.Request) error {
	var token string
	err := h.DB.Write(r.Context(), func(tx *store.Tx) (err error) {
		token, err = h.Notices.NewCalendar(r.Context(), tx, r.Actor.ID)
		return err
	})
	if err != nil {
		return err
	}
	address := r.Address() + "/calendar/" + token + ".ics"
	_, rest, _ := strings.Cut(address, "://")
	crumbs := []web.Crumb{{Text: r.T("noticeweb.notices"), Href: Path}, {Text: r.T("noticeweb.settings"), Href: "/notices/settings"}}
	return r.Render(http.StatusOK, web.Page{Title: r.T("noticeweb.calendar"), Nav: "notices", Crumbs: crumbs}, calendarPage(address, "webcal://"+rest))
}

func (h *pages) revokeCalendar(r *web.Request) error {
	err := h.DB.Write(r.Context(), func(tx *store.Tx) error { return h.Notices.RevokeCalendar(r.Context(), tx, r.Actor.ID) })
	if err != nil {
		return err
	}
	r.Flash("noticeweb.calendar_ended")
	return r.Redirect("/notices/settings#calendar")
}

// feed answers a calendar program. One that asks again is told when nothing has changed.
func (h *pages) feed(r *web.Request) error {
	token, ok := strings.CutSuffix(r.PathValue("token"), ".ics")
	if !ok {
		return errs.New(errs.NotFound, "notice.no_calendar")
	}
	data, err := h.Notices.Feed(r.Context(), token, r.Address())
	if err != nil {
		return err
	}
	sum := sha256.Sum256(data)
	tag := `"` + hex.EncodeToString(sum[:16]) + `"`
	header := r.Writer().Header()
	header.Set("ETag", tag)
	header.Set("Cache-Control", "private, no-cache")
	if match := r.Header.Get("If-None-Match"); match != "" && strings.Contains(match, tag) {
		r.Writer().WriteHeader(http.StatusNotModified)
		return nil
	}
	return r.Send("text/calendar; charset=utf-8", "huying.ics", bytes.NewReader(data))
}
