package report

import (
	"slices"
	"strings"
)

// placeless takes 位居全省 and the like off the end of the subject of a rank.
func placeless(t []rune) []rune {
	for {
		n := 0
		for _, w := range []string{"位居", "居", "位列", "列", "排名", "排", "跃居", "稳居", "升至", "升到", "上升至", "跃升至", "保持", "保持在", "继续", "均", "分别", "分列", "名列", "获", "获得", "位", "在", "全市", "全省", "全国", "全区", "全县", "世界", "全球", "中西部", "西部", "中部", "东部", "东北",
			"华东", "华中", "华南", "华北", "西北", "西南", "中部六省", "长江经济带", "京津冀", "大湾区", "省会城市", "计划单列市", "省辖市", "设区的市", "各市", "各县", "地区", "长三角", "珠三角", "省", "地级市", "设区市", "城市", "沿海", "连续", "首次", "由", "为", "成为", "仍", "总", "并列", "占", "率先", "至", "均居", "蝉联", "重回", "再次", "跻身", "进入", "提升至", "前移至", "提升到", "综合", "同类城市", "同类", "副省级城市", "直辖市", "各省", "亚洲", "国内", "省内", "进至", "晋至", "跃至", "攀升至", "前进至", "上升到", "双双", "历史性", "历史性跃居", "、", "和", ",", "民族", "自治区", "边疆"} {
			k := len([]rune(w))
			if k > n && len(t) >= k && string(t[len(t)-k:]) == w {
				n = k
			}
		}
		if n == 0 {
			return t
		}
		t = t[:len(t)-n]
	}
}

// listless takes off the end of the subject of a rank in which list the rank was: 开发区|在国家考核中.
func listless(t []rune) []rune {
	if len(t) < 3 || !strings.ContainsRune("中里上", t[len(t)-1]) {
		return t
	}
	for i := len(t) - 3; i >= 0; i-- {
		if t[i] == '在' && (i == 0 || t[i-1] != '存') {
			if i == 0 {
				return t[1 : len(t)-1]
			}
			return t[:i]
		}
	}
	return t
}

func trimRunes(t []rune, w string) []rune {
	k := len([]rune(w))
	if len(t) >= k && string(t[len(t)-k:]) == w {
		return t[:len(t)-k]
	}
	return t
}

// graded tells whether a noun is a grade alone: 省级, 市级以上.
func graded(noun []rune) bool {
	if len(noun) >= 2 && len(noun) <= 4 && noun[len(noun)-1] == '级' {
		return true
	}
	if len(noun) > 1 && (noun[len(noun)-1] == '元' || noun[len(noun)-1] == '级') && strings.Trim(string(noun[:len(noun)-1]), "十百千万亿") == "" {
		return true // 12个百亿元、70个十亿元项目
	}
	switch string(noun) {
	case "国家级", "省级", "市级", "县级", "区级", "镇级", "村级", "省部级", "国际级", "世界级", "自治区级", "国家级和省级", "省级以上", "市级以上", "市级及以上", "国家", "省", "地厅级", "县处级":
		return true
	}
	return false
}

// ungraded takes the verb and the grade off the front of a name.
func ungraded(s string) string {
	s = stem(s)
	for again := true; again; {
		again = false
		for _, w := range []string{"新增", "新开工", "新签约", "新落地", "新认定", "新培育", "国家级", "省级", "市级", "县级", "区级", "以上", "及以上", "国家", "获批", "创建", "培育", "建成", "新建", "引进", "获评", "认定"} {
			if t := strings.TrimPrefix(s, w); t != s && t != "" {
				s, again = t, true
			}
		}
	}
	return s
}

func growthName(noun []rune) bool {
	switch string(noun) {
	case "增速", "增幅", "涨幅", "降幅", "增量", "占比", "比重", "总数", "总量", "年均增速", "年均增长":
		return true
	}
	return false
}

func splitMembers(s string) []string {
	var out []string
	for _, x := range strings.Split(s, "、") {
		if x != "" {
			out = append(out, x)
		}
	}
	return out
}

