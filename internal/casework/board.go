package casework

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/store"
)

// Standing is how a unit stands with what it owes in a period. Every count opens: it is what List or Desk returns for the same filter.
type Standing struct {
	Holder  string // unit:KEY
	Owed    int    // still to be done, in time so far
	Late    int    // still to be done, and missed
	Met     int    // in time
	Missed  int    // found missed, whether done later or not
	Median  time.Duration
	Decided int // duties of which Median was taken
}

// bucket is the grain of the median, by the clock on the wall.
const bucket = 15 * time.Minute

// Board is how the units stand with the duties that began in a period. It is not to be changed: others may look at the same.
type Board struct {
	Units map[string]*Standing // by holder
	At    time.Time            // when it was counted
}

// A board is counted anew at each look while little is to be counted. Where there is much, it is shown again for as long as it took to count, many
// times over, and meanwhile counted in the background: at a million cases a look must not wait for seconds, nor keep the database busy for
// everybody.
const (
	showFor  = 20              // times as long as it took
	countFor = 2 * time.Minute // at most
	waitFor  = 3 * time.Second // for one that was never counted
)

var manyCounted = 20_000 // less in a test

// ErrStillCounting is an errs.Unavailable.
var ErrStillCounting = errs.New(errs.Unavailable, "casework.still_counting")

// Board returns how each unit stands with the duties that began in a period, from its first day to its last, in the cases that a viewer
// oversees; a closed circle's cases are counted nowhere here. It returns ErrStillCounting when the count is under way: whoever asks again a
// little later gets it.
func (s *Service) Board(ctx context.Context, v Viewer, from, until clock.Date) (*Board, error) {
	q := s.boardQuery(&v, from, until)
	key := fmt.Sprint(q)
	last, fresh := s.boards.find(key)
	now := clock.Security{}.Now()
	if now.Before(fresh) {
		return last, nil
	}
	result := s.counting.DoChan(key, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), countFor)
		defer cancel()
		return s.count(ctx, key, q)
	})
	if last != nil && now.Before(fresh.Add(keptAfter)) {
		return last, nil
	}
	select {
	case r := <-result:
		b, _ := r.Val.(*Board)
		return b, r.Err
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-time.After(waitFor):
		return nil, ErrStillCounting
	}
}

// count counts a board, and keeps it when that was much; when it is so no longer, it is kept no longer.
func (s *Service) count(ctx context.Context, key string, q query) (*Board, error) {
	b, begun := &Board{}, clock.Security{}.Now()
	err := s.DB.Read(ctx, func(tx *store.Tx) (err error) {
		b.At = tx.Now()
		b.Units, err = standings(ctx, tx, q)
		return err
	})
	if err != nil {
		return nil, err
	}
	n := 0
	for _, st := range b.Units {
		n += st.Owed + st.Met + st.Missed
	}
	if n < manyCounted {
		s.boards.forget(key)
	} else {
		s.boards.keep(key, b, begun.Add(clock.Since(begun)*(1+showFor)))
	}
	return b, nil
}

// boardQuery counts the duties of a board by who owed them, what became of them, and how long they took. Whoever oversees the whole district
// needs no case for it.
func (s *Service) boardQuery(v *Viewer, from, until clock.Date) query {
	zone := s.Calendar().Zone()
	q := query{`SELECT d.holder, d.status, d.outstanding, (d.at - d.start_at) / ? AS took, COUNT(*) FROM casework_duty d`,
		[]any{bucket.Microseconds(), micros(from.In(zone)), micros(until.AddDays(1).In(zone))}}
	conds := []string{"d.start_at >= ?", "d.start_at < ?", "d.openness >= 1", "d.holder LIKE 'unit:%'", "d.status <> 'withdrawn'"}
	if !v.overseesAll() {
		see, args := v.where(Whole)
		q.text += " JOIN casework_case c ON c.id = d.case_id"
		conds, q.args = append(conds, see), append(q.args, args...)
	}
	q.text += where(conds) + " GROUP BY d.holder, d.status, d.outstanding, took ORDER BY took"
	return q
}

// overseesAll reports whether a viewer oversees the cases of every unit and every place.
func (v *Viewer) overseesAll() bool {
	return slices.ContainsFunc(v.overview, func(a identity.Area) bool { return a.Unit == "" && a.Place == "" })
}

// standings adds up what a board's query counts, by holder.
func standings(ctx context.Context, tx *store.Tx, q query) (map[string]*Standing, error) {
	board := map[string]*Standing{}
	took := map[string][]span{}
	err := tx.Each(ctx, q.numbered(), q.args, func(rows store.Row) error {
		var holder, status string
		var outstanding bool
		var n int
		var t sql.NullInt64
		if err := rows.Scan(&holder, &status, &outstanding, &t, &n); err != nil {
			return err
		}
		st := board[holder]
		if st == nil {
			st = &Standing{Holder: holder}
			board[holder] = st
		}
		switch Status(status) {
		case Due:
			st.Owed += n
		case DutyMet:
			st.Met += n
			took[holder] = append(took[holder], span{t.Int64, n})
		case Breach:
			st.Missed += n
			if outstanding {
				st.Late += n
			}
		}
		return nil
	})
	for holder, spans := range took {
		board[holder].Median, board[holder].Decided = median(spans)
	}
	return board, err
}

// span is how many duties took how many buckets.
type span struct {
	took int64
	n    int
}

// median of spans in order of length.
func median(spans []span) (time.Duration, int) {
	all := 0
	for _, s := range spans {
		all += s.n
	}
	seen := 0
	for _, s := range spans {
		if seen += s.n; 2*seen >= all {
			return time.Duration(s.took)*bucket + bucket/2, all
		}
	}
	return 0, 0
}
