package caseweb

import (
	"cmp"
	"errors"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"huying/internal/casework"
	"huying/internal/clock"
	"huying/internal/store"
	"huying/internal/web"
)

// boardView is how the units stand with what they owe.
type boardView struct {
	d           *desk
	Form        *web.Form
	List        web.List
	From, Until clock.Date
	Table       web.Table[casework.Standing]
	At          time.Time
}

// boardDays is the period that is shown unless another is asked for.
const boardDays = 30

// board shows how each unit stands with the duties that began in a period.
func (h *pages) board(r *web.Request) error {
	d := h.on(r)
	l, f := r.List("-late", "unit", "owed", "late", "met", "missed", "share", "median"), r.QueryForm()
	v := &boardView{d: d, Form: f, List: l, From: f.Date("from"), Until: f.Date("until"), At: r.Now()}
	if v.Until.IsZero() {
		v.Until = r.Today()
	}
	if v.From.IsZero() {
		v.From = v.Until.AddDays(-boardDays)
	}
	f.Set("from", v.From.String())
	f.Set("until", v.Until.String())
	board, err := h.Cases.Board(r.Context(), d.v, v.From, v.Until)
	if errors.Is(err, casework.ErrStillCounting) && r.Wants() == "" {
		r.Writer().Header().Set("Refresh", "3") // the page asks again by itself
		return r.Render(http.StatusAccepted, web.Page{Title: r.T("caseweb.board"), Nav: "board", Wide: true}, boardCounting(v))
	}
	if err != nil {
		return err
	}
	v.At = board.At
	var rows []casework.Standing
	for _, s := range board.Units {
		rows = append(rows, *s)
	}
	slices.SortFunc(rows, func(a, b casework.Standing) int { return cmp.Compare(a.Holder, b.Holder) })
	if r.Wants() != "" {
		return web.Export(r, r.T("caseweb.board"), v.header(), v.values(rows))
	}
	l.Size = max(len(rows), 1)
	v.Table = web.Table[casework.Standing]{ID: "board", Caption: r.T("caseweb.board"), List: l, Export: true, Columns: v.columns(), Total: len(rows),
		Rows: web.Slice(l, rows, v.orders())}
	return r.Render(statusOf(r, f), web.Page{Title: r.T("caseweb.board"), Nav: "board", Wide: true}, boardPage(v))
}

// share is the part of what was decided that was done in time, in percent; negative for none.
func share(s casework.Standing) float64 {
	if s.Met+s.Missed == 0 {
		return -1
	}
	return 100 * float64(s.Met) / float64(s.Met+s.Missed)
}

func (v *boardView) orders() map[string]func(a, b casework.Standing) int {
	by := func(f func(casework.Standing) int) func(a, b casework.Standing) int {
		return func(a, b casework.Standing) int { return cmp.Compare(f(a), f(b)) }
	}
	return map[string]func(a, b casework.Standing) int{
		"unit": func(a, b casework.Standing) int { return strings.Compare(v.name(a), v.name(b)) },
		"owed": by(func(s casework.Standing) int { return s.Owed }), "late": by(func(s casework.Standing) int { return s.Late }),
		"met": by(func(s casework.Standing) int { return s.Met }), "missed": by(func(s casework.Standing) int { return s.Missed }),
		"share":  func(a, b casework.Standing) int { return cmp.Compare(share(a), share(b)) },
		"median": func(a, b casework.Standing) int { return cmp.Compare(a.Median, b.Median) },
	}
}

func (v *boardView) name(s casework.Standing) string { return v.d.unit(casework.UnitOf(s.Holder)) }

func (v *boardView) columns() []web.Column[casework.Standing] {
	t := v.d.r.T
	count := func(key, what string, f func(casework.Standing) int) web.Column[casework.Standing] {
		return web.Column[casework.Standing]{Key: key, Title: t("caseweb.board." + key), Numeric: true,
			Cell: func(s casework.Standing) templ.Component { return boardCell(v, s, what, f(s)) }}
	}
	return []web.Column[casework.Standing]{
		{Key: "unit", Title: t("caseweb.unit"), Head: true, Cell: cell(v.name)},
		count("owed", "owed", func(s casework.Standing) int { return s.Owed }),
		count("late", "late", func(s casework.Standing) int { return s.Late }),
		count("met", "met", func(s casework.Standing) int { return s.Met }),
		count("missed", "missed", func(s casework.Standing) int { return s.Missed }),
		{Key: "share", Title: t("caseweb.board.share"), Cell: func(s casework.Standing) templ.Component { return shareCell(share(s)) }},
		{Key: "median", Title: t("caseweb.board.median"), Numeric: true, Cell: cell(func(s casework.Standing) string { return v.length(s.Median) })},
	}
}

