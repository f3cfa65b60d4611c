package report

import (
	"slices"
	"strconv"
	"strings"
)

// parser turns sentences into records.
type parser struct {
	n   *norm
	o   *outline
	out *Reading
	ctx context
	buf []figure
}

// context is what a sentence has named so far, for the clauses that leave it out.
type context struct {
	indicator string   // the last one named
	recent    []string // those with a level, in order, for a 分别 that follows
	verb      string   // of the last clause with a figure
	strength  string
	scope     string
	forecast  bool
	owner     string // whose indicators are listed: 规模以上工业|完成增加值…、利税…
	fromA     int    // the words before 从 in 从A到B
	fromB     int
	year      string // explicit, governs the rest of the sentence
}

func kindOf(s *sentence) Kind {
	switch s.state {
	case Review:
		return Result
	case Horizon:
		return Target
	case Plan:
		if s.target {
			return Target
		}
		return Task
	case Self:
		return Task
	case Livelihood:
		return Matter
	}
	return noClaim
}

// sentence reads one sentence.
func (p *parser) sentence(s *sentence) {
	kind := kindOf(s)
	if kind == noClaim {
		return
	}
	r := p.n.r
	figs := figures(r, s.body, s.b)
	if s.heading {
		return
	}
	prev := p.ctx
	p.ctx = context{}
	if s.state == Review && continues(r[s.body:s.b]) {
		p.ctx.indicator, p.ctx.recent = prev.indicator, prev.recent
	}
	if s.target {
		p.ctx.indicator, p.ctx.scope = prev.indicator, prev.scope
	}
	list := clauses(r, s.body, s.b)
	k := 0
	for i := range list {
		c := &list[i]
		for k < len(figs) && figs[k].na < c.b {
			if figs[k].na >= c.a {
				c.figs = append(c.figs, figs[k])
			}
			k++
		}
	}
	p.froms(list)
	for i := range list {
		p.filters(&list[i], s)
		p.figured(list, i, s, kind)
	}
}

// continues tells whether a sentence begins with a word that needs the indicator of the sentence before.
func continues(t []rune) bool {
	s := string(t[:min(len(t), 4)])
	for _, w := range []string{"其中", "增长", "同比", "比上年", "占", "年均", "增速", "总量", "增幅", "分别", "总数"} {
		if strings.HasPrefix(s, w) {
			return true
		}
	}
	return false
}

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
		if k > 0 && f.base == "类" && c.figs[k-1].nb == f.na {
			f.skip = "name" // 2个1类创新药
			continue
		}
		if len(after) == 0 || !(isHan(after[0]) || after[0] == '“') {
			continue
		}
		noun := after
		of := after[0] == '的'
		if of {
			noun = after[1:]
		}
		pure := len(noun) > 0 && !hasPredicate(noun) && !slices.ContainsFunc(noun, func(c rune) bool { return c == '、' || c == '(' })
		lo := c.a
		if k > 0 {
			lo = c.figs[k-1].b
		}
		l := string(r[lo:f.a])
		total := strings.Contains(l, "总投资") || strings.Contains(l, "投资总额") || strings.Contains(l, "合计") || strings.Contains(l, "首批投资") || strings.Contains(l, "总额")
		bound := f.op != "=" && f.op != "~" && f.approx == ""
		marked := bound || of
		if k+1 < len(c.figs) && c.figs[k+1].skip == "" {
			nx := &c.figs[k+1]
			tail := r[nx.b:c.b]
			bareNext := len(tail) == 0 || !isHan(tail[0]) && tail[0] != '“' || strings.HasPrefix(string(tail), "左右")
			if pure && nx.class == "count" && bareNext && f.base != "类" && f.base != "种" && f.base != "批次" && f.class != "ratio" && (marked || f.class == "measure" || f.class == "count" && f.base != nx.base || f.class == "count") && !total && connectorless(noun) {
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
		if f.suffix && bound && f.class == "measure" && !total && !of && k+1 == len(c.figs) && len(l) > 0 && !endsWithVerb(r[lo:f.a]) {
			f.skip, f.filter = "filter", true
		}
	}
	p.subjects(c)
}

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
	t := string(p.n.r[f.b:g.a])
	for _, w := range []string{"实现", "完成"} {
		if i := strings.Index(t, w); i > 0 {
			rest := []rune(t[i+len(w):])
			if j, _, _ := heads.find(rest, 0); j >= 0 && !strings.Contains(t[:i], "、") {
				f.skip = "attribute.subject"
			}
		}
	}
}

