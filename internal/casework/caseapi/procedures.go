package caseapi

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"time"

	"huying/internal/casework"
	"huying/internal/clock"
	"huying/internal/store"
	"huying/internal/web"
)

// procedure is a procedure as it stands in the list.
type procedure struct {
	Name        string            `json:"name"`
	Title       text              `json:"title"`
	System      string            `json:"system,omitempty"`
	Mark        string            `json:"mark"`
	Hash        string            `json:"hash"`
	Public      casework.Openness `json:"public"`
	MayOpen     bool              `json:"may_open"`
	MayOnBehalf bool              `json:"may_open_on_behalf"`
}

// The parts of one procedure.
type (
	state struct {
		Name  string `json:"name"`
		Title text   `json:"title"`
		Ends  string `json:"ends,omitempty"`
	}
	party struct {
		Name  string `json:"name"`
		Title text   `json:"title"`
		Of    string `json:"of"`
		Many  bool   `json:"many"`
	}
	value struct {
		Name  string `json:"name"`
		Title text   `json:"title"`
	}
	version struct {
		Hash string     `json:"hash"`
		At   *time.Time `json:"at"`
		By   string     `json:"by"`
	}
	fullProcedure struct {
		procedure
		Form     json.RawMessage `json:"form"`
		Callers  json.RawMessage `json:"callers,omitempty"`
		States   []state         `json:"states"`
		Parties  []party         `json:"parties"`
		Values   []value         `json:"values"`
		Escalate []string        `json:"escalate"`
		Versions []version       `json:"versions"`
	}
)

// procedures lists what may be opened, and what may be read of it.
func (a *front) procedures(r *web.Request) error {
	if err := queryOf(r).err(); err != nil {
		return err
	}
	who, err := asker(r)
	if err != nil {
		return err
	}
	items := []procedure{}
	err = a.DB.Read(r.Context(), func(tx *store.Tx) error {
		all, err := a.Cases.Procedures(r.Context(), tx)
		if err != nil {
			return err
		}
		items = items[:0]
		for _, name := range slices.Sorted(maps.Keys(all)) {
			items = append(items, a.procedureFor(tx, all[name], who))
		}
		return nil
	})
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, map[string]any{"items": items})
}

func (a *front) procedureFor(tx *store.Tx, p *casework.Procedure, who casework.Asker) procedure {
	by, w := casework.ActorOf(who), a.Cases.World(tx)
	return procedure{Name: p.Name, Title: textOf(p.Title), System: p.System, Mark: p.Mark, Hash: p.Hash, Public: openness(p),
		MayOpen: casework.CanOpen(p, by, w, false) == nil, MayOnBehalf: casework.CanOpen(p, by, w, true) == nil}
}

// openness is how much the public sees; a procedure that says nothing, or has a closed circle, shows nothing.
func openness(p *casework.Procedure) casework.Openness {
	if p.Visible.Public == "" || len(p.Visible.Circle) > 0 {
		return casework.Hidden
	}
	return p.Visible.Public
}

func (a *front) procedure(r *web.Request) error {
	if err := queryOf(r).err(); err != nil {
		return err
	}
	who, err := asker(r)
	if err != nil {
		return err
	}
	name, zone := r.PathValue("name"), a.Cases.Calendar().Zone()
	var out fullProcedure
	err = a.DB.Read(r.Context(), func(tx *store.Tx) error {
		p, err := a.Cases.Procedure(r.Context(), tx, name)
		if err != nil {
			return err
		}
		out = fullProcedure{procedure: a.procedureFor(tx, p, who), Form: p.Form().Schema(), States: []state{}, Parties: []party{},
			Values: []value{}, Escalate: orNone(p.Escalate), Versions: []version{}}
		if f := p.CallerForm(); f != nil {
			out.Callers = f.Schema()
		}
		for i := range p.States {
			s := &p.States[i]
			out.States = append(out.States, state{s.Key, textOf(s.Value.Title), string(s.Value.Ends)})
		}
		for i := range p.Parties {
			x := &p.Parties[i]
			out.Parties = append(out.Parties, party{x.Key, textOf(x.Value.Title), string(x.Value.One + x.Value.Many), x.Value.Many != ""})
		}
		for i := range p.Values {
			if v := &p.Values[i]; v.Value.Title.ZH != "" {
				out.Values = append(out.Values, value{v.Key, textOf(v.Value.Title)})
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	history, err := a.Cases.History(r.Context(), name)
	if err != nil {
		return err
	}
	for _, l := range history {
		if l.Hash != "" { // else it was retired for a while
			out.Versions = append(out.Versions, version{l.Hash, moment(time.UnixMicro(l.At), zone), l.By})
		}
	}
	return r.JSON(http.StatusOK, out)
}

// share is a number out of another; of nothing there is no share.
type share struct {
	Title   text     `json:"title"`
	Of      *int     `json:"of"` // null with Among where only the percents are told
	Among   *int     `json:"among"`
	Percent *float64 `json:"percent"`
}

// figures are how the cases of a procedure stand that were opened in a period; without one, all of them.
func (a *front) figures(r *web.Request) error {
	q := queryOf(r)
	from, until := q.period()
	if err := q.err(); err != nil {
		return err
	}
	v, err := a.viewer(r)
	if err != nil {
		return err
	}
	var tally casework.Tally
	var now time.Time
	var p *casework.Procedure
	err = a.DB.Read(r.Context(), func(tx *store.Tx) (err error) {
		if p, err = a.Cases.Procedure(r.Context(), tx, r.PathValue("name")); err != nil {
			return err
		}
		now = tx.Now()
		tally, err = a.Cases.Count(r.Context(), tx, v, p, from, until)
		return err
	})
	if err != nil {
		return err
	}
	shares := map[string]share{}
	for _, sh := range p.Shares {
		if part, told := tally.Shares[sh.Key]; told {
			shares[sh.Key] = shareOf(sh.Value.Title, part)
		}
	}
	return r.JSON(http.StatusOK, map[string]any{"states": tally.States, "outcomes": tally.Outcomes, "shares": shares, "withheld": tally.Withheld,
		"computed_at": moment(now, a.Cases.Calendar().Zone())})
}

func shareOf(title casework.Text, part casework.Part) share {
	s := share{Title: textOf(title)}
	if part.Rough == nil {
		s.Of, s.Among = &part.Of, &part.Among
	}
	if percent, ok := part.Percent(); ok {
		s.Percent = &percent
	}
	return s
}

// period reads from and until. The two go together: an open end is one that nobody chose.
func (q *query) period() (from, until clock.Date) {
	from, until = q.day("from"), q.day("until")
	switch {
	case from.IsZero() != until.IsZero():
		q.fail("until", "caseapi.half_period")
	case until.Before(from):
		q.fail("until", "caseapi.period_order")
	}
	return from, until
}
