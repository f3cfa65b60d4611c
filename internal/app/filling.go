package app

import (
	"maps"
	"math/rand/v2"
	"time"

	"huying/internal/casework"
	"huying/internal/clock"
)

// filling makes up what is filled in, by chance. What it says is marked as a demonstration's.
type filling struct {
	stage  *caseStage
	p      *casework.Procedure
	c      *casework.Case   // nil: it is opened
	action *casework.Action // nil: it is opened
	at     time.Time
	place  string
	rng    *rand.Rand
	needed bool // only what is asked for is filled in
	cannot bool // there is nobody who could be named
}

// opening is a form of the script with what it leaves out.
func (f *filling) opening(forms []map[string]any) casework.Data {
	given := casework.Data{}
	if len(forms) > 0 {
		for k, v := range forms[f.rng.IntN(len(forms))] {
			given[k] = plain(v)
		}
	}
	return f.fill(f.p.Form(), given)
}

// plain is a value of a file as cases take it.
func plain(v any) any {
	switch v := v.(type) {
	case uint64:
		return int64(v)
	case int:
		return int64(v)
	}
	return v
}

// fill fills in a form: what is asked for, and now and then what may be left out.
func (f *filling) fill(form *casework.Form, given casework.Data) casework.Data {
	out := maps.Clone(given)
	if out == nil {
		out = casework.Data{}
	}
	if form == nil {
		return out
	}
	for _, field := range form.Fields {
		if _, ok := out[field.Name]; ok || !field.Required && (f.needed || !f.offersToo(field)) {
			continue
		}
		if v := f.value(field); v != nil {
			out[field.Name] = v
		} else if field.Required {
			f.cannot = true
		}
	}
	return out
}

// offersToo reports whether somebody fills in what they need not.
func (f *filling) offersToo(field casework.Field) bool {
	switch field.Kind {
	case casework.PlaceField:
		return true
	case casework.Photos:
		return f.rng.IntN(3) == 0
	case casework.LongText:
		return f.rng.IntN(2) == 0
	case casework.YesNo:
		return f.rng.IntN(14) == 0
	case casework.UnitsField:
		return f.c == nil && f.rng.IntN(3) == 0
	}
	return false
}

func (f *filling) value(field casework.Field) any {
	if n := f.kept(field.Name); n > 0 {
		return n
	}
	switch field.Kind {
	case casework.TextField, casework.LongText:
		return f.text(field)
	case casework.ChoiceField, casework.ManyChoices:
		return f.choice(field)
	case casework.YesNo:
		return true
	case casework.WholeNumber:
		return int64(1 + f.rng.IntN(30))
	case casework.Decimal:
		return float64(1+f.rng.IntN(300)) / 4
	case casework.Money:
		return int64(1+f.rng.IntN(200)) * 100_00
	case casework.DateField:
		return clock.DateOf(f.at, f.stage.zone).AddDays(7 + f.rng.IntN(40)).String()
	case casework.Photos, casework.Files:
		return []any{f.stage.pictures[f.rng.IntN(len(f.stage.pictures))]}
	case casework.Table:
		rows := make([]any, 1+f.rng.IntN(3))
		for i := range rows {
			rows[i] = map[string]any(f.fill(&casework.Form{Fields: field.Rows}, nil))
		}
		return rows
	}
	return f.who(field)
}

// kept is what the case keeps that the script takes for a number of a name; none: 0.
func (f *filling) kept(name string) int64 {
	if f.c == nil {
		return 0
	}
	n, _ := f.c.Values[f.stage.script.Takes[name]].(int64)
	return n
}

// who names a place, a unit or a person.
func (f *filling) who(field casework.Field) any {
	switch field.Kind {
	case casework.PlaceField:
		if f.place != "" {
			return f.place
		}
		return oneOf(f.rng, f.stage.places)
	case casework.UnitField:
		return oneOf(f.rng, f.stage.units)
	case casework.UnitsField:
		if u := oneOf(f.rng, f.stage.units); u != nil {
			return []any{u}
		}
	case casework.PersonField:
		return f.somebody(field.Name)
	}
	return nil
}

// oneOf is one of some names; nil when there is none.
func oneOf(rng *rand.Rand, names []string) any {
	if len(names) == 0 {
		return nil
	}
	return names[rng.IntN(len(names))]
}

// somebody has an account for the part that an action gives them.
func (f *filling) somebody(field string) any {
	if f.action == nil {
		return nil
	}
	for _, as := range f.action.Assign {
		party, ok := f.p.Parties.Get(as.Key)
		if as.Value != field || !ok {
			continue
		}
		if posts := f.stage.posts[party.Role]; len(posts) > 0 {
			return posts[f.rng.IntN(len(posts))].Person
		}
	}
	return nil
}

// choice takes one of the choices, the earlier ones rather.
func (f *filling) choice(field casework.Field) any {
	if len(field.Choices) == 0 {
		return nil
	}
	v := field.Choices[min(f.rng.IntN(len(field.Choices)), f.rng.IntN(len(field.Choices)))].Value
	if field.Kind == casework.ManyChoices {
		return []any{v}
	}
	return v
}

// text is what is said in a field.
func (f *filling) text(field casework.Field) string {
	if s := f.says(field.Name); s != "" {
		return s
	}
	return "演示：" + field.Title.ZH
}

// says is what the script lets people say in a field of a name; empty when it does not know.
func (f *filling) says(name string) string {
	all := f.stage.script.Says[name]
	if len(all) == 0 {
		if name == "return" {
			return "演示：请补充说明。"
		}
		return ""
	}
	return all[f.rng.IntN(len(all))]
}
