package drill

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// spot is a place in a file: keys of maps and numbers of list items.
type spot []any

func (s spot) with(more ...any) spot { return append(s[:len(s):len(s)], more...) }

// path is the spot as strictyaml finds it.
func (s spot) path() string {
	var b strings.Builder
	b.WriteString("$")
	for _, x := range s {
		switch x := x.(type) {
		case int:
			fmt.Fprintf(&b, "[%d]", x)
		default:
			fmt.Fprintf(&b, ".%v", x)
		}
	}
	return b.String()
}

// key is the last key of the spot, by which its line is known to the reader.
func (s spot) key() string {
	for i := len(s) - 1; i >= 0; i-- {
		if k, ok := s[i].(string); ok {
			return k
		}
	}
	return ""
}

// gone stands for a value that is taken away.
type gone struct{}

// put returns the tree with another value at a spot; gone takes away the key or the item. What is not on the way is shared with the old
// tree, which is not changed.
func put(root any, at spot, v any) any {
	if len(at) == 0 {
		return v
	}
	switch node := root.(type) {
	case Values:
		out := make(Values, 0, len(node)+1)
		found := false
		for _, item := range node {
			if fmt.Sprint(item.Key) == at[0] {
				found = true
				next := put(item.Value, at[1:], v)
				if _, away := next.(gone); away {
					continue
				}
				item.Value = next
			}
			out = append(out, item)
		}
		if _, away := v.(gone); !found && len(at) == 1 && !away {
			out = append(out, Values{{Key: at[0], Value: v}}...)
		}
		return out
	case []any:
		out := make([]any, 0, len(node))
		for i, item := range node {
			if i == at[0] {
				next := put(item, at[1:], v)
				if _, away := next.(gone); away {
					continue
				}
				item = next
			}
			out = append(out, item)
		}
		return out
	}
	return root
}

// at is the value at a spot, or nil.
func at(root any, s spot) any {
	for _, key := range s {
		switch node := root.(type) {
		case Values:
			root = under(node, key)
		case []any:
			i, ok := key.(int)
			if !ok || i >= len(node) {
				return nil
			}
			root = node[i]
		default:
			return nil
		}
	}
	return root
}

func under(v Values, key any) any {
	for _, item := range v {
		if fmt.Sprint(item.Key) == key {
			return item.Value
		}
	}
	return nil
}

// encode writes a tree as JSON, which every reader of YAML reads: every text in quotes, nothing to be taken for something else.
func encode(v any) []byte {
	var b bytes.Buffer
	write(&b, v)
	b.WriteByte('\n')
	return b.Bytes()
}

func write(b *bytes.Buffer, v any) {
	switch v := v.(type) {
	case Values:
		b.WriteString("{")
		for i, item := range v {
			if i > 0 {
				b.WriteString(", ")
			}
			scalar(b, fmt.Sprint(item.Key))
			b.WriteString(": ")
			write(b, item.Value)
		}
		b.WriteString("}")
	case []any:
		b.WriteString("[")
		for i := range v {
			if i > 0 {
				b.WriteString(", ")
			}
			write(b, v[i])
		}
		b.WriteString("]")
	default:
		scalar(b, v)
	}
}

func scalar(b *bytes.Buffer, v any) {
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err) // what YAML reads is text, number, truth or nothing
	}
	b.Truncate(b.Len() - 1) // the line's end
}

// texts is one text or a list of them.
func texts(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var out []string
		for _, x := range v {
			out = append(out, fmt.Sprint(x))
		}
		return out
	}
	return nil
}

// list is the other way round: texts as a file has them.
func list(s []string) any {
	if len(s) == 0 {
		return gone{}
	}
	out := make([]any, len(s))
	for i := range s {
		out[i] = s[i]
	}
	return out
}
