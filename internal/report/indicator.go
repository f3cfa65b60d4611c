package report

import (
	"slices"
	"strings"
)

// phrase is a figure (or a list of figures) with the words around it.
type phrase struct {
	list  []clause
	i     int
	s     *sentence
	kind  Kind
	l     left
	lo    int
	hi    int
	right span
	noun  cleaned
}

// name is what one figure of a phrase is about.
type name struct {
	fig       int    // index into the phrase's figures
	indicator string // full name
	inherited bool
	composed  bool
	said      bool // named by what is said of it; no name for the clauses behind
	byRight   bool // the noun stands behind the figure
	whole     string
	dist      string
	members   []string
}

// cleaned is the subject of a clause without the words that do not belong to an indicator.
var (
	always = list("今明两年 今后三年 今后两年 近三年 近两年 近五年 未来三年 三年内 五年内 两年内 提出 明确 建议 综合考虑 预计 初步核算 初步统计 初步预计 据统计 累计 其中 其中: 全年 今年 今年底 今年年底 年底 去年 上年 当年 年内 年底前 年末 期末 截至目前 截止目前 目前 到年底 到年末 一年来 五年来 五年累计 每年 同时 此外 另外 以及 还 并 并且 也 共 总共 共计 首次 本年 到位 上半年 下半年 前三季度 一季度 三年来 两年来 年均 日均 月均 连续 期间 五年间 首年 全口径 今年以来 过去一年 过去五年 这一年 这五年 未来五年 今后五年 五年 力争 确保 努力 争取 年 全面 已 率先 的 到 使 让 把 将 由此 分别 五年共 期间累计 新 实际 全部 又 正 另有 还有 有 至少 推动 推进 加快 促进 保持 实现 完成 达到 取得 获得 获批 建成 建立 形成 举办 承办 成功 成功举办 组织 共有 拥有 现有 已有 稳定 顺利 圆满 巩固 带动 拉动 撬动 助力 支持 扶持 帮助 保障 引导 鼓励 要求 通过 开展 实施 覆盖 发放 兑现 落实 争取到 设立 成立 建设 打造 配备 启用 投入使用 获评 获得 荣获 入选 认定 受理 惠及")
)

// names says what each of the figures figs is about.
func (p *parser) names(q *phrase, figs []figure) []name {
	last := &figs[len(figs)-1]
	switch last.form {
	case rank:
		if s := string(q.l.subject[len(placeless(q.l.subject)):]); strings.Contains(s, "均") || strings.Contains(s, "双双") {
			q.l.dist = "均"
		}
		q.l.subject = listless(placeless(q.l.subject))
		if list := indicators(q.l.subject); len(list) < len(q.l.subject) {
			q.l.subject, q.l.dist = list, "均" // 生产总值、财政收入等指标增幅|均居第一
		}
	case direction:
		q.l.subject = trimRunes(q.l.subject, "增速")
	case streak:
		return p.same(q, figs, p.row(q, last), false, false)
	}
	p.subjectBeforeFrom(q, last)
	q.noun = p.clean(q.l.subject, q.l.pos, !q.right.empty())
	if list := twoDeeds(q.l.subject); list != nil && q.l.dist == "分别" && len(figs) <= 2 {
		return p.each(q, figs, list)
	}
	if adverbs.has(q.noun.noun) {
		q.noun.noun = nil // 今年拟|安排500万亩
	}
	if p.namedBehind(q, figs) {
		return p.rightNames(q, figs)
	}
	noun := q.noun.noun
	if n, _ := standing.match(noun); n > 0 && q.right.empty() {
		noun = nil // 稳居全国前列、增长4.8%: said of what was named before
	}
	if p.ctx.indicator != "" && (string(noun) == "增收" || string(noun) == "超收") {
		noun, q.noun.verb = nil, "" // 财政收入32亿元,|增收6亿元
	}
	if k := lastPart(noun); k > 0 && q.l.dist == "" {
		noun = noun[k:]
		q.noun.keep = ""
	}
	if n := numbered(string(noun), len(figs)); n != nil {
		return p.each(q, figs, n)
	}
	if len(noun) == 0 {
		return p.unnamed(q, figs)
	}
	if out := p.completed(q, figs, noun); out != nil {
		return out
	}
	if full := p.listed(q, figs, noun); full != nil {
		return p.each(q, figs, full)
	}
	return p.same(q, figs, q.noun.keep+string(noun), false, false)
}

