package promiseweb

import (
	"cmp"
	"slices"
	"strings"

	"huying/internal/promise"
)

// paper is a document as a page shows it: what stands between the tags of the original is text, the tags are not.
type paper struct {
	doc  promise.Document
	text []rune
	body []promise.Paragraph
}

func newPaper(doc promise.Document) paper {
	p := paper{doc: doc, text: []rune(doc.Text), body: doc.Body}
	if len(p.body) == 0 {
		p.body = lines(p.text)
	}
	return p
}

// lines are the paragraphs of a text that came without any.
func lines(text []rune) []promise.Paragraph {
	var out []promise.Paragraph
	from := 0
	for i := 0; i <= len(text); i++ {
		if i < len(text) && text[i] != '\n' {
			continue
		}
		if strings.TrimSpace(string(text[from:i])) != "" {
			out = append(out, promise.Paragraph{Runs: []promise.Span{{Start: from, End: i}}})
		}
		from = i + 1
	}
	return out
}

// readable reports whether the public may read the document as a page: a work report is published; the minutes of a meeting and an
// instruction are not, only what they promise is.
func readable(doc promise.Document) bool {
	return doc.ID != 0 && doc.Kind == promise.Report && doc.Text != ""
}

// bounded is a span cut to the text.
func (p paper) bounded(s promise.Span) promise.Span {
	s.Start = min(max(s.Start, 0), len(p.text))
	s.End = min(max(s.End, s.Start), len(p.text))
	return s
}

func (p paper) slice(s promise.Span) string { s = p.bounded(s); return string(p.text[s.Start:s.End]) }

// clip is what a person reads of a span.
func (p paper) clip(s promise.Span) string {
	var b strings.Builder
	for _, para := range p.body {
		for _, run := range para.Runs {
			b.WriteString(p.slice(promise.Span{Start: max(run.Start, s.Start), End: min(run.End, s.End)}))
		}
	}
	return b.String()
}

// sentence is the sentence that a claim stands in, with the claim's words in its midst. A claim without a place is shown by itself.
func (p paper) sentence(c promise.Claim) sentence {
	s := sentence{Quote: c.Quote}
	if c.Span.Start >= c.Span.End || c.Span.End > len(p.text) {
		return s
	}
	if words := p.clip(c.Span); words != "" {
		s.Quote = words
	}
	if c.Sentence.Start <= c.Span.Start && c.Span.End <= c.Sentence.End {
		s.Before = p.clip(promise.Span{Start: c.Sentence.Start, End: c.Span.Start})
		s.After = p.clip(promise.Span{Start: c.Span.End, End: c.Sentence.End})
	}
	return s
}

// place is a stretch of a document that something is said of.
type place struct {
	promise.Span
	Class string // of the element: its light, "result"
	ID    string // of its first piece
	Href  string
	Light promise.Light // empty for what is no promise
	Title string
	order int // of two with the same words, the smaller is the link and the other stands behind it
}

// piece is a stretch of a paragraph over which nothing changes.
type piece struct {
	Text  string
	Place *place
	First bool     // the place begins here: its id stands here
	Last  bool     // and ends here: its light stands behind it
	Also  []*place // others with the same words, each a light of its own behind it
}

// cut cuts a paragraph at the ends of the places in it. Where places lie over one another, the shortest has the text.
func (p paper) cut(para promise.Paragraph, places []*place) []piece {
	var out []piece
	for _, run := range para.Runs {
		run = p.bounded(run)
		inside := overlapping(places, run)
		for _, s := range segments(run, inside) {
			out = append(out, piece{Text: string(p.text[s.Start:s.End]), Place: shortest(inside, s)})
		}
	}
	finish(out, overlapping(places, hull(para)))
	return out
}

func hull(para promise.Paragraph) promise.Span {
	if len(para.Runs) == 0 {
		return promise.Span{}
	}
	return promise.Span{Start: para.Runs[0].Start, End: para.Runs[len(para.Runs)-1].End}
}

func overlapping(places []*place, s promise.Span) (out []*place) {
	for _, x := range places {
		if x.Start < s.End && s.Start < x.End {
			out = append(out, x)
		}
	}
	return out
}

// segments cuts run wherever a place begins or ends.
func segments(run promise.Span, places []*place) []promise.Span {
	at := []int{run.Start, run.End}
	for _, x := range places {
		for _, i := range []int{x.Start, x.End} {
			if run.Start < i && i < run.End {
				at = append(at, i)
			}
		}
	}
	slices.Sort(at)
	at = slices.Compact(at)
	var out []promise.Span
	for i := 1; i < len(at); i++ {
		out = append(out, promise.Span{Start: at[i-1], End: at[i]})
	}
	return out
}

// shortest is the place that has a segment: a promise before what is none, the shorter before the longer.
func shortest(places []*place, s promise.Span) *place {
	var best *place
	for _, x := range places {
		if x.Start <= s.Start && s.End <= x.End && (best == nil || before(x, best) < 0) {
			best = x
		}
	}
	return best
}

func before(a, b *place) int {
	return cmp.Or(rank(a)-rank(b), (a.End-a.Start)-(b.End-b.Start), a.order-b.order)
}

func rank(x *place) int {
	if x.Light == "" {
		return 1
	}
	return 0
}

// finish says where each place begins and ends, and hangs those that got no text behind the piece that has it.
func finish(pieces []piece, places []*place) {
	shown := map[*place]int{}
	for i := range pieces {
		if x := pieces[i].Place; x != nil {
			if _, seen := shown[x]; !seen {
				pieces[i].First = true
			}
			shown[x] = i
		}
	}
	for _, i := range shown {
		pieces[i].Last = true
	}
	for _, x := range places {
		if _, seen := shown[x]; seen {
			continue
		}
		for i := range slices.Backward(pieces) {
			if y := pieces[i].Place; y != nil && y.Start < x.End && x.Start < y.End {
				pieces[i].Also = append(pieces[i].Also, x)
				break
			}
		}
	}
}