// figured makes the records of one clause that holds figures.
func (p *parser) figured(list []clause, i int, s *sentence, kind Kind) {
	c := &list[i]
	p.explicitYear(c)
	live := 0
	for k := range c.figs {
		if c.figs[k].skip == "" {
			live++
		}
	}
	for k := 0; k < len(c.figs); {
		f := &c.figs[k]
		if f.skip == "unit.none" && p.unitless(c, k) {
			f.skip = ""
		}
		if f.skip == "" && s.state != Review && f.class == "count" && matterCount(p.n.r[f.b:c.b]) {
			f.skip = "header"
		}
		if f.skip != "" {
			if f.skip == "from" && (k == 0 || c.figs[k-1].skip != "from") {
				p.ctx.fromA, p.ctx.fromB = p.fromSubject(c, k)
			}
			p.pass(f, s)
			k++
			continue
		}
		run := p.run(c, k)
		p.claims(list, i, k, run, s, kind)
		k += run
	}
	if live == 0 {
		p.wordy(list, i, s, kind)
	}
}

// matterCount tells whether a count announces the livelihood list: 33件|民生实事.
func matterCount(t []rune) bool {
	i := strings.Index(string(t[:min(len(t), 10)]), "实事")
	return i >= 0
}

// fromSubject is where the name stands in "高企总数从360家增至1031家".
func (p *parser) fromSubject(c *clause, k int) (int, int) {
	lo := p.leftEdge(c, k)
	for i := c.figs[k].a - 1; i > lo; i-- {
		if p.n.r[i] == '从' || p.n.r[i] == '由' {
			return lo, i
		}
	}
	return 0, 0
}

// unitless lets a bare number through where an indicator of its own kind takes no unit: an index, a ratio, a score.
func (p *parser) unitless(c *clause, k int) bool {
	lo := c.a
	if k > 0 {
		lo = c.figs[k-1].b
	}
	l := parseLeft(p.n.r, lo, c.figs[k].a, false, false)
	if len(l.subject) == 0 {
		return false
	}
	s := string(l.subject)
	for _, w := range []string{"指数", "倍差", "收入比", "得分", "评分", "系数", "容积率", "之比", "比例", "差异系数", "恩格尔系数", "绩点", "能效"} {
		if strings.HasSuffix(s, w) {
			return true
		}
	}
	return false
}

// run returns how many figures from k on are members of one list: 分别增长21.2%和15.1%.
func (p *parser) run(c *clause, k int) int {
	n := 1
	for k+n < len(c.figs) && c.figs[k+n].skip == "" {
		f, g := &c.figs[k+n-1], &c.figs[k+n]
		gap := p.n.r[f.b:g.a]
		if f.base != g.base && (f.class != "ratio" || g.class != "ratio") {
			break
		}
		if !connector(gap) {
			wholes := f.class == "ratio" && g.class == "ratio" && len(gap) > 2 && len(gap) < 22 && strings.ContainsRune("、和与及", gap[0]) &&
				(gap[len(gap)-1] == '的' || strings.HasSuffix(string(gap), "比重") || strings.Contains(string(p.n.r[c.a:f.a]), "分别占")) && shareAt(p.n.r[p.leftEdge(c, k):f.a]) >= 0
			if !wholes {
				break
			}
		}
		n++
	}
	return n
}

// pass files a number that makes no claim.
func (p *parser) pass(f *figure, s *sentence) {
	if f.skip == "from" || f.filter || f.skip == "attribute.subject" || f.skip == "ratio.parts" && false {
		return
	}
	if s.state == Problems || s.state == Glossary || s.state == Opening {
		return
	}
	a, b := p.n.span(f.na, max(f.nb, f.na+1))
	p.out.Unparsed = append(p.out.Unparsed, Unparsed{Start: a, End: b, Text: p.n.str(f.na, max(f.nb, f.na+1)), Why: f.skip, State: s.state})
}

