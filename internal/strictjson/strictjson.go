// Package strictjson reads JSON from outside as a contract: UTF-8, one object, no member that is not known letter for letter, none twice, not
// too deep, nothing behind it. What encoding/json lets pass here, two readers would understand in two ways.
package strictjson

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"huying/internal/errs"
)

// Locales are this package's messages.
//
//go:embed locales/*.json
var Locales embed.FS

// deepest is how deep objects and lists may stand in one another.
const deepest = 16

// Decode reads one JSON object into v, a pointer to a struct. Nothing at all is an empty object. An error is errs.Invalid, at the member that
// it is about.
func Decode(data []byte, v any) error {
	if len(bytes.TrimSpace(data)) == 0 {
		data = []byte("{}")
	}
	if !utf8.Valid(data) {
		return errs.New(errs.Invalid, "strictjson.not_utf8")
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
		return errs.New(errs.Invalid, "strictjson.bad_type").On(wrong.Field)
	case err != nil:
		return errs.Wrap(err, errs.Invalid, "strictjson.not_json", "why", err.Error())
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
		return errs.Wrap(err, errs.Invalid, "strictjson.not_json", "why", err.Error())
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errs.New(errs.Invalid, "strictjson.trailing")
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
			return errs.New(errs.Invalid, "strictjson.bad_number")
		}
	}
	open, ok := t.(json.Delim)
	if !ok {
		return nil
	}
	if depth++; depth > deepest {
		return errs.New(errs.Invalid, "strictjson.too_deep", "most", deepest)
	}
	seen := map[string]bool{}
	for dec.More() {
		if open == '{' {
			name, err := dec.Token()
			if err != nil {
				return err
			}
			if key := fmt.Sprint(name); seen[key] {
				return errs.New(errs.Invalid, "strictjson.twice").On(key)
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
	if t.Kind() == reflect.Slice {
		return knownItems(data, t.Elem(), path)
	}
	if t.Kind() == reflect.Map {
		if head := bytes.TrimSpace(data); !bytes.HasPrefix(head, []byte("{")) && string(head) != "null" {
			return errs.New(errs.Invalid, "strictjson.bad_type").On(path)
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
		return errs.New(errs.Invalid, "strictjson.bad_type").On(path)
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
			wrong = append(wrong, errs.New(errs.Invalid, "strictjson.unknown", "field", at).On(at))
		} else if err := known(value, field, at); err != nil {
			wrong = append(wrong, errs.All(err)...)
		}
	}
	slices.SortFunc(wrong, func(a, b *errs.Error) int { return strings.Compare(a.Field, b.Field) })
	return wrong.Err()
}

// knownItems is known for each item of a list; what is no list is for the decoder to say.
func knownItems(data []byte, t reflect.Type, path string) error {
	var items []json.RawMessage
	if json.Unmarshal(data, &items) != nil {
		return nil
	}
	var wrong errs.List
	for i, item := range items {
		if err := known(item, t, fmt.Sprintf("%s.%d", path, i)); err != nil {
			wrong = append(wrong, errs.All(err)...)
		}
	}
	return wrong.Err()
}
