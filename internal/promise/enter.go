package promise

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/store"
)

// Enter turns the accepted records of a document into numbered promises and returns how many it made: all in the caller's transaction, so
// that a machine that dies leaves all of the batch or none. A record that repeats another of the same document (the annex says again what
// the body said) is not entered twice: the livelihood item keeps the promise, and the repeated words are noted on it.
func (r *Register) Enter(ctx context.Context, tx *store.Tx, document int64, by Author) (int, error) {
	d, err := store.One(ctx, tx, (*Document).fields, "SELECT "+documentColumns+" FROM promise_document WHERE id = $1", document)
	if err != nil {
		return 0, err
	}
	recs, err := store.All(ctx, tx, (*Record).fields, "SELECT "+recordColumns+" FROM promise_record WHERE document = $1 ORDER BY ordinal", document)
	if err != nil {
		return 0, err
	}
	byRef := make(map[string]*Record, len(recs))
	for i := range recs {
		byRef[recs[i].Ref] = &recs[i]
	}
	next, err := nextNumber(ctx, tx, d.Year)
	if err != nil {
		return 0, err
	}
	text := []rune(d.Text)
	n := 0
	for i := range recs {
		rec := &recs[i]
		if rec.State != Accepted {
			continue
		}
		if !repeats(rec, byRef) {
			p := r.propose(d, rec, byRef, text)
			if part := partOf(rec, recs); part != "" {
				p.Title += "（" + part + "）"
			}
			p.Number = numberOf(d.Year, next+n)
			p.By, p.Simulated = by.Name, by.Simulated
			if _, err := insertPromise(ctx, tx, p); err != nil {
				return 0, err
			}
			n++
		}
		if _, err := tx.Exec(ctx, "UPDATE promise_record SET state = $1, version = version + 1 WHERE id = $2", Entered, rec.ID); err != nil {
			return 0, err
		}
		if err := addReview(ctx, tx, rec.ID, "enter", nil, "", by); err != nil {
			return 0, err
		}
	}
	return n, touch(ctx, tx, d.Year)
}

// repeats reports whether a record says again what another accepted record of the document says. Where each names the other, the livelihood
// item keeps the promise, or else the one that comes first.
func repeats(rec *Record, byRef map[string]*Record) bool {
	other := byRef[rec.Claim.DuplicateOf]
	if other == nil || other == rec || other.State != Accepted && other.State != Entered {
		return false
	}
	if other.Claim.DuplicateOf != rec.Ref {
		return true
	}
	if a, b := rec.Claim.Kind == Livelihood, other.Claim.Kind == Livelihood; a != b {
		return b
	}
	return other.Ordinal < rec.Ordinal
}

// partOf is what a record is about when others were read from the very same words: 启动综合体育馆、青少年宫和档案馆建设 promises three things.
func partOf(rec *Record, recs []Record) string {
	for i := range recs {
		if o := &recs[i]; o.ID != rec.ID && o.Claim.Kind == rec.Claim.Kind && o.Claim.Span == rec.Claim.Span && o.State != Rejected {
			return cmp.Or(rec.Claim.Object, rec.Claim.Indicator)
		}
	}
	return ""
}

// propose makes a promise of a record, with everything that the supervision office may then set otherwise.
func (r *Register) propose(d Document, rec *Record, byRef map[string]*Record, text []rune) Promise {
	c := rec.Claim
	start, due := yearSpan(c, d.Year)
	units, fallback := r.units.Duties(start)
	around := contextOf(c, text)
	who := proposeUnits(c, around, units, fallback)
	p := Promise{Year: d.Year, Kind: c.Kind, Document: d.ID, Record: rec.ID, Title: c.Title(), Claim: c,
		Lead: who.Lead, LeadReason: who.Reason, Joint: who.Joint, Place: r.units.Locate(start, c.Quote+"|"+c.Object), Start: start, Due: due, Cycle: proposeCycle(c),
		Direction: proposeDirection(c), Course: proposeCourse(c), Formula: proposeFormula(c, around), Project: isProject(c), Nodes: proposeNodes(c, start, due)}
	if base := byRef[c.Baseline]; base != nil && base.Claim.Value != "" {
		p.Baseline, p.BaselineQuote = base.Claim.Value, base.Claim.Span
		if _, err := fmt.Sscanf(base.Claim.Year, "%d", &p.BaselineYear); err != nil {
			p.BaselineYear = d.Year - 1
		}
	}
	return p
}

// contextOf is what stands around a claim: its headings and its sentence.
func contextOf(c Claim, text []rune) string {
	s := c.Theme.Title + "|" + c.Matter.Title
	if c.Sentence.Start >= 0 && c.Sentence.Start < c.Sentence.End && c.Sentence.End <= len(text) {
		s += "|" + string(text[c.Sentence.Start:c.Sentence.End])
	}
	return s
}

// numberOf is how a promise is called: the year and its place in the year's register.
func numberOf(year, n int) string { return fmt.Sprintf("%d-%03d", year, n) }

// nextNumber returns the first free number of a year. Two that enter at once wait for one another on the year's row.
func nextNumber(ctx context.Context, tx *store.Tx, year int) (int, error) {
	if err := touch(ctx, tx, year); err != nil {
		return 0, err
	}
	numbers, err := store.All(ctx, tx, func(s *string) []any { return []any{s} }, "SELECT number FROM promise_promise WHERE year = $1", year)
	n := 0
	for _, s := range numbers {
		if _, tail, ok := strings.Cut(s, "-"); ok {
			if i, err := strconv.Atoi(tail); err == nil {
				n = max(n, i)
			}
		}
	}
	return n + 1, err
}

