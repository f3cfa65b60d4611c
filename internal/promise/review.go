package promise

import (
	"context"
	"strings"

	"huying/internal/errs"
	"huying/internal/store"
)

const recordColumns = `id, document, ref, ordinal, original, claim, doubtful, state, version`

func (r *Record) fields() []any {
	return []any{&r.ID, &r.Document, &r.Ref, &r.Ordinal, store.AsJSON(&r.Original), store.AsJSON(&r.Claim), &r.Doubtful, &r.State, &r.Version}
}

// RecordFilter chooses records of a document. Zero fields choose all.
type RecordFilter struct {
	Document int64
	State    RecordState
	Kind     Kind
	Doubtful bool   // only the doubtful
	Results  bool   // also what the report says was done, which never becomes a promise
	Repeats  string // the Ref that they say again
}

func (f RecordFilter) where() *store.Where {
	var w store.Where
	w.And("document = ?", f.Document)
	if f.State != "" {
		w.And("state = ?", f.State)
	}
	if f.Kind != "" {
		w.And("kind = ?", f.Kind)
	} else if !f.Results {
		w.And("kind <> ?", Result)
	}
	if f.Doubtful {
		w.And("doubtful")
	}
	if f.Repeats != "" { // the reader's own names have no sign that LIKE or JSON would take for another
		w.And("claim LIKE ?", `%"duplicate_of":"`+f.Repeats+`"%`)
	}
	return &w
}

// Records returns a page of a document's records in the order of its text, and how many the filter chooses.
func (r *Register) Records(ctx context.Context, f RecordFilter, limit, offset int) (recs []Record, total int, err error) {
	err = r.db.Read(ctx, func(tx *store.Tx) error {
		w := f.where()
		if err := tx.Scan(ctx, "SELECT COUNT(*) FROM promise_record"+w.SQL(), w.Args(), &total); err != nil {
			return err
		}
		query := "SELECT " + recordColumns + " FROM promise_record" + w.SQL() + " ORDER BY ordinal" + w.Limit(limit, offset)
		recs, err = store.All(ctx, tx, (*Record).fields, query, w.Args()...)
		return err
	})
	return recs, total, err
}

// Record returns one record with its history.
func (r *Register) Record(ctx context.Context, id int64) (rec Record, history []Review, err error) {
	err = r.db.Read(ctx, func(tx *store.Tx) error {
		if rec, err = store.One(ctx, tx, (*Record).fields, "SELECT "+recordColumns+" FROM promise_record WHERE id = $1", id); err != nil {
			return err
		}
		history, err = store.All(ctx, tx, (*Review).fields, `SELECT id, record, action, claim, note, by_name, at, simulated
			FROM promise_review WHERE record = $1 ORDER BY id`, id)
		return err
	})
	return rec, history, err
}

func (v *Review) fields() []any {
	return []any{&v.ID, &v.Record, &v.Action, store.AsJSON(&v.Claim), &v.Note, &v.By, store.At(&v.At), &v.Simulated}
}

// Verdict is a reviewer's word on one record.
type Verdict struct {
	Record  int64
	Version int    // that the reviewer saw
	Action  string // accept, edit, reject, reopen
	Claim   Claim  // of an edit, which also accepts
	Note    string // a rejection needs one
}

var verdictState = map[string]RecordState{"accept": Accepted, "edit": Accepted, "reject": Rejected, "reopen": Proposed}

// Judge puts a reviewer's verdict on a record. It returns errs.Conflict when somebody else judged it since the reviewer looked, and when
// it is already in the register. The original stays as it was read.
func (r *Register) Judge(ctx context.Context, tx *store.Tx, v Verdict, by Author) error {
	state, ok := verdictState[v.Action]
	if !ok {
		return errs.New(errs.Invalid, "promise.no_such_verdict", "action", v.Action)
	}
	if v.Action == "reject" && strings.TrimSpace(v.Note) == "" {
		return errs.New(errs.Invalid, "promise.rejection_needs_reason").On("note")
	}
	rec, err := store.One(ctx, tx, (*Record).fields, "SELECT "+recordColumns+" FROM promise_record WHERE id = $1", v.Record)
	if err != nil {
		return err
	}
	if rec.State == Entered {
		return errs.New(errs.Conflict, "promise.already_entered")
	}
	if v.Action == "accept" && !reviewable[rec.Claim.Kind] { // what a report says was done promises nothing
		return errs.New(errs.Invalid, "promise.kind_unknown", "kind", string(rec.Claim.Kind)).On("kind")
	}
	var edited *Claim
	claim := rec.Claim
	if v.Action == "edit" {
		if claim, err = edit(rec.Claim, v.Claim); err != nil {
			return err
		}
		edited = &claim
	}
	n, err := tx.Exec(ctx, "UPDATE promise_record SET state = $1, claim = $2, kind = $3, version = version + 1 WHERE id = $4 AND version = $5",
		state, store.JSON[Claim]{V: claim}, claim.Kind, v.Record, v.Version)
	if err != nil {
		return err
	}
	if n == 0 {
		return conflict()
	}
	return addReview(ctx, tx, v.Record, v.Action, edited, v.Note, by)
}

