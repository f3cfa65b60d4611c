// Package situation reads everyone's figures and shows them together. It knows none of the parts it reads: each declares its figures through
// the small types here, and app fills them in.
package situation

// Picture is what one page says of a year (一图读懂): headline numbers, themes, livelihood matters. Every number has a place to open.
type Picture struct {
	Year      int
	Years     []int // that have a picture, the latest first; empty: this one only
	Title     string
	Subtitle  string
	Footer    string // as of when, from what, and whether simulated
	Simulated bool   // some of it was made by the simulator
	Totals    []Total
	Heads     []Headline
	Themes    []Theme
	Matters   []Matter
	Words     Words // what is left empty, the page fills in
}

// Words are the picture's own few words, in the reader's language.
type Words struct {
	Heads, Themes, Matters, Now, Done string
	Cells, Plan, Demo                 string            // that a cell is a promise; what the mark on a bar means; that figures were simulated
	Lights                            map[string]string // the word of each light
}

// Total is one count of the whole register.
type Total struct {
	Label, Light, Href string // without a light it counts them all; an empty label is the light's own word
	N                  int
}

// Headline is one figure of the year's targets.
type Headline struct {
	Label string // the indicator
	Goal  string // as promised: ≥8%
	Now   string // the latest figure, or nothing
	Light string
	Href  string
}

// Theme is one chapter of the plan.
type Theme struct {
	No     int
	Title  string
	Href   string
	Total  int
	Done   int
	Lights []Share // in the order they are drawn
	Lines  []Line  // a few of its promises
}

// Share is how many of a theme's promises show a light.
type Share struct {
	Light string
	N     int
	Href  string // lists them; may be empty
}

// Line is one promise, in few words.
type Line struct {
	Text, Light, Href string
	Adjusted          bool
}

// Matter is one livelihood matter.
type Matter struct {
	No    int
	Title string
	Href  string
	Items []Item
}

// Item is one sub-task of a matter.
type Item struct {
	Text, Light, Href, Figure string
	Progress                  float64 // percent; negative: nothing to show
	Plan                      float64
}

// Done is how many of a matter's items are done.
func (m Matter) Done() int {
	n := 0
	for _, it := range m.Items {
		if it.finished() {
			n++
		}
	}
	return n
}

// Progress is how far a matter has come and how far it ought to be today: the mean of its items, in percent. An item of which nothing was
// reported counts as 0, so that silence never looks like progress; known is false when none of them was reported.
func (m Matter) Progress() (percent, plan float64, known bool) {
	if len(m.Items) == 0 {
		return 0, 0, false
	}
	for _, it := range m.Items {
		plan += bound(it.Plan)
		switch {
		case it.finished():
			percent, known = percent+100, true
		case it.Progress >= 0:
			percent, known = percent+bound(it.Progress), true
		}
	}
	n := float64(len(m.Items))
	return percent / n, plan / n, known
}

func (it Item) finished() bool { return it.Light == "done" || it.Light == "closed" }

func bound(percent float64) float64 { return max(0, min(100, percent)) }
