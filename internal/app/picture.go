package app

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strconv"

	"huying/internal/errs"
	"huying/internal/i18n"
	"huying/internal/identity/identityweb"
	"huying/internal/promise"
	"huying/internal/situation"
)

// source gives situation the register's figures. Each number leads to the list that it was counted from.
type source struct{ *App }

// teller says one year's register in one language.
type teller struct {
	*App
	lang  i18n.Lang
	board *promise.Board
	tally promise.Tally
}

// Picture implements situationweb.Source.
func (s *source) Picture(ctx context.Context, lang i18n.Lang, year int) (p situation.Picture, err error) {
	t, report, err := s.tell(ctx, lang, year)
	if err != nil {
		return p, err
	}
	if len(t.board.Rows) == 0 {
		return p, errs.New(errs.NotFound, "app.no_promises", "year", year)
	}
	years, err := s.register.Years(ctx)
	if err != nil {
		return p, err
	}
	p = situation.Picture{Year: t.board.Year, Years: years, Simulated: t.tally.Simulated > 0,
		Title: t.say("app.picture_title", "report", report), Subtitle: t.say("app.picture_subtitle", "n", t.tally.Total, "done", t.tally.Statuses[promise.IsDone]),
		Footer: t.footer(report), Totals: t.totals(), Heads: t.heads(), Themes: t.themes(), Matters: t.matters(),
	}
	return p, nil
}

// Front implements situationweb.Source.
func (s *source) Front(ctx context.Context, lang i18n.Lang) (f situation.Front, err error) {
	t, report, err := s.tell(ctx, lang, 0)
	if err != nil {
		return f, err
	}
	f = situation.Front{Year: t.board.Year, Report: report, Total: t.tally.Total, Kept: t.tally.Statuses[promise.IsDone], At: t.board.At,
		Simulated: t.tally.Simulated > 0, Totals: t.totals(), Matters: t.matters(), News: t.news(),
		Doors: situation.Doors{All: t.list(), Kept: t.list("status", string(promise.IsDone)), Report: "/report?year=" + strconv.Itoa(t.board.Year),
			Counts: "/counting?year=" + strconv.Itoa(t.board.Year), SignIn: identityweb.Paths.SignIn}}
	for _, light := range promise.Lights {
		for _, st := range t.board.Rows {
			if st.Light == light {
				f.Cells = append(f.Cells, t.line(st))
			}
		}
	}
	return f, nil
}

// tell draws a year's register; year 0 is the one that runs. Without a promise it is empty.
func (s *source) tell(ctx context.Context, lang i18n.Lang, year int) (t *teller, report string, err error) {
	if year == 0 {
		if year, err = s.runningYear(ctx); err != nil {
			return nil, "", err
		}
	}
	t = &teller{App: s.App, lang: lang}
	if t.board, err = s.register.Board(ctx, year); err != nil {
		return nil, "", err
	}
	t.tally = promise.Count(t.board.Rows)
	d, err := s.register.ReportOf(ctx, year)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return nil, "", err
	}
	return t, d.Title, nil
}

// runningYear is the latest year with promises that has begun, or the first that has any.
func (a *App) runningYear(ctx context.Context) (int, error) {
	years, err := a.register.Years(ctx) // newest first
	if err != nil {
		return 0, err
	}
	today := a.register.Today().Year
	for _, y := range years {
		if y <= today {
			return y, nil
		}
	}
	if len(years) > 0 {
		return years[len(years)-1], nil
	}
	return today, nil
}

func (t *teller) say(key string, kv ...any) string { return t.texts.T(t.lang, key, kv...) }

// list is the address of the list of promises that a filter chooses.
func (t *teller) list(kv ...string) string {
	q := url.Values{"year": {strconv.Itoa(t.board.Year)}}
	for i := 0; i < len(kv); i += 2 {
		q.Set(kv[i], kv[i+1])
	}
	return "/promises?" + q.Encode()
}

func (t *teller) line(st *promise.Standing) situation.Line {
	return situation.Line{Text: st.Title, Light: string(st.Light), Adjusted: st.Adjusted != nil, Href: "/promises/" + url.PathEscape(st.Number)}
}

func (t *teller) footer(report string) string {
	day := t.board.Today
	key := "app.picture_footer"
	if t.tally.Simulated > 0 {
		key = "app.picture_footer_simulated"
	}
	return t.say(key, "day", day.String(), "report", report, "district", t.districtName(t.lang))
}

func (t *teller) totals() []situation.Total {
	all := []situation.Total{{N: t.tally.Total, Href: t.list()}}
	for _, light := range promise.Lights {
		all = append(all, situation.Total{Label: t.say("web.light." + string(light)), Light: string(light), N: t.tally.Lights[light],
			Href: t.list("light", string(light))})
	}
	return all
}

// heads are the year's expected targets.
func (t *teller) heads() (all []situation.Headline) {
	for _, st := range t.board.Choose(promise.Filter{Kind: promise.Target}, nil) {
		if st.Claim.Value == "" || st.Due.Year != t.board.Year {
			continue
		}
		line := t.line(st)
		head := situation.Headline{Label: st.Claim.Indicator, Goal: t.goal(st), Light: line.Light, Href: line.Href}
		if st.Value != "" {
			head.Now = st.Value + st.Claim.Unit
		}
		all = append(all, head)
	}
	return all
}

