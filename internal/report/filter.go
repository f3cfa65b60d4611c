package report

import (
	"slices"
	"strings"
)

// froms marks the A of "从A提高到B" so that it is kept beside B and makes no claim of its own.
func (p *parser) froms(list []clause) {
	r := p.n.r
	var open []*figure // figures behind 从 whose new value has not come yet
	for i := range list {
		c := &list[i]
		for k := range c.figs {
			f := &c.figs[k]
			if f.skip != "" && f.skip != "unit.none" {
				continue
			}
			lo := c.a
			if k > 0 {
				lo = c.figs[k-1].b
			}
			gap := r[lo:f.a]
			g := string(gap)
			if len(open) > 0 {
				if strings.Contains(g, "到") || strings.Contains(g, "至") || strings.Contains(g, "增为") || strings.Contains(g, "调为") || strings.Contains(g, "变为") || strings.Contains(g, "升为") ||
					strings.Contains(g, "为") || strings.Contains(g, "跃居") || strings.Contains(g, "升居") || strings.Contains(g, "达") {
					for _, o := range open {
						o.skip = "from"
					}
					if f.unit == "" {
						f.skip = ""
					}
					open = nil
					continue
				}
				if connector(gap) {
					open = append(open, f)
					continue
				}
				open = nil
			}
			if j := strings.LastIndexAny(g, "从由"); j >= 0 && !strings.Contains(g[j:], "从事") && !strings.Contains(g[j:], "从业") && !strings.Contains(g[j:], "自由") {
				open = []*figure{f}
			}
		}
	}
}

// connector tells whether the gap between two figures only joins them.
func connector(gap []rune) bool {
	if len(gap) == 0 {
		return false
	}
	for i := 0; i < len(gap); {
		if strings.ContainsRune("、,和与及或", gap[i]) {
			i++
			continue
		}
		if n, tag := tails.match(gap[i:]); n > 0 && tag == "level" && i > 0 {
			i += n
			continue
		}
		if n, _ := before.match(gap[i:]); n > 0 {
			i += n
			continue
		}
		return false
	}
	return strings.ContainsRune("、,和与及或", gap[0]) || string(gap) == "以及"
}

// filters marks figures that only say which things are meant: 5000万元以上的项目237个, 5家100张床位以上的养老机构.
func (p *parser) filters(c *clause, s *sentence) {
	r := p.n.r
	for k := range c.figs {
		f := &c.figs[k]
		if f.skip != "" {
			continue
		}
		hi := c.b
		if k+1 < len(c.figs) {
			hi = c.figs[k+1].a
		}
		after := r[f.b:hi]
		if k+1 < len(c.figs) && c.figs[k+1].a == f.b && f.suffix && f.class == "measure" && f.op != "~" {
			f.skip, f.filter = "filter", true // 3公里以内|120个自然村
			continue
		}
		if k > 0 && f.base == "类" && c.figs[k-1].nb == f.na {
			f.skip = "name" // 2个1类创新药
			continue
		}
		if len(after) == 0 || !(isHan(after[0]) || after[0] == '“') {
			continue
		}
		if f.suffix && after[0] == '且' {
			f.skip, f.filter = "filter", true
			continue
		}
		noun := after
		of := after[0] == '的'
		if f.suffix && len(after) > 2 && after[0] == '人' && after[1] == '口' && after[2] != '的' {
			f.skip, f.filter = "filter", true // 20万以上|人口县
			continue
		}
		if of {
			noun = after[1:]
		}
		pure := len(noun) > 0 && !hasPredicate(noun) && !slices.ContainsFunc(noun, func(c rune) bool { return c == '、' || c == '(' })
		lo := c.a
		if k > 0 {
			lo = c.figs[k-1].b
		}
		l := string(r[lo:f.a])
		if !of && capacity(f, r[lo:f.a], noun) {
			f.skip = "attribute.capacity"
			continue
		}
		total := strings.Contains(l, "总投资") || strings.Contains(l, "投资总额") || strings.Contains(l, "合计") || strings.Contains(l, "首批投资") || strings.Contains(l, "总额")
		bound := f.op != "=" && f.op != "~" && f.approx == ""
		marked := bound || of
		if k+1 < len(c.figs) && c.figs[k+1].skip == "" {
			nx := &c.figs[k+1]
			tail := r[nx.b:c.b]
			bareNext := len(tail) == 0 || !isHan(tail[0]) && tail[0] != '“' || strings.HasPrefix(string(tail), "左右")
			if pure && nx.class == "count" && bareNext && f.base != "类" && f.base != "种" && f.base != "批次" && f.class != "ratio" && (marked || f.class == "measure" || f.class == "count") && !total && connectorless(noun) {
				f.skip, f.filter = "filter", true
				continue
			}
			if of && total {
				continue
			}
		}
		if k > 0 && c.figs[k-1].skip == "" && !total {
			pv := &c.figs[k-1]
			between := r[pv.b:f.a]
			if pv.class == "count" && f.class != "count" && f.class != "ratio" && (marked || f.suffix && bound) && !hasPredicate(between) && !slices.Contains(between, '、') && len(between) <= 12 {
				f.skip, f.filter = "filter", true
				continue
			}
			if pv.class == "count" && f.suffix && bound && f.class == "count" && len(between) <= 6 && !hasPredicate(between) && !slices.ContainsFunc(between, func(c rune) bool { return strings.ContainsRune("、和与及", c) }) {
				f.skip, f.filter = "filter", true
				continue
			}
		}
		if of && marked && !total && (f.class == "measure" || f.class == "count") && bound {
			f.skip, f.filter = "filter", true
			continue
		}
		if (f.suffix || f.han && len(noun) > 3 && !landmark(noun)) && bound && f.class == "measure" && !total && !of && k+1 == len(c.figs) && len(l) > 0 && !endsWithVerb(r[lo:f.a]) {
			f.skip, f.filter = "filter", true
		}
	}
	p.subjects(c)
}

