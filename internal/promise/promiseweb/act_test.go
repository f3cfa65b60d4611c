package promiseweb_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"mime/multipart"
	"strings"
	"testing"
	"time"

	"huying/internal/clock"
	"huying/internal/identity"
	"huying/internal/promise"
	"huying/internal/store"
	"huying/internal/store/storetest"
	"huying/internal/web/webtest"
)

// The people of the tests.
var (
	worker  = webtest.Person(7, identity.Clerk, "works")
	chief   = webtest.Person(8, identity.Supervisor, "")
	teacher = webtest.Person(9, identity.Clerk, "schools")
	admin   = webtest.Person(10, identity.SysAdmin, "")
	leader  = webtest.Person(11, identity.Leader, "")
	head    = webtest.Person(12, identity.Head, "works")
	seer    = webtest.Person(13, identity.Clerk, "science")
)

// upload is a file of a posted form.
type upload struct {
	name    string
	content []byte
}

// send posts a form with files: name, value, name, value.
func send(v *webtest.Visitor, path string, fields []string, files ...upload) *webtest.Page {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i+1 < len(fields); i += 2 {
		_ = w.WriteField(fields[i], fields[i+1])
	}
	for _, f := range files {
		part, _ := w.CreateFormFile("files", f.name)
		_, _ = part.Write(f.content)
	}
	_ = w.Close()
	return v.Do("POST", path, w.FormDataContentType(), &b)
}

func aPicture(shade uint8) []byte {
	img := image.NewGray(image.Rect(0, 0, 4, 3))
	img.Pix[0] = shade
	var b bytes.Buffer
	_ = png.Encode(&b, img)
	return b.Bytes()
}

// accepted fails unless a form was taken and leads on.
func accepted(t *testing.T, p *webtest.Page, to string) {
	t.Helper()
	if p.Status != 303 || p.Header.Get("Location") != to {
		t.Fatalf("status %d to %q, want %q\n%s", p.Status, p.Header.Get("Location"), to, problems(p))
	}
}

// problems are what a form complains of.
func problems(p *webtest.Page) string {
	var all []string
	for _, n := range append(p.All("", "class", "error"), p.All("", "class", "summary")...) {
		all = append(all, webtest.Text(n))
	}
	return strings.Join(all, " | ")
}

// shown is what a field of a form holds.
func shown(t *testing.T, p *webtest.Page, name string) string {
	t.Helper()
	n := p.One("", "name", name)
	if n.Data == "textarea" {
		return strings.TrimPrefix(webtest.Text(n), "\n")
	}
	v, _ := webtest.Attr(n, "value")
	return v
}

func TestWhoMayDoWhatWithAPromise(t *testing.T) {
	s := sqliteSite(t)
	pipes := s.titled("新建污水管网").Number
	figure := s.say(pipes, promise.Entry{Type: promise.Figure, Value: "21", Source: "台账"}, clerk)
	ruled := s.say(pipes, promise.Entry{Type: promise.Adjusted, Change: promise.Change{Approver: "会", Reason: "因", Value: "40"}}, supervisor)
	at := "/promises/" + pipes
	units := map[string]bool{"worker": true, "head": true, "chief": true}
	office := map[string]bool{"chief": true}
	entry := func(id int64, what string) string { return fmt.Sprintf("%s/entries/%d/%s", at, id, what) }
	for _, tt := range []struct {
		path string
		may  map[string]bool
	}{
		{at + "/report", units}, {entry(figure, "correct"), units}, {entry(figure, "withdraw"), units}, {entry(ruled, "withdraw"), office},
		{at + "/verify", office}, {at + "/reopen", office}, {at + "/adjust", office}, {at + "/override", office}, {at + "/terms", office},
		{"/desk", map[string]bool{"worker": true, "head": true, "chief": true, "teacher": true, "leader": true, "seer": true}},
	} {
		for name, who := range map[string]*identity.Actor{"nobody": nil, "worker": worker, "head": head, "chief": chief, "teacher": teacher, "admin": admin, "leader": leader, "seer": seer} {
			v := s.As(t, who)
			for _, method := range []string{"GET", "POST"} {
				if tt.path == "/desk" && method == "POST" {
					continue
				}
				p := v.Do(method, tt.path, "application/x-www-form-urlencoded", strings.NewReader(""))
				refused := p.Status == 403 || name == "nobody" && (p.Status == 401 || strings.HasPrefix(p.Header.Get("Location"), "/sign-in"))
				if refused == tt.may[name] {
					t.Errorf("%s %s by %s: status %d %s", method, tt.path, name, p.Status, p.Header.Get("Location"))
				}
			}
		}
	}
	if n := len(s.find(pipes).Entries); n != 2 {
		t.Errorf("%d entries: an empty form was taken, or a refused one", n)
	}
}

