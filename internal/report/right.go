package report

import (
	"slices"
	"strings"
)

// right is the noun phrase behind a figure, "" when none begins there.
func (p *parser) right(a, hi int) span {
	r := p.n.r
	if a < hi && r[a] == '的' {
		a++
	}
	if a >= hi || !opensName(r[a:hi]) {
		return span{a, a}
	}
	placed := inPlaces(r, a)
	end, quote := hi, 0
	for i := a; i < hi; i++ {
		switch r[i] {
		case '“':
			quote++
		case '”':
			quote--
		}
		if quote <= 0 && endsName(r, a, i, hi, placed) {
			end = i
			break
		}
	}
	if end == a+1 {
		return span{a, a}
	}
	for end > a && strings.ContainsRune("、,和与及的中里上", r[end-1]) && (r[end-1] != '中' || !strings.ContainsRune("高初国", r[end-2])) {
		end--
	}
	return span{a, end}
}

// opensName tells whether a noun phrase can begin at t, behind a figure.
func opensName(t []rune) bool {
	c := t[0]
	if !isHan(c) && !isLatin(c) && c != '“' && c != '《' && !isDigit(c) || strings.ContainsRune("和及或以左等", c) {
		return false // 水泥4200万吨、玻璃3500万箱|等落后产能
	}
	if landmark(t) || grows(t) {
		return false // 迈上3万亿元|新台阶, 20%以上的|快速增长
	}
	if n, _ := predicates.match(t); n > 0 && !nounStart(t, n) {
		return false
	}
	n, tag := tails.match(t)
	return n < 2 || tag == "level" || len(t) > n+2
}

// endsName tells whether the noun phrase that begins at a ends before r[i]. placed tells that it names places.
func endsName(r []rune, a, i, hi int, placed bool) bool {
	switch {
	case r[i] == '(' && figureIn(r[i:hi]):
		return true
	case r[i] == '等' && i-a >= 2 && !strings.ContainsRune("高平中", r[i-1]) && (i+1 >= hi || !strings.ContainsRune("级次奖", r[i+1])):
		return !slices.Contains(r[a:i], '、') || !thingBehind(r[i+1:hi])
	case i <= a:
		return false
	case i > a+1 && isDigit(r[i]) && !isDigit(r[i-1]) && yearAt(r[:hi], i) == 0 && dateAt(r[i:hi]) > 1:
		return true // 47个新开工项目|10月底前全部开工
	}
	if placed && i > a+1 {
		if n, tag := openers.match(r[i:hi]); n > 1 && tag != "attitude" && i+n < hi && !nounVerb(r[i:hi], n) {
			if k, _ := placeNouns.suffix(r[a:i]); k > 0 {
				return true // 在8个重点县|建设基地6.2万亩
			}
		}
	}
	if r[i] == '、' && places(r[i+1:hi]) {
		return true // 外送24个省份|、规模居全国前列
	}
	n, _ := predicates.match(r[i:hi])
	return n > 0 && predicateAt(r, a, i, n, hi)
}

// places tells whether a phrase says what place something takes by its size: 规模|居全国前列.
func places(t []rune) bool {
	for _, w := range []string{"规模", "总量", "数量", "总数", "增速", "占比"} {
		if rest, ok := strings.CutPrefix(string(t), w); ok {
			return strings.HasPrefix(rest, "居") || strings.HasPrefix(rest, "位居") || strings.HasPrefix(rest, "位列") || strings.HasPrefix(rest, "稳居") || strings.HasPrefix(rest, "均居")
		}
	}
	return false
}

// thingBehind tells whether behind 等 stands what the things before it are: 林区、垦区等|棚户区居民.
func thingBehind(t []rune) bool {
	if len(t) < 2 || !isHan(t[0]) {
		return false
	}
	if n, _ := predicates.match(t); n > 0 && !nounStart(t, n) {
		return false
	}
	n, _ := openers.match(t)
	return n < 2
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
		return (i-a >= 2 || r[i] == '被') && (r[i] != '均' || !strings.ContainsRune("人平年月日户亩地", r[i-1]) && (i+1 >= hi || !strings.ContainsRune("衡等价线", r[i+1])))
	}
	w := string(r[i : i+n])
	if i-a <= 10 && !deeds.has(r[i:i+n]) && partOfName(r[i+n:hi]) || strings.HasSuffix(w, "增长") && strings.ContainsRune("稳促保", r[i-1]) {
		return false // 县域商业|领跑|县, 转型发展|入库|项目
	}
	rest := string(r[i+n : min(hi, i+n+3)])
	switch w {
	case "上市", "就业", "创业", "参保", "开放", "转移", "退役", "签约", "转型", "服务", "覆盖", "认定", "运营", "对接", "在建", "脱贫", "退出", "入选", "培训", "支援":
		for _, t := range []string{"公司", "企业", "项目", "岗位", "人员", "服务", "平台", "基地", "军人", "支付", "升级", "补贴", "培训", "率", "担保", "园", "区", "试点", "攻坚", "人口", "劳动力", "地区", "群众", "家庭", "机制"} {
			if strings.HasPrefix(rest, t) {
				return false
			}
		}
	}
	return i-a >= 1
}

// inPlaces tells whether the count before a only says in how many places something is done: 在甲、乙等8个|重点县.
func inPlaces(r []rune, a int) bool {
	for i := a - 1; i > 0 && i > a-60; i-- {
		switch r[i] {
		case ',', ';', '。', '\n', ':':
			return r[i+1] == '在'
		}
	}
	return false
}

// partOfName tells whether a word of doing belongs to the name, for a thing follows it and the name ends there: 拟竣工|投产项目.
func partOfName(t []rune) bool {
	if n, _ := predicates.match(t); n > 1 {
		t = t[n:]
	}
	m, _ := things.match(t)
	if m == 0 || m == len(t) {
		return m > 0
	}
	if !isHan(t[m]) {
		return true
	}
	n, _ := predicates.match(t[m:])
	k, _ := openers.match(t[m:])
	return m > 1 && (n > 1 || k > 1)
}

// deeds are predicates that have an object: 企业|参与|标准制定.
var deeds = list("参与 参加 参展 提供 涉及 惠及 覆盖 拥有 持有 进入 支援 享受 领取 获得 取得 实现 完成")

// things are heads of names that a word of doing may stand before: 入库项目, 领跑县, 竣工重点项目.
var things = list("方案 计划 园 走廊 县 区 县区 市县 县市 村 乡镇 项目 重点项目 重大项目 产业项目 企业 重点企业 公司 基地 平台 工程 人员 岗位 景区 园区 学校 医院 机构 试点 清单 制度 名单 单位 站点 点 中心 品牌 产品 线路 车间 工厂 基金 资金 贷款 标准 地块 产业集群 集群 示范村 示范区 示范县 示范点 示范社区 示范基地 示范项目 示范企业")

type span struct{ a, b int }

func (s span) empty() bool { return s.a >= s.b }
