package promiseweb_test

import (
	"bytes"
	"errors"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/files"
	"huying/internal/identity"
	"huying/internal/places"
	"huying/internal/promise"
	"huying/internal/promise/promiseweb"
	"huying/internal/report"
	"huying/internal/store"
	"huying/internal/store/storetest"
	"huying/internal/web"
	"huying/internal/web/webtest"
)

// office is a site on which reports are read by a reader of the test's own.
type office struct {
	*site
	read func(name string, data []byte) (promise.Read, error)
	boss *webtest.Visitor // of the supervision office
}

// readByWords knows one report by its words; anything else has no chapter.
func readByWords(name string, data []byte) (promise.Read, error) {
	if !bytes.Contains(data, []byte(reportTitle)) {
		return promise.Read{}, errs.New(errs.Invalid, "report.no_chapter")
	}
	in := readReport()
	in.Document.FileName = name
	for i, ref := range []string{"t3", "t4"} {
		for j := range in.Claims {
			if in.Claims[j].Ref == ref {
				in.Claims[j].Doubtful, in.Claims[j].Claim.Flags = true, []string{"no_verb", "一个新的疑点"}[i:i+1]
			}
		}
	}
	in.Document.Unparsed = []promise.Unparsed{{Span: span("433", 0), Why: "name"}}
	in.Document.Warnings = []promise.Warning{{Key: "report.lost_characters", Args: map[string]any{"n": 2, "line": 3}}}
	return in, nil
}

func officeSite(t testing.TB, db *store.DB) *office {
	t.Helper()
	o := &office{site: emptySite(t, db), read: readByWords}
	trees, err := places.Open(public, o.db, zone)
	must(t, err)
	parts := promiseweb.Parts{DB: o.db, Register: o.register, IDs: identity.New(o.db, zone, clock.Security{}, identity.TreesOf(trees), identity.WithParams(identity.Params{Memory: 64, Passes: 1, Threads: 1})), Places: trees, Files: o.files,
		Read: func(name string, data []byte) (promise.Read, error) { return o.read(name, data) }}
	o.Site = webtest.New(t, web.Options{Texts: webtest.Texts(t, places.Locales, identity.Locales, files.Locales, promise.Locales, promiseweb.Locales, store.Locales, report.Locales),
		Zone: zone, Nav: append(append([]web.NavItem{}, promiseweb.Nav...), promiseweb.StaffNav...), Business: o.hand.Business()}, promiseweb.Routes(parts)...)
	o.boss = o.As(t, webtest.Person(8, identity.Supervisor, ""))
	return o
}

// sendFile posts a form with a file: name, value, name, value.
func sendFile(v *webtest.Visitor, path, fileName string, data []byte, fields ...string) *webtest.Page {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i+1 < len(fields); i += 2 {
		_ = w.WriteField(fields[i], fields[i+1]) // a Buffer takes everything
	}
	if fileName != "" {
		part, _ := w.CreateFormFile("file", fileName)
		_, _ = part.Write(data)
	}
	_ = w.Close()
	return v.Do("POST", path, w.FormDataContentType(), &b)
}

// uploaded sends the report of the tests and returns its document's path.
func (o *office) uploaded() string {
	o.t.Helper()
	p := sendFile(o.boss, "/documents/new", "报告.txt", []byte(reportText))
	to := p.Header.Get("Location")
	if p.Status != http.StatusSeeOther || !strings.HasPrefix(to, "/documents/") {
		o.t.Fatalf("status %d, to %q: %s", p.Status, to, p.Text())
	}
	return to
}

func (o *office) recorded() (lines []string) {
	o.t.Helper()
	must(o.t, o.db.Read(public, func(tx *store.Tx) error {
		all, err := store.All(public, tx, func(s *string) []any { return []any{s} }, "SELECT what FROM identity_audit ORDER BY seq")
		lines = all
		return err
	}))
	return lines
}

func (o *office) count(table string) (n int) {
	o.t.Helper()
	must(o.t, o.db.Read(public, func(tx *store.Tx) error { return tx.Scan(public, "SELECT COUNT(*) FROM "+table, nil, &n) }))
	return n
}

// recordOf is the path of the record that the reader called ref.
func (o *office) recordOf(ref string) string {
	o.t.Helper()
	var id int64
	must(o.t, o.db.Read(public, func(tx *store.Tx) error {
		return tx.Scan(public, "SELECT id FROM promise_record WHERE ref = $1", []any{ref}, &id)
	}))
	return "/records/" + strconv.FormatInt(id, 10)
}

