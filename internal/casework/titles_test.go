package casework

import "testing"

func TestEveryNameOfThePackIsInBothLanguages(t *testing.T) {
	table, procedures := tableOfThePack(t)
	both := func(where string, name Text) {
		if name.ZH == "" || name.EN == "" {
			t.Errorf("%s is called %q, in English %q", where, name.ZH, name.EN)
		}
	}
	fields := func(where string, f *Form) {
		if f == nil {
			return
		}
		for _, field := range f.Fields {
			both(where+"."+field.Name, field.Title)
			for _, c := range field.Choices {
				both(where+"."+field.Name+"."+c.Value, c.Title)
			}
			if field.Hint.ZH != "" {
				both(where+"."+field.Name+".hint", field.Hint)
			}
		}
	}
	for name, p := range procedures {
		both(name, p.Title)
		fields(name, p.form)
		fields(name+".callers", p.caller)
		for _, party := range p.Parties {
			both(name+"."+party.Key, party.Value.Title)
		}
		for _, s := range p.States {
			at := name + "." + s.Key
			both(at, s.Value.Title)
			for _, d := range s.Value.Duties {
				both(at+"."+d.Key, d.Value.Title)
			}
			for _, a := range s.Value.Do {
				both(at+"."+a.Key, a.Value.Title)
				fields(at+"."+a.Key, p.ActionForm(s.Key, a.Key))
			}
		}
		for _, v := range p.Values {
			if v.Value.Title != (Text{}) {
				both(name+".values."+v.Key, v.Value.Title)
			}
		}
		for _, s := range p.Shares {
			both(name+".shares."+s.Key, s.Value.Title)
		}
	}
	for _, d := range table.Deductions {
		both("scoring."+d.Key, d.Value.Title)
	}
}
