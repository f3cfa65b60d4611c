package report

import (
	"slices"
	"strings"
)

// What looks like a figure and is none: dates, ordinals, names, ratings. Each rule gives a reason, so that a reviewer can see
// why a number was passed over.

var (
	nameTails = list(`号 版 级 强 国道 省道 县道 乡道 号线 线 型 周年 世纪 年代 后 时代 英寸 寸 医院 中学 小学 热线 专线 工程 行动 计划 模式 体系 战略 指标 院 师 机床 师部 环 代 大道 路 街 街区 航站楼 地块 高地 产业带 产业园
		政策 集群 格局 科创 高速 大桥 平台 服务 专班 机制 联盟 城市群 都市圈 经济圈 生活圈 交通圈 出行圈 公里圈 通勤圈 物流圈 商业圈 调整 启航 先锋 案 事件 疫情 人制`)
	dateTails = list(`月份 月 日 时 点钟 月底 月末`)
	// rankPlace are words before "第一" that make it a rank and not an ordinal.
	rankPlace = list(`居 列 排 位 名 升至 升到 跃居 稳居 保持 跃升至 上升至 进至 前移至 全省 全国 全市 全区 全县 世界 全球 西部 中部 东部 东北 华东 华南 华北 西南 西北 中南 亚洲 国内 省内 同类 获得 获 为 夺得 荣获 蝉联 均 分别 保持 省 长三角 珠三角 地级市 设区市 自治区
		总量 增速 增幅 占比 省份 城市 沿海 内陆 省市 地区 排名 位次 综合 规模 数量 总数 领域 行业 区县 县区 县市 并列 连续 历史 首次 边疆 民族地区 五自治区 开发区 高新区`)
	ordinalTails = list(`批 次 季度 产业 时间 个 所 家 届 书记 线 方阵 梯队 医院 中学 大 要务 动力 资源 生产力 步 轮 期 阶段 产 部分 责任 附属 人民 张 单 条 只 座 颗 部 要素 目标 工业区 世界 代 课 关 标准 车间 信号 选择 选项 重 窗口 政治 巡视 高峰 手 等 类 种 站 枪 炮 棒 份 信用 台 例 股 艘 架 辆 口 人称 城 县 村 市 省 区 书院 强 支柱
		高 长 梯 道 届 次 号 集团 师范 粮 环 春 考 品牌 牵引 属性 身份 位置 位的 顺位 信 场 抓手 议题 方 家园`)
	placeNouns  = list(`县 市 区 乡 镇 村 园区 项目 城市 试点 集群 地级市 省 自治州 开发区 旗 苏木 街道 社区 学校 企业 产业 基地 品牌 国家级 省级 县级 市县 乡镇 行政村`)
	plainCounts = list(`家 户 所 座 艘 名 处 栋 支 架 台 颗`)
	bases       = []rune("超破过逾近达上约至到")
)

// nameAround gives the reason why the digits r[i:j] are part of a name or a date; "" when they may be a figure. "-" is a
// date, which nobody needs to be told of.
func (s *scanner) nameAround(i, j int) string {
	prev, next := s.at(i-1), s.at(j)
	if prev == '第' {
		return "ordinal"
	}
	if isLatin(prev) || prev == '.' || prev == '+' || prev == '×' || prev == '*' || prev == '·' || prev == '#' || prev == '/' || prev == '_' || prev == '&' || prev == '=' {
		return "name"
	}
	if prev == '-' && isLatin(s.at(i-2)) {
		return "name"
	}
	if y := yearAt(s.r[:s.b], i); y > 0 && j == i+4 {
		if next == '年' || next == '-' || next == '—' || next == '~' || next == '至' || next == '/' || next == '.' || next == '”' || next == '、' && yearAt(s.r[:s.b], j+1) > 0 || next == '财' || next == '级' {
			return "-"
		}
		if n, _ := units.match(s.r[j:s.b]); n == 0 && !strings.ContainsRune(scales, next) {
			return "-"
		}
	}
	if s.quoted(i, j) {
		return "name.quoted"
	}
	if next == '+' || next == '×' || next == '*' || next == '·' || next == '_' || next == '&' || next == '=' {
		return "name"
	}
	if isLatin(next) {
		if n, _ := units.match(s.r[j:s.b]); n == 0 || isLatin(s.at(j+n)) {
			return "name"
		}
	}
	if next == '-' && isDigit(s.at(j+1)) {
		k := j + 1
		for isDigit(s.at(k)) || s.at(k) == '.' {
			k++
		}
		if n, _ := dateTails.match(s.r[k:s.b]); n > 0 {
			return "-"
		}
	}
	if n, _ := dateTails.match(s.r[j:s.b]); n > 0 {
		if next == '日' && (s.at(j+1) == '均' || s.at(j+1) == '处') || next == '时' && s.at(j+1) == '速' {
			return ""
		}
		return "-"
	}
	if n, _ := nameTails.match(s.r[j:s.b]); n > 0 {
		return "name"
	}
	if next == '年' && j-i <= 3 && (s.at(j+1) == '来' || s.at(j+1) == '前' || s.at(j+1) == '间') {
		return "-"
	}
	return ""
}

