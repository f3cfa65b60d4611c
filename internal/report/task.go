package report

import (
	"slices"
	"strconv"
	"strings"
)

func itoa(n int) string { return strconv.Itoa(n) }

var (
	means       = list(`坚持 围绕 依托 按照 通过 以 聚焦 立足 紧扣 着眼 对标 根据 结合 针对 本着 遵循 借助 利用 发挥 充分发挥 突出 面向 瞄准 统筹好 顺应 把握 抓住 抢抓 紧紧围绕 牢牢把握 紧盯 锚定 秉持 牢固树立 树立 深入贯彻 全面贯彻 在 对 为 从 把 将`)
	hardPapers  = list("规划 方案 办法 条例 计划 清单 政策 意见 细则 要点 目录 措施 规定 指南 导则 预案 制度 招标 法规 规章 草案")
	outcomes    = list("登陆 成立 进驻 入驻 设置 动工 开工 开通 上市 投产 落地 秒批 竣工 建成 通车 投用 投运 达产 落户 完工 交付 封顶 贯通 启用 获批 挂牌 揭牌 创建成功 并网 首飞 交工 试运行 全覆盖 共办 列入 纳入 晋升 清零 发行 长制久清 不发生 签约 开园 开馆 投入使用 投入运营 完成 复航 通航 通气 办结")
	projectEnds = list("建设 项目 工程 中心 基地 园区 园 示范区 实验区 综合体 平台 公园 广场 医院 学校 小镇 机场 铁路 高速 公路 大桥 隧道 水库 电站 港 枢纽 实验室 二期 一期 三期 博物馆 体育馆 图书馆 档案馆 青少年宫 研究院 研究生院 商业中心 商圈 条例 方案 行动 标杆 试点 片区 改造 改造提升 旧村 步道 绿道 招商进驻 投产运营 使用情况 规划设计工作 前期工作 规划设计工作 社区 街区 区 路 线 站 厂 产业园 科创园 院 馆 宫 校 楼 城")
	vagueMarks  = list("一批 更多 若干 各类 各项 各领域 多种 一系列 有关 相关 水平 能力 氛围 环境 力度 质量 效能 活力 优势 意识 机制 体系 融合 合作 产业 产业链 集群 业态 新业态 企业 人才 服务 关系 格局 结构 布局 理念 精神 作风 工作 监管 管理 治理 保障 发展 创新 改革 开放 升级 转型 基础 短板 潜力 动能")
)

// wordyTask reads a clause of the plan without a figure: C checkable, P a named project that makes progress, V vague.
// Headings and clauses that only say by what means are no tasks.
func (p *parser) wordyTask(list []clause, i int, s *sentence) {
	c := &list[i]
	r := p.n.r
	t := r[c.a:c.b]
	if len(t) < 4 || c.sep == ':' {
		return
	}
	if heading(p, s, list, i) {
		return
	}
	if a, ok := announces(t); ok && (a.count > 0 || a.below) {
		p.namedMatters(c, s, a)
		return
	}
	if rhetoric(r[s.a:s.b]) || exhorts(t) {
		return
	}
	label, cl := p.label(t, c.a)
	if label == "M" || s.theme.Index == 0 && label == "V" {
		return // what stands before the first theme sets the tone and promises nothing
	}
	rec := Record{Kind: Task, Verb: cl.verb, Strength: cl.strength, Object: string(cl.noun), Rule: "task.words", Label: label, Confidence: "high"}
	rec.Year, rec.YearWhy = itoa(p.o.year), "chapter"
	if rec.Verb == "" || label == "V" {
		rec.Confidence = "doubtful"
	}
	if rec.Verb == "" {
		rec.Flags = append(rec.Flags, "no_verb")
	}
	p.deadline(&rec, t)
	rec.Owners = owners(r[s.a:s.b])
	p.place(&rec, s, c.a, c.b)
	switch label {
	case "C":
		rec.Measurable = "binary"
		if _, k, _ := coverage.find(t, 0); k > 0 {
			rec.Measurable = "coverage"
		}
	case "P":
		rec.Measurable = "project"
	default:
		rec.Measurable, rec.Reason = "vague", vagueReason(string(t), cl)
	}
	if _, n, _ := waterClass(t); n > 0 {
		rec.Label, rec.Object = "C", stateName(cl.noun)
		p.asGrade(&rec, t, c.a)
	}
	if j := slices.Index(cl.noun, '等'); j > 2 {
		rec.Members = splitMembers(string(cl.noun[:j]))
	}
	p.out.Records = append(p.out.Records, rec)
}

