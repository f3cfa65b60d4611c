package verify

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/goccy/go-yaml"

	"huying/internal/store"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// procedure is what of a version of a procedure this check goes by.
type procedure struct {
	Parties map[string]struct {
		Acts texts `yaml:"acts"`
	} `yaml:"parties"`
	Do     map[string]action `yaml:"do"`
	States map[string]struct {
		Ends string            `yaml:"ends"`
		Do   map[string]action `yaml:"do"`
	} `yaml:"states"`
	Pauses map[string]struct {
		Stops []string `yaml:"stops"`
	} `yaml:"pauses"`
	Visible struct {
		Public string   `yaml:"public"`
		Circle []string `yaml:"circle"`
	} `yaml:"visible"`
}

// openness is how the rows of a case say who sees it beside those who have a part in it: 0 nobody, 1 who oversees, 2 all in a summary, 3 all.
func (p *procedure) openness() int {
	switch {
	case p == nil || len(p.Visible.Circle) > 0:
		return 0
	case p.Visible.Public == "summary":
		return 2
	case p.Visible.Public == "full":
		return 3
	}
	return 1
}

// action is what of an action this check goes by.
type action struct {
	Approve texts `yaml:"approve"`
	Meets   texts `yaml:"meets"`
}

// row is a case as it is kept.
type row struct {
	ID                                                                    int64
	Number, Procedure, Hash, State, Outcome, Title, Category, Place, Lead string
	Seq, Level, Openness                                                  int
	Urgent, Simulated                                                     bool
	OpenedAt, ClosedAt, DueAt                                             time.Time
	Doc                                                                   string

	records   []record
	duties    []kept
	approvers []string
}

func (w *row) fields() []any {
	return []any{&w.ID, &w.Number, &w.Procedure, &w.Hash, &w.Seq, &w.State, &w.Outcome, &w.Title, &w.Category, &w.Place, &w.Lead, &w.Urgent,
		&w.Simulated, &w.Level, &w.Openness, store.At(&w.OpenedAt), store.At(&w.ClosedAt), store.At(&w.DueAt), &w.Doc}
}

// one checks one case.
func (r *run) one(w *row, now time.Time) {
	r.report.Cases++
	what := "case " + w.Number
	before := r.findings()
	s := r.history(what, w)
	for _, f := range s.wrong {
		r.found(what, f.why, f.args...)
	}
	r.broken = r.findings() - before
	if w.Seq > s.records { // the row knows of more than there is
		r.broken++
	}
	before = r.findings()
	r.differs(what, "seq", w.Seq, s.records)
	r.compare(what, w, s)
	r.compareDoc(what, w, s)
	slices.Sort(w.approvers)
	r.differs(what, "approvers", w.approvers, r.approvers(s))
	r.duties(what, w, s)
	r.stale = r.findings() - before
	r.judged(w.ID)
	r.clocks(what, s)
	r.overlooked(what, s, now)
}

// findings is how many there are so far.
func (r *run) findings() int { return len(r.report.Findings) + int(r.report.More) }

// history holds each record of a case to its entry in the log, and tells the story.
func (r *run) history(what string, w *row) *story {
	s, seq := &story{}, 0
	for i := range w.records {
		rec := &w.records[i]
		r.report.Records++
		if seq++; rec.seq != seq {
			r.found(what, "record_gap", "seq", seq)
			seq = rec.seq
		}
		data := fmt.Appendf(rec.salt[:len(rec.salt):len(rec.salt)], "huying case record v1\n%d\n%d\n%d\n%s\n%s\n", w.ID, rec.seq, rec.at, rec.signed, rec.events)
		sum := sha256.Sum256(data)
		switch {
		case rec.hash == nil:
			r.found(what, "no_leaf", "seq", rec.seq)
		case !bytes.Equal(sum[:], rec.hash):
			r.found(what, "other_leaf", "seq", rec.seq)
		}
		s.tell(rec.events, time.UnixMicro(rec.at).UTC(), r.ends)
	}
	s.records = seq
	return s
}

