package report

import (
	"slices"
	"strings"
)

// outline walks through the text once and says for each sentence in which chapter it stands, under which theme, and of
// which year it speaks.
type outline struct {
	n         *norm
	year      int // the year ahead, Y
	title     string
	chapters  []Chapter
	sentences []sentence
}

// readOutline cuts the text into paragraphs and sentences and follows the headings.
func readOutline(n *norm) *outline {
	o := &outline{n: n}
	blocks := o.blocks()
	o.year, o.title = o.planYear(blocks)
	w := walker{o: o, state: Opening, chapter: -1, year: o.year - 1}
	for _, b := range blocks {
		w.block(b[0], b[1])
	}
	return o
}

// blocks returns the paragraphs.
func (o *outline) blocks() [][2]int {
	var out [][2]int
	a := 0
	for i := 0; i <= len(o.n.r); i++ {
		if i == len(o.n.r) || o.n.r[i] == '\n' {
			if i > a {
				out = append(out, [2]int{a, i})
			}
			a = i + 1
		}
	}
	return out
}

// planYear finds the year that the report plans: in the heading of its plan, else in its title, else one year after the
// year it reviews.
func (o *outline) planYear(blocks [][2]int) (int, string) {
	plan, review, title, name := 0, 0, 0, ""
	for i, b := range blocks {
		line := o.n.r[b[0]:min(b[1], b[0]+60)]
		if b[1]-b[0] <= 60 {
			switch chapterState(line) {
			case Plan:
				plan = max(plan, yearIn(line))
			case Review:
				review = max(review, yearIn(line))
			}
		}
		s := string(line)
		if i < 40 && strings.Contains(s, "工作报告") && b[1]-b[0] <= 60 && name == "" && !strings.Contains(s, "各位") {
			name = strings.TrimSpace(s)
			title = yearIn(line)
		}
		if i < 40 && title == 0 && (strings.Contains(s, "会议上") || strings.Contains(s, "大会第")) {
			title = yearIn(line)
		}
	}
	switch {
	case title > 0 && (plan == 0 || title > plan || plan > title+1):
		return title, name
	case plan > 0:
		return plan, name
	case review > 0:
		return review + 1, name
	}
	// Without headings: the latest year of which the text says that its work lies ahead.
	best := 0
	for i := 0; i+6 < len(o.n.r); i++ {
		if y := yearAt(o.n.r, i); y > best && o.n.r[i+4] == '年' {
			s := string(o.n.r[i+5 : min(len(o.n.r), i+15)])
			if strings.Contains(s, "工作") || strings.Contains(s, "任务") || strings.Contains(s, "安排") {
				best = y
			}
		}
	}
	return best, name
}

// walker carries the state from sentence to sentence.
type walker struct {
	o       *outline
	state   State
	chapter int
	theme   Theme
	matter  Theme
	section string
	period  bool
	from    int
	year    int
	target  bool
	annex   bool // the livelihood list is a chapter of its own
	sub     string
	items   bool // inside a livelihood list within a paragraph
	level   int  // of its marks
	want    int  // how many matters were announced, 0 when unknown
}

func (w *walker) enter(st State, line []rune, a, b int) {
	s, e := w.o.n.span(a, b)
	w.state, w.theme, w.matter, w.section, w.target, w.items = st, Theme{}, Theme{}, "", false, false
	w.annex = st == Livelihood
	if k := len(w.o.chapters); k > 0 {
		w.o.chapters[k-1].End = s
	}
	mark, _ := markLevel(line)
	c := Chapter{State: st, Title: strings.TrimRight(string(line[mark:]), "。:"), Start: s, End: e}
	w.period, w.year = false, w.o.year-1
	switch st {
	case Review:
		w.reviewYears(line)
		c.Year = w.o.year - 1
	case Plan, Livelihood, Self:
		w.year, c.Year = w.o.year, w.o.year
	case Horizon:
		w.period = true
		w.from, w.year = w.span(line)
		c.Year = w.year
	}
	w.o.chapters = append(w.o.chapters, c)
	w.chapter = len(w.o.chapters) - 1
}

// span is the period that a line names, else the five years that begin with the year ahead.
func (w *walker) span(line []rune) (int, int) {
	for i := range line {
		if n, _ := planNumber(line, i); n > 0 {
			return fiveYear(n)
		}
	}
	return w.o.year, w.o.year + 4
}

