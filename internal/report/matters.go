package report

import (
	"slices"
	"strings"
)

// The list of livelihood matters stands in an annex of its own, or somewhere in the plan behind a sentence that announces it.
// This file finds the announcement and follows the list to its end.

// matterWords name what a livelihood list is a list of.
var matterWords = list("实事 民心工程 民生工程 惠民工程 民生项目 惠民项目 民生大事")

// matterVerbs say that the matters will be done; without one the sentence only speaks of them.
var matterVerbs = []string{"办好", "抓好", "办成", "办理", "办", "实施", "落实", "做好", "推进", "完成", "突出", "解决", "抓", "干好", "干成", "推动", "安排", "兴办", "聚力", "围绕", "开展"}

// announcement is a sentence that says that a list of livelihood matters follows.
type announcement struct {
	at, end int // the word itself: 实事
	count   int // of the matters, 0 when the text does not say
	below   bool
}

// announces reads an announcement out of a sentence. ok is false for a sentence that only mentions such matters.
func announces(line []rune) (announcement, bool) {
	for i, c := range line {
		if c != '事' && c != '程' && c != '目' {
			continue
		}
		n, _ := matterWords.suffix(line[:i+1])
		if n == 0 {
			continue
		}
		at, end := i+1-n, i+1
		count := announced(line[:at])
		below := pointsBelow(line[max(0, at-14):at]) || pointsBelow(line[end:min(len(line), end+10)])
		if count > 0 || below || line[at] == '实' && hasMatterVerb(string(line[:at])) {
			return announcement{at: at, end: end, count: count, below: below}, true
		}
	}
	return announcement{}, false
}

func hasMatterVerb(s string) bool {
	for _, v := range matterVerbs {
		if strings.Contains(s, v) {
			return true
		}
	}
	return false
}

// pointsBelow tells whether words say that something follows: 以下, 下列, 如下.
func pointsBelow(t []rune) bool {
	s := string(t)
	return strings.Contains(s, "以下") || strings.Contains(s, "下列") || strings.Contains(s, "如下")
}

// announced reads how many matters are counted at the end of t: 15件民生|实事, 十项重点|实事, 10大类60项|实事. It returns 0 without
// a count.
func announced(t []rune) int {
	for j := len(t) - 1; j > 0 && j > len(t)-12; j-- {
		if strings.ContainsRune(",。;:", t[j]) {
			return 0
		}
		if !strings.ContainsRune("件项大个类", t[j]) {
			continue
		}
		k := j
		for k > 0 && (isDigit(t[k-1]) || t[k-1] == '两' || strings.ContainsRune(numerals, t[k-1])) {
			k--
		}
		if k == j {
			continue
		}
		if v, ok := hanNumber(t[k:j]); ok {
			return int(v)
		}
		n := 0
		for _, c := range t[k:j] {
			n = n*10 + int(c-'0')
		}
		return n
	}
	return 0
}

// listAnchor returns the position behind "办好15件民生实事,包括:", when the matters follow in the same sentence, or -1.
func listAnchor(line []rune) int {
	a, ok := announces(line)
	if !ok {
		return -1
	}
	for j := a.end; j < min(len(line), a.end+24); j++ {
		if line[j] == ':' && j+2 < len(line) {
			return j + 1
		}
	}
	if i, n, _ := unfolds.find(line[:min(len(line), a.end+16)], a.end); n > 0 && a.count > 1 && deedsIn(line[i+n:]) > 0 {
		return i + n // 办好10件民生实事,主要包括新建…20个
	}
	if a.count > 1 && a.end+1 < len(line) && line[a.end] == ',' && deedsIn(line[a.end+1:]) > 1 {
		return a.end + 1 // 办好10件民生实事,新建…20个,改造…1000个
	}
	return -1
}

// unfolds are words that a list follows.
var unfolds = list("包括 分别是 分别为 主要是 重点是 具体是 主要有 其中")

