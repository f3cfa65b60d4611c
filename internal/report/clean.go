package report

import (
	"slices"
	"strings"
)

type cleaned struct {
	noun     []rune
	pos      int // where noun begins in the text; kept verbs come before it
	start    int // where the meaningful words begin, verb included
	verb     string
	strength string
	last     string // the last of several verbs: 完成|分配
	owner    string // whose indicator it is: 规模以上工业|完成增加值
	keep     string // a verb that belongs to the name: 新增, 改造, 拆除
	scope    string
	forecast bool
	tailVerb bool // the verb stands at the end: 在…建成
}

// clean takes dates, scopes, adverbs and verbs off the front of a subject.
func (p *parser) clean(t []rune, pos int, hasRight bool) cleaned {
	c := cleaned{noun: t, pos: pos, start: pos}
	for len(c.noun) > 0 {
		if !c.outer() && !c.opener() && !c.adverb() {
			break
		}
	}
	if n, tag := openers.suffix(c.noun); hasRight && n > 1 {
		if c.verb == "" || len(c.noun) > n {
			c.verb, c.strength = string(c.noun[len(c.noun)-n:]), tag
		}
		c.tailVerb = true
		if len(c.noun) == n {
			c.noun = nil
		}
	}
	c.infix()
	for len(c.noun) > 0 && strings.ContainsRune("的为了", c.noun[len(c.noun)-1]) || endsIn(string(c.noun), "排名中", "考核中", "评价中") {
		c.noun = c.noun[:len(c.noun)-1]
	}
	return c
}

// outer takes one mark, date or scope off the front, or how long something took: 仅用5个多月就|完成.
func (c *cleaned) outer() bool {
	t := c.noun
	if n := timeTaken(t); n > 0 {
		c.cut(n, true)
		return true
	}
	if len(t) == 1 && (t[0] == '内' || t[0] == '间') {
		c.cut(1, true) // 五年|内|翻两番
		return true
	}
	if leads(t) || t[0] == '-' || t[0] == '—' || t[0] == '(' && !slices.Contains(t, ')') || len(t) > 2 && strings.ContainsRune("使让将把但", t[0]) && !nounLed(t) {
		c.cut(1, true)
		return true
	}
	if n := dateAt(t); n > 0 {
		c.cut(n, true)
		return true
	}
	if n, _ := scopes.match(t); n > 0 && (n == len(t) || !strings.ContainsRune("级性化域间位", t[n])) && !builds(t) {
		if c.scope == "" {
			c.scope = string(t[:n])
		}
		c.cut(n, c.verb == "")
		return true
	}
	return false
}

// timeTaken is the length of 仅用5个多月就 at the start of a phrase; 0 when nothing like it stands there.
func timeTaken(t []rune) int {
	if len(t) < 4 || !slices.Contains([]string{"仅用", "只用", "用了"}, string(t[:2])) {
		return 0
	}
	i := slices.Index(t[:min(len(t), 12)], '就')
	if i < 0 || i+2 >= len(t) {
		return 0
	}
	return i + 1
}

// builds tells whether 建成区 is the verb 建成 and a district's thing, 建成|区公共卫生中心, and not the built-up area.
func builds(t []rune) bool {
	if len(t) < 5 || string(t[:3]) != "建成区" {
		return false
	}
	n, _ := facilityEnds.suffix(t)
	return n > 1
}

// opener takes one verb off the front, and keeps it where it may belong to the name.
func (c *cleaned) opener() bool {
	t := c.noun
	n, tag := openers.match(t)
	if n < 2 || nounVerb(t, n) || c.verb != "" && opensThing(c.last, t, n) {
		return false
	}
	w := string(t[:n])
	if c.verb == "" {
		c.verb, c.strength = w, tag
	} else if c.strength == "strive" || c.strength == "ensure" {
		c.verb = w
	}
	c.last, c.keep = w, w
	if always.has(t[:n]) {
		c.keep = ""
	}
	if n+1 < len(t) && t[n] == '了' {
		n++ // 解决了
	}
	if n == len(t) || n+1 < len(t) && t[n] == '、' && done.has(t[:n]) {
		c.keep = ""
	}
	c.cut(n, false)
	return true
}

