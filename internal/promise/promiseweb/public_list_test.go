package promiseweb_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/net/html"

	"huying/internal/clock"
	"huying/internal/promise"
	"huying/internal/store"
	"huying/internal/store/storetest"
	"huying/internal/web/webtest"
)

var publicPages = []string{"/promises", "/counting", "/matters", "/targets", "/projects", "/report"}

func TestARegisterWithNothingInIt(t *testing.T) {
	s := emptySite(t, storetest.SQLite(t, schemas...))
	for _, path := range append(publicPages, "/promises?light=red", "/counting?year=2021") {
		p := s.get(path)
		if p.Status != 200 || len(p.All("a", "class", "btn")) == 0 || strings.Contains(p.Body, "promiseweb.") {
			t.Errorf("%s: status %d, %s", path, p.Status, p.Text())
		}
	}
	if p := s.get("/register.json"); p.Status != 200 || !strings.Contains(p.Body, `"promises": []`) {
		t.Errorf("%d %s", p.Status, p.Body)
	}
	if p := s.get("/promises/2021-001"); p.Status != 404 {
		t.Errorf("a promise that is not: %d", p.Status)
	}
}

// entered is a report that was read and of which nothing was accepted: it is not published.
func TestAReportThatNobodyHasReviewed(t *testing.T) {
	s := emptySite(t, storetest.SQLite(t, schemas...))
	s.write(func(tx *store.Tx) (err error) {
		s.document, err = s.register.Keep(public, tx, readReport(), supervisor)
		return err
	})
	if p := s.get("/reports/" + strconv.FormatInt(s.document, 10)); p.Status != 404 {
		t.Errorf("status %d", p.Status)
	}
	if p := s.get("/report"); p.Status != 200 || strings.Contains(p.Text(), "停车位") {
		t.Errorf("status %d %s", p.Status, p.Text())
	}
}

func TestEveryPageInBothLanguages(t *testing.T) {
	s := sqliteSite(t)
	storied(s)
	paths := append([]string{}, publicPages...)
	for _, st := range s.board().Rows {
		paths = append(paths, "/promises/"+st.Number)
	}
	for _, lang := range []string{"zh", "en"} {
		v := s.As(t, nil)
		v.Header.Set("Accept-Language", lang)
		for _, path := range paths {
			p := v.Get(path)
			if p.Status != 200 || len(p.All("h1")) != 1 {
				t.Errorf("%s %s: status %d, %d h1", lang, path, p.Status, len(p.All("h1")))
			}
			for _, bad := range []string{"promiseweb.", "promise.why", "promise.light", "<no value>", "%!", "<script>alert", "style="} {
				if strings.Contains(p.Body, bad) {
					t.Errorf("%s %s holds %q", lang, path, bad)
				}
			}
			sameIDs(t, lang+" "+path, p)
		}
	}
}

// sameIDs fails when an id stands twice, or a link leads to a place of the page that is not there.
func sameIDs(t *testing.T, what string, p *webtest.Page) {
	t.Helper()
	ids := map[string]int{}
	for _, n := range p.All("", "id", "*") {
		id, _ := webtest.Attr(n, "id")
		if ids[id]++; ids[id] > 1 {
			t.Errorf("%s: id %q twice", what, id)
		}
	}
	for _, a := range p.All("a", "href", "*") {
		if href, _ := webtest.Attr(a, "href"); strings.HasPrefix(href, "#") && ids[href[1:]] == 0 {
			t.Errorf("%s: %s leads nowhere", what, href)
		}
	}
}

func TestChoosing(t *testing.T) {
	s := sqliteSite(t)
	s.say(s.titled("新建污水管网").Number, promise.Entry{Type: promise.Figure, Value: "12", Source: "台账"}, machine)
	s.say(s.titled("推进科技园").Number, promise.Entry{Type: promise.Started, Files: []promise.File{s.photograph("a.png", 1)}}, clerk)
	projects := 0
	for _, st := range s.board().Rows {
		if st.Project {
			projects++
		}
	}
	for query, want := range map[string]int{
		"": 8, "?q=停车": 1, "?q=%3Cscript%3E": 1, "?q=𠮷": 1, "?kind=livelihood": 3, "?kind=target": 1, "?theme=1": 4, "?theme=none": 4, "?matter=1": 3,
		"?measurability=vague": 1, "?vague=attitude": 1, "?vague=exploring": 0, "?clear=yes": 6, "?clear=no": 2, "?proof=yes": 1, "?proof=no": 7, "?simulated=1": 1,
		"?unit=schools": 2, "?unit=works": 5, "?unit=zone": 8, "?lead=schools": 2, "?lead=science": 1, "?projects=1": projects,
		"?status=in_progress": 2, "?document=" + strconv.FormatInt(s.document, 10): 8, "?year=2021&kind=task&theme=1&clear=yes": 2,
	} {
		p := s.get("/promises" + query)
		if got := listed(t, p); p.Status != 200 || got != want {
			t.Errorf("%s: %d promises, want %d; status %d", query, got, want, p.Status)
		}
	}
}

