package promiseweb

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"huying/internal/promise"
)

// What a paragraph is cut into is the paragraph, whatever lies over what; each place begins once, and each shows: as text, or behind another.
func TestCuttingLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := []rune(rapid.StringOfN(rapid.RuneFrom([]rune("甲乙丙𠮷<&a ")), 1, 30, -1).Draw(t, "text"))
		gap := rapid.IntRange(0, len(text)).Draw(t, "gap")
		para := promise.Paragraph{Runs: []promise.Span{{Start: 0, End: gap}, {Start: min(gap+1, len(text)), End: len(text)}}}
		var places []*place
		for i := range rapid.IntRange(0, 6).Draw(t, "places") {
			from := rapid.IntRange(0, len(text)-1).Draw(t, "from")
			x := &place{Span: promise.Span{Start: from, End: rapid.IntRange(from+1, len(text)).Draw(t, "to")}, ID: strings.Repeat("i", i+1), order: i}
			if rapid.Bool().Draw(t, "promise") {
				x.Light = promise.Green
			}
			places = append(places, x)
		}
		p := newPaper(promise.Document{Text: string(text), Body: []promise.Paragraph{para}})
		var read strings.Builder
		first, shown := map[*place]int{}, map[*place]bool{}
		for _, piece := range p.cut(para, places) {
			read.WriteString(piece.Text)
			if piece.First {
				first[piece.Place]++
			}
			shown[piece.Place] = true
			for _, x := range piece.Also {
				if shown[x] {
					t.Fatalf("%v is shown twice", x.Span)
				}
				first[x]++
			}
		}
		if want := p.clip(promise.Span{Start: 0, End: len(text)}); read.String() != want {
			t.Fatalf("%q was cut into %q", want, read.String())
		}
		for _, x := range places {
			if p.clip(x.Span) != "" && first[x] != 1 {
				t.Fatalf("%v begins %d times", x.Span, first[x])
			}
		}
	})
}

func TestLinesOfATextThatCameWithoutParagraphs(t *testing.T) {
	p := newPaper(promise.Document{Text: "甲\n\n  \n乙丙\n"})
	if len(p.body) != 2 || p.clip(promise.Span{Start: 0, End: 99}) != "甲乙丙" {
		t.Errorf("%+v", p.body)
	}
	for name, c := range map[string]promise.Claim{
		"no place":                 {Quote: "甲"},
		"a place behind the end":   {Quote: "甲", Span: promise.Span{Start: 5, End: 500}},
		"a sentence without quote": {Quote: "甲", Span: promise.Span{Start: 0, End: 1}, Sentence: promise.Span{Start: 5, End: 7}},
	} {
		if s := p.sentence(c); s.Quote != "甲" || s.Before != "" || s.After != "" {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

func TestTenThousandsInYuan(t *testing.T) {
	for wan, want := range map[string]string{"66200": "662000000", "0": "0", "1.5": "15000", "0.00015": "1.5", "12.34567": "123456.7", "0.5": "5000"} {
		if got := yuan(wan); got != want {
			t.Errorf("%s 万元 is %s yuan, want %s", wan, got, want)
		}
	}
}
