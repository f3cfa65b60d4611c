package ordersweb

import (
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"huying/internal/edge/orders"
	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/store"
	"huying/internal/web"
)

type listView struct {
	List                web.List
	Form                *web.Form
	Table               web.Table[orders.Row]
	Peers, Ways, Choose []web.Option
	Systems             []systemView
}

// systemView is a peer above the list.
type systemView struct {
	Key, Name, Text string
	Connected       bool
	Played          bool
}

var (
	ways  = []string{string(orders.In), string(orders.Out)}
	shows = []string{string(orders.ShowDifferent), string(orders.ShowUndelivered)}
)

// page shows orders: all, those in which lists differ, or those of which something was not delivered.
func (h *front) page(r *web.Request) error {
	l, f := r.List("-changed"), r.QueryForm()
	var keys []string
	names := map[string]string{}
	v := listView{List: l, Form: f, Peers: []web.Option{{Text: r.T("ordersweb.any")}}, Ways: []web.Option{{Text: r.T("ordersweb.any")}}, Choose: []web.Option{{Text: r.T("ordersweb.all")}}}
	for _, p := range h.Orders.Known() {
		keys, names[p.Key] = append(keys, p.Key), p.Name.In(r.Lang)
		v.Peers = append(v.Peers, web.Option{Value: p.Key, Text: names[p.Key]})
	}
	for _, w := range ways {
		v.Ways = append(v.Ways, web.Option{Value: w, Text: r.T("ordersweb.way." + w)})
	}
	for _, s := range shows {
		v.Choose = append(v.Choose, web.Option{Value: s, Text: r.T("ordersweb.show." + s)})
	}
	filter := orders.Filter{Peer: f.Choice("peer", keys...), Way: orders.Way(f.Choice("way", ways...)), Show: orders.Show(f.Choice("show", shows...)),
		Limit: l.Size, Offset: l.Offset()}
	var rows []orders.Row
	var total int
	err := h.DB.Read(r.Context(), func(tx *store.Tx) (err error) {
		if rows, total, err = h.Orders.Orders(r.Context(), tx, filter); err != nil {
			return err
		}
		checks, err := h.Orders.Checks(r.Context(), tx)
		for _, p := range h.Orders.Known() {
			v.Systems = append(v.Systems, h.system(r, p.Key, names[p.Key], checks[p.Key]))
		}
		return err
	})
	if err != nil {
		return err
	}
	v.Table = web.Table[orders.Row]{ID: "orders", Caption: r.T("ordersweb.orders"), Columns: columns(r, names), Rows: rows, Total: total, List: l}
	switch {
	case len(keys) == 0:
		v.Table.Empty = web.Empty(r.T("ordersweb.no_peers"))
	case filter.Peer == "" && filter.Way == "" && filter.Show == "":
		v.Table.Empty = web.Empty(r.T("ordersweb.no_orders"))
	}
	return r.Render(http.StatusOK, web.Page{Title: r.T("ordersweb.orders"), Nav: "orders", Wide: true}, listPage(v))
}

func (h *front) system(r *web.Request, key, name string, c orders.Check) systemView {
	v := systemView{Key: key, Name: name, Connected: h.Orders.Connected(key), Text: r.T("ordersweb.never_compared")}
	switch {
	case !v.Connected:
		v.Text = r.T("ordersweb.not_connected")
	case !c.At.IsZero():
		v.Text = r.T("ordersweb.compared", "at", r.Moment(c.At), "listed", c.Listed, "n", c.Differences)
	}
	v.Played = h.Orders.Played(key)
	return v
}

func columns(r *web.Request, names map[string]string) []web.Column[orders.Row] {
	text := func(title string, say func(orders.Row) string) web.Column[orders.Row] {
		return web.Column[orders.Row]{Title: r.T(title), Cell: func(o orders.Row) templ.Component { return web.Text(say(o)) }}
	}
	return []web.Column[orders.Row]{
		{Title: r.T("ordersweb.number"), Head: true, Cell: numberCell},
		{Title: r.T("ordersweb.case"), Cell: func(o orders.Row) templ.Component {
			if n := o.CaseNumber(); n != "" {
				return web.Link("/cases/"+n, n)
			}
			return web.Text("—")
		}},
		text("ordersweb.peer", func(o orders.Row) string { return r.T("ordersweb.from_to."+string(o.Way), "peer", names[o.Peer]) }),
		text("ordersweb.status_of", func(o orders.Row) string { return statusText(r, &o) }),
		text("ordersweb.due", func(o orders.Row) string {
			if o.Due.IsZero() {
				return "—"
			}
			return r.Moment(o.Due)
		}),
		{Title: r.T("ordersweb.trouble"), Cell: func(o orders.Row) templ.Component { return troubleCell(troubles(r, &o)) }},
		{Title: r.T("ordersweb.action"), Narrow: true, Cell: func(o orders.Row) templ.Component {
			if !o.Again() {
				return web.Text("")
			}
			return againCell(o.ID, r.URL.RequestURI())
		}},
	}
}

func statusText(r *web.Request, o *orders.Row) string {
	if o.Status == "" {
		return "—"
	}
	if o.Status == orders.Ended {
		return r.T("ordersweb.ended", "outcome", r.T("ordersweb.outcome."+string(o.Outcome)))
	}
	return r.T("ordersweb.status." + string(o.Status))
}

// line is a thing that is wrong with an order, with what the other side said of it.
type line struct{ Text, Detail string }

func troubles(r *web.Request, o *orders.Row) []line {
	var out []line
	if o.Difference != orders.Same {
		what := string(o.Difference)
		if o.Difference == orders.Different && o.Withdrawn() {
			what = "withdrawn"
		}
		l := line{Text: r.T("ordersweb.difference." + what)}
		if o.Listed != "" {
			l.Detail = r.T("ordersweb.they_list", "state", o.Listed)
		}
		out = append(out, l)
	}
	if t := o.Trouble; t != nil {
		kv := []any{"what", r.T("ordersweb.type." + string(t.Type)), "why", r.T(t.Why), "n", t.Tries, "at", r.Moment(t.Due)}
		out = append(out, line{Text: r.T("ordersweb.message."+string(t.State), kv...), Detail: t.Detail})
	}
	return out
}

func (h *front) again(r *web.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	if _, err := r.ReadForm(); err != nil {
		return err
	}
	if err := h.resend(r, id); err != nil {
		return err
	}
	r.Flash("ordersweb.sent_again")
	return h.back(r)
}

func (h *front) back(r *web.Request) error {
	if next := r.Next(); next != "/" {
		return r.Redirect(next)
	}
	return r.Redirect("/orders")
}

// compare asks a peer for its list now.
func (h *front) compare(r *web.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	peer := f.Required("peer", 31)
	if err := f.Err(); err != nil {
		return err
	}
	c, err := h.Orders.Compare(r.Context(), peer)
	switch {
	case errs.Is(err, errs.Unavailable):
		r.Flash("ordersweb.no_list", "why", r.Says(err))
		return h.back(r)
	case err != nil:
		return err
	}
	err = h.DB.Write(r.Context(), func(tx *store.Tx) error {
		return h.IDs.Record(r.Context(), tx, r.By(), ListsCompared, "peer:"+peer, identity.Detail{"count": c.Differences})
	})
	if err != nil {
		return err
	}
	r.Flash("ordersweb.compared_now", "n", c.Differences)
	return h.back(r)
}

func itoa(id int64) string { return strconv.FormatInt(id, 10) }