// compose joins the indicator before with a name that needs it: 高企 + 总数.
func compose(base, generic string) string {
	s := stem(base)
	if strings.HasSuffix(s, generic) || s == "" {
		return base
	}
	return s + generic
}

// stem is an indicator without the words that a composed name replaces.
func stem(s string) string {
	if i := strings.Index(s, "占"); i > 0 && (strings.HasSuffix(s, "比重") || strings.HasSuffix(s, "比例") || strings.HasSuffix(s, "份额")) {
		s = s[:i]
	}
	for _, w := range []string{"新增", "新认定", "新培育", "新开工建设", "新开工", "新签约", "新落地", "新建成", "净增", "新"} {
		if t := strings.TrimPrefix(s, w); t != s && len([]rune(t)) > 1 && (w != "新" || !novel.has([]rune(s)[:2])) {
			return t
		}
	}
	return s
}

// novel are nouns that begin with 新 and are no verb before one.
var novel = list("新能 新型 新兴 新材 新业 新城 新区 新一 新质 新媒 新动 新产 新农 新时 新经 新生 新三 新基 新消 新丝 新职 新就")

// splitItems cuts A、B和C into its parts. Brackets and quotations stay whole.
func splitItems(t []rune) [][]rune {
	for _, w := range []string{"的比率", "的比例", "之比", "的差距", "的倍差"} {
		if strings.HasSuffix(string(t), w) && (slices.Contains(t, '与') || slices.Contains(t, '和')) && !slices.Contains(t, '、') {
			return [][]rune{t} // 物流总费用与生产总值的比率
		}
	}
	var out [][]rune
	start, depth := 0, 0
	for i := 0; i < len(t); i++ {
		switch t[i] {
		case '(', '“', '《':
			depth++
		case ')', '”', '》':
			depth--
		case '、', '和', '与', '及':
			if depth > 0 || t[i] != '、' && (i < 2 || len(t)-i < 3 || joined(t, i)) {
				continue
			}
			end := i
			if t[i] == '及' && end > 0 && t[end-1] == '以' {
				end--
			}
			if end > start {
				out = append(out, t[start:end])
			}
			start = i + 1
		}
	}
	if start < len(t) {
		out = append(out, t[start:])
	}
	return out
}

// joined tells whether 和, 与 or 及 at t[i] is part of a word.
func joined(t []rune, i int) bool {
	next, prev := t[i+1], t[i-1]
	switch t[i] {
	case '和':
		return next == '谐' || next == '平' || prev == '共' || prev == '饱' || prev == '总' || next == '美' || next == '睦' || prev == '缓'
	case '与':
		return prev == '参' || next == '会' || prev == '授'
	case '及':
		return prev == '普' || prev == '涉' || prev == '惠' || prev == '波' || next == '时' || next == '格'
	}
	return false
}

func allHeads(items [][]rune) bool {
	for _, it := range items {
		if n, _ := heads.suffix(it); n == 0 && !strings.HasSuffix(string(it), "保险") {
			return false
		}
	}
	return true
}

var stems = list("出口 进口 进出口 贸易额 交易额 吞吐量 营收 总量 用水量 产量 产值 销量 价格 面积 消费 用电量 居民 制造业 产业 企业 贷款 增加值 项目 住房 收入 投资 常住居民 行业 增长 道路 教育 医疗 学校 服务业 工业 经济 林地 排放量 总产值 户籍 人口 排放总量 平均浓度 年均浓度 存款 税收 保险 固定 经营 合格率 覆盖率 满意率 低保 标准 案件 事故 纠纷 车辆 线路 设施 客户 用户 农户 学生 人员 品牌 机构 门店")

// ownHeads tells whether one of the first parts has a head of its own that the last one does not repeat, so that the parts share
// none: 进口货值、入境游客、免税销售额.
func ownHeads(items [][]rune) bool {
	last := string(items[len(items)-1])
	for _, it := range items[:len(items)-1] {
		if n, tag := heads.suffix(it); n > 1 && tag != "flow" && len(items) > 2 && !strings.Contains(last, string(it[len(it)-n:])) {
			return true
		}
	}
	return false
}

