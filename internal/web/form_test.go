package web_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/web"
	"huying/internal/web/webtest"
)

// reportForm is a form with every kind of field.
func reportForm(f *web.Form) templ.Component {
	options := []web.Option{{Value: "", Text: "请选择"}, {Value: "monthly", Text: "月报"}, {Value: "check", Text: "核查"}}
	return templ.Join(within(web.Fields(f), templ.Join(
		web.Input(f, web.Field{Name: "value", Label: "累计完成", Hint: "公里", Mode: "decimal"}),
		web.Input(f, web.Field{Name: "on", Label: "日期", Type: "date"}),
		web.Textarea(f, web.Field{Name: "note", Label: "说明", Optional: true, Max: 20}),
		web.Select(f, web.Field{Name: "source", Label: "来源", Options: options}),
		web.RadioGroup(f, web.Field{Name: "state", Label: "状态", Options: options[1:]}),
		web.CheckGroup(f, web.Field{Name: "units", Label: "配合", Options: options[1:]}),
		web.Checkbox(f, web.Field{Name: "sure", Label: "已核对"}),
		web.Input(f, web.Field{Name: "secret", Label: "口令", Type: "password"}),
		web.FileInput(f, web.Field{Name: "file", Label: "材料", Accept: ".pdf"}),
	)))
}

// within puts a component where templ puts the children of another.
func within(outer, children templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return outer.Render(templ.WithChildren(ctx, children), w)
	})
}

func reportRoutes(save func(*web.Form) error) []web.Route {
	return []web.Route{
		{Pattern: "GET /report", Need: web.Everyone, Handle: func(r *web.Request) error {
			return r.Render(200, web.Page{Title: "填报"}, reportForm(web.NewForm("value", "12.5", "source", "check", "units", "monthly", "units", "check")))
		}},
		{Pattern: "POST /report", Need: web.Everyone, Handle: func(r *web.Request) error {
			f, err := r.ReadForm()
			if err != nil {
				return err
			}
			f.Decimal("value")
			f.Date("on")
			f.Text("note", 20)
			f.Choice("source", "monthly", "check")
			f.Password("secret")
			if f.OK() {
				if err := save(f); err == nil {
					return r.Redirect("/done")
				} else if !f.Takes(err) {
					return err
				}
			}
			return r.Render(http.StatusUnprocessableEntity, web.Page{Title: "填报"}, reportForm(f))
		}},
	}
}

func TestErrorsStandBesideTheirFields(t *testing.T) {
	site := webtest.New(t, web.Options{}, reportRoutes(func(*web.Form) error { return nil })...)
	script := `<script>alert("𠮷")</script>`
	p := site.As(t, nil).Post("/report", "value", "many", "on", "2021-13-40", "note", script, "source", "sky", "secret", "hunter2", "state", "check")
	if p.Status != 422 {
		t.Fatalf("status %d", p.Status)
	}
	summary := p.One("div", "class", "summary")
	if _, ok := webtest.Attr(summary, "autofocus"); !ok {
		t.Error("the summary does not take the focus")
	}
	if role, _ := webtest.Attr(summary, "role"); role != "alert" {
		t.Error("the summary is not announced")
	}
	for _, c := range []struct{ field, tag, says string }{
		{"value", "input", "累计完成：请填数"}, {"on", "input", "日期：请填日期"}, {"note", "textarea", "说明：最多 20 个字"}, {"source", "select", "来源：请从列出的选项中选择"},
	} {
		control := p.One(c.tag, "id", "f-"+c.field)
		if v, _ := webtest.Attr(control, "aria-invalid"); v != "true" {
			t.Errorf("%s is not marked as wrong", c.field)
		}
		by, _ := webtest.Attr(control, "aria-describedby")
		if !slices.Contains(strings.Fields(by), "f-"+c.field+"-error") {
			t.Errorf("%s is described by %q", c.field, by)
		}
		said := webtest.Text(p.One("p", "id", "f-"+c.field+"-error"))
		_, message, _ := strings.Cut(c.says, ":")
		if !strings.HasPrefix(said, message) {
			t.Errorf("beside %s: %q", c.field, said)
		}
		if link := webtest.All(summary, "a", "href", "#f-"+c.field); len(link) != 1 || !strings.HasPrefix(webtest.Text(link[0]), c.says) {
			t.Errorf("the summary does not lead to %s with %q: %s", c.field, c.says, webtest.Text(summary))
		}
	}
	if v, _ := webtest.Attr(p.One("input", "id", "f-value"), "value"); v != "many" {
		t.Errorf("what was typed is gone: %q", v)
	}
	if got := webtest.Text(p.One("textarea")); got != script {
		t.Errorf("the note came back as %q", got)
	}
	if strings.Contains(p.Body, "<script>alert") || strings.Contains(p.Body, "hunter2") {
		t.Error("a script is live, or a password is shown again")
	}
	if len(p.All("input", "value", "check", "type", "radio", "checked", "*")) != 1 {
		t.Error("the choice is gone")
	}
	if title := webtest.Text(p.One("title")); !strings.HasPrefix(title, "填写有误") {
		t.Errorf("title %q", title)
	}
}

