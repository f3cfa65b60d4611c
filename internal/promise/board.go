package promise

import (
	"context"
	"errors"
	"log/slog"
	"sort"
	"strconv"
	"sync"
	"time"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/rule"
	"huying/internal/store"
)

// Board is a year's register as it stands on a day: every promise with its standing, in the order of their numbers. It is read-only and
// shared; nothing on it was typed in.
type Board struct {
	Year     int
	Today    clock.Date
	At       time.Time // when it was computed
	Rows     []*Standing
	byNumber map[string]*Standing
	sight    sight
}

// PlanOn returns the progress in percent that was planned for the end of day, as the light is judged by it: by the deadline that holds,
// and by the milestones that say how far the whole should be.
func (b *Board) PlanOn(st *Standing, day clock.Date) float64 { return b.sight.plan(st, day) }

// PlannedOn returns the figure that was planned for the end of day; empty where no number was promised.
func (b *Board) PlannedOn(st *Standing, day clock.Date) string { return b.sight.planned(st, day) }

// Find returns the promise called number.
func (b *Board) Find(number string) (*Standing, error) {
	if st := b.byNumber[number]; st != nil {
		return st, nil
	}
	return nil, errs.New(errs.NotFound, "promise.no_such_number", "number", number)
}

// cache keeps the last picture of each year. A picture holds while no promise of its year changed, and the day and the rules are the same.
type cache struct {
	mu     sync.Mutex
	boards map[int]cached
}

type cached struct {
	version int
	board   *Board
}

// Board returns the register of a year as it stands now. It asks the database one small question and draws the picture anew only when
// something changed or the day did.
func (r *Register) Board(ctx context.Context, year int) (*Board, error) {
	var board *Board
	err := r.db.Read(ctx, func(tx *store.Tx) (err error) {
		r.board.mu.Lock()
		defer r.board.mu.Unlock()
		version := 0
		if version, board, err = r.drawn(ctx, tx, year); err != nil || board != nil {
			return err
		}
		if board, err = r.draw(ctx, tx, year, clock.DateOf(tx.Now(), r.zone)); err != nil {
			return err
		}
		if r.board.boards == nil {
			r.board.boards = map[int]cached{}
		}
		r.board.boards[year] = cached{version, board}
		return nil
	})
	return board, err
}

// drawn returns the year's version as a transaction sees it, and the picture of that version and day; nil when it was not drawn. The cache
// is held.
func (r *Register) drawn(ctx context.Context, tx *store.Tx, year int) (version int, board *Board, err error) {
	err = tx.Scan(ctx, "SELECT version FROM promise_year WHERE year = $1", []any{year}, &version)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return 0, nil, err
	}
	c, ok := r.board.boards[year]
	if ok && c.version == version && c.board.Today == clock.DateOf(tx.Now(), r.zone) && c.board.sight.rules == r.Rules() {
		board = c.board
	}
	return version, board, nil
}

// Forget drops every picture, for when rules or the calendar changed.
func (r *Register) Forget() { r.board.mu.Lock(); r.board.boards = nil; r.board.mu.Unlock() }

// Years returns the years that have promises, newest first.
func (r *Register) Years(ctx context.Context) (years []int, err error) {
	err = r.db.Read(ctx, func(tx *store.Tx) error {
		years, err = store.All(ctx, tx, func(y *int) []any { return []any{y} }, "SELECT DISTINCT year FROM promise_promise ORDER BY year DESC")
		return err
	})
	return years, err
}

