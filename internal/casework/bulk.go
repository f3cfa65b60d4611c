package casework

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"time"

	"huying/internal/calendar"
	"huying/internal/errs"
	"huying/internal/files"
	"huying/internal/jobs"
	"huying/internal/ledger"
	"huying/internal/places"
	"huying/internal/search"
	"huying/internal/store"
	"huying/internal/vault"
)

// Bulk gives commands to cases of its own, in memory and at the time of each, and writes what follows from them many at a time: the
// rows that the same commands would have left, given one by one. Commands and rules are the same; only the writing is another. It belongs
// to one goroutine until Write, which may be another's.
type Bulk struct {
	s          *Service // whose vault and files are this bulk's
	calendar   *calendar.Calendar
	trees      *places.Trees
	people     *recall
	procedures map[string]*Procedure
	earlier    map[[2]string]int // how many cases of a procedure have a value that it counts
	serials    map[string]int    // the last number of the papers of a procedure in a year
	files      map[string]bool
	at         time.Time

	began map[string]int // the last numbers before this bulk
	took  map[string]int // and those that it took
	named []string       // by whom the vault knows those who gave something
	given []vault.Given
	cases []*BulkCase
}

// BulkCase is a case of a bulk.
type BulkCase struct {
	Case      *Case
	Procedure *Procedure
	Secret    string // by which a caller without an account proves to be the first
	moved     time.Time
	records   []Record
	follow    []jobs.Job
}

// BulkParts take what a bulk has to write, many at a time.
type BulkParts struct {
	Ledger interface {
		AppendAll(context.Context, *store.Tx, []ledger.Leaf) error
	}
	Vault interface {
		GiveAll(context.Context, *store.Tx, []vault.Given) error
	}
	Search interface {
		PutAll(ctx context.Context, tx *store.Tx, kind string, texts []search.Text) error
	}
	Idle func(jobs.Event) bool // reports whether nothing follows from an event but that it is noted
}

// NewBulk returns a bulk of cases of the procedures that hold now. hashes are the files that its commands may name.
func (s *Service) NewBulk(ctx context.Context, hashes []string) (*Bulk, error) {
	b := &Bulk{s: s, calendar: s.Calendar(), trees: s.Trees(), people: &recall{ctx: ctx, s: s, known: map[string]bool{}},
		earlier: map[[2]string]int{}, serials: map[string]int{}, files: map[string]bool{}}
	for _, h := range hashes {
		b.files[h] = true
	}
	err := s.DB.Read(ctx, func(tx *store.Tx) (err error) {
		if b.procedures, err = s.Procedures(ctx, tx); err != nil {
			return err
		}
		type count struct {
			key [2]string
			n   int
		}
		all, err := store.All(ctx, tx, func(c *count) []any { return []any{&c.key[0], &c.key[1], &c.n} },
			"SELECT procedure, repeats, COUNT(*) FROM casework_case WHERE repeats <> '' GROUP BY procedure, repeats")
		for _, c := range all {
			b.earlier[c.key] = c.n
		}
		if err != nil {
			return err
		}
		return tx.Each(ctx, "SELECT name, next FROM casework_next WHERE name <> 'case'", nil, func(rows store.Row) error {
			var name string
			var n int
			err := rows.Scan(&name, &n)
			b.serials[name] = n
			return err
		})
	})
	return b.Next(), err
}

// Numbers takes n numbers for cases that a bulk is to open, and returns the first.
func (s *Service) Numbers(ctx context.Context, tx *store.Tx, n int) (first int64, err error) {
	last, err := advance(ctx, tx, int64(n))
	return last - int64(n) + 1, err
}

// Next begins another bulk, that goes on from this one; this one is to be written.
func (b *Bulk) Next() *Bulk {
	next := &Bulk{calendar: b.calendar, trees: b.trees, people: b.people, procedures: b.procedures, earlier: b.earlier, serials: b.serials, files: b.files,
		began: maps.Clone(b.serials), took: map[string]int{}}
	parts := b.s.Parts
	parts.Vault, parts.Files = next, next
	next.s = New(parts)
	return next
}

