package report

import (
	"embed"
	"slices"
	"strings"
)

//go:embed lexicon/*.txt
var lexiconFS embed.FS

type words struct {
	first map[rune][]word
}

type word struct {
	r   []rune
	tag string
}

// match returns the length and the tag of the longest word that begins at r[0], or 0.
func (w *words) match(r []rune) (int, string) {
	if len(r) == 0 {
		return 0, ""
	}
	for _, c := range w.first[r[0]] {
		if len(c.r) <= len(r) && slices.Equal(c.r, r[:len(c.r)]) {
			return len(c.r), c.tag
		}
	}
	return 0, ""
}

// suffix returns the length and the tag of the longest word that r ends with, or 0.
func (w *words) suffix(r []rune) (int, string) {
	for i := max(0, len(r)-12); i < len(r); i++ {
		for _, c := range w.first[r[i]] {
			if len(c.r) == len(r)-i && slices.Equal(c.r, r[i:]) {
				return len(c.r), c.tag
			}
		}
	}
	return 0, ""
}

// find returns the position of the first word in r at or behind from, its length and tag; -1 when there is none.
func (w *words) find(r []rune, from int) (int, int, string) {
	for i := from; i < len(r); i++ {
		if n, tag := w.match(r[i:]); n > 0 {
			return i, n, tag
		}
	}
	return -1, 0, ""
}

// has tells whether r is one of the words.
func (w *words) has(r []rune) bool {
	n, _ := w.match(r)
	return n == len(r) && n > 0
}

func (w *words) add(s, tag string) {
	r := []rune(s)
	list := w.first[r[0]]
	i, _ := slices.BinarySearchFunc(list, len(r), func(c word, n int) int { return n - len(c.r) })
	w.first[r[0]] = slices.Insert(list, i, word{r, tag})
}

// list makes a set from words written in a string, separated by blanks, all of one tag.
func list(s string) *words {
	w := &words{first: map[rune][]word{}}
	for _, f := range strings.Fields(s) {
		w.add(f, "")
	}
	return w
}

// load reads a lexicon file: lines of words separated by blanks; "[tag]" opens a part whose words carry the tag; "#" opens
// a comment.
func load(name string) *words {
	b, err := lexiconFS.ReadFile("lexicon/" + name + ".txt")
	if err != nil {
		panic("report: lexicon " + name + " is missing from the binary")
	}
	w, tag := &words{first: map[rune][]word{}}, ""
	for line := range strings.Lines(string(b)) {
		line, _, _ = strings.Cut(line, "#")
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			tag = strings.Trim(line, "[]")
			continue
		}
		for _, f := range strings.Fields(line) {
			w.add(f, tag)
		}
	}
	return w
}

// The lexicons. They are read once, when the program starts, and never change.
var (
	units      = load("units")      // tag: count, measure, time, ratio
	openers    = load("openers")    // verbs that open a clause; tag: strength class
	predicates = load("predicates") // words that end the name of what is counted ("48个项目|开工")
	heads      = load("heads")      // last words of indicators; tag: level, share, flow
	strong     = load("strong")     // predicates that never begin a name
	scopes     = load("scopes")     // whole-area words before an indicator
	adverbs    = load("adverbs")    // words before a verb that change nothing
)

var (
	tails   = load("tails")   // tag: level, up, down, to, avg, base
	generic = load("generic") // names that need the indicator before them
)
