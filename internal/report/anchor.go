package report

import (
	"slices"
	"strings"
)

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
		mark, _ := markLevel(line)
		w.target = looksLikeTarget(line[mark:])
	}
	return w.target
}

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

func looksLikeTarget(line []rune) bool {
	s := string(line)
	for _, p := range []string{"实现上述", "为实现", "要实现", "围绕", "上述", "做好", "在实际工作中", "重点", "完成上述", "完成今年", "实现今年", "今年要", "今年,", "各位代表", "我们", "这里", "提出", "关于", "按照", "要"} {
		if strings.HasPrefix(s, p) {
			return false
		}
	}
	line = trimFront(line, "其中")
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

func trimFront(t []rune, w string) []rune {
	if k := len([]rune(w)); len(t) > k && string(t[:k]) == w {
		return t[k:]
	}
	return t
}
