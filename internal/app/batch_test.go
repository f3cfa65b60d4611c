package app

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"huying/internal/casework"
)

// spoken lets a lamp be answered with a note alone.
func spoken(folder fstest.MapFS) {
	const file = "procedures/street-light.yaml"
	folder[file] = &fstest.MapFile{Data: []byte(strings.Replace(string(folder[file].Data), "with: [note, photo]", "with: [note]", 1)), Mode: 0o640}
}

var hiddenOf = regexp.MustCompile(`<input type="hidden" name="(case|seq-[A-Z0-9-]+|key|action)" value="([^"]*)"`)

// sent is the form of a page with what it hides.
func sent(page string) url.Values {
	form := url.Values{}
	for _, m := range hiddenOf.FindAllStringSubmatch(page[strings.LastIndex(page, `action="/tasks/batch"`):], -1) {
		form.Add(m[1], m[2])
	}
	return form
}

// TestSeveralCasesAreAnsweredWithOneText: each has its own entry; one that moved on meanwhile is named and keeps what was typed; sent twice,
// nothing is answered twice; whoever does not act for the unit answers none.
func TestSeveralCasesAreAnsweredWithOneText(t *testing.T) {
	districts(t, spoken, func(t *testing.T, s *small) {
		var numbers []string
		for _, title := range []string{"东门路灯不亮", "西门路灯不亮", "南门路灯不亮"} {
			numbers = append(numbers, s.lamp(title).Number)
		}
		anna := s.as("anna")
		if _, page := anna.get("/tasks"); strings.Count(page, `name="case"`) != 3 {
			t.Fatal("the desk offers no boxes")
		}
		choose := "/tasks/batch?" + url.Values{"case": numbers}.Encode()
		status, page := anna.get(choose)
		form := sent(page)
		if status != http.StatusOK || len(form["case"]) != 3 || form.Get("action") != "repaired" {
			t.Fatalf("%d %v", status, form)
		}
		if status, _ := anna.do("POST", "/tasks/batch", form); status != http.StatusUnprocessableEntity {
			t.Errorf("answered without a text: %d", status)
		}
		if s.entries(numbers[0]) != 1 {
			t.Error("something was answered without a text")
		}

		// One is withdrawn by its caller meanwhile.
		if _, err := s.cases.Do(ctx, casework.Asker{Actor: s.actor("east")}, numbers[1], casework.Do{Action: "withdraw", Input: casework.Data{"reason": "已经亮了"}}); err != nil {
			t.Fatal(s.texts.Error("en", err))
		}
		form.Set("in-note", "灯管已更换")
		status, page = anna.do("POST", "/tasks/batch", form)
		rest := sent(page)
		if status != http.StatusUnprocessableEntity || len(rest["case"]) != 1 || rest.Get("case") != numbers[1] || !strings.Contains(page, "灯管已更换") ||
			!strings.Contains(page, `<p class="error">`) {
			t.Errorf("%d: the one that failed is not named, or what was typed is gone: %v", status, rest)
		}
		seqs := func() (all []int) {
			for _, n := range numbers {
				all = append(all, s.entries(n))
			}
			return all
		}
		after := seqs()
		if !slices.Equal(after, []int{2, 2, 2}) {
			t.Errorf("%v entries", after)
		}
		if status, _ := anna.do("POST", "/tasks/batch", form); status != http.StatusUnprocessableEntity || !slices.Equal(seqs(), after) {
			t.Errorf("sent twice: %d, %v entries", status, seqs())
		}
		more := s.lamp("北门路灯不亮").Number
		for login, want := range map[string]int{"clara": http.StatusUnprocessableEntity, "system": http.StatusForbidden} {
			if status, _ := s.as(login).do("POST", "/tasks/batch", url.Values{"case": {more}, "action": {"repaired"}, "in-note": {"x"}}); status != want {
				t.Errorf("%s: %d, want %d", login, status, want)
			}
		}
		if s.entries(more) != 1 {
			t.Error("somebody of another unit answered")
		}
		form = url.Values{"case": {more}, "action": {"repaired"}, "in-note": {"修好了"}, "key": {"k"}}
		if status, to := anna.do("POST", "/tasks/batch", form); status != http.StatusSeeOther || to != "/tasks" || s.entries(more) != 2 {
			t.Errorf("one alone: %d %s", status, to)
		}
	})
}

// entries is how many records a case has.
func (s *small) entries(number string) int {
	s.t.Helper()
	return lookUp(s.t, s.App, number).Seq
}
