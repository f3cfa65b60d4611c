package caseweb

import (
	"fmt"
	"strconv"
	"strings"

	"huying/internal/casework"
)

// answers are what was filled in for a form, in its order, and the files among it.
func (cv *caseView) answers(f *casework.Form, in casework.Data) (out []said, hashes []string) {
	if f == nil {
		return nil, nil
	}
	for _, field := range f.Fields {
		v, given := in[field.Name]
		if !given {
			continue
		}
		if field.Kind == casework.Photos || field.Kind == casework.Files {
			hashes = append(hashes, texts(v)...)
			continue
		}
		if field.Kind == casework.Table {
			out = append(out, cv.rows(field, v)...)
			continue
		}
		s := cv.d.value(field, v)
		if field.Kind == casework.PersonField && !s.Seal {
			s.Text = cv.person(s.Text)
		}
		s.Label = field.Title.In(cv.d.r.Lang)
		out = append(out, s)
	}
	return out, hashes
}

// person is what somebody is called whom a form names by the number of their account, as far as the parties tell.
func (cv *caseView) person(id string) string {
	for _, p := range cv.Parties {
		for _, m := range p.Members {
			if m.Member == casework.Member("person:"+id) && m.Name.ZH != "" {
				return cv.d.text(m.Name)
			}
		}
	}
	return cv.d.r.T("caseweb.somebody")
}

// rows are the rows of a table, each on a line.
func (cv *caseView) rows(field casework.Field, v any) (out []said) {
	rows, _ := v.([]any)
	for i, r := range rows {
		row, _ := r.(map[string]any)
		var parts []string
		for _, c := range field.Rows {
			if x, ok := row[c.Name]; ok {
				parts = append(parts, cv.d.value(c, x).Text)
			}
		}
		out = append(out, said{Label: field.Title.In(cv.d.r.Lang) + " " + strconv.Itoa(i+1), Text: strings.Join(parts, " · ")})
	}
	return out
}

// value is one value in words.
func (d *desk) value(f casework.Field, v any) said {
	if _, secret := v.(casework.Secret); secret {
		return said{Seal: true}
	}
	switch f.Kind {
	case casework.LongText:
		return said{Text: fmt.Sprint(v), Long: true}
	case casework.YesNo:
		if v == true {
			return said{Text: d.r.T("caseweb.yes")}
		}
		return said{Text: d.r.T("caseweb.no")}
	case casework.Money:
		if fen, ok := v.(int64); ok {
			return said{Text: d.r.T("caseweb.yuan", "amount", yuan(fen))}
		}
	case casework.PlaceField:
		return said{Text: d.place(fmt.Sprint(v))}
	case casework.ChoiceField, casework.ManyChoices:
		return said{Text: d.choiceText(f, texts(v))}
	case casework.UnitField, casework.UnitsField:
		var names []string
		for _, key := range texts(v) {
			names = append(names, d.unit(key))
		}
		return said{Text: strings.Join(names, d.r.T("caseweb.and"))}
	}
	return said{Text: fmt.Sprint(v)}
}

func (d *desk) choiceText(f casework.Field, values []string) string {
	var names []string
	for _, v := range values {
		name := v
		for _, c := range f.Choices {
			if c.Value == v {
				name = c.Title.In(d.r.Lang)
			}
		}
		names = append(names, name)
	}
	return strings.Join(names, d.r.T("caseweb.and"))
}

// texts is a text, or the texts of a list.
func texts(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var out []string
		for _, x := range v {
			if s, ok := x.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}
