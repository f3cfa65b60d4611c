package casework

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"huying/internal/errs"
	"huying/internal/places"
	"huying/internal/store"
)

// load returns a case with the row held until the transaction ends, or errs.NotFound.
func load(ctx context.Context, tx *store.Tx, id int64) (*Case, error) {
	return one(ctx, tx, docOf+" WHERE c.id = $1"+tx.ForUpdate(), id)
}

// docOf reads cases c as they are. Who holds one holds both its rows: PostgreSQL reads anew, after it waited, only what is held.
const docOf = "SELECT x.doc FROM casework_case c JOIN casework_doc x ON x.case_id = c.id"

func one(ctx context.Context, tx *store.Tx, query string, args ...any) (*Case, error) {
	c := &Case{}
	err := tx.Scan(ctx, query, args, store.AsJSON(c))
	if errs.Is(err, errs.NotFound) {
		return nil, errs.New(errs.NotFound, "casework.no_case")
	}
	return c, err
}

// many returns the cases of a query whose one column is doc.
func many(ctx context.Context, tx *store.Tx, query string, args ...any) ([]Case, error) {
	return store.All(ctx, tx, func(c *Case) []any { return []any{store.AsJSON(c)} }, query, args...)
}

// Case returns a case as it is now, or errs.NotFound. It asks nobody whether they may see it: that is for See.
func (s *Service) Case(ctx context.Context, tx *store.Tx, id int64) (*Case, error) {
	return one(ctx, tx, "SELECT doc FROM casework_doc WHERE case_id = $1", id)
}

// ByNumber is Case by the number that people know.
func (s *Service) ByNumber(ctx context.Context, tx *store.Tx, number string) (*Case, error) {
	return one(ctx, tx, docOf+" WHERE c.number = $1", number)
}

// Repeats returns the cases of a procedure with a value in the field that it calls repeat, the newest first.
func (s *Service) Repeats(ctx context.Context, tx *store.Tx, procedure, value string) ([]Case, error) {
	return many(ctx, tx, docOf+" WHERE c.procedure = $1 AND c.repeats = $2 ORDER BY c.id DESC", procedure, value)
}

// Running returns the cases of a procedure that are open.
func (s *Service) Running(ctx context.Context, tx *store.Tx, procedure string) ([]Case, error) {
	return many(ctx, tx, docOf+" WHERE c.procedure = $1 AND c.closed_at IS NULL ORDER BY c.id", procedure)
}

func (r *Record) fields() []any {
	return []any{&r.Seq, store.At(&r.At), store.AsJSON(&r.By), store.AsJSON(&r.Events)}
}

// Records returns what happened in a case, from its opening on.
func (s *Service) Records(ctx context.Context, tx *store.Tx, id int64) ([]Record, error) {
	return store.All(ctx, tx, (*Record).fields, historyOf, id)
}

// recordsLater is Records as store.AllLater has it.
func (s *Service) recordsLater(ctx context.Context, tx *store.Tx, id int64, all *[]Record) error {
	return store.AllLater(ctx, tx, all, (*Record).fields, historyOf, id)
}

const historyOf = "SELECT seq, at, signed, events FROM casework_record WHERE case_id = $1 ORDER BY seq"

// append writes a record with its leaf in the ledger. Its number within the case is taken once: of two that come at the same time the
// second fails.
func (s *Service) append(ctx context.Context, tx *store.Tx, c *Case, r Record) error {
	signed, events, err := r.texts()
	if err != nil {
		return err
	}
	if err := tx.Later(ctx, "INSERT INTO casework_record ("+recordColumns+") VALUES ($1, $2, $3, $4, $5)",
		c.ID, r.Seq, micros(r.At), signed, events); err != nil {
		return err
	}
	return s.Ledger.Append(ctx, tx, Ref(c.Number, r.Seq), LedgerData(c.ID, r.Seq, micros(r.At), signed, events))
}

