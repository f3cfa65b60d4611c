package caseapi

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"huying/internal/casework"
	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/store"
	"huying/internal/vault"
	"huying/internal/web"
)

// showing is what a reading of personal data in a case is for, as the record names it.
const showing = "casework.show"

// reveal tells what is personal in a case, to whom learns who called, and to the callers what is theirs. The reading is on record before the
// answer goes out. A value that was erased with its person is null.
func (a *front) reveal(r *web.Request) error {
	var in struct {
		Fields []string `json:"fields"`
	}
	who, err := a.read(r, &in)
	if err != nil {
		return err
	}
	fields, err := a.Cases.Sealed(r.Context(), who, r.PathValue("number"))
	if err != nil {
		return refused(who, err)
	}
	if fields, err = chosen(fields, in.Fields); err != nil {
		return err
	}
	refs := make([]vault.Ref, len(fields))
	for i, f := range fields {
		refs[i] = vault.Ref(f.Ref)
	}
	var told map[vault.Ref][]byte
	err = a.DB.Write(r.Context(), func(tx *store.Tx) error {
		told, err = a.Vault.Open(r.Context(), tx, readingOf(r.Actor, r.PathValue("number")), refs...)
		return err
	})
	if err != nil {
		return err
	}
	values := map[string]any{}
	for _, f := range fields {
		values[f.Name] = nil
		if raw, ok := told[vault.Ref(f.Ref)]; ok {
			values[f.Name] = plain(f.Name, raw)
		}
	}
	return r.JSON(http.StatusOK, map[string]any{"values": values})
}

// chosen are the fields of some names; of none, those of the form and of the callers: what was filled in later is asked for by its name.
func chosen(all []casework.SealedField, names []string) ([]casework.SealedField, error) {
	if len(names) == 0 {
		return slices.DeleteFunc(slices.Clone(all), func(f casework.SealedField) bool { return f.Name[0] >= '0' && f.Name[0] <= '9' }), nil
	}
	var out []casework.SealedField
	var wrong errs.List
	for _, name := range names {
		i := slices.IndexFunc(all, func(f casework.SealedField) bool { return f.Name == name })
		if i < 0 {
			wrong = append(wrong, errs.New(errs.Invalid, "caseapi.not_sealed", "field", name).On("fields"))
			continue
		}
		out = append(out, all[i])
	}
	return out, wrong.Err()
}

// readingOf says who reads and what for. A caller without an account reads what is their own.
func readingOf(a *identity.Actor, number string) vault.Reading {
	by := vault.Reading{Purpose: vault.OwnData, Object: "case:" + number}
	if a == nil {
		return by
	}
	by.Person, by.Purpose = a.ID, showing
	for _, g := range a.Grants {
		if g.Role.May(identity.CaseWork) && by.Role == "" {
			by.Role = string(g.Role)
		}
	}
	return by
}

// plain is a value as it was filled in: JSON of a field, and how a caller is reached.
func plain(name string, raw []byte) any {
	if strings.HasSuffix(name, ".contact") {
		c := casework.ParseContact(string(raw))
		return contact{c.Name, c.Phone, c.Email}
	}
	if json.Valid(raw) {
		return json.RawMessage(raw)
	}
	return string(raw)
}
