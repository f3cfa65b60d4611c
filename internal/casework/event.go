package casework

import (
	"time"

	"huying/internal/calendar"
)

// Event is one thing that happened to a case. Exactly one of its parts is set, which also names it. Parts are never removed from this
// list, and their fields keep their meaning: histories of older programs are still read.
type Event struct {
	Opened    *Opened    `json:"opened,omitempty"`
	Entered   *Entered   `json:"entered,omitempty"`
	Did       *Did       `json:"did,omitempty"`
	Owed      *Owed      `json:"owed,omitempty"`
	Met       *Met       `json:"met,omitempty"`
	Missed    *DutyKey   `json:"missed,omitempty"`
	Dropped   *DutyKey   `json:"dropped,omitempty"` // withdrawn: no longer owed
	Due       *NewDue    `json:"due,omitempty"`     // another due time, for a pause, an extension, a new calendar or a foreign deadline
	Assigned  *Assigned  `json:"assigned,omitempty"`
	Declined  *Declined  `json:"declined,omitempty"`
	Paused    *Paused    `json:"paused,omitempty"`
	Resumed   *Resumed   `json:"resumed,omitempty"`
	Extended  *Extended  `json:"extended,omitempty"`
	Escalated *Escalated `json:"escalated,omitempty"`
	Rated     *Rated     `json:"rated,omitempty"`
	Urged     *Urged     `json:"urged,omitempty"` // it became urgent, or is so no more
	Valued    Data       `json:"valued,omitempty"`
	Joined    *CallerOf  `json:"joined,omitempty"`
	Asked     *Asked     `json:"asked,omitempty"`    // an action waits for approval
	Approved  *Approved  `json:"approved,omitempty"` // one step of it
	Returned  *Returned  `json:"returned,omitempty"` // not approved
	Claimed   *Claimed   `json:"claimed,omitempty"`
	Noted     *Noted     `json:"noted,omitempty"`
	Child     *ChildOf   `json:"child,omitempty"`
	Linked    *Linked    `json:"linked,omitempty"`
	Foreign   *Foreign   `json:"foreign,omitempty"` // another deadline of the other system
	Moved     *Moved     `json:"moved,omitempty"`   // to another version of the procedure
	Ordered   *Ordered   `json:"ordered,omitempty"` // an order is to be sent to another system
}

// Member is one member of a party: unit:KEY, person:ID or caller:N.
type Member string

// DutyKey names a duty of a case.
type DutyKey struct {
	Visit int    `json:"v"` // which entering of a state, counted over the case
	Name  string `json:"duty"`
	N     int    `json:"n,omitempty"` // of a duty that recurs, or is owed for each row of a table: which, from 1
	Owner Member `json:"owner"`
}

