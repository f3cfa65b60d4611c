package casework

import (
	"slices"
	"strings"

	"huying/internal/clock"
	"huying/internal/errs"
)

// Decide returns what a command does to a case: the events to append, or why it may not. It reads nothing but its arguments and changes
// none of them. Of an OpenCase c is nil. Errors are errs.Invalid (with the field), errs.Forbidden, errs.Conflict (the state does not allow
// it) and errs.NotFound (no such action or duty).
//
// The whole law of a case is here and in the files decide_*.go beside.
func Decide(p *Procedure, c *Case, by Actor, cmd Command, w World) ([]Event, Signed, error) {
	d := &decider{p: p, w: w, by: by, signed: Signed{Person: by.Person, For: by.For, Caller: by.Caller}}
	if c == nil {
		c = &Case{}
	}
	d.c = c.clone()
	err := d.run(cmd)
	if err != nil {
		return nil, Signed{}, err
	}
	return d.events, d.signed, nil
}

// decider is one decision under way: a copy of the case on which each event has already been applied.
type decider struct {
	p      *Procedure
	c      *Case
	w      World
	by     Actor
	signed Signed
	events []Event
}

// emit makes an event so.
func (d *decider) emit(e Event) {
	d.events = append(d.events, e)
	d.c.apply(d.version, d.w.Now, d.signed, e)
}

func (d *decider) version(string) *Procedure { return d.p }

func (d *decider) run(cmd Command) error {
	if open, ok := cmd.(OpenCase); ok {
		return d.open(open)
	}
	var err error
	switch cmd := cmd.(type) {
	case Do:
		err = d.act(cmd)
	case Approve:
		err = d.approve(cmd)
	case Return:
		err = d.giveBack(cmd)
	case Claim:
		err = d.claim(cmd)
	case Note:
		d.emit(Event{Noted: &Noted{Text: cmd.Text, Files: cmd.Files}})
	case Link:
		d.emit(Event{Linked: &cmd.Linked})
	default:
		if !d.by.Program {
			return errs.New(errs.Forbidden, "casework.forbidden")
		}
		err = d.runProgram(cmd)
	}
	if err != nil {
		return err
	}
	return d.settle()
}

// runProgram does what only the program itself asks.
func (d *decider) runProgram(cmd Command) error {
	switch cmd := cmd.(type) {
	case Tick:
		return d.tick()
	case Recount:
		return d.recount("calendar")
	case ChildIs:
		d.emit(Event{Child: &cmd.ChildOf})
	case Succeed:
		return d.succeed(cmd)
	case Migrate:
		return d.migrate(cmd)
	case Restrain:
		return d.restrain(cmd)
	}
	return nil
}

// settle lets follow what follows by itself, until nothing does.
func (d *decider) settle() error {
	const most = 50 // a procedure that goes round without anybody acting
	for range most {
		if err := d.weigh(); err != nil {
			return err
		}
		if d.c.Closed() {
			d.dropAll()
			return nil
		}
		to, err := d.following()
		if err != nil {
			return err
		}
		if to == "" {
			return d.nobodysBusiness()
		}
		if err := d.enter(to); err != nil {
			return err
		}
	}
	return errs.New(errs.Internal, "casework.endless", "procedure", d.p.Name, "state", d.c.State)
}

// following returns the state that follows the present one by itself, or nothing.
func (d *decider) following() (string, error) {
	s, ok := d.p.state(d.c.State)
	if !ok {
		return "", errs.New(errs.Internal, "casework.no_state", "state", d.c.State)
	}
	for i := range s.Next {
		n := &s.Next[i].Value
		if !d.allHold(n.conditions) {
			continue
		}
		ok, err := d.satisfies(n.If, nil)
		if err != nil {
			return "", err
		}
		if ok {
			return s.Next[i].Key, nil
		}
	}
	return "", nil
}

func (d *decider) allHold(conds []condition) bool {
	return !slices.ContainsFunc(conds, func(c condition) bool { return !d.condition(c) })
}

