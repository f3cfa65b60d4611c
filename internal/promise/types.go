package promise

import (
	"time"

	"huying/internal/clock"
)

// Kind is what sort of promise a record or promise is.
type Kind string

const (
	Target      Kind = "target"      // an expected figure of the year: 主要预期目标
	Task        Kind = "task"        // a piece of work of the plan chapters: 重点任务
	Livelihood  Kind = "livelihood"  // a sub-task of the livelihood matters: 民生实事
	Decision    Kind = "decision"    // decided by a meeting: 会议议定事项
	Instruction Kind = "instruction" // a leader's written instruction: 批示
	Assignment  Kind = "assignment"  // assigned from above: 上级交办
	Result      Kind = "result"      // what a report says was done; kept as a record for baselines, never a promise
)

// Kinds are the kinds that a promise may have, in the order they are shown.
var Kinds = []Kind{Target, Task, Livelihood, Decision, Instruction, Assignment}

// Measurability says how one will be able to tell that a promise was kept.
type Measurability string

const (
	Numeric     Measurability = "numeric"     // a number
	Coverage    Measurability = "coverage"    // all of a named set
	Binary      Measurability = "binary"      // a named deliverable, there or not
	Directional Measurability = "directional" // more or less than before
	Delegated   Measurability = "delegated"   // a figure that somebody else sets
	Grade       Measurability = "grade"       // a named grade or class
	Project     Measurability = "project"     // a named project on its way, without an end state
	Vague       Measurability = "vague"       // nobody could tell
)

// Measurabilities in the order they are shown, the clearest first.
var Measurabilities = []Measurability{Numeric, Coverage, Binary, Grade, Directional, Delegated, Project, Vague}

// Clear reports whether somebody who reads the promise can tell when it is kept.
func (m Measurability) Clear() bool { return m != Vague && m != Project }

// Span is a stretch of a document's text, in Unicode code points, end exclusive.
type Span struct {
	Start int `json:"start"`
	End   int `json:"end"`
}

// Heading is a numbered heading that a claim stands under: theme 2, "千方百计培育壮大现代产业集群".
type Heading struct {
	No    int    `json:"no,omitempty"` // counted from 1; 0 is no heading
	Title string `json:"title,omitempty"`
}

// Claim is what one record says. The reader fills it; a reviewer may change it. Decimals are texts, so that 2.29 stays 2.29.
type Claim struct {
	Kind          Kind          `json:"kind"`
	Quote         string        `json:"quote"`    // the words, verbatim
	Span          Span          `json:"span"`     // of Quote
	Sentence      Span          `json:"sentence"` // that Quote stands in
	Number        Span          `json:"number"`   // of the figure, if one
	State         string        `json:"state"`    // of the chapter: review, plan, livelihood …
	Theme         Heading       `json:"theme"`
	Matter        Heading       `json:"matter"`
	Year          string        `json:"year"` // "2021" or "2016-2020": what the claim is about
	Indicator     string        `json:"indicator,omitempty"`
	Scope         string        `json:"scope,omitempty"`
	Metric        string        `json:"metric,omitempty"` // level, growth, share, increment …
	Op            string        `json:"op,omitempty"`     // as written: =, >=, >, <=, <, ~, range
	Value         string        `json:"value,omitempty"`
	ValueMax      string        `json:"value_max,omitempty"`
	Unit          string        `json:"unit,omitempty"` // as written: 亿元, %, 公里
	Verb          string        `json:"verb,omitempty"`
	Object        string        `json:"object,omitempty"`
	Members       []string      `json:"members,omitempty"`
	Owners        []string      `json:"owners,omitempty"` // units that the text names
	Deadline      clock.Date    `json:"deadline"`
	Strength      string        `json:"strength,omitempty"` // deliver, ensure, start, strive, progress, explore, encourage, attitude
	Measurability Measurability `json:"measurability"`
	Vague         string        `json:"vague,omitempty"`        // why it is vague: a message key's last part
	Baseline      string        `json:"baseline,omitempty"`     // the Ref of last year's figure in the same document
	DuplicateOf   string        `json:"duplicate_of,omitempty"` // the Ref of the same promise elsewhere in the document
	Flags         []string      `json:"flags,omitempty"`        // doubts: inherited indicator, unbalanced quote …
	Rule          string        `json:"rule,omitempty"`
}

var signs = map[string]string{">=": "≥", ">": ">", "<=": "≤", "<": "<", "~": "≈"}

