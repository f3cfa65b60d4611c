package report

import "strings"

// link joins each target and task to last year's figure of the same indicator, and each task of the body to the livelihood
// matter that promises the same.
func (rd *Reading) link() {
	last := itoa(rd.Year - 1)
	results := map[string][]int{}
	for i := range rd.Records {
		r := &rd.Records[i]
		if r.Kind == Result && r.Value != "" && r.Year == last {
			k := linkName(r.Indicator)
			results[k] = append(results[k], i)
		}
	}
	for i := range rd.Records {
		r := &rd.Records[i]
		if r.Metric == "count" && r.Kind != Target || r.Kind == Result || r.Value == "" || r.Year != itoa(rd.Year) {
			continue
		}
		if j, ok := rd.baseline(r, results[linkName(r.Indicator)]); ok {
			r.Baseline = rd.Records[j].ID
			rd.Links = append(rd.Links, Link{"baseline", r.ID, r.Baseline})
		}
	}
	rd.duplicates()
}

// linkName is an indicator without the words that change from one mention to the next: 规上 for 规模以上, 新增, brackets.
func linkName(s string) string {
	for _, w := range [][2]string{{"规模以上", "规上"}, {"国内生产总值", "生产总值"}, {"地区生产总值", "生产总值"}, {"GDP", "生产总值"}, {"高新技术企业", "高企"}, {"数量", ""}, {"总数", ""}, {"的", ""}, {"“", ""}, {"”", ""}, {"国家", ""}, {"完成", ""},
		{"达到", ""}, {"实际吸收", ""}, {"实际利用", ""}, {"总额", ""}, {"总值", ""}} {
		s = strings.ReplaceAll(s, w[0], w[1])
	}
	for _, w := range []string{"新增", "新建", "建成", "实现", "力争", "扩大", "提高"} {
		s = strings.TrimPrefix(s, w)
	}
	return s
}

// baseline picks the result to compare with: the same metric and unit first, then a level with the same base.
func (rd *Reading) baseline(r *Record, from []int) (int, bool) {
	best, score := -1, 0
	for _, j := range from {
		c := &rd.Records[j]
		s := 1
		if c.Unit == r.Unit {
			s += 4
		}
		if c.Metric == r.Metric {
			s += 8
		}
		if c.Scope != "" && c.Scope == r.Scope {
			s += 2
		}
		if (c.Unit == "%") != (r.Unit == "%") && c.Metric != "level" {
			continue
		}
		if c.Unit != r.Unit && (r.Kind != Target || c.Metric == "count") || len([]rune(linkName(r.Indicator))) < 3 && c.Unit != r.Unit || generic.has([]rune(r.Indicator)) {
			continue
		}
		if s >= score { // of two mentions the later one is of the year alone
			best, score = j, s
		}
	}
	return best, best >= 0
}

// duplicates links what body and annex promise alike: the same quantity and unit of the same object.
func (rd *Reading) duplicates() {
	for i := range rd.Records {
		m := &rd.Records[i]
		if m.Kind != Matter || m.Value == "" || m.Metric == "" {
			continue
		}
		for j := range rd.Records {
			t := &rd.Records[j]
			if t.Kind != Task || t.Value != m.Value || t.Unit != m.Unit || t.Duplicate != "" || !sameObject(t.Object, m.Object) {
				continue
			}
			m.Duplicate, t.Duplicate = t.ID, m.ID
			rd.Links = append(rd.Links, Link{"duplicate", m.ID, t.ID})
			break
		}
	}
}

// sameObject tells whether two objects name the same thing: one holds the other.
func sameObject(a, b string) bool {
	return a != "" && b != "" && (strings.Contains(a, b) || strings.Contains(b, a))
}
