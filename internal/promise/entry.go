package promise

import (
	"context"
	"strings"
	"unicode/utf8"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/rule"
	"huying/internal/store"
)

const (
	maxNote  = 4000 // characters of a note, a reason or a source
	maxFiles = 20   // pieces of evidence of one entry
	maxNodes = 24
)

const entryColumns = `id, promise, type, as_of, value, percent, node, note, source, files, change, corrects, by_name, by_id, unit, at, simulated`

func (e *Entry) fields() []any {
	return []any{&e.ID, &e.Promise, &e.Type, &e.AsOf, store.Opt(&e.Value), store.Opt(&e.Percent), store.Opt(&e.Node), &e.Note, &e.Source,
		store.AsJSON(&e.Files), store.AsJSON(&e.Change), store.Opt(&e.Corrects), &e.By, &e.ByID, &e.Unit, store.At(&e.At), &e.Simulated}
}

// Say appends an entry to a promise and returns its id. An entry that corrects another must be of its type and its promise, and nothing is
// corrected twice: of two that try at once, the second hears of the conflict.
func (r *Register) Say(ctx context.Context, tx *store.Tx, e Entry, by Author) (int64, error) {
	p, err := promiseByID(ctx, tx, e.Promise)
	if err != nil {
		return 0, err
	}
	entries, err := entriesOf(ctx, tx, p.ID)
	if err != nil {
		return 0, err
	}
	today := clock.DateOf(tx.Now(), r.zone)
	if e.AsOf.IsZero() {
		e.AsOf = today
	}
	e.Value = strings.TrimSpace(e.Value)
	st := sight{today, r.zone, r.wd, r.Rules()}.stand(p, entries, nil)
	if p.Formula != "" { // its figure comes from the other promises of the year
		board, err := r.draw(ctx, tx, p.Year, today)
		if err != nil {
			return 0, err
		}
		if st, err = board.Find(p.Number); err != nil {
			return 0, err
		}
	}
	if err := check(&e, st, today); err != nil {
		return 0, err
	}
	e.By, e.ByID, e.Unit, e.Simulated = by.Name, by.ID, by.Unit, by.Simulated
	id, err := insertEntry(ctx, tx, e)
	if store.IsUnique(err) {
		return 0, errs.New(errs.Conflict, "promise.already_corrected")
	}
	if err != nil {
		return 0, err
	}
	return id, touch(ctx, tx, p.Year)
}

func insertEntry(ctx context.Context, tx *store.Tx, e Entry) (int64, error) {
	if e.Files == nil {
		e.Files = []File{}
	}
	return tx.Insert(ctx, `INSERT INTO promise_entry (promise, type, as_of, value, percent, node, note, source, files, change, corrects, by_name, by_id, unit, at, simulated)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) RETURNING id`,
		e.Promise, e.Type, e.AsOf, store.Null(e.Value), store.Null(e.Percent), store.Null(e.Node), e.Note, e.Source, store.JSON[[]File]{V: e.Files},
		store.JSON[Change]{V: e.Change}, store.Null(e.Corrects), e.By, e.ByID, e.Unit, tx.Now().UnixMicro(), e.Simulated)
}

// check says everything that is wrong with an entry, field by field.
func check(e *Entry, st *Standing, today clock.Date) error {
	var bad errs.List
	wrong := func(field, key string, kv ...any) {
		bad = append(bad, errs.New(errs.Invalid, "promise."+key, kv...).On(field))
	}
	if e.AsOf.After(today) {
		wrong("as_of", "in_the_future", "today", today.String())
	}
	for field, s := range map[string]string{"note": e.Note, "source": e.Source, "reason": e.Change.Reason} {
		if utf8.RuneCountInString(s) > maxNote {
			wrong(field, "too_long", "limit", maxNote)
		}
	}
	if len(e.Files) > maxFiles {
		wrong("files", "too_many_files", "limit", maxFiles)
	}
	if e.Corrects != 0 {
		checkCorrection(e, st, wrong)
	}
	if f := checks[e.Type]; f != nil {
		f(e, st, wrong)
	} else {
		wrong("type", "no_such_entry", "type", string(e.Type))
	}
	return bad.Err()
}

type complaint func(field, key string, kv ...any)

func checkCorrection(e *Entry, st *Standing, wrong complaint) {
	for _, old := range st.Entries {
		if old.ID == e.Corrects {
			if old.Type != e.Type && e.Type != Withdrawn {
				wrong("corrects", "corrects_another_kind")
			}
			return
		}
	}
	wrong("corrects", "corrects_nothing")
}

