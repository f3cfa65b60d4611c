package caseweb

import (
	"net/http"
	"slices"
	"strconv"

	"huying/internal/casework"
	"huying/internal/identity"
	"huying/internal/store"
	"huying/internal/web"
)

// deputiesView is who stands in for whom, as far as it is for whoever asks: their own arrangements, and those of the units that they head.
type deputiesView struct {
	d       *desk
	Form    *web.Form
	all     []casework.Deputy
	names   map[int64]string
	heads   bool // they may arrange it for others
	Persons []web.Option
	Others  []web.Option
}

// colleague is somebody of a unit.
type colleague struct {
	id   int64
	unit string
}

func (h *pages) deputies(r *web.Request) error {
	f := web.NewForm("person", strconv.FormatInt(r.Actor.ID, 10), "from", r.Today().String(), "until", r.Today().String())
	return h.drawDeputies(r, http.StatusOK, f)
}

func (h *pages) drawDeputies(r *web.Request, status int, f *web.Form) error {
	v := &deputiesView{d: h.on(r), Form: f}
	err := h.DB.Read(r.Context(), func(tx *store.Tx) error {
		led, all, err := h.staff(r, tx)
		if err != nil {
			return err
		}
		ids := []int64{r.Actor.ID}
		for _, c := range led {
			ids = append(ids, c.id)
		}
		if v.all, err = h.Cases.DeputiesOf(r.Context(), tx, ids); err != nil {
			return err
		}
		for _, c := range all {
			ids = append(ids, c.id)
		}
		for _, d := range v.all {
			ids = append(ids, d.Person, d.Deputy)
		}
		v.names, err = h.IDs.Names(r.Context(), tx, ids)
		v.heads = len(led) > 0
		v.Persons = v.options(append([]colleague{{r.Actor.ID, r.Actor.Unit}}, led...))
		v.Others = append([]web.Option{{Text: r.T("caseweb.choose")}}, v.options(all)...)
		return err
	})
	if err != nil {
		return err
	}
	page := web.Page{Title: r.T("caseweb.deputies"), Nav: "deputies", Crumbs: []web.Crumb{{Text: r.T("caseweb.tasks"), Href: "/tasks"}}}
	return r.Render(status, page, deputiesPage(v))
}

// staff are the people of the units that whoever asks heads, and those among whom a deputy is chosen: theirs and the own unit's.
func (h *pages) staff(r *web.Request, tx *store.Tx) (led, all []colleague, err error) {
	tree := h.Places.Now().Units
	var heads []string
	for _, g := range r.Actor.Grants {
		if g.Role != identity.Head {
			continue
		}
		for _, u := range tree.Under(g.Unit) {
			heads = append(heads, u.Key)
		}
	}
	of := func(units []string) (out []colleague, err error) {
		for _, unit := range units {
			posts, err := h.IDs.PostsIn(r.Context(), tx, unit)
			if err != nil {
				return nil, err
			}
			for _, p := range posts {
				if c := (colleague{p.Person, unit}); p.Role.May(identity.CaseWork) && !slices.Contains(out, c) {
					out = append(out, c)
				}
			}
		}
		return out, nil
	}
	if led, err = of(heads); err != nil {
		return nil, nil, err
	}
	if !slices.Contains(heads, r.Actor.Unit) {
		heads = append(heads, r.Actor.Unit)
	}
	all, err = of(heads)
	return led, all, err
}

// options offers people, each with their unit and once.
func (v *deputiesView) options(people []colleague) (out []web.Option) {
	seen := map[int64]bool{}
	for _, c := range people {
		if name, ok := v.names[c.id]; ok && !seen[c.id] {
			seen[c.id] = true
			out = append(out, web.Option{Value: strconv.FormatInt(c.id, 10), Text: name + " · " + v.d.unit(c.unit)})
		}
	}
	return out
}

// deputise lets somebody stand in for the person who asks, or for one of the units that they head.
func (h *pages) deputise(r *web.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	d := casework.Deputy{Person: f.Int("person", 0, 1<<50), Deputy: f.Int("deputy", 0, 1<<50), From: f.Date("from"), Until: f.Date("until")}
	if d.Person == 0 {
		d.Person = r.Actor.ID
	}
	if d.Deputy == 0 {
		f.Wrong("deputy", "web.required")
	}
	if f.OK() {
		_, err := h.Cases.Deputise(r.Context(), r.Actor, d)
		if err == nil {
			r.Flash("caseweb.deputised")
			return r.Redirect("/deputies")
		}
		if !f.Takes(err) {
			return err
		}
	}
	return h.drawDeputies(r, http.StatusUnprocessableEntity, f)
}

// endDeputy ends an arrangement before its day.
func (h *pages) endDeputy(r *web.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	if err := h.Cases.EndDeputy(r.Context(), r.Actor, id); err != nil {
		return err
	}
	r.Flash("caseweb.deputy_ended")
	return r.Redirect("/deputies")
}

// mayEnd reports whether whoever asks may end an arrangement: their own, and those of the units that they head.
func (v *deputiesView) mayEnd(d casework.Deputy) bool {
	return d.Person == v.d.r.Actor.ID || slices.ContainsFunc(v.Persons[1:], func(o web.Option) bool { return o.Value == strconv.FormatInt(d.Person, 10) })
}

// name is what somebody is called.
func (v *deputiesView) name(id int64) string {
	if name, ok := v.names[id]; ok {
		return name
	}
	return v.d.r.T("caseweb.somebody")
}

// approvals are what waits for the approval of whoever asks, and of the colleagues for whom they stand in.
func (d *desk) approvals(tx *store.Tx, absent []*identity.Actor) (all []casework.Approval, err error) {
	viewers := []casework.Viewer{d.v}
	for _, a := range absent {
		viewers = append(viewers, d.Cases.ViewerOf(a, ""))
	}
	for _, v := range viewers {
		rows, err := d.Cases.Approvals(d.r.Context(), tx, v, mostApprovals)
		if err != nil {
			return nil, err
		}
		for _, x := range rows {
			if !slices.ContainsFunc(all, func(y casework.Approval) bool { return y.ID == x.ID && y.Action == x.Action && y.For == x.For }) {
				all = append(all, x)
			}
		}
	}
	return all, nil
}

// mostApprovals bounds in how many cases they are shown.
const mostApprovals = 50
