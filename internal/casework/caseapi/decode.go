package caseapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"huying/internal/casework"
	"huying/internal/errs"
	"huying/internal/web"
)

// deepest is how deep objects and lists may stand in one another.
const deepest = 16

// body reads a request's JSON into v, which is a pointer to a struct, and returns it as it came. What v does not name, what stands twice and
// what follows is an error that says where. Nothing at all is an empty object.
func body(r *web.Request, v any) ([]byte, error) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); r.ContentLength != 0 && (err != nil || kind != "application/json") {
		return nil, web.WithStatus(http.StatusUnsupportedMediaType, errs.New(errs.Invalid, "caseapi.not_json_type"))
	}
	data, err := io.ReadAll(r.Body) // the route bounds it
	if err != nil {
		return nil, err
	}
	return data, decode(data, v)
}

// decode reads one JSON object into v, strictly.
func decode(data []byte, v any) error {
	if len(bytes.TrimSpace(data)) == 0 {
		data = []byte("{}")
	}
	if !utf8.Valid(data) {
		return errs.New(errs.Invalid, "caseapi.not_utf8")
	}
	if err := wellFormed(data); err != nil {
		return err
	}
	if err := known(data, reflect.TypeOf(v).Elem(), ""); err != nil {
		return err
	}
	err := json.Unmarshal(data, v)
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong):
		return errs.New(errs.Invalid, "caseapi.bad_type").On(wrong.Field)
	case err != nil:
		return errs.Wrap(err, errs.Invalid, "caseapi.not_json", "why", err.Error())
	}
	return nil
}

// wellFormed holds that data is one JSON value, not too deep, with numbers that there are, in which no name stands twice in one object: of two
// values readers would take different ones.
func wellFormed(data []byte) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if err := walk(dec, 0); err != nil {
		if len(errs.All(err)) > 0 {
			return err
		}
		return errs.Wrap(err, errs.Invalid, "caseapi.not_json", "why", err.Error())
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errs.New(errs.Invalid, "caseapi.trailing")
	}
	return nil
}

// walk reads one value.
func walk(dec *json.Decoder, depth int) error {
	t, err := dec.Token()
	if err != nil {
		return err
	}
	if n, ok := t.(json.Number); ok {
		if _, err := n.Float64(); err != nil {
			return errs.New(errs.Invalid, "caseapi.bad_number")
		}
	}
	open, ok := t.(json.Delim)
	if !ok {
		return nil
	}
	if depth++; depth > deepest {
		return errs.New(errs.Invalid, "caseapi.too_deep", "most", deepest)
	}
	seen := map[string]bool{}
	for dec.More() {
		if open == '{' {
			name, err := dec.Token()
			if err != nil {
				return err
			}
			if key := fmt.Sprint(name); seen[key] {
				return errs.New(errs.Invalid, "caseapi.twice").On(key)
			}
			seen[fmt.Sprint(name)] = true
		}
		if err := walk(dec, depth); err != nil {
			return err
		}
	}
	_, err = dec.Token() // the end of it
	return err
}

// known holds that an object names only what a struct has, letter for letter.
func known(data []byte, t reflect.Type, path string) error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() == reflect.Map {
		if head := bytes.TrimSpace(data); !bytes.HasPrefix(head, []byte("{")) && string(head) != "null" {
			return errs.New(errs.Invalid, "caseapi.bad_type").On(path)
		}
		return nil // what may stand in it is for others to say
	}
	if t.Kind() != reflect.Struct || reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()) {
		return nil
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(data, &object) != nil || object == nil {
		if string(bytes.TrimSpace(data)) == "null" && path != "" {
			return nil
		}
		return errs.New(errs.Invalid, "caseapi.bad_type").On(path)
	}
	fields := map[string]reflect.Type{}
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		fields[name] = t.Field(i).Type
	}
	var wrong errs.List
	for name, value := range object {
		at := strings.TrimPrefix(path+"."+name, ".")
		if field, ok := fields[name]; !ok || name == "" {
			wrong = append(wrong, errs.New(errs.Invalid, "caseapi.unknown", "field", at).On(at))
		} else if err := known(value, field, at); err != nil {
			wrong = append(wrong, errs.All(err)...)
		}
	}
	slices.SortFunc(wrong, func(a, b *errs.Error) int { return strings.Compare(a.Field, b.Field) })
	return wrong.Err()
}

// contact is how somebody without an account can be reached, as it is sent.
type contact struct {
	Name  string `json:"name"`
	Phone string `json:"phone"`
	Email string `json:"email"`
}

// checked is the contact as cases keep it. Each error is at its field below at.
func (c contact) checked(at string) (string, errs.List) {
	var wrong errs.List
	for _, f := range []struct {
		name, value string
		most        int
	}{{"name", c.Name, 60}, {"phone", c.Phone, 40}, {"email", c.Email, 200}} {
		if e := line(f.value, f.most, false); e != nil {
			wrong = append(wrong, e.On(at+"."+f.name))
		}
	}
	return casework.Contact{Name: strings.TrimSpace(c.Name), Phone: strings.TrimSpace(c.Phone), Email: strings.TrimSpace(c.Email)}.String(), wrong
}

// line returns what is wrong with a text of one line, or, with breaks, of several; or nil.
func line(s string, most int, breaks bool) *errs.Error {
	if n := utf8.RuneCountInString(s); n > most {
		return errs.New(errs.Invalid, "caseapi.too_long", "most", most, "n", n)
	}
	if strings.ContainsFunc(s, func(c rune) bool {
		return c < 0x20 && !(breaks && (c == '\n' || c == '\r' || c == '\t')) || c >= 0x7f && c < 0xa0
	}) {
		return errs.New(errs.Invalid, "caseapi.unprintable")
	}
	return nil
}
