package report

import "strings"

// page is a page of HTML on its way to plain text.
type page struct {
	text   string
	tokens []token
	hard   bool // no <html> or <body>: a text with some tags in it, whose line breaks count
}

// inline elements never end a block that is still open.
var inline = map[string]bool{"a": true, "span": true, "b": true, "strong": true, "em": true, "i": true, "u": true, "font": true, "sup": true, "sub": true, "label": true, "small": true}

// single elements have no inside, or one that nobody closes by hand; they are not matched.
var single = map[string]bool{"br": true, "hr": true, "img": true, "input": true, "meta": true, "link": true, "p": true, "li": true, "td": true, "th": true, "tr": true, "dt": true, "dd": true,
	"option": true, "tbody": true, "thead": true, "tfoot": true, "col": true, "area": true, "base": true, "embed": true, "param": true, "source": true, "wbr": true}

// match finds the end tag of each start tag. An element that is never closed keeps partner -1 and is never left out as a whole:
// a <nav> without an end must not swallow the report.
func (p *page) match() {
	const deepest = 512 // open elements to look through; deeper nesting is a broken page
	var open []int
	count := map[string]int{} // open elements by name
	for i := range p.tokens {
		t := &p.tokens[i]
		switch {
		case t.kind == startToken && (!single[t.name] || t.hidden || t.chrome):
			open = append(open, i)
			count[t.name]++
		case t.kind == endToken && count[t.name] > 0:
			for j := len(open) - 1; j >= max(0, len(open)-deepest); j-- {
				o := &p.tokens[open[j]]
				if o.name == t.name {
					o.partner = i
					for _, k := range open[j:] {
						count[p.tokens[k].name]--
					}
					open = open[:j]
					break
				}
				if inline[t.name] && !inline[o.name] {
					break
				}
			}
		}
	}
}

// never are the elements whose inside nobody reads.
var never = map[string]bool{"script": true, "style": true, "noscript": true, "template": true, "svg": true, "select": true, "button": true, "iframe": true, "object": true,
	"textarea": true, "head": true, "title": true, "xml": true, "noframes": true, "noembed": true, "audio": true, "video": true, "rt": true, "rp": true}

// frame are the elements that by their name stand around the article.
var frame = map[string]bool{"nav": true, "header": true, "footer": true, "aside": true}

// dropChrome turns the tokens of what is not the article into skipTokens: first what nobody sees, then, measured against the
func (p *page) dropChrome() {
	for i := range p.tokens {
		t := &p.tokens[i]
		switch {
		case t.kind != startToken || !never[t.name]:
		case t.partner > 0:
			p.skip(i, t.partner)
		case rawText[t.name] && i+1 < len(p.tokens) && p.tokens[i+1].kind == textToken:
			p.skip(i+1, i+1) // the script itself; what follows the next tag is read
		}
	}
	total := 0
	for i := range p.tokens {
		if t := &p.tokens[i]; t.kind == textToken {
			total += t.to - t.from
		}
	}
	for i := range p.tokens {
		t := &p.tokens[i]
		if t.kind == startToken && t.partner > 0 && (t.hidden || t.chrome || frame[t.name]) && p.aside(i, t.partner, total) {
			p.skip(i, t.partner)
		}
	}
}

func (p *page) skip(from, to int) {
	for i := from; i <= to; i++ {
		p.tokens[i].kind = skipToken
	}
}

// aside reports whether the element between two tokens may be left out: it holds less than a third of the page's text, hardly
// a sentence, and no heading that may be the title. Names of classes lie; the report must survive them.
func (p *page) aside(from, to, total int) bool {
	size, stops := 0, 0
	for _, t := range p.tokens[from:to] {
		switch {
		case t.kind == textToken:
			size += t.to - t.from
			stops += strings.Count(p.text[t.from:t.to], "。")
		case t.kind == startToken && (t.name == "h1" || t.name == "h2"):
			return false
		}
	}
	return size*3 <= total && stops < 3
}