// checks hold what each type of entry needs. A type without one cannot be said.
var checks = map[EntryType]func(*Entry, *Standing, complaint){
	Figure:     checkFigure,
	Spent:      checkFigure,
	Progress:   func(e *Entry, _ *Standing, wrong complaint) { checkPercent(e, wrong) },
	Started:    func(*Entry, *Standing, complaint) {},
	Evidence:   func(e *Entry, _ *Standing, wrong complaint) { needNoteOrFile(e, wrong) },
	NodeDone:   checkNode,
	Done:       checkDone,
	Continuing: func(e *Entry, _ *Standing, wrong complaint) { needNoteOrFile(e, wrong) },
	Verified: func(_ *Entry, st *Standing, wrong complaint) {
		if !st.marks().done {
			wrong("type", "verify_needs_done")
		}
	},
	Reopened:  func(e *Entry, _ *Standing, wrong complaint) { needNote(e, wrong) },
	Adjusted:  checkAdjusted,
	Override:  checkOverride,
	Withdrawn: func(e *Entry, _ *Standing, wrong complaint) { needNote(e, wrong); needCorrects(e, wrong) },
}

func checkFigure(e *Entry, st *Standing, wrong complaint) {
	n, ok := ParseNumber(e.Value)
	if !ok {
		wrong("value", "not_a_number", "value", e.Value)
	}
	e.Value = n
	if e.Source == "" {
		wrong("source", "source_missing")
	}
	if e.Type == Figure && st.Formula != "" {
		wrong("value", "measured_by_formula")
	}
}

func checkPercent(e *Entry, wrong complaint) {
	if !(e.Percent >= 0 && e.Percent <= 100) {
		wrong("percent", "percent_out_of_range")
	}
	if e.Source == "" && e.Note == "" && len(e.Files) == 0 {
		wrong("note", "needs_note_or_file")
	}
}

func checkNode(e *Entry, st *Standing, wrong complaint) {
	for _, n := range st.Nodes {
		if n.No == e.Node {
			needNoteOrFile(e, wrong)
			return
		}
	}
	wrong("node", "no_such_node", "node", e.Node)
}

// checkDone lets an owner call a promise kept only on evidence, and a counted one only when its figure says so.
func checkDone(e *Entry, st *Standing, wrong complaint) {
	needNoteOrFile(e, wrong)
	if st.Claim.Measurability == Numeric && st.Target != "" && !st.Met() {
		wrong("value", "not_met", "target", st.Claim.Sign()+st.Target, "unit", st.Claim.Unit, "value", st.Value)
	}
}

func checkAdjusted(e *Entry, st *Standing, wrong complaint) {
	c := &e.Change
	if strings.TrimSpace(c.Reason) == "" {
		wrong("reason", "reason_missing")
	}
	if strings.TrimSpace(c.Approver) == "" {
		wrong("approver", "approver_missing")
	}
	if c.Value != "" {
		n, ok := ParseNumber(c.Value)
		if !ok {
			wrong("value", "not_a_number", "value", c.Value)
		}
		c.Value = n
	}
	if c.Title == "" && c.Value == "" && c.Due.IsZero() {
		wrong("title", "adjusts_nothing")
	}
	if !c.Due.IsZero() && c.Due.Before(st.Start) {
		wrong("due", "due_before_start", "start", st.Start.String())
	}
}

func checkOverride(e *Entry, _ *Standing, wrong complaint) {
	c := &e.Change
	if strings.TrimSpace(c.Reason) == "" {
		wrong("reason", "reason_missing")
	}
	if !known([]Light{Grey, Green, Yellow, Red}, c.Light) {
		wrong("light", "no_such_light")
	}
	if c.Until.Before(e.AsOf) || c.Until.After(e.AsOf.AddDays(maxOverride)) {
		wrong("until", "override_too_long", "days", maxOverride)
	}
}

// maxOverride is how many days a light may be set by hand before somebody has to say so again.
const maxOverride = 92

func needNote(e *Entry, wrong complaint) {
	if strings.TrimSpace(e.Note) == "" {
		wrong("note", "reason_missing")
	}
}

func needNoteOrFile(e *Entry, wrong complaint) {
	if strings.TrimSpace(e.Note) == "" && len(e.Files) == 0 {
		wrong("note", "needs_note_or_file")
	}
}

func needCorrects(e *Entry, wrong complaint) {
	if e.Corrects == 0 {
		wrong("corrects", "corrects_nothing")
	}
}

