package casework

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"

	"huying/internal/errs"
	"huying/internal/strictyaml"
)

// Read reads the procedure in the file called name and checks it by itself. open returns the content of another file of the pack. The
// error is an errs.List of all that was found, each with file, line and excerpt; there is a procedure only when nothing was.
func Read(name string, data []byte, open func(path string) ([]byte, error)) (*Procedure, error) {
	p, found, err := compile(name, data, open)
	if err == nil && len(found) > 0 {
		err = found
	}
	if err != nil {
		return nil, err
	}
	return p, nil
}

// compile reads a procedure and returns it with what is wrong with it. A version that was in force when the checks were fewer is used all
// the same: its cases must go on.
func compile(name string, data []byte, open func(path string) ([]byte, error)) (*Procedure, errs.List, error) {
	p := &Procedure{sources: map[string]string{}}
	file, err := strictyaml.Decode(name, data, p)
	if err != nil {
		return nil, nil, err
	}
	p.file = file
	c := &checker{p: p, file: file, open: open, sum: sha256.New()}
	c.adds(name, data)
	c.check()
	p.acting = p.actingRoles()
	p.Hash = hex.EncodeToString(c.sum.Sum(nil))
	return p, c.found, nil
}

// adds takes a file up into the procedure's sources and hash, there with its length before it, so that no two sets of files have the same.
func (c *checker) adds(name string, data []byte) {
	c.p.sources[name] = string(data)
	fmt.Fprintf(c.sum, "%d\n", len(data)) // a hash never fails
	c.sum.Write(data)
}

// builtinFields are the fields that every procedure has.
var builtinFields = sync.OnceValue(func() map[string]Field {
	var doc yaml.MapSlice
	if err := yaml.UnmarshalWithOptions([]byte(builtin), &doc, yaml.UseOrderedMap()); err != nil {
		panic(err) // a constant
	}
	fields := map[string]Field{}
	for _, item := range doc {
		f, err := field(item.Key.(string), item.Value.(yaml.MapSlice))
		if err != nil {
			panic(err)
		}
		fields[f.Name] = f
	}
	return fields
})

// forms compiles everything that is asked for.
func (c *checker) forms() {
	c.p.form = c.form("$.form", &c.p.FormFile)
	for _, name := range append(labels, "category", "place") {
		if f, _ := c.p.form.Field(name); f.Personal != "" {
			c.wrong("$.form", "personal_label", "field", name)
		}
	}
	c.p.caller = c.form("$.callers", &c.p.Callers)
	c.p.fields = map[string]Field{}
	for name, f := range builtinFields() {
		c.p.fields[name] = f
	}
	c.load("$.fields", &c.p.Fields)
	for _, item := range c.p.Fields.doc {
		name := fmt.Sprint(item.Key)
		body, _ := item.Value.(yaml.MapSlice)
		f, err := field(name, body)
		if err != nil {
			c.wrong("$.fields."+name, "schema", "why", err.Error())
			continue
		}
		c.p.fields[name] = f
	}
	c.p.actions = map[string]*Form{}
	made := map[string]*Form{} // many actions ask for the same
	for _, s := range c.p.States {
		for _, a := range s.Value.Do {
			key := strings.Join(a.Value.With, " ")
			if made[key] == nil {
				form, err := formOf(c.p.fields, a.Value.With)
				if err != nil {
					c.wrong("$.states."+s.Key+".do."+a.Key+".with", "schema", "why", err.Error())
					continue
				}
				made[key] = form
			}
			c.p.actions[s.Key+"/"+a.Key] = made[key]
		}
	}
}

func (c *checker) form(at string, s *FormSource) *Form {
	if c.load(at, s); s.doc == nil {
		return nil
	}
	f, err := newForm(s.doc)
	if err != nil {
		c.wrong(at, "schema", "why", err.Error())
		return nil
	}
	return f
}

// load reads the file that a source names. JSON is read as the YAML that it is, which keeps the order of its keys.
func (c *checker) load(at string, s *FormSource) {
	if s.Path == "" {
		return
	}
	data, err := c.open(s.Path)
	if err != nil {
		c.wrong(at, "no_file", "file", s.Path)
		return
	}
	c.adds(s.Path, data)
	if err := yaml.UnmarshalWithOptions(data, &s.doc, yaml.UseOrderedMap()); err != nil || s.doc == nil {
		c.wrong(at, "bad_json", "file", s.Path)
	}
}
