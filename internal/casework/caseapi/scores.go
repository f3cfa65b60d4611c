package caseapi

import (
	"net/http"
	"slices"
	"strings"

	"huying/internal/casework"
	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/store"
	"huying/internal/web"
)

// The parts of a score. Points are written as in the table: 97.5.
type (
	scoreLine struct {
		Line   string `json:"line"`
		Title  text   `json:"title"`
		N      int    `json:"n"`
		Lifted int    `json:"lifted"`
		Each   string `json:"each"`
		Off    string `json:"off"`
		Capped bool   `json:"capped"`
	}
	deducted struct {
		Line   string `json:"line"`
		Number string `json:"number"`
		Duty   string `json:"duty,omitempty"`
		State  string `json:"state,omitempty"`
	}
	unitScore struct {
		Unit  string      `json:"unit"`
		Left  string      `json:"left"`
		Lines []scoreLine `json:"lines"`
		What  []deducted  `json:"what"`
	}
)

// scores returns how the units that lost something stand in a year, each deduction with its case: those that the asker oversees or acts for.
func (a *front) scores(r *web.Request) error {
	q := queryOf(r)
	year := q.number("year", clock.DateOf(a.DB.Now(), a.Cases.Calendar().Zone()).Year, 2000, 2199)
	if err := q.err(); err != nil {
		return err
	}
	var table *casework.Scoring
	if a.Scoring != nil {
		table = a.Scoring()
	}
	if table == nil {
		return errs.New(errs.NotFound, "caseapi.no_scoring")
	}
	items, trees := []unitScore{}, a.Cases.Trees()
	sees := func(unit string) bool {
		return r.Actor.Can(identity.CaseOverview, unit, "") || slices.ContainsFunc(r.Actor.Scope(identity.CaseWork), func(x identity.Area) bool {
			return x.Unit != "" && trees.Units.Covers(x.Unit, unit)
		})
	}
	err := a.DB.Read(r.Context(), func(tx *store.Tx) error {
		all, err := a.Cases.Scores(r.Context(), tx, table, year)
		for unit, u := range all {
			if sees(unit) {
				items = append(items, scoreOf(u))
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	slices.SortFunc(items, func(x, y unitScore) int { return strings.Compare(x.Unit, y.Unit) })
	return r.JSON(http.StatusOK, map[string]any{"items": items, "year": year, "start": table.Start.String(), "computed_at": moment(a.DB.Now(), a.Cases.Calendar().Zone())})
}

func scoreOf(u *casework.UnitScore) unitScore {
	out := unitScore{Unit: u.Unit, Left: u.Left.String(), Lines: []scoreLine{}, What: []deducted{}}
	for _, l := range u.Lines {
		out.Lines = append(out.Lines, scoreLine{l.Key, textOf(l.Title), l.N, l.Lifted, l.Each.String(), l.Off.String(), l.Capped})
	}
	for _, x := range u.What {
		out.What = append(out.What, deducted{x.Line, x.Number, x.Duty, x.State})
	}
	return out
}
