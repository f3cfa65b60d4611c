package report

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// pdfText joins the printed lines of a PDF into paragraphs, one a line.
//
// A line runs on into the next when it reaches the right margin and the next one is not indented. Lines at the top and the
// bottom of pages that only number the page, or that repeat from page to page, are left out.
func pdfText(pages [][]pdfLine) string {
	pages = withoutRunningLines(pages)
	var all []pdfLine
	for _, p := range pages {
		all = append(all, p...)
	}
	m := measure(all)
	var b strings.Builder
	for i, l := range all {
		if i > 0 {
			switch {
			case !m.runsOn(all[i-1], l):
				b.WriteByte('\n')
			case latinEnd.MatchString(all[i-1].text) && latinBegin.MatchString(l.text):
				b.WriteByte(' ')
			}
		}
		b.WriteString(l.text)
	}
	if len(all) > 0 {
		b.WriteByte('\n')
	}
	return spacedDigits.ReplaceAllStringFunc(b.String(), func(s string) string { return strings.ReplaceAll(s, " ", "") })
}

var (
	latinEnd   = regexp.MustCompile(`[A-Za-z,;]$`)
	latinBegin = regexp.MustCompile(`^[A-Za-z]`)
	// spacedDigits are the digits of one number set apart: "2 0 0 1年". At the end of a line they are columns of a table.
	spacedDigits = regexp.MustCompile(`\b\d(?: [\d.])+ ?[^\d\s.A-Za-z]`)
	pageNumber   = regexp.MustCompile(`^[-—–－·.\s]*(?:第\s*)?\d{1,4}(?:\s*[/／]\s*\d{1,4})?(?:\s*页)?(?:\s*共\s*\d{1,4}\s*页)?[-—–－·.\s]*$`)
	digits       = regexp.MustCompile(`\d+`)
)

// withoutRunningLines drops page numbers and running heads: among the first two and the last two lines of each page, the ones
// that are a number, and the ones that stand, but for their digits, on at least three pages and on half of them.
func withoutRunningLines(pages [][]pdfLine) [][]pdfLine {
	edge := func(i, n int) bool { return i < 2 || i >= n-2 }
	mask := func(l pdfLine) string { return digits.ReplaceAllString(l.text, "0") }
	seen := map[string]int{}
	for _, p := range pages {
		for i, l := range p {
			if edge(i, len(p)) {
				seen[mask(l)]++
			}
		}
	}
	out := make([][]pdfLine, len(pages))
	for k, p := range pages {
		for i, l := range p {
			n := seen[mask(l)]
			if edge(i, len(p)) && (pageNumber.MatchString(l.text) || n >= 3 && n*2 >= len(pages)) {
				continue
			}
			out[k] = append(out[k], l)
		}
	}
	return out
}

// margins are how the text block of a document is set, in points.
type margins struct {
	left, right float64
	em          float64 // the width of a Chinese character
	pitch       float64 // from one line to the next
}

// measure finds the margins from the lines themselves: long lines begin and end at them.
func measure(lines []pdfLine) margins {
	var lefts, rights, ems, pitches []float64
	for i, l := range lines {
		w := displayWidth(l.text)
		if w < 20 {
			continue
		}
		lefts, rights, ems = append(lefts, l.left), append(rights, l.right), append(ems, (l.right-l.left)/float64(w)*2)
		if i > 0 && lines[i-1].base > l.base {
			pitches = append(pitches, lines[i-1].base-l.base)
		}
	}
	return margins{left: quantile(lefts, 0.1), right: quantile(rights, 0.9), em: quantile(ems, 0.5), pitch: quantile(pitches, 0.3)}
}

// runsOn reports whether line a runs on into line b: a is full, b is not indented, and no gap parts them. A mark that may not
// begin a line takes its neighbours with it, and a word in Latin letters is not divided, so that a full line may end up to
// three characters early; in the middle of a sentence, up to six. Only the top of a new page stands higher than what it follows.
func (m margins) runsOn(a, b pdfLine) bool {
	slack := 3 * m.em
	if !strings.HasSuffix(a.text, "。") {
		slack = 6 * m.em
	}
	return m.em > 0 && a.right >= m.right-slack && b.left <= m.left+1.2*m.em && a.base-b.base <= 1.4*m.pitch
}

func quantile(v []float64, q float64) float64 {
	if len(v) == 0 {
		return 0
	}
	slices.Sort(v)
	return v[min(len(v)-1, int(q*float64(len(v))))]
}

// displayWidth is the width of a text in columns of a terminal: two for a Chinese character, one for a Latin one.
func displayWidth(s string) int {
	w := utf8.RuneCountInString(s)
	for _, r := range s {
		if isWide(r) {
			w++
		}
	}
	return w
}
