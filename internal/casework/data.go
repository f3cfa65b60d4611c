package casework

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"math/big"
	"slices"
	"strings"
	"unicode"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"huying/internal/errs"
)

// Data is what was filled in: text, bool, int64, float64, lists and maps of them.
type Data map[string]any

// UnmarshalJSON keeps whole numbers whole: a sum of money is exact.
func (d *Data) UnmarshalJSON(b []byte) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	var m map[string]any
	if err := dec.Decode(&m); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one value")
	}
	for k, v := range m {
		m[k] = whole(v)
	}
	*d = m
	return nil
}

func whole(v any) any {
	switch v := v.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		f, _ := v.Float64() // out of range is infinite, which no schema takes
		return f
	case map[string]any:
		for k := range v {
			v[k] = whole(v[k])
		}
	case []any:
		for i := range v {
			v[i] = whole(v[i])
		}
	}
	return v
}

// asRead returns a value as it is read again from a history, so that the two are equal: a fraction that is whole is a whole number.
func asRead(v any) any {
	const exact = 1 << 53
	if f, ok := v.(float64); ok && f == math.Trunc(f) && math.Abs(f) < exact {
		return int64(f)
	}
	return v
}

// Check returns what is wrong with d, each error at its field: errs.Invalid. A nil form asks for nothing.
func (f *Form) Check(d Data) error {
	var wrong errs.List
	if f == nil {
		for name := range d {
			wrong = append(wrong, errs.New(errs.Invalid, "casework.form.unknown", "field", name).On(name))
		}
		return wrong.Err()
	}
	for name, v := range d {
		if unprintable(v) {
			wrong = append(wrong, errs.New(errs.Invalid, "casework.form.unprintable").On(name))
		}
	}
	err := f.schema.Validate(map[string]any(d))
	var ve *jsonschema.ValidationError
	switch {
	case err == nil:
	case errors.As(err, &ve):
		wrong = append(wrong, f.faults(ve)...)
	default:
		return err
	}
	return wrong.Err()
}

// takes reports whether a field may have a value, whatever the other fields are.
func (f *Form) takes(field string, v any) bool {
	return !slices.ContainsFunc(errs.All(f.Check(Data{field: v})), func(e *errs.Error) bool { return e.Field == field })
}

// unprintable reports whether a text holds a control character: a database refuses some of them, and no page shows any.
func unprintable(v any) bool {
	switch v := v.(type) {
	case string:
		return strings.ContainsFunc(v, func(r rune) bool {
			return unicode.IsControl(r) && r != '\n' && r != '\t' && r != '\r' || r == unicode.ReplacementChar
		})
	case []any:
		for _, x := range v {
			if unprintable(x) {
				return true
			}
		}
	case map[string]any:
		for _, x := range v {
			if unprintable(x) {
				return true
			}
		}
	}
	return false
}

// faults says the leaves of the library's tree of errors.
func (f *Form) faults(ve *jsonschema.ValidationError) errs.List {
	if len(ve.Causes) > 0 {
		var all errs.List
		for _, c := range ve.Causes {
			all = append(all, f.faults(c)...)
		}
		return all
	}
	name := ""
	if len(ve.InstanceLocation) > 0 {
		name = ve.InstanceLocation[0]
	}
	switch k := ve.ErrorKind.(type) {
	case *kind.Required:
		var all errs.List
		for _, m := range k.Missing {
			at := m
			if name != "" {
				at = name // a column of a table
			}
			all = append(all, errs.New(errs.Invalid, "casework.form.required").On(at))
		}
		return all
	case *kind.AdditionalProperties:
		var all errs.List
		for _, m := range k.Properties {
			all = append(all, errs.New(errs.Invalid, "casework.form.unknown", "field", m).On(m))
		}
		return all
	}
	key, args := fault(ve.ErrorKind)
	return errs.List{errs.New(errs.Invalid, "casework.form."+key, args...).On(name)}
}

// fault names the message of a kind of error.
func fault(k jsonschema.ErrorKind) (key string, args []any) {
	switch k := k.(type) {
	case *kind.MinLength:
		if k.Want == 1 {
			return "required", nil
		}
		return "too_short", []any{"limit", k.Want}
	case *kind.MaxLength:
		return "too_long", []any{"limit", k.Want}
	case *kind.MinItems:
		if k.Want == 1 {
			return "required", nil
		}
		return "too_few", []any{"limit", k.Want}
	case *kind.MaxItems:
		return "too_many", []any{"limit", k.Want}
	case *kind.Minimum:
		return "too_small", []any{"limit", decimal(k.Want)}
	case *kind.Maximum:
		return "too_large", []any{"limit", decimal(k.Want)}
	case *kind.ExclusiveMinimum:
		return "not_above", []any{"limit", decimal(k.Want)}
	case *kind.Enum, *kind.Const:
		return "no_choice", nil
	case *kind.Type:
		return "bad_type", nil
	case *kind.Format:
		return "bad_format." + k.Want, nil
	case *kind.Pattern:
		return "bad_pattern", nil
	case *kind.UniqueItems:
		return "twice", nil
	}
	return "wrong", nil
}

func decimal(r *big.Rat) string {
	if r.IsInt() {
		return r.Num().String()
	}
	return strings.TrimRight(r.FloatString(6), "0")
}
