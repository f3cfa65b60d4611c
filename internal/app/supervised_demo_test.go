package app

import (
	"html"
	"regexp"
	"strings"
	"testing"

	"huying/internal/casework"
	"huying/internal/promise"
	"huying/internal/store"
)

var links = regexp.MustCompile(`href="([^"#]+)`)

// TestTheDemonstrationShowsSupervision opens what the supervision office and a unit look at, and what its figures open.
func TestTheDemonstrationShowsSupervision(t *testing.T) {
	a := demonstration(t)
	base := serve(t, a)
	office, public := visit(t, base, "ducha"), visit(t, base, "")
	page := func(v *visitor, path string, want ...string) string {
		t.Helper()
		status, body := v.get(path)
		if status != 200 {
			t.Fatalf("%s: %d", path, status)
		}
		for _, w := range want {
			if !strings.Contains(body, w) {
				t.Errorf("%s does not show %s", path, w)
			}
		}
		return body
	}
	follow := func(body, prefix string, most int, want ...string) {
		t.Helper()
		n := 0
		for _, m := range links.FindAllStringSubmatch(body, -1) {
			if to := html.UnescapeString(m[1]); strings.HasPrefix(to, prefix) && n < most {
				n++
				page(office, to, want...)
			}
		}
		if n == 0 {
			t.Errorf("nothing leads to %s", prefix)
		}
	}
	letters := page(office, "/letters", "督办〔2021〕", "橙色", "蓝色")
	follow(letters, "/cases/DB-", 2, "督办〔2021〕")
	if settled := page(office, "/letters?state=settled"); strings.Contains(settled, "橙色") && !strings.Contains(settled, "已办结") {
		t.Error("the filter chooses another state")
	}
	page(office, "/letters?colour=orange", "橙色")
	scores := page(office, "/scores?year=2021", "督办单未按时反馈", "起草通报")
	follow(scores, "/scores/", 3, "/cases/")
	follow(scores, "/open/circular", 1, "年各单位督查督办扣分情况如下")

	var red string
	for _, st := range boardOf(t, a).Rows {
		if rows := a.casesOf(t, supervising, st.Number); len(rows) > 0 {
			red = st.Number
			break
		}
	}
	promise := page(office, "/promises/"+red, "督查督办", "发督办单")
	follow(promise, "/cases/DC-", 1, "/promises/"+red)
	follow(promise, "/open/letter", 1, red)
	if body := page(public, "/promises/"+red); strings.Contains(body, "/cases/DC-") || strings.Contains(body, "发督办单") {
		t.Error("the public is shown what is inside the administration")
	}
	if status, _ := public.get("/letters"); status == 200 {
		t.Error("the public reads letters")
	}
	if status, _ := visit(t, base, "jianshe").get("/scores/finance?year=2021"); status != 403 {
		t.Errorf("another unit's score: %d", status)
	}
}

func boardOf(t *testing.T, a *App) *promise.Board {
	t.Helper()
	b, err := a.register.Board(ctx, 2021)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (a *App) casesOf(t *testing.T, procedure, number string) (all []casework.Case) {
	t.Helper()
	err := a.db.Read(ctx, func(tx *store.Tx) (err error) { all, err = a.cases.Repeats(ctx, tx, procedure, number); return err })
	if err != nil {
		t.Fatal(err)
	}
	return all
}
