package report

import (
	"slices"
	"strconv"
	"strings"
)

// emit makes one record of figure f of phrase q, named nm.
func (p *parser) emit(q *phrase, f *figure, nm name) {
	ind := nm.indicator
	if nm.whole != "" && q.l.share {
		ind = stem(ind) + "占" + nm.whole
		if !strings.HasSuffix(ind, "比重") && !strings.HasSuffix(ind, "比例") && !strings.HasSuffix(ind, "份额") {
			ind += "比重"
		}
	}
	if ind == "" {
		f.skip = "no_indicator"
		p.pass(f, q.s)
		return
	}
	metric, value := p.metric(q, f, &ind, nm)
	a, b := p.quote(q, f, nm)
	rec := Record{Kind: q.kind, Op: f.op, Value: value.String(), Unit: f.unit, Metric: metric, Approx: f.approx, Scope: p.scope(q), Share: nm.dist,
		Forecast: q.noun.forecast || p.ctx.forecast, Members: nm.members, Measurable: "numeric", Rule: p.rule(q, f, nm)}
	rec.Number = value.f()
	if f.ranged {
		rec.ValueMax = f.max.String()
		if f.max.neg != value.neg {
			rec.ValueMax = f.max.negate().String()
		}
	}
	if f.form == times && metric == "growth" {
		rec.Unit = "%"
	}
	if f.form == direction {
		rec.Measurable = "directional"
	}
	if f.han {
		rec.Numeral = "chinese"
	} else if f.form == fraction {
		rec.Numeral = "fraction"
	}
	p.place(&rec, q.s, a, b)
	rec.NumStart, rec.NumEnd = p.n.span(f.a, f.b)
	rec.Indicator = ind
	p.year(&rec, q, f, metric, nm)
	if q.kind == Task || q.kind == Matter {
		p.asTask(&rec, q, f, nm)
	}
	if strings.HasPrefix(ind, "每") && !strings.Contains(rec.Unit, "/") && rec.Unit != "%" {
		rec.Unit += perHead(ind)
	}
	p.from(&rec, q, f)
	p.doubt(&rec, q, f, nm)
	p.out.Records = append(p.out.Records, rec)
}

// place fills what every record has: positions, chapter, headings.
func (p *parser) place(rec *Record, s *sentence, a, b int) {
	rec.Start, rec.End = p.n.span(a, b)
	rec.SentStart, rec.SentEnd = p.n.span(s.a, s.b)
	rec.Chapter, rec.State, rec.Section, rec.Theme, rec.Matter = s.chapter, s.state, s.section, s.theme, s.matter
	rec.order = a
}

// metric says what sort of figure it is, gives the value its sign, and may complete the name.
func (p *parser) metric(q *phrase, f *figure, ind *string, nm name) (string, decimal) {
	v, l := f.value, &q.l
	neg := l.down && !l.to
	signed := func() decimal {
		if neg && !v.neg {
			return v.negate()
		}
		return v
	}
	if f.form != plain {
		return p.formMetric(l, f, *ind, v, signed)
	}
	if strings.HasSuffix(l.words, "净增|") || strings.Contains(l.words, "净增|") || strings.Contains(l.words, "纯增|") {
		return "increment", v
	}
	if (l.up || l.down) && !l.to && !nm.byRight {
		if len(q.noun.noun) == 0 && l.up && !nm.inherited {
			return "increment", v
		}
		return "change", signed()
	}
	c := string(p.n.r[q.list[q.i].a:f.a])
	if newVerb([]rune(*ind)) || !nm.composed && strings.Contains(c, "新增") || newVerb([]rune(q.noun.verb)) || strings.HasPrefix(*ind, "增加") || q.noun.verb == "增加" {
		return "increment", v
	}
	if f.class == "count" {
		return "count", v
	}
	return "level", v
}

