package drill

import (
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// tally is how the cases of a procedure stand, as the interface tells it.
type tally struct {
	States   map[string]int `json:"states"`
	Outcomes map[string]int `json:"outcomes"`
	Shares   map[string]struct {
		Of      *int     `json:"of"`
		Among   *int     `json:"among"`
		Percent *float64 `json:"percent"`
	} `json:"shares"`
	Withheld bool `json:"withheld"`
}

// figures holds the figures of a procedure. A count that is not told is 0.
func (l *look) figures() error {
	f := l.e.Figures
	if f == nil {
		return nil
	}
	of, by := f.Of, f.By
	if of == "" {
		of = l.on.kind
	}
	if by == "" && l.on != nil {
		by = l.p.viewer(l.on, l.e.By)
	}
	a, err := l.p.send(l.ctx, request{who: by, method: http.MethodGet, path: api + "/procedures/" + url.PathEscape(of) + "/figures"})
	if err != nil {
		return err
	}
	if !a.ok() {
		l.is("figures", of, a.say())
		return nil
	}
	var t tally
	if err := a.into(&t); err != nil {
		return err
	}
	for _, w := range f.States {
		l.is("figures.states."+w.Key, itoa(w.Value), itoa(t.States[w.Key]))
	}
	for _, w := range f.Outcomes {
		l.is("figures.outcomes."+w.Key, itoa(w.Value), itoa(t.Outcomes[w.Key]))
	}
	for _, w := range f.Shares {
		seen := wordNone
		if s, ok := t.Shares[w.Key]; ok {
			if s.Of != nil && s.Among != nil {
				seen = itoa(*s.Of) + " of " + itoa(*s.Among)
			} else if s.Percent != nil {
				seen = strconv.FormatFloat(*s.Percent, 'f', -1, 64) + " %"
			}
		}
		l.is("figures.shares."+w.Key, w.Value, seen)
	}
	if f.Withheld != nil {
		l.is("figures.withheld", strconv.FormatBool(*f.Withheld), strconv.FormatBool(t.Withheld))
	}
	return nil
}

// board holds how units stand with what they owe since the play began.
func (l *look) board() error {
	b := l.e.Board
	if b == nil {
		return nil
	}
	a, err := l.p.send(l.ctx, request{who: b.By, method: http.MethodGet, path: api + "/board?" + l.p.period()})
	if err != nil {
		return err
	}
	if !a.ok() {
		l.is("board", "200", a.say())
		return nil
	}
	var got struct {
		Items []struct {
			Unit   string `json:"unit"`
			Owed   int    `json:"owed"`
			Late   int    `json:"late"`
			Met    int    `json:"met"`
			Missed int    `json:"missed"`
		} `json:"items"`
	}
	if err := a.into(&got); err != nil {
		return err
	}
	seen := map[string]map[string]int{}
	for _, u := range got.Items {
		seen[u.Unit] = map[string]int{"owed": u.Owed, "late": u.Late, "met": u.Met, "missed": u.Missed}
	}
	for _, u := range b.Units {
		for _, n := range u.Value {
			l.is("board.units."+u.Key+"."+n.Key, itoa(n.Value), itoa(seen[u.Key][n.Key]))
		}
	}
	return nil
}

// period is from the day on which the play began until today.
func (p *player) period() string {
	day := func(t time.Time) string { return t.In(p.zone).Format(time.DateOnly) }
	return url.Values{"from": {day(p.d.Begins(p.zone))}, "until": {day(p.now)}}.Encode()
}