// goal is a target's figure as it was promised.
func (t *teller) goal(st *promise.Standing) string {
	v := st.Claim.Sign() + st.TargetValue() + st.Claim.Unit
	if st.Claim.Metric == "growth" {
		return t.say("app.goal_growth", "value", v)
	}
	return v
}

// linesPerTheme is how many of a theme's promises the picture names: the ones that can be measured first.
const linesPerTheme = 6

func (t *teller) themes() (all []situation.Theme) {
	for _, g := range promise.ByTheme(t.board.Rows) {
		tally := promise.Count(g.Rows)
		theme := situation.Theme{No: g.Heading.No, Title: g.Heading.Title, Href: t.list("theme", strconv.Itoa(g.Heading.No)), Total: tally.Total,
			Done: tally.Statuses[promise.IsDone]}
		for _, light := range promise.Lights {
			if n := tally.Lights[light]; n > 0 {
				theme.Lights = append(theme.Lights, situation.Share{Light: string(light), N: n, Href: t.list("theme", strconv.Itoa(g.Heading.No), "light", string(light))})
			}
		}
		rows := slices.Clone(g.Rows)
		slices.SortStableFunc(rows, func(x, y *promise.Standing) int { return cmp.Compare(clarity(x), clarity(y)) })
		for _, st := range rows[:min(linesPerTheme, len(rows))] {
			theme.Lines = append(theme.Lines, t.line(st))
		}
		all = append(all, theme)
	}
	return all
}

// clarity ranks a promise by how well one can tell that it is kept.
func clarity(st *promise.Standing) int {
	return slices.Index(promise.Measurabilities, st.Claim.Measurability)
}

func (t *teller) matters() (all []situation.Matter) {
	for _, g := range promise.ByMatter(t.board.Rows) {
		m := situation.Matter{No: g.Heading.No, Title: g.Heading.Title, Href: t.list("matter", strconv.Itoa(g.Heading.No))}
		for _, st := range g.Rows {
			m.Items = append(m.Items, t.item(st))
		}
		all = append(all, m)
	}
	return all
}

func (t *teller) item(st *promise.Standing) situation.Item {
	line := t.line(st)
	it := situation.Item{Text: line.Text, Light: line.Light, Href: line.Href, Progress: -1, Plan: st.Plan}
	if st.Progress != nil {
		it.Progress = *st.Progress
	}
	switch {
	case st.Target != "" && st.Value != "":
		it.Figure = st.Value + " / " + st.Target + " " + st.Claim.Unit
	case st.Target != "":
		it.Figure = st.Target + " " + st.Claim.Unit
	default:
		it.Figure = t.say("promise.status." + string(st.Status))
	}
	return it
}

// newsShown is how many of the last reports the front page tells.
const newsShown = 6

// news are the last things that were reported, one for each promise.
func (t *teller) news() []situation.News {
	type said struct {
		st *promise.Standing
		e  promise.Entry
	}
	var last []said
	for _, st := range t.board.Rows {
		for i := len(st.Entries) - 1; i >= 0; i-- {
			if e := st.Entries[i]; told(e) {
				last = append(last, said{st, e})
				break
			}
		}
	}
	slices.SortStableFunc(last, func(x, y said) int { return cmp.Or(y.e.At.Compare(x.e.At), cmp.Compare(y.e.ID, x.e.ID)) })
	var out []situation.News
	for _, s := range last[:min(newsShown, len(last))] {
		line := t.line(s.st)
		out = append(out, situation.News{Promise: line.Text, Href: line.Href, Light: line.Light, Day: s.e.At, Who: t.unitName(s.e.Unit),
			Said: t.said(s.st, s.e), Simulated: s.e.Simulated})
	}
	return out
}

// told reports whether an entry is news to the public.
func told(e promise.Entry) bool {
	switch e.Type {
	case promise.Figure, promise.Progress, promise.NodeDone, promise.Done, promise.Verified, promise.Continuing, promise.Started:
		return true
	}
	return false
}

func (t *teller) said(st *promise.Standing, e promise.Entry) string {
	what := t.say("promise.entry." + string(e.Type))
	switch e.Type {
	case promise.Figure:
		return t.say("app.said_figure", "what", what, "value", e.Value+" "+st.Claim.Unit)
	case promise.Progress:
		return t.say("app.said_figure", "what", what, "value", strconv.FormatFloat(e.Percent, 'f', -1, 64)+"%")
	}
	if e.Note != "" {
		return t.say("app.said_figure", "what", what, "value", e.Note)
	}
	return what
}

// unitName is what a unit is called today, or was called last.
func (t *teller) unitName(key string) string {
	if u, ok := t.places.Now().Units.ByKey(key); ok {
		return u.Name.In(t.lang)
	}
	if all := t.places.History().UnitVersions(key); len(all) > 0 {
		return all[len(all)-1].Name.In(t.lang)
	}
	return key
}
