package noticeweb

import (
	"net/http"

	"github.com/a-h/templ"

	"huying/internal/errs"
	"huying/internal/notice"
	"huying/internal/store"
	"huying/internal/web"
)

// states are what a list may be narrowed to.
var states = []string{"unread", "read", "failed"}

type listView struct {
	List   web.List
	Form   *web.Form
	Table  web.Table[notice.Item]
	States []web.Option
	Groups []web.Option
	Newest int64 // that was shown
	Unread bool
	Missed []string
}

func (h *pages) list(r *web.Request) error {
	l, f := r.List("unread"), r.QueryForm()
	filter := notice.Filter{State: f.Choice("state", states...), Group: f.Choice("group", notice.Groups...), Limit: l.Size, Offset: l.Offset()}
	v := listView{List: l, Form: f}
	var items []notice.Item
	var total int
	var missed []notice.Missed
	err := h.DB.Read(r.Context(), func(tx *store.Tx) (err error) {
		if items, total, err = h.Notices.List(r.Context(), tx, r.Actor.ID, filter); err != nil {
			return err
		}
		if v.Newest, err = h.Notices.Newest(r.Context(), tx, r.Actor.ID); err != nil {
			return err
		}
		missed, err = h.Notices.Missed(r.Context(), tx, r.Actor.ID)
		return err
	})
	if err != nil {
		return err
	}
	unread, err := h.Notices.Unread(r.Context(), r.Actor.ID)
	if err != nil {
		return err
	}
	v.Unread = unread > 0
	for _, m := range missed {
		v.Missed = append(v.Missed, r.T("noticeweb.missed", "n", m.N, "channel", h.Notices.ChannelName(r.Lang, m.Channel), "why", r.T(m.Why)))
	}
	v.States, v.Groups = []web.Option{{Text: r.T("noticeweb.any")}}, []web.Option{{Text: r.T("noticeweb.any")}}
	for _, s := range states {
		v.States = append(v.States, web.Option{Value: s, Text: r.T("noticeweb.state." + s)})
	}
	for _, g := range notice.Groups {
		v.Groups = append(v.Groups, web.Option{Value: g, Text: h.Notices.GroupName(r.Lang, g)})
	}
	v.Table = web.Table[notice.Item]{ID: "notices", Caption: r.T("noticeweb.notices"), Columns: h.columns(r), Rows: items, Total: total, List: l}
	if filter.State == "" && filter.Group == "" {
		v.Table.Empty = web.Empty(r.T("noticeweb.none"))
	}
	return r.Render(http.StatusOK, web.Page{Title: r.T("noticeweb.notices"), Nav: "notices"}, listPage(v))
}

func (h *pages) columns(r *web.Request) []web.Column[notice.Item] {
	here := r.URL.RequestURI()
	columns := []web.Column[notice.Item]{
		{Title: r.T("noticeweb.notice"), Head: true, Cell: func(it notice.Item) templ.Component {
			return noticeCell(it, h.Notices.Say(r.Lang, it))
		}},
		{Title: r.T("noticeweb.group"), Narrow: true, Cell: func(it notice.Item) templ.Component {
			return web.Text(h.Notices.GroupName(r.Lang, notice.GroupOf(it.Topic)))
		}},
		{Title: r.T("noticeweb.at"), Narrow: true, Cell: func(it notice.Item) templ.Component { return web.Text(r.Moment(it.At)) }},
	}
	if len(h.Notices.Channels()) > 0 {
		columns = append(columns, web.Column[notice.Item]{Title: r.T("noticeweb.elsewhere"), Cell: func(it notice.Item) templ.Component {
			var lines []string
			for _, d := range it.Deliveries {
				lines = append(lines, h.wayText(r, d))
			}
			return linesCell(lines)
		}})
	}
	return append(columns, web.Column[notice.Item]{Title: r.T("noticeweb.action"), Narrow: true, Cell: func(it notice.Item) templ.Component {
		return readCell(it, here)
	}})
}

// open marks a notice as read and leads to what it is about.
func (h *pages) open(r *web.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	var it notice.Item
	err = h.DB.Write(r.Context(), func(tx *store.Tx) (err error) {
		if it, err = h.Notices.One(r.Context(), tx, r.Actor.ID, id); err != nil {
			return err
		}
		_, err = h.Notices.Read(r.Context(), tx, r.Actor.ID, id)
		return err
	})
	if err != nil {
		return err
	}
	return r.Redirect(it.Link)
}

// read marks one notice as read, or all that the page knew of.
func (h *pages) read(r *web.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	ids, upTo := f.IDs("id", 200), f.Int("up_to", 1, 1<<62)
	if err := f.Err(); err != nil {
		return err
	}
	if len(ids) == 0 && upTo == 0 {
		return errs.New(errs.Invalid, "web.no_form")
	}
	var n int64
	err = h.DB.Write(r.Context(), func(tx *store.Tx) (err error) {
		if upTo > 0 {
			n, err = h.Notices.ReadAll(r.Context(), tx, r.Actor.ID, upTo)
		} else {
			n, err = h.Notices.Read(r.Context(), tx, r.Actor.ID, ids...)
		}
		return err
	})
	if err != nil {
		return err
	}
	r.Flash("noticeweb.read_now", "n", n)
	if next := r.Next(); next != "/" {
		return r.Redirect(next)
	}
	return r.Redirect(Path)
}
