package promise

import (
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"huying/internal/clock"
)

// Proposal is who should owe a promise, with the reason, before a person says so.
type Proposal struct {
	Lead   string
	Reason []string // the phrases of the lead's responsibilities that the promise's words hold; none for the fallback
	Joint  []string
}

// maxJoint is how many co-operating units are proposed at most.
const maxJoint = 3

// proposeUnits weighs each unit by the phrases of its responsibilities that stand in the promise: a longer phrase is rarer and says more,
// one in the promise's own words counts four times one in its sentence or heading. Units that the text itself names come first; the
// first-named leads, as in the lists of supervision offices.
func proposeUnits(c Claim, context string, units []UnitDuty, fallback string) Proposal {
	type weighed struct {
		key     string
		weight  int
		phrases []string
	}
	var all []weighed
	own := strings.Join([]string{c.Quote, c.Object, c.Indicator, c.Scope}, "|")
	for _, u := range units {
		w := weighed{key: u.Key}
		for _, phrase := range u.Responsibilities {
			n := utf8.RuneCountInString(phrase)
			switch {
			case strings.Contains(own, phrase):
				w.weight += 4 * n * n
			case strings.Contains(context, phrase):
				w.weight += n * n
			default:
				continue
			}
			w.phrases = append(w.phrases, phrase)
		}
		for i, owner := range c.Owners {
			if known(u.Names, owner) {
				w.weight += 1_000_000 / (i + 1)
				w.phrases = append([]string{owner}, w.phrases...)
			}
		}
		if w.weight > 0 {
			all = append(all, w)
		}
	}
	if len(all) == 0 {
		return Proposal{Lead: fallback}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].weight > all[j].weight })
	p := Proposal{Lead: all[0].key, Reason: all[0].phrases}
	for _, w := range all[1:min(len(all), maxJoint+1)] {
		if 2*w.weight >= all[0].weight {
			p.Joint = append(p.Joint, w.key)
		}
	}
	return p
}

// lowerIsBetter are words of indicators that one wants small.
var lowerIsBetter = []string{"失业率", "能耗", "排放", "事故", "死亡", "亡人", "办结", "时限", "压缩", "下降", "降低", "减少", "削减", "负债", "支出压减", "警情", "发案", "价格", "CPI", "浓度", "PM2.5", "死亡率", "贫困", "欠薪"}

// proposeDirection says which way is good: down for a ceiling and for what one wants small. A fall that is promised (下降10%) is itself
// better when larger, so it is the words that decide only where the figure is a level.
func proposeDirection(c Claim) Direction {
	if c.Op == "<=" || c.Op == "<" {
		return Lower
	}
	if c.Metric == "level" || c.Metric == "count" || c.Metric == "" {
		for _, w := range lowerIsBetter {
			if strings.Contains(c.Indicator+c.Verb+c.Object+c.Quote, w) {
				return Lower
			}
		}
	}
	return Higher
}

// stockWords are words of indicators that count what there is, not what was added this year.
var stockWords = []string{"总量", "总数", "拥有量", "保有量", "数量", "存量", "覆盖率", "面积达", "总规模", "人口"}

// proposeCourse says how the figure moves through the year.
func proposeCourse(c Claim) Course {
	switch {
	case c.Measurability == Coverage && proposeDirection(c) != Lower: // one place after the other
		return Flow
	case proposeDirection(c) == Lower, c.Unit == "%", c.Unit == "‰", strings.Contains(c.Unit, "百分点"), strings.Contains(c.Unit, "/"),
		c.Metric == "growth", c.Metric == "growth_avg", c.Metric == "share", c.Metric == "rank", c.Metric == "ratio", c.Metric == "change_pp":
		return Rate
	}
	for _, w := range stockWords {
		if strings.Contains(c.Indicator, w) || strings.Contains(c.Quote, w) {
			return Stock
		}
	}
	return Flow
}

// proposeCycle says how often to report: figures of the economy and the livelihood matters each month, other work each quarter.
func proposeCycle(c Claim) Cycle {
	if c.Kind == Target || c.Kind == Livelihood || c.Measurability == Numeric {
		return Monthly
	}
	return Quarterly
}

