package report

import (
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// essence is what must not change: kinds, names, figures, years, grades, in order.
func essence(t interface{ Fatalf(string, ...any) }, text string) []string {
	rd, err := Read(FromText(text))
	if err != nil {
		t.Fatalf("read: %v", err)
	}
	r := []rune(text)
	out := []string{}
	for i := range rd.Records {
		x := &rd.Records[i]
		if x.Quote != string(r[x.Start:x.End]) {
			t.Fatalf("quote %q is not the text at its span", x.Quote)
		}
		out = append(out, string(x.Kind)+" "+brief(x)+" "+x.Measurable+" "+x.Label+" "+squeeze(x.Quote))
	}
	return out
}

// squeeze is a quotation without blanks, in half width.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		switch f := fold(r); f {
		case ' ', '\n', '\r', 0:
			return -1
		default:
			return f
		}
	}, s)
}

var wide = strings.NewReplacer("0", "０", "1", "１", "2", "２", "3", "３", "4", "４", "5", "５", "6", "６", "7", "７", "8", "８", "9", "９", "%", "％", ",", "，", ";", "；", ":", "：", "(", "（", ")", "）", ".", "．")

// TestSpacingAndWidth: blanks, full-width forms and line breaks change positions only, never a claim.
func TestSpacingAndWidth(t *testing.T) {
	b, err := os.ReadFile("../../packs/zhuhai-gaoxin/report.txt")
	if err != nil {
		t.Fatal(err)
	}
	var kept strings.Builder // headings and every third paragraph: the grammar of the whole in a third of the time
	for i, line := range strings.SplitAfter(string(b), "\n") {
		if utf8.RuneCountInString(line) < 60 || i%6 == 0 || strings.Contains(line, "预期目标是") {
			kept.WriteString(line)
		}
	}
	text := kept.String()
	want := essence(t, text)
	if len(want) < 100 {
		t.Fatalf("only %d records to hold on to", len(want))
	}
	same := func(t interface {
		Fatalf(string, ...any)
	}, how, text string) {
		got := essence(t, text)
		if slices.Equal(got, want) {
			return
		}
		for i := range min(len(got), len(want)) {
			if got[i] != want[i] {
				t.Fatalf("%s: record %d\n got %s\nwant %s", how, i, got[i], want[i])
			}
		}
		t.Fatalf("%s: %d records, want %d", how, len(got), len(want))
	}
	figures := func(list []string) []string {
		return slices.DeleteFunc(slices.Clone(list), func(s string) bool {
			return !strings.ContainsAny(s, "0123456789") || strings.Contains(s, "/") && strings.Contains(s, "    ")
		})
	}
	figured := func(t interface {
		Fatalf(string, ...any)
	}, text string) {
		got, want := figures(essence(t, text)), figures(want)
		for i := range min(len(got), len(want)) {
			if got[i] != want[i] {
				t.Fatalf("paragraphs cut: figure %d\n got %s\nwant %s", i, got[i], want[i])
			}
		}
		if len(got) != len(want) {
			t.Fatalf("paragraphs cut: %d figures, want %d", len(got), len(want))
		}
	}
	same(t, "full width", wide.Replace(text))
	same(t, "CRLF", strings.ReplaceAll(text, "\n", "\r\n"))
	rapid.Check(t, func(t *rapid.T) {
		var out strings.Builder
		r := []rune(text)
		wraps := rapid.Bool().Draw(t, "wraps")   // line breaks within sentences, as a PDF has them
		breaks := rapid.Bool().Draw(t, "breaks") // paragraphs cut at full stops
		step := rapid.IntRange(3, 60).Draw(t, "step")
		blank := rapid.SampledFrom([]string{" ", "\u00a0", "\u3000", "\t", "\u2009", "\ufeff"}).Draw(t, "blank")
		full := rapid.Bool().Draw(t, "full")
		next := rapid.IntRange(0, step).Draw(t, "first")
		line := 0
		for i, c := range r {
			s := string(c)
			if full && c < utf8.RuneSelf {
				s = wide.Replace(s)
			}
			out.WriteString(s)
			if c == '\n' {
				line = 0
				continue
			}
			line++
			if i < next {
				continue
			}
			next = i + step
			switch {
			case breaks && c == '。' && i+1 < len(r) && r[i+1] != '\n', wraps && line > 40 && !isStop(c) && i+1 < len(r) && r[i+1] != '\n':
				out.WriteString("\n")
				line = 0
			case c > 0x2E80 && i+1 < len(r) && r[i+1] > 0x2E80:
				out.WriteString(blank)
			}
		}
		if breaks {
			// A short sentence that opens a paragraph is its heading, so the cut may grade words anew; figures stay.
			figured(t, out.String())
			return
		}
		same(t, "blanks and wraps", out.String())
	})
}

// FuzzRead: whatever the text, the reader neither panics nor quotes what is not there.
func FuzzRead(f *testing.F) {
	if b, err := os.ReadFile("../../packs/zhuhai-gaoxin/report.txt"); err == nil {
		r := []rune(string(b))
		for i := 0; i+1500 < len(r); i += 3000 {
			f.Add("一、2020年工作回顾\n" + string(r[i:i+1500]) + "\n二、2021年工作安排\n" + string(r[i:i+700]))
		}
	}
	for _, s := range []string{
		"2021年工作报告\n一、2020年工作回顾\n产值从１２亿元增至（含15.5％）3—5%、占“a”的1/3。", "一、2020年工作回顾\n超亿元、近百、半天、翻番、第、首位、连增",
		"2021年十项民生实事\n一、建成。二、全部。(1)(2)、，：；", "二、2021年工作任务\n目标是:;,完成,正增长、和及与占%",
		"一、2020年工作回顾\n[1]［22］①\u200b\ufeff《“((（", "一、2020年工作回顾\n6.6.6%5/0 1/2 3:4:5 -5% --5% 10—5",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ToValidUTF8(text, "?")
		rd, err := Read(FromText(text))
		if err != nil {
			return
		}
		check(t, text, rd)
		again, err := Read(FromText(text))
		if err != nil || len(again.Records) != len(rd.Records) {
			t.Fatalf("a second reading differs: %v", err)
		}
		for i := range rd.Records {
			if again.Records[i].Quote != rd.Records[i].Quote || again.Records[i].Value != rd.Records[i].Value {
				t.Fatalf("a second reading differs at %d", i)
			}
		}
	})
}