// helpers are verbs that another verb may follow; nounish are verbs that name a thing as well.
var (
	helpers = list("加快 推动 推进 支持 鼓励 引导 力争 确保 抓紧 开展 启动 加大 促进 争取 探索 加强 全力 努力 着力 持续 深入 积极 有序 实现 完成 参与 加快推进 探索开展 统筹 统筹推进 帮助")
	nounish = list("融资 上市 投入 供应 开放 帮扶 治理 协同 维护 保障 服务")
)

// opensThing tells whether the verb that stands n long at the start of t, behind the verb last, belongs to the name of a thing:
// 健全|融资担保体系, 提高|建设质量, 建立|保障房供应体系.
func opensThing(last string, t []rune, n int) bool {
	if n >= len(t) {
		return false
	}
	switch w := string(t[:n+1]); {
	case t[n] == '的', w == "供应链", w == "保障房", w == "发展观":
		return true
	}
	return nounish.has(t[:n]) && !helpers.has([]rune(last))
}

// adverb takes one adverb, or a verb that says only that something was done, off the front.
func (c *cleaned) adverb() bool {
	t := c.noun
	if n, _ := adverbs.match(t); n > 0 && n < len(t) && verbAhead(t[n:]) {
		c.foresee(string(t[:n]))
		c.cut(n, c.verb == "")
		return true
	}
	n, _ := always.match(t)
	if n < 2 {
		return false
	}
	s := string(t[:n])
	c.foresee(s)
	if s == "到位" && n == len(t) {
		return false // 合同外资2亿元,实际|到位1.3亿元
	}
	if s == "累计" && strings.HasPrefix(string(t[n:]), "投资") {
		return false
	}
	if n < len(t) && openers.has(t[:n]) && (nounVerb(t, n) || n+1 == len(t)) {
		return false // 保障|房
	}
	c.cut(n, c.verb == "")
	return true
}

func (c *cleaned) foresee(s string) {
	if strings.HasPrefix(s, "预计") || strings.HasPrefix(s, "初步") {
		c.forecast = true
	}
}

// done are verbs that say of the thing before what became of it: 项目|落地|、总投资.
var done = list("落地 落户 竣工 投产 投用 建成 签约 开工 上市 投运 达产 通车 开通 启用 运行 上线 建成投产 建成投用 开工建设")

func nounLed(t []rune) bool {
	return t[0] == '将' && (t[1] == '军' || t[1] == '来') || t[0] == '使' && (t[1] == '用' || t[1] == '命')
}

// infix takes the verb out of the middle of a name: 规模以上工业|完成|增加值.
func (c *cleaned) infix() {
	s := string(c.noun)
	for _, w := range []string{"实现", "完成", "达成"} {
		i := strings.Index(s, w)
		if i < 6 || i+len(w) >= len(s) {
			continue
		}
		rest := s[i+len(w):]
		if strings.Contains(rest, "投资") && !strings.HasSuffix(s[:i], "累计") || strings.HasPrefix(rest, "率") || strings.Contains(s[:i], "(") {
			continue
		}
		c.owner = s[:i]
		c.noun = []rune(s[:i] + rest)
		return
	}
}

func (c *cleaned) cut(n int, outer bool) {
	c.noun, c.pos = c.noun[n:], c.pos+n
	if outer {
		c.start = c.pos
	}
}

// nounVerb tells whether a verb at the start of t is part of a name: 建设用地, 发展基金, 转移支付, 投资额.
func nounVerb(t []rune, n int) bool {
	rest := string(t[n:min(len(t), n+4)])
	if rest == "" {
		return false
	}
	if strings.HasPrefix(rest, "与") && string(t[:n]) == "研究" {
		return true
	}
	if string(t[:n]) == "服务" && (strings.HasPrefix(rest, "贸易") || strings.HasPrefix(rest, "外包") || strings.HasPrefix(rest, "消费") || strings.HasPrefix(rest, "出口")) {
		return true // 服务贸易|增长10%
	}
	for _, w := range []string{"率", "覆盖", "额", "量", "性", "型", "力", "费", "数", "值", "者", "资金", "项目", "企业", "水平", "规模", "能力", "工程", "指数", "面积", "基金", "支付", "用地", "人口", "收入", "支出", "标准", "比例", "类", "贷款", "产业", "期", "业", "制造", "区域", "里程", "农业", "成本", "指标", "强度", "设施"} {
		if strings.HasPrefix(rest, w) {
			w0 := string(t[:n])
			switch w0 {
			case "新增", "完成", "实现", "建成", "新建", "引进", "新引进", "新培育", "培育", "拆除", "淘汰", "扩大", "取得", "达到", "增加", "减少", "改造", "盘活", "安排", "发放", "拨付", "争取", "筹集", "筹措", "启动", "实施", "推进", "加快", "兑现", "新开工", "降低", "提高", "保持", "落实", "设立", "签约", "新签约", "支持", "推动", "促进", "确保", "力争", "整治", "修复", "治理", "服务":
				return w == "率" || w == "额" || w == "力" || w == "费" || w == "业" || w == "性" || w == "型" || w == "者" || w == "期" || w0 == "服务" || w0 == "落实" && w == "面积"
			}
			return true
		}
	}
	return false
}

