package report

import "strings"

// runes is read text with the place of each rune in Source.Text.
type runes struct {
	r  []rune
	at []int32
}

func (s *runes) add(r rune, at int32) { s.r, s.at = append(s.r, r), append(s.at, at) }

func (s *runes) append(o runes) { s.r, s.at = append(s.r, o.r...), append(s.at, o.at...) }

// textLine is one line of the page, before it is decided whether it belongs to the article.
type textLine struct {
	runes
	end     int32 // where the tag stands that ended it
	link    int   // runes inside a link
	heading bool
}

// layout gathers lines, and those of tables row by row: short cells that stand side by side share a line.
type layout struct {
	out  []textLine
	rows []row // of the tables that are open, the innermost last
}

type row struct {
	cells [][]textLine
}

func (y *layout) openTable() { y.rows = append(y.rows, row{}) }

func (y *layout) openCell() {
	if n := len(y.rows); n > 0 {
		y.rows[n-1].cells = append(y.rows[n-1].cells, nil)
	}
}

// put adds a line to the innermost open cell, or to the document.
func (y *layout) put(l textLine) { y.putIn(len(y.rows)-1, l) }

// putIn adds lines to the innermost open cell of the first n+1 open tables, or to the document.
func (y *layout) putIn(n int, lines ...textLine) {
	for ; n >= 0; n-- {
		if c := y.rows[n].cells; len(c) > 0 {
			c[len(c)-1] = append(c[len(c)-1], lines...)
			return
		}
	}
	y.out = append(y.out, lines...)
}

// endRow ends the row of the innermost table: its cells become lines of what holds the table.
func (y *layout) endRow() {
	n := len(y.rows) - 1
	if n < 0 || len(y.rows[n].cells) == 0 {
		return
	}
	cells := y.rows[n].cells
	y.rows[n].cells = nil
	y.putIn(n-1, joinCells(cells)...)
}

// endTable ends the innermost table and its last row.
func (y *layout) endTable() {
	y.endRow()
	if n := len(y.rows); n > 0 {
		y.rows = y.rows[:n-1]
	}
}

// shortCell is how long a cell may be to share a line with its neighbours; longer ones are prose in a page laid out by tables.
const shortCell = 24

// joinCells makes lines of a row. Short cells that stand side by side share one, separated by tabs, so that the figures of a
// table stay with their names.
func joinCells(cells [][]textLine) []textLine {
	var out []textLine
	open := false // the last line may take another cell
	for _, c := range cells {
		short := len(c) == 0 || len(c) == 1 && len(c[0].r) <= shortCell && !strings.ContainsRune(string(c[0].r), '。')
		switch {
		case len(c) == 0:
		case short && open:
			l := &out[len(out)-1]
			l.add('\t', l.end)
			l.append(c[0].runes)
			l.link, l.end, l.heading = l.link+c[0].link, c[0].end, l.heading && c[0].heading
		default:
			out = append(out, c...)
			open = short
		}
	}
	return out
}
