package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// TestWriteJSONL: one object a line, the fields of its kind, numbers as numbers, and what was passed over with the reason.
func TestWriteJSONL(t *testing.T) {
	rd := read(t, "target", "地区生产总值增长5%—5.5%。\n（一）改善民生\n新建学校3所，5G网络提速。")
	var b bytes.Buffer
	if err := WriteJSONL(&b, rd); err != nil {
		t.Fatal(err)
	}
	kinds := map[string]map[string]any{}
	for line := range strings.Lines(b.String()) {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		k := m["kind"].(string)
		if _, ok := kinds[k]; !ok {
			kinds[k] = m
		}
		if m["start"].(float64) >= m["end"].(float64) {
			t.Errorf("empty span: %s", line)
		}
	}
	g := kinds["target"]
	if g["indicator"] != "地区生产总值" || g["op"] != "range" || g["value"] != 5.0 || g["value_max"] != 5.5 || g["unit"] != "%" || g["year"] != 2030.0 || g["object"] != nil {
		t.Errorf("target %v", g)
	}
	k := kinds["task"]
	if k["verb"] != "新建" || k["quantity"] != 3.0 || k["unit"] != "所" || k["indicator"] != nil || k["deadline"] != "2030-12-31" {
		t.Errorf("task %v", k)
	}
	if u := kinds["unparsed"]; u["why"] != "name" || u["text"] != "5" {
		t.Errorf("unparsed %v", u)
	}
}

// TestWorkedExample reads the sentence that the package's documentation takes apart.
func TestWorkedExample(t *testing.T) {
	rd := read(t, "review", "农民合作社达到762个，入社耕地237.5万亩、农户6.9万户，分别占耕地面积的74.5%和农户总数的79.1%。")
	got := strings.Join(figuresOf(rd, Result), "; ")
	want := "农民合作社 = 762 个 count 2029; 入社耕地 = 237.5 万亩 level 2029; 农户 = 6.9 万户 count 2029; " +
		"入社耕地占耕地面积比重 = 74.5 % share 2029; 农户占农户总数比重 = 79.1 % share 2029"
	if got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}