func addReview(ctx context.Context, tx *store.Tx, record int64, action string, claim *Claim, note string, by Author) error {
	_, err := tx.Exec(ctx, "INSERT INTO promise_review (record, action, claim, note, by_name, at, simulated) VALUES ($1, $2, $3, $4, $5, $6, $7)",
		record, action, store.JSON[*Claim]{V: claim}, note, by.Name, tx.Now().UnixMicro(), by.Simulated)
	return err
}

// edit returns the claim with the fields that a reviewer may set. The words and their place are the document's and stay.
func edit(old, set Claim) (Claim, error) {
	var bad errs.List
	if !reviewable[set.Kind] {
		bad = append(bad, errs.New(errs.Invalid, "promise.kind_unknown", "kind", string(set.Kind)).On("kind"))
	}
	if !known(Measurabilities, set.Measurability) {
		bad = append(bad, errs.New(errs.Invalid, "promise.measurability_unknown", "value", string(set.Measurability)).On("measurability"))
	}
	for field, v := range map[string]*string{"value": &set.Value, "value_max": &set.ValueMax} {
		if *v == "" {
			continue
		}
		n, ok := ParseNumber(*v)
		if !ok {
			bad = append(bad, errs.New(errs.Invalid, "promise.not_a_number", "value", *v).On(field))
		}
		*v = n
	}
	if set.Value != "" && !ops[set.Op] {
		bad = append(bad, errs.New(errs.Invalid, "promise.op_unknown", "op", set.Op).On("op"))
	}
	if set.Measurability == Numeric && set.Value == "" {
		bad = append(bad, errs.New(errs.Invalid, "promise.value_missing").On("value"))
	}
	if err := bad.Err(); err != nil {
		return Claim{}, err
	}
	c := old
	c.Kind, c.Measurability, c.Indicator, c.Scope, c.Op, c.Value, c.ValueMax = set.Kind, set.Measurability, set.Indicator, set.Scope, set.Op, set.Value, set.ValueMax
	c.Unit, c.Verb, c.Object, c.Deadline, c.Vague = set.Unit, set.Verb, set.Object, set.Deadline, set.Vague
	if c.Measurability != Vague {
		c.Vague = ""
	}
	return c, nil
}

var (
	reviewable = map[Kind]bool{Target: true, Task: true, Livelihood: true, Decision: true, Instruction: true, Assignment: true}
	ops        = map[string]bool{"=": true, ">=": true, ">": true, "<=": true, "<": true, "~": true, "range": true}
)

func known[T comparable](all []T, v T) bool {
	for _, x := range all {
		if x == v {
			return true
		}
	}
	return false
}

// AcceptSure accepts every record of a document that the reader is sure of and nobody has judged, and returns how many. What is doubtful
// has to be looked at, one by one.
func (r *Register) AcceptSure(ctx context.Context, tx *store.Tx, document int64, by Author) (int, error) {
	ids, err := store.All(ctx, tx, func(id *int64) []any { return []any{id} },
		"SELECT id FROM promise_record WHERE document = $1 AND state = $2 AND kind <> $3 AND NOT doubtful ORDER BY ordinal", document, Proposed, Result)
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		if _, err := tx.Exec(ctx, "UPDATE promise_record SET state = $1, version = version + 1 WHERE id = $2", Accepted, id); err != nil {
			return 0, err
		}
		if err := addReview(ctx, tx, id, "accept", nil, "", by); err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}

// Left returns the records of a document that nobody has judged and that may become promises, in the order of its text.
func (r *Register) Left(ctx context.Context, tx *store.Tx, document int64) ([]Record, error) {
	return store.All(ctx, tx, (*Record).fields, "SELECT "+recordColumns+" FROM promise_record WHERE document = $1 AND state = $2 AND kind <> $3 ORDER BY ordinal",
		document, Proposed, Result)
}

// Beside returns the record of a document that stands next to place at in the order of its text, of those that f chooses: behind it, or
// before it when back is set. It is 0 when there is none.
func (r *Register) Beside(ctx context.Context, f RecordFilter, at int, back bool) (id int64, err error) {
	w := f.where()
	order := " ORDER BY ordinal LIMIT 1"
	if back {
		w.And("ordinal < ?", at)
		order = " ORDER BY ordinal DESC LIMIT 1"
	} else {
		w.And("ordinal > ?", at)
	}
	err = r.db.Read(ctx, func(tx *store.Tx) error {
		err := tx.Scan(ctx, "SELECT id FROM promise_record"+w.SQL()+order, w.Args(), &id)
		if errs.Is(err, errs.NotFound) {
			return nil
		}
		return err
	})
	return id, err
}