const promiseColumns = `id, number, year, kind, document, record, title, claim, lead_unit, lead_reason, joint_units, place, start_on, due_on, cycle,
	direction, course, baseline, baseline_year, baseline_span, formula, project, invest, nodes, carried_from, simulated, version, by_name, at`

func (p *Promise) fields() []any {
	return []any{&p.ID, &p.Number, &p.Year, &p.Kind, store.Opt(&p.Document), store.Opt(&p.Record), &p.Title, store.AsJSON(&p.Claim), &p.Lead,
		store.AsJSON(&p.LeadReason), store.AsJSON(&p.Joint), &p.Place, &p.Start, &p.Due, &p.Cycle, &p.Direction, &p.Course, store.Opt(&p.Baseline),
		store.Opt(&p.BaselineYear), store.AsJSON(&p.BaselineQuote), store.Opt(&p.Formula), &p.Project, store.Opt(&p.Invest), store.AsJSON(&p.Nodes),
		store.Opt(&p.CarriedFrom), &p.Simulated, &p.Version, &p.By, store.At(&p.At)}
}

func insertPromise(ctx context.Context, tx *store.Tx, p Promise) (int64, error) {
	return tx.Insert(ctx, `INSERT INTO promise_promise (number, year, kind, document, record, title, claim, lead_unit, lead_reason, joint_units, place,
		start_on, due_on, cycle, direction, course, baseline, baseline_year, baseline_span, formula, project, invest, nodes, carried_from, simulated, by_name, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27) RETURNING id`,
		p.Number, p.Year, p.Kind, store.Null(p.Document), store.Null(p.Record), p.Title, store.JSON[Claim]{V: p.Claim}, p.Lead,
		store.JSON[[]string]{V: p.LeadReason}, store.JSON[[]string]{V: p.Joint}, p.Place, p.Start, p.Due, p.Cycle, p.Direction, p.Course,
		store.Null(p.Baseline), store.Null(p.BaselineYear), store.JSON[Span]{V: p.BaselineQuote}, store.Null(p.Formula), p.Project, store.Null(p.Invest),
		store.JSON[[]Node]{V: p.Nodes}, store.Null(p.CarriedFrom), p.Simulated, p.By, tx.Now().UnixMicro())
}

// Draft is a promise that was not read but written: a meeting's decision, an instruction, an assignment, each with its document.
type Draft struct {
	Document  int64
	Number    string // of the office's own; empty: the next free one
	Span      Span   // of its words in the document, if it has a text
	Kind      Kind
	Title     string
	Indicator string
	Op        string
	Value     string
	Unit      string
	Terms     Terms // a zero lead, start or deadline is proposed
}

// Add enters one written promise and returns its number.
func (r *Register) Add(ctx context.Context, tx *store.Tx, in Draft, by Author) (string, error) {
	d, err := store.One(ctx, tx, (*Document).fields, "SELECT "+documentColumns+" FROM promise_document WHERE id = $1", in.Document)
	if err != nil {
		return "", err
	}
	c := Claim{Kind: in.Kind, Quote: strings.TrimSpace(in.Title), Span: in.Span, Sentence: in.Span, Year: strconv.Itoa(d.Year), Indicator: in.Indicator, Op: in.Op, Value: in.Value, Unit: in.Unit, Measurability: Binary, Strength: "deliver"}
	if c.Value != "" {
		c.Measurability = Numeric
	}
	if c.Quote == "" {
		return "", errs.New(errs.Invalid, "promise.title_missing").On("title")
	}
	if c, err = edit(c, c); err != nil {
		return "", err
	}
	c.Deadline = in.Terms.Due
	p := r.propose(d, &Record{Claim: c}, nil, nil)
	p.Record, p.By, p.Simulated = 0, by.Name, by.Simulated
	if in.Terms.Lead != "" || !in.Terms.Start.IsZero() {
		if err := r.setTerms(&p, fill(in.Terms, p)); err != nil {
			return "", err
		}
	}
	if in.Terms.Lead != "" {
		p.LeadReason = nil
	}
	next, err := nextNumber(ctx, tx, d.Year)
	if err != nil {
		return "", err
	}
	if p.Number = in.Number; p.Number == "" {
		p.Number = numberOf(d.Year, next)
	}
	_, err = insertPromise(ctx, tx, p)
	if store.IsUnique(err) {
		return "", errs.New(errs.Conflict, "promise.number_taken", "number", p.Number)
	}
	return p.Number, err
}

// fill returns terms whose zero fields are those of p.
func fill(t Terms, p Promise) Terms {
	d := p.Terms()
	if t.Lead == "" {
		t.Lead = d.Lead
		if len(t.Joint) == 0 {
			t.Joint = d.Joint
		}
	}
	if t.Place == "" {
		t.Place = d.Place
	}
	if t.Start.IsZero() {
		t.Start = d.Start
	}
	if t.Due.IsZero() {
		t.Due = d.Due
	}
	if t.Cycle == "" {
		t.Cycle = d.Cycle
	}
	if t.Direction == "" {
		t.Direction = d.Direction
	}
	if t.Course == "" {
		t.Course = d.Course
	}
	return t
}

// Terms returns what the supervision office has set of p.
func (p *Promise) Terms() Terms {
	return Terms{Lead: p.Lead, Joint: p.Joint, Place: p.Place, Start: p.Start, Due: p.Due, Cycle: p.Cycle, Direction: p.Direction, Course: p.Course,
		Formula: p.Formula, Project: p.Project, Invest: p.Invest, Nodes: p.Nodes}
}

// knownUnit reports whether a unit exists on day.
func (r *Register) knownUnit(key string, day clock.Date) bool {
	units, _ := r.units.Duties(day)
	for _, u := range units {
		if u.Key == key {
			return true
		}
	}
	return false
}
