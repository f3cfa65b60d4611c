package promiseapi

import (
	"net/http"
	"strings"

	"huying/internal/errs"
	"huying/internal/promise"
	"huying/internal/web"
)

const mostRows = 1000

// list returns the promises of a year that a filter chooses, in the order of their numbers.
func (a *front) list(r *web.Request) error {
	if err := query(r, "year", "kind", "light", "status", "unit", "theme", "matter", "late", "projects", "q", "page", "size"); err != nil {
		return err
	}
	q := r.URL.Query()
	year, err := a.year(r)
	var wrong errs.List
	take := func(name string, otherwise, least, most int) int {
		n, err := number(r, name, otherwise, least, most)
		wrong = append(wrong, errs.All(err)...)
		return n
	}
	wrong = append(wrong, errs.All(err)...)
	f := promise.Filter{Kind: promise.Kind(q.Get("kind")), Light: promise.Light(q.Get("light")), Status: promise.Status(q.Get("status")), Unit: q.Get("unit"),
		Theme: take("theme", 0, -1, 99), Matter: take("matter", 0, 0, 99), Late: q.Get("late") == "true", Projects: q.Get("projects") == "true", Text: strings.TrimSpace(q.Get("q"))}
	page, size := take("page", 1, 1, 1_000_000), take("size", 50, 1, mostRows)
	if err := wrong.Err(); err != nil {
		return err
	}
	board, err := a.Register.Board(r.Context(), year)
	if err != nil {
		return err
	}
	rows := board.Choose(f, nil)
	items := []row{}
	for i := (page - 1) * size; i < min(page*size, len(rows)); i++ {
		items = append(items, rowOf(rows[i]))
	}
	return r.JSON(http.StatusOK, map[string]any{"items": items, "total": len(rows), "page": page, "size": size, "computed_at": board.At.In(r.Zone())})
}

// show returns one promise with all that was said of it.
func (a *front) show(r *web.Request) error {
	if err := query(r); err != nil {
		return err
	}
	return a.answer(r, http.StatusOK)
}

func (a *front) answer(r *web.Request, status int) error {
	st, err := a.standing(r)
	if err != nil {
		return err
	}
	out, err := a.oneOf(r, st)
	if err != nil {
		return err
	}
	return r.JSON(status, out)
}

// group is the promises under one heading, counted.
type group struct {
	No       int            `json:"no"`
	Title    string         `json:"title"`
	Total    int            `json:"total"`
	Statuses map[string]int `json:"statuses"`
	Lights   map[string]int `json:"lights"`
	Proofs   int            `json:"proofs"`
}

// register returns how a year's promises stand: counted, by light, by status, by kind, by theme and by matter.
func (a *front) register(r *web.Request) error {
	if err := query(r, "year"); err != nil {
		return err
	}
	year, err := a.year(r)
	if err != nil {
		return err
	}
	board, err := a.Register.Board(r.Context(), year)
	if err != nil {
		return err
	}
	t := promise.Count(board.Rows)
	planned, spent := promise.Investment(board.Choose(promise.Filter{Projects: true}, nil))
	return r.JSON(http.StatusOK, map[string]any{"year": year, "today": board.Today, "computed_at": board.At.In(r.Zone()), "total": t.Total, "late": t.Late, "proofs": t.Proofs,
		"lights": counts(t.Lights), "statuses": counts(t.Statuses), "kinds": counts(t.Kinds), "measurability": counts(t.Measurability),
		"investment": map[string]string{"planned": planned, "spent": spent}, "themes": groups(promise.ByTheme(board.Rows)), "matters": groups(promise.ByMatter(board.Rows))})
}

func counts[K ~string](m map[K]int) map[string]int {
	out := map[string]int{}
	for k, n := range m {
		if n > 0 {
			out[string(k)] = n
		}
	}
	return out
}

func groups(all []promise.Group) []group {
	out := []group{}
	for _, g := range all {
		t := promise.Count(g.Rows)
		out = append(out, group{g.Heading.No, g.Heading.Title, t.Total, counts(t.Statuses), counts(t.Lights), t.Proofs})
	}
	return out
}