// inputs are the values of the form's fields, as a browser would send them.
func inputs(p *webtest.Page) (fields []string) {
	for _, n := range webtest.All(p.All("form", "class", "form")[0], "") {
		name, _ := webtest.Attr(n, "name")
		switch n.Data {
		case "input":
			value, _ := webtest.Attr(n, "value")
			fields = append(fields, name, value)
		case "select":
			value := ""
			for _, opt := range webtest.All(n, "option", "selected", "*") {
				value, _ = webtest.Attr(opt, "value")
			}
			fields = append(fields, name, value)
		}
	}
	return fields
}

// with replaces values of a form.
func with(fields []string, changes ...string) []string {
	out := append([]string{}, fields...)
next:
	for i := 0; i+1 < len(changes); i += 2 {
		for j := 0; j+1 < len(out); j += 2 {
			if out[j] == changes[i] {
				out[j+1] = changes[i+1]
				continue next
			}
		}
		out = append(out, changes[i], changes[i+1])
	}
	return out
}

// The office's routes, as they are asked for with a document and a record that are there.
func officeRoutes(document, record string) (out [][2]string) {
	for _, path := range []string{"/documents", "/documents/new", document, document + "/review", document + "/enter", record, "/overview", "/register", "/register/new",
		"/register/import", "/register/rollover", "/register/export.xlsx", "/register/export.json", "/register/template.xlsx"} {
		out = append(out, [2]string{"GET", path})
	}
	for _, path := range []string{"/documents/new", document + "/accept-sure", document + "/enter", record, "/register/new", "/register/import", "/register/rollover"} {
		out = append(out, [2]string{"POST", path})
	}
	return out
}

func TestTheOfficeIsForTheOffice(t *testing.T) {
	o := officeSite(t, storetest.SQLite(t, schemas...))
	document := o.uploaded()
	routes := officeRoutes(document, o.recordOf("t3"))
	before, records := o.count("promise_review"), o.count("promise_promise")
	for who, v := range map[string]*webtest.Visitor{"nobody": o.As(t, nil), "clerk": o.As(t, webtest.Person(20, identity.Clerk, "works")), "head": o.As(t, webtest.Person(21, identity.Head, "works")),
		"sysadmin": o.As(t, webtest.Person(22, identity.SysAdmin, "")), "secadmin": o.As(t, webtest.Person(23, identity.SecAdmin, "")),
		"auditadmin": o.As(t, webtest.Person(24, identity.AuditAdmin, "")), "supervisor of one unit": o.As(t, webtest.Person(25, identity.Supervisor, "works"))} {
		for _, route := range routes {
			if who == "supervisor of one unit" && route[1] == "/overview" {
				continue
			}
			p := v.Do(route[0], route[1], "application/x-www-form-urlencoded", strings.NewReader("verdict=accept&version=1&from=2021"))
			want := http.StatusForbidden
			if who == "nobody" {
				want = http.StatusUnauthorized
				if route[0] == "GET" {
					want = http.StatusSeeOther
				}
			}
			if p.Status != want || strings.Contains(p.Body, "停车位") {
				t.Errorf("%s %s %s: %d, want %d", who, route[0], route[1], p.Status, want)
			}
		}
	}
	if o.count("promise_review") != before || o.count("promise_promise") != records {
		t.Error("something was written")
	}
	if p := o.As(t, webtest.Person(26, identity.Leader, "")).Get("/overview"); p.Status != http.StatusOK {
		t.Errorf("the leader sees the overview: %d", p.Status)
	}
}