// subjectBeforeFrom takes the subject from in front of 从 where none stands behind it: 高企总数从360家|增至1031家.
func (p *parser) subjectBeforeFrom(q *phrase, last *figure) {
	if (len(q.l.subject) == 0 || openers.has(q.l.subject)) && p.ctx.fromB > p.ctx.fromA {
		sub := parseLeft(p.n.r, p.ctx.fromA, p.ctx.fromB, last.form == percent, false)
		q.l.subject, q.l.pos = sub.subject, sub.pos
		if sub.dist != "" {
			q.l.dist = sub.dist
		}
		if sub.share {
			q.l.share, q.l.whole = true, sub.whole
		}
	}
	p.ctx.fromA, p.ctx.fromB = 0, 0
}

// namedBehind tells whether the noun behind the figures is their name: 新建3所|小学.
func (p *parser) namedBehind(q *phrase, figs []figure) bool {
	last, noun := &figs[len(figs)-1], q.noun.noun
	switch {
	case q.right.empty(), q.l.up || q.l.down || q.l.to || q.l.share, last.form == rank || last.form == streak:
		return false
	case len(noun) == 0 || q.noun.tailVerb:
		return last.class != "ratio" || len(noun) == 0
	case last.class == "measure" && len(figs) == 1 && (noun[len(noun)-1] == '等' || prepositional(noun) || last.base == "元" && payers.has(lastRunes(noun, 2))):
		return true // 与甲行、乙行|达成|600亿元|合作意向
	case last.class == "count" && len(figs) == 1:
		return q.noun.tailVerb || q.l.words == "" || !nameEnds(noun)
	}
	return false
}

// unnamed names figures whose clause leaves the name out.
func (p *parser) unnamed(q *phrase, figs []figure) []name {
	f, last := &figs[0], &figs[len(figs)-1]
	if q.noun.verb != "" && !q.l.up && !q.l.down && !q.l.share && f.form == plain {
		// 投资22.68亿元: the verb itself is the name
		base, composed := q.noun.last, false
		if p.ctx.indicator != "" && (q.list[q.i].a < q.lo || p.goesOn(q, last)) {
			base, composed = stageless(stem(p.ctx.indicator))+base, true
		}
		out := p.same(q, figs, base, false, composed)
		for i := range out {
			out[i].said = composed
		}
		return out
	}
	if n := len(figs); n > 1 && len(p.ctx.recent) >= n && (q.l.dist == "分别" || p.ctx.group == n || (q.l.up || q.l.down) && !q.l.to && last.class == "ratio" && q.lo == q.list[q.i].a) {
		return p.each(q, figs, p.ctx.recent[len(p.ctx.recent)-n:])
	}
	if q.l.dist == "均" && len(figs) == 1 && len(p.ctx.recent) > 1 {
		n := len(p.ctx.recent)
		if g := p.ctx.group; g > 1 && g < n {
			n = g // those that shared the last figures
		}
		return p.each(q, figs, p.ctx.recent[len(p.ctx.recent)-n:])
	}
	if list := p.dealt(q, len(figs)); list != nil {
		return p.each(q, figs, list)
	}
	if b := p.predicate(q, last); b != "" {
		out := p.same(q, figs, b, false, true)
		for i := range out {
			out[i].said = true
		}
		return out
	}
	base := p.ctx.indicator
	if k := len(p.out.Records); last.form == points && k > 0 && p.out.Records[k-1].order >= q.s.a && p.out.Records[k-1].Rule == "share" {
		base = p.out.Records[k-1].Indicator // 占财政支出的18%,比上年提高2个百分点
	}
	if base == "" {
		base = p.before(q)
	}
	return p.same(q, figs, base, true, false)
}

