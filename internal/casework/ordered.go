package casework

import (
	"maps"
	"slices"
)

// Order is what an action asks of another system: it is sent there, and what it answers moves the case.
type Order struct {
	To   string       `yaml:"to"`   // the key of a system of the pack's peers.yaml
	Form Named[Guard] `yaml:"form"` // of orderFields: CEL
}

// orderFields are what an order says, the first two of them always.
var orderFields = []string{"title", "text", "category", "place"}

const orderNeeds = 2

// OrderAsked is an order that a record wants to be sent.
type OrderAsked struct {
	Case int64 `json:"case"`
	Seq  int   `json:"seq"`
}

// Kind implements jobs.Event.
func (OrderAsked) Kind() string { return "casework.order_asked" }

// orders says that an order is to be sent; a job does it. What speaks of what was not filled in is left out.
func (d *decider) orders(f *found, cmd Do) error {
	def := f.def.Orders
	if def.To == "" {
		return nil
	}
	form, err := workOut(def.Form, d.varsFor(f, cmd.Input))
	if err != nil {
		return err
	}
	files := slices.Concat(d.p.form.FilesIn(d.c.Form), d.p.ActionForm(f.state, f.name).FilesIn(cmd.Input))
	d.emit(Event{Ordered: &Ordered{To: def.To, Form: form, Files: files}})
	return nil
}

// FilesIn are the files that were filled in for a form, those that are personal excepted. A nil form has none.
func (f *Form) FilesIn(d Data) []string {
	if f == nil {
		return nil
	}
	var out []string
	for _, field := range f.Fields {
		if (field.Kind == Photos || field.Kind == Files) && field.Personal == "" {
			out = append(out, texts(d[field.Name])...)
		}
	}
	return out
}

// order checks what an action asks of another system.
func (c *checker) order(at string, o *Order) {
	if o.To == "" {
		if len(o.Form) > 0 {
			c.wrong(at, "order_to")
		}
		return
	}
	for _, f := range o.Form {
		if !slices.Contains(orderFields, f.Key) {
			c.wrong(at+".form."+f.Key, "order_field", "field", f.Key)
		}
	}
	for _, name := range orderFields[:orderNeeds] {
		if !o.Form.Has(name) {
			c.wrong(at, "order_needs", "field", name)
		}
	}
}

// ordersOf calls f for every action of the procedure that sends an order, with where it stands.
func (p *Procedure) ordersOf(f func(at string, o *Order)) {
	for i := range p.States {
		s := &p.States[i].Value
		for j := range s.Do {
			if o := &s.Do[j].Value.Orders; o.To != "" {
				f("$.states."+p.States[i].Key+".do."+s.Do[j].Key+".orders", o)
			}
		}
	}
}

// OrdersTo are the systems to which the procedure sends orders, in order.
func (p *Procedure) OrdersTo() []string {
	to := map[string]bool{}
	p.ordersOf(func(_ string, o *Order) { to[o.To] = true })
	return slices.Sorted(maps.Keys(to))
}

// orders holds that the systems to which orders go are there.
func (c *districtChecker) orders() {
	c.p.ordersOf(func(at string, o *Order) {
		if !slices.Contains(c.d.Peers, o.To) {
			c.wrong(at+".to", "no_peer", "name", o.To)
		}
	})
}