// explicitYear notes a year that the clause itself names: 到2025年, 截至2020年11月底.
func (p *parser) explicitYear(c *clause) {
	r := p.n.r
	for i := c.a; i+4 < c.b; i++ {
		y := yearAt(r[:c.b], i)
		if y == 0 || r[i+4] != '年' {
			continue
		}
		if i > c.a && (r[i-1] == '比' || r[i-1] == '较' || r[i-1] == '与' || r[i-1] == '从' || r[i-1] == '由') {
			continue
		}
		if i+5 < c.b && (r[i+5] == '的' || r[i+5] == '以') && i > c.a && r[i-1] != '到' {
			continue
		}
		if i == c.a || r[i-1] == '到' || r[i-1] == '至' || r[i-1] == '于' || r[i-1] == ',' || isHan(r[i-1]) {
			p.ctx.year = strconv.Itoa(y)
		}
	}
}

// claims makes the records of the figures c.figs[k:k+n], which are one list or a single figure.
func (p *parser) claims(list []clause, i, k, n int, s *sentence, kind Kind) {
	c := &list[i]
	r := p.n.r
	lo := c.a
	if k > 0 {
		lo = p.leftEdge(c, k)
	}
	first := &c.figs[k]
	lo = innermost(r, lo, first.a)
	pct := first.form == percent || first.form == fraction || first.form == half || first.form == points || first.form == times
	l := parseLeft(r, lo, first.a, pct, first.form == points)
	l.rose = l.up
	last := &c.figs[k+n-1]
	hi := c.b
	for j := k + n; j < len(c.figs); j++ {
		if c.figs[j].skip == "" || c.figs[j].skip == "from" {
			hi = c.figs[j].a
			break
		}
	}
	right := p.right(last.b, hi)
	if right.empty() && last.base == "元" && spends(l.subject) {
		right = p.spent(last.b, hi)
	}
	if k+n < len(c.figs) && right.empty() && c.figs[k+n].skip == "" && c.figs[k+n].a == last.b && n == 1 {
		hi2 := c.b
		if k+n+1 < len(c.figs) {
			hi2 = c.figs[k+n+1].a
		}
		right = p.right(c.figs[k+n].b, hi2) // 17批次2018名医务人员: both count what follows
	}
	if q := l; (q.up || q.down) && !q.to && !q.avg && len(q.subject) == 0 && q.base == "" && !right.empty() && first.form == plain && q.dist == "" && lo == c.a {
		l.up, l.down = false, false // 增加1万个学位: the verb governs what stands behind
		l.subject = r[l.pos:first.a]
	}
	q := phrase{list: list, i: i, s: s, kind: kind, l: l, lo: lo, hi: hi, right: right}
	if n > 1 && last.suffix && l.dist != "" {
		for j := k; j < k+n; j++ {
			if c.figs[j].op == "=" {
				c.figs[j].op = last.op
				c.figs[j].approx = last.approx
			}
		}
	}
	names := p.names(&q, c.figs[k:k+n])
	for _, nm := range names {
		p.emit(&q, &c.figs[k+nm.fig], nm)
	}
	p.remember(&q, c.figs[k:k+n], names)
}

// leftEdge is where the words of figure k begin: behind the figure before it, leaving out filters, which belong to the name.
func (p *parser) leftEdge(c *clause, k int) int {
	for j := k - 1; j >= 0; j-- {
		f := &c.figs[j]
		switch f.skip {
		case "filter", "name", "ordinal", "name.quoted", "name.rating", "attribute.subject", "attribute.age", "unit.none", "time.span", "time.attribute", "header":
			continue
		}
		return f.b
	}
	return c.a
}

// innermost moves lo behind an opening bracket that encloses the figure.
func innermost(r []rune, lo, a int) int {
	depth := 0
	for i := a - 1; i >= lo; i-- {
		switch r[i] {
		case ')':
			depth++
		case '(':
			if depth == 0 {
				return i + 1
			}
			depth--
		}
	}
	return lo
}

