package web_test

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/xuri/excelize/v2"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/web"
	"huying/internal/web/webtest"
)

type promised struct {
	no   int
	text string
}

const hostile = `=HYPERLINK("http://evil")`

// forty promises, of which a few are not what they seem.
func forty() (rows []promised) {
	for i := range 45 {
		rows = append(rows, promised{i + 1, fmt.Sprintf("第%d项", i+1)})
	}
	rows[0].text, rows[1].text, rows[2].text = hostile, `<script>alert(1)</script>`, "𠮷祥"
	return rows
}

func listRoute(rows []promised) web.Route {
	return web.Route{Pattern: "GET /list", Need: web.Everyone, Handle: func(r *web.Request) error {
		l := r.List("no", "no", "text")
		if r.Wants() != "" {
			return web.Export(r, "承诺", []string{"序号", "承诺"}, func(yield func([]any, error) bool) {
				for _, p := range rows {
					if !yield([]any{p.no, p.text}, nil) {
						return
					}
				}
			})
		}
		shown := web.Slice(l, rows, map[string]func(a, b promised) int{
			"no":   func(a, b promised) int { return cmp.Compare(a.no, b.no) },
			"text": func(a, b promised) int { return cmp.Compare(a.text, b.text) },
		})
		f := r.QueryForm()
		table := web.DataTable(web.Table[promised]{ID: "rows", Caption: "承诺", List: l, Rows: shown, Total: len(rows), Export: true, Columns: []web.Column[promised]{
			{Key: "no", Title: "序号", Numeric: true, Cell: func(p promised) templ.Component { return web.Text(fmt.Sprint(p.no)) }},
			{Key: "text", Title: "承诺", Head: true, Cell: func(p promised) templ.Component { return web.Link(fmt.Sprintf("/promises/%d", p.no), p.text) }},
		}})
		filter := within(web.Filter(l, "rows"), web.Input(f, web.Field{Name: "q", Label: "关键词"}))
		return r.Render(200, web.Page{Title: "承诺"}, templ.Join(filter, table))
	}}
}

func TestAListSortsAndPages(t *testing.T) {
	site := webtest.New(t, web.Options{}, listRoute(forty()))
	v := site.As(t, nil)
	for _, c := range []struct {
		name, query  string
		first, shown int
		sorted       string // aria-sort
		by           string // the link of the column 序号
	}{
		{"as it comes", "", 1, 20, "ascending", "/list?sort=-no"},
		{"turned round", "?sort=-no", 45, 20, "descending", "/list?sort=no"},
		{"by another column", "?sort=text", 2, 20, "ascending", "/list?sort=no"}, // "<" comes first
		{"an order that is not offered", "?sort=secret", 1, 20, "ascending", "/list?sort=-no"},
		{"an order that is an attack", "?sort=no;DROP", 1, 20, "ascending", "/list?sort=-no"},
		{"the last page", "?page=3", 41, 5, "ascending", "/list?sort=-no"},
		{"a page behind the last", "?page=99", 0, 0, "", ""},
		{"a page before the first", "?page=-1", 1, 20, "ascending", "/list?sort=-no"},
		{"more to a page", "?size=50", 1, 45, "ascending", "/list?size=50&sort=-no"},
		{"a size that is not offered", "?size=100000", 1, 20, "ascending", "/list?size=100000&sort=-no"},
		{"with the filter kept", "?q=a%26b&page=2", 21, 20, "ascending", "/list?q=a%26b&sort=-no"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := v.Get("/list" + c.query)
			rows := p.All("th", "scope", "row")
			if len(rows) != c.shown {
				t.Fatalf("%d rows, want %d", len(rows), c.shown)
			}
			if c.shown == 0 {
				if !strings.Contains(p.Text(), "没有符合条件的内容") {
					t.Error("an empty page says nothing")
				}
				return
			}
			if len(webtest.All(rows[0], "a", "href", fmt.Sprintf("/promises/%d", c.first))) != 1 {
				t.Errorf("the first row is %s, want %d", webtest.Text(rows[0]), c.first)
			}
			sorted := p.All("th", "aria-sort", "*")
			if len(sorted) != 1 {
				t.Fatalf("%d columns are sorted", len(sorted))
			}
			if dir, _ := webtest.Attr(sorted[0], "aria-sort"); dir != c.sorted {
				t.Errorf("sorted %s, want %s", dir, c.sorted)
			}
			if len(p.All("a", "class", "sort", "href", c.by)) != 1 {
				t.Errorf("no link that sorts by %s", c.by)
			}
		})
	}
}