// stageless is a name without how far its things had come: 重大项目|已开工.
func stageless(s string) string {
	for _, w := range []string{"已开工", "开工", "已竣工", "竣工", "已建成", "建成"} {
		if t, ok := strings.CutSuffix(s, w); ok && t != "" {
			return t
		}
	}
	return s
}

// goesOn tells whether a verb alone says how far the things of the clause before have come: 开工住房418套,|建成108套.
func (p *parser) goesOn(q *phrase, f *figure) bool {
	switch k := len(p.out.Records) - 1; q.noun.last {
	case "建成", "基本建成", "竣工", "完工", "开工", "交付", "投产", "投用", "入住":
		return k >= 0 && p.out.Records[k].order >= q.s.a && p.out.Records[k].Unit == f.unit && !p.apart(q)
	}
	return false
}

// completed names figures whose noun needs the indicator before it: 高企|总数, 国家级7家、|省级13家. It returns nil for other nouns.
func (p *parser) completed(q *phrase, figs []figure, noun []rune) []name {
	last, within := &figs[len(figs)-1], q.lo > q.list[q.i].a
	if graded(noun) && p.ctx.indicator != "" && within {
		return p.same(q, figs, string(noun)+ungraded(p.ctx.indicator), false, true) // 新增国家级高新技术企业7家、省级13家
	}
	if !generic.has(noun) {
		return nil
	}
	if p.ctx.indicator == "" && !q.right.empty() && p.n.r[last.b] == '的' && len(figs) == 1 {
		return p.same(q, figs, string(p.n.r[q.right.a:q.right.b])+string(noun), false, true) // 总额4万亿元的|投资计划
	}
	if p.ctx.owner != "" && q.noun.keep == "" && within {
		return p.same(q, figs, p.ctx.owner+string(noun), false, true)
	}
	if p.ctx.indicator == "" || q.noun.keep != "" || p.apart(q) || !growthName(noun) && nameEnds([]rune(stem(p.ctx.indicator))) && q.l.dist == "" {
		return nil
	}
	if n := len(figs); n > 1 && q.l.dist == "分别" && len(p.ctx.recent) >= n {
		var list []string
		for _, b := range p.ctx.recent[len(p.ctx.recent)-n:] {
			list = append(list, stem(b)+string(noun))
		}
		return p.each(q, figs, list)
	}
	return p.same(q, figs, compose(p.ctx.indicator, string(noun)), false, true)
}

// apart tells whether a ; stands between the figure and the one that named the indicator.
func (p *parser) apart(q *phrase) bool {
	for i := p.ctx.clause; i < q.i; i++ {
		if q.list[i].sep == ';' {
			return true
		}
	}
	return false
}

// row names a streak by all that its clause says: 清华科技园|连续|获评国家级孵化器.
func (p *parser) row(q *phrase, f *figure) string {
	if i := slices.Index(p.n.r[f.na:f.nb], '连'); i > 0 { // 六连增
		c := p.clean(trimRunes(trimRunes(q.l.subject, "“"), "实现"), q.l.pos, false)
		name := strings.TrimSuffix(string(c.noun), "实现")
		if len(c.noun) == 0 || name == "" {
			name = p.ctx.indicator
		}
		return name + string(p.n.r[f.na+i:f.nb])
	}
	c := p.clean(trimRunes(trimRunes(q.l.subject, "连续"), "蝉联"), q.l.pos, false)
	rest := p.n.r[f.b:max(f.b, min(q.list[q.i].b, f.b+24))]
	if k := slices.Index(rest, '、'); k >= 0 && (hasFigure(rest[k:]) || slices.Contains([]rune("省市区县"), rest[max(k-1, 0)])) {
		rest = rest[:k] // 连续4年占全国九成以上、|就地转化率达45%
	}
	p.ctx.streak = string(c.noun)
	s := string(c.noun)
	if !strings.HasPrefix(string(rest), "保持") && strings.HasSuffix(s, "实现") {
		s = strings.TrimSuffix(s, "实现")
	}
	if s == "" && q.lo > q.list[q.i].a || len(rest) == 0 && s == "" {
		s = p.ctx.indicator // 增长30.4%、|连续24个月保持两位数增长
		p.ctx.streak = s
	}
	if len(rest) == 0 {
		return s + "连续"
	}
	return s + "连续" + string(rest)
}