// versions reads the versions of procedures.
func (r *run) versions(ctx context.Context, tx *store.Tx) error {
	return tx.Each(ctx, "SELECT hash, file, files FROM casework_procedure", nil, func(rows store.Row) error {
		var hash, file string
		var files map[string]string
		if err := rows.Scan(&hash, &file, store.AsJSON(&files)); err != nil {
			return err
		}
		p := &procedure{}
		if err := yaml.Unmarshal([]byte(files[file]), p); err != nil {
			r.found("procedure "+hash, "unreadable", "error", err.Error())
		}
		r.procedures[hash] = p
		return nil
	})
}

func (r *run) ends(hash, state string) string {
	if p := r.procedures[hash]; p != nil {
		return p.States[state].Ends
	}
	return ""
}

// compare holds the row of a case to its story.
func (r *run) compare(what string, w *row, s *story) {
	var due time.Time
	for _, d := range s.duties {
		if d.open() && !d.due.IsZero() && (due.IsZero() || d.due.Before(due)) {
			due = d.due
		}
	}
	for _, f := range []struct {
		name             string
		stored, expected any
	}{
		{"number", w.Number, s.number}, {"procedure", w.Procedure, s.procedure}, {"hash", w.Hash, s.hash}, {"state", w.State, s.state},
		{"outcome", w.Outcome, s.outcome}, {"title", w.Title, s.title}, {"category", w.Category, s.category}, {"place", w.Place, s.place},
		{"lead_unit", w.Lead, s.lead()}, {"urgent", w.Urgent, s.urgent}, {"simulated", w.Simulated, s.simulated}, {"level", w.Level, s.level},
		{"opened_at", w.OpenedAt.UnixMicro(), s.openedAt.UnixMicro()}, {"closed_at", w.ClosedAt.UnixMicro(), s.closedAt.UnixMicro()},
		{"due_at", w.DueAt.UnixMicro(), due.UnixMicro()}, {"openness", w.Openness, r.procedures[s.hash].openness()},
	} {
		r.differs(what, f.name, f.stored, f.expected)
	}
}

// compareDoc holds the folded case to its story.
func (r *run) compareDoc(what string, w *row, s *story) {
	var doc struct {
		State    string              `json:"state"`
		Visit    int                 `json:"visit"`
		Outcome  string              `json:"outcome"`
		Hash     string              `json:"hash"`
		Level    int                 `json:"level"`
		Reopened int                 `json:"reopened"`
		Seq      int                 `json:"seq"`
		Urgent   bool                `json:"urgent"`
		Parties  map[string][]string `json:"parties"`
		Callers  []caller            `json:"callers"`
		Values   map[string]any      `json:"values"`
		Duties   []json.RawMessage   `json:"duties"`
		Pauses   []json.RawMessage   `json:"pauses"`
		Waits    waits               `json:"pending"`
	}
	if err := json.Unmarshal([]byte(w.Doc), &doc); err != nil {
		r.found(what, "unreadable", "error", err.Error())
		return
	}
	for _, f := range []struct {
		name             string
		stored, expected any
	}{
		{"doc.state", doc.State, s.state}, {"doc.visit", doc.Visit, s.visit}, {"doc.outcome", doc.Outcome, s.outcome}, {"doc.hash", doc.Hash, s.hash},
		{"doc.level", doc.Level, s.level}, {"doc.reopened", doc.Reopened, s.reopened}, {"doc.seq", doc.Seq, w.Seq}, {"doc.urgent", doc.Urgent, s.urgent},
		{"doc.callers", doc.Callers, s.callers}, {"doc.values", asJSON(doc.Values), asJSON(s.values)}, {"doc.parties", asJSON(doc.Parties), asJSON(s.parties)},
		{"doc.duties", len(doc.Duties), len(s.duties)}, {"doc.pauses", len(doc.Pauses), len(s.pauses)},
		{"doc.pending", doc.Waits, s.waits},
	} {
		r.differs(what, f.name, f.stored, f.expected)
	}
}

