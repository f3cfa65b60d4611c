package drill

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"huying/internal/errs"
)

// filled is what a person fills in: the form that the step names, what it says itself, and without what it leaves out.
func (d *deed) filled(ctx context.Context) (map[string]any, error) {
	out := map[string]any{}
	named, _ := d.p.d.Forms.Get(d.Form)
	for _, values := range []Values{named, d.With} {
		for _, item := range values {
			v, err := d.p.value(ctx, d.who, item.Value)
			if err != nil {
				return nil, err
			}
			out[fmt.Sprint(item.Key)] = v
		}
	}
	for _, field := range d.Without {
		delete(out, field)
	}
	return out, nil
}

var fileName = regexp.MustCompile(`^[\p{L}\p{N}_-]+\.(png|pdf)$`)

// value is a value of a file as it is sent: person/NAME is the number of an account, case/NAME that of a case, and a file in a list is
// made and uploaded.
func (p *player) value(ctx context.Context, who string, v any) (any, error) {
	switch v := v.(type) {
	case string:
		if name, ok := strings.CutPrefix(v, "promise/"); ok {
			return p.promiseNamed(ctx, "$", name)
		}
		return p.meant(v), nil
	case Values:
		m := map[string]any{}
		for _, item := range v {
			x, err := p.value(ctx, who, item.Value)
			if err != nil {
				return nil, err
			}
			m[fmt.Sprint(item.Key)] = x
		}
		return m, nil
	case []any:
		l := make([]any, len(v))
		for i := range v {
			name, _ := v[i].(string)
			var err error
			if fileName.MatchString(name) {
				l[i], err = p.upload(ctx, who, name)
			} else {
				l[i], err = p.value(ctx, who, v[i])
			}
			if err != nil {
				return nil, err
			}
		}
		return l, nil
	}
	return plain(v), nil
}

// meant is whom or what a text of a file means: person/NAME is the number of an account, case/NAME that of a case. Any other value is itself.
func (p *player) meant(v any) any {
	s, _ := v.(string)
	if name, ok := strings.CutPrefix(s, "person/"); ok && p.sys.Account(name) != 0 {
		return p.sys.Account(name)
	}
	if name, ok := strings.CutPrefix(s, "case/"); ok && p.named(name) != nil {
		return p.named(name).number
	}
	return plain(v)
}

// upload makes a file and gives it to the interface, once: the same name is the same file throughout the play.
func (p *player) upload(ctx context.Context, who, name string) (string, error) {
	if hash := p.files[name]; hash != "" {
		return hash, nil
	}
	data, typ := sample(name)
	a, err := p.send(ctx, request{who: who, method: http.MethodPost, path: api + "/files", raw: data, typ: typ, secret: p.secret(who, p.current)})
	if err != nil {
		return "", err
	}
	if !a.ok() { // who may not give a file is told so by the deed itself: it names one that is not there
		return fmt.Sprintf("%x", sha256.Sum256(data)), nil
	}
	var got struct {
		Hash string `json:"hash"`
	}
	if err := a.into(&got); err != nil {
		return "", err
	}
	p.files[name] = got.Hash
	return got.Hash, nil
}

// find looks for the newest case of a procedure that the play does not know yet.
func (p *player) find(ctx context.Context, d *deed) error {
	rows, a, err := p.list(ctx, d.who, d.Finds, nil)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if p.knows(r.Number) {
			continue
		}
		if d.Refused != "" {
			return p.differs(d.at+".refused", d.say(d.who), "refused: "+d.Refused, r.Number)
		}
		p.current = &known{name: d.As, number: r.Number, kind: d.Finds, last: d.who, secrets: map[string]string{}}
		p.cases = append(p.cases, p.current)
		return nil
	}
	if d.Refused != "" {
		return nil
	}
	return p.differs(d.at, d.say(d.who), d.Finds, strings.TrimSpace(wordNone+" "+refusal(a)))
}

func refusal(a *answer) string {
	if a.ok() {
		return ""
	}
	return a.say()
}

