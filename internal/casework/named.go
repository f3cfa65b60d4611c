package casework

import (
	"fmt"

	"github.com/goccy/go-yaml"
)

// Named is a map of a file that keeps the order in which it was written.
type Named[T any] []Entry[T]

// Entry is one key of a Named with its value.
type Entry[T any] struct {
	Key   string
	Value T
}

// UnmarshalYAML implements yaml.InterfaceUnmarshaler. The map is read twice: once for the order of its keys, once for its values.
func (n *Named[T]) UnmarshalYAML(read func(any) error) error {
	var order yaml.MapSlice
	if err := read(&order); err != nil {
		return err
	}
	var values map[string]T
	if err := read(&values); err != nil {
		return err
	}
	*n = make(Named[T], 0, len(order))
	for _, item := range order {
		key := fmt.Sprint(item.Key)
		*n = append(*n, Entry[T]{key, values[key]})
	}
	return nil
}

// Get returns the value of a key, to be read, and whether it is there.
func (n Named[T]) Get(key string) (*T, bool) {
	for i := range n {
		if n[i].Key == key {
			return &n[i].Value, true
		}
	}
	return nil, false
}

// Has reports whether the key is there.
func (n Named[T]) Has(key string) bool { _, ok := n.Get(key); return ok }

// Strings is one text or a list of them.
type Strings []string

// UnmarshalYAML implements yaml.InterfaceUnmarshaler.
func (s *Strings) UnmarshalYAML(read func(any) error) error {
	var one string
	if err := read(&one); err == nil {
		*s = Strings{one}
		return nil
	}
	var many []string
	if err := read(&many); err != nil {
		return err
	}
	*s = many
	return nil
}
