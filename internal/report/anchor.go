package report

import (
	"slices"
	"strings"
)

// targets tells whether a sentence names the expected targets. It follows the anchor "预期目标是:" and the sentences behind
// it that go on in the same way.
func (w *walker) targets(line []rune, s *sentence) bool {
	if s.state != Plan && s.state != Horizon && s.state != Self {
		w.target = false
		return false
	}
	mark, _ := markLevel(line)
	switch i := targetAnchor(line); {
	case i >= 0:
		w.target = s.state == Plan || s.state == Horizon
		w.aim = w.aimOf(line[:i])
		w.aimed = w.target
	case s.blockA && !w.target:
		w.aimed = false
	case w.target || w.aimed: // an aside does not end the paragraph of targets: 在实际工作中争取更好结果。
		w.target = looksLikeTarget(line[mark:], !s.blockA)
		w.aimed = w.aimed && !turnsToWork(line[mark:])
	}
	if w.target && w.aim.to > 0 {
		s.period, s.from, s.year = w.aim.from > 0, w.aim.from, w.aim.to
	}
	return w.target
}

// aim is the year that a paragraph of targets names for itself, or the span of years; zero where the chapter says it.
type aim struct{ from, to int }

// aimOf reads the words before 目标是: 今后五年…, “十三五”时期…, 2016年….
func (w *walker) aimOf(t []rune) aim {
	for k := len(t) - 1; k >= 0; k-- {
		if y := yearAt(t, k); y == w.o.year && k+4 < len(t) && t[k+4] == '年' {
			return aim{0, y}
		}
		s := string(t[k:min(len(t), k+4)])
		if strings.HasPrefix(s, "今年") {
			return aim{0, w.o.year}
		}
		if n, _ := planNumber(t, k); n > 0 {
			if from, to := fiveYear(n); to >= w.o.year {
				return aim{from, to}
			}
		}
		if s == "今后五年" || s == "未来五年" {
			from, to := w.span(nil)
			return aim{from, to}
		}
	}
	return aim{}
}

// targetAnchor returns the position behind "目标是:", or -1.
func targetAnchor(line []rune) int {
	for i := 0; i+2 < len(line); i++ {
		if line[i] != '目' && line[i] != '指' || line[i+1] != '标' {
			continue
		}
		j := i + 2
		for _, w := range [][]rune{[]rune("建议"), []rune("安排"), []rune("确定"), []rune("初步"), []rune("任务"), []rune("设定"), []rune("拟定"), []rune("预期")} {
			if j+2 <= len(line) && slices.Equal(line[j:j+2], w) {
				j += 2
			}
		}
		if j < len(line) && (line[j] == '是' || line[j] == '为') {
			j++
			if j < len(line) && (line[j] == ':' || line[j] == ',') {
				j++
			}
			if j < len(line) && isDigit(line[j]) {
				continue // 增长预期目标为5%左右: the name stands before
			}
			if hasTargetName(line[:i]) || line[j-1] == ':' && line[i] == '目' {
				return j
			}
			continue
		}
		if j+2 < len(line) && (line[j] == '包' && line[j+1] == '括' || line[j] == '如' && line[j+1] == '下') {
			j += 2 // 主要目标包括:
		}
		if j < len(line) && line[j] == ':' && (line[i] == '目' || hasTargetName(line[:i])) {
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

// turnsToWork tells whether a sentence turns from the targets to the work: 为实现上述目标,….
func turnsToWork(line []rune) bool {
	s := string(line)
	for _, p := range []string{"实现上述", "为实现", "要实现", "围绕", "做好", "重点", "完成上述", "完成今年", "实现今年", "今年要", "各位代表", "按照"} {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

// looksLikeTarget tells whether a sentence goes on with targets: its first clause is an indicator with a figure or a relation.
func looksLikeTarget(line []rune, within bool) bool {
	s := string(line)
	if turnsToWork(line) {
		return false
	}
	for _, p := range []string{"上述", "在实际工作中", "今年,", "我们", "这里", "提出", "关于", "要"} {
		if strings.HasPrefix(s, p) {
			return false
		}
	}
	line = trimFront(line, "其中")
	if n, tag := openers.match(stripAdverbs(line)); within && n > 1 && (tag == "deliver" || tag == "progress" || tag == "start") && !nounVerb(stripAdverbs(line), n) {
		within = false // a task, whatever its later clauses measure
	}
	for _, c := range clauses(line, 0, len(line)) {
		if targetClause(line[c.a:c.b]) {
			return true
		}
		if !within {
			return false
		}
	}
	return false
}

// targetClause tells whether a clause is an indicator with a figure or a relation.
func targetClause(c []rune) bool {
	t := string(c)
	if i, _, _ := heads.find(c, 0); i < 0 && !strings.Contains(t, "目标") {
		return false
	}
	return hasFigure(c) || strings.Contains(t, "目标") || strings.Contains(t, "任务") || strings.Contains(t, "同步") || strings.Contains(t, "增长") || strings.Contains(t, "高于") || strings.Contains(t, "改善") ||
		strings.Contains(t, "提高") || strings.Contains(t, "稳定") || strings.Contains(t, "平衡") || strings.Contains(t, "下降")
}

func trimFront(t []rune, w string) []rune {
	if k := len([]rune(w)); len(t) > k && string(t[:k]) == w {
		return t[k:]
	}
	return t
}
