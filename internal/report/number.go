package report

import (
	"slices"
	"strings"
)

// figure is a number of the text with its unit and comparator.
type figure struct {
	a, b   int // its surface, with the comparator beside it
	na, nb int // number and unit alone
	value  decimal
	max    decimal // upper end of a range
	ranged bool
	unit   string // scale and unit as written: 亿元
	base   string // unit without its scale: 元
	class  string // of the unit: count, measure, time, ratio, age
	op     string // = > >= < <= ~ range
	approx string // 近, 约, 左右, 余 …
	form   form
	han    bool // written in Chinese numerals
	suffix bool // the comparator stands behind (以上)
	filter bool // 5000万元以上的: says which things are meant, not how many
	skip   string
}

// form is the grammar of a figure.
type form uint8

const (
	plain     form = iota
	percent        // 8%, 三成
	points         // 1.5个百分点
	times          // 2倍
	folds          // 翻一番
	fraction       // 1/3
	rank           // 第19位, 首位
	streak         // 连续4年
	direction      // 正增长
	half           // 过半
	ratio          // 10:60:30
)

var hanDigits = map[rune]float64{'〇': 0, '零': 0, '一': 1, '二': 2, '两': 2, '三': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9}
var hanTens = map[rune]float64{'十': 10, '百': 100, '千': 1000}

// hanNumber reads a Chinese numeral such as 三百二十 or 十五.
func hanNumber(r []rune) (float64, bool) {
	if len(r) == 0 {
		return 0, false
	}
	total, digit, seen := 0.0, 0.0, false
	for i, c := range r {
		if d, ok := hanDigits[c]; ok {
			if seen && i > 0 && d != 0 {
				if _, prev := hanDigits[r[i-1]]; prev && r[i-1] != '零' {
					return 0, false
				}
			}
			digit, seen = d, true
			continue
		}
		t, ok := hanTens[c]
		if !ok {
			return 0, false
		}
		if !seen || digit == 0 {
			digit = 1
		}
		total += digit * t
		digit, seen = 0, false
	}
	return total + digit, true
}

var (
	before = func() *words { // comparators in front
		w := &words{first: map[rune][]word{}}
		for op, s := range map[string]string{
			">":  "跨过 越过 迈过 超 超过 逾 突破 突破了 大于 多于 高于 过 破 超过了 突破性达 已超 已超过 首破",
			">=": "不少于 不低于 至少 不小于 最少 不下于 不低于约 最低",
			"<=": "不超过 不高于 不多于 不大于 最多 至多 不得超过 最高 最长 不突破",
			"<":  "低于 少于 小于 不到 不足 不满",
			"~":  "近 接近 约 约为 大约 将近 约占 大概 达近 约达 近乎 超近",
		} {
			for _, f := range strings.Fields(s) {
				w.add(f, op)
			}
		}
		return w
	}()
	behind = func() *words { // comparators behind
		w := &words{first: map[rune][]word{}}
		for op, s := range map[string]string{
			">=": "以上 及以上 之上 或以上",
			"<=": "以内 以下 之内 及以下 之下 内",
			"~":  "左右 上下 前后",
		} {
			for _, f := range strings.Fields(s) {
				w.add(f, op)
			}
		}
		return w
	}()
	scales = "十百千万亿"
)

// scanner finds the figures of a stretch of normalised text.
type scanner struct {
	r   []rune
	a   int // the sentence
	b   int
	out []figure
}

// figures returns the figures of r[a:b] in order. Those that only look like figures (dates, ordinals, names) are left out
// or carry the reason in skip.
func figures(r []rune, a, b int) []figure {
	s := scanner{r: r, a: a, b: b}
	for i := a; i < b; {
		c := r[i]
		var n int
		switch {
		case isDigit(c):
			n = s.arabic(i)
		case c == '翻' || c == '倍':
			n = s.fold(i)
		case c == '首' || c == '榜' || c == '第':
			n = s.ranked(i)
		case c == '正' || c == '转' || c == '只':
			n = s.directional(i)
		case strings.ContainsRune("一二两三四五六七八九十百千万亿半数几上过", c):
			n = s.han(i)
		}
		i += max(n, 1)
	}
	s.ranges()
	return s.out
}

func (s *scanner) at(i int) rune {
	if i < s.a || i >= s.b {
		return 0
	}
	return s.r[i]
}

// text is r[i:j], as much of it as lies in the sentence.
func (s *scanner) text(i, j int) string {
	i = max(s.a, min(i, s.b))
	return string(s.r[i:max(i, min(j, s.b))])
}

func (s *scanner) hasAt(i int, w string) bool {
	for _, c := range w {
		if s.at(i) != c {
			return false
		}
		i++
	}
	return true
}

