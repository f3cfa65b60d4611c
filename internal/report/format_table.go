package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// writeTable writes the reading for a terminal: a summary, the records by chapter, and the numbers that no rule took. The last
// column gives way so that a line fits the width.
func writeTable(w io.Writer, rd *Reading, o FormatOptions) error {
	if o.Width <= 0 {
		o.Width = 120
	}
	s := speaker{o.Say}
	b := bufio.NewWriter(w)
	summarise(b, rd, s)
	for from := 0; from < len(rd.Records); {
		to := from
		for to < len(rd.Records) && rd.Records[to].Chapter == rd.Records[from].Chapter {
			to++
		}
		fmt.Fprintf(b, "\n%s\n", chapterTitle(rd, rd.Records[from].Chapter, s))
		t := grid{width: o.Width, right: map[int]bool{4: true}}
		t.row(s.heading("id"), s.heading("kind"), s.heading("year"), s.heading("op"), s.heading("value"), s.heading("unit"), s.heading("measurable"), s.heading("subject"))
		for i := range rd.Records[from:to] {
			r := &rd.Records[from+i]
			value := r.Value
			if r.ValueMax != "" {
				value += "–" + r.ValueMax
			}
			mark := ""
			if r.Confidence == "doubtful" {
				mark = "?"
			}
			t.row(r.ID+mark, s.word("kind", string(r.Kind)), r.Year, s.word("op", opName(r.Op)), value, r.Unit, s.word("measurable", r.Measurable), r.subject())
		}
		t.print(b)
		from = to
	}
	if len(rd.Unparsed) > 0 {
		fmt.Fprintf(b, "\n%s\n", s.say("report.sheet.unparsed"))
		t := grid{width: o.Width}
		t.row(s.heading("start"), s.heading("quote"), s.heading("reason"))
		for _, u := range rd.Unparsed {
			t.row(fmt.Sprint(u.Start), u.Text, s.word("why", u.Why))
		}
		t.print(b)
	}
	return b.Flush()
}

// summarise writes what a reader wants to know first: which report, and how much of what was found in it.
func summarise(w io.Writer, rd *Reading, s speaker) {
	counts := map[Kind]int{}
	doubtful := 0
	for i := range rd.Records {
		counts[rd.Records[i].Kind]++
		if rd.Records[i].Confidence == "doubtful" {
			doubtful++
		}
	}
	fmt.Fprintln(w, s.say("report.summary", "title", printable(rd.Title), "year", rd.Year))
	fmt.Fprintln(w, s.say("report.summary_counts", "targets", counts[Target], "tasks", counts[Task], "matters", counts[Matter], "results", counts[Result],
		"doubtful", doubtful, "unparsed", len(rd.Unparsed)))
}

func chapterTitle(rd *Reading, i int, s speaker) string {
	if i < 0 || i >= len(rd.Chapters) {
		return s.say("report.state.opening")
	}
	c := rd.Chapters[i]
	title := printable(c.Title)
	if state := s.word("state", string(c.State)); state != "" {
		title = "[" + state + "] " + title
	}
	return strings.TrimSpace(title)
}

// grid is a table being laid out.
type grid struct {
	width int
	right map[int]bool // columns aligned to the right
	rows  [][]string
}

// row is a table row being read: its cells, each some lines.
func (t *grid) row(cells ...string) {
	for i := range cells {
		cells[i] = printable(cells[i])
	}
	t.rows = append(t.rows, cells)
}

func (t *grid) print(w io.Writer) {
	widths := make([]int, len(t.rows[0]))
	for _, r := range t.rows {
		for i, c := range r {
			widths[i] = max(widths[i], columnsOf(c))
		}
	}
	last := len(widths) - 1
	before := 2 * last
	for _, n := range widths[:last] {
		before += n
	}
	for _, r := range t.rows {
		var b strings.Builder
		for i, c := range r[:last] {
			pad := strings.Repeat(" ", widths[i]-columnsOf(c))
			if t.right[i] {
				c = pad + c
			} else {
				c += pad
			}
			b.WriteString(c + "  ")
		}
		b.WriteString(fit(r[last], max(16, t.width-before)))
		fmt.Fprintln(w, strings.TrimRight(b.String(), " "))
	}
}

// printable makes a text safe for a terminal, where control characters are commands: they show as their pictures (␛), and
// every kind of blank as one.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) && r != 0x3000:
			return ' '
		case r < 0x20:
			return 0x2400 + r
		case r == 0x7F:
			return 0x2421
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
			return utf8Lost
		}
		return r
	}, s)
}

const utf8Lost = '\uFFFD'

// columnsOf is how many columns of a terminal a text takes: Chinese characters two, marks that combine none.
func columnsOf(s string) int {
	n := 0
	for _, r := range s {
		n += columns(r)
	}
	return n
}

func columns(r rune) int {
	if unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// fit cuts a text to so many columns, with a … where it was cut.
func fit(s string, most int) string {
	if columnsOf(s) <= most {
		return s
	}
	n := 0
	for i, r := range s {
		if n+columns(r) > most-1 {
			return s[:i] + "…"
		}
		n += columns(r)
	}
	return s
}