// formMetric is metric for figures whose form says what they are: ranks, rates, multiples.
func (p *parser) formMetric(l *left, f *figure, ind string, v decimal, signed func() decimal) (string, decimal) {
	moves := (l.up || l.down) && !l.to
	switch f.form {
	case rank:
		return "rank", v
	case streak:
		return "streak", v
	case points:
		return "change_pp", signed()
	case folds, direction:
		return "growth", v
	case times:
		if moves {
			if l.down {
				v = signed()
			}
			return p.growth(l), v.shift(2)
		}
		return "ratio", v
	case percent, fraction, half:
	default:
		return "ratio", v
	}
	switch {
	case l.share:
		return "share", v
	case grows(p.n.r[f.b:min(f.b+6, len(p.n.r))]):
		return p.growth(l), v
	case moves:
		return p.growth(l), signed()
	case strings.HasSuffix(ind, "失业率"), strings.HasSuffix(ind, "增长率"), strings.HasSuffix(ind, "价格"):
		return "level", v
	}
	for _, w := range []string{"增速", "增幅", "涨幅", "降幅", "上涨幅度", "增长幅度"} {
		if strings.HasSuffix(ind, w) {
			return p.growth(l), v
		}
	}
	return "share", v
}

// grows tells whether what follows a rate says that it is one of growth: 保持10%以上|增长, 20%以上的|快速增长.
func grows(t []rune) bool {
	s := strings.TrimPrefix(string(t), "的")
	for _, w := range []string{"高速", "快速", "较快", "平稳"} {
		s = strings.TrimPrefix(s, w)
	}
	return strings.HasPrefix(s, "增长") && !strings.HasPrefix(s, "增长目标")
}

// newVerb tells whether a name begins with 新增, 新建 and the like, and not with 新能源.
func newVerb(t []rune) bool {
	if len(t) < 2 || t[0] != '新' {
		return false
	}
	n, _ := openers.match(t)
	return n > 1
}

func (p *parser) growth(l *left) string {
	if l.avg {
		return "growth_avg"
	}
	return "growth"
}

// quote is the shortest stretch that holds the figure and the words that name it.
func (p *parser) quote(q *phrase, f *figure, nm name) (int, int) {
	a := q.l.pos
	if q.noun.start > a && q.noun.start <= f.a {
		a = q.noun.start
	}
	if a > f.a {
		a = f.a
	}
	b := f.b
	if nm.byRight {
		b = max(b, q.right.b)
	}
	for a < f.a && strings.ContainsRune("、,和与及", p.n.r[a]) {
		a++
	}
	return a, b
}

func (p *parser) scope(q *phrase) string {
	if q.noun.scope != "" {
		return q.noun.scope
	}
	return p.ctx.scope
}

func (p *parser) rule(q *phrase, f *figure, nm name) string {
	switch {
	case f.form == rank:
		return "rank"
	case f.form == streak:
		return "streak"
	case q.l.share:
		return "share"
	case nm.dist == "分别" || nm.dist == "均" || nm.dist == "各" || nm.dist == "和":
		return "distributed"
	case nm.inherited:
		return "inherited"
	case nm.composed:
		return "composed"
	case nm.byRight:
		return "count.noun"
	}
	return "noun.figure"
}

// year says of which year the claim speaks.
func (p *parser) year(rec *Record, q *phrase, f *figure, metric string, nm name) {
	s := q.s
	switch {
	case p.ctx.year != "":
		rec.Year, rec.YearWhy = p.ctx.year, "text"
		if s.period && (metric == "growth_avg" || s.state == Horizon && strings.Contains(q.l.words+string(p.n.r[q.lo:f.a]), "累计")) {
			rec.Year, rec.YearWhy = spanOf(s.from, s.year), "span"
		} else if metric == "growth_avg" && s.state == Review && rec.Year == strconv.Itoa(p.o.year-1) && p.averaged(s) {
			rec.Year, rec.YearWhy = spanOf(p.o.year-5, p.o.year-1), "span"
		}
		return
	case p.ctx.to > 0 && s.state != Review:
		rec.Year, rec.YearWhy = strconv.Itoa(p.ctx.to), "text"
		switch metric {
		case "growth_avg", "growth", "change", "increment":
			rec.Year = spanOf(p.ctx.from, p.ctx.to)
		}
		return
	case s.period && s.state != Review:
		rec.Year, rec.YearWhy = strconv.Itoa(s.year), "span"
		switch metric {
		case "growth_avg", "growth", "change", "increment":
			rec.Year = spanOf(s.from, s.year)
		}
		return
	case s.period:
		flow := false
		switch metric {
		case "growth_avg", "growth", "change", "change_pp", "increment":
			flow = true
		case "share":
			flow = q.l.share && len(q.noun.noun) == 0 && p.ctxFlow(q)
		case "rank", "streak", "ratio":
		default:
			flow = p.flows(q, f, rec.Indicator, nm)
		}
		if flow {
			rec.Year, rec.YearWhy = spanOf(s.from, s.year), "span"
			return
		}
		rec.Year, rec.YearWhy = strconv.Itoa(s.year), "span"
		return
	case s.state == Review && inFiveYears(string(p.n.r[q.lo:f.a])):
		rec.Year, rec.YearWhy = spanOf(p.o.year-5, p.o.year-1), "span"
		return
	case metric == "growth_avg" && s.state == Review:
		lo := q.list[q.i].a
		t := string(p.n.r[s.a:max(lo, f.a)])
		if p.averaged(s) || strings.Contains(t, "五年") || strings.Contains(t, "“十") {
			rec.Year, rec.YearWhy = spanOf(p.o.year-5, p.o.year-1), "span" // an average needs years: the plan's, which end with the review
			return
		}
	}
	rec.Year, rec.YearWhy = strconv.Itoa(s.year), "chapter"
	if s.target {
		rec.YearWhy = "target"
	}
}

