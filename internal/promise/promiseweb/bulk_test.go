package promiseweb_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"huying/internal/promise"
	"huying/internal/store"
	"huying/internal/store/storetest"
	"huying/internal/web/webtest"
)

// workbook is a sheet of an office: a header, and rows.
func workbook(t testing.TB, rows ...[]string) []byte {
	t.Helper()
	f := excelize.NewFile()
	must(t, f.SetSheetName("Sheet1", "台账"))
	for r, row := range append([][]string{{"编号", "类别", "任务内容", "目标值", "责任单位", "完成时限", "备注"}}, rows...) {
		for c, text := range row {
			at, err := excelize.CoordinatesToCellName(c+1, r+1)
			must(t, err)
			must(t, f.SetCellStr("台账", at, text))
		}
	}
	b, err := f.WriteToBuffer()
	must(t, err)
	return b.Bytes()
}

// hidden are the fields of the form that confirms what was shown.
func hidden(p *webtest.Page) (fields []string) {
	for _, n := range webtest.All(p.One("main"), "input", "type", "hidden") {
		name, _ := webtest.Attr(n, "name")
		value, _ := webtest.Attr(n, "value")
		fields = append(fields, name, value)
	}
	return fields
}

func TestAWorkbookWithBadRowsBringsNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := officeSite(t, db)
		bad := workbook(t, []string{"", "重点任务", "好的一行", "", "works", "", ""}, []string{"", "梦想", "第二行", "许多", "火星局", "某天", ""}, []string{"", "", "", "", "works", "", ""})
		p := sendFile(o.boss, "/register/import", "坏.xlsx", bad, "kind", "assignment", "year", "2021")
		if p.Status != http.StatusUnprocessableEntity {
			t.Fatalf("%d %s", p.Status, p.Text())
		}
		table := webtest.Text(p.One("div", "id", "faults"))
		for _, words := range []string{"台账 3 类别“梦想”不认识", "台账 3 目标值“许多”不认识", "台账 3 没有叫“火星局”的单位", "台账 3 完成时限“某天”不认识", "台账 4 没有写任务内容"} {
			if !strings.Contains(table, words) {
				t.Errorf("%q is not said: %s", words, table)
			}
		}
		if n := o.count("promise_promise") + o.count("promise_document") + o.count("files_file") + len(o.recorded()); n != 0 {
			t.Errorf("%d rows stay", n)
		}
		for what, c := range map[string]struct {
			name string
			data []byte
			says string
		}{
			"no file": {"", nil, "请选择文件"}, "empty": {"空.xlsx", nil, ""}, "a picture": {"图.xlsx", []byte("\x89PNG\r\n\x1a\n0000"), ""}, "a text": {"文.txt", []byte("不是表格"), "xlsx"},
			"cut short": {"断.xlsx", bad[:len(bad)/2], ""}, "another JSON": {"别.json", []byte(`{"format":"other/1"}`), "other/1"}, "broken JSON": {"坏.json", []byte(`{"format":`), ""},
		} {
			if p := sendFile(o.boss, "/register/import", c.name, c.data, "kind", "assignment", "year", "2021"); p.Status != 422 || !strings.Contains(p.Text(), c.says) || len(p.All("", "aria-invalid", "true")) != 1 {
				t.Errorf("%s: %d %s", what, p.Status, p.Text())
			}
		}
	}, schemas...)
}

