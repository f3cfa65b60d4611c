package casework

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/goccy/go-yaml"
)

// Schema returns the form as the JSON Schema that the file gives, in the file's order: a page or a program asks for its fields as they stand
// there. A nil form asks for nothing.
func (f *Form) Schema() json.RawMessage {
	doc := yaml.MapSlice{{Key: "type", Value: "object"}}
	if f != nil {
		for _, item := range f.doc {
			if item.Key != "type" && item.Key != "additionalProperties" {
				doc = append(doc, item)
			}
		}
	}
	var b bytes.Buffer
	inOrder(&b, append(doc, yaml.MapItem{Key: "additionalProperties", Value: false}))
	return b.Bytes()
}

// inOrder writes a document as JSON, its keys in the order of the file.
func inOrder(b *bytes.Buffer, v any) {
	switch v := v.(type) {
	case yaml.MapSlice:
		b.WriteByte('{')
		for i, item := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			inOrder(b, fmt.Sprint(item.Key))
			b.WriteByte(':')
			inOrder(b, item.Value)
		}
		b.WriteByte('}')
	case []any:
		b.WriteByte('[')
		for i, x := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			inOrder(b, x)
		}
		b.WriteByte(']')
	default:
		data, err := json.Marshal(v)
		if err != nil { // a scalar of YAML that JSON has not: .inf, .nan
			data = []byte("null")
		}
		b.Write(data)
	}
}

// CallerForm returns what each caller is asked of themselves; it may be nil.
func (p *Procedure) CallerForm() *Form { return p.caller }

// StateTitle is what a state is called.
func (p *Procedure) StateTitle(state string) Text {
	if s, ok := p.state(state); ok {
		return s.Title
	}
	return Text{}
}

// ActionTitle is what an action of a state is called.
func (p *Procedure) ActionTitle(state, action string) Text {
	if s, ok := p.state(state); ok {
		if a, ok := s.Do.Get(action); ok {
			return a.Title
		}
	}
	if a, ok := p.Do.Get(action); ok {
		return a.Title
	}
	return Text{}
}