// Stat implements FileStore.
func (b *Bulk) Stat(_ context.Context, _ *store.Tx, hash string) (files.File, error) {
	if !b.files[hash] {
		return files.File{}, errs.New(errs.NotFound, "casework.form.no_file", "file", hash)
	}
	return files.File{Hash: hash}, nil
}

// Subject implements Vault: the number of a name in this bulk.
func (b *Bulk) Subject(_ context.Context, _ *store.Tx, name string) (int64, error) {
	b.named = append(b.named, name)
	return int64(len(b.named) - 1), nil
}

// Seal implements Vault: the value waits for Write.
func (b *Bulk) Seal(_ context.Context, _ *store.Tx, subject int64, purpose string, value []byte) (string, error) {
	g := vault.Given{Ref: vault.NewRef(), Name: b.named[subject], Purpose: purpose, Data: value, At: b.at}
	b.given = append(b.given, g)
	return string(g.Ref), nil
}

func (b *Bulk) world() World {
	return World{Now: b.at, Calendar: b.calendar, Trees: b.trees, People: b.people}
}

// turn sets the time of a command, to the microsecond as a database keeps it.
func (b *Bulk) turn(at time.Time) { b.at = at.UTC().Truncate(time.Microsecond) }

// Open begins a case under a number of Numbers. Errors are those of Service.Open.
func (b *Bulk) Open(at time.Time, id int64, who Asker, procedure string, cmd OpenCase) (*BulkCase, error) {
	p := b.procedures[procedure]
	if p == nil {
		return nil, errs.New(errs.NotFound, "casework.no_procedure", "name", procedure)
	}
	b.turn(at)
	x := &BulkCase{Procedure: p}
	cmd, x.Secret = opening(p, id, who, cmd)
	key := [2]string{p.Name, p.repeats(cmd.Form)}
	cmd.Earlier = b.earlier[key]
	serials, year := serialsOf(p, b.calendar, b.at)
	if p.Numbered.ZH != "" {
		cmd.Serial = Serial{year, b.serials[serials] + 1}
	}
	events, signed, err := Decide(p, nil, who.actor(0), cmd, b.world())
	if err = cmp.Or(b.people.err, err); err != nil {
		return nil, err
	}
	if cmd.Serial.N > 0 {
		b.serials[serials] = cmd.Serial.N
		b.took[serials] = cmd.Serial.N
	}
	if err := b.fold(x, id, events, signed); err != nil {
		return nil, err
	}
	if key[1] != "" {
		b.earlier[key]++
	}
	b.cases = append(b.cases, x)
	return x, nil
}

// Do gives a command to a case, and returns the secret of a caller whom it made. Errors are those of Service.Do.
func (b *Bulk) Do(at time.Time, x *BulkCase, who Asker, cmd Command) (secret string, err error) {
	b.turn(at)
	if err := b.s.mayCommand(x.Procedure, x.Case, who, cmd); err != nil {
		return "", err
	}
	cmd, secret = joining(cmd)
	events, signed, err := Decide(x.Procedure, x.Case, who.actor(x.Case.callerOf(who)), cmd, b.world())
	if err = cmp.Or(b.people.err, err); err != nil || len(events) == 0 {
		return "", err
	}
	return secret, b.fold(x, x.Case.ID, events, signed)
}

// Tick lets the clock find what was missed in a case.
func (b *Bulk) Tick(at time.Time, x *BulkCase) error {
	_, err := b.Do(at, x, byItself, Tick{})
	return err
}

func (b *Bulk) fold(x *BulkCase, id int64, events []Event, signed Signed) error {
	old := x.Case
	c, r, err := b.s.fold(context.Background(), nil, x.Procedure, old, id, Record{At: b.at, By: signed, Events: events})
	if err != nil {
		return err
	}
	x.Case, x.moved, x.records = c, b.at, append(x.records, r)
	x.follow = append(x.follow, following(x.Procedure, old, c, r)...)
	return nil
}

