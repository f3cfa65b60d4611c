package files

import (
	"errors"
	"io"
	"mime"
	"slices"
	"strings"

	"github.com/gabriel-vasile/mimetype"

	"huying/internal/errs"
)

// Type is a media type, without parameters.
type Type string

const (
	JPEG  Type = "image/jpeg"
	PNG   Type = "image/png"
	PDF   Type = "application/pdf"
	Word  Type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	Excel Type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	Text  Type = "text/plain" // of any kind: a page, a table, a script; it is only ever given back to be saved
)

// Pictures, Documents and Evidence are what is usually allowed. Documents are what the reader of reports reads.
var (
	Pictures  = []Type{JPEG, PNG}
	Documents = []Type{Text, PDF, Word}
	Evidence  = []Type{JPEG, PNG, PDF, Word, Excel, Text}
)

// about is what a type is called, the same in every language, and the endings of its names, the usual one first. Text keeps whatever
// ending it had.
var about = map[Type]struct {
	name    string
	endings []string
}{
	JPEG:  {"JPEG", []string{".jpg", ".jpeg"}},
	PNG:   {"PNG", []string{".png"}},
	PDF:   {"PDF", []string{".pdf"}},
	Word:  {"Word (docx)", []string{".docx"}},
	Excel: {"Excel (xlsx)", []string{".xlsx"}},
	Text:  {"TXT", nil},
}

// Name is what the type is called.
func (t Type) Name() string {
	if a, ok := about[t]; ok {
		return a.name
	}
	return string(t)
}

// Names are what several types are called.
func Names(types []Type) string {
	names := make([]string, len(types))
	for i, t := range types {
		names[i] = t.Name()
	}
	return strings.Join(names, ", ")
}

// Accept is the accept attribute of a form field that takes the types.
func Accept(types []Type) string {
	var list []string
	for _, t := range types {
		list = append(append(list, string(t)), about[t].endings...)
	}
	return strings.Join(list, ",")
}

// sniffed is how many bytes of a file are looked at: a word processor may put a picture before the part that tells what it is.
const sniffed = 512 << 10

func init() { mimetype.SetLimit(sniffed) } // the library has no other way to say it; nobody else uses it

// judge tells by its content which of the allowed types a file is. A page or a table is a text too.
func judge(r io.ReaderAt, size int64, allowed []Type) (Type, error) {
	head := make([]byte, min(size, sniffed))
	if _, err := r.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	found := mimetype.Detect(head)
	for m := found; m != nil; m = m.Parent() {
		if t := base(m); slices.Contains(allowed, t) {
			return t, nil
		}
	}
	return "", refused(base(found), ole(found), allowed)
}

func base(m *mimetype.MIME) Type {
	t, _, err := mime.ParseMediaType(m.String())
	if err != nil {
		return Type(m.String())
	}
	return Type(t)
}

// ole reports whether a file is of the old office formats: .doc, .xls, .wps, .et.
func ole(m *mimetype.MIME) bool {
	for ; m != nil; m = m.Parent() {
		if m.Is("application/x-ole-storage") {
			return true
		}
	}
	return false
}

// refused is what somebody hears who gives what is not allowed, with the remedy where there is one.
func refused(found Type, ole bool, allowed []Type) error {
	key := "files.type_refused"
	switch {
	case strings.HasPrefix(string(found), "image/hei"):
		key = "files.heic_refused"
	case ole:
		key = "files.old_office_refused"
	case found == "application/octet-stream":
		key = "files.type_unknown"
	}
	return errs.New(errs.Invalid, key, "found", found.Name(), "allowed", Names(allowed))
}

func megabytes(n int64) int64 { return max(1, n>>20) }
