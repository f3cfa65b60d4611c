package casework

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"huying/internal/store"
)

// Sealed begins the text that stands in events and cases for what the vault keeps.
const Sealed = "vault:"

// isSealed reports whether a value is only a reference.
func isSealed(v any) bool { s, ok := v.(string); return ok && strings.HasPrefix(s, Sealed) }

// sealer puts what is personal in events into the vault, and references in its place.
type sealer struct {
	ctx      context.Context
	tx       *store.Tx
	vault    Vault
	id       int64
	callers  []CallerOf
	subjects map[int]int64
	before   map[string]bool // references that were filled in as an action was asked for, and come again with its approval
}

// seal returns the events with what is personal in them kept apart. c is the case before them.
func (s *Service) seal(ctx context.Context, tx *store.Tx, p *Procedure, id int64, c *Case, events []Event) ([]Event, error) {
	z := &sealer{ctx: ctx, tx: tx, vault: s.Vault, id: id, callers: c.Callers, subjects: map[int]int64{}, before: map[string]bool{}}
	for i := range c.Pending {
		for _, v := range c.Pending[i].Input {
			if isSealed(v) {
				z.before[v.(string)] = true
			}
		}
	}
	out := make([]Event, len(events))
	for i, e := range events {
		var err error
		switch {
		case e.Opened != nil:
			o := *e.Opened
			z.callers = append(z.callers[:len(z.callers):len(z.callers)], o.Caller)
			if o.Form, err = z.data(p.form, 1, o.Form); err == nil {
				o.Caller, err = z.caller(p, o.Caller)
			}
			e.Opened = &o
		case e.Joined != nil:
			j := *e.Joined
			z.callers = append(z.callers[:len(z.callers):len(z.callers)], j)
			j, err = z.caller(p, j)
			e.Joined = &j
		case e.Did != nil:
			d := *e.Did
			d.Input, err = z.data(p.ActionForm(d.State, d.Action), 1, d.Input)
			e.Did = &d
		case e.Asked != nil:
			a := *e.Asked
			a.Input, err = z.data(p.ActionForm(a.State, a.Action), 1, a.Input)
			e.Asked = &a
		}
		if err != nil {
			return nil, err
		}
		out[i] = e
	}
	return out, nil
}

func (z *sealer) caller(p *Procedure, c CallerOf) (CallerOf, error) {
	var err error
	if c.Contact != "" {
		if c.Contact, err = z.put(c.N, contactPurpose, c.Contact); err != nil {
			return c, err
		}
	}
	c.Said, err = z.data(p.caller, c.N, c.Said)
	return c, err
}

// contactPurpose is why it is kept how to reach a caller.
const contactPurpose = "contact"

// data seals the personal fields of a form, for one of the callers. A text that only looks like a reference is a text: nobody is shown what
// is another's by writing its reference.
func (z *sealer) data(f *Form, n int, d Data) (Data, error) {
	if f == nil || len(d) == 0 {
		return d, nil
	}
	sealed := maps.Clone(d)
	for _, field := range f.Fields {
		v, given := d[field.Name]
		if ref, _ := v.(string); !given || field.Personal == "" || z.before[ref] {
			continue
		}
		text, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		ref, err := z.put(n, field.Personal, string(text))
		if err != nil {
			return nil, err
		}
		sealed[field.Name] = ref
	}
	return sealed, nil
}

// put seals one value for a caller.
func (z *sealer) put(n int, purpose, value string) (string, error) {
	subject, ok := z.subjects[n]
	if !ok {
		var err error
		if subject, err = z.vault.Subject(z.ctx, z.tx, z.subjectName(n)); err != nil {
			return "", err
		}
		z.subjects[n] = subject
	}
	return z.vault.Seal(z.ctx, z.tx, subject, purpose, []byte(value))
}

// subjectName is by whom the vault knows a caller: their account, or the case and which caller of it.
func (z *sealer) subjectName(n int) string { return subjectName(z.id, z.callers, n) }

func subjectName(id int64, callers []CallerOf, n int) string {
	for _, c := range callers {
		if c.N == n && c.Person != 0 {
			return string(PersonMember(c.Person))
		}
	}
	return fmt.Sprintf("case:%d/%s", id, CallerMember(n))
}

// Subject is by whom the vault knows one of the callers of a case.
func (c *Case) Subject(n int) string { return subjectName(c.ID, c.Callers, n) }
