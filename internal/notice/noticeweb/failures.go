package noticeweb

import (
	"net/http"

	"github.com/a-h/templ"

	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/notice"
	"huying/internal/store"
	"huying/internal/web"
)

type failuresView struct {
	List     web.List
	Form     *web.Form
	Table    web.Table[notice.Trouble]
	Channels []web.Option
	States   []web.Option
	Again    []againView
}

// againView is a channel of which something failed.
type againView struct {
	Channel, Text string
}

var troubleStates = []string{string(notice.Failed), string(notice.Waiting)}

func (h *pages) failures(r *web.Request) error {
	l, f := r.List("-at"), r.QueryForm()
	channels := h.Notices.Channels()
	filter := notice.TroubleFilter{Channel: f.Choice("channel", channels...), State: notice.State(f.Choice("state", troubleStates...)),
		Limit: l.Size, Offset: l.Offset()}
	v := failuresView{List: l, Form: f, Channels: []web.Option{{Text: r.T("noticeweb.any")}}, States: []web.Option{{Text: r.T("noticeweb.any")}}}
	var all []notice.Trouble
	var total int
	err := h.DB.Read(r.Context(), func(tx *store.Tx) (err error) {
		if all, total, err = h.Notices.Troubles(r.Context(), tx, filter); err != nil {
			return err
		}
		for _, c := range channels {
			_, n, err := h.Notices.Troubles(r.Context(), tx, notice.TroubleFilter{Channel: c, Limit: 1})
			if err != nil {
				return err
			}
			if n > 0 {
				v.Again = append(v.Again, againView{c, r.T("noticeweb.again_all", "channel", h.Notices.ChannelName(r.Lang, c), "n", n)})
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	names, err := h.names(r, all)
	if err != nil {
		return err
	}
	for _, c := range channels {
		v.Channels = append(v.Channels, web.Option{Value: c, Text: h.Notices.ChannelName(r.Lang, c)})
	}
	for _, s := range troubleStates {
		v.States = append(v.States, web.Option{Value: s, Text: r.T("noticeweb.trouble." + s)})
	}
	v.Table = web.Table[notice.Trouble]{ID: "failures", Caption: r.T("noticeweb.failures"), Columns: h.troubleColumns(r, names), Rows: all, Total: total, List: l}
	if filter.Channel == "" && filter.State == "" {
		v.Table.Empty = web.Empty(r.T("noticeweb.no_failures"))
	}
	return r.Render(http.StatusOK, web.Page{Title: r.T("noticeweb.failures"), Nav: "failures", Wide: true}, failuresPage(v))
}

// names are those of the people on a page, as far as whoever looks may know them.
func (h *pages) names(r *web.Request, all []notice.Trouble) (map[int64]string, error) {
	names := map[int64]string{}
	for _, t := range all {
		if names[t.Person] != "" {
			continue
		}
		a, err := h.IDs.Account(r.Context(), r.By(), t.Person)
		switch {
		case errs.Is(err, errs.Forbidden), errs.Is(err, errs.NotFound):
			names[t.Person] = r.T("noticeweb.account_number", "id", t.Person)
		case err != nil:
			return nil, err
		default:
			names[t.Person] = r.T("noticeweb.account_name", "name", a.Name, "login", a.Login)
		}
	}
	return names, nil
}

func (h *pages) troubleColumns(r *web.Request, names map[int64]string) []web.Column[notice.Trouble] {
	text := func(title string, say func(notice.Trouble) string) web.Column[notice.Trouble] {
		return web.Column[notice.Trouble]{Title: r.T(title), Cell: func(t notice.Trouble) templ.Component { return web.Text(say(t)) }}
	}
	who := text("noticeweb.person", func(t notice.Trouble) string { return names[t.Person] })
	who.Head = true
	tries := text("noticeweb.tries", func(t notice.Trouble) string { return web.Int(t.Tries) })
	tries.Numeric, tries.Narrow = true, true
	return []web.Column[notice.Trouble]{
		who,
		text("noticeweb.channel", func(t notice.Trouble) string { return h.Notices.ChannelName(r.Lang, t.Channel) }),
		text("noticeweb.group", func(t notice.Trouble) string { return h.Notices.GroupName(r.Lang, t.Group) }),
		text("noticeweb.state_of", func(t notice.Trouble) string {
			if t.State == notice.Waiting {
				return r.T("noticeweb.trying_at", "at", r.Moment(t.Due))
			}
			return r.T("noticeweb.given_up_at", "at", r.Moment(t.Done))
		}),
		{Title: r.T("noticeweb.why"), Cell: func(t notice.Trouble) templ.Component { return whyCell(r.T(t.Why), t.Detail) }},
		tries,
		{Title: r.T("noticeweb.action"), Narrow: true, Cell: func(t notice.Trouble) templ.Component { return againCell(t.ID, r.URL.RequestURI()) }},
	}
}

// again sends again one delivery, or all of a channel, and puts that on record.
func (h *pages) again(r *web.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	ids, channel := f.IDs("id", 200), f.Choice("channel", h.Notices.Channels()...)
	if err := f.Err(); err != nil {
		return err
	}
	if len(ids) == 0 && channel == "" {
		return errs.New(errs.Invalid, "web.no_form")
	}
	var n int64
	err = h.DB.Write(r.Context(), func(tx *store.Tx) (err error) {
		object := "deliveries"
		if len(ids) > 0 {
			object = "delivery:" + number(ids[0])
			n, err = h.Notices.Again(r.Context(), tx, ids...)
		} else {
			n, err = h.Notices.AgainAll(r.Context(), tx, channel)
		}
		if err != nil {
			return err
		}
		return h.IDs.Record(r.Context(), tx, r.By(), DeliveryResent, object, identity.Detail{"channel": channel, "count": n})
	})
	if err != nil {
		return err
	}
	r.Flash("noticeweb.sent_again", "n", n)
	if next := r.Next(); next != "/" {
		return r.Redirect(next)
	}
	return r.Redirect("/notices/failures")
}
