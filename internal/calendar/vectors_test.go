package calendar

import (
	"embed"
	"encoding/json"
	"fmt"
	"strconv"
	"testing"
	"time"

	"huying/internal/clock"
)

//go:embed testdata/*.json
var testdata embed.FS

func load(t testing.TB, file string, into any) {
	t.Helper()
	data, err := testdata.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
}

// moment reads "2021-09-30T10:00" in the zone of the vectors; the empty text is no time.
func moment(t testing.TB, s string) time.Time {
	t.Helper()
	if s == "" {
		return time.Time{}
	}
	at, err := time.ParseInLocation("2006-01-02T15:04", s, Default().Zone())
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func day(t testing.TB, s string) clock.Date {
	t.Helper()
	d, err := clock.ParseDate(s)
	if err != nil || d.IsZero() {
		t.Fatal(s, err)
	}
	return d
}

// spanOf reads {"working_days": 5}.
func spanOf(t testing.TB, m map[string]int) Span {
	t.Helper()
	units := map[string]Span{"working_days": {1, WorkingDays}, "working_hours": {60, WorkingMinutes}, "working_minutes": {1, WorkingMinutes},
		"days": {1, Days}, "months": {1, Months}, "years": {1, Years}}
	for name, n := range m {
		if u, ok := units[name]; ok && len(m) == 1 {
			return Span{n * u.N, u.Unit}
		}
	}
	t.Fatalf("a span that is none: %v", m)
	return Span{}
}

func TestClockVectors(t *testing.T) {
	var file struct {
		Hours   [][2]string
		Zone    string
		Vectors []struct {
			Why    string
			Start  string
			Span   map[string]int
			Pauses [][2]string
			Due    string
		}
	}
	load(t, "clock-vectors.json", &file)
	config := Config{Zone: file.Zone}
	for _, h := range file.Hours {
		p, err := ParsePeriod(h[0] + "-" + h[1])
		if err != nil {
			t.Fatal(err)
		}
		config.Hours = append(config.Hours, p)
	}
	c, err := New(config, Embedded()...)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range file.Vectors {
		t.Run(v.Why, func(t *testing.T) {
			var pauses []Pause
			for _, p := range v.Pauses {
				pauses = append(pauses, Pause{moment(t, p[0]), moment(t, p[1])})
			}
			got, err := c.Due(moment(t, v.Start), spanOf(t, v.Span), pauses)
			if err != nil {
				t.Fatal(err)
			}
			if !got.At.Equal(moment(t, v.Due)) {
				t.Errorf("due %s, want %s", got.At.Format("2006-01-02T15:04"), v.Due)
			}
		})
	}
	if len(file.Vectors) != 31 {
		t.Errorf("%d vectors: 31 were laid down", len(file.Vectors))
	}
}

func TestWorkdayVectors(t *testing.T) {
	var file struct {
		WorkdaysPerYear map[string]int      `json:"workdays_per_year"`
		AddWorkdays     [][]json.RawMessage `json:"add_workdays"`
	}
	load(t, "test-vectors.json", &file)
	for year, want := range file.WorkdaysPerYear {
		y, err := strconv.Atoi(year)
		if err != nil {
			t.Fatal(err)
		}
		if got := Default().Workdays(y); got != want {
			t.Errorf("%d: %d working days, want %d", y, got, want)
		}
	}
	for _, row := range file.AddWorkdays {
		var from, want string
		var n int
		for i, into := range []any{&from, &n, &want} {
			if err := json.Unmarshal(row[i], into); err != nil {
				t.Fatal(err)
			}
		}
		if got := Default().AddWorkdays(day(t, from), n); got.String() != want {
			t.Errorf("%s and %d working days: %s, want %s", from, n, got, want)
		}
	}
	if n := len(file.WorkdaysPerYear) + len(file.AddWorkdays); n != 28 {
		t.Errorf("%d vectors: 28 were laid down", n)
	}
}

func TestEveryBuiltInYearIsThere(t *testing.T) {
	years := Default().Years()
	if fmt.Sprint(years[0], years[len(years)-1], len(years)) != "2004 2026 23" {
		t.Errorf("built in: %v", years)
	}
}