// sharesHead tells whether short items have one head, which the last one carries: 水稻、油茶产量.
func sharesHead(items [][]rune) bool {
	last := items[len(items)-1]
	n, _ := heads.suffix(last)
	if n < 2 || len(last) > n+4 {
		return false
	}
	for _, it := range items[:len(items)-1] {
		if len(it) > 5 {
			return false
		}
	}
	return true
}

// shareHead completes the first parts of a list with the head that only the last one carries: 城镇、农村居民收入.
func shareHead(items [][]rune) []string {
	out := make([]string, len(items))
	if per := perHead(string(items[0])); per != "" { // 每千人床位数、医师数
		for i := 1; i < len(items); i++ {
			if items[i][0] != '每' && items[i][0] != '万' {
				items[i] = append([]rune("每"+per[1:]), items[i]...)
			}
		}
	}
	last := items[len(items)-1]
	own := ownHeads(items)
	for i, it := range items {
		out[i] = string(it)
		if i == len(items)-1 || own && len(it) > 4 {
			continue
		}
		if owed, ok := strings.CutPrefix(string(last), "贷款"); ok && endsIn(out[i], "存", "存款") {
			out[i] = strings.TrimSuffix(out[i], "款") + "款" + owed // 存、贷款余额
			continue
		}
		if n, _ := heads.suffix(it); n > 0 {
			if k := strings.Index(string(last), string(it[len(it)-n:])); k > 0 && n > 1 {
				out[i] += string(last)[k+len(string(it[len(it)-n:])):] // 民营企业、小微企业|贷款
			}
			continue
		}
		if n, _ := facilityEnds.suffix(it); n > 1 && len(it) > 4 || strings.HasSuffix(out[i], "贸易") {
			continue // 概念验证中心、中试基地; 服务贸易、对外投资
		}
		if len(it) <= 4 {
			whole, _ := stems.suffix(it)
			for k := 2; k < len(last) && whole == 0; k++ {
				if n, _ := stems.match(last[k:]); n > 0 {
					out[i] += string(last[k:])
					break
				}
			}
			if n, _ := heads.suffix(last); out[i] == string(it) && n > 1 && n < len(last) {
				out[i] += string(last[len(last)-n:])
			}
			continue
		}
		if n, _ := heads.suffix(last); n > 1 && n < len(last) {
			out[i] += string(last[len(last)-n:])
		}
	}
	return out
}

// numbered names the three sectors of 一二三产增加值分别增长…, when there are as many figures.
func numbered(s string, n int) []string {
	for _, w := range []string{"一、二、三次产业", "一、二、三产业", "一二三次产业", "一二三产业", "三次产业", "一、二、三产", "一二三产"} {
		if i := strings.Index(s, w); i >= 0 && n == 3 {
			rest := s[i+len(w):]
			return []string{"第一产业" + rest, "第二产业" + rest, "第三产业" + rest}
		}
	}
	for _, w := range [][3]string{{"城乡居民", "城镇居民", "农村居民"}, {"城乡常住居民", "城镇常住居民", "农村常住居民"}, {"存贷款", "存款", "贷款"}, {"内外资", "内资", "外资"}, {"城乡低保", "城市低保", "农村低保"}} {
		if i := strings.Index(s, w[0]); i >= 0 && n == 2 && !strings.ContainsAny(s, "、和") {
			return []string{s[:i] + w[1] + s[i+len(w[0]):], s[:i] + w[2] + s[i+len(w[0]):]}
		}
	}
	return nil
}

var standing = list("稳居 位居 跃居 居首 居全 居世 居西 居中 名列 位列 列全 领跑 领先 保持领先 高于 低于 快于 创历史 创近")

// lastPart is where the name begins when a deed stands before it: 电厂三期建成投产、|总装机.
func lastPart(t []rune) int {
	depth := 0
	for i := len(t) - 1; i > 3; i-- {
		switch t[i] {
		case ')', '”':
			depth++
		case '(', '“':
			depth--
		case '、':
			if depth != 0 || i+2 >= len(t) {
				return 0
			}
			for k := 2; k < i; k++ {
				if n, _ := predicates.match(t[k:i]); n > 1 && k+n >= i-2 {
					return i + 1
				}
			}
			return 0
		}
	}
	return 0
}
