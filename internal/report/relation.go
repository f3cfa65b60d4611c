package report

import (
	"slices"
	"strings"
)

// relation is what a clause without a figure sets as a target: 与经济增长同步, 高于全国平均水平, 完成上级下达的任务.
type relation struct {
	name       string // the words before the relation
	op         string
	metric     string
	measurable string
	compared   bool // with what somebody else does or sets, so that it can be checked without a figure
}

// asides are openings of clauses that comment on a target.
var asides = list("在实际工作中 努力跑赢 加快构建 对标 在实际 实际工作 综合考虑 这样安排 提出 体现 兼顾 结果 主要是 考虑 有利于 符合 衔接起来 要把 就是")

// wordyTarget reads 完成上级下达的任务, 与经济增长同步, 控制在较低水平.
func (p *parser) wordyTarget(list []clause, i int, s *sentence) {
	c := &list[i]
	t := p.n.r[c.a:c.b]
	if n, _ := asides.match(t); n > 0 {
		return
	}
	rel, ok := readRelation(string(t))
	if !ok || s.state == Horizon && !rel.compared {
		return // that things get better in five years is an outlook
	}
	delegated := rel.measurable == "delegated"
	cl := p.clean([]rune(rel.name), c.a, false)
	ind := string(cl.noun)
	if delegated {
		ind = strings.TrimSpace(rel.name)
	}
	ind = strings.TrimRight(ind, "、,和与的等")
	switch r := []rune(ind); {
	case len(r) < 2, len(r) > 40, delegated && !measured(ind), !delegated && !namesIndicator(cl.noun):
		return
	case !delegated:
		if n, _ := openers.match(r); n > 1 && !nounVerb(r, n) {
			return
		}
	}
	rec := Record{Kind: Target, Op: rel.op, Metric: rel.metric, Measurable: rel.measurable, Confidence: "doubtful", Rule: "target.words", Flags: []string{"no_figure"}}
	if rec.Measurable == "vague" {
		rec.Reason = "no_end_state"
	}
	p.place(&rec, s, c.a, c.b)
	rec.Year, rec.YearWhy = itoa(s.year), "target"
	items := splitItems([]rune(ind))
	if len(items) > 1 && (delegated && allMeasured(items) || !delegated && allHeads(items)) {
		for _, n := range shareHead(items) {
			one := rec
			one.Indicator, one.Share = n, "和"
			p.out.Records = append(p.out.Records, one)
		}
		return
	}
	rec.Indicator = ind
	p.out.Records = append(p.out.Records, rec)
}

// readRelation takes a clause apart at its relation. ok is false for a clause without one.
func readRelation(t string) (rel relation, ok bool) {
	has := func(w string) bool { return strings.Contains(t, w) }
	rel.op, rel.compared = "=", true
	switch {
	case fromAbove(t):
		rel.measurable, rel.metric = "delegated", "delegated"
		if has("以内") || has("控制在") {
			rel.op = "<="
		}
		if rel.cut(strings.TrimPrefix(t, "确保"), "全面完成", "完成", "控制在", "达到", "实现", "与国家", "确保"); rel.name == "" {
			rel.name = delegatedObject(t)
		}
	case has("同步"):
		rel.measurable, rel.metric = "directional", "growth"
		rel.cut(t, "增长与", "增长和", "增速与", "与", "和")
	case has("高于") || has("快于"):
		rel.measurable, rel.metric, rel.op = "directional", "growth", ">"
		rel.cut(t, "增长高于", "增速高于", "增长快于", "增速快于", "高于", "快于", "增速继续", "增速")
	case has("低于"):
		rel.measurable, rel.metric, rel.op = "directional", "level", "<"
		rel.cut(t, "低于")
	case has("以上"):
		rel.measurable, rel.metric, rel.op = "directional", "growth", ">="
		rel.cut(t, "增速保持", "保持在", "保持")
	default:
		rel.measurable, rel.metric, rel.compared = "vague", "level", false
		switch {
		case has("下降") || has("缩小") || has("降低"):
			rel.measurable, rel.op = "directional", "<"
		case has("提高") || has("提升") || has("增长") || has("改善") || has("增加"):
			rel.measurable, rel.op = "directional", ">"
		case has("控制"):
			rel.op = "<="
		}
		return rel, rel.cut(t, "控制在", "保持", "稳步", "持续", "进一步", "明显", "基本平衡", "基本稳定", "稳定", "继续", "不断", "稳量", "平稳", "总体", "较快", "显著", "大幅", "增长", "提高", "下降", "改善", "力争", "达到", "实现", "只增", "有所", "优于", "缩小", "处于", "全面")
	}
	return rel, true
}

// cut takes the name from in front of the first of the words. It returns false when none stands in t.
func (rel *relation) cut(t string, words ...string) bool {
	best := -1
	for _, w := range words {
		if j := strings.Index(t, w); j >= 0 && (best < 0 || j < best) {
			best = j
		}
	}
	if best > 0 {
		rel.name = t[:best]
	}
	return best >= 0
}

// fromAbove tells whether a target is set by a higher level: 完成国家下达任务, 控制在省定目标以内.
func fromAbove(t string) bool {
	for _, w := range []string{"下达", "省定", "考核目标", "目标任务", "控制目标"} {
		if strings.Contains(t, w) {
			return true
		}
	}
	return endsIn(t, "目标", "目标内", "目标以内", "要求范围内", "约束性指标", "控制指标")
}

// measured tells whether a phrase names something that is measured, so that a target can be set for it from above.
func measured(ind string) bool {
	if i, _, _ := heads.find([]rune(ind), 0); i >= 0 {
		return true
	}
	for _, w := range []string{"指标", "减排", "降碳", "降耗", "节能", "双控", "就业", "粮食", "耕地", "率", "质量", "环境", "脱贫", "去产能"} {
		if strings.Contains(ind, w) {
			return true
		}
	}
	return false
}

func allMeasured(items [][]rune) bool {
	return !slices.ContainsFunc(items, func(t []rune) bool { return !measured(string(t)) })
}

// delegatedObject is the X of 完成国家下达的X目标任务.
func delegatedObject(t string) string {
	for _, w := range []string{"确保", "全面", "完成", "达到", "实现"} {
		t = strings.TrimPrefix(t, w)
	}
	if j := strings.Index(t, "下达的"); j >= 0 {
		t = t[j+len("下达的"):]
	} else if j := strings.Index(t, "下达"); j >= 0 {
		t = t[j+len("下达"):]
	}
	for again := true; again; {
		again = false
		for _, w := range []string{"目标任务", "控制目标", "约束性指标", "目标", "任务", "控制指标"} {
			if u := strings.TrimSuffix(t, w); u != t && u != "" {
				t, again = u, true
			}
		}
	}
	return t
}

// namesIndicator tells whether a phrase ends with something that can be measured.
func namesIndicator(t []rune) bool {
	if n, _ := heads.suffix(t); n > 0 {
		return true
	}
	s := string(t)
	for _, w := range []string{"收支", "收支状况", "质量", "环境质量", "指标", "物价", "能耗", "保险", "就业", "结构"} {
		if strings.HasSuffix(s, w) {
			return w != "结构"
		}
	}
	return false
}