// heading tells whether a clause is part of a heading: the numbered theme itself, or the short phrase that opens a paragraph.
func heading(p *parser, s *sentence, list []clause, i int) bool {
	if n, level := markLevel(p.n.r[s.a:s.b]); n > 0 && level < 4 && s.blockA {
		return true
	}
	if s.blockA && s.b-s.a <= 22 && len(list) == 1 && s.theme.Index > 0 && s.b < len(p.n.r) && p.n.r[s.b] != '\n' {
		return true
	}
	return false
}

// label grades a clause by the rules of the clause grammar.
func (p *parser) label(t []rune, pos int) (string, cleaned) {
	cl, ok := p.coverb(t, pos)
	if !ok {
		cl = p.clean(t, pos, false)
	}
	s := string(t)
	if isMeans(t) {
		return "M", cl
	}
	obj := cl.noun
	str := cl.strength
	if str == "" && cl.verb == "" {
		if i, _, _ := outcomes.find(t, 2); i >= 0 {
			return "C", cl
		}
		return "V", cl
	}
	plain := stripAdverbs(t)
	first, _ := openers.match(plain)
	verb, rest := string(plain[:first]), plain[first:]
	_, oc, _ := outcomes.find(rest, 0)
	paper := endsWithAny(obj, hardPapers)
	vague := isVagueObject(obj)
	isNamed := namedObject(obj)
	switch {
	case strings.Contains(s, "一批") || strings.Contains(s, "更多"):
		return "V", cl
	case hasAnyVerb(s, "制定", "出台", "编制", "印发", "修订", "研究制定", "研究出台", "征集", "划定", "制订") && paper:
		if verb == "推进" || verb == "推动" {
			return "P", cl
		}
		return "C", cl
	case verb == "鼓励" || verb == "支持" || verb == "引导" || verb == "探索" || verb == "探索建立" || verb == "倡导":
		return "V", cl
	case (verb == "推动" || verb == "争取" || verb == "力争" || verb == "确保" || verb == "促进" || verb == "力促" || str == "strive" || str == "ensure") && oc > 0 && (isNamed || len(rest) > 6):
		return "C", cl
	case verb == "划定" || verb == "开启" || verb == "全面开启":
		return "C", cl
	case verb == "完成" || verb == "高质量完成" || verb == "全面完成" || verb == "启动" || verb == "启动建设" || verb == "开工" || verb == "开通" || verb == "建成" || verb == "设立" || verb == "成立" || verb == "启用" || verb == "开工建设" || verb == "动工建设" || verb == "建成投用":
		if vague && !isNamed {
			return "V", cl
		}
		return "C", cl
	case verb == "升级" || verb == "优化升级" || verb == "推行" || verb == "实行" || verb == "开展" || verb == "组织开展" || verb == "举办" || verb == "承办" || verb == "办好" || verb == "公开征集" || verb == "建立" || verb == "扩大":
		if paper || isNamed && (verb == "推行" || verb == "办好" || verb == "举办" || verb == "承办" || verb == "组织开展" || verb == "升级") || endsWithAny(obj, list2) {
			return "C", cl
		}
		return "V", cl
	case str == "progress" || str == "deliver" || str == "start" || verb == "打造" || verb == "加快建设" || verb == "建设":
		if isNamed && !vague || endsWithAny(obj, projectNames) && !vague {
			return "P", cl
		}
		return "V", cl
	}
	return "V", cl
}

var (
	list2        = list("招标 活动 赛事 大会 大赛 论坛 博览会 资金规模 基金规模 比赛 年会 峰会 推介会")
	projectNames = list("项目建设 工程建设 基地建设 中心建设 园区建设 示范区 实验区 综合体建设 社区邻里中心 平台建设 公园 公园建设 条例 小镇建设 改造提升 规划设计工作 机场建设 铁路建设 高速建设 高速公路建设 水库建设 片区建设 实验室建设 院建设 馆建设 博物馆 文化广场 示范区建设 枢纽建设 港建设 项目前期 项目前期工作 二期 一期 三期 工程前期")
)

func endsWithAny(t []rune, w *words) bool { n, _ := w.suffix(t); return n > 0 }

func hasAnyVerb(s string, verbs ...string) bool {
	for _, v := range verbs {
		if i := strings.Index(s, v); i >= 0 && i < 24 {
			return true
		}
	}
	return false
}

// stripAdverbs takes adverbs off the front of a clause, up to its first verb.
func stripAdverbs(t []rune) []rune {
	for len(t) > 2 {
		if n, _ := openers.match(t); n > 1 {
			return t
		}
		n, _ := adverbs.match(t)
		if n == 0 {
			return t
		}
		t = t[n:]
	}
	return t
}