func TestWhatMayBeDoneStandsOnThePage(t *testing.T) {
	s := sqliteSite(t)
	parking := s.titled("新增停车位").Number
	bar := func(who *identity.Actor) string {
		p := s.As(t, who).Get("/promises/" + parking)
		list := p.All("nav", "class", "act-bar")
		if len(list) == 0 {
			return ""
		}
		return webtest.Text(list[0])
	}
	check := func(when string, want map[string]string) {
		t.Helper()
		for name, who := range map[string]*identity.Actor{"nobody": nil, "worker": worker, "chief": chief, "seer": seer, "admin": admin} {
			if got := bar(who); got != want[name] {
				t.Errorf("%s, %s: %q, want %q", when, name, got, want[name])
			}
		}
	}
	check("at first", map[string]string{"worker": "填报进展", "chief": "填报进展 作调整 手工亮灯 改派与节点"})
	s.say(parking, promise.Entry{Type: promise.Figure, Value: "798", Source: "验收单"}, clerk)
	s.say(parking, promise.Entry{Type: promise.Done, Note: "全部启用"}, clerk)
	check("done", map[string]string{"worker": "补充证据", "chief": "核实销号 补充证据 重新打开 作调整 手工亮灯 改派与节点"})
	s.say(parking, promise.Entry{Type: promise.Verified}, supervisor)
	check("verified", map[string]string{"worker": "补充证据", "chief": "补充证据 重新打开 作调整 手工亮灯 改派与节点"})
	if p := s.get("/promises/" + parking); strings.Contains(p.Body, "/correct") || strings.Contains(p.Body, "/withdraw") {
		t.Error("the public may mend an entry")
	}
	if p := s.As(t, worker).Get("/promises/" + parking); len(p.All("p", "class", "small mend")) != 2 {
		t.Errorf("%d entries may be mended, want the figure and what was called done", len(p.All("p", "class", "small mend")))
	}
}

