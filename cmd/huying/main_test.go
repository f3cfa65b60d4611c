package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"huying/internal/i18n"
)

// TestBothLanguagesSayTheSame: every message of the commands is there in both languages.
func TestBothLanguagesSayTheSame(t *testing.T) {
	cat, err := i18n.New(messages()...)
	if err != nil {
		t.Fatal(err)
	}
	if zh, en := cat.Keys(i18n.ZH), cat.Keys(i18n.EN); !slices.Equal(zh, en) {
		t.Errorf("Chinese has %d keys, English %d", len(zh), len(en))
	}
}

// TestHelpIsInOneLanguage: no flag or command falls back on a key or on the parser's own words.
func TestHelpIsInOneLanguage(t *testing.T) {
	for _, args := range [][]string{{"--help"}, {"read", "--help"}, {"version", "--help"}, {"calendar", "--help"}, {"calendar", "due", "--help"}, {"calendar", "import", "--help"}} {
		for _, lang := range []string{"zh", "en"} {
			var out, errOut bytes.Buffer
			if status := run(append([]string{"--lang", lang}, args...), nil, &out, &errOut); status != exitOK || errOut.Len() > 0 {
				t.Fatalf("%v: status %d, %s", args, status, errOut.String())
			}
			foreign := []string{"huying.", "${", "Show context-sensitive help"}
			if lang == "zh" {
				foreign = append(foreign, "Usage", "Flags:", "Arguments", "Commands:", "for more")
			}
			for _, w := range foreign {
				if strings.Contains(out.String(), w) {
					t.Errorf("%v in %s says %q:\n%s", args, lang, w, out.String())
				}
			}
		}
	}
}