// quoted tells whether r[i:j] stands inside a short quotation or a title: “2513”, 《…2035》.
func (s *scanner) quoted(i, j int) bool {
	for k := i - 1; k >= s.a && k >= i-14; k-- {
		c := s.r[k]
		if c == '”' || c == '》' || c == ',' || isStop(c) {
			return false
		}
		if c == '《' {
			return true
		}
		if c == '“' {
			for m := j; m < s.b && m < j+14; m++ {
				if s.r[m] == '”' {
					return m-k <= 16
				}
				if isStop(s.r[m]) || s.r[m] == ',' && s.at(m-1) != 0 && !isHan(s.at(m-1)) {
					return false
				}
			}
			return false
		}
	}
	return false
}

// streaked reads 连续4年, 连续三届: the number of times in a row.
func (s *scanner) streaked(f *figure) {
	switch f.base {
	case "年", "届", "次", "个月", "个季度", "季度", "天":
	default:
		return
	}
	for _, w := range []string{"连续第", "连续", "已连续", "蝉联"} {
		if strings.HasSuffix(s.text(f.na-4, f.na), w) {
			f.form, f.skip = streak, ""
			return
		}
	}
}

// fold reads 翻一番 and 翻番.
func (s *scanner) fold(i int) int {
	if s.at(i) != '翻' {
		return 1
	}
	j := i + 1
	if s.at(j) == '了' {
		j++
	}
	n := 1
	if s.at(j) == '一' {
		j++
	} else if s.at(j) == '两' || s.at(j) == '二' {
		n = 2
		j++
	} else if s.at(j) == '三' {
		n = 3
		j++
	}
	if s.at(j) != '番' {
		return 1
	}
	v := [...]string{"100", "300", "700"}[n-1]
	f := figure{na: i, nb: j + 1, form: folds, unit: "%", base: "%", class: "ratio", value: parseDecimal(v), han: true}
	s.comparators(&f)
	s.out = append(s.out, f)
	return f.b - i
}

// ranked reads 第19位, 首位, 全国第一.
func (s *scanner) ranked(i int) int {
	f := figure{na: i, form: rank, unit: "位", base: "位", class: "count", value: parseDecimal("1"), op: "="}
	left := s.r[max(s.a, i-9):i]
	switch {
	case s.hasAt(i, "首位") || s.hasAt(i, "榜首"):
		f.nb, f.han = i+2, true
		t := string(left)
		if strings.HasSuffix(t, "在") || strings.HasSuffix(t, "于") || strings.HasSuffix(t, "到") || s.hasAt(i, "首位度") || strings.HasSuffix(t, "放") {
			return 2
		}
	case s.at(i) == '第':
		j := i + 1
		if isDigit(s.at(j)) {
			for isDigit(s.at(j)) {
				j++
			}
			f.value = parseDecimal(s.text(i+1, j))
		} else {
			for strings.ContainsRune(numerals, s.at(j)) && s.at(j) != 0 {
				j++
			}
			v, ok := hanNumber(s.r[i+1 : j])
			if !ok {
				return 1
			}
			f.value, f.han = decimalOf(v), true
		}
		placed := s.at(j) == '位' || s.at(j) == '名'
		if placed {
			j++
		}
		f.nb = j
		n, _ := rankPlace.suffix(left)
		if f.value.String() == "1" && len(left) > 1 && strings.ContainsRune("放摆置列排", left[len(left)-2]) && strings.ContainsRune("在于到", left[len(left)-1]) {
			return j - i // 把安全放在第一位
		}
		if !placed {
			if k, _ := ordinalTails.match(s.r[min(j, s.b):s.b]); k > 0 || n == 0 {
				return j - i
			}
		} else if s.at(j) == '的' && n == 0 {
			return j - i
		}
	default:
		return 1
	}
	f.a, f.b = f.na, f.nb
	s.out = append(s.out, f)
	return f.nb - i
}

