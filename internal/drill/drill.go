// Package drill plays drills: files that take a system from call to response through the public interfaces, as given persons on a test
// clock, and check what must hold. It also weakens procedures, one line at a time, and tells what no drill noticed.
package drill

import (
	"embed"
	"time"

	"huying/internal/i18n"
	"huying/internal/strictyaml"
)

// Locales are this package's messages.
//
//go:embed locales/*.json
var Locales embed.FS

// Drill is a play for one system.
type Drill struct {
	Name       string        `yaml:"drill"` // the row of the list of systems that it answers
	Title      Text          `yaml:"title"`
	Procedures Strings       `yaml:"procedure"` // which it drills: a weakened one is tried on it
	At         Moment        `yaml:"at"`        // when the play begins
	People     Named[Person] `yaml:"people"`
	Forms      Named[Values] `yaml:"forms"` // filled-in forms that steps name
	Steps      []Step        `yaml:"steps"`

	file *strictyaml.File
}

// Text is a name in both languages.
type Text struct {
	ZH string `yaml:"zh"`
	EN string `yaml:"en"`
}

// In is the text in a language; one without English stays Chinese.
func (t Text) In(lang i18n.Lang) string {
	if lang == i18n.EN && t.EN != "" {
		return t.EN
	}
	return t.ZH
}

// File is the file that the drill was read from.
func (d *Drill) File() string { return d.file.Name }

// Line is the line of the file on which a step begins, counted from 1.
func (d *Drill) Line(step int) int { return d.file.Line(stepAt(step)) }

// Begins is when the play begins, in the district's zone.
func (d *Drill) Begins(zone *time.Location) time.Time { return d.At.in(time.Time{}, zone) }

// Person is one of those who act in the play: with posts, with an account and no post, or without an account; or another system.
type Person struct {
	Posts   []Post
	Account bool
	Name    string // by which they are called; without one, the name that the drill gives them
	Phone   string
	Email   string
	Peer    string // the pack's key of the other system that it is

	word string // one that is none of the words for a person
}

// Called is what the person is called: as the drill says, or by the name that it gives them.
func (p Person) Called(name string) string {
	if p.Name != "" {
		return p.Name
	}
	return name
}

// Post is a role with the unit and the place it is held for.
type Post struct {
	Role  string `yaml:"role"`
	Unit  string `yaml:"unit"`
	Place string `yaml:"place"`
}

// personFile is how a person stands in a file: one post beside the name, or several under posts.
type personFile struct {
	Post  `yaml:",inline"`
	Posts []Post `yaml:"posts"`
	Name  string `yaml:"name"`
	Phone string `yaml:"phone"`
	Email string `yaml:"email"`
	Peer  string `yaml:"peer"`
}

// The words for people without a post.
const (
	wordNobody  = "nobody"  // without an account
	wordAccount = "account" // with one
)

// UnmarshalYAML implements yaml.InterfaceUnmarshaler.
func (p *Person) UnmarshalYAML(read func(any) error) error {
	var word string
	if read(&word) == nil {
		if p.Account = word == wordAccount; word != wordAccount && word != wordNobody {
			p.word = word
		}
		return nil
	}
	var f personFile
	if err := read(&f); err != nil {
		return err
	}
	p.Name, p.Phone, p.Email, p.Peer, p.Posts = f.Name, f.Phone, f.Email, f.Peer, f.Posts
	if f.Post != (Post{}) {
		p.Posts = append([]Post{f.Post}, p.Posts...)
	}
	p.Account = len(p.Posts) > 0
	return nil
}

