package casework

import (
	"slices"
	"strings"
	"time"

	"huying/internal/calendar"
	"huying/internal/clock"
	"huying/internal/identity"
)

// oweAll lets the duties of a state begin, or, with no state, those of the procedure.
func (d *decider) oweAll(duties Named[Duty], state string) error {
	for i := range duties {
		if duties[i].Value.follows {
			continue
		}
		if err := d.owe(duties[i].Key, state, &duties[i].Value); err != nil {
			return err
		}
	}
	return nil
}

// owe lets a duty begin for every member that owes it and does not yet.
func (d *decider) owe(name, state string, def *Duty) error {
	if ok, err := d.satisfies(def.If, nil); err != nil || !ok {
		return err
	}
	for _, party := range def.OwedBy {
		for _, owner := range d.members(party) {
			if err := d.oweOne(name, state, party, owner, def); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *decider) oweOne(name, state, party string, owner Member, def *Duty) error {
	visit := d.c.Visit
	if state == "" {
		visit = d.c.Begun
	}
	o := Owed{DutyKey: DutyKey{Visit: visit, Name: name, Owner: owner}, Party: party, State: state, Start: d.w.Now}
	if d.owedAlready(o.DutyKey) {
		return nil
	}
	d.supersede(o)
	switch {
	case def.Each != "":
		return d.oweRows(o, def)
	case def.recurs():
		o.N = 1
		return d.begin(d.turn(o, def))
	}
	return d.beginOnTerm(o, def)
}

// supersede withdraws what the owner of a duty still owes under its name since an earlier visit of the state: it is asked of them afresh.
func (d *decider) supersede(o Owed) {
	for i := range d.c.Duties {
		old := &d.c.Duties[i]
		if old.outstanding() && old.Name == o.Name && old.Owner == o.Owner && old.State == o.State && old.Visit < o.Visit {
			key := old.DutyKey
			d.emit(Event{Dropped: &key})
		}
	}
}

// beginOnTerm lets a duty begin that is due on a day that was named, or, where none was, within a term.
func (d *decider) beginOnTerm(o Owed, def *Duty) error {
	if o.On = d.dayNamed(def.By); o.On != "" {
		return d.begin(o)
	}
	span, err := d.term(def.Within)
	if err != nil {
		return err
	}
	if !span.IsZero() {
		o.Terms = []calendar.Span{span}
	}
	return d.begin(o)
}

// term is the first of some terms whose condition holds.
func (d *decider) term(terms Terms) (calendar.Span, error) {
	for i := range terms {
		if ok, err := d.satisfies(terms[i].If, nil); err != nil || ok {
			return terms[i].Span, err
		}
	}
	return calendar.Span{}, nil
}

// dayNamed is the day in a field of the form or in a value of the case, or empty.
func (d *decider) dayNamed(by string) string {
	from := d.c.Form
	name, ofValues := strings.CutPrefix(by, valuesDot)
	if ofValues {
		from = d.c.Values
	} else {
		name = strings.TrimPrefix(by, formDot)
	}
	day, _ := from[name].(string)
	return day
}

// owedAlready reports whether the owner has the duty in this visit, whichever turn of it. One that was withdrawn and falls to the same
// owner again is a turn of its own.
func (d *decider) owedAlready(k DutyKey) bool {
	return slices.ContainsFunc(d.c.Duties, func(o Owing) bool {
		return o.Visit == k.Visit && o.Name == k.Name && o.Owner == k.Owner && o.Status != Dropped && !o.Gone
	})
}

// oweRows lets a duty begin for each row of a table of the form.
func (d *decider) oweRows(o Owed, def *Duty) error {
	rows, _ := d.c.Form[strings.TrimPrefix(def.Each, formDot)].([]any)
	for i, r := range rows {
		row, _ := r.(map[string]any)
		o.N = i + 1
		o.On, _ = row["date"].(string)
		o.Row, _ = row["name"].(string)
		if err := d.begin(o); err != nil {
			return err
		}
	}
	return nil
}

// turn sets when a turn of a recurring duty begins and ends. The turns of a schedule all count from the state's beginning; those of a
// rhythm follow one another.
func (d *decider) turn(o Owed, def *Duty) Owed {
	switch {
	case len(def.At) > 0:
		o.Terms = []calendar.Span{def.At[o.N-1]}
	case def.Day > 0:
		o.On = monthly(clock.DateOf(o.Start, d.w.Calendar.Zone()), def.Day).String()
	default:
		o.Terms = []calendar.Span{def.Every}
	}
	return o
}

// monthly returns the next day of the month after a date; a month that lacks the day has it on its last.
func monthly(after clock.Date, day int) clock.Date {
	for month := after.Month; ; month++ {
		last := time.Date(after.Year, month+1, 0, 0, 0, 0, 0, time.UTC)
		d := clock.Date{Year: last.Year(), Month: last.Month(), Day: min(day, last.Day())}
		if d.After(after) {
			return d
		}
	}
}

// begin works out when a duty is due, and lets it begin. A key is used once: what falls to the same owner again in the same visit is
// another turn.
func (d *decider) begin(o Owed) error {
	for d.c.duty(o.DutyKey) != nil {
		o.N++
	}
	due, err := d.due(&o)
	if err != nil {
		return err
	}
	o.Due, o.Provisional = due.At, due.Provisional
	d.emit(Event{Owed: &o})
	return nil
}

// due is when a duty is due: its terms one after the other, or its day, moved by the pauses that stop it, and never after the deadline
// that another system set.
func (d *decider) due(o *Owed) (calendar.Due, error) {
	pauses := d.pausesOf(o)
	start, terms := o.Start, o.Terms
	if o.On != "" {
		day, err := clock.ParseDate(o.On)
		if err != nil {
			return calendar.Due{}, err
		}
		// A day's end is the end of a term of one day begun the day before; noon is in the day in every zone.
		start = day.AddDays(-1).In(d.w.Calendar.Zone()).Add(12 * time.Hour)
		terms = append([]calendar.Span{{N: 1, Unit: calendar.Days}}, terms...)
	}
	var due calendar.Due
	for _, t := range added(terms) {
		next, err := d.w.Calendar.Due(start, t, pauses)
		if err != nil {
			return calendar.Due{}, err
		}
		due = calendar.Due{At: next.At, Provisional: due.Provisional || next.Provisional, Stopped: next.Stopped}
		if due.Stopped {
			return due, nil
		}
		start = next.At
	}
	if f := d.c.Foreign; f != nil && !f.Due.IsZero() && f.Due.Before(due.At) && o.Party != Caller {
		due = calendar.Due{At: f.Due}
	}
	return due, nil
}

// added adds up terms of one unit that follow one another: three months and three more are six from the beginning, also when the first
// three end on a rest day.
func added(terms []calendar.Span) []calendar.Span {
	var out []calendar.Span
	for _, t := range terms {
		if n := len(out); n > 0 && out[n-1].Unit == t.Unit {
			out[n-1].N += t.N
		} else {
			out = append(out, t)
		}
	}
	return out
}

// pausesOf are the pauses that stop the clock of a duty.
func (d *decider) pausesOf(o *Owed) []calendar.Pause {
	var out []calendar.Pause
	for i, p := range d.c.Pauses {
		r, ok := d.p.Pauses.Get(d.c.Reasons[i])
		if ok && (slices.Contains(r.Stops, o.Name) || len(r.Stops) == 0 && o.Party != Caller) {
			out = append(out, p)
		}
	}
	return out
}

// recount works out the due times of what is still due again, and says those that change.
func (d *decider) recount(why string) error {
	for i := range d.c.Duties {
		o := &d.c.Duties[i]
		if o.Status != Due {
			continue
		}
		due, err := d.due(&o.Owed)
		if err != nil {
			return err
		}
		if !due.At.Equal(o.Due) || due.Provisional != o.Provisional {
			d.emit(Event{Due: &NewDue{DutyKey: o.DutyKey, Due: due.At, Provisional: due.Provisional, Why: why}})
		}
	}
	return nil
}

// tick finds what was missed by now. What follows from it follows at once; what that lets begin is due later.
func (d *decider) tick() error {
	escalates := false
	for i := 0; i < len(d.c.Duties) && !d.c.Closed(); i++ {
		if !d.lapsed(&d.c.Duties[i]) {
			continue
		}
		for _, o := range d.missedAt(d.c.Duties[i].Due) {
			def := d.definition(&o)
			if err := d.afterMiss(&o, def); err != nil {
				return err
			}
			escalates = escalates || slices.Contains(def.Missed, missedEscalate)
		}
	}
	silent := d.c.overdue() && !d.c.Again.IsZero() && !d.c.Again.After(d.w.Now)
	if (escalates || silent) && !d.c.Closed() {
		d.escalate()
	}
	return nil
}

// lapsed reports whether the time of a duty is over, and nobody has found it yet.
func (d *decider) lapsed(o *Owing) bool {
	return o.Status == Due && !o.Due.IsZero() && o.Due.Before(d.w.Now)
}

// missedAt finds all that was missed at one moment, before anything follows from one of them: where that leads the case on, the others were
// silent no less.
func (d *decider) missedAt(due time.Time) (all []Owing) {
	for _, o := range slices.Clone(d.c.Duties) {
		if d.lapsed(&o) && o.Due.Equal(due) {
			key := o.DutyKey
			d.emit(Event{Missed: &key})
			all = append(all, o)
		}
	}
	return all
}

// afterMiss lets follow what follows from a duty that was missed, as long as the case goes on: its next turn, and what the procedure says.
func (d *decider) afterMiss(o *Owing, def *Duty) error {
	if d.c.Closed() {
		return nil
	}
	if def.recurs() {
		if err := d.nextTurn(o, def); err != nil {
			return err
		}
	}
	if err := d.follow(o, def); err != nil {
		return err
	}
	return d.reconcile()
}

// follow does what follows from a duty that was missed, the ladder excepted.
func (d *decider) follow(o *Owing, def *Duty) error {
	if def.Opens.Procedure != "" {
		_ = d.openChild(def.Opens, d.varsOfMissed(o, def)) // a fault of the pack's author stops no clock
	}
	for _, m := range def.Missed {
		to, moves := strings.CutPrefix(m, "to ")
		next, owes := strings.CutPrefix(m, missedOwe)
		switch {
		case m == missedReroute:
			d.replace(o.Party, o.Owner, d.standIn(o.Party))
		case moves && d.c.current(o):
			if err := d.enter(to); err != nil {
				return err
			}
		case owes:
			heir := Owed{DutyKey: o.DutyKey, Party: o.Party, State: o.State, Start: o.Due, Row: o.Row}
			heir.Name = next
			if err := d.beginOnTerm(heir, d.p.duty(o.State, next)); err != nil {
				return err
			}
		}
	}
	return nil
}

// varsOfMissed are the names of the expressions when a duty was missed.
func (d *decider) varsOfMissed(o *Owing, def *Duty) map[string]any {
	duty := map[string]any{"name": o.Name, "title": def.Title.ZH, "row": o.Row, "due": clock.DateOf(o.Due, d.w.Calendar.Zone()).String()}
	if unit, ok := o.Owner.Unit(); ok {
		duty["unit"] = unit
	}
	vars := d.vars(nil)
	vars["duty"] = duty
	return vars
}

// definition is what the procedure says of a duty; of the one that is everywhere, what the program says.
func (d *decider) definition(o *Owing) *Duty {
	if o.Name == attend {
		def := attendDuty()
		if len(d.p.Escalate) > 0 {
			def.Missed = Strings{missedEscalate}
		}
		return def
	}
	if def := d.p.duty(o.State, o.Name); def != nil {
		return def
	}
	return &Duty{} // of a version that the case has left
}

func attendDuty() *Duty {
	return &Duty{OwedBy: Strings{Fallback}, Within: Terms{{Span: calendar.Span{N: 1, Unit: calendar.WorkingDays}}}}
}

// nextTurn lets the next turn of a recurring duty begin, as long as the case is where it is owed.
func (d *decider) nextTurn(o *Owing, def *Duty) error {
	if d.c.Closed() || !d.c.current(o) || !slices.Contains(d.members(o.Party), o.Owner) {
		return nil
	}
	next := o.Owed
	next.N++
	next.Terms, next.On = nil, ""
	switch {
	case len(def.At) > 0:
		if next.N > len(def.At) {
			return nil
		}
	case o.Due.IsZero():
		next.Start = d.w.Now
	default:
		next.Start = o.Due
	}
	return d.begin(d.turn(next, def))
}

// escalate climbs to the next rung of the ladder on which somebody stands; who stands on the last one hears again of what is missed later.
func (d *decider) escalate() {
	most := len(d.p.Escalate)
	if most == 0 {
		return
	}
	level := min(d.c.Level+1, most)
	for level < most && !d.someone(d.p.Escalate[level-1]) {
		level++
	}
	e := Escalated{Level: level, To: d.p.Escalate[level-1]}
	if !d.someone(e.To) {
		e.To, e.Instead = d.lastResort(), true
	}
	if again, err := d.term(d.p.Again); err == nil && level < len(d.p.Escalate) && !again.IsZero() {
		if due, err := d.w.Calendar.Due(d.w.Now, again, nil); err == nil {
			e.Again = due.At
		}
	}
	d.emit(Event{Escalated: &e})
}

// someone reports whether anybody stands on a rung.
func (d *decider) someone(rung string) bool {
	return d.w.People == nil || slices.ContainsFunc(d.p.addresses(d.c, rung), func(a string) bool { return d.w.People.Behind(a, d.c.Place) })
}

// lastResort is who hears of it when nobody stands on the ladder: the fallback, or, where that has no people either, who supervises.
func (d *decider) lastResort() string {
	for _, m := range d.fallback() {
		if d.someone(string(m)) {
			return string(m)
		}
	}
	return string(identity.Supervisor)
}

// reconcile brings what is owed to the members that parties have now: those who left owe nothing more, those who came begin.
func (d *decider) reconcile() error {
	for i := range d.c.Duties {
		o := &d.c.Duties[i]
		if o.outstanding() && o.Name != attend && !slices.Contains(d.members(o.Party), o.Owner) {
			key := o.DutyKey
			d.emit(Event{Dropped: &key})
		}
	}
	if d.c.Closed() {
		return nil
	}
	if err := d.oweAll(d.p.Duties, ""); err != nil {
		return err
	}
	s, _ := d.p.state(d.c.State)
	defer d.lapse()
	return d.oweAll(s.Duties, d.c.State)
}