func TestABadValueIsNamedAndChoosesNothing(t *testing.T) {
	s := sqliteSite(t)
	for _, query := range []string{"light=pink", "kind=result", "theme=99", "theme=-1", "matter=x", "unit=mars", "lead=%27%20OR%201", "status=.", "measurability=1", "vague=%3Cb%3E",
		"clear=1", "proof=2", "late=x", "missed=yes", "document=-4", "document=99", "simulated=yes", "document=99999999999999999999", "q=" + strings.Repeat("x", 61), "q=%ff"} {
		p := s.get("/promises?" + query)
		if p.Status != 422 || len(p.All("", "aria-invalid", "true")) != 1 {
			t.Errorf("%s: status %d, %d fields are marked", query, p.Status, len(p.All("", "aria-invalid", "true")))
		}
		if p := s.get("/promises?format=csv&" + query); p.Status != 422 {
			t.Errorf("%s as a file: %d %s", query, p.Status, p.Header.Get("Content-Type"))
		}
	}
	for _, year := range []string{"1999", "x", "-1", "99999999999999999999"} {
		for _, path := range append(publicPages, "/register.json", "/register.xlsx") {
			if p := s.get(path + "?year=" + year); p.Status != 404 {
				t.Errorf("%s of %s: %d", path, year, p.Status)
			}
		}
	}
}

// listed is how many promises the list says that it holds.
func listed(t testing.TB, p *webtest.Page) int {
	t.Helper()
	n, err := strconv.Atoi(strings.Trim(webtest.Text(p.One("p", "role", "status")), "共 项"))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Every figure opens: what a link says is the length of the list behind it.
func TestEveryCountOpensAListOfItsLength(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := fullSite(t, db)
		storied(s)
		seen := 0
		for _, path := range append(publicPages, "/promises?theme=1", "/promises?kind=livelihood&light=green") {
			p := s.get(path)
			for _, a := range p.All("a", "href", "*") {
				href, _ := webtest.Attr(a, "href")
				n, counts := number(a)
				if !counts || !strings.HasPrefix(href, "/promises?") {
					continue
				}
				seen++
				if got := listed(t, s.get(href)); got != n {
					t.Errorf("%s: %s says %d and opens %d", path, href, n, got)
				}
			}
		}
		if seen < 100 {
			t.Errorf("only %d counts were followed", seen)
		}
	}, schemas...)
}

// number is the figure that a link shows: its own text, or that of the <b> within.
func number(a *html.Node) (int, bool) {
	text := webtest.Text(a)
	if b := webtest.All(a, "b"); len(b) == 1 {
		text = webtest.Text(b[0])
	}
	n, err := strconv.Atoi(strings.ReplaceAll(strings.TrimSuffix(strings.TrimPrefix(text, "共 "), " 项"), ",", ""))
	return n, err == nil
}

// No count is typed in: what is entered shows on every page.
func TestThePagesFollowTheRegister(t *testing.T) {
	s := sqliteSite(t)
	before := s.get("/counting").Text()
	st := s.titled("新建污水管网")
	s.say(st.Number, promise.Entry{Type: promise.Figure, Value: "50", Source: "验收"}, clerk)
	s.say(st.Number, promise.Entry{Type: promise.Done, Note: "竣工"}, clerk)
	after := s.get("/counting").Text()
	if !strings.Contains(before, "到今天， 0 项已经完成") || !strings.Contains(after, "到今天， 1 项已经完成") {
		t.Errorf("before: %.120s\nafter: %.120s", before, after)
	}
	if p := s.get("/report"); len(p.All("a", "class", "promise is-done", "id", "p-"+st.Number)) != 1 {
		t.Error("the report does not show the light")
	}
	if n := listed(t, s.get("/promises?light=done")); n != 1 {
		t.Errorf("%d promises are done", n)
	}
}

func TestTheListSortsAndPages(t *testing.T) {
	s := sqliteSite(t)
	order := func(query string) (numbers []string) {
		for _, th := range s.get("/promises"+query).All("th", "scope", "row") {
			numbers = append(numbers, webtest.Text(webtest.All(th, "span")[0]))
		}
		return numbers
	}
	up, down := order(""), order("?sort=-number")
	if len(up) != 8 || up[0] != "2021-001" || down[0] != up[7] {
		t.Errorf("%v %v", up, down)
	}
	if got := order("?sort=nothing"); got[0] != "2021-001" {
		t.Errorf("an order that was not offered: %v", got)
	}
	if got := order("?page=2"); len(got) != 0 {
		t.Errorf("a page after the last: %v", got)
	}
}

