package caseweb

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"huying/internal/casework"
	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/store"
	"huying/internal/web"
)

// scoresView is how the units stand in a year.
type scoresView struct {
	d     *desk
	Form  *web.Form
	List  web.List
	Year  int
	Table web.Table[*casework.UnitScore]
	Draft string // where a circular of it is written; empty: whoever asks writes none
	At    time.Time
}

// year reads which year is asked for: this one, unless told.
func (d *desk) year(f *web.Form) int {
	n, err := strconv.Atoi(f.Line("year", 4))
	if err != nil || n < 2000 || n > 2199 {
		n = d.r.Today().Year
	}
	f.Set("year", strconv.Itoa(n))
	return n
}

// mayScore reports whether whoever asks may see how a unit stands: the unit itself, and who oversees it.
func (d *desk) mayScore(unit string) bool {
	return d.r.Actor.Can(identity.CaseOverview, unit, "") || slices.ContainsFunc(d.r.Actor.Scope(identity.CaseWork), func(a identity.Area) bool {
		return a.Unit != "" && d.trees.Units.Covers(a.Unit, unit)
	})
}

// scored are the scores of the units that whoever asks may see, those that lost nothing too.
func (d *desk) scored(year int) (rows []*casework.UnitScore, err error) {
	if d.scoring == nil {
		return nil, errs.New(errs.NotFound, "caseweb.no_scoring")
	}
	var all map[string]*casework.UnitScore
	err = d.DB.Read(d.r.Context(), func(tx *store.Tx) error {
		all, err = d.Cases.Scores(d.r.Context(), tx, d.scoring, year)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, u := range d.trees.Units.All() {
		if all[u.Key] == nil && !u.External {
			all[u.Key] = &casework.UnitScore{Unit: u.Key, Left: d.scoring.Start}
		}
	}
	for key, u := range all {
		if d.mayScore(key) {
			rows = append(rows, u)
		}
	}
	slices.SortFunc(rows, func(a, b *casework.UnitScore) int { return strings.Compare(a.Unit, b.Unit) })
	return rows, nil
}

// scores shows how the units stand in a year.
func (h *pages) scores(r *web.Request) error {
	d := h.on(r)
	l, f := r.List("score", "unit", "score", "off"), r.QueryForm()
	v := &scoresView{d: d, Form: f, List: l, Year: d.year(f), At: r.Now()}
	rows, err := d.scored(v.Year)
	if err != nil {
		return err
	}
	v.Draft = d.circularHref(v.Year, rows)
	if r.Wants() != "" {
		return web.Export(r, r.T("caseweb.scores"), []string{r.T("caseweb.unit"), r.T("caseweb.score"), r.T("caseweb.score_off")}, func(yield func([]any, error) bool) {
			for _, u := range rows {
				if !yield([]any{d.unit(u.Unit), u.Left.String(), (d.scoring.Start - u.Left).String()}, nil) {
					return
				}
			}
		})
	}
	l.Size = max(len(rows), 1)
	v.Table = web.Table[*casework.UnitScore]{ID: "scores", Caption: r.T("caseweb.scores"), List: l, Export: true, Columns: v.columns(), Total: len(rows),
		Rows: web.Slice(l, rows, v.orders())}
	return r.Render(http.StatusOK, web.Page{Title: r.T("caseweb.scores"), Nav: "scores"},
		scoresPage(v))
}

func (v *scoresView) orders() map[string]func(a, b *casework.UnitScore) int {
	return map[string]func(a, b *casework.UnitScore) int{
		"unit":  func(a, b *casework.UnitScore) int { return strings.Compare(v.d.unit(a.Unit), v.d.unit(b.Unit)) },
		"score": func(a, b *casework.UnitScore) int { return cmp.Compare(a.Left, b.Left) },
		"off":   func(a, b *casework.UnitScore) int { return cmp.Compare(a.Left, b.Left) },
	}
}

func (v *scoresView) columns() []web.Column[*casework.UnitScore] {
	t := v.d.r.T
	return []web.Column[*casework.UnitScore]{
		{Key: "unit", Title: t("caseweb.unit"), Head: true, Cell: cell(func(u *casework.UnitScore) string { return v.d.unit(u.Unit) })},
		{Key: "score", Title: t("caseweb.score"), Numeric: true, Cell: func(u *casework.UnitScore) templ.Component { return scoreCell(v, u) }},
		{Title: t("caseweb.score_lines"), Cell: func(u *casework.UnitScore) templ.Component { return linesCell(v, u) }},
	}
}

// href is where a unit's score opens.
func (v *scoresView) href(unit string) string {
	return "/scores/" + url.PathEscape(unit) + "?year=" + strconv.Itoa(v.Year)
}

// circularHref is the form of a circular with the year's scores filled in, for whoever may write one; else empty.
func (d *desk) circularHref(year int, rows []*casework.UnitScore) string {
	const circular = "circular"
	may := false
	err := d.DB.Read(d.r.Context(), func(tx *store.Tx) error {
		all, err := d.Cases.Procedures(d.r.Context(), tx)
		if p := all[circular]; p != nil {
			may = casework.CanOpen(p, casework.ActorOf(casework.Asker{Actor: d.r.Actor}), d.Cases.World(tx), false) == nil
		}
		return err
	})
	if err != nil || !may {
		return ""
	}
	ranked := slices.Clone(rows)
	slices.SortStableFunc(ranked, func(a, b *casework.UnitScore) int { return cmp.Compare(b.Left, a.Left) })
	text := d.r.T("caseweb.circular_text", "year", strconv.Itoa(year), "day", d.r.Today().String())
	q := url.Values{"in-year": {strconv.Itoa(year)}, "in-kind": {"progress"}, "in-title": {d.r.T("caseweb.circular_title", "year", strconv.Itoa(year))}}
	for _, u := range ranked {
		if len(u.Lines) == 0 {
			continue
		}
		q.Add("in-units", u.Unit)
		var why []string
		for _, l := range u.Lines {
			why = append(why, d.r.T("caseweb.circular_line", "what", d.text(l.Title), "n", l.N-l.Lifted, "off", l.Off.String()))
		}
		text += "\n" + d.r.T("caseweb.circular_unit", "unit", d.unit(u.Unit), "score", u.Left.String(), "why", strings.Join(why, d.r.T("caseweb.and")))
	}
	q.Set("in-text", text)
	return "/open/" + circular + "?" + q.Encode()
}

// unitScoreView is what a unit lost, and for what.
type unitScoreView struct {
	*scoresView
	Score  *casework.UnitScore
	Duties map[string]string // what duties are called, by case and name
	Appeal bool              // whoever asks may appeal
}

// unitScore shows each deduction of a unit with its case.
func (h *pages) unitScore(r *web.Request) error {
	d, f := h.on(r), r.QueryForm()
	v := &unitScoreView{scoresView: &scoresView{d: d, Form: f, Year: d.year(f), At: r.Now()}, Duties: map[string]string{}}
	unit := r.PathValue("unit")
	if !d.mayScore(unit) {
		return errs.New(errs.Forbidden, "casework.forbidden")
	}
	rows, err := d.scored(v.Year)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(rows, func(u *casework.UnitScore) bool { return u.Unit == unit })
	if i < 0 {
		return errs.New(errs.NotFound, "caseweb.no_unit", "unit", unit)
	}
	v.Score = rows[i]
	err = h.DB.Read(r.Context(), func(tx *store.Tx) error {
		for _, x := range v.Score.What {
			p, err := h.Cases.Version(r.Context(), tx, x.Hash)
			if err != nil {
				return err
			}
			if v.Duties[x.Number+x.Duty] = d.text(p.DutyTitle(x.State, x.Duty)); x.Duty == "" {
				v.Duties[x.Number] = d.text(p.StateTitle(x.State))
			}
		}
		if p, err := h.Cases.Procedure(r.Context(), tx, v.appeals()); err == nil {
			v.Appeal = casework.CanOpen(p, casework.ActorOf(casework.Asker{Actor: r.Actor}), h.Cases.World(tx), false) == nil
		}
		return nil
	})
	if err != nil {
		return err
	}
	title := d.unit(unit)
	return r.Render(http.StatusOK, web.Page{Title: title, Nav: "scores", Crumbs: []web.Crumb{{Text: r.T("caseweb.scores"), Href: "/scores?year=" + strconv.Itoa(v.Year)}, {Text: title}}},
		unitScorePage(v))
}

// appeals is the procedure by which deductions are appealed against.
func (v *unitScoreView) appeals() string {
	name, _, _ := strings.Cut(v.d.scoring.Appeals, "/")
	return name
}

// appealHref is the form of an appeal against a deduction.
func (v *unitScoreView) appealHref(x casework.Deducted) string {
	q := url.Values{"in-year": {strconv.Itoa(v.Year)}, "in-line": {x.Line}, "in-about": {x.Number}, "in-title": {casework.Clip(x.Title, 100)}}
	return "/open/" + v.appeals() + "?" + q.Encode()
}

// of are the deductions of a line.
func (v *unitScoreView) of(line string) (out []casework.Deducted) {
	for _, x := range v.Score.What {
		if x.Line == line {
			out = append(out, x)
		}
	}
	return out
}

// lifted are the appeals that lifted something of a line.
func (v *unitScoreView) lifted(line string) (out []casework.Lifted) {
	for _, x := range v.Score.Lifted {
		if x.Line == line {
			out = append(out, x)
		}
	}
	return out
}

func (v *scoresView) day(micros int64) string {
	return time.UnixMicro(micros).In(v.d.r.Zone()).Format("2006-01-02")
}
