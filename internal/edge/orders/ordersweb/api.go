package ordersweb

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"huying/api"
	"huying/internal/edge/orders"
	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/store"
	"huying/internal/web"
)

// receive takes a message in. What can be read and not be done is 422, a changed id 409.
func (h *front) receive(r *web.Request) error {
	body, err := io.ReadAll(r.Body) // the route bounds it
	if err != nil {
		return err
	}
	a, err := h.Orders.Receive(r.Context(), r.PathValue("peer"), r.Header, body)
	var unfit *orders.Unfit
	switch {
	case errors.As(err, &unfit):
		return web.WithStatus(http.StatusUnprocessableEntity, err)
	case err != nil:
		return err
	}
	return answer(r, a)
}

// orderJSON is an order as programs see it.
type orderJSON struct {
	ID          int64        `json:"id"`
	Peer        string       `json:"peer"`
	Way         orders.Way   `json:"way"`
	Number      string       `json:"number"`
	Handled     string       `json:"handled,omitempty"`
	Case        string       `json:"case,omitempty"`
	Status      string       `json:"status,omitempty"`
	Outcome     string       `json:"outcome,omitempty"`
	Due         time.Time    `json:"due,omitzero"`
	Difference  string       `json:"difference,omitempty"`
	Listed      string       `json:"listed,omitempty"`
	Waiting     int          `json:"waiting"`
	Simulated   bool         `json:"simulated"`
	Undelivered *troubleJSON `json:"undelivered,omitempty"`
	Changed     time.Time    `json:"changed"`
}

type troubleJSON struct {
	Type   string    `json:"type"`
	State  string    `json:"state"`
	Tries  int       `json:"tries"`
	Why    string    `json:"why"`
	Detail string    `json:"detail,omitempty"`
	Next   time.Time `json:"next,omitzero"`
}

func jsonOf(r *web.Request, o *orders.Row) orderJSON {
	zone := r.Zone()
	out := orderJSON{ID: o.ID, Peer: o.Peer, Way: o.Way, Number: o.Number, Handled: o.Handled, Case: o.CaseNumber(), Status: string(o.Status), Outcome: string(o.Outcome),
		Difference: string(o.Difference), Listed: o.Listed, Waiting: o.Waiting, Simulated: o.Simulated, Changed: o.Changed.In(zone)}
	if !o.Due.IsZero() {
		out.Due = o.Due.In(zone)
	}
	if t := o.Trouble; t != nil {
		out.Undelivered = &troubleJSON{Type: string(t.Type), State: string(t.State), Tries: t.Tries, Why: r.T(t.Why), Detail: t.Detail}
		if t.State == orders.Waiting {
			out.Undelivered.Next = t.Due.In(zone)
		}
	}
	return out
}

// choices are what a list may be asked for; a parameter that is not known is an error, for it would choose everything.
func (h *front) choices(r *web.Request) (f orders.Filter, page int, err error) {
	page, f.Limit = 1, web.PageSizes[1]
	var wrong errs.List
	for name, values := range r.URL.Query() {
		v, ok := values[0], len(values) == 1
		n, nerr := strconv.Atoi(v)
		switch name {
		case "peer":
			f.Peer = v
			ok = ok && slices.ContainsFunc(h.Orders.Known(), func(p orders.Peer) bool { return p.Key == v })
		case "way":
			f.Way = orders.Way(v)
			ok = ok && (f.Way == orders.In || f.Way == orders.Out)
		case "show":
			f.Show = orders.Show(v)
			ok = ok && (f.Show == orders.ShowDifferent || f.Show == orders.ShowUndelivered)
		case "page":
			page = n
			ok = ok && nerr == nil && n >= 1 && n <= 1_000_000
		case "size":
			f.Limit = n
			ok = ok && nerr == nil && n >= 1 && n <= web.PageSizes[len(web.PageSizes)-1]
		default:
			ok = false
		}
		if !ok {
			wrong = append(wrong, errs.New(errs.Invalid, "ordersweb.bad_query", "name", name).On(name))
		}
	}
	f.Offset = (page - 1) * f.Limit
	return f, page, wrong.Err()
}

func (h *front) listJSON(r *web.Request) error {
	f, page, err := h.choices(r)
	if err != nil {
		return err
	}
	items := []orderJSON{}
	var total int
	err = h.DB.Read(r.Context(), func(tx *store.Tx) error {
		rows, n, err := h.Orders.Orders(r.Context(), tx, f)
		total = n
		for i := range rows {
			items = append(items, jsonOf(r, &rows[i]))
		}
		return err
	})
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, map[string]any{"items": items, "page": page, "size": f.Limit, "total": total})
}

func (h *front) againJSON(r *web.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	if err := h.resend(r, id); err != nil {
		return err
	}
	return r.JSON(http.StatusAccepted, map[string]any{"id": id})
}

// resend sends an order again, and puts that on record.
func (h *front) resend(r *web.Request, id int64) error {
	return h.DB.Write(r.Context(), func(tx *store.Tx) error {
		if err := h.Orders.SendAgain(r.Context(), tx, id); err != nil {
			return err
		}
		return h.IDs.Record(r.Context(), tx, r.By(), OrderResent, "order:"+strconv.FormatInt(id, 10), identity.Detail{})
	})
}

// document sends the description of the interface.
func document(r *web.Request) error {
	head := r.Writer().Header()
	head.Set("Content-Type", "application/yaml")
	head.Set("Cache-Control", "public, max-age=300")
	r.Writer().WriteHeader(http.StatusOK)
	_, _ = r.Writer().Write(api.Orders) // whoever has gone need not be told
	return nil
}