// condition reports whether a phrase is true of the present visit. What nobody owes holds up nothing: of duties that were not owed, or
// withdrawn, all are met.
func (d *decider) condition(cond condition) bool {
	if cond.children {
		return len(d.c.Children) > 0 && !slices.ContainsFunc(d.c.Children, func(ch ChildOf) bool { return ch.Outcome == "" })
	}
	owed, so := 0, 0
	for i := range d.c.Duties {
		o := &d.c.Duties[i]
		if o.Name != cond.duty || !d.c.current(o) || cond.party != "" && o.Party != cond.party || o.Status == Dropped || o.Gone {
			continue
		}
		owed++
		if cond.missed && o.Status == Breach || !cond.missed && o.done() {
			so++
		}
	}
	switch def := d.p.duty(d.c.State, cond.duty); {
	case cond.missed:
		return so > 0 && so >= min(max(cond.need, 1), owed)
	case cond.need > 0:
		return so >= min(cond.need, owed)
	case def != nil && len(def.At) > 0:
		return so == owed && owed >= len(def.At)*len(d.owners(def))
	}
	return so == owed
}

// enter moves the case to a state: duties that wait for it are met, and those of the state begin.
func (d *decider) enter(state string) error {
	d.emit(Event{Entered: &Entered{State: state, Visit: d.c.Visit + 1}})
	if err := d.weigh(); err != nil { // what is owed here may depend on it
		return err
	}
	defer d.lapse()
	for _, o := range slices.Clone(d.c.Duties) {
		if o.outstanding() && slices.Contains(d.definition(&o).UntilAny, state) {
			if err := d.meet(o); err != nil {
				return err
			}
		}
	}
	s, ok := d.p.state(state)
	if !ok {
		return errs.New(errs.Internal, "casework.no_state", "state", state)
	}
	if s.Ends != Open {
		return nil
	}
	if d.c.Begun == d.c.Visit { // it was just opened, or reopened
		if err := d.oweAll(d.p.Duties, ""); err != nil {
			return err
		}
	}
	return d.oweAll(s.Duties, state)
}

// meet marks a duty as done, in time or late, and lets its next turn begin. (That of a missed one began when it was missed.)
func (d *decider) meet(o Owing) error {
	d.emit(Event{Met: &Met{DutyKey: o.DutyKey, Late: o.Status == Breach}})
	if def := d.definition(&o); o.Status == Due && def.recurs() {
		if err := d.nextTurn(&o, def); err != nil {
			return err
		}
	}
	d.lapseDone(&o)
	return nil
}

// dropAll withdraws what is still open when the case has ended.
func (d *decider) dropAll() {
	for i := range d.c.Duties {
		if o := &d.c.Duties[i]; o.outstanding() {
			key := o.DutyKey
			d.emit(Event{Dropped: &key})
		}
	}
}

// satisfies reports whether a condition holds; none does. What expressions may speak of is laid out only where there is one.
func (d *decider) satisfies(g Guard, input Data) (bool, error) {
	if g.IsZero() {
		return true, nil
	}
	return g.expr.Holds(d.vars(input))
}

// urgent reports whether the procedure calls the case urgent as it is.
func (d *decider) urgent() (bool, error) {
	if d.p.Urgent.IsZero() {
		return false, nil
	}
	return d.p.Urgent.expr.Holds(d.vars(nil))
}

