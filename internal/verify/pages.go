package verify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"huying/internal/store"
)

// page is how many cases are read at a time, with all that is kept of them, from one snapshot.
const page = 500

// pages hands out the cases of a database to those who check them.
type pages struct {
	o     Options
	db    *store.DB
	mu    sync.Mutex
	last  int64 // the last case that somebody has taken
	cases int64 // that were checked
	done  []checked

	procedures map[string]*procedure // every version; never changed, but replaced
}

// checked is what the check of one page came to.
type checked struct {
	first  int64 // case
	report *Report
}

// cases tells each case anew from its records and holds everything that is kept of it to that. Several pages are checked at once.
func (r *run) cases(ctx context.Context, db *store.DB) error {
	p := &pages{o: r.o, db: db}
	errs := make([]error, runtime.GOMAXPROCS(0))
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() { errs[i] = p.work(ctx) })
	}
	all.Wait()
	slices.SortFunc(p.done, func(a, b checked) int { return cmp.Compare(a.first, b.first) })
	for _, c := range p.done {
		r.report.Cases += c.report.Cases
		r.report.Records += c.report.Records
		r.report.Duties += c.report.Duties
		for _, f := range c.report.Findings {
			r.report.add(f)
		}
		r.report.More += c.report.More
		r.report.Stale = append(r.report.Stale, c.report.Stale...)
		r.report.Lost = append(r.report.Lost, c.report.Lost...)
	}
	return errors.Join(errs...)
}

// work checks pages until there is none.
func (p *pages) work(ctx context.Context) error {
	for {
		n := 0
		err := p.db.Read(ctx, func(tx *store.Tx) (err error) {
			n, err = p.one(ctx, tx)
			return err
		})
		if err != nil || n == 0 {
			return err
		}
	}
}

// one checks the next page, and returns how many cases it has.
func (p *pages) one(ctx context.Context, tx *store.Tx) (int, error) {
	rows, err := p.take(ctx, tx)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	r := &run{o: p.o, report: &Report{}}
	if r.procedures, err = p.versions(ctx, tx, r); err != nil {
		return 0, err
	}
	if err := fetch(ctx, tx, rows); err != nil {
		return 0, err
	}
	for i := range rows {
		r.one(&rows[i], tx.Now())
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done = append(p.done, checked{rows[0].ID, r.report})
	p.cases += r.report.Cases
	if p.o.Progress != nil {
		p.o.Progress(p.cases)
	}
	return len(rows), nil
}

// take reads the cases after those that somebody has taken.
func (p *pages) take(ctx context.Context, tx *store.Tx) ([]row, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	rows, err := store.All(ctx, tx, (*row).fields, `SELECT id, number, procedure, hash, seq, state, outcome, title, category, place, lead_unit, urgent,
		simulated, level, openness, opened_at, closed_at, due_at, COALESCE((SELECT doc FROM casework_doc WHERE case_id = id), '') FROM casework_case
		WHERE id > $1 ORDER BY id LIMIT $2`, p.last, page)
	if len(rows) > 0 {
		p.last = rows[len(rows)-1].ID
	}
	return rows, err
}

// versions are the versions of procedures, read again when there are more.
func (p *pages) versions(ctx context.Context, tx *store.Tx, r *run) (map[string]*procedure, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var n int
	if err := tx.Scan(ctx, "SELECT COUNT(*) FROM casework_procedure", nil, &n); err != nil || n == len(p.procedures) {
		return p.procedures, err
	}
	r.procedures = map[string]*procedure{}
	err := r.versions(ctx, tx)
	p.procedures = r.procedures
	return p.procedures, err
}

// record is a record of a case with its entry in the log, if there is one.
type record struct {
	seq            int
	at             int64
	signed, events string
	salt, hash     []byte
}

// kept is a duty as its row keeps it.
type kept struct {
	key
	holder, party, state, status string
	start, due, at, done         time.Time
	outstanding, urgent          bool
	openness                     int
	claimed                      int64
}

// fetch reads the records, the duties and the approvers of some cases, which follow one another in the order of their ids.
func fetch(ctx context.Context, tx *store.Tx, cases []row) error {
	between := []any{cases[0].ID, cases[len(cases)-1].ID}
	to := find(cases)
	err := tx.Each(ctx, `SELECT r.case_id, r.seq, r.at, r.signed, r.events, l.salt, l.hash FROM casework_record r JOIN casework_case c ON c.id = r.case_id
		LEFT JOIN ledger_leaf l ON l.ref = 'case/' || c.number || '/' || r.seq
		WHERE r.case_id BETWEEN $1 AND $2 ORDER BY r.case_id, r.seq`, between, func(rows store.Row) error {
		var id int64
		var rec record
		if err := rows.Scan(&id, &rec.seq, &rec.at, &rec.signed, &rec.events, &rec.salt, &rec.hash); err != nil {
			return err
		}
		w, err := to(id)
		if err == nil {
			w.records = append(w.records, rec)
		}
		return err
	})
	if err != nil {
		return err
	}
	err = tx.Each(ctx, "SELECT case_id, approver FROM casework_approver WHERE case_id BETWEEN $1 AND $2", between, func(rows store.Row) error {
		var id int64
		var approver string
		if err := rows.Scan(&id, &approver); err != nil {
			return err
		}
		w, err := to(id)
		if err == nil {
			w.approvers = append(w.approvers, approver)
		}
		return err
	})
	if err != nil {
		return err
	}
	return tx.Each(ctx, `SELECT case_id, visit, name, n, owner, holder, party, state, start_at, due_at, status, at, done_at, outstanding, claimed,
		urgent, openness
		FROM casework_duty WHERE case_id BETWEEN $1 AND $2 ORDER BY case_id`, between, func(rows store.Row) error {
		var id int64
		var d kept
		if err := rows.Scan(&id, &d.Visit, &d.Name, &d.N, &d.Owner, &d.holder, &d.party, &d.state, store.At(&d.start), store.At(&d.due), &d.status,
			store.At(&d.at), store.At(&d.done), &d.outstanding, &d.claimed, &d.urgent, &d.openness); err != nil {
			return err
		}
		w, err := to(id)
		if err == nil {
			w.duties = append(w.duties, d)
		}
		return err
	})
}

// find returns what finds a case by its id.
func find(cases []row) func(id int64) (*row, error) {
	return func(id int64) (*row, error) {
		i, ok := slices.BinarySearchFunc(cases, id, func(w row, id int64) int { return cmp.Compare(w.ID, id) })
		if !ok {
			return nil, fmt.Errorf("verify: case %d is not in its page", id)
		}
		return &cases[i], nil
	}
}