func isLatin(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

// arabic reads a figure in digits at i and returns the length of what it consumed.
func (s *scanner) arabic(i int) int {
	j := i
	for isDigit(s.at(j)) {
		j++
	}
	for s.at(j) == ',' && isDigit(s.at(j+1)) && isDigit(s.at(j+2)) && isDigit(s.at(j+3)) && !isDigit(s.at(j+4)) && j-i <= 3 {
		j += 4
	}
	if s.at(j) == '.' && isDigit(s.at(j+1)) {
		j++
		for isDigit(s.at(j)) {
			j++
		}
	}
	if s.hasAt(j, "连增") || s.hasAt(j, "连优") || s.hasAt(j, "连冠") || s.hasAt(j, "连丰") {
		f := figure{a: i, na: i, nb: j + 2, b: j + 2, form: streak, op: "=", unit: "年", base: "年", class: "time", value: parseDecimal(s.text(i, j))}
		s.out = append(s.out, f)
		return f.b - i
	}
	if why := s.nameAround(i, j); why != "" {
		if why != "-" {
			s.out = append(s.out, figure{a: i, b: j, na: i, nb: j, skip: why})
		}
		for isDigit(s.at(j)) || isLatin(s.at(j)) || s.at(j) == '.' && isDigit(s.at(j+1)) {
			j++
		}
		return j - i
	}
	if s.at(j) == '/' && isDigit(s.at(j+1)) {
		return s.slash(i, j)
	}
	if s.at(j) == ':' && isDigit(s.at(j+1)) {
		return s.ratioed(i, j)
	}
	f := figure{na: i, value: parseDecimal(strings.ReplaceAll(s.text(i, j), ",", ""))}
	if s.at(i-1) == '-' && !isDigit(s.at(i-2)) && s.at(i-2) != '%' && !isLatin(s.at(i-2)) && s.at(i-2) != '-' {
		f.na, f.value.neg = i-1, true
	}
	return s.finish(&f, i, j)
}

// finish reads scale, unit and comparators behind the number r[i:j] and files the figure.
func (s *scanner) finish(f *figure, i, j int) int {
	j0 := j
	j += s.surplus(f, j)
	scaleAt := j
	for strings.ContainsRune(scales, s.at(j)) && s.at(j) != 0 && (s.at(j) != '十' || f.approx != "") {
		if s.hasAt(j, "百分点") || s.hasAt(j, "千分点") {
			break
		}
		if s.at(j) == '千' && strings.ContainsRune("瓦克米伏卡赫帕", s.at(j+1)) && s.at(j+1) != 0 {
			break
		}
		j++
	}
	scale := s.text(scaleAt, j)
	if scale != "" {
		j += s.surplus(f, j)
	}
	n, class := units.match(s.r[min(j, s.b):s.b])
	u := s.text(j, j+n)
	n, u, class = s.fixUnit(f, j, n, u, class)
	if f.han && i == j0 && scale != "" {
		scale = f.bareScale(scale)
	}
	f.base, f.class = u, class
	f.unit = scale + u
	f.nb = j + n
	if f.class == "ratio" {
		s.ratioUnit(f)
	}
	if n > 0 {
		s.perUnit(f)
	}
	if n > 0 && (f.approx == "" || f.op == "") && f.class != "count" && f.base != "%" && !s.hasAt(f.nb, "多元") {
		f.nb += s.oddment(f, f.nb, "多", "余")
	}
	f.b = f.nb
	s.comparators(f)
	if why := s.skipUnit(f); why != "" {
		f.skip = why
	}
	if f.form == plain {
		s.streaked(f)
	}
	s.out = append(s.out, *f)
	return f.b - i
}

// surplus reads the words for an odd amount at j, 余 and 多, and returns their length.
func (s *scanner) surplus(f *figure, j int) int { return s.oddment(f, j, "余", "多", "几", "来") }

func (s *scanner) oddment(f *figure, j int, words ...string) int {
	for _, w := range words {
		if s.hasAt(j, w) && (w != "来" || !s.hasAt(j, "来自")) && (w != "多" || !s.hasAt(j, "多于") && !s.hasAt(j, "多出")) {
			f.op, f.approx = ">", w
			return 1
		}
	}
	return 0
}

// bareScale moves 百 and 千 of a scale without a digit into the value: 千亿 is 1000 亿.
func (f *figure) bareScale(scale string) string {
	for n, w := range []string{"十", "百", "千"} {
		if strings.HasPrefix(scale, w) {
			f.value = f.value.shift(n + 1)
			return scale[len(w):]
		}
	}
	return scale
}

// fixUnit corrects units that are the beginning of a word: 个 of 个体, 家 of 家庭, 人 of 人均 are none, or none here.
func (s *scanner) fixUnit(f *figure, j, n int, u, class string) (int, string, string) {
	next := s.at(j + n)
	none := func() (int, string, string) { return 0, "", "" }
	switch u {
	case "回":
		if next == 0 || !strings.ContainsRune("高线输特超直", next) {
			return none()
		}
	case "元":
		if s.hasAt(j, "元月") || s.hasAt(j, "元旦") {
			return none()
		}
	case "分":
		if s.hasAt(j, "分别") || s.hasAt(j, "分布") || s.hasAt(j, "分局") || s.hasAt(j, "分之") || s.hasAt(j, "分类") {
			return none()
		}
	case "台":
		if next == '阶' || next == '风' || next == '账' {
			return none()
		}
	case "点":
		if next != 0 && (s.hasAt(j, "点位") || isHan(next)) {
			return none()
		}
	case "方":
		if next == '面' || next == '案' {
			return none()
		}
	case "路", "道", "站", "村", "镇", "县", "乡", "团", "队", "桩", "岗", "平台", "学位", "床位", "车位", "端", "杆":
		if u == "县" || u == "乡" || u == "镇" || u == "村" {
			if next != 0 && isHan(next) && !strings.ContainsRune("全均都已被实获入达通成列纳", next) {
				return n, u, class
			}
		}
	case "年":
		if v := f.value.f(); f.unit == "" && v >= 1900 && v <= 2100 {
			return none()
		}
	}
	return n, u, class
}

func isHan(r rune) bool { return r >= 0x4E00 && r <= 0x9FFF }

// ratioUnit turns %, 倍, 成 and 百分点 into what the figure means.
func (s *scanner) ratioUnit(f *figure) {
	switch f.base {
	case "%", "‰":
		f.form = percent
	case "个百分点", "百分点", "个点":
		f.form, f.base, f.unit = points, "百分点", "百分点"
	case "个千分点", "千分点":
		f.form, f.base, f.unit = points, "千分点", "千分点"
	case "成":
		f.form, f.base, f.unit = percent, "%", "%"
		f.value = f.value.shift(1)
	case "倍":
		f.form = times
	case "番":
		f.form = folds
	}
}

// perUnit reads the lower part of a compound unit: 批次/千人, 元/吨; and 月人均, 每人每年 in front.
func (s *scanner) perUnit(f *figure) {
	if s.at(f.nb) == '/' {
		j := f.nb + 1
		for strings.ContainsRune(scales, s.at(j)) && s.at(j) != 0 {
			j++
		}
		if n, _ := units.match(s.r[min(j, s.b):s.b]); n > 0 {
			f.unit += s.text(f.nb, j+n)
			f.nb = j + n
			return
		}
		for _, w := range []string{"月", "日", "平方米", "方"} {
			if s.hasAt(j, w) {
				f.unit += "/" + w
				f.nb = j + len([]rune(w))
				return
			}
		}
	}
	if f.base != "元" && f.base != "斤" && f.base != "吨" && f.base != "公斤" && f.base != "千克" {
		return
	}
	k := f.na
	for w := range slices.Values([]string{"每人每月", "每人每年", "每月每人", "每年每人", "月人均", "年人均", "人均每月", "人均每年", "每人每天", "每生每年", "每户每年", "每亩每年", "每月", "每年", "每天", "每人", "每户", "每亩", "每吨"}) {
		n := len([]rune(w))
		if k-n >= s.a && s.text(k-n, k) == w {
			f.na = k - n
			var per string
			for _, c := range w {
				switch c {
				case '人', '户', '亩', '生', '月', '年', '天', '吨':
					per += "/" + string(c)
				}
			}
			if strings.Contains(w, "人均") {
				per = strings.ReplaceAll(per, "/人", "")
			}
			f.unit += per
			return
		}
	}
}

// comparators reads 超, 不少于, 近 in front and 以上, 以内, 左右 behind.
func (s *scanner) comparators(f *figure) {
	f.a = f.na
	lo := max(s.a, f.na-5)
	if n, op := before.suffix(s.r[lo:f.na]); n > 0 {
		w := s.text(f.na-n, f.na)
		prev := s.at(f.na - n - 1)
		ok := true
		switch w {
		case "过":
			ok = !strings.ContainsRune("通超不经率渡越度", prev) && prev != 0
		case "近":
			ok = !strings.ContainsRune("最附靠邻远临就", prev)
		case "约":
			ok = !strings.ContainsRune("节集公预签契制条", prev)
		case "超":
			ok = prev != '赶' && prev != '反'
		case "破":
			ok = prev == '首' || prev == '连'
		case "最高", "最低", "最长":
			ok = f.form == plain && f.class != "ratio" && !strings.ContainsRune("球界内洲国省市", prev)
		}
		if ok {
			f.a = f.na - n
			if f.op == "" || op != ">" {
				f.op = op
			}
			if op == "~" {
				f.approx = w
			}
		}
	}
	if n, op := behind.match(s.r[min(f.nb, s.b):s.b]); n > 0 {
		w := s.text(f.nb, f.nb+n)
		if w == "内" && (f.class != "time") || w == "以下" && s.at(f.nb+n) == '简' || w == "前后" {
			n = 0
		}
		if n > 0 {
			f.b, f.op, f.suffix = f.nb+n, op, true
			if op == "~" {
				f.approx = w
			}
		}
	}
	if f.b < f.nb {
		f.b = f.nb
	}
	if f.form == fraction && s.at(f.b) == '强' && !isHan(s.at(f.b+1)) {
		f.b, f.op = f.b+1, ">" // 六分之一强: somewhat more
	}
	if f.op == "" {
		f.op = "="
	}
}
