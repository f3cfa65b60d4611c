package report

import "strings"

// clause is a stretch of a sentence between commas, with its figures.
type clause struct {
	a, b  int // without the separator
	sep   rune
	figs  []figure
	first bool
}

// clauses cuts [a, b) of the text at , ; : and the full stop; separators inside brackets and quotations do not cut.
func clauses(r []rune, a, b int) []clause {
	var out []clause
	depth, quote := 0, 0
	start := a
	flush := func(i int, sep rune) {
		if i > start {
			out = append(out, clause{a: start, b: i, sep: sep, first: len(out) == 0})
		}
		start = i + 1
	}
	for i := a; i < b; i++ {
		switch r[i] {
		case '(':
			if closes(r[i:b], ')', 60) {
				depth++
			}
		case ')':
			depth = max(depth-1, 0)
		case '“':
			if closes(r[i:b], '”', 40) {
				quote = 1
			}
		case '”':
			quote = 0
		case ',':
			if i > a && i+3 < b && isDigit(r[i-1]) && isDigit(r[i+1]) && isDigit(r[i+2]) && isDigit(r[i+3]) && (i+4 >= b || !isDigit(r[i+4])) {
				continue
			}
			if depth == 0 && quote == 0 {
				flush(i, ',')
			}
		case ';', ':':
			if depth == 0 && quote == 0 && !(r[i] == ':' && i > a && isDigit(r[i-1]) && i+1 < b && isDigit(r[i+1])) {
				flush(i, r[i])
			}
		case cellMark:
			flush(i, ',')
		case '。', '!', '?', '…', '\n':
			if quote == 0 {
				flush(i, '。')
			}
		}
	}
	flush(b, '。')
	return out
}

// closes tells whether a bracket or quotation that opens at r[0] is closed within n runes.
func closes(r []rune, c rune, n int) bool {
	for i := 1; i < min(len(r), n); i++ {
		if r[i] == c {
			return true
		}
		if r[i] == r[0] {
			return false
		}
	}
	return false
}

// left is what stands between an indicator and its figure, taken apart.
type left struct {
	subject []rune // the indicator as written, "" when the clause leaves it out
	pos     int    // where the subject begins
	up      bool
	down    bool
	to      bool // 提高到: the figure is the new level
	avg     bool // 年均
	share   bool // 占…比重
	whole   string
	literal bool   // the text says 比重 or 比例 itself
	words   string // the words stripped, for verbs and words such as 分别
	dist    string // 分别, 均, 各
	base    string
}

// parseLeft takes the words in front of a figure, r[a:b], apart.
func parseLeft(r []rune, a, b int, pct, points bool) left {
	var l left
	for a < b && (leads(r[a:b]) || r[a] == '的') {
		a++
	}
	for _, w := range []string{"情况下", "基础上", "背景下", "前提下"} {
		if k := len([]rune(w)); b-a >= k && string(r[a:a+k]) == w {
			a += k
		}
	}
	t := r[a:b]
	if pct {
		if i := shareAt(t); i >= 0 {
			l.share = true
			l.whole, l.literal = shareWhole(t[i+1:])
			l.noteWords(string(t[i+1:]))
			if n, tag := tails.suffix(t[i+1:]); n > 0 && points && tag == "down" {
				l.down = true // 占比重下降|0.5个百分点
			}
			t = t[:i]
		}
	}
	if k, down := against(t); k > 0 && points {
		l.up, l.down, l.base = !down, down, string(t[len(t)-k:])
		t = t[:len(t)-k]
	}
	if i := dealt(t); i > 0 {
		l.noteWords(string(t[i:]))
		t = t[:i]
	}
	for len(t) > 0 {
		k, ok := l.strip(t)
		if !ok {
			break
		}
		t = t[:len(t)-k]
	}
	for k := len(t); k > 0 && strings.ContainsRune("、,和与及的", t[k-1]) && (t[k-1] != '及' || k < 2 || !strings.ContainsRune("惠普涉", t[k-2])); k-- {
		t = t[:k-1]
	}
	if k := len(t); k > 7 && t[k-1] == '年' && yearAt(t, k-5) > 0 {
		t = t[:k-5] // 天然气产量2030年|达到
	}
	l.subject, l.pos = t, a
	return l
}

