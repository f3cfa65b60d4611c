package drill

import (
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"huying/internal/errs"
)

// look is what is seen after a step, held against what is expected.
type look struct {
	p     *player
	ctx   context.Context
	e     *Expect
	at    string
	on    *known
	seen  map[string]*kase // by who looked; nil: they see nothing
	wrong errs.List
}

// expect holds everything that a step expects against what is seen, and returns all that differs.
func (p *player) expect(ctx context.Context, i int, e *Expect) error {
	l := &look{p: p, ctx: ctx, e: e, at: stepAt(i) + ".expect", on: p.current, seen: map[string]*kase{}}
	if e.Case != "" {
		l.on = p.named(e.Case)
	}
	checks := []func() error{l.people, l.desks, l.told, l.heard, l.figures, l.board, l.promiseHolds}
	if e.ofCase() {
		checks = append([]func() error{l.theCase}, checks...)
	}
	for _, check := range checks {
		if err := check(); err != nil {
			return err
		}
	}
	return l.wrong.Err()
}

// is notes a difference, if there is one.
func (l *look) is(key, expected, seen string) {
	if expected != seen {
		l.wrong = append(l.wrong, l.p.differs(l.at+"."+key, strings.ReplaceAll(key, ".", " "), expected, seen))
	}
}

// viewer is who looks at a case when the drill does not say it.
func (p *player) viewer(on *known, by string) string {
	switch {
	case by != "":
		return by
	case on.opener != "":
		return on.opener
	}
	return on.last
}

// see is a case as somebody sees it; nil: they see nothing.
func (p *player) see(ctx context.Context, on *known, who string) (*kase, error) {
	a, err := p.send(ctx, request{who: who, method: http.MethodGet, path: api + "/cases/" + url.PathEscape(on.number), secret: p.secret(who, on)})
	if err != nil || !a.ok() {
		return nil, err
	}
	c := &kase{}
	return c, a.into(c)
}

// as is see, once for each person.
func (l *look) as(who string) (*kase, error) {
	c, ok := l.seen[who]
	if !ok {
		var err error
		if c, err = l.p.see(l.ctx, l.on, who); err != nil {
			return nil, err
		}
		l.seen[who] = c
	}
	return c, nil
}

// theCase holds what is expected of the case itself.
func (l *look) theCase() error {
	who := l.p.viewer(l.on, l.e.By)
	c, err := l.as(who)
	if err != nil {
		return err
	}
	if c == nil {
		if l.e.ofItself() {
			l.wrong = append(l.wrong, l.p.differs(l.at, who+" sees "+l.on.number, "whole", "nothing"))
		}
		return nil
	}
	l.standing(c)
	l.duties(c)
	l.parts(c)
	return l.receipt(who)
}

// ofItself reports whether something is expected of what stands in the case, and not only of who sees it.
func (e *Expect) ofItself() bool {
	rest := *e
	rest.Sees, rest.Knows, rest.Offers, rest.Desks, rest.Told = nil, nil, nil, nil, nil
	return rest.ofCase()
}

func orNone(s string) string {
	if s == "" {
		return wordNone
	}
	return s
}

func itoa(n int) string { return strconv.Itoa(n) }

// standing is where the case stands as a whole.
func (l *look) standing(c *kase) {
	if l.e.State != "" {
		l.is("state", l.e.State, c.State)
	}
	if l.e.Outcome != "" {
		l.is("outcome", l.e.Outcome, orNone(c.Outcome))
	}
	for _, x := range []struct {
		key  string
		want *bool
		seen bool
	}{{"urgent", l.e.Urgent, c.Urgent}, {"late", l.e.Late, c.Late}} {
		if x.want != nil {
			l.is(x.key, strconv.FormatBool(*x.want), strconv.FormatBool(x.seen))
		}
	}
	for _, x := range []struct {
		key  string
		want *int
		seen int
	}{{"level", l.e.Level, c.Level}, {"reopened", l.e.Reopened, c.Reopened}, {"callers", l.e.Callers, len(c.Callers)}} {
		if x.want != nil {
			l.is(x.key, itoa(*x.want), itoa(x.seen))
		}
	}
	if l.e.Paused != "" {
		l.is("paused", l.e.Paused, c.paused())
	}
	if l.e.Pending != nil {
		l.waiting(c)
	}
	if l.e.Parent != "" {
		l.is("parent", l.e.Parent, l.p.called(c.Parent))
	}
}

// waiting holds what waits for approval: all of it, each named by its action, or also by for whom it was asked.
func (l *look) waiting(c *kase) {
	var seen []string
	for _, q := range c.Waiting {
		if slices.Contains(l.e.Pending, q.Action) {
			seen = append(seen, q.Action)
		} else {
			seen = append(seen, strings.TrimSpace(q.Action+" "+l.p.people.member(q.As)))
		}
	}
	l.list("pending", l.e.Pending, seen)
}

// paused is the reason for which clocks stand, or none.
func (c *kase) paused() string {
	for _, x := range c.Pauses {
		if x.To.IsZero() {
			return x.Reason
		}
	}
	return wordNone
}

// called is what the play calls a case.
func (p *player) called(number string) string {
	for _, k := range p.cases {
		if k.number == number && k.name != "" {
			return k.name
		}
	}
	return orNone(number)
}

