package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"huying/internal/errs"
)

// sayIn returns a speaker of a language that knows the messages without a template engine: {{.name}} is all they use.
func sayIn(t *testing.T, lang string) func(string, ...any) string {
	t.Helper()
	m := messagesOf(t, lang)
	return func(key string, kv ...any) string {
		text, ok := m[key].(string)
		if !ok {
			return key
		}
		for i := 0; i+1 < len(kv); i += 2 {
			text = strings.ReplaceAll(text, "{{."+fmt.Sprint(kv[i])+"}}", fmt.Sprint(kv[i+1]))
		}
		return text
	}
}

func messagesOf(t *testing.T, lang string) map[string]any {
	t.Helper()
	b, err := Locales.ReadFile("locales/" + lang + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// odd is a reading with everything that can go wrong on the way into a file.
func odd() (*Source, *Reading) {
	src := FromText("一、回顾\n=cmd|' /C calc'!A0 <script>alert(1)</script>，𠮷野家\"增长\"6%\x1b[31m。")
	return src, &Reading{Title: "2024年云桥区政府工作报告", Year: 2024,
		Chapters: []Chapter{{State: Review, Title: "一、回顾", Year: 2023, Start: 0, End: 50}, {State: Plan, Title: "二、安排", Year: 2024, Start: 50, End: 60}},
		Records: []Record{
			{ID: "r001", Kind: Result, Start: 5, End: 12, Quote: "=cmd|' /C calc'!A0", Indicator: "𠮷野家\"增长\"", Metric: "growth", Op: "=", Value: "-6.50", Unit: "%", Year: "2023", State: Review, Measurable: "numeric", Confidence: "doubtful", Flags: []string{"inherited", "approximate"}, SentStart: 5, SentEnd: 50},
			{ID: "t002", Kind: Task, Start: 50, End: 55, Quote: "'+1\n\x1b[31m@x", Verb: "新建", Object: "<script>alert(1)</script>", Members: []string{"甲", "乙"}, Owners: []string{"区教育局"}, Value: "12345678901234567", Unit: "所", Year: "2024", Chapter: 1, State: Plan, Measurable: "vague", Reason: "no_end_state", Confidence: "high", Deadline: "2024-12-31"},
		},
		Unparsed: []Unparsed{{Start: 57, End: 59, Text: "-2+3", Why: "name", State: Plan}},
		Links:    []Link{{Kind: "baseline", From: "t002", To: "r001"}},
	}
}

func TestCSVGivesEveryValueBack(t *testing.T) {
	src, rd := odd()
	for _, c := range []struct {
		name       string
		bom, guard bool
		quotes     []string // of the two records and the number not taken, as the file has them
		value      string
	}{
		{"as a spreadsheet opens it", true, true, []string{"'=cmd|' /C calc'!A0", "''+1\n\x1b[31m@x", "'-2+3"}, "-6.50"},
		{"as a script reads it", false, false, []string{"=cmd|' /C calc'!A0", "'+1\n\x1b[31m@x", "-2+3"}, "-6.50"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b bytes.Buffer
			if err := Write(&b, OutCSV, src, rd, FormatOptions{Say: sayIn(t, "zh"), BOM: c.bom, Guard: c.guard}); err != nil {
				t.Fatal(err)
			}
			text, marked := strings.CutPrefix(b.String(), "\uFEFF")
			if marked != c.bom {
				t.Errorf("byte order mark: %v", marked)
			}
			rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			column := func(heading string) int { return slices.Index(rows[0], heading) }
			for i, want := range c.quotes {
				got := rows[i+1][column("原文")]
				if got != want {
					t.Errorf("quote %d is %q, want %q", i, got, want)
				}
				if plain := c.quotes[i]; c.guard && strings.TrimPrefix(plain, "'") != []string{rd.Records[0].Quote, rd.Records[1].Quote, rd.Unparsed[0].Text}[i] {
					t.Errorf("%q does not give the value back", got)
				}
			}
			r := rows[1]
			if r[column("数值")] != c.value || r[column("指标或任务")] != "𠮷野家\"增长\"" || r[column("类别")] != "成绩" || r[column("比较")] != "为" || r[column("提示")] != "指标承前省略、约数" {
				t.Errorf("record %q", r)
			}
			r = rows[2]
			if r[column("指标或任务")] != "新建<script>alert(1)</script>" || r[column("原因")] != "没有说做到什么状态算完成" || r[column("列明的对象")] != "甲、乙" || r[column("数值")] != "12345678901234567" {
				t.Errorf("record %q", r)
			}
			if r = rows[3]; r[column("类别")] != "未采用的数字" || r[column("原因")] != "名称里的数字" || r[column("起")] != "57" {
				t.Errorf("number not taken %q", r)
			}
		})
	}
}

func TestWorkbookGivesEveryValueBack(t *testing.T) {
	src, rd := odd()
	var b bytes.Buffer
	if err := Write(&b, OutXLSX, src, rd, FormatOptions{Say: sayIn(t, "en")}); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	headings, err := f.GetRows("Records")
	if err != nil {
		t.Fatal(err)
	}
	at := func(heading string, row int) string {
		name, err := excelize.CoordinatesToCellName(slices.Index(headings[0], heading)+1, row)
		if err != nil {
			t.Fatalf("%s: %v", heading, err)
		}
		return name
	}
	for _, c := range []struct {
		sheet, cell, want string
		kind              excelize.CellType
	}{
		{"Records", at("quote", 2), "=cmd|' /C calc'!A0", excelize.CellTypeSharedString},
		{"Records", at("quote", 3), "'+1\n␛[31m@x", excelize.CellTypeSharedString},
		{"Records", at("indicator or task", 2), "𠮷野家\"增长\"", excelize.CellTypeSharedString},
		{"Records", at("indicator or task", 3), "新建<script>alert(1)</script>", excelize.CellTypeSharedString},
		{"Records", at("value", 2), "-6.5", excelize.CellTypeUnset},                     // a number, for sums
		{"Records", at("value", 3), "12345678901234567", excelize.CellTypeSharedString}, // more digits than a number cell keeps
		{"Records", at("deadline", 3), "2024-12-31", excelize.CellTypeSharedString},
		{"Numbers not taken", "A2", "-2+3", excelize.CellTypeSharedString},
		{"Numbers not taken", "B2", "a number in a name", excelize.CellTypeSharedString},
	} {
		got, err := f.GetCellValue(c.sheet, c.cell, excelize.Options{RawCellValue: true})
		kind, err2 := f.GetCellType(c.sheet, c.cell)
		formula, err3 := f.GetCellFormula(c.sheet, c.cell)
		if err != nil || err2 != nil || err3 != nil || got != c.want || kind != c.kind || formula != "" {
			t.Errorf("%s!%s is %q of type %d with formula %q, want %q (%v %v %v)", c.sheet, c.cell, got, kind, formula, c.want, err, err2, err3)
		}
	}
	for _, sheet := range []string{"Records", "Numbers not taken"} {
		p, err := f.GetPanes(sheet)
		if err != nil || !p.Freeze || p.YSplit != 1 {
			t.Errorf("%s: panes %+v, %v", sheet, p, err)
		}
	}
	if w, err := f.GetColWidth("Records", "C"); err != nil || w != 36 {
		t.Errorf("width %v, %v", w, err)
	}
}

func TestAWorkbookRefusesWhatACellCannotHold(t *testing.T) {
	src, rd := odd()
	rd.Records[0].Quote = strings.Repeat("长", excelize.TotalCellChars+1)
	err := Write(&bytes.Buffer{}, OutXLSX, src, rd, FormatOptions{Say: sayIn(t, "zh")})
	if l := errs.All(err); len(l) != 1 || l[0].Key != "report.cell_too_long" || l[0].Kind != errs.TooLarge {
		t.Errorf("got %v", err)
	}
}

func TestJSONHoldsTheWholeReading(t *testing.T) {
	src, rd := odd()
	src.Format, src.Warnings = FormatPDF, []Warning{{"report.pdf_sparse", map[string]any{"n": 9}}}
	var b bytes.Buffer
	if err := Write(&b, OutJSON, src, rd, FormatOptions{}); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Format, Encoding, Text, Title string
		Year, Characters              int
		Warnings                      []Warning
		Chapters                      []struct{ State, Title string }
		Records                       []map[string]any
		Unparsed                      []map[string]any
		Links                         []Link
	}
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Format != "pdf" || got.Encoding != "utf-8" || got.Text != src.Text || got.Title != rd.Title || got.Year != 2024 || got.Characters != len(src.Plain) ||
		len(got.Warnings) != 1 || len(got.Chapters) != 2 || got.Chapters[1].State != "plan" || len(got.Links) != 1 || got.Links[0] != rd.Links[0] {
		t.Errorf("got %+v", got)
	}
	if r := got.Records[0]; r["quote"] != rd.Records[0].Quote || r["sentence_end"] != 50.0 || r["state"] != "review" || r["value"] != -6.5 {
		t.Errorf("record %v", r)
	}
	if u := got.Unparsed[0]; u["why"] != "name" || u["text"] != "-2+3" {
		t.Errorf("number not taken %v", u)
	}
	if !strings.Contains(b.String(), `"value": -6.50`) {
		t.Error("the figure lost its last digit")
	}
}

