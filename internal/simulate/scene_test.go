package simulate

import (
	"strings"
	"testing"
	"time"

	"huying/internal/clock"
	"huying/internal/errs"
)

func TestAMomentCountsWorkingDays(t *testing.T) {
	friday := clock.Date{Year: 2021, Month: 11, Day: 19}
	for text, want := range map[string]string{"-1 09:05": "11-18 09:05", "-5 17:30": "11-12 17:30", "+1 12:00": "11-22 12:00", "+6 00:00": "11-29 00:00"} {
		m, err := ParseMoment(text)
		if got := m.On(friday, works, time.UTC).Format("01-02 15:04"); err != nil || got != want {
			t.Errorf("%s is %s %v, want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"", "3 10:20", "-3", "-0 10:20", "-3 24:00", "-3 10:60", "-3 9:00"} {
		if _, err := ParseMoment(text); !errs.Is(err, errs.Invalid) {
			t.Errorf("%q is a moment", text)
		}
	}
}

func TestWhatIsWrongWithASceneIsNamedAtItsLine(t *testing.T) {
	const good = "{at: -3 10:00, who: a, opens: p}"
	for steps, want := range map[string]string{
		good: "",
		good + "; {at: -2 10:00, who: a, does: x}":                        "",
		"{at: -3 10:00, who: h, posts: order, number: \"1\", lost: true}": "",
		"{at: -3 10:00, who: a, does: x}":                                 "simulate.scene_begins",
		good + "; {at: -2 10:00, who: a, opens: p}":                       "simulate.scene_begins",
		"{at: -3 10:00, who: a, opens: p, does: x}":                       "simulate.scene_verb",
		"{at: -3 10:00, opens: p}":                                        "simulate.scene_who",
		"{at: +3 10:00, who: a, opens: p}":                                "simulate.scene_at",
		good + "; {at: -3 10:00, who: a, does: x}":                        "simulate.scene_order",
		"{at: -3 10:00, who: h, posts: order}":                            "simulate.scene_number",
		"{at: -3 10:00, who: a, opens: p, lost: true}":                    "simulate.scene_lost",
		"{at: -3 10:00, who: h, posts: order, number: \"1\", lost: true}; {at: -2 10:00, who: h, posts: urge}": "simulate.scene_lost",
	} {
		text := "scenes:\n  - scene: one\n    steps:\n      - " + strings.ReplaceAll(steps, "; ", "\n      - ") + "\n"
		_, err := Read("s.yaml", []byte(text))
		switch all := errs.All(err); {
		case want == "" && err != nil, want != "" && (len(all) != 1 || all[0].Key != want || !strings.HasPrefix(all[0].Place, "s.yaml:")):
			t.Errorf("%s: %v, want %q", steps, err, want)
		}
	}
	for names, want := range map[string]string{"one two": "", "one one": "simulate.scene_twice", "one Two": "simulate.scene_name"} {
		text := "scenes:\n"
		for name := range strings.FieldsSeq(names) {
			text += "  - scene: " + name + "\n    steps: [" + good + "]\n"
		}
		_, err := Read("s.yaml", []byte(text))
		if all := errs.All(err); want == "" && err != nil || want != "" && (len(all) != 1 || all[0].Key != want) {
			t.Errorf("%s: %v, want %q", names, err, want)
		}
	}
	if _, err := Read("s.yaml", []byte("scenes: [{scene: one}]")); !errs.Is(err, errs.Invalid) {
		t.Error("a scene without steps")
	}
}