const recordColumns = "case_id, seq, at, signed, events"

// texts are who signed and what happened, as the row keeps them.
func (r Record) texts() (signed, events string, err error) {
	by, err := json.Marshal(r.By)
	if err != nil {
		return "", "", err
	}
	all, err := json.Marshal(r.Events)
	return string(by), string(all), err
}

// Ref is the name under which the ledger knows a record of a case.
func Ref(number string, seq int) string { return fmt.Sprintf("case/%s/%d", number, seq) }

// LedgerData is what the ledger takes down of a record: its row to the letter, a line each.
func LedgerData(id int64, seq int, at int64, signed, events string) []byte {
	return fmt.Appendf(nil, "huying case record v1\n%d\n%d\n%d\n%s\n%s\n", id, seq, at, signed, events)
}

// save writes what a case is now, where it differs from what it was; old is nil for a new one.
func (s *Service) save(ctx context.Context, tx *store.Tx, p *Procedure, old, c *Case, at time.Time) error {
	if err := saveRow(ctx, tx, p, c, at, old == nil); err != nil {
		return err
	}
	if err := saveDuties(ctx, tx, p, old, c); err != nil {
		return err
	}
	if err := saveApprovers(ctx, tx, p, old, c); err != nil {
		return err
	}
	was := p
	if old != nil && old.Hash != c.Hash { // it was moved: who had a part in it is for the version to say that it followed
		var err error
		if was, err = s.version(ctx, tx, old.Hash); err != nil {
			return err
		}
	}
	return saveParts(ctx, tx, was, p, s.Trees(), old, c)
}

func saveRow(ctx context.Context, tx *store.Tx, p *Procedure, c *Case, at time.Time, fresh bool) error {
	doc, err := json.Marshal(c)
	if err != nil {
		return err
	}
	if fresh {
		if err := tx.Later(ctx, `INSERT INTO casework_case (`+caseColumns+`)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)`, columns(p, c, at)...); err != nil {
			return err
		}
		return tx.Later(ctx, "INSERT INTO casework_doc (case_id, doc) VALUES ($1, $2)", c.ID, string(doc))
	}
	if err := tx.Later(ctx, `UPDATE casework_case SET seq = $2, hash = $3, state = $4, outcome = $5, lead_unit = $6, urgent = $7,
		level = $8, openness = $9, moved_at = $10, closed_at = $11, due_at = $12, timer_at = $13, tone = $14 WHERE id = $1`,
		movable(p, c, at)...); err != nil {
		return err
	}
	return tx.Later(ctx, "UPDATE casework_doc SET doc = $2 WHERE case_id = $1", c.ID, string(doc))
}

const caseColumns = `id, seq, hash, state, outcome, lead_unit, urgent, level, openness, moved_at, closed_at, due_at, timer_at, tone,
	number, procedure, title, category, place, simulated, repeats, opened_at`

// columns are all columns of a case.
func columns(p *Procedure, c *Case, at time.Time) []any {
	return append(movable(p, c, at), c.Number, c.Procedure, c.Title, c.Category, c.Place, c.Simulated, p.repeats(c.Form), micros(c.OpenedAt))
}

// movable are the columns of a case that its life changes, after its id.
func movable(p *Procedure, c *Case, at time.Time) []any {
	return []any{c.ID, c.Seq, c.Hash, c.State, string(c.Outcome), c.Lead(), c.Urgent, c.Level, p.openness(), micros(at),
		store.Micros(c.ClosedAt), store.Micros(c.nextDue()), store.Micros(c.NextTimer()), p.toneOf(c)}
}

// nextDue is when the first of what is still to be done falls due, or fell.
func (c *Case) nextDue() time.Time {
	var next time.Time
	for i := range c.Duties {
		if o := &c.Duties[i]; o.outstanding() && !o.Due.IsZero() && (next.IsZero() || o.Due.Before(next)) {
			next = o.Due
		}
	}
	return next
}

