package report

import (
	"strconv"
	"strings"
)

// docxNumbers counts the paragraphs that Word numbers by itself: 一、（一）1. stand nowhere in the text of such a document, and
// the chapters of a report are told by them.
type docxNumbers struct {
	styles docxStyles
	kinds  map[string]*numberKind
	nums   map[string]numberUse
	seen   map[string]bool // numbers whose overriding start has taken effect
}

// numberKind is a list of up to nine levels with its counters, which every use of it shares.
type numberKind struct {
	levels [9]numberLevel
	count  [9]int
	begun  [9]bool
}

// numberUse is a w:num: a list, perhaps with other starts or levels.
type numberUse struct {
	kind   *numberKind
	start  map[int]int
	levels map[int]numberLevel
}

// numberLevel says how one level is written.
type numberLevel struct {
	format  string
	text    string // "%1、"
	start   int
	restart int // the level, from 1, after which it begins anew; -1 for any higher one, 0 for never
	decimal bool
	style   string // the paragraph style that belongs to it
	suffix  string
}

type levelXML struct {
	Level   int  `xml:"ilvl,attr"`
	Start   val  `xml:"start"`
	Format  val  `xml:"numFmt"`
	Text    val  `xml:"lvlText"`
	Restart *val `xml:"lvlRestart"`
	Legal   *val `xml:"isLgl"`
	Style   val  `xml:"pStyle"`
	Suffix  val  `xml:"suff"`
}

type numberingXML struct {
	Kinds []struct {
		ID     string     `xml:"abstractNumId,attr"`
		Link   val        `xml:"numStyleLink"`
		Levels []levelXML `xml:"lvl"`
	} `xml:"abstractNum"`
	Nums []struct {
		ID        string `xml:"numId,attr"`
		Kind      val    `xml:"abstractNumId"`
		Overrides []struct {
			Level int       `xml:"ilvl,attr"`
			Start *val      `xml:"startOverride"`
			As    *levelXML `xml:"lvl"`
		} `xml:"lvlOverride"`
	} `xml:"num"`
}

func readNumbering(u *unpacker, part string, styles docxStyles) (*docxNumbers, error) {
	var doc numberingXML
	if err := u.unmarshal(part, &doc); err != nil {
		return nil, err
	}
	n := &docxNumbers{styles: styles, kinds: map[string]*numberKind{}, nums: map[string]numberUse{}, seen: map[string]bool{}}
	links := map[string]string{} // kinds that only name a style
	for _, k := range doc.Kinds {
		kind := &numberKind{}
		for _, l := range k.Levels {
			if l.Level >= 0 && l.Level < 9 {
				kind.levels[l.Level] = l.level()
			}
		}
		n.kinds[k.ID] = kind
		links[k.ID] = k.Link.Val
	}
	for _, x := range doc.Nums {
		use := numberUse{kind: n.kinds[x.Kind.Val], start: map[int]int{}, levels: map[int]numberLevel{}}
		for _, o := range x.Overrides {
			if o.Start != nil {
				use.start[o.Level] = atoi(o.Start.Val, 1)
			}
			if o.As != nil {
				use.levels[o.Level] = o.As.level()
			}
		}
		n.nums[x.ID] = use
	}
	for _, x := range doc.Nums {
		if style := links[x.Kind.Val]; style != "" {
			use := n.nums[x.ID]
			use.kind = n.nums[styles[style].Num.Val].kind
			n.nums[x.ID] = use
		}
	}
	return n, nil
}

func (l *levelXML) level() numberLevel {
	v := numberLevel{format: l.Format.Val, text: l.Text.Val, start: atoi(l.Start.Val, 1), restart: -1, style: l.Style.Val, suffix: l.Suffix.Val}
	if l.Restart != nil {
		v.restart = atoi(l.Restart.Val, -1)
	}
	v.decimal = l.Legal != nil && l.Legal.Val != "0" && l.Legal.Val != "false"
	return v
}

// label counts a paragraph and returns what Word writes before it, "" for one without a number.
func (n *docxNumbers) label(p docxPara) string {
	num, lvl := p.num, atoi(p.level, -1)
	if num == "" {
		s, ok := n.styles.numbered(p.style)
		if !ok {
			return ""
		}
		num = s.Num.Val
		if lvl < 0 {
			lvl = n.levelOf(num, s, p.style)
		}
	}
	use, ok := n.nums[num]
	if !ok || use.kind == nil {
		return ""
	}
	lvl = min(max(lvl, 0), 8)
	if !n.seen[num] {
		n.seen[num] = true
		for l := range use.start {
			if l >= 0 && l < 9 {
				use.kind.begun[l] = false
			}
		}
	}
	use.advance(lvl)
	return use.write(lvl)
}

// levelOf finds the level of a paragraph that is numbered by its style: the level that belongs to the style, or the style's own.
func (n *docxNumbers) levelOf(num string, s docxStyle, style string) int {
	use := n.nums[num]
	if use.kind != nil {
		for l := range 9 {
			if v := use.level(l); v.style != "" && (v.style == s.ID || v.style == style) {
				return l
			}
		}
	}
	return atoi(s.Level.Val, 0)
}

func (u numberUse) level(l int) numberLevel {
	if v, ok := u.levels[l]; ok {
		return v
	}
	return u.kind.levels[l]
}