func TestExports(t *testing.T) {
	s := sqliteSite(t)
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(s.get("/promises?format=csv&lead=works").Body, "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 6 || rows[0][0] != "编号" {
		t.Fatalf("%v %v", rows, err)
	}
	found := false
	for _, row := range rows {
		found = found || row[4] == "'"+formula
		for _, cell := range row {
			if strings.HasPrefix(cell, "=") {
				t.Errorf("%q would be run", cell)
			}
		}
	}
	if !found {
		t.Errorf("the formula is not there as text: %v", rows)
	}
	for _, path := range []string{"/promises?format=xlsx", "/register.xlsx", "/projects?format=xlsx"} {
		book, err := excelize.OpenReader(strings.NewReader(s.get(path).Body))
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		for _, sheet := range book.GetSheetList() {
			if cells, err := book.SearchSheet(sheet, formula); err != nil || path != "/projects?format=xlsx" && len(cells) == 0 {
				t.Errorf("%s: %v %v", path, cells, err)
			}
		}
	}
	read, err := s.register.ReadSheet(bytes.NewReader([]byte(s.get("/register.xlsx").Body)), 2021)
	if err == nil || len(read) != 0 { // the register's own units have no names to be read back by
		t.Errorf("%v %v", read, err)
	}
}

func TestOpenData(t *testing.T) {
	s := sqliteSite(t)
	s.say(s.titled("新建污水管网").Number, promise.Entry{Type: promise.Figure, Value: "12.50", Source: "台账"}, machine)
	type data struct {
		Year     int
		Today    clock.Date
		Promises []struct {
			Number, Title, Path, Target, Value, Light string
			Lead                                      struct{ Key, Name string }
			Why                                       []string
			Simulated                                 bool
		}
	}
	for path, want := range map[string]int{"/register.json": 8, "/register.json?year=2021": 8, "/promises?format=json&q=" + url.QueryEscape("污水"): 1} {
		var got data
		p := s.get(path)
		if err := json.Unmarshal([]byte(p.Body), &got); err != nil || len(got.Promises) != want || got.Year != 2021 || got.Today.String() != "2021-11-19" {
			t.Fatalf("%s: %v %+v", path, err, got)
		}
		for _, x := range got.Promises {
			if x.Path != "/promises/"+x.Number || x.Lead.Name == "" || len(x.Why) == 0 {
				t.Errorf("%+v", x)
			}
		}
		if p.Header.Get("Content-Type") != "application/json; charset=utf-8" {
			t.Error(p.Header)
		}
		if want == 1 && (got.Promises[0].Value != "12.50" || got.Promises[0].Target != "50" || !got.Promises[0].Simulated) {
			t.Errorf("%+v", got.Promises[0])
		}
	}
}

// A year with two registers: the page shows the one that has begun, and leads to the other.
func TestAnotherYear(t *testing.T) {
	s := sqliteSite(t)
	s.hand.Set(storetest.Now.AddDate(0, 1, 11)) // 30 December
	s.write(func(tx *store.Tx) error { _, err := s.register.Rollover(public, tx, 2021, supervisor); return err })
	for _, path := range publicPages {
		p := s.get(path)
		if p.Status != 200 || len(p.All("a", "href", path+"?year=2022")) != 1 || len(p.All("a", "href", path+"?year=2021", "aria-current", "page")) != 1 {
			t.Errorf("%s: %d", path, p.Status)
		}
	}
	if n := listed(t, s.get("/promises?year=2022")); n != 7 {
		t.Errorf("%d promises go on", n)
	}
	old := s.titled("新建污水管网")
	next := s.get("/promises/"+old.Number).One("section", "id", "line")
	links := webtest.All(next, "a", "href", "*")
	if len(links) != 1 {
		t.Fatalf("%d links through the years", len(links))
	}
	href, _ := webtest.Attr(links[0], "href")
	p := s.get(href)
	if len(webtest.All(p.One("section", "id", "line"), "a", "href", "/promises/"+old.Number)) != 1 {
		t.Errorf("%s does not lead back", href)
	}
	report := "/reports/" + strconv.FormatInt(s.document, 10) + "#p-" + old.Number
	if len(p.All("a", "href", report)) != 1 {
		t.Errorf("%s does not lead to %s", href, report)
	}
}