// toneOf is the value by which lists show and choose a case.
func (p *Procedure) toneOf(c *Case) string {
	s, _ := c.Values[p.Tone].(string)
	return s
}

// repeats is the value by which earlier cases are counted; empty when the procedure counts none.
func (p *Procedure) repeats(form Data) string {
	f, ok := p.formField(p.Repeat)
	if v := form[f.Name]; ok && v != nil && f.Personal == "" {
		return fmt.Sprint(v)
	}
	return ""
}

// saveDuties writes the duties that are new or have changed, in one statement. Duties are never removed, and keep their order.
func saveDuties(ctx context.Context, tx *store.Tx, p *Procedure, old, c *Case) error {
	const columns = 19
	var args []any
	for i := range c.Duties {
		o := &c.Duties[i]
		if old != nil && i < len(old.Duties) && sameRow(&old.Duties[i], o) && old.Hash == c.Hash && (old.Urgent == c.Urgent || !o.outstanding()) {
			continue
		}
		args = append(args, c.dutyRow(p, o)...)
	}
	for some := range slices.Chunk(args, mostRows*columns) {
		q := query{`INSERT INTO casework_duty (` + dutyColumns + `) VALUES ` + store.Tuples(len(some)/columns, columns) + ` ON CONFLICT (case_id, visit, name, n, owner) DO UPDATE SET
			due_at = excluded.due_at, provisional = excluded.provisional, status = excluded.status, at = excluded.at, done_at = excluded.done_at,
			outstanding = excluded.outstanding, claimed = excluded.claimed, urgent = excluded.urgent,
			openness = excluded.openness, warn_at = CASE WHEN casework_duty.due_at = excluded.due_at
			AND excluded.warn_at IS NOT NULL THEN casework_duty.warn_at ELSE excluded.warn_at END`, some}
		if err := tx.Later(ctx, q.numbered(), q.args...); err != nil {
			return err
		}
	}
	return nil
}

const dutyColumns = `case_id, visit, name, n, owner, holder, party, state, start_at, due_at, provisional, status, at, done_at, outstanding, claimed, urgent,
	openness, warn_at`

func (c *Case) dutyRow(p *Procedure, o *Owing) []any {
	return []any{c.ID, o.Visit, o.Name, o.N, string(o.Owner), c.holder(o.Owner), o.Party, o.State, micros(o.Start), store.Micros(o.Due), o.Provisional,
		string(o.Status), store.Micros(o.At), store.Micros(o.Done), o.outstanding(), o.Claimed, c.Urgent && o.outstanding(),
		p.openness(), store.Micros(c.warnAt(o))}
}

// mostRows bounds the rows of one INSERT.
const mostRows = 50

// sameRow reports whether two duties have the same row.
func sameRow(a, b *Owing) bool {
	return a.DutyKey == b.DutyKey && a.Status == b.Status && a.Due.Equal(b.Due) && a.Provisional == b.Provisional && a.At.Equal(b.At) &&
		a.Done.Equal(b.Done) && a.Gone == b.Gone && a.Claimed == b.Claimed
}

// holder is who must do what a member owes: of a caller their unit or their account; empty for one who has neither.
func (c *Case) holder(m Member) string {
	n, ok := m.Caller()
	if !ok {
		return string(m)
	}
	for _, caller := range c.Callers {
		switch {
		case caller.N != n:
		case caller.Unit != "":
			return string(UnitMember(caller.Unit))
		case caller.Person != 0:
			return string(PersonMember(caller.Person))
		}
	}
	return ""
}

// saveApprovers writes anew whose approval a case waits for: few cases wait for any.
func saveApprovers(ctx context.Context, tx *store.Tx, p *Procedure, old, c *Case) error {
	if old != nil && len(old.Pending) > 0 {
		if err := tx.Later(ctx, "DELETE FROM casework_approver WHERE case_id = $1", c.ID); err != nil {
			return err
		}
	}
	for _, a := range p.approvers(c) {
		if err := tx.Later(ctx, "INSERT INTO casework_approver (approver, case_id) VALUES ($1, $2)", a, c.ID); err != nil {
			return err
		}
	}
	return nil
}

