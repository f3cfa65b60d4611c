package report

import (
	"slices"
	"strings"
)

// wordy reads a clause without a figure: a target without a number, a livelihood task, a task of the plan.
func (p *parser) wordy(list []clause, i int, s *sentence, kind Kind) {
	switch kind {
	case Target:
		if s.state == Plan || s.state == Horizon && s.target {
			p.wordyTarget(list, i, s)
		}
	case Matter:
		p.wordyMatter(list, i, s)
	case Task:
		p.wordyTask(list, i, s)
	case Result:
		p.wordyResult(list, i, s)
	}
}

// waterClass finds a class of quality that is reached or kept: 水质保持在Ⅲ类, 达到二级标准. It returns where the class stands in t
// and its number, or n = 0.
func waterClass(t []rune) (at, n, class int) {
	s := string(t)
	if !strings.Contains(s, "达到") && !strings.Contains(s, "保持") && !strings.Contains(s, "稳定") && !strings.Contains(s, "优于") {
		return 0, 0, 0
	}
	for i, c := range t {
		if c < 'Ⅰ' || c > 'Ⅴ' || i+1 >= len(t) || t[i+1] != '类' {
			continue
		}
		rest := string(t[i+2:])
		if rest == "" || rest == "水质" || strings.HasPrefix(rest, "、") || rest == "标准" || rest == "水体" || rest == "水质标准" || strings.HasPrefix(rest, "以上") || strings.HasPrefix(rest, "及以上") {
			return i, 2, int(c-'Ⅰ') + 1
		}
	}
	return 0, 0, 0
}

// asGrade gives a record the class of quality that its clause t, which begins at a, names.
func (p *parser) asGrade(rec *Record, t []rune, a int) {
	at, n, class := waterClass(t)
	if n == 0 {
		return
	}
	rec.Measurable, rec.Reason, rec.Numeral = "grade", "", "roman"
	rec.Value, rec.Number, rec.Unit, rec.Op = itoa(class), float64(class), "类", "="
	rec.NumStart, rec.NumEnd = p.n.span(a+at, a+at+n)
}

// wordyResult reads a result that is a state: full coverage, a class of quality.
func (p *parser) wordyResult(list []clause, i int, s *sentence) {
	c := &list[i]
	t := p.n.r[c.a:c.b]
	if k := slices.Index(t, '、'); k > 0 {
		_, n, _ := waterClass(t[:k])
		_, m, _ := waterClass(t[k+1:])
		if n > 0 && m > 0 { // 汉江保持Ⅱ类、丹江达到Ⅰ类
			two := []clause{{a: c.a, b: c.a + k, sep: '、'}, {a: c.a + k + 1, b: c.b, sep: c.sep}}
			p.wordyResult(two, 0, s)
			p.wordyResult(two, 1, s)
			return
		}
	}
	at, _, _ := coverage.find(t, 0)
	_, n, _ := waterClass(t)
	if at < 0 && n == 0 || thanks(p.n.r[s.a:s.b]) {
		return
	}
	cl := p.clean(t, c.a, false)
	rec := Record{Kind: Result, Op: "=", Metric: "level", Indicator: stateName(cl.noun), Measurable: "coverage", Rule: "result.words", Confidence: "doubtful", Flags: []string{"no_figure"}}
	if len([]rune(rec.Indicator)) < 2 {
		return
	}
	rec.Year, rec.YearWhy = itoa(s.year), "chapter"
	p.place(&rec, s, c.a, c.b)
	p.asGrade(&rec, t, c.a)
	p.out.Records = append(p.out.Records, rec)
}

// thanks tells whether a sentence only thanks or greets.
func thanks(t []rune) bool {
	s := string(t)
	return strings.Contains(s, "感谢") || strings.Contains(s, "敬意") || strings.Contains(s, "祝福") || strings.Contains(s, "问候")
}

// stateName is the name in front of the verb of a state: 社区服务站|实现全覆盖.
func stateName(t []rune) string {
	for i := 2; i < len(t); i++ {
		for _, w := range []string{"实现", "全部", "全覆盖", "达到", "保持", "稳定", "基本", "全面", "覆盖"} {
			if strings.HasPrefix(string(t[i:min(len(t), i+3)]), w) {
				return string(t[:i])
			}
		}
	}
	return string(t)
}