func TestAWorkbookIsLookedAtAndThenBroughtIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := officeSite(t, db)
		good := workbook(t, []string{"2021-040", "批示", "=1+1 <script>𠮷</script>", "≥8%", "works、schools", "6月底", "第一批"}, []string{"", "", "建成两所小学", "2所", "schools", "", ""})
		p := sendFile(o.boss, "/register/import", "台账<b>.xlsx", good, "kind", "assignment", "year", "2021")
		if p.Status != 200 || !strings.Contains(p.Text(), "=1+1 <script>𠮷</script>") || strings.Contains(p.Body, "<script>𠮷") || o.count("promise_promise") != 0 {
			t.Fatalf("%d %s", p.Status, p.Text())
		}
		fields := hidden(p)
		p = o.boss.Post("/register/import", fields...)
		if p.Status != http.StatusSeeOther || listed(t, o.As(t, nil).Get(p.Header.Get("Location"))) != 2 {
			t.Fatalf("%d %s", p.Status, p.Text())
		}
		st := o.find("2021-040")
		if st.Title != "=1+1 <script>𠮷</script>" || st.Kind != promise.Instruction || st.Lead != "works" || st.Claim.Value != "8" || st.Claim.Op != ">=" || len(st.Entries) != 1 || st.Due.String() != "2021-06-30" {
			t.Errorf("%+v", st.Promise)
		}
		if got := strings.Join(o.recorded(), " "); got != "register.imported" {
			t.Errorf("on record: %s", got)
		}
		if p := o.boss.Post("/register/import", fields...); p.Status != 422 || o.count("promise_promise") != 2 {
			t.Errorf("twice: %d", p.Status)
		}
		taken := workbook(t, []string{"2021-040", "", "另一项", "", "works", "", ""})
		if p := sendFile(o.boss, "/register/import", "撞号.xlsx", taken, "kind", "assignment", "year", "2021"); p.Status != 422 || !strings.Contains(webtest.Text(p.One("div", "id", "faults")), "2021-040 已被使用") {
			t.Errorf("a number that is taken: %d %s", p.Status, p.Text())
		}
		gone := with(fields, "hash", strings.Repeat("0", 64))
		if p := o.boss.Post("/register/import", gone...); p.Status != 422 || !strings.Contains(p.Text(), "重新选择") {
			t.Errorf("a file that is gone: %d %s", p.Status, p.Text())
		}
		for _, hash := range []string{"../../etc/passwd", "x"} {
			if p := o.boss.Post("/register/import", with(fields, "hash", hash)...); p.Status != 422 {
				t.Errorf("%q: %d", hash, p.Status)
			}
		}
	}, schemas...)
}

func TestTheTemplateIsReadBack(t *testing.T) {
	o := officeSite(t, storetest.SQLite(t, schemas...))
	p := o.boss.Get("/register/template.xlsx")
	f, err := excelize.OpenReader(strings.NewReader(p.Body))
	must(t, err)
	if units, err := f.GetCellValue("填写说明", "D3"); err != nil || units == "" {
		t.Errorf("the units are not named: %q %v", units, err)
	}
	for col, text := range map[string]string{"B": "民生实事", "C": "建成两所小学", "D": "2", "E": "所", "F": "works", "G": "schools", "H": "第三季度", "I": "每月", "J": "备忘"} {
		must(t, f.SetCellStr("台账", col+"2", text))
	}
	var b bytes.Buffer
	must(t, f.Write(&b))
	p = sendFile(o.boss, "/register/import", "填好.xlsx", b.Bytes(), "kind", "meeting", "year", "2021", "title", "民生清单")
	if p = o.boss.Post("/register/import", hidden(p)...); p.Status != http.StatusSeeOther {
		t.Fatalf("%d %s", p.Status, p.Text())
	}
	st := o.find("2021-001")
	if st.Kind != promise.Livelihood || st.Claim.Unit != "所" || st.Joint[0] != "schools" || st.Due.String() != "2021-09-30" || st.Cycle != promise.Monthly {
		t.Errorf("%+v", st.Promise)
	}
}

func TestTheRegisterGoesOutAndComesBack(t *testing.T) {
	o := officeSite(t, storetest.SQLite(t, schemas...))
	document := o.uploaded()
	o.boss.Post(document + "/accept-sure")
	o.boss.Post(document + "/enter")
	archive := o.boss.Get("/register/export.json?year=2021")
	sheet := o.boss.Get("/register/export.xlsx?year=2021")
	if f, err := excelize.OpenReader(strings.NewReader(sheet.Body)); err != nil || len(f.GetSheetList()) != 1 {
		t.Errorf("the workbook: %v", err)
	}
	if got := strings.Join(o.recorded(), " "); got != "document.uploaded document.entered register.exported register.exported" {
		t.Errorf("on record: %s", got)
	}
	if p := sendFile(o.boss, "/register/import", "2021.json", []byte(archive.Body)); p.Status != 422 || !strings.Contains(p.Text(), "已有 6 项") {
		t.Errorf("into a year that is full: %d %s", p.Status, p.Text())
	}
	other := officeSite(t, storetest.SQLite(t, schemas...))
	p := sendFile(other.boss, "/register/import", "2021.json", []byte(archive.Body))
	if p.Status != 200 || other.count("promise_promise") != 0 || !strings.Contains(p.Text(), "导入 6 项") {
		t.Fatalf("%d %s", p.Status, p.Text())
	}
	p = other.boss.Post("/register/import", hidden(p)...)
	if p.Status != http.StatusSeeOther || other.count("promise_promise") != 6 || other.count("promise_review") != o.count("promise_review") {
		t.Errorf("%d %s", p.Status, p.Text())
	}
	if p := o.boss.Get("/register/export.json?year=1999"); p.Status != 404 {
		t.Errorf("a year that is not: %d", p.Status)
	}
}