func (u numberUse) startOf(l int) int {
	if v, ok := u.start[l]; ok {
		return v
	}
	return u.level(l).start
}

// advance counts one paragraph on a level and lets the levels below begin anew.
func (u numberUse) advance(lvl int) {
	k := u.kind
	if k.begun[lvl] {
		k.count[lvl]++
	} else {
		k.begun[lvl], k.count[lvl] = true, u.startOf(lvl)
	}
	for l := lvl + 1; l < 9; l++ {
		if r := u.level(l).restart; r < 0 || lvl+1 <= r {
			k.begun[l] = false
		}
	}
}

// write renders the number of a level: "%1.%2" with each counter in the format of its own level.
func (u numberUse) write(lvl int) string {
	v := u.level(lvl)
	if v.format == "bullet" || v.format == "none" || v.text == "" {
		return ""
	}
	var b strings.Builder
	for i := 0; i < len(v.text); i++ {
		if v.text[i] != '%' || i+1 == len(v.text) || v.text[i+1] < '1' || v.text[i+1] > '9' {
			b.WriteByte(v.text[i])
			continue
		}
		i++
		l := int(v.text[i] - '1')
		count, format := u.kind.count[l], u.level(l).format
		if !u.kind.begun[l] {
			count = u.startOf(l)
		}
		if v.decimal {
			format = "decimal"
		}
		b.WriteString(writeCount(count, format))
	}
	label := b.String()
	if last := []rune(label); v.suffix != "nothing" && len(last) > 0 && !isWide(last[len(last)-1]) {
		label += " " // "1." before "2021年" must not become 1.2021
	}
	return label
}

// writeCount writes a counter in one of the formats of WordprocessingML (ISO/IEC 29500-1, 17.18.59) that Chinese documents use;
// the others come out in digits.
func writeCount(n int, format string) string {
	pick := func(s string) string {
		r := []rune(s)
		if n < 1 || n > len(r) {
			return strconv.Itoa(n)
		}
		return string(r[n-1])
	}
	switch format {
	case "chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting", "taiwaneseCountingThousand":
		return hanCount(n, "零一二三四五六七八九", "十百千")
	case "chineseLegalSimplified", "japaneseLegal", "ideographLegalTraditional":
		return hanCount(n, "零壹贰叁肆伍陆柒捌玖", "拾佰仟")
	case "ideographDigital", "taiwaneseDigital", "japaneseDigitalTenThousand":
		return strings.Map(func(r rune) rune { return []rune("〇一二三四五六七八九")[r-'0'] }, strconv.Itoa(max(n, 0)))
	case "ideographTraditional":
		return pick("甲乙丙丁戊己庚辛壬癸")
	case "ideographZodiac":
		return pick("子丑寅卯辰巳午未申酉戌亥")
	case "decimalEnclosedCircle", "decimalEnclosedCircleChinese":
		return pick("①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳")
	case "decimalEnclosedParen":
		return pick("⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽⑾⑿⒀⒁⒂⒃⒄⒅⒆⒇")
	case "decimalEnclosedFullstop":
		return pick("⒈⒉⒊⒋⒌⒍⒎⒏⒐⒑⒒⒓⒔⒕⒖⒗⒘⒙⒚⒛")
	case "decimalFullWidth", "decimalFullWidth2":
		return strings.Map(func(r rune) rune { return r + 0xFEE0 }, strconv.Itoa(n))
	case "decimalZero":
		if n < 10 {
			return "0" + strconv.Itoa(n)
		}
	case "upperLetter":
		return letters(n, 'A')
	case "lowerLetter":
		return letters(n, 'a')
	case "upperRoman":
		return roman(n)
	case "lowerRoman":
		return strings.ToLower(roman(n))
	}
	return strconv.Itoa(n)
}

// hanCount writes 1 to 9999 the way headings count: 十一, 二十, 一百零一.
func hanCount(n int, digits, places string) string {
	if n < 1 || n > 9999 {
		return strconv.Itoa(n)
	}
	d, p := []rune(digits), []rune(places)
	s := strconv.Itoa(n)
	var out []rune
	gap := false
	for i := range len(s) {
		v, place := int(s[i]-'0'), len(s)-1-i
		if v == 0 {
			gap = true
			continue
		}
		if gap {
			out = append(out, d[0])
		}
		gap = false
		if !(v == 1 && place == 1 && i == 0) {
			out = append(out, d[v])
		}
		if place > 0 {
			out = append(out, p[place-1])
		}
	}
	return string(out)
}

// letters writes 1 as a, 26 as z, 27 as aa, 28 as bb, as Word does.
func letters(n int, first rune) string {
	if n < 1 || n > 26*8 {
		return strconv.Itoa(n)
	}
	return strings.Repeat(string(first+rune((n-1)%26)), 1+(n-1)/26)
}

func roman(n int) string {
	if n < 1 || n > 3999 {
		return strconv.Itoa(n)
	}
	var b strings.Builder
	for _, s := range []struct {
		v int
		s string
	}{{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}} {
		for ; n >= s.v; n -= s.v {
			b.WriteString(s.s)
		}
	}
	return b.String()
}

func atoi(s string, otherwise int) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return otherwise
	}
	return n
}
