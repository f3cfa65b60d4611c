package report

import (
	"slices"
	"testing"
)

func kindsOf(t *testing.T, text string) map[Kind][]string {
	t.Helper()
	rd, err := Read(FromText(text))
	if err != nil {
		t.Fatal(err)
	}
	out := map[Kind][]string{}
	for _, r := range rd.Records {
		out[r.Kind] = append(out[r.Kind], r.Quote)
	}
	return out
}

const openingText = "2026年云桥县政府工作报告\n各位代表:\n一、2025年工作回顾\n全年粮食产量50万吨。\n"

// A paragraph may open with 办好民生实事 and nothing else: what it goes on with are the matters, if they are deeds that can be counted.
func TestTheLeadPhraseOfLivelihoodMatters(t *testing.T) {
	const plan = openingText + "二、2026年工作安排\n(一)保障民生。\n"
	got := kindsOf(t, plan+"用心办好民生实事。提高护理补贴标准。建设12个社区食堂。新增托位600个。改造老旧电梯90部。\n")
	if want := []string{"提高护理补贴标准", "建设12个社区食堂", "新增托位600个", "改造老旧电梯90部"}; !slices.Equal(got[Matter], want) {
		t.Errorf("the matters are %q", got[Matter])
	}
	for name, text := range map[string]string{
		"a sentence that only mentions them": "坚持尽力而为,用心办好民生实事。建设12个社区食堂。新增托位600个。改造老旧电梯90部。\n",
		"nothing that can be counted":        "用心办好民生实事。加强养老服务。完善托育体系。提升物业水平。\n",
	} {
		if got := kindsOf(t, plan+text)[Matter]; len(got) > 0 {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// The aims of a five-year plan may be set by comparison; that things get better is none.
func TestAimsOfAPlanWithoutAFigure(t *testing.T) {
	got := kindsOf(t, openingText+"二、“十五五”时期主要目标任务\n到2030年,生态质量明显改善。主要目标包括:地区生产总值年均增长6%,居民收入增长与经济增长同步,能耗强度降低率完成省下达的目标,生态质量稳步提升。\n"+
		"三、2026年工作安排\n新建公园3个。\n")
	want := []string{"地区生产总值年均增长6%", "居民收入增长与经济增长同步", "能耗强度降低率完成省下达的目标"}
	if !slices.Equal(got[Target], want) {
		t.Errorf("the aims are %q", got[Target])
	}
}
