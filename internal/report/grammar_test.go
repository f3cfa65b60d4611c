package report

import (
	"slices"
	"strings"
	"testing"
)

// read reads a made-up report: the sentences stand in the chapter that the situation is about.
func read(t *testing.T, chapter, text string) *Reading {
	t.Helper()
	head := "2030年某区政府工作报告\n"
	switch chapter {
	case "review":
		text = head + "一、2029年工作回顾\n" + text + "\n二、2030年工作安排\n今年工作繁重。\n"
	case "five":
		text = head + "一、“十五五”时期工作回顾\n这五年，我们稳步前行。" + text + "\n二、2030年工作安排\n今年工作繁重。\n"
	case "target":
		text = head + "一、2029年工作回顾\n去年平稳。\n二、2030年工作安排\n今年经济社会发展主要预期目标是：" + text + "\n"
	case "plan":
		text = head + "一、2029年工作回顾\n去年平稳。\n二、2030年工作安排\n（一）建设宜居新区，提升品质\n" + text + "\n"
	case "horizon":
		text = head + "一、2029年工作回顾\n去年平稳。\n二、“十六五”时期主要目标\n" + text + "\n三、2030年工作安排\n今年工作繁重。\n"
	case "annex":
		text = head + "一、2029年工作回顾\n去年平稳。\n二、2030年工作安排\n今年工作繁重。\n附件\n\n2030年十项民生实事\n\n" + text + "\n"
	}
	rd, err := Read(FromText(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	check(t, text, rd)
	return rd
}

// check holds every record against the text that it was read from.
func check(t *testing.T, text string, rd *Reading) {
	t.Helper()
	r := []rune(text)
	for _, x := range rd.Records {
		if x.Start < 0 || x.Start >= x.End || x.End > len(r) {
			t.Fatalf("%s: span %d-%d outside the text of %d", x.ID, x.Start, x.End, len(r))
		}
		if x.Quote != string(r[x.Start:x.End]) {
			t.Errorf("%s: quote %q is not the text at its span", x.ID, x.Quote)
		}
		if x.SentStart > x.Start || x.SentEnd < x.End {
			t.Errorf("%s: the sentence %d-%d does not hold the quote %d-%d", x.ID, x.SentStart, x.SentEnd, x.Start, x.End)
		}
		if x.NumEnd > 0 && (x.NumStart < x.SentStart || x.NumEnd > x.SentEnd || x.NumStart >= x.NumEnd) {
			t.Errorf("%s: the figure %d-%d lies outside its sentence", x.ID, x.NumStart, x.NumEnd)
		}
	}
}

// brief is a claim in one line: name op value unit metric year.
func brief(x *Record) string {
	name := x.Indicator
	if x.Kind == Task || x.Kind == Matter {
		name = x.Verb + "/" + x.Object
	}
	s := name + " " + x.Op + " " + x.Value
	if x.ValueMax != "" {
		s += ".." + x.ValueMax
	}
	return s + " " + x.Unit + " " + x.Metric + " " + x.Year
}

func figuresOf(rd *Reading, kinds ...Kind) []string {
	out := []string{}
	for i := range rd.Records {
		x := &rd.Records[i]
		if x.Value != "" && slices.Contains(kinds, x.Kind) {
			out = append(out, brief(x))
		}
	}
	return out
}

// TestResults: how a figure of a review finds its name, its comparator, its sign and its year.
func TestResults(t *testing.T) {
	for _, c := range []struct {
		name, chapter, text string
		want                []string
	}{
		{"a level and its growth are two claims, the second inherits the name", "review", "渔业产值82.5亿元、增长6.1%。",
			[]string{"渔业产值 = 82.5 亿元 level 2029", "渔业产值 = 6.1 % growth 2029"}},
		{"a fall is negative, its comparator is of the size", "review", "火灾起数下降超三成。", []string{"火灾起数 > -30 % growth 2029"}},
		{"the verb in the middle of a name is no part of it", "review", "制造业实现增加值31亿元、利润4亿元。",
			[]string{"制造业增加值 = 31 亿元 level 2029", "制造业利润 = 4 亿元 level 2029"}},
		{"分别 deals the rates out to the names before it", "review", "存款余额91亿元，贷款余额70亿元，比年初分别增长7%和9.5%。",
			[]string{"存款余额 = 91 亿元 level 2029", "贷款余额 = 70 亿元 level 2029", "存款余额 = 7 % growth 2029", "贷款余额 = 9.5 % growth 2029"}},
		{"分别 with names in front completes the first with the head of the last", "review", "城镇、农村居民人均可支配收入分别增长4%、6%。",
			[]string{"城镇居民人均可支配收入 = 4 % growth 2029", "农村居民人均可支配收入 = 6 % growth 2029"}},
		{"均 gives one figure to every name", "review", "财政收入、税收收入均增长5%以上。", []string{"财政收入 >= 5 % growth 2029", "税收收入 >= 5 % growth 2029"}},
		{"a share names its whole", "review", "民营经济增加值120亿元，占生产总值的57%。",
			[]string{"民营经济增加值 = 120 亿元 level 2029", "民营经济增加值占生产总值比重 = 57 % share 2029"}},
		{"the value before is kept, only the new one claims", "review", "科技企业从36家增至103家。", []string{"科技企业 = 103 家 count 2029"}},
		{"the noun behind a count is its name", "review", "建成12座过街天桥。", []string{"过街天桥 = 12 座 count 2029"}},
		{"what is said of the thing is no part of its name", "review", "27类电子证照实现共享。", []string{"电子证照 = 27 类 count 2029"}},
		{"a list keeps the verb of its first member", "review", "改造道路7条、桥梁3座。", []string{"改造道路 = 7 条 count 2029", "桥梁 = 3 座 count 2029"}},
		{"a filter says which, not how many", "review", "实施固定资产投资5000万元以上项目237个。", []string{"固定资产投资5000万元以上项目 = 237 个 count 2029"}},
		{"ranks count, ordinals do not", "review", "科创指数居全省第三位，第二届书展举办，第一医院迁入新址。", []string{"科创指数 = 3 位 rank 2029"}},
		{"first place counts, putting something first does not", "review", "把安全摆在首位，绿化率居全市首位。", []string{"绿化率 = 1 位 rank 2029"}},
		{"years in a row", "review", "粮食总产270亿斤，实现“六连增”，园区连续4年获评优秀。",
			[]string{"粮食总产 = 270 亿斤 level 2029", "粮食总产连增 = 6 年 streak 2029", "园区连续获评优秀 = 4 年 streak 2029"}},
		{"a multiple of growth is per cent", "review", "出口增长1.5倍，专利数翻一番。", []string{"出口 = 150 % growth 2029", "专利数 = 100 % growth 2029"}},
		{"a multiple of what it was before is a ratio", "review", "民生支出累计120亿元，是“十四五”时期的2.1倍。",
			[]string{"民生支出 = 120 亿元 level 2029", "民生支出 = 2.1 倍 ratio 2029"}},
		{"a fraction", "review", "企业占全市三分之一。", []string{"企业占全市比重 = 0.3333 fraction share 2029"}},
		{"percentage points are a change", "review", "城镇化率提高1.2个百分点。", []string{"城镇化率 = 1.2 百分点 change_pp 2029"}},
		{"about, more than and odd numbers", "review", "减税近3亿元，惠及28万余人次，招聘会吸引千人以上。",
			[]string{"减税 ~ 3 亿元 level 2029", "惠及 > 28 万人次 count 2029"}},
		{"a scale without a digit", "review", "工业产值突破千亿元。", []string{"工业产值 > 1000 亿元 level 2029"}},
		{"a sign without a size", "review", "外贸进出口保持正增长。", []string{"外贸进出口 > 0 % growth 2029"}},
		{"a bare number of a list takes the unit of the next", "review", "小麦、玉米产量占比分别提高15、22个百分点。",
			[]string{"小麦产量占比 = 15 百分点 change_pp 2029", "玉米产量占比 = 22 百分点 change_pp 2029"}},
		{"compound units", "review", "食品抽检达11批次/千人，低保标准提高到月人均376元。", []string{"食品抽检 = 11 批次/千人 count 2029", "低保标准 = 376 元/月 level 2029"}},
		{"a verb of distribution is no part of a name", "review", "民营企业、小微企业贷款分别新增90亿元、70亿元。",
			[]string{"民营企业贷款 = 90 亿元 increment 2029", "小微企业贷款 = 70 亿元 increment 2029"}},
		{"two kinds under one name", "review", "城乡居民人均收入分别增长4%、6%，存贷款余额分别增长7%、8%。",
			[]string{"城镇居民人均收入 = 4 % growth 2029", "农村居民人均收入 = 6 % growth 2029", "存款余额 = 7 % growth 2029", "贷款余额 = 8 % growth 2029"}},
		{"two counts with units of their own", "review", "每千人托位、养老床位数分别达到4.7个、27张。",
			[]string{"每千人托位床位数 = 4.7 个/千人 count 2029", "每千人养老床位数 = 27 张/千人 count 2029"}},
		{"a clause without a figure names what the next one measures", "review", "对东盟出口增长5%，进出口总值创历史新高，达到53亿元。",
			[]string{"对东盟出口 = 5 % growth 2029", "进出口总值 = 53 亿元 level 2029"}},
		{"a step is no name", "review", "生产总值迈上300亿元新台阶、增量超20亿元。", []string{"生产总值 = 300 亿元 level 2029", "生产总值增量 > 20 亿元 level 2029"}},
		{"what a figure is held against claims nothing", "review", "参合率达89%，超过全市85%的要求。", []string{"参合率 = 89 % share 2029"}},
		{"how near is a filter", "review", "解决海边3公里以内12个村的饮水问题。", []string{"村的饮水问题 = 12 个 count 2029"}},
		{"per so many people belongs to the name", "review", "每10万人火灾起数下降3%。", []string{"每10万人火灾起数 = -3 % growth 2029"}},
		{"a capacity belongs to the name of its plant", "review", "东海石化50万吨甲醇项目建成投产。", []string{}},
		{"a word of doing before a thing belongs to the name", "review", "新增11个县域商业领跑县，打造20个乡村旅游提升示范村。",
			[]string{"县域商业领跑县 = 11 个 increment 2029", "乡村旅游提升示范村 = 20 个 count 2029"}},
		{"a multiple of an earlier year", "review", "生产总值530亿元，是2025年的1.7倍；游客46万人次，旅游收入40亿元，分别是2025年的1.8倍和2倍。",
			[]string{"生产总值 = 530 亿元 level 2029", "生产总值 = 1.7 倍 ratio 2029", "游客 = 46 万人次 count 2029", "旅游收入 = 40 亿元 level 2029", "游客 = 1.8 倍 ratio 2029", "旅游收入 = 2 倍 ratio 2029"}},
		{"the change of a share", "review", "教育支出占财政支出的18%，比上年提高2.6个百分点。",
			[]string{"教育支出占财政支出比重 = 18 % share 2029", "教育支出占财政支出比重 = 2.6 百分点 change_pp 2029"}},
		{"how large the counted things are", "review", "12家企业产值超10亿元。", []string{"企业产值超10亿元 = 12 家 count 2029"}},
		{"a share that falls", "review", "高耗能产业占工业比重下降0.5个百分点。", []string{"高耗能产业占工业比重 = -0.5 百分点 change_pp 2029"}},
		{"a rank that two things share", "review", "水稻、油茶产量位居全国第一。", []string{"水稻产量 = 1 位 rank 2029", "油茶产量 = 1 位 rank 2029"}},
		{"the three sectors at the head of a sentence", "review", "一、二、三产业增加值分别增长4%、5%、6%。",
			[]string{"第一产业增加值 = 4 % growth 2029", "第二产业增加值 = 5 % growth 2029", "第三产业增加值 = 6 % growth 2029"}},
		{"what a thing grew by and came to", "review", "新能源和储能装机增加29万千瓦、达到148万千瓦，占比55%。",
			[]string{"新能源和储能装机 = 29 万千瓦 change 2029", "新能源和储能装机 = 148 万千瓦 level 2029", "新能源和储能装机占比 = 55 % share 2029"}},
		{"a rate that is kept up", "review", "景区游客、门票收入均保持12%以上增长。", []string{"景区游客 >= 12 % growth 2029", "门票收入 >= 12 % growth 2029"}},
		{"how many inhabitants is a filter", "review", "康复中心覆盖30万人口以上的县。", []string{}},
		{"among how many a place was taken", "review", "在88个地级市信用排名中前移9个位次、升至第7位，退出全国99个城市空气质量后20名。",
			[]string{"地级市信用排名 = 9 个位次 change 2029", "地级市信用排名 = 7 位 rank 2029"}},
		{"how far the things of one kind have come", "review", "新开工安置住房84套、基本建成51套，交付49套。新开工建设公租房18套，建成8套。",
			[]string{"安置住房 = 84 套 increment 2029", "安置住房建成 = 51 套 count 2029", "安置住房交付 = 49 套 count 2029", "公租房 = 18 套 increment 2029", "公租房建成 = 8 套 count 2029"}},
		{"two deeds on the same things", "review", "新签约、新落地亿元以上项目分别达到12个以上。", []string{"新签约亿元以上项目 >= 12 个 increment 2029", "新落地亿元以上项目 >= 12 个 increment 2029"}},
		{"a rank of their size is no part of a name", "review", "货物外送24个省份、规模居全国前列。", []string{"省份 = 24 个 count 2029"}},
		{"how long it took is no part of a name", "review", "仅用5个多月就完成了站前片区730亩的拆迁任务。", []string{"站前片区 = 730 亩 level 2029"}},
		{"a Chinese numeral with a scale", "review", "地方收入突破两亿元大关，达到20034万元，五年内翻了两番，增长40%。",
			[]string{"地方收入 > 2 亿元 level 2029", "地方收入 = 20034 万元 level 2029", "地方收入 = 300 % growth 2029", "地方收入 = 40 % growth 2029"}},
		{"a title won again and again", "review", "东山县蝉联三届文明县城称号。", []string{"东山县连续文明县城称号 = 3 届 streak 2029"}},
		{"an odd number without a digit", "review", "聘请百余名医生，带动千余家企业。", []string{"医生 > 100 名 count 2029", "企业 > 1000 家 count 2029"}},
		{"a list that the clause before named as one", "review", "存款、贷款余额稳步增长，双双突破9亿元。城镇、农村居民收入持续增长，分别达到6万元、3万元。",
			[]string{"存款余额 > 9 亿元 level 2029", "贷款余额 > 9 亿元 level 2029", "城镇居民收入 = 6 万元 level 2029", "农村居民收入 = 3 万元 level 2029"}},
		{"two classes in one clause", "review", "北江水质稳定保持Ⅱ类、东江达到Ⅰ类。", []string{"北江水质 = 2 类 level 2029", "东江 = 1 类 level 2029"}},
		{"a class of quality", "review", "出境断面水质稳定保持在Ⅱ类。", []string{"出境断面水质 = 2 类 level 2029"}},
		{"names with digits are no figures", "review", "5G网络、4A级景区、301国道、“2513”工程、世界500强、2.0版、PM2.5、G60走廊、24证合一都不是数字。", []string{}},
		{"in a span of years flows carry the span, states its end", "five", "新建学校8所。粮食产量稳定在76亿斤以上。生产总值年均增长6%。",
			[]string{"新建学校 = 8 所 increment 2025-2029", "粮食产量 >= 76 亿斤 level 2029", "生产总值 = 6 % growth_avg 2025-2029"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := figuresOf(read(t, c.chapter, c.text), Result)
			if !slices.Equal(got, c.want) {
				t.Errorf("%s\n got %s\nwant %s", c.text, strings.Join(got, "\n     "), strings.Join(c.want, "\n     "))
			}
		})
	}
}

// TestTargets: the paragraph of expected targets, with and without figures.
func TestTargets(t *testing.T) {
	for _, c := range []struct {
		name, chapter, text string
		want                []string
	}{
		{"figures with comparators behind", "target", "地区生产总值增长6%左右，城镇新增就业3万人以上，城镇调查失业率5.5%以内。",
			[]string{"地区生产总值 ~ 6 % growth 2030", "城镇新增就业 >= 3 万人 increment 2030", "城镇调查失业率 <= 5.5 % level 2030"}},
		{"a range", "target", "地区生产总值增长5%—5.5%，出口增长3-4%。", []string{"地区生产总值 range 5..5.5 % growth 2030", "出口 range 3..4 % growth 2030"}},
		{"without a figure: with growth, delegated, in words", "target", "居民收入增长与经济增长同步，能耗强度下降完成上级下达任务，物价水平保持稳定，在实际工作中争取更好结果。",
			[]string{"居民收入 =   growth 2030", "能耗强度下降 =   delegated 2030", "物价水平 =   level 2030"}},
		{"what is set from above for several", "target", "确保单位生产总值能耗、主要污染物排放量控制在省下达指标内。",
			[]string{"单位生产总值能耗 <=   delegated 2030", "主要污染物排放量 <=   delegated 2030"}},
		{"the next sentence goes on with targets", "target", "生产总值增长6%。城镇化率提高1个百分点。重点抓好3项工作。",
			[]string{"生产总值 = 6 % growth 2030", "城镇化率 = 1 百分点 change_pp 2030"}},
		{"aims of several years carry the last of them", "horizon", "到2033年，森林覆盖率达到41%。人均预期寿命提高到80岁以上。",
			[]string{"森林覆盖率 = 41 % share 2033", "人均预期寿命 >= 80 岁 level 2035"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := []string{}
			rd := read(t, c.chapter, c.text)
			for i := range rd.Records {
				if rd.Records[i].Kind == Target {
					got = append(got, brief(&rd.Records[i]))
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%s\n got %s\nwant %s", c.text, strings.Join(got, "\n     "), strings.Join(c.want, "\n     "))
			}
		})
	}
}

// TestTasks: tasks of the plan with a figure: verb, object, quantity, members, deadline, strength.
func TestTasks(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"verb, count, object", "新建停车泊位600个。", []string{"新建/新建停车泊位 = 600 个 increment 2030"}},
		{"the count names the members' kind", "推动云岭厂区、东湖科创园等19个项目投产。", []string{"推动/项目投产 = 19 个 count 2030"}},
		{"a list under one verb", "新增省级企业3户、市级企业10户。", []string{"新增/新增省级企业 = 3 户 increment 2030", "新增/市级企业 = 10 户 increment 2030"}},
		{"各 gives each its own", "新建小学、幼儿园各2所。", []string{"新建/新建小学 = 2 所 increment 2030", "新建/新建幼儿园 = 2 所 increment 2030"}},
		{"a time limit", "食品许可5个工作日办结。", []string{"办结/食品许可 = 5 个工作日 level 2030"}},
		{"how large the things are that a count with a comparator counts", "推动60个以上亿元级项目竣工。", []string{"推动/亿元级项目竣工 >= 60 个 count 2030"}},
		{"服务 of 服务贸易 is no verb", "服务贸易、对外投资均增长10%以上。", []string{"增长/服务贸易 >= 10 % growth 2030", "增长/对外投资 >= 10 % growth 2030"}},
		{"the header of a list promises nothing", "办好12件民生实事。", []string{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := figuresOf(read(t, "plan", c.text), Task)
			if !slices.Equal(got, c.want) {
				t.Errorf("%s\n got %s\nwant %s", c.text, strings.Join(got, "\n     "), strings.Join(c.want, "\n     "))
			}
		})
	}
}

// TestASurveyOfTheSituationPromisesNothing: what stands before the work of the year is set out.
func TestASurveyOfTheSituationPromisesNothing(t *testing.T) {
	rd, err := Read(FromText("甲市2030年政府工作报告\n二、2030年工作安排\n今年是建市50周年，也是攻坚之年。\n面对严峻形势和下行压力，也要看到机遇和有利条件。国家投资4万亿元，税收将减收3亿元以上。\n新建小学2所。\n"))
	if err != nil {
		t.Fatal(err)
	}
	if len(rd.Records) != 1 || rd.Records[0].Value != "2" || len(rd.Unparsed) != 3 || rd.Unparsed[2].Why != "situation" {
		t.Errorf("records %+v, left out %+v", rd.Records, rd.Unparsed)
	}
}

// TestTheObjectOfATask: the second of two verbs stays where it names the thing.
func TestTheObjectOfATask(t *testing.T) {
	for text, want := range map[string]string{
		"健全融资担保体系。": "融资担保体系", "支持供应链头部企业做强。": "供应链头部企业做强", "加快构建房地产发展新模式。": "房地产发展新模式", "培育发展主导产业。": "主导产业",
		"实行严格的市场准入制度。": "严格的市场准入制度", "大力发展服务贸易。": "服务贸易", "加快建设滨海步道。": "滨海步道",
	} {
		rd := read(t, "plan", text)
		if len(rd.Records) != 1 || rd.Records[0].Object != want {
			t.Errorf("%s: %+v", text, rd.Records)
		}
	}
}

// TestTaskFields: what a task carries besides its figure.
func TestTaskFields(t *testing.T) {
	one := func(text string) Record {
		t.Helper()
		for _, x := range read(t, "plan", text).Records {
			if x.Kind == Task {
				return x
			}
		}
		t.Fatalf("%s: no task", text)
		return Record{}
	}
	if got := one("推动云岭厂区、东湖科创园等19个项目投产。").Members; !slices.Equal(got, []string{"云岭厂区", "东湖科创园"}) && !slices.Equal(got, []string{"推动云岭厂区", "东湖科创园"}) {
		t.Errorf("members %q", got)
	}
	for text, want := range map[string]string{"6月底前建成道路3条。": "2030-06-30", "上半年建成道路3条。": "2030-06-30", "建成道路3条。": "2030-12-31", "三年内建成道路3条。": "2032-12-31"} {
		if got := one(text).Deadline; got != want {
			t.Errorf("%s: deadline %s, want %s", text, got, want)
		}
	}
	for text, want := range map[string]string{"力争引进企业9家。": "strive", "新建道路3条。": "deliver", "启动3座泵站建设。": "start", "推进4个片区改造。": "progress"} {
		if got := one(text).Strength; got != want {
			t.Errorf("%s: strength %s, want %s", text, got, want)
		}
	}
	if got := one("新建道路3条（牵头单位：区住建局、区交通局）。").Owners; !slices.Equal(got, []string{"区住建局", "区交通局"}) {
		t.Errorf("owners %q", got)
	}
}

// TestWordyTasks: clauses of the plan without a figure, graded.
func TestWordyTasks(t *testing.T) {
	for _, c := range []struct{ text, label, measurable string }{
		{"制定老城更新行动方案。", "C", "binary"},
		{"启动云岭中学建设。", "C", "binary"},
		{"力争滨海旧厂区项目动工。", "C", "binary"},
		{"加快云岭医院、东湖公园建设。", "P", "project"},
		{"优化营商环境。", "V", "vague"},
		{"鼓励企业设立研发中心。", "V", "vague"},
		{"建设一批口袋公园。", "V", "vague"},
	} {
		found := false
		for _, x := range read(t, "plan", "今年工作繁重，任务艰巨，需要全区上下同心协力、共同奋斗。"+c.text).Records {
			if strings.Contains(c.text, x.Quote) {
				found = true
				if x.Label != c.label || x.Measurable != c.measurable {
					t.Errorf("%s: %s %s, want %s %s", c.text, x.Label, x.Measurable, c.label, c.measurable)
				}
				if (x.Measurable == "vague") != (x.Reason != "") {
					t.Errorf("%s: measurable %s with reason %q", c.text, x.Measurable, x.Reason)
				}
			}
		}
		if !found {
			t.Errorf("%s: no record", c.text)
		}
	}
	for _, text := range []string{"坚持人民至上，坚持问题导向，坚持系统观念。"} {
		for _, x := range read(t, "plan", "今年工作繁重，任务艰巨，需要全区上下同心协力、共同奋斗。"+text).Records {
			if strings.Contains(text, x.Quote) {
				t.Errorf("%s: means became a task %q", text, x.Quote)
			}
		}
	}
}

// TestLivelihood: the list of livelihood matters, as an annex and inside a paragraph.
func TestLivelihood(t *testing.T) {
	rd := read(t, "annex", "一、再建一批学校。启动云岭中学建设。建成4所小学和2所幼儿园。为全区中小学教室加装空调。\n\n二、完善养老设施。实现社区食堂全覆盖。启动云岭公园、东湖广场建设。")
	got := []string{}
	for i := range rd.Records {
		x := &rd.Records[i]
		if x.Kind == Matter {
			got = append(got, itoa(x.Matter.Index)+" "+x.Verb+"/"+x.Object+" "+x.Value+x.Unit+" "+x.Measurable)
		}
	}
	want := []string{"1 启动/云岭中学建设  binary", "1 建成/小学 4所 numeric", "1 建成/幼儿园 2所 numeric", "1 加装/全区中小学教室空调 100% coverage",
		"2 实现/社区食堂覆盖 100% coverage", "2 启动/云岭公园建设  binary", "2 启动/东湖广场建设  binary"}
	if !slices.Equal(got, want) {
		t.Errorf("annex\n got %s\nwant %s", strings.Join(got, "\n     "), strings.Join(want, "\n     "))
	}
	rd = read(t, "plan", "突出抓好3件民生实事。（1）加快住房建设，改造旧房30户，竣工新房80套；（2）新建公厕4座。（3）全部取消小锅炉。\n（二）加强自身建设\n我们要廉洁奉公。")
	if got := figuresOf(rd, Matter); len(got) != 4 {
		t.Errorf("in a paragraph: %q", got)
	}
	rd = read(t, "annex", "一、健康守护工程\n建成区公共卫生中心；新增三级医院1家。\n二、养老助残工程\n新建养老服务站20个。")
	named := []string{}
	for _, x := range rd.Records {
		if x.Kind == Matter {
			named = append(named, x.Verb+"/"+x.Object)
		}
	}
	if want := []string{"建成/区公共卫生中心", "新增/新增三级医院", "新建/新建养老服务站"}; !slices.Equal(named, want) {
		t.Errorf("titles in lines of their own: %q, want %q", named, want)
	}
	for _, c := range []struct {
		name, text     string
		matters, tasks int
	}{
		{"behind a colon", "今年办好5件民生实事，包括：改造旧小区6个；建设绿道20公里。", 2, 0},
		{"counted behind a colon", "重点办好以下3件民生实事：一是新建公办幼儿园10所；二是改造老旧小区50个，惠及居民2万户；三是建设口袋公园8个。\n（二）加强法治建设。审结案件200件。", 4, 1},
		{"bracketed behind a colon", "全力办好2件民生实事：（1）新建公办幼儿园10所；（2）改造老旧小区50个。审结案件200件。", 2, 1},
		{"sentences of their own", "继续实施十大民生工程。第一，新建公办幼儿园10所。第二，改造老旧小区50个。\n（二）加强法治建设。审结案件200件。", 2, 1},
		{"paragraphs with dashes", "我们将着力办好以下2件实事：\n——新建公办幼儿园10所。\n——改造老旧小区50个。\n各位代表，民生无小事。\n（二）加强法治建设。审结案件200件。", 2, 1},
		{"paragraphs numbered like themes", "今年，区政府拟办好以下两件实事。\n（一）新建公办幼儿园10所。\n（二）改造老旧小区50个。\n三、加强政府自身建设\n审结案件200件。", 2, 1},
		{"a theme that is the list", "（二）集中力量办好三件民生实事\n新建公办幼儿园10所，新增学位3000个。\n改造老旧小区50个。\n解决5万人饮水问题。\n（三）加强法治建设\n审结案件200件。", 4, 1},
		{"a chapter that is the list", "三、切实办好2030年民生实事\n今年，我们将重点办好8件实事：\n（一）新建公办幼儿园10所。\n（二）改造老旧小区50个。\n四、加强政府自身建设\n审结案件200件。", 2, 1},
		{"without marks, said to follow", "今年继续办好以下民生实事。新建公办幼儿园10所。改造老旧小区50个。\n（二）加强法治建设。审结案件200件。", 2, 1},
		{"commas behind the announcement", "今年办好6件民生实事，新建公办幼儿园10所，改造老旧小区50个，建设口袋公园8个。\n（二）加强法治建设。审结案件200件。", 3, 1},
		{"as many sentences as announced", "今年办好3件民生实事。新建公办幼儿园10所。改造老旧小区50个。建设口袋公园8个。\n（二）加强法治建设。审结案件200件。", 3, 1},
		{"circled numbers", "今年办好3件民生实事：①新建公办幼儿园10所；②改造老旧小区50个；③建设口袋公园8个。\n（二）加强法治建设。审结案件①200件。", 3, 1},
		{"circled numbers that open paragraphs", "今年办好3件民生实事。\n①新建公办幼儿园10所。\n②改造老旧小区50个。\n③建设口袋公园8个。\n（二）加强法治建设。审结案件200件。", 3, 1},
		{"numbers of one sign", "今年确定3件民生实事：⒈新建公办幼儿园10所；⒉改造老旧小区50个；⑶建设口袋公园8个。\n（二）加强法治建设。审结案件200件。", 3, 1},
		{"summed up at the end", "扎实办好新建公办幼儿园10所、改造老旧小区50个、建设口袋公园8个等20件民生实事。培训40万人次。", 3, 1},
		{"clauses summed up at the end", "坚持民生为大，新建公办幼儿园10所，改造老旧小区50个，建设口袋公园8个等20件民生实事，让群众满意。", 3, 0},
		{"parts of the next sentence", "今年办好10件民生实事。新建公办幼儿园10所；改造老旧小区50个；建成市民中心；开通公交线路3条。\n（二）加强法治建设。审结案件200件。", 3, 1},
		{"what it includes", "今年办好10件民生实事，主要包括新建公办幼儿园10所、改造老旧小区50个，建设口袋公园8个。\n（二）加强法治建设。审结案件200件。", 3, 1},
		{"only mentioned", "扎实办好20项重点民生实事。促进就业增收。培训40万人次。", 0, 1},
	} {
		rd := read(t, "plan", c.text)
		if m, n := figuresOf(rd, Matter), figuresOf(rd, Task); len(m) != c.matters || len(n) != c.tasks {
			t.Errorf("%s: %d matters %q, %d tasks %q", c.name, len(m), m, len(n), n)
		}
	}
	named = nil
	for _, x := range read(t, "plan", "扎实开展就业帮扶、暖心护老、安居惠民等十件民生实事，书写民生答卷！").Records {
		if x.Kind == Matter {
			named = append(named, x.Verb+"/"+x.Object)
		}
	}
	if want := []string{"开展/就业帮扶", "开展/暖心护老", "开展/安居惠民"}; !slices.Equal(named, want) {
		t.Errorf("only named: %q, want %q", named, want)
	}
}

// TestExhortations: what closes a chapter is no task, whatever verbs it has.
func TestExhortations(t *testing.T) {
	for _, text := range []string{"各位代表！唯实干者进，唯奋斗者强。", "让我们紧密团结起来，锐意进取、勇毅前行，为建设美好新区而努力奋斗！", "圆满完成全年各项目标任务。", "奋力谱写新区高质量发展新篇章。"} {
		for _, x := range read(t, "plan", "今年工作繁重，任务艰巨，需要全区上下同心协力、共同奋斗。"+text).Records {
			if strings.Contains(text, x.Quote) {
				t.Errorf("%s: %q became a %s", text, x.Quote, x.Kind)
			}
		}
	}
	rd := read(t, "plan", "今年工作繁重，任务艰巨，需要全区上下同心协力、共同奋斗。确保三座污水厂改造任务提前一年完成。")
	if len(rd.Records) == 0 {
		t.Error("a task that ends with 完成 is lost")
	}
}

// TestTargetYears: a paragraph of targets says its own years, in whatever chapter it stands.
func TestTargetYears(t *testing.T) {
	for _, c := range []struct {
		chapter, text string
		want          []string
	}{
		{"horizon", "生产总值年均增长6%，城镇新增就业5万人，城镇化率达到71%。", []string{"生产总值 = 6 % growth_avg 2031-2035", "城镇新增就业 = 5 万人 increment 2031-2035", "城镇化率 = 71 % share 2035"}},
		{"horizon", "到2035年，生产总值达到800亿元；五年累计完成投资4000亿元。", []string{"生产总值 = 800 亿元 level 2035", "投资 = 4000 亿元 level 2031-2035"}},
		{"horizon", "2030年发展的主要预期目标是：生产总值增长6%左右。", []string{"生产总值 ~ 6 % growth 2030"}},
		{"plan", "“十六五”时期经济社会发展的主要目标是：生产总值年均增长6%。", []string{"生产总值 = 6 % growth_avg 2031-2035"}},
		{"plan", "今年经济社会发展主要预期目标是：生产总值增长6%。在实际工作中争取更好结果。规上工业增加值增长7%。", []string{"生产总值 = 6 % growth 2030", "规上工业增加值 = 7 % growth 2030"}},
		{"horizon", "综合考虑实现2045年远景目标，提出城镇化率达到71%。", []string{"城镇化率 = 71 % share 2035"}},
	} {
		if got := figuresOf(read(t, c.chapter, c.text), Target); !slices.Equal(got, c.want) {
			t.Errorf("%s\n got %s\nwant %s", c.text, strings.Join(got, "\n     "), strings.Join(c.want, "\n     "))
		}
	}
}

// TestLinks: last year's figure of the same indicator, and the same promise in body and annex.
func TestLinks(t *testing.T) {
	text := "2030年某区政府工作报告\n一、2029年工作回顾\n固定资产投资增长7%。\n二、2030年工作安排\n预期目标是：固定资产投资增长8%。\n（一）改善民生\n建成3所小学。\n附件\n2030年十项民生实事\n一、办学校。建成3所小学。\n"
	rd, err := Read(FromText(text))
	if err != nil {
		t.Fatal(err)
	}
	check(t, text, rd)
	by := map[string]*Record{}
	for i := range rd.Records {
		by[rd.Records[i].ID] = &rd.Records[i]
	}
	base, dup := 0, 0
	for i := range rd.Records {
		x := &rd.Records[i]
		if x.Baseline != "" {
			base++
			if b := by[x.Baseline]; x.Kind != Target || b.Value != "7" {
				t.Errorf("baseline of %q is %q", x.Quote, b.Quote)
			}
		}
		if x.Duplicate != "" {
			dup++
			if d := by[x.Duplicate]; d.Duplicate != x.ID || d.Kind == x.Kind {
				t.Errorf("%q and %q are not each other's duplicate", x.Quote, d.Quote)
			}
		}
	}
	if base != 1 || dup != 2 {
		t.Errorf("%d baselines, %d ends of duplicates", base, dup)
	}
}

// TestUnparsed: a number that makes no claim is listed with the reason, in review and plan alike.
func TestUnparsed(t *testing.T) {
	rd := read(t, "review", "全区5G网络提速。")
	if len(rd.Unparsed) != 1 || rd.Unparsed[0].Text != "5" || rd.Unparsed[0].Why != "name" {
		t.Errorf("unparsed %+v", rd.Unparsed)
	}
	rd = read(t, "review", "存在的困难和挑战也要清醒看到，仍有3个问题。")
	if n := len(figuresOf(rd, Result)); n != 0 {
		t.Errorf("%d results among the problems", n)
	}
}

// TestErrors: texts that are no report.
func TestErrors(t *testing.T) {
	for _, c := range []struct{ text, key string }{{"", "report.empty"}, {" \n　\u00a0", "report.empty"}, {"今天天气很好。", "report.no_chapter"}} {
		if _, err := Read(FromText(c.text)); err == nil || !strings.Contains(err.Error(), c.key) {
			t.Errorf("%q: %v, want %s", c.text, err, c.key)
		}
	}
}
