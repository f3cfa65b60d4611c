package report

import (
	"slices"
	"strings"
)

// Work reports close their chapters with exhortations: 让我们…, 唯实干者进, 奋力谱写…新篇章. They promise nothing. This file tells
// them from tasks.

// banners are words that only an exhortation uses.
var banners = list(`谱写 篇章 新局面而 努力奋斗 不懈奋斗 团结奋斗 接续奋斗 奋斗不息 更大贡献 应有贡献 贡献力量 砥砺前行 砥砺奋进 勇毅前行 笃行不怠 笃行致远 只争朝夕 不负韶华 锐意进取 开拓进取 奋发进取 奋勇争先
	奋勇前进 奋勇拼搏 勇立潮头 勇往直前 齐心协力 同心同德 同心协力 勠力同心 凝心聚力 万众一心 众志成城 攻坚克难 不忘初心 牢记使命 扬帆 奋楫 启航 鼓足干劲 昂扬 斗志 两个确立 两个维护 四个意识 四个自信 责任重大 使命光荣
	任重道远 任务艰巨 使命在肩 重任在肩 开好局 起好步 良好开局 圆梦 伟大复兴 中国梦 紧密团结在 高举中国特色 向前进 创造无愧 新业绩 辉煌 新征程 美好明天 美好未来 华章 再创佳绩 交出 答卷 笃定前行 乘势而上 风雨无阻
	不辱使命 不负重托 不负期望 不负人民 蒸蒸日上 时不我待 行胜于言 实干为要 实干兴 空谈误 埋头苦干 真抓实干 脚踏实地 一往无前 携手奋进 携手并肩 扎实工作 苦干实干 敢闯敢试 善作善成`)

// urges are the openings of an exhortation.
var urges = []string{"让我们", "唯有", "唯", "只有", "只要", "面对新", "站在新", "回望", "展望", "各位代表", "同志们", "我们坚信", "我们相信", "我们深信", "我们深感", "我们一定", "我们必须", "我们要在", "我们有信心", "有理由相信", "时代要求", "历史"}

// rhetoric tells whether a sentence exhorts: it ends with an exclamation mark, or it calls upon those who listen.
func rhetoric(t []rune) bool {
	if len(t) == 0 {
		return false
	}
	last := t[len(t)-1]
	if last == '”' && len(t) > 1 {
		last = t[len(t)-2]
	}
	s := string(t)
	return last == '!' && len(t) <= 110 || strings.Contains(s, "让我们")
}

// exhorts tells whether a clause without a figure is an exhortation or only names the whole of the year's work: 圆满完成全年目标任务.
func exhorts(t []rune) bool {
	s := string(t)
	for _, u := range urges {
		if strings.HasPrefix(s, u) {
			return true
		}
	}
	if marksTheYear(s) {
		return true
	}
	if i := strings.Index(s, "完成"); i >= 0 && wholeYear(s[i+len("完成"):]) {
		return true
	}
	if i, n, _ := banners.find(t, 0); n > 0 && (len(t) <= 14 || i+n+8 >= len(t)) && !slices.Contains(t, '《') {
		first, tag := openers.match(stripAdverbs(t))
		return first == 0 || tag != "deliver" && tag != "start" || len(t) <= 10 || i > 6
	}
	return false
}

// marksTheYear tells whether a clause only says what a year or a period is: 今年是建市50周年, 也是攻坚之年.
func marksTheYear(s string) bool {
	for _, w := range []string{"今年", "明年", "这一年", "也", "又", "更", "既", "还"} {
		s = strings.TrimPrefix(s, w)
	}
	if r := []rune(s); len(r) > 6 && yearAt(r, 0) > 0 && r[4] == '年' {
		s = string(r[5:])
	}
	return strings.HasPrefix(s, "是") && endsIn(s, "年", "期", "周年", "节点", "起点", "阶段", "关口", "窗口")
}

// plights are words of a paragraph that surveys the situation before the work of the year is set out.
var plights = []string{"形势", "严峻", "困难", "压力", "挑战", "机遇", "不确定", "有利条件", "积极因素", "没有变", "下行", "危机", "风险", "信心", "趋势"}

// surveys tells whether a paragraph of a plan surveys the situation and sets out nothing itself.
func surveys(t []rune) bool {
	s, found := string(t), 0
	for _, w := range []string{"目标是", "目标为", "目标:", "预期目标", "要求是", "要求:", "我们要", "重点抓好", "重点做好", "着力抓好"} {
		if strings.Contains(s, w) {
			return false
		}
	}
	for _, w := range plights {
		if strings.Contains(s, w) {
			found++
		}
	}
	return found >= 4
}

// wholeYear tells whether what is completed is the year's work as a whole and nothing in particular.
func wholeYear(s string) bool {
	s = strings.TrimLeft(s, "了")
	if s == "" {
		return false
	}
	for again := true; again; {
		again = false
		for _, w := range []string{"全年", "今年", "年度", "本年度", "全市", "全省", "全区", "全县", "经济社会发展", "经济和社会发展", "国民经济和社会发展", "各项", "主要", "预期", "既定", "确定的", "的", "目标", "任务", "工作", "和", "指标"} {
			if t := strings.TrimPrefix(s, w); t != s {
				s, again = t, true
			}
		}
		if y := []rune(s); len(y) > 5 && yearAt(y, 0) > 0 && y[4] == '年' {
			s, again = string(y[5:]), true
		}
	}
	return s == ""
}