func TestAFormShowsItsValues(t *testing.T) {
	site := webtest.New(t, web.Options{}, reportRoutes(func(*web.Form) error { return nil })...)
	p := site.As(t, nil).Get("/report")
	if len(p.All("div", "class", "summary"))+len(p.All("", "aria-invalid", "*")) > 0 {
		t.Error("errors before anything was sent")
	}
	if got := webtest.Text(p.One("option", "selected", "*")); got != "核查" {
		t.Errorf("selected: %q", got)
	}
	if n := len(p.All("input", "type", "checkbox", "name", "units", "checked", "*")); n != 2 {
		t.Errorf("%d boxes are ticked", n)
	}
	for _, control := range slices.Concat(p.All("input"), p.All("select"), p.All("textarea")) {
		id, _ := webtest.Attr(control, "id")
		if kind, _ := webtest.Attr(control, "type"); kind == "radio" || kind == "checkbox" {
			continue // within their labels
		}
		if len(p.All("label", "for", id)) != 1 {
			t.Errorf("%s has no label", id)
		}
	}
}

func TestWhatTheServiceFindsWrongIsShownInTheForm(t *testing.T) {
	for _, c := range []struct {
		name   string
		err    error
		status int
		beside string
	}{
		{"a field", errs.New(errs.Invalid, "web.required").On("note"), 422, "f-note-error"},
		{"several", errs.List{errs.New(errs.Invalid, "web.required").On("note"), errs.New(errs.Invalid, "web.not_date").On("on")}, 422, "f-on-error"},
		{"a conflict of the whole", errs.New(errs.Conflict, "web.fail.conflict"), 422, ""},
		{"no permission", errs.New(errs.Forbidden, "web.may_not"), 403, ""},
		{"a defect", errors.New("x"), 500, ""},
	} {
		site := webtest.New(t, web.Options{}, reportRoutes(func(*web.Form) error { return c.err })...)
		p := site.As(t, nil).Post("/report", "value", "1")
		if p.Status != c.status {
			t.Errorf("%s: status %d, want %d", c.name, p.Status, c.status)
		}
		if c.status == 422 && len(p.All("div", "class", "summary")) != 1 {
			t.Errorf("%s: no summary", c.name)
		}
		if c.beside != "" && len(p.All("p", "id", c.beside)) != 1 {
			t.Errorf("%s: nothing beside the field", c.name)
		}
	}
}

func TestReadingFields(t *testing.T) {
	read := func(value string, f func(*web.Form) string) (string, string) {
		form := web.NewForm("x", value)
		got := f(form)
		if form.OK() {
			return got, ""
		}
		return got, form.Errors()[0].Key
	}
	text := func(f *web.Form) string { return f.Text("x", 5) }
	line := func(f *web.Form) string { return f.Line("x", 9) }
	decimal := func(f *web.Form) string { return f.Decimal("x") }
	day := func(f *web.Form) string { return f.Date("x").String() }
	whole := func(f *web.Form) string { return web.Int(f.Int("x", 1, 9999)) }
	for _, c := range []struct {
		name, in  string
		f         func(*web.Form) string
		want, key string
	}{
		{"spaces around are dropped", "  一二  ", text, "一二", ""},
		{"characters are counted, not bytes", "一二三四𠮷", text, "一二三四𠮷", ""},
		{"one too many", "一二三四五六", text, "一二三四五六", "web.too_long"},
		{"control characters are dropped", "a\x00\x1b[b", text, "a[b", ""},
		{"line ends are line feeds", "a\r\nb\rc", text, "a\nb\nc", ""},
		{"what is not text", "a\xff", text, "a", "web.not_text"},
		{"a line has no line ends", "a\r\nb", line, "a b", ""},
		{"nothing is required when missing", " ", func(f *web.Form) string { return f.Required("x", 5) }, "", "web.required"},
		{"a decimal", "35.6", decimal, "35.6", ""},
		{"thousands", "1,204.50", decimal, "1204.50", ""},
		{"full width", "１２０４．５", decimal, "1204.5", ""},
		{"a minus of typography", "−3", decimal, "-3", ""},
		{"no number", "3公里", decimal, "", "web.not_number"},
		{"two points", "1.2.3", decimal, "", "web.not_number"},
		{"a sign alone", "-", decimal, "", "web.not_number"},
		{"an exponent", "1e9", decimal, "", "web.not_number"},
		{"nothing", "", decimal, "", ""},
		{"a date", "2021-11-19", day, "2021-11-19", ""},
		{"a date in Chinese", "2021年1月9日", day, "2021-01-09", ""},
		{"a date with strokes", "2021/1/9", day, "2021-01-09", ""},
		{"a day that is not", "2021-02-29", day, "", "web.not_date"},
		{"half a date", "2021-02", day, "", "web.not_date"},
		{"a whole number", "1,204", whole, "1,204", ""},
		{"below", "0", whole, "0", "web.out_of_range"},
		{"not whole", "1.5", whole, "0", "web.not_whole"},
		{"not offered", "sky", func(f *web.Form) string { return f.Choice("x", "sea") }, "", "web.not_offered"},
	} {
		if got, key := read(c.in, c.f); got != c.want || key != c.key {
			t.Errorf("%s: %q gives %q and %q, want %q and %q", c.name, c.in, got, key, c.want, c.key)
		}
	}
	f := web.NewForm("id", "3", "id", "5", "bad", "x")
	if got := f.IDs("id", 9); !slices.Equal(got, []int64{3, 5}) || !f.OK() {
		t.Errorf("ids %v", got)
	}
	if f.IDs("id", 1); f.OK() {
		t.Error("more than the limit were taken")
	}
	if f.IDs("bad", 9); len(f.Errors()) != 2 {
		t.Error("a thing that is no id was taken")
	}
}