var (
	purposes = list("减轻 让 使 更好 帮助 支持 降低群众 降低 重奖 带动 促进 助力 助推 推动全市 满足 方便 便利 切实 不断 包含 包括 涵盖 涉及 联动 结合 满足群众 提升群众 增强群众 缓解 保障了 进而 从而 以此 着力解决 切实解决 有效解决 有效缓解 努力 惠及 覆盖 受益 提升居民 提升市民 让群众 共享 享受 在心脑 为群众 为市民 确保群众 提供更 用于 以 通过 依托 围绕 按照 坚持")
	leadIns  = list("加快 推进 改善 提高 提升 实施 健全 整合 开展 加强 规范 规范理顺 理顺 完善 强化 优化 加大 深化 持续 继续 促进 推动 扩大 做好 保障 落实 切实 办好 统筹 巩固 拓展 发展 支持 增加 丰富 关爱 聚焦 稳定 深入 大力 进一步 全面 打造 着力 构建 建设 建立 全力 夯实")
	coverage = list("全覆盖 全部 所有 应保尽保 应检尽检 应助尽助 应救尽救 应兜尽兜 应筛尽筛 清零 动态清零 应享尽享 应补尽补")
)

// wordyMatter reads a livelihood task without a figure.
func (p *parser) wordyMatter(list []clause, i int, s *sentence) {
	c := &list[i]
	r := p.n.r
	a := c.a
	for a < c.b && (r[a] == '并' || r[a] == '同' && a+1 < c.b && r[a+1] == '时') {
		a++
		if r[a-1] == '同' {
			a++
		}
	}
	t := r[a:c.b]
	if n, _ := purposes.match(t); n > 0 || len(t) < 4 || c.sep == ':' {
		return
	}
	at, k, _ := coverage.find(t, 0)
	standard := strings.HasPrefix(string(t), "提高") && endsIn(string(t), "标准", "待遇", "补贴", "补助")
	follows := i+1 < len(list) || s.matter.Index > 0 && !isLastOfMatter(r, s.b)
	lead, _ := leadIns.match(t)
	if c.first && lead > 0 && follows && at < 0 && !standard && s.blockOrItem(r) {
		return
	}
	cl, ok := p.coverb(t, a)
	if !ok {
		cl = p.clean(t, a, false)
	}
	if cl.verb == "" && i > 0 && !hasPredicate(t) && at < 0 {
		return // goes with the clause before
	}
	obj := string(cl.noun)
	if i > 0 && (strings.HasPrefix(obj, "规划设计并") || strings.HasPrefix(obj, "前期") || len([]rune(obj)) < 2) && at < 0 {
		return
	}
	rec := Record{Kind: Matter, Op: "=", Verb: cl.verb, Strength: cl.strength, Object: obj, Rule: "livelihood.words", Confidence: "doubtful"}
	rec.Year, rec.YearWhy = itoa(p.o.year), "chapter"
	p.deadline(&rec, t)
	rec.Owners = owners(r[s.a:s.b])
	p.place(&rec, s, a, c.b)
	rec.Measurable, rec.Reason = measurable(t, cl)
	switch {
	case at >= 0:
		rec.NumStart, rec.NumEnd = p.n.span(a+at, a+at+k)
		p.covers(&rec, list, i, string(t), string(t[at:at+k]))
	case impliedAll(string(t)):
		rec.Value, rec.Number, rec.Unit, rec.Measurable, rec.Reason = "100", 100, "%", "coverage", ""
	case standard:
		rec.Op, rec.Measurable, rec.Reason = ">", "directional", ""
	}
	p.ctx.verb, p.ctx.strength = cl.verb, cl.strength
	if parts := facilities(cl.noun, cl); len(parts) > 1 && at < 0 {
		for _, o := range parts {
			one := rec
			one.Object, one.ByList = o, true
			p.out.Records = append(p.out.Records, one)
		}
		return
	}
	p.out.Records = append(p.out.Records, rec)
}