// reviewYears sets the default of a review chapter: the span that its title names first, or the year before.
func (w *walker) reviewYears(line []rune) {
	for i := range line {
		if y := yearAt(line, i); y > 0 {
			w.period, w.year = false, w.o.year-1
			return
		}
		if n, _ := planNumber(line, i); n > 0 {
			w.from, w.year = fiveYear(n)
			w.period = true
			return
		}
		if strings.HasPrefix(string(line[i:min(len(line), i+4)]), "过去五年") || strings.HasPrefix(string(line[i:min(len(line), i+2)]), "五年") {
			w.from, w.year, w.period = w.o.year-5, w.o.year-1, true
			return
		}
	}
}

func (w *walker) block(a, b int) {
	r := w.o.n.r
	line := r[a:b]
	mark, level := markLevel(line)
	if b-a <= 60 {
		if st := chapterState(line); st != none {
			w.enter(st, line, a, b)
			w.o.sentences = append(w.o.sentences, w.make(a, b, true, true))
			return
		}
	}
	if w.state == Glossary {
		if b-a <= 12 && (strings.HasPrefix(string(line), "附件") || strings.HasPrefix(string(line), "附表")) {
			w.state = Opening
		}
		return
	}
	if w.annex && level == 0 && b-a < 30 && !isStop(line[len(line)-1]) && w.matter.Index > 0 {
		w.enter(Opening, line, a, b) // page chrome behind the list
	}
	if level == 2 && !w.annex || level == 1 && w.annex || level == 3 && w.annex {
		w.item(line[mark:], level, mark, a, b)
	}
	if w.state == Problems && level > 0 && level < 3 {
		w.state = Review
	}
	if w.items && level != w.level && (w.want == 0 || w.matter.Index >= w.want) {
		w.items = false
	}
	first := true
	for s := a; s < b; {
		e := sentenceEnd(r, s, b)
		w.sentence(s, e, first, a, b)
		first = false
		s = e
	}
}

// item notes a numbered heading: a theme of a plan, a matter of the livelihood list, a section of a review.
func (w *walker) item(title []rune, level, mark, a, b int) {
	end := len(title)
	for i, c := range title {
		if isStop(c) {
			end = i
			break
		}
	}
	t := strings.TrimRight(string(title[:end]), ",。")
	switch {
	case w.annex:
		w.matter = Theme{w.matter.Index + 1, t}
	case w.state == Plan || w.state == Self:
		w.theme = Theme{w.theme.Index + 1, t}
		w.items = false
		w.matter = Theme{}
		if strings.Contains(t, "自身建设") || strings.Contains(t, "政府建设") || strings.Contains(t, "人民满意政府") {
			w.state = Self
		} else if w.state == Self {
			w.state = Plan
		}
	}
	w.section = t
	w.target = false
}

// sentenceEnd returns the position behind the sentence that begins at s. A stop inside a quotation that goes on does not end it.
func sentenceEnd(r []rune, s, b int) int {
	for i := s; i < b; i++ {
		if isStop(r[i]) {
			i++
			for i < b && (r[i] == '”' || r[i] == ')' || r[i] == '"' || isStop(r[i])) {
				i++
			}
			return i
		}
	}
	return b
}

// sentence files one sentence.
func (w *walker) sentence(a, b int, first bool, blockA, blockB int) {
	r := w.o.n.r
	line := r[a:b]
	if first {
		w.target = false
	}
	mark, level := markLevel(line)
	if (level == 1 || level == 2) && !first || level == 1 && first && w.state != Livelihood {
		// a heading that the publisher ran into the text
		if level == 1 && w.state != Livelihood {
			if st, n := inlineChapter(line); st != none {
				w.enter(st, line[:n], a, a+n)
			}
		} else if level == 2 && !w.annex && !w.items {
			w.item(line[mark:], level, mark, a, b)
		}
	}
	w.years(line)
	w.moods(line)
	if w.items && (level == 3 || level == 2 || level == 4) {
		end := len(line)
		for i, c := range line[mark:] {
			if c == ',' || isStop(c) || c == ';' {
				end = mark + i
				break
			}
		}
		w.matter = Theme{w.matter.Index + 1, string(line[mark:end])}
	}
	s := w.make(a, b, false, first)
	s.target = w.targets(line, &s)
	s.body = a + mark
	if i := targetAnchor(line); s.target && i > 0 {
		s.body = a + i
	}
	if i := listAnchor(line); i > 0 && s.state == Plan {
		s.state, s.body = Livelihood, a+i
	}
	heading := first && !isStop(r[b-1]) && b == blockB && b-a <= 70 && (level > 0 || b-a <= 34) && s.state != Livelihood
	s.heading = heading || first && level > 0 && level < 3 && b-a <= 40 && w.state != Livelihood && !hasFigure(line[mark:])
	if w.annex && first && level > 0 && b < blockB {
		s.heading = true // the title of a matter whose tasks follow
	}
	w.o.sentences = append(w.o.sentences, s)
	w.livelihood(line, a, b, blockB)
}