// predicate names a count by what is said of it, when neither side has a noun: 2.65万人|实现脱贫, 15项|持续推进.
func (p *parser) predicate(q *phrase, f *figure) string {
	if f.class != "count" || q.l.up || q.l.down || q.l.share || q.l.to || f.form != plain {
		return ""
	}
	t := p.n.r[f.b:q.hi]
	if len(t) < 2 || !isHan(t[0]) {
		return ""
	}
	for _, w := range []string{"实现", "被", "获得", "顺利", "成功", "全部"} {
		if k := len([]rune(w)); len(t) > k+1 && string(t[:k]) == w {
			t = t[k:]
		}
	}
	for i, c := range t {
		if c == '、' || i == 24 {
			t = t[:i]
			break
		}
	}
	name := string(t)
	if k := len(p.out.Records); k > 0 && p.out.Records[k-1].order >= q.s.a && p.ctx.indicator != "" && strings.HasSuffix(p.out.Records[k-1].Unit, f.base) {
		name = stem(p.ctx.indicator) + name
	} else if q.lo > q.list[q.i].a && p.ctx.indicator != "" && !placeNouns.has(t[:1]) {
		return ""
	}
	return name
}

// prepositional tells whether a phrase only says with whom, to whom or where: 与甲行, 向企业, 为群众.
func prepositional(t []rune) bool {
	return len(t) > 2 && strings.ContainsRune("与向为给对", t[0]) && !joinedWord(t)
}

// payers are ends of names of those who pay: 中央财政|安排423亿元|资金.
var payers = list("财政 政府 国家 中央")

func lastRunes(t []rune, n int) []rune { return t[max(0, len(t)-n):] }

func joinedWord(t []rune) bool {
	switch string(t[:2]) {
	case "向上", "向心", "对外", "对口", "为民", "对接", "对美", "对华":
		return true
	}
	return false
}

// nameEnds tells whether a noun is complete by itself, so that a count behind it is its own: 高新技术企业数量|550家.
func nameEnds(noun []rune) bool {
	n, tag := heads.suffix(noun)
	return n > 0 && tag != "flow"
}

// rightNames names figures by the noun behind them: 新建3所小学.
func (p *parser) rightNames(q *phrase, figs []figure) []name {
	r := p.n.r
	np := r[q.right.a:q.right.b]
	verb := q.noun.verb
	if n, _ := openers.match(np); n > 1 && n < len(np) && !nounVerb(np, n) && figs[0].class == "measure" {
		np = np[n:] // 投入869万元|开展社区小型民生工程
	}
	ind := string(np)
	f := &figs[0]
	if f.class == "measure" && (verb == "投入" || strings.HasSuffix(string(q.l.subject), "投入") || strings.HasSuffix(string(q.l.subject), "出资") || strings.HasSuffix(string(q.l.subject), "投资")) && f.base == "元" {
		ind += "投入"
	}
	if graded(np) {
		ind += p.nextNoun(q, f)
	}
	var members []string
	if t := string(q.noun.noun); strings.HasSuffix(t, "等") {
		members = splitMembers(strings.TrimSuffix(t, "等"))
	}
	items := splitItems(np)
	if len(items) == len(figs) && len(figs) > 1 {
		return p.each(q, figs, shareHead(items))
	}
	if len(items) > 1 && len(figs) == 1 && (q.l.dist == "各" || strings.HasPrefix(string(r[f.b:q.hi]), "各")) {
		return p.each(q, figs, shareHead(items))
	}
	out := p.same(q, figs, ind, false, false)
	for i := range out {
		out[i].byRight, out[i].members = true, members
	}
	return out
}

