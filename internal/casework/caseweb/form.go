package caseweb

import (
	"fmt"
	"mime/multipart"
	"slices"
	"strconv"
	"strings"

	"github.com/cockroachdb/apd/v3"

	"huying/internal/casework"
	"huying/internal/files"
	"huying/internal/i18n"
	"huying/internal/places"
	"huying/internal/store"
	"huying/internal/web"
)

// prefix stands before the names of a form's fields, so that none of them is mistaken for one of the page's own.
const prefix = "in-"

// The bounds of what a form sends.
const (
	maxPhoto = 12 << 20 // bytes of one file
	maxBody  = 120 << 20
	maxText  = 20_000
	blank    = 3 // empty rows that a table offers beyond those that are filled in
)

// asked is a form of a procedure as a page asks for it.
type asked struct {
	*web.Form
	Fields []casework.Field
	Lang   i18n.Lang
	say    func(key string, kv ...any) string
	trees  *places.Trees
	people map[string][]web.Option // for fields that name a person: who may be named
	Kept   map[string][]string
}

// read takes what was sent: the values as the engine checks them. Files are kept at once, so that a form with a fault elsewhere does not
// lose them. What cannot be read at all is noted beside its field.
func (h *pages) readFields(r *web.Request, f *web.Form, fields []casework.Field) (casework.Data, map[string][]string, error) {
	data, kept := casework.Data{}, map[string][]string{}
	for _, field := range fields {
		name := prefix + field.Name
		switch field.Kind {
		case casework.Photos, casework.Files:
			hashes, err := h.receive(r, f, field)
			if err != nil {
				return nil, nil, err
			}
			if len(hashes) > 0 {
				kept[field.Name] = hashes
				data[field.Name] = anyOf(hashes)
			}
		case casework.Table:
			if rows := readRows(f, name, field.Rows); len(rows) > 0 {
				data[field.Name] = rows
			}
		default:
			if v, ok := readOne(f, name, field); ok {
				data[field.Name] = v
			}
		}
	}
	return data, kept, nil
}

// readOne reads a field of one value; ok is false when nothing was filled in.
func readOne(f *web.Form, name string, field casework.Field) (any, bool) {
	switch field.Kind {
	case casework.YesNo:
		return true, f.Ticked(name)
	case casework.ManyChoices, casework.UnitsField:
		all := f.All(name)
		return anyOf(all), len(all) > 0
	case casework.WholeNumber, casework.PersonField:
		text := f.Decimal(name)
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil && text != "" {
			f.Wrong(name, "caseweb.not_whole")
		}
		return n, text != "" && err == nil
	case casework.Decimal:
		text := f.Decimal(name)
		n, err := strconv.ParseFloat(text, 64)
		return n, text != "" && err == nil
	case casework.Money:
		return readMoney(f, name)
	case casework.DateField:
		d := f.Date(name)
		return d.String(), !d.IsZero()
	case casework.LongText:
		s := f.Text(name, maxText)
		return s, s != ""
	}
	s := f.Line(name, maxText)
	return s, s != ""
}

// readMoney reads yuan as fen. A third decimal is no money.
func readMoney(f *web.Form, name string) (any, bool) {
	text := f.Decimal(name)
	if text == "" {
		return nil, false
	}
	yuan, _, err := apd.NewFromString(text)
	if err == nil {
		yuan.Exponent += 2
		if fen, ferr := yuan.Int64(); ferr == nil {
			return fen, true
		}
	}
	f.Wrong(name, "caseweb.not_money")
	return nil, false
}

// yuan writes fen as yuan.
func yuan(fen int64) string { return apd.New(fen, -2).Text('f') }

// readRows reads a table: fields are named NAME.ROW.COLUMN, and a row in which nothing was filled in is none.
func readRows(f *web.Form, name string, columns []casework.Field) []any {
	var rows []any
	for i := range maxRows {
		row := map[string]any{}
		for _, c := range columns {
			if v, ok := readOne(f, fmt.Sprintf("%s.%d.%s", name, i, c.Name), c); ok && v != false {
				row[c.Name] = v
			}
		}
		if len(row) > 0 {
			rows = append(rows, row)
		}
	}
	return rows
}

// maxRows bounds a table of a form.
const maxRows = 100

// receive keeps the files that were sent for a field, beside those that an earlier try kept already.
func (h *pages) receive(r *web.Request, f *web.Form, field casework.Field) ([]string, error) {
	name := prefix + field.Name
	hashes := slices.DeleteFunc(f.All(name+".kept"), func(hash string) bool { return len(hash) != 64 })
	allowed := files.Evidence
	if field.Kind == casework.Photos {
		allowed = files.Pictures
	}
	for _, up := range f.Uploads(name) {
		hash, err := h.keep(r, up, allowed)
		if err != nil {
			if !f.TakesOn(name, err) {
				return nil, err
			}
			continue
		}
		if !slices.Contains(hashes, hash) {
			hashes = append(hashes, hash)
		}
	}
	return hashes, nil
}

