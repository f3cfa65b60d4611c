package casework

import (
	"huying/internal/calendar"
	"huying/internal/strictyaml"
)

// Procedure is a checked definition of how a kind of case is handled. It never changes once compiled: a case keeps the one with which it
// began, known by its Hash.
type Procedure struct {
	Hash string `yaml:"-"` // SHA-256 of its file and of all it names

	Name     string        `yaml:"procedure"`
	Title    Text          `yaml:"title"`
	System   string        `yaml:"system"`    // the row of the list of systems that it answers
	Mark     string        `yaml:"mark"`      // before the numbers of its cases: WS of WS-000123
	OpenedBy []string      `yaml:"opened-by"` // roles; anyone
	OnBehalf []string      `yaml:"on-behalf"` // roles that may open for a caller: by phone, at a window
	Parties  Named[Party]  `yaml:"parties"`
	Routes   []Route       `yaml:"routes"`
	FormFile FormSource    `yaml:"form"`
	Fields   FormSource    `yaml:"fields"`  // what actions ask for beside the built-in fields: properties of a JSON Schema
	Callers  FormSource    `yaml:"callers"` // what each caller says of themselves, the first as those who join
	Visible  Visible       `yaml:"visible"`
	Urgent   Guard         `yaml:"urgent"`
	Repeat   string        `yaml:"repeat"` // a field of the form: earlier cases with the same value are counted
	Pauses   Named[Reason] `yaml:"pauses"`
	Scale    int           `yaml:"scale"` // of ratings, the best; 5 unless said
	Duties   Named[Duty]   `yaml:"duties"`
	Do       Named[Action] `yaml:"do"` // what may be done in every state but the ends; one that a state has under the same name goes before
	States   Named[State]  `yaml:"states"`
	Escalate []string      `yaml:"escalate"`
	Again    Terms         `yaml:"escalate-again"` // how long a rung of the ladder may be silent before the next hears of it
	Values   Named[Value]  `yaml:"values"`         // what is kept on the case
	Tone     string        `yaml:"tone"`           // the value by which lists show and choose a case: a light, a colour
	Numbered Text          `yaml:"numbered"`       // how its papers are numbered within a year, without gaps: 督办〔{year}〕{n}号
	Shares   Named[Share]  `yaml:"shares"`         // of all cases of the procedure

	file    *strictyaml.File
	sources map[string]string // the files that it was read from, by name
	form    *Form
	caller  *Form // what each caller says of themselves; nil: nothing
	fields  map[string]Field
	actions map[string]*Form // by state and action
	acting  []string         // roles, other than those of parties, that may act somewhere
}

// Party is somebody with a part in the case: the lead unit, the joint units, a mediator. The parties caller and fallback are always
// there.
type Party struct {
	Title    Text    `yaml:"title"`
	One      Who     `yaml:"one"`  // of exactly one member
	Many     Who     `yaml:"many"` // of any number
	From     string  `yaml:"from"` // route, caller, or a field of the form
	Is       string  `yaml:"is"`   // the key of a unit
	Role     string  `yaml:"role"` // of a person: the role one must hold
	Acts     Strings `yaml:"acts"` // of units: roles of the district that act for them, beside the program's own (head, clerk …)
	NotAlso  Strings `yaml:"not"`  // other parties whose members may not be in this one
	Optional bool    `yaml:"optional"`
}

// Who is what members of a party are.
type Who string

const (
	Units   Who = "unit"
	Persons Who = "person"
)

// kind is what the party's members are.
func (p Party) kind() Who {
	if p.One != "" {
		return p.One
	}
	return p.Many
}

// Route names the unit that leads cases of some categories in some places. The first that fits holds.
type Route struct {
	Category []string `yaml:"category"` // none: any
	Place    []string `yaml:"place"`    // each with what lies in it; none: any
	To       []string `yaml:"to"`       // units; the first whose jurisdiction holds the place, then the others in order after a refusal
	Under    string   `yaml:"under"`    // instead of to: the unit below this one whose jurisdiction holds the place most narrowly
}

// Visible says who reads a case besides its parties.
type Visible struct {
	Public  Openness `yaml:"public"`
	Circle  []string `yaml:"circle"`  // parties and roles; when given, nobody else reads the case, the supervisor neither (see State.SeenBy)
	Callers []string `yaml:"callers"` // parties and roles that learn who called; none given: all parties
}

// Openness is how much of a case the public sees.
type Openness string

const (
	Hidden  Openness = "none"
	Summary Openness = "summary" // number, kind, place, state and clocks
	Full    Openness = "full"    // and what was said and shown, personal data excepted
)

// Reason is a lawful reason for which clocks stop.
type Reason struct {
	Title Text     `yaml:"title"`
	Law   string   `yaml:"law"`   // the rule that allows it
	Stops []string `yaml:"stops"` // duties; none: all that units owe
}

// State is a stage of the procedure.
type State struct {
	Title    Text          `yaml:"title"`
	SeenBy   []string      `yaml:"seen-by"`   // of a closed circle: who reads the case beside the circle as long as it is here
	UnseenBy []string      `yaml:"unseen-by"` // parties that do not read the case as long as it is here
	Duties   Named[Duty]   `yaml:"duties"`
	Do       Named[Action] `yaml:"do"`
	Next     Named[Next]   `yaml:"next"`
	Ends     Outcome       `yaml:"ends"`
}

