package casework

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"huying/internal/clock"
)

// Form is what is asked for: one JSON Schema that makes the page, the check of what comes in, and the columns of an import.
type Form struct {
	Fields []Field // in the order of the file
	schema *jsonschema.Schema
	doc    yaml.MapSlice // as the file gives it
}

// Field is one property of a form.
type Field struct {
	Name     string
	Title    Text
	Hint     Text
	Kind     Kind
	Required bool
	Choices  []Choice
	Rows     []Field // of a table
	Personal string  // the purpose for which it is asked; such a field is kept in the vault
	MaxItems int
	Promise  bool // it is the number of a promise of the register

	doc yaml.MapSlice
}

// Choice is one of the values that a field may have.
type Choice struct {
	Value string
	Title Text
}

// FormSource is a JSON Schema as a file gives it: in place, or as the name of a JSON file of the pack.
type FormSource struct {
	Path string
	doc  yaml.MapSlice
}

// UnmarshalYAML implements yaml.InterfaceUnmarshaler.
func (s *FormSource) UnmarshalYAML(read func(any) error) error {
	if read(&s.Path) == nil {
		return nil
	}
	s.Path = ""
	return read(&s.doc)
}

// IsZero reports whether there is none.
func (s FormSource) IsZero() bool { return s.Path == "" && len(s.doc) == 0 }

// get returns the value of a key of a document.
func get(doc yaml.MapSlice, key string) any {
	for _, item := range doc {
		if item.Key == key {
			return item.Value
		}
	}
	return nil
}

func text(doc yaml.MapSlice, key string) string { s, _ := get(doc, key).(string); return s }

func number(doc yaml.MapSlice, key string) int {
	switch n := get(doc, key).(type) {
	case uint64:
		return int(n)
	case int64:
		return int(n)
	}
	return 0
}

func list(doc yaml.MapSlice, key string) []string {
	items, _ := get(doc, key).([]any)
	var out []string
	for _, i := range items {
		out = append(out, fmt.Sprint(i))
	}
	return out
}

// field reads one property. It fails on one that no page could ask for.
func field(name string, doc yaml.MapSlice) (Field, error) {
	f := Field{
		Name: name, Title: Text{ZH: text(doc, "title"), EN: text(doc, "x-en")}, doc: doc, Personal: text(doc, "x-personal"),
		Hint: Text{ZH: text(doc, "description"), EN: text(doc, "x-hint-en")}, MaxItems: number(doc, "maxItems"),
	}
	if f.Title.ZH == "" {
		return f, fmt.Errorf("field %s: no title", name)
	}
	f.readChoices(doc)
	typ, format := text(doc, "type"), text(doc, "format")
	if format == promiseFormat && typ == "string" {
		f.Kind, f.Promise = TextField, true
		return f, nil
	}
	if format != "" {
		k, ok := formats[format]
		if !ok || k.typ != typ {
			return f, fmt.Errorf("field %s: no format %q of type %q", name, format, typ)
		}
		f.Kind = k.kind
		return f, nil
	}
	switch typ {
	case "string":
		if f.Kind = TextField; f.Choices != nil {
			f.Kind = ChoiceField
		}
	case "integer":
		f.Kind = WholeNumber
	case "number":
		f.Kind = Decimal
	case "boolean":
		f.Kind = YesNo
	case "array":
		return f, f.readItems(doc)
	default:
		return f, fmt.Errorf("field %s: type %q cannot be asked for", name, typ)
	}
	return f, nil
}

func (f *Field) readChoices(doc yaml.MapSlice) {
	names, _ := get(doc, "x-names").(yaml.MapSlice)
	for _, v := range list(doc, "enum") {
		c := Choice{Value: v, Title: Text{ZH: v}}
		switch n := get(names, v).(type) {
		case string:
			c.Title.ZH = n
		case yaml.MapSlice:
			c.Title = Text{ZH: text(n, "zh"), EN: text(n, "en")}
		}
		f.Choices = append(f.Choices, c)
	}
}

// readItems reads what an array is of: choices, or rows of a table.
func (f *Field) readItems(doc yaml.MapSlice) (err error) {
	items, _ := get(doc, "items").(yaml.MapSlice)
	switch text(items, "type") {
	case "string":
		if f.readChoices(items); f.Choices != nil {
			f.Kind = ManyChoices
			return nil
		}
	case "object":
		f.Kind = Table
		f.Rows, err = fieldsOf(items)
		for _, r := range f.Rows {
			if err == nil && (r.Personal != "" || r.Kind == Table) {
				err = fmt.Errorf("field %s: the column %s can be neither personal nor a table: write x-personal at %s itself", f.Name, r.Name, f.Name)
			}
		}
		return err
	}
	return fmt.Errorf("field %s: an array is of choices (enum), of rows (object), or has the format photos, files or units", f.Name)
}

