package report

import "strings"

// Figures that are only named: to be compared with, as the field among which a place was taken, as the head of a list.

// cited tells whether a figure is only named to be compared with (比预计的2700亿元多出…) or restates a target (8%左右的增长目标).
func (p *parser) cited(c *clause, k int, kind Kind) bool {
	f := &c.figs[k]
	r := p.n.r
	if f.b < c.b && strings.ContainsRune("多少高低增减提降下上扩", r[f.b]) && f.class == "measure" {
		l := string(r[p.leftEdge(c, k):f.a])
		if i := strings.LastIndexAny(l, "比较"); i >= 0 && !strings.Contains(l[i:], "增") && !strings.Contains(l[i:], "降") && !strings.Contains(l[i:], "比重") {
			return true
		}
	}
	if f.class == "count" && strings.HasSuffix(string(r[f.b:c.b]), "之一") && !strings.HasSuffix(string(r[f.b:c.b]), "分之一") {
		return true
	}
	if f.class == "count" && p.field(c, f) {
		return true
	}
	if f.b+2 < c.b && r[f.b] == '的' && f.form == percent {
		l, t := string(r[p.leftEdge(c, k):f.a]), string(r[f.b+1:min(c.b, f.b+7)])
		for _, w := range []string{"超过", "超出", "高于", "低于", "优于", "达到", "好于"} {
			if i := strings.LastIndex(l, w); i >= 0 && len(l)-i < 30 && (strings.HasPrefix(t, "要求") || strings.HasPrefix(t, "规定") || strings.HasPrefix(t, "标准") || strings.HasPrefix(t, "目标") || strings.HasPrefix(t, "考核")) && (k > 0 || i == 0) {
				return true // 参合率达89%,超过自治区|85%|的要求
			}
		}
	}
	if kind != Result && f.b+2 < c.b && r[f.b] == '的' && strings.Contains(string(r[f.b:min(c.b, f.b+14)]), "目标") {
		return true
	}
	return false
}

// field tells whether a count says among how many a place was taken: 在262个地级市信用排名中升至…, 退出全国169个城市空气质量后20名.
func (p *parser) field(c *clause, f *figure) bool {
	l := string(p.n.r[max(c.a, f.a-4):f.a])
	if !endsIn(l, "在", "全国", "全省", "全区", "全市", "国内", "居", "参评") {
		return false
	}
	t := string(p.n.r[f.b:min(c.b, f.b+20)])
	for _, w := range []string{"排名", "考核中", "评价中", "评比中", "测评中", "中位列", "中排", "中居", "中列", "空气质量后", "空气质量“后"} {
		if strings.Contains(t, w) {
			return true
		}
	}
	return false
}

// matterCount tells whether a count announces the livelihood list: 33件|民生实事.
func matterCount(t []rune) bool {
	for i, c := range t[:min(len(t), 10)] {
		if isDigit(c) && i > 0 && t[i-1] == '等' {
			return false // 建设公园8个|等20件民生实事
		}
	}
	return strings.Contains(string(t[:min(len(t), 10)]), "实事")
}
