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
	aim     aim  // of the targets
	spans   bool // the title of the review names a span of years
	mixed   bool // the review turns to the aims of the next plan
	aimed   bool // the paragraph names targets
	survey  bool // the paragraph surveys the situation
	annex   bool // the livelihood list is a chapter of its own
	items   bool // inside a livelihood list that is part of the plan
	within  bool // the list has no marks and ends with its paragraph
	level   int  // of the marks of its matters, 0 when they have none
	want    int  // how many matters were announced, 0 when unknown
}

func (w *walker) enter(st State, line []rune, a, b int) {
	s, e := w.o.n.span(a, b)
	w.state, w.theme, w.matter, w.section, w.target, w.items, w.level = st, Theme{}, Theme{}, "", false, false, 0
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
		w.spans = namesSpan(line)
		w.mixed = w.namesAhead(line)
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

func (w *walker) block(a, b int) {
	w.survey = false
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
	switch {
	case w.annex && level > 0:
		if w.matter.Index == 0 || level < w.level {
			w.level = level
		}
		if level == w.level {
			w.item(line[mark:])
		}
	case level == 2 && !(w.items && w.level == 2 && w.matter.Index < w.want):
		w.item(line[mark:])
	}
	if w.state == Problems && level > 0 && level < 3 {
		w.state = Review
	}
	w.survey = w.state == Plan && w.theme.Index == 0 && !w.items && level == 0 && surveys(line)
	first := true
	for s := a; s < b; {
		e := sentenceEnd(r, s, b)
		w.sentence(s, e, first, a, b)
		first = false
		s = e
	}
	if level == 2 && b-a <= 60 {
		w.listHeading(line[mark:], b)
	}
}

// item notes a numbered heading: a theme of a plan, a matter of the livelihood list, a section of a review.
func (w *walker) item(title []rune) {
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
	mark, level := markLevel(line)
	if (level == 1 || level == 2) && !first || level == 1 && first && w.state != Livelihood {
		// a heading that the publisher ran into the text
		if level == 1 && w.state != Livelihood {
			if st, n := inlineChapter(line); st != none {
				w.enter(st, line[:n], a, a+n)
			}
		} else if level == 2 && !w.annex && !w.items {
			w.item(line[mark:])
		}
	}
	if w.items && w.listEnds(line, level, first) {
		w.items = false
	}
	w.ahead(line[mark:])
	w.years(line)
	w.moods(line)
	if w.items {
		w.listMatter(line, mark, level, first)
	}
	s := w.make(a, b, false, first)
	s.target = w.targets(line, &s)
	s.body = a + mark
	if i := targetAnchor(line); s.target && i > 0 {
		s.body = a + i
	}
	if s.state == Plan || w.annex {
		if i := listAnchor(line); i > 0 {
			s.state, s.body = Livelihood, a+i
		}
	}
	heading := first && !isStop(r[b-1]) && b == blockB && b-a <= 70 && (level > 0 || b-a <= 34) && s.state != Livelihood
	s.heading = heading || first && level > 0 && level < 3 && b-a <= 40 && w.state != Livelihood && !hasFigure(line[mark:])
	if w.annex && first && level > 0 && b < blockB && !hasFigure(line[mark:]) {
		s.heading = true // the title of a matter whose tasks follow
	}
	if w.annex && first && level > 0 && b == blockB && !isStop(r[b-1]) && !hasFigure(line[mark:]) && w.goesOn(b, level) {
		s.heading = true // the same in a line of its own
	}
	if w.annex && level == 0 && w.matter.Index == 0 && s.body == a {
		if _, ok := announces(line); ok {
			s.heading = true // 今年重点办好8件实事: leads in
		}
	}
	w.o.sentences = append(w.o.sentences, s)
	w.livelihood(line, b, blockB)
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
	s := sentence{a: a, b: b, state: w.state, chapter: w.chapter, theme: w.theme, matter: w.matter, section: w.section, heading: heading, period: w.period, spans: w.spans,
		from: w.from, year: w.year, blockA: first, survey: w.survey}
	if w.items {
		s.state = Livelihood
	}
	if s.state != Livelihood {
		s.matter = Theme{}
	}
	return s
}