func (r *Register) draw(ctx context.Context, tx *store.Tx, year int, today clock.Date) (*Board, error) {
	promises, err := store.All(ctx, tx, (*Promise).fields, "SELECT "+promiseColumns+" FROM promise_promise WHERE year = $1 ORDER BY number", year)
	if err != nil {
		return nil, err
	}
	all, err := store.All(ctx, tx, (*Entry).fields, "SELECT "+entryColumns+` FROM promise_entry
		WHERE promise IN (SELECT id FROM promise_promise WHERE year = $1) ORDER BY id`, year)
	if err != nil {
		return nil, err
	}
	entries := map[int64][]Entry{}
	for _, e := range all {
		entries[e.Promise] = append(entries[e.Promise], e)
	}
	d := drawing{sight: sight{today, r.zone, r.wd, r.Rules()}, promises: map[string]Promise{}, entries: entries, done: map[string]*Standing{}}
	for _, p := range promises {
		d.promises[p.Number] = p
	}
	b := &Board{Year: year, Today: today, At: tx.Now(), byNumber: d.done, sight: d.sight}
	for _, p := range promises {
		b.Rows = append(b.Rows, d.stand(p.Number, nil))
	}
	sort.SliceStable(b.Rows, func(i, j int) bool { return lessNumber(b.Rows[i].Number, b.Rows[j].Number) })
	return b, nil
}

// lessNumber orders 2021-999 before 2021-1000.
func lessNumber(a, b string) bool {
	if len(a) != len(b) {
		return len(a) < len(b)
	}
	return a < b
}

// drawing computes standings, those that a formula asks for first.
type drawing struct {
	sight
	promises map[string]Promise
	entries  map[int64][]Entry
	done     map[string]*Standing
	invested map[string]float64 // of the rolling list; made when first asked for
}

// formulaTables are what a formula may ask of other promises of the year: latest["2021-031"], target, progress, spent; and of the rolling
// list of key projects, projects["planned"] and projects["spent"], its investment of the year in 万元.
var formulaTables = []string{"latest", "target", "progress", "spent", "projects"}

// stand computes one standing. asking are the numbers on the way to it: a formula that comes back to itself has no figure.
func (d *drawing) stand(number string, asking []string) *Standing {
	if st := d.done[number]; st != nil {
		return st
	}
	p := d.promises[number]
	var point *Point
	if p.Formula != "" && !known(asking, number) {
		point = d.formula(p, append(asking, number))
	}
	st := d.sight.stand(p, d.entries[p.ID], point)
	d.done[number] = st
	return st
}

func (d *drawing) formula(p Promise, asking []string) *Point {
	f, err := rule.Compile(p.Formula, formulaTables...)
	if err != nil {
		slog.Error("a stored formula does not compile", "promise", p.Number, "err", err)
		return nil
	}
	tables := map[string]map[string]float64{}
	for _, t := range formulaTables {
		tables[t] = map[string]float64{}
	}
	tables["projects"] = d.investment()
	for _, number := range f.Keys() {
		if _, ok := d.promises[number]; !ok || known(asking, number) {
			continue
		}
		st := d.stand(number, asking)
		for table, value := range map[string]string{"latest": st.Value, "target": st.Target, "spent": st.Spent} {
			if v, err := strconv.ParseFloat(value, 64); err == nil {
				tables[table][number] = v
			}
		}
		if st.Progress != nil {
			tables["progress"][number] = *st.Progress
		}
	}
	v, err := f.Eval(tables)
	if err != nil {
		if !errors.Is(err, rule.ErrMissing) {
			slog.Warn("a formula has no figure", "promise", p.Number, "err", err)
		}
		return nil
	}
	n, ok := ParseNumber(strconv.FormatFloat(v, 'f', 4, 64))
	if !ok {
		return nil
	}
	if dec, ok := number(n); ok {
		n = text(round(dec, 4))
	}
	return &Point{Day: d.today, Value: n}
}

// investment is what the rolling list planned and spent.
func (d *drawing) investment() map[string]float64 {
	if d.invested != nil {
		return d.invested
	}
	var projects []*Standing
	for _, p := range d.promises {
		if !p.Project {
			continue
		}
		projects = append(projects, &Standing{Promise: p, Spent: spent(d.entries[p.ID])})
	}
	planned, spent := Investment(projects)
	d.invested = map[string]float64{}
	for key, value := range map[string]string{"planned": planned, "spent": spent} {
		if v, err := strconv.ParseFloat(value, 64); err == nil {
			d.invested[key] = v
		}
	}
	return d.invested
}
