package situationweb

import (
	"math"
	"strings"

	"huying/internal/clock"
	"huying/internal/situation"
	"huying/internal/web"
)

// sentence is a message with a figure in it, taken apart around the figure: the figure is a link of its own.
type sentence struct {
	Before, Figure, After string
	Href                  string
}

// slot stands for the figure in a message; no text holds it.
const slot = "\x00"

func say(r *web.Request, key string, n int, href string, kv ...any) sentence {
	before, after, _ := strings.Cut(r.T(key, append([]any{"n", n, "figure", slot}, kv...)...), slot)
	return sentence{Before: before, Figure: web.Int(n), After: after, Href: local(href)}
}

// local is an address of ours, or none.
func local(href string) string {
	if href != "" && web.LocalPath(href) == href {
		return href
	}
	return ""
}

type homeView struct {
	Promised, Kept sentence
	Counts         []web.Count
	Cells          []web.Cell
	AsOf           string
	Simulated      bool
	Doors          []door
	Matters        []matterView
	News           []newsView
}

// door is a way from the front page, with a sentence that says what is behind it.
type door struct{ Title, Text, Href string }

// matterView is a livelihood matter on the front page.
type matterView struct {
	situation.Matter
	State         string // in a few words: its figure, or how many of its items are done
	Percent, Plan float64
	Known         bool
	Says          string // the bar in words
}

type newsView struct {
	situation.News
	Day string
}

func newHome(r *web.Request, f situation.Front) homeView {
	promised := "situationweb.promised"
	if f.Year != r.Today().Year {
		promised = "situationweb.promised_in"
	}
	v := homeView{
		Promised: say(r, promised, f.Total, f.Doors.All, "year", f.Year), Kept: say(r, "situationweb.kept", f.Kept, f.Doors.Kept),
		Counts: counts(f.Totals), AsOf: r.T("situationweb.as_of", "now", r.Moment(f.At)), Simulated: f.Simulated, Doors: doors(r, f),
	}
	for _, l := range f.Cells {
		v.Cells = append(v.Cells, web.Cell{Light: l.Light, Adjusted: l.Adjusted, Href: local(l.Href), Name: l.Text + " · " + r.T("web.light."+l.Light)})
	}
	for _, m := range f.Matters {
		v.Matters = append(v.Matters, newMatter(r, m))
	}
	for _, n := range f.News {
		v.News = append(v.News, newsView{n, r.Day(clock.DateOf(n.Day, r.Zone()))})
	}
	return v
}

func counts(totals []situation.Total) (out []web.Count) {
	for _, t := range totals {
		if t.Light != "" {
			out = append(out, web.Count{Light: t.Light, Word: t.Label, N: t.N, Href: local(t.Href)})
		}
	}
	return out
}

func newMatter(r *web.Request, m situation.Matter) matterView {
	v := matterView{Matter: m}
	v.Percent, v.Plan, v.Known = m.Progress()
	v.State = r.T("situationweb.items_done", "done", m.Done(), "total", len(m.Items))
	if len(m.Items) == 1 && m.Items[0].Figure != "" {
		v.State = m.Items[0].Figure
	}
	v.Says = barSays(r, v.Percent, v.Plan, v.Known)
	return v
}

// barSays is a bar in words.
func barSays(r *web.Request, percent, plan float64, known bool) string {
	if !known {
		return r.T("situationweb.not_reported", "plan", math.Round(plan))
	}
	return r.T("situationweb.bar_says", "percent", math.Round(percent), "plan", math.Round(plan))
}

func doors(r *web.Request, f situation.Front) (out []door) {
	report := f.Report
	if report == "" {
		report = r.T("situationweb.report")
	}
	for _, d := range []door{
		{report, r.T("situationweb.report_means"), f.Doors.Report},
		{r.T("situationweb.picture"), r.T("situationweb.picture_means"), "/picture"},
		{r.T("situationweb.all"), r.T("situationweb.all_means"), f.Doors.All},
		{r.T("situationweb.counts"), r.T("situationweb.counts_means"), f.Doors.Counts},
		{r.T("situationweb.staff"), r.T("situationweb.staff_means"), f.Doors.SignIn},
	} {
		if d.Href = local(d.Href); d.Href != "" && !(d.Href == f.Doors.SignIn && r.Actor != nil) {
			out = append(out, d)
		}
	}
	return out
}

type pictureView struct {
	situation.Picture
	Sheet string // the drawing, which escapes what it holds
	File  string
}

// shares are a theme's lights as counts, and in words.
func shares(r *web.Request, t situation.Theme) (out []web.Count, text string) {
	var parts []string
	for _, s := range t.Lights {
		if s.N > 0 {
			out = append(out, web.Count{Light: s.Light, N: s.N, Href: local(s.Href)})
			parts = append(parts, r.T("web.light."+s.Light)+" "+web.Int(s.N))
		}
	}
	return out, strings.Join(parts, r.T("situationweb.comma"))
}

// itemBar is an item's bar in words; empty when it has none.
func itemBar(r *web.Request, it situation.Item) string {
	if it.Progress < 0 {
		return ""
	}
	return barSays(r, min(100, it.Progress), it.Plan, true)
}
