package drill

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// deed is one person's part of a step.
type deed struct {
	*Step
	p   *player
	at  string // where the step stands in the file
	who string
	on  *known // the case; nil: it is about to be opened
}

// say is the deed in a few words.
func (d *deed) say(who string) string {
	what := map[string]string{"opens": d.Opens, "does": d.Does, "approves": d.Approves, "returns": d.Returns, "claims": d.Claims,
		"gives-back": d.GivesBack, "links": d.Links, "finds": d.Finds, "asks": d.Asks, "says": d.Says, "visits": d.Visits, "posts": d.Posts}
	verb := d.deeds()[0]
	return strings.TrimSpace(who + " " + verb + " " + what[verb])
}

// act lets one person do what a step says: first everything that must be refused, then the deed itself.
func (p *player) act(ctx context.Context, d *deed) error {
	switch {
	case d.Finds != "":
		return p.find(ctx, d)
	case d.Asks != "":
		return p.request(ctx, d)
	case d.Visits != "":
		return p.visit(ctx, d)
	case d.Posts != "":
		return p.post(ctx, d)
	case d.Leads != nil:
		return p.leads(ctx, d)
	}
	req, err := d.request(ctx)
	if err != nil {
		return err
	}
	if err := p.refusals(ctx, d, req); err != nil {
		return err
	}
	a, err := p.send(ctx, req)
	if err != nil {
		return err
	}
	if d.Refused != "" {
		return d.mustRefuse(a, d.at+".refused", d.say(d.who), d.Refused, d.AtField)
	}
	if !a.ok() {
		return p.differs(d.at, d.say(d.who), "done", a.say())
	}
	if err := d.done(a); err != nil {
		return err
	}
	return p.sys.Settle(ctx)
}

func (p *player) send(ctx context.Context, r request) (*answer, error) { return ask(ctx, p.sys, r) }

// refusals tries what must be refused: the deed without each field that it needs, and by each person who may not.
func (p *player) refusals(ctx context.Context, d *deed, req request) error {
	for _, field := range d.Needs {
		lacking := req
		lacking.body = without(req.body.(map[string]any), field)
		a, err := p.send(ctx, lacking)
		if err != nil {
			return err
		}
		if err := d.mustRefuse(a, d.at+".needs", d.say(d.who)+" without "+field, "invalid", field); err != nil {
			return err
		}
	}
	for _, other := range d.Not {
		theirs := req
		theirs.who, theirs.secret = other, p.secret(other, d.on)
		a, err := p.send(ctx, theirs)
		if err != nil {
			return err
		}
		if a.status != http.StatusForbidden && a.status != http.StatusUnauthorized && a.status != http.StatusNotFound {
			return p.differs(d.at+".not", d.say(other), "refused: forbidden", a.say())
		}
	}
	return nil
}

// without is the body of a request that lacks one field of what is filled in, or of what a caller says of themselves.
func without(body map[string]any, field string) map[string]any {
	out := maps.Clone(body)
	if field == keyRates {
		delete(out, "ratings")
		return out
	}
	for _, part := range []string{"form", "input", "said", "joins"} {
		filled, ok := out[part].(map[string]any)
		if !ok {
			continue
		}
		if said, ok := filled["said"].(map[string]any); ok && part == "joins" {
			filled = maps.Clone(filled)
			filled["said"] = less(said, field)
		}
		out[part] = less(filled, field)
	}
	delete(out, field) // where the field stands in the body itself
	return out
}

func less(m map[string]any, field string) map[string]any {
	m = maps.Clone(m)
	delete(m, field)
	return m
}

// mustRefuse holds an answer against the refusal that the drill expects.
func (d *deed) mustRefuse(a *answer, at, what, kind, field string) error {
	want := "refused: " + kind
	if field != "" {
		want += " " + field
	}
	said := slices.Contains(refusals[kind], a.status)
	if a.status == http.StatusUnauthorized && kind == "forbidden" && d.p.sys.Token(d.who) != "" {
		said = false // who is known is not asked to sign in
	}
	if !said || field != "" && !a.speaksOf(field) {
		return d.p.differs(at, what, want, a.say())
	}
	return nil
}

