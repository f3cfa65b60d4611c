package promiseweb

import (
	"strings"
	"testing"

	"huying/internal/promise"
)

// A reviewer sees that a paragraph goes on, and where the claim stands in it.
func TestWhatStandsAroundAClaimSaysWhereItWasCut(t *testing.T) {
	long := strings.Repeat("甲", 300) + "。建成3所小学。" + strings.Repeat("乙", 300)
	for name, c := range map[string]struct {
		text       string
		head, tail string
	}{
		"a short paragraph is whole":    {"建成3所小学。", "建成", "。"},
		"a long one is cut on both":     {long, "…甲", "乙…"},
		"the paragraph before is cut":   {strings.Repeat("甲", 300) + "\n建成3所小学。", "…甲", "小学。"},
		"the paragraph behind is apart": {"建成3所小学。\n" + strings.Repeat("乙", 300), "建成", "乙…"},
	} {
		at := len([]rune(c.text[:strings.Index(c.text, "建成")]))
		claim := promise.Claim{Span: promise.Span{Start: at, End: at + 6}, Sentence: promise.Span{Start: at, End: at + 7}}
		var said strings.Builder
		marked := ""
		for _, pieces := range around(newPaper(promise.Document{Text: c.text}), claim) {
			for _, p := range pieces {
				said.WriteString(p.Text)
				if p.Place != nil {
					marked += p.Text
				}
			}
		}
		got := said.String()
		if marked != "建成3所小学" || !strings.HasPrefix(got, c.head) || !strings.HasSuffix(got, c.tail) {
			t.Errorf("%s: %q marked %q", name, got, marked)
		}
	}
}
