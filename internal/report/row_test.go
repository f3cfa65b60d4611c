package report

import (
	"slices"
	"testing"
)

// TestTables: the rows of a table in a Word document make records, with the unit and the year that the table gives.
func TestTables(t *testing.T) {
	row := func(cells ...string) string {
		out := "<w:tr>"
		for _, c := range cells {
			out += cell("", c)
		}
		return out + "</w:tr>"
	}
	doc := func(rows string) *Reading {
		t.Helper()
		src, err := Decode("", packDocx(t, map[string]string{"word/document.xml": body(para("", "2030年某区政府工作报告") + para("", "一、2029年工作回顾") + para("", "去年平稳。") + para("", "二、2030年工作安排") +
			para("", "今年工作繁重。") + rows)}))
		if err != nil {
			t.Fatal(err)
		}
		rd, err := Read(src)
		if err != nil {
			t.Fatal(err)
		}
		check(t, src.Text, rd)
		return rd
	}
	rd := doc("<w:tbl>" + row("指标", "单位", "2029年完成", "2030年目标") + row("地区生产总值增长", "%", "5.2", "5.5左右") + row("城镇新增就业", "万人", "1.1", "1.2") + "</w:tbl>")
	got := []string{}
	for i := range rd.Records {
		x := &rd.Records[i]
		got = append(got, string(x.Kind)+" "+x.Year+" "+nameOf(x)+" "+x.Op+x.Value+x.Unit)
	}
	want := []string{"result 2029 地区生产总值增长 =5.2%", "task 2030 地区生产总值增长 ~5.5%", "result 2029 城镇新增就业 =1.1万人", "task 2030 城镇就业 =1.2万人"}
	if !slices.Equal(got, want) {
		t.Errorf("targets\n got %q\nwant %q", got, want)
	}
	rd = doc(para("", "附件") + para("", "2030年十项民生实事") + "<w:tbl>" + row("序号", "事项", "数量", "责任单位") + row("1", "新建公办幼儿园", "4所", "区教育局") + row("2", "改造老旧小区", "16个", "区住建局") + "</w:tbl>")
	if got := figuresOf(rd, Matter); len(got) != 2 {
		t.Errorf("matters: %q", got)
	}
	for i := range rd.Records {
		if x := &rd.Records[i]; x.Kind == Matter && x.Object != "新建公办幼儿园" && x.Object != "改造老旧小区" && x.Object != "公办幼儿园" && x.Object != "老旧小区" {
			t.Errorf("a matter of the table is named %q", x.Object)
		}
	}
}

// TestSpanOfAReference: a quotation mark written as a reference ends where the reference ends, not at the tag behind it.
func TestSpanOfAReference(t *testing.T) {
	page := "<html><p>2030年某区政府工作报告</p><p>一、2029年工作回顾</p><p>&ldquo;<b>双创</b>&rdquo;<b>基地达到12个</b>。</p></html>"
	src, err := Decode("", []byte(page))
	if err != nil {
		t.Fatal(err)
	}
	rd, err := Read(src)
	if err != nil {
		t.Fatal(err)
	}
	if len(rd.Records) != 1 || rd.Records[0].Quote != "&ldquo;<b>双创</b>&rdquo;<b>基地达到12个" {
		t.Errorf("got %+v", rd.Records)
	}
	n := normalise(src)
	for i, c := range n.r {
		if c == '“' || c == '”' {
			if got := string([]rune(src.Text)[n.start[i]:n.end[i]]); got != "&ldquo;" && got != "&rdquo;" {
				t.Errorf("%c stands at %q", c, got)
			}
		}
	}
}
