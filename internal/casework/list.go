package casework

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"huying/internal/clock"
	"huying/internal/store"
)

// Row is a case as it stands in a list.
type Row struct {
	ID        int64
	Number    string
	Procedure string
	Hash      string
	State     string
	Outcome   Outcome
	Title     string
	Category  string
	Place     string
	Lead      string
	Urgent    bool
	Simulated bool
	Level     int
	OpenedAt  time.Time
	ClosedAt  time.Time // zero: it is open
	MovedAt   time.Time
	DueAt     time.Time // zero: nothing is due
	Tone      string    // of a procedure that has one: the light of a project, the colour of a letter
	Values    Data      // what the case keeps
	Sight     Sight     // how much of it who asks sees
}

const rowColumns = `c.id, c.number, c.procedure, c.hash, c.state, c.outcome, c.title, c.category, c.place, c.lead_unit, c.urgent, c.simulated, c.level,
	c.opened_at, c.closed_at, c.moved_at, c.due_at, c.tone`

func (r *Row) fields() []any {
	return []any{&r.ID, &r.Number, &r.Procedure, &r.Hash, &r.State, &r.Outcome, &r.Title, &r.Category, &r.Place, &r.Lead, &r.Urgent, &r.Simulated, &r.Level,
		store.At(&r.OpenedAt), store.At(&r.ClosedAt), store.At(&r.MovedAt), store.At(&r.DueAt), &r.Tone}
}

// Late reports whether something of the case should have been done by now.
func (r Row) Late(now time.Time) bool { return !r.DueAt.IsZero() && r.DueAt.Before(now) }

// Filter chooses cases. Zero fields choose everything that who asks sees.
type Filter struct {
	Mine      bool   // only those in which who asks has a part
	Procedure string // name
	State     string
	Outcome   Outcome
	Progress  string // open, ended, late
	Category  string
	Place     string // with what lies in it
	Lead      string
	Repeats   string // the value by which the procedure counts earlier cases
	Tone      string
	From      clock.Date
	Until     clock.Date // the last day
	Found     *Found     // by the text index
	Sort      string     // newest (unless said), oldest, due
	Limit     int        // 0 is 20
	Offset    int
}

// Found is the condition of the text index for what is looked for: its column is c.id.
type Found struct {
	Cond string // with ? for each of Args
	Args []any
}

// MostCounted bounds how far a list is counted: beyond it, it is "more than".
const MostCounted = 2_000

// query is SQL with ? for each of its arguments.
type query struct {
	text string
	args []any
}

// numbered is the text with the placeholders of the databases.
func (q query) numbered() string {
	var b strings.Builder
	n := 0
	for part := range strings.SplitSeq(q.text, "?") {
		if n > 0 {
			b.WriteString("$" + strconv.Itoa(n))
		}
		b.WriteString(part)
		n++
	}
	return b.String()
}

// conditions of the filter on the row c.
//
// When they are to be walked by their clocks, SQLite looks unit and place up in no other index: they stand in the one that it walks.
func (f *Filter) conditions(v *Viewer, byClock bool, now time.Time, zone *time.Location) (conds []string, args []any) {
	and := func(cond string, more ...any) { conds, args = append(conds, cond), append(args, more...) }
	walked := ""
	if byClock {
		walked = "+" // of an expression there is no index
	}
	for _, eq := range [][2]string{{"c.procedure", f.Procedure}, {"c.state", f.State}, {"c.outcome", string(f.Outcome)}, {"c.category", f.Category},
		{walked + "c.lead_unit", f.Lead}, {"c.repeats", f.Repeats}, {"c.tone", f.Tone}} {
		if eq[1] != "" {
			and(eq[0]+" = ?", eq[1])
		}
	}
	switch f.Progress {
	case "open":
		and("c.closed_at IS NULL")
	case "ended":
		and("c.closed_at IS NOT NULL")
	case "late":
		and("c.closed_at IS NULL")
		and(dueLast("c.due_at")+" < ?", micros(now))
	}
	if f.Place != "" {
		keys := v.placesUnder(f.Place)
		and(walked+"c.place IN "+marks(len(keys)), asAny(keys)...)
	}
	if !f.From.IsZero() {
		and("c.opened_at >= ?", micros(f.From.In(zone)))
	}
	if !f.Until.IsZero() {
		and("c.opened_at < ?", micros(f.Until.AddDays(1).In(zone)))
	}
	if f.Found != nil {
		and(f.Found.Cond, f.Found.Args...)
	}
	return conds, args
}