func TestALifeOfAPromise(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := fullSite(t, db)
		st := s.titled("新建污水管网")
		at := "/promises/" + st.Number
		works, office := s.As(t, worker), s.As(t, chief)
		entry := func(e promise.Entry, what string) string { return fmt.Sprintf("%s/entries/%d/%s", at, e.ID, what) }
		last := func() promise.Entry { all := s.find(st.Number).Entries; return all[len(all)-1] }

		p := works.Get(at + "/report")
		if p.Status != 200 || strings.Contains(p.Body, `value="done"`) || !strings.Contains(p.Text(), "数值达到目标（50公里）之后") {
			t.Fatalf("the form: status %d %s", p.Status, p.Text())
		}
		accepted(t, send(works, at+"/report", []string{"what", "figure", "value", "４１", "source", "台账", "as_of", "2021-10-31", "note", "一标段𠮷"}, upload{`C:\照片\现场.png`, aPicture(1)}), at)
		first := last()
		if first.Value != "41" || first.Files[0].Name != "现场.png" || first.By != worker.Name || first.Unit != "works" || first.AsOf.String() != "2021-10-31" {
			t.Errorf("entered %+v", first)
		}
		if p := works.Get(at); !strings.Contains(p.Text(), st.Number+" 已记录：填报数值。") {
			t.Error("nobody is told that it was recorded")
		}

		p = works.Get(entry(first, "correct"))
		if shown(t, p, "value") != "41" || shown(t, p, "note") != "一标段𠮷" || !strings.Contains(p.Text(), "41公里") {
			t.Errorf("to correct: %s", p.Text())
		}
		accepted(t, send(works, entry(first, "correct"), []string{"value", "50", "source", "台账复核", "as_of", "2021-10-31", "keep", "1"}), at)
		if e := last(); e.Corrects != first.ID || e.Value != "50" || len(e.Files) != 1 {
			t.Errorf("corrected %+v", e)
		}
		accepted(t, send(works, at+"/report", []string{"what", "figure", "value", "51", "source", "台账"}), at)
		if p := works.Get(at); !strings.Contains(p.Text(), "可以报完成了") {
			t.Error("nobody is told that the figure keeps the promise")
		}
		if p := works.Get(entry(first, "correct")); p.Status != 409 {
			t.Errorf("a second correction of one entry: %d", p.Status)
		}
		if p := send(works, entry(first, "withdraw"), []string{"note", "x"}); p.Status != 409 {
			t.Errorf("withdrawing what was corrected: %d", p.Status)
		}

		if p := office.Post(at+"/verify", "note", ""); p.Status != 409 {
			t.Errorf("verified before it was done: %d", p.Status)
		}
		accepted(t, send(works, at+"/report?back=desk", []string{"what", "done", "note", "全线通水", "back", "desk"}), "/desk")
		if light := s.find(st.Number).Light; light != promise.Blue {
			t.Errorf("done, and the light is %s", light)
		}
		p = office.Get(at + "/verify")
		if !strings.Contains(p.Text(), "全线通水") {
			t.Error("the office does not see what was said last")
		}
		accepted(t, office.Post(at+"/verify", "note", "现场核实"), at)
		if light := s.find(st.Number).Light; light != promise.Closed {
			t.Errorf("verified, and the light is %s", light)
		}
		if p := office.Get(at + "/verify"); !strings.Contains(p.Text(), "已经销号") {
			t.Errorf("verified twice? %s", p.Text())
		}
		accepted(t, office.Post(at+"/reopen", "note", "有一段未通"), at)
		if p := office.Post(at+"/reopen", "note", "再开"); p.Status != 409 {
			t.Errorf("reopened twice: %d", p.Status)
		}

		accepted(t, office.Post(at+"/adjust", "approver", "专题会议", "reason", "管线改道", "value", "60", "due", "2022-03-31"), at)
		if now := s.find(st.Number); now.Target != "60" || now.Claim.Value != "50" || now.Adjusted.Due.String() != "2022-03-31" {
			t.Errorf("adjusted to %s due %v; promised %s", now.Target, now.Adjusted, now.Claim.Value)
		}
		if p := office.Get(at + "/adjust"); shown(t, p, "value") != "60" || !strings.Contains(p.Text(), "报告原定") {
			t.Errorf("a second adjustment does not begin with the first: %s", p.Text())
		}
		accepted(t, office.Post(at+"/override", "light", "green", "reason", "等批复", "until", "2021-12-10"), at)
		if now := s.find(st.Number); now.Light != promise.Green || now.Override == nil {
			t.Errorf("the light is %s", now.Light)
		}
		set := last()
		accepted(t, send(office, entry(set, "withdraw"), []string{"note", "批复已到"}), at)
		if now := s.find(st.Number); now.Override != nil {
			t.Error("the light is still set by hand")
		}
	}, schemas...)
}

func TestEachThingThatAUnitMaySay(t *testing.T) {
	s := sqliteSite(t)
	st := s.titled("推进科技园")
	at, v := "/promises/"+st.Number, s.As(t, seer)
	s.write(func(tx *store.Tx) error {
		terms := st.Terms()
		terms.Project = true
		terms.Nodes = []promise.Node{{No: 1, Title: "开工", Due: clock.Date{Year: 2021, Month: 6, Day: 30}, Share: 50}}
		return s.register.SetTerms(public, tx, st.ID, st.Version, terms, "", supervisor)
	})
	for _, tt := range []struct {
		fields []string
		holds  func(*promise.Standing) bool
	}{
		{[]string{"what", "started"}, func(st *promise.Standing) bool { return st.Status == promise.InProgress }},
		{[]string{"what", "progress", "percent", "37.5", "source", "月报"}, func(st *promise.Standing) bool { return *st.Progress == 37.5 }},
		{[]string{"what", "spent", "spent", "1,200.5", "source", "财务"}, func(st *promise.Standing) bool { return st.Spent == "1200.5" }},
		{[]string{"what", "node", "node", "1", "note", "已开工"}, func(st *promise.Standing) bool { return st.NodesDone[1].Note == "已开工" }},
		{[]string{"what", "evidence", "note", "一句话"}, func(st *promise.Standing) bool { return st.Entries[len(st.Entries)-1].Type == promise.Evidence }},
		{[]string{"what", "continuing", "note", "长期做"}, func(st *promise.Standing) bool { return st.Status == promise.IsContinued }},
		{[]string{"what", "done", "note", "建成"}, func(st *promise.Standing) bool { return st.Light == promise.Blue }},
	} {
		accepted(t, send(v, at+"/report", append(tt.fields, "as_of", "2021-11-01")), at)
		if now := s.find(st.Number); !tt.holds(now) {
			t.Errorf("%v: %+v", tt.fields, now.Entries[len(now.Entries)-1])
		}
	}
	if p := v.Get(at + "/report"); strings.Contains(p.Body, `value="progress"`) || strings.Contains(p.Body, `value="done"`) {
		t.Error("what is done may be called done again")
	}
}