// length says a time in hours, or in days when it is long.
func (v *boardView) length(d time.Duration) string {
	switch {
	case d == 0:
		return "–"
	case d < 48*time.Hour:
		return v.d.r.T("caseweb.hours", "n", strconv.FormatFloat(d.Hours(), 'f', 1, 64))
	}
	return v.d.r.T("caseweb.days", "n", strconv.FormatFloat(d.Hours()/24, 'f', 1, 64))
}

// duties is where a figure of the board opens.
func (v *boardView) duties(s casework.Standing, what string) string {
	return "/board/duties?unit=" + url.QueryEscape(casework.UnitOf(s.Holder)) + "&what=" + what + "&from=" + v.From.String() + "&until=" + v.Until.String()
}

func (v *boardView) header() []string {
	out := []string{v.d.r.T("caseweb.unit")}
	for _, k := range []string{"owed", "late", "met", "missed", "share", "median_minutes"} {
		out = append(out, v.d.r.T("caseweb.board."+k))
	}
	return out
}

func (v *boardView) values(rows []casework.Standing) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for _, s := range rows {
			line := []any{v.name(s), s.Owed, s.Late, s.Met, s.Missed, nil, nil}
			if p := share(s); p >= 0 {
				line[5] = p
			}
			if s.Median > 0 {
				line[6] = int(s.Median.Minutes())
			}
			if !yield(line, nil) {
				return
			}
		}
	}
}

// dutiesView is the list of duties that a figure of the board was counted from.
type dutiesView struct {
	*tasksView
	Title, Lead, Back string
	Capped            bool // there are more than were counted
}

// became says what became of a duty: a light, and a word.
func (v *tasksView) became(x casework.Task) (kind, word string) {
	done := x.Done.In(v.d.r.Zone()).Format("2006-01-02 15:04")
	switch {
	case x.Open:
		return casework.Light(v.d.r.Now(), x.Start, x.Due, x.Missed), v.d.left(x.Due)
	case x.Done.IsZero():
		return "red", v.d.r.T("caseweb.never_done")
	case x.Missed:
		return "red", v.d.r.T("caseweb.done_late", "at", done)
	}
	return "closed", v.d.r.T("caseweb.done_in_time", "at", done)
}

// boardDuties lists the duties that a figure was counted from.
func (h *pages) boardDuties(r *web.Request) error {
	d := h.on(r)
	l, f := r.List(""), r.QueryForm()
	v := &tasksView{d: d, List: l, Form: f, versions: map[string]*casework.Procedure{}}
	counted := casework.Counted{Unit: f.Line("unit", 60), What: f.Choice("what", casework.CountedWhats...), From: f.Date("from"), Until: f.Date("until"), Limit: l.Size, Offset: l.Offset()}
	capped := false
	err := h.DB.ReadApart(r.Context(), func(tx *store.Tx) (err error) {
		if v.all, err = h.Cases.Procedures(r.Context(), tx); err != nil {
			return err
		}
		tasks, total, err := h.Cases.CountedDuties(r.Context(), tx, d.v, counted)
		capped = total > casework.MostCounted
		v.Table = web.Table[casework.Task]{ID: "duties", Caption: r.T("caseweb.duty"), List: l, Rows: tasks, Total: min(total, casework.MostCounted)}
		if err != nil {
			return err
		}
		v.Table.Columns = append(v.columns()[:2], web.Column[casework.Task]{Title: r.T("caseweb.due"), Cell: func(x casework.Task) templ.Component { return becameCell(v, x) }})
		return d.versionsOf(tx, v)
	})
	if err != nil {
		return err
	}
	title := r.T("caseweb.board.opens", "unit", d.unit(counted.Unit), "what", r.T("caseweb.board."+cmp.Or(counted.What, "owed")))
	lead := r.T("caseweb.board.begun", "from", web.Day(r.Context(), counted.From), "until", web.Day(r.Context(), counted.Until))
	back := "/board?from=" + counted.From.String() + "&until=" + counted.Until.String()
	return r.Render(http.StatusOK, web.Page{Title: title, Nav: "board", Crumbs: []web.Crumb{{Text: r.T("caseweb.board"), Href: back}, {Text: title}}},
		dutiesPage(dutiesView{v, title, lead, back, capped}))
}