// averaged tells whether a yearly average of a review is one over five years: its title says so, or a five-year plan ends with it.
func (p *parser) averaged(s *sentence) bool { return s.spans || (p.o.year-1)%5 == 0 }

func spanOf(a, b int) string { return strconv.Itoa(a) + "-" + strconv.Itoa(b) }

// flows tells whether a quantity adds up over the span (投入33.7亿元, 新建3座) rather than standing at its end (达3475亿元).
func (p *parser) flows(q *phrase, f *figure, ind string, nm name) bool {
	if strings.Contains(q.l.words, "累计") || strings.HasPrefix(ind, "累计") || strings.Contains(ind, "累计") {
		return true
	}
	if n, tag := heads.suffix([]rune(ind)); n > 0 && tag == "flow" {
		return true
	}
	if strings.HasSuffix(ind, "支出") || strings.HasSuffix(ind, "投入") {
		return true
	}
	if q.l.to || strings.Contains(q.l.words, "达") || strings.Contains(q.l.words, "保持") || strings.Contains(q.l.words, "稳定") {
		return q.noun.verb == "完成" || q.noun.verb == "实现" && strings.HasSuffix(ind, "就业")
	}
	if nm.byRight {
		return true
	}
	if q.noun.verb != "" {
		return q.noun.verb != "实现" && q.noun.verb != "保持" && q.noun.verb != "突破" && q.noun.verb != "达到"
	}
	if q.i > 0 || q.lo > q.list[q.i].a {
		return p.ctx.verb != "" && q.lo > q.list[q.i].a && p.ctx.verb != "实现" && p.ctx.verb != "突破" && p.ctx.verb != "保持" && p.ctx.verb != "达到"
	}
	return false
}

// ctxFlow tells whether the share is one of a flow: 民生支出超135亿元,占一般公共预算支出80%以上.
func (p *parser) ctxFlow(q *phrase) bool {
	for i := len(p.out.Records) - 1; i >= 0 && i >= len(p.out.Records)-1; i-- {
		r := &p.out.Records[i]
		return r.order >= q.s.a && strings.Contains(r.Year, "-") && r.Metric != "growth_avg" && r.Metric != "growth"
	}
	return false
}