// The whole way of a report: uploaded, judged, entered, and shown.
func TestAReportComesIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := officeSite(t, db)
		document := o.uploaded()
		p := o.boss.Get(document)
		for _, words := range []string{"新增停车位433个。", "名称里的数字", "7 条有把握", "2 条存疑"} {
			if !strings.Contains(p.Text(), words) && !strings.Contains(p.Text(), strings.ReplaceAll(words, "433", " 433 ")) {
				t.Errorf("%q is not said: %s", words, p.Text())
			}
		}
		if p := o.boss.Post(document + "/accept-sure"); p.Header.Get("Location") != document {
			t.Errorf("%d %s", p.Status, p.Header.Get("Location"))
		}
		if p := o.boss.Get(document); !strings.Contains(p.Text(), "采用了 7 条") {
			t.Errorf("the number is not said: %s", p.Text())
		}
		p = o.boss.Get(document + "/review?doubtful=1")
		first := p.Header.Get("Location")
		if first != o.recordOf("t3")+"?doubtful=1" {
			t.Fatalf("the first doubtful record is %q", first)
		}
		p = o.boss.Get(first)
		if !strings.Contains(p.Text(), "存疑 2 条，还剩 2 条待审") || len(p.All("span", "id", "claim")) != 1 {
			t.Errorf("%s", p.Text())
		}
		if p = o.boss.Post(first, "verdict", "reject", "version", "1"); p.Status != http.StatusUnprocessableEntity || len(p.All("", "aria-invalid", "true")) != 1 {
			t.Errorf("a rejection without a reason: %d", p.Status)
		}
		if v, _ := webtest.Attr(p.All("input", "name", "indicator")[0], "value"); p.Status == 422 && v != "" {
			t.Errorf("the form shows %q", v)
		}
		p = o.boss.Post(first, "verdict", "reject", "version", "1", "note", "口号 <script>𠮷")
		if second := p.Header.Get("Location"); second != o.recordOf("t4")+"?doubtful=1" {
			t.Fatalf("after the first comes %q", second)
		}
		p = o.boss.Post(o.recordOf("t4")+"?doubtful=1", with(inputs(o.boss.Get(o.recordOf("t4"))), "verdict", "accept", "indicator", "=1+1 𠮷<script>")...)
		if p.Header.Get("Location") != document {
			t.Fatalf("at the end: %d %s", p.Status, p.Header.Get("Location"))
		}
		rec := o.boss.Get(o.recordOf("t4"))
		if !strings.Contains(rec.Text(), "改后采用") || !strings.Contains(rec.Text(), "原来没有读出") || strings.Contains(rec.Body, "<script>𠮷") {
			t.Errorf("what was typed before accepting is an edit: %s", rec.Text())
		}
		if v, _ := webtest.Attr(rec.One("input", "name", "indicator"), "value"); v != "=1+1 𠮷<script>" {
			t.Errorf("typed %q", v)
		}
		o.entersAll(document)
	}, schemas...)
}

// entersAll enters what was accepted: as many as the page said before.
func (o *office) entersAll(document string) {
	t := o.t
	t.Helper()
	p := o.boss.Get(document + "/enter")
	if !strings.Contains(p.Text(), "7 项进入台账") || o.count("promise_promise") != 0 {
		t.Errorf("asking says %s; %d promises", p.Text(), o.count("promise_promise"))
	}
	p = o.boss.Post(document + "/enter")
	if done := o.boss.Get(p.Header.Get("Location")); !strings.Contains(done.Text(), "7 项任务已编号") {
		t.Errorf("the number is not said: %s", done.Text())
	}
	list := o.boss.Get(p.Header.Get("Location"))
	if n := listed(t, list); n != 7 || o.count("promise_promise") != 7 {
		t.Errorf("%d are listed, %d are there", n, o.count("promise_promise"))
	}
	if got := strings.Join(o.recorded(), " "); got != "document.uploaded document.entered" {
		t.Errorf("on record: %s", got)
	}
	if p := o.boss.Get(o.recordOf("t4")); !strings.Contains(p.Text(), "已经进入台账") || len(p.All("button", "name", "verdict")) != 0 {
		t.Errorf("an entered record can still be judged: %s", p.Text())
	}
}