func TestATableCanBeReadAloudAndAsCards(t *testing.T) {
	site := webtest.New(t, web.Options{}, listRoute(forty()))
	p := site.As(t, nil).Get("/list?page=2&q=x")
	if got := webtest.Text(p.One("caption")); got != "承诺" {
		t.Errorf("caption %q", got)
	}
	for _, cell := range p.All("td") {
		if label, _ := webtest.Attr(cell, "data-label"); label != "序号" {
			t.Errorf("a cell is labelled %q", label)
		}
	}
	if got := webtest.Text(p.All("p", "role", "status")[0]); got != "共 45 项" {
		t.Errorf("count %q", got)
	}
	pager := p.One("nav", "class", "pager")
	if got := webtest.Text(webtest.All(pager, "a", "aria-current", "page")[0]); got != "2" {
		t.Errorf("on page %s", got)
	}
	for _, href := range []string{"/list?page=3&q=x", "/list?q=x&size=100"} {
		if len(webtest.All(pager, "a", "href", href)) != 1 {
			t.Errorf("the pager lacks %s", href)
		}
	}
	if len(p.All("a", "href", "/list?format=xlsx&q=x"))+len(p.All("a", "href", "/list?format=csv&q=x")) != 2 {
		t.Error("the exports do not keep the filter")
	}
	if len(p.All("form", "method", "get", "action", "/list")) != 1 {
		t.Error("no filter")
	}
	if strings.Contains(site.As(t, nil).Get("/list").Body, "<script>alert") {
		t.Error("a script in a cell is live")
	}
}

func TestTheOrderInSQLHoldsNothingThatWasTyped(t *testing.T) {
	columns := map[string]string{"due": "due_on", "light": "CASE light WHEN 'red' THEN 0 ELSE 1 END"}
	for _, c := range []struct{ query, want string }{
		{"", "due_on, id"}, {"?sort=-due", "due_on DESC, id"}, {"?sort=light", "CASE light WHEN 'red' THEN 0 ELSE 1 END, id"},
		{"?sort=id;DROP+TABLE", "due_on, id"}, {"?sort=-", "due_on, id"},
	} {
		var got string
		site := webtest.New(t, web.Options{}, web.Route{Pattern: "GET /l", Need: web.Everyone, Handle: func(r *web.Request) error {
			got = r.List("due", "due", "light").SQL(columns, "id")
			return page("x")(r)
		}})
		site.As(t, nil).Get("/l" + c.query)
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.query, got, c.want)
		}
	}
}

// everything that a cell can be.
func everything() iter.Seq2[[]any, error] {
	at := time.Date(2021, 11, 19, 7, 20, 0, 0, time.UTC)
	rows := [][]any{
		{hostile, "<script>alert(1)</script>", "𠮷祥\n第二行", nil},
		{"+1", "-1", "@SUM(A1)", "\t=1"},
		{12, int64(-3), 35.6, web.Number("1204.50")},
		{clock.Date{Year: 2021, Month: 11, Day: 19}, at, true, web.Number("n/a")},
		{clock.Date{}, time.Time{}, "'quoted", "_x0041_"},
	}
	return func(yield func([]any, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}

func exporting(rows iter.Seq2[[]any, error]) web.Route {
	return web.Route{Pattern: "GET /e", Need: web.Everyone, Handle: func(r *web.Request) error {
		return web.Export(r, "承诺清单", []string{"a", "=b", "c", "d"}, rows)
	}}
}

func TestCSVForASpreadsheet(t *testing.T) {
	p := webtest.New(t, web.Options{}, exporting(everything())).As(t, nil).Get("/e?format=csv")
	if got := p.Header.Get("Content-Disposition"); got != `attachment; filename="____.csv"; filename*=UTF-8''%E6%89%BF%E8%AF%BA%E6%B8%85%E5%8D%95.csv` {
		t.Errorf("file name: %s", got)
	}
	body, ok := strings.CutPrefix(p.Body, "\ufeff")
	if !ok {
		t.Error("no mark by which Excel knows UTF-8")
	}
	got, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"a", "=b", "c", "d"},
		{"'" + hostile, "<script>alert(1)</script>", "𠮷祥\n第二行", ""},
		{"'+1", "'-1", "'@SUM(A1)", "'\t=1"},
		{"12", "-3", "35.6", "1204.50"},
		{"2021-11-19", "2021-11-19 15:20:00", "true", "n/a"},
		{"", "", "'quoted", "_x0041_"},
	}
	want[0][1] = "'=b"
	for i := range want {
		if !slices.Equal(got[i], want[i]) {
			t.Errorf("row %d: %q, want %q", i, got[i], want[i])
		}
	}
}

