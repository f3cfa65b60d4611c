package casework

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"huying/internal/store"
)

// Task is one thing that lies on a desk: a duty that somebody owes.
type Task struct {
	Row
	Duty    string // its name
	DutyIn  string // the state that asks for it; empty: the whole procedure does
	Turn    int    // which of a duty that recurs
	Visit   int
	Owner   Member
	Holder  string // who must do it: unit:KEY or person:ID
	Start   time.Time
	Due     time.Time // zero: its clock stands, or it has none
	Loose   bool      // the due time is provisional: the calendar of its year is not known yet
	Missed  bool
	Claimed int64     // the account that took it on; 0: nobody yet
	Open    bool      // it is still to be done
	Done    time.Time // when it was done, in time or late; zero: not yet, or never
}

// Key is the duty as a command names it.
func (t Task) Key() DutyKey { return DutyKey{Visit: t.Visit, Name: t.Duty, N: t.Turn, Owner: t.Owner} }

func (t *Task) fields() []any {
	return append(t.Row.fields(), &t.Duty, &t.DutyIn, &t.Turn, &t.Visit, &t.Owner, &t.Holder, store.At(&t.Start), store.At(&t.Due), &t.Loose, &t.Missed, &t.Claimed, &t.Open, store.At(&t.Done))
}

const taskColumns = rowColumns + `, d.name, d.state, d.n, d.visit, d.owner, d.holder, d.start_at, d.due_at, d.provisional, d.status = 'missed', d.claimed,
	d.outstanding, CASE WHEN d.status = 'met' THEN d.at ELSE d.done_at END`

// DeskFilter chooses what lies on a desk.
type DeskFilter struct {
	Procedure string
	Unit      string
	Late      bool
	Soon      time.Time // only what is due by then
	Unclaimed bool
	Claimed   int64 // only what this account took on
	Limit     int   // 0 is 20
	Offset    int
}

// MostTasks bounds how far a desk is counted: nobody works through more.
const MostTasks = 500

// Desk returns what a viewer, or the units for which they act, must do, the urgent first and then what is due first; and how much of it
// there is, at most MostTasks + 1.
func (s *Service) Desk(ctx context.Context, tx *store.Tx, v Viewer, f DeskFilter) (tasks []Task, total int, err error) {
	if f.Limit == 0 {
		f.Limit = 20
	}
	all, err := s.Procedures(ctx, tx)
	if err != nil {
		return nil, 0, err
	}
	due := dueLast("d.due_at")
	q := f.over(&v, all, tx.Now(), taskColumns+", d.urgent AS first, "+due+" AS next, d.case_id AS of_case", " ORDER BY d.urgent DESC, "+due+", d.case_id", f.Offset+f.Limit)
	q.text = "SELECT * FROM (" + q.text + ") AS u ORDER BY first DESC, next, of_case" + atMost(f.Limit, f.Offset)
	if tasks, err = store.All(ctx, tx, (*Task).onDesk, q.numbered(), q.args...); err != nil {
		return nil, 0, err
	}
	count := f.over(&v, all, tx.Now(), "1 AS one", "", MostTasks+1)
	count.text = "SELECT COUNT(*) FROM (SELECT one FROM (" + count.text + ") AS u" + atMost(MostTasks+1, 0) + ") AS n"
	return tasks, total, tx.Scan(ctx, count.numbered(), count.args, &total)
}

// over is the query over what lies on a viewer's desk. What each holder owes is walked in order by its own index, so that the first page costs
// the same however much there is.
func (f *DeskFilter) over(v *Viewer, procedures map[string]*Procedure, now time.Time, columns, order string, limit int) query {
	conds, args := f.conditions(now)
	part, more := v.hasPartIn("")
	conds = append([]string{"d.outstanding", "d.holder = ?", cmp.Or(part, "1 = 0")}, conds...)
	from := "SELECT " + columns + " FROM casework_duty d JOIN casework_case c ON c.id = d.case_id"
	var each []string
	var all []any
	for i, holder := range v.holders(f.Unit) {
		mine, whose := v.mayTake(holder, procedures)
		each = append(each, "SELECT * FROM ("+from+where(append(conds[:len(conds):len(conds)], mine))+order+atMost(limit, 0)+") AS w"+strconv.Itoa(i))
		all = append(append(append(append(all, holder), more...), args...), whose...)
	}
	if len(each) == 0 {
		return query{text: from + " WHERE 1 = 0"}
	}
	return query{strings.Join(each, " UNION ALL "), all}
}

// onDesk are a task's fields with the three by which a desk is in order.
func (t *Task) onDesk() []any { return append(t.fields(), new(any), new(any), new(any)) }

// dueLast is a time by which what has none comes last, as the indexes have it.
func dueLast(column string) string { return "COALESCE(" + column + ", 9223372036854775807)" }

// conditions of the filter on the duty d of the case c.
func (f *DeskFilter) conditions(now time.Time) (conds []string, args []any) {
	and := func(cond string, more ...any) { conds, args = append(conds, cond), append(args, more...) }
	if f.Procedure != "" {
		and("c.procedure = ?", f.Procedure)
	}
	if f.Late {
		and("d.status = 'missed' OR d.due_at < ?", micros(now))
	}
	if !f.Soon.IsZero() {
		and("d.due_at <= ?", micros(f.Soon))
	}
	if f.Unclaimed {
		and("d.claimed = 0")
	}
	if f.Claimed != 0 {
		and("d.claimed = ?", f.Claimed)
	}
	return conds, args
}

