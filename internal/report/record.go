package report

// Kind is one of the four sorts of record.
type Kind string

const (
	Target  Kind = "target"
	Task    Kind = "task"
	Matter  Kind = "livelihood"
	Result  Kind = "result"
	noClaim Kind = ""
)

// Record is one claim of the report: a target, a task, a livelihood matter or a result, with the place that it was read from.
// Positions are code points of Source.Text, the end exclusive.
type Record struct {
	ID         string // stable within the document: the kind's letter and a running number
	Kind       Kind
	Start, End int // the quote
	Quote      string
	NumStart   int // the figure with its comparator; NumEnd is 0 when there is none
	NumEnd     int
	SentStart  int // the whole sentence
	SentEnd    int

	Chapter int    // index into Reading.Chapters
	State   State  // of that chapter where the sentence stands
	Section string // the heading it stands under
	Theme   Theme  // of a plan
	Matter  Theme  // of the livelihood list

	Year    string // "2021", or "2016-2020" for a span
	YearWhy string // how the year was found: chapter, text, span, target

	Indicator string
	Metric    string // level, growth, growth_avg, share, change_pp, change, increment, count, rank, streak, ratio, delegated
	Scope     string
	Op        string // = > >= < <= ~ range
	Value     string // exact decimal in Unit, "" when the claim has no figure
	Number    float64
	ValueMax  string // upper end of a range
	Unit      string

	Verb    string
	Object  string
	Members []string // named: A、B等19个项目
	Owners  []string // units that the text names as responsible
	Role    string   // "attribute" when the figure only names the object

	Deadline    string // YYYY-MM-DD
	DeadlineWhy string // the words it was read from, "" for the end of the year

	Strength   string // deliver, ensure, start, strive, progress, explore, encourage, attitude
	Measurable string // numeric, coverage, binary, directional, delegated, grade, project, vague
	Reason     string // why it is vague: what stands behind "report.vague." in the message key

	From       string // the value before, of 从A到B
	Forecast   bool   // 预计, 初步核算
	Approx     string // the word that makes the figure approximate
	Numeral    string // "chinese" or "fraction"
	Share      string // distributive word: 分别, 均, 各
	ByList     bool   // one of several named objects under one verb
	Baseline   string // id of last year's figure of the same indicator
	Duplicate  string // id of the record that says the same elsewhere
	Rule       string // the rule of the grammar that read it
	Confidence string // high or doubtful
	Flags      []string
	Label      string // of a clause without a figure: C checkable, P project, V vague

	order int // in the normalised text
}

// Unparsed is a number of a review or plan chapter that no rule made a record of.
type Unparsed struct {
	Start, End int
	Text       string
	Why        string // what stands behind "report.why." in the message key: "name", "ordinal", "time.span" …
	State      State
}

// Reading is what a report says.
type Reading struct {
	Title    string
	Year     int // the year that the report plans
	Chapters []Chapter
	Records  []Record
	Unparsed []Unparsed
	Links    []Link
}

// Link joins two records: To says of last year what From promises ("baseline"), or the same again ("duplicate").
type Link struct {
	Kind     string
	From, To string
}
