package situation

import (
	"strings"
	"unicode"
)

// ems is how wide a text is, in ems of its size. Chinese letters and marks take a whole one; Latin ones are taken a little wider than
// common faces draw them, so that what is measured to fit does.
func ems(s string) float64 {
	w := 0.0
	for _, r := range s {
		w += runeEms(r)
	}
	return w
}

func runeEms(r rune) float64 {
	switch {
	case unicode.Is(unicode.Mn, r):
		return 0
	case r >= 0x2000 || r >= 0xA1 && r <= 0xBF || r == '×' || r == '÷':
		return 1
	case strings.ContainsRune(" .,:;'|!ijlftI()[]/", r):
		return 0.36
	case strings.ContainsRune("mwMW%@", r):
		return 0.92
	case r >= 'A' && r <= 'Z', r == '&':
		return 0.7
	}
	return 0.58
}

// fit is the size, at most size, at which a text takes no more than width.
func fit(s string, size, width float64) float64 {
	return min(size, width/max(1, ems(s)))
}

// fitted is a text at the size, between low and high, at which it takes no more than width; at low, what does not fit is cut.
func fitted(s string, high, low, width float64) (size float64, text string) {
	size = max(low, fit(s, high, width))
	return size, one(s, width/size+0.01)
}

// wrap cuts a text into at most n lines of so many ems; what does not fit ends in an ellipsis. It breaks between Chinese letters and
// between Latin words, never before a closing mark, after an opening one, or within a number.
func wrap(s string, width float64, n int) []string {
	var lines []string
	line, w := "", 0.0
	for _, t := range pieces(s, width) {
		tw := ems(strings.TrimRight(t, " "))
		if w+tw > width && line != "" {
			if len(lines) == n-1 {
				return append(lines, ellipsis(line+t, width))
			}
			lines = append(lines, strings.TrimRight(line, " "))
			line, w = "", 0
		}
		line += t
		w += ems(t)
	}
	return append(lines, strings.TrimRight(line, " "))
}

// one is a text on one line.
func one(s string, width float64) string { return wrap(s, width, 1)[0] }

// ellipsis is the beginning of a line that is too long, and the mark that says so.
func ellipsis(line string, width float64) string {
	var b strings.Builder
	w := 1.0
	for _, r := range line {
		if w += runeEms(r); w > width {
			break
		}
		b.WriteRune(r)
	}
	return strings.TrimRight(b.String(), ",、。;:“( ") + "…"
}

const (
	closing = ",。、;:!?)》〉”’】」』〕…%℃,.;:!?)]}"
	opening = "(《〈“‘【「『〔([{"
)

// pieces cuts a text where a line may end. A piece that is itself too wide is cut anywhere.
func pieces(s string, width float64) []string {
	var out []string
	open := false // the last piece may not end a line
	var last rune
	for _, r := range strings.Join(strings.Fields(s), " ") {
		joined := open || latin(last) && latin(r) || strings.ContainsRune(closing, r) || r == ' '
		if end := len(out) - 1; end >= 0 && joined && ems(out[end])+runeEms(r) <= width {
			out[end] += string(r)
		} else {
			out = append(out, string(r))
		}
		open, last = strings.ContainsRune(opening, r), r
	}
	return out
}

// latin reports whether r is part of a word or a number that is not to be cut.
func latin(r rune) bool {
	return r < 0x2000 && (unicode.IsLetter(r) || unicode.IsDigit(r)) || strings.ContainsRune(".,+-/%&'_#", r)
}
