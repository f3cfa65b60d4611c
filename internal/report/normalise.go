package report

import (
	"slices"
	"strconv"
	"strings"
)

// norm is the text that the grammar matches: half-width digits and punctuation, no spaces, no footnote marks, a line feed
// only where a paragraph ends. Each of its runes knows where it stands in Source.Text.
type norm struct {
	r     []rune
	start []int32 // code point of Text where the rune stands
	end   []int32 // code point of Text just behind it
}

// span maps a range of the normalised text to code points of Source.Text.
func (n *norm) span(a, b int) (int, int) {
	if a >= b {
		return 0, 0
	}
	return int(n.start[a]), int(n.end[b-1])
}

func (n *norm) str(a, b int) string { return string(n.r[a:b]) }

// normalise folds widths, drops spaces, soft line breaks and footnote marks, and keeps the way back.
func normalise(src *Source) *norm {
	plain := src.Plain
	n := &norm{r: make([]rune, 0, len(plain)), start: make([]int32, 0, len(plain)), end: make([]int32, 0, len(plain))}
	add := n.adder(src)
	table := src.Format != FormatText && src.Format != FormatPDF // their tabs stand between the cells of a row
	row := false
	spaces := 0 // ideographic spaces in a row: two of them open a paragraph in texts without line breaks
	for i := 0; i < len(plain); i++ {
		r := fold(plain[i])
		if m := listMark(plain, i, n.r); m != "" {
			for _, c := range m {
				add(c, i)
			}
			spaces = 0
			continue
		}
		switch {
		case r == '\n' || r == '\r':
			if len(n.r) > 0 && n.r[len(n.r)-1] != '\n' {
				if row && !isStop(n.r[len(n.r)-1]) {
					add('。', i)
				}
				add('\n', i)
			}
			spaces, row = 0, false
		case plain[i] == '\t' && table && i+1 < len(plain):
			if mark := cellEnd(n.r); mark != 0 {
				row = row || mark == cellMark
				add(mark, i)
			}
		case r == ' ':
			if plain[i] == '\u3000' {
				spaces++
				if spaces == 2 && len(n.r) > 0 && n.r[len(n.r)-1] != '\n' {
					add('\n', i)
				}
			}
		case r == 0: // dropped
		case r == '[' || r == '〔':
			if j := footnote(plain, i); j > 0 {
				i = j
				continue
			}
			spaces = 0
			add(r, i)
		default:
			spaces = 0
			add(r, i)
		}
	}
	return n.joinLines()
}

// cellEnd is what stands for the tab behind the cells read so far: nothing behind a line break or a mark, a list mark behind a
// running number, else cellMark.
func cellEnd(r []rune) rune {
	k := len(r)
	for k > 0 && isDigit(r[k-1]) {
		k--
	}
	switch {
	case len(r) == 0 || strings.ContainsRune("\n、.)", r[len(r)-1]) || r[len(r)-1] == cellMark:
		return 0
	case (k == 0 || r[k-1] == '\n') && len(r)-k <= 3:
		return '.'
	}
	return cellMark
}

// adder returns a function that appends a rune read at Plain[i], with its place in Text.
func (n *norm) adder(src *Source) func(r rune, i int) {
	var text []rune // only HTML holds references such as &amp; where one rune read is several runes of text
	if src.Format == FormatHTML {
		text = []rune(src.Text)
	}
	return func(r rune, i int) {
		s, next := src.At[i], src.At[i+1]
		e := s + 1
		if int(next) <= len(text) && next > e && text[s] == '&' {
			k := slices.IndexFunc(text[s:next], func(c rune) bool { return c == ';' || c == '<' })
			if k > 0 && text[int(s)+k] == ';' {
				e = s + int32(k) + 1 // &ldquo; and not the tag behind it
			}
		}
		n.r, n.start, n.end = append(n.r, r), append(n.start, s), append(n.end, e)
	}
}

// listMark writes out a list mark of one rune at plain[i], ⒈ as "1." and ⑴ as "(1)", or returns "". A circled number is one where it
// opens a sentence or a clause and another follows or went before; elsewhere it is a footnote mark. out is what was read so far.
func listMark(plain []rune, i int, out []rune) string {
	c := plain[i]
	switch {
	case c >= 0x2474 && c <= 0x2487:
		return "(" + strconv.Itoa(int(c-0x2474)+1) + ")"
	case c >= 0x2488 && c <= 0x249B:
		return strconv.Itoa(int(c-0x2488)+1) + "."
	case c < 0x2460 || c > 0x2473:
		return ""
	}
	opens := len(out) == 0 || strings.ContainsRune("\n;。:!", out[len(out)-1])
	if !opens || !nextMark(plain[i+1:], c+1) && c == 0x2460 {
		return ""
	}
	return "(" + strconv.Itoa(int(c-0x2460)+1) + ")"
}

