package report

import "strings"

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

// ahead turns from the review to the aims of several years where one chapter holds both: “十五五”时期…, in a report of the year in
// which that plan begins. A chapter whose title names that plan turns where its text first speaks of it.
func (w *walker) ahead(line []rune) {
	if w.state != Review {
		return
	}
	for i := range line {
		n, k := planNumber(line, i)
		if i > 0 && !w.mixed {
			return
		}
		if n == 0 {
			continue
		}
		from, to := fiveYear(n)
		rest := string(line[i+k : min(len(line), i+k+4)])
		if from >= w.o.year && (strings.HasPrefix(rest, "时期") || strings.HasPrefix(rest, "期间") || w.mixed && (strings.HasPrefix(rest, "规划") || strings.HasPrefix(rest, "纲要"))) {
			w.state, w.period, w.from, w.year, w.mixed = Horizon, true, from, to, false
			return
		}
	}
}

// namesAhead tells whether the title of a review names a plan that begins with the year ahead.
func (w *walker) namesAhead(title []rune) bool {
	for i := range title {
		if n, _ := planNumber(title, i); n > 0 {
			if from, _ := fiveYear(n); from >= w.o.year {
				return true
			}
		}
	}
	return false
}

// namesSpan tells whether the title of a review names a span of years: “十二五”…, 五年….
func namesSpan(title []rune) bool {
	for i := range title {
		if n, _ := planNumber(title, i); n > 0 {
			return true
		}
	}
	return strings.Contains(string(title), "五年")
}