func TestTheSecondReviewerSeesTheFirst(t *testing.T) {
	o := officeSite(t, storetest.SQLite(t, schemas...))
	o.uploaded()
	path := o.recordOf("t2")
	mine := inputs(o.boss.Get(path))
	other := o.As(t, webtest.Person(9, identity.Supervisor, ""))
	if p := other.Post(path, with(inputs(other.Get(path)), "verdict", "edit", "value", "60")...); p.Status != http.StatusSeeOther {
		t.Fatalf("the first: %d %s", p.Status, p.Text())
	}
	p := o.boss.Post(path, with(mine, "verdict", "edit", "value", "55", "object", "污水<b>管</b>")...)
	if p.Status != http.StatusConflict {
		t.Fatalf("the second: %d", p.Status)
	}
	table := webtest.Text(p.One("div", "id", "sides"))
	for _, words := range []string{"Person 9", "60", "55", "污水<b>管</b>", "按现在的"} {
		if !strings.Contains(p.Text(), words) {
			t.Errorf("%q is not said; %s", words, table)
		}
	}
	if rec := o.boss.Get(path); !strings.Contains(rec.Text(), "原读作：50") {
		t.Errorf("the first's edit does not hold: %s", rec.Text())
	}
	if p = o.boss.Post(path, with(inputs(p), "verdict", "edit")...); p.Status != http.StatusSeeOther {
		t.Errorf("once more: %d %s", p.Status, p.Text())
	}
	if v, _ := webtest.Attr(o.boss.Get(path).One("input", "name", "value"), "value"); v != "55" {
		t.Errorf("the second's word is %q", v)
	}
	p = o.boss.Post(path, "verdict", "reject", "version", "1", "note", "迟到的理由")
	if p.Status != http.StatusConflict || !strings.Contains(p.Text(), "迟到的理由") {
		t.Errorf("a late rejection: %d %s", p.Status, p.Text())
	}
}

func TestVerdictsThatCannotBe(t *testing.T) {
	o := officeSite(t, storetest.SQLite(t, schemas...))
	o.uploaded()
	for what, c := range map[string]struct {
		path   string
		fields []string
		status int
	}{
		"a result is accepted":      {o.recordOf("r1"), []string{"verdict", "accept", "version", "1"}, 422},
		"no such verdict":           {o.recordOf("t2"), []string{"verdict", "burn", "version", "1"}, 422},
		"a value that is none":      {o.recordOf("t2"), with(inputs(o.boss.Get(o.recordOf("t2"))), "verdict", "edit", "value", "五十"), 422},
		"a kind that is none":       {o.recordOf("t2"), with(inputs(o.boss.Get(o.recordOf("t2"))), "verdict", "edit", "kind", "dream"), 422},
		"a day that is none":        {o.recordOf("t2"), with(inputs(o.boss.Get(o.recordOf("t2"))), "verdict", "edit", "deadline", "2021-13-40"), 422},
		"a record that is not":      {"/records/99999", []string{"verdict", "accept", "version", "1"}, 404},
		"a record without a number": {"/records/x", []string{"verdict", "accept"}, 404},
	} {
		if p := o.boss.Post(c.path, c.fields...); p.Status != c.status {
			t.Errorf("%s: %d, want %d: %s", what, p.Status, c.status, p.Text())
		}
	}
	if n := o.count("promise_review"); n != 0 {
		t.Errorf("%d verdicts were kept", n)
	}
}

func TestUploadsThatAreRefused(t *testing.T) {
	o := officeSite(t, storetest.SQLite(t, schemas...))
	exe := append([]byte("MZ\x90\x00"), make([]byte, 2000)...)
	for what, c := range map[string]struct {
		name   string
		data   []byte
		fields []string
		status int
		says   string
	}{
		"no file":        {"", nil, nil, 422, "请选择文件"},
		"empty":          {"空.txt", nil, nil, 422, "空"},
		"a program":      {"报告.docx", exe, nil, 422, ""},
		"no report":      {"诗.txt", []byte("床前明月光"), nil, 422, "章"},
		"a year that is": {"报告.txt", []byte(reportText), []string{"year", "1066"}, 422, "1949"},
		"too large":      {"报告.txt", bytes.Repeat([]byte("政"), 11_300_000), nil, 422, "32 MB"},
		"far too large":  {"报告.txt", bytes.Repeat([]byte("政"), 12_000_000), nil, 413, "33 MB"},
	} {
		p := sendFile(o.boss, "/documents/new", c.name, c.data, c.fields...)
		if p.Status != c.status || !strings.Contains(p.Text(), c.says) || c.status == 422 && len(p.All("", "aria-invalid", "true")) != 1 {
			t.Errorf("%s: %d %.300s", what, p.Status, p.Text())
		}
	}
	o.read = func(string, []byte) (promise.Read, error) { return promise.Read{}, errors.New("the reader broke") }
	if p := sendFile(o.boss, "/documents/new", "报告.txt", []byte(reportText)); p.Status != 500 || strings.Contains(p.Body, "the reader broke") {
		t.Errorf("a defect: %d", p.Status)
	}
	if n := o.count("promise_document") + o.count("files_file"); n != 0 {
		t.Errorf("%d rows stay", n)
	}
}

