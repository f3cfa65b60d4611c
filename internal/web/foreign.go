package web

import (
	"bytes"
	"regexp"
	"slices"

	"golang.org/x/net/html"

	"huying/internal/i18n"
)

// chineseTag is how an element says that it is Chinese (BCP 47).
const chineseTag = ` lang="zh-CN"`

// A stretch of Chinese, with the figures and marks within it: 新增停车位798个.
var chinese = regexp.MustCompile(`[\p{Han}\x{3000}-\x{303F}\x{FF00}-\x{FFEF}](?:[^\s<]*[\p{Han}\x{3000}-\x{303F}\x{FF00}-\x{FFEF}])?`)

// voidElements have no end tag (HTML Living Standard §13.1.2); wholeElements hold text only, so that they are marked as a whole.
var (
	voidElements  = []string{"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
	wholeElements = []string{"option", "title", "textarea", "text", "tspan"}
)

// markChinese writes a page that is not Chinese with every stretch of Chinese in it marked as such, so that a screen reader changes its
// voice there and a browser takes the right glyphs (WCAG 2.2, 3.1.2). Quotations and names stay as they are in any language; marking
// them here, and nowhere else, means that no page can forget one. What is within an element that has a lang of its own is left alone.
func markChinese(to *bytes.Buffer, page []byte) {
	m := marker{to: to, tokens: html.NewTokenizer(bytes.NewReader(page)), open: []bool{false}}
	for m.next() {
	}
}

type marker struct {
	to     *bytes.Buffer
	tokens *html.Tokenizer
	open   []bool // of the elements around this place, outermost first: that it is Chinese, or not to be looked at
	held   []byte // the start tag of one of wholeElements, until its text is known
}

// next takes one token over; false says that it was the last.
func (m *marker) next() bool {
	kind := m.tokens.Next()
	raw := m.tokens.Raw()
	whole := m.held
	m.held = nil
	if kind == html.TextToken {
		m.text(whole, raw)
		return true
	}
	m.to.Write(whole)
	switch kind {
	case html.StartTagToken, html.SelfClosingTagToken:
		m.start(kind, raw)
	case html.EndTagToken:
		m.to.Write(raw)
		if len(m.open) > 1 {
			m.open = m.open[:len(m.open)-1]
		}
	default:
		m.to.Write(raw)
	}
	return kind != html.ErrorToken
}

func (m *marker) start(kind html.TokenType, raw []byte) {
	tag, _ := m.tokens.TagName()
	name := string(tag)
	around := m.open[len(m.open)-1]
	own := bytes.Contains(raw, []byte(" lang="))
	if kind == html.SelfClosingTagToken || slices.Contains(voidElements, name) {
		m.to.Write(m.marked(raw, !own && !around && chinese.Match(raw)))
		return
	}
	if !own && !around && slices.Contains(wholeElements, name) {
		m.open = append(m.open, true)
		m.held = slices.Clone(raw)
		return
	}
	m.open = append(m.open, m.within(raw, name, around))
	m.to.Write(raw)
}

// within says whether what stands in the element is Chinese already, or is no text of the page.
func (m *marker) within(raw []byte, name string, around bool) bool {
	if name == "script" || name == "style" {
		return true
	}
	_, lang, has := bytes.Cut(raw, []byte(` lang="`))
	if !has {
		return around
	}
	return bytes.HasPrefix(lang, []byte(i18n.ZH))
}

// text writes a text, after the start tag that was held for it.
func (m *marker) text(whole, raw []byte) {
	switch {
	case whole != nil:
		m.to.Write(m.marked(whole, chinese.Match(raw)))
		m.to.Write(raw)
	case m.open[len(m.open)-1]:
		m.to.Write(raw)
	default:
		m.to.Write(chinese.ReplaceAll(raw, []byte(`<span`+chineseTag+`>$0</span>`)))
	}
}

// marked is a start tag, with its language if it is to have one.
func (m *marker) marked(tag []byte, chinese bool) []byte {
	if !chinese {
		return tag
	}
	end := len(tag) - 1
	if bytes.HasSuffix(tag, []byte("/>")) {
		end--
	}
	return slices.Concat(tag[:end], []byte(chineseTag), tag[end:])
}
