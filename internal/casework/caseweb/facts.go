package caseweb

import (
	"cmp"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"huying/internal/casework"
	"huying/internal/web"
)

// light is how the whole case stands.
func (cv *caseView) light() string {
	switch {
	case cv.Outcome == casework.Solved:
		return "closed"
	case cv.Outcome != casework.Open:
		return "grey"
	}
	worst := "green"
	for _, l := range cv.lines {
		if l.Light == "red" || l.Light == "yellow" && worst == "green" {
			worst = l.Light
		}
	}
	return worst
}

// standing says where the case stands and, while it is open, what is left of the first clock.
func (cv *caseView) standing() string {
	text := cv.d.text(cv.StateTitle)
	if cv.Outcome == casework.Open && !cv.DueAt.IsZero() {
		text += " · " + cv.d.left(cv.DueAt)
	}
	return text
}

// input is what an action that waits for approval was asked with.
func (cv *caseView) input(p casework.PendingView) []said {
	out, _ := cv.answers(p.Form, p.Input)
	return out
}

// asker is who asked for something that waits: the unit for which they did, and they.
func (cv *caseView) asker(p casework.PendingView) string {
	if u, ok := p.As.Unit(); ok && p.By.Unit == "" {
		return cv.d.unit(u) + " · " + cv.who(p.By)
	}
	return cv.who(p.By)
}

// approver is whose approval is waited for, in words.
func (cv *caseView) approver(p casework.PendingView) string {
	if p.Step < len(p.Approve) {
		return cv.term(p.Approve[p.Step])
	}
	return ""
}

// returnHref is the page on which something that waits is given back.
func (cv *caseView) returnHref(p casework.PendingView) string {
	return cv.path() + "/return?" + url.Values{"action": {p.Action}, "as": {string(p.As)}}.Encode()
}

// waiting returns what a form names among what waits, of several what the reader may give back; or nil.
func (cv *caseView) waiting(w casework.Which) (found *casework.PendingView) {
	for i := range cv.Pending {
		p := &cv.Pending[i]
		if (w.Action == "" || p.Action == w.Action) && (w.For == "" || p.As == w.For) && (found == nil || p.MayReturn && !found.MayReturn) {
			found = p
		}
	}
	return found
}

// party is what a party is called.
func (cv *caseView) party(key string) string {
	if t := cv.Version.PartyTitle(key); t.ZH != "" {
		return cv.d.text(t)
	}
	return cv.d.r.T("caseweb.party." + key)
}

// owing reports whether a party has something to do just now: it has its ring then.
func (cv *caseView) owing(party string) bool {
	return slices.ContainsFunc(cv.lines, func(l line) bool { return l.Party == party })
}

func (cv *caseView) members(p casework.PartyView) string {
	var names []string
	for _, m := range p.Members {
		if u, ok := m.Member.Unit(); ok {
			names = append(names, cv.d.unit(u))
		} else if m.Name.ZH != "" {
			names = append(names, cv.d.text(m.Name))
		} else {
			names = append(names, cv.d.member(m.Member, nil))
		}
	}
	return strings.Join(names, cv.d.r.T("caseweb.and"))
}

// claimHref is the page on which a duty is taken on or handed over.
func (cv *caseView) claimHref(k casework.DutyKey) string {
	q := url.Values{"visit": {strconv.Itoa(k.Visit)}, "duty": {k.Name}, "n": {strconv.Itoa(k.N)}, "owner": {string(k.Owner)}}
	return cv.path() + "/claim?" + q.Encode()
}

// clockText says since when a clock runs, over which term, and until when.
func (cv *caseView) clockText(o casework.DutyView) string {
	zone := cv.d.r.Zone()
	start := o.Start.In(zone).Format("01-02 15:04")
	due := cv.d.dueText(o.Due, o.Provisional)
	if o.On != "" || len(o.Terms) == 0 {
		return cv.d.r.T("caseweb.clock_on", "due", due)
	}
	var terms []string
	for _, t := range o.Terms {
		key, args := t.Message()
		terms = append(terms, cv.d.r.T(key, args...))
	}
	return cv.d.r.T("caseweb.clock_from", "start", start, "term", strings.Join(terms, " + "), "due", due)
}

func (cv *caseView) pauseText(p casework.PauseView) string {
	zone := cv.d.r.Zone()
	from := p.From.In(zone).Format("01-02 15:04")
	if p.To.IsZero() {
		return cv.d.r.T("caseweb.pause_since", "reason", cv.d.text(p.Title), "from", from)
	}
	return cv.d.r.T("caseweb.pause_was", "reason", cv.d.text(p.Title), "from", from, "to", p.To.In(zone).Format("01-02 15:04"))
}