// Sign is the comparator as it is shown before a figure. A plain equality has none.
func (c Claim) Sign() string { return signs[c.Op] }

// Beyond reports whether the figure itself does not yet keep the promise: 超20亿元, fewer than three days.
func (c Claim) Beyond() bool { return c.Op == ">" || c.Op == "<" }

// Title is how a promise is named in lists: its words without the stops around them.
func (c Claim) Title() string { return trimStops(c.Quote) }

// DocumentKind is where promises come from.
type DocumentKind string

const (
	Report           DocumentKind = "report"
	Meeting          DocumentKind = "meeting"
	InstructionPaper DocumentKind = "instruction"
	AssignmentPaper  DocumentKind = "assignment"
)

// DocumentKinds in the order they are offered.
var DocumentKinds = []DocumentKind{Report, Meeting, InstructionPaper, AssignmentPaper}

// Document is a text that promises come from, as it came and as it was read. It never changes.
type Document struct {
	ID        int64
	Kind      DocumentKind
	Title     string
	Year      int
	File      string // content address of the original in files
	FileName  string
	Format    string
	Encoding  string
	Text      string      // what every span points into
	Body      []Paragraph // what a person reads of it
	Unparsed  []Unparsed  // numbers that no record holds
	Warnings  []Warning   // doubts about the reading as a whole
	Simulated bool
	By        string
	At        time.Time
}

// Paragraph is one paragraph of a document: the stretches of its text, and, for a heading, how deep.
type Paragraph struct {
	Runs  []Span `json:"runs"`            // several when tags stand between them
	Level int    `json:"level,omitempty"` // 0 text, 1 title, 2 chapter, 3 theme, 4 lead phrase
	State string `json:"state,omitempty"`
}

// Unparsed is a number that the reader saw and could not place.
type Unparsed struct {
	Span Span   `json:"span"`
	Why  string `json:"why"`
}

// Warning is a doubt that did not stop the reading: a message key with its arguments.
type Warning struct {
	Key  string         `json:"key"`
	Args map[string]any `json:"args,omitempty"`
}

// RecordState is how far a record has come.
type RecordState string

const (
	Proposed RecordState = "proposed"
	Accepted RecordState = "accepted"
	Rejected RecordState = "rejected"
	Entered  RecordState = "entered"
)

// Record is one claim of a document on its way into the register.
type Record struct {
	ID       int64
	Document int64
	Ref      string // the reader's own id, stable within the document
	Ordinal  int    // place in the document
	Original Claim  // as read; never changes
	Claim    Claim  // as it stands after edits
	Doubtful bool   // must be looked at by a person, one by one
	State    RecordState
	Version  int // of the record; a reviewer who holds an older one is told of the conflict
}

// Review is one thing a reviewer did to a record.
type Review struct {
	ID        int64
	Record    int64
	Action    string // accept, edit, reject, reopen, enter
	Claim     *Claim // after an edit
	Note      string
	By        string
	At        time.Time
	Simulated bool
}

// Cycle is how often a promise is reported.
type Cycle string

const (
	Monthly   Cycle = "monthly"
	Quarterly Cycle = "quarterly"
	AtEnd     Cycle = "end" // once, when it is due
)

// Direction says which way is good.
type Direction string

const (
	Higher Direction = "higher"
	Lower  Direction = "lower"
)

// Course is how a measured figure moves through the year, which decides where it ought to stand today.
type Course string

const (
	Flow  Course = "flow"  // grows from nothing to the target: 新增停车位798个
	Stock Course = "stock" // goes from last year's figure to the target: 高企达550家
	Rate  Course = "rate"  // ought to hold all the year: 增长8%
)

// Promise is one entry of the register.
type Promise struct {
	ID            int64
	Number        string // "2021-017"
	Year          int
	Kind          Kind
	Document      int64
	Record        int64 // 0 for one that was entered by hand or imported
	Title         string
	Claim         Claim // as accepted; an adjustment keeps it and stands beside it
	Lead          string
	LeadReason    []string // the phrases of the unit's responsibilities that matched
	Joint         []string
	Place         string
	Start         clock.Date
	Due           clock.Date
	Cycle         Cycle
	Direction     Direction
	Course        Course
	Baseline      string // last year's figure, a decimal in the target's unit
	BaselineYear  int
	BaselineQuote Span   // where the document says so
	Formula       string // empty: reported by hand
	Project       bool   // stands in the rolling list of key projects
	Invest        string // planned investment of the year, in 万元
	Nodes         []Node
	CarriedFrom   int64 // the promise of the year before that it goes on from
	Simulated     bool
	Version       int
	By            string
	At            time.Time
}