func (p *parser) same(q *phrase, figs []figure, ind string, inherited, composed bool) []name {
	out := make([]name, len(figs))
	for i := range figs {
		n := ind
		if i > 0 && figs[i].base == "平方米" && figs[0].base != "平方米" && n != "" && !strings.HasSuffix(n, "面积") {
			n += "面积"
		}
		out[i] = name{fig: i, indicator: n, inherited: inherited, composed: composed, dist: q.l.dist, whole: p.whole(q, figs, i)}
	}
	return out
}

// whole is the B of "A占B的比重" for figure k of a list: 分别占耕地面积的74.5%和农户总数的79.1%.
func (p *parser) whole(q *phrase, figs []figure, k int) string {
	if !q.l.share {
		return ""
	}
	if k == 0 {
		return q.l.whole
	}
	gap := p.n.r[figs[k-1].b:figs[k].a]
	for len(gap) > 0 && strings.ContainsRune("、,和与及占", gap[0]) {
		gap = gap[1:]
	}
	if w, _ := shareWhole(gap); w != "" {
		return w
	}
	return q.l.whole
}

// before looks for a name in the clause in front when nothing was named yet.
func (p *parser) before(q *phrase) string {
	if q.i == 0 {
		return ""
	}
	c := q.list[q.i-1]
	cl := p.clean(p.n.r[c.a:c.b], c.a, false)
	t := cl.noun
	for i := 2; i < len(t); i++ {
		if n, _ := predicates.match(t[i:]); n > 1 {
			t = t[:i]
			break
		}
		if n, _ := tails.match(t[i:]); n > 1 || n == 1 && t[i] == '连' || strings.HasPrefix(string(t[i:]), "连跨") || strings.HasPrefix(string(t[i:]), "跃上") {
			t = t[:i]
			break
		}
	}
	if len(t) > 20 {
		t = t[:20]
	}
	return strings.TrimRight(string(t), "的")
}

// remember keeps what the clause named for the clauses behind it.
func (p *parser) remember(q *phrase, figs []figure, names []name) {
	if q.noun.verb != "" {
		p.ctx.verb, p.ctx.strength = q.noun.verb, q.noun.strength
	}
	if q.noun.scope != "" {
		p.ctx.scope = q.noun.scope
	}
	if q.noun.forecast {
		p.ctx.forecast = true
	}
	if q.noun.owner != "" || q.lo == q.list[q.i].a {
		p.ctx.owner = q.noun.owner
	}
	if len(names) > 1 || !(q.l.up || q.l.down) || q.l.to {
		p.ctx.group = len(names)
	}
	for _, n := range names {
		if n.indicator == "" || n.inherited || n.said {
			continue
		}
		p.ctx.indicator, p.ctx.clause = n.indicator, q.i
		f := &figs[n.fig]
		if f.form == streak && p.ctx.streak != "" {
			p.ctx.indicator = p.ctx.streak
			continue
		}
		if !(q.l.up || q.l.down) || q.l.to || f.form == plain {
			p.ctx.recent = append(p.ctx.recent, n.indicator)
		}
	}
}

// nextNoun is the noun behind the next figure of the clause: 6个国家级、20个省级|临床重点专科.
func (p *parser) nextNoun(q *phrase, f *figure) string {
	c := &q.list[q.i]
	for k := range c.figs {
		if c.figs[k].a > f.a && c.figs[k].skip == "" {
			n := p.right(c.figs[k].b, c.b)
			return ungraded(string(p.n.r[n.a:n.b]))
		}
	}
	return ""
}