// yearSpan is the time of a promise: from the first day of the register's year to its deadline, or to the end of the year that it speaks
// of, which for the aims of a five-year plan is a later one.
func yearSpan(c Claim, year int) (start, due clock.Date) {
	start, due = clock.Date{Year: year, Month: 1, Day: 1}, clock.Date{Year: year, Month: 12, Day: 31}
	if _, last, span := strings.Cut(c.Year, "-"); span {
		due.Year = lastYear(last, year)
	} else {
		due.Year = lastYear(c.Year, year)
	}
	if !c.Deadline.IsZero() {
		due = c.Deadline
	}
	return start, due
}

// lastYear is the year that a text names, or year when it names none or one before.
func lastYear(s string, year int) int {
	if y, err := strconv.Atoi(s); err == nil && y > year && y <= 2100 {
		return y
	}
	return year
}

// Words by which a key project is known: something is built, what is built is a place, and it is not a scheme that only borrows the word.
var (
	buildWords   = []string{"建设", "建成", "新建", "再建", "扩建", "改造", "动工", "开工", "竣工", "投产", "完成", "启动", "更新", "升级", "进驻"}
	builtWords   = []string{"项目", "院区", "校区", "园区", "产业园", "科技园", "公园", "广场", "场馆", "体育馆", "博物馆", "档案馆", "图书馆", "文化馆", "青少年宫", "医院", "学校", "中学", "小学", "幼儿园", "研究生院", "道路", "公路", "隧道", "大桥", "管网", "水质净化厂", "污水处理", "步道", "栈道", "碧道", "综合体", "码头", "地铁", "轻轨", "服务站", "利用中心", "福利中心", "邻里中心", "艺术中心", "商业中心", "安置房", "人才房", "公寓", "厂房", "停车场", "垃圾焚烧", "变电站", "建筑面积", "校舍", "水库", "堤"}
	schemeSuffix = []string{"体系", "机制", "方案", "计划", "政策", "制度", "行动", "要点", "水平", "能力", "改革"}
)

// isProject reports whether a promise belongs to the rolling list of key projects: named works that run over years.
func isProject(c Claim) bool {
	if c.Kind == Target || c.Strength == "attitude" || c.Strength == "encourage" || c.Strength == "explore" {
		return false
	}
	for _, w := range schemeSuffix {
		if strings.HasSuffix(c.Title(), w) || strings.HasSuffix(c.Object, w) {
			return false
		}
	}
	text := c.Quote + c.Object
	return hasAny(text, buildWords) && hasAny(text, builtWords)
}

func hasAny(s string, words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(s, w) })
}

// proposeFormula computes what the register itself knows: a promise to invest by the rolling list of key projects is kept when its
// projects have spent as much.
func proposeFormula(c Claim, context string) string {
	if !strings.Contains(context, "滚动计划") || !strings.Contains(c.Quote, "投资") || c.Value == "" {
		return ""
	}
	switch c.Unit {
	case "亿元":
		return `projects["spent"] / 10000.0`
	case "万元":
		return `projects["spent"]`
	}
	return ""
}

// proposeNodes are the milestones that a promise begins with: half-year and third-quarter checks for what runs the whole year. The lead
// refines them.
func proposeNodes(c Claim, start, due clock.Date) []Node {
	if c.Measurability != Binary && c.Measurability != Coverage && c.Measurability != Project {
		return nil
	}
	var nodes []Node
	for i, q := range []struct {
		month, day int
		share      float64
		title      string
	}{{3, 31, 20, "一季度节点"}, {6, 30, 45, "上半年节点"}, {9, 30, 70, "三季度节点"}} {
		d := clock.Date{Year: start.Year, Month: time.Month(q.month), Day: q.day}
		if d.After(start) && d.Before(due) {
			nodes = append(nodes, Node{No: i + 1, Title: q.title, Due: d, Share: q.share})
		}
	}
	return nodes
}
