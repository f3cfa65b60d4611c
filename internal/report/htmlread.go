package report

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// block elements begin and end a line.
var block = map[string]bool{"p": true, "div": true, "br": true, "hr": true, "h1": true, "h2": true, "h3": true, "h4": true, "h5": true, "h6": true, "table": true, "tbody": true, "thead": true,
	"tr": true, "td": true, "th": true, "ul": true, "ol": true, "li": true, "dl": true, "dt": true, "dd": true, "section": true, "article": true, "main": true, "header": true, "footer": true,
	"nav": true, "aside": true, "center": true, "blockquote": true, "pre": true, "form": true, "fieldset": true, "body": true, "html": true, "caption": true, "figure": true, "figcaption": true,
	"address": true, "title": true, "option": true}

// pageReader walks the tokens of a page and gathers its lines.
type pageReader struct {
	layout
	p       *page
	line    textLine
	at      int32 // code point of the token being read
	space   int32 // where a blank waits to be written, or -1
	newline bool  // the blank holds a line break
	links   int   // open links
	heads   int   // open headings
	soft    bool  // in a <p>, where a line break is only a blank
	pre     int   // open <pre>
}

// read returns the plain text and its map.
func (p *page) read() ([]rune, []int32) {
	g := &pageReader{p: p, space: -1}
	for i := range p.tokens {
		t := &p.tokens[i]
		switch t.kind {
		case textToken:
			g.text(p.text[t.from:t.to])
			continue
		case startToken:
			g.start(t)
		case endToken:
			g.end(t)
		case skipToken:
			if block[t.name] {
				g.endLine()
			}
		}
		g.at += int32(utf8.RuneCountInString(p.text[t.from:t.to]))
	}
	for len(g.rows) > 0 {
		g.endTable()
	}
	g.endLine()
	return g.assemble()
}

func (g *pageReader) start(t *token) {
	if block[t.name] {
		g.endLine()
		g.soft = t.name == "p" || g.soft && t.name == "br"
	}
	switch t.name {
	case "table":
		g.openTable()
	case "tr":
		g.endRow()
	case "td", "th":
		g.openCell()
	case "a":
		if t.link && t.partner > 0 {
			g.links++
		}
	case "h1", "h2", "h3", "h4", "h5", "h6":
		if t.partner > 0 {
			g.heads++
		}
	case "pre":
		if t.partner > 0 {
			g.pre++
		}
	}
}

func (g *pageReader) end(t *token) {
	if block[t.name] {
		g.endLine()
	}
	switch t.name {
	case "table":
		g.endTable()
	case "tr":
		g.endRow()
	case "a":
		g.links = 0
	case "h1", "h2", "h3", "h4", "h5", "h6":
		g.heads = 0
	case "pre":
		g.pre = max(0, g.pre-1)
	case "p":
		g.soft = false
	}
}

// text reads the text between two tags: references decoded, runs of blanks made one, and none beside a Chinese character where
// the source was merely wrapped.
func (g *pageReader) text(s string) {
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == '\f':
			if g.space < 0 {
				g.space, g.newline = g.at, false
			}
			g.newline = g.newline || r == '\n' || r == '\r'
			if r == '\n' && (g.pre > 0 || g.p.hard && !g.soft) {
				g.endLine()
			}
			g.at++
		case r == '&':
			decoded, size := reference(s[i:])
			for _, d := range decoded {
				g.visible(d)
			}
			g.at += int32(size) // references are ASCII
			n = size
		default:
			g.visible(r)
			g.at++
		}
		i += n
	}
}

// visible adds one rune that a person sees, and the blank before it if one waits.
func (g *pageReader) visible(r rune) {
	l := &g.line
	if g.space >= 0 {
		if n := len(l.r); n > 0 && !(g.newline && (eastAsian(l.r[n-1]) || eastAsian(r))) {
			l.add(' ', g.space)
		}
		g.space = -1
	}
	l.add(r, g.at)
	if g.links > 0 {
		l.link++
	}
	if g.heads > 0 {
		l.heading = true
	}
}

// eastAsian reports whether a rune belongs to Chinese text, where lines are wrapped without a blank.
func eastAsian(r rune) bool {
	return r >= 0x2E80 && r <= 0x9FFF || r >= 0xF900 && r <= 0xFAFF || r >= 0xFF00 && r <= 0xFFEF || r >= 0x20000 && r <= 0x3FFFF || r >= 0x2010 && r <= 0x2026
}

// reference decodes the character reference at the start of s and says how many bytes it takes. Pages written twice hold
// references to references (&amp;nbsp;), which readers would see as such: they are read as they were meant. A '&' that begins
// none stands for itself.
func reference(s string) (string, int) {
	out, n := oneReference(s)
	if s[:n] == "&amp;" {
		inner, size := oneReference("&" + s[n:min(len(s), n+12)])
		if size > 1 && s[n+size-2] == ';' {
			return inner, n + size - 1
		}
	}
	return out, n
}

func oneReference(s string) (string, int) {
	n := 1
	for n < len(s) && n < 34 && (s[n] == '#' && n == 1 || s[n] >= '0' && s[n] <= '9' || s[n]|0x20 >= 'a' && s[n]|0x20 <= 'z') {
		n++
	}
	if n < len(s) && s[n] == ';' {
		n++
	}
	in := s[:n]
	out := html.UnescapeString(in)
	if out == in {
		return "&", 1
	}
	// Old references need no semicolon: of "&nbsp2021" only "&nbsp" is one. No reference means more than two characters.
	if !strings.HasSuffix(in, ";") || utf8.RuneCountInString(out) > 2 {
		_, size := utf8.DecodeRuneInString(out)
		return out[:size], n - (len(out) - size)
	}
	return out, n
}

// endLine ends the line being read. Inside a table it belongs to the cell.
func (g *pageReader) endLine() {
	l := g.line
	l.end = g.at
	g.line, g.space, g.newline = textLine{}, -1, false
	if strings.TrimSpace(string(l.r)) == "" {
		return
	}
	g.put(l)
}

// assemble joins the lines of the article into the plain text. The line breaks are ours: each stands where its line ended.
func (g *pageReader) assemble() ([]rune, []int32) {
	var all runes
	var f chromeFilter
	for i := range g.out {
		l := &g.out[i]
		if f.drop(string(l.r), len(l.r), l.link, l.heading) {
			continue
		}
		all.append(l.runes)
		all.add('\n', l.end)
	}
	return all.r, append(all.at, int32(utf8.RuneCountInString(g.p.text)))
}