// holders are those whose duties lie on a viewer's desk: themself, and the units in which they hold a post; of a unit, if it is named, only
// that one. They see what they have a part in: in a closed circle that is nothing for the rest of the unit. Of what the unit of a post owes
// that does not act for it, a grid worker's, they see what mayTake leaves.
func (v *Viewer) holders(unit string) []string {
	var all []string
	for _, holder := range slices.Concat(v.own, v.units) {
		if unit == "" || holder == string(UnitMember(unit)) {
			all = addOnce(all, holder)
		}
	}
	return all
}

// mayTake is the condition that a duty of a holder is the viewer's to meet: the holder is them, or a unit for which they act or at which they
// hold a post of the whole district; or the procedure, as it is now, lets their post at the unit act for it; or the duty is the caller's, and
// their post opens such cases there.
func (v *Viewer) mayTake(holder string, procedures map[string]*Procedure) (cond string, args []any) {
	if slices.Contains(v.own, holder) || slices.Contains(v.seats, holder) {
		return "1 = 1", nil
	}
	any := []string{"1 = 0"}
	for _, p := range v.posts {
		if string(UnitMember(p.Unit)) != holder {
			continue
		}
		acting, opening := p.workOf(procedures)
		if len(acting) > 0 {
			any, args = append(any, "c.procedure IN "+marks(len(acting))), append(args, asAny(acting)...)
		}
		if len(opening) == 0 {
			continue
		}
		called := "d.owner LIKE 'caller:%' AND c.procedure IN " + marks(len(opening))
		args = append(args, asAny(opening)...)
		if p.Place != "" {
			keys := append(v.placesUnder(p.Place), "")
			called += " AND c.place IN " + marks(len(keys))
			args = append(args, asAny(keys)...)
		}
		any = append(any, called)
	}
	return strings.Join(any, " OR "), args
}

// workOf are the procedures in which a post acts for a party that is a unit or does by its role what meets a duty, and those whose cases it
// opens.
func (p Post) workOf(all map[string]*Procedure) (acting, opening []string) {
	for name, x := range all {
		if slices.ContainsFunc(x.Parties, func(e Entry[Party]) bool { return slices.Contains(e.Value.Acts, p.Role) }) || x.meets(p.Role) {
			acting = append(acting, name)
		}
		if slices.Contains(x.OpenedBy, p.Role) {
			opening = append(opening, name)
		}
	}
	slices.Sort(acting)
	slices.Sort(opening)
	return acting, opening
}

// meets reports whether a role does something that meets a duty, anywhere or for a party.
func (p *Procedure) meets(role string) bool {
	return slices.ContainsFunc(p.States, func(s Entry[State]) bool {
		return slices.ContainsFunc(s.Value.Do, func(a Entry[Action]) bool {
			return len(a.Value.Meets) > 0 && slices.ContainsFunc(a.Value.By, func(by string) bool { return by == role || strings.HasSuffix(by, "."+role) })
		})
	})
}

// Approval is an action that waits for somebody's approval, with its case as they see it.
type Approval struct {
	Row
	Action string
	Title  Text   // of the action; nothing, with For, where no more than the outline is seen
	For    Member // for whom it was asked
}

// Approvals returns what waits for the viewer's approval, in up to limit cases, those first in which nothing has happened for longest.
func (s *Service) Approvals(ctx context.Context, tx *store.Tx, v Viewer, limit int) (all []Approval, err error) {
	of, ids := Filter{Limit: limit}, v.approvable()
	q := query{of.page(" FROM casework_case c WHERE c.id IN ("+ids.text+")", "c.moved_at, c.id"), ids.args}
	found, err := store.All(ctx, tx, (*listed).fields, q.numbered(), q.args...)
	if err != nil {
		return nil, err
	}
	for i := range found {
		r, c := found[i].Row, &found[i].c
		p, err := s.version(ctx, tx, r.Hash)
		if err != nil {
			return nil, err
		}
		r.Sight = v.Sees(p, c)
		keys := v.approves(c.Place)
		for j := range c.Pending {
			q := &c.Pending[j]
			if !slices.ContainsFunc(p.Approvers(c, q), func(a string) bool { return slices.Contains(keys, a) }) {
				continue
			}
			a := Approval{Row: r.Within(), Action: q.Action}
			if r.Sight == Whole {
				a.Title, a.For = p.ActionTitle(q.State, q.Action), q.For
			}
			all = append(all, a)
		}
	}
	return all, nil
}

// approvable is the query over the cases of which something waits for the viewer.
func (v *Viewer) approvable() query {
	anywhere := v.approves(nowhere)
	q := query{"SELECT case_id FROM casework_approver WHERE approver IN " + marks(len(anywhere)), asAny(anywhere)}
	for _, r := range v.roles {
		if r.place != "" {
			keys := append(v.placesUnder(r.place), "")
			q.text += " UNION SELECT a.case_id FROM casework_approver a JOIN casework_case k ON k.id = a.case_id WHERE a.approver = ? AND k.place IN " + marks(len(keys))
			q.args = append(append(q.args, r.role+approverAtAll), asAny(keys)...)
		}
	}
	return q
}

// nowhere is no place that is: only what is bound to none reaches there.
const nowhere = "-"

// approves are the approvers that name the viewer in a case of a place.
func (v *Viewer) approves(place string) []string {
	out := slices.Clone(v.own)
	for _, r := range v.roles {
		if v.reaches(r.place, place) {
			out = append(out, r.role+approverAtAll)
		}
	}
	for _, p := range v.posts {
		for _, u := range v.trees.Units.Under(p.Unit) {
			out = append(out, p.Role+approverAtAll+string(UnitMember(u.Key)))
		}
	}
	return out
}

// UnitOf is the key of the unit that a holder is, or empty.
func UnitOf(holder string) string { u, _ := strings.CutPrefix(holder, "unit:"); return u }
