// Package jobsweb shows the jobs that were given up to whoever administers the system, and has them run again.
package jobsweb

import (
	"context"
	"embed"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/jobs"
	"huying/internal/store"
	"huying/internal/web"
)

// Locales are this package's texts.
//
//go:embed locales/*.json
var Locales embed.FS

// Nav is the part of the navigation that leads here.
var Nav = []web.NavItem{{Key: "jobs", Href: "/jobs", Text: "jobsweb.jobs", Need: admin}}

var admin = web.May(identity.JobView)

// JobsRetried is what the record has of an administrator who has jobs run again.
const JobsRetried identity.What = "job.retried"

// Whats are all that the record of this package names.
var Whats = []identity.What{JobsRetried}

// Recorder puts on record what somebody did.
type Recorder interface {
	Record(ctx context.Context, tx *store.Tx, by identity.By, what identity.What, object string, detail identity.Detail) error
}

// Parts are what the pages are made of.
type Parts struct {
	DB    *store.DB
	Queue *jobs.Queue
	IDs   Recorder
}

type pages struct{ Parts }

// Routes are the pages.
func Routes(p Parts) []web.Route {
	h := &pages{p}
	return []web.Route{
		{Pattern: "GET /jobs", Need: admin, Handle: h.list},
		{Pattern: "POST /jobs/again", Need: admin, Handle: h.again, MaxBody: 16 << 10},
	}
}

type listView struct {
	List   web.List
	Form   *web.Form
	Table  web.Table[jobs.Dead]
	Kinds  []web.Option
	Counts []countView
}

// countView is how many jobs of a kind were given up.
type countView struct {
	Kind, Name string
	N          int
}

// list shows the jobs that were given up.
func (h *pages) list(r *web.Request) error {
	l, f := r.List("-at"), r.QueryForm()
	kind := f.Line("kind", 100)
	v := listView{List: l, Form: f, Kinds: []web.Option{{Text: r.T("jobsweb.any")}}}
	var all []jobs.Dead
	var counts []jobs.KindCount
	var total int
	err := h.DB.Read(r.Context(), func(tx *store.Tx) (err error) {
		if all, total, err = h.Queue.Dead(r.Context(), tx, kind, l.Size, l.Offset()); err != nil {
			return err
		}
		counts, err = h.Queue.DeadKinds(r.Context(), tx)
		return err
	})
	if err != nil {
		return err
	}
	for _, c := range counts {
		v.Counts = append(v.Counts, countView{c.Kind, kindName(r, c.Kind), c.N})
		v.Kinds = append(v.Kinds, web.Option{Value: c.Kind, Text: kindName(r, c.Kind)})
	}
	v.Table = web.Table[jobs.Dead]{ID: "jobs", Caption: r.T("jobsweb.jobs"), Columns: columns(r), Rows: all, Total: total, List: l}
	if kind == "" {
		v.Table.Empty = none()
	}
	return r.Render(http.StatusOK, web.Page{Title: r.T("jobsweb.jobs"), Nav: "jobs", Wide: true}, listPage(v))
}

// kindName is what a kind of job does, in words; of a kind that nobody answers any more, its name.
func kindName(r *web.Request, kind string) string {
	if text := r.T("jobsweb.kind." + kind); text != "jobsweb.kind."+kind {
		return text
	}
	return kind
}

func columns(r *web.Request) []web.Column[jobs.Dead] {
	text := func(title string, say func(jobs.Dead) string) web.Column[jobs.Dead] {
		return web.Column[jobs.Dead]{Title: r.T(title), Cell: func(d jobs.Dead) templ.Component { return web.Text(say(d)) }}
	}
	tries := text("jobsweb.tries", func(d jobs.Dead) string { return web.Int(d.Tries) })
	tries.Numeric, tries.Narrow = true, true
	made, tried := text("jobsweb.made", func(d jobs.Dead) string { return r.Moment(d.Made) }), text("jobsweb.tried", func(d jobs.Dead) string { return r.Moment(d.Tried) })
	made.Narrow, tried.Narrow = true, true
	return []web.Column[jobs.Dead]{
		{Title: r.T("jobsweb.kind"), Head: true, Cell: func(d jobs.Dead) templ.Component { return kindCell(kindName(r, d.Kind), d) }},
		made, tried, tries,
		{Title: r.T("jobsweb.error"), Cell: func(d jobs.Dead) templ.Component { return errorCell(impersonal(d.Error)) }},
		{Title: r.T("jobsweb.action"), Narrow: true, Cell: func(d jobs.Dead) templ.Component { return againCell(d.ID, r.URL.RequestURI()) }},
	}
}

// again has one job run again, or all of a kind, and puts that on record.
func (h *pages) again(r *web.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	ids, kind := f.IDs("id", 1), f.Line("kind", 100)
	if err := f.Err(); err != nil {
		return err
	}
	if len(ids) == 0 && kind == "" {
		return errs.New(errs.Invalid, "web.no_form")
	}
	var n int64
	err = h.DB.Write(r.Context(), func(tx *store.Tx) (err error) {
		object := "jobs"
		if len(ids) > 0 {
			object, n = "job:"+number(ids[0]), 1
			kind, err = h.Queue.Retry(r.Context(), tx, ids[0])
		} else {
			n, err = h.Queue.RetryKind(r.Context(), tx, kind)
		}
		if err != nil || n == 0 {
			return err
		}
		return h.IDs.Record(r.Context(), tx, r.By(), JobsRetried, object, identity.Detail{"job": kind, "count": n})
	})
	if err != nil && !errs.Is(err, errs.NotFound) {
		return err
	}
	if err != nil || n == 0 {
		r.Flash("jobsweb.gone")
	} else {
		r.Flash("jobsweb.retried", "n", n)
	}
	if next := r.Next(); next != "/" {
		return r.Redirect(next)
	}
	return r.Redirect("/jobs")
}

func number(id int64) string { return strconv.FormatInt(id, 10) }