// duties holds what is owed, and what was.
func (l *look) duties(c *kase) {
	say := func(all []*duty) string {
		lines := make([]string, len(all))
		for i, o := range all {
			lines[i] = o.say(l.p.people, l.p.zone)
		}
		return strings.Join(lines, ", ")
	}
	var all, owed []*duty
	for i := range c.Duties {
		all = append(all, &c.Duties[i])
		if c.Duties[i].Outstanding {
			owed = append(owed, &c.Duties[i])
		}
	}
	if l.e.Owed != nil {
		want := slices.Clone(*l.e.Owed)
		for i := range want {
			if want[i].status == "" {
				want[i].status = statusDue
			}
		}
		if len(want) != len(owed) || !l.match(want, owed) {
			l.is("owed", orNone(written(want)), orNone(say(owed)))
		}
	}
	if l.e.Duties != nil && !l.match(l.e.Duties, all) {
		l.is("duties", written(l.e.Duties), say(all))
	}
}

func written(list []DutyText) string {
	out := make([]string, len(list))
	for i, d := range list {
		out[i] = d.written
	}
	return strings.Join(out, ", ")
}

// match reports whether each duty that is meant is one of those seen, no two the same one.
func (l *look) match(want []DutyText, seen []*duty) bool {
	rest := slices.Clone(seen)
	for _, d := range want {
		i := slices.IndexFunc(rest, func(o *duty) bool { return d.is(o, l.p.people, l.p.now, l.p.zone) })
		if i < 0 {
			return false
		}
		rest = slices.Delete(rest, i, i+1)
	}
	return true
}

// parts are parties, values, marks, children and what happened.
func (l *look) parts(c *kase) {
	for _, want := range l.e.Parties {
		l.list("parties."+want.Key, want.Value, l.p.people.members(members(c.Parties[want.Key])))
	}
	l.values("values", l.e.Values, c.Values)
	l.values("form", l.e.Fields, c.Form)
	l.values("input", l.e.Input, c.input())
	l.values("said", l.e.Said, c.said())
	if l.e.Ratings != nil {
		marks := map[string]any{}
		for _, r := range c.Ratings {
			marks[l.p.people.member(r.Member)] = r.Score // the last one counts
		}
		l.values("ratings", l.e.Ratings, marks)
	}
	if l.e.Children != nil {
		var seen []string
		for _, x := range c.Children {
			seen = append(seen, strings.TrimSpace(x.Procedure+" "+x.Outcome))
		}
		l.list("children", *l.e.Children, seen)
	}
	happened := map[string]int{}
	for _, r := range c.History {
		for _, e := range r.Events {
			for kind := range e {
				happened[kind]++
			}
		}
	}
	for _, want := range l.e.Events {
		l.is("events."+want.Key, itoa(want.Value), itoa(happened[want.Key]))
	}
}

// said is what who called first says of themselves, as far as it is shown.
func (c *kase) said() map[string]any {
	if len(c.Callers) == 0 {
		return nil
	}
	return c.Callers[0].Said
}

// input is what was filled in for the action that was done last.
func (c *kase) input() map[string]any {
	for _, r := range slices.Backward(c.History) {
		for _, e := range r.Events {
			if did, ok := e["did"].(map[string]any); ok {
				in, _ := did["input"].(map[string]any)
				return in
			}
		}
	}
	return nil
}

// list holds two lists against each other, whatever their order.
func (l *look) list(key string, want, seen []string) {
	if len(want) == 1 && want[0] == wordNone {
		want = nil
	}
	show := func(s []string) string {
		s = slices.Clone(s)
		slices.Sort(s)
		return orNone(strings.Join(s, ", "))
	}
	l.is(key, show(want), show(seen))
}

// values holds named values: those that are expected; none is one that is not there, sealed one that only its readers are shown.
func (l *look) values(key string, want Values, seen map[string]any) {
	for _, w := range want {
		name := fmt.Sprint(w.Key)
		if got := seen[name]; !same(l.p.meant(w.Value), got) {
			l.is(key+"."+name, text(w.Value), shown(got))
		}
	}
}

// wordSealed is a value that is not shown to everybody.
const wordSealed = "sealed"

func shown(v any) string {
	if sealed(v) {
		return wordSealed
	}
	return text(v)
}

func sealed(v any) bool {
	m, ok := v.(map[string]any)
	return ok && m["sealed"] == true
}

// same reports whether a value is the one of a file. Numbers are the same when they are worth the same.
func same(want, seen any) bool {
	switch want {
	case nil, wordNone:
		return seen == nil || seen == wordNone
	case wordSealed:
		return sealed(seen) || seen == wordSealed
	}
	return reflect.DeepEqual(canonical(want), canonical(seen))
}

// canonical is a value with its numbers in one spelling.
func canonical(v any) any {
	switch v := v.(type) {
	case json.Number:
		if r, ok := new(big.Rat).SetString(v.String()); ok {
			return "number " + r.RatString()
		}
	case float64, int, int64, uint64:
		if r, ok := new(big.Rat).SetString(fmt.Sprint(v)); ok {
			return "number " + r.RatString()
		}
	case map[string]any:
		m := map[string]any{}
		for k, x := range v {
			m[k] = canonical(x)
		}
		return m
	case []any:
		l := make([]any, len(v))
		for i := range v {
			l[i] = canonical(v[i])
		}
		return l
	}
	return v
}
