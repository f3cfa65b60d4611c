package caseweb

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"huying/internal/casework"
	"huying/internal/clock"
	"huying/internal/store"
	"huying/internal/web"
)

// procedureRow is a mechanism in the list of them.
type procedureRow struct {
	*casework.Procedure
	Open     int
	Ended    int
	Withheld bool
}

// procedures lists the mechanisms of the district.
func (h *pages) procedures(r *web.Request) error {
	var rows []procedureRow
	who := h.on(r).v
	err := h.DB.Read(r.Context(), func(tx *store.Tx) error {
		all, err := h.Cases.Procedures(r.Context(), tx)
		if err != nil {
			return err
		}
		for _, name := range sortedKeys(all) {
			t, err := h.Cases.Count(r.Context(), tx, who, all[name], clock.Date{}, clock.Date{})
			if err != nil {
				return err
			}
			row := procedureRow{Procedure: all[name], Withheld: t.Withheld}
			for _, n := range t.States {
				row.Open += n
			}
			for _, n := range t.Outcomes {
				row.Ended += n
			}
			rows = append(rows, row)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return r.Render(http.StatusOK, web.Page{Title: r.T("caseweb.procedures"), Nav: "procedures"}, proceduresPage(h.on(r), rows))
}

// procedureView is one mechanism: its chart, its states, its history.
type procedureView struct {
	d *desk
	*casework.Procedure
	chart   chart
	counts  casework.Tally
	history []casework.Loading
}

// procedure draws a mechanism as a chart from its file.
func (h *pages) procedure(r *web.Request) error {
	v := &procedureView{d: h.on(r)}
	err := h.DB.Read(r.Context(), func(tx *store.Tx) (err error) {
		if v.Procedure, err = h.Cases.Procedure(r.Context(), tx, r.PathValue("name")); err != nil {
			return err
		}
		v.counts, err = h.Cases.Count(r.Context(), tx, v.d.v, v.Procedure, clock.Date{}, clock.Date{})
		return err
	})
	if err != nil {
		return err
	}
	if v.history, err = h.Cases.History(r.Context(), v.Name); err != nil {
		return err
	}
	v.chart = layout(v.Procedure)
	title := v.d.text(v.Title)
	return r.Render(http.StatusOK, web.Page{Title: title, Nav: "procedures", Crumbs: []web.Crumb{{Text: r.T("caseweb.procedures"), Href: "/procedures"}, {Text: title}}}, procedurePage(v))
}

// open is how many cases stand in a state; negative when it is withheld.
func (v *procedureView) open(state string) int {
	n, ok := v.counts.States[state]
	if !ok && v.counts.Withheld {
		return -1
	}
	return n
}

// stateHref lists the cases in a state.
func (v *procedureView) stateHref(state string) string {
	return caseHref("procedure", v.Name, "state", state)
}

// who is who may do an action, in words.
func (v *procedureView) who(terms []string) string {
	var names []string
	for _, t := range terms {
		names = append(names, v.term(t))
	}
	return strings.Join(names, v.d.r.T("caseweb.and"))
}

func (v *procedureView) term(t string) string {
	switch t {
	case "owed", "anyone", "program", "caller", "fallback":
		return v.d.r.T("caseweb.party." + t)
	}
	if party, role, ok := strings.Cut(t, "."); ok && v.Parties.Has(party) {
		return v.d.text(v.PartyTitle(party)) + " · " + v.d.r.T("identity.role."+role)
	}
	if title := v.PartyTitle(t); title.ZH != "" {
		return v.d.text(title)
	}
	return v.d.r.T("identity.role." + t)
}

// terms are the terms of a duty, in words.
func (v *procedureView) terms(d *casework.Duty) string {
	var out []string
	for _, t := range d.Within {
		out = append(out, v.span(t.Span.Message()))
	}
	for _, t := range d.At {
		out = append(out, v.span(t.Message()))
	}
	if !d.Every.IsZero() {
		out = append(out, v.d.r.T("caseweb.every", "term", v.span(d.Every.Message())))
	}
	if d.By != "" || d.Each != "" {
		out = append(out, v.d.r.T("caseweb.on_day"))
	}
	return strings.Join(out, " / ")
}

func (v *procedureView) span(key string, args []any) string { return v.d.r.T(key, args...) }

// label is what leads along an arrow, cut to what a drawing holds.
func (v *procedureView) label(a arrow) string {
	var names []string
	for _, w := range a.Why {
		if s := v.d.text(w); !slices.Contains(names, s) {
			names = append(names, s)
		}
	}
	text := strings.Join(names, " / ")
	if a.Kind == string(casework.BySilence) {
		text = v.d.r.T("caseweb.if_missed", "what", text)
	}
	return casework.Clip(text, mostLabel)
}

const mostLabel = 22

func itoa(n int) string { return strconv.Itoa(n) }

// standingIn is what stands under a state's name in the drawing.
func (v *procedureView) standingIn(b box) string {
	if b.Ends {
		return v.outcome(b.State)
	}
	if n := v.open(b.State); n >= 0 {
		return v.d.r.T("caseweb.n_open", "n", n)
	}
	return v.d.r.T("caseweb.withheld")
}

// outcome is how a case ends in a state, unless the state's own name says so already.
func (v *procedureView) outcome(state string) string {
	text := v.d.r.T("caseweb.outcome." + string(v.Ends(state)))
	if text == v.d.text(v.StateTitle(state)) {
		return ""
	}
	return text
}

func microsTime(us int64) time.Time { return time.UnixMicro(us) }
