package drill

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

var promiseNumber = regexp.MustCompile(`^\d{4}-\d{3,5}$`)

// promiseNamed is the number of a promise: as it is, or of the only one of the year whose words hold a text. No name is the one that was
// spoken of last.
func (p *player) promiseNamed(ctx context.Context, at, name string) (string, error) {
	switch {
	case name == "":
		return p.promise, nil
	case promiseNumber.MatchString(name):
		p.promise = name
		return name, nil
	}
	q := url.Values{"q": {name}, "year": {itoa(p.now.In(p.zone).Year())}, "size": {"9"}}
	a, err := p.send(ctx, request{method: http.MethodGet, path: api + "/promises?" + q.Encode()})
	if err != nil {
		return "", err
	}
	var got struct {
		Items []struct {
			Number string `json:"number"`
		} `json:"items"`
	}
	if a.ok() {
		err = a.into(&got)
	}
	if err != nil {
		return "", err
	}
	if len(got.Items) != 1 {
		return "", p.differs(at, name, "1", itoa(len(got.Items)))
	}
	p.promise = got.Items[0].Number
	return p.promise, nil
}

// saying is what is sent to say something of a promise.
func (d *deed) saying(ctx context.Context, r request) (request, error) {
	number, err := d.p.promiseNamed(ctx, d.at+".promise", d.Promise)
	if err != nil {
		return r, err
	}
	body, err := d.filled(ctx)
	if err != nil {
		return r, err
	}
	body["type"] = d.Says
	r.path, r.body = api+"/promises/"+url.PathEscape(number)+"/entries", body
	return r, nil
}

// promiseHolds holds what is expected of a promise: its light, its figures, how often what was said of it, anything at a path of what the
// interface tells of it.
func (l *look) promiseHolds() error {
	if l.e.Promise == nil {
		return nil
	}
	at := l.at + ".promise"
	name := ""
	for _, want := range l.e.Promise {
		if want.Key == keyOf {
			name = fmt.Sprint(want.Value)
		}
	}
	number, err := l.p.promiseNamed(l.ctx, at, name)
	if err != nil {
		return err
	}
	a, err := l.p.send(l.ctx, request{method: http.MethodGet, path: api + "/promises/" + url.PathEscape(number)})
	if err != nil {
		return err
	}
	if !a.ok() {
		l.wrong = append(l.wrong, l.p.differs(at, number, "200", a.say()))
		return nil
	}
	var got map[string]any
	if err := a.into(&got); err != nil {
		return err
	}
	for _, want := range l.e.Promise {
		key := fmt.Sprint(want.Key)
		switch counts, ok := want.Value.(Values); {
		case key == keyOf:
		case key == keyEntries && ok:
			for _, n := range counts {
				l.is("promise."+keyEntries+"."+fmt.Sprint(n.Key), text(n.Value), itoa(said(got, fmt.Sprint(n.Key))))
			}
		default:
			if seen := dig(got, strings.Split(key, ".")); !same(plain(want.Value), seen) {
				l.is("promise."+key, text(want.Value), text(seen))
			}
		}
	}
	return nil
}

// The words of an expectation of a promise that are no path.
const (
	keyOf      = "of"
	keyEntries = "entries"
)

// said is how often something of a type was said of a promise.
func said(promise map[string]any, typ string) (n int) {
	list, _ := promise[keyEntries].([]any)
	for _, x := range list {
		if e, ok := x.(map[string]any); ok && e["type"] == typ {
			n++
		}
	}
	return n
}

var (
	tag  = regexp.MustCompile(`(?s)<(script|style)\b.*?</(script|style)>|<[^>]*>`)
	href = regexp.MustCompile(`href="([^"#]*)(#[^"]*)?"`)
	gaps = regexp.MustCompile(`\s+`)
)

// visit looks at a public page: what it shows, what it does not, and whether its links lead somewhere.
func (p *player) visit(ctx context.Context, d *deed) error {
	path := p.address(d.Visits)
	a, err := p.page(ctx, path)
	if err != nil {
		return err
	}
	want := max(d.Answers, http.StatusOK)
	if a.status != want {
		return p.differs(d.at+".visits", path, itoa(want), itoa(a.status))
	}
	shown := gaps.ReplaceAllString(html.UnescapeString(tag.ReplaceAllString(string(a.body), " ")), " ")
	for _, s := range d.Shows {
		if !strings.Contains(shown, s) {
			return p.differs(d.at+".shows", path, s, wordNone)
		}
	}
	for _, s := range d.Lacks {
		if strings.Contains(shown, s) {
			return p.differs(d.at+".lacks", path, wordNone, s)
		}
	}
	return p.follow(ctx, d, path, string(a.body))
}

// follow visits every page that a page leads to under an address, each once.
func (p *player) follow(ctx context.Context, d *deed, path, body string) error {
	for _, prefix := range d.Follows {
		prefix = p.address(prefix)
		var to []string
		for _, m := range href.FindAllStringSubmatch(body, -1) {
			if link := html.UnescapeString(m[1]); strings.HasPrefix(link, prefix) && !slices.Contains(to, link) {
				to = append(to, link)
			}
		}
		if len(to) == 0 {
			return p.differs(d.at+".follows", path, prefix, wordNone)
		}
		for _, link := range to {
			a, err := p.page(ctx, link)
			if err != nil {
				return err
			}
			if !a.ok() {
				return p.differs(d.at+".follows", path+" → "+link, "200", itoa(a.status))
			}
		}
	}
	return nil
}

// address is an address in which {promise} is the number of the one that was spoken of last.
func (p *player) address(s string) string {
	return strings.ReplaceAll(s, "{promise}", url.PathEscape(p.promise))
}

// page is a page as the public gets it.
func (p *player) page(ctx context.Context, path string) (*answer, error) {
	return p.send(ctx, request{method: http.MethodGet, path: path, accept: "text/html"})
}