// The parts of events.
type (
	Opened struct {
		Procedure string              `json:"procedure"`
		Hash      string              `json:"hash"`
		Number    string              `json:"number"`
		Form      Data                `json:"form,omitempty"`
		Title     string              `json:"title,omitempty"`
		Category  string              `json:"category,omitempty"`
		Place     string              `json:"place,omitempty"`
		Channel   string              `json:"channel,omitempty"` // web, phone, window, api, exchange, program
		Caller    CallerOf            `json:"caller"`
		Parties   map[string][]Member `json:"parties,omitempty"`
		Urgent    bool                `json:"urgent,omitempty"`
		Parent    int64               `json:"parent,omitempty"`
		Foreign   *Foreign            `json:"foreign,omitempty"`
		Simulated bool                `json:"simulated,omitempty"`
	}
	// CallerOf is one of those who call.
	CallerOf struct {
		N       int    `json:"n"`
		Person  int64  `json:"person,omitempty"`
		Unit    string `json:"unit,omitempty"`
		Contact string `json:"contact,omitempty"` // of somebody without an account: where the vault keeps how to reach them
		Key     string `json:"key,omitempty"`     // SHA-256 of the secret on their receipt
		Said    Data   `json:"said,omitempty"`    // what they filled in for themselves
	}
	// Foreign is the order of another system that a case answers.
	Foreign struct {
		System string    `json:"system"`
		Number string    `json:"number"`
		Due    time.Time `json:"due,omitzero"`
	}
	Entered struct {
		State string `json:"state"`
		Visit int    `json:"v"`
	}
	Did struct {
		State  string `json:"state"`
		Action string `json:"action"`
		Input  Data   `json:"input,omitempty"`
		For    Member `json:"for,omitempty"` // where some of the action waited: for whom it was done, whose it ends
	}
	Owed struct {
		DutyKey
		Party       string          `json:"party"`
		State       string          `json:"state,omitempty"`
		Start       time.Time       `json:"start"`
		Terms       []calendar.Span `json:"terms,omitempty"` // one after the other: the term and its extensions
		On          string          `json:"on,omitempty"`    // instead: due at the close of this day
		Row         string          `json:"row,omitempty"`   // what the row of the table is called
		Due         time.Time       `json:"due,omitzero"`
		Provisional bool            `json:"provisional,omitempty"`
	}
	Met struct {
		DutyKey
		Late bool `json:"late,omitempty"` // it had been missed
	}
	NewDue struct {
		DutyKey
		Due         time.Time `json:"due,omitzero"` // zero: the clock stands
		Provisional bool      `json:"provisional,omitempty"`
		Why         string    `json:"why"` // pause, resume, extension, calendar, foreign, successor
	}
	Assigned struct {
		Party   string   `json:"party"`
		Members []Member `json:"members"`
	}
	Declined struct {
		Party string `json:"party"`
		By    Member `json:"by"`
		To    Member `json:"to,omitempty"`
	}
	Paused struct {
		Reason string `json:"reason"`
	}
	Resumed  struct{}
	Extended struct {
		DutyKey
		By calendar.Span `json:"by,omitzero"`
		On string        `json:"on,omitempty"` // instead: due at the close of this day
	}
	Escalated struct {
		Level   int       `json:"level"` // rungs of the ladder climbed
		To      string    `json:"to"`    // the rung; or, with Instead, the unit or the role that hears in the place of an empty ladder
		Instead bool      `json:"instead,omitempty"`
		Again   time.Time `json:"again,omitzero"` // when the next rung hears of it, if there is silence till then
	}
	Rated struct {
		Party  string `json:"party"`
		Member Member `json:"member"`
		Score  int    `json:"score"`
		By     int    `json:"by,omitempty"` // which caller
	}
	Urged struct {
		Urgent bool `json:"urgent"`
	}
	Asked struct {
		State  string `json:"state"`
		Action string `json:"action"`
		Input  Data   `json:"input,omitempty"`
		For    Member `json:"for,omitempty"`
		N      int    `json:"n,omitempty"`
	}
	// Approved is a step of an action that waited: which, and for whom. Histories of older programs name neither: one waited at most.
	Approved struct {
		Step   int    `json:"step"`
		Action string `json:"action,omitempty"`
		For    Member `json:"for,omitempty"`
	}
	// Returned ends what waited, named as in Approved.
	Returned struct {
		Reason string `json:"reason"` // empty: the case moved on, and it is offered no more
		Action string `json:"action,omitempty"`
		For    Member `json:"for,omitempty"`
	}
	Claimed struct {
		DutyKey
		Person int64 `json:"person,omitempty"` // 0: given back
	}
	Noted struct {
		Text  string   `json:"text"`
		Files []string `json:"files,omitempty"`
	}
	ChildOf struct {
		Procedure string `json:"procedure"`
		Form      Data   `json:"form,omitempty"` // of a child that is to be opened
		N         int    `json:"n"`
		Case      int64  `json:"case,omitempty"` // once it is
		Outcome   string `json:"outcome,omitempty"`
	}
	Linked struct {
		Case int64  `json:"case"`
		How  string `json:"how"` // duplicate, related, relapse
	}
	// Ordered is an order to another system.
	Ordered struct {
		To    string   `json:"to"`
		Form  Data     `json:"form,omitempty"`
		Files []string `json:"files,omitempty"`
	}
	Moved struct {
		Hash   string `json:"hash"`
		Reason string `json:"reason"`
	}
)

// Record is what one command did: its events, committed together.
type Record struct {
	Seq    int       `json:"seq"` // 1 is the opening
	At     time.Time `json:"at"`
	By     Signed    `json:"by"`
	Events []Event   `json:"events"`
}

// Signed says who gave a command.
type Signed struct {
	Person int64  `json:"person,omitempty"` // 0 with no caller: the program itself
	Unit   string `json:"unit,omitempty"`   // for which they acted
	Caller int    `json:"caller,omitempty"`
	For    int64  `json:"for,omitempty"` // the person whose deputy they are
}