// Step is one thing that happens: somebody does something, the clock moves, or something is looked at. Which of the fields go together is
// checked when the file is read.
type Step struct {
	Who  Strings `yaml:"who"`
	Case string  `yaml:"case"` // of which case; none: the one that was spoken of last

	// What they do: one of these.
	Opens     string `yaml:"opens"`      // a procedure
	Does      string `yaml:"does"`       // an action
	Approves  string `yaml:"approves"`   // an action that waits for it
	Returns   string `yaml:"returns"`    // an action that waits for approval
	Notes     string `yaml:"notes"`      // a text
	Claims    string `yaml:"claims"`     // a duty
	GivesBack string `yaml:"gives-back"` // a duty
	Links     string `yaml:"links"`      // another case of the play
	Reveals   Values `yaml:"reveals"`    // personal data: the field, and what stands in it
	Finds     string `yaml:"finds"`      // the newest case of a procedure that the play does not know yet
	Asks      string `yaml:"asks"`       // the interface itself: GET /api/v1/…
	Says      string `yaml:"says"`       // something of a promise: figure, done, …
	Visits    string `yaml:"visits"`     // a public page
	Posts     string `yaml:"posts"`      // a message of another system: order, status, …

	// How.
	As       string        `yaml:"as"`   // the name of a case that is opened or found
	Form     string        `yaml:"form"` // one of the drill's forms
	With     Values        `yaml:"with"` // what is filled in, beside the form
	Without  []string      `yaml:"without"`
	Said     Values        `yaml:"said"`  // what a caller says of themselves
	For      string        `yaml:"for"`   // a person: who calls, by an opening on behalf; who joins; who gets a duty
	Rates    Values        `yaml:"rates"` // marks by party or member
	Turn     int           `yaml:"turn"`  // which of a duty that recurs
	Owner    string        `yaml:"owner"` // whose duty is claimed; for whom was asked what is approved or returned
	How      string        `yaml:"how"`   // two cases are tied
	Files    []string      `yaml:"files"`
	Channel  string        `yaml:"channel"`
	Foreign  *Foreign      `yaml:"foreign"`
	Parent   string        `yaml:"parent"`
	Leads    Named[Values] `yaml:"leads"`   // field: value: the unit that leads a case so opened
	Sends    Values        `yaml:"sends"`   // what is asked with POST, as JSON
	Promise  string        `yaml:"promise"` // of which something is said, by its number or its words; none: the one that was spoken of last
	Shows    []string      `yaml:"shows"`   // texts that stand on a page
	Lacks    []string      `yaml:"lacks"`   // and that do not
	Follows  Strings       `yaml:"follows"` // addresses whose links on a page all lead somewhere
	Number   string        `yaml:"number"`  // of the order that a message is about; none: the one that was spoken of last
	Answers  int           `yaml:"answers"`
	Holds    Values        `yaml:"holds"` // path.in.the.answer: value
	Needs    []string      `yaml:"needs"` // fields without which it is refused, which is tried first
	Not      Strings       `yaml:"not"`   // people who are refused, which is tried first
	Refused  string        `yaml:"refused"`
	AtField  string        `yaml:"field"` // the field of which a refusal speaks
	AtTime   Moment        `yaml:"at"`
	Wait     Wait          `yaml:"wait"`
	Expected *Expect       `yaml:"expect"`
}

// Foreign is the order of another system.
type Foreign struct {
	System string `yaml:"system"`
	Number string `yaml:"number"`
	Due    Moment `yaml:"due"`
}

// Expect is what must hold after a step. What is not said is not looked at.
type Expect struct {
	By   string `yaml:"by"` // who looks; none: who opened the case
	Case string `yaml:"case"`

	State    string         `yaml:"state"`
	Outcome  string         `yaml:"outcome"`
	Urgent   *bool          `yaml:"urgent"`
	Late     *bool          `yaml:"late"`
	Level    *int           `yaml:"level"`
	Reopened *int           `yaml:"reopened"`
	Callers  *int           `yaml:"callers"`
	Paused   string         `yaml:"paused"`  // the reason; none
	Pending  Strings        `yaml:"pending"` // all actions that wait for approval, each with or without for whom it was asked behind it; none
	Parent   string         `yaml:"parent"`  // a case of the play; none
	Owed     *[]DutyText    `yaml:"owed"`    // all that is outstanding
	Duties   []DutyText     `yaml:"duties"`  // some of all that ever was
	Parties  Named[Strings] `yaml:"parties"`
	Values   Values         `yaml:"values"`
	Fields   Values         `yaml:"form"`
	Input    Values         `yaml:"input"` // what was filled in for the action that was done last
	Said     Values         `yaml:"said"`  // what who called first says of themselves
	Ratings  Values         `yaml:"ratings"`
	Children *[]string      `yaml:"children"` // procedures, each with its outcome behind it
	Events   Named[int]     `yaml:"events"`   // how often something happened

	Sees    Named[string]  `yaml:"sees"`    // person: how much of the case
	Knows   Named[bool]    `yaml:"knows"`   // person: whether they learn who called
	Offers  Named[Strings] `yaml:"offers"`  // person: all actions that they may do now
	Desks   Named[Strings] `yaml:"desks"`   // person: all that lies on their desk of the case
	Told    Named[Strings] `yaml:"told"`    // person: topics of notices since they were last looked at
	Receipt bool           `yaml:"receipt"` // it holds

	Heard Named[Strings] `yaml:"heard"` // another system: what it was sent since it was last asked, in its order

	Figures *Figures `yaml:"figures"`
	Board   *Board   `yaml:"board"`
	Promise Values   `yaml:"promise"` // path.in.what.is.told: value; of: which; entries: how often what was said
}

// Figures are how the cases of a procedure stand.
type Figures struct {
	By       string        `yaml:"by"`
	Of       string        `yaml:"of"` // a procedure
	States   Named[int]    `yaml:"states"`
	Outcomes Named[int]    `yaml:"outcomes"`
	Shares   Named[string] `yaml:"shares"` // 2 of 3; none
	Withheld *bool         `yaml:"withheld"`
}

// Board is how units stand with what they owe.
type Board struct {
	By    string            `yaml:"by"`
	Units Named[Named[int]] `yaml:"units"` // unit: owed, late, met, missed
}

// wordNone stands for nothing where something could be.
const wordNone = "none"