// verbAhead tells whether t goes on with a verb, an adverb or a date, so that the adverb before it may go.
func verbAhead(t []rune) bool {
	if n, _ := openers.match(t); n > 1 {
		return true
	}
	if n, _ := adverbs.match(t); n > 1 {
		return true
	}
	return false
}

// dateAt returns the length of a date at the start of t: 截至2020年11月底, 到2025年, 2020年, 1-11月.
func dateAt(t []rune) int {
	i := 0
	for _, w := range []string{"截至", "截止到", "截止", "到", "至", "自", "在", "从"} {
		if strings.HasPrefix(string(t[:min(len(t), 4)]), w) {
			i = len([]rune(w))
			break
		}
	}
	s := i
	if i == 0 && len(t) > 1 {
		k := 0
		if t[0] == '近' && len(t) > 2 {
			k = 1
		}
		if (isDigit(t[k]) || strings.ContainsRune("两三五十", t[k])) && t[k+1] == '年' && (k+2 == len(t) || !strings.ContainsRune("级制期份行计以", t[k+2])) {
			if k+3 < len(t) && strings.ContainsRune("内来间", t[k+2]) {
				k++
			}
			return k + 2
		}
	}
	if n, k := planNumber(t, i); n > 0 {
		for _, w := range []string{"时期", "期间", "期末", "末", "以来"} {
			if strings.HasPrefix(string(t[i+k:min(len(t), i+k+2)]), w) {
				return i + k + len([]rune(w))
			}
		}
	}
	digits := func() bool {
		k := i
		for i < len(t) && isDigit(t[i]) {
			i++
		}
		return i > k
	}
	if yearAt(t, i) > 0 && i+4 < len(t) && t[i+4] == '年' {
		i += 5
	}
	k := i
	if digits() {
		if i < len(t) && (t[i] == '-' || t[i] == '—' || t[i] == '至') {
			i++
			digits()
		}
		if i < len(t) && t[i] == '月' {
			i++
		} else {
			i = k
		}
	}
	if i == s {
		return 0
	}
	for _, w := range []string{"上旬", "中旬", "下旬", "底前", "份", "底", "末", "初", "以来", "前", "间"} {
		if strings.HasPrefix(string(t[i:min(len(t), i+2)]), w) {
			return i + len([]rune(w))
		}
	}
	return i
}

// coverb reads "为全区中小学教室|加装|空调": what the task is done for, its verb and its object. ok is false for other clauses.
func (p *parser) coverb(t []rune, pos int) (c cleaned, ok bool) {
	if len(t) < 6 || !strings.ContainsRune("为对给向在将把", t[0]) {
		return c, false
	}
	for i := 2; i+2 < len(t); i++ {
		n, tag := openers.match(t[i:])
		if n < 2 || tag == "attitude" || tag == "encourage" || nounVerb(t[i:], n) || i+n >= len(t) {
			continue
		}
		if m, t2 := openers.match(t[i+n:]); m > 1 && i+n+m < len(t) && !nounVerb(t[i+n:], m) {
			n, tag = n+m, t2 // 安装更换
		}
		c = cleaned{verb: string(t[i : i+n]), strength: tag, noun: t[i+n:], pos: pos + i + n, start: pos}
		if t[0] == '为' || t[0] == '给' || t[0] == '对' {
			c.noun = append(append([]rune{}, t[1:i]...), t[i+n:]...)
		}
		return c, true
	}
	return c, false
}
