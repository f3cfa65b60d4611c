package casework

import (
	"time"

	"huying/internal/calendar"
	"huying/internal/places"
)

// Command is what somebody, or the clock, asks of a case.
type Command interface{ command() }

// The commands.
type (
	// OpenCase begins a case.
	OpenCase struct {
		Number    string
		Form      Data
		Channel   string
		Caller    CallerOf // of an opening on behalf: the one who called
		OnBehalf  bool
		Earlier   int    // cases before this one with the same value in the field that the procedure calls repeat
		Serial    Serial // of a procedure whose papers are numbered
		Parent    int64
		Foreign   *Foreign
		Simulated bool
	}
	// Do does an action of the procedure.
	Do struct {
		Action  string
		Input   Data
		Ratings map[string]int // by member, or by party for all its members
		N       int            // of a recurring duty, or of a table's rows: which; 0: the first that is outstanding
		Joins   *CallerOf      // of an action that joins: the further caller
	}
	// Approve gives the next approval that an action waits for.
	Approve struct{ Which }
	// Return gives an action that waits for approval back to whoever asked, or takes it back.
	Return struct {
		Which
		Reason string
	}
	// Which names what waits for approval: the action, and the member for whom it was asked. What is left out is not looked at, and where that
	// leaves several, the one is meant that the actor may approve or return.
	Which struct {
		Action string
		For    Member
	}
	// Claim takes a duty of one's unit on oneself, gives it back, or hands it to somebody else of the unit.
	Claim struct {
		Duty DutyKey
		To   *Actor // nil: back to the unit
	}
	// Note says something. It moves nothing and restarts no clock.
	Note struct {
		Text  string
		Files []string
	}
	// Tick lets the clock find what was missed.
	Tick struct{}
	// Recount works out the due times again, under another calendar.
	Recount struct{}
	// ChildIs tells a case that its child was opened, or how it ended.
	ChildIs struct{ ChildOf }
	// Link ties two cases.
	Link struct{ Linked }
	// Succeed passes what one unit owes to its successor, on the same clock.
	Succeed struct{ From, Into string }
	// Migrate moves the case to another version of its procedure.
	Migrate struct {
		To     *Procedure
		Reason string
	}
	// Restrain sets the deadline that another system set for its order: the stricter of two clocks rules.
	Restrain struct{ Due time.Time }
)

func (OpenCase) command() {}
func (Do) command()       {}
func (Approve) command()  {}
func (Return) command()   {}
func (Claim) command()    {}
func (Note) command()     {}
func (Tick) command()     {}
func (Recount) command()  {}
func (ChildIs) command()  {}
func (Link) command()     {}
func (Succeed) command()  {}
func (Migrate) command()  {}
func (Restrain) command() {}

// World is what is so at the moment of a command.
type World struct {
	Now      time.Time
	Calendar *calendar.Calendar
	Trees    *places.Trees
	People   People   // nil: of nobody is known what they hold
	Promises Promises // nil: there is no register
}

// Promises is the register of promises at the moment of a command.
type Promises interface {
	// LeadOf returns the unit that leads the promise of a number; ok is false when there is none.
	LeadOf(number string) (unit string, ok bool)
}

// People is what is so of the people of the district at the moment of a command.
type People interface {
	// Holds reports whether a person holds a role where a place is.
	Holds(person int64, role, place string) bool
	// Behind reports whether somebody would hear what is told to an address (see News.To) of a case in a place.
	Behind(address, place string) bool
}

// Actor is who gives a command.
type Actor struct {
	Person  int64
	For     int64 // the person whose deputy they are just now
	Posts   []Post
	Caller  int  // which caller they proved to be, by account or by the secret of a receipt
	Program bool // the program itself: the clock, a job
}

// Post is a role held over units and places; an empty key is the whole district.
type Post struct {
	Role  string
	Unit  string
	Place string
	Acts  bool // may act for the unit, and for none below it
}
