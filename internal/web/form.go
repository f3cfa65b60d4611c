package web

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"huying/internal/clock"
	"huying/internal/errs"
)

// Form is a form: what was typed and what is wrong with it. The reading methods (Text, Int, Date …) trim, bound and check; what they
// find wrong is kept beside the field, and the value as typed stays, to be shown again. A Form that was made by NewForm shows values
// and has no errors.
type Form struct {
	values url.Values
	files  map[string][]*multipart.FileHeader
	wrong  errs.List
	labels map[string]string // of the fields that have been drawn
}

// NewForm returns a form that shows values: name, value, name, value.
func NewForm(values ...string) *Form {
	f := &Form{values: url.Values{}}
	for i := 0; i+1 < len(values); i += 2 {
		f.values.Add(values[i], values[i+1])
	}
	return f
}

// QueryForm returns the query as a form: the filter above a list.
func (r *Request) QueryForm() *Form { return &Form{values: r.URL.Query()} }

// inMemory is how much of an upload is kept in memory; the rest waits in a file that is removed after the answer.
const inMemory = 4 << 20

// ReadForm reads a posted form, with its files. A body over the route's limit is errs.TooLarge; one that is no form, errs.Invalid.
func (r *Request) ReadForm() (*Form, error) {
	err := r.ParseForm() // by itself: ParseMultipartForm would hide that a plain form was cut short
	if err == nil {
		if err = r.ParseMultipartForm(inMemory); errors.Is(err, http.ErrNotMultipart) {
			err = nil
		}
	}
	if err != nil {
		if isTooLarge(err) || r.Context().Err() != nil {
			return nil, err
		}
		return nil, errs.Wrap(err, errs.Invalid, "web.no_form")
	}
	f := &Form{values: r.PostForm}
	if r.MultipartForm != nil {
		f.files = r.MultipartForm.File
	}
	return f, nil
}

// removeUploads removes what of an upload waits in files. The server of net/http does so only for the request that it made itself, and
// this one is a copy with a context of its own.
func (r *Request) removeUploads() {
	if r.MultipartForm == nil {
		return
	}
	if err := r.MultipartForm.RemoveAll(); err != nil {
		r.s.opts.Log.WarnContext(r.Context(), "an upload was left behind", "id", r.id, "err", err)
	}
}

// Value is a value as typed, for showing it again.
func (f *Form) Value(name string) string {
	if f == nil {
		return ""
	}
	return f.values.Get(name)
}

// Has reports whether value is among those of name: a box that is ticked.
func (f *Form) Has(name, value string) bool {
	return f != nil && slices.Contains(f.values[name], value)
}

// Set sets what a field shows.
func (f *Form) Set(name, value string) { f.values.Set(name, value) }

// OK reports whether nothing has been found wrong.
func (f *Form) OK() bool { return len(f.wrong) == 0 }

// Wrong notes an error beside a field, or above the form when field is empty.
func (f *Form) Wrong(field, key string, kv ...any) {
	f.wrong = append(f.wrong, errs.New(errs.Invalid, key, kv...).On(field))
}

// Takes keeps an error that the user can mend (invalid input, a conflict) to be shown in the form, and reports whether it did. Any other
// error is for the handler to return.
func (f *Form) Takes(err error) bool {
	all := errs.All(err)
	for _, e := range all {
		if e.Kind != errs.Invalid && e.Kind != errs.Conflict {
			return false
		}
	}
	f.wrong = append(f.wrong, all...)
	return len(all) > 0
}

// Errors returns what is wrong, in the order in which it was found.
func (f *Form) Errors() errs.List {
	if f == nil {
		return nil
	}
	return f.wrong
}

// Err returns what is wrong as an error, or nil.
func (f *Form) Err() error { return f.wrong.Err() }

// of returns what is wrong with one field.
func (f *Form) of(name string) (list errs.List) {
	for _, e := range f.Errors() {
		if e.Field == name {
			list = append(list, e)
		}
	}
	return list
}

func (f *Form) learn(name, label string) {
	if f == nil {
		return
	}
	if f.labels == nil {
		f.labels = map[string]string{}
	}
	f.labels[name] = label
}

// labelled is an error with the label of its field.
func (f *Form) labelled(ctx context.Context, e *errs.Error) string {
	if label := f.labels[e.Field]; label != "" {
		return T(ctx, "web.labelled", "label", label, "error", say(ctx, e))
	}
	return say(ctx, e)
}

// Text reads a text of at most limit characters, trimmed, with line feeds as the only control characters.
func (f *Form) Text(name string, limit int) string {
	raw := f.values.Get(name)
	s := clean(raw, -1)
	if !utf8.ValidString(raw) {
		f.Wrong(name, "web.not_text")
	} else if n := utf8.RuneCountInString(s); n > limit {
		f.Wrong(name, "web.too_long", "limit", limit, "n", n)
	}
	return s
}

// Line reads a text of one line.
func (f *Form) Line(name string, limit int) string {
	f.values.Set(name, strings.ReplaceAll(strings.ReplaceAll(f.values.Get(name), "\r", ""), "\n", " "))
	return f.Text(name, limit)
}

// Required is Text that may not be empty.
func (f *Form) Required(name string, limit int) string {
	s := f.Text(name, limit)
	if s == "" {
		f.Wrong(name, "web.required")
	}
	return s
}

// Password reads a secret as it was typed: nothing is trimmed, and it is never shown again.
func (f *Form) Password(name string) string {
	s := f.values.Get(name)
	f.values.Del(name)
	if len(s) > 1024 {
		f.Wrong(name, "web.too_long", "limit", 1024, "n", len(s))
	}
	return s
}

