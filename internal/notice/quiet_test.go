package notice

import (
	"testing"
	"time"
)

func TestWhenANoticeGoesOut(t *testing.T) {
	night, noon, never := Quiet{22 * 60, 7 * 60}, Quiet{12 * 60, 14*60 + 30}, Quiet{}
	const half8 = 8*60 + 30
	for _, tt := range []struct {
		name   string
		choice Choice
		at     string
		urgent bool
		quiet  Quiet
		want   string // empty: never
	}{
		{"in the afternoon, at once", Now, "19 15:20", false, night, "19 15:20"},
		{"late in the evening, in the morning", Now, "19 22:00", false, night, "20 07:00"},
		{"after midnight, the same morning", Now, "20 00:10", false, night, "20 07:00"},
		{"at the end of the night, at once", Now, "20 07:00", false, night, "20 07:00"},
		{"a minute before", Now, "20 06:59", false, night, "20 07:00"},
		{"at noon, after the rest", Now, "19 12:00", false, noon, "19 14:30"},
		{"at night, when only noon is quiet", Now, "19 23:00", false, noon, "19 23:00"},
		{"never quiet", Now, "19 03:00", false, never, "19 03:00"},
		{"urgent at night, at once", Now, "19 23:00", true, night, "19 23:00"},
		{"daily, the next morning", Daily, "19 15:20", false, night, "20 08:30"},
		{"daily, the same morning", Daily, "19 08:29", false, night, "19 08:30"},
		{"daily, when it has just gone", Daily, "19 08:30", false, night, "20 08:30"},
		{"daily and urgent, at once", Daily, "19 15:20", true, night, "19 15:20"},
		{"daily within quiet hours, after them", Daily, "19 15:20", false, Quiet{8 * 60, 9 * 60}, "20 09:00"},
		{"over the end of the month", Now, "30 22:30", false, night, "01 07:00"},
		{"switched off", Off, "19 15:20", false, night, ""},
		{"switched off and urgent", Off, "19 15:20", true, night, ""},
	} {
		at, err := time.ParseInLocation("2006-01-02 15:04", "2021-11-"+tt.at, zhuhai)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := tt.choice.when(at, tt.urgent, tt.quiet, half8)
		text := ""
		if ok {
			text = got.Format("02 15:04")
		}
		if text != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, text, tt.want)
		}
	}
}

func TestTimesOfDay(t *testing.T) {
	for s, want := range map[string]int{"00:00": 0, "7:05": 425, "07:05": 425, "23:59": 1439, "24:00": -1, "7": -1, "": -1, "07:60": -1, "07:05:00": -1, "−1:00": -1} {
		got, err := ParseClock(s)
		if (err != nil) != (want < 0) || err == nil && got != want {
			t.Errorf("%q is %d, %v", s, got, err)
		}
	}
	if got := Clock(425); got != "07:05" {
		t.Error(got)
	}
}

func FuzzParseClock(f *testing.F) {
	f.Add("07:30")
	f.Add("２３:59")
	f.Fuzz(func(t *testing.T, s string) {
		m, err := ParseClock(s)
		if err != nil {
			return
		}
		if again, err := ParseClock(Clock(m)); m < 0 || m >= minutesOfDay || err != nil || again != m {
			t.Errorf("%q is %d, written %q", s, m, Clock(m))
		}
	})
}

func FuzzQuiet(f *testing.F) {
	f.Add(uint16(1320), uint16(420), int64(0))
	f.Fuzz(func(t *testing.T, from, until uint16, seconds int64) {
		q := Quiet{int(from) % minutesOfDay, int(until) % minutesOfDay}
		at := time.Unix(seconds%4_000_000_000, 0).In(zhuhai)
		end := q.After(at)
		if end.Before(at) || end.Sub(at) > 24*time.Hour || q.covers(end.Hour()*60+end.Minute()) {
			t.Errorf("%v at %v ends %v", q, at, end)
		}
	})
}