// isMeans tells whether a clause says by what means or in what spirit, and promises nothing of its own.
func isMeans(t []rune) bool {
	s := string(t)
	n, _ := means.match(stripAdverbs(t))
	if n == 0 {
		return false
	}
	w := string(stripAdverbs(t)[:n])
	switch w {
	case "在", "对", "为", "从", "把", "将", "以", "聚焦":
		if w == "以" && strings.HasSuffix(s, "方式") {
			return true
		}
		return (w == "以" || w == "在" || w == "从") && !clauseHasVerb(t[n:]) || strings.HasSuffix(s, "为契机") || strings.HasSuffix(s, "为抓手") || strings.HasSuffix(s, "为重点") || strings.HasSuffix(s, "为目标") || strings.HasSuffix(s, "为主线") || strings.HasSuffix(s, "基础上") ||
			strings.HasSuffix(s, "为牵引") || strings.HasSuffix(s, "为引领") || strings.HasSuffix(s, "为载体") || strings.HasSuffix(s, "为龙头") || strings.HasSuffix(s, "为突破口") || strings.HasSuffix(s, "为核心") || strings.HasSuffix(s, "为主攻点") || strings.HasSuffix(s, "为支撑")
	case "围绕":
		return !clauseHasVerb(t[n:])
	case "突出":
		return strings.Contains(s, "型")
	}
	return true
}

func clauseHasVerb(t []rune) bool {
	for i := 2; i+1 < len(t); i++ {
		if n, tag := openers.match(t[i:]); n > 1 && tag != "attitude" && i+n < len(t) && !nounVerb(t[i:], n) {
			return true
		}
	}
	return false
}

// namedObject tells whether an object names one thing: a title, or a place or project with a name of its own.
func namedObject(t []rune) bool {
	if slices.Contains(t, '《') {
		return true
	}
	for len(t) > 0 && t[len(t)-1] == '”' {
		t = t[:len(t)-1]
	}
	n, _ := projectEnds.suffix(t)
	if n == 0 || isVagueObject(t) {
		return false
	}
	for _, c := range t {
		if c == '“' || c >= 'A' && c <= 'Z' {
			return true
		}
	}
	return len(t) >= n+4 && (slices.Contains(t, '、') || properName(t))
}

// properName tells whether a phrase begins with what looks like a proper name: no adverb, verb or common first word.
func properName(t []rune) bool {
	if n, _ := adverbs.match(t); n > 1 {
		return false
	}
	if n, _ := commonFirst.match(t); n > 0 {
		return false
	}
	return true
}

var commonFirst = list("产业 基础 重大 重点 现代 新型 城乡 农村 城市 社会 公共 生态 数字 智慧 绿色 教育 医疗 养老 交通 科技 创新 人才 文化 旅游 体育 老旧 高端 高水平 优质 普惠 专业 国家 国际 一流 市场 企业 工业 农业 服务 综合 区域 全国 全省 特色 品牌 乡村 民生 住房 水 电 各类 多 新 大")

func isVagueObject(t []rune) bool {
	if len(t) < 3 {
		return true
	}
	if n, _ := vagueMarks.suffix(t); n > 0 {
		return true
	}
	for _, w := range []string{"一批", "更多", "若干", "各类", "全产业链", "等产业", "等领域"} {
		if strings.Contains(string(t), w) {
			return true
		}
	}
	return false
}

// measurable grades a livelihood task without a figure.
func measurable(t []rune, cl cleaned) (string, string) {
	if cl.strength == "deliver" || cl.strength == "start" || cl.strength == "strive" || cl.strength == "ensure" {
		if isVagueObject(cl.noun) && !namedObject(cl.noun) {
			return "vague", vagueReason(string(t), cl)
		}
		return "binary", ""
	}
	if cl.strength == "progress" && namedObject(cl.noun) {
		return "project", ""
	}
	return "vague", vagueReason(string(t), cl)
}

// vagueReason says why nobody could tell whether a task was done.
func vagueReason(s string, cl cleaned) string {
	switch {
	case strings.Contains(s, "一批") || strings.Contains(s, "若干") || strings.Contains(s, "一系列"):
		return "unnumbered"
	case strings.Contains(s, "更") || strings.Contains(s, "进一步") || strings.Contains(s, "不断") || strings.Contains(s, "提高") || strings.Contains(s, "提升") || strings.Contains(s, "增强") || strings.Contains(s, "加大") || strings.Contains(s, "扩大"):
		return "comparative"
	case cl.strength == "encourage":
		return "others_act"
	case cl.strength == "explore":
		return "exploring"
	case cl.strength == "attitude":
		return "attitude"
	}
	return "no_end_state"
}
