package promiseweb

import (
	"bytes"
	"net/http"
	"slices"
	"strconv"
	"time"

	"huying/internal/clock"
	"huying/internal/identity"
	"huying/internal/promise"
	"huying/internal/store"
	"huying/internal/web"
)

// What the record calls what is done with the register as a whole.
const (
	RegisterExported   identity.What = "register.exported"
	RegisterImported   identity.What = "register.imported"
	RegisterRolledOver identity.What = "register.rolled_over"
)

const (
	jsonType  = "application/json; charset=utf-8"
	excelType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

// bulkRoutes are the pages on which the register is taken away, brought in and carried on as a whole.
func (h *pages) bulkRoutes() []web.Route {
	bring, roll := web.MayEverywhere(identity.PromiseImport), web.MayEverywhere(identity.PromiseRollover)
	return []web.Route{
		{Pattern: "GET /register", Need: bring, Handle: h.tools},
		{Pattern: "GET /register/export.xlsx", Need: bring, Handle: h.exportSheet, Limit: time.Minute},
		{Pattern: "GET /register/export.json", Need: bring, Handle: h.exportArchive, Limit: time.Minute},
		{Pattern: "GET /register/template.xlsx", Need: bring, Handle: h.template},
		{Pattern: "GET /register/import", Need: bring, Handle: h.askImport},
		{Pattern: "POST /register/import", Need: bring, Handle: h.bringIn, MaxBody: maxForm, Limit: 2 * time.Minute},
		{Pattern: "GET /register/rollover", Need: roll, Handle: h.askRollover},
		{Pattern: "POST /register/rollover", Need: roll, Handle: h.rollover, Limit: time.Minute},
	}
}

// toolsView is what may be done with a year's register.
type toolsView struct {
	All                                 figure
	Entries                             int
	MayEnter, MayRoll, MayUpload, Empty bool
}

func (h *pages) tools(r *web.Request) error {
	d, err := h.desk(r)
	if err != nil {
		return err
	}
	v := toolsView{All: d.count(choice{}), Empty: len(d.board.Rows) == 0, MayEnter: r.May(identity.PromiseEnter), MayRoll: r.May(identity.PromiseRollover),
		MayUpload: r.May(identity.DocumentUpload)}
	for _, st := range d.board.Rows {
		v.Entries += len(st.Entries)
	}
	return r.Render(http.StatusOK, d.page("register", r.T("promiseweb.bulk"), ""), toolsPage(d, v))
}

// exportSheet sends the year's register as the workbook that a supervision office keeps, and puts on record who took it.
func (h *pages) exportSheet(r *web.Request) error {
	return h.takeAway(r, "xlsx", excelType, func(d *desk, b *bytes.Buffer) error { return promise.WriteSheet(b, d.board.Rows, d.sheetNames()) })
}

// exportArchive sends the year's register whole: documents, records, reviews, promises, entries.
func (h *pages) exportArchive(r *web.Request) error {
	return h.takeAway(r, "json", jsonType, func(d *desk, b *bytes.Buffer) error { return h.Register.WriteArchive(r.Context(), b, d.board.Year) })
}

func (h *pages) takeAway(r *web.Request, format, contentType string, write func(*desk, *bytes.Buffer) error) error {
	d, err := h.desk(r)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := write(d, &b); err != nil {
		return err
	}
	detail := identity.Detail{"format": format, "promises": len(d.board.Rows)}
	if err := h.IDs.RecordNow(r.Context(), r.By(), RegisterExported, "register/"+d.year(), detail); err != nil {
		return err
	}
	return r.Send(contentType, d.fileName()+"."+format, &b)
}

// rolloverView is what goes on into the next year.
type rolloverView struct {
	From, To string
	Early    bool
	Stay     int // what does not go on: it is done, or a target of its year
	Table    web.Table[*promise.Standing]
	Years    []web.Tab
}

func (h *pages) askRollover(r *web.Request) error {
	return h.drawRollover(r, http.StatusOK)
}

func (h *pages) drawRollover(r *web.Request, status int) error {
	d, err := h.desk(r)
	if err != nil {
		return err
	}
	rows, err := h.Register.Rolling(r.Context(), d.board.Year)
	if err != nil {
		return err
	}
	carried := make([]*promise.Standing, 0, len(rows)) // as the board has them, which knows what a formula gives
	for _, st := range rows {
		if x, err := d.board.Find(st.Number); err == nil {
			carried = append(carried, x)
		}
	}
	december := clock.Date{Year: d.board.Year, Month: 12, Day: 1}
	l := r.List("number", "number", "light", "lead", "progress", "due")
	v := rolloverView{From: d.year(), To: strconv.Itoa(d.board.Year + 1), Early: r.Today().Before(december), Stay: len(d.board.Rows) - len(carried),
		Years: d.yearTabs("/register/rollover"),
		Table: web.Table[*promise.Standing]{ID: "rolling", Caption: r.T("promiseweb.bulk_rolling", "to", strconv.Itoa(d.board.Year+1)), Columns: d.columns(), List: l,
			Rows: web.Slice(l, carried, d.orders()), Total: len(carried)}}
	p := d.page("register", r.T("promiseweb.bulk_rollover"), "")
	p.Crumbs = bulkCrumbs(r)
	return r.Render(status, p, rolloverPage(d, v))
}

func bulkCrumbs(r *web.Request) []web.Crumb {
	return []web.Crumb{{Text: r.T("promiseweb.bulk"), Href: "/register"}}
}

// rollover carries on what is unfinished. Too early is no error: the page says from when on it can be done.
func (h *pages) rollover(r *web.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	years, err := h.Register.Years(r.Context())
	if err != nil {
		return err
	}
	from := int(f.Int("from", 1949, 2100))
	if !f.OK() || !slices.Contains(years, from) {
		return h.drawRollover(r, http.StatusUnprocessableEntity)
	}
	if r.Today().Before(clock.Date{Year: from, Month: 12, Day: 1}) {
		return h.drawRollover(r, http.StatusConflict)
	}
	n := 0
	err = h.DB.Write(r.Context(), func(tx *store.Tx) error {
		if n, err = h.Register.Rollover(r.Context(), tx, from, author(r.Actor)); err != nil {
			return err
		}
		return h.IDs.Record(r.Context(), tx, r.By(), RegisterRolledOver, "register/"+strconv.Itoa(from), identity.Detail{"promises": n})
	})
	if err != nil {
		return err
	}
	to := strconv.Itoa(from + 1)
	if n == 0 {
		r.Flash("promiseweb.bulk_rolled_none", "from", strconv.Itoa(from))
		return r.Redirect("/register/rollover?year=" + strconv.Itoa(from))
	}
	r.Flash("promiseweb.bulk_rolled", "n", n, "to", to)
	return r.Redirect("/promises?year=" + to)
}
