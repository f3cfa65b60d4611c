package clock

import (
	"encoding/json"
	"testing"
	"time"
)

func TestDates(t *testing.T) {
	zone := time.FixedZone("CST", 8*3600)
	lateUTC := time.Date(2021, 11, 19, 17, 0, 0, 0, time.UTC)
	if got := DateOf(lateUTC, zone).String(); got != "2021-11-20" {
		t.Errorf("17:00 UTC is %s in Zhuhai", got)
	}
	leap, err := ParseDate("2024-02-29")
	if err != nil {
		t.Fatal(err)
	}
	if got := leap.AddDays(1).String(); got != "2024-03-01" {
		t.Errorf("the day after the leap day is %s", got)
	}
	for _, bad := range []string{"2023-02-29", "2021-1-1", "2021-11-19 ", "x"} {
		if d, err := ParseDate(bad); err == nil {
			t.Errorf("%q passed as %v", bad, d)
		}
	}
	if a, b := (Date{2021, 9, 30}), (Date{2021, 10, 1}); !a.Before(b) || !b.After(a) || a.Compare(a) != 0 {
		t.Error("order")
	}
	text, err := json.Marshal(map[string]Date{"due": leap, "none": {}})
	if err != nil || string(text) != `{"due":"2024-02-29","none":""}` {
		t.Errorf("%s %v", text, err)
	}
	var back map[string]Date
	if err := json.Unmarshal(text, &back); err != nil || back["due"] != leap || !back["none"].IsZero() {
		t.Errorf("%v %v", back, err)
	}
	var d Date
	if err := d.Scan("2024-02-29"); err != nil || d != leap {
		t.Errorf("%v %v", d, err)
	}
	if v, err := (Date{}).Value(); v != nil || err != nil {
		t.Errorf("the zero date is stored as %v %v", v, err)
	}
}

func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"2021-11-19", "2024-02-29", "2023-02-29", "2021-1-1", "", "0000-00-00", "２０２１-11-19"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseDate(s)
		if err == nil && d.String() != s {
			t.Errorf("%q is read as %q", s, d)
		}
	})
}