// request is what the deed sends.
func (d *deed) request(ctx context.Context) (request, error) {
	r := request{who: d.who, method: http.MethodPost, secret: d.p.secret(d.who, d.on)}
	body, path, err := map[string]any{}, "", error(nil)
	switch {
	case d.Says != "":
		return d.saying(ctx, r)
	case d.Opens != "":
		r.path = api + "/cases"
		r.body, err = d.opening(ctx, nil)
		return r, err
	case d.Does != "":
		path = "do/" + d.Does
		err = d.doing(ctx, body)
	case d.Approves != "":
		path = "approve"
		d.nodding(d.Approves, body)
	case d.Returns != "":
		path = "return"
		body, err = d.filled(ctx)
		d.nodding(d.Returns, body)
	case d.Notes != "":
		path = "note"
		body["text"] = d.Notes
		body["files"], err = d.p.value(ctx, d.who, d.files())
	case d.Claims != "", d.GivesBack != "":
		path = "claim"
		err = d.claiming(ctx, body)
	case d.Links != "":
		path = "link"
		body["number"], body["how"] = d.p.named(d.Links).number, d.How
	case d.Reveals != nil:
		path = "reveal"
		fields := []string{}
		for _, key := range keys(d.Reveals) {
			fields = append(fields, ofCaller(key))
		}
		body["fields"] = fields
	}
	r.path, r.body = api+"/cases/"+url.PathEscape(d.on.number)+"/"+path, body
	return r, err
}

// nodding says which of the things that wait for approval is meant.
func (d *deed) nodding(action string, body map[string]any) {
	if body["action"] = action; d.Owner != "" {
		body["as"] = d.p.owner(d.Owner)
	}
}

// files are the further files of a note, as values.
func (d *deed) files() []any {
	out := make([]any, len(d.Files))
	for i, f := range d.Files {
		out[i] = f
	}
	return out
}

// opening is the body of an opening, with some fields set otherwise.
func (d *deed) opening(ctx context.Context, set map[string]any) (map[string]any, error) {
	form, err := d.filled(ctx)
	if err != nil {
		return nil, err
	}
	maps.Copy(form, set)
	body := map[string]any{"procedure": d.Opens, "form": form}
	if d.Channel != "" {
		body["channel"] = d.Channel
	}
	if d.For != "" {
		body["on_behalf"] = d.p.contact(d.For)
	}
	if d.Said != nil {
		if body["said"], err = d.p.value(ctx, d.who, d.Said); err != nil {
			return nil, err
		}
	}
	if d.Parent != "" {
		body["parent"] = d.p.named(d.Parent).number
	}
	if f := d.Foreign; f != nil {
		foreign := map[string]any{"system": f.System, "number": f.Number}
		if !f.Due.IsZero() {
			foreign["due"] = f.Due.in(d.p.now, d.p.zone)
		}
		body["foreign"] = foreign
	}
	return body, nil
}

// contact is how a person is reached, as somebody else says it for them.
func (p *player) contact(name string) map[string]any {
	x, _ := p.d.People.Get(name)
	c := map[string]any{"name": x.Called(name)}
	if x.Phone != "" {
		c["phone"] = x.Phone
	}
	if x.Email != "" {
		c["email"] = x.Email
	}
	return c
}

// doing is the body of an action.
func (d *deed) doing(ctx context.Context, body map[string]any) error {
	in, err := d.filled(ctx)
	if err != nil {
		return err
	}
	body["input"] = in
	if d.Rates != nil {
		marks := map[string]any{}
		for _, r := range d.Rates {
			marks[d.p.memberOf(fmt.Sprint(r.Key))] = plain(r.Value)
		}
		body["ratings"] = marks
	}
	if d.Turn != 0 {
		body["n"] = d.Turn
	}
	if d.For == "" && d.Said == nil {
		return nil
	}
	joins := map[string]any{}
	if d.For != "" {
		joins = d.p.contact(d.For)
	}
	if joins["said"], err = d.p.value(ctx, d.who, d.Said); err != nil {
		return err
	}
	body["joins"] = joins
	return nil
}