func where(conds []string) string {
	if len(conds) == 0 {
		return ""
	}
	return " WHERE (" + strings.Join(conds, ") AND (") + ")"
}

var orders = map[string]string{"": "c.id DESC", "newest": "c.id DESC", "oldest": "c.id", "due": dueLast("c.due_at") + ", c.id"}

// List returns the cases that f chooses among those that a viewer sees, and how many there are, at most MostCounted + 1.
func (s *Service) List(ctx context.Context, tx *store.Tx, v Viewer, f Filter) (rows []Row, total int, err error) {
	if f.Limit == 0 {
		f.Limit = 20
	}
	few := query{}
	if f.Procedure != "" && !f.Mine {
		if few, err = s.few(ctx, tx, &v, f.Procedure); err != nil {
			return nil, 0, err
		}
	}
	order, ok := orders[f.Sort]
	if !ok {
		order = orders[""]
	}
	q, count := s.chosen(tx, &v, &f, few, order), s.chosen(tx, &v, &f, few, "")
	found, err := store.All(ctx, tx, (*listed).fields, q.numbered(), q.args...)
	if err != nil {
		return nil, 0, err
	}
	for i := range found {
		r := found[i].Row
		p, err := s.version(ctx, tx, r.Hash)
		if err != nil {
			return nil, 0, err
		}
		r.Sight, r.Values = v.Sees(p, &found[i].c), found[i].c.Values
		rows = append(rows, r.Within())
	}
	n := len(rows)
	switch {
	case n > 0 && f.Found != nil:
		return rows, min(found[0].total, MostCounted+1), nil
	case n < f.Limit && (n > 0 || f.Offset == 0): // the last page tells how many there are
		return rows, min(f.Offset+n, MostCounted+1), nil
	}
	return rows, total, tx.Scan(ctx, "SELECT COUNT(*) FROM ("+count.numbered()+") AS n", count.args, &total)
}

// fewParts is how many cases of a closed circle are found by the parts that somebody has in them. Who has more finds the first of a list soon in
// its own order.
var fewParts = 5_000 // less in a test

// few is the condition that a case is one of those in which a viewer has a part, of a procedure of whose cases they see no others, when those are
// few; else it is empty, and where says it.
func (s *Service) few(ctx context.Context, tx *store.Tx, v *Viewer, procedure string) (query, error) {
	closed, err := s.alwaysClosed(ctx, tx, procedure)
	if err != nil || !closed {
		return query{}, err
	}
	var members []string
	for _, mark := range []string{"", outlineMark} {
		for _, m := range v.members {
			members = append(members, mark+m)
		}
		for _, r := range v.roles {
			members = addOnce(members, mark+roleMark+r.role)
		}
	}
	parts := query{"SELECT p.case_id FROM casework_part p WHERE p.circle = ? AND p.circle <> '' AND p.member IN " + marks(len(members)),
		append([]any{procedure}, asAny(members)...)}
	n, count := 0, query{"SELECT COUNT(*) FROM (" + parts.text + atMost(fewParts+1, 0) + ") AS n", parts.args}
	if err := tx.Scan(ctx, count.numbered(), count.args, &n); err != nil || n > fewParts {
		return query{}, err
	}
	if tx.Engine() == store.SQLite {
		parts.text = "c.id IN (" + parts.text + ")"
	} else { // found once, before anything else
		parts.text = "c.id = ANY (ARRAY(" + parts.text + "))"
	}
	return parts, nil
}

// alwaysClosed reports whether every version of a procedure that ever held keeps its cases to those who have a part in them.
func (s *Service) alwaysClosed(ctx context.Context, tx *store.Tx, procedure string) (bool, error) {
	all, err := store.All(ctx, tx, (*Loading).fields, loadingColumns+" WHERE procedure = $1", procedure)
	for _, l := range all {
		if l.Hash == "" {
			continue
		}
		p, err := s.version(ctx, tx, l.Hash)
		if err != nil || p.openness() > closedCircle {
			return false, err
		}
	}
	return len(all) > 0, err
}

// listed is a row with the case itself, by which it is judged how much of it is seen.
type listed struct {
	Row
	c     Case
	total int // of the list, where the page tells it
}

func (l *listed) fields() []any { return append(l.Row.fields(), store.AsJSON(&l.c), &l.total) }

const listedColumns = rowColumns + ", x.doc, page.total"