// capacity tells whether a figure is part of a project's name: 甲集团|150亿方/年|天然气产能倍增工程. l stands before it, noun behind.
func capacity(f *figure, l, noun []rune) bool {
	if f.class != "measure" || f.base == "元" || f.op != "=" || len(l) < 2 || l[len(l)-1] == '等' || endsWithVerb(l) || !isHan(l[len(l)-1]) || len(noun) < 3 {
		return false
	}
	for i, c := range noun {
		if c == '、' || c == '等' || c == ',' {
			noun = noun[:i]
			break
		}
	}
	n, _ := plants.suffix(noun)
	for i := 2; n == 0 && i < len(noun); i++ {
		if k, _ := plants.suffix(noun[:i]); k > 1 {
			m, _ := predicates.match(noun[i:])
			n = m
		}
	}
	return n > 0 && (strings.Contains(f.unit, "/") || len(noun) <= 14)
}

// plants are ends of the names of projects that a capacity belongs to.
var plants = list("项目 工程 生产线 装置 机组 扩产 技改 电站 电厂 产业园 一期 二期 三期 改扩建 光伏 风电 储能")

func connectorless(noun []rune) bool { return !strings.ContainsRune("和及与或", noun[0]) }

func endsWithVerb(t []rune) bool {
	n, _ := openers.suffix(t)
	m, _ := tails.suffix(t)
	return n > 0 || m > 0
}

func hasPredicate(t []rune) bool {
	i, _, _ := predicates.find(t, 1)
	return i >= 0
}

// subjects marks the count in "5个重点园区实现主营业务收入379.6亿元": it belongs to the name of the indicator.
func (p *parser) subjects(c *clause) {
	if len(c.figs) < 2 || c.figs[0].skip != "" || c.figs[0].class != "count" {
		return
	}
	f, g := &c.figs[0], &c.figs[1]
	if g.skip != "" || g.class != "measure" && g.class != "ratio" || f.op != "=" {
		return
	}
	between := p.n.r[f.b:g.a]
	t := string(between)
	for _, w := range []string{"实现", "完成"} {
		if i := strings.Index(t, w); i > 0 {
			rest := []rune(t[i+len(w):])
			if j, _, _ := heads.find(rest, 0); j >= 0 && !strings.Contains(t[:i], "、") {
				f.skip = "attribute.subject"
			}
		}
	}
	if g.form != percent || strings.ContainsRune(t, '、') || len(between) < 5 {
		return
	}
	l := parseLeft(p.n.r, f.b, g.a, true, false)
	name := l.subject
	if n, tag := heads.suffix(name); n > 0 && (tag == "share" || (l.share || l.up || l.down) && n > 1) && len(name) > n+3 {
		if i, _, _ := strong.find(name, 1); i < 0 {
			f.skip = "attribute.subject" // 923项审批事项|网上可办率100%
		}
	}
}

// landmarkEnd is where a landmark phrase at the start of t ends.
func landmarkEnd(t []rune) int {
	for i := range t {
		if strings.ContainsRune("、,;。", t[i]) {
			return i
		}
	}
	return len(t)
}

// landmark tells whether a phrase behind a round figure only dresses it up: 突破千亿元|大关.
func landmark(t []rune) bool {
	s := strings.TrimLeft(string(t), "的新大万亿千百元级")
	for _, w := range []string{"大关", "关口", "台阶", "水平", "规模", "门槛", "量级", "关", "俱乐部"} {
		if strings.HasPrefix(s, w) && (w != "关" || s == w) && (w != "水平" || s == w) && (w != "规模" || s == w) {
			return true
		}
	}
	return false
}
