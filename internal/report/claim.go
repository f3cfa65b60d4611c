package report

import (
	"slices"
	"strconv"
	"strings"
)

// parser turns sentences into records.
type parser struct {
	n    *norm
	o    *outline
	out  *Reading
	ctx  thread
	edge int      // words up to here name the figure before
	head []string // cells of the head of the table that is being read
}

// thread is what a sentence has named so far, for the clauses that leave it out.
type thread struct {
	indicator string   // the last one named
	clause    int      // where it was named
	recent    []string // those with a level, in order, for a 分别 that follows
	group     int      // how many the last figures were dealt out to
	verb      string   // of the last clause with a figure
	strength  string
	scope     string
	forecast  bool
	owner     string // whose indicators are listed: 规模以上工业|完成增加值…、利税…
	streak    string // who did it so many years in a row
	fromA     int    // the words before 从 in 从A到B
	fromB     int
	year      string // explicit, governs the rest of the sentence
	from, to  int    // a five-year plan that the sentence names
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
	p.ctx = thread{}
	if s.state == Review && continues(r[s.body:s.b]) {
		p.ctx.indicator, p.ctx.recent = prev.indicator, prev.recent
	}
	if s.target {
		p.ctx.indicator, p.ctx.scope = prev.indicator, prev.scope
	}
	if s.survey && kind == Task {
		p.passAll(figs, s)
		return
	}
	list := clauses(r, s.body, s.b)
	k := 0
	for i := range list {
		c := &list[i]
		if i == 0 || list[i-1].sep == ';' || list[i-1].sep == ':' {
			if n, level := markLevel(r[c.a:c.b]); level == 3 || level == 4 || level == 2 && s.state == Livelihood {
				c.a += n // 一是…;二是…
			}
		}
		for k < len(figs) && figs[k].na < c.b {
			if figs[k].na >= c.a {
				c.figs = append(c.figs, figs[k])
			}
			k++
		}
	}
	if isRow(r[s.a:s.b]) {
		p.tableRow(list, s, kind)
		return
	}
	p.head = nil
	p.froms(list)
	from, to := 0, 0
	if kind == Task {
		from, to = matterClauses(r, list)
	}
	for i := range list {
		k := kind
		if i >= from && i < to {
			k = Matter
		}
		p.filters(&list[i], s)
		p.figured(list, i, s, k)
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
		if f.skip == "" && p.cited(c, k, kind) {
			f.skip = "reference"
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
		p.spoken(c)
	}
}

// spoken notes the indicator of a clause that only says how it moved: 进出口总值创历史新高,|达到5379亿元.
func (p *parser) spoken(c *clause) {
	t := p.n.r[c.a:c.b]
	if n, tag := openers.match(t); n > 1 && tag != "deliver" {
		return
	}
	for i := 2; i < len(t); i++ {
		n, _ := moved.match(t[i:])
		if n == 0 {
			continue
		}
		noun := p.clean(t[:i], c.a, false).noun
		if items := splitItems(noun); len(items) > 1 && string(t[i:i+n]) == "从无到有" {
			p.ctx.recent = shareHead(items) // 甲、乙从无到有,分别达2个、3个
			p.ctx.indicator = p.ctx.recent[len(items)-1]
			return
		}
		if k, _ := heads.suffix(noun); k > 1 || k == 1 && noun[len(noun)-1] == '率' {
			p.ctx.indicator, p.ctx.recent = string(noun), nil
		}
		return
	}
}

// moved are words for how an indicator moved, without a figure.
var moved = list("从无到有 创历史新高 创新高 再创新高 再创历史新高 创下历史新高 创历史最高 稳步增长 稳步提升 稳步提高 稳步扩大 持续增长 持续提升 持续提高 持续扩大 持续下降 快速增长 较快增长 大幅增长 大幅提升 大幅提高 大幅下降 平稳增长 稳定增长 明显提高 明显提升 明显下降 显著提高 显著提升 再上新台阶 迈上新台阶 再上台阶 实现新突破 实现历史性突破 实现翻番 首次突破 不断提高 不断提升 不断扩大 不断增加 进一步提高 进一步提升 实现稳步增长 实现快速增长 保持稳定 位居 稳居 跃居 居全")

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
		if p.arrives(c, k, gap) {
			break
		}
		if f.base != g.base && (f.class != "ratio" || g.class != "ratio") && (f.class != "count" || g.class != "count" || string(gap) != "、" || g.b < c.b && isHan(p.n.r[g.b])) {
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

// arrives tells whether the figure behind the gap is where the one before it led to: 同比增加1829万千瓦|、达到|9048万千瓦.
func (p *parser) arrives(c *clause, k int, gap []rune) bool {
	i := slices.IndexFunc(gap, func(c rune) bool { return c == '达' || c == '至' || c == '到' })
	if i < 0 {
		return false
	}
	l := parseLeft(p.n.r, p.leftEdge(c, k), c.figs[k].a, c.figs[k].class == "ratio", c.figs[k].form == points)
	return (l.up || l.down) && !l.to
}

// pass files a number that makes no claim.
func (p *parser) pass(f *figure, s *sentence) {
	if f.skip == "from" || f.filter || f.skip == "attribute.subject" {
		return
	}
	if s.state == Problems || s.state == Glossary || s.state == Opening {
		return
	}
	a, b := p.n.span(f.na, max(f.nb, f.na+1))
	p.out.Unparsed = append(p.out.Unparsed, Unparsed{Start: a, End: b, Text: p.n.str(f.na, max(f.nb, f.na+1)), Why: f.skip, State: s.state})
}

// passAll files the numbers of a survey of the situation.
func (p *parser) passAll(figs []figure, s *sentence) {
	for i := range figs {
		if figs[i].skip == "" {
			figs[i].skip = "situation"
		}
		p.pass(&figs[i], s)
	}
}

// explicitYear notes a year that the clause itself names: 到2025年, 截至2020年11月底.
func (p *parser) explicitYear(c *clause) {
	r := p.n.r
	for i := c.a; i < c.b; i++ {
		n, k := planNumber(r[:c.b], i)
		if n == 0 || i > c.a && strings.ContainsRune("比较与是为从由", r[i-1]) {
			continue
		}
		if from, to := fiveYear(n); i+k+1 < c.b && r[i+k] == '时' && r[i+k+1] == '期' && (i == c.a || r[i-1] == ',') && to >= p.o.year && from <= p.o.year {
			p.ctx.from, p.ctx.to = from, to // “十五五”时期新增人口100万
		}
	}
	for i := c.a; i+4 < c.b; i++ {
		y := yearAt(r[:c.b], i)
		if y == 0 || r[i+4] != '年' {
			continue
		}
		if i > c.a && (r[i-1] == '比' || r[i-1] == '较' || r[i-1] == '与' || r[i-1] == '从' || r[i-1] == '由') {
			continue
		}
		if i-1 > c.a && r[i-1] == '于' && strings.ContainsRune("快高低优好慢多少大", r[i-2]) {
			continue // 快于2024年
		}
		if i+5 < c.b && (r[i+5] == '的' || r[i+5] == '以') && i > c.a && r[i-1] != '到' {
			continue
		}
		if i+6 < c.b && (r[i+5] == '远' && r[i+6] == '景' || r[i+5] == '目' && r[i+6] == '标') {
			continue // 实现2035年远景目标
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
	last := &c.figs[k+n-1]
	right, hi := p.behindList(c, k, n, l.subject)
	if q := l; (q.up || q.down) && !q.to && !q.avg && (len(q.subject) == 0 || adverbs.has(q.subject) || openers.has(q.subject)) && q.base == "" && !right.empty() && first.form == plain && q.dist == "" && lo == c.a {
		l.up, l.down = false, false // 增加1万个学位: the verb governs what stands behind
		l.subject = r[l.pos:first.a]
	}
	hi = max(hi, right.b)
	q := phrase{list: list, i: i, s: s, kind: kind, l: l, lo: lo, hi: hi, right: right}
	if n > 1 && last.suffix && l.dist != "" {
		for j := k; j < k+n; j++ {
			if c.figs[j].op == "=" {
				c.figs[j].op = last.op
				c.figs[j].approx = last.approx
			}
		}
	}
	if n > 1 && !first.suffix && first.op != "range" && strings.Contains(l.words, "分别") {
		for j := k + 1; j < k+n; j++ {
			if c.figs[j].op == "=" { // 分别突破8.5万亿元、13万元
				c.figs[j].op, c.figs[j].approx = first.op, first.approx
			}
		}
	}
	names := p.names(&q, c.figs[k:k+n])
	for _, nm := range names {
		p.emit(&q, &c.figs[k+nm.fig], nm)
	}
	if t := r[last.b:hi]; landmark(t) {
		p.edge = last.b + min(len(t), landmarkEnd(t))
	}
	if len(names) > 0 && names[0].byRight && (k+n >= len(c.figs) || right.b <= c.figs[k+n].a) {
		p.edge = right.b
	}
	p.remember(&q, c.figs[k:k+n], names)
}

// behindList is the noun behind the figures c.figs[k:k+n], and where the words that may name them end. subject stands before them.
func (p *parser) behindList(c *clause, k, n int, subject []rune) (right span, hi int) {
	r := p.n.r
	last := &c.figs[k+n-1]
	hi = c.b
	for j := k + n; j < len(c.figs); j++ {
		if c.figs[j].skip == "" || c.figs[j].skip == "from" {
			hi = c.figs[j].a
			if n == 1 && last.class == "count" {
				hi = nextName(r, last.b, hi)
			}
			break
		}
	}
	right = p.right(last.b, hi)
	if nx := k + n; n == 1 && nx < len(c.figs) && generic.has(r[right.a:right.b]) && c.figs[nx].skip == "" && c.figs[nx].b < c.b && r[c.figs[nx].b] == '的' {
		right = p.right(c.figs[nx].b, c.b) // 70个|投资总额超200亿元的|重点项目
	}
	if right.empty() && last.base == "元" && spends(subject) {
		right = p.spent(last.b, hi)
	}
	if k+n < len(c.figs) && right.empty() && c.figs[k+n].skip == "" && c.figs[k+n].a == last.b && n == 1 {
		hi2 := c.b
		if k+n+1 < len(c.figs) {
			hi2 = c.figs[k+n+1].a
		}
		right = p.right(c.figs[k+n].b, hi2) // 17批次2018名医务人员: both count what follows
	}
	return right, hi
}

// nextName is where the name of the figure at hi begins, when it stands behind the last 、 of the words between two figures:
// 6处煤矿、|产能1400万吨. It is hi when there is no such name.
func nextName(r []rune, a, hi int) int {
	if hi-a > 4 && r[hi-1] == '等' { // 14条高速公路和|甲乙等4个铁路项目
		for i := hi - 2; i > a+1; i-- {
			if r[i] == '和' && !joined(r[a:hi], i-a) {
				return i
			}
			if strings.ContainsRune("”)》", r[i]) {
				break
			}
		}
	}
	for i := hi - 1; i > a+1; i-- {
		switch r[i] {
		case '”', ')', '》':
			return hi
		case '、':
			if n, _ := heads.suffix(r[i+1 : hi]); n > 1 {
				return i
			}
			return hi
		}
	}
	return hi
}

// leftEdge is where the words of figure k begin: behind the figure before it, leaving out filters, which belong to the name.
func (p *parser) leftEdge(c *clause, k int) int {
	for j := k - 1; j >= 0; j-- {
		f := &c.figs[j]
		switch f.skip {
		case "filter", "name", "ordinal", "name.quoted", "name.rating", "attribute.subject", "attribute.age", "unit.none", "time.span", "time.attribute", "header":
			continue
		}
		return min(max(f.b, p.edge), c.figs[k].a)
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