func (h *pages) keep(r *web.Request, up *multipart.FileHeader, allowed []files.Type) (hash string, err error) {
	in, err := up.Open()
	if err != nil {
		return "", err
	}
	defer func() { _ = in.Close() }() // it was read only
	f, err := h.Files.Receive(in, maxPhoto, allowed...)
	if err != nil {
		return "", err
	}
	err = h.DB.Write(r.Context(), func(tx *store.Tx) error {
		_, err := h.Files.Record(r.Context(), tx, f)
		return err
	})
	return f.Hash, err
}

func anyOf(texts []string) []any {
	out := make([]any, len(texts))
	for i, t := range texts {
		out[i] = t
	}
	return out
}

// title is a field's name in the reader's language.
func (a *asked) title(f casework.Field) string { return f.Title.In(a.Lang) }

// field describes a field to the components of the shell.
func (a *asked) field(f casework.Field, name string) web.Field {
	d := web.Field{Name: name, Label: a.title(f), Hint: f.Hint.In(a.Lang), Optional: !f.Required}
	switch f.Kind {
	case casework.DateField:
		d.Type = "date"
	case casework.WholeNumber:
		d.Mode = "numeric"
	case casework.Decimal, casework.Money:
		d.Mode = "decimal"
	case casework.Photos:
		d.Accept, d.Hint = files.Accept(files.Pictures), a.filesHint(f, files.Pictures)
	case casework.Files:
		d.Accept, d.Hint = files.Accept(files.Evidence), a.filesHint(f, files.Evidence)
	case casework.ChoiceField, casework.ManyChoices:
		d.Options = a.choices(f)
	case casework.PlaceField:
		d.Options = a.placeOptions(!f.Required)
	case casework.UnitField:
		d.Options = append([]web.Option{a.none(!f.Required)}, a.unitOptions()...)
	case casework.UnitsField:
		d.Options = a.unitOptions()
	case casework.PersonField:
		d.Options = append([]web.Option{a.none(!f.Required)}, a.people[f.Name]...)
	}
	return d
}

// filesHint says which files may be given, how many and how large, beside what the form says itself.
func (a *asked) filesHint(f casework.Field, types []files.Type) string {
	hint := a.say("caseweb.files_hint", "types", files.Names(types), "mb", maxPhoto>>20)
	if f.MaxItems > 0 {
		hint = a.say("caseweb.files_hint_n", "types", files.Names(types), "mb", maxPhoto>>20, "n", f.MaxItems)
	}
	return strings.TrimSpace(f.Hint.In(a.Lang) + " " + hint)
}

func (a *asked) choices(f casework.Field) []web.Option {
	var out []web.Option
	if f.Kind == casework.ChoiceField && !(f.Required && len(f.Choices) <= fewChoices) {
		out = append(out, a.none(!f.Required))
	}
	for _, c := range f.Choices {
		out = append(out, web.Option{Value: c.Value, Text: c.Title.In(a.Lang)})
	}
	return out
}

// fewChoices are shown all at once, as buttons to be tapped.
const fewChoices = 6

// placeOptions are the places, each with the way to it, so that two of one name are told apart.
func (a *asked) placeOptions(optional bool) []web.Option {
	out := []web.Option{a.none(optional)}
	for _, p := range a.trees.Places.All() {
		depth := len(a.trees.Places.Path(p.Key)) - 1
		out = append(out, web.Option{Value: p.Key, Text: strings.Repeat("　", max(depth-1, 0)) + p.Name.In(a.Lang)})
	}
	return out
}

// none is the first line of a list, as long as nothing was chosen: a list that begins with its first value has it chosen by mistake.
func (a *asked) none(optional bool) web.Option {
	if optional {
		return web.Option{Text: "—"}
	}
	return web.Option{Text: a.say("caseweb.choose")}
}

func (a *asked) unitOptions() []web.Option {
	var out []web.Option
	for _, u := range a.trees.Units.All() {
		if !u.External {
			out = append(out, web.Option{Value: u.Key, Text: unitName(u, a.Lang)})
		}
	}
	return out
}

func unitName(u places.Unit, lang i18n.Lang) string {
	if s := u.Short.In(lang); s != "" {
		return s
	}
	return u.Name.In(lang)
}

// rows is how many rows of a table are drawn.
func (a *asked) rows(name string, columns []casework.Field) int {
	n := 0
	for i := range maxRows {
		for _, c := range columns {
			if a.Value(fmt.Sprintf("%s.%d.%s", name, i, c.Name)) != "" {
				n = i + 1
			}
		}
	}
	return min(n+blank, maxRows)
}
