package report

import (
	"strconv"
	"strings"
)

// State says what a stretch of a report is about, and so what its sentences claim.
type State string

const (
	none       State = ""
	Opening    State = "opening"    // title, salutation
	Review     State = "review"     // what was done
	Problems   State = "problems"   // what is lacking
	Horizon    State = "horizon"    // aims of several years
	Plan       State = "plan"       // what will be done this year
	Livelihood State = "livelihood" // the list of livelihood matters
	Self       State = "self"       // the government on itself
	Glossary   State = "glossary"   // notes on words
)

// Chapter is a stretch of the report under one heading.
type Chapter struct {
	State      State
	Title      string
	Start, End int // code points of Text
	Year       int // of a review, the year it looks back on; of a plan, the year ahead; of a horizon, its last year
}

// Theme is a numbered heading of a plan chapter or of the livelihood list.
type Theme struct {
	Index int    // as counted from the first, 1; 0 when there is none
	Title string // the heading without its number
}

// sentence is one sentence of the normalised text with all that the chapters say about it.
type sentence struct {
	a, b    int
	body    int // where its own words begin, behind a list mark or the anchor of a list
	state   State
	chapter int // index into Chapters, -1 before the first
	theme   Theme
	matter  Theme
	section string // path of headings, for the reader of the register
	heading bool   // stands for itself, promises nothing
	period  bool   // speaks of a span of years
	spans   bool   // of a review whose title names a span
	from    int    // first year of that span
	year    int    // the year, or the last year of the span
	target  bool   // belongs to the paragraph of expected targets
	blockA  bool   // opens its paragraph
	survey  bool   // its paragraph surveys the situation before the work is set out
}

const numerals = "一二三四五六七八九十"

// headingMark returns the length of a list mark at the start of a line: 一、 (一) 第一部分 1. 1、 (1), or 0.
func headingMark(r []rune) int {
	n, _ := markLevel(r)
	return n
}

// markLevel is headingMark with the level of the mark: 1 for 一、 and 第一部分, 2 for (一), 3 for 1. and (1), 4 for 一是 and ——.
func markLevel(r []rune) (int, int) {
	if len(r) < 2 {
		return 0, 0
	}
	i, paren := 0, r[0] == '('
	if paren {
		i = 1
	}
	part := r[0] == '第'
	if part {
		i = 1
	}
	s := i
	for i < len(r) && i < s+4 && strings.ContainsRune(numerals, r[i]) {
		i++
	}
	han := i > s
	if !han {
		for i < len(r) && i < s+2 && isDigit(r[i]) {
			i++
		}
	}
	if i == s || i >= len(r) {
		if r[0] == '—' && r[1] == '—' || r[0] == '-' && r[1] == '-' {
			return 2, 4
		}
		return 0, 0
	}
	switch {
	case paren && r[i] == ')':
		if han {
			return i + 1, 2
		}
		return i + 1, 3
	case paren:
		return 0, 0
	case part && han && i+1 < len(r) && (r[i] == '部' && r[i+1] == '分'):
		return i + 2, 1
	case part && han && (r[i] == '章' || r[i] == '节'):
		return i + 1, 1
	case part:
		if han && (r[i] == ',' || r[i] == '、') {
			return i + 1, 4
		}
		return 0, 0
	case han && r[i] == '、' && i+2 < len(r) && strings.ContainsRune(numerals, r[i+1]) && strings.ContainsRune("、产三次", r[i+2]):
		return 0, 0 // 一、二、三产业增加值
	case han && r[i] == '、':
		return i + 1, 1
	case han && (r[i] == '是' || r[i] == '要') && !paren && !part && (i > s+1 || i+1 < len(r) && r[i+1] != '否'):
		return i + 1, 4
	case !han && (r[i] == '.' || r[i] == '、') && i+1 < len(r) && !isDigit(r[i+1]):
		return i + 1, 3
	}
	return 0, 0
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// chapterState reads the title of a chapter. It returns none for a line that is not one.
func chapterState(line []rune) State {
	if len(line) > 48 || len(line) < 2 {
		return none
	}
	for i, r := range line {
		if isStop(r) && i < len(line)-1 {
			return none
		}
	}
	n, level := markLevel(line)
	if level == 4 || level == 3 {
		return none
	}
	s := string(line[n:])
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(s, w) {
				return true
			}
		}
		return false
	}
	short := len(line)-n <= 30
	if strings.ContainsRune(s, ',') && level != 1 && !strings.Contains(s, "——") && (level == 2 || !has("回顾")) {
		return none
	}
	if level == 0 && isStop(line[len(line)-1]) || strings.Contains(s, "之年") || strings.Contains(s, "工作报告") && level == 0 && !has("注") {
		return none
	}
	if strings.Contains(s, "我们") || strings.Contains(s, "会议上") || strings.HasSuffix(s, ":") && level == 0 {
		return none
	}
	switch {
	case short && level == 0 && has("名词解释", "名词注释", "注释", "名词说明", "用语说明", "有关用语", "有关词语") && !has("见"):
		return Glossary
	case short && level < 2 && has("民生实事", "办实事", "惠民实事", "为民实事", "利民实事", "便民实事", "民心工程", "民生项目", "实事项目", "件实事", "项实事", "大实事") && has("年", "件", "项", "清单", "附"):
		return Livelihood
	case level == 2:
		return none
	case has("回顾", "发展成就", "主要成就", "工作总结"):
		return Review
	case has("远景目标"):
		return Horizon
	case has("年") && yearIn(line) > 0 && has("工作", "任务", "安排", "重点", "部署") && !has("以来"):
		return Plan
	case has("“十", "今后五年", "未来五年", "今后几年") && has("目标", "任务", "规划", "思路", "要求", "考虑", "时期", "蓝图", "发展"):
		return Horizon
	case level == 1 && has("今年", "新的一年") && has("工作", "任务", "安排"):
		return Plan
	case level == 1 && has("自身建设"):
		return Self
	}
	return none
}

// yearIn returns the last four-digit year of a line, or 0.
func yearIn(r []rune) int {
	y := 0
	for i := 0; i+4 < len(r); i++ {
		if v := yearAt(r, i); v > 0 && r[i+4] == '年' {
			y = v
		}
	}
	return y
}

// yearAt reads a four-digit year at r[i].
func yearAt(r []rune, i int) int {
	if i+4 > len(r) || i > 0 && isDigit(r[i-1]) {
		return 0
	}
	for j := i; j < i+4; j++ {
		if !isDigit(r[j]) {
			return 0
		}
	}
	if i+4 < len(r) && (isDigit(r[i+4]) || r[i+4] == '.') {
		return 0
	}
	y, _ := strconv.Atoi(string(r[i : i+4]))
	if y < 1978 || y > 2060 {
		return 0
	}
	return y
}

// fiveYear returns the first and last year of the n-th five-year plan: the 13th is 2016–2020.
func fiveYear(n int) (int, int) { return 1951 + 5*n, 1955 + 5*n }

// planNumber reads “十三五” at r[i] (the opening mark may be missing) and returns 13 and its length, or 0.
func planNumber(r []rune, i int) (int, int) {
	s := i
	if i < len(r) && r[i] == '“' {
		i++
	}
	if i+2 >= len(r) || r[i] != '十' {
		return 0, 0
	}
	d := strings.IndexRune(numerals, r[i+1])
	if d < 0 {
		return 0, 0
	}
	d = len([]rune(numerals[:d])) + 1
	if d > 9 || r[i+2] != '五' {
		return 0, 0
	}
	i += 3
	if i < len(r) && r[i] == '”' {
		i++
	}
	return 10 + d, i - s
}