// strip returns how many runes at the end of t belong to the predicate, and notes what they say. ok is false when none do.
func (l *left) strip(t []rune) (n int, ok bool) {
	if k := modal(t); k > 0 {
		if t[len(t)-k] == '都' {
			l.dist = "均"
		}
		return k, true
	}
	if k := planBehind(t); k > 0 && k < len(t) {
		l.base = string(t[len(t)-k:])
		return k, true
	}
	if k := dateBehind(t); k > 0 && k < len(t) {
		return k, true
	}
	if yearsBehind(t) {
		return 2, true
	}
	if k := compared(t); k > 0 {
		l.base = string(t[len(t)-k:])
		return k, true
	}
	n, tag := tails.suffix(t)
	if n == 0 {
		k, _ := before.suffix(t)
		return k, k > 0 && k < len(t)
	}
	if bound(t, n) {
		return 0, false
	}
	l.note(string(t[len(t)-n:]), tag)
	return n, true
}

// note keeps what a word of the predicate says.
func (l *left) note(w, tag string) {
	switch tag {
	case "up":
		l.up = true
	case "down":
		l.down = true
	case "to":
		l.to = true
	case "avg":
		l.avg, l.up = true, true
		if strings.HasSuffix(w, "下降") {
			l.up, l.down = false, true
		}
	case "base":
		l.base = w
	}
	l.noteWords(w)
}

// bound tells whether the n runes at the end of t, though they look like a predicate, are part of a longer word: 班|列, 国|有.
func bound(t []rune, n int) bool {
	if strings.HasSuffix(string(t), "自然增长率") || strings.HasSuffix(string(t), "增长极") {
		return true
	}
	if n == 1 && len(t) > 1 {
		prev := t[len(t)-2]
		switch t[len(t)-1] {
		case '列':
			return strings.ContainsRune("班系专", prev)
		case '有':
			return strings.ContainsRune("国所公私自", prev)
		case '在':
			return prev == '存'
		case '高', '多', '快', '低', '少':
			return prev == '最'
		}
	}
	k, _ := openers.suffix(t)
	return k > n // 新增 is a verb of its own, not 新 and 增
}

// yearsBehind tells whether t ends with a number of years: 高新技术企业数3年|翻一番.
func yearsBehind(t []rune) bool {
	k := len(t)
	return k > 3 && t[k-1] == '年' && (isDigit(t[k-2]) || strings.ContainsRune("两三四五", t[k-2])) && isHan(t[k-3]) && !strings.ContainsRune("续近第十每这过前个", t[k-3])
}

// modal returns the length of a word of intention or a time at the end of t: 中央财政|拟, 能耗强度|要, 中央财政|今年.
func modal(t []rune) int {
	if len(t) < 4 {
		return 0
	}
	s := string(t[len(t)-2:])
	switch s {
	case "今年", "明年", "预期", "都要", "还要", "将要", "也要", "均要", "还将", "也将", "均将":
		return 2
	}
	prev, last := t[len(t)-2], t[len(t)-1]
	switch {
	case last == '拟' && !strings.ContainsRune("模虚比", prev), last == '将' && !strings.ContainsRune("大名干小", prev),
		last == '要' && !strings.ContainsRune("重需主纪摘必首提概紧只不简想", prev), last == '再' && prev != '一':
		return 1
	}
	return 0
}

// dealt returns where 分别 stands in t when only verbs follow it, 小微企业贷款|分别新增, or 0.
func dealt(t []rune) int {
	for i := len(t) - 2; i > 1 && i > len(t)-12; i-- {
		if t[i] != '分' || t[i+1] != '别' {
			continue
		}
		rest := t[i+2:]
		for len(rest) > 0 {
			n, tag := tails.match(rest)
			if n > 0 && tag != "level" && tag != "base" {
				return 0
			}
			if n == 0 {
				if n, _ = openers.match(rest); n < 2 {
					return 0
				}
			}
			rest = rest[n:]
		}
		return i
	}
	return 0
}

// leads tells whether t begins with a mark or a connector that belongs to the words before it.
func leads(t []rune) bool {
	if !strings.ContainsRune("、,和与及或;:。)", t[0]) {
		return false
	}
	if len(t) > 1 {
		switch string(t[:2]) {
		case "及时", "及早", "和谐", "和平", "和美", "与会":
			return false
		}
	}
	return true
}

func (l *left) noteWords(w string) {
	l.words = w + "|" + l.words
	for _, d := range []string{"分别", "均", "各"} {
		if strings.Contains(w, d) && !strings.Contains(w, "均为正") && !strings.Contains(w, "年均") && !strings.Contains(w, "平均") && !strings.Contains(w, "人均") {
			l.dist = d
		}
	}
	if strings.Contains(w, "双双") {
		l.dist = "均"
	}
}