// memberOf is a member of a party as the interface names it: a person of the drill by their account, unit/KEY; everything else, such as the
// name of a party, as it is.
func (p *player) memberOf(name string) string {
	if unit, ok := strings.CutPrefix(name, "unit/"); ok {
		return "unit:" + unit
	}
	if id := p.sys.Account(name); id != 0 {
		return fmt.Sprintf("person:%d", id)
	}
	return name
}

// owner is a member as the interface names it, said as duties name their owners: caller, caller#2, a person of the drill, the key of a unit.
func (p *player) owner(name string) string {
	if name == wordCaller {
		return wordCaller + ":1"
	}
	if n, ok := strings.CutPrefix(name, wordCaller+"#"); ok {
		return wordCaller + ":" + n
	}
	if id := p.sys.Account(name); id != 0 {
		return fmt.Sprintf("person:%d", id)
	}
	return "unit:" + name
}

// claiming is the body of a claim. Which visit of the state the duty belongs to is looked up as whoever called sees it.
func (d *deed) claiming(ctx context.Context, body map[string]any) error {
	name := d.Claims + d.GivesBack
	c, err := d.p.see(ctx, d.on, d.p.viewer(d.on, ""))
	if err != nil {
		return err
	}
	body["name"], body["person"] = name, nil
	if c != nil {
		for i := range c.Duties {
			o := &c.Duties[i]
			if o.Name == name && o.Outstanding && (d.Turn == 0 || o.N == d.Turn) && (d.Owner == "" || d.p.people.member(o.Owner) == d.Owner) {
				body["visit"], body["n"], body["owner"] = o.Visit, o.N, o.Owner
				break
			}
		}
	}
	if d.Claims != "" {
		to := d.For
		if to == "" {
			to = d.who
		}
		body["person"] = d.p.sys.Account(to)
	}
	return nil
}

// done takes up what came of the deed.
func (d *deed) done(a *answer) error {
	switch {
	case d.Reveals != nil:
		return d.revealed(a)
	case d.Says != "":
		return nil
	}
	var c kase
	if err := a.into(&c); err != nil {
		return err
	}
	caller := d.who
	if d.For != "" && d.Claims == "" {
		caller = d.For
	}
	if d.Opens != "" {
		d.on = &known{name: d.As, number: c.Number, kind: d.Opens, opener: caller, secrets: map[string]string{}}
		d.p.cases = append(d.p.cases, d.on)
		d.p.current = d.on
	}
	if c.Secret != "" {
		d.on.secrets[caller] = c.Secret
	}
	d.on.last = d.who
	return nil
}

// revealed holds personal data against what the drill says of it.
func (d *deed) revealed(a *answer) error {
	var got struct {
		Values map[string]any `json:"values"`
	}
	if err := a.into(&got); err != nil {
		return err
	}
	for _, want := range d.Reveals {
		key := fmt.Sprint(want.Key)
		if seen := got.Values[ofCaller(key)]; !same(plain(want.Value), seen) {
			return d.p.differs(d.at+".reveals", d.say(d.who)+" "+key, text(want.Value), text(seen))
		}
	}
	return nil
}

// ofCaller is the interface's name of a field: what a caller says of themselves, caller.phone or caller#2.phone, is caller:2.phone there.
func ofCaller(field string) string {
	who, name, ok := strings.Cut(field, ".")
	switch n, first := strings.CutPrefix(who, wordCaller+"#"); {
	case !ok:
	case first:
		return wordCaller + ":" + n + "." + name
	case who == wordCaller:
		return wordCaller + ":1." + name
	}
	return field
}

// keys are the names of named values.
func keys(v Values) []string {
	out := make([]string, len(v))
	for i, item := range v {
		out[i] = fmt.Sprint(item.Key)
	}
	return out
}
