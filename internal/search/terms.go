package search

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A text is cut into elements: one character of a script that is written without spaces (Chinese, kana, hangul …), or a run of letters,
// or a run of digits. A document is found under each of its elements, and under each pair of neighbours: 停车位 under 停, 车, 位, 停车 and
// 车位; WS-000123 under ws, 000123 and both together. A query asks for the pairs of each of its pieces, and for an element that stands
// alone. So everything that a query says next to one another has to stand next to one another, pair by pair.
//
// Before that, a text is brought to NFKC and small letters: full width becomes half, ① becomes 1. Traditional and simplified characters
// stay what they are.

const (
	maxText  = 1 << 18 // bytes of a document that are read, about 87,000 Chinese characters
	maxQuery = 1 << 12 // bytes of a query that are read
	maxTerms = 20_000  // different terms of a document
	maxAsked = 32      // terms of a query; what is over is not asked for
	maxRun   = 64      // bytes of a run of letters or digits that count
)

type class uint8

const (
	other class = iota
	blank
	link // joins letters and digits: WS-000123, a.b, 2021/11/19
	wide
	letter
	digit
	nothing // is not there: a joiner, a variation selector
)

func classOf(r rune) class {
	switch {
	case r >= '0' && r <= '9':
		return digit
	case r >= 'a' && r <= 'z':
		return letter
	case r >= 0x4e00 && r <= 0x9fff:
		return wide
	case unicode.IsSpace(r):
		return blank
	case r < 0x80 && strings.ContainsRune("-_./", r), unicode.Is(unicode.Pd, r), r == '\u2212':
		return link
	case unicode.In(r, unicode.Cf, unicode.Variation_Selector):
		return nothing
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Bopomofo, unicode.Hangul, unicode.Yi,
		unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.Tibetan), r == 'ー':
		return wide
	case unicode.IsDigit(r):
		return digit
	case unicode.IsLetter(r), unicode.IsMark(r):
		return letter
	}
	return other
}

// gap is what stands between an element and the one before.
type gap uint8

const (
	apart  gap = iota // another mark, or more than one
	touch             // nothing
	linked            // one link
	spaced            // blanks
)

type element struct {
	text string
	class
	gap // before it
}

// elements cuts a text.
func elements(text string) []element {
	text = strings.ToLower(norm.NFKC.String(strings.ToValidUTF8(text, "\uFFFD")))
	var out []element
	var run strings.Builder
	var of class // of the run
	between := apart
	end := func() {
		if run.Len() > 0 {
			out = append(out, element{run.String(), of, between})
			between = touch
			run.Reset()
		}
	}
	for _, r := range text {
		switch c := classOf(r); c {
		case nothing:
		case letter, digit:
			if c != of {
				end()
			}
			if of = c; run.Len() == 0 || run.Len()+utf8.RuneLen(r) <= maxRun {
				run.WriteRune(r)
			}
		case wide:
			end()
			out = append(out, element{string(r), wide, between})
			between = touch
		default:
			end()
			between = wider(between, c)
		}
	}
	end()
	return out
}

// wider is the gap once a mark of class c has come into it.
func wider(g gap, c class) gap {
	switch {
	case c == blank && (g == touch || g == spaced):
		return spaced
	case c == link && g == touch:
		return linked
	}
	return apart
}

// pair is the term of two neighbours, or "" if they are none. Blanks are seen through only between elements of different classes, as
// printers set them (第 3 号), and only in documents: in a query they part words.
func pair(a, b element, document bool) string {
	latin := a.class != wide && b.class != wide
	switch {
	case b.gap == touch, b.gap == linked && latin, b.gap == spaced && document && a.class != b.class:
	default:
		return ""
	}
	if latin || a.class != b.class {
		return a.text + "·" + b.text // so that 3.5 is not 35
	}
	return a.text + b.text
}

// documentTerms are the terms under which a text is found: sorted, each once.
func documentTerms(text string) []string {
	els := elements(cutBytes(text, maxText))
	terms := make([]string, 0, 2*len(els)+8)
	var before element
	for i, e := range els {
		terms = append(terms, e.text)
		short := withoutZeros(e)
		if short.text != e.text {
			terms = append(terms, short.text)
		}
		if i > 0 {
			if p := pair(before, e, true); p != "" {
				terms = append(terms, p)
				if short.text != e.text {
					terms = append(terms, pair(before, short, true))
				}
			}
		}
		before = e
	}
	slices.Sort(terms)
	terms = slices.Compact(terms)
	return terms[:min(len(terms), maxTerms)]
}

// withoutZeros lets a number be found without the zeros before it: WS-123 finds WS-000123.
func withoutZeros(e element) element {
	if e.class == digit {
		if t := strings.TrimLeft(e.text, "0"); t != "" {
			e.text = t
		}
	}
	return e
}

// queryTerms are the terms that a document must have, all of them, to match: each once, in the order of the query. There is none when
// a query has no letter, digit or character.
func queryTerms(query string) []string {
	els := elements(cutBytes(query, maxQuery))
	var terms []string
	for i, e := range els {
		before, after := "", ""
		if i > 0 {
			before = pair(els[i-1], e, false)
		}
		if i+1 < len(els) {
			after = pair(e, els[i+1], false)
		}
		term := before
		if before == "" && after == "" { // it stands alone
			term = e.text
		}
		if term != "" && !slices.Contains(terms, term) {
			if terms = append(terms, term); len(terms) == maxAsked {
				break
			}
		}
	}
	return terms
}

// cutBytes keeps at most n bytes of s, and no half character.
func cutBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
