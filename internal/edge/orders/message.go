package orders

import (
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"huying/internal/casework"
	"huying/internal/errs"
	"huying/internal/strictjson"
)

// Type is what a message says.
type Type string

// The types of messages. Names are for good: docs/orders.md is what others build by.
const (
	NewOrder Type = "order"    // from who sends it
	Deadline Type = "deadline" // another one
	Urge     Type = "urge"     // 催办
	Withdraw Type = "withdraw" // by the caller
	Rate     Type = "rating"   // the caller's mark
	Refuse   Type = "refuse"   // the hand-back is not accepted
	Feedback Type = "status"   // from who handles it
	Again    Type = "again"    // tell once more: the order, or its status
	Listing  Type = "list"     // what orders do you know?
)

// Status is how far whoever handles an order has come.
type Status string

// The statuses.
const (
	Accepted Status = "accepted"
	Assigned Status = "assigned"
	Answered Status = "answered"
	Returned Status = "returned" // handed back (退单)
	Ended    Status = "ended"
)

// final reports whether the handler has done its part.
func (s Status) final() bool { return s == Answered || s == Returned || s == Ended }

// Statuses are all of them.
var Statuses = []Status{Accepted, Assigned, Answered, Returned, Ended}

// Message is what one system says to another about an order.
type Message struct {
	Type    Type          `json:"type"`
	From    string        `json:"from"`
	To      string        `json:"to"`
	Number  string        `json:"number,omitempty"` // given to the order by who sent it
	Owner   string        `json:"owner,omitempty"`  // of again: who sent the order
	Order   *OrderPart    `json:"order,omitempty"`
	Due     time.Time     `json:"due,omitzero"` // of deadline
	Text    string        `json:"text,omitempty"`
	Score   int           `json:"score,omitempty"` // of rating: 1 to 5
	Status  *FeedbackPart `json:"status,omitempty"`
	Since   time.Time     `json:"since,omitzero"`  // of list
	After   int64         `json:"after,omitempty"` // of list: where the page before ended
	Files   []Attachment  `json:"files,omitempty"` // of order and status
	Omitted int           `json:"omitted,omitempty"`
}

// OrderPart is what is asked.
type OrderPart struct {
	Title    string    `json:"title"`
	Text     string    `json:"text"`
	Category string    `json:"category,omitempty"`
	Place    string    `json:"place,omitempty"`
	Caller   *Person   `json:"caller,omitempty"`
	Due      time.Time `json:"due,omitzero"`
}

// Person is how a caller is reached.
type Person struct {
	Name  string `json:"name,omitempty"`
	Phone string `json:"phone,omitempty"`
	Email string `json:"email,omitempty"`
}

// FeedbackPart is how far the handling has come.
type FeedbackPart struct {
	Seq     int              `json:"seq"` // grows from one to the next of an order
	Is      Status           `json:"is"`
	Outcome casework.Outcome `json:"outcome,omitempty"` // of ended
	Handled string           `json:"handled,omitempty"` // the number under which it is handled
	Due     time.Time        `json:"due,omitzero"`      // by when it will be answered
	At      time.Time        `json:"at"`
}

// Attachment is a file.
type Attachment struct {
	Name    string `json:"name"`
	Type    string `json:"type,omitempty"`
	Content []byte `json:"content"` // base64
}

// Receipt answers a message about an order.
type Receipt struct {
	Number  string           `json:"number"`
	Handled string           `json:"handled,omitempty"`
	Status  Status           `json:"status,omitempty"`
	Outcome casework.Outcome `json:"outcome,omitempty"`
	Seq     int              `json:"seq,omitempty"`
	Known   bool             `json:"known,omitempty"` // of an order: it had come before, under another message
}

// List answers a message that asks for it.
type List struct {
	Items []Item `json:"items"`
	Next  int64  `json:"next,omitempty"` // ask again after this; 0: that is all
}

// Item is an order as a list has it.
type Item struct {
	Owner   string           `json:"owner"` // who sent it
	Number  string           `json:"number"`
	Handled string           `json:"handled,omitempty"`
	Status  Status           `json:"status,omitempty"`
	Outcome casework.Outcome `json:"outcome,omitempty"`
	Seq     int              `json:"seq,omitempty"`
}

// Bounds of what is sent and taken.
const (
	MaxBody   = 8 << 20 // bytes of a message
	maxFiles  = 9
	sentFiles = 5 << 20 // bytes of the files that a message of ours carries; the others are counted
	best      = 5       // mark
	pageSize  = 500     // of a list
)