// aboutFields are the fields of forms that name what a case is about.
var aboutFields = []string{"promise", "about"}

// pairs are the facts of the case. What a procedure works out for its own rules has no title and is not among them, but for the colour or
// light.
func (cv *caseView) pairs() []web.Pair {
	t := cv.d.r.T
	out := []web.Pair{{Name: t("caseweb.number"), Value: web.Text(cv.Number)},
		{Name: t("caseweb.opened_at"), Value: web.Text(cv.OpenedAt.In(cv.d.r.Zone()).Format("2006-01-02 15:04"))}}
	if no := cv.d.text(cv.Version.SerialOf(cv.Values)); no != "" {
		out = append([]web.Pair{{Name: t("caseweb.paper_number"), Value: web.Text(no)}}, out...)
	}
	for _, field := range aboutFields {
		number, _ := cv.Form[field].(string)
		if number == "" || cv.d.About == nil {
			continue
		}
		if href := cv.d.About(number); href != "" {
			out = append(out, web.Pair{Name: t("caseweb.about"), Value: aboutLink(href, number)})
		}
	}
	add := func(key, value string) {
		if value != "" {
			out = append(out, web.Pair{Name: t(key), Value: web.Text(value)})
		}
	}
	if cv.Lead != "" {
		add("caseweb.unit", cv.d.unit(cv.Lead))
	}
	if cv.Category != "" {
		if f, ok := cv.Version.Form().Field("category"); ok {
			add("caseweb.category", cv.d.choiceText(f, []string{cv.Category}))
		}
	}
	if cv.Channel != "" {
		add("caseweb.channel", t("caseweb.channel."+cv.Channel))
	}
	if cv.Outcome != casework.Open {
		add("caseweb.outcome", t("caseweb.outcome."+string(cv.Outcome)))
	}
	if cv.Reopened > 0 {
		add("caseweb.reopened", strconv.Itoa(cv.Reopened))
	}
	if tone, _ := cv.Values[cv.Version.Tone].(string); tone != "" {
		out = append(out, web.Pair{Name: cv.d.toneTitle(cv.Version), Value: toneCell(cv.d, tone, cv.Version)})
	}
	for _, v := range cv.Version.Values {
		if title := cv.d.text(v.Value.Title); title != "" && v.Key != cv.Version.Tone {
			out = append(out, cv.kept(title, cv.Version.ValueField(v.Key), cv.Values[v.Key])...)
		}
	}
	if f := cv.Foreign; f != nil {
		add("caseweb.foreign", f.System+" "+f.Number)
		if !f.Due.IsZero() {
			add("caseweb.foreign_due", cv.d.dueText(f.Due, false))
		}
	}
	return out
}

// kept is a value of the case under its title, or nothing as long as there is none.
func (cv *caseView) kept(title string, f casework.Field, value any) []web.Pair {
	switch v := value.(type) {
	case nil:
		return nil
	case bool:
		f.Kind = casework.YesNo
	case float64: // of what was worked out, two digits say enough
		value = strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64)
	}
	text := cv.d.value(f, value).Text
	if text == "" {
		return nil
	}
	return []web.Pair{{Name: title, Value: web.Text(text)}}
}

// known are the callers, unless there is but one of whom nothing can be said.
func (cv *caseView) known() []casework.CallerView {
	if len(cv.Callers) == 1 {
		if c := cv.Callers[0]; c.Name == "" && c.UnitName.ZH == "" && !c.Self {
			return nil
		}
	}
	return cv.Callers
}

func (cv *caseView) callerText(c casework.CallerView) string {
	name := c.Name
	if c.UnitName.ZH != "" {
		name = strings.TrimSpace(cv.d.text(c.UnitName) + " " + c.Name)
	}
	if name == "" {
		name = cv.d.member(casework.CallerMember(c.N), nil)
	}
	if c.Self {
		return cv.d.r.T("caseweb.yourself", "who", name)
	}
	return name
}

// paperNo is the number at the head of a paper.
func (cv *caseView) paperNo() string {
	return cmp.Or(cv.d.text(cv.Version.SerialOf(cv.Values)), cv.Number)
}

// office is the district's name, at the head of a paper.
func (cv *caseView) office() string {
	if all := cv.d.trees.Places.Children(""); len(all) > 0 {
		return all[0].Name.In(cv.d.r.Lang)
	}
	return ""
}

// cell puts a text into a table.
func cell[Row any](f func(Row) string) func(Row) templ.Component {
	return func(x Row) templ.Component { return web.Text(f(x)) }
}