func TestWhatAFormulaComputesTakesNoFigure(t *testing.T) {
	s := sqliteSite(t)
	st := s.titled("新建污水管网")
	s.write(func(tx *store.Tx) error {
		terms := st.Terms()
		terms.Formula = "50.0"
		return s.register.SetTerms(public, tx, st.ID, st.Version, terms, "", supervisor)
	})
	v, at := s.As(t, worker), "/promises/"+st.Number+"/report"
	if p := v.Get(at); !strings.Contains(p.Text(), "按公式") || len(p.All("", "name", "value")) != 0 {
		t.Errorf("the form: %s", p.Text())
	}
	if p := send(v, at, []string{"what", "figure", "value", "3", "source", "x"}); p.Status != 422 {
		t.Errorf("a figure beside the formula: status %d", p.Status)
	}
	accepted(t, send(v, at, []string{"what", "done", "note", "数到了"}), "/promises/"+st.Number)
}

func TestAFormThatIsWrongKeepsWhatWasTyped(t *testing.T) {
	s := sqliteSite(t)
	pipes := "/promises/" + s.titled("新建污水管网").Number
	parked := "/promises/" + s.titled("推进科技园").Number
	works, office, science := s.As(t, worker), s.As(t, chief), s.As(t, seer)
	const nasty = "𠮷<script>alert(1)</script> =1+1"
	for name, tt := range map[string]struct {
		v      *webtest.Visitor
		path   string
		fields []string
		wrong  string // the field with the complaint
	}{
		"no figure":                {works, pipes + "/report", []string{"what", "figure", "source", "x", "note", nasty}, "value"},
		"words for a figure":       {works, pipes + "/report", []string{"what", "figure", "value", "很多", "source", "x", "note", nasty}, "value"},
		"no source":                {works, pipes + "/report", []string{"what", "figure", "value", "3", "note", nasty}, "source"},
		"a day to come":            {works, pipes + "/report", []string{"what", "figure", "value", "3", "source", "x", "as_of", "2021-12-24", "note", nasty}, "as_of"},
		"done before its figure":   {works, pipes + "/report", []string{"what", "done", "note", nasty}, "what"},
		"nothing chosen":           {works, pipes + "/report", []string{"note", nasty}, "what"},
		"an office's word":         {works, pipes + "/report", []string{"what", "verified", "note", nasty}, "what"},
		"over a hundred percent":   {science, parked + "/report", []string{"what", "progress", "percent", "101", "note", nasty}, "percent"},
		"a milestone that is not":  {science, parked + "/report", []string{"what", "node", "node", "77", "note", nasty}, "node"},
		"an adjustment of nothing": {office, pipes + "/adjust", []string{"approver", "会", "reason", nasty}, "title"},
		"nobody approved":          {office, pipes + "/adjust", []string{"value", "40", "reason", nasty}, "approver"},
		"a light for ever":         {office, pipes + "/override", []string{"light", "green", "until", "2029-01-01", "reason", nasty}, "until"},
		"a light that ends it":     {office, pipes + "/override", []string{"light", "closed", "until", "2021-12-01", "reason", nasty}, "light"},
	} {
		p := send(tt.v, tt.path, tt.fields)
		if p.Status != 422 || len(p.All("", "id", "f-"+tt.wrong+"-error")) != 1 {
			t.Errorf("%s: status %d, %s", name, p.Status, problems(p))
			continue
		}
		field := "note"
		if !strings.HasSuffix(tt.path, "/report") {
			field = "reason"
		}
		if got := shown(t, p, field); got != nasty {
			t.Errorf("%s: the %s is now %q", name, field, got)
		}
		if strings.Contains(p.Body, "<script>alert") {
			t.Errorf("%s: a script stands on the page", name)
		}
	}
	if n := len(s.find(s.titled("新建污水管网").Number).Entries); n != 0 {
		t.Errorf("%d entries", n)
	}
}