// shareAt finds the 占 of "A占B的比重".
func shareAt(t []rune) int {
	for i := len(t) - 1; i >= 0; i-- {
		if t[i] != '占' {
			continue
		}
		if i+1 < len(t) && strings.ContainsRune("地用领据比有", t[i+1]) && !strings.HasPrefix(string(t[i+1:]), "地区") {
			return -1
		}
		if i > 0 && strings.ContainsRune("抢侵强", t[i-1]) {
			return -1
		}
		return i
	}
	return -1
}

// shareWhole is the B of "A占B的比重达"; literal tells that the text has the word 比重 itself, which then stays in B.
func shareWhole(t []rune) (whole string, literal bool) {
	for len(t) > 0 {
		if k := compared(t); k > 0 && k < len(t) {
			t = t[:len(t)-k] // 占GDP比重|较2020年
			continue
		}
		n, tag := tails.suffix(t)
		if (tag == "up" || tag == "down") && len(t) > n && compared(t[:len(t)-n]) > 0 {
			t = t[:len(t)-n]
			continue
		}
		if n == 0 || tag == "up" || tag == "down" || t[len(t)-1] == '的' {
			if k, _ := before.suffix(t); k > 0 {
				t = t[:len(t)-k]
				continue
			}
			break
		}
		t = t[:len(t)-n]
	}
	s := string(t)
	for _, w := range []string{"提高", "上升", "提升", "增加", "下降", "降低"} {
		s = strings.TrimSuffix(s, w)
	}
	for _, w := range []string{"比重", "比例", "份额"} {
		if strings.HasSuffix(s, w) {
			return s, true
		}
	}
	return strings.TrimSuffix(strings.TrimSuffix(s, "比"), "的"), false
}

// planBehind returns the length of a five-year plan at the end of t that a multiple is measured by: 是|“十一五”时期的|2倍.
func planBehind(t []rune) int {
	k := len(t)
	for k > 0 && strings.ContainsRune("的时期间末同", t[k-1]) {
		k--
	}
	if k < 6 || t[k-1] != '”' || !strings.ContainsRune("为是达", t[k-6]) {
		return 0
	}
	if n, _ := planNumber(t, k-5); n == 0 {
		return 0
	}
	return len(t) - k + 5
}

// dateBehind returns the length of a year at the end of t behind 到 or 至, 提高到|2025年的, without that word.
func dateBehind(t []rune) int {
	for _, w := range []string{"一季度", "二季度", "三季度", "四季度", "上半年", "下半年", "前三季度", "年末", "年底"} {
		s := strings.TrimSuffix(string(t), "的")
		if u := strings.TrimSuffix(s, w); u != s && (strings.HasSuffix(u, "到") || strings.HasSuffix(u, "至") || strings.HasSuffix(u, "为")) {
			return len(t) - len([]rune(u))
		}
	}
	k := len(t)
	for k > 0 && strings.ContainsRune("的底末", t[k-1]) {
		k--
	}
	if k < 6 || t[k-1] != '年' || yearAt(t, k-5) == 0 || !strings.ContainsRune("到至为于是", t[k-6]) {
		return 0
	}
	return len(t) - k + 5
}

// against returns the length of a comparison in points at the end of t, 高于全国, and whether it is a shortfall.
func against(t []rune) (int, bool) {
	for i := len(t) - 2; i >= 0 && i >= len(t)-16; i-- {
		switch string(t[i : i+2]) {
		case "高于", "快于", "优于", "好于", "高出", "领先", "超过", "超出", "多于":
			return len(t) - i, false
		case "低于", "慢于", "少于":
			return len(t) - i, true
		}
	}
	return 0, false
}

// compared returns the length of a comparison at the end of t: 比2015年, 较2020年底, 比上年同期, 与上年相比.
func compared(t []rune) int {
	for k := 2; k <= min(len(t), 12); k++ {
		c := t[len(t)-k]
		if c != '比' && c != '较' && c != '与' {
			continue
		}
		if c == '比' && len(t) > k && strings.ContainsRune("占同环对相", t[len(t)-k-1]) {
			continue
		}
		s := string(t[len(t)-k+1:])
		if c == '与' && !strings.HasSuffix(s, "相比") {
			continue
		}
		for _, w := range []string{"年", "年底", "年末", "年初", "同期", "相比", "期末", "期初", "”末", "”初", "五”", "”时期", "”期间", "上年", "去年", "全国", "全省", "全市", "水平", "下达", "五年前", "平均", "计划", "时期", "前", "预计数", "执行数", "预算数", "决算数", "规定"} {
			if strings.HasSuffix(s, w) {
				return k
			}
		}
	}
	return 0
}
