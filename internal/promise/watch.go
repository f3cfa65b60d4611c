package promise

import (
	"context"
	"fmt"
	"time"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/jobs"
	"huying/internal/store"
)

// What others may have to follow. Each is written as a job in the transaction that finds it, once.
type (
	// Turned is a promise that turned red, is red no more, is done, or is so no more. Who answers looks how it stands then.
	Turned struct {
		Number string `json:"number"`
		Turn   int    `json:"turn"` // counted over the promise
	}
	// ReportDue is a report that a promise owes for a cycle.
	ReportDue struct {
		Number string     `json:"number"`
		Cycle  string     `json:"cycle"` // 2021-11, 2021-Q4, 2021
		Due    clock.Date `json:"due"`
		Turn   int        `json:"turn"`

		day clock.Date // on which it fell due by the rules
	}
	// YearOver is a year that has ended.
	YearOver struct {
		Year int `json:"year"`
	}
)

// Kind implements jobs.Event.
func (Turned) Kind() string    { return "promise.turned" }
func (ReportDue) Kind() string { return "promise.report_due" }
func (YearOver) Kind() string  { return "promise.year_over" }

// How a promise stands for those who follow it.
const (
	standsOn   = "on"
	standsRed  = "red"
	standsOver = "over"  // done or struck off: nothing is asked of it
	standsPast = "ended" // its year is over
)

func (st *Standing) stands() string {
	switch {
	case st.Over():
		return standsOver
	case st.Light == Red:
		return standsRed
	}
	return standsOn
}

// Over reports whether the promise is called done, so that nothing more is asked of it.
func (st *Standing) Over() bool { return st.marks().done }

// watched is what was told of one promise.
type watched struct {
	number, stands string
	turn           int
	asked          clock.Date // the day of the last report that was asked for
	fresh, moved   bool
}

func (w *watched) fields() []any { return []any{&w.number, &w.stands, &w.turn, &w.asked} }

// Tell makes the register write a job for what others have to follow. It is called once, before Watch.
func (r *Register) Tell(q *jobs.Queue) { r.queue = q }

// Watch tells what became of the promises of the running year since it was told last: lights that turned and reports that
// fall due; and that the year before is over. The same is told once, by whichever server looks first. It reports whether it
// looked: as long as nothing changed and the day is the same, it only asks the database whether that is so.
func (r *Register) Watch(ctx context.Context) (looked bool, err error) {
	today := r.Today()
	board, err := r.Board(ctx, today.Year)
	if err != nil || r.seen.Load() == board {
		return false, err
	}
	err = r.db.Write(ctx, func(tx *store.Tx) error {
		tell := func(e jobs.Event, key string) error { return r.queue.Enqueue(ctx, tx, e, key) }
		if err := closeYear(ctx, tx, today.Year-1, tell); err != nil {
			return err
		}
		return r.watch(ctx, tx, today.Year, tell)
	})
	if err == nil {
		r.seen.Store(board)
	}
	return true, err
}

func closeYear(ctx context.Context, tx *store.Tx, year int, tell func(jobs.Event, string) error) error {
	n, err := tx.Exec(ctx, "UPDATE promise_watch SET stands = $1 WHERE year = $2 AND stands <> $1", standsPast, year)
	if err != nil || n == 0 {
		return err
	}
	return tell(YearOver{year}, fmt.Sprint(year))
}

// watch holds the year while it looks, so that what it sees is what is so.
func (r *Register) watch(ctx context.Context, tx *store.Tx, year int, tell func(jobs.Event, string) error) error {
	version := 0
	err := tx.Scan(ctx, "SELECT version FROM promise_year WHERE year = $1"+tx.ForUpdate(), []any{year}, &version)
	if errs.Is(err, errs.NotFound) {
		return nil // it has no promises
	}
	if err != nil {
		return err
	}
	if r.learn != nil {
		if err := r.learn(ctx, tx); err != nil {
			return err
		}
	}
	board, err := r.draw(ctx, tx, year, clock.DateOf(tx.Now(), r.zone))
	if err != nil {
		return err
	}
	rows, err := store.All(ctx, tx, (*watched).fields, "SELECT number, stands, turn, asked FROM promise_watch WHERE year = $1", year)
	if err != nil {
		return err
	}
	known := map[string]*watched{}
	for i := range rows {
		known[rows[i].number] = &rows[i]
	}
	for _, st := range board.Rows {
		w := known[st.Number]
		if w == nil {
			w = &watched{number: st.Number, stands: standsOn, fresh: true}
		}
		if err := r.look(st, w, board.Today, tell); err != nil {
			return err
		}
		if err := w.save(ctx, tx, year); err != nil {
			return err
		}
	}
	return nil
}