// Write writes the cases in the caller's transaction: histories, what they fold to, the ledger's entries, the index, what is personal, and
// the jobs that follow, those from which nothing does as done.
func (b *Bulk) Write(ctx context.Context, tx *store.Tx, to BulkParts) error {
	t := newBulkRows(len(b.cases))
	for _, x := range b.cases {
		if err := t.add(x, b.trees, to.Idle); err != nil {
			return fmt.Errorf("%s: %w", x.Case.Number, err)
		}
	}
	for _, rows := range []*store.Rows{&t.cases, &t.docs, &t.records, &t.duties, &t.approvers, &t.parts} {
		if err := rows.Insert(ctx, tx); err != nil {
			return fmt.Errorf("%s: %w", rows.Table, err)
		}
	}
	if err := b.count(ctx, tx); err != nil {
		return err
	}
	if err := b.s.Queue.EnqueueAll(ctx, tx, t.waiting, t.done); err != nil {
		return err
	}
	if err := to.Vault.GiveAll(ctx, tx, b.given); err != nil {
		return err
	}
	if err := to.Search.PutAll(ctx, tx, SearchKind, t.texts); err != nil {
		return err
	}
	return to.Ledger.AppendAll(ctx, tx, t.leaves) // last: it holds what others wait for
}

// count keeps the numbers that papers of the year took. Nobody else may have taken one meanwhile.
func (b *Bulk) count(ctx context.Context, tx *store.Tx) error {
	for name, n := range b.took {
		had, err := tx.Exec(ctx, `INSERT INTO casework_next (name, next) VALUES ($1, $2)
			ON CONFLICT (name) DO UPDATE SET next = excluded.next WHERE casework_next.next = $3`, name, n, b.began[name])
		if err == nil && had == 0 {
			err = errs.New(errs.Conflict, "casework.moved_on")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// bulkRows are the rows of a bulk.
type bulkRows struct {
	cases, docs, records, duties, approvers, parts store.Rows
	leaves                                         []ledger.Leaf
	texts                                          []search.Text
	waiting, done                                  []jobs.Job
}

func newBulkRows(cases int) *bulkRows {
	table := func(name, columns string) store.Rows {
		all := strings.Split(columns, ",")
		for i := range all {
			all[i] = strings.TrimSpace(all[i])
		}
		return store.Rows{Table: name, Columns: all}
	}
	return &bulkRows{cases: table("casework_case", caseColumns), docs: table("casework_doc", "case_id, doc"), records: table("casework_record", recordColumns),
		duties: table("casework_duty", dutyColumns), approvers: table("casework_approver", "approver, case_id"), parts: table("casework_part", partColumns), texts: make([]search.Text, 0, cases)}
}

func (t *bulkRows) add(x *BulkCase, trees *places.Trees, idle func(jobs.Event) bool) error {
	c := x.Case
	doc, err := json.Marshal(c)
	if err != nil {
		return err
	}
	t.cases.Add(columns(x.Procedure, c, x.moved)...)
	t.docs.Add(c.ID, string(doc))
	for _, r := range x.records {
		signed, events, err := r.texts()
		if err != nil {
			return err
		}
		t.records.Add(c.ID, r.Seq, micros(r.At), signed, events)
		t.leaves = append(t.leaves, ledger.Leaf{Ref: Ref(c.Number, r.Seq), Data: LedgerData(c.ID, r.Seq, micros(r.At), signed, events)})
	}
	for i := range c.Duties {
		t.duties.Add(c.dutyRow(x.Procedure, &c.Duties[i])...)
	}
	for _, a := range x.Procedure.approvers(c) {
		t.approvers.Add(a, c.ID)
	}
	for _, m := range x.Procedure.parts(c, trees) {
		t.parts.Add(m, c.ID, x.Procedure.circled(c))
	}
	t.texts = append(t.texts, search.Text{ID: c.ID, Text: searchText(x.Procedure, c)})
	for _, j := range x.follow {
		if idle(j.Event) {
			t.done = append(t.done, j)
		} else {
			t.waiting = append(t.waiting, j)
		}
	}
	return nil
}