func TestTableFitsTheTerminal(t *testing.T) {
	src, rd := odd()
	rd.Records[1].Object = strings.Repeat("数字经济产业园", 20)
	var b bytes.Buffer
	if err := Write(&b, OutTable, src, rd, FormatOptions{Say: sayIn(t, "zh"), Width: 90}); err != nil {
		t.Fatal(err)
	}
	want := `2024年云桥区政府工作报告（2024 年）
目标 0，任务 1，民生实事 0，成绩 1；存疑 1（编号后有“?”），未采用的数字 1。

[回顾] 一、回顾
编号   类别  年份  比较   数值  单位  可衡量性  指标或任务
r001?  成绩  2023  为    -6.50  %     有数值    𠮷野家"增长"

[计划] 二、安排
编号  类别  年份  比较               数值  单位  可衡量性  指标或任务
t002  任务  2024        12345678901234567  所    不可衡量  新建数字经济产业园数字经济产业…

未采用的数字
起  原文  原因
57  -2+3  名称里的数字
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
	for line := range strings.Lines(b.String()) {
		if n := columnsOf(strings.TrimSuffix(line, "\n")); n > 90 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}

func TestATerminalIsNotCommanded(t *testing.T) {
	for in, want := range map[string]string{"\x1b[31m红": "␛[31m红", "a\tb\nc": "a b c", "\x00\x7f": "␀␡", "a\u202Eb\u0085c\u009B": "a\uFFFDb c\uFFFD", "𠮷 e\u0301": "𠮷 e\u0301"} {
		if got := printable(in); got != want {
			t.Errorf("%q is shown as %q, want %q", in, got, want)
		}
	}
	if columnsOf("𠮷ａe\u0301，“") != 2+2+1+2+1 {
		t.Error("columns")
	}
}

func TestAnUnknownFormIsAnError(t *testing.T) {
	src, rd := odd()
	if err := Write(&bytes.Buffer{}, "yaml", src, rd, FormatOptions{}); err == nil {
		t.Error("yaml was written")
	}
}

var messageKey = regexp.MustCompile(`"(report\.[a-z0-9_.]*[a-z0-9])"`)

// TestEveryMessageIsThere: both languages have the same keys, use the same arguments, and have every key that the code names.
func TestEveryMessageIsThere(t *testing.T) {
	zh, en := messagesOf(t, "zh"), messagesOf(t, "en")
	argument := regexp.MustCompile(`\{\{\.[a-z_]+\}\}`)
	for key, text := range zh {
		other, ok := en[key]
		if !ok {
			t.Errorf("en.json lacks %s", key)
			continue
		}
		texts := []any{other}
		if forms, plural := other.(map[string]any); plural {
			texts = []any{forms["one"], forms["other"]}
		}
		for _, x := range texts {
			a, b := argument.FindAllString(text.(string), -1), argument.FindAllString(fmt.Sprint(x), -1)
			slices.Sort(a)
			slices.Sort(b)
			if !slices.Equal(a, b) {
				t.Errorf("%s: %v in Chinese, %v in English", key, a, b)
			}
		}
	}
	if len(en) != len(zh) {
		t.Errorf("%d messages in English, %d in Chinese", len(en), len(zh))
	}
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		b, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range messageKey.FindAllStringSubmatch(string(b), -1) {
			keys = append(keys, m[1])
		}
	}
	for _, c := range recordColumns {
		keys = append(keys, "report.column."+c.key)
	}
	for field, values := range map[string]string{"kind": "target task livelihood result unparsed", "op": "eq gt ge lt le about range", "confidence": "high doubtful",
		"metric":     "level growth growth_avg share change_pp change increment count rank streak ratio delegated",
		"measurable": "numeric coverage binary directional delegated grade project vague", "strength": "deliver ensure start strive progress explore encourage attitude",
		"state": "opening review problems horizon plan livelihood self glossary",
		"flag":  "inherited composed approximate forecast chinese_numeral unbalanced_quote long_name short_name no_unit no_verb no_figure"} {
		for _, v := range strings.Fields(values) {
			keys = append(keys, "report."+field+"."+v)
		}
	}
	for _, k := range keys {
		if zh[k] == nil {
			t.Errorf("no message %s", k)
		}
	}
}
