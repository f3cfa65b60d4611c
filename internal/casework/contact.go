package casework

import (
	"encoding/json"
	"strings"
)

// Contact is how a caller without an account can be reached. The vault keeps it; in events and cases stands a reference.
type Contact struct {
	Name  string `json:"name,omitempty"`
	Phone string `json:"phone,omitempty"`
	Email string `json:"email,omitempty"`
}

// IsZero reports whether nothing of it is known.
func (c Contact) IsZero() bool { return c == Contact{} }

// String is the contact as CallerOf.Contact takes it; empty when nothing is known.
func (c Contact) String() string {
	if c.IsZero() {
		return ""
	}
	data, err := json.Marshal(c)
	if err != nil {
		panic(err) // texts always have a JSON form
	}
	return string(data)
}

// ParseContact reads what String wrote. Anything else is taken for a name.
func ParseContact(text string) Contact {
	var c Contact
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		return Contact{Name: strings.TrimSpace(text)}
	}
	return c
}