// fieldsOf reads the properties of an object schema.
func fieldsOf(doc yaml.MapSlice) ([]Field, error) {
	properties, _ := get(doc, "properties").(yaml.MapSlice)
	required := list(doc, "required")
	var fields []Field
	for _, p := range properties {
		name := fmt.Sprint(p.Key)
		body, ok := p.Value.(yaml.MapSlice)
		if !ok {
			return nil, fmt.Errorf("field %s: no schema", name)
		}
		f, err := field(name, body)
		if err != nil {
			return nil, err
		}
		f.Required = slices.Contains(required, name)
		fields = append(fields, f)
	}
	for _, r := range required {
		if !slices.ContainsFunc(fields, func(f Field) bool { return f.Name == r }) {
			return nil, fmt.Errorf("required: there is no field %s", r)
		}
	}
	return fields, nil
}

// newForm compiles an object schema. Whatever the file says, a field that it does not name is refused.
func newForm(doc yaml.MapSlice) (*Form, error) {
	fields, err := fieldsOf(doc)
	if err != nil {
		return nil, err
	}
	object := map[string]any{}
	for _, item := range doc {
		object[fmt.Sprint(item.Key)] = unordered(item.Value)
	}
	object["type"] = "object"
	object["additionalProperties"] = false
	data, err := json.Marshal(object)
	if err != nil {
		return nil, err
	}
	plain, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	c.UseLoader(noLoader{})
	for name, check := range formatChecks {
		c.RegisterFormat(&jsonschema.Format{Name: name, Validate: check})
	}
	if err := c.AddResource(schemaURL, plain); err != nil {
		return nil, err
	}
	schema, err := c.Compile(schemaURL)
	return &Form{Fields: fields, schema: schema, doc: doc}, err
}

const schemaURL = "pack:form.json"

// noLoader keeps schemas from reaching for files and addresses: a form stands by itself.
type noLoader struct{}

func (noLoader) Load(string) (any, error) {
	return nil, errors.New("a form refers to nothing outside itself")
}

func unordered(v any) any {
	switch v := v.(type) {
	case yaml.MapSlice:
		m := map[string]any{}
		for _, item := range v {
			m[fmt.Sprint(item.Key)] = unordered(item.Value)
		}
		return m
	case []any:
		l := make([]any, len(v))
		for i := range v {
			l[i] = unordered(v[i])
		}
		return l
	}
	return v
}

// formOf makes a form of fields that are already known; name? is optional.
func formOf(fields map[string]Field, names []string) (*Form, error) {
	var properties yaml.MapSlice
	var required []any
	for _, n := range names {
		name, optional := cutOptional(n)
		f, ok := fields[name]
		if !ok {
			return nil, fmt.Errorf("there is no field %s", name)
		}
		properties = append(properties, yaml.MapItem{Key: name, Value: f.doc})
		if !optional {
			required = append(required, name)
		}
	}
	return newForm(yaml.MapSlice{{Key: "properties", Value: properties}, {Key: "required", Value: required}})
}

func cutOptional(name string) (string, bool) {
	if n := len(name); n > 1 && name[n-1] == '?' {
		return name[:n-1], true
	}
	return name, false
}

// public returns what was filled in without what is personal.
func (f *Form) public(d Data) Data {
	if f == nil || !slices.ContainsFunc(f.Fields, func(f Field) bool { return f.Personal != "" }) {
		return d
	}
	out := maps.Clone(d)
	for _, field := range f.Fields {
		if field.Personal != "" {
			delete(out, field.Name)
		}
	}
	return out
}

// Field returns the field of a name.
func (f *Form) Field(name string) (Field, bool) {
	if f == nil {
		return Field{}, false
	}
	i := slices.IndexFunc(f.Fields, func(g Field) bool { return g.Name == name })
	if i < 0 {
		return Field{}, false
	}
	return f.Fields[i], true
}

var (
	keyText  = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)
	fileText = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

var formatChecks = map[string]func(any) error{
	"date":   checkText(func(s string) bool { d, err := clock.ParseDate(s); return err == nil && !d.IsZero() }),
	"place":  checkText(keyText.MatchString),
	"unit":   checkText(keyText.MatchString),
	"units":  checkTexts(keyText.MatchString),
	"photos": checkTexts(fileText.MatchString),
	"files":  checkTexts(fileText.MatchString),
}

var errFormat = errors.New("not of this format")

func checkText(ok func(string) bool) func(any) error {
	return func(v any) error {
		if s, is := v.(string); is && !ok(s) {
			return errFormat
		}
		return nil
	}
}

func checkTexts(ok func(string) bool) func(any) error {
	return func(v any) error {
		items, _ := v.([]any)
		for _, i := range items {
			if s, is := i.(string); !is || !ok(s) {
				return errFormat
			}
		}
		return nil
	}
}