func TestARefusedFileKeepsTheFields(t *testing.T) {
	s := sqliteSite(t)
	st := s.titled("新建污水管网")
	at, v := "/promises/"+st.Number, s.As(t, worker)
	fields := []string{"what", "figure", "value", "12.50", "source", "台账", "as_of", "2021-11-01", "note", "说明", "back", "desk"}
	for name, tt := range map[string]struct {
		files []upload
		want  string
	}{
		"a program":                    {[]upload{{"好.png", aPicture(1)}, {"坏<b>.exe", append([]byte("MZ\x90\x00"), make([]byte, 300)...)}}, "“坏<b>.exe”没有收下"},
		"an empty file":                {[]upload{{"空.txt", nil}}, "“空.txt”没有收下"},
		"one that is too large":        {[]upload{{"大.txt", bytes.Repeat([]byte("数"), 7<<20)}}, "“大.txt”没有收下"},
		"more than an entry may carry": {many(21), "20"},
	} {
		p := send(v, at+"/report", fields, tt.files...)
		if p.Status != 422 || !strings.Contains(webtest.Text(p.One("", "id", "f-files-error")), tt.want) {
			t.Errorf("%s: status %d %s", name, p.Status, problems(p))
		}
		for i := 2; i < len(fields); i += 2 {
			if got := shown(t, p, fields[i]); got != fields[i+1] {
				t.Errorf("%s: %s is now %q", name, fields[i], got)
			}
		}
	}
	if p := send(v, at+"/report", []string{"what", "figure", "value", "", "source", "x"}, upload{"a.png", aPicture(1)}); !strings.Contains(problems(p), "文件没有保存") {
		t.Errorf("nobody is told that the file must be chosen again: %s", problems(p))
	}
	if n := len(s.find(st.Number).Entries); n != 0 {
		t.Errorf("%d entries", n)
	}
	accepted(t, send(v, at+"/report", fields, many(20)...), "/desk")
	if e := s.find(st.Number).Entries[0]; len(e.Files) != 20 {
		t.Errorf("%d files", len(e.Files))
	}
}

func many(n int) []upload {
	out := make([]upload, n)
	for i := range out {
		out[i] = upload{fmt.Sprintf("%d.png", i), aPicture(uint8(i))}
	}
	return out
}

func TestWhatIsWrittenComesOutAsItWentIn(t *testing.T) {
	s := sqliteSite(t)
	st := s.titled("新建污水管网")
	at, v := "/promises/"+st.Number, s.As(t, worker)
	for _, note := range []string{"𠮷祥", "<script>alert(2)</script>", "=1+1", `"; DROP TABLE promise_entry; --`, "第一行\n第二行"} {
		accepted(t, send(v, at+"/report", []string{"what", "evidence", "note", note}), at)
		all := s.find(st.Number).Entries
		if got := all[len(all)-1].Note; got != note {
			t.Errorf("%q came out as %q", note, got)
		}
		p := s.get(at)
		if strings.Contains(p.Body, "<script>alert(2)") || !strings.Contains(p.Text(), strings.Join(strings.Fields(note), " ")) {
			t.Errorf("%q on the page", note)
		}
	}
}

func TestACorrectedInvestmentOfAnEarlierDay(t *testing.T) {
	s := sqliteSite(t)
	st := s.titled("推进科技园")
	s.write(func(tx *store.Tx) error {
		terms := st.Terms()
		terms.Project, terms.Invest = true, "2000"
		return s.register.SetTerms(public, tx, st.ID, st.Version, terms, "", supervisor)
	})
	day := func(month int) clock.Date { return clock.Date{Year: 2021, Month: time.Month(month), Day: 1} }
	september := s.say(st.Number, promise.Entry{Type: promise.Spent, Value: "900", Source: "财务", AsOf: day(9)}, clerk)
	s.say(st.Number, promise.Entry{Type: promise.Spent, Value: "1500", Source: "财务", AsOf: day(10)}, clerk)
	at := fmt.Sprintf("/promises/%s/entries/%d/correct", st.Number, september)
	v := s.As(t, chief)
	if p := v.Get(at); shown(t, p, "spent") != "900" || shown(t, p, "as_of") != "2021-09-01" {
		t.Fatalf("to correct: %s", p.Text())
	}
	accepted(t, send(v, at, []string{"spent", "950", "source", "财务复核", "as_of", "2021-09-01"}), "/promises/"+st.Number)
	if now := s.find(st.Number); now.Spent != "1500" {
		t.Errorf("spent %s: a correction of September outweighs October", now.Spent)
	}
}
