package caseweb

import (
	"strconv"

	"huying/internal/casework"
	"huying/internal/identity"
	"huying/internal/store"
	"huying/internal/web"
)

// candidates are, for each field that names a person, those who may be named: who holds today the role of the party that the field fills.
// a is the action that asks; nil is the opening.
func (h *pages) candidates(r *web.Request, p *casework.Procedure, a *casework.Action, fields []casework.Field) (map[string][]web.Option, error) {
	out := map[string][]web.Option{}
	err := h.DB.Read(r.Context(), func(tx *store.Tx) error {
		for _, f := range fields {
			if f.Kind != casework.PersonField {
				continue
			}
			role := roleOf(p, a, f.Name)
			posts, err := h.IDs.PostsOf(r.Context(), tx, identity.Role(role))
			if err != nil {
				return err
			}
			if out[f.Name], err = h.named(r, tx, posts); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// roleOf is the role that who is named in a field must hold; empty when the field fills no party.
func roleOf(p *casework.Procedure, a *casework.Action, field string) string {
	for _, party := range p.Parties {
		if party.Value.From == "form."+field && a == nil {
			return party.Value.Role
		}
		if a == nil {
			continue
		}
		if source, ok := a.Assign.Get(party.Key); ok && *source == field {
			return party.Value.Role
		}
	}
	return ""
}

// named are the holders of posts as options, each once.
func (h *pages) named(r *web.Request, tx *store.Tx, posts []identity.Post) (out []web.Option, err error) {
	var ids []int64
	for _, p := range posts {
		ids = append(ids, p.Person)
	}
	names, err := h.IDs.Names(r.Context(), tx, ids)
	for _, id := range ids {
		if name, ok := names[id]; ok {
			out = append(out, web.Option{Value: strconv.FormatInt(id, 10), Text: name})
			delete(names, id)
		}
	}
	return out, err
}

// actionOf is the definition of an action as it stands in the case's state.
func (cv *caseView) actionOf(action string) *casework.Action {
	if s, ok := cv.Version.States.Get(cv.State); ok {
		if a, ok := s.Do.Get(action); ok {
			return a
		}
	}
	a, _ := cv.Version.Do.Get(action)
	return a
}