// Int reads a whole number between low and high. Nothing is 0, and not wrong.
func (f *Form) Int(name string, low, high int64) int64 {
	s := number(f.Line(name, 40))
	if s == "" {
		return 0
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		f.Wrong(name, "web.not_whole")
		return 0
	}
	if n < low || n > high {
		f.Wrong(name, "web.out_of_range", "low", low, "high", high)
	}
	return n
}

// Decimal reads a decimal number as text that any decimal library takes: "1,204.50" and "１２０４.5" are "1204.50" and "1204.5".
// Nothing is "", and not wrong.
func (f *Form) Decimal(name string) string {
	s := number(f.Line(name, 60))
	if s != "" && !isDecimal(s) {
		f.Wrong(name, "web.not_number")
		return ""
	}
	return s
}

// Date reads a day. Nothing is the zero Date, and not wrong. Besides 2021-11-19 it takes 2021/11/19 and 2021年11月19日.
func (f *Form) Date(name string) clock.Date {
	s := f.Line(name, 40)
	parts := strings.FieldsFunc(s, func(c rune) bool { return strings.ContainsRune("-/.年月日 ", c) })
	if len(parts) == 0 {
		return clock.Date{}
	}
	if len(parts) == 3 {
		for i := range parts {
			parts[i] = strings.Repeat("0", max(0, 2-len(parts[i]))) + parts[i]
		}
		if d, err := clock.ParseDate(strings.Join(parts, "-")); err == nil {
			return d
		}
	}
	f.Wrong(name, "web.not_date")
	return clock.Date{}
}

// Choice reads one of a few values. Nothing is "", and not wrong; anything else is, for it was not offered.
func (f *Form) Choice(name string, offered ...string) string {
	s := f.values.Get(name)
	if s != "" && !slices.Contains(offered, s) {
		f.Wrong(name, "web.not_offered")
		return ""
	}
	return s
}

// Ticked reads a box.
func (f *Form) Ticked(name string) bool { return f.values.Get(name) != "" }

// IDs reads the numbers of a field that stands several times: the rows that were ticked. At most limit of them.
func (f *Form) IDs(name string, limit int) []int64 {
	var ids []int64
	for _, s := range f.values[name] {
		id, err := strconv.ParseInt(s, 10, 64)
		if err != nil || id <= 0 {
			f.Wrong(name, "web.not_offered")
			return nil
		}
		ids = append(ids, id)
	}
	if len(ids) > limit {
		f.Wrong(name, "web.too_many", "limit", limit)
		return nil
	}
	return ids
}

// Upload is a file that was sent with a form.
type Upload struct {
	Name string // as the sender called it, without a path
	Size int64
	multipart.File
}

// File opens the first file of a field, to be closed by the caller. It is nil when none was chosen.
func (f *Form) File(name string) (*Upload, error) {
	if len(f.files[name]) == 0 || f.files[name][0].Filename == "" {
		return nil, nil
	}
	h := f.files[name][0]
	file, err := h.Open()
	if err != nil {
		return nil, err
	}
	base := h.Filename[strings.LastIndexAny(h.Filename, `/\`)+1:]
	return &Upload{Name: clean(base, 200), Size: h.Size, File: file}, nil
}

// Uploads returns the files that were chosen for a field, in the order in which they came.
func (f *Form) Uploads(name string) []*multipart.FileHeader {
	return slices.DeleteFunc(slices.Clone(f.files[name]), func(h *multipart.FileHeader) bool { return h.Filename == "" })
}

// maxSame bounds how many values of one name are read.
const maxSame = 200

// All reads every value of a field that stands several times: lines of text, none of them empty.
func (f *Form) All(name string) []string {
	var out []string
	for _, v := range f.values[name] {
		if v = clean(v, 200); v != "" && len(out) < maxSame {
			out = append(out, v)
		}
	}
	return out
}

// TakesOn is Takes for an error that belongs to a field, whatever it says itself.
func (f *Form) TakesOn(name string, err error) bool {
	if all := errs.All(err); len(all) == 1 {
		return f.Takes(all[0].On(name))
	}
	return f.Takes(err)
}

// ReadAll reads the whole upload.
func (u *Upload) ReadAll() ([]byte, error) { return io.ReadAll(u.File) }

// clean trims s, makes its line ends \n, and drops control characters and what is not text. When limit is not negative it cuts s to as
// many characters.
func clean(s string, limit int) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.Map(func(c rune) rune {
		if c == '\r' {
			return '\n'
		}
		if c == utf8.RuneError || unicode.IsControl(c) && c != '\n' && c != '\t' {
			return -1
		}
		return c
	}, strings.ToValidUTF8(s, ""))
	s = strings.TrimSpace(s)
	if limit >= 0 && utf8.RuneCountInString(s) > limit {
		s = string([]rune(s)[:limit])
	}
	return s
}

// number writes a number as programs do: half width, without separators of thousands.
func number(s string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c >= '０' && c <= '９':
			return c - '０' + '0'
		case c == '．':
			return '.'
		case c == '－' || c == '−':
			return '-'
		case c == ',' || c == '，' || unicode.IsSpace(c):
			return -1
		}
		return c
	}, s)
}

func isDecimal(s string) bool {
	digits, points := 0, 0
	for i, c := range s {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c == '.':
			points++
		case (c == '-' || c == '+') && i == 0:
		default:
			return false
		}
	}
	return digits > 0 && digits <= 30 && points <= 1
}

// say is what a user should read of one error, with its place in a file.
func say(ctx context.Context, e *errs.Error) string {
	r := From(ctx)
	if r == nil {
		return e.Key
	}
	return r.Says(e)
}