// asJSON is a map in the order of its keys; an empty one is as good as none.
func asJSON[M ~map[string]V, V any](m M) string {
	if len(m) == 0 {
		return "{}"
	}
	b, err := json.Marshal(m)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// duties holds the rows of duties to the story.
func (r *run) duties(what string, w *row, s *story) {
	seen := map[key]bool{}
	for i := range w.duties {
		o := &w.duties[i]
		r.report.Duties++
		seen[o.key] = true
		d := s.duty(o.key)
		if d == nil {
			r.found(what, "stray_duty", "duty", o.Name, "owner", o.Owner)
			continue
		}
		for _, f := range []struct {
			name             string
			stored, expected any
		}{
			{"holder", o.holder, s.holder(d.Owner)}, {"party", o.party, d.party}, {"state", o.state, d.state}, {"start", o.start.UnixMicro(), d.start.UnixMicro()},
			{"due", o.due.UnixMicro(), d.due.UnixMicro()}, {"status", o.status, d.status}, {"at", o.at.UnixMicro(), d.at.UnixMicro()},
			{"done", o.done.UnixMicro(), d.done.UnixMicro()}, {"outstanding", o.outstanding, d.open()}, {"claimed", o.claimed, d.claimed},
			{"urgent", o.urgent, s.urgent && d.open()}, {"openness", o.openness, r.procedures[s.hash].openness()},
		} {
			r.differs(what, "duty "+o.Name+" "+f.name, f.stored, f.expected)
		}
	}
	for _, d := range s.duties {
		if !seen[d.key] {
			r.found(what, "lost_duty", "duty", d.Name, "owner", d.Owner)
		}
	}
}

// clocks works out each due time anew.
func (r *run) clocks(what string, s *story) {
	c := &r.o.Calendar
	for _, d := range s.duties {
		if d.dueAt.Before(c.Since) { // it was worked out under another calendar, and decided under it
			continue
		}
		want, ok := r.due(s, d)
		switch {
		case !ok && !d.due.IsZero():
			r.found(what, "clock_stands", "duty", d.Name, "stored", d.due.In(c.Zone).Format(time.DateTime))
		case ok && !want.Equal(d.due):
			r.found(what, "other_due", "duty", d.Name, "owner", d.Owner, "stored", d.due.In(c.Zone).Format(time.DateTime), "expected", want.In(c.Zone).Format(time.DateTime))
		}
	}
}

// due is the end of a duty's terms, one after the other; terms of one unit count as one. ok is false for a clock that stands.
func (r *run) due(s *story, d *duty) (end time.Time, ok bool) {
	var pauses []pause
	for _, p := range s.pauses {
		if p.from.After(d.dueAt) || !r.stops(s.hash, p.reason, d) {
			continue
		}
		if p.to.After(d.dueAt) { // it went on when the time was worked out
			p.to = time.Time{}
		}
		pauses = append(pauses, p.pause)
	}
	end, terms := d.start, joined(d.terms)
	if d.on != "" {
		day, err := time.ParseInLocation(time.DateOnly, d.on, r.o.Calendar.Zone)
		if err != nil {
			return end, false
		}
		end, terms = day.AddDate(0, 0, -1).Add(12*time.Hour), append([]string{"1 day"}, terms...)
	}
	for _, t := range terms {
		if end, ok = r.o.Calendar.walk(end, t, pauses); !ok {
			return end, false
		}
	}
	if f := s.foreign; f != nil && !f.Due.IsZero() && f.Due.Before(end) && d.party != "caller" {
		end = f.Due
	}
	return end, true
}

// joined adds up neighbouring terms of one unit.
func joined(terms []string) []string {
	var out []string
	for _, t := range terms {
		n := termText.FindStringSubmatch(t)
		if last := len(out) - 1; last >= 0 && n != nil {
			if m := termText.FindStringSubmatch(out[last]); m != nil && m[2] == n[2] {
				a, _ := strconv.Atoi(m[1]) // digits
				b, _ := strconv.Atoi(n[1])
				out[last] = strconv.Itoa(a+b) + " " + m[2] + "s"
				continue
			}
		}
		out = append(out, t)
	}
	return out
}

// stops reports whether a pause with a reason stops a duty: those that the reason names, or all that units owe.
func (r *run) stops(hash, reason string, d *duty) bool {
	p := r.procedures[hash]
	if p == nil {
		return false
	}
	stops := p.Pauses[reason].Stops
	return slices.Contains(stops, d.Name) || len(stops) == 0 && d.party != "caller"
}

// overlooked finds duties that were due and of which nothing became.
func (r *run) overlooked(what string, s *story, now time.Time) {
	for _, d := range s.duties {
		if d.status == "due" && !d.due.IsZero() && d.due.Add(mayDally).Before(now) {
			r.found(what, "overlooked", "duty", d.Name, "owner", d.Owner)
		}
	}
}
