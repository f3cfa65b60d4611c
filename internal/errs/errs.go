// Package errs holds the one error type that crosses package borders: a kind, decided where the failure is understood, and a
// message key, so that every language can say it. What the user reads comes from the key; what the log reads is Error().
package errs

import (
	"errors"
	"fmt"
	"strings"
)

// Kind says what sort of failure an error is. The front (web, api, cmd) turns it into a status code or an exit status.
type Kind uint8

const (
	Internal        Kind = iota // a defect, or a part of the machine that failed; the zero value, so that nothing unknown looks harmless
	Invalid                     // the input is wrong; the message says where and what to do
	NotFound                    // there is no such thing, or the asker may not know of it
	Unauthenticated             // nobody is signed in
	Forbidden                   // somebody is, and may not
	Conflict                    // somebody else was there first, or the state does not allow it
	TooLarge                    // over a size limit
	TooMany                     // over a rate limit
	Unavailable                 // try again later
)

var kindNames = [...]string{"internal", "invalid", "not_found", "unauthenticated", "forbidden", "conflict", "too_large", "too_many", "unavailable"}

func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "internal"
}

// Error is an error with a kind and a message key.
type Error struct {
	Kind  Kind
	Key   string         // of the message catalogue: "report.no_chapter"
	Args  map[string]any // the names that the message uses
	Field string         // the form field it belongs to, if one
	Place string         // where in a file: "procedures/whistle.yaml:31", "Sheet1!C7"
	cause error
}

// New returns an error of kind k whose text is the message of key. kv are the message's arguments: name, value, name, value.
func New(k Kind, key string, kv ...any) *Error {
	return &Error{Kind: k, Key: key, Args: pairs(kv)}
}

// Wrap is New with a cause, which the log reads and the user does not.
func Wrap(cause error, k Kind, key string, kv ...any) *Error {
	return &Error{Kind: k, Key: key, Args: pairs(kv), cause: cause}
}

// At returns a copy of e that names its place in a file.
func (e *Error) At(place string) *Error { c := *e; c.Place = place; return &c }

// On returns a copy of e that belongs to a form field.
func (e *Error) On(field string) *Error { c := *e; c.Field = field; return &c }

func (e *Error) Error() string {
	var b strings.Builder
	if e.Place != "" {
		b.WriteString(e.Place + ": ")
	}
	b.WriteString(e.Key)
	if len(e.Args) > 0 {
		fmt.Fprintf(&b, " %v", e.Args)
	}
	if e.cause != nil {
		b.WriteString(": " + e.cause.Error())
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.cause }

// List is several errors at once: a form with three bad fields, a pack with five findings. It is empty when all is well.
type List []*Error

func (l List) Error() string {
	lines := make([]string, len(l))
	for i, e := range l {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Err returns nil when the list is empty, and the list otherwise.
func (l List) Err() error {
	if len(l) == 0 {
		return nil
	}
	return l
}

// All returns the errors of err that have a key: those of a List, or the one, or none.
func All(err error) List {
	var l List
	if errors.As(err, &l) {
		return l
	}
	var e *Error
	if errors.As(err, &e) {
		return List{e}
	}
	return nil
}

// KindOf returns the kind of err: of the first of a List, of the wrapped Error, or Internal.
func KindOf(err error) Kind {
	if l := All(err); len(l) > 0 {
		return l[0].Kind
	}
	return Internal
}

// Is reports whether err is of kind k. A nil error is of no kind.
func Is(err error, k Kind) bool { return err != nil && KindOf(err) == k }

func pairs(kv []any) map[string]any {
	if len(kv) == 0 {
		return nil
	}
	m := make(map[string]any, len(kv)/2)
	for i := 0; i+1 < len(kv); i += 2 {
		m[fmt.Sprint(kv[i])] = kv[i+1]
	}
	return m
}
