package report

import (
	"encoding/json"
	"os"
	"testing"
)

// TestReasonsHaveMessages: every reason that a reading of the real report gives can be said in both languages.
func TestReasonsHaveMessages(t *testing.T) {
	text, err := os.ReadFile("../../packs/zhuhai-gaoxin/report.txt")
	if err != nil {
		t.Fatal(err)
	}
	rd, err := Read(FromText(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range []string{"zh", "en"} {
		b, err := Locales.ReadFile("locales/" + lang + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var m map[string]any
		if err := json.Unmarshal(b, &m); err != nil {
			t.Fatal(err)
		}
		for _, x := range rd.Records {
			if x.Reason != "" && m["report.vague."+x.Reason] == nil {
				t.Errorf("%s: no message for %q", lang, x.Reason)
			}
		}
		for _, u := range rd.Unparsed {
			if m["report.why."+u.Why] == nil {
				t.Errorf("%s: no message for %q", lang, u.Why)
			}
		}
	}
}
