package caseweb

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"huying/internal/casework"
	"huying/internal/store"
	"huying/internal/web"
)

// tasksView is what lies on a desk.
type tasksView struct {
	d         *desk
	List      web.List
	Form      *web.Form
	Tabs      []web.Tab
	Kinds     []web.Option
	Table     web.Table[casework.Task]
	Approvals []casework.Approval
	Chosen    bool      // only some of what lies there is shown
	Openings  []opening // what the reader's posts begin, when nothing lies there
	all       map[string]*casework.Procedure
	versions  map[string]*casework.Procedure
}

// soonDays is how far "due soon" looks ahead.
const soonDays = 2

// tasks shows what whoever asks, and the units for which they act, must do.
func (h *pages) tasks(r *web.Request) error {
	d := h.on(r)
	l, f := r.List(""), r.QueryForm()
	v := &tasksView{d: d, List: l, Form: f, versions: map[string]*casework.Procedure{}}
	absent, err := h.Cases.Absent(r.Context(), r.Actor.ID)
	if err != nil {
		return err
	}
	err = h.DB.Read(r.Context(), func(tx *store.Tx) (err error) {
		if v.Approvals, err = d.approvals(tx, absent); err != nil {
			return err
		}
		if err := d.fill(tx, v); err != nil || v.Chosen || v.Table.Total > 0 {
			return err
		}
		v.Openings, err = h.openings(r, tx)
		v.Openings = slices.DeleteFunc(v.Openings, func(o opening) bool { return !o.Self || slices.Contains(o.OpenedBy, casework.ByAnyone) })
		return err
	})
	if err != nil {
		return err
	}
	return r.Render(http.StatusOK, web.Page{Title: r.T("caseweb.tasks"), Nav: "tasks"}, tasksPage(v))
}

func (d *desk) fill(tx *store.Tx, v *tasksView) (err error) {
	ctx := d.r.Context()
	if v.all, err = d.Cases.Procedures(ctx, tx); err != nil {
		return err
	}
	views := []struct {
		key    string
		filter casework.DeskFilter
	}{
		{"", casework.DeskFilter{}}, {"late", casework.DeskFilter{Late: true}}, {"soon", casework.DeskFilter{Soon: d.soon()}},
		{"unclaimed", casework.DeskFilter{Unclaimed: true}}, {"mine", casework.DeskFilter{Claimed: d.r.Actor.ID}},
	}
	show := v.Form.Choice("show", "late", "soon", "unclaimed", "mine")
	kind := v.Form.Line("procedure", 60)
	v.Chosen = show != "" || kind != ""
	for _, x := range views {
		x.filter.Procedure = kind
		if x.key == show {
			x.filter.Limit, x.filter.Offset = v.List.Size, v.List.Offset()
		} else {
			x.filter.Limit = 1
		}
		tasks, total, err := d.Cases.Desk(ctx, tx, d.v, x.filter)
		if err != nil {
			return err
		}
		v.Tabs = append(v.Tabs, web.Tab{Text: d.r.T("caseweb.show." + cmp.Or(x.key, "all")), Href: v.List.With("show", x.key), Count: counted(total), Current: x.key == show})
		if x.key == show {
			v.Table = web.Table[casework.Task]{ID: "tasks", Caption: d.r.T("caseweb.tasks"), List: v.List, Rows: tasks, Total: min(total, casework.MostTasks)}
		}
	}
	v.Kinds = append(v.Kinds, web.Option{Text: d.r.T("caseweb.any")})
	for _, name := range sortedKeys(v.all) {
		v.Kinds = append(v.Kinds, web.Option{Value: name, Text: d.text(v.all[name].Title)})
	}
	v.Table.Columns = v.columns()
	return d.versionsOf(tx, v)
}

// versionsOf reads the versions that the tasks follow, for what their duties are called.
func (d *desk) versionsOf(tx *store.Tx, v *tasksView) error {
	for _, t := range v.Table.Rows {
		if v.versions[t.Hash] != nil {
			continue
		}
		p, err := d.Cases.Version(d.r.Context(), tx, t.Hash)
		if err != nil {
			return err
		}
		v.versions[t.Hash] = p
	}
	return nil
}

func (d *desk) soon() time.Time {
	c := d.Cases.Calendar()
	day := d.r.Today()
	return c.AddWorkdays(day, soonDays).AddDays(1).In(d.r.Zone())
}

func (v *tasksView) columns() []web.Column[casework.Task] {
	t := v.d.r.T
	return []web.Column[casework.Task]{
		{Title: t("caseweb.case"), Head: true, Cell: func(x casework.Task) templ.Component { return caseCell(v.d, x.Row, v.all[x.Procedure]) }},
		{Title: t("caseweb.duty"), Cell: func(x casework.Task) templ.Component { return dutyCell(v, x) }},
		{Title: t("caseweb.due"), Cell: func(x casework.Task) templ.Component { return leftCell(v, x) }},
		{Title: t("caseweb.tick"), Narrow: true, Cell: func(x casework.Task) templ.Component { return tickCell(x) }},
		{Title: t("caseweb.do"), Narrow: true, Cell: func(x casework.Task) templ.Component { return goCell(v, x) }},
	}
}

// holder is who must do a task, in words: a unit, or whoever asks.
func (v *tasksView) holder(x casework.Task) string {
	if u, ok := casework.Member(x.Holder).Unit(); ok {
		return v.d.unit(u)
	}
	if a := v.d.r.Actor; x.Holder == string(casework.PersonMember(a.ID)) {
		return a.Name
	}
	return ""
}

// asked is what waits in an approval, and who asked for it, in words.
func (v *tasksView) asked(x casework.Approval) string {
	parts := []string{v.d.text(x.Title)}
	if u, ok := x.For.Unit(); ok {
		parts = append(parts, v.d.unit(u))
	}
	return strings.Trim(strings.Join(parts, " · "), " ·")
}

// dutyTitle is what a task is called.
func (v *tasksView) dutyTitle(x casework.Task) string {
	if p := v.versions[x.Hash]; p != nil {
		if t := p.DutyTitle(x.DutyIn, x.Duty); t.ZH != "" {
			return v.d.text(t)
		}
	}
	return v.d.r.T("caseweb.attend")
}

// counted is how much lies on a desk, as far as it is counted.
func counted(total int) string {
	if total > casework.MostTasks {
		return strconv.Itoa(casework.MostTasks) + "+"
	}
	return strconv.Itoa(total)
}