// Outcome is how a case ended. Those that count as done for the caller are told from those that do not.
type Outcome string

const (
	Open           Outcome = ""
	Solved         Outcome = "solved"
	Unconfirmed    Outcome = "unconfirmed"     // done, as the unit says; the caller was silent
	ClosedUnsolved Outcome = "closed-unsolved" // ended without a solution, and said so
	Refused        Outcome = "refused"
	Withdrawn      Outcome = "withdrawn" // by the caller
	Redirected     Outcome = "redirected"
)

// Outcomes are all ways to end.
var Outcomes = []Outcome{Solved, Unconfirmed, ClosedUnsolved, Refused, Withdrawn, Redirected}

// Duty is what members of a party owe from the moment the state is entered (or, of the procedure, the case opened).
type Duty struct {
	Title    Text            `yaml:"title"`
	OwedBy   Strings         `yaml:"owed-by"` // parties
	Within   Terms           `yaml:"within"`
	By       string          `yaml:"by"`    // a date: a field of the form, or a value that an action keeps; without it, within holds
	Each     string          `yaml:"each"`  // a table of the form: one duty for each row, due on the row's date
	Every    calendar.Span   `yaml:"every"` // again and again
	Day      int             `yaml:"day"`   // of the month on which it is due, with every: 1 month
	At       []calendar.Span `yaml:"at"`    // a schedule: due so long after the state was entered, each
	If       Guard           `yaml:"if"`    // owed only then
	Missed   Strings         `yaml:"missed"`
	Opens    Child           `yaml:"opens"` // a case that is opened when it is missed
	UntilAny []string        `yaml:"until"` // states; entering one meets the duty

	follows bool // it begins only when another is missed that says so
}

// recurs reports whether several duties of the name may follow one another in one visit.
func (d Duty) recurs() bool { return !d.Every.IsZero() || len(d.At) > 0 }

// Action is something that may be done.
type Action struct {
	Title   Text          `yaml:"title"`
	By      Strings       `yaml:"by"`   // owed, a party, party.role, a role, anyone, program
	With    []string      `yaml:"with"` // fields; a question mark after one makes it optional
	If      Guard         `yaml:"if"`
	Why     Text          `yaml:"why"`    // what is said when the condition does not hold
	Within  calendar.Span `yaml:"within"` // only so long after the state was entered
	Approve []string      `yaml:"approve"`
	Meets   Strings       `yaml:"meets"`
	Drops   Strings       `yaml:"drops"` // duties that are withdrawn
	To      string        `yaml:"to"`
	Reroute string        `yaml:"reroute"` // once; once, anew
	Assign  Named[string] `yaml:"assign"`  // party: the field that names its members
	Takes   string        `yaml:"takes"`   // a party of one person: whoever acts becomes it
	Set     Named[Guard]  `yaml:"set"`     // value: CEL
	Rate    Strings       `yaml:"rate"`    // parties
	Mark    int           `yaml:"mark"`    // that they are given; 0: whoever acts is asked
	Pause   string        `yaml:"pause"`   // a reason
	Resume  bool          `yaml:"resume"`
	Extend  Extend        `yaml:"extend"`
	Joins   bool          `yaml:"joins"` // the actor becomes a caller, or names one
	Opens   Child         `yaml:"opens"`
	Orders  Order         `yaml:"orders"`

	spread bool // it is the whole procedure's
}

// Extend makes the term of a duty longer: by a span, or to the day in a field of the action.
type Extend struct {
	Duty  string        `yaml:"duty"`
	By    calendar.Span `yaml:"by"`
	To    string        `yaml:"to"`
	Times int           `yaml:"times"` // how often; 1 unless said
}

// Child is a case opened by an action on another.
type Child struct {
	Procedure string       `yaml:"procedure"`
	Form      Named[Guard] `yaml:"form"` // field: CEL
}

// Next moves the case on by itself once its conditions hold.
type Next struct {
	When Strings `yaml:"when"`
	If   Guard   `yaml:"if"`

	conditions []condition
}

// Share is the number of ended cases in some states over that in others.
type Share struct {
	Title Text     `yaml:"title"`
	Of    []string `yaml:"of"`
	Among []string `yaml:"among"`
}

func (p *Procedure) state(name string) (*State, bool) { return p.States.Get(name) }

// first is the state in which a case begins.
func (p *Procedure) first() string { return p.States[0].Key }

func (p *Procedure) scale() int {
	if p.Scale == 0 {
		return 5
	}
	return p.Scale
}

// File is the file that the procedure was read from.
func (p *Procedure) File() string { return p.file.Name }

// Form returns what the caller is asked for.
func (p *Procedure) Form() *Form { return p.form }

// ActionForm returns what an action of a state asks for.
func (p *Procedure) ActionForm(state, action string) *Form { return p.actions[state+"/"+action] }

// DutyTitle is what a duty of a state, or of the whole procedure, is called.
func (p *Procedure) DutyTitle(state, name string) Text {
	if d := p.duty(state, name); d != nil {
		return d.Title
	}
	return Text{}
}

// isParty reports whether there is a party of the name: those of the file, and those that are always there.
func (p *Procedure) isParty(name string) bool {
	return name == Caller || name == Fallback || p.Parties.Has(name)
}