// deedsIn counts the clauses that begin with a deed and have a figure.
func deedsIn(line []rune) int {
	n := 0
	for _, c := range clauses(line, 0, len(line)) {
		if deed(line[c.a:c.b]) {
			n++
		}
	}
	return n
}

// parted counts the parts of a sentence between semicolons, and those that begin with a deed.
func parted(t []rune) (parts, deeds int) {
	for a := 0; a < len(t); {
		b := a
		for b < len(t) && t[b] != ';' {
			b++
		}
		parts++
		if k, tag := openers.match(stripAdverbs(t[a:b])); k > 1 && (tag == "deliver" || tag == "start") || deed(t[a:b]) {
			deeds++
		}
		a = b + 1
	}
	return parts, deeds
}

// deed tells whether a clause or sentence begins with a deed and has a figure.
func deed(t []rune) bool {
	k, tag := openers.match(stripAdverbs(t))
	return k > 1 && (tag == "deliver" || tag == "start") && hasFigure(t)
}

// asMany tells whether the paragraph goes on with as many sentences as matters were announced, most of them deeds with a figure.
func (w *walker) asMany(a, b, count int) bool {
	r := w.o.n.r
	n, deeds := 0, 0
	for s := a; s < b; {
		e := sentenceEnd(r, s, b)
		if parts, done := parted(r[s:e]); n == 0 && parts > 3 && done*3 >= parts*2 && count > 2 {
			return true // 办好10件民生实事。新建…;改造…;开通…;建成…。
		}
		if n++; deed(r[s:e]) {
			deeds++
		}
		s = e
	}
	return count > 2 && n >= count-1 && n <= count+1 && deeds*3 >= n*2
}

// leadsIn tells whether a sentence is nothing but the lead phrase of its paragraph: 扎实办好民生实事。
func leadsIn(line []rune, a announcement) bool {
	return len(line)-a.end < 2 && len(line) <= 24 && !slices.Contains(line, ',')
}

// deedsBehind tells whether what a paragraph says behind its lead phrase, 扎实办好民生实事。, are deeds with figures, at least three.
func (w *walker) deedsBehind(a, b int) bool {
	r := w.o.n.r
	deeds := 0
	for s := a; s < b; {
		e := sentenceEnd(r, s, b)
		deeds += deedsIn(r[s:e])
		s = e
	}
	return deeds >= 3
}

// livelihood notices that a list of livelihood matters begins behind a sentence such as "今年办好15件民生实事。": matters with list
// marks in the same paragraph or in those behind it, or, where the sentence says that they follow, without marks.
func (w *walker) livelihood(line []rune, b, blockB int) {
	if w.annex || w.items || w.state != Plan && w.state != Self {
		return
	}
	a, ok := announces(line)
	if !ok {
		return
	}
	r := w.o.n.r
	inside := listAnchor(line) > 0
	open := line[len(line)-1] == ':'
	next := r[b:min(len(r), b+8)]
	if len(next) > 0 && next[0] == '\n' {
		next = next[1:]
	}
	_, level := markLevel(next)
	marked := level == 3 || level == 4 || level == 2 && next[0] == '('
	if inside {
		_, first := markLevel(line[listAnchor(line):])
		marked = marked && level == first && markIndex(next) == 2
	} else if n := markIndex(next); n > 1 {
		marked = false // （三） goes on with something else
	}
	switch {
	case marked:
		w.begin(level, a.count)
		if inside {
			w.matter.Index = 1 // its first matter stands in the sentence that announces it
		}
	case inside:
	case (a.below || open || w.asMany(b, blockB, a.count) || leadsIn(line, a) && w.deedsBehind(b, blockB)) && level == 0:
		w.begin(0, a.count)
		w.within = b < blockB
	}
}