// directional reads 正增长, 转正, 只增不减: a sign without a size.
func (s *scanner) directional(i int) int {
	for _, w := range []string{"正增长", "转正", "只增不减"} {
		if !s.hasAt(i, w) {
			continue
		}
		n := len([]rune(w))
		if w == "转正" && strings.ContainsRune("轨型式", s.at(i+2)) && s.at(i+2) != 0 {
			return 1
		}
		f := figure{a: i, b: i + n, na: i, nb: i + n, form: direction, op: ">", unit: "%", base: "%", class: "ratio", value: parseDecimal("0")}
		if w == "只增不减" {
			f.op, f.value = ">=", parseDecimal("0")
		}
		s.out = append(s.out, f)
		return n
	}
	return 1
}

// han reads a figure in Chinese numerals at i, where it quantifies: 三成, 三分之一, 六届, 半天, 六连增, 超千亿元.
func (s *scanner) han(i int) int {
	prev, c := s.at(i-1), s.at(i)
	if prev == '第' || isDigit(prev) {
		return 1
	}
	if c == '过' || c == '半' || c == '一' {
		if n := s.halves(i); n > 0 {
			return n
		}
	}
	if s.hasAt(i, "百分之") {
		return s.hundredths(i)
	}
	j := i
	for (hanDigits[s.at(j)] > 0 || hanTens[s.at(j)] > 0) && s.at(j) != 0 {
		j++
	}
	if strings.ContainsRune("百千万亿", c) && slices.Contains(bases, prev) && s.text(i-2, i) != "以上" {
		return s.bare(i)
	}
	if strings.ContainsRune("百千万", c) && !strings.ContainsRune(numerals+scales+"两", prev) && (s.at(i+1) == '余' || s.at(i+1) == '多') {
		if n, _ := units.match(s.r[min(i+2, s.b):s.b]); n > 0 {
			return s.bare(i) // 千余家企业
		}
	}
	if hanDigits[c] > 0 && slices.Contains(bases, prev) && s.scaled(i+1) {
		return s.finish(&figure{na: i, value: decimalOf(float64(hanDigits[c])), han: true}, i, i+1) // 突破|两亿元|大关
	}
	v, ok := hanNumber(s.r[i:min(j, s.b)])
	if !ok || j == i {
		return 1
	}
	switch {
	case s.hasAt(j, "分之"):
		return s.parts(i, j, v)
	case s.at(j) == '成' && v < 10:
		if !s.tenths(j, prev) {
			return 1
		}
	case s.at(j) == '倍' && v < 100:
	case s.at(j) == '连' && strings.ContainsRune("增冠丰升优快涨", s.at(j+1)) && s.at(j+1) != 0:
		s.out = append(s.out, figure{a: i, na: i, nb: j + 2, b: j + 2, form: streak, op: "=", unit: "年", base: "年", class: "time", value: decimalOf(v), han: true})
		return j + 2 - i
	case strings.HasSuffix(s.text(i-4, i), "连续"), strings.HasSuffix(s.text(i-4, i), "蝉联"):
	case s.quoted(i, j) || s.at(j) == '大' || s.at(j) == '五' || prev == '等' || prev == '“':
		return j - i
	case s.at(j) == '届' && v <= 10 && (strings.HasSuffix(s.text(i-3, i), "举办") || strings.HasSuffix(s.text(i-3, i), "承办")):
	case !s.countsNoun(i, j, v):
		return j - i
	}
	f := figure{na: i, value: decimalOf(v), han: true}
	return s.finish(&f, i, j)
}

// scaled tells whether a scale and a unit stand at i: 亿元, 千万吨.
func (s *scanner) scaled(i int) bool {
	k := i
	for s.at(k) != 0 && strings.ContainsRune("百千万亿", s.at(k)) {
		k++
	}
	n, _ := units.match(s.r[min(k, s.b):s.b])
	return k > i && n > 0
}

