package casework

import (
	"cmp"
	"reflect"
	"slices"
	"strings"

	"huying/internal/errs"
)

// entitle calls duties and actions that the file gives no title by their names: no button is blank.
func (p *Procedure) entitle() {
	duties := func(all Named[Duty]) {
		for i := range all {
			all[i].Value.Title.ZH = cmp.Or(all[i].Value.Title.ZH, all[i].Key)
		}
	}
	actions := func(all Named[Action]) {
		for i := range all {
			all[i].Value.Title.ZH = cmp.Or(all[i].Value.Title.ZH, all[i].Key)
		}
	}
	duties(p.Duties)
	actions(p.Do)
	for i := range p.States {
		duties(p.States[i].Value.Duties)
		actions(p.States[i].Value.Do)
	}
}

// spread gives every state that is no end the actions of the whole procedure, after its own. From then on they are the state's.
func (p *Procedure) spread() {
	for i := range p.States {
		s := &p.States[i].Value
		if s.Ends != Open {
			continue
		}
		for _, a := range p.Do {
			if a.Value.spread = true; !s.Do.Has(a.Key) {
				s.Do = append(s.Do, a)
			}
		}
	}
}

// finding adds what is wrong at the value of a path, once. What is wrong with an action of the whole procedure is shown where that stands,
// however many states have it.
func (p *Procedure) finding(found errs.List, at, key string, kv ...any) errs.List {
	state, rest, _ := strings.Cut(strings.TrimPrefix(at, "$.states."), ".do.")
	name, _, _ := strings.Cut(rest, ".")
	if s, ok := p.state(state); ok {
		if a, ok := s.Do.Get(name); ok && a.spread {
			at = "$.do." + rest
		}
	}
	e := p.file.Wrong(at, key, kv...)
	same := func(f *errs.Error) bool {
		return f.Key == e.Key && f.Place == e.Place && reflect.DeepEqual(f.Args, e.Args)
	}
	if len(found) >= maxFindings || slices.ContainsFunc(found, same) {
		return found
	}
	return append(found, e)
}
