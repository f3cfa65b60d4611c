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
	for k := range c.figs {
		if f := &c.figs[k]; f.skip == "" {
			f.skip = p.filtered(c, k)
			f.filter = f.skip == "filter"
		}
	}
	p.subjects(c)
}

// filtered gives the reason why figure k of a clause only says which things are meant, or "".
func (p *parser) filtered(c *clause, k int) string {
	f, r := &c.figs[k], p.n.r
	lo, hi := c.a, c.b
	if k > 0 {
		lo = c.figs[k-1].b
	}
	if k+1 < len(c.figs) {
		hi = c.figs[k+1].a
		if hi == f.b && f.suffix && f.class == "measure" && f.op != "~" {
			return "filter" // 3公里以内|120个自然村
		}
	}
	after, l := r[f.b:hi], r[lo:f.a]
	switch {
	case k > 0 && f.base == "类" && c.figs[k-1].nb == f.na:
		return "name" // 2个1类创新药
	case len(after) == 0 && p.reach(c, k):
		return "filter" // 12家企业产值超10亿元
	case len(after) == 0 || !isHan(after[0]) && after[0] != '“':
		return ""
	case f.suffix && after[0] == '且':
		return "filter"
	case f.suffix && len(after) > 2 && after[0] == '人' && after[1] == '口' && after[2] != '的':
		return "filter" // 20万以上|人口县
	case strings.HasSuffix(f.base, "人") && (strings.HasPrefix(string(after), "口以上的") || strings.HasPrefix(string(after), "口以下的")):
		return "filter" // 20万人|口以上的县
	case after[0] != '的' && capacity(f, l, after):
		return "attribute.capacity"
	}
	g := gauge{f: f, l: l, noun: after, of: after[0] == '的'}
	if g.of {
		g.noun = after[1:]
	}
	for _, w := range []string{"总投资", "投资总额", "合计", "首批投资", "总额"} {
		g.total = g.total || strings.Contains(string(l), w)
	}
	g.bound = f.op != "=" && f.op != "~" && f.approx == ""
	if p.gauges(c, k, &g) {
		return "filter"
	}
	return ""
}

// reach tells whether figure k, a round one, says what size the things have that the count before it counts: 12家企业产值|超10亿元.
func (p *parser) reach(c *clause, k int) bool {
	if k == 0 {
		return false
	}
	f, pv := &c.figs[k], &c.figs[k-1]
	if pv.skip != "" || pv.class != "count" || pv.form != plain || pv.a != c.a || f.class != "measure" || f.op != ">" && f.op != ">=" || f.suffix || len(strings.TrimRight(f.value.String(), "0")) > 1 {
		return false
	}
	name := parseLeft(p.n.r, pv.b, f.a, false, false)
	if name.up || name.down || name.to || hasPredicate(name.subject) || slices.Contains(name.subject, '、') {
		return false
	}
	n, _ := heads.suffix(name.subject)
	return n > 0 && len(name.subject) > n
}

// gauge is a figure that may be a filter, with the words around it.
type gauge struct {
	f     *figure
	l     []rune // the words before it
	noun  []rune // those behind it, up to the next figure
	of    bool   // 的 stands behind it
	total bool   // it is the sum of what is counted
	bound bool   // it has a bound: 以上, 超
}

// gauges tells whether a figure only measures what its neighbour counts.
func (p *parser) gauges(c *clause, k int, g *gauge) bool {
	f, r := g.f, p.n.r
	marked := g.bound || g.of
	if k+1 < len(c.figs) && c.figs[k+1].skip == "" {
		nx := &c.figs[k+1]
		tail := r[nx.b:c.b]
		bare := len(tail) == 0 || !isHan(tail[0]) && tail[0] != '“' || strings.HasPrefix(string(tail), "左右")
		pure := len(g.noun) > 0 && !hasPredicate(g.noun) && !slices.ContainsFunc(g.noun, func(c rune) bool { return c == '、' || c == '(' })
		if pure && nx.class == "count" && bare && f.base != "类" && f.base != "种" && f.base != "批次" && f.class != "ratio" && (marked || f.class == "measure" || f.class == "count") && !g.total && connectorless(g.noun) {
			return true
		}
		if g.of && g.total {
			return false
		}
	}
	if k > 0 && c.figs[k-1].skip == "" && !g.total {
		pv := &c.figs[k-1]
		between := r[pv.b:f.a]
		if pv.class == "count" && f.class != "count" && f.class != "ratio" && (marked || f.suffix && g.bound) && !hasPredicate(between) && !slices.Contains(between, '、') && len(between) <= 12 {
			return true
		}
		if pv.class == "count" && f.suffix && g.bound && f.class == "count" && len(between) <= 6 && !hasPredicate(between) && !slices.ContainsFunc(between, func(c rune) bool { return strings.ContainsRune("、和与及", c) }) {
			return true
		}
	}
	if g.of && !g.total && (f.class == "measure" || f.class == "count") && g.bound {
		return true
	}
	return (f.suffix || f.han && len(g.noun) > 3 && !landmark(g.noun)) && g.bound && f.class == "measure" && !g.total && !g.of && k+1 == len(c.figs) && len(g.l) > 0 && !endsWithVerb(g.l)
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

func connectorless(noun []rune) bool { return !strings.ContainsRune("和及与或等", noun[0]) }

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