func TestASheetKeepsTextAsTextAndNumbersAsNumbers(t *testing.T) {
	p := webtest.New(t, web.Options{}, exporting(everything())).As(t, nil).Get("/e?format=xlsx")
	book, err := excelize.OpenReader(strings.NewReader(p.Body))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	for _, c := range []struct {
		cell, shows string
		kind        excelize.CellType
	}{
		{"B1", "=b", excelize.CellTypeInlineString},
		{"A2", hostile, excelize.CellTypeInlineString},
		{"B2", "<script>alert(1)</script>", excelize.CellTypeInlineString},
		{"C2", "𠮷祥\n第二行", excelize.CellTypeInlineString},
		{"A3", "+1", excelize.CellTypeInlineString},
		{"C3", "@SUM(A1)", excelize.CellTypeInlineString},
		{"A4", "12", excelize.CellTypeUnset},
		{"B4", "-3", excelize.CellTypeUnset},
		{"C4", "35.6", excelize.CellTypeUnset},
		{"D4", "1204.5", excelize.CellTypeUnset},
		{"A5", "2021-11-19", excelize.CellTypeUnset},
		{"B5", "2021-11-19 15:20:00", excelize.CellTypeUnset},
		{"C5", "TRUE", excelize.CellTypeBool},
		{"D5", "n/a", excelize.CellTypeInlineString},
		{"A6", "", excelize.CellTypeUnset},
		{"D6", "_x0041_", excelize.CellTypeInlineString},
	} {
		got, err := book.GetCellValue("Sheet1", c.cell)
		kind, err2 := book.GetCellType("Sheet1", c.cell)
		formula, err3 := book.GetCellFormula("Sheet1", c.cell)
		if err := errors.Join(err, err2, err3); err != nil {
			t.Fatal(err)
		}
		if got != c.shows || kind != c.kind || formula != "" {
			t.Errorf("%s: %q of kind %d, formula %q; want %q of kind %d", c.cell, got, kind, formula, c.shows, c.kind)
		}
	}
}

func TestAnExportThatCannotBeMadeIsAnErrorPage(t *testing.T) {
	broken := func(yield func([]any, error) bool) { yield(nil, errs.New(errs.Unavailable, "web.no_session")) }
	site := webtest.New(t, web.Options{}, exporting(broken))
	for _, c := range []struct {
		query  string
		status int
	}{{"?format=csv", 503}, {"?format=xlsx", 503}, {"?format=doc", 400}, {"", 400}} {
		p := site.As(t, nil).Get("/e" + c.query)
		if p.Status != c.status || p.Header.Get("Content-Disposition") != "" || !strings.HasPrefix(p.Header.Get("Content-Type"), "text/html") {
			t.Errorf("%s: %d %v", c.query, p.Status, p.Header)
		}
	}
	late := func(yield func([]any, error) bool) {
		for range 5000 {
			if !yield([]any{strings.Repeat("x", 100)}, nil) {
				return
			}
		}
		yield(nil, errors.New("the database went away"))
	}
	cut := webtest.New(t, web.Options{}, exporting(late))
	if cutOff := fetch(cut.URL + "/e?format=csv"); cutOff == nil {
		t.Error("half a file looks like a whole one")
	}
	empty := webtest.New(t, web.Options{}, exporting(func(func([]any, error) bool) {})).As(t, nil).Get("/e?format=csv")
	if !bytes.Contains([]byte(empty.Body), []byte("a,'=b,c,d")) {
		t.Errorf("an empty list has no header: %q", empty.Body)
	}
}

// fetch reads an answer to its end, and says when it was cut off.
func fetch(url string) error {
	resp, err := http.Get(url)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}