func hasFigure(r []rune) bool { return slices.ContainsFunc(r, isDigit) }

// inlineChapter reads a chapter's title at the start of a sentence that goes on behind it: "一、2013年工作回顾过去一年…".
func inlineChapter(line []rune) (State, int) {
	for n := 6; n <= min(len(line), 24); n++ {
		s := string(line[:n])
		if strings.HasSuffix(s, "回顾") || strings.HasSuffix(s, "安排") || strings.HasSuffix(s, "工作任务") || strings.HasSuffix(s, "部署") || strings.HasSuffix(s, "重点工作") {
			if st := chapterState(line[:n]); st != none {
				return st, n
			}
		}
	}
	return none, 0
}

func (w *walker) make(a, b int, heading, first bool) sentence {
	s := sentence{a: a, b: b, state: w.state, chapter: w.chapter, theme: w.theme, matter: w.matter, section: w.section, heading: heading, period: w.period,
		from: w.from, year: w.year, blockA: first}
	if w.items {
		s.state = Livelihood
	}
	if s.state != Livelihood {
		s.matter = Theme{}
	}
	return s
}

// years moves the span of time that a review speaks of, by the words at the start of a sentence.
func (w *walker) years(line []rune) {
	if w.state != Review && w.state != Opening {
		return
	}
	mark, _ := markLevel(line)
	head := line[mark:min(len(line), mark+26)]
	s := string(head)
	for _, p := range []string{"这五年", "五年来", "五年间", "五年中", "过去五年", "过去的五年", "回顾五年", "回顾过去五年", "本届政府", "与五年前"} {
		if strings.HasPrefix(s, p) || strings.HasPrefix(s, "各位代表!"+p) || strings.HasPrefix(s, "各位代表,"+p) || strings.HasPrefix(s, "——"+p) {
			w.period, w.from, w.year = true, w.o.year-5, w.o.year-1
			return
		}
	}
	for i := 0; i < min(len(head), 6); i++ {
		if n, k := planNumber(head, i); n > 0 {
			rest := string(head[min(len(head), i+k):])
			if strings.HasPrefix(rest, "时期") || strings.HasPrefix(rest, "以来") || strings.HasPrefix(rest, "期间") || strings.HasPrefix(rest, "五年") {
				w.from, w.year = fiveYear(n)
				w.year = min(w.year, w.o.year-1)
				w.period = true
				return
			}
		}
	}
	if y := yearAt(head, 0); y == w.o.year-1 && len(head) > 5 && head[4] == '年' {
		if head[5] == ',' || head[5] == '是' || strings.HasPrefix(string(head[5:]), "政府工作") || head[5] == '极' || head[5] == '面' || head[5] == '主' {
			w.period, w.year = false, y
		}
		return
	}
	for _, p := range []string{"一年来", "过去一年", "过去的一年", "这一年", "去年", "刚刚过去的", "一年中"} {
		if strings.HasPrefix(s, p) || strings.HasPrefix(s, "各位代表!"+p) || strings.HasPrefix(s, "各位代表,"+p) || strings.HasPrefix(s, "——"+p) {
			w.period, w.year = false, w.o.year-1
			return
		}
	}
}

// moods notices where a review turns to what is lacking, and back.
func (w *walker) moods(line []rune) {
	if w.state != Review {
		return
	}
	s := string(line[:min(len(line), 90)])
	i := strings.Index(s, "清醒")
	look := i >= 0 && i < 150 && (strings.Contains(s[i:min(len(s), i+40)], "看到") || strings.Contains(s[i:min(len(s), i+40)], "认识到"))
	for _, p := range []string{"在肯定成绩的同时", "在看到成绩的同时", "同时,我们也看到", "存在的问题和不足", "还存在不少困难", "还面临一些困难", "还面临不少困难", "必须正视", "也要看到", "我们也深知", "存在一些困难", "存在不少困难", "面临的困难和挑战", "面临的困难和问题",
		"面临的主要问题", "也存在一些", "还存在一些", "仍面临不少", "还面临着", "困难和挑战"} {
		if strings.Contains(s, p) {
			look = true
		}
	}
	if look {
		w.state = Problems
	}
}

// targets tells whether a sentence names the expected targets. It follows the anchor "预期目标是:" and the sentences behind
// it that go on in the same way.
func (w *walker) targets(line []rune, s *sentence) bool {
	if s.state != Plan && s.state != Horizon && s.state != Self {
		w.target = false
		return false
	}
	if targetAnchor(line) >= 0 {
		w.target = s.state == Plan || s.state == Horizon
		return w.target
	}
	if w.target {
		w.target = looksLikeTarget(line)
	}
	return w.target
}

