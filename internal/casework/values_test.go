package casework

import (
	"slices"
	"strings"
	"testing"

	"huying/internal/errs"
	"huying/internal/rule"
)

const kept = `
parties: {lead: {one: unit, is: office}}
visible: {public: none}
form: {required: [title], properties: {title: {title: 题, type: string}, phone: {title: 电话, type: string, x-personal: 联系}}}
callers: {required: [name], properties: {name: {title: 姓名, type: string, x-personal: 联系}, sum: {title: 数额, type: integer}}}
fields: {sum: {title: 数额, type: integer}}
values: {n: has(values.n) ? values.n : 0}
states:
  a:
    title: {zh: 甲}
    duties: {x: {owed-by: lead, within: 1 day, missed: nothing}}
    do:
      plan: {by: lead, with: [date?, sum?], set: {until: input.date, n: "values.n + (has(input.sum) ? input.sum : 0)"}}
      x: {by: lead, with: [answer], meets: x, to: z}
  z: {title: {zh: 终}, ends: solved}
`

func TestWhatIsNotFilledInIsNotKept(t *testing.T) {
	pl := newPlay(t, mustSmall(t, kept), "2021-11-19 09:00")
	pl.do(clerk(2, "planning"), OpenCase{Number: "PP-000001", Form: Data{"title": "题"}, Caller: CallerOf{Said: Data{"name": "甲"}}})
	pl.do(clerk(3, "office"), Do{Action: "plan"})
	if _, set := pl.c.Values["until"]; set {
		t.Errorf("values %v", pl.c.Values)
	}
	pl.do(clerk(3, "office"), Do{Action: "plan", Input: Data{"date": "2021-12-01", "sum": int64(3)}})
	pl.do(clerk(3, "office"), Do{Action: "plan", Input: Data{"sum": int64(4)}})
	if pl.c.Values["until"] != "2021-12-01" || pl.c.Values["n"] != int64(7) {
		t.Errorf("values %v", pl.c.Values)
	}
}

func TestNoExpressionReadsWhatIsPersonal(t *testing.T) {
	p := mustSmall(t, kept)
	d := &decider{p: p, w: newPlay(t, p, "2021-11-19 09:00").w, c: &Case{Form: Data{"title": "题", "phone": "13800000000"},
		Callers: []CallerOf{{N: 1, Said: Data{"name": "甲", "sum": int64(1)}}, {N: 2, Said: Data{"name": Sealed + "1"}}}}}
	for _, source := range []string{`form`, `form[["ph", "one"][0] + "one"]`, `callers`, `callers.map(c, c)`, `[form, callers]`} {
		g := Guard{Source: source}
		if err := g.compile(rule.Value); err != nil {
			t.Fatal(source, err)
		}
		v, err := g.expr.Eval(d.vars(nil))
		if text := say(t, err); strings.Contains(strings.Join([]string{text, jsonText(t, v)}, ""), "138") || strings.Contains(jsonText(t, v), "甲") ||
			strings.Contains(jsonText(t, v), Sealed) {
			t.Errorf("%s tells %s", source, jsonText(t, v))
		}
	}
}

func TestFaultsOfWhatIsKept(t *testing.T) {
	for name, tt := range map[string]struct{ from, to, key string }{
		"a value made of a caller's personal field":    {`values: {n: has(values.n) ? values.n : 0}`, `values: {n: 'size(callers.map(c, c.name))'}`, "personal_in_rule"},
		"a value made of a personal field":             {`values: {n: has(values.n) ? values.n : 0}`, `values: {n: 'form.phone + "x"'}`, "personal_in_rule"},
		"a caller's field that is not there":           {`values: {n: has(values.n) ? values.n : 0}`, `values: {n: 'sum(callers.map(c, c.some))'}`, "no_field"},
		"a title that is personal":                     {`title: {title: 题, type: string}`, `title: {title: 题, type: string, x-personal: 联系}`, "personal_label"},
		"a repeat that is personal":                    {`visible:`, "repeat: form.phone\nvisible:", "personal_in_rule"},
		"a computation with an optional field":         {`has(input.sum) ? input.sum : 0`, `input.sum`, "optional_read"},
		"a condition on an optional field":             {`with: [date?, sum?], set`, `with: [date?, sum?], if: input.sum > 3, set`, "optional_read"},
		"a value that is only made of itself":          {`values: {n: has(values.n) ? values.n : 0}`, ``, "never_begins"},
		"a value that nobody keeps":                    {`until: input.date`, `until: values.day`, "no_field"},
		"a word that is not of the case":               {`until: input.date`, `until: case.toady`, "no_field"},
		"a mark that nobody gives":                     {`until: input.date`, `until: ratings.lead`, "no_field"},
		"a missed duty where none was missed":          {`until: input.date`, `until: duty.due`, "no_field"},
		"a personal column, which would not be sealed": {`sum: {title: 数额, type: integer}}`, `rows: {title: 表, type: array, items: {type: object, properties: {who: {title: 谁, type: string, x-personal: 联系}}}}}`, "schema"},
	} {
		_, err := small(t, replaced(t, kept, tt.from, tt.to))
		if !slices.ContainsFunc(errs.All(err), func(e *errs.Error) bool { return e.Key == "casework.check."+tt.key }) {
			t.Errorf("%s: want %s, found\n%s", name, tt.key, say(t, err))
		}
	}
}