// right is the noun phrase behind a figure, "" when none begins there.
func (p *parser) right(a, hi int) span {
	r := p.n.r
	if a < hi && r[a] == '的' {
		a++
	}
	if a >= hi {
		return span{a, a}
	}
	c := r[a]
	if !isHan(c) && !isLatin(c) && c != '“' && c != '《' && !isDigit(c) {
		return span{a, a}
	}
	if strings.ContainsRune("和与及或以左", c) && c != '与' {
		return span{a, a}
	}
	if n, _ := predicates.match(r[a:hi]); n > 0 && !nounStart(r[a:hi], n) {
		return span{a, a}
	}
	if n, tag := tails.match(r[a:hi]); n > 0 && tag != "level" && n > 1 && len(r[a:hi]) <= n+2 {
		return span{a, a}
	}
	end := hi
	quote := 0
	for i := a; i < hi; i++ {
		switch r[i] {
		case '“':
			quote++
		case '”':
			quote--
		}
		if quote > 0 {
			continue
		}
		if r[i] == '(' && figureIn(r[i:hi]) {
			end = i
			break
		}
		if r[i] == '等' && i-a >= 2 && r[i-1] != '高' && r[i-1] != '平' && r[i-1] != '中' && (i+1 >= hi || r[i+1] != '级' && r[i+1] != '次') {
			end = i
			break
		}
		if i > a {
			if n, _ := predicates.match(r[i:hi]); n > 0 && predicateAt(r, a, i, n, hi) {
				end = i
				break
			}
		}
	}
	for end > a && strings.ContainsRune("、,和与及的中里上", r[end-1]) {
		end--
	}
	return span{a, end}
}

// spends tells whether a clause says that money is put into what follows: 出资5000万元|设立基金.
func spends(t []rune) bool {
	for _, w := range []string{"投入", "出资", "投资", "安排", "拨付", "筹集", "筹措", "争取", "下达", "支出", "统筹", "整合", "列支", "斥资", "用于", "落实"} {
		if strings.HasSuffix(string(t), w) {
			return len(t) < 14
		}
	}
	return false
}

// spent is what the money goes into: the words behind the figure, their verb included.
func (p *parser) spent(a, hi int) span {
	if n, _ := openers.match(p.n.r[a:hi]); n < 2 || n+2 > hi-a {
		return span{a, a}
	} else if rest := p.right(a+n, hi); !rest.empty() {
		return span{a, rest.b}
	}
	return span{a, a}
}

func figureIn(t []rune) bool {
	for _, c := range t {
		if c == ')' {
			return false
		}
		if isDigit(c) {
			return true
		}
	}
	return false
}

// nounStart tells whether a predicate word at the start of a phrase can be part of a name (上市公司, 提档升级村).
func nounStart(t []rune, n int) bool {
	return n > 1 && n < len(t) && !strong.has(t[:n])
}

// predicateAt tells whether the predicate word at r[i] ends the name that begins at a.
func predicateAt(r []rune, a, i, n, hi int) bool {
	if n == 1 {
		return i-a >= 2 && (r[i] != '均' || !strings.ContainsRune("人平年月日户亩地", r[i-1]) && (i+1 >= hi || !strings.ContainsRune("衡等价线", r[i+1])))
	}
	w := string(r[i : i+n])
	rest := string(r[i+n : min(hi, i+n+3)])
	switch w {
	case "上市", "就业", "创业", "参保", "开放", "转移", "退役", "签约", "转型", "服务", "覆盖", "认定", "运营", "对接", "在建":
		for _, t := range []string{"公司", "企业", "项目", "岗位", "人员", "服务", "平台", "基地", "军人", "支付", "升级", "补贴", "培训", "率", "担保", "园", "区", "试点"} {
			if strings.HasPrefix(rest, t) {
				return false
			}
		}
	}
	return i-a >= 1
}

type span struct{ a, b int }

func (s span) empty() bool { return s.a >= s.b }