// vars are the names of the expressions, with input as what was filled in for an action. What is personal is not among them, whether the
// vault has it already or not: rules leave traces in the record.
func (d *decider) vars(input Data) map[string]any {
	ratings := map[string]any{}
	for _, r := range d.c.Ratings {
		if low, ok := ratings[r.Party].(int64); !ok || int64(r.Score) < low {
			ratings[r.Party] = int64(r.Score)
		}
	}
	callers := make([]any, len(d.c.Callers))
	for i, c := range d.c.Callers {
		callers[i] = orEmpty(d.p.caller.public(c.Said))
	}
	declined := 0
	for _, n := range d.c.Declines {
		declined += n
	}
	vars := map[string]any{
		"form": orEmpty(d.p.form.public(d.c.Form)), "input": orEmpty(input), "values": orEmpty(d.c.Values), "ratings": ratings, "callers": callers,
		"duty": map[string]any{},
		"case": map[string]any{
			"number": d.c.Number, "state": d.c.State, "category": d.c.Category, "place": d.c.Place, "urgent": d.c.Urgent, "level": int64(d.c.Level),
			"reopened": int64(d.c.Reopened), "declined": int64(declined), "callers": int64(len(d.c.Callers)), "children": int64(len(d.c.Children)),
			"today": clock.DateOf(d.w.Now, d.w.Calendar.Zone()).String(),
		},
	}
	for _, t := range tallies {
		vars[t.name] = d.tally(t.is)
	}
	return vars
}

// varsFor is vars for an action, with what was filled in for it.
func (d *decider) varsFor(f *found, in Data) map[string]any {
	return d.vars(d.p.ActionForm(f.state, f.name).public(in))
}

func orEmpty(d Data) map[string]any {
	if d == nil {
		return map[string]any{}
	}
	return d
}

// attend is the duty of the fallback towards a case in which nobody else owes anything: silence does not end in silence.
const attend = "attend"

// nobodysBusiness keeps an open case from being owed by no one.
func (d *decider) nobodysBusiness() error {
	others := len(d.c.Pending) > 0 || slices.ContainsFunc(d.c.Children, func(ch ChildOf) bool { return ch.Outcome == "" })
	var mine *Owing
	for i := range d.c.Duties {
		if o := &d.c.Duties[i]; o.outstanding() && o.Name == attend {
			mine = o
		} else if o.outstanding() {
			others = true
		}
	}
	switch {
	case others && mine != nil:
		return d.meet(*mine)
	case !others && mine == nil:
		return d.owe(attend, d.c.State, attendDuty())
	}
	return nil
}

// who returns the members of a party, or, of one that has none and is not optional, those of the fallback.
func (d *decider) members(party string) []Member {
	if party == Caller {
		out := make([]Member, len(d.c.Callers))
		for i := range d.c.Callers {
			out[i] = CallerMember(d.c.Callers[i].N)
		}
		return out
	}
	def, _ := d.p.Parties.Get(party)
	if m := d.apart(def, d.c.Parties[party], d.c.Parties); len(m) > 0 {
		return m
	}
	if def != nil && def.Optional {
		return nil
	}
	return d.standIn(party)
}

// fallback is the unit that owns what no one else takes: the procedure's, or the district's.
func (d *decider) fallback() []Member {
	if m := d.c.Parties[Fallback]; len(m) > 0 {
		return m
	}
	if key := d.w.Trees.Fallback(); key != "" {
		return []Member{UnitMember(key)}
	}
	return nil
}

func (d *decider) owners(def *Duty) []Member {
	var all []Member
	for _, party := range def.OwedBy {
		all = append(all, d.members(party)...)
	}
	return all
}

// labels are the fields of a form by which a case is known in lists, the first that is filled in.
var labels = []string{"title", "subject"}

// titleOf is the line by which a case is known in lists: its field title, or the beginning of its first text. That of a closed circle has
// none: it lies on the desks of some who may not read it.
func (p *Procedure) titleOf(form Data) string {
	const most = 80
	f := p.form
	if len(p.Visible.Circle) > 0 {
		return ""
	}
	for _, name := range labels {
		if s, ok := form[name].(string); ok {
			if field, _ := f.Field(name); field.Personal == "" {
				return firstLine(s, most)
			}
		}
	}
	if f != nil {
		for _, field := range f.Fields {
			if s, ok := form[field.Name].(string); ok && field.Personal == "" && (field.Kind == TextField || field.Kind == LongText) {
				return firstLine(s, most)
			}
		}
	}
	return ""
}

func firstLine(s string, most int) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	return Clip(s, most)
}

// Clip cuts a text to so many characters, the last of which then says that it was cut.
func Clip(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}
