package casework

import (
	"cmp"
	"context"
	"slices"
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

// Desk returns what a viewer, or the units for which they act, must do, the urgent first and then what is due first; and how much of it
// there is.
func (s *Service) Desk(ctx context.Context, tx *store.Tx, v Viewer, f DeskFilter) (tasks []Task, total int, err error) {
	if f.Limit == 0 {
		f.Limit = 20
	}
	conds, args := v.desk()
	and := func(cond string, more ...any) { conds, args = append(conds, cond), append(args, more...) }
	if f.Procedure != "" {
		and("c.procedure = ?", f.Procedure)
	}
	if f.Unit != "" {
		and("d.holder = ?", string(UnitMember(f.Unit)))
	}
	if f.Late {
		and("d.status = 'missed' OR d.due_at < ?", micros(tx.Now()))
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
	from := " FROM casework_duty d JOIN casework_case c ON c.id = d.case_id" + where(conds)
	q := query{"SELECT " + taskColumns + from + " ORDER BY c.urgent DESC, d.due_at IS NULL, d.due_at, d.case_id LIMIT ? OFFSET ?", append(args[:len(args):len(args)], f.Limit, f.Offset)}
	if tasks, err = store.All(ctx, tx, (*Task).fields, q.numbered(), q.args...); err != nil {
		return nil, 0, err
	}
	count := query{"SELECT COUNT(*) FROM (SELECT 1 AS one" + from + " LIMIT ?) AS n", append(args[:len(args):len(args)], MostCounted+1)}
	return tasks, total, tx.Scan(ctx, count.numbered(), count.args, &total)
}

// desk is what lies on a viewer's desk: what they owe, or a unit in which they hold a post, in cases in which they have a part. In a closed
// circle that is nothing for the rest of the unit.
func (v *Viewer) desk() (conds []string, args []any) {
	holders := slices.Concat(v.own, v.units)
	part, more := v.hasPartIn("")
	return []string{"d.outstanding", "d.holder IN " + marks(len(holders)), cmp.Or(part, "1 = 0")}, append(asAny(holders), more...)
}

// Approvals returns the cases in which an action waits for the viewer's approval, the longest waiting first.
func (s *Service) Approvals(ctx context.Context, tx *store.Tx, v Viewer, limit int) ([]Row, error) {
	keys := v.approves()
	q := query{"SELECT " + rowColumns + " FROM casework_case c WHERE c.approver <> '' AND c.approver IN " + marks(len(keys)) + " ORDER BY c.moved_at LIMIT ?",
		append(asAny(keys), limit)}
	return store.All(ctx, tx, (*Row).fields, q.numbered(), q.args...)
}

// approves are the values of approver that name the viewer.
func (v *Viewer) approves() []string {
	out := slices.Clone(v.own)
	for _, r := range v.roles {
		out = append(out, r.role+approverAtAll)
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
