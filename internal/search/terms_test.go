package search

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTermsOfADocument(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"Chinese: characters and pairs", "停车位", "停 停车 车 车位 位"},
		{"a mark parts", "停车，位", "停 停车 车 位"},
		{"a blank parts characters", "停车 位置", "停 停车 车 位 位置 置"},
		{"a number of a case", "WS-000123", "ws 000123 123 ws·000123 ws·123"},
		{"in full width", "ＷＳ－０００１２３", "ws 000123 123 ws·000123 ws·123"},
		{"with a dash of printers", "WS–000123", "ws 000123 123 ws·000123 ws·123"},
		{"nothing but zeros", "000", "000"},
		{"a number and the characters around it", "第3号楼", "第 第·3 3 3·号 号 号楼 楼"},
		{"the same with blanks", "第 3 号楼", "第 第·3 3 3·号 号 号楼 楼"},
		{"words", "Hello, big  World", "hello big world"},
		{"a decimal number is not its digits", "3.5", "3 5 3·5"},
		{"two links part", "a--b", "a b"},
		{"outside the basic plane", "𠮷田𠮷", "𠮷 𠮷田 田 田𠮷"},
		{"a compatibility character", "①㎡", "1 m 2 m·2 1·m"},
		{"a variant is the character", "葛\U000E0100城", "葛 葛城 城"},
		{"what is not seen", "停\u200b车\ufeff位", "停 停车 车 车位 位"},
		{"kana and hangul", "スーパー 서울", "ス スー ー ーパ パ パー 서 서울 울"},
		{"a letter with its mark", "Cafe\u0301 ÉCOLE", "café école"},
		{"digits of another script", "٣٤ x", "٣٤ ٣٤·x x"},
		{"marks alone", "，。！ \t\n*\"'()", ""},
		{"broken text", "停\xff\xfe车\x00位", "停 车 位"},
		{"traditional stays traditional", "車位", "車 車位 位"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			want := strings.Fields(tt.want)
			slices.Sort(want)
			if got := documentTerms(tt.text); !slices.Equal(got, want) {
				t.Errorf("%q is found under %q, want %q", tt.text, got, want)
			}
		})
	}
}

func TestTermsOfAQuery(t *testing.T) {
	for _, tt := range []struct{ name, query, want string }{
		{"pairs alone", "停车位", "停车 车位"},
		{"a single character", "停", "停"},
		{"two words", "停车 路灯", "停车 路灯"},
		{"single characters apart", "停 车", "停 车"},
		{"a number of a case", "ws-000123", "ws·000123"},
		{"without its hyphen", "WS000123", "ws·000123"},
		{"a number between characters", "第3号楼", "第·3 3·号 号楼"},
		{"blanks part words", "2021 停车", "2021 停车"},
		{"a word twice", "停车 停车", "停车"},
		{"nothing", " *:\"^NEAR( ", "near"},
		{"really nothing", " *:\"^( ", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, want := queryTerms(tt.query), strings.Fields(tt.want); !slices.Equal(got, want) {
				t.Errorf("%q asks for %q, want %q", tt.query, got, want)
			}
		})
	}
}

func TestTextsAreBounded(t *testing.T) {
	long := strings.Repeat("长", 1_000_000)
	if got := documentTerms(long); len(got) != 2 {
		t.Errorf("%d terms", len(got))
	}
	var all strings.Builder
	for r := rune(0x4e00); r < 0x9000; r++ {
		all.WriteRune(r)
	}
	if got := documentTerms(strings.Repeat(all.String(), 3)); len(got) != maxTerms {
		t.Errorf("%d terms of many", len(got))
	}
	if got := queryTerms(all.String()); len(got) != maxAsked {
		t.Errorf("%d terms are asked for", len(got))
	}
	word := strings.Repeat("a", 10_000)
	if got := queryTerms(word); len(got) != 1 || len(got[0]) != maxRun || !slices.Contains(documentTerms(word), got[0]) {
		t.Errorf("a long word is asked for as %q", got)
	}
}

// FuzzTerms holds that a text is found by any piece of it, and that terms are fit for both engines.
func FuzzTerms(f *testing.F) {
	for _, s := range []string{"停车位", "WS-000123", "第 3 号楼", "𠮷 a·b", "\x00\"*", "ﷺ", "İ", "①½", "a\u0300", "\u0300", "K"} {
		f.Add(s, 1, 3)
	}
	f.Fuzz(func(t *testing.T, s string, from, to int) {
		terms := documentTerms(s)
		if !slices.IsSorted(terms) {
			t.Errorf("%q is not in order", terms)
		}
		for _, term := range terms {
			ok := utf8.ValidString(term) && term != "" && len(term) <= 2*maxRun+2
			for _, b := range []byte(term) {
				ok = ok && (b >= 0x80 || b >= '0' && b <= '9' || b >= 'a' && b <= 'z')
			}
			if !ok || strings.HasPrefix(term, "¦") {
				t.Errorf("the term %q", term)
			}
		}
		if len(s) > maxQuery || len(terms) == maxTerms {
			return
		}
		for _, q := range queryTerms(s) {
			if !slices.Contains(terms, q) {
				t.Errorf("%q is not found by itself: %q is not among %q", s, q, terms)
			}
		}
	})
}