// covers makes a matter one of full coverage; word is what says so in its clause t.
func (p *parser) covers(rec *Record, list []clause, i int, t, word string) {
	rec.Value, rec.Number, rec.Unit, rec.Measurable, rec.Reason, rec.Confidence = "100", 100, "%", "coverage", "", "high"
	if strings.Contains(t, "基本实现") {
		rec.Op = "~"
	}
	if word == "全覆盖" {
		rec.Object = strings.Replace(rec.Object, "全覆盖", "覆盖", 1)
	} else {
		rec.Object = strings.TrimPrefix(strings.Replace(rec.Object, word, "", 1), "实现")
	}
	rec.Object = strings.Replace(rec.Object, "实现", "", 1)
	if len([]rune(strings.TrimSpace(rec.Object))) < 3 && i > 0 {
		prev := &list[i-1]
		rec.Object = string(p.clean(p.n.r[prev.a:prev.b], prev.a, false).noun)
	}
}

// namedMatters reads a livelihood list that is only named: 开展安居惠民、暖心护老、医疗惠民等十件民生实事.
func (p *parser) namedMatters(c *clause, s *sentence, a announcement) {
	t := p.n.r[c.a:c.b]
	i := a.at
	for i > 0 && t[i] != '等' {
		i--
	}
	if i == 0 || a.at-i > 12 || a.count < 3 {
		return
	}
	cl := p.clean(t[:i], c.a, false)
	items := splitItems(cl.noun)
	if len(items) > a.count { // 供水工程养护和路网优化 is one
		items = nil
		for _, m := range splitMembers(string(cl.noun)) {
			items = append(items, []rune(m))
		}
	}
	if len(items) < 3 || len(items) > a.count {
		return
	}
	pos := cl.pos
	for k, it := range items {
		for pos < c.a+i && !strings.HasPrefix(string(p.n.r[pos:c.a+i]), string(it)) {
			pos++
		}
		rec := Record{Kind: Matter, Op: "=", Verb: cl.verb, Strength: cl.strength, Object: string(it), Rule: "livelihood.named", Confidence: "doubtful", ByList: true,
			Measurable: "vague", Reason: "no_end_state"}
		rec.Year, rec.YearWhy = itoa(p.o.year), "chapter"
		p.deadline(&rec, t)
		p.place(&rec, s, pos, pos+len(it))
		rec.State, rec.Matter = Livelihood, Theme{k + 1, string(it)}
		p.out.Records = append(p.out.Records, rec)
	}
}

// impliedAll tells whether a task names a whole class: 为全区中小学教室加装空调.
func impliedAll(t string) bool {
	for _, w := range []string{"为全区", "为全市", "为全县", "为全省", "为全镇"} {
		if strings.HasPrefix(t, w) {
			for _, v := range []string{"加装", "安装", "更换", "配备", "装设", "发放"} {
				if strings.Contains(t, v) {
					return true
				}
			}
		}
	}
	return false
}

// blockOrItem tells whether the sentence opens its matter, so that its first clause may only lead in.
func (s *sentence) blockOrItem(r []rune) bool {
	n, _ := markLevel(r[s.a:s.b])
	return n > 0
}

// isLastOfMatter tells whether the matter ends with the sentence before position b.
func isLastOfMatter(r []rune, b int) bool {
	for b < len(r) && r[b] == '\n' {
		return true
	}
	if b >= len(r) {
		return true
	}
	n, _ := markLevel(r[b:min(len(r), b+8)])
	return n > 0
}

var facilityEnds = list("馆 宫 学校 小学 中学 幼儿园 中心 站 医院 院 公园 园 路 桥 广场 基地 厂 场 所 大道 街 隧道 高架 通道 步道 绿道 书店 书房 食堂 市场 大厦 项目 工程 线 港 机场 水库 泵站 片区 小区")

// facilities splits a list of named places under one verb: 启动综合体育馆、青少年宫和档案馆建设. It returns nil when the
// object is not such a list.
func facilities(noun []rune, cl cleaned) []string {
	if cl.strength != "deliver" && cl.strength != "start" || cl.tailVerb {
		return nil
	}
	tail := ""
	t := noun
	for _, w := range []string{"建设", "改造", "工程", "项目建设", "工程建设"} {
		if strings.HasSuffix(string(t), w) {
			tail = w
			t = t[:len(t)-len([]rune(w))]
			break
		}
	}
	if slices.Contains(t, '等') || slices.Contains(t, '的') {
		return nil
	}
	items := splitItems(t)
	if len(items) < 2 || len(items) > 6 {
		return nil
	}
	var out []string
	for _, it := range items {
		if n, _ := facilityEnds.suffix(it); n == 0 || len(it) < 3 {
			return nil
		}
		out = append(out, string(it)+tail)
	}
	return out
}
