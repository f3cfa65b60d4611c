package casework

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"huying/internal/calendar"
	"huying/internal/store"
)

// Serial is the number of a paper within its year.
type Serial struct{ Year, N int }

// The values under which a case keeps its serial.
const (
	serialYear = "serial_year"
	serialN    = "serial"
)

// nextSerial takes the next number of the year for a paper of the procedure. The transaction holds it until it ends, so that no number is
// left out: one that is not committed is given to the next.
func (s *Service) nextSerial(ctx context.Context, tx *store.Tx, p *Procedure) (Serial, error) {
	name, year := serialsOf(p, s.Calendar(), tx.Now())
	var n int64
	err := tx.Scan(ctx, `INSERT INTO casework_next (name, next) VALUES ($1, 1)
		ON CONFLICT (name) DO UPDATE SET next = casework_next.next + 1 RETURNING next`, []any{name}, &n)
	return Serial{year, int(n)}, err
}

// serialsOf is the year by which papers are numbered at a moment, and under what name they are counted.
func serialsOf(p *Procedure, c *calendar.Calendar, at time.Time) (name string, year int) {
	year = at.In(c.Zone()).Year()
	return fmt.Sprintf("%s/%d", p.Name, year), year
}

// SerialOf is what a paper is called by its number within the year, as its procedure numbers them: 督办〔2021〕12号. It is empty where the
// values hold no number.
func (p *Procedure) SerialOf(values Data) Text {
	year, ok := values[serialYear].(int64)
	n, has := values[serialN].(int64)
	if !ok || !has {
		return Text{}
	}
	say := func(s string) string {
		return strings.NewReplacer("{year}", strconv.FormatInt(year, 10), "{n}", strconv.FormatInt(n, 10)).Replace(s)
	}
	return Text{ZH: say(p.Numbered.ZH), EN: say(p.Numbered.EN)}
}