// chosen is the query over the cases that f chooses; with no order it is the one that is counted. few, if not empty, is a condition more.
//
// SQLite knows no numbers of rows: it would gather all cases of a unit or a place to sort or to count them. What is open it walks by its clocks.
func (s *Service) chosen(tx *store.Tx, v *Viewer, f *Filter, few query, order string) query {
	byClock := tx.Engine() == store.SQLite && (f.Progress == "open" || f.Progress == "late") && (order == "" || order == orders["due"])
	conds, args := f.conditions(v, byClock, tx.Now(), s.Calendar().Zone())
	if few.text != "" {
		conds, args = append(conds, few.text), append(args, few.args...)
	}
	if f.Mine {
		return f.overMine(v, conds, args, order)
	}
	q := f.overAll(v, conds, args)
	if order != "" {
		return query{f.page(q.text, order), q.args}
	}
	q.text = "SELECT 1 AS one" + q.text
	if byClock && f.Found == nil && few.text == "" {
		q.text += " ORDER BY " + orders["due"]
	}
	return query{q.text + atMost(MostCounted+1, 0), q.args}
}

// page is the query of a page of those cases c that are chosen by a FROM and its conditions. What they are is read when it is known which: a database
// that sorts carries all along that is asked for.
func (f *Filter) page(from, order string) string {
	total := "0"
	if f.Found != nil { // they are at most search.Most, and found once
		total = "COUNT(*) OVER ()"
	}
	return "SELECT " + listedColumns + " FROM (SELECT c.id AS case_id, " + total + " AS total" + from + " ORDER BY " + order + atMost(f.Limit, f.Offset) +
		") AS page JOIN casework_case c ON c.id = page.case_id JOIN casework_doc x ON x.case_id = c.id ORDER BY " + order
}

// overAll are all cases c that a viewer sees.
func (f *Filter) overAll(v *Viewer, conds []string, args []any) query {
	see, more := v.where(f.least())
	return query{text: " FROM casework_case c" + where(append(slices.Clone(conds), see)), args: append(slices.Clone(args), more...)}
}

// overMine is the query over the cases in which a viewer has a part. Each way of having one is walked in order by its own index, so that
// the newest page costs the same however many cases there are.
func (f *Filter) overMine(v *Viewer, conds []string, args []any, order string) query {
	most := MostCounted + 1
	if order == orders[""] {
		most = f.Offset + f.Limit
	}
	var b strings.Builder
	var all []any
	for i, part := range v.ways() {
		if i > 0 {
			b.WriteString(" UNION ")
		}
		from := " FROM casework_part p"
		if len(conds) > 0 || strings.Contains(part.text, "c.") { // else the part says it all
			from += " JOIN casework_case c ON c.id = p.case_id"
		}
		b.WriteString("SELECT id FROM (SELECT p.case_id AS id" + from + where(append(slices.Clone(conds), part.text)) + " ORDER BY p.case_id DESC" + atMost(most, 0) + ") AS w" + strconv.Itoa(i))
		all = append(append(all, args...), part.args...)
	}
	if b.Len() == 0 {
		b.WriteString("SELECT id FROM casework_case WHERE 1 = 0")
	}
	if order == "" {
		return query{text: "SELECT 1 AS one FROM (" + b.String() + ") AS u" + atMost(MostCounted+1, 0), args: all}
	}
	return query{text: f.page(" FROM casework_case c WHERE c.id IN ("+b.String()+")", order), args: all}
}

// atMost says in the text of a query how many rows are wanted: PostgreSQL plans a statement that it keeps for a share of all rows when the number
// is an argument.
func atMost(n, offset int) string {
	return " LIMIT " + strconv.Itoa(n) + " OFFSET " + strconv.Itoa(offset)
}

// least is how much of a case one must see for the filter to choose it: who may not read what was said must not find it by its words either,
// nor by anything else that an outline leaves out.
func (f *Filter) least() Sight {
	if f.Found != nil || f.Lead != "" || f.Repeats != "" || f.Tone != "" {
		return InFull
	}
	return Outline
}

// ways are the conditions, one by one, under which a viewer has a part in a case.
func (v *Viewer) ways() []query {
	var out []query
	for _, m := range v.members {
		out = append(out, query{"p.member = ?", []any{m}})
	}
	for _, r := range v.roles {
		q := query{"p.member = ?", []any{roleMark + r.role}}
		if r.place != "" {
			keys := append(v.placesUnder(r.place), "")
			q.text += " AND c.place IN " + marks(len(keys))
			q.args = append(q.args, asAny(keys)...)
		}
		out = append(out, q)
	}
	return out
}
