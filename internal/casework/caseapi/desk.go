package caseapi

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"huying/internal/casework"
	"huying/internal/clock"
	"huying/internal/store"
	"huying/internal/web"
)

// task is one thing that somebody must do.
type task struct {
	row
	Duty        string          `json:"duty"`
	DutyTitle   text            `json:"duty_title"`
	N           int             `json:"n"`
	Visit       int             `json:"visit"`
	Owner       casework.Member `json:"owner"`
	Holder      string          `json:"holder"`
	Start       *time.Time      `json:"start"`
	Due         *time.Time      `json:"due,omitempty"`
	Provisional bool            `json:"provisional"`
	Missed      bool            `json:"missed"`
	Claimed     int64           `json:"claimed,omitempty"`
}

// approval is something that waits for approval.
type approval struct {
	row
	Action      string          `json:"action"`
	ActionTitle text            `json:"action_title"`
	As          casework.Member `json:"as,omitempty"`
}

// mostApprovals bounds in how many cases a desk shows what waits for approval.
const mostApprovals = 200

// desk is what lies on the desk of who asks: what they or their units must do, and what waits for their approval.
func (a *front) desk(r *web.Request) error {
	q := queryOf(r)
	pg := q.page()
	f := casework.DeskFilter{Procedure: q.text("procedure", 80), Unit: q.text("unit", 80), Late: q.yes("late"), Unclaimed: q.yes("unclaimed"),
		Limit: pg.Size, Offset: pg.offset()}
	if q.yes("mine") {
		f.Claimed = r.Actor.ID
	}
	if err := q.err(); err != nil {
		return err
	}
	v, err := a.viewer(r)
	if err != nil {
		return err
	}
	s, approvals := a.shaper(r), []approval{}
	var items []task
	var total int
	var now time.Time
	err = a.DB.Read(r.Context(), func(tx *store.Tx) error {
		now = tx.Now()
		if items, total, err = a.tasks(r.Context(), tx, s, v, f); err != nil {
			return err
		}
		waiting, err := a.Cases.Approvals(r.Context(), tx, v, mostApprovals)
		if err != nil {
			return err
		}
		for _, x := range waiting {
			p, err := a.Cases.Version(r.Context(), tx, x.Hash)
			if err != nil {
				return err
			}
			approvals = append(approvals, approval{s.row(x.Row, p.StateTitle(x.State), now), x.Action, textOf(x.Title), x.For})
		}
		return nil
	})
	if err != nil {
		return err
	}
	out := listed(items, total, casework.MostTasks, pg, now, s)
	out["approvals"] = approvals
	return r.JSON(http.StatusOK, out)
}

// tasks are what lies on a desk.
func (a *front) tasks(ctx context.Context, tx *store.Tx, s shaper, v casework.Viewer, f casework.DeskFilter) ([]task, int, error) {
	found, total, err := a.Cases.Desk(ctx, tx, v, f)
	if err != nil {
		return nil, 0, err
	}
	ids := make([]int64, len(found))
	for i := range found {
		ids[i] = found[i].ID
	}
	sights, err := a.Cases.Sights(ctx, tx, v, ids)
	if err != nil {
		return nil, 0, err
	}
	items := make([]task, 0, len(found))
	for i := range found {
		t := &found[i]
		p, err := a.Cases.Version(ctx, tx, t.Hash)
		if err != nil {
			return nil, 0, err
		}
		shown := t.Row
		shown.Sight = sights[t.ID]
		items = append(items, task{row: s.row(shown.Within(), p.StateTitle(t.State), tx.Now()), Duty: t.Duty, DutyTitle: textOf(p.DutyTitle(t.DutyIn, t.Duty)),
			N: t.Turn, Visit: t.Visit, Owner: t.Owner, Holder: t.Holder, Start: moment(t.Start, s.zone), Due: moment(t.Due, s.zone), Provisional: t.Loose,
			Missed: t.Missed, Claimed: t.Claimed})
	}
	return items, total, nil
}

const (
	agendaDays = 30  // ahead, unless told
	mostAgenda = 200 // things
)

// agenda is what one must do by when: what is late, and what is due within some days.
func (a *front) agenda(r *web.Request) error {
	q := queryOf(r)
	days := q.number("days", agendaDays, 1, 366)
	if err := q.err(); err != nil {
		return err
	}
	v, err := a.viewer(r)
	if err != nil {
		return err
	}
	s := a.shaper(r)
	var items []task
	var total int
	var now time.Time
	err = a.DB.Read(r.Context(), func(tx *store.Tx) error {
		now = tx.Now()
		items, total, err = a.tasks(r.Context(), tx, s, v, casework.DeskFilter{Soon: now.AddDate(0, 0, days), Limit: mostAgenda})
		return err
	})
	if err != nil {
		return err
	}
	slices.SortStableFunc(items, func(x, y task) int { return x.Due.Compare(*y.Due) })
	return r.JSON(http.StatusOK, map[string]any{"items": items, "total": total, "more": total > len(items), "computed_at": moment(now, s.zone)})
}

// standing is how a unit stands with what it owes.
type standing struct {
	Unit    string `json:"unit"`
	Name    string `json:"name"`
	Owed    int    `json:"owed"`
	Late    int    `json:"late"`
	Met     int    `json:"met"`
	Missed  int    `json:"missed"`
	Median  *int   `json:"median_minutes"`
	Decided int    `json:"decided"`
}

// board is how the units stand with the duties that began in a period: this month, unless told.
func (a *front) board(r *web.Request) error {
	q := queryOf(r)
	from, until := q.period()
	if err := q.err(); err != nil {
		return err
	}
	if from.IsZero() {
		until = clock.DateOf(a.DB.Now(), a.Cases.Calendar().Zone())
		from = clock.Date{Year: until.Year, Month: until.Month, Day: 1}
	}
	v, err := a.viewer(r)
	if err != nil {
		return err
	}
	items, units := []standing{}, a.Cases.Trees().Units
	board, err := a.Cases.Board(r.Context(), v, from, until)
	if err != nil {
		return err
	}
	for holder, st := range board.Units {
		x := standing{Unit: casework.UnitOf(holder), Owed: st.Owed, Late: st.Late, Met: st.Met, Missed: st.Missed, Decided: st.Decided}
		x.Name = x.Unit
		if u, ok := units.Known(x.Unit); ok {
			x.Name = u.Name.In(r.Lang)
		}
		if st.Decided > 0 {
			minutes := int(st.Median / time.Minute)
			x.Median = &minutes
		}
		items = append(items, x)
	}
	slices.SortFunc(items, func(x, y standing) int { return strings.Compare(x.Unit, y.Unit) })
	return r.JSON(http.StatusOK, map[string]any{"items": items, "from": from, "until": until, "computed_at": moment(board.At, a.Cases.Calendar().Zone())})
}

// post is a role that somebody holds.
type post struct {
	Role  string `json:"role"`
	Unit  string `json:"unit,omitempty"`
	Place string `json:"place,omitempty"`
}

// me says who asks.
func (a *front) me(r *web.Request) error {
	if err := queryOf(r).err(); err != nil {
		return err
	}
	posts := []post{}
	for _, g := range r.Actor.Grants {
		posts = append(posts, post{string(g.Role), g.Unit, g.Place})
	}
	return r.JSON(http.StatusOK, map[string]any{"person": r.Actor.ID, "name": r.Actor.Name, "unit": r.Actor.Unit, "posts": posts})
}
