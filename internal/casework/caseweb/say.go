package caseweb

import (
	"time"

	"huying/internal/casework"
	"huying/internal/places"
	"huying/internal/web"
)

// desk is what a page asks of the district while it is drawn: names, and how long is left.
type desk struct {
	*pages
	r     *web.Request
	trees *places.Trees
	v     casework.Viewer

	scoring *casework.Scoring // as it holds for this request; nil: the district scores nobody
}

// on returns the desk of whoever asks. Colleagues who are away are looked for on their behalf too.
func (h *pages) on(r *web.Request) *desk {
	d := &desk{pages: h, r: r, trees: h.Places.Now(), v: h.Cases.ViewerOf(r.Actor, "")}
	if h.Scoring != nil {
		d.scoring = h.Scoring()
	}
	return d
}

func (d *desk) text(t casework.Text) string { return t.In(d.r.Lang) }

// unit is what a unit is called in short. One that is no more is called as it was, and by its successor.
func (d *desk) unit(key string) string {
	if u, ok := d.trees.Units.ByKey(key); ok {
		return unitName(u, d.r.Lang)
	}
	u, ok := d.trees.Units.Known(key)
	if !ok {
		return key
	}
	if heir, ok := d.trees.Units.ByKey(d.trees.Units.Heir(key)); ok {
		return d.r.T("caseweb.now_unit", "was", unitName(u, d.r.Lang), "unit", unitName(heir, d.r.Lang))
	}
	return d.r.T("caseweb.gone_unit", "was", unitName(u, d.r.Lang))
}

// place is what a place is called.
func (d *desk) place(key string) string {
	if p, ok := d.trees.Places.Known(key); ok {
		return p.Name.In(d.r.Lang)
	}
	return key
}

// member is who a member of a party is, in words.
func (d *desk) member(m casework.Member, names map[int64]string) string {
	if u, ok := m.Unit(); ok {
		return d.unit(u)
	}
	if id, ok := m.Person(); ok {
		return names[id]
	}
	if n, ok := m.Caller(); ok {
		if n == 1 {
			return d.r.T("caseweb.caller")
		}
		return d.r.T("caseweb.caller_n", "no", n)
	}
	return string(m)
}

// left says how long is left until a time, or by how much it is over, in working time.
func (d *desk) left(due time.Time) string {
	if due.IsZero() {
		return d.r.T("caseweb.stopped")
	}
	l := d.Cases.Calendar().Remaining(d.r.Now(), due)
	key, n := "caseweb.left_days", l.Workdays
	switch {
	case l.Late && l.Workdays > 0:
		key = "caseweb.late_days"
	case l.Late:
		key, n = "caseweb.late_hours", max(1, l.Minutes/60)
	case l.Workdays > 0:
	case l.Minutes >= 60:
		key, n = "caseweb.left_hours", l.Minutes/60
	default:
		key, n = "caseweb.left_minutes", l.Minutes
	}
	return d.r.T(key, "n", n)
}