// nextMark tells whether the circled number c opens a sentence or a clause further on.
func nextMark(plain []rune, c rune) bool {
	k := slices.Index(plain, c)
	for k > 0 && fold(plain[k-1]) == ' ' {
		k--
	}
	return k > 0 && strings.ContainsRune("\n;；。：:!！", plain[k-1])
}

// footnote reports the index of the closing bracket of a footnote mark such as [2] that opens at i, or 0.
func footnote(r []rune, i int) int {
	j := i + 1
	for j < len(r) && j < i+5 {
		c := fold(r[j])
		if c == ']' || c == '〕' {
			if j == i+1 {
				return 0
			}
			return j
		}
		if c != ' ' && (c < '0' || c > '9') {
			return 0
		}
		j++
	}
	return 0
}

// fold turns full-width forms into half-width ones, every kind of blank into ' ', and marks that carry no meaning into 0.
func fold(r rune) rune {
	switch {
	case r < 0x80:
		if r == '\t' || r == '\v' || r == '\f' {
			return ' '
		}
		return r
	case r == 0xA0 || r == 0x3000 || r >= 0x2000 && r <= 0x200A || r == 0x202F || r == 0x205F:
		return ' '
	case r == 0x200B || r == 0x200C || r == 0x200D || r == 0xFEFF || r == 0xAD:
		return 0
	case r >= 0x2460 && r <= 0x2473: // circled numbers are footnote marks
		return 0
	case r == 0x2028 || r == 0x2029 || r == 0x85:
		return '\n'
	case r == '．':
		return '.'
	case r == '∶':
		return ':'
	case r == '─' || r == '－' || r == '–' || r == '―' || r == '‐' || r == '‑' || r == '−':
		return '-'
	case r == '～' || r == '∼' || r == '〜':
		return '~'
	case r == '„' || r == '‟' || r == '＂' || r == '〝':
		return '“'
	case r == '〞':
		return '”'
	case r == '%' || r == '％' || r == '﹪':
		return '%'
	case r >= 0xFF01 && r <= 0xFF5E:
		return r - 0xFEE0
	}
	return r
}

// joinLines drops the line breaks that a publisher or a PDF put inside a sentence. A break stays where the line before it
// ends a sentence or is a heading, or where the next line opens one.
func (n *norm) joinLines() *norm {
	out := &norm{r: n.r[:0], start: n.start[:0], end: n.end[:0]}
	lineStart := 0
	for i := 0; i < len(n.r); i++ {
		r, s, e := n.r[i], n.start[i], n.end[i]
		if r == '\n' {
			if i+1 >= len(n.r) || !breaks(out.r[lineStart:], n.r[i+1:]) {
				continue
			}
			out.r, out.start, out.end = append(out.r, r), append(out.start, s), append(out.end, e)
			lineStart = len(out.r)
			continue
		}
		out.r, out.start, out.end = append(out.r, r), append(out.start, s), append(out.end, e)
	}
	return out
}

// breaks tells whether the break between line prev and the text next ends a paragraph.
func breaks(prev, next []rune) bool {
	if len(prev) == 0 {
		return true
	}
	last := prev[len(prev)-1]
	if isStop(last) {
		return true
	}
	if (last == '”' || last == '"' || last == ')') && len(prev) > 1 && isStop(prev[len(prev)-2]) {
		return true
	}
	line := next
	for i, r := range next {
		if r == '\n' || i > 60 {
			line = next[:i]
			break
		}
	}
	if headingMark(line) > 0 || chapterState(line) != none {
		return true
	}
	if last == ',' || last == '、' || last == ';' || last == ':' {
		return false
	}
	return headingLine(prev)
}

func isStop(r rune) bool { return r == '。' || r == '!' || r == '?' || r == '…' }

// headingLine tells whether a line without a full stop stands for itself: it opens with a list mark, names a chapter, or is
// short and carries no figure with a unit.
func headingLine(line []rune) bool {
	if len(line) > 70 || slices.ContainsFunc(line, isStop) {
		return false
	}
	if headingMark(line) > 0 || chapterState(line) != none {
		return true
	}
	if len(line) > 34 {
		return false
	}
	quotes := 0
	for _, r := range line {
		switch r {
		case '“', '(', '《':
			quotes++
		case '”', ')', '》':
			quotes--
		case '%', ';', ',':
			if hasFigure(line) {
				return false
			}
		}
	}
	return quotes <= 0
}