// Parse reads a message strictly. Errors are errs.Invalid at the member that is wrong.
func Parse(data []byte) (*Message, error) {
	m := &Message{}
	if err := strictjson.Decode(data, m); err != nil {
		return nil, err
	}
	c := &reading{m: m}
	c.common()
	if check, ok := byType[m.Type]; ok {
		check(c)
	} else {
		c.wrong("type", "bad_type")
	}
	return m, c.found.Err()
}

type reading struct {
	m     *Message
	found errs.List
}

func (c *reading) wrong(field, key string, kv ...any) {
	c.found = append(c.found, errs.New(errs.Invalid, "orders."+key, kv...).On(field))
}

// byType is what each type of message needs beside what all have.
var byType = map[Type]func(*reading){
	NewOrder: (*reading).order,
	Deadline: func(c *reading) {
		if c.m.Due.IsZero() {
			c.wrong("due", "required")
		}
	},
	Urge:     func(c *reading) { c.text("text", c.m.Text, 1, 4000) },
	Withdraw: func(c *reading) { c.text("text", c.m.Text, 1, 4000) },
	Refuse:   func(c *reading) { c.text("text", c.m.Text, 1, 4000) },
	Rate: func(c *reading) {
		c.text("text", c.m.Text, 0, 4000)
		if c.m.Score < 1 || c.m.Score > best {
			c.wrong("score", "bad_score", "best", best)
		}
	},
	Feedback: (*reading).status,
	Again: func(c *reading) {
		if c.m.Owner != c.m.From && c.m.Owner != c.m.To {
			c.wrong("owner", "bad_owner")
		}
	},
	Listing: func(c *reading) {
		if c.m.Since.IsZero() {
			c.wrong("since", "required")
		}
		if c.m.After < 0 {
			c.wrong("after", "required")
		}
	},
}

func (c *reading) common() {
	m := c.m
	c.text("from", m.From, 1, 31)
	c.text("to", m.To, 1, 63)
	if m.Type == Listing {
		return
	}
	c.text("number", m.Number, 1, 64)
	if len(m.Files) > maxFiles {
		c.wrong("files", "too_many_files", "most", maxFiles)
	}
	for i, f := range m.Files {
		at := fmt.Sprintf("files.%d.", i)
		c.text(at+"name", f.Name, 1, 200)
		if len(f.Content) == 0 {
			c.wrong(at+"content", "required")
		}
	}
}

func (c *reading) order() {
	o := c.m.Order
	if o == nil {
		c.wrong("order", "required")
		return
	}
	c.text("order.title", o.Title, 1, 200)
	c.text("order.text", o.Text, 1, 20000)
	c.text("order.category", o.Category, 0, 64)
	c.text("order.place", o.Place, 0, 64)
	if p := o.Caller; p != nil {
		c.text("order.caller.name", p.Name, 0, 60)
		c.text("order.caller.phone", p.Phone, 0, 40)
		c.text("order.caller.email", p.Email, 0, 200)
	}
}

func (c *reading) status() {
	s := c.m.Status
	if s == nil {
		c.wrong("status", "required")
		return
	}
	c.text("text", c.m.Text, 0, 20000)
	c.text("status.handled", s.Handled, 0, 64)
	if s.Seq < 1 {
		c.wrong("status.seq", "required")
	}
	if !slices.Contains(Statuses, s.Is) {
		c.wrong("status.is", "bad_status", "known", known())
	}
	if (s.Is == Ended) != slices.Contains(casework.Outcomes, s.Outcome) {
		c.wrong("status.outcome", "bad_outcome")
	}
}

// text holds a text to its length in characters, and to what can be shown.
func (c *reading) text(field, s string, least, most int) {
	n := utf8.RuneCountInString(s)
	switch {
	case n < least:
		c.wrong(field, "required")
	case n > most:
		c.wrong(field, "too_long", "most", most, "n", n)
	case unprintable(s):
		c.wrong(field, "unprintable")
	}
}

func unprintable(s string) bool {
	return slices.ContainsFunc([]rune(s), func(r rune) bool {
		return r < 0x20 && r != '\n' && r != '\r' && r != '\t' || r >= 0x7f && r < 0xa0 || r == utf8.RuneError
	})
}

// contact is the caller as cases keep one.
func (o *OrderPart) contact() string {
	if o.Caller == nil {
		return ""
	}
	return casework.Contact{Name: o.Caller.Name, Phone: o.Caller.Phone, Email: o.Caller.Email}.String()
}