// asTask fills verb, object, strength and deadline of a task or a livelihood matter.
func (p *parser) asTask(rec *Record, q *phrase, f *figure, nm name) {
	rec.Object = rec.Indicator
	if i := strings.Index(rec.Object, "新增"); i > 3 && q.noun.verb == "" {
		rec.Object = rec.Object[:i] + rec.Object[i+len("新增"):] // 城镇|新增|就业86万人
		q.noun.verb, q.noun.strength = "新增", "deliver"
	}
	r := p.n.r
	verb, strength := q.noun.verb, q.noun.strength
	if nm.byRight {
		tail := string(r[q.right.b:q.hi])
		for _, w := range []string{"建设", "投产运营", "开工建设", "投产", "开工", "达产达效", "竣工", "建成", "完工", "投用", "动工"} {
			if strings.HasPrefix(tail, w) {
				rec.Object += w
				break
			}
		}
	}
	switch {
	case verb != "":
	case nm.inherited, q.lo > q.list[q.i].a:
		verb, strength = p.ctx.verb, p.ctx.strength
	case q.l.up:
		verb, strength = "增长", "deliver"
	case q.l.down:
		verb, strength = "下降", "deliver"
	case q.l.share:
		verb, strength = "占", "deliver"
	}
	if nm.byRight && verb == "" {
		if i, n, tag := predicates.find(r[:q.hi], max(q.right.b, f.b)); i >= 0 && n > 1 && tag == "end" {
			verb, strength = string(r[i:i+n]), "deliver"
		}
	}
	if verb == "" && !nm.byRight {
		if n, _ := openers.match(r[f.b:q.hi]); n > 1 {
			verb, strength = string(r[f.b:f.b+n]), "deliver" // 食品许可5个工作日|办结
		}
	}
	if verb == "" {
		for w := range strings.SplitSeq(q.l.words, "|") {
			if n, tag := openers.match([]rune(w)); n > 1 && n == len([]rune(w)) {
				verb, strength = w, tag
				break
			}
		}
	}
	if verb == "" {
		verb, strength = "达到", "deliver"
	}
	rec.Verb, rec.Strength = verb, strength
	clause := r[q.list[q.i].a:q.list[q.i].b]
	if c := string(clause); strings.Contains(c, "力争") || strings.Contains(c, "争取") || strings.Contains(c, "力促") {
		rec.Strength = "strive"
	}
	p.deadline(rec, r[q.s.a:q.s.b])
	rec.Owners = owners(r[q.s.a:q.s.b])
}

// from keeps the value before: 从360家增至1031家.
func (p *parser) from(rec *Record, q *phrase, f *figure) {
	c := &q.list[q.i]
	for k := range c.figs {
		if &c.figs[k] == f && k > 0 && c.figs[k-1].skip == "from" {
			rec.From = c.figs[k-1].value.String()
		}
	}
	if rec.From == "" && q.i > 0 {
		prev := q.list[q.i-1].figs
		if len(prev) > 0 && prev[len(prev)-1].skip == "from" && len(c.figs) > 0 && &c.figs[0] == f {
			rec.From = prev[len(prev)-1].value.String()
		}
	}
}

// doubt notes what a reviewer should look at.
func (p *parser) doubt(rec *Record, q *phrase, f *figure, nm name) {
	flag := func(ok bool, name string) {
		if ok && !slices.Contains(rec.Flags, name) {
			rec.Flags = append(rec.Flags, name)
		}
	}
	flag(nm.inherited, "inherited")
	flag(nm.composed, "composed")
	flag(rec.Approx != "", "approximate")
	flag(rec.Forecast, "forecast")
	flag(f.han, "chinese_numeral")
	flag(unbalanced(p.n.r[q.s.a:q.s.b]), "unbalanced_quote")
	flag(len([]rune(rec.Indicator)) > 28, "long_name")
	flag(len([]rune(rec.Indicator)) < 2, "short_name")
	flag(f.base == "", "no_unit")
	rec.Confidence = "high"
	for _, w := range []string{"inherited", "composed", "unbalanced_quote", "long_name", "short_name", "no_unit"} {
		if slices.Contains(rec.Flags, w) {
			rec.Confidence = "doubtful"
		}
	}
	if nm.inherited && (rec.Metric == "growth" || rec.Metric == "growth_avg" || rec.Metric == "share") && rec.Confidence == "doubtful" && len(rec.Flags) == 1 && q.lo > q.list[q.i].a {
		rec.Confidence = "high" // 249.8亿元、增长17.9% leaves no other reading
	}
}

func unbalanced(t []rune) bool {
	n := 0
	for _, c := range t {
		switch c {
		case '“':
			n++
		case '”':
			n--
		}
	}
	return n != 0
}

// perHead is the lower part of the unit of 每万人发明专利拥有量: /万人.
func perHead(ind string) string {
	for _, w := range []string{"万人", "千人", "百人", "百户", "千户", "十万人", "亿元", "万元", "亩", "平方公里", "万户", "名", "人"} {
		if strings.HasPrefix(ind, "每"+w) {
			return "/" + w
		}
	}
	return ""
}

// inFiveYears tells whether the words before a figure say that it took five years: 5年增长18.7%.
func inFiveYears(s string) bool {
	for _, w := range []string{"5年增", "5年提", "5年下", "5年降", "五年增", "五年提", "五年下", "五年累计", "5年累计", "五年来"} {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}
