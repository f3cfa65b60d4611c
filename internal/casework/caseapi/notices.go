package caseapi

import (
	"net/http"
	"strings"
	"time"

	"huying/internal/errs"
	"huying/internal/notice"
	"huying/internal/store"
	"huying/internal/web"
)

// told is a notice.
type told struct {
	ID     int64      `json:"id"`
	Topic  string     `json:"topic"`
	Text   string     `json:"text"`
	Link   string     `json:"link,omitempty"`
	Case   string     `json:"case,omitempty"`
	Urgent bool       `json:"urgent"`
	At     *time.Time `json:"at"`
	ReadAt *time.Time `json:"read_at,omitempty"`
}

// notices are what who asks was told, what they have not read first.
func (a *front) notices(r *web.Request) error {
	q := queryOf(r)
	pg := q.page()
	f := notice.Filter{Limit: pg.Size, Offset: pg.offset()}
	if q.yes("unread") {
		f.State = "unread"
	}
	if err := q.err(); err != nil {
		return err
	}
	if _, err := asker(r); err != nil {
		return err
	}
	var all []notice.Item
	var total int
	var now time.Time
	err := a.DB.Read(r.Context(), func(tx *store.Tx) (err error) {
		now = tx.Now()
		all, total, err = a.Notices.List(r.Context(), tx, r.Actor.ID, f)
		return err
	})
	if err != nil {
		return err
	}
	s, items := a.shaper(r), []told{}
	for _, it := range all {
		number, _ := strings.CutPrefix(it.Link, "/cases/")
		if number == it.Link || strings.Contains(number, "/") {
			number = ""
		}
		items = append(items, told{ID: it.ID, Topic: it.Topic, Text: a.Notices.Say(r.Lang, it), Link: it.Link, Case: number, Urgent: it.Urgent,
			At: moment(it.At, s.zone), ReadAt: moment(it.ReadAt, s.zone)})
	}
	return r.JSON(http.StatusOK, map[string]any{"items": items, "total": total, "more": false, "page": pg.Page, "size": pg.Size, "computed_at": moment(now, s.zone)})
}

// mostRead is how many notices one request may name.
const mostRead = 500

// readNotices notes that notices were read: some, or all that there are by now.
func (a *front) readNotices(r *web.Request) error {
	var in struct {
		IDs []int64 `json:"ids"`
		All bool    `json:"all"`
	}
	if _, err := a.read(r, &in); err != nil {
		return err
	}
	switch {
	case in.All == (len(in.IDs) > 0):
		return errs.New(errs.Invalid, "caseapi.ids_or_all").On("ids")
	case len(in.IDs) > mostRead:
		return errs.New(errs.Invalid, "caseapi.too_many", "most", mostRead).On("ids")
	}
	var n int64
	err := a.DB.Write(r.Context(), func(tx *store.Tx) (err error) {
		if !in.All {
			n, err = a.Notices.Read(r.Context(), tx, r.Actor.ID, in.IDs...)
			return err
		}
		newest, err := a.Notices.Newest(r.Context(), tx, r.Actor.ID)
		if err != nil {
			return err
		}
		n, err = a.Notices.ReadAll(r.Context(), tx, r.Actor.ID, newest)
		return err
	})
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, map[string]any{"read": n})
}