// hundredths reads 百分之十五.
func (s *scanner) hundredths(i int) int {
	j := i + 3
	for strings.ContainsRune("一二三四五六七八九十百", s.at(j)) && s.at(j) != 0 {
		j++
	}
	v, ok := hanNumber(s.r[i+3 : min(j, s.b)])
	if !ok || v == 0 {
		return 3
	}
	f := figure{na: i, nb: j, form: percent, unit: "%", base: "%", class: "ratio", value: decimalOf(v), han: true}
	s.comparators(&f)
	s.out = append(s.out, f)
	return f.b - i
}

// parts reads 三分之一; v is what stands before 分之 at j.
func (s *scanner) parts(i, j int, v float64) int {
	k := j + 2
	for strings.ContainsRune("一二三四五六七八九", s.at(k)) && s.at(k) != 0 {
		k++
	}
	w, ok := hanNumber(s.r[j+2 : min(k, s.b)])
	if !ok || w == 0 || v <= w || v > 20 {
		return j - i
	}
	f := figure{na: i, nb: k, form: fraction, unit: "fraction", base: "fraction", class: "ratio", value: fractionValue(int(w), int(v)), han: true}
	s.comparators(&f)
	s.out = append(s.out, f)
	return f.b - i
}

// tenths tells whether the 成 at j, behind a numeral with prev before it, means tenths: 超八成, and not 三成立.
func (s *scanner) tenths(j int, prev rune) bool {
	after := s.at(j + 1)
	n, _ := behind.match(s.r[min(j+1, s.b):s.b])
	if n == 0 && after != '多' && (prev == 0 || !strings.ContainsRune("近超逾过约达占有到至", prev)) {
		return false
	}
	return after == 0 || !strings.ContainsRune("立为员功", after)
}

// countsNoun tells whether a Chinese numeral with a classifier counts something that the clause is about, as in
// 五个县荣获…, and does not just sum up a list or stand for a slogan.
func (s *scanner) countsNoun(i, j int, v float64) bool {
	if v < 2 || hanDigits[s.at(i)] == 0 && s.at(i) != '十' {
		return false
	}
	opens := i == s.a || strings.ContainsRune(",;:。、\n", s.at(i-1))
	if !opens {
		n, _ := openers.suffix(s.r[max(s.a, i-8):i])
		opens = n > 1
	}
	if !opens || s.at(i-1) == '、' {
		return false
	}
	if s.at(j) == '个' {
		n, _ := placeNouns.match(s.r[min(j+1, s.b):s.b])
		return n > 0 && !s.hasAt(j+1, "市场") && !s.hasAt(j+1, "区域") && !s.hasAt(j+1, "村的")
	}
	n, _ := plainCounts.match(s.r[min(j, s.b):s.b])
	return n > 0 && isHan(s.at(j+1))
}

// bare reads a scale without a digit behind a comparator: 超千亿元, 突破万亿元.
func (s *scanner) bare(i int) int {
	f := figure{na: i, value: parseDecimal("1"), han: true}
	n := s.finish(&f, i, i)
	if g := &s.out[len(s.out)-1]; s.at(i-1) == '上' && g.a == i && g.op == "=" {
		g.a, g.op = i-1, ">="
	}
	return n
}

// halves reads 过半, 一半 and 半天.
func (s *scanner) halves(i int) int {
	f := figure{na: i, form: half, unit: "%", base: "%", class: "ratio", op: "=", value: parseDecimal("50"), han: true}
	switch {
	case s.hasAt(i, "过半") && !strings.ContainsRune("通超", s.at(i-1)):
		f.nb, f.op = i+2, ">"
	case s.hasAt(i, "一半") && strings.ContainsRune("近超占达约的", s.at(i-1)):
		f.nb = i + 2
		s.comparators(&f)
	case s.hasAt(i, "半天") && strings.ContainsRune("至到为在缩", s.at(i-1)):
		f.nb, f.form, f.unit, f.base, f.class, f.value = i+2, plain, "天", "天", "time", parseDecimal("0.5")
		s.comparators(&f)
	case s.hasAt(i, "半小时") && strings.ContainsRune("至到为在缩", s.at(i-1)):
		f.nb, f.form, f.unit, f.base, f.class, f.value = i+3, plain, "小时", "小时", "time", parseDecimal("0.5")
		s.comparators(&f)
	default:
		return 0
	}
	if f.b == 0 {
		f.a, f.b = i, f.nb
	}
	s.out = append(s.out, f)
	return f.b - i
}