func TestTheYearThatTheTextDoesNotSay(t *testing.T) {
	o := officeSite(t, storetest.SQLite(t, schemas...))
	o.read = func(name string, data []byte) (promise.Read, error) {
		in, err := readByWords(name, data)
		in.Document.Year = 0
		return in, err
	}
	if p := sendFile(o.boss, "/documents/new", "报告.txt", []byte(reportText)); p.Status != 422 || !strings.Contains(p.Text(), "没有说是哪一年") {
		t.Errorf("%d %s", p.Status, p.Text())
	}
	p := sendFile(o.boss, "/documents/new", "报告.txt", []byte(reportText), "year", "2020", "title", "<script>𠮷=1+1")
	if doc := o.boss.Get(p.Header.Get("Location")); !strings.Contains(doc.Text(), "2020 年") || !strings.Contains(doc.Text(), "<script>𠮷=1+1") {
		t.Errorf("%s", doc.Text())
	}
	p = sendFile(o.boss, "/documents/new", "同一份.txt", []byte(reportText), "year", "2020")
	if p.Status != 422 || len(p.All("a", "href", "/documents/1")) == 0 {
		t.Errorf("the same file again: %d %s", p.Status, p.Text())
	}
}

func TestADecisionIsEntered(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := officeSite(t, db)
		good := []string{"source", "meeting", "title", "会议纪要<script>1</script>", "date", "2021-03-05", "words", "改造𠮷祥街=1+1", "value", "12", "unit", "条", "joint", "schools"}
		p := sendFile(o.boss, "/register/new", "", nil, append(good, "then", "more")...)
		if p.Status != http.StatusSeeOther || !strings.HasPrefix(p.Header.Get("Location"), "/register/new?document=") {
			t.Fatalf("%d %s", p.Status, p.Text())
		}
		st := o.find("2021-001")
		if st.Kind != promise.Decision || st.Lead != "works" || st.Start.String() != "2021-03-05" || len(st.Joint) != 1 || st.Title != "改造𠮷祥街=1+1" || st.Claim.Op != "=" {
			t.Errorf("%+v", st.Promise)
		}
		next := p.Header.Get("Location")
		if p := o.boss.Get(next); p.Status != 200 || !strings.Contains(p.Text(), "会议纪要<script>1</script>") || strings.Contains(p.Body, "<script>1") {
			t.Errorf("%d %s", p.Status, p.Text())
		}
		id := strings.TrimPrefix(next, "/register/new?document=")
		p = sendFile(o.boss, "/register/new", "", nil, "document", id, "words", "建成两所小学", "lead", "schools", "cycle", "monthly", "due", "2021-09-01")
		if p.Header.Get("Location") != "/promises/2021-002" || o.count("promise_document") != 1 || o.find("2021-002").Cycle != promise.Monthly {
			t.Errorf("another of the same: %d %s", p.Status, p.Text())
		}
		if p = sendFile(o.boss, "/register/new", "", nil, good...); p.Status != 422 || o.count("promise_promise") != 2 {
			t.Errorf("the same again: %d", p.Status)
		}
		if p := o.boss.Get("/documents/" + id); !strings.Contains(p.Text(), "改造𠮷祥街=1+1") {
			t.Errorf("%s", p.Text())
		}
		for what, change := range map[string][]string{"no source": {"source", ""}, "no title": {"title", " "}, "no day": {"date", ""}, "no such day": {"date", "2021-02-30"}, "no words": {"words", ""},
			"no such unit": {"lead", "mars"}, "due before": {"due", "2020-01-01"}, "no number": {"value", "十二"}, "no such cycle": {"cycle", "daily"}, "no comparison": {"op", "≈"}} {
			fields := with(with(good, "title", what), change...)
			if p := sendFile(o.boss, "/register/new", "批示.txt", []byte(what), fields...); p.Status != 422 || len(p.All("div", "class", "summary")) != 1 {
				t.Errorf("%s: %d %.200s", what, p.Status, p.Text())
			}
		}
		if n := o.count("promise_promise"); n != 2 || o.count("promise_document") != 1 {
			t.Errorf("%d promises", n)
		}
	}, schemas...)
}