// Node is a milestone of a promise.
type Node struct {
	No    int        `json:"no"`
	Title string     `json:"title"`
	Due   clock.Date `json:"due"`
	Share float64    `json:"share"` // planned progress of the whole when it is reached, in percent
}

// EntryType is what an entry says about its promise.
type EntryType string

const (
	Figure     EntryType = "figure"     // Value, as of a day
	Progress   EntryType = "progress"   // Percent, as of a day, where there is nothing to count
	Spent      EntryType = "spent"      // Value: investment since 1 January, in 万元
	Started    EntryType = "started"    // work has begun
	NodeDone   EntryType = "node"       // node No is reached
	Done       EntryType = "done"       // the owner says it is kept
	Verified   EntryType = "verified"   // the supervision office has checked: 销号
	Continuing EntryType = "continuing" // goes on by its nature: 持续推进
	Reopened   EntryType = "reopened"   // done, verified or continuing is taken back
	Evidence   EntryType = "evidence"   // files or a note without a figure
	Adjusted   EntryType = "adjusted"   // the promise itself was changed, with an approver and a reason
	Changed    EntryType = "changed"    // lead, joint units, deadline, nodes or measure were set anew
	Override   EntryType = "override"   // a light set by hand, with a reason, until a day
	Withdrawn  EntryType = "withdrawn"  // the entry named by Corrects does not hold
)

// Entry is one thing said about a promise. It is never changed; an entry that corrects another names it and takes its place.
type Entry struct {
	ID        int64
	Promise   int64
	Type      EntryType
	AsOf      clock.Date // the day it speaks of
	Value     string     // a decimal, in the target's unit
	Percent   float64
	Node      int
	Note      string
	Source    string // where the figure comes from
	Files     []File
	Change    Change // of adjusted, changed, override
	Corrects  int64
	By        string // the author's name
	ByID      int64  // the author's account; 0 is the simulator
	Unit      string // the author's unit
	At        time.Time
	Simulated bool
}

// File is a piece of evidence.
type File struct {
	Hash string `json:"hash"`
	Name string `json:"name"`
	Type string `json:"type"`
	Size int64  `json:"size"`
}

// Change is what an adjusted, changed or override entry sets.
type Change struct {
	Approver string     `json:"approver,omitempty"`
	Reason   string     `json:"reason,omitempty"`
	Title    string     `json:"title,omitempty"`
	Value    string     `json:"value,omitempty"`
	Due      clock.Date `json:"due"`
	Light    Light      `json:"light,omitempty"`
	Until    clock.Date `json:"until"`
	Before   *Terms     `json:"before,omitempty"`
	After    *Terms     `json:"after,omitempty"`
}

// Terms are what the supervision office sets of a promise and may set anew.
type Terms struct {
	Lead      string     `json:"lead"`
	Joint     []string   `json:"joint,omitempty"`
	Place     string     `json:"place,omitempty"`
	Start     clock.Date `json:"start"`
	Due       clock.Date `json:"due"`
	Cycle     Cycle      `json:"cycle"`
	Direction Direction  `json:"direction"`
	Course    Course     `json:"course"`
	Formula   string     `json:"formula,omitempty"`
	Project   bool       `json:"project,omitempty"`
	Invest    string     `json:"invest,omitempty"`
	Nodes     []Node     `json:"nodes,omitempty"`
}

// Status is what the report itself counts.
type Status string

const (
	NotStarted  Status = "not_started" // 未启动
	InProgress  Status = "in_progress" // 推进中
	IsDone      Status = "done"        // 已完成
	IsContinued Status = "continuing"  // 持续推进
	IsAdjusted  Status = "adjusted"    // 作了调整
)

// Statuses in the order they are shown.
var Statuses = []Status{IsDone, InProgress, IsContinued, IsAdjusted, NotStarted}

// Light is where a promise stands against where it should.
type Light string

const (
	Grey   Light = "grey"   // not started
	Green  Light = "green"  // on plan
	Yellow Light = "yellow" // near due or slightly behind
	Red    Light = "red"    // overdue or far behind
	Blue   Light = "done"   // done, not yet verified
	Closed Light = "closed" // verified and struck off
)

// Lights in the order they are shown: what is finished first.
var Lights = []Light{Closed, Blue, Green, Yellow, Red, Grey}
