package app

import (
	"os"
	"strings"
	"testing"

	"huying/internal/errs"
	"huying/internal/promise"
)

// readPack reads the real report.
func readPack(t testing.TB, change func(string) string) promise.Read {
	t.Helper()
	data, err := os.ReadFile(packDir + "/report.txt")
	if err != nil {
		t.Fatal(err)
	}
	in, err := Read("report.txt", []byte(change(string(data))))
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func asItIs(s string) string { return s }

// asPage is the report as a web page, with broken tags between its words.
func asPage(s string) string {
	var b strings.Builder
	b.WriteString("<html><head><title>公开</title><script>var x = '建成9所小学';</script></head><body><div class=nav>首页 | 政务公开</div><div id=content>")
	for line := range strings.Lines(s) {
		b.WriteString("<p>&nbsp;&nbsp;" + strings.ReplaceAll(strings.TrimSpace(line), "新增", "新<b>增</b>") + "</P>\n")
	}
	b.WriteString("</div></body>")
	return b.String()
}

// TestEveryClaimStandsInAParagraph holds what the register keeps of a document together: the words of every claim, and of every number that
// was not taken, lie in a paragraph that a person reads.
func TestEveryClaimStandsInAParagraph(t *testing.T) {
	for name, change := range map[string]func(string) string{"text": asItIs, "page": asPage} {
		t.Run(name, func(t *testing.T) {
			in := readPack(t, change)
			shown := make([]bool, len([]rune(in.Document.Text)))
			last := 0
			for _, p := range in.Document.Body {
				for _, r := range p.Runs {
					if r.Start < last || r.End <= r.Start || r.End > len(shown) {
						t.Fatalf("run %v after %d", r, last)
					}
					for i := r.Start; i < r.End; i++ {
						shown[i] = true
					}
					last = r.End
				}
			}
			for _, c := range in.Claims {
				if !shown[c.Claim.Span.Start] || !shown[c.Claim.Span.End-1] {
					t.Errorf("%s %q is in no paragraph", c.Ref, c.Claim.Quote)
				}
			}
			for _, u := range in.Document.Unparsed {
				if !shown[u.Span.Start] {
					t.Errorf("the number at %d is in no paragraph", u.Span.Start)
				}
			}
			if len(in.Claims) < 400 {
				t.Errorf("only %d claims", len(in.Claims))
			}
		})
	}
}

func TestHeadingsOfTheReport(t *testing.T) {
	in := readPack(t, asItIs)
	text := []rune(in.Document.Text)
	found := map[int][]string{}
	for _, p := range in.Document.Body {
		if p.Level > 0 {
			found[p.Level] = append(found[p.Level], string(text[p.Runs[0].Start:p.Runs[len(p.Runs)-1].End]))
		}
	}
	if len(found[levelTitle]) != 1 || found[levelTitle][0] != "2021年珠海高新区工作报告" {
		t.Errorf("titles %q", found[levelTitle])
	}
	if n := len(found[levelChapter]); n < 4 || n > 6 {
		t.Errorf("chapters %q", found[levelChapter])
	}
	if n := len(found[levelTheme]); n < 6 {
		t.Errorf("six themes, and what heads the matters: %q", found[levelTheme])
	}
}

func TestWhatIsNoReportIsRefused(t *testing.T) {
	for name, data := range map[string]string{
		"empty.txt": "", "letter.txt": "各位同事:明天下午三点开会。", "old.doc": "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("x", 600),
		"cut.docx": "PK\x03\x04\x14\x00\x00\x00\x08\x00", "virus.exe": "MZ\x90\x00\x03" + strings.Repeat("\x00", 200),
	} {
		if _, err := Read(name, []byte(data)); !errs.Is(err, errs.Invalid) || len(errs.All(err)) == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}
