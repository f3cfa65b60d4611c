package calendar

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"huying/internal/errs"
)

// text is a piece of a notice, in plain signs and without blanks, with the line on which each byte stood.
type text struct {
	s     string
	lines []int
}

// piece builds a text.
type piece struct {
	s     strings.Builder
	lines []int
}

func (p *piece) write(r rune, line int) {
	n, _ := p.s.WriteRune(r) // a Builder never fails
	for range n {
		p.lines = append(p.lines, line)
	}
}

func (p *piece) text() text { return text{p.s.String(), p.lines} }

// plainText makes full-width signs plain, writes every dash as 至 and drops blanks. Line ends are kept, since an item begins on a new one.
func plainText(s string) text {
	var p piece
	line := 1
	for _, r := range s {
		if r >= '\uff01' && r <= '\uff5e' { // the full-width forms of ASCII
			r -= '\uff01' - '!'
		}
		switch {
		case strings.ContainsRune("-~–—―〜", r):
			p.write('至', line)
		case r == '\n':
			p.write(r, line)
			line++
		case unicode.IsSpace(r), unicode.Is(unicode.Cf, r): // U+3000 and the invisible marks of copied pages
		default:
			p.write(r, line)
		}
	}
	return p.text()
}

func (t text) cut(from, to int) text { return text{t.s[from:to], t.lines[from:to]} }

// line is the line on which the piece begins.
func (t text) line() int {
	if len(t.lines) == 0 {
		return 1
	}
	return t.lines[0]
}

// joined returns the piece without its line ends, so that a sentence may run over several lines.
func (t text) joined() text {
	var out piece
	for i, r := range t.s {
		if r != '\n' {
			out.write(r, t.lines[i])
		}
	}
	return out.text()
}

// split cuts the piece at full stops and semicolons.
func (t text) split() []text {
	var out []text
	from := 0
	for i, r := range t.s {
		if r == '。' || r == ';' {
			out = append(out, t.cut(from, i))
			from = i + utf8.RuneLen(r)
		}
	}
	return append(out, t.cut(from, len(t.s)))
}

// excerpt is the beginning of the piece, for an error.
func (t text) excerpt() string {
	r := []rune(t.s)
	if len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return string(r)
}

// An item begins "二、春节:".
var itemHead = regexp.MustCompile(`([一二三四五六七八九十]+)、([^\n。:;,()]+):`)

// item is one numbered item of a notice.
type item struct {
	number   int
	holidays []Name
	head     text
	body     text
}

// items returns the numbered items, and how far the text before them goes.
func (t text) items() (items []item, start int) {
	var heads [][]int
	for _, m := range itemHead.FindAllStringSubmatchIndex(t.s, -1) {
		before, _ := utf8.DecodeLastRuneInString(t.s[:m[0]])
		if m[0] == 0 || strings.ContainsRune("\n。:;", before) {
			heads = append(heads, m)
		}
	}
	if len(heads) == 0 {
		return nil, len(t.s)
	}
	for i, m := range heads {
		end := len(t.s)
		if i+1 < len(heads) {
			end = heads[i+1][0]
		}
		items = append(items, item{
			number:   chineseNumbers[t.s[m[2]:m[3]]],
			holidays: holidaysIn(t.s[m[4]:m[5]]),
			head:     t.cut(m[0], m[1]),
			body:     t.cut(m[1], end).joined(),
		})
	}
	return items, heads[0][0]
}

// chineseNumbers are 一 to 九十九.
var chineseNumbers = func() map[string]int {
	digits := []string{"", "一", "二", "三", "四", "五", "六", "七", "八", "九"}
	all := map[string]int{}
	for n := 1; n < 100; n++ {
		ten, one := "", digits[n%10]
		if n >= 10 {
			ten = "十"
		}
		if n >= 20 {
			ten = digits[n/10] + ten
		}
		all[ten+one] = n
	}
	return all
}()

// number reads digits or a Chinese number; 0 when it is none.
func number(s string) int {
	if n, err := strconv.Atoi(s); err == nil {
		return n
	}
	return chineseNumbers[s]
}

// the seven holidays that every notice names, by the word that tells them.
var holidayNames = []struct {
	word string
	name Name
}{
	{"元旦", Name{"元旦", "New Year's Day"}},
	{"春节", Name{"春节", "Spring Festival"}},
	{"清明", Name{"清明", "Tomb-sweeping Day"}},
	{"劳动", Name{"劳动节", "Labour Day"}},
	{"端午", Name{"端午", "Dragon Boat Festival"}},
	{"中秋", Name{"中秋", "Mid-autumn Festival"}},
	{"国庆", Name{"国庆节", "National Day"}},
}

// holidaysIn returns the holidays that an item's head names. One that the law does not know keeps its own name.
func holidaysIn(head string) []Name {
	var out []Name
	for _, h := range holidayNames {
		if strings.Contains(head, h.word) {
			out = append(out, h.name)
		}
	}
	if out == nil {
		out = []Name{{ZH: head, EN: "Public holiday"}}
	}
	return out
}

func joinNames(names []Name) Name {
	out := names[0]
	for _, n := range names[1:] {
		out.ZH += "、" + n.ZH
		out.EN += ", " + n.EN
	}
	return out
}

var yearInTitle = regexp.MustCompile(`([0-9]{4})年(?:部分)?(?:节假日|元旦|放假)`)

// parseText reads the Chinese text of a notice. It returns every item's first error.
func parseText(file, s string, year int) (Notice, error) {
	t := plainText(s)
	items, start := t.items()
	if items == nil {
		return Notice{}, errs.New(errs.Invalid, "calendar.no_items").At(file)
	}
	found := 0
	if m := yearInTitle.FindStringSubmatch(t.cut(0, start).joined().s); m != nil {
		found, _ = strconv.Atoi(m[1]) // four digits: the pattern saw to it
	}
	year, err := yearOf(file, found, year)
	if err != nil {
		return Notice{}, err
	}
	d := newDraft(file, year)
	var all errs.List
	named := map[Name]bool{}
	for i, it := range items {
		if it.number != i+1 {
			all = append(all, d.at(it.head.line(), errs.New(errs.Invalid, "calendar.item_missing", "item", it.head.excerpt(), "want", i+1)))
		}
		for _, h := range it.holidays {
			named[h] = true
		}
		all = append(all, errs.All(d.read(it))...)
	}
	for _, h := range holidayNames {
		if len(all) == 0 && !named[h.name] {
			all = append(all, errs.New(errs.Invalid, "calendar.holiday_not_named", "zh", h.name.ZH, "en", h.name.EN).At(file))
		}
	}
	if err := all.Err(); err != nil {
		return Notice{}, err
	}
	return d.notice()
}
