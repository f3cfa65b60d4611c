package promiseweb

import (
	"net/url"
	"slices"
	"strconv"

	"huying/internal/promise"
	"huying/internal/web"
)

// choice is what a list of promises is chosen by: the register's own filter, and what only the pages ask for. Every figure on a page is
// counted through one, and its link carries the same one: so the number and the list behind it cannot differ.
type choice struct {
	promise.Filter
	Clear     string // "yes": one can tell when it is kept; "no": one cannot
	Proof     string // "yes": with evidence; "no": without
	Simulated bool   // holds an entry of the simulator
	Document  int64  // that it stands in
	Missed    bool   // unfinished, and a report of it did not come
}

func (c choice) has(st *promise.Standing, covers func(ancestor, key string) bool) bool {
	return c.Filter.Has(st, covers) &&
		(c.Clear == "" || st.Claim.Measurability.Clear() == (c.Clear == yes)) &&
		(c.Proof == "" || st.Proofs > 0 == (c.Proof == yes)) &&
		(!c.Simulated || st.IsSimulated()) &&
		(c.Document == 0 || st.Document == c.Document) &&
		(!c.Missed || missed(st))
}

// The values of a question that is answered by yes or no.
const (
	yes = "yes"
	no  = "no"
)

// none is the value of ?theme= for what stands under no theme.
const none = "none"

// figure is a count that opens what it was counted from.
type figure struct {
	N    int
	Href string
}

// choose returns the promises of the year that c chooses, in the order of their numbers.
func (d *desk) choose(c choice) []*promise.Standing {
	var out []*promise.Standing
	for _, st := range d.board.Rows {
		if c.has(st, d.trees.Units.Covers) {
			out = append(out, st)
		}
	}
	return out
}

// count counts what c chooses.
func (d *desk) count(c choice) figure { return figure{len(d.choose(c)), d.href(c)} }

// href is the list of what c chooses.
func (d *desk) href(c choice) string {
	q := c.query()
	q.Set("year", d.year())
	return "/promises?" + q.Encode()
}

// query is the choice as an address carries it.
func (c choice) query() url.Values {
	q := url.Values{}
	for name, v := range map[string]string{"kind": string(c.Kind), "unit": c.Unit, "lead": c.Lead, "light": string(c.Light), "status": string(c.Status),
		"measurability": string(c.Measurability), "vague": c.Vague, "q": c.Text, "clear": c.Clear, "proof": c.Proof,
		"theme": headingValue(c.Theme), "matter": headingValue(c.Matter)} {
		if v != "" {
			q.Set(name, v)
		}
	}
	if c.Document != 0 {
		q.Set("document", strconv.FormatInt(c.Document, 10))
	}
	for name, on := range map[string]bool{"late": c.Late, "projects": c.Projects, "simulated": c.Simulated, "missed": c.Missed} {
		if on {
			q.Set(name, "1")
		}
	}
	return q
}

func headingValue(no int) string {
	switch {
	case no < 0:
		return none
	case no > 0:
		return strconv.Itoa(no)
	}
	return ""
}

func headingNo(s string) int {
	if s == none {
		return -1
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}

func documentNo(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// maxText is how many characters a search may have.
const maxText = 60

// choice reads what a list is chosen by. A value that was not offered stays in the form, with what is wrong with it, and chooses nothing.
func (d *desk) choice(f *web.Form) choice {
	o := d.offers()
	return choice{
		Filter: promise.Filter{
			Kind: promise.Kind(f.Choice("kind", texts(promise.Kinds)...)), Theme: headingNo(f.Choice("theme", o.themes...)),
			Matter: headingNo(f.Choice("matter", o.matters...)), Unit: f.Choice("unit", o.units...), Lead: f.Choice("lead", o.units...),
			Light: promise.Light(f.Choice("light", texts(promise.Lights)...)), Status: promise.Status(f.Choice("status", texts(promise.Statuses)...)),
			Measurability: promise.Measurability(f.Choice("measurability", texts(promise.Measurabilities)...)), Vague: f.Choice("vague", o.vague...),
			Late: f.Choice("late", "1") != "", Projects: f.Choice("projects", "1") != "", Text: f.Line("q", maxText),
		},
		Clear: f.Choice("clear", yes, no), Proof: f.Choice("proof", yes, no), Simulated: f.Choice("simulated", "1") != "",
		Document: documentNo(f.Choice("document", o.documents...)), Missed: f.Choice("missed", "1") != "",
	}
}

// texts are the values of a type of text, as texts.
func texts[T ~string](all []T) []string {
	out := make([]string, len(all))
	for i, v := range all {
		out[i] = string(v)
	}
	return out
}

// offers are the values that a year's list may be chosen by, beside those that are fixed.
type offers struct {
	themes, matters []string
	heads, annex    []promise.Heading // of the themes, of the matters
	units, vague    []string
	documents       []string
}

// vagueReasons are the reasons for which a promise is vague that the reader gives, the commonest first.
var vagueReasons = []string{"no_end_state", "attitude", "comparative", "others_act", "exploring", "unnumbered"}

func (d *desk) offers() offers {
	o := offers{themes: []string{none}, vague: slices.Clone(vagueReasons)}
	for _, st := range d.board.Rows {
		o.heads = addHeading(o.heads, st.Claim.Theme)
		o.annex = addHeading(o.annex, st.Claim.Matter)
		if doc := strconv.FormatInt(st.Document, 10); st.Document != 0 && !slices.Contains(o.documents, doc) {
			o.documents = append(o.documents, doc)
		}
		if v := st.Claim.Vague; v != "" && !slices.Contains(o.vague, v) {
			o.vague = append(o.vague, v)
		}
		for _, u := range append([]string{st.Lead}, st.Joint...) {
			if _, now := d.trees.Units.ByKey(u); !now && !slices.Contains(o.units, u) {
				o.units = append(o.units, u)
			}
		}
	}
	for _, h := range o.heads {
		o.themes = append(o.themes, strconv.Itoa(h.No))
	}
	for _, h := range o.annex {
		o.matters = append(o.matters, strconv.Itoa(h.No))
	}
	now := make([]string, 0, len(o.units)+len(d.trees.Units.All()))
	for _, u := range d.trees.Units.All() {
		now = append(now, u.Key)
	}
	o.units = append(now, o.units...)
	return o
}

func addHeading(list []promise.Heading, h promise.Heading) []promise.Heading {
	if h.No == 0 || slices.ContainsFunc(list, func(x promise.Heading) bool { return x.No == h.No }) {
		return list
	}
	i := slices.IndexFunc(list, func(x promise.Heading) bool { return x.No > h.No })
	if i < 0 {
		i = len(list)
	}
	return slices.Insert(list, i, h)
}

// vagueText says why a promise is vague; a reason that we have no words for comes as it was given.
func vagueText(r *web.Request, reason string) string {
	if slices.Contains(vagueReasons, reason) {
		return r.T("promiseweb.vague." + reason)
	}
	return reason
}
