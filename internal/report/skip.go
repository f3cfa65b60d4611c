package report

import (
	"slices"
	"strings"
)

// Numbers with a unit that claim nothing all the same: spans of time, ages that say who is meant, ratings, headers.

// endsIn tells whether s ends with one of the words.
func endsIn(s string, words ...string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.HasSuffix(s, w) })
}

// followed tells whether one of the words stands at i.
func (s *scanner) followed(i int, words ...string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return s.hasAt(i, w) })
}

// skipUnit gives the reason why a number with its unit says nothing about an indicator.
func (s *scanner) skipUnit(f *figure) string {
	left, next := s.text(f.a-6, f.a), s.at(f.b)
	switch {
	case s.at(f.a-1) == '每' && f.class == "count":
		return "name" // 每10万人刑事案件数
	case f.unit == "":
		return "unit.none"
	case f.class == "ratio" && s.at(f.a-1) == '前' && (f.form == percent || f.form == fraction):
		return "name"
	case f.class == "count" && (s.at(f.a-1) == '前' || s.at(f.a-1) == '后') && (f.base == "名" || f.base == "位"):
		return "rank.top"
	case f.base == "个" && s.followed(f.b, "多月", "半月"):
		return "time.span"
	case f.class == "age":
		if !f.suffix && !isHan(next) || f.approx != "" || endsIn(left, "到", "至", "达") || strings.Contains(s.text(f.a-14, f.a), "寿命") {
			return ""
		}
		return "attribute.age"
	case f.base == "年" || f.base == "个月" || f.base == "周" || f.base == "个季度" || f.base == "季度":
		if endsIn(left, "连续", "连续第") || f.base == "年" && strings.Contains(s.text(f.a-36, f.a), "年限") && !strings.HasSuffix(left, "近") {
			return ""
		}
		return "time.span"
	case f.class == "time":
		return s.skipTime(f, left, next)
	case f.base == "轮" && f.han:
		return "ordinal"
	case f.base == "届" || f.base == "期":
		if t := s.text(f.a-30, f.a); f.base == "届" && (strings.Contains(t, "举办") || strings.Contains(t, "承办")) || strings.Contains(left, "连续") || strings.Contains(left, "蝉联") {
			return ""
		}
		return "ordinal"
	case f.unit == "元" && f.value.String() == "1", f.class == "" && f.base == "" && (next == '级' || next == '强'):
		return "name"
	case f.class == "count" && s.heads(f, left):
		return "header"
	case f.base == "分" && s.hasAt(f.b, "钟"):
		return "time.attribute"
	}
	return s.skipMeasure(f, left, next)
}

// skipTime is skipUnit for hours and days: a time limit claims something, a time taken or a mere attribute does not.
func (s *scanner) skipTime(f *figure, left string, next rune) string {
	if endsIn(left, "仅用", "历时", "只用", "用了") {
		return "time.attribute"
	}
	for _, w := range []string{"至", "到", "为", "缩短", "压缩", "减少", "增加", "天数", "达", "数", "时间", "时限", "需", "仅", "用时", "连续", "延长", "提前"} {
		if strings.Contains(left, w) {
			return ""
		}
	}
	if f.op != "=" && !isHan(next) || s.followed(f.b, "办结", "完成", "内") || f.base == "个工作日" || f.base == "工作日" || f.base == "天" && !isHan(next) {
		return ""
	}
	return "time.attribute"
}

// heads tells whether a count only says how many points follow: 从八个方面着力, 提出25项主要指标.
func (s *scanner) heads(f *figure, left string) bool {
	if s.followed(f.b, "方面", "着力", "坚持", "关键词", "必须", "重点任务", "主要任务", "重大任务") {
		return true
	}
	if s.hasAt(f.b, "领域") {
		return endsIn(left, "分", "从", "围绕", "聚焦")
	}
	return strings.Contains(s.text(f.b, f.b+6), "指标") && !strings.Contains(s.text(f.b, f.b+14), "指标值") && !strings.Contains(s.text(f.b, f.b+12), "全部")
}

// skipMeasure is skipUnit for sizes that only describe a thing.
func (s *scanner) skipMeasure(f *figure, left string, next rune) string {
	switch f.base {
	case "千伏", "吨级", "伏", "英寸", "位数":
		return "name.rating"
	case "兆瓦时":
		if isHan(next) && next != '的' {
			return "name.rating"
		}
	case "公里", "米", "里":
		if isHan(next) && endsIn(left, "沿线", "沿岸", "周边", "两侧", "半径") {
			return "attribute" // 沿线1公里地块
		}
	}
	switch {
	case f.class == "measure" && isHan(next) && endsIn(left, "最高", "最大", "最长", "最深"):
		return "attribute" // 全球最高10米液压支架
	case f.class == "measure" && next == '级' && s.at(f.b+1) != '的':
		return "name.rating" // 30万千瓦级机组
	case endsIn(left, "时速", "时速达", "一个", "把", "辐射周边", "辐射"), s.hasAt(f.b, "范围"), f.class == "" && f.base == "" && s.hasAt(f.b, "人口的"):
		return "attribute"
	case isHan(next) && f.class == "measure" && endsIn(left, "日处理", "年处理", "年产", "日产", "日供水", "日供应"):
		return "attribute.capacity"
	}
	return ""
}