// SetTerms sets lead, joint units, dates, nodes or measure anew, and keeps what they were in the history. version is the one that the
// office saw.
func (r *Register) SetTerms(ctx context.Context, tx *store.Tx, id int64, version int, t Terms, why string, by Author) error {
	p, err := promiseByID(ctx, tx, id)
	if err != nil {
		return err
	}
	before := p.Terms()
	if err := r.setTerms(&p, t); err != nil {
		return err
	}
	if p.Lead != before.Lead {
		p.LeadReason = nil
	}
	n, err := tx.Exec(ctx, `UPDATE promise_promise SET lead_unit = $1, lead_reason = $2, joint_units = $3, start_on = $4, due_on = $5, cycle = $6,
		direction = $7, course = $8, formula = $9, project = $10, invest = $11, nodes = $12, place = $13, version = version + 1
		WHERE id = $14 AND version = $15`,
		p.Lead, store.JSON[[]string]{V: p.LeadReason}, store.JSON[[]string]{V: p.Joint}, p.Start, p.Due, p.Cycle, p.Direction, p.Course,
		store.Null(p.Formula), p.Project, store.Null(p.Invest), store.JSON[[]Node]{V: p.Nodes}, p.Place, id, version)
	if err != nil {
		return err
	}
	if n == 0 {
		return conflict()
	}
	after := p.Terms()
	_, err = insertEntry(ctx, tx, Entry{Promise: id, Type: Changed, AsOf: clock.DateOf(tx.Now(), r.zone), Note: why,
		Change: Change{Before: &before, After: &after}, By: by.Name, ByID: by.ID, Unit: by.Unit, Simulated: by.Simulated})
	if err != nil {
		return err
	}
	return touch(ctx, tx, p.Year)
}

// setTerms checks t and puts it on p.
func (r *Register) setTerms(p *Promise, t Terms) error {
	var bad errs.List
	wrong := func(field, key string, kv ...any) {
		bad = append(bad, errs.New(errs.Invalid, "promise."+key, kv...).On(field))
	}
	if !r.knownUnit(t.Lead, t.Start) {
		wrong("lead", "no_such_unit", "unit", t.Lead)
	}
	for _, j := range t.Joint {
		if !r.knownUnit(j, t.Start) {
			wrong("joint", "no_such_unit", "unit", j)
		}
		if j == t.Lead {
			wrong("joint", "joint_is_lead")
		}
	}
	if t.Place != "" && !r.units.HasPlace(t.Start, t.Place) {
		wrong("place", "no_such_place", "place", t.Place)
	}
	if t.Start.IsZero() || t.Due.IsZero() || t.Due.Before(t.Start) {
		wrong("due", "due_before_start", "start", t.Start.String())
	}
	if !known([]Cycle{Monthly, Quarterly, AtEnd}, t.Cycle) {
		wrong("cycle", "no_such_cycle")
	}
	if !known([]Direction{Higher, Lower}, t.Direction) || !known([]Course{Flow, Stock, Rate}, t.Course) {
		wrong("course", "no_such_course")
	}
	if t.Invest != "" {
		n, ok := ParseNumber(t.Invest)
		if !ok {
			wrong("invest", "not_a_number", "value", t.Invest)
		}
		t.Invest = n
	}
	if t.Formula != "" {
		if _, err := rule.Compile(t.Formula, formulaTables...); err != nil {
			for _, e := range errs.All(err) {
				bad = append(bad, e.On("formula"))
			}
		}
	}
	checkNodes(t, wrong)
	if err := bad.Err(); err != nil {
		return err
	}
	p.Lead, p.Joint, p.Place, p.Start, p.Due, p.Cycle, p.Direction, p.Course = t.Lead, t.Joint, t.Place, t.Start, t.Due, t.Cycle, t.Direction, t.Course
	p.Formula, p.Project, p.Invest, p.Nodes = t.Formula, t.Project, t.Invest, t.Nodes
	return nil
}

func checkNodes(t Terms, wrong complaint) {
	if len(t.Nodes) > maxNodes {
		wrong("nodes", "too_many_nodes", "limit", maxNodes)
	}
	var last Node
	for _, n := range t.Nodes {
		switch {
		case strings.TrimSpace(n.Title) == "":
			wrong("nodes", "node_without_title", "node", n.No)
		case n.Due.Before(last.Due) || n.Due.Before(t.Start) || n.Due.After(t.Due):
			wrong("nodes", "node_out_of_order", "node", n.Title)
		case n.Share < 0 || n.Share > 100 || n.Share != 0 && n.Share < last.Share:
			wrong("nodes", "node_share", "node", n.Title)
		}
		last.Due = n.Due
		last.Share = max(last.Share, n.Share)
	}
}

func promiseByID(ctx context.Context, tx *store.Tx, id int64) (Promise, error) {
	return store.One(ctx, tx, (*Promise).fields, "SELECT "+promiseColumns+" FROM promise_promise WHERE id = $1", id)
}

func entriesOf(ctx context.Context, tx *store.Tx, id int64) ([]Entry, error) {
	return store.All(ctx, tx, (*Entry).fields, "SELECT "+entryColumns+" FROM promise_entry WHERE promise = $1 ORDER BY id", id)
}
