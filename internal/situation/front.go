package situation

import "time"

// Front is what the front page says of the year that runs: every promise as one cell, and what was last heard of them.
type Front struct {
	Year      int
	Report    string // the title of the document that they stand in
	Total     int
	Kept      int       // of which done, or going on by their nature as promised
	At        time.Time // when it was computed
	Simulated bool      // some of it was made by the simulator
	Doors     Doors     //
	Totals    []Total   // by light
	Cells     []Line    // one promise each, by light
	Matters   []Matter
	News      []News // the last first
}

// Doors are where the front page leads. One that is empty is not shown.
type Doors struct {
	All    string // every promise
	Kept   string // those that Kept counts
	Report string // the report with its promises in place
	Counts string // what was counted honestly
	SignIn string // for the staff
}

// News is one thing that was said of a promise: the call is its sentence, the response is what was reported.
type News struct {
	Promise   string // its words
	Href      string
	Light     string
	Day       time.Time
	Who       string // the unit
	Said      string
	Simulated bool
}