// saveParts writes who has a part in a case, where it differs: was is the version that the case followed as it was old.
func saveParts(ctx context.Context, tx *store.Tx, was, p *Procedure, trees *places.Trees, old, c *Case) error {
	var before []string
	if old != nil {
		before = was.parts(old, trees)
	}
	now := p.parts(c, trees)
	var args []any
	for _, m := range now {
		if !slices.Contains(before, m) || old.Hash != c.Hash {
			args = append(args, m, c.ID, p.circled(c))
		}
	}
	for some := range slices.Chunk(args, 3*mostRows) {
		q := query{"INSERT INTO casework_part (" + partColumns + ") VALUES " + store.Tuples(len(some)/3, 3) +
			" ON CONFLICT (member, case_id) DO UPDATE SET circle = excluded.circle", some}
		if err := tx.Later(ctx, q.numbered(), q.args...); err != nil {
			return err
		}
	}
	for _, m := range before {
		if slices.Contains(now, m) {
			continue
		}
		if err := tx.Later(ctx, "DELETE FROM casework_part WHERE member = $1 AND case_id = $2", m, c.ID); err != nil {
			return err
		}
	}
	return nil
}

const partColumns = "member, case_id, circle"

// circled is the procedure of a case that only those see who have a part in it; empty for any other.
func (p *Procedure) circled(c *Case) string {
	if p.openness() == closedCircle {
		return c.Procedure
	}
	return ""
}

// Happening is a record with its case as it is now, and the version of the procedure that the case follows.
type Happening struct {
	Case      *Case
	Procedure *Procedure
	Record    Record
}

// Happenings returns what some jobs are about, in their order, or errs.NotFound when one of it is not there.
func (s *Service) Happenings(ctx context.Context, tx *store.Tx, jobs []Happened) ([]Happening, error) {
	known := make(map[Happened]Happening, len(jobs))
	for some := range slices.Chunk(jobs, mostRows) {
		var args []any
		for _, e := range some {
			args = append(args, e.Case, e.Seq)
		}
		q := query{`SELECT x.doc, r.seq, r.at, r.signed, r.events FROM casework_record r JOIN casework_doc x ON x.case_id = r.case_id WHERE ` +
			strings.Repeat("r.case_id = ? AND r.seq = ? OR ", len(some)-1) + "r.case_id = ? AND r.seq = ?", args}
		found, err := store.All(ctx, tx, func(h *Happening) []any {
			h.Case = &Case{}
			return append([]any{store.AsJSON(h.Case)}, h.Record.fields()...)
		}, q.numbered(), q.args...)
		if err != nil {
			return nil, err
		}
		for _, h := range found {
			known[Happened{h.Case.ID, h.Record.Seq}] = h
		}
	}
	all := make([]Happening, len(jobs))
	for i, e := range jobs {
		h, ok := known[e]
		if !ok {
			return nil, errs.New(errs.NotFound, "casework.no_case")
		}
		var err error
		if h.Procedure, err = s.version(ctx, tx, h.Case.Hash); err != nil {
			return nil, err
		}
		all[i] = h
	}
	return all, nil
}

// Record returns one record of a case, with the version of the procedure that the case follows.
func (s *Service) Record(ctx context.Context, tx *store.Tx, c *Case, seq int) (*Procedure, Record, error) {
	r, err := store.One(ctx, tx, (*Record).fields, "SELECT seq, at, signed, events FROM casework_record WHERE case_id = $1 AND seq = $2", c.ID, seq)
	if err != nil {
		return nil, r, err
	}
	p, err := s.version(ctx, tx, c.Hash)
	return p, r, err
}
