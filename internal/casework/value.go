package casework

import "regexp"

// Value is a number, a text or a yes that is kept on a case. In a file it is its expression alone, or a map.
type Value struct {
	Title Text   `yaml:"title"` // what people call it; none: it serves the procedure's own rules, and is not shown
	Is    Guard  `yaml:"is"`    // how it is worked out; none: actions set it
	As    string `yaml:"as"`    // the field as which it is shown: a sum of money, one of its choices; empty: as it is
}

// UnmarshalYAML implements yaml.InterfaceUnmarshaler.
func (v *Value) UnmarshalYAML(read func(any) error) error {
	if err := read(&v.Is.Source); err == nil {
		return nil
	}
	type plain Value
	return read((*plain)(v))
}

// ValueTitle is what people call a value; empty for one that is not shown.
func (p *Procedure) ValueTitle(name string) Text {
	v, ok := p.Values.Get(name)
	if !ok {
		return Text{}
	}
	return v.Title
}

// ValueField is a value as a field, under its title: of the kind, and with the choices, of the field as which it is shown.
func (p *Procedure) ValueField(name string) Field {
	v, _ := p.Values.Get(name)
	f, ok := p.fieldAs(v.As)
	if !ok {
		f = Field{Kind: TextField}
	}
	f.Name, f.Title = name, v.Title
	return f
}

// fieldAs is the field of a name that actions, the form or callers are asked for.
func (p *Procedure) fieldAs(name string) (Field, bool) {
	if f, ok := p.fields[name]; ok {
		return f, true
	}
	for _, form := range []*Form{p.form, p.caller} {
		if f, ok := form.Field(name); ok {
			return f, true
		}
	}
	return Field{}, false
}

// valueText is what a value may be called: expressions speak of values.until_day.
var valueText = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,40}$`)

// values holds that somebody keeps each value, that it is shown as a field that is there, and that a title is one.
func (c *checker) values() {
	set := map[string]bool{}
	c.eachSet(func(_, name string, _ *Guard) { set[name] = true })
	for _, e := range c.p.Values {
		at, v := "$.values."+e.Key, e.Value
		if !valueText.MatchString(e.Key) {
			c.wrong(at, "bad_name", "name", e.Key)
		}
		if v.Is.IsZero() && !set[e.Key] {
			c.wrong(at, "value_never", "name", e.Key)
		}
		if v.Title.ZH == "" && (v.Title.EN != "" || v.As != "" || v.Is.IsZero()) {
			c.wrong(at, "no_title")
		}
		if v.As == "" {
			continue
		}
		switch f, ok := c.p.fieldAs(v.As); {
		case !ok:
			c.wrong(at+".as", "no_field", "field", v.As)
		case f.Personal != "" || f.Kind == Table:
			c.wrong(at+".as", "value_as", "field", v.As)
		}
	}
}