func FuzzReadingFields(f *testing.F) {
	for _, s := range []string{"1", "2021-11-19", "１．５", "年月日", "\xff", "--", "9999999999999999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		form := web.NewForm("x", s)
		d := form.Date("x")
		if got, err := clock.ParseDate(d.String()); err != nil || got != d {
			t.Errorf("%q gave the date %v", s, d)
		}
		if n := web.NewForm("x", s).Decimal("x"); strings.ContainsAny(n, "eE, ") {
			t.Errorf("%q gave the number %q", s, n)
		}
		if text := web.NewForm("x", s).Text("x", 10); strings.ContainsAny(text, "\x00\r\x1b") {
			t.Errorf("%q gave %q", s, text)
		}
	})
}

func TestAnUpload(t *testing.T) {
	waiting := t.TempDir() // where what does not fit into memory waits
	t.Setenv("TMPDIR", waiting)
	var name, content string
	var none bool
	site := webtest.New(t, web.Options{}, web.Route{Pattern: "POST /up", Need: web.Everyone, MaxBody: 10 << 20, Handle: func(r *web.Request) error {
		f, err := r.ReadForm()
		if err != nil {
			return err
		}
		up, err := f.File("file")
		if err != nil {
			return err
		}
		if none = up == nil; none {
			return r.Redirect("/")
		}
		defer up.Close()
		data, err := up.ReadAll()
		name, content = up.Name, string(data)
		if err != nil || f.Line("title", 50) != "年度报告" || up.Size != int64(len(data)) {
			t.Errorf("%v, %q", err, f.Value("title"))
		}
		return r.Redirect("/")
	}})
	send := func(file string, size int) int {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		_ = w.WriteField("title", "年度报告")
		part, err := w.CreateFormFile("file", file)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = part.Write(bytes.Repeat([]byte("字"), size))
		_ = w.Close()
		return site.As(t, nil).Do("POST", "/up", w.FormDataContentType(), &b).Status
	}
	if status := send(`C:\docs\..\报告.txt`, 2<<20); status != 303 || name != "报告.txt" || len(content) != 6<<20 {
		t.Errorf("status %d, %q, %d bytes", status, name, len(content))
	}
	if status := send("", 0); status != 303 || !none {
		t.Errorf("no file: %d", status)
	}
	if status := send("big", 4<<20); status != 413 {
		t.Errorf("over the limit: %d", status)
	}
	if p := site.As(t, nil).Do("POST", "/up", "multipart/form-data; boundary=x", strings.NewReader("--x\r\nbroken")); p.Status != 400 || !strings.Contains(p.Text(), "没有收到完整的表单") {
		t.Errorf("a broken form: %d", p.Status)
	}
	if left, err := os.ReadDir(waiting); err != nil || len(left) != 0 {
		t.Errorf("%d files were left behind, %v", len(left), err)
	}
}

func TestConfirmAsksOnAPageOfItsOwn(t *testing.T) {
	site := webtest.New(t, web.Options{}, web.Route{Pattern: "GET /x", Need: web.Everyone, Handle: func(r *web.Request) error {
		return r.Render(200, web.Page{}, within(web.Confirm("撤销？", "撤销后不能恢复。", "/x/undo", "撤销", "/x"), web.Hidden("version", "3")))
	}})
	form := site.As(t, nil).Get("/x").One("form", "method", "post", "action", "/x/undo")
	if len(webtest.All(form, "input", "name", "version", "value", "3")) != 1 || len(webtest.All(form, "a", "href", "/x")) != 1 {
		t.Error("no version, or no way back")
	}
}
