package report

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// fromHTML reads a page: Text is the page as it stands, Plain what a person reads of it. Paragraphs, headings, list items and
// rows become lines; short cells of a row are separated by a tab, long ones by a line break. Scripts, styles, hidden parts and
// the chrome around the article are left out. Broken markup is read as a browser would, and where a browser would lose text
// (a quotation mark or a comment that never ends), the text is kept.
func fromHTML(text string) *Source {
	p := &page{text: text, tokens: tokenise(text), hard: !documentMark.MatchString(text)}
	p.match()
	p.dropChrome()
	plain, at := p.read()
	return &Source{Format: FormatHTML, Text: text, Plain: plain, At: at}
}

var (
	documentMark = regexp.MustCompile(`(?i)<!doctype\s+html|<html[\s>]|<body[\s>]|<head[\s>]`)
	// tagMark also takes tags that lost the blank after their name: <divclass="title">.
	tagMark = regexp.MustCompile(`(?i)</?(?:` + tagNames + `)(?:\s[^<>]*|(?:class|id|style|align|href)=[^<>]*)?/?>`)
)

const tagNames = "div|p|br|span|h[1-6]|table|tbody|thead|td|th|tr|ul|ol|li|center|strong|b|font|section|article|main|a|img|meta|title"

// looksHTML reports whether a text is a page or a part of one: it says so, or it holds three tags of the usual kinds.
func looksHTML(text string) bool {
	return documentMark.MatchString(text[:min(len(text), 64<<10)]) || len(tagMark.FindAllStringIndex(text, 3)) == 3
}

// tokenKind sorts the pieces of a page.
type tokenKind uint8

const (
	textToken tokenKind = iota
	startToken
	endToken
	skipToken // comments, declarations, the inside of scripts
)

// token is one piece of a page, from byte from to byte to.
type token struct {
	kind     tokenKind
	name     string
	from, to int
	partner  int  // of a start tag: the index of its end tag, or -1
	chrome   bool // its class or id says that it is not the article
	hidden   bool
	link     bool // <a href>
}

// tokenise cuts a page into tokens that cover it without a gap, with the tokenizer of x/net. Where that swallows text, it
// begins anew behind the mark that misled it. budget limits what beginning anew may cost, so that hostile input costs no more
// than a few readings.
func tokenise(text string) []token {
	const restart = 4096 // what a new tokenizer costs, in bytes read
	var out []token
	closers := map[string]int{}
	budget := 4*len(text) + 1<<20
	for pos := 0; pos < len(text); {
		z := html.NewTokenizer(strings.NewReader(text[pos:]))
		for {
			tt := z.Next()
			if tt == html.ErrorToken {
				t, rest := unfinished(text, pos, budget)
				out = append(out, t)
				if pos = t.to; rest {
					budget -= len(text) - pos + restart
				}
				break
			}
			t := token{from: pos, to: pos + len(z.Raw()), partner: -1}
			cut := describe(&t, tt, z, text, closers)
			if cut > 0 && budget > 0 {
				budget -= t.to - t.from + restart
				t.to = cut
			} else {
				cut = 0
			}
			out = append(out, t)
			if pos = t.to; cut > 0 || pos == len(text) {
				break
			}
		}
	}
	return out
}

// unfinished is the token for what the tokenizer left at the end of the text: a tag that never closes. It ends at its first
// '>', and the text behind that is to be read; without one it is text if it holds Chinese, a '<' in the last sentence.
func unfinished(text string, pos, budget int) (t token, more bool) {
	t = token{kind: skipToken, from: pos, to: len(text), partner: -1}
	if i := strings.IndexByte(text[pos:], '>'); i >= 0 && budget > 0 {
		t.to = pos + i + 1
		return t, t.to < len(text)
	}
	if strings.IndexFunc(text[pos:], isWide) >= 0 {
		t.kind = textToken
	}
	return t, false
}

func isWide(r rune) bool { return r >= 0x2E80 }

// describe fills in what a token is. It returns the position where reading should begin anew, or 0.
func describe(t *token, tt html.TokenType, z *html.Tokenizer, text string, closers map[string]int) int {
	raw := text[t.from:t.to]
	switch tt {
	case html.TextToken:
		t.kind = textToken
		return 0
	case html.CommentToken, html.DoctypeToken:
		t.kind = skipToken
		if strings.HasPrefix(raw, "<!--") && !strings.HasSuffix(raw, "->") && !strings.HasSuffix(raw, "!>") {
			return t.from + len("<!--")
		}
		return 0
	}
	name, hasAttr := z.TagName()
	if t.name = tagName(string(name)); t.name == "" {
		t.kind = textToken // <数据>: angle brackets of the text itself
		return 0
	}
	t.kind = startToken
	if tt == html.EndTagToken {
		t.kind = endToken
	}
	for hasAttr {
		var k, v []byte
		k, v, hasAttr = z.TagAttr()
		t.attr(string(k), string(v))
	}
	if end := swallowed(raw); end > 0 {
		return t.from + end
	}
	if t.kind == startToken && rawText[t.name] && lastCloser(text, t.name, closers) < t.to {
		z.NextIsNotRawText()
	}
	return 0
}

// lastCloser returns where the last end tag of an element begins in text, or -1. It remembers the answer in closers.
func lastCloser(text, name string, closers map[string]int) int {
	at, ok := closers[name]
	if !ok {
		at = -1
		for _, m := range regexp.MustCompile(`(?i)</`+name).FindAllStringIndex(text, -1) {
			at = m[0]
		}
		closers[name] = at
	}
	return at
}

// swallowed finds the true end of a tag whose attribute lacks its closing quotation mark and so took in the text behind it:
// there is a '>' inside, then Chinese text, then another tag. It returns 0 for a sound tag.
func swallowed(raw string) int {
	end := strings.IndexByte(raw, '>') + 1
	if end == 0 || end == len(raw) {
		return 0
	}
	next := strings.IndexByte(raw[end:], '<')
	if next < 0 {
		return 0
	}
	if strings.IndexFunc(raw[end:end+next], isWide) < 0 {
		return 0
	}
	return end
}

// rawText are the elements whose inside the tokenizer does not read as markup.
var rawText = map[string]bool{"script": true, "style": true, "title": true, "textarea": true, "iframe": true, "noframes": true, "noembed": true, "xmp": true, "plaintext": true}

var gluedTag = regexp.MustCompile(`^(` + tagNames + `)(?:class|id|style|align|href)=`)

// tagName returns the element that a tag means, or "" if the brackets belong to the text.
func tagName(name string) string {
	if m := gluedTag.FindStringSubmatch(name); m != nil {
		return m[1]
	}
	for i := 0; i < len(name); i++ {
		if name[i] >= utf8.RuneSelf {
			return ""
		}
	}
	return name
}

var hiddenStyle = regexp.MustCompile(`(?i)display\s*:\s*none|visibility\s*:\s*hidden`)

func (t *token) attr(key, value string) {
	switch key {
	case "class", "id":
		t.chrome = t.chrome || chromeName(value)
	case "style":
		t.hidden = t.hidden || hiddenStyle.MatchString(value)
	case "hidden":
		t.hidden = true
	case "href":
		t.link = t.name == "a"
	}
}