// matterClauses finds the clauses of a sentence that name the matters which its end sums up: 新建小学5所、改造小区30个等10件民生实事. They
// are list[from:to]; none when both are 0.
func matterClauses(r []rune, list []clause) (from, to int) {
	for i := range list {
		t := r[list[i].a:list[i].b]
		a, ok := announces(t)
		if !ok || !slices.Contains(t[max(0, a.at-12):a.at], '等') {
			continue
		}
		for k := 0; k <= i; k++ {
			if n := len(list[k].figs); n > 1 || n == 1 && (k < i || list[k].figs[0].a < list[k].a+a.at-12) {
				return k, i + 1
			}
		}
	}
	return 0, 0
}

// markIndex is the number of a list mark at the start of a line, 0 for a dash.
func markIndex(line []rune) int {
	n, _ := markLevel(line)
	for i := 0; i < n; i++ {
		k := i
		for k < n && (isDigit(line[k]) || strings.ContainsRune(numerals, line[k])) {
			k++
		}
		if k == i {
			continue
		}
		if v, ok := hanNumber(line[i:k]); ok {
			return int(v)
		}
		v := 0
		for _, c := range line[i:k] {
			v = v*10 + int(c-'0')
		}
		return v
	}
	return 0
}

func (w *walker) begin(level, count int) {
	w.items, w.matter, w.level, w.want = true, Theme{}, level, count
}

// listHeading tells whether a numbered heading announces the list that its section is: （六）办好十件民生实事. The section counts as
// the list when it holds as many marked or unmarked paragraphs as the heading says.
func (w *walker) listHeading(title []rune, b int) {
	a, ok := announces(title)
	if !ok || a.count < 2 || w.state != Plan || w.items {
		return
	}
	r := w.o.n.r
	marked, plain, level := 0, 0, 0
	for i := b; i < len(r); {
		for i < len(r) && r[i] == '\n' {
			i++
		}
		e := i
		for e < len(r) && r[e] != '\n' {
			e++
		}
		if e == i {
			break
		}
		_, l := markLevel(r[i:e])
		if l == 1 || l == 2 || e-i <= 48 && chapterState(r[i:e]) != none {
			break
		}
		if l > 0 {
			marked, level = marked+1, l
		} else {
			plain++
		}
		i = e
	}
	switch {
	case marked == a.count:
		w.begin(level, a.count)
	case marked == 0 && (plain == a.count || plain == a.count+1):
		w.begin(0, a.count)
	}
}

// goesOn tells whether the paragraph behind b belongs to the one before it, whose mark has that level.
func (w *walker) goesOn(b, level int) bool {
	r := w.o.n.r
	for b < len(r) && r[b] == '\n' {
		b++
	}
	if b == len(r) {
		return false
	}
	_, next := markLevel(r[b:min(len(r), b+8)])
	return next == 0 || next > level
}

// listEnds tells whether a list inside the plan is over before this sentence, the first of its paragraph or not: the announced
// number of matters is behind, and the text speaks of itself again.
func (w *walker) listEnds(line []rune, level int, first bool) bool {
	done := w.want > 0 && w.matter.Index >= w.want
	switch {
	case w.level == 0:
		return first && (done || w.within || level == 1 || level == 2)
	case first && level != w.level:
		return w.want == 0 || done
	case level != 0 || w.want > 0 && !done:
		return false
	}
	s := string(line[:min(len(line), 6)])
	for _, p := range []string{"我们", "各位代表", "以上", "上述", "让我们", "同志们"} {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

// listMatter counts the matter that a sentence of the list begins.
func (w *walker) listMatter(line []rune, mark, level int, first bool) {
	if w.level > 0 && level != w.level || w.level == 0 && !first && !w.within {
		return
	}
	end := len(line)
	for i, c := range line[mark:] {
		if c == ',' || isStop(c) || c == ';' {
			end = mark + i
			break
		}
	}
	w.matter = Theme{w.matter.Index + 1, string(line[mark:end])}
}