// look tells what is new of one promise.
func (r *Register) look(st *Standing, w *watched, today clock.Date, tell func(jobs.Event, string) error) error {
	if now := st.stands(); now != w.stands {
		if w.stands == standsOver {
			w.asked = clock.Date{} // what was no longer asked for is asked for again
		}
		w.stands, w.moved = now, true
		w.turn++
		if err := tell(Turned{st.Number, w.turn}, fmt.Sprintf("%s/%d", st.Number, w.turn)); err != nil {
			return err
		}
	}
	for _, d := range r.reportsDue(st, today) {
		if !d.day.After(w.asked) || w.fresh && d.day.Before(today) { // what fell due before anybody watched is not made up for
			continue
		}
		w.asked, w.moved, d.Turn = d.day, true, w.turn
		if err := tell(d, fmt.Sprintf("%s/%s/%d", d.Number, d.Cycle, d.Turn)); err != nil {
			return err
		}
	}
	return nil
}

func (w *watched) save(ctx context.Context, tx *store.Tx, year int) error {
	var err error
	switch {
	case w.fresh:
		_, err = tx.Exec(ctx, "INSERT INTO promise_watch (number, year, stands, turn, asked) VALUES ($1, $2, $3, $4, $5)", w.number, year, w.stands, w.turn, w.asked)
	case w.moved:
		_, err = tx.Exec(ctx, "UPDATE promise_watch SET stands = $1, turn = $2, asked = $3 WHERE number = $4", w.stands, w.turn, w.asked, w.number)
	}
	return err
}

// caughtUp is how many days after its day a report is still asked for, when nobody asked in time because the program did not run.
const caughtUp = 31

// lateTerm is how many working days a unit has for a report that was asked for after its day.
const lateTerm = 2

// reportsDue are the reports that a promise owes about now, the earliest first: each is asked for from the first day of the month in which it
// falls due. What is done, what is computed, and what was entered after the day owe none.
func (r *Register) reportsDue(st *Standing, today clock.Date) []ReportDue {
	if st.Formula != "" || st.Over() {
		return nil
	}
	p := st.Promise
	_, p.Due = st.terms()
	entered := clock.DateOf(p.At, r.zone)
	var out []ReportDue
	for _, c := range r.Rules().cycles(&p, r.wd) {
		opens := clock.Date{Year: c.month.Year, Month: c.month.Month, Day: 1}
		if today.Before(opens) || entered.After(c.due) || c.due.AddDays(caughtUp).Before(today) {
			continue
		}
		due := c.due
		if due.Before(today) {
			due = today
			for range lateTerm {
				due = r.wd.OnOrAfter(due.AddDays(1))
			}
		}
		out = append(out, ReportDue{Number: st.Number, Cycle: c.name, Due: due, day: c.due})
	}
	return out
}

// cycle is one period of reporting.
type cycle struct {
	name  string
	month clock.Date // a day of the month in which its report falls due, as the calendar has it before a rest day moves it
	due   clock.Date
}

// cycles returns the periods of a promise with the days on which their reports fall due, oldest first. A promise that began on or after a
// day owes nothing for it; one that is reported at its end owes one report, on its deadline.
func (r Rules) cycles(p *Promise, wd Workdays) []cycle {
	step := map[Cycle]int{Monthly: 1, Quarterly: 3}[p.Cycle]
	if step == 0 {
		if p.Cycle != AtEnd {
			return nil
		}
		return []cycle{{fmt.Sprint(p.Due.Year), p.Due, wd.OnOrAfter(p.Due)}}
	}
	var all []cycle
	for m := step; ; m += step {
		nominal := clock.Date{Year: p.Start.Year + (m-1)/12, Month: time.Month((m-1)%12 + 1), Day: r.ReportDay}
		day := wd.OnOrAfter(nominal)
		if day.After(p.Due) {
			return all
		}
		if day.After(p.Start) {
			all = append(all, cycle{nameOf(nominal, step), nominal, day})
		}
	}
}

func nameOf(day clock.Date, step int) string {
	if step == 3 {
		return fmt.Sprintf("%04d-Q%d", day.Year, int(day.Month)/3)
	}
	return fmt.Sprintf("%04d-%02d", day.Year, day.Month)
}

// Standing returns where a promise stands now, as a transaction sees it, or errs.NotFound.
func (r *Register) Standing(ctx context.Context, tx *store.Tx, number string) (*Standing, error) {
	year := 0
	err := tx.Scan(ctx, "SELECT year FROM promise_promise WHERE number = $1", []any{number}, &year)
	if errs.Is(err, errs.NotFound) {
		return nil, errs.New(errs.NotFound, "promise.no_such_number", "number", number)
	}
	if err != nil {
		return nil, err
	}
	board, err := r.boardIn(ctx, tx, year)
	if err != nil {
		return nil, err
	}
	return board.Find(number)
}

// boardIn is Board as a transaction sees it that may have changed the year: what it draws then is for itself alone.
func (r *Register) boardIn(ctx context.Context, tx *store.Tx, year int) (*Board, error) {
	r.board.mu.Lock()
	_, board, err := r.drawn(ctx, tx, year)
	r.board.mu.Unlock()
	if err != nil || board != nil {
		return board, err
	}
	return r.draw(ctx, tx, year, clock.DateOf(tx.Now(), r.zone))
}