func (p *player) knows(number string) bool {
	for _, k := range p.cases {
		if k.number == number {
			return true
		}
	}
	return false
}

// list returns the newest cases of a procedure that somebody finds; none with the answer that refuses them.
func (p *player) list(ctx context.Context, who, procedure string, more url.Values) ([]row, *answer, error) {
	q := url.Values{"scope": {"all"}, "procedure": {procedure}, "sort": {"newest"}, "size": {"200"}}
	for k, v := range more {
		q[k] = v
	}
	a, err := p.send(ctx, request{who: who, method: http.MethodGet, path: api + "/cases?" + q.Encode()})
	if err != nil || !a.ok() {
		return nil, a, err
	}
	var got struct {
		Items []row `json:"items"`
	}
	return got.Items, a, a.into(&got)
}

// leads opens a case for each value of a field and looks who leads it.
func (p *player) leads(ctx context.Context, d *deed) error {
	for _, field := range d.Leads {
		for _, want := range field.Value {
			value := fmt.Sprint(want.Key)
			body, err := d.opening(ctx, map[string]any{field.Key: value})
			if err != nil {
				return err
			}
			a, err := p.send(ctx, request{who: d.who, method: http.MethodPost, path: api + "/cases", body: body})
			if err != nil {
				return err
			}
			var c kase
			if a.ok() {
				err = a.into(&c)
			}
			if err != nil {
				return err
			}
			p.cases = append(p.cases, &known{number: c.Number, kind: d.Opens, opener: d.who})
			seen := a.say()
			if a.ok() {
				seen = strings.Join(p.people.members(members(c.Parties["lead"])), ", ")
			}
			if seen != fmt.Sprint(want.Value) {
				return p.differs(d.at+".leads."+field.Key+"."+value, d.say(d.who)+" "+field.Key+": "+value, fmt.Sprint(want.Value), seen)
			}
		}
	}
	return p.sys.Settle(ctx)
}

func members(list []member) []string {
	out := make([]string, len(list))
	for i, m := range list {
		out[i] = m.Member
	}
	return out
}

// request asks the interface itself.
func (p *player) request(ctx context.Context, d *deed) error {
	method, path, _ := strings.Cut(d.Asks, " ")
	if p.current != nil {
		path = strings.ReplaceAll(path, "{number}", url.PathEscape(p.current.number))
	}
	path = p.address(path)
	r := request{who: d.who, method: method, path: path, secret: p.secret(d.who, p.current)}
	if method == http.MethodPost {
		body, err := p.value(ctx, d.who, d.Sends)
		if err != nil {
			return err
		}
		r.body = body
	}
	a, err := p.send(ctx, r)
	if err != nil {
		return err
	}
	if want := d.Answers; want != 0 && a.status != want || want == 0 && !a.ok() {
		return p.differs(d.at, d.say(d.who), strconv.Itoa(max(want, http.StatusOK)), a.say())
	}
	if d.Holds != nil {
		if err := d.holds(a); err != nil {
			return err
		}
	}
	if method == http.MethodGet {
		return nil
	}
	return p.sys.Settle(ctx)
}

// holds looks into an answer: a path names keys and places in lists, from 0, with dots between; # is how many there are.
func (d *deed) holds(a *answer) error {
	var got any
	if err := a.into(&got); err != nil {
		return err
	}
	var wrong errs.List
	for _, want := range d.Holds {
		key := fmt.Sprint(want.Key)
		if seen := dig(got, strings.Split(key, ".")); !same(plain(want.Value), seen) {
			wrong = append(wrong, d.p.differs(d.at+".holds", key, text(want.Value), text(seen)))
		}
	}
	return wrong.Err()
}

func dig(v any, path []string) any {
	for _, key := range path {
		switch x := v.(type) {
		case map[string]any:
			v = x[key]
		case []any:
			n, err := strconv.Atoi(key)
			switch {
			case key == "#":
				v = len(x)
			case err == nil && n >= 0 && n < len(x):
				v = x[n]
			default:
				return nil
			}
		default:
			return nil
		}
	}
	return v
}