// targetAnchor returns the position behind "目标是:", or -1.
func targetAnchor(line []rune) int {
	for i := 0; i+2 < len(line); i++ {
		if line[i] != '目' || line[i+1] != '标' {
			continue
		}
		j := i + 2
		for _, w := range [][]rune{[]rune("建议"), []rune("安排"), []rune("确定"), []rune("初步"), []rune("任务")} {
			if j+2 <= len(line) && slices.Equal(line[j:j+2], w) {
				j += 2
			}
		}
		if j < len(line) && (line[j] == '是' || line[j] == '为') {
			j++
			if j < len(line) && (line[j] == ':' || line[j] == ',') {
				j++
			}
			if hasTargetName(line[:i]) || line[j-1] == ':' {
				return j
			}
			continue
		}
		if j < len(line) && line[j] == ':' {
			return j + 1
		}
	}
	return -1
}

func hasTargetName(r []rune) bool {
	s := string(r)
	for _, w := range []string{"预期", "主要", "奋斗", "发展", "总体", "创新", "约束性", "具体"} {
		if strings.HasSuffix(s, w) {
			return true
		}
	}
	return false
}

// looksLikeTarget tells whether a sentence goes on with targets: its first clause is an indicator with a figure or a relation.
func looksLikeTarget(line []rune) bool {
	s := string(line)
	for _, p := range []string{"实现上述", "为实现", "要实现", "围绕", "上述", "做好", "在实际工作中", "重点", "完成上述", "完成今年", "实现今年", "今年要", "今年,", "各位代表", "我们", "这里", "提出", "关于", "按照", "要"} {
		if strings.HasPrefix(s, p) {
			return false
		}
	}
	c := line
	for i, r := range line {
		if r == ',' || r == ';' || r == '。' {
			c = line[:i]
			break
		}
	}
	t := string(c)
	if i, _, _ := heads.find(c, 0); i < 0 && !strings.Contains(t, "目标") {
		return false
	}
	return hasFigure(c) || strings.Contains(t, "目标") || strings.Contains(t, "任务") || strings.Contains(t, "同步") || strings.Contains(t, "增长") || strings.Contains(t, "高于") || strings.Contains(t, "改善") ||
		strings.Contains(t, "提高") || strings.Contains(t, "稳定") || strings.Contains(t, "平衡") || strings.Contains(t, "下降")
}

// livelihood notices that a list of livelihood matters begins behind a sentence such as "今年办好15件民生实事。", and where
// one inside a paragraph ends.
func (w *walker) livelihood(line []rune, a, b, blockB int) {
	if w.annex || w.state != Plan && w.state != Self {
		return
	}
	r := w.o.n.r
	if w.items {
		return
	}
	s := string(line)
	if !strings.Contains(s, "实事") {
		return
	}
	next := r[b:min(len(r), b+6)]
	if len(next) > 0 && next[0] == '\n' {
		next = next[1:]
	}
	_, level := markLevel(next)
	if (level == 3 || level == 4 || level == 2) && (next[0] == '(' || level == 4 || isDigit(next[0])) {
		w.items, w.matter, w.level, w.want = true, Theme{}, level, announced(line)
	}
}

// listAnchor returns the position behind "办好15件民生实事,包括:", when the matters follow in the same sentence, or -1.
func listAnchor(line []rune) int {
	i := strings.Index(string(line), "实事")
	if i < 0 {
		return -1
	}
	i = len([]rune(string(line)[:i])) + 2
	for j := i; j < min(len(line), i+14); j++ {
		if line[j] == ':' {
			return j + 1
		}
	}
	return -1
}

// announced reads how many livelihood matters a sentence announces: 15件民生实事, 十项民生实事.
func announced(line []rune) int {
	s := string(line)
	i := strings.Index(s, "实事")
	r := []rune(s[:i])
	for j := len(r) - 1; j >= 0 && j > len(r)-10; j-- {
		if strings.ContainsRune("件项大个", r[j]) {
			k := j
			for k > 0 && (isDigit(r[k-1]) || strings.ContainsRune(numerals, r[k-1])) {
				k--
			}
			if v, ok := hanNumber(r[k:j]); ok {
				return int(v)
			}
			n := 0
			for _, c := range r[k:j] {
				n = n*10 + int(c-'0')
			}
			if n > 0 {
				return n
			}
		}
	}
	return 0
}