func TestIntoTheNewYear(t *testing.T) {
	o := officeSite(t, storetest.SQLite(t, schemas...))
	document := o.uploaded()
	o.boss.Post(document + "/accept-sure")
	o.boss.Post(document + "/enter")
	p := o.boss.Get("/register/rollover")
	if p.Status != 200 || !strings.Contains(p.Text(), "12 月 1 日起") || len(webtest.All(p.One("main"), "form")) != 0 {
		t.Errorf("too early: %d %s", p.Status, p.Text())
	}
	if p := o.boss.Post("/register/rollover?year=2021", "from", "2021"); p.Status != http.StatusConflict || !strings.Contains(p.Text(), "12 月 1 日起") || o.count("promise_promise") != 6 {
		t.Errorf("too early, and still: %d %s", p.Status, p.Text())
	}
	for _, from := range []string{"", "1066", "2030", "x"} {
		if p := o.boss.Post("/register/rollover?year=2021", "from", from); p.Status != 422 {
			t.Errorf("from %q: %d", from, p.Status)
		}
	}
	o.hand.Set(time.Date(2021, 12, 20, 4, 0, 0, 0, time.UTC))
	shown := len(o.boss.Get("/register/rollover?year=2021").All("th", "scope", "row"))
	p = o.boss.Post("/register/rollover?year=2021", hidden(o.boss.Get("/register/rollover?year=2021"))...)
	if n := listed(t, o.As(t, nil).Get(p.Header.Get("Location"))); p.Status != http.StatusSeeOther || n != shown || n != 5 { // all but the year's target
		t.Errorf("%d went on, %d were shown; %d", n, shown, p.Status)
	}
	if p := o.boss.Post("/register/rollover?year=2021", "from", "2021"); p.Header.Get("Location") != "/register/rollover?year=2021" || o.count("promise_promise") != 11 {
		t.Errorf("twice: %d", p.Status)
	}
	if got := o.recorded(); got[len(got)-1] != "register.rolled_over" {
		t.Errorf("on record: %v", got)
	}
}

func TestEveryOfficePageInBothLanguages(t *testing.T) {
	o := officeSite(t, storetest.SQLite(t, schemas...))
	check := func(paths ...string) {
		t.Helper()
		for _, lang := range []string{"zh", "en"} {
			o.boss.Header.Set("Accept-Language", lang)
			for _, path := range paths {
				p := o.boss.Get(path)
				if p.Status != 200 || len(p.All("h1")) != 1 {
					t.Errorf("%s %s: status %d, %d h1", lang, path, p.Status, len(p.All("h1")))
				}
				for _, bad := range []string{"promiseweb.", "promise.why", "promise.kind", "<no value>", "%!", "<script>alert", "style="} {
					if strings.Contains(p.Body, bad) {
						t.Errorf("%s %s holds %q", lang, path, bad)
					}
				}
				sameIDs(t, lang+" "+path, p)
			}
		}
	}
	always := []string{"/documents", "/documents/new", "/overview", "/register", "/register/new", "/register/import", "/register/rollover"}
	check(always...)
	document := o.uploaded()
	check(document, document+"/enter", o.recordOf("t3"), o.recordOf("t4"), o.recordOf("r1"))
	o.boss.Post(document + "/accept-sure")
	o.boss.Post(document + "/enter")
	check(append(always, document, document+"/enter", o.recordOf("t2"))...)
}
