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
		"a title without Chinese":                      {`{n: has(values.n) ? values.n : 0}`, `{n: {title: {en: N}, is: "has(values.n) ? values.n : 0"}}`, "no_title"},
		"what actions set, without a title":            {`{n: has(values.n) ? values.n : 0}`, `{n: has(values.n) ? values.n : 0, until: {as: date}}`, "no_title"},
		"a title of what nobody keeps":                 {`{n: has(values.n) ? values.n : 0}`, `{n: has(values.n) ? values.n : 0, never: {title: {zh: 无}}}`, "value_never"},
		"a title that does not begin it":               {`{n: has(values.n) ? values.n : 0}`, `{n: {title: {zh: 数}}}`, "never_begins"},
		"a field that is not there":                    {`{n: has(values.n) ? values.n : 0}`, `{n: {title: {zh: 数}, is: "1", as: summ}}`, "no_field"},
		"a field that is personal":                     {`{n: has(values.n) ? values.n : 0}`, `{n: {title: {zh: 数}, is: "1", as: phone}}`, "value_as"},
		"a name with a capital":                        {`{n: has(values.n) ? values.n : 0}`, `{n: has(values.n) ? values.n : 0, N: "1"}`, "bad_name"},
		"a fault in an expression under a title":       {`{n: has(values.n) ? values.n : 0}`, `{n: {title: {zh: 数}, is: values.day}}`, "no_field"},
	} {
		_, err := small(t, replaced(t, kept, tt.from, tt.to))
		if !slices.ContainsFunc(errs.All(err), func(e *errs.Error) bool { return e.Key == "casework.check."+tt.key }) {
			t.Errorf("%s: want %s, found\n%s", name, tt.key, say(t, err))
		}
	}
}

func TestAValueIsWorkedOutUnderItsTitleToo(t *testing.T) {
	text := replaced(t, kept, `values: {n: has(values.n) ? values.n : 0}`, `values:
  n: {title: {zh: 次数, en: Times}, is: "has(values.n) ? values.n : 0", as: sum}
  twice: values.n * 2
  until: {title: {zh: 期限, en: Until}, as: date}`)
	p := mustSmall(t, text)
	pl := newPlay(t, p, "2021-11-19 09:00")
	pl.do(clerk(2, "planning"), OpenCase{Number: "PP-000001", Form: Data{"title": "题"}, Caller: CallerOf{Said: Data{"name": "甲"}}})
	if _, set := pl.c.Values["until"]; set || pl.c.Values["n"] != int64(0) || pl.c.Values["twice"] != int64(0) {
		t.Errorf("values %v", pl.c.Values)
	}
	pl.do(clerk(3, "office"), Do{Action: "plan", Input: Data{"date": "2021-12-01", "sum": int64(3)}})
	if pl.c.Values["until"] != "2021-12-01" || pl.c.Values["n"] != int64(3) || pl.c.Values["twice"] != int64(6) {
		t.Errorf("values %v", pl.c.Values)
	}
	for name, want := range map[string]Field{"n": {Kind: WholeNumber, Title: Text{ZH: "次数", EN: "Times"}}, "until": {Kind: DateField, Title: Text{ZH: "期限", EN: "Until"}}, "twice": {Kind: TextField}} {
		if f := p.ValueField(name); f.Kind != want.Kind || f.Title != want.Title || f.Name != name || p.ValueTitle(name) != want.Title {
			t.Errorf("%s is shown as %+v", name, f)
		}
	}
	if _, err := small(t, replaced(t, text, "as: sum}", "as: sum, in: yuan}")); err == nil {
		t.Error("what is not known of a value is let pass")
	}
}
